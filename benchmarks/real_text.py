"""Count real sentences: rare words, unknown words, pieces, translations of one sentence, splits that leak. Chapter 14.

    python benchmarks/real_text.py --data ../shared/data                     # two minutes; nothing is trained
    python benchmarks/real_text.py --data ../shared/data --corpora multi30k

``--data`` is a folder with multi30k/raw and tatoeba_fra, tatoeba_mar, tatoeba_cmn, tatoeba_hin. The corpora are not the
course's, and some may not be passed on: the record holds numbers and no sentence of theirs. The grammar and the
phrasebook stand beside them.

All words are in small letters, as the course splits them; a Chinese character is a word. A word of the test pairs is
*unknown* if no training pair holds it, or only some of them where fewer are counted: PAIRS says how many, each
selection within the next. Pieces are learnt from the training pairs, each language on its own.

A split *by line* holds out a tenth of the pairs by chance, 2,000 at most, as tutorials do. The *look-up table* then
answers a sentence that it has seen with the translation that stood beside it first, and any other with nothing.
"""

import argparse
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from records import one_line, run_once

import course_lib
from course_lib.corpora import ParallelCorpus, SentencePair, load
from course_lib.corpora.subwords import Subwords
from course_lib.fingerprints import pairs_fingerprint
from course_lib.metrics import bleu

RESULTS = Path(course_lib.__file__).parent / "results" / "real_text.json"
SEEDS = (1, 2, 3)
PAIRS = tuple(250 * 2**k for k in range(12))
PIECES = (500, 1000, 2000, 4000, 8000)
RANKS = tuple(sorted({round(10 ** (k / 6)) for k in range(31)}))
HELD_OUT, MOST_HELD_OUT = 10, 2_000
"""A split by line holds out one pair in so many, and no more than that."""
SIDES = ("source", "target")

Words = tuple[str, ...]


@dataclass(frozen=True)
class Text:
    """A corpus by its name, the folder of its files, and its options."""

    corpus: str
    folder: str | None = None
    options: dict[str, Any] = field(default_factory=dict)

    def load(self, data: Path) -> ParallelCorpus:
        given = self.options if self.folder is None else {**self.options, "path": data / self.folder}
        return load(self.corpus, **given)


TEXTS = {
    "grammar": Text("en-fr", options={"lexicon": "small", "max_length": 20, "seed": 1, "size": 20_000}),
    "phrasebook": Text("phrasebook"),
    "multi30k": Text("multi30k", "multi30k/raw", {"source": "de", "target": "en"}),
    **{
        f"tatoeba, {code}": Text("tatoeba", f"tatoeba_{code}", {"language": code})
        for code in ("fra", "mar", "cmn", "hin")
    },
}


def main() -> None:
    arguments = _arguments()
    for name in arguments.corpora:
        corpus = TEXTS[name].load(arguments.data)
        pairs = {
            split: {"pairs": len(chosen), "fingerprint": pairs_fingerprint(chosen)}
            for split, chosen in zip(("train", "validation", "test"), splits_of(corpus), strict=True)
        }
        settings = {"corpus": TEXTS[name].corpus, "options": TEXTS[name].options, "data": pairs}
        run_once(arguments.out, name, settings, partial(count, corpus), said)


def count(corpus: ParallelCorpus) -> dict[str, Any]:
    """Return all that is counted in one corpus."""
    counted = {side: side_of(corpus, side) for side in SIDES}
    return {
        "languages": [corpus.source_language, corpus.target_language],
        **counted,
        "translations": translations(corpus),
        "leak": [leak(corpus, seed) for seed in SEEDS],
        "leak_of_the_course": leak_between(corpus.train, corpus.test),
    }


def splits_of(corpus: ParallelCorpus) -> tuple[Sequence[SentencePair], ...]:
    """Return the training, the validation and the test pairs."""
    return corpus.train, corpus.validation, corpus.test


def side_of(corpus: ParallelCorpus, side: str) -> dict[str, Any]:
    """Return the words of one language in numbers."""
    train, _, test = ([getattr(pair, side) for pair in split] for split in splits_of(corpus))
    words = Counter(word for sentence in train for word in sentence)
    ranked = [number for _, number in words.most_common()]
    return {
        "tokens": words.total(),
        "types": len(words),
        "seen_once": sum(number == 1 for number in ranked),
        "ranks": one_line(rank for rank in RANKS if rank <= len(ranked)),
        "counts": one_line(ranked[rank - 1] for rank in RANKS if rank <= len(ranked)),
        "unknown": unknown_by_pairs(train, test),
        "unknown_or_seen_once": unknown(test, {word for word, number in words.items() if number > 1}),
        "pieces": {str(size): pieces for size in PIECES if (pieces := pieces_of(train, test, size)) is not None},
        "letters_a_word": letters(test),
    }


