"""A browser and the served book, once a session."""

import os
from collections.abc import Iterator
from pathlib import Path

import find_browser
import pytest
from playwright.sync_api import Browser

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
    # What draws is this processor anyway: to imitate a graphics card on it costs a tenth more.
    with find_browser.launched(path, "--disable-gpu", STAY_AT_HOME) as browser:
        yield browser


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
