"""Training that looks right and is not: lost steps, other data, another metric, a half-written file."""

import hashlib
import json
import math
import os
import random
import re
import time
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import asdict, replace
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest
import torch

from course_lib import tensors
from course_lib.batching import collate, epoch_batches
from course_lib.corpora.pairs import ParallelCorpus, SentencePair
from course_lib.devices import check_precision, computes_bf16
from course_lib.evaluation import (
    BUCKETS,
    evaluate,
    evaluate_by_length,
    evaluate_heads,
    evaluate_regions,
    spread,
    translations,
)
from course_lib.fingerprints import fingerprint
from course_lib.models import bahdanau2014, sutskever2014
from course_lib.seq2seq import Loss, Seq2Seq
from course_lib.training import (
    CheckpointError,
    History,
    Objective,
    TrainConfig,
    Validation,
    fit,
    learning_rate,
    pick_device,
    seed_everything,
)
from course_lib.training.averaging import Average
from course_lib.training.checkpoints import checkpoint_size
from course_lib.training.loop import batch_order
from course_lib.vocabulary import EOS
from tests.oracles.copying import CORPUS, VOCABULARY, copying_pairs
from tests.oracles.models import make
from tests.shape_checks import unchecked

torch.set_num_threads(1)


def _model(seed: int = 1, dropout: float = 0.0) -> Seq2Seq:
    seed_everything(seed)
    return bahdanau2014(VOCABULARY, VOCABULARY, embedding=6, hidden=8, dropout=dropout)


def _config(**options) -> TrainConfig:
    settings = {"steps": 30, "batch_size": 8, "warmup": 5, "validate_every": 10, "progress": False, "device": "cpu"}
    return TrainConfig(**(settings | options))


def _same_parameters(a: torch.nn.Module, b: torch.nn.Module) -> bool:
    return all(torch.equal(p, q) for p, q in zip(a.parameters(), b.parameters(), strict=True))


def _stop_at(step: int) -> Callable[[int, Seq2Seq], None]:
    """Return a hook that behaves like Ctrl-C at ``step``."""

    def hook(now: int, _: Seq2Seq) -> None:
        if now == step:
            raise KeyboardInterrupt

    return hook


# --- the loop ------------------------------------------------------------------------------------


def test_training_learns() -> None:
    model = _model()
    before = evaluate(model, CORPUS.validation)
    history = fit(model, CORPUS, _config(steps=300, validate_every=100, learning_rate=0.01))
    after = evaluate(model, CORPUS.validation)
    assert history.steps == len(history.losses) == 300
    assert [record.step for record in history.validations] == [100, 200, 300]
    assert after.perplexity.value < before.perplexity.value / 2
    assert history.validations[-1].perplexity == pytest.approx(after.perplexity.value)
    assert history.validations[-1].bleu == pytest.approx(after.bleu.value)
    assert history.validations[-1].exact_match == pytest.approx(after.exact_match.value)


def test_every_loss_is_the_mean_over_the_tokens_of_its_batch() -> None:
    model = _model()
    first = next(batch_order(CORPUS.train, 8, seed=1))
    loss = model.loss(collate([CORPUS.train[k] for k in first], VOCABULARY, VOCABULARY))
    started = time.perf_counter()
    history = fit(model, CORPUS, _config(steps=1))
    assert 0 < history.seconds < time.perf_counter() - started
    words = sum(len(CORPUS.train[k].target) + 1 for k in first)
    assert history.losses == (pytest.approx(loss.total.item() / words),)
    assert history.tokens == words
    assert history.tokens_per_second > 0


@pytest.mark.parametrize("alike", ["source", "both"])
def test_the_data_are_a_function_of_seed_and_step(alike: str) -> None:
    order = batch_order(CORPUS.train, 8, seed=3, alike=alike)
    per_epoch = len(epoch_batches(CORPUS.train, 8, seed=3, epoch=0, alike=alike))
    expected = [next(order) for _ in range(3 * per_epoch)]
    for epoch in range(3):
        batches = epoch_batches(CORPUS.train, 8, 3, epoch, alike)
        assert expected[epoch * per_epoch : (epoch + 1) * per_epoch] == batches
    for start in (0, 1, per_epoch - 1, per_epoch, per_epoch + 1, 2 * per_epoch + 3):
        assert next(batch_order(CORPUS.train, 8, seed=3, start=start, alike=alike)) == expected[start]


def test_the_config_says_how_batches_are_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[int]] = []

    def watched(pairs, *given):
        seen.append([len(pair.target) for pair in pairs])
        return collate(pairs, *given)

    monkeypatch.setattr("course_lib.training.loop.collate", watched)
    pairs = tuple(
        SentencePair(pair.source, pair.target[: 1 + k % len(pair.target)]) for k, pair in enumerate(CORPUS.train)
    )
    corpus = replace(CORPUS, train=pairs)
    for alike in ("source", "both"):
        seen.clear()
        fit(_model(), corpus, _config(steps=9, validate_every=None, alike=alike))
        order = batch_order(pairs, 8, seed=1, alike=alike)
        assert seen == [[len(pairs[k].target) for k in next(order)] for _ in range(9)]


def test_a_last_stretch_shorter_than_validate_every_is_trained_and_validated() -> None:
    history = fit(_model(), CORPUS, _config(steps=25))
    assert history.steps == 25
    assert [record.step for record in history.validations] == [10, 20, 25]


