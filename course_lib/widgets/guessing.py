"""Guess before you look: a slider a row, and one that shows what was measured. Chapters 6, 9 and 11."""

from collections.abc import Sequence
from html import escape

import ipywidgets as widgets
import numpy as np
from numpy.typing import ArrayLike

from course_lib.finite import require_finite
from course_lib.options import check_count
from course_lib.shapes import Float
from course_lib.widgets.frames import heading
from course_lib.widgets.markup import decimal, fraction, listed
from course_lib.widgets.player import Axis, Player, assembled, slider_of, stage_under
from course_lib.widgets.style import OF_GUESSES, OF_LONG_LABELS, style

WHOLE = 100  # the largest guess
SHOW = ("guesses", "measured too")
HOW = "Set a guess (hatched) in each row. Then turn Show to the right: full bar = mean over the seeds, dot = one seed."


def guess(
    labels: Sequence[str], measured: ArrayLike, *, unit: str = "%", step: int = 10, title: str | None = None
) -> Player:
    """Let the reader guess each row of a table, from 0 to 100, before a last slider shows the numbers.

    ``labels`` name the rows; ``measured`` is seeds × rows (one seed may be a plain list) in ``unit``.
    Guesses go in steps of ``step``, a divisor of 100, and start in the middle. A slider is linked to the
    strip of its own row alone, so the page works without Python. In print stands the table of what was measured.
    ValueError for a table that does not fit ``labels``, or a number outside 0 … 100.
    """
    table = _checked(labels, measured, step)
    places = [f"{value} {unit}" for value in range(0, WHOLE + 1, step)]
    guesses = [Axis(label, places, start=len(places) // 2) for label in labels]
    axes = [*guesses, Axis("Show", SHOW)]
    *sliders, show = [slider_of(axis) for axis in axes]
    rows = []
    for label, slider, seeds in zip(labels, sliders, table.T, strict=True):
        strips = [_guessed(label, value, unit) for value in range(0, WHOLE + 1, step)]
        rows += [stage_under(strips, [slider]), stage_under([_hidden(), _found(label, seeds, unit)], [show])]
    head = widgets.HTML(f"<div class=course-frame><p class=says>{heading(title)}{HOW}</p></div>")
    stage = widgets.VBox([head, *rows])
    stage.add_class("course-guesses")
    return assembled(
        stage,
        axes,
        [*sliders, show],
        shared=style(OF_GUESSES + OF_LONG_LABELS),
        static=_printed(labels, table, unit, title),
        summary=f"Guess before you look: {', '.join(labels)}",
    )


def _checked(labels: Sequence[str], measured: ArrayLike, step: int) -> Float[np.ndarray, "_ _"]:
    table = np.atleast_2d(np.asarray(measured, dtype=float))
    if isinstance(labels, str) or not len(labels) or len(set(labels)) != len(labels):
        raise ValueError(f"labels: expected a list of names that differ, one a row, got {labels!r}.")
    if table.ndim != 2 or not len(table) or table.shape[1] != len(labels):
        raise ValueError(f"measured: expected seeds × {len(labels)} rows, one column a label, got {table.shape}.")
    require_finite("measured", table, remedy="A guess is compared with a number: leave the row out, or measure it.")
    if table.min() < 0 or table.max() > WHOLE:
        raise ValueError(
            f"measured: expected numbers from 0 to {WHOLE}, got {table.min():g} … {table.max():g}. "
            "Give shares in per cent."
        )
    if WHOLE % check_count("step", step, most=WHOLE):
        raise ValueError(f"step: expected a divisor of {WHOLE}, so that {WHOLE} itself can be guessed, got {step}.")
    return table


def _guessed(label: str, value: int, unit: str) -> str:
    return (
        f"<div class='course-frame guessed'><span>{escape(label)}</span>"
        f"<i aria-hidden=true style=--a:{fraction(value / WHOLE)}></i><b>{value} {escape(unit)}</b></div>"
    )


def _hidden() -> str:
    """Return what holds the place of a measured row: as high, so that nothing jumps."""
    return "<div class='course-frame found'><span>measured</span><i aria-hidden=true></i><b>?</b></div>"


def _found(label: str, seeds: Float[np.ndarray, "_"], unit: str) -> str:
    dots = "".join(f"<u style=--a:{fraction(seed / WHOLE)}></u>" for seed in seeds)
    mean = float(seeds.mean())
    alt = f"{label}: seeds {_seeds(seeds)} {unit}"
    return (
        f"<div class='course-frame found'><span>measured</span><i role=img aria-label='{escape(alt)}' "
        f"style=--a:{fraction(mean / WHOLE)}>{dots}</i><b>{decimal(mean, 0)} {escape(unit)}</b></div>"
    )


def _seeds(seeds: Float[np.ndarray, "_"]) -> str:
    return listed([decimal(seed, 0) for seed in seeds])


def _printed(labels: Sequence[str], table: Float[np.ndarray, "_ _"], unit: str, title: str | None) -> str:
    rows = "".join(
        f"<tr><th scope=row>{escape(label)}</th><td>{decimal(float(seeds.mean()), 0)}</td><td>{_seeds(seeds)}</td></tr>"
        for label, seeds in zip(labels, table.T, strict=True)
    )
    heads = "".join(f"<th scope=col>{name}</th>" for name in ("", f"mean ({escape(unit)})", "seeds"))
    return f"<table><caption>{heading(title)}What was measured.</caption><tr>{heads}</tr>{rows}</table>"
