"""Checkers for chapter 4, "Attention by hand".

Every oracle is a loop over single numbers or a finite difference; none calls the course's attention.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from course_lib.checks.comparing import array, compare, judge, on_arrays, rounding_of
from course_lib.checks.report import NotRight, answer, checker

Array = np.ndarray
KEYS = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])  # the, black, cat: the keys of the chapter
SIZES = ((3, 2), (1, 3), (5, 3), (8, 6))  # (S positions, M entries of a value)


@checker(
    hints=(
        "‘the’ always scores 0. What are the scores of the other two, as the query's entries?",
        "A ratio of two weights is a ratio of two exponentials.",
        "q_1 = ln(α_2 / α_1), and q_2 likewise.",
    )
)
def check_query_for(query_for: Callable[..., Any]) -> str:
    """Exercise 1: ``query_for(weights)`` returns a query (2,) that gives KEYS these weights (3,)."""
    rng = np.random.default_rng(4)
    wanted = [np.array(row) for row in ((0.1, 0.2, 0.7), (0.7, 0.1, 0.2), (1 / 3, 1 / 3, 1 / 3))]
    for weights in [*wanted, *rng.dirichlet(np.ones(3), size=5)]:
        got = answer(query_for, weights)
        query = array(got, "the query", (2,))
        mistakes = {
            "These are logarithms of weights, but the weight of ‘the’ does not enter.": np.log(weights[1:]),
            "The entries are weights; a score is something else.": weights[1:],
            "The ratios are turned upside down.": np.log(weights[0] / weights[1:]),
            "These are ratios of weights, not scores: an exponential still follows.": weights[1:] / weights[0],
            "That is a logarithm of base 2; the softmax takes powers of e.": np.log2(weights[1:] / weights[0]),
            "The two entries have changed places.": np.log(weights[:0:-1] / weights[0]),
        }
        compare(
            _weights_of(query),
            weights,
            "the weights",
            mistakes={why: _weights_of(wrong) for why, wrong in mistakes.items()},
            where=f"that your query {np.round(query, 3).tolist()} makes, asked for {np.round(weights, 3).tolist()},",
            rounding=rounding_of(got),
        )
    return "query_for: the query brings back the weights asked for, the three of the text and five random rows."


@checker(hints=("Which positions add nothing to the sum?", "Leave weights of 0 out before you take a logarithm."))
def check_entropy(entropy: Callable[..., Any]) -> str:
    """Exercise 2: ``entropy(weights)`` returns −Σ α ln α in nats, with 0 ln 0 = 0."""
    rng = np.random.default_rng(4)
    rows = [np.full(n, 1 / n) for n in (2, 1, 7)] + [rng.dirichlet(np.ones(n)) for n in (3, 12)]
    for weights in [*rows, np.array([0.25, 0.75, 0.0, 0.0])]:
        expected = math.fsum(-float(a) * math.log(a) for a in weights if a > 0) + 0.0  # no minus zero
        mistakes = {
            "The sign is turned round: the logarithm of a weight is negative.": -expected,
            "That is in bits; use the natural logarithm.": expected / math.log(2),
            "This is a mean over the positions, not their sum.": expected / len(weights),
            "This is the exponential of the entropy, a number of positions.": math.exp(expected),
            "The logarithms are not weighted.": -math.fsum(math.log(a) for a in weights if a > 0),
        }
        not_finite = "A padding position has weight exactly 0: its logarithm is infinite, its part of the sum is none."
        where = f"in nats, of weights {np.round(weights, 3).tolist()}"
        got = answer(entropy, weights)
        compare(got, expected, "the entropy", mistakes=mistakes, where=where, not_finite=not_finite)
    return "entropy: ln n for a plain average, 0 for a single position, and padding does not count."


@checker(
    hints=(
        "Which scores may enter the sum of the exponentials?",
        "What may be taken off a row before exp without changing its softmax?",
        "In this order: −inf where the mask is False; minus each row's largest; exp; divided by the row's sum.",
    )
)
def check_masked_softmax(masked_softmax: Callable[..., Any]) -> str:
    """Exercise 3: ``masked_softmax(scores, mask)``, both (B, S), exactly 0 where the mask is False."""
    rng = np.random.default_rng(4)
    for rows, positions in ((1, 3), (3, 3), (4, 7)):
        scores = rng.normal(size=(rows, positions))
        mask = np.arange(positions) < rng.integers(1, positions + 1, size=(rows, 1))
        apart = 2000 * np.arange(rows)[:, None]
        padding = "0 was divided by 0: no real position was left in this row."
        large = "exp(10,000) overflows, and exp(−10,000) is 0."
        unequal = "The rows lie thousands apart: what suits one row underflows in another."
        _check_mask(masked_softmax, scores, mask, "scores about 0", padding)
        _check_mask(masked_softmax, scores - 30, mask, "all real scores about −30", padding)
        _check_mask(masked_softmax, np.where(mask, scores, 1e4), mask, "scores of 10,000 at the padding", large)
        _check_mask(masked_softmax, scores + 1e4, mask, "all scores about 10,000", large)
        _check_mask(masked_softmax, scores - apart, mask, "rows that are 2,000 apart", unequal)
    return "masked_softmax: padding gets exactly 0, real positions sum to 1, however large the scores are."


@checker(
    hints=(
        "A score that rises takes weight from all the others. Where do their values enter?",
        "Split the sum over j into the part with δ and the rest; you know the rest by a name.",
        "Row k is α_k (v_k − c).",
    )
)
def check_context_gradient(context_gradient: Callable[..., Any]) -> str:
    """Exercise 4: ``context_gradient(weights, values)`` returns ∂c/∂e_k as row k, (S, M)."""
    rng = np.random.default_rng(4)
    step = 1e-5
    for positions, value_entries in SIZES:
        scores, values = rng.normal(size=positions), rng.normal(size=(positions, value_entries))
        weights, expected = np.array(_softmax(scores)), []
        for k in range(positions):
            nudge = step * (np.arange(positions) == k)
            ahead, behind = _mix(_softmax(scores + nudge), values), _mix(_softmax(scores - nudge), values)
            expected.append([(a - b) / (2 * step) for a, b in zip(ahead, behind, strict=True)])
        context = np.array(_mix(weights.tolist(), values))
        mistakes = {
            "The sign is turned round: a score that rises pulls the context towards its value.": np.negative(expected),
            "The other weights do not stand still: what one gains, they lose.": weights[:, None] * values,
            "Each row is as long as if its position had the whole weight.": values - context,
            "This is how the context moves with the value v_k, not with its score.": np.repeat(
                weights[:, None], value_entries, axis=1
            ),
            "Only the position's own weight is followed, not what the others lose.": (
                (weights * (1 - weights))[:, None] * values
            ),
            "This is the plain context in every row.": np.tile(context, (positions, 1)),
        }
        got = answer(context_gradient, weights, values)
        where = f"for S={positions}, compared with nudging each score,"
        compare(got, expected, "the gradient", mistakes=mistakes, where=where, axes="(S, M)")
    return "context_gradient: agrees with nudging each score by ±0.00001 and watching the context move."


@checker(hints=("Write a sound softmax over the last axis first.", "Call it twice, and change nothing else."))
def check_softmax_twice(softmax_twice: Callable[..., Any]) -> str:
    """Exercise 5, break it: ``softmax_twice(scores)`` over the last axis carries the bug, and nothing else."""
    rng = np.random.default_rng(4)
    for rows, positions in ((2, 3), (3, 4), (2, 20)):
        near = 3 * rng.normal(size=(rows, positions))
        for scores in (near, near - 2000 * np.arange(rows)[:, None]):
            once = _rows(_softmax)(scores)
            mistakes = {
                "This is the right softmax: the bug is not in.": once,
                "The second softmax goes down the rows.": _rows(_softmax)(once.T).T,
                "Both go down the rows.": _rows(_softmax)(_rows(_softmax)(scores.T)).T,
                "The exponential alone is taken twice, not the softmax.": lambda scores=scores: _rows(_softmax)(
                    np.exp(scores)
                ),
                "It is taken three times.": _rows(_softmax)(_rows(_softmax)(once)),
            }
            compare(
                answer(softmax_twice, scores),
                _rows(_softmax)(once),
                "the weights",
                mistakes=mistakes,
                where=f"for {rows} rows of {positions} positions{'' if scores is near else ', 2,000 apart'}",
                axes="(B, S)",
                not_finite="The rows lie 2,000 apart: what suits one row underflows in the other.",
            )
    tops = [float(array(answer(softmax_twice, 1e3 * np.eye(1, n)), "the weights", (1, n)).max()) for n in (4, 20)]
    return (
        f"softmax_twice: the bug is in, and each row still sums to 1. "
        f"However sure the scores, no weight passes {tops[0]:.3f} (n = 4) or {tops[1]:.3f} (n = 20)."
    )


@checker(
    hints=(
        "Use scores whose weights you know with a pencil, and compare every entry.",
        "More than one row, of very different size, and never as many rows as positions.",
    )
)
def check_accepts(accepts: Callable[..., Any]) -> str:
    """Exercise 6: ``accepts(softmax)`` is a test; it passes right functions and turns faulty ones away."""
    judge(accepts, RIGHT, FAULTY, too_strict="Allow for rounding.")
    return f"accepts: {len(RIGHT)} right functions pass, all {len(FAULTY)} faulty ones are caught."


def _rows(softmax: Callable[[Sequence[float]], list[float]]) -> Callable[[Array], Array]:
    return lambda scores: np.array([softmax(row) for row in np.asarray(scores, dtype=float)])


def _planted(softmax: Callable[[Array], Array]) -> Callable[[Any], Any]:
    """Make ``softmax`` what a learner's test is handed: it takes lists and tensors too, of two axes."""

    def run(scores: Array) -> Array:
        if scores.ndim != 2:
            raise ValueError(f"softmax: expected scores of shape (B, S), got {scores.shape}.")
        with np.errstate(all="ignore"):
            return softmax(scores)

    return on_arrays(run)


