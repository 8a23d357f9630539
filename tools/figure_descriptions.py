"""Sphinx extension: give every picture in the book the description it carries inside.

A figure of the course is a PNG whose text field "Description" says what it shows
(course_lib.plots.show). myst-nb passes no alternative text on, so it is read from the file here.
"""

from pathlib import Path
from typing import Any

from docutils import nodes
from PIL import Image


def description(path: Path) -> str:
    """Return the description inside the PNG at ``path``, or nothing."""
    with Image.open(path) as image:
        return str(image.info.get("Description", ""))


def describe_pictures(app: Any, doctree: nodes.document) -> None:
    """Set the alternative text of every PNG that has none."""
    for picture in doctree.findall(nodes.image):
        path = Path(app.srcdir, picture["uri"].lstrip("/"))
        if not path.exists():
            path = Path(app.srcdir, app.env.docname).parent / picture["uri"]
        if path.suffix == ".png" and path.exists() and not picture.get("alt"):
            picture["alt"] = description(path)


def setup(app: Any) -> dict[str, Any]:
    """Register the extension; called by Sphinx."""
    app.connect("doctree-read", describe_pictures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
