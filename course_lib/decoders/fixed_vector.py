"""Decoders that see the source once, as a vector. Chapters 2 and 3."""

import torch
from torch import Tensor, nn

from course_lib.decoders.base import Decoder, DecoderOutput, StepOutput
from course_lib.decoders.parts import MaxoutReadout
from course_lib.encoders import Encoded, State
from course_lib.shapes import Float, Int


class FixedVectorDecoder(Decoder):
    """An LSTM that starts from the encoder's (h, c) and sees the source never again.

    Sutskever, Vinyals & Le (2014), §2. Chapter 2.

    Departs from the paper:

    - first word that the decoder reads: ``<s>``, after the encoder has read ``</s>``; the paper: no such word, for
      the step that reads the source's ``<EOS>`` gives y_1 (fig. 1).
    """

    def __init__(self, vocabulary_size: int, embedding: int, hidden: int, layers: int, dropout: float) -> None:
        super().__init__(vocabulary_size, embedding, dropout)
        self.rnn = nn.LSTM(embedding, hidden, layers, batch_first=True, dropout=dropout if layers > 1 else 0.0)
        self.output = nn.Linear(hidden, vocabulary_size)

    def step(self, previous: Int[Tensor, "B"], state: State, encoded: Encoded) -> StepOutput:
        """Read y_{i-1}, return the logits of y_i and the new state."""
        del encoded  # the state is all that is left of the source
        word = self._embed(previous.unsqueeze(1))  # (B, 1, E): torch's RNN wants an axis of steps
        outputs, (hidden, cell) = self.rnn(word, (state.hidden, state.cell))
        return StepOutput(self._logits(outputs[:, 0]), State(hidden, cell))

    def forward(self, target_in: Int[Tensor, "B T"], encoded: Encoded) -> DecoderOutput:
        """Read BOS y_1 … y_m in one fused call: nothing predicted is fed back."""
        state = self.initial_state(encoded)
        states, _ = self.rnn(self._embed(target_in), (state.hidden, state.cell))
        return DecoderOutput(self._logits(states), states)

    def _logits(self, states: Float[Tensor, "B *T H"]) -> Float[Tensor, "B *T V"]:
        return self.output(self.dropout(states))


class ChoDecoder(Decoder):
    """A GRU that is told the summary c at every step: Cho et al. (2014), §2.2 and the appendix. Chapter 3.

    c = tanh(V h_S) conditions s_0 = tanh(V' c), every gate, and the readout
    max-out(O_h s_i + O_y E y_{i-1} + O_c c).

    Departs from the paper:

    - decoder's GRU: torch's, whose reset gate holds back U' s_{i-1} alone; the paper: U' s_{i-1} + C c (appendix).
    - width of the maxout layer: as many units as the state; the paper: half as many, 500 (§4.1).
    - output matrix: one of full rank, from the maxout units to the words; the paper: a product of two, of rank 100
      (§4.1) or 500 (appendix).
    - first word that the decoder reads: ``<s>``, with a vector that is learnt; the paper: e(y_0), all zeros
      (appendix).
    - the word in the readout: its vector E y_{i-1}, which the GRU reads too; the paper: O_y y_{i-1}, from the word
      itself (appendix).
    """

    def __init__(self, vocabulary_size: int, embedding: int, hidden: int, dropout: float) -> None:
        super().__init__(vocabulary_size, embedding, dropout)
        self.V = nn.Linear(hidden, hidden)
        self.V_prime = nn.Linear(hidden, hidden)
        self.rnn = nn.GRU(embedding + hidden, hidden, batch_first=True)
        self.readout = MaxoutReadout(vocabulary_size, embedding, hidden, hidden, maxout=hidden)

    def prepare(self, encoded: Encoded) -> Encoded:
        """Return the summary c = tanh(V h_S), (1, B, H), which serves every step, in place of h_S."""
        return Encoded(State(torch.tanh(self.V(encoded.initial.hidden))))

    def initial_state(self, encoded: Encoded) -> State:
        """Return s_0 = tanh(V' c), (1, B, H)."""
        return State(torch.tanh(self.V_prime(encoded.initial.hidden)))

    def step(self, previous: Int[Tensor, "B"], state: State, encoded: Encoded) -> StepOutput:
        """Read y_{i-1}, return the logits of y_i and the new state."""
        output = self._run(previous.unsqueeze(1), state, encoded)
        return StepOutput(output.logits[:, 0], State(output.states[:, -1].unsqueeze(0)))

    def forward(self, target_in: Int[Tensor, "B T"], encoded: Encoded) -> DecoderOutput:
        """Read BOS y_1 … y_m in one fused call: c is known from the start."""
        return self._run(target_in, self.initial_state(encoded), encoded)

    def _run(self, target_in: Int[Tensor, "B T"], state: State, encoded: Encoded) -> DecoderOutput:
        embedded = self._embed(target_in)  # (B, T, E)
        summary = encoded.initial.top.unsqueeze(1).expand(-1, embedded.shape[1], -1)  # (B, T, H), c at every step
        states, _ = self.rnn(torch.cat((embedded, summary), dim=-1), state.hidden)
        return DecoderOutput(self.readout(self.dropout(states), embedded, self.dropout(summary)), states)
