"""What a window hides, and where a window that may move by itself comes to stand. Chapter 9.

    python benchmarks/local.py --count                       # words outside the window: links alone, no model
    python benchmarks/local.py --rates                       # two learning rates for three models, on seed 1
    python benchmarks/local.py --groups window --corpora en-fr en-zh
    python benchmarks/local.py --rows dot --corpora en-mr
    python benchmarks/local.py --predict                     # Marathi, from French and Chinese, with the date
    python benchmarks/local.py                               # all that is left
    python benchmarks/local.py --rows dot local-p --corpora en-fr --seeds 4 5 6

The small lexicon, sentences of up to 20 words, 64 units, 1,500 updates. Each of *dot*, *local-m* and *local-p* has
a learning rate of its own: of two the one with the lower perplexity on the validation pairs of French and Chinese.
Raw scores go to course_lib/results/local.json, run by run; a run that stands there with the same settings, on the
same draws, is not repeated, so that the script may be stopped at any time.

``--predict`` fits one number, r, to French and Chinese: a sentence with k words outside is right r^k times as often
as without a window. It writes down what follows for Marathi, and is refused once a window has been trained there;
before it is written, no window is.

What stands in the record, and what does not: both rates of the three models on seed 1; *window* in all three
languages, seeds 1 to 3, Marathi behind the prediction; *local-p* into French at its own rate and at 3e-3, seeds 1 to
6, beside *dot* of the same seeds, and into Chinese, seeds 1 to 3. On seeds 1 to 3 also: *local-m, D = 3* and *dot*
read forward, Chinese; *from zeros*, with *dot, from zeros*, and *renormalised*, French; *no Gaussian* and *local-m,
D = 5, Gaussian*, both. *dot, forward*, French, has no window beside it, and *local-p, general*, French, seeds 1 and 2
alone. Not run: *local-p* into Marathi, readers both ways, short lessons, other seeds of the switches.
"""

import argparse
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from luong_pieces import PIECES, width
from records import (
    CorpusBench,
    by_sentence,
    config_of,
    drawn,
    hundreds,
    measured,
    one_line,
    pairs_by_length,
    read,
    read_command_line,
    run_once,
)

import course_lib
from course_lib import results
from course_lib.alignment.looks import by_word
from course_lib.alignment.nearness import nearness
from course_lib.alignment.windows import Partners, centres, inside, seen_from
from course_lib.batching import collate
from course_lib.corpora import ParallelCorpus, SentencePair, load
from course_lib.evaluation import BUCKETS, evaluate
from course_lib.history import History
from course_lib.models import luong2015
from course_lib.seq2seq import Seq2Seq, evaluating
from course_lib.training import fit, seed_everything
from course_lib.word_scores import WordScores, score_words

RESULTS = Path(course_lib.__file__).parent / "results" / "local.json"
DRAW: dict[str, Any] = {"size": 20_000, "seed": 1, "max_length": 20, "lexicon": "small"}
SHORT = {**DRAW, "max_length": 12}
CORPORA: dict[str, tuple[str, dict[str, Any]]] = {
    "en-fr": ("en-fr", DRAW),
    "en-zh": ("en-zh", DRAW),
    "en-mr": ("en-mr", DRAW),
    "en-fr short": ("en-fr", SHORT),
}
"""Name of a corpus in the record -> what to load."""
FITTED, FORETOLD = ("en-fr", "en-zh"), "en-mr"
LADDER = {"size": 100_000, "seed": 1, "max_length": 40}
HIDDEN, STEPS = 64, 1_500
SEEDS = (1, 2, 3)
RATES = (3e-3, 6e-3)
WIDTHS = (1, 2, 3, 5, 8)
COUNTED = (*WIDTHS, 10)
BANDS = ((4, 7), (8, 11), (12, 15), (16, 20))
LONGER = ((4, 7), (8, 11), (12, 15), (16, 19), (20, 24), (25, 29))
"""Source words of what a model from short lessons is tested on."""
PER_BUCKET = 100
FILM = (100, 300, 600, 1_000, 1_500)
FILMED = 3  # sentences a band
PLACES = 9
FURTHEST = 10
SIDES = {True: "inside", False: "outside"}


