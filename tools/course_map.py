"""Sphinx extension: the map of the course, which chapter needs which, drawn and told from the chapters themselves.

The one source is the paragraph of a chapter's first cell that holds "**Before:**": each chapter that it links to
is needed. So a new chapter comes into the map by itself. The directive ``{course-map}`` puts both on a page.
"""

import json
import re
import textwrap
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = ROOT / "book" / "chapters"
BEFORE = re.compile(r"\*\*Before:\*\*(.*?)(?:\n\s*\n|\Z)", re.DOTALL)
LINK = re.compile(r"\]\((\d\d)_\w+\.ipynb\)")
NAMED = re.compile(r"\bchapters?\s+(\d+(?:(?:,\s*|\s+and\s+)\d+)*)", re.IGNORECASE)
READING = re.compile(r"(\d+) (?:minutes )?to read\b")

WIDTH, MARGIN, AXIS, LINE, GAP = 400, 8, 112, 19, 15  # pixels of the drawing
LETTERS = 32  # of a title in a line
NO_BREAK = "\u00a0"  # a space that keeps its neighbours on one line


class Chapter(NamedTuple):
    """A chapter as its first cell describes it."""

    number: int
    file: str
    title: str
    needs: tuple[int, ...]
    minutes: int

    @property
    def short(self) -> str:
        """Return the title without what follows a colon."""
        return self.title.split(":")[0]


def chapter(path: Path) -> Chapter:
    """Read the chapter at ``path``. ValueError where its first cell does not say what it needs, or not by links."""
    first = "".join(json.loads(path.read_text("utf-8"))["cells"][0]["source"])
    before, minutes = BEFORE.search(first), READING.search(first)
    if before is None or minutes is None:
        raise ValueError(f"{path.name}: expected '… minutes to read' and '**Before:** …' in the first cell.")
    needs = {int(number) for number in LINK.findall(before[1])}
    told = {int(number) for listed in NAMED.findall(before[1]) for number in re.findall(r"\d+", listed)}
    if told - needs:
        raise ValueError(
            f"{path.name}: **Before:** speaks of chapters {sorted(told - needs)} without a link: expected "
            "[chapter 4](04_attention_by_hand.ipynb), from which the map of the course is drawn."
        )
    title = first.splitlines()[0].removeprefix("# ")
    return Chapter(int(path.name[:2]), path.name, title, tuple(sorted(needs)), int(minutes[1]))


def course(folder: Path = CHAPTERS) -> dict[int, Chapter]:
    """Return the chapters of ``folder`` by number. ValueError if one needs a later one, or one that is not there."""
    found = {one.number: one for one in map(chapter, sorted(folder.glob("[0-9][0-9]_*.ipynb")))}
    for one in found.values():
        wrong = [number for number in one.needs if number >= one.number or number not in found]
        if wrong:
            raise ValueError(f"{one.file} needs chapters {wrong}: expected earlier ones that are there.")
    return found


def way_to(number: int, chapters: dict[int, Chapter]) -> list[int]:
    """Return every chapter that is needed before ``number``, directly or by way of another, in order."""
    found: set[int] = set()
    waiting = list(chapters[number].needs)
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += chapters[one].needs
    return sorted(found)


def needed_by(number: int, chapters: dict[int, Chapter]) -> list[int]:
    """Return the chapters whose first cell names ``number``."""
    return [one.number for one in chapters.values() if number in one.needs]


# The drawing: chapters from top to bottom, an arc on the left from each to those that need it


def drawing(chapters: dict[int, Chapter], folder: str = "chapters") -> str:
    """Return the map as SVG, in the page's own colours; ``folder`` is where the page finds the chapters."""
    lines = {number: balanced(one.short) for number, one in chapters.items()}
    middle, below = {}, float(MARGIN)
    for number in chapters:
        tall = LINE * len(lines[number]) + GAP
        middle[number] = below + tall / 2
        below += tall
    widest = max((middle[n] - middle[m] for n, one in chapters.items() for m in one.needs), default=1.0)
    arcs = [_arc(m, n, middle, widest) for n, one in chapters.items() for m in one.needs]
    stops = [_stop(one, middle[one.number], lines[one.number], folder) for one in chapters.values()]
    return (
        f'<svg class="course-map" viewBox="0 0 {WIDTH} {below + MARGIN:g}" role="group" '
        f'aria-label="{escape(described(chapters))}">{"".join(arcs)}{"".join(stops)}</svg>'
    )


