"""Sliders over ready-made frames, alive without a kernel.

Every frame is made beforehand; a slider only chooses which one is shown. The choice is a link
between two widgets in the reader's browser, so it works in a static page. ipywidgets 7 (Colab) has
no ``Stack``; there a kernel swaps the frame.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import ipywidgets as widgets
from IPython.display import display

from course_lib.widgets.style import stylesheet

VIEW = "application/vnd.jupyter.widget-view+json"
BORDERS = (
    "<style>.course-static table{border-collapse:collapse}"
    ".course-static :is(td,th){border:1px solid #8b949e;padding:2px 6px}</style>"
)
Frames = Sequence[Any]  # of str for one axis, of such sequences for each axis more


@dataclass(frozen=True)
class Axis:
    """One slider: its ``name`` beside it, one ``label`` for each of its places, Play or not."""

    name: str
    labels: Sequence[str]
    play: bool = False
    start: int = 0


@dataclass(frozen=True, eq=False)
class Player:
    """A widget, what stands for it in print and where no script runs, and its words in plain text.

    As the last line of a cell it shows itself. ``widget`` is the ipywidget, for your own layouts;
    ``sliders`` are its sliders, in the order of the axes.
    """

    widget: widgets.Widget
    sliders: tuple[widgets.Widget, ...]
    static: str
    summary: str

    def __repr__(self) -> str:
        return self.summary

    def _ipython_display_(self) -> None:
        """Publish the live widget, then its static stand-in (hidden while the widget is alive)."""
        view = {"version_major": 2, "version_minor": 0, "model_id": self.widget.model_id}
        display({"text/plain": self.summary, VIEW: view}, raw=True)
        if self.static:
            html = f'<figure class="course-static">{BORDERS}{with_own_ids(self.static)}</figure>'
            display({"text/plain": self.summary, "text/html": html}, raw=True)


def with_own_ids(static: str) -> str:
    """Return ``static`` with ids that its picture in the widget does not have.

    In print the widget is not displayed, and a hatch that the page finds there first is not drawn either.
    """
    for name in set(re.findall(r"\bid='([\w-]+)'", static)):
        static = re.sub(rf"(\bid='|href='#|url\(#){name}(?=['\)])", rf"\g<1>{name}-static", static)
    return static


def grid_of_frames(
    frames: Frames, axes: Sequence[Axis], *, shared: str = "", static: str = "", summary: str = "Frames with a slider"
) -> Player:
    """Lay ``axes`` of sliders over ``frames``, HTML texts nested as deep as there are axes.

    ``frames[i]`` (one axis) or ``frames[i][j]`` (two) is shown when the first slider stands at place
    i and the second at j; moving one leaves the other where it is. ``shared`` is HTML that all frames
    use (SVG definitions), ``static`` the stand-in for print. Raises ValueError where the nesting of
    ``frames`` does not have one entry for each label of each axis.
    """
    _check(frames, axes)
    sliders = tuple(slider_of(axis) for axis in axes)
    return assembled(stage_under(frames, sliders), axes, sliders, shared=shared, static=static, summary=summary)


def assembled(
    stage: widgets.Widget, axes: Sequence[Axis], sliders: Sequence[widgets.Widget], *, shared: str, **words: str
) -> Player:
    """Put the stylesheet, ``shared`` and ``sliders`` above ``stage``; ``words`` are the Player's own."""
    stage.add_class("course-stage")
    heads = [_style(), *([_unseen(shared)] if shared else [])]
    controls = [_controls(axis, slider) for axis, slider in zip(axes, sliders, strict=True)]
    widget = widgets.VBox([*heads, *controls, stage], layout=stage.layout)
    widget.add_class("course-widget")
    return Player(widget, tuple(sliders), **words)


def stage_under(frames: Frames, sliders: Sequence[widgets.Widget]) -> widgets.Widget:
    """Return a stage that shows the frame at which ``sliders`` stand: a slider a level of ``frames``."""
    return _stack(frames, sliders) if hasattr(widgets, "Stack") else _swap(frames, sliders)