def test_validation_is_spread_over_a_file_sorted_by_length() -> None:
    ordered = sorted(copying_pairs(90, seed=8, lengths=(1, 6)), key=lambda pair: len(pair.source))
    model = _model()
    corpus = replace(CORPUS, train=copying_pairs(60, seed=9, lengths=(7, 8)), validation=tuple(ordered), test=())
    history = fit(model, corpus, _config(validation_pairs=9))
    expected = evaluate(model, ordered[::10])  # every tenth: short ones and long ones
    assert history.validations[-1].perplexity == pytest.approx(expected.perplexity.value)
    assert history.validations[-1].perplexity != pytest.approx(evaluate(model, ordered[:9]).perplexity.value)


def test_the_defaults_are_those_of_every_record_and_chapter() -> None:
    """Whoever changes one changes what all of them did."""
    assert asdict(TrainConfig(7)) == {
        "steps": 7,
        "batch_size": 32,
        "learning_rate": 2e-3,
        "warmup": 100,
        "clip_norm": 1.0,
        "seed": 1,
        "device": "auto",
        "validate_every": 500,
        "validation_pairs": 200,
        "precision": "float32",
        "checkpoint": None,
        "progress": True,
        "unknown": "error",
        "objective": {
            "label_smoothing": 0.0,
            "scheduled_sampling": 0.0,
            "supervision": 0.0,
            "doubly_stochastic": 0.0,
            "reinforce": {"weight": 0.1, "entropy": 0.01, "soft_start": 0.35, "mixing": 0.0, "baseline": "moving"},
        },
        "patience": None,
        "alike": "source",
        "average_last": 0.0,
        "cooling": 0.5,
        "fused": False,
    }
    assert asdict(Objective()) == asdict(TrainConfig(7).objective)


@pytest.mark.parametrize("count", range(10))
def test_as_many_pairs_as_asked_for_lie_evenly_from_the_first_on(count: int) -> None:
    pairs = CORPUS.train[:8]
    places = [pairs.index(pair) for pair in spread(pairs, count)]
    assert len(places) == min(count, 8) and places[:1] == [0][:count]
    gaps = [b - a for a, b in pairwise([*places, 8])]
    assert max(gaps, default=0) - min(gaps, default=0) <= 1
    assert spread(pairs, None) == pairs


def test_without_validation_nothing_is_scored() -> None:
    corpus = replace(CORPUS, validation=())
    history = fit(_model(), corpus, _config(validate_every=None))
    assert history.validations == ()
    assert history.steps == 30


def test_a_training_that_gets_no_better_ends_early_and_stays_ended(tmp_path: Path) -> None:
    config = _config(steps=9, validate_every=1, validation_pairs=1, learning_rate=1e-30, checkpoint=tmp_path / "run.pt")
    patient = replace(config, patience=2)
    history = fit(_model(), CORPUS, patient)  # no weight moves: the second and the third bring nothing
    assert [record.step for record in history.validations] == [1, 2, 3]
    assert fit(_model(), CORPUS, patient, on_validation=_stop_at(4)) == history


def test_learning_rate_rises_stays_and_falls_to_zero() -> None:
    config = _config(steps=100, warmup=10, learning_rate=0.5)
    rates = [learning_rate(step, config) for step in range(101)]
    assert rates[0] == pytest.approx(0.05)
    assert rates[4] == pytest.approx(0.25)
    assert rates[9:51] == pytest.approx([0.5] * 42)
    assert rates[75] == pytest.approx(0.25)
    assert rates[99] == pytest.approx(0.01)
    assert rates[100] == 0
    assert learning_rate(0, _config(steps=100, warmup=0, learning_rate=0.5)) == 0.5


def test_the_rate_cools_over_the_share_that_is_asked_for() -> None:
    def rates(**options):
        config = _config(steps=100, warmup=0, learning_rate=0.5, **options)
        return [learning_rate(step, config) for step in range(101)]

    assert rates() == rates(cooling=0.5) == [0.5 * min(1.0, 2 * (100 - step) / 100) for step in range(101)]
    assert rates(cooling=0) == [0.5] * 101
    assert rates(cooling=0.2)[:81] == pytest.approx([0.5] * 81)
    assert rates(cooling=0.2)[90] == pytest.approx(0.25)
    assert rates(cooling=1)[::25] == pytest.approx([0.5, 0.375, 0.25, 0.125, 0])


@pytest.mark.parametrize("steps", [7, 30, 1_000, 2_999])
def test_half_the_updates_cool_as_they_always_did_to_the_last_digit(steps: int) -> None:
    """Every stored output of the book hangs on these rates."""
    config = TrainConfig(steps, warmup=0)
    before = [2e-3 * min(1.0, 2 * (steps - step) / steps) for step in range(steps)]
    assert [learning_rate(step, config) for step in range(steps)] == before


def test_adam_in_one_pass_makes_the_same_updates_up_to_rounding() -> None:
    plain, fused = _model(), _model()
    history = fit(plain, CORPUS, _config())
    assert fit(fused, CORPUS, _config(fused=True)).losses == pytest.approx(history.losses, rel=1e-3)
    assert all(torch.allclose(p, q, atol=1e-3) for p, q in zip(plain.parameters(), fused.parameters(), strict=True))


def test_adam_in_one_pass_is_what_the_config_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool | None] = []
    adam = torch.optim.Adam
    monkeypatch.setattr(torch.optim, "Adam", lambda *given, **o: asked.append(o.get("fused")) or adam(*given, **o))
    for fused in (False, True):
        fit(_model(), CORPUS, _config(steps=1, fused=fused))
    assert asked == [None, True]  # None: torch's own choice, as ever


