"""What the tasks of set 6 ask for: what may be written, letters that agree, pieces, a diagnosis from numbers."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, pairwise
from typing import Any

import numpy as np

from grading.tasks import Task

Array = np.ndarray

# Task 1: on paper ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Numbers:
    """The numbers of a class, a function of its seed: those of last year have other answers."""

    short_words: int
    long_words: int
    short_nats: float
    long_nats: float
    """Two translations: how many words each has, ``</s>`` counted, and minus the logarithm of its probability."""
    said: int
    wanted: int
    """Words of all translations, and of all references."""
    words: int
    """Words that a decoder may write."""

    @property
    def alpha(self) -> float:
        """From here on the longer translation is preferred, as Wu et al. (2016) divide."""
        ratio = (5 + self.long_words) / (5 + self.short_words)
        return math.log(self.long_nats / self.short_nats) / math.log(ratio)

    @property
    def brevity(self) -> float:
        """BLEU's brevity penalty."""
        return math.exp(1 - self.wanted / self.said)

    @property
    def floor(self) -> float:
        """The least mean loss of a word under targets that are smoothed by .1: their entropy."""
        other = 0.1 / self.words
        own = 0.9 + other
        return -own * math.log(own) - (self.words - 1) * other * math.log(other)


def numbers(seed: int) -> Numbers:
    """Return the numbers of a class; the first code cell of the set draws them in the same way."""
    draw = np.random.default_rng(seed)
    short_words = int(draw.integers(4, 8))
    long_words = short_words + int(draw.integers(3, 7))
    short_nats = int(draw.integers(40, 61)) / 10
    long_nats = short_nats + int(draw.integers(5, 21)) / 10
    said = int(draw.integers(200, 300))
    wanted = said + int(draw.integers(10, 80))
    return Numbers(short_words, long_words, short_nats, long_nats, said, wanted, int(draw.integers(10, 41)))


# Task 2: nothing twice -----------------------------------------------------------------------------------------------


def may_follow(words: Sequence[int], n: int, vocabulary: int) -> Array:
    """Return which words can come next without writing a row of ``n`` words again: each is tried."""

    def repeats(word: int) -> bool:
        row = [*words, word]
        grams = [tuple(row[k : k + n]) for k in range(len(row) - n + 1)]
        return bool(grams) and grams[-1] in grams[:-1]

    return np.array([not repeats(word) for word in range(vocabulary)])


def _beginnings(draw: np.random.Generator) -> list[tuple[Any, ...]]:
    """Return beginnings of few different words: short ones, and ones in which rows come again."""
    cases: list[tuple[Any, ...]] = [
        (draw.integers(0, 4, int(draw.integers(12, 20))).tolist(), n, int(draw.integers(4, 8))) for n in (3, 2, 1, 2, 4)
    ]
    again = draw.integers(0, 3, 2).tolist()
    same = int(draw.integers(0, 4))  # a row that overlaps the one just written is a row, too
    twice = [*again, 3, *again, 4, *again]
    return [
        *cases,
        (twice, 3, 6),
        ([4, same, same], 2, 5),
        ([same] * 3, 3, 5),
        ([], 2, 5),
        (draw.integers(0, 5, 2).tolist(), 4, 5),
    ]


def is_short(words: Sequence[int], n: int, vocabulary: int) -> bool:
    """Say whether no row of n words is there yet."""
    return len(words) < n


def _first_only(words: Sequence[int], n: int, vocabulary: int) -> Array:
    """Forbid only what followed the first time."""
    free = np.ones(vocabulary, dtype=bool)
    for k in range(len(words) - n + 1):
        if n > 1 and list(words[k : k + n - 1]) == list(words[len(words) - n + 1 :]):
            free[words[k + n - 1]] = False
            break
    return may_follow(words, 1, vocabulary) if n == 1 else free


MAY_FOLLOW = Task(
    "may follow",
    may_follow,
    _beginnings,
    "what may come next",
    "a row of n words is written once.",
    {
        "The answer is turned round: True is a word that may come next.": lambda *case: ~may_follow(*case),
        "n words were compared, and the next one makes it n + 1.": lambda words, n, size: may_follow(
            words, n + 1, size
        ),
        "n - 2 words and the next one make n - 1: rows of n words are to be new.": lambda words, n, size: may_follow(
            words, max(n - 1, 1), size
        ),
        "A word that is there may be written again, if the row of n that ends with it is new.": lambda words, n, size: (
            may_follow(words, 1, size)
        ),
        "The row may have been there more than once, each time with another word behind it.": _first_only,
    },
    (
        "Write down for n = 2 which rows of two words a b a b holds, and which words would make one of them again.",
        "The next word makes a row of n with the n - 1 words before it.",
    ),
    axes="(V,)",
)