@dataclass(frozen=True)
class Row:
    """One model: options of luong2015 beside its sizes, and whose learning rate it has."""

    family: str  # "dot", "local-m" or "local-p"
    options: Mapping[str, Any] = field(default_factory=dict)
    as_large: bool = False  # reads both ways with as many parameters as dot

    @property
    def window(self) -> int | None:
        """D, None for a model that looks at the whole source."""
        return self.options.get("window")


def _local_m(D: int, *, as_large: bool = False, **options: Any) -> Row:
    return Row("local-m", {"local": "monotonic", "window": D, **options}, as_large)


def _local_p(**options: Any) -> Row:
    return Row("local-p", {"local": "predictive", "window": 5, **options})


FORWARD: dict[str, Any] = {"direction": "forward"}
BIDIRECTIONAL: dict[str, Any] = {"direction": "bidirectional"}
ZEROS: dict[str, Any] = {"start": "zeros"}
ROWS = {
    "dot": Row("dot"),
    **{f"local-m, D = {D}": _local_m(D) for D in WIDTHS},
    "local-p": _local_p(),
    "local-p, renormalised": _local_p(renormalise=True),
    "local-p, from zeros": _local_p(**ZEROS),
    "local-m, D = 5, Gaussian": _local_m(5, gaussian=True),
    "local-p, no Gaussian": _local_p(gaussian=False),
    "local-p, general": _local_p(score="general"),
    "dot, forward": Row("dot", FORWARD),
    "local-m, D = 3, forward": _local_m(3, **FORWARD),
    "dot, bidirectional, as large": Row("dot", BIDIRECTIONAL, as_large=True),
    "local-m, D = 3, bidirectional, as large": _local_m(3, as_large=True, **BIDIRECTIONAL),
    "local-m, D = 3, bidirectional": _local_m(3, **BIDIRECTIONAL),
    "local-p, bidirectional": _local_p(**BIDIRECTIONAL),
    "dot, from zeros": Row("dot", ZEROS),
}
RATED = {"dot": "dot", "local-m": "local-m, D = 5", "local-p": "local-p"}
"""Whose rate a family has."""
_THREE, _TWO = ("en-fr", "en-zh", "en-mr"), ("en-fr", "en-zh")
GROUPS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "window": (tuple(ROWS)[:6], _THREE),
    "place": (("local-p",), _THREE),
    "what moves p": (tuple(ROWS)[7:11], _TWO),
    "score": (("local-p, general",), _THREE),
    "reader": (tuple(ROWS)[12:17], _TWO),
    "both ways": (("local-p, bidirectional",), _TWO),
    "short lessons": (("dot", "local-m, D = 5", "local-p"), ("en-fr short",)),
}
"""Name -> rows, and the corpora that each is trained on."""


class Bench(CorpusBench):
    """The bench of chapter 9's corpora."""

    corpora = CORPORA

    def tested(self, label: str) -> Sequence[SentencePair]:
        """Return what the models of a corpus are tested on: pairs as long as theirs, or longer ones, too."""
        return _longer_pairs() if label == "en-fr short" else self.corpus(label).test


@cache
def _longer_pairs() -> list[SentencePair]:
    return pairs_by_length("en-fr", PER_BUCKET, LONGER, lexicon="small")


def main() -> None:
    arguments = _arguments()
    torch.set_num_threads(1)
    bench = Bench(arguments.out, arguments.steps, arguments.size)
    if arguments.count:
        count(bench, arguments.ladder)
    elif arguments.rates:
        for label in FITTED:
            for name in RATED.values():
                for rate in RATES:
                    run_row(bench, name, label, SEEDS[0], rate)
    elif arguments.predict:
        predict(bench)
    else:
        for name, label in planned(arguments.groups, arguments.rows, arguments.corpora):
            for seed in arguments.seeds:
                run_row(bench, name, label, seed, arguments.rate)


