"""Word vectors that know where they stand: the only word order that a Transformer has. Chapter 16."""

import math

import torch
from torch import Tensor, nn

from course_lib.shapes import Float

LONGEST_WAVE = 10_000
"""Times 2π positions: the longest wavelength. Vaswani et al. (2017), §3.5."""


def sinusoids(positions: Float[Tensor, "S"], size: int) -> Float[Tensor, "S M"]:
    """Return a vector of M = ``size`` entries for each position: Vaswani et al. (2017), §3.5.

        PE(p, 2i) = sin(p / 10000^(2i / M))        PE(p, 2i + 1) = cos(p / 10000^(2i / M))

    Nothing is learnt and no position is the last one: each pair of entries is a hand that goes round, slower from
    pair to pair.
    """
    even = torch.arange(0, size, 2, device=positions.device, dtype=positions.dtype)  # 2i
    angles = positions.unsqueeze(1) * LONGEST_WAVE ** (-even / size)  # (S, ⌈M / 2⌉)
    return torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(1)[:, :size]


def placed(vectors: Float[Tensor, "B S M"], first: int = 0) -> Float[Tensor, "B S M"]:
    """Return √M times word vectors, plus the position of each; the first word stands at position ``first``.

    Vaswani et al. (2017), §3.4 and §3.5.
    """
    _, S, M = vectors.shape
    positions = torch.arange(first, first + S, device=vectors.device, dtype=vectors.dtype)
    return enlarged(vectors) + sinusoids(positions, M)


def enlarged(vectors: Float[Tensor, "B S M"]) -> Float[Tensor, "B S M"]:
    """Return √M times word vectors, all that a model without positions reads: Vaswani et al. (2017), §3.4."""
    return math.sqrt(vectors.shape[-1]) * vectors


def start_small(embedding: nn.Embedding) -> nn.Embedding:
    """Return a fresh ``embedding`` as N(0, 1 / M), not N(0, 1): times √M its words are as large as positions."""
    with torch.no_grad():
        embedding.weight.mul_(embedding.embedding_dim**-0.5)
    return embedding
