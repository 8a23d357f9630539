"""Reach into a trained model's attention for the length of a block: what would it do if …? Chapters 5, 6, 8 and 12.

Each function is a context manager around a model with global attention (Bahdanau's, Luong's); after the
block the model is as it was. What changes is what the look gives, so the later steps live with it::

    with pinned(model, position=3, steps=[5]):
        changed = trace(model, source)
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.attention import Attended, Attention, weighted_sum
from course_lib.decoders import VaswaniDecoder
from course_lib.options import check_count, check_number
from course_lib.seq2seq import Seq2Seq
from course_lib.shapes import Bool, Float

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

    with changing(model, change):
        yield


@contextmanager
def pinned(model: Seq2Seq, position: int, steps: Collection[int] | None = None) -> Iterator[None]:
    """Give all the weight to source ``position`` (from 0) at ``steps`` (from 0; ``None``: at every one).

    Steps are counted from the entry of the block, so translate or trace once in it. A position that
    is no word of the source is a ValueError, and so is one, or a step, that is no whole number.
    """
    check_count("position", position, least=0)

    def change(look: Attended, values: Float[Tensor, "B S M"], mask: Bool[Tensor, "B S"]) -> Attended:
        if not 0 <= position < mask.shape[-1] or not bool(mask[..., position].all()):
            raise ValueError(
                f"position: expected a word of the source, 0 … {int(mask.sum(-1).min()) - 1}, got {position}."
            )
        weights = torch.zeros_like(look.weights)
        weights[..., position] = 1.0
        return replace(look, weights=weights, context=weighted_sum(weights, values))

    with at_steps(model, steps, change):
        yield


@contextmanager
def unmasked(model: Seq2Seq) -> Iterator[None]:
    """Forget the mask: padding is scored, and takes its share of the weight. Chapter 4's bug, to look at."""

    def forget(_attention: nn.Module, arguments: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        query, keys, values, mask, *others = arguments
        return (query, keys, values, torch.ones_like(mask), *others)

    hook = attention_of(model).register_forward_pre_hook(forget)
    try:
        yield
    finally:
        hook.remove()


@contextmanager
def changing(
    model: Seq2Seq, change: Callable[[Attended, Float[Tensor, "B S M"], Bool[Tensor, "B S"]], Attended]
) -> Iterator[None]:
    """Pass every look through ``change``, with the values and the mask it was made with."""

    def hook(_attention: nn.Module, arguments: tuple[Any, ...], look: Attended) -> Attended:
        _query, _keys, values, mask, *_ = arguments
        return change(look, values, mask)

    handle = attention_of(model).register_forward_hook(hook)
    try:
        yield
    finally:
        handle.remove()


@contextmanager
def at_steps(
    model: Seq2Seq,
    steps: Collection[int] | None,
    change: Callable[[Attended, Float[Tensor, "B S M"], Bool[Tensor, "B S"]], Attended],
) -> Iterator[None]:
    """Give the looks at ``steps`` (from 0, counted from the entry; ``None``: every one) what ``change`` makes of them.

    Looks at other steps are as they were. ValueError for a step that is no whole number.
    """
    for step in steps if steps is not None else ():
        check_count("steps", step, least=0)
    done = 0

    def there(look: Attended, values: Float[Tensor, "B S M"], mask: Bool[Tensor, "B S"]) -> Attended:
        nonlocal done
        changed = change(look, values, mask)
        T = 1 if look.weights.dim() == 2 else look.weights.shape[1]
        here = torch.tensor([steps is None or step in steps for step in range(done, done + T)], device=mask.device)
        done += T
        here = here.unsqueeze(-1)
        weights = torch.where(here, changed.weights, look.weights)
        return replace(look, weights=weights, context=torch.where(here, changed.context, look.context))

    with changing(model, there), counting_steps(model) if steps is not None else nullcontext():
        yield


@contextmanager
def in_one_run(
    model: Seq2Seq,
    what: str,
    change: Callable[[Attended, Float[Tensor, "B S M"], Bool[Tensor, "B S"], int, int], Attended],
) -> Iterator[None]:
    """Pass every look of one run through ``change``, which is also told its first step and the one after its last.

    ValueError, about ``what`` was given for the steps of that run, where a second one begins.
    """
    done = 0

    def first(_encoder: nn.Module, _arguments: tuple[Tensor, ...]) -> None:
        if done:
            raise ValueError(f"{what}: they belong to one run, and here begins a second; open a block for each.")

    def counted(look: Attended, values: Float[Tensor, "B S M"], mask: Bool[Tensor, "B S"]) -> Attended:
        nonlocal done
        end = done + (look.weights.shape[1] if look.weights.dim() == 3 else 1)
        changed = change(look, values, mask, done, end)
        done = end
        return changed

    with changing(model, counted), counting_steps(model):
        hook = model.encoder.register_forward_pre_hook(first)
        try:
            yield
        finally:
            hook.remove()


@contextmanager
def counting_steps(model: Seq2Seq) -> Iterator[None]:
    """Say for the length of a block that somebody counts the steps of ``model``: a search that jumps then refuses."""
    before, model.steps_are_counted = model.steps_are_counted, True
    try:
        yield
    finally:
        model.steps_are_counted = before


def attention_of(model: Seq2Seq) -> Attention:
    """Return the global attention of a model; ValueError for one that looks otherwise, or not at all."""
    attention = model.decoder.attention
    if isinstance(model.decoder, VaswaniDecoder):
        raise ValueError(
            "Expected a model with one look a step, such as bahdanau2014; "
            "vaswani2017 looks once in each layer and head."
        )
    if not isinstance(attention, Attention):
        got = "none" if attention is None else type(attention).__name__
        raise ValueError(
            f"Expected a model that looks at the whole source, such as bahdanau2014; its attention: {got}."
        )
    return attention
