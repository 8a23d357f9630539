"""Which words a window of local attention shows, counted from links before anything is trained. Chapter 9."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from course_lib.alignment.looks import by_word
from course_lib.corpora.pairs import SentencePair
from course_lib.options import MOST_WORDS, check_count, check_option
from course_lib.shapes import Float

Centre = Literal["step", "diagonal"]
"""Where the window of target word i stands: at i, as local-m has it, or at S · i / T."""
Partners = Literal["any", "all"]
_KINDS: dict[str, Callable[..., bool]] = {"any": any, "all": all}


def inside(
    pairs: Sequence[SentencePair], D: int, centre: Centre = "step", partners: Partners = "any"
) -> list[list[bool | None]]:
    """Say of every target word whether a window of D source words to each side of its centre shows its gold partner.

    Luong, Pham & Manning (2015), §3.2, with the window of :class:`~course_lib.attention.LocalAttention`: positions
    count from 0, ``</s>`` has the last of the S = words + 1, and a centre past the end waits there. A word with
    several sure links is inside if ``"any"`` of its ``partners`` is, or only if ``"all"`` are; possible links count
    as none. ``None`` for a word without a sure link, and for ``</s>``: an entry a row, so that it can be laid beside
    what :func:`course_lib.word_scores.score_words` gives.
    ValueError for a D that is no whole number from 1, another option, a pair that nobody has linked.
    """
    check_count("D", D, most=MOST_WORDS)
    check_option("centre", centre, Centre)
    check_option("partners", partners, Partners)
    within = _KINDS[partners]
    return [
        [
            None if sure is None else within(j in seen_from(p, D, len(pair.source) + 1) for j in sure)
            for sure, p in zip(_gold(pair, number), centres(pair, centre), strict=True)
        ]
        for number, pair in enumerate(pairs)
    ]


def centres(pair: SentencePair, centre: Centre = "step") -> list[float]:
    """Return p_i of each of the T target rows, ``</s>`` included: from 0 up to S − 1, the place of ``</s>``."""
    S, T = len(pair.source) + 1, len(pair.target) + 1
    return [min(i if centre == "step" else S * i / T, S - 1) for i in range(T)]


def seen_from(p: float, D: int, S: int) -> range:
    """Return the positions, of S with ``</s>``, in a window of D to each side of the one nearest to p."""
    nearest = min(round(p), S - 1)
    return range(max(nearest - D, 0), min(nearest + D + 1, S))


def bell(positions: ArrayLike, p: float, D: int) -> Float[np.ndarray, "W"]:
    """Return what local-p multiplies the weight of each source position by: exp(−(j − p)² / 2σ²), σ = D / 2.

    Luong, Pham & Manning (2015), §3.2, eq. 10. ``positions``, W of them, and ``p`` count source words from 0. At
    p ± D it is e⁻², however wide the window. ValueError for a D that is no whole number from 1.
    """
    check_count("D", D, most=MOST_WORDS)
    return np.exp(-((np.asarray(positions, dtype=float) - p) ** 2) / (2 * (D / 2) ** 2))


def _gold(pair: SentencePair, number: int) -> list[AbstractSet[int] | None]:
    """Return the sure partners of each target row, None for one without."""
    if pair.sure is None:
        raise ValueError(f"Pair {number}: nobody has linked its words, so nothing says which of them a window hides.")
    found = by_word(pair.sure)
    return [found.get(i) for i in range(len(pair.target) + 1)]
