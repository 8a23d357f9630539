"""Checkers of chapter 5: the pieces of Bahdanau, Cho & Bengio (2015), each against plain loops.

The oracles are written with lists, ``math.tanh`` and one index at a time; the learner's answer is
compared with them first, and only then with the usual wrong roads, to say which one was taken.
"""

import math
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import numpy as np
import torch
from torch import Tensor

from course_lib.checks.comparing import Array, array, expect_close, judge, on_arrays, parts, sizes, whole
from course_lib.checks.report import NotRight, answer, checker

_SIZES, _NUMBERS = Random(5), torch.Generator().manual_seed(5)  # our own: the learner's seed stays as it is

Matrix = list[list[float]]


@checker(
    hints=(
        "Project first: the queries then have the shape (B, T, A), the keys (B, S, A).",
        "Give each an axis of size one where the other has T or S entries; adding repeats it.",
    )
)
def check_additive_scores(learner: Callable[..., Any]) -> str:
    """Exercise 1: ``additive_scores(W_a, U_a, v_a, s, h)``, e_ij of §A.1.2 for all steps, (B, T, S).

    ``s`` (B, T, H) holds the query of each step, ``h`` (B, S, M) the annotations; ``W_a`` is (A, H),
    ``U_a`` (A, M), ``v_a`` (A,).
    """
    B, T, S, H, M, A = sizes(_SIZES, 2, 9, 6)
    W_a, U_a, v_a, s, h = _normal(A, H), _normal(A, M), _normal(A), _normal(B, T, H), _normal(B, S, M)
    query, keys = (s @ W_a.T).unsqueeze(2), (h @ U_a.T).unsqueeze(1)
    expected = _exact([[[_score(W_a, U_a, v_a, s_i, h_j) for h_j in h[b]] for s_i in s[b]] for b in range(B)])
    mistakes = {
        "The tanh is missing. Without it the query adds the same number to every position, the softmax cancels it, "
        "and the weights no longer depend on the decoder's state at all.": (query + keys) @ v_a,
        "These are weights already. The score stops before the softmax.": torch.softmax(expected, -1),
        "The tanh is taken of the finished score; it belongs inside.": torch.tanh((query + keys) @ v_a),
        "Steps and positions have changed places.": expected.transpose(1, 2),
        "The query is left out: every step scores alike.": (torch.tanh(keys) @ v_a).expand(B, T, S),
        "The keys are left out: every position scores alike.": (torch.tanh(query) @ v_a).expand(B, T, S),
        "Query and key are squashed one by one and added after that.": (torch.tanh(query) + torch.tanh(keys)) @ v_a,
        "Query and key are multiplied; in this score they are added.": torch.tanh(query * keys) @ v_a,
        "The product with v_a is missing: the hidden units are added up, each with weight 1.": torch.tanh(
            query + keys
        ).sum(-1),
        "The score is divided by the root of A. Scaled dot products do so; this score does not.": expected / A**0.5,
        "One query, the first, asks at all steps; each step has a query of its own.": expected[:, :1].expand(B, T, S),
    }
    expect_close(answer(learner, W_a, U_a, v_a, s, h), expected, "e", mistakes=mistakes, axes="(B, T, S)")
    return f"e_ij is right for {B} sentences, {T} steps, {S} positions (H={H}, M={M}, A={A})."


@checker(
    hints=(
        "Three products: of the query, of the keys, and with v_a. How often does each happen in one sentence?",
        "A matrix with A rows and H columns takes A · H multiplications for one vector.",
    )
)
def check_score_multiplications(learner: Callable[..., Any]) -> str:
    """Exercise 2: ``score_multiplications(S, T, H, M, A, keys_once)`` for one sentence, an int.

    The oracle computes all scores with numbers that count how often they are multiplied.
    """
    S, T, H, M, A = _SIZES.sample((3, 5, 7, 11, 13), 5)  # odd primes: no two mistakes give one number
    for keys_once in (True, False):
        expected = _counted_multiplications(S, T, H, M, A, keys_once)
        got = whole(answer(learner, S, T, H, M, A, keys_once), "the number of multiplications")
        if got != expected:
            raise NotRight(_count_message(got, expected, S, T, H, M, A, keys_once))
    return f"counted right with keys once and every step (S={S}, T={T}, H={H}, M={M}, A={A})."


