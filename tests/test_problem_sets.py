"""The problem sets: solutions get all points, what is released none, and every recorded answer what it should."""

import contextlib
import importlib
import io
import json
import math
import re
import subprocess
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from course_lib.checks import sets as checks
from course_lib.checks.report import NotRight, NotYet
from course_lib.corpora import load
from course_lib.training import fit
from grading.marking import _why_not, mark
from grading.notebooks import read_notebook
from grading.publishing import BOOK, EXAMPLES, is_up_to_date, notebook, published, solutions
from grading.releasing import class_seed, leaks, released, secret_lines
from grading.sources import ROOT, read_set, sets
from grading.tasks import plain
from grading.walls import Limits

SETS = sets()
SOURCES = {name: read_set(name) for name in SETS}
PUBLIC = {name: released(SOURCES[name]) for name in SETS}
ANSWERS = {name: importlib.import_module(f"assignments.{name}.answers") for name in SETS}
TASKS = {name: importlib.import_module(f"assignments.{name}.tasks").TASKS for name in SETS}
EVERY_TASK = [(name, task) for name in SETS for task in TASKS[name]]
EVERY_ANSWER = [(name, answer.name) for name in SETS for answer in SOURCES[name].answers if not answer.by_hand]


class Here:
    """Answers run in this process, in place of :class:`grading.apart.Apart`: nobody hostile wrote them."""

    def __init__(self, problem_set: str, **answers: str) -> None:
        self.names: dict = {}
        problems = SOURCES[problem_set]
        tests = {test.name for test in problems.tests}
        for cell in PUBLIC[problem_set]:
            given = answers.get(cell.grade_id, cell.source)
            is_run = cell.kind == "code" and cell.grade_id not in tests and cell.source not in problems.long
            if is_run and "%pip" not in given:
                with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(NotImplementedError):
                    exec(compile(given, cell.grade_id or cell.id, "exec"), self.names)

    def has(self, name):
        return name in self.names

    def __getitem__(self, name):
        return self.names[name]


def points(problem_set: str, here: Here, only: set[str], secret: int = 0) -> dict[str, float]:
    """Return what the hidden tests in ``only`` give, without those that give nothing."""
    problems = SOURCES[problem_set]
    seed = class_seed(PUBLIC[problem_set])
    found = {
        t.name: t.points
        for t in problems.tests
        if t.name in only and not _why_not(here, t, problems.defined, seed, secret)
    }
    return found


def parts_of(problem_set: str, answer: str) -> set[str]:
    """Return the tests that read what an answer defines."""
    problems = SOURCES[problem_set]
    order = [cell.grade_id for cell in problems.cells if cell.grade_id]
    tests = {test.name for test in problems.tests}
    found: set[str] = set()
    for name in order[order.index(answer) + 1 :]:
        if name not in tests:
            break
        found.add(name)
    return found


def solution(problem_set: str, answer: str) -> str:
    return next(one.cell.source for one in SOURCES[problem_set].answers if one.name == answer)


def all_solutions(problem_set: str) -> dict[str, str]:
    return {answer.name: answer.cell.source for answer in SOURCES[problem_set].answers if not answer.by_hand}


@pytest.mark.parametrize("name", SETS)
def test_the_source_gets_all_points_and_what_is_released_none(name):
    """By the whole way: a file, a process apart, hidden tests, marks."""
    problems, limits = SOURCES[name], Limits(cell_seconds=60)
    whole = mark("source", (ROOT / "assignments" / name / f"{name}.ipynb").read_bytes(), problems, PUBLIC[name], limits)
    empty = mark("released", notebook(PUBLIC[name]), problems, PUBLIC[name], limits)
    assert whole.points == {test.name: test.points for test in problems.tests}, whole.reasons
    assert empty.points == dict.fromkeys(whole.points, 0.0)


@pytest.mark.parametrize(("name", "answer"), EVERY_ANSWER)
def test_unusual_right_answers_keep_their_points(name, answer):
    right = ANSWERS[name].RIGHT[answer]
    assert len(right) >= 2
    wanted = {test.name: test.points for test in SOURCES[name].tests if test.name in parts_of(name, answer)}
    for given in right:
        here = Here(name, **{**all_solutions(name), answer: given})
        assert points(name, here, set(wanted)) == wanted, given


@pytest.mark.parametrize(("name", "answer"), EVERY_ANSWER)
def test_plausible_wrong_answers_lose_what_they_should(name, answer):
    wrong = ANSWERS[name].WRONG[answer]
    assert len(wrong) >= 3
    for given, kept in wrong:
        here = Here(name, **{**all_solutions(name), answer: given})
        found = points(name, here, parts_of(name, answer) | set(kept))
        assert found == {test: left for test, left in kept.items() if left}, given


