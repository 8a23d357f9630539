"""From source words to what the decoder may see of them: RNNs in one direction, or in both. Chapters 2, 5 and 16."""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from course_lib.built import Built
from course_lib.encoders.base import Encoded, State
from course_lib.options import check_option, check_share
from course_lib.shapes import Float, Int, Shaped
from course_lib.vocabulary import PAD

Direction = Literal["forward", "reversed", "bidirectional"]


class Encoder(Built):
    """What encoders share: embeddings, dropout, and an RNN that reads the source in some direction."""

    def __init__(self, vocabulary_size: int, embedding: int, dropout: float, direction: Direction) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding, padding_idx=PAD)
        self.dropout = nn.Dropout(check_share("dropout", dropout, whole=False))
        self.direction = check_option("direction", direction, Direction)
        self.rnn: nn.LSTM | nn.GRU

    def read(self, source: Int[Tensor, "B S"], lengths: Int[Tensor, "B"]) -> tuple[Float[Tensor, "B S M"], State]:
        """Run over ids: the outputs, each at its own word, and the last state.

        A reversed encoder reads x_n … x_1 EOS; what it says of a word still stands at that word.
        """
        if self.direction == "reversed":
            source = reverse_words(source, lengths)
        outputs, final = run_rnn(self.rnn, self.dropout(self.embedding(source)), lengths)
        if self.direction == "reversed":
            outputs = reverse_words(outputs, lengths)
        return outputs, State(*final) if isinstance(final, tuple) else State(final)


class LSTMEncoder(Encoder):
    """A deep LSTM: its outputs are the annotations h̄_s, its last (h, c) the decoder's first.

    Luong, Pham & Manning (2015), §3 (``"forward"`` or ``"reversed"``). With ``direction="bidirectional"``, which is
    not the paper's, each direction has half the units. Chapter 7.
    """

    def __init__(
        self, vocabulary_size: int, embedding: int, hidden: int, layers: int, direction: Direction, dropout: float
    ) -> None:
        super().__init__(vocabulary_size, embedding, dropout, direction)
        both = direction == "bidirectional"
        if both and hidden % 2:
            raise ValueError(f"hidden: two directions share the units, so an even number is expected, got {hidden}.")
        self.rnn = nn.LSTM(
            embedding,
            hidden // 2 if both else hidden,
            layers,
            batch_first=True,
            dropout=dropout if layers > 1 else 0.0,
            bidirectional=both,
        )

    def forward(self, source: Int[Tensor, "B S"], lengths: Int[Tensor, "B"]) -> Encoded:
        """Encode ids with their true lengths: the memory has M = H entries a word, (h, c) are (L, B, H)."""
        memory, last = self.read(source, lengths)
        if self.direction == "bidirectional":
            last = State(_join_directions(last.hidden), _join_directions(last.cell))
        return Encoded(last, memory, source != PAD)


class FixedVectorEncoder(LSTMEncoder):
    """A deep LSTM whose last (h, c) is the sentence: Sutskever, Vinyals & Le (2014), §2 and §3.3.

    ``reverse_source`` feeds x_n … x_1 EOS, so that the first words are the freshest. Chapter 2.
    """

    def __init__(
        self, vocabulary_size: int, embedding: int, hidden: int, layers: int, reverse_source: bool, dropout: float
    ) -> None:
        direction: Direction = "reversed" if reverse_source else "forward"
        super().__init__(vocabulary_size, embedding, hidden, layers, direction, dropout)
        self.reverse_source = reverse_source

    def forward(self, source: Int[Tensor, "B S"], lengths: Int[Tensor, "B"]) -> Encoded:
        """Encode ids with their true lengths; returns the vector and nothing else."""
        return Encoded(self.read(source, lengths)[1])


