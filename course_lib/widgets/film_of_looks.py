"""The same sentence seen by several models: where each looks at every word, and where its partner stands. Chapter 6."""

from collections.abc import Mapping

import numpy as np

from course_lib.notation import INK
from course_lib.traces import Trace
from course_lib.widgets.comparing import check_same_sentence, joined
from course_lib.widgets.frames import heading
from course_lib.widgets.heatmap import cells, geometry, heat_map_at, heat_map_definition, heat_map_name
from course_lib.widgets.markup import decimal, direction, listed, styled, tint, word
from course_lib.widgets.player import Axis, Player, grid_of_frames
from course_lib.widgets.style import OF_FILMS, style


def looks_film(traces: Mapping[str, Trace], *, over: str = "Trained on up to", title: str | None = None) -> Player:
    """Walk over the words of one long sentence, model by model: the look, the gold partner, the next word.

    ``traces`` maps a label to the trace of a model, all of one forced reference with its gold links. Each frame shows
    the source with its weights, the word of the largest weight in bold with a line beneath and the partners outlined,
    and the heat map with all gold links outlined; it weighs a tenth of a frame of ``step_through_models``. "Right"
    means that the model's most probable word is the given one. ValueError for traces of different sentences,
    without links or attention, or not forced.
    """
    _check(traces)
    labels = [joined(title, f"{over} {label}") for label in traces]
    T = len(next(iter(traces.values())).target)
    return grid_of_frames(
        [[_frame(trace, i, label) for i in range(T)] for trace, label in zip(traces.values(), labels, strict=True)],
        [Axis(over, list(traces)), Axis("Word", [f"{i + 1} of {T}" for i in range(T)], play=True)],
        shared=style(OF_FILMS) + "".join(dict.fromkeys(map(_definitions, traces.values()))),
        static="".join(_printed(trace, label) for trace, label in zip(traces.values(), labels, strict=True)),
        summary=f"Looks, {over.lower()} {', '.join(traces)}",
    )


def _check(traces: Mapping[str, Trace]) -> None:
    if not traces:
        raise ValueError("traces: expected at least one label with its trace, got none.")
    check_same_sentence({f"trace of {name!r}": trace for name, trace in traces.items()})
    for name, trace in traces.items():
        if trace.weights is None or trace.kind != "words":
            raise ValueError(f"The trace of {name!r} has no attention weights over the words of a sentence.")
        if trace.links is None or not trace.forced:
            raise ValueError(
                f"The trace of {name!r} has no gold links, or was not forced to the reference they belong to: "
                "trace(model, source, reference, links=pair.sure)."
            )


def _partners(trace: Trace, i: int) -> list[int]:
    return sorted(j for j, at in trace.links or () if at == i)


def _sentence(trace: Trace, i: int) -> str:
    assert trace.weights is not None
    row = trace.weights[i]
    most, partners = int(np.argmax(row)), _partners(trace, i)

    def named(j: int) -> str:
        return f"‘{word(trace.labels[j])}’ (word {j + 1}, {decimal(float(row[j]))})"

    if most in partners:
        look = f"most weight on its partner {named(most)}"
    else:
        are = "partner is" if len(partners) == 1 else "partners are"
        whose = f"its {are} {listed([named(j) for j in partners])}" if partners else "it has no gold partner"
        look = f"most weight on {named(most)}; {whose}"
    own = trace.candidates[i][0].token
    next_word = "next word right" if own == trace.target[i] else f"next word wrong: ‘{word(own)}’"
    return f"<b>Word {i + 1} of {len(trace.target)}</b>, ‘{word(trace.target[i])}’: {look}; {next_word}."


def _frame(trace: Trace, i: int, label: str) -> str:
    return (
        f"<div class=course-frame><p class=says>{heading(label)}{_sentence(trace, i)}</p>"
        "<div class=main><p class=k>Source: <b class=weight>weight α</b> as a tint, the largest bold with a line "
        f"beneath; partners outlined</p><div class=sentence dir={direction(trace.source)}>{_source(trace, i)}</div>"
        "</div>"
        "<div class=side><p class=k>All weights: source across, target down; gold links outlined</p>"
        f"{heat_map_at(trace, i, above=_links_name(trace))}</div></div>"
    )


def _source(trace: Trace, i: int) -> str:
    assert trace.weights is not None
    row = trace.weights[i]
    most, partners = int(np.argmax(row)), _partners(trace, i)

    def kind(j: int) -> str:
        kinds = " ".join(name for name, holds in (("most", j == most), ("partner", j in partners)) if holds)
        return f" class='{kinds}'" if " " in kinds else f" class={kinds}" if kinds else ""

    return "".join(
        word(token, styled(tint(float(weight))) + kind(j))
        for j, (token, weight) in enumerate(zip(trace.labels, row, strict=True))
    )


def _links_name(trace: Trace) -> str:
    return f"{heat_map_name(trace)}-links"


def _definitions(trace: Trace) -> str:
    return (
        f"{heat_map_definition(trace)}<div class=course-hidden aria-hidden=true><svg width=0 height=0><defs>"
        f"<g id='{_links_name(trace)}'>{_outlines(trace)}</g></defs></svg></div>"
    )


def _outlines(trace: Trace) -> str:
    """Draw a square around the cell of each gold link."""
    cell, left, top, _ = geometry(trace)
    drawn = "".join(f"M{left + j * cell} {top + i * cell}h{cell}v{cell}h-{cell}z" for j, i in sorted(trace.links or ()))
    return f"<path class=gold d='{drawn}' style='fill:none;stroke:var(--c-ink,{INK.light});stroke-width:1.2'/>"


def _printed(trace: Trace, label: str) -> str:
    cell, left, top, right = geometry(trace)
    width, height = left + len(trace.source) * cell + right, top + len(trace.target) * cell + 2
    said = "".join(f"<li>{_sentence(trace, i)}</li>" for i in range(len(trace.target)))
    return (
        f"<section><svg viewBox='0 0 {width} {height}' width={width} role=img "
        "aria-label='Weights, gold links outlined' style='max-width:100%;height:auto;background:#fff;color:#000'>"
        f"{cells(trace, cell, left, top, right)}{_outlines(trace)}</svg>"
        f"<figcaption>{heading(label)}{' '.join(word(token) for token in trace.labels)}"
        f"<ol style='list-style:none;padding:0'>{said}</ol></figcaption></section>"
    )
