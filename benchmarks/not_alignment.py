"""What a map of weights says of a translation, and what it does not: measured by changing something. Chapter 12.

    python benchmarks/not_alignment.py --rates                # two learning rates for the row that may lose, on seed 1
    python benchmarks/not_alignment.py --train --seeds 1      # the models, kept beside the record
    python benchmarks/not_alignment.py --measure --seeds 1    # what is asked of them; nothing is trained
    python benchmarks/not_alignment.py --compare              # models with each other, once all seeds stand

The small lexicon, sentences of up to 20 words, 64 units, 1,000 updates. *before* is the paper's model, *after* asks
with s_i in place of s_{i−1}; *flat* is trained and tested while every look gives all words the same weight
(Wiegreffe & Pinter, 2019). The taught rows have a second loss that pulls their weights to links: *gold* to those of
the corpus, *+1* to the word after each partner, *mirror* to the word as far from the other end of the sentence. Only
training pairs have their links moved; what is tested keeps its gold.

The learning rate is 5e-3; *flat*, which may lose, has of two rates the one with the lower perplexity on the French
validation pairs of seed 1.

Asked of the trained models, on the test pairs: how widely each class of words looks; what the next word is where one
look has other weights (``one_step``), and the translation where all have (``whole``); whether another map holds the
same sentence (``adversarial``), and what a reader with a dictionary gets from a map; which annotation decides a word,
where one noun of the source is exchanged (``patched``); and what a straight line reads from one (``probe``). Beside
them stand the looks of two seeds at the same words, and of *before* and *after*.

What stands in the record: into French *before*, *after*, *flat*, *taught gold* and *taught +1*, seeds 1 to 3, and
*taught mirror*, seed 1, at the one rate, its looks alone; into Chinese *before*, seeds 1 to 3. Maps are searched for
*before* alone. Not run: *after* and *flat* into Chinese, a third rate for *flat*, of whose two the higher was better.

Raw scores go to course_lib/results/not_alignment.json, run by run, each model into a folder beside it that git ignores;
a run that stands there with the same settings, on the same draws, is not repeated.
"""

import argparse
import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from functools import cache, partial
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import torch
from annotations import ASKED, CASES, OFFSETS, TAUGHT, annotations_of, commonest, patched, probed, words_of
from other_maps import (
    DIGITS,
    UPDATES,
    WITHIN,
    Reader,
    adversarial,
    dictionary,
    gold_weights,
    opening,
    read_by,
    reader,
    searched,
)
from other_weights import apart, by_class, one_step, whole
from records import (
    BOOTSTRAP,
    PATIENCE,
    CorpusBench,
    as_record,
    bits,
    config_of,
    hundreds,
    machine,
    read,
    read_command_line,
    run_once,
)

import course_lib
from course_lib import metrics
from course_lib.alignment import argmax_links
from course_lib.alignment.nearness import nearness
from course_lib.corpora import ParallelCorpus, SentencePair
from course_lib.evaluation import Evaluation, translations
from course_lib.files import write_atomically
from course_lib.interventions import flattened
from course_lib.locks import only_writer
from course_lib.models import build_model
from course_lib.saved_models import load_model, save_model
from course_lib.seq2seq import Seq2Seq
from course_lib.traces import Trace
from course_lib.tracing import trace
from course_lib.training import Objective, fit, seed_everything
from course_lib.word_scores import score_words

