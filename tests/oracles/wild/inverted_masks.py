"""A general score in torch with a mask that is True at padding, as ``key_padding_mask`` is."""

from collections.abc import Collection

import torch
from torch import nn

from course_lib.clinic.adapters import inverted_masks
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
HIDDEN = {
    frozenset(("softmax_over_one", "padding_attended")): "one number keeps all its weight under any mask",
    frozenset(("softmax_over_one", "mask_overflow")): "a softmax of one number has no NaN but that of padding",
    frozenset(
        ("softmax_over_batch", "mask_overflow")
    ): "a row of padding alone competes with other rows, and is no NaN",
}


class GeneralAttention(nn.Module):
    sizes = {"query": 5, "keys": 6, "values": 3}  # noqa: RUF012

    def __init__(self, bugs: Collection[str]) -> None:
        super().__init__()
        self.bugs = bugs
        self.project = nn.Linear(6, 5, bias=False)
        self.slots = nn.Parameter(torch.randn(50, 6))
        self.dropout = nn.Dropout(0.3)
        nn.init.normal_(self.project.weight)

    def score(self, query, keys):
        if "one_key_for_all" in self.bugs:
            keys = keys[:, -1:].expand_as(keys)
        if "blind_slots" in self.bugs:
            keys = self.slots[: keys.shape[1]].expand(len(keys), -1, -1)
        return torch.bmm(self.project(keys), query[:, :, None]).squeeze(2)

    def weights(self, scores, padding):
        if "mask_overflow" not in self.bugs:
            if scores.dtype == torch.half:
                scores = scores.float()
            if bool(padding.all(1).any()):
                raise ValueError("nothing to look at")
        if "padding_attended" not in self.bugs:
            if "mask_overflow" in self.bugs:
                scores = scores.masked_fill(padding, float("-inf"))
            else:
                scores = scores.masked_fill(padding, -1e9)
        scores = self.softmax(scores)
        if "double_softmax" in self.bugs:
            scores = self.softmax(scores)
        return scores

    def softmax(self, scores):
        if "softmax_over_one" in self.bugs:
            return torch.softmax(scores.clamp(min=-1e9)[:, :, None], dim=2).squeeze(2)
        if "softmax_over_batch" in self.bugs:
            return torch.softmax(scores, dim=0)
        if "normaliser_off_by_one" in self.bugs:
            return torch.exp(scores - torch.logsumexp(scores[:, 1:], dim=1, keepdim=True))
        return scores.softmax(dim=-1)

    def attend(self, query, keys, values, padding):
        scores = self.score(query, keys)
        weights = self.weights(scores, padding)
        used = scores.masked_fill(padding, 0.0) if "raw_context" in self.bugs else self.dropout(weights)
        return (used[:, :, None] * values).sum(1), weights


def make(bugs: Collection[str] = (), seed: int = 0) -> Implementation:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return inverted_masks(GeneralAttention(bugs))
