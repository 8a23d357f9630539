"""Does a decoder know where it has looked, and what is that worth? Lists in English and French, twelve models.

    python benchmarks/feeding.py                         # the runs that carry chapter 8, then the others
    python benchmarks/feeding.py --only minimum          # the first of these alone
    python benchmarks/feeding.py --rates                 # two other learning rates for three models, on seed 1
    python benchmarks/feeding.py --penalty               # a beam that pays for words never looked at
    python benchmarks/feeding.py --traces                # one list of seven items, four models
    python benchmarks/feeding.py --rows dot "dot, fed" --sets "said 5" --seeds 4 5 6

Three sets to learn from: lists of up to five items in the order said, of up to ten, and of up to eight whose
French is sorted. The second is the control of length. Tested are lists of two lengths, with no item said
twice and with many. Two rows are controls of equal size: *dot, state fed* for feeding, *concat, last look* for
coverage. Raw scores go to course_lib/results/feeding.json, run by run; a run that stands there with the same
settings, on the same draws, is not repeated, so that the script may be stopped at any time.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from records import (
    BOOTSTRAP,
    as_record,
    bits,
    by_sentence,
    config_of,
    drawn,
    measured,
    read_command_line,
    run_once,
    timed_fit,
)

import course_lib
from course_lib.corpora import ParallelCorpus, SentencePair, load
from course_lib.corpora.lists import item_numbers
from course_lib.evaluation import evaluate, translations
from course_lib.metrics import exact_match, word_balance
from course_lib.models import bahdanau2014, luong2015, sutskever2014
from course_lib.seq2seq import Seq2Seq
from course_lib.tracing import trace
from course_lib.training import Objective, seed_everything
from course_lib.word_scores import WordScores, score_words

RESULTS = Path(course_lib.__file__).parent / "results" / "feeding.json"
SIZES = {"embedding": 32, "hidden": 64}
STEPS, LEARNING_RATE, SIZE = 800, 5e-3, 5_000
RATES = (2.5e-3, 1e-2)  # beside LEARNING_RATE, whose runs are those of the table
RATED = ("dot", "dot, fed", "concat, coverage")
SEEDS = (1, 2, 3)
SETS: dict[str, dict[str, Any]] = {
    "said 5": {"least": 2, "most": 5, "order": "said"},
    "sorted 8": {"least": 2, "most": 8, "order": "sorted"},
    "said 10": {"least": 2, "most": 10, "order": "said"},
}
"""Name of a set of lists to learn from -> how they are drawn."""
TESTED = {"said 5": (5, 10), "said 10": (5, 10), "sorted 8": (5, 8)}
"""Items of the lists that each set is tested on."""
AGAIN = (0.0, 0.8)
LISTS = 250
DRAW_OF_TESTS = 2  # seed; what one draw tests on, no other trains on

CONCAT: dict[str, Any] = {"score": "concat"}
FED: dict[str, Any] = {"input_feeding": True}
COVERED: dict[str, Any] = {"coverage": True}
ROWS: dict[str, partial[Seq2Seq]] = {
    "dot": partial(luong2015),
    "dot, fed": partial(luong2015, **FED),
    "dot, state fed": partial(luong2015, **FED, fed="state"),
    "concat": partial(luong2015, **CONCAT),
    "concat, coverage": partial(luong2015, **CONCAT, **COVERED),
    "concat, last look": partial(luong2015, **CONCAT, **COVERED, coverage_of="last"),
    "concat, fed": partial(luong2015, **CONCAT, **FED),
    "fixed, reversed": partial(sutskever2014),
    "concat, fed, coverage": partial(luong2015, **CONCAT, **FED, **COVERED),
    "Bahdanau": partial(bahdanau2014),
    "Bahdanau, coverage": partial(bahdanau2014, **COVERED),
    "concat, coverage in the loss": partial(luong2015, **CONCAT),
}
OBJECTIVES = {"concat, coverage in the loss": Objective(doubly_stochastic=1.0)}
"""Rows that differ in what is minimised."""
CARRY = tuple(ROWS)[:6]
MINIMUM = [(row, name) for name in ("said 5", "sorted 8") for row in CARRY] + [("dot", "said 10")]
REST = [(row, name) for row in ROWS for name in SETS if (row, name) not in MINIMUM]
GROUPS = {"minimum": MINIMUM, "rest": REST}

PENALISED = ("dot", "dot, fed", "concat, coverage")
WIDTH, PENALTY_LISTS, CHOSEN_ON, TRIED_ON = 5, 100, 7, 10
ALPHAS, BETAS = (0.0, 0.2, 0.6, 1.0), (0.0, 0.2, 0.5, 1.0, 2.0, 5.0)
TRACED = ("concat", "concat, fed", "concat, coverage", "concat, fed, coverage")


@dataclass(frozen=True)
class Bench:
    """What all runs of one invocation share: where they go, how long they are, how many lists there are."""

    out: Path
    steps: int
    size: int
    lists: int
    loaded: dict[str, ParallelCorpus] = field(default_factory=dict)

    def options(self, name: str) -> dict[str, Any]:
        """Return how the lists of a set are drawn."""
        return {**SETS[name], "size": self.size, "seed": 1}

    def corpus(self, name: str) -> ParallelCorpus:
        """Return the lists of a set, drawn once."""
        if name not in self.loaded:
            self.loaded[name] = load("lists", **self.options(name))
        return self.loaded[name]

    def settings(self, row: str, name: str, seed: int, rate: float = LEARNING_RATE) -> dict[str, Any]:
        """Return all that a run depends on."""
        made = ROWS[row]
        return {
            "corpus": "lists",
            "row": row,
            "set": name,
            "seed": seed,
            "model": made.func.__name__,
            "options": made.keywords,
            "objective": asdict(OBJECTIVES.get(row, Objective())),
            **SIZES,
            "steps": self.steps,
            "learning_rate": rate,
            "tested": {"items": list(TESTED[name]), "again": list(AGAIN), "lists": self.lists, "seed": DRAW_OF_TESTS},
            "pairs": drawn(self.options(name), self.corpus(name)),
        }


def main() -> None:
    arguments = _arguments()
    torch.set_num_threads(1)
    bench = Bench(arguments.out, arguments.steps, arguments.size, arguments.lists)
    if arguments.traces:
        record_traces(bench)
    elif arguments.penalty:
        for row in (row for row in PENALISED if row in arguments.rows):
            searches = {"width": WIDTH, "alphas": list(ALPHAS), "betas": list(BETAS)}
            lists = {"penalty_lists": min(bench.lists, PENALTY_LISTS)}
            settings = {**bench.settings(row, "said 5", SEEDS[0]), **searches, **lists}
            run_once(bench.out, f"penalty, {row}", settings, partial(penalty, bench, settings))
    elif arguments.rates:
        for row in RATED:
            for rate in RATES:
                run_row(bench, row, "said 5", SEEDS[0], rate)
    else:
        for group in arguments.only:  # all seeds of the minimum before the first of the rest
            for seed in arguments.seeds:
                for row, name in GROUPS[group]:
                    if row in arguments.rows and name in arguments.sets:
                        run_row(bench, row, name, seed)


def run_row(bench: Bench, row: str, name: str, seed: int, rate: float = LEARNING_RATE) -> None:
    """Run one row on one set, unless it stands in the record."""
    settings = bench.settings(row, name, seed, rate)
    key = f"{name}, {row}, seed {seed}" + ("" if rate == LEARNING_RATE else f", rate {rate:g}")
    run_once(bench.out, key, settings, partial(run, bench, settings))


def run(bench: Bench, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Train one model; score it on the lists of its own kind, and on each kind of test list."""
    model, found = trained(bench, settings)
    corpus = bench.corpus(settings["set"])
    validation = evaluate(model, corpus.validation, unknown="unk", alignment=False)
    return {
        **found,
        "validation_perplexity": validation.perplexity.value,
        "lists": {
            f"{items} items, again {again:g}": scored(model, lists_of(settings["set"], items, again, bench.lists))
            for items in TESTED[settings["set"]]
            for again in AGAIN
        },
    }


