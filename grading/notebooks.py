"""Read a notebook as it comes: other encodings, old formats, missing fields; never run, never trusted.

What students hand in was saved by Colab, Jupyter, an editor, or twice. Whatever is a notebook in any sense becomes
a list of :class:`Cell`; whatever is none is an :class:`Unreadable` that says why, in words for the report.
"""

import json
from dataclasses import dataclass, field
from typing import Any

MOST_BYTES = 50 * 2**20
MOST_CELLS = 2_000
ENCODINGS = ("utf-8-sig", "utf-16", "cp1252")
KINDS = {"code": "code", "markdown": "markdown", "raw": "raw", "heading": "markdown", "html": "markdown"}


class Unreadable(ValueError):
    """A file that is no notebook; the message says what it is instead."""


@dataclass(frozen=True)
class Cell:
    """One cell: ``kind`` is code, markdown or raw; ``metadata`` is what its writer left of it."""

    kind: str
    source: str
    id: str = ""
    metadata: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def grade_id(self) -> str:
        """The name that nbgrader gave it, if it is still there."""
        marks = self.metadata.get("nbgrader")
        name = marks.get("grade_id") if isinstance(marks, dict) else None
        return name if isinstance(name, str) else ""


def read_notebook(content: bytes) -> list[Cell]:
    """Return the cells of a notebook file, in their order; :class:`Unreadable` for anything else."""
    if len(content) > MOST_BYTES:
        raise Unreadable(f"{len(content) / 2**20:.0f} MiB; {MOST_BYTES / 2**20:.0f} are the most. Clear its outputs.")
    if not content.strip():
        raise Unreadable("The file is empty.")
    notebook = _json(content)
    if not isinstance(notebook, dict):
        raise Unreadable("The file is JSON, and no notebook.")
    rows = notebook.get("cells")
    if rows is None:  # format 3
        sheets = notebook.get("worksheets")
        if not isinstance(sheets, list):
            raise Unreadable("The file is JSON, and no notebook: it has no cells.")
        rows = [row for sheet in sheets if isinstance(sheet, dict) for row in _listed(sheet.get("cells"))]
    cells = [cell for row in _listed(rows) if (cell := _cell(row)) is not None]
    if len(cells) > MOST_CELLS:
        raise Unreadable(f"{len(cells):,} cells; {MOST_CELLS:,} are the most.")
    if not any(cell.source.strip() for cell in cells):
        raise Unreadable("The notebook is empty.")
    return cells


def whole_letters(text: str) -> str:
    """Return ``text`` with ``?`` for each half of a surrogate pair, which no file can hold."""
    return text.encode("utf-8", "replace").decode()


def _json(content: bytes) -> Any:
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        try:
            return json.loads(text)
        except RecursionError as error:
            raise Unreadable("The file is JSON, nested without end.") from error
        except ValueError:
            if encoding == ENCODINGS[0]:  # text, but no JSON: no other encoding makes it one
                start = text.lstrip()[:20]
                kind = "a web page" if start.lower().startswith(("<!doctype", "<html")) else "no notebook"
                raise Unreadable(f"The file is {kind}: it begins with {start!r}.") from None
    raise Unreadable("The file is no text in any encoding that a notebook has.")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _cell(row: Any) -> Cell | None:
    if not isinstance(row, dict):
        return None
    kind = KINDS.get(str(row.get("cell_type")))
    source = row.get("source", row.get("input", ""))  # format 3 says input
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if kind is None or not isinstance(source, str):
        return None
    metadata = row.get("metadata")
    name = row.get("id")
    return Cell(
        kind,
        whole_letters(source.replace("\r\n", "\n").replace("\r", "\n")),
        whole_letters(name) if isinstance(name, str) else "",
        metadata if isinstance(metadata, dict) else {},
    )
