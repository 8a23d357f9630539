"""Captioners that look at one place: what lets them learn where, one thing at a time. Chapter 10.

    python benchmarks/hard.py --count                        # what chance gives; no model
    python benchmarks/hard.py --parts rows --seeds 1         # all rows of seed 1, and what λ_r needs to be chosen
    python benchmarks/hard.py                                # all that is left

Scenes of one to three shapes, 1,500 updates. *Slope alone* draws where it looks and has no reward; each row from
*bare* to *+ entropy* differs from the one above it in one field. *+ mixing* and *+ soft start* stand on *+ entropy*.
What the draws teach after a soft start is told from what the rest of the model learns meanwhile by three controls:
*soft start, no reward* keeps the entropy's term alone, *no entropy* the reward's alone, *soft start, slope alone* none.

The weight of the reward, λ_r, is for all rows that of *+ baseline*, the better of two on seed 1 by the perplexity on
the validation pictures, looked at as in evaluation; *bare* is tried with others, too, for it might have lost for that.

Every captioner is read in two ways without further training: by the largest weight, and by the weighted mean; a row's
own is named. ``drawn`` takes a place at random by its weights, as training did. Looks are held to see whether they
are used. Raw numbers go to course_lib/results/hard.json, run by run; a run that stands there with the same settings, on
the same draws, is not repeated, so that the script may be stopped at any time. Parameters are kept in a folder
``hard`` beside that file: traces and noise are measured on them.

What stands in the record, and what does not, for it had to fit into an hour: all rows on seeds 1 to 3. Tried on seed 1
alone: λ_r of 1 for *+ baseline*, of 1 and .01 for *bare*. Not tried: other learning rates, other entropies, another λ
of the doubly stochastic term, a baseline by the number of shapes. One seed of draws. Seconds are those of a processor
that others used, too.
"""

import argparse
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from drawn_looks import Reading, floors, held, looking_by, noise, read_by, scored
from records import config_of, drawn, hundreds, measured, one_line, read, read_command_line, run_once

import course_lib
from course_lib.alignment import region_hits
from course_lib.corpora import ParallelCorpus, SentencePair
from course_lib.corpora.pictures.captions import caption_corpus, gold_regions
from course_lib.corpora.pictures.cells import EMPTY, cell_vocabulary
from course_lib.devices import randomness_put_back
from course_lib.models import xu2015
from course_lib.seq2seq import Seq2Seq
from course_lib.tracing import trace
from course_lib.training import fit, seed_everything
from course_lib.training.objectives import Objective
from course_lib.training.reinforce import Reinforce
from course_lib.word_scores import score_words

RESULTS = Path(course_lib.__file__).parent / "results" / "hard.json"
SCENES = {"size": 10_000, "seed": 1}
SIZES = {"embedding": 32, "hidden": 64}
STEPS = 1_500
SEEDS = (1, 2, 3)
SOFT_START = 0.6
DRAWN_WITH = (1,)
"""Seeds of the draws by which a captioner is read."""
NOISY: dict[str, int] = {"pictures": 32, "draws": 100, "before": 30}
"""Of how many pictures and draws a gradient's noise is measured, and draws ahead from which baselines are known."""
NOISY_ROWS = ("+ entropy", "+ soft start")
"""The rows whose gradients are drawn again and again."""

Tuning = tuple[float, float]
"""How strongly a row's own term counts, λ_r or λ, and the learning rate."""
BASE: Tuning = (0.1, 4e-3)
LAMBDA = 0.01
"""Of the doubly stochastic term."""


@dataclass(frozen=True)
class Row:
    """One captioner: how it looks, what it minimises, and which numbers were tried for it on seed 1."""

    attention: Literal["soft", "hard", "none"]
    reinforce: Mapping[str, Any] = field(default_factory=dict)
    doubly_stochastic: bool = False
    tries: tuple[Tuning, ...] = ()
    tuned_as: str | None = None
    """The row whose numbers it has; its own tries are then for comparison."""

    def objective(self, strength: float) -> Objective:
        """Return what the row minimises, its own term weighted with ``strength``."""
        if self.doubly_stochastic:
            return Objective(doubly_stochastic=strength)
        if self.attention == "hard":
            return Objective(reinforce=Reinforce(**{"weight": strength, **self.reinforce}))
        return Objective()

    @property
    def reading(self) -> Reading:
        """How the row looks in evaluation."""
        return "largest" if self.attention == "hard" else "averaged"


