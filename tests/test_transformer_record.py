"""What benchmarks/transformer.py builds, chooses and changes, before it trains for an hour; then the record itself."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from course_lib.attention import MultiHeadAttention
from course_lib.decoders import LuongDecoder, VaswaniDecoder
from course_lib.encoders.positions import sinusoids
from course_lib.metrics import AlignmentScore
from course_lib.models import build_model
from course_lib.seq2seq import Seq2Seq
from course_lib.vocabulary import Vocabulary
from tests.oracles.models import PAIRS, SOURCE, TARGET, batch, make

SIZES = (220, 326)
"""The words of the long lessons, English and French."""


SEARCHED: dict[str, dict[str, Any]] = {}
"""The sizes of a baseline: to search for them takes a second."""


class OfSizes:
    """A corpus of which only the vocabularies are asked for."""

    def vocabularies(self) -> tuple[Vocabulary, ...]:
        return tuple(Vocabulary.build([[f"w{n}" for n in range(size - 4)]]) for size in SIZES)


@pytest.fixture
def script(script_of: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    script = script_of("transformer")
    monkeypatch.setattr(script.Bench, "pairs", lambda _, label: {"size": 300, "draws": label})
    monkeypatch.setattr(script.Bench, "corpus", lambda *_: OfSizes())
    search = script.as_large

    def once(family: str, corpus: OfSizes) -> dict[str, Any]:
        if family not in SEARCHED:
            SEARCHED[family] = search(family, corpus)
        return SEARCHED[family]

    monkeypatch.setattr(script, "as_large", once)
    return script


@pytest.fixture
def bench(script: Any, tmp_path: Path) -> Any:
    return script.Bench(tmp_path / "transformer.json", 1_500, 300)


def trials(script: Any, **perplexities: Sequence[float]) -> dict[str, Any]:
    """Return the tries of families, by the perplexity of each."""
    return {
        script.tried(family, rate): {"validation_perplexity": value}
        for family, values in perplexities.items()
        for rate, value in zip(script.TRIES[family], values, strict=True)
    }


def test_every_row_can_be_built_and_is_named_for_what_it_is(script: Any) -> None:
    """A misspelt option would end the hour at its last run; a row that lacks its switch would repeat another."""
    for name, row in script.ROWS.items():
        size = script.VASWANI if row.family == "vaswani" else {"embedding": 8, "hidden": 8}
        model = build_model(row.family, SOURCE, TARGET, **{**size, **row.options})
        assert row.family == name.partition(",")[0] and row.shifted == ("shifted" in name)
        assert (
            row.half_rate
            == ("unscaled" in name)
            == any(not part.scaled for part in model.modules() if isinstance(part, MultiHeadAttention))
        )
        assert isinstance(model.decoder, VaswaniDecoder) == (row.family == "vaswani")
        assert isinstance(model.decoder, LuongDecoder) == (row.family == "luong")
        if isinstance(model.decoder, VaswaniDecoder):
            wanted = name.partition("positions: ")[2] or "both"
            assert (model.encoder.positions, model.decoder.positions) == (
                wanted in ("both", "source"),
                wanted in ("both", "target"),
            )
            assert model.decoder.layers[0].own.heads == 4


def test_every_row_is_planned_once_and_those_that_are_missed_most_come_first(script: Any) -> None:
    planned = [(name, label) for rows, label in script.GROUPS.values() for name in rows]
    assert len(set(planned)) == len(planned)
    assert {name for name, _ in planned} == set(script.ROWS)
    assert planned[:2] == [(family, "en-fr") for family in ("vaswani", "luong")]
    assert planned[2:5] == [(name, "en-fr short") for name in ("vaswani", "luong", "vaswani, shifted")]


def test_the_families_are_as_large_as_each_other(script: Any) -> None:
    """At its default size Luong's model has three fifths of the parameters: it would lose for that."""
    source, target = OfSizes().vocabularies()
    sizes = [
        sum(p.numel() for p in build_model(family, source, target, **options).parameters())
        for family, options in (
            ("vaswani", script.VASWANI),
            ("luong", script.as_large("luong", OfSizes())),
            ("bahdanau", script.as_large("bahdanau", OfSizes())),
        )
    ]
    assert sizes[0] == 222_022 and max(sizes) / min(sizes) < 1.04, sizes
    for family in ("luong", "bahdanau"):  # two units more or less are further away
        hidden = script.as_large(family, OfSizes())["hidden"]
        off = [
            abs(
                sum(p.numel() for p in build_model(family, source, target, embedding=64, hidden=h).parameters())
                - sizes[0]
            )
            for h in (hidden - 2, hidden, hidden + 2)
        ]
        assert off[1] == min(off)


