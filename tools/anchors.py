"""The places in the book that others may link to: each heading of each page, and each word of the glossary.

    make book && .venv/bin/python tools/anchors.py --write

adds to tests/anchors.txt what has come. What has gone stays in the list, and turns a test red.
"""

import re
import sys
from pathlib import Path

from build_book import HTML, ROOT

LIST = ROOT / "tests" / "anchors.txt"
PLACE = re.compile(r'<(?:section|dt|span)[^>]* id="([^"]+)"')
BY_NUMBER = re.compile(r"id\d+$")  # Docutils' own, for what has no name: it changes with the page


def anchors(html: Path = HTML) -> set[str]:
    """Return ``page#name`` for every place that has a name; pages of the library go with its code."""
    return {
        f"{path.relative_to(html).as_posix()}#{name}"
        for path in (html / "book").rglob("*.html")
        if path.parent.name != "api"
        for name in PLACE.findall(path.read_text("utf-8").partition("<article")[2].partition("</article>")[0])
        if not BY_NUMBER.match(name)
    }


def listed() -> set[str]:
    """Return the places that were there before."""
    return set(LIST.read_text("utf-8").split()) if LIST.exists() else set()


def main() -> int:
    here, before = anchors(), listed()
    print(f"{len(here)} places, {len(here - before)} new, {len(before - here)} gone")
    if "--write" in sys.argv[1:]:
        LIST.write_text("\n".join(sorted(here | before)) + "\n", "utf-8")
    return 1 if before - here else 0


if __name__ == "__main__":
    sys.exit(main())
