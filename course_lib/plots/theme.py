"""The look of all figures: colours from notation.py, sizes that a phone can show."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course_lib.notation import CONTEXT, INK, MUTED, SCORE, SOURCE, TARGET, WEIGHT

# Kinds stay apart without colour too: each has its own marker and line.
KINDS: tuple[tuple[str, str, Any], ...] = (
    (TARGET.light, "o", "-"),
    (CONTEXT.light, "s", "--"),
    (SOURCE.light, "^", "-."),
    (WEIGHT.light, "D", ":"),
    (SCORE.light, "v", (0, (5, 1, 1, 1, 1, 1))),
    (MUTED.light, "x", (0, (1, 1))),
)


@contextmanager
def use_theme() -> Iterator[None]:
    """Draw with the course's colours and sizes: legible when a phone shows the figure at 350 px."""
    settings: Any = {
        "font.family": "DejaVu Sans",
        "font.size": 10,
        "axes.titlesize": 10,
        "axes.labelsize": 10,
        "figure.facecolor": "white",
        "axes.facecolor": "white",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": "#e3e7eb",
        "legend.frameon": False,
        "legend.fontsize": 9,
        "svg.hashsalt": "attention-step-by-step",
    }
    settings |= dict.fromkeys(
        ("text.color", "axes.labelcolor", "xtick.color", "ytick.color", "axes.edgecolor"), INK.light
    )
    with mpl.rc_context(settings):
        yield


def new_axes(width: float = 4.8, height: float = 3.0) -> tuple[Figure, Axes]:
    """Return an empty themed figure of ``width`` × ``height`` inches and its axes, for your own drawing."""
    with use_theme():
        figure = Figure(figsize=(width, height), layout="constrained")
        return figure, figure.subplots()


def kinds(count: int) -> list[tuple[str, str, Any]]:
    """Return colour, marker and line for each of ``count`` kinds; ValueError beyond what the eye tells apart."""
    if count > len(KINDS):
        raise ValueError(f"A figure tells {len(KINDS)} kinds apart; got {count}. Split it.")
    return list(KINDS[:count])