def trained(bench: Bench, settings: Mapping[str, Any]) -> tuple[Seq2Seq, dict[str, Any]]:
    """Return a trained model, and the numbers that every run has."""
    corpus, row = bench.corpus(settings["set"]), settings["row"]
    seed_everything(settings["seed"])
    model = ROWS[row](*corpus.vocabularies(), **SIZES)
    config = config_of(settings, objective=OBJECTIVES.get(row, Objective()))
    history, seconds = timed_fit(model, corpus, config)
    return model, {
        **measured(model, history, corpus.test),
        "processor_seconds": round(seconds, 1),
        "target_tokens_per_processor_second": round(history.tokens / seconds),
    }


def lists_of(name: str, items: int, again: float, count: int, split: str = "test") -> Sequence[SentencePair]:
    """Return held-out lists of ``items`` items, translated as those of the set ``name``."""
    found: Sequence[SentencePair] = getattr(_drawn_lists(items, again, SETS[name]["order"]), split)[:count]
    if len(found) < count:
        raise SystemExit(f"There are only {len(found)} lists of {items} items to test on; asked for {count}.")
    return found


@cache
def _drawn_lists(items: int, again: float, order: str) -> ParallelCorpus:
    """Draw lists once for all runs: to find a thousand different ones takes longer than to translate them."""
    return load("lists", size=1, seed=DRAW_OF_TESTS, least=items, most=items, again=again, order=order)


