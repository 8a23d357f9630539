"""The lecture, given: every slider is moved as the page says, and has to show what the page says."""

import re

import pytest
from playwright.sync_api import Locator

from tests.lecture import MOVE, POSITION, SAID, SECTIONS, SHOWN

from .sliders import stage_of, value, widget_of
from .visits import FRAMES, Readers, Visit

pytestmark = [pytest.mark.browser, pytest.mark.moves]
PAGE = "book/lecture.html"
SHIPPED = {number: text for number, _, text in SECTIONS}


def move_to(handle: Locator, position: str) -> None:
    """Press keys until the slider says that it stands at ``position``."""
    handle.press("Home")
    seen = [value(handle)]
    while seen[-1] != position:
        handle.press("ArrowRight")
        seen.append(value(handle))
        assert seen[-1] != seen[-2], f"{position!r} is none of its positions: {seen}"


def spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def first_line(visit: Visit, stage: Locator) -> str:
    visit.page.evaluate(FRAMES)
    return spaced(stage.locator(".says").first.inner_text())


@pytest.mark.parametrize("name", [PAGE])
@pytest.mark.parametrize("number", SHIPPED)
def test_a_slider_moved_as_told_shows_what_is_told(site: str, readers: Readers, name: str, number: str) -> None:
    with readers.at(f"{site}/{name}") as visit:
        section = visit.page.locator(f"section:has(> h2:text-matches('^{number} · '))")
        moves = MOVE.findall(SHIPPED[number])
        assert moves
        for positions, seen in moves:
            for label, position in POSITION.findall(positions):
                handle = section.locator(f"[role=slider][aria-label='{label}']").first
                move_to(handle, position)
                stage = stage_of(handle)
                assert widget_of(handle).count() == 1
            says, whole = first_line(visit, stage), spaced(stage.inner_text())
            for words in SAID.findall(SHOWN.sub("", seen)):
                assert words in says or words[0].upper() + words[1:] in says, f"{positions}: {says}"
            for words in SHOWN.findall(seen):
                assert words in whole, f"{positions}: {whole}"
        assert visit.errors == []