# Task 3: letters that agree ------------------------------------------------------------------------------------------


def letter_score(said: str, wanted: str, beta: float) -> float:
    """Return the F-score of pairs of neighbouring letters, spaces taken out, each counted as often as in both."""
    ours, theirs = _pairs(said), _pairs(wanted)
    if not ours or not theirs:
        return 0.0
    left, both = list(theirs), 0
    for pair in ours:
        if pair in left:
            left.remove(pair)
            both += 1
    return _f(both / len(ours), both / len(theirs), beta)


def _pairs(sentence: str) -> list[str]:
    letters = "".join(sentence.split())
    return [one + two for one, two in pairwise(letters)]


def _f(precision: float, recall: float, beta: float) -> float:
    if precision + recall == 0:
        return 0.0
    return 100 * (1 + beta**2) * precision * recall / (beta**2 * precision + recall)


def _shares(said: Sequence[str], wanted: Sequence[str], beta: float, clip: bool = True) -> float:
    """Return the score of any units; without ``clip`` a unit counts as often as it was said."""
    ours, theirs = Counter(said), Counter(wanted)
    both = sum(min(count, theirs[one]) if clip else count * (one in theirs) for one, count in ours.items())
    if not both:
        return 0.0
    return _f(both / sum(ours.values()), both / sum(theirs.values()), beta)


def _with_spaces(said: str, wanted: str, beta: float) -> float:
    ours, theirs = ([row[k : k + 2] for k in range(len(row) - 1)] for row in (said, wanted))
    return _shares(ours, theirs, beta)


def _of_words(sentence: str) -> list[str]:
    return [word[k : k + 2] for word in sentence.split() for k in range(len(word) - 1)]


def _sentences(draw: np.random.Generator) -> list[tuple[Any, ...]]:
    def word() -> str:
        return "".join(draw.choice(list("abc"), int(draw.integers(1, 5))))

    def sentence() -> str:
        return " ".join(word() for _ in range(int(draw.integers(3, 7))))

    cases: list[tuple[Any, ...]] = [(sentence(), sentence(), float(draw.choice([0.5, 2.0, 3.0]))) for _ in range(5)]
    one, other = sentence(), sentence()
    return [
        *cases,
        (f"{one} {one} {one}", one, 2.0),
        ("", other, 2.0),
        ("x", other, 1.0),
        (one.upper(), one, 2.0),
        (f"{other} {other.upper()}", other, 3.0),
    ]


def is_edge(said: str, wanted: str, beta: float) -> bool:
    """Say whether nothing is in common, or large letters stand beside small ones."""
    return letter_score(said, wanted, beta) == 0 or said != said.lower()


LETTER_SCORE = Task(
    "letter score",
    letter_score,
    _sentences,
    "the score",
    "pairs of letters are counted as often as both sentences have them.",
    {
        "The spaces are to be taken out first.": _with_spaces,
        "A pair may lie across two words: take the spaces out, then pair.": lambda said, wanted, beta: _shares(
            _of_words(said), _of_words(wanted), beta
        ),
        "A pair that is said three times and wanted once is right once.": lambda said, wanted, beta: _shares(
            _pairs(said), _pairs(wanted), beta, clip=False
        ),
        "Different pairs were counted; a pair counts as often as it comes.": lambda said, wanted, beta: _shares(
            sorted(set(_pairs(said))), sorted(set(_pairs(wanted))), beta
        ),
        "Single letters were counted.": lambda said, wanted, beta: _shares(
            "".join(said.split()), "".join(wanted.split()), beta
        ),
        "Precision and recall have changed places: beta weighs the recall.": lambda said, wanted, beta: letter_score(
            wanted, said, beta
        ),
        "beta is squared.": lambda said, wanted, beta: letter_score(said, wanted, math.sqrt(beta)),
        "This is a share; the score is in hundredths.": lambda said, wanted, beta: (
            letter_score(said, wanted, beta) / 100
        ),
    },
    ("Count by hand for said = 'ab ab', wanted = 'ab'.", "What if nothing is in common?"),
    not_finite="Where a sentence has no pair, or none is in common, the score is 0.",
)


