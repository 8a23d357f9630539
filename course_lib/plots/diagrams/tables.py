"""Rows of coloured cells: vectors and grids, their filling, lines and labels. For diagrams."""

from collections.abc import Sequence

import numpy as np
from matplotlib.path import Path

from course_lib.notation import INK, MUTED, Colour
from course_lib.plots.diagrams.ink import Ink, Label, Outline, Point, Rect, hatching, rectangles, segments
from course_lib.shapes import Float

SMALL = 10.0  # points, of all that explains
Place = tuple[int, int]  # (row, column), from 0
GAP = 0.05  # between a label and what it names
STRONGEST = 0.6  # of a cell without a text: a frame in ink is still seen on it
STRONGEST_UNDER_TEXT = 0.36
UNSPECIFIED = 0.45  # of a cell of which nothing is said but that it is there


def around(rects: Sequence[Rect]) -> Rect:
    return Rect(min(r.x0 for r in rects), min(r.y0 for r in rects), max(r.x1 for r in rects), max(r.y1 for r in rects))


def cells_around(at: Point, rows: int, columns: int, wide: float, high: float) -> list[Rect]:
    """Return the cells of a table around ``at``, row by row from the top."""
    left, top = at[0] - columns * wide / 2, at[1] + rows * high / 2
    return [
        Rect(left + c * wide, top - (r + 1) * high, left + (c + 1) * wide, top - r * high)
        for r in range(rows)
        for c in range(columns)
    ]


def strengths(entries: Float[np.ndarray, "_"] | None, count: int, written: bool) -> Float[np.ndarray, "_"]:
    """Return how strongly each cell is filled, 0 … 1; the largest entry the most."""
    if entries is None:
        return np.full(count, UNSPECIFIED)
    largest = float(np.abs(entries).max()) or 1.0
    return np.abs(entries) / largest * (STRONGEST_UNDER_TEXT if written else STRONGEST)


def filled_cells(cells: Sequence[Rect], strengths: Float[np.ndarray, "_"], colour: Colour, columns: int) -> list[Ink]:
    """Draw the cells: one path for each strength (in steps of 0.05) and one for all lines."""
    steps = np.rint(np.asarray(strengths) * 20) / 20
    runs: dict[float, list[Rect]] = {}
    last = -1
    for n, (cell, step) in enumerate(zip(cells, steps.tolist(), strict=True)):
        mine = runs.setdefault(step, [])
        if n % columns and mine and last == step:  # goes on from its neighbour: one shape, without a seam
            mine[-1] = Rect(mine[-1].x0, cell.y0, cell.x1, cell.y1)
        else:
            mine.append(cell)
        last = step
    ink: list[Ink] = [Outline(rectangles(runs[step]), colour, step, line=0) for step in sorted(runs) if step > 0]
    small = min(cells[0].x1 - cells[0].x0, cells[0].y1 - cells[0].y0) < 0.12
    return [*ink, Outline(_lattice(cells, columns), colour, line=0.35 if small else 0.9)]


def _lattice(cells: Sequence[Rect], columns: int) -> Path:
    """Return the lines of a table; where its last row is short, the outline of every cell."""
    if len(cells) % columns:
        return rectangles(cells)
    border = around(cells)
    down = [((c.x1, border.y0), (c.x1, border.y1)) for c in cells[: columns - 1]]
    across = [((border.x0, c.y0), (border.x1, c.y0)) for c in cells[columns - 1 : -1 : columns]]
    lines = [segments([*down, *across])] if down or across else []
    return Path.make_compound_path(rectangles([border]), *lines)


def edge_labels(rect: Rect, rows: Sequence[str], columns: Sequence[str], wide: float, high: float) -> list[Ink]:
    """Label a table: rows at the left; columns above, slanted where one is wider than its column."""
    ink: list[Ink] = [
        Label(word, (rect.x0 - 0.08, rect.y1 - (r + 0.5) * high), INK, SMALL, side="left")
        for r, word in enumerate(rows)
    ]
    above = [Label(w, (rect.x0 + (c + 0.5) * wide, rect.y1 + 0.16), INK, SMALL) for c, w in enumerate(columns)]
    if any(label.rect.x1 - label.rect.x0 > wide - GAP for label in above):
        above = [Label(b.text, (b.at[0] + 0.05, rect.y1 + 0.06), INK, SMALL, slanted=True) for b in above]
    return [*ink, *above]


def grid_ink(
    table: Float[np.ndarray, "_ _"],
    cells: Sequence[Rect],
    colour: Colour,
    text: Sequence[Sequence[str]] | None,
    masked: Sequence[Place],
    sure: Sequence[Place],
    possible: Sequence[Place],
) -> list[Ink]:
    """Draw the cells of a grid: their filling, the hatching of ``masked`` ones, the frames of links, their text."""
    C = table.shape[1]
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
    return ink


def grid_in_words(
    table: Float[np.ndarray, "_ _"],
    rows: Sequence[str],
    columns: Sequence[str],
    text: Sequence[Sequence[str]] | None,
    masked: Sequence[Place],
    sure: Sequence[Place],
    possible: Sequence[Place],
) -> str:
    """Say what a grid shows: its size and labels, its text, and which cells are filled, masked or framed."""
    R, C = table.shape
    says = f"{R} rows{_named(rows)}, {C} columns{_named(columns)}"
    says += f", reading {' / '.join(' '.join(filter(None, row)) for row in text)}" if text is not None else ""
    filled = [(r, c) for r, c in np.argwhere(table > 0).tolist()] if text is None else []
    return says + "".join(
        f"; {what}: {', '.join(f'row {r + 1} column {c + 1}' for r, c in sorted(which))}"
        for what, which in (
            ("filled", filled),
            ("masked", masked),
            ("sure", sure),
            ("possible", set(possible) - set(sure)),
        )
        if which
    )


def _named(labels: Sequence[str]) -> str:
    return f" ({', '.join(labels)})" if labels else ""
