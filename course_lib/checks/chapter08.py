"""Checkers of chapter 8, Input feeding and coverage."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from course_lib.checks.comparing import (
    ROUNDING,
    Array,
    array,
    expect_close,
    in_kind,
    judge,
    own_randomness,
    parts,
    rounding_of,
    tensor_of,
)
from course_lib.checks.report import NotRight, answer, checker

# Exercise 1


@checker(
    hints=(
        "Write down what one row of W_ih and one row of W_hh meet at a step. Do two stretches meet the same vector?",
        "W_ih has E + H columns. The last H of them meet the fed state; W_hh meets the very same state.",
        "A v + B v = (A + B) v: return W_ih[:, :E], and W_hh + W_ih[:, E:].",
    )
)
def check_feed_the_state_back(feed_the_state_back: Callable[..., Any]) -> str:
    """Exercise 1: ``feed_the_state_back(W_ih (4H, E + H), W_hh (4H, H))`` is W_ih (4H, E) and W_hh (4H, H).

    The first LSTM reads [word; s_{i-1}], the second words alone, and both must go through the same states.
    """
    with own_randomness(81):
        for E, H in ((3, 4), (5, 2), (3, 3), (2, 1)):
            W_ih, W_hh = (0.8 * torch.randn(4 * H, width, dtype=torch.float64) for width in (E + H, H))
            run = torch.randn(6, E, dtype=torch.float64), *torch.randn(2, H, dtype=torch.float64).tanh()
            got = answer(feed_the_state_back, W_ih, W_hh, keep_inputs=True)
            plain = _plain_weights(got, E, H)
            expect_close(
                _states(*plain, *run),
                _states(W_ih, W_hh, *run, fed=True),
                "the states of the LSTM that reads words alone",
                mistakes={why: _run_of(pair, run) for why, pair in _unfolded(W_ih, W_hh, E).items()},
                where=f"for E={E}, H={H}",
                rounding=max(map(rounding_of, parts(got, _PLAIN))),
            )
    return "with one layer, a decoder that is fed its state is a plain LSTM: the same states at every step."


_PLAIN = ("W_ih", "W_hh")


def _states(W_ih: Any, W_hh: Any, words: Tensor, s: Tensor, c: Tensor, *, fed: bool = False) -> Array:
    """Return the states (T, H) of an LSTM without biases; ``fed``: it reads each word with s_{i-1} behind it."""
    W_ih, W_hh = np.asarray(W_ih), np.asarray(W_hh)
    state, cell, states = s.numpy(), c.numpy(), []
    for word in words.numpy():
        read = np.concatenate((word, state)) if fed else word
        enter, forget, write, show = np.split(W_ih @ read + W_hh @ state, 4)  # PyTorch's order of the blocks
        cell = _sigmoid(forget) * cell + _sigmoid(enter) * np.tanh(write)
        state = _sigmoid(show) * np.tanh(cell)
        states.append(state)
    return np.stack(states)


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def _plain_weights(got: Any, E: int, H: int) -> tuple[Array, Array]:
    """Return both matrices, or say which of the two is no weight of an LSTM that reads words alone."""
    sizes = f"for E={E}, H={H}"
    W_ih, W_hh = (array(one, name) for one, name in zip(parts(got, _PLAIN), _PLAIN, strict=True))
    right = (4 * H, E), (4 * H, H)
    if E != H and (W_hh.shape, W_ih.shape) == right:
        raise NotRight(f"W_ih and W_hh have changed places {sizes}: W_ih comes first.")
    if W_ih.shape == (4 * H, E + H):
        raise NotRight(
            f"W_ih {sizes} has its full width still, {E + H} columns. The plain LSTM reads a word and nothing else: "
            f"its W_ih has {E}."
        )
    if W_hh.shape == (4 * H, E + H):
        raise NotRight(f"W_hh {sizes} has {E + H} columns; it meets the state alone, so it has {H}.")
    W_ih = array(W_ih, f"W_ih {sizes}", right[0], axes="(4H, E)")
    return W_ih, array(W_hh, f"W_hh {sizes}", right[1], axes="(4H, H)")


def _run_of(pair: Callable[[], tuple[Tensor, Tensor]], run: tuple[Tensor, ...]) -> Callable[[], Array]:
    return lambda: _states(*pair(), *run)


def _unfolded(W_ih: Tensor, W_hh: Tensor, E: int) -> dict[str, Callable[[], tuple[Tensor, Tensor]]]:
    """Return the usual wrong weights by what there is to say of them."""
    H = W_hh.shape[1]
    word, fed = W_ih[:, :E], W_ih[:, E:]
    first, last = W_ih[:, :H], W_ih[:, H:]
    blocks = fed.view(4, H, H)
    return {
        "The columns of the fed state are cut off and lost: W_hh must do their work too.": lambda: (word, W_hh),
        "W_hh is lost: it and the columns of the fed state both count.": lambda: (word, fed),
        "This is half of what the state brings, a mean of two matrices; both count in full.": (
            lambda: (word, (W_hh + fed) / 2)
        ),
        "One matrix is taken away from the other; what they bring adds up.": lambda: (word, W_hh - fed),
        "The two matrices are multiplied entry by entry; what they bring adds up.": lambda: (word, W_hh * fed),
        "The columns of the fed state count twice.": lambda: (word, W_hh + 2 * fed),
        "The two halves of W_ih have changed places: the word comes first, the fed state behind it.": (
            lambda: (last, W_hh + first)
        ),
        "The first H columns are cut off, and they belong to the word. The fed state stands behind it.": (
            lambda: (last, W_hh)
        ),
        "W_ih is right, but what went into W_hh are the first H columns; those of the fed state are the last H.": (
            lambda: (word, W_hh + first)
        ),
        "What went into W_hh is right, but W_ih has kept the wrong columns: the word's stand first.": (
            lambda: (last, W_hh + fed)
        ),
        "The four blocks are added transposed: row k of W_ih and row k of W_hh belong to the same unit of a gate.": (
            lambda: (word, W_hh + blocks.transpose(1, 2).reshape(4 * H, H))
        ),
        "The matrix of the fed state was turned over and reshaped: its entries stand in other rows now.": (
            lambda: (word, W_hh + fed.T.reshape(4 * H, H))
        ),
        "Only the first of four blocks hears the fed state; all four gates do.": (
            lambda: (word, torch.cat((W_hh[:H] + fed[:H], W_hh[H:])))
        ),
        "What the word brings is lost.": lambda: (torch.zeros_like(word), W_hh + fed),
    }


# Exercise 2


@checker(
    hints=(
        "Coverage adds up over the steps, the largest of a row is asked for in each step. How often must a word come "
        "second to have had 1 in all?",
        "Let one word be second in every row, and let the others take turns at being first.",
    )
)
def check_covered(covered: Callable[..., Any]) -> str:
    """Exercise 2, break it: ``covered()`` is weights (T, S), T at most 8, with a coverage penalty of 0.

    Rows are shares of 1 and each word has had at least 1 in all, but one word is never the largest of its row.
    """
    got = answer(covered)
    weights = array(got, "the weights")
    _check_table(weights)
    tolerance = rounding_of(got)
    _check_rows(weights, tolerance)
    had = weights.sum(0)
    least = int(had.argmin())
    if had[least] < 1 - tolerance:
        raise NotRight(
            f"word {least} has had {had[least]:.6g} in all. The penalty sees each word that has had less than 1."
        )
    second = (weights < weights.max(1, keepdims=True) - ROUNDING).all(0)  # (S,)
    if not second.any():
        raise NotRight(_why_none(weights))
    word = int(second.argmax())
    return f"word {word} has had {had[word]:.2f} in all and is the largest of no row: the penalty is 0 all the same."


_MOST_STEPS = 8


def _check_table(weights: Array) -> None:
    if weights.ndim != 2 or not weights.size:
        raise NotRight(f"expected a table (T, S), a row for each step, got shape {weights.shape}.")
    T, S = weights.shape
    if T > _MOST_STEPS:
        raise NotRight(f"these are {T} steps; {_MOST_STEPS} are allowed, and fewer will do.")
    if S == 1:
        raise NotRight("with one source word, that word is the largest of every row. Take two words or more.")


def _check_rows(weights: Array, tolerance: float) -> None:
    if (weights < -tolerance).any():
        step, word = map(int, np.unravel_index(int(weights.argmin()), weights.shape))
        raise NotRight(f"a weight is never negative; at step {step}, word {word} has {weights[step, word]:.3g}.")
    sums = weights.sum(1)
    step = int(np.abs(sums - 1).argmax())
    if abs(sums[step] - 1) <= tolerance:
        return
    turned = np.abs(weights.sum(0) - 1).max() <= tolerance
    why = " It is the columns that do: is the table turned over?" if turned else ""
    raise NotRight(f"the weights of a step share one whole; those of step {step} sum to {sums[step]:.6g}.{why}")


def _why_none(weights: Array) -> str:
    """Say why no word is ahead in no row: all are ahead somewhere, or ties leave it open."""
    level = weights >= weights.max(1, keepdims=True) - ROUNDING  # (T, S)
    alone = (level & (level.sum(1, keepdims=True) == 1)).any(0)
    if alone.all():
        return "every word is the largest of some row, so each has its step. Take that step from one of them."
    word = int((~alone).argmax())
    step = int(level[:, word].argmax())
    return (
        f"word {word} is nowhere ahead alone, but at step {step} it is level with the largest. A tie leaves open which "
        "is looked at most: let another word be ahead."
    )


# Exercise 3


@checker(
    hints=(
        "Which bugs does a single step hide, which a single sentence? Which do looks hide that are zero, or equal?",
        "Draw words and looks at random, a few sentences of a few steps, and put together yourself what should come.",
        "Row i is [word_i ; h̃_{i−1}]: behind the words stand zeros, then attentional[:, :-1]. Compare the shape and "
        "every entry, with room for rounding.",
    )
)
def check_feeds_the_look_before(feeds_the_look_before: Callable[..., Any]) -> str:
    """Exercise 3, write the test: True only for a ``fed_inputs`` that feeds zeros, then the look before.

    ``fed_inputs(embedded (B, T, E), attentional (B, T, H))`` gives (B, T, E + H), row i of it [word_i ; h̃_{i-1}].
    """
    with own_randomness(83):
        judge(
            feeds_the_look_before,
            _FEED,
            _FEED_WRONGLY,
            too_strict="Words stand first. Behind the first word of each sentence stand zeros, behind every other what "
            "the step before it made, and the last digits of float32 may differ.",
            too_lax="Choose words and looks that these bugs change, and compare every entry.",
        )
    return f"your test passes {len(_FEED)} right versions and catches all {len(_FEED_WRONGLY)} bugs."


Feeding = Callable[[Tensor, Tensor], Tensor]


def _feeding(rule: Feeding, dtype: torch.dtype = torch.float64) -> Callable[..., Any]:
    """Make of ``rule`` what a learner's test is handed: it takes arrays and lists too."""

    def fed_inputs(embedded: Any, attentional: Any) -> Any:
        words, made = tensor_of(embedded, "embedded").to(dtype), tensor_of(attentional, "attentional").to(dtype)
        if words.ndim != 3 or made.ndim != 3 or words.shape[:2] != made.shape[:2] or not words.numel():
            raise ValueError(
                "fed_inputs: expected embedded (B, T, E) and attentional (B, T, H), as many sentences and steps in "
                f"both; got {tuple(words.shape)} and {tuple(made.shape)}."
            )
        return in_kind(rule(words, made), embedded, attentional)

    return fed_inputs


