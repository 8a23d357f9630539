"""Checkers of chapter 1: where to look, the loss, batches that flatter, and a test of shifted targets."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import torch

from course_lib.checks.comparing import expect_close, judge, whole
from course_lib.checks.report import NotRight, answer, checker
from course_lib.corpora import ParallelCorpus, load
from course_lib.corpora.pairs import SentencePair
from course_lib.vocabulary import BOS, EOS, PAD

RESERVED = 4


@checker(
    hints=(
        "Translation often goes on where it stopped: which English word follows the one translated last?",
        "Words that are done need no second look: links holds their places.",
    )
)
def check_looking_without_peeking(look: Callable[..., Any]) -> str:
    """``look(source, written, links) -> j``: where to look for the next French word; len(source) is ``</s>``.

    ``links`` are the possible links (j, i) of the words written so far, so nothing to come can be seen.
    The word at j and the French word before are the context of a table of counts; its perplexity judges.
    """
    yours = _checked_look(look)
    places = _places(yours)
    for why, other in (
        ("That is the same place in the sentence", _same_place),
        ("That is the word translated last; the next French word seldom translates it again", _translated_last),
    ):
        if places == _places(other):
            raise NotRight(f"{why}: perplexity {_of_rule(other):.1f}.")
    if len(set(places)) == 1:
        raise NotRight(f"It always looks at place {places[0]}, whatever has been written.")
    found, place = _perplexity_of_looking(yours), _of_rule(_same_place)
    if found > place / 2:
        raise NotRight(
            f"perplexity {found:.1f}; the same place has {place:.1f}, and less than half of that is to be had."
        )
    told = _of_rule(_linked)
    return f"perplexity {found:.1f}, without peeking. Here the same place has {place:.1f}, the linked word {told:.1f}."


PositionRule = Callable[[SentencePair, int], int]
Tokens = tuple[tuple[str, str, str], ...]
"""For each token the English word looked at, the French word before, the word itself."""


@cache
def _small_corpus() -> ParallelCorpus:
    whole_corpus = load("en-fr", size=300, seed=4)
    return replace(whole_corpus, validation=whole_corpus.validation[:30], test=whole_corpus.test[:30])


def _checked_look(look: Callable[..., Any]) -> PositionRule:
    """Call ``look`` with the past only, and hold it to a place of the source."""

    answered: list[bool] = []

    def checked(pair: SentencePair, i: int) -> int:
        past = frozenset((j, k) for j, k in pair.possible or () if k < i)
        seen = (pair.source, pair.target[:i], past)
        j = _quickly(look, seen) if answered else None
        if j is None:
            j = whole(answer(look, *seen), "the place")
            answered.append(True)
        if not 0 <= j <= len(pair.source):
            raise NotRight(
                f"the place: expected 0 … {len(pair.source)}, the last for </s>, got {j} "
                f"after {' '.join(pair.target[:i]) or 'nothing'!r}."
            )
        return j

    return checked


def _quickly(look: Callable[..., Any], seen: tuple[Any, ...]) -> int | None:
    """Return a plain whole number without the inspections of ``answer``, which thousands of calls would feel."""
    try:
        j = look(*seen)
    except Exception:
        return None  # ``answer`` will meet it again, and put it in words
    return j if type(j) is int else None


def _same_place(pair: SentencePair, i: int) -> int:
    return min(i, len(pair.source))


def _translated_last(pair: SentencePair, i: int) -> int:
    done = [(k, j) for j, k in pair.possible or () if k < i]
    return max(done)[1] if done else 0


def _linked(pair: SentencePair, i: int) -> int:
    return min((j for j, k in pair.sure or () if k == i), default=len(pair.source))


@cache
def _of_rule(look: PositionRule) -> float:
    """Return the perplexity of a rule of our own, counted once a session."""
    return _perplexity_of_looking(look)


def _places(look: PositionRule) -> list[int]:
    return [look(pair, i) for pair in _small_corpus().test for i in range(len(pair.target) + 1)]


def _perplexity_of_looking(look: PositionRule) -> float:
    corpus = _small_corpus()
    return _perplexity_of_tokens(*(_seen(pairs, look) for pairs in (corpus.train, corpus.validation, corpus.test)))


@lru_cache(maxsize=32)  # another rule that looks at the same places has the same perplexity
def _perplexity_of_tokens(train: Tokens, validation: Tokens, test: Tokens) -> float:
    """Count French words after the English word looked at and the French word before; which is asked first is tuned."""
    V = len({word for _, _, word in train}) + 1  # one more: all words never seen
    tried = {}
    for order in ((0, 1), (1, 0)):
        found = [_counted(train, some, order) for some in (validation, test)]
        for strength in (1.0, 3.0, 10.0, 30.0):
            on_validation, on_test = (_perplexity(*each, strength, V) for each in found)
            tried[on_validation] = on_test
    return tried[min(tried)]


def _seen(pairs: Sequence[SentencePair], look: PositionRule) -> Tokens:
    return tuple(
        ((*pair.source, "</s>")[look(pair, i)], previous, word)
        for pair in pairs
        for i, (previous, word) in enumerate(pairwise(("<s>", *pair.target, "</s>")))
    )


def _counted(
    train: Sequence[tuple[str, ...]], some: Sequence[tuple[str, ...]], order: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Return count(context, word) and count(context) for contexts of 0, 1 and 2 words, each (3, tokens)."""

    def contexts(token: tuple[str, ...]) -> list[tuple[str, ...]]:
        return [tuple(token[k] for k in order[:n]) for n in range(3)]

    after = Counter((context, token[2]) for token in train for context in contexts(token))
    whole_context = Counter(context for token in train for context in contexts(token))
    seen = np.array([[after[context, token[2]] for context in contexts(token)] for token in some])
    return seen.T, np.array([[whole_context[context] for context in contexts(token)] for token in some]).T


