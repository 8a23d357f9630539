"""How much of each source word has been looked at before each step, under a slider. Chapter 8."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from course_lib.shapes import Float
from course_lib.traces import Trace
from course_lib.vocabulary import EOS_TOKEN
from course_lib.widgets.comparing import joined, two_sliders
from course_lib.widgets.frames import heading, step_sentence
from course_lib.widgets.lines import lines
from course_lib.widgets.markup import decimal, direction, fraction, listed, styled, tint, word
from course_lib.widgets.player import Axis, Player
from course_lib.widgets.style import OF_COVERAGE, OF_LONG_LABELS, style
from course_lib.widgets.target import TARGET_LABEL, target_words

HARDLY, TWICE = 0.5, 1.5  # less than half a look; more than one and a half
FEW = 4  # words that a sentence names; more are counted
LABEL = (
    "<p class=k>Source: <b class=weight>coverage κ</b> before this step (stroke: 1, hatched: to 4), "
    "<b class=weight>weight α</b></p>"
)


def coverage(traces: Mapping[str, Trace], *, title: str | None = None) -> Player:
    """Fill a bar beside each source word with κ, the weight it has had before the step; two sliders.

    ``traces`` maps a model's name to its translation of one sentence; they may differ in length. The bars are
    :attr:`~course_lib.traces.Trace.coverage` and nothing else, the lines the look of the step. Where a trace has a
    reference (and was not forced), its words are marked as written, still to come, or missing: each occurrence in the
    reference stands for one in the translation, whatever their order. ValueError without a trace, for different
    sources, a picture, or a model without attention.
    """
    seen = [_Seen(trace) for trace in _checked(traces)]
    of_trace = {id(each.trace): each for each in seen}
    titles = [joined(title, label) for label in traces]
    return two_sliders(
        Axis("Model", list(traces)),
        list(traces.values()),
        titles,
        "".join(f"<section>{_printed(each, name)}</section>" for each, name in zip(seen, titles, strict=True)),
        f"Coverage, step by step: {', '.join(traces)}",
        frame=lambda trace, step, name: _frame(of_trace[id(trace)], step, name),
        shared=style(OF_COVERAGE + OF_LONG_LABELS),
    )


def _checked(traces: Mapping[str, Trace]) -> list[Trace]:
    if not traces:
        raise ValueError("traces: expected at least one model's name with its trace, got none.")
    (first, one), *others = traces.items()
    for name, trace in others:
        if trace.source != one.source:
            raise ValueError(f"The traces of {first!r} and {name!r} have different sources; trace one sentence.")
    for name, trace in traces.items():
        if trace.coverage is None:
            raise ValueError(f"The trace of {name!r} has no attention weights, so no word is ever covered.")
    if one.kind != "words":
        raise ValueError("coverage shows the words of a sentence; for a picture use step_through.")
    return list(traces.values())


@dataclass(frozen=True)
class _Seen:
    """A trace, with what became of each word of its reference."""

    trace: Trace

    @cached_property
    def coverage(self) -> Float[np.ndarray, "T S"]:
        known = self.trace.coverage
        assert known is not None
        return known

    @cached_property
    def written(self) -> list[int | None]:
        """The step at which each reference word is written, None for one that never is."""
        places = self._places
        return [places[token].pop(0) if places[token] else None for token in self.reference]

    @property
    def reference(self) -> list[str]:
        known = () if self.trace.forced else self.trace.gold or ()
        return [token for token in known if token != EOS_TOKEN]

    @property
    def _places(self) -> dict[str, list[int]]:
        places: dict[str, list[int]] = defaultdict(list)
        for i, token in enumerate(self.trace.target):
            places[token].append(i)
        return places

    def extra(self, step: int) -> list[str]:
        """Return the words written up to ``step`` for which the reference has no place."""
        placed = {i for i in self.written if i is not None}
        target = self.trace.target[: step + 1]
        return [token for i, token in enumerate(target) if i not in placed and token != EOS_TOKEN]

    def name(self, position: int) -> str:
        """Say a source word, with its place where it stands more than once."""
        token = self.trace.labels[position]
        place = f" ({position + 1})" if self.trace.labels.count(token) > 1 else ""
        return f"‘{word(token)}’{place}"


def _frame(seen: _Seen, step: int, title: str | None) -> str:
    trace = seen.trace
    return (
        f"<div class=course-frame><p class=says>{heading(title)}{_sentence(seen, step)}</p>"
        f"<div class=main>{LABEL}{TARGET_LABEL}<div class='look covered'>"
        f"<div class=src dir={direction(trace.source)}>{_source(seen, step)}</div>"
        f"{lines(trace, step)}{target_words(trace, step)}</div></div>"
        f"<div class=side>{_fates(seen, step)}</div></div>"
    )


def _sentence(seen: _Seen, step: int) -> str:
    before = seen.coverage[step]
    hardly = [j for j, token in enumerate(seen.trace.source) if before[j] < HARDLY and token != EOS_TOKEN]
    twice = [j for j, token in enumerate(seen.trace.source) if before[j] > TWICE and token != EOS_TOKEN]
    return (
        f"{step_sentence(seen.trace, step, markup=True)} Before it, less than half a look: {_named(seen, hardly)}; "
        f"more than one and a half: {_named(seen, twice)}."
    )


def _named(seen: _Seen, positions: Sequence[int]) -> str:
    if len(positions) > FEW:
        return f"{len(positions)} words"
    return listed([seen.name(j) for j in positions]) or "none"


def _source(seen: _Seen, step: int) -> str:
    trace, before = seen.trace, seen.coverage[step]
    assert trace.weights is not None
    return "".join(
        f"<span{styled(tint(weight))}>{word(token)}<b>{decimal(weight)}</b>"
        f"<i style=--k:{fraction(float(kappa), 2)}>{decimal(float(kappa))}</i></span>"
        for token, weight, kappa in zip(trace.labels, trace.weights[step], before, strict=True)
    )


def _fates(seen: _Seen, step: int) -> str:
    """Return the reference, each word with what has become of it, and what was written beyond it."""
    if not seen.reference:
        return ""

    def fate(at: int | None) -> str:
        return "<b>missing</b>" if at is None else "✓" if at <= step else "…"

    words = "".join(
        f"<span>{word(token)} {fate(at)}</span>" for token, at in zip(seen.reference, seen.written, strict=True)
    )
    extra = seen.extra(step)
    beyond = f"<p class=k>Written so far without a place in it: {' '.join(map(word, extra))}</p>" if extra else ""
    return (
        "<p class=k>Reference: ✓ written, … still to come, <b>missing</b>: never written (order not judged)</p>"
        f"<div class=said dir={direction(seen.reference)}>{words}</div>{beyond}"
    )


def _printed(seen: _Seen, title: str) -> str:
    """Return what each source word has been given in all, and the steps in words."""
    trace, before_last = seen.trace, seen.coverage[-1]
    assert trace.weights is not None
    in_all = before_last + trace.weights[-1]
    rows = "".join(
        f"<tr><th scope=row>{word(token)}</th><td>{decimal(float(kappa))}</td></tr>"
        for token, kappa in zip(trace.labels, in_all, strict=True)
    )
    steps = "".join(f"<li>{step_sentence(trace, i, markup=True)}</li>" for i in range(len(trace.target)))
    return (
        f"<p>{heading(title)}coverage κ after the last step</p>"
        f"<table><tr><th scope=col>word</th><th scope=col>κ</th></tr>{rows}</table>"
        f"<ol style='list-style:none;padding:0'>{steps}</ol>"
    )
