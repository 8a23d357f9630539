"""A problem set as its authors wrote it: tasks, points, hidden tests, rubrics. From ``assignments/psN/psN.ipynb``.

The file is nbgrader's: cells marked as solution or as test, ``### BEGIN SOLUTION``, ``### BEGIN HIDDEN TESTS``. Here
it is read, not run; :mod:`grading.releasing` takes out what students must not see.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from grading.notebooks import Cell, read_notebook

ROOT = Path(__file__).resolve().parent.parent
ASSIGNMENTS = ROOT / "assignments"
HIDDEN = re.compile(
    r"^[ \t]*### BEGIN HIDDEN TESTS[ \t]*\n(.*?)^[ \t]*### END HIDDEN TESTS[ \t]*(?:\n|\Z)", re.S | re.M
)
SOLUTION = re.compile(r"^([ \t]*)### BEGIN SOLUTION[ \t]*\n(.*?)^[ \t]*### END SOLUTION[ \t]*(?:\n|\Z)", re.S | re.M)
LONG = "long"
"""The tag of a cell that takes minutes."""


class BadSource(ValueError):
    """A problem set that cannot be graded as it is written."""


@dataclass(frozen=True)
class Answer:
    """A cell that students fill: code, or words where ``points`` are given by hand."""

    name: str
    cell: Cell
    points: float = 0.0

    @property
    def by_hand(self) -> bool:
        """Whether somebody has to read it."""
        return self.points > 0


@dataclass(frozen=True)
class Test:
    """Hidden tests worth ``points`` together: all pass, or none counts."""

    name: str
    points: float
    code: str
    cell: Cell

    def reads(self, defined: frozenset[str]) -> list[str]:
        """Return those of the ``defined`` names that the tests read, in order of the alphabet."""
        names = {node.id for node in ast.walk(ast.parse(self.code)) if isinstance(node, ast.Name)}
        return sorted(names & defined)


@dataclass(frozen=True)
class ProblemSet:
    """All of one set, in the order of its cells."""

    name: str
    cells: tuple[Cell, ...]
    answers: tuple[Answer, ...]
    tests: tuple[Test, ...]

    @property
    def points(self) -> dict[str, float]:
        """What each test, and each answer that is read, can bring."""
        found = {test.name: test.points for test in self.tests}
        return found | {answer.name: answer.points for answer in self.answers if answer.by_hand}

    @property
    def long(self) -> frozenset[str]:
        """The sources of cells that train: students run them and write down what came; a grader does not."""
        return frozenset(cell.source for cell in self.cells if LONG in (cell.metadata.get("tags") or ()))

    @property
    def defined(self) -> frozenset[str]:
        """The names that the solutions define at the top of a cell: what tests may ask a submission for."""
        return frozenset(name for answer in self.answers if answer.cell.kind == "code" for name in _names(answer.cell))


def sets(folder: Path = ASSIGNMENTS) -> list[str]:
    """Return the names of all problem sets."""
    return sorted(path.stem for path in folder.glob("ps*/ps*.ipynb") if path.stem == path.parent.name)


def read_set(name: str, folder: Path = ASSIGNMENTS) -> ProblemSet:
    """Read the set ``name``; :class:`BadSource` for one that nobody could grade."""
    path = folder / name / f"{name}.ipynb"
    if not path.exists():
        raise BadSource(
            f"There is no problem set {name!r}: expected {path}. There are: {', '.join(sets(folder)) or 'none'}."
        )
    cells = tuple(read_notebook(path.read_bytes()))
    answers, tests, seen = [], [], set()
    for cell in cells:
        marks = cell.metadata.get("nbgrader")
        if not isinstance(marks, dict) or not cell.grade_id:
            continue
        if cell.grade_id in seen:
            raise BadSource(f"{name}: two cells are called {cell.grade_id!r}.")
        seen.add(cell.grade_id)
        points = float(marks.get("points") or 0)
        if marks.get("solution"):
            answers.append(Answer(cell.grade_id, cell, points if marks.get("grade") else 0.0))
        elif marks.get("grade"):
            tests.append(_test(name, cell, points))
    if not answers or not tests:
        raise BadSource(f"{name}: expected answers and tests, got {len(answers)} and {len(tests)}.")
    return ProblemSet(name, cells, tuple(answers), tuple(tests))


def _test(name: str, cell: Cell, points: float) -> Test:
    code = "".join(HIDDEN.findall(cell.source))
    if not code.strip() or points <= 0:
        raise BadSource(f"{name}: the test {cell.grade_id!r} hides nothing, or is worth nothing.")
    try:
        ast.parse(code)
    except SyntaxError as error:
        raise BadSource(f"{name}: the hidden tests of {cell.grade_id!r} are no Python: {error}.") from error
    return Test(cell.grade_id, points, code, cell)


def _names(cell: Cell) -> set[str]:
    found: set[str] = set()
    for node in ast.parse(cell.source).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    return found