def _perplexity(seen: np.ndarray, total: np.ndarray, strength: float, V: int) -> float:
    p = np.full(seen.shape[1], 1 / V)
    for level in range(len(seen)):
        p = (seen[level] + strength * p) / (total[level] + strength)
    return float(np.exp(-np.log(p).mean()))


@checker(
    hints=(
        "Choose the log-probability of each target first; average after that, over real positions only.",
        "For large logits: the softmax of a row stays the same when one number is taken off the whole row.",
        "log softmax(x)_k = (x_k − m) − log Σ_j exp(x_j − m), with m the largest of that row.",
    )
)
def check_cross_entropy(cross_entropy: Callable[..., Any]) -> str:
    """``cross_entropy(logits (B, T, V), target_out (B, T)) -> float``: nats a real token, in NumPy."""
    rng = np.random.default_rng(1)
    for B, T, V in ((1, 1, 5), (2, 3, 6), (4, 7, 11)):
        logits = rng.normal(size=(B, T, V)) * 2
        target_out = rng.integers(RESERVED, V, size=(B, T))
        for row in range(1, B):
            target_out[row, rng.integers(1, T + 1) :] = PAD
        _compare_loss(answer(cross_entropy, logits, target_out), logits, target_out)
    _check_large_logits(cross_entropy)
    _check_improbable_word(cross_entropy)
    return "the loss is the mean over real tokens, padding counts neither above nor below, and large logits are safe."


def _check_large_logits(cross_entropy: Callable[..., Any]) -> None:
    """Four words share the probability in each row; the rows differ so much that each needs its own maximum."""
    row = np.array([1.0, 1, 0, 0, 1, 1])
    large, unequal = np.array([[1000 * row]]), np.array([[1000 * row, 1000 * row - 3000]])
    for logits, why in (
        (large, "Each of the four has logit 1000, and exp(1000) overflows."),
        (unequal, "The second row lies 3,000 below the first: what suits one row underflows in the other."),
    ):
        got = answer(cross_entropy, logits, np.full(logits.shape[:2], 4))
        expect_close(got, math.log(4), "the loss", where="where four words share the probability", not_finite=why)


def _check_improbable_word(cross_entropy: Callable[..., Any]) -> None:
    """Two words of logit 1,000 share the probability; the true one has logit 0, and a probability that rounds to 0."""
    logits = 1000 * np.array([[[1.0, 1, 0, 0, 0, 0]]])
    why = "The true word's probability rounds to 0 before its logarithm is taken."
    where = "where the true word's logit lies 1,000 below the best"
    got = answer(cross_entropy, logits, np.array([[4]]))
    expect_close(got, 1000 + math.log(2), "the loss", where=where, not_finite=why)


