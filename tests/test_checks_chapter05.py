"""The checkers of chapter 5 accept right answers and name the usual mistakes."""

import re

import pytest
import torch

from course_lib.checks import chapter05 as checks
from tests.answers.chapter05 import MISTAKES, RIGHT, additive_scores
from tests.exercises import is_not_yet, letter, passes


@pytest.mark.parametrize(("check", "solution"), RIGHT)
def test_a_right_answer_passes_and_an_empty_one_is_only_not_yet(check, solution, capsys):
    for _ in range(5):  # the sizes differ from call to call
        assert passes(check, solution, capsys)
    assert is_not_yet(check, capsys)


def test_a_right_answer_in_single_precision_passes(capsys):
    def in_single_precision(*tensors):
        return additive_scores(*(tensor.float() for tensor in tensors))

    assert passes(checks.check_additive_scores, in_single_precision, capsys)


@pytest.mark.parametrize("check", [check for check, _ in RIGHT])
def test_a_check_leaves_the_learners_random_numbers_alone(check):
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    check(lambda *arguments: ...)
    assert torch.equal(torch.rand(2), expected)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_wrong_answer_is_caught_and_named(mistake):
    check, wrong, message = MISTAKES[mistake]
    for _ in range(5):
        assert re.search(message, letter(check, wrong))
