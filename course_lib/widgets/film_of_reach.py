"""How far the source still reaches into each word of a translation, model by model. Chapter 3."""

from collections.abc import Mapping
from html import escape

import numpy as np

from course_lib.shapes import Float
from course_lib.traces import Reach, Trace
from course_lib.widgets.comparing import check_same_sentence, joined
from course_lib.widgets.frames import heading
from course_lib.widgets.heatmap import heat_map_with_values
from course_lib.widgets.markup import decimal, direction, fraction, styled, word
from course_lib.widgets.player import Axis, Player, grid_of_frames
from course_lib.widgets.style import OF_REACH, style


def reach_film(reaches: Mapping[str, Reach], *, title: str | None = None) -> Player:
    """Walk over the words of one translation, model by model: what the source is worth, and which word reaches it.

    ``reaches`` maps a model's name to its :func:`~course_lib.reaching.gradient_reach`, all of one pair of sentences.
    Over each source word stands a bar as high as its slope, as a share of the largest slope of that model, so the bars
    of two models do not compare. Where a reach knows what is needed, the sentence tells needed − paid, and a
    strip shows it for all words, bars below the line for words that the source made harder.
    ValueError without a reach, or for different sentences.
    """
    if not reaches:
        raise ValueError("reaches: expected at least one model's name with its reach, got none.")
    check_same_sentence({f"reach of {name!r}": reach for name, reach in reaches.items()})
    titles = [joined(title, name) for name in reaches]
    shown = list(zip(reaches.values(), titles, strict=True))
    T = len(shown[0][0].target)
    return grid_of_frames(
        [[_frame(reach, i, name) for i in range(T)] for reach, name in shown],
        [Axis("Model", list(reaches)), Axis("Word", [f"{i + 1} of {T}" for i in range(T)], play=True)],
        shared=style(OF_REACH),
        static="".join(_printed(reach, name) for reach, name in shown),
        summary=f"Reach of the source, word by word: {', '.join(reaches)}",
    )


def _shares(reach: Reach) -> Float[np.ndarray, "T S"]:
    """Return the slopes as shares of the largest; all 0 for a model that nothing reaches."""
    largest = float(reach.slope.max())
    return reach.slope / largest if largest > 0 else np.zeros_like(reach.slope)


def _sentence(reach: Reach, i: int) -> str:
    said = f"<b>Word {i + 1} of {len(reach.target)}</b>, ‘{word(reach.target[i])}’: "
    paid = round(float(reach.paid[i]), 2)
    if reach.needed is None:
        said += f"the model pays {decimal(paid)} nats"
    else:
        needed = round(float(reach.needed[i]), 2)
        said += (
            f"without the source {decimal(needed)} nats are open, with it the model pays "
            f"{decimal(paid)}; the source is worth {decimal(needed - paid)}"  # of the two that the reader sees
        )
    row = _shares(reach)[i]
    j = int(row.argmax())
    if not float(decimal(float(row[j]))) > 0:
        return f"{said}. No source word reaches it."
    return f"{said}. Reached most by ‘{word(reach.source[j])}’ (word {j + 1}, {decimal(float(row[j]))})."


def _frame(reach: Reach, i: int, title: str) -> str:
    bars = "".join(
        f"<span{styled(_height(share))}><b>{decimal(share)}</b><i></i>{word(token)}</span>"
        for token, share in zip(reach.source, _shares(reach)[i].tolist(), strict=True)
    )
    return (
        f"<div class=course-frame><p class=says>{heading(title)}{_sentence(reach, i)}</p>"
        "<div class='main whole'><p class=k>Source: slope of this word by each, 1 = the largest of this model</p>"
        f"<div class=reach dir={direction(reach.source)}>{bars}</div>{_strip(reach, i)}</div></div>"
    )


def _height(share: float) -> str:
    height = fraction(share, 2)
    return "" if height == "0" else f"--a:{height}"


def _strip(reach: Reach, i: int) -> str:
    """Draw what the source is worth for every word, that of word i framed; nothing where it is not known."""
    if reach.worth is None:
        return ""
    T, largest = len(reach.target), float(np.abs(reach.worth).max()) or 1.0
    tops = "".join(f"V{fraction(-10 * worth / largest, 1)}h1" for worth in reach.worth.tolist())
    alt = f"Worth of the source for each of {T} words, word {i + 1} framed"
    return (
        f"<p class=k>Worth of the source in nats, word by word; the longest bar: {decimal(largest)}</p>"
        f"<svg class=worth viewBox='0 -11 {T} 22' preserveAspectRatio=none role=img aria-label='{escape(alt)}'>"
        f"<path d='M0 0{tops}V0z'/><rect x={i} y=-11 width=1 height=22 /></svg>"
    )


def _printed(reach: Reach, title: str) -> str:
    """Return all slopes as a map with numbers, and what the source is worth for each word, or what the word costs."""
    alt = f"{title}: slopes as shares of the largest, {len(reach.source)} source words across"
    of_words = zip(reach.target, (reach.paid if reach.worth is None else reach.worth).tolist(), strict=True)
    what = "What each word costs" if reach.worth is None else "Worth of the source"
    said = ", ".join(f"{word(token)} {decimal(nats)}" for token, nats in of_words)
    return (
        f"<section>{heat_map_with_values(_as_map(reach), alt)}<figcaption><p><b>{word(title)}</b>: slopes, 1 = the "
        f"largest of this model; none is a weight of attention.</p><p>{what}, word by word, in nats: {said}.</p>"
        "</figcaption></section>"
    )


def _as_map(reach: Reach) -> Trace:
    """Return the shares in the place of weights, for the drawing that knows how to write numbers into cells."""
    shares = _shares(reach)
    T = len(reach.target)
    nothing = np.zeros((T, 1))
    return Trace(reach.model, reach.source, reach.target, ((),) * T, nothing, scores=shares, weights=shares)
