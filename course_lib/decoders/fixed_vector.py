"""Decoders that see the source once, as a vector. Chapters 2 and 3."""

from collections.abc import Collection
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from course_lib.decoders.base import Decoder, DecoderOutput, StepOutput
from course_lib.decoders.parts import MaxoutReadout, lstm_step
from course_lib.encoders import Encoded, State
from course_lib.options import MOST_UNITS, check_choices, check_count
from course_lib.shapes import Float, Int, Shaped

Route = Literal["state", "steps", "readout"]
ROUTES: tuple[Route, ...] = get_args(Route)
"""Where the summary enters Cho's decoder: the first state, the gates of every step, the readout of every word."""


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
        hidden, cell = lstm_step(self.rnn, self._embed(previous), state.hidden, state.cell)
        return StepOutput(self._logits(hidden[-1]), State(hidden, cell))

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
    - switches: ``summary`` and ``routes``, without effect by default; the paper: a summary as wide as the state, told
      in all three places.

    ``summary`` is the width C of c, by default that of the state. ``routes`` names the places where c enters: the
    first state, the ``"steps"``, the ``"readout"``. A place that is left out is handed zeros, so that layers,
    parameters and what is drawn for them stay the same; s_0 is then zero too, without the bias of V'. With none the
    decoder is a language model of the target.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding: int,
        hidden: int,
        dropout: float,
        *,
        summary: int | None = None,
        routes: Collection[Route] = ROUTES,
    ) -> None:
        super().__init__(vocabulary_size, embedding, dropout)
        self.summary = hidden if summary is None else check_count("summary", summary, most=MOST_UNITS)
        self.routes = check_choices("routes", routes, Route)
        self.V = nn.Linear(hidden, self.summary)
        self.V_prime = nn.Linear(self.summary, hidden)
        self.rnn = nn.GRU(embedding + self.summary, hidden, batch_first=True)
        self.readout = MaxoutReadout(vocabulary_size, embedding, self.summary, hidden, maxout=hidden)

    def extra_repr(self) -> str:
        """Return what tells two of these apart in print where their layers do not."""
        return f"summary={self.summary}, routes={self.routes}"

    def prepare(self, encoded: Encoded) -> Encoded:
        """Return the summary c = tanh(V h_S), (1, B, C), which serves every step, in place of h_S."""
        return Encoded(State(torch.tanh(self.V(encoded.initial.hidden))))

    def initial_state(self, encoded: Encoded) -> State:
        """Return s_0 = tanh(V' c), (1, B, H); zeros where the state is not told."""
        if "state" not in self.routes:
            return State(encoded.initial.hidden.new_zeros(1, encoded.initial.hidden.shape[1], self.rnn.hidden_size))
        return State(torch.tanh(self.V_prime(encoded.initial.hidden)))

    def step(self, previous: Int[Tensor, "B"], state: State, encoded: Encoded) -> StepOutput:
        """Read y_{i-1}, return the logits of y_i and the new state."""
        output = self._run(previous.unsqueeze(1), state, encoded)
        return StepOutput(output.logits[:, 0], State(output.states[:, -1].unsqueeze(0)))

    def forward(self, target_in: Int[Tensor, "B T"], encoded: Encoded) -> DecoderOutput:
        """Read BOS y_1 … y_m in one fused call: c is known from the start."""
        return self._run(target_in, self.initial_state(encoded), encoded)

    def out_of_reach(self) -> list[Shaped[Tensor, "..."]]:
        """Return the weights that only the routes that are left out would use."""
        beside_the_word = self.rnn.get_parameter("weight_ih_l0")[:, self.embedding.embedding_dim :]  # (3H, C)
        only_for: dict[Route, list[Tensor]] = {
            "state": list(self.V_prime.parameters()),
            "steps": [beside_the_word],
            "readout": [self.readout.C_o.weight],
        }
        unused = [weight for route in only_for if route not in self.routes for weight in only_for[route]]
        return unused if self.routes else [*unused, *self.V.parameters()]

    def hears_source(self) -> bool:
        """Return whether any route is left."""
        return bool(self.routes)

    def _run(self, target_in: Int[Tensor, "B T"], state: State, encoded: Encoded) -> DecoderOutput:
        embedded = self._embed(target_in)  # (B, T, E)
        summary = encoded.initial.top.unsqueeze(1).expand(-1, embedded.shape[1], -1)  # (B, T, C), c at every step
        told = summary if "steps" in self.routes else torch.zeros_like(summary)
        states, _ = self.rnn(torch.cat((embedded, told), dim=-1), state.hidden)  # (B, T, H)
        read = summary if "readout" in self.routes else torch.zeros_like(summary)
        return DecoderOutput(self.readout(self.dropout(states), embedded, self.dropout(read)), states)
