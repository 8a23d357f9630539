"""Checkers of chapter 13, Decoding."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
import torch
from torch import Tensor

from course_lib.checks.comparing import ROUNDING, Array, array, judge, on_arrays, rounding_of
from course_lib.checks.report import NotRight, answer, checker
from course_lib.corpora.splits import Words
from course_lib.search import BeamResult, beam
from course_lib.vocabulary import BOS, EOS, UNK

# Exercise 1


@checker(
    hints=(
        "Against which samples is a candidate held? Against all of them, each as often as it was drawn.",
        "Take one candidate, and add up what it gains against every sample as the reference. Then the next candidate.",
        "max(samples, key=lambda h: sum(gain(h, r) for r in samples)).",
    )
)
def check_least_risky(least_risky: Callable[..., Any]) -> str:
    """Exercise 1: ``least_risky(samples, gain)`` is the sample with the largest mean gain against all samples.

    ``samples`` is a list of sentences, each a tuple of words; ``gain(hypothesis, reference)`` is 1 for a sentence
    against itself, and less for any other.
    """
    cases = _cases(131)
    told = [_told(answer(least_risky, [*samples], _gain, keep_inputs=True), samples) for samples in cases]
    right = [_by_fractions(samples) for samples in cases]
    if told != right:
        known = (why for why, choose in _OTHER_CHOICES if _explains(choose, cases, told))
        case = next(k for k, pair in enumerate(zip(told, right, strict=True)) if pair[0] != pair[1])
        raise NotRight(next(known, "") or _both_means(cases[case], right[case], told[case]))
    return f"in {len(cases)} draws it is the sample that gains most by the mean over all, and not always the commonest."


def _gain(hypothesis: Any, reference: Any) -> float:
    """Return what a learner's function is handed: like F₂, one measure of shared words in which recall counts most."""
    for given in (hypothesis, reference):
        if (
            isinstance(given, str)
            or not isinstance(given, Sequence | Array)
            or not all(isinstance(w, str) for w in given)
        ):
            raise ValueError(f"gain: expected two sentences, each a tuple of words; got {given!r}.")
    return float(_exact_gain(tuple(hypothesis), tuple(reference)))


@cache
def _exact_gain(hypothesis: Words, reference: Words) -> Fraction:
    """Return 5 m / (h + 4 r): m words are shared, the sentences have h and r. Word order does not count."""
    if not hypothesis and not reference:
        return Fraction(1)
    shared = (Counter(hypothesis) & Counter(reference)).total()
    return Fraction(5 * shared, len(hypothesis) + 4 * len(reference))


def _mean_gain(hypothesis: Words, samples: Sequence[Words]) -> Fraction:
    total = sum((_exact_gain(hypothesis, reference) for reference in samples), Fraction(0))
    return total / len(samples)


def _by_fractions(samples: Sequence[Words]) -> Words:
    return max(_different(samples), key=lambda one: _mean_gain(one, samples))


def _different(samples: Sequence[Words]) -> list[Words]:
    """Return each sentence once, in the order in which they came."""
    return list(dict.fromkeys(samples))


_APART = Fraction(1, 100)  # by so much the best of the samples is ahead of the next


@cache
def _cases(seed: int) -> tuple[tuple[Words, ...], ...]:
    """Draw samples until no wrong choice can be taken for the right one or for another wrong one in all draws.

    Kept are draws that tell two of them apart which no draw before did. In the first it is nothing, the empty sentence,
    that was drawn most often.
    """
    draw = np.random.default_rng(seed)
    kept: list[tuple[Words, ...]] = []
    alike = set(combinations(range(len(_OTHER_CHOICES) + 1), 2))
    while alike:
        samples = _samples(draw, int(draw.integers(12, 31)))
        chosen = [{_by_fractions(samples)}, *(choose(samples) for _, choose in _OTHER_CHOICES)]
        apart = {(i, j) for i, j in alike if chosen[i].isdisjoint(chosen[j])}
        if apart and (kept or () in chosen[1]):
            kept.append(samples)
            alike -= apart
    return tuple(kept)


def _explains(choose: "Pick", cases: Sequence[Sequence[Words]], told: Sequence[Words]) -> bool:
    return all(one in choose(samples) for one, samples in zip(told, cases, strict=True))


