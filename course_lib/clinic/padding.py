"""What padding does to a model: weight in its looks, and an encoder that reads it. Chapter 15."""

from typing import Any

import numpy as np

from course_lib.clinic.calling import PartFailed
from course_lib.clinic.chart import Chart
from course_lib.clinic.walking import Stepped, Stepper, furthest
from course_lib.clinic.weights import SLIGHT, VISIBLE, lies_still

_MOVES = 1e-3
"""Logits that move by more than this share of their spread have moved; orders of summation move them by 1e-6."""
HEARS = 1e-6
"""A state that is read moves the logits by more than this share; one that is thrown away by nothing."""
_STEPS = 3
"""Steps in which the weight of padding is measured."""
LOWEST = 1e-30
"""Weights below it are not told apart: single precision ends there."""


def check_padding(stepper: Stepper, chart: Chart) -> None:
    """Measure the weight of padding in a batch of several lengths, longest first."""
    L = stepper.longest
    lengths = np.array([L, L - 1, L - 2])
    source = stepper.sources(3, L)
    for row, length in enumerate(lengths):
        source[row, length - 1], source[row, length:] = stepper.words.eos, stepper.words.pad
    steps = stepper.run(source, stepper.targets(3, _STEPS), lengths)
    if steps[0].weights is None:
        return
    padding = np.arange(L) >= lengths[:, None]
    shares = [float((step.weights * padding).sum(-1).max()) for step in steps if step.weights is not None]
    at = int(np.argmax(shares))
    share, step = shares[at], steps[at]
    where = f"step {at + 1}"
    assert step.weights is not None
    reached = step.scores is not None and bool((step.scores[padding] < -1e3).all())
    if share < SLIGHT:
        chart.clear("padding_attended", "In the steps, padding has no weight.")
    elif reached:
        chart.clear("padding_attended", f"In {where}, the mask reaches the scores; what comes after it undoes it.")
    elif step.scores is None and chart.has("softmax_over_one"):
        chart.leave("padding_attended", "every weight is 1, also where a mask was before the softmax.")
    elif step.scores is None and chart.has("double_softmax") and _leaks_from_second(step.weights, padding):
        chart.clear("padding_attended", f"In {where}, padding has what a second softmax gives to a weight of 0.")
    else:
        chart.find(
            "padding_attended", where, f"Padding receives {100 * share:.2g} % of the weight at {where}.", share=share
        )


def _leaks_from_second(weights: np.ndarray, padding: np.ndarray) -> bool:
    """Say whether the weights are a softmax of weights that sum to one over the words and are 0 at padding."""
    for row, padded in zip(weights, padding, strict=True):
        if padded.any():
            first = np.log(row[~padded] / row[padded].max())  # exp(p_j) / exp(0)
            if abs(first.sum() - 1) > VISIBLE:
                return False
    return True


def check_end(stepper: Stepper, chart: Chart) -> None:
    """Encode the same sentences with and without padding, and cross state and memory."""
    L = stepper.longest
    n = L - 2
    filler = not chart.has("softmax_over_batch")  # a longer sentence beside them, as in any batch
    short = stepper.sources(4, n)
    long = stepper.padded(short, L)
    lengths = np.full(4, n)
    if filler:
        long[0], lengths[0] = stepper.sources(1, L)[0], L
    rows = slice(1, None) if filler else slice(None)
    words = stepper.targets(4, 2)
    memory, state = stepper.encode(short)
    padded_memory, padded_state = stepper.encode(long, lengths)
    base = stepper.walk(memory, state, words, n)
    stranger = stepper.walk(memory, stepper.encode(stepper.sources(4, n))[1], words, n)
    speaks = furthest(base, stranger, rows) > HEARS  # the state, of the source
    change: float | None = 0.0
    if speaks:
        change = furthest(base, stepper.walk(memory, padded_state, words, n), rows)
        what = "The first state is another one when padding follows the sentence: logits move by"
    if change is not None and change <= _MOVES:
        change = _change_of_annotations(stepper, chart, (padded_memory, state), words, base, rows)
        what = "Annotations of real words are others when padding follows the sentence: logits or weights move by"
    if change is None and not speaks:
        chart.leave("state_after_padding", "the look at padding hides it. Mend that first.")
    elif change is not None and change > _MOVES:
        chart.find("state_after_padding", "encode", f"{what} {change:.2f}.", moved=change)
    else:
        chart.clear("state_after_padding", "What the encoder says of a sentence is the same with padding behind it.")


def _change_of_annotations(
    stepper: Stepper, chart: Chart, crossed: tuple[Any, Any], words: np.ndarray, base: list[Stepped], rows: slice
) -> float | None:
    """Return how far a memory with padding behind it moves the steps; None where a look at padding moves them, too.

    Where padding has weight, ratios of the other weights in the first look still say whether the scores are the same.
    """
    n = stepper.longest - 2
    try:
        after = stepper.walk(*crossed, words, stepper.longest)
    except PartFailed:  # a softmax over a batch of which every sentence ends before
        if chart.has("softmax_over_batch"):
            return None
        raise
    first, padded = base[0].weights, after[0].weights
    if first is None or padded is None or max(_at_padding(step, n, rows) for step in after) < SLIGHT:
        return furthest(base, after, rows)
    twice = chart.has("padding_attended") and not chart.has_cleared("double_softmax")
    if twice or chart.has("softmax_over_one") or lies_still(first):
        return None
    one, other = (np.diff(np.log(np.maximum(weights[rows, :n], LOWEST))) for weights in (first, padded))
    return float(np.abs(one - other).max())


def _at_padding(step: Stepped, n: int, rows: slice) -> float:
    return 0.0 if step.weights is None else float(step.weights[rows, n:].sum(-1).max())
