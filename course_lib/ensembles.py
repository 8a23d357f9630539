"""Several models translate together: at each step the mean of their probabilities. Chapter 14."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple, NoReturn

import torch
from torch import Tensor, nn

from course_lib.batching import Batch
from course_lib.decoders import DecoderOutput
from course_lib.search import Selectable, StepFunction
from course_lib.seq2seq import Seq2Seq
from course_lib.shapes import Float, Int

_ASK = "Ask one of its members: ensemble.models[0]."


class EnsembleState(NamedTuple):
    """The state of each member, which no other one reads."""

    members: tuple[Selectable, ...]

    def select(self, rows: Int[Tensor, "_"]) -> "EnsembleState":
        """Return the states of the hypotheses ``rows``, in this order: every member follows the same ones."""
        return EnsembleState(tuple(state.select(rows) for state in self.members))


class EnsembleOutput(NamedTuple):
    """What a step gives."""

    logits: Float[Tensor, "B V"]  # ln of the mean probability
    state: EnsembleState

    @property
    def look(self) -> NoReturn:
        """Tell a trace that there is none."""
        raise AttributeError(f"An ensemble has no look of its own. {_ASK}")


class Ensemble(Seq2Seq):
    """Models that were trained apart and write one translation; it translates and is scored as a model is.

        p(y_i | y_<i, x) = (1/N) Σ_n p_n(y_i | y_<i, x)

    All N read the same words so far; the word that comes next is chosen by the mean. N models take N times the time.
    They may be of several kinds. ValueError where they do not share their vocabularies, where they lie on several
    devices, and without a model. One model alone translates as it does by itself.

    Sutskever et al. (2014), §3.6 and Luong et al. (2015), §4.1 translate with ensembles of 5 and of 8 and do not say
    what is averaged. Keep the members one by one (:func:`~course_lib.saved_models.save_model`); ``models`` holds them
    for whatever asks a single model, such as a trace.
    """

    def __init__(self, models: Sequence[Seq2Seq]) -> None:
        nn.Module.__init__(self)  # there is no single encoder, and no single decoder
        first = _alike(models)
        self.name = f"ensemble of {len(models)}"
        self.built_with = {}
        self.models: Any = nn.ModuleList(models)
        self.source_vocabulary = first.source_vocabulary
        self.target_vocabulary = first.target_vocabulary

    @property
    def steps_are_counted(self) -> bool:  # type: ignore[override]
        """Whether an intervention that is open on a member counts steps."""
        return any(model.steps_are_counted for model in self.models)

    def forward(self, batch: Batch) -> DecoderOutput:
        """Run each member with teacher forcing; ``logits`` are ln of the mean probability, ``states`` side by side."""
        outputs = [model(batch) for model in self.models]
        states = torch.cat([output.states for output in outputs], dim=-1)  # (B, T, all H)
        return DecoderOutput(log_mean([output.logits for output in outputs]), states)

    def stepper(
        self, source: Int[Tensor, "B S"], lengths: Int[Tensor, "B"], copies: int = 1, *, looks: bool = True
    ) -> tuple[StepFunction, Selectable]:
        """Encode once with each member; return the step of all, and their states, as :meth:`Seq2Seq.stepper` does."""
        members = [model.stepper(source, lengths, copies, looks=looks) for model in self.models]

        def step(previous: Int[Tensor, "B"], state: EnsembleState) -> EnsembleOutput:
            outputs = [one(previous, own) for (one, _), own in zip(members, state.members, strict=True)]
            logits = log_mean([output.logits for output in outputs])
            return EnsembleOutput(logits, EnsembleState(tuple(output.state for output in outputs)))

        return step, EnsembleState(tuple(start for _, start in members))

    def __getattr__(self, name: str) -> Any:
        if name in ("encoder", "decoder"):
            raise AttributeError(f"An ensemble has no {name} of its own. {_ASK}")
        return super().__getattr__(name)


def log_mean(logits: Sequence[Float[Tensor, "B *T V"]]) -> Float[Tensor, "B *T V"]:
    """Return ln of the mean of the probabilities that several ``logits`` stand for: ln (1/N) Σ_n softmax(logits_n)."""
    each = torch.stack([torch.log_softmax(one, dim=-1) for one in logits])  # (N, B, …, V)
    return torch.logsumexp(each, dim=0) - math.log(len(logits))


def _alike(models: Sequence[Seq2Seq]) -> Seq2Seq:
    """Return the first of ``models``; ValueError unless all of them read and write by the same numbers at one place."""
    if not models:
        raise ValueError("models: expected one or more, got none.")
    first = models[0]
    for model in models[1:]:
        for side in ("source_vocabulary", "target_vocabulary"):
            if getattr(model, side) != getattr(first, side):
                raise ValueError(
                    f"models: {first.name!r} and {model.name!r} have different words in their {side}, so that a number "
                    "means another word to each. Train them on the same pairs, with the same pieces."
                )
        if model.device != first.device:
            raise ValueError(
                f"models: {first.name!r} is on {first.device}, {model.name!r} on {model.device}. Move all to one."
            )
    return first
