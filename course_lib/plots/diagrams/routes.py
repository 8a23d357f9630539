"""The way of an arrow from one part to another, and where its text stands. For diagrams."""

from collections.abc import Sequence
from itertools import pairwise

from course_lib.notation import Colour
from course_lib.plots.diagrams.ink import POINTS, Label, Point, Rect
from course_lib.plots.diagrams.tables import GAP, SMALL


def route(start: Rect, end: Rect, via: Sequence[Point]) -> list[Point]:
    """Return the points of an arrow: upright or level where the two face each other, else along the centres."""
    if via:
        return [_leave(start, via[0]), *via, _leave(end, via[-1])]
    for axis in (0, 1):
        low = max((start.x0, start.y0)[axis], (end.x0, end.y0)[axis])
        high = min((start.x1, start.y1)[axis], (end.x1, end.y1)[axis])
        centres = sorted((start, end), key=lambda r: (r.x1 - r.x0, r.y1 - r.y0)[axis])
        line = centres[0].centre[axis]  # the middle of the narrower one
        if low <= line <= high:
            return _facing(start, end, axis, line)
    a, b = start.centre, end.centre
    return [start.exit(a, b), end.exit(b, a)]


def _leave(rect: Rect, towards: Point) -> Point:
    """Return where an arrow to ``towards`` leaves ``rect``: upright or level if it can."""
    x, y = towards
    middle_x, middle_y = rect.centre
    if rect.x0 <= x <= rect.x1:
        return rect.exit((x, middle_y), towards)
    return rect.exit((middle_x, y) if rect.y0 <= y <= rect.y1 else rect.centre, towards)


def _facing(start: Rect, end: Rect, axis: int, line: float) -> list[Point]:
    a, b = [(line, r.centre[1]) if axis == 0 else (r.centre[0], line) for r in (start, end)]
    return [start.exit(a, b), end.exit(b, a)]


def text_beside(points: Sequence[Point], text: str, colour: Colour, math: bool) -> Label:
    """Put a text beside the longest piece of an arrow: above it if it is level, else at its right."""
    pieces = list(pairwise(points))
    (x, y), (to_x, to_y) = max(pieces, key=lambda p: (p[0][0] - p[1][0]) ** 2 + (p[0][1] - p[1][1]) ** 2)
    middle = (x + to_x) / 2, (y + to_y) / 2
    label = Label(text, middle, colour, SMALL, math=math)
    high = label.rect.y1 - label.rect.y0
    if abs(to_x - x) > 2 * abs(to_y - y):
        rise = abs(to_y - y) / abs(to_x - x) * (label.rect.x1 - label.rect.x0) / 2
        return Label(text, (middle[0], middle[1] + rise + high / 2 + 2 / POINTS + GAP), colour, SMALL, math=math)
    lean = abs(to_x - x) / abs(to_y - y) * high / 2
    return Label(text, (middle[0] + lean + 2 * GAP, middle[1]), colour, SMALL, math=math, side="right")