RIGHT: dict[str, Callable[..., Any]] = {
    "a softmax written with loops": _planted(lambda scores: _rows(_softmax)(scores)),
    "a softmax in single precision": _planted(lambda scores: _rows(_softmax)(scores).astype(np.float32)),
}
FAULTY: dict[str, Callable[..., Any]] = {
    "the softmax taken twice": _planted(lambda scores: _rows(_softmax)(_rows(_softmax)(scores))),
    "the softmax over the rows (the batch) in place of the positions": _planted(
        lambda scores: _rows(_softmax)(scores.T).T
    ),
    "the softmax over the whole array at once": _planted(
        lambda scores: np.reshape(_softmax(np.ravel(scores)), scores.shape)
    ),
    "a plain average that ignores the scores": _planted(lambda scores: np.full(scores.shape, 1 / scores.shape[1])),
    "powers of 2 in place of e": _planted(lambda scores: _rows(_softmax)(scores * math.log(2))),
    "the sigmoid of each score": _planted(lambda scores: 1 / (1 + np.exp(-scores))),
    "the arg max": _planted(lambda scores: np.eye(scores.shape[1])[scores.argmax(axis=1)]),
    "the largest score of the whole batch subtracted in every row": _planted(lambda scores: _one_maximum(scores)),
    "exp without subtracting the largest score": _planted(lambda scores: _rows(_overflowing_softmax)(scores)),
}


