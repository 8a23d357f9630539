"""Fixed vector, fixed vector with the source reversed, Bahdanau: three seeds each on English-French.

    python benchmarks/en_fr_ladder.py                        # all nine runs, about half an hour of one core
    python benchmarks/en_fr_ladder.py --models Bahdanau --seeds 1

Raw scores go to course_lib/results/en_fr_ladder.json, run by run: chapters read that file. A run that
stands there with the same settings, on the same draws, is not repeated, an interrupted one goes on from its
checkpoint in runs/en_fr_ladder. Budgets are in updates, so that the result does not depend on the machine's speed;
the fixed vector gets more than twice as many, since its updates are cheaper. every_rung.py gives every
model of the course the same number of updates.
"""

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from records import drawn, measured, pairs_by_length, run_once

import course_lib
from course_lib.corpora import ParallelCorpus, SentencePair, load
from course_lib.models import bahdanau2014, sutskever2014
from course_lib.seq2seq import Seq2Seq
from course_lib.training import TrainConfig, fit, seed_everything

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
    held_out = pairs_by_length("en-fr", PER_BUCKET)
    pairs = drawn(CORPUS, corpus)
    for seed in arguments.seeds:
        for name in arguments.models:
            steps = arguments.steps or MODELS[name][1]
            settings = {"model": name, "seed": seed, "steps": steps, "corpus": pairs, **SIZES}
            work = partial(run, name, seed, steps, corpus, held_out)
            run_once(arguments.out, f"{name}, seed {seed}", settings, work)


def run(name: str, seed: int, steps: int, corpus: ParallelCorpus, held_out: Sequence[SentencePair]) -> dict[str, Any]:
    """Train one model and score it on held-out pairs."""
    seed_everything(seed)
    model = MODELS[name][0](*corpus.vocabularies(), **SIZES)
    checkpoint = CHECKPOINTS / f"{name.replace(', ', '_')}_{seed}_{steps}.pt"
    history = fit(model, corpus, TrainConfig(steps, seed=seed, device="cpu", checkpoint=checkpoint))
    return measured(model, history, held_out)


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