@pytest.mark.parametrize(("name", "task"), EVERY_TASK)
def test_every_mistake_of_a_task_is_named(name, task):
    one = TASKS[name][task]
    one.hold(one.right, seed=7)
    for why, wrong in one.mistakes.items():
        with pytest.raises(NotRight) as refusal:
            one.hold(_without_errors(wrong, one.right), seed=7)
        assert why in str(refusal.value)


@pytest.mark.parametrize(("name", "task"), EVERY_TASK)
def test_the_check_that_students_see_names_the_same_mistakes(name, task, capsys):
    one = TASKS[name][task]
    checks.check(name, task, one.right)
    assert capsys.readouterr().out.startswith("✓ ")
    for why, wrong in one.mistakes.items():
        with pytest.raises(NotRight) as refusal:
            checks.check(name, task, _without_errors(wrong, one.right))
        assert why in str(refusal.value) and "Hint" not in str(refusal.value)
    said = []
    for _ in range(2):
        with pytest.raises(NotRight) as refusal:
            checks.check(name, task, lambda *arguments: 12345.678)
        said.append(str(refusal.value))
    assert not one.hints or "Hint" in said[1]


def _without_errors(wrong, right):
    """A mistake may fail on an input where it makes no sense; the right value stands there then."""

    def function(*arguments):
        try:
            return wrong(*arguments)
        except Exception:
            return right(*arguments)

    return function


@pytest.mark.parametrize("name", SETS)
def test_other_classes_have_other_answers(name):
    cells = released(SOURCES[name], seed=2027)
    assert class_seed(cells) == 2027 and [c.id for c in cells] == [c.id for c in PUBLIC[name]]
    numbers = getattr(importlib.import_module(f"assignments.{name}.tasks"), "numbers", None)
    if numbers is None:  # its numbers are drawn by hidden tests alone
        return
    drawn = Here(name).names
    for one in fields(numbers(1)):
        assert repr(plain(drawn[one.name])) == repr(plain(getattr(numbers(1), one.name)))
    assert len({repr(numbers(seed)) for seed in range(1, 30)}) == 29


