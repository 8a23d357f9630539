"""Give a trained model other weights than its own: flat ones, its own in disorder, any that you say. Chapter 12.

Each function is a context manager around a model with global attention; the scores of a trace stay as they were.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import torch
from torch import Tensor

from course_lib.attention import Attended, weighted_sum
from course_lib.interventions.looks import changing, in_one_run
from course_lib.options import check_seed
from course_lib.seq2seq import Seq2Seq
from course_lib.shapes import Bool, Float

NEARLY = 1e-3
"""How far from 1 the weights of a look may sum up that somebody gives: numbers from a table are rounded."""


@contextmanager
def flattened(model: Seq2Seq) -> Iterator[None]:
    """Give every position of the source the same weight in every look, 1 / S: a look that looks nowhere.

    The model was trained to look, so this shows what *its* words owe to its weights. Wiegreffe & Pinter (2019) *train*
    with flat weights, which asks another question: whether the task needs a look.
    """

    def change(look: Attended, values: Float[Tensor, "B S M"], mask: Bool[Tensor, "B S"]) -> Attended:
        real = mask if look.weights.dim() == 2 else mask.unsqueeze(1)  # (B, S) or (B, 1, S)
        weights = (real / real.sum(-1, keepdim=True)).to(look.weights.dtype).expand_as(look.weights)
        return replace(look, weights=weights, context=weighted_sum(weights, values))

    with changing(model, change):
        yield


@contextmanager
def permuted(model: Seq2Seq, seed: int = 1) -> Iterator[None]:
    """Deal the weights of each look out again, by chance: as sharp as before, and elsewhere.

    Jain & Wallace (2019) do so to trained classifiers. Padding gets none. Every look of every sentence has a draw of
    its own, in the order in which they are made, so the same run in a new block is the same; among other batch mates,
    or with all steps at once, a sentence gets another draw.
    """
    generator = torch.Generator().manual_seed(check_seed(seed))

    def change(look: Attended, values: Float[Tensor, "B S M"], mask: Bool[Tensor, "B S"]) -> Attended:
        real = mask if look.weights.dim() == 2 else mask.unsqueeze(1)
        lots = torch.rand(look.weights.shape, generator=generator).to(look.weights.device)
        order = lots.masked_fill(~real, 2.0).argsort(-1)  # (B, *T, S): the words in disorder, then the padding
        weights = look.weights.gather(-1, order)
        return replace(look, weights=weights, context=weighted_sum(weights, values))

    with changing(model, change):
        yield


@contextmanager
def weighed(model: Seq2Seq, weights: Float[Tensor, "B T S"]) -> Iterator[None]:
    """Weigh the source of sentence b at step i by ``weights[b, i]``, whatever the model's scores say.

    For one run over B sentences that takes at most T steps; what a later step sees follows from it. ValueError for
    weights that are negative, do not sum to 1, or lie on padding, for another number of sentences or positions, for a
    step more than there are rows, and for a second run in the block.
    """
    _check_weights(weights)

    def change(
        look: Attended, values: Float[Tensor, "B S M"], mask: Bool[Tensor, "B S"], start: int, end: int
    ) -> Attended:
        given = _at_steps(weights, start, end, mask).to(look.weights)  # (B, T, S)
        given = given if look.weights.dim() == 3 else given[:, 0]
        return replace(look, weights=given, context=weighted_sum(given, values))

    with in_one_run(model, "weights", change):
        yield


def _check_weights(weights: Float[Tensor, "B T S"]) -> None:
    if not isinstance(weights, Tensor) or not weights.is_floating_point():
        got = weights.dtype if isinstance(weights, Tensor) else type(weights).__name__
        raise ValueError(f"weights: expected a tensor of floats, got {got}.")
    if weights.dim() != 3:
        raise ValueError(f"weights: expected (sentences, steps, positions), got {tuple(weights.shape)}.")
    if not bool((weights >= 0).all()):  # a NaN is not
        raise ValueError("weights: expected numbers of 0 or more.")
    sums = weights.sum(-1)
    if bool(((sums - 1).abs() > NEARLY).any()):
        b, i = map(int, torch.nonzero((sums - 1).abs() > NEARLY)[0])
        raise ValueError(f"weights: expected a sum of 1 at each step; sentence {b}, step {i}: {float(sums[b, i]):.4g}.")


def _at_steps(
    weights: Float[Tensor, "B T S"], start: int, end: int, mask: Bool[Tensor, "B S"]
) -> Float[Tensor, "B _ S"]:
    """Return the weights of the steps from ``start`` to before ``end``; ValueError where they do not fit ``mask``."""
    B, T, S = weights.shape
    if mask.shape != (B, S):
        raise ValueError(
            f"weights: expected {mask.shape[0]} sentences of {mask.shape[1]} positions (</s> and padding are some), "
            f"got {B} of {S}."
        )
    if end > T:
        raise ValueError(f"weights: they are given for {T} steps, and the model takes another one.")
    given = weights[:, start:end].to(mask.device)
    if bool(given.masked_fill(mask.unsqueeze(1), 0.0).any()):
        raise ValueError("weights: expected none on padding.")
    return given
