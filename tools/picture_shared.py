"""Draw what others show of the course: the card of a shared link, and the icon of a home screen.

    .venv/bin/python tools/picture_shared.py

Writes book/static/social-card.png around the picture of the front page's slider (tools/picture_front_page.py
takes that one first), and book/static/apple-touch-icon.png from favicon.svg.
"""

import base64
from mimetypes import guess_type
from pathlib import Path

import find_browser
from picture_front_page import PICTURE, shrink
from playwright.sync_api import Browser

STATIC = PICTURE.parent
FAVICON = STATIC / "favicon.svg"
CARD, CARD_SIZE = STATIC / "social-card.png", (1200, 630)  # the size that every host of links takes whole
ICON, ICON_SIZE = STATIC / "apple-touch-icon.png", (180, 180)


def embedded(path: Path) -> str:
    """Return a picture as an address that holds it: a page without an address of its own may open no file."""
    return f"data:{guess_type(path)[0]};base64,{base64.b64encode(path.read_bytes()).decode()}"


DRAWN_AS_CARD = f"""<body style="margin: 0; font-family: 'DejaVu Sans', sans-serif; color: #1f2328; background: #fff">
<div style="box-sizing: border-box; height: 630px; padding: 24px 60px; border-bottom: 18px solid #a34a00">
<h1 style="margin: 0; font-size: 58px">Attention, Step by Step</h1>
<p style="margin: 4px 0 16px; font-size: 31px; color: #5c6670">From a fixed vector to alignment, in notebooks</p>
<img src="{embedded(PICTURE)}" style="width: 1080px; height: 430px; object-fit: cover; object-position: top"></div>"""
DRAWN_AS_ICON = f'<body style="margin: 0"><img src="{embedded(FAVICON)}" style="width: 180px">'


def draw(browser: Browser, markup: str, size: tuple[int, int], path: Path) -> None:
    """Write what the browser shows of ``markup`` in a window of ``size`` to ``path``."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme="light")
    page.set_content(markup, wait_until="load")
    page.screenshot(path=path)
    page.close()


def main() -> None:
    with find_browser.launched(find_browser.find_browser()) as browser:
        draw(browser, DRAWN_AS_CARD, CARD_SIZE, CARD)
        draw(browser, DRAWN_AS_ICON, ICON_SIZE, ICON)
    shrink(CARD)
    shrink(ICON)


if __name__ == "__main__":
    main()
