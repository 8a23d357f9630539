"""A bug switched off and on: what the screen shows of the same model without it and with it. Chapter 15."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from course_lib.finite import require_finite
from course_lib.widgets.frames import heading
from course_lib.widgets.heatmap import Weighed, geometry, heat_map_definition, heat_map_name
from course_lib.widgets.markup import decimal, listed, word
from course_lib.widgets.player import Axis, Player, grid_of_frames
from course_lib.widgets.style import OF_LONG_LABELS, OF_SWITCHES, style

OFF, ON = "off", "on"
WIDE, HIGH, EDGE = 240, 90, 3  # of the curves, in pixels


@dataclass(frozen=True, eq=False)
class Case:
    """One bug: its name, a sentence on what it does, and what is seen without it and with it, in this order.

    ``looks`` are two traces of one sentence, or two ``None`` where there is no map to see. ``losses`` are two curves
    of the training loss, printed every ``every`` updates. ``readings`` maps the name of a number to what is read,
    in words. ValueError for looks of two sentences, a look alone, a curve of fewer than two numbers, and for curves
    of two lengths; :class:`~course_lib.finite.NotFiniteError` for a loss that is none.
    """

    name: str
    says: str
    losses: tuple[Sequence[float], Sequence[float]]
    looks: tuple[Weighed | None, Weighed | None] = (None, None)
    readings: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    every: int = 100

    def __post_init__(self) -> None:
        off, on = self.losses
        if len(off) != len(on) or len(off) < 2:
            raise ValueError(
                f"losses of {self.name!r}: expected two curves of as many numbers, 2 at least; "
                f"got {len(off)} and {len(on)}."
            )
        require_finite("losses", [*off, *on], remedy="A curve ends where the loss does: cut both there.")
        words = [None if look is None else (look.labels, look.target) for look in self.looks]
        if words[0] != words[1]:
            raise ValueError(
                f"looks of {self.name!r}: expected two of one sentence, so that a square of one is a square of the "
                "other; force the target when you trace, or give None twice."
            )


def bug_switch(patients: Sequence[Case], *, title: str | None = None, start: int = 0) -> Player:
    """Choose a patient with the first slider, and switch its bug off and on with the second.

    A frame shows the heat map, the loss as it was printed, and the readings: those of the healthy model alone while
    the bug is off, both while it is on. ``start`` is the patient shown first. In print stands a table of all
    readings. ValueError without a patient, for two of one name, and where patients have different readings.
    """
    _check(patients)
    N = len(patients)
    frames = [[_frame(patient, on, f"{k} of {N}", title) for on in (0, 1)] for k, patient in enumerate(patients, 1)]
    maps = {heat_map_name(look): heat_map_definition(look) for one in patients for look in one.looks if look}
    return grid_of_frames(
        frames,
        [Axis("Patient", [f"{k} of {N}" for k in range(1, N + 1)], start=start), Axis("Bug", [OFF, ON])],
        shared=style(OF_SWITCHES + OF_LONG_LABELS) + "".join(maps.values()),
        static=_printed(patients, title),
        summary=f"Bugs to switch off and on: {', '.join(patient.name for patient in patients)}",
    )


def _check(patients: Sequence[Case]) -> None:
    if not patients:
        raise ValueError("patients: expected at least one, got none.")
    names = [patient.name for patient in patients]
    if len(set(names)) < len(names):
        raise ValueError(f"patients: expected each name once, got {listed(names)}.")
    for patient in patients:
        if list(patient.readings) != list(patients[0].readings):
            raise ValueError(
                f"readings: expected {listed(list(patients[0].readings))} of every patient, as of the first; "
                f"{patient.name!r} has {listed(list(patient.readings)) or 'none'}."
            )


def _frame(patient: Case, on: int, number: str, title: str | None) -> str:
    said = patient.says if on else "the healthy model. Switch the bug on, and look for what changes."
    state = f"<b>{escape(patient.name)} · bug {(OFF, ON)[on]}</b>"
    return (
        f"<div class='course-frame switched'><p class=says>{heading(title)}{number}, {state}: {escape(said)}</p>"
        f"<div class=main>{_readings(patient, on)}{_curves(patient, on)}</div>"
        f"<div class=side>{_map(patient.looks[on])}</div></div>"
    )


def _readings(patient: Case, on: int) -> str:
    """Return a row a reading; the column of the sick model is empty until its bug is on."""
    rows = "".join(
        f"<tr><th scope=row>{escape(name)}<td>{escape(healthy)}<td>{f'<b>{escape(sick)}</b>' if on else ''}"
        for name, (healthy, sick) in patient.readings.items()
    )
    return f"<div class=scroll><table><tr><th><th scope=col>bug off<th scope=col>bug on{rows}</table></div>"


def _curves(patient: Case, on: int) -> str:
    """Draw the loss of the healthy model, dashed, and over it that of the sick one."""
    shown = patient.losses[: on + 1]
    most = max(map(max, patient.losses))
    lines = "".join(
        f"<path class={kind} d='{_path(curve, most)}'/>"
        for kind, curve in zip(("healthy", "sick"), shown, strict=False)
    )
    every, last = patient.every, patient.every * len(patient.losses[0])
    told = [
        f"bug {name}: {decimal(curve[0])} → {decimal(curve[-1])}" for name, curve in zip((OFF, ON), shown, strict=False)
    ]
    caption = f"Training loss as printed, updates {every:,} to {last:,}; {'; '.join(told)}"
    return (
        f"<p class=k>{caption}{' (dashed: off)' if on else ''}</p>"
        f"<svg class=losses viewBox='0 0 {WIDE} {HIGH}' width={WIDE} role=img aria-label='{escape(caption)}'>{lines}"
        f"</svg>"
    )


def _path(curve: Sequence[float], most: float) -> str:
    step = (WIDE - 2 * EDGE) / (len(curve) - 1)
    points = (
        f"{EDGE + k * step:.0f} {HIGH - EDGE - value / (most or 1.0) * (HIGH - 2 * EDGE):.1f}"
        for k, value in enumerate(curve)
    )
    return "M" + "L".join(points)


def _map(look: Weighed | None) -> str:
    if look is None:
        return "<p class=k>There is no map of this bug: it touches no weight.</p>"
    T, S = len(look.target), len(look.labels)
    cell, left, top, right = geometry(look)
    width, height = left + S * cell + right, top + T * cell + 2
    sums = _row_sums(look)
    return (
        f"<p class=k>Weights, √α as colour. {sums}</p>"
        f"<svg class=m viewBox='0 0 {width} {height}' width={width} role=img aria-label='Heat map of the weights. "
        f"{escape(sums)}'><use href='#{heat_map_name(look)}'/></svg>"
    )


def _row_sums(look: Weighed) -> str:
    """Say to what the weights of a row sum: the one thing that an eye cannot read off a map."""
    assert look.weights is not None
    sums = look.weights.sum(axis=1)
    low, high = decimal(float(sums.min())), decimal(float(sums.max()))
    return f"Each row sums to {low}." if low == high else f"Rows sum to {low} … {high}."


def _printed(patients: Sequence[Case], title: str | None) -> str:
    """Return every reading of every patient, without the bug and with it."""
    heads = "".join(f"<th scope=col>{escape(name)}</th>" for name in patients[0].readings)
    rows = "".join(
        f"<tr><th scope=row>{word(patient.name)}</th><td>{escape(patient.says)}</td>"
        + "".join(f"<td>{escape(off)} → {escape(on)}</td>" for off, on in patient.readings.values())
        + "</tr>"
        for patient in patients
    )
    caption = f"{heading(title)}Each patient: bug off → bug on"
    return f"<table><caption>{caption}</caption><tr><th></th><th>what the bug does</th>{heads}</tr>{rows}</table>"
