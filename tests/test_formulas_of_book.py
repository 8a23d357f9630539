"""The formulas and the stylesheet that the book has today, against the table of symbols."""

import json
import re
from pathlib import Path

import pytest
from coloured_formulas import CLASSES, coloured

from course_lib.notation import SYMBOLS, Theme
from tests.oracles.formulas import plain

ROOT = Path(__file__).resolve().parent.parent


def formulas() -> list[str]:
    found = []
    for path in sorted((ROOT / "book").rglob("*")):
        if path.suffix == ".md":
            found.append(path.read_text("utf-8"))
        elif path.suffix == ".ipynb":
            cells = json.loads(path.read_text("utf-8"))["cells"]
            found += ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    return [a or b for text in found for a, b in re.findall(r"\$\$(.+?)\$\$|\$([^$\n]+)\$", text, re.DOTALL)]


def test_every_formula_of_the_book_is_the_same_without_its_colours():
    book = formulas()
    assert len(book) > 150
    assert sum(coloured(tex) != tex for tex in book) > 50
    assert [tex for tex in book if plain(coloured(tex)) != tex] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_stylesheet_has_the_colours_of_the_table(theme: Theme):
    css = (ROOT / "book/static/course.css").read_text("utf-8")
    within = "" if theme == "light" else r'html\[data-theme="dark"\] '
    for colour, name in CLASSES.items():
        found = re.findall(rf"^{within}\.{name} {{ color: (#\w+); }}$", css, re.MULTILINE)
        assert found == [colour.on(theme)]
    assert {symbol.colour for symbol in SYMBOLS.values()} <= set(CLASSES)
