"""From source words to what the decoder may see of them. Chapters 2 and 5."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from course_lib.vocabulary import PAD


@dataclass(frozen=True)
class State:
    """The decoder's recurrent state, one row a layer; ``cell`` only for an LSTM."""

    hidden: Tensor  # (layers, B, H)
    cell: Tensor | None = None  # (layers, B, H)

    @property
    def top(self) -> Tensor:
        """The hidden state of the last layer, (B, H)."""
        return self.hidden[-1]


@dataclass(frozen=True, eq=False)
class Encoded:
    """All that a decoder gets to see of a batch of source sentences.

    A fixed-vector encoder hands over ``initial`` alone. With attention, ``memory`` holds one
    annotation a source position and ``mask`` says which positions are real; the decoder adds
    ``keys``. ValueError for a sentence that is all padding.
    """

    initial: State
    memory: Tensor | None = None  # (B, S, M)
    mask: Tensor | None = None  # (B, S) bool, True = real
    keys: Tensor | None = None  # (B, S, A)

    def __post_init__(self) -> None:
        if (self.memory is None) != (self.mask is None):
            raise ValueError("Give memory and mask together, or neither.")
        if self.memory is not None and self.mask is not None:
            if self.memory.shape[:2] != self.mask.shape:
                raise ValueError(f"mask: expected {tuple(self.memory.shape[:2])}, got {tuple(self.mask.shape)}.")
            # keys are added to an Encoded whose mask has been looked at: one look a batch
            if self.keys is None and not self.mask.any(-1).all():
                raise ValueError("A source sentence is all padding: there is nothing to attend to.")

    def annotations(self) -> tuple[Tensor, Tensor, Tensor]:
        """Return keys, values and mask, as attention takes them; ValueError where they are missing."""
        if self.memory is None or self.mask is None:
            raise ValueError("This encoder hands over a fixed vector: there are no annotations to attend to.")
        if self.keys is None:
            raise ValueError("The keys are missing: call decoder.prepare(encoded) once before the first step.")
        return self.keys, self.memory, self.mask


class FixedVectorEncoder(nn.Module):
    """A deep LSTM whose last (h, c) is the sentence: Sutskever, Vinyals & Le (2014), §2 and §3.3.

    ``reverse_source`` feeds x_n … x_1 EOS, so that the first words are the freshest. Chapter 2.
    """

    def __init__(
        self, vocabulary_size: int, embedding: int, hidden: int, layers: int, reverse_source: bool, dropout: float
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding, padding_idx=PAD)
        self.dropout = nn.Dropout(dropout)
        self.rnn = nn.LSTM(embedding, hidden, layers, batch_first=True, dropout=dropout if layers > 1 else 0.0)
        self.reverse_source = reverse_source

    def forward(self, source: Tensor, lengths: Tensor) -> Encoded:
        """Encode ids (B, S) with their true lengths (B,); returns the vector and nothing else."""
        if self.reverse_source:
            source = reverse_words(source, lengths)
        _, (hidden, cell) = run_rnn(self.rnn, self.dropout(self.embedding(source)), lengths)
        return Encoded(State(hidden, cell))


class BidirectionalEncoder(nn.Module):
    """Annotations h_j = [→h_j; ←h_j] of a bidirectional GRU: Bahdanau et al. (2015), §3.2. Chapter 5.

    ``initial`` is ←h_1, the backward state at the first word, which has read the whole sentence.
    Departs from the paper in the GRU of torch, fused and fast, which applies the reset gate after
    the product with U (r ⊙ (U h)), not before (U (r ⊙ h)).
    """

    def __init__(self, vocabulary_size: int, embedding: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding, padding_idx=PAD)
        self.dropout = nn.Dropout(dropout)
        self.rnn = nn.GRU(embedding, hidden, batch_first=True, bidirectional=True)

    def forward(self, source: Tensor, lengths: Tensor) -> Encoded:
        """Encode ids (B, S) with their true lengths (B,): memory (B, S, 2H), initial (1, B, H)."""
        memory, _ = run_rnn(self.rnn, self.dropout(self.embedding(source)), lengths)
        backward_at_first_word = memory[:, 0, self.rnn.hidden_size :]
        return Encoded(State(backward_at_first_word.unsqueeze(0)), memory, source != PAD)


def run_rnn(rnn: nn.LSTM | nn.GRU, inputs: Tensor, lengths: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor] | Tensor]:
    """Run ``rnn`` over inputs (B, S, E) so that it never reads padding.

    Returns the outputs (B, S, ·), zero at padding, and the final state at each true length. Rows
    of one length take torch's plain path, which is twice as fast as the packed one.
    """
    if bool((lengths == inputs.shape[1]).all()):
        return rnn(inputs)
    packed = pack_padded_sequence(inputs, lengths, batch_first=True, enforce_sorted=False)
    outputs, final = rnn(packed)
    return pad_packed_sequence(outputs, batch_first=True, total_length=inputs.shape[1])[0], final


def reverse_words(source: Tensor, lengths: Tensor) -> Tensor:
    """Turn x_1 … x_n EOS PAD … into x_n … x_1 EOS PAD …: (B, S) to (B, S), EOS and padding stay."""
    positions = torch.arange(source.shape[1], device=source.device)
    last_word = lengths.to(source.device).unsqueeze(1) - 2
    return source.gather(1, torch.where(positions <= last_word, last_word - positions, positions))