def _by_steps(words: Tensor, made: Tensor) -> Tensor:
    """Feed one step after another, as a decoder does."""
    before, rows = torch.zeros_like(made[:, 0]), []
    for i in range(words.shape[1]):
        rows.append(torch.cat((words[:, i], before), -1))
        before = made[:, i]
    return torch.stack(rows, 1)


def _behind_words(fed_of: Callable[[Tensor], Tensor]) -> Feeding:
    """Return a rule that puts behind the words what is made of the looks; both are (B, T, H)."""
    return lambda words, made: torch.cat((words, fed_of(made)), -1)


def _before(made: Tensor) -> Tensor:
    return torch.nn.functional.pad(made, (0, 0, 1, 0))[:, :-1]


def _with_first(first: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """Return the looks before, whose first row (B, H) is ``first`` of all looks."""
    return lambda made: torch.cat((first(made).unsqueeze(1), made[:, :-1]), 1)


def _carried_over(made: Tensor) -> Tensor:
    """Return what the sentence before it in the batch has left in last; nothing for the first."""
    return torch.cat((torch.zeros_like(made[:1, -1]), made[:-1, -1]))


def _sum(words: Tensor, made: Tensor) -> Tensor:
    """Return word and look added up, the shorter of the two with zeros behind it."""
    width = max(words.shape[-1], made.shape[-1])
    one, other = (torch.nn.functional.pad(x, (0, width - x.shape[-1])) for x in (words, _before(made)))
    return one + other


_SOUND = _behind_words(_before)
_FEED = {
    "the look before, by padding": _feeding(_SOUND),
    "the look before, step by step": _feeding(_by_steps),
    "the look before, in single precision": _feeding(_SOUND, torch.float32),
}
_FEED_WRONGLY = {
    "the look of the step itself": _feeding(_behind_words(lambda made: made)),
    "the look two steps back": _feeding(_behind_words(lambda made: _before(_before(made)))),
    "the last look at the first step": _feeding(_behind_words(lambda made: made.roll(1, 1))),
    "the first look at the first step too": _feeding(_behind_words(_with_first(lambda made: made[:, 0]))),
    "ones at the first step": _feeding(_behind_words(_with_first(lambda made: torch.ones_like(made[:, 0])))),
    "the last look of the sentence before, at the first step": _feeding(_behind_words(_with_first(_carried_over))),
    "the look of the sentence before": _feeding(_behind_words(lambda made: _before(made).roll(1, 0))),
    "the sum of all looks so far": _feeding(_behind_words(lambda made: _before(made.cumsum(1)))),
    "the look in front of the word": _feeding(lambda words, made: torch.cat((_before(made), words), -1)),
    "a sum of word and look": _feeding(_sum),
    "words that come a step late too": _feeding(lambda words, made: _before(torch.cat((words, made), -1))),
}
