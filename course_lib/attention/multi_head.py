"""Scaled dot products, several side by side: Transformers look with nothing else. Chapter 16."""

import math

import torch
from torch import Tensor, nn

from course_lib.attention.base import masked_softmax
from course_lib.built import Built
from course_lib.options import MOST_UNITS, check_count, check_switch
from course_lib.shapes import Bool, Float


def scaled_dot_product(
    queries: Float[Tensor, "*B T A"],
    keys: Float[Tensor, "*B S A"],
    values: Float[Tensor, "*B S M"],
    mask: Bool[Tensor, "*#B #T #S"],
    scaled: bool = True,
) -> tuple[Float[Tensor, "*B T M"], Float[Tensor, "*B T S"]]:
    """Return softmax(Q Kᵀ / √d) V and the weights: Vaswani et al. (2017), eq. 1; their d is A here.

    ``mask`` is True where a position may be seen. A query that may see nothing is a ValueError. ``scaled=False``
    leaves 1 / √d out.
    """
    if queries.shape[-1] != keys.shape[-1]:
        raise ValueError(f"Queries of size {queries.shape[-1]} cannot be compared with keys of size {keys.shape[-1]}.")
    root = math.sqrt(queries.shape[-1]) if check_switch("scaled", scaled) else 1.0
    weights = masked_softmax(queries @ keys.mT / root, mask)  # (…, T, S)
    return weights @ values, weights


class MultiHeadAttention(Built):
    """N scaled dot products, each of its own part of queries, keys and values: Vaswani et al. (2017), §3.2.2.

        head_n = softmax(Q W_n^Q (K W_n^K)ᵀ / √A) V W_n^V                       A = M / N
        look   = [head_1; …; head_N] W^O

    The matrices of all heads stand below each other in W_q, W_k and W_v. As in the paper none has a bias.
    ``scaled=False`` leaves 1 / √A out: one switch, to see what it does. ValueError unless ``heads`` divides ``size``.
    """

    def __init__(self, size: int, heads: int, scaled: bool = True) -> None:
        super().__init__()
        if check_count("size", size, most=MOST_UNITS) % check_count("heads", heads):
            raise ValueError(
                f"heads: expected a divisor of the size {size}, for each takes an equal part of it, got {heads}."
            )
        self.heads, self.scaled = heads, check_switch("scaled", scaled)
        self.W_q, self.W_k, self.W_v, self.W_o = (nn.Linear(size, size, bias=False) for _ in range(4))

    def project(self, memory: Float[Tensor, "B S M"]) -> tuple[Float[Tensor, "B S M"], Float[Tensor, "B S M"]]:
        """Return keys and values of all heads. They do not depend on who asks: compute them once."""
        return self.W_k(memory), self.W_v(memory)

    def attend(
        self,
        inputs: Float[Tensor, "B T M"],
        keys: Float[Tensor, "B S M"],
        values: Float[Tensor, "B S M"],
        mask: Bool[Tensor, "#B #T S"],
    ) -> tuple[Float[Tensor, "B T M"], Float[Tensor, "B N T S"]]:
        """Let T positions ask S others, whose :meth:`project` is given; return what each brings back, and the weights.

        ``mask`` is True where a position may be seen, by every head.
        """
        queries, keys, values = (self._split(vectors) for vectors in (self.W_q(inputs), keys, values))
        mask = mask.unsqueeze(1)  # the same for every head
        heads, weights = scaled_dot_product(queries, keys, values, mask, self.scaled)  # (B, N, T, A), (B, N, T, S)
        return self.W_o(heads.transpose(1, 2).flatten(2)), weights  # heads side by side: (B, T, M)

    def _split(self, vectors: Float[Tensor, "B S M"]) -> Float[Tensor, "B N S A"]:
        """Cut vectors into heads, A = M / N entries each."""
        return vectors.unflatten(-1, (self.heads, -1)).transpose(1, 2)


def causal_mask(queries: int, keys: int, device: torch.device) -> Bool[Tensor, "T S"]:
    """Return which of S = ``keys`` positions each of the last T = ``queries`` among them may see: none after itself."""
    return torch.ones(queries, keys, dtype=torch.bool, device=device).tril(keys - queries)