def test_the_settings_of_a_run_say_all_that_it_depends_on(script: Any, bench: Any) -> None:
    """Else a run at another rate, or without the shift, would be taken for done."""
    in_time = {f"en-fr, {name}, seed 1": {"processor_seconds": s} for name, s in (("vaswani", 48.0), ("luong", 20.0))}
    bench.out.write_text(json.dumps(in_time))
    seen = {
        json.dumps(script.settings_of(bench, name, label, seed, rate), sort_keys=True)
        for name in script.ROWS
        for label in script.CORPORA
        for seed in (1, 2)
        for rate in ((4e-3, 400), (4e-3, 100), (8e-3, 400))
    }
    assert len(seen) == len(script.ROWS) * 2 * 2 * 3
    one = script.settings_of(bench, "vaswani, shifted", "en-fr short", 1, (4e-3, 400))
    assert (one["shifts"], one["warmup"], one["corpus"]) == (18, 400, "en-fr")
    assert one["pairs"]["draws"] == "en-fr short" and one["vocabularies"]["max_length"] == 20
    assert script.settings_of(bench, "luong, in vaswani's time", "en-fr", 1, (6e-3, 100))["steps"] == 3_600
    assert script.settings_of(bench, "luong", "en-fr", 1, (6e-3, 100))["steps"] == 1_500


# --- which rate


def test_a_baseline_gets_a_try_beyond_the_greater_of_its_rates(script: Any) -> None:
    """A baseline whose best rate was never tried loses for that; what the Transformer lacks, it lacks alone."""
    assert script.TRIES["luong"] == ((6e-3, 100), (12e-3, 100))
    assert script.beyond(trials(script, luong=(1.5, 1.2)), "luong") == (24e-3, 100)
    assert script.beyond(trials(script, luong=(1.1, 1.2)), "luong") is None
    assert script.beyond(trials(script, vaswani=(1.3, 1.2, 1.4)), "vaswani") is None


