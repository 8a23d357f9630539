"""A slider on a page: its widget, its frame, and what the two say."""

from collections.abc import Callable
from time import monotonic

import pytest
from playwright.sync_api import Locator

from .visits import FRAMES, WIDGET_PAGES

WIDGETS = pytest.mark.parametrize("name", WIDGET_PAGES)
# "light": else Playwright looks into every element of the page for a shadow tree, at every key that is pressed.
SLIDER = "css:light=.course-widget [role=slider]"
STAGE = "css:light=.course-stage"
# One question each, for the browser to answer when what a key or a click changes has been drawn.
TEXT = f"""async stage => {{
  await ({FRAMES})();
  if (!stage.isConnected) throw new Error("what was the stage is no longer on the page");
  return stage.innerText;
}}"""
VALUE = f"async handle => {{ await ({FRAMES})(); return handle.getAttribute('aria-valuetext') || ''; }}"


def widget_of(handle: Locator) -> Locator:
    """Return the widget in which a slider stands."""
    return handle.locator("xpath=ancestor::*[contains(concat(' ', @class, ' '), ' course-widget ')][1]")


def sliders_of(part: Locator) -> Locator:
    """Return the sliders of the widget in which a slider or a stage stands."""
    return widget_of(part).locator("css:light=[role=slider]")


def stage_of(handle: Locator) -> Locator:
    """Return the part of a slider's widget that shows the frame."""
    return widget_of(handle).locator(STAGE).first


def shown(stage: Locator, unlike: str | None = None) -> str:
    """Return the frame's text, as soon as it is another one than ``unlike``, or after three seconds as it is."""
    return shown_when(stage, lambda text: text != unlike)


def shown_when(stage: Locator, holds: Callable[[str], bool]) -> str:
    """Return the frame's text, as soon as it ``holds``, or after three seconds as it is."""
    until = monotonic() + 3
    while True:
        text: str = stage.evaluate(TEXT)
        if holds(text) or monotonic() > until:
            return text


def value(handle: Locator) -> str:
    """Return what the slider says it stands at; the words follow the number in the next frame."""
    text: str = handle.evaluate(VALUE)
    return text
