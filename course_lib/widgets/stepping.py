"""Step through a decoder: one slider over its steps, or a second one over its training."""

from collections.abc import Mapping
from html import escape

from course_lib.traces import Trace
from course_lib.widgets.frames import step_frame, step_sentence
from course_lib.widgets.grid import Axis, Player, grid_of_frames
from course_lib.widgets.heatmap import heat_map_definition, heat_map_with_values
from course_lib.widgets.markup import word


def step_through(trace: Trace, *, title: str | None = None) -> Player:
    """Show ``trace`` step by step, with a slider and Play. Chapters 2 and 5.

    At each step: the source tinted by weight, scores and weights, target so far, the most probable
    next words, the heat map, state and context. ``title`` goes before the sentence of every frame.
    Works without attention too: what is left to see then is the state.
    """
    frames = [step_frame(trace, i, title) for i in range(len(trace.target))]
    return grid_of_frames(
        frames,
        [_steps(trace)],
        shared=_definitions(trace),
        static=static_steps(trace, title),
        summary=f"Step through: ‘{' '.join(trace.source)}’",
    )


def step_through_training(traces: Mapping[int, Trace], *, title: str | None = None) -> Player:
    """Show the same forced sentence at several moments of training: two sliders. Chapter 5.

    ``traces`` maps the number of updates to the trace of a snapshot. The first slider walks over the
    training, the second over the steps; it starts at the end of training. ValueError where the
    traces differ in source or target: force the target when you make them.
    """
    if not traces:
        raise ValueError("traces: expected at least one snapshot, got none.")
    moments = sorted(traces)
    last = traces[moments[-1]]
    for moment in moments:
        if (traces[moment].source, traces[moment].target) != (last.source, last.target):
            raise ValueError(
                f"The snapshot at {moment} updates has another source or target than the last one; "
                "trace the same sentence with a given target (trace(model, source, target))."
            )
    head = f"{title} · " if title else ""
    frames = [
        [step_frame(traces[moment], i, f"{head}{_updates(moment)}") for i in range(len(last.target))]
        for moment in moments
    ]
    training = Axis("Training", [_updates(moment) for moment in moments], start=len(moments) - 1)
    return grid_of_frames(
        frames,
        [training, _steps(last)],
        shared="".join(_definitions(traces[moment]) for moment in moments),
        static=static_steps(last, f"{head}{_updates(moments[-1])}"),
        summary=f"Step through training: ‘{' '.join(last.source)}’",
    )


def static_steps(trace: Trace, title: str | None = None) -> str:
    """Return what stands for the slider in print: the heat map with its values, each step in words."""
    head = f"{title}: " if title else ""
    picture = ""
    if trace.weights is not None:
        S, T = len(trace.source), len(trace.target)
        alt = f"{head}heat map of the weights, {S} source words across, {T} target words down"
        picture = heat_map_with_values(trace, alt)
    steps = "".join(f"<li>{step_sentence(trace, i, markup=True)}</li>" for i in range(len(trace.target)))
    source = " ".join(word(token) for token in trace.source)
    return f"{picture}<figcaption>{escape(head)}{source}<ol style='list-style:none;padding:0'>{steps}</ol></figcaption>"


def _steps(trace: Trace) -> Axis:
    T = len(trace.target)
    return Axis("Step", [f"{i + 1} of {T}" for i in range(T)], play=True)


def _updates(moment: int) -> str:
    return "1 update" if moment == 1 else f"{moment:,} updates"


def _definitions(trace: Trace) -> str:
    return "" if trace.weights is None else heat_map_definition(trace)
