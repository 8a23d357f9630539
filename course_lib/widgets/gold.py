"""Gold links against attention: what is right, what is missing, what is extra. Chapters 5 and 11."""

from html import escape
from typing import NamedTuple

from course_lib.alignment import hard_links
from course_lib.corpora.pairs import Link
from course_lib.metrics import aer
from course_lib.notation import INK
from course_lib.traces import Trace
from course_lib.vocabulary import EOS_TOKEN
from course_lib.widgets.frames import heading
from course_lib.widgets.heatmap import cells, geometry, heat_map_definition, heat_map_name
from course_lib.widgets.markup import decimal, direction, listed, styled, tint, word
from course_lib.widgets.player import Axis, Player, grid_of_frames
from course_lib.widgets.style import OF_GOLD_LINKS, style

SIGNS = {"right": "●", "missing": "○", "extra": "×"}
MEANINGS = {
    "right": "in the gold links, and attention looks there",
    "missing": "in the gold links, but attention looks elsewhere",
    "extra": "attention looks there, no gold link does",
}


class Verdict(NamedTuple):
    """The links of one sentence, (source, target) from 0, sorted into three sets."""

    right: frozenset[Link]
    missing: frozenset[Link]
    extra: frozenset[Link]

    def of(self, link: Link) -> str | None:
        """Return the name of the set that holds ``link``; None if neither gold nor attention has it."""
        return next((name for name in SIGNS if link in getattr(self, name)), None)


def gold_and_attention(trace: Trace, *, threshold: float | None = None, title: str | None = None) -> Player:
    """Lay the gold links over the weights: first the whole sentence, then each target word.

    Attention's own links are the largest weight of each target word, or all that reach ``threshold``
    (see :func:`course_lib.alignment.hard_links`); ``</s>`` has none. ``trace.links`` are the gold
    links and belong to the reference, so force it: trace(model, source, reference, links=…).
    ValueError for a trace without links or attention, and one whose target is not its reference.
    """
    verdict = _judge(trace, threshold)
    T = len(trace.target)
    words = [i for i in range(T) if not (i == T - 1 and trace.target[i] == EOS_TOKEN)]
    sentences = [_overview(verdict), *(_sentence(trace, verdict, i) for i in words)]
    pictures = [_picture(trace, verdict, i) for i in (None, *words)]
    sides = [_legend(verdict), *(_source(trace, verdict, i) for i in words)]
    frames = [
        f"<div class=course-frame><p class=says>{heading(title)}{says}</p><div class=main>{side}</div>"
        f"<div class=side>{picture}</div></div>"
        for says, picture, side in zip(sentences, pictures, sides, strict=True)
    ]
    return grid_of_frames(
        frames,
        [Axis("Word", ["all", *(f"{i + 1} of {len(words)}" for i in words)], play=True)],
        shared=style(OF_GOLD_LINKS) + heat_map_definition(trace) + _definition(trace, verdict),
        static=_static(trace, verdict, sentences, title),
        summary=f"Gold links and attention: ‘{' '.join(trace.source)}’",
    )


def _judge(trace: Trace, threshold: float | None) -> Verdict:
    if trace.weights is None:
        raise ValueError(f"{trace.model} has no attention weights to compare with gold links.")
    if trace.links is None:
        raise ValueError("This trace has no gold links; give them: trace(model, source, reference, links=pair.sure).")
    if trace.gold is not None and not trace.forced and trace.target != trace.gold:
        raise ValueError(
            "The gold links belong to the reference, and this trace wrote another sentence; "
            "force the reference: trace(model, source, reference, links=…)."
        )
    S, T = (len(words) - (words[-1] == EOS_TOKEN) for words in (trace.source, trace.target))
    outside = sorted((j, i) for j, i in trace.links if not (0 <= j < S and 0 <= i < T))
    if outside:
        raise ValueError(f"Gold links (source, target) must lie within {S} × {T} words; these do not: {outside}.")
    links = hard_links(trace.weights, S, T, threshold)
    return Verdict(trace.links & links, trace.links - links, links - trace.links)


def _overview(verdict: Verdict) -> str:
    counts = listed([f"{len(getattr(verdict, name))} {name}" for name in SIGNS])
    gold, links = verdict.right | verdict.missing, verdict.right | verdict.extra
    if not gold | links:
        return "<b>All words</b>: no link, neither gold nor attention's."
    return f"<b>All words</b>: {counts}; alignment error rate {aer([links], [gold], [gold]).aer:.0f} %."