def test_the_scheduled_rate_is_the_one_adam_uses() -> None:
    # Adam's first update has the size of the rate in every coordinate, whatever the gradient.
    model, reference = _model(), _model()
    fit(model, CORPUS, _config(steps=1, warmup=4, learning_rate=0.02))
    moved = [(p - q).detach().abs().max() for p, q in zip(model.parameters(), reference.parameters(), strict=True)]
    # steps = 1: the cooling factor is 2, the warm-up factor 1/4.
    assert float(max(moved)) == pytest.approx(0.005, rel=1e-3)


@pytest.fixture
def gradients(monkeypatch: pytest.MonkeyPatch) -> list[torch.Tensor]:
    """Return the list into which every update of Adam puts its gradient, flat."""
    seen: list[torch.Tensor] = []
    original = torch.optim.Adam.step

    def spy(self: torch.optim.Adam, *args, **kwargs):
        parameters = [p for group in self.param_groups for p in group["params"] if p.grad is not None]
        seen.append(torch.cat([p.grad.flatten() for p in parameters]))
        return original(self, *args, **kwargs)

    monkeypatch.setattr(torch.optim.Adam, "step", spy)
    return seen


def test_gradients_are_clipped_before_the_update(gradients: list[torch.Tensor]) -> None:
    fit(_model(), CORPUS, _config(steps=3, clip_norm=0.01))
    assert [float(gradient.norm()) for gradient in gradients] == pytest.approx([0.01] * 3, rel=1e-3)


class Bar(nullcontext):
    """What a progress bar is told."""

    def __init__(self, disable: bool = False, **given: object) -> None:
        super().__init__(self)
        self.disable, self.given, self.updates, self.lines = disable, given, 0, []

    def update(self) -> None:
        self.updates += 1

    def write(self, line: str) -> None:
        self.lines.append(line.partition(" exact")[0].split())


def test_the_bar_stands_where_the_run_stands_and_shows_each_validation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bars: list[Bar] = []
    monkeypatch.setattr("course_lib.training.loop.tqdm", lambda **given: bars.append(Bar(**given)) or bars[-1])
    config = _config(steps=4, validate_every=2, checkpoint=tmp_path / "run.pt", progress=True)
    with pytest.raises(KeyboardInterrupt):
        fit(_model(), CORPUS, config, on_validation=_stop_at(2))
    scores = fit(_model(), CORPUS, config).validations
    fit(_model(), CORPUS, _config(steps=1))
    shown = [["step", str(one.step), "perplexity", f"{one.perplexity:.2f}"] for one in scores]
    assert [bar.lines for bar in bars] == [shown[:1], shown[1:], []]
    assert [bar.updates for bar in bars] == [2, 2, 1]
    assert [bar.disable for bar in bars] == [False, False, True]
    of_all = {"unit": "step", "desc": "training"}
    assert [bar.given for bar in bars] == [
        of_all | {"initial": initial, "total": total} for initial, total in ((0, 4), (2, 4), (0, 1))
    ]


def test_gradients_are_those_of_the_batch_alone(gradients: list[torch.Tensor]) -> None:
    model = _model()
    config = _config(steps=2, clip_norm=1e6, learning_rate=1e-12)  # the parameters all but stand still
    fit(model, CORPUS, config)
    order = batch_order(CORPUS.train, 8, seed=1)
    for gradient in gradients:
        model.zero_grad()
        loss = model.loss(collate([CORPUS.train[k] for k in next(order)], VOCABULARY, VOCABULARY))
        loss.mean.backward()
        alone = torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])
        assert torch.allclose(gradient, alone, atol=1e-6)


def test_training_does_not_depend_on_what_was_drawn_before_nor_disturb_what_comes_after() -> None:
    first, second = _model(dropout=0.3), _model(dropout=0.3)
    torch.manual_seed(11)
    a = fit(first, CORPUS, _config())
    torch.manual_seed(12)
    expected = torch.rand(3)
    torch.manual_seed(12)
    b = fit(second, CORPUS, _config())
    assert torch.equal(torch.rand(3), expected)
    assert a == b
    assert _same_parameters(first, second)


def test_a_hook_that_draws_and_switches_modes_does_not_change_the_training() -> None:
    def careless(step: int, model: Seq2Seq) -> None:
        torch.rand(step)
        model.eval()

    watched, alone = _model(dropout=0.3), _model(dropout=0.3)
    fit(watched, CORPUS, _config(), on_validation=careless)
    fit(alone, CORPUS, _config())
    assert _same_parameters(watched, alone)


def test_dropout_is_on_while_training_and_off_while_scoring() -> None:
    model = _model(dropout=0.5)
    model.eval()
    with_dropout = fit(model, CORPUS, _config(steps=1))
    assert not model.training
    assert with_dropout.losses != fit(_model(), CORPUS, _config(steps=1)).losses
    model.train()
    assert evaluate(model, CORPUS.validation) == evaluate(model, CORPUS.validation)
    assert model.training


def test_the_seed_of_the_config_orders_the_data() -> None:
    assert fit(_model(), CORPUS, _config(seed=1)).losses != fit(_model(), CORPUS, _config(seed=2)).losses


def test_seed_everything_seeds_python_numpy_and_torch() -> None:
    draws = []
    for _ in range(2):
        seed_everything(5)
        draws.append((random.random(), np.random.rand(), torch.rand(()).item()))  # noqa: NPY002
    assert draws[0] == draws[1]


