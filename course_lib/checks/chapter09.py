"""Checkers of chapter 9, Local attention."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from course_lib.checks.comparing import (
    Array,
    array,
    expect_close,
    judge,
    number,
    on_arrays,
    own_randomness,
    parts,
    whole,
)
from course_lib.checks.report import NotRight, answer, checker

# Exercise 1


@checker(
    hints=(
        "Of all that a weight is made of, which factor depends on p? The rest stands before it, unchanged.",
        "A bell of e to the power f has the slope of f, times the bell itself. What is the slope of f in p?",
        "dc/dp = Σ_j w_j (j − p)/σ² v_j, where w_j is the whole weight, softmax times bell, and σ = D/2.",
    )
)
def check_pull(pull: Callable[..., Any]) -> str:
    """Exercise 1: ``pull(scores (W,), positions (W,), p, D, values (W, M))`` is the slope (M,) of the context in p.

    The context is that of local-p: softmax over the window, times the bell around p, no division after it.
    """
    with own_randomness(91), torch.enable_grad():
        for D, first, W, p, M in _WINDOWS:
            scores, positions, values = _a_window(first, W, M)
            expect_close(
                answer(pull, scores, positions, p, D, values, keep_inputs=True),
                _by_nudges(scores.tolist(), positions.tolist(), p, D, values.tolist()),
                "the slope of the context",
                mistakes=_other_slopes(scores, positions, p, D, values),
                where=f"for D={D}, p={p}, words {first} to {first + W - 1}",
                axes="(M,)",
            )
    return "the slope is the one that nudges of p find: in the middle of a sentence, at its edges, and for any D."


_WINDOWS = ((3, 4, 7, 6.7, 4), (1, 0, 2, 0.3, 3), (4, 5, 6, 8.6, 1), (2, 6, 5, 8.0, 5), (5, 0, 8, 1.8, 2))
"""D, the first place of the window, how many it holds, p, M: whole windows, and some that an edge cuts off."""


def _a_window(first: int, W: int, M: int) -> tuple[Tensor, Tensor, Tensor]:
    """Draw scores (W,), positions (W,) and values (W, M) of a window that begins at ``first``."""
    scores, values = torch.randn(W, dtype=torch.float64), 3 * torch.randn(W, M, dtype=torch.float64)
    return scores, torch.arange(first, first + W, dtype=torch.float64), values


def _context(
    scores: Sequence[float], positions: Sequence[float], p: float, D: int, values: Sequence[Sequence[float]]
) -> list[float]:
    """Return local-p's context (M,), one product at a time."""
    highest = max(scores)
    raised = [math.exp(score - highest) for score in scores]
    weights = [
        e / math.fsum(raised) * math.exp(-2 * ((j - p) / D) ** 2) for e, j in zip(raised, positions, strict=True)
    ]
    return [math.fsum(w * v for w, v in zip(weights, column, strict=True)) for column in zip(*values, strict=True)]


_NUDGE = 1e-4


def _by_nudges(
    scores: Sequence[float], positions: Sequence[float], p: float, D: int, values: Sequence[Sequence[float]]
) -> list[float]:
    """Return how fast the context (M,) moves with p, the words in the window staying the same."""
    below, above = (_context(scores, positions, p + step, D, values) for step in (-_NUDGE, _NUDGE))
    return [(high - low) / (2 * _NUDGE) for low, high in zip(below, above, strict=True)]


def _other_slopes(scores: Tensor, positions: Tensor, p: float, D: int, values: Tensor) -> dict[str, Any]:
    """Return the usual wrong slopes by what there is to say of them."""
    a, away, s = scores.softmax(0), positions - p, D / 2
    bell = _bell(away, s)
    rows = a * bell * away / s**2  # (W,)
    right = rows @ values
    return {
        "The sign is turned: as p moves to the right, words to the right of it gain.": -right,
        "This is the context itself. How fast does it move when p does?": (a * bell) @ values,
        "The bell is left out: it stands in its own slope as a factor.": (a * away / s**2) @ values,
        "Each row of it is the share of one word; the context is their sum.": rows[:, None] * values,
        "These are the slopes of the weights, a number a word. What do the values make of them?": rows,
        "The numbers of the context are added up; each has a slope of its own.": right.sum(),
        "This is the mean over the words of the window; the context is their sum.": right / len(rows),
        **_of_another_bell(a, away, s, values),
        **_of_other_weights(scores, a, away, s, values),
        **_of_other_distances(a, positions, p, s, values),
    }


