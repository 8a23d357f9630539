"""Is one model better than another on the very same sentences? Chapters 6 to 11, 15 and 16."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from course_lib.finite import require_finite
from course_lib.metrics.resampling import resampled_interval
from course_lib.metrics.score import Score
from course_lib.metrics.sides import check_parallel
from course_lib.shapes import Shaped

_Values = Sequence[bool] | Sequence[float] | Shaped[np.ndarray, "_"] | str
_REMEDY = "A sentence without a number cannot be compared: leave it out on both sides."


def paired_difference(ours: _Values, theirs: _Values, bootstrap: int = 0) -> Score:
    """Return the mean of ``ours`` minus the mean of ``theirs``, over the same sentences in the same order.

    Hits are yes or no a sentence, such as exact or not: booleans, or the string of 0 and 1 that the records of the
    course keep; their difference is in points of per cent. Other numbers, such as the nats of a sentence, are
    compared in their own unit.
    ``bootstrap`` > 0 adds a 95 % interval from that many resamplings: each draws sentences once, and both models
    are scored on what was drawn (paired bootstrap: Koehn, 2004). It is narrower than the two models' own
    intervals tell where both fail at the same sentences. A difference is called one where it leaves 0 out.
    ValueError for sides of different length, for hits beside other numbers, for NaN, and for whole numbers of which
    none is above 1: they may be hits or counts.
    """
    check_parallel(ours=ours, theirs=theirs)
    left, right = _numbers("ours", ours), _numbers("theirs", theirs)
    if {left.dtype.kind, right.dtype.kind} <= {"i", "u"} and max(left.max(), right.max()) <= 1:
        raise ValueError("Whole numbers of 1 at most may be hits or counts: give booleans for hits, floats for counts.")
    hits = left.dtype == bool
    if hits != (right.dtype == bool):
        raise ValueError(
            "One side holds hits (yes or no), the other numbers: a difference needs the same measure on both sides."
        )
    what, unit = ("hits, points of % of sentences", 100) if hits else ("means a sentence", 1)
    difference = left.astype(float) - right.astype(float)  # (sentences,); a draw of it is a draw of both
    # the interval comes in per cent
    interval = resampled_interval(
        difference[:, None], lambda sums: sums.ravel() / len(difference) * unit / 100, bootstrap
    )
    return Score(unit * float(difference.mean()), len(difference), f"difference of {what}, ours − theirs", interval)


def _numbers(side: str, values: Any) -> Shaped[np.ndarray, "_"]:
    """Return hits as booleans, other numbers as they are."""
    if isinstance(values, str):
        if set(values) - {"0", "1"}:
            raise ValueError(f"{side}: a string of hits holds 0 and 1 alone, got {values[:40]!r}.")
        return np.array([hit == "1" for hit in values])
    try:
        numbers = np.asarray(values)
    except ValueError as error:  # rows of different length
        raise ValueError(f"{side}: expected one number a sentence; some entries hold several.") from error
    if numbers.ndim != 1 or numbers.dtype.kind not in "biuf":
        raise ValueError(f"{side}: expected one number a sentence, got an array of {numbers.dtype} {numbers.shape}.")
    if numbers.dtype.kind == "b":
        return numbers
    require_finite(side, numbers, remedy=_REMEDY)
    return numbers
