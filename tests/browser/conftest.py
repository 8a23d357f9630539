"""A browser and the served book, once a session."""

import os
from collections.abc import Iterator
from pathlib import Path

import find_browser
import pytest
from playwright.sync_api import Browser, sync_playwright

from .visits import STAY_AT_HOME, Readers, serve


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium. Without one a local run skips and says so; where CI=true it fails."""
    path = find_browser.find_browser()
    if path is None:
        message = f"No browser was found, and none could be installed. {find_browser.HOW}"
        if os.environ.get("CI", "").lower() in ("true", "1"):
            pytest.fail(message, pytrace=False)
        pytest.skip(message)
    sandbox = [] if os.geteuid() else ["--no-sandbox"]  # Chromium refuses root a sandbox
    with sync_playwright() as playwright:
        # What draws is this processor anyway: to imitate a graphics card on it costs a tenth more.
        drawing = ["--disable-gpu", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=path, args=[*sandbox, *drawing, STAY_AT_HOME])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(html: Path) -> Iterator[str]:
    """Serve the built book on this machine; give its address."""
    with serve(html) as address:
        yield address


@pytest.fixture(scope="session")
def readers(browser: Browser) -> Iterator[Readers]:
    """Those whose windows the tests of one page share."""
    readers = Readers(browser)
    yield readers
    readers.close()
