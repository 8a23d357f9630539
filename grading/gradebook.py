"""Where everything of a class stands on disk: a file a student and set, each written whole or not at all."""

import csv
import io
import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from course_lib.files import write_atomically
from grading.marking import Marks, read_marks
from grading.sources import ProblemSet

WORDS_HEADER = ("student", "answer", "points", "most", "comment")


class BadSheet(ValueError):
    """A sheet of marks given by hand that cannot be taken as it is; nothing of it was taken."""


@dataclass(frozen=True)
class Gradebook:
    """The folder ``path`` and what stands in it."""

    path: Path

    def submission(self, name: str, student: str) -> Path:
        """The notebook that counts, as it came."""
        return self.path / "submitted" / name / f"{student}.ipynb"

    def marks_file(self, name: str, student: str) -> Path:
        """What it got."""
        return self.path / "marks" / name / f"{student}.json"

    def feedback(self, name: str, student: str) -> Path:
        """The page that the student gets."""
        return self.path / "feedback" / name / f"{student}.html"

    def sheet(self, name: str) -> Path:
        """The sheet in which marks by hand are entered."""
        return self.path / "by_hand" / f"{name}.csv"

    @property
    def class_file(self) -> Path:
        """What holds for the whole class: the seed of its numbers."""
        return self.path / "class.json"

    @property
    def seed(self) -> int | None:
        """The seed of the class, if one was given when a set was released."""
        return self._class().get("seed")

    @property
    def secret(self) -> int:
        """What the hidden tests draw their inputs from: a number that stands in no repository, drawn once a class."""
        found = self._class()
        if "secret" not in found:
            found["secret"] = secrets.randbelow(2**31)
            self._keep(found)
        return found["secret"]

    def keep_seed(self, seed: int) -> None:
        """Remember the seed of the class; BadSheet for a second one: marks would be of other numbers."""
        found = self._class()
        if found.setdefault("seed", seed) != seed:
            raise BadSheet(f"{self.path} is of the class with seed {self.seed}. Give another class another folder.")
        self._keep(found)

    def _class(self) -> dict[str, int]:
        """Return what is kept of the class; BadSheet for a damaged file."""
        if not self.class_file.exists():
            return {}
        try:
            found = json.loads(self.class_file.read_bytes())
            assert all(key in ("seed", "secret") and isinstance(found[key], int) for key in found)
            return dict(found)
        except (ValueError, TypeError, AssertionError) as error:
            raise BadSheet(f"{self.class_file} is damaged. Put it back from a copy: marks depend on it.") from error

    def _keep(self, found: dict[str, int]) -> None:
        write_atomically(self.class_file, json.dumps(found).encode())

    def students(self, name: str) -> list[str]:
        """Return who handed in, in order of the alphabet."""
        return sorted(path.stem for path in (self.path / "submitted" / name).glob("*.ipynb"))

    def keep_left_out(self, name: str, found: Sequence[tuple[str, str]]) -> None:
        """Remember which files of the downloads were not taken, and why."""
        write_atomically(self._left_out_file(name), json.dumps(found, indent=1).encode())

    def left_out(self, name: str) -> list[tuple[str, str]]:
        """Return which files were not taken when the set was last collected, and why."""
        path = self._left_out_file(name)
        return [(str(place), str(why)) for place, why in json.loads(path.read_bytes())] if path.exists() else []

    def _left_out_file(self, name: str) -> Path:
        return self.path / "submitted" / f"{name}-left-out.json"

    def all_marks(self, name: str) -> dict[str, Marks]:
        """Return the marks of all who handed in and were graded."""
        found = {student: read_marks(self.marks_file(name, student)) for student in self.students(name)}
        return {student: marks for student, marks in found.items() if marks is not None}

    def by_hand(self, problems: ProblemSet) -> dict[tuple[str, str], tuple[float, str]]:
        """Return points and comment for each (student, answer) that was read; :class:`BadSheet` for nonsense."""
        path = self.sheet(problems.name)
        if not path.exists():
            return {}
        most = {answer.name: answer.points for answer in problems.answers if answer.by_hand}
        found: dict[tuple[str, str], tuple[float, str]] = {}
        for number, row in enumerate(_rows(path), start=2):
            where = f"{path}, line {number}"
            student, answer = (row.get("student") or "").strip(), (row.get("answer") or "").strip()
            given = (row.get("points") or "").strip().replace(",", ".")
            if not given:
                continue
            if answer not in most:
                raise BadSheet(f"{where}: {answer!r} is none of {', '.join(most)}.")
            try:
                points = float(given)
            except ValueError as error:
                raise BadSheet(f"{where}: points must be a number, got {given!r}.") from error
            if not 0 <= points <= most[answer]:
                raise BadSheet(f"{where}: {given} points for {answer}; 0 to {most[answer]:g} can be given.")
            if (student, answer) in found:
                raise BadSheet(f"{where}: {student} has points for {answer} twice.")
            found[student, answer] = points, (row.get("comment") or "").strip()
        return found

    def write_sheet(self, problems: ProblemSet) -> Path:
        """Write the sheet anew with a row for each answer to read; points that stand in it stay."""
        old = self.by_hand(problems)
        rows = []
        for answer in problems.answers:
            if answer.by_hand:
                for student in self.students(problems.name):
                    points, comment = old.get((student, answer.name), ("", ""))
                    rows.append((student, answer.name, points, f"{answer.points:g}", comment))
        path = self.sheet(problems.name)
        write_csv(path, WORDS_HEADER, rows)
        return path


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table that spreadsheets open in any language: UTF-8 with its mark, and no cell that is a formula."""
    table = as_csv([header, *([_harmless(cell) for cell in row] for row in rows)])
    write_atomically(path, table.encode("utf-8-sig"))


def as_csv(rows: Iterable[Sequence[object]]) -> str:
    """Return a table as text, with the ends of lines that spreadsheets write."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _harmless(cell: object) -> object:
    """A name such as ``=HYPERLINK(…)`` would be run by the spreadsheet that opens the table."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t" and cell[1:] else cell


def _rows(path: Path) -> list[dict[str, str]]:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","  # what spreadsheets write where a comma is decimal
    rows = list(csv.DictReader(io.StringIO(text), delimiter=delimiter))
    missing = [name for name in ("student", "answer", "points") if rows and name not in rows[0]]
    if missing:
        raise BadSheet(
            f"{path}: the column {missing[0]!r} is missing. Its first line is to be {','.join(WORDS_HEADER)}."
        )
    return rows
