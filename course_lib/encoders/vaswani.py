"""An encoder without recurrence: every word looks at every word. Chapter 16."""

import torch
from torch import Tensor, nn

from course_lib.attention import SelfAttention
from course_lib.built import Built
from course_lib.encoders.base import Encoded, State
from course_lib.encoders.positions import enlarged, placed, start_small
from course_lib.encoders.sublayers import AddAndNorm, FeedForward
from course_lib.options import check_count, check_share, check_switch
from course_lib.shapes import Bool, Float, Int
from course_lib.vocabulary import PAD


class VaswaniEncoderLayer(Built):
    """Self-attention, then a feed-forward layer, each added and normed: Vaswani et al. (2017), §3.1."""

    def __init__(self, size: int, heads: int, inner: int, dropout: float, scaled: bool = True) -> None:
        super().__init__()
        self.look = SelfAttention(size, heads, scaled=scaled)
        self.feed = FeedForward(size, inner)
        self.after_look, self.after_feed = AddAndNorm(size, dropout), AddAndNorm(size, dropout)

    def forward(
        self, inputs: Float[Tensor, "B S M"], mask: Bool[Tensor, "B S"]
    ) -> tuple[Float[Tensor, "B S M"], Float[Tensor, "B N S S"]]:
        """Return a new vector for each position, and the weights of each head."""
        seen, weights = self.look(inputs, mask)
        inputs = self.after_look(inputs, seen)
        return self.after_feed(inputs, self.feed(inputs)), weights


class VaswaniEncoder(Built):
    """L layers of self-attention over words and their positions: Vaswani et al. (2017), §3.1.

    A layer compares every word with every word, S² products a head, but all at once: no word waits for another.
    Without ``positions`` a sentence is a bag of words: exchange two, and their annotations are exchanged.
    """

    def __init__(
        self,
        vocabulary_size: int,
        size: int,
        layers: int,
        heads: int,
        inner: int,
        dropout: float,
        *,
        positions: bool = True,
        scaled: bool = True,
    ) -> None:
        super().__init__()
        self.embedding = start_small(nn.Embedding(vocabulary_size, size, padding_idx=PAD))
        self.dropout = nn.Dropout(check_share("dropout", dropout, whole=False))
        self.positions = check_switch("positions", positions)
        self.layers = nn.ModuleList(
            VaswaniEncoderLayer(size, heads, inner, dropout, scaled) for _ in range(check_count("layers", layers))
        )

    def forward(self, source: Int[Tensor, "B S"], lengths: Int[Tensor, "B"]) -> Encoded:
        """Encode ids: an annotation of M entries a word. No state is handed over: it is zero, (L, B, M)."""
        del lengths  # the padding says them
        memory, _ = self._read(source)
        nothing = torch.zeros_like(memory[:, 0]).expand(len(self.layers), -1, -1)
        return Encoded(State(nothing), memory, source != PAD)

    def looks(self, source: Int[Tensor, "B S"]) -> Float[Tensor, "B L N S S"]:
        """Return how much each word (last axis but one) looks at each word, in every layer and head."""
        return torch.stack(self._read(source)[1], dim=1)

    def _read(self, source: Int[Tensor, "B S"]) -> tuple[Float[Tensor, "B S M"], list[Float[Tensor, "B N S S"]]]:
        """Return the last layer's vectors, and the weights of each layer."""
        words, mask, looks = self.embedding(source), source != PAD, []
        vectors = self.dropout(placed(words) if self.positions else enlarged(words))  # (B, S, M)
        for layer in self.layers:
            vectors, weights = layer(vectors, mask)
            looks.append(weights)
        return vectors, looks
