"""Two sentences joined by *because*, and each for itself, translated; read whole and apart. For look_or_read.py."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import numpy as np
from records import by_sentence
from tenths import by_tenth, totals

from course_lib.corpora import SentencePair, load
from course_lib.corpora.halves import Halves, halves
from course_lib.interventions import read_apart
from course_lib.seq2seq import Seq2Seq
from course_lib.word_scores import score_words

MOST_DRAWS = 40


@dataclass(frozen=True)
class JoinedSet:
    """Wholes of ``low`` to ``high`` source words whose halves have ``longest`` at most; ``count`` of them."""

    name: str
    longest: int
    low: int
    high: int
    count: int

    def holds(self, found: Halves) -> bool:
        """Return whether the whole has the length of this set, and its halves too."""
        longer_half = max(len(found.left.source), len(found.right.source))
        return self.low <= len(found.whole.source) <= self.high and longer_half <= self.longest


SETS = (
    JoinedSet("15, in range", 15, 8, 15, 150),
    JoinedSet("15, beyond", 15, 18, 30, 200),
    JoinedSet("20, in range", 20, 8, 20, 150),
    JoinedSet("20, beyond", 20, 23, 40, 200),
)
"""Beyond is three words or more above what the model has trained on, as long as two sentences of it can be."""


def joined(
    corpus: str, trained: AbstractSet[tuple[str, ...]], sets: Sequence[JoinedSet] = SETS, **options: Any
) -> dict[str, list[Halves]]:
    """Fill each of ``sets`` from held-out pairs of several draws, in their order; ValueError where they do not suffice.

    ``trained`` are the source sentences of training: neither a whole nor a half is one of them. ``options`` are those
    of the corpus but for size and seed.
    """
    found: dict[str, dict[tuple[str, ...], Halves]] = {one.name: {} for one in sets}
    for seed in range(1, MOST_DRAWS + 1):
        drawn = load(corpus, size=1, seed=seed, **options)
        for candidate in unseen(halves((*drawn.test, *drawn.validation)), trained):
            for one in sets:
                if one.holds(candidate) and len(found[one.name]) < one.count:
                    found[one.name].setdefault(candidate.whole.source, candidate)
        if all(len(found[one.name]) == one.count for one in sets):
            return {name: list(chosen.values()) for name, chosen in found.items()}
    got = {one.name: f"{len(found[one.name])} of {one.count}" for one in sets}
    raise ValueError(f"{corpus}: too few joined sentences that nobody has trained on in {MOST_DRAWS} draws: {got}.")


def unseen(found: Iterable[Halves], trained: AbstractSet[tuple[str, ...]]) -> list[Halves]:
    """Return those of which neither the whole nor a half is in ``trained``."""
    return [one for one in found if trained.isdisjoint((one.whole.source, one.left.source, one.right.source))]


def cut(found: Halves) -> int:
    """Return where the joint stands in the whole: the left half has a full stop in its place."""
    return len(found.left.source) - 1


def translated(model: Seq2Seq, sets: Mapping[str, Sequence[Halves]]) -> dict[str, dict[str, Any]]:
    """Return which wholes and which halves come out exact, a character a sentence, for each of ``sets``."""
    return {
        name: {
            "words": [len(one.whole.source) for one in chosen],
            **{part: exact(model, [getattr(one, part) for one in chosen]) for part in ("whole", "left", "right")},
            "whole_apart": _whole_apart(model, chosen),
        }
        for name, chosen in sets.items()
    }


def exact(model: Seq2Seq, pairs: Sequence[SentencePair]) -> str:
    """Return a string of 0 and 1: which of the model's own translations are the reference, word for word."""
    hits: str = by_sentence(model, pairs)["exact"]
    return hits


def apart(model: Seq2Seq, sets: Mapping[str, Sequence[Halves]]) -> dict[str, dict[str, dict[str, int]]]:
    """Count the right next words of the wholes, read whole and read in two pieces, without the full stop."""
    found = {}
    for name, chosen in sets.items():
        free = score_words(model, [one.whole for one in chosen], unknown="unk").right
        cut_up: list[np.ndarray] = []
        for position, group in _by_cut(chosen).items():
            with read_apart(model, [position]):
                cut_up += score_words(model, [chosen[k].whole for k in group], unknown="unk").right
        found[name] = {"free": totals(by_tenth(free)), "apart": totals(by_tenth(cut_up))}
    return found


def _whole_apart(model: Seq2Seq, chosen: Sequence[Halves]) -> str:
    hits: dict[int, str] = {}
    for position, group in _by_cut(chosen).items():
        with read_apart(model, [position]):
            hits |= zip(group, exact(model, [chosen[k].whole for k in group]), strict=True)
    return "".join(hits[k] for k in range(len(chosen)))


def _by_cut(chosen: Sequence[Halves]) -> dict[int, list[int]]:
    """Return the indices of those that are cut at the same place: read_apart cuts a batch at one."""
    groups: dict[int, list[int]] = defaultdict(list)
    for k, one in enumerate(chosen):
        groups[cut(one)].append(k)
    return dict(groups)
