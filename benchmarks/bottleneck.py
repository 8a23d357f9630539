"""What a summary of the source is worth to Cho's decoder: where it is told, how wide it is, how long it learns.

    python benchmarks/bottleneck.py                          # all parts, about two hours of one core
    python benchmarks/bottleneck.py --parts routes floor --seeds 1
    python benchmarks/bottleneck.py --parts routes --untuned # without the pilot: one learning rate for all

English-French, the small lexicon, 60,000 pairs of up to 30 words; tested on 150 pairs of each of six lengths. First
the pilot chooses learning rates, on validation pairs; a row whose rate it sets waits for it. "routes" takes the three
places away in which the summary enters; without any, the decoder is a language model, and its nats are what French
alone leaves open. "floor" trains that one for longer, and wider ones; "ceiling" is a model that looks back, "size
control" one of all routes, with as many parameters as are alive without the steps. "width" changes all units,
"summary" the summary alone, "time" the updates. "unknown words" replaces known words by unknown ones in the same
sentences; "letters" is a task in which neighbours tell nothing of each other. Raw numbers go to
course_lib/results/bottleneck.json, run by run: chapter 3 reads that file. A run that stands there with the same
settings, on the same draws, is not repeated.
"""

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from records import BOOTSTRAP, drawn, measured, pairs_by_length, read, run_once, timed_fit

import course_lib
from course_lib.batching import encode_sources
from course_lib.corpora import ParallelCorpus, SentencePair, load
from course_lib.corpora.grammar import lexicon
from course_lib.corpora.grammar.languages.table import LANGUAGES
from course_lib.corpora.grammar.lexemes import rows
from course_lib.decoders import Route
from course_lib.models import bahdanau2014, cho2014
from course_lib.probes import fit_probe
from course_lib.seq2seq import Seq2Seq, evaluating, live_parameters
from course_lib.training import TrainConfig, fit, seed_everything
from course_lib.vocabulary import SPECIAL_TOKENS, Vocabulary
from course_lib.word_scores import in_parts, score_words

RESULTS = Path(course_lib.__file__).parent / "results" / "bottleneck.json"
CORPUS = {"size": 60_000, "seed": 1, "max_length": 30, "lexicon": "small"}
LETTERS = {"size": 5_000, "seed": 1, "max_length": 10}
BANDS = ((4, 7), (8, 11), (12, 15), (16, 19), (20, 24), (25, 29))
PER_BAND = 150
HIDDEN, STEPS, LEARNING_RATE = 64, 3_000, 3e-3
SEEDS = (1, 2, 3)

PILOT_RATES, PILOT_STEPS, PILOT_SEED = (1.5e-3, 3e-3, 6e-3), 1_200, 4
PILOTS: dict[str, dict[str, Any]] = {
    "all": {"hidden": HIDDEN},
    "state alone": {"hidden": HIDDEN, "routes": ["state"]},
    "32": {"hidden": 32},
    "128": {"hidden": 128},
    "256": {"hidden": 256},
}
ROUTES: dict[str, list[Route]] = {
    "all": ["state", "steps", "readout"],
    "no state": ["steps", "readout"],
    "no steps": ["state", "readout"],
    "no readout": ["state", "steps"],
    "state alone": ["state"],
    "none": [],
}

PROBED, PROBE_FIT, PROBE_TEST = 12, 3_000, 800  # words of a sentence; sentences
KNOWN_SHARE = 0.6  # of the types of each language, the most frequent ones
REPLACED, TOUCHED, TOUCHED_LENGTHS = 3, 300, (8, 11)
FAR = 3  # target words between one that is scored and the nearest whose source is gone, or more
NOBODYS_WORD = "⁇"


@dataclass(frozen=True)
class Row:
    """One model of a table. ``rate`` names the pilot that set its learning rate, None for :data:`LEARNING_RATE`."""

    part: str
    name: str
    options: Mapping[str, Any]
    steps: int = STEPS
    rate: str | None = "all"
    seeds: tuple[int, ...] | None = None  # None: those that are asked for