def _sentence(trace: Trace, verdict: Verdict, i: int) -> str:
    def named(name: str) -> str:
        places = sorted(j for j, at in getattr(verdict, name) if at == i)
        return f"{name} {listed([f'‘{word(trace.labels[j])}’' for j in places])}" if places else ""

    said = "; ".join(filter(None, map(named, SIGNS))) or "no link, and none is missing"
    return f"<b>Word {i + 1}</b>: ‘{word(trace.target[i])}’; {said}."


def _source(trace: Trace, verdict: Verdict, i: int) -> str:
    assert trace.weights is not None

    def chip(j: int, token: str, weight: float) -> str:
        name = verdict.of((j, i))
        mark = f"<u class={name}>{SIGNS[name]} {name}</u>" if name else ""
        return f"<span{styled(tint(weight))}>{word(token)}<b>{decimal(weight)}</b>{mark}</span>"

    chips = "".join(
        chip(j, token, weight) for j, (token, weight) in enumerate(zip(trace.labels, trace.weights[i], strict=True))
    )
    return (
        f"<p class=k>Source, with <b class=weight>weight α</b> for ‘{word(trace.target[i])}’</p>"
        f"<div class='words src judged' dir={direction(trace.source)}>{chips}</div>"
    )


def _legend(verdict: Verdict) -> str:
    lines = "".join(
        f"<li><b>{SIGNS[name]} {len(getattr(verdict, name))} {name}</b>: {meaning}</li>"
        for name, meaning in MEANINGS.items()
    )
    return f"<ul class=legend>{lines}</ul>"


def _definition(trace: Trace, verdict: Verdict) -> str:
    marks = _marks(verdict, *geometry(trace)[:3])
    return (
        "<div class=course-hidden aria-hidden=true><svg width=0 height=0><defs>"
        f"<g id='{heat_map_name(trace)}-gold'>{marks}</g></defs></svg></div>"
    )


def _marks(verdict: Verdict, cell: int, left: int, top: int) -> str:
    """Draw a disc, a ring or a cross in the cell of each link, on paper so that any tint leaves it readable."""
    reach = round(cell * 0.25, 1)
    arms = f"m-{reach} -{reach}l{2 * reach} {2 * reach}m0 -{2 * reach}l-{2 * reach} {2 * reach}"

    def mark(j: int, i: int, name: str) -> str:
        x, y = round(left + (j + 0.5) * cell, 1), round(top + (i + 0.5) * cell, 1)
        paper = f"<circle cx={x} cy={y} r={round(cell * 0.42, 1)} style='fill:var(--c-paper,#fff);stroke:none'/>"
        if name == "extra":
            return f"{paper}<path class=extra d='M{x} {y}{arms}'/>"
        filled = " style=fill:currentColor" if name == "right" else ""
        return f"{paper}<circle class={name} cx={x} cy={y} r={reach}{filled} />"

    drawn = "".join(mark(j, i, name) for name in SIGNS for j, i in sorted(getattr(verdict, name)))
    ink = f"fill:none;stroke:currentColor;color:var(--c-ink,{INK.light});stroke-width:{cell / 9:.1f}"
    return f"<g style='{ink}'>{drawn}</g>"


def _static(trace: Trace, verdict: Verdict, sentences: list[str], title: str | None) -> str:
    T, S = len(trace.target), len(trace.source)
    cell, (_, left, top, right) = 26, geometry(trace)
    width, height = left + S * cell + right, top + T * cell + 2
    said = "".join(f"<li>{sentence}</li>" for sentence in sentences)
    return (
        f"<svg viewBox='0 0 {width} {height}' width='{width}' role='img' aria-label='Links over the heat map' "
        f"style='max-width:100%;height:auto;background:#fff;color:#000;font-size:11px'>"
        f"{cells(trace, cell, left, top, right, labelled=True)}{_marks(verdict, cell, left, top)}</svg>"
        f"<figcaption>{heading(title)}{_legend(verdict)}<ol style='list-style:none;padding:0'>{said}</ol></figcaption>"
    )


def _picture(trace: Trace, verdict: Verdict, row: int | None) -> str:
    T, S = len(trace.target), len(trace.source)
    cell, left, top, right = geometry(trace)
    width, height = left + S * cell + right, top + T * cell + 2
    outline = "" if row is None else f"<rect class=row x={left} y={top + row * cell} width={S * cell} height={cell} />"
    alt = "Links over the heat map" + ("" if row is None else f", row {row + 1} of {T} outlined")
    name = heat_map_name(trace)
    return (
        f"<p class=k>{' · '.join(f'{sign} {kind}' for kind, sign in SIGNS.items())}</p>"
        f"<svg class=m viewBox='0 0 {width} {height}' width={width} role=img aria-label='{escape(alt)}'>"
        f"<use href='#{name}'/><use href='#{name}-gold'/>{outline}</svg>"
    )
