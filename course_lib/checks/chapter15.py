"""Checkers of chapter 15, The bug clinic."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from course_lib.checks.comparing import ROUNDING, Array, array, expect_close, judge, on_arrays, rounding_of
from course_lib.checks.report import NotRight, answer, checker

# Exercise 1


@checker(
    hints=(
        "All words of a row were divided by the same sum. Which function turns that into one number, added to all?",
        "The logarithms of a row are the old weights, all shifted by one number. The old weights add up to one: how "
        "large is the shift? Padding has no part in it.",
        "For the n words of a row: logs = log(weights), and the old weights are logs + (1 − logs.sum()) / n.",
    )
)
def check_undo(undo: Callable[..., Any]) -> str:
    """Exercise 1: ``undo(weights (B, S), mask (B, S))`` is what the first of two softmaxes gave (B, S).

    In each row the words, True in ``mask`` wherever they stand, have been through two softmaxes; padding has 0.
    """
    draw = np.random.default_rng(_SEED)
    for B, S, padded in _BATCHES:
        first, twice, mask = _twice(draw, B, S, padded)
        expect_close(
            answer(undo, twice, mask, keep_inputs=True),
            first,
            "the old weights",
            mistakes=_other_weights(twice, mask),
            where=f"for B={B}, S={S}{_WHERE[padded]}",
            axes="(B, S)",
            not_finite="The logarithm of 0 is no number: leave padding out of the sum.",
        )
    return "the first softmax is back, in rows with padding and without, down to a single word."


_SEED = 15
_WHERE = {"no": "", "some": ", with padding", "one": ", one word in a row"}
_BATCHES = ((2, 4, "no"), (3, 6, "some"), (2, 5, "one"))
"""B, S and which rows have padding."""
_TINY = (1e-12, 1e-10, 1e-9, 1e-8, 1e-6)
"""What is added lest a logarithm be that of 0."""


def _softmax(scores: Array, mask: Array | None = None, axis: int = -1) -> Array:
    """Return the softmax over the places that the mask shows, 0 elsewhere."""
    hidden = scores if mask is None else np.where(mask, scores, -np.inf)
    raised = np.exp(hidden - hidden.max(axis, keepdims=True))
    return raised / raised.sum(axis, keepdims=True)


def _twice(draw: np.random.Generator, B: int, S: int, padded: str) -> tuple[Array, Array, Array]:
    """Draw scores; return their softmax (B, S), the softmax of that, and the mask; padding stands anywhere."""
    mask = np.ones((B, S), dtype=bool)
    if padded != "no":
        for row, words in zip(mask[:-1], (S - 2, S - 3) if padded == "some" else (1,), strict=True):
            row[draw.permutation(S)[words:]] = False
    first = _softmax(1.5 * draw.normal(size=(B, S)), mask)
    return first, _softmax(first, mask), mask


def _other_weights(twice: Array, mask: Array) -> dict[str, Any]:
    """Return the usual wrong weights by what there is to say of them."""
    seen = twice > 0
    logs = np.log(twice, where=seen, out=np.zeros(twice.shape))
    words = mask.sum(1, keepdims=True)
    total = logs.sum(1, keepdims=True)
    least = np.where(mask, logs, np.inf).min(1, keepdims=True)
    lowest = np.where(mask, twice, np.inf).min(1, keepdims=True)

    def shifted(by: Any, values: Array = logs) -> Array:
        return np.where(mask, values + by, 0)

    with np.errstate(all="ignore"):
        return {
            "These are the weights as they came.": twice,
            "This is a third softmax. One is to be taken away.": _softmax(twice, mask),
            "These are the logarithms. They are the old weights but for a shift, the same for all words of a row.": (
                shifted(0)
            ),
            "The words of a row add up to 0. The old weights add up to something else.": shifted(-total / words),
            "The logarithms are divided by their sum. The second softmax has divided before; what is that to a "
            "logarithm?": shifted(0, logs / total),
            "The smallest weight of a row has become 0. Nothing says that it was.": shifted(-least),
            "The smallest weight of a row has become 0, and the others are divided by their sum. Nothing says that it "
            "was 0.": _divided(shifted(-least)),
            "The smallest weight is taken away and the others are divided by their sum. The second softmax has done "
            "something else to them.": _divided(shifted(-lowest, twice)),
            "The weights are stretched from 0 to 1. They need not reach either.": (
                shifted(-lowest, twice) / (twice.max(1, keepdims=True) - lowest)
            ),
            "The weights are divided by the most that one can have. That is a bound, not what was done to them.": (
                twice / (np.e / (np.e + words - 1))
            ),
            "Padding has been counted among the words: a row has as many shares as it has words.": (
                shifted((1 - total) / twice.shape[1])
            ),
            "Padding has got the shift, too. It has no weight.": logs + (1 - total) / words,
            **{
                f"Padding has {tiny:g} in place of 0. The logarithm of that is large, and takes part in the sum.": (
                    shifted((1 - np.log(twice + tiny).sum(1, keepdims=True)) / words)
                )
                for tiny in _TINY
            },
            "Each place of the batch has been shifted by the same. Each row has a sum of its own.": (
                shifted((len(twice) - total.sum()) / mask.sum())
            ),
            "Sum and shift were taken over the batch. Each row has a softmax of its own.": (
                shifted((1 - logs.sum(0)) / np.maximum(mask.sum(0), 1))
            ),
            "The sum of the logarithms has been added where it should be taken away.": (shifted((1 + total) / words)),
            "One has been added to all words of a row. They share it.": shifted(1),
            "The shift is not divided among the words.": shifted(1 - total),
            "These are logarithms to the base 2. A softmax has e.": _shared(np.log2(np.e) * logs, mask),
            "These are logarithms to the base 10. A softmax has e.": _shared(np.log10(np.e) * logs, mask),
            "The whole weight stands on the largest place. The others had some, too.": (
                1.0 * (twice == twice.max(1, keepdims=True))
            ),
        }


def _divided(weights: Array) -> Array:
    return weights / weights.sum(1, keepdims=True)


def _shared(logs: Array, mask: Array) -> Array:
    """Return logarithms shifted so that the words of each row add up to one."""
    return np.where(mask, logs + (1 - logs.sum(1, keepdims=True)) / mask.sum(1, keepdims=True), 0)


# Exercise 2


@checker(
    hints=(
        "What do all of the colleague's sentences have in common that those of the second kind do not?",
        "Two things: a batch of one, and scores far above 0. How little is a score of 0 beside scores of 6 to 9, and "
        "how much beside scores about 0?",
        "A mask by multiplication: softmax(scores * mask). Or the mask of the longest sentence for all rows.",
    )
)
def check_quiet(quiet: Callable[..., Any]) -> str:
    """Exercise 2, break it: ``quiet(scores (B, S), mask (B, S))`` passes a colleague's test, and looks at padding.

    The test hands in one sentence at a time, scores of words from 6 to 9. In batches of several sentences, scores
    about 0, each row adds up to one, rows without padding are right, and padding gets a tenth of the weight of its row.
    """
    draw = np.random.default_rng(_SEED + 1)
    for scores, mask in _colleagues(draw):
        _check_passes(quiet, scores, mask)
    shares = [_share(quiet, scores, mask) for scores, mask in _batches(draw)]
    share = float(np.mean(shares))
    if share < _LOOKED_AT:
        least = "nothing" if share < ROUNDING else f"{share:.2g} of the weight"
        raise NotRight(
            f"in batches of several sentences, scores about 0, padding gets {least}; {_LOOKED_AT} is asked for. "
            f"{'This is a healthy mask.' if share < ROUNDING else 'It is sick, but hardly so.'}"
        )
    return (
        f"{_SENTENCES} sentences have passed the colleague's test, and in other batches padding gets {share:.2f} of "
        "the weight of its row."
    )


_SENTENCES, _LOOKED_AT, _FORGIVEN = 20, 0.1, 0.01


def _colleagues(draw: np.random.Generator) -> Iterator[tuple[Array, Array]]:
    """Draw sentences as the colleague does: one a batch, scores of words from 6 to 9, of padding from 0 to 9."""
    for _ in range(_SENTENCES):
        words, padding = draw.integers(3, 9), draw.integers(6)
        mask = np.arange(words + padding)[None] < words
        yield np.where(mask, draw.uniform(6, 9, mask.shape), draw.uniform(0, 9, mask.shape)), mask


def _batches(draw: np.random.Generator) -> Iterator[tuple[Array, Array]]:
    """Draw batches of four sentences, the longest of 7 words and anywhere in the batch; scores are about 0."""
    for _ in range(5):
        mask = np.arange(7) < draw.permutation([3, 4, 5, 7])[:, None]
        yield draw.normal(size=mask.shape), mask


def _check_passes(quiet: Callable[..., Any], scores: Array, mask: Array) -> None:
    """Raise NotRight where the colleague's test would fail on one sentence."""
    S, words = mask.shape[1], int(mask.sum())
    name = f"the colleague's test fails on a sentence of {words} words, padded to {S}"
    alpha, tolerance = _weights(quiet, scores, mask, name)
    seen = float(alpha[~mask].sum())
    if seen >= _FORGIVEN:
        raise NotRight(
            f"{name}: padding gets {seen:.2g} of the weight, with scores up to {scores[~mask].max():.1f}. Its own "
            "score must not come through."
        )
    right = _softmax(scores, mask)
    off = float(np.abs(alpha - right)[mask].max())
    if off >= _FORGIVEN + tolerance:
        raise NotRight(f"{name}: the weight of a word is off by {off:.2g}. Words should have nearly what they had.")