@pytest.mark.skipif(not computes_bf16("cpu"), reason="this processor is not made for bf16")
def test_bf16_trains_and_leaves_the_parameters_in_float32() -> None:
    model = _model()
    history = fit(model, CORPUS, _config(steps=60, precision="bf16", learning_rate=0.01))
    assert {p.dtype for p in model.parameters()} == {torch.float32}
    assert history.losses[-1] < history.losses[0]
    assert history.losses != fit(_model(), CORPUS, _config(steps=60, learning_rate=0.01)).losses


def test_the_model_goes_to_its_device_and_computes_there_in_the_precision_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a number type a GPU computes in float16, which overflows."""
    asked: list[object] = []
    monkeypatch.setattr(Seq2Seq, "to", lambda _, device: asked.append(device))
    monkeypatch.setattr(torch, "autocast", lambda *given, enabled: asked.append((*given, enabled)) or nullcontext())
    monkeypatch.setattr("course_lib.devices.computes_bf16", lambda _: True)
    for precision in ("float32", "bf16"):
        fit(_model(), CORPUS, _config(steps=1, validate_every=None, precision=precision))
    cpu = torch.device("cpu")
    assert asked == [cpu, ("cpu", torch.bfloat16, False), cpu, ("cpu", torch.bfloat16, True)]


@pytest.mark.parametrize(("device", "what"), [("cpu", "processor"), ("cuda", "GPU")])
def test_a_precision_that_a_device_would_imitate_is_refused(
    monkeypatch: pytest.MonkeyPatch, device: str, what: str
) -> None:
    """It would train, many times slower, and say nothing."""
    monkeypatch.setattr("course_lib.devices.computes_bf16", lambda _: False)
    with pytest.raises(ValueError, match=rf"this {what} is not made for bf16.*use 'float32'"):
        check_precision("bf16", torch.device(device))
    check_precision("float32", torch.device(device))
    model = _model()
    with pytest.raises(ValueError, match="precision: this processor"):
        fit(model, CORPUS, _config(precision="bf16"))
    assert _same_parameters(model, _model())


def test_what_is_imitated_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """The T4 of Colab: torch says yes to bf16, and computes it in a roundabout way."""
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: including_emulation)
    assert not computes_bf16("cuda:0")
    for supported in (False, True):
        monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda supported=supported: supported)
        assert computes_bf16("cpu") == (supported and torch.backends.mkldnn.is_available())


# --- the mean of the last weights ----------------------------------------------------------------


@pytest.fixture
def weights(monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """Return the list into which every update of Adam puts the weights after it, flat."""
    seen: list[np.ndarray] = []
    original = torch.optim.Adam.step

    def spy(self: torch.optim.Adam, *given):
        result = original(self, *given)
        seen.append(
            np.concatenate([p.detach().numpy().ravel() for group in self.param_groups for p in group["params"]])
        )
        return result

    monkeypatch.setattr(torch.optim.Adam, "step", spy)
    return seen


def _flat(model: torch.nn.Module) -> np.ndarray:
    return np.concatenate([p.detach().numpy().ravel() for p in model.parameters()])


@pytest.mark.parametrize(("share", "last"), [(0.1, 3), (0.5, 15), (1, 30), (0.01, 0)])
def test_the_model_ends_with_the_mean_of_its_last_weights(weights: list[np.ndarray], share: float, last: int) -> None:
    model = _model()
    history = fit(model, CORPUS, _config(average_last=share, learning_rate=0.02, cooling=0))
    expected = np.mean(weights[-last:], axis=0, dtype=float) if last else weights[-1]
    assert np.allclose(_flat(model), expected, atol=1e-6)
    assert last == 0 or not np.allclose(_flat(model), weights[-1], atol=1e-4)
    assert history.losses == fit(_model(), CORPUS, _config(learning_rate=0.02, cooling=0)).losses


def test_the_mean_is_what_is_scored_and_what_a_hook_sees(weights: list[np.ndarray]) -> None:
    seen, model = {}, _model()
    config = _config(average_last=0.5, learning_rate=0.02, cooling=0)
    history = fit(model, CORPUS, config, lambda step, given: seen.update({step: _flat(given)}))
    assert np.allclose(seen[10], weights[9])
    assert np.allclose(seen[20], np.mean(weights[15:20], axis=0), atol=1e-6)
    assert np.allclose(seen[30], np.mean(weights[15:30], axis=0), atol=1e-6)
    scores = evaluate(model, CORPUS.validation)
    assert history.validations[-1].perplexity == pytest.approx(scores.perplexity.value)


def test_a_mean_is_of_the_weights_after_each_update_from_the_first_on() -> None:
    model = torch.nn.Linear(2, 1)
    average, seen = Average(model, first=2), []
    for step in range(6):
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.normal_()
        average.include(step)
        own = [parameter.detach().clone() for parameter in model.parameters()]
        seen += [own] if step >= 2 else []
        mean = [torch.stack(each).mean(0) for each in zip(*seen, strict=True)] or own
        with suppress(KeyboardInterrupt), average.in_place():
            torch.testing.assert_close(list(model.parameters()), mean)
            raise KeyboardInterrupt
        assert all(map(torch.equal, model.parameters(), own))  # again, whatever happened inside
    average.put_in_place()
    torch.testing.assert_close(list(model.parameters()), mean)

    other = Average(torch.nn.Linear(2, 1), first=2)
    other.take_up(average.means)
    other.include(6)
    expected = [(4 * m + p) / 5 for m, p in zip(average.means, other.parameters, strict=True)]
    torch.testing.assert_close(other.means, expected)
    torch.testing.assert_close(average.means, mean)  # taken up as a copy
    with pytest.raises(ValueError, match="other shapes"):
        other.take_up(average.means[:1])
    other.take_up([])
    assert other.means == []


def test_a_hook_that_stops_leaves_the_weights_of_the_last_update(weights: list[np.ndarray]) -> None:
    model = _model()
    with pytest.raises(KeyboardInterrupt):
        fit(model, CORPUS, _config(average_last=1, learning_rate=0.02), on_validation=_stop_at(20))
    assert np.array_equal(_flat(model), weights[19])


# --- checkpoints ---------------------------------------------------------------------------------


CUDA = pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here"))


OF_A_RECIPE = {"alike": "both", "average_last": 0.5, "cooling": 0.2, "fused": True}


@pytest.mark.parametrize("device", ["cpu", CUDA])
@pytest.mark.parametrize("options", [{}, OF_A_RECIPE], ids=["plain", "of a recipe"])
@pytest.mark.parametrize("stop", [10, 20])
def test_a_resumed_run_equals_an_uninterrupted_one_to_the_bit(
    tmp_path: Path, stop: int, options: dict[str, object], device: str
) -> None:
    whole = _model(dropout=0.3)
    expected = fit(whole, CORPUS, _config(device=device, **options))
    config = _config(checkpoint=tmp_path / "run.pt", device=device, **options)
    with pytest.raises(KeyboardInterrupt):
        fit(_model(dropout=0.3), CORPUS, config, on_validation=_stop_at(stop))
    resumed = _model(seed=99, dropout=0.3)  # other first parameters: all must come from the file
    assert fit(resumed, CORPUS, config) == expected
    assert _same_parameters(resumed, whole)


def test_an_interrupt_between_validations_loses_only_what_came_after_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted(RuntimeError):
        pass

    model, config, calls = _model(), _config(checkpoint=tmp_path / "run.pt"), []
    step = torch.optim.Adam.step

    def failing(optimiser, *given):
        calls.append(1)
        if len(calls) > 10 + 10 + 3:  # within the third stretch
            raise Interrupted
        return step(optimiser, *given)

    monkeypatch.setattr(torch.optim.Adam, "step", failing)
    steps_seen: list[int] = []
    with pytest.raises(Interrupted):
        fit(model, CORPUS, _config(steps=60, checkpoint=config.checkpoint), lambda step, _: steps_seen.append(step))
    monkeypatch.undo()
    resumed: list[int] = []
    fit(_model(), CORPUS, _config(steps=60, checkpoint=config.checkpoint), lambda step, _: resumed.append(step))
    assert resumed[0] == steps_seen[-1] + 10


def test_a_crash_while_writing_leaves_the_previous_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = _config(checkpoint=tmp_path / "run.pt")
    with pytest.raises(KeyboardInterrupt):
        fit(_model(), CORPUS, config, on_validation=_stop_at(10))
    before = (tmp_path / "run.pt").read_bytes()

    def full(source: str, target: Path) -> None:
        if Path(target).name == "run.pt":
            raise OSError("No space left on device")
        os.rename(source, target)

    monkeypatch.setattr("course_lib.files.os.replace", full)
    with pytest.raises(OSError, match="No space left"):
        fit(_model(), CORPUS, config)
    assert (tmp_path / "run.pt").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["run.pt"]


@pytest.mark.parametrize("average_last", [0.0, 0.4])
def test_a_finished_run_is_read_not_repeated(tmp_path: Path, average_last: float) -> None:
    config = _config(checkpoint=tmp_path / "run.pt", average_last=average_last)
    trained = _model()
    history = fit(trained, CORPUS, config)
    again = _model(seed=5)
    assert fit(again, CORPUS, config, on_validation=_stop_at(30)) == history
    assert _same_parameters(again, trained)
    assert [path.name for path in tmp_path.iterdir()] == ["run.pt"]


def _rewrite(path: Path, change: Callable[[dict], None]) -> None:
    """Change what a checkpoint holds, with a digest that fits."""
    state = tensors.from_bytes(path.read_bytes()[32:])
    change(state)
    content = tensors.to_bytes(state)
    path.write_bytes(hashlib.sha256(content).digest() + content)


def test_a_checkpoint_from_before_weights_were_averaged_is_taken_up(tmp_path: Path) -> None:
    whole = _model()
    expected = fit(whole, CORPUS, _config())
    config = _config(checkpoint=tmp_path / "run.pt")
    with pytest.raises(KeyboardInterrupt):
        fit(_model(), CORPUS, config, on_validation=_stop_at(10))
    later = {"means", "alike", "average_last", "cooling", "fused"}

    def as_it_was(state: dict) -> None:
        del state["means"]
        assert later.isdisjoint(state["identity"])

    _rewrite(tmp_path / "run.pt", as_it_was)
    resumed = _model(seed=5)
    assert fit(resumed, CORPUS, config) == expected
    assert _same_parameters(resumed, whole)


def test_means_of_another_model_are_refused_and_nothing_is_lost(tmp_path: Path) -> None:
    config = _config(checkpoint=tmp_path / "run.pt", average_last=0.5)
    fit(_model(), CORPUS, config)
    whole = (tmp_path / "run.pt").read_bytes()
    for change in (lambda means: means.pop(), lambda means: means.reverse(), lambda means: means[0].resize_(1)):
        (tmp_path / "run.pt").write_bytes(whole)
        _rewrite(tmp_path / "run.pt", lambda state, change=change: change(state["means"]))
        model = _model(seed=7)
        with pytest.raises(CheckpointError, match="does not belong to this model"):
            fit(model, CORPUS, config)
        assert _same_parameters(model, _model(seed=7))


def test_room_for_the_means_is_asked_for_before_the_first_update(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr("course_lib.training.loop.check_writable", lambda path, size: asked.append(size))
    for share in (0.0, 1.0):
        fit(_model(), CORPUS, _config(steps=1, checkpoint=tmp_path / f"{share}.pt", average_last=share))
    weights = sum(parameter.nbytes for parameter in _model().parameters())
    assert asked == [checkpoint_size(_model(), 1), checkpoint_size(_model(), 1) + weights]


def _damage(content: bytes, how: str) -> bytes:
    middle = len(content) // 2
    return {
        "cut off": content[:middle],
        "empty": b"",
        "one bit flipped": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
        "another file": b"PK\x03\x04 not a checkpoint at all",
    }[how]


@pytest.mark.parametrize("how", ["cut off", "empty", "one bit flipped", "another file"])
def test_a_damaged_checkpoint_is_refused_and_nothing_is_lost(tmp_path: Path, how: str) -> None:
    config = _config(checkpoint=tmp_path / "run.pt")
    fit(_model(), CORPUS, config)
    damaged = _damage((tmp_path / "run.pt").read_bytes(), how)
    (tmp_path / "run.pt").write_bytes(damaged)
    model = _model(seed=7)
    with pytest.raises(CheckpointError, match=r"run.pt is not a checkpoint.*move it away"):
        fit(model, CORPUS, config)
    assert (tmp_path / "run.pt").read_bytes() == damaged
    assert _same_parameters(model, _model(seed=7))


def test_a_checkpoint_may_not_run_code(tmp_path: Path) -> None:
    import hashlib
    import io

    class Trap:
        def __reduce__(self):
            return (Path(tmp_path / "sprung").touch, ())

    buffer = io.BytesIO()
    torch.save({"format": Trap()}, buffer)
    (tmp_path / "run.pt").write_bytes(hashlib.sha256(buffer.getvalue()).digest() + buffer.getvalue())
    with pytest.raises(CheckpointError):
        fit(_model(), CORPUS, _config(checkpoint=tmp_path / "run.pt"))
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("change", ["steps", "seed", "corpus", "model", "dropout"])
def test_a_checkpoint_of_another_run_is_refused(tmp_path: Path, change: str) -> None:
    fit(_model(), CORPUS, _config(checkpoint=tmp_path / "run.pt"))
    config = _config(checkpoint=tmp_path / "run.pt")
    model, corpus, named = _model(seed=7), CORPUS, change
    if change in ("steps", "seed"):
        config = replace(config, **{change: 31})
        named = f"{change}: 30 there, 31 here" if change == "steps" else "seed: 1 there, 31 here"
    elif change == "corpus":
        corpus, named = replace(CORPUS, train=CORPUS.train[:-1]), "training pairs"
    elif change == "model":
        model = sutskever2014(VOCABULARY, VOCABULARY, embedding=6, hidden=8)
    else:
        model, named = _model(dropout=0.1), r"model.dropout.: 0.0 there, 0.1 here"
    before = [p.clone() for p in model.parameters()]
    with pytest.raises(CheckpointError, match=rf"another run.*{named}"):
        fit(model, corpus, config)
    assert all(torch.equal(p, q) for p, q in zip(model.parameters(), before, strict=True))


def test_an_unwritable_checkpoint_folder_is_found_before_the_first_update(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    model = _model()
    for path in (tmp_path / "file" / "run.pt", tmp_path):
        with pytest.raises(OSError, match=r"Choose another|is a folder"):
            fit(model, CORPUS, _config(checkpoint=path))
    assert _same_parameters(model, _model())
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_fingerprints_see_where_a_line_ends() -> None:
    assert fingerprint(["ab", "c"]) != fingerprint(["a", "bc"])


# --- errors --------------------------------------------------------------------------------------


def test_a_loss_that_is_not_finite_stops_before_it_reaches_the_parameters() -> None:
    model, loss, calls = _model(), Seq2Seq.loss, []

    def exploding(batch):
        calls.append(1)
        total, tokens = loss(model, batch)
        return type(loss(model, batch))(total * (math.nan if len(calls) == 3 else 1), tokens)

    model.loss = exploding  # type: ignore[method-assign]
    with pytest.raises(FloatingPointError, match=r"Step 3: the loss is nan.*smaller learning_rate") as raised:
        fit(model, CORPUS, _config())
    assert "precision" not in str(raised.value)  # it is the finest that there is
    assert all(p.isfinite().all() for p in model.parameters())


def test_a_gradient_that_is_not_finite_stops_where_the_loss_is_a_number() -> None:
    """The root of 0 is 0, and its slope has no end."""
    model, loss = _model(), Seq2Seq.loss

    def steep(batch):
        total, tokens = loss(model, batch)
        parameter = next(model.parameters()).sum()
        return Loss(total + (parameter - parameter.detach()).sqrt(), tokens)

    model.loss = steep  # type: ignore[method-assign]
    with pytest.raises(FloatingPointError, match=r"Step 1: the loss is \d.*, its gradient has norm (inf|nan)\."):
        fit(model, CORPUS, _config())
    assert _same_parameters(model, _model())


@pytest.mark.parametrize(("source", "target"), ["za", "az"])
def test_a_word_outside_the_vocabulary_stops_training_before_it_starts(source: str, target: str) -> None:
    pair = SentencePair((source,), (target,))
    for corpus in (replace(CORPUS, train=(pair,)), replace(CORPUS, validation=(pair,))):
        model = _model()
        with pytest.raises(ValueError, match=r"'z' is not among"):
            fit(model, corpus, _config())
        assert _same_parameters(model, _model())
        fit(model, corpus, _config(steps=1, unknown="unk"))


@pytest.mark.parametrize(("source", "target"), [(2001, 1), (1, 2001)])
def test_a_whole_text_on_either_side_is_found_before_its_batch_comes(source: int, target: int) -> None:
    pair = SentencePair(("a",) * source, ("a",) * target)
    with pytest.raises(ValueError, match="holds 2,001 words"):
        fit(_model(), replace(CORPUS, train=(*CORPUS.train, pair)), _config(steps=1, validate_every=None))


def test_a_word_in_a_pair_that_nobody_reads_stops_nothing() -> None:
    corpus = replace(CORPUS, validation=(CORPUS.validation[0], SentencePair(("z",), ("a",))))
    assert fit(_model(), corpus, _config(steps=1, validation_pairs=1)).steps == 1


@pytest.mark.parametrize("split", ["train", "validation"])
def test_an_empty_split_is_named(split: str) -> None:
    with pytest.raises(ValueError, match=rf"the {'training' if split == 'train' else split} split holds no pairs"):
        fit(_model(), replace(CORPUS, **{split: ()}), _config())


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("steps", 0),
        ("batch_size", 0),
        ("validate_every", 0),
        ("validation_pairs", 0),
        ("learning_rate", 0.0),
        ("learning_rate", math.nan),
        ("clip_norm", -1.0),
        ("warmup", -1),
        ("precision", "fp8"),
        ("alike", "target"),
        ("average_last", 1.5),
        ("cooling", -0.1),
        ("fused", "yes"),
        ("unknown", "skip"),
    ],
)
def test_a_config_that_makes_no_sense_is_refused(option: str, value: object) -> None:
    with pytest.raises(ValueError, match=rf"{option}: expected"):
        _config(**{option: value})


def test_an_unknown_device_is_named_and_a_missing_one_said_to_be_missing() -> None:
    with pytest.raises(ValueError, match=r"'gpu'"):
        pick_device("gpu")
    if not torch.backends.mps.is_available():
        with pytest.raises(ValueError, match=r"finds no 'mps'"):
            pick_device("mps")
    assert pick_device("auto").type in ("cpu", "cuda", "mps")


# --- history -------------------------------------------------------------------------------------


def test_a_history_survives_json() -> None:
    history = History((2.5, 1.25), 40, (Validation(2, 9.5, 10.0, 33.0),), seconds=1.5)
    again = History.from_json(history.to_json())
    assert again == history
    assert again.seconds == 1.5
    json.loads(history.to_json())
    words = ('{"validations": [], "losses": ["one"]}', '{"validations": [], "losses": [], "tokens": "many"}')
    for text in ("", "{}", "[]", '{"validations": [], "losses": [], "other": 1}', *words):
        with pytest.raises(ValueError, match=r"not a history"):
            History.from_json(text)


# --- evaluation ----------------------------------------------------------------------------------


def test_perplexity_of_evaluation_is_the_token_mean_whatever_the_batches() -> None:
    model = _model()
    nats = tokens = 0.0
    for pair in CORPUS.test:  # one sentence at a time, one token at a time
        logits = model(collate([pair], VOCABULARY, VOCABULARY)).logits[0].detach().double()
        for row, token in zip(logits, [*VOCABULARY.encode(pair.target), EOS], strict=True):
            nats -= float(row[token] - row.logsumexp(0))
            tokens += 1
    for batch_size in (1, 4, 64):
        score = evaluate(model, CORPUS.test, batch_size).perplexity
        assert score.value == pytest.approx(math.exp(nats / tokens), rel=1e-5)
        assert score.n == tokens


def test_translations_are_scored_against_their_own_references() -> None:
    class Copier(Seq2Seq):
        """Translates perfectly, without a parameter's help."""

        def translate(self, sentences, **search):
            return [type("T", (), {"tokens": tuple(sentence)})() for sentence in sentences]

    model = _model()
    model.__class__ = Copier
    scores = evaluate(model, CORPUS.test, batch_size=4)
    assert scores.exact_match.value == 100
    assert scores.bleu.value == pytest.approx(100)