def _samples(draw: np.random.Generator, size: int) -> tuple[Words, ...]:
    """Draw ``size`` samples of 5 to 8 sentences, the empty one among them, in any order; the best is clearly ahead."""
    while True:
        words = draw.permutation(["le", "chat", "chien", "noir", "voit", "dort", "la", "vache"]).tolist()
        # no two are one bag of words: they would be level
        bags = {tuple(sorted(draw.choice(words, n))) for n in draw.integers(1, 8, draw.integers(4, 8))}
        sentences = [(), *(tuple(draw.permutation(bag).tolist()) for bag in sorted(bags))]
        often = draw.dirichlet(np.full(len(sentences), 2.0))
        samples = tuple(sentences[k] for k in draw.choice(len(sentences), size, p=often))
        means = sorted((_mean_gain(one, samples) for one in _different(samples)), reverse=True)
        if len(means) >= 4 and means[0] - means[1] > _APART:
            return samples


Pick = Callable[[Sequence[Words]], set[Words]]
"""A choice among samples: all that are level, for which of these a learner's code takes is luck."""


def _most(worth: Callable[[Array, Array], Array]) -> Pick:
    """Return the choice of what is worth most.

    ``worth`` has the gains (K, K) of K different sentences, a row each held against each, and how often each was drawn.
    """

    def choose(samples: Sequence[Words]) -> set[Words]:
        different = _different(samples)
        gains = np.array([[_gain(one, other) for other in different] for one in different])
        times = np.array([samples.count(one) for one in different])
        return _level_with_best(different, worth(gains, times))

    return choose


def _level_with_best(sentences: Sequence[Words], worth: Array) -> set[Words]:
    return {one for one, its in zip(sentences, worth, strict=True) if its > worth.max() - ROUNDING}


def _others(gains: Array) -> Array:
    """Return the gains with those of each against itself at 0."""
    return gains * (1 - np.eye(len(gains)))


def _against_later(samples: Sequence[Words]) -> set[Words]:
    """Choose by what each gains against those that come after it alone."""
    sums = [sum(_gain(one, other) for other in samples[k + 1 :]) for k, one in enumerate(samples)]
    return _level_with_best(samples, np.array(sums))


def _longest(samples: Sequence[Words]) -> set[Words]:
    return _level_with_best(samples, np.array([len(one) for one in samples]))


_OTHER_CHOICES: tuple[tuple[str, Pick], ...] = (
    (
        "this is the sample that was drawn most often. How near the others are to it does not come in.",
        _most(lambda gains, times: times),
    ),
    (
        "this is the sample with the smallest mean gain, the riskiest of all.",
        _most(lambda gains, times: -(gains @ times)),
    ),
    (
        "gain is asked the wrong way round: the candidate comes first, the sample it is held against second.",
        _most(lambda gains, times: times @ gains),
    ),
    (
        "each different sentence is held against once. What was drawn five times stands for five parts of the "
        "probability, and counts five times.",
        _most(lambda gains, times: gains.sum(1)),
    ),
    (
        "a sample is not held against its own copies. They were drawn as well, so they count like all others.",
        _most(lambda gains, times: _others(gains) @ times),
    ),
    (
        "a sample is not held against its own copies, and the mean is over the others alone. The copies were drawn as "
        "well.",
        _most(lambda gains, times: _others(gains) @ times / (times.sum() - times)),
    ),
    (
        "how often a sample was drawn counts twice: among those it is held against, and once more for itself.",
        _most(lambda gains, times: times * (gains @ times)),
    ),
    (
        "this is the largest gain against a single other sample. One lucky match is not the mean over all.",
        _most(lambda gains, times: _others(gains).max(1)),
    ),
    (
        "this is the sample whose worst gain is best. Asked for is the mean over all.",
        _most(lambda gains, times: gains.min(1)),
    ),
    ("each sample is held only against those that come after it in the list.", _against_later),
    (
        "this is the first of the list, each time. Against itself alone every sample gains 1.",
        lambda samples: {samples[0]},
    ),
    ("this is the longest of the samples. Gain is what counts.", _longest),
)


