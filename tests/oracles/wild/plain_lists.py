"""A whole model in plain Python: nested lists, loops and the math module. A simple RNN on each side, the dot score."""

import math
import random
from collections.abc import Collection
from typing import Any

H, V_X, V_Y = 3, 9, 8
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
    "mask_overflow",
    "one_key_for_all",
    "state_after_padding",
    "normaliser_off_by_one",
)
HIDDEN = {
    frozenset(
        ("softmax_over_batch", "mask_overflow")
    ): "a row of padding alone competes with other rows, and is no NaN",
    frozenset(("softmax_over_one", "mask_overflow")): "a softmax of one number has no NaN but that of padding",
}
NEVER = -math.inf


class Model:
    library = "python"
    vocabulary = {"source": V_X, "target": V_Y}  # noqa: RUF012

    def __init__(self, bugs: Collection[str], seed: int) -> None:
        draw = random.Random(seed).gauss
        table = lambda rows, columns: [[draw(0, 1) for _ in range(columns)] for _ in range(rows)]  # noqa: E731
        self.bugs = bugs
        self.words_x, self.words_y, self.slots = table(V_X, H), table(V_Y, H), table(20, H)
        self.U_x, self.U_y, self.out = table(H, H), table(H, H), table(V_Y, 2 * H)

    def encode(self, source, lengths):
        memory, states = [], []
        for row, length in zip(source, lengths, strict=True):
            state, seen, last = [0.0] * H, [], [0.0] * H
            for j, word in enumerate(row):
                state = self.cell(self.words_x[word], state, self.U_x)
                seen.append(state)
                if j < length:
                    last = state
            memory.append((seen, [j < length for j in range(len(row))]))
            states.append(state if "state_after_padding" in self.bugs else last)
        return memory, {"now": states, "first": states}

    def step(self, previous, state, memory) -> dict[str, Any]:
        held = state["first"] if "state_reset" in self.bugs else state["now"]
        now = [self.cell(self.words_y[word], h, self.U_y) for word, h in zip(previous, held, strict=True)]
        scores = [self.score_one(s, seen) for s, (seen, _) in zip(now, memory, strict=True)]
        mask = [real for _, real in memory]
        weights = self.weights(scores, mask)
        logits, contexts, shown = [], [], []
        for b, (s, (seen, real)) in enumerate(zip(now, memory, strict=True)):
            raw = [e if r else 0.0 for e, r in zip(scores[b], real, strict=True)]
            used = raw if "raw_context" in self.bugs else weights[b]
            context = [sum(a * h[k] for a, h in zip(used, seen, strict=True)) for k in range(H)]
            contexts.append(context)
            logits.append([dot(o, s + context) for o in self.out])
            shown.append(
                [e if r or "padding_attended" in self.bugs else NEVER for e, r in zip(scores[b], real, strict=True)]
            )
        return {
            "logits": logits,
            "state": {"now": now, "first": state["first"]},
            "weights": weights,
            "scores": shown,
            "context": contexts,
            "annotations": [seen for seen, _ in memory],
        }

    def cell(self, x, h, U):
        return [math.tanh(x[k] + dot(U[k], h)) for k in range(H)]

    def score_one(self, query, keys):
        if "one_key_for_all" in self.bugs:
            return [dot(query, keys[0])] * len(keys)
        return [dot(query, key) for key in (self.slots if "blind_slots" in self.bugs else keys)][: len(keys)]

    def weights(self, scores, mask):
        if "mask_overflow" not in self.bugs and not all(any(row) for row in mask):
            raise ValueError("a sentence without words")
        if "padding_attended" not in self.bugs:
            scores = [
                [e if r else NEVER for e, r in zip(*rows, strict=True)] for rows in zip(scores, mask, strict=True)
            ]
        found = self.softmax(scores)
        if "double_softmax" in self.bugs:
            found = self.softmax(found)
        return found

    def softmax(self, scores):
        if "softmax_over_one" in self.bugs:
            return [[0.0 if e == NEVER else 1.0 for e in row] for row in scores]
        if "softmax_over_batch" in self.bugs:
            columns = [normalised([max(e, -1e9) for e in column], 0) for column in zip(*scores, strict=True)]
            return [list(row) for row in zip(*columns, strict=True)]
        return [normalised(row, 1 if "normaliser_off_by_one" in self.bugs else 0) for row in scores]

    def loss(self, source, lengths, target):
        memory, state = self.encode(source, lengths)
        nats, count = 0.0, 0
        for t in range(len(target[0]) - 1):
            given = self.step([row[t] for row in target], state, memory)
            state = given["state"]
            for row, logits in zip(target, given["logits"], strict=True):
                if "softmax_before_loss" in self.bugs:
                    logits = normalised(logits, 0)
                if row[t + 1] != 0 or "padding_in_loss" in self.bugs:
                    nats -= math.log(normalised(logits, 0)[row[t + 1]])
                    count += 1
        return nats / count


def dot(one, other):
    return sum(a * b for a, b in zip(one, other, strict=True))


def normalised(scores, first):
    highest = max(scores)
    powers = [math.exp(e - highest) if e - highest == e - highest else math.nan for e in scores]
    total = sum(powers[first:])
    return [power / total for power in powers]


def make(bugs: Collection[str] = (), seed: int = 0) -> Model:
    return Model(bugs, seed)
