"""The twenty bugs that a diagnosis knows: their names, their cures, and where the course explains them. Chapter 15."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Known(NamedTuple):
    """What is said of a bug wherever it is found."""

    title: str
    cure: str
    chapter: int
    offer: str  # what an implementation has to offer so that it can be looked for


_STEPS = "Offer `encode` and `step`."
_LOOK = "Offer `weights`, or `attend`, or `encode` and `step`."
_KEYS = "Offer `score`, or `attend` that returns scores."

KNOWN: Mapping[str, Known] = MappingProxyType(
    {
        "state_reset": Known(
            "The state starts anew at each step", "Hand the state that a step returns to the next step.", 2, _STEPS
        ),
        "softmax_over_one": Known(
            "Softmax over an axis of size one",
            "Take the softmax over the axis of the source words, of scores with the shape (B, S).",
            4,
            _LOOK,
        ),
        "double_softmax": Known(
            "Softmax of a softmax",
            "Take one softmax, of the scores.",
            4,
            "Offer `weights`, or scores beside the weights.",
        ),
        "softmax_over_batch": Known(
            "Softmax over the batch",
            "Take the softmax over the axis of the source words, not over the first one.",
            4,
            _LOOK,
        ),
        "raw_context": Known(
            "The context is made of raw scores",
            "Take the softmax first, then the sum of the annotations, weighted by it.",
            4,
            "Offer `attend`, or `context` and `annotations` beside the weights of a step.",
        ),
        "padding_attended": Known(
            "Padding is attended to", "Set the scores of padding to minus infinity before the softmax.", 4, _LOOK
        ),
        "padding_in_loss": Known(
            "Padding counts in the loss",
            "Leave padding out of the sum and out of the number of words (`ignore_index`).",
            2,
            "Offer `loss`.",
        ),
        "accuracy_counts_padding": Known(
            "Padding counts in the accuracy", "Count the real words alone, above and below.", 2, "Offer `accuracy`."
        ),
        "mean_of_batch_means": Known(
            "The perplexity is a mean of batch means",
            "Sum the nats and the words over all batches, then divide once.",
            2,
            "Offer `perplexity`.",
        ),
        "leaky_split": Known(
            "Sentences for training are held out, too",
            "Split by source sentence: all its translations go to one side.",
            1,
            "Offer `split`.",
        ),
        "no_gradient": Known(
            "No gradient reaches the model",
            "Compare the logits with the target, not the ids of the best words.",
            2,
            "Offer `loss` that returns a tensor of torch, and `parameters`.",
        ),
        "softmax_before_loss": Known(
            "Softmax before a loss that takes one itself",
            "Hand the logits to the cross-entropy as they are.",
            2,
            "Offer `loss`, with `encode` and `step`.",
        ),
        "blind_slots": Known(
            "Scores that never see the annotations",
            "Score each position by its own annotation; if positions are meant, say traits = {'location'}.",
            5,
            f"{_KEYS} Or offer `encode` and `step`.",
        ),
        "layers_mixed": Known(
            "Layers and directions are mixed",
            "Join the two directions of each layer: states 0 and 1 belong to the first layer, 2 and 3 to the second.",
            7,
            "Offer `bridge`.",
        ),
        "layers_shared": Known("One cell serves every layer", "Make a new cell for each layer.", 7, "Offer `layers`."),
        "mask_overflow": Known(
            "The mask overflows in half precision",
            "Fill with minus infinity instead of adding −1e10, keep the softmax in single precision, and refuse a "
            "sentence of padding alone.",
            4,
            "Offer `weights`.",
        ),
        "real_word_dropped": Known(
            "A real word is cut off",
            "Cut at the first EOS, if there is one, and drop BOS if it is there.",
            2,
            "Offer `words`.",
        ),
        "one_key_for_all": Known(
            "One key for all words", "Score each position by its own annotation: e_j with an index j.", 5, _KEYS
        ),
        "state_after_padding": Known(
            "The encoder reads past the end",
            "Read each sentence up to its true length: pack the batch, or take the state at the last real word.",
            2,
            _STEPS,
        ),
        "normaliser_off_by_one": Known(
            "Sum and normaliser do not begin at the same word",
            "Let both sums of the softmax run over the same words.",
            4,
            _LOOK,
        ),
    }
)
"""By key, the one that a switch in :mod:`course_lib.clinic`, a finding and the exam share."""
