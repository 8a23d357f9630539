"""The look of all figures: colours from notation.py, sizes that a phone can show. Every chapter."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course_lib.notation import INK
from course_lib.plots.fonts import families


class LineStyle(NamedTuple):
    """How a line of a figure is drawn: told apart by its marker and its dashes where colour does not help."""

    colour: str
    marker: str
    line: Any


# For what is no model. No colour here, and none in models.py, is that of a symbol in notation.py: a
# green line would be read as the encoder's.
STYLES = (
    LineStyle("#1e003c", "o", "-"),
    LineStyle("#a587c3", "s", "--"),
    LineStyle("#87875f", "^", "-."),
    LineStyle("#4b000f", "D", ":"),
    LineStyle("#d269d2", "v", (0, (5, 1, 1, 1, 1, 1))),
    LineStyle("#2d3c0f", "x", (0, (1, 1))),
)

GRID_COLOUR = "#e3e7eb"
"""Lines behind a curve; where a page follows its reader into the dark, those of its tables."""


@contextmanager
def use_theme() -> Iterator[None]:
    """Draw with the course's colours and sizes: legible when a phone shows the figure at 350 px.

    The reader's own font, where ``rcParams`` name one, goes before the course's.
    """
    settings: Any = {
        "font.family": families(),
        "font.size": 10,
        "axes.titlesize": 10,
        "axes.labelsize": 10,
        "figure.facecolor": "white",
        "axes.facecolor": "white",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": GRID_COLOUR,
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


def styles(count: int) -> list[LineStyle]:
    """Return colour, marker and line for each of ``count`` kinds; ValueError beyond what the eye tells apart."""
    if count > len(STYLES):
        raise ValueError(f"A figure tells {len(STYLES)} kinds apart; got {count}. Split it.")
    return list(STYLES[:count])