def _softmax(scores: Sequence[float] | Array) -> list[float]:
    top = max(scores)
    powers = [math.exp(e - top) for e in scores]
    return [power / math.fsum(powers) for power in powers]


def _overflowing_softmax(scores: Sequence[float]) -> list[float]:
    powers = np.exp(np.asarray(scores))
    return (powers / powers.sum()).tolist()


def _one_maximum(scores: Array) -> Array:
    powers = np.exp(scores - scores.max())
    return powers / powers.sum(axis=1, keepdims=True)


def _weights_of(query: Array) -> Array:
    return np.array(_softmax([math.fsum(float(q) * float(k) for q, k in zip(query, key, strict=True)) for key in KEYS]))


def _mix(weights: Sequence[float], values: Array) -> list[float]:
    return [math.fsum(a * float(v) for a, v in zip(weights, column, strict=True)) for column in values.T]


def _check_mask(masked_softmax: Callable[..., Any], scores: Array, mask: Array, case: str, if_nan: str) -> None:
    answered = answer(masked_softmax, scores, mask)
    weights = array(answered, "the weights", scores.shape, axes="(B, S)", finite=False)
    rounding = rounding_of(answered)
    for row, (got, real) in enumerate(zip(weights, mask, strict=True)):
        where = f"{case}, row {row} of {len(mask)} ({real.sum()} real of {len(real)})"
        if not np.isfinite(got).all():
            raise NotRight(f"{where}: got NaN. {if_nan}")
        if got[~real].any():
            hint = "A score of 0, or any finite number, is no mask, and a mask turned round hides the words."
            raise NotRight(f"{where}: padding should get exactly 0, got {got[~real].max():.3g}. {hint}")
        if not np.isclose(got.sum(), 1, atol=rounding):
            hint = "Either the padding still enters the sum that you divide by, or the softmax runs over axis 0."
            raise NotRight(f"{where}: the weights sum to {got.sum():.4f}, expected 1. {hint}")
        mistakes = {"This is the plain mean: the scores are not used.": np.full(real.sum(), 1 / real.sum())}
        right = _softmax(scores[row, real])
        compare(got[real], right, "the real weights", mistakes=mistakes, where=f"for {where}", rounding=rounding)
