"""Attention by hand: query, scores, softmax, weighted values, context, with numbers on paper. Chapter 4."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from course_lib.finite import require_finite
from course_lib.options import check_number
from course_lib.shapes import Float
from course_lib.widgets.markup import decimal, fraction, word
from course_lib.widgets.player import Axis, Player, grid_of_frames

STEPS = ("query", "scores", "softmax", "weighted values", "context")


def softmax(scores: Float[np.ndarray, "S"]) -> Float[np.ndarray, "S"]:
    """Return the weights of ``scores``. Chapters 4 and 7."""
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


@dataclass(frozen=True, eq=False)
class _Sums:
    """All numbers of one calculation; query and keys are of one size."""

    words: tuple[str, ...]
    query: Float[np.ndarray, "A"]
    keys: Float[np.ndarray, "S A"]
    values: Float[np.ndarray, "S M"]
    scores: Float[np.ndarray, "S"]
    dot: bool  # scores are dot products, so their sums can be written out
    temperature: float

    @property
    def value(self) -> str:
        """The letter of a value: h where it is the annotation that is the key too, v where the two are apart."""
        return "h" if np.array_equal(self.keys, self.values) else "v"

    @property
    def weights(self) -> Float[np.ndarray, "S"]:
        return softmax(self.scores / self.temperature)


def five_steps(
    words: Sequence[str],
    query: ArrayLike,
    keys: ArrayLike,
    values: ArrayLike,
    *,
    scores: ArrayLike | None = None,
    mask: Sequence[bool] | None = None,
    temperatures: Sequence[float] = (0.25, 0.5, 1.0, 2.0, 4.0),
) -> Player:
    """Walk through one attention step with a slider, and turn the temperature τ of its softmax.

    ``query`` has D entries, ``keys`` is S × D, ``values`` S × M, one row a word of ``words``. The
    scores are the dot products of query and keys, unless ``scores`` (S) says otherwise; where ``mask``
    is False the score becomes −∞. Weights are softmax(scores / τ). The slider starts at τ = 1 if
    ``temperatures`` has it. The values are named h where they equal the keys, else v. ValueError for
    shapes that do not fit, τ ≤ 0, or nothing left to look at.
    """
    q, k, v = (np.asarray(x, dtype=float) for x in (query, keys, values))
    S = len(words)
    if q.ndim != 1 or k.shape != (S, len(q)) or v.ndim != 2 or len(v) != S:
        raise ValueError(f"Expected query (D,), keys ({S}, D), values ({S}, M); got {q.shape}, {k.shape}, {v.shape}.")
    require_finite("query, keys and values", q, k, v, remedy="Give numbers that can be added on paper.")
    e = k @ q if scores is None else np.asarray(scores, dtype=float)
    if e.shape != (S,):
        raise ValueError(f"scores: expected one a word, shape ({S},), got {e.shape}.")
    require_finite("scores", e, infinite=True, remedy="A masked word has −∞, none has NaN.")
    if mask is not None:
        if len(mask) != S or not any(mask):
            raise ValueError(f"mask: expected {S} booleans, at least one of them True, got {list(mask)}.")
        e = np.where(mask, e, -np.inf)
    if not len(temperatures):
        raise ValueError("temperatures: expected at least one number above 0, got none.")
    for tau in temperatures:
        check_number("temperatures", tau, above=0)
    sums = [_Sums(tuple(words), q, k, v, e, scores is None, tau) for tau in temperatures]
    start = list(temperatures).index(1.0) if 1.0 in temperatures else 0
    return grid_of_frames(
        [[_frame(s, step) for step in range(len(STEPS))] for s in sums],
        [
            Axis("Temperature", [f"{tau:g}" for tau in temperatures], start=start),
            Axis("Step", [f"{i + 1} of 5" for i in range(len(STEPS))], play=True),
        ],
        static="".join(f"<section>{_frame(sums[start], step)}</section>" for step in range(len(STEPS))),
        summary="Attention by hand in five steps",
    )


def _frame(s: _Sums, step: int) -> str:
    sentence, columns = (_query, _scores, _softmax, _products, _context)[step](s)
    words = (*s.words, "sum") if step == len(STEPS) - 1 else s.words
    names = "".join(f"<th scope=col>{name}</th>" for name in ("word", *columns))
    rows = "".join(
        f"<tr><th scope=row>{word(token)}</th>{''.join(f'<td>{column[j]}</td>' for column in columns.values())}</tr>"
        for j, token in enumerate(words)
    )
    return (
        f"<div class=course-frame><p class=says><b>Step {step + 1} of 5: {STEPS[step]}.</b> {sentence}</p>"
        f"<div class='scroll main' tabindex=0 role=region aria-label='Step {step + 1}, word by word'>"
        f"<table><tr>{names}</tr>{rows}</table></div></div>"
    )


def _vector(entries: Float[np.ndarray, "_"], kind: str) -> str:
    return f"<span class={kind}>({', '.join(decimal(x) for x in entries)})</span>"


def _given(entries: Float[np.ndarray, "_"], kind: str) -> str:
    """Write what the reader handed in as the page does: whole numbers without decimals."""
    digits = 0 if np.array_equal(entries, np.rint(entries)) else 2
    return f"<span class={kind}>({', '.join(decimal(x, digits) for x in entries)})</span>"


def _column(values: Float[np.ndarray, "_"], kind: str) -> list[str]:
    return [f"<span class={kind}>{decimal(x)}</span>" for x in values]


def _query(s: _Sums) -> tuple[str, dict[str, list[str]]]:
    text = f"The decoder's state asks: q = {_vector(s.query, 'target')}. Each word has a key."
    return text, {"key k": [_given(key, "source") for key in s.keys]}


def _scores(s: _Sums) -> tuple[str, dict[str, list[str]]]:
    text = "Compare the query with every key."
    j = int(np.argmax(np.isfinite(s.scores)))
    if s.dot:
        products = " + ".join(f"{_signed(a)} × {_signed(b)}" for a, b in zip(s.query, s.keys[j], strict=True))
        text += f" For ‘{word(s.words[j])}’: {products} = <b class=score>{decimal(s.scores[j])}</b>."
    if np.isinf(s.scores).any():
        text += " A masked word gets −∞."
    keys = [_given(key, "source") for key in s.keys]
    return text, {"key k": keys, "score e": _column(s.scores, "score")}


def _signed(value: float) -> str:
    return f"({decimal(value)})" if value < 0 else decimal(value)


def _softmax(s: _Sums) -> tuple[str, dict[str, list[str]]]:
    scaled = s.scores / s.temperature
    total = decimal(float(np.exp(scaled).sum()))
    text = (
        f"Divide by the temperature {s.temperature:g}, take the exponential, divide by the sum {total}: "
        f"the weights sum to <b class=weight>{decimal(float(s.weights.sum()))}</b>."
    )
    bar = [f"<span class=bar style=--a:{fraction(a)}><b>{decimal(a)}</b></span>" for a in s.weights]
    exponentials = [decimal(float(x)) for x in np.exp(scaled)]
    return text, {"score e": _column(s.scores, "score"), "exp(e / τ)": exponentials, "weight α": bar}


def _products(s: _Sums) -> tuple[str, dict[str, list[str]]]:
    products = [_vector(a * v, "context") for a, v in zip(s.weights, s.values, strict=True)]
    values = [_given(v, "source") for v in s.values]
    text = "Multiply every value by its weight: much of what matters, little of the rest."
    return text, {"weight α": _column(s.weights, "weight"), f"value {s.value}": values, f"α × {s.value}": products}


def _context(s: _Sums) -> tuple[str, dict[str, list[str]]]:
    _, columns = _products(s)
    context = _vector(s.weights @ s.values, "context")
    text = f"Add them up, entry by entry: the context is <b>c = {context}</b>."
    name = f"α × {s.value}"
    return text, {name: [*columns[name], f"<b>{context}</b>"]}
