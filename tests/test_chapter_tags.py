"""The docstrings say which chapter uses what: held against what the chapters import."""

import ast
import importlib
import json
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "course_lib"
NOTEBOOKS = {int(path.name[:2]): path for path in sorted((ROOT / "book" / "chapters").glob("[0-9][0-9]_*.ipynb"))}
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(LIBRARY.rglob("*.py"))
}
LAST = 16
EVERY = re.compile(r"\b(?:[Ee]very|[Aa]ll) chapters?\b")
NUMBERS = re.compile(r"\bChapters? (\d+(?:(?:, | and | to )\d+)*)")


def tags(text: str | None) -> set[int]:
    """Return the chapters that a docstring names: "Chapters 2, 4 to 6 and 9", "Every chapter"."""
    found = set(range(1, LAST + 1)) if EVERY.search(text or "") else set()
    for listed in NUMBERS.findall(text or ""):
        for part in re.split(r", | and ", listed):
            first, *last = map(int, part.split(" to "))
            found |= set(range(first, (last[0] if last else first) + 1))
    return found


@cache  # each file is read once, and asked about by every other
def imported(source: str) -> set[tuple[str, str]]:
    """Return the (module, name) pairs of the library that ``source`` imports."""
    return {
        (node.module, alias.name)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "course_lib"
        for alias in node.names
    }


@cache
def code_of(path: Path) -> str:
    cells = [cell for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
    lines = [line for cell in cells for line in "".join(cell["source"]).splitlines()]
    return "\n".join(re.sub(r"^(\s*)[%!].*", r"\1pass", line) for line in lines)  # a magic is no Python


def home(module: str, name: str) -> tuple[str, object]:
    """Return the module in which a name of a package's face is written, and what it stands for."""
    found = getattr(importlib.import_module(module), name, None)
    if found is None or f"{module}.{name}" in MODULES:
        return f"{module}.{name}", None
    return getattr(found, "__module__", module), found


@pytest.mark.parametrize(
    ("text", "chapters"),
    [
        ("What it does. Chapters 2, 4 to 6 and 9.", {2, 4, 5, 6, 9}),
        ("Chapter 5", {5}),
        ("What each does. Every chapter.", set(range(1, 17))),
        ("Of a chapter in general.", set()),
    ],
)
def test_tags_are_read_as_a_reader_would(text: str, chapters: set[int]) -> None:
    assert tags(text) == chapters


@pytest.mark.parametrize("number", NOTEBOOKS)
def test_what_a_chapter_imports_says_so(number: int) -> None:
    silent = []
    for module, name in sorted(imported(code_of(NOTEBOOKS[number]))):
        written_in, found = home(module, name)
        if written_in.startswith("course_lib.checks"):
            continue  # a check says which chapter's it is by its name
        said = tags(ast.get_docstring(ast.parse(MODULES[written_in].read_text("utf-8"))))
        said |= tags(getattr(found, "__doc__", None))
        if number not in said:
            silent.append(f"{written_in}: {name} is used in chapter {number}, its docstring says {sorted(said)}")
    assert silent == []


@pytest.mark.parametrize("module", MODULES)
def test_a_module_names_no_chapter_that_cannot_reach_it(module: str) -> None:
    if module.startswith("course_lib.checks"):
        return  # a check says which chapter's it is by its name
    named = tags(ast.get_docstring(ast.parse(MODULES[module].read_text("utf-8")))) & NOTEBOOKS.keys()
    assert named <= {number for number in NOTEBOOKS if module in reached(number)}


@cache
def reached(number: int) -> set[str]:
    """Return every module that a chapter imports, by itself or through others."""
    found: set[str] = set()
    waiting = {name for pair in imported(code_of(NOTEBOOKS[number])) for name in (pair[0], ".".join(pair))}
    while waiting:
        module = waiting.pop()
        if module in MODULES and module not in found:
            found.add(module)
            pairs = imported(MODULES[module].read_text("utf-8"))
            waiting |= {name for pair in pairs for name in (pair[0], ".".join(pair))}
            waiting.add(module.rpartition(".")[0])
    return found
