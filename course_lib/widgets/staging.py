"""A picture that grows under a slider, a sentence for each stage. Chapters 1 to 9 and 11."""

import re
from collections.abc import Sequence
from html import escape
from math import ceil
from typing import TYPE_CHECKING

from course_lib.widgets.frames import heading
from course_lib.widgets.player import Axis, Player, grid_of_frames
from course_lib.widgets.style import OF_STAGES, style

if TYPE_CHECKING:  # matplotlib takes most of a second, and a reader of other sliders does without
    from matplotlib.figure import Figure

    from course_lib.plots.diagrams import Diagram

LETTERS_WIDE, LETTERS_NARROW = 90, 42  # of a sentence in a line, on a desk and on a phone

LIGHT = re.compile(r",#[0-9a-f]{6}\)")  # a colour for where there is no stylesheet: a frame has one


def stages(
    figures: "Diagram | Sequence[Figure]",
    *,
    captions: Sequence[str] = (),
    alts: Sequence[str] = (),
    title: str | None = None,
) -> Player:
    """Lay a slider over the stages of a diagram, or over ``figures`` of your own, one a stage.

    Each stage has its sentence (``captions``) and says in words what is seen (``alts``): a diagram
    brings both along, and either may be given in its place. ``title`` goes before every sentence. The
    sentences' room is that of the longest, so that the picture stays where it is. Text stays text,
    and colours follow the page into the dark. In print stand the last stage and all sentences.
    ValueError for no figure, and where there is not one sentence and one description a stage.
    """
    from course_lib.plots.diagrams import Diagram
    from course_lib.widgets.figure_svg import figure_svg

    if isinstance(figures, Diagram):
        last = figures.stages
        captions = captions or figures.captions
        alts = alts or [figures.alt(stage) for stage in range(1, last + 1)]
        drawn = [figures.drawing(stage) for stage in range(1, last + 1)]
    else:
        drawn = list(figures)
    _check(len(drawn), captions, alts)
    pictures = [figure_svg(figure, alt) for figure, alt in zip(drawn, alts, strict=True)]
    said = [sentence(k, captions, title) for k in range(len(drawn))]
    room = room_for(max(map(len, captions)) + len(title or "") + len("Stage 1 of 5: "))
    frames = [picture_frame(words, picture, room) for words, picture in zip(said, pictures, strict=True)]
    lines = "".join(f"<li>{words}</li>" for words in said)
    return grid_of_frames(
        frames,
        [Axis("Stage", [f"{k + 1} of {len(frames)}" for k in range(len(frames))], play=True)],
        shared=style(OF_STAGES),
        static=f"{pictures[-1]}<figcaption><ol style='list-style:none;padding:0'>{lines}</ol></figcaption>",
        summary=f"A picture in {len(frames)} stages. {captions[-1]}",
    )


def room_for(letters: int) -> str:
    """Return the style that keeps room for a sentence of so many ``letters``, on a desk and on a phone."""
    return f"--wide:{ceil(letters / LETTERS_WIDE)};--narrow:{ceil(letters / LETTERS_NARROW)}"


def picture_frame(words: str, picture: str, room: str) -> str:
    """Return the frame of a sentence (HTML) over a figure's SVG, which scrolls where it is too wide."""
    return (
        f"<div class='course-frame growing' style='{room}'><p class=says>{words}</p>"
        f"<div class='scroll main' tabindex=0 role=region aria-label=Picture>{LIGHT.sub(')', picture)}</div></div>"
    )


def sentence(stage: int, captions: Sequence[str], title: str | None = None) -> str:
    """Return the sentence of ``stage``, counted from 0, as HTML."""
    return f"{heading(title)}<b>Stage {stage + 1} of {len(captions)}</b>: {escape(captions[stage])}"


def _check(count: int, captions: Sequence[str], alts: Sequence[str]) -> None:
    if not count:
        raise ValueError("figures: expected at least one figure or a Diagram, got none.")
    for name, given, what in (("captions", captions, "sentence"), ("alts", alts, "description")):
        if isinstance(given, str) or len(given) != count or not all(text.strip() for text in given):
            raise ValueError(f"{name}: expected one {what} for each of {count} stages, got {given!r}.")
