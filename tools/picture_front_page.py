"""Take the picture of README.md: the front page's slider at the step that it shows first.

    make book && .venv/bin/python tools/picture_front_page.py

Writes book/static/front-page-slider.png, with a fingerprint of the recorded trace in the file: a test sees when
the picture no longer shows what the page does.
"""

import hashlib
import json
import os
import sys
from pathlib import Path

import find_browser
from PIL import Image, PngImagePlugin
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "book" / "static" / "front-page-slider.png"
PAGE = ROOT / "_build" / "html" / "book" / "index.html"
RECORD = ROOT / "course_lib" / "results" / "front_page.json"
MADE_FROM = "made-from"
WIDTH, SCALE, COLOURS, HEAVIEST = 900, 2, 256, 120_000  # CSS pixels, pixels to each, palette, bytes


def trace_fingerprint() -> str:
    """Return 16 hexadecimal digits that change with the recorded trace."""
    trace = json.loads(RECORD.read_text("utf-8"))["trace"]
    return hashlib.sha256(json.dumps(trace, sort_keys=True).encode()).hexdigest()[:16]


def take(path: Path) -> None:
    """Write what the browser shows of the first slider on the front page to ``path``."""
    browser_path = find_browser.find_browser()
    if browser_path is None:
        raise SystemExit(f"No browser was found. {find_browser.HOW}")
    sandbox = [] if os.geteuid() else ["--no-sandbox"]  # Chromium refuses root a sandbox
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=[*sandbox, "--disable-dev-shm-usage"])
        page = browser.new_page(
            viewport={"width": WIDTH, "height": 1000}, color_scheme="light", device_scale_factor=SCALE
        )
        page.goto(PAGE.as_uri(), wait_until="load")
        slider = page.locator(".widget-subarea > .jupyter-widgets").first
        slider.wait_for()
        page.evaluate("() => document.fonts.ready")
        slider.screenshot(path=path)
        browser.close()


def shrink(path: Path) -> None:
    """Store the picture with a palette, and what it was made from."""
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    information = PngImagePlugin.PngInfo()
    information.add_text(MADE_FROM, trace_fingerprint())
    small.save(path, optimize=True, pnginfo=information)


def main() -> int:
    if not PAGE.exists():
        print("There is no book to take a picture of: run `make book` first.", file=sys.stderr)
        return 1
    take(PICTURE)
    shrink(PICTURE)
    size = PICTURE.stat().st_size
    print(f"{PICTURE.relative_to(ROOT)}: {size / 1000:.0f} KB")
    return 0 if size <= HEAVIEST else 1


if __name__ == "__main__":
    sys.exit(main())
