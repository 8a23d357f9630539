"""Find a browser for the tests: the system's Chromium or Chrome, else Debian's package, else Playwright's own.

`python tools/find_browser.py` prints the path, installing one if it has to and may.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SHELL = "chromium-headless-shell"
"""Chromium without its windows: it draws the same pages and asks for two thirds of the processor's time."""
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
HOW = (
    "Install Chromium or Chrome (and, on a minimal Debian, libatomic1), "
    "or run: .venv/bin/python -m playwright install --with-deps chromium"
)


def starts(path: str | Path | None) -> bool:
    """Say whether the program at ``path`` is there and answers ``--version``."""
    if not path or not Path(path).exists():
        return False
    try:
        command = [str(path), "--version"]
        return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def installed() -> str | None:
    """Return a browser of the system, or None."""
    candidates = [shutil.which(name) for name in NAMES] + list(APPLICATIONS)
    return next((path for path in candidates if path and starts(path)), None)


def playwrights_own() -> str | None:
    """Return the browser that Playwright has downloaded, or None."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if starts(path) else None


def driver_starts() -> bool:
    """Say whether Playwright's driver runs: a Node of its own, which a minimal Debian lacks a library for."""
    import playwright

    node = Path(playwright.__file__).parent / "driver" / ("node.exe" if os.name == "nt" else "node")
    return starts(node) or (install_from_debian("libatomic1") and starts(node))


def from_debian() -> str | None:
    """Install Debian's Chromium, where that is possible."""
    return next((installed() for name in (SHELL, "chromium") if install_from_debian(name, "fonts-dejavu-core")), None)


def install_from_debian(*packages: str) -> bool:
    """Install Debian's packages, where there is apt-get and the right to use it; say whether that worked."""
    if not shutil.which("apt-get") or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False

    def apt(*arguments: str) -> bool:
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        command = ["apt-get", "-y", "-qq", *arguments]
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        return done.returncode == 0

    apt("update")
    return apt("install", *packages)


def from_playwright() -> str | None:
    """Let Playwright download its browser, with the system's libraries where it may install them."""
    options = ["--with-deps"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    command = [sys.executable, "-m", "playwright", "install", *options, "chromium"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return playwrights_own() if done.returncode == 0 else None


def find_browser() -> str | None:
    """Return the path of a browser that starts, installing one if there is none; None if that fails too."""
    if not driver_starts():
        return None
    for source in (installed, playwrights_own, from_debian, from_playwright):
        path = source()
        if path:
            return path
    return None


@contextmanager
def launched(path: str | None, *arguments: str) -> "Iterator[Browser]":
    """Start the browser at ``path``, where :func:`find_browser` found it; it ends with the block."""
    if path is None:
        raise SystemExit(f"No browser was found. {HOW}")
    from playwright.sync_api import sync_playwright

    sandbox = [] if os.geteuid() else ["--no-sandbox"]  # Chromium refuses root a sandbox
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=[*sandbox, "--disable-dev-shm-usage", *arguments]
        )
        yield browser
        browser.close()


if __name__ == "__main__":
    print(find_browser() or sys.exit(f"No browser was found, and none could be installed. {HOW}"))
