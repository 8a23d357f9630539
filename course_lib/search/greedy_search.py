"""The most probable word at each step, or the words that are given. Chapters 2 and 13."""

from typing import Any

import torch
from torch import Tensor

from course_lib.finite import require_finite
from course_lib.search.hypothesis import Hypothesis, OnStep, StepFunction
from course_lib.search.rollout import roll_out
from course_lib.shapes import Float, Int
from course_lib.vocabulary import BOS, PAD


def greedy(
    step: StepFunction,
    state: Any,
    batch_size: int,
    max_length: int,
    device: torch.device | str | None = None,
    on_step: OnStep | None = None,
) -> list[Hypothesis]:
    """Take the most probable word at each step until every sentence has its EOS.

    ``max_length`` counts the words, EOS not included. PAD and BOS are never chosen: no target
    sentence holds them. Log-probabilities are those of the full distribution.
    """
    return roll_out(step, state, batch_size, max_length, lambda log_probs: log_probs.argmax(-1), device, on_step)


@torch.no_grad()
def forced(
    step: StepFunction, state: Any, targets: Int[Tensor, "B T"], on_step: OnStep | None = None
) -> Float[Tensor, "B T"]:
    """Feed given sentences through the same steps; return the log-probability of each word.

    ``targets`` holds y_1 … EOS; padded positions count 0. :class:`NotFiniteError` for a NaN.
    """
    previous = torch.full_like(targets[:, 0], BOS)
    scores = []
    for words in targets.unbind(1):
        output = step(previous, state)
        previous, state = words, output.state
        log_probs = torch.log_softmax(output.logits.float(), dim=-1)  # (B, V)
        scores.append(log_probs.gather(-1, words.unsqueeze(-1)).squeeze(-1).masked_fill(words == PAD, 0.0))
        if on_step is not None:
            on_step(output, words)
    found = torch.stack(scores, dim=1)
    require_finite("log-probabilities of the given words", found.cpu().numpy(), infinite=True)
    return found
