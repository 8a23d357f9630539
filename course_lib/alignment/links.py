"""Hard links from attention weights, and links of two directions made one: symmetrisation. Chapters 5, 11 and 14.

No torch and no neural network. Links are (source position j, target position i), counted from 0, as
in :mod:`course_lib.metrics`, which scores them.
"""

from collections.abc import Set as AbstractSet
from typing import Literal

import numpy as np

from course_lib.corpora.pairs import Link, SentencePair
from course_lib.options import check_count, check_option
from course_lib.shapes import Float

Symmetrisation = Literal["intersection", "union", "grow-diag", "grow-diag-final-and"]
NEIGHBOURS = ((-1, 0), (0, -1), (1, 0), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1))


def argmax_links(
    weights: Float[np.ndarray, "T S"], source_length: int, target_length: int | None = None
) -> frozenset[Link]:
    """Link each target word to the source position with the largest weight.

    Row i of ``weights`` holds those used to predict target word i. ``source_length``
    and ``target_length`` count words, ``</s>`` and padding excluded; the latter is T − 1 unless
    given. A word whose largest weight lies on the ``</s>`` of the source stays without a link: its
    weights say that no source word stands behind it.
    """
    weights = np.asarray(weights)
    if weights.ndim != 2:
        raise ValueError(f"weights: expected (target, source), got {weights.ndim} axes of sizes {weights.shape}.")
    T, S = weights.shape
    target_length = T - 1 if target_length is None else target_length
    if not (1 <= source_length <= S and 0 <= target_length <= T):
        raise ValueError(f"{source_length} source and {target_length} target words do not fit weights of {T} × {S}.")
    if not np.isfinite(weights).all():
        raise ValueError("weights: expected finite numbers; were these the scores before the softmax?")
    best = weights[:target_length].argmax(axis=1)
    return frozenset((int(j), i) for i, j in enumerate(best) if j < source_length)


def hard_links(
    weights: Float[np.ndarray, "T S"],
    source_length: int,
    target_length: int | None = None,
    threshold: float | None = None,
) -> frozenset[Link]:
    """Turn attention weights into links: the largest of each row, or all that reach ``threshold``.

    Without a threshold this is :func:`argmax_links`: at most one link a target
    word. With one, a word may have several or none. The lengths count words, ``</s>`` excluded.
    """
    largest = argmax_links(weights, source_length, target_length)
    if threshold is None:
        return largest
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold: expected a weight above 0 and up to 1, got {threshold}.")
    words = np.asarray(weights)[: len(weights) - 1 if target_length is None else target_length, :source_length]
    return frozenset((int(j), int(i)) for i, j in np.argwhere(words >= threshold))


def diagonal_links(source_length: int, target_length: int) -> frozenset[Link]:
    """Link target word i to source word ⌊S (i + ½) / T⌋: what lengths alone foretell. Chapters 11 and 14.

    ``source_length`` and ``target_length`` (S and T) count words, ``</s>`` excluded. Each target word has one link;
    the middle of its place in the target, as a share of the length, lies within its partner's place in the source.
    ValueError for a length below 1.
    """
    S, T = check_count("source_length", source_length), check_count("target_length", target_length)
    return frozenset((S * (2 * i + 1) // (2 * T), i) for i in range(T))


def turned_round(pair: SentencePair) -> SentencePair:
    """Return the pair read the other way round, gold links too."""
    if pair.sure is None or pair.possible is None:
        return SentencePair(pair.target, pair.source)
    return SentencePair(pair.target, pair.source, transposed(pair.sure), transposed(pair.possible))


def transposed(links: AbstractSet[Link]) -> frozenset[Link]:
    """Turn links (i, j) of a model from target to source into links (j, i)."""
    return frozenset((j, i) for i, j in links)


def symmetrise(
    forward: AbstractSet[Link], backward: AbstractSet[Link], how: Symmetrisation = "grow-diag-final-and"
) -> frozenset[Link]:
    """Join the links of two directions: Och & Ney (2003); for the growing, Koehn et al. (2005).

    Both sets hold (source, target) links: bring those of the reverse model with :func:`transposed`.
    ``"grow-diag"`` starts from the intersection and adds links of the union that touch a link it
    has (diagonally too) and give a partner to a word without one, until nothing changes.
    ``"grow-diag-final-and"`` then adds links between two words that both are without, first those of
    ``forward``, then of ``backward``. Cells are visited target word by target word, as in the
    pseudo-code of Moses; the result depends on that order.
    """
    check_option("how", how, Symmetrisation)
    forward, backward = frozenset(forward), frozenset(backward)
    if how == "intersection":
        return forward & backward
    if how == "union":
        return forward | backward
    grown = _grow_diagonally(forward & backward, forward | backward)
    return grown if how == "grow-diag" else _add_lonely(_add_lonely(grown, forward), backward)


def _grow_diagonally(links: frozenset[Link], union: frozenset[Link]) -> frozenset[Link]:
    grown = set(links)
    rows, columns = {j for j, _ in grown}, {i for _, i in grown}
    cells = sorted(union, key=_by_target)
    while True:
        size = len(grown)
        for j, i in cells:
            if (j, i) not in grown:
                continue
            for down, right in NEIGHBOURS:
                new = (j + right, i + down)
                if new in union and (new[0] not in rows or new[1] not in columns):
                    grown.add(new)
                    rows.add(new[0])
                    columns.add(new[1])
        if len(grown) == size:
            return frozenset(grown)


def _add_lonely(links: frozenset[Link], more: frozenset[Link]) -> frozenset[Link]:
    added = set(links)
    for j, i in sorted(more):  # target word by target word gives the same
        if all(j != other_j and i != other_i for other_j, other_i in added):
            added.add((j, i))
    return frozenset(added)


def _by_target(link: Link) -> Link:
    return link[1], link[0]
