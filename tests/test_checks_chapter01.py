"""The checkers of chapter 1 let the right answer pass and name what is wrong with the others."""

from collections.abc import Callable
from typing import Any

import pytest

from course_lib.checks import chapter01 as checks
from tests.answers.chapter01 import RIGHT, WRONG, first_not_done
from tests.exercises import is_not_yet, letter, passes


@pytest.mark.parametrize(("check", "learner"), RIGHT)
def test_right_answer_is_told_so(check: Callable[..., None], learner: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert passes(check, learner, capsys)


@pytest.mark.parametrize(("check", "learner", "reason"), WRONG)
def test_wrong_answer_is_told_why(check: Callable[..., None], learner: Any, reason: str) -> None:
    assert reason in letter(check, learner)


@pytest.mark.parametrize("check", [check for check, _ in RIGHT])
def test_unwritten_answer_is_no_error(check: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    assert is_not_yet(check, capsys)


def test_every_checker_of_the_chapter_is_tested() -> None:
    public = {name for name in vars(checks) if name.startswith("check_")}
    assert public == {check.__name__ for check, _ in RIGHT} == {check.__name__ for check, _, _ in WRONG}


def test_a_rule_is_shown_links_of_words_still_to_come() -> None:
    """A check that hands over the next word's link would reward peeking, the one thing that the exercise forbids."""
    seen = []

    def look(source, written, links):
        seen.append((source, written, links))
        return first_not_done(source, written, links)

    checks.check_looking_without_peeking(look)
    assert max(len(written) for _, written, _ in seen) > 10
    assert all(i < len(written) and j < len(source) for source, written, links in seen for j, i in links)
    assert any(links and max(i for _, i in links) == len(written) - 1 for _, written, links in seen)
