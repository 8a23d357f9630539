"""Whether looks that fall on the right words translate better, and what looks do that were told where to fall.

    python benchmarks/alignment.py                           # every run: about an hour of one core
    python benchmarks/alignment.py --seeds 1 --corpora en-fr # one seed, one language, in the same order
    python benchmarks/alignment.py --rows dot "dot, told gold" --seeds 4 5
    python benchmarks/alignment.py --rates

The small lexicon, sentences of up to 20 words, 64 units, 1,500 updates. *dot* and *before* (the query is the state
before the step) are Luong's decoder, *Bahdanau* is RNNsearch. A model that is *told* has a second loss, the
cross-entropy of its weights against links of the training pairs: those of *Model 1*, learnt from the same pairs
without any gold, *gold* ones, or *early* ones, false on purpose: at each step the partner of the next word.

The learning rate is fixed: 6e-3 for Luong's decoder, which won over 3e-3 for *dot* and *before* in both languages of
luong_pieces.json, 3e-3 for Bahdanau's; ``--rates`` tries the other one on seed 1 of rows that are told. The weight of
the second loss is chosen on seed 1, between two, by the perplexity on the validation pairs of French and Chinese. Raw
scores go to course_lib/results/alignment.json, run by run, what chapter 11 cannot do without first; a run that stands
there with the same settings, on the same draws, is not repeated. A run with another rate or weight than the first one
says so in its name.

What stands in the record, and what does not: all rows of seed 1 but *Bahdanau, told gold*; what *dot* is told, and
*before, told gold* into French and Chinese, seeds 1 to 3; *before* of seeds 2 and 3 into Marathi, in the other
languages in luong_pieces.json, as is *dot*, whose Marathi is in local.json. *Bahdanau* and *Bahdanau, told early* into
French and Chinese, seeds 1 to 3. Not run: ``--rates``, *before, told gold* into Marathi.
"""

import argparse
import math
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from luong_pieces import OFFSETS, offset_aer
from records import (
    BOOTSTRAP,
    CorpusBench,
    as_record,
    by_sentence,
    config_of,
    machine,
    one_line,
    read,
    read_command_line,
    run_once,
)

import course_lib
from course_lib.alignment import Symmetrisation, hard_links, ibm_model1, symmetrise, transposed, turned_round
from course_lib.alignment.nearness import nearness
from course_lib.corpora import ParallelCorpus, SentencePair
from course_lib.corpora.pairs import Link
from course_lib.evaluation import evaluate
from course_lib.metrics import AlignmentScore, aer
from course_lib.models import build_model
from course_lib.training import Objective, fit, seed_everything
from course_lib.word_scores import WordScores, score_words

RESULTS = Path(course_lib.__file__).parent / "results" / "alignment.json"
DRAW: dict[str, Any] = {"size": 20_000, "seed": 1, "max_length": 20, "lexicon": "small"}
CORPORA: dict[str, tuple[str, dict[str, Any]]] = {label: (label, DRAW) for label in ("en-fr", "en-zh", "en-mr")}
"""Name of a corpus in the record -> what to load."""
TRIED_ON = ("en-fr", "en-zh")
HIDDEN, STEPS = 64, 1_500
SEEDS = (1, 2, 3)
RATES = {"luong": (6e-3, 3e-3), "bahdanau": (3e-3, 6e-3)}
WEIGHTS = (1.0, 0.1)
"""Of rates and of weights the first is what a row has, the second is tried."""
MODEL_1: dict[str, Any] = {"iterations": 5, "null": True}
JOINED: Symmetrisation = "grow-diag-final-and"
THRESHOLDS = (0.05, *(k / 10 for k in range(1, 10)))
SHOWN = (8, 15)
"""Test sentences of which seed 1 keeps all weights."""


@dataclass(frozen=True)
class Row:
    """One model: options beside its sizes, and what it is told of where to look."""

    model: str = "luong"
    options: Mapping[str, Any] = field(default_factory=dict)
    told: str = ""  # "Model 1", "gold" or "early"


