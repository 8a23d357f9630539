"""A second slider over traces: training, models, or whatever a chapter varies."""

from collections.abc import Callable, Mapping, Sequence

from course_lib.traces import Reach, Trace
from course_lib.widgets.frames import heading, step_frame
from course_lib.widgets.markup import word
from course_lib.widgets.player import Axis, Player, grid_of_frames
from course_lib.widgets.stepping import definitions, static_steps


def compare(traces: Mapping[str, Trace], *, over: str, title: str | None = None, start: int = 0) -> Player:
    """Step through several traces: the first slider, named ``over``, says which, the second which step.

    ``traces`` maps a label to each trace, in the order of the slider: "mask on" and "mask off",
    temperatures, windows D, lengths. They need not be of one sentence; past the end of a shorter one
    its frame says so. ``start`` is the place of the trace shown first. ValueError without a trace.
    """
    if not traces:
        raise ValueError("traces: expected at least one label with its trace, got none.")
    titles = [joined(title, label) for label in traces]
    shown = list(traces.values())
    static = "".join(f"<section>{static_steps(*pair)}</section>" for pair in zip(shown, titles, strict=True))
    summary = f"Step through, {over.lower()}: {', '.join(traces)}"
    return two_sliders(Axis(over, list(traces), start=start), shown, titles, static, summary)


def step_through_models(traces: Mapping[str, Trace], *, over: str = "Model", title: str | None = None) -> Player:
    """Show several models, or score functions, at the same forced sentence: two sliders. Chapters 7 and 9.

    ``traces`` maps a model's name to its trace. ValueError where they differ in source or target, for
    then a step of one is not the same step of another: force the target when you make them.
    """
    check_same_sentence({f"trace of {name!r}": trace for name, trace in traces.items()})
    return compare(traces, over=over, title=title)


def step_through_training(traces: Mapping[int, Trace], *, title: str | None = None) -> Player:
    """Show the same forced sentence at several moments of training: two sliders. Chapter 5.

    ``traces`` maps the number of updates to the trace of a snapshot. The first slider walks over the
    training, the second over the steps; it starts at the end of training. ValueError where the
    traces differ in source or target: force the target when you make them.
    """
    if not traces:
        raise ValueError("traces: expected at least one snapshot, got none.")
    moments = sorted(traces)
    labels = [_updates(moment) for moment in moments]
    shown = [traces[moment] for moment in moments]
    check_same_sentence({f"snapshot at {label}": trace for label, trace in zip(labels, shown, strict=True)})
    titles = [joined(title, label) for label in labels]
    training = Axis("Training", labels, start=len(moments) - 1)
    summary = f"Step through training: ‘{' '.join(shown[-1].source)}’"
    return two_sliders(training, shown, titles, static_steps(shown[-1], titles[-1]), summary)


def two_sliders(
    axis: Axis,
    traces: Sequence[Trace],
    titles: Sequence[str | None],
    static: str,
    summary: str,
    *,
    frame: Callable[[Trace, int, str | None], str] | None = None,
    shared: str | None = None,
) -> Player:
    """Lay ``axis`` over ``traces``, and a slider over the steps of the longest of them beneath it.

    ``frame`` makes what stands at a step, out of a trace, the step from 0 and its title, and ``shared`` is what
    such frames show by reference; without them the frames are those of :func:`step_frame`.
    """
    lengths = {len(trace.target) for trace in traces}
    longest = max(lengths)
    of = f" of {longest}" if len(lengths) == 1 else ""
    steps = Axis("Step", [f"{i + 1}{of}" for i in range(longest)], play=True)

    shown = frame or _compact

    def row(trace: Trace, title: str | None) -> list[str]:
        T = len(trace.target)
        return [*(shown(trace, i, title) for i in range(T)), *[_over(trace, title)] * (longest - T)]

    return grid_of_frames(
        [row(trace, title) for trace, title in zip(traces, titles, strict=True)],
        [axis, steps],
        shared="".join(dict.fromkeys(definitions(trace) for trace in traces)) if shared is None else shared,
        static=static,
        summary=summary,
    )


def _compact(trace: Trace, step: int, title: str | None) -> str:
    return step_frame(trace, step, title, compact=True)


def _over(trace: Trace, title: str | None) -> str:
    """Return the frame of every step after the last one."""
    T = len(trace.target)
    target = " ".join(word(token) for token in trace.target)
    return (
        f"<div class=course-frame><p class=says>{heading(title)}<b>No such step</b>: "
        f"this one took {T} step{'' if T == 1 else 's'}, ‘{target}’.</p></div>"
    )


def check_same_sentence(traces: Mapping[str, Trace | Reach]) -> None:
    """ValueError where two of ``traces``, each under what a message calls it, are of different sentences."""
    names = list(traces)
    for name in names[:-1]:
        one, last = traces[name], traces[names[-1]]
        if (one.source, one.target) != (last.source, last.target):
            raise ValueError(
                f"The {name} has another source or target than the {names[-1]}; "
                "trace the same sentence with a given target (trace(model, source, target))."
            )


def joined(title: str | None, label: str) -> str:
    """Return what stands before the sentences of the trace ``label``."""
    return f"{title} · {label}" if title else label


def _updates(moment: int) -> str:
    return "1 update" if moment == 1 else f"{moment:,} updates"
