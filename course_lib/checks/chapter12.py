"""Checkers of chapter 12, When attention is not alignment."""

import math
from collections.abc import Callable, Sequence
from functools import cache
from itertools import count
from typing import Any

import numpy as np
from torch import Tensor

from course_lib.checks.comparing import ROUNDING, Array, array, expect_close, judge, on_arrays, rounding_of
from course_lib.checks.report import NotRight, answer, checker

# Exercise 1


@checker(
    hints=(
        "Two things are to be compared for each place. Both are what read says; of which two contexts?",
        "Start from a fresh copy of the weights for each place. Set the one weight to 0, divide the copy by its sum, "
        "and build the context anew.",
        "rest = alpha.copy(), rest[j] = 0, rest /= rest.sum(); then abs(read(rest @ h) − read(alpha @ h)).sum() / 2.",
    )
)
def check_leave_one_out(leave_one_out: Callable[..., Any]) -> str:
    """Exercise 1: ``leave_one_out(alpha (S,), h (S, M), read)`` is how far the next word moves without each place (S,).

    ``read(context (M,))`` is the probabilities (V,) of the next word. Without place j the other weights are divided by
    what is left; how far is the total variation of the two distributions.
    """
    for (S, M, V, kind), (alpha, h, read) in zip(_STEPS, _drawn(136), strict=True):
        expect_close(
            answer(leave_one_out, alpha, h, read, keep_inputs=True),
            _moves(alpha.tolist(), h.tolist(), read),
            "how far the next word moves",
            mistakes=_other_moves(alpha, h, read),
            where=f"for S={S}, M={M}, V={V}{_KINDS[kind]}",
            axes="(S,)",
        )
    return (
        "each number is how far the next word moves without the place: 0 where it had no weight, and right for two "
        "equal annotations and for two words in all."
    )


_KINDS = {"plain": "", "none": ", a place without any weight", "twins": ", two places of one annotation", "pair": ""}
_STEPS = ((5, 3, 4, "plain"), (4, 2, 6, "none"), (6, 4, 3, "twins"), (2, 3, 5, "pair"))
"""S, M, V and what is special. In the plain step, the first, all mistakes are told apart; in others some are none."""
_TOLD_APART = 0.02  # so far two mistakes are apart: no rounding to bfloat16 makes one of the other

Read = Callable[[Any], Any]


@cache
def _drawn(seed: int) -> list[tuple[Array, Array, Read]]:
    draw = np.random.default_rng(seed)
    return [_a_step(draw, *step) for step in _STEPS]


def _a_step(draw: np.random.Generator, S: int, M: int, V: int, kind: str) -> tuple[Array, Array, Read]:
    """Draw weights (S,), annotations (S, M) and a readout, until no two mistakes give nearly the same."""
    while True:
        alpha, h = draw.dirichlet(np.full(S, 3.0)), draw.normal(size=(S, M))
        if kind == "none":
            alpha[1] = 0
            alpha /= alpha.sum()
        elif kind == "twins":
            h[4] = h[1]
        read = _readout(1.5 * draw.normal(size=(V, M)), draw.normal(size=V))
        gaps = _gaps(alpha, h, read)
        if ((gaps > _TOLD_APART) | ((gaps < 1e-9) & (kind != "plain"))).all():
            return alpha, h, read


def _gaps(alpha: Array, h: Array, read: Read) -> Array:
    """Return how far the right numbers and those of all mistakes are from each other at most, two by two."""
    found = [_moves(alpha.tolist(), h.tolist(), read), *_other_moves(alpha, h, read).values()]
    numbers = np.array([one for one in found if np.shape(one) == alpha.shape], dtype=float)  # (K, S)
    return np.nanmax(np.abs(numbers[:, None] - numbers), axis=2)[np.triu_indices(len(numbers), 1)]


