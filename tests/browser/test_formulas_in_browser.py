"""Coloured formulas as MathJax sets them: the same formulas, in the colours of the table, and no error."""

import re
from pathlib import Path

import pytest
from coloured_formulas import CLASSES
from playwright.sync_api import Browser

from tests.oracles.formulas import plain

from .visits import PAGES, Readers, visiting

pytestmark = pytest.mark.browser
WRITTEN = "() => [...MathJax.startup.document.math].map(item => item.math)"
COLOURS = "symbols => symbols.map(symbol => getComputedStyle(symbol).color)"
MATHML = "texs => Promise.all(texs.map(tex => MathJax.tex2mmlPromise(tex)))"


def skeleton(mathml: str) -> str:
    """Return ``mathml`` without what only groups or names its parts."""
    return re.sub(r"</?mrow[^>]*>|\s+", "", re.sub(r' (class|data-mjx-texclass)="[^"]*"', "", mathml))


@pytest.mark.parametrize("name", PAGES)
def test_every_formula_is_set_and_is_the_plain_one(site: str, html: Path, readers: Readers, name: str) -> None:
    with readers.at(f"{site}/{name}") as visit:
        placed = (html / name).read_text("utf-8").count('notranslate nohighlight">')
        if not visit.page.evaluate("() => Boolean(window.MathJax?.startup?.document)"):
            assert placed == 0
            return
        written = visit.page.evaluate(WRITTEN)
        assert visit.page.locator("mjx-container").count() == len(written) >= placed
        assert visit.page.locator("mjx-merror").count() == 0
        uncoloured = visit.page.evaluate(MATHML, list(map(plain, written)))
        coloured = visit.page.evaluate(MATHML, written)
        assert list(map(skeleton, coloured)) == list(map(skeleton, uncoloured))
        assert (visit.errors, visit.outside) == ([], [])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_symbol_has_its_colour_on_the_page(site: str, browser: Browser, theme: str) -> None:
    with visiting(browser, scheme=theme) as visit:
        visit.open(f"{site}/book/chapters/05_bahdanau.html")
        seen = set()
        for colour, kind in CLASSES.items():
            red, green, blue = (int(colour.on(theme)[k : k + 2], 16) for k in (1, 3, 5))
            found = visit.page.locator(f"mjx-container .{kind}").evaluate_all(COLOURS)
            if found:
                assert found == [f"rgb({red}, {green}, {blue})"] * len(found)
                seen.add(kind)
        assert seen == set(CLASSES.values())
