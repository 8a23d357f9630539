"""What the decoder knew and did at one step, as HTML text. Every number comes from the Trace as it is."""

from html import escape
from typing import NamedTuple

import numpy as np

from course_lib.traces import Trace
from course_lib.vocabulary import EOS_TOKEN
from course_lib.widgets.heatmap import heat_map_at
from course_lib.widgets.markup import bars, direction, fraction, listed, number, styled, tint, word
from course_lib.widgets.picture import is_picture, picture_at, place

NOTABLE = 0.1  # a weight that the sentence above the frame names
ENTRIES = 40  # of a vector, drawn as strokes
HERE = "<u>◎ taken</u>"  # hard attention's one position
UNSEEN = "–"  # the score of a word outside the window: nobody asked for it


class Window(NamedTuple):
    """What local attention looks through: its centre p_t and its ``first`` and ``last`` source position, from 0."""

    centre: float
    first: int
    last: int

    def share(self, position: int) -> float | None:
        """Return where across the word at ``position`` the centre lies, 0 to 1; None if in another word."""
        nearest = min(max(round(self.centre), self.first), self.last)
        return min(max(self.centre - position + 0.5, 0.0), 1.0) if position == nearest else None


def step_frame(trace: Trace, step: int, title: str | None = None, *, compact: bool = False) -> str:
    """Return the frame of ``step``, counted from 0.

    It shows the source tinted by weight, scores and weights, the words known so far, the candidates
    for the next one, and (with attention) the heat map up to this row and the context vector; without
    attention the state is all there is. ``compact`` leaves the vectors out where there are weights to
    see: beside a second slider there are many frames. IndexError outside the trace.
    """
    if not 0 <= step < len(trace.target):
        raise IndexError(f"step: expected 0 … {len(trace.target) - 1}, got {step}.")
    vectors = "" if compact and trace.weights is not None else _vectors(trace, step)
    if is_picture(trace):
        seen, picture = "", _picture(trace, step)
    else:
        seen, picture = _source(trace, step), _map(trace, step)
    return (
        f"<div class=course-frame><p class=says>{heading(title)}{step_sentence(trace, step, markup=True)}</p>"
        f"<div class=main>{seen}{_target(trace, step)}{_candidates(trace, step)}</div>"
        f"<div class=side>{picture}{vectors}</div></div>"
    )


def heading(title: str | None) -> str:
    """Return what stands before the sentence of a frame."""
    return f"<b>{escape(title)}</b> · " if title else ""


def step_sentence(trace: Trace, step: int, markup: bool = False) -> str:
    """Say the step in words: its number, the word written or given, where the weight lies."""
    show = word if markup else str
    number_of = f"Step {step + 1} of {len(trace.target)}"
    number_of = f"<b>{number_of}</b>" if markup else number_of
    deed = "predicting" if trace.forced else "writing"
    text = f"{number_of}: {deed} ‘{show(trace.target[step])}’"
    text += " (given)" if trace.forced else ""
    if trace.weights is None:
        return f"{text}; looks at nothing but its state."
    row = trace.weights[step]
    where = [place(j) if is_picture(trace) else f"‘{show(token)}’" for j, token in enumerate(trace.source)]
    if (position := looked_at(trace, step)) is not None:
        return f"{text}; looks at {where[position]} alone, of weight {number(row[position])}."
    order = [int(j) for j in np.argsort(-row, kind="stable")]
    named = [j for j in order[:3] if row[j] >= NOTABLE] or order[:1]
    window = window_at(trace, step)
    text += f"; window around position {number(window.centre, 1)}" if window else ""
    return f"{text}; looks at {listed([f'{where[j]} {number(row[j])}' for j in named])}."


def gold_word(trace: Trace, step: int) -> str | None:
    """Return the reference's word for ``step``, as long as the words before it are the reference's own."""
    if trace.gold is None:
        return None
    gold = trace.gold if trace.gold[-1:] == (EOS_TOKEN,) else (*trace.gold, EOS_TOKEN)
    known = step < len(gold) and trace.target[:step] == gold[:step]
    return gold[step] if known else None


def window_at(trace: Trace, step: int) -> Window | None:
    """Return the window of local attention at ``step``; None for a model that looks at the whole source."""
    if trace.centres is None or trace.scores is None:
        return None
    inside = np.flatnonzero(np.isfinite(trace.scores[step]))
    return Window(float(trace.centres[step]), int(inside[0]), int(inside[-1])) if len(inside) else None


def looked_at(trace: Trace, step: int) -> int | None:
    """Return the source position that hard attention took at ``step``; None where the look was soft."""
    return None if trace.positions is None or trace.positions[step] < 0 else trace.positions[step]


