"""Bugs of functions beside a model: each healthy one, and the sick one that is in circulation. Chapter 15. No torch."""

import random
from collections.abc import Iterable, Sequence

import numpy as np

from course_lib.corpora.pairs import SentencePair
from course_lib.metrics import perplexity
from course_lib.options import check_seed
from course_lib.shapes import Bool, Float, Int
from course_lib.vocabulary import BOS, EOS, PAD

Nats = tuple[Float[np.ndarray, "B T"], Bool[np.ndarray, "B T"]]
"""A batch: the negative log-probability of each target word, and where these are real words."""


def accuracy(predictions: Int[np.ndarray, "B T"], targets: Int[np.ndarray, "B T"]) -> float:
    """Return the share of the real target words that were predicted; ValueError where there is none."""
    real = targets != PAD
    if not real.any():
        raise ValueError("targets: expected at least one real word, got padding alone.")
    return float((predictions == targets)[real].mean())


def accuracy_counting_padding(predictions: Int[np.ndarray, "B T"], targets: Int[np.ndarray, "B T"]) -> float:
    """Bug ``accuracy_counts_padding``: the share of all positions, of which padding is the easiest."""
    return float((predictions == targets).mean())


def perplexity_of(batches: Iterable[Nats]) -> float:
    """Return exp of the nats of all words, divided by their number: :func:`course_lib.metrics.perplexity`."""
    nats, words = 0.0, 0
    for of_words, real in batches:
        nats, words = nats + float(of_words[real].sum()), words + int(real.sum())
    return perplexity(nats, words).value


def perplexity_by_batch_means(batches: Iterable[Nats]) -> float:
    """Bug ``mean_of_batch_means``: exp of the mean of batch means, in which a word of a short batch counts more."""
    return float(np.exp(np.mean([of_words[real].mean() for of_words, real in batches])))


def split_by_pair(
    pairs: Sequence[SentencePair], seed: int = 1, share: float = 0.1
) -> tuple[list[SentencePair], list[SentencePair]]:
    """Bug ``leaky_split``: hold pairs out, not sources. A source with two translations may be on both sides.

    The healthy one is :func:`course_lib.corpora.splits.split_by_source`; see also :func:`leaked`.
    """
    order = list(pairs)
    random.Random(check_seed(seed)).shuffle(order)
    count = max(1, round(share * len(order)))
    return order[count:], order[:count]


def leaked(train: Iterable[SentencePair], held_out: Sequence[SentencePair]) -> float:
    """Return the share of held-out pairs whose source stands in training; ValueError where nothing is held out."""
    if not held_out:
        raise ValueError("held_out: expected at least one pair.")
    seen = {tuple(pair.source) for pair in train}
    return sum(tuple(pair.source) in seen for pair in held_out) / len(held_out)


def words_of(ids: Sequence[int]) -> list[int]:
    """Return the ids between ``<s>``, if there is one, and ``</s>``, if there is one."""
    said = list(ids)[1:] if len(ids) and ids[0] == BOS else list(ids)
    return said[: said.index(EOS)] if EOS in said else said


def words_between_ends(ids: Sequence[int]) -> list[int]:
    """Bug ``real_word_dropped``: ``[1:-1]`` takes ``</s>`` off, or the last word where the limit came before it."""
    return list(ids)[1:-1]


def half_precision_weights(scores: Float[np.ndarray, "B S"], mask: Bool[np.ndarray, "B S"]) -> Float[np.ndarray, "B S"]:
    """Bug ``mask_overflow``: −1e10 is minus infinity in half precision, and a row of padding alone is NaN."""
    with np.errstate(over="ignore", invalid="ignore"):
        hidden = scores.astype(np.float16) + np.where(mask, 0.0, -1e10).astype(np.float16)
        raised = np.exp(hidden - hidden.max(-1, keepdims=True))
        return raised / raised.sum(-1, keepdims=True)
