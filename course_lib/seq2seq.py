"""An encoder and a decoder make a translator. Chapter 2; the papers' models by name are in models.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.batching import Batch, Unknown, encode_sources
from course_lib.decoders import Decoder, DecoderOutput, StepOutput
from course_lib.encoders import Encoded, Encoder, State
from course_lib.search import StepFunction, greedy
from course_lib.vocabulary import PAD, Vocabulary


class Loss(NamedTuple):
    """Cross-entropy in nats, summed over the real target words (EOS included), and their number."""

    total: Tensor
    tokens: int

    @property
    def mean(self) -> Tensor:
        """Nats a word: what training lowers, and the logarithm of perplexity."""
        return self.total / self.tokens


@dataclass(frozen=True)
class Translation:
    """A translation in words, without ``</s>``; ``finished`` is False where the limit cut it off."""

    tokens: tuple[str, ...]
    log_prob: float
    finished: bool

    def __str__(self) -> str:
        return " ".join(self.tokens)


class Seq2Seq(nn.Module):
    """Encoder, decoder and their vocabularies. ``name`` is what figures and tables call it."""

    def __init__(
        self,
        name: str,
        encoder: Encoder,
        decoder: Decoder,
        source_vocabulary: Vocabulary,
        target_vocabulary: Vocabulary,
    ) -> None:
        super().__init__()
        self.name = name
        self.encoder = encoder
        self.decoder = decoder
        self.source_vocabulary = source_vocabulary
        self.target_vocabulary = target_vocabulary

    @property
    def device(self) -> torch.device:
        """Where the parameters are."""
        return next(self.parameters()).device

    def encode(self, source: Tensor, lengths: Tensor) -> Encoded:
        """Return all that the decoder may see of source ids (B, S) of true lengths (B,)."""
        return self.decoder.prepare(self.encoder(source, lengths))

    def forward(self, batch: Batch) -> DecoderOutput:
        """Run with teacher forcing: at every step the decoder reads the true previous word."""
        return self.decoder(batch.target_in, self.encode(batch.source, batch.source_lengths))

    def loss(self, batch: Batch) -> Loss:
        """Return the teacher-forced cross-entropy; padding counts neither above nor below."""
        logits = self(batch).logits.flatten(0, 1)
        total = F.cross_entropy(logits, batch.target_out.flatten(), ignore_index=PAD, reduction="sum")
        return Loss(total, int(batch.target_mask.sum()))

    def stepper(self, source: Tensor, lengths: Tensor) -> tuple[StepFunction, State]:
        """Encode once; return the step function for search and the state to start from."""
        encoded = self.encode(source, lengths)

        def step(previous: Tensor, state: State) -> StepOutput:
            return self.decoder.step(previous, state, encoded)

        return step, self.decoder.initial_state(encoded)

    @torch.no_grad()
    def translate(
        self, sentences: Sequence[Sequence[str]], max_length: int | None = None, unknown: Unknown = "error"
    ) -> list[Translation]:
        """Translate ``sentences``, lists of words, greedily; dropout is off meanwhile.

        ``max_length`` defaults to twice the longest source and ten words more. An unknown word
        raises with the nearest known ones; ``unknown="unk"`` translates around it.
        """
        was_training = self.training
        self.eval()
        try:
            source, lengths = encode_sources(sentences, self.source_vocabulary, self.device, unknown)
            step, state = self.stepper(source, lengths)
            limit = max_length if max_length is not None else default_max_length(int(lengths.max()) - 1)
            hypotheses = greedy(step, state, len(source), limit, self.device)
        finally:
            self.train(was_training)
        words = self.target_vocabulary.decode
        return [Translation(tuple(words(h.tokens)), h.log_prob, h.finished) for h in hypotheses]


def default_max_length(source_words: int) -> int:
    """Room for a translation twice as long as its source, and ten words more."""
    return 2 * source_words + 10
