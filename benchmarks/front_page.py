"""Train the model behind the slider on the front page and record one sentence's trace.

    python benchmarks/front_page.py

A Bahdanau model on the small lexicon of the English-French grammar, as in chapter 5; the sentence
is none of its training pairs. Writes course_lib/results/front_page.json: trace, settings with the
fingerprint of what was drawn, machine, date.
"""

import json
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import torch
from records import drawn, machine

import course_lib
from course_lib.corpora import load
from course_lib.evaluation import evaluate
from course_lib.files import write_atomically
from course_lib.models import bahdanau2014
from course_lib.tracing import trace
from course_lib.training import TrainConfig, fit, seed_everything

RESULT = Path(course_lib.__file__).parent / "results" / "front_page.json"
CORPUS = {"size": 20_000, "seed": 1, "max_length": 30, "lexicon": "small"}
SENTENCE = "anne does not wear the old black hat ."
GOLD = "anne ne porte pas le vieux chapeau noir ."
LINKS = ((0, 0), (2, 1), (2, 3), (3, 2), (4, 4), (5, 5), (6, 7), (7, 6), (8, 8))
SIZES: dict[str, Any] = {"embedding": 64, "hidden": 64}
CONFIG = TrainConfig(steps=2200, learning_rate=3e-3, validate_every=None, seed=1, device="cpu")


def main() -> None:
    torch.set_num_threads(1)
    corpus = load("en-fr", **CORPUS)
    source = tuple(SENTENCE.split())
    if source in {pair.source for pair in corpus.train}:
        raise SystemExit(f"The model has trained on {SENTENCE!r}; take another sentence.")
    seed_everything(CONFIG.seed)
    model = bahdanau2014(*corpus.vocabularies(), **SIZES)
    fit(model, corpus, CONFIG)
    scores = evaluate(model, corpus.test)
    seen = trace(model, source, gold=GOLD.split(), links=LINKS)
    record = {
        "date": datetime.now(timezone.utc).date().isoformat(),
        "machine": machine(),
        "settings": {
            "corpus": "en-fr",
            "pairs": drawn(CORPUS, corpus),
            **SIZES,
            "steps": CONFIG.steps,
            "learning_rate": CONFIG.learning_rate,
            "seed": CONFIG.seed,
        },
        "test": {name: str(score) for name, score in asdict(scores).items()},
        "trace": seen.to_record(digits=3),
    }
    write_atomically(RESULT, (json.dumps(record, ensure_ascii=False) + "\n").encode())
    print(" ".join(seen.target), scores, sep="\n")


if __name__ == "__main__":
    main()
