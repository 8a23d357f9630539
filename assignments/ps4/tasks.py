"""What the tasks of set 4 ask for: a paper's own window, a look that only walks on, draws that judge each other."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from course_lib.checks.comparing import array
from grading.tasks import Task

Array = np.ndarray


# Task 1: on paper ----------------------------------------------------------------------------------------------------
# Goal: what a window hides can be counted, what a bell takes can be added up, and the best b need not be the mean.
# Likely wrong: a window that does not wait at </s>; D in the place of σ; the mean reward.


@dataclass(frozen=True)
class Numbers:
    """The numbers of a class, a function of its seed: those of last year have other answers."""

    S: int
    """Words of a source; ``</s>`` has the place behind them."""
    partners: list[int]
    """The source place of each target word's one partner."""
    D: int
    p: float
    """Width and centre of a window of *local-p*."""
    chance: float
    rewards: list[int]
    """The chance of the first of two places, and what each of the two brings."""

    @property
    def narrowest(self) -> int:
        """The smallest D with which local-m shows every partner: it waits at ``</s>``."""
        return max(abs(min(i, self.S) - j) for i, j in enumerate(self.partners))

    @property
    def kept(self) -> float:
        """What the bell leaves of even weights, all 2D + 1 places in the sentence."""
        near = round(self.p)
        bell = [math.exp(-2 * ((j - self.p) / self.D) ** 2) for j in range(near - self.D, near + self.D + 1)]
        return math.fsum(bell) / len(bell)

    @property
    def silent(self) -> float:
        """The b with which both draws of two places add the same: the mean with the chances exchanged."""
        return (1 - self.chance) * self.rewards[0] + self.chance * self.rewards[1]


def numbers(seed: int) -> Numbers:
    """Return the numbers of a class; the first code cell of the set draws them in the same way."""
    draw = np.random.default_rng(seed)
    S = int(draw.integers(7, 10))
    partners = (np.arange(S + 3) + draw.integers(-2, 3, S + 3)).clip(0, S - 1).tolist()
    partners[S + int(draw.integers(1, 3))] = int(draw.integers(0, 3))
    D, p = int(draw.integers(2, 6)), round(20 + draw.choice([-0.4, -0.3, -0.2, 0.2, 0.3, 0.4]), 1)
    chance = round(draw.choice([0.1, 0.2, 0.3, 0.7, 0.8, 0.9]), 1)
    rewards = (-draw.choice(np.arange(1, 10), 2, replace=False)).tolist()
    return Numbers(S, partners, D, float(p), float(chance), rewards)


# Task 2, in words, has its figure in the notebook. Goal: what of a look has a slope, and what jumps. Likely wrong:
# a tread of the steps is climbed; the jump is the gold word's.


# Task 3: a window as the paper has it --------------------------------------------------------------------------------
# Goal: in which order cut, softmax and bell come. Likely wrong: a cut behind the softmax, which a division by the sum
# makes invisible.


def local_p(scores: Array, p: Array, lengths: Sequence[int], D: int) -> Array:
    """Return the weights (B, S) of local-p with the window of Luong et al. (2015), §3.2: [p − D, p + D] itself."""
    return _weights(scores, p, lengths, D)


def _weights(
    scores: Array,
    p: Array,
    lengths: Sequence[int],
    D: int,
    *,
    seen: Callable[[int, float, int, int], bool] = lambda j, centre, n, D: abs(j - centre) <= D and j < n,
    shared: Callable[[int, float, int, int], bool] | None = None,
    sigma: Callable[[int], float] = lambda D: D / 2,
    about: Callable[[float], float] = lambda centre: centre,
    whole: bool = False,
) -> Array:
    """Place by place; whoever passes a part makes a mistake. ``shared`` says who is in the softmax."""
    weights = np.zeros(scores.shape)
    for b, (row, centre, n) in enumerate(zip(scores.tolist(), p.tolist(), lengths, strict=True)):
        places = [j for j in range(len(row)) if seen(j, centre, n, D)]
        total = math.fsum(math.exp(row[j]) for j in range(len(row)) if (shared or seen)(j, centre, n, D))
        for j in places:
            weights[b, j] = math.exp(row[j] - 0.5 * ((j - about(centre)) / sigma(D)) ** 2) / total
        if whole:
            weights[b] /= weights[b].sum()
    return weights


