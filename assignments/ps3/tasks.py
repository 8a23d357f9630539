"""What the tasks of set 3 ask for: a chance for each word, a loss for looks, a beam whose hypotheses take all along."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from course_lib.checks.comparing import array, parts, whole
from course_lib.checks.report import NotRight
from grading.tasks import Task

Array = np.ndarray
Beam = tuple[Array, ...]


# Task 1: on paper ----------------------------------------------------------------------------------------------------
# Goal: a softmax is ratios; coverage is of the looks before. Likely wrong: the leader is not counted among the
# words; weights are doubled, not squared; a step's own look is counted.


@dataclass(frozen=True)
class Numbers:
    """The numbers of a class, a function of its seed: those of last year have other answers."""

    lead: float
    """By how much one score leads all others, which are level."""
    row: list[float]
    """The weights of one look with the score *dot*."""
    looks: list[list[float]]
    """The weights of three steps over three source words (3, 3)."""
    S: int
    T: int
    """Words of a source and of a longer target."""
    turned: int
    """The step at which a look is changed, counted from 1."""

    @property
    def most_words(self) -> int:
        """The longest source in which the leader has half of the weight: e^Δ ≥ n − 1."""
        return math.floor(math.exp(self.lead)) + 1

    @property
    def doubled(self) -> float:
        """The largest weight once all scores are twice as large: weights are squared, then divided by their sum."""
        return max(self.row) ** 2 / sum(weight**2 for weight in self.row)

    @property
    def went_back(self) -> float:
        """The coverage loss of the three steps together."""
        return float(coverage_loss(np.array([self.looks]), [3])[0] * 3)

    @property
    def first_looks(self) -> dict[str, int]:
        """The first look that can be another one where the sources are others; 0 where none can."""
        return {"location": 0, "location, fed": 2, "location, state fed": 0, "dot": 1, "dot, asked before": 2}

    @property
    def later_looks(self) -> dict[str, int]:
        """The first look after the one that was turned that can be another one; 0 where none can."""
        after = self.turned + 1
        return {"dot": 0, "dot, fed": after, "concat, coverage": after, "Bahdanau": after}


def numbers(seed: int) -> Numbers:
    """Return the numbers of a class; the first code cell of the set draws them in the same way."""
    draw = np.random.default_rng(seed)
    lead = round(draw.uniform(2, 3.5), 2)
    row = draw.permutation(draw.choice([[1, 2, 7], [1, 3, 6], [1, 4, 5], [2, 3, 5]]) / 10).tolist()
    looks = draw.permuted([[5, 25, 70], [10, 35, 55], [0, 40, 60]], axis=1) / 100
    S = int(draw.integers(3, 6))
    return Numbers(lead, row, looks.tolist(), S, S + int(draw.integers(2, 5)), int(draw.integers(2, 5)))


# Task 2: one chance for every word -----------------------------------------------------------------------------------
# Goal: exact match by length, read as a price of a word. Likely wrong: one mean length for all.


def word_chance(lengths: Sequence[int], right: int) -> float:
    """Return the p in [0, 1] with Σ p^n = ``right`` over the sentences, n words each; by halving."""
    low, high = 0.0, 1.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(middle**n for n in lengths) < right else (low, middle)
    return (low + high) / 2


def _bands(draw: np.random.Generator) -> list[tuple[Any, ...]]:
    cases: list[tuple[Any, ...]] = [
        ([int(draw.integers(4, 30))] * count, int(draw.integers(1, count)))
        for count in draw.integers(4, 30, 3).tolist()
    ]
    for longest in (9, 20, 40):
        count = int(draw.integers(8, 40))
        cases.append((draw.integers(2, longest + 1, count).tolist(), int(draw.integers(2, count - 1))))
    some = draw.integers(3, 20, 6).tolist()
    return [*cases, (some, 0), (some, len(some))]


def is_of_one_length(lengths: Sequence[int], right: int) -> bool:
    """Say whether all sentences have the same number of words."""
    return len(set(lengths)) == 1


WORD_CHANCE = Task(
    "word chance",
    word_chance,
    _bands,
    "the chance of a word",
    "with this chance for each word, as many sentences are expected to be right as were.",
    {
        "Every sentence was given the mean length; p^n of the mean is not the mean of p^n.": lambda n, right: (
            (right / len(n)) ** (1 / np.mean(n))
        ),
        "This is the mean of a root for each sentence; there is to be one p for all of them.": lambda n, right: np.mean(
            [(right / len(n)) ** (1 / one) for one in n]
        ),
        "This is the share of right sentences, not the chance of a word.": lambda n, right: right / len(n),
        "This takes it that a wrong sentence has one wrong word.": lambda n, right: 1 - (len(n) - right) / sum(n),
        "This is the price of a word, -ln p; asked for is p.": lambda n, right: -math.log(word_chance(n, right)),
        "This is 1 - p, the chance that a word goes wrong.": lambda n, right: 1 - word_chance(n, right),
        "This is p in per cent; p is a number from 0 to 1.": lambda n, right: 100 * word_chance(n, right),
    },
    (
        "With chance p for each word, what is the chance of one sentence of n words? How many of all do you expect?",
        "The expected number grows with p: halve the stretch in which p must lie, again and again.",
    ),
)


# Task 4: a loss for looks --------------------------------------------------------------------------------------------
# Goal: a loss for looks, and what it forbids. Likely wrong: the step's own look, and padding.


def coverage_loss(weights: Array, steps: Sequence[int]) -> Array:
    """Return for each sentence the mean over its steps of Σ_j min(α_ij, κ_ij): See et al. (2017), eq. 12."""
    return np.array([_went_back(table[:count]) / count for table, count in zip(weights, steps, strict=True)])


def _went_back(table: Array, kappa: Callable[[Array, int], Array] = lambda table, i: table[:i].sum(0)) -> float:
    return float(sum(np.minimum(table[i], kappa(table, i)).sum() for i in range(len(table))))


def _each(of: Callable[[Array, int, Array], float]) -> Callable[[Array, Sequence[int]], Array]:
    """Return a mistake from what it makes of one sentence: (its real steps, how many, all steps)."""
    return lambda weights, steps: np.array([of(table[:n], n, table) for table, n in zip(weights, steps, strict=True)])


def _tables(draw: np.random.Generator) -> list[tuple[Any, ...]]:
    """Return batches without padding and with it; a padded step looks somewhere, too."""

    def batch(S: int, *steps: int) -> tuple[Array, list[int]]:
        return draw.dirichlet(np.full(S, 0.5), (len(steps), max(steps))), list(steps)

    more = draw.integers(1, 7, 4).tolist()
    return [batch(3, 4), batch(5, 3, 3), batch(3, 2, 5), batch(4, 6, 1, 3), batch(6, *more, 8)]


def is_unpadded(weights: Array, steps: Sequence[int]) -> bool:
    """Say whether every row of the batch is a step."""
    return len(set(steps)) == 1


COVERAGE_LOSS = Task(
    "coverage loss",
    coverage_loss,
    _tables,
    "the losses",
    "each sentence pays for looking back, and padding pays nothing.",
    {
        "The looks before this step are counted; yours count this one, too.": _each(
            lambda table, n, rows: _went_back(table, lambda t, i: t[: i + 1].sum(0)) / n
        ),
        "Steps behind the last word were paid for, too.": lambda weights, steps: coverage_loss(
            weights, [weights.shape[1]] * len(steps)
        ),
        "The sum was divided by the steps of the longest sentence; each has its own number.": _each(
            lambda table, n, rows: _went_back(table) / len(rows)
        ),
        "These are sums over the steps; divide by their number.": _each(lambda table, n, rows: _went_back(table)),
        "This holds each look against the one before it, not against all before it.": _each(
            lambda table, n, rows: _went_back(table, lambda t, i: t[i - 1] * (i > 0)) / n
        ),
        "Of this step's weight and what the word has had, the smaller counts; yours takes the larger.": _each(
            lambda table, n, rows: sum(np.maximum(table[i], table[:i].sum(0)).sum() for i in range(n)) / n
        ),
        "The weights were added up along the source; add them up along the steps.": _each(
            lambda table, n, rows: np.minimum(table, np.cumsum(table, 1) - table).sum() / n
        ),
        "What the words have had was held against 1, as Wu's penalty does; hold it against this step's weight.": _each(
            lambda table, n, rows: sum(np.minimum(1, table[:i].sum(0)).sum() for i in range(n)) / n
        ),
    },
    (
        "At the first step nothing has been looked at: what does it cost?",
        "The coverage before a step is the sum of the weights up to this step, less the step's own.",
    ),
    axes="(B,)",
)


def hold_cheapest(given: Any, S: int, T: int) -> None:
    """Raise NotRight unless ``given`` holds weights (T, S) of the least coverage loss that there is, T − S."""
    table = array(given, "cheapest", axes="(T, S)")
    if table.shape != (T, S):
        raise NotRight(f"cheapest: expected {T} rows of {S} weights, got an array of shape {table.shape}.")
    if table.min() < -1e-6 or not np.allclose(table.sum(1), 1, atol=1e-4):
        raise NotRight("cheapest: a row is a look: no weight is negative, and they add up to 1.")
    paid = _went_back(table)
    if paid > T - S + 1e-3:
        raise NotRight(f"cheapest: your table pays {paid:.2f}; there are tables that pay less.")


# Task 5: a beam whose hypotheses take all along -----------------------------------------------------------------------
# Goal: what belongs to a hypothesis moves with it; one hypothesis alone cannot show that. Likely wrong: the
# states move, and what is fed or looked at stays.


def keep_best(
    scores: Array, log_probs: Array, looks: Array, states: Array, attentional: Array, kappa: Array, size: int
) -> Beam:
    """Return the ``size`` best continuations: scores, words, and of each what its hypothesis takes along."""
    ranked = sorted(
        (-(scores[k] + log_probs[k, word]), k, word) for k in range(len(scores)) for word in range(log_probs.shape[1])
    )[:size]
    parents = [k for _, k, _ in ranked]
    return (
        np.array([-score for score, _, _ in ranked]),
        np.array([word for _, _, word in ranked]),
        np.stack([states[k] for k in parents]),
        np.stack([attentional[k] for k in parents]),
        np.stack([kappa[k] + looks[k] for k in parents]),
    )


def _beams(draw: np.random.Generator) -> list[tuple[Any, ...]]:
    """Return steps of a beam, in which nothing stays where it was; the first step begins with one hypothesis."""
    cases = []
    for K, V, S, H, size in ((1, 6, 4, 3, 1), (1, 5, 3, 2, 3), (3, 6, 4, 2, 3), (4, 7, 5, 3, 4), (5, 4, 3, 3, 2)):
        parents: Array = np.zeros(size, int)
        while K > 1 and (any(parent == k for k, parent in enumerate(parents)) or len(set(parents)) == 1):
            scores, log_probs = -draw.uniform(1, 4, K), np.log(draw.dirichlet(np.ones(V), K))
            parents = np.argsort(-(scores[:, None] + log_probs), None)[:size] // V
        if K == 1:
            scores, log_probs = -draw.uniform(1, 4, K), np.log(draw.dirichlet(np.ones(V), K))
        looks, kappa = draw.dirichlet(np.ones(S), K), 3 * draw.dirichlet(np.ones(S), K)
        cases.append((scores, log_probs, looks, draw.normal(size=(K, H)), draw.normal(size=(K, H)), kappa, size))
    return cases


class _Step(NamedTuple):
    """What a step of a beam is given."""

    scores: Array
    log_probs: Array
    looks: Array
    states: Array
    attentional: Array
    kappa: Array
    size: int

    @property
    def best(self) -> Array:
        """The places of what is kept among all continuations."""
        return np.argsort(-(self.scores[:, None] + self.log_probs), None)[: self.size]

    @property
    def parents(self) -> Array:
        return self.best // self.log_probs.shape[1]


def _but(place: int, change: Callable[[_Step], Array]) -> Callable[..., Beam]:
    """Return a mistake in one of the five values."""

    def wrong(*given: Any) -> Beam:
        five = list(keep_best(*given))
        five[place] = change(_Step(*given))
        return tuple(five)

    return wrong


def _by_last_word(*given: Any) -> Beam:
    """Rank by the probability of the last word alone; the scores are whole."""
    step = _Step(*given)._replace(scores=np.zeros_like(given[0]))
    last, *others = keep_best(*step)
    return last + given[0][step.parents], *others


def _one_each(*given: Any) -> Beam:
    """Keep the best word of each hypothesis."""
    step = _Step(*given)
    if step.size != len(step.scores):
        raise ValueError("a mistake that needs as many hypotheses as are kept")
    words = step.log_probs.argmax(1)
    return step.scores + step.log_probs.max(1), words, step.states, step.attentional, step.kappa + step.looks


KEEP_BEST = Task(
    "keep best",
    keep_best,
    _beams,
    ("the scores", "the words", "the states", "what is fed", "the coverage"),
    "every hypothesis takes along what belongs to it.",
    {
        "Ranked by the last word alone: what the words before it cost was forgotten.": _by_last_word,
        "Each hypothesis kept its own best word; all continuations compete.": _one_each,
        "These are the log-probabilities of the last words; a score has all words of its hypothesis in it.": _but(
            0, lambda step: step.log_probs.ravel()[step.best]
        ),
        "These are places in the table of all continuations, not words.": _but(1, lambda step: step.best),
        "The states stayed in their rows; the hypotheses have moved.": _but(2, lambda step: step.states[: step.size]),
        "What is fed stayed in its row; the hypotheses have moved.": _but(
            3, lambda step: step.attentional[: step.size]
        ),
        "The state was handed on in place of the attentional state.": _but(3, lambda step: step.states[step.parents]),
        "The coverage moved, and this step's look stayed in its row.": _but(
            4, lambda step: step.kappa[step.parents] + step.looks[: step.size]
        ),
        "This step's look is missing from the coverage.": _but(4, lambda step: step.kappa[step.parents]),
        "The coverage stayed in its row; the hypotheses have moved.": _but(
            4, lambda step: (step.kappa + step.looks)[: step.size]
        ),
    },
    (
        "Write down for each row that is kept which hypothesis it goes on from. What of the old one does it need?",
        "best // V says from where, best % V says which word; all that belongs to a hypothesis takes the first.",
    ),
)


def hold_values(learner: Callable[..., Any], seed: int, *places: int) -> None:
    """Raise NotRight unless ``learner`` is right in these of its five values."""

    def some(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *given: tuple(parts(function(*given), KEEP_BEST.values)[k] for k in places)

    names = tuple(KEEP_BEST.values[k] for k in places)
    wrong = {why: some(mistake) for why, mistake in KEEP_BEST.mistakes.items()}
    replace(KEEP_BEST, right=some(keep_best), values=names, mistakes=wrong).hold(some(learner), seed)


# Task 6: who can know what ------------------------------------------------------------------------------------------
# Goal: follow what a state has read. Likely wrong: a fed look knows the source at once; a fed state brings news.


def hold_steps(given: Any, right: dict[str, int], name: str, begins: str = "") -> None:
    """Raise NotRight unless ``given`` has the right step under each key of ``right`` that ``begins`` so."""
    if not isinstance(given, dict):
        raise NotRight(f"{name}: expected a dict.")
    for key in filter(lambda key: key.startswith(begins), right):
        if key not in given:
            raise NotRight(f"{name}: there is nothing under {key!r}.")
        if whole(given[key], f"{name}[{key!r}]") != right[key]:
            raise NotRight(f"{name}[{key!r}]: which state asks there, and what has it read by then?")


TASKS = {task.name: task for task in (WORD_CHANCE, COVERAGE_LOSS, KEEP_BEST)}
CONDITIONS = ("blind", "state fed", "fed")
