"""What a wider search finds, and what the best sentence is: lists with and without smoothing, and the grammar.

    python benchmarks/decoding.py                                    # every run, about an hour and a half of one core
    python benchmarks/decoding.py --lists "ε .2" --grammar --seeds 1 # one model of the lists, none of the grammar
    python benchmarks/decoding.py --lists --grammar "fixed, ε 0" --corpora en-zh

*Lists* of up to eight items are learnt by one model four times: plainly, with two shares of label smoothing, and
plainly for 150 updates alone. The *grammar*, small lexicon, up to 20 words, into French and into Chinese, is learnt by
a fixed vector and by Bahdanau's model, each with and without smoothing. Every test sentence is translated by beams of
several widths; then the best sentence that there is (Stahlberg & Byrne, 2019) is searched for, with a budget of
states, and whether it is proven stands beside it. Where the budget was spent the best *found* may be less than the
best there is: a search error that it shows is one, its silence proves nothing.

Cut to what fits into a morning: 60 lists of each length; 50 sentences of the grammar a band of lengths, 25 of them
searched exactly, in the bands of up to 12 words, 8,000 states each; samples of the models without smoothing; what
was found in each list for the first seed alone. Raw scores go to course_lib/results/decoding.json, run by run; a run
that stands there with the same settings, on the same draws, is not repeated.

The record holds the lists for seeds 1 to 6 (150 updates: 1 to 4), the grammar without smoothing for seeds 1 to 3, and
of the smoothed models of the grammar the fixed vector into French alone; the other three were not run.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from records import (
    BOOTSTRAP,
    bits,
    check_try,
    config_of,
    drawn,
    machine,
    one_line,
    pairs_by_length,
    run_once,
    timed_fit,
)
from sacrebleu.metrics import BLEU

import course_lib
from course_lib.batching import encode_sources, epoch_batches
from course_lib.corpora import ParallelCorpus, SentencePair, load
from course_lib.corpora.lists import item_numbers
from course_lib.evaluation import evaluate
from course_lib.metrics import bleu, is_search_error, length_ratio, resampled_interval, word_errors
from course_lib.metrics.balance import KINDS
from course_lib.models import bahdanau2014, luong2015, sutskever2014
from course_lib.search import ExactResult, Hypothesis, sample
from course_lib.seq2seq import Seq2Seq, default_max_length, evaluating
from course_lib.training import Objective, seed_everything
from course_lib.vocabulary import BOS, EOS
from course_lib.word_scores import score_words

RESULTS = Path(course_lib.__file__).parent / "results" / "decoding.json"
SIZES: dict[str, Any] = {"embedding": 32, "hidden": 64}
SEEDS = (1, 2, 3)
ROWS_AT_ONCE = 2_000  # hypotheses side by side in one step of a search

LISTS: dict[str, Any] = {"most": 8, "size": 5_000, "seed": 1}
ITEMS = (2, 3, 4, 5, 6, 7, 8, 10)  # 10: beyond training
WHOLE_ITEMS = (6, 8)  # of these each list keeps what was found, for one seed
DRAW_OF_TESTS = 2  # seed; what one draw tests on, no other trains on
LIST_WIDTHS = (1, 2, 5, 10, 19, 50)  # 19 is the size of the vocabulary
LIST_ALPHAS = (0.2, 0.6, 1.0)  # beside 0
ALPHA_ITEMS, ALPHA_WIDTHS, ALPHA_LONGEST = 8, (5, 50), 40
EXACT_ALPHAS = (0.2, 0.6)  # at 1 the bound is so loose that a proof takes thousands of states a list
CHOICE_WIDTHS = (1, *ALPHA_WIDTHS)
LIST_SAMPLES = 30

GRAMMAR: dict[str, Any] = {"size": 10_000, "seed": 1, "max_length": 20, "lexicon": "small"}
BANDS = ((4, 5), (6, 7), (8, 9), (10, 12), (13, 16), (17, 20))
EXACT_BANDS = 4  # the first ones
GRAMMAR_WIDTHS = (1, 2, 5, 10, 25, 50, 100)
GRAMMAR_ALPHAS, GRAMMAR_ALPHA_WIDTHS = (0.6, 1.0), (10, 50)
TEMPERATURES, SAMPLES = (0.25, 0.5, 1.0, 1.5), 50


@dataclass(frozen=True)
class Row:
    """A model and how it learns."""

    made: partial[Seq2Seq]
    steps: int
    learning_rate: float
    label_smoothing: float = 0.0


_dot = partial(Row, partial(luong2015, **SIZES), learning_rate=5e-3)
LIST_ROWS = {
    "ε .2": _dot(steps=800, label_smoothing=0.2),
    "ε 0": _dot(steps=800),
    "ε .1": _dot(steps=800, label_smoothing=0.1),
    "ε 0, 150 updates": _dot(steps=150),
}
_fixed = partial(Row, partial(sutskever2014, **SIZES), 1_500, 3e-3)
_bahdanau = partial(Row, partial(bahdanau2014, **SIZES), 1_500, 3e-3)
GRAMMAR_ROWS = {
    "fixed, ε 0": _fixed(),
    "Bahdanau, ε 0": _bahdanau(),
    "fixed, ε .1": _fixed(0.1),
    "Bahdanau, ε .1": _bahdanau(0.1),
}
CORPORA = ("en-fr", "en-zh")


@dataclass(frozen=True)
class Bench:
    """What all runs of one invocation share: where they go, and how much is trained, tested and searched."""

    out: Path
    most_steps: int | None
    lists: int
    per_band: int
    exact_per_band: int
    budget: int
    loaded: dict[str, ParallelCorpus] = field(default_factory=dict)

    def corpus(self, name: str) -> ParallelCorpus:
        """Return a corpus, drawn once."""
        if name not in self.loaded:
            self.loaded[name] = load(name, **(LISTS if name == "lists" else GRAMMAR))
        return self.loaded[name]

    def settings(self, name: str, row: str, seed: int) -> dict[str, Any]:
        """Return all that a run depends on."""
        made = (LIST_ROWS if name == "lists" else GRAMMAR_ROWS)[row]
        tested: dict[str, Any] = {"budget": self.budget}
        if name == "lists":
            tested |= {"items": ITEMS, "lists": self.lists, "seed": DRAW_OF_TESTS, "widths": LIST_WIDTHS}
            tested |= {"alphas": LIST_ALPHAS, "samples": LIST_SAMPLES}
        else:
            tested |= {"bands": BANDS, "a_band": self.per_band, "exact_a_band": self.exact_per_band}
            tested |= {"widths": GRAMMAR_WIDTHS, "alphas": GRAMMAR_ALPHAS, "samples": SAMPLES}
        return {
            "corpus": name,
            "row": row,
            "seed": seed,
            "model": made.made.func.__name__,
            **made.made.keywords,
            "objective": asdict(Objective(label_smoothing=made.label_smoothing)),
            "steps": min(made.steps, self.most_steps or made.steps),
            "learning_rate": made.learning_rate,
            "tested": {key: _as_json(value) for key, value in tested.items()},
            "pairs": drawn(LISTS if name == "lists" else GRAMMAR, self.corpus(name)),
        }


def main() -> None:
    given = _arguments()
    torch.set_num_threads(1)
    bench = Bench(given.out, given.most_steps, given.test_lists, given.per_band, given.exact_per_band, given.budget)
    for row in given.lists:
        for seed in given.seeds:
            run_row(bench, "lists", row, seed)
    for row in given.grammar:
        for seed in given.seeds:
            for corpus in given.corpora:
                run_row(bench, corpus, row, seed)


def run_row(bench: Bench, corpus: str, row: str, seed: int) -> None:
    """Train one model and search with it, unless that stands in the record."""
    settings = bench.settings(corpus, row, seed)
    work = partial(run, bench, settings)
    run_once(bench.out, f"{corpus}, {row}, seed {seed}", settings, work, _summary)


def run(bench: Bench, settings: dict[str, Any]) -> dict[str, Any]:
    """Train the model of a row; return what its searches find."""
    name, corpus = settings["corpus"], bench.corpus(settings["corpus"])
    made = (LIST_ROWS if name == "lists" else GRAMMAR_ROWS)[settings["row"]]
    seed_everything(settings["seed"])
    model = made.made(*corpus.vocabularies())
    whole = settings["seed"] == SEEDS[0]  # one seed is drawn list by list, all are counted
    objective = Objective(label_smoothing=made.label_smoothing)
    history, seconds = timed_fit(model, corpus, config_of(settings, objective=objective, unknown="unk"))
    return {
        "date": datetime.now(timezone.utc).date().isoformat(),
        "machine": machine(),
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "vocabularies": [len(model.source_vocabulary), len(model.target_vocabulary)],
        "processor_seconds": round(seconds, 1),
        "target_tokens_read": history.tokens,
        "validation_perplexity": evaluate(model, corpus.validation, unknown="unk", alignment=False).perplexity.value,
        **(of_lists(bench, model, whole) if name == "lists" else of_grammar(bench, model, settings)),
    }


# --- lists


def of_lists(bench: Bench, model: Seq2Seq, whole: bool) -> dict[str, Any]:
    """Return what every search makes of lists of each length, and what a length normalisation changes at eight."""
    eight, chosen_on = (lists_of(ALPHA_ITEMS, bench.lists, split) for split in ("test", "validation"))
    return {
        "by_items": {str(items): of_one_length(bench, model, items, whole) for items in ITEMS},
        "by_alpha": {f"{alpha:g}": normalised(bench, model, eight, alpha) for alpha in LIST_ALPHAS},
        "validation": {
            f"{alpha:g}": table(
                model, {str(width): beams(model, chosen_on, width, alpha) for width in CHOICE_WIDTHS}, chosen_on
            )
            for alpha in (0.0, *LIST_ALPHAS)
        },
        "least_risky": {f"{temperature:g}": least_risky(model, eight, temperature) for temperature in (0.5, 1.0)},
    }


def of_one_length(bench: Bench, model: Seq2Seq, items: int, whole: bool) -> dict[str, Any]:
    """Search lists of one length with every width, and exactly."""
    pairs = lists_of(items, bench.lists)
    best = model.exact_search([pair.source for pair in pairs], 10, unknown="unk", budget=bench.budget)
    found = {str(width): beams(model, pairs, width) for width in LIST_WIDTHS}
    found["exact"] = [one.hypothesis for one in best]
    return {
        **of_pairs(model, pairs, whole),
        **table(model, found, pairs, best),
        "hits": hits(model, {name: found[name] for name in ("1", "5", "50", "exact")}, pairs),
        **proofs(best),
        **({"words": _words(found), "ln_p": _log_probs(found)} if whole and items in WHOLE_ITEMS else {}),
    }


def normalised(bench: Bench, model: Seq2Seq, pairs: Sequence[SentencePair], alpha: float) -> dict[str, Any]:
    """Search lists for the best log P / lp, by beams and exactly, among sentences of up to 40 words."""
    found = {str(width): beams(model, pairs, width, alpha) for width in ALPHA_WIDTHS}
    if alpha not in EXACT_ALPHAS:
        return {**table(model, found, pairs), "hits": hits(model, found, pairs)}
    sources = [pair.source for pair in pairs]
    best = model.exact_search(sources, 50, ALPHA_LONGEST, "unk", length_normalisation=alpha, budget=bench.budget)
    found["exact"] = [one.hypothesis for one in best]
    return {**table(model, found, pairs), "hits": hits(model, found, pairs), **proofs(best)}


def least_risky(model: Seq2Seq, pairs: Sequence[SentencePair], temperature: float) -> dict[str, str]:
    """Of 30 samples take the one that shares most with all of them: Eikema & Aziz (2020), with F1 of word pairs."""
    samples = sampled(model, pairs, temperature, LIST_SAMPLES)
    return table(
        model,
        {
            "least risky": [max(some, key=partial(_shared_with, some)) for some in samples],
            "most probable sample": [max(some, key=lambda one: one.log_prob) for some in samples],
            "first sample": [some[0] for some in samples],
        },
        pairs,
    )


def _shared_with(samples: Sequence[Hypothesis], one: Hypothesis) -> float:
    return sum(shared(one, other) for other in samples)


def shared(one: Hypothesis, other: Hypothesis) -> float:
    """Return F1 of the pairs of neighbouring words of two sentences, their ends included."""
    ours, theirs = (_neighbours(hypothesis.tokens) for hypothesis in (one, other))
    return 2 * len(ours & theirs) / (len(ours) + len(theirs))


@cache
def _neighbours(tokens: tuple[int, ...]) -> frozenset[tuple[int, int, int]]:
    """Return each pair of neighbours with its number among equal ones."""
    seen: dict[tuple[int, int], int] = {}
    found = set()
    for pair in zip((BOS, *tokens), (*tokens, EOS), strict=True):
        seen[pair] = seen.get(pair, 0) + 1
        found.add((*pair, seen[pair]))
    return frozenset(found)


@cache
def _drawn_lists(items: int) -> ParallelCorpus:
    return load("lists", size=1, seed=DRAW_OF_TESTS, least=items, most=max(items, 3))


def lists_of(items: int, count: int, split: str = "test") -> list[SentencePair]:
    """Return held-out lists of ``items`` items."""
    pairs = [pair for pair in getattr(_drawn_lists(items), split) if max(item_numbers(pair.target)) == items][:count]
    if len(pairs) < count:
        raise SystemExit(f"There are only {len(pairs)} lists of {items} items to test on; asked for {count}.")
    return pairs


# --- the grammar


def of_grammar(bench: Bench, model: Seq2Seq, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what every width makes of test sentences, and how far that is from the best of the shorter ones."""
    pairs = held_out(settings["corpus"], bench.per_band)
    found = {str(width): beams(model, pairs, width) for width in GRAMMAR_WIDTHS}
    normalised = {
        f"{alpha:g}": {str(width): beams(model, pairs, width, alpha) for width in GRAMMAR_ALPHA_WIDTHS}
        for alpha in GRAMMAR_ALPHAS
    }
    chosen_on = bench.corpus(settings["corpus"]).validation[: bench.per_band * len(BANDS)]
    of_choice = {str(width): beams(model, chosen_on, width) for width in GRAMMAR_WIDTHS}
    return {
        "all": {**table(model, found, pairs), **intervals(model, found, pairs)},
        "bands": {band: table(model, _at(found, places), [pairs[k] for k in places]) for band, places in _bands(pairs)},
        "bleu_gains": gains(model, found, pairs),
        "by_alpha": {alpha: table(model, some, pairs) for alpha, some in normalised.items()},
        "validation": table(model, of_choice, chosen_on),
        "short": of_short(bench, model, found, pairs, with_samples=not settings["objective"]["label_smoothing"]),
    }


