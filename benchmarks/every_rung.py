"""Every mechanism of the course on one ladder: three seeds each on English-French and English-Chinese.

    python benchmarks/every_rung.py                              # 120 runs, about five hours of one core
    python benchmarks/every_rung.py --corpora en-zh --rungs "Luong dot" --seeds 1
    python benchmarks/every_rung.py --more                       # 42 more: controls for chapters 7 and 8
    python benchmarks/every_rung.py --table                      # what has been measured so far

All rungs have the same data and learning rate. Width and number of updates are the same, too, but for the controls
in HIDDEN and UPDATES, and for Luong's model that reads both ways with half the units each: what is compared is the
mechanism, not the tuning. Not every rung differs from another by one switch alone: Cho's model and the Bahdanau
family differ from the fixed vector in cell, readout and size, and Luong's in cell, direction, score, readout and
the step of the query from Bahdanau's. The page of the ladder names the rows that isolate one switch. The fixed
vectors gain from more updates; the better of them has a rung with nine thousand. Raw scores go to
course_lib/results/every_rung.json, run by run; a run that stands there with the same settings, on the same draws,
is not repeated.

Speed is target tokens a second of processor time, of updates alone: other work on the machine
disturbs it little, though not as little as one wishes.
"""

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import mean
from typing import Any

import torch
from records import drawn, measured, pairs_by_length, read, run_once, timed_fit

import course_lib
from course_lib.corpora import ParallelCorpus, SentencePair, load
from course_lib.models import bahdanau2014, cho2014, luong2015, sutskever2014
from course_lib.results.rungs import SEEDS, table
from course_lib.seq2seq import Seq2Seq
from course_lib.training import TrainConfig, seed_everything

RESULTS = Path(course_lib.__file__).parent / "results" / "every_rung.json"
CORPORA = ("en-fr", "en-zh")
CORPUS = {"size": 100_000, "seed": 1, "max_length": 40}
SIZES = {"embedding": 64, "hidden": 128}
STEPS = 2_500
PER_BUCKET = 100
WINDOW = 5  # the paper's 10 would leave little of a sentence of 17 words out of sight
LOSSES_EVERY = 100
RUNGS: dict[str, Callable[..., Seq2Seq]] = {
    "fixed": partial(sutskever2014, reverse_source=False),
    "fixed, reversed": sutskever2014,
    "fixed, reversed, a longer lesson": sutskever2014,
    "Cho": cho2014,
    "Cho, as large as fixed": cho2014,
    "Cho, as large as Bahdanau": cho2014,
    "Bahdanau": bahdanau2014,
    "Bahdanau, coverage": partial(bahdanau2014, coverage=True),
    "Bahdanau, query after": partial(bahdanau2014, query="after"),
    "Bahdanau, query after, readout before": partial(bahdanau2014, query="after", read_state="before"),
    "Luong dot, forward": partial(luong2015, direction="forward"),
    "Luong dot": luong2015,
    "Luong dot, bidirectional": partial(luong2015, direction="bidirectional"),
    "Luong general": partial(luong2015, score="general"),
    "Luong concat": partial(luong2015, score="concat"),
    "Luong location": partial(luong2015, score="location"),
    "Luong dot, input feeding": partial(luong2015, input_feeding=True),
    "Luong dot, hard": partial(luong2015, hard=True),
    "Luong dot, local-m": partial(luong2015, local="monotonic", window=WINDOW),
    "Luong dot, local-p": partial(luong2015, local="predictive", window=WINDOW),
}

MORE_RUNGS: dict[str, Callable[..., Seq2Seq]] = {
    "Luong location, start from zeros": partial(luong2015, score="location", start="zeros"),
    "Luong dot, query before": partial(luong2015, query="before"),
    "Luong dot, as large as with feeding": luong2015,
    "Luong dot, state fed": partial(luong2015, input_feeding=True, fed="state"),
    "Luong dot, start from zeros": partial(luong2015, start="zeros"),
    "Luong dot, as large as concat": luong2015,
    "Luong dot, bidirectional, as large": partial(luong2015, direction="bidirectional"),
}
"""Controls that chapters 7 and 8 ask for, those that they cannot do without first; the page shows RUNGS."""

HIDDEN = {
    "Cho, as large as fixed": 102,
    "Cho, as large as Bahdanau": 164,
    "Luong dot, as large as with feeding": 145,
    "Luong dot, as large as concat": 137,
    "Luong dot, bidirectional, as large": 138,
}
"""Rungs of another width: controls with as many parameters as another rung (within 2 % on both corpora)."""

UPDATES = {"fixed, reversed, a longer lesson": 9_000}
"""The rung of another budget: a fixed vector learns slowly, and its updates are the cheapest."""


def main() -> None:
    arguments = _arguments()
    if arguments.table:
        print(
            *(f"**{name}**\n\n{table(read(arguments.out), name, controls=True)}\n" for name in arguments.corpora),
            sep="\n",
        )
        return
    torch.set_num_threads(1)
    for name in arguments.corpora:
        corpus, held_out = load(name, **CORPUS), pairs_by_length(name, PER_BUCKET)
        pairs = drawn(CORPUS, corpus)
        for seed in arguments.seeds:
            for rung in arguments.rungs:
                run_once(
                    arguments.out,
                    f"{name}, {rung}, seed {seed}",
                    {"corpus": name, "rung": rung, "seed": seed, "steps": updates(rung), "pairs": pairs, **sizes(rung)},
                    partial(run, rung, seed, corpus, held_out),
                )


def sizes(rung: str) -> dict[str, int]:
    """Return the sizes of a rung's model: those of all others, unless it is a control of another width."""
    return {**SIZES, "hidden": HIDDEN.get(rung, SIZES["hidden"])}


def updates(rung: str) -> int:
    """Return the number of updates of a rung: that of all others, unless it is the control of another budget."""
    return UPDATES.get(rung, STEPS)


def run(rung: str, seed: int, corpus: ParallelCorpus, held_out: Sequence[SentencePair]) -> dict[str, Any]:
    """Train one model and score it on held-out pairs."""
    seed_everything(seed)
    model = (RUNGS | MORE_RUNGS)[rung](*corpus.vocabularies(), **sizes(rung))
    config = TrainConfig(updates(rung), seed=seed, device="cpu", validate_every=None)
    history, seconds = timed_fit(model, corpus, config)
    losses = [history.losses[k : k + LOSSES_EVERY] for k in range(0, len(history.losses), LOSSES_EVERY)]
    return {
        **measured(model, history, held_out),
        "processor_seconds": round(seconds, 1),
        "target_tokens_per_processor_second": round(history.tokens / seconds),
        f"mean_losses_of_{LOSSES_EVERY}_updates": [round(mean(part), 4) for part in losses],
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpora", nargs="+", choices=CORPORA, default=list(CORPORA))
    parser.add_argument("--rungs", nargs="+", choices=RUNGS | MORE_RUNGS, default=list(RUNGS))
    parser.add_argument("--more", action="store_const", dest="rungs", const=list(MORE_RUNGS))
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS))
    parser.add_argument("--table", action="store_true", help="print the table of what has been measured")
    parser.add_argument("--out", type=Path, default=RESULTS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
