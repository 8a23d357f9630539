"""The decoder that steps first and then looks. Chapters 7, 8 and 9."""

import torch
from torch import Tensor, nn

from course_lib.attention import Attended, Attention, HardAttention, LocalAttention
from course_lib.decoders.base import Decoder, DecoderOutput, StepOutput, stack
from course_lib.encoders import Encoded, State
from course_lib.shapes import Float, Int


class LuongDecoder(Decoder):
    """Step, attend with h_t, predict from h̃_t: Luong, Pham & Manning (2015), §3. Chapter 7.

    h̃_t = tanh(W_c [c_t; h_t]) (eq. 5), logits = W_s h̃_t (eq. 6). With ``input_feeding`` (§3.3) h̃_{t-1}
    is read beside the word; then each step waits for the one before. Without it, the LSTM runs over
    the whole target in one call and every step attends at once. h̃_0 is zero.

    Departs from the paper:

    - first word that the decoder reads: ``<s>``, after the encoder has read ``</s>``; the paper: the source's
      ``<eos>`` (fig. 1).
    - bias of W_s: there is one; the paper: none (eq. 6).
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
    ) -> None:
        super().__init__(vocabulary_size, embedding, dropout)
        self.input_feeding = input_feeding
        read = embedding + hidden if input_feeding else embedding
        self.rnn = nn.LSTM(read, hidden, layers, batch_first=True, dropout=dropout if layers > 1 else 0.0)
        self.attention = attention
        self.W_c = nn.Linear(memory_size + hidden, hidden, bias=False)
        self.W_s = nn.Linear(hidden, vocabulary_size)

    def prepare(self, encoded: Encoded) -> Encoded:
        """Return ``encoded`` with the keys of the score."""
        return encoded.with_keys(self.attention)

    def initial_state(self, encoded: Encoded) -> State:
        """Return the encoder's last (h, c) of each layer, and h̃_0 = 0 where it is fed."""
        start = encoded.initial
        fed_back = torch.zeros_like(start.top) if self.input_feeding else None
        return State(start.hidden, start.cell, fed_back)

    def step(self, previous: Int[Tensor, "B"], state: State, encoded: Encoded) -> StepOutput:
        """Read y_{t-1}, return the logits of y_t, the state, and what the look gave."""
        read = self._embed(previous)  # (B, E)
        if state.fed_back is not None:
            read = torch.cat((read, state.fed_back), dim=-1)  # (B, E + H)
        _, (hidden, cell) = self.rnn(read.unsqueeze(1), (state.hidden, state.cell))
        look, attentional = self._look(hidden[-1], encoded, state.steps)
        after = State(hidden, cell, attentional if self.input_feeding else None, steps=state.steps + 1)
        return StepOutput(self._logits(attentional), after, look)

    def forward(self, target_in: Int[Tensor, "B T"], encoded: Encoded) -> DecoderOutput:
        """Read BOS y_1 … y_m: in one call without input feeding, step by step with it."""
        if self.input_feeding:
            return self._forward_by_steps(target_in, encoded)
        state = self.initial_state(encoded)
        states, _ = self.rnn(self._embed(target_in), (state.hidden, state.cell))  # (B, T, H)
        look, attentional = self._look(states, encoded, first_step=0)
        return DecoderOutput(self._logits(attentional), states, look)

    def _forward_by_steps(self, target_in: Int[Tensor, "B T"], encoded: Encoded) -> DecoderOutput:
        """The loop of input feeding; embedding before it and the large product over words after it."""
        state = self.initial_state(encoded)
        fed, hidden, cell = torch.zeros_like(state.top), state.hidden, state.cell
        states, attentionals, looks = [], [], []
        for t, embedded in enumerate(self._embed(target_in).unbind(1)):  # T times (B, E)
            read = torch.cat((embedded, fed), dim=-1).unsqueeze(1)  # (B, 1, E + H)
            _, (hidden, cell) = self.rnn(read, (hidden, cell))
            look, fed = self._look(hidden[-1], encoded, t)
            states.append(hidden[-1])
            attentionals.append(fed)
            looks.append(look)
        return DecoderOutput(self._logits(stack(attentionals)), stack(states), Attended.side_by_side(looks))

    def _look(
        self, query: Float[Tensor, "B *T H"], encoded: Encoded, first_step: int
    ) -> tuple[Attended, Float[Tensor, "B *T H"]]:
        """Attend with h_t and return the look and h̃_t."""
        look = self.attention(query, *encoded.annotations(), first_step=first_step)
        return look, torch.tanh(self.W_c(torch.cat((look.context, query), dim=-1)))

    def _logits(self, attentional: Float[Tensor, "B *T H"]) -> Float[Tensor, "B *T V"]:
        return self.W_s(self.dropout(attentional))
