"""Two sliders over figures of your own: which comparison is drawn. Chapters 6, 7, 9 and 13."""

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING

from course_lib.widgets.frames import heading
from course_lib.widgets.player import Axis, Player, grid_of_frames
from course_lib.widgets.staging import picture_frame, room_for
from course_lib.widgets.style import OF_LONG_LABELS, OF_STAGES, style

if TYPE_CHECKING:  # matplotlib takes most of a second, and a reader of other sliders does without
    from matplotlib.figure import Figure

_Place = tuple[str, str]


def figure_grid(
    figures: "Mapping[_Place, Figure]",
    *,
    over: tuple[str, str],
    alts: Mapping[_Place, str],
    captions: Mapping[_Place, str] | None = None,
    title: str | None = None,
) -> Player:
    """Lay two sliders, named ``over``, over ``figures``: one figure for each pair of their labels.

    ``figures[a, b]`` is shown when the first slider stands at a and the second at b; the labels come in
    the order in which the mapping names them first. ``alts`` says in words what each figure shows,
    ``captions`` what stands above it, behind its two labels. Text stays text, and colours follow the
    page into the dark. In print stand the first figure and all descriptions. ValueError
    where a pair of labels lacks its figure, description or caption.
    """
    from course_lib.widgets.figure_svg import figure_svg

    first, second = (list(dict.fromkeys(place[side] for place in figures)) for side in (0, 1))
    places = [(a, b) for a in first for b in second]
    _check(over, places, {"figures": figures, "alts": alts, **({} if captions is None else {"captions": captions})})
    said = {place: _sentence(place, captions, title) for place in places}
    room = room_for(max(len(" · ".join(place) + (captions or {}).get(place, "") + (title or "")) for place in places))
    drawn = {place: figure_svg(figures[place], alts[place]) for place in places}
    listed = "".join(f"<li>{said[place]} {escape(alts[place])}</li>" for place in places)
    return grid_of_frames(
        [[picture_frame(said[a, b], drawn[a, b], room) for b in second] for a in first],
        [Axis(over[0], first), Axis(over[1], second)],
        shared=style(OF_STAGES + OF_LONG_LABELS),
        static=f"{drawn[places[0]]}<figcaption><ol style='list-style:none;padding:0'>{listed}</ol></figcaption>",
        summary=f"Figures, {over[0].lower()} × {over[1].lower()}: {', '.join(first)} × {', '.join(second)}",
    )


def _check(over: tuple[str, str], places: list[_Place], given: Mapping[str, Mapping[_Place, object]]) -> None:
    if not places:
        raise ValueError("figures: expected at least one figure under its two labels, got none.")
    if len(over) != 2 or over[0] == over[1]:
        raise ValueError(f"over: expected the names of two sliders, got {over!r}.")
    for name, mapping in given.items():
        missing = [place for place in places if place not in mapping]
        if missing:
            raise ValueError(f"{name}: every label meets every other; nothing was given for {missing}.")


def _sentence(place: _Place, captions: Mapping[_Place, str] | None, title: str | None) -> str:
    text = f"{heading(title)}<b>{escape(' · '.join(place))}</b>"
    return text if captions is None else f"{text}: {escape(captions[place])}"
