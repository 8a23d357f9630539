"""Several alignments of one pair, judged by one gold: whose look, and from which weight it is a link. Chapter 11."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from html import escape
from typing import NamedTuple

import numpy as np

from course_lib.alignment import hard_links
from course_lib.corpora.pairs import Link, SentencePair
from course_lib.metrics import AlignmentScore, aer
from course_lib.metrics.score import shown_number
from course_lib.notation import INK
from course_lib.shapes import Float
from course_lib.traces import Trace
from course_lib.widgets.frames import heading
from course_lib.widgets.heatmap import cells, geometry, heat_map_definition, heat_map_name
from course_lib.widgets.markup import listed, word
from course_lib.widgets.player import Axis, Player, grid_of_frames
from course_lib.widgets.style import OF_GOLD_LINKS, style

LINK_SIGNS = {"right": "●", "allowed": "◉", "missing": "○", "extra": "×"}
LINK_MEANINGS = {
    "right": "sure, proposed",
    "allowed": "possible, proposed",
    "missing": "sure, not proposed",
    "extra": "not possible, proposed",
}
STATIC_CELL = 26


class _Judged(NamedTuple):
    """The links of one alignment, (source, target) from 0, sorted by sure and possible gold, with its scores."""

    right: AbstractSet[Link]
    allowed: AbstractSet[Link]
    missing: AbstractSet[Link]
    extra: AbstractSet[Link]
    score: AlignmentScore | None  # None where neither gold nor the alignment holds a link


def gold_and_links(
    pair: SentencePair,
    weights: Mapping[str, Float[np.ndarray, "T _"]],
    *,
    thresholds: Sequence[float | None],
    corpus: Mapping[tuple[str, float | None], AlignmentScore] | None = None,
    end: str = "no word",
    title: str | None = None,
) -> Player:
    """Lay the links of several aligners over their weights: one slider for who, one for what counts as a link.

    ``weights`` are (T, S + 1) each: a row for each of the T target words, ``</s>`` left out, and last the column of
    ``</s>`` or of NULL, which is labelled ``end``. ``thresholds`` are those of
    :func:`course_lib.alignment.hard_links`, ``None`` for the largest weight of each word. Links are judged by both
    kinds of gold: one that is possible but not sure is neither right nor wrong, and shown as allowed. ``corpus`` has
    the score over many sentences for each (who, threshold). ValueError for a pair that nobody has linked, weights
    of another shape, nobody or no threshold to choose from, and a ``corpus`` that lacks one of the scores.
    """
    _check(pair, weights, thresholds, corpus)
    traces = {who: _trace(who, pair, rows, end) for who, rows in weights.items()}
    first, *_ = traces.values()
    judged = {
        (who, threshold): _judge(pair, rows, threshold) for who, rows in weights.items() for threshold in thresholds
    }
    of_all = corpus or {}
    says = {key: _says(*key, one, of_all.get(key)) for key, one in judged.items()}
    frames = [
        [
            f"<div class=course-frame><p class=says>{heading(title)}{says[who, threshold]}</p>"
            f"<div class=main>{_picture(trace, judged[who, threshold])}</div>"
            f"<div class=side>{_legend(judged[who, threshold])}"
            f"{_scores(judged[who, threshold].score, of_all.get((who, threshold)))}</div></div>"
            for threshold in thresholds
        ]
        for who, trace in traces.items()
    ]
    glyphs = (
        f"<div class=course-hidden aria-hidden=true><svg width=0 height=0><defs>{_glyphs(first)}</defs></svg></div>"
    )
    maps = "".join({heat_map_name(trace): heat_map_definition(trace) for trace in traces.values()}.values())
    return grid_of_frames(
        frames,
        [Axis("Who", list(traces)), Axis("Links", [_name(threshold) for threshold in thresholds])],
        shared=style(OF_GOLD_LINKS) + maps + glyphs,
        static=_static(first, judged[next(iter(judged))], list(says.values()), title),
        summary=f"Gold links and those of {listed(list(traces))}: ‘{' '.join(pair.source)}’",
    )


def _check(
    pair: SentencePair,
    weights: Mapping[str, Float[np.ndarray, "T _"]],
    thresholds: Sequence[float | None],
    corpus: Mapping[tuple[str, float | None], AlignmentScore] | None,
) -> None:
    if pair.sure is None:
        raise ValueError("Nobody has linked the words of this pair, so there is no gold to judge by.")
    if not weights or not len(thresholds):
        raise ValueError(f"There is nothing to choose: got {len(weights)} aligners and {len(thresholds)} thresholds.")
    expected = len(pair.target), len(pair.source) + 1
    for who, rows in weights.items():
        if np.shape(rows) != expected:
            raise ValueError(
                f"{who}: expected weights of shape {expected}, a row a target word without </s>, the column of </s> "
                f"or NULL last; got {np.shape(rows)}."
            )
    lacking = [(who, t) for who in weights for t in thresholds if corpus is not None and (who, t) not in corpus]
    if lacking:
        raise ValueError(f"corpus: expected a score for each (who, threshold); these are missing: {lacking}.")


def _trace(who: str, pair: SentencePair, rows: Float[np.ndarray, "T _"], end: str) -> Trace:
    """Return weights as what a heat map is drawn of."""
    weights, T = np.asarray(rows, dtype=float), len(pair.target)
    with np.errstate(divide="ignore"):  # of 0 it is minus infinity, as it should be
        scores = np.log(weights)
    return Trace(who, (*pair.source, end), pair.target, ((),) * T, np.zeros((T, 1)), scores, weights)


def _judge(pair: SentencePair, rows: Float[np.ndarray, "T _"], threshold: float | None) -> _Judged:
    links = hard_links(rows, len(pair.source), len(pair.target), threshold)
    sure, possible = pair.sure or frozenset(), pair.possible or frozenset()
    score = aer([links], [sure], [possible]) if links | sure else None
    return _Judged(links & sure, links & possible - sure, sure - links, links - possible, score)


def _name(threshold: float | None) -> str:
    return "the largest" if threshold is None else f"≥ {f'{threshold:.2f}'.removeprefix('0')}"


def _says(who: str, threshold: float | None, judged: _Judged, of_all: AlignmentScore | None) -> str:
    rule = "the largest weight of each word" if threshold is None else f"weights {_name(threshold)}"
    counts = listed([f"{len(getattr(judged, kind))} {kind}" for kind in LINK_SIGNS])
    text = f"<b>{word(who)}</b>, {rule}: {counts}."
    if judged.score is not None:
        text += f" This sentence: AER {judged.score.aer:.0f} %."
    return text if of_all is None else f"{text} All {of_all.n:,}: AER {of_all.aer:.1f} %."


def _legend(judged: _Judged) -> str:
    lines = "".join(
        f"<li><b>{LINK_SIGNS[kind]} {len(getattr(judged, kind))} {kind}</b>: {meaning}</li>"
        for kind, meaning in LINK_MEANINGS.items()
    )
    return f"<ul class=legend>{lines}</ul>"


def _scores(of_one: AlignmentScore | None, of_all: AlignmentScore | None) -> str:
    """Return a table of precision, recall and AER: of this sentence and, where known, of all."""
    rows = {"this one": of_one, **({f"all {of_all.n:,}": of_all} if of_all is not None else {})}
    body = "".join(
        f"<tr><th>{name}"
        + "".join(
            f"<td>{'–' if score is None else shown_number(number, '.1f')}"
            for number in ((score.precision, score.recall, score.aer) if score else (0.0,) * 3)
        )
        for name, score in rows.items()
    )
    return f"<p class=k>per cent</p><table><tr><th>sentences<th>precision<th>recall<th>AER{body}</table>"


def _picture(trace: Trace, judged: _Judged) -> str:
    T, S = len(trace.target), len(trace.source)
    cell, left, top, right = geometry(trace)
    width, height, name = left + S * cell + right, top + T * cell + 2, heat_map_name(trace)
    return (
        f"<svg class=m viewBox='0 0 {width} {height}' width={width} role=img aria-label='{_alt(trace)}'>"
        f"<use href='#{name}'/>{_marks(judged, cell, left, top)}</svg>"
    )


def _alt(trace: Trace) -> str:
    return escape(f"Links of {trace.model} over its weights", quote=True)


def _marks(judged: _Judged, cell: int, left: int, top: int) -> str:
    """Put the sign of each link on its cell."""
    return "".join(
        f"<use href='#{_glyph(kind, cell)}' x={left + j * cell} y={top + i * cell} />"
        for kind in LINK_SIGNS
        for j, i in sorted(getattr(judged, kind))
    )


def _glyph(kind: str, cell: int) -> str:
    return f"{kind}-{cell}"


def _glyphs(trace: Trace, cell: int | None = None) -> str:
    """Draw each sign once, on paper so that any tint leaves it readable: its cell begins at 0, 0."""
    cell = geometry(trace)[0] if cell is None else cell
    middle, reach = cell / 2, round(cell * 0.25, 1)
    corner, arm = f"{middle - reach:g}", f"{2 * reach:g}"
    arms = f"M{corner} {corner}l{arm} {arm}m0 -{arm}l-{arm} {arm}"
    disc = f"<circle cx='{middle:g}' cy='{middle:g}' style='fill:currentColor' r='{{}}'/>"
    ring = f"<circle cx='{middle:g}' cy='{middle:g}' r='{reach:g}'/>"
    shapes = {
        "right": disc.format(f"{reach:g}"),
        "allowed": ring + disc.format(f"{reach / 4:g}"),
        "missing": ring,
        "extra": f"<path d='{arms}'/>",
    }
    paper = (
        f"<circle cx='{middle:g}' cy='{middle:g}' r='{cell * 0.42:.1f}' style='fill:var(--c-paper,#fff);stroke:none'/>"
    )
    ink = f"fill:none;stroke:currentColor;color:var(--c-ink,{INK.light});stroke-width:{cell / 9:.1f}"
    return "".join(f"<g id='{_glyph(kind, cell)}' style='{ink}'>{paper}{shape}</g>" for kind, shape in shapes.items())


def _static(trace: Trace, judged: _Judged, sentences: Sequence[str], title: str | None) -> str:
    T, S, cell = len(trace.target), len(trace.source), STATIC_CELL
    _, left, top, right = geometry(trace)
    width, height = left + S * cell + right, top + T * cell + 2
    said = "".join(f"<li>{sentence}</li>" for sentence in sentences)
    return (
        f"<svg viewBox='0 0 {width} {height}' width='{width}' role='img' aria-label='{_alt(trace)}' "
        f"style='max-width:100%;height:auto;background:#fff;color:#000;font-size:11px'>"
        f"<defs>{_glyphs(trace, cell)}</defs>{cells(trace, cell, left, top, right, labelled=True)}"
        f"{_marks(judged, cell, left, top)}</svg>"
        f"<figcaption>{heading(title)}{_legend(judged)}<ol style='list-style:none;padding:0'>{said}</ol></figcaption>"
    )
