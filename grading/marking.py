"""Mark one submission: run it apart, then let the hidden tests, here, ask what it left."""

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from course_lib.checks.report import NotRight, NotYet
from grading.apart import Apart, CellRun, Lost, RemoteError
from grading.notebooks import Cell, Unreadable, read_notebook
from grading.releasing import class_seed
from grading.restoring import Restored, restore
from grading.sources import ProblemSet, Test
from grading.walls import Limits


@dataclass(frozen=True)
class Marks:
    """What one submission got, and why; everything that a report needs, and nothing of a hidden test."""

    student: str
    set: str
    submission: str
    """Digest of the file."""
    tests: str
    """Digest of the set's tests: marks of other tests are not these marks."""
    points: dict[str, float] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    """Test to why it did not pass, in words for the student."""
    words: dict[str, str] = field(default_factory=dict)
    """Free-text answers, to be read."""
    notes: tuple[str, ...] = ()
    cells: tuple[dict[str, Any], ...] = ()
    """The notebook as it ran: kind, source, outputs, error."""
    seconds: float = 0.0
    wall: str = ""
    unreadable: str = ""

    def as_json(self) -> bytes:
        """Return them as a file holds them."""
        return (json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n").encode()


def mark(
    student: str,
    content: bytes,
    problems: ProblemSet,
    released: Sequence[Cell],
    limits: Limits | None = None,
    secret: int = 0,
) -> Marks:
    """Mark the file ``content`` that ``student`` handed in; whatever it does, marks come back.

    ``secret`` is the number of the class from which hidden tests draw their inputs.
    """
    started = time.monotonic()
    digest, tests = hashlib.sha256(content).hexdigest(), tests_digest(problems)
    none = dict.fromkeys((test.name for test in problems.tests), 0.0)
    try:
        handed_in = restore(read_notebook(content), released)
    except Unreadable as error:
        return Marks(student, problems.name, digest, tests, none, unreadable=str(error))
    seed = class_seed(released)
    with Apart(limits or Limits()) as apart:
        runs = _run(apart, handed_in, problems)
        points, reasons = dict(none), {}
        for test in problems.tests:
            apart.revive()
            reason = _why_not(apart, test, problems.defined, seed, secret)
            if reason is None:
                points[test.name] = test.points
            else:
                reasons[test.name] = reason
        wall = str(apart.wall)
    return Marks(
        student,
        problems.name,
        digest,
        tests,
        points,
        reasons,
        {
            answer.name: "\n\n".join(cell.source for cell in handed_in.of(answer.name)).strip()
            for answer in problems.answers
            if answer.by_hand
        },
        (*handed_in.notes, *_of_another_class(handed_in.cells, seed), *_not_their_fault(handed_in, runs, released)),
        tuple(_as_ran(cell, run) for cell, run in zip(handed_in.cells, runs, strict=True)),
        round(time.monotonic() - started, 1),
        wall,
    )


def read_marks(path: Path) -> Marks | None:
    """Return the marks of a file; None where there is none, or where it was not written by :meth:`Marks.as_json`."""
    try:
        found = json.loads(path.read_bytes())
        return Marks(**found | {"notes": tuple(found["notes"]), "cells": tuple(found["cells"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def tests_digest(problems: ProblemSet) -> str:
    """Return a digest of all that marks depend on in the set."""
    parts = [f"{test.name}\n{test.points}\n{test.code}" for test in problems.tests]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _run(apart: Apart, handed_in: Restored, problems: ProblemSet) -> list[CellRun]:
    """Run the code that is the student's own: no check that students see, and no cell that takes minutes."""
    checks = {test.name for test in problems.tests}
    own = [
        cell.kind == "code" and name not in checks and cell.source not in problems.long
        for cell, name in zip(handed_in.cells, handed_in.names, strict=True)
    ]
    ran = iter(apart.run([cell.source for cell, mine in zip(handed_in.cells, own, strict=True) if mine]))
    return [next(ran) if mine else CellRun() for mine in own]


def _why_not(apart: Apart, test: Test, defined: frozenset[str], seed: int | None, secret: int) -> str | None:
    """Return None where all hidden tests of ``test`` pass, else the reason that students may read."""
    names: dict[str, Any] = {"__name__": f"hidden tests of {test.name}", "CLASS_SEED": seed, "SECRET": secret}
    try:
        for name in test.reads(defined):
            if not apart.has(name):
                return f"{name} is not defined: its cell is missing, was not answered, or raised an error."
            names[name] = apart[name]
            if names[name] is None or getattr(names[name], "kind", "") == "ellipsis":
                return f"Not answered: {name} is still empty."
        exec(compile(test.code, f"<{test.name}>", "exec"), names)
    except (AssertionError, NotRight, NotYet) as error:
        said = str(error) or "A hidden test did not pass."
        return "Not answered." if "RemoteError: NotImplementedError" in said else said.replace("RemoteError: ", "")
    except RemoteError as error:
        return "Not answered." if error.kind == "NotImplementedError" else f"Your code raised {error}."
    except Lost as error:
        return f"Your code ended its process. {error}"
    except Exception as error:  # a value of another kind than the test takes
        return f"Your answer is of another form than the task asks for ({type(error).__name__}: {str(error)[:300]})."
    return None


def _of_another_class(cells: Sequence[Cell], seed: int | None) -> list[str]:
    """Return a note where the numbers are those of another class: right answers to them are wrong here."""
    theirs = class_seed(cells)
    if seed is None or theirs in (seed, None):
        return []
    return [f"CLASS_SEED is {theirs}, that of this class is {seed}: the answers are to the numbers of another class."]


def _not_their_fault(handed_in: Restored, runs: Sequence[CellRun], released: Sequence[Cell]) -> list[str]:
    """Return a note for each cell that failed although it is as it was released: what it costs is not the student's."""
    ours = {cell.source for cell in released if not cell.metadata.get("nbgrader")}
    failed = [run.error for cell, run in zip(handed_in.cells, runs, strict=True) if run.error and cell.source in ours]
    return [f"A cell as it was released failed ({error}). Mark this one again." for error in failed]


def _as_ran(cell: Cell, run: CellRun) -> dict[str, Any]:
    return {"kind": cell.kind, "source": cell.source, "outputs": list(run.outputs), "error": run.error}