def _windows(draw: np.random.Generator) -> list[tuple[Any, ...]]:
    """Return batches without a cut and without padding, then with both; some centres are places, some are not."""

    def batch(lengths: Sequence[int], D: int, p: Sequence[float]) -> tuple[Any, ...]:
        return draw.normal(size=(len(lengths), max(lengths))).round(2), np.array(p), list(lengths), D

    def centres(lengths: Sequence[int]) -> list[float]:
        return [float(draw.integers(1, 4 * n)) / 4 for n in lengths]

    wide = [batch([5, 5], 5, centres([5, 5])), batch([4, 4, 4], 4, centres([4, 4, 4]))]
    long = [batch([12], 2, [float(draw.integers(3, 9)) + 0.25]), batch([9, 9], 3, [float(draw.integers(3, 6)), 4.5])]
    mixed = [[3, 9, 6], draw.integers(2, 11, 4).tolist()]
    return [*wide, *long, *(batch(n, D, [*centres(n[:-1]), n[-1] - 0.25]) for n, D in zip(mixed, (2, 3), strict=True))]


def holds_all(scores: Array, p: Array, lengths: Sequence[int], D: int) -> bool:
    """Say whether every window holds its whole sentence, and no sentence is padded."""
    return scores.shape[1] <= D and min(lengths) == scores.shape[1]


def _but(**mistake: Any) -> Callable[..., Array]:
    return lambda scores, p, lengths, D: _weights(scores, p, lengths, D, **mistake)


def _is_near(j: int, centre: float, n: int, D: int) -> bool:
    return abs(j - centre) <= D


LOCAL_P = Task(
    "local-p",
    local_p,
    _windows,
    "the weights",
    "each window is cut first, shared out, and then faded by its bell.",
    {
        "All its bugs are still in it.": _but(seen=_is_near, shared=lambda *_: True, sigma=lambda D: D, whole=True),
        "The weights were made whole again after the bell; local-p leaves them as the bell leaves them.": _but(
            whole=True
        ),
        "The softmax goes over places outside the window; it is one of the window alone.": _but(
            shared=lambda j, centre, n, D: j < n
        ),
        "Padding within D places of p is in the window.": _but(seen=_is_near),
        "D stands where σ = D / 2 belongs: the bell is too wide.": _but(sigma=lambda D: D),
        "In the exponent the 2 before σ² is missing.": _but(sigma=lambda D: D / math.sqrt(8)),
        "The window stands around the place next to p; the paper's is p − D to p + D.": _but(
            seen=lambda j, centre, n, D: abs(j - round(centre)) <= D and j < n
        ),
        "The bell stands around the place next to p, not around p.": _but(about=round),
        "A place that is exactly D away from p is in the window.": _but(
            seen=lambda j, centre, n, D: abs(j - centre) < D and j < n
        ),
        "There is no bell here.": _but(sigma=lambda D: math.inf),
    },
    (
        "What do the weights of one sentence add up to, and what should they?",
        "Try one sentence whose window holds everything, then one that is cut, then a padded one: what is wrong where?",
    ),
    axes="(B, S)",
    not_finite="Does a window hold no place at all?",
)