def test_alignment_is_scored_on_the_row_that_predicts_the_word() -> None:
    model = _model()

    def diagonal(batch):
        T, S = batch.target_out.shape[1], batch.source.shape[1]
        return type("O", (), {"weights": torch.eye(T, S).expand(len(batch), T, S)})()

    model.forward = diagonal  # type: ignore[method-assign,assignment]
    model.loss_of = lambda output, batch: Loss(torch.tensor(1.0), 1)  # type: ignore[method-assign]
    scores = evaluate(model, CORPUS.test)
    assert evaluate(model, CORPUS.test, alignment=False).alignment is None
    assert scores.alignment is not None
    assert scores.alignment.aer == pytest.approx(0)


def test_no_alignment_is_claimed_without_gold_links_or_without_weights() -> None:
    without = [SentencePair(pair.source, pair.target) for pair in CORPUS.test]
    assert evaluate(_model(), without).alignment is None
    assert evaluate(sutskever2014(VOCABULARY, VOCABULARY, embedding=6, hidden=8), CORPUS.test).alignment is None
    assert evaluate(_model(), CORPUS.test).alignment is not None


def test_scores_by_length_put_each_pair_into_its_bucket_by_source_words() -> None:
    pairs = copying_pairs(60, seed=4, lengths=(2, 6))
    buckets = ((2, 3), (5, 5), (9, 12))
    scores = evaluate_by_length(_model(), pairs, buckets, bootstrap=20)
    assert list(scores) == [(2, 3), (5, 5)]  # none is 9 words long; those of 4 and 6 are in no bucket
    assert scores[2, 3].exact_match.n == sum(len(pair.source) in (2, 3) for pair in pairs)
    fives = [pair for pair in pairs if len(pair.source) == 5]
    assert scores[5, 5] == evaluate(_model(), fives, bootstrap=20)


