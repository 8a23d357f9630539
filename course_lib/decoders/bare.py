"""The steps of a search with nothing around their arithmetic: no modules, no records. Chapters 5 and 13.

One sentence at a time, a step of Bahdanau's decoder is nine products of a matrix with a vector, and as much time again
goes into calling layers one by one and writing down what each look gave. Greedy search and a beam need the logits
and the state alone. :func:`bare_steps` gives them by the operations of :meth:`BahdanauDecoder.step`, which is the one
to read and the one that traces watch. A test holds the numbers equal: to the bit for several sentences; for a sentence
alone up to rounding, since C Σ_j α_ij h_j is taken there as Σ_j α_ij C h_j, and the C h_j serve every step.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from course_lib.attention import AdditiveAttention, Attention
from course_lib.built import Built
from course_lib.decoders.bahdanau import BahdanauDecoder
from course_lib.decoders.base import Decoder
from course_lib.decoders.parts import ContextGRUCell, MaxoutReadout
from course_lib.encoders import Encoded
from course_lib.shapes import Float, Int


class BareState(NamedTuple):
    """The state of a bare step: s_i alone."""

    hidden: Float[Tensor, "B H"]

    def select(self, rows: Int[Tensor, "_"]) -> "BareState":
        """Return the state of the sentences ``rows``, in this order and as often as they are named."""
        return BareState(self.hidden.index_select(0, rows))


class BareOutput(NamedTuple):
    """What a bare step gives: all that a search without coverage asks for."""

    logits: Float[Tensor, "B V"]
    state: BareState


def bare_steps(decoder: Decoder, encoded: Encoded) -> tuple[Callable[..., BareOutput], BareState] | None:
    """Return a step function over prepared ``encoded`` and the state to start from; None where there is none.

    There is one for Bahdanau's decoder without switches, in evaluation and without gradients, as long as every part
    is this library's own and as it was built: a hook, a method put in its place (interventions, bugs of the clinic,
    your own score in a subclass) has to be asked at every step, and then the steps are the decoder's own.
    """
    if decoder.training or torch.is_grad_enabled() or not _as_built(decoder):
        return None
    assert isinstance(decoder, BahdanauDecoder)
    attention, cell, readout = decoder.attention, decoder.cell, decoder.readout
    if decoder.query != "before" or attention.coverage or not isinstance(readout, MaxoutReadout):
        return None
    assert isinstance(attention, AdditiveAttention)
    keys, memory, mask = encoded.annotations()
    padding = None if bool(mask.all()) else ~mask
    table, v_a, H = decoder.embedding.weight, attention.v_a, cell.U.in_features
    # matrices as the products take them: x @ W is what nn.Linear computes
    W_a, W, C, U_gates, U = (layer.weight.T for layer in (attention.W_a, cell.W, cell.C, cell.U_gates, cell.U))
    U_o, V_o, C_o, W_o = (layer.weight.T for layer in (readout.U_o, readout.V_o, readout.C_o, readout.W_o))
    alone = len(memory) == 1
    told = torch.cat((memory @ C, memory @ C_o), dim=-1) if alone else memory  # (1, S, 3H + 2 · maxout) or (B, S, M)
    b, b_o, b_w = cell.W.bias, readout.U_o.bias, readout.W_o.bias

    def step(previous: Int[Tensor, "B"], state: BareState) -> BareOutput:
        s, y = state.hidden, functional.embedding(previous, table)
        scores = torch.tanh((s @ W_a).unsqueeze(1) + keys) @ v_a  # (B, S)
        if padding is not None:
            scores = scores.masked_fill(padding, -torch.inf)
        c = torch.bmm(torch.softmax(scores, dim=-1).unsqueeze(1), told).squeeze(1)  # (B, M), or C and C_o times that
        into_cell, into_readout = c.tensor_split((3 * H,), dim=-1) if alone else (c @ C, c @ C_o)
        gates, candidate = (torch.addmm(b, y, W) + into_cell).split((2 * H, H), dim=-1)
        update, reset = torch.sigmoid(gates + s @ U_gates).chunk(2, dim=-1)
        after = torch.lerp(s, torch.tanh(candidate + (reset * s) @ U), update)
        candidates = torch.addmm(b_o, s, U_o) + y @ V_o + into_readout  # (B, 2 · maxout)
        return BareOutput(torch.addmm(b_w, candidates.unflatten(-1, (-1, 2)).amax(-1), W_o), BareState(after))

    return step, BareState(decoder.initial_state(encoded).top)


_OURS = (Built, Decoder, BahdanauDecoder, Attention, AdditiveAttention, ContextGRUCell, MaxoutReadout)
_METHODS = {kind: dict(vars(kind)) for kind in _OURS}
_LAYERS = {*_OURS, nn.Embedding, nn.Linear, nn.Identity, nn.Dropout}


def _as_built(decoder: Decoder) -> bool:
    """Say whether this is Bahdanau's decoder, and nobody has hooked, replaced or rewritten a part of it."""
    return (
        type(decoder) is BahdanauDecoder
        and all(type(part) in _LAYERS and not _touched(part) for part in decoder.modules())
        and all(vars(kind) == methods for kind, methods in _METHODS.items())
    )


def _touched(part: nn.Module) -> bool:
    own = vars(part)
    hooked = any(own[name] for name in ("_forward_pre_hooks", "_forward_hooks"))
    return hooked or any(map(callable, own.values()))  # a function in place of a method
