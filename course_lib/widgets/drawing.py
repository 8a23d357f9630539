"""Draw words at a temperature: how likely each is at one step, and the sentences that come of it. Chapter 13."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import ArrayLike

from course_lib.finite import require_finite
from course_lib.options import check_count, check_number
from course_lib.shapes import Float, Int
from course_lib.widgets.by_hand import softmax
from course_lib.widgets.frames import heading
from course_lib.widgets.markup import decimal, direction, fraction, listed, word
from course_lib.widgets.player import Axis, Player, grid_of_frames
from course_lib.widgets.style import OF_SAMPLES, style

_Sentence = Sequence[str]
_NAMED = 2  # words that the sentence above a frame names


@dataclass(frozen=True, eq=False)
class _Draws:
    """What one temperature makes of the distribution, and what was drawn at it."""

    temperature: float
    words: tuple[str, ...]  # the most probable ones, the same at every temperature
    probabilities: Float[np.ndarray, "M"]
    others: int  # how many words more can be drawn
    rest: float  # what they have together
    samples: tuple[tuple[str, ...], ...]
    reference: tuple[str, ...] | None

    @property
    def says(self) -> str:
        """The frame in one sentence."""
        named = [
            f"‘{word(token)}’ {decimal(p)}"
            for token, p in list(zip(self.words, self.probabilities, strict=True))[:_NAMED]
        ]
        rest = f", the {self.others} words that are not shown {decimal(self.rest)}" if self.others else ""
        text = f"<b>Temperature {self.temperature:g}</b>: {listed(named)}{rest}."
        if self.reference is None:
            return text
        right, drawn = sum(sample == self.reference for sample in self.samples), len(self.samples)
        return f"{text} {right or 'None'} of {drawn} samples {'is' if right == 1 else 'are'} the reference."


def temperature(
    words: Sequence[str],
    log_probs: ArrayLike,
    samples: Mapping[float, Sequence[_Sentence]],
    *,
    reference: _Sentence | None = None,
    title: str | None = None,
    most: int = 8,
) -> Player:
    """Turn the temperature τ of one step with a slider, and show sentences drawn at it.

    ``log_probs`` (V) are the log-probabilities of ``words`` (V) at one step, −∞ for a word that is never drawn;
    ``samples`` names for each τ some whole sentences that were drawn at it, lists of words (:func:`search.sample`).
    The bars are p^(1/τ), renormalised over all V words, of the ``most`` probable ones, in one order at every τ. Samples
    that equal ``reference`` are marked ★. The slider starts at τ = 1 if ``samples`` has it. ValueError for shapes that
    do not fit, τ ≤ 0, a τ without a sample, and NaN.
    """
    scores = _checked(words, log_probs, samples)
    can_be_drawn = int(np.isfinite(scores).sum())
    order = np.argsort(-scores, kind="stable")[: min(check_count("most", most), can_be_drawn)]
    wanted = None if reference is None else tuple(reference)
    draws = [_drawn_at(tau, words, scores, order, some, wanted) for tau, some in samples.items()]
    taus = list(samples)
    return grid_of_frames(
        [_frame(one, title) for one in draws],
        [
            Axis(
                "Temperature",
                [f"{tau:g}" for tau in taus],
                play=True,
                start=taus.index(1.0) if 1.0 in taus else 0,
            )
        ],
        shared=style(OF_SAMPLES),
        static=_printed(draws, title),
        summary=f"{f'{title}: ' if title else ''}the next word, and {sum(map(len, samples.values()))} sentences drawn "
        f"at {len(draws)} temperatures",
    )


def _checked(
    words: Sequence[str], log_probs: ArrayLike, samples: Mapping[float, Sequence[_Sentence]]
) -> Float[np.ndarray, "V"]:
    scores = np.asarray(log_probs, dtype=float)
    if isinstance(words, str) or scores.shape != (len(words),) or not len(words):
        raise ValueError(f"log_probs: expected one number a word, shape ({len(words)},), got {scores.shape}.")
    require_finite("log_probs", scores, infinite=True, remedy="A word that is never drawn has −∞.")
    if not np.isfinite(scores.max()):
        raise ValueError("log_probs: expected at least one word that can be drawn, got −∞ for all, or +∞.")
    if not samples:
        raise ValueError("samples: expected sentences for at least one temperature, got none.")
    for tau, sentences in samples.items():
        check_number("samples: a temperature", tau, above=0)
        if not sentences or any(isinstance(sentence, str) for sentence in sentences):
            raise ValueError(f"samples: temperature {tau:g} needs at least one sentence, each a list of words.")
    return scores


def _drawn_at(
    tau: float,
    words: Sequence[str],
    scores: Float[np.ndarray, "V"],
    order: Int[np.ndarray, "M"],
    samples: Sequence[_Sentence],
    reference: tuple[str, ...] | None,
) -> _Draws:
    probabilities = softmax(scores / tau)  # as search.tempered_probabilities, which a widget, without torch, cannot ask
    return _Draws(
        tau,
        tuple(words[k] for k in order),
        probabilities[order],
        int(np.isfinite(scores).sum()) - len(order),
        max(0.0, 1 - float(probabilities[order].sum())),
        tuple(map(tuple, samples)),
        reference,
    )


def _frame(draws: _Draws, title: str | None) -> str:
    rows = [*zip(map(word, draws.words), draws.probabilities, strict=True)]
    if draws.others:
        rows.append((f"<bdi>{draws.others} others</bdi>", draws.rest))
    bars = "".join(f"<li>{name}<i style=--a:{fraction(p)}></i><span>{decimal(p)}</span></li>" for name, p in rows)
    return (
        f"<div class=course-frame><p class=says>{heading(title)}{draws.says}</p>"
        f"<div class=main><p class=k>Next word: p<sup>1/τ</sup>, renormalised</p><ol>{bars}</ol></div>"
        f"<div class=main><p class=k>Whole sentences, every word drawn at this temperature</p>"
        f"<ol class=drawn>{_sentences(draws)}</ol></div></div>"
    )


def _sentences(draws: _Draws) -> str:
    return "".join(_sentence(sample, sample == draws.reference) for sample in draws.samples)


def _sentence(sample: tuple[str, ...], right: bool) -> str:
    """Return one sample as an entry of a list; the empty sentence is seen."""
    said = word(" ".join(sample)) if sample else "<em>nothing</em>"
    mark = " <em>★ reference</em>" if right else ""
    return f"<li{' dir=rtl' if direction(sample) == 'rtl' else ''}{' class=taken' if right else ''}>{said}{mark}</li>"


def _printed(draws: Sequence[_Draws], title: str | None) -> str:
    """Return all temperatures as one table, and what was drawn at each."""
    heads = "".join(f"<th scope=col>τ = {one.temperature:g}</th>" for one in draws)
    rows = [
        f"<tr><th scope=row>{word(token)}</th>{''.join(f'<td>{decimal(one.probabilities[m])}</td>' for one in draws)}"
        for m, token in enumerate(draws[0].words)
    ]
    if draws[0].others:
        cells = "".join(f"<td>{decimal(one.rest)}</td>" for one in draws)
        rows.append(f"<tr><th scope=row>{draws[0].others} others</th>{cells}")
    drawn = "".join(f"<section><p>{one.says}</p><ol>{_sentences(one)}</ol></section>" for one in draws)
    head = f"{escape(title)}: " if title else ""
    return (
        f"<table><caption>{head}the next word at {len(draws)} temperatures</caption>"
        f"<tr><th scope=col>word</th>{heads}</tr>{''.join(f'{row}</tr>' for row in rows)}</table>"
        f"<figcaption>{drawn}</figcaption>"
    )
