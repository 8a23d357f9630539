"""What every decoder gives and has."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

import torch
from torch import Tensor, nn

from course_lib.attention import Attended
from course_lib.encoders import Encoded, State
from course_lib.vocabulary import PAD


@dataclass(frozen=True, eq=False)
class StepOutput:
    """What one step gives; what attention adds is ``None`` without it."""

    logits: Tensor  # (B, V), before the softmax over words
    state: State  # after the step
    scores: Tensor | None = None  # (B, S)
    weights: Tensor | None = None  # (B, S)
    context: Tensor | None = None  # (B, M)
    centre: Tensor | None = None  # (B,), p_t of local attention
    position: Tensor | None = None  # (B,), ŝ_t of hard attention

    @classmethod
    def of(cls, logits: Tensor, state: State, look: Attended, context: Tensor | None = None) -> "StepOutput":
        """Return the output of a step with a look; ``context`` where it is not the look's own."""
        context = look.context if context is None else context
        return cls(logits, state, look.scores, look.weights, context, look.centre, look.position)


@dataclass(frozen=True, eq=False)
class DecoderOutput:
    """What all steps of a teacher-forced run give; row i belongs to the prediction of y_i."""

    logits: Tensor  # (B, T, V)
    states: Tensor  # (B, T, H), top layer, after each step
    scores: Tensor | None = None  # (B, T, S)
    weights: Tensor | None = None  # (B, T, S)
    contexts: Tensor | None = None  # (B, T, M)
    centres: Tensor | None = None  # (B, T)
    positions: Tensor | None = None  # (B, T)

    @classmethod
    def of(cls, logits: Tensor, states: Tensor, looks: Attended, contexts: Tensor | None = None) -> "DecoderOutput":
        """Return the output of all steps with their looks; ``contexts`` where they are not the looks' own."""
        contexts = looks.context if contexts is None else contexts
        return cls(logits, states, looks.scores, looks.weights, contexts, looks.centre, looks.position)


class Decoder(nn.Module):
    """What decoders share: embeddings and dropout. Subclasses bring ``step`` and ``forward``."""

    def __init__(self, vocabulary_size: int, embedding: int, dropout: float) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding, padding_idx=PAD)
        self.dropout = nn.Dropout(dropout)

    def prepare(self, encoded: Encoded) -> Encoded:
        """Return ``encoded`` with what serves every step: the keys, where there is attention."""
        return encoded

    def initial_state(self, encoded: Encoded) -> State:
        """Return the state before the first step. Here: what the encoder hands over, as it is."""
        return encoded.initial

    def step(self, previous: Tensor, state: State, encoded: Encoded) -> StepOutput:
        """Read y_{i-1} (B,), return the logits of y_i (B, V) and the state after the step."""
        raise NotImplementedError(f"{type(self).__name__} has no step.")

    def _embed(self, tokens: Tensor) -> Tensor:
        return self.dropout(self.embedding(tokens))


def stack(steps: Iterable[Tensor]) -> Tensor:
    """Put T tensors (B, …) side by side: (B, T, …)."""
    return torch.stack(list(steps), dim=1)


def stack_looks(looks: list[Attended]) -> Attended:
    """Put T looks side by side: each tensor gains the axis T."""
    parts: dict[str, Tensor] = {}
    for field in fields(Attended):
        found = [part for look in looks if (part := getattr(look, field.name)) is not None]
        if found:
            parts[field.name] = stack(found)
    return Attended(**parts)
