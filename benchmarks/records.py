"""What the benchmark scripts share: held-out pairs by length, the numbers of a model, the machine, kept runs."""

import argparse
import itertools
import json
import os
import platform
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import torch

from course_lib.corpora import ParallelCorpus, SentencePair, load
from course_lib.evaluation import BUCKETS, Evaluation, evaluate, evaluate_by_length, translations
from course_lib.files import write_atomically
from course_lib.fingerprints import pairs_fingerprint
from course_lib.history import History
from course_lib.locks import only_writer
from course_lib.metrics import word_errors
from course_lib.metrics.balance import KINDS
from course_lib.models import luong2015
from course_lib.seq2seq import Seq2Seq
from course_lib.training import TrainConfig, fit

IDLE_DRAWS = 20
BOOTSTRAP = 1_000
"""Resamplings behind the 95 % intervals."""
PATIENCE = 600.0
"""Seconds that a run of minutes waits for another to write the same file, before it is lost."""


@dataclass(frozen=True)
class CorpusBench:
    """What all runs of one invocation share: where they go, how long they are, and the corpora drawn so far."""

    corpora: ClassVar[Mapping[str, tuple[str, dict[str, Any]]]]
    """Label -> name and options, but for the size; each script has its own."""

    out: Path
    steps: int
    size: int
    loaded: dict[str, ParallelCorpus] = field(default_factory=dict)

    def options(self, label: str) -> tuple[str, dict[str, Any]]:
        """Return the name and the options of a corpus."""
        name, options = self.corpora[label]
        return name, {**options, "size": self.size}

    def corpus(self, label: str) -> ParallelCorpus:
        """Return a corpus, drawn once."""
        if label not in self.loaded:
            name, options = self.options(label)
            self.loaded[label] = load(name, **options)
        return self.loaded[label]

    def pairs(self, label: str) -> dict[str, Any]:
        """Return the options of a corpus with the fingerprint of its draw."""
        return drawn(self.options(label)[1], self.corpus(label))


def pairs_by_length(
    name: str, per_bucket: int, buckets: Sequence[tuple[int, int]] = BUCKETS, **options: Any
) -> list[SentencePair]:
    """Return ``per_bucket`` test pairs of each length: long ones are rare, so several draws are pooled.

    ``options`` are those of the corpus, but for its size and seed; sentences are drawn as long as the longest bucket
    asks. Pairs that no bucket has a place for are left out. No draw of the grammar trains on a sentence that another
    one tests on, whatever its options, and neither does one of the letters.
    """
    found: dict[tuple[int, int], dict[tuple[str, ...], SentencePair]] = {bucket: {} for bucket in buckets}
    given = {"max_length": max(high for _, high in buckets), **options}
    sizes, idle = 0, 0
    for seed in itertools.count(1):
        for pair in load(name, size=1, seed=seed, **given).test:
            chosen = [bucket for (low, high), bucket in found.items() if low <= len(pair.source) <= high]
            if chosen and len(chosen[0]) < per_bucket:
                chosen[0][pair.source] = pair
        if all(len(bucket) == per_bucket for bucket in found.values()):
            break
        before, sizes = sizes, sum(map(len, found.values()))
        idle = 0 if sizes > before else idle + 1
        if idle == IDLE_DRAWS:
            got = {f"{low}-{high}": len(bucket) for (low, high), bucket in found.items()}
            raise ValueError(f"{name}: expected {per_bucket} pairs of each length, found no more than {got}.")
    return [pair for bucket in found.values() for pair in bucket.values()]


def drawn(options: Mapping[str, Any], corpus: ParallelCorpus) -> dict[str, Any]:
    """Return the options of a draw with the fingerprint of what came of them.

    It belongs to the settings of a run, so that a run of another grammar is not taken for one of this.
    """
    return {**options, "draws": pairs_fingerprint(corpus.train)}