@checker(
    hints=(
        "Write out the first entry of both, with U_11, U_12, r_1, r_2, s_1, s_2. What is left when you subtract?",
        "For which gates can the two never differ? For which matrices?",
        "In unit 1 they differ by U_12 (r_2 − r_1) s_2.",
    )
)
def check_resets_apart(learner: Callable[..., Any]) -> str:
    """Exercise 3, break it: ``resets_apart()`` is U (2, 2), r (2,), s (2,) that tell two resets apart.

    U (r ⊙ s), the paper's, and r ⊙ (U s), torch's, must differ by 0.5 or more in some unit.
    """
    names, shapes = ("U", "r", "s"), ((2, 2), (2,), (2,))
    given = zip(parts(answer(learner), names), names, shapes, strict=True)
    U, r, s = (array(value, name, shape) for value, name, shape in given)
    if r.min() <= 0 or r.max() >= 1:
        raise NotRight(f"r: a sigmoid gives numbers between 0 and 1, without the ends; got {r.tolist()}.")
    if np.abs(s).max() >= 1:
        raise NotRight(f"s: a tanh gives numbers between −1 and 1, without the ends; got {s.tolist()}.")
    apart = np.abs(U @ (r * s) - r * (U @ s)).max()
    if apart < 0.5:
        raise NotRight(f"the largest difference is {apart:.2f}, less than 0.5. {_why_together(U, r, s)}".rstrip())
    return f"the two resets are {apart:.2f} apart in one unit: they are two different cells."


@checker(
    hints=(
        "Which bugs does a sentence of one word hide? Which a batch of one, an identity matrix, numbers near zero?",
        "Compute s_0 for inputs of your own, all random, and compare, with room for rounding.",
    )
)
def check_is_first_state(learner: Callable[..., Any]) -> str:
    """Exercise 4, write the test: ``is_first_state(initial_state)`` is True only for tanh(W_s ←h_1).

    ``initial_state(W_s (H, H), memory (B, S, 2H))`` is (B, H); each row of memory is [→h_j; ←h_j].
    """
    judge(
        learner,
        {"s_0 in double precision": on_arrays(_first_state()), "s_0 in single precision": _single(_first_state())},
        {name: on_arrays(wrong) for name, wrong in _WRONG_FIRST_STATES.items()},
        too_strict="Does it ask for ←h_1, the second half at the first word? Allow for rounding.",
        too_lax="Choose inputs that these bugs change.",
    )
    return f"your test accepts what is right and catches all {len(_WRONG_FIRST_STATES)} bugs."


def _normal(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=_NUMBERS)


def _exact(values: Any) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def _times(matrix: Matrix, vector: Sequence[float]) -> list[float]:
    return [sum(m * x for m, x in zip(row, vector, strict=True)) for row in matrix]


def _score(W_a: Tensor, U_a: Tensor, v_a: Tensor, s_i: Tensor, h_j: Tensor) -> float:
    """Return v_aᵀ tanh(W_a s_i + U_a h_j), one number at a time."""
    query, key = (_times(m.tolist(), x.tolist()) for m, x in ((W_a, s_i), (U_a, h_j)))
    return sum(v * math.tanh(q + k) for v, q, k in zip(v_a.tolist(), query, key, strict=True))


class _Counted:
    """A number that counts multiplications: only how often counts here, so it holds no value."""

    multiplications = 0

    def __mul__(self, other: "_Counted") -> "_Counted":
        _Counted.multiplications += 1
        return self

    def __radd__(self, other: object) -> "_Counted":  # what sum() calls
        return self

    __add__ = __radd__


