"""Tell a decoder of another sentence from some step on: does it still listen? Chapters 3 and 6."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from course_lib.batching import encode_sources
from course_lib.decoders import StepOutput
from course_lib.encoders import Encoded, State
from course_lib.interventions.looks import counting_steps
from course_lib.options import check_count
from course_lib.seq2seq import Seq2Seq, evaluating
from course_lib.shapes import Int
from course_lib.vocabulary import Unknown


@contextmanager
def swapped(model: Seq2Seq, words: Sequence[str], step: int, unknown: Unknown = "error") -> Iterator[None]:
    """From ``step`` on (from 0) tell the decoder of the sentence ``words`` in place of its own. Chapters 3 and 6.

    The state stays as it is, s_0 too: what the decoder has heard before, it has heard. A later word that changes shows
    that the step listens to what it is told, not what that is worth, for no model was trained on two sentences at
    once. Works with and without attention, where steps are taken one by one (trace, translate, a beam), and counts
    them anew for each start. Under attention the weights from ``step`` on are over the other words, which may be
    fewer than the source's.

    ValueError for a ``step`` that is no whole number from 0, an unknown word unless ``unknown="unk"`` allows it, more
    words than the source where there is attention, for coverage (it is a sum over one sentence's positions), for a
    swap within a swap, and for a run of all steps at once, such as training and evaluation take: it would go by the
    swap.
    """
    check_count("step", step, least=0)
    decoder = model.decoder
    if "step" in vars(decoder):
        raise ValueError("The steps of this model are replaced already; end that block first.")
    with torch.no_grad(), evaluating(model):
        other = model.encode(*encode_sources([words], model.source_vocabulary, model.device, unknown))
        if decoder.initial_state(other).coverage is not None:
            raise ValueError("Coverage sums the looks at the positions of one sentence; take a model without it.")
    taken = 0
    start_as_ever, step_as_ever = decoder.initial_state, decoder.step

    def start(encoded: Encoded) -> State:
        nonlocal taken
        taken = 0
        return start_as_ever(encoded)

    def told_otherwise(previous: Int[Tensor, "B"], state: State, encoded: Encoded) -> StepOutput:
        nonlocal taken
        taken += 1
        return step_as_ever(previous, state, encoded if taken <= step else _in_place_of(encoded, other, len(previous)))

    def refuse(*_given: Any, **_named: Any) -> None:
        raise ValueError("swapped acts where steps are taken one by one: trace or translate. This is a run of all.")

    replaced = {"step": told_otherwise, "initial_state": start, "forward": refuse}
    try:
        for name, function in replaced.items():
            setattr(decoder, name, function)
        with counting_steps(model):
            yield
    finally:
        for name in replaced:
            delattr(decoder, name)


def _in_place_of(encoded: Encoded, other: Encoded, rows: int) -> Encoded:
    """Return ``other``, one sentence, for each of ``rows`` and padded to the positions of ``encoded``."""
    device = other.initial.hidden.device
    repeated = other.select(torch.zeros(rows, dtype=torch.long, device=device))
    if encoded.mask is None or repeated.mask is None:
        return repeated
    missing = encoded.mask.shape[1] - repeated.mask.shape[1]
    if missing < 0:
        raise ValueError(
            f"words: expected at most {encoded.mask.shape[1] - 1}, as many as the source has, "
            f"got {repeated.mask.shape[1] - 1}."
        )
    keys, memory, mask = repeated.annotations()
    keys, memory = (F.pad(vectors, (0, 0, 0, missing)) for vectors in (keys, memory))  # (B, S, ·)
    return replace(repeated, keys=keys, memory=memory, mask=F.pad(mask, (0, missing)))