# Task 4: the most probable pieces ------------------------------------------------------------------------------------


def best_pieces(word: str, log_p: Mapping[str, float]) -> tuple[float, Array]:
    """Return the best sum of log probabilities, and True for each letter behind which a piece ends: all are tried."""
    return _cut(word, max(_all_ends(word), key=lambda ends: _sum_of(word, ends, log_p)), log_p)


def _all_ends(word: str) -> list[list[int]]:
    """Return every way to cut a word, each as the places behind which a piece ends."""
    inside = range(1, len(word))
    return [[*cuts, len(word)] for count in range(len(word)) for cuts in combinations(inside, count)]


def _sum_of(word: str, ends: Sequence[int], log_p: Mapping[str, float]) -> float:
    starts = [0, *ends[:-1]]
    return sum(log_p.get(word[start:end], -math.inf) for start, end in zip(starts, ends, strict=True))


def _cut(word: str, ends: Sequence[int], log_p: Mapping[str, float]) -> tuple[float, Array]:
    return _sum_of(word, ends, log_p), np.array([k + 1 in ends for k in range(len(word))])


def _piece_by_piece(best: Callable[[str, float], float]) -> Callable[[str, Mapping[str, float]], tuple[float, Array]]:
    """Return somebody who takes again and again the piece for which ``best(piece, log_p)`` is the largest."""

    def wrong(word: str, log_p: Mapping[str, float]) -> tuple[float, Array]:
        ends = [0]
        while ends[-1] < len(word):
            start = ends[-1]
            there = [end for end in range(start + 1, len(word) + 1) if word[start:end] in log_p]
            ends.append(max(there, key=lambda end: best(word[start:end], log_p[word[start:end]])))
        return _cut(word, ends[1:], log_p)

    return wrong


def _words(draw: np.random.Generator) -> list[tuple[Any, ...]]:
    """Return words, and pieces of up to four letters with their log probabilities; every letter is a piece.

    Where two ways are as good as each other, as aa|a and a|aa are, the word is drawn again.
    """
    cases: list[tuple[str, dict[str, float]]] = []
    for length in (1, 4, 6, 7, 8, 9):
        while not (cases and len(cases[-1][0]) == length):
            word = "".join(draw.choice(list("abc"), length))
            pieces = {word[k : k + n] for n in (2, 3, 4) for k in range(length - n + 1) if draw.uniform() < 0.6}
            log_p = {piece: -round(float(draw.uniform(1, 2 + 1.2 * len(piece))), 3) for piece in sorted(pieces)}
            log_p |= {letter: -round(float(draw.uniform(1.5, 3.5)), 3) for letter in "abc"}
            best, *others = sorted((_sum_of(word, ends, log_p) for ends in _all_ends(word)), reverse=True)
            if not others or best - others[0] > 1e-3:
                cases.append((word, log_p))
    return cases


BEST_PIECES = Task(
    "best pieces",
    best_pieces,
    _words,
    ("the sum", "the ends"),
    "no other way to cut these words is more probable.",
    {
        "The longest piece that fits was taken, again and again.": _piece_by_piece(lambda piece, nats: len(piece)),
        "The most probable single piece was taken, again and again.": _piece_by_piece(lambda piece, nats: nats),
        "This is a probability; the sum of its logarithms is asked for.": lambda word, log_p: (
            math.exp(best_pieces(word, log_p)[0]),
            best_pieces(word, log_p)[1],
        ),
        "The first letters of pieces are marked, not the last ones.": lambda word, log_p: (
            best_pieces(word, log_p)[0],
            np.array([True, *best_pieces(word, log_p)[1][:-1]]),
        ),
    },
    (
        "The best way to cut the first k letters ends in some piece; before it stands a best way to cut fewer letters.",
        "Go from the left to the right, and keep for each k the best sum and where its last piece began.",
    ),
    axes="(letters,)",
)


def long_word(seed: int) -> tuple[str, dict[str, float], float]:
    """Return a word that nobody cuts in all ways, its pieces, and the best sum: worked out from the end."""
    draw = np.random.default_rng(seed)
    word = "".join(draw.choice(list("abc"), 60))
    log_p = {letter: -round(float(draw.uniform(2, 4)), 3) for letter in "abc"}
    for n in (2, 3, 4):
        for piece in sorted({word[k : k + n] for k in range(61 - n)}):
            if draw.uniform() < 0.5:
                log_p[piece] = -round(float(draw.uniform(1, 2 + 1.2 * n)), 3)

    @cache
    def rest(start: int) -> float:
        if start == len(word):
            return 0.0
        known = [n for n in (1, 2, 3, 4) if word[start : start + n] in log_p and start + n <= len(word)]
        return max(log_p[word[start : start + n]] + rest(start + n) for n in known)

    return word, log_p, rest(0)


