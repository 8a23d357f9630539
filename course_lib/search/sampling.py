"""Words drawn from the model's own distribution. Chapter 13."""

from typing import Any

import torch
from torch import Tensor

from course_lib.finite import require_finite
from course_lib.options import check_number
from course_lib.search.hypothesis import Hypothesis, OnStep, StepFunction
from course_lib.search.rollout import roll_out
from course_lib.shapes import Float, Int


def sample(
    step: StepFunction,
    state: Any,
    batch_size: int,
    max_length: int,
    temperature: float = 1.0,
    generator: torch.Generator | None = None,
    device: torch.device | str | None = None,
    on_step: OnStep | None = None,
) -> list[Hypothesis]:
    """Draw each word from p(y_i | y_<i, x)^(1 / temperature), renormalised (ancestral sampling).

    At temperature 1 sentences come as often as the model finds them probable; below 1 the probable
    ones more often, above 1 less often. PAD and BOS are never drawn. ``generator`` makes the draw
    repeatable; ``log_prob`` is the model's own, at temperature 1. ValueError unless the temperature
    is above 0: the limit at 0 is :func:`greedy`.
    """
    try:
        check_number("temperature", temperature, above=0)
    except ValueError as error:
        raise ValueError(f"{error} For the limit at 0 use greedy.") from None

    def draw(log_probs: Float[Tensor, "B V"]) -> Int[Tensor, "B"]:
        largest = log_probs.amax(-1, keepdim=True)  # (B, 1), NaN where one is
        require_finite("log-probabilities of the next word", largest.cpu().numpy(), infinite=True)
        # the largest becomes 0, so that a very low temperature overflows towards minus infinity alone
        scaled = (log_probs - largest) / temperature
        return torch.multinomial(torch.softmax(scaled, dim=-1), 1, generator=generator).squeeze(-1)

    return roll_out(step, state, batch_size, max_length, draw, device, on_step)
