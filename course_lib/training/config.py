"""How a model is trained: every setting of a run, checked where it is given. Chapters 2, 3, 5 to 16."""

from dataclasses import Field, dataclass, field
from pathlib import Path
from typing import Any, Literal

from course_lib.batching import Alike
from course_lib.options import check_count, check_number, check_option, check_seed, check_share, check_switch
from course_lib.training.objectives import PLAIN, Objective
from course_lib.vocabulary import Unknown

Precision = Literal["float32", "bf16"]

NO_RESULT = {"changes_result": False}
"""Marks a field in which two runs may differ and yet be one: where it runs, what it shows, where its files go."""
LATER = {"came_later": True}
"""Marks a field that older runs did not have: they had what is its default, so at its default it names no run."""


def names_run(option: Field[Any], value: Any) -> bool:
    """Say whether ``value`` of an ``option`` is a part of what a run is; the marks above say it of the option."""
    as_before = option.metadata.get("came_later") and value == option.default
    return bool(option.metadata.get("changes_result", True)) and not as_before


@dataclass(frozen=True)
class TrainConfig:
    """How to train; ValueError for a value that makes no sense.

    ``steps`` counts updates, ``warmup`` the first of them, over which the learning rate rises.
    Every ``validate_every`` updates, and after the last, the model is scored on ``validation_pairs``
    pairs spread over the validation split (``None``: on all) and the run is written to
    ``checkpoint`` if one is named; ``validate_every=None`` does neither until the end, and never
    scores. ``precision="float32"`` leaves the model's own number type alone, ``"bf16"`` computes the
    loss in bfloat16 where that is safe, on a device that is made for it
    (:func:`~course_lib.devices.computes_bf16`). ``unknown`` is what happens to words outside the
    vocabulary. ``objective`` says what is minimised. With ``patience`` training ends early, once that
    many validations in a row have brought no lower perplexity. The progress bar is off with
    ``progress=False``, and where TQDM_DISABLE=1 is set.

    A batch holds sentences of one source length. With ``alike="both"`` their target lengths are as near to each
    other as the corpus allows, too: then hardly a cell of a batch is padding, and an update does the same work in less
    time. ``average_last`` is a share of the updates, the last ones: the model ends with the mean of its weights after
    each of them (Polyak & Juditsky, 1992), and is scored with the mean of those so far at every validation among
    them. ``cooling`` is the share of the updates over which the rate falls to 0 at the end. ``fused`` makes Adam's
    update of a tensor in one pass: faster, and with other last digits.

    Departs from the papers:

    - optimiser: Adam, its rate up to 0.002 in a line, level, and from half-time down to 0; the papers: plain SGD at 0.7
      (Sutskever) or 1 (Luong), halved towards the end; Adadelta (Cho, Bahdanau); RMSProp or Adam (Xu); Adam, its
      rate up for 4,000 updates and then down as 1/√step (Vaswani, §5.3).
    - clipping of the gradient's norm: at 1, of the mean over words; the papers: at 5, of the mean over sentences
      (Sutskever, Luong); at 1 (Bahdanau).
    - loss: divided by the number of target words; the papers: by the number of sentences (Sutskever, §3.2; Cho,
      §2.2).
    - averaging: none by default, and then of the weights after each of the last updates; the paper: of the last 5
      checkpoints, written every 10 minutes (Vaswani, §6.1).
    - batches: 32 pairs of one source length; the papers: 128 of about one length (Sutskever), 64 phrase pairs (Cho),
      80 of about one length (Bahdanau), 128 (Luong), 64 captions of one length (Xu),
      about 25,000 words a side, of about one length (Vaswani, §5.1).
    """

    steps: int
    batch_size: int = 32
    learning_rate: float = 2e-3
    warmup: int = 100
    clip_norm: float = 1.0
    seed: int = 1
    device: str = field(default="auto", metadata=NO_RESULT)
    validate_every: int | None = 500
    validation_pairs: int | None = 200
    precision: Precision = "float32"
    checkpoint: str | Path | None = field(default=None, metadata=NO_RESULT)
    progress: bool = field(default=True, metadata=NO_RESULT)
    unknown: Unknown = "error"
    objective: Objective = PLAIN
    patience: int | None = None
    alike: Alike = field(default="source", metadata=LATER)
    average_last: float = field(default=0.0, metadata=LATER)
    cooling: float = field(default=0.5, metadata=LATER)
    fused: bool = field(default=False, metadata=LATER)

    def __post_init__(self) -> None:
        check_count("steps", self.steps)
        check_count("batch_size", self.batch_size)
        for name in ("validate_every", "validation_pairs", "patience"):
            if (value := getattr(self, name)) is not None:
                check_count(name, value)
        for name in ("learning_rate", "clip_norm"):
            check_number(name, getattr(self, name), above=0)
        check_count("warmup", self.warmup, least=0)
        check_seed(self.seed)
        check_option("precision", self.precision, Precision)
        if self.patience is not None and self.validate_every is None:
            raise ValueError("patience counts validations: set validate_every, or leave patience out.")
        check_option("unknown", self.unknown, Unknown)
        check_option("alike", self.alike, Alike)
        for name in ("average_last", "cooling"):
            check_share(name, getattr(self, name))
        check_switch("fused", self.fused)

    @property
    def averages_from(self) -> int:
        """The first update, counted from 0, after which the weights enter their mean; ``steps`` where none does."""
        return self.steps - round(self.average_last * self.steps)


def learning_rate(step: int, config: TrainConfig) -> float:
    """Return the rate of update ``step``, counted from 0: up in a line, level, at the end down in a line to 0."""
    warming = (step + 1) / config.warmup if config.warmup else 1.0
    cooling = (config.steps - step) / (config.cooling * config.steps) if config.cooling else 1.0
    return config.learning_rate * min(warming, 1.0, cooling)
