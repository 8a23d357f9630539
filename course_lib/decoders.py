"""One word at a time: previous word, state and source in; scores over the next word out.

Each decoder has ``step``, which search and traces call, and ``forward``, which training calls with
the whole target sentence known (teacher forcing). A test holds the two equal. Chapters 2 and 5.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from course_lib.attention import AdditiveAttention
from course_lib.encoders import Encoded, State
from course_lib.vocabulary import PAD


@dataclass(frozen=True, eq=False)
class StepOutput:
    """What one step gives; scores, weights and context are ``None`` without attention."""

    logits: Tensor  # (B, V), before the softmax over words
    state: State  # after the step
    scores: Tensor | None = None  # (B, S)
    weights: Tensor | None = None  # (B, S)
    context: Tensor | None = None  # (B, M)


@dataclass(frozen=True, eq=False)
class DecoderOutput:
    """What all steps of a teacher-forced run give; row i belongs to the prediction of y_i."""

    logits: Tensor  # (B, T, V)
    states: Tensor  # (B, T, H), top layer, after each step
    scores: Tensor | None = None  # (B, T, S)
    weights: Tensor | None = None  # (B, T, S)
    contexts: Tensor | None = None  # (B, T, M)


class FixedVectorDecoder(nn.Module):
    """An LSTM that starts from the encoder's (h, c) and sees the source never again.

    Sutskever, Vinyals & Le (2014), §2. Chapter 2.
    """

    def __init__(self, vocabulary_size: int, embedding: int, hidden: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding, padding_idx=PAD)
        self.dropout = nn.Dropout(dropout)
        self.rnn = nn.LSTM(embedding, hidden, layers, batch_first=True, dropout=dropout if layers > 1 else 0.0)
        self.output = nn.Linear(hidden, vocabulary_size)

    def prepare(self, encoded: Encoded) -> Encoded:
        """Return ``encoded`` as it is: there are no keys to project."""
        return encoded

    def initial_state(self, encoded: Encoded) -> State:
        """Return the state before the first step: the fixed vector itself."""
        return encoded.initial

    def step(self, previous: Tensor, state: State, encoded: Encoded) -> StepOutput:
        """Read y_{i-1} (B,), return the logits of y_i (B, V) and the new state."""
        del encoded  # the state is all that is left of the source
        outputs, (hidden, cell) = self.rnn(self._embed(previous.unsqueeze(1)), (state.hidden, state.cell))
        return StepOutput(self._logits(outputs[:, 0]), State(hidden, cell))

    def forward(self, target_in: Tensor, encoded: Encoded) -> DecoderOutput:
        """Read BOS y_1 … y_m (B, T) in one fused call: nothing predicted is fed back."""
        state = self.initial_state(encoded)
        states, _ = self.rnn(self._embed(target_in), (state.hidden, state.cell))
        return DecoderOutput(self._logits(states), states)

    def _embed(self, tokens: Tensor) -> Tensor:
        return self.dropout(self.embedding(tokens))

    def _logits(self, states: Tensor) -> Tensor:
        return self.output(self.dropout(states))


class ContextGRUCell(nn.Module):
    """s_i = f(s_{i-1}, y_{i-1}, c_i), the gated unit of Bahdanau et al. (2015), §A.1.2, unchanged.

        z = σ(W_z E y + U_z s + C_z c)          how much of the state to rewrite
        r = σ(W_r E y + U_r s + C_r c)          how much of it to read
        s̃ = tanh(W E y + U (r ⊙ s) + C c)
        s_i = (1 - z) ⊙ s + z ⊙ s̃

    The weights of z, r and s̃ are stacked in this order, one matrix for each kind of input.
    """

    def __init__(self, embedding: int, context_size: int, hidden: int) -> None:
        super().__init__()
        self.W = nn.Linear(embedding, 3 * hidden)
        self.C = nn.Linear(context_size, 3 * hidden, bias=False)
        self.U_gates = nn.Linear(hidden, 2 * hidden, bias=False)
        self.U = nn.Linear(hidden, hidden, bias=False)

    def forward(self, projected_input: Tensor, state: Tensor, context: Tensor) -> Tensor:
        """Return s_i (B, H) from W E y_{i-1} (B, 3H), s_{i-1} (B, H) and c_i (B, M)."""
        hidden = state.shape[-1]
        gates, candidate = (projected_input + self.C(context)).split([2 * hidden, hidden], dim=-1)
        update, reset = torch.sigmoid(gates + self.U_gates(state)).chunk(2, dim=-1)
        candidate = torch.tanh(candidate + self.U(reset * state))
        return torch.lerp(state, candidate, update)


class MaxoutReadout(nn.Module):
    """Logits of y_i from s_{i-1}, y_{i-1} and c_i: Bahdanau et al. (2015), §A.2.2.

    t̃ = U_o s_{i-1} + V_o E y_{i-1} + C_o c_i has two candidates for each of its units; maxout
    keeps the larger one; W_o turns the survivors into a score for every word.
    """

    def __init__(self, vocabulary_size: int, embedding: int, context_size: int, hidden: int, maxout: int) -> None:
        super().__init__()
        self.U_o = nn.Linear(hidden, 2 * maxout)
        self.V_o = nn.Linear(embedding, 2 * maxout, bias=False)
        self.C_o = nn.Linear(context_size, 2 * maxout, bias=False)
        self.W_o = nn.Linear(maxout, vocabulary_size)

    def forward(self, state: Tensor, embedded: Tensor, context: Tensor) -> Tensor:
        """Return logits (…, V) from s_{i-1} (…, H), E y_{i-1} (…, E) and c_i (…, M)."""
        candidates = self.U_o(state) + self.V_o(embedded) + self.C_o(context)
        return self.W_o(candidates.unflatten(-1, (-1, 2)).amax(-1))


class BahdanauDecoder(nn.Module):
    """Attend with s_{i-1}, then step: Bahdanau, Cho & Bengio (2015), §3.1 and §A. Chapter 5.

    Follows the paper: s_0 = tanh(W_s ←h_1); the query is the state *before* the step; the context
    enters the gates and the readout; the readout is a maxout. The keys are projected once.
    """

    def __init__(
        self, vocabulary_size: int, embedding: int, memory_size: int, hidden: int, attention_size: int, dropout: float
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding, padding_idx=PAD)
        self.dropout = nn.Dropout(dropout)
        self.W_s = nn.Linear(memory_size // 2, hidden)
        self.attention = AdditiveAttention(hidden, memory_size, attention_size)
        self.cell = ContextGRUCell(embedding, memory_size, hidden)
        self.readout = MaxoutReadout(vocabulary_size, embedding, memory_size, hidden, maxout=hidden)

    def prepare(self, encoded: Encoded) -> Encoded:
        """Return ``encoded`` with the keys U_a h_j, which serve every step."""
        if encoded.memory is None:
            raise ValueError("Attention needs annotations; this encoder hands over a fixed vector alone.")
        return replace(encoded, keys=self.attention.project_keys(encoded.memory))

    def initial_state(self, encoded: Encoded) -> State:
        """Return s_0 = tanh(W_s ←h_1), (1, B, H)."""
        return State(torch.tanh(self.W_s(encoded.initial.hidden)))

    def step(self, previous: Tensor, state: State, encoded: Encoded) -> StepOutput:
        """Read y_{i-1} (B,), return the logits of y_i (B, V), s_i, and what the look gave."""
        embedded = self._embed(previous)
        attended = self.attention(state.top, *encoded.annotations())
        after = self.cell(self.cell.W(embedded), state.top, attended.context)
        logits = self._logits(state.top, embedded, attended.context)
        return StepOutput(logits, State(after.unsqueeze(0)), attended.scores, attended.weights, attended.context)

    def forward(self, target_in: Tensor, encoded: Encoded) -> DecoderOutput:
        """Read BOS y_1 … y_m (B, T). Only attention and the cell wait for the step before."""
        embedded = self._embed(target_in)
        source = encoded.annotations()
        before, looks = [self.initial_state(encoded).top], []
        for projected_input in self.cell.W(embedded).unbind(1):
            looks.append(self.attention(before[-1], *source))
            before.append(self.cell(projected_input, before[-1], looks[-1].context))
        contexts = _stack([look.context for look in looks])
        return DecoderOutput(
            self._logits(_stack(before[:-1]), embedded, contexts),
            _stack(before[1:]),
            _stack([look.scores for look in looks]),
            _stack([look.weights for look in looks]),
            contexts,
        )

    def _embed(self, tokens: Tensor) -> Tensor:
        return self.dropout(self.embedding(tokens))

    def _logits(self, state: Tensor, embedded: Tensor, context: Tensor) -> Tensor:
        return self.readout(self.dropout(state), embedded, self.dropout(context))


def _stack(steps: Sequence[Tensor]) -> Tensor:
    return torch.stack(list(steps), dim=1)
