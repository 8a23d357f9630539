"""Twenty bugs: how long each stays hidden in the training loss, and what it costs. Chapter 15.

    python benchmarks/clinic.py --seeds 1        # every model once
    python benchmarks/clinic.py                  # all that is left, then other learning rates

The small lexicon, up to 20 words, 64 units. A bug of a model is switched on while it learns, translates and is scored;
its healthy model has the same sizes, seed, batches and rate. Luong's with the dot score is the patient. A bug that has
no place in it has a healthy model of its own: *deep* has two layers and reads both ways, *fixed* is Sutskever's.

Batches are drawn from all lengths, as in most tutorials, in training and in the tests: batches of one length, the
course's own habit, hold no padding in which a bug could show. Each model also translates the test in batches of one
length, in which padding bugs have nothing to act on; with the softmax over the batch, also sentence by sentence.

``losses`` are what the sick code prints, the mean of each 100 updates; ``validation_printed`` is what it prints on 200
validation pairs before the first and after each 100 updates, ``validation_nats`` what these cost in truth, in nats a
word. The trace is of one sentence in a batch of eight, told the words of its reference: the first test sentence of 6 to
8 words, with two links that cross, which the healthy model of seed 1 translates word for word. The bugs of functions
are measured on the healthy model, and so is each bug of a model that is switched on at the test alone.

Rows *half the rate* and *twice the rate*, on seed 1, say whether a harm is one of the rate; the healthy model has seeds
4 to 6, too. Raw scores go to course_lib/results/clinic.json, run by run; one that stands there with the same settings,
on the same draws, is not repeated.

*Unpacked* is an encoder that reads on in padding, without a mask or with one: behind a packed one padding's annotations
are zero. What accuracy reports where padding is learnt, too, stands with ``padding_in_loss``.

What does not stand in the record, for want of time: twice the rate, but for *luong* and *double_softmax*. Seconds are
those of a processor that others used, too.
"""

import argparse
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from records import (
    BOOTSTRAP,
    CorpusBench,
    as_record,
    bits,
    config_of,
    hundreds,
    machine,
    one_line,
    pairs_by_length,
    read,
    read_command_line,
    run_once,
)
from transformer import translating_once

import course_lib
from course_lib import evaluation
from course_lib.batching import collate, epoch_batches
from course_lib.clinic import sick
from course_lib.clinic.function_bugs import (
    accuracy,
    accuracy_counting_padding,
    leaked,
    perplexity_by_batch_means,
    perplexity_of,
    split_by_pair,
    words_between_ends,
    words_of,
)
from course_lib.corpora import SentencePair
from course_lib.corpora.splits import split_by_source
from course_lib.decoders import DecoderOutput
from course_lib.evaluation import evaluate, spread, translations
from course_lib.metrics import paired_difference
from course_lib.metrics.resampling import resampled_interval
from course_lib.models import build_model
from course_lib.seq2seq import Seq2Seq, evaluating
from course_lib.training import fit, loop, seed_everything
from course_lib.vocabulary import BOS, EOS, PAD

RESULTS = Path(course_lib.__file__).parent / "results" / "clinic.json"
WHOLE = "en-fr"
CORPORA: dict[str, tuple[str, dict[str, Any]]] = {WHOLE: ("en-fr", {"seed": 1, "max_length": 20, "lexicon": "small"})}
BANDS, PER_BAND = ((4, 7), (8, 12), (13, 16), (17, 20)), 125
SIZES: dict[str, Any] = {"embedding": 64, "hidden": 64}
MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "luong": ("luong", SIZES),
    "deep": ("luong", {**SIZES, "layers": 2, "direction": "bidirectional"}),
    "fixed": ("sutskever", SIZES),
}
"""Name of a healthy row -> constructor and options."""
STEPS, SIZE, EVERY, VALIDATED = 1_500, 20_000, 100, 200
RATE, WARMUP = 6e-3, 100
SEEDS = (1, 2, 3)
MORE_SEEDS = (4, 5, 6)
"""Of the healthy model alone: three healthy runs beside three others say how often chance looks like a bug."""
TRACED, MATES = (6, 8), 7
LIMIT = 12
"""At how many words a translation is cut for ``real_word_dropped``."""
ON_LUONG = (
    "state_reset",
    "double_softmax",
    "softmax_over_one",
    "softmax_over_batch",
    "raw_context",
    "padding_attended",
    "one_key_for_all",
    "blind_slots",
    "normaliser_off_by_one",
    "padding_in_loss",
    "softmax_before_loss",
    "no_gradient",
)


