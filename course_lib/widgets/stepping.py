"""Step through a decoder: one slider over its steps. For a second one see comparing.py."""

from html import escape

from course_lib.traces import Trace
from course_lib.widgets.frames import step_frame, step_sentence
from course_lib.widgets.heatmap import heat_map_definition, heat_map_with_values
from course_lib.widgets.markup import word
from course_lib.widgets.picture import is_picture, picture_definition, pictures_of_all_steps
from course_lib.widgets.player import Axis, Player, grid_of_frames
from course_lib.widgets.style import OF_WINDOWS, style


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
        shared=definitions(trace),
        static=static_steps(trace, title),
        summary="Step through a caption" if is_picture(trace) else f"Step through: ‘{' '.join(trace.source)}’",
    )


def static_steps(trace: Trace, title: str | None = None) -> str:
    """Return what stands for the slider in print: the heat map with its values, each step in words."""
    head = f"{title}: " if title else ""
    picture = ""
    if is_picture(trace):
        picture = f"<div>{pictures_of_all_steps(trace)}</div>"
    elif trace.weights is not None:
        S, T = len(trace.source), len(trace.target)
        alt = f"{head}heat map of the weights, {S} source words across, {T} target words down"
        picture = heat_map_with_values(trace, alt)
    steps = "".join(f"<li>{step_sentence(trace, i, markup=True)}</li>" for i in range(len(trace.target)))
    source = "" if is_picture(trace) else " ".join(word(token) for token in trace.source)
    return f"{picture}<figcaption>{escape(head)}{source}<ol style='list-style:none;padding:0'>{steps}</ol></figcaption>"


def _steps(trace: Trace) -> Axis:
    T = len(trace.target)
    return Axis("Step", [f"{i + 1} of {T}" for i in range(T)], play=True)


def definitions(trace: Trace) -> str:
    """Return what the frames of ``trace`` show by reference: its picture, or its heat map if it has one."""
    if is_picture(trace):
        return picture_definition(trace)
    window = "" if trace.centres is None else style(OF_WINDOWS)
    return window if trace.weights is None else window + heat_map_definition(trace)
