"""Look at one position, not at an average. Chapter 10."""

from dataclasses import replace

import torch
from torch import Tensor

from course_lib.attention.base import Attended, Attention
from course_lib.built import Built
from course_lib.finite import require_finite
from course_lib.options import check_share
from course_lib.shapes import Bool, Float, Int

SOFT = -1
"""Stands for the position where a look was soft."""


class HardAttention(Built):
    """Draw ŝ_t from the weights α_t and take the one annotation a_ŝ: Xu et al. (2015), §4.1, eqs. 8 and 9.

    Goes around any global attention, which says how to score. ``weights`` stay the α_t of the
    score, ``position`` says where the look went.

    A draw has no gradient: what the score learns comes from
    :class:`~course_lib.training.reinforce.Reinforce`, which keeps its moving average of log p(y | ŝ, a) in the
    buffer ``baseline``, so that it travels with checkpoints. ``soft_share`` is the share of looks that are
    soft instead, by :meth:`soften`; their position is ``SOFT``.

    Departs from the paper:

    - hard attention in evaluation: the most probable position, so that a source has one output; the paper: speaks of
      draws alone.
    """

    NO_SETTINGS = ("baseline", "soft_share")  # they move while training
    baseline: Float[Tensor, ""]

    def __init__(self, align: Attention) -> None:
        super().__init__()
        if not isinstance(align, Attention):
            raise ValueError(f"Hard attention draws from the weights of a global one, got {type(align).__name__}.")
        self.align = align
        self.soft_share = 0.0
        self.register_buffer("baseline", torch.zeros(()))

    def soften(self, share: float) -> None:
        """Look softly, in training mode, in that ``share`` of the looks from now on; ValueError outside [0, 1]."""
        self.soft_share = check_share("share", share)

    @property
    def coverage(self) -> bool:
        """Whether the score inside knows how much each position has been looked at."""
        return getattr(self.align, "coverage", False)

    def project_keys(self, memory: Float[Tensor, "B S M"]) -> Float[Tensor, "B S A"]:
        """Return the keys of the score inside."""
        return self.align.project_keys(memory)

    def forward(
        self,
        query: Float[Tensor, "B *T H"],
        keys: Float[Tensor, "B S A"],
        values: Float[Tensor, "B S M"],
        mask: Bool[Tensor, "B S"],
        first_step: int = 0,
        **of_the_score: Float[Tensor, "B S"] | None,
    ) -> Attended:
        """Look as every attention does, at one position a query."""
        look = self.align(query, keys, values, mask, first_step, **of_the_score)
        if not self.training:
            positions = look.weights.argmax(-1)
            diverged = look.weights.isnan().any(-1, keepdim=True)  # argmax chooses a NaN and hides it
            context = annotations_at(values, positions).masked_fill(diverged, torch.nan)
            return replace(look, context=context, position=positions)
        positions = draw(look.weights)
        soft = torch.rand(positions.shape, device=positions.device) < self.soft_share
        context = torch.where(soft.unsqueeze(-1), look.context, annotations_at(values, positions))
        return replace(look, context=context, position=positions.masked_fill(soft, SOFT))


def draw(weights: Float[Tensor, "*B S"]) -> Int[Tensor, "*B"]:
    """Return a position for each row of weights, as often as its weight says; never one of weight 0.

    :class:`NotFiniteError` where the weights are NaN.
    """
    rows = weights.detach().flatten(0, -2)  # (B · T, S): torch draws from the rows of a matrix
    require_finite("attention weights to draw a position from", rows.float().cpu().numpy())
    return torch.multinomial(rows, 1).view(weights.shape[:-1])


def annotations_at(values: Float[Tensor, "B S M"], positions: Int[Tensor, "B *T"]) -> Float[Tensor, "B *T M"]:
    """Pick a_ŝ from the values, for one step or for T at once."""
    index = positions.flatten(1) if positions.dim() > 1 else positions.unsqueeze(1)  # (B, T), T = 1 for one step
    picked = values.gather(1, index.unsqueeze(-1).expand(-1, -1, values.shape[-1]))  # (B, T, M)
    return picked.view(*positions.shape, values.shape[-1])
