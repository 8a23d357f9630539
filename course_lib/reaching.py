"""How far a word of the source still reaches: the slope of each prediction by each source word. Chapters 3 and 6."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.batching import Batch, collate
from course_lib.corpora.pairs import SentencePair
from course_lib.encoders import Encoder, VaswaniEncoder, reverse_words
from course_lib.seq2seq import Seq2Seq, evaluating
from course_lib.shapes import Float, Int
from course_lib.traces import Reach
from course_lib.vocabulary import EOS_TOKEN, Unknown


def gradient_reach(
    model: Seq2Seq,
    source: Sequence[str],
    target: Sequence[str],
    floor: Seq2Seq | None = None,
    unknown: Unknown = "error",
) -> Reach:
    """Return how much each word of ``source`` moves each word of ``target``, told the true words before it.

    The slope of word i by source word j is the length of the gradient of the log-odds of y_i,
    log p − log (1 − p), by the vector E x_j that the encoder reads. Not of log p, whose slope goes to 0 where a model
    becomes sure; nor of the logit alone, for a number added to all logits changes no probability. ``floor`` is
    a model that hears nothing of the source, such as ``cho2014(…, routes=())``; with it the result also says how
    many nats of each word the target language leaves open.

    A slope tells how a prediction answers to a small change of a vector. It depends on how long the vectors of a
    model are, so compare words of one model, not two models. The steps are those that search takes, so that a
    change by :mod:`course_lib.interventions` is in them. Parameters, their gradients and the mode of the model stay
    as they are. ValueError for a model whose source is no sentence of words, and for an unknown word unless
    ``unknown="unk"`` allows it; :class:`~course_lib.finite.NotFiniteError` where a number is NaN.
    """
    if not isinstance(model.encoder, Encoder | VaswaniEncoder):
        raise ValueError(f"Expected a model that reads words; the encoder of this one: {type(model.encoder).__name__}.")
    source, target = _words(source, "source"), _words(target, "target")
    with (
        torch.inference_mode(False),
        torch.enable_grad(),
        torch.backends.cudnn.flags(enabled=False),  # cuDNN takes no gradient of an RNN outside training mode
        evaluating(model),
        _watched(model.encoder.embedding) as vectors,
    ):
        batch, logits = _forced(model, source, target, unknown)
        slopes = _slopes(_log_odds(logits, batch.target_out[0]), vectors)  # (T, S)
    if getattr(model.encoder, "direction", "forward") == "reversed":  # it was read from the last word to the first
        slopes = reverse_words(slopes, batch.source_lengths.expand(len(slopes)))
    needed = None
    if floor is not None:
        with torch.no_grad(), evaluating(floor):
            theirs, floor_logits = _forced(floor, source, target, unknown)
            needed = _nats(floor_logits, theirs.target_out[0])
    return Reach(
        model=model.name,
        source=(*source, EOS_TOKEN),
        target=(*target, EOS_TOKEN),
        slope=slopes.double().cpu().numpy(),
        paid=_nats(logits.detach(), batch.target_out[0]),
        needed=needed,
    )


@contextmanager
def _watched(embedding: nn.Module) -> Iterator[list[Float[Tensor, "1 _ E"]]]:
    """Put the vectors that ``embedding`` gives into a list, as the beginnings of what gradients are taken by.

    One entry a reading: a source that is read in pieces gives as many, in the order of its words.
    """
    seen: list[Tensor] = []

    def keep(_embedding: nn.Module, _ids: tuple[Tensor, ...], vectors: Tensor) -> Tensor:
        seen.append(vectors.detach().requires_grad_())
        return seen[-1]

    hook = embedding.register_forward_hook(keep)
    try:
        yield seen
    finally:
        hook.remove()


def _forced(
    model: Seq2Seq, source: Sequence[str], target: Sequence[str], unknown: Unknown
) -> tuple[Batch, Float[Tensor, "T V"]]:
    """Run step by step over one pair with the true words given; return it as a batch, and the logits."""
    pair = SentencePair(tuple(source), tuple(target))
    batch = collate([pair], model.source_vocabulary, model.target_vocabulary, model.device, unknown)
    step, state = model.stepper(batch.source, batch.source_lengths)
    logits = []
    for previous in batch.target_in.unbind(1):
        output = step(previous, state)
        state = output.state
        logits.append(output.logits)  # (1, V)
    return batch, torch.cat(logits)


def _words(words: Sequence[str], side: str) -> tuple[str, ...]:
    listed = () if isinstance(words, str) or words is None else tuple(map(str, words))
    if not listed:
        raise ValueError(f"{side}: expected a list of words, at least one, got {words!r}.")
    return listed


def _log_odds(logits: Float[Tensor, "T V"], words: Int[Tensor, "T"]) -> Float[Tensor, "T"]:
    """Return log p − log (1 − p) of each word: its logit less the log-sum-exp of all others."""
    own = F.one_hot(words, logits.shape[-1]).bool()
    return logits[own] - logits.masked_fill(own, -torch.inf).logsumexp(-1)


def _slopes(values: Float[Tensor, "T"], vectors: Sequence[Float[Tensor, "1 _ E"]]) -> Float[Tensor, "T S"]:
    """Return the length of the gradient of each value by each vector; 0 where no path leads there."""
    if not values.requires_grad:  # of a model that hears nothing and whose parameters do not learn
        return values.new_zeros(len(values), sum(piece.shape[1] for piece in vectors))
    rows = []
    for value in values:
        found = torch.autograd.grad(value, vectors, retain_graph=True, allow_unused=True, materialize_grads=True)
        rows.append(torch.cat(found, dim=1)[0].norm(dim=-1))  # (S,)
    return torch.stack(rows)


def _nats(logits: Float[Tensor, "T V"], words: Int[Tensor, "T"]) -> Float[np.ndarray, "T"]:
    return F.cross_entropy(logits, words, reduction="none").double().cpu().numpy()
