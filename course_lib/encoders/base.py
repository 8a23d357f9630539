"""What encoders hand over and what all decoders carry: states, annotations, keys. Chapters 2, 3, 5 and 16."""

from dataclasses import dataclass, fields, replace
from typing import Protocol

from torch import Tensor

from course_lib.shapes import Bool, Float, Int


@dataclass(frozen=True, eq=False)
class State:
    """What a decoder carries from step to step; all but ``hidden`` only where its model has it."""

    hidden: Float[Tensor, "L B H"]
    cell: Float[Tensor, "L B H"] | None = None  # of an LSTM
    fed_back: Float[Tensor, "B _"] | None = None  # what is read beside the word: h̃_{t-1} or c_{i-1}
    coverage: Float[Tensor, "B S"] | None = None  # the sum of the weights so far
    steps: int = 0  # done so far: t of local attention, the position of the next word in a Transformer
    said: Float[Tensor, "L B _ _"] | None = None  # of a Transformer: keys and values of every word so far

    @property
    def top(self) -> Float[Tensor, "B H"]:
        """The hidden state of the last layer."""
        return self.hidden[-1]

    def select(self, rows: Int[Tensor, "_"]) -> "State":
        """Return the state of the sentences ``rows``, in this order and as often as they are named."""

        def pick(tensor: Tensor | None, axis: int) -> Tensor | None:
            return None if tensor is None else tensor.index_select(axis, rows)

        return State(
            self.hidden.index_select(1, rows),
            pick(self.cell, 1),
            pick(self.fed_back, 0),
            pick(self.coverage, 0),
            self.steps,
            pick(self.said, 1),
        )


class ProjectsKeys(Protocol):
    """What an attention does with the annotations once a sentence."""

    def project_keys(self, memory: Float[Tensor, "B S M"]) -> Float[Tensor, "B S A"]: ...


@dataclass(frozen=True, eq=False)
class Encoded:
    """All that a decoder gets to see of a batch of source sentences.

    A fixed-vector encoder hands over ``initial`` alone. With attention, ``memory`` holds one
    annotation a source position and ``mask`` says which positions are real; the decoder adds
    ``keys``. ValueError for a sentence that is all padding.
    """

    initial: State
    memory: Float[Tensor, "B S M"] | None = None
    mask: Bool[Tensor, "B S"] | None = None  # True = real
    keys: Float[Tensor, "B S A"] | None = None

    def __post_init__(self) -> None:
        if (self.memory is None) != (self.mask is None):
            raise ValueError("Give memory and mask together, or neither.")
        if self.memory is not None and self.mask is not None:
            if self.memory.shape[:2] != self.mask.shape:
                raise ValueError(f"mask: expected {tuple(self.memory.shape[:2])}, got {tuple(self.mask.shape)}.")
            # keys are added to an Encoded whose mask has been looked at: one look a batch
            if self.keys is None and not self.mask.any(-1).all():
                raise ValueError("A source sentence is all padding: there is nothing to attend to.")

    def annotations(self) -> tuple[Float[Tensor, "B S A"], Float[Tensor, "B S M"], Bool[Tensor, "B S"]]:
        """Return keys, values and mask, as attention takes them; ValueError where they are missing."""
        if self.memory is None or self.mask is None:
            raise ValueError("This encoder hands over a fixed vector: there are no annotations to attend to.")
        if self.keys is None:
            raise ValueError("The keys are missing: call decoder.prepare(encoded) once before the first step.")
        return self.keys, self.memory, self.mask

    def with_keys(self, attention: ProjectsKeys) -> "Encoded":
        """Return the same with the keys of ``attention``; ValueError where there is nothing to attend to."""
        if self.memory is None:
            raise ValueError("Attention needs annotations; this encoder hands over a fixed vector alone.")
        return replace(self, keys=attention.project_keys(self.memory))

    def select(self, rows: Int[Tensor, "_"]) -> "Encoded":
        """Return what is known of the sentences ``rows``, in this order and as often as they are named."""
        parts = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "initial"}
        picked = {name: None if part is None else part.index_select(0, rows) for name, part in parts.items()}
        return Encoded(self.initial.select(rows), **picked)