def test_between_the_lengths_of_the_grammar_no_bucket_leaves_a_gap() -> None:
    assert [low for low, _ in BUCKETS] == [4, *(high + 1 for _, high in BUCKETS[:-1])] and BUCKETS[-1][1] == 40


def test_buckets_that_overlap_or_are_upside_down_are_refused() -> None:
    for buckets, message in (([(2, 5), (5, 8)], "overlap"), ([(5, 2)], "shortest, longest"), ([(0, 2)], "at least 1")):
        with pytest.raises(ValueError, match=message):
            evaluate_by_length(_model(), CORPUS.test, buckets)


def test_an_empty_split_cannot_be_evaluated() -> None:
    with pytest.raises(ValueError, match=r"nothing to evaluate"):
        evaluate(_model(), [])


def test_an_evaluation_prints_every_score() -> None:
    for alignment, names in ((True, ["perplexity", "exact", "BLEU", "AER"]), (False, ["perplexity", "exact", "BLEU"])):
        text = str(evaluate(_model(), CORPUS.test, alignment=alignment))
        assert [re.split(r"[ |]", line)[0] for line in text.splitlines()] == names


@pytest.mark.parametrize("scores", [evaluate, evaluate_regions, evaluate_heads])
def test_a_wrong_number_of_resamplings_is_found_before_the_work(scores: Callable[..., object]) -> None:
    with unchecked():
        for bootstrap in (-1, 100_001):
            with pytest.raises(ValueError, match="bootstrap: expected"):
                scores(None, CORPUS.test, bootstrap=bootstrap)  # no model: who runs it fails otherwise