LOSSES = ("loss", "gradient")
"""How the keys end of bugs that no translation meets."""


@dataclass(frozen=True)
class Row:
    """A healthy model, and the bugs that are switched on in it."""

    model: str
    bugs: tuple[str, ...] = ()
    rate: float = RATE


ROWS: dict[str, Row] = {
    "luong": Row("luong"),
    **{key: Row("luong", (key,)) for key in ON_LUONG},
    "deep": Row("deep"),
    "layers_mixed": Row("deep", ("layers_mixed",)),
    "layers_shared": Row("deep", ("layers_shared",)),
    "fixed": Row("fixed"),
    "state_after_padding": Row("fixed", ("state_after_padding",)),
}
"""The rows of every seed, in the order in which they are missed most."""
UNPACKED: dict[str, Row] = {
    "unpacked": Row("luong", ("state_after_padding",)),
    "unpacked and unmasked": Row("luong", ("state_after_padding", "padding_attended")),
}
"""Rows in which padding has annotations of its own: after a packed encoder they are zero, whoever looks at them."""
OTHER_RATES: dict[str, Row] = {
    f"{name}, {said}": Row(row.model, row.bugs, factor * RATE)
    for said, factor in (("half the rate", 0.5), ("twice the rate", 2.0))
    for name, row in ROWS.items()
    if row.model == "luong" and name not in ("no_gradient", "padding_attended", "padding_in_loss")
} | {"softmax_before_loss, a tenth of the rate": Row("luong", ("softmax_before_loss",), 0.1 * RATE)}
"""The rows of seed 1 at other rates."""


class Bench(CorpusBench):
    """The bench of chapter 15's corpus."""

    corpora = CORPORA

    @property
    def tested(self) -> Sequence[SentencePair]:
        """The test pairs, in an order in which lengths are mixed."""
        return _test_pairs()


@cache
def _test_pairs() -> list[SentencePair]:
    pairs = pairs_by_length("en-fr", PER_BAND, BANDS, lexicon="small")
    random.Random(1).shuffle(pairs)
    return pairs


def main() -> None:
    arguments = _arguments()
    torch.set_num_threads(1)
    bench = Bench(arguments.out, arguments.steps, arguments.size)
    for seed in arguments.seeds:
        for name, row in ROWS.items():
            run_row(bench, name, row, seed)
    if arguments.no_rates:
        return
    for seed in MORE_SEEDS:
        run_row(bench, "luong", ROWS["luong"], seed)
    for name, row in UNPACKED.items():
        for seed in SEEDS:
            run_row(bench, name, row, seed)
    for name, row in OTHER_RATES.items():
        run_row(bench, name, row, SEEDS[0])


def run_row(bench: Bench, name: str, row: Row, seed: int) -> None:
    """Run one row on one seed, unless it stands in the record."""
    settings = settings_of(bench, row, seed)
    run_once(bench.out, f"{name}, seed {seed}", settings, partial(run, bench, settings), said)


def settings_of(bench: Bench, row: Row, seed: int) -> dict[str, Any]:
    """Return all that a run depends on."""
    constructor, options = MODELS[row.model]
    return {
        "model": row.model,
        "constructor": constructor,
        "options": options,
        "bugs": list(row.bugs),
        "seed": seed,
        "steps": bench.steps,
        "learning_rate": row.rate,
        "warmup": WARMUP,
        "batches": "of all lengths",
        "pairs": bench.pairs(WHOLE),
        "tested": {"bands": [list(band) for band in BANDS], "a_band": PER_BAND},
    }


