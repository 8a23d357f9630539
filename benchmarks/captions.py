"""Captions of synthetic scenes: soft, hard and no attention, three seeds each.

    python benchmarks/captions.py                              # all runs, about half an hour of one core
    python benchmarks/captions.py --models soft --seeds 1

Hard attention comes three times: with a soft start over 60 or 35 % of the updates, and by REINFORCE alone
from the first one. All have the same data, sizes and updates; soft attention and the first of the hard ones
come with twice the updates too. Raw scores go to course_lib/results/captions.json, run by run; a run that
stands there with the same settings, on the same draws, is not repeated. Seconds are those of
a machine busy with other work; processor_seconds count our own.
"""

import argparse
import time
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

import torch
from records import drawn, measured, run_once

import course_lib
from course_lib.corpora import ParallelCorpus
from course_lib.corpora.pictures.captions import caption_corpus
from course_lib.corpora.pictures.cells import cell_vocabulary
from course_lib.evaluation import evaluate_regions
from course_lib.models import xu2015
from course_lib.training import TrainConfig, fit, seed_everything
from course_lib.training.objectives import PLAIN, Objective
from course_lib.training.reinforce import Reinforce

RESULTS = Path(course_lib.__file__).parent / "results" / "captions.json"
SCENES = {"size": 10_000, "seed": 1}
EMBEDDING, HIDDEN = 32, 64
STEPS, LEARNING_RATE = 1_500, 4e-3
SEEDS = (1, 2, 3)


class Variant(NamedTuple):
    attention: Literal["soft", "hard", "none"]
    objective: Objective = PLAIN
    steps: int = STEPS


VARIANTS = {
    "soft": Variant("soft"),
    "hard, soft start 60 %": Variant("hard", Objective(reinforce=Reinforce(soft_start=0.6))),
    "hard, soft start 35 %": Variant("hard", Objective(reinforce=Reinforce(soft_start=0.35))),
    "hard": Variant("hard", Objective(reinforce=Reinforce(soft_start=0.0))),
    "none": Variant("none"),
    "soft, twice the updates": Variant("soft", steps=2 * STEPS),
    "hard, soft start 60 %, twice the updates": Variant(
        "hard", Objective(reinforce=Reinforce(soft_start=0.6)), 2 * STEPS
    ),
}


def main() -> None:
    arguments = _arguments()
    torch.set_num_threads(1)
    corpus = caption_corpus(**SCENES)
    pictures = drawn(SCENES, corpus)
    for seed in arguments.seeds:
        for name in arguments.models:
            run_once(
                arguments.out,
                f"{name}, seed {seed}",
                _settings(name, seed, pictures),
                partial(run, VARIANTS[name], seed, corpus),
            )


def run(variant: Variant, seed: int, corpus: ParallelCorpus) -> dict[str, Any]:
    """Train one captioner; score its captions, and where it looks, on all test scenes."""
    seed_everything(seed)
    _, words = corpus.vocabularies()
    model = xu2015(cell_vocabulary(), words, embedding=EMBEDDING, hidden=HIDDEN, attention=variant.attention)
    config = TrainConfig(
        variant.steps,
        learning_rate=LEARNING_RATE,
        seed=seed,
        device="cpu",
        validate_every=None,
        objective=variant.objective,
    )
    started = time.process_time()
    history = fit(model, corpus, config)
    return {
        **measured(model, history, corpus.test),
        "processor_seconds": round(time.process_time() - started, 1),
        "regions": None if variant.attention == "none" else asdict(evaluate_regions(model, corpus.test)),
    }


def _settings(name: str, seed: int, pictures: dict[str, Any]) -> dict[str, Any]:
    """Return what makes a run another one."""
    return {
        "model": name,
        "seed": seed,
        "corpus": "scenes",
        "pairs": pictures,
        "steps": VARIANTS[name].steps,
        "learning_rate": LEARNING_RATE,
        "embedding": EMBEDDING,
        "hidden": HIDDEN,
        "reinforce": asdict(VARIANTS[name].objective.reinforce) if VARIANTS[name].attention == "hard" else None,
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS))
    parser.add_argument("--out", type=Path, default=RESULTS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