ALONE: dict[str, Any] = {"entropy": 0.0, "soft_start": 0.0, "mixing": 0.0, "baseline": "none"}
MOVING = {**ALONE, "baseline": "moving"}
WIDE = {**MOVING, "entropy": 0.01}
ROWS = {
    "soft": Row("soft"),
    "none": Row("none"),
    "slope alone": Row("hard", {**ALONE, "weight": 0.0}),
    "+ baseline": Row("hard", MOVING, tries=(BASE, (1.0, 4e-3))),
    "bare": Row("hard", ALONE, tries=((1.0, 4e-3), (0.01, 4e-3)), tuned_as="+ baseline"),
    "+ entropy": Row("hard", WIDE, tuned_as="+ baseline"),
    "+ soft start": Row("hard", {**WIDE, "soft_start": SOFT_START}, tuned_as="+ baseline"),
    "soft start, no reward": Row("hard", {**WIDE, "soft_start": SOFT_START, "weight": 0.0}, tuned_as="+ baseline"),
    "soft start, no entropy": Row("hard", {**MOVING, "soft_start": SOFT_START}, tuned_as="+ baseline"),
    "soft start, slope alone": Row("hard", {**ALONE, "weight": 0.0, "soft_start": SOFT_START}),
    "+ mixing": Row("hard", {**WIDE, "mixing": 0.5}, tuned_as="+ baseline"),
    "soft, doubly stochastic": Row("soft", doubly_stochastic=True),
}
"""In the order in which they are missed most."""
PARTS = ("rows", "traces", "noise", "tries")
"""*Tries* are those for comparison alone; those that a row is chosen by come before everything."""
TRACED = ("slope alone", "bare", "+ soft start", "soft", "soft, doubly stochastic")


@dataclass(frozen=True)
class Bench:
    """What all runs of one invocation share."""

    out: Path
    steps: int
    corpus: ParallelCorpus
    pictures: dict[str, Any]
    """The options of the draw, with its fingerprint."""

    def kept(self, key: str) -> Path:
        """Return where the parameters of a run are kept."""
        return self.out.parent / "hard" / f"{key}.pt"


def main() -> None:
    arguments = _arguments()
    torch.set_num_threads(1)
    options = {**SCENES, "size": arguments.size}
    corpus = caption_corpus(**options)
    bench = Bench(arguments.out, arguments.steps, corpus, drawn(options, corpus))
    run_once(
        bench.out,
        "floors",
        {"corpus": "scenes", "pairs": bench.pictures},
        lambda: floors(corpus.train, corpus.test),
        str,
    )
    if arguments.count:
        return
    for name in ROWS:
        if not ROWS[name].tuned_as:
            try_all(bench, name)
    for part in PARTS:
        if part in arguments.parts:
            for seed in arguments.seeds:
                measure(bench, part, arguments.rows, seed)


def measure(bench: Bench, part: str, rows: Sequence[str], seed: int) -> None:
    """Add a part of a seed to the record, where it is not there."""
    of_seed = {"corpus": "scenes", "pairs": bench.pictures, "seed": seed}
    if part == "rows":
        for name in rows:
            run_row(bench, name, seed)
    elif part == "noise":
        _with_models(bench, f"noise, seed {seed}", {**of_seed, **NOISY}, NOISY_ROWS, seed, partial(noises, bench, seed))
    elif seed == SEEDS[0] and part == "traces":
        _with_models(bench, "traces", of_seed, TRACED, seed, partial(traces, bench, seed))
    elif seed == SEEDS[0] and part == "tries":
        for name in rows:
            try_all(bench, name)


# --- which strength and rate


def try_all(bench: Bench, name: str) -> None:
    """Run a row on seed 1 with each of the numbers to be tried, unless it stands in the record."""
    for tuning in ROWS[name].tries:
        settings, key = settings_of(bench, name, SEEDS[0], tuning), tried(name, tuning)
        run_once(bench.out, key, settings, partial(run, bench, settings, key), said)


def tried(name: str, tuning: Tuning) -> str:
    """Return the key of a try."""
    return f"{name}, seed {SEEDS[0]}, strength {tuning[0]:g}, rate {tuning[1]:g}"


def own_tuning(record: Mapping[str, Any], name: str) -> Tuning:
    """Return the numbers of a row: the best of its tries on the validation pictures, or those of another row."""
    row = ROWS[name]
    if row.tuned_as:
        return own_tuning(record, row.tuned_as)
    if row.doubly_stochastic:
        return LAMBDA, BASE[1]
    if not row.tries:
        return BASE
    return min(row.tries, key=lambda tuning: record[tried(name, tuning)]["validation_perplexity"])


# --- a run


