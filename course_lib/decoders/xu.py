"""The decoder that describes what it looks at. Chapter 10."""

from dataclasses import replace

import torch
from torch import Tensor, nn

from course_lib.attention import Attended, Attention, HardAttention
from course_lib.decoders.base import Decoder, DecoderOutput, StepOutput, stack
from course_lib.encoders import Encoded, State
from course_lib.shapes import Float, Int


class XuDecoder(Decoder):
    """Attend with h_{t-1}, then step: Xu et al. (2015), §3.1.2 and §4.2.1. Chapter 10.

        h_0, c_0 = tanh(f_init(ā))                 ā, the mean annotation, is what the encoder hands over
        ẑ_t = β_t Σ_i α_ti a_i                     β_t = σ(f_β(h_{t-1})), one number a step
        h_t, c_t = LSTM([E y_{t-1}; ẑ_t], h_{t-1}, c_{t-1})                                   (eqs. 1 to 3)
        logits = L_o (E y_{t-1} + L_h h_t + L_z ẑ_t)                                          (eq. 7)

    With hard attention Σ_i α_ti a_i is the annotation that was drawn. ``attention=None`` takes the
    look away: ẑ_t is made of ā at every step. Without ``gated`` β_t is 1.

    Departs from the paper:

    - h_0 and c_0: one linear layer each, then tanh; the paper: two perceptrons of several layers, f_init, of which it
      says no more (§3.1.2).
    - score: Bahdanau's, whose v_a starts at 0; the paper: a perceptron of several layers, f_att, of which it says no
      more (§3.1.2).
    - bias of L_o: there is one; the paper: none (eq. 7).
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding: int,
        memory_size: int,
        hidden: int,
        dropout: float,
        *,
        attention: Attention | HardAttention | None,
        gated: bool = False,
    ) -> None:
        super().__init__(vocabulary_size, embedding, dropout)
        self.f_init_h = nn.Linear(memory_size, hidden)
        self.f_init_c = nn.Linear(memory_size, hidden)
        self.attention = attention
        self.f_beta = nn.Linear(hidden, 1) if gated else None
        self.cell = nn.LSTMCell(embedding + memory_size, hidden)
        self.L_h = nn.Linear(hidden, embedding, bias=False)
        self.L_z = nn.Linear(memory_size, embedding, bias=False)
        self.L_o = nn.Linear(embedding, vocabulary_size)

    def prepare(self, encoded: Encoded) -> Encoded:
        """Return ``encoded`` with the keys of the score, where there is one."""
        return encoded if self.attention is None else encoded.with_keys(self.attention)

    def initial_state(self, encoded: Encoded) -> State:
        """Return h_0 and c_0, (1, B, H), from the mean annotation."""
        mean = encoded.initial.top  # (B, M)
        return State(torch.tanh(self.f_init_h(mean))[None], torch.tanh(self.f_init_c(mean))[None])

    def step(self, previous: Int[Tensor, "B"], state: State, encoded: Encoded) -> StepOutput:
        """Read y_{t-1}, return the logits of y_t, the state, and what the look gave."""
        embedded = self._embed(previous)  # (B, E)
        after, context, look = self._advance(embedded, state, encoded)
        return StepOutput(self._logits(after.top, embedded, context), after, look)

    def forward(self, target_in: Int[Tensor, "B T"], encoded: Encoded) -> DecoderOutput:
        """Read BOS y_1 … y_m, step by step; the words are read out all at once."""
        embedded = self._embed(target_in)  # (B, T, E)
        state = self.initial_state(encoded)
        states, contexts, looks = [], [], []
        for word in embedded.unbind(1):
            state, context, look = self._advance(word, state, encoded)
            states.append(state.top)
            contexts.append(context)
            looks.append(look)
        hidden, context = stack(states), stack(contexts)  # (B, T, H), (B, T, M)
        logits = self._logits(hidden, embedded, context)
        seen = [look for look in looks if look is not None]
        return DecoderOutput(logits, hidden, Attended.side_by_side(seen) if seen else None)

    def _advance(
        self, embedded: Float[Tensor, "B E"], state: State, encoded: Encoded
    ) -> tuple[State, Float[Tensor, "B M"], Attended | None]:
        """Look and step; return the new state, ẑ_t and the look, whose context is ẑ_t, the gate included."""
        if state.cell is None:
            raise ValueError("An LSTM has a cell state; this state has none. Start from initial_state(encoded).")
        look = None if self.attention is None else self.attention(state.top, *encoded.annotations())
        context = encoded.initial.top if look is None else look.context
        if self.f_beta is not None:
            context = torch.sigmoid(self.f_beta(state.top)) * context  # (B, 1) · (B, M)
        if look is not None:
            look = replace(look, context=context)
        hidden, cell = self.cell(torch.cat((embedded, context), dim=-1), (state.top, state.cell[-1]))
        return State(hidden[None], cell[None]), context, look

    def _logits(
        self, hidden: Float[Tensor, "B *T H"], embedded: Float[Tensor, "B *T E"], context: Float[Tensor, "B *T M"]
    ) -> Float[Tensor, "B *T V"]:
        return self.L_o(self.dropout(embedded + self.L_h(hidden) + self.L_z(context)))