def of_short(
    bench: Bench,
    model: Seq2Seq,
    found: Mapping[str, Sequence[Hypothesis]],
    pairs: Sequence[SentencePair],
    with_samples: bool,
) -> dict[str, Any]:
    """Search the first sentences of each of the shorter bands exactly, and hold every width against that."""
    bands = [places[: bench.exact_per_band] for _, places in _bands(pairs)][:EXACT_BANDS]
    places = [place for band in bands for place in band]
    short = [pairs[place] for place in places]
    best = model.exact_search([pair.source for pair in short], 10, unknown="unk", budget=bench.budget)
    few = {**_at(found, places), "exact": [one.hypothesis for one in best]}
    shown = {name: few[name] for name in ("1", "5", "10", "100", "exact")}
    return {
        **of_pairs(model, short, whole=True),
        **table(model, few, short, best),
        "hits": hits(model, few, short),
        "missed_by_sentence": {name: missed(some, best) for name, some in few.items()},
        **proofs(best),
        "words": _words(shown),
        "ln_p": _log_probs(shown),
        "states": one_line([one.expanded for one in best]),
        **({"samples": temperatures(model, short, best)} if with_samples else {}),
    }


def _bands(pairs: Sequence[SentencePair]) -> list[tuple[str, list[int]]]:
    """Return each band with the places of its pairs."""
    return [
        (f"{low}-{high}", [place for place, pair in enumerate(pairs) if low <= len(pair.source) <= high])
        for low, high in BANDS
    ]