def _weights(quiet: Callable[..., Any], scores: Array, mask: Array, name: str) -> tuple[Array, float]:
    """Return what ``quiet`` gives and how far it may be rounded, or say why these are no weights."""
    got = answer(quiet, scores, mask, keep_inputs=True)
    alpha, tolerance = array(got, "the weights", scores.shape, axes="(B, S)"), rounding_of(got)
    if alpha.min() < -tolerance:
        raise NotRight(f"{name}: a weight is {alpha.min():.3g}. No weight is below 0.")
    sums = alpha.sum(1)
    worst = int(np.abs(sums - 1).argmax())
    if abs(sums[worst] - 1) > tolerance:
        raise NotRight(
            f"{name}: row {worst} adds up to {sums[worst]:.4g}. With padding and all, each row should add up to one."
        )
    return alpha, tolerance


def _share(quiet: Callable[..., Any], scores: Array, mask: Array) -> float:
    """Return how much of its row padding gets on the average, where there is some; NotRight if others are wrong."""
    alpha, tolerance = _weights(quiet, scores, mask, "in batches of several sentences")
    whole = mask.all(1)
    if np.abs(alpha - _softmax(scores, mask))[whole].max() > tolerance:
        raise NotRight(
            "in batches of several sentences, a row without padding is not the softmax of its scores. Be sick where "
            "there is padding, and nowhere else: whoever compares a full sentence should see nothing."
        )
    return float(np.where(mask, 0, alpha)[~whole].sum(1).mean())


