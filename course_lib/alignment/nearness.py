"""How near a look falls to the gold partner of the word it predicts. Chapters 7 and 12.

AER asks whether the largest weight hits a gold link. A look that is flat, or misses by one place, fails there
as badly as one that is lost; the weight on gold and the jumps tell them apart.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from course_lib.alignment.looks import by_word, checked_look
from course_lib.corpora.pairs import SentencePair
from course_lib.shapes import Float

FURTHEST = 4
"""Jumps this long, and longer ones, are counted together."""


@dataclass(frozen=True)
class Nearness:
    """What ``n`` looks, those of target words with a sure link, have to do with gold.

    ``mass`` is their mean weight on gold, Σ_j α_ij over the sure links (j, i) of word i, from 0 to 1.
    ``jumps`` counts how far the largest weight lies from gold, in source positions: 0 on it, −1 on the word
    before, −4 four or more before it; every key from −4 to 4 is there.
    """

    mass: float
    jumps: dict[int, int]
    n: int

    def __str__(self) -> str:
        hits = 100 * self.jumps[0] / self.n
        return f"weight on gold {self.mass:.2f}, largest weight on gold {hits:.1f} % (n = {self.n})"


def nearness(weights: Sequence[Float[np.ndarray, "_ _"]] | None, pairs: Sequence[SentencePair]) -> Nearness:
    """Compare ``weights``, one array (T, S) a pair, with the sure links of ``pairs``.

    Row i predicted target word i; T and S count ``</s>``, as in the ``looks`` of
    :func:`course_lib.word_scores.score_words`. Words without a sure link count nowhere, ``</s>`` among them;
    possible links count as none. ValueError where the weights do not fit the pairs, nobody has aligned them, or no
    word has a sure link; :class:`~course_lib.finite.NotFiniteError` for a weight that is NaN.
    """
    if weights is None:
        raise ValueError("There are no weights: a model without attention looks nowhere.")
    if len(weights) != len(pairs):
        raise ValueError(f"Expected the weights of each pair, got {len(weights)} arrays for {len(pairs)} pairs.")
    on_gold: list[float] = []
    jumps = dict.fromkeys(range(-FURTHEST, FURTHEST + 1), 0)
    for number, (look, pair) in enumerate(zip(weights, pairs, strict=True)):
        rows = _rows(look, pair, f"Pair {number}: ")
        on_gold += [float(rows[i, sorted(gold)].sum()) for i, gold in by_word(pair.sure or ()).items()]
        for jump in word_jumps(rows, pair):
            if jump is not None:
                jumps[max(-FURTHEST, min(FURTHEST, jump))] += 1
    if not on_gold:
        raise ValueError("No word of these pairs has a sure link: there is no gold to be near to.")
    return Nearness(float(np.mean(on_gold)), jumps, len(on_gold))


def word_jumps(look: Float[np.ndarray, "T S"], pair: SentencePair) -> list[int | None]:
    """Return for each of the T rows how far its largest weight lies from its nearest gold partner, in positions.

    Below 0 it falls before it; between two equally near partners the earlier counts. ``None`` where the word has no
    sure link, and for ``</s>``: an entry a row, so that it can be laid beside the ``right`` of
    :func:`course_lib.word_scores.score_words`. The same errors as :func:`nearness`.
    """
    gold = by_word(pair.sure or ())
    best = _rows(look, pair).argmax(axis=1)
    return [_jump(int(j), gold[i]) if i in gold else None for i, j in enumerate(best)]


def _jump(j: int, gold: AbstractSet[int]) -> int:
    """Return how far position ``j`` lies from the nearest of ``gold``."""
    _, nearest = min((abs(j - partner), partner) for partner in gold)
    return j - nearest


def _rows(look: Float[np.ndarray, "T S"], pair: SentencePair, where: str = "") -> Float[np.ndarray, "T S"]:
    """Return the weights of one pair, looked at."""
    if pair.sure is None:
        raise ValueError(f"{where}nobody has linked its words, so there is no gold to be near to.")
    return checked_look(look, pair.source, pair.sure, where, target_length=len(pair.target))