def _at(found: Mapping[str, Sequence[Hypothesis]], places: Sequence[int]) -> dict[str, list[Hypothesis]]:
    return {name: [some[place] for place in places] for name, some in found.items()}


@cache
def held_out(corpus: str, per_band: int) -> list[SentencePair]:
    """Return test pairs, equally many of each band of source lengths, band after band."""
    options = {key: value for key, value in GRAMMAR.items() if key not in ("size", "seed")}
    return pairs_by_length(corpus, per_band, BANDS, **options)


def intervals(
    model: Seq2Seq, found: Mapping[str, Sequence[Hypothesis]], pairs: Sequence[SentencePair]
) -> dict[str, str]:
    """Return the two ends of the 95 % interval of BLEU, with a column a search."""
    references = [pair.target for pair in pairs]
    scores = [bleu(said(model, some), references, bootstrap=BOOTSTRAP) for some in found.values()]
    ends = [score.interval or (np.nan, np.nan) for score in scores]
    return {name: one_line([end[k] for end in ends], 2) for k, name in enumerate(("bleu_low", "bleu_high"))}


def gains(
    model: Seq2Seq, found: Mapping[str, Sequence[Hypothesis]], pairs: Sequence[SentencePair]
) -> dict[str, dict[str, Any]]:
    """Return what each width gains over greedy search, and the widest over a beam of 5."""
    words, references = {name: said(model, some) for name, some in found.items()}, [pair.target for pair in pairs]
    compared = [*((str(width), "1") for width in GRAMMAR_WIDTHS[1:]), ("100", "5")]
    return {f"{one} over {other}": bleu_gain(words[one], words[other], references) for one, other in compared}


