"""The decoder that looks back before each step. Chapters 5, 6 and 8."""

from dataclasses import replace
from typing import Literal

import torch
from torch import Tensor, nn

from course_lib.attention import AdditiveAttention, Attended, HardAttention
from course_lib.decoders.base import Decoder, DecoderOutput, StepOutput, stack
from course_lib.decoders.parts import ContextGRUCell, LinearReadout, MaxoutReadout
from course_lib.encoders import Encoded, State
from course_lib.options import check_option
from course_lib.shapes import Float, Int

Query = Literal["before", "after"]
Initial = Literal["backward", "both"]
Readout = Literal["maxout", "linear"]
ReadState = Literal["query", "before"]


class BahdanauDecoder(Decoder):
    """Attend with s_{i-1}, then step: Bahdanau, Cho & Bengio (2015), §3.1 and §A. Chapter 5.

    Follows the paper: s_0 = tanh(W_s ←h_1); the query is the state *before* the step; the context
    enters the gates and the readout; the readout is a maxout. The keys are projected once.

    Departs from the paper:

    - width of the maxout layer: as many units as the state; the paper: half as many, 500 (§A.2.3).
    - the state in the readout: s_{i-1}, as the appendix has it (§A.2.2); the paper: in the main text s_i (eq. 4).
    - switches: ``query``, ``initial``, ``readout``, ``read_state``, ``coverage`` and ``hard``, all off by default;
      the paper: none of them.

    The switches turn on what toolkits and later papers do: ``query="after"`` steps first, with
    c_{i-1}, and attends with s_i (Luong's order); ``initial="both"`` makes s_0 from both directions;
    ``readout="linear"`` drops the maxout. The readout takes the state that asked; with
    ``read_state="before"`` it takes s_{i-1} whatever the query: then the order changes and the
    readout does not (the cell still reads c_{i-1}). ``coverage`` adds a term to the score for how much each
    position has been looked at: Tu et al. (2016), in the form of See et al. (2017), eq. 11. ``hard``
    looks at one annotation a step: Xu et al. (2015), §4.1.
    """

    attention: AdditiveAttention | HardAttention

    def __init__(
        self,
        vocabulary_size: int,
        embedding: int,
        memory_size: int,
        hidden: int,
        attention_size: int,
        dropout: float,
        *,
        query: Query = "before",
        initial: Initial = "backward",
        readout: Readout = "maxout",
        read_state: ReadState = "query",
        coverage: bool = False,
        hard: bool = False,
    ) -> None:
        super().__init__(vocabulary_size, embedding, dropout)
        self.query = check_option("query", query, Query)
        self.initial = check_option("initial", initial, Initial)
        check_option("readout", readout, Readout)
        self.read_state = check_option("read_state", read_state, ReadState)
        self.W_s = nn.Linear(memory_size // 2 if initial == "backward" else memory_size, hidden)
        align = AdditiveAttention(hidden, memory_size, attention_size, coverage=coverage)
        self.attention = HardAttention(align) if hard else align
        self.cell = ContextGRUCell(embedding, memory_size, hidden)
        self.readout = (
            MaxoutReadout(vocabulary_size, embedding, memory_size, hidden, maxout=hidden)
            if readout == "maxout"
            else LinearReadout(vocabulary_size, embedding, memory_size, hidden)
        )

    def prepare(self, encoded: Encoded) -> Encoded:
        """Return ``encoded`` with the keys U_a h_j, which serve every step."""
        return encoded.with_keys(self.attention)

    def initial_state(self, encoded: Encoded) -> State:
        """Return s_0 = tanh(W_s ←h_1), (1, B, H), or tanh(W_s [→h_S; ←h_1])."""
        ends = encoded.initial.hidden
        start = State(
            torch.tanh(self.W_s(ends[-1] if self.initial == "backward" else torch.cat(tuple(ends), -1)))[None]
        )
        _, memory, mask = encoded.annotations()
        if self.query == "after":
            start = replace(start, fed_back=memory.new_zeros(memory.shape[0], memory.shape[2]))
        if self.attention.coverage:
            start = replace(start, coverage=memory.new_zeros(mask.shape))
        return start

    def step(self, previous: Int[Tensor, "B"], state: State, encoded: Encoded) -> StepOutput:
        """Read y_{i-1}, return the logits of y_i, s_i, and what the look gave."""
        embedded = self._embed(previous)  # (B, E)
        read, after, look = self._advance(self.cell.W(embedded), state, encoded)
        logits = self._logits(read, embedded, look.context)
        return StepOutput(logits, after, look)

    def forward(self, target_in: Int[Tensor, "B T"], encoded: Encoded) -> DecoderOutput:
        """Read BOS y_1 … y_m. Only attention and the cell wait for the step before."""
        embedded = self._embed(target_in)  # (B, T, E)
        state = self.initial_state(encoded)
        reads, states, looks = [], [], []
        for projected_input in self.cell.W(embedded).unbind(1):  # T times (B, 3H): W needs no state, so one product
            read, state, look = self._advance(projected_input, state, encoded)
            reads.append(read)
            states.append(state.top)
            looks.append(look)
        seen = Attended.side_by_side(looks)
        logits = self._logits(stack(reads), embedded, seen.context)  # (B, T, V)
        return DecoderOutput(logits, stack(states), seen)

    def _advance(
        self, projected_input: Float[Tensor, "B _"], state: State, encoded: Encoded
    ) -> tuple[Float[Tensor, "B H"], State, Attended]:
        """Attend and step, in the order of ``query``; return the state to read out, s_i and the look."""
        source = encoded.annotations()
        if self.query == "before":
            look = self.attention(state.top, *source, coverage=state.coverage)
            read, after = state.top, self.cell(projected_input, state.top, look.context)
            fed_back = None
        else:
            after = self.cell(projected_input, state.top, state.fed_back)
            read = after if self.read_state == "query" else state.top
            look = self.attention(after, *source, coverage=state.coverage)
            fed_back = look.context
        coverage = None if state.coverage is None else state.coverage + look.weights
        return read, State(after[None], fed_back=fed_back, coverage=coverage), look

    def _logits(
        self, state: Float[Tensor, "B *T H"], embedded: Float[Tensor, "B *T E"], context: Float[Tensor, "B *T M"]
    ) -> Float[Tensor, "B *T V"]:
        return self.readout(self.dropout(state), embedded, self.dropout(context))
