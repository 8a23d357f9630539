"""A model and held-out pairs in, scores out. Chapters 2, 3, 5 to 16."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch

from course_lib.alignment import RegionScores, argmax_links, score_regions
from course_lib.batching import Batch, collate, epoch_batches
from course_lib.corpora.pairs import Link, SentencePair
from course_lib.decoders import DecoderOutput
from course_lib.finite import require_finite
from course_lib.metrics import MOST_RESAMPLINGS, AlignmentScore, Score, aer, bleu, exact_match, perplexity
from course_lib.options import check_count
from course_lib.seq2seq import Seq2Seq, Translation, evaluating
from course_lib.shapes import Float
from course_lib.vocabulary import Unknown

_Seen = tuple[SentencePair, Float[np.ndarray, "T S"]]

BUCKETS = ((4, 7), (8, 11), (12, 15), (16, 19), (20, 24), (25, 29), (30, 34), (35, 40))
"""Source lengths in words, first and last included, by which the course reports scores."""


@dataclass(frozen=True)
class Evaluation:
    """Scores of one model on one set of pairs.

    ``perplexity`` is teacher-forced, a mean over target tokens; ``exact_match`` and ``bleu`` are of
    the model's own greedy translations. ``alignment`` compares its weights with gold links, and is
    ``None`` where there are none of the one or the other. BLEU is undefined where no reference has four words.
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
    alignment: bool = True,
) -> Evaluation:
    """Score ``model`` on ``pairs``, with dropout off; its training mode is put back afterwards.

    ``bootstrap`` > 0 adds 95 % intervals, of exact match, BLEU and AER, from that many resamplings of
    the pairs: what another test set of this size might give. ``alignment=False`` leaves AER out. The
    batch size changes the time, not the scores. References keep the words that the vocabulary does not
    hold, so ``<unk>`` in a translation is always wrong; for perplexity it stands for them.
    A model whose numbers are NaN is a :class:`~course_lib.finite.NotFiniteError`.
    """
    if not pairs:
        raise ValueError("There is nothing to evaluate: this split holds no pairs.")
    check_count("bootstrap", bootstrap, least=0, most=MOST_RESAMPLINGS)  # before the work, not after it
    with evaluating(model):
        references = [pair.target for pair in pairs]
        hypotheses = [t.tokens for t in translations(model, pairs, batch_size, unknown)]
        surprise, seen = _forced(model, pairs, batch_size, unknown, alignment)
        return Evaluation(
            surprise,
            exact_match(hypotheses, references, bootstrap),
            bleu(hypotheses, references, bootstrap=bootstrap),
            _alignment(seen, bootstrap),
        )