def bleu_gain(
    ours: Sequence[Sequence[str]], theirs: Sequence[Sequence[str]], references: Sequence[Sequence[str]]
) -> dict[str, Any]:
    """Return by how much the BLEU of ``ours`` is above that of ``theirs``, with the 95 % interval of a paired draw."""
    counts = np.array([[*_counts(a, r), *_counts(b, r)] for a, b, r in zip(ours, theirs, references, strict=True)])

    def gained(sums: np.ndarray) -> np.ndarray:
        return np.array([_bleu(row[:10]) - _bleu(row[10:]) for row in sums]) / 100  # the interval comes in per cent

    interval = resampled_interval(counts, gained, BOOTSTRAP)
    return {
        "gain": round(100 * float(gained(counts.sum(0, keepdims=True))[0]), 2),
        "interval": [round(end, 2) for end in interval or ()],
    }


def _counts(words: Sequence[str], reference: Sequence[str]) -> list[int]:
    """Return what BLEU sums over sentences: n-grams that match, n-grams said, words said, words of the reference."""
    found = _METRIC.corpus_score([" ".join(words)], [[" ".join(reference)]])
    return [*found.counts, *found.totals, found.sys_len, found.ref_len]


_METRIC = BLEU(tokenize="none", force=True)


def _bleu(row: np.ndarray) -> float:
    matched, totals, (said_words, wanted) = row[:4].tolist(), row[4:8].tolist(), row[8:10].tolist()
    return float(BLEU.compute_bleu(matched, totals, said_words, wanted).score)