def _bell(away: Tensor, s: float) -> Tensor:
    return torch.exp(-(away**2) / (2 * s**2))


def _of_another_bell(a: Tensor, away: Tensor, s: float, values: Tensor) -> dict[str, Any]:
    """Return slopes whose bell is wider, narrower, or differentiated wrongly."""
    bell, wide = _bell(away, s), _bell(away, 2 * s)
    right = (a * bell * away / s**2) @ values
    return {
        "D itself stands where σ belongs: the bell is twice as wide as local-p's.": (
            (a * wide * away / (2 * s) ** 2) @ values
        ),
        "The bell is right, but in its slope D itself stands where σ belongs.": right / 4,
        "In the slope σ is right, but the bell is twice as wide: D itself stands where σ belongs.": (
            (a * wide * away / s**2) @ values
        ),
        "The distance is divided by σ once; look at the power of σ in the exponent again.": s * right,
        "The distance is divided by no σ: the narrower the bell, the steeper its sides.": s**2 * right,
        "It is twice the slope: the square brings a factor of 2, and the exponent divides by another.": 2 * right,
        "It is half the slope: the square in the exponent brings a factor of 2.": right / 2,
        "In the exponent the 2 before σ is missing.": (a * bell**2 * 2 * away / s**2) @ values,
        "The slope is right, but the bell in it has lost the 2 before σ.": (a * bell**2 * away / s**2) @ values,
        "σ is 1 here, whatever D is.": (a * _bell(away, 1) * away) @ values,
        "D is read off how many words the window holds, and an edge may have cut some off.": (
            lambda: (a * _bell(away, (len(a) - 1) / 4) * away / ((len(a) - 1) / 4) ** 2) @ values
        ),
        "The bell is divided by its area, as a density is. In local-p its top is 1.": right / (s * math.tau**0.5),
    }


def _of_other_weights(scores: Tensor, a: Tensor, away: Tensor, s: float, values: Tensor) -> dict[str, Tensor]:
    """Return slopes in which something other than softmax times bell weighs the words."""
    bell = _bell(away, s)
    rows = a * bell * away / s**2
    weights = a * bell / (a * bell).sum()
    inside = (scores * bell).softmax(0)
    pulls = scores * bell * away / s**2  # of the scores themselves
    return {
        "The weights share one whole again, after the bell or by a bell inside the softmax. In local-p the bell comes "
        "last, and the weights stay as it leaves them.": (weights * (away / s**2 - weights @ away / s**2)) @ values,
        "The bell multiplies the scores, before the softmax. In local-p it multiplies what the softmax has made.": (
            (inside * (pulls - inside @ pulls)) @ values
        ),
        "The weights are divided by their sum; local-p leaves them as the bell has made them.": (
            (weights * away / s**2) @ values
        ),
        "The softmax has been differentiated too. It hears the scores alone; for p it stays as it stands.": (
            (rows * (1 - a)) @ values
        ),
        "The softmax is left out: all words count alike here.": (bell * away / s**2) @ values,
        "These are the words' scores times the bell; the softmax is missing.": (scores * bell * away / s**2) @ values,
        "The scores are raised, but not divided by their sum: that is no softmax yet.": (
            (scores.exp() * bell * away / s**2) @ values
        ),
    }