ROWS = (
    *[
        Row("routes", name, {"hidden": HIDDEN, "routes": routes}, rate=name if name in PILOTS else "all")
        for name, routes in ROUTES.items()
    ],
    Row("floor", "none, 6,000 updates", {"hidden": HIDDEN, "routes": []}, 2 * STEPS, seeds=(1,)),
    *[Row("floor", f"none, {n}", {"hidden": n, "routes": []}, rate=str(n), seeds=(1,)) for n in (128, 256)],
    Row("ceiling", "Bahdanau", {"hidden": HIDDEN}, rate=None),
    Row("size control", "as large as no steps", {}),  # its width is searched for
    *[Row("width", name, {"hidden": int(name)}, rate=name) for name in ("32", "128", "256")],
    *[Row("summary", name, {"hidden": 128, "summary": int(name)}, rate="128") for name in ("4", "16")],
    *[Row("time", f"{steps:,} updates", {"hidden": HIDDEN}, steps) for steps in (1_000, 9_000)],
    Row("unknown words", "60 % of the types", {"hidden": HIDDEN}),
    Row("letters", "copy", {"hidden": HIDDEN}, 1_000),
)
PARTS = ("pilot", *dict.fromkeys(row.part for row in ROWS))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    names = list(dict.fromkeys(row.name for row in ROWS))
    parser.add_argument("--names", nargs="+", choices=names, default=names, help="rows of these names alone")
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS))
    parser.add_argument("--untuned", action="store_true", help=f"a learning rate of {LEARNING_RATE} for all")
    parser.add_argument("--updates", type=int, help="so many in every row: a trial, not the record")
    parser.add_argument("--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if "pilot" in arguments.parts and not arguments.untuned:
        pilot(arguments.out, arguments.updates)
    chosen = [row for row in ROWS if row.part in arguments.parts and row.name in arguments.names]
    for row in chosen:
        rate = LEARNING_RATE
        if row.rate is not None and not arguments.untuned:
            rate = tuned(row.rate, read(arguments.out), arguments.updates)
        for seed in [seed for seed in arguments.seeds if seed in (row.seeds or [seed])]:
            settled = replace(row, options=options_of(row), steps=arguments.updates or row.steps)
            key = f"{row.part}, {row.name}, seed {seed}"
            run_once(arguments.out, key, settings_of(settled, seed, rate), partial(run, settled, seed, rate))


def settings_of(row: Row, seed: int, rate: float) -> dict[str, Any]:
    """Return all on which the numbers of a run depend, as JSON gives it back."""
    name, options = ("copy", LETTERS) if row.part == "letters" else ("en-fr", CORPUS)
    return {
        "part": row.part,
        "row": row.name,
        "seed": seed,
        "steps": row.steps,
        "learning_rate": rate,
        "options": dict(row.options),
        "corpus": name,
        "pairs": drawn(options, corpus(name)),
    }


def run(row: Row, seed: int, rate: float) -> dict[str, Any]:
    """Train one model and measure it as its part asks."""
    data = corpus("copy" if row.part == "letters" else "en-fr")
    seed_everything(seed)
    model = build(row, data)
    config = TrainConfig(row.steps, learning_rate=rate, seed=seed, device="cpu", validate_every=None, unknown="unk")
    history, seconds = timed_fit(model, data, config)
    held_out = data.test if row.part == "letters" else tested()
    found = {
        **measured(model, history, held_out),
        "live_parameters": live_parameters(model),
        "processor_seconds": round(seconds, 1),
    }
    if row.part != "letters":
        found |= paid(model, held_out)
    if row.part in ("routes", "letters"):
        seed_everything(seed)  # so that it starts where the other one did
        untrained = build(row, data)
        found["probe"] = probed(model, *probe_pairs(row.part))
        found["probe_untrained"] = probed(untrained, *probe_pairs(row.part))
    if row.part == "unknown words":
        found["untouched"] = untouched(model, *replaced(model))
    return found


def build(row: Row, data: ParallelCorpus) -> Seq2Seq:
    """Return the untrained model of a row."""
    words = data.vocabularies()
    if row.part == "unknown words":
        words = most_frequent(data, "source"), most_frequent(data, "target")
    return (bahdanau2014 if row.part == "ceiling" else cho2014)(*words, **row.options)


def options_of(row: Row) -> Mapping[str, Any]:
    """Return the options of a row; a control of equal size gets the width that makes it so."""
    if row.part != "size control":
        return row.options
    words = corpus("en-fr").vocabularies()
    wanted = live_parameters(cho2014(*words, hidden=HIDDEN, routes=ROUTES["no steps"]))
    return {"hidden": width_for(wanted, *words)}


def width_for(wanted: int, source: Vocabulary, target: Vocabulary) -> int:
    """Return how many units make Cho's model nearest to ``wanted`` live parameters; ValueError if 1 % off or more."""
    sizes: dict[int, int] = {}
    for hidden in count(1):
        sizes[hidden] = live_parameters(cho2014(source, target, hidden=hidden))
        if sizes[hidden] >= wanted:
            break
    best = min(sizes, key=lambda hidden: abs(sizes[hidden] - wanted))
    if abs(sizes[best] - wanted) >= 0.01 * wanted:
        raise ValueError(f"No width comes within 1 % of {wanted:,} parameters; the nearest, {best}: {sizes[best]:,}.")
    return best


# --- sentences ------------------------------------------------------------------------------------


@lru_cache
def corpus(name: str) -> ParallelCorpus:
    return load(name, **(LETTERS if name == "copy" else CORPUS))


@lru_cache
def tested() -> list[SentencePair]:
    return pairs_by_length("en-fr", PER_BAND, BANDS, max_length=CORPUS["max_length"], lexicon=CORPUS["lexicon"])


@lru_cache
def probe_pairs(part: str) -> tuple[Sequence[SentencePair], Sequence[SentencePair]]:
    """Return sentences of one length: those that probes are fitted to, and others, on which no model has trained."""
    if part == "letters":
        length = LETTERS["max_length"]
        fitted = load("copy", size=PROBE_FIT, seed=2, min_length=length, max_length=length).train
        return fitted, pairs_by_length("copy", PROBE_TEST, [(length, length)], min_length=length)
    long_enough = [pair for pair in corpus("en-fr").train if len(pair.source) == PROBED]
    if len(long_enough) < PROBE_FIT:
        raise ValueError(f"Expected {PROBE_FIT} training sentences of {PROBED} words, found {len(long_enough)}.")
    others = pairs_by_length("en-fr", PROBE_TEST, [(PROBED, PROBED)], lexicon=CORPUS["lexicon"])
    return long_enough[:PROBE_FIT], others


def most_frequent(data: ParallelCorpus, side: str) -> Vocabulary:
    """Return the most frequent 60 % of the words of one side of the training pairs."""
    sentences = [getattr(pair, side) for pair in data.train]
    types = len({word for sentence in sentences for word in sentence})
    return Vocabulary.build(sentences, max_size=len(SPECIAL_TOKENS) + round(KNOWN_SHARE * types))


# --- the pilot ------------------------------------------------------------------------------------


def pilot(out: Path, updates: int | None) -> None:
    """Train each kind of model shortly at three learning rates, and keep its perplexity on all validation pairs."""
    data = corpus("en-fr")
    for name in PILOTS:
        for rate in PILOT_RATES:
            row = pilot_row(name, updates)
            settings = settings_of(row, PILOT_SEED, rate)
            run_once(out, pilot_key(name, rate), settings, partial(validated, row, rate, data), summary=_validation)


def pilot_row(name: str, updates: int | None) -> Row:
    return Row("pilot", name, PILOTS[name], updates or PILOT_STEPS)


def pilot_key(name: str, rate: float) -> str:
    return f"pilot, {name}, {rate:g}"


def validated(row: Row, rate: float, data: ParallelCorpus) -> dict[str, Any]:
    """Return the perplexity of a model on the validation pairs; no test pair has a say in its learning rate."""
    seed_everything(PILOT_SEED)
    config = TrainConfig(
        row.steps,
        learning_rate=rate,
        seed=PILOT_SEED,
        device="cpu",
        validate_every=row.steps,
        validation_pairs=None,
        unknown="unk",
    )
    history = fit(build(row, data), data, config)
    return {
        "validation_perplexity": history.validations[-1].perplexity,
        "training_seconds": round(history.seconds, 1),
    }


def _validation(record: Mapping[str, Any]) -> str:
    return f"validation perplexity {record['validation_perplexity']:.4f}, {record['training_seconds']} s"


def tuned(name: str, record: Mapping[str, Any], updates: int | None = None) -> float:
    """Return the learning rate of the lowest perplexity in the pilot of ``name``.

    SystemExit where it was not run, or was run otherwise: shorter, for a trial, or on another draw.
    """
    keys = {pilot_key(name, rate): rate for rate in PILOT_RATES}
    wanted = settings_of(pilot_row(name, updates), PILOT_SEED, LEARNING_RATE)
    run_before = {key: record.get(key, {}).get("settings") for key in keys}
    if missing := [key for key, rate in keys.items() if run_before[key] != wanted | {"learning_rate": rate}]:
        raise SystemExit(f"The pilot has not run: {missing}. Run --parts pilot first, or give --untuned.")
    return keys[min(keys, key=lambda key: record[key]["validation_perplexity"])]


# --- what is measured -----------------------------------------------------------------------------


def paid(model: Seq2Seq, pairs: Sequence[SentencePair]) -> dict[str, Any]:
    """Return what the true words cost, in nats, by source length.

    ``nats_by_length``: [nats, target tokens]. ``nats_by_fifth``: the same for each fifth of the sentences, without
    the full stop and ``</s>``. ``nats_by_sentence``: a number a sentence, in their order, so that two models can be
    compared sentence by sentence; in one string, for a JSON file would give each a line.
    """
    nats = score_words(model, pairs, unknown="unk").nats
    own = {
        f"{low}-{high}": [paid for paid, pair in zip(nats, pairs, strict=True) if low <= len(pair.source) <= high]
        for low, high in BANDS
    }
    return {
        "nats_by_length": {band: _sum(np.concatenate(paid)) for band, paid in own.items()},
        "nats_by_fifth": {band: [_sum(part) for part in in_parts(paid, 5)] for band, paid in own.items()},
        "nats_by_sentence": {band: " ".join(f"{one.sum():.3f}" for one in paid) for band, paid in own.items()},
    }


def _sum(nats: Any) -> list[float]:
    return [round(float(np.sum(nats)), 3), len(nats)]


def probed(model: Seq2Seq, fitted: Sequence[SentencePair], others: Sequence[SentencePair]) -> dict[str, Any]:
    """Return for each place, from 1, how often a linear probe of h_S names the word there.

    All in per cent: ``right`` with its interval, and ``majority``, the share of the commonest word of the place.
    """
    found = {}
    told, asked = final_states(model, fitted), final_states(model, others)
    for place in range(len(fitted[0].source)):
        labels, truths = ([pair.source[place] for pair in pairs] for pairs in (fitted, others))
        score = fit_probe(told, labels).score(asked, truths, BOOTSTRAP)
        commonest = Counter(labels).most_common(1)[0][0]
        majority = 100 * truths.count(commonest) / len(truths)
        found[str(place + 1)] = {"right": score.value, "interval": score.interval, "majority": majority}
    return found


@torch.no_grad()
def final_states(model: Seq2Seq, pairs: Sequence[SentencePair]) -> np.ndarray:
    """Return h_S (N, H), what the encoder hands over, of sentences of equal length."""
    with evaluating(model):
        encoded = model.encoder(*encode_sources([pair.source for pair in pairs], model.source_vocabulary))
    return encoded.initial.top.numpy()


def content_words() -> set[str]:
    """Return the English nouns, verbs and adjectives of the small lexicon, in every form."""
    english = LANGUAGES["en"]
    tables = (lexicon.NOUNS, lexicon.VERBS, lexicon.ADJECTIVES)
    cells = [row.cells[english] for table in tables for row in rows(table, True, [english])]
    return {word for cell in cells for word in cell.split() if not word.startswith("~")}


def replaced(model: Seq2Seq) -> tuple[list[SentencePair], list[list[int]]]:
    """Return test sentences that ``model`` knows every word of, and in each the places of words to replace.

    They are content words with a sure link, drawn once, so that every model gets the same where it knows them.
    """
    random, open_class = Random(1), content_words()
    chosen, places = [], []
    for pair in pairs_by_length("en-fr", 8 * TOUCHED, [TOUCHED_LENGTHS], lexicon=CORPUS["lexicon"]):
        linked = sorted({j for j, _ in pair.sure or () if pair.source[j] in open_class})
        drawn_here = random.sample(linked, min(REPLACED, len(linked)))
        knows = all(word in model.source_vocabulary for word in pair.source)
        if knows and all(word in model.target_vocabulary for word in pair.target) and len(linked) >= REPLACED:
            chosen.append(pair)
            places.append(drawn_here)
    if len(chosen) < TOUCHED:
        raise ValueError(f"Expected {TOUCHED} sentences without an unknown word, found {len(chosen)}.")
    return chosen[:TOUCHED], places[:TOUCHED]


def untouched(model: Seq2Seq, pairs: Sequence[SentencePair], places: Sequence[Sequence[int]]) -> dict[str, Any]:
    """Return the nats of words that no replaced word stands for, by how many source words are unknown.

    The words that are scored are the same however many are replaced: those without a sure link to any of the three.
    ``nats_by_distance`` has the same by how many target words away the nearest linked one is: an article and an
    adjective take the gender of their noun, a pronoun loses its vowel before a verb, so those beside a word that is
    gone suffer for grammar's sake. At ``FAR`` words and more little of that is left.
    """
    away = [distances(pair, gone) for pair, gone in zip(pairs, places, strict=True)]
    kept = [np.flatnonzero(steps > 0) for steps in away]
    near = np.concatenate([np.minimum(steps[words], FAR) for steps, words in zip(away, kept, strict=True)])
    found = {}
    for number in range(REPLACED + 1):
        changed = [without(pair, gone[:number]) for pair, gone in zip(pairs, places, strict=True)]
        nats = score_words(model, changed, unknown="unk").nats
        own = [paid[words] for paid, words in zip(nats, kept, strict=True)]
        by_sentence = " ".join(f"{one.sum():.3f}" for one in own)
        every = np.concatenate(own)
        found[str(number)] = {
            "nats": _sum(every),
            "nats_by_distance": {str(k): _sum(every[near == k]) for k in range(1, FAR + 1)},
            "nats_by_sentence": by_sentence,
        }
    return found


def distances(pair: SentencePair, gone: Sequence[int]) -> np.ndarray:
    """Return how many words each target word is away from the nearest with a sure link to ``gone``; 0 for that one."""
    linked = np.array(sorted({i for j, i in pair.sure or () if j in gone}))  # one at least: only linked words are drawn
    return np.abs(np.arange(len(pair.target))[:, None] - linked).min(1)


def without(pair: SentencePair, places: Sequence[int]) -> SentencePair:
    """Return ``pair`` with a word that nobody knows at these ``places`` of the source."""
    source = tuple(NOBODYS_WORD if j in places else word for j, word in enumerate(pair.source))
    return replace(pair, source=source)


if __name__ == "__main__":
    main()
