"""How good a translation, a prediction or an alignment is; every score says what it counted.

Words and numbers come in, a frozen score comes out: no torch, no model. Chapters 2, 4 and 5.
"""

import math
import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from sacrebleu.metrics import BLEU

from course_lib.corpora.pairs import Link
from course_lib.options import check_count, check_option
from course_lib.shapes import Bool, Float, Int

MOST_RESAMPLINGS = 100_000
"""Their intervals stand still long before; a thousand is usual."""

_ALIGNED = re.compile(r"^(?:.?([<>^=]))?[-+ ]?z?#?0?(\d*)")  # how a format begins: where a number stands, how wide
_NO_FOUR_WORDS = (
    "no reference has four words, so that nothing could match four in a row, not even a perfect translation; "
    "see exact match"
)


@dataclass(frozen=True)
class Score:
    """A number with what is needed to compare it: how many items it is over, and what was counted.

    ``n`` counts sentences (tokens for perplexity), ``interval`` is a 95 % confidence interval where
    one was asked for and can be had. ``float(score)`` and ``f"{score:.1f}"`` give the bare value. Where
    nothing could be counted, ``undefined`` says why, the value is NaN, and it is shown as a dash.
    """

    value: float
    n: int
    signature: str
    interval: tuple[float, float] | None = None
    undefined: str = ""

    @property
    def recorded(self) -> float | None:
        """The value for a file: JSON has no NaN."""
        return None if math.isnan(self.value) else self.value

    def __float__(self) -> float:
        return self.value

    def __format__(self, spec: str) -> str:
        return _number(self.value, spec) if spec else str(self)

    def __str__(self) -> str:
        if self.undefined:
            return f"{self.signature} is undefined: {self.undefined} (n = {self.n})"
        return f"{self.signature} = {self.value:.2f}{_between(self.interval)} (n = {self.n})"


@dataclass(frozen=True)
class AlignmentScore:
    """Alignment error rate, precision and recall in per cent, over ``n`` sentence pairs.

    ``interval`` is a 95 % confidence interval of the error rate, where one was asked for.
    """

    aer: float
    precision: float
    recall: float
    n: int
    interval: tuple[float, float] | None = None

    def __str__(self) -> str:
        error = f"AER {self.aer:.1f} %{_between(self.interval)}"
        precision, recall = _number(self.precision, ".1f"), _number(self.recall, ".1f")
        return f"{error}, precision {precision} %, recall {recall} % (n = {self.n})"


def exact_match(hypotheses: Sequence[Sequence[str]], references: Sequence[Sequence[str]], bootstrap: int = 0) -> Score:
    """Return the per cent of sentences that equal their reference word for word.

    ``bootstrap`` > 0 adds a 95 % interval from that many resamplings of the sentences; of a single
    sentence there is none.
    """
    _check_parallel(hypotheses=hypotheses, references=references)
    _check_words(hypotheses)
    _check_words(references)
    hits = np.array([tuple(ours) == tuple(theirs) for ours, theirs in zip(hypotheses, references, strict=True)])
    interval = resampled_interval(hits[:, None], lambda sums: sums[:, 0] / len(references), bootstrap)
    return Score(100 * float(hits.mean()), len(references), "exact match, % of sentences", interval)


def perplexity(total_nats: float, tokens: int) -> Score:
    """Return exp(total_nats / tokens), the perplexity of a target token.

    ``total_nats`` is the negative log-likelihood summed over every token of every sentence. Sum
    first, divide once: the mean of batch means weighs a token of a short batch more than others,
    and is another number.
    """
    if tokens < 1:
        raise ValueError(f"Perplexity is a mean over tokens: expected at least one, got {tokens}.")
    if not (math.isfinite(total_nats) and total_nats >= 0):
        raise ValueError(f"Expected a negative log-likelihood in nats, finite and not below 0; got {total_nats}.")
    try:
        value = math.exp(total_nats / tokens)
    except OverflowError:
        value = math.inf
    return Score(value, tokens, "perplexity of a target token, </s> included")


