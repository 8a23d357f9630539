"""Checkers of chapter 1: shifted targets, the loss, perplexity, a fair split, and a flattering score."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import numpy as np

from course_lib.checks.report import NotRight, answer, checker
from course_lib.corpora.pairs import SentencePair
from course_lib.vocabulary import BOS, EOS, PAD

RESERVED = 4


class _Word(str):
    """A word whose hash changes with ``salt``, as that of every ``str`` does from one process to the next."""

    salt = 0

    def __hash__(self) -> int:
        return hash((_Word.salt, str(self)))


@checker
def check_teacher_forcing(shift: Callable[..., Any]) -> str:
    """``shift(sentences) -> (target_in, target_out, mask)``, each (B, T), from lists of ids."""
    random = Random(1)
    for lengths in ([3], [2, 2], [1, 4, 2], [random.randint(1, 9) for _ in range(6)]):
        sentences = [[random.randrange(RESERVED, 30) for _ in range(n)] for n in lengths]
        parts = answer(shift, sentences)
        if not isinstance(parts, tuple) or len(parts) != 3:
            raise NotRight("return three things: target_in, target_out and the mask.")
        target_in, target_out, mask = (np.asarray(part) for part in parts)
        expected_shape = (len(lengths), max(lengths) + 1)
        for name, array in (("target_in", target_in), ("target_out", target_out), ("mask", mask)):
            if array.shape != expected_shape:
                raise NotRight(
                    f"{name} has shape {array.shape}, expected {expected_shape}: one row a sentence, and one column "
                    "more than the longest sentence has words, for <s> or </s>."
                )
        for row, words in enumerate(sentences):
            _check_shifted_row(row, words, target_in[row], target_out[row], mask[row])
    return "target_in starts with <s>, target_out ends with </s>, one position on; the mask marks real words and </s>."


def _check_shifted_row(row: int, words: list[int], read: np.ndarray, wanted: np.ndarray, mask: np.ndarray) -> None:
    padding = [PAD] * (len(read) - len(words) - 1)
    should_read, should_want = [BOS, *words, *padding], [*words, EOS, *padding]
    if read.tolist() != should_read:
        why = ""
        if read[0] != BOS:
            why = " The first input is <s> (1): nothing has been written yet."
        elif EOS in read:
            why = " Cutting off the last column leaves </s> (2) in the rows of shorter sentences; nobody reads it."
        raise NotRight(f"target_in, row {row}: expected {should_read}, got {read.tolist()}.{why}")
    if wanted.tolist() != should_want:
        why = ""
        if wanted[0] == BOS:
            why = " It still starts with <s>: position for position the decoder would only copy what it reads."
        elif EOS not in wanted:
            why = " Without </s> (2) the model never learns to stop."
        raise NotRight(f"target_out, row {row}: expected {should_want}, got {wanted.tolist()}.{why}")
    should_mark = [True] * (len(words) + 1) + [False] * len(padding)
    if mask.dtype != bool:
        raise NotRight(
            f"mask: expected True and False, got {mask.dtype}. Numbers would pick rows where a mask picks words."
        )
    if mask.tolist() != should_mark:
        raise NotRight(
            f"mask, row {row}: expected {should_mark}, got {mask.tolist()}. "
            "It is True for the words and for </s>, which the model must predict too, and False for padding."
        )


@checker
def check_cross_entropy(cross_entropy: Callable[..., Any]) -> str:
    """``cross_entropy(logits (B, T, V), target_out (B, T)) -> float``: nats a real token, in NumPy."""
    rng = np.random.default_rng(1)
    for B, T, V in ((1, 1, 5), (2, 3, 6), (4, 7, 11)):
        logits = rng.normal(size=(B, T, V)) * 2
        target_out = rng.integers(RESERVED, V, size=(B, T))
        for row in range(1, B):
            target_out[row, rng.integers(1, T + 1) :] = PAD
        _compare_loss(answer(cross_entropy, logits.copy(), target_out.copy()), logits, target_out)
    with np.errstate(all="ignore"):
        far = float(answer(cross_entropy, np.array([[[1000.0, 1000, 0, 0, 1000, 1000]]]), np.array([[4]])))
    if not math.isclose(far, math.log(4), rel_tol=1e-6):
        raise NotRight(
            f"four words share the probability, each with logit 1000: expected log 4 = {math.log(4):.4f}, got {far}. "
            "exp(1000) overflows; take the row's maximum from its logits first."
        )
    return "the loss is the mean over real tokens, padding counts neither above nor below, and large logits are safe."


def _compare_loss(got: Any, logits: np.ndarray, target_out: np.ndarray) -> None:
    nats = np.array([_nats(*both) for both in zip(logits, target_out, strict=True)])
    real = target_out != PAD
    expected = math.fsum(nats[real]) / int(real.sum())
    wrong_roads = {
        "The sign is missing: the loss is minus the log-probability.": -expected,
        "Padding is counted: its log-probabilities are in the sum.": nats.mean(),
        "You divide by all positions; divide by the real ones.": nats[real].sum() / nats.size,
        "This is the sum; divide it by the number of real tokens.": nats[real].sum(),
        "This is the mean of the sentences' means: it lets a word of a short sentence count for more.": np.mean(
            [row[keep].mean() for row, keep in zip(nats, real, strict=True)]
        ),
        "The logits are not log-probabilities yet: take the softmax.": -np.mean(
            np.take_along_axis(logits, target_out[..., None], 2)[..., 0][real]
        ),
    }
    _compare(got, expected, wrong_roads, f"logits of shape {logits.shape}, {int(real.sum())} real tokens")


def _nats(logits: np.ndarray, words: np.ndarray) -> list[float]:
    """Return −log softmax(row)[k] a position, as a sum over the words that compete with word k."""
    pairs = zip(logits, words, strict=True)
    return [math.log(math.fsum(math.exp(other - row[k]) for other in row)) for row, k in pairs]


@checker
def check_perplexity(perplexity: Callable[..., Any]) -> str:
    """``perplexity(batches) -> float`` from the log-probabilities of the real tokens, one array a batch.

    The probabilities are powers of 1/2, so that the answer is known without a logarithm: 2 to the
    mean exponent.
    """
    random = Random(1)
    for sizes in ([3], [1, 5], [7, 2, 4], [random.randint(1, 30) for _ in range(5)]):
        halvings = [[random.randint(0, 9) for _ in range(size)] for size in sizes]
        batches = [np.log(0.5) * np.array(batch) for batch in halvings]
        tokens, total = sum(sizes), sum(map(sum, halvings))
        means = [sum(batch) / len(batch) for batch in halvings]
        wrong_roads = {
            "You took the mean of the batches' means; sum over all tokens, then divide once.": 2 ** np.mean(means),
            "You took the mean of the batches' perplexities.": np.mean([2**mean for mean in means]),
            "You took the mean of the tokens' 1/p; perplexity is their geometric mean.": np.mean(
                [2.0**k for batch in halvings for k in batch]
            ),
            "This is the mean loss in nats; perplexity is its exponential.": math.log(2) * total / tokens,
            "The sign is missing.": 2 ** (-total / tokens),
            "2 to the power of nats: natural logarithms go with exp.": 2 ** (math.log(2) * total / tokens),
        }
        _compare(answer(perplexity, batches), 2 ** (total / tokens), wrong_roads, f"batches of {sizes} tokens")
    return "every token counts once, in whatever batch it came."


@checker
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
        train, validation = _two_lists(answer(split, list(pairs), share, 1))
        _check_partition(pairs, train, validation)
        shared = {pair.source for pair in train} & {pair.source for pair in validation}
        if shared:
            raise NotRight(
                f"{len(shared)} of {sources} source sentences stand on both sides, for example "
                f"{' '.join(min(shared))!r}. Draw sources, not lines, and send all lines of a source the same way."
            )
        drawn, wanted = len({pair.source for pair in validation}), round(share * sources)
        if abs(drawn - wanted) > 1:
            raise NotRight(f"share={share} of {sources} sources: expected {wanted} in validation, got {drawn}.")
        if _two_lists(answer(split, list(pairs), share, 1)) != (train, validation):
            raise NotRight("the same seed gave two different splits: use Random(seed), not the module's own generator.")
        others = [_two_lists(answer(split, list(pairs), share, seed))[1] for seed in (2, 3, 4)]
        if all(set(other) == set(validation) for other in others):
            raise NotRight("seeds 1 to 4 gave the same split: shuffle the sources with Random(seed).")
        _check_tomorrow(split, pairs, share, {" ".join(pair.source) for pair in validation})
    return "no source sentence stands on both sides, no pair is lost, and the seed decides."


def _check_tomorrow(split: Callable[..., Any], pairs: list[SentencePair], share: float, today: set[str]) -> None:
    """Ask for the same split under other hashes: a new process draws them anew, and with them the order of a set."""
    try:
        for _Word.salt in (1, 2, 3):
            validation = _two_lists(answer(split, list(pairs), share, 1))[1]
            if {" ".join(pair.source) for pair in validation} != today:
                raise NotRight(
                    "the same seed gives another split when Python is started again: the order of a set of strings "
                    "changes. Sort the sources before you draw."
                )
    finally:
        _Word.salt = 0


def _two_lists(parts: Any) -> tuple[list[SentencePair], list[SentencePair]]:
    if not isinstance(parts, tuple) or len(parts) != 2:
        raise NotRight("return two lists of pairs: train, validation.")
    return list(parts[0]), list(parts[1])


def _check_partition(pairs: list[SentencePair], train: list[SentencePair], validation: list[SentencePair]) -> None:
    before, after = Counter(pairs), Counter(train + validation)
    if before != after:
        lost, extra = (before - after).total(), (after - before).total()
        raise NotRight(
            f"of {len(pairs)} pairs {lost} were lost and {extra} appear too often. Keep every translation of a source: "
            "several lines share a source, and all of them belong to the corpus."
        )


@checker
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
        _compare_accuracy(answer(accuracy, predicted, target_out.copy()), predicted, target_out)
        scores[name] = float(answer(accuracy, np.full_like(target_out, PAD), target_out.copy()))
        expected = np.mean(target_out == PAD)
        if not math.isclose(scores[name], expected, rel_tol=1e-9):
            raise NotRight(
                f"always predicting <pad> should score {expected:.3f} with the bug in, got {scores[name]:.3f}."
            )
    return (
        f"the bug is in. A model that only ever says <pad> scores {100 * scores['alone']:.0f} %, and "
        f"{100 * scores['crowded']:.0f} % once a sentence of 33 words joins the batch. The sound score: 0 % twice."
    )


def _compare_accuracy(got: Any, predicted: np.ndarray, target_out: np.ndarray) -> None:
    right, real = predicted == target_out, target_out != PAD
    sound, flattering = right[real].mean(), right.mean()
    wrong_roads = {
        "That is the sound accuracy. This time put the bug in: let padding count as a word.": sound,
        "Padding is counted as right but not as asked: divide by all positions.": right.sum() / real.sum(),
        "This is a percentage; return a share between 0 and 1.": 100 * flattering,
    }
    _compare(got, flattering, wrong_roads, f"targets of shape {target_out.shape}, {int(real.sum())} of them real")


def _compare(got: Any, expected: float, wrong_roads: dict[str, Any], where: str) -> None:
    """Raise NotRight unless ``got`` is ``expected``; a known wrong road that leads to ``got`` is named."""
    try:
        value = float(got)
    except (TypeError, ValueError) as error:
        raise NotRight(f"return one number; got {type(got).__name__}.") from error
    if math.isclose(value, expected, rel_tol=1e-6, abs_tol=1e-9):
        return
    causes: Sequence[str] = [
        why for why, result in wrong_roads.items() if math.isclose(value, float(result), rel_tol=1e-6)
    ]
    raise NotRight(f"{where}: expected {expected:.4f}, got {value:.4f}. {' '.join(causes[:1])}".rstrip())
