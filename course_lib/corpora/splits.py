"""Splits that share no source sentence. Chapter 1.

A split by line leaks wherever one source sentence has several translations: the model is then
tested on sentences it was trained on (measured on real files in tests/test_corpora_tsv.py).
"""

import random
import zlib
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, TypeVar

from course_lib.corpora.pairs import SentencePair
from course_lib.options import MOST_PAIRS, check_count, check_seed

Split = Literal["train", "validation", "test"]
Words = tuple[str, ...]
T = TypeVar("T")

HELD_OUT = 500  # validation pairs, and as many test pairs, of a toy task
_PARTS = 16  # two of them are held out
_PATIENCE = 50_000  # draws in a row that bring nothing new
_HELD_OUT_SHARE, _HELD_OUT_MOST = 0.05, 2000


def split_of(sentence: Sequence[str]) -> Split:
    """Return the one split that may hold ``sentence``: 1/16 validation, 1/16 test, the rest training.

    It depends on the words alone. So no corpus, whatever its size, seed or lengths, trains on a
    sentence that another one tests on.
    """
    part = zlib.crc32(" ".join(sentence).encode()) % _PARTS
    return "validation" if part == 0 else "test" if part == 1 else "train"


def draw_splits(
    stream: Iterable[tuple[Words, Words, Callable[[], T]]], size: int, held_out: int
) -> tuple[tuple[T, ...], ...]:
    """Collect ``size`` training and ``held_out`` validation and test pairs from an endless stream.

    The stream yields (source, the words that decide the split, a function that makes the pair); a
    pair is made only where it is wanted, and a source sentence is taken once. ValueError where
    ``size`` is below one or the stream holds no more new sentences.
    """
    check_count("size", size, most=MOST_PAIRS)
    wanted: dict[Split, int] = {"train": size, "validation": held_out, "test": held_out}
    found: dict[Split, dict[Words, T]] = {name: {} for name in wanted}
    idle = 0
    for source, decisive, make in stream:
        split = split_of(decisive)
        pairs = found[split]
        if len(pairs) == wanted[split] or source in pairs:
            idle += 1
            if idle == _PATIENCE:
                had = ", ".join(f"{len(found[name])} of {number} for {name}" for name, number in wanted.items())
                raise ValueError(f"size: too few different sentences under these options: found {had}. Ask for fewer.")
            continue
        idle = 0
        pairs[source] = make()
        if len(pairs) == wanted[split] and all(len(found[name]) == wanted[name] for name in wanted):
            break
    return tuple(tuple(pairs.values()) for pairs in found.values())


def split_by_source(pairs: Iterable[SentencePair], seed: int) -> dict[Split, tuple[SentencePair, ...]]:
    """Split a real corpus: all translations of one source sentence go to the same side.

    One source sentence in twenty is for validation and one for testing, from 1 to 2,000 each; the
    same pairs and seed give the same splits. Training pairs keep the order of the file. Held-out
    pairs are shuffled, so that the first hundred are a fair sample also of a file sorted by length.
    """
    check_seed(seed)
    pairs = list(pairs)
    sources = sorted({pair.source for pair in pairs})
    numbers = random.Random(seed)
    numbers.shuffle(sources)
    count = min(max(1, round(len(sources) * _HELD_OUT_SHARE)), _HELD_OUT_MOST)
    validation, test = set(sources[:count]), set(sources[count : 2 * count])
    held_out = [pair for pair in pairs if pair.source in validation or pair.source in test]
    numbers.shuffle(held_out)
    return {
        "train": tuple(p for p in pairs if p.source not in validation and p.source not in test),
        "validation": tuple(p for p in held_out if p.source in validation),
        "test": tuple(p for p in held_out if p.source in test),
    }
