"""Checkers of chapter 10, Hard attention and attention in space."""

import math
from collections.abc import Callable, Sequence
from functools import cache
from itertools import count
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
    number,
    parts,
    rounding_of,
    tensor_of,
)
from course_lib.checks.report import NotRight, answer, checker

# Exercise 1


@checker(
    hints=(
        "Look t is made before word t is written. Which words of the caption can still become others because of it?",
        "First put 0 where the mask is False, by choosing, not by multiplying. Then add up from the end of each row.",
        "r = np.where(mask, log_probs, 0), then np.cumsum(r[:, ::-1], axis=1)[:, ::-1].",
    )
)
def check_reward_to_go(reward_to_go: Callable[..., Any]) -> str:
    """Exercise 1: ``reward_to_go(log_probs (B, T), mask (B, T))`` is the reward of each look (B, T), 0 on padding.

    Look t comes before word t is written: its reward is what log probability word t and all later words have together.
    Padding, on the right, may hold any number, −∞ and NaN too.
    """
    for (B, T, kind), (log_probs, mask) in zip(_BATCHES, _batches(105), strict=True):
        got = answer(reward_to_go, log_probs, mask, keep_inputs=True)
        expect_close(
            got,
            _rewards(log_probs.tolist(), mask.tolist()),
            "the rewards",
            mistakes=_explained(array(got, "the rewards", axes="(B, T)", finite=False), log_probs, mask),
            where=f"for B={B}, T={T}{_KINDS[kind]}",
            axes="(B, T)",
            not_finite=_OF_PADDING.get(kind, "What have you put where no word is? A sum takes that in, too."),
        )
    return "each look has what its own word and all later ones bring, 0 on padding, whatever the padding holds."


_KINDS = {
    "plain": "",
    "infinite": ", −∞ in the padding",
    "NaN": ", NaN in the padding",
    "full": ", no padding",
    "one word": ", a single word",
    "unlike": ", numbers of very unlike size",
}
_BATCHES = (
    (3, 5, "plain"),
    (5, 7, "infinite"),
    (4, 9, "NaN"),
    (2, 6, "full"),
    (1, 1, "one word"),
    (4, 3, "unlike"),
)
"""B, T and what is special. In the plain batch, the first, all mistakes are told apart; its padding holds numbers."""
_OF_PADDING = {
    "infinite": "It comes from the padding: 0 times −∞ is no number. Leave these places out by choosing, not by "
    "multiplying.",
    "NaN": "It comes from the padding: whatever you do with a NaN, it stays one, even times 0. Choose another number "
    "in its place.",
}


@cache
def _batches(seed: int) -> list[tuple[Array, Array]]:
    draw = np.random.default_rng(seed)
    return [_a_batch(draw, *batch) for batch in _BATCHES]


def _a_batch(draw: np.random.Generator, B: int, T: int, kind: str) -> tuple[Array, Array]:
    """Draw log probabilities and a mask, (B, T) each.

    In the plain batch no two captions are of one length and none fills its row, so that all mistakes are told apart,
    whatever the numbers are. With padding that is no number one caption has a single word.
    """
    lengths = np.full(B, T)
    if kind == "plain":
        lengths = draw.permutation(np.arange(T - B, T))
    elif kind != "full":
        lengths = draw.permutation([1, *draw.integers(1, T, B - 1)]) if T > 1 else lengths
    mask = np.arange(T) < lengths[:, None]
    log_probs = np.where(mask, -draw.uniform(0.1, 3, (B, T)), {"infinite": -np.inf, "NaN": np.nan}.get(kind, -4))
    if kind == "plain":
        log_probs -= draw.uniform(0, 1, (B, T))
    elif kind == "unlike":
        log_probs *= 10.0 ** draw.integers(-4, 1, (B, T))
    return log_probs, mask


def _rewards(log_probs: Sequence[Sequence[float]], mask: Sequence[Sequence[bool]]) -> list[list[float]]:
    """Return the reward of each look (B, T), every one added up anew."""
    return [
        [math.fsum(p for p, word in zip(row[t:], words[t:], strict=True) if word) for t in range(len(row))]
        for row, words in zip(log_probs, mask, strict=True)
    ]


