"""The checkers of chapter 2 accept right answers and name the usual mistakes."""

import re

import pytest

from tests.answers.chapter02 import RIGHT, WRONG
from tests.exercises import is_not_yet, letter, passes


@pytest.mark.parametrize(("check", "solution"), RIGHT)
def test_a_right_answer_passes_and_an_empty_one_is_only_not_yet(check, solution, capsys):
    assert passes(check, solution, capsys)
    assert is_not_yet(check, capsys)


@pytest.mark.parametrize(("check", "wrong", "message"), WRONG)
def test_a_usual_mistake_is_named(check, wrong, message):
    assert re.search(message, letter(check, wrong))
