"""A problem set of two tasks and a question, small enough to be graded in seconds; and notebooks that students send."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def code(source: str, name: str = "", **marks: Any) -> Row:
    """Return a code cell; with a name, one of nbgrader's."""
    return {
        "cell_type": "code",
        "id": f"id-{name}" if name else "id-plain",
        "source": source,
        "metadata": _marks(name, marks),
        "outputs": [],
        "execution_count": None,
    }


def words(source: str, name: str = "", **marks: Any) -> Row:
    """Return a markdown cell."""
    return {
        "cell_type": "markdown",
        "id": f"id-{name}" if name else "id-words",
        "source": source,
        "metadata": _marks(name, marks),
    }


def _marks(name: str, marks: dict[str, Any]) -> dict[str, Any]:
    return {"nbgrader": {"grade_id": name, "schema_version": 3, **marks}} if name else {}


def notebook(rows: Sequence[Row]) -> bytes:
    """Return the file."""
    found = {"cells": list(rows), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(found, ensure_ascii=False).encode()


SHARE = '''def share_of_padding(lengths):
    """Return the share of cells that hold padding, when sentences of these lengths make one batch."""
    ### BEGIN SOLUTION
    longest = max(lengths)
    return 1 - sum(lengths) / (longest * len(lengths))
    ### END SOLUTION'''

SHARE_TEST = """share_of_padding([3, 3])
### BEGIN HIDDEN TESTS
assert abs(share_of_padding([2, 4]) - 0.25) < 1e-9, "Two sentences of 2 and 4 words: a quarter of eight cells."
### END HIDDEN TESTS"""

ONE_TEST = """### BEGIN HIDDEN TESTS
assert abs(share_of_padding([7])) < 1e-9, "One sentence alone has no padding."
### END HIDDEN TESTS"""

CLASS = '''class Counter:
    """Counts."""
    ### BEGIN SOLUTION
    def __init__(self):
        self.seen = 0

    def add(self, words):
        self.seen += len(words)
        return self.seen
    ### END SOLUTION'''

CLASS_TEST = """### BEGIN HIDDEN TESTS
import numpy as np
counter = Counter()
counter.add(["a", "b"])
assert counter.add(["c"]) == 3, "A counter goes on counting."
### END HIDDEN TESTS"""

RIGHT = {
    "share": (
        "def share_of_padding(lengths):\n    cells = max(lengths) * len(lengths)\n"
        "    return (cells - sum(lengths)) / cells",
        "share_of_padding = lambda lengths: sum(max(lengths) - n for n in lengths) / max(lengths) / len(lengths)",
    ),
    "counter": (
        "class Counter:\n    seen = 0\n    def add(self, words):\n        self.seen = self.seen + len(words)\n"
        "        return self.seen",
        "class Counter(list):\n    def add(self, words):\n        self.extend(words)\n        return len(self)",
    ),
}
WRONG = {
    "share": (
        ("def share_of_padding(lengths):\n    return 0.25", {"share-values": 3.0}),
        ("def share_of_padding(lengths):\n    return 0.0", {"share-one": 1.0}),
        ("def share_of_padding(lengths):\n    return sum(lengths) / max(lengths) / len(lengths)", {}),
    ),
    "counter": (("class Counter:\n    def add(self, words):\n        return len(words)", {}),),
}
"""As in the ``answers.py`` of a set."""


def source() -> list[Row]:
    """Return the set as its authors wrote it, worth 3 + 1 + 2 + 4 points."""
    return [
        words("# A small set\n\nThree tasks, forty minutes."),
        code("import math"),
        words("## 1 · Padding\n\nWrite the function."),
        code(SHARE, "share", solution=True, grade=False, locked=False),
        code(SHARE_TEST, "share-values", solution=False, grade=True, locked=True, points=3),
        code(ONE_TEST, "share-one", solution=False, grade=True, locked=True, points=1),
        words("## 2 · A class"),
        code(CLASS, "counter", solution=True, grade=False, locked=False),
        code(CLASS_TEST, "counter-goes-on", solution=False, grade=True, locked=True, points=2),
        words("## 3 · In words\n\nWhy is padding masked?"),
        words(
            "Because a padded place has no word to look at.\n\nRubric: 4 points for naming the softmax.",
            "why",
            solution=True,
            grade=True,
            locked=False,
            points=4,
        ),
    ]


def write_source(folder: Path, name: str = "ps1") -> None:
    """Write the set where grading looks for it."""
    path = folder / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes(notebook(source()))
