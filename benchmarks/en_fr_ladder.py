"""Fixed vector, fixed vector with the source reversed, Bahdanau: three seeds each on English-French.

    python benchmarks/en_fr_ladder.py                        # all nine runs, about half an hour of one core
    python benchmarks/en_fr_ladder.py --models Bahdanau --seeds 1

Raw scores go to course_lib/results/en_fr_ladder.json, run by run: chapters read that file. A run that
stands there with the same settings is not repeated, an interrupted one goes on from its checkpoint in
runs/en_fr_ladder. Budgets are in updates, so that the result does not depend on the machine's speed;
the fixed vector gets more than twice as many, since its updates are cheaper.
"""

import argparse
import itertools
import json
import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

import torch

import course_lib
from course_lib.corpora import ParallelCorpus, SentencePair, load
from course_lib.evaluation import BUCKETS, Evaluation, evaluate, score_by_length
from course_lib.files import write_atomically
from course_lib.models import bahdanau2014, sutskever2014
from course_lib.seq2seq import Seq2Seq
from course_lib.training import TrainConfig, fit, seed_everything
from course_lib.vocabulary import Vocabulary

RESULTS = Path(course_lib.__file__).parent / "results" / "en_fr_ladder.json"
CHECKPOINTS = Path("runs/en_fr_ladder")
CORPUS = {"size": 100_000, "seed": 1, "max_length": 40}
MODELS: dict[str, tuple[Callable[..., Seq2Seq], int]] = {
    "fixed": (partial(sutskever2014, reverse_source=False), 9_000),
    "fixed, reversed": (partial(sutskever2014, reverse_source=True), 9_000),
    "Bahdanau": (bahdanau2014, 4_000),
}
SEEDS = (1, 2, 3)
PER_BUCKET = 100
SIZES = {"embedding": 64, "hidden": 128}


def main() -> None:
    arguments = _arguments()
    torch.set_num_threads(arguments.threads)
    corpus = load("en-fr", **CORPUS)
    held_out = test_pairs()
    for seed in arguments.seeds:
        for name in arguments.models:
            steps = arguments.steps or MODELS[name][1]
            settings = {"model": name, "seed": seed, "steps": steps, "corpus": CORPUS, **SIZES}
            runs = _read(arguments.out)
            key = f"{name}, seed {seed}"
            if runs.get(key, {}).get("settings") == settings:
                print(f"{key}: done before")
                continue
            runs[key] = {"settings": settings, **run(name, seed, steps, corpus, held_out)}
            write_atomically(arguments.out, (json.dumps(runs, indent=1) + "\n").encode())
            print(f"{key}: {_summary(runs[key])}")


def test_pairs() -> list[SentencePair]:
    """Return PER_BUCKET test pairs of each length: long ones are rare, so several draws are pooled.

    No draw of the grammar trains on a sentence that another one tests on.
    """
    found: dict[tuple[int, int], dict[tuple[str, ...], SentencePair]] = {bucket: {} for bucket in BUCKETS}
    for seed in itertools.count(1):
        for pair in load("en-fr", size=1, seed=seed, max_length=BUCKETS[-1][1]).test:
            bucket = next(chosen for (low, high), chosen in found.items() if low <= len(pair.source) <= high)
            if len(bucket) < PER_BUCKET:
                bucket[pair.source] = pair
        if all(len(bucket) == PER_BUCKET for bucket in found.values()):
            break
    return [pair for bucket in found.values() for pair in bucket.values()]


def run(name: str, seed: int, steps: int, corpus: ParallelCorpus, held_out: Sequence[SentencePair]) -> dict[str, Any]:
    """Train one model and score it on held-out pairs."""
    seed_everything(seed)
    source = Vocabulary.build(pair.source for pair in corpus.train)
    target = Vocabulary.build(pair.target for pair in corpus.train)
    model = MODELS[name][0](source, target, **SIZES)
    checkpoint = CHECKPOINTS / f"{name.replace(', ', '_')}_{seed}_{steps}.pt"
    history = fit(model, corpus, TrainConfig(steps, seed=seed, device="cpu", checkpoint=checkpoint))
    return {
        "date": datetime.now(timezone.utc).date().isoformat(),
        "machine": machine(),
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "vocabularies": [len(source), len(target)],
        "target_tokens_read": history.tokens,
        "target_tokens_per_second": round(history.tokens_per_second),
        "training_seconds": round(history.seconds, 1),
        "validations": [asdict(record) for record in history.validations],
        "test": as_record(evaluate(model, held_out)),
        "test_by_source_length": {
            f"{low}-{high}": as_record(scores) for (low, high), scores in score_by_length(model, held_out).items()
        },
    }


def as_record(scores: Evaluation) -> dict[str, Any]:
    """Return the bare numbers of an evaluation, and how BLEU was counted."""
    return {
        "sentences": scores.bleu.n,
        "perplexity": scores.perplexity.value,
        "exact_match": scores.exact_match.value,
        "bleu": scores.bleu.value,
        "bleu_signature": scores.bleu.signature,
        "alignment": None if scores.alignment is None else asdict(scores.alignment),
    }


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


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text()) if path.exists() else {}


def _summary(record: dict[str, Any]) -> str:
    buckets = record["test_by_source_length"]
    by_length = ", ".join(f"{bucket}: {scores['bleu']:.1f}" for bucket, scores in buckets.items())
    aligned = record["test"]["alignment"]
    aer = "" if aligned is None else f"; AER {aligned['aer']:.1f} %"
    return f"BLEU {by_length}{aer}; {record['training_seconds']} s, {record['target_tokens_per_second']} tokens/s"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS))
    parser.add_argument("--steps", type=int, help="instead of each model's own budget")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, default=RESULTS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
