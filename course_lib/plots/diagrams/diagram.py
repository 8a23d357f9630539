"""What can be drawn: texts, boxes, vectors, grids, arrows, braces, unrolled networks. Chapters 1 to 5 and 7."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from course_lib.finite import require_finite
from course_lib.notation import INK, MUTED, SYMBOLS, Colour
from course_lib.options import check_option
from course_lib.plots.diagrams.description import TO
from course_lib.plots.diagrams.ink import Ink, Label, Outline, Point, Rect, headed_line, rounded, segments
from course_lib.plots.diagrams.parts import Chain, End, Part
from course_lib.plots.diagrams.routes import route, text_beside
from course_lib.plots.diagrams.sheet import Sheet
from course_lib.plots.diagrams.tables import (
    GAP,
    SMALL,
    around,
    cells_around,
    edge_labels,
    filled_cells,
    grid_in_words,
    grid_ink,
    strengths,
)
from course_lib.plots.lettering import spoken

CORNER = 0.09  # the radius of a box's corners
TINT = 0.1  # of a box
TEXT = 11.0  # points
MARGIN = 0.13  # between a text and the edge of its box


class Diagram(Sheet):
    """A sheet of ``width`` × ``height`` units; ``captions``, one sentence a stage; ``title`` for the description."""

    def text(
        self,
        text: str,
        at: Point,
        *,
        symbol: str | None = None,
        size: float = TEXT,
        bold: bool = False,
        math: bool = False,
        side: str = "centre",
        stage: int = 1,
        name: str | None = None,
    ) -> Part:
        """Write ``text`` around ``at``, or at its ``side``: left or right of it."""
        check_option("side", side, ("centre", "left", "right"))
        label = Label(text, at, colour_of(symbol), size, bold, math, side)
        says = spoken(text, math)
        return self._add("text", name or says, stage, label.rect.grown(GAP), [label], f"‘{says}’")

    def box(
        self,
        text: str,
        at: Point,
        *,
        symbol: str | None = None,
        size: tuple[float, float] | None = None,
        round: bool = False,
        dashed: bool = False,
        math: bool = False,
        bold: bool = False,
        stage: int = 1,
        name: str | None = None,
    ) -> Part:
        """Draw a box around ``text``, as large as it needs or ``size`` (width, height); ``round``: a circle or pill.

        ValueError for a ``size`` that the text does not fit in.
        """
        colour = colour_of(symbol)
        label = Label(text, at, colour, TEXT, bold, math)
        room = label.rect
        wide, high = room.x1 - room.x0, room.y1 - room.y0
        if size is None:
            height = max(0.5, high + 2 * MARGIN) if not round else high + 2 * MARGIN
            size = max(wide + 2 * MARGIN, 0.6 if not round else height), height
        elif size[0] < wide + GAP or size[1] < high:
            raise ValueError(f"size: {text!r} takes {wide:.2f} × {high:.2f} units, the box has {size}. Leave size out?")
        rect = Rect.around(at, *size, radius=min(size) / 2 if round else CORNER)
        outline = Outline(rounded(rect), colour, TINT, dashed=dashed)
        says = spoken(text, math)
        return self._add("box", name or says or "box", stage, rect, [outline, label], f"‘{says}’" if says else "")

    def vector(
        self,
        values: ArrayLike | int,
        at: Point,
        *,
        symbol: str | None = None,
        label: str = "",
        math: bool = False,
        cell: float = 0.22,
        columns: int | None = None,
        digits: int | None = None,
        stage: int = 1,
        name: str | None = None,
    ) -> Part:
        """Draw a vector as squares of side ``cell``, ``columns`` a row (all in one row; 1: upright), ``label`` above.

        ``values``: its entries, the strongest filled most, a negative one crossed by a line; or how many
        there are. ``digits`` writes them into their cells. ValueError for no entry.
        """
        entries = None if isinstance(values, int) else np.asarray(values, dtype=float).ravel()
        require_finite("values", [] if entries is None else entries)
        count = values if isinstance(values, int) else len(entries)  # type: ignore[arg-type]
        if count < 1:
            raise ValueError(f"values: expected at least one entry, got {count}.")
        columns = columns or count
        cells = cells_around(at, -(-count // columns), columns, cell, cell)[:count]
        colour = colour_of(symbol)
        texts = None if digits is None or entries is None else [f"{v:.{digits}f}".replace("-", "−") for v in entries]
        ink = filled_cells(cells, strengths(entries, count, texts is not None), colour, columns)
        if entries is not None:
            minus = [((c.x0 + 0.25 * cell, c.centre[1]), (c.x1 - 0.25 * cell, c.centre[1])) for c in cells]
            signed = [pair for pair, v in zip(minus, entries, strict=True) if v < 0]
            ink += [Outline(segments(signed), INK, line=1.2)] if signed and texts is None else []
        ink += [Label(t, c.centre, INK, SMALL) for t, c in zip(texts or (), cells, strict=False)]
        rect = around(cells)
        if label:
            ink.append(Label(label, (rect.centre[0], rect.y1 + GAP + 0.13), colour, TEXT, math=math))
        called = spoken(label, math)
        says = f"{f'‘{called}’, ' if called else ''}{count} {'cell' if count == 1 else 'cells'}"
        return self._add("vector", name or called or "vector", stage, rect, ink, says, tuple(cells), columns)

    def grid(
        self,
        values: ArrayLike,
        at: Point,
        *,
        symbol: str | None = None,
        rows: Sequence[str] = (),
        columns: Sequence[str] = (),
        text: Sequence[Sequence[str]] | None = None,
        masked: Sequence[tuple[int, int]] = (),
        sure: Sequence[tuple[int, int]] = (),
        possible: Sequence[tuple[int, int]] = (),
        cell: tuple[float, float] | float = 0.36,
        stage: int = 1,
        name: str | None = None,
    ) -> Part:
        """Draw a table of cells, each filled as its value (R × C, 0 … 1) says, around ``at`` (its labels outside).

        ``rows`` and ``columns`` label it, ``text`` is written into the cells. A ``masked`` cell is
        hatched; ``sure`` gold links have a solid frame, those only ``possible`` a dashed one: all
        three are sets of (row, column) from 0. ValueError for sizes that do not fit together.
        """
        table = np.asarray(values, dtype=float)
        require_finite("values", table)
        R, C = table.shape if table.ndim == 2 else (0, 0)
        fits = not rows or len(rows) == R, not columns or len(columns) == C, text is None or np.shape(text) == (R, C)
        if not R * C or not all(fits) or table.min() < 0 or table.max() > 1:
            raise ValueError(
                f"Expected R × C values from 0 to 1, R rows, C columns and R × C texts; got values {table.shape}, "
                f"{len(rows)} rows, {len(columns)} columns, texts {None if text is None else np.shape(text)}."
            )
        places = {(r, c) for r in range(R) for c in range(C)}
        if wrong := sorted({*masked, *sure, *possible} - places):
            raise ValueError(f"The grid has {R} rows and {C} columns, counted from 0; got the cells {wrong}.")
        wide, high = cell if isinstance(cell, tuple) else (cell, cell)
        cells, colour = cells_around(at, R, C, wide, high), colour_of(symbol)
        ink = grid_ink(table, cells, colour, text, masked, sure, possible)
        ink += edge_labels(around(cells), rows, columns, wide, high)
        says = grid_in_words(table, rows, columns, text, masked, sure, possible)
        return self._add("grid", name or "grid", stage, around(cells), ink, says, tuple(cells), C)

    def arrow(
        self,
        start: End,
        end: End,
        *,
        text: str = "",
        weight: float | None = None,
        symbol: str | None = None,
        via: Sequence[Point] = (),
        head: bool = True,
        dashed: bool = False,
        math: bool = False,
        stage: int | None = None,
    ) -> Part:
        """Draw an arrow from edge to edge of two parts (or their names, cells, or points), ``text`` beside it.

        It is straight, upright or level where the two face each other, or runs through the corners
        ``via``. A ``weight`` (0 … 1) makes it as thick, in the colour of weights. It appears with the
        later of its ends, unless ``stage`` says otherwise. ValueError for a part that is not there.
        """
        if weight is not None and not 0 <= weight <= 1:
            raise ValueError(f"weight: expected 0 … 1, got {weight}.")
        ends = [self._end(start), self._end(end)]
        points = [*route(ends[0][1], ends[1][1], via)]
        if points[0] == points[-1] and len(points) == 2:
            raise ValueError(f"An arrow needs two places; {start!r} and {end!r} touch or are one.")
        colour = colour_of(symbol or ("alpha" if weight is not None else "muted"))
        ink: list[Ink] = list(headed_line(points, colour, 1.4 + 6 * (weight or 0.0), head=head, dashed=dashed))
        if text:
            ink.append(text_beside(points, text, colour, math))
        known = [part.stage for part, _ in ends if part is not None]
        names = [part.name if part is not None else "" for part, _ in ends]
        says = TO.join(names) if all(names) else ""
        says += f" (weight {weight:g})" if weight is not None and says else ""
        says += f" ‘{spoken(text, math)}’" if text and says else ""
        rect = Rect(*np.min(points, 0), *np.max(points, 0))
        return self._add("arrow", f"arrow {len(self.parts) + 1}", stage or max(known, default=1), rect, ink, says)

    def brace(
        self,
        over: Sequence[End],
        text: str,
        *,
        below: bool = False,
        symbol: str | None = None,
        math: bool = False,
        stage: int | None = None,
    ) -> Part:
        """Draw a brace above (or ``below``) the parts ``over``, from the leftmost edge to the rightmost, and a text."""
        ends = [self._end(part) for part in over]
        if not ends:
            raise ValueError("over: expected at least one part to span, got none.")
        span = around([rect for _, rect in ends])
        way = -1 if below else 1
        y = (span.y0 if below else span.y1) + way * 0.08
        middle, high = span.centre[0], way * 0.1
        corners = [(span.x0, y), (span.x0, y + high), (span.x1, y + high), (span.x1, y)]
        colour = colour_of(symbol or "muted")
        lines = [*pairwise(corners), ((middle, y + high), (middle, y + 1.8 * high))]
        label = Label(text, (middle, y + 1.8 * high + way * 0.16), colour, SMALL, math=math)
        says = f"‘{spoken(text, math)}’ over {', '.join(p.name for p, _ in ends if p is not None)}"
        first = max([p.stage for p, _ in ends if p is not None], default=1)
        ink: list[Ink] = [Outline(segments(lines), colour, line=1.2), label]
        return self._add("brace", spoken(text, math), stage or first, label.rect, ink, says)

    def unrolled(
        self,
        words: Sequence[str],
        at: Point,
        *,
        symbol: str = "h",
        cell: str = "RNN",
        outputs: Sequence[str] = (),
        step: float = 1.0,
        rise: float = 0.9,
        backward: bool = False,
        math: bool = False,
        stage: int = 1,
        every: int = 0,
    ) -> Chain:
        """Unroll a recurrent network over ``words``, the first of them at ``at``, ``step`` apart.

        Cells stand ``rise`` above the words, ``outputs`` (none, or one a word) ``rise`` above the cells.
        ``backward`` chains them from right to left. ``cell`` may hold ``{i}``, the place of the word from
        1; ``math`` sets it as a formula. The first word appears at ``stage``, each next one ``every``
        stages later, its output with it. ValueError for no word or another number of outputs.
        """
        if not words or (outputs and len(outputs) != len(words)):
            raise ValueError(
                f"Expected words, and no output or one a word; got {len(words)} and {len(outputs)} outputs."
            )
        turn = [len(words) - 1 - i for i in range(len(words))] if backward else list(range(len(words)))
        stages = [stage + every * k for k in turn]
        x, y = at
        places = list(zip([x + step * i for i in range(len(words))], stages, strict=True))
        low = [self.text(w, (u, y), symbol=symbol, stage=k) for w, (u, k) in zip(words, places, strict=True)]
        cells = [
            self.box(cell.replace("{i}", str(i)), (u, y + rise), symbol=symbol, math=math, stage=k)
            for i, (u, k) in enumerate(places, start=1)
        ]
        high = [
            self.text(w, (u, y + 2 * rise), symbol=symbol, bold=True, stage=k)
            for w, (u, k) in zip(outputs, places, strict=False)
        ]
        order = cells[::-1] if backward else cells
        for before, after in pairwise(order):
            self.arrow(before, after, symbol=symbol)
        for lower, upper in [*zip(low, cells, strict=True), *zip(cells, high, strict=False)]:
            self.arrow(lower, upper, symbol=symbol)
        return Chain(tuple(low), tuple(cells), tuple(high))


def colour_of(symbol: str | None) -> Colour:
    """Return the colour of a symbol of notation.py; ``None`` is ink, ``"muted"`` grey. ValueError for another."""
    if symbol is None:
        return INK
    if symbol == "muted":
        return MUTED
    if symbol not in SYMBOLS:
        raise ValueError(f"symbol: expected one of {', '.join(SYMBOLS)}, muted or None, got {symbol!r}.")
    return SYMBOLS[symbol].colour
