"""Which word looks at which, in every head of a layer at once. Chapter 16."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from course_lib.fingerprints import fingerprint
from course_lib.shapes import Float
from course_lib.traces import HeadLooks
from course_lib.widgets.frames import heading
from course_lib.widgets.heatmap import cells, heat_map_name
from course_lib.widgets.markup import decimal, listed, styled, tint, word
from course_lib.widgets.player import Axis, Player, grid_of_frames
from course_lib.widgets.style import OF_HEADS, OF_LONG_LABELS, style

SQUARE, GAP = 12, 18  # pixels a weight, and between maps
WRITTEN_FROM = 0.05


@dataclass(frozen=True)
class _Head:
    """One head of a look, as a heat map wants it."""

    labels: tuple[str, ...]
    target: tuple[str, ...]
    weights: Float[np.ndarray, "T S"]


@dataclass(frozen=True)
class _Maps:
    """The heat maps of all heads of a look, in as many columns as rows: drawn once, shown by every frame."""

    look: HeadLooks

    @property
    def wide(self) -> int:
        """The width of a map."""
        return SQUARE * len(self.look.asked)

    @property
    def high(self) -> int:
        """The height of a map."""
        return SQUARE * len(self.look.asking)

    @property
    def corners(self) -> list[tuple[int, int]]:
        """Where the map of each head begins."""
        N = len(self.look.weights)
        columns = math.ceil(math.sqrt(N))
        return [(n % columns * (self.wide + GAP), n // columns * (self.high + GAP) + GAP) for n in range(N)]

    @property
    def _ends(self) -> list[tuple[int, int]]:
        return [(x + self.wide, y + self.high) for x, y in self.corners]

    @property
    def name(self) -> str:
        """An id, the same for the same words and weights."""
        return f"heads-{fingerprint(heat_map_name(head) for head in self._heads)[:10]}"

    @property
    def _heads(self) -> list[_Head]:
        return [_Head(self.look.asked, self.look.asking, weights) for weights in self.look.weights]

    def definition(self) -> str:
        """Return the drawing: each map under the number of its head, without words around it."""
        drawn = "".join(
            f"<text x={x} y={y - 4} style=fill:currentColor;font-size:11px>head {n}</text>"
            f"{cells(head, SQUARE, x, y, 0, labelled=False)}"
            for n, (head, (x, y)) in enumerate(zip(self._heads, self.corners, strict=True), start=1)
        )
        return f"<g id={self.name}>{drawn}</g>"

    def at(self, i: int) -> str:
        """Show them with the row of the word ``i``, from 0, outlined."""
        width, height = (max(corner) + 4 for corner in zip(*self._ends, strict=True))
        rows = "".join(f"M{x} {y + SQUARE * i}h{self.wide}v{SQUARE}h-{self.wide}z" for x, y in self.corners)
        alt = f"Heat maps, row {i + 1} outlined"
        return (
            f"<svg viewBox='-2 -2 {width} {height}' width={width} role=img aria-label='{alt}'>"
            f"<use href='#{self.name}'/><path class=row d='{rows}'/></svg>"
        )


def heads(looks: Sequence[HeadLooks], *, title: str | None = None, start: int = 0) -> Player:
    """Show, of a chosen look, how much a chosen word looks at each word: all heads of the layer side by side.

    ``looks`` are those of :func:`course_lib.tracing.head_looks`, by number on the first slider; the second, with
    Play, goes from word to word of those that ask. The table has a column a head and a row a word that is asked,
    tinted by weight; the small maps beside it hold every weight, the row of the chosen word outlined. Past the end of
    a shorter look the frame says so. ``start`` is the look shown first. In print stands, word by word, what each head
    looks at most. ValueError without a look, for two of one name, and for looks of another number of heads.
    """
    if not looks:
        raise ValueError("looks: expected at least one, got none.")
    if len(counts := {len(look.weights) for look in looks}) > 1:
        raise ValueError(f"looks: expected the same number of heads in each, got {listed(sorted(map(str, counts)))}.")
    if len({look.name for look in looks}) < len(looks):
        raise ValueError(f"looks: expected each name once, got {listed([look.name for look in looks])}.")
    longest = max(len(look.asking) for look in looks)
    maps = [_Maps(look) for look in looks]
    return grid_of_frames(
        [[_frame(of_look, i, title) for i in range(longest)] for of_look in maps],
        [
            Axis("Look", [f"{n} of {len(looks)}" for n in range(1, len(looks) + 1)], start=start),
            Axis("Word", [str(i + 1) for i in range(longest)], play=True),
        ],
        shared=style(OF_HEADS + OF_LONG_LABELS) + _hidden(maps),
        static="".join(_printed(look, title) for look in looks),
        summary=f"Which word looks at which, {len(looks[0].weights)} heads: {', '.join(look.name for look in looks)}",
    )


def _hidden(maps: Sequence[_Maps]) -> str:
    """Return the SVG that holds all drawings."""
    drawings = "".join({one.name: one.definition() for one in maps}.values())
    return f"<div class=course-hidden aria-hidden=true><svg width=0 height=0><defs>{drawings}</defs></svg></div>"


def _frame(maps: _Maps, i: int, title: str | None) -> str:
    """Return the frame of the word ``i``, counted from 0."""
    look, T = maps.look, len(maps.look.asking)
    if i >= T:
        said = f"<b>No such word</b>: here {T} word{'' if T == 1 else 's'} look{'s' if T == 1 else ''}."
        return f"<div class=course-frame><p class=says>{heading(title)}{escape(look.name)}: {said}</p></div>"
    legend = "All weights: who looks down, at whom across; colour: √α"
    said = f"<b>word {i + 1} of {T}</b>, ‘{word(look.asking[i])}’, looks most at {_most(look, i)}."
    return (
        f"<div class=course-frame><p class=says>{heading(title)}{escape(look.name)}: {said}</p>"
        f"<div class=main>{_table(look, i)}</div>"
        f"<div class=side><p class=k>{legend}</p>{maps.at(i)}</div></div>"
    )


def _most(look: HeadLooks, i: int) -> str:
    """Say at which word each head looks most."""
    best = look.weights[:, i].argmax(axis=1)
    return listed([f"‘{word(look.asked[j])}’ (head {n})" for n, j in enumerate(best, start=1)])


def _table(look: HeadLooks, i: int) -> str:
    """Return a row a word that is asked, a column a head."""
    columns = "".join(f"<th scope=col>{n + 1}" for n in range(len(look.weights)))
    rows = "".join(
        f"<tr><th scope=row>{word(token)}{''.join(_cell(weight) for weight in column)}"
        for token, column in zip(look.asked, look.weights[:, i].T, strict=True)
    )
    return f"<div class=scroll><table class=heads><tr><th>head{columns}{rows}</table></div>"


def _cell(weight: float) -> str:
    """Return a weight with its tint; nothing of a small one, so that the eye finds the others."""
    return f"<td{styled(tint(weight))}>{_two_digits(weight)}" if weight >= WRITTEN_FROM else "<td>"


def _two_digits(weight: float) -> str:
    return decimal(weight).removeprefix("0")


def _printed(look: HeadLooks, title: str | None) -> str:
    """Return, word by word, what each head looks at most, as a table."""
    columns = "".join(f"<th scope=col>head {n + 1}</th>" for n in range(len(look.weights)))
    rows = ""
    for i, token in enumerate(look.asking):
        best = look.weights[:, i].argmax(axis=1)
        found = (f"<td>{word(look.asked[j])} {_two_digits(look.weights[n, i, j])}</td>" for n, j in enumerate(best))
        rows += f"<tr><th scope=row>{word(token)}</th>{''.join(found)}</tr>"
    caption = f"{heading(title)}{escape(look.name)}: the word that each head looks at most, with its weight"
    return f"<table><caption>{caption}</caption><tr><th scope=col>word</th>{columns}</tr>{rows}</table>"
