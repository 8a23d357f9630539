"""Four ways to compare a query with annotations, in a plane: turn the query, make it longer. Chapter 7."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from course_lib.finite import require_finite
from course_lib.options import check_number
from course_lib.shapes import Float
from course_lib.widgets.by_hand import softmax
from course_lib.widgets.markup import decimal, fraction, listed, word
from course_lib.widgets.plane import Plane
from course_lib.widgets.player import Axis, Player, grid_of_frames
from course_lib.widgets.style import OF_LONG_LABELS, OF_PLANES, style

ON_PAPER = "Give numbers that can be multiplied on paper."


@dataclass(frozen=True, eq=False)
class _Four:
    """The words with their annotations, and what each score has learnt."""

    words: tuple[str, ...]
    annotations: Float[np.ndarray, "S 2"]
    general: Float[np.ndarray, "2 2"]
    W: Float[np.ndarray, "A 2"]
    U: Float[np.ndarray, "A 2"]
    v: Float[np.ndarray, "A"]
    location: Float[np.ndarray, "S 2"]

    def scores(self, query: Float[np.ndarray, "2"]) -> dict[str, Float[np.ndarray, "S"]]:
        """Return each score of every position; location alone does not ask what stands there."""
        h = self.annotations
        return {
            "dot": h @ query,
            "general": h @ self.general.T @ query,  # sᵀ W h
            "concat": np.tanh(self.W @ query + h @ self.U.T) @ self.v,
            "location": self.location @ query,
        }

    def exchanged(self, one: int, other: int) -> "_Four":
        """Return the sentence with two of its words in each other's place, annotations and all."""
        order = list(range(len(self.words)))
        order[one], order[other] = other, one
        return replace(self, words=tuple(self.words[j] for j in order), annotations=self.annotations[order])


