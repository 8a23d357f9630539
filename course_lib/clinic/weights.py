"""Which softmax made these weights? What the checks of a softmax, of a look and of a step share, and `weights` itself.

Weights are judged by laws that hold for any scores, so that each bug shows alone and beside others. Chapter 15.
"""

from typing import Literal

import numpy as np

from course_lib.clinic.arrays import NumPyArray, handed_out, taken_in
from course_lib.clinic.calling import Caller, quietly
from course_lib.clinic.chart import Chart

Law = Literal["one", "two", "one, then two", "off, then two", "flat", "unknown"]

VISIBLE = 0.01
"""Weight that counts as some: single precision errs by 1e-6, half precision by 1e-3."""
SLIGHT = 1e-5
"""Weight at padding, where a mask leaves none, and a surplus of a sum that one word explains in every sentence."""
EQUAL = 1e-3
"""Weights nearer than this are the same; half precision errs by as much, a bug by a hundred times it."""
SPREAD = 0.2
"""Scores that differ by less are flat: two softmaxes of them look like one of scores that were divided."""
SAME_ROW = 1e-6
"""Scores that differ by less than this share of the largest are equal, but for the order of a sum."""
FIT = 0.02
"""How far logarithms of weights may lie from what a law says, as a share of their spread."""
HIGHEST_HALF = 65504.0

_IN_HALF = "Take the softmax in 32 bits, and fill with minus infinity instead of adding −1e10."
_OF_NOTHING = "Refuse a sentence of padding alone, or give it weights of 0."
_HIDDEN_BY_ONE = "every weight is 1, which leaves no normaliser to be looked at."


def softmax_of(scores: NumPyArray, axis: int = -1) -> NumPyArray:
    """Return the softmax of ``scores`` over ``axis``."""
    powers = np.exp(scores - scores.max(axis, keepdims=True))
    return powers / powers.sum(axis, keepdims=True)


def judge_normaliser(chart: Chart, where: str, weights: NumPyArray, alone: NumPyArray, windowed: bool = False) -> None:
    """Look at weights (B, S) of sentences without padding, and at the first one's in other company (S,).

    A softmax over the source does not know the company; it sums to one. A softmax over the batch knows it; over an
    axis of size one it gives 1 everywhere; one normaliser short of a word gives a sum above one, and one without it.
    """
    change = float(np.abs(weights[0] - alone).max())
    ones = weights.shape[1] > 1 and bool(np.abs(weights - 1).max() < EQUAL)
    if change > EQUAL:
        chart.find(
            "softmax_over_batch",
            where,
            f"The weights of a sentence change by {change:.2f} when other sentences stand beside it.",
            change=change,
        )
        chart.clear("softmax_over_one", f"In {where}, weights differ from 1.")
        chart.leave("normaliser_off_by_one", "the normaliser runs over the batch.")
        return
    chart.clear("softmax_over_batch", f"In {where}, the weights of a sentence are the same in any company.")
    if ones:
        total = float(weights.sum(-1).max())
        chart.find(
            "softmax_over_one",
            where,
            f"Every weight is 1, for any scores: {weights.shape[1]} words have {total:.2f} together.",
            sum=total,
        )
        chart.leave("normaliser_off_by_one", _HIDDEN_BY_ONE)
        return
    chart.clear("softmax_over_one", f"In {where}, weights differ from 1.")
    if windowed:
        chart.leave("normaliser_off_by_one", "weights in a window need not sum to one.")
        return
    sums = weights.sum(-1)
    away = float(np.abs(sums - 1).max())
    worst = float(sums[np.abs(sums - 1).argmax()])
    without = [float(np.abs(np.delete(weights, j, 1).sum(-1) - 1).max()) for j in range(weights.shape[1])]
    missing = int(np.argmin(without))
    if away > SLIGHT and without[missing] < away / 20:
        chart.find(
            "normaliser_off_by_one",
            where,
            f"The weights of a sentence sum to {worst:.4g}, and to 1 without word {missing + 1}: "
            "the normaliser leaves it out.",
            sum=worst,
        )
    elif away < VISIBLE:
        chart.clear("normaliser_off_by_one", f"In {where}, the weights of a sentence sum to 1.")
    else:
        chart.leave(
            "normaliser_off_by_one",
            f"in {where}, weights sum to {worst:.2f}, for a reason that no check here knows. "
            "If that is meant, say traits = {'windowed'}.",
        )


