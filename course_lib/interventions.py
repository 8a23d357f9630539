"""Reach into a trained model for the length of a block: what would it do if …? Chapters 5, 6 and 12.

Each function is a context manager around a model with global attention (Bahdanau's, Luong's); after the
block the model is as it was. What changes is what the look gives, so the later steps live with it::

    with pinned(model, position=3, steps=[5]):
        changed = trace(model, source)
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.attention import Attended, Attention, weighted_sum
from course_lib.encoders import BidirectionalEncoder, Encoded, State
from course_lib.options import check_count, check_number
from course_lib.seq2seq import Seq2Seq
from course_lib.shapes import Bool, Float, Int

DIVISORS = 1e-3, 1e30
"""Temperatures by which a score can be divided as it is; outside, the quotient would leave the range of a float32."""


@contextmanager
def tempered(model: Seq2Seq, temperature: float) -> Iterator[None]:
    """Divide the scores by ``temperature`` before the softmax: below 1 sharper, above 1 flatter.

    The scores of a trace stay as they were, its weights are softmax(e / τ). ValueError unless τ is a
    number above 0.
    """
    check_number("temperature", temperature, above=0)

    def change(look: Attended, values: Float[Tensor, "B S M"], mask: Bool[Tensor, "B S"]) -> Attended:
        scores = look.scores
        if not DIVISORS[0] <= temperature <= DIVISORS[1]:
            scores = (scores - scores.amax(-1, keepdim=True)).double()
        weights = torch.softmax(scores / temperature, dim=-1).to(look.weights.dtype)
        return replace(look, weights=weights, context=weighted_sum(weights, values))

    with _changing(model, change):
        yield


@contextmanager
def pinned(model: Seq2Seq, position: int, steps: Collection[int] | None = None) -> Iterator[None]:
    """Give all the weight to source ``position`` (from 0) at ``steps`` (from 0; ``None``: at every one).

    Steps are counted from the entry of the block, so translate or trace once in it. A position that
    is no word of the source is a ValueError, and so is one, or a step, that is no whole number.
    """
    check_count("position", position, least=0)
    for step in steps if steps is not None else ():
        check_count("steps", step, least=0)
    done = 0

    def change(look: Attended, values: Float[Tensor, "B S M"], mask: Bool[Tensor, "B S"]) -> Attended:
        nonlocal done
        if not 0 <= position < mask.shape[-1] or not bool(mask[..., position].all()):
            raise ValueError(
                f"position: expected a word of the source, 0 … {int(mask.sum(-1).min()) - 1}, got {position}."
            )
        T = 1 if look.weights.dim() == 2 else look.weights.shape[1]
        here = torch.tensor([steps is None or step in steps for step in range(done, done + T)], device=mask.device)
        done += T
        one_hot = torch.zeros_like(look.weights)
        one_hot[..., position] = 1.0
        weights = torch.where(here.unsqueeze(-1), one_hot, look.weights)
        return replace(look, weights=weights, context=weighted_sum(weights, values))

    with _changing(model, change):
        yield


@contextmanager
def guided(model: Seq2Seq, positions: Int[Tensor, "B T"]) -> Iterator[None]:
    """Give all the weight of sentence b at step i to source position ``positions[b, i]``; −1 leaves the look free.

    For one run over B sentences that takes at most T steps, such as ``model(batch)`` with teacher forcing:
    positions count from 0 on both sides, and ``</s>`` of the source is one. What such a run says of each word:
    :func:`course_lib.word_scores.score_run`, or ``score_words`` where one batch holds all pairs. ``evaluate`` and
    ``translations`` shuffle theirs. Held looks are off the path of training: a sound model, held at its gold links,
    shows what holding costs. Chapter 6.
    ValueError for a position on padding or outside the source, another number of sentences, a step
    more than there are columns, and for a second run in the block.
    """
    _check_positions(positions)
    done = 0

    def first(_encoder: nn.Module, _arguments: tuple[Tensor, ...]) -> None:
        if done:
            raise ValueError("positions: they belong to one run, and here begins a second; open a block for each.")

    def change(look: Attended, values: Float[Tensor, "B S M"], mask: Bool[Tensor, "B S"]) -> Attended:
        nonlocal done
        at_once = look.weights.dim() == 3
        T = look.weights.shape[1] if at_once else 1
        wanted = _at_steps(positions, done, done + T, mask)  # (B, T)
        done += T
        wanted = wanted if at_once else wanted[:, 0]
        one_hot = F.one_hot(wanted.clamp(min=0), mask.shape[1]).to(look.weights.dtype)  # (B, *T, S)
        weights = torch.where((wanted < 0).unsqueeze(-1), look.weights, one_hot)
        return replace(look, weights=weights, context=weighted_sum(weights, values))

    with _changing(model, change):
        hook = model.encoder.register_forward_pre_hook(first)
        try:
            yield
        finally:
            hook.remove()


def _check_positions(positions: Int[Tensor, "B T"]) -> None:
    if not isinstance(positions, Tensor) or positions.is_floating_point() or positions.dtype == torch.bool:
        got = positions.dtype if isinstance(positions, Tensor) else type(positions).__name__
        raise ValueError(f"positions: expected a tensor of whole numbers, a row a sentence, got {got}.")
    if positions.dim() != 2:
        raise ValueError(f"positions: expected (sentences, steps), got {tuple(positions.shape)}.")
    if positions.numel() and int(positions.min()) < -1:
        raise ValueError(f"positions: expected source positions from 0, or −1 for a free look, got {positions.min()}.")


def _at_steps(positions: Int[Tensor, "B T"], start: int, end: int, mask: Bool[Tensor, "B S"]) -> Int[Tensor, "B _"]:
    """Return the positions of the steps from ``start`` to before ``end``; ValueError where ``mask`` lacks one."""
    B, T = positions.shape
    if len(mask) != B:
        raise ValueError(f"positions: expected a row for each of {len(mask)} sentences, got {B}.")
    if end > T:
        raise ValueError(f"positions: they say where to look in {T} steps, and the model takes another one.")
    wanted = positions[:, start:end].to(mask.device).long()
    lengths = mask.sum(-1, keepdim=True)  # (B, 1); padding stands behind the words
    if bool((wanted >= lengths).any()):
        b, i = map(int, torch.nonzero(wanted >= lengths)[0])
        raise ValueError(
            f"positions: sentence {b}, step {start + i}: expected a position of its source, 0 … {int(lengths[b]) - 1}, "
            f"or −1 for a free look, got {int(wanted[b, i])}."
        )
    return wanted


@contextmanager
def unmasked(model: Seq2Seq) -> Iterator[None]:
    """Forget the mask: padding is scored, and takes its share of the weight. Chapter 4's bug, to look at."""

    def forget(_attention: nn.Module, arguments: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        query, keys, values, mask, *others = arguments
        return (query, keys, values, torch.ones_like(mask), *others)

    hook = _attention_of(model).register_forward_pre_hook(forget)
    try:
        yield
    finally:
        hook.remove()


@contextmanager
def read_apart(model: Seq2Seq, at: Sequence[int]) -> Iterator[None]:
    """Let the encoder read the source in pieces that begin at the positions ``at``, each as a sentence of its own.

    Neither direction crosses a cut: every piece starts from a zero state. The annotations stand side by side
    as before, and the decoder looks at all of them; ``</s>`` ends the last piece alone. The decoder starts from
    the first piece's ←h_1 (where it takes →h_S too, from the last piece's). Pouget-Abadie et al. (2014) cut long
    sentences for a fixed vector; here only the reading is cut. Chapter 6.
    ValueError for a model whose encoder does not read in both directions as Bahdanau's does, for positions that do
    not ascend, and for one that leaves a piece of a source without a word.
    """
    encoder = model.encoder
    if not isinstance(encoder, BidirectionalEncoder):
        raise ValueError(
            "Expected a model whose encoder is a BidirectionalEncoder, such as bahdanau2014; "
            f"its encoder: {type(encoder).__name__}."
        )
    if not isinstance(at, Sequence) or isinstance(at, str):
        raise ValueError(f"at: expected a list of positions, such as [4], got {at!r}.")
    cuts = [check_count("at", position) for position in at]
    if any(after <= before for before, after in pairwise(cuts)):
        raise ValueError(f"at: expected positions that ascend, got {list(at)}.")

    def cut(_encoder: nn.Module, arguments: tuple[Tensor, ...], whole: Encoded) -> Encoded:
        source, lengths = arguments
        if not cuts:
            return whole
        if cuts[-1] > int(lengths.min()) - 2:  # </s> alone is no piece
            raise ValueError(
                f"at: the last piece needs a word in every source, so cut before {int(lengths.min()) - 1}; got {cuts}."
            )
        pieces = [
            encoder.read(source[:, start:end], lengths.clamp(max=end) - start)
            for start, end in pairwise([0, *cuts, source.shape[1]])
        ]
        memory = torch.cat([memory for memory, _ in pieces], dim=1)  # (B, S, 2H)
        ends = State(torch.stack((pieces[-1][1].hidden[0], pieces[0][1].hidden[1])))  # →h_S, ←h_1
        return replace(whole, initial=ends, memory=memory)

    hook = encoder.register_forward_hook(cut)
    try:
        yield
    finally:
        hook.remove()


@contextmanager
def _changing(
    model: Seq2Seq, change: Callable[[Attended, Float[Tensor, "B S M"], Bool[Tensor, "B S"]], Attended]
) -> Iterator[None]:
    """Pass every look through ``change``, with the values and the mask it was made with."""

    def hook(_attention: nn.Module, arguments: tuple[Any, ...], look: Attended) -> Attended:
        _query, _keys, values, mask, *_ = arguments
        return change(look, values, mask)

    handle = _attention_of(model).register_forward_hook(hook)
    try:
        yield
    finally:
        handle.remove()


def _attention_of(model: Seq2Seq) -> Attention:
    attention = model.decoder.attention
    if not isinstance(attention, Attention):
        got = "none" if attention is None else type(attention).__name__
        raise ValueError(
            f"Expected a model that looks at the whole source, such as bahdanau2014; its attention: {got}."
        )
    return attention
