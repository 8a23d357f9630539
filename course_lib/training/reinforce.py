"""How positions that are drawn can learn: REINFORCE with a baseline. Chapter 10."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from course_lib.attention import SOFT, HardAttention
from course_lib.decoders import DecoderOutput
from course_lib.options import check_number, check_option, check_share
from course_lib.shapes import Bool, Float

BaselineName = Literal["moving", "none"]

DECAY = 0.9
"""Of the moving average: b_k = 0.9 b_{k-1} + 0.1 log p(y | ŝ_k, a)."""


@dataclass(frozen=True)
class Reinforce:
    """The gradient of the positions of hard attention: Xu et al. (2015), §4.1.

        ∂ log p(y | ŝ, a) + λ_r (log p(y | ŝ, a) − b) ∂ log p(ŝ | a) + λ_e ∂ H[ŝ]

    The first part is the cross-entropy; this class adds the other two. ``weight`` is λ_r, ``entropy``
    λ_e, and b the moving average of log p(y | ŝ, a) over the batches before this one that drew.

    ``mixing`` is the share of looks that are soft. ``soft_start`` is the share of the updates, at the
    beginning, in which every look is soft: from scratch, hard attention seldom finds where to look.
    A soft look has no draw to learn from: it adds nothing here.

    ``baseline="none"`` leaves b at 0: the estimate before the paper improves it. The gradient is the same on average,
    and noisier. ValueError for a share outside [0, 1], a negative weight or another baseline.

    Departs from the paper:

    - soft looks among the drawn ones: none by default, and one coin a look; the paper: one coin an image, a half of
      them soft (§4.1).
    - soft start: the first 35 % of the updates look softly; the paper: no such thing.
    - start of the baseline b: the mean log p(y | ŝ, a) of the first batch that draws; the paper: does not say.
    """

    weight: float = 0.1
    entropy: float = 0.01
    soft_start: float = 0.35
    mixing: float = 0.0
    baseline: BaselineName = "moving"

    def __post_init__(self) -> None:
        for name in ("soft_start", "mixing"):
            check_share(name, getattr(self, name))
        for name in ("weight", "entropy"):
            check_number(name, getattr(self, name), least=0)
        check_option("baseline", self.baseline, BaselineName)

    def soft_share(self, progress: float) -> float:
        """Return the share of soft looks once ``progress``, from 0 to 1, of the updates are done."""
        return 1.0 if progress < self.soft_start else self.mixing

    def loss(
        self,
        output: DecoderOutput,
        log_probs: Float[Tensor, "B"],
        words: Bool[Tensor, "B T"],
        baseline: Float[Tensor, ""],
    ) -> Float[Tensor, ""]:
        """Return a term of value 0 whose gradient is minus that of the last two parts, summed over sentences.

        ``log_probs`` is log p(y | ŝ, a) of each sentence, ``words`` True at real ones. Of
        value 0, for only the gradient means anything: the curve of the loss stays the cross-entropy.
        """
        if output.look is None or output.look.position is None:
            raise ValueError("REINFORCE needs the positions that were drawn; this model has no hard attention.")
        positions = output.look.position
        drawn = words & (positions != SOFT)  # (B, T)
        weights = output.look.weights.clamp(min=torch.finfo(output.look.weights.dtype).tiny)  # log 0 has no gradient
        chosen = weights.gather(-1, positions.clamp(min=0).unsqueeze(-1)).squeeze(-1).log()  # (B, T)
        reward = self.weight * (log_probs.detach() - baseline).unsqueeze(-1) * chosen
        gain = (reward + self.entropy * torch.special.entr(weights).sum(-1)).masked_fill(~drawn, 0.0).sum()
        return gain.detach() - gain


def hard_attention(model: nn.Module) -> HardAttention | None:
    """Return the hard attention in ``model``, or None."""
    return next((module for module in model.modules() if isinstance(module, HardAttention)), None)


@torch.no_grad()
def start_baseline(baseline: Float[Tensor, ""], log_probs: Float[Tensor, "B"]) -> None:
    """Let b, where it is still 0, begin at the mean of log p(y | ŝ, a) over a batch, in place.

    The paper does not say where it begins. After a soft start the first draws are
    worse than all before by many nats: with a b that lags behind, every draw of the next updates is
    punished, wherever it went, and what soft attention had learnt is gone.
    """
    baseline.copy_(torch.where(baseline == 0, log_probs.mean().to(baseline.dtype), baseline))


@torch.no_grad()
def update_baseline(baseline: Float[Tensor, ""], log_probs: Float[Tensor, "B"]) -> None:
    """Move b towards the mean of log p(y | ŝ, a) over a batch, in place."""
    baseline.lerp_(log_probs.mean().to(baseline.dtype), 1 - DECAY)
