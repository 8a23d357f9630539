"""Step through a decoder: one slider over its steps. For a second one see comparing.py."""

from html import escape

from course_lib.traces import Trace
from course_lib.widgets.frames import step_frame, step_sentence
from course_lib.widgets.player import Axis, Player, grid_of_frames
from course_lib.widgets.views import view_of


def step_through(trace: Trace, *, title: str | None = None, start: int = 0) -> Player:
    """Show ``trace`` step by step, with a slider and Play. Chapters 2 and 5.

    At each step: the source tinted by weight, scores and weights, target so far, a line to the word
    written now from each word looked at, as thick as its weight, the most probable next words,
    the heat map, state and context. ``title`` goes before the sentence of every frame,
    ``start`` is the step shown first, counted from 0.
    Works without attention too: what is left to see then is the state.
    """
    frames = [step_frame(trace, i, title) for i in range(len(trace.target))]
    return grid_of_frames(
        frames,
        [_steps(trace, start)],
        shared=definitions(trace),
        static=static_steps(trace, title),
        summary=view_of(trace).summary,
    )


def static_steps(trace: Trace, title: str | None = None) -> str:
    """Return what stands for the slider in print: the heat map with its values, each step in words."""
    head = f"{title}: " if title else ""
    view = view_of(trace)
    steps = "".join(f"<li>{step_sentence(trace, i, markup=True)}</li>" for i in range(len(trace.target)))
    return (
        f"{view.printed(head)}<figcaption>{escape(head)}{view.printed_source()}"
        f"<ol style='list-style:none;padding:0'>{steps}</ol></figcaption>"
    )


def _steps(trace: Trace, start: int = 0) -> Axis:
    T = len(trace.target)
    return Axis("Step", [f"{i + 1} of {T}" for i in range(T)], start=start, play=True)


def definitions(trace: Trace) -> str:
    """Return what the frames of ``trace`` show by reference: its picture, or its heat map if it has one."""
    return view_of(trace).definitions()
