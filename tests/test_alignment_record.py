"""What benchmarks/alignment.py tells its models, and what it counts of them, before it counts for an hour."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from course_lib.corpora import ParallelCorpus
from course_lib.corpora.pairs import SentencePair
from course_lib.models import build_model
from course_lib.results.draws import TODAY
from course_lib.word_scores import WordScores
from tests.draws import load_few_held_out
from tests.oracles.models import SOURCE, TARGET


@pytest.fixture
def alignment(script_of: Callable[[str], Any]) -> Any:
    return script_of("alignment")


@pytest.fixture
def bench(alignment: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """A bench of a few sentences."""
    few = drawn()
    monkeypatch.setattr(alignment.Bench, "pairs", lambda _, label: {"size": 200, "draws": label})
    monkeypatch.setattr(alignment.Bench, "corpus", lambda *_: few)
    monkeypatch.setattr(alignment, "BOOTSTRAP", 20)
    return alignment.Bench(tmp_path / "alignment.json", 2, 200)


@cache
def drawn() -> ParallelCorpus:
    found = load_few_held_out("en-fr", size=200, lexicon="small", max_length=8)
    return replace(found, validation=found.validation[:9], test=found.test[:9])


def pair_of(source: str, target: str, *sure: tuple[int, int], possible: Any = ()) -> SentencePair:
    links = frozenset(sure)
    return SentencePair(tuple(source.split()), tuple(target.split()), links, links | frozenset(possible))


PAIR = pair_of("a b c", "x y z", (0, 0), (1, 1), (2, 1), possible=[(2, 2)])
LOOK = np.array([[0.1, 0.6, 0.2, 0.1], [0.1, 0.1, 0.7, 0.1], [0.0, 0.0, 0.3, 0.7], [0.0, 0.0, 0.0, 1.0]])


def scored(*looks: np.ndarray) -> WordScores:
    return WordScores(tuple(np.zeros(len(look)) for look in looks), (np.array([True]),) * len(looks), looks)


def test_every_row_can_be_built_and_is_planned_once_a_seed_and_corpus(alignment: Any) -> None:
    """A misspelt option would end the hour at its last run."""
    for name, row in alignment.ROWS.items():
        model = build_model(row.model, SOURCE, TARGET, embedding=3, hidden=4, **row.options)
        assert (row.model == "bahdanau") == name.startswith("Bahdanau") == model.name.startswith("Bahdanau")
        assert ("before" in name.split(",")[0]) == (dict(row.options).get("query") == "before")
        assert name.partition(", told ")[2].removeprefix("by ") == row.told
    planned = list(alignment.planned((1, 2, 3)))
    keys = {alignment.key_of(run) for run in planned}
    assert {run.name for run in planned} == set(alignment.ROWS)
    assert {f"{label}, dot, seed {seed}" for label in alignment.CORPORA for seed in (1, 2, 3)} <= keys
    assert [alignment.key_of(run) for run in planned[:5]] == [
        f"en-fr, {name}, seed 1"
        for name in ("dot", "before", "dot, told by Model 1", "dot, told gold", "dot, told early")
    ]
    assert not {run.seed for run in alignment.planned((2, 3))} - {2, 3}
    assert not keys & {alignment.key_of(run) for run in alignment.trials()}


def test_the_settings_of_a_run_say_all_that_it_depends_on(alignment: Any, bench: Any) -> None:
    """Else a run that is told something else, or at another weight, would be taken for done."""
    seen = set()
    for name, row in alignment.ROWS.items():
        for seed in (1, 2):
            for rate in alignment.RATES[row.model]:
                for weight in alignment.WEIGHTS if row.told else (1.0,):
                    run = alignment.Run(name, "en-fr", seed, rate, weight)
                    seen.add((alignment.key_of(run), json.dumps(alignment.settings_of(bench, run), sort_keys=True)))
    rows = alignment.ROWS.values()
    expected = sum(2 * 2 * (2 if row.told else 1) for row in rows)
    assert len({key for key, _ in seen}) == len({settings for _, settings in seen}) == expected
    one = alignment.settings_of(bench, alignment.Run("dot, told by Model 1", "en-zh", 3, 6e-3, 0.1))
    assert (one["told"], one["supervision"], one["joined"]) == ("Model 1", 0.1, "grow-diag-final-and")
    assert one["options"] == {} and one["learning_rate"] == 6e-3


def test_early_links_are_those_of_the_next_word(alignment: Any) -> None:
    (told,) = alignment.early([PAIR])
    assert told.sure == told.possible == {(1, 0), (2, 0)}  # the first word's partner has no step before it
    assert (told.source, told.target) == (PAIR.source, PAIR.target)
    for pair, false in zip(drawn().train, alignment.early(drawn().train), strict=True):
        assert false.sure == {(j, i - 1) for j, i in pair.sure if i}
        assert all(0 <= i < len(pair.target) - 1 for _, i in false.sure)


def test_what_is_told_changes_links_of_training_pairs_and_nothing_else(alignment: Any, bench: Any) -> None:
    """Told in the held-out pairs, too, a model would be scored by what it was told."""
    plain = bench.corpus("en-fr")
    for told in ("Model 1", "gold", "early"):
        lesson = bench.lesson("en-fr", alignment.Row(told=told))
        assert lesson.test == plain.test and lesson.validation == plain.validation
        assert [(pair.source, pair.target) for pair in lesson.train] == [
            (pair.source, pair.target) for pair in plain.train
        ]
        assert ([pair.sure for pair in lesson.train] == [pair.sure for pair in plain.train]) == (told == "gold")
    assert bench.lesson("en-fr", alignment.Row()).train == plain.train


def test_model_1_teaches_what_it_found_without_gold(alignment: Any) -> None:
    pairs = drawn().train
    blind = [replace(pair, sure=None, possible=None) for pair in pairs]
    told = alignment.by_model_1(pairs)
    assert [pair.sure for pair in told] == [pair.sure for pair in alignment.by_model_1(blind)]
    assert alignment._score([pair.sure for pair in told], pairs).aer < 35
    assert all(pair.sure == pair.possible for pair in told)


def test_links_and_counts_of_a_sentence_on_paper(alignment: Any) -> None:
    scores = scored(LOOK)
    # largest: b for x, c for y, </s> for z; of these c–y is sure
    table = alignment.by_threshold(scores, [PAIR])
    aer = 100 * (1 - 2 / (2 + 3))
    assert [float(number) for number in table["largest"].split()] == pytest.approx(
        [aer, float("nan"), float("nan"), 50, 100 / 3], abs=1e-3, nan_ok=True
    )
    # from 0.3: b–x, c–y, c–z, which is possible
    assert float(table["0.3"].split()[0]) == pytest.approx(100 * (1 - (1 + 2) / (3 + 3)), abs=1e-3)
    assert table["0.9"].split()[3] == "nan" and list(table)[1:3] == ["0.05", "0.1"] and len(table) == 11
    assert alignment.counts(scores, [PAIR]) == {"in_sure": "1", "in_possible": "1", "proposed": "2", "sure": "3"}


def test_weights_are_kept_of_words_alone(alignment: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alignment, "SHOWN", (0, 7))
    assert alignment.shown(scored(LOOK)) == {
        "0": ["0.100 0.600 0.200 0.100", "0.100 0.100 0.700 0.100", "0.000 0.000 0.300 0.700"]
    }


def trial(perplexities: dict[str, float]) -> dict[str, Any]:
    return {key: {"validation_perplexity": value} for key, value in perplexities.items()}


def test_the_weight_of_what_is_told_is_chosen_when_every_trial_is_there(alignment: Any) -> None:
    found = {
        f"{label}, {name}, seed 1{suffix}": 1.5 if suffix else 2.0
        for label in ("en-fr", "en-zh")
        for name in alignment.TRIED
        for suffix in ("", ", weight 0.1")
    }
    record = trial(found)
    assert alignment.chosen_weight(record, "Model 1") == alignment.chosen_weight(record, "gold") == 0.1
    assert alignment.chosen_weight(record, "early") == alignment.chosen_weight(record, "") == 1
    del record["en-zh, dot, told gold, seed 1, weight 0.1"]
    assert alignment.chosen_weight(record, "gold") == 1
    assert alignment.chosen_weight(trial({**found, "en-fr, dot, told gold, seed 1": 0.1}), "gold") == 1


def test_a_run_keeps_what_the_page_needs_and_learns_by_what_it_is_told(
    alignment: Any, bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    fit = alignment.fit
    monkeypatch.setattr(
        alignment, "fit", lambda model, corpus, config: asked.append(config) or fit(model, corpus, config)
    )
    for run in (alignment.Run("dot, told early", "en-fr", 2, 6e-3, 0.5), alignment.Run("dot", "en-fr", 1, 6e-3, 1.0)):
        made = alignment.train(bench, alignment.settings_of(bench, run))
        assert {"hits", "mass", "thresholds", "validation_thresholds", "counts"} <= set(made)
        assert set(made["aer_by_offset"]) == {"-1", "0", "+1"}
        aer = float(made["thresholds"]["largest"].split()[0])
        assert aer == pytest.approx(made["test"]["alignment"]["aer"], abs=1e-3)
        assert len(made["hits"]) == len(made["counts"]["sure"].split()) == made["test"]["sentences"] == 9
        untold = run.name == "dot"
        assert ("weights" in made) == untold and asked[-1].objective.supervision == 0.5 * (not untold)


def test_a_try_does_not_overwrite_the_record(alignment: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["alignment", "--steps", "3"])
    with pytest.raises(SystemExit):
        alignment._arguments()
    monkeypatch.setattr(sys, "argv", ["alignment"])
    assert alignment._arguments().seeds == [1, 2, 3] and not alignment._arguments().rates


# --- the record itself

RECORD = json.loads(
    (Path(__file__).resolve().parent.parent / "course_lib" / "results" / "alignment.json").read_text("utf-8")
)
RUNS = {key: run for key, run in RECORD.items() if "hits" in run}


def numbers(text: str) -> Any:
    return np.array(text.split(), dtype=float)


def test_every_run_of_the_record_stands_under_its_own_name(alignment: Any) -> None:
    """A run copied to another key would be a seed that was never trained; one of another rate, another row."""
    for key, run in RUNS.items():
        settings = run["settings"]
        rate, weight = settings["learning_rate"], settings.get("supervision")
        assert key == alignment.key_of(
            alignment.Run(settings["row"], settings["corpus"], settings["seed"], rate, weight)
        )
        row = alignment.ROWS[settings["row"]]
        assert (settings["model"], settings["options"]) == (row.model, row.options)
        assert (settings["steps"], settings["embedding"], settings["hidden"]) == (alignment.STEPS, 64, 64)
        assert settings.get("told", "") == row.told
        expected = TODAY[settings["corpus"], json.dumps(alignment.DRAW, sort_keys=True)]
        assert settings["pairs"] == {**alignment.DRAW, "draws": expected}
        if row.told in ("Model 1", "gold") and settings["seed"] > 1:
            assert weight == alignment.chosen_weight(RECORD, row.told)


def test_what_the_page_calls_shown_has_three_seeds() -> None:
    """Told rows at the weight that was chosen; *dot* and *before* of further seeds stand in other records."""
    asked = {
        f"{label}, {name}, seed {seed}"
        for label in ("en-fr", "en-zh", "en-mr")
        for name in ("dot, told by Model 1", "dot, told gold", "dot, told early", "before")
        for seed in (1, 2, 3)
        if name != "before" or seed == 1 or label == "en-mr"
    } | {
        f"{label}, {name}, seed {seed}"
        for label in ("en-fr", "en-zh")
        for name in ("before, told gold", "Bahdanau", "Bahdanau, told early")
        for seed in (1, 2, 3)
    }
    assert asked <= {key.removesuffix(", weight 0.1") for key in RUNS}


def test_the_numbers_of_a_run_agree_with_each_other() -> None:
    """AER stands in the record three times: as scored, in the table of thresholds, and in counts of sentences."""
    for key, run in RUNS.items():
        counts = {name: numbers(column) for name, column in run["counts"].items()}
        n = run["test"]["sentences"]
        assert {len(column) for column in counts.values()} == {len(run["hits"])} == {n}, key
        in_sure, in_possible, proposed, sure = (counts[name].sum() for name in counts)
        aer = 100 * (1 - (in_sure + in_possible) / (proposed + sure))
        aligned, largest = run["test"]["alignment"], numbers(run["thresholds"]["largest"])
        assert aer == pytest.approx(aligned["aer"]) == pytest.approx(run["aer_by_offset"]["0"])
        expected = [aligned["aer"], *aligned["interval"], aligned["precision"], aligned["recall"]]
        assert largest == pytest.approx(expected, abs=1e-3)
        assert 100 * run["hits"].count("1") / n == pytest.approx(run["test"]["exact_match"])
        tables = run["thresholds"], run["validation_thresholds"]
        for recalls in ([numbers(line)[4] for name, line in table.items() if name != "largest"] for table in tables):
            assert recalls == sorted(recalls, reverse=True)


def test_early_looks_are_early(alignment: Any) -> None:
    """Where the lesson was not learnt, "a false look translates" would be said of looks that are not false."""
    for key, run in RUNS.items():
        if run["settings"].get("told") == "early":
            assert run["aer_by_offset"]["+1"] < run["aer_by_offset"]["0"], key