def test_a_row_has_the_best_rate_of_its_family_and_the_unscaled_try_half(
    script: Any, bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = trials(script, vaswani=(1.2, 1.5, 1.3), luong=(1.3, 1.2))
    record[script.tried("luong", (24e-3, 100))] = {"validation_perplexity": 1.1}
    bench.out.write_text(json.dumps(record))
    asked = []

    def run(_bench: Any, settings: Any, label: str) -> dict[str, Any]:
        asked.append((settings["row"], settings["learning_rate"], settings["seed"], label))
        return {"validation_perplexity": 1 + settings["learning_rate"]}

    monkeypatch.setattr(script, "run", run)
    monkeypatch.setattr(script, "said", lambda _: "")
    assert script.own_rate(bench, "luong") == (24e-3, 100)
    assert script.own_rate(bench, "vaswani, shifted") == (4e-3, 400)
    assert not asked
    assert script.own_rate(bench, "vaswani, unscaled") == (2e-3, 400)
    assert asked == [("vaswani, unscaled", 4e-3, 1, "en-fr"), ("vaswani, unscaled", 2e-3, 1, "en-fr")]


def test_a_try_is_the_run_of_its_seed_and_nothing_else_is(
    script: Any, bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    monkeypatch.setattr(script, "run", lambda _, settings, label: made.append((label, settings["seed"])) or {"new": 1})
    monkeypatch.setattr(script, "said", lambda _: "")
    record = trials(script, luong=(1.3, 1.6))
    for rate in script.TRIES["luong"]:
        record[script.tried("luong", rate)]["settings"] = script.settings_of(bench, "luong", "en-fr", 1, rate)
    bench.out.write_text(json.dumps(record))
    for label, seed in (("en-fr", 1), ("en-fr", 2), ("en-fr short", 1)):
        script.run_row(bench, "luong", label, seed)
    now = script.read(bench.out)
    assert made == [("en-fr", 2), ("en-fr short", 1)]
    assert now["en-fr, luong, seed 1"] == record[script.tried("luong", (6e-3, 100))]


# --- what is done to a model


def test_a_shift_moves_both_sides_each_by_its_own_draw_and_ends(script: Any) -> None:
    """One draw for both sides would keep a word beside its translation; none for one would leave its places new."""
    model, given = make("vaswani"), batch(PAIRS[:1])

    def first_places() -> tuple[int, int]:
        found: list[int] = []
        for layers, ids, embedding in (
            (model.encoder.layers, given.source, model.encoder.embedding),
            (model.decoder.layers, given.target_in, model.decoder.embedding),
        ):
            read: list[torch.Tensor] = []
            hook = layers[0].register_forward_pre_hook(lambda _, inputs, read=read: read.append(inputs[0]))
            model(given)
            hook.remove()
            places = read[0] - 6**0.5 * embedding(ids)
            T = ids.shape[1]
            found += [
                first
                for first in range(40)
                if torch.allclose(places[0], sinusoids(torch.arange(first, first + T).double(), 6), atol=1e-8)
            ]
        return (found[0], found[1])

    assert first_places() == (0, 0)
    with script.shifted(1, 18):
        drawn = [first_places() for _ in range(100)]
    with script.shifted(1, 18):
        assert [first_places() for _ in range(5)] == drawn[:5]
    for side in zip(*drawn, strict=True):
        assert set(side) <= set(range(18)) and len(set(side)) > 14 and max(Counter(side).values()) < 20
    assert sum(one == other for one, other in drawn) < 20
    assert first_places() == (0, 0)


def test_a_shifted_model_has_met_every_place_of_the_tests(script: Any) -> None:
    longest_lesson, longest_test = script.CORPORA["en-fr short"][1]["max_length"], script.BANDS[-1][1]
    assert longest_lesson + script.SHIFTS - 1 == longest_test


def test_a_model_that_translates_once_says_the_same_and_forgets_it(script: Any) -> None:
    model, asked = make("luong-dot"), []
    translate = model.translate

    def counted(sources: Any, **options: Any) -> Any:
        asked.extend(sources)
        return translate(sources, **options)

    model.translate = counted  # type: ignore[method-assign]
    sources = [list(PAIRS[0].source), list(PAIRS[1].source), list(PAIRS[0].source)]
    with script.translating_once(model):
        found = [model.translate(sources, max_length=5), model.translate(sources[:2], max_length=5)]
    alone = [translate([source], max_length=5)[0] for source in sources]
    assert [t.tokens for t in found[0]] == [t.tokens for t in alone] and alone[0].tokens != alone[1].tokens
    assert found[1] == found[0][:2] and asked == [PAIRS[0].source, PAIRS[1].source]
    assert "translate" not in vars(model) and isinstance(model, Seq2Seq)


def test_the_head_is_chosen_on_validation_pairs(script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lowest of eight numbers on the test set is low by choice."""

    def score(aer: float) -> AlignmentScore:
        return AlignmentScore(aer, 1.0, 1.0, 3, (aer - 1, aer + 1))

    def scores(_model: Any, pairs: Any, **options: Any) -> Any:
        values = {"validation": (9.0, 7.0, 8.0, 30.0), "test": (5.0, 6.0, 4.0, 31.0)}[pairs[0]]
        assert len(pairs) == {"validation": 300, "test": 400}[pairs[0]]
        assert options.get("bootstrap", 0) == (0 if pairs[0] == "validation" else script.BOOTSTRAP)
        return {(n // 2, n % 2): score(value) for n, value in enumerate(values)}

    monkeypatch.setattr(script, "evaluate_heads", scores)
    assert script.heads(None, ["validation"] * 900, ["test"] * 400) == {
        "validation_aer": "9.00 7.00 8.00 30.00",
        "aer": "5.00 6.00 4.00 31.00",
        "chosen": [0, 1],
        "chosen_aer": 6.0,
        "chosen_aer_interval": (5.0, 7.0),
    }


def test_a_try_does_not_overwrite_the_record(script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for option in (["--steps", "3"], ["--size", "300"]):
        monkeypatch.setattr(sys, "argv", ["transformer", *option])
        with pytest.raises(SystemExit):
            script._arguments()
    monkeypatch.setattr(sys, "argv", ["transformer"])
    assert script._arguments().groups[0] == "main"


def test_a_run_leaves_all_numbers_that_the_chapter_reads(
    script_of: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """On six sentences and two updates: what is missing would be missed after an hour."""
    script = script_of("transformer")
    linked = [replace(pair, sure=frozenset({(0, 0)}), possible=frozenset({(0, 0)})) for pair in PAIRS]

    class Few(OfSizes):
        train = validation = test = tuple(linked * 4)

        def vocabularies(self) -> tuple[Vocabulary, ...]:
            return SOURCE, TARGET

    monkeypatch.setattr(script.Bench, "corpus", lambda *_: Few())
    monkeypatch.setattr(script.Bench, "pairs", lambda *_: {"draws": "few"})
    monkeypatch.setattr(script.Bench, "tested", linked)
    monkeypatch.setattr(script, "BANDS", ((1, 3), (4, 6)))
    monkeypatch.setattr(script, "TIMED_BAND", (1, 6))
    for module in (script, sys.modules["records"]):
        monkeypatch.setattr(module, "BOOTSTRAP", 10)
    bench = script.Bench(tmp_path / "x.json", 2, 300)
    for name, label in (("vaswani", "en-fr"), ("vaswani, shifted", "en-fr short"), ("bahdanau", "en-fr")):
        settings = script.settings_of(bench, name, label, 1, (4e-3, 100))
        run = script.run(bench, settings, label)
        assert set(run["test_by_source_length"]) == set(run["length_ratio"]) == {"1-3", "4-6"}
        assert run["inside"]["sentences"] == 3 and run["inside"]["alignment"]["aer"] >= 0
        assert run["validation_perplexity"] > 1 and len(run["losses_of_100_updates"].split()) == 1
        assert ("heads" in run) == (settings["family"] == "vaswani")
        assert ("decoding_seconds" in run) == (label == "en-fr")
        assert json.loads(json.dumps(run)) and script.said({"settings": settings, **run})


# --- the record itself

FILE = Path(__file__).resolve().parent.parent / "course_lib" / "results" / "transformer.json"
RECORD = json.loads(FILE.read_text("utf-8"))


@pytest.mark.parametrize("key", RECORD)
def test_every_run_of_the_record_stands_under_its_own_name(script: Any, key: str) -> None:
    """A run copied to another key would be a seed that was never trained; one of another rate, another row."""
    run, settings = RECORD[key], RECORD[key]["settings"]
    label = {20: "en-fr", 12: "en-fr short"}[settings["pairs"]["max_length"]]
    name, rate = settings["row"], (settings["learning_rate"], settings["warmup"])
    assert key in (f"{label}, {name}, seed {settings['seed']}", script.tried(name, rate))
    family = settings["family"]
    row, tried = script.ROWS[name], [*script.TRIES[family], *filter(None, [script.beyond(RECORD, family)])]
    own = script.best_of(RECORD, family, tried)
    if row.half_rate:
        own = script.best_of(RECORD, name, (own, (own[0] / 2, own[1])))
    assert rate == own or key == script.tried(name, rate)
    if script.tried(name, rate) in RECORD and (label, settings["seed"]) == ("en-fr", 1):
        assert run == RECORD[script.tried(name, rate)]
    size = script.VASWANI if family == "vaswani" else script.as_large(family, OfSizes())
    assert settings["options"] == {**size, **row.options} and tuple(run["vocabularies"]) == SIZES
    assert settings["shifts"] == (script.SHIFTS if row.shifted else 1)
    if not row.in_the_time_of:
        assert settings["steps"] == script.STEPS
    for scores in run["test_by_source_length"].values():
        assert len(scores["exact"]) == script.PER_BAND == scores["exact"].count("1") + scores["exact"].count("0")
        assert scores["exact_match"] == pytest.approx(scores["exact"].count("1"))


@pytest.mark.parametrize("key", [key for key, run in RECORD.items() if "heads" in run])
def test_the_head_of_the_record_is_the_best_on_validation(key: str) -> None:
    found = RECORD[key]["heads"]
    chosen_on, aer = ([float(number) for number in found[name].split()] for name in ("validation_aer", "aer"))
    place = 4 * found["chosen"][0] + found["chosen"][1]
    assert len(aer) == len(chosen_on) == 8 and chosen_on[place] == min(chosen_on)
    assert found["chosen_aer"] == pytest.approx(aer[place], abs=0.006)


def test_as_many_seconds_are_as_many_seconds() -> None:
    for seed in (1, 2, 3):
        if ours := RECORD.get(f"en-fr, luong, in vaswani's time, seed {seed}"):
            assert ours["settings"]["steps"] > 1_800
            assert ours["processor_seconds"] == pytest.approx(
                RECORD["en-fr, vaswani, seed 1"]["processor_seconds"], rel=0.4
            )
