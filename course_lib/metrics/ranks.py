"""Do two numbers of the same things rise together, whatever their units? Chapter 11."""

import math
from collections.abc import Sequence

import numpy as np

from course_lib.finite import require_finite
from course_lib.metrics.resampling import MOST_RESAMPLINGS
from course_lib.metrics.score import Score
from course_lib.options import check_count
from course_lib.shapes import Float, Shaped

_Values = Sequence[float] | Shaped[np.ndarray, "_"]
_SIGNATURE = "Spearman's ρ"
_REMEDY = "A point needs both of its numbers: leave it out on both sides."


def rank_correlation(xs: _Values, ys: _Values, bootstrap: int = 0) -> Score:
    """Return Spearman's ρ (1904) of points (x, y), from −1 to 1: how far the order of one side is that of the other.

    It is Pearson's correlation of the ranks; equal numbers share the mean of their ranks. ``n`` counts points.
    ``bootstrap`` > 0 adds a 95 % interval from that many resamplings of the *points*, always the same draws, without
    those in which one side is constant; of fewer than three points there is none. The interval is on the scale of ρ
    itself, not in per cent as those of other scores: ``str`` rounds it to one decimal, so print its ends by hand.
    With few points it is rough, and points that belong together (one corpus, one recipe) make it too narrow.
    Undefined where one side is constant: it has no order.
    ValueError for sides of different length and fewer than two points; :class:`~course_lib.finite.NotFiniteError`
    for a number that is NaN or infinite.
    """
    check_count("bootstrap", bootstrap, least=0, most=MOST_RESAMPLINGS)
    points = np.stack(_checked(xs, ys))  # (2, points)
    n = points.shape[1]
    rho = _spearman(points)
    if math.isnan(rho):
        return Score(rho, n, _SIGNATURE, undefined="one side is constant, so that it has no order")
    return Score(rho, n, _SIGNATURE, _interval(points, bootstrap))


def _checked(xs: _Values, ys: _Values) -> tuple[Float[np.ndarray, "_"], Float[np.ndarray, "_"]]:
    x, y = np.asarray(xs, dtype=float), np.asarray(ys, dtype=float)
    if x.ndim != 1 or x.shape != y.shape or len(x) < 2:
        raise ValueError(f"Expected as many xs as ys, at least two of each; got shapes {x.shape} and {y.shape}.")
    require_finite("xs", x, remedy=_REMEDY)
    require_finite("ys", y, remedy=_REMEDY)
    return x, y


def _interval(points: Float[np.ndarray, "2 _"], bootstrap: int) -> tuple[float, float] | None:
    n = points.shape[1]
    if bootstrap < 2 or n < 3:
        return None
    drawn = np.random.default_rng(0).integers(n, size=(bootstrap, n))
    found = [rho for rho in (_spearman(points[:, places]) for places in drawn) if not math.isnan(rho)]
    if not found:
        return None
    low, high = np.percentile(found, (2.5, 97.5))
    return float(low), float(high)


def _spearman(points: Float[np.ndarray, "2 _"]) -> float:
    """Return ρ, NaN where one side is constant."""
    centred = np.stack([_ranks(side) for side in points])
    centred -= centred.mean()  # each side's: ranks of as many points have one mean
    covariance = centred @ centred.T
    spread = covariance[0, 0] * covariance[1, 1]
    return float(covariance[0, 1] / math.sqrt(spread)) if spread else math.nan  # sums of quarters are exact: |ρ| ≤ 1


def _ranks(values: Float[np.ndarray, "_"]) -> Float[np.ndarray, "_"]:
    """Return the rank of each number, less ½; equal ones have the mean of their ranks."""
    _, groups, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)  # rank of the last of each group
    return (last - counts / 2)[groups]
