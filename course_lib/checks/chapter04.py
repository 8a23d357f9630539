"""Checkers for chapter 4, "Attention by hand".

Every oracle is a loop over single numbers or a finite difference; none calls the course's attention.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from course_lib.checks.report import NotRight, answer, checker

Array = np.ndarray
KEYS = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])  # the, black, cat: the keys of the chapter
SIZES = ((1, 3), (3, 2), (5, 3), (8, 6))  # (S positions, M entries of a value)
TOLERANCE = 1e-6


@checker
def check_query_for(query_for: Callable[..., Any]) -> str:
    """Exercise 1: ``query_for(weights)`` returns a query (2,) that gives KEYS these weights (3,)."""
    rng = np.random.default_rng(4)
    wanted = [np.array(row) for row in ((0.1, 0.2, 0.7), (0.7, 0.1, 0.2), (1 / 3, 1 / 3, 1 / 3))]
    for weights in [*wanted, *rng.dirichlet(np.ones(3), size=5)]:
        query = _array(answer(query_for, weights.copy()), (2,), "The query")
        where = f"Asked for weights {np.round(weights, 3).tolist()}, your query {np.round(query, 3).tolist()}"
        if not np.isfinite(query).all():
            raise NotRight(f"{where} is not finite.")
        hint = "‘the’ always scores 0; the other two scores are the entries of the query: ln of a ratio of weights."
        _same(np.array(_softmax([_dot(query, key) for key in KEYS])), weights, f"{where} makes others", hint)
    return "query_for: the query brings back the weights asked for, the three of the text and five random rows."


@checker
def check_entropy(entropy: Callable[..., Any]) -> str:
    """Exercise 2: ``entropy(weights)`` returns −Σ α ln α in nats, with 0 ln 0 = 0."""
    rng = np.random.default_rng(4)
    rows = [np.full(n, 1 / n) for n in (1, 2, 7)] + [rng.dirichlet(np.ones(n)) for n in (3, 12)]
    for weights in [*rows, np.array([0.25, 0.75, 0.0, 0.0])]:
        with np.errstate(all="ignore"):
            got = float(_array(answer(entropy, weights), (), "The entropy"))
        expected = math.fsum(-float(a) * math.log(a) for a in weights if a > 0) + 0.0  # no minus zero
        shown = f"Weights {np.round(weights, 3).tolist()}: expected {expected:.4f} nats, got {got:.4f}."
        if math.isnan(got):
            raise NotRight(f"{shown} A padding position has weight exactly 0, and 0 · ln 0 counts as 0.")
        if expected and np.isclose(got, -expected):
            raise NotRight(f"{shown} The sign is turned round: ln α is negative.")
        if expected and np.isclose(got, expected / math.log(2)):
            raise NotRight(f"{shown} That is in bits. Use the natural logarithm.")
        if not np.isclose(got, expected, atol=TOLERANCE):
            raise NotRight(shown)
    return "entropy: ln n for a plain average, 0 for a single position, and padding does not count."


@checker
def check_masked_softmax(masked_softmax: Callable[..., Any]) -> str:
    """Exercise 3: ``masked_softmax(scores, mask)``, both (B, S), exactly 0 where the mask is False."""
    rng = np.random.default_rng(4)
    for rows, positions in ((1, 3), (3, 3), (4, 7)):
        scores = rng.normal(size=(rows, positions))
        mask = np.arange(positions) < rng.integers(1, positions + 1, size=(rows, 1))
        _check_mask(masked_softmax, scores, mask, "Scores about 0")
        _check_mask(masked_softmax, scores - 30, mask, "All real scores about −30")
        _check_mask(masked_softmax, np.where(mask, scores, 1e4), mask, "Scores of 10,000 at the padding")
        _check_mask(masked_softmax, scores + 1e4, mask, "All scores about 10,000")
    return "masked_softmax: padding gets exactly 0, real positions sum to 1, however large the scores are."


@checker
def check_context_gradient(context_gradient: Callable[..., Any]) -> str:
    """Exercise 4: ``context_gradient(weights, values)`` returns ∂c/∂e_k as row k, (S, M)."""
    rng = np.random.default_rng(4)
    step = 1e-5
    for positions, value_entries in SIZES:
        scores, values = rng.normal(size=positions), rng.normal(size=(positions, value_entries))
        weights = np.array(_softmax(scores))
        got = _array(answer(context_gradient, weights, values), (positions, value_entries), "The gradient")
        for k in range(positions):
            nudge = step * (np.arange(positions) == k)
            ahead, behind = _mix(_softmax(scores + nudge), values), _mix(_softmax(scores - nudge), values)
            expected = [(a - b) / (2 * step) for a, b in zip(ahead, behind, strict=True)]
            hint = "A score that rises takes weight from the others: row k is α_k (v_k − c), not α_k v_k."
            if np.allclose(got[k], np.negative(expected), atol=1e-5):
                hint = "The sign is turned round: a score that rises pulls the context towards its value."
            _same(got[k], expected, f"S = {positions}, nudging score {k}", hint, tolerance=1e-5)
    return "context_gradient: agrees with nudging each score by ±0.00001 and watching the context move."


@checker
def check_softmax_twice(softmax_twice: Callable[..., Any]) -> str:
    """Exercise 5, break it: ``softmax_twice(scores)`` over the last axis carries the bug, and nothing else."""
    rng = np.random.default_rng(4)
    for rows, positions in ((2, 3), (3, 4), (2, 20)):
        scores = 3 * rng.normal(size=(rows, positions))
        weights = _array(answer(softmax_twice, scores), (rows, positions), "The weights")
        for row in range(rows):
            once = _softmax(scores[row])
            where = f"Row {row} of {rows}, {positions} positions"
            if np.allclose(weights[row], once):
                raise NotRight(f"{where}: this is the right softmax. Break it: feed its output to a softmax again.")
            _same(weights[row], _softmax(once), where, "Take the softmax over the last axis, twice, and nothing more.")
    tops = [float(np.max(answer(softmax_twice, 1e3 * np.eye(1, n)))) for n in (4, 20)]
    return (
        f"softmax_twice: the bug is in, and each row still sums to 1. "
        f"However sure the scores, no weight passes {tops[0]:.3f} (n = 4) or {tops[1]:.3f} (n = 20)."
    )


@checker
def check_accepts(accepts: Callable[..., Any]) -> str:
    """Exercise 6: ``accepts(softmax)`` is a test; it passes right functions and turns faulty ones away."""
    for name, softmax in RIGHT.items():
        if not _passes(accepts, softmax):
            raise NotRight(f"Your test turns away {name}. Allow for rounding: compare with np.allclose.")
    missed = [name for name, softmax in FAULTY.items() if _passes(accepts, softmax)]
    if missed:
        caught = len(FAULTY) - len(missed)
        raise NotRight(f"Your test catches {caught} of {len(FAULTY)} bugs. It lets through {'; '.join(missed)}.")
    return f"accepts: {len(RIGHT)} right functions pass, all {len(FAULTY)} faulty ones are caught."


def _rows(softmax: Callable[[Sequence[float]], list[float]]) -> Callable[[Array], Array]:
    return lambda scores: np.array([softmax(row) for row in np.asarray(scores, dtype=float)])


RIGHT: dict[str, Callable[[Array], Array]] = {
    "a softmax written with loops": lambda scores: _rows(_softmax)(scores),
    "a softmax in single precision": lambda scores: _rows(_softmax)(scores).astype(np.float32),
}
FAULTY: dict[str, Callable[[Array], Array]] = {
    "the softmax taken twice": lambda scores: _rows(_softmax)(_rows(_softmax)(scores)),
    "the softmax over the rows (the batch) in place of the positions": lambda scores: _rows(_softmax)(scores.T).T,
    "the softmax over the whole array at once": lambda scores: np.reshape(_softmax(np.ravel(scores)), scores.shape),
    "a plain average that ignores the scores": lambda scores: np.full(scores.shape, 1 / scores.shape[1]),
    "powers of 2 in place of e": lambda scores: _rows(_softmax)(scores * math.log(2)),
    "the sigmoid of each score": lambda scores: 1 / (1 + np.exp(-scores)),
    "the arg max": lambda scores: np.eye(scores.shape[1])[scores.argmax(axis=1)],
    "exp without subtracting the largest score": lambda scores: _rows(_overflowing_softmax)(scores),
}


def _passes(accepts: Callable[..., Any], softmax: Callable[[Array], Array]) -> bool:
    try:
        with np.errstate(all="ignore"):
            return bool(answer(accepts, softmax))
    except AssertionError:  # a test may say no in pytest's way too
        return False


def _softmax(scores: Sequence[float] | Array) -> list[float]:
    top = max(scores)
    powers = [math.exp(e - top) for e in scores]
    return [power / math.fsum(powers) for power in powers]


def _overflowing_softmax(scores: Sequence[float]) -> list[float]:
    powers = np.exp(np.asarray(scores))
    return (powers / powers.sum()).tolist()


def _dot(left: Array, right: Array) -> float:
    return math.fsum(float(a) * float(b) for a, b in zip(left, right, strict=True))


def _mix(weights: Sequence[float], values: Array) -> list[float]:
    return [math.fsum(a * float(v) for a, v in zip(weights, column, strict=True)) for column in values.T]


def _check_mask(masked_softmax: Callable[..., Any], scores: Array, mask: Array, case: str) -> None:
    with np.errstate(all="ignore"):
        weights = _array(answer(masked_softmax, scores.copy(), mask.copy()), scores.shape, "The weights")
    for row, (got, real) in enumerate(zip(weights, mask, strict=True)):
        where = f"{case}, row {row} of {len(mask)} ({real.sum()} real of {len(real)})"
        if np.isnan(got).any():
            hint = "Mask the scores before the softmax, and take the softmax over the last axis, the positions."
            if scores[row].max() > 700:  # where exp leaves double precision
                hint = "Mask the scores, then subtract each row's largest: exp(10,000) overflows, exp(−10,000) is 0."
            raise NotRight(f"{where}: got NaN. {hint}")
        if got[~real].any():
            hint = "A score of 0 is no mask: exp(0) = 1. Use −inf before the softmax."
            raise NotRight(f"{where}: padding should get exactly 0, got {got[~real].max():.3g}. {hint}")
        if not np.isclose(got.sum(), 1):
            hint = "Masked after the softmax, the weights lose what the padding took; or the softmax runs over axis 0."
            raise NotRight(f"{where}: the weights sum to {got.sum():.4f}, expected 1. {hint}")
        _same(got[real], _softmax(scores[row, real]), where, "Compare with the softmax of the real scores alone.")


def _array(result: Any, shape: tuple[int, ...], name: str) -> Array:
    try:
        got = np.asarray(result, dtype=float)
    except (TypeError, ValueError) as error:
        raise NotRight(f"{name} should be numbers, got {type(result).__name__}.") from error
    if got.shape != shape:
        raise NotRight(f"{name} should have shape {shape}, got {got.shape}.")
    return got


def _same(got: Array, expected: Sequence[float], where: str, hint: str, tolerance: float = TOLERANCE) -> None:
    if not np.allclose(got, expected, atol=tolerance):
        shown = f"expected {np.round(expected, 4).tolist()}, got {np.round(got, 4).tolist()}"
        raise NotRight(f"{where}: {shown}. {hint}")
