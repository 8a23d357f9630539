"""Checkers for chapter 4, "Attention by hand".

Every oracle is a loop over single numbers or a finite difference; none calls the course's attention.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from course_lib.checks.comparing import Array, array, expect_close, judge, on_arrays, rounding_of
from course_lib.checks.report import NotRight, answer, checker

KEYS = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])  # the, black, cat: the keys of the chapter
CASE_SIZES = ((3, 2), (1, 3), (5, 3), (8, 6))  # (S positions, M entries of a value)


@checker(
    hints=(
        "A ratio of two weights is a ratio of two exponentials. Which equation for the query follows?",
        "Each word but the first gives one equation: H equations for H unknowns.",
        "Solve q · (k_j − k_1) = ln(α_j / α_1), for j = 2 … S.",
    )
)
def check_query_for(query_for: Callable[..., Any]) -> str:
    """Exercise 1: ``query_for(weights, keys)`` returns a query (H,) that gives keys (H + 1, H) these weights."""
    rng = np.random.default_rng(4)
    cases = [(rng.dirichlet(np.full(H + 1, 2.0)), _apart(rng, H)) for H in (2, 1, 3, 4)]
    cases += [(np.array(row), KEYS) for row in ((0.1, 0.2, 0.7), (0.7, 0.1, 0.2))]
    for weights, keys in cases:
        got = answer(query_for, weights, keys)
        query = array(got, "the query", (keys.shape[1],), axes="(H,)")
        expect_close(
            _weights_of(query, keys),
            weights,
            "the weights",
            mistakes={why: _weights_of(wrong, keys) for why, wrong in _wrong_queries(weights, keys).items()},
            where=f"from your query {np.round(query, 3).tolist()} (asked for: {np.round(weights, 3).tolist()})",
            rounding=rounding_of(got),
        )
    return "query_for: the query brings back the weights asked for, with the keys of the text and with random ones."


def _apart(rng: np.random.Generator, H: int) -> Array:
    """Draw H + 1 keys, none of them zero, whose differences have lengths of about 1 and no direction in common."""
    directions, _ = np.linalg.qr(rng.normal(size=(H, H)))
    first = rng.normal(size=H)
    return np.vstack([first, first + rng.uniform(0.7, 1.5, size=(H, 1)) * directions])


def _wrong_queries(weights: Array, keys: Array) -> dict[str, Array]:
    ratios, steps = weights[1:] / weights[0], keys[1:] - keys[0]
    return {
        "Your query is right for the keys of the text and no others: you do not use the keys.": np.log(ratios),
        "This is right only if the first key is zero, as in the text. Here it is not.": np.linalg.pinv(keys[1:])
        @ np.log(ratios),
        "You asked every score to equal ln of its weight: S equations for H unknowns, one too many.": (
            np.linalg.pinv(keys) @ np.log(weights)
        ),
        "You do not use the weight of the first word.": np.linalg.solve(steps, np.log(weights[1:])),
        "The ratios of the weights are upside down.": np.linalg.solve(steps, -np.log(ratios)),
        "You took ratios of weights as scores, but the softmax takes an exponential of each score.": np.linalg.solve(
            steps, ratios
        ),
        "You took differences of weights as scores; the softmax makes ratios of them.": np.linalg.solve(
            steps, weights[1:] - weights[0]
        ),
        "You took a logarithm of base 2; the softmax takes powers of e.": np.linalg.solve(steps, np.log2(ratios)),
        "The matrix of your equations is transposed: each of its rows belongs to one word.": np.linalg.solve(
            steps.T, np.log(ratios)
        ),
        "You returned a mixture of the keys, not a query.": weights @ keys,
    }


@checker(
    hints=(
        "A score that rises takes weight from all the others. Where do their values enter?",
        "Split the sum over j into the part with δ and the rest; you know the rest by a name.",
        "Row k is α_k (v_k − c).",
    )
)
def check_context_gradient(context_gradient: Callable[..., Any]) -> str:
    """Exercise 2: ``context_gradient(weights, values)`` returns ∂c/∂e_k as row k, (S, M)."""
    rng = np.random.default_rng(4)
    step = 1e-5
    for positions, value_entries in CASE_SIZES:
        scores, values = rng.normal(size=positions), rng.normal(size=(positions, value_entries))
        weights, expected = np.array(_softmax(scores)), []
        for k in range(positions):
            nudge = step * (np.arange(positions) == k)
            ahead, behind = _mix(_softmax(scores + nudge), values), _mix(_softmax(scores - nudge), values)
            expected.append([(a - b) / (2 * step) for a, b in zip(ahead, behind, strict=True)])
        context, own = np.array(_mix(weights.tolist(), values)), weights * (1 - weights)
        mistakes = {
            "The sign is wrong: a rising score pulls the context towards its value.": np.negative(expected),
            "You held the sum below the fraction of the softmax fixed, but it grows with the score too.": weights[
                :, None
            ]
            * values,
            "The direction is right, the length is not: how much weight does the position have?": values - context,
            "This is how the context moves with the value v_k, not with its score.": np.repeat(
                weights[:, None], value_entries, axis=1
            ),
            "You followed the weight of position k alone, but the other weights fall.": own[:, None] * values,
            "These are the slopes of the weights: the values are missing.": (
                np.diag(weights) - np.outer(weights, weights)
            ),
            "This is the slope of each weight in its own score: the values are missing.": np.repeat(
                own[:, None], value_entries, axis=1
            ),
            "One factor counts twice: the way from the context to the value holds what the others lose.": (
                own[:, None] * (values - context)
            ),
            "You measure from the plain mean of the values, not from the context.": (
                weights[:, None] * (values - values.mean(axis=0))
            ),
            "Every row is the context itself, not how it changes.": np.tile(context, (positions, 1)),
        }
        got = answer(context_gradient, weights, values)
        where = f"for {positions} positions, by nudging each score"
        expect_close(got, expected, "the gradient", mistakes=mistakes, where=where, axes="(S, M)")
    return "context_gradient: agrees with nudging each score by ±0.00001 and watching the context move."


@checker(
    hints=(
        "Work out `scores - scores.max()` for two rows. Which row sees a largest score that is not its own?",
        "How far below 0 may a score lie before its exponential is 0 in 64 bits?",
    )
)
def check_breaking_batch(breaking_batch: Callable[..., Any]) -> str:
    """Exercise 3, break it: ``breaking_batch()`` returns scores (B, S) that one shared maximum gets wrong."""
    scores = array(answer(breaking_batch), "the scores", finite=False)
    if scores.ndim != 2 or not scores.size:
        raise NotRight(f"the scores: expected two axes, (B, S), and an entry, got shape {scores.shape}.")
    if not np.isfinite(scores).all():
        raise NotRight("the scores: an infinity or a NaN breaks a sound softmax too. Use finite numbers.")
    with np.errstate(all="ignore"):
        together = _one_maximum(scores)
        alone = np.vstack([_one_maximum(row[None]) for row in scores])
    wrong = [row for row in range(len(scores)) if not np.allclose(together[row], alone[row], rtol=0, atol=1e-3)]
    if not wrong:
        why = (
            "With one row, the largest score of the batch is the row's own."
            if len(scores) == 1
            else _still_right(scores)
        )
        raise NotRight(f"batch_softmax gets every row of your batch right. {why}")
    shown = ", ".join(f"{value:.3g}" for value in together[wrong[0]][:4])
    dots = ", …" if scores.shape[1] > 4 else ""
    return f"breaking_batch: row {wrong[0]} comes out as ({shown}{dots}); alone it is right."


def _still_right(scores: Array) -> str:
    tops = scores.max(axis=1)
    if np.ptp(tops) == 0:
        return "All your rows have the same largest score, so each row subtracts its own."
    gap = f"{np.ptp(tops):.4g}"
    return f"Your rows' largest scores differ by {gap}. That is too little: in 64 bits, exp(−{gap}) is not yet 0."


@checker(
    hints=(
        "Use scores whose weights you know with a pencil, and compare every entry.",
        "What score of a padding position would make a wrong mask show? And what scores of the words?",
        "Rows of very different size, unequal numbers of rows and positions, a huge score in the padding, "
        "and a row in which all words score about −30.",
    )
)
def check_accepts(accepts: Callable[..., Any]) -> str:
    """Exercise 4: ``accepts(softmax)`` tests a masked softmax; it passes right functions, turns faulty ones away."""
    judge(accepts, RIGHT, FAULTY, too_strict="Allow for rounding.")
    return f"accepts: {len(RIGHT)} right functions pass, all {len(FAULTY)} faulty ones are caught."


def map_to_read(scores: Array) -> Array:
    """Return weights (B, S) for ``scores`` (B, S), as the program has them whose map exercise 5 shows."""
    return _everywhere(_everywhere(scores))


Masked = Callable[[Array, Array], Array]


def _planted(softmax: Masked) -> Callable[..., Any]:
    """Make ``softmax`` what a learner's test is handed: it takes lists and tensors too, both of shape (B, S)."""

    def run(scores: Array, mask: Array) -> Array:
        if scores.ndim != 2 or mask.shape != scores.shape:
            raise ValueError(
                f"softmax: expected scores and mask of one shape (B, S), got {scores.shape} and {mask.shape}."
            )
        if not mask.astype(bool).any(axis=1).all():
            raise ValueError("softmax: a row is all padding. Leave at least one real position in each row.")
        with np.errstate(all="ignore"):
            return softmax(scores, mask.astype(bool))

    return on_arrays(run)


