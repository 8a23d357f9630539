"""The page of the lecture, taken apart: its sections, the sliders in them, and what each move is said to show."""

import re
from pathlib import Path

PAGE = (Path(__file__).resolve().parent.parent / "book" / "lecture.md").read_text("utf-8")
SECTION = re.compile(r"^## (\d+) · .+? \((\d+) minutes\)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
SECTIONS: list[tuple[str, str, str]] = SECTION.findall(PAGE)
"""Number, minutes and text of each."""
SLIDER = re.compile(r"^```\{slider\} (\S+) (\S+)$", re.MULTILINE)
MOVE = re.compile(r"^- ((?:\*\*[^*]+\*\* `[^`]+`(?:, )?)+): (.*)$", re.MULTILINE)
"""A line of moves: **label** `position`, …: and what is then seen."""
POSITION = re.compile(r"\*\*([^*]+)\*\* `([^`]+)`")
SAID, SHOWN = re.compile(r"(?<!\*)\*([^*]+)\*(?!\*)"), re.compile(r"`([^`]+)`")
"""In what is seen: *so* says the frame's first line, and `so` stands somewhere in the frame."""
