"""Checkers of chapter 5: the pieces of Bahdanau, Cho & Bengio (2015), each against plain loops.

The oracles are written with lists, ``math.tanh`` and one index at a time; the learner's answer is
compared with them first, and only then with the usual wrong roads, to say which one was taken.
"""

import math
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import torch
from torch import Tensor

from course_lib.attention import AdditiveAttention, Attended
from course_lib.checks.comparing import compare, instance, sizes, whole
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
    }
    compare(answer(learner, W_a, U_a, v_a, s, h), expected, "e", mistakes=mistakes, axes="(B, T, S)")
    return f"e_ij is right for {B} sentences, {T} steps, {S} positions (H={H}, M={M}, A={A})."


@checker(
    hints=(
        "Which word has the backward GRU read last?",
        "Each row of memory is a forward and a backward half, in this order.",
    )
)
def check_initial_state(learner: Callable[..., Any]) -> str:
    """Exercise 2: ``initial_state(W_s, memory)`` is tanh(W_s ←h_1), (B, H).

    ``memory`` is (B, S, 2H), each row [→h_j; ←h_j]; ``W_s`` is (H, H).
    """
    B, S, H = sizes(_SIZES, 2, 8, 3)
    W_s, memory = _normal(H, H), _normal(B, S, 2 * H)
    chosen = memory[:, 0, H:].tolist()
    expected = _exact([[math.tanh(total) for total in _times(W_s.tolist(), row)] for row in chosen])

    def instead(states: Tensor) -> Tensor:
        return torch.tanh(states @ W_s.T)

    mistakes = {
        "That is the forward half at the first word: it has read one word only.": instead(memory[:, 0, :H]),
        "That is the backward half at the last position: the backward GRU starts there, so it has read one token "
        "only (or padding).": instead(memory[:, -1, H:]),
        "That is →h at the last position. In a padded batch this is no state of the sentence.": (
            instead(memory[:, -1, :H])
        ),
        "The tanh is missing.": memory[:, 0, H:] @ W_s.T,
        "W_s is transposed.": torch.tanh(memory[:, 0, H:] @ W_s),
        "W_s is not used.": torch.tanh(memory[:, 0, H:]),
        "This is the mean over the annotations, as some toolkits do it; the paper takes one state.": (
            instead(memory[:, :, H:].mean(1))
        ),
    }
    compare(answer(learner, W_s, memory), expected, "s_0", mistakes=mistakes, axes="(B, H)")
    return f"s_0 is read from ←h_1 in each of {B} sentences."


@checker(
    hints=(
        "Two questions tell the GRUs of this world apart: what does z = 1 keep, and is r used before or after U?",
        "In this paper r meets the old state first, and U comes after.",
        "s_i = (1 − z) ⊙ s_{i-1} + z ⊙ s̃, and s̃ = tanh(W y + U (r ⊙ s_{i-1}) + C c).",
    )
)
def check_gated_step(learner: Callable[..., Any]) -> str:
    """Exercise 3: ``gated_step(W, U, C, y, s, c)`` is s_i of §A.1.1, (H,), for one sentence.

    ``W``, ``U`` and ``C`` are dicts with a matrix each for ``"z"``, ``"r"`` and ``"s"`` (the
    candidate s̃); ``y`` is E y_{i-1} (E,), ``s`` is s_{i-1} (H,), ``c`` is c_i (M,).
    """
    E, H, M = sizes(_SIZES, 2, 7, 3)
    W, U, C = ({name: _normal(H, size) for name in "zrs"} for size in (E, H, M))
    y, s, c = _normal(E), _normal(H), _normal(M)
    gates = _gates(W, U, C, y, s, c)
    expected = _exact([(1 - z) * s[k].item() + z * new for k, (z, _, new) in enumerate(zip(*gates, strict=True))])
    z, r, candidate = (_exact(values) for values in gates)
    U_s, rest = U["s"] @ s, W["s"] @ y + C["s"] @ c
    mistakes = {
        "The update gate is the other way round: with z at 1 this keeps the old state, as torch.nn.GRU does.": (
            torch.lerp(candidate, s, z)
        ),
        "The reset gate comes after the product with U, as in torch.nn.GRU; the paper has another order.": torch.lerp(
            s, torch.tanh(rest + r * U_s), z
        ),
        "Both traps of torch.nn.GRU at once: its z counts from the other side, and its reset comes after the "
        "product with U.": torch.lerp(torch.tanh(rest + r * U_s), s, z),
        "The reset gate is computed and not used.": torch.lerp(s, torch.tanh(rest + U_s), z),
        "This is the candidate s̃ alone; the update gate mixes it with the old state.": candidate,
        "The candidate has no C c: the context must reach it too.": torch.lerp(
            s, torch.tanh(W["s"] @ y + U["s"] @ (r * s)), z
        ),
        "The candidate is not squashed: its tanh is missing.": torch.lerp(s, rest + U["s"] @ (r * s), z),
        "The gates z and r have changed places.": torch.lerp(s, torch.tanh(rest + U["s"] @ (z * s)), r),
    }
    compare(answer(learner, W, U, C, y, s, c), expected, "s_i", mistakes=mistakes, axes="(H,)")
    return f"one step of the appendix, gates, candidate and mixture (E={E}, H={H}, M={M})."