# --- what a list shows


def scored(model: Seq2Seq, pairs: Sequence[SentencePair]) -> dict[str, Any]:
    """Return how lists of one kind are translated, and how each item fares when the words before it are given."""
    translated = translations(model, pairs, unknown="unk")
    said, references = [translation.tokens for translation in translated], [pair.target for pair in pairs]
    scores = score_words(model, pairs, unknown="unk")
    ends = [omissions(ours, reference) for ours, reference in zip(said, references, strict=True)]
    omitted, least, most = (sum(column) for column in zip(*ends, strict=True))
    return {
        **as_record(evaluate(model, pairs, unknown="unk", bootstrap=BOOTSTRAP)),
        **by_sentence(model, pairs),
        "balance": asdict(word_balance(said, references, BOOTSTRAP)),
        "omitted_in_order": omitted,
        "omitted_at_the_end": [least, most],
        "unfinished": sum(not translation.finished for translation in translated),
        "right_by_item": right_by_item(scores, pairs),
        "right_behind_item": right_behind_item(scores, pairs),
        "mass_by_item": mass_by_item(scores, pairs),
    }


def omissions(said: Sequence[str], reference: Sequence[str]) -> tuple[int, int, int]:
    """Return how many words of the items ``said`` lacks, in order, and of these the least and the most at the end.

    Words are matched by a longest common subsequence; the end is what stands behind its last word. Where items
    share words there are several such subsequences: least and most are over all of them. What stands between
    items is left out: the full stop comes last however early a list ends.
    """
    ours, theirs = ([w for w, n in zip(words, item_numbers(words), strict=True) if n] for words in (said, reference))
    n, m = len(ours), len(theirs)
    longest = np.zeros((n + 1, m + 1), dtype=int)  # of the first i of ours, the first j of theirs
    for i in range(n):
        for j in range(m):
            same = ours[i] == theirs[j]
            longest[i + 1, j + 1] = longest[i, j] + 1 if same else max(longest[i, j + 1], longest[i + 1, j])
    matched = int(longest[n, m])
    last = [j + 1 for i in range(n) for j in range(m) if ours[i] == theirs[j] and longest[i, j] + 1 == matched] or [0]
    return m - matched, m - max(last), m - min(last)


def right_by_item(scores: WordScores, pairs: Sequence[SentencePair]) -> dict[str, float]:
    """Return for each item, counted from 1, how many of its words are right, in per cent; "0" stands between items."""
    found: dict[int, list[bool]] = {}
    for right, pair in zip(scores.right, pairs, strict=True):
        for hit, item in zip(right[:-1], item_numbers(pair.target), strict=True):
            found.setdefault(item, []).append(bool(hit))
    return {str(item): 100 * float(np.mean(hits)) for item, hits in sorted(found.items())}


def right_behind_item(scores: WordScores, pairs: Sequence[SentencePair]) -> dict[str, float]:
    """Return for each item in how many lists, in per cent, the comma, "et" or full stop behind it is right.

    There a list goes on or ends: a model that has lost count of its items ends it too early, or not at all.
    """
    found: dict[int, list[bool]] = {}
    for right, pair in zip(scores.right, pairs, strict=True):
        marks = (hit for hit, item in zip(right[:-1], item_numbers(pair.target), strict=True) if not item)
        for item, hit in enumerate(marks, start=1):
            found.setdefault(item, []).append(bool(hit))
    return {str(item): 100 * float(np.mean(hits)) for item, hits in sorted(found.items())}


