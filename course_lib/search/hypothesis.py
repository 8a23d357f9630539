"""What search asks of a step, and what it gives back. Chapters 2 and 13."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from course_lib.options import check_count
from course_lib.shapes import Float, Int
from course_lib.vocabulary import BOS, PAD


class StepResult(Protocol):
    """What search needs of a step's output."""

    @property
    def logits(self) -> Float[Tensor, "B V"]: ...

    @property
    def state(self) -> Any: ...


class StepFunction(Protocol):
    """Previous words and a state in; logits over the next word and a new state out."""

    def __call__(self, previous: Int[Tensor, "B"], state: Any) -> StepResult: ...


class Selectable(Protocol):
    """A state whose rows can move with the hypotheses of a beam."""

    def select(self, rows: Int[Tensor, "_"]) -> Any: ...  # the state of these rows, in this order


OnStep = Callable[[Any, Int[Tensor, "B"]], None]
"""Called after every step with its output and the words chosen or given there."""


@dataclass(frozen=True)
class Hypothesis:
    """A decoded sentence: word ids without EOS, and its log-probability in nats, EOS included.

    ``finished`` is False where the limit came before EOS; then nothing is cut or added, and the
    log-probability is that of the words alone.
    """

    tokens: tuple[int, ...]
    log_prob: float
    finished: bool


def allowed(log_probs: Float[Tensor, "B *T V"]) -> Float[Tensor, "B *T V"]:
    """Return a copy with PAD and BOS out of reach: no target sentence holds them."""
    return out_of_reach(log_probs.clone())


def out_of_reach(scores: Float[Tensor, "B *T V"]) -> Float[Tensor, "B *T V"]:
    """Put PAD and BOS out of reach in ``scores`` themselves, and return them."""
    scores[..., PAD : BOS + 1] = -torch.inf  # the first two ids; a list of them would travel to a GPU at every step
    return scores


def check_limit(max_length: int) -> None:
    """ValueError where there is no room for a single word, and for what is no whole number."""
    check_count("max_length", max_length)