RESULTS = Path(course_lib.__file__).parent / "results" / "not_alignment.json"
DRAW: dict[str, Any] = {"size": 20_000, "seed": 1, "max_length": 20, "lexicon": "small"}
CORPORA: dict[str, tuple[str, dict[str, Any]]] = {"en-fr": ("en-fr", DRAW), "en-zh": ("en-zh", DRAW)}
MODEL, STEPS = "bahdanau", 1_000
SIZES: dict[str, Any] = {"embedding": 64, "hidden": 64}
SEEDS = (1, 2, 3)
RATE, RATES = 5e-3, (3e-3, 5e-3)
PAIRS = 400
"""Test pairs at which looks are changed or compared."""
SEARCHED = 40
"""Test pairs for which another map is searched: a second of one core each."""
READ = 1_500
"""Training pairs from which a reader has a dictionary."""
TRACED = 8, 10
"""Source words of the sentence that is kept as several models see it."""
Change = Callable[[Seq2Seq], AbstractContextManager[None]]
Moved = Callable[[int, int], int]
"""A source position and the number of source words -> where a link to it is moved."""


def unchanged(_model: Seq2Seq) -> AbstractContextManager[None]:
    """Leave the looks of a model as they are."""
    return nullcontext()


def gold(j: int, _S: int) -> int:
    """Leave a link where it is."""
    return j


def one_right(j: int, S: int) -> int:
    """Return the word after j; the last one stays."""
    return min(j + 1, S - 1)


def mirrored(j: int, S: int) -> int:
    """Return the word as far from the end as j is from the beginning."""
    return S - 1 - j


@dataclass(frozen=True)
class Row:
    """One model: its options, where its looks are changed while it lives, what its weights are taught."""

    options: Mapping[str, Any] = field(default_factory=dict)
    change: Change = unchanged
    taught: Moved | None = None
    rated: bool = False  # has the better of two learning rates


ROWS = {
    "before": Row(),
    "after": Row({"query": "after"}),
    "flat": Row(change=flattened, rated=True),
    "taught gold": Row(taught=gold),
    "taught +1": Row(taught=one_right),
    "taught mirror": Row(taught=mirrored),
}
PLANNED = (
    *(("en-fr", name) for name in ("before", "taught gold", "taught +1", "flat")),
    ("en-zh", "before"),
    *(("en-fr", name) for name in ("after", "taught mirror")),
    *(("en-zh", name) for name in ("after", "flat")),
)
"""Corpora and rows, in the order in which they are missed most."""


class Bench(CorpusBench):
    """The bench of chapter 12's corpora."""

    corpora = CORPORA

    def folder(self, label: str, name: str, seed: int, rate: float) -> Path:
        """Return where a model is kept."""
        return self.out.with_suffix("") / f"{label}-{name}-seed_{seed}-rate_{rate:g}".replace(" ", "_")


def main() -> None:
    arguments = _arguments()
    torch.set_num_threads(1)
    bench = Bench(arguments.out, arguments.steps, arguments.size)
    if arguments.rates:
        for name in (name for name, row in ROWS.items() if row.rated):
            for rate in RATES:
                train_row(bench, "en-fr", name, SEEDS[0], rate)
    for seed in arguments.seeds:
        for label, name in PLANNED:
            if label not in arguments.corpora or name not in arguments.rows:
                continue
            if arguments.train:
                train_row(bench, label, name, seed)
            if arguments.measure:
                measure_row(bench, label, name, seed)
    if arguments.compare:
        compare(bench)


def key_of(label: str, name: str, seed: int) -> str:
    """Return the name of a run in the record."""
    return f"{label}, {name}, seed {seed}"


def train_row(bench: Bench, label: str, name: str, seed: int, rate: float | None = None) -> None:
    """Train one row on one corpus, unless it stands in the record; ``rate`` tries a learning rate."""
    record, key = read(bench.out), key_of(label, name, seed)
    own = rate or own_rate(record, name)
    if own is None:
        print(f"{key}: left out; its learning rate is not chosen yet: --rates", flush=True)
        return
    settings, tried = settings_of(bench, label, name, seed, own), f"{key}, rate {own:g}"
    pilot = record.get(tried, {})
    if rate is None and pilot.get("settings") == settings:  # this very run has been made, to choose the rate
        run_once(bench.out, key, settings, lambda: {k: v for k, v in pilot.items() if k != "settings"}, summary)
        return
    run_once(bench.out, tried if rate else key, settings, partial(trained, bench, settings), summary)


