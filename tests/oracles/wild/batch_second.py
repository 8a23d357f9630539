"""A whole model in torch with the words first: (S, B) ids, (S, B, H) outputs, a GRU on each side, the dot score."""

from collections.abc import Collection
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from course_lib.clinic.adapters import batch_second
from course_lib.clinic.interface import Implementation

H, V_X, V_Y = 6, 12, 11
CAN = (
    "state_reset",
    "softmax_over_one",
    "double_softmax",
    "softmax_over_batch",
    "raw_context",
    "padding_attended",
    "padding_in_loss",
    "no_gradient",
    "softmax_before_loss",
    "blind_slots",
    "one_key_for_all",
    "state_after_padding",
    "normaliser_off_by_one",
)
HIDDEN = {
    frozenset(("double_softmax", "one_key_for_all")): "a softmax of equal scores is that of equal weights",
}


class Encoder(nn.Module):
    def __init__(self, bugs: Collection[str]) -> None:
        super().__init__()
        self.bugs = bugs
        self.embed = nn.Embedding(V_X, H)
        self.gru = nn.GRU(H, H)

    def forward(self, source, lengths):
        inputs = self.embed(source)
        if "state_after_padding" in self.bugs:
            return self.gru(inputs)
        outputs, hidden = self.gru(pack_padded_sequence(inputs, lengths.cpu()))
        return pad_packed_sequence(outputs, total_length=len(source))[0], hidden


class Decoder(nn.Module):
    def __init__(self, bugs: Collection[str]) -> None:
        super().__init__()
        self.bugs = bugs
        self.embed = nn.Embedding(V_Y, H)
        self.gru = nn.GRU(H, H)
        self.slots = nn.Parameter(torch.randn(30, 1, H))
        self.combine = nn.Linear(2 * H, H)
        self.out = nn.Linear(H, V_Y)

    def forward(self, word, hidden, outputs, real):
        start = None
        if isinstance(hidden, tuple):  # the state now, and the one that decoding began with
            hidden, start = hidden
        first = hidden if start is None else start
        top, hidden = self.gru(self.embed(word)[None], first if "state_reset" in self.bugs else hidden)
        keys = outputs
        if "blind_slots" in self.bugs:
            keys = self.slots[: len(outputs)].expand_as(outputs)
        if "one_key_for_all" in self.bugs:
            keys = outputs[:1].expand_as(outputs)
        scores = (keys * top).sum(-1)  # (S, B)
        masked = scores if "padding_attended" in self.bugs else scores.masked_fill(~real, float("-inf"))
        weights = self.softmax(masked)
        if "double_softmax" in self.bugs:
            weights = self.softmax(
                weights if "padding_attended" in self.bugs else weights.masked_fill(~real, -torch.inf)
            )
        used = scores.masked_fill(~real, 0.0) if "raw_context" in self.bugs else weights
        context = (used[:, :, None] * outputs).sum(0)
        logits = self.out(torch.tanh(self.combine(torch.cat((top[0], context), 1))))
        return logits, (hidden, first), weights, masked, context

    def softmax(self, scores):
        if "softmax_over_one" in self.bugs:
            return torch.isfinite(scores).to(scores.dtype)  # of scores[..., None], padding taken out by the mask
        if "softmax_over_batch" in self.bugs:
            return torch.softmax(scores.clamp(min=-1e9), 1) * torch.isfinite(scores)
        if "normaliser_off_by_one" in self.bugs:
            return torch.exp(scores - torch.logsumexp(scores[1:], 0, keepdim=True))
        return torch.softmax(scores, 0)


class Model(nn.Module):
    vocabulary = {"source": V_X, "target": V_Y, "pad": 0, "bos": 1, "eos": 2}  # noqa: RUF012

    def __init__(self, bugs: Collection[str]) -> None:
        super().__init__()
        self.bugs, self.encoder, self.decoder = bugs, Encoder(bugs), Decoder(bugs)

    def encode(self, source, lengths):
        outputs, hidden = self.encoder(source, lengths)
        return (outputs, source != 0), hidden

    def step(self, previous, state, memory):
        logits, state, weights, scores, context = self.decoder(previous, state, *memory)
        return {
            "logits": logits,
            "state": state,
            "weights": weights,
            "scores": scores,
            "context": context,
            "annotations": memory[0],
        }

    def loss(self, source, lengths, target):
        memory, state = self.encode(source, lengths)
        total, count = torch.zeros(()), 0
        for word, wanted in pairwise(target):
            given = self.step(word, state, memory)
            logits, state = given["logits"], given["state"]
            if "no_gradient" in self.bugs:
                logits = F.one_hot(logits.argmax(1), V_Y).float()
            if "softmax_before_loss" in self.bugs:
                logits = logits.softmax(1)
            ignored = -100 if "padding_in_loss" in self.bugs else 0
            total = total + F.cross_entropy(logits, wanted, ignore_index=ignored, reduction="sum")
            count += wanted.numel() if "padding_in_loss" in self.bugs else int((wanted != 0).sum())
        return total / count


def make(bugs: Collection[str] = (), seed: int = 0) -> Implementation:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = Model(bugs)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.normal_(std=0.6)
        return batch_second(model)
