"""Checkers of chapter 1: shifted targets, the loss, perplexity, a fair split, and a flattering score."""

import math
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

from course_lib.checks.comparing import array, compare, parts
from course_lib.checks.report import NotRight, answer, checker
from course_lib.corpora.pairs import SentencePair
from course_lib.vocabulary import BOS, EOS, PAD

RESERVED = 4


class _Word(str):
    """A word whose hash changes with ``salt``, as that of every ``str`` does from one process to the next."""

    salt = 0

    def __hash__(self) -> int:
        return hash((_Word.salt, str(self)))


@checker(
    hints=(
        "One sentence has as many inputs as targets: its words, and one more.",
        "The loss asks about what is predicted, so the mask goes with target_out.",
    )
)
def check_teacher_forcing(shift: Callable[..., Any]) -> str:
    """``shift(sentences) -> (target_in, target_out, mask)``, each (B, T), from lists of ids."""
    random = Random(1)
    for lengths in ([3], [2, 2], [1, 4, 2], [random.randint(1, 9) for _ in range(6)]):
        sentences = [[random.randrange(RESERVED, 30) for _ in range(n)] for n in lengths]
        target_in, target_out, mask = parts(answer(shift, sentences), ("target_in", "target_out", "mask"))
        shape = (len(lengths), max(lengths) + 1)
        axes = "(B, T): one row a sentence, and one column more than the longest has words, for <s> or </s>"
        read = array(target_in, "target_in", shape, of="whole numbers", axes=axes)
        wanted = array(target_out, "target_out", shape, of="whole numbers", axes=axes)
        real = array(mask, "mask", shape, of="True and False", axes=axes)
        for row, words in enumerate(sentences):
            _check_shifted_row(row, words, read[row].tolist(), wanted[row].tolist(), real[row].tolist())
    return "target_in starts with <s>, target_out ends with </s>, one position on; the mask marks real words and </s>."


def _check_shifted_row(row: int, words: list[int], read: list[int], wanted: list[int], mask: list[bool]) -> None:
    padding = [PAD] * (len(read) - len(words) - 1)
    should_read, should_want = [BOS, *words, *padding], [*words, EOS, *padding]
    if read != should_read:
        why = ""
        if read[0] != BOS:
            why = " The first input is <s> (1): nothing has been written yet."
        elif EOS in read:
            why = " Cutting off the last column leaves </s> (2) in the rows of shorter sentences; nobody reads it."
        raise NotRight(f"target_in, row {row}: expected {should_read}, got {read}.{why}")
    if wanted != should_want:
        why = ""
        if wanted[0] == BOS:
            why = " It still starts with <s>: position for position the decoder would only copy what it reads."
        elif EOS not in wanted:
            why = " Without </s> (2) the model never learns to stop."
        raise NotRight(f"target_out, row {row}: expected {should_want}, got {wanted}.{why}")
    should_mark = [True] * (len(words) + 1) + [False] * len(padding)
    if mask != should_mark:
        raise NotRight(
            f"mask, row {row}: expected {should_mark}, got {mask}. "
            "It is True for the words and for </s>, which the model must predict too, and False for padding."
        )


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
        compare(got, math.log(4), "the loss", where="where four words share the probability", not_finite=why)


def _compare_loss(got: Any, logits: np.ndarray, target_out: np.ndarray) -> None:
    nats = np.array([_nats(*both) for both in zip(logits, target_out, strict=True)])
    real = target_out != PAD
    expected = math.fsum(nats[real]) / int(real.sum())
    mistakes = {
        "The sign is missing: a loss grows as the probability falls.": -expected,
        "Padding is counted: its log-probabilities are in the sum.": nats.mean(),
        "You divide by all positions, padding too.": nats[real].sum() / nats.size,
        "This is the sum over the tokens, not the loss a token.": nats[real].sum(),
        "This is the mean of the sentences' means: it lets a word of a short sentence count for more.": np.mean(
            [row[keep].mean() for row, keep in zip(nats, real, strict=True)]
        ),
        "These are logits, not log-probabilities: the softmax is missing.": -np.mean(
            np.take_along_axis(logits, target_out[..., None], 2)[..., 0][real]
        ),
    }
    where = f"for logits of shape {logits.shape}, {int(real.sum())} real tokens"
    compare(got, expected, "the loss", mistakes=mistakes, where=where)


