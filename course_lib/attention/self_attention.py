"""Where it leads: scaled dot products, and a sentence that attends to itself. Chapter 16."""

import math

import torch
from torch import Tensor, nn

from course_lib.attention.base import masked_softmax


def scaled_dot_product(queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Return softmax(Q Kᵀ / √d) V and the weights: Vaswani et al. (2017), eq. 1.

    Q is (…, T, d), K (…, S, d), V (…, S, M); ``mask`` is boolean, True where a position may be seen,
    and broadcasts to (…, T, S). A query that may see nothing is a ValueError.
    """
    if queries.shape[-1] != keys.shape[-1]:
        raise ValueError(f"Queries of size {queries.shape[-1]} cannot be compared with keys of size {keys.shape[-1]}.")
    weights = masked_softmax(queries @ keys.mT / math.sqrt(queries.shape[-1]), mask)
    return weights @ values, weights


class SelfAttention(nn.Module):
    """Multi-head self-attention: Vaswani et al. (2017), §3.2.2. ``causal`` hides what comes later."""

    def __init__(self, size: int, heads: int, causal: bool = False) -> None:
        super().__init__()
        if heads < 1 or size % heads:
            raise ValueError(f"heads: expected a divisor of the size {size}, got {heads}.")
        self.heads = heads
        self.causal = causal
        self.W_q, self.W_k, self.W_v, self.W_o = (nn.Linear(size, size) for _ in range(4))

    def forward(self, inputs: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return new vectors (B, S, size) and weights (B, heads, S, S) for inputs and their mask (B, S)."""
        seen = mask[:, None, None, :]
        if self.causal:
            S = inputs.shape[1]
            seen = seen & torch.ones(S, S, dtype=torch.bool, device=inputs.device).tril()
        queries, keys, values = (self._split(W(inputs)) for W in (self.W_q, self.W_k, self.W_v))
        attended, weights = scaled_dot_product(queries, keys, values, seen)
        return self.W_o(attended.transpose(1, 2).flatten(2)), weights

    def _split(self, vectors: Tensor) -> Tensor:
        """Cut (B, S, size) into heads: (B, heads, S, size / heads)."""
        return vectors.unflatten(-1, (self.heads, -1)).transpose(1, 2)
