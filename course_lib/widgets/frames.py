"""What the decoder knew and did at one step, as HTML text. Every number comes from the Trace as it is."""

from html import escape

import numpy as np

from course_lib.shapes import Float
from course_lib.traces import Trace
from course_lib.vocabulary import EOS_TOKEN
from course_lib.widgets.looks import looked_at, window_at
from course_lib.widgets.markup import decimal, fraction, listed, vector_bars, word
from course_lib.widgets.views import view_of

NOTABLE = 0.1  # a weight that the sentence above the frame names
ENTRIES = 40  # of a vector, drawn as strokes


def step_frame(trace: Trace, step: int, title: str | None = None, *, compact: bool = False) -> str:
    """Return the frame of ``step``, counted from 0.

    It shows the source tinted by weight, scores and weights, the words known so far, lines from the
    source to the word of this step, the candidates for it, and (with attention) the heat map up to this
    row and the context vector; without attention the state is all there is. ``compact`` leaves the
    vectors out where there are weights to see: beside a second slider there are many frames.
    IndexError outside the trace.
    """
    if not 0 <= step < len(trace.target):
        raise IndexError(f"step: expected 0 … {len(trace.target) - 1}, got {step}.")
    vectors = "" if compact and trace.weights is not None else _vectors(trace, step)
    view = view_of(trace)
    return (
        f"<div class=course-frame><p class=says>{heading(title)}{step_sentence(trace, step, markup=True)}</p>"
        f"<div class=main>{view.main(step)}{_reference(trace)}{_candidates(trace, step)}</div>"
        f"<div class=side>{view.side(step)}{vectors}</div></div>"
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
    row, view = trace.weights[step], view_of(trace)
    if (position := looked_at(trace, step)) is not None:
        return f"{text}; looks at {view.name(position, markup)} alone, of weight {decimal(row[position])}."
    order = [int(j) for j in np.argsort(-row, kind="stable")]
    named = [j for j in order[:3] if row[j] >= NOTABLE] or order[:1]
    window = window_at(trace, step)
    text += f"; window around position {decimal(window.centre, 1)}" if window else ""
    return f"{text}; looks at {listed([f'{view.name(j, markup)} {decimal(row[j])}' for j in named])}."


def gold_word(trace: Trace, step: int) -> str | None:
    """Return the reference's word for ``step``, as long as the words before it are the reference's own."""
    if trace.gold is None:
        return None
    gold = (*trace.gold, EOS_TOKEN)  # where it has its end already, no step comes as far as the second one
    return gold[step] if trace.target[:step] == gold[:step] else None


def _reference(trace: Trace) -> str:
    if trace.gold is None or trace.forced:
        return ""
    return f"<p class=k>Reference: {' '.join(word(token) for token in trace.gold)}</p>"


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
            f"<span>{decimal(probability)}</span>{said}</li>"
        )

    listing = trace.candidates[step]
    lines = "".join(line(candidate.token, candidate.probability) for candidate in listing)
    if chosen not in [candidate.token for candidate in listing]:
        lines += f"<li class=taken>{word(chosen)}<i></i><span>·</span><em>✓ {verb}, less likely</em></li>"
    return f"<p class=k>Next word: the {len(listing)} most probable</p><ol>{lines}</ol>"


def _vectors(trace: Trace, step: int) -> str:
    def strip(kind: str, name: str, vectors: Float[np.ndarray, "T _"]) -> str:
        vector, largest = vectors[step], float(np.abs(vectors).max())
        length = decimal(float(np.linalg.norm(vector)))
        shown = f"first {ENTRIES} of {len(vector)} entries" if len(vector) > ENTRIES else f"{len(vector)} entries"
        picture = vector_bars(vector[:ENTRIES], largest, f"{name} as bars up and down")
        return f"<div class=of-{kind}><p class=k>{name}: length {length}, {shown}</p>{picture}</div>"

    state = strip("s", "State s", trace.states)
    if trace.contexts is None:
        return state
    if trace.weights is None:
        return state + strip("v", "Fixed vector", trace.contexts)
    return strip("c", "Context c", trace.contexts) + state
