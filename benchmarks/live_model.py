"""Train the model that the page of the book runs, round it, and write it where the page finds it.

    python benchmarks/live_model.py                     # some minutes of one core
    python benchmarks/live_model.py --model runs/live   # keeps the trained model there, or takes the one that is there

Bahdanau's model with the query after the step, whose map is easier to read than with the query before (chapter 5).
Writes book/static/live/en-fr.js, which is :func:`course_lib.export.to_json` in a call, and
course_lib/results/live_model.json: settings, scores before and after rounding, the fingerprint of the file, machine,
date, and the trace of one sentence, chosen as on the front page, that stands in for the page where no script runs.
"""

import argparse
import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import torch
from front_page import chosen, in_question
from records import as_record, config_of, drawn, machine

import course_lib
from course_lib.corpora import ParallelCorpus, load
from course_lib.evaluation import evaluate
from course_lib.export import from_json, to_json
from course_lib.files import write_atomically
from course_lib.models import bahdanau2014
from course_lib.saved_models import load_model, save_model
from course_lib.seq2seq import Seq2Seq
from course_lib.tracing import trace
from course_lib.training import fit, seed_everything

RESULT = Path(course_lib.__file__).parent / "results" / "live_model.json"
SCRIPT = Path(course_lib.__file__).parents[1] / "book" / "static" / "live" / "en-fr.js"
CORPUS = {"size": 20_000, "seed": 1, "max_length": 20, "lexicon": "small"}
OPTIONS: dict[str, Any] = {"embedding": 64, "hidden": 64, "query": "after"}
TRAINING: dict[str, Any] = {"steps": 3000, "learning_rate": 3e-3, "seed": 1}
BOOTSTRAP = 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, help="folder of the trained model: taken from there, or kept there")
    folder = parser.parse_args().model
    torch.set_num_threads(1)
    corpus = load("en-fr", **CORPUS)
    model = load_model(folder) if folder and folder.exists() else trained(corpus, folder)
    text = to_json(model)
    rounded = from_json(text)
    pair = chosen(rounded, in_question(rounded, corpus.test))
    record = {
        "date": datetime.now(timezone.utc).date().isoformat(),
        "machine": machine(),
        "settings": {"corpus": "en-fr", "pairs": drawn(CORPUS, corpus), **OPTIONS, **TRAINING},
        "fingerprint": json.loads(text)["fingerprint"],
        "test": scores(rounded, corpus),
        "test_before_rounding": scores(model, corpus),
        "trace": trace(rounded, pair.source, gold=pair.target, links=pair.sure).to_record(digits=3),
    }
    write_atomically(SCRIPT, script("en-fr", text).encode())
    write_atomically(RESULT, (json.dumps(record, ensure_ascii=False) + "\n").encode())
    print(record["test"], " ".join(pair.source), sep="\n")


def trained(corpus: ParallelCorpus, folder: Path | None) -> Seq2Seq:
    """Return the model after its training, kept in ``folder`` if there is one."""
    seed_everything(TRAINING["seed"])
    model = bahdanau2014(*corpus.vocabularies(), **OPTIONS)
    fit(model, corpus, config_of(TRAINING))
    if folder:
        save_model(folder, model, "bahdanau", OPTIONS)
    return model


def scores(model: Seq2Seq, corpus: ParallelCorpus) -> dict[str, Any]:
    """Return what the model scores on the test sentences."""
    return as_record(evaluate(model, corpus.test, unknown="unk", bootstrap=BOOTSTRAP))


def script(name: str, text: str) -> str:
    """Return ``text`` as a script: a page opened from a file may load scripts, and no other file."""
    return f'Live.take("{name}", {text});\n'


if __name__ == "__main__":
    main()
