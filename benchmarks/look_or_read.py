"""Is it the look or the reading that fails past the trained length? A second pass over the models of lengths.py.

    python benchmarks/lengths.py                                      # trains them, and keeps each model
    python benchmarks/look_or_read.py                                 # five minutes of one core
    python benchmarks/look_or_read.py --longest 15 40 --seeds 1

Nothing is trained here. Each model is told the true French words of held-out sentences, and the next ones are counted
by tenth of the sentence: all of them, those of each kind of look, those of a sharper look, those whose look is held: on
the gold partner, where the model of 40 words looks, on a wrong word; at this step alone, at every one, or before it.
Sentences that *because* joins are translated whole, half by half, and with the joint cut for the encoder. One
film is kept: a long sentence as the models of 15, 20 and 40 words see it.

Counts go to course_lib/results/look_or_read.json, run by run, under the keys of lengths.json. The settings of a run are
those it was trained with, and a digest of the weights that were read: with other models it is another run. A run that
stands there with the same settings is not repeated; one whose model is not there yet is left out.
"""

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from held_looks import FREE, SCOPES, every_step, largest_weights, on_gold, on_wrong, where_held
from joined import apart, exact, joined, translated
from lengths import CORPUS, PER_BUCKET, RESULTS, ROWS, SEEDS, Row
from records import machine, pairs_by_length, read, run_once
from tenths import Count, by_kind_of_look, by_side_of_look, by_tenth, of_lengths

import course_lib
from course_lib.canonical import canonical
from course_lib.corpora import SentencePair, load
from course_lib.corpora.halves import Halves
from course_lib.fingerprints import data_fingerprint, fingerprint
from course_lib.interventions import tempered
from course_lib.saved_models import load_model
from course_lib.seq2seq import Seq2Seq
from course_lib.tracing import trace
from course_lib.word_scores import score_words

OUT = Path(course_lib.__file__).parent / "results" / "look_or_read.json"
PROBED = [
    row for row in ROWS if row.corpus == "en-fr" and row.name in ("Bahdanau", "floor", "Bahdanau, as many words read")
]
GUIDE = next(row for row in PROBED if row.name == "Bahdanau" and row.longest == 40)
FILMED = [row for row in PROBED if row.name == "Bahdanau"]
BANDS = {"12-15": (12, 15), "16-19": (16, 19), "20-24": (20, 24), "25-29": (25, 29), "30-40": (30, 40)}
HELD_BANDS = ("12-15", "16-19", "30-40")  # in range of 15 words, of 20 words, beyond both
TEMPERATURES = (1.0, 0.7, 0.5, 0.3)
FILM_LENGTHS = (25, 29)
DIGITS = 3


@dataclass(frozen=True)
class Bench:
    """What all runs of one invocation share: the record of the training runs, their models, the sentences."""

    lengths: Path

    @cached_property
    def trained(self) -> dict[str, Any]:
        """The runs of lengths.py."""
        return read(self.lengths)

    @cached_property
    def held_out(self) -> list[SentencePair]:
        """The pairs on which lengths.py scores its models."""
        return pairs_by_length("en-fr", per_bucket=PER_BUCKET)

    @cached_property
    def joined(self) -> dict[str, list[Halves]]:
        """Joined sentences of which the models have seen neither the whole nor a half."""
        sources = {pair.source for pair in load("en-fr", **CORPUS).train}
        return joined("en-fr", sources, max_length=CORPUS["max_length"])

    def has(self, row: Row, seed: int) -> bool:
        """Return whether a run has ended: lengths.py writes its numbers after its model."""
        return key_of(row, seed) in self.trained

    def model(self, row: Row, seed: int) -> Seq2Seq:
        """Return a trained model; ValueError where its folder is missing or damaged."""
        return load_model(self.lengths.with_suffix("") / key_of(row, seed).replace(", ", "-").replace(" ", "_"))


def key_of(row: Row, seed: int) -> str:
    """Return the key of a run, here and in lengths.json."""
    return f"{row.corpus}, {row.name}, {row.longest} words, seed {seed}"


