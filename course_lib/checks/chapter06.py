"""Checkers of chapter 6, What attention cured, and what not."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from course_lib.checks.comparing import Array, expect_close, judge, number, own_randomness, rounding_of
from course_lib.checks.report import NotRight, answer, checker, said

# Exercise 1


@checker(
    hints=(
        "What a model gets over all is a mean over the bands. By what does a test set weigh each of them?",
        "Work out how far a is ahead of b on the first mix, and how far on the second. Between the two the lead "
        "changes on a straight line: where is it 0?",
        "With the leads D_1 and D_2, each Σ share · (a − b): λ = D_1 / (D_1 − D_2).",
    )
)
def check_turning_point(turning_point: Callable[..., Any]) -> str:
    """Exercise 1: ``turning_point(a (K,), b (K,), first (K,), second (K,))`` is λ, from 0 to 1.

    ``a`` and ``b`` are two models' exact match in per cent by band, ``first`` and ``second`` how many sentences of
    each band two test sets hold. At λ the two models are level on the mix (1 − λ) · first + λ · second.
    """
    draw = np.random.default_rng(61)
    for K, ahead in ((3, 1), (5, -1), (4, 1), (2, -1)):
        given = _two_models(draw, K, ahead)
        a, b, first, second = (one.tolist() for one in given)
        got, right = answer(turning_point, *given, keep_inputs=True), _by_halving(a, b, first, second)
        expect_close(
            got,
            right,
            "λ",
            mistakes=_other_mixes(*given) | {_COARSE: lambda got=got, right=right: _if_near(got, right)},
            where=f"for a={a}, b={b}, first={first}, second={second}",
            rounding=_LEVEL,
        )
    return "the two models are level there, whatever the bands and however large the test sets."


_LEVEL = 1e-4  # a search that halves a dozen times is near enough


def _two_models(draw: np.random.Generator, K: int, ahead: int) -> tuple[Array, Array, Array, Array]:
    """Draw two models that change places between two test sets of unlike size, in the middle of the way.

    Model ``a`` falls with length and ``b`` hardly does; with ``ahead`` −1 they change names.
    """
    while True:
        falls, stays = np.linspace(95, 5, K) + draw.integers(-4, 5, K), draw.integers(30, 56, K).astype(float)
        short, long = (draw.integers(20, 60, K) * weight for weight in (np.arange(K, 0, -1), np.arange(1, K + 1) * 3))
        a, b = (falls.round(), stays)[::ahead]
        turned = _by_halving(a.tolist(), b.tolist(), short.tolist(), long.tolist())
        if 0.1 < turned < 0.9 and all(abs(wrong - turned) > 0.02 for wrong in _other_mixes(a, b, short, long).values()):
            return a, b, short, long


def _over_all(scores: Sequence[float], first: Sequence[float], second: Sequence[float], part: float) -> float:
    """Return the exact match of a model on the mix that takes the share ``part`` of the second test set."""
    all_first, all_second = math.fsum(first), math.fsum(second)
    return math.fsum(
        score * ((1 - part) * one / all_first + part * other / all_second)
        for score, one, other in zip(scores, first, second, strict=True)
    )


def _by_halving(a: Sequence[float], b: Sequence[float], first: Sequence[float], second: Sequence[float]) -> float:
    """Return λ by halving the stretch in which the lead changes hands; 0 or 1 where it never does."""

    def ahead(part: float) -> bool:
        return _over_all(a, first, second, part) > _over_all(b, first, second, part)

    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if ahead(middle) == ahead(0) else (low, middle)
    return low


def _other_mixes(a: Array, b: Array, first: Array, second: Array) -> dict[str, float]:
    """Return the usual wrong λ by what there is to say of them; a lead is how far a is ahead of b on one mix."""
    p, q, even = first / first.sum(), second / second.sum(), np.full(len(a), 1 / len(a))

    def where_level(start: float, end: float) -> float:
        return start / (start - end)

    at_first, at_second = (a - b) @ p, (a - b) @ q
    right = where_level(at_first, at_second)
    return {
        "Both test sets are pooled, so the larger one weighs more. Mix shares, not counts.": where_level(
            (a - b) @ first, (a - b) @ second
        ),
        "This is the share of the first test set; λ is that of the second.": 1 - right,
        "This is λ in per cent; it should be a share, from 0 to 1.": 100 * right,
        "The first test set is not used: this starts from the plain mean of the bands.": where_level(
            (a - b) @ even, at_second
        ),
        "The second test set is not used: this ends at the plain mean of the bands.": where_level(
            at_first, (a - b) @ even
        ),
        "One mix is in shares and the other in counts: the first is not divided by its sum.": where_level(
            (a - b) @ first, at_second
        ),
        "One mix is in shares and the other in counts: the second is not divided by its sum.": where_level(
            at_first, (a - b) @ second
        ),
        "The mixes are of ratios, a to b on each test set. A ratio does not change on a straight line; a difference "
        "does.": where_level((a @ p) / (b @ p) - 1, (a @ q) / (b @ q) - 1),
        "The mixes are of ratios, a to b in each band. Level means that the difference of two sums is 0.": where_level(
            (a / b) @ p - 1, (a / b) @ q - 1
        ),
        "This is one lead for each of the other, not the part of the whole way: λ counts from the first mix to the "
        "second.": abs(at_first / at_second),
        "The two leads are added with their signs. They point to opposite sides, so the way from one to the other is "
        "longer than either.": at_first / (at_first + at_second) if at_first + at_second else math.inf,
        "This is the exact match at which the two meet. Return λ, the mix.": (1 - right) * (a @ p) + right * (a @ q),
        "This is the lead on the first mix. Where on the way to the second is it used up?": at_first,
        "The way is counted from the second mix, and with its sign turned: the lead on the first mix belongs on "
        "top.": right - 1,
        "This is the share of the second test set if both are put together; the models do not come into it.": float(
            second.sum() / (first.sum() + second.sum())
        ),
    }


_COARSE = "Near, but not near enough: was it rounded, or looked for on a grid? Four decimals should be right."


def _if_near(got: Any, right: float) -> Any:
    """Return ``got`` where it is near, as a mistake that explains itself; half precision has no more digits."""
    near = rounding_of(got, _LEVEL) == _LEVEL and abs(number(got) - right) < 0.02
    return got if near else None


# Exercise 2


@checker(
    hints=(
        "Two tensors meet in the product. Which of them should hear nothing of the loss?",
        "A tensor has a copy of itself without a way back, made on the spot; the original stays as it is.",
        "c = α @ h.detach(). The numbers are those of h, and the way back ends there.",
    )
)
def check_cut_context(cut_context: Callable[..., Any]) -> str:
    """Exercise 2, break it: ``cut_context(alpha (B, T, S), h (B, S, M))`` is the sound context (B, T, M).

    The gradient to ``alpha`` must be the sound one, and none may arrive at ``h``.
    """
    with own_randomness(62), torch.enable_grad():
        for B, T, S, M in ((2, 3, 4, 5), (1, 4, 2, 3), (3, 1, 5, 2)):
            alpha = torch.softmax(torch.randn(B, T, S, dtype=torch.float64), -1).requires_grad_()
            h = torch.tanh(torch.randn(B, S, M, dtype=torch.float64)).requires_grad_()
            before = alpha.detach().clone(), h.detach().clone()
            got = answer(cut_context, alpha, h, copied=False)
            where = f"for B={B}, T={T}, S={S}, M={M}"
            _check_left_alone(alpha, h, *before)
            _check_context(got, *before, where)
            _check_ways_back(got, alpha, h, where)
    return "the numbers are the sound ones, α learns as before, and by this way the annotations hear nothing."


def _check_left_alone(alpha: Tensor, h: Tensor, alpha_before: Tensor, h_before: Tensor) -> None:
    """Refuse an answer that changes what it was handed: the keys and the first state read the same annotations."""
    for name, after, before in (("h", h, h_before), ("alpha", alpha, alpha_before)):
        if not after.requires_grad:
            raise NotRight(
                f"{name} itself has been cut off, in place: whoever else reads it gets no gradient either. "
                "Cut a copy, for this sum alone."
            )
        if not torch.equal(after.detach(), before):
            raise NotRight(f"the numbers in {name} have been changed in place. Leave them as they are.")
        (slope,) = torch.autograd.grad(after.sum(), after)
        if not bool((slope == 1).all()):
            raise NotRight(
                f"a hook on {name} changes every gradient that arrives there, also those of others who read it. "
                "Cut the way of this sum alone."
            )


def _check_context(got: Any, alpha: Tensor, h: Tensor, where: str) -> None:
    if isinstance(got, list | tuple) and any(isinstance(one, Tensor) for one in got):
        raise NotRight("the context: expected one tensor, (B, T, M), got several. Stack them.")
    if not isinstance(got, Tensor):
        raise NotRight("the context: expected a tensor; only a tensor knows its way back to α.")
    expect_close(
        got,
        _summed(alpha, h),
        "the context",
        mistakes={
            "These are zeros: with the gradient the numbers have gone too.": torch.zeros(*alpha.shape[:2], h.shape[2]),
            "This is the plain mean: the weights are not used.": h.mean(1, keepdim=True).expand(-1, alpha.shape[1], -1),
            "The weights went through a softmax once more.": torch.softmax(alpha, -1) @ h,
            "The annotations went through a tanh once more.": alpha @ torch.tanh(h),
            "The annotations stand in reversed order.": alpha @ h.flip(1),
        },
        where=where,
        axes="(B, T, M)",
    )


def _summed(alpha: Tensor, h: Tensor) -> list[list[list[float]]]:
    """Return Σ_j α_ij h_j for every sentence, step and number, one product at a time."""
    return [
        [
            [math.fsum(a * v for a, v in zip(row, column, strict=True)) for column in zip(*words, strict=True)]
            for row in rows
        ]
        for rows, words in zip(alpha.tolist(), h.tolist(), strict=True)
    ]


def _check_ways_back(got: Tensor, alpha: Tensor, h: Tensor, where: str) -> None:
    """Follow a gradient backwards from the context: to α it must arrive whole, to h not at all."""
    if not got.requires_grad:
        raise NotRight(
            "the numbers are right, but there is no way back at all, to α neither. Did you switch gradients off, or "
            "cut the result? Cut h alone."
        )
    arriving = torch.randn(got.shape, dtype=torch.float64)
    try:
        to_alpha, to_h = torch.autograd.grad(got, (alpha, h), arriving.to(got.dtype), allow_unused=True)
    except Exception as error:
        raise NotRight(f"the numbers are right, but the way back raised {said(error)}.") from error
    whole = alpha.detach().mT @ arriving
    rest = torch.zeros_like(h) if to_h is None else to_h
    if to_alpha is None or not bool(to_alpha.any()):
        which = "and h still hears all: the wrong one is cut." if rest.any() else "and h hears nothing either."
        raise NotRight(f"α has lost its gradient, {which} Cut h, and α stays as it is.")
    expect_close(
        to_alpha,
        _summed(arriving, h.detach().mT),
        "the gradient of α",
        mistakes={"Its sign is turned.": -arriving @ h.detach().mT},
        where=where,
        axes="(B, T, S)",
        rounding=rounding_of(got),
    )
    if not bool((rest.abs() < _SILENT).all()):
        uncut = torch.allclose(rest, whole, rtol=0.05, atol=0.05)
        left = "its whole gradient: nothing is cut" if uncut else "a gradient: some of it still gets through"
        raise NotRight(f"the context and α are as they should be, but h still hears {left}.")


_SILENT = 1e-9


# Exercise 3


@checker(
    hints=(
        "Which pairs can tell > from ≥, a source from a target, a cut sentence from a whole one?",
        "Make some pairs of your own: one of exactly `longest` words, one just longer, one more than twice as long, "
        "one with a longer target, one with *because*, and one that stands there twice.",
        "Count pairs in train and in long with collections.Counter, and compare with what should stand there.",
    )
)
def check_is_length_split(is_length_split: Callable[..., Any]) -> str:
    """Exercise 3, write the test: ``is_length_split(split)`` is True only for an honest split by length.

    ``split(pairs, longest)`` gives (train, long): all pairs of up to ``longest`` source words, and all others.
    """
    judge(
        is_length_split,
        _SPLITS,
        _SICK_SPLITS,
        too_strict="Lists and tuples are both right, the order is free, and a pair that was handed in twice has to "
        "come out twice.",
        too_lax="Which pairs would show these bugs, and do you count what comes out?",
    )
    return f"your test passes {len(_SPLITS)} right splits and catches all {len(_SICK_SPLITS)} bugs."


Pairs = list[Any]
SplitRule = Callable[[Pairs, int], tuple[Any, Any]]


def _split(rule: SplitRule) -> Callable[..., Any]:
    """Make of ``rule`` what a learner's test is handed; ValueError for what is no list of pairs of words."""

    def split(pairs: Iterable[Any], longest: int) -> tuple[Any, Any]:
        given = list(pairs)
        for pair in given:
            if not _is_pair(pair):
                expected = "expected pairs (source, target), each side a tuple or list of words"
                raise ValueError(f"split: {expected}; got {pair!r}.")
        return rule(given, int(longest))

    return split


