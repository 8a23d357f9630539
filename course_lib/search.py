"""From a step function to sentences. Knows no model: a step is any function that fits the Protocol.

Chapter 2 (greedy); the traces of every chapter come from these loops too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from course_lib.vocabulary import BOS, EOS, PAD


class StepResult(Protocol):
    """What search needs of a step's output."""

    @property
    def logits(self) -> Tensor: ...  # (B, V)

    @property
    def state(self) -> Any: ...


class StepFunction(Protocol):
    """Previous words (B,) and a state in; logits over the next word and a new state out."""

    def __call__(self, previous: Tensor, state: Any) -> StepResult: ...


OnStep = Callable[[Any, Tensor], None]
"""Called after every step with its output and the words (B,) chosen or given there."""


@dataclass(frozen=True)
class Hypothesis:
    """A decoded sentence: word ids without EOS, and its log-probability in nats, EOS included.

    ``finished`` is False where the limit came before EOS; then nothing is cut or added.
    """

    tokens: tuple[int, ...]
    log_prob: float
    finished: bool


@torch.no_grad()
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
    if max_length < 1:
        raise ValueError(f"max_length: expected 1 or more, got {max_length}.")
    chosen = torch.full((batch_size,), BOS, device=device)
    running = torch.ones(batch_size, dtype=torch.bool, device=device)
    log_prob = torch.zeros(batch_size, device=device)
    words = []
    for _ in range(max_length + 1):
        output = step(chosen, state)
        state = output.state
        log_probs = torch.log_softmax(output.logits.float(), dim=-1)
        allowed = log_probs.index_fill(-1, torch.tensor([PAD, BOS], device=log_probs.device), -torch.inf)
        best = allowed.argmax(-1)
        log_prob = log_prob + torch.where(running, log_probs.gather(-1, best.unsqueeze(-1)).squeeze(-1), 0.0)
        chosen = torch.where(running, best, PAD)
        words.append(chosen)
        if on_step is not None:
            on_step(output, chosen)
        running = running & (chosen != EOS)
        if not running.any():
            break
    rows = torch.stack(words, dim=1).tolist()
    return [_hypothesis(row, float(score), max_length) for row, score in zip(rows, log_prob, strict=True)]


@torch.no_grad()
def forced(step: StepFunction, state: Any, targets: Tensor, on_step: OnStep | None = None) -> Tensor:
    """Feed given sentences through the same steps; return the log-probability of each word (B, T).

    ``targets`` (B, T) holds y_1 … EOS; padded positions count 0.
    """
    previous = torch.full_like(targets[:, 0], BOS)
    scores = []
    for words in targets.unbind(1):
        output = step(previous, state)
        previous, state = words, output.state
        log_probs = torch.log_softmax(output.logits.float(), dim=-1)
        scores.append(log_probs.gather(-1, words.unsqueeze(-1)).squeeze(-1).masked_fill(words == PAD, 0.0))
        if on_step is not None:
            on_step(output, words)
    return torch.stack(scores, dim=1)


def _hypothesis(row: list[int], log_prob: float, max_length: int) -> Hypothesis:
    finished = EOS in row
    tokens = row[: row.index(EOS)] if finished else row[:max_length]
    return Hypothesis(tuple(tokens), log_prob, finished)
