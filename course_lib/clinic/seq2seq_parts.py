"""A model of this library in the form that a diagnosis asks for. Chapter 15.

Everything is reached through the model's own calls, so that a bug that is switched on for a block is seen inside it.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from itertools import chain
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.attention import Attention, HardAttention, LocalAttention, LocationAttention
from course_lib.batching import Batch
from course_lib.clinic.interface import Implementation, Trait, WordIds
from course_lib.clinic.rewiring import rewired
from course_lib.decoders import VaswaniDecoder, XuDecoder
from course_lib.encoders import Encoded, State
from course_lib.encoders.grid import CELLS, GridEncoder
from course_lib.seq2seq import Seq2Seq, evaluating
from course_lib.shapes import Bool, Float, Int
from course_lib.vocabulary import BOS, EOS, PAD, SPECIAL_TOKENS

FIRST = -1
"""Below every bug: what we hand over stands in the place of what the model computes, and bugs work on it."""


@dataclass(frozen=True, eq=False)
class FromEncoder:
    """What the encoder hands over, before a decoder makes its first state of it; it can meet another memory."""

    initial: State


def parts_of(model: Seq2Seq) -> Implementation:
    """Return ``model`` as a diagnosis sees it: steps and loss, and of its attention what there is of one.

    The keys of `score` and `attend` are annotations: ``project_keys`` is part of what is checked. A Transformer, whose
    look is many, is seen by its steps; a window has no `weights` of its own, for they do not follow from scores alone.
    """
    attention = model.decoder.attention
    fixed = CELLS + 1 if isinstance(model.encoder, GridEncoder) else 0
    sizes = {"query": 4, "keys": 4, "values": 4, "layers": 2, "hidden": 4, "longest": 7, "source": fixed}
    parts: dict[str, Callable[..., Any]] = {
        "encode": _Encode(model),
        "step": _Step(model),
        "loss": _Loss(model),
        **_deep_parts(model, sizes),
    }
    if isinstance(attention, (Attention, LocalAttention, HardAttention)):
        encoded, state = _small_run(model, fixed)
        memory, keys = encoded.memory, encoded.keys
        assert memory is not None and keys is not None
        sizes |= {"query": state.top.shape[-1], "keys": memory.shape[-1], "values": memory.shape[-1]}
        look = _Look(attention, keys.shape[-1], state.top.shape[-1])
        parts |= {"score": look.score, "attend": look.attend}
        if not isinstance(attention, LocalAttention):
            parts["weights"] = look.weights
    V_x, V_y = len(model.source_vocabulary), len(model.target_vocabulary)
    words = WordIds(V_x, V_y, PAD, BOS, EOS, first=len(SPECIAL_TOKENS))
    return Implementation(parts, sizes, words, _traits_of(model), "torch", model.parameters, (model,))


def _traits_of(model: Seq2Seq) -> frozenset[Trait]:
    attention = model.decoder.attention
    inner = getattr(attention, "align", attention)
    traits: set[Trait] = set()
    if attention is None and not isinstance(model.decoder, VaswaniDecoder):
        traits.add("no attention")
    if isinstance(attention, LocalAttention):
        traits.add("windowed")
    if isinstance(attention, HardAttention):
        traits.add("hard")
    if isinstance(inner, LocationAttention):
        traits.add("location")
    return frozenset(traits)


@torch.no_grad()
def _small_run(model: Seq2Seq, fixed: int) -> tuple[Encoded, State]:
    """Encode one sentence, to see how large things are."""
    source = torch.full((1, fixed or 3), len(SPECIAL_TOKENS), device=model.device)
    source[0, -1] = EOS
    with evaluating(model):
        encoded = model.encode(source, torch.tensor([source.shape[1]]))
        return encoded, model.decoder.initial_state(encoded)


_PARTS = tuple(part.name for part in fields(State))


@dataclass(frozen=True, eq=False)
class _Encode:
    model: Seq2Seq

    def __call__(self, source: Int[Tensor, "B S"], lengths: Int[Tensor, "B"]) -> tuple[Encoded, FromEncoder]:
        encoded = self.model.encode(source, lengths.cpu())
        return encoded, FromEncoder(encoded.initial)


@dataclass(frozen=True, eq=False)
class _Step:
    model: Seq2Seq

    @property
    def names(self) -> dict[str, str]:
        """What each part of a state is called; a Transformer never reads the one that is called hidden."""
        ours = {"hidden": "last"} if isinstance(self.model.decoder, VaswaniDecoder) else {}
        return {ours.get(part, part): part for part in _PARTS}

    def __call__(
        self, previous: Int[Tensor, "B"], state: FromEncoder | dict[str, Any], memory: Encoded
    ) -> dict[str, Any]:
        decoder = self.model.decoder
        if isinstance(state, FromEncoder):
            memory = replace(memory, initial=state.initial)
            before = decoder.initial_state(memory)
        else:
            memory = replace(memory, initial=state["initial"])
            before = State(**{part: state[name] for name, part in self.names.items()})
        output = decoder.step(previous, before, memory)
        after = {name: getattr(output.state, part) for name, part in self.names.items()}
        given = {"logits": output.logits, "state": {**after, "initial": memory.initial}, "weights": output.weights}
        if output.look is None or isinstance(decoder, VaswaniDecoder):  # no scores stand before a mean over heads
            return given
        gated = isinstance(decoder, XuDecoder) and decoder.f_beta is not None  # and no sum behind a gate
        of_sum = {} if gated else {"context": output.look.context, "annotations": memory.memory}
        return {**given, "scores": output.look.scores, **of_sum}


@dataclass(frozen=True, eq=False)
class _Loss:
    model: Seq2Seq

    def __call__(
        self, source: Int[Tensor, "B S"], lengths: Int[Tensor, "B"], target: Int[Tensor, "B _"]
    ) -> Float[Tensor, ""]:
        read, asked = target[:, :-1], target[:, 1:]
        return self.model.loss(Batch(source, lengths.cpu(), source != PAD, read, asked, asked != PAD)).mean


class _Look:
    """The attention of a model by itself, with whatever is hooked to it."""

    def __init__(self, attention: Attention | LocalAttention | HardAttention, key_size: int, query_size: int) -> None:
        self.attention, self.key_size, self.query_size = attention, key_size, query_size
        self.inner: Attention = attention if isinstance(attention, Attention) else attention.align

    def attend(
        self,
        query: Float[Tensor, "B H"],
        keys: Float[Tensor, "B S M"],
        values: Float[Tensor, "B S M"],
        mask: Bool[Tensor, "B S"],
    ) -> dict[str, Any]:
        """Look as a decoder does, with annotations for keys; ValueError for a sentence of padding alone."""
        Encoded(State(query[None]), values, mask)
        look = self._call(query, self.attention.project_keys(keys), values, mask)
        scores = {} if isinstance(self.attention, LocalAttention) else {"scores": look.scores}
        return {"context": look.context, "weights": look.weights, **scores}

    def score(self, query: Float[Tensor, "B H"], keys: Float[Tensor, "B S M"]) -> Float[Tensor, "B S"]:
        """Score annotations; a window does not hide any here."""
        if isinstance(self.attention, LocalAttention):
            return self.inner.scores(query, self.inner.project_keys(keys))
        return self._call(query, self.attention.project_keys(keys), keys, torch.ones_like(keys[..., 0]).bool()).scores

    def weights(self, scores: Float[Tensor, "B S"], mask: Bool[Tensor, "B S"]) -> Float[Tensor, "B S"]:
        """Give the attention ``scores`` of ours in place of its own; ValueError for a sentence of padding alone."""
        B, S = scores.shape
        query, keys = scores.new_zeros(B, self.query_size), scores.new_zeros(B, S, self.key_size)
        Encoded(State(query[None]), keys, mask)
        with rewired(self.inner, "scores", lambda _: lambda *_: scores, stage=FIRST):
            return self._call(query, keys, scores.new_zeros(B, S, 1), mask).weights

    def _call(self, query: Tensor, keys: Tensor, values: Tensor, mask: Tensor) -> Any:
        covers = getattr(self.attention, "coverage", False)
        told = {"coverage": torch.zeros_like(mask, dtype=query.dtype)} if covers else {}
        return self.attention(query, keys, values, mask, **told)


def _deep_parts(model: Seq2Seq, sizes: dict[str, int]) -> dict[str, Callable[..., Any]]:
    """Return `layers` of what is deep, and `bridge` of an encoder that is deep and reads both ways."""
    parts: dict[str, Callable[..., Any]] = {}
    if any(len(_stack(part)) > 1 for part in (model.encoder, model.decoder)):
        parts["layers"] = lambda: {
            f"{name} {number}": layer
            for name, part in (("encoder", model.encoder), ("decoder", model.decoder))
            for number, layer in enumerate(_stack(part), start=1)
        }
    reader = getattr(model.encoder, "rnn", None)
    if isinstance(reader, nn.LSTM) and reader.bidirectional and reader.num_layers > 1:
        sizes |= {"layers": reader.num_layers, "hidden": reader.hidden_size}
        parts["bridge"] = _Bridge(model, reader)
    return parts


def _stack(part: nn.Module) -> list[Any]:
    """Return the layers of an encoder or a decoder: modules of a Transformer, the arrays of each layer of an RNN."""
    rnn = getattr(part, "rnn", None)
    if isinstance(rnn, nn.RNNBase):
        ways = 2 if rnn.bidirectional else 1
        return [list(chain(*rnn.all_weights[ways * n : ways * (n + 1)])) for n in range(rnn.num_layers)]
    return list(getattr(part, "layers", []))


@dataclass(frozen=True, eq=False)
class _Bridge:
    """What the decoder starts from, with last states of ours in place of those that the encoder reads."""

    model: Seq2Seq
    reader: nn.LSTM

    def __call__(self, hidden: Float[Tensor, "_ B H"]) -> Float[Tensor, "_ B _"]:
        B = hidden.shape[1]
        outputs = hidden.new_zeros(B, 2, 2 * hidden.shape[2])
        source = torch.full((B, 2), EOS, device=hidden.device)
        with rewired(self.reader, "forward", lambda _: lambda *_: (outputs, (hidden, hidden)), stage=FIRST):
            return self.model.encoder(source, torch.full((B,), 2)).initial.hidden
