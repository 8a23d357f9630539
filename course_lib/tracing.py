"""Make a :class:`~course_lib.traces.Trace`: watch the very steps that predict. Chapters 2 and 5 to 9."""

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from course_lib.batching import encode_sources
from course_lib.corpora.pairs import Link
from course_lib.encoders.grid import GridEncoder
from course_lib.options import check_count
from course_lib.search import forced, greedy
from course_lib.seq2seq import Seq2Seq, default_max_length, evaluating
from course_lib.shapes import Float, Int, Shaped
from course_lib.traces import Candidate, Trace
from course_lib.vocabulary import EOS, EOS_TOKEN, PAD, PAD_TOKEN, UNK, Unknown, check_no_reserved


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


def _rows(tensors: Iterable[Shaped[Tensor, "1 ..."]]) -> Any:
    """Put the steps of the one sentence below each other: row i is step i."""
    return torch.cat(list(tensors)).float().cpu().numpy()


def _candidates(model: Seq2Seq, logits: Float[Tensor, "1 V"], top: int) -> tuple[Candidate, ...]:
    best = torch.softmax(logits[0].float(), dim=-1).topk(min(top, logits.shape[-1]))
    tokens = model.target_vocabulary.decode(best.indices.tolist())
    return tuple(Candidate(*pair) for pair in zip(tokens, best.values.tolist(), strict=True))
