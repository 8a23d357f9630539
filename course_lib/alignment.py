"""Which word translates which: hard links from attention weights, IBM Model 1, symmetrisation. Chapter 11.

No torch and no neural network. Links are (source position j, target position i), counted from 0, as
in :mod:`course_lib.metrics`, which scores them.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

import numpy as np

from course_lib.corpora.pairs import SentencePair
from course_lib.metrics import Link, argmax_links
from course_lib.options import check_option, check_sizes

Symmetrisation = Literal["intersection", "union", "grow-diag", "grow-diag-final-and"]
Array = np.ndarray

NEIGHBOURS = ((-1, 0), (0, -1), (1, 0), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1))


def hard_links(
    weights: Array, source_length: int, target_length: int | None = None, threshold: float | None = None
) -> frozenset[Link]:
    """Turn attention weights (T, S) into links: the largest of each row, or all that reach ``threshold``.

    Without a threshold this is :func:`course_lib.metrics.argmax_links`: at most one link a target
    word. With one, a word may have several or none. The lengths count words, ``</s>`` excluded.
    """
    largest = argmax_links(weights, source_length, target_length)
    if threshold is None:
        return largest
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold: expected a weight above 0 and up to 1, got {threshold}.")
    words = np.asarray(weights)[: len(weights) - 1 if target_length is None else target_length, :source_length]
    return frozenset((int(j), int(i)) for i, j in np.argwhere(words >= threshold))


@dataclass(frozen=True, eq=False)
class IBMModel1:
    """t(target word | source word), learnt from sentence pairs alone: Brown et al. (1993), §4.1.

    P(y | x) = Π_i 1/(S + 1) Σ_j t(y_i | x_j), with j = 0 the NULL word, which explains what no source
    word does. ``log_likelihoods`` holds Σ log P over the pairs, in nats, before the first iteration
    and after each; the factor ε for the target length is left out (1). Made by :func:`ibm_model1`.
    """

    source_ids: dict[str | None, int]  # None is NULL
    target_ids: dict[str, int]
    cooccurring: Array  # sorted keys, source id · target words + target id
    probabilities: Array  # t of each
    log_likelihoods: tuple[float, ...]

    def probability(self, target: str, source: str | None) -> float:
        """Return t(target | source), NULL for ``None``; 0 for words that never met."""
        return float(self.table((target,), (source,))[0, 0])

    def table(self, target: Sequence[str], source: Sequence[str | None]) -> Array:
        """Return t(y_i | x_j) of two sentences as (T, S)."""
        j = np.array([self.source_ids.get(word, -1) for word in source])
        i = np.array([self.target_ids.get(word, -1) for word in target])
        keys = j * len(self.target_ids) + i[:, None]
        places = np.searchsorted(self.cooccurring, keys).clip(max=len(self.cooccurring) - 1)
        known = (self.cooccurring[places] == keys) & (i[:, None] >= 0)
        return np.where(known, self.probabilities[places], 0.0)

    def links(self, pair: SentencePair) -> frozenset[Link]:
        """Return the Viterbi alignment: each target word's most probable source word, if NULL is not more so."""
        candidates = (*pair.source, None) if None in self.source_ids else pair.source
        t = self.table(pair.target, candidates)
        best = t.argmax(axis=1)  # of equals the first: NULL stands last
        return frozenset((int(j), i) for i, j in enumerate(best) if j < len(pair.source) and t[i, j] > 0)


def ibm_model1(pairs: Sequence[SentencePair], iterations: int = 5, null: bool = True) -> IBMModel1:
    """Learn Model 1 by EM from a uniform start: Brown et al. (1993), §4.1.

    E: each target word shares itself out among the source words, γ_ij = t(y_i|x_j) / Σ_k t(y_i|x_k).
    M: t(y|x) is the share of y in all that x was given. The likelihood rises with every iteration and
    has one highest value. ``null=False`` leaves the NULL word out, as examples by hand do.
    """
    check_sizes(iterations=iterations)
    if not pairs:
        raise ValueError("Model 1 learns from sentence pairs: got none.")
    source_ids: dict[str | None, int] = {None: 0} if null else {}
    target_ids: dict[str, int] = {}
    for pair in pairs:
        for word in pair.source:
            source_ids.setdefault(word, len(source_ids))
        for target_word in pair.target:
            target_ids.setdefault(target_word, len(target_ids))
    V = len(target_ids)
    cells, positions = _cells(pairs, source_ids, target_ids, null)
    cooccurring, cells = np.unique(cells, return_inverse=True)
    sources = cooccurring // V
    t = np.full(len(cooccurring), 1 / V)
    choices = sum(len(pair.target) * np.log(len(pair.source) + null) for pair in pairs)
    log_likelihoods = []
    for iteration in range(iterations + 1):
        joint = t[cells]
        total = np.bincount(positions, joint)  # Σ_j t(y_i | x_j) of every target position
        log_likelihoods.append(float(np.log(total).sum() - choices))
        if iteration < iterations:
            counts = np.bincount(cells, joint / total[positions])
            t = counts / np.bincount(sources, counts)[sources]
    return IBMModel1(source_ids, target_ids, cooccurring, t, tuple(log_likelihoods))


def _cells(
    pairs: Sequence[SentencePair], source_ids: dict[str | None, int], target_ids: dict[str, int], null: bool
) -> tuple[Array, Array]:
    """Lay every cell (x_j, y_i) of every pair in a row: the key of its two words, the number of its y_i."""
    keys, positions, targets = [], [], 0
    for pair in pairs:
        source = [source_ids[word] for word in ((*pair.source, None) if null else pair.source)]
        target = [target_ids[word] for word in pair.target]
        keys.append(np.add.outer(target, np.array(source) * len(target_ids)).ravel())
        positions.append(np.repeat(np.arange(targets, targets + len(target)), len(source)))
        targets += len(target)
    return np.concatenate(keys), np.concatenate(positions)


def swapped(pair: SentencePair) -> SentencePair:
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
    size = -1
    while size != len(grown):
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
    return frozenset(grown)


def _add_lonely(links: frozenset[Link], more: frozenset[Link]) -> frozenset[Link]:
    added = set(links)
    for j, i in sorted(more, key=_by_target):
        if all(j != other_j and i != other_i for other_j, other_i in added):
            added.add((j, i))
    return frozenset(added)


def _by_target(link: Link) -> Link:
    return link[1], link[0]
