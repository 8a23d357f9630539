"""Bugs of encoder, decoder and loss, in the model of your choice. Chapter 15.

Each function is a context manager: train and translate inside the block, after it the model is as it was. ValueError
for a model in which the bug has no place.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.attention import Attended
from course_lib.batching import Batch
from course_lib.clinic.rewiring import Method, rewired
from course_lib.decoders import DecoderOutput, StepOutput, VaswaniDecoder
from course_lib.decoders.base import stack
from course_lib.encoders import Encoded, Encoder, State, VaswaniEncoder, reverse_words
from course_lib.seq2seq import Loss, Seq2Seq
from course_lib.shapes import Float, Int

COUNTING, BENDING, CHOOSING = range(3)
"""What is done to a loss: which words it counts, what becomes of the logits, and, before that, of the words."""


# --- the decoder


@contextmanager
def state_reset(model: Seq2Seq) -> Iterator[None]:
    """The decoder's cell is called without the state before: every step starts from s_0.

    What is fed back beside the word (input feeding) and coverage go on. A run of all steps takes them one by one
    meanwhile. ValueError for a Transformer, which keeps no such state.
    """
    decoder = model.decoder
    if isinstance(decoder, VaswaniDecoder):
        raise ValueError("Expected a recurrent decoder, such as bahdanau2014's; a Transformer has no state to reset.")

    def from_the_start(step: Method) -> Method:
        def sick(previous: Int[Tensor, "B"], state: State, encoded: Encoded) -> StepOutput:
            start = decoder.initial_state(encoded)
            return step(previous, replace(state, hidden=start.hidden, cell=start.cell), encoded)

        return sick

    def one_by_one(_forward: Method) -> Method:
        def sick(target_in: Int[Tensor, "B T"], encoded: Encoded) -> DecoderOutput:
            state, outputs = decoder.initial_state(encoded), []
            for previous in target_in.unbind(1):
                outputs.append(decoder.step(previous, state, encoded))
                state = outputs[-1].state
            looks = [output.look for output in outputs if output.look is not None]
            return DecoderOutput(
                stack(output.logits for output in outputs),
                stack(output.state.top for output in outputs),
                Attended.side_by_side(looks) if looks else None,
            )

        return sick

    with rewired(decoder, "step", from_the_start), rewired(decoder, "forward", one_by_one):
        yield


# --- the encoder, and between the two


@contextmanager
def state_after_padding(model: Seq2Seq) -> Iterator[None]:
    """The encoder reads past the end: its last state is one after padding, a backward direction begins in it.

    In batches of one length, such as the course trains on, there is no padding to be read. ValueError for an encoder
    without recurrence.
    """
    encoder = model.encoder
    if not isinstance(encoder, Encoder):
        raise ValueError(f"Expected an encoder that reads word by word; {type(encoder).__name__} has no last state.")

    def to_the_end_of_the_batch(_read: Method) -> Method:
        def sick(source: Int[Tensor, "B S"], lengths: Int[Tensor, "B"]) -> tuple[Float[Tensor, "B S M"], State]:
            turned = encoder.direction == "reversed"
            read = reverse_words(source, lengths) if turned else source
            outputs, final = encoder.rnn(encoder.dropout(encoder.embedding(read)))
            return (
                reverse_words(outputs, lengths) if turned else outputs,
                State(*final) if isinstance(final, tuple) else State(final),
            )

        return sick

    with rewired(encoder, "read", to_the_end_of_the_batch):
        yield


@contextmanager
def layers_mixed(model: Seq2Seq) -> Iterator[None]:
    """Layers and directions mixed up between the encoder and a deep decoder.

    torch hands over (→1, ←1, →2, ←2, …), a layer's directions side by side. Cut in halves, [first L; last L], as if all
    forward states came first, two layers of the encoder give the decoder [→1; →2] and [←1; ←2]. With one layer both
    readings are the same: ValueError, as for an encoder of one direction.
    """
    rnn = getattr(model.encoder, "rnn", None)
    if not isinstance(rnn, nn.LSTM | nn.GRU) or not rnn.bidirectional or rnn.num_layers < 2:
        raise ValueError(
            "Expected an encoder of two directions and two layers or more, such as that of "
            "luong2015(layers=2, direction='bidirectional'): in others there is nothing to mix up."
        )
    L = rnn.num_layers

    def halves(last: Float[Tensor, "_ B _"]) -> Float[Tensor, "_ B _"]:
        return last.unflatten(0, (2, L)).transpose(0, 1).flatten(0, 1)  # (0, L, 1, L + 1, …), to be joined in twos

    def mixed(forward: Method) -> Method:
        def sick(*inputs: Any) -> Any:
            outputs, last = forward(*inputs)
            return outputs, tuple(map(halves, last)) if isinstance(last, tuple) else halves(last)

        return sick

    with rewired(rnn, "forward", mixed):
        yield


@contextmanager
def layers_shared(model: Seq2Seq) -> Iterator[None]:
    """One cell for every layer, ``[cell] * n``: the layers of encoder and decoder share the weights of the first.

    After the block every layer has its own again, as they were. ValueError where no part of the model has two layers
    of one shape: an RNN needs inputs (word vectors, and what is fed) as wide as its states.
    """
    with ExitStack() as blocks:
        shared = [_share(part, blocks) for part in (model.encoder, model.decoder)]
        if not any(shared):
            raise ValueError(
                "Expected two layers of one shape, such as those of luong2015(layers=2, embedding=64, hidden=64); "
                "here no layer could take the weights of another."
            )
        yield


def _share(part: nn.Module, blocks: ExitStack) -> bool:
    """Let the layers above the first use its weights until ``blocks`` end; say whether there are any that can."""
    if isinstance(part, VaswaniEncoder | VaswaniDecoder):
        layers = part.layers
        for n in range(1, len(layers)):
            blocks.callback(layers.__setitem__, n, layers[n])
            layers[n] = layers[0]
        return len(layers) > 1
    rnn = getattr(part, "rnn", None)
    if not isinstance(rnn, nn.LSTM | nn.GRU) or rnn.num_layers < 2:
        return False
    pairs = [(name, _of_first(name)) for name, _ in list(rnn.named_parameters()) if _of_first(name) != name]
    if any(rnn.get_parameter(name).shape != rnn.get_parameter(first).shape for name, first in pairs):
        return False
    for name, first in pairs:
        blocks.callback(setattr, rnn, name, rnn.get_parameter(name))
        setattr(rnn, name, rnn.get_parameter(first))
    return True


def _of_first(name: str) -> str:
    """Return the name of the same weights in layer 0: torch writes weight_ih_l1_reverse."""
    kind, _, layer = name.rpartition("_l")
    return f"{kind}_l0{'_reverse' if layer.endswith('_reverse') else ''}"


# --- the loss


@contextmanager
def padding_in_loss(model: Seq2Seq) -> Iterator[None]:
    """PAD is a word like others: it counts in the sum and in the number by which the sum is divided."""

    def over_all(_loss_of: Method) -> Method:
        def sick(output: DecoderOutput, batch: Batch) -> Loss:
            total = F.cross_entropy(output.logits.flatten(0, 1), batch.target_out.flatten(), reduction="sum")
            return Loss(total, batch.target_out.numel())

        return sick

    with rewired(model, "loss_of", over_all, COUNTING):
        yield


@contextmanager
def softmax_before_loss(model: Seq2Seq) -> Iterator[None]:
    """Probabilities where the loss expects logits: it takes a softmax of them once more.

    With V words the loss cannot fall below log(e + V − 1) − 1.
    """

    def bent(loss_of: Method) -> Method:
        def sick(output: DecoderOutput, batch: Batch) -> Loss:
            return loss_of(replace(output, logits=torch.softmax(output.logits, dim=-1)), batch)

        return sick

    with rewired(model, "loss_of", bent, BENDING):
        yield


@contextmanager
def no_gradient(model: Seq2Seq) -> Iterator[None]:
    """The loss is computed from the words that were chosen, one-hot by arg-max: no gradient reaches the model.

    torch would say so at ``backward``; ``requires_grad_()`` on the loss, as some answers advise, makes it silent.
    """

    def of_choices(loss_of: Method) -> Method:
        def sick(output: DecoderOutput, batch: Batch) -> Loss:
            logits = output.logits
            chosen = F.one_hot(logits.argmax(-1), logits.shape[-1]).to(logits.dtype)
            loss = loss_of(replace(output, logits=chosen), batch)
            return loss._replace(total=loss.total.detach().requires_grad_())

        return sick

    with rewired(model, "loss_of", of_choices, CHOOSING):
        yield
