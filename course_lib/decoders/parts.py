"""The cells and the readouts that decoders are put together from. Chapters 2, 3, 5 and 7."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from course_lib.built import Built
from course_lib.shapes import Float


class ContextGRUCell(Built):
    """s_i = f(s_{i-1}, y_{i-1}, c_i), the gated unit of Bahdanau et al. (2015), §A.1.1, unchanged.

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

    def forward(
        self, projected_input: Float[Tensor, "B 3*H"], state: Float[Tensor, "B H"], context: Float[Tensor, "B M"]
    ) -> Float[Tensor, "B H"]:
        """Return s_i from W E y_{i-1}, s_{i-1} and c_i."""
        hidden = state.shape[-1]
        gates, candidate = (projected_input + self.C(context)).split([2 * hidden, hidden], dim=-1)  # (B, 2H), (B, H)
        update, reset = torch.sigmoid(gates + self.U_gates(state)).chunk(2, dim=-1)
        candidate = torch.tanh(candidate + self.U(reset * state))
        return torch.lerp(state, candidate, update)


def lstm_step(
    rnn: nn.LSTM, inputs: Float[Tensor, "B _"], hidden: Float[Tensor, "L B H"], cell: Float[Tensor, "L B H"] | None
) -> tuple[Float[Tensor, "L B H"], Float[Tensor, "L B H"]]:
    """Take one step with the layers of ``rnn``; return h and c of each layer after it.

    The step that ``rnn(inputs.unsqueeze(1), (hidden, cell))`` takes, up to rounding. On a CPU that call copies all of
    its matrices into another order before it begins. Over many steps it wins that back; for one step and one sentence
    the copy costs several times the step. Search takes one step at a time, so decoders step with this.
    ValueError for a state without a cell.
    """
    if cell is None:
        raise ValueError("An LSTM needs its cell c beside h; this state has none. Was it made by a GRU?")
    states = []
    for layer, weights in enumerate(rnn.all_weights):
        if layer:
            inputs = functional.dropout(inputs, rnn.dropout, rnn.training)  # between layers
        states.append(torch.lstm_cell(inputs, (hidden[layer], cell[layer]), *weights))
        inputs = states[-1][0]
    hidden, cell = (torch.stack(parts) for parts in zip(*states, strict=True))
    return hidden, cell


class MaxoutReadout(Built):
    """Logits of y_i from s_{i-1}, y_{i-1} and c_i: Bahdanau et al. (2015), §A.2.2.

    t̃ = U_o s_{i-1} + V_o E y_{i-1} + C_o c_i has two candidates for each of its units; maxout
    keeps the larger one; W_o turns the survivors into a score for every word. Cho et al. (2014)
    read out the same way, from the state after the step.
    """

    def __init__(self, vocabulary_size: int, embedding: int, context_size: int, hidden: int, maxout: int) -> None:
        super().__init__()
        self.U_o = nn.Linear(hidden, 2 * maxout)
        self.V_o = nn.Linear(embedding, 2 * maxout, bias=False)
        self.C_o = nn.Linear(context_size, 2 * maxout, bias=False)
        self.W_o = nn.Linear(maxout, vocabulary_size)

    def forward(
        self, state: Float[Tensor, "B *T H"], embedded: Float[Tensor, "B *T E"], context: Float[Tensor, "B *T M"]
    ) -> Float[Tensor, "B *T V"]:
        """Return the logits of y_i from s_{i-1}, E y_{i-1} and c_i, for one step or for T at once."""
        candidates = self.U_o(state) + self.V_o(embedded) + self.C_o(context)  # (…, 2 · maxout)
        return self.W_o(candidates.unflatten(-1, (-1, 2)).amax(-1))  # the larger of each two neighbours


class LinearReadout(Built):
    """Logits straight from [s; E y; c], the usual departure from the maxout."""

    def __init__(self, vocabulary_size: int, embedding: int, context_size: int, hidden: int) -> None:
        super().__init__()
        self.W_o = nn.Linear(hidden + embedding + context_size, vocabulary_size)

    def forward(
        self, state: Float[Tensor, "B *T H"], embedded: Float[Tensor, "B *T E"], context: Float[Tensor, "B *T M"]
    ) -> Float[Tensor, "B *T V"]:
        """Return the logits of y_i from s, E y_{i-1} and c_i, for one step or for T at once."""
        return self.W_o(torch.cat((state, embedded, context), dim=-1))
