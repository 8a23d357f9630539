"""Make a :class:`~course_lib.traces.Trace`: watch the very steps that predict. Chapters 2, 5 to 10, 12, 15 and 16."""

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from course_lib.batching import encode_sources
from course_lib.corpora.pairs import Link
from course_lib.decoders import VaswaniDecoder
from course_lib.encoders import VaswaniEncoder
from course_lib.encoders.grid import GridEncoder
from course_lib.options import check_count
from course_lib.search import forced, greedy
from course_lib.seq2seq import Seq2Seq, default_max_length, evaluating
from course_lib.shapes import Float, Int, Shaped
from course_lib.traces import Candidate, HeadLooks, Trace
from course_lib.vocabulary import BOS_TOKEN, EOS, EOS_TOKEN, PAD, PAD_TOKEN, UNK, Unknown, check_no_reserved


@torch.no_grad()
def trace(
    model: Seq2Seq,
    source: Sequence[str],
    target: Sequence[str] | None = None,
    *,
    gold: Sequence[str] | None = None,
    links: Iterable[Link] | None = None,
    top: int = 5,
    max_length: int | None = None,
    padding: int = 0,
    unknown: Unknown = "error",
) -> Trace:
    """Translate ``source`` (words) step by step and record what the decoder saw.

    With ``target`` the words are given (teacher forcing) and the trace says how likely each was;
    without, they are chosen greedily, as :meth:`Seq2Seq.translate` chooses them. ``gold`` is a
    reference translation to show beside, ``links`` its gold (source, target) links. ``top`` says
    how many candidates to keep a step. ``padding`` adds so many ``<pad>`` to the source, as a longer
    sentence in its batch would: they get no weight, unless the mask is forgotten (chapter 4).
    An unknown word raises with the nearest known ones; with ``unknown="unk"`` the model reads ``<unk>``
    in its place: ``Trace.unknown`` says where in the source, and the target has ``<unk>`` there.
    """
    check_count("top", top)
    check_count("padding", padding, least=0)
    check_no_reserved(gold or ())
    outputs: list[Any] = []
    words: list[int] = []

    def record(output: Any, chosen: Int[Tensor, "1"]) -> None:
        outputs.append(output)
        words.append(int(chosen))

    with evaluating(model):
        ids, lengths = encode_sources([source], model.source_vocabulary, model.device, unknown)
        step, state = model.stepper(functional.pad(ids, (0, padding), value=PAD), lengths)
        if target is None:
            limit = max_length if max_length is not None else default_max_length(len(source))
            greedy(step, state, 1, limit, model.device, on_step=record)
        else:
            given = [*model.target_vocabulary.encode(target, unknown), EOS]
            forced(step, state, torch.tensor([given], device=model.device), on_step=record)
    looks = [output.look.parts() for output in outputs if output.look is not None]
    seen = {name: _rows(look[name] for look in looks) for name in looks[0]} if looks else {}
    return Trace(
        model=model.name,
        source=(*source, EOS_TOKEN, *[PAD_TOKEN] * padding),
        target=tuple(model.target_vocabulary.decode(words)),
        candidates=tuple(_candidates(model, output.logits, top) for output in outputs),
        states=_rows(output.state.top for output in outputs),
        scores=seen.get("scores"),
        weights=seen.get("weights"),
        contexts=seen.get("context"),
        centres=seen.get("centre"),
        positions=tuple(map(int, seen["position"])) if "position" in seen else None,
        gold=(*gold, EOS_TOKEN) if gold is not None else None,
        links=frozenset(links) if links is not None else None,
        forced=target is not None,
        finished=words[-1] == EOS,
        kind="picture" if isinstance(model.encoder, GridEncoder) else "words",
        heads=seen.get("heads"),
        unknown=frozenset(torch.nonzero(ids[0] == UNK).flatten().tolist()),
    )


@torch.no_grad()
def head_looks(
    model: Seq2Seq, source: Sequence[str], target: Sequence[str] | None = None, *, unknown: Unknown = "error"
) -> list[HeadLooks]:
    """Return all looks of a Transformer at ``source``, every head of every layer, in the order in which they are made.

    First the encoder, layer by layer; then each layer of the decoder, at its own words and at the source. A row of
    the decoder is named by the word that is written there, a column of its own words by the word that it has read:
    ``<s>`` first. With ``target`` the words are given; without, they are those that the model writes. Unknown words are
    met as :func:`trace` meets them. ValueError for a model without heads.
    """
    encoder, decoder = model.encoder, model.decoder
    if not (isinstance(encoder, VaswaniEncoder) and isinstance(decoder, VaswaniDecoder)):
        raise ValueError(f"Heads are a Transformer's, such as vaswani2017's; {model.name!r} has none.")
    seen = trace(model, source, target, unknown=unknown)
    read = [BOS_TOKEN, *seen.target[:-1]]
    with evaluating(model):
        ids, lengths = encode_sources([source], model.source_vocabulary, model.device, unknown)
        said = torch.tensor([[model.target_vocabulary.tokens.index(word) for word in read]], device=model.device)
        own = decoder.looks(said, model.encode(ids, lengths))[0].float().cpu().numpy()  # (L, N, T, T)
        among = encoder.looks(ids)[0].float().cpu().numpy()  # (L, N, S, S)
    assert seen.heads is not None
    looks = [HeadLooks(f"encoder, layer {n}", seen.labels, seen.labels, one) for n, one in enumerate(among, start=1)]
    for n, (at_words, at_source) in enumerate(zip(own, seen.heads.transpose(1, 2, 0, 3), strict=True), start=1):
        looks.append(HeadLooks(f"decoder, own words, layer {n}", seen.target, tuple(read), at_words))
        looks.append(HeadLooks(f"decoder, source, layer {n}", seen.target, seen.labels, at_source))
    return looks


def _rows(tensors: Iterable[Shaped[Tensor, "1 ..."]]) -> Any:
    """Put the steps of the one sentence below each other: row i is step i."""
    return torch.cat(list(tensors)).float().cpu().numpy()


def _candidates(model: Seq2Seq, logits: Float[Tensor, "1 V"], top: int) -> tuple[Candidate, ...]:
    best = torch.softmax(logits[0].float(), dim=-1).topk(min(top, logits.shape[-1]))
    tokens = model.target_vocabulary.decode(best.indices.tolist())
    return tuple(Candidate(*pair) for pair in zip(tokens, best.values.tolist(), strict=True))
