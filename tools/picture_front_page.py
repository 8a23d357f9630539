"""Take the picture of README.md: the front page's slider at the step that it shows first.

    make book && .venv/bin/python tools/picture_front_page.py

Writes book/static/front-page-slider.png, with a fingerprint of the recorded trace in the file: a test sees when
the picture no longer shows what the page does.
"""

import hashlib
import json
import sys
from pathlib import Path

import find_browser
from PIL import Image, PngImagePlugin

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
    with find_browser.launched(find_browser.find_browser()) as browser:
        page = browser.new_page(
            viewport={"width": WIDTH, "height": 1000}, color_scheme="light", device_scale_factor=SCALE
        )
        page.goto(PAGE.as_uri(), wait_until="load")
        slider = page.locator(".widget-subarea > .jupyter-widgets").first
        slider.wait_for()
        page.evaluate("() => document.fonts.ready")
        slider.screenshot(path=path)


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
