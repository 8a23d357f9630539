"""What every decoder gives and has."""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from course_lib.attention import Attended, Attention, HardAttention, LocalAttention
from course_lib.built import Built
from course_lib.encoders import Encoded, State
from course_lib.options import check_share
from course_lib.shapes import Float, Int, Shaped
from course_lib.vocabulary import PAD


@dataclass(frozen=True, eq=False)
class StepOutput:
    """What one step gives; ``look`` is ``None`` in a model without attention."""

    logits: Float[Tensor, "B V"]  # before the softmax over words
    state: State  # after the step
    look: Attended | None = None  # (B, …)

    @property
    def weights(self) -> Float[Tensor, "B S"] | None:
        """α_ij, if there is attention."""
        return None if self.look is None else self.look.weights


@dataclass(frozen=True, eq=False)
class DecoderOutput:
    """What all steps of a teacher-forced run give; row i belongs to the prediction of y_i."""

    logits: Float[Tensor, "B T V"]
    states: Float[Tensor, "B T H"]  # top layer, after each step
    look: Attended | None = None  # (B, T, …)

    @property
    def weights(self) -> Float[Tensor, "B T S"] | None:
        """α_ij, if there is attention."""
        return None if self.look is None else self.look.weights


class Decoder(Built):
    """What decoders share: embeddings, dropout, an attention or none. Subclasses bring ``step`` and ``forward``."""

    attention: Attention | LocalAttention | HardAttention | None

    def __init__(self, vocabulary_size: int, embedding: int, dropout: float) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding, padding_idx=PAD)
        self.dropout = nn.Dropout(check_share("dropout", dropout, whole=False))
        self.attention = None

    def prepare(self, encoded: Encoded) -> Encoded:
        """Return ``encoded`` with what serves every step: the keys, where there is attention."""
        return encoded

    def initial_state(self, encoded: Encoded) -> State:
        """Return the state before the first step. Here: what the encoder hands over, as it is."""
        return encoded.initial

    def step(self, previous: Int[Tensor, "B"], state: State, encoded: Encoded) -> StepOutput:
        """Read y_{i-1}, return the logits of y_i and the state after the step."""
        raise NotImplementedError(f"{type(self).__name__} has no step.")

    def out_of_reach(self) -> list[Shaped[Tensor, "..."]]:
        """Return those weights of the decoder that no gradient reaches, because an option leaves them unused."""
        return []

    def hears_source(self) -> bool:
        """Return whether anything of the source reaches the decoder."""
        return True

    def _embed(self, tokens: Int[Tensor, "B *T"]) -> Float[Tensor, "B *T E"]:
        return self.dropout(self.embedding(tokens))


def stack(steps: Iterable[Shaped[Tensor, "B ..."]]) -> Shaped[Tensor, "B T ..."]:
    """Put what T steps gave side by side."""
    return torch.stack(list(steps), dim=1)