def _of_other_distances(a: Tensor, positions: Tensor, p: float, s: float, values: Tensor) -> dict[str, Tensor]:
    """Return slopes whose distances are not those of the words from p."""
    away, nearest = positions - p, positions - round(p)
    from_first = positions - positions[0] - p
    return {
        "The distances have lost their signs: words on the two sides of p pull against each other.": (
            (a * _bell(away, s) * away.abs() / s**2) @ values
        ),
        "The distances are those from the nearest place; the bell stands around p itself.": (
            (a * _bell(nearest, s) * nearest / s**2) @ values
        ),
        "The bell is right, but its slope counts from the nearest place, and not from p.": (
            (a * _bell(away, s) * nearest / s**2) @ values
        ),
        "The slope is right, but the bell in it stands around the nearest place, and not around p.": (
            (a * _bell(nearest, s) * away / s**2) @ values
        ),
        "The words are counted from the first of the window; `positions` says where they stand in the sentence.": (
            (a * _bell(from_first, s) * from_first / s**2) @ values
        ),
    }


# Exercise 2


@checker(
    hints=(
        "The bell is smooth. What else does p decide, and at which p does that change from one moment to the next?",
        "Put p half-way between two places. One word comes in there: how much of the softmax can it take, and from "
        "whom?",
        "Give the word that comes in a score far above all others and a value of 0, and all others the same value. At "
        "the rim the bell leaves it hardly anything, and the others have nothing any more.",
    )
)
def check_jump(jump: Callable[..., Any]) -> str:
    """Exercise 2, break it: ``jump()`` is scores (S,), values (S,) of size up to 10, p in the sentence, D.

    From 1e-6 below p to 1e-6 above it local-p's context moves by more than 0.5, but on both sides of p its slope is
    under 1 in size.
    """
    scores, values, p, D = _jump_of(parts(answer(jump), ("scores", "values", "p", "D")))
    sides = [_Side(scores, values, p + step, D) for step in (-_STEP, _STEP)]
    below, above = sides
    if below.words == above.words:
        raise NotRight(_why_same(below, above, len(scores), D))
    moved = abs(above.context - below.context)
    if not moved > _MOVED:
        raise NotRight(
            f"as p crosses the point the context moves by {moved:.3g}, and more than {_MOVED} is asked for. "
            f"{_why_little(below, above)}"
        )
    for side, name in zip(sides, ("below", "above"), strict=True):
        if not abs(side.slope) < _SLOPE:
            raise NotRight(
                f"the context moves by {moved:.3g}, but just {name} p its slope is {side.slope:.3g}, so a gradient "
                "would see a good deal. It should be under 1 in size: let the two sides of the bell pull against each "
                "other."
            )
    slopes = " and ".join(f"{abs(side.slope):.2f}" for side in sides)
    return f"the context jumps by {moved:.2f}, and the slopes just before and just after are {slopes} in size."


_STEP, _MOVED, _SLOPE, _LARGEST = 1e-6, 0.5, 1.0, 10.0


class _Side:
    """What local-p sees and gives from one p: the words of its window, their shares, the context and its slope."""

    def __init__(self, scores: Array, values: Array, p: float, D: int) -> None:
        self.nearest = min(max(round(p), 0), len(scores) - 1)
        self.words = range(max(self.nearest - D, 0), min(self.nearest + D + 1, len(scores)))
        inside = slice(self.words.start, self.words.stop)
        window = scores[inside].tolist(), list(self.words), p, D
        (self.context,) = _context(*window, values[inside, None].tolist())
        (self.slope,) = _by_nudges(*window, values[inside, None].tolist())
        raised = np.exp(scores[inside] - scores[inside].max())
        self.share = dict(zip(self.words, (raised / raised.sum()).tolist(), strict=True))
        self.bell = {j: math.exp(-2 * ((j - p) / D) ** 2) for j in self.words}


def _jump_of(given: Sequence[Any]) -> tuple[Array, Array, float, int]:
    """Return scores, values, p and D as numbers, or say what is no sentence, no place in it or no window."""
    scores, values = (
        array(one, f"the {name}", finite=False) for one, name in zip(given[:2], ("scores", "values"), strict=True)
    )
    for name, row in (("scores", scores), ("values", values)):
        if row.ndim != 1 or not row.size:
            raise NotRight(f"the {name}: expected one number a word, (S,), got shape {row.shape}.")
        if not np.isfinite(row).all():
            raise NotRight(f"the {name} must all be finite numbers; word {int((~np.isfinite(row)).argmax())} has none.")
    if len(scores) != len(values):
        raise NotRight(f"there are {len(scores)} scores and {len(values)} values; each word has one of both.")
    if np.abs(values).max() > _LARGEST:
        raise NotRight(
            f"word {int(np.abs(values).argmax())} has a value beyond {_LARGEST:g} in size. With values as large as you "
            "like even a smooth context moves far; this is about a jump."
        )
    p, D = number(given[2], "p"), whole(given[3], "D")
    if D < 1:
        raise NotRight(f"D is {D}; a window has at least 1 word to each side, and a bell some width.")
    if not 0 <= p <= len(scores):
        raise NotRight(f"p is {p:g}, off the sentence: local-p puts it between 0 and S, here {len(scores)}.")
    return scores, values, p, D


