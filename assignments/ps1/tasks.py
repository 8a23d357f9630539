"""What the tasks of set 1 ask for: batches, a mixture of models, teacher forcing, a cell with one gate."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from course_lib.checks.report import NotRight
from course_lib.vocabulary import BOS, EOS, PAD
from grading.tasks import Task

Array = np.ndarray
Weights = dict[str, Array]
Rows = Sequence[Sequence[int]]


# Task 1: on paper ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Numbers:
    """The numbers of a class, a function of its seed: those of last year have other answers."""

    lengths: list[int]
    """Words of six target sentences, ``</s>`` counted."""
    probabilities: list[float]
    """What a model gave to each word of one sentence."""

    @property
    def one_batch(self) -> float:
        """The share of padding where all six are one batch."""
        return 1 - sum(self.lengths) / (max(self.lengths) * len(self.lengths))

    @property
    def two_batches(self) -> float:
        """The share of padding where the three shortest are one batch and the three longest another."""
        return padding(self.lengths, 3)[1]

    @property
    def perplexity(self) -> float:
        """The inverse of the geometric mean of the probabilities."""
        return math.prod(self.probabilities) ** (-1 / len(self.probabilities))


def numbers(seed: int) -> Numbers:
    """Return the numbers of a class; the first code cell of the set draws them in the same way."""
    draw = np.random.default_rng(seed)
    lengths = draw.permutation([*draw.integers(3, 8, 3), *draw.integers(9, 16, 3)])
    return Numbers(lengths.tolist(), draw.choice([0.5, 0.25, 0.2, 0.125, 0.1], 4).tolist())


# Task 2: padding -----------------------------------------------------------------------------------------------------


def padding(lengths: Sequence[int], size: int) -> tuple[float, float]:
    """Return the share of padded cells, in batches as they come and in batches of sorted lengths."""
    as_they_come, in_order = _padded(list(lengths), size), _padded(sorted(lengths), size)
    return as_they_come[0] / as_they_come[1], in_order[0] / in_order[1]


def _padded(lengths: Sequence[int], size: int) -> tuple[int, int]:
    """Return how many cells are padding, and how many there are."""
    batches = _batches(lengths, size)
    cells = sum(max(batch) * len(batch) for batch in batches)
    return cells - sum(lengths), cells


def _batches(lengths: Sequence[int], size: int) -> list[Sequence[int]]:
    return [lengths[start : start + size] for start in range(0, len(lengths), size)]


def _mean_of_shares(lengths: Sequence[int], size: int) -> tuple[float, float]:
    as_they_come, in_order = (
        float(np.mean([1 - sum(batch) / (max(batch) * len(batch)) for batch in _batches(row, size)]))
        for row in (list(lengths), sorted(lengths))
    )
    return as_they_come, in_order


def _lengths(draw: np.random.Generator) -> list[tuple[Any, ...]]:
    cases: list[tuple[Any, ...]] = [([2, 4], 2), ([5, 1, 5, 1], 2), ([3], 4), ([4, 4, 4], 2)]
    sizes = draw.integers((5, 2), (40, 8), (4, 2)).tolist()
    return cases + [(draw.integers(1, 30, count).tolist(), size) for count, size in sizes]


PADDING = Task(
    "padding",
    padding,
    _lengths,
    ("the share as they come", "the share when they are sorted"),
    "the padding is counted, batch by batch, and sorting saves it.",
    {
        "All sentences were padded to the longest of the corpus; a batch is as wide as its own longest.": (
            lambda lengths, size: (1 - sum(lengths) / (max(lengths) * len(lengths)),) * 2
        ),
        "The last batch, which is smaller, was left out.": lambda lengths, size: (
            padding(lengths[: len(lengths) // size * size], size)[0],
            padding(sorted(lengths)[: len(lengths) // size * size], size)[1],
        ),
        "This is the mean of the batches' shares; a large batch counts more than a small one.": _mean_of_shares,
        "These are the shares of the words: padding is what is left.": lambda lengths, size: tuple(
            1 - share for share in padding(lengths, size)
        ),
        "These are numbers of cells: divide by all cells.": lambda lengths, size: (
            _padded(list(lengths), size)[0],
            _padded(sorted(lengths), size)[0],
        ),
        "The two shares have changed places.": lambda lengths, size: padding(lengths, size)[::-1],
        "These are per cent; a share is between 0 and 1.": lambda lengths, size: tuple(
            100 * share for share in padding(lengths, size)
        ),
        "This is padding for each word, not for each cell.": lambda lengths, size: tuple(
            _padded(row, size)[0] / sum(row) for row in (list(lengths), sorted(lengths))
        ),
    },
    ("Count all cells of a batch, then those that hold no word.", "The last batch may be smaller; it counts, too."),
)


# Task 3: a mixture of two models -------------------------------------------------------------------------------------


def mixture(log_p: Array, log_q: Array, share: float) -> float:
    """Return the perplexity of share · p + (1 − share) · q, word by word, with the larger logarithm taken out."""
    nats = 0.0
    for p, q in zip(log_p.tolist(), log_q.tolist(), strict=True):
        top = max(p, q)
        nats -= top + math.log(share * math.exp(p - top) + (1 - share) * math.exp(q - top))
    return math.exp(nats / len(log_p))


def _two_models(draw: np.random.Generator) -> list[tuple[Any, ...]]:
    cases: list[tuple[Any, ...]] = [
        (np.log(draw.uniform(0.01, 1, 7)), np.log(draw.uniform(0.01, 1, 7)), float(draw.uniform(0.1, 0.4)))
        for _ in range(4)
    ]
    far = -float(draw.integers(760, 900))  # e to that power is 0 for the computer
    return [*cases, (np.array([far, -1.0, -1.0]), np.array([far - 1, -2.0, -0.5]), 0.5)]


def is_far(log_p: Array, log_q: Array, share: float) -> bool:
    """Say whether a case needs the larger logarithm taken out."""
    return bool(min(log_p.min(), log_q.min()) < -100)


MIXTURE = Task(
    "mixture",
    mixture,
    _two_models,
    "the perplexity",
    "two models are mixed, also where their probabilities are too small to be written down.",
    {
        "The logarithms were mixed: that is a geometric mean of the two models.": lambda p, q, share: np.exp(
            -(share * p + (1 - share) * q).mean()
        ),
        "The share went to the wrong model.": lambda p, q, share: mixture(p, q, 1 - share),
        "The two perplexities were mixed, not the two models.": lambda p, q, share: (
            share * np.exp(-p.mean()) + (1 - share) * np.exp(-q.mean())
        ),
        "These are nats a word: perplexity is e to that power.": lambda p, q, share: math.log(mixture(p, q, share)),
        "This is e to the sum over the words, not to their mean.": lambda p, q, share: mixture(p, q, share) ** len(p),
        "This is 2 to the power of nats: e belongs to the natural logarithm.": lambda p, q, share: (
            2 ** math.log(mixture(p, q, share))
        ),
        "The mean was taken of the probabilities, before the logarithm.": lambda p, q, share: (
            1 / np.mean(share * np.exp(p) + (1 - share) * np.exp(q))
        ),
    },
    (
        "Mix the probabilities, not their logarithms.",
        "Take the larger of the two logarithms out before you take e to the power of anything.",
    ),
    not_finite="A probability so small that the computer holds 0 for it has no logarithm.",
)


# Task 5: teacher forcing with sentences that are cut ------------------------------------------------------------------


def teacher_forcing(sentences: Rows, longest: int) -> tuple[Array, Array, Array]:
    """Return what the decoder reads, what it is asked for, and which of that is real.

    A sentence of more than ``longest`` words is cut, and is not asked to end where it was cut.
    """
    asked = [[*sentence[:longest], *([EOS] if len(sentence) <= longest else [])] for sentence in sentences]
    read = [[BOS, *row[:-1]] for row in asked]
    return _padded_rows(read), _padded_rows(asked), _padded_rows([[1] * len(row) for row in asked]) == 1


def _padded_rows(rows: Rows) -> Array:
    widest = max(map(len, rows))
    return np.array([[*row, *[PAD] * (widest - len(row))] for row in rows])


def _sentences(draw: np.random.Generator) -> list[tuple[Any, ...]]:
    """Return batches of one length, of several, and with sentences that are cut."""

    def batch(*lengths: int) -> list[list[int]]:
        return [draw.integers(4, 40, n).tolist() for n in lengths]

    mixed = [batch(*draw.integers(1, 9, 5).tolist()) for _ in range(3)]
    return [
        (batch(3, 3), 9),
        (batch(1), 4),
        (batch(2, 3), 9),
        (batch(6, 2), 4),
        *((one, int(draw.integers(3, 6))) for one in mixed),
        (batch(5, 5, 5), 3),
    ]


def is_of_one_length(sentences: Rows, longest: int) -> bool:
    """Say whether nothing is padded and nothing cut."""
    return len(set(map(len, sentences))) == 1 and len(sentences[0]) <= longest


def is_cut(sentences: Rows, longest: int) -> bool:
    """Say whether a sentence is longer than it may be."""
    return max(map(len, sentences)) > longest


def _always_ends(sentences: Rows, longest: int) -> tuple[Array, Array, Array]:
    return teacher_forcing([sentence[:longest] for sentence in sentences], longest)


def _changed(k: int, change: Any) -> Any:
    """Return a mistake in one of the three arrays."""

    def wrong(sentences: Rows, longest: int) -> tuple[Array, ...]:
        three = list(teacher_forcing(sentences, longest))
        three[k] = change(three, sentences, longest)
        return tuple(three)

    return wrong


TEACHER_FORCING = Task(
    "teacher forcing",
    teacher_forcing,
    _sentences,
    ("the ids that are read", "the ids asked for", "the mask"),
    "every word is read once and asked for once, and a sentence ends where it ends.",
    {
        "What is read and what is asked for have changed places.": lambda sentences, longest: (
            teacher_forcing(sentences, longest)[1],
            teacher_forcing(sentences, longest)[0],
            teacher_forcing(sentences, longest)[2],
        ),
        "A sentence that was cut is asked for </s>: it does not end there.": _always_ends,
        "The sentences are not cut.": lambda sentences, longest: teacher_forcing(sentences, 99),
        "</s> is missing at the end of sentences that do end.": _changed(
            1, lambda three, sentences, longest: np.where(three[1] == EOS, PAD, three[1])
        ),
        "Shorter sentences read </s>: the decoder never reads it, it writes it.": _changed(
            0,
            lambda three, sentences, longest: np.where(
                np.pad(three[1], ((0, 0), (1, 0)))[:, :-1] == EOS, EOS, three[0]
            ),
        ),
        "Padding counts as real.": _changed(2, lambda three, sentences, longest: np.ones_like(three[2])),
        "The mask is turned round: True is to mean a real word.": _changed(
            2, lambda three, sentences, longest: ~three[2]
        ),
        "</s> does not count; it is a word that the model must learn to write.": _changed(
            2, lambda three, sentences, longest: three[2] & (three[1] != EOS)
        ),
    },
    (
        "Write down by hand what the three must be for one sentence of two words beside one of three.",
        "Look at the shorter sentence: where does it end in each of the three?",
    ),
    axes="(B, T)",
)


# Task 6: a cell with one gate ----------------------------------------------------------------------------------------


def one_gate(x: Array, h: Array, weights: Weights) -> Array:
    """Return the next state: f = σ(W_f x + U_f h + b_f), h̃ = tanh(W x + U (f ⊙ h) + b), (1 − f) ⊙ h + f ⊙ h̃."""
    return _cell(x, h, weights)


def _cell(
    x: Array,
    h: Array,
    w: Weights,
    *,
    turned: bool = False,
    filtered: bool = True,
    squashed: bool = True,
    after: bool = False,
) -> Array:
    gate = _line(x, w["W_f"]) + _line(h, w["U_f"]) + w["b_f"]
    gate = 1 / (1 + np.exp(-gate)) if squashed else gate
    seen = gate * _line(h, w["U"]) if after else _line(gate * h if filtered else h, w["U"])
    candidate = np.tanh(_line(x, w["W"]) + seen + w["b"])
    new = 1 - gate if turned else gate
    return (1 - new) * h + new * candidate


def _line(x: Array, W: Array) -> Array:
    return np.einsum("...k,hk->...h", x, W)


def gate_weights(draw: np.random.Generator, E: int, H: int) -> Weights:
    """Return random weights: ``W_f U_f b_f`` of the gate, ``W U b`` of the candidate."""
    shapes = {"W_f": (H, E), "U_f": (H, H), "b_f": (H,), "W": (H, E), "U": (H, H), "b": (H,)}
    return {name: draw.normal(size=shape) for name, shape in shapes.items()}


def _states(draw: np.random.Generator) -> list[tuple[Any, ...]]:
    cases = []
    for rows in ((), (1,), (3,)):
        weights = gate_weights(draw, 3, 4)
        cases.append((draw.normal(size=(*rows, 3)), draw.normal(size=(*rows, 4)), weights))
    return cases


def is_one_sentence(x: Array, h: Array, weights: Weights) -> bool:
    """Say whether the case has no axis of sentences."""
    return x.ndim == 1


ONE_GATE = Task(
    "one gate",
    one_gate,
    _states,
    "the next state",
    "one gate decides what is kept and what is new.",
    {
        "The gate is turned round: where it is 1 the candidate is taken.": lambda x, h, w: _cell(x, h, w, turned=True),
        "The candidate sees the whole old state; the gate filters it first.": lambda x, h, w: _cell(
            x, h, w, filtered=False
        ),
        "Here the gate filters the state before the matrix U; yours does it after.": lambda x, h, w: _cell(
            x, h, w, after=True
        ),
        "The gate is no share: it takes the logistic function.": lambda x, h, w: _cell(x, h, w, squashed=False),
        "The old state and the word have changed places in the gate.": lambda x, h, w: _cell(
            x, h, {**w, "W_f": w["U_f"][:, :3], "U_f": np.pad(w["W_f"], ((0, 0), (0, 1)))}
        ),
    },
    (
        "The same gate does two things: it filters what the candidate sees, and it mixes.",
        "What is new gets the share f.",
    ),
)


def read_batch(words: Array, lengths: Sequence[int], weights: Weights) -> Array:
    """Return each sentence's last state, read alone, word by word, from a state of zeros."""
    return np.stack([_last(row[:n], weights) for row, n in zip(words, lengths, strict=True)])