def _style() -> widgets.Widget:
    """Return the stylesheet as a widget, one for all sliders of a notebook: each would weigh 6 KB more."""
    sheet = _stylesheet_widget()
    if sheet.comm is None:  # somebody has closed it, as Widget.close_all() does
        _stylesheet_widget.cache_clear()
        sheet = _stylesheet_widget()
    return sheet


@cache
def _stylesheet_widget() -> widgets.Widget:
    return _unseen(stylesheet())


def _unseen(html: str) -> widgets.Widget:
    head = widgets.HTML(html)
    head.layout.height = head.layout.margin = "0"
    return head


def _check(frames: Frames, axes: Sequence[Axis], place: str = "frames") -> None:
    if not axes:
        raise ValueError("axes: expected at least one Axis, got none.")
    axis, *inner = axes
    if isinstance(frames, str) or len(frames) != len(axis.labels) or not frames:
        got = "a single text" if isinstance(frames, str) else f"{len(frames)}"
        raise ValueError(
            f"{place}: axis {axis.name!r} has {len(axis.labels)} labels; expected as many frames, got {got}."
        )
    if len(set(axis.labels)) != len(axis.labels):
        raise ValueError(f"axis {axis.name!r}: labels must differ from one another, got {list(axis.labels)}.")
    if not 0 <= axis.start < len(frames):
        raise ValueError(f"axis {axis.name!r}: start must lie in 0 … {len(frames) - 1}, got {axis.start}.")
    for i, frame in enumerate(frames):
        if inner:
            _check(frame, inner, f"{place}[{i}]")
        elif not isinstance(frame, str):
            raise ValueError(f"{place}[{i}]: expected HTML text, got {type(frame).__name__}.")


def slider_of(axis: Axis) -> widgets.Widget:
    """Return the slider of ``axis``, not linked to anything yet."""
    layout = widgets.Layout(flex="1 1 220px", width="auto", max_width="640px", min_width="0")
    return widgets.SelectionSlider(options=list(axis.labels), index=axis.start, description=axis.name, layout=layout)


def _controls(axis: Axis, slider: widgets.Widget) -> widgets.Widget:
    children = [slider]
    if axis.play and len(axis.labels) > 1:
        play = widgets.Play(
            value=axis.start,
            min=0,
            max=len(axis.labels) - 1,
            interval=1200,
            show_repeat=False,
            description=f"Play: {axis.name}",
        )
        play.layout.flex = "0 0 auto"
        widgets.jslink((play, "value"), (slider, "index"))
        children.insert(0, play)
    return widgets.HBox(children, layout=widgets.Layout(flex_flow="row wrap", align_items="center"))


def _stack(frames: Frames, sliders: Sequence[widgets.Widget]) -> widgets.Widget:
    """Nest a Stack in a Stack, one level a slider; a slider drives every Stack of its level."""
    slider, *inner = sliders
    children = [_stack(frame, inner) for frame in frames] if inner else _leaves(frames)
    stack = widgets.Stack(children, selected_index=slider.index, layout=children[0].layout)  # a layout weighs 1 KB
    widgets.jsdlink((slider, "index"), (stack, "selected_index"))
    return stack


def _leaves(frames: Sequence[str]) -> list[widgets.Widget]:
    """Make a widget of each text, one for all places that show the same; all share a layout: half the weight."""
    first = widgets.HTML(frames[0])
    made = {frames[0]: first}
    for text in frames:
        if text not in made:
            made[text] = widgets.HTML(text, layout=first.layout, style=first.style)
    return [made[text] for text in frames]


def _swap(frames: Frames, sliders: Sequence[widgets.Widget]) -> widgets.Widget:
    """Keep one frame on stage and let the kernel exchange its text."""
    stage = widgets.HTML()

    def show(_change: object = None) -> None:
        chosen: Any = frames
        for slider in sliders:
            chosen = chosen[slider.index]
        stage.value = chosen

    for slider in sliders:
        slider.observe(show, names="index")
    show()
    return stage