def _explained(got: Array, log_probs: Array, mask: Array) -> dict[str, Any]:
    """Return the usual wrong rewards by what there is to say of them; on padding they hold what ``got`` holds."""
    right = np.array(_rewards(log_probs.tolist(), mask.tolist()))
    wrong = {
        "All words are right. On padding no look was made: its reward should be 0.": right,
        **_other_rewards(log_probs, mask),
    }
    wrong = {why: one for why, one in wrong.items() if not np.isnan(one).any()}  # of NaN the check itself speaks
    if got.shape != mask.shape:
        return wrong
    return {why: np.where(mask, one, got) if np.shape(one) == mask.shape else one for why, one in wrong.items()}


def _other_rewards(log_probs: Array, mask: Array) -> dict[str, Any]:
    """Return the usual wrong rewards by what there is to say of them; those of shape (B, T) count at words alone."""
    with np.errstate(all="ignore"):
        return {**_of_other_words(log_probs, mask), **_of_other_sums(np.where(mask, log_probs, 0), mask)}


def _of_other_words(log_probs: Array, mask: Array) -> dict[str, Any]:
    """Return sums over other words than word t and all later ones."""
    r = np.where(mask, log_probs, 0)
    past, ahead, whole = r.cumsum(1), _from_the_end(r), r.sum(1, keepdims=True)
    return {
        "The look's own word is left out. Look t comes before word t is written, so it has a say in that word.": (
            ahead - r
        ),
        "These are the words up to t. They are the past: a look changes its own word and what comes after.": past,
        "These are the words before t. They are the past, and no look can change them any more.": past - r,
        "This is the reward of the whole caption at each look. Its mean is right, but words that are already written "
        "only add noise: leave them out.": np.broadcast_to(whole, r.shape),
        "This is a number a caption, its whole reward. Each look has a number of its own.": whole[:, 0],
        "This is a number a caption, its whole reward, in a column. Each look has a number of its own.": whole,
        "This is each word's own log probability. A look changes all later words, too.": r,
        "The next word alone is added to the look's own. All later words count.": r + _later(r),
        "The sums begin one word too early: each takes in the last word that was written before its look.": (
            ahead + np.pad(r, ((0, 0), (1, 0)))[:, :-1]
        ),
        "The sums stand one place too late.": np.roll(ahead, 1, 1),
        "The last word is left out of every sum.": ahead - _last_word(r, mask),
        "The padding has been counted. It holds no words, whatever stands there: the mask says where words are.": (
            _from_the_end(log_probs)
        ),
        "This is what the padding holds. The mask is True at words, and those are what counts.": (
            _from_the_end(np.where(mask, 0, log_probs))
        ),
        "Two things: the look's own word is left out, and the padding has been counted.": (
            _from_the_end(log_probs) - log_probs
        ),
    }


def _of_other_sums(r: Array, mask: Array) -> dict[str, Any]:
    """Return what else is made of the rewards (B, T) of single words, 0 on padding."""
    ahead, length = _from_the_end(r), mask.sum(1, keepdims=True)
    left = np.maximum(_from_the_end(mask), 1)
    flat = r[:, ::-1].ravel().cumsum()
    return {
        "This is the mean over the words that are left. A mean lets early looks weigh less: add up.": ahead / left,
        "The sums are divided by the number of words of the caption. A reward is a sum.": ahead / length,
        "The sums are divided by T, padding and all. A reward is a sum.": ahead / r.shape[1],
        "The sums run over the captions of the batch, from the last one up. They should run along each caption.": (
            r[::-1].cumsum(0)[::-1]
        ),
        "The sums run over the captions of the batch. They should run along each caption.": r.cumsum(0),
        "The sums come out from back to front: you turned each row round to add up, and did not turn it back.": (
            r[:, ::-1].cumsum(1)
        ),
        "The rows were turned round, and what was added up is the past.": r.cumsum(1)[:, ::-1],
        "All rows have run into one: a sum goes on from caption to caption. Which axis do you add up along?": flat,
        "A sum goes on from one caption into the next. Each row is a caption of its own.": (
            r.ravel()[::-1].cumsum()[::-1].reshape(r.shape)
        ),
        "A sum goes on from the caption before. Each row is a caption of its own.": flat.reshape(r.shape)[:, ::-1],
        "The sign is turned: these are losses. A reward is higher the likelier the words are.": -ahead,
        "These are bits. What you were handed are natural logarithms: add them up as they are.": ahead / math.log(2),
        "These are probabilities. The reward is the logarithm; leave it as it is.": np.exp(ahead),
        "Probabilities are added up here. The reward of several words is the sum of their logarithms.": (
            _from_the_end(np.exp(r) * mask)
        ),
        "Later words count for less here, by 0.99 a step. A caption has no discount: each word counts in full.": (
            _discounted(r, 0.99)
        ),
        "Later words count for less here, by 0.9 a step. A caption has no discount: each word counts in full.": (
            _discounted(r, 0.9)
        ),
        "A mean over the batch has been taken away. That is a baseline; here the reward itself is asked for.": (
            ahead - ahead.sum(0) / mask.sum(0).clip(1)
        ),
        "A row is a caption here, and a column a word; yours are the other way round.": ahead.T,
    }


