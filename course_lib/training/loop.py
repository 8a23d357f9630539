"""Train a model: one loop wherever something is trained. Chapters 2, 3, 5 to 16.

The loop is short because everything that depends on time is a function of the step: the batch
(:func:`~course_lib.batching.epoch_batches`) and the learning rate. What is left to remember when a
run is interrupted is the model, the optimiser and the random states.
"""

import itertools
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

import torch
from torch.nn.utils import clip_grad_norm_
from tqdm.auto import tqdm

from course_lib.batching import Alike, Batch, check_length, collate, epoch_batches
from course_lib.corpora.pairs import ParallelCorpus, SentencePair
from course_lib.devices import check_precision, pick_device, precision_of_this_machine, randomness_put_back
from course_lib.evaluation import evaluate, evaluating, spread
from course_lib.files import check_writable
from course_lib.history import History, Validation
from course_lib.locks import only_writer
from course_lib.seq2seq import Seq2Seq
from course_lib.training.averaging import Average
from course_lib.training.checkpoints import checkpoint_size, load_checkpoint, save_checkpoint
from course_lib.training.config import TrainConfig, learning_rate
from course_lib.training.identity import moving, run_identity

OnValidation = Callable[[int, Seq2Seq], None]


def fit(
    model: Seq2Seq, corpus: ParallelCorpus, config: TrainConfig, on_validation: OnValidation | None = None
) -> History:
    """Train ``model`` in place by teacher forcing with Adam and return what happened.

    The result is a function of the model's parameters, the corpus and the config: torch's random
    state is seeded here and put back afterwards, and ``on_validation(step, model)`` cannot disturb
    it. If ``config.checkpoint`` exists, the run goes on from there exactly as if it had not stopped;
    interrupted, it loses what came after the last validation and no more.

    Raises ValueError for an empty split or a word that no vocabulary holds, OSError for a folder
    that cannot be written or a checkpoint that another training is writing, :class:`CheckpointError` for
    one that is damaged or not of this run (all before the first update), and FloatingPointError at a loss
    or a gradient that is not finite, before it reaches the parameters.
    """
    device = pick_device(config.device)
    check_precision(config.precision, device)
    _check_corpus(model, corpus, config)
    model.to(device)
    optimiser = torch.optim.Adam(model.parameters(), lr=config.learning_rate, fused=config.fused or None)
    average = Average(model, config.averages_from)
    path = Path(config.checkpoint) if config.checkpoint is not None else None
    identity = run_identity(model, corpus, config) if path else {}
    history = History()
    with only_writer(path) if path else nullcontext(), randomness_put_back(), evaluating(model):
        torch.manual_seed(config.seed)
        if path is not None:
            check_writable(path, checkpoint_size(model, config.steps, averaged=config.average_last > 0))
            if path.exists():
                history = load_checkpoint(path, model, optimiser, average, identity)
        order = batch_order(corpus.train, config.batch_size, config.seed, start=history.steps, alike=config.alike)
        with _progress_bar(history, config) as bar:
            while history.steps < config.steps and not history.stalled(config.patience):
                history = _train_to_next_stop(model, corpus, optimiser, average, history, order, config, bar)
                with average.in_place():
                    history = _validated(model, corpus, history, config, bar)
                if path is not None:
                    identity |= moving(model, identity)
                    save_checkpoint(path, model, optimiser, average, history, identity)
                if on_validation is not None:
                    with average.in_place(), randomness_put_back(), evaluating(model):
                        on_validation(history.steps, model)
        average.put_in_place()
    return history


def batch_order(
    pairs: Sequence[SentencePair], batch_size: int, seed: int, start: int = 0, alike: Alike = "source"
) -> Iterator[list[int]]:
    """Yield the indices of each batch, epoch after epoch, from update ``start`` on, without end."""
    for epoch in itertools.count():
        batches = epoch_batches(pairs, batch_size, seed, epoch, alike)
        yield from batches[start:]
        start = max(0, start - len(batches))


def _train_to_next_stop(
    model: Seq2Seq,
    corpus: ParallelCorpus,
    optimiser: torch.optim.Optimizer,
    average: Average,
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
        average.include(step)
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
    with precision_of_this_machine(config.precision):
        with torch.autocast(model.device.type, torch.bfloat16, enabled=config.precision == "bf16"):
            loss = config.objective.loss(model, batch, pairs, step / config.steps)
        mean = loss.total / loss.tokens
        optimiser.zero_grad()
        mean.backward()
    norm = clip_grad_norm_(model.parameters(), config.clip_norm)
    value = float(mean.detach())
    if not (math.isfinite(value) and math.isfinite(norm)):
        precise = "" if config.precision == "float32" else f", or precision 'float32' (now {config.precision!r})"
        raise FloatingPointError(
            f"Step {step + 1}: the loss is {value}, its gradient has norm {float(norm)}. This update was not made. "
            f"Try a smaller learning_rate (now {config.learning_rate}){precise}; in Python also a longer warmup (now "
            f"{config.warmup}) or a smaller clip_norm (now {config.clip_norm})."
        )
    optimiser.step()
    return value, loss.tokens


def _validated(model: Seq2Seq, corpus: ParallelCorpus, history: History, config: TrainConfig, bar: tqdm) -> History:
    """Score the model on the validation pairs, show it beside the bar, add it to the history."""
    if config.validate_every is None:
        return history
    pairs = spread(corpus.validation, config.validation_pairs)
    scores = evaluate(model, pairs, unknown=config.unknown, alignment=False)
    record = Validation(history.steps, scores.perplexity.value, scores.exact_match.value, scores.bleu.recorded)
    if not bar.disable:
        shown = f"perplexity {scores.perplexity:8.2f}   exact match {scores.exact_match:5.1f} %"
        bar.write(f"step {record.step:6d}   {shown}   BLEU {scores.bleu:5.1f}")
    return history.validated(record)


def _check_corpus(model: Seq2Seq, corpus: ParallelCorpus, config: TrainConfig) -> None:
    """Find out now what would otherwise stop the run hours later."""
    if not corpus.train:
        raise ValueError(f"{corpus.name}: the training split holds no pairs.")
    if config.validate_every is not None and not corpus.validation:
        raise ValueError(f"{corpus.name}: the validation split holds no pairs; set validate_every=None to do without.")
    pairs = [*corpus.train, *(spread(corpus.validation, config.validation_pairs) if config.validate_every else ())]
    for pair in pairs:
        check_length(pair.source)
        check_length(pair.target)
    if config.unknown == "error":
        model.source_vocabulary.encode(sorted(set().union(*(pair.source for pair in pairs))))
        model.target_vocabulary.encode(sorted(set().union(*(pair.target for pair in pairs))))


def _progress_bar(history: History, config: TrainConfig) -> tqdm:
    off = {} if config.progress else {"disable": True}  # left out, TQDM_DISABLE decides
    return tqdm(total=config.steps, initial=history.steps, unit="step", desc="training", **off)
