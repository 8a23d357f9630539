"""A look through a window whose centre may stand anywhere: p and D to move, bell and weights to watch. Chapter 9."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from course_lib.alignment.windows import bell, seen_from
from course_lib.fingerprints import fingerprint
from course_lib.finite import require_finite
from course_lib.options import check_count, check_number
from course_lib.shapes import Float
from course_lib.widgets.by_hand import softmax
from course_lib.widgets.markup import decimal, fraction, listed, word
from course_lib.widgets.player import Axis, Player, grid_of_frames
from course_lib.widgets.style import OF_LONG_LABELS, OF_MOVING_WINDOWS, style

STEP, HIGH = 44, 80  # pixels from word to word, and of a weight of 1
EDGE, BELOW = 26, 36  # pixels beside the outer words, and under the axis
OF_BELLS = 12  # parts of D, of which the curve is drawn
LEGEND = "dashed: softmax in the window · curve: bell · full: weight"


@dataclass(frozen=True, eq=False)
class _Look:
    """One place of the sliders: where the window stands, and what comes of the scores in it."""

    words: tuple[str, ...]
    scores: Float[np.ndarray, "S"]
    gold: frozenset[int]
    p: float
    D: int

    @property
    def seen(self) -> range:
        return seen_from(self.p, self.D, len(self.words))

    @property
    def softmax(self) -> Float[np.ndarray, "W"]:
        return softmax(self.scores[list(self.seen)])

    @property
    def bell(self) -> Float[np.ndarray, "W"]:
        return bell(list(self.seen), self.p, self.D)

    @property
    def weights(self) -> Float[np.ndarray, "W"]:
        return self.softmax * self.bell

    @property
    def slopes(self) -> Float[np.ndarray, "W"]:
        """dw/dp of each weight of the window: w (j − p) / σ², σ = D / 2."""
        return self.weights * (np.array(self.seen) - self.p) / (self.D / 2) ** 2


def window(
    words: Sequence[str],
    scores: ArrayLike,
    *,
    places: Iterable[float],
    widths: Iterable[int],
    gold: int | Collection[int] | None = None,
) -> Player:
    """Move the window of local-p along ``words``, and show what softmax and bell leave of their ``scores``.

    ``words`` are the S source positions, ``</s>`` included, ``scores`` (S) their scores; the sliders put the centre
    p at each of ``places`` (0 to S, in positions) and D at each of ``widths``, and start in the middle of both.
    Luong, Pham & Manning (2015), §3.2, eq. 10, with the window of :class:`~course_lib.attention.LocalAttention`:
    around the place nearest to p. Beside every weight stands its slope in p, and so which way a step that raises it
    moves the window; of ``gold``, a position or several, the frame says it in words. In print stand three places.
    ValueError for scores that do not fit the words, and a place, D or gold position that no window can have.
    """
    looks = _checked(words, scores, list(places), list(widths), gold)
    labels = [decimal(of_place[0].p) for of_place in looks]
    Ds = [of_width.D for of_width in looks[0]]
    drawing = _Drawing(looks[0][0].words, Ds)
    middle, width = len(looks) // 2, len(Ds) // 2
    few = [looks[k][width] for k in sorted({len(looks) // 6, middle, len(looks) - 1 - len(looks) // 6})]
    return grid_of_frames(
        [[_frame(look, drawing) for look in of_place] for of_place in looks],
        [
            Axis("Centre p", labels, play=True, start=middle),
            Axis("D", [f"{D} to each side" for D in Ds], start=width),
        ],
        shared=style(OF_MOVING_WINDOWS + OF_LONG_LABELS) + drawing.definition(),
        static=_printed(few),
        summary=f"A window of {listed([str(D) for D in Ds])} words to each side over {len(words)} positions",
    )


def _checked(
    words: Sequence[str],
    scores: ArrayLike,
    places: Sequence[float],
    widths: Sequence[int],
    gold: int | Collection[int] | None,
) -> list[list[_Look]]:
    """Return a look for each place and each width."""
    S, e = len(words), np.asarray(scores, dtype=float)
    if isinstance(words, str) or not S or e.shape != (S,):
        raise ValueError(f"scores: expected one number a word, shape ({S},), got {e.shape}.")
    require_finite("scores", e, remedy="A window hides words by itself: give the score of each.")
    if not places or not widths:
        raise ValueError("places and widths: expected at least one of each, got none.")
    for p in places:
        if not 0 <= check_number("places", p) <= S:
            raise ValueError(f"places: p lies from 0 to S = {S}, got {p}.")
    for D in widths:
        check_count("widths", D)
    chosen = frozenset(() if gold is None else [gold] if isinstance(gold, int) else gold)
    if wrong := sorted(chosen - set(range(S))):
        raise ValueError(f"gold: expected positions from 0 to {S - 1}, got {wrong}.")
    return [[_Look(tuple(words), e, chosen, float(p), int(D)) for D in widths] for p in places]


def _frame(look: _Look, drawing: "_Drawing") -> str:
    first, last = look.seen[0], look.seen[-1]
    total = decimal(float(look.weights.sum()))
    heads = "".join(f"<th scope=col>{name}</th>" for name in ("", "softmax", "bell", "weight", "slope in p"))
    rows = "".join(_row(look, j) for j in range(len(look.words)))
    return (
        f"<div class=course-frame><p class=says>p = <b class=weight>{decimal(look.p)}</b>, D = {look.D}: the window "
        f"shows ‘{word(look.words[first])}’ to ‘{word(look.words[last])}’ ({first} to {last}). The weights sum to "
        f"<b class=weight>{total}</b>.{_of_gold(look)}</p>"
        f"<div class=main>{drawing.of(look)}<p class=k>{LEGEND}</p></div>"
        f"<div class='side scroll' tabindex=0 role=region aria-label='Word by word'>"
        f"<table class=moving><tr>{heads}</tr>{rows}</table></div></div>"
    )


def _row(look: _Look, j: int) -> str:
    star = "★ " if j in look.gold else ""
    head = f"<th scope=row>{star}{word(look.words[j])}</th>"
    if j not in look.seen:
        return f"<tr class=unseen>{head}<td colspan=4>not read</td></tr>"
    k = j - look.seen[0]
    arrow = _arrow(look.slopes[k])
    return (
        f"<tr>{head}<td>{decimal(look.softmax[k])}</td><td>{decimal(look.bell[k])}</td>"
        f"<td class=weight>{decimal(look.weights[k], 3)}</td><td>{arrow} {decimal(look.slopes[k], 3)}</td></tr>"
    )


def _arrow(slope: float) -> str:
    """Return which way p moves to raise a weight; a dot for a slope that is written as 0."""
    return "·" if decimal(slope, 3) == "0.000" else "→" if slope > 0 else "←"


def _of_gold(look: _Look) -> str:
    """Say which way each gold word pulls p."""
    said = {
        "→": "pulls p to the right",
        "←": "pulls p to the left",
        "·": "does not move p: its slope is 0",
        "": "pulls nowhere: outside the window there is no slope",
    }
    arrows = {j: _arrow(look.slopes[j - look.seen[0]]) if j in look.seen else "" for j in sorted(look.gold)}
    return "".join(f" Gold ‘{word(look.words[j])}’ {said[arrow]}." for j, arrow in arrows.items())


@dataclass(frozen=True, eq=False)
class _Drawing:
    """What all frames share: the axis with its words, and a bell for each D."""

    words: tuple[str, ...]
    widths: Sequence[int]

    @property
    def name(self) -> str:
        """An id, the same for the same words and widths."""
        return f"window-{fingerprint([*self.words, str(list(self.widths))])[:10]}"

    def definition(self) -> str:
        """Return the hidden SVG that draws them once."""
        end = STEP * len(self.words)  # p may be S, one place behind </s>
        ticks = "".join(f"M{STEP * j} 0v4" for j in range(len(self.words)))
        names = "".join(
            f"<text x={STEP * j} y=17 text-anchor=middle stroke=none font-size=12>{escape(token)}</text>"
            for j, token in enumerate(self.words)
        )
        bells = "".join(f"<path id='{self.name}-{D}' d='{_bell_line(D)}'/>" for D in self.widths)
        return (
            "<div class=course-hidden aria-hidden=true><svg width=0 height=0><defs>"
            f"<g id='{self.name}'><path d='M-{EDGE} 0H{end + EDGE}{ticks}' style='stroke:var(--c-muted,#59636e)'/>"
            f"<g style='fill:var(--c-source,#0550ae)'>{names}</g></g>{bells}</defs></svg></div>"
        )

    def of(self, look: _Look) -> str:
        """Return the picture of one look: the band of the window, bars before and after the bell, the bell, p."""
        first, last = look.seen[0], look.seen[-1]
        wide, high = STEP * len(self.words) + 2 * EDGE, HIGH + BELOW + 8
        before, after = (_bars(look.seen[0], shares) for shares in (look.softmax, look.weights))
        at = fraction(STEP * look.p, 1)
        alt = f"Positions {first} to {last} in the window; the bell has its top at {decimal(look.p)}"
        return (
            f"<svg class=moving viewBox='-{EDGE} -{HIGH + 8} {wide} {high}' width={wide} role=img aria-label='{alt}'>"
            f"<rect x={STEP * first - 19} y=-{HIGH} width={STEP * (last - first) + 38} height={HIGH} />"
            f"<use href='#{self.name}'/><path class=after d='{after}'/><path class=before d='{before}'/>"
            f"<use class=bell href='#{self.name}-{look.D}' x={at} /><path class=at d='M{at} 20l6 12h-12z'/></svg>"
        )


def _bars(first: int, shares: Float[np.ndarray, "W"]) -> str:
    """Return bars as one path, a bar a word from ``first`` on."""
    heights = [fraction(HIGH * share, 1) for share in shares]
    return "".join(f"M{STEP * (first + k) - 11} 0v-{height}h22v{height}" for k, height in enumerate(heights))


def _bell_line(D: int) -> str:
    """Return the bell of a window from one rim to the other, with its top at 0."""
    offsets = np.linspace(-D, D, 2 * OF_BELLS + 1)
    points = zip(np.rint(STEP * offsets).astype(int), np.rint(-HIGH * bell(offsets, 0, D)).astype(int), strict=True)
    steps = list(points)
    moves = "".join(f"l{x - a} {y - b}" for (a, b), (x, y) in pairwise(steps))
    return f"M{steps[0][0]} {steps[0][1]}{moves}"


def _printed(looks: Sequence[_Look]) -> str:
    """Return the weights of a few places as one table."""
    heads = "".join(f"<th scope=col>p = {decimal(look.p)}</th>" for look in looks)
    rows = ""
    for j, token in enumerate(looks[0].words):
        cells = (decimal(look.weights[j - look.seen[0]], 3) if j in look.seen else "–" for look in looks)
        rows += f"<tr><th scope=row>{word(token)}</th>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
    sums = "".join(f"<td>{decimal(float(look.weights.sum()), 3)}</td>" for look in looks)
    return (
        f"<table><caption>Weights through a window of {looks[0].D} to each side; – is not read.</caption>"
        f"<tr><th scope=col>word</th>{heads}</tr>{rows}<tr><th scope=row>sum</th>{sums}</tr></table>"
    )
