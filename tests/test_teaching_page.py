"""The page for teachers says of each chapter what the chapter says: minutes, sections, exercises."""

import json
import re
from itertools import combinations
from pathlib import Path

import course_map
import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "book" / "instructor" / "teaching.md").read_text("utf-8")
COURSE = course_map.course()
PARAGRAPH = re.compile(r"^\*\*(\d+) · .+?\*\* (.+?)(?=\n\n)", re.MULTILINE | re.DOTALL)
NOTES = {int(number): text for number, text in PARAGRAPH.findall(PAGE)}
LABELS = {"Ask:", "Goes wrong:", "If time is short:", "In the room:"}


def markdown(number: int) -> str:
    cells = json.loads((course_map.CHAPTERS / COURSE[number].file).read_text("utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def exercise_minutes(number: int) -> int:
    """Return the minutes of the exercises as their titles have them, by another way than the chapter's first cell."""
    return sum(map(int, re.findall(r"^### \d .*\(.*?(\d+) min\)", markdown(number), re.MULTILINE)))


def test_the_table_has_every_chapter_with_its_own_minutes() -> None:
    rows = re.findall(r"^\| \[(\d+) · .*?\]\(\.\./chapters/(\S+)\) \| (\d+) \| (\d+) \|$", PAGE, re.MULTILINE)
    shown = {int(number): (file, int(reading), int(rest)) for number, file, reading, rest in rows}
    assert shown == {n: (one.file, one.minutes, exercise_minutes(n)) for n, one in COURSE.items()}
    reading, rest = (sum(row[column] for row in shown.values()) / 60 for column in (1, 2))
    assert f"| all, in hours | {reading:.0f} | {rest:.0f} |" in PAGE


def test_the_four_weeks_ask_for_the_minutes_that_are_told() -> None:
    weeks = [(1, 2, 3), (4, 5, 6), (7, 8, 9), (7, 8, 10), (11, 12, 13)]
    reading = [sum(COURSE[n].minutes for n in week) for week in weeks]
    rest = [sum(map(exercise_minutes, week)) for week in weeks]
    told = f"{min(reading)} to {max(reading)} minutes of reading and {min(rest)} to {max(rest)} of exercises"
    assert told in " ".join(PAGE.split())


def test_the_lecture_of_ninety_minutes_has_ninety() -> None:
    part = PAGE.split("### One lecture, 90 minutes")[1].split("###")[0]
    assert sum(map(int, re.findall(r"^\| (\d+) \|", part, re.MULTILINE))) == 90


@pytest.mark.parametrize("number", COURSE)
def test_each_chapter_is_told_and_names_sections_and_exercises_that_it_has(number: int) -> None:
    note, text = NOTES[number], markdown(number)
    found = re.findall(r"\*([^*]+)\*", note)
    assert set(found) >= LABELS
    headings = re.findall(r"^#+ (.*)", text, re.MULTILINE)
    for name in found:
        if name[0].isupper() and name not in LABELS:
            assert any(heading.startswith(name.rstrip("?.")) for heading in headings), f"{name!r} is no section"
    for exercise in re.findall(r"exercise (\d)", note):
        assert re.search(rf"^### {exercise} · ", text, re.MULTILINE), f"there is no exercise {exercise}"


def test_no_two_chapters_ask_the_same() -> None:
    asked = [re.search(r"\*Ask:\* (.*?\?)", note, re.DOTALL)[1] for note in NOTES.values()]  # type: ignore[index]
    assert len(asked) == len(COURSE) and all(one != other for one, other in combinations(asked, 2))


def test_the_rubric_of_the_project_adds_up() -> None:
    cells = json.loads((ROOT / "book" / "problem_sets" / "project.ipynb").read_text("utf-8"))["cells"]
    text = "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    parts = [int(points) for points in re.findall(r"^\| \d \| [^|]*?, (\d+) \|", text, re.MULTILINE)]
    assert len(parts) == 6 and f"| {sum(parts)} points |" in text