def main() -> None:
    arguments = _arguments()
    torch.set_num_threads(1)
    bench = Bench(arguments.lengths)
    for row in (row for row in PROBED if row.name in arguments.rows and row.longest in arguments.longest):
        for seed in arguments.seeds:
            probe_run(bench, row, seed, arguments.out)
    if not arguments.no_film:
        record_film(bench, arguments.out)


def probe_run(bench: Bench, row: Row, seed: int, out: Path) -> None:
    """Probe one model, unless it stands in the record; left out where it, or the one that guides it, is missing."""
    key = key_of(row, seed)
    needed = {key: row} if row.name == "floor" else {key: row, key_of(GUIDE, seed): GUIDE}
    if missing := [name for name, one in needed.items() if not bench.has(one, seed)]:
        print(f"{key}: left out; train {' and '.join(missing)} first", flush=True)
        return
    model = bench.model(row, seed)
    if row.name == "floor":
        settings = settings_of(bench, key, model, None)
        run_once(out, key, settings, partial(timed, partial(floor, bench, row, model)))
        return
    guide = bench.model(GUIDE, seed)
    run_once(out, key, settings_of(bench, key, model, guide), partial(timed, partial(probe, bench, model, guide)))


def settings_of(bench: Bench, key: str, model: Seq2Seq, guide: Seq2Seq | None) -> dict[str, Any]:
    """Return all that the numbers of a run depend on: how its model was trained, what came of it, the sentences."""
    return {
        **bench.trained[key]["settings"],
        "weights": digest(model),
        "guide": digest(guide) if guide is not None else None,
        "held_out": data_fingerprint(bench.held_out),
        "halves": joined_fingerprints(bench) if guide is not None else None,
        "asked": {"held": [*HELD_BANDS], "scopes": [*SCOPES], "temperatures": [*TEMPERATURES]},
    }


def digest(model: Seq2Seq) -> str:
    """Return 16 hexadecimal digits that change with any weight."""
    return fingerprint(f"{name}: {canonical(value)}" for name, value in model.state_dict().items())


def joined_fingerprints(bench: Bench) -> dict[str, str]:
    """Return what each set of joined sentences holds, wholes and halves."""
    return {
        name: data_fingerprint([pair for one in chosen for pair in (one.whole, one.left, one.right)])
        for name, chosen in bench.joined.items()
    }


def timed(work: partial[dict[str, Any]]) -> dict[str, Any]:
    """Return what ``work`` gives, with when and where it was done and for how long."""
    started = time.process_time()
    found = work()
    return {
        "date": datetime.now(timezone.utc).date().isoformat(),
        "machine": machine(),
        "processor_seconds": round(time.process_time() - started, 1),
        **found,
    }


def floor(bench: Bench, row: Row, model: Seq2Seq) -> dict[str, Any]:
    """Count the right next words of a model to which nothing of the source arrives: all, and those that are held."""
    bands = in_bands(bench.held_out)
    with row.change(model):  # the weights alone were kept
        right = {name: score_words(model, pairs, unknown="unk").right for name, pairs in bands.items()}
    return {
        "right_by_tenth": {name: by_tenth(hits) for name, hits in right.items()},
        "held_words_by_tenth": {name: by_tenth(right[name], are_held(bands[name])) for name in HELD_BANDS},
    }


def in_bands(held_out: Sequence[SentencePair]) -> dict[str, list[SentencePair]]:
    """Return the pairs of each band."""
    return {name: of_lengths(held_out, band) for name, band in BANDS.items()}


def are_held(pairs: Sequence[SentencePair]) -> list[np.ndarray]:
    """Mark the words that ``held`` holds and counts."""
    return [places != FREE for places in on_gold(pairs)]


def probe(bench: Bench, model: Seq2Seq, guide: Seq2Seq) -> dict[str, Any]:
    """Return all counts of one model with attention."""
    bands = in_bands(bench.held_out)
    long = {name: bands[name] for name in HELD_BANDS}
    scores = {name: score_words(model, pairs, unknown="unk") for name, pairs in bands.items()}
    return {
        "right_by_tenth": {name: by_tenth(scored.right) for name, scored in scores.items()},
        "looks": {name: by_kind_of_look(scored, bands[name]) for name, scored in scores.items()},
        "side_by_tenth": {name: by_side_of_look(scored, bands[name]) for name, scored in scores.items()},
        "held": {name: held(model, guide, pairs) for name, pairs in long.items()},
        "sharpened": {name: sharpened(model, pairs) for name, pairs in long.items()},
        "halves": translated(model, bench.joined),
        "apart": apart(model, bench.joined),
    }