BEFORE = {"query": "before"}
ROWS = {
    "dot": Row(),
    "before": Row(options=BEFORE),
    "dot, told by Model 1": Row(told="Model 1"),
    "dot, told gold": Row(told="gold"),
    "dot, told early": Row(told="early"),
    "Bahdanau": Row("bahdanau"),
    "Bahdanau, told early": Row("bahdanau", told="early"),
    "before, told gold": Row(options=BEFORE, told="gold"),
    "Bahdanau, told gold": Row("bahdanau", told="gold"),
}
ALL = tuple(CORPORA)
UNTOLD = dict.fromkeys(("dot", "before"), ALL)
TOLD_ROWS = dict.fromkeys(("dot, told by Model 1", "dot, told gold", "dot, told early"), ALL)
BAHDANAU = dict.fromkeys(("Bahdanau", "Bahdanau, told early"), TRIED_ON)
LAST = {"before, told gold": ALL, "Bahdanau, told gold": TRIED_ON}
"""Rows, and the corpora that each is trained on."""
TRIED = ("dot, told by Model 1", "dot, told gold")
"""Rows whose weight, and with --rates whose rate, is tried."""


class Run(NamedTuple):
    """One training: None for the first rate of its model, and for the weight that the trials have chosen by then."""

    name: str
    label: str
    seed: int
    rate: float | None = None
    weight: float | None = None


class Bench(CorpusBench):
    """The bench of chapter 11's corpora, and what the training pairs of each row say of where to look."""

    corpora = CORPORA

    def lesson(self, label: str, row: Row) -> ParallelCorpus:
        """Return what a row is trained on: in the sure links of its training pairs stands what it is told."""
        key = f"{label}, told {row.told}"
        if key not in self.loaded:
            corpus = self.corpus(label)
            self.loaded[key] = replace(corpus, train=TOLD[row.told](corpus.train))
        return self.loaded[key]


def main() -> None:
    given = _arguments()
    torch.set_num_threads(1)
    bench = Bench(given.out, given.steps, given.size)
    for label in given.corpora:
        settings = {"corpus": label, "pairs": bench.pairs(label), **MODEL_1, "joined": JOINED}
        run_once(bench.out, f"Model 1 as a teacher, {label}", settings, partial(of_teacher, bench, label))
    for run in trials() if given.rates else planned(given.seeds):
        if run.name in given.rows and run.label in given.corpora:
            run_row(bench, run)


def planned(seeds: Sequence[int]) -> Iterator[Run]:
    """Yield all runs, what the chapter cannot do without first: all rows of seed 1, then what is told on the others.

    *dot* and *before* of further seeds come late: luong_pieces.json and local.json hold their scores.
    """
    first, others = [seed for seed in seeds if seed == SEEDS[0]], [seed for seed in seeds if seed != SEEDS[0]]
    for seed in first:
        yield from (Run(name, label, seed, weight=WEIGHTS[0]) for label in ALL for name in UNTOLD | TOLD_ROWS)
        yield from (Run(name, label, seed, weight=WEIGHTS[1]) for label in TRIED_ON for name in TRIED)
    turns = ((first, TOLD_ROWS), (first, BAHDANAU), (others, TOLD_ROWS), (others, BAHDANAU), (others, UNTOLD))
    for some_seeds, rows in (*turns, (seeds, LAST)):
        for seed in some_seeds:
            yield from (Run(name, label, seed) for name, labels in rows.items() for label in labels)


def trials() -> Iterator[Run]:
    """Yield the runs at the learning rate that no row has."""
    for name in (*TRIED, "dot, told early"):
        yield from (Run(name, label, SEEDS[0], RATES["luong"][1], WEIGHTS[0]) for label in TRIED_ON)
    yield Run("Bahdanau", TRIED_ON[0], SEEDS[0], RATES["bahdanau"][1])


def run_row(bench: Bench, asked: Run) -> None:
    """Run one row on one corpus, unless it stands in the record."""
    row = ROWS[asked.name]
    weight = asked.weight or chosen_weight(read(bench.out), row.told)
    run = asked._replace(rate=asked.rate or RATES[row.model][0], weight=weight)
    settings = settings_of(bench, run)
    run_once(bench.out, key_of(run), settings, partial(train, bench, settings), _summary)


