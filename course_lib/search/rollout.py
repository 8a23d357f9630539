"""Write one word after the other, each chosen by a rule and never taken back. Chapters 2 and 13."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from course_lib.finite import require_finite
from course_lib.search.hypothesis import Hypothesis, OnStep, StepFunction, check_limit, out_of_reach
from course_lib.shapes import Float, Int
from course_lib.vocabulary import BOS, EOS, PAD


@torch.no_grad()
def roll_out(
    step: StepFunction,
    state: Any,
    batch_size: int,
    max_length: int,
    choose: Callable[[Float[Tensor, "B V"]], Int[Tensor, "B"]],
    device: torch.device | str | None,
    on_step: OnStep | None,
) -> list[Hypothesis]:
    """Let ``choose`` pick words from log-probabilities until every sentence has its EOS.

    ``max_length`` counts the words, EOS not included. PAD and BOS are never on offer.
    Log-probabilities are those of the full distribution; :class:`NotFiniteError` where they are NaN.
    """
    check_limit(max_length)
    chosen = torch.full((batch_size,), BOS, device=device)
    running = torch.ones(batch_size, dtype=torch.bool, device=device)
    log_prob = torch.zeros(batch_size, device=device)
    words = []
    for length in range(1, max_length + 2):
        output = step(chosen, state)
        state = output.state
        log_probs = torch.log_softmax(output.logits.float(), dim=-1)  # (B, V)
        picked = choose(out_of_reach(log_probs))  # (B,)
        # past the limit only EOS belongs to the sentence
        counted = running if length <= max_length else running & (picked == EOS)
        log_prob = log_prob + torch.where(counted, log_probs.gather(-1, picked.unsqueeze(-1)).squeeze(-1), 0.0)
        chosen = torch.where(running, picked, PAD)
        words.append(chosen)
        if on_step is not None:
            on_step(output, chosen)
        running = running & (chosen != EOS)
        if not running.any():
            break
    require_finite("log-probabilities of the chosen words", log_prob.tolist(), infinite=True)  # argmax takes a NaN
    rows = torch.stack(words, dim=1).tolist()  # (B, steps)
    return [_hypothesis(row, float(total), max_length) for row, total in zip(rows, log_prob, strict=True)]


def _hypothesis(row: list[int], log_prob: float, max_length: int) -> Hypothesis:
    finished = EOS in row
    tokens = row[: row.index(EOS)] if finished else row[:max_length]
    if PAD in tokens:
        raise ValueError(f"After {tokens.index(PAD)} word(s) every next word has probability 0.")
    return Hypothesis(tuple(tokens), log_prob, finished)
