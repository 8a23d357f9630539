"""What every attention shares: the masked softmax and the weighted sum. Chapters 4 and 5."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor, nn


@dataclass(frozen=True, eq=False)
class Attended:
    """What one look at the source gave, or T looks at once, with an axis T after B.

    A masked position has score minus infinity and weight 0. The record travels as it is, from the
    mechanism through the decoder's output to the trace: what is added to it is there at once.
    """

    scores: Tensor  # (B, S), e_ij
    weights: Tensor  # (B, S), α_ij
    context: Tensor  # (B, M), c_i
    centre: Tensor | None = None  # (B,), p_t of local attention
    position: Tensor | None = None  # (B,), ŝ_t of hard attention

    def at(self, step: int) -> "Attended":
        """Return look number ``step`` of T looks."""
        return Attended(**{name: part[:, step] for name, part in self.parts().items()})

    def parts(self) -> dict[str, Tensor]:
        """Return what is there, by name."""
        return {field.name: part for field in fields(self) if (part := getattr(self, field.name)) is not None}

    @classmethod
    def side_by_side(cls, looks: Sequence["Attended"]) -> "Attended":
        """Put T looks side by side: each tensor gains the axis T."""
        return cls(**{name: torch.stack([look.parts()[name] for look in looks], dim=1) for name in looks[0].parts()})


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
    """Return c_i = Σ_j α_ij h_j: weights (B, S) or (B, T, S) and values (B, S, M) to (B, M) or (B, T, M)."""
    return torch.einsum("b...s,bsm->b...m", weights, values)


class Attention(nn.Module):
    """Global attention: score every position, softmax, weighted sum. Subclasses bring the score.

    Queries come one a sentence, (B, H), or all T at once, (B, T, H), where nothing predicted is fed
    back; the outputs have the same leading axes.
    """

    def project_keys(self, memory: Tensor) -> Tensor:
        """Return what the score needs of each annotation, computed once a sentence. Here: as it is."""
        return memory

    def scores(self, query: Tensor, keys: Tensor) -> Tensor:
        """Return the scores (B, S) of a query (B, H) against keys (B, S, A).

        With an axis T in the query, (B, T, H), the keys have one too, (B, 1 or T, S, A).
        """
        raise NotImplementedError(f"{type(self).__name__} does not say how it scores.")

    def forward(self, query: Tensor, keys: Tensor, values: Tensor, mask: Tensor, first_step: int = 0) -> Attended:
        """Look at keys (B, S, A), values (B, S, M) under ``mask`` (B, S), which is taken as checked.

        ``first_step`` is the decoder step of the first query; global attention does not need it.
        """
        del first_step
        mask = over_steps(mask, query)
        scores = self.scores(query, over_steps(keys, query)).masked_fill(~mask, -torch.inf)
        weights = masked_softmax(scores, mask, check=False)
        return Attended(scores, weights, weighted_sum(weights, values))


def over_steps(of_source: Tensor, query: Tensor) -> Tensor:
    """Give a tensor (B, S, …) the axis of steps that ``query`` has: (B, 1, S, …) for (B, T, H)."""
    return of_source if query.dim() == 2 else of_source.unsqueeze(1)
