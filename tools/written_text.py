"""What people have written in this project: the files to look through, and the text of a notebook."""

import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

MADE = {"vendor", "__pycache__"}
"""Folders of files that nobody here has written."""


def files(root: Path, places: Sequence[str], suffixes: Collection[str]) -> Iterator[Path]:
    """Yield the files with one of ``suffixes`` in ``places``, files and folders below ``root``, in a fixed order."""
    for place in places:
        path = root / place
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.suffix in suffixes and file.is_file() and not MADE & set(file.relative_to(root).parts):
                yield file


def of_notebook(text: str) -> str:
    """Return the cells of the notebook that ``text`` holds, one below the other, without what they printed."""
    return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