def _is_pair(pair: Any) -> bool:
    if not hasattr(pair, "source") and (isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != 2):
        return False
    return all(isinstance(side, Sequence) and not isinstance(side, str) for side in (_source(pair), _target(pair)))


def _source(pair: Any) -> Any:
    return pair.source if hasattr(pair, "source") else pair[0]


def _target(pair: Any) -> Any:
    return pair.target if hasattr(pair, "target") else pair[1]


def _cut(pair: Any, longest: int) -> Any:
    """Return the pair with the first words of its source alone."""
    if hasattr(pair, "source"):
        return type(pair)(pair.source[:longest], pair.target)
    return type(pair)((pair[0][:longest], pair[1]))


def _where(fits: Callable[[Any, int], bool]) -> SplitRule:
    """Return a split into the pairs that fit and all others, in the order in which they came."""
    return lambda pairs, longest: (
        [pair for pair in pairs if fits(pair, longest)],
        [pair for pair in pairs if not fits(pair, longest)],
    )


def _fits(pair: Any, longest: int) -> bool:
    return len(_source(pair)) <= longest


def _changed(change: Callable[[Pairs, Pairs, int], tuple[Any, Any]]) -> Callable[..., Any]:
    """Return a split that is sound, and then changed: ``change(train, long, longest)``."""
    return _split(lambda pairs, longest: change(*_where(_fits)(pairs, longest), longest))


