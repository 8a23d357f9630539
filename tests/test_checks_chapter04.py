"""Checkers that would praise a wrong answer, or blame a right one without saying why."""

import math
import re

import numpy as np
import pytest
import torch

from course_lib.checks.chapter04 import (
    check_accepts,
    check_breaking_batch,
    map_to_read,
)
from tests.answers.chapter04 import EXPECTED, MASK, RIGHT, SCORES, WRONG, Answer, Array
from tests.exercises import is_not_yet, letter


def softmax(scores: Array, axis: int = -1) -> Array:
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def breaking_batch_by_rounding() -> Array:
    """No NaN: what is left of the first row has one bit or two."""
    return np.array([[0.0, -0.7], [744.0, 0.0]])


def asserts_and_returns_nothing(candidate: Answer) -> None:
    np.testing.assert_allclose(candidate(SCORES, MASK), EXPECTED, atol=1e-6)


def asks_with_nested_lists(candidate: Answer) -> bool:
    return np.allclose(candidate(SCORES.tolist(), MASK.tolist()), EXPECTED)


def asks_with_tensors(candidate: Answer) -> bool:
    got = candidate(torch.tensor(SCORES), torch.tensor(MASK))
    return torch.allclose(got.double(), torch.tensor(EXPECTED), atol=1e-6)


def asks_row_by_row_and_together(candidate: Answer) -> bool:
    single = [candidate(SCORES[k : k + 1], MASK[k : k + 1])[0] for k in range(3)]
    return np.allclose(single, EXPECTED) and np.allclose(candidate(SCORES, MASK), EXPECTED)


@pytest.mark.parametrize(("check", "right"), RIGHT, ids=lambda function: function.__name__)
def test_a_right_answer_is_told_so(check: Answer, right: Answer, capsys: pytest.CaptureFixture[str]) -> None:
    check(right)
    assert capsys.readouterr().out.startswith(f"✓ {check.__name__.removeprefix('check_')}: ")


def test_a_row_that_loses_its_last_bits_is_broken_too(capsys: pytest.CaptureFixture[str]) -> None:
    check_breaking_batch(breaking_batch_by_rounding)
    assert capsys.readouterr().out.startswith("✓ breaking_batch: row 0")


@pytest.mark.parametrize(
    "test",
    [asserts_and_returns_nothing, asks_with_nested_lists, asks_with_tensors, asks_row_by_row_and_together],
)
def test_a_test_may_be_written_in_more_than_one_way(test: Answer, capsys: pytest.CaptureFixture[str]) -> None:
    check_accepts(test)
    assert "✓" in capsys.readouterr().out


@pytest.mark.parametrize("check", sorted({check for check, _ in RIGHT}, key=lambda check: check.__name__))
def test_an_empty_exercise_is_not_an_error(check: Answer, capsys: pytest.CaptureFixture[str]) -> None:
    assert is_not_yet(check, capsys)


@pytest.mark.parametrize(("check", "wrong", "message"), WRONG)
def test_a_wrong_answer_is_told_why(check: Answer, wrong: Answer, message: str) -> None:
    assert re.search(message, letter(check, wrong))


SCORES_OF_THE_MAP = np.diag(np.arange(6.0, 12.0))


def test_the_map_to_read_shows_sound_weights() -> None:
    """Exercise 5 asks what is wrong with the map: something must be, and its rows must still sum to one."""
    weights = map_to_read(SCORES_OF_THE_MAP)
    assert np.allclose(weights, softmax(softmax(SCORES_OF_THE_MAP)))
    assert np.allclose(weights.sum(axis=1), 1)
    assert np.allclose(weights.diagonal(), math.e / (math.e + 5), rtol=0.01)


def test_no_temperature_explains_the_map_to_read() -> None:
    """Else exercise 5 has two right answers: scores of one size let a division give the same map."""
    weights = map_to_read(SCORES_OF_THE_MAP)
    for temperature in np.geomspace(0.1, 1000, 500):
        assert np.abs(softmax(SCORES_OF_THE_MAP / temperature) - weights).max() > 0.05