# Exercise 3


@checker(
    hints=(
        "What has to differ from one step to the next if nothing but the state has changed? And must it differ from "
        "the next step alone?",
        "Let it read the same word again and again: then only the state can make two rows differ. A state that is "
        "handed on never comes back to where it was. Which words, and how many of them?",
        "rows = decode(source, [word] * 8) for each of the six words; it forgets if any two of the eight rows are "
        "equal but for rounding.",
    )
)
def check_keeps_state(keeps_state: Callable[..., Any]) -> str:
    """Exercise 3, write the test: False for a ``decode`` that forgets its state, True for any other, sick or not.

    ``decode(source (S,), words (T,))``, ids from 0 to 5, is the probabilities (T, 6) of the word after each.
    """
    judge(
        keeps_state,
        _KEEPING,
        _FORGETTING,
        being="which hands its state on",
        too_strict="Another bug is no matter here. A state may also move by little, and may come to rest after many "
        "steps; rounding is far smaller.",
        too_lax="Which words, and how many, would show these?",
    )
    return (
        f"your test passes {len(_KEEPING)} decoders that hand their state on, and catches all {len(_FORGETTING)} that "
        "do not."
    )


_WORDS, _STATE = 6, 5
_State = Array  # (K, H): K is 1, or 2 for an LSTM's h and c