def planned(groups: Sequence[str], rows: Sequence[str], corpora: Sequence[str]) -> list[tuple[str, str]]:
    """Return the rows and corpora asked for, in the order of the groups; a row named alone runs on every corpus."""
    if rows:
        return [(name, label) for label in corpora for name in rows]
    return [
        (name, label) for group in groups for label in GROUPS[group][1] if label in corpora for name in GROUPS[group][0]
    ]


def run_row(bench: Bench, name: str, label: str, seed: int, rate: float | None = None) -> None:
    """Run one row on one corpus, unless it stands in the record; ``rate`` tries a learning rate."""
    record, key = read(bench.out), f"{label}, {name}, seed {seed}"
    if label == FORETOLD and ROWS[name].window and "prediction" not in record:
        print(f"{key}: left out; a window reads Marathi after it has been predicted: --predict", flush=True)
        return
    own = rate or own_rate(record, ROWS[name].family)
    if own is None:
        print(f"{key}: left out; its learning rate is not chosen yet: --rates", flush=True)
        return
    settings, tried = settings_of(bench, name, label, seed, own), f"{key}, rate {own:g}"
    pilot = record.get(tried, {})
    if rate is None and pilot.get("settings") == settings:  # this very run has been made, to choose the rate
        run_once(bench.out, key, settings, lambda: {k: value for k, value in pilot.items() if k != "settings"})
        return
    run_once(bench.out, tried if rate else key, settings, partial(run, bench, settings, label))


def own_rate(record: Mapping[str, Any], family: str) -> float | None:
    """Return the rate with the lower validation perplexity, geometric mean over corpora; None where one is missing."""
    nats: dict[float, list[float]] = {rate: [] for rate in RATES}
    for rate, found in nats.items():
        for label in FITTED:
            pilot = record.get(f"{label}, {RATED[family]}, seed {SEEDS[0]}, rate {rate:g}")
            if pilot is None:
                return None
            found.append(math.log(pilot["validation_perplexity"]))
    return min(nats, key=lambda rate: sum(nats[rate]))


def settings_of(bench: Bench, name: str, label: str, seed: int, rate: float) -> dict[str, Any]:
    """Return all that a run depends on."""
    row = ROWS[name]
    as_large = PIECES["bidirectional, as large"]
    return {
        "corpus": bench.options(label)[0],
        "row": name,
        "family": row.family,
        "options": dict(row.options),
        "seed": seed,
        "steps": bench.steps,
        "learning_rate": rate,
        "embedding": HIDDEN,
        "hidden": width(as_large, bench.corpus(label)) if row.as_large else HIDDEN,
        "pairs": bench.pairs(label),
        **({"tested": {"per_bucket": PER_BUCKET, "longest": LONGER[-1][1]}} if label == "en-fr short" else {}),
    }


def run(bench: Bench, settings: Mapping[str, Any], label: str) -> dict[str, Any]:
    """Train one model and score it on the validation pairs, for the choice of a rate, and on the test pairs."""
    corpus, pairs, row = bench.corpus(label), bench.tested(label), ROWS[settings["row"]]
    seed_everything(settings["seed"])
    options = {"embedding": settings["embedding"], "hidden": settings["hidden"], **settings["options"]}
    model = luong2015(*corpus.vocabularies(), **options)
    history, film = trained(model, corpus, settings, filmed(pairs, bands_of(label)) if moves(row) else ())
    scores = score_words(model, pairs, unknown="unk")
    return {
        **measured(model, history, pairs),
        "validations": [],  # those of a film are of a dozen sentences, and only stop the clock
        "losses_of_100_updates": [round(float(np.mean(part)), 4) for part in hundreds(history.losses)],
        "validation_perplexity": evaluate(model, corpus.validation, unknown="unk", alignment=False).perplexity.value,
        "hits": by_sentence(model, pairs)["exact"],
        "looks": looks(scores, pairs),
        "right_by_step_window": {str(D): right_by(scores, inside(pairs, D)) for D in WIDTHS},
        **({"place": place(scores, pairs, places(model, row, pairs), row, bands_of(label))} if row.window else {}),
        **({"film": film} if film else {}),
    }


