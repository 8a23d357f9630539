"""Checkers of chapter 7, Luong's scores."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from course_lib.checks.comparing import (
    Array,
    array,
    expect_close,
    in_kind,
    judge,
    own_randomness,
    parts,
    rounding_of,
    tensor_of,
    whole,
)
from course_lib.checks.report import NotRight, answer, checker

# Exercise 1


@checker(
    hints=(
        "A matrix of rank r is a product of two, (H, r) and (r, M). What does each of them meet?",
        "torch.linalg.svd gives three factors; only the first r of each count. Keep track of what is transposed.",
        "With W_a = U diag(g) V: queries s U g and keys h Vᵀ, r columns each; g stands on one side only.",
    )
)
def check_dot_in_disguise(dot_in_disguise: Callable[..., Any]) -> str:
    """Exercise 1: ``dot_in_disguise(W_a (H, M), s (T, H), h (S, M), r)`` is queries (T, r) and keys (S, r).

    W_a has rank r, and the plain dot products of what comes back must be the general scores, sᵀ W_a h.
    """
    with own_randomness(71):
        for H, M, r, T, S in ((5, 4, 2, 3, 6), (3, 6, 3, 5, 4), (4, 4, 1, 6, 3), (6, 7, 5, 3, 4)):
            W_a = _of_rank(r, H, M)
            s, h = (torch.tanh(torch.randn(shape, dtype=torch.float64)) for shape in ((T, H), (S, M)))
            got = answer(dot_in_disguise, W_a, s, h, r, keep_inputs=True)
            _check_disguise(got, W_a, s, h, r)
    return "the general score is a plain dot product of r numbers, whatever the sizes."


def _of_rank(r: int, H: int, M: int) -> Tensor:
    """Draw W_a (H, M) of rank r, its singular values from 0.6 to 1.7 and none of them 1."""
    left, right = (torch.linalg.qr(torch.randn(n, r, dtype=torch.float64)).Q for n in (H, M))
    return left * torch.linspace(0.6, 1.7, r, dtype=torch.float64) @ right.T


def _check_disguise(got: Any, W_a: Tensor, s: Tensor, h: Tensor, r: int) -> None:
    T, S, scores = len(s), len(h), _by_three_loops(W_a, s, h)
    sizes = f"for H={W_a.shape[0]}, M={W_a.shape[1]}, r={r}, T={T}, S={S}"
    if isinstance(got, Array | Tensor) and tuple(got.shape) == (T, S):
        raise NotRight(
            "this is one table (T, S). Return what its entries are dot products of: queries (T, r) and keys (S, r)."
        )
    queries, keys = (array(one, name) for one, name in zip(parts(got, _BOTH), _BOTH, strict=True))
    if queries.shape == (S, r) and keys.shape == (T, r):
        raise NotRight(f"queries and keys have changed places {sizes}: queries come first.")
    if queries.ndim == keys.ndim == 2 and len(queries) == T and len(keys) == S:
        _check_width(queries, keys, scores, r, sizes)
    queries = array(queries, f"queries {sizes}", (T, r), axes="(T, r)")
    keys = array(keys, f"keys {sizes}", (S, r), axes="(S, r)")
    expect_close(
        queries @ keys.T,
        scores,
        "the dot products of your queries and keys",
        mistakes=_undisguised(W_a, s, h, r),
        where=sizes,
        rounding=max(map(rounding_of, parts(got, _BOTH))),
    )


_BOTH = ("queries", "keys")


def _by_three_loops(W_a: Tensor, s: Tensor, h: Tensor) -> list[list[float]]:
    """Return sᵀ W_a h for every state and every annotation, one product at a time."""
    W = W_a.tolist()
    return [
        [
            math.fsum(a * W[x][y] * b for x, a in enumerate(state) for y, b in enumerate(annotation))
            for annotation in h.tolist()
        ]
        for state in s.tolist()
    ]


def _check_width(queries: Array, keys: Array, scores: list[list[float]], r: int, sizes: str) -> None:
    """Refuse right scores from vectors of another width than r; what is wrong otherwise is told elsewhere."""
    width = queries.shape[1]
    if width == r or width != keys.shape[1] or not np.allclose(queries @ keys.T, scores, atol=0.02):
        return
    why = "A matrix of rank r needs no more than r numbers for each."
    if width < r:
        why = "Did you take the table of scores apart? Then each key depends on all queries; take W_a apart."
    raise NotRight(f"{sizes}: the scores are right, but queries and keys have {width} numbers each, not r. {why}")


def _undisguised(W_a: Tensor, s: Tensor, h: Tensor, r: int) -> dict[str, Any]:
    """Return the products that the usual wrong pairs give, by what there is to say of them."""
    U, g, V = torch.linalg.svd(W_a)
    q, k, g_r = s @ U[:, :r], h @ V[:r].T, g[:r]
    right = q * g_r @ k.T
    last = slice(len(g) - r, len(g))
    return {
        "The singular values are left out: only the directions of W_a are in.": q @ k.T,
        "The singular values stand on both sides, so each counts twice. One side is enough; or take their roots.": (
            q * g_r**2 @ k.T
        ),
        "The roots of the singular values stand on one side only; the other side needs them too.": (
            q * g_r.sqrt() @ k.T
        ),
        "The queries are divided by the singular values; a product takes them once.": q / g_r @ k.T,
        "The third factor that svd returns is transposed already: its first r rows are what meets the annotations, "
        "not its first r columns.": q * g_r @ (h @ V[:, :r]).T,
        "The first factor is transposed: its first r columns meet the states, not its rows.": (
            lambda: s @ U[:r].T * g_r @ k.T
        ),
        "These are the first r columns of W_a, and the first r entries of each annotation. Rank r does not mean that "
        "the other columns are empty.": lambda: s @ W_a[:, :r] @ h[:, :r].T,
        "These are the first r rows of W_a, and the first r entries of each state. Rank r does not mean that the "
        "other rows are empty.": lambda: s[:, :r] @ W_a[:r] @ h.T,
        "W_a is not used: these are the first r entries of the states and of the annotations.": (
            lambda: s[:, :r] @ h[:, :r].T
        ),
        "You kept the smallest singular values; the largest ones carry the matrix.": (
            s @ U[:, last] * g[last] @ (h @ V[last].T).T
        ),
        "One of the r directions is missing.": q[:, : r - 1] * g_r[: r - 1] @ k[:, : r - 1].T,
        "The scores are divided by the root of r. A scaled dot product does so; this one is plain.": right / r**0.5,
        "The scores are divided by the root of H. A scaled dot product does so; this one is plain.": (
            right / len(W_a) ** 0.5
        ),
        "Queries and keys went through a softmax; scores come before it.": (
            torch.softmax(q * g_r, -1) @ torch.softmax(k, -1).T
        ),
        "The queries went through a softmax; scores come before it.": torch.softmax(q * g_r, -1) @ k.T,
        "These products are weights already: a softmax has been taken. Scores come before it.": (
            torch.softmax(right, -1)
        ),
    }


# Exercise 2


@checker(
    hints=(
        "The first softmax shares one whole among 64 positions. Who can take it all, although nobody reads there?",
        "Inside the sentence one score must stand out; beyond it, one must stand out far more.",
    )
)
def check_starved(starved: Callable[..., Any]) -> str:
    """Exercise 2, break it: ``starved()`` is scores (64,) and S, the length of a sentence, from 2 to 63.

    Softmaxed whole and cut to S, the weights must sum to less than 0.01; cut first, one must be above 0.9.
    """
    given, S = parts(answer(starved), ("scores", "S"))
    scores = _scores(given)
    S = whole(S, "S, the number of words")
    _check_length(S)
    with np.errstate(all="ignore"):
        left, sound = float(_softmaxed(scores)[:S].sum()), _softmaxed(scores[:S])
    if not left < _STARVED:
        raise NotRight(f"softmaxed whole and cut, the row still sums to {left:.4f}. {_why_fed(scores, S)}")
    if not sound.max() > _CLEAR:
        raise NotRight(
            f"the row is starved, but cut first, no word has more than {sound.max():.4f}. {_why_unclear(scores, S)}"
        )
    return f"cut first, word {sound.argmax()} has {sound.max():.2f}; cut last, {left:.1g} is left for all {S} words."


_LONGEST, _STARVED, _CLEAR = 64, 0.01, 0.9


def _scores(given: Any) -> Array:
    scores = array(given, "scores", finite=False)
    if scores.ndim == 0:
        raise NotRight("the scores come first, then S; got a single number in place of the scores.")
    if not np.isfinite(scores).all():
        raise NotRight("scores: an infinity or a NaN breaks a sound softmax too. Use finite numbers.")
    return array(scores, "scores", (_LONGEST,), axes="(longest,)")


def _check_length(S: int) -> None:
    if S < 1:
        raise NotRight(f"a sentence of {S} words has nothing to look at. Take S from 2 to 63.")
    if S == 1:
        raise NotRight("with one word, cutting first always gives that word 1: it shows nothing. Take S from 2 to 63.")
    if S >= _LONGEST:
        raise NotRight("S is the number of all positions or more: nothing is cut off, nothing lost. Take 2 to 63.")


def _softmaxed(scores: Array) -> Array:
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


def _why_fed(scores: Array, S: int) -> str:
    """Say why too much weight is left within the sentence."""
    if np.ptp(scores) == 0:
        return "All scores are equal, so each position has the same share. Nobody takes the weight away."
    if scores.min() >= 0 and math.isclose(scores.sum(), 1, abs_tol=1e-3):
        return "These look like weights, for they sum to 1; the softmax is still to come. Return scores."
    if scores.argmax() < S:
        return "The largest of all scores belongs to a word of the sentence. Who is to take its weight away?"
    ahead = scores.max() - scores[:S].max()
    return f"The largest score stands beyond the sentence, but only {ahead:.2f} above it: too little."


def _why_unclear(scores: Array, S: int) -> str:
    """Say why no word of the sentence stands out, though the row is starved."""
    if scores[:S].max() < scores[S] < scores.max():
        return "Position S is beyond the sentence: positions count from 0. Is the word that stands out one too far?"
    if np.ptp(scores[:S]) == 0:
        return "The words of the sentence all have one score: none stands out."
    return "Within the sentence the largest score is too near to the others."


# Exercise 3


@checker(
    hints=(
        "Which bugs does a single step hide? Which equal states, vectors of length 1, vectors of one number?",
        "Draw states and annotations, as many steps as you like but not one, and work out the weights yourself.",
        "The state after step 1 is states[1]. Compare shape and every entry, with room for rounding.",
    )
)
def check_asks_after(asks_after: Callable[..., Any]) -> str:
    """Exercise 3, write the test: ``asks_after(attend)`` is True only for dot with the state after the step.

    ``attend(states (T + 1, H), memory (S, H))`` gives weights (T, S); states[0] is the start state.
    """
    with own_randomness(73):
        judge(
            asks_after,
            _ATTEND,
            _ATTEND_WRONGLY,
            too_strict="Its first row comes from states[1] and a plain dot product, each row is a softmax over the "
            "words, and the last digits of float32 may differ.",
            too_lax="Choose states and annotations that these bugs change, and compare every entry.",
        )
    return f"your test passes {len(_ATTEND)} right versions and catches all {len(_ATTEND_WRONGLY)} bugs."


Weighing = Callable[[Tensor, Tensor], Tensor]


def _attending(rule: Weighing, dtype: torch.dtype = torch.float64) -> Callable[..., Any]:
    """Make of ``rule`` what a learner's test is handed: it takes arrays and lists too."""

    def attend(states: Any, memory: Any) -> Any:
        s, h = tensor_of(states, "states").to(dtype), tensor_of(memory, "memory").to(dtype)
        if s.ndim != 2 or h.ndim != 2 or len(s) < 2 or not len(h) or s.shape[1] != h.shape[1]:
            raise ValueError(
                "attend: expected states and memory as tables whose rows are equally long, the start state and one "
                f"a step, and one a word; got {tuple(s.shape)} and {tuple(h.shape)}."
            )
        return in_kind(rule(s, h), states, memory)

    return attend


