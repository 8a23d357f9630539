"""Pictures of boxes, arrows, cells and grids that grow stage by stage. Chapters 1, 2, 4 and 5.

    picture = Diagram(4, 2, captions=["A word comes in.", "The encoder says something of it."])
    word = picture.text("dog", at=(1, 0.4), symbol="x")
    state = picture.box("h_1", at=(1, 1.4), symbol="h", math=True, stage=2)
    picture.arrow(word, state)

``widgets.stages(picture)`` lays a slider over the stages; ``plots.show(picture.figure(), picture.alt())``
shows the last one. Lengths are units of 0.8 inch, from the lower left corner: 6.5 fill a phone's screen.
A part stands where it will stand from the first stage on, so nothing moves when the next one appears.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from course_lib.notation import INK, MUTED, SYMBOLS, Colour
from course_lib.options import check_option
from course_lib.plots.diagram_ink import (
    UNIT,
    Ink,
    Label,
    Outline,
    Point,
    Rect,
    hatching,
    headed_line,
    rectangles,
    rounded,
    segments,
)
from course_lib.plots.diagram_routes import route, text_beside
from course_lib.plots.diagram_tables import (
    GAP,
    SMALL,
    STRONGEST,
    STRONGEST_UNDER_TEXT,
    around,
    cells_around,
    edge_labels,
    filled_cells,
    strengths,
)
from course_lib.plots.lettering import missing, spoken
from course_lib.plots.theme import use_theme

CORNER = 0.09  # the radius of a box's corners
TINT = 0.1  # of a box
TEXT = 11.0  # points
MARGIN = 0.13  # between a text and the edge of its box
TO = "\t"  # between two names in the description of an arrow, until it is written out
TEXTUAL = ("text", "brace")  # what is as large as its text


@dataclass(frozen=True, eq=False)
class Part:
    """One thing of a diagram: where it is, from which stage on, what draws it, what it is called."""

    name: str
    kind: str
    stage: int
    rect: Rect
    ink: tuple[Ink, ...]
    says: str  # for those who do not see it
    cells: tuple[Rect, ...] = ()
    columns: int = 1

    @property
    def top(self) -> Point:
        """The middle of the upper edge."""
        return self.rect.top

    @property
    def bottom(self) -> Point:
        """The middle of the lower edge."""
        return self.rect.bottom

    @property
    def left(self) -> Point:
        """The middle of the left edge."""
        return self.rect.left

    @property
    def right(self) -> Point:
        """The middle of the right edge."""
        return self.rect.right

    def cell(self, row: int, column: int | None = None) -> Rect:
        """Return a cell of a grid by row and column, or of a vector by its place, all from 0."""
        place = row if column is None else row * self.columns + column
        inside = column is None or 0 <= column < self.columns
        if not self.cells or not inside or not 0 <= place < len(self.cells):
            raise ValueError(
                f"{self.name!r} has {len(self.cells)} cells, {self.columns} a row; got {row, column}."
                if self.cells
                else f"{self.name!r} is a {self.kind}: it has no cells."
            )
        return self.cells[place]


End = Part | Rect | str | Point


@dataclass(frozen=True)
class Chain:
    """An unrolled recurrent network: its ``words``, its ``cells`` and, above them, its ``outputs``."""

    words: tuple[Part, ...]
    cells: tuple[Part, ...]
    outputs: tuple[Part, ...]


@dataclass(eq=False)
class Diagram:
    """A sheet of ``width`` × ``height`` units; ``captions``, one sentence a stage; ``title`` for the description."""

    width: float
    height: float
    captions: Sequence[str] = ()
    title: str = ""
    parts: list[Part] = field(default_factory=list, init=False)

    # --- parts

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
        ink = filled_cells(cells, table.ravel() * (STRONGEST if text is None else STRONGEST_UNDER_TEXT), colour, C)
        if masked:
            ink.append(Outline(hatching(cells[r * C + c] for r, c in sorted(masked)), MUTED, line=0.8, faint=True))
        for links, dashed in ((sure, False), (set(possible) - set(sure), True)):
            frames = [cells[r * C + c].grown(-0.03) for r, c in sorted(links)]
            ink += [Outline(rectangles(frames), INK, line=2.0, dashed=dashed)] if frames else []
        ink += [
            Label(t, s.centre, MUTED if divmod(n, C) in masked else INK, SMALL)
            for n, (t, s) in enumerate(zip([t for row in text or () for t in row], cells, strict=False))
            if t
        ]
        ink += edge_labels(around(cells), rows, columns, wide, high)
        says = f"{R} rows{_named(rows)}, {C} columns{_named(columns)}"
        says += f", reading {' / '.join(' '.join(filter(None, row)) for row in text)}" if text is not None else ""
        filled = [(r, c) for r, c in np.argwhere(table > 0).tolist()] if text is None else []
        says += "".join(
            f"; {what}: {', '.join(f'row {r + 1} column {c + 1}' for r, c in sorted(which))}"
            for what, which in (
                ("filled", filled),
                ("masked", masked),
                ("sure", sure),
                ("possible", set(possible) - set(sure)),
            )
            if which
        )
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

    # --- stages

    @property
    def stages(self) -> int:
        """How many stages there are. ValueError for an empty one, or where captions are not one a stage."""
        last = max((part.stage for part in self.parts), default=0)
        if not last:
            raise ValueError("The diagram is empty: add a box, a text, a vector or a grid first.")
        if idle := sorted(set(range(1, last + 1)) - {part.stage for part in self.parts}):
            raise ValueError(f"Nothing appears at stage {idle[0]}, though there are {last} stages. Count without gaps.")
        if self.captions and len(self.captions) != last:
            raise ValueError(
                f"captions: expected one sentence a stage, {last} in all, got {len(self.captions)}. "
                "The stages are those at which a part appears."
            )
        return last

    def at_stage(self, stage: int | None = None) -> list[Part]:
        """Return the parts that are seen at ``stage`` (from 1; the last one unless told)."""
        last = self.stages
        if stage is not None and not 1 <= stage <= last:
            raise ValueError(f"stage: expected 1 … {last}, got {stage}.")
        return [part for part in self.parts if part.stage <= (stage or last)]

    def figure(self, stage: int | None = None) -> Figure:
        """Draw the diagram at ``stage`` (the last one unless told).

        ValueError for texts on top of one another, outside the sheet or crossed by an arrow, and for signs
        that the font of a figure does not have (``widgets.stages`` writes them with the reader's fonts).
        """
        labels = [ink for part in self.parts for ink in part.ink if isinstance(ink, Label)]
        unknown = missing("".join(label.text for label in labels if not label.math))
        if unknown:
            raise ValueError(
                f"No letter for {unknown!r} in the font of figures. Show the diagram by widgets.stages(diagram): "
                "there the reader's browser writes them."
            )
        return self.drawing(stage)

    def figures(self) -> list[Figure]:
        """Return one figure a stage."""
        return [self.figure(stage) for stage in range(1, self.stages + 1)]

    def drawing(self, stage: int | None = None) -> Figure:
        """Draw as :meth:`figure` does, with letters that only a browser may have."""
        seen = self.at_stage(stage)
        if faults := self.faults():
            raise ValueError("The diagram cannot be read:\n" + "\n".join(f"- {fault}" for fault in faults))
        with use_theme():
            figure = Figure(figsize=(self.width * UNIT, self.height * UNIT))
            ax = figure.add_axes((0, 0, 1, 1))
            ax.set(xlim=(0, self.width), ylim=(0, self.height))
            ax.set_axis_off()
            for depth, (part, ink) in enumerate(sorted(_pieces(seen), key=_layer)):
                for artist in ink.draw(ax):
                    artist.set(gid=part.name, zorder=depth)
        return figure

    def alt(self, stage: int | None = None) -> str:
        """Say in words what is seen at ``stage`` (the last one unless told)."""
        seen = self.at_stage(stage)
        groups = {"text": "Words", "box": "Boxes", "vector": "Vectors", "grid": "Grids", "brace": "Braces"}
        told = [f"{self.title.rstrip('.')}." if self.title else ""]
        for kind, heading in groups.items():
            named = [part.says for part in seen if part.kind == kind and part.says]
            told += [f"{heading}: {'; '.join(named)}."] if named else []
        arrows = _chained([part.says for part in seen if part.kind == "arrow" and part.says])
        told += [f"Arrows: {'; '.join(arrows)}."] if arrows else []
        return " ".join(filter(None, told))

    def faults(self) -> list[str]:
        """Return what would spoil the picture, in words: texts that overlap, leave the sheet or are crossed."""
        sheet = Rect(0, 0, self.width, self.height)
        labels = [(part, ink) for part in self.parts for ink in part.ink if isinstance(ink, Label)]
        places = [(f"{ink.text!r} ({part.kind})", ink.rect) for part, ink in labels]
        places += [(f"{part.name!r} ({part.kind})", part.rect) for part in self.parts if part.kind not in TEXTUAL]
        found = [
            f"{what} takes x {r.x0:.2f} … {r.x1:.2f}, y {r.y0:.2f} … {r.y1:.2f}: "
            f"outside the sheet of {self.width} × {self.height}"
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
        for arrow in self.parts:
            way = [(float(x), float(y)) for x, y in np.asarray(_shaft(arrow))] if arrow.kind == "arrow" else []
            found += [
                f"an arrow ({arrow.says.replace(TO, ' to ')}) runs through {label.text!r} at {_rounded(label.at)}"
                for _, label, rect in level
                if any(rect.grown(-0.02).crossed_by(a, b) for a, b in pairwise(way))
            ]
        return found

    # --- the making of a part

    def _add(
        self,
        kind: str,
        name: str,
        stage: int,
        rect: Rect,
        ink: Sequence[Ink],
        says: str,
        cells: tuple[Rect, ...] = (),
        columns: int = 1,
    ) -> Part:
        if not isinstance(stage, int) or stage < 1:
            raise ValueError(f"stage: stages are counted from 1, got {stage!r}.")
        names = {part.name for part in self.parts}
        unique, n = name, 1
        while unique in names:
            n += 1
            unique = f"{name} {n}"
        part = Part(unique, kind, stage, rect, tuple(ink), says, cells, columns)
        self.parts.append(part)
        return part

    def _end(self, end: End) -> tuple[Part | None, Rect]:
        """Return the part and the place that an arrow ends at."""
        if isinstance(end, Part):
            if all(end is not part for part in self.parts):
                raise ValueError(f"{end.name!r} is a part of another diagram.")
            return end, end.rect
        if isinstance(end, Rect):
            return None, end
        if isinstance(end, str):
            for part in self.parts:
                if part.name == end and part.kind not in ("arrow", "brace"):
                    return part, part.rect
            known = [part.name for part in self.parts if part.kind not in ("arrow", "brace")]
            raise ValueError(f"No part is called {end!r}; there are {known}.")
        x, y = end
        return None, Rect(x, y, x, y)


def colour_of(symbol: str | None) -> Colour:
    """Return the colour of a symbol of notation.py; ``None`` is ink, ``"muted"`` grey. ValueError for another."""
    if symbol is None:
        return INK
    if symbol == "muted":
        return MUTED
    if symbol not in SYMBOLS:
        raise ValueError(f"symbol: expected one of {', '.join(SYMBOLS)}, muted or None, got {symbol!r}.")
    return SYMBOLS[symbol].colour


def _pieces(parts: Sequence[Part]) -> list[tuple[Part, Ink]]:
    return [(part, ink) for part in parts for ink in part.ink]


def _layer(piece: tuple[Part, Ink]) -> int:
    """Say what lies on what: arrows below, then fillings, lines, and the letters on top."""
    part, ink = piece
    if isinstance(ink, Label):
        return 3
    if part.kind == "arrow":
        return 0
    return 1 if ink.fill and not ink.line else 2


def _shaft(arrow: Part) -> ArrayLike:
    shaft = arrow.ink[0]
    return shaft.path.vertices if isinstance(shaft, Outline) else ()


def _rounded(point: Point) -> str:
    return f"({point[0]:.2f}, {point[1]:.2f})"


def _named(labels: Sequence[str]) -> str:
    return f" ({', '.join(labels)})" if labels else ""


def _chained(arrows: Sequence[str]) -> list[str]:
    """Write a→b, b→c as a→b→c where they follow one another."""
    told: list[str] = []
    for arrow in arrows:
        start, rest = arrow.split(TO, 1)
        if told and told[-1].rsplit(TO, 1)[1] == start:
            told[-1] += f"{TO}{rest}"
        else:
            told.append(arrow)
    return [arrow.replace(TO, " to ") for arrow in told]
