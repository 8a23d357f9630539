"""What a diagram is drawn with: outlines, lines with a head, and labels, in units of the diagram. For diagrams."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.text import Text

from course_lib.notation import Colour
from course_lib.plots.fonts import FAMILY, families_for
from course_lib.plots.lettering import LINE_HEIGHT, as_formula, extent

UNIT = 0.8  # inches
POINTS = 72 * UNIT  # of one unit
HATCHING = 0.3  # its opacity
BASELINE = 0.36  # of a letter's size below the middle of a line
CIRCLE = 0.5523  # a quarter of a circle as a Bézier curve: its control points lie this many radii from its ends
Point = tuple[float, float]


@dataclass(frozen=True)
class Rect:
    """A rectangle in units: what arrows end at; its corners may be round."""

    x0: float
    y0: float
    x1: float
    y1: float
    radius: float = 0.0  # of its corners

    @classmethod
    def around(cls, at: Point, width: float, height: float, radius: float = 0.0) -> "Rect":
        """Return the rectangle of ``width`` × ``height`` with ``at`` in its middle."""
        x, y = at
        return cls(x - width / 2, y - height / 2, x + width / 2, y + height / 2, radius)

    @property
    def centre(self) -> Point:
        """The middle."""
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    @property
    def top(self) -> Point:
        """The middle of the upper edge."""
        return self.centre[0], self.y1

    @property
    def bottom(self) -> Point:
        """The middle of the lower edge."""
        return self.centre[0], self.y0

    @property
    def left(self) -> Point:
        """The middle of the left edge."""
        return self.x0, self.centre[1]

    @property
    def right(self) -> Point:
        """The middle of the right edge."""
        return self.x1, self.centre[1]

    def grown(self, by: float) -> "Rect":
        """Return the rectangle with ``by`` more on each side."""
        return Rect(self.x0 - by, self.y0 - by, self.x1 + by, self.y1 + by)

    def meets(self, other: "Rect") -> bool:
        """Say whether the two have more than a border in common."""
        return self.x0 < other.x1 and other.x0 < self.x1 and self.y0 < other.y1 and other.y0 < self.y1

    def holds(self, point: Point) -> bool:
        """Say whether ``point`` lies inside or on the edge, the corners round."""
        (x, y), (px, py) = self.centre, point
        r = min(self.radius, (self.x1 - self.x0) / 2, (self.y1 - self.y0) / 2)
        dx = max(abs(px - x) - ((self.x1 - self.x0) / 2 - r), 0.0)
        dy = max(abs(py - y) - ((self.y1 - self.y0) / 2 - r), 0.0)
        return dx * dx + dy * dy <= r * r

    def exit(self, inside: Point, towards: Point) -> Point:
        """Return where the line from ``inside`` to ``towards`` leaves the shape, found by halving."""
        (x, y), (to_x, to_y) = inside, towards
        low, high = 0.0, 1.0
        for _ in range(40):
            share = (low + high) / 2
            if self.holds((x + share * (to_x - x), y + share * (to_y - y))):
                low = share
            else:
                high = share
        return x + low * (to_x - x), y + low * (to_y - y)

    def crossed_by(self, start: Point, end: Point) -> bool:
        """Say whether the straight line from ``start`` to ``end`` runs through the inside (Liang & Barsky 1984)."""
        enters, leaves = 0.0, 1.0
        for low, high, p, q in ((self.x0, self.x1, start[0], end[0]), (self.y0, self.y1, start[1], end[1])):
            if p == q:
                if not low < p < high:
                    return False
                continue
            first, last = sorted(((low - p) / (q - p), (high - p) / (q - p)))
            enters, leaves = max(enters, first), min(leaves, last)
        return leaves - enters > 1e-9


@dataclass(frozen=True, eq=False)
class Outline:
    """A path with its line (``line`` points wide, none at 0) and its filling (``fill``, opacity)."""

    path: Path
    colour: Colour
    fill: float = 0.0
    line: float = 1.4
    dashed: bool = False
    faint: bool = False  # hatching, which a text may lie on

    def draw(self, ax: Axes) -> list[Artist]:
        """Add it to ``ax``."""
        colour = self.colour.light
        patch = PathPatch(
            self.path,
            facecolor=to_rgba(colour, self.fill) if self.fill else "none",
            edgecolor=to_rgba(colour, HATCHING if self.faint else 1.0) if self.line else "none",
            linewidth=self.line,
            linestyle=(0, (3, 2)) if self.dashed and self.line else "-",
            joinstyle="round",
            capstyle="butt",
            clip_on=False,
        )
        return [ax.add_patch(patch)]


@dataclass(frozen=True, eq=False)
class Label:
    """A text around ``at``; ``math`` sets it as a formula, else a dollar sign is a dollar sign."""

    text: str
    at: Point
    colour: Colour
    size: float = 11.0
    bold: bool = False
    math: bool = False
    side: str = "centre"  # of ``at`` on which the text stands: centre, left or right
    slanted: bool = False

    @property
    def rect(self) -> Rect:
        """The room it takes (slanted by 60°: about)."""
        width, height = (points / POINTS for points in extent(self.text, self.size, self.bold, self.math))
        (x, y) = self.at
        if self.slanted:
            return Rect(x - height / 2, y, x + 0.5 * width + height / 2, y + 0.87 * width + height / 2)
        x += {"centre": 0.0, "left": -width / 2, "right": width / 2}[self.side]
        return Rect.around((x, y), width, height)

    def draw(self, ax: Axes) -> list[Artist]:
        """Add it to ``ax``, each line on a baseline of its own: words of one row stand on one line."""
        lines = self.text.split("\n")
        (x, y), high = self.at, self.size * LINE_HEIGHT / POINTS
        first = y + (len(lines) - 1) / 2 * high - (0.0 if self.slanted else BASELINE * self.size / POINTS)
        return [ax.add_artist(self._line(line, (x, first - n * high))) for n, line in enumerate(lines)]

    def _line(self, line: str, at: Point) -> Text:
        return Text(
            *at,
            as_formula(line) if self.math else line,
            color=self.colour.light,
            fontsize=self.size,
            fontfamily=FAMILY if self.math else families_for(line, [FAMILY]),
            fontweight="bold" if self.bold else "normal",
            ha="left" if self.slanted else {"centre": "center", "left": "right", "right": "left"}[self.side],
            va="baseline",
            parse_math=self.math,
            rotation=60 if self.slanted else 0,
            rotation_mode="anchor",
            clip_on=False,
        )


Ink = Outline | Label


def rounded(rect: Rect) -> Path:
    """Return the outline of ``rect``, its corners as round as it says."""
    r = min(rect.radius, (rect.x1 - rect.x0) / 2, (rect.y1 - rect.y0) / 2)
    x0, y0, x1, y1 = rect.x0, rect.y0, rect.x1, rect.y1
    points: list[Point] = [(x0 + r, y0)]
    for corner, from_x, from_y, to_x, to_y in (
        ((x1, y0), -r, 0.0, 0.0, r),
        ((x1, y1), 0.0, -r, -r, 0.0),
        ((x0, y1), r, 0.0, 0.0, -r),
        ((x0, y0), 0.0, r, r, 0.0),
    ):
        x, y = corner
        near = 1 - CIRCLE  # how near to the corner a control point lies, in radii
        points += [(x + from_x, y + from_y), (x + near * from_x, y + near * from_y)]
        points += [(x + near * to_x, y + near * to_y), (x + to_x, y + to_y)]
    codes = [Path.MOVETO, *[Path.LINETO, Path.CURVE4, Path.CURVE4, Path.CURVE4] * 4, Path.CLOSEPOLY]
    return Path([*points, points[0]], codes)


def rectangles(rects: Iterable[Rect]) -> Path:
    """Return many rectangles as one path: a vector of 256 cells is one element on the page."""
    points: list[Point] = []
    for r in rects:
        points += [(r.x0, r.y0), (r.x1, r.y0), (r.x1, r.y1), (r.x0, r.y1), (r.x0, r.y0)]
    return Path(points, [Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY] * (len(points) // 5))


def segments(pairs: Iterable[tuple[Point, Point]]) -> Path:
    """Return many straight lines as one path."""
    points = [point for pair in pairs for point in pair]
    return Path(points, [Path.MOVETO, Path.LINETO] * (len(points) // 2))


def hatching(rects: Iterable[Rect], apart: float = 0.1) -> Path:
    """Return slanted lines, ``apart`` from one another, through each rectangle."""
    lines: list[tuple[Point, Point]] = []
    for r in rects:
        wide, high = r.x1 - r.x0, r.y1 - r.y0
        for n in range(1, math.ceil((wide + high) / apart)):
            reach = n * apart  # x + y of the line, from the lower left corner
            low, up = (min(reach, wide), max(0.0, reach - wide)), (max(0.0, reach - high), min(reach, high))
            lines.append(((r.x0 + low[0], r.y0 + low[1]), (r.x0 + up[0], r.y0 + up[1])))
    return segments(lines)


def headed_line(points: Sequence[Point], colour: Colour, line: float, *, head: bool, dashed: bool) -> list[Outline]:
    """Return a line through ``points`` and, if it has one, its head, whose tip is the last point."""
    if not head:
        return [Outline(_through(points), colour, line=line, dashed=dashed)]
    (x, y), (tip_x, tip_y) = points[-2], points[-1]
    length = math.hypot(tip_x - x, tip_y - y)
    along = np.array([(tip_x - x) / length, (tip_y - y) / length])
    across = np.array([-along[1], along[0]])
    deep = min(0.1 + 0.022 * line, length)  # the head's length
    half = 0.42 * deep + 0.25 * line / POINTS
    tip = np.array([tip_x, tip_y])
    base = tip - deep * along
    corners = [tuple(base + half * across), (tip_x, tip_y), tuple(base - half * across), tuple(base + half * across)]
    triangle = Path(corners, [Path.MOVETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY])
    neck = tip - 0.8 * deep * along
    shaft = Outline(_through([*points[:-1], (float(neck[0]), float(neck[1]))]), colour, line=line, dashed=dashed)
    return [shaft, Outline(triangle, colour, fill=1.0, line=0)]


def _through(points: Sequence[Point]) -> Path:
    """Return the way through ``points``, its corners rounded."""
    vertices, codes = [points[0]], [Path.MOVETO]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        vertices += [_near(corner, before), corner, _near(corner, after)]
        codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
    return Path([*vertices, points[-1]], [*codes, Path.LINETO])


def _near(corner: Point, other: Point, radius: float = 0.1) -> Point:
    length = math.hypot(other[0] - corner[0], other[1] - corner[1])
    share = min(radius, length / 2) / length
    return corner[0] + share * (other[0] - corner[0]), corner[1] + share * (other[1] - corner[1])
