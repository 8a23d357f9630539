"""What a model pays for every single word of the reference, told the words before it. Chapters 3, 6, 7 and 12.

Nats are −log p(y_i | y_<i, x). A model that sees no source pays what the target language alone leaves open;
the difference is what the source is worth to the other.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional as F

from course_lib.batching import Batch, collate, epoch_batches
from course_lib.corpora.pairs import SentencePair
from course_lib.decoders import DecoderOutput
from course_lib.finite import require_finite
from course_lib.metrics import Score, resampled_interval
from course_lib.options import MOST_WORDS, check_count
from course_lib.search.hypothesis import allowed
from course_lib.seq2seq import Seq2Seq, evaluating
from course_lib.shapes import Bool, Float, Shaped
from course_lib.vocabulary import PAD, UNK, Unknown

_Sums = Float[np.ndarray, "_ 2"]


@dataclass(frozen=True, eq=False)
class WordScores:
    """One array a sentence pair, with an entry (or row) for each of its T target words, ``</s>`` included.

    ``nats`` (T) are −log p of the true word. ``right`` (T) says whether greedy search would have written it here:
    ``<pad>`` and ``<s>`` are never on offer, and a word that the vocabulary does not hold is never right.
    ``looks`` (T, S) are the weights that predicted it, ``None`` for a model without attention.
    """

    nats: tuple[Float[np.ndarray, "_"], ...]
    right: tuple[Bool[np.ndarray, "_"], ...]
    looks: tuple[Float[np.ndarray, "_ _"], ...] | None = None


@torch.no_grad()
def score_words(
    model: Seq2Seq, pairs: Sequence[SentencePair], batch_size: int = 64, unknown: Unknown = "error"
) -> WordScores:
    """Score every target word of ``pairs`` by teacher forcing, in the order of ``pairs``.

    Dropout is off meanwhile; the batch size changes the time, not the scores. With ``unknown="unk"`` the
    nats of a word that the vocabulary does not hold are those of ``<unk>``.
    :class:`~course_lib.finite.NotFiniteError` where the numbers of the model are NaN.
    """
    if not pairs:
        raise ValueError("There is nothing to score: got no sentence pair.")
    found: dict[int, tuple[WordScores, int]] = {}  # of each pair its batch, and its row there
    with evaluating(model):
        # sorted: where one batch holds them all, its rows are the caller's, as those of a held look are
        for indices in map(sorted, epoch_batches(pairs, batch_size, seed=0, epoch=0)):
            chosen = [pairs[k] for k in indices]
            batch = collate(chosen, model.source_vocabulary, model.target_vocabulary, model.device, unknown)
            scored = score_run(model(batch), batch)
            found |= {k: (scored, row) for row, k in enumerate(indices)}
    rows = [found[k] for k in range(len(pairs))]
    looks = [scored.looks[row] for scored, row in rows if scored.looks is not None]
    return WordScores(
        tuple(scored.nats[row] for scored, row in rows),
        tuple(scored.right[row] for scored, row in rows),
        tuple(looks) if looks else None,
    )


def score_run(output: DecoderOutput, batch: Batch) -> WordScores:
    """Return the scores of a run with teacher forcing that has been made already, padding cut off.

    For runs that need their batch at hand, such as those whose look is held (:mod:`course_lib.interventions`).
    """
    T, S = batch.target_mask.sum(1).tolist(), batch.source_mask.sum(1).tolist()
    logits, words = output.logits.detach(), batch.target_out  # (B, T, V), (B, T)
    nats = F.cross_entropy(logits.transpose(1, 2), words, ignore_index=PAD, reduction="none")  # (B, T)
    right = (allowed(logits).argmax(-1) == words) & (words != UNK)
    paid = [row[:t] for row, t in zip(nats.cpu().double().numpy(), T, strict=True)]
    require_finite("nats of the words", *paid)
    hits = [row[:t] for row, t in zip(right.cpu().numpy(), T, strict=True)]
    if output.weights is None:
        return WordScores(tuple(paid), tuple(hits))
    weights = output.weights.detach().float().cpu().numpy()
    require_finite("attention weights", weights)
    looks = [rows[:t, :s] for rows, t, s in zip(weights, T, S, strict=True)]
    return WordScores(tuple(paid), tuple(hits), tuple(looks))


def in_parts(values: Sequence[Shaped[np.ndarray, "_"]], parts: int, leave_out: int = 2) -> list[list[float]]:
    """Pool the ``values`` of all sentences by where in its sentence a word stands: in the first fifth, the second …

    ``values`` hold a number a word; the last ``leave_out`` of each sentence are dropped, by default the full stop
    and ``</s>``, which stand at the end whatever the source says. Word i (from 0) of the n that remain belongs to
    the part that holds its middle, (i + ½) / n. A sentence of fewer words than parts leaves some of them without one.
    The share answered in part k is ``share_answered([paid[k]], [needed[k]])`` of what comes back.
    ValueError where a sentence does not hold one number a word.
    """
    check_count("parts", parts, most=MOST_WORDS)
    check_count("leave_out", leave_out, least=0)
    _check_arrays(values)
    pooled: list[list[float]] = [[] for _ in range(parts)]
    for number, sentence in enumerate(values):
        numbers = np.asarray(sentence)
        if numbers.ndim != 1:
            raise ValueError(
                f"Sentence {number}: expected one number a word, got shape {numbers.shape}. "
                "Give one array a sentence, such as the nats of score_words."
            )
        n = len(numbers) - leave_out
        for i in range(n):
            pooled[(2 * i + 1) * parts // (2 * n)].append(float(numbers[i]))
    return pooled


def share_answered(
    paid: Sequence[Float[np.ndarray, "_"]], needed: Sequence[Float[np.ndarray, "_"]], bootstrap: int = 0
) -> Score:
    """Return how much of what the target language leaves open the source has answered, in per cent. Chapter 3.

    ``needed`` are the nats of a model that sees no source, ``paid`` those of the model in question, an array a
    sentence, the same words in both: 100 · Σ (needed − paid) / Σ needed, summed over all words of all sentences
    before anything is divided. It is Theil's uncertainty coefficient (Theil, 1970), estimated: of the uncertainty
    about the next word the part that the source takes away. Below 0 the model does worse than without a source.
    ``bootstrap`` > 0 adds a 95 % interval from that many resamplings of the sentences, the same draw for both
    models; of a single sentence there is none. Undefined where nothing was needed.
    ValueError where the two do not hold the same words, and for numbers below 0: they are no nats.
    """
    _check_arrays(paid, needed)
    if len(paid) != len(needed) or not len(paid):
        raise ValueError(
            f"Expected the same sentences twice, at least one; got {len(paid)} paid, {len(needed)} needed."
        )
    sums = np.array([_sums(k, *both) for k, both in enumerate(zip(paid, needed, strict=True))])  # (sentences, 2)
    signature, n = "share answered, % of the nats needed", len(paid)
    interval = resampled_interval(sums, _answered, bootstrap)
    if not sums[:, 1].sum():
        return Score(math.nan, n, signature, undefined="no nat was needed, so that nothing is left to answer")
    return Score(100 * float(_answered(sums.sum(0, keepdims=True))[0]), n, signature, interval)


def _check_arrays(*sides: object) -> None:
    if any(isinstance(side, WordScores) for side in sides):
        raise ValueError("Expected one array a sentence, got WordScores: give its nats, or what else of it you mean.")


def _sums(number: int, paid: Float[np.ndarray, "_"], needed: Float[np.ndarray, "_"]) -> tuple[float, float]:
    """Return Σ paid and Σ needed of sentence ``number``, both looked at."""
    paid, needed = np.asarray(paid, dtype=float), np.asarray(needed, dtype=float)
    if paid.shape != needed.shape or paid.ndim != 1:
        raise ValueError(
            f"Sentence {number}: expected one number a word and the same words in both, "
            f"got shapes {paid.shape} paid, {needed.shape} needed."
        )
    require_finite(f"nats of sentence {number}", paid, needed)
    if (paid < 0).any() or (needed < 0).any():
        raise ValueError(f"Sentence {number}: nats are −log p, 0 or more; some here are below. Are they log p?")
    return float(paid.sum()), float(needed.sum())


def _answered(sums: _Sums) -> Float[np.ndarray, "_"]:
    """Return the share of each row (paid, needed) in which anything was needed."""
    sums = sums[sums[:, 1] > 0]
    return 1 - sums[:, 0] / sums[:, 1]