def balanced(title: str) -> list[str]:
    """Break ``title`` into as few lines as it takes, about equally long: no word is left alone."""
    lines = len(textwrap.wrap(title, LETTERS))
    width = next(width for width in range(1, LETTERS + 1) if len(textwrap.wrap(title, width)) <= lines)
    return textwrap.wrap(title, width)


def _arc(start: int, end: int, middle: dict[int, float], widest: float) -> str:
    """Draw what leads from chapter ``start`` to ``end``, which needs it; the longest arc reaches the margin."""
    x, y, to = AXIS - 13, middle[start], middle[end]
    out = x - (x - MARGIN) * 4 / 3 * ((to - y) / widest) ** 0.75  # a cubic bulges by 3/4 of its handles
    return (
        f'<path class="way from-{start} to-{end}" d="M{x} {y:g}C{out:.1f} {y:g} {out:.1f} {to:g} {x - 5} {to:g}"/>'
        f'<path class="tip from-{start} to-{end}" d="M{x} {to:g}l-8 -4.5v9z"/>'
    )


def _stop(one: Chapter, y: float, lines: list[str], folder: str) -> str:
    """Draw a chapter: its number in a circle, its title, both a link to its page."""
    top = y - LINE * (len(lines) - 1) / 2 + 5
    words = " ".join(
        f'<tspan x="{AXIS + 22}" y="{top + LINE * row:g}">{escape(line)}</tspan>' for row, line in enumerate(lines)
    )
    page = f"{folder}/{Path(one.file).stem}.html"
    return (
        f'<a class="stop stop-{one.number}" href="{page}" aria-label="{one.number} {escape(one.short)}">'
        f'<circle cx="{AXIS}" cy="{y:g}" r="13"/><text class="number" x="{AXIS}" y="{y + 5:g}">{one.number}</text> '
        f"<text>{words}</text></a>"
    )


def listed(numbers: Iterable[int]) -> str:
    """Write ``numbers`` as a sentence does: 2, 3 and 4."""
    words = [str(number) for number in numbers]
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def described(chapters: dict[int, Chapter]) -> str:
    """Return what the drawing shows in words, for a reader who hears it."""
    told = [
        f"{number} ({one.short}) needs {listed(one.needs) if one.needs else 'none'}" for number, one in chapters.items()
    ]
    shown = "Map of the course: the chapters from top to bottom, an arc from each to those that need it."
    return f"{shown} {'; '.join(told)}."


def emphasis(chapters: dict[int, Chapter]) -> str:
    """Return the styles that make a chapter's arcs stand out while it is pointed at or has the focus."""
    picked = ",".join(f".course-map:has(.stop-{n}:is(:hover,:focus)) :is(.from-{n},.to-{n})" for n in chapters)
    return f"<style>{picked}{{--course-way:var(--pst-color-primary);--course-thick:2.5}}</style>"


# The same as text


def table(chapters: dict[int, Chapter], folder: str = "chapters") -> list[str]:
    """Return the map as a table in Markdown: what a chapter needs, what needs it, and the shortest way to it."""
    rows = ["| chapter | needs | is needed by | the shortest way there, and its reading time |", "|---|---|---|---|"]
    for number, one in chapters.items():
        way = [*way_to(number, chapters), number]
        minutes = sum(chapters[step].minutes for step in way)
        rows.append(
            f"| [{number} · {one.short}]({folder}/{one.file}) | {listed(one.needs) or '–'} "
            f"| {listed(needed_by(number, chapters)) or '–'} | {' → '.join(map(str, way))}: {hours(minutes)} |"
        )
    return rows


def hours(minutes: int) -> str:
    """Write a time as a reader plans it: 45 min, 2 h 20 min; it is never broken between two lines."""
    whole, rest = divmod(minutes, 60)
    parts = (f"{whole} h" if whole else "", f"{rest} min" if rest or not whole else "")
    return " ".join(filter(None, parts)).replace(" ", NO_BREAK)


class CourseMap(SphinxDirective):
    """``{course-map}``: the drawing, then the table."""

    def run(self) -> list[nodes.Node]:
        chapters = course()
        for one in chapters.values():
            self.env.note_dependency(str(CHAPTERS / one.file))
        picture = nodes.raw("", f"<figure>{emphasis(chapters)}{drawing(chapters)}</figure>", format="html")
        text = nodes.container()
        self.state.nested_parse(StringList(table(chapters), self.env.docname), self.content_offset, text)
        return [picture, *text.children]


def setup(app: Any) -> dict[str, Any]:
    """Register the extension; called by Sphinx."""
    app.add_directive("course-map", CourseMap)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
