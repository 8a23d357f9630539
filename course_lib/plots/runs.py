"""Training runs and their scores; the spread over seeds is always drawn. Chapters 2, 3, 5 and 7."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from course_lib.finite import require_finite
from course_lib.history import History
from course_lib.notation import CONTEXT, INK, MUTED
from course_lib.options import check_count, check_option
from course_lib.plots.fonts import lettered
from course_lib.plots.model_colours import MODELS, family, model_styles
from course_lib.plots.theme import new_axes, use_theme
from course_lib.shapes import Float

UNDEFINED = "undefined"
NO_PLACE = "A figure has no place for it: look at what made it."
OF_NO_MODEL = "#8b949e"  # a bar that is told by its name alone


def curves(histories: Mapping[str, Sequence[History]], *, score: str = "bleu", window: int = 20) -> Figure:
    """Draw training loss above and a validation ``score`` below; one line a seed, one colour a model.

    ``histories`` maps a model's name to the histories of its seeds. Losses (nats a target token) are
    averaged over ``window`` updates. ``score`` is 'bleu', 'exact_match' or 'perplexity'; where it is
    undefined (None) a line has a gap, and where it is so throughout the axis says it.
    """
    names = {"bleu": "validation BLEU", "exact_match": "exact match (%)", "perplexity": "validation perplexity"}
    check_option("score", score, names)
    check_count("window", window)
    for name, runs in histories.items():
        for run in runs:
            require_finite(f"losses of {name}", run.losses)
            scores = [getattr(record, score) for record in run.validations]
            require_finite(f"{score} of {name}", [s for s in scores if s is not None], remedy=NO_PLACE)
    with use_theme():
        figure = Figure(figsize=(4.8, 4.6), layout="constrained")
        above, below = figure.subplots(2, sharex=True)
        defined = False
        for (name, runs), (colour, marker, line) in zip(histories.items(), model_styles(list(histories)), strict=True):
            for seed, run in enumerate(runs):
                label = name if seed == 0 else None
                losses = _running_mean(run.losses, window)
                above.plot(np.arange(1, len(losses) + 1), losses, color=colour, ls=line, lw=1.2, label=label)
                steps = [record.step for record in run.validations]
                values = np.array([getattr(record, score) for record in run.validations], dtype=float)  # None: NaN
                defined |= bool(np.isfinite(values).any())
                below.plot(steps, values, color=colour, ls=line, marker=marker, ms=4, lw=1.2)
        above.set_ylabel("loss (nats a token)")
        above.legend()
        below.set(xlabel="updates", ylabel=names[score])
        if not defined and any(run.validations for runs in histories.values() for run in runs):
            below.text(0.5, 0.5, UNDEFINED, transform=below.transAxes, ha="center", va="center")
    return lettered(figure)


def _running_mean(values: Sequence[float], window: int) -> Float[np.ndarray, "_"]:
    """Return at place k the mean of the last ``window`` values up to k (fewer at the start)."""
    sums = np.cumsum(np.concatenate([[0.0], values]))
    ends = np.arange(1, len(sums))
    starts = np.maximum(ends - window, 0)
    return (sums[ends] - sums[starts]) / (ends - starts)


def score_by_length(
    scores: Mapping[str, ArrayLike],
    lengths: Sequence[str],
    *,
    score: str = "BLEU",
    limits: tuple[float, float] = (0, 102),
) -> Figure:
    """Draw a score against source length: the mean over seeds, a dot a seed, a band from worst to best.

    ``scores`` maps a model to an array (seeds × lengths); ``lengths`` names the buckets ("4–7", …). Where
    a score is undefined (NaN or None) the line has a gap; a length where all are is marked so.
    Figure 2 of Bahdanau et al. (2015) in miniature.
    """
    places = np.arange(len(lengths))
    figure, ax = new_axes()
    with use_theme():
        for (name, values), (colour, marker, line) in zip(scores.items(), model_styles(list(scores)), strict=True):
            runs = np.atleast_2d(np.asarray(values, dtype=float))
            if runs.shape[1] != len(lengths):
                raise ValueError(f"{name}: expected {len(lengths)} values a seed, one a length, got {runs.shape[1]}.")
            require_finite(f"{score} of {name}", runs[~np.isnan(runs)], remedy=NO_PLACE)
            ax.fill_between(places, runs.min(0), runs.max(0), color=colour, alpha=0.18, lw=0)
            for run in runs:
                ax.plot(places, run, ls="", marker=marker, ms=3, color=colour, alpha=0.6)
            ax.plot(
                places, runs.mean(0), color=colour, ls=line, marker=marker, ms=5, label=f"{name} ({len(runs)} seeds)"
            )
        tables = [np.atleast_2d(np.asarray(values, dtype=float)) for values in scores.values()]
        for place in places[np.isnan(np.concatenate(tables)).all(0)] if tables else ():
            ax.text(place, limits[0], UNDEFINED, rotation=90, ha="center", va="bottom")
        ax.set_xticks(places, lengths)
        ax.set(xlabel="source words", ylabel=score, ylim=limits)
        ax.legend(loc="best")
    return lettered(figure)


def needed_and_answered(
    needed: ArrayLike,
    answered: ArrayLike,
    lengths: Sequence[str],
    *,
    beside: Mapping[str, ArrayLike] | None = None,
    limit: float | None = None,
) -> Figure:
    """Draw how much of what a sentence needs its source has answered, in nats, against source length. Chapter 3.

    ``needed`` and ``answered`` (seeds × lengths) are nats a sentence. Two areas lie one on the other: below, in the
    context's blue, what is answered; above it what is left open, up to what is needed. Their edges are means over the
    seeds, a dot is a seed. ``beside`` maps other models to what they have answered, a line each. ``limit`` ends the
    axis, so that several figures have the same.
    ValueError for another number of values than of ``lengths``.
    """
    places = np.arange(len(lengths))
    tables = {"needed": needed, "answered": answered, **(beside or {})}
    runs = {name: _one_a_length(name, table, lengths) for name, table in tables.items()}
    need, told = runs.pop("needed"), runs.pop("answered")
    figure, ax = new_axes()
    with use_theme():
        told_mean, need_mean = told.mean(0), need.mean(0)
        ax.fill_between(places, told_mean, need_mean, color=MUTED.light, alpha=0.18, lw=0, label="left open")
        ax.fill_between(places, 0, told_mean, color=CONTEXT.light, alpha=0.3, lw=0, label="answered")
        styles = [(INK.light, "s", "-"), (CONTEXT.light, "o", "-"), *model_styles(list(runs))]
        names, lines = ("needed", None, *runs), (need, told, *runs.values())  # what is answered is named by its area
        for name, table, (colour, marker, line) in zip(names, lines, styles, strict=True):
            ax.plot(places, table.mean(0), color=colour, ls=line, lw=1.4, label=name)
            for run in table:
                ax.plot(places, run, ls="", marker=marker, ms=3, color=colour)
        ax.set_xticks(places, lengths)
        ax.set(xlabel="source words", ylabel="nats a sentence", ylim=(min(0.0, float(told.min())), limit))
        ax.grid(color=MUTED.light, alpha=0.2)  # a colour that follows the page into the dark, under a slider
        ax.legend(loc="upper left")
    return lettered(figure)


def _one_a_length(name: str, values: ArrayLike, lengths: Sequence[str]) -> Float[np.ndarray, "_ _"]:
    """Return ``values`` as a table, seeds × lengths."""
    table = np.atleast_2d(np.asarray(values, dtype=float))
    if table.ndim != 2 or table.shape[1] != len(lengths):
        raise ValueError(f"{name}: expected {len(lengths)} values a seed, one a length, got shape {table.shape}.")
    require_finite(f"nats of {name}", table, remedy=NO_PLACE)
    return table


def bars(values: Mapping[str, ArrayLike], *, label: str, limit: float | None = None) -> Figure:
    """Draw one horizontal bar a name: its height is the mean over seeds, a dot is a seed.

    A model's bar has the model's colour, any other is grey. ``label`` names the quantity and its unit;
    ``limit`` ends the axis.
    """
    if not values:
        raise ValueError("values: expected at least one bar, got none.")
    figure, ax = new_axes(4.8, 0.7 + 0.42 * len(values))
    with use_theme():
        for place, (name, seeds) in enumerate(values.items()):
            runs = np.atleast_1d(np.asarray(seeds, dtype=float))
            require_finite(f"{label} of {name}", runs[~np.isnan(runs)], remedy=NO_PLACE)
            kin = family(name)
            colour = OF_NO_MODEL if kin is None else MODELS[kin].colour
            ax.barh(place, runs.mean(), color=colour, alpha=0.75, height=0.6)
            ax.plot(runs, np.full(len(runs), place), "o", ms=4, color=INK.light)
            if np.isnan(runs).any():
                ax.annotate(UNDEFINED, (0, place), (6, 0), textcoords="offset points", va="center")
                continue
            ax.annotate(f"{runs.mean():.1f}", (runs.max(), place), (6, 0), textcoords="offset points", va="center")
        ax.set_yticks(range(len(values)), list(values))
        ax.invert_yaxis()
        ax.grid(axis="y", visible=False)
        ax.set(xlabel=label, xlim=(0, limit))
        ax.margins(x=0.12)
    return lettered(figure)