def law_of(scores: NumPyArray, weights: NumPyArray) -> Law:
    """Say what made ``weights`` of ``scores``, both (B, S) and without padding: one softmax, or one of another.

    Logarithms of weights differ as scores do after one softmax, whatever it is normalised by, and as the weights of
    the first softmax do after a second. Both are tried over the source and over the batch. "one, then two" is a
    second softmax of weights that are all 1; "off, then two" one of weights whose normaliser misses the first word.
    """
    there = np.isfinite(scores).all(0)  # a mark that a model hides from its looks is no word
    scores, weights = scores[:, there], weights[:, there]
    wide = float(_centred(scores, 1).max()) if there.sum() > 1 else 0.0
    if wide <= SAME_ROW * max(1.0, float(np.abs(scores).max(initial=0.0))) or weights.min() < 1e-30:
        return "flat"
    logs = np.log(weights)
    first = {axis: softmax_of(scores, axis) for axis in (0, 1)}
    later = first[1] / (1 - first[1][:, :1])
    candidates: list[tuple[Law, NumPyArray, int]] = [
        ("one", scores, 1),
        ("one", scores, 0),
        *(("two", first[inner], outer) for inner in (0, 1) for outer in (0, 1)),
        ("off, then two", later, 1),
    ]
    if np.abs(logs - logs.mean()).max() < 1e-5:
        return "one, then two" if wide > SPREAD else "flat"
    misfit: dict[Law, float] = {}
    for law, predicted, axis in candidates:
        if weights.shape[axis] > 1:
            spread = np.abs(_centred(predicted, axis)).max()
            wrong = np.abs(_centred(logs, axis) - _centred(predicted, axis)).max() / max(spread, 1e-12)
            misfit[law] = min(wrong, misfit.get(law, np.inf))
    best = min(misfit, key=lambda law: misfit[law])
    of_scaled = _misfit_of_scaled(scores, logs)
    if misfit[best] < FIT and (best == "one" or wide > SPREAD or misfit[best] < of_scaled / 20):
        return best
    if wide < SPREAD:
        return "flat"
    return "one" if of_scaled < FIT else "unknown"


def hides_the_law(chart: Chart, all_ones: bool, windowed: bool = False) -> bool:
    """Say whether nothing can tell one softmax from two, and write down why.

    Either a softmax over an axis of size one was found and ``all_ones`` says that its weights are what is looked at,
    or a window changes what the softmax gave.
    """
    if all_ones and chart.has("softmax_over_one"):
        chart.leave("double_softmax", _HIDDEN_BY_ONE)
    elif windowed:
        chart.leave("double_softmax", "weights in a window do not follow from the scores alone. Offer `weights`.")
    else:
        return False
    return True


def judge_law(chart: Chart, where: str, law: Law, top: float, words: int, reason: str = "") -> None:
    """Write down what :func:`law_of` says; ``top`` is the highest weight that was seen among ``words`` words."""
    cap = float(np.e / (np.e + words - 1))
    if law in ("two", "one, then two", "off, then two"):
        chart.find(
            "double_softmax",
            where,
            f"The weights are a softmax of a softmax: the highest one seen is {top:.2f}, and none of {words} words "
            f"can pass {cap:.2f}.",
            highest=top,
            cap=cap,
        )
        if law == "one, then two":
            chart.find(
                "softmax_over_one",
                where,
                f"Every word has a weight of {top:.2f}, whatever its score: a first softmax gives 1 everywhere.",
                weight=top,
            )
        if law == "off, then two":
            chart.find(
                "normaliser_off_by_one",
                where,
                "The softmax that comes first has a normaliser without the first word.",
                highest=top,
            )
    elif law == "one":
        chart.clear("double_softmax", f"In {where}, logarithms of weights differ as the scores do.")
    elif law == "flat":
        chart.leave(
            "double_softmax",
            reason
            or f"in {where}, scores are all but equal (untrained?), and one softmax of them looks like two. "
            "Train it, or offer `weights`.",
        )
    else:
        chart.leave("double_softmax", reason or f"in {where}, weights do not follow from the scores by a softmax.")


def judge_mask(
    chart: Chart,
    where: str,
    masked: NumPyArray,
    unmasked: NumPyArray,
    mask: NumPyArray,
    scores: NumPyArray | None = None,
) -> None:
    """Compare weights (B, S) under ``mask`` with those of the same scores where every word is real.

    ``scores`` are those that came back with the masked weights; a mask that reached them shows there.
    """
    share = float((masked * ~mask).sum(-1).max())
    taken = float((unmasked * ~mask).sum(-1).max())
    change = float(np.abs((masked - unmasked) * mask).max())
    reached = scores is not None and bool((scores[~mask] < -1e3).all())
    if chart.has("softmax_over_one") and np.abs(unmasked[mask] - 1).max() < EQUAL:
        if share > SLIGHT and scores is None:
            chart.leave("padding_attended", "every weight is 1, also where a mask was before the softmax.")
        elif share > SLIGHT and not reached:
            _find_padding(chart, where, share)
        else:
            chart.clear("padding_attended", f"In {where}, the mask is there.")
    elif share > SLIGHT and change > EQUAL and (chart.has("double_softmax") or reached):
        chart.clear("padding_attended", f"In {where}, the mask reaches the first softmax; the second undoes it.")
    elif share > SLIGHT:
        _find_padding(chart, where, share)
    elif taken > VISIBLE and change < EQUAL:
        chart.find(
            "padding_attended",
            where,
            f"Padding takes {taken:.0%} of the softmax, and its weight is thrown away afterwards: "
            "the words keep less than all.".replace("%", " %"),
            share=taken,
        )
    else:
        chart.clear("padding_attended", f"In {where}, padding has no weight.")