def run(bench: Bench, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Train one model with its bugs and score it with them; a run whose numbers end says where."""
    corpus = bench.corpus(WHOLE)
    seed_everything(settings["seed"])
    model = build_model(settings["constructor"], *corpus.vocabularies(), **settings["options"])
    watched = spread(corpus.validation, VALIDATED)
    curve: list[tuple[float, float]] = []
    losses: list[float] = []
    config = config_of({**settings}, warmup=settings["warmup"], unknown="unk")
    started = time.process_time()
    found: dict[str, Any] = {"machine": machine(), "parameters": sum(p.numel() for p in model.parameters())}
    with sick(model, *settings["bugs"]), mixed_batches():
        try:
            with watching(model, losses, lambda: curve.append(validation(model, watched))):
                fit(model, corpus, config)
            found["processor_seconds"] = round(time.process_time() - started, 1)
            found |= scored(bench, model, settings)
        except FloatingPointError as error:
            found["ended"] = f"{type(error).__name__} after {len(losses)} updates: {error}"[:200]
    return {
        **found,
        "losses": one_line([float(np.mean(part)) for part in hundreds(losses)], 4),
        "validation_printed": one_line([printed for printed, _ in curve], 4),
        "validation_nats": one_line([nats for _, nats in curve], 4),
    }


# --- while it learns


@contextmanager
def mixed_batches() -> Iterator[None]:
    """While this lasts, training and evaluation take their batches from all lengths at once."""

    def mixed(
        pairs: Sequence[SentencePair], batch_size: int, seed: int, epoch: int, alike: str = "source"
    ) -> list[list[int]]:
        del alike
        order = random.Random(f"mixed {seed} {epoch}").sample(range(len(pairs)), len(pairs))
        return [order[k : k + batch_size] for k in range(0, len(order), batch_size)]

    files: tuple[Any, ...] = (loop, evaluation)
    for file in files:
        file.epoch_batches = mixed
    try:
        yield
    finally:
        for file in files:
            file.epoch_batches = epoch_batches


@contextmanager
def watching(model: Seq2Seq, losses: list[float], every_hundred: Callable[[], None]) -> Iterator[None]:
    """Note what each update prints as its loss; call ``every_hundred`` before the first and after each 100 updates.

    ``fit`` would do it with its own validations, which translate, and forgets all of a run that ends in NaN.
    """
    loss = model.loss

    def noted(batch: Any) -> Any:
        if len(losses) % EVERY == 0:
            every_hundred()
        found = loss(batch)
        losses.append(float(found.mean.detach()))
        return found

    model.loss = noted  # type: ignore[method-assign]
    try:
        yield
        every_hundred()
    finally:
        del model.loss


@torch.no_grad()
def validation(model: Seq2Seq, pairs: Sequence[SentencePair]) -> tuple[float, float]:
    """Return the loss that the model's own code prints on ``pairs``, and what a word costs in truth."""
    printed = [0.0, 0.0]
    true = [0.0, 0.0]
    with evaluating(model):
        for start in range(0, len(pairs), 50):
            batch = collate(pairs[start : start + 50], model.source_vocabulary, model.target_vocabulary, unknown="unk")
            output = model(batch)
            for sums, loss in ((printed, model.loss_of(output, batch)), (true, Seq2Seq.loss_of(output, batch))):
                sums[0], sums[1] = sums[0] + float(loss.total), sums[1] + loss.tokens
    return printed[0] / printed[1], true[0] / true[1]


# --- when it has learnt


def scored(bench: Bench, model: Seq2Seq, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the scores of a model, which sentences are exact, and on seed 1 the trace of one."""
    pairs = bench.tested
    with translating_once(model):
        test = as_record(evaluate(model, pairs, unknown="unk", bootstrap=BOOTSTRAP))
        said_now = [t.tokens for t in translations(model, pairs, unknown="unk")]
    with one_length():
        alone = [t.tokens for t in translations(model, pairs, unknown="unk")]
    found = {"test": test, "exact": exact_in(said_now, pairs), "exact_in_batches_of_one_length": exact_in(alone, pairs)}
    if "softmax_over_batch" in settings["bugs"]:
        one_by_one = [model.translate([pair.source], unknown="unk")[0].tokens for pair in pairs]
        found["exact_one_by_one"] = exact_in(one_by_one, pairs)
    if settings["learning_rate"] == RATE:
        if settings["seed"] == SEEDS[0]:
            healthy = read(bench.out).get(f"luong, seed {SEEDS[0]}", found)["exact"]
            k = first_traced(pairs, healthy)
            found["trace"] = looks(model, [pairs[(k + n) % len(pairs)] for n in range(MATES + 1)])
        if settings["bugs"] == ["padding_in_loss"]:
            found["accuracy"] = accuracies(model, pairs)
        if not settings["bugs"]:
            found["bugs_at_the_test_alone"] = at_the_test(model, settings["model"], pairs)
            if settings["model"] == "luong":
                found["functions"] = functions(model, bench)
    return found


def exact_in(said_now: Sequence[Sequence[str]], pairs: Sequence[SentencePair]) -> str:
    """Return which sentences are exact, as 0 and 1."""
    return bits(tuple(ours) == tuple(pair.target) for ours, pair in zip(said_now, pairs, strict=True))


def at_the_test(model: Seq2Seq, name: str, pairs: Sequence[SentencePair]) -> dict[str, str]:
    """Return which sentences a model that learnt in health translates exactly while a row's bugs are switched on."""
    rows = {key: row.bugs for key, row in {**ROWS, **UNPACKED}.items() if row.model == name and row.bugs}
    rows |= {"mask_overflow": ("mask_overflow",)} if name == "luong" else {}
    found = {}
    for key, bugs in rows.items():
        if key.endswith(LOSSES):
            continue
        with sick(model, *bugs):
            try:
                found[key] = exact_in([t.tokens for t in translations(model, pairs, unknown="unk")], pairs)
            except FloatingPointError as error:
                found[key] = f"{type(error).__name__}: {error}"[:100]
    return found


@contextmanager
def one_length() -> Iterator[None]:
    """While this lasts, evaluation takes batches of one length again, as it does without :func:`mixed_batches`."""
    file: Any = evaluation
    mixed, file.epoch_batches = file.epoch_batches, epoch_batches
    try:
        yield
    finally:
        file.epoch_batches = mixed


def first_traced(pairs: Sequence[SentencePair], exact: str) -> int:
    """Return the first sentence of 6 to 8 words with links that cross, of those that are exact if there is one."""
    low, high = TRACED
    found = [k for k, pair in enumerate(pairs) if low <= len(pair.source) <= high and crosses(pair)]
    return next((k for k in found if exact[k] == "1"), found[0])


def crosses(pair: SentencePair) -> bool:
    """Whether two sure links of a pair cross."""
    links = sorted(pair.sure or ())
    return any(j < other_j and i > other_i for j, i in links for other_j, other_i in links)


@torch.no_grad()
def looks(model: Seq2Seq, pairs: Sequence[SentencePair]) -> dict[str, Any]:
    """Return what the first pair of a batch is looked at with and answered by, told its words; and its translation."""
    first = pairs[0]
    with evaluating(model):
        batch = collate(pairs, model.source_vocabulary, model.target_vocabulary, unknown="unk")
        output: DecoderOutput = model(batch)
        own = model.translate([pair.source for pair in pairs], unknown="unk")[0]
    T = len(first.target) + 1
    best = torch.softmax(output.logits[0, :T], dim=-1).max(-1)
    gold = torch.softmax(output.logits[0, :T], dim=-1).gather(1, batch.target_out[0, :T, None])[:, 0]
    found: dict[str, Any] = {
        "source": " ".join(model.source_vocabulary.decode(batch.source[0].tolist())),
        "target": " ".join(model.target_vocabulary.decode(batch.target_out[0, :T].tolist())),
        "links": sorted(first.sure or ()),
        "translation": str(own),
        "choices": " ".join(model.target_vocabulary.decode(best.indices.tolist())),
        "chosen": one_line(best.values.tolist(), 3),
        "probabilities": one_line(gold.tolist(), 4),
    }
    if output.look is not None:
        found["weights"] = [one_line(row, 4) for row in output.look.weights[0, :T].tolist()]
        found["scores"] = [one_line(row, 3) for row in output.look.scores[0, :T].tolist()]
    return found


# --- the bugs of functions


@torch.no_grad()
def functions(model: Seq2Seq, bench: Bench) -> dict[str, Any]:
    """Return for each bug of a function what it reports of a healthy model, and what is true."""
    pairs = bench.tested
    with evaluating(model):
        mixed, by_length = (
            [told(model, [pairs[k] for k in indices])[2:] for indices in batches(pairs, 64, 0, 0)]
            for batches in (evaluation.epoch_batches, epoch_batches)
        )
    return {
        "accuracy_counts_padding": accuracies(model, pairs),
        "mean_of_batch_means": {
            "true": perplexity_of(by_length),
            "reported": perplexity_by_batch_means(by_length),
            "reported_in_mixed_batches": perplexity_by_batch_means(mixed),
            "interval": apart_by_means(by_length),
        },
        "leaky_split": leak(model, bench),
        "real_word_dropped": cut(model, pairs),
    }


def apart_by_means(batches: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[float, float]:
    """Return the interval of reported less true perplexity; a sentence that is drawn again stays in its batch."""
    K = len(batches)
    rows = []
    for k, (nats, mask) in enumerate(batches):
        for of_words, real in zip(nats, mask, strict=True):
            rows.append(np.zeros(2 * K))
            rows[-1][[k, K + k]] = of_words[real].sum(), real.sum()

    def apart(sums: np.ndarray) -> np.ndarray:
        nats, words = sums[:, :K], sums[:, K:]
        means = np.nanmean(nats / np.where(words > 0, words, np.nan), axis=1)  # a batch may not be drawn
        return (np.exp(means) - np.exp(nats.sum(1) / words.sum(1))) / 100

    return interval(np.array(rows), apart)


def interval(counts: np.ndarray, score: Callable[[np.ndarray], np.ndarray]) -> tuple[float, float]:
    """Return the 95 % interval of a score of summed counts, a row a sentence."""
    with np.errstate(invalid="ignore"):  # in a try of a few sentences a draw may have none of a kind: NaN
        low, high = resampled_interval(counts, score, BOOTSTRAP) or (float("nan"), float("nan"))
    return low, high


@torch.no_grad()
def accuracies(model: Seq2Seq, pairs: Sequence[SentencePair]) -> dict[str, Any]:
    """Return the share of right words, that of right positions, and what PAD everywhere would have, in per cent.

    The interval is of reported less true.
    """
    right, counted, always, rows = [], [], [], []
    with evaluating(model):
        for indices in evaluation.epoch_batches(pairs, 64, 0, 0):
            predictions, targets, _, mask = told(model, [pairs[k] for k in indices])
            right.append((accuracy(predictions, targets), int(mask.sum())))
            counted.append((accuracy_counting_padding(predictions, targets), targets.size))
            always.append((accuracy_counting_padding(np.full_like(targets, PAD), targets), targets.size))
            hit, cells = predictions == targets, np.ones_like(mask)
            rows += [np.stack([part.sum(1) for part in (hit, cells, hit & mask, mask)], axis=1)]
    difference = interval(np.concatenate(rows), lambda n: n[:, 0] / n[:, 1] - n[:, 2] / n[:, 3])
    return {"true": _mean(right), "reported": _mean(counted), "always_pad": _mean(always), "interval": difference}


def leak(model: Seq2Seq, bench: Bench) -> dict[str, Any]:
    """Return how many French sentences of a held-out tenth stand in training, too; and exact match on lessons.

    Some French sentences have two English ones, so French is the source here. A pair that leaks is scored as a lesson:
    those have the lengths of the tests. The interval is of exact match on lessons less that on the tests.
    """
    train = bench.corpus(WHOLE).train
    turned = [SentencePair(pair.target, pair.source) for pair in train]
    by_source = split_by_source(turned, seed=1)
    lessons = [
        pair for low, high in BANDS for pair in [pair for pair in train if low <= len(pair.source) <= high][:PER_BAND]
    ]
    hits = []
    for some in (lessons, bench.tested):
        exact = exact_in([t.tokens for t in translations(model, some, unknown="unk")], some)
        hits.append(np.array([[bit == "1", True] for bit in exact], dtype=float))
    rows = np.concatenate([np.pad(hits[0], ((0, 0), (0, 2))), np.pad(hits[1], ((0, 0), (2, 0)))])
    return {
        "leaked": 100 * leaked(*split_by_pair(turned)),
        "leaked_by_source": 100 * leaked(by_source["train"], by_source["test"]),
        "exact_on_lessons": 100 * float(hits[0][:, 0].mean()),
        "interval": interval(rows, lambda n: n[:, 0] / n[:, 1] - n[:, 2] / n[:, 3]),
    }


def _mean(parts: Sequence[tuple[float, int]]) -> float:
    return 100 * sum(share * n for share, n in parts) / sum(n for _, n in parts)


def told(model: Seq2Seq, pairs: Sequence[SentencePair]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return first choices, targets, nats and mask of pairs, told the words before each."""
    batch = collate(pairs, model.source_vocabulary, model.target_vocabulary, unknown="unk")
    logits = model(batch).logits
    nats = torch.nn.functional.cross_entropy(logits.mT, batch.target_out, reduction="none")
    return logits.argmax(-1).numpy(), batch.target_out.numpy(), nats.numpy(), batch.target_mask.numpy()


def cut(model: Seq2Seq, pairs: Sequence[SentencePair]) -> dict[str, Any]:
    """Return exact match of the pairs of at most LIMIT words, ``</s>`` taken off by its name and by its place.

    The translations end after LIMIT steps, as a loop over so many makes them: LIMIT words leave no step for ``</s>``.
    """
    short = [pair for pair in pairs if len(pair.target) <= LIMIT]
    found = model.translate([pair.source for pair in short], unknown="unk")
    vocabulary = model.target_vocabulary
    ids = [[BOS, *[*vocabulary.encode(t.tokens, "unk"), EOS][:LIMIT]] for t in found]
    true, reported = (
        exact_in([vocabulary.decode(take(row)) for row in ids], short) for take in (words_of, words_between_ends)
    )
    return {
        **{name: 100 * hits.count("1") / len(short) for name, hits in (("true", true), ("reported", reported))},
        "interval": paired_difference(reported, true, bootstrap=BOOTSTRAP).interval,
        "sentences": len(short),
        "of_the_limit": sum(len(pair.target) == LIMIT for pair in short),
    }


def said(record: Mapping[str, Any]) -> str:
    """Return a line that says what came out."""
    if "test" not in record:
        return record["ended"]
    aligned = record["test"]["alignment"]
    aer = "" if aligned is None else f", AER {aligned['aer']:.1f} %"
    one_length = record["exact_in_batches_of_one_length"]
    return (
        f"exact {record['test']['exact_match']:.1f} (one length {100 * one_length.count('1') / len(one_length):.1f}), "
        f"BLEU {record['test']['bleu']:.1f}{aer}; printed {record['validation_printed'].split()[-1]}, "
        f"true {record['validation_nats'].split()[-1]}; {record['processor_seconds']} s"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--no-rates", action="store_true", help="leave out healthy runs of more seeds, and other learning rates"
    )
    return read_command_line(parser, RESULTS, seeds=SEEDS, steps=STEPS, size=SIZE)


if __name__ == "__main__":
    main()