# --- speed ---------------------------------------------------------------------------------------


def test_the_loop_costs_little_beside_the_model() -> None:
    """Forty updates by fit against forty bare ones, in time of this process alone."""
    pairs = copying_pairs(400, seed=9, lengths=(12, 12))
    corpus = ParallelCorpus("copying", "letters", "letters", pairs, (), ())
    seed_everything(1)
    model = bahdanau2014(VOCABULARY, VOCABULARY, embedding=32, hidden=64)
    batch = collate(pairs[:32], VOCABULARY, VOCABULARY)
    optimiser = torch.optim.Adam(model.parameters())
    bare, through_fit = [], []
    for _ in range(3):
        started = time.process_time()
        for _ in range(40):
            optimiser.zero_grad()
            total, tokens = model.loss(batch)
            (total / tokens).backward()
            optimiser.step()
        bare.append(time.process_time() - started)
        started = time.process_time()
        fit(model, corpus, _config(steps=40, batch_size=32, validate_every=None))
        through_fit.append(time.process_time() - started)
    assert min(through_fit) < 1.5 * min(bare)


def test_evaluation_runs_over_the_references_once(monkeypatch: pytest.MonkeyPatch) -> None:
    model, seen = _model(), []
    forward = Seq2Seq.forward
    monkeypatch.setattr(Seq2Seq, "forward", lambda self, batch: seen.append(len(batch)) or forward(self, batch))
    evaluate(model, CORPUS.test)
    assert sum(seen) == len(CORPUS.test)


