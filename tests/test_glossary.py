"""The glossary holds the terms that a reader meets, says where, and is right about it."""

import json
import re
from pathlib import Path

import pytest

BOOK = Path(__file__).resolve().parent.parent / "book"
PAGE = (BOOK / "glossary.md").read_text("utf-8")
ENTRIES = dict(re.findall(r"^(\S[^\n]*)\n  ([^\n]+)$", PAGE.split("```{glossary}")[1], re.MULTILINE))
LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)\.$")

# Whatever the chapters and the pages ask of a reader; a chapter that needs another term adds it here.
WANTED = """
    AER|BLEU|BOS|EOS|GRU|LSTM|UNK|PCA|Adam|additive score|adversarial weights|alignment|annotation|attention|
    mean of the last weights|byte-pair encoding|dropout|look-up table|mixed precision|piece|recipe|reference run|
    warm-up|Zipf's law|
    attentional state|baseline|batch|beam search|bidirectional|bottleneck|causal mask|centre|classifier|concat|
    content word|context|coverage|coverage penalty|cross-entropy|decoder|decoding|dot product|dot score|
    doubly stochastic|EM|embedding|encoder|ensemble|entropy|epoch|equal budget|exact match|exact search|extrapolation|
    feed-forward network|fertility|fixed vector|floor|gate|Gaussian|general score|gold link|gradient|greedy decoding|
    hard attention|head|heat map|held look|IBM Model 1|input feeding|interval|invariant|Jensen–Shannon divergence|key|
    label smoothing|language model|length mix|length normalisation|link|local attention|local-m|local-p|location score|
    logit|loss|mask|maxout|minimal pair|minimum Bayes risk|model error|nat|no choice|norm|NULL|omission and repetition|
    padding|parameter|patched annotation|perplexity|position|possible link|posterior|precision and recall|query|
    rank correlation|reach|readout|REINFORCE|reordering|reset gate and update gate|reward|route|scaled dot product|
    score|search error|seed|self-attention|share answered|signature|silent bug|soft start|softmax|source and target|
    spatial attention|state|state fed|summary|supervised attention|sure link|symmetrisation|teacher forcing|
    temperature|token|total variation|Transformer|type|update|value|variance|vocabulary|weight|window
"""


def stem(term: str) -> str:
    """Return what a text must hold if it speaks of ``term``: the short form, without an ending."""
    special = {
        "AER": "alignment error rate",
        "BOS": "<s>",
        "EOS": "</s>",
        "UNK": "<unk>",
        "nat": "nats",
        "fixed vector": "one vector",
    }
    short = term.split(",")[0].split(" and ")[0]
    return special.get(short, short.removesuffix(" decoding").removesuffix(" search").removesuffix(" score"))


@pytest.mark.parametrize("term", [term.strip() for term in WANTED.replace("\n", " ").split("|")])
def test_a_term_that_readers_ask_for_is_explained(term: str) -> None:
    assert term in {entry.split(",")[0] for entry in ENTRIES}


def test_terms_stand_in_the_order_of_the_alphabet_and_once() -> None:
    names = re.findall(r"^(\S[^\n]*)\n  ", PAGE.split("```{glossary}")[1], re.MULTILINE)
    assert names == sorted(set(names), key=str.lower)
    assert len(names) == len(ENTRIES) > 60


@pytest.mark.parametrize("term", ENTRIES)
def test_an_entry_is_short_and_names_a_place_that_speaks_of_it(term: str) -> None:
    """A link to a chapter that has dropped the word sends a reader to search for nothing."""
    link = LINK.search(ENTRIES[term])
    assert link, "expected a link to the chapter or page at the end"
    words = ENTRIES[term][: link.start()]
    assert len(re.findall(r"[.?!](?= |$)", words)) <= 3 and len(words.split()) <= 60
    text = "\n".join("".join(cell["source"]) for cell in json.loads((BOOK / link[2]).read_text("utf-8"))["cells"])
    assert stem(term).lower() in text.lower(), f"{link[2]} does not say {stem(term)!r}"
