"""Hold every look of a run where somebody says. Chapter 6."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional as F

from course_lib.attention import Attended, weighted_sum
from course_lib.interventions.looks import in_one_run
from course_lib.seq2seq import Seq2Seq
from course_lib.shapes import Bool, Float, Int


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

    def change(
        look: Attended, values: Float[Tensor, "B S M"], mask: Bool[Tensor, "B S"], start: int, end: int
    ) -> Attended:
        wanted = _at_steps(positions, start, end, mask)  # (B, T)
        wanted = wanted if look.weights.dim() == 3 else wanted[:, 0]
        one_hot = F.one_hot(wanted.clamp(min=0), mask.shape[1]).to(look.weights.dtype)  # (B, *T, S)
        weights = torch.where((wanted < 0).unsqueeze(-1), look.weights, one_hot)
        return replace(look, weights=weights, context=weighted_sum(weights, values))

    with in_one_run(model, "positions", change):
        yield


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