def unknown_by_pairs(train: Sequence[Words], test: Sequence[Words]) -> dict[str, Any]:
    """Return the share of test words that none of the first training sentences holds, in an order of chance."""
    order = random.Random(1).sample(range(len(train)), len(train))
    sizes = [*(size for size in PAIRS if size < len(train)), len(train)]
    shares, seen, done = [], set[str](), 0
    for size in sizes:
        seen.update(word for k in order[done:size] for word in train[k])
        done = size
        shares.append(unknown(test, seen))
    return {"pairs": one_line(sizes), "share": one_line(shares, 5)}


def unknown(test: Sequence[Words], known: set[str]) -> float:
    """Return the share of the words of ``test`` that are not ``known``."""
    return round(sum(word not in known for sentence in test for word in sentence) / sum(map(len, test)), 5)


def pieces_of(train: Sequence[Words], test: Sequence[Words], size: int) -> dict[str, float] | None:
    """Return what ``size`` pieces do with the test words; None where the training words do not give so many."""
    try:
        subwords = Subwords.train(train, size, "bpe")
    except ValueError:
        return None
    seen = {piece for sentence in train for piece in subwords.encode(sentence)}
    apart = [subwords.encode([word]) for sentence in test for word in sentence]
    total = sum(map(len, apart))
    return {
        "a_word": round(total / len(apart), 4),
        "whole": round(sum(len(pieces) == 1 for pieces in apart) / len(apart), 5),
        "unknown": round(sum(piece not in seen for pieces in apart for piece in pieces) / total, 6),
    }


def letters(test: Sequence[Words]) -> float:
    """Return how many letters a word has, with one sign for where it begins: pieces without a merge."""
    lengths = [1 + len(word) for sentence in test for word in sentence]
    return round(sum(lengths) / len(lengths), 4)


def translations(corpus: ParallelCorpus) -> dict[str, Any]:
    """Return how many sentences have how many translations, all splits together."""
    pairs = {(pair.source, pair.target) for split in splits_of(corpus) for pair in split}
    by_source = Counter(source for source, _ in pairs)
    numbers = Counter(min(number, 10) for number in by_source.values())
    return {
        "sentences": len(by_source),
        "with_so_many": {str(number): numbers[number] for number in sorted(numbers)},
        "most": max(by_source.values()),
    }


def leak(corpus: ParallelCorpus, seed: int) -> dict[str, Any]:
    """Return what a split by line lets through."""
    pairs = [pair for split in splits_of(corpus) for pair in split]
    random.Random(seed).shuffle(pairs)
    held_out = min(MOST_HELD_OUT, len(pairs) // HELD_OUT)
    return leak_between(pairs[held_out:], pairs[:held_out])


def leak_between(train: Sequence[SentencePair], held_out: Sequence[SentencePair]) -> dict[str, Any]:
    """Return which share of the held-out sentences stand in training, and the BLEU of a table that learns nothing."""
    table: dict[Words, Words] = {}
    for pair in train:
        table.setdefault(pair.source, pair.target)
    seen = [pair for pair in held_out if pair.source in table]
    looked_up = partial(_score, table)
    return {
        "held_out": len(held_out),
        "in_training": len(seen),
        "bleu_of_the_table": looked_up(held_out) if seen else 0.0,
        "bleu_where_it_answers": looked_up(seen) if seen else None,
    }


def _score(table: dict[Words, Words], pairs: Sequence[SentencePair]) -> float:
    return round(bleu([table.get(pair.source, ()) for pair in pairs], [pair.target for pair in pairs]).value, 2)


def said(record: dict[str, Any]) -> str:
    """Return a line that says what came out."""
    first, types = record["leak"][0], (record[side]["types"] for side in SIDES)
    return (
        f"{' and '.join(map(str, types))} types; of {first['held_out']} sentences held out by line "
        f"{first['in_training']} stand in training, the table has BLEU {first['bleu_of_the_table']}"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds the corpora")
    parser.add_argument("--corpora", nargs="+", choices=TEXTS, default=list(TEXTS))
    parser.add_argument("--out", type=Path, default=RESULTS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
