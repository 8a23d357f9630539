"""Which word translates which, learnt from sentence pairs alone: IBM Model 1 by EM. Chapter 11."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from course_lib.corpora.pairs import Link, SentencePair
from course_lib.options import check_sizes
from course_lib.shapes import Float, Int


@dataclass(frozen=True, eq=False)
class IBMModel1:
    """t(target word | source word), learnt from sentence pairs alone: Brown et al. (1993), §4.1.

    P(y | x) = Π_i 1/(S + 1) Σ_j t(y_i | x_j), with j = 0 the NULL word, which explains what no source
    word does. ``log_likelihoods`` holds Σ log P over the pairs, in nats, before the first iteration
    and after each; the factor ε for the target length is left out (1). Made by :func:`ibm_model1`.
    """

    source_ids: dict[str | None, int]  # None is NULL
    target_ids: dict[str, int]
    cooccurring: Int[np.ndarray, "P"]  # sorted keys, source id · target words + target id
    probabilities: Float[np.ndarray, "P"]  # t of each
    log_likelihoods: tuple[float, ...]

    def probability(self, target: str, source: str | None) -> float:
        """Return t(target | source), NULL for ``None``; 0 for words that never met."""
        return float(self.table((target,), (source,)).item())

    def table(self, target: Sequence[str], source: Sequence[str | None]) -> Float[np.ndarray, "T S"]:
        """Return t(y_i | x_j) of two sentences."""
        j = np.array([self.source_ids.get(word, -1) for word in source])
        i = np.array([self.target_ids.get(word, -1) for word in target])
        keys = j * len(self.target_ids) + i[:, None]  # (T, S)
        places = np.searchsorted(self.cooccurring, keys).clip(max=len(self.cooccurring) - 1)
        known = (self.cooccurring[places] == keys) & (i[:, None] >= 0)
        return np.where(known, self.probabilities[places], 0.0)

    def links(self, pair: SentencePair) -> frozenset[Link]:
        """Return the Viterbi alignment: each target word's most probable source word, if NULL is not more so."""
        candidates = (*pair.source, None) if None in self.source_ids else pair.source
        t = self.table(pair.target, candidates)
        best = t.argmax(axis=1)  # of equals the first: NULL stands last
        return frozenset((int(j), i) for i, j in enumerate(best) if j < len(pair.source) and t[i, j] > 0)

    def posteriors(self, pair: SentencePair) -> Float[np.ndarray, "T _"]:
        """Return γ_ij, how probable it is that y_i was said for x_j: Brown et al. (1993), §4.1, the E-step. Chapter 11.

            γ_ij = P(a_i = j | x, y) = t(y_i|x_j) / Σ_k t(y_i|x_k)

        Shape (T, S + 1): the columns are the S source words, *last* NULL, as ``</s>`` stands last in the weights of
        attention. So :func:`~course_lib.alignment.argmax_links` and :func:`~course_lib.alignment.hard_links` take it
        as it is, with both lengths; the largest of each row are :meth:`links`, of equals the first.
        Every row sums to 1. A word that none of these can have said (it is unknown, or no t is above 0) lies whole
        on the last column. Elsewhere that column is 0 where the model was learnt without NULL.
        """
        t = self.table(pair.target, (*pair.source, None))  # (T, S + 1); without NULL the last column is 0
        total = t.sum(axis=1, keepdims=True)
        explained = total > 0
        shares = np.divide(t, total, out=np.zeros_like(t), where=explained)
        shares[~explained.ravel(), -1] = 1.0
        return shares


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
) -> tuple[Int[np.ndarray, "_"], Int[np.ndarray, "_"]]:
    """Lay every cell (x_j, y_i) of every pair in a row: the key of its two words, the number of its y_i."""
    keys, positions, targets = [], [], 0
    for pair in pairs:
        source = [source_ids[word] for word in ((*pair.source, None) if null else pair.source)]
        target = [target_ids[word] for word in pair.target]
        keys.append(np.add.outer(target, np.array(source) * len(target_ids)).ravel())
        positions.append(np.repeat(np.arange(targets, targets + len(target)), len(source)))
        targets += len(target)
    return np.concatenate(keys), np.concatenate(positions)