def _told(got: Any, samples: Sequence[Words]) -> Words:
    """Return the sample that came, or say what came instead of one."""
    expected = "expected one of the samples, a tuple of words"
    if isinstance(got, str):
        raise NotRight(f"{expected}, got the text {got[:40]!r}. Return the sample as it was handed in.")
    if not isinstance(got, list | tuple | Array) or (isinstance(got, Array) and got.ndim != 1):
        what = "Return the sample itself, not its place or its gain."
        raise NotRight(f"{expected}, got {type(got).__name__}. {what}")
    if not all(isinstance(word, str) for word in got):
        odd = next(word for word in got if not isinstance(word, str))
        raise NotRight(
            f"{expected}, got a {type(got).__name__} that holds {type(odd).__name__}. Return the sample alone."
        )
    words = tuple(map(str, got))
    if words not in samples:
        raise NotRight(f"expected one of the samples as it was drawn; {_shown(words)[:80]} is none of them.")
    return words


def _both_means(samples: Sequence[Words], right: Words, told: Words) -> str:
    best, came = (float(_mean_gain(one, samples)) for one in (right, told))
    return (
        f"of {len(samples)} samples, expected {_shown(right)}, whose mean gain is {best:.3f}; got {_shown(told)}, "
        f"whose mean gain is {came:.3f}."
    )


def _shown(words: Sequence[str]) -> str:
    return f"'{' '.join(words)}'" if words else "the empty sentence"


# Exercise 2


@checker(
    hints=(
        "Three first words stand open. Which of them does a beam of 2 drop at once? The best sentence should begin "
        "there.",
        "Let the two likelier first words share what they have among many continuations, and the third go one way.",
        'Begin with (): [.4, .35, .25, 0]. After ("a",) and ("b",) let [.4, .3, .2, .1] follow; after ("c",) nothing '
        "but the end.",
    )
)
def check_garden_path(garden_path: Callable[..., Any]) -> str:
    """Exercise 2, break it: ``garden_path()`` is a table in which a beam of 2 misses the best and one of 3 finds it.

    The table maps beginnings, tuples of up to two of the words a, b, c, to the probabilities of (a, b, c, ``</s>``)
    after them. After a beginning that it does not hold, the sentence ends.
    """
    table = _table(answer(garden_path))
    best, second = sorted(_probabilities(table).items(), key=lambda found: -found[1])[:2]
    if second[1] > best[1] * (1 - _LEVEL):
        raise NotRight(
            f"two sentences are level at {best[1]:.4g}, {_shown(best[0])} and {_shown(second[0])}: no search can miss "
            "the best of them. Let one be ahead."
        )
    found = {width: _found(table, width, best[0]) for width in (1, 2, 3)}
    for width in (1, 2):
        if found[width]:
            raise NotRight(f"{_SEARCH[width]} finds the best sentence here, {_shown(best[0])} ({best[1]:.4g}).")
    if not found[3]:
        raise NotRight(
            f"{_SEARCH[3]} misses the best sentence too, {_shown(best[0])} ({best[1]:.4g}). It should find it, and a "
            "beam of 2 should not."
        )
    return (
        f"greedy search and a beam of 2 miss {_shown(best[0])} ({best[1]:.4g}), and a beam of 3 finds it. For each "
        "width there is such a table."
    )


_LETTERS = ("a", "b", "c")
_LONGEST = 3  # words a sentence, so beginnings have one less
_ENDS = np.array([0.0, 0.0, 0.0, 1.0])
_LEVEL = 1e-3  # of its probability: nearer than that, two sentences are level
_SEARCH = {1: "greedy search", 2: "a beam of 2", 3: "a beam of 3"}

Table = dict[Words, Array]


def _table(got: Any) -> Table:
    """Return the table with its probabilities read, or say which line of it is none."""
    if not isinstance(got, dict):
        raise NotRight(f"expected a dict, beginning: probabilities of (a, b, c, </s>); got {type(got).__name__}.")
    table = {_beginning(key): _row(key, row) for key, row in got.items()}
    if len(table) < len(got):
        raise NotRight("a beginning stands there twice, once as a text and once as a tuple. Keep one of them.")
    if () not in table:
        raise NotRight("the first word is missing: the table needs the beginning (), after which all sentences start.")
    for words in table:
        if words and words[:-1] not in table:
            raise NotRight(
                f"the beginning {words} is never reached: the table does not hold {words[:-1]}, so the sentence ends "
                "there."
            )
    return table