def _last(words: Array, weights: Weights) -> Array:
    state = np.zeros(len(weights["b"]))
    for word in words:
        state = one_gate(word, state, weights)
    return state


def hold_with_own_cell(read: Callable[..., Any], cell: Callable[..., Any], seed: int) -> None:
    """Raise NotRight unless ``read`` ends each sentence as ``cell``, right or wrong, ends it read alone.

    A cell whose state padding does not change would show nothing: it is held to the right states.
    """

    def alone(words: Array, lengths: Sequence[int], weights: Weights) -> Array:
        states = []
        for row, n in zip(words, lengths, strict=True):
            state = np.zeros(len(weights["b"]))
            for word in row[:n]:
                state = np.asarray(cell(word, state, weights), float)
            states.append(state)
        return np.stack(states)

    try:
        READ_BATCH.hold(read, seed)
    except NotRight as error:
        cases = READ_BATCH.cases(np.random.default_rng(seed))
        moves = [not np.allclose(alone(w, n, k), alone(w, [w.shape[1]] * len(n), k)) for w, n, k in cases if len(n) > 1]
        if not all(moves):
            raise
        try:
            replace(READ_BATCH, right=alone, mistakes={}).hold(read, seed)
        except NotRight:
            raise error from None  # it names the mistake


def _padded_batches(draw: np.random.Generator) -> list[tuple[Any, ...]]:
    return [
        (draw.normal(size=(len(lengths), max(lengths), 3)), list(lengths), gate_weights(draw, 3, 4))
        for lengths in ((4,), (2, 5), (3, 1, 6, 6))
    ]


