"""A model and held-out pairs in, scores out. Chapters 2, 4 and 5."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch

from course_lib.alignment import RegionScores, argmax_links, score_regions
from course_lib.batching import Batch, Unknown, collate, epoch_batches
from course_lib.corpora.pairs import SentencePair
from course_lib.metrics import AlignmentScore, Link, Score, aer, bleu, exact_match, perplexity
from course_lib.seq2seq import Seq2Seq, Translation, evaluating

BUCKETS = ((4, 7), (8, 11), (12, 15), (16, 19), (20, 24), (25, 29), (30, 34), (35, 40))
"""Source lengths in words, first and last included, by which the course reports scores."""


@dataclass(frozen=True)
class Evaluation:
    """Scores of one model on one set of pairs.

    ``perplexity`` is teacher-forced, a mean over target tokens; ``exact_match`` and ``bleu`` are of
    the model's own greedy translations. ``alignment`` compares its weights with gold links, and is
    ``None`` where there are none of the one or the other.
    """

    perplexity: Score
    exact_match: Score
    bleu: Score
    alignment: AlignmentScore | None = None

    def __str__(self) -> str:
        scores = (self.perplexity, self.exact_match, self.bleu, self.alignment)
        return "\n".join(str(score) for score in scores if score is not None)


@torch.no_grad()
def evaluate(
    model: Seq2Seq,
    pairs: Sequence[SentencePair],
    batch_size: int = 64,
    unknown: Unknown = "error",
    bootstrap: int = 0,
) -> Evaluation:
    """Score ``model`` on ``pairs``, with dropout off; its training mode is put back afterwards.

    ``bootstrap`` > 0 adds 95 % intervals, of exact match, BLEU and AER, from that many resamplings of
    the pairs: what another test set of this size might give. The batch size changes the time, not the
    scores. References keep the words that the vocabulary does not hold, so ``<unk>`` in a translation is
    always wrong; for perplexity it stands for them.
    """
    if not pairs:
        raise ValueError("There is nothing to evaluate: this split holds no pairs.")
    with evaluating(model):
        references = [pair.target for pair in pairs]
        hypotheses = [t.tokens for t in translations(model, pairs, batch_size, unknown)]
        return Evaluation(
            _perplexity(model, pairs, batch_size, unknown),
            exact_match(hypotheses, references, bootstrap),
            bleu(hypotheses, references, bootstrap=bootstrap),
            _alignment(model, pairs, batch_size, unknown, bootstrap),
        )


def score_by_length(
    model: Seq2Seq,
    pairs: Sequence[SentencePair],
    buckets: Sequence[tuple[int, int]] = BUCKETS,
    batch_size: int = 64,
    unknown: Unknown = "error",
    bootstrap: int = 0,
) -> dict[tuple[int, int], Evaluation]:
    """Evaluate each bucket of source lengths on its own; a bucket without a pair is left out.

    ``buckets`` are (shortest, longest) in source words, both included. Pairs outside every bucket
    are not scored.
    """
    _check_buckets(buckets)
    groups = {(low, high): [pair for pair in pairs if low <= len(pair.source) <= high] for low, high in buckets}
    return {bucket: evaluate(model, group, batch_size, unknown, bootstrap) for bucket, group in groups.items() if group}


@torch.no_grad()
def evaluate_regions(model: Seq2Seq, pairs: Sequence[SentencePair], batch_size: int = 64) -> RegionScores:
    """Score where a captioner looks while it is told the words of each caption (teacher forcing). Chapter 10.

    ValueError for a model without attention.
    """
    with evaluating(model):
        seen = list(_weights(model, pairs, batch_size, "error"))
    if not seen:
        raise ValueError("Regions are compared with attention weights; there are no pairs, or this model has none.")
    chosen, weights = zip(*seen, strict=True)
    return score_regions(chosen, weights)


def translations(
    model: Seq2Seq, pairs: Sequence[SentencePair], batch_size: int = 64, unknown: Unknown = "error"
) -> list[Translation]:
    """Translate the source side of ``pairs`` greedily, in their order, one source length a batch."""
    found: dict[int, Translation] = {}
    for indices in epoch_batches(pairs, batch_size, seed=0, epoch=0):
        sources = [pairs[k].source for k in indices]
        found |= zip(indices, model.translate(sources, unknown=unknown), strict=True)
    return [found[k] for k in range(len(pairs))]


def spread(pairs: Sequence[SentencePair], count: int | None) -> Sequence[SentencePair]:
    """Return ``count`` of ``pairs``, evenly spaced (``None``: all of them).

    Real files are often sorted by length: the first ones would be the easiest.
    """
    if count is None or count >= len(pairs):
        return pairs
    return [pairs[k * len(pairs) // count] for k in range(count)]


def _perplexity(model: Seq2Seq, pairs: Sequence[SentencePair], batch_size: int, unknown: Unknown) -> Score:
    nats, tokens = 0.0, 0
    for indices in epoch_batches(pairs, batch_size, seed=0, epoch=0):
        loss = model.loss(_collated(model, [pairs[k] for k in indices], unknown))
        nats, tokens = nats + float(loss.total), tokens + loss.tokens
    return perplexity(nats, tokens)


def _alignment(
    model: Seq2Seq, pairs: Sequence[SentencePair], batch_size: int, unknown: Unknown, bootstrap: int
) -> AlignmentScore | None:
    """Return AER of the weights with which the model predicts the reference, where all is there for it."""
    if any(pair.sure is None for pair in pairs):
        return None
    links: list[frozenset[Link]] = []
    sure: list[frozenset[Link]] = []
    possible: list[frozenset[Link]] = []
    for pair, rows in _weights(model, pairs, batch_size, unknown):
        links.append(argmax_links(rows, len(pair.source), len(pair.target)))
        sure.append(pair.sure or frozenset())
        possible.append(pair.possible or frozenset())
    return aer(links, sure, possible, bootstrap) if links else None


def _weights(
    model: Seq2Seq, pairs: Sequence[SentencePair], batch_size: int, unknown: Unknown
) -> Iterator[tuple[SentencePair, np.ndarray]]:
    """Yield each pair and the weights (T, S) with which the model predicts it; nothing without attention."""
    for indices in epoch_batches(pairs, batch_size, seed=0, epoch=0):
        chosen = [pairs[k] for k in indices]
        weights = model(_collated(model, chosen, unknown)).weights
        if weights is None:
            return
        yield from zip(chosen, weights.float().cpu().numpy(), strict=True)


def _collated(model: Seq2Seq, pairs: Sequence[SentencePair], unknown: Unknown) -> Batch:
    return collate(pairs, model.source_vocabulary, model.target_vocabulary, model.device, unknown)


def _check_buckets(buckets: Sequence[tuple[int, int]]) -> None:
    for low, high in buckets:
        if not 1 <= low <= high:
            raise ValueError(f"A bucket is (shortest, longest) in words, at least 1; got ({low}, {high}).")
    ordered = sorted(buckets)
    for (_, high), (low, _) in pairwise(ordered):
        if low <= high:
            raise ValueError(f"Buckets must not overlap: sentences of {low} words would count twice.")
