"""What holds for every check of every chapter: no traceback, no pass for nonsense, no pedantry about types."""

import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from course_lib import checks
from tests import answers, exercises, rooms

Check = Callable[[Any], None]
TABLES = [importlib.import_module(f"tests.answers.{module.name}") for module in pkgutil.iter_modules(answers.__path__)]
RIGHT: list[tuple[Check, Any]] = [pair for table in TABLES for pair in table.RIGHT]
WRONG: list[tuple[Check, Any, str]] = [row for table in TABLES for row in table.WRONG]
CHECKS: list[Check] = [
    value
    for module in pkgutil.iter_modules(checks.__path__)
    if module.name.startswith("chapter")  # the checks of the problem sets have tests of their own
    for name, value in vars(importlib.import_module(f"course_lib.checks.{module.name}")).items()
    if name.startswith("check_")
]
FORMULA = re.compile(r"[⊙Σ√∂@∑]|\*\*|\bnp\.|\btorch\.(?!nn\.GRU\b)|[\w)] [−+·/*] [\w(]|\w = \w")
WHOLE: set[tuple[Check, Any]] = set()
"""Checks and right answers that were found to have no parts: no odd value takes the place of one, so once is enough."""
FIRST_RIGHT = dict(reversed(RIGHT))  # a right answer that draws no random numbers itself


def by_name(value: Any) -> str:
    return getattr(value, "__name__", "") or None


@pytest.mark.parametrize("check", CHECKS, ids=by_name)
@pytest.mark.parametrize("odd", exercises.ODD_LEARNERS)
def test_nonsense_passes_or_ends_in_a_traceback(check: Check, odd: str, capsys: pytest.CaptureFixture[str]) -> None:
    learner = exercises.ODD_LEARNERS[odd]
    if not _not_yet(check, learner, capsys):
        _assert_is_a_letter(exercises.letter(check, learner))


def _not_yet(check: Check, learner: Any, capsys: pytest.CaptureFixture[str]) -> bool:
    """Return whether the check says that nothing has been written; a pass fails here."""
    try:
        check(learner)
    except exercises.NotRight:
        return False
    out = capsys.readouterr().out
    assert out.startswith("○ Not yet: "), out
    return True


def _assert_is_a_letter(text: str) -> None:
    assert "cannot read what came" not in text  # the last resort of the checker: a message of ours was missing
    assert "Traceback" not in text and "object at 0x" not in text
    assert 20 < len(text) < 700 and text.endswith((".", "?")), text


@pytest.mark.parametrize(("check", "right"), RIGHT, ids=by_name)
@pytest.mark.parametrize("odd", exercises.ODD_RESULTS)
def test_a_right_answer_with_one_part_spoilt_passes_or_ends_in_a_traceback(check: Check, right: Any, odd: str) -> None:
    parts = 0

    def learner(part: int) -> Callable[..., Any]:
        def answer(*arguments: Any) -> Any:
            nonlocal parts
            variants = list(exercises.spoilt(value := right(*arguments), exercises.ODD_RESULTS[odd]()))
            parts = len(variants)
            return variants[part] if variants else value

        return answer

    if (check, right) in WHOLE:
        return
    part = 0
    while part == 0 or part < parts:
        try:
            check(learner(part))
            if parts == 0:
                WHOLE.add((check, right))
            assert parts == 0, f"part {part} was {odd}, and the check passed"
        except exercises.NotRight as letter:
            _assert_is_a_letter(str(letter).split(exercises.HINT)[0])
        part += 1


@pytest.mark.parametrize(("check", "right"), RIGHT, ids=by_name)
def test_a_function_that_returns_nothing_on_one_of_its_ways_is_called_unwritten(check: Check, right: Any) -> None:
    calls = 0

    def forgets(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        return right(*arguments) if calls == 1 else None

    try:
        check(forgets)
    except exercises.NotRight as error:
        told = str(error)
    else:
        told = "one question was all that this check has" if calls == 1 else "it passed"
    assert re.search(r"no `return` is reached|lets through|all that this check has", told)


@pytest.mark.parametrize(("check", "right"), RIGHT, ids=by_name)
@pytest.mark.parametrize("form", exercises.FORMS)
def test_a_right_answer_in_another_form_is_refused(
    check: Check, right: Any, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    check(lambda *arguments: exercises.reformed(right(*arguments), exercises.FORMS[form]))
    assert capsys.readouterr().out.startswith("✓ ")


@pytest.mark.parametrize(("check", "wrong", "message"), WRONG, ids=by_name)
def test_the_first_wrong_answer_is_told_the_formula(check: Check, wrong: Any, message: str) -> None:
    text = exercises.letter(check, wrong)
    assert not FORMULA.search(exercises.unquoted(text)), text
    _assert_is_a_letter(text)


@pytest.mark.parametrize(("check", "wrong", "message"), WRONG, ids=by_name)
def test_a_wrong_answer_in_float16_hides_in_its_own_rounding(check: Check, wrong: Any, message: str) -> None:
    def coarse(value: Any) -> Any:
        try:
            return exercises.reformed(value, exercises.FORMS["a tensor in float16"])
        except Exception:  # what is no number stays as it is
            return value

    exercises.letter(check, lambda *arguments: coarse(wrong(*arguments)))


def test_the_known_formulas_are_seen() -> None:
    for text in ("row k is α_k (v_k − c), not α_k v_k", "U (r ⊙ s), not U s", "W_s @ ←h_1", "queries (A · H a step)"):
        assert FORMULA.search(text), text


def test_every_check_has_a_right_answer_and_five_wrong_ones() -> None:
    assert {check.__name__ for check, _ in RIGHT} == {check.__name__ for check in CHECKS}
    wrong = Counter(check.__name__ for check, _, _ in WRONG)
    assert {check.__name__: wrong[check.__name__] for check in CHECKS if wrong[check.__name__] < 5} == {}


@pytest.mark.parametrize(("check", "right"), FIRST_RIGHT.items(), ids=by_name)
def test_a_check_changes_the_learners_random_numbers(check: Check, right: Any) -> None:
    torch.manual_seed(3)
    np_state = np.random.get_state()[1].tolist()  # noqa: NPY002  (the old generator is what a learner may have seeded)
    expected = torch.rand(2)
    torch.manual_seed(3)
    check(right)
    assert torch.equal(torch.rand(2), expected)
    assert np.random.get_state()[1].tolist() == np_state  # noqa: NPY002


def test_the_library_leans_on_its_checks() -> None:
    for path in rooms.SOURCES:
        modules = rooms.imported_modules(path.read_text("utf-8"))
        leans = any(name.startswith("course_lib.checks") for name in modules)
        assert not leans or rooms.room_of(path) == "checks", path
        assert not any(name.split(".")[0] in ("tests", "book") for name in modules), path


def test_a_check_reads_a_solution() -> None:
    for path in Path(checks.__file__).parent.glob("*.py"):
        text = path.read_text("utf-8")
        assert "nbformat" not in text and ".ipynb" not in text, path