def _why_same(below: _Side, above: _Side, S: int, D: int) -> str:
    if len(below.words) == S:
        return f"with D={D} all {S} words are in the window on both sides of p, so none comes in and none goes."
    held = below.words
    return (
        f"on both sides of p the nearest place is {below.nearest}, so the window holds words {held.start} to "
        f"{held.stop - 1} before and after. Where does the nearest place change?"
    )


def _why_little(below: _Side, above: _Side) -> str:
    """Say how much the words that come or go have of the softmax, and what the bell leaves of it."""
    changed = [
        (side, j) for side, other in ((below, above), (above, below)) for j in side.words if j not in other.words
    ]
    side, word = max(changed, key=lambda one: one[0].share[one[1]])
    share, does = side.share[word], "comes in" if side is above else "goes"
    if share < 0.5:
        return (
            f"Of the words that come or go none has more of the softmax than word {word}, {share:.2g} of it. Let it "
            "have far more, so that the others feel it."
        )
    return (
        f"Word {word} {does} with {share:.2g} of the softmax, but at the rim the bell leaves it {side.bell[word]:.2g} "
        "of that. It is what the others lose, or gain back, that moves the context."
    )


# Exercise 3


@checker(
    hints=(
        "Which bugs does a single sentence hide, which a target that is no longer than its source, which a wide D?",
        "Take sentences of several lengths, more steps than the longest has words, and two values of D, none of them "
        "near S. Put together yourself what should come.",
        "Place j is inside at step i if j < length and |j − min(i, length − 1)| ≤ D. Compare the shape (B, T, S) and "
        "every entry.",
    )
)
def check_is_window(is_window: Callable[..., Any]) -> str:
    """Exercise 3, write the test: True only for a ``windows`` that gives the windows of local-m.

    ``windows(steps, lengths (B,), D)`` is True or False (B, T, S), T the steps and S the longest length: whether step i
    may look at place j.
    """
    judge(
        is_window,
        _RIGHT_WINDOWS,
        _SICK_WINDOWS,
        too_strict="At step i the window has D places to each side of place i, as far as they are in the sentence, "
        "with its `</s>`; after the end it stays where the last place is. There is a column for each place of the "
        "longest sentence.",
        too_lax="Which lengths, steps and D would show these bugs, and do you compare every entry?",
    )
    return f"your test passes {len(_RIGHT_WINDOWS)} right versions and catches all {len(_SICK_WINDOWS)} bugs."


WindowRule = Callable[[int, Array, int], Array]


def _windows(rule: WindowRule) -> Callable[..., Any]:
    """Make of ``rule`` what a learner's test is handed; ValueError for what is no whole number."""

    @on_arrays
    def on_numbers(steps: Array, lengths: Array, D: Array) -> Array:
        given = (steps, lengths, D)
        counted = all(bool((np.mod(one, 1) == 0).all()) for one in given)
        shaped = steps.ndim == D.ndim == 0 and lengths.ndim == 1 and lengths.size > 0
        if not (counted and shaped and steps >= 1 and lengths.min() >= 1 and D >= 0):
            raise ValueError(
                "windows: expected a number of steps, the lengths (B,) of sentences and D, all of them whole; got "
                f"steps {steps.tolist()}, lengths {lengths.tolist()} and D {D.tolist()}."
            )
        return rule(int(steps), lengths.astype(int), int(D))

    def windows(steps: Any, lengths: Any, D: Any) -> Any:
        return on_numbers(steps, lengths, D)

    return windows


