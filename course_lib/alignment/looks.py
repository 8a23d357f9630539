"""Where a look falls that does not fall on its word, and how widely it looks. Chapters 6 and 12."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Literal

import numpy as np

from course_lib.corpora.pairs import Link
from course_lib.finite import require_finite
from course_lib.shapes import Float

Kind = Literal["gold", "beside", "same word elsewhere", "end", "elsewhere"]
"""In this order: what is several of them is the first."""

FULL_STOPS = frozenset(".!?。！？।")
ROUNDED = 1e-3
"""How far from 1 the weights of a look may sum up: numbers from a table are rounded."""


def look_kinds(looks: Float[np.ndarray, "T S"], links: AbstractSet[Link], source: Sequence[str]) -> list[Kind | None]:
    """Say of each of the T rows of one sentence where its largest weight lies.

    ``links`` are the sure links of the pair, ``source`` its words without ``</s>``, which is the last of the S
    columns. "beside" is the word just before or after a gold partner, "same word elsewhere" another occurrence of
    one, "end" the ``</s>`` or the full stop right before it. ``None`` for a word without a link, and for ``</s>``: an
    entry a row, so that it can be laid beside what :func:`course_lib.word_scores.score_words` gives. Of equal weights
    the first counts, as in :func:`~course_lib.alignment.argmax_links`.
    ValueError where the rows do not fit the source or the links; :class:`~course_lib.finite.NotFiniteError` for NaN.
    """
    if links is None:
        raise ValueError("Nobody has linked the words of this pair, so there is no gold to look at.")
    gold = by_word(links)
    best = checked_look(looks, source, links).argmax(axis=1)
    return [_kind(int(j), gold[i], source) if i in gold else None for i, j in enumerate(best)]


def _kind(j: int, gold: AbstractSet[int], source: Sequence[str]) -> Kind:
    """Name the place of position ``j``, beside gold partners."""
    if j in gold:
        return "gold"
    if not gold.isdisjoint((j - 1, j + 1)):
        return "beside"
    if j < len(source) and source[j] in {source[partner] for partner in gold}:
        return "same word elsewhere"
    if j == len(source) or (j == len(source) - 1 and source[j] in FULL_STOPS):
        return "end"
    return "elsewhere"


def entropies(looks: Float[np.ndarray, "T S"]) -> Float[np.ndarray, "T"]:
    """Return how widely each of T looks goes: H_i = −Σ_j α_ij log α_ij, in nats. Chapter 12.

    From 0, all weight on one place, to log S, the same on every one; exp(H_i) is how many places, looked at evenly,
    would be as wide. 0 log 0 counts 0. Shannon (1948), §6.
    ValueError for what are no rows of weights: each is 0 or more and a row sums to 1, so a window of local attention
    that does not share its weights out anew has no entropy; :class:`~course_lib.finite.NotFiniteError` for NaN.
    """
    rows = np.asarray(looks, dtype=float)
    if rows.ndim != 2 or not rows.size:
        raise ValueError(f"looks: expected weights of shape (T, S), a row for each target word, got {rows.shape}.")
    require_finite("attention weights", rows)
    if (rows < 0).any():
        raise ValueError(f"looks: expected weights of 0 or more, got {rows.min():.4g}. Are they scores?")
    far = int(np.abs(rows.sum(1) - 1).argmax())
    if abs(total := float(rows[far].sum()) - 1) > ROUNDED:
        raise ValueError(
            f"looks: expected rows that sum to 1, row {far} sums to {1 + total:.4g}. A window of local attention, "
            "unless it renormalises, gives away less; divide each row by its sum first, and say so."
        )
    return -(rows * np.log(np.where(rows > 0, rows, 1.0))).sum(1)


def by_word(links: Collection[Link]) -> Mapping[int, AbstractSet[int]]:
    """Return the source positions linked to each target position that has any, in the order of the target."""
    found: dict[int, set[int]] = defaultdict(set)
    for j, i in sorted(links, key=lambda link: link[1]):
        found[i].add(j)
    return dict(found)


def checked_look(
    looks: Float[np.ndarray, "T S"] | None,
    source: Sequence[str],
    links: Collection[Link],
    where: str = "",
    target_length: int | None = None,
) -> Float[np.ndarray, "T S"]:
    """Return the weights of one sentence as an array; ValueError where they do not fit its words and links.

    ``target_length`` counts the words of the target, where they are known; ``</s>`` has the last row and column.
    """
    if looks is None:
        raise ValueError(f"{where}there are no weights: a model without attention looks nowhere.")
    rows = np.asarray(looks)
    S = len(source) + 1
    expected = f"({'T' if target_length is None else target_length + 1}, {S})"
    fits = rows.ndim == 2 and rows.shape[1] == S and target_length in (None, len(rows) - 1)
    if isinstance(source, str) or not fits:
        raise ValueError(
            f"{where}expected weights of shape {expected}, a row for each target word and one for </s>, a column for "
            f"each of {len(source)} source words and one for </s>; got {rows.shape}. Give the words without </s>."
        )
    outside = sorted((j, i) for j, i in links if not (0 <= j < S - 1 and 0 <= i < len(rows) - 1))
    if outside:
        raise ValueError(f"{where}links {outside} leave the sentence: {S - 1} source, {len(rows) - 1} target words.")
    require_finite(f"{where}attention weights", rows)
    return rows