def _counted_multiplications(S: int, T: int, H: int, M: int, A: int, keys_once: bool) -> int:
    x = _Counted()

    def project(size: int) -> list[_Counted]:
        return [sum((x * x for _ in range(size)), x) for _ in range(A)]

    _Counted.multiplications = 0
    keys = [project(M) for _ in range(S)] if keys_once else None
    for _ in range(T):
        query = project(H)
        for j in range(S):
            key = keys[j] if keys else project(M)
            sum((x * (q + k) for q, k in zip(query, key, strict=True)), x)
    return _Counted.multiplications


def _count_message(got: int, expected: int, S: int, T: int, H: int, M: int, A: int, keys_once: bool) -> str:
    queries, keys, last = T * A * H, S * A * M * (1 if keys_once else T), T * S * A
    causes = {
        expected - queries: "It looks as if the queries were missing.",
        expected - keys: "It looks as if the keys were missing.",
        expected - last: "It looks as if the product with v_a were missing.",
        expected - queries + queries // T: "The query is another one at each step, and so is its product with W_a.",
        expected + queries * (S - 1): "The query does not depend on the position j.",
        T * S * (A * H + A * M + A): "That projects query and key anew for each pair of step and position.",
        expected - last + T * S: "The product with v_a takes A multiplications for each pair of step and position.",
        _counted_multiplications(S, T, H, M, A, not keys_once): "That is the number for the other value of keys_once.",
        queries * S
        + keys: "It looks as if the product with v_a were missing, and the query counted at every position.",
    }
    sizes_here = f"S={S}, T={T}, H={H}, M={M}, A={A}, keys_once={keys_once}"
    much = "too many" if got > expected else "too few"
    return f"for {sizes_here} {got} is {much}. {causes.get(got, '')}".rstrip()


def _why_together(U: Array, r: Array, s: Array) -> str:
    """Name what keeps U (r ⊙ s) and r ⊙ (U s) together."""
    if r[0] == r[1]:
        return "Both entries of the gate are equal, and a plain number may stand before a matrix or behind it."
    if not s.any():
        return "The state is zero: whatever is done to it, it stays zero."
    if U[0, 1] == U[1, 0] == 0:
        return "In this matrix each unit hears only itself, and meets only its own gate in both."
    if np.abs(U @ (r * s) - r * (U @ s)).max() < 1e-9:
        return "An entry of U carries one unit to the other, but the unit that it carries is zero."
    return "Something is in the right place, but too small."


def _first_state(
    position: int | slice = 0,
    half: int = 1,
    squash: Callable[[Array], Array] = np.tanh,
    transpose: bool = False,
) -> Callable[[Array, Array], Array]:
    """Make an ``initial_state(W_s, memory)`` from a half (0 forward, 1 backward) at ``position``, or a slice's mean."""

    def initial_state(W_s: Array, memory: Array) -> Array:
        H = memory.shape[-1] // 2
        states = memory[:, position, half * H : (half + 1) * H]
        states = states.mean(axis=1) if states.ndim == 3 else states
        return squash(states @ (W_s if transpose else W_s.T))

    return initial_state


def _of_the_first_sentence(W_s: Array, memory: Array) -> Array:
    return np.repeat(_first_state()(W_s, memory)[:1], len(memory), axis=0)


def _single(function: Callable[..., Array]) -> Callable[..., Any]:
    return on_arrays(lambda *arguments: function(*(a.astype(np.float32) for a in arguments)).astype(np.float32))


_WRONG_FIRST_STATES = {
    "the forward state at the first word": _first_state(half=0),
    "the backward state at the last position": _first_state(-1),
    "the forward state at the last position": _first_state(-1, half=0),
    "the mean of all backward states": _first_state(slice(None)),
    "a missing tanh": _first_state(squash=lambda x: x),
    "W_s transposed": _first_state(transpose=True),
    "the first sentence's state for all": _of_the_first_sentence,
}