def moves(row: Row) -> bool:
    """Whether the windows of a row stand where the decoder says."""
    return row.family == "local-p"


def bands_of(label: str) -> Sequence[tuple[int, int]]:
    """Return the source lengths by which a corpus is counted."""
    return LONGER if label == "en-fr short" else BANDS


def trained(
    model: Seq2Seq, corpus: ParallelCorpus, settings: Mapping[str, Any], stars: Sequence[SentencePair]
) -> tuple[History, dict[str, list[str]]]:
    """Train a model; of the sentences ``stars`` return p at some of the updates: update -> a line a sentence."""
    film: dict[str, list[str]] = {}
    config = config_of(settings)
    if not stars:
        return fit(model, corpus, config), film

    def look(step: int, now: Seq2Seq) -> None:
        if step in FILM:
            film[str(step)] = [one_line(p, 2) for p in predicted(now, stars)]

    given = {**vars(config), "validate_every": math.gcd(*FILM), "validation_pairs": len(stars)}
    return fit(model, corpus, type(config)(**given), look), film


@torch.no_grad()
def predicted(model: Seq2Seq, pairs: Sequence[SentencePair]) -> list[list[float]]:
    """Return p of every target row, ``</s>`` included, of a model whose windows move, with the true words given."""
    found: list[list[float]] = []
    with evaluating(model):
        for start in range(0, len(pairs), 64):
            chosen = pairs[start : start + 64]
            batch = collate(chosen, model.source_vocabulary, model.target_vocabulary, model.device, "unk")
            centre = model(batch).look.centre  # (B, T)
            found += [row[: len(pair.target) + 1].tolist() for row, pair in zip(centre, chosen, strict=True)]
    return found


def places(model: Seq2Seq, row: Row, pairs: Sequence[SentencePair]) -> list[list[float]]:
    """Return p of every target row, whoever says where it stands."""
    return predicted(model, pairs) if moves(row) else [centres(pair) for pair in pairs]


# --- what a look and a window hit


def looks(scores: WordScores, pairs: Sequence[SentencePair]) -> dict[str, Any]:
    """Return how near looks fall to gold, how many end on ``</s>``, and what their weights sum to.

    In per cent of the words with a sure link; ``on_end_of_all``: of all words.
    """
    near, ends, all_ends, sums = nearness(scores.looks, pairs), [], [], []
    for look, pair in zip(scores.looks or (), pairs, strict=True):
        at_end = look[:-1].argmax(1) == len(pair.source)
        linked = sorted(by_word(pair.sure or ()))
        ends += at_end[linked].tolist()
        all_ends += at_end.tolist()
        sums += look[linked].sum(1).tolist()
    return {
        "mass": near.mass,
        "jumps": {str(jump): 100 * count / near.n for jump, count in near.jumps.items()},
        "words": near.n,
        "on_end": 100 * float(np.mean(ends)),
        "on_end_of_all": 100 * float(np.mean(all_ends)),
        "sum_of_weights": float(np.mean(sums)),
    }


def right_by(scores: WordScores, kinds: Sequence[Sequence[Any]]) -> dict[str, dict[str, Any]]:
    """Return of each kind of word how many are right with the true words given, in per cent.

    True and False are inside and outside; None is no kind.
    """
    found: dict[str, list[bool]] = defaultdict(list)
    for right, names in zip(scores.right, kinds, strict=True):
        for hit, name in zip(right, names, strict=True):
            if name is not None:
                found[SIDES[name] if isinstance(name, bool) else str(name)].append(bool(hit))
    return {name: {"words": len(hits), "right": 100 * float(np.mean(hits))} for name, hits in sorted(found.items())}


