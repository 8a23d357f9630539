"""Where it leads: scaled dot products, and a sentence that attends to itself. Chapter 16."""

import math

import torch
from torch import Tensor, nn

from course_lib.attention.base import masked_softmax
from course_lib.built import Built
from course_lib.options import MOST_UNITS, check_count
from course_lib.shapes import Bool, Float


def scaled_dot_product(
    queries: Float[Tensor, "*B T A"],
    keys: Float[Tensor, "*B S A"],
    values: Float[Tensor, "*B S M"],
    mask: Bool[Tensor, "*#B #T #S"],
) -> tuple[Float[Tensor, "*B T M"], Float[Tensor, "*B T S"]]:
    """Return softmax(Q Kᵀ / √d) V and the weights: Vaswani et al. (2017), eq. 1; their d is A here.

    ``mask`` is True where a position may be seen. A query that may see nothing is a ValueError.
    """
    if queries.shape[-1] != keys.shape[-1]:
        raise ValueError(f"Queries of size {queries.shape[-1]} cannot be compared with keys of size {keys.shape[-1]}.")
    weights = masked_softmax(queries @ keys.mT / math.sqrt(queries.shape[-1]), mask)  # (…, T, S)
    return weights @ values, weights


class SelfAttention(Built):
    """Multi-head self-attention: Vaswani et al. (2017), §3.2.2. ``causal`` hides what comes later.

    Departs from the paper:

    - biases of W_q, W_k, W_v and W_o: there are four; the paper: none.
    """

    def __init__(self, size: int, heads: int, causal: bool = False) -> None:
        super().__init__()
        if check_count("size", size, most=MOST_UNITS) % check_count("heads", heads):
            raise ValueError(f"heads: expected a divisor of the size {size}, got {heads}.")
        self.heads = heads
        self.causal = causal
        self.W_q, self.W_k, self.W_v, self.W_o = (nn.Linear(size, size) for _ in range(4))

    def forward(
        self, inputs: Float[Tensor, "B S M"], mask: Bool[Tensor, "B S"]
    ) -> tuple[Float[Tensor, "B S M"], Float[Tensor, "B N S S"]]:
        """Return new vectors of the same size, and the weights of each head: the positions ask and answer."""
        seen = mask[:, None, None, :]  # (B, 1, 1, S): the same for every head and every query
        if self.causal:
            S = inputs.shape[1]
            seen = seen & torch.ones(S, S, dtype=torch.bool, device=inputs.device).tril()  # (B, 1, S, S)
        queries, keys, values = (self._split(W(inputs)) for W in (self.W_q, self.W_k, self.W_v))
        attended, weights = scaled_dot_product(queries, keys, values, seen)  # (B, N, S, M / N)
        return self.W_o(attended.transpose(1, 2).flatten(2)), weights  # heads side by side: (B, S, M)

    def _split(self, vectors: Float[Tensor, "B S M"]) -> Float[Tensor, "B N S A"]:
        """Cut vectors into heads, A = M / N entries each."""
        return vectors.unflatten(-1, (self.heads, -1)).transpose(1, 2)
