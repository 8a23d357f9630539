"""Train a model: one loop for every chapter. Chapters 2, 4 and 5.

The loop is short because everything that depends on time is a function of the step: the batch
(:func:`~course_lib.batching.epoch_batches`) and the learning rate. What is left to remember when a
run is interrupted is the model, the optimiser and the random states.
"""

import itertools
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from torch.nn.utils import clip_grad_norm_
from tqdm.auto import tqdm

from course_lib.batching import Batch, Unknown, collate, epoch_batches
from course_lib.checkpoints import (
    CheckpointError,
    Identity,
    check_writable,
    fingerprint,
    load_checkpoint,
    pairs_fingerprint,
    save_checkpoint,
)
from course_lib.corpora.pairs import ParallelCorpus, SentencePair
from course_lib.devices import pick_device, randomness_put_back, seed_everything
from course_lib.evaluation import Evaluation, evaluate, evaluating, score_by_length, spread
from course_lib.history import History, Validation
from course_lib.objectives import PLAIN, Objective
from course_lib.seq2seq import Seq2Seq

__all__ = [
    "CheckpointError",
    "Evaluation",
    "History",
    "Objective",
    "TrainConfig",
    "Validation",
    "evaluate",
    "evaluating",
    "fit",
    "learning_rate",
    "pick_device",
    "score_by_length",
    "seed_everything",
]

Precision = Literal["float32", "bf16"]
OnValidation = Callable[[int, Seq2Seq], None]


@dataclass(frozen=True)
class TrainConfig:
    """How to train; ValueError for a value that makes no sense.

    ``steps`` counts updates, ``warmup`` the first of them, over which the learning rate rises.
    Every ``validate_every`` updates, and after the last, the model is scored on ``validation_pairs``
    pairs spread over the validation split (``None``: on all) and the run is written to
    ``checkpoint`` if one is named; ``validate_every=None`` does neither until the end, and never
    scores. ``precision="float32"`` leaves the model's own number type alone, ``"bf16"`` computes the
    loss in bfloat16 where that is safe. ``unknown`` is what happens to words outside the
    vocabulary. ``objective`` says what is minimised. With ``patience`` training ends early, once that
    many validations in a row have brought no lower perplexity. The progress bar is off with
    ``progress=False``, and where TQDM_DISABLE=1 is set.
    """

    steps: int
    batch_size: int = 32
    learning_rate: float = 2e-3
    warmup: int = 100
    clip_norm: float = 1.0
    seed: int = 1
    device: str = "auto"
    validate_every: int | None = 500
    validation_pairs: int | None = 200
    precision: Precision = "float32"
    checkpoint: str | Path | None = None
    progress: bool = True
    unknown: Unknown = "error"
    objective: Objective = PLAIN
    patience: int | None = None

    def __post_init__(self) -> None:
        for name in ("steps", "batch_size", "validate_every", "validation_pairs", "patience"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name}: expected 1 or more, got {value}.")
        for name in ("learning_rate", "clip_norm"):
            if not 0 < getattr(self, name) < math.inf:
                raise ValueError(f"{name}: expected a number above 0, got {getattr(self, name)}.")
        if self.warmup < 0:
            raise ValueError(f"warmup: expected 0 or more steps, got {self.warmup}.")
        if self.precision not in ("float32", "bf16"):
            raise ValueError(f"precision: expected 'float32' or 'bf16', got {self.precision!r}.")
        if self.patience is not None and self.validate_every is None:
            raise ValueError("patience counts validations: set validate_every, or leave patience out.")
        if self.unknown not in ("error", "unk"):
            raise ValueError(f"unknown: expected 'error' or 'unk', got {self.unknown!r}.")


def learning_rate(step: int, config: TrainConfig) -> float:
    """Return the rate of update ``step``, counted from 0: up in a line, level, from half-time down to 0."""
    warming = (step + 1) / config.warmup if config.warmup else 1.0
    cooling = 2 * (config.steps - step) / config.steps
    return config.learning_rate * min(warming, 1.0, cooling)


def fit(
    model: Seq2Seq, corpus: ParallelCorpus, config: TrainConfig, on_validation: OnValidation | None = None
) -> History:
    """Train ``model`` in place by teacher forcing with Adam and return what happened.

    The result is a function of the model's parameters, the corpus and the config: torch's random
    state is seeded here and put back afterwards, and ``on_validation(step, model)`` cannot disturb
    it. If ``config.checkpoint`` exists, the run goes on from there exactly as if it had not stopped;
    interrupted, it loses what came after the last validation and no more.

    Raises ValueError for an empty split or a word that no vocabulary holds, OSError for a folder
    that cannot be written, :class:`CheckpointError` for a checkpoint that is damaged or not of this
    run (all before the first update), and FloatingPointError at a loss that is not finite.
    """
    device = pick_device(config.device)
    _check_corpus(model, corpus, config)
    model.to(device)
    optimiser = torch.optim.Adam(model.parameters(), lr=config.learning_rate)
    path = Path(config.checkpoint) if config.checkpoint is not None else None
    identity = _identity(model, corpus, config) if path else {}
    history = History()
    with randomness_put_back(), evaluating(model):
        torch.manual_seed(config.seed)
        if path is not None:
            check_writable(path)
            if path.exists():
                history = load_checkpoint(path, model, optimiser, identity)
        order = batch_order(corpus.train, config.batch_size, config.seed, start=history.steps)
        with _progress_bar(history, config) as bar:
            while history.steps < config.steps and not history.stalled(config.patience):
                history = _train_to_next_stop(model, corpus, optimiser, history, order, config, bar)
                history = _validated(model, corpus, history, config, bar)
                if path is not None:
                    save_checkpoint(path, model, optimiser, history, identity)
                if on_validation is not None:
                    with randomness_put_back(), evaluating(model):
                        on_validation(history.steps, model)
    return history