def place(
    scores: WordScores,
    pairs: Sequence[SentencePair],
    stands: Sequence[Sequence[float]],
    row: Row,
    bands: Sequence[tuple[int, int]],
) -> dict[str, Any]:
    """Return where the windows of a model stand, how far from gold, and which words are right there.

    Distances, in words, are from p to the nearest sure partner.
    """
    far = [distances(p, pair) for p, pair in zip(stands, pairs, strict=True)]
    known = [d for row_of in far for d in row_of if d is not None]
    D = row.window or 0
    return {
        "distance_quartiles": [float(q) for q in np.quantile(known, (0.25, 0.5, 0.75))],
        "further_than_window": 100 * float(np.mean(np.array(known) > D)),
        "right_by_distance": right_by(scores, [[None if d is None else min(int(d), FURTHEST) for d in f] for f in far]),
        "right_by_window": right_by(scores, [shown(p, pair, D) for p, pair in zip(stands, pairs, strict=True)]),
        "by_length": {
            f"{low}-{high}": over_the_sentence(
                [(p, pair) for p, pair in zip(stands, pairs, strict=True) if low <= len(pair.source) <= high]
            )
            for low, high in bands
        },
    }


def distances(p: Sequence[float], pair: SentencePair) -> list[float | None]:
    """Return how far the centre of each target row is from its nearest sure partner, None without one."""
    gold = by_word(pair.sure or ())
    return [min(abs(j - p[i]) for j in gold[i]) if i in gold else None for i in range(len(p))]


def shown(p: Sequence[float], pair: SentencePair, D: int) -> list[bool | None]:
    """Return whether the window of each target row holds a sure partner, None without one."""
    gold, S = by_word(pair.sure or ()), len(pair.source) + 1
    return [not gold[i].isdisjoint(seen_from(middle, D, S)) if i in gold else None for i, middle in enumerate(p)]


def over_the_sentence(found: Sequence[tuple[Sequence[float], SentencePair]]) -> dict[str, Any]:
    """Return p / S, and j / S of the sure partners, from the first word to the last: means at nine places."""
    p_of: list[list[float]] = [[] for _ in range(PLACES)]
    gold_of: list[list[float]] = [[] for _ in range(PLACES)]
    for p, pair in found:
        S, gold = len(pair.source) + 1, by_word(pair.sure or ())
        for k in range(PLACES):
            i = round(k * (len(pair.target) - 1) / (PLACES - 1))
            p_of[k].append(p[i] / S)
            gold_of[k] += [float(np.mean(sorted(gold[i]))) / S] if i in gold else []
    means = ([round(float(np.mean(v)), 4) if v else None for v in column] for column in (p_of, gold_of))
    return dict(zip(("p", "gold"), means, strict=True)) | {"sentences": len(found)}


def filmed(pairs: Sequence[SentencePair], bands: Sequence[tuple[int, int]]) -> list[SentencePair]:
    """Return the first test pairs of each length, all of whose links somebody has drawn."""
    return [pairs[k] for k in filmed_places(pairs, bands)]


def filmed_places(pairs: Sequence[SentencePair], bands: Sequence[tuple[int, int]]) -> list[int]:
    """Return where the sentences of a film stand among ``pairs``."""
    of_bands = ([k for k, pair in enumerate(pairs) if low <= len(pair.source) <= high] for low, high in bands)
    return [k for places_of in of_bands for k in places_of[:FILMED]]


# --- counts, which need no model


def count(bench: Bench, ladder: bool = True) -> None:
    """Count the words outside in the test pairs, and in those of the ladder, whose runs stand in another record."""
    for label in CORPORA:
        settings = {"corpus": bench.options(label)[0], "pairs": bench.pairs(label), "D": list(COUNTED)}
        run_once(bench.out, f"test, {label}", settings, partial(counted_tests, bench.tested(label), bands_of(label)))
    if ladder:
        for name in FITTED:
            settings = {"corpus": name, "pairs": drawn(LADDER, load(name, **LADDER)), "D": list(COUNTED)}
            run_once(bench.out, f"outside, {name}", settings, partial(counted_ladder, name))


