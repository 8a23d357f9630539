"""What every attention shares: the masked softmax and the weighted sum. Chapters 4, 5 and 15."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from course_lib.built import Built
from course_lib.shapes import Bool, Float, Int, Shaped


@dataclass(frozen=True, eq=False)
class Attended:
    """What one look at the source gave, or T looks at once, with an axis T after B.

    A masked position has score minus infinity and weight 0. The record travels as it is, from the
    mechanism through the decoder's output to the trace: what is added to it is there at once.
    """

    scores: Float[Tensor, "B *T S"]  # e_ij
    weights: Float[Tensor, "B *T S"]  # α_ij
    context: Float[Tensor, "B *T M"]  # c_i
    centre: Float[Tensor, "B *T"] | None = None  # p_t of local attention
    position: Int[Tensor, "B *T"] | None = None  # ŝ_t of hard attention
    heads: Float[Tensor, "B *T L N S"] | None = None  # weights of every layer and head of a Transformer

    def at(self, step: int) -> "Attended":
        """Return look number ``step`` of T looks."""
        return Attended(**{name: part[:, step] for name, part in self.parts().items()})

    def parts(self) -> dict[str, Shaped[Tensor, "B ..."]]:
        """Return what is there, by name."""
        return {field.name: part for field in fields(self) if (part := getattr(self, field.name)) is not None}

    @classmethod
    def side_by_side(cls, looks: Sequence["Attended"]) -> "Attended":
        """Put T looks side by side: each tensor gains the axis T."""
        return cls(**{name: torch.stack([look.parts()[name] for look in looks], dim=1) for name in looks[0].parts()})


def masked_softmax(
    scores: Float[Tensor, "*B S"], mask: Bool[Tensor, "*#B #S"], check: bool = True
) -> Float[Tensor, "*B S"]:
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


def weighted_sum(weights: Float[Tensor, "B *T S"], values: Float[Tensor, "B S M"]) -> Float[Tensor, "B *T M"]:
    """Return c_i = Σ_j α_ij h_j, for one step or for T at once."""
    return torch.einsum("b...s,bsm->b...m", weights, values)


class Attention(Built):
    """Global attention: score every position, softmax, weighted sum. Subclasses bring the score.

    Queries come one a sentence, (B, H), or all T at once, (B, T, H), where nothing predicted is fed
    back; the outputs have the same leading axes.
    """

    def project_keys(self, memory: Float[Tensor, "B S M"]) -> Float[Tensor, "B S A"]:
        """Return what the score needs of each annotation, computed once a sentence. Here: as it is."""
        return memory

    def scores(self, query: Float[Tensor, "B *T H"], keys: Float[Tensor, "B *#T S A"]) -> Float[Tensor, "B *T S"]:
        """Return the scores of each query against its keys.

        Where the query has an axis T, the keys have one too: of size 1 where every step sees the same ones.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say how it scores.")

    def forward(
        self,
        query: Float[Tensor, "B *T H"],
        keys: Float[Tensor, "B S A"],
        values: Float[Tensor, "B S M"],
        mask: Bool[Tensor, "B S"],
        first_step: int = 0,
    ) -> Attended:
        """Look at the keys and values under ``mask``, which is taken as checked.

        ``first_step`` is the decoder step of the first query; global attention does not need it.
        """
        del first_step
        mask = over_steps(mask, query)  # (B, S), or (B, 1, S) beside T queries
        scores = self.scores(query, over_steps(keys, query)).masked_fill(~mask, -torch.inf)
        weights = masked_softmax(scores, mask, check=False)
        return Attended(scores, weights, weighted_sum(weights, values))


def over_steps(of_source: Shaped[Tensor, "B S ..."], query: Float[Tensor, "B *T H"]) -> Shaped[Tensor, "B ..."]:
    """Give (B, S, …) the axis of steps that ``query`` has: (B, 1, S, …) for (B, T, H), the same for every step."""
    return of_source if query.dim() == 2 else of_source.unsqueeze(1)