def batch_order(pairs: Sequence[SentencePair], batch_size: int, seed: int, start: int = 0) -> Iterator[list[int]]:
    """Yield the indices of each batch, epoch after epoch, from update ``start`` on, without end."""
    for epoch in itertools.count():
        batches = epoch_batches(pairs, batch_size, seed, epoch)
        yield from batches[start:]
        start = max(0, start - len(batches))


def _train_to_next_stop(
    model: Seq2Seq,
    corpus: ParallelCorpus,
    optimiser: torch.optim.Optimizer,
    history: History,
    order: Iterator[list[int]],
    config: TrainConfig,
    bar: tqdm,
) -> History:
    """Update until the next validation is due or the steps are used up."""
    every = config.validate_every or config.steps
    stop = min(config.steps, (history.steps // every + 1) * every)
    losses, tokens, started = [], 0, time.perf_counter()
    model.train()
    for step in range(history.steps, stop):
        pairs = [corpus.train[k] for k in next(order)]
        batch = collate(pairs, model.source_vocabulary, model.target_vocabulary, model.device, config.unknown)
        loss, read = _update(model, batch, pairs, optimiser, step, config)
        losses.append(loss)
        tokens += read
        bar.update()
    return history.extended(losses, tokens, time.perf_counter() - started)


def _update(
    model: Seq2Seq,
    batch: Batch,
    pairs: Sequence[SentencePair],
    optimiser: torch.optim.Optimizer,
    step: int,
    config: TrainConfig,
) -> tuple[float, int]:
    """Make one update; return its loss in nats a token, and the number of target tokens."""
    for group in optimiser.param_groups:
        group["lr"] = learning_rate(step, config)
    with torch.autocast(model.device.type, torch.bfloat16, enabled=config.precision == "bf16"):
        loss = config.objective.loss(model, batch, pairs, step / config.steps)
    mean = loss.total / loss.tokens
    optimiser.zero_grad()
    mean.backward()
    norm = clip_grad_norm_(model.parameters(), config.clip_norm)
    value = float(mean.detach())
    if not (math.isfinite(value) and math.isfinite(norm)):
        raise FloatingPointError(
            f"Step {step + 1}: the loss is {value}, its gradient has norm {float(norm)}. This update was not made. "
            f"Try a smaller learning_rate (now {config.learning_rate}), a longer warmup (now {config.warmup}), "
            f"a smaller clip_norm (now {config.clip_norm}) or precision='float32' (now {config.precision!r})."
        )
    optimiser.step()
    return value, loss.tokens


def _validated(model: Seq2Seq, corpus: ParallelCorpus, history: History, config: TrainConfig, bar: tqdm) -> History:
    """Score the model on the validation pairs, show it beside the bar, add it to the history."""
    if config.validate_every is None:
        return history
    scores = evaluate(model, spread(corpus.validation, config.validation_pairs), unknown=config.unknown)
    values = (float(scores.perplexity), float(scores.exact_match), float(scores.bleu))
    record = Validation(history.steps, *values)
    if not bar.disable:
        bar.write("step {:6d}   perplexity {:8.2f}   exact match {:5.1f} %   BLEU {:5.1f}".format(record.step, *values))
    return history.validated(record)


def _check_corpus(model: Seq2Seq, corpus: ParallelCorpus, config: TrainConfig) -> None:
    """Find out now what would otherwise stop the run hours later."""
    if not corpus.train:
        raise ValueError(f"{corpus.name}: the training split holds no pairs.")
    if config.validate_every is not None and not corpus.validation:
        raise ValueError(f"{corpus.name}: the validation split holds no pairs; set validate_every=None to do without.")
    if config.unknown == "error":
        pairs = [*corpus.train, *(spread(corpus.validation, config.validation_pairs) if config.validate_every else ())]
        model.source_vocabulary.encode(sorted(set().union(*(pair.source for pair in pairs))))
        model.target_vocabulary.encode(sorted(set().union(*(pair.target for pair in pairs))))


def _identity(model: Seq2Seq, corpus: ParallelCorpus, config: TrainConfig) -> Identity:
    """Return what two runs must share for one to go on with the other's checkpoint."""
    settings = (
        "steps",
        "batch_size",
        "learning_rate",
        "warmup",
        "clip_norm",
        "seed",
        "precision",
        "unknown",
        "objective",
    )
    validation = ("validate_every", "validation_pairs")
    return {
        "model": model.name,
        "layers": fingerprint([repr(model), *(f"{name} {p.shape} {p.dtype}" for name, p in model.named_parameters())]),
        "source vocabulary": fingerprint(model.source_vocabulary.tokens),
        "target vocabulary": fingerprint(model.target_vocabulary.tokens),
        "training pairs": pairs_fingerprint(corpus.train),
        **{name: str(getattr(config, name)) for name in settings + validation},
    }


def _progress_bar(history: History, config: TrainConfig) -> tqdm:
    off = {} if config.progress else {"disable": True}  # left out, TQDM_DISABLE decides
    return tqdm(total=config.steps, initial=history.steps, unit="step", desc="training", **off)
