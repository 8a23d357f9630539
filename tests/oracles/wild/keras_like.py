"""An additive layer in NumPy, called as layers of Keras are."""

from collections.abc import Collection

import numpy as np

from course_lib.clinic.adapters import keras_like
from course_lib.clinic.interface import Implementation

CAN = (
    "softmax_over_one",
    "double_softmax",
    "softmax_over_batch",
    "raw_context",
    "padding_attended",
    "blind_slots",
    "mask_overflow",
    "one_key_for_all",
    "normaliser_off_by_one",
)
HIDDEN = {frozenset(("softmax_over_one", "padding_attended")): "one number keeps all its weight under any mask"}


class AdditiveAttention:
    """Scores v · tanh(W q + U k); weights over the last axis; context."""

    def __init__(self, units: int, width: int, bugs: Collection[str], seed: int) -> None:
        random = np.random.default_rng(seed)
        self.W, self.U = random.normal(size=(2, width, units))
        self.v = random.normal(size=units)
        self.slots = random.normal(size=(50, width))
        self.bugs = bugs

    def __call__(self, inputs, mask=None, return_attention_scores=False):
        query, value = inputs[:2]
        key = inputs[2] if len(inputs) > 2 else value
        scores = self._calculate_scores(query, key)
        scores_mask = None if mask is None or mask[1] is None else mask[1][:, None]
        result, weights = self._apply_scores(scores, value, scores_mask)
        return (result, weights) if return_attention_scores else result

    def _calculate_scores(self, query, key):
        if "one_key_for_all" in self.bugs:
            key = np.broadcast_to(key.mean(1, keepdims=True), key.shape)
        if "blind_slots" in self.bugs:
            key = np.broadcast_to(self.slots[: key.shape[1]], key.shape)
        return np.tanh((query @ self.W)[:, :, None] + (key @ self.U)[:, None]) @ self.v

    def _apply_scores(self, scores, value, scores_mask=None):
        weights = scores if "mask_overflow" in self.bugs else scores.astype(np.float64)
        if scores_mask is not None and "padding_attended" not in self.bugs:
            if "mask_overflow" in self.bugs:
                weights = weights - weights.dtype.type(1e10) * (1 - scores_mask.astype(weights.dtype))
            else:
                weights = np.where(scores_mask, weights, -1e9)
        for _ in range(2 if "double_softmax" in self.bugs else 1):
            weights = self._softmax(weights)
        return (scores if "raw_context" in self.bugs else weights) @ value, weights

    def _softmax(self, scores):
        axis = -1
        if "softmax_over_one" in self.bugs:
            scores = scores[..., None]
        if "softmax_over_batch" in self.bugs:
            axis = 0
        powers = np.exp(scores - scores.max(axis, keepdims=True))
        over = powers[..., 1:] if "normaliser_off_by_one" in self.bugs else powers
        weights = powers / over.sum(axis, keepdims=True)
        return weights[..., 0] if "softmax_over_one" in self.bugs else weights


def make(bugs: Collection[str] = (), seed: int = 0) -> Implementation:
    return keras_like(AdditiveAttention(6, 4, bugs, seed))
