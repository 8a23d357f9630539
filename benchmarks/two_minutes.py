"""What two minutes of one core teach Bahdanau's model in each language of the grammar.

    python benchmarks/two_minutes.py                              # six runs, about ten minutes of one core
    python benchmarks/two_minutes.py --languages mr

The small lexicon, sentences of up to 20 words; the model as in the paper, whose query knows nothing of the
last word written, and with the query after the step, which does. Raw scores go to
course_lib/results/two_minutes.json, run by run; a run that stands there with the same settings is not
repeated. processor_seconds are those of the updates alone.
"""

import argparse
from functools import partial
from pathlib import Path
from typing import Any, Literal

import torch
from records import drawn, measured, run_once, timed_fit

import course_lib
from course_lib.corpora import ParallelCorpus, load
from course_lib.models import bahdanau2014
from course_lib.training import TrainConfig, seed_everything

RESULTS = Path(course_lib.__file__).parent / "results" / "two_minutes.json"
LANGUAGES = ("fr", "zh", "mr")
QUERIES: tuple[Literal["before", "after"], ...] = ("before", "after")
CORPUS = {"size": 20_000, "seed": 1, "max_length": 20, "lexicon": "small"}
HIDDEN, STEPS, LEARNING_RATE, SEED = 64, 3_000, 3e-3, 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--languages", nargs="+", choices=LANGUAGES, default=list(LANGUAGES))
    parser.add_argument("--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for language in arguments.languages:
        corpus = load(f"en-{language}", **CORPUS)
        for query in QUERIES:
            settings = {
                "corpus": f"en-{language}",
                "query": query,
                "pairs": drawn(CORPUS, corpus),
                "hidden": HIDDEN,
                "steps": STEPS,
                "learning_rate": LEARNING_RATE,
                "seed": SEED,
            }
            key = f"en-{language}, query {query}"
            run_once(arguments.out, key, settings, partial(run, corpus, query))


def run(corpus: ParallelCorpus, query: Literal["before", "after"]) -> dict[str, Any]:
    """Train one model and score it on all test pairs."""
    seed_everything(SEED)
    model = bahdanau2014(*corpus.vocabularies(), hidden=HIDDEN, query=query)
    config = TrainConfig(STEPS, learning_rate=LEARNING_RATE, seed=SEED, device="cpu", validate_every=None)
    history, seconds = timed_fit(model, corpus, config)
    return {**measured(model, history, corpus.test), "processor_seconds": round(seconds, 1)}


if __name__ == "__main__":
    main()