def _readout(matrix: Array, bias: Array) -> Read:
    """Make the function that turns one context (M,) into the probabilities (V,) of the next word."""
    M = matrix.shape[1]

    @on_arrays
    def on_numbers(context: Array) -> Array:
        if context.shape != (M,):
            raise ValueError(f"read: expected one context, ({M},), got shape {context.shape}. Ask for one at a time.")
        logits = matrix @ context + bias
        raised = np.exp(logits - logits.max())
        return raised / raised.sum()

    def read(context: Any) -> Any:
        return on_numbers(context)

    return read


def _moves(alpha: Sequence[float], h: Sequence[Sequence[float]], read: Read) -> list[float]:
    """Return how far the next word moves without each place (S,): 1 less what the two distributions share."""
    whole = [math.fsum(a * v for a, v in zip(alpha, column, strict=True)) for column in zip(*h, strict=True)]
    own = read(whole).tolist()
    found = []
    for a, row in zip(alpha, h, strict=True):
        left = read([(c - a * v) / (1 - a) for c, v in zip(whole, row, strict=True)]).tolist()
        found.append(1 - math.fsum(map(min, own, left)))
    return found


def _without(alpha: Array) -> Array:
    """Return the weights (S, S) that are left, in row j without place j."""
    kept = alpha * (1 - np.eye(len(alpha)))
    return kept / kept.sum(1, keepdims=True)


def _asked(read: Read, contexts: Array) -> Array:
    return np.array([read(context) for context in contexts])


def _apart(p: Array, q: Array) -> Array:
    """Return the total variation of distributions (…, V)."""
    return np.abs(p - q).sum(-1) / 2


def _other_moves(alpha: Array, h: Array, read: Read) -> dict[str, Any]:
    """Return the usual wrong numbers by what there is to say of them."""
    own, rests = read(alpha @ h), _without(alpha)
    left = _asked(read, rests @ h)  # (S, V)
    with np.errstate(all="ignore"):
        return {
            **_of_other_rests(alpha, h, read),
            **_of_other_distances(own, left),
            "These are distances of contexts. What does read make of each, and how far apart are those?": (
                np.abs(rests @ h - alpha @ h).sum(1)
            ),
            "These are distances of contexts, halved. How far apart are the probabilities that read gives?": (
                _apart(rests @ h, alpha @ h)
            ),
            "These are lengths of the way between two contexts. How far apart is what read makes of them?": (
                np.linalg.norm(rests @ h - alpha @ h, axis=1)
            ),
            "This is the weights themselves. The question is what comes of it when one is gone.": alpha,
            "Each row is what moves word by word; a place has one number, their sum.": np.abs(left - own),
            "Each row is what moves word by word; a place has one number.": left - own,
            "These are the probabilities without each place. How far are they from those with all?": left,
            "The places are added up; each has a number of its own.": _apart(left, own).sum(),
            "The numbers stand one place too late: counting begins at 0.": np.roll(_apart(left, own), 1),
            "The numbers stand one place too early.": np.roll(_apart(left, own), -1),
        }


def _of_other_rests(alpha: Array, h: Array, read: Read) -> dict[str, Array]:
    """Return what comes of other weights than those that are left, divided by their sum."""
    S = len(alpha)
    others = 1 - np.eye(S)
    kept, own = alpha * others, read(alpha @ h)
    raised = np.exp(kept)
    gone = alpha.copy()
    so_far = []
    for j in range(S):
        gone[j] = 0
        gone = gone / gone.sum()
        so_far.append(gone.copy())
    rests = {
        "The other weights are not divided by what is left, so they no longer add up to one. To set the annotation "
        "to 0 in place of the weight comes to the same.": kept,
        "The others have been put through a softmax. They share one whole in their old proportions if you divide by "
        "what is left.": raised * others / (raised * others).sum(1, keepdims=True),
        "A softmax brings back what was taken away: a weight of 0 is not nothing to it. Divide by what is left.": (
            raised / raised.sum(1, keepdims=True)
        ),
        "What is taken away is shared out evenly. Each of the others should grow in proportion to what it has.": (
            kept + alpha[:, None] * others / (S - 1)
        ),
        "The others are divided by what was taken away, not by what is left.": kept / alpha[:, None],
        "The others are multiplied by what is left, not divided by it.": kept * (1 - alpha)[:, None],
        "Each weight is divided by 1 less itself; all of a row are to be divided by what is left in that row.": (
            kept / (1 - alpha)
        ),
        "This keeps one place and takes all others away.": np.eye(S),
        "The weights that are left are made even; they should keep their proportions. Was each column divided by its "
        "sum, in place of each row?": others / (S - 1),
        "All rows together add up to one; each of them should.": kept / kept.sum(),
    }
    if S > 2:  # of two the first is right, and nothing is left for the other
        stays = "What was taken away stays away at the next place too: each place needs a fresh copy of the weights."
        rests[stays] = np.array(so_far)
    return {why: _apart(_asked(read, rows @ h), own) for why, rows in rests.items()}