def hold_seen(learner: Callable[..., Any], seed: int) -> None:
    """Raise NotRight unless ``learner`` gives weight to the places of each window, and to no others."""

    def of(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *given: (array(function(*given), "the weights", axes="(B, S)") != 0).astype(float)

    replace(LOCAL_P, right=of(local_p), values="which places have a weight", mistakes={}, hints=()).hold(
        of(learner), seed
    )


# Task 4: a look that only walks on -----------------------------------------------------------------------------------
# Goal: an expectation over draws that a recursion adds up. Likely wrong: every step starts in front; a row is made
# whole.


def walk(chances: Array) -> Array:
    """Return the chance (T, S) that look i stops at place j: Raffel et al. (2017), every way by itself."""
    return _walked(chances)


def _walked(
    chances: Array,
    start: Callable[[Array], Array] = lambda before: before,
    passed: Callable[[Array, int], Array] = lambda chances, i: 1 - chances[i],
    stops: Callable[[Array, int], Array] = lambda chances, i: chances[i],
) -> Array:
    """Return ``walk``'s chances; whoever passes a part makes a mistake."""
    T, S = chances.shape
    found, before = np.zeros((T, S)), np.eye(S)[0]
    for i in range(T):
        going, stay = passed(chances, i), stops(chances, i)
        first = start(before) if i else before
        for j in range(S):
            found[i, j] = stay[j] * math.fsum(first[k] * math.prod(going[k:j]) for k in range(j + 1))
        before = found[i]
    return found


def _on_by_one(before: Array) -> Array:
    return np.concatenate([[0.0], before[:-1]])


def _all_taken(chances: Array, i: int) -> Array:
    return np.concatenate([chances[i, :-1], [1.0]])


def _whole(chances: Array) -> Array:
    found = walk(chances)
    return found / found.sum(axis=1, keepdims=True)


def _passed_from_the_front(chances: Array) -> Array:
    found, before = np.zeros(chances.shape), np.eye(chances.shape[1])[0]
    for i, row in enumerate(chances):
        found[i] = before = row * before.cumsum() * np.concatenate([[1.0], (1 - row[:-1]).cumprod()])
    return found


def _likeliest(chances: Array) -> Array:
    """Stop where the chance is over one half."""
    return walk((chances > 0.5).astype(float))


def _chances(draw: np.random.Generator) -> list[tuple[Any, ...]]:
    """Return tables of one step, of several, and with chances of 0 and 1 among them."""
    one = [(draw.uniform(0.1, 0.9, (1, S)).round(2),) for S in (4, 6)]
    several = [(draw.uniform(0.1, 0.9, (T, S)).round(2),) for T, S in ((2, 3), (4, 5), (6, 4))]
    edges = [(draw.choice([0, 0.5, 0.8, 1], (T, S), p=[0.35, 0.25, 0.25, 0.15]),) for T, S in ((3, 5), (4, 7), (5, 6))]
    behind = draw.uniform(0.2, 0.8, (2, 5)).round(2)  # who stands behind a place of chance 1 is not held up by it
    behind[1, 0] = 1
    return [*one, *several, *edges, (behind,)]


def is_one_step(chances: Array) -> bool:
    """Say whether there is one step alone."""
    return len(chances) == 1


def is_between(chances: Array) -> bool:
    """Say whether no chance is 0 or 1."""
    return bool(((chances > 0) & (chances < 1)).all())


WALK = Task(
    "walk",
    walk,
    _chances,
    "the chances",
    "every way to a place is counted, and no way twice.",
    {
        "Every step starts in front here; a step starts where the one before it has stopped.": lambda chances: _walked(
            chances, start=lambda before: np.eye(len(before))[0]
        ),
        "Every step leaves its place first; it may stop once more where the step before has stopped.": lambda chances: (
            _walked(chances, start=_on_by_one)
        ),
        "The last place takes all that comes there; who passes it has left the sentence.": lambda chances: _walked(
            chances, stops=_all_taken
        ),
        "The rows were made whole; what is missing has left the sentence.": _whole,
        "Places that were passed were passed with this step's chances, not with those of the step before.": (
            lambda chances: _walked(chances, passed=lambda chances, i: 1 - chances[max(i - 1, 0)])
        ),
        "To pass a place has chance one less its own; here passing costs nothing.": lambda chances: _walked(
            chances, passed=lambda chances, i: np.ones(chances.shape[1])
        ),
        "Places before j have to be passed; here the product takes place j in, too.": (
            lambda chances: _walked(chances, stops=lambda chances, i: chances[i] * (1 - chances[i]))
        ),
        "To come to a place is not yet to stop there.": lambda chances: _walked(
            chances, stops=lambda chances, i: np.ones(chances.shape[1])
        ),
        "Passing is counted from place 0 on; count it from where the step before has stopped.": _passed_from_the_front,
        "This is the likeliest way alone; add up all ways.": _likeliest,
    },
    (
        "First step: what is the chance to stop at place 0? At place 1? And to have left at the end?",
        "Ask for the chance to *come* to place j at step i. From which two places can you have come?",
    ),
    axes="(T, S)",
    not_finite="Is something divided by the chance to pass? It may be 0.",
)


# Task 5: draws that judge each other ---------------------------------------------------------------------------------
# Goal: a baseline must not know the draw that it is taken from. Likely wrong: the mean of all rewards.


def from_draws(weights: Array, places: Array, rewards: Array) -> Array:
    """Return the estimated slope in the scores (T, S); b of a draw is the mean reward of the others."""
    return _estimate(weights, places, rewards)


def _others(rewards: Array, n: int) -> float:
    return float(np.delete(rewards, n).mean())


def _estimate(
    weights: Array,
    places: Array,
    rewards: Array,
    baseline: Callable[[Array, int], float] = _others,
    slope: Callable[[Array, Array], Array] = lambda drawn, weights: drawn - weights,
) -> Array:
    """Draw by draw; whoever passes a part makes a mistake."""
    T, S = weights.shape
    found = np.zeros((T, S))
    for n, (drawn, reward) in enumerate(zip(places, rewards, strict=True)):
        found += (reward - baseline(rewards, n)) * slope(np.eye(S)[drawn], weights)
    return found / len(rewards)


def _with(**mistake: Any) -> Callable[..., Array]:
    return lambda weights, places, rewards: _estimate(weights, places, rewards, **mistake)


def _one_turned(weights: Array, places: Array, rewards: Array) -> Array:
    """Take each step's draws from the step behind it."""
    return _estimate(weights, np.roll(places, -1, axis=1), rewards)


def _draws(draw: np.random.Generator) -> list[tuple[Any, ...]]:
    """Return one look or several, drawn N times, with a reward for each of the N."""
    cases = []
    for N, T, S in ((5, 1, 4), (2, 1, 3), (4, 1, 2), (3, 4, 3), (2, 2, 5), (6, 3, 4)):
        weights = draw.dirichlet(np.ones(S), T)
        places = np.stack([draw.choice(S, N, p=row) for row in weights], axis=1)
        places[0], places[1] = 0, S - 1  # so that not all draws are the same
        cases.append((weights, places, -draw.uniform(0.5, 9, N).round(2)))
    return cases


def is_one_look(weights: Array, places: Array, rewards: Array) -> bool:
    """Say whether there is one look alone."""
    return len(weights) == 1


FROM_DRAWS = Task(
    "from draws",
    from_draws,
    _draws,
    "the slope in the scores",
    "every draw is judged by the others, and none by itself.",
    {
        "The draw's own reward is in its baseline; take the mean of the others.": _with(
            baseline=lambda rewards, n: rewards.mean()
        ),
        "There is no baseline here.": _with(baseline=lambda rewards, n: 0.0),
        "The baseline is the mean of N - 1 rewards: here their sum was divided by N.": _with(
            baseline=lambda rewards, n: (rewards.sum() - rewards[n]) / len(rewards)
        ),
        "The baseline is the sum of the others; take their mean.": _with(
            baseline=lambda rewards, n: rewards.sum() - rewards[n]
        ),
        "The baseline is the best of the others; take their mean.": _with(
            baseline=lambda rewards, n: np.delete(rewards, n).max()
        ),
        "These are sums over the draws; take the mean.": lambda weights, places, rewards: (
            len(rewards) * from_draws(weights, places, rewards)
        ),
        "The sum was divided by N - 1; there are N draws.": lambda weights, places, rewards: (
            len(rewards) / (len(rewards) - 1) * from_draws(weights, places, rewards)
        ),
        "The sign is turned: this would make good draws rarer.": lambda weights, places, rewards: (
            -from_draws(weights, places, rewards)
        ),
        "This is divided by the number of looks, too; each look has its own row.": lambda weights, places, rewards: (
            from_draws(weights, places, rewards) / len(weights)
        ),
        "The draws of a look stand in another look's row.": _one_turned,
        "This is the slope in the weights; asked for is that in the scores.": _with(
            slope=lambda drawn, weights: drawn / weights
        ),
        "Take the slope of the logarithm of the weight; this is that of the weight itself.": _with(
            slope=lambda drawn, weights: (drawn * weights).sum(-1, keepdims=True) * (drawn - weights)
        ),
    },
    (
        "Two draws of one look, rewards -1 and -3: what is b for the first, and what for the second?",
        "The mean of the others is the sum of all less your own, divided by N - 1.",
    ),
    axes="(T, S)",
)


# Task 6: an experiment -----------------------------------------------------------------------------------------------
# Goal: a window hides annotations; whether it hides words is up to the encoder. Likely wrong: a mean of sure words and
# guesses is read as half-knowledge.

CONDITIONS = ("from the end", "from the front", "from both ends")

TASKS = {task.name: task for task in (LOCAL_P, WALK, FROM_DRAWS)}
