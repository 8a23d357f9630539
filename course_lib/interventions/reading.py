"""Let the encoder read a source in pieces. Chapter 6."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise

import torch
from torch import Tensor, nn

from course_lib.encoders import BidirectionalEncoder, Encoded, State
from course_lib.options import check_count
from course_lib.seq2seq import Seq2Seq


@contextmanager
def read_apart(model: Seq2Seq, at: Sequence[int]) -> Iterator[None]:
    """Let the encoder read the source in pieces that begin at the positions ``at``, each as a sentence of its own.

    Neither direction crosses a cut: every piece starts from a zero state. The annotations stand side by side
    as before, and the decoder looks at all of them; ``</s>`` ends the last piece alone. The decoder starts from
    the first piece's ←h_1 (where it takes →h_S too, from the last piece's). Pouget-Abadie et al. (2014) cut long
    sentences for a fixed vector; here only the reading is cut. Chapter 6.
    ValueError for a model whose encoder does not read in both directions as Bahdanau's does, for positions that do
    not ascend, and for one that leaves a piece of a source without a word.
    """
    encoder = model.encoder
    if not isinstance(encoder, BidirectionalEncoder):
        raise ValueError(
            "Expected a model whose encoder is a BidirectionalEncoder, such as bahdanau2014; "
            f"its encoder: {type(encoder).__name__}."
        )
    if not isinstance(at, Sequence) or isinstance(at, str):
        raise ValueError(f"at: expected a list of positions, such as [4], got {at!r}.")
    cuts = [check_count("at", position) for position in at]
    if any(after <= before for before, after in pairwise(cuts)):
        raise ValueError(f"at: expected positions that ascend, got {list(at)}.")

    def cut(_encoder: nn.Module, arguments: tuple[Tensor, ...], whole: Encoded) -> Encoded:
        source, lengths = arguments
        if not cuts:
            return whole
        if cuts[-1] > int(lengths.min()) - 2:  # </s> alone is no piece
            raise ValueError(
                f"at: the last piece needs a word in every source, so cut before {int(lengths.min()) - 1}; got {cuts}."
            )
        pieces = [
            encoder.read(source[:, start:end], lengths.clamp(max=end) - start)
            for start, end in pairwise([0, *cuts, source.shape[1]])
        ]
        memory = torch.cat([memory for memory, _ in pieces], dim=1)  # (B, S, 2H)
        ends = State(torch.stack((pieces[-1][1].hidden[0], pieces[0][1].hidden[1])))  # →h_S, ←h_1
        return replace(whole, initial=ends, memory=memory)

    hook = encoder.register_forward_hook(cut)
    try:
        yield
    finally:
        hook.remove()
