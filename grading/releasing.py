"""What students get of a problem set: the source without its solutions and hidden tests, by nbgrader's own rules."""

import re
from collections.abc import Sequence
from dataclasses import replace

from grading.notebooks import Cell
from grading.sources import HIDDEN, SOLUTION, ProblemSet

CLASS_SEED = re.compile(r"^CLASS_SEED = (\d+)$", re.M)
COLAB = re.compile(r"^\[[^\]]*Colab\]\(\S+\)$", re.M)
STUB = "# Your code here.\nraise NotImplementedError"
STUB_OF_ITS_OWN = "stub"
"""In a cell's metadata: what stands in place of the solution where ``STUB`` does not fit."""
WORDS = "*Your answer here.*"


def released(problems: ProblemSet, seed: int | None = None) -> list[Cell]:
    """Return the cells that students get; ``seed`` is that of a class, whose numbers differ from the source's."""
    answers = {answer.name for answer in problems.answers}
    cells = [_without_secrets(cell, cell.grade_id in answers) for cell in problems.cells]
    if seed is None:
        return cells
    return [replace(cell, source=_of_a_class(cell.source, seed)) for cell in cells]


def _of_a_class(source: str, seed: int) -> str:
    """Return a cell with the seed of a class, and without the link to the notebook of the book."""
    source = COLAB.sub("On Colab: *File*, then *Upload notebook*, and choose this file.", source)
    return CLASS_SEED.sub(f"CLASS_SEED = {seed}", source)


def class_seed(cells: Sequence[Cell]) -> int | None:
    """Return the seed of a class that stands in a released notebook, if its numbers are drawn at all."""
    found = [CLASS_SEED.search(cell.source) for cell in cells]
    return next((int(match[1]) for match in found if match), None)


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
        stub = cell.metadata.get(STUB_OF_ITS_OWN)
        source = SOLUTION.sub(lambda found: stub or _indented(STUB, found[1]), source)
    metadata = {key: value for key, value in cell.metadata.items() if key != STUB_OF_ITS_OWN}
    return replace(cell, source=re.sub(r"\n{3,}", "\n\n", source).rstrip("\n"), metadata=metadata)


def _indented(text: str, by: str) -> str:
    return "".join(f"{by}{line}\n" for line in text.splitlines())
