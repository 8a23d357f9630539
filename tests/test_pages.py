"""The pages around the chapters: numbers in the sidebar, what the front page claims, the picture that README shows."""

import json
import re
from datetime import datetime
from pathlib import Path

import picture_front_page
import yaml
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = sorted((ROOT / "book" / "chapters").glob("*.ipynb"))


def in_contents() -> dict[str, str | None]:
    """Return file -> title, as the table of contents has them."""
    parts = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))["parts"]
    chapters = [entry for part in parts for entry in part["chapters"]]
    entries = [inner for entry in chapters for inner in (entry, *entry.get("sections", []))]
    return {entry["file"]: entry.get("title") for entry in entries}


def cells(path: Path) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(path.read_text("utf-8"))["cells"]]


def test_a_chapter_keeps_its_number_in_the_sidebar_though_others_are_missing() -> None:
    """Numbers that Sphinx gives would call chapter 4 the third, and every "see chapter 4" would mislead."""
    expected = {
        f"book/chapters/{path.stem}": f"{int(path.stem[:2])} · {cells(path)[0].splitlines()[0].removeprefix('# ')}"
        for path in CHAPTERS
    }
    found = {file: title for file, title in in_contents().items() if "/chapters/" in file}
    assert found == expected
    assert list(found) == sorted(found)


def test_every_page_of_the_book_is_in_the_contents() -> None:
    pages = {
        path.relative_to(ROOT).with_suffix("").as_posix()
        for path in (ROOT / "book").rglob("*")
        if path.suffix in (".md", ".ipynb") and "static" not in path.parts
    }
    assert pages == {*in_contents(), "book/index"}


def test_the_front_page_lists_each_chapter_with_its_number() -> None:
    text = "\n".join(cells(ROOT / "book" / "index.ipynb"))
    listed = re.findall(r"^(\d+)\. \[[^\]]+\]\(chapters/(\d\d)_\w+\.ipynb\)", text, re.MULTILINE)
    assert [(int(number), int(file)) for number, file in listed] == [(int(p.stem[:2]),) * 2 for p in CHAPTERS]


def test_the_changelog_names_every_chapter_and_begins_with_the_latest_day() -> None:
    """A reader who comes back looks there for what has been added."""
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    named = {
        int(n)
        for told in re.findall(r"\*\*Chapters? (\d+(?:(?:, | and )\d+)*)", text)
        for n in re.findall(r"\d+", told)
    }
    assert named == {int(path.stem[:2]) for path in CHAPTERS}
    days = [datetime.strptime(day, "%d %B %Y") for day in re.findall(r"^## ([^,\n]+)", text, re.MULTILINE)]
    assert len(days) > 3 and days == sorted(set(days), reverse=True)
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    assert links and [link for link in links if not (ROOT / link).exists()] == []


def test_the_picture_of_the_front_page_is_light_and_shows_what_the_page_shows() -> None:
    """A trace recorded anew changes the page, and nothing would change the picture beside the promise."""
    path = picture_front_page.PICTURE
    assert path.stat().st_size <= picture_front_page.HEAVIEST
    with Image.open(path) as picture:
        made_from = picture.info[picture_front_page.MADE_FROM]
    assert made_from == picture_front_page.trace_fingerprint(), "run `make book`, then tools/picture_front_page.py"
    shown = re.search(r"!\[([^\]]+)\]\(([^)]+)\)", (ROOT / "README.md").read_text("utf-8"))
    assert shown and ROOT / shown[2] == path and len(shown[1]) > 40