@checker(hints=("Split the last axis in two, so that each pair of neighbours stands in an axis of its own.",))
def check_maxout(learner: Callable[..., Any]) -> str:
    """Exercise 4: ``maxout(t)`` keeps max(t_1, t_2), max(t_3, t_4), …: (…, 2l) to (…, l)."""
    B, T, units = sizes(_SIZES, 2, 7, 3)
    t = _normal(B, T, 2 * units)
    expected = _exact([[[max(row[2 * k], row[2 * k + 1]) for k in range(units)] for row in rows] for rows in t])
    pairs = t.view(B, T, -1, 2)
    mistakes = {
        "Each entry is paired with one half a row away. The paper pairs neighbours.": t.view(B, T, 2, -1).amax(2),
        "This keeps the smaller of each pair.": pairs.amin(-1),
        "This drops every second entry instead of comparing.": t[..., ::2],
        "This drops every first entry instead of comparing.": t[..., 1::2],
        "This is the mean of each pair.": pairs.mean(-1),
        "This keeps what is larger in size, whatever its sign.": torch.where(
            pairs[..., 0].abs() > pairs[..., 1].abs(), pairs[..., 0], pairs[..., 1]
        ),
    }
    compare(answer(learner, t), expected, "t", mistakes=mistakes, axes="(…, l)")
    compare(answer(learner, t[0, 0]), expected[0, 0], "t, given as a single vector,", axes="(l,)")
    return f"{2 * units} candidates became {units}, the larger of each pair of neighbours."


@checker(
    hints=(
        "Three products: of the query, of the keys, and with v_a. How often does each happen in one sentence?",
        "A matrix with A rows and H columns takes A · H multiplications for one vector.",
    )
)
def check_score_multiplications(learner: Callable[..., Any]) -> str:
    """Exercise 5: ``score_multiplications(S, T, H, M, A, keys_once)`` for one sentence, an int.

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
        "The library masks the scores after it has computed them.",
        "A mask that hides nothing would do as well.",
    )
)
def check_attend_everywhere(learner: Callable[..., Any]) -> str:
    """Exercise 6, break it: ``attend_everywhere(attention, query, keys, values, mask)``, padding included.

    ``attention`` is an :class:`~course_lib.attention.AdditiveAttention`; query (B, H), keys (B, S, A),
    values (B, S, M), mask (B, S). Returns an :class:`~course_lib.attention.Attended`.
    """
    B, S, H, M, A = sizes(_SIZES, 3, 9, 5)
    attention = _attention(H, M, A)
    query, values, lengths = _normal(B, H), _normal(B, S, M), torch.arange(B) % (S - 1) + 1
    mask = torch.arange(S) < lengths.unsqueeze(1)
    values = values * mask.unsqueeze(-1)  # as the encoder leaves it: zeros at padding
    with torch.no_grad():
        keys = attention.project_keys(values)
        got, right = answer(learner, attention, query, keys, values, mask), attention(query, keys, values, mask)
        scores = attention.scores(query, keys)
    got = instance(got, Attended, "Attended(scores, weights, context)")
    weights = _softmax_by_loops(scores)
    everywhere = {
        "Padding still gets no weight.": right.weights,
        "Padding alone gets weight: the mask is turned round.": torch.softmax(
            scores.masked_fill(mask, -torch.inf), dim=-1
        ),
        "The softmax runs over the batch.": torch.softmax(scores, dim=0),
    }
    compare(got.weights, weights, "weights", mistakes=everywhere, axes="(B, S)")
    masked = {"This is the context of the masked weights.": right.context}
    compare(got.context, torch.einsum("bs,bsm->bm", weights, values), "context", mistakes=masked, axes="(B, M)")
    hidden = {"The scores of padding are still masked.": right.scores}
    compare(got.scores, scores, "scores", mistakes=hidden, axes="(B, S)")
    leak = float((weights * ~mask).sum(1).max())
    return f"the bug is in: up to {leak:.0%} of a row goes to padding, and every row still sums to 1."


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


def _gates(
    W: dict[str, Tensor], U: dict[str, Tensor], C: dict[str, Tensor], y: Tensor, s: Tensor, c: Tensor
) -> tuple[list[float], list[float], list[float]]:
    """Return z, r and s̃ of §A.1.1, one number at a time."""

    def before(name: str, state: Sequence[float]) -> list[float]:
        parts = (_times(m[name].tolist(), x) for m, x in ((W, y.tolist()), (U, state), (C, c.tolist())))
        return [sum(column) for column in zip(*parts, strict=True)]

    z, r = ([1 / (1 + math.exp(-a)) for a in before(name, s.tolist())] for name in "zr")
    reset = [r_k * s_k for r_k, s_k in zip(r, s.tolist(), strict=True)]
    return z, r, [math.tanh(a) for a in before("s", reset)]


def _attention(query_size: int, memory_size: int, attention_size: int) -> AdditiveAttention:
    with torch.random.fork_rng(devices=[]):  # nn.Linear draws its start from torch's own numbers
        attention = AdditiveAttention(query_size, memory_size, attention_size).double()
    attention.v_a.data = _normal(attention_size)
    return attention


def _softmax_by_loops(scores: Tensor) -> Tensor:
    rows = [[math.exp(e) for e in row] for row in scores.tolist()]
    return _exact([[e / sum(row) for e in row] for row in rows])


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
        _counted_multiplications(S, T, H, M, A, not keys_once): "That is the number for the other value of keys_once.",
        queries * S
        + keys: "It looks as if the product with v_a were missing, and the query counted at every position.",
    }
    sizes_here = f"S={S}, T={T}, H={H}, M={M}, A={A}, keys_once={keys_once}"
    much = "too many" if got > expected else "too few"
    return f"for {sizes_here} {got} is {much}. {causes.get(got, '')}".rstrip()