def run_row(bench: Bench, name: str, seed: int) -> None:
    """Run one row, unless it stands in the record."""
    tuning, key = own_tuning(read(bench.out), name), f"{name}, seed {seed}"
    settings = settings_of(bench, name, seed, tuning)
    trial = read(bench.out).get(tried(name, tuning), {})
    if trial.get("settings") == settings:  # this very run has been made, to choose its numbers
        for of_try in bench.kept("").parent.glob(f"{tried(name, tuning)}*.pt"):
            of_try.rename(of_try.with_name(of_try.name.replace(tried(name, tuning), key)))
        run_once(bench.out, key, settings, lambda: {k: v for k, v in trial.items() if k != "settings"}, said)
        return
    run_once(bench.out, key, settings, partial(run, bench, settings, key), said)


def settings_of(bench: Bench, name: str, seed: int, tuning: Tuning) -> dict[str, Any]:
    """Return all that a run depends on."""
    row = ROWS[name]
    objective = row.objective(tuning[0])
    return {
        "corpus": "scenes",
        "row": name,
        "attention": row.attention,
        "seed": seed,
        "steps": bench.steps,
        "learning_rate": tuning[1],
        **SIZES,
        "reinforce": asdict(objective.reinforce) if row.attention == "hard" else None,
        "doubly_stochastic": objective.doubly_stochastic,
        "pairs": bench.pictures,
    }


def built(bench: Bench, settings: Mapping[str, Any]) -> Seq2Seq:
    """Return the captioner of a run before its first update."""
    seed_everything(settings["seed"])
    _, words = bench.corpus.vocabularies()
    sizes = {name: settings[name] for name in SIZES}
    return xu2015(cell_vocabulary(), words, attention=settings["attention"], **sizes)


