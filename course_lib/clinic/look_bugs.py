"""Bugs of a look, in the model of your choice: scores, weights, context. Chapter 15.

Each function is a context manager around a model with global attention (Bahdanau's, Luong's, Xu's soft one): train and
translate inside the block, after it the model is as it was. ValueError for a model that looks otherwise, or not at all.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from course_lib.attention import Attended, LocationAttention, masked_softmax, weighted_sum
from course_lib.attention.base import over_steps
from course_lib.clinic.rewiring import Method, rewired
from course_lib.interventions import unmasked
from course_lib.interventions.looks import attention_of
from course_lib.seq2seq import Seq2Seq
from course_lib.shapes import Bool, Float

Change = Callable[[Attended, Float[Tensor, "B S M"], Bool[Tensor, "B *#T S"]], Attended]
"""A look, the values and the mask it was made with -> the sick look."""

NORMALISING, AGAIN, SUMMING = range(3)
"""What comes first: weights are made of scores, then weights of weights, then a context."""


@contextmanager
def padding_attended(model: Seq2Seq) -> Iterator[None]:
    """No mask: padding is scored like a word, and takes its share of the weight. Chapter 4 and bug 6 of chapter 15.

    In batches of one length, such as the course trains on, there is no padding to be seen.
    """
    with unmasked(model):
        yield


@contextmanager
def softmax_over_one(model: Seq2Seq) -> Iterator[None]:
    """Softmax over an axis of size one: every weight is 1, the context is the plain sum of the annotations.

    Scores of shape (B, S, 1) invite it. The mask is multiplied in afterwards, so padding has weight 0.
    """
    with _normalised(model, lambda scores, mask: torch.ones_like(scores) * mask):
        yield


@contextmanager
def softmax_over_batch(model: Seq2Seq) -> Iterator[None]:
    """Softmax over the first axis: the sentences of a batch compete for each position, not the words of a sentence.

    Padding has weight 0. What a sentence looks at depends on its batch mates; a sentence alone has weights of 1.
    """

    def over_batch(scores: Float[Tensor, "B *T S"], mask: Bool[Tensor, "B *#T S"]) -> Float[Tensor, "B *T S"]:
        lowest = torch.finfo(scores.dtype).min  # a column without a word has a softmax, too: no NaN of its own
        return torch.softmax(scores.clamp(min=lowest), dim=0) * mask

    with _normalised(model, over_batch):
        yield


@contextmanager
def normaliser_off_by_one(model: Seq2Seq) -> Iterator[None]:
    """α_j = exp(e_j) / Σ_{k ≥ 1} exp(e_k), with j from 0: the first word has a weight and no share in the normaliser.

    The weights sum to more than 1, and to any number where the first word has the highest score.
    """

    def from_one(scores: Float[Tensor, "B *T S"], mask: Bool[Tensor, "B *#T S"]) -> Float[Tensor, "B *T S"]:
        del mask  # the scores of padding are minus infinity already
        return torch.exp(scores - torch.logsumexp(scores[..., 1:], dim=-1, keepdim=True))

    with _normalised(model, from_one):
        yield


@contextmanager
def mask_overflow(model: Seq2Seq) -> Iterator[None]:
    """Scores in half precision, padding by adding −1e10, which is minus infinity there: weights to three digits.

    A sentence of padding alone has NaN for weights (:func:`~course_lib.clinic.function_bugs.half_precision_weights`
    shows it; a Seq2Seq refuses such a sentence), a score above 65,504 likewise. Else there is nothing to see.
    """

    def in_half(scores: Float[Tensor, "B *T S"], mask: Bool[Tensor, "B *#T S"]) -> Float[Tensor, "B *T S"]:
        hidden = torch.where(mask, 0.0, -1e10).to(scores.device, torch.half)
        return torch.softmax(scores.half() + hidden, dim=-1).to(scores.dtype)

    with _normalised(model, in_half):
        yield


@contextmanager
def double_softmax(model: Seq2Seq) -> Iterator[None]:
    """Softmax of a softmax: no weight passes e / (e + n − 1), which is 0.475 for 4 words and 0.125 for 20."""

    def change(look: Attended, values: Float[Tensor, "B S M"], mask: Bool[Tensor, "B *#T S"]) -> Attended:
        weights = masked_softmax(look.weights, mask, check=False)
        return replace(look, weights=weights, context=weighted_sum(weights, values))

    with _look_changed(model, change, AGAIN):
        yield


@contextmanager
def raw_context(model: Seq2Seq) -> Iterator[None]:
    """c = Σ_j e_j h_j: the softmax comes after the sum, and is only returned. The heat map is one of weights unused."""

    def change(look: Attended, values: Float[Tensor, "B S M"], mask: Bool[Tensor, "B *#T S"]) -> Attended:
        return replace(look, context=weighted_sum(look.scores.masked_fill(~mask, 0.0), values))

    with _look_changed(model, change, SUMMING):
        yield


@contextmanager
def blind_slots(model: Seq2Seq) -> Iterator[None]:
    """Score numbered slots in place of annotations: position j has the same key in every sentence.

    The keys are drawn once, ±1 in each entry, and then go where annotations go. In the tutorials the slots have a
    learnt matrix, which is the location score; here nothing is added to the model. ValueError for that score, which
    never reads an annotation.
    """

    def wrap(project_keys: Method) -> Method:
        def of_slots(memory: Float[Tensor, "B S M"]) -> Float[Tensor, "B S A"]:
            return project_keys(slots(*memory.shape[1:]).to(memory).expand_as(memory))

        return of_slots

    with _keys_changed(model, wrap):
        yield


@contextmanager
def one_key_for_all(model: Seq2Seq) -> Iterator[None]:
    """Score every position by the key of the first: the index j has vanished, and all words weigh the same.

    ValueError for the location score, which has no keys.
    """

    def wrap(project_keys: Method) -> Method:
        def first_alone(memory: Float[Tensor, "B S M"]) -> Float[Tensor, "B S A"]:
            keys = project_keys(memory)
            return keys[:, :1].expand_as(keys)

        return first_alone

    with _keys_changed(model, wrap):
        yield


def slots(S: int, M: int) -> Float[Tensor, "S M"]:
    """Return the keys of the first S slots, ±1 in each of M entries; a longer sentence has the same, and some more."""
    return torch.randint(0, 2, (S, M), generator=torch.Generator().manual_seed(0)) * 2.0 - 1.0


@contextmanager
def _look_changed(model: Seq2Seq, change: Change, stage: int) -> Iterator[None]:
    """Pass every look through ``change``, after those of lower stages."""

    def wrap(forward: Method) -> Method:
        def look(query: Any, keys: Any, values: Any, mask: Any, *others: Any, **named: Any) -> Attended:
            healthy = forward(query, keys, values, mask, *others, **named)
            return change(healthy, values, over_steps(mask, query))

        return look

    with rewired(attention_of(model), "forward", wrap, stage, alone=stage == NORMALISING):
        yield


@contextmanager
def _normalised(
    model: Seq2Seq,
    normalise: Callable[[Float[Tensor, "B *T S"], Bool[Tensor, "B *#T S"]], Float[Tensor, "B *T S"]],
) -> Iterator[None]:
    """Make the weights of the scores by ``normalise``, in place of the softmax over the words of the source."""

    def change(look: Attended, values: Float[Tensor, "B S M"], mask: Bool[Tensor, "B *#T S"]) -> Attended:
        weights = normalise(look.scores, mask)
        return replace(look, weights=weights, context=weighted_sum(weights, values))

    with _look_changed(model, change, NORMALISING):
        yield


@contextmanager
def _keys_changed(model: Seq2Seq, wrap: Callable[[Method], Method]) -> Iterator[None]:
    attention = attention_of(model)
    if isinstance(attention, LocationAttention):
        raise ValueError(
            "Expected a score that reads the annotations, such as score='dot'; the location score never does, "
            "so nothing changes with its keys."
        )
    with rewired(attention, "project_keys", wrap, alone=True):
        yield
