"""The heat map of all weights as SVG text: small with a marker for the frames, large with values for print."""

import hashlib
import unicodedata
from html import escape
from typing import Protocol

import numpy as np

from course_lib.notation import WEIGHT
from course_lib.shades import BLACK, SEEN_FROM, ink_on, shade, strength
from course_lib.shapes import Float
from course_lib.widgets.markup import fraction

LABELS_UP_TO = 20  # words a side; beyond, a label would be smaller than the eye
LONGEST_LABEL = 12
SLANT = 0.87, 0.5  # sine and cosine of the 60° at which source words stand


class Weighed(Protocol):
    """What a heat map shows: a :class:`~course_lib.traces.Trace`, or one head of a layer."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The S words across."""

    @property
    def target(self) -> tuple[str, ...]:
        """The T words down."""

    @property
    def weights(self) -> Float[np.ndarray, "T S"] | None:
        """A square each."""


def heat_map_name(trace: Weighed) -> str:
    """Return an id for the heat map of ``trace``, the same for the same words and weights."""
    assert trace.weights is not None
    content = "\n".join((*trace.labels, "", *trace.target)).encode() + np.round(trace.weights, 4).tobytes()
    return f"map-{hashlib.sha256(content).hexdigest()[:10]}"


def heat_map_definition(trace: Weighed) -> str:
    """Return the hidden SVG that draws the map once; every frame shows it by reference."""
    return (
        "<div class='course-hidden' aria-hidden='true'><svg width='0' height='0'><defs>"
        f"<g id='{heat_map_name(trace)}'>{cells(trace, *geometry(trace))}</g></defs></svg></div>"
    )


def heat_map_at(trace: Weighed, step: int, above: str = "") -> str:
    """Show the map with the row of ``step`` (from 0) outlined and the rows to come veiled.

    ``above`` is the id of a drawing to lay over it, if there is one.
    """
    T, S = len(trace.target), len(trace.labels)
    cell, left, top, right = geometry(trace)
    width, height, below = left + S * cell + right, top + T * cell + 2, (T - step - 1) * cell
    alt = f"Heat map, row {step + 1} of {T} outlined"
    over = f"<use href='#{above}'/>" if above else ""
    return (
        f"<svg class=m viewBox='0 0 {width} {height}' width={width} role=img aria-label='{alt}'>"
        f"<use href='#{heat_map_name(trace)}'/>"
        f"<rect class=veil x={left} y={top + (step + 1) * cell} width={S * cell} height={below} />"
        f"<rect class=row x={left} y={top + step * cell} width={S * cell} height={cell} />{over}</svg>"
    )


def heat_map_with_values(trace: Weighed, alt: str) -> str:
    """Return the whole map as one SVG that needs no stylesheet, the weights from 0.05 written in their cells."""
    T, S = len(trace.target), len(trace.labels)
    _, left, top, right = geometry(trace)
    cell = 26
    values = "".join(
        f"<text x='{left + (j + 0.5) * cell:g}' y='{top + (i + 0.65) * cell:g}'"
        f"{'' if ink_on(shade(weight)) == BLACK else ' fill=#fff'}>{f'{weight:.2f}'.removeprefix('0')}</text>"
        for i, row in enumerate(_weights(trace))
        for j, weight in enumerate(row)
        if weight >= 0.05
    )
    width, height = left + S * cell + right, top + T * cell + 2
    return (
        f"<svg viewBox='0 0 {width} {height}' width='{width}' role='img' aria-label='{escape(alt)}' "
        f"style='max-width:100%;height:auto;background:#fff;color:#000;font-size:11px'>"
        f"{cells(trace, cell, left, top, right, labelled=True)}"
        f"<g text-anchor='middle' font-size='10'>{values}</g></svg>"
    )


def _weights(trace: Weighed) -> Float[np.ndarray, "T S"]:
    assert trace.weights is not None
    return np.asarray(trace.weights, dtype=float)


def geometry(trace: Weighed) -> tuple[int, int, int, int]:
    """Return the side of a cell and the room for labels left, above and at the right, in pixels."""
    T, S = len(trace.target), len(trace.labels)
    if max(T, S) > LABELS_UP_TO:
        return 8, 2, 2, 2
    wide = max(breadth(short(token)) for token in trace.target)
    high = max(breadth(short(token)) for token in trace.labels)
    return 18, wide + 8, int(high * SLANT[0]) + 12, int(high * SLANT[1])


def short(token: str) -> str:
    """Return ``token`` as a label: 12 signs at most."""
    return token if len(token) <= LONGEST_LABEL else token[: LONGEST_LABEL - 1] + "…"


def breadth(text: str) -> int:
    """Return about how many pixels ``text`` takes at 11 px; a Chinese sign is twice as wide as a letter."""
    return sum(12 if unicodedata.east_asian_width(sign) in "WF" else 7 for sign in text)


def cells(trace: Weighed, cell: int, left: int, top: int, right: int, labelled: bool | None = None) -> str:
    """Draw a square for each weight from SEEN_FROM, and the words around: if ``labelled``, or where there is room."""
    T, S = len(trace.target), len(trace.labels)
    # One path for all cells of a strength, each a stroke as thick as the cell: every frame that shows the
    # map makes the browser copy its elements, and there are a hundred of them at most.
    strokes: dict[str, str] = {}
    weights = _weights(trace)
    for i, j in np.argwhere(weights >= SEEN_FROM):
        opacity = fraction(strength(weights[i, j]), 2)
        stroke = f"M{left + j * cell} {top + i * cell + cell // 2}h{cell}"
        strokes[opacity] = strokes.get(opacity, "") + stroke
    drawn = "".join(f"<path d='{path}' opacity='{opacity}'/>" for opacity, path in strokes.items())
    drawn = f"<g style='stroke:var(--c-weight,{WEIGHT.light})' stroke-width='{cell}'>{drawn}</g>"
    drawn += f"<rect x='{left}' y='{top}' width='{S * cell}' height='{T * cell}' fill='none' stroke='#8b949e'/>"
    labelled = max(T, S) <= LABELS_UP_TO if labelled is None else labelled
    return drawn + _labels(trace, cell, left, top) if labelled else drawn


def _labels(trace: Weighed, cell: int, left: int, top: int) -> str:
    across = "".join(
        f"<text transform='translate({left + (j + 0.5) * cell + 4:g} {top - 4}) rotate(-60)'>"
        f"{escape(short(token))}</text>"
        for j, token in enumerate(trace.labels)
    )
    down = "".join(
        f"<text x='{left - 5}' y='{top + (i + 0.5) * cell + 4:g}'>{escape(short(token))}</text>"
        for i, token in enumerate(trace.target)
    )
    return f"<g style='fill:currentColor;font-size:11px'>{across}<g text-anchor='end'>{down}</g></g>"
