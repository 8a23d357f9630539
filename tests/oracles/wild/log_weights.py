"""A dot score in NumPy whose weights are logarithms, as in code that adds log-probabilities later."""

from collections.abc import Collection

import numpy as np

from course_lib.clinic.adapters import log_weights
from course_lib.clinic.interface import Implementation

CAN = (
    "softmax_over_one",
    "double_softmax",
    "softmax_over_batch",
    "raw_context",
    "padding_attended",
    "blind_slots",
    "one_key_for_all",
    "normaliser_off_by_one",
)
HIDDEN: dict[frozenset[str], str] = {}


class DotAttention:
    def __init__(self, bugs: Collection[str], seed: int) -> None:
        self.bugs = bugs
        self.slots = np.random.default_rng(seed).normal(size=(50, 4))

    def score(self, query, keys):
        if "one_key_for_all" in self.bugs:
            return np.repeat(np.einsum("bh,bh->b", query, keys[:, 0])[:, None], keys.shape[1], axis=1)
        if "blind_slots" in self.bugs:
            return query @ self.slots[: keys.shape[1]].T
        return np.einsum("bh,bsh->bs", query, keys)

    def log_softmax(self, scores):
        if "softmax_over_one" in self.bugs:
            return np.where(np.isinf(scores), -np.inf, 0.0)  # of one number each; padding stays out
        axis = 0 if "softmax_over_batch" in self.bugs else 1
        counted = scores[:, 1:] if "normaliser_off_by_one" in self.bugs else scores
        highest = np.maximum(counted.max(axis, keepdims=True), -1e30)
        return scores - highest - np.log(np.exp(counted - highest).sum(axis, keepdims=True))

    def weights(self, scores, mask):
        masked = scores if "padding_attended" in self.bugs else np.where(mask, scores, -np.inf)
        if not mask.any(1).all():
            raise ValueError("a sentence is empty")
        found = self.log_softmax(masked)
        if "double_softmax" in self.bugs:
            again = np.exp(found)
            found = self.log_softmax(again if "padding_attended" in self.bugs else np.where(mask, again, -np.inf))
        return found

    def attend(self, query, keys, values, mask):
        scores = self.score(query, keys)
        logs = self.weights(scores, mask)
        made_of = np.where(mask, scores, 0.0) if "raw_context" in self.bugs else np.exp(logs)
        shown = scores if "padding_attended" in self.bugs else np.where(mask, scores, -np.inf)
        return {"context": np.einsum("bs,bsm->bm", made_of, values), "weights": logs, "scores": shown}


def make(bugs: Collection[str] = (), seed: int = 0) -> Implementation:
    return log_weights(DotAttention(bugs, seed))