def mass_by_item(scores: WordScores, pairs: Sequence[SentencePair]) -> dict[str, float] | None:
    """Return for each item the mean weight on gold of its words that have a sure link; None without attention."""
    if scores.looks is None:
        return None
    found: dict[int, list[float]] = {}
    for look, pair in zip(scores.looks, pairs, strict=True):
        items = item_numbers(pair.target)
        gold: dict[int, list[int]] = {}
        for j, i in pair.sure or ():
            gold.setdefault(i, []).append(j)
        for i, partners in gold.items():
            found.setdefault(items[i], []).append(float(look[i, partners].sum()))
    return {str(item): float(np.mean(masses)) for item, masses in sorted(found.items())}


# --- a beam that pays for words never looked at


def penalty(bench: Bench, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Choose α on validation lists at β = 0, by exact match and then by words omitted; then try every β.

    α is the length normalisation, β the coverage penalty: Wu et al. (2016), §7. Both lengths are tried.
    """
    model, found = trained(bench, settings)
    chosen_on = lists_of("said 5", CHOSEN_ON, AGAIN[0], settings["penalty_lists"], "validation")
    tried_on = lists_of("said 5", TRIED_ON, AGAIN[0], settings["penalty_lists"])
    alphas = {alpha: searched(model, chosen_on, alpha, 0.0) for alpha in settings["alphas"]}
    alpha = min(alphas, key=lambda a: (-alphas[a]["exact_match"], alphas[a]["balance"]["omitted"], a))
    return {
        **found,
        "by_alpha": {f"{a:g}": scores for a, scores in alphas.items()},
        "alpha": alpha,
        "by_beta": {
            str(items): {f"{beta:g}": searched(model, pairs, alpha, beta) for beta in settings["betas"]}
            for items, pairs in ((CHOSEN_ON, chosen_on), (TRIED_ON, tried_on))
        },
    }


def searched(model: Seq2Seq, pairs: Sequence[SentencePair], alpha: float, beta: float) -> dict[str, Any]:
    """Return what a beam makes of lists, and in how many of them, in per cent, it holds the reference at all."""
    results = model.beam_search(
        [pair.source for pair in pairs],
        WIDTH,
        unknown="unk",
        length_normalisation=alpha,
        coverage_penalty=beta,
        n_best=WIDTH,
    )
    held = [[model.in_words(hypothesis).tokens for hypothesis in result.hypotheses] for result in results]
    best, references = [words[0] for words in held], [pair.target for pair in pairs]
    return {
        "exact_match": exact_match(best, references).value,
        "exact": bits(tuple(one) == tuple(other) for one, other in zip(best, references, strict=True)),
        "balance": asdict(word_balance(best, references, BOOTSTRAP)),
        "length_ratio": sum(map(len, best)) / sum(map(len, references)),
        "beam_holds_reference": 100
        * float(np.mean([ref in words for ref, words in zip(references, held, strict=True)])),
    }


# --- traces


def record_traces(bench: Bench) -> None:
    """Record how four models translate one list of seven items, the first that the plain one does not get right."""
    settings = bench.settings(TRACED[0], "said 5", SEEDS[0])
    settings = {**settings, "row": list(TRACED), "options": [ROWS[row].keywords for row in TRACED]}
    run_once(bench.out, "traces", settings, partial(traces, bench))


def traces(bench: Bench) -> dict[str, Any]:
    """Train the four models; return a trace of each."""
    models = {row: trained(bench, bench.settings(row, "said 5", SEEDS[0]))[0] for row in TRACED}
    pairs = lists_of("said 5", CHOSEN_ON, AGAIN[0], bench.lists)
    said = translations(models[TRACED[0]], pairs, unknown="unk")
    wrong = (pair for pair, ours in zip(pairs, said, strict=True) if tuple(ours.tokens) != tuple(pair.target))
    pair = next(wrong, pairs[0])
    seen = {row: trace(model, pair.source, gold=pair.target, links=pair.sure, top=3) for row, model in models.items()}
    return {"traces": {row: replace(one, contexts=None).to_record(digits=3) for row, one in seen.items()}}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=list(GROUPS))
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=list(ROWS))
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--rates", action="store_true", help="two other learning rates for three models, on seed 1")
    parser.add_argument("--penalty", action="store_true", help="beams that pay for words never looked at")
    parser.add_argument("--traces", action="store_true", help="one list of seven items, four models")
    parser.add_argument("--lists", type=int, default=LISTS, help="lists to test on, of each kind")
    return read_command_line(
        parser,
        RESULTS,
        seeds=SEEDS,
        steps=STEPS,
        size=SIZE,
        examples="lists to learn from",
        tries=("steps", "size", "lists"),
    )


if __name__ == "__main__":
    main()