def _picture(trace: Trace, step: int) -> str:
    gold = "; dashed line: what the word names" if any(i == step for _, i in trace.links or ()) else ""
    ring = "; ring: the one place looked at" if looked_at(trace, step) is not None else ""
    squares = "" if trace.weights is None else ", with <b class=weight>weights α</b> as squares: area is weight"
    return f"<p class=k>The picture{squares}{gold}{ring}</p>{picture_at(trace, step)}"


def _source(trace: Trace, step: int) -> str:
    way = f"<div class='words src' dir={direction(trace.source)}>"
    if trace.weights is None or trace.scores is None:
        chips = "".join(f"<span>{word(token)}</span>" for token in trace.source)
        return f"<p class=k>Source: read once, out of sight now</p>{way.replace('src', 'src out')}{chips}</div>"
    window, here = window_at(trace, step), looked_at(trace, step)
    chips = "".join(
        f"<span{_look(weight, window, j)}>{word(token)}<b>{number(weight)}</b>"
        f"{UNSEEN if window and np.isinf(score) else number(score)}{HERE if j == here else ''}</span>"
        for j, (token, weight, score) in enumerate(
            zip(trace.source, trace.weights[step], trace.scores[step], strict=True)
        )
    )
    label = (
        "<p class=k>Source, with <b class=weight>weight α</b> (after the softmax, in bold) "
        "and <b class=score>score e</b> (before it, below)</p>"
    )
    if here is not None:
        label += "<p class=k>◎ Hard attention takes this one annotation, not an average.</p>"
    if window:
        label += (
            f"<p class=k>Window (line above): positions {window.first} to {window.last}, counted from 0, "
            f"around p = {number(window.centre, 1)} (▾)</p>"
        )
        way = way.replace("src", "src through")
    return f"{label}{way}{chips}</div>"


def _look(weight: float, window: Window | None, position: int) -> str:
    """Return the attributes of a source word: its tint, and its place in the window."""
    if window is None or not window.first <= position <= window.last:
        return styled(tint(weight))
    share = window.share(position)
    if share is None:
        return f"{styled(tint(weight))} class=in"
    return f"{styled(tint(weight), f'--p:{fraction(share)}')} class='in at'"


def _target(trace: Trace, step: int) -> str:
    def chip(i: int, token: str) -> str:
        return word(token, " class=now aria-current=step" if i == step else "")

    chips = "".join(chip(i, token) for i, token in enumerate(trace.target))
    reference = ""
    if trace.gold is not None and not trace.forced:
        reference = f"<p class=k>Reference: {' '.join(word(token) for token in trace.gold)}</p>"
    return (
        "<p class=k>Target: known so far, <b class=target>this step</b> (framed), <i>still to come</i> (dashed)</p>"
        f"<div class='words tgt' dir={direction(trace.target)}>{chips}</div>{reference}"
    )


def _candidates(trace: Trace, step: int) -> str:
    chosen, gold = trace.target[step], gold_word(trace, step)
    verb = "given" if trace.forced else "chosen"

    def line(token: str, probability: float) -> str:
        marks = [f"✓ {verb}"] if token == chosen else []
        marks += ["★ reference"] if token == gold and not (trace.forced and token == chosen) else []
        said = f"<em>{' '.join(marks)}</em>" if marks else ""
        taken = " class=taken" if token == chosen else ""
        return (
            f"<li{taken}>{word(token)}<i style=--a:{fraction(probability)}></i>"
            f"<span>{number(probability)}</span>{said}</li>"
        )

    listing = trace.candidates[step]
    lines = "".join(line(candidate.token, candidate.probability) for candidate in listing)
    if chosen not in [candidate.token for candidate in listing]:
        lines += f"<li class=taken>{word(chosen)}<i></i><span>·</span><em>✓ {verb}, less likely</em></li>"
    return f"<p class=k>Next word: the {len(listing)} most probable</p><ol>{lines}</ol>"


def _map(trace: Trace, step: int) -> str:
    if trace.weights is None:
        return ""
    return f"<p class=k>All weights: source across, target down</p>{heat_map_at(trace, step)}"


def _vectors(trace: Trace, step: int) -> str:
    def strip(kind: str, name: str, vectors: np.ndarray) -> str:
        vector, largest = vectors[step], float(np.abs(vectors).max())
        length = number(float(np.linalg.norm(vector)))
        shown = f"first {ENTRIES} of {len(vector)} entries" if len(vector) > ENTRIES else f"{len(vector)} entries"
        picture = bars(vector[:ENTRIES], largest, f"{name} as bars up and down")
        return f"<div class=of-{kind}><p class=k>{name}: length {length}, {shown}</p>{picture}</div>"

    state = strip("s", "State s", trace.states)
    if trace.contexts is None:
        return state
    if trace.weights is None:
        return state + strip("v", "Fixed vector", trace.contexts)
    return strip("c", "Context c", trace.contexts) + state