def key_of(run: Run) -> str:
    """Return the name of a run: a rate or a weight is named where it is not the row's first."""
    row = ROWS[run.name]
    rate = "" if run.rate in (None, RATES[row.model][0]) else f", rate {run.rate:g}"
    weight = "" if not row.told or run.weight in (None, WEIGHTS[0]) else f", weight {run.weight:g}"
    return f"{run.label}, {run.name}, seed {run.seed}{rate}{weight}"


def chosen_weight(record: Mapping[str, Any], told: str) -> float:
    """Return the weight with the lower mean of ln validation perplexity over all trials; the first until all are run.

    What is told early is false: there a small weight may win because it hardly says anything. So it keeps the first.
    """
    keys = {
        weight: [key_of(Run(name, label, SEEDS[0], weight=weight)) for name in TRIED for label in TRIED_ON]
        for weight in WEIGHTS
    }
    if told in ("", "early") or not all(key in record for of_weight in keys.values() for key in of_weight):
        return WEIGHTS[0]
    return min(WEIGHTS, key=lambda weight: sum(math.log(record[key]["validation_perplexity"]) for key in keys[weight]))


def settings_of(bench: Bench, run: Run) -> dict[str, Any]:
    """Return all that a run depends on."""
    row = ROWS[run.name]
    teacher = {**MODEL_1, "joined": JOINED} if row.told == "Model 1" else {}
    return {
        "corpus": run.label,
        "row": run.name,
        "model": row.model,
        "options": dict(row.options),
        "seed": run.seed,
        "steps": bench.steps,
        "learning_rate": run.rate,
        "embedding": HIDDEN,
        "hidden": HIDDEN,
        "pairs": bench.pairs(run.label),
        "training_pairs": len(bench.lesson(run.label, row).train),
        **({"told": row.told, "supervision": run.weight, **teacher} if row.told else {}),
    }


