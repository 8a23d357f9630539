"""What the tasks of set 2 ask for: softmaxes in parts and with nothing in them, and what an additive score can do."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.checks.comparing import array, parts
from course_lib.checks.report import NotRight, answer
from grading.tasks import Task

Array = np.ndarray
Weights = dict[str, Array]


# Task 1: on paper ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Numbers:
    """The numbers of a class, a function of its seed: those of last year have other answers."""

    powers: list[int]
    """e to the power of the scores of four words."""
    values: list[int]
    """One number a word."""

    @property
    def context(self) -> float:
        """The values' weighted sum."""
        return float(np.dot(self.powers, self.values) / sum(self.powers))

    @property
    def colder(self) -> float:
        """The largest weight at temperature 1/2, which squares the exponentials."""
        return max(self.powers) ** 2 / sum(power**2 for power in self.powers)

    @property
    def rise(self) -> float:
        """What the score of the first word has to rise by, to have as much as all others together."""
        first, *others = self.powers
        return math.log(sum(others) / first)


def numbers(seed: int) -> Numbers:
    """Return the numbers of a class; the first code cell of the set draws them in the same way."""
    draw = np.random.default_rng(seed)
    powers = draw.choice(np.arange(1, 10), 4, replace=False)
    return Numbers(powers.tolist(), (10 * draw.integers(1, 10, 4)).tolist())


# Task 2: a softmax that may choose nothing ---------------------------------------------------------------------------


def or_nothing(scores: Array, mask: Array) -> Array:
    """Return exp(e_j) / (1 + Σ exp(e_k)) over real positions, with the largest of the scores and of 0 taken out."""
    return np.array([_row(row, real) for row, real in zip(scores.tolist(), mask.tolist(), strict=True)])


def _row(scores: Sequence[float], mask: Sequence[bool]) -> list[float]:
    top = max([0.0, *(score for score, real in zip(scores, mask, strict=True) if real)])
    powers = [math.exp(score - top) if real else 0.0 for score, real in zip(scores, mask, strict=True)]
    return [power / (math.exp(-top) + sum(powers)) for power in powers]


def _scores(draw: np.random.Generator) -> list[tuple[Any, ...]]:
    """Return batches without padding, with padding (a row of nothing else among them), and with far scores.

    One batch has a far row beside a near one: no number can be subtracted from both.
    """

    def batch(lengths: Sequence[int], low: Any, high: Any) -> tuple[Array, Array]:
        scores = draw.uniform(low, high, (len(lengths), max(*lengths, 2))).round(2)
        return scores, np.arange(scores.shape[1]) < np.array(lengths)[:, None]

    scores, mask = batch([4, 2], -2, 3)
    return [
        batch([3, 3], -2, 3),
        batch([4], -2, 3),
        batch([5, 2, 0], -2, 4),
        batch([1, 6], 0, 4),
        batch([3, 3], [[800], [-2]], [[802], [3]]),
        batch([4, 4], -802, -800),
        (np.where(mask, scores, 850.0), mask),
    ]


def is_near(scores: Array, mask: Array) -> bool:
    """Say whether a batch has no padding and no score that is far from 0."""
    return bool(mask.all() and np.abs(scores).max() < 100)


def is_padded(scores: Array, mask: Array) -> bool:
    """Say whether a batch has padding, and no score that is far from 0."""
    return bool(not mask.all() and np.abs(scores).max() < 100)


def is_far(scores: Array, mask: Array) -> bool:
    """Say whether a batch has scores that are far from 0, real ones or those of padding."""
    return bool(np.abs(scores).max() > 100)


def _shares(powers: Array, beside: Any, axis: int = -1) -> Array:
    """Return the powers over their sum and what stands beside it.

    OverflowError for powers that are not finite: the right formula may have come to that, too, so no mistake is named.
    """
    if not np.isfinite(powers).all():
        raise OverflowError("or nothing: expected finite powers")
    return powers / (beside + powers.sum(axis=axis, keepdims=True))


def _with_one_top(scores: Array, mask: Array) -> Array:
    """Return the weights with one number taken out of all sentences."""
    masked = np.where(mask, scores, -np.inf)
    top = masked.max(initial=0.0)
    return _shares(np.exp(masked - top), np.exp(-top))


