"""An encoder and a decoder make a translator. Chapter 2; the papers' models by name are in models.py."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.batching import Batch, encode_sources
from course_lib.decoders import Decoder, DecoderOutput, StepOutput, bare_steps
from course_lib.encoders import Encoded, State
from course_lib.options import check_count
from course_lib.search import BeamResult, ExactResult, Hypothesis, Selectable, StepFunction, beam, exact, greedy
from course_lib.search.exact_search import BUDGET
from course_lib.shapes import Float, Int
from course_lib.vocabulary import EOS, PAD, Unknown, Vocabulary


class Loss(NamedTuple):
    """Cross-entropy in nats, summed over the real target words (EOS included), and their number."""

    total: Float[Tensor, ""]
    tokens: int

    @property
    def mean(self) -> Float[Tensor, ""]:
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
    """Encoder, decoder and their vocabularies. ``name`` is what figures and tables call it.

    ``built_with`` holds the options of the constructor in :mod:`course_lib.models`, if one of them built it.
    """

    NO_SETTINGS = ("name",)  # a label
    built_with: Mapping[str, Any]
    steps_are_counted = False  # by an intervention from outside: no search may jump between them then

    def __init__(
        self,
        name: str,
        encoder: nn.Module,
        decoder: Decoder,
        source_vocabulary: Vocabulary,
        target_vocabulary: Vocabulary,
    ) -> None:
        super().__init__()
        self.name = name
        self.built_with = {}
        self.encoder = encoder
        self.decoder = decoder
        self.source_vocabulary = source_vocabulary
        self.target_vocabulary = target_vocabulary

    @property
    def device(self) -> torch.device:
        """Where the parameters are."""
        return next(self.parameters()).device

    def encode(self, source: Int[Tensor, "B S"], lengths: Int[Tensor, "B"]) -> Encoded:
        """Return all that the decoder may see of source ids and their true lengths."""
        return self.decoder.prepare(self.encoder(source, lengths))

    def forward(self, batch: Batch) -> DecoderOutput:
        """Run with teacher forcing: at every step the decoder reads the true previous word."""
        return self.decoder(batch.target_in, self.encode(batch.source, batch.source_lengths))

    def loss(self, batch: Batch) -> Loss:
        """Return the teacher-forced cross-entropy; padding counts neither above nor below."""
        return self.loss_of(self(batch), batch)

    @staticmethod
    def loss_of(output: DecoderOutput, batch: Batch) -> Loss:
        """Return the cross-entropy of a run with teacher forcing that has been made already."""
        logits = output.logits.flatten(0, 1)  # (B · T, V)
        total = F.cross_entropy(logits, batch.target_out.flatten(), ignore_index=PAD, reduction="sum")
        return Loss(total, int(batch.target_mask.sum()))

    def stepper(
        self, source: Int[Tensor, "B S"], lengths: Int[Tensor, "B"], copies: int = 1, *, looks: bool = True
    ) -> tuple[StepFunction, Selectable]:
        """Encode once; return the step function for search and the state to start from.

        A beam asks for ``copies`` rows a sentence, side by side. Its hypotheses move within their
        sentence alone, so what the encoder says is copied once and stays where it is. A search that asks for no
        ``looks`` is given the bare steps, where there are some: the same logits in less time
        (:func:`~course_lib.decoders.bare_steps`).
        """
        encoded = self.encode(source, lengths)
        if copies > 1:
            encoded = encoded.select(torch.arange(len(source), device=source.device).repeat_interleave(copies))

        bare = None if looks else bare_steps(self.decoder, encoded)
        if bare is not None:
            return bare

        def step(previous: Int[Tensor, "B"], state: State) -> StepOutput:
            return self.decoder.step(previous, state, encoded)

        return step, self.decoder.initial_state(encoded)

    @torch.no_grad()
    def translate(
        self,
        sentences: Sequence[Sequence[str]],
        max_length: int | None = None,
        unknown: Unknown = "error",
        *,
        beam: int = 1,
        length_normalisation: float = 0.0,
        coverage_penalty: float = 0.0,
    ) -> list[Translation]:
        """Translate ``sentences``, lists of words, greedily or with a ``beam``; dropout is off meanwhile.

        ``max_length`` defaults to twice the longest source and ten words more. An unknown word
        raises with the nearest known ones; ``unknown="unk"`` translates around it. A beam of 1 is
        greedy; for the other options, the n best and the tree see :meth:`beam_search`. A model whose
        numbers are NaN is a :class:`~course_lib.finite.NotFiniteError`, no translation.

        Departs from the papers:

        - search: greedy, unless you ask for a beam; the papers: a beam (Sutskever, §3.2; Bahdanau, §4.2).
        """
        check_count("beam", beam)
        if beam == 1 and not (length_normalisation or coverage_penalty):
            with evaluating(self):
                source, lengths = encode_sources(sentences, self.source_vocabulary, self.device, unknown)
                step, state = self.stepper(source, lengths, looks=False)
                best = greedy(step, state, len(source), _limit(max_length, lengths), self.device)
        else:
            found = self.beam_search(
                sentences,
                beam,
                max_length,
                unknown,
                length_normalisation=length_normalisation,
                coverage_penalty=coverage_penalty,
            )
            best = [result.hypotheses[0] for result in found]
        return [self.in_words(hypothesis) for hypothesis in best]

    @torch.no_grad()
    def beam_search(
        self,
        sentences: Sequence[Sequence[str]],
        width: int,
        max_length: int | None = None,
        unknown: Unknown = "error",
        *,
        length_normalisation: float = 0.0,
        coverage_penalty: float = 0.0,
        n_best: int = 1,
    ) -> list[BeamResult]:
        """Return the ``n_best`` hypotheses of each sentence and the tree they grew on. Chapter 13.

        See :func:`course_lib.search.beam`; :meth:`in_words` makes a translation of a hypothesis.
        Coverage asks that every word of the source be looked at, ``</s>`` excepted.
        """
        check_count("width", width)
        with evaluating(self):
            source, lengths = encode_sources(sentences, self.source_vocabulary, self.device, unknown)
            step, state = self.stepper(source, lengths, copies=width, looks=coverage_penalty != 0)
            return beam(
                step,
                state,
                len(source),
                width,
                _limit(max_length, lengths),
                length_normalisation=length_normalisation,
                coverage_penalty=coverage_penalty,
                source_words=(source != PAD) & (source != EOS),
                n_best=n_best,
                device=self.device,
            )

    @torch.no_grad()
    def exact_search(
        self,
        sentences: Sequence[Sequence[str]],
        width: int = 1,
        max_length: int | None = None,
        unknown: Unknown = "error",
        *,
        length_normalisation: float = 0.0,
        budget: int = BUDGET,
    ) -> list[ExactResult]:
        """Return for each sentence the best translation that there is, with the price of the proof. Chapter 13.

        See :func:`course_lib.search.exact`; ``width`` is that of the beam it begins with, and the number of states
        expanded at once. Each sentence is searched by itself, ``budget`` states each: ``max_length`` defaults to
        twice its own words and ten more, not to those of the longest beside it.

        The search jumps between beginnings of different lengths: ValueError inside an intervention that counts steps,
        such as ``swapped``, ``guided``, ``weighed`` and ``pinned`` at some steps.
        """
        check_count("width", width)
        if self.steps_are_counted:
            raise ValueError(
                "Exact search goes back to shorter beginnings, and an intervention that is open on this model counts "
                "steps (swapped, guided, weighed, pinned at some steps): it would act on others than you named. "
                "Leave that block first, or translate greedily or by a beam inside it."
            )
        found = []
        with evaluating(self):
            for sentence in sentences:
                source, lengths = encode_sources([sentence], self.source_vocabulary, self.device, unknown)
                step, state = self.stepper(source, lengths, copies=width)
                result = exact(
                    step,
                    state,
                    width,
                    _limit(max_length, lengths),
                    length_normalisation=length_normalisation,
                    budget=budget,
                    device=self.device,
                )
                found.append(result)
        return found

    def in_words(self, hypothesis: Hypothesis) -> Translation:
        """Return a hypothesis of ids as a translation in words."""
        tokens = self.target_vocabulary.decode(hypothesis.tokens)
        return Translation(tuple(tokens), hypothesis.log_prob, hypothesis.finished)


def live_parameters(model: Seq2Seq) -> int:
    """Return how many numbers a gradient can reach: all of ``model`` but those that an option leaves unused. Chapter 3.

    Two models with equal layers are not of equal size where one of them never reads a part of its own. What no word
    of the data uses, such as the vector of ``<pad>``, counts, as in every count of parameters.
    """
    unused = [*model.decoder.out_of_reach(), *([] if model.decoder.hears_source() else model.encoder.parameters())]
    return sum(weight.numel() for weight in model.parameters()) - sum(weight.numel() for weight in unused)


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Switch dropout off inside the block, and back to what it was after it."""
    modes = {part: part.training for part in model.modules()}  # parts may differ, as members of an ensemble do
    model.eval()
    try:
        yield
    finally:
        for part, training in modes.items():
            part.training = training


def default_max_length(source_words: int) -> int:
    """Room for a translation twice as long as its source, and ten words more."""
    return 2 * source_words + 10


def _limit(max_length: int | None, lengths: Int[Tensor, "B"]) -> int:
    return max_length if max_length is not None else default_max_length(int(lengths.max()) - 1)