def _by_loops(s: Tensor, h: Tensor) -> Tensor:
    """Return the weights step by step, and a score word by word."""
    rows = []
    for i in range(1, len(s)):
        scores = torch.stack([(s[i] * annotation).sum() for annotation in h])
        powers = torch.exp(scores - scores.max())
        rows.append(powers / powers.sum())
    return torch.stack(rows)


def _asked_by(query_of: Callable[[Tensor], Tensor]) -> Weighing:
    """Return dot attention whose queries (T, H) are made of the states (T + 1, H)."""
    return lambda s, h: torch.softmax(query_of(s) @ h.T, -1)


def _two_back(s: Tensor) -> Tensor:
    return torch.cat((s[:1], s[:-2]))


def _unit(x: Tensor) -> Tensor:
    return torch.nn.functional.normalize(x, dim=-1)


_AFTER = _asked_by(lambda s: s[1:])
_ATTEND = {
    "dot, after the step, in double precision": _attending(_AFTER),
    "dot, after the step, in single precision": _attending(_AFTER, torch.float32),
    "dot, after the step, with loops": _attending(_by_loops),
}
_ATTEND_WRONGLY = {
    "the state before the step": _attending(_asked_by(lambda s: s[:-1])),
    "the state two steps back": _attending(_asked_by(_two_back)),
    "a product divided by the root of H": _attending(lambda s, h: torch.softmax(s[1:] @ h.T / h.shape[1] ** 0.5, -1)),
    "a softmax over the steps": _attending(lambda s, h: torch.softmax(s[1:] @ h.T, 0)),
    "scores without a softmax": _attending(lambda s, h: s[1:] @ h.T),
    "the last state at every step": _attending(_asked_by(lambda s: s[-1:].expand(len(s) - 1, -1))),
    "a cosine in place of the product": _attending(lambda s, h: torch.softmax(_unit(s[1:]) @ _unit(h).T, -1)),
    "a row for the start state as well": _attending(_asked_by(lambda s: s)),
    "the mean of the states before and after": _attending(_asked_by(lambda s: (s[1:] + s[:-1]) / 2)),
    "the state before at the first step only": _attending(_asked_by(lambda s: torch.cat((s[:1], s[2:])))),
    "words and steps exchanged in the table": _attending(lambda s, h: torch.softmax(s[1:] @ h.T, -1).T),
    "the words of a row in reversed order": _attending(lambda s, h: torch.softmax(s[1:] @ h.T, -1).flip(-1)),
}
