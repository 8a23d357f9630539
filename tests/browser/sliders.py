"""A slider on a page: its widget, its frame, and what the frame says."""

from time import monotonic

import pytest
from playwright.sync_api import Locator

from .visits import FRAMES, WIDGET_PAGES

WIDGETS = pytest.mark.parametrize("name", WIDGET_PAGES)


def widget_of(handle: Locator) -> Locator:
    """Return the widget in which a slider stands."""
    return handle.locator("xpath=ancestor::*[contains(concat(' ', @class, ' '), ' course-widget ')][1]")


def stage_of(handle: Locator) -> Locator:
    """Return the part of a slider's widget that shows the frame."""
    return widget_of(handle).locator(".course-stage").first


def shown(stage: Locator, unlike: str | None = None) -> str:
    """Return the frame's text, as soon as it is another one than ``unlike``, or after three seconds as it is."""
    until = monotonic() + 3
    while True:
        stage.page.evaluate(FRAMES)
        text = stage.inner_text()
        if text != unlike or monotonic() > until:
            return text