class GRUEncoder(Encoder):
    """A GRU whose last state is the sentence: Cho et al. (2014), §2.2. Chapter 3.

    Departs from the paper:

    - encoder's GRU: torch's, fused and fast, which resets after the product, r ⊙ (U h + b); the paper: before it,
      U (r ⊙ h) (eq. 8).
    """

    def __init__(self, vocabulary_size: int, embedding: int, hidden: int, direction: Direction, dropout: float) -> None:
        super().__init__(vocabulary_size, embedding, dropout, direction)
        if direction == "bidirectional":
            raise ValueError("direction: the summary of Cho et al. comes from one direction, 'forward' or 'reversed'.")
        self.rnn = nn.GRU(embedding, hidden, batch_first=True)

    def forward(self, source: Int[Tensor, "B S"], lengths: Int[Tensor, "B"]) -> Encoded:
        """Encode ids with their true lengths; returns h_S (1, B, H) and nothing else."""
        return Encoded(self.read(source, lengths)[1])


class BidirectionalEncoder(Encoder):
    """Annotations h_j = [→h_j; ←h_j] of a bidirectional GRU: Bahdanau et al. (2015), §3.2. Chapter 5.

    ``initial`` holds →h_S and, on top, ←h_1, the backward state at the first word, which has read
    the whole sentence.

    Departs from the paper:

    - encoder's GRU: torch's, fused and fast, which resets after the product, r ⊙ (U h + b); the paper: before it,
      U (r ⊙ h) (§A.2.1).
    - encoder's z: the share of the old state that stays, torch's; the paper: that of the new one.
    """

    def __init__(self, vocabulary_size: int, embedding: int, hidden: int, dropout: float) -> None:
        super().__init__(vocabulary_size, embedding, dropout, "bidirectional")
        self.rnn = nn.GRU(embedding, hidden, batch_first=True, bidirectional=True)

    def forward(self, source: Int[Tensor, "B S"], lengths: Int[Tensor, "B"]) -> Encoded:
        """Encode ids with their true lengths: memory (B, S, 2H), initial (2, B, H)."""
        memory, ends = self.read(source, lengths)
        return Encoded(ends, memory, source != PAD)


def run_rnn(
    rnn: nn.LSTM | nn.GRU, inputs: Float[Tensor, "B S E"], lengths: Int[Tensor, "B"]
) -> tuple[Float[Tensor, "B S M"], tuple[Float[Tensor, "L B H"], Float[Tensor, "L B H"]] | Float[Tensor, "L B H"]]:
    """Run ``rnn`` over inputs so that it never reads padding.

    Returns the outputs, zero at padding, and the final state at each true length. Rows
    of one length take torch's plain path, which is twice as fast as the packed one.
    """
    if bool((lengths == inputs.shape[1]).all()):
        return rnn(inputs)
    packed = pack_padded_sequence(inputs, lengths, batch_first=True, enforce_sorted=False)
    outputs, final = rnn(packed)
    return pad_packed_sequence(outputs, batch_first=True, total_length=inputs.shape[1])[0], final


def reverse_words(source: Shaped[Tensor, "B S *M"], lengths: Int[Tensor, "B"]) -> Shaped[Tensor, "B S *M"]:
    """Turn x_1 … x_n EOS PAD … into x_n … x_1 EOS PAD …, ids or vectors; EOS and padding stay."""
    positions = torch.arange(source.shape[1], device=source.device)  # (S,)
    last_word = lengths.to(source.device).unsqueeze(1) - 2  # (B, 1)
    order = torch.where(positions <= last_word, last_word - positions, positions)  # (B, S)
    return source.gather(1, order if source.dim() == 2 else order.unsqueeze(-1).expand_as(source))


def _join_directions(state: Float[Tensor, "_ B _"] | None) -> Float[Tensor, "L B H"]:
    """Turn (2L, B, H / 2), directions inside layers, into (L, B, H)."""
    if state is None:
        raise ValueError("An LSTM has a cell state; this state has none.")
    forward, backward = state.unflatten(0, (-1, 2)).unbind(1)  # (L, B, H / 2) each
    return torch.cat((forward, backward), dim=-1)
