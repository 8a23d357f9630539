"""Right and wrong answers to the exercises of chapter 4."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from course_lib.checks.chapter04 import (
    check_accepts,
    check_breaking_batch,
    check_context_gradient,
    check_query_for,
)

Array = np.ndarray
Answer = Callable[..., Any]


# Right answers, each by several roads


def query_for(weights: Array, keys: Array) -> Array:
    return np.linalg.solve(keys[1:] - keys[0], np.log(weights[1:] / weights[0]))


def query_by_least_squares(weights: Array, keys: Array) -> Array:
    """The constant that the softmax leaves free is one unknown more."""
    system = np.hstack([keys, np.ones((len(keys), 1))])
    return np.linalg.lstsq(system, np.log(weights), rcond=None)[0][:-1]


def query_from_the_last_word(weights: Array, keys: Array) -> list[float]:
    return np.linalg.solve(keys[:-1] - keys[-1], np.log(weights[:-1]) - np.log(weights[-1])).tolist()


def query_in_torch(weights: Array, keys: Array) -> torch.Tensor:
    a, k = torch.tensor(weights), torch.tensor(keys)
    return torch.linalg.solve(k[1:] - k[0], (a[1:] / a[0]).log())


def context_gradient(weights: Array, values: Array) -> Array:
    return weights[:, None] * (values - weights @ values)


def gradient_from_the_jacobian(weights: Array, values: Array) -> Array:
    return (np.diag(weights) - np.outer(weights, weights)) @ values


def gradient_by_loops(weights: Array, values: Array) -> list[list[float]]:
    S, M = values.shape
    return [
        [math.fsum(values[j, m] * weights[j] * ((j == k) - weights[k]) for j in range(S)) for m in range(M)]
        for k in range(S)
    ]


def gradient_by_autograd(weights: Array, values: Array) -> torch.Tensor:
    scores, v = torch.tensor(weights).log(), torch.tensor(values)
    return torch.autograd.functional.jacobian(lambda e: torch.softmax(e, 0) @ v, scores).T


def breaking_batch() -> Array:
    return np.array([[0.0, 1.0], [1000.0, 1001.0]])


def breaking_batch_of_low_scores() -> list[list[int]]:
    return [[-2000, -2001, -2000], [0, 0, 0], [1, 2, 3]]


def breaking_batch_of_tensors() -> torch.Tensor:
    return torch.tensor([[800.0], [0.0]], dtype=torch.float64)


SCORES = np.array([[0, math.log(2), math.log(7), 900], [0, 1000, 0, 0], [-30, -30, -30, -30]])
MASK = np.array([[1, 1, 1, 0], [1, 1, 1, 1], [1, 1, 0, 0]], dtype=bool)
EXPECTED = np.array([[0.1, 0.2, 0.7, 0], [0, 1, 0, 0], [0.5, 0.5, 0, 0]])


def accepts(candidate: Answer) -> bool:
    return np.allclose(candidate(SCORES, MASK), EXPECTED)


RIGHT: list[tuple[Answer, Answer]] = [
    (check_query_for, query_for),
    (check_query_for, query_by_least_squares),
    (check_query_for, query_from_the_last_word),
    (check_query_for, query_in_torch),
    (check_context_gradient, context_gradient),
    (check_context_gradient, gradient_from_the_jacobian),
    (check_context_gradient, gradient_by_loops),
    (check_context_gradient, gradient_by_autograd),
    (check_breaking_batch, breaking_batch),
    (check_breaking_batch, breaking_batch_of_low_scores),
    (check_breaking_batch, breaking_batch_of_tensors),
    (check_accepts, accepts),
]


def compares(scores: Array, mask: Array, expected: Array) -> Answer:
    """A test of the learner's with these cases alone."""
    return lambda candidate: np.allclose(candidate(scores, mask), expected)


def sums_to_one(candidate: Answer) -> bool:
    return np.allclose(candidate(SCORES, MASK).sum(axis=-1), 1)


def compares_to_the_last_bit(candidate: Answer) -> bool:
    return bool((candidate(SCORES, MASK) == EXPECTED).all())


def asks_each_row_alone(candidate: Answer) -> bool:
    return all(np.allclose(candidate(SCORES[k : k + 1], MASK[k : k + 1]), EXPECTED[k : k + 1]) for k in range(3))


def steps(keys: Array) -> Array:
    return keys[1:] - keys[0]


