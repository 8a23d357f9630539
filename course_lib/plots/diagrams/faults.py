"""What would spoil a diagram: texts that overlap, leave the sheet or are crossed. Chapters 1 to 5 and 7."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from course_lib.plots.diagrams.description import TO
from course_lib.plots.diagrams.ink import Label, Outline, Point, Rect
from course_lib.plots.diagrams.parts import Part

TEXTUAL = ("text", "brace")  # what is as large as its text


def faults_of(parts: Sequence[Part], width: float, height: float) -> list[str]:
    """Return what would spoil the picture, in words."""
    sheet = Rect(0, 0, width, height)
    labels = [(part, ink) for part in parts for ink in part.ink if isinstance(ink, Label)]
    places = [(f"{ink.text!r} ({part.kind})", ink.rect) for part, ink in labels]
    places += [(f"{part.name!r} ({part.kind})", part.rect) for part in parts if part.kind not in TEXTUAL]
    found = [
        f"{what} takes x {r.x0:.2f} … {r.x1:.2f}, y {r.y0:.2f} … {r.y1:.2f}: outside the sheet of {width} × {height}"
        for what, r in places
        if r.x0 < sheet.x0 or r.x1 > sheet.x1 or r.y0 < sheet.y0 or r.y1 > sheet.y1
    ]
    level = [(part, label, label.rect) for part, label in labels if not label.slanted]
    for n, (_, label, rect) in enumerate(level):
        found += [
            f"{label.text!r} at {_rounded(label.at)} lies on {other.text!r} at {_rounded(other.at)}"
            for _, other, its in level[:n]
            if rect.meets(its)
        ]
    for arrow in parts:
        way = [(float(x), float(y)) for x, y in np.asarray(_shaft(arrow))] if arrow.kind == "arrow" else []
        found += [
            f"an arrow ({arrow.says.replace(TO, ' to ')}) runs through {label.text!r} at {_rounded(label.at)}"
            for _, label, rect in level
            if any(rect.grown(-0.02).crossed_by(a, b) for a, b in pairwise(way))
        ]
    return found


def _shaft(arrow: Part) -> ArrayLike:
    shaft = arrow.ink[0]
    return shaft.path.vertices if isinstance(shaft, Outline) else ()


def _rounded(point: Point) -> str:
    return f"({point[0]:.2f}, {point[1]:.2f})"