def _beginning(key: Any) -> Words:
    if not isinstance(key, tuple | str) or not all(word in _LETTERS for word in key):
        raise NotRight(
            f'a beginning is a tuple of words, each "a", "b" or "c", such as ("a", "b"); got {str(key)[:60]!r}.'
        )
    if len(key) >= _LONGEST:
        raise NotRight(f"the beginning {tuple(key)} has {len(key)} words; up to {_LONGEST - 1} are allowed.")
    return tuple(key)


def _row(key: Any, row: Any) -> Array:
    """Return four probabilities that sum to 1."""
    name = f"the probabilities after {key!r}"
    shares, tolerance = array(row, name, (4,), axes="(a, b, c, </s>)"), rounding_of(row)
    total = shares.sum()
    if (shares < -tolerance).any():
        logs = abs(np.exp(shares).sum() - 1) < 0.01
        why = " Are these logarithms? Give the probabilities themselves." if logs else ""
        raise NotRight(f"{name}: none is negative; got {shares.min():.3g}.{why}")
    if abs(total - 1) > tolerance:
        why = " Whatever the beginning itself has, what follows it is counted from 1 anew." if key else ""
        why = " Are these per cent?" if abs(total - 100) < 1 else why
        raise NotRight(f"{name} sum to {total:.6g}; they share one whole.{why}")
    return shares.clip(0) / shares.clip(0).sum()


def _probabilities(table: Table) -> dict[Words, float]:
    """Return what each sentence has, all of them written out."""
    found: dict[Words, float] = {}
    waiting: list[tuple[Words, float]] = [((), 1.0)]
    while waiting:
        words, share = waiting.pop()
        *nexts, end = table.get(words, _ENDS).tolist()
        found[words] = share * end
        waiting += [((*words, word), share * part) for word, part in zip(_LETTERS, nexts, strict=True) if part]
    return found


_DRAWS = 12
_HAIR = 1e-4  # far below _LEVEL, far above the rounding of float32


def _found(table: Table, width: int, best: Words) -> bool:
    """Return whether a beam finds the best sentence, on tables moved by a hair this way and that, so that ties show."""
    draw = np.random.default_rng(132)
    verdicts = set()
    for _ in range(_DRAWS):
        moved = {words: row * np.exp(_HAIR * draw.uniform(-1, 1, 4)) for words, row in table.items()}
        verdicts.add(_searched(moved, width) == best)
    if len(verdicts) == 2:
        raise NotRight(
            f"whether {_SEARCH[width]} finds the best sentence is luck: two continuations are level, and only one is "
            "kept. Let one be clearly ahead."
        )
    return verdicts.pop()


def _searched(table: Table, width: int) -> Words:
    """Return what the library's beam finds; with a width of 1 it is greedy search."""
    (result,) = _beam(table, width)
    return tuple(_LETTERS[token - _FIRST] for token in result.hypotheses[0].tokens)


_FIRST = UNK + 1  # number of the word a in the vocabulary


@dataclass(frozen=True)
class _Read:
    """What each row of the beam has read so far, and after a step what may come next."""

    rows: tuple[Words, ...]
    logits: Tensor

    @property
    def state(self) -> "_Read":
        return self

    def select(self, rows: Tensor) -> "_Read":
        return _Read(tuple(self.rows[int(row)] for row in rows), self.logits)


def _beam(table: Table, width: int) -> list[BeamResult]:
    def step(previous: Tensor, state: _Read) -> _Read:
        rows = tuple(_with(row, token) for row, token in zip(state.rows, previous.tolist(), strict=True))
        shares = torch.zeros(len(rows), _FIRST + len(_LETTERS), dtype=torch.float64)
        for k, row in enumerate(rows):
            shares[k, [*range(_FIRST, _FIRST + len(_LETTERS)), EOS]] = torch.from_numpy(table.get(row, _ENDS))
        return _Read(rows, shares.log())

    return beam(step, _Read(((),) * width, torch.empty(0)), 1, width, _LONGEST)


def _with(row: Words, token: int) -> Words:
    """Return the beginning with one more word; rows of the beam that nobody runs on read anything."""
    return (*row, _LETTERS[token - _FIRST]) if token >= _FIRST else row if token == BOS else (*row, "")


# Exercise 3


