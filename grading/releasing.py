"""What students get of a problem set: the source without its solutions and hidden tests, by nbgrader's own rules."""

import re
from collections.abc import Sequence
from dataclasses import replace

from grading.notebooks import Cell
from grading.sources import HIDDEN, SOLUTION, ProblemSet

STUB = "# Your code here.\nraise NotImplementedError"
WORDS = "*Your answer here.*"


def released(problems: ProblemSet) -> list[Cell]:
    """Return the cells that students get."""
    answers = {answer.name for answer in problems.answers}
    return [_without_secrets(cell, cell.grade_id in answers) for cell in problems.cells]


def leaks(problems: ProblemSet, text: str, least: int = 20) -> list[str]:
    """Return the lines of solutions and hidden tests that stand in ``text``, and in nothing that students get."""
    shown = "\n".join(cell.source for cell in released(problems))
    return [line for line in secret_lines(problems) if len(line) >= least and line in text and line not in shown]


def secret_lines(problems: ProblemSet) -> list[str]:
    """Return every line of a solution, a model answer, a rubric or a hidden test."""
    kept: set[str] = set()
    for cell, public in zip(problems.cells, released(problems), strict=True):
        kept |= {line.strip() for line in cell.source.splitlines()} - {
            line.strip() for line in public.source.splitlines()
        }
    return sorted(line for line in kept if line and not line.startswith("###"))


def _without_secrets(cell: Cell, is_answer: bool) -> Cell:
    source = HIDDEN.sub("", cell.source)
    if is_answer and cell.kind == "markdown":
        source = WORDS
    elif is_answer:
        source = SOLUTION.sub(lambda found: _indented(STUB, found[1]), source) if SOLUTION.search(source) else STUB
    return replace(cell, source=re.sub(r"\n{3,}", "\n\n", source).rstrip("\n"))


def _indented(text: str, by: str) -> str:
    return "".join(f"{by}{line}\n" for line in text.splitlines())


def is_untouched(cells: Sequence[Cell], public: Sequence[Cell]) -> bool:
    """Say whether nothing was answered."""
    return [cell.source for cell in cells] == [cell.source for cell in public]
