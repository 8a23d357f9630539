"""Checkers that would praise a wrong answer, or blame a right one without saying why."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from course_lib.checks.chapter04 import (
    check_accepts,
    check_context_gradient,
    check_entropy,
    check_masked_softmax,
    check_query_for,
    check_softmax_twice,
)
from tests.exercises import letter

Array = np.ndarray
Answer = Callable[..., Any]


def softmax(scores: Array, axis: int = -1) -> Array:
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def one_maximum(scores: Array) -> Array:
    powers = np.exp(scores - scores.max())
    return powers / powers.sum(axis=-1, keepdims=True)


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


def rows_of_one_size_and_a_large_one(candidate: Answer) -> bool:
    """Each row alone is right however a batch is treated."""
    return all(np.allclose(candidate(CASES[k : k + 1]), RIGHT_WEIGHTS[k : k + 1]) for k in range(3)) and np.allclose(
        candidate(CASES[:2]), RIGHT_WEIGHTS[:2]
    )


def asserts_and_returns_nothing(candidate: Answer) -> None:
    np.testing.assert_allclose(candidate(CASES), RIGHT_WEIGHTS, atol=1e-6)


def asks_with_nested_lists(candidate: Answer) -> bool:
    return np.allclose(candidate(CASES.tolist()), RIGHT_WEIGHTS)


def asks_with_tensors(candidate: Answer) -> bool:
    return torch.allclose(candidate(torch.tensor(CASES)), torch.tensor(RIGHT_WEIGHTS))


def asserts_like_pytest(candidate: Answer) -> bool:
    np.testing.assert_allclose(candidate(CASES), RIGHT_WEIGHTS, atol=1e-6)
    return True


@pytest.mark.parametrize(
    "test", [asserts_like_pytest, asserts_and_returns_nothing, asks_with_nested_lists, asks_with_tensors]
)
def test_a_test_may_be_written_in_more_than_one_way(test: Answer, capsys: pytest.CaptureFixture[str]) -> None:
    check_accepts(test)
    assert "✓" in capsys.readouterr().out


WRONG: list[tuple[Answer, Answer, str]] = [
    (check_query_for, lambda weights: np.log(weights[1:]), "‘the’ does not enter"),
    (check_query_for, lambda weights: weights[1:], "The entries are weights"),
    (check_query_for, lambda weights: np.log(weights / weights[0]), r"expected shape \(2,\), got shape \(3,\)"),
    (check_query_for, lambda weights: np.full(2, np.inf), "an infinity"),
    (check_entropy, lambda a: -(a * np.log(a)).sum(), "its part of the sum is none"),
    (check_entropy, lambda a: -entropy(a), "sign is turned round"),
    (check_entropy, lambda a: entropy(a) / np.log(2), "That is in bits"),
    (check_entropy, lambda a: entropy(a) / len(a), "a mean over the positions"),
    (check_entropy, lambda a: "low", "expected numbers, got the text"),
    (check_masked_softmax, lambda e, mask: softmax(e * mask), "A score of 0, or any finite number, is no mask"),
    (check_masked_softmax, masked_after, "padding still enters the sum"),
    (check_masked_softmax, masked_after_and_shared_out, "scores of 10,000 at the padding.*overflows"),
    (check_masked_softmax, lambda e, mask: masked_softmax(e, ~mask), "no real position was left"),
    (check_masked_softmax, never_subtracts, "exp.10,000. overflows"),
    (check_masked_softmax, lambda e, mask: softmax(np.where(mask, e, -20.0)), "padding should get exactly 0"),
    (check_masked_softmax, lambda e, mask: softmax(np.where(mask, e, -1e9), axis=0), "over axis 0"),
    (check_masked_softmax, lambda e, mask: mask / mask.sum(axis=-1, keepdims=True), "the scores are not used"),
    (check_context_gradient, lambda a, v: a[:, None] * v, "The other weights do not stand still"),
    (check_context_gradient, lambda a, v: v - a @ v, "had the whole weight"),
    (check_context_gradient, lambda a, v: -context_gradient(a, v), "sign is turned round"),
    (check_masked_softmax, lambda e, mask: one_maximum(np.where(mask, e, -np.inf)), "rows that are 2,000 apart"),
    (check_query_for, lambda weights: np.log(weights[0] / weights[1:]), "upside down"),
    (check_context_gradient, lambda a, v: a[:, None] * np.ones_like(v), "with the value v_k"),
    (check_context_gradient, lambda a, v: (a * (1 - a))[:, None] * v, "what the others lose"),
    (check_softmax_twice, lambda e: softmax(one_maximum(e)), "underflows in the other"),
    (check_softmax_twice, lambda e: softmax(softmax(e, axis=0), axis=0), "Both go down the rows"),
    (check_softmax_twice, softmax, "the bug is not in"),
    (check_softmax_twice, lambda e: softmax(softmax(e), axis=0), "second softmax goes down"),
    (check_softmax_twice, lambda e: softmax(np.exp(e)), "exponential alone"),
    (check_accepts, asserts_nothing_of_order, "lets through the softmax taken twice"),
    (check_accepts, lambda candidate: np.allclose(candidate(CASES[:1]), RIGHT_WEIGHTS[:1]), "the whole array at once"),
    (check_accepts, lambda candidate: np.allclose(candidate(CASES[:2]), RIGHT_WEIGHTS[:2]), "without subtracting"),
    (check_accepts, rows_of_one_size_and_a_large_one, "the whole batch subtracted in every row"),
    (
        check_accepts,
        lambda candidate: candidate(CASES),
        "the verdict of your test: expected one number|expected True and False, got float64",
    ),
    (check_accepts, lambda candidate: float(accepts(candidate)), "expected True and False, got the float"),
    (check_accepts, compares_to_the_last_bit, "Allow for rounding"),
]


@pytest.mark.parametrize(("check", "wrong", "message"), WRONG)
def test_a_wrong_answer_is_told_why(check: Answer, wrong: Answer, message: str) -> None:
    assert re.search(message, letter(check, wrong))
