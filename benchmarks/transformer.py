"""From attention to Transformers: the same size, then other places, other roots, longer sentences. Chapter 16.

    python benchmarks/transformer.py --rates                 # the learning rate of each family, on seed 1
    python benchmarks/transformer.py --groups main lengths --seeds 1
    python benchmarks/transformer.py                         # all that is left

The small lexicon, 64 entries a word, 1,500 updates. A Transformer of two layers and four heads stands beside Luong's
and Bahdanau's models, made as large as it by their number of units; *in vaswani's time* makes as many updates as take
the Transformer's processor seconds. Each family has the learning rate and warm-up with the lowest perplexity on the
validation pairs, of those tried on seed 1. The two that the Transformer is held against get one try more where the
greatest rate is the best; the Transformer does not. The winner is the run of seed 1.

Long lessons have up to 20 words, short ones up to 12. All are tested on the same sentences, 100 of each band of
lengths, and read with the vocabularies of the long lessons, so that all models are of one size. *Shifted* learns from
short lessons whose first word stands at a place drawn anew for every batch, the source's and the target's each its own:
all places up to the longest test sentence are met, but no sentence is longer for it.

A head is scored by the error rate of its largest weights; the one that counts is chosen on validation pairs. Raw scores
go to course_lib/results/transformer.json, run by run; a run that stands there with the same settings, on the same
draws, is not repeated, so that the script may be stopped at any time.

What stands in the record, and what does not, for it had to fit into an hour: on seeds 1 to 3 *vaswani*, *luong* and
*luong, in vaswani's time*, *positions: none* and *positions: source*; on short lessons *vaswani*, *luong* and
*shifted*. *Bahdanau* on seeds 1 and 2, from long lessons. Not run: *Bahdanau* on short lessons, *positions: target*,
*unscaled*. No rate below 4e-3 was tried for the Transformer. Seconds are those of a processor that others used, too.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lengths import length_ratio
from records import (
    BOOTSTRAP,
    CorpusBench,
    as_record,
    config_of,
    hundreds,
    measured,
    one_line,
    pairs_by_length,
    read,
    read_command_line,
    run_once,
    timed_fit,
)

import course_lib
from course_lib.corpora import ParallelCorpus, SentencePair
from course_lib.decoders import vaswani as decoder_file
from course_lib.encoders import vaswani as encoder_file
from course_lib.encoders.positions import placed
from course_lib.evaluation import evaluate, evaluate_heads
from course_lib.metrics import AlignmentScore
from course_lib.models import build_model
from course_lib.seq2seq import Seq2Seq, Translation, evaluating
from course_lib.training import seed_everything
from course_lib.word_scores import score_words

RESULTS = Path(course_lib.__file__).parent / "results" / "transformer.json"
LONG: dict[str, Any] = {"size": 20_000, "seed": 1, "max_length": 20, "lexicon": "small"}
CORPORA: dict[str, tuple[str, dict[str, Any]]] = {
    "en-fr": ("en-fr", LONG),
    "en-fr short": ("en-fr", {**LONG, "max_length": 12}),
}
"""Name of a corpus in the record -> what to load."""
WHOLE = "en-fr"
"""The corpus whose vocabularies all models read with."""
BANDS = ((4, 7), (8, 12), (13, 16), (17, 20), (21, 24), (25, 29))
PER_BAND = 100
EMBEDDING, STEPS = 64, 1_500
VASWANI: dict[str, Any] = {"hidden": EMBEDDING, "layers": 2, "heads": 4, "inner": 128}
SEEDS = (1, 2, 3)
SHIFTS = 18
"""A shifted batch begins at 0 … 17: the last place of 12 words and ``</s>`` is then that of the longest test."""
CHOOSING = 300
"""Validation pairs on which the head is chosen."""
TIMED_BAND, AT_ONCE, ONE_BY_ONE, BEST_OF = (17, 20), 64, 16, 3

Rate = tuple[float, int]
"""A learning rate and the updates over which it rises."""
TRIES: dict[str, tuple[Rate, ...]] = {
    "vaswani": ((4e-3, 400), (8e-3, 400), (4e-3, 100)),
    "luong": ((6e-3, 100), (12e-3, 100)),  # 3e-3 ends higher in local.json
    "bahdanau": ((4e-3, 100), (8e-3, 100), (2e-3, 100)),
}
"""Family -> what is tried first."""
BASELINES = ("luong", "bahdanau")
"""The families that get a try more: a baseline is tuned before it loses."""


@dataclass(frozen=True)
class Row:
    """A model: its family, what it has beside the family's options, and what is done to it while it learns."""

    family: str
    options: Mapping[str, Any] = field(default_factory=dict)
    in_the_time_of: str | None = None
    shifted: bool = False
    half_rate: bool = False
    """Whether half of the family's rate is tried, too, on seed 1."""


