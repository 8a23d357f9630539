"""The tree of a beam search as SVG: a row a step, the best word of a step at the left."""

import hashlib
from collections.abc import Sequence
from html import escape

from course_lib.notation import INK, MUTED, TARGET, WEIGHT
from course_lib.widgets.heatmap import breadth, short

ROW, BOX = 44, 22  # pixels from one step to the next, and the height of a word's box
NARROWEST = 46
MARKS = {"kept": "", "pruned": "× ", "finished": "✓ "}
Word = tuple[str, int | None, str]  # token, place of the word before it, fate


class Picture:
    """A place on paper for every word of a tree; ``levels`` lists the places in the tree step by step.

    A kept word stands in a box, a finished one in a round frame with ✓, a pruned one without a frame
    behind × at the end of a dashed line: no difference hangs on colour.
    """

    def __init__(self, tree: Sequence[Word]) -> None:
        self.words = [word for word, _, _ in tree]
        self.parents = [parent for _, parent, _ in tree]
        self.fates = [fate for _, _, fate in tree]
        depths = [0]
        for parent in self.parents:
            if parent is None:  # the root
                continue
            depths.append(depths[parent] + 1)
        self.levels = [[i for i, at in enumerate(depths) if at == depth] for depth in range(1, max(depths) + 1)]
        self.wide = max(NARROWEST, *(breadth(self._label(i)) + 14 for i in range(len(tree))))
        columns = {i: column for level in self.levels for column, i in enumerate(level)}
        self.centres = [
            (round(self.wide * (columns.get(i, 0) + 0.5)), 14 + ROW * depth) for i, depth in enumerate(depths)
        ]
        self.width = self.wide * max(map(len, self.levels))
        self.height = 28 + ROW * len(self.levels)
        self.name = f"tree-{hashlib.sha256(repr(list(tree)).encode()).hexdigest()[:10]}"

    def definitions(self) -> str:
        """Return the hidden SVG that draws each step's words once, on top of the step before."""
        groups = "".join(
            f"<g id='{self.name}-{depth}'>{self._use(depth - 1) if depth else ''}{self._level(level)}</g>"
            for depth, level in enumerate(self._all())
        )
        return f"<div class=course-hidden aria-hidden=true><svg width=0 height=0><defs>{groups}</defs></svg></div>"

    def at(self, depth: int, going: Sequence[int]) -> str:
        """Show the first ``depth`` steps, the paths to the words ``going`` in bold."""
        edges = sorted({place for end in going for place in self.path(end)})
        bold = f"<path class=alive d='{''.join(map(self._edge, edges))}'/>"
        alt = f"The tree after {depth} of {len(self.levels)} steps"
        return (
            f"<div class=scroll tabindex=0 role=region aria-label=Tree>"
            f"<svg viewBox='0 0 {self.width} {self.height}' style=min-width:{self.width * 4 // 5}px "
            f"width={self.width} role=img aria-label='{alt}'>{bold}{self._use(depth)}</svg></div>"
        )

    def whole(self) -> str:
        """Return the finished tree as one SVG that needs no stylesheet."""
        drawn = "".join(map(self._level, self._all()))
        return (
            f"<svg viewBox='0 0 {self.width} {self.height}' width='{self.width}' role='img' "
            f"aria-label='The tree of a beam search, {len(self.levels)} steps down' "
            f"style='max-width:100%;height:auto;background:#fff;color:#000'>{drawn}</svg>"
        )

    def path(self, end: int) -> list[int]:
        """Return the places from the first word to ``end``, the root left out."""
        places = []
        parent = self.parents[end]
        while parent is not None:
            places.append(end)
            end, parent = parent, self.parents[parent]
        return places[::-1]

    def _all(self) -> list[list[int]]:
        return [[0], *self.levels]

    def _use(self, depth: int) -> str:
        return f"<use href='#{self.name}-{depth}'/>"

    def _label(self, place: int) -> str:
        return MARKS[self.fates[place]] + short(self.words[place])

    def _edge(self, place: int) -> str:
        parent = self.parents[place]
        assert parent is not None  # the root hangs on nothing
        (x, y), (to_x, to_y) = self.centres[parent], self.centres[place]
        to = f"V{to_y - BOX // 2}" if to_x == x else f"L{to_x} {to_y - BOX // 2}"
        return f"M{x} {y + BOX // 2}{to}"

    def _level(self, level: Sequence[int]) -> str:
        """Draw the words of one step: dashed lines to the pruned, boxes or round frames for the others."""
        edges: dict[bool, list[str]] = {True: [], False: []}
        frames: dict[str, list[str]] = {"kept": [], "finished": []}
        for place in level:
            pruned = self.fates[place] == "pruned"
            if self.parents[place] is not None:
                edges[pruned].append(self._edge(place))
            if not pruned:
                frames[self.fates[place]].append(self._frame(place))
        words = "".join(map(self._word, level))
        return (
            f"<g style='fill:none;stroke:{_variable('muted')}'>"
            f"<path stroke-dasharray='3 3' d='{''.join(edges[True])}'/><path d='{''.join(edges[False])}'/>"
            f"<g style='stroke:{_variable('target')}'>{''.join(frames['kept'])}</g>"
            f"<g style='stroke:{_variable('weight')};stroke-width:2'>{''.join(frames['finished'])}</g></g>"
            f"<g text-anchor='middle' style='font-size:11px;fill:{_variable('ink')}'>{words}</g>"
        )

    def _frame(self, place: int) -> str:
        x, y = self.centres[place]
        rounded = 11 if self.fates[place] == "finished" else 3
        return f"<rect x={x - self.wide // 2 + 3} y={y - BOX // 2} width={self.wide - 6} height={BOX} rx={rounded} />"

    def _word(self, place: int) -> str:
        x, y = self.centres[place]
        return f"<text x={x} y={y + 4}>{escape(self._label(place))}</text>"


def _variable(name: str) -> str:
    light = {"ink": INK, "muted": MUTED, "target": TARGET, "weight": WEIGHT}[name].light
    return f"var(--c-{name},{light})"