OR_NOTHING = Task(
    "or nothing",
    or_nothing,
    _scores,
    "the weights",
    "a row may keep some of its weight, or all of it.",
    {
        "This is the plain softmax: it cannot choose nothing.": lambda scores, mask: _shares(np.exp(scores) * mask, 0),
        "The largest score was subtracted from the scores, and not from that of nothing.": lambda scores, mask: _shares(
            np.exp(scores - scores.max(axis=-1, keepdims=True)) * mask, 1
        ),
        "Padding has score 0 here, and takes a share; it takes none.": lambda scores, mask: (
            _shares(np.exp(scores * mask), 1) * mask
        ),
        "Padding was counted in the sum.": lambda scores, mask: _shares(np.exp(scores), 1) * mask,
        "Padding has a weight.": lambda scores, mask: _shares(np.exp(scores), 1),
        "The sum goes over the sentences of the batch, not over the positions.": lambda scores, mask: _shares(
            np.exp(scores) * mask, 1, axis=0
        ),
        "Here the real positions share out everything, and then nothing takes 1 / (S + 1).": lambda scores, mask: (
            _shares(np.exp(scores) * mask, 0) * scores.shape[1] / (scores.shape[1] + 1)
        ),
        "The largest score of the whole batch was subtracted; in a row far below it nothing is left.": _with_one_top,
    },
    (
        "Think of one more position, with a score of its own. Which score has exponential 1?",
        "What is subtracted from one score has to be subtracted from all, that one too.",
    ),
    axes="(B, S)",
    not_finite="e to a large power is more than the computer can hold; and a row of padding is no division by 0 here.",
)


# Task 3: two blocks --------------------------------------------------------------------------------------------------


def merge(context_a: Array, total_a: float, context_b: Array, total_b: float) -> tuple[Array, float]:
    """Return context and total of two blocks, read as one."""
    top = max(total_a, total_b)
    a, b = math.exp(total_a - top), math.exp(total_b - top)
    return (a * context_a + b * context_b) / (a + b), top + math.log(a + b)


def _blocks(draw: np.random.Generator) -> list[tuple[Any, ...]]:
    """Return pairs of blocks: with near totals, with far ones, and with a block of nothing but padding."""

    def block(low: float, high: float) -> tuple[Array, float]:
        return draw.normal(size=3).round(3), float(draw.uniform(low, high))

    nothing = (np.zeros(3), -math.inf)
    return [
        (*block(-1, 3), *block(-1, 3)),
        (*block(-3, 0), *block(1, 3)),
        (*block(1, 3), *block(-3, 0)),
        (*block(900, 901), *block(900, 901)),
        (*block(-901, -900), *block(-901, -900)),
        (*block(-1, 3), *nothing),
        (*nothing, *block(-1, 3)),
    ]


def has_near_totals(context_a: Array, total_a: float, context_b: Array, total_b: float) -> bool:
    """Say whether e to the power of both totals is a number that can be held, and not 0."""
    return max(abs(total_a), abs(total_b)) < 100


def _mixed(share: Callable[[float, float], float]) -> Callable[..., Any]:
    def wrong(context_a: Array, total_a: float, context_b: Array, total_b: float) -> tuple[Array, float]:
        a = share(total_a, total_b)
        return a * context_a + (1 - a) * context_b, merge(context_a, total_a, context_b, total_b)[1]

    return wrong


def _with_total(total: Callable[[float, float], float]) -> Callable[..., Any]:
    def wrong(context_a: Array, total_a: float, context_b: Array, total_b: float) -> tuple[Array, float]:
        return merge(context_a, total_a, context_b, total_b)[0], total(total_a, total_b)

    return wrong


MERGE = Task(
    "merge",
    merge,
    _blocks,
    ("the context", "the total"),
    "two blocks give what one softmax over both would give.",
    {
        "Each block counts for one half; it counts for what its scores add up to.": _mixed(lambda a, b: 0.5),
        "The totals are logarithms; blocks count by the exponentials.": _mixed(lambda a, b: a / (a + b)),
        "The two shares have changed places.": _mixed(lambda a, b: 1 / (1 + math.exp(a - b))),
        "The contexts were added up without shares.": lambda context_a, total_a, context_b, total_b: (
            context_a + context_b,
            merge(context_a, total_a, context_b, total_b)[1],
        ),
        "The totals were added; that multiplies the exponentials.": _with_total(lambda a, b: a + b),
        "The larger total was taken; the other block adds to it.": _with_total(max),
        "This is the sum of the exponentials; its logarithm is asked for.": _with_total(
            lambda a, b: math.exp(a) + math.exp(b)
        ),
    },
    (
        "Write the softmax over both blocks, and put what stems from the first block into brackets.",
        "What counts is only how far the two totals lie apart.",
    ),
    not_finite="e to a large power is more than the computer can hold; e to minus infinity is 0.",
)


# Task 4: how sharp an additive score can be --------------------------------------------------------------------------


def ceiling(v_a: Array, S: int) -> float:
    """Return what no weight of ``S`` positions can reach: a score lies between −Σ|v_k| and Σ|v_k|."""
    most = sum(abs(v) for v in v_a.tolist())
    return 1 / (1 + (S - 1) * math.exp(-2 * most))