def bleu(
    hypotheses: Sequence[Sequence[str]] | Sequence[str],
    references: Sequence[Sequence[str]] | Sequence[str],
    tokenize: str = "none",
    bootstrap: int = 0,
) -> Score:
    """Return corpus BLEU (0 to 100) by sacrebleu, with sacrebleu's signature.

    With ``tokenize="none"`` sentences are sequences of words, compared as they are. That number is
    for comparing models on one corpus of this course. To compare with a paper, give raw strings and
    one of sacrebleu's tokenisers (``"13a"``, ``"zh"``, …; Post, 2018). ``bootstrap`` > 0 adds a 95 %
    interval from that many resamplings of the sentences (1,000 is usual). A hypothesis may be
    empty; a missing one is an error.

    BLEU is undefined where no reference has four words: then nothing can match four in a row, not even
    the references themselves, and sacrebleu's 0 says nothing of the hypotheses. So it depends on the test
    set alone. The way out that sacrebleu has for single sentences, a shorter "effective order", would
    count something else for each test set, and less for a model that says less; it stays off ("eff:no").
    """
    _check_parallel(hypotheses=hypotheses, references=references)
    check_option("tokenize", tokenize, sorted(BLEU.TOKENIZERS))
    check_count("bootstrap", bootstrap, least=0, most=MOST_RESAMPLINGS)
    as_line = _joined if tokenize == "none" else _raw
    metric = BLEU(tokenize=tokenize, force=True)  # force: no warning that the text looks tokenised, it is
    ours, theirs = ([as_line(sentence) for sentence in side] for side in (hypotheses, references))
    result = metric.corpus_score(ours, [theirs], n_bootstrap=bootstrap or 1)
    signature, order = f"BLEU|{metric.get_signature()}", metric.max_ngram_order
    long_enough = [len(metric.tokenizer(line).split()) >= order for line in theirs]
    if not any(long_enough):
        return Score(math.nan, len(references), signature, undefined=_NO_FOUR_WORDS)
    interval = (result._mean - result._ci, result._mean + result._ci) if bootstrap > 1 else None
    if len(theirs) < 2 or _may_draw_none(long_enough):
        interval = None  # undefined resamplings would count as 0; a single sentence is no sample
    return Score(result.score, len(references), signature, interval)


def aer(
    links: Sequence[AbstractSet[Link]],
    sure: Sequence[AbstractSet[Link]],
    possible: Sequence[AbstractSet[Link]],
    bootstrap: int = 0,
) -> AlignmentScore:
    """Score the alignment ``links`` A against gold links, over the corpus (Och & Ney, 2003, eq. 18-20).

    Each argument holds one set of (source, target) links a sentence pair; sure links S lie within
    the possible ones P. Counts are summed over the corpus before anything is divided:

        precision = |A ∩ P| / |A|    recall = |A ∩ S| / |S|    AER = 1 − (|A ∩ S| + |A ∩ P|) / (|A| + |S|)

    Precision is NaN where no link was proposed at all, recall where none is sure; a dash shows it.
    ``bootstrap`` > 0 adds a 95 % interval of AER from that many resamplings of the sentence pairs, without
    those that hold no link; of a single pair there is none.
    """
    _check_parallel(links=links, sure=sure, possible=possible)
    for n, (s, p) in enumerate(zip(sure, possible, strict=True)):
        if not s <= p:
            raise ValueError(f"Pair {n}: sure links must be among the possible ones; extra: {sorted(s - p)}.")
    # a row a pair: |A ∩ S|, |A ∩ P|, |A|, |S|
    counts = np.array([(len(a & s), len(a & p), len(a), len(s)) for a, s, p in zip(links, sure, possible, strict=True)])
    in_sure, in_possible, proposed, wanted = map(int, counts.sum(axis=0))
    if not proposed + wanted:
        raise ValueError("Neither the alignment nor the gold standard holds a link: AER is 0/0.")
    return AlignmentScore(
        aer=100 * (1 - (in_sure + in_possible) / (proposed + wanted)),
        precision=100 * in_possible / proposed if proposed else math.nan,
        recall=100 * in_sure / wanted if wanted else math.nan,
        n=len(links),
        interval=resampled_interval(counts, _error_rates, bootstrap),
    )