def run(bench: Bench, settings: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Train one captioner; score it as it looks and in other ways, and its parameters before the draws begin, too."""
    model, row = built(bench, settings), ROWS[settings["row"]]
    reinforce = settings["reinforce"] or {}
    strength = settings["doubly_stochastic"] or reinforce.get("weight", 0.0)
    config = config_of(settings, objective=row.objective(strength))
    switch = round(settings["steps"] * reinforce.get("soft_start", 0.0))
    at_switch: dict[str, Any] = {}
    apart = 0.0

    def look(step: int, now: Seq2Seq) -> None:
        nonlocal apart
        started = time.process_time()
        if step == switch:
            at_switch.update(readings(now, bench.corpus.test))
            keep(now, bench.kept(f"{key}, at {step}"))
        apart += time.process_time() - started

    if switch:
        config = type(config)(**{**vars(config), "validate_every": switch, "validation_pairs": 1})
    started = time.process_time()
    history = fit(model, bench.corpus, config, look if switch else None)
    seconds = time.process_time() - started - apart
    keep(model, bench.kept(key))
    return {
        **measured(model, history, bench.corpus.test, buckets=()),
        "validations": [],  # those of the switch are of one picture, and only stop the clock
        "processor_seconds": round(seconds, 1),
        "losses_of_100_updates": one_line([sum(part) / len(part) for part in hundreds(history.losses)], 4),
        "validation_perplexity": perplexity(model, bench.corpus.validation),
        "reading": row.reading,
        "read": readings(model, bench.corpus.test),
        **({"switch": switch, "at_switch": at_switch} if switch else {}),
        **({} if row.attention == "none" else {"held": held(model, bench.corpus.test, row.reading == "averaged")}),
    }


def readings(model: Seq2Seq, pairs: Sequence[SentencePair]) -> dict[str, Any]:
    """Return the scores of a captioner read by its weighted mean, its largest weight, and by draws."""
    if model.decoder.attention is None:
        return {"averaged": scored(model, pairs)}
    found: dict[str, Any] = {}
    for reading in ("averaged", "largest"):
        with looking_by(model, read_by(model, reading)):
            found[reading] = scored(model, pairs)
    with looking_by(model, read_by(model, "drawn")), randomness_put_back():
        found["drawn"] = []
        for seed in DRAWN_WITH:
            torch.manual_seed(seed)
            scores = scored(model, pairs, bootstrap=0)
            found["drawn"].append({name: scores[name] for name in ("exact_match", "perplexity", "next_word")})
    return found


def perplexity(model: Seq2Seq, pairs: Sequence[SentencePair]) -> float:
    """Return the perplexity of a word with the true ones before it given."""
    return float(np.exp(np.concatenate(score_words(model, pairs).nats).mean()))


def keep(model: Seq2Seq, path: Path) -> None:
    """Keep the parameters of a captioner."""
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(model.state_dict(), path)


# --- what is measured on captioners that are kept


def _with_models(bench: Bench, key: str, settings: dict[str, Any], rows: Sequence[str], seed: int, run: Any) -> None:
    """Measure something on rows of a seed, unless it stands in the record or one of them is not kept here."""
    record = read(bench.out)
    settings = {**settings, "of": {name: record.get(f"{name}, seed {seed}", {}).get("settings") for name in rows}}
    missing = [name for name in rows if not bench.kept(f"{name}, seed {seed}").exists()]
    if missing and record.get(key, {}).get("settings") != settings:
        print(f"{key}: left out; the parameters of {missing[0]!r}, seed {seed}, are not kept here", flush=True)
        return
    run_once(bench.out, key, settings, run, lambda record: ", ".join(record)[:200])


@contextmanager
def _loaded(bench: Bench, name: str, seed: int, at: int | None = None) -> Iterator[Seq2Seq]:
    key = f"{name}, seed {seed}"
    model = built(bench, read(bench.out)[key]["settings"])
    model.load_state_dict(torch.load(bench.kept(key if at is None else f"{key}, at {at}")))
    yield model.eval()


def noises(bench: Bench, seed: int) -> dict[str, Any]:
    """Return how noisy the gradient of the score is: before the first update, at the end, and after a soft start."""
    measured_noise = partial(
        noise, pairs=bench.corpus.train[: NOISY["pictures"]], draws=NOISY["draws"], before=NOISY["before"]
    )
    record = read(bench.out)
    switch = record[f"+ soft start, seed {seed}"]["switch"]
    found = {}
    with randomness_put_back():
        torch.manual_seed(seed)
        found["+ entropy, at 0"] = measured_noise(built(bench, record[f"+ entropy, seed {seed}"]["settings"]))
        with _loaded(bench, "+ entropy", seed) as model:
            found["+ entropy, at the end"] = measured_noise(model)
        with _loaded(bench, "+ soft start", seed, switch) as model:
            found[f"+ soft start, at {switch}"] = measured_noise(model)
    return found


def traces(bench: Bench, seed: int) -> dict[str, Any]:
    """Return the traces of several rows at one picture, told its caption; see :func:`chosen`."""
    number, why = chosen(bench, seed)
    pair = bench.corpus.test[number]
    found = {}
    for name in TRACED:
        with _loaded(bench, name, seed) as model:
            seen = trace(model, pair.source, pair.target, gold=pair.target, links=gold_regions(pair), top=4)
            found[name] = seen.to_record(digits=3)
    return {"picture": number, "chosen": why, "traces": found}


def chosen(bench: Bench, seed: int) -> tuple[int, str]:
    """Return a test picture to show, and why: the first of those that are asked for, of two shapes.

    At least ten cells are coloured, *soft* and *+ soft start* caption it exactly and look at both shapes while they
    name the colours, and *bare* looks at neither. Where there is none, the first that *soft* captions exactly.
    """
    record, pairs = read(bench.out), bench.corpus.test
    found = {name: record[f"{name}, seed {seed}"]["read"][ROWS[name].reading] for name in ("soft", "+ soft start")}
    exact = {name: one["exact"] for name, one in found.items()}
    seen = {name: one["where"]["hits"].split() for name, one in found.items()}
    with _loaded(bench, "bare", seed) as model:
        hits = region_hits(pairs, score_words(model, pairs).looks or ())
    of_two = [
        k
        for k, pair in enumerate(pairs)
        if len(hits[k]) == 2 and sum(word != EMPTY for word in pair.source) >= 10 and exact["soft"][k] == "1"
    ]
    both = [k for k in of_two if exact["+ soft start"][k] == "1" and not any(hits[k])]
    if both := [k for k in both if all(of[k] == "11" for of in seen.values())]:
        return both[0], "soft and + soft start caption it exactly and look at both shapes, bare looks at neither"
    return of_two[0], "soft captions it exactly"


def said(record: Mapping[str, Any]) -> str:
    """Return a line that says what came out."""
    own = record["read"][record["reading"]]
    where = own.get("where", {"colours": float("nan"), "mass": float("nan"), "entropy": float("nan")})
    return (
        f"perplexity {record['validation_perplexity']:.4f}; exact {own['exact_match']:.1f}; colours "
        f"{where['colours']:.1f}, mass {where['mass']:.1f}, entropy {where['entropy']:.2f}; "
        f"{record['processor_seconds']} s"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=list(ROWS))
    parser.add_argument("--count", action="store_true", help="what chance gives, and nothing else")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    return read_command_line(
        parser, RESULTS, seeds=SEEDS, steps=STEPS, size=SCENES["size"], examples="training pictures"
    )


if __name__ == "__main__":
    main()