def counted_tests(pairs: Sequence[SentencePair], bands: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """Return of every test pair its length and its words outside, and the sentences of the film in full."""
    return {
        "source_words": one_line([len(pair.source) for pair in pairs]),
        "target_words": one_line([len(pair.target) for pair in pairs]),
        **counted(pairs),
        "filmed": [{"place": k, **_in_full(pairs[k])} for k in filmed_places(pairs, bands)],
    }


def counted_ladder(name: str) -> dict[str, Any]:
    """Return the words outside of the ladder's test pairs by length, in the order of its record.

    ``example`` is the first pair of 12 to 15 words, over three of them outside at D = 5, that *dot* has right on
    every seed and *local-m* on none; None where a run of them has not kept which sentences are exact.
    """
    pairs = pairs_by_length(name, PER_BUCKET)
    by_length = {f"{low}-{high}": [pair for pair in pairs if low <= len(pair.source) <= high] for low, high in BUCKETS}
    told = told_apart(name, outside(by_length["12-15"], 5))
    return {
        "by_length": {bucket: counted(chosen) for bucket, chosen in by_length.items()},
        "example": None if told is None else {"place": told, **_in_full(by_length["12-15"][told])},
    }


def told_apart(name: str, hidden: Sequence[int]) -> int | None:
    """Return the first of the ladder's pairs of 12 to 15 words that only a model without a window has right."""
    ladder, kept_by = results.load("every_rung"), {}
    for model in ("Luong dot", "Luong dot, local-m"):
        runs = [ladder[f"{name}, {model}, seed {s}"]["test_by_source_length"]["12-15"] for s in SEEDS]
        kept_by[model] = [found.get("exact") for found in runs]
    if any(hits is None for of_model in kept_by.values() for hits in of_model):
        return None
    whole, local = ([{hits[k] for hits in of_model} for k in range(len(hidden))] for of_model in kept_by.values())
    return next((k for k, far in enumerate(hidden) if far > 3 and whole[k] == {"1"} and local[k] == {"0"}), None)


def counted(pairs: Sequence[SentencePair]) -> dict[str, Any]:
    """Return of each pair the target words outside a window that stands at p_i = i, for each D: a line of numbers.

    ``outside``: all sure partners are; ``partly_outside``: one at least is. ``linked`` words have a sure link.
    """
    return {
        "linked": one_line([len(by_word(pair.sure or ())) for pair in pairs]),
        "outside": {str(D): one_line(outside(pairs, D)) for D in COUNTED},
        "partly_outside": {str(D): one_line(outside(pairs, D, "all")) for D in COUNTED},
        "outside_diagonal": {
            str(D): one_line([row.count(False) for row in inside(pairs, D, "diagonal")]) for D in COUNTED
        },
    }


def outside(pairs: Sequence[SentencePair], D: int, partners: Partners = "any") -> list[int]:
    """Return of each pair how many target words lie outside."""
    return [row.count(False) for row in inside(pairs, D, partners=partners)]


# --- the prediction


def predict(bench: Bench) -> None:
    """Write down what is to be expected of windows in Marathi; refused once one has been trained there."""
    record = read(bench.out)
    trained_there = [
        key
        for key, found in record.items()
        if found["settings"].get("corpus") == FORETOLD and found["settings"].get("options", {}).get("local")
    ]
    if trained_there:
        raise SystemExit(f"No prediction any more: {trained_there[0]!r} has been run.")
    needed = [f"{label}, {name}, seed {seed}" for label in FITTED for name in GROUPS["window"][0] for seed in SEEDS]
    needed += [f"{FORETOLD}, dot, seed {seed}" for seed in SEEDS]
    if missing := [key for key in needed if key not in record]:
        raise SystemExit(f"No prediction yet: {len(missing)} runs are missing, the first is {missing[0]!r}.")
    labels = (*FITTED, FORETOLD)
    settings = {
        "pairs": {label: bench.pairs(label) for label in labels},
        "steps": bench.steps,
        "seeds": list(SEEDS),
        "learning_rates": {family: own_rate(record, family) for family in ("dot", "local-m")},
    }
    words = {label: ([len(pair.source) for pair in bench.tested(label)], bench.tested(label)) for label in labels}
    run_once(bench.out, "prediction", settings, partial(foretold, record, words))


def foretold(
    record: Mapping[str, Any], tested: Mapping[str, tuple[Sequence[int], Sequence[SentencePair]]]
) -> dict[str, Any]:
    """Return r, what it is fitted to, and what follows for Marathi, by D and length; exact matches in per cent."""
    cells: dict[str, list[dict[str, Any]]] = {}
    for label, (lengths, pairs) in tested.items():
        dot = by_band(record, label, "dot", lengths)
        cells[label] = []
        for D in WIDTHS:
            found = None if label == FORETOLD else by_band(record, label, f"local-m, D = {D}", lengths)
            far = outside(pairs, D)
            for low, high in BANDS:
                band = f"{low}-{high}"
                k = [n for n, length in zip(far, lengths, strict=True) if low <= length <= high]
                cell = {"D": D, "source_words": band, "dot": dot[band], "outside": k}
                cells[label].append(cell | ({} if found is None else {"measured": found[band]}))
    fitted = [cell for label in FITTED for cell in cells[label]]
    r = least_squares(fitted)
    return {
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "r": r,
        "r_by_corpus": {label: least_squares(cells[label]) for label in FITTED},
        "r_by_D": {str(D): least_squares([cell for cell in fitted if cell["D"] == D]) for D in WIDTHS},
        "cells": {label: [_told(cell, r) for cell in of_label] for label, of_label in cells.items()},
    }


def by_band(record: Mapping[str, Any], label: str, name: str, lengths: Sequence[int]) -> dict[str, float]:
    """Return the exact matches of a row by source length, in per cent: the mean over seeds."""
    runs = [record[f"{label}, {name}, seed {seed}"]["hits"] for seed in SEEDS]
    return {
        f"{low}-{high}": 100
        * float(np.mean([[h[n] == "1" for n, s in enumerate(lengths) if low <= s <= high] for h in runs]))
        for low, high in BANDS
    }


def kept(outside_of: Iterable[int], r: float) -> float:
    """Return the mean of r^k over sentences."""
    return float(np.mean([r**k for k in outside_of]))


def least_squares(cells: Sequence[Mapping[str, Any]]) -> float:
    """Return the r, in thousandths, whose predictions are nearest to what was measured."""

    def error(r: float) -> float:
        return sum((cell["dot"] * kept(cell["outside"], r) - cell["measured"]) ** 2 for cell in cells)

    return min((k / 1000 for k in range(1001)), key=error)


def _told(cell: Mapping[str, Any], r: float) -> dict[str, Any]:
    """Return a cell with its prediction; of the words outside only their mean."""
    k = cell["outside"]
    return {
        **{name: value for name, value in cell.items() if name != "outside"},
        "sentences": len(k),
        "words_outside": float(np.mean(k)),
        "predicted": cell["dot"] * kept(k, r),
    }


def _in_full(pair: SentencePair) -> dict[str, Any]:
    return {"source": " ".join(pair.source), "target": " ".join(pair.target), "links": sorted(pair.sure or ())}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--groups", nargs="+", choices=GROUPS, default=list(GROUPS))
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=[], help="in place of groups")
    parser.add_argument("--corpora", nargs="+", choices=CORPORA, default=list(CORPORA))
    parser.add_argument("--count", action="store_true", help="words outside the window; no model")
    parser.add_argument("--no-ladder", dest="ladder", action="store_false", help="with --count: the test pairs alone")
    parser.add_argument("--rates", action="store_true", help="the learning rates of three models, on seed 1")
    parser.add_argument("--rate", type=float, help="the learning rate of all rows, in place of their own")
    parser.add_argument("--predict", action="store_true", help="Marathi, before it is trained")
    return read_command_line(parser, RESULTS, seeds=SEEDS, steps=STEPS, size=DRAW["size"])


if __name__ == "__main__":
    main()
