"""A picture that a captioner looks at, as SVG: its pixels once, and at each step where the weight lies. Chapter 10.

The picture is a sentence of 64 words, one a cell (see captions.py), so a weight belongs to a cell.
"""

import hashlib
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from course_lib.corpora.pictures.cells import cell_pixels
from course_lib.corpora.pictures.scenes import CELL, GRID, SIDE
from course_lib.notation import WEIGHT
from course_lib.shapes import Float
from course_lib.traces import Trace
from course_lib.widgets import target
from course_lib.widgets.looks import looked_at

SQUARE_FROM = 0.02  # a smaller weight is a square of less than half a pixel


@dataclass(frozen=True)
class PictureView:
    """How a frame shows a trace whose source is a picture."""

    trace: Trace

    @property
    def summary(self) -> str:
        """What stands for the widget where there is plain text only."""
        return "Step through a caption"

    def name(self, position: int, markup: bool) -> str:
        """Say where a cell stands, counted from 1 as a reader counts."""
        if position >= GRID * GRID:
            return "no cell"
        return f"row {position // GRID + 1}, column {position % GRID + 1}"

    def main(self, step: int) -> str:
        """Return the caption at ``step``; the picture stands beside."""
        return target.TARGET_LABEL + target.target_words(self.trace, step, "words tgt")

    def side(self, step: int) -> str:
        """Return the picture, the weights of ``step`` over it, the gold region of its word and a hard look's place."""
        trace = self.trace
        gold = "; dashed line: what the word names" if any(i == step for _, i in trace.links or ()) else ""
        ring = "; ring: the one place looked at" if looked_at(trace, step) is not None else ""
        squares = "" if trace.weights is None else ", with <b class=weight>weights α</b> as squares: area is weight"
        alt = f"The picture, with the weights of step {step + 1} as squares"
        return (
            f"<p class=k>The picture{squares}{gold}{ring}</p>"
            f"<svg class=picture viewBox='-.5 -.5 {SIDE + 1} {SIDE + 1}' width=264 role=img aria-label='{alt}'>"
            f"<use href='#{_name(trace)}'/>{_looks(trace, step)}</svg>"
        )

    def definitions(self) -> str:
        """Return the hidden SVG that holds the pixels once; every frame shows them by reference."""
        return (
            "<div class=course-hidden aria-hidden=true><svg width=0 height=0><defs>"
            f"<g id='{_name(self.trace)}'>{_pixels(self.trace)}</g></defs></svg></div>"
        )

    def printed(self, head: str) -> str:
        """Return one small picture a step: SVG that needs no stylesheet."""
        pictures = "".join(
            f"<svg viewBox='-.5 -.5 {SIDE + 1} {SIDE + 1}' width='130' role='img' style='margin:2px' "
            f"aria-label='Step {i + 1}: where the weight lies'>{_pixels(self.trace)}{_looks(self.trace, i)}</svg>"
            for i in range(len(self.trace.target))
        )
        return f"<div>{pictures}</div>"

    def printed_source(self) -> str:
        """Return nothing: the words of the cells are for the model, not for a reader."""
        return ""


def _name(trace: Trace) -> str:
    return f"picture-{hashlib.sha256(' '.join(trace.source).encode()).hexdigest()[:10]}"


def _pixels(trace: Trace) -> str:
    """Draw each colour as one path, a stroke for every run of its pixels in a row."""
    image = np.zeros((SIDE, SIDE, 3))
    for j, word in enumerate(trace.source[: GRID * GRID]):
        top, left = CELL * (j // GRID), CELL * (j % GRID)
        image[top : top + CELL, left : left + CELL] = cell_pixels(word).transpose(1, 2, 0)
    runs: dict[str, str] = {}
    for y, row in enumerate(image):
        x = 0
        for colour, pixels in groupby(map(_hex, row)):
            length = len(list(pixels))
            if colour != "#000000":
                runs[colour] = f"{runs.get(colour, '')}M{x} {y}.5h{length}"
            x += length
    drawn = "".join(f"<path stroke='{colour}' d='{path}'/>" for colour, path in runs.items())
    return f"<path d='M0 0h{SIDE}v{SIDE}h-{SIDE}z'/>{drawn}"


def _hex(pixel: Float[np.ndarray, "3"]) -> str:
    return "#" + "".join(f"{round(255 * float(part)):02x}" for part in pixel)


def _looks(trace: Trace, step: int) -> str:
    """Draw a square in each cell, as large as its weight, a line around the gold region, a ring for a hard look."""
    gold = {j for j, i in trace.links or () if i == step}
    drawn = _line(f"<path stroke-dasharray='1 .6' d='{_outline(gold)}'/>") if gold else ""
    if trace.weights is not None:
        colour = f"stroke:{WEIGHT.dark};fill:{WEIGHT.dark};fill-opacity:.35;stroke-width:.4"  # the picture is black
        drawn += f"<path style='{colour}' d='{''.join(map(_square, range(GRID * GRID), trace.weights[step]))}'/>"
    position = looked_at(trace, step)
    if position is not None:
        x, y = _centre(position)
        drawn += _line(f"<circle cx='{x:g}' cy='{y:g}' r='2.6'/>")
    return drawn


def _line(shape: str) -> str:
    """Draw a shape in white on black, for the picture beneath may be of any colour."""
    return "".join(
        f"<g style='fill:none;stroke:{colour};stroke-width:{wide}'>{shape}</g>"
        for colour, wide in (("#000", 1.1), ("#fff", 0.5))
    )


def _square(cell: int, weight: float) -> str:
    """Return a square in the middle of ``cell`` whose area is ``weight`` of the cell's."""
    if weight < SQUARE_FROM:
        return ""
    x, y = _centre(cell)
    side = round(CELL * float(weight) ** 0.5, 1)
    return f"M{x - side / 2:.3g} {y - side / 2:.3g}h{side:g}v{side:g}h-{side:g}z"


def _centre(cell: int) -> tuple[float, float]:
    return CELL * (cell % GRID) + CELL / 2, CELL * (cell // GRID) + CELL / 2


def _outline(cells: set[int]) -> str:
    """Return the border of a set of cells: each side of a cell whose neighbour there is not in the set."""
    sides = []
    for cell in sorted(cells):
        row, column = divmod(cell, GRID)
        x, y = CELL * column, CELL * row
        sides += [f"M{x} {y}h{CELL}"] if cell - GRID not in cells else []
        sides += [f"M{x} {y + CELL}h{CELL}"] if cell + GRID not in cells else []
        sides += [f"M{x} {y}v{CELL}"] if column == 0 or cell - 1 not in cells else []
        sides += [f"M{x + CELL} {y}v{CELL}"] if column == GRID - 1 or cell + 1 not in cells else []
    return "".join(sides)