WRONG: list[tuple[Answer, Answer, str]] = [
    (check_query_for, lambda a, k: np.log(a[1:] / a[0]), "right for the keys of the text and no others"),
    (check_query_for, lambda a, k: np.linalg.pinv(k) @ np.log(a), "H unknowns, one too many"),
    (check_query_for, lambda a, k: np.linalg.solve(steps(k), np.log(a[1:])), "do not use the weight of the first word"),
    (check_query_for, lambda a, k: -query_for(a, k), "upside down"),
    (check_query_for, lambda a, k: np.linalg.solve(steps(k), a[1:] / a[0]), "took ratios of weights as scores"),
    (check_query_for, lambda a, k: np.linalg.solve(steps(k), a[1:] - a[0]), "differences of weights"),
    (check_query_for, lambda a, k: query_for(a, k) / np.log(2), "base 2"),
    (check_query_for, lambda a, k: np.linalg.solve(k[1:], np.log(a[1:] / a[0])), "only if the first key is zero"),
    (check_query_for, lambda a, k: np.linalg.solve(steps(k).T, np.log(a[1:] / a[0])), "equations is transposed"),
    (check_query_for, lambda a, k: a @ k, "a mixture of the keys"),
    (check_query_for, lambda a, k: np.log(a / a[0]), r"expected shape \(2,\), \(H,\), got shape \(3,\)"),
    (check_query_for, lambda a, k: np.full(k.shape[1], np.inf), "an infinity"),
    (check_context_gradient, lambda a, v: a[:, None] * v, "held the sum below the fraction"),
    (check_context_gradient, lambda a, v: v - a @ v, "The direction is right"),
    (check_context_gradient, lambda a, v: -context_gradient(a, v), "The sign is wrong"),
    (check_context_gradient, lambda a, v: a[:, None] * np.ones_like(v), "with the value v_k"),
    (check_context_gradient, lambda a, v: (a * (1 - a))[:, None] * v, "the weight of position k alone"),
    (check_context_gradient, lambda a, v: np.tile(a @ v, (len(a), 1)), "Every row is the context itself"),
    (check_context_gradient, lambda a, v: np.diag(a) - np.outer(a, a), "slopes of the weights: the values are missing"),
    (
        check_context_gradient,
        lambda a, v: (a * (1 - a))[:, None] * np.ones_like(v),
        "each weight in its own score: the values are missing",
    ),
    (check_context_gradient, lambda a, v: (1 - a)[:, None] * context_gradient(a, v), "One factor counts twice"),
    (check_context_gradient, lambda a, v: a[:, None] * (v - v.mean(axis=0)), "the plain mean of the values"),
    (check_context_gradient, lambda a, v: context_gradient(a, v).T, "The axes stand in another order"),
    (check_breaking_batch, lambda: np.array([[0.0, 1000.0]]), "With one row"),
    (check_breaking_batch, lambda: np.array([[0.0, 1.0], [30.0, 31.0]]), r"differ by 30\. That is too little"),
    (check_breaking_batch, lambda: np.full((2, 3), 1000.0), "the same largest score"),
    (check_breaking_batch, lambda: np.array([[0.0, 1.0], [np.inf, 1.0]]), "breaks a sound softmax too"),
    (check_breaking_batch, lambda: np.array([0.0, 1000.0]), "expected two axes"),
    (check_breaking_batch, lambda: np.array([[0.0, 1000.0], [1000.0, 0.0]]), "the same largest score"),
    (check_breaking_batch, lambda: np.zeros((2, 0)), "and an entry"),
    (check_accepts, sums_to_one, "lets through .*the softmax taken twice"),
    (check_accepts, compares(SCORES[:1], MASK[:1], EXPECTED[:1]), "a score of −20 at the padding"),
    (check_accepts, compares(SCORES[:2], MASK[:2], EXPECTED[:2]), "a score of −20 at the padding"),
    (check_accepts, compares(SCORES[[0, 2]], MASK[[0, 2]], EXPECTED[[0, 2]]), "exp without subtracting"),
    (check_accepts, compares(SCORES[1:], MASK[1:], EXPECTED[1:]), "powers of 2"),
    (check_accepts, asks_each_row_alone, "the largest score of the whole batch"),
    (
        check_accepts,
        lambda candidate: candidate(SCORES, MASK),
        "the verdict of your test: expected one number|expected True and False, got float64",
    ),
    (check_accepts, lambda candidate: float(accepts(candidate)), "expected True and False, got the float"),
    (check_accepts, compares_to_the_last_bit, "Allow for rounding"),
]
