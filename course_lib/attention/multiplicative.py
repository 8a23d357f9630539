"""Luong's other scores: dot, general, location. Chapters 7 and 9.

Luong, Pham & Manning (2015), §3.1 and eq. 8; their h_t is the query, their h̄_s the annotation.
"""

import torch
from torch import Tensor, nn

from course_lib.attention.base import Attention
from course_lib.options import MOST_UNITS, check_count
from course_lib.shapes import Float


class DotAttention(Attention):
    """score(h_t, h̄_s) = h_tᵀ h̄_s: no parameters, so query and annotation must be of one size."""

    def __init__(self, query_size: int, memory_size: int) -> None:
        super().__init__()
        if query_size != memory_size:
            raise ValueError(
                f"The dot score compares entry with entry: expected annotations of the query's size {query_size}, "
                f"got {memory_size}. Use the general score, or a decoder of {memory_size} units."
            )

    def scores(self, query: Float[Tensor, "B *T H"], keys: Float[Tensor, "B *#T S H"]) -> Float[Tensor, "B *T S"]:
        """Return h_tᵀ h̄_s."""
        return dot_products(query, keys)


class GeneralAttention(Attention):
    """score(h_t, h̄_s) = h_tᵀ W_a h̄_s; W_a h̄_s is the key, computed once a sentence."""

    def __init__(self, query_size: int, memory_size: int) -> None:
        super().__init__()
        self.W_a = nn.Linear(memory_size, query_size, bias=False)

    def project_keys(self, memory: Float[Tensor, "B S M"]) -> Float[Tensor, "B S H"]:
        """Return W_a h̄_s."""
        return self.W_a(memory)

    def scores(self, query: Float[Tensor, "B *T H"], keys: Float[Tensor, "B *#T S H"]) -> Float[Tensor, "B *T S"]:
        """Return h_tᵀ W_a h̄_s."""
        return dot_products(query, keys)


class LocationAttention(Attention):
    """a_t = softmax(W_a h_t): the decoder points at positions without looking at what stands there.

    W_a has one row for each position up to ``longest_source``.

    Departs from the paper:

    - location, a longer sentence: an error; the paper: ignores the words near the end (footnote 6).
    - location, a shorter sentence: the softmax is of the first S entries, so the weights sum to 1; the paper: uses the
      top part of a_t, the softmax of all (footnote 6).
    """

    def __init__(self, query_size: int, longest_source: int) -> None:
        super().__init__()
        self.W_a = nn.Linear(query_size, check_count("longest_source", longest_source, most=MOST_UNITS), bias=False)

    def scores(self, query: Float[Tensor, "B *T H"], keys: Float[Tensor, "B *#T S A"]) -> Float[Tensor, "B *T S"]:
        """Return the first S entries of W_a h_t."""
        S, longest = keys.shape[-2], self.W_a.out_features
        if longest < S:
            raise ValueError(
                f"Location attention was built for at most {longest} source positions (</s> included), "
                f"this sentence has {S}. Shorten it, or build the model with a larger longest_source."
            )
        return self.W_a(query)[..., :S]  # of (B, longest) what this sentence needs


def dot_products(query: Float[Tensor, "B *T H"], keys: Float[Tensor, "B *#T S H"]) -> Float[Tensor, "B *T S"]:
    """Return the products of each query with its keys."""
    if query.dim() == 2:
        return torch.einsum("bh,bsh->bs", query, keys)
    if keys.shape[1] == 1:  # every step looks at the same keys: one matrix product a sentence
        return query @ keys.squeeze(1).mT  # (B, T, H) @ (B, H, S)
    return torch.einsum("bth,btsh->bts", query, keys)
