"""How a decoder looks back: scores, weights, context. Chapters 4 and 5.

Every mechanism is the same three lines: score each source position, turn the scores into weights
that sum to one, take the weighted sum of the values. They differ in the score alone.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True, eq=False)
class Attended:
    """What one look at the source gave; a masked position has score minus infinity and weight 0."""

    scores: Tensor  # (B, S), e_ij
    weights: Tensor  # (B, S), α_ij
    context: Tensor  # (B, M), c_i


def masked_softmax(scores: Tensor, mask: Tensor, check: bool = True) -> Tensor:
    """Return the softmax of ``scores`` over the last axis, exactly 0 where ``mask`` is False.

    ``mask`` is boolean and broadcasts to the shape of ``scores``. A row with nothing to attend to
    has no softmax: it raises ValueError. ``check=False`` skips that look, for loops whose mask
    :class:`~course_lib.encoders.Encoded` has looked at already (on a GPU each look waits).
    """
    if mask.dtype != torch.bool:
        raise ValueError(f"mask: expected a boolean tensor (True = real token), got {mask.dtype}.")
    if check and not mask.any(-1).all():
        raise ValueError("mask: a row is all padding, so there is nothing to attend to. Drop empty sentences.")
    return torch.softmax(scores.masked_fill(~mask, -torch.inf), dim=-1)


def weighted_sum(weights: Tensor, values: Tensor) -> Tensor:
    """Return c_i = Σ_j α_ij h_j: weights (B, S) and values (B, S, M) to a context (B, M)."""
    return torch.einsum("bs,bsm->bm", weights, values)


class AdditiveAttention(nn.Module):
    """e_ij = v_aᵀ tanh(W_a s_{i-1} + U_a h_j): Bahdanau, Cho & Bengio (2015), §A.1.2. Chapter 5.

    Follows the paper, v_a starting at zero included, so that every look begins as a plain average.
    Departs in the spread of W_a and U_a at the start (torch's default; the paper: 0.001).
    """

    def __init__(self, query_size: int, memory_size: int, attention_size: int) -> None:
        super().__init__()
        self.W_a = nn.Linear(query_size, attention_size, bias=False)
        self.U_a = nn.Linear(memory_size, attention_size, bias=False)
        self.v_a = nn.Parameter(torch.zeros(attention_size))

    def project_keys(self, memory: Tensor) -> Tensor:
        """Return the keys U_a h_j, (B, S, A). They do not depend on i: compute them once a sentence."""
        return self.U_a(memory)

    def scores(self, query: Tensor, keys: Tensor) -> Tensor:
        """Return e_ij, (B, S), for one query a sentence (B, H) and its keys (B, S, A)."""
        return torch.tanh(self.W_a(query).unsqueeze(1) + keys) @ self.v_a

    def forward(self, query: Tensor, keys: Tensor, values: Tensor, mask: Tensor) -> Attended:
        """Look once: one query (B, H) a sentence at keys (B, S, A), values (B, S, M), mask (B, S).

        The mask is taken as checked: see :func:`masked_softmax`.
        """
        scores = self.scores(query, keys).masked_fill(~mask, -torch.inf)
        weights = masked_softmax(scores, mask, check=False)
        return Attended(scores, weights, weighted_sum(weights, values))