def _of_other_distances(own: Array, left: Array) -> dict[str, Array]:
    """Return what other ways to measure give of ``own`` (V,) and of ``left`` (S, V), what each place leaves."""
    away, logs, middle = np.abs(left - own), np.log(left / own), (left + own) / 2
    first = own.argmax()
    to_left, to_own = -(own * logs).sum(1), (left * logs).sum(1)
    both = (-(own * np.log(middle / own)).sum(1) - (left * np.log(middle / left)).sum(1)) / 2
    asked = "Asked for is the total variation, without any logarithm."
    return {
        "It is twice the total variation: what one word loses another gains, so half of the sum is enough.": away.sum(
            1
        ),
        "This is the largest difference of a single word; all words count.": away.max(1),
        "This is the mean over the words, not half of their sum.": away.mean(1),
        "The differences have kept their signs, and cancel each other.": (left - own).sum(1),
        "The differences are squared, and the root drawn from the sum. Take their size.": np.sqrt((away**2).sum(1)),
        "The differences are squared. Take their size.": (away**2).sum(1),
        "The differences are squared before they are halved. Take their size.": (away**2).sum(1) / 2,
        f"This is a Kullback–Leibler divergence. {asked}": to_left,
        f"This is a Kullback–Leibler divergence, seen from the other side. {asked}": to_own,
        f"This is a Jensen–Shannon divergence. {asked}": both,
        "This says whether another word is the likeliest now. A word can lose much and still be the likeliest.": (
            left.argmax(1) != own.argmax()
        ),
        "This is how far the likeliest word alone moves; all words count.": away[:, first],
        "This is how much the likeliest word alone gains; all words count.": left[:, first] - own[first],
        "This is how much the likeliest word alone loses; all words count.": own[first] - left[:, first],
        "This is what the two distributions share; asked for is what they do not.": 1 - away.sum(1) / 2,
    }


# Exercise 2


@checker(
    hints=(
        "Look for a direction first, (S,), that could be added to alpha and would change neither the context nor the "
        "sum. How many equations is that?",
        "Put the annotations and a column of ones side by side, (S, M + 1). A direction that all columns turn into 0 "
        "does it; the last row of a singular value decomposition is one. Then go along it until a weight is used up.",
        "_, _, rows = np.linalg.svd(np.column_stack([h, np.ones(len(h))]).T); d = rows[-1]; the step is the smallest "
        "of −alpha[d < 0] / d[d < 0].",
    )
)
def check_another_map(another_map: Callable[..., Any]) -> str:
    """Exercise 2, break it: ``another_map(alpha (S,), h (S, M))`` is other weights (S,) of the same context.

    All of ``alpha`` is above 0 and S is M + 2 or more. None of the other weights is below 0, they add up to one, and
    at least one of them is 0: one has gone as far as it goes.
    """
    draw = np.random.default_rng(122)
    elsewhere = []
    for S, M in _SIZES:
        alpha, h = _a_map(draw, S, M)
        got = answer(another_map, alpha, h, keep_inputs=True)
        other = array(got, "the other weights", (S,), axes="(S,)")
        _check_other(other, alpha, h, rounding_of(got))
        elsewhere.append(float(_apart(other, alpha)))
    least, most = (f"{100 * share:.0f}" for share in (min(elsewhere), max(elsewhere)))
    return f"in {len(_SIZES)} draws the context is the same, and {least} to {most} % of the weight lies elsewhere."