def _nats(logits: np.ndarray, words: np.ndarray) -> list[float]:
    """Return −log softmax(row)[k] a position, as a sum over the words that compete with word k."""
    pairs = zip(logits, words, strict=True)
    return [math.log(math.fsum(math.exp(other - row[k]) for other in row)) for row, k in pairs]


@checker(
    hints=(
        "Which mean gives every token the same weight, in whatever batch it came?",
        "Natural logarithms and exp undo each other.",
        "exp(−(sum of all log-probabilities) / (number of all tokens)).",
    )
)
def check_perplexity(perplexity: Callable[..., Any]) -> str:
    """``perplexity(batches) -> float`` from the log-probabilities of the real tokens, one array a batch.

    The probabilities are powers of 1/2, so that the answer is known without a logarithm: 2 to the
    mean exponent.
    """
    random = Random(1)
    for lengths in ([3], [1, 5], [7, 2, 4], [random.randint(1, 30) for _ in range(5)]):
        halvings = [[random.randint(0, 9) for _ in range(length)] for length in lengths]
        batches = [np.log(0.5) * np.array(batch) for batch in halvings]
        tokens, total = sum(lengths), sum(map(sum, halvings))
        means = [sum(batch) / len(batch) for batch in halvings]
        mistakes = {
            "You took the mean of the batches' means: a token of a small batch then counts for more.": 2
            ** np.mean(means),
            "You took the mean of the batches' perplexities.": np.mean([2**mean for mean in means]),
            "You took the mean of the tokens' 1/p: one rare word then decides it all.": np.mean(
                [2.0**k for batch in halvings for k in batch]
            ),
            "This is the mean loss in nats, not yet a perplexity.": math.log(2) * total / tokens,
            "The sign is missing.": 2 ** (-total / tokens),
            "You took a power of 2, but the logarithms are natural ones.": 2 ** (math.log(2) * total / tokens),
            "This is the perplexity of the whole corpus as one token: divide by their number.": math.exp(
                min(700.0, math.log(2) * total)
            ),
        }
        got = answer(perplexity, batches)
        compare(
            got, 2 ** (total / tokens), "the perplexity", mistakes=mistakes, where=f"of batches of {lengths} tokens"
        )
    return "every token counts once, in whatever batch it came."


@checker(
    hints=(
        "What must be drawn, so that two lines of one source cannot part?",
        "A set has no order of its own: sort before you draw.",
    )
)
def check_split_by_source(split: Callable[..., Any]) -> str:
    """``split(pairs, share, seed) -> (train, validation)``, no source sentence on both sides."""
    random = Random(1)
    for sources, share in ((10, 0.2), (40, 0.1), (60, 0.5)):
        pairs = [
            SentencePair((_Word(f"x{n}"), "."), (f"y{n}", f"v{version}", "."))
            for n in range(sources)
            for version in range(random.randint(1, 6))
        ]
        random.shuffle(pairs)
        train, validation = _two_lists(answer(split, pairs, share, 1))
        _check_partition(pairs, train, validation)
        shared = {pair.source for pair in train} & {pair.source for pair in validation}
        if shared:
            raise NotRight(
                f"{len(shared)} of {sources} source sentences stand on both sides, for example "
                f"{' '.join(min(shared))!r}. The lines of one source must all go the same way."
            )
        drawn, wanted = len({pair.source for pair in validation}), round(share * sources)
        if abs(drawn - wanted) > 1:
            raise NotRight(f"share={share} of {sources} sources: expected {wanted} in validation, got {drawn}.")
        _check_seeds(split, pairs, share, train, validation)
        _check_tomorrow(split, pairs, share, {" ".join(pair.source) for pair in validation})
    return "no source sentence stands on both sides, no pair is lost, and the seed decides."


