"""Let a look read, at some places, what another sentence has there. Chapter 12."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import torch
from torch import Tensor

from course_lib.attention import Attended, weighted_sum
from course_lib.batching import encode_sources
from course_lib.interventions.looks import at_steps
from course_lib.options import check_count
from course_lib.seq2seq import Seq2Seq, evaluating
from course_lib.shapes import Bool, Float
from course_lib.vocabulary import Unknown


@contextmanager
def patched(
    model: Seq2Seq,
    words: Sequence[str],
    positions: Collection[int],
    steps: Collection[int] | None = None,
    *,
    unknown: Unknown = "error",
) -> Iterator[None]:
    """Let the looks read at ``positions`` (from 0) the annotations of ``words``, a sentence of as many words.

    The context of a look at ``steps`` (from 0; ``None``: at every one) is c_i = Σ_j α_ij h̃_j, where h̃_j is the
    annotation of the other sentence at ``positions`` and the model's own h_j elsewhere. Keys, scores, weights and s_0
    stay as they were, so only what is *read* changes; a later step has another state, and so weights of its own. For
    one that shall be asked alone, name it in ``steps``. Bahdanau, Cho & Bengio (2015), §3.1, eq. 5. Chapter 12.

    Steps are counted from the entry of the block, so translate or trace once in it; every source of that run has
    exactly as many words as ``words``. ``</s>`` is the last position.
    ValueError for a position or a step that is none, no position, a sentence of another length, and a model without
    global attention.
    """
    chosen = sorted(check_count("positions", j, least=0, most=len(words)) for j in positions)
    if not chosen:
        raise ValueError("positions: expected at least one place to patch, got none.")
    with torch.no_grad(), evaluating(model):
        encoded = model.encode(*encode_sources([words], model.source_vocabulary, model.device, unknown))
    _, theirs, _ = encoded.annotations()  # (1, S, M)

    def change(look: Attended, values: Float[Tensor, "B S M"], mask: Bool[Tensor, "B S"]) -> Attended:
        if mask.shape[1] != len(words) + 1 or not bool(mask.all()):
            raise ValueError(
                f"words: expected a sentence of as many words as the source has, {int(mask.sum(-1).min()) - 1}, "
                f"got {len(words)}."
            )
        other = values.clone()
        other[:, chosen] = theirs[:, chosen].to(values)
        return replace(look, context=weighted_sum(look.weights, other))

    with at_steps(model, steps, change):
        yield
