"""What benchmarks/local.py counts, chooses and foretells, before it counts it for an hour."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from course_lib.attention import LocalAttention
from course_lib.corpora.pairs import SentencePair
from course_lib.word_scores import WordScores
from tests.oracles.models import PAIRS, SOURCE, TARGET, make

TINY = {"embedding": 3, "hidden": 4}
SIDES = {"inside", "outside"}


@pytest.fixture
def local(script_of: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    script = script_of("local")
    monkeypatch.setattr(script.Bench, "pairs", lambda _, label: {"size": 300, "draws": label})
    monkeypatch.setattr(script.Bench, "corpus", lambda *_: None)
    monkeypatch.setattr(script, "width", lambda *_: 68)
    return script


def linked(source: int, target: int, *sure: tuple[int, int]) -> SentencePair:
    return SentencePair(("a",) * source, ("b",) * target, frozenset(sure), frozenset(sure))


def test_every_row_can_be_built_is_named_for_what_it_is_and_is_planned_once(local: Any) -> None:
    """A misspelt option would end the hour at its last run; two rows of one model would be one row twice."""
    built = {name: local.luong2015(SOURCE, TARGET, **TINY, **row.options) for name, row in local.ROWS.items()}
    same = {json.dumps([row.options, row.as_large], sort_keys=True) for row in local.ROWS.values()}
    assert len(same) == len(local.ROWS)
    for name, model in built.items():
        look = model.decoder.attention
        assert isinstance(look, LocalAttention) == name.startswith("local-") == (local.ROWS[name].window is not None)
        assert local.ROWS[name].family == name.partition(",")[0]
        if local.ROWS[name].window:
            assert look.window == int(name.split("D = ")[1].split(",")[0]) if "D = " in name else look.window == 5
            assert look.predictive == local.moves(local.ROWS[name])
            assert look.gaussian == (("local-p" in name and "no Gaussian" not in name) or ", Gaussian" in name)
            assert look.renormalise == ("renormalised" in name)
        assert (model.decoder.start == "zeros") == ("from zeros" in name)
    planned = [(name, label) for rows, labels in local.GROUPS.values() for name in rows for label in labels]
    assert len(planned) == len(set(planned)) == 18 + 3 + 8 + 3 + 10 + 2 + 3
    assert {name for name, _ in planned} == set(local.ROWS) - {"dot, from zeros"}
    assert set(local.RATED.values()) <= set(local.ROWS)


def test_the_settings_of_a_run_say_all_that_it_depends_on(local: Any) -> None:
    """Else a run with another D, rate or set of sentences would be taken for done."""
    bench, seen = local.Bench(Path("x.json"), 10, 300), set()
    for name in local.ROWS:
        for label in local.CORPORA:
            for rate in local.RATES:
                for seed in (1, 2):
                    seen.add(json.dumps(local.settings_of(bench, name, label, seed, rate), sort_keys=True))
    assert len(seen) == len(local.ROWS) * 4 * 2 * 2
    one = local.settings_of(bench, "local-p, renormalised", "en-fr short", 1, 3e-3)
    assert one["options"] == {"local": "predictive", "window": 5, "renormalise": True}
    assert one["tested"] == {"per_bucket": 100, "longest": 29} and one["steps"] == 10 and one["pairs"]["size"] == 300
    large = local.settings_of(bench, "local-m, D = 3, bidirectional, as large", "en-zh", 1, 3e-3)
    assert (large["hidden"], one["hidden"]) == (68, 64)
    assert "as large" in json.dumps(large) and local.settings_of(bench, "dot", "en-fr", 1, 1.0)["learning_rate"] == 1


def pilots(local: Any, **perplexities: tuple[float, float, float, float]) -> dict[str, Any]:
    """Return pilots of families, perplexities of fr at the low and high rate, then of zh."""
    return {
        f"{label}, {local.RATED[family]}, seed 1, rate {rate:g}": {"validation_perplexity": values[2 * k + n]}
        for family, values in perplexities.items()
        for k, label in enumerate(local.FITTED)
        for n, rate in enumerate(local.RATES)
    }


def test_a_family_gets_the_rate_that_is_better_in_both_languages_together(local: Any) -> None:
    """By the geometric mean: in the plain one a language whose perplexity is large would decide alone."""
    record = pilots(local, dot=(1.0, 2.0, 10.0, 6.0), **{"local-m": (2.0, 1.0, 3.0, 2.0)})
    assert [local.own_rate(record, family) for family in ("dot", "local-m", "local-p")] == [3e-3, 6e-3, None]
    del record["en-zh, dot, seed 1, rate 0.006"]
    assert local.own_rate(record, "dot") is None


def stored(local: Any, bench: Any, keep: Any = lambda name, label: True) -> dict[str, Any]:
    """Return all that a prediction needs, as if it had been run: dot right in 8 of 10, windows as 0.5^k says."""
    record = pilots(local, dot=(2.0, 1.0, 2.0, 1.0), **{"local-m": (2.0, 1.0, 2.0, 1.0)})
    for name in local.GROUPS["window"][0]:
        for label in (*local.FITTED, local.FORETOLD):
            row = local.ROWS[name]
            if keep(name, label) and not (label == local.FORETOLD and row.window):
                k = local.outside(PAIRS_OF[label], row.window) if row.window else [0] * len(PAIRS_OF[label])
                for seed in local.SEEDS:
                    hits = "".join("1" if place % 10 < round(8 * 0.5**n) else "0" for place, n in enumerate(k))
                    settings = local.settings_of(bench, name, label, seed, 6e-3)
                    record[f"{label}, {name}, seed {seed}"] = {"settings": settings, "hits": hits}
    for key, value in record.items():
        value.setdefault("settings", {"corpus": key.partition(",")[0]})
    return record


def words_out(number: int, away: int) -> SentencePair:
    """Return a pair of 16 words, ``number`` of them ``away`` from their place."""
    return linked(16, 16, *((i, i) for i in range(number, 16)), *((i + away, i) for i in range(number)))


PAIRS_OF = {
    label: [
        linked(words, words, *((i, i) for i in range(words))) if not far else words_out(far, 4)
        for words, far in ((5, 0), (9, 0), (13, 0), (16, 0), (16, 1), (16, 2))
        for _ in range(10)
    ]
    for label in ("en-fr", "en-zh", "en-mr")
}


@pytest.fixture
def bench(local: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.setattr(local.Bench, "tested", lambda _, label: PAIRS_OF[label])
    return local.Bench(tmp_path / "local.json", 10, 300)


def test_the_number_that_is_fitted_is_what_a_word_outside_leaves(local: Any, bench: Any) -> None:
    """Made with r = ½: found again, and what follows for the third language stands beside its date."""
    bench.out.write_text(json.dumps(stored(local, bench)))
    local.predict(bench)
    made = local.read(bench.out)["prediction"]
    assert made["r"] == pytest.approx(0.5, abs=0.01)
    assert set(made["r_by_corpus"]) == {"en-fr", "en-zh"} and made["date"].endswith("+00:00")
    cells = {(cell["D"], cell["source_words"]): cell for cell in made["cells"]["en-mr"]}
    assert len(cells) == 20 and not any("measured" in cell for cell in cells.values())
    assert all("measured" in cell for cell in made["cells"]["en-zh"])
    near, far = cells[1, "16-20"], cells[5, "16-20"]
    assert near["sentences"] == 30 and near["words_outside"] == pytest.approx(1.0)
    assert near["predicted"] == pytest.approx(80 * (1 + made["r"] + made["r"] ** 2) / 3)
    assert far["words_outside"] == 0 and far["predicted"] == pytest.approx(80) == cells[1, "4-7"]["predicted"]


def test_a_prediction_cannot_be_written_after_the_fact(local: Any, bench: Any) -> None:
    """Whatever window: local-p in Marathi tells as much as local-m."""
    for name in ("local-m, D = 8", "local-p"):
        record = stored(local, bench)
        record[f"en-mr, {name}, seed 1"] = {"settings": local.settings_of(bench, name, "en-mr", 1, 6e-3), "hits": ""}
        bench.out.write_text(json.dumps(record))
        with pytest.raises(SystemExit, match=f"No prediction any more: 'en-mr, {name}, seed 1' has been run"):
            local.predict(bench)
        assert "prediction" not in local.read(bench.out)


def test_no_window_reads_marathi_before_it_is_predicted(
    local: Any, bench: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(local, "run", lambda *_: {"hits": "1"})
    bench.out.write_text(json.dumps(stored(local, bench)))
    for rate in (None, 3e-3):
        local.run_row(bench, "local-m, D = 1", "en-mr", 1, rate)
        assert "left out; a window reads Marathi after it has been predicted" in capsys.readouterr().out
        assert not [key for key in local.read(bench.out) if "en-mr, local" in key]
    local.predict(bench)
    local.run_row(bench, "local-m, D = 1", "en-mr", 1, 3e-3)
    assert "en-mr, local-m, D = 1, seed 1, rate 0.003" in local.read(bench.out)


def test_a_prediction_from_half_of_the_runs_is_refused(local: Any, bench: Any) -> None:
    bench.out.write_text(json.dumps(stored(local, bench, lambda name, label: (name, label) != ("dot", "en-mr"))))
    with pytest.raises(SystemExit, match="No prediction yet: 3 runs are missing, the first is 'en-mr, dot, seed 1'"):
        local.predict(bench)


def test_a_pilot_is_the_run_of_its_seed_and_nothing_else_is(
    local: Any, bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    monkeypatch.setattr(local, "run", lambda _, settings, label: made.append(settings["seed"]) or {"hits": "new"})
    record = pilots(local, dot=(2.0, 1.0, 2.0, 1.0))
    for key, found in record.items():
        label, rate = key.partition(",")[0], float(key.rpartition(" ")[2])
        found |= {"settings": local.settings_of(bench, "dot", label, 1, rate), "hits": f"pilot {rate:g}"}
        found["settings"]["steps"] = 3 if label == "en-zh" else bench.steps  # one of another length is no run
    bench.out.write_text(json.dumps(record))
    for label, seed in (("en-fr", 1), ("en-fr", 2), ("en-zh", 1)):
        local.run_row(bench, "dot", label, seed)
    now = local.read(bench.out)
    assert now["en-fr, dot, seed 1"]["hits"] == "pilot 0.006" and now["en-fr, dot, seed 2"]["hits"] == "new"
    assert now["en-fr, dot, seed 1"]["settings"]["learning_rate"] == 6e-3 and made == [2, 1]


def test_looks_that_end_on_the_end_and_weights_that_do_not_sum_to_one_are_counted(local: Any) -> None:
    pair = linked(2, 3, (0, 0), (1, 2))  # the second target word has no partner
    look = np.array([[0.1, 0.2, 0.3], [0, 0, 0.3], [0.1, 0.5, 0.2], [0, 0, 1]])
    scores = WordScores((np.zeros(4),), (np.array([True, False, True, True]),), (look,))
    found = local.looks(scores, [pair])
    assert (found["on_end"], found["on_end_of_all"]) == (50, pytest.approx(200 / 3))
    assert found["sum_of_weights"] == pytest.approx((0.6 + 0.8) / 2) and found["words"] == 2


def test_words_are_right_by_the_window_that_the_model_has_and_by_how_far_it_stands(local: Any) -> None:
    pair = linked(12, 3, (0, 0), (11, 1), (5, 2))
    scores = WordScores((np.zeros(4),), (np.array([True, False, True, True]),), None)
    found = local.place(scores, [pair], [[2.5, 0.4, 3.2, 12.0]], local.ROWS["local-m, D = 2"], ((4, 11), (12, 15)))
    # p = 2.5 stands at 2, which shows word 0; from 0.4 word 11 is 10.6 away; the window of 3.2 ends with word 5
    assert found["right_by_window"] == {
        "inside": {"words": 2, "right": 100.0},
        "outside": {"words": 1, "right": 0.0},
    }
    assert {far: n["words"] for far, n in found["right_by_distance"].items()} == {"1": 1, "10": 1, "2": 1}
    assert found["distance_quartiles"] == pytest.approx([2.15, 2.5, 6.55])
    assert found["further_than_window"] == pytest.approx(200 / 3)
    band = found["by_length"]["12-15"]
    assert found["by_length"]["4-11"]["sentences"] == 0 and band["sentences"] == 1
    assert [band["p"][k] for k in (0, 4, 8)] == pytest.approx([2.5 / 13, 0.4 / 13, 3.2 / 13], abs=1e-4)
    assert [band["gold"][k] for k in (0, 4, 8)] == pytest.approx([0, 11 / 13, 5 / 13], abs=1e-4)


def test_the_places_of_a_model_are_those_of_its_own_looks(local: Any) -> None:
    """In the order of the pairs, without padding: sentences of several lengths share a batch."""
    model = make("luong-local-p-feeding")
    found = local.predicted(model, PAIRS)
    assert [len(p) for p in found] == [len(pair.target) + 1 for pair in PAIRS]
    for p, pair in zip(found, PAIRS, strict=True):
        assert p == pytest.approx(local.predicted(model, [pair])[0])
    assert local.places(model, local.ROWS["local-m, D = 1"], PAIRS[1:2]) == [[0, 1, 2, 2]]


def test_a_film_has_the_first_sentences_of_each_length(local: Any) -> None:
    pairs = [linked(n, n) for n in (13, 5, 5, 9, 5, 17, 5, 13)]
    assert local.filmed_places(pairs, local.BANDS) == [1, 2, 4, 3, 0, 7, 5]


def test_the_counts_of_a_pair_stand_in_the_order_of_the_pairs(local: Any) -> None:
    found = local.counted([words_out(2, 4), words_out(0, 4), words_out(1, 2)])
    assert found["outside"] == {"1": "2 0 1", "2": "2 0 0", "3": "2 0 0", "5": "0 0 0", "8": "0 0 0", "10": "0 0 0"}
    assert found["linked"] == "16 16 16"
    several = linked(9, 2, (0, 0), (8, 0), (1, 1))
    both = local.counted([several])
    assert (both["outside"]["3"], both["partly_outside"]["3"], both["linked"]) == ("0", "1", "2")


def test_a_try_does_not_overwrite_the_record(local: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["local", "--steps", "3"])
    with pytest.raises(SystemExit):
        local._arguments()
    monkeypatch.setattr(sys, "argv", ["local"])
    assert local.planned(**{k: getattr(local._arguments(), k) for k in ("groups", "rows", "corpora")})[0] == (
        "dot",
        "en-fr",
    )


# --- the record itself

RECORD = json.loads(
    (Path(__file__).resolve().parent.parent / "course_lib" / "results" / "local.json").read_text("utf-8")
)
RUNS = {key: run for key, run in RECORD.items() if "hits" in run}


def line(text: str) -> Any:
    return np.array(text.split(), dtype=int)


def test_every_run_of_the_record_stands_under_its_own_name(local: Any) -> None:
    """A run copied to another key would be a seed that was never trained; one of another rate, another row."""
    for key, run in RUNS.items():
        settings = run["settings"]
        label = f"{settings['corpus']}{' short' if 'tested' in settings else ''}"
        name = f"{label}, {settings['row']}, seed {settings['seed']}"
        assert key in (name, f"{name}, rate {settings['learning_rate']:g}")
        own = local.own_rate(RECORD, local.ROWS[settings["row"]].family)
        assert settings["learning_rate"] == own or key.endswith(f"rate {settings['learning_rate']:g}")
        assert settings["options"] == local.ROWS[settings["row"]].options
        assert (settings["steps"], settings["embedding"]) == (local.STEPS, local.HIDDEN)
        words = line(RECORD[f"test, {label}"]["source_words"])
        assert (
            len(run["hits"]) == len(words) and run["looks"]["words"] == line(RECORD[f"test, {label}"]["linked"]).sum()
        )
        assert run["test"]["exact_match"] == pytest.approx(100 * run["hits"].count("1") / len(words))


def test_the_prediction_of_the_record_follows_from_its_runs_and_its_own_r() -> None:
    """Recomputed from the lines of counts, band by band: what is written is what the formula gives."""
    made, told = RECORD["prediction"], RECORD["test, en-mr"]
    words = line(told["source_words"])
    dots = [line(" ".join(RECORD[f"en-mr, dot, seed {seed}"]["hits"])) for seed in (1, 2, 3)]
    for cell in made["cells"]["en-mr"]:
        low, high = map(int, cell["source_words"].split("-"))
        chosen = (low <= words) & (words <= high)
        k = line(told["outside"][str(cell["D"])])[chosen]
        right = 100 * float(np.mean([dot[chosen].mean() for dot in dots]))
        assert cell["predicted"] == pytest.approx(right * float(np.mean(made["r"] ** k)))
    assert made["settings"]["pairs"]["en-mr"] == RECORD["en-mr, dot, seed 1"]["settings"]["pairs"]
