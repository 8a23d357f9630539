"""Right next words by where in its sentence a word stands, for all words or those of one kind. For look_or_read.py."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import numpy as np

from course_lib.alignment.looks import Kind, by_word, look_kinds
from course_lib.corpora import SentencePair
from course_lib.word_scores import WordScores, in_parts

TENTHS = 10
KINDS: tuple[Kind, ...] = get_args(Kind)
Count = dict[str, list[int]]
"""``{"words": …, "right": …}``: a whole number for each tenth of the sentences."""


def by_tenth(right: Sequence[np.ndarray], chosen: Sequence[np.ndarray] | None = None) -> Count:
    """Count the words and the right ones among them, by tenth; the full stop and ``</s>`` are left out.

    ``right`` holds a truth value for each target word of each sentence, ``</s>`` included, and ``chosen`` says
    which of them count: all, where it is None.
    """
    everywhere = [np.ones(len(hits), dtype=bool) for hits in right]
    marked = [
        np.where(counts, hits.astype(float), np.nan) for hits, counts in zip(right, chosen or everywhere, strict=True)
    ]
    tenths = [np.array(values) for values in in_parts(marked, TENTHS)]
    kept = [values[~np.isnan(values)] for values in tenths]
    return {"words": [len(values) for values in kept], "right": [int(values.sum()) for values in kept]}


def by_kind_of_look(scores: WordScores, pairs: Sequence[SentencePair]) -> dict[str, Count]:
    """Count words with a sure link by what the look that predicted them falls on, and the right ones of each kind."""
    if scores.looks is None:
        raise ValueError("These scores have no looks: they are of a model without attention.")
    kinds = [
        np.array(look_kinds(look, pair.sure or frozenset(), pair.source), dtype=object)
        for look, pair in zip(scores.looks, pairs, strict=True)
    ]
    return {kind: by_tenth(scores.right, [row == kind for row in kinds]) for kind in KINDS}


def by_side_of_look(scores: WordScores, pairs: Sequence[SentencePair]) -> dict[str, list[int]]:
    """Count by tenth the words with a sure link whose look runs ahead of it, and those whose look stays behind.

    "ahead": the largest weight lies two places or more right of all partners, "behind": left of all of them; ``</s>``
    is the last place. What is neither lies on a partner, beside or between some.
    """
    sides: dict[str, list[np.ndarray]] = {"ahead": [], "behind": [], "words": []}
    for look, pair in zip(scores.looks or (), pairs, strict=True):
        gold, best = by_word(pair.sure or ()), look.argmax(axis=1)
        steps = range(len(best))
        sides["ahead"].append(np.array([i in gold and best[i] > max(gold[i]) + 1 for i in steps]))
        sides["behind"].append(np.array([i in gold and best[i] < min(gold[i]) - 1 for i in steps]))
        sides["words"].append(np.array([i in gold for i in steps]))
    return {name: by_tenth(scores.right, marked)["words"] for name, marked in sides.items()}


def of_lengths(pairs: Sequence[SentencePair], band: tuple[int, int]) -> list[SentencePair]:
    """Return the pairs of a band of source lengths, the first and the last included."""
    low, high = band
    return [pair for pair in pairs if low <= len(pair.source) <= high]


def totals(count: Mapping[str, Any]) -> dict[str, int]:
    """Return a count over the whole sentence."""
    return {name: sum(tenths) for name, tenths in count.items()}