def _check_seeds(
    split: Callable[..., Any],
    pairs: list[SentencePair],
    share: float,
    train: list[SentencePair],
    validation: list[SentencePair],
) -> None:
    if _two_lists(answer(split, pairs, share, 1)) != (train, validation):
        raise NotRight("the same seed gave two different splits: something other than the seed decides too.")
    others = [_two_lists(answer(split, pairs, share, seed))[1] for seed in (2, 3, 4)]
    if all(set(other) == set(validation) for other in others):
        raise NotRight("seeds 1 to 4 gave the same split: the argument seed decides nothing.")


def _check_tomorrow(split: Callable[..., Any], pairs: list[SentencePair], share: float, today: set[str]) -> None:
    """Ask for the same split under other hashes: a new process draws them anew, and with them the order of a set."""
    try:
        for _Word.salt in (1, 2, 3):
            validation = _two_lists(answer(split, pairs, share, 1))[1]
            if {" ".join(pair.source) for pair in validation} != today:
                raise NotRight(
                    "the same seed gives another split when Python is started again: the order of a set of strings "
                    "changes."
                )
    finally:
        _Word.salt = 0


def _two_lists(got: Any) -> tuple[list[SentencePair], list[SentencePair]]:
    train, validation = parts(got, ("train", "validation"))
    return _pairs(train, "train"), _pairs(validation, "validation")


def _pairs(got: Any, name: str) -> list[SentencePair]:
    if not isinstance(got, list | tuple | set | frozenset):
        raise NotRight(f"{name}: expected a list of pairs, got {type(got).__name__}.")
    strange = next((item for item in got if not isinstance(item, SentencePair)), None)
    if any(not isinstance(item, SentencePair) for item in got):
        raise NotRight(f"{name}: expected SentencePairs as they came, got {type(strange).__name__} among them.")
    return list(got)


def _check_partition(pairs: list[SentencePair], train: list[SentencePair], validation: list[SentencePair]) -> None:
    before, after = Counter(pairs), Counter(train + validation)
    if before != after:
        lost, extra = (before - after).total(), (after - before).total()
        raise NotRight(
            f"of {len(pairs)} pairs {lost} were lost and {extra} appear too often. Keep every translation of a source: "
            "several lines share a source, and all of them belong to the corpus."
        )


@checker(hints=("Forget the mask: compare every position, and take the mean over all of them.",))
def check_flattering_accuracy(accuracy: Callable[..., Any]) -> str:
    """``accuracy(predicted (B, T), target_out (B, T)) -> float`` with the bug in: padding counts."""
    rng = np.random.default_rng(1)
    short, long = rng.integers(RESERVED, 40, size=(7, 3)), rng.integers(RESERVED, 40, size=33)
    alone = np.pad(short, ((0, 0), (0, 3)), constant_values=PAD)
    crowded = np.pad(short, ((0, 1), (0, 30)), constant_values=PAD)
    crowded[7] = long
    scores = {}
    for name, target_out in (("alone", alone), ("crowded", crowded)):
        predicted = np.where(rng.random(target_out.shape) < 0.4, target_out, 1)
        predicted[target_out == PAD] = PAD
        _compare_accuracy(answer(accuracy, predicted, target_out), predicted, target_out)
        got = answer(accuracy, np.full_like(target_out, PAD), target_out)
        scores[name] = float(np.mean(target_out == PAD))
        compare(got, scores[name], "the score", where="of always predicting <pad>, with the bug in,")
    return (
        f"the bug is in. A model that only ever says <pad> scores {100 * scores['alone']:.0f} %, and "
        f"{100 * scores['crowded']:.0f} % once a sentence of 33 words joins the batch. The sound score: 0 % twice."
    )


def _compare_accuracy(got: Any, predicted: np.ndarray, target_out: np.ndarray) -> None:
    right, real = predicted == target_out, target_out != PAD
    sound, flattering = right[real].mean(), right.mean()
    mistakes = {
        "That is the sound accuracy. This time put the bug in: let padding count as a word.": sound,
        "Padding is counted as right but not as asked: the number of positions leaves it out.": right.sum()
        / real.sum(),
        "This is a percentage; return a share between 0 and 1.": 100 * flattering,
        "This is the number of right positions, not their share.": right.sum(),
        "This is the share of wrong positions.": 1 - flattering,
    }
    where = f"for targets of shape {target_out.shape}, {int(real.sum())} of them real"
    compare(got, flattering, "the score", mistakes=mistakes, where=where)
