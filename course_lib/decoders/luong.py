"""The decoder that steps first and then looks. Chapters 7, 8 and 9."""

from typing import Literal

import torch
from torch import Tensor, nn

from course_lib.attention import AdditiveAttention, Attended, Attention, HardAttention, LocalAttention
from course_lib.decoders.bahdanau import Query
from course_lib.decoders.base import Decoder, DecoderOutput, StepOutput, stack
from course_lib.decoders.parts import lstm_step
from course_lib.encoders import Encoded, State
from course_lib.options import check_option, check_switch
from course_lib.shapes import Float, Int

Start = Literal["encoder", "zeros"]
Fed = Literal["attentional", "state"]
CoverageOf = Literal["all", "last"]


class LuongDecoder(Decoder):
    """Step, attend with h_t, predict from h̃_t: Luong, Pham & Manning (2015), §3. Chapter 7.

    h̃_t = tanh(W_c [c_t; h_t]) (eq. 5), logits = W_s h̃_t (eq. 6). With ``input_feeding`` (§3.3) h̃_{t-1}
    is read beside the word; then each step waits for the one before. Without it, the LSTM runs over
    the whole target in one call and every step attends at once. h̃_0 is zero.

    Departs from the paper:

    - first word that the decoder reads: ``<s>``, after the encoder has read ``</s>``; the paper: the source's
      ``<eos>`` (fig. 1).
    - bias of W_s: there is one; the paper: none (eq. 6).
    - switches: ``query``, ``query_reads_word``, ``start``, ``fed`` and ``coverage_of``, all off by default; the paper:
      none of them.

    The switches take a single thing away or put one in, so that chapters 7 and 8 can measure it. ``query="before"``
    asks with h_{t-1}, as Bahdanau's decoder does, while h̃_t is still made of h_t: the look moves, the readout stays.
    ``query_reads_word`` adds W_q E y_{t-1} to the query: before the step, that is the word which the query lacks;
    after it, a control of equal size. ``start="zeros"`` begins from h = c = 0, so that all that the decoder
    learns of the source comes through the looks. ``fed="state"`` feeds h_{t-1} in place of h̃_{t-1}: as many
    parameters as input feeding and, with one layer, nothing that the LSTM does not know.

    An additive ``attention`` with coverage is told, before each look, how much every position has been looked at, or
    with ``coverage_of="last"`` the look before alone; the looks then wait for each other, the LSTM does not.
    ValueError for feeding a state without ``input_feeding``, for ``coverage_of`` without coverage, and for coverage
    inside a local or hard attention.
    """

    attention: Attention | LocalAttention | HardAttention

    def __init__(
        self,
        vocabulary_size: int,
        embedding: int,
        memory_size: int,
        hidden: int,
        layers: int,
        dropout: float,
        *,
        attention: Attention | LocalAttention | HardAttention,
        input_feeding: bool,
        query: Query = "after",
        query_reads_word: bool = False,
        start: Start = "encoder",
        fed: Fed = "attentional",
        coverage_of: CoverageOf = "all",
    ) -> None:
        super().__init__(vocabulary_size, embedding, dropout)
        self.input_feeding = check_switch("input_feeding", input_feeding)
        self.query = check_option("query", query, Query)
        self.start = check_option("start", start, Start)
        self.fed = check_option("fed", fed, Fed)
        if fed == "state" and not input_feeding:
            raise ValueError("fed='state' says what input feeding feeds: set input_feeding=True too.")
        self.coverage_of = check_option("coverage_of", coverage_of, CoverageOf)
        self.covers = _covers(attention)
        if coverage_of == "last" and not self.covers:
            raise ValueError("coverage_of='last' says what coverage covers: the attention has to be built with it.")
        read = embedding + hidden if input_feeding else embedding
        self.rnn = nn.LSTM(read, hidden, layers, batch_first=True, dropout=dropout if layers > 1 else 0.0)
        self.attention = attention
        self.W_c = nn.Linear(memory_size + hidden, hidden, bias=False)
        self.W_s = nn.Linear(hidden, vocabulary_size)
        # drawn last: all other parameters start as they do without it
        reads_word = check_switch("query_reads_word", query_reads_word)
        self.W_q = nn.Linear(embedding, hidden, bias=False) if reads_word else None

    def prepare(self, encoded: Encoded) -> Encoded:
        """Return ``encoded`` with the keys of the score."""
        return encoded.with_keys(self.attention)

    def initial_state(self, encoded: Encoded) -> State:
        """Return the encoder's last (h, c) of each layer, or zeros; what is fed at first, and that nothing is covered.

        h̃_0 is zero; a state that is fed is the one that the decoder starts from.
        """
        hidden, cell, fed_back, coverage = encoded.initial.hidden, encoded.initial.cell, None, None
        if self.start == "zeros":
            hidden = cell = torch.zeros_like(hidden)
        if self.input_feeding:
            fed_back = hidden[-1] if self.fed == "state" else torch.zeros_like(hidden[-1])
        if self.covers:
            _, memory, mask = encoded.annotations()
            coverage = memory.new_zeros(mask.shape)
        return State(hidden, cell, fed_back, coverage)

    def step(self, previous: Int[Tensor, "B"], state: State, encoded: Encoded) -> StepOutput:
        """Read y_{t-1}, return the logits of y_t, the state, and what the look gave."""
        after, attentional, look = self._advance(self._embed(previous), state, encoded, alone=True)
        return StepOutput(self._logits(attentional), after, look)

    def forward(self, target_in: Int[Tensor, "B T"], encoded: Encoded) -> DecoderOutput:
        """Read BOS y_1 … y_m: in one call without input feeding, step by step with it.

        Coverage makes the looks wait for each other; what they give is put side by side.
        """
        embedded, state = self._embed(target_in), self.initial_state(encoded)  # (B, T, E)
        if self.input_feeding:
            return self._forward_by_steps(embedded, state, encoded)
        states, _ = self.rnn(embedded, (state.hidden, state.cell))  # (B, T, H)
        asks = states if self.query == "after" else torch.cat((state.top.unsqueeze(1), states[:, :-1]), dim=1)
        if state.coverage is None:
            look = self._look(asks, embedded, encoded, first_step=0)
        else:
            look = self._look_in_turn(asks, embedded, encoded, state.coverage)
        return DecoderOutput(self._logits(self._attentional(look, states)), states, look)

    def _forward_by_steps(self, embedded: Float[Tensor, "B T E"], state: State, encoded: Encoded) -> DecoderOutput:
        """The loop of input feeding; embedding before it and the large product over words after it."""
        states, attentionals, looks = [], [], []
        for word in embedded.unbind(1):  # T times (B, E)
            state, attentional, look = self._advance(word, state, encoded)
            states.append(state.top)
            attentionals.append(attentional)
            looks.append(look)
        return DecoderOutput(self._logits(stack(attentionals)), stack(states), Attended.side_by_side(looks))

    def _advance(
        self, embedded: Float[Tensor, "B E"], state: State, encoded: Encoded, alone: bool = False
    ) -> tuple[State, Float[Tensor, "B H"], Attended]:
        """Step and look; return the state after the step, h̃_t and the look.

        A step that is taken ``alone``, by search, goes through :func:`lstm_step`; the steps of training go through
        torch's own call, whose roundings the stored runs have.
        """
        read = embedded if state.fed_back is None else torch.cat((embedded, state.fed_back), dim=-1)  # (B, E [+ H])
        if alone:
            hidden, cell = lstm_step(self.rnn, read, state.hidden, state.cell)
        else:
            _, (hidden, cell) = self.rnn(read.unsqueeze(1), (state.hidden, state.cell))
        top = hidden[-1]  # taken once: two gradients that meet here are summed in the same order as ever
        asks = top if self.query == "after" else state.top
        look = self._look(asks, embedded, encoded, state.steps, state.coverage)
        attentional = self._attentional(look, top)
        fed_back = None
        if self.input_feeding:
            fed_back = top if self.fed == "state" else attentional
        coverage = None if state.coverage is None else self._covered(state.coverage, look)
        return State(hidden, cell, fed_back, coverage, steps=state.steps + 1), attentional, look

    def _look(
        self,
        asks: Float[Tensor, "B *T H"],
        embedded: Float[Tensor, "B *T E"],
        encoded: Encoded,
        first_step: int,
        coverage: Float[Tensor, "B S"] | None = None,
    ) -> Attended:
        """Attend with the state that asks, and with the word just read where the query reads it."""
        query = asks if self.W_q is None else asks + self.W_q(embedded)
        told = {} if coverage is None else {"coverage": coverage}
        return self.attention(query, *encoded.annotations(), first_step=first_step, **told)

    def _look_in_turn(
        self,
        asks: Float[Tensor, "B T H"],
        embedded: Float[Tensor, "B T E"],
        encoded: Encoded,
        coverage: Float[Tensor, "B S"],
    ) -> Attended:
        """Look once a step, each time with what the looks before have covered."""
        looks = []
        for t, (state, word) in enumerate(zip(asks.unbind(1), embedded.unbind(1), strict=True)):
            looks.append(self._look(state, word, encoded, t, coverage))
            coverage = self._covered(coverage, looks[-1])
        return Attended.side_by_side(looks)

    def _covered(self, before: Float[Tensor, "B S"], look: Attended) -> Float[Tensor, "B S"]:
        """Return what the next look is told: κ with this look's weights, or these alone."""
        return look.weights if self.coverage_of == "last" else before + look.weights

    def _attentional(self, look: Attended, states: Float[Tensor, "B *T H"]) -> Float[Tensor, "B *T H"]:
        """Return h̃_t of the context and the state after the step, whichever state asked."""
        return torch.tanh(self.W_c(torch.cat((look.context, states), dim=-1)))

    def _logits(self, attentional: Float[Tensor, "B *T H"]) -> Float[Tensor, "B *T V"]:
        return self.W_s(self.dropout(attentional))


def _covers(attention: Attention | LocalAttention | HardAttention) -> bool:
    """Say whether the score is told the coverage; ValueError where something around it would not pass it on."""
    if isinstance(attention, LocalAttention | HardAttention) and getattr(attention.align, "coverage", False):
        raise ValueError(
            f"Coverage sums soft looks at the whole source; {type(attention).__name__} looks at a part of it. "
            "Leave coverage out, or local and hard."
        )
    return isinstance(attention, AdditiveAttention) and attention.coverage