def _from_the_end(r: Array) -> Array:
    return r[:, ::-1].cumsum(1)[:, ::-1]


def _later(r: Array) -> Array:
    """Return each row (B, T) one word further on, with 0 at its end."""
    return np.pad(r, ((0, 0), (0, 1)))[:, 1:]


def _last_word(r: Array, mask: Array) -> Array:
    """Return what the last word of each caption brings (B, 1)."""
    return np.take_along_axis(r, mask.sum(1, keepdims=True) - 1, 1)


def _discounted(r: Array, share: float) -> Array:
    powers = share ** np.maximum(np.subtract.outer(np.arange(r.shape[1]), np.arange(r.shape[1])), 0)
    return r @ np.tril(powers)


# Exercise 2


@checker(
    hints=(
        "The larger w is where a place is drawn, the more its reward counts in b*. Which draws have a large w, the "
        "likely or the rare ones? And which count most in the mean?",
        "Let one place be nearly certain, and give it a reward far from those of the other two. It alone decides the "
        "mean; the rare ones decide b*.",
        "b* should lie next to 0, where no baseline does no harm: let the two rare places have rewards near 0, and the "
        "likely one −10.",
    )
)
def check_mean_hurts(mean_hurts: Callable[..., Any]) -> str:
    """Exercise 2, break it: ``mean_hurts()`` is weights (3,) and rewards (3,) where the mean is a bad baseline.

    Weights are 0.01 or more and add up to one, rewards lie between −10 and 0. The total variance of the estimate of one
    draw, with the mean reward as baseline, is at least ten times that without any.
    """
    weights, rewards = _a_chance(*parts(answer(mean_hurts), ("weights", "rewards")))
    mean = float(weights @ rewards)
    with_mean, without = (_spread(weights, rewards, b) for b in (mean, 0))
    best = _best_baseline(weights, rewards)
    if with_mean < _TIMES * without:
        raise NotRight(_why_less(weights, mean, best, with_mean, without))
    return (
        f"without any baseline the total variance is {without:.3g}, with the mean it is {with_mean:.3g}, "
        f"{with_mean / without:,.0f} times as large. The best b is {_signed(best)}, and the mean is {_signed(mean)}."
    )


_TIMES, _LEAST, _LOWEST = 10, 0.01, -10.0


def _spread(weights: Array, rewards: Array, b: float) -> float:
    """Return the total variance of (r − b) times (one-hot less weights) (S,) over the draws, one after another."""
    pushes = [(r - b) * (e - weights) for r, e in zip(rewards, np.eye(len(weights)), strict=True)]
    middle = sum(a * push for a, push in zip(weights, pushes, strict=True))
    return math.fsum(a * float(((push - middle) ** 2).sum()) for a, push in zip(weights, pushes, strict=True))


def _best_baseline(weights: Array, rewards: Array) -> float:
    """Return the mean reward if each draw counts by the squared length of its one-hot less the weights."""
    counts = weights * ((np.eye(len(weights)) - weights) ** 2).sum(1)
    return float(counts @ rewards / counts.sum())


def _a_chance(given_weights: Any, given_rewards: Any) -> tuple[Array, Array]:
    """Return weights (3,) and rewards (3,), or say what they are instead."""
    weights, rewards = (
        array(one, name, (3,)) for one, name in ((given_weights, "the weights"), (given_rewards, "the rewards"))
    )
    tolerance = max(rounding_of(given_weights), rounding_of(given_rewards))
    if (weights <= 0).all() and weights.any() and (rewards >= 0).all():
        raise NotRight("the two stand the wrong way round: first the weights, then the rewards.")
    _check_weights(weights, tolerance)
    _check_rewards(rewards, tolerance)
    return weights / weights.sum(), rewards


