"""A decoder without recurrence: all that it carries is what it has said. Chapter 16."""

from collections.abc import Iterable
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from course_lib.attention import Attended, MultiHeadAttention, causal_mask
from course_lib.built import Built
from course_lib.decoders.base import Decoder, DecoderOutput, StepOutput
from course_lib.encoders import Encoded, State
from course_lib.encoders.positions import enlarged, placed, start_small
from course_lib.encoders.sublayers import AddAndNorm, FeedForward
from course_lib.options import check_count, check_switch
from course_lib.shapes import Bool, Float, Int


class OfLayer(NamedTuple):
    """What one layer of the decoder makes of T words that follow P others."""

    vectors: Float[Tensor, "B T M"]
    said: Float[Tensor, "B _ _"]  # keys and values of all P + T words, 2M entries each
    own: Float[Tensor, "B N T _"]  # weights over the P + T words
    cross: Float[Tensor, "B N T S"]  # weights over the source
    context: Float[Tensor, "B T M"]  # what the look at the source brought back


class VaswaniDecoderLayer(Built):
    """A look at what was said, a look at the source, a feed-forward layer: Vaswani et al. (2017), §3.1."""

    def __init__(self, size: int, heads: int, inner: int, dropout: float, scaled: bool = True) -> None:
        super().__init__()
        self.own = MultiHeadAttention(size, heads, scaled)
        self.cross = MultiHeadAttention(size, heads, scaled)
        self.feed = FeedForward(size, inner)
        self.after_own, self.after_cross, self.after_feed = (AddAndNorm(size, dropout) for _ in range(3))

    def forward(
        self,
        inputs: Float[Tensor, "B T M"],
        said: Float[Tensor, "B _ _"],
        source: tuple[Float[Tensor, "B S M"], Float[Tensor, "B S M"], Bool[Tensor, "B S"]],
    ) -> OfLayer:
        """Read T words after those whose keys and values are ``said``; ``source`` is keys, values and mask.

        One word after many, or all after none: the same lines, so stepping and teacher forcing cannot drift apart.
        """
        said = torch.cat((said, torch.cat(self.own.project(inputs), dim=-1)), dim=1)  # (B, P + T, 2M)
        may_see = causal_mask(inputs.shape[1], said.shape[1], inputs.device)[None]  # (1, T, P + T)
        keys, values = said.chunk(2, dim=-1)  # (B, P + T, M) each
        seen, own = self.own.attend(inputs, keys, values, may_see)
        inputs = self.after_own(inputs, seen)
        keys, values, mask = source
        context, cross = self.cross.attend(inputs, keys, values, mask.unsqueeze(1))
        inputs = self.after_cross(inputs, context)
        return OfLayer(self.after_feed(inputs, self.feed(inputs)), said, own, cross, context)


class VaswaniDecoder(Decoder):
    """L layers that look at the words so far and at the source: Vaswani et al. (2017), §3.1. Chapter 16.

    Under teacher forcing all T words are read at once, T² + T S products of queries and keys in each layer and head;
    a causal mask hides from each word what comes after it. Step by step, the state keeps ``said``: the keys and values
    of every word so far, 2 · L · M numbers a word. Step t then compares its one query with t words and S source
    positions, about T² / 2 + T S products in a sentence, and copies what is kept to add a word.

    A look is that of the last layer: its weights are the mean over the heads, its scores their logarithm (no one number
    stands before the softmax where heads are several), its context what W_o makes of the heads. ``heads`` has
    the weights of every layer and head. Without ``positions`` a word knows its place by the words before it alone.

    Departs from the paper:

    - output layer: a matrix of its own, with a bias; the paper: the matrix of the word vectors (§3.4).
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
        super().__init__(vocabulary_size, size, dropout)
        start_small(self.embedding)
        self.positions = check_switch("positions", positions)
        self.layers = nn.ModuleList(
            VaswaniDecoderLayer(size, heads, inner, dropout, scaled) for _ in range(check_count("layers", layers))
        )
        self.output = nn.Linear(size, vocabulary_size)

    def prepare(self, encoded: Encoded) -> Encoded:
        """Return ``encoded`` with the keys and values of every layer, which serve every step."""
        return encoded.with_keys(self)

    def project_keys(self, memory: Float[Tensor, "B S M"]) -> Float[Tensor, "B S A"]:
        """Return keys and values of the annotations, layer after layer: A = 2 · L · M entries each."""
        layers = cast(Iterable[VaswaniDecoderLayer], self.layers)
        return torch.cat([part for layer in layers for part in layer.cross.project(memory)], dim=-1)

    def initial_state(self, encoded: Encoded) -> State:
        """Return the state in which nothing has been said: no key and no value, and zero, (L, B, M), in each layer."""
        top = encoded.initial.top
        L, (B, M) = len(self.layers), top.shape
        return State(top.new_zeros(L, B, M), said=top.new_zeros(L, B, 0, 2 * M))

    def step(self, previous: Int[Tensor, "B"], state: State, encoded: Encoded) -> StepOutput:
        """Read y_{i-1}, return the logits of y_i, the state with that word added, and what the looks gave."""
        vectors, after, look, _ = self._advance(previous.unsqueeze(1), state, encoded)
        return StepOutput(self.output(vectors[:, 0]), after, look.at(0))

    def forward(self, target_in: Int[Tensor, "B T"], encoded: Encoded) -> DecoderOutput:
        """Read BOS y_1 … y_m, all at once."""
        vectors, _, look, _ = self._advance(target_in, self.initial_state(encoded), encoded)
        return DecoderOutput(self.output(vectors), vectors, look)

    def looks(self, target_in: Int[Tensor, "B T"], encoded: Encoded) -> Float[Tensor, "B L N T T"]:
        """Return how much each word read looks at each word before it and at itself, in every layer and head."""
        return self._advance(target_in, self.initial_state(encoded), encoded)[3]

    def _advance(
        self, words: Int[Tensor, "B T"], state: State, encoded: Encoded
    ) -> tuple[Float[Tensor, "B T M"], State, Attended, Float[Tensor, "B L N T _"]]:
        """Read T words after those of the state; return vectors, the state, and the looks at source and words."""
        if state.said is None:
            raise ValueError("This state has no record of what was said. Start from initial_state(encoded).")
        keys_and_values, _, mask = encoded.annotations()
        projected = keys_and_values.chunk(2 * len(self.layers), dim=-1)  # (B, S, M) each
        read = self.embedding(words)
        vectors = self.dropout(placed(read, first=state.steps) if self.positions else enlarged(read))  # (B, T, M)
        found: list[OfLayer] = []
        for n, (layer, said) in enumerate(zip(self.layers, state.said, strict=True)):
            keys, values = projected[2 * n : 2 * n + 2]
            found.append(layer(found[-1].vectors if found else vectors, said, (keys, values, mask)))
        said = torch.stack([one.said for one in found])  # (L, B, P + T, 2M)
        last = torch.stack([one.vectors[:, -1] for one in found])  # (L, B, M)
        after = State(last, said=said, steps=state.steps + words.shape[1])
        return found[-1].vectors, after, _look(found), torch.stack([one.own for one in found], dim=1)


def _look(found: list[OfLayer]) -> Attended:
    """Return T looks at the source in the form of every model: the last layer's, its heads averaged."""
    weights = found[-1].cross.mean(1)  # (B, T, S)
    heads = torch.stack([layer.cross for layer in found], dim=1)  # (B, L, N, T, S)
    return Attended(weights.log(), weights, found[-1].context, heads=heads.permute(0, 3, 1, 2, 4))