def _find_padding(chart: Chart, where: str, share: float) -> None:
    chart.find("padding_attended", where, f"Padding receives {100 * share:.2g} % of the weight.", share=share)


def check_weights(caller: Caller, chart: Chart, random: np.random.Generator) -> None:
    """Check a function `weights`, whose scores are in our hands."""
    keys = ("softmax_over_one", "softmax_over_batch", "normaliser_off_by_one", "double_softmax", "padding_attended")
    B, S = 3, 5
    everything = np.ones((B, S), dtype=bool)
    mask = np.arange(S) < np.array([[5], [4], [3]])
    with chart.taking_failures(*keys, "mask_overflow"):
        scores = random.normal(size=(B, S)) * 1.5
        weights = caller.array("weights", scores, everything, shape=(B, S))
        other = np.stack([scores[0], random.normal(size=S) * 1.5])
        alone = caller.array("weights", other, everything[:2], shape=(2, S))[0]
        judge_normaliser(chart, "weights", weights, alone, windowed="windowed" in caller.of.traits)
        peaks = np.zeros((B, S))
        peaks[0, 2] = 30.0
        peaked = caller.array("weights", peaks, everything, shape=(B, S))
        if not hides_the_law(chart, all_ones=True):
            judge_law(chart, "weights", law_of(scores, weights), float(peaked[0, 2]), S)
        _check_half(caller, chart, scores, mask)
        masked = caller.array("weights", scores, mask, shape=(B, S))
        judge_mask(chart, "weights", masked, weights, mask)


def _check_half(caller: Caller, chart: Chart, scores: NumPyArray, mask: NumPyArray) -> None:
    """Look for NaN: in half precision, at a score beyond its range, and in a row of padding alone."""
    where = "weights"
    if _is_finite(caller, scores, np.ones_like(mask)) is not True:
        return  # told by the checks that go before
    large = scores.copy()
    large[:, 1] = 0.9 * HIGHEST_HALF
    if _is_finite(caller, large, mask) is True:
        large[:, 1] = 2 * HIGHEST_HALF
        if _is_finite(caller, large, mask) is False:
            chart.find(
                "mask_overflow",
                where,
                "A score of 131,008 makes NaN: half precision ends at 65,504.",
                _IN_HALF,
                score=131008,
            )
            return
    if caller.of.library != "python":
        in_half = _is_finite(caller, scores.astype(np.float16), mask)
        if in_half is False:
            said = "In half precision, a mask makes NaN of weights."
            chart.find("mask_overflow", where, said, _IN_HALF, lowest=-HIGHEST_HALF)
            return
    nothing = mask.copy()
    nothing[-1] = False
    if _is_finite(caller, scores, nothing) is False:
        chart.find("mask_overflow", where, "A sentence of padding alone has NaN for weights.", _OF_NOTHING, words=0)
    else:
        chart.clear(
            "mask_overflow", "In weights, no NaN: in half precision, at large scores, in a row of padding alone."
        )


def _is_finite(caller: Caller, scores: NumPyArray, mask: NumPyArray) -> bool | None:
    """Say whether `weights` is free of NaN; None where it refuses, False where it divides by zero or overflows."""
    like = caller.like if scores.dtype != np.float16 else None
    try:
        with quietly():
            given = (handed_out(array, caller.of.library, like) for array in (scores, mask))
            return bool(np.isfinite(taken_in(caller.of.parts["weights"](*given))).all())
    except (ArithmeticError, RuntimeError) as error:
        return False if isinstance(error, ArithmeticError) or "overflow" in str(error) else None
    except (Exception, SystemExit):
        return None


def _centred(values: NumPyArray, axis: int) -> NumPyArray:
    return values - values.mean(axis, keepdims=True)


def _misfit_of_scaled(scores: NumPyArray, logs: NumPyArray) -> float:
    """Return how far logarithms of weights are from scores times one number, as after a temperature."""
    x, y = _centred(scores, 1), _centred(logs, 1)
    slope = float((x * y).sum() / (x * x).sum())
    return float(np.abs(y - slope * x).max() / max(np.abs(y).max(), 1e-12)) if slope > 0 else np.inf


def lies_still(weights: NumPyArray) -> bool:
    """Say whether all words of each sentence have one weight."""
    return bool(np.ptp(weights, axis=-1).max() < 1e-5)