_vaswani = partial(Row, "vaswani")
ROWS = {
    "vaswani": _vaswani(),
    "luong": Row("luong"),
    "bahdanau": Row("bahdanau"),
    "luong, in vaswani's time": Row("luong", in_the_time_of="vaswani"),
    "vaswani, shifted": _vaswani(shifted=True),
    "vaswani, positions: none": _vaswani({"positions": "none"}),
    "vaswani, positions: source": _vaswani({"positions": "source"}),
    "vaswani, positions: target": _vaswani({"positions": "target"}),
    "vaswani, unscaled": _vaswani({"scaled": False}, half_rate=True),
}
GROUPS: dict[str, tuple[tuple[str, ...], str]] = {
    "main": (("vaswani", "luong"), "en-fr"),
    "lengths": (("vaswani", "luong", "vaswani, shifted"), "en-fr short"),
    "bahdanau": (("bahdanau",), "en-fr"),
    "no positions": (("vaswani, positions: none",), "en-fr"),
    "source positions": (("vaswani, positions: source",), "en-fr"),
    "time": (("luong, in vaswani's time",), "en-fr"),
    "bahdanau's lengths": (("bahdanau",), "en-fr short"),
    "unscaled": (("vaswani, unscaled",), "en-fr"),
    "target positions": (("vaswani, positions: target",), "en-fr"),
}
"""Name -> rows, and the corpus that they learn from; in the order in which they are missed most."""


class Bench(CorpusBench):
    """The bench of chapter 16's corpora."""

    corpora = CORPORA

    @property
    def tested(self) -> Sequence[SentencePair]:
        """The test pairs of every row, the shortest first."""
        return _test_pairs()


@cache
def _test_pairs() -> list[SentencePair]:
    return pairs_by_length("en-fr", PER_BAND, BANDS, lexicon="small")


def main() -> None:
    arguments = _arguments()
    torch.set_num_threads(1)
    bench = Bench(arguments.out, arguments.steps, arguments.size)
    for family in TRIES:
        find_rate(bench, family)
    if arguments.rates:
        return
    for seed in arguments.seeds:
        for group in arguments.groups:
            rows, label = GROUPS[group]
            for name in rows:
                run_row(bench, name, label, seed)


# --- the rate of a row


def find_rate(bench: Bench, family: str) -> None:
    """Run what is tried of a family, and what lies beyond."""
    for rate in TRIES[family]:
        try_rate(bench, family, rate)
    if further := beyond(read(bench.out), family):
        try_rate(bench, family, further)


def try_rate(bench: Bench, name: str, rate: Rate) -> None:
    """Run a row on seed 1 at a rate, unless it stands in the record."""
    key = tried(name, rate)
    settings = settings_of(bench, name, WHOLE, SEEDS[0], rate)
    run_once(bench.out, key, settings, partial(run, bench, settings, WHOLE), said)


def tried(name: str, rate: Rate) -> str:
    """Return the key of a try."""
    return f"{WHOLE}, {name}, seed {SEEDS[0]}, rate {rate[0]:g}, warm-up {rate[1]}"


def beyond(record: Mapping[str, Any], family: str) -> Rate | None:
    """Return a baseline's try at twice the greater of its rates, where that is the better one."""
    rate, warmup = best_of(record, family, TRIES[family])
    return (2 * rate, warmup) if family in BASELINES and rate == max(TRIES[family])[0] else None


def best_of(record: Mapping[str, Any], name: str, rates: Sequence[Rate]) -> Rate:
    """Return the rate with the lowest perplexity on the validation pairs."""
    return min(rates, key=lambda rate: record[tried(name, rate)]["validation_perplexity"])