def _sizes_of_scores(draw: np.random.Generator) -> list[tuple[Any, ...]]:
    """Return vectors v_a of positive numbers, and of numbers of both signs."""
    positive = [(draw.uniform(0.1, 0.8, A).round(2), int(draw.integers(2, 30))) for A in (1, 3)]
    both = [draw.uniform(0.1, 0.8, A).round(2) * np.where(np.arange(A) % 2, 1, -1) for A in (2, 5)]
    return [*positive, *((v_a, int(draw.integers(3, 40))) for v_a in both)]


def is_positive(v_a: Array, S: int) -> bool:
    """Say whether all numbers of v_a are positive."""
    return bool((v_a > 0).all())


CEILING = Task(
    "ceiling",
    ceiling,
    _sizes_of_scores,
    "the ceiling",
    "no query, no key and no annotation can lift a weight of an additive score over this.",
    {
        "A number of v_a may be negative; then its tanh at −1 gives most.": lambda v_a, S: (
            1 / (1 + (S - 1) * math.exp(-2 * v_a.sum()))
        ),
        "The other positions can score less than 0.": lambda v_a, S: 1 / (1 + (S - 1) * math.exp(-np.abs(v_a).sum())),
        "One position is the best one; S − 1 are the others.": lambda v_a, S: (
            1 / (1 + S * math.exp(-2 * np.abs(v_a).sum()))
        ),
        "There are S − 1 other positions, not one.": lambda v_a, S: 1 / (1 + math.exp(-2 * np.abs(v_a).sum())),
        "The length of the vector v_a is not what its tanhs can add up to.": lambda v_a, S: (
            1 / (1 + (S - 1) * math.exp(-2 * np.linalg.norm(v_a)))
        ),
        "All hidden units can pull at once, not only the largest.": lambda v_a, S: (
            1 / (1 + (S - 1) * math.exp(-2 * np.abs(v_a).max()))
        ),
        "This is a score, or an exponential; a weight is asked for.": lambda v_a, S: np.abs(v_a).sum(),
    },
    (
        "Between which two numbers does every score lie, whatever the query and the keys?",
        "The best case: one position has the highest score that there can be, and all others the lowest.",
    ),
)


# Task 5: a reader in both directions ---------------------------------------------------------------------------------


def annotations(words: Array, lengths: Sequence[int], forward: Weights, backward: Weights) -> Array:
    """Return the annotations, each sentence read alone; zeros stand behind its end."""
    return _annotated(words, lengths, forward, backward)


def _annotated(
    words: Array,
    lengths: Sequence[int],
    forward: Weights,
    backward: Weights,
    *,
    padding_first: bool = False,
    turned_back: bool = True,
    goes_on: bool = False,
    swapped: bool = False,
    blank: bool = True,
) -> Array:
    found = np.zeros((*words.shape[:2], 2 * len(forward["b"])))
    for row, (sentence, n) in enumerate(zip(words, lengths, strict=True)):
        there = _states(sentence, forward)
        start = there[-1 if padding_first or not blank else n - 1] if goes_on else None
        read = sentence[::-1] if padding_first else np.concatenate([sentence[:n][::-1], sentence[n:]])
        back = _states(read, backward, start)
        if turned_back:
            back = back[::-1] if padding_first else np.concatenate([back[:n][::-1], back[n:]])
        both = np.concatenate([back, there] if swapped else [there, back], axis=-1)
        found[row] = both * (np.arange(len(both)) < (n if blank else len(both)))[:, None]
    return found


def _states(words: Array, weights: Weights, start: Array | None = None) -> Array:
    state, states = np.zeros(len(weights["b"])) if start is None else start, []
    for word in words:
        state = np.tanh(weights["W"] @ word + weights["U"] @ state + weights["b"])
        states.append(state)
    return np.stack(states)


def reader(draw: np.random.Generator, E: int, H: int) -> Weights:
    """Return random weights of a tanh cell: ``W`` for the word, ``U`` for the state, ``b``."""
    return {name: draw.normal(size=shape).round(2) for name, shape in {"W": (H, E), "U": (H, H), "b": (H,)}.items()}


def _batches(draw: np.random.Generator) -> list[tuple[Any, ...]]:
    """Return batches of one length, and of several."""
    return [
        (draw.normal(size=(len(lengths), max(lengths), 3)).round(2), lengths, reader(draw, 3, 2), reader(draw, 3, 2))
        for lengths in ([4], [3, 3], [2, 4], [5, 1, 3])
    ]


def is_of_one_length(words: Array, lengths: Sequence[int], forward: Weights, backward: Weights) -> bool:
    """Say whether a batch has no padding."""
    return min(lengths) == words.shape[1]


def _bug(**bugs: bool) -> Callable[..., Array]:
    return lambda words, lengths, forward, backward: _annotated(words, lengths, forward, backward, **bugs)