def four_scores(
    words: Sequence[str],
    annotations: ArrayLike,
    query: ArrayLike,
    *,
    general: ArrayLike,
    concat: tuple[ArrayLike, ArrayLike, ArrayLike],
    location: ArrayLike,
    angles: Iterable[float] = range(0, 360, 30),
    lengths: Iterable[float] = (0.5, 1, 2, 4),
    exchange: tuple[int, int] | None = None,
) -> Player:
    """Show the weights of the dot, general, concat and location score for a query that turns and grows.

    ``annotations`` h_j are S × 2, one row a word of ``words``; ``query`` s has 2 entries, and the sliders
    turn it by ``angles`` (degrees, counterclockwise) and multiply it by ``lengths``. The scores are
    those of Luong, Pham & Manning (2015), eq. 7 and 8: sᵀ h_j; sᵀ W h_j with ``general`` = W (2 × 2);
    vᵀ tanh(W s + U h_j) with ``concat`` = (W, U, v), W and U A × 2, v of A; and row j of ``location``
    (S × 2) times s. Weights are the softmax of each. With ``exchange`` = (j, k), a third slider puts the words at
    j and k (from 0) in each other's place. The slider of lengths starts at 1 if it is among them.
    A frame names the largest weight of each score, or all that read alike at two decimals.
    ValueError for shapes that do not fit and numbers that are not finite.
    """
    four, s = _checked(words, annotations, query, general, concat, location)
    turns = [check_number("angles", angle) for angle in angles]
    times = [check_number("lengths", length, above=0) for length in lengths]
    if not turns or not times:
        raise ValueError("angles and lengths: expected at least one of each, got none.")
    orders = {"as given": four}
    if exchange is not None:
        name = _names(four, exchange)
        orders[name] = four.exchanged(*exchange)
    start = times.index(1.0) if 1.0 in times else 0
    plane = Plane(four.words, four.annotations, s)
    frames = [[[_frame(f, s, a, m, plane) for m in times] for a in turns] for f in orders.values()]
    axes = [
        Axis("Words", list(orders)),
        Axis("Turned by", [f"{angle:g}°" for angle in turns], play=True),
        Axis("Length", [f"× {length:g}" for length in times], start=start),
    ]
    few = turns[:: max(1, len(turns) // 4)][:4]  # four directions tell the story on paper
    return grid_of_frames(
        frames if exchange is not None else frames[0],
        axes if exchange is not None else axes[1:],
        shared=style(OF_PLANES + OF_LONG_LABELS) + plane.definition(),
        static="".join(_printed(f, s, few, times[start], name) for name, f in orders.items()),
        summary=f"Four scores of a query at {len(four.words)} words",
    )


def _checked(
    words: Sequence[str],
    annotations: ArrayLike,
    query: ArrayLike,
    general: ArrayLike,
    concat: tuple[ArrayLike, ArrayLike, ArrayLike],
    location: ArrayLike,
) -> tuple[_Four, Float[np.ndarray, "2"]]:
    h, s, W_general, W, U, v, places = (
        np.asarray(x, dtype=float) for x in (annotations, query, general, *concat, location)
    )
    S, A = len(words), len(v) if v.ndim else 0
    expected = {
        "annotations": (h, (S, 2)),
        "query": (s, (2,)),
        "general": (W_general, (2, 2)),
        "W of concat": (W, (A, 2)),
        "U of concat": (U, (A, 2)),
        "v of concat": (v, (A,)),
        "location": (places, (S, 2)),
    }
    for name, (given, shape) in expected.items():
        if given.shape != shape or not S or not A:
            raise ValueError(f"{name}: expected shape {shape} for {S} words, got {given.shape}.")
        require_finite(name, given, remedy=ON_PAPER)
    if not s.any():
        raise ValueError("query: expected a direction, got (0, 0), which turns into itself.")
    return _Four(tuple(words), h, W_general, W, U, v, places), s


def _names(four: _Four, exchange: tuple[int, int]) -> str:
    S = len(four.words)
    if len(set(exchange)) != 2 or not all(0 <= j < S for j in exchange):
        raise ValueError(f"exchange: expected two different positions from 0 to {S - 1}, got {exchange}.")
    one, other = sorted(exchange)
    return f"‘{four.words[one]}’ ⇄ ‘{four.words[other]}’"


def _turned(query: Float[np.ndarray, "2"], angle: float, length: float) -> Float[np.ndarray, "2"]:
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return length * np.array([[cosine, -sine], [sine, cosine]]) @ query


def _frame(four: _Four, query: Float[np.ndarray, "2"], angle: float, length: float, plane: Plane) -> str:
    s = _turned(query, angle, length)
    columns = four.scores(s)
    weights = {name: softmax(scores) for name, scores in columns.items()}
    most = ", ".join(f"{name} {_largest(four.words, a)}" for name, a in weights.items())
    heads = "".join(f"<th scope=col>{name}</th>" for name in columns)
    rows = "".join(
        f"<tr><th scope=row>{word(token)}</th>"
        f"{''.join(_cell(weights[name][j], columns[name][j]) for name in columns)}</tr>"
        for j, token in enumerate(four.words)
    )
    return (
        f"<div class=course-frame><p class=says><b>Turned by {angle:g}°, times {length:g}</b>: "
        f"s = <span class=target>({decimal(s[0])}, {decimal(s[1])})</span>. Largest weight: {most}.</p>"
        "<div class=main><p class=k>Each cell: <b class=weight>weight α</b>, below it "
        "<b class=score>score e</b></p><table class=four><tr>"
        f"<th scope=col>word</th>{heads}</tr>{rows}</table></div><div class=side>{plane.at(s)}</div></div>"
    )


def _largest(words: Sequence[str], weights: Float[np.ndarray, "S"]) -> str:
    """Name the words whose weight is the largest as it is written: of two that read alike, none leads."""
    written = [decimal(weight) for weight in weights]
    most = [token for token, weight in zip(words, written, strict=True) if weight == decimal(weights.max())]
    if len(words) > 1 and len(most) == len(words):
        return "none (all alike)"
    return listed([f"‘{word(token)}’" for token in most])


def _cell(weight: float, score: float) -> str:
    return (
        f"<td><span class=bar style=--a:{fraction(weight)}><b>{decimal(weight)}</b><i>{decimal(score)}</i></span></td>"
    )


def _printed(four: _Four, query: Float[np.ndarray, "2"], angles: Sequence[float], length: float, order: str) -> str:
    """Return the weights of a few directions as one table."""
    first = four.scores(query)
    heads = "".join(f"<th scope=col>{name}</th>" for name in ("turned by", "word", *first))
    rows = ""
    for angle in angles:
        weights = [softmax(e) for e in four.scores(_turned(query, angle, length)).values()]
        for j, token in enumerate(four.words):
            cells = "".join(f"<td>{decimal(a[j])}</td>" for a in weights)
            rows += f"<tr><td>{angle:g}°</td><th scope=row>{word(token)}</th>{cells}</tr>"
    x, y = (decimal(length * part) for part in query)
    return (
        f"<table><caption>Words {word(order)}: the weights of four scores for the query ({x}, {y}), turned."
        f"</caption><tr>{heads}</tr>{rows}</table>"
    )