PlaceRule = Callable[[Array, Array, Array, int], Any]


def _where(inside: PlaceRule) -> WindowRule:
    """Return a rule that asks ``inside(i (T, 1), j (S,), length (B, 1, 1), D)`` for all at once."""
    return lambda steps, lengths, D: np.asarray(
        inside(np.arange(steps)[:, None], np.arange(lengths.max()), lengths[:, None, None], D)
    )


def _around(centre: Callable[[Array, Array], Array]) -> PlaceRule:
    """Return what is inside D places around ``centre(i, length)``, as far as it is in the sentence."""
    return lambda i, j, length, D: (np.abs(j - centre(i, length)) <= D) & (j < length)


def _held(i: Array, length: Array) -> Array:
    return np.minimum(i, length - 1)


_SOUND = _around(_held)


def _by_loops(steps: int, lengths: Array, D: int) -> Array:
    seen = np.zeros((len(lengths), steps, lengths.max()), dtype=bool)
    for b, length in enumerate(lengths):
        for i in range(steps):
            p = min(i, length - 1)
            for j in range(max(p - D, 0), min(p + D + 1, length)):
                seen[b, i, j] = True
    return seen


def _in_torch(steps: int, lengths: Array, D: int) -> Array:
    """Unfold a band that is True from D to 2D + D: each sentence in turn."""
    seen = torch.zeros(len(lengths), steps, int(lengths.max()), dtype=torch.bool)
    for rows, length in zip(seen, lengths.tolist(), strict=True):
        band = torch.ones(length, length, dtype=torch.bool).tril(D).triu(-D)
        rows[:, :length] = band[torch.arange(steps).clamp(max=length - 1)]
    return seen.numpy()


def _pushed_in(i: Array, j: Array, length: Array, D: int) -> Array:
    """Keep 2D + 1 places wherever the sentence has so many."""
    centre = np.maximum(np.minimum(_held(i, length), length - 1 - D), D)
    return (np.abs(j - centre) <= D) & (j < length)


_RIGHT_WINDOWS = {
    "one that compares all at once": _windows(_where(_SOUND)),
    "one that loops": _windows(_by_loops),
    "one that cuts a band": _windows(_in_torch),
}
_SICK_WINDOWS = {
    "no look back": _windows(_where(lambda i, j, n, D: _SOUND(i, j, n, D) & (j >= _held(i, n)))),
    "no look ahead": _windows(_where(lambda i, j, n, D: _SOUND(i, j, n, D) & (j <= _held(i, n)))),
    "one place short on the right": _windows(_where(lambda i, j, n, D: _SOUND(i, j, n, D) & (j < _held(i, n) + D))),
    "one place too many on both sides": _windows(_where(lambda i, j, n, D: _SOUND(i, j, n, D + 1))),
    "2 to each side whatever D is": _windows(_where(lambda i, j, n, D: _SOUND(i, j, n, 2))),
    "one place ahead of the step": _windows(_where(_around(lambda i, n: _held(i + 1, n)))),
    "one place behind the step": _windows(_where(_around(lambda i, n: _held(np.maximum(i - 1, 0), n)))),
    "round the start to the end": _windows(
        _where(lambda i, j, n, D: _SOUND(i, j, n, D) | ((j < n) & (j - n >= _held(i, n) - D)))
    ),
    "pushed inwards at the edges": _windows(_where(_pushed_in)),
    "on past the end": _windows(_where(_around(lambda i, n: i))),
    "held one place too early": _windows(_where(_around(lambda i, n: np.minimum(i, np.maximum(n - 2, 0))))),
    "held where the longest sentence ends": _windows(_where(_around(lambda i, n: _held(i, n.max())))),
    "padding inside": _windows(_where(lambda i, j, n, D: np.abs(j - _held(i, n)) <= D)),
    "`</s>` outside": _windows(_where(lambda i, j, n, D: _SOUND(i, j, n, D) & (j < n - 1))),
    "steps and places exchanged": _windows(lambda *given: _where(_SOUND)(*given).swapaxes(1, 2)),
}
