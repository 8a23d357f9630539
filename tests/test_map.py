"""The map of the course says what the chapters say, and no chapter needs a later one."""

import json
import re
from pathlib import Path

import course_map
import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "book" / "chapters"


def first_cells() -> dict[int, str]:
    paths = sorted(FOLDER.glob("[0-9][0-9]_*.ipynb"))
    return {int(path.name[:2]): "".join(json.loads(path.read_text("utf-8"))["cells"][0]["source"]) for path in paths}


def told(text: str) -> set[int]:
    """Return the chapters that a reader finds after "Before", by another way than the map's: line by line, by eye."""
    found: set[int] = set()
    reading = False
    for line in text.splitlines():
        if "**Before:**" in line:
            reading, line = True, line.split("**Before:**")[1]
        if reading and not line.strip():
            break
        if reading:
            found |= {int(part[:2]) for part in line.split("](")[1:] if part[:2].isdigit()}
    return found


def test_no_chapter_needs_a_later_one_and_all_but_the_first_need_one() -> None:
    cells = first_cells()
    assert min(cells) == 1 and told(cells[1]) == set()
    for number, text in cells.items():
        assert text.count("**Before:**") == 1
        assert all(other < number and other in cells for other in told(text)), f"chapter {number}"
        assert told(text) or number == 1


def test_the_built_page_draws_and_tells_what_each_chapter_says(html: Path) -> None:
    page = BeautifulSoup((html / "book" / "map.html").read_text("utf-8"), "lxml")
    wanted = {(before, number) for number, text in first_cells().items() for before in told(text)}
    drawn = [tuple(map(int, re.findall(r"\d+", " ".join(arc["class"])))) for arc in page.select("svg .way")]
    assert sorted(drawn) == sorted(wanted), "the arcs"

    rows = [[cell.get_text() for cell in row.select("td")] for row in page.select("article table tr")[1:]]
    numbers = {int(row[0].split(" · ")[0]): [set(map(int, re.findall(r"\d+", row[k]))) for k in (1, 2)] for row in rows}
    assert {(before, number) for number, (needs, _) in numbers.items() for before in needs} == wanted, "what each needs"
    assert {(number, other) for number, (_, by) in numbers.items() for other in by} == wanted, "what needs each"
    for stop in [*page.select("svg a.stop"), *page.select("article table a")]:
        assert (html / "book" / stop["href"]).exists()
    label = page.select_one("svg.course-map")["aria-label"]
    assert all(f"{number} (" in label for number in numbers) and len(numbers) == len(first_cells())


def test_every_title_and_arc_stays_inside_the_drawing() -> None:
    """A title that runs out of the picture is cut off on a phone, and no page is wider for it."""
    svg = BeautifulSoup(course_map.drawing(course_map.course()), "lxml").svg
    width, height = map(float, svg["viewbox"].split()[2:])
    for line in svg.find_all("tspan"):
        assert float(line["x"]) + 8.4 * len(line.get_text()) <= width, line.get_text()  # a wide letter has 8.4 of 15 px
        assert 0 < float(line["y"]) < height
    for way in svg.select(".way"):
        x, *_ = numbers = [float(number) for number in re.findall(r"-?[\d.]+", way["d"])]
        assert x + 3 / 4 * (numbers[2] - x) >= 0, "an arc leaves the drawing"


# A course that is right, and what may happen to it


def notebook(folder: Path, name: str, before: str) -> None:
    time = "**Time:** 20 minutes to read, 30 for the exercises."
    text = f"# Title of {name}\n\n{time} **Before:** {before}\n\nMore [x](01_a.ipynb)."
    (folder / name).write_text(json.dumps({"cells": [{"cell_type": "markdown", "source": text.splitlines(True)}]}))


@pytest.fixture
def small(tmp_path: Path) -> Path:
    notebook(tmp_path, "01_a.ipynb", "Python")
    notebook(tmp_path, "02_b.ipynb", "[chapter 1](01_a.ipynb)")
    notebook(tmp_path, "04_c.ipynb", "chapter [2](02_b.ipynb)\n(and what it needs)")
    notebook(tmp_path, "07_d.ipynb", "chapters [1](01_a.ipynb) and [4](04_c.ipynb)")
    return tmp_path


def test_a_new_chapter_comes_in_by_itself_with_the_shortest_way_to_it(small: Path) -> None:
    chapters = course_map.course(small)
    assert {number: one.needs for number, one in chapters.items()} == {1: (), 2: (1,), 4: (2,), 7: (1, 4)}
    assert course_map.way_to(7, chapters) == [1, 2, 4], "chapter 2 is needed by way of 4"
    assert course_map.needed_by(1, chapters) == [2, 7]
    on_one_line = "1 h 20 min".replace(" ", "\u00a0")  # a phone once showed "1", and below it "h 20 min"
    assert f"1 → 2 → 4 → 7: {on_one_line}" in course_map.table(chapters)[-1]
    assert "7 (Title of 07_d.ipynb) needs 1 and 4" in course_map.described(chapters)


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ("[chapter 9](09_e.ipynb)", r"needs chapters \[9\]: expected earlier"),
        ("[chapter 7](07_d.ipynb)", r"needs chapters \[7\]: expected earlier"),
        ("[chapter 3](03_none.ipynb)", r"needs chapters \[3\]: expected earlier"),
        ("chapters 2 and [4](04_c.ipynb)", r"chapters \[2\] without a link"),
        ("Chapters 1, 2 and 4", r"chapters \[1, 2, 4\] without a link"),
    ],
)
def test_a_need_that_cannot_be_drawn_stops_the_build(small: Path, before: str, said: str) -> None:
    """Chapter 4 once named its needs in other words, and no map could have shown them."""
    notebook(small, "07_d.ipynb", before)
    if "09" in before:
        notebook(small, "09_e.ipynb", "[chapter 1](01_a.ipynb)")
    with pytest.raises(ValueError, match=said):
        course_map.course(small)


def test_a_chapter_without_a_before_stops_the_build(small: Path) -> None:
    path = small / "07_d.ipynb"
    path.write_text(path.read_text().replace("**Before:**", "**You need**"))
    with pytest.raises(ValueError, match=r"07_d\.ipynb: expected .*Before"):
        course_map.course(small)