def _compare_loss(got: Any, logits: np.ndarray, target_out: np.ndarray) -> None:
    nats = np.array([_nats(*both) for both in zip(logits, target_out, strict=True)])
    real = target_out != PAD
    expected = math.fsum(nats[real]) / int(real.sum())
    mistakes = {
        "The sign is missing: a loss grows as the probability falls.": -expected,
        "Padding is counted: its log-probabilities are in the sum.": nats.mean(),
        "You divide by all positions, padding too.": nats[real].sum() / nats.size,
        "This is the sum over the tokens, not the loss a token.": nats[real].sum(),
        "This is the sum over the tokens a sentence, not the loss a token.": nats[real].sum() / len(nats),
        "These are bits: the natural logarithm gives nats.": expected / math.log(2),
        "This is the perplexity: the loss is its logarithm.": math.exp(expected),
        "This is the mean of the sentences' means: it lets a word of a short sentence count for more.": np.mean(
            [row[keep].mean() for row, keep in zip(nats, real, strict=True)]
        ),
        "These are logits, not log-probabilities: the softmax is missing.": -np.mean(
            np.take_along_axis(logits, target_out[..., None], 2)[..., 0][real]
        ),
    }
    where = f"for logits of shape {logits.shape}, {int(real.sum())} real tokens"
    expect_close(got, expected, "the loss", mistakes=mistakes, where=where)


def _nats(logits: np.ndarray, words: np.ndarray) -> list[float]:
    """Return −log softmax(row)[k] a position, as a sum over the words that compete with word k."""
    pairs = zip(logits, words, strict=True)
    return [math.log(math.fsum(math.exp(other - row[k]) for other in row)) for row, k in pairs]


@checker(
    hints=(
        "Each batch has one vote in the mean, whatever it holds.",
        "A sentence that the model finds easy should vote alone.",
    )
)
def check_flattering_packing(pack: Callable[..., Any]) -> str:
    """``pack(nats) -> batches`` of sentence numbers, such that the mean of the batches' perplexities flatters.

    ``nats`` holds one array a sentence, of −log p a token. The reported mean must lie a fifth below the
    perplexity of the corpus; each sentence stands in exactly one batch.
    """
    draw = np.random.default_rng(1)
    shown = []
    for sentences in (24, 60, 33):
        nats = [draw.gamma(4.0, mean / 4, draw.integers(3, 25)) for mean in draw.gamma(4.0, 0.6, sentences)]
        batches = _partition(answer(pack, nats), sentences)
        sound, reported = _of_batch(nats, range(sentences)), np.mean([_of_batch(nats, batch) for batch in batches])
        if len(batches) == 1:
            raise NotRight("everything is in one batch: then the mean of one perplexity is the sound number.")
        if reported > 0.8 * sound:
            way = "higher" if reported > sound * (1 + 1e-9) else f"lower by {1 - reported / sound:.0%}"
            raise NotRight(
                f"{sentences} sentences in {len(batches)} batches: the script reports {reported:.2f}, the corpus has "
                f"{sound:.2f}. That is {way}; expected a fifth lower."
            )
        shown.append(f"{reported:.1f} for {sound:.1f}")
    return f"the bug shines: the script reports {', '.join(shown)}, and the model is the same."


def _of_batch(nats: Sequence[np.ndarray], batch: Iterable[int]) -> float:
    return math.exp(np.concatenate([nats[n] for n in batch]).mean())


def _partition(got: Any, sentences: int) -> list[list[int]]:
    """Return the batches, each sentence number in exactly one."""
    batches = []
    for k, batch in enumerate(_items(got, "the batches: expected a list of batches, each a list of sentence numbers")):
        numbers = _items(batch, f"batch {k}: expected a list of sentence numbers")
        batches.append([whole(n, f"batch {k}, sentence {m}") for m, n in enumerate(numbers)])
        if not batches[-1]:
            raise NotRight(f"batch {k} is empty: it has no perplexity.")
    times = Counter(n for batch in batches for n in batch)
    if strange := sorted(set(times) - set(range(sentences))):
        raise NotRight(f"there are sentences 0 to {sentences - 1}; got the number {strange[0]}.")
    if missing := sorted(set(range(sentences)) - set(times)):
        raise NotRight(f"{len(missing)} of {sentences} sentences are in no batch: leaving out the hard ones is fraud.")
    if twice := sorted(n for n, count in times.items() if count > 1):
        raise NotRight(f"sentence {twice[0]} stands in {times[twice[0]]} batches; each belongs to exactly one.")
    return batches


def _items(got: Any, expected: str) -> list[Any]:
    ordered = isinstance(got, list | tuple) or (isinstance(got, np.ndarray | torch.Tensor) and got.ndim > 0)
    if not ordered:
        raise NotRight(f"{expected}, got {type(got).__name__}.")
    return list(got)


Shifted = tuple[torch.Tensor, torch.Tensor, torch.Tensor]
Ids = Sequence[Sequence[int]]