def _once(pairs: Pairs) -> Pairs:
    return [pair for k, pair in enumerate(pairs) if pair not in pairs[:k]]


_SPLITS = {
    "one that gives lists": _split(_where(_fits)),
    "one that gives tuples": _changed(lambda train, long, _: (tuple(train), tuple(long))),
    "one in another order": _changed(lambda train, long, _: (train[::-1], long[::-1])),
}
_SICK_SPLITS = {
    "target words counted": _split(_where(lambda pair, longest: len(_target(pair)) <= longest)),
    "both sides have to fit": _split(
        _where(lambda pair, longest: max(len(_source(pair)), len(_target(pair))) <= longest)
    ),
    "`</s>` counted as a word": _split(_where(lambda pair, longest: len((*_source(pair), "</s>")) <= longest)),
    "one word too many": _split(_where(lambda pair, longest: len(_source(pair)) <= longest + 1)),
    "long sources cut and trained on": _changed(
        lambda train, long, longest: ([*train, *(_cut(pair, longest) for pair in long)], long)
    ),
    "long sources cut": _changed(lambda train, long, longest: (train, [_cut(pair, longest) for pair in long])),
    "the very long dropped": _changed(
        lambda train, long, longest: (train, [pair for pair in long if len(_source(pair)) <= 2 * longest])
    ),
    "a pair of exactly the length in both": _changed(
        lambda train, long, longest: (train, [*long, *(pair for pair in train if len(_source(pair)) == longest)])
    ),
    "sentences with *because* all in train": _split(
        _where(lambda pair, longest: _fits(pair, longest) or "because" in _source(pair))
    ),
    "repeated pairs kept once": _changed(lambda train, long, _: (_once(train), _once(long))),
    "the first pair of train doubled": _changed(lambda train, long, _: ([*train[:1], *train], long)),
    "long before train": _changed(lambda train, long, _: (long, train)),
    "everything in train as well": _changed(lambda train, long, _: ([*train, *long], long)),
    "everything in long as well": _changed(lambda train, long, _: (train, [*train, *long])),
}
