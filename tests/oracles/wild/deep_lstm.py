"""A deep LSTM that reads both ways, a bridge, and a decoder of LSTM cells with the general score, in torch."""

from collections.abc import Collection
from typing import Any

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

L, H, E, V_X, V_Y = 2, 4, 8, 13, 10
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
    "layers_mixed",
    "layers_shared",
    "one_key_for_all",
    "state_after_padding",
    "normaliser_off_by_one",
)
HIDDEN = {frozenset(("double_softmax", "one_key_for_all")): "a softmax of equal scores is that of equal weights"}


class Translator(nn.Module):
    vocabulary = {"source": V_X, "target": V_Y}  # noqa: RUF012
    sizes = {"layers": L, "hidden": H, "query": 2 * H, "keys": 2 * H}  # noqa: RUF012

    def __init__(self, bugs: Collection[str]) -> None:
        super().__init__()
        self.bugs = bugs
        self.read_source = nn.Embedding(V_X, E, padding_idx=0)
        self.read_target = nn.Embedding(V_Y, E, padding_idx=0)
        self.encoder = nn.LSTM(E, H, L, batch_first=True, bidirectional=True)
        cells = [nn.LSTMCell(2 * H, 2 * H) for _ in range(L)]
        self.cells = nn.ModuleList(cells[:1] * L if "layers_shared" in bugs else cells)
        self.general = nn.Linear(2 * H, 2 * H, bias=False)
        self.slots = nn.Embedding(40, 2 * H)
        self.output = nn.Linear(4 * H, V_Y)

    def bridge(self, hidden):
        if "layers_mixed" in self.bugs:
            first, second = hidden[:L], hidden[L:]
        else:
            first, second = hidden[0::2], hidden[1::2]
        return torch.cat((first, second), dim=2)

    def layers(self):
        return list(self.cells)

    def encode(self, source, lengths):
        words = self.read_source(source)
        if "state_after_padding" in self.bugs:
            outputs, (hidden, cell) = self.encoder(words)
        else:
            packed = pack_padded_sequence(words, lengths.cpu(), batch_first=True, enforce_sorted=False)
            outputs, (hidden, cell) = self.encoder(packed)
            outputs = pad_packed_sequence(outputs, batch_first=True, total_length=source.shape[1])[0]
        start = {"hidden": list(self.bridge(hidden)), "cell": list(self.bridge(cell))}
        return {"outputs": outputs, "real": source.ne(0)}, {
            **start,
            "fed": torch.zeros(len(source), 2 * H),
            "first": start,
        }

    def step(self, previous, state, memory) -> dict[str, Any]:
        outputs, real = memory["outputs"], memory["real"]
        held = state["first"] if "state_reset" in self.bugs else state
        below = self.read_target(previous) + state["fed"]  # input feeding, by a sum
        hidden, cell = [], []
        for layer, one in enumerate(self.cells):
            below, c = one(below, (held["hidden"][layer], held["cell"][layer]))
            hidden.append(below)
            cell.append(c)
        scores = self.score(below, outputs)
        if "padding_attended" not in self.bugs:
            scores = scores.masked_fill(~real, float("-inf"))
        weights = self.normalise(scores)
        if "double_softmax" in self.bugs:
            weights = self.normalise(weights)
        used = scores.nan_to_num(neginf=0.0) if "raw_context" in self.bugs else weights
        context = torch.einsum("bs,bsm->bm", used, outputs)
        logits = self.output(torch.cat((below, context), 1))
        after = {"hidden": hidden, "cell": cell, "fed": torch.tanh(context), "first": state["first"]}
        return {
            "logits": logits,
            "state": after,
            "weights": weights,
            "scores": scores,
            "context": context,
            "annotations": outputs,
        }

    def score(self, query, keys):
        if "blind_slots" in self.bugs:
            keys = self.slots(torch.arange(keys.shape[1])).expand_as(keys)
        if "one_key_for_all" in self.bugs:
            return (query * self.general(keys[:, 0])).sum(1, keepdim=True).repeat(1, keys.shape[1])
        return (query[:, None] @ self.general(keys).mT)[:, 0]

    def normalise(self, scores):
        if "softmax_over_one" in self.bugs:
            return torch.softmax(scores.clamp(min=-1e9)[..., None], -1)[..., 0] * torch.isfinite(scores)
        if "softmax_over_batch" in self.bugs:
            return torch.softmax(scores.clamp(min=-1e9), 0)
        if "normaliser_off_by_one" in self.bugs:
            raised = torch.exp(scores)
            return raised / raised[:, 1:].sum(1, keepdim=True)
        return torch.softmax(scores, 1)

    def loss(self, source, lengths, target):
        memory, state = self.encode(source, lengths)
        nats = []
        for t in range(target.shape[1] - 1):
            given = self.step(target[:, t], state, memory)
            state = given["state"]
            logits = given["logits"].softmax(1) if "softmax_before_loss" in self.bugs else given["logits"]
            nats.append(-logits.log_softmax(1).gather(1, target[:, t + 1, None])[:, 0])
        counted = torch.ones_like(target[:, 1:]) if "padding_in_loss" in self.bugs else target[:, 1:].ne(0)
        return (torch.stack(nats, 1) * counted).sum() / counted.sum()


def make(bugs: Collection[str] = (), seed: int = 0) -> Translator:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = Translator(bugs)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.normal_(std=0.5)
        return model