def test_padding_of_a_shorter_target_is_linked_to_nothing() -> None:
    """Two targets of one source in one batch: the rows after the end of the shorter one are no words."""
    some, none = frozenset({(0, 0), (1, 1)}), frozenset[tuple[int, int]]()
    pairs = [
        SentencePair(("the", "cat"), ("le", "chat", "dort"), some, some),
        SentencePair(("the", "cat"), ("le",), none, none),
    ]
    for name, seed in product(("bahdanau", "luong-dot"), range(4)):
        model = make(name, seed)
        apart, together = (evaluate(model, pairs, size).alignment for size in (1, 2))
        assert apart == together is not None
        assert evaluate(model, [pairs[0], SentencePair(("the", "cat"), ("le",))]).alignment is None
    for seed in range(3):
        heads = make("vaswani-deep", seed)
        assert evaluate_heads(heads, pairs, 1) == evaluate_heads(heads, pairs, 2)


def test_translations_ask_for_the_search_that_they_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    model, translate, asked = _model(), Seq2Seq.translate, []

    def watched(self, sources, **options):
        asked.append((options["beam"], options["length_normalisation"]))
        return translate(self, sources, **options)

    monkeypatch.setattr(Seq2Seq, "translate", watched)
    translations(model, CORPUS.test[:1])
    translations(model, CORPUS.test[:1], beam=3, length_normalisation=0.7)
    assert asked == [(1, 0.0), (3, 0.7)]


def test_validation_during_training_asks_for_no_alignment(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def watched(*given, **options):
        asked.append(options.get("alignment", True))
        return evaluate(*given, **options)

    monkeypatch.setattr("course_lib.training.loop.evaluate", watched)
    fit(_model(), CORPUS, TrainConfig(2, batch_size=2, validate_every=1, progress=False))
    assert asked == [False, False]