@pytest.mark.parametrize("path", published(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_generated_files_are_up_to_date(path):
    assert is_up_to_date(path, published()[path]), "run python -m grading publish"


def test_nothing_that_students_get_holds_a_solution_or_a_hidden_test():
    """The library, the book's sources, the built pages: every file that is in a clone but those of the instructor."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    files = [ROOT / one for one in listed.split("\0") if one] or [p for p in ROOT.rglob("*") if p.is_file()]
    built = ROOT / "_build" / "html"
    files += list(built.rglob("*.html")) + list(built.rglob("*.js")) if built.exists() else []
    for path in files:
        place = path.relative_to(ROOT).parts[0]
        if place not in ("course_lib", "book", "_build") or not path.exists() or path.stat().st_size > 2**22:
            continue
        text = path.read_text("utf-8", errors="replace")
        for name in SETS:
            found = [line for line in leaks(SOURCES[name], text, least=25) if not _is_common(line)]
            assert not found, f"{path}: {found[:3]}"


def _is_common(line: str) -> bool:
    """Lines that anybody writes."""
    return line.startswith(("from ", "import ", "return ", "for ")) and len(line) < 40


@pytest.mark.parametrize("name", SETS)
def test_the_source_has_the_form_of_nbgrader(name):
    """By its schema 3 for a cell, which takes no other key; `nbgrader generate_assignment` reads it."""
    kinds = {"schema_version": int, "grade": bool, "solution": bool, "locked": bool, "task": bool}
    more = {"grade_id": str, "points": int | float, "cell_type": str}
    for cell in SOURCES[name].cells:
        marks = cell.metadata.get("nbgrader")
        if marks is not None:
            assert kinds.keys() <= marks.keys() <= kinds.keys() | more.keys(), cell.id
            assert all(isinstance(value, (kinds | more)[key]) for key, value in marks.items())
            assert marks["schema_version"] == 3 and re.fullmatch(r"[\w-]+", marks["grade_id"], re.ASCII)
            assert ("points" in marks) == marks["grade"]


@pytest.mark.parametrize("name", SETS)
def test_a_leak_would_be_seen(name):
    line = max(secret_lines(SOURCES[name]), key=len)
    assert leaks(SOURCES[name], f"before {line} after", least=25)


@pytest.mark.parametrize("name", SETS)
def test_the_document_for_instructors_holds_every_answer_and_rubric(name):
    text = solutions(SOURCES[name])
    for answer in SOURCES[name].answers:
        assert answer.name in text
        if answer.by_hand:
            assert f"**Rubric, {answer.points:g} point{'s' * (answer.points != 1)}.**" in answer.cell.source
    assert all(test.name in text for test in SOURCES[name].tests)


@pytest.mark.parametrize("name", SETS)
def test_points_and_minutes_of_the_text_are_those_of_the_tasks(name):
    text = "\n".join(cell.source for cell in PUBLIC[name] if cell.kind == "markdown")
    said = [int(one) for one in re.findall(r"^## \d · .*\(★.*?, (\d+) points\)", text, re.M)]
    minutes = [int(one) for one in re.findall(r"^## \d · .*\(★.*?, (\d+) min", text, re.M)]
    assert sum(said) == sum(SOURCES[name].points.values()) and f"{sum(said)} points" in text
    assert 60 <= sum(minutes) <= 120 and 5 <= len(minutes) <= 8


def test_an_unknown_task_is_told():
    with pytest.raises(ValueError, match="padding"):
        checks.check("ps1", "paddings", print)
    with pytest.raises(ValueError, match="ps1"):
        checks.check("ps77", "padding", print)


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        ({}, "keys"),
        ({"a": [50.0], "b": []}, "list of 3"),
        ({"a": ["x", 2, 3], "b": [1, 2, 3]}, "score 1"),
        ({"a": [120, 2, 3], "b": [1, 2, 3]}, "percentage"),
        ({"a": [0.1, 0.2, 0.3], "b": [0.1, 1, 1]}, "shares"),
        ({"a": [50, 50, 50], "b": [50, 50, 50]}, "same score"),
        ([1, 2], "keys"),
    ],
)
def test_runs_that_cannot_be_scores_are_told(runs, said):
    with pytest.raises(NotRight, match=said):
        checks.check_runs(runs, ("a", "b"))


def test_runs_that_are_not_filled_in_are_only_not_yet(capsys):
    checks.check_runs({"a": [..., ..., ...], "b": [..., ..., ...]}, ("a", "b"))
    assert capsys.readouterr().out.startswith("○ Not yet")


@pytest.mark.parametrize(("name", "task"), EVERY_TASK)
def test_no_hidden_input_is_one_that_students_see(name, task):
    one = TASKS[name][task]
    seen = {repr(plain(list(case))) for case in one.cases(np.random.default_rng(0))}
    for seed in (11, 34, 52):
        hidden = {repr(plain(list(case))) for case in one.cases(np.random.default_rng(seed))}
        assert len(hidden - seen) >= len(hidden) - 4


@pytest.mark.parametrize(("name", "task"), EVERY_TASK)
def test_nothing_in_the_library_is_the_answer_to_a_task(name, task):
    for module in sorted(path.stem for path in Path(checks.__file__).parent.glob("chapter*.py")):
        for called, function in list(vars(importlib.import_module(f"course_lib.checks.{module}")).items()):
            if callable(function) and not isinstance(function, type) and not called.startswith("check_"):
                with pytest.raises((NotRight, NotYet)):
                    TASKS[name][task].hold(function, seed=5)


def test_an_example_comes_out_as_it_went_in():
    value = ([1, (2, np.array([[0.5, math.inf]]))], {"w": np.ones((2, 3))}, True)
    back = checks._read(json.loads(json.dumps(plain(value))))
    assert repr(back) == repr(value)


def test_examples_and_book_stand_where_they_are_looked_for():
    assert Path(checks.__file__).parent / "examples" == EXAMPLES and BOOK == ROOT / "book" / "problem_sets"
    assert sorted(path.stem for path in EXAMPLES.glob("*.json")) == SETS
    assert all(read_notebook((BOOK / f"{name}.ipynb").read_bytes()) for name in SETS)


@pytest.mark.parametrize("name", SETS)
def test_the_training_that_is_left_to_readers_runs(name, capsys):
    """Book, nbval and grader leave this cell out, for it takes minutes; here it has two updates and few sentences."""
    names = Here(name, **all_solutions(name)).names
    names["load"] = lambda corpus, **options: load(corpus, **options | {"size": 200})
    names["fit"] = lambda model, corpus, config: fit(model, corpus, replace(config, steps=2))
    (training,) = (cell for cell in PUBLIC[name] if "skip-execution" in cell.metadata.get("tags", ()))
    exec(compile(training.source, training.id, "exec"), names)
    conditions = importlib.import_module(f"assignments.{name}.tasks").CONDITIONS
    scores = re.findall(r"\d+\.\d+ %", capsys.readouterr().out)  # of each run one, or each of several kinds
    assert scores and len(scores) % (3 * len(conditions)) == 0