def _check_weights(weights: Array, tolerance: float) -> None:
    total, least = float(weights.sum()), int(weights.argmin())
    if weights[least] < 0:
        raise NotRight(
            f"weight {least} is {_signed(weights[least])}, below 0. A weight is a share of the draws. Are these "
            "scores? Then put them through a softmax."
        )
    if abs(total - 100) <= 100 * tolerance:
        raise NotRight("the weights add up to 100. Are they percent? Give shares of one.")
    if abs(total - 1) > tolerance:
        raise NotRight(f"the weights add up to {total:.6g}, and not to one. All shares together are one whole.")
    if weights.max() >= 1 - tolerance / 100:
        raise NotRight(
            "one place is always drawn. Then there is no chance left: the estimate is 0 in each draw, and both "
            f"variances are 0. Each place needs {_LEAST} at least."
        )
    if weights[least] < _LEAST * (1 - tolerance):
        raise NotRight(f"weight {least} is {weights[least]:.6g}. Each place needs {_LEAST} at least.")


def _check_rewards(rewards: Array, tolerance: float) -> None:
    highest, lowest = int(rewards.argmax()), int(rewards.argmin())
    if rewards[highest] > 0:
        raise NotRight(f"reward {highest} is {rewards[highest]:.3g}, above 0. {_why_above(rewards)}")
    if rewards[lowest] < _LOWEST * (1 + tolerance):
        raise NotRight(f"reward {lowest} is {_signed(rewards[lowest])}, below {_signed(_LOWEST)}. It goes with less.")
    if np.ptp(rewards) <= -tolerance * rewards[lowest]:
        raise NotRight(
            "all rewards are level. Then the mean is what every draw brings: take it away, and no spread is left. It "
            "is the best baseline there can be."
        )


def _why_above(rewards: Array) -> str:
    if (rewards < 0).any():
        return "The logarithm of a probability is 0 at most."
    if rewards.max() <= 1:
        return "Are these probabilities? A reward is the logarithm of one."
    return "Is the minus missing?"


def _why_less(weights: Array, mean: float, best: float, with_mean: float, without: float) -> str:
    """Say how far ``with_mean`` is from ten times ``without``, and what there is to turn."""
    found = f"with the mean the total variance is {with_mean:.3g}, without any baseline {without:.3g}"
    where = f"b* is {_signed(best)}, and the mean is {_signed(mean)}"
    if np.ptp(weights) <= 1e-3:
        return (
            f"{found}. With even weights all three draws have the same w, so b* is the mean itself: no constant does "
            "better. Make the weights uneven."
        )
    if with_mean <= without:
        return (
            f"{found}: here the mean helps. {where}. You need it the other way round: b* near 0, and the mean far from "
            "it. Which place decides the mean, and which ones b*?"
        )
    return (
        f"{found}: {with_mean / without:.3g} times as large, and {_TIMES} times is asked for. {where}. Go on like "
        "this: the mean further away, or b* nearer to 0."
    )


