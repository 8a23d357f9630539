"""Every exercise has a stub that says it is unwritten and a printed solution that passes its check."""

import re
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pytest

CHAPTERS = sorted((Path(__file__).parent.parent / "book" / "chapters").glob("*.ipynb"))
CHECK_CALL = re.compile(r"^(check_\w+)\((\w+)\)$", re.MULTILINE)
SOLUTION = re.compile(r"<summary>[^<]*[Ss]olution[^<]*</summary>.*?```python\n(.*?)```", re.DOTALL)


class Exercise(NamedTuple):
    """A stub cell and the solution printed after it."""

    imports: str
    check: str
    function: str
    stub: str
    solution: str


def has_tag(cell: Any, tag: str) -> bool:
    return tag in cell.metadata.get("tags", [])


def exercises(path: Path) -> list[Exercise]:
    """Return the exercises of a chapter, each stub with the next solution that defines its function."""
    cells = nbformat.read(path, as_version=4).cells
    imports = "\n".join(cell.source for cell in cells if has_tag(cell, "imports"))
    found = []
    for number, cell in enumerate(cells):
        if not has_tag(cell, "exercise"):
            continue
        calls = CHECK_CALL.findall(cell.source)
        assert len(calls) == 1, f"{path.name}, cell {number}: expected one check_…(function) call, found {calls}"
        check, function = calls[0]
        after = "\n".join(c.source for c in cells[number + 1 :] if c.cell_type == "markdown")
        defines = re.compile(rf"^(def {function}\(|{function}( *:.*)? *=)", re.MULTILINE)  # a function or a prediction
        solutions = [code for code in SOLUTION.findall(after) if defines.search(code)]
        assert solutions, f"{path.name}: no printed solution defines {function}"
        found.append(Exercise(imports, check, function, cell.source, solutions[0]))
    return found


ALL = [pytest.param(e, id=f"{path.stem}-{e.function}") for path in CHAPTERS for e in exercises(path)]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_without_exercises_would_teach_by_reading_alone(path: Path):
    """Of four cards all have a check, or all but one that is answered in words."""
    text = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown")
    in_words = bool(re.search(r"^\*In words\.\*", text, re.MULTILINE))
    assert len(exercises(path)) >= (3 if in_words else 4)
    assert len(re.findall(r"^### \d+ · ", text, re.MULTILINE)) >= 4


@pytest.mark.parametrize("exercise", ALL)
def test_the_printed_solution_passes_its_own_check(exercise: Exercise, capsys: pytest.CaptureFixture[str]):
    scope: dict[str, Any] = {}
    exec(exercise.imports, scope)
    exec(exercise.solution, scope)
    scope[exercise.check](scope[exercise.function])
    assert capsys.readouterr().out.startswith("✓ ")


@pytest.mark.parametrize("exercise", ALL)
def test_an_unwritten_exercise_says_so_and_raises_nothing(exercise: Exercise, capsys: pytest.CaptureFixture[str]):
    scope: dict[str, Any] = {}
    exec(exercise.imports, scope)
    exec(exercise.stub, scope)
    assert "○ Not yet" in capsys.readouterr().out
