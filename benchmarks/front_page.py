"""Train the model behind the slider on the front page and record one sentence's trace.

    python benchmarks/front_page.py

A Bahdanau model on the small lexicon of the English-French grammar, as in chapter 5. The sentence is
chosen by a criterion and not by hand: see :func:`chosen`. Writes course_lib/results/front_page.json:
trace, settings with the fingerprint of what was drawn, machine, date, and how many sentences were in question.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import torch
from records import drawn, machine

import course_lib
from course_lib.alignment.links import argmax_links
from course_lib.corpora import Link, SentencePair, load
from course_lib.evaluation import evaluate
from course_lib.files import write_atomically
from course_lib.metrics import aer
from course_lib.models import bahdanau2014
from course_lib.seq2seq import Seq2Seq
from course_lib.tracing import trace
from course_lib.training import TrainConfig, fit, seed_everything

RESULT = Path(course_lib.__file__).parent / "results" / "front_page.json"
CORPUS = {"size": 20_000, "seed": 1, "max_length": 30, "lexicon": "small"}
SHORTEST, LONGEST = 7, 10
"""Words of a source sentence that fits the page, punctuation included."""
SIZES: dict[str, Any] = {"embedding": 64, "hidden": 64}
CONFIG = TrainConfig(steps=2200, learning_rate=3e-3, validate_every=None, seed=1, device="cpu")


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()  # --help must not train
    torch.set_num_threads(1)
    corpus = load("en-fr", **CORPUS)
    seed_everything(CONFIG.seed)
    model = bahdanau2014(*corpus.vocabularies(), **SIZES)
    fit(model, corpus, CONFIG)
    scores = evaluate(model, corpus.test)
    candidates = in_question(model, corpus.test)
    pair = chosen(model, candidates)
    seen = trace(model, pair.source, gold=pair.target, links=pair.sure)
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
        "chosen_from": len(candidates),
        "trace": seen.to_record(digits=3),
    }
    write_atomically(RESULT, (json.dumps(record, ensure_ascii=False) + "\n").encode())
    print(" ".join(seen.target), scores, sep="\n")


def in_question(model: Seq2Seq, pairs: Sequence[SentencePair]) -> list[SentencePair]:
    """Return the pairs of a handy length in which neighbours change places and which the model gets right."""
    swapped = [p for p in pairs if SHORTEST <= len(p.source) <= LONGEST and swap(p) is not None]
    found = model.translate([p.source for p in swapped], unknown="unk")
    return [p for p, ours in zip(swapped, found, strict=True) if tuple(ours.tokens) == p.target]


def swap(pair: SentencePair) -> Link | None:
    """Return the first link (j + 1, i) whose left neighbour j is linked to i + 1, as *red hat* to *chapeau rouge*."""
    sure = pair.sure or frozenset()
    return min(((j, i) for j, i in sure if (j - 1, i + 1) in sure), key=lambda link: link[1], default=None)


def chosen(model: Seq2Seq, pairs: Sequence[SentencePair]) -> SentencePair:
    """Return the pair that the model aligns best; of several, where it looks most firmly at the two that change places.

    So the page shows attention at its tidiest, and says so; how it does on average is chapter 5's matter.
    """

    def rank(pair: SentencePair) -> tuple[float, float]:
        weights, places = trace(model, pair.source, target=pair.target).weights, swap(pair)
        assert weights is not None and places is not None  # a model with attention, a pair in question
        links = argmax_links(weights, len(pair.source), len(pair.target))
        error = aer([links], [pair.sure or frozenset()], [pair.possible or frozenset()]).aer
        j, i = places
        return error, -float(weights[i, j] + weights[i + 1, j - 1])

    return min(pairs, key=rank)


if __name__ == "__main__":
    main()
