"""Write what students get of the problem sets: notebooks for the book and for a class, and the examples of the checks.

All of it is generated from ``assignments/``; a test holds the committed files to it.
"""

import importlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from course_lib.files import write_atomically
from grading.notebooks import Cell
from grading.releasing import released
from grading.sources import ASSIGNMENTS, ROOT, ProblemSet, read_set, sets

BOOK = ROOT / "book" / "problem_sets"
EXAMPLES = ROOT / "course_lib" / "checks" / "examples"
WRITTEN = ("cell_type", "id", "metadata", "source")
"""What of a cell is written, and not run."""
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def published(folder: Path = ASSIGNMENTS) -> dict[Path, bytes]:
    """Return every generated file with its content."""
    found: dict[Path, bytes] = {}
    for name in sets(folder):
        found[BOOK / f"{name}.ipynb"] = notebook(released(read_set(name, folder)))
        found[EXAMPLES / f"{name}.json"] = examples(name)
    return found


def publish() -> list[Path]:
    """Write every generated file that is not up to date; return which. The outputs of what is stay as they are."""
    changed = {path: content for path, content in published().items() if not is_up_to_date(path, content)}
    for path, content in changed.items():
        write_atomically(path, content)
    return list(changed)


def is_up_to_date(path: Path, content: bytes) -> bool:
    """Say whether ``path`` holds ``content``; of a notebook all but what running it adds."""
    if not path.exists():
        return False
    if path.suffix != ".ipynb":
        return path.read_bytes() == content
    ours, theirs = (json.loads(one)["cells"] for one in (path.read_bytes(), content))
    return [[row[key] for key in WRITTEN] for row in ours] == [[row[key] for key in WRITTEN] for row in theirs]


def examples(name: str) -> bytes:
    """Return the examples that the checks of one set hold."""
    tasks = importlib.import_module(f"assignments.{name}.tasks").TASKS
    found = {task: tasks[task].examples() for task in tasks}
    text = json.dumps(found, indent=1, ensure_ascii=False)
    return (_short_lists(text) + "\n").encode()


def notebook(cells: Sequence[Cell]) -> bytes:
    """Return a notebook file without outputs."""
    rows = []
    for cell in cells:
        row: dict[str, Any] = {"cell_type": cell.kind, "id": cell.id, "metadata": cell.metadata}
        row["source"] = cell.source.splitlines(keepends=True)
        if cell.kind == "code":
            row |= {"execution_count": None, "outputs": []}
        rows.append(dict(sorted(row.items())))
    whole = {"cells": rows, "metadata": {"kernelspec": KERNEL}, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(whole, indent=1, ensure_ascii=False) + "\n").encode()


def solutions(problems: ProblemSet) -> str:
    """Return the instructor's document of one set, in Markdown: all tasks with answers, tests and rubrics."""
    parts = [f"# {problems.name}: solutions, for instructors\n"]
    total = sum(problems.points.values())
    parts.append(f"{total:g} points. This file stands nowhere that students see.\n")
    answers = {answer.name: answer for answer in problems.answers}
    tests = {test.name: test for test in problems.tests}
    for cell in problems.cells:
        if cell.grade_id in tests:
            test = tests[cell.grade_id]
            parts.append(
                f"**Hidden tests `{test.name}`, {test.points:g} points**\n\n```python\n{test.code.strip()}\n```\n"
            )
        elif cell.grade_id in answers and cell.kind == "code":
            code = re.sub(r"^[ \t]*### (BEGIN|END) SOLUTION\n?", "", cell.source, flags=re.M)
            parts.append(f"**Answer `{cell.grade_id}`**\n\n```python\n{code.rstrip()}\n```\n")
        elif cell.grade_id in answers:
            points = answers[cell.grade_id].points
            parts.append(f"**Model answer `{cell.grade_id}`, {points:g} points by hand**\n\n{cell.source}\n")
        elif cell.kind == "markdown":
            parts.append(re.sub(r"^(#+) ", r"#\1 ", cell.source, flags=re.M) + "\n")
    return "\n".join(parts)


def _short_lists(text: str) -> str:
    """Put a list of numbers on one line: a row of an array is a row of the file."""
    return re.sub(r"\[\s+((?:[-\d.e+]+|true|false|null)(?:,\s+(?:[-\d.e+]+|true|false|null))*)\s+\]", _on_a_line, text)


def _on_a_line(found: re.Match[str]) -> str:
    return f"[{', '.join(one.strip() for one in found[1].split(','))}]"