_SIZES = ((6, 2), (3, 1), (5, 3), (9, 4), (12, 10))
"""S and M: more words than it takes, and just as many."""


def _a_map(draw: np.random.Generator, S: int, M: int) -> tuple[Array, Array]:
    """Draw weights (S,), none near 0, and annotations (S, M)."""
    alpha = 0.4 / S + 0.6 * draw.dirichlet(np.full(S, 2.0))
    return alpha, draw.normal(size=(S, M))


def _check_other(other: Array, alpha: Array, h: Array, tolerance: float) -> None:
    """Raise NotRight unless ``other`` (S,) is a map of the same context that has used up a weight."""
    moved = np.abs(other @ h - alpha @ h)
    m, least = int(moved.argmax()), int(other.argmin())
    same_context = moved[m] <= tolerance * (1 + np.abs(h).max())
    same_sum = abs(other.sum() - 1) <= tolerance
    name = f"of {len(alpha)} weights over annotations of {h.shape[1]} numbers"
    if np.abs(other - alpha).max() <= tolerance and not _used_up(other):
        raise NotRight(f"{name}, these are the model's own, unchanged. Another map is asked for.")
    if other.any() and abs(other.sum()) <= tolerance and np.abs(other @ h).max() <= tolerance * (1 + np.abs(h).max()):
        raise NotRight(f"{name}, got a sum of 0: this is a direction. Start from alpha, and go along it.")
    if other[least] < -ROUNDING:
        raise NotRight(
            f"{name}, weight {least} is {other[least]:.3g}, below 0. {_why_below(same_context and same_sum)}"
        )
    if not same_sum:
        raise NotRight(f"{name}, got a sum of {other.sum():.6g} and not of one. {_why_sum(other, alpha, same_context)}")
    if not same_context:
        raise NotRight(
            f"{name}, the context moves: its number {m} is {(alpha @ h)[m]:.4g} with the model's weights, and "
            f"{(other @ h)[m]:.4g} with yours. {_why_context(other, alpha)}"
        )
    if not _used_up(other):
        raise NotRight(f"{name}, none is used up. {_why_stopped(other, alpha)}")


def _why_below(on_the_line: bool) -> str:
    if on_the_line:
        return "Sum and context are right, so the direction is; stop sooner, where the first of all weights reaches 0."
    return "A weight is a share, and none is negative."


def _why_sum(other: Array, alpha: Array, same_context: bool) -> str:
    if same_context:
        return "The context is the same. A direction has to leave the sum alone as well: that is one more equation."
    if _used_up(other):
        return (
            "Nor is the context kept. Was a weight cut off at 0, or rounded? Or does your direction change both? A "
            "short singular value decomposition leaves out the very rows that matter."
        )
    return "What one place gains others have to lose."


def _why_context(other: Array, alpha: Array) -> str:
    if np.allclose(np.sort(other), np.sort(alpha), atol=ROUNDING):
        return "These are the model's numbers in another order; the annotations have a say in where they may lie."
    if _used_up(other):
        return (
            "A weight is 0, but the others do not make up for it. Was it cut off there, or shared out? Go in a "
            "direction that keeps the context, and stop where the first of all weights reaches 0."
        )
    return "Which shifts of weight leave each number of the context as it was?"


def _used_up(other: Array) -> bool:
    return bool((other <= ROUNDING).any())


def _why_stopped(other: Array, alpha: Array) -> str:
    """Say which weight is used up first if one goes on from ``alpha`` through ``other``."""
    loses = alpha - other
    with np.errstate(all="ignore"):
        steps = np.where(loses > 0, alpha / loses, np.inf)
    first = int(steps.argmin())
    return (
        f"Sum and context are right, and {_apart(other, alpha):.2g} of the weight lies elsewhere. Go on in the same "
        f"direction: {steps[first]:.6g} times as far, and weight {first} reaches 0."
    )


# Exercise 3


