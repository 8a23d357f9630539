"""Every chapter has one skeleton: a reader who knows one finds the way in all, and nothing drops out unseen."""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = sorted((ROOT / "book" / "chapters").glob("[0-9][0-9]_*.ipynb"))
SKELETON = (
    "The question",
    "The picture",
    "Predict",
    "By hand",
    "In symbols, and in code",
    "Milestone",
    "Look at the data",
    "Experiment",
    "Prediction against result",
    "Play",
    "Exercises",
    "Take-away",
)
KINDS = ("Write code", "Break it", "Write the test", "In words")
"""What an exercise is called, in its title or in italics below: *Write code.* Each chapter has all four."""

MOST_LINES, LONGEST_CELL, WIDEST = 200, 20, 79
CARD = re.compile(r"### (\d+) · \S.* \((★☆☆|★★☆|★★★), (\d+) min\)")
HEADING = re.compile(r"^(#{1,3} .*)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)

Notebook = dict[str, Any]


def source(cell: Notebook) -> str:
    return "".join(cell["source"])


def headings(notebook: Notebook) -> list[str]:
    """Return the headings of all text cells with their marks; a comment in quoted code is none."""
    texts = [source(cell) for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    return [found for text in texts for found in HEADING.findall(FENCE.sub("", text))]


def sections(notebook: Notebook) -> dict[str, str]:
    """Return the text of each section of the second level by its name, without the code cells."""
    text = "\n\n".join(source(cell) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    parts = re.split(r"^## (.*)$", FENCE.sub("", text), flags=re.MULTILINE)
    return {"": parts[0], **{_name(title): body for title, body in zip(parts[1::2], parts[2::2], strict=True)}}


def _name(title: str) -> str:
    """Return the name of a section; a subtitle may follow a colon."""
    return title.split(":")[0].strip()


def wrong_headings(notebook: Notebook) -> list[str]:
    """Say where the headings leave the skeleton; a section's own subtitles stand on the third level."""
    found = headings(notebook)
    first = [heading for heading in found if heading.startswith("# ")]
    names = [_name(heading[3:]) for heading in found if heading.startswith("## ")]
    problems = [] if len(first) == 1 and found[0] == first[0] else [f"expected one title, first of all; got {first}"]
    if names != list(SKELETON):
        missing = [name for name in SKELETON if name not in names]
        other = [name for name in names if name not in SKELETON]
        problems.append(f"sections: missing {missing}, unknown {other}, or out of order: {names}")
    return problems


def wrong_promise(notebook: Notebook) -> list[str]:
    """Say what the first cell lacks: minutes for reading and for the exercises, what is needed before."""
    text = source(notebook["cells"][0])
    problems = []
    if not re.search(r"\d+ (minutes )?to read\b", text) or not re.search(r"\d+ (minutes )?for the exercises", text):
        problems.append("the promise tells no time: … minutes to read and run, … for the exercises")
    if "**Before:**" not in text:  # the map of the course reads it
        problems.append("the promise does not say what is needed before: **Before:** …")
    return problems


def wrong_parts(notebook: Notebook) -> list[str]:
    """Say which fixed parts of a section are missing."""
    found = sections(notebook)
    wanted = {
        "Predict": ("<details>",),
        "In symbols, and in code": ("here we depart",),
        "Prediction against result": ("hat this does not show",),
        "Take-away": ("**Sources", "**Running time"),
    }
    return [
        f"{name}: no {part!r}" for name, parts in wanted.items() for part in parts if part not in found.get(name, part)
    ]


def visible(cell: Notebook) -> bool:
    """Say whether a reader of the page sees this code without unfolding anything."""
    tags = set(cell["metadata"].get("tags", []))
    return cell["cell_type"] == "code" and not tags & {"setup", "imports", "hide-input", "hide-cell", "remove-cell"}


def wrong_code(notebook: Notebook) -> list[str]:
    """Say where there is more code than a reader will read: in all, in a cell, in a line. Empty lines are free."""
    problems, total = [], 0
    for number, cell in enumerate(notebook["cells"]):
        if not visible(cell):
            continue
        lines = [line for line in source(cell).splitlines() if line.strip()]
        total += len(lines)
        if len(lines) > LONGEST_CELL:
            problems.append(f"cell {number} shows {len(lines)} lines of code, {LONGEST_CELL} at most")
        wide = [line for line in lines if len(line) > WIDEST]
        problems += [f"cell {number}: a line of {len(line)} characters: {line[:40]} …" for line in wide]
    if total > MOST_LINES:
        problems.append(f"{total} visible lines of code, {MOST_LINES} at most")
    return problems


def wrong_exercises(notebook: Notebook) -> list[str]:
    """Say which cards leave the form, and which of the four kinds has no exercise."""
    body = sections(notebook).get("Exercises", "")
    parts = re.split(r"^(### .*)$", body, flags=re.MULTILINE)
    cards = dict(zip(parts[1::2], parts[2::2], strict=True))
    form = "### n · Title (★★☆, 15 min)"
    problems = [f"expected {form!r}, got {title!r}" for title in cards if not CARD.fullmatch(title)]
    numbers = [int(found[1]) for title in cards if (found := CARD.fullmatch(title))]
    if any(later != earlier + 1 for earlier, later in pairwise([0, *numbers])):
        problems.append(f"exercises are numbered {numbers}")
    begun = {
        title: next((kind for kind in KINDS if kind in title or f"*{kind}" in text), None)
        for title, text in cards.items()
    }
    problems += [f"{title!r} is of none of the kinds {KINDS}" for title, kind in begun.items() if kind is None]
    problems += [f"no exercise of the kind *{kind}.*" for kind in KINDS if kind not in begun.values()]
    shared = [
        source(cell)[:40]
        for cell in notebook["cells"]
        if cell["cell_type"] == "markdown"
        and "\n### " in source(cell)
        and CARD.search(source(cell))
        and not source(cell).startswith("### ")
    ]
    return problems + [f"an exercise shares a cell with what stands before it: {text!r}" for text in shared]


CHECKS = (wrong_headings, wrong_promise, wrong_parts, wrong_code, wrong_exercises)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("wrong_"))
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_keeps_its_form(path: Path, check: Any) -> None:
    assert check(json.loads(path.read_text("utf-8"))) == []


# The checks themselves, on a chapter that keeps the form and on what may happen to it


def text(content: str) -> Notebook:
    return {"cell_type": "markdown", "metadata": {}, "source": content.splitlines(keepends=True)}


def code(content: str, *tags: str) -> Notebook:
    return {"cell_type": "code", "metadata": {"tags": list(tags)}, "source": content.splitlines(keepends=True)}


def good_chapter() -> Notebook:
    promise = (
        "# A chapter\n\nTwo lines.\n\n**Time:** about 30 minutes to read, 60 for the exercises. **Before:** Python."
    )
    parts = {
        "Predict": "\n<details><summary>Answers</summary>no</details>",
        "In symbols, and in code": "\n**Where we depart.** In size.",
        "Prediction against result": "\n*What this does not show.* Much.",
        "Take-away": "\n**Sources.** A paper.\n\n**Running time.** A minute.",
    }
    cells = [text(promise), code("import sys", "setup"), code("import a\n" * 40, "imports")]
    for name in SKELETON:
        cells.append(text(f"## {name}{parts.get(name, '')}\n\n```python\n## no heading\n```"))
        if name == "Exercises":
            cells += [text(f"### {n} · Try (★★☆, 15 min)\n\n*{kind}.* Now.") for n, kind in enumerate(KINDS, 1)]
        cells.append(code("x = 1\n\n" * 10))
    return {"cells": cells}


def test_a_chapter_in_form_has_no_problem() -> None:
    assert [problem for check in CHECKS for problem in check(good_chapter())] == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("## Milestone", "## A milestone", "missing ['Milestone'], unknown ['A milestone']"),
        ("## Play", "### Play", "missing ['Play']"),
        ("# A chapter", "## A chapter", "one title"),
        ("about 30 minutes to read, 60 for the exercises", "a while", "tells no time"),
        ("**Before:**", "**You need**", "what is needed before"),
        ("<details>", "", "Predict: no"),
        ("Where we depart", "Differences", "In symbols, and in code: no"),
        ("What this does not show", "Limits", "Prediction against result: no"),
        ("**Running time", "Time", "Take-away: no"),
        ("### 2 · Try (★★☆, 15 min)", "### 2. Try ★★☆ · 15 minutes", "got '### 2. Try"),
        ("### 2 · Try (★★☆, 15 min)", "### 3 · Try (★★☆, 15 min)", "numbered [1, 3, 4]"),
        ("*In words.*", "*Write code.*", "no exercise of the kind *In words.*"),
        ("*Break it.*", "Break it.", "is of none of the kinds"),
        ("### 1 ·", "Some words.\n\n### 1 ·", "shares a cell"),
        ("x = 1", "x" * 80, "a line of 80 characters"),
    ],
)
def test_a_chapter_out_of_form_is_seen(old: str, new: str, said: str) -> None:
    """Each row is one thing that has gone missing in a chapter before, or may."""
    chapter = json.loads(json.dumps(good_chapter()))
    (spoilt,) = [cell for cell in chapter["cells"] if old in source(cell)][:1]
    spoilt["source"] = source(spoilt).replace(old, new, 1).splitlines(keepends=True)
    assert said in "\n".join(problem for check in CHECKS for problem in check(chapter))


def test_too_much_code_is_seen_and_folded_code_is_free() -> None:
    chapter = good_chapter()
    chapter["cells"].append(code("x = 1\n" * 300, "hide-input"))
    assert wrong_code(chapter) == []
    chapter["cells"].append(code("x = 1\n" * 21))
    assert wrong_code(chapter) == [f"cell {len(chapter['cells']) - 1} shows 21 lines of code, 20 at most"]
    chapter["cells"] += [code("x = 1\n" * 20)] * 4
    assert "221 visible lines" in wrong_code(chapter)[-1]
