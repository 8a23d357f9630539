"""How far a score would move on another test set of this size: bootstrap resampling. Chapter 2."""

from collections.abc import Callable

import numpy as np

from course_lib.options import check_count
from course_lib.shapes import Bool, Float, Int

MOST_RESAMPLINGS = 100_000
"""Their intervals stand still long before; a thousand is usual."""


def resampled_interval(
    counts: Int[np.ndarray, "B _"] | Bool[np.ndarray, "B _"] | Float[np.ndarray, "B _"],
    score: Callable[[Float[np.ndarray, "_ _"]], Float[np.ndarray, "_"]],
    bootstrap: int,
) -> tuple[float, float] | None:
    """Return the 95 % interval, in per cent, of a score of summed counts: Koehn (2004), §2.

    ``counts`` holds a row of numbers a sentence. Sentences are drawn with replacement, as many as there
    are, ``bootstrap`` times, always the same draws; ``score`` turns the sums (bootstrap, ·) into values.
    None for a single sentence, which drawn again and again is always itself: that is no certainty. None,
    too, where ``score`` is undefined in every draw.
    """
    check_count("bootstrap", bootstrap, least=0, most=MOST_RESAMPLINGS)
    n = len(counts)
    if bootstrap < 2 or n < 2:
        return None
    drawn = np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), size=bootstrap)  # how often each sentence
    scores = score(drawn @ counts)
    if not len(scores):
        return None
    low, high = np.percentile(100 * scores, (2.5, 97.5))
    return float(low), float(high)