def temperatures(model: Seq2Seq, pairs: Sequence[SentencePair], best: Sequence[ExactResult]) -> dict[str, Any]:
    """Return how often, of 50 samples a sentence, each temperature writes the reference, and the best sentence."""
    references = [tuple(pair.target) for pair in pairs]
    found: dict[str, Any] = {"mass_of_the_best": one_line(np.exp([one.hypothesis.log_prob for one in best]), 3)}
    for temperature in TEMPERATURES:
        samples = sampled(model, pairs, temperature, SAMPLES)
        words = [said(model, some) for some in samples]
        first = [some[0] for some in words]
        found[f"{temperature:g}"] = {
            "reference": one_line([some.count(one) for some, one in zip(words, references, strict=True)]),
            "best": one_line(
                [
                    [hypothesis.tokens for hypothesis in some].count(one.hypothesis.tokens)
                    for some, one in zip(samples, best, strict=True)
                ]
            ),
            "different": one_line([len(set(some)) for some in words]),
            "length_ratio": round(
                sum(len(one) for some in words for one in some) / (SAMPLES * sum(map(len, references))), 4
            ),
            "bleu_of_the_first": round(bleu(first, references).value, 2),
        }
    return found


# --- searches, and what is kept of them


def beams(model: Seq2Seq, pairs: Sequence[SentencePair], width: int, alpha: float = 0.0) -> list[Hypothesis]:
    """Return the best that a beam finds for each pair, in their order; one source length a batch, so one limit."""
    found: dict[int, Hypothesis] = {}
    for indices in epoch_batches(pairs, max(1, ROWS_AT_ONCE // width), seed=0, epoch=0):
        sources = [pairs[k].source for k in indices]
        results = model.beam_search(sources, width, unknown="unk", length_normalisation=alpha)
        found |= {k: result.hypotheses[0] for k, result in zip(indices, results, strict=True)}
    return [found[k] for k in range(len(pairs))]


@torch.no_grad()
def sampled(model: Seq2Seq, pairs: Sequence[SentencePair], temperature: float, count: int) -> list[list[Hypothesis]]:
    """Return ``count`` samples of each pair's translation."""
    found: dict[int, list[Hypothesis]] = {}
    generator = torch.Generator().manual_seed(1)
    with evaluating(model):
        for indices in epoch_batches(pairs, max(1, ROWS_AT_ONCE // count), seed=0, epoch=0):
            sources = [pairs[k].source for k in indices]
            source, lengths = encode_sources(sources, model.source_vocabulary, model.device, "unk")
            step, state = model.stepper(source, lengths, copies=count)
            longest = default_max_length(len(sources[0]))
            drawn_now = sample(step, state, len(sources) * count, longest, temperature, generator)
            found |= {k: drawn_now[row * count : (row + 1) * count] for row, k in enumerate(indices)}
    return [found[k] for k in range(len(pairs))]


def of_pairs(model: Seq2Seq, pairs: Sequence[SentencePair], whole: bool) -> dict[str, Any]:
    """Return what reference and empty sentence are worth: the means, and where ``whole`` of each pair."""
    nats = [-float(row.sum()) for row in score_words(model, pairs, unknown="unk").nats]
    of_empty = empty(model, pairs)
    words = [len(pair.target) for pair in pairs]
    means = {
        "reference_words_mean": round(float(np.mean(words)), 3),
        "ln_p_reference_mean": round(float(np.mean(nats)), 3),
        "ln_p_empty_mean": round(float(np.mean(of_empty)), 3),
    }
    return means | (
        {
            "source_words": one_line([len(pair.source) for pair in pairs]),
            "reference_words": one_line(words),
            "ln_p_reference": one_line(nats, 2),
            "ln_p_empty": one_line(of_empty, 2),
        }
        if whole
        else {}
    )


@torch.no_grad()
def empty(model: Seq2Seq, pairs: Sequence[SentencePair]) -> list[float]:
    """Return the log-probability of ``</s>`` as the first word, for each pair."""
    found = []
    with evaluating(model):
        for pair in pairs:
            source, lengths = encode_sources([pair.source], model.source_vocabulary, model.device, "unk")
            step, state = model.stepper(source, lengths)
            logits = step(torch.tensor([BOS], device=model.device), state).logits
            found.append(float(torch.log_softmax(logits.float(), -1)[0, EOS]))
    return found


def said(model: Seq2Seq, found: Sequence[Hypothesis]) -> list[tuple[str, ...]]:
    """Return hypotheses in words."""
    return [model.in_words(hypothesis).tokens for hypothesis in found]


def table(
    model: Seq2Seq,
    found: Mapping[str, Sequence[Hypothesis]],
    pairs: Sequence[SentencePair],
    best: Sequence[ExactResult] = (),
) -> dict[str, str]:
    """Return a line a measure, with a column a search; the first line names the searches.

    Where ``best`` is given, ``missed`` counts the sentences of which exact search knows a more probable one.
    """
    columns = {name: _column(model, some, pairs, best) for name, some in found.items()}
    rows = {row: " ".join(column[row] for column in columns.values()) for row in next(iter(columns.values()))}
    return {"searches": ", ".join(columns), **rows}


def _column(
    model: Seq2Seq, found: Sequence[Hypothesis], pairs: Sequence[SentencePair], best: Sequence[ExactResult]
) -> dict[str, str]:
    words, references = said(model, found), [pair.target for pair in pairs]
    errors = np.array([word_errors(ours, wanted) for ours, wanted in zip(words, references, strict=True)]).sum(0)
    column: dict[str, float] = {
        "right": sum(tuple(ours) == tuple(wanted) for ours, wanted in zip(words, references, strict=True)),
        "empty": sum(not ours for ours in words),
        "one_word": sum(len(ours) == 1 for ours in words),
        "unfinished": sum(not hypothesis.finished for hypothesis in found),
        **dict(zip(KINDS, errors.tolist(), strict=True)),
        **({"missed": missed(found, best).count("1")} if best else {}),
    }
    return {name: str(count) for name, count in column.items()} | {
        "bleu": f"{bleu(words, references).value:.2f}",
        "length_ratio": f"{length_ratio(words, references).value:.4f}",
        "ln_p_mean": f"{np.mean([hypothesis.log_prob for hypothesis in found]):.3f}",
    }


def hits(model: Seq2Seq, found: Mapping[str, Sequence[Hypothesis]], pairs: Sequence[SentencePair]) -> dict[str, str]:
    """Return for each search, a character a sentence, whether it is the reference."""
    return {
        name: bits(ours == tuple(pair.target) for ours, pair in zip(said(model, some), pairs, strict=True))
        for name, some in found.items()
    }


def missed(found: Sequence[Hypothesis], best: Sequence[ExactResult]) -> str:
    """Mark the sentences of which exact search knows a more probable one: search errors, be that one proven or not."""
    return bits(is_search_error(ours, other.hypothesis) for ours, other in zip(found, best, strict=True))


def proofs(best: Sequence[ExactResult]) -> dict[str, str]:
    """Return which of the best sentences found are proven, and after how many states: lowest, middle, highest."""
    states = np.quantile([one.expanded for one in best], (0, 0.5, 1))
    return {"proven": bits(one.proven for one in best), "states_low_median_high": one_line(states)}


def _words(found: Mapping[str, Sequence[Hypothesis]]) -> dict[str, str]:
    return {name: one_line([len(hypothesis.tokens) for hypothesis in some]) for name, some in found.items()}


def _log_probs(found: Mapping[str, Sequence[Hypothesis]]) -> dict[str, str]:
    return {name: one_line([hypothesis.log_prob for hypothesis in some], 2) for name, some in found.items()}


def _as_json(value: Any) -> Any:
    """Return tuples as lists: that is what comes back from a file."""
    return [_as_json(part) for part in value] if isinstance(value, tuple) else value


def _summary(record: dict[str, Any]) -> str:
    found, row = (record["by_items"]["8"], "right") if "by_items" in record else (record["all"], "bleu")
    proven = (found if "by_items" in record else record["short"])["proven"]
    shown = zip(found["searches"].split(", "), found[row].split(), strict=True)
    return f"{row} {', '.join(f'{name}: {value}' for name, value in shown)}; proven {proven.count('1')}/{len(proven)}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lists", nargs="*", choices=LIST_ROWS, default=list(LIST_ROWS))
    parser.add_argument("--grammar", nargs="*", choices=GRAMMAR_ROWS, default=list(GRAMMAR_ROWS))
    parser.add_argument("--corpora", nargs="+", choices=CORPORA, default=list(CORPORA))
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS))
    parser.add_argument("--most-steps", type=int, help="no run makes more updates than this, to try the script")
    parser.add_argument("--test-lists", type=int, default=60, help="lists to test on, of each length")
    parser.add_argument("--per-band", type=int, default=50, help="sentences to test on, of each band of lengths")
    parser.add_argument("--exact-per-band", type=int, default=25, help="of these, searched exactly")
    parser.add_argument("--budget", type=int, default=8_000, help="states that an exact search may expand")
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    check_try(parser, given, ("most_steps", "test_lists", "per_band", "exact_per_band", "budget"), RESULTS)
    return given


if __name__ == "__main__":
    main()