def own_rate(bench: Bench, name: str) -> Rate:
    """Return the rate of a row: its family's, or the better of that and its half, which are tried if need be."""
    row, record = ROWS[name], read(bench.out)
    further = beyond(record, row.family)
    own = best_of(record, row.family, (*TRIES[row.family], *([further] if further else ())))
    if not row.half_rate:
        return own
    both = (own, (own[0] / 2, own[1]))
    for rate in both:
        try_rate(bench, name, rate)
    return best_of(read(bench.out), name, both)


# --- a run


def run_row(bench: Bench, name: str, label: str, seed: int) -> None:
    """Run one row on one corpus, unless it stands in the record."""
    rate = own_rate(bench, name)
    settings, key = settings_of(bench, name, label, seed, rate), f"{label}, {name}, seed {seed}"
    trial = read(bench.out).get(tried(name, rate), {})
    if trial.get("settings") == settings:  # this very run has been made, to choose the rate
        run_once(bench.out, key, settings, lambda: {k: v for k, v in trial.items() if k != "settings"}, said)
        return
    run_once(bench.out, key, settings, partial(run, bench, settings, label), said)


def settings_of(bench: Bench, name: str, label: str, seed: int, rate: Rate) -> dict[str, Any]:
    """Return all that a run depends on."""
    row = ROWS[name]
    size = VASWANI if row.family == "vaswani" else as_large(row.family, bench.corpus(WHOLE))
    return {
        "corpus": bench.options(label)[0],
        "row": name,
        "family": row.family,
        "options": {**size, **row.options},
        "seed": seed,
        "steps": steps_of(bench, row) if row.in_the_time_of else bench.steps,
        "learning_rate": rate[0],
        "warmup": rate[1],
        "shifts": SHIFTS if row.shifted else 1,
        "pairs": bench.pairs(label),
        "vocabularies": bench.options(WHOLE)[1],
        "tested": {"bands": [list(band) for band in BANDS], "a_band": PER_BAND},
    }


def as_large(family: str, corpus: ParallelCorpus) -> dict[str, Any]:
    """Return the sizes of a family: word vectors of 64 entries, the even number of units nearest to vaswani's size."""

    def size(name: str, options: Mapping[str, Any]) -> int:
        model = build_model(name, *corpus.vocabularies(), **options)
        return sum(parameter.numel() for parameter in model.parameters())

    wanted = size("vaswani", VASWANI)
    choices = ({"embedding": EMBEDDING, "hidden": hidden} for hidden in range(32, 160, 2))
    return min(choices, key=lambda options: abs(size(family, options) - wanted))


def steps_of(bench: Bench, row: Row) -> int:
    """Return, to the hundred, as many updates as take the other family's time, by the recorded runs of seed 1."""
    record = read(bench.out)
    theirs, own = (
        record[f"{WHOLE}, {name}, seed {SEEDS[0]}"]["processor_seconds"] for name in (row.in_the_time_of, row.family)
    )
    return max(100, round(bench.steps * theirs / own / 100) * 100)


def run(bench: Bench, settings: Mapping[str, Any], label: str) -> dict[str, Any]:
    """Train one model; score it on the validation pairs, for the choice of a rate, and on the test pairs."""
    corpus, pairs = bench.corpus(label), bench.tested
    longest = bench.options(label)[1]["max_length"]
    inside = [pair for pair in pairs if len(pair.source) <= longest]
    seed_everything(settings["seed"])
    model = build_model(settings["family"], *bench.corpus(WHOLE).vocabularies(), **settings["options"])
    config = config_of(settings, warmup=settings["warmup"], unknown="unk")
    with shifted(settings["seed"], settings["shifts"]) if settings["shifts"] > 1 else nullcontext():
        history, seconds = timed_fit(model, corpus, config)
    with translating_once(model):
        numbers = measured(model, history, pairs, BANDS)
        numbers["inside"] = as_record(evaluate(model, inside, unknown="unk", bootstrap=BOOTSTRAP))
    nats = np.concatenate(score_words(model, corpus.validation, unknown="unk").nats)
    return {
        **numbers,
        "processor_seconds": round(seconds, 1),
        "processor_seconds_per_update": round(seconds / settings["steps"], 5),
        "losses_of_100_updates": one_line([float(np.mean(part)) for part in hundreds(history.losses)], 4),
        "validation_perplexity": float(np.exp(nats.mean())),
        "length_ratio": {
            band: round(length_ratio(scores["words"]), 4) for band, scores in numbers["test_by_source_length"].items()
        },
        **({"heads": heads(model, corpus.validation, inside)} if settings["family"] == "vaswani" else {}),
        **({"decoding_seconds": decoding_seconds(model, pairs)} if is_timed(settings, label) else {}),
    }