@checker(
    hints=(
        "Which bugs does a mask hide that is True everywhere, or True at the start? Which does a single row hide, "
        "which a single call?",
        "Give many rows of the same three or four numbers, one of them 0, and call often, each time with another seed. "
        "Count how often each order comes.",
        "Three words have 6 orders: of 3,000 rows each has about 500, and a difference of 120 is no chance. Beside it: "
        "padding 0, the numbers of each row, no row alike in all calls, no call alike in all rows, one seed twice.",
    )
)
def check_is_permuted(is_permuted: Callable[..., Any]) -> str:
    """Exercise 3, write the test: True only for a ``permute`` that deals the weights of each row out again.

    ``permute(weights (T, S), mask (S,), rng)`` is (T, S): in each row the numbers of the words, each order equally
    likely and a draw a row; 0 on padding. All chance is that of ``rng``, and ``weights`` stays as it was.
    """
    judge(
        is_permuted,
        _RIGHT_DEALS,
        _SICK_DEALS,
        too_strict="Chance spreads: of 3,000 rows one order of six has 500, give or take 20, so allow for five or six "
        "times that. An order may leave all as it was, two rows may be alike, single precision rounds, and padding "
        "gets 0.",
        too_lax="Choose numbers, masks and seeds that show these, and count.",
    )
    return f"your test passes {len(_RIGHT_DEALS)} right versions and catches all {len(_SICK_DEALS)} bugs."


Permuting = Callable[[Array, Array, np.random.Generator], Array]
Deal = Callable[[Array, np.random.Generator], Array]


def _permute(rule: Permuting, *, writes: bool = False) -> Callable[..., Any]:
    """Make of ``rule`` what a learner's test is handed; ValueError for what are no weights, no mask, no generator."""

    def permute(weights: Any, mask: Any, rng: Any) -> Any:
        if not isinstance(rng, np.random.Generator):
            raise ValueError(
                f"permute: expected a NumPy generator for rng, as default_rng(1) is one; got {type(rng).__name__}."
            )

        @on_arrays
        def on_numbers(weights: Array, mask: Array) -> Array:
            if weights.ndim != 2 or mask.shape != weights.shape[1:]:
                raise ValueError(
                    f"permute: expected weights (T, S) and a mask (S,), got shapes {weights.shape} and {mask.shape}."
                )
            if not mask.any() or not ((mask == 0) | (mask == 1)).all():
                raise ValueError("permute: expected a mask of True and False, True for one word at least.")
            return rule(weights, mask.astype(bool), rng)

        dealt = on_numbers(weights, mask)
        if writes:
            _write(dealt, weights)
        return dealt

    permute.__qualname__ = permute.__name__  # so that Python's own errors do not say where it was made
    return permute


def _write(dealt: Any, weights: Any) -> None:
    weights[:] = dealt if isinstance(weights, Array | Tensor) else dealt.tolist()


def _words(deal: Deal) -> Permuting:
    """Return the rule that hands ``deal`` the numbers (T, n) of the words, and puts 0 on padding."""

    def rule(weights: Array, mask: Array, rng: np.random.Generator) -> Array:
        dealt = np.zeros(weights.shape)
        dealt[:, mask] = deal(weights[:, mask], rng)
        return dealt

    return rule


def _evenly(words: Array, rng: np.random.Generator) -> Array:
    return rng.permuted(words, axis=1)


def _row_by_row(weights: Array, mask: Array, rng: np.random.Generator) -> Array:
    dealt = np.zeros(weights.shape)
    for row, given in zip(dealt, weights, strict=True):
        row[mask] = rng.permutation(given[mask])
    return dealt


def _by_keys(weights: Array, mask: Array, rng: np.random.Generator) -> Array:
    """Sort by numbers drawn by chance, those of padding above all."""
    keys = np.where(mask, rng.random(weights.shape), 2)
    dealt = np.zeros(weights.shape)
    dealt[:, mask] = np.take_along_axis(weights, keys.argsort(1)[:, : mask.sum()], 1)
    return dealt


def _orders(words: Array, orders: Array) -> Array:
    return np.take_along_axis(words, orders, 1)


def _turned(words: Array, rng: np.random.Generator) -> Array:
    T, n = words.shape
    return _orders(words, (np.arange(n) + rng.integers(n, size=(T, 1))) % n)


