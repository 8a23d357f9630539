"""Weights as a heat map: source across, target down. Chapters 2, 5 and 7."""

from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Tick
from matplotlib.figure import Figure
from matplotlib.text import Text

from course_lib.notation import INK
from course_lib.plots.fonts import letter
from course_lib.plots.theme import new_axes, use_theme
from course_lib.shades import ink_on, shade
from course_lib.shapes import Float
from course_lib.traces import Trace

LEVELS = 256  # of the colour, from weight 0 to weight 1


def heatmap(trace: Trace, ax: Axes | None = None, *, title: str | None = None) -> Figure:
    """Draw the weights of ``trace``: source across, target down, values where there is room.

    Gold links, where the trace has them, are outlined cells. ValueError for a model without attention.
    """
    if trace.weights is None:
        raise ValueError(f"{trace.model} has no attention weights to draw; step_through shows its state instead.")
    T, S = trace.weights.shape
    if ax is None:
        _, ax = new_axes(1.2 + 0.36 * S, 0.9 + 0.3 * T)
    with use_theme():
        ax.imshow(trace.weights, cmap=_weight_map(), vmin=0, vmax=1, aspect="auto")
        ax.set_xticks(range(S), trace.labels, rotation=60, ha="left", rotation_mode="anchor")
        ax.set_yticks(range(T), trace.target)
        letter(text for axis in (ax.xaxis, ax.yaxis) for tick in axis.get_major_ticks() for text in _labels(tick))
        ax.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False, length=0)
        ax.grid(False)
        if title:
            letter([ax.set_title(title)])
        if max(T, S) <= 20:
            _write_values(ax, trace.weights)
        for j, i in sorted(trace.links or ()):
            ax.add_patch(mpl.patches.Rectangle((j - 0.47, i - 0.47), 0.94, 0.94, fill=False, ec=INK.light, lw=1.6))
    return _figure_of(ax)


def _labels(tick: Tick) -> tuple[Text, Text]:
    """Return the label on either side of the axes."""
    return tick.label1, tick.label2


def _weight_map() -> mpl.colors.Colormap:
    return mpl.colors.ListedColormap([shade(level / (LEVELS - 1)) for level in range(LEVELS)], "weight")


def _write_values(ax: Axes, weights: Float[np.ndarray, "T S"]) -> None:
    for (i, j), weight in np.ndenumerate(weights):
        if weight >= 0.05:
            digits = f"{weight:.2f}".removeprefix("0")
            ax.text(j, i, digits, ha="center", va="center", fontsize=8.5, color=ink_on(shade(weight)))


def _figure_of(ax: Axes) -> Figure:
    figure = ax.get_figure(root=True)
    assert isinstance(figure, Figure)
    return figure


def alignment_panel(traces: Mapping[str, Trace], *, columns: int | None = None) -> Figure:
    """Draw several heat maps; the keys are their titles. Two a row for short sentences, else one, unless told."""
    if not traces:
        raise ValueError("traces: expected at least one trace, got none.")
    S = max(len(trace.source) for trace in traces.values())
    T = max(len(trace.target) for trace in traces.values())
    columns = min(columns or (2 if S <= 8 else 1), len(traces))
    rows = -(-len(traces) // columns)
    with use_theme():
        figure = Figure(figsize=(columns * (1.0 + 0.36 * S), rows * (1.2 + 0.3 * T)), layout="constrained")
        grid = figure.subplots(rows, columns, squeeze=False)
    axes = list(grid.flat)
    for ax, (title, trace) in zip(axes, traces.items(), strict=False):
        heatmap(trace, ax, title=title)
    for ax in axes[len(traces) :]:
        ax.set_visible(False)
    return figure
