"""What a whole hypothesis is worth, so that short and long ones can be compared. Chapter 13."""

from dataclasses import dataclass

import torch
from torch import Tensor

from course_lib.options import check_number
from course_lib.shapes import Bool, Float


@dataclass(frozen=True)
class Scoring:
    """s(Y, X) = log P(Y|X) / lp(Y) + cp(X; Y): Wu et al. (2016), §7, eq. 14.

        lp(Y) = ((5 + |Y|) / 6)^α        cp(X; Y) = β Σ_j log min(Σ_i α_ij, 1)

    EOS counts in |Y|, as it does in log P(Y|X), so lp is 1 for the empty translation. α = 0 leaves
    the log-probability as it is, β = 0 leaves coverage out. Neither may be negative.

    Departs from the paper:

    - coverage of a word without any weight: as if it had the smallest normal float32 (log ≈ −87), so that hypotheses
      can still be told apart; the paper: log 0, which is −∞ (Wu et al., 2016, §7).
    """

    alpha: float = 0.0
    beta: float = 0.0

    def __post_init__(self) -> None:
        check_number("length_normalisation", self.alpha, least=0)
        check_number("coverage_penalty", self.beta, least=0)

    def length_penalty(self, length: int) -> float:
        """Return lp for ``length`` words, EOS among them."""
        return ((5 + length) / 6) ** self.alpha

    def coverage_penalty(self, coverage: Float[Tensor, "B S"], source_words: Bool[Tensor, "B S"]) -> Float[Tensor, "B"]:
        """Return cp of Σ_i α_ij over the positions where ``source_words`` is True.

        A word may get no weight at all, as outside the window of local attention.
        """
        seen = coverage.float().clamp(torch.finfo(torch.float32).tiny, 1.0)
        return self.beta * seen.log().masked_fill(~source_words, 0.0).sum(-1)

    def score(self, log_prob: float, length: int, coverage: float = 0.0) -> float:
        """Return s of a hypothesis of ``length`` words; ``coverage`` is its cp."""
        return log_prob / self.length_penalty(length) + coverage

    def bound(self, log_prob: float, longest: int) -> float:
        """Return a score that no continuation of up to ``longest`` words, EOS among them, can pass.

        Words to come can only lower log P ≤ 0, lp is largest at the greatest length, and cp ≤ 0.
        """
        return self.score(log_prob, longest)
