"""A slider on a page: its widget, its frame, and what the frame says."""

import pytest
from playwright.sync_api import Locator

from .visits import WIDGET_PAGES

WIDGETS = pytest.mark.parametrize("name", WIDGET_PAGES)


def widget_of(handle: Locator) -> Locator:
    """Return the widget in which a slider stands."""
    return handle.locator("xpath=ancestor::*[contains(concat(' ', @class, ' '), ' course-widget ')][1]")


def stage_of(handle: Locator) -> Locator:
    """Return the part of a slider's widget that shows the frame."""
    return widget_of(handle).locator(".course-stage").first


def shown(stage: Locator, unlike: str | None = None) -> str:
    """Return the frame's text, as soon as it is another one than ``unlike``, or after three seconds as it is."""
    stage.page.wait_for_timeout(50)
    for _ in range(60):
        text = stage.inner_text()
        if text != unlike:
            break
        stage.page.wait_for_timeout(50)
    return text
