"""The grades of a class as tables: one of its own, and the sheets of Canvas and Moodle filled in."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from course_lib.files import write_atomically
from grading.gradebook import BadSheet, Gradebook, as_csv, write_csv
from grading.marking import Marks
from grading.sources import ProblemSet


@dataclass(frozen=True)
class SetGrades:
    """One graded set: its source, the marks by student, and what was given by hand."""

    problems: ProblemSet
    marks: Mapping[str, Marks]
    by_hand: Mapping[tuple[str, str], tuple[float, str]]

    def points(self, student: str, name: str) -> float | None:
        """Return the points of one part; None where nobody has read it yet, or nothing was handed in."""
        one = self.marks.get(student)
        if one is None:
            return None
        return one.points[name] if name in one.points else self.by_hand.get((student, name), (None, ""))[0]

    def total(self, student: str) -> float:
        """Return all points of a student; what nobody has read yet, or was not handed in, counts nothing."""
        one = self.marks.get(student)
        if one is None:
            return 0.0
        words = (answer.name for answer in self.problems.answers if answer.by_hand)
        return sum(one.points.values()) + sum(self.by_hand.get((student, name), (0.0, ""))[0] for name in words)


def set_grades(book: Gradebook, problems: ProblemSet) -> SetGrades:
    """Read the grades of one set."""
    return SetGrades(problems, book.all_marks(problems.name), book.by_hand(problems))


def write_grades(path: Path, graded: Sequence[SetGrades]) -> None:
    """Write a row a student and a column a part, with totals; an empty cell is a part that nobody has read yet."""
    students = sorted({student for one in graded for student in one.marks})
    header = ["student"]
    for one in graded:
        header += [*one.problems.points, f"{one.problems.name} total"]
    header.append("total")
    best: list[object] = ["(of)"]
    for one in graded:
        best += [*one.problems.points.values(), sum(one.problems.points.values())]
    best.append(sum(sum(one.problems.points.values()) for one in graded))
    rows: list[list[object]] = [best]
    for student in students:
        row: list[object] = [student]
        for one in graded:
            row += ["" if (got := one.points(student, name)) is None else got for name in one.problems.points]
            row.append(one.total(student))
        row.append(sum(one.total(student) for one in graded))
        rows.append(row)
    write_csv(path, header, rows)


def fill_canvas(sheet: Path, out: Path, one: SetGrades) -> list[str]:
    """Fill in the gradebook that Canvas exports; return who has a grade here and no row there.

    The column is the one whose name begins with the name of the set, or a new one.
    """
    rows = _read(sheet)
    header = rows[0]
    if "Student" not in header or "ID" not in header:
        raise BadSheet(f"{sheet} is no gradebook that Canvas exports: expected the columns Student and ID.")
    column = next((k for k, name in enumerate(header) if name.lower().startswith(one.problems.name)), len(header))
    if column == len(header):
        header.append(one.problems.name)
    students = {key(student): student for student in one.marks}
    for row in rows[1:]:
        row += [""] * (len(header) - len(row))
        name = row[header.index("Student")]
        if name.strip() == "Points Possible":
            row[column] = f"{sum(one.problems.points.values()):g}"
        elif (student := students.pop(key(name), None)) is not None:
            row[column] = f"{one.total(student):g}"
    write_atomically(out, as_csv(rows).encode())
    return sorted(students.values())


def fill_moodle(sheet: Path, out: Path, one: SetGrades) -> list[str]:
    """Fill in the grading worksheet of Moodle; return who has a grade here and no row there."""
    rows = _read(sheet)
    header = rows[0]
    missing = [name for name in ("Identifier", "Full name", "Grade") if name not in header]
    if missing:
        raise BadSheet(f"{sheet} is no grading worksheet of Moodle: the column {missing[0]!r} is missing.")
    students = {key(student): student for student in one.marks}
    for row in rows[1:]:
        student = students.pop(key(row[header.index("Full name")]), None)
        if student is not None:
            row[header.index("Grade")] = f"{one.total(student):.2f}"
    write_atomically(out, as_csv(rows).encode())
    return sorted(students.values())


def key(name: str) -> str:
    """Return what two spellings of a name share: its letters and digits, in their order."""
    return re.sub(r"[\W_]+", "", name.lower())


def _read(path: Path) -> list[list[str]]:
    try:
        rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))
    except UnicodeDecodeError as error:
        raise BadSheet(f"{path} is not UTF-8. Export it again, without opening it in between.") from error
    if not rows:
        raise BadSheet(f"{path} is empty.")
    return rows