def config_of(settings: Mapping[str, Any], **options: Any) -> TrainConfig:
    """Return how a run with these ``settings`` trains: its steps, rate and seed, on the processor, unvalidated."""
    return TrainConfig(
        settings["steps"],
        learning_rate=settings["learning_rate"],
        seed=settings["seed"],
        device="cpu",
        validate_every=None,
        **options,
    )


def timed_fit(model: Seq2Seq, corpus: ParallelCorpus, config: TrainConfig) -> tuple[History, float]:
    """Train a model; return its history and the seconds of processor time that the updates took.

    The first updates of a process take torch a second or more beyond their own time: a small model makes them.
    """
    _warm_up()
    started = time.process_time()
    history = fit(model, corpus, config)
    return history, time.process_time() - started


@cache
def _warm_up() -> None:
    corpus = load("reversal", size=64)
    model = luong2015(*corpus.vocabularies(), embedding=8, hidden=8, score="concat")
    fit(model, corpus, TrainConfig(10, device="cpu", validate_every=None, progress=False))


def measured(
    model: Seq2Seq,
    history: History,
    held_out: Sequence[SentencePair],
    buckets: Sequence[tuple[int, int]] = BUCKETS,
) -> dict[str, Any]:
    """Return the raw numbers of a trained model: when and where, size, training, scores on held-out pairs.

    A word of these that the training pairs do not hold counts as a mistake. Each bucket of source lengths
    also keeps which of its sentences are exact, so that two models can be compared sentence by sentence.
    """
    by_length = evaluate_by_length(model, held_out, buckets, unknown="unk", bootstrap=BOOTSTRAP)
    return {
        "date": datetime.now(timezone.utc).date().isoformat(),
        "machine": machine(),
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "vocabularies": [len(model.source_vocabulary), len(model.target_vocabulary)],
        "target_tokens_read": history.tokens,
        "target_tokens_per_second": round(history.tokens_per_second),
        "training_seconds": round(history.seconds, 1),
        "validations": [asdict(record) for record in history.validations],
        "test": as_record(evaluate(model, held_out, unknown="unk", bootstrap=BOOTSTRAP)),
        "test_by_source_length": {
            f"{low}-{high}": as_record(scores)
            | by_sentence(model, [pair for pair in held_out if low <= len(pair.source) <= high])
            for (low, high), scores in by_length.items()
        },
    }


def by_sentence(model: Seq2Seq, pairs: Sequence[SentencePair]) -> dict[str, Any]:
    """Return which translations are exact, in the order of ``pairs``, and how their words differ from the references'.

    ``exact`` is a string of 0 and 1. ``words`` counts, blind to order: the references' words, those of them that
    a translation lacks, those it says too often, and those its reference does not have at all.
    """
    said = [translation.tokens for translation in translations(model, pairs, unknown="unk")]
    exact = [tuple(ours) == tuple(pair.target) for ours, pair in zip(said, pairs, strict=True)]
    counts = [(len(pair.target), *word_errors(ours, pair.target)) for ours, pair in zip(said, pairs, strict=True)]
    words = dict(zip(("reference", *KINDS), map(sum, zip(*counts, strict=True)), strict=False))
    return {"exact": bits(exact), "words": words}


def bits(answers: Iterable[bool]) -> str:
    """Return answers as one line of 0 and 1."""
    return "".join(str(int(answer)) for answer in answers)


def hundreds(losses: Sequence[float]) -> list[Sequence[float]]:
    """Return the losses in parts of a hundred updates."""
    return [losses[k : k + 100] for k in range(0, len(losses), 100)]


def one_line(numbers: Iterable[float], digits: int = 0) -> str:
    """Return numbers as one line of text: JSON would give each a line of its own."""
    return " ".join(f"{number:.{digits}f}" for number in numbers)