@dataclass(frozen=True)
class _Decoder:
    """A small decoder with attention, drawn by chance, and what can be wrong with it."""

    cell: str = "gru"
    size: float = 1.5  # how far the state is carried on
    twice: bool = False
    raw: bool = False
    level: bool = False
    blind: bool = False  # to the source
    deaf: bool = False  # to the word before
    peeps: bool = False
    starts_from: Callable[[int, int, list[_State]], _State] = lambda t, word, states: states[-1]
    remembers: bool = False
    single: bool = False

    def __call__(self, source: Array, words: Array) -> Array:
        """Return the probabilities (T, V) of the word after each."""
        kind = np.float32 if self.single else np.float64
        weights = {name: W.astype(kind) for name, W in _PARAMETERS.items()}
        h = np.zeros((1, _STATE), kind) if self.blind else np.tanh(weights["E"][source] @ weights["U"])
        first = np.tanh(h.mean(0) @ weights["W0"])
        states, rows = [np.stack([first, first])], []
        known: dict[int, tuple[_State, Array]] = {}
        for t, word in enumerate(words.tolist()):
            after = words[t + 1] if self.peeps and t + 1 < len(words) else None
            if self.remembers and word in known:
                state, row = known[word]
            else:
                start = self.starts_from(t, word, states)
                state, row = self._step(start, word, after, h, weights)
            known[word] = state, row
            states.append(state)
            rows.append(row)
        return np.array(rows)

    def _step(
        self, state: _State, word: int, after: int | None, h: Array, weights: dict[str, Array]
    ) -> tuple[_State, Array]:
        scores = h @ state[0]
        alpha = np.full(len(h), 1 / len(h), h.dtype) if self.level else scores if self.raw else _softmax(scores)
        context = (_softmax(alpha) if self.twice else alpha) @ h
        x = np.zeros(_STATE, h.dtype) if self.deaf else weights["E"][word]
        x = x if after is None else x + weights["E"][after]
        state = _CELLS[self.cell](np.concatenate([x, context]), state, weights, h.dtype.type(self.size))
        return state, _softmax(np.concatenate([state[0], context]) @ weights["V"])


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def _gru(x: Array, state: _State, weights: dict[str, Array], size: Any) -> _State:
    W, R, s = weights["W"], size * weights["R"], state[0]
    z, r = np.split(_sigmoid(x @ W[:, : 2 * _STATE] + s @ R[:, : 2 * _STATE]), 2)
    new = np.tanh(x @ W[:, 2 * _STATE : 3 * _STATE] + (r * s) @ R[:, 2 * _STATE : 3 * _STATE])
    return np.stack([(1 - z) * s + z * new] * 2)


def _lstm(x: Array, state: _State, weights: dict[str, Array], size: Any) -> _State:
    i, f, o, g = np.split(x @ weights["W"] + size * (state[0] @ weights["R"]), 4)
    c = _sigmoid(f) * state[1] + _sigmoid(i) * np.tanh(g)
    return np.stack([_sigmoid(o) * np.tanh(c), c])


