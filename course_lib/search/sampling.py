"""Words drawn from the model's own distribution. Chapter 13."""

from typing import Any

import torch
from torch import Tensor

from course_lib.finite import require_finite
from course_lib.options import check_number
from course_lib.search.hypothesis import Hypothesis, OnStep, StepFunction
from course_lib.search.rollout import roll_out
from course_lib.shapes import Float, Int
from course_lib.vocabulary import PAD


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
    ones more often, above 1 less often. PAD and BOS are never drawn; what the model gives them goes to
    the other words in proportion, so that sentences come more often than their ``log_prob`` says where
    that is much (label smoothing). ``generator`` makes the draw repeatable; ``log_prob`` is the model's
    own, at temperature 1. ValueError unless the temperature is above 0: the limit at 0 is :func:`greedy`; and where a
    sentence that has not ended has no possible next word.
    """
    try:
        check_number("temperature", temperature, above=0)
    except ValueError as error:
        raise ValueError(f"{error} For the limit at 0 use greedy.") from None

    def draw(log_probs: Float[Tensor, "B V"]) -> Int[Tensor, "B"]:
        nowhere = log_probs.isneginf().all(-1)  # (B,): the sentence has ended, or cannot go on: PAD, as greedy takes
        probabilities = _tempered(log_probs, temperature).masked_fill(nowhere.unsqueeze(-1), 1.0)
        return torch.multinomial(probabilities, 1, generator=generator).squeeze(-1).masked_fill(nowhere, PAD)

    return roll_out(step, state, batch_size, max_length, draw, device, on_step)


def tempered_probabilities(log_probs: Float[Tensor, "B V"], temperature: float) -> Float[Tensor, "B V"]:
    """Return p^(1 / temperature) of each row of log-probabilities, renormalised: what :func:`sample` draws from.

    Near 0 all of the mass goes to the largest, far above 1 the words become alike. What has probability 0 keeps it.
    ValueError unless the temperature is above 0, and where all of a row has probability 0;
    :class:`~course_lib.finite.NotFiniteError` for a NaN.
    """
    check_number("temperature", temperature, above=0)
    if bool(log_probs.isneginf().all(-1).any()):
        raise ValueError("Every word of a row has probability 0: a temperature has nothing to share out.")
    return _tempered(log_probs, temperature)


def _tempered(log_probs: Float[Tensor, "B V"], temperature: float) -> Float[Tensor, "B V"]:
    largest = log_probs.amax(-1, keepdim=True)  # (B, 1), NaN where one is
    require_finite("log-probabilities of the next word", largest.cpu().numpy(), infinite=True)
    # the largest becomes 0, so that a very low temperature overflows towards minus infinity alone
    return torch.softmax((log_probs - largest) / temperature, dim=-1)