def train(bench: Bench, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Train one model and score it: what it says, and its links by every threshold."""
    row = ROWS[settings["row"]]
    corpus = bench.lesson(settings["corpus"], row)
    seed_everything(settings["seed"])
    model = build_model(row.model, *corpus.vocabularies(), embedding=HIDDEN, hidden=HIDDEN, **row.options)
    objective = Objective(supervision=settings.get("supervision", 0.0))
    history = fit(model, corpus, config_of(settings, objective=objective))
    scores = score_words(model, corpus.test, unknown="unk")
    chosen_on = score_words(model, corpus.validation, unknown="unk")
    return {
        "date": datetime.now(timezone.utc).date().isoformat(),
        "machine": machine(),
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "vocabularies": [len(model.source_vocabulary), len(model.target_vocabulary)],
        "target_tokens_read": history.tokens,
        "training_seconds": round(history.seconds, 1),
        "validation_perplexity": math.exp(float(np.concatenate(chosen_on.nats).mean())),
        "test": as_record(evaluate(model, corpus.test, unknown="unk", bootstrap=BOOTSTRAP)),
        "hits": by_sentence(model, corpus.test)["exact"],
        "mass": nearness(scores.looks, corpus.test).mass,
        "aer_by_offset": {
            f"{offset:+d}" if offset else "0": offset_aer(scores, corpus.test, offset) for offset in OFFSETS
        },
        "thresholds": by_threshold(scores, corpus.test),
        "validation_thresholds": by_threshold(chosen_on, corpus.validation),
        "counts": counts(scores, corpus.test),
        **({"weights": shown(scores)} if settings["seed"] == SEEDS[0] else {}),
    }


def _summary(record: Mapping[str, Any]) -> str:
    test = record["test"]
    scores = f"exact match {test['exact_match']:.1f} %, BLEU {test['bleu']:.1f}, AER {test['alignment']['aer']:.1f} %"
    return f"{scores}, validation perplexity {record['validation_perplexity']:.4f}; {record['training_seconds']} s"


# --- what a model is told


def plainly(pairs: Sequence[SentencePair]) -> tuple[SentencePair, ...]:
    """Return pairs as they are: a model without a second loss does not look at their links."""
    return tuple(pairs)


def by_model_1(pairs: Sequence[SentencePair]) -> tuple[SentencePair, ...]:
    """Return pairs with the links of Model 1, learnt on these very pairs in both directions, in place of gold."""
    turned = [turned_round(pair) for pair in pairs]
    forward, backward = ibm_model1(pairs, **MODEL_1), ibm_model1(turned, **MODEL_1)
    return tuple(
        _linked(pair, symmetrise(forward.links(pair), transposed(backward.links(other)), JOINED))
        for pair, other in zip(pairs, turned, strict=True)
    )


def early(pairs: Sequence[SentencePair]) -> tuple[SentencePair, ...]:
    """Return pairs whose links are one step early: each word has those of the word after it, the last has none."""
    return tuple(_linked(pair, {(j, i - 1) for j, i in pair.sure or () if i > 0}) for pair in pairs)


TOLD = {"": plainly, "gold": plainly, "Model 1": by_model_1, "early": early}


def _linked(pair: SentencePair, links: AbstractSet[Link]) -> SentencePair:
    links = frozenset(links)
    return replace(pair, sure=links, possible=links)


def of_teacher(bench: Bench, label: str) -> dict[str, Any]:
    """Return how far the links that models are told by Model 1 are from the gold ones of the same training pairs."""
    pairs, told = bench.corpus(label).train, bench.lesson(label, ROWS["dot, told by Model 1"]).train
    score = _score([pair.sure or frozenset() for pair in told], pairs)
    return {"date": datetime.now(timezone.utc).date().isoformat(), "training_pairs": as_line(score)}


# --- what looks are worth as links


def by_threshold(scores: WordScores, pairs: Sequence[SentencePair]) -> dict[str, str]:
    """Return AER, both ends of its 95 % interval, precision and recall of the largest weights, and by threshold."""
    return {
        "largest" if threshold is None else f"{threshold:g}": as_line(_score(links_of(scores, pairs, threshold), pairs))
        for threshold in (None, *THRESHOLDS)
    }


def links_of(
    scores: WordScores, pairs: Sequence[SentencePair], threshold: float | None = None
) -> list[frozenset[Link]]:
    """Return the links that the looks of each pair propose: the largest weights, or those that reach a threshold."""
    looks = zip(scores.looks or (), pairs, strict=True)
    return [hard_links(look, len(pair.source), len(pair.target), threshold) for look, pair in looks]


def _score(links: Sequence[AbstractSet[Link]], pairs: Sequence[SentencePair]) -> AlignmentScore:
    return aer(links, *_gold(pairs), BOOTSTRAP)


def _gold(pairs: Sequence[SentencePair]) -> tuple[list[frozenset[Link]], list[frozenset[Link]]]:
    return [pair.sure or frozenset() for pair in pairs], [pair.possible or frozenset() for pair in pairs]


def as_line(score: AlignmentScore) -> str:
    """Return AER, its interval, precision and recall in a line; "nan" for what is undefined."""
    return one_line((score.aer, *(score.interval or (math.nan, math.nan)), score.precision, score.recall), 3)


def counts(scores: WordScores, pairs: Sequence[SentencePair]) -> dict[str, str]:
    """Return what AER sums over sentences, of the links of the largest weights: a number a sentence."""
    links, (sure, possible) = links_of(scores, pairs), _gold(pairs)
    rows = [(len(a & s), len(a & p), len(a), len(s)) for a, s, p in zip(links, sure, possible, strict=True)]
    names = ("in_sure", "in_possible", "proposed", "sure")
    return {name: one_line(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}


def shown(scores: WordScores) -> dict[str, list[str]]:
    """Return all weights of a few sentences: a line a target word, ``</s>`` of the source last."""
    looks = scores.looks or ()
    return {str(k): [one_line(row, 3) for row in np.asarray(looks[k])[:-1]] for k in SHOWN if k < len(looks)}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=list(ROWS))
    parser.add_argument("--corpora", nargs="+", choices=CORPORA, default=list(CORPORA))
    parser.add_argument("--rates", action="store_true", help="another learning rate for what is told, on seed 1")
    return read_command_line(parser, RESULTS, seeds=SEEDS, steps=STEPS, size=DRAW["size"])


if __name__ == "__main__":
    main()