def _signed(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


# Exercise 3


@checker(
    hints=(
        "An estimate is made of a draw that you do not see. But somebody is asked what that draw was worth: you.",
        "Let your reward write down each place that it is asked for. Then you know what one call has to return, entry "
        "by entry. How often each place comes, and what a seed gives twice, are two more questions.",
        "asked = [], reward = lambda s: (asked.append(s), r[s])[1]. One entry a call; the result is (r[s] − b) (e_s − "
        "α) to 1e-4; over 1,000 calls the share of each place is α to 0.08; the same seed asks for the same place.",
    )
)
def check_is_reinforce(is_reinforce: Callable[..., Any]) -> str:
    """Exercise 3, write the test: True only for an ``estimate`` that is REINFORCE.

    ``estimate(scores (S,), reward, b, rng)`` draws a place from the softmax of the scores, by chance of ``rng`` alone,
    asks ``reward(place)`` once, and returns (reward − b) times the one-hot of the place less the softmax, (S,).
    """
    judge(
        is_reinforce,
        _RIGHT_ESTIMATES,
        _SICK_ESTIMATES,
        too_strict="Chance spreads: of 1,000 draws a place that has half comes 500 times, give or take 16, so allow "
        "for five times that. There are many ways to draw with one generator, and single precision rounds.",
        too_lax="Look at single calls, at many together, and at what is asked.",
    )
    return f"your test passes {len(_RIGHT_ESTIMATES)} right versions and catches all {len(_SICK_ESTIMATES)} bugs."


Reward = Callable[[int], float]
_Rule = Callable[[Array, Reward, float, np.random.Generator], Array]
_Draw = Callable[[Array, np.random.Generator], int]


def _estimate(rule: _Rule, *, writes: bool = False) -> Callable[..., Any]:
    """Make of ``rule`` what a learner's test is handed; ValueError for what are no scores, no reward, no generator."""

    def estimate(scores: Any, reward: Any, b: Any, rng: Any) -> Any:
        if not isinstance(rng, np.random.Generator):
            raise ValueError(
                f"estimate: expected a NumPy generator for rng, as default_rng(1) is one; got {type(rng).__name__}."
            )
        if not callable(reward):
            raise ValueError(
                f"estimate: expected a function for reward, which takes a position; got {type(reward).__name__}."
            )

        given = tensor_of(scores, "scores")
        if given.ndim != 1 or len(given) < 2:
            raise ValueError(f"estimate: expected scores (S,) of two places or more, got shape {tuple(given.shape)}.")

        def asked(place: int) -> float:
            return _one_number(reward(place), "what reward returns")

        drawn = rule(given.detach().cpu().double().numpy(), asked, _one_number(b, "b"), rng)
        found = in_kind(torch.from_numpy(drawn), scores)
        if writes:
            _step(scores, found)
        return found

    estimate.__qualname__ = estimate.__name__  # so that Python's own errors do not say where it was made
    return estimate


def _one_number(given: Any, name: str) -> float:
    if isinstance(given, int | float):  # nearly always, and thousands of times
        return float(given)
    try:
        return number(given, name)
    except NotRight as error:
        raise ValueError(f"estimate: {error}") from error


def _step(scores: Any, found: Any) -> None:
    """Add what was found to the scores that were handed in."""
    if isinstance(scores, Array | Tensor):
        scores += found
    else:
        scores[:] = [s + f for s, f in zip(scores, found.tolist(), strict=True)]


def _softmax(scores: Array) -> Array:
    raised = np.exp(scores - scores.max())
    return raised / raised.sum()


def _one_hot(place: int, S: int) -> Array:
    return np.eye(S)[place]


def _by_choice(alpha: Array, rng: np.random.Generator) -> int:
    return int(rng.choice(len(alpha), p=alpha))


def _by_steps(alpha: Array, rng: np.random.Generator) -> int:
    """Go up the shares until a number drawn evenly from 0 to 1 is passed."""
    place = int(np.searchsorted(np.cumsum(alpha), rng.random(), side="right"))
    return min(place, len(alpha) - 1)


def _by_largest(alpha: Array, rng: np.random.Generator) -> int:
    """Add Gumbel's noise to the logarithms, and take the largest."""
    with np.errstate(divide="ignore"):
        return int((np.log(alpha) + rng.gumbel(size=len(alpha))).argmax())


def _in_single_precision(scores: Array, reward: Reward, b: float, rng: np.random.Generator) -> Array:
    alpha = _softmax(scores.astype(np.float32))
    place = _by_steps(alpha, rng)
    slope = -alpha
    slope[place] += np.float32(1)
    return np.float32(reward(place) - b) * slope


def _version(
    draw: _Draw = _by_steps,
    ask: Callable[[Reward, int, int], float] = lambda reward, place, S: reward(place),
    push: Callable[[float, float, Array, Array], Array] = lambda r, b, e, alpha: (r - b) * (e - alpha),
    writes: bool = False,
) -> Callable[..., Any]:
    """Return REINFORCE as a learner's test is handed it; whoever passes a part plants a bug.

    ``push`` makes the estimate of reward, baseline, one-hot (S,) and weights (S,).
    """

    def rule(scores: Array, reward: Reward, b: float, rng: np.random.Generator) -> Array:
        alpha, S = _softmax(scores), len(scores)
        place = draw(alpha, rng)
        return push(ask(reward, place, S), b, _one_hot(place, S), alpha)

    return _estimate(rule, writes=writes)


def _drawn_twice(scores: Array, reward: Reward, b: float, rng: np.random.Generator) -> Array:
    alpha = _softmax(scores)
    one, other = _by_steps(alpha, rng), _by_steps(alpha, rng)
    return (reward(one) - b) * (_one_hot(other, len(scores)) - alpha)


def _best_of_two(scores: Array, reward: Reward, b: float, rng: np.random.Generator) -> Array:
    """Draw once more where the first draw's reward lies below the baseline."""
    alpha = _softmax(scores)
    for _ in range(2):
        place = _by_steps(alpha, rng)
        r = reward(place)
        if r >= b:
            break
    return (r - b) * (_one_hot(place, len(scores)) - alpha)


def _all_asked(scores: Array, reward: Reward, b: float, rng: np.random.Generator) -> Array:
    """Return the mean that the draws only estimate."""
    alpha = _softmax(scores)
    rewards = np.array([reward(place) for place in range(len(scores))])
    return alpha * (rewards - alpha @ rewards)


def _sharpened(power: float) -> _Draw:
    def draw(alpha: Array, rng: np.random.Generator) -> int:
        return _by_steps(alpha**power / (alpha**power).sum(), rng)

    return draw


_CALLS = count()

_RIGHT_ESTIMATES = {
    "one that draws by rng.choice": _version(_by_choice),
    "one that goes up the sums of the weights": _version(),
    "one that takes the largest after adding Gumbel noise": _version(_by_largest),
    "one in single precision": _estimate(_in_single_precision),
}
_SICK_ESTIMATES = {
    "sign turned": _version(push=lambda r, b, e, alpha: (b - r) * (e - alpha)),
    "b added": _version(push=lambda r, b, e, alpha: (r + b) * (e - alpha)),
    "b not used": _version(push=lambda r, b, e, alpha: r * (e - alpha)),
    "α without its factor": _version(push=lambda r, b, e, alpha: (r - b) * e - alpha),
    "b alone times the slope": _version(push=lambda r, b, e, alpha: r - b * (e - alpha)),
    "α not taken away": _version(push=lambda r, b, e, alpha: (r - b) * e),
    "one-hot left out": _version(push=lambda r, b, e, alpha: (b - r) * alpha),
    "slope of α, not of its log": _version(push=lambda r, b, e, alpha: (r - b) * (e @ alpha) * (e - alpha)),
    "slope in α, not in scores": _version(push=lambda r, b, e, alpha: (r - b) * e / alpha),
    "divided by S": _version(push=lambda r, b, e, alpha: (r - b) * (e - alpha) / len(e)),
    "size of the reward lost": _version(push=lambda r, b, e, alpha: np.sign(r - b) * (e - alpha)),
    "no draw punished": _version(push=lambda r, b, e, alpha: max(r - b, 0) * (e - alpha)),
    "cut off at 1 and −1": _version(push=lambda r, b, e, alpha: min(max(r - b, -1), 1) * (e - alpha)),
    "reward of the next place": _version(ask=lambda reward, place, S: reward((place + 1) % S)),
    "asked twice": _version(ask=lambda reward, place, S: (reward(place) + reward(place)) / 2),
    "a second draw for the slope": _estimate(_drawn_twice),
    "a bad draw repeated": _estimate(_best_of_two),
    "all places asked": _estimate(_all_asked),
    "no draw, the largest": _version(lambda alpha, rng: int(alpha.argmax())),
    "drawn evenly": _version(lambda alpha, rng: int(rng.integers(len(alpha)))),
    "last place never drawn": _version(lambda alpha, rng: _by_steps(alpha[:-1] / alpha[:-1].sum(), rng)),
    "a temperature of 2": _version(_sharpened(0.5)),
    "drawn from α squared": _version(_sharpened(2)),
    "one draw for ever": _version(lambda alpha, rng: _by_steps(alpha, np.random.default_rng(0))),
    "chance not of rng": _version(lambda alpha, rng: _by_steps(alpha, np.random.default_rng(next(_CALLS)))),
    "scores changed": _version(writes=True),
}
