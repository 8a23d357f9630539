"""Bring an implementation that is written otherwise into the form of :mod:`course_lib.clinic.interface`. Chapter 15.

Each function takes what is found in the wild and returns an implementation that can be handed to
:func:`~course_lib.clinic.diagnose`, or to a second of these functions.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from course_lib.clinic.interface import Implementation, InterfaceError, is_torch_module, read_implementation

_Part = Callable[..., Any]
_WEIGHTS = "weights"


def batch_second(given: Any) -> Implementation:
    """Adapt an implementation whose arrays have the words as their first axis: (S, B), (S, B, H), (T, B).

    ``given`` offers parts as :mod:`course_lib.clinic.interface` has them, all with batch and words exchanged. Queries,
    contexts, logits and lengths, which have no axis of words, stay as they are, as does a bridge.
    """

    def swapped(part: _Part, *turned: int) -> _Part:
        def call(*arguments: Any) -> Any:
            return part(*(exchanged(one) if place in turned else one for place, one in enumerate(arguments)))

        return call

    def step(part: _Part) -> _Part:
        return lambda *arguments: _in_answer(part(*arguments), 2, exchanged)

    def look(part: _Part) -> _Part:
        turned = swapped(part, 1, 2, 3)
        return lambda *arguments: _in_answer(turned(*arguments), 1, exchanged)

    return _changed(
        read_implementation(given),
        score=lambda part: lambda *arguments: exchanged(swapped(part, 1)(*arguments)),
        weights=lambda part: lambda *arguments: exchanged(swapped(part, 0, 1)(*arguments)),
        attend=look,
        encode=lambda part: swapped(part, 0),
        step=step,
        loss=lambda part: swapped(part, 0, 2),
        accuracy=lambda part: swapped(part, 0, 1),
    )


def log_weights(given: Any) -> Implementation:
    """Adapt an implementation whose weights are logarithms, as a log-softmax gives them: −∞ is a weight of 0."""
    return _changed(
        read_implementation(given),
        weights=lambda part: lambda *arguments: exponential(part(*arguments)),
        attend=lambda part: lambda *arguments: _in_answer(part(*arguments), 1, exponential, (_WEIGHTS,)),
        step=lambda part: lambda *arguments: _in_answer(part(*arguments), 2, exponential, (_WEIGHTS,)),
    )


def inverted_masks(given: Any) -> Implementation:
    """Adapt an implementation whose masks are True at padding, as ``key_padding_mask`` of torch is."""
    return _changed(
        read_implementation(given),
        weights=lambda part: lambda scores, mask: part(scores, negated(mask)),
        attend=lambda part: lambda query, keys, values, mask: part(query, keys, values, negated(mask)),
    )


def keras_like(layer: Any, **said: Any) -> Implementation:
    """Adapt a layer that is called like those of Keras, with one query a sentence, (B, 1, H).

    It is called as ``layer([query, value, key], mask=[None, mask], return_attention_scores=True)`` and gives the
    context (B, 1, M) and what Keras calls scores, the weights (B, 1, S). Where it has the methods
    ``_calculate_scores(query, key)`` and ``_apply_scores(scores, value, scores_mask)``, its score and its softmax are
    looked at by themselves, too. ``said`` is what an implementation says of itself: sizes, library, traits.
    """

    def attend(query: Any, keys: Any, values: Any, mask: Any) -> tuple[Any, Any]:
        context, weights = layer([query[:, None], values, keys], mask=[None, mask], return_attention_scores=True)
        return context[:, 0], weights[:, 0]

    parts: dict[str, Any] = {"attend": attend}
    if hasattr(layer, "_calculate_scores"):
        parts["score"] = lambda query, keys: layer._calculate_scores(query[:, None], keys)[:, 0]
    if hasattr(layer, "_apply_scores"):

        def weights(scores: Any, mask: Any) -> Any:
            values = scores[:, :, None]  # of size one: only the weights are read
            return layer._apply_scores(scores=scores[:, None], value=values, scores_mask=mask[:, None])[1][:, 0]

        parts["weights"] = weights
    return _with_modules(read_implementation({**parts, **said}), layer)


def whole_sequence(forward: _Part, **said: Any) -> Implementation:
    """Adapt a model without steps: ``forward(source (B, S), lengths (B,), target (B, T)) -> logits, weights``.

    It reads BOS y_1 … y_m and gives logits (B, T, V) and weights (B, T, S), as a tuple or as a dict that may have
    scores, context and annotations, too; or logits alone. A step is made of a run over all words so far. ``said`` is
    what an implementation says of itself, ``vocabulary`` above all, and its other parts (loss, bridge, …).
    """

    def encode(source: Any, lengths: Any) -> tuple[Any, Any]:
        return (source, lengths), ()

    def step(previous: Any, state: tuple[Any, ...], memory: tuple[Any, Any]) -> dict[str, Any]:
        words = (*state, previous)
        given = forward(*memory, beside(words))
        if not isinstance(given, Mapping):
            given = dict(
                zip(("logits", "weights"), given if isinstance(given, (tuple, list)) else (given,), strict=False)
            )
        last = {name: at_last(one) for name, one in given.items() if one is not None and name != "annotations"}
        return {**last, "annotations": given.get("annotations"), "state": words}

    return _with_modules(read_implementation({"encode": encode, "step": step, **said}), forward)


def exchanged(array: Any) -> Any:
    """Exchange the first two axes of an array, a tensor or a nested list."""
    if isinstance(array, (list, tuple)):
        return [list(row) for row in zip(*array, strict=True)]
    return array.transpose(0, 1) if isinstance(array, torch.Tensor) else np.swapaxes(np.asarray(array), 0, 1)


def exponential(array: Any) -> Any:
    """Return exp of an array, a tensor or a nested list."""
    return torch.exp(array) if isinstance(array, torch.Tensor) else np.exp(np.asarray(array, dtype=float))


def negated(mask: Any) -> Any:
    """Return the opposite of a mask: an array, a tensor or a nested list."""
    return [[not real for real in row] for row in mask] if isinstance(mask, list) else ~mask


def beside(words: tuple[Any, ...]) -> Any:
    """Put words (B,) of several steps side by side: (B, T)."""
    if isinstance(words[0], torch.Tensor):
        return torch.stack(list(words), dim=1)
    return (
        np.stack(words, axis=1) if isinstance(words[0], np.ndarray) else [list(row) for row in zip(*words, strict=True)]
    )


def at_last(array: Any) -> Any:
    """Return what belongs to the last of T steps: (B, T, …) to (B, …)."""
    return [row[-1] for row in array] if isinstance(array, (list, tuple)) else array[:, -1]


def _changed(of: Implementation, **changes: Callable[[_Part], _Part]) -> Implementation:
    """Return ``of`` with some of its parts changed, where it has them."""
    return replace(of, parts={**of.parts, **{n: change(of.parts[n]) for n, change in changes.items() if n in of.parts}})


def _in_answer(
    answer: Any, place: int, change: Callable[[Any], Any], names: tuple[str, ...] = (_WEIGHTS, "scores", "annotations")
) -> Any:
    """Change the weights in what a part gave, a dict or a tuple; in a dict whatever else is of the source, too."""
    if isinstance(answer, Mapping):
        return {name: change(one) if name in names and one is not None else one for name, one in answer.items()}
    if isinstance(answer, (tuple, list)):
        turned = range(place, len(answer)) if len(names) > 1 else range(place, place + 1)
        return tuple(change(one) if n in turned and one is not None else one for n, one in enumerate(answer))
    return answer


def _with_modules(of: Implementation, owner: Any) -> Implementation:
    """Remember the module of torch behind a part that was wrapped."""
    owner = getattr(owner, "__self__", owner)
    if not is_torch_module(owner):
        return of
    if of.library == "python":
        raise InterfaceError("library: a module of torch takes tensors, not lists. Leave it out.")
    return replace(of, library="torch", modules=(*of.modules, owner))