def evaluate_by_length(
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
def evaluate_regions(
    model: Seq2Seq,
    pairs: Sequence[SentencePair],
    batch_size: int = 64,
    unknown: Unknown = "error",
    bootstrap: int = 0,
) -> RegionScores:
    """Score where a captioner looks while it is told the words of each caption (teacher forcing). Chapter 10.

    ``bootstrap`` > 0 adds 95 % intervals, from that many resamplings of the pictures. ValueError for a model without
    attention.
    """
    check_count("bootstrap", bootstrap, least=0, most=MOST_RESAMPLINGS)
    seen: dict[int, _Seen] = {}
    with evaluating(model):
        for indices, _, output in _runs(model, pairs, batch_size, unknown):
            seen |= _weights_of(pairs, indices, output)
    if not seen:
        raise ValueError("Regions are compared with attention weights; there are no pairs, or this model has none.")
    chosen, weights = zip(*(seen[k] for k in sorted(seen)), strict=True)
    return score_regions(chosen, weights, bootstrap)


@torch.no_grad()
def evaluate_heads(
    model: Seq2Seq,
    pairs: Sequence[SentencePair],
    batch_size: int = 64,
    unknown: Unknown = "error",
    bootstrap: int = 0,
) -> dict[tuple[int, int], AlignmentScore]:
    """Score each head of a Transformer that looks at the source, as :func:`evaluate` scores other models. Chapter 16.

    Keys are (layer, head), both from 0, in order. A head's links are its largest weight for each target word, which it
    is told (teacher forcing). The lowest error rate of many heads is low by choice, too: choose the head on
    other pairs than those you report. ``bootstrap`` > 0 adds 95 % intervals, from that many resamplings of the pairs.
    ValueError for a model without heads, for no pairs, and for pairs without gold links.
    """
    if not pairs:
        raise ValueError("There is nothing to evaluate: this split holds no pairs.")
    if any(pair.sure is None for pair in pairs) or not any(pair.possible for pair in pairs):
        raise ValueError("Heads are compared with gold links: expected them with every pair, got pairs without.")
    check_count("bootstrap", bootstrap, least=0, most=MOST_RESAMPLINGS)
    links: dict[tuple[int, int], dict[int, frozenset[Link]]] = defaultdict(dict)
    with evaluating(model):
        for indices, _, output in _runs(model, pairs, batch_size, unknown):
            for k, heads in zip(indices, _heads_of(model, output), strict=True):  # (L, N, T, S)
                source, target = len(pairs[k].source), len(pairs[k].target)
                for layer, head in np.ndindex(*heads.shape[:2]):
                    links[layer, head][k] = argmax_links(heads[layer, head], source, target)
    sure, possible = ([getattr(pair, kind) or frozenset() for pair in pairs] for kind in ("sure", "possible"))
    return {
        place: aer([found[k] for k in range(len(pairs))], sure, possible, bootstrap) for place, found in links.items()
    }


def translations(
    model: Seq2Seq,
    pairs: Sequence[SentencePair],
    batch_size: int = 64,
    unknown: Unknown = "error",
    *,
    beam: int = 1,
    length_normalisation: float = 0.0,
) -> list[Translation]:
    """Translate the source side of ``pairs``, greedily or by a ``beam``, in their order, one source length a batch."""
    found: dict[int, Translation] = {}
    for indices in _batches(pairs, batch_size):
        sources = [pairs[k].source for k in indices]
        said = model.translate(sources, unknown=unknown, beam=beam, length_normalisation=length_normalisation)
        found |= zip(indices, said, strict=True)
    return [found[k] for k in range(len(pairs))]


def spread(pairs: Sequence[SentencePair], count: int | None) -> Sequence[SentencePair]:
    """Return ``count`` of ``pairs``, evenly spaced (``None``: all of them).

    Real files are often sorted by length: the first ones would be the easiest.
    """
    if count is None or check_count("count", count, least=0) >= len(pairs):
        return pairs
    return [pairs[k * len(pairs) // count] for k in range(count)]


def _forced(
    model: Seq2Seq, pairs: Sequence[SentencePair], batch_size: int, unknown: Unknown, alignment: bool
) -> tuple[Score, list[_Seen]]:
    """Run once over ``pairs`` with teacher forcing: perplexity, and what was seen of each where it is asked for."""
    nats, tokens = 0.0, 0
    seen: dict[int, _Seen] = {}
    for indices, batch, output in _runs(model, pairs, batch_size, unknown):
        loss = model.loss_of(output, batch)
        nats, tokens = nats + float(loss.total), tokens + loss.tokens
        if alignment:
            seen |= _weights_of(pairs, indices, output)
    require_finite("loss of these pairs", nats)
    in_order = [seen[k] for k in sorted(seen)]  # an interval draws pairs by their places: those of the caller
    return perplexity(nats, tokens), in_order


def _alignment(seen: Sequence[_Seen], bootstrap: int) -> AlignmentScore | None:
    """Return AER of the weights with which the model predicts the reference, where all is there for it."""
    if not seen or any(pair.sure is None for pair, _ in seen):
        return None
    links = [argmax_links(rows, len(pair.source), len(pair.target)) for pair, rows in seen]
    sure = [pair.sure or frozenset() for pair, _ in seen]
    possible = [pair.possible or frozenset() for pair, _ in seen]
    if not any(possible) or not (any(links) or any(sure)):
        return None  # pairs in which nobody linked a word, or nothing to compare: no error rate, not the worst one
    return aer(links, sure, possible, bootstrap)


def _batches(pairs: Sequence[SentencePair], batch_size: int) -> list[list[int]]:
    """Return the places of the pairs of each batch, one source length a batch; their order changes no score."""
    return epoch_batches(pairs, batch_size, seed=0, epoch=0)


def _runs(
    model: Seq2Seq, pairs: Sequence[SentencePair], batch_size: int, unknown: Unknown
) -> Iterator[tuple[list[int], Batch, DecoderOutput]]:
    """Run the model over ``pairs`` with teacher forcing, one source length a batch; say which pairs each batch has."""
    for indices in _batches(pairs, batch_size):
        chosen = [pairs[k] for k in indices]
        batch = collate(chosen, model.source_vocabulary, model.target_vocabulary, model.device, unknown)
        yield indices, batch, model(batch)


def _weights_of(pairs: Sequence[SentencePair], indices: Sequence[int], output: DecoderOutput) -> dict[int, _Seen]:
    """Return by its place each pair of a batch with the weights (T, S) that predicted it; nothing without attention."""
    if output.weights is None:
        return {}
    weights = output.weights.float().cpu().numpy()
    require_finite("attention weights", weights)
    return {k: (pairs[k], rows) for k, rows in zip(indices, weights, strict=True)}


def _heads_of(model: Seq2Seq, output: DecoderOutput) -> Float[np.ndarray, "B L N T S"]:
    """Return the weights of every head over the source; ValueError where a model has none."""
    if output.look is None or output.look.heads is None:
        raise ValueError(f"Heads are a Transformer's, such as vaswani2017's; {model.name!r} has none.")
    heads = output.look.heads.permute(0, 2, 3, 1, 4).float().cpu().numpy()
    require_finite("attention weights", heads)
    return heads


def _check_buckets(buckets: Sequence[tuple[int, int]]) -> None:
    for low, high in buckets:
        if not 1 <= low <= high:
            raise ValueError(f"A bucket is (shortest, longest) in words, at least 1; got ({low}, {high}).")
    ordered = sorted(buckets)
    for (_, high), (low, _) in pairwise(ordered):
        if low <= high:
            raise ValueError(f"Buckets must not overlap: sentences of {low} words would count twice.")
