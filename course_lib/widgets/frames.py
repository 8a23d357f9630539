"""What the decoder knew and did at one step, as HTML text. Every number comes from the Trace as it is."""

from html import escape

import numpy as np

from course_lib.traces import Trace
from course_lib.vocabulary import EOS_TOKEN
from course_lib.widgets.heatmap import heat_map_at
from course_lib.widgets.markup import bars, direction, fraction, listed, number, word

NOTABLE = 0.1  # a weight that the sentence above the frame names
ENTRIES = 40  # of a vector, drawn as strokes


def step_frame(trace: Trace, step: int, title: str | None = None) -> str:
    """Return the frame of ``step``, counted from 0.

    It shows the source tinted by weight, scores and weights, the words known so far, the candidates
    for the next one, and (with attention) the heat map up to this row and the context vector; without
    attention the state is all there is. IndexError outside the trace.
    """
    if not 0 <= step < len(trace.target):
        raise IndexError(f"step: expected 0 … {len(trace.target) - 1}, got {step}.")
    head = f"<b>{escape(title)}</b> · " if title else ""
    return (
        f"<div class=course-frame><p class=says>{head}{step_sentence(trace, step, markup=True)}</p>"
        f"<div class=main>{_source(trace, step)}{_target(trace, step)}{_candidates(trace, step)}</div>"
        f"<div class=side>{_map(trace, step)}{_vectors(trace, step)}</div></div>"
    )


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
    order = [int(j) for j in np.argsort(-row, kind="stable")]
    named = [j for j in order[:3] if row[j] >= NOTABLE] or order[:1]
    return f"{text}; looks at {listed([f'‘{show(trace.source[j])}’ {number(row[j])}' for j in named])}."


def gold_word(trace: Trace, step: int) -> str | None:
    """Return the reference's word for ``step``, as long as the words before it are the reference's own."""
    if trace.gold is None:
        return None
    gold = trace.gold if trace.gold[-1:] == (EOS_TOKEN,) else (*trace.gold, EOS_TOKEN)
    known = step < len(gold) and trace.target[:step] == gold[:step]
    return gold[step] if known else None


def _source(trace: Trace, step: int) -> str:
    way = f"<div class='words src' dir={direction(trace.source)}>"
    if trace.weights is None or trace.scores is None:
        chips = "".join(f"<span>{word(token)}</span>" for token in trace.source)
        return f"<p class=k>Source: read once, out of sight now</p>{way.replace('src', 'src out')}{chips}</div>"
    chips = "".join(
        f"<span style=--a:{fraction(weight)}>{word(token)}<b>{number(weight)}</b><u>{number(score)}</u></span>"
        for token, weight, score in zip(trace.source, trace.weights[step], trace.scores[step], strict=True)
    )
    label = (
        "<p class=k>Source, with <b class=weight>weight α</b> (after the softmax, in bold) "
        "and <b class=score>score e</b> (before it, below)</p>"
    )
    return f"{label}{way}{chips}</div>"


def _target(trace: Trace, step: int) -> str:
    def chip(i: int, token: str) -> str:
        kind = " class=now aria-current=step" if i == step else " class=next" if i > step else ""
        return word(token, kind)

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