def as_record(scores: Evaluation) -> dict[str, Any]:
    """Return the bare numbers of an evaluation, and how BLEU was counted; None for what is undefined."""
    return {
        "sentences": scores.bleu.n,
        "perplexity": scores.perplexity.value,
        "exact_match": scores.exact_match.value,
        "exact_match_interval": scores.exact_match.interval,
        "bleu": scores.bleu.recorded,
        "bleu_interval": scores.bleu.interval,
        "bleu_signature": scores.bleu.signature,
        "alignment": None if scores.alignment is None else _without_nan(asdict(scores.alignment)),
    }


def _without_nan(numbers: dict[str, Any]) -> dict[str, Any]:
    """JSON has no NaN, such as the precision of no link: None stands for it."""
    return {name: None if value != value else value for name, value in numbers.items()}


def machine() -> dict[str, str | int]:
    """Return what the speed of a run depends on."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 0,
        "threads": torch.get_num_threads(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "system": platform.system(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def run_once(
    path: Path,
    key: str,
    settings: dict[str, Any],
    run: Callable[[], dict[str, Any]],
    summary: Callable[[dict[str, Any]], str] | None = None,
) -> None:
    """Add the numbers of ``run()`` to the JSON file ``path`` under ``key``, unless they stand there for ``settings``.

    The file is read again after the run, while nobody else writes it, so that two processes may work on different
    keys. ``summary`` says in a line what came out; by default the scores of :func:`measured`.
    """
    if read(path).get(key, {}).get("settings") == settings:
        print(f"{key}: done before", flush=True)
        return
    record = {"settings": settings, **run()}
    with only_writer(path, patience=PATIENCE):
        write_atomically(path, (json.dumps({**read(path), key: record}, indent=1) + "\n").encode())
    print(f"{key}: {(summary or _summary)(record)}", flush=True)


def read_command_line(
    parser: argparse.ArgumentParser,
    record: Path,
    *,
    seeds: Sequence[int],
    steps: int,
    size: int,
    examples: str = "training pairs",
    tries: Sequence[str] = ("steps", "size"),
) -> argparse.Namespace:
    """Add to a script's own options what all are asked, read the command line, and let no try overwrite the record.

    ``examples`` is what ``--size`` counts; ``tries`` names the options that make a run a try where they are not at
    their defaults.
    """
    parser.add_argument("--seeds", nargs="+", type=int, default=list(seeds))
    parser.add_argument("--steps", type=int, default=steps)
    parser.add_argument("--size", type=int, default=size, help=f"{examples}; fewer for a try")
    parser.add_argument("--out", type=Path, default=record)
    given = parser.parse_args()
    check_try(parser, given, tries, record)
    return given


def check_try(parser: argparse.ArgumentParser, given: argparse.Namespace, names: Sequence[str], record: Path) -> None:
    """End the program where a try, one of the options ``names`` not at its default, would overwrite the ``record``."""
    smaller = [name for name in names if getattr(given, name) != parser.get_default(name)]
    if smaller and given.out.resolve() == record.resolve():
        parser.error(
            f"with another --{smaller[0]} the runs are tries: give --out, so that {record.name} stays as it is"
        )


def read(path: Path) -> dict[str, Any]:
    """Return the runs kept in ``path``, none where there is no file yet."""
    return json.loads(path.read_text()) if path.exists() else {}


def _summary(record: dict[str, Any]) -> str:
    buckets = record.get("test_by_source_length")
    if buckets is None:
        return "done"
    by_length = ", ".join(f"{bucket}: {_shown(scores['bleu'])}" for bucket, scores in buckets.items())
    aligned = record["test"]["alignment"]
    aer = "" if aligned is None else f"; AER {aligned['aer']:.1f} %"
    scores = (
        f"exact match {record['test']['exact_match']:.1f} %, BLEU {_shown(record['test']['bleu'])} ({by_length}){aer}"
    )
    return f"{scores}; {record['training_seconds']} s, {record['target_tokens_per_second']} tokens/s"


def _shown(number: float | None) -> str:
    return "–" if number is None else f"{number:.1f}"
