"""What benchmarks/clinic.py builds and measures, before it trains for half an hour; then the record itself."""

import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from course_lib import evaluation
from course_lib.batching import epoch_batches
from course_lib.clinic import BUGS, IN_MODELS, sick
from course_lib.corpora.pairs import SentencePair
from course_lib.models import build_model
from course_lib.seq2seq import Seq2Seq
from course_lib.training import TrainConfig, fit, loop
from course_lib.vocabulary import Vocabulary
from tests.oracles.models import PAIRS, SOURCE, TARGET, batch, make

LINKED = [
    SentencePair(pair.source, pair.target, frozenset({(0, 0), (1, 1)}), frozenset({(0, 0), (1, 1)})) for pair in PAIRS
]
CROSSING = SentencePair(
    ("the", "black", "cat", "sees", "the", "dog"),
    ("le", "chat", "noir", "voit", "le", "chien"),
    frozenset({(0, 0), (1, 2), (2, 1)}),
    frozenset({(0, 0), (1, 2), (2, 1)}),
)


class Few:
    """A corpus of a few sentences."""

    name = "few"
    train = validation = test = (*LINKED * 3, CROSSING)

    def vocabularies(self) -> tuple[Vocabulary, ...]:
        return SOURCE, TARGET


@pytest.fixture
def script(script_of: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    script = script_of("clinic")
    monkeypatch.setattr(script.Bench, "pairs", lambda _, label: {"draws": label})
    monkeypatch.setattr(script.Bench, "corpus", lambda *_: Few())
    monkeypatch.setattr(script.Bench, "tested", (*LINKED, CROSSING))
    monkeypatch.setattr(script, "BANDS", ((1, 3), (4, 6)))
    for module in (script, sys.modules["records"]):
        monkeypatch.setattr(module, "BOOTSTRAP", 10)
    return script


@pytest.fixture
def bench(script: Any, tmp_path: Path) -> Any:
    return script.Bench(tmp_path / "clinic.json", 2, 300)


# --- which rows


def test_every_bug_of_a_model_has_a_row_with_a_place_for_it_beside_a_healthy_one(script: Any) -> None:
    """A row whose model refuses the bug would end the half hour; one without a bug would say that it does no harm."""
    rows = {**script.ROWS, **script.UNPACKED, **script.OTHER_RATES}
    for name, row in rows.items():
        constructor, options = script.MODELS[row.model]
        model = build_model(constructor, SOURCE, TARGET, **{**options, "embedding": 8, "hidden": 8})
        with sick(model, *row.bugs):
            pass
        if name not in script.UNPACKED:
            assert row.bugs == (() if name.partition(",")[0] in script.MODELS else (name.partition(",")[0],))
        assert script.ROWS[row.model] == script.Row(row.model)
    assert set(script.UNPACKED["unpacked and unmasked"].bugs) == {"state_after_padding", "padding_attended"}
    sick_rows = {key for row in script.ROWS.values() for key in row.bugs}
    assert sick_rows | {"mask_overflow"} == set(IN_MODELS) and next(iter(script.ROWS)) == "luong"


def test_another_rate_is_another_row(script: Any) -> None:
    rates = {name: row.rate for name, row in script.OTHER_RATES.items()}
    assert rates["luong, half the rate"] == script.RATE / 2 and rates["state_reset, twice the rate"] == 2 * script.RATE
    assert all(row.rate != script.RATE and row.model == "luong" for row in script.OTHER_RATES.values())
    assert rates["softmax_before_loss, a tenth of the rate"] == pytest.approx(script.RATE / 10)
    assert {name.partition(",")[0] for name in rates} < set(script.ROWS)


def test_the_settings_of_a_run_say_all_that_it_depends_on(script: Any, bench: Any) -> None:
    """Else a sick run would be taken for the healthy one, which stands there already."""
    rows = {**script.ROWS, **script.UNPACKED, **script.OTHER_RATES}
    seen = {
        json.dumps(script.settings_of(bench, row, seed), sort_keys=True) for row in rows.values() for seed in (1, 2)
    }
    assert len(seen) == 2 * len(rows)
    one = script.settings_of(bench, script.ROWS["state_after_padding"], 2)
    assert (one["bugs"], one["constructor"], one["batches"]) == (["state_after_padding"], "sutskever", "of all lengths")
    assert one["pairs"]["draws"] == "en-fr" and one["steps"] == 2


def test_a_try_does_not_overwrite_the_record(script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for option in (["--steps", "3"], ["--size", "300"]):
        monkeypatch.setattr(sys, "argv", ["clinic", *option])
        with pytest.raises(SystemExit):
            script._arguments()
    monkeypatch.setattr(sys, "argv", ["clinic", "--no-rates"])
    assert script._arguments().no_rates


# --- while it learns


def test_mixed_batches_hold_all_pairs_of_all_lengths_and_end_with_the_block(script: Any) -> None:
    """In batches of one length a bug of padding has nothing to act on, and would be called harmless."""
    pairs = [SentencePair(("w",) * (1 + n % 7), ("v",)) for n in range(100)]
    files: tuple[Any, ...] = (loop, evaluation)
    with script.mixed_batches():
        for file in files:
            found = file.epoch_batches(pairs, 32, 1, 0)
            assert sorted(k for part in found for k in part) == list(range(100))
            assert [len(part) for part in found] == [32, 32, 32, 4]
            assert all(len({len(pairs[k].source) for k in part}) > 3 for part in found[:3])
            assert found == file.epoch_batches(pairs, 32, 1, 0) != file.epoch_batches(pairs, 32, 1, 1)
            assert found != file.epoch_batches(pairs, 32, 2, 0)
        with script.one_length():
            assert evaluation.epoch_batches is epoch_batches and loop.epoch_batches is not epoch_batches
        assert evaluation.epoch_batches is not epoch_batches
    assert all(file.epoch_batches is epoch_batches for file in files)


def test_a_watched_run_is_the_same_run_and_its_losses_are_those_that_the_code_prints(
    script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "EVERY", 3)
    config = TrainConfig(6, batch_size=2, device="cpu", validate_every=None, progress=False)
    models = [make("luong-dot").float() for _ in range(2)]
    losses: list[float] = []
    called: list[int] = []
    histories = []
    for model, watched in zip(models, (False, True), strict=True):
        with sick(model, "padding_in_loss"):
            if watched:
                with script.watching(model, losses, lambda: called.append(len(losses))):
                    histories.append(fit(model, Few(), config))  # type: ignore[arg-type]
            else:
                histories.append(fit(model, Few(), config))  # type: ignore[arg-type]
        assert "loss" not in vars(model)
    assert losses == pytest.approx(histories[0].losses) and histories[0] == histories[1]
    assert called == [0, 3, 6]
    pairs = zip(*(model.parameters() for model in models), strict=True)
    assert all(torch.equal(ours, theirs) for ours, theirs in pairs)


def test_validation_says_what_the_code_prints_and_what_is_true(script: Any) -> None:
    model, pairs = make("luong-dot"), list(PAIRS)
    with torch.no_grad(), sick(model, "padding_in_loss"):
        printed, true = script.validation(model, pairs)
        assert printed == pytest.approx(model.loss(batch()).mean.item())
    assert true == pytest.approx(model.loss(batch()).mean.item()) and printed != pytest.approx(true, rel=1e-3)
    assert script.validation(model, pairs * 40)[1] == pytest.approx(true)  # in parts of fifty


# --- when it has learnt


def test_the_traced_sentence_has_links_that_cross_and_is_exact_if_one_is(script: Any) -> None:
    straight, short = LINKED[2], LINKED[0]
    pairs = [short, straight, CROSSING, CROSSING]
    assert script.crosses(CROSSING) and not script.crosses(straight)
    assert script.first_traced(pairs, "1101") == 3
    assert script.first_traced(pairs, "1110") == script.first_traced(pairs, "1100") == 2


def test_a_trace_is_of_the_first_sentence_of_its_batch_and_has_its_padding(script: Any) -> None:
    model = make("luong-dot")
    found = script.looks(model, [LINKED[1], CROSSING])
    assert found["source"] == "cats sleep </s> <pad> <pad> <pad> <pad>"
    assert found["target"] == "les chats dorment </s>" and found["links"] == [(0, 0), (1, 1)]
    weights = np.array([[float(w) for w in row.split()] for row in found["weights"]])
    assert weights.shape == (4, 7) and not weights[:, 3:].any()
    np.testing.assert_allclose(weights.sum(1), 1, atol=1e-3)
    np.testing.assert_allclose(
        weights, model(batch(LINKED[1:2])).weights[0].detach().numpy().tolist() @ np.eye(3, 7), atol=1e-4
    )
    with sick(model, "padding_attended"):
        assert "0.0000" not in script.looks(model, [LINKED[1], CROSSING])["weights"][0]
    assert "weights" not in script.looks(make("fixed"), [LINKED[1]])


def test_a_bug_at_the_test_alone_is_switched_on_for_the_test_alone(
    script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, open_bugs = make("luong-dot"), []

    def translating(model: Seq2Seq, pairs: Any, **_: Any) -> list[Any]:
        open_bugs.append("forward" in vars(model.decoder.attention) or "step" in vars(model.decoder))
        if len(open_bugs) == 3:
            raise FloatingPointError("NaN")
        return [SimpleNamespace(tokens=pair.target) for pair in pairs]

    monkeypatch.setattr(script, "translations", translating)
    found = script.at_the_test(model, "luong", PAIRS)
    at_the_loss = {"padding_in_loss", "softmax_before_loss", "no_gradient"}
    assert set(found) == {*script.ON_LUONG, *script.UNPACKED, "mask_overflow"} - at_the_loss
    assert open_bugs.count(True) == 7 and found["softmax_over_one"] == "FloatingPointError: NaN"
    assert found["state_reset"] == "111" and "forward" not in vars(model.decoder.attention)


def test_a_last_word_is_lost_where_the_loop_has_no_step_for_the_end(
    script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "LIMIT", 4)
    model = make("luong-dot")

    def right(sources: Any, **_: Any) -> Any:
        return [SimpleNamespace(tokens=next(p.target for p in PAIRS if p.source == source)) for source in sources]

    model.translate = right  # type: ignore[assignment,method-assign]
    found = script.cut(model, PAIRS)
    assert found.pop("interval") == (-100.0, 0.0)  # of two sentences one is lost: drawn twice, once or never
    assert found == {"true": 100.0, "reported": 50.0, "sentences": 2, "of_the_limit": 1}


def test_an_interval_of_batch_means_leaves_a_sentence_in_its_batch(
    script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each batch has sentences of one price, so its mean never moves; only how much a batch weighs does."""
    monkeypatch.setattr(script, "BOOTSTRAP", 1_000)
    cheap, dear = np.full((40, 2), 1.0), np.full((10, 8), 2.0)
    batches = [(cheap, np.ones_like(cheap, bool)), (dear, np.ones_like(dear, bool))]
    low, high = script.apart_by_means(batches)
    reported = np.exp(1.5)
    shares = [2 * n / (2 * n + 8 * (50 - n)) for n in range(51)]  # of the cheap words, for n of 50 sentences drawn
    true = [np.exp(share + 2 * (1 - share)) for share in shares]
    chance = [math.comb(50, n) * 0.8**n * 0.2 ** (50 - n) for n in range(51)]
    kept = [reported - one for one, p in zip(true, chance, strict=True) if p > 1e-4]
    assert min(kept) - 1e-9 <= low < reported - true[40] < high <= max(kept) + 1e-9
    inside = sum(p for one, p in zip(true, chance, strict=True) if low - 1e-9 <= reported - one <= high + 1e-9)
    assert 0.92 < inside < 0.99


def test_an_accuracy_apart_from_its_true_value_has_no_spread_where_no_sentence_differs(script: Any) -> None:
    rows = np.tile([3.0, 4.0, 1.0, 2.0], (30, 1))
    low, high = script.interval(rows, lambda n: n[:, 0] / n[:, 1] - n[:, 2] / n[:, 3])
    assert low == pytest.approx(25) and high == pytest.approx(25)


def test_a_run_leaves_all_numbers_that_the_chapter_reads(script: Any, bench: Any) -> None:
    """On a few sentences and two updates: what is missing would be missed after half an hour."""
    for name in ("luong", "softmax_over_batch", "fixed", "padding_in_loss"):
        row = script.ROWS[name]
        settings = script.settings_of(bench, row, 1)
        run = script.run(bench, settings)
        assert len(run["losses"].split()) == 1 and len(run["validation_nats"].split()) == 2
        assert len(run["exact"]) == len(run["exact_in_batches_of_one_length"]) == 4 == run["test"]["sentences"]
        assert ("functions" in run) == (name == "luong") and ("weights" in run["trace"]) == (row.model == "luong")
        assert ("bugs_at_the_test_alone" in run) == (not row.bugs)
        assert ("accuracy" in run) == (name == "padding_in_loss")
        assert ("exact_one_by_one" in run) == (name == "softmax_over_batch")
        assert (run["validation_nats"] == run["validation_printed"]) == (name != "padding_in_loss")
        assert json.loads(json.dumps(run)) and script.said({"settings": settings, **run})
    assert set(script.run(bench, script.settings_of(bench, script.ROWS["luong"], 1))["functions"]) | set(
        IN_MODELS
    ) == set(BUGS)


def test_a_run_whose_numbers_end_says_where(script: Any, bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def ends(*_: Any, **__: Any) -> None:
        raise FloatingPointError("the loss is nan")

    monkeypatch.setattr(script, "fit", ends)
    run = script.run(bench, script.settings_of(bench, script.ROWS["raw_context"], 1))
    assert run["ended"] == "FloatingPointError after 0 updates: the loss is nan" and "test" not in run
    assert script.said(run) == run["ended"] and evaluation.epoch_batches is epoch_batches


# --- the record itself

FILE = Path(__file__).resolve().parent.parent / "course_lib" / "results" / "clinic.json"
RECORD = json.loads(FILE.read_text("utf-8"))


def numbers(line: str) -> list[float]:
    return [float(number) for number in line.split()]


@pytest.mark.parametrize("key", RECORD)
def test_every_run_of_the_record_stands_under_its_own_name(script_of: Callable[[str], Any], key: str) -> None:
    """A run copied to another key would be a seed that was never trained."""
    script, run, settings = script_of("clinic"), RECORD[key], RECORD[key]["settings"]
    name, _, seed = key.rpartition(", seed ")
    row = {**script.ROWS, **script.UNPACKED, **script.OTHER_RATES}[name]
    constructor, options = script.MODELS[row.model]
    assert settings["seed"] == int(seed) and settings["bugs"] == list(row.bugs) and settings["model"] == row.model
    assert (settings["constructor"], settings["options"]) == (constructor, options)
    assert (settings["learning_rate"], settings["steps"]) == (row.rate, script.STEPS)
    assert len(numbers(run["losses"])) == 15 and len(numbers(run["validation_nats"])) == 16
    assert run["exact"].count("1") / 5 == pytest.approx(run["test"]["exact_match"]) and len(run["exact"]) == 500
    same = run["validation_nats"] == run["validation_printed"]
    assert same == (not {"padding_in_loss", "softmax_before_loss", "no_gradient"} & set(row.bugs))
    assert ("trace" in run) == (int(seed) == 1 and row.rate == script.RATE)


def test_every_bug_has_three_seeds_and_no_two_runs_are_one() -> None:
    script_rows = {key.rpartition(", seed ")[0] for key in RECORD}
    for name in (name for name in script_rows if not name.endswith("the rate")):
        assert all(f"{name}, seed {seed}" in RECORD for seed in (1, 2, 3))
    curves = [run["losses"] for run in RECORD.values() if "no_gradient" not in run["settings"]["bugs"]]
    assert len(set(curves)) == len(curves)


def test_one_sentence_is_traced_and_the_healthy_model_translates_it() -> None:
    traces = [run["trace"] for run in RECORD.values() if "trace" in run]
    assert len({(trace["source"], trace["target"]) for trace in traces}) == 1
    healthy = RECORD["luong, seed 1"]["trace"]
    assert f"{healthy['translation']} </s>" == healthy["target"] and "<pad>" in healthy["source"]
    links = healthy["links"]
    assert any(a < c and b > d for a, b in links for c, d in links)


def test_what_a_bug_of_weights_does_can_be_read_off_its_trace() -> None:
    def weights(key: str) -> np.ndarray:
        return np.array([numbers(row) for row in RECORD[f"{key}, seed 1"]["trace"]["weights"]])

    words = len(RECORD["luong, seed 1"]["trace"]["source"].split(" <pad>")[0].split())
    for key in ("luong", "double_softmax", "raw_context", "state_reset", "blind_slots", "one_key_for_all"):
        np.testing.assert_allclose(weights(key).sum(1), 1, atol=2e-3)
        assert not weights(key)[:, words:].any()
    assert weights("double_softmax").max() <= np.e / (np.e + words - 1) + 1e-4
    assert np.ptp(weights("one_key_for_all")[:, :words]) < 2e-4
    assert (weights("softmax_over_one")[:, :words] == 1).all()
    assert weights("padding_attended")[:, words:].any()
    off_by_one = weights("normaliser_off_by_one").sum(1)
    assert (off_by_one > 0.999).all() and off_by_one.max() > 1.1