def _tanh(x: Array, state: _State, weights: dict[str, Array], size: Any) -> _State:
    return np.stack([np.tanh(x @ weights["W"][:, :_STATE] + size * (state[0] @ weights["R"][:, :_STATE]))] * 2)


_CELLS: dict[str, Callable[..., _State]] = {"gru": _gru, "lstm": _lstm, "tanh": _tanh}


def _parameters(draw: np.random.Generator) -> dict[str, Array]:
    H = _STATE
    sizes = {"E": (_WORDS, H), "U": (H, H), "W0": (H, H), "W": (2 * H, 4 * H), "R": (H, 4 * H), "V": (2 * H, _WORDS)}
    return {name: draw.normal(size=size) * (2 if name == "E" else 1) / np.sqrt(H) for name, size in sizes.items()}


_PARAMETERS = _parameters(np.random.default_rng(16))
"""Of eight seeds the one with which every bug beside shows, and no state comes to rest within eight steps."""


def _decode(decoder: _Decoder) -> Callable[..., Any]:
    """Make of ``decoder`` what a learner's test is handed; ValueError for what are no ids."""
    rows = lru_cache(4096)(lambda source, words: decoder(np.array(source), np.array(words)))  # asked again and again

    @on_arrays
    def on_numbers(source: Array, words: Array) -> Array:
        for name, ids in (("source", source), ("words", words)):
            if ids.ndim != 1 or not len(ids):
                raise ValueError(f"decode: expected {name} as ids in a row, one at least; got shape {ids.shape}.")
            if not np.isin(ids, range(_WORDS)).all():
                raise ValueError(f"decode: expected ids from 0 to {_WORDS - 1} in {name}, got {ids.tolist()}.")
        return rows(*(tuple(ids.astype(int).tolist()) for ids in (source, words))).copy()

    def decode(source: Any, words: Any) -> Any:
        return on_numbers(source, words)

    decode.__qualname__ = decode.__name__
    return decode


_GRU = _Decoder()
_ANEW = replace(_GRU, starts_from=lambda t, word, states: states[0])
_KEEPING = {
    name: _decode(decoder)
    for name, decoder in {
        "a GRU": _GRU,
        "an LSTM": replace(_GRU, cell="lstm"),
        "a GRU in single precision": replace(_GRU, single=True),
        "a plain cell whose state soon comes to rest": replace(_GRU, cell="tanh", size=0.7),
        "one whose softmax comes twice": replace(_GRU, twice=True),
        "one without a softmax": replace(_GRU, raw=True),
        "one that looks at all words alike": replace(_GRU, level=True),
        "one that never sees the source": replace(_GRU, blind=True),
        "one that never reads the word before": replace(_GRU, deaf=True),
        "one that sees the word to come": replace(_GRU, peeps=True),
    }.items()
}
_FORGETTING = {
    name: _decode(decoder)
    for name, decoder in {
        "each step from the first state": _ANEW,
        "each step from zeros": replace(_GRU, starts_from=lambda t, word, states: 0 * states[0]),
        "an LSTM, each step from the first h and c": replace(_ANEW, cell="lstm"),
        "each step from what the first one left": replace(_GRU, starts_from=lambda t, word, states: states[min(t, 1)]),
        "each step from the state before the last": replace(
            _GRU, starts_from=lambda t, word, states: states[max(t - 1, 0)]
        ),
        "every other step from the first state": replace(
            _GRU, starts_from=lambda t, word, states: states[-1 if t % 2 else 0]
        ),
        "the first state again at one of the six words": replace(
            _GRU, starts_from=lambda t, word, states: states[0 if word == 4 else -1]
        ),
        "the first state again from the fifth step on": replace(
            _GRU, starts_from=lambda t, word, states: states[0 if t >= 4 else -1]
        ),
        "a word answered as it was the first time": replace(_GRU, remembers=True),
        "each step from the first state, and the softmax twice": replace(_ANEW, twice=True),
        "each step from the first state, and the word before never read": replace(_ANEW, deaf=True),
    }.items()
}