def _blanked(words: Array, lengths: Sequence[int]) -> Array:
    real = np.arange(words.shape[1]) < np.array(lengths)[:, None]
    return np.where(real[..., None], words, 0.0)


READ_BATCH = Task(
    "read batch",
    read_batch,
    _padded_batches,
    "the last states",
    "a sentence has the same last state alone and beside longer ones.",
    {
        "Padding was read: the state of a short sentence went on changing.": lambda words, lengths, w: np.stack(
            [_last(row, w) for row in words]
        ),
        "Padding was read as zeros; that changes the state, too.": lambda words, lengths, w: np.stack(
            [_last(row, w) for row in _blanked(words, lengths)]
        ),
        "The last word was not read.": lambda words, lengths, w: np.stack(
            [_last(row[: n - 1], w) for row, n in zip(words, lengths, strict=True)]
        ),
        "A sentence that is over has state 0 here; it keeps the state that it had.": lambda words, lengths, w: np.where(
            np.array(lengths)[:, None] == max(lengths), read_batch(words, lengths, w), 0.0
        ),
        "The sentences were read from behind.": lambda words, lengths, w: np.stack(
            [_last(row[:n][::-1], w) for row, n in zip(words, lengths, strict=True)]
        ),
    },
    (
        "After its last word a sentence must keep its state.",
        "np.where picks, row by row, the new state or the old one.",
    ),
    axes="(B, H)",
)


TASKS = {task.name: task for task in (PADDING, MIXTURE, TEACHER_FORCING, ONE_GATE, READ_BATCH)}
CONDITIONS = ("as it stands", "reversed")