ANNOTATIONS = Task(
    "annotations",
    annotations,
    _batches,
    "the annotations",
    "each word is met from both sides, in whatever company its sentence is read.",
    {
        "All its bugs are still in it.": _bug(padding_first=True, turned_back=False, goes_on=True),
        "The backward reader met padding before the sentence.": _bug(padding_first=True),
        "The backward states stand in the order in which they were made, the last word's first.": _bug(
            turned_back=False
        ),
        "The backward reader went on from where the forward reader had ended; it starts from zeros.": _bug(
            goes_on=True
        ),
        "The halves have changed places: forward stands first.": _bug(swapped=True),
        "Behind the end of a sentence stand zeros.": _bug(blank=False),
    },
    (
        "Compare a sentence alone and beside a longer one, then its first half and its second half.",
        "Write down which words each of the states of a sentence of two words has read.",
    ),
    axes="(B, S, 2H)",
)


# Task 6: a score that follows the state ------------------------------------------------------------------------------


def looks(W_a: Any, U_a: Any, v_a: Any, positions: Sequence[int]) -> Array:
    """Return the weights (T, S), T = S, of the score v_aᵀ tanh(W_a (i, 1) + U_a (j, 1)), entry by entry."""
    return np.array([_look(np.array(W_a), np.array(U_a), np.array(v_a), i, positions) for i in positions])


def _look(W_a: Array, U_a: Array, v_a: Array, i: int, positions: Sequence[int]) -> Array:
    scores = np.array([v_a @ np.tanh(W_a @ [i, 1] + U_a @ [j, 1]) for j in positions])
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum())


def _rows_of_positions(draw: np.random.Generator) -> list[tuple[Any, ...]]:
    starts, counts = draw.integers(1, 10, 3).tolist(), draw.integers(3, 12, 3).tolist()
    return [(list(range(start, start + count)),) for start, count in zip(starts, counts, strict=True)]


def _pairs(look: Callable[[int, Sequence[int]], int]) -> Callable[..., list[list[int]]]:
    """Return each step with the position that ``look(step, positions)`` says, kept within the positions."""
    return lambda positions: [[i, min(max(look(i, positions), min(positions)), max(positions))] for i in positions]


FOLLOW = Task(
    "follow",
    _pairs(lambda i, positions: i),
    _rows_of_positions,
    "the pairs of a step and the position with the largest weight",
    "the look goes where the state says.",
    {
        "The look goes to the last position at every step.": _pairs(lambda i, positions: max(positions)),
        "The look goes to the first position at every step.": _pairs(lambda i, positions: min(positions)),
        "The look goes one position too far.": _pairs(lambda i, positions: i + 1),
        "The look stays one position behind.": _pairs(lambda i, positions: i - 1),
        "The look goes from the last position to the first: the state pulls the wrong way.": _pairs(
            lambda i, positions: positions[0] + positions[-1] - i
        ),
    },
    (
        "The second entry of both vectors is always 1: its column of a matrix adds a constant.",
        "A hidden unit is a step that goes up somewhere. How do you build a hill out of steps?",
    ),
)
SHARP = Task(
    "sharp",
    lambda positions: 1.0,
    _rows_of_positions,
    "the smallest weight on a right position (0.9 is enough)",
    "and it hardly looks anywhere else.",
    {
        "All positions have the same weight: do the scores differ?": lambda positions: 1 / len(positions),
        "The right positions get next to nothing: is v_a turned round?": lambda positions: 0.0,
    },
    ("What makes a softmax sharper? Task 4 says what bounds it.",),
    rounding=0.05,
)


def hold_matrices(follow: Callable[..., Any], seed: int, least: float = 0.0) -> None:
    """Raise NotRight unless the score that ``follow`` gives looks where the state says, with ``least`` or more."""
    names = ("W_a", "U_a", "v_a")
    W_a, U_a, v_a = (array(one, name) for one, name in zip(parts(answer(follow), names), names, strict=True))
    shapes = [np.shape(one) for one in (W_a, U_a, v_a)]
    A = len(v_a) if v_a.ndim == 1 else 0
    if shapes != [(A, 2), (A, 2), (A,)]:
        raise NotRight(f"expected shapes (A, 2), (A, 2) and (A,), got {', '.join(map(str, shapes))}.")

    def looked_at(positions: Sequence[int]) -> list[tuple[int, int]]:
        best = looks(W_a, U_a, v_a, positions).argmax(axis=1)
        return [(i, positions[j]) for i, j in zip(positions, best, strict=True)]

    def smallest(positions: Sequence[int]) -> float:
        return float(np.diag(looks(W_a, U_a, v_a, positions)).min())

    if least:
        SHARP.hold(smallest, seed)
    else:
        FOLLOW.hold(looked_at, seed)


TASKS = {task.name: task for task in (OR_NOTHING, MERGE, CEILING, ANNOTATIONS, FOLLOW, SHARP)}
CONDITIONS = ("1 unit", "2 units", "64 units")