def _error_rates(sums: Int[np.ndarray, "_ 4"]) -> Float[np.ndarray, "_"]:
    """Return AER of each row of summed counts that holds a link: of the others it is 0/0."""
    sums = sums[sums[:, 2:].any(axis=1)]
    return 1 - sums[:, :2].sum(1) / sums[:, 2:].sum(1)


def _may_draw_none(wanted: Sequence[bool]) -> bool:
    """Say whether more than one resampling in a thousand draws no sentence of those wanted."""
    return (1 - sum(wanted) / len(wanted)) ** len(wanted) > 0.001


def resampled_interval(
    counts: Int[np.ndarray, "B _"] | Bool[np.ndarray, "B _"] | Float[np.ndarray, "B _"],
    score: Callable[[Float[np.ndarray, "_ _"]], Float[np.ndarray, "_"]],
    bootstrap: int,
) -> tuple[float, float] | None:
    """Return the 95 % interval, in per cent, of a score of summed counts: Koehn (2004), §2.

    ``counts`` holds a row of numbers a sentence. Sentences are drawn with replacement, as many as there
    are, ``bootstrap`` times, always the same draws; ``score`` turns the sums (bootstrap, ·) into values.
    None for a single sentence, which drawn again and again is always itself: that is no certainty. None,
    too, where ``score`` is undefined in every draw.
    """
    check_count("bootstrap", bootstrap, least=0, most=MOST_RESAMPLINGS)
    n = len(counts)
    if bootstrap < 2 or n < 2:
        return None
    drawn = np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), size=bootstrap)  # how often each sentence
    scores = score(drawn @ counts)
    if not len(scores):
        return None
    low, high = np.percentile(100 * scores, (2.5, 97.5))
    return float(low), float(high)


def _number(value: float, spec: str) -> str:
    """Format ``value``; what is undefined is a dash as wide as a number would be asked to be."""
    if not math.isnan(value):
        return format(value, spec)
    format(0.0, spec)  # what no number can be formatted by is an error here, too
    ((align, width),) = _ALIGNED.findall(spec)
    return format("–", f"{align.replace('=', '>') or '>'}{width}")


def _between(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else " [{:.1f}, {:.1f}]".format(*interval)


def _joined(words: Sequence[str]) -> str:
    """Join words by spaces; a blank inside a word is made visible, or sacrebleu would split there."""
    if isinstance(words, str):
        raise ValueError(
            f'With tokenize="none" a sentence is a sequence of words; got the string {words!r}. '
            'Split it, or name a tokeniser such as "13a".'
        )
    if "" in words:
        raise ValueError(f"A word cannot be empty: {words!r}.")
    return " ".join("␣".join(word.split()) or "␣" for word in words)


def _raw(line: Sequence[str]) -> str:
    if not isinstance(line, str):
        raise ValueError(f'A tokeniser wants raw strings; for words already split use tokenize="none". Got {line!r}.')
    return line


def _check_words(sentences: Sequence[Sequence[str]]) -> None:
    for sentence in sentences:
        if isinstance(sentence, str):
            raise ValueError(f"A sentence is a sequence of words; got the string {sentence!r}. Split it first.")


def _check_parallel(**sides: Sequence[object]) -> None:
    """Raise ValueError unless the sides have as many items as each other, and at least one."""
    counts = {name: len(side) for name, side in sides.items()}
    if len(set(counts.values())) > 1:
        raise ValueError(f"Expected one item a sentence on each side, got {_listed(counts)}.")
    if not min(counts.values()):
        raise ValueError(f"There is nothing to score: got {_listed(counts)}.")


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())