def own_rate(record: Mapping[str, Any], name: str) -> float | None:
    """Return the rate of a row: if of two, that with the lower perplexity in French on seed 1; None before both ran."""
    if not ROWS[name].rated:
        return RATE
    runs = {rate: record.get(f"{key_of('en-fr', name, SEEDS[0])}, rate {rate:g}") for rate in RATES}
    found = {rate: run["validation_perplexity"] for rate, run in runs.items() if run is not None}
    return min(found, key=lambda rate: found[rate]) if len(found) == len(RATES) else None


def settings_of(bench: Bench, label: str, name: str, seed: int, rate: float) -> dict[str, Any]:
    """Return all that a trained model depends on."""
    return {
        "corpus": label,
        "row": name,
        "options": {**SIZES, **ROWS[name].options},
        "seed": seed,
        "steps": bench.steps,
        "learning_rate": rate,
        "pairs": bench.pairs(label),
    }


def trained(bench: Bench, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Train one model, keep it, and score it on the validation pairs, for the choice of a rate, and the test pairs."""
    label, name = settings["corpus"], settings["row"]
    corpus, row = bench.corpus(label), ROWS[name]
    seed_everything(settings["seed"])
    model = build_model(MODEL, *corpus.vocabularies(), **settings["options"])
    objective = Objective(supervision=1.0 if row.taught else 0.0)
    with row.change(model):
        history = fit(model, lessons(corpus, row), config_of(settings, objective=objective))
    save_model(
        bench.folder(label, name, settings["seed"], settings["learning_rate"]), model, MODEL, settings["options"]
    )
    with row.change(model):
        return {
            "date": datetime.now(timezone.utc).date().isoformat(),
            "machine": machine(),
            "parameters": sum(parameter.numel() for parameter in model.parameters()),
            "training_seconds": round(history.seconds, 1),
            "losses_of_100_updates": [round(float(np.mean(part)), 4) for part in hundreds(history.losses)],
            "validation_perplexity": perplexity(model, corpus.validation),
            **scored(model, corpus.test),
        }


def lessons(corpus: ParallelCorpus, row: Row) -> ParallelCorpus:
    """Return the corpus with the links of its training pairs where ``row`` is taught to look."""
    if row.taught in (None, gold):
        return corpus
    return replace(corpus, train=tuple(with_links_moved(pair, row.taught) for pair in corpus.train))


def with_links_moved(pair: SentencePair, moved: Moved | None) -> SentencePair:
    """Return a pair whose links lead to other source words."""
    if moved is None or pair.sure is None or pair.possible is None:
        raise ValueError(f"Nobody has linked the words of {' '.join(pair.source)!r}, so no link can be moved.")
    S = len(pair.source)
    sure, possible = (frozenset((moved(j, S), i) for j, i in links) for links in (pair.sure, pair.possible))
    return replace(pair, sure=sure, possible=possible)


def perplexity(model: Seq2Seq, pairs: Sequence[SentencePair]) -> float:
    """Return exp of the mean nats of a word, the true words before it given."""
    return math.exp(float(np.concatenate(score_words(model, pairs, unknown="unk").nats).mean()))


def scored(model: Seq2Seq, pairs: Sequence[SentencePair]) -> dict[str, Any]:
    """Return the scores of a model, and which of its translations are exact, in the order of ``pairs``."""
    said = [one.tokens for one in translations(model, pairs, unknown="unk")]
    references = [pair.target for pair in pairs]
    words = score_words(model, pairs, unknown="unk")
    nats = np.concatenate(words.nats)
    links = [argmax_links(look, len(p.source), len(p.target)) for look, p in zip(words.looks or (), pairs, strict=True)]
    sure, possible = ([getattr(pair, kind) or frozenset() for pair in pairs] for kind in ("sure", "possible"))
    scores = Evaluation(
        metrics.perplexity(float(nats.sum()), len(nats)),
        metrics.exact_match(said, references, BOOTSTRAP),
        metrics.bleu(said, references, bootstrap=BOOTSTRAP),
        metrics.aer(links, sure, possible, BOOTSTRAP),
    )
    hits = bits(ours == pair.target for ours, pair in zip(said, pairs, strict=True))
    return {"test": as_record(scores), "hits": hits}


# --- what is asked of a trained model


@dataclass(frozen=True)
class Asked:
    """One measurement: what it asks, of which rows, how it is asked."""

    ask: Callable[[Seq2Seq, ParallelCorpus, str, str, int], dict[str, Any]]
    rows: Mapping[str, tuple[str, ...]]
    settings: Mapping[str, Any] = field(default_factory=dict)


def language_of(label: str) -> str:
    return label.partition("-")[2]


def ask_looks(model: Seq2Seq, corpus: ParallelCorpus, label: str, _name: str, _seed: int) -> dict[str, Any]:
    """How widely each class of words looks, and how near to gold."""
    near = nearness(score_words(model, corpus.test, unknown="unk").looks, corpus.test)
    return {
        "by_class": by_class(model, corpus.test, language_of(label)),
        "nearness": {"mass": round(near.mass, 4), "jumps": {str(k): n for k, n in near.jumps.items()}, "n": near.n},
    }


def ask_one_step(model: Seq2Seq, corpus: ParallelCorpus, label: str, _name: str, _seed: int) -> dict[str, Any]:
    """The next word where one look has other weights."""
    return one_step(model, corpus.test[:PAIRS], language_of(label))


def ask_whole(model: Seq2Seq, corpus: ParallelCorpus, _label: str, _name: str, _seed: int) -> dict[str, Any]:
    """The translation where all looks have."""
    return {"whole": whole(model, corpus.test[:PAIRS])}


def ask_dictionary(model: Seq2Seq, corpus: ParallelCorpus, label: str, name: str, _seed: int) -> dict[str, Any]:
    """What a reader with a dictionary gets from the maps."""
    own_only = name.startswith("taught")
    return {"dictionary": dictionary(_reader(corpus), model, corpus.test[:PAIRS], language_of(label), own_only)}


def ask_patched(model: Seq2Seq, corpus: ParallelCorpus, label: str, _name: str, _seed: int) -> dict[str, Any]:
    """Which annotation decides a word."""
    return {"patched": patched(model, corpus.test, label)}


def ask_adversarial(model: Seq2Seq, corpus: ParallelCorpus, label: str, _name: str, _seed: int) -> dict[str, Any]:
    """Other maps of the same sentences, and what a reader gets from those."""
    found = searched(model, corpus.test, SEARCHED)
    pairs, maps = [one.pair for one in found], [one.maps for one in found]
    kinds = {
        "gold": [gold_weights(pair) for pair in pairs],
        "own": [one.own.double().numpy() for one in maps],
        "adversarial": [one.other.double().numpy() for one in maps],
    }
    told = {"dictionary": read_by(_reader(corpus), pairs, kinds, language_of(label)), "opening": opening(found)}
    return {"adversarial": {**adversarial(found, language_of(label)), **told}}


def ask_probe(model: Seq2Seq, corpus: ParallelCorpus, _label: str, _name: str, seed: int) -> dict[str, Any]:
    """What a straight line reads from an annotation, from one of the untrained model, and from the word itself."""
    taught, asked = corpus.train[:TAUGHT], corpus.test[:ASKED]
    seed_everything(seed)
    untrained = build_model(MODEL, *corpus.vocabularies(), **SIZES)
    return {
        "probe": {
            "offsets": list(OFFSETS),
            "trained": probed(annotations_of(model), taught, asked),
            "untrained": probed(annotations_of(untrained), taught, asked),
            **_of_words(corpus),
        }
    }


@cache
def _reader(corpus: ParallelCorpus) -> Reader:
    return reader(corpus.train[:READ])


@cache
def _of_words(corpus: ParallelCorpus) -> dict[str, list[float]]:
    taught, asked = corpus.train[:TAUGHT], corpus.test[:ASKED]
    words = {word: k for k, word in enumerate(sorted({word for pair in taught for word in pair.source}))}
    return {"word": probed(words_of(words), taught, asked), "commonest": commonest(taught, asked)}


LOOKING = ("before", "after", "taught gold", "taught +1", "taught mirror")
ASKED_OF = {
    "looks": Asked(ask_looks, {"en-fr": LOOKING, "en-zh": LOOKING}),
    "one step": Asked(ask_one_step, {"en-fr": LOOKING[:4], "en-zh": LOOKING[:2]}, {"pairs": PAIRS}),
    "patched": Asked(ask_patched, {"en-fr": LOOKING[:4], "en-zh": ("before",)}, {"cases": CASES}),
    "whole": Asked(ask_whole, {"en-fr": LOOKING[:2], "en-zh": LOOKING[:2]}, {"pairs": PAIRS}),
    "dictionary": Asked(ask_dictionary, {"en-fr": LOOKING, "en-zh": LOOKING[:2]}, {"pairs": PAIRS, "read": READ}),
    "adversarial": Asked(
        ask_adversarial,
        {"en-fr": ("before",), "en-zh": ("before",)},
        {"sentences": SEARCHED, "within": WITHIN, "updates": UPDATES, "read": READ},
    ),
    "probe": Asked(ask_probe, {"en-fr": ("before",), "en-zh": ("before",)}, {"taught": TAUGHT, "asked": ASKED}),
}
"""In the order in which they are missed most."""


def measure_row(bench: Bench, label: str, name: str, seed: int) -> None:
    """Ask of a trained model what the record lacks of it; each answer is written as it comes."""
    key = key_of(label, name, seed)
    if key not in read(bench.out):
        print(f"{key}: left out; train it first: --train", flush=True)
        return
    for what, asked in ASKED_OF.items():
        kept = read(bench.out)[key]
        if name not in asked.rows.get(label, ()) or kept.get("asked", {}).get(what) == asked.settings:
            continue
        model, started = model_of(bench, kept["settings"]), time.process_time()
        found = asked.ask(model, bench.corpus(label), label, name, seed)
        add(bench.out, key, found, {what: dict(asked.settings)})
        print(f"{key}: {what}; {time.process_time() - started:.0f} s", flush=True)


def model_of(bench: Bench, settings: Mapping[str, Any]) -> Seq2Seq:
    """Return a trained model; ValueError where its folder is missing or damaged."""
    return load_model(bench.folder(*(settings[name] for name in ("corpus", "row", "seed", "learning_rate"))))


def add(path: Path, key: str, found: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
    """Put answers to a run that stands in the record, with how they were asked for."""
    with only_writer(path, patience=PATIENCE):
        record = read(path)
        record[key] |= {**found, "asked": {**record[key].get("asked", {}), **asked}}
        write_atomically(path, (json.dumps(record, indent=1) + "\n").encode())


# --- models beside each other


def compare(bench: Bench) -> None:
    """Compare the looks of two seeds, and of the two clocks; keep two maps of one sentence, and five models' of one."""
    record = read(bench.out)
    models = {key: model_of(bench, run["settings"]) for key, run in record.items() if is_kept(key, run)}
    for label in bench.corpora:
        for name in ("before", "after"):
            there = [seed for seed in SEEDS if key_of(label, name, seed) in models]
            pairs = {f"{one} and {other}": ((name, one), (name, other)) for one, other in combinations(there, 2)}
            compare_looks(bench, f"between seeds, {label}, {name}", label, models, pairs)
        there = [seed for seed in SEEDS if {key_of(label, name, seed) for name in ("before", "after")} <= models.keys()]
        clocks = {str(seed): (("before", seed), ("after", seed)) for seed in there}
        compare_looks(bench, f"between clocks, {label}", label, models, clocks)
    first = record.get(key_of("en-fr", "before", SEEDS[0]), {})
    if "adversarial" in first:
        settings = {**first["settings"], "asked": first["asked"]["adversarial"]}
        run_once(bench.out, "opening", settings, lambda: {"sentence": first["adversarial"]["opening"]}, done)
    chosen = {name: models[key] for name in LOOKING if (key := key_of("en-fr", name, SEEDS[0])) in models}
    settings = {"corpus": "en-fr", "rows": list(chosen), "pairs": bench.pairs("en-fr")}
    run_once(bench.out, "traces", settings, partial(traces, bench, chosen), done)


def is_kept(key: str, run: Mapping[str, Any]) -> bool:
    """Whether a key of the record is that of a model with a look of its own, and no try of a rate."""
    row = run.get("settings", {}).get("row")
    return row in LOOKING and key.endswith(f"seed {run['settings']['seed']}")


def compare_looks(
    bench: Bench,
    key: str,
    label: str,
    models: Mapping[str, Seq2Seq],
    pairs: Mapping[str, tuple[tuple[str, int], tuple[str, int]]],
) -> None:
    """Compare two models, each a row and a seed, at the same words; under a name for each pair of them."""
    settings = {"corpus": label, "pairs": bench.pairs(label), "sentences": PAIRS, "models": list(pairs)}
    tested = bench.corpus(label).test[:PAIRS]

    def work() -> dict[str, Any]:
        return {
            name: apart(models[key_of(label, *one)], models[key_of(label, *other)], tested, language_of(label))
            for name, (one, other) in pairs.items()
        }

    if pairs:
        run_once(bench.out, key, settings, lambda: {"by_pair": work()}, done)


def traces(bench: Bench, models: Mapping[str, Seq2Seq]) -> dict[str, Any]:
    """Return the traces of the first test pair of 8 to 10 words that all models translate exactly."""
    for pair in bench.corpus("en-fr").test:
        if not TRACED[0] <= len(pair.source) <= TRACED[1]:
            continue
        said = {name: model.translate([pair.source], unknown="unk")[0].tokens for name, model in models.items()}
        if set(said.values()) == {pair.target}:
            made = {name: trace(model, pair.source, pair.target, links=pair.sure) for name, model in models.items()}
            return {"traces": {name: without_vectors(one) for name, one in made.items()}}
    return {"traces": {}}


def without_vectors(one: Trace) -> dict[str, Any]:
    """Return a trace as a record keeps it: its contexts and states are not drawn."""
    return replace(one, contexts=None, states=np.zeros((len(one.target), 1))).to_record(DIGITS)


def done(_record: Mapping[str, Any]) -> str:
    """Return what is said of a comparison."""
    return "done"


def summary(record: Mapping[str, Any]) -> str:
    """Return a line about a trained model."""
    test = record["test"]
    aligned = test["alignment"]
    aer = "" if aligned is None else f", AER {aligned['aer']:.1f} %"
    return (
        f"exact match {test['exact_match']:.1f} %{aer}, validation perplexity {record['validation_perplexity']:.4f}; "
        f"{record['training_seconds']} s"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=list(ROWS))
    parser.add_argument("--corpora", nargs="+", choices=CORPORA, default=list(CORPORA))
    parser.add_argument("--rates", action="store_true", help="the learning rates of three rows, on seed 1")
    parser.add_argument("--train", action="store_true", help="the models")
    parser.add_argument("--measure", action="store_true", help="what is asked of trained models")
    parser.add_argument("--compare", action="store_true", help="models beside each other")
    return read_command_line(parser, RESULTS, seeds=SEEDS, steps=STEPS, size=DRAW["size"])


if __name__ == "__main__":
    main()
