"""One look held at one place after the other: what would the model say next? Chapter 12."""

from collections.abc import Sequence

import numpy as np

from course_lib.traces import Candidate, Trace
from course_lib.widgets.frames import heading
from course_lib.widgets.markup import decimal, direction, fraction, styled, tint, word
from course_lib.widgets.player import Axis, Player, grid_of_frames
from course_lib.widgets.style import OF_LONG_LABELS, style

_Row = Sequence[Candidate]
BY_ITSELF = "own look"


def held_look(free: Trace, held: Sequence[Sequence[_Row]], *, title: str | None = None, start: int = 0) -> Player:
    """Hold the look of one step at each place of the source, and show the most probable next words. Chapter 12.

    ``free`` is a trace of T steps over S source positions. ``held[i][j]`` lists the most probable words of step i,
    best first, where its look alone was pinned to position j (``trace(…).candidates[i]`` in a block of
    :func:`course_lib.interventions.pinned` with ``steps=[i]``), T rows of S lists. The first slider says which step,
    from ``start`` on, the second where it looks: by itself, or at a word. A most probable word that is not that of the
    free look is bold. In print stands a table of all steps and places.
    ValueError for a trace without weights, rows or lists that do not fit it, and a step with no word.
    """
    _check(free, held)
    T = len(free.target)
    frames = [
        [
            _frame(free, i, None, free.candidates[i], title),
            *(_frame(free, i, j, row, title) for j, row in enumerate(held[i])),
        ]
        for i in range(T)
    ]
    return grid_of_frames(
        frames,
        [
            Axis("Step", [f"{i + 1} of {T}" for i in range(T)], start=start),
            Axis("Look", [BY_ITSELF, *(f"{j + 1} {token}" for j, token in enumerate(free.labels))], play=True),
        ],
        shared=style(OF_LONG_LABELS),
        static=_printed(free, held, title),
        summary=f"A look held at each of {len(free.source)} places: ‘{' '.join(free.source)}’",
    )


def _check(free: Trace, held: Sequence[Sequence[_Row]]) -> None:
    T, S = len(free.target), len(free.source)
    if free.weights is None:
        raise ValueError(f"free: {free.model} has no attention weights, so it has no look that could be held.")
    shape = [len(row) for row in held]
    if shape != [S] * T:
        raise ValueError(
            f"held: expected {T} rows, one a step, of {S} lists, one a source position; got rows of {shape}."
        )
    if empty := [
        (i, j) for i, row in enumerate([*held, free.candidates]) for j, words in enumerate(row) if not len(words)
    ]:
        raise ValueError(f"held: expected at least one word at every step and place, got none at {empty[0]}.")


def _frame(free: Trace, i: int, j: int | None, candidates: _Row, title: str | None) -> str:
    assert free.weights is not None
    weights = free.weights[i] if j is None else np.eye(len(free.source))[j]
    return (
        f"<div class=course-frame><p class=says>{heading(title)}{_sentence(free, i, j, candidates)}</p>"
        f"<div class=main><p class=k>Source: <b class=weight>weight</b> of this look</p>"
        f"<div class='words src' dir={direction(free.source)}>{_source(free, weights)}</div>"
        f"<p class=k>Target: <b class=target>this step</b></p>{_target(free.target, i)}</div>"
        f"<div class=side>{_words(free, i, candidates)}</div></div>"
    )


def _sentence(free: Trace, i: int, j: int | None, candidates: _Row) -> str:
    """Say where the look is, and what becomes of the next word."""
    first, own = candidates[0], free.candidates[i][0]
    asked = f"<b>Step {i + 1} of {len(free.target)}</b>: "
    now = f"{_marked(first.token, own.token)} {decimal(first.probability)}"
    if j is None:
        assert free.weights is not None
        best = int(free.weights[i].argmax())
        where = f"‘{word(free.labels[best])}’ {decimal(free.weights[i, best])}"
        return f"{asked}the model's own look, most at {where}; the most probable word is {now}."
    told = f"{asked}the look is held at ‘{word(free.labels[j])}’; the most probable word is "
    if first.token == own.token:
        return f"{told}still {now} (own look: {decimal(own.probability)})."
    left = [decimal(one.probability) for one in candidates if one.token == own.token]
    return f"{told}{now}, not ‘{word(own.token)}’ ({left[0] if left else f'not among these {len(candidates)}'})."


def _marked(token: str, own: str) -> str:
    return f"‘{word(token)}’" if token == own else f"<b>‘{word(token)}’</b>"


def _source(free: Trace, weights: Sequence[float]) -> str:
    return "".join(
        f"<span{styled(tint(weight))}>{word(token)}<b>{decimal(weight)}</b></span>"
        for token, weight in zip(free.labels, weights, strict=True)
    )


def _target(words: Sequence[str], i: int) -> str:
    """Return the words of the target as a line, that of step i marked: chips would weigh as much as the rest."""
    before, after = (word(" ".join(part)) if part else "" for part in (words[:i], words[i + 1 :]))
    now = word(words[i], " class=target aria-current=step")
    return f"<p dir={direction(words)}>{before} <b>{now}</b> {after}</p>"


def _words(free: Trace, i: int, candidates: _Row) -> str:
    """Return the most probable words as bars, the free look's own marked."""
    own = free.candidates[i][0].token

    def line(one: Candidate) -> str:
        taken, said = (" class=taken", "<em>own look's</em>") if one.token == own else ("", "")
        return (
            f"<li{taken}>{word(one.token)}<i style=--a:{fraction(one.probability)}></i>"
            f"<span>{decimal(one.probability)}</span>{said}</li>"
        )

    return f"<p class=k>Next word: the {len(candidates)} most probable</p><ol>{''.join(map(line, candidates))}</ol>"


def _printed(free: Trace, held: Sequence[Sequence[_Row]], title: str | None) -> str:
    """Return a table of all steps and places: the most probable word, a dot where it is the free look's."""
    heads = "".join(f"<th scope=col>{word(token)}</th>" for token in free.labels)
    rows = "".join(
        f"<tr><th scope=row>{i + 1}</th><td>{word(own.token)}</td>"
        + "".join(f"<td>{'·' if row[0].token == own.token else word(row[0].token)}</td>" for row in held[i])
        + "</tr>"
        for i, (own, *_) in enumerate(free.candidates)
    )
    caption = (
        "The most probable word of each step, by its own look and with the look held at one place; a dot: the same"
    )
    return (
        f"<table><caption>{heading(title)}{caption}</caption>"
        f"<tr><th scope=col>step</th><th scope=col>{BY_ITSELF}</th>{heads}</tr>{rows}</table>"
    )