@checker(
    hints=(
        "Which bugs hide if α is always 0, or always 1? Which if log_prob is 0, or one word alone may follow?",
        "What follows makes the sentence longer, up to longest, and its log-probability smaller or leaves it as it is. "
        "Which of these does a bound have to cover at the very least?",
        "For every n from length + 1 to longest, log_prob / ((5 + n) / 6) ** alpha may not exceed the bound, rounding "
        "aside. Try α of 0, 0.6 and 1, short and long beginnings, 0 and −6.",
    )
)
def check_is_bound(is_bound: Callable[..., Any]) -> str:
    """Exercise 3, write the test: ``is_bound(bound)`` is True only if no continuation scores above the bound.

    ``bound(log_prob, length, longest, alpha)`` is for a beginning of ``length`` words that may become a sentence of up
    to ``longest``, ``</s>`` counted; a sentence of n words scores log P / ((5 + n) / 6)^α.
    """
    judge(
        is_bound,
        _BOUNDS,
        _NO_BOUNDS,
        too_strict="A bound may be generous, and a continuation that costs nothing may reach it; the last digits of "
        "float32 may differ.",
        too_lax="Choose beginnings, lengths and α that show these, and let what follows cost nothing, too.",
    )
    return f"your test passes {len(_BOUNDS)} right bounds and catches all {len(_NO_BOUNDS)} that are none."


Bound = Callable[[Array, Array, Array, Array], Any]


def _bound(rule: Bound) -> Callable[..., Any]:
    """Make of ``rule`` what a learner's test is handed: one beginning or many; ValueError for what is none."""

    def bound(log_prob: Array, length: Array, longest: Array, alpha: Array) -> Array:
        if (log_prob > 0).any():
            raise ValueError(f"bound: expected a log-probability of 0 or less, got {log_prob.max():g}.")
        if (length < 0).any() or (length >= longest).any():
            raise ValueError(
                "bound: expected 0 <= length < longest, since </s> at least is to come; got length "
                f"{length.max():g} and longest {longest.min():g}."
            )
        if (alpha < 0).any():
            raise ValueError(f"bound: expected an alpha of 0 or more, got {alpha.min():g}.")
        return np.asarray(rule(log_prob, length, longest, alpha)) + np.zeros(
            np.broadcast_shapes(log_prob.shape, length.shape, longest.shape, alpha.shape)
        )

    return on_arrays(bound)


def _lp(length: Any, alpha: Array) -> Any:
    """Return the length penalty of Wu et al. (2016), §7, eq. 14."""
    return ((5 + length) / 6) ** alpha


def _tight(log_prob: Array, length: Array, longest: Array, alpha: Array) -> Array:
    """Nothing more is lost, and the sentence gets as long as it may: what the library's ``Scoring.bound`` is."""
    return log_prob / _lp(longest, alpha)


_BOUNDS = {
    "the tight one": _bound(_tight),
    "the tight one in single precision": _bound(lambda *given: _tight(*given).astype(np.float32)),
    "one that allows for twice the length": _bound(lambda p, n, longest, alpha: p / _lp(2 * longest, alpha)),
    "0, which no score can pass": _bound(lambda p, n, longest, alpha: 0 * p),
}
_NO_BOUNDS = {
    "the length so far": _bound(lambda p, n, longest, alpha: p / _lp(n, alpha)),
    "one word more": _bound(lambda p, n, longest, alpha: p / _lp(n + 1, alpha)),
    "twice the length so far at most": _bound(lambda p, n, longest, alpha: p / _lp(np.minimum(2 * n, longest), alpha)),
    "`</s>` not counted": _bound(lambda p, n, longest, alpha: p / _lp(longest - 1, alpha)),
    "α left out": _bound(lambda p, n, longest, alpha: p),
    "α of 0.6 always": _bound(lambda p, n, longest, alpha: p / _lp(longest, np.full_like(alpha, 0.6))),
    "the 6 outside of the power": _bound(lambda p, n, longest, alpha: p / ((5 + longest) ** alpha / 6)),
    "multiplied where it should divide": _bound(lambda p, n, longest, alpha: p * _lp(longest, alpha)),
    "the mean over the words so far": _bound(lambda p, n, longest, alpha: p / np.maximum(n, 1)),
    "the score so far and 1 on top": _bound(lambda p, n, longest, alpha: p / _lp(n, alpha) + 1),
    "another word taken to cost ln 2": _bound(lambda p, n, longest, alpha: (p - math.log(2)) / _lp(longest, alpha)),
}