@checker(
    hints=(
        "Write the three expected tensors out by hand, for sentences of different lengths.",
        "Compare target_in, target_out and the mask each as a whole; tolist() makes lists of them.",
    )
)
def check_test_of_shift(test: Callable[..., Any]) -> str:
    """``test(shift)`` fails unless ``shift(lists of ids)`` gives target_in, target_out and mask, each (B, T)."""
    judge(
        test,
        {
            "a version with loops": _shift,
            "one that pads at the end": _shift_by_padding,
            "one by index": _shift_by_index,
        },
        SHIFT_BUGS,
        too_strict="Expect <s> first in target_in, </s> last in target_out, PAD after the end, the mask True where "
        "target_out is not PAD; three tensors in that order.",
        too_lax="Which sentences would show it?",
    )
    return f"three right versions pass, and all {len(SHIFT_BUGS)} bugs are caught."


def _rows(rows: Sequence[Sequence[int]], T: int, left: bool = False) -> torch.Tensor:
    filled = [[*[PAD] * (T - len(row)), *row] if left else [*row, *[PAD] * (T - len(row))] for row in rows]
    return torch.tensor(filled)


def _built(read: Ids, want: Ids, real: Ids | None = None, left: bool = False) -> Shifted:
    """Pad the three parts; the mask is True where ``real`` (the targets unless told) holds a word."""
    T = max(map(len, want))
    return _rows(read, T, left), _rows(want, T, left), _rows(want if real is None else real, T, left) != PAD


def _shift(sentences: Ids) -> Shifted:
    return _built([[BOS, *words] for words in sentences], [[*words, EOS] for words in sentences])


def _shift_by_padding(sentences: Ids) -> Shifted:
    def padded(rows: Ids) -> torch.Tensor:
        return torch.nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], True, PAD)

    want = padded([[*words, EOS] for words in sentences])
    return padded([[BOS, *words] for words in sentences]), want, want.ne(PAD)


def _shift_by_index(sentences: Ids) -> Shifted:
    lengths = torch.tensor([len(words) for words in sentences])
    want = torch.full((len(sentences), int(lengths.max()) + 1), PAD)
    for row, words in enumerate(sentences):
        want[row, : len(words)] = torch.tensor(words)
    want[torch.arange(len(sentences)), lengths] = EOS
    read = torch.cat([torch.full((len(sentences), 1), BOS), want[:, :-1]], 1)
    return read.masked_fill(read == EOS, PAD), want, torch.arange(want.shape[1]) <= lengths[:, None]


def _not_shifted(sentences: Ids) -> Shifted:
    read = [[BOS, *words] for words in sentences]
    return _built(read, read)


def _reads_the_answer(sentences: Ids) -> Shifted:
    want = [[*words, EOS] for words in sentences]
    return _built(want, want)


def _forgets_the_end(sentences: Ids) -> Shifted:
    return _built([[BOS, *words[:-1]] for words in sentences], [list(words) for words in sentences])


def _shifted_by_two(sentences: Ids) -> Shifted:
    want = [[*words[1:], EOS, EOS] for words in sentences]
    return _built([[BOS, *words] for words in sentences], want)


def _end_stays_in_the_input(sentences: Ids) -> Shifted:
    T = max(map(len, sentences)) + 1
    whole_rows = _rows([[BOS, *words, EOS] for words in sentences], T + 1)
    return whole_rows[:, :-1], whole_rows[:, 1:], whole_rows[:, 1:] != PAD


def _mask_without_the_end(sentences: Ids) -> Shifted:
    read, want = [[BOS, *words] for words in sentences], [[*words, EOS] for words in sentences]
    return _built(read, want, sentences)


def _mask_counts_padding(sentences: Ids) -> Shifted:
    read, want, mask = _shift(sentences)
    return read, want, torch.ones_like(mask)


def _padding_in_front(sentences: Ids) -> Shifted:
    return _built([[BOS, *words] for words in sentences], [[*words, EOS] for words in sentences], left=True)


def _only_the_first_row(sentences: Ids) -> Shifted:
    read, want, mask = _shift(sentences)
    return read, torch.cat([want[:1], read[1:]]), mask


SHIFT_BUGS: dict[str, Callable[..., Any]] = {
    "a target that is not shifted": _not_shifted,
    "a decoder that reads its own answer": _reads_the_answer,
    "targets without </s>": _forgets_the_end,
    "a target two positions on": _shifted_by_two,
    "a </s> left in the input of shorter rows": _end_stays_in_the_input,
    "a mask that leaves out </s>": _mask_without_the_end,
    "a mask that counts padding": _mask_counts_padding,
    "padding in front": _padding_in_front,
    "targets shifted in the first row only": _only_the_first_row,
}