def is_timed(settings: Mapping[str, Any], label: str) -> bool:
    """Whether a run is one of those by whose translating the families are compared."""
    return settings["seed"] == SEEDS[0] and settings["row"] in TRIES and label == WHOLE


@contextmanager
def shifted(seed: int, shifts: int) -> Iterator[None]:
    """While this lasts, the first word of a batch stands at a place drawn from 0 … ``shifts`` − 1, each side's own."""
    draw = np.random.default_rng(seed)

    def moved(vectors: torch.Tensor, first: int = 0) -> torch.Tensor:
        return placed(vectors, first + int(draw.integers(shifts)))

    files: tuple[Any, ...] = (encoder_file, decoder_file)
    for file in files:
        file.placed = moved
    try:
        yield
    finally:
        for file in files:
            file.placed = placed


@contextmanager
def translating_once(model: Seq2Seq) -> Iterator[None]:
    """While this lasts, ``model`` remembers its translations: all scores are of the same sentences, again and again."""
    known: dict[tuple[str, ...], Translation] = {}
    translate = model.translate

    def remembered(sources: Sequence[Sequence[str]], **options: Any) -> list[Translation]:
        asked = [tuple(source) for source in sources]
        if new := [source for source in dict.fromkeys(asked) if source not in known]:
            known.update(zip(new, translate(new, **options), strict=True))
        return [known[source] for source in asked]

    model.translate = remembered  # type: ignore[assignment,method-assign]
    try:
        yield
    finally:
        del model.translate


def heads(model: Seq2Seq, validation: Sequence[SentencePair], inside: Sequence[SentencePair]) -> dict[str, Any]:
    """Return the error rate of each head, layer by layer in one line, and of the one that is best on validation."""
    found = evaluate_heads(model, validation[:CHOOSING], unknown="unk")
    tested = evaluate_heads(model, inside, unknown="unk", bootstrap=BOOTSTRAP)
    chosen = min(found, key=lambda place: found[place].aer)

    def line(scores: Mapping[tuple[int, int], AlignmentScore]) -> str:
        return one_line([score.aer for score in scores.values()], 2)

    return {
        "validation_aer": line(found),
        "aer": line(tested),
        "chosen": list(chosen),
        "chosen_aer": tested[chosen].aer,
        "chosen_aer_interval": tested[chosen].interval,
    }


def decoding_seconds(model: Seq2Seq, pairs: Sequence[SentencePair]) -> dict[str, float]:
    """Return the processor seconds a sentence of 17 to 20 words, greedily: many side by side, and one by one."""
    low, high = TIMED_BAND
    sources = [pair.source for pair in pairs if low <= len(pair.source) <= high]
    with evaluating(model):
        together = _best(lambda: model.translate(sources[:AT_ONCE], unknown="unk"))
        alone = _best(lambda: [model.translate([source], unknown="unk") for source in sources[:ONE_BY_ONE]])
    return {"side_by_side": round(together / AT_ONCE, 5), "one_by_one": round(alone / ONE_BY_ONE, 5)}


def _best(work: Callable[[], object]) -> float:
    found = []
    for _ in range(BEST_OF):
        started = time.process_time()
        work()
        found.append(time.process_time() - started)
    return min(found)


def said(record: Mapping[str, Any]) -> str:
    """Return a line that says what came out."""
    bands = ", ".join(f"{band}: {of['exact_match']:.0f}" for band, of in record["test_by_source_length"].items())
    aligned = record["inside"]["alignment"]
    best = f", best head {record['heads']['chosen_aer']:.1f} %" if "heads" in record else ""
    return (
        f"perplexity {record['validation_perplexity']:.4f}; exact {bands}; AER {aligned['aer']:.1f} %{best}; "
        f"{record['settings']['steps']} updates in {record['processor_seconds']} s"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--groups", nargs="+", choices=GROUPS, default=list(GROUPS))
    parser.add_argument("--rates", action="store_true", help="the learning rates of the families, and nothing else")
    return read_command_line(parser, RESULTS, seeds=SEEDS, steps=STEPS, size=LONG["size"])


if __name__ == "__main__":
    main()
