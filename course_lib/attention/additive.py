"""Bahdanau's score, which is Luong's *concat* too. Chapters 5 and 7 to 9."""

import torch
from torch import Tensor, nn

from course_lib.attention.base import Attended, Attention
from course_lib.options import check_switch
from course_lib.shapes import Bool, Float


class AdditiveAttention(Attention):
    """e_ij = v_aᵀ tanh(W_a s_{i-1} + U_a h_j): Bahdanau, Cho & Bengio (2015), §A.1.2. Chapter 5.

    Follows the paper, v_a starting at zero included, so that every look begins as a plain average.

    Departs from the paper:

    - start of W_a and U_a: torch's default, U(±1/√n); the paper: N(0, 0.001²) (§B.1).
    - plain keys: an option, off by default, that leaves U_a out, so that an annotation is its own key; the paper:
      U_a h_j.
    - coverage: without a bias, w_c starting at 0; the paper: with b_attn (See et al., 2017, eq. 11).

    Luong, Pham & Manning (2015), §3.1, call the same score *concat*: their W_a [h_t; h̄_s] is
    W_a h_t + U_a h̄_s with the two halves of the matrix written apart. With ``plain_keys`` U_a is the identity,
    as in the models of their note 15, and ``attention_size`` has to be ``memory_size``.

    ``coverage`` adds w_c · Σ_{i'<i} α_{i'j} inside the tanh: See, Liu & Manning (2017), eq. 11.
    """

    def __init__(
        self,
        query_size: int,
        memory_size: int,
        attention_size: int,
        coverage: bool = False,
        *,
        plain_keys: bool = False,
    ) -> None:
        super().__init__()
        if check_switch("plain_keys", plain_keys) and attention_size != memory_size:
            raise ValueError(
                f"plain_keys takes the annotations as keys, so attention_size has to be their size {memory_size}, "
                f"got {attention_size}. Leave plain_keys out, or score in {memory_size} units."
            )
        self.W_a = nn.Linear(query_size, attention_size, bias=False)
        self.U_a = nn.Identity() if plain_keys else nn.Linear(memory_size, attention_size, bias=False)
        self.v_a = nn.Parameter(torch.zeros(attention_size))
        self.w_c = nn.Parameter(torch.zeros(attention_size)) if coverage else None

    @property
    def coverage(self) -> bool:
        """Whether the score knows how much each position has been looked at."""
        return self.w_c is not None

    def project_keys(self, memory: Float[Tensor, "B S M"]) -> Float[Tensor, "B S A"]:
        """Return the keys U_a h_j, h_j itself if plain. They do not depend on i: compute them once a sentence."""
        return self.U_a(memory)

    def scores(self, query: Float[Tensor, "B *T H"], keys: Float[Tensor, "B *#T S A"]) -> Float[Tensor, "B *T S"]:
        """Return e_ij. Every query meets every key, so the query gains an axis S to be repeated along."""
        asked = self.W_a(query).unsqueeze(-2)  # (B, 1, A)
        return torch.tanh(asked + keys) @ self.v_a  # (B, S)

    def forward(
        self,
        query: Float[Tensor, "B *T H"],
        keys: Float[Tensor, "B S A"],
        values: Float[Tensor, "B S M"],
        mask: Bool[Tensor, "B S"],
        first_step: int = 0,
        coverage: Float[Tensor, "B S"] | None = None,
    ) -> Attended:
        """Look as every attention does; ``coverage`` is the sum of the weights so far."""
        if self.w_c is not None:
            if coverage is None:
                raise ValueError("This attention was built with coverage: give the sum of the weights so far, (B, S).")
            keys = keys + coverage.unsqueeze(-1) * self.w_c  # (B, S, 1) · (A,): coverage moves the key of each position
        return super().forward(query, keys, values, mask, first_step)
