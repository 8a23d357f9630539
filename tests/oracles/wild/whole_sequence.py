"""A model without steps: ``forward`` reads the whole target and gives all logits and weights. NumPy, additive score."""

from collections.abc import Collection
from typing import Any

import numpy as np

from course_lib.clinic.adapters import whole_sequence
from course_lib.clinic.interface import Implementation

H, V_X, V_Y = 5, 14, 12
CAN = (
    "state_reset",
    "softmax_over_one",
    "double_softmax",
    "softmax_over_batch",
    "raw_context",
    "padding_attended",
    "padding_in_loss",
    "softmax_before_loss",
    "blind_slots",
    "one_key_for_all",
    "state_after_padding",
    "normaliser_off_by_one",
)
HIDDEN = {frozenset(("double_softmax", "one_key_for_all")): "a softmax of equal scores is that of equal weights"}


class Model:
    def __init__(self, bugs: Collection[str], seed: int) -> None:
        random = np.random.default_rng(seed)
        draw = lambda *shape: random.normal(size=shape)  # noqa: E731
        self.bugs = bugs
        self.words_x, self.words_y = draw(V_X, H), draw(V_Y, H)
        self.W_x, self.U_x, self.W_y, self.U_y, self.W_a, self.U_a = draw(6, H, H) * 0.7
        self.v, self.slots, self.out = draw(H), draw(40, H), draw(2 * H, V_Y)

    def annotate(self, source, lengths):
        """Return the states of the encoder (B, S, H), and the last one of each sentence (B, H)."""
        state, states = np.zeros((len(source), H)), []
        for word in source.T:
            state = np.tanh(self.words_x[word] @ self.W_x + state @ self.U_x)
            states.append(state)
        held = np.stack(states, 1)
        if "state_after_padding" in self.bugs:
            return held, state
        return held, held[np.arange(len(source)), lengths - 1]

    def forward(self, source, lengths, target) -> dict[str, Any]:
        annotations, start = self.annotate(source, lengths)
        real = np.arange(source.shape[1]) < lengths[:, None]
        state, states = start, []
        for word in target.T:
            before = start if "state_reset" in self.bugs else state
            state = np.tanh(self.words_y[word] @ self.W_y + before @ self.U_y)
            states.append(state)
        queries = np.stack(states, 1)  # (B, T, H)
        scores = np.stack([self.score(query, annotations) for query in queries.swapaxes(0, 1)], 1)  # (B, T, S)
        raw = scores
        if "padding_attended" not in self.bugs:
            scores = np.where(real[:, None], scores, -np.inf)
        weights = self.softmax(scores)
        if "double_softmax" in self.bugs:
            weights = self.softmax(weights)
        used = np.where(real[:, None], raw, 0.0) if "raw_context" in self.bugs else weights
        context = used @ annotations
        logits = np.concatenate((queries, context), -1) @ self.out
        return {
            "logits": logits,
            "weights": weights,
            "scores": scores,
            "context": context,
            "annotations": annotations,
        }

    def score(self, query, keys):
        if "blind_slots" in self.bugs:
            keys = np.broadcast_to(self.slots[: keys.shape[1]], keys.shape)
        if "one_key_for_all" in self.bugs:
            keys = np.repeat(keys[:, :1], keys.shape[1], 1)
        return np.tanh((query @ self.W_a)[:, None] + keys @ self.U_a) @ self.v

    def softmax(self, scores):
        if "softmax_over_one" in self.bugs:
            return np.isfinite(scores).astype(float)
        axis = 0 if "softmax_over_batch" in self.bugs else 1 if "over_target" in self.bugs else 2
        scores = np.maximum(scores, -1e9)
        powers = np.exp(scores - scores.max(axis, keepdims=True))
        counted = powers[..., 1:] if "normaliser_off_by_one" in self.bugs else powers
        return powers / counted.sum(axis, keepdims=True)

    def loss(self, source, lengths, target):
        logits = self.forward(source, lengths, target[:, :-1])["logits"]
        if "softmax_before_loss" in self.bugs:
            logits = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
        log_p = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
        nats = -np.take_along_axis(log_p, target[:, 1:, None], -1)[..., 0]
        counted = np.ones(nats.shape) if "padding_in_loss" in self.bugs else target[:, 1:] != 0
        return (nats * counted).sum() / counted.sum()


def make(bugs: Collection[str] = (), seed: int = 0) -> Implementation:
    model = Model(bugs, seed)
    words, sizes = {"source": V_X, "target": V_Y}, {"query": H, "keys": H}
    return whole_sequence(model.forward, vocabulary=words, sizes=sizes, loss=model.loss, score=model.score)