# Task 5: a diagnosis from numbers ------------------------------------------------------------------------------------

KINDS = ("healthy", "padding", "after", "batch", "twice")


def weights_of(kind: str, scores: Array, mask: Array) -> Array:
    """Return what an attention with the bug ``kind`` makes of scores (B, S) under a mask (B, S)."""
    there = np.where(mask, scores, -np.inf)
    if kind == "padding":
        return _softmax(scores)
    if kind == "after":
        return _softmax(scores) * mask
    if kind == "batch":
        return _softmax(there, axis=0)
    once = _softmax(there)
    return _softmax(np.where(mask, once, -np.inf)) if kind == "twice" else once


def _softmax(scores: Array, axis: int = -1) -> Array:
    powers = np.exp(scores - scores.max(axis, keepdims=True))
    return powers / powers.sum(axis, keepdims=True)


def diagnosis(scores: Array, mask: Array, weights: Array) -> int:
    """Return the place in KINDS of what was done to the scores, by what must hold, and not by doing it again."""
    if (weights[~mask] > 1e-9).any():
        return KINDS.index("padding")
    if np.allclose(weights.sum(axis=1), 1):
        apart = [
            np.ptp(np.log(row[real]) - score[real]) for row, score, real in zip(weights, scores, mask, strict=True)
        ]
        return KINDS.index("healthy" if max(apart) < 1e-6 else "twice")
    return KINDS.index("batch" if np.allclose(weights.sum(axis=0), 1) else "after")


def _looks(draw: np.random.Generator) -> list[tuple[Any, ...]]:
    """Return two looks of each kind, in a mixed order; of the healthy ones one is flat, one sharp."""
    cases = []
    scales = {(kind, k): draw.choice([0.5, 2.0]) for kind in KINDS for k in range(2)} | {
        ("healthy", 0): 0.1,
        ("healthy", 1): 3.0,
    }
    for kind, k in (list(scales)[int(place)] for place in draw.permutation(len(scales))):
        B, S = int(draw.integers(2, 5)), int(draw.integers(3, 7))
        lengths = draw.permutation([S, *draw.integers(2, S, B - 1).tolist()])
        mask = np.arange(S) < lengths[:, None]
        scores = draw.normal(size=(B, S)) * scales[kind, k]
        cases.append((scores, mask, weights_of(kind, scores, mask)))
    return cases


def is_plain(scores: Array, mask: Array, weights: Array) -> bool:
    """Say whether the look is healthy, or has the bug that padding shows."""
    return diagnosis(scores, mask, weights) < 2


def _without(*unknown: str) -> Callable[[Array, Array, Array], int]:
    """Return somebody who takes what is ``unknown`` for healthy."""

    def guess(scores: Array, mask: Array, weights: Array) -> int:
        found = diagnosis(scores, mask, weights)
        return 0 if KINDS[found] in unknown else found

    return guess


def _one_for_other(one: str, other: str) -> Callable[[Array, Array, Array], int]:
    def guess(scores: Array, mask: Array, weights: Array) -> int:
        found = KINDS[diagnosis(scores, mask, weights)]
        return KINDS.index({one: other, other: one}.get(found, found))

    return guess


DIAGNOSIS = Task(
    "diagnosis",
    diagnosis,
    _looks,
    "the number of the kind",
    "these looks are told apart by their numbers alone.",
    {
        "Rows that sum to one and leave padding alone are not yet a softmax of these scores.": _without("twice"),
        "Rows that do not sum to one are not healthy.": _without("after", "batch"),
        "Padding has weight here.": _without("padding"),
        "'after' and 'batch' have changed places: which sums are one?": _one_for_other("after", "batch"),
    },
    (
        "Each of the five leaves something that no other leaves: padding, sums of rows, sums of columns, differences.",
        "The logarithms of two weights of a softmax differ as their scores do.",
    ),
)


TASKS = {task.name: task for task in (MAY_FOLLOW, LETTER_SCORE, BEST_PIECES, DIAGNOSIS)}
CONDITIONS = ("greedy", "beam of 20", "beam of 20, divided")