def _by_rows(scores: Array, mask: Array) -> Array:
    """The right answer, by loops: a row's padding is left out, then given weight 0."""
    weights = np.zeros(scores.shape)
    for row, real in enumerate(mask):
        weights[row, real] = _softmax(scores[row, real])
    return weights


def _filled(scores: Array, mask: Array, fill: float) -> Array:
    return np.where(mask, scores, fill)


def _everywhere(scores: Array) -> Array:
    """A softmax that knows no mask."""
    return _by_rows(scores, np.ones(scores.shape, dtype=bool))


def _largest_before_mask(scores: Array, mask: Array) -> Array:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True)) * mask
    return powers / powers.sum(axis=1, keepdims=True)


def _no_largest(scores: Array, mask: Array) -> Array:
    powers = np.exp(_filled(scores, mask, -np.inf))
    return powers / powers.sum(axis=1, keepdims=True)


RIGHT: dict[str, Callable[..., Any]] = {
    "a masked softmax written with loops": _planted(_by_rows),
    "a masked softmax in single precision": _planted(lambda scores, mask: _by_rows(scores, mask).astype(np.float32)),
    "a softmax of −1e30 at the padding": _planted(lambda scores, mask: _everywhere(_filled(scores, mask, -1e30))),
}
FAULTY: dict[str, Callable[..., Any]] = {
    "no mask at all": _planted(lambda scores, mask: _everywhere(scores)),
    "score times mask": _planted(lambda scores, mask: _everywhere(scores * mask)),
    "the mask after the softmax": _planted(lambda scores, mask: _everywhere(scores) * mask),
    "a score of −20 at the padding": _planted(lambda scores, mask: _everywhere(_filled(scores, mask, -20.0))),
    "the largest score taken before the mask": _planted(_largest_before_mask),
    "the largest score of the whole batch subtracted in every row": _planted(
        lambda scores, mask: _one_maximum(_filled(scores, mask, -np.inf))
    ),
    "exp without subtracting the largest score": _planted(_no_largest),
    "the softmax over the rows (the batch) in place of the positions": _planted(
        lambda scores, mask: _everywhere(_filled(scores, mask, -1e30).T).T
    ),
    "the softmax taken twice": _planted(lambda scores, mask: _by_rows(_by_rows(scores, mask), mask)),
    "powers of 2 in place of e": _planted(lambda scores, mask: _by_rows(scores * math.log(2), mask)),
}


def _softmax(scores: Sequence[float] | Array) -> list[float]:
    top = max(scores)
    powers = [math.exp(e - top) for e in scores]
    return [power / math.fsum(powers) for power in powers]


def _one_maximum(scores: Array) -> Array:
    powers = np.exp(scores - scores.max())
    return powers / powers.sum(axis=1, keepdims=True)


def _weights_of(query: Array, keys: Array) -> Array:
    return np.array(_softmax([math.fsum(float(q) * float(k) for q, k in zip(query, key, strict=True)) for key in keys]))


def _mix(weights: Sequence[float], values: Array) -> list[float]:
    return [math.fsum(a * float(v) for a, v in zip(weights, column, strict=True)) for column in values.T]
