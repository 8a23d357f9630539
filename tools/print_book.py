"""Print the built book into one PDF, page after page in the order of the contents; run by `make pdf`.

    .venv/bin/python tools/print_book.py [OUTPUT] [--only book/index book/chapters/04_attention_by_hand]

A headless Chromium prints each page as a reader would, with a number at its foot that goes on from the last page's;
the outline of the PDF has an entry for each.
"""

import argparse
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import find_browser
import yaml
from build_book import HTML, ROOT
from playwright.sync_api import Page
from pypdf import PdfReader, PdfWriter

PDF = ROOT / "_build" / "attention-step-by-step.pdf"
NUMBERED = """
@page { size: A4; margin: 16mm 15mm 18mm; @bottom-center { content: counter(page); font: 9pt sans-serif; } }
html { counter-reset: page %d; }
"""
SET = "() => window.MathJax?.startup?.promise?.then(() => document.fonts.ready)"


def names(contents: dict[str, Any]) -> Iterator[str]:
    """Yield the name of every page, in the order of _toc.yml."""
    for key in ("root", "file"):
        if key in contents:
            yield contents[key]
    for key in ("parts", "chapters", "sections"):
        for inner in contents.get(key, ()):
            yield from names(inner)


def printed(page: Page, address: str, pages_before: int) -> bytes:
    """Return the PDF of the page at ``address``; its first sheet carries the number after ``pages_before``."""
    page.goto(address, wait_until="load")
    page.evaluate(SET)
    page.add_style_tag(content=NUMBERED % pages_before)
    return page.pdf(prefer_css_page_size=True, print_background=True, tagged=True)


def print_book(chosen: list[str], output: Path, html: Path = HTML) -> int:
    """Print the ``chosen`` pages into ``output``; return how many sheets they fill."""
    book = PdfWriter()
    with find_browser.launched(find_browser.find_browser()) as browser:
        for name in chosen:
            page = browser.new_page(color_scheme="light")
            page.set_default_timeout(120_000)
            sheets = PdfReader(BytesIO(printed(page, (html / f"{name}.html").as_uri(), len(book.pages))))
            book.append(sheets, outline_item=page.title().split(" — ")[0], import_outline=False)
            page.close()
    book.add_metadata({"/Title": "Attention, Step by Step"})
    book.compress_identical_objects()
    output.parent.mkdir(parents=True, exist_ok=True)
    book.write(output)
    return len(book.pages)


def main() -> int:
    parser = argparse.ArgumentParser(description="Print the built book into one PDF.")
    parser.add_argument("output", nargs="?", type=Path, default=PDF)
    parser.add_argument("--only", nargs="+", metavar="PAGE", help="these pages, as _toc.yml names them")
    arguments = parser.parse_args()
    every = list(names(yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))))
    chosen = arguments.only or every
    if unknown := [name for name in chosen if name not in every]:
        parser.error(f"expected pages that _toc.yml names, got {unknown}")
    sheets = print_book(chosen, arguments.output)
    print(f"{arguments.output}: {len(chosen)} pages of the book on {sheets} sheets")
    return 0


if __name__ == "__main__":
    sys.exit(main())
