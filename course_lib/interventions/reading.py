"""Let the encoder read a source in pieces. Chapter 6."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

import torch
from torch import Tensor

from course_lib.encoders import BidirectionalEncoder, State
from course_lib.options import check_count
from course_lib.seq2seq import Seq2Seq
from course_lib.shapes import Float, Int


@contextmanager
def read_apart(model: Seq2Seq, at: Sequence[int]) -> Iterator[None]:
    """Let the encoder read the source in pieces that begin at the positions ``at``, each as a sentence of its own.

    Neither direction crosses a cut: every piece starts from a zero state. The annotations stand side by side
    as before, and the decoder looks at all of them; ``</s>`` ends the last piece alone. The decoder starts from
    the first piece's ←h_1 (where it takes →h_S too, from the last piece's). Pouget-Abadie et al. (2014) cut long
    sentences for a fixed vector; here only the reading is cut. Chapter 6.
    ValueError for a model whose encoder does not read in both directions as Bahdanau's does, for positions that do
    not ascend, for one that leaves a piece of a source without a word, and for a second cut inside the block.
    """
    encoder = model.encoder
    if not isinstance(encoder, BidirectionalEncoder):
        raise ValueError(
            "Expected a model whose encoder is a BidirectionalEncoder, such as bahdanau2014; "
            f"its encoder: {type(encoder).__name__}."
        )
    if "read" in vars(encoder):
        raise ValueError("The source of this model is read in pieces already; end that block first.")
    if not isinstance(at, Sequence) or isinstance(at, str):
        raise ValueError(f"at: expected a list of positions, such as [4], got {at!r}.")
    cuts = [check_count("at", position) for position in at]
    if any(after <= before for before, after in pairwise(cuts)):
        raise ValueError(f"at: expected positions that ascend, got {list(at)}.")

    read_whole = encoder.read

    def read_in_pieces(source: Int[Tensor, "B S"], lengths: Int[Tensor, "B"]) -> tuple[Float[Tensor, "B S M"], State]:
        if cuts and cuts[-1] > int(lengths.min()) - 2:  # </s> alone is no piece
            raise ValueError(
                f"at: the last piece needs a word in every source, so cut before {int(lengths.min()) - 1}; got {cuts}."
            )
        pieces = [
            read_whole(source[:, start:end], lengths.clamp(max=end) - start)
            for start, end in pairwise([0, *cuts, source.shape[1]])
        ]
        memory = torch.cat([memory for memory, _ in pieces], dim=1)  # (B, S, 2H)
        ends = State(torch.stack((pieces[-1][1].hidden[0], pieces[0][1].hidden[1])))  # →h_S, ←h_1
        return memory, ends

    encoder.read = read_in_pieces  # type: ignore[method-assign]
    try:
        yield
    finally:
        del encoder.read
