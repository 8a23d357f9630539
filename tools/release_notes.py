"""Print what CHANGELOG.md says of a release; run by `make notes TAG=v0.2.0`, with any Python.

Whoever makes a release puts its number behind the latest day, ``## 3 March 2027, 0.2.0``, and into
pyproject.toml, course_lib/__init__.py and CITATION.cff. Its notes are that day and all days below it, down to
the one of the release before.
"""

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DAY = re.compile(r"^## (?P<day>[^,\n]+)(?:, (?P<version>\S+))?$", re.MULTILINE)


def notes(changelog: str, tag: str) -> str:
    """Return the notes of the release ``tag``, v0.2.0 say; ValueError where no day has its number."""
    version, days = tag.removeprefix("v"), list(DAY.finditer(changelog))
    first = next((k for k, day in enumerate(days) if day["version"] == version), None)
    if first is None:
        raise ValueError(f"CHANGELOG.md: expected a heading that ends in ', {version}', found none. Number a day.")
    earlier = (day.start() for day in days[first + 1 :] if day["version"])
    return changelog[days[first].start() : next(earlier, None)].strip()


def main() -> None:
    parser = argparse.ArgumentParser(description="Print what CHANGELOG.md says of a release.")
    parser.add_argument("tag", help="v0.2.0, say")
    try:
        print(notes((ROOT / "CHANGELOG.md").read_text("utf-8"), parser.parse_args().tag))
    except ValueError as error:
        sys.exit(f"notes: {error}")


if __name__ == "__main__":
    main()
