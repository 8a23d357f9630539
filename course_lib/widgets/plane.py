"""Vectors of two entries in a plane: annotations that stay, a query that moves. Chapter 7."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from course_lib.fingerprints import fingerprint
from course_lib.notation import SOURCE
from course_lib.shapes import Float
from course_lib.widgets.markup import decimal, fraction

HALF = 110  # pixels from the middle of the picture to its edge
ROOM_AROUND = 1.35  # how much further the plane reaches than the longest vector: room for a word beside its tip


@dataclass(frozen=True, eq=False)
class Plane:
    """The ``annotations`` (S × 2) of ``words``, and room for a query as long as ``query`` at its first length."""

    words: Sequence[str]
    annotations: Float[np.ndarray, "S 2"]
    query: Float[np.ndarray, "2"]

    @property
    def scale(self) -> float:
        """How many pixels are 1."""
        longest = max(float(np.hypot(x, y)) for x, y in (*self.annotations, self.query))
        return HALF / (ROOM_AROUND * longest)

    @property
    def name(self) -> str:
        """An id, the same for the same words at the same places."""
        return f"plane-{fingerprint([*self.words, str(self.annotations.tolist()), str(self.scale)])[:10]}"

    def definition(self) -> str:
        """Return the hidden SVG that draws axes and annotations once; every frame shows it by reference."""
        drawn = "".join(map(self._annotation, self.words, self.annotations))
        colour = f"var(--c-source,{SOURCE.light})"
        return (
            "<div class=course-hidden aria-hidden=true><svg width=0 height=0><defs>"
            f"<g id='{self.name}'><path d='M-{HALF} 0H{HALF}M0 -{HALF}V{HALF}' style='stroke:var(--c-line,#8b949e)'/>"
            f"<g style='fill:{colour};stroke:{colour}'>{drawn}</g></g></defs></svg></div>"
        )

    def at(self, query: Float[np.ndarray, "2"]) -> str:
        """Return the picture with ``query`` in it; one that is too long leaves it, and the alternative text says so."""
        x, y = self._pixels(query)
        inside = max(abs(x), abs(y)) <= HALF
        alt = f"Plane: {self._said}; the query at {_point(query)}"
        alt += "" if inside else ", which ends outside the picture"
        tip = f"<circle cx={_short(x)} cy={_short(y)} r=5 />" if inside else ""
        return (
            f"<svg class=plane viewBox='-{HALF} -{HALF} {2 * HALF} {2 * HALF}' width={2 * HALF} role=img "
            f"aria-label='{alt}'><use href='#{self.name}'/><path d='M0 0L{_short(x)} {_short(y)}'/>{tip}</svg>"
        )

    @property
    def _said(self) -> str:
        """The annotations in words, for a reader who does not see them."""
        return ", ".join(f"{escape(token)} {_point(h)}" for token, h in zip(self.words, self.annotations, strict=True))

    def _pixels(self, vector: Float[np.ndarray, "2"]) -> tuple[float, float]:
        """Return where ``vector`` ends: in a picture y grows downwards."""
        return float(self.scale * vector[0]), float(-self.scale * vector[1])

    def _annotation(self, token: str, vector: Float[np.ndarray, "2"]) -> str:
        x, y = self._pixels(vector)
        anchor = "start" if x >= 0 else "end"
        beside = 7 if x >= 0 else -7
        return (
            f"<path d='M0 0L{_short(x)} {_short(y)}' stroke-width=2 /><circle cx={_short(x)} cy={_short(y)} r=3 />"
            f"<text x={_short(x + beside)} y={_short(y - 5 if y <= 0 else y + 13)} text-anchor={anchor} stroke=none "
            f"font-size=13>{escape(token)}</text>"
        )


def _point(vector: Float[np.ndarray, "2"]) -> str:
    return f"({decimal(vector[0])}, {decimal(vector[1])})"


def _short(number: float) -> str:
    return fraction(number, 1)