def held(model: Seq2Seq, guide: Seq2Seq, pairs: Sequence[SentencePair]) -> dict[str, dict[str, Count]]:
    """Count the right words among those with exactly one sure link, by scope and guide."""
    counted = are_held(pairs)
    everywhere = largest_weights(guide, pairs)
    guides = {"gold": on_gold(pairs), "model of 40": where_held(everywhere, counted), "wrong": on_wrong(pairs)}
    free = by_tenth(score_words(model, pairs, unknown="unk").right, counted)
    found = {
        scope: {
            "free": free,
            **{name: by_tenth(run(model, pairs, places), counted) for name, places in guides.items()},
        }
        for scope, run in SCOPES.items()
    }
    of_all_words = by_tenth(every_step(model, pairs, everywhere), counted)
    return {**found, "every word": {"free": free, "model of 40": of_all_words}}


def sharpened(model: Seq2Seq, pairs: Sequence[SentencePair]) -> dict[str, Count]:
    """Count the right words where the scores are divided by a temperature before the softmax."""
    found = {}
    for temperature in TEMPERATURES:
        with tempered(model, temperature):
            found[f"{temperature:g}"] = by_tenth(score_words(model, pairs, unknown="unk").right)
    return found


# --- the film


def record_film(bench: Bench, out: Path) -> None:
    """Keep how the models of seed 1 see one long sentence; left out where a model is missing."""
    needed = [(row, SEEDS[0]) for row in FILMED] + [(GUIDE, seed) for seed in SEEDS[1:]]
    if missing := [key_of(*run) for run in needed if not bench.has(*run)]:
        print(f"film: left out; train {' and '.join(missing)} first", flush=True)
        return
    models = {_label(*run): bench.model(*run) for run in needed}
    trained = bench.trained[key_of(GUIDE, SEEDS[0])]["settings"]
    settings = {
        "corpus": trained["corpus"],
        "pairs": trained["pairs"],
        "weights": {label: digest(model) for label, model in models.items()},
        "held_out": data_fingerprint(bench.held_out),
    }
    run_once(out, "film", settings, partial(timed, partial(film, models, of_lengths(bench.held_out, FILM_LENGTHS))))


def _label(row: Row, seed: int) -> str:
    return str(row.longest) if seed == SEEDS[0] else f"{row.longest}, seed {seed}"


def film(models: Mapping[str, Seq2Seq], pairs: Sequence[SentencePair]) -> dict[str, Any]:
    """Return a trace by each model of seed 1 of the first pair that the model of 40 words gets right on all seeds."""
    pair = first_right([models[_label(GUIDE, seed)] for seed in SEEDS], pairs)
    seen = {
        label: trace(models[label], pair.source, pair.target, links=pair.sure, top=3, unknown="unk")
        for label in (_label(row, SEEDS[0]) for row in FILMED)
    }
    return {"traces": {label: replace(one, contexts=None).to_record(DIGITS) for label, one in seen.items()}}


def first_right(models: Sequence[Seq2Seq], pairs: Sequence[SentencePair]) -> SentencePair:
    """Return the first pair that each of ``models`` translates word for word; ValueError where there is none."""
    hits = [exact(model, pairs) for model in models]
    for pair, *right in zip(pairs, *hits, strict=True):
        if set(right) == {"1"}:
            return pair
    raise ValueError(f"None of {len(pairs)} sentences is translated word for word by all {len(models)} models.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = list(dict.fromkeys(row.name for row in PROBED))
    lengths = sorted({row.longest for row in PROBED})
    parser.add_argument("--rows", nargs="+", choices=names, default=names)
    parser.add_argument("--longest", nargs="+", type=int, choices=lengths, default=lengths)
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS))
    parser.add_argument("--no-film", action="store_true", help="leave the film out")
    parser.add_argument("--lengths", type=Path, default=RESULTS, help="record of lengths.py; its models lie beside it")
    parser.add_argument("--out", type=Path, default=OUT)
    return parser.parse_args()


if __name__ == "__main__":
    main()
