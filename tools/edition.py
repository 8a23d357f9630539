"""Say at the foot of every page which state of the repository the book was made from.

A commit changes no page, so the book is not built again for it: only this line is written anew.
"""

import re
import subprocess
from datetime import date
from pathlib import Path

LINE = re.compile(r'(<p class="course-edition">)[^<]*(</p>)')
ARCHIVE = "Made from an unpacked archive."


def git(root: Path, *arguments: str) -> str | None:
    """Return what git answers in ``root``, or None where it does not."""
    try:
        command = ["git", *arguments]
        return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def edition(root: Path, inputs: tuple[str, ...]) -> str:
    """Return the sentence: the commit and its date, and whether ``inputs`` have changed since."""
    known = git(root, "ls-files", "--error-unmatch", "_config.yml")  # else another project's git answers
    commit = git(root, "log", "-1", "--format=%h %cs") if known else None
    if not commit:
        return ARCHIVE
    name, day = commit.split()
    when = date.fromisoformat(day)
    changed = git(root, "status", "--porcelain", "--", *inputs)
    since = ", with changes since" if changed else ""
    return f"Made from commit {name} of {when.day} {when:%B %Y}{since}."


def write(html: Path, sentence: str) -> None:
    """Put ``sentence`` at the foot of every page below ``html`` that says another one."""
    for path in html.rglob("*.html"):
        page = path.read_text("utf-8")
        said = LINE.sub(rf"\g<1>{sentence}\g<2>", page)
        if said != page:
            path.write_text(said, "utf-8")
