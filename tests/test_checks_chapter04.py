"""Checkers that would praise a wrong answer, or blame a right one without saying why."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from course_lib.checks.chapter04 import (
    check_accepts,
    check_context_gradient,
    check_entropy,
    check_masked_softmax,
    check_query_for,
    check_softmax_twice,
)
from course_lib.checks.report import NotRight

Array = np.ndarray
Answer = Callable[..., Any]


def softmax(scores: Array, axis: int = -1) -> Array:
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def query_for(weights: Array) -> Array:
    return np.log(weights[1:] / weights[0])


def entropy(weights: Array) -> float:
    positive = weights[weights > 0]
    return float(-(positive * np.log(positive)).sum())


def masked_softmax(scores: Array, mask: Array) -> Array:
    return softmax(np.where(mask, scores, -np.inf))


def context_gradient(weights: Array, values: Array) -> Array:
    return weights[:, None] * (values - weights @ values)


def softmax_twice(scores: Array) -> Array:
    return softmax(softmax(scores))


CASES = np.array([[0.0, 5.0, 0.0], [1.0, 2.0, 3.0], [0.0, 1000.0, 0.0]])
RIGHT_WEIGHTS = np.array([[1, np.exp(5), 1] / (2 + np.exp(5)), np.exp([1, 2, 3]) / np.exp([1, 2, 3]).sum(), [0, 1, 0]])


def accepts(candidate: Answer) -> bool:
    return np.allclose(candidate(CASES), RIGHT_WEIGHTS)


RIGHT: list[tuple[Answer, Answer]] = [
    (check_query_for, query_for),
    (check_entropy, entropy),
    (check_masked_softmax, masked_softmax),
    (check_context_gradient, context_gradient),
    (check_softmax_twice, softmax_twice),
    (check_accepts, accepts),
]


@pytest.mark.parametrize(("check", "right"), RIGHT, ids=lambda function: function.__name__)
def test_a_right_answer_is_told_so(check: Answer, right: Answer, capsys: pytest.CaptureFixture[str]) -> None:
    check(right)
    assert capsys.readouterr().out.startswith(f"✓ {right.__name__}: ")


@pytest.mark.parametrize("check", [check for check, _ in RIGHT])
def test_an_empty_exercise_is_not_an_error(check: Answer, capsys: pytest.CaptureFixture[str]) -> None:
    check(lambda *_: ...)
    assert capsys.readouterr().out.startswith("○ Not yet")


def masked_after(scores: Array, mask: Array) -> Array:
    return softmax(scores) * mask


def never_subtracts(scores: Array, mask: Array) -> Array:
    powers = np.exp(np.where(mask, scores, -np.inf))
    return powers / powers.sum(axis=-1, keepdims=True)


def masked_after_and_shared_out(scores: Array, mask: Array) -> Array:
    return masked_after(scores, mask) / masked_after(scores, mask).sum(axis=-1, keepdims=True)


def asserts_nothing_of_order(candidate: Answer) -> bool:
    return np.allclose(candidate(CASES).sum(axis=-1), 1)


def compares_to_the_last_bit(candidate: Answer) -> bool:
    return bool((candidate(CASES) == softmax(CASES)).all())


def asserts_like_pytest(candidate: Answer) -> bool:
    np.testing.assert_allclose(candidate(CASES), RIGHT_WEIGHTS, atol=1e-6)
    return True


def test_a_test_may_assert_as_well_as_return(capsys: pytest.CaptureFixture[str]) -> None:
    check_accepts(asserts_like_pytest)
    assert "✓" in capsys.readouterr().out


WRONG: list[tuple[Answer, Answer, str]] = [
    (check_query_for, lambda weights: np.log(weights[1:]), "ln of a ratio of weights"),
    (check_query_for, lambda weights: weights[1:], "makes others: expected"),
    (check_query_for, lambda weights: np.log(weights / weights[0]), r"should have shape \(2,\), got \(3,\)"),
    (check_query_for, lambda weights: np.full(2, np.inf), "is not finite"),
    (check_entropy, lambda a: -(a * np.log(a)).sum(), "0 · ln 0 counts as 0"),
    (check_entropy, lambda a: -entropy(a), "sign is turned round"),
    (check_entropy, lambda a: entropy(a) / np.log(2), "That is in bits"),
    (check_entropy, lambda a: entropy(a) / len(a), "expected .* nats"),
    (check_entropy, lambda a: "low", "should be numbers"),
    (check_masked_softmax, lambda e, mask: softmax(e * mask), "A score of 0 is no mask"),
    (check_masked_softmax, masked_after, "Masked after the softmax"),
    (check_masked_softmax, masked_after_and_shared_out, "Mask the scores, then subtract"),
    (check_masked_softmax, lambda e, mask: masked_softmax(e, ~mask), "Mask the scores before the softmax"),
    (check_masked_softmax, never_subtracts, "exp.10,000. overflows"),
    (check_masked_softmax, lambda e, mask: softmax(np.where(mask, e, -20.0)), "padding should get exactly 0"),
    (check_masked_softmax, lambda e, mask: softmax(np.where(mask, e, -1e9), axis=0), "over axis 0"),
    (check_masked_softmax, lambda e, mask: mask / mask.sum(axis=-1, keepdims=True), "real scores alone"),
    (check_context_gradient, lambda a, v: a[:, None] * v, "not α_k v_k"),
    (check_context_gradient, lambda a, v: v - a @ v, "not α_k v_k"),
    (check_context_gradient, lambda a, v: -context_gradient(a, v), "sign is turned round"),
    (check_softmax_twice, softmax, "this is the right softmax"),
    (check_softmax_twice, lambda e: softmax(softmax(e), axis=0), "over the last axis, twice"),
    (check_softmax_twice, lambda e: softmax(np.exp(e)), "over the last axis, twice"),
    (check_accepts, asserts_nothing_of_order, "lets through the softmax taken twice"),
    (check_accepts, lambda candidate: np.allclose(candidate(CASES[:1]), RIGHT_WEIGHTS[:1]), "the whole array at once"),
    (check_accepts, lambda candidate: np.allclose(candidate(CASES[:2]), RIGHT_WEIGHTS[:2]), "without subtracting"),
    (check_accepts, compares_to_the_last_bit, "Allow for rounding"),
]


@pytest.mark.parametrize(("check", "wrong", "message"), WRONG)
def test_a_wrong_answer_is_told_why(check: Answer, wrong: Answer, message: str) -> None:
    with pytest.raises(NotRight, match=message), np.errstate(all="ignore"):
        check(wrong)
