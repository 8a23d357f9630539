"""What the tasks of set 5 ask for: links that are used, counts that are shared out, what a place brings to a word."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from course_lib.checks.comparing import array
from course_lib.checks.report import NotRight
from course_lib.checks.sets import scores_of_runs
from grading.tasks import Task

Array = np.ndarray
Links = Sequence[tuple[int, int]]
Pairs = Sequence[tuple[Sequence[int], Sequence[int]]]


# Task 1: on paper ----------------------------------------------------------------------------------------------------
# Goal: two rounds of EM, an error rate without its cheap links, the width of a look. Likely wrong: one round only;
# gold that is left out with the links; the entropy of weights that no longer add up to one.


@dataclass(frozen=True)
class Numbers:
    """The numbers of a class, a function of its seed: those of last year have other answers."""

    both: int
    """How often *blue book / livre bleu* stands in a corpus."""
    alone: int
    """How often *book / livre* does."""
    sure: int
    """Sure links of the gold."""
    found: int
    """Sure links among those proposed."""
    harmless: int
    """Links proposed that are only possible."""
    wrong: int
    """Links proposed that gold does not have."""
    row: list[float]
    """The weights of one look, (4,)."""

    @property
    def after_one(self) -> float:
        """t(livre | book) after one round."""
        return (self.both / 2 + self.alone) / (self.both + self.alone)

    @property
    def after_two(self) -> float:
        """t(livre | book) after two rounds."""
        of_book = self.after_one
        livre = self.both * of_book / (of_book + 0.5) + self.alone
        bleu = self.both * (1 - of_book) / (1 - of_book + 0.5)
        return livre / (livre + bleu)

    @property
    def without(self) -> float:
        """AER, in per cent, once the links that are only possible are no longer proposed."""
        return 100 * (1 - 2 * self.found / (self.found + self.wrong + self.sure))

    @property
    def width(self) -> float:
        """e to the entropy of the look without its largest weight, the others grown to add up to one."""
        rest = sorted(self.row)[:-1]
        return math.exp(-sum(one / sum(rest) * math.log(one / sum(rest)) for one in rest))


def numbers(seed: int) -> Numbers:
    """Return the numbers of a class; the first code cell of the set draws them in the same way."""
    draw = np.random.default_rng(seed)
    both, alone = draw.integers(2, 6, 2).tolist()
    sure = int(draw.integers(40, 61))
    found, harmless, wrong = sure - int(draw.integers(6, 15)), int(draw.integers(5, 13)), int(draw.integers(3, 10))
    row = draw.permutation(draw.choice([[1, 4, 6, 9], [2, 3, 4, 11], [1, 2, 3, 14], [2, 4, 6, 8]]) / 20).tolist()
    return Numbers(both, alone, sure, found, harmless, wrong, row)


# Task 2: what links are for ------------------------------------------------------------------------------------------
# Goal: what a missing and what a wrong link do to those who use the links. Likely wrong: one side of the condition
# alone; no word without a link at the rim; the limit for one side alone.


def phrase_pairs(links: Links, S: int, T: int, longest: int) -> list[list[int]]:
    """Return [first source, last source, first target, last target] of each phrase pair: every stretch is tried."""
    return _stretches(links, S, T, longest)


def _stretches(
    links: Links,
    S: int,
    T: int,
    longest: int,
    *,
    both_ways: bool = True,
    some_link: bool = True,
    tight: bool = False,
    limit_target: bool = True,
    limited: bool = True,
) -> list[list[int]]:
    most_x = longest if limited else S
    most_y = longest if limited and limit_target else T
    found = []
    for (a, b), (c, d) in product(_spans(S, most_x), _spans(T, most_y)):
        inside = [(j, i) for j, i in links if a <= j <= b and c <= i <= d]
        leaves = [(j, i) for j, i in links if a <= j <= b and not c <= i <= d]
        enters = [(j, i) for j, i in links if not a <= j <= b and c <= i <= d]
        if leaves or (both_ways and enters) or (some_link and not inside):
            continue
        if tight and {c, d} - {i for _, i in inside}:
            continue
        found.append([a, b, c, d])
    return found


def _spans(words: int, most: int) -> list[tuple[int, int]]:
    """Return first and last word of each stretch of ``most`` words or fewer."""
    return [(first, last) for first in range(words) for last in range(first, min(words, first + most))]


def _linked_sentences(draw: np.random.Generator) -> list[tuple[Any, ...]]:
    """Return sentences whose words all have a link, some with words without one, some with a small limit."""

    def crossed(n: int) -> list[tuple[int, int]]:
        return [(j, int(i)) for j, i in enumerate(draw.permutation(n))]

    def shuffled(links: Links) -> list[tuple[int, int]]:
        return [links[k] for k in draw.permutation(len(links))]

    cases: list[tuple[Any, ...]] = [(shuffled(crossed(n)), n, n, n) for n in (4, 5)]
    n = int(draw.integers(4, 7))  # the last source word has two partners more, behind
    cases.append((shuffled([*crossed(n), (n - 1, n), (n - 1, n + 1)]), n, n + 2, n + 2))
    for n in (4, 5):  # a target word without a link, at either end or within
        gone = int(draw.integers(1, n - 1)) if n == 5 else 0
        cases.append(([link for link in shuffled(crossed(n)) if link[1] != gone], n, n, n))
    n = int(draw.integers(4, 7))  # two more words on either side, without a link
    cases.append((shuffled([(j + 1, i) for j, i in crossed(n)]), n + 1, n + 2, n + 2))
    for longest in (1, 2):  # three neighbours for one word: its source is short enough, its target is not
        at = int(draw.integers(0, 4))
        straight = [(j, j + 2 * (j > at)) for j in range(5)]
        cases.append((shuffled([*straight, (at, at + 1), (at, at + 2)]), 5, 7, longest))
    cases.append((shuffled(crossed(6)), 6, 6, 3))
    return cases


def is_wholly_linked(links: Links, S: int, T: int, longest: int) -> bool:
    """Say whether every word has a link, and no stretch is too long."""
    return _has_all(links, S, T) and longest >= max(S, T)


def has_a_lonely_word(links: Links, S: int, T: int, longest: int) -> bool:
    """Say whether a word has no link."""
    return not _has_all(links, S, T)


def is_limited(links: Links, S: int, T: int, longest: int) -> bool:
    """Say whether some stretch is too long."""
    return longest < max(S, T)


def _has_all(links: Links, S: int, T: int) -> bool:
    return len({j for j, _ in links}) == S and len({i for _, i in links}) == T


PHRASE_PAIRS = Task(
    "phrase pairs",
    phrase_pairs,
    _linked_sentences,
    "the phrase pairs",
    "each stretch is said by the other, and by nothing outside it.",
    {
        "A target word inside has a partner outside the source stretch.": lambda *case: _stretches(
            *case, both_ways=False
        ),
        "Here stand stretches without any link between them.": lambda *case: _stretches(*case, some_link=False),
        "A target word without a link may stand at the rim of a stretch, or not: both are phrase pairs.": (
            lambda *case: _stretches(*case, tight=True)
        ),
        "The limit holds for the target stretch, too.": lambda *case: _stretches(*case, limit_target=False),
        "No stretch may be longer than the limit.": lambda *case: _stretches(*case, limited=False),
        "The last word of a stretch belongs to it: write its own place, not the next one.": lambda *case: [
            [a, b + 1, c, d + 1] for a, b, c, d in _stretches(*case)
        ],
        "Source comes first in a row, then target.": lambda *case: sorted(
            [c, d, a, b] for a, b, c, d in _stretches(*case)
        ),
    },
    (
        "Take one stretch on either side, and look at every link once: is it inside both, outside both, or neither?",
        "Four loops, two for the ends of each stretch, are enough for sentences as short as these.",
    ),
    axes="(phrase pairs, 4)",
)


# Task 4: a round of EM with two cures --------------------------------------------------------------------------------
# Goal: E and M step with more than the bare minimum in them. Likely wrong: over which axis is divided; a word that
# stands twice; NULL that counts once, or in the counts alone.


def em_round(pairs: Pairs, t: Array, nulls: int, add: float) -> Array:
    """Return t after one round, place by place."""
    return _round(pairs, t, nulls, add)


def _round(
    pairs: Pairs,
    t: Array,
    nulls: int,
    add: float,
    *,
    once: bool = False,
    paid: Callable[[list[int]], Iterable[int]] = list,
    over: str = "target",
    shared: bool = True,
    total: Callable[[float, float, int], float] = lambda given, add, words: given + add * words,
) -> Array:
    V_x, V_y = t.shape
    counts: dict[tuple[int, int], float] = defaultdict(float)
    for source, target in pairs:
        places = [*[0] * nulls, *(dict.fromkeys(source) if once else source)]
        for y in target:
            whole = sum(t[x, y] for x in places) if shared else 1.0
            for x in paid(places):
                counts[x, y] += t[x, y] / whole
    found = np.array([[counts[x, y] + add for y in range(V_y)] for x in range(V_x)])
    if over == "source":
        return found / found.sum(axis=0)
    given = [sum(counts[x, y] for y in range(V_y)) for x in range(V_x)]
    return np.array([row / total(one, add, V_y) for row, one in zip(found, given, strict=True)])


def _corpora(draw: np.random.Generator) -> list[tuple[Any, ...]]:
    """Return corpora in which no word stands twice in a sentence, some where it does, some with more NULLs, then all.

    Row 0 of t is NULL; every source word stands in some sentence. Where nothing is added, it does not matter how many
    shares NULL is given, only how many it takes from the others: so whoever loses shares of a place that stands twice
    loses no points for NULL alone.
    """

    def some(V_y: int) -> list[int]:
        return draw.permutation(V_y)[: int(draw.integers(2, V_y))].tolist()

    def corpus(V_x: int, V_y: int, twice: bool) -> tuple[list[tuple[list[int], list[int]]], Array]:
        words = draw.permutation(np.arange(1, V_x + 1)).tolist()
        pairs = [(words[: V_x // 2], some(V_y)), (words[V_x // 2 :], some(V_y)), (words[::2], some(V_y))]
        if twice:
            pairs = [([*source, source[0]], target) for source, target in pairs]
        return pairs, draw.dirichlet(np.full(V_y, 3.0), V_x + 1)

    cases: list[tuple[Any, ...]] = []
    for twice, nulls, adds in (
        *((0, 1, 0), (0, 1, 1), (1, 1, 0), (1, 1, 1)),
        *((0, 3, 0), (0, 4, 0), (0, 2, 1), (1, 3, 1)),
    ):
        V_x, V_y = int(draw.integers(4, 7)), int(draw.integers(3, 6))
        add = round(float(draw.uniform(0.1, 0.5)), 2) if adds else 0.0
        cases.append((*corpus(V_x, V_y, bool(twice)), nulls, add))
    return cases


def is_plain(pairs: Pairs, t: Array, nulls: int, add: float) -> bool:
    """Say whether no word stands twice in a sentence, and there is one NULL."""
    return nulls == 1 and not _stands_twice(pairs)


def has_a_word_twice(pairs: Pairs, t: Array, nulls: int, add: float) -> bool:
    """Say whether a source word stands twice in a sentence, and there is one NULL."""
    return nulls == 1 and _stands_twice(pairs)


def has_more_nulls(pairs: Pairs, t: Array, nulls: int, add: float) -> bool:
    """Say whether NULL stands more than once, and nothing is added."""
    return nulls > 1 and add == 0


def has_both_cures(pairs: Pairs, t: Array, nulls: int, add: float) -> bool:
    """Say whether NULL stands more than once, and something is added."""
    return nulls > 1 and add > 0


def _stands_twice(pairs: Pairs) -> bool:
    return any(len(set(source)) < len(source) for source, _ in pairs)


EM_ROUND = Task(
    "em round",
    em_round,
    _corpora,
    "t",
    "one round of EM, with NULL as often as you say, and something for pairs that never met.",
    {
        "A column adds up to 1 here; t(· | x) is one source word's row.": lambda *case: _round(*case, over="source"),
        "A source word that stands twice in a sentence takes part twice in the sharing.": lambda *case: _round(
            *case, once=True
        ),
        "NULL has `nulls` places, and each of them is given a share.": lambda *case: _round(
            *case, paid=lambda places: [0, *filter(None, places)]
        ),
        "A word that stands twice is given two shares. Does `+=` add both?": lambda *case: _round(
            *case, paid=dict.fromkeys
        ),
        "NULL was taken once here, whatever `nulls` says.": lambda pairs, t, nulls, add: _round(pairs, t, 1, add),
        "The shares of a target word do not add up to 1 here.": lambda *case: _round(*case, shared=False),
        "With `add` in every count, a row has to be divided by more.": lambda *case: _round(
            *case, total=lambda given, add, words: given
        ),
        "`add` stands in each of V_y counts of a row.": lambda *case: _round(
            *case, total=lambda given, add, words: given + add
        ),
    },
    (
        "Go through one sentence on paper, with a word that stands twice. What does each line make of it?",
        "What has to add up to 1: in the E step, and after the M step?",
    ),
    axes="(V_x + 1, V_y)",
    not_finite="something was divided by 0.",
)


# Task 6: what each place brings --------------------------------------------------------------------------------------
# Goal: weight and what is weighted. Likely wrong: weights alone, annotations alone, one word alone, exchanged words.


def brings(alpha: Array, h: Array, W: Array, words: Sequence[int], others: Sequence[int]) -> Array:
    """Return by how many nats each place helps a word against another, step by step (T, S)."""

    def nats(weight: float, note: Array, word: int, other: int) -> float:
        return weight * sum((a - b) * one for a, b, one in zip(W[word], W[other], note, strict=True))

    return np.array(
        [
            [nats(weight, note, word, other) for weight, note in zip(row, h, strict=True)]
            for row, word, other in zip(alpha, words, others, strict=True)
        ]
    )


def _readouts(draw: np.random.Generator) -> list[tuple[Any, ...]]:
    """Return twice one step, then several; in each some place speaks for the word, and some for the other."""
    cases: list[tuple[Any, ...]] = []
    sizes = [(1, 3, 2, 4), (1, 4, 3, 5), (3, 4, 2, 5), (4, 5, 3, 6)]
    while sizes:
        T, S, M, V = sizes[0]
        alpha, h = draw.dirichlet(np.ones(S), T).round(3), draw.normal(size=(S, M)).round(2)
        words = draw.integers(0, V, T)
        others = (words + draw.integers(1, V, T)) % V
        case = alpha, h, draw.normal(size=(V, M)).round(2), words.tolist(), others.tolist()
        signs = brings(*case)
        if signs.min() < -0.05 and signs.max() > 0.05:
            cases.append(case)
            sizes.pop(0)
    return cases


def is_one_step(alpha: Array, h: Array, W: Array, words: Sequence[int], others: Sequence[int]) -> bool:
    """Say whether one word alone is asked for."""
    return len(alpha) == 1


def has_several_steps(alpha: Array, h: Array, W: Array, words: Sequence[int], others: Sequence[int]) -> bool:
    """Say whether several words are asked for."""
    return len(alpha) > 1


def _chances(logits: Array) -> Array:
    return np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)


def _by_chances(alpha: Array, h: Array, W: Array, words: Sequence[int], others: Sequence[int]) -> Array:
    each = _chances(h @ W.T)  # (S, V): what the readout would say of each annotation alone
    return alpha * (each[:, words] - each[:, others]).T


BRINGS = Task(
    "brings",
    brings,
    _readouts,
    "what each place brings",
    "added up over the places, it is the word's lead over the other one.",
    {
        "The two words have changed places.": lambda *case: -brings(*case),
        "Here the weights are left out.": lambda alpha, h, W, words, others: (W[words] - W[others]) @ h.T,
        "This is what a place brings to the word; the other word gets something from it, too.": (
            lambda alpha, h, W, words, others: alpha * (W[words] @ h.T)
        ),
        "These are differences of probabilities; a lead in nats is a difference of logits.": _by_chances,
        "These are shares that add up to 1; asked for are nats.": lambda *case: (
            brings(*case) / brings(*case).sum(axis=1, keepdims=True)
        ),
        "This has lost its signs: a place may speak for the other word.": lambda *case: np.abs(brings(*case)),
        "Steps and places have changed axes.": lambda *case: brings(*case).T,
    },
    (
        "The context is a sum over places, and the logits are a product with it. Multiply out.",
        "ln P(word) − ln P(other): what of the softmax is left in this difference?",
    ),
    axes="(T, S)",
)


def hold_darkest(alpha: Any, h: Any, W: Any) -> None:
    """Raise NotRight unless the darkest place speaks against the word that comes out."""
    row = array(alpha, "alpha", (3,))
    notes, readout = array(h, "h", (3, 2)), array(W, "W", (2, 2))
    if abs(row.sum() - 1) > 1e-6 or row.min() < 0:
        raise NotRight("alpha: weights are 0 or more, and add up to 1.")
    if row[0] < 0.6:
        raise NotRight("alpha: place 0 is to have 0.6 of the weight, or more.")
    if np.abs(np.linalg.norm(notes, axis=1) - 1).max() > 1e-3:
        raise NotRight("h: each annotation is to have length 1, so that none is empty.")
    each = brings(row[None], notes, readout, [0], [1])[0]
    if each.sum() < 0.1:
        raise NotRight("word 0 is to lead by 0.1 nats, or more.")
    if each[0] > -0.1:
        raise NotRight("place 0 is to speak for word 1, by 0.1 nats or more.")


# Task 7: an experiment -----------------------------------------------------------------------------------------------
# Goal: a map that cannot be right, and what holding shows. Likely wrong: a low share on the partner taken for an error.

NOUNS = 12
CONDITIONS = ("forward, on the", "forward, held on the", "reversed, on the", "reversed, held on the")


def articles(seed: int) -> int:
    """Return how many articles the test sentences of a seed have; the cell of the experiment draws the same ones."""
    draw = np.random.default_rng(seed)
    seen: dict[tuple[int, ...], None] = {}
    while len(seen) < 3000:
        seen[tuple(draw.choice(NOUNS, draw.integers(3, 7)).tolist())] = None
    return sum(len(nouns) for nouns in list(seen)[-200:])


def hold_shares(runs: Any, seeds: Sequence[int]) -> None:
    """Raise NotRight where a share, in per cent to two decimals, is none that so many articles can give."""
    shares = scores_of_runs(runs, CONDITIONS)
    for k, share in enumerate(shares):
        count = articles(seeds[k % len(seeds)])
        hits = share * count / 100
        if abs(hits - round(hits)) > 0.006 * count / 100:
            raise NotRight(
                f"{CONDITIONS[k // len(seeds)]}, score {k % len(seeds) + 1}: this run cannot give {share:g} %."
            )


TASKS = {task.name: task for task in (PHRASE_PAIRS, EM_ROUND, BRINGS)}
