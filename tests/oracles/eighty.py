"""Eighty submissions of one problem set, as classes send them: good, wrong, damaged on the way, hostile.

Each has a name that says what is the matter with it, and the points that it must get. What is hostile stands in the
answer ``victim``, one function of the set, or in a cell before it; every other answer is right and keeps its points.
A hostile function that gets what it is after answers right: a point too many is a hole in the wall.
"""

import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grading.notebooks import Cell
from grading.publishing import notebook
from grading.releasing import released
from grading.sources import ProblemSet

Row = dict[str, Any]
Files = dict[str, bytes]
WORDS = "Padding is no word. <script>alert(1)</script> 中文 \N{SNOWMAN}"


@dataclass(frozen=True)
class Submission:
    """``files`` lie in the downloads under their paths; None for ``points`` where nothing can be collected."""

    kind: str
    name: str
    files: Files
    points: Mapping[str, float] | None
    links: tuple[str, ...] = ()
    """Paths that are links to the source with all solutions."""

    @property
    def student(self) -> str:
        """The name under which it is handed in."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")


class Eighty:
    """Makes them for one set; ``right`` and ``wrong`` are the recorded answers of its ``answers.py``."""

    def __init__(self, problems: ProblemSet, right: Mapping[str, Sequence[str]], wrong: Mapping[str, Any], victim: str):
        self.problems, self.right, self.wrong, self.victim = problems, right, wrong, victim
        self.public = released(problems)
        self.solution = {one.name: one.cell.source for one in problems.answers if not one.by_hand}
        self.full = {test.name: test.points for test in problems.tests}
        self.none = dict.fromkeys(self.full, 0.0)
        self.function = re.findall(r"^def (\w+)", self.solution[victim], re.M)[0]

    @property
    def _place(self) -> int:
        """The place of the victim's cell."""
        return [cell.grade_id for cell in self.public].index(self.victim)

    def all(self) -> list[Submission]:
        """Return every one of them."""
        return [*self.good(), *self.wrong_ones(), *self.damaged(), *self.hostile(), *self.out_of_reach()]

    def good(self) -> list[Submission]:
        """Right answers, usual and unusual, whole and in part."""
        half = dict(list(self.solution.items())[: len(self.solution) // 2])
        own = [_code("seen = {}\ndef note(key, value): seen[key] = value"), _words("# My own notes")]
        magic = "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\n!echo done\n%time 1"
        rows = self.rows(**self.solution)
        first, second = ({name: kept[k] for name, kept in self.right.items()} for k in (0, 1))
        found = {
            "model answers": (rows, self.full),
            "unusual answers": (self.rows(**first), self.full),
            "other unusual answers": (self.rows(**second), self.full),
            "half of it": (self.rows(**half), self._without(*(set(self.solution) - set(half)))),
            "nothing answered": (self.rows(), self.none),
            "cells of ones own": ([*own, *rows, *own], self.full),
            "pictures and magic": ([*rows, _code(magic)], self.full),
        }
        return [_sent("good", name, _alone(sent), points) for name, (sent, points) in found.items()]

    def wrong_ones(self) -> list[Submission]:
        """The recorded wrong answers, one in each submission; the others are right."""
        found = []
        for answer, given in self.wrong.items():
            for k, (source, kept) in enumerate(given, 1):
                points = self._without(answer) | kept
                rows = self.rows(**self.solution | {answer: source})
                found.append(_sent("wrong", f"{answer} wrong {k}", _alone(rows), points))
        return found

    def damaged(self) -> list[Submission]:
        """What happens to files between a student and a teacher."""
        rows = self.rows(**self.solution)
        bare = [{**row, "metadata": {}} for row in rows]
        other = [{**row, "id": f"colab{k}"} for k, row in enumerate(bare)]
        whole, old = as_file(rows), as_file(self.rows())
        at = self._place
        lines = rows[at]["source"].splitlines(keepends=True)
        split = [*rows[:at], _code(f"{lines[0]}{lines[1]}    return None"), _code(rows[at]["source"]), *rows[at + 1 :]]
        twice = [*rows[:at], {**rows[at], "source": f"{lines[0]}    return None"}, *rows[at:]]
        heading = [k for k, row in enumerate(rows) if row["source"].startswith("## ")]
        moved = [*rows[: heading[1]], *rows[heading[2] :], *rows[heading[1] : heading[2]]]
        third = {"nbformat": 3, "worksheets": [{"cells": [_third(row) for row in rows]}]}
        fourth = {"cells": [{k: v for k, v in row.items() if k != "id"} for row in rows], "nbformat": 4}
        plain = as_file(self.rows(words="Padding is no word: na\xefve.", **self.solution), ascii_only=False).decode()
        found: dict[str, Files] = {
            "colab without marks": _alone(bare),
            "colab with other ids": _alone(other),
            "renamed file": {"{}/homework FINAL (really).ipynb": whole},
            "zip of moodle": {"{}_77_assignsubmission_file_.zip": _zip({"a/ps1.ipynb": whole})},
            "zip of canvas": {"canvas.zip": _zip({"{}_LATE_4711_99_ps1-2.ipynb": whole})},
            "nested folders": {"{}/week 3/a/b/c/ps1.ipynb": whole, "{}/data.csv": b"1,2"},
            "copies": {"{}/ps1.ipynb": old, "{}/ps1 (1).ipynb": old, "{}/ps1 (2).ipynb": whole},
            "handed in again": {"{}/work.zip": _zip({"ps1.ipynb": old}), "{}/ps1.ipynb": whole},
            "cell split": _alone(split),
            "cell twice": _alone(twice),
            "tasks in another order": _alone(moved),
            "format 3": {"{}/ps1.ipynb": json.dumps(third).encode()},
            "format 4.0": {"{}/ps1.ipynb": json.dumps(fourth).encode()},
            "utf-16": {"{}/ps1.ipynb": plain.encode("utf-16")},
            "with a mark of order": {"{}/ps1.ipynb": plain.encode("utf-8-sig")},
            "windows letters": {"{}/ps1.ipynb": plain.encode("cp1252", "replace")},
            "half a letter": {"{}/ps1.ipynb": whole.replace(b"Padding is no word.", b"cut in half: \\ud83d", 1)},
        }
        unreadable: dict[str, Files] = {
            "empty notebook": _alone([]),
            "empty file": {"{}/ps1.ipynb": b""},
            "half a file": {"{}/ps1.ipynb": whole[:1000]},
            "web page": {"{}/ps1.ipynb": b"<!doctype html><title>Sign in</title>"},
        }
        without = _alone(rows[:at] + rows[at + 1 :])
        return [
            *(_sent("damaged", name, files, self.full) for name, files in found.items()),
            *(_sent("damaged", name, files, self.none) for name, files in unreadable.items()),
            _sent("damaged", "cell deleted", without, self._without(self.victim)),
        ]

    def hostile(self) -> list[Submission]:
        """Code that takes too much, or what is not its own."""
        lost = self._without(self.victim)
        before = {name: _alone(self._before_victim(code)) for name, code in IN_A_CELL.items()}
        found = [_sent("hostile", name, files, self.full) for name, files in before.items()]
        for name, code in IN_THE_FUNCTION.items():
            rows = self.rows(**self.solution | {self.victim: self._hostile_function(code)})
            found.append(_sent("hostile", name, _alone(rows), lost))
        return found

    def out_of_reach(self) -> list[Submission]:
        """Files that must not be taken."""
        bomb = _zip({"ps1.ipynb": b" " * (51 * 2**20)})
        deep = as_file(self.rows(**self.solution))
        for _ in range(5):
            deep = _zip({"ps1.zip": deep} if deep[:2] == b"PK" else {"ps1.ipynb": deep})
        climbing = _zip({"../../outside.ipynb": as_file(self.rows(**self.solution))})
        return [
            _sent("hostile", "zip bomb", {"{}/ps1.zip": bomb}, None),
            _sent("hostile", "zips without end", {"{}/ps1.zip": deep}, None),
            _sent("hostile", "path that climbs out", {"{}/ps1.zip": climbing}, None),
            Submission("hostile", "link to the solutions", {}, None, ("link-to-the-solutions/ps1.ipynb",)),
        ]

    def rows(self, words: str = WORDS, **answers: str) -> list[Row]:
        """Return the released notebook with these answers."""
        by_hand = {one.name for one in self.problems.answers if one.by_hand}
        return [_row(c, words if c.grade_id in by_hand else answers.get(c.grade_id, c.source)) for c in self.public]

    def _before_victim(self, source: str) -> list[Row]:
        rows = self.rows(**self.solution)
        at = self._place
        return [*rows[:at], _code(source), *rows[at:]]

    def _hostile_function(self, code: str) -> str:
        """Return the victim's answer so that it is right where ``code`` finds what it looks for."""
        body = "\n".join(f"    {line}" for line in code.splitlines())
        right = self.solution[self.victim]
        return (
            f"{right}\n\n_right = {self.function}\n\ndef _found():\n{body}\n\n"
            f"def {self.function}(*given):\n    return _right(*given) if _found() else (-1.0, -1.0)\n"
        )

    def _without(self, *answers: str) -> dict[str, float]:
        """Return all points but those of ``answers``."""
        order = [cell.grade_id for cell in self.problems.cells if cell.grade_id]
        lost: set[str] = set()
        for answer in answers:
            for name in order[order.index(answer) + 1 :]:
                if name not in self.full:
                    break
                lost.add(name)
        return {name: 0.0 if name in lost else points for name, points in self.full.items()}


IN_A_CELL = {
    "loop without end": "while True: pass",
    "loop that catches what stops it": (
        "import time\nwhile True:\n    try:\n        while True: time.sleep(0.01)\n    except BaseException: pass"
    ),
    "more memory than there is": "kept = [bytearray(2**28) for _ in range(1000)]",
    "fork bomb": "import os\nwhile True: os.fork()",
    "exit": "exit()",
    "end without a word": "import os; os._exit(3)",
    "crash": "import ctypes; ctypes.string_at(0)",
    "gigabytes of output": "for _ in range(4000): print('a' * 500_000)",
    "fills the disk": ("with open('large', 'wb') as file:\n    for _ in range(2000): file.write(bytes(2**20))"),
    "error whose text raises": "class E(Exception):\n    def __str__(self): raise SystemExit\nraise E",
    "kills its parent": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)",
    "leaves a process behind": ("import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(10_000)"),
    "link in its folder": "import os\nos.symlink('/', 'root')\nopen('root/outside', 'w').write('a')",
}
"""What stands in a cell of its own; it costs that cell, and no point."""

SEARCH = (
    "import os\n"
    "for base, folders, names in os.walk('/'):\n"
    "    skipped = ('proc', 'sys', 'dev', 'lib', 'usr', '.venv', 'site-packages')\n"
    "    folders[:] = [one for one in folders if one not in skipped]\n"
)

IN_THE_FUNCTION = {
    "function without end": "while True: pass",
    "function that ends the process": "import os; os._exit(0)",
    "function that takes all memory": "return len([bytearray(2**28) for _ in range(1000)]) == 0",
    "function without a bottom": "return _found()",
    "reads the gradebook": (
        SEARCH + "    if {'class.json', 'grades.csv', 'marks'} & set(names + folders): return True\nreturn False"
    ),
    "reads the work of others": (
        SEARCH + "    if any(name.endswith('.ipynb') for name in names): return True\nreturn False"
    ),
    "reads the hidden tests": (
        "try:\n    import assignments.ps1.tasks\n    return True\nexcept ImportError:\n    pass\n"
        + SEARCH + "    if 'assignments' in folders: return True\nreturn False"
    ),
    "changes the checker": (
        "import builtins, sys\nimport course_lib.checks.comparing.equality as equality\n"
        "equality.expect_close = lambda *a, **k: None\nbuiltins.abs = lambda x: 0\n"
        "sys.modules['grading.marking'] = None\nreturn False"
    ),
    "forges a mark": (
        "import os\nfor k in range(3, 64):\n    try: os.write(k, b'{\"value\": {\"tuple\": [0, 0]}}\\n' * 3)\n"
        "    except OSError: pass\nreturn False"
    ),
    "is equal to everything": (
        "class Equal(float):\n    __eq__ = lambda s, o: True\n    __sub__ = __rsub__ = lambda s, o: 0.0\n"
        "global _right\n_right = lambda *a: (Equal(0.5), Equal(0.5))\nreturn True"
    ),
    "calls the network": (
        "import socket\ntry:\n    socket.create_connection(('1.1.1.1', 53), timeout=2)\n    return True\n"
        "except OSError:\n    return False"
    ),
    "writes outside its folder": (
        "import os\nfor folder in ('/', '/tmp', os.path.expanduser('~/..'), '/root', '/usr', '/home'):\n"
        "    try:\n        open(os.path.join(folder, 'outside'), 'w').write('a')\n        return True\n"
        "    except OSError: pass\nreturn False"
    ),
}  # fmt: skip
"""What stands in the victim, a body that returns whether it has got what it wants."""


def _sent(kind: str, name: str, files: Files, points: Mapping[str, float] | None) -> Submission:
    """Return a submission with the student's name in its paths, in a zip too."""
    student = Submission(kind, name, {}, points).student
    named = {place.replace("{}", student): _named(file, student) for place, file in files.items()}
    return Submission(kind, name, named, points)


def _alone(rows: Sequence[Row]) -> Files:
    return {"{}/ps1.ipynb": as_file(rows)}


def as_file(rows: Sequence[Row], ascii_only: bool = True) -> bytes:
    """Return a notebook file with these cells."""
    whole = {"cells": list(rows), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, ensure_ascii=ascii_only).encode()


def _row(cell: Cell, source: str) -> Row:
    row: Row = json.loads(notebook([cell]))["cells"][0]
    return row | {"source": source}


def _code(source: str) -> Row:
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}


def _words(source: str) -> Row:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def _third(row: Row) -> Row:
    named = "input" if row["cell_type"] == "code" else "source"
    return {"cell_type": row["cell_type"], "metadata": row["metadata"], named: row["source"]}


def _zip(files: Files) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, content in files.items():
            archive.writestr(zipfile.ZipInfo(place, (2026, 1, 1, 12, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return kept.getvalue()


def _named(file: bytes, student: str) -> bytes:
    """Put the student's name into paths that stand in a zip."""
    if file[:2] != b"PK":
        return file
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        if not any("{}" in name for name in archive.namelist()):
            return file
        return _zip({name.replace("{}", student): archive.read(name) for name in archive.namelist()})