def _largest_stays(words: Array, rng: np.random.Generator) -> Array:
    dealt = words.copy()
    for row in dealt:
        rest = np.arange(len(row)) != row.argmax()
        row[rest] = rng.permutation(row[rest])
    return dealt


def _two_exchanged(words: Array, rng: np.random.Generator) -> Array:
    dealt = words.copy()
    for row in dealt:
        pair = rng.permutation(len(row))[:2]
        row[pair] = row[pair[::-1]]
    return dealt


def _never_as_it_was(words: Array, rng: np.random.Generator) -> Array:
    """Draw an order until it is another one; a single word has no other."""
    T, n = words.shape
    places = np.arange(n)
    orders = np.tile(places, (T, 1))
    for order in orders if n > 1 else ():
        while (order == places).all():
            order[:] = rng.permutation(n)
    return _orders(words, orders)


def _ties(words: Array, rng: np.random.Generator) -> Array:
    return _orders(words, rng.integers(words.shape[1], size=words.shape).argsort(1, kind="stable"))


def _last_word_stays(words: Array, rng: np.random.Generator) -> Array:
    return np.concatenate([_evenly(words[:, :-1], rng), words[:, -1:]], 1)


def _first_row_stays(words: Array, rng: np.random.Generator) -> Array:
    return np.concatenate([words[:1], _evenly(words[1:], rng)])


def _first_places(weights: Array, mask: Array, rng: np.random.Generator) -> Array:
    """Take as many places from the start as there are words."""
    return _words(_evenly)(weights, np.arange(len(mask)) < mask.sum(), rng)


def _zero_is_padding(weights: Array, mask: Array, rng: np.random.Generator) -> Array:
    dealt = np.zeros(weights.shape)
    for row, given in zip(dealt, weights, strict=True):
        seen = mask & (given != 0)
        row[seen] = rng.permutation(given[seen])
    return dealt


_CALLS = count()


def _own_chance(words: Array, rng: np.random.Generator) -> Array:
    return _evenly(words, np.random.default_rng(next(_CALLS)))


_RIGHT_DEALS = {
    "one that deals row by row": _permute(_row_by_row),
    "one that sorts by keys drawn by chance": _permute(_by_keys),
    "one that deals all rows at once": _permute(_words(_evenly)),
    "one in single precision": _permute(lambda *given: _row_by_row(*given).astype(np.float32)),
}
_SICK_DEALS = {
    "weight on padding": _permute(lambda weights, mask, rng: _evenly(weights, rng)),
    "words taken for the first places": _permute(_first_places),
    "0 taken for padding": _permute(_zero_is_padding),
    "one order for all rows": _permute(_words(lambda words, rng: words[:, rng.permutation(words.shape[1])])),
    "whole rows exchanged": _permute(_words(lambda words, rng: rng.permutation(words))),
    "numbers dealt across the rows": _permute(
        _words(lambda words, rng: rng.permutation(words.ravel()).reshape(words.shape))
    ),
    "numbers put back after each draw": _permute(
        _words(lambda words, rng: _orders(words, rng.integers(words.shape[1], size=words.shape)))
    ),
    "each row turned round in a circle": _permute(_words(_turned)),
    "each row from back to front": _permute(_words(lambda words, rng: words[:, ::-1])),
    "the largest left in its place": _permute(_words(_largest_stays)),
    "two places exchanged, and no more": _permute(_words(_two_exchanged)),
    "no row ever left as it was": _permute(_words(_never_as_it_was)),
    "keys that are often level": _permute(_words(_ties)),
    "the last word left in its place": _permute(_words(_last_word_stays)),
    "the first row left as it was": _permute(_words(_first_row_stays)),
    "rounded to two digits": _permute(_words(lambda words, rng: _evenly(words, rng).round(2))),
    "the same draw in every call": _permute(_words(lambda words, rng: _evenly(words, np.random.default_rng(0)))),
    "chance of its own, not of rng": _permute(_words(_own_chance)),
    "the weights handed in changed": _permute(_words(_evenly), writes=True),
}
