"""Hard attention: draws that follow the weights, and a gradient that is right on average. Chapter 10."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from course_lib.attention import SOFT, AdditiveAttention, Attended, DotAttention, HardAttention, LocalAttention
from course_lib.attention import hard as module
from course_lib.corpora.pairs import SentencePair
from course_lib.decoders import DecoderOutput
from course_lib.encoders import Encoded, State
from course_lib.evaluation import evaluate
from course_lib.finite import NotFiniteError
from course_lib.models import luong2015
from course_lib.seq2seq import Seq2Seq
from course_lib.training import TrainConfig, fit, seed_everything
from course_lib.training.objectives import Objective
from course_lib.training.reinforce import Reinforce, hard_attention, update_baseline
from course_lib.vocabulary import PAD
from tests.oracles.copying import CORPUS, VOCABULARY
from tests.oracles.models import HARD, MAKERS, PAIRS, batch, luong, make, shaken

# --- looking -------------------------------------------------------------------------------------


def look(rows: int, mask: torch.Tensor, training: bool, soft_share: float = 0.0, steps: int = 0):
    """One query against five annotations, ``rows`` times over (and ``steps`` times a row)."""
    torch.manual_seed(0)
    attention = HardAttention(DotAttention(3, 3)).double().train(training)
    attention.soft_share = soft_share
    query, memory = torch.randn(3, dtype=torch.float64), torch.randn(5, 3, dtype=torch.float64)
    query = query.expand(rows, steps, 3) if steps else query.expand(rows, 3)
    memory = memory.expand(rows, 5, 3)
    return attention(query, memory, memory, mask.expand(rows, 5)), memory[0]


@pytest.mark.parametrize("steps", [0, 4])
def test_positions_are_drawn_as_often_as_the_weights_say_and_never_at_padding(steps: int) -> None:
    """Pearson's chi-square with three degrees of freedom stays below 16.27 in 999 of 1,000 cases."""
    mask = torch.tensor([True, True, False, True, True])
    looked, memory = look(20_000, mask, training=True, steps=steps)
    n = looked.position.numel()
    assert looked.position.shape == looked.weights.shape[:-1] and looked.weights.reshape(n, 5)[0, 2] == 0
    counts = np.bincount(looked.position.flatten().numpy(), minlength=5)
    expected = n * looked.weights.reshape(n, 5)[0].numpy()
    assert counts[2] == 0 and counts.sum() == n and min(counts[[0, 1, 3, 4]]) > 100
    assert np.sum((counts - expected)[mask.numpy()] ** 2 / expected[mask.numpy()]) < 16.27
    # and the context is the one annotation that was drawn, to the bit
    assert torch.equal(looked.context, memory[looked.position])


@pytest.mark.parametrize("steps", [0, 2])
def test_in_evaluation_the_most_probable_position_is_taken(steps: int) -> None:
    looked, memory = look(3, torch.tensor([True, True, False, True, False]), training=False, steps=steps)
    best = int(looked.weights.reshape(-1, 5)[0].argmax())
    assert (looked.position == best).all()
    assert torch.equal(looked.context, memory[best].expand_as(looked.context))


def test_a_soft_look_is_the_weighted_sum_and_comes_at_the_rate_asked_for() -> None:
    looked, memory = look(10_000, torch.ones(5, dtype=torch.bool), training=True, soft_share=0.3)
    soft = looked.position == SOFT
    assert abs(soft.double().mean().item() - 0.3) < 5 * (0.3 * 0.7 / 10_000) ** 0.5
    expected = sum(looked.weights[0, j] * memory[j] for j in range(5))
    torch.testing.assert_close(looked.context[soft], expected.expand(int(soft.sum()), 3))
    assert torch.equal(looked.context[~soft], memory[looked.position[~soft]])
    assert (look(500, torch.ones(5, dtype=torch.bool), training=True, soft_share=1.0)[0].position == SOFT).all()
    # in evaluation the share means nothing
    assert (look(500, torch.ones(5, dtype=torch.bool), training=False, soft_share=1.0)[0].position >= 0).all()


def test_no_position_is_drawn_from_nan() -> None:
    with pytest.raises(NotFiniteError, match="to draw a position from"):
        module.draw(torch.tensor([[0.5, 0.5], [torch.nan, torch.nan]]))


def test_a_share_of_nought_is_no_look_whatever_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "rand", torch.zeros)  # the smallest of all draws
    assert (look(20, torch.ones(5, dtype=torch.bool), training=True)[0].position != SOFT).all()


def test_a_source_that_is_all_padding_is_an_error() -> None:
    mask = torch.tensor([[True, True], [False, False]])
    with pytest.raises(ValueError, match="all padding"):
        Encoded(State(torch.zeros(1, 2, 3)), torch.zeros(2, 2, 3), mask)


def test_hard_attention_over_a_window_is_refused() -> None:
    with pytest.raises(ValueError, match="global one, got LocalAttention"):
        HardAttention(LocalAttention(DotAttention(3, 3), 3, 1, False))
    with pytest.raises(ValueError, match="leave local or hard out"):
        luong(hard=True, local="monotonic")


@pytest.mark.parametrize("name", HARD)
def test_training_draws_and_evaluation_does_not(name: str) -> None:
    model, given = make(name), batch()
    first, again = (model(given).look.position for _ in range(2))
    assert torch.equal(first, again) and torch.equal(first, model(given).weights.argmax(-1))
    torch.manual_seed(0)
    model.train()
    drawn = torch.stack([model(given).look.position for _ in range(20)])
    assert len(drawn.unique(dim=0)) > 10
    rows = torch.arange(len(PAIRS))[:, None].expand(drawn.shape[1:])
    assert all(given.source_mask[rows, positions].all() for positions in drawn)  # never at padding


# --- learning ------------------------------------------------------------------------------------

TINY = [SentencePair(("cats", "sleep"), ("les",))]


def forced(monkeypatch: pytest.MonkeyPatch, positions: tuple[int, ...]) -> None:
    """Let the next draws give ``positions``, one a step or all at once."""
    rest = list(positions)

    def draw(weights: torch.Tensor) -> torch.Tensor:
        if weights.dim() == 3:
            return torch.tensor([positions])
        return torch.tensor([rest.pop(0)])

    monkeypatch.setattr(module, "draw", draw)


def log_probs_of(output: DecoderOutput, given, positions: tuple[int, ...]) -> tuple[torch.Tensor, torch.Tensor]:
    """log p(y | ŝ, a) and log p(ŝ | a) of one sentence, word by word."""
    words, chosen = torch.zeros(()).double(), torch.zeros(()).double()
    for t, (word, s) in enumerate(zip(given.target_out[0], positions, strict=True)):
        words = words + torch.log_softmax(output.logits[0, t], -1)[word]
        chosen = chosen + output.weights[0, t, s].log()
    return words, chosen


def gradients(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {key: p.grad.clone() for key, p in model.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("baseline", [-1.5, -7.5, None], ids=str)
def test_on_average_reinforce_is_the_gradient_of_the_expected_log_probability(
    name: str, baseline: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All 3 × 3 ways to look at three positions in two steps, each weighted with its probability.

    The gradient of Σ_s p(s | a) log p(y | s, a) by autograd, against the mean of the estimates.
    """
    model, given = shaken(MAKERS[name](embedding=2, hidden=3), seed=1).train(), batch(TINY)
    hard = hard_attention(model)
    kind = "none" if baseline is None else "moving"
    objective = Objective(reinforce=Reinforce(weight=1.0, entropy=0.0, soft_start=0.0, baseline=kind))
    expectation, estimates, total = torch.zeros(()).double(), [], 0.0
    for positions in product(range(3), repeat=2):
        forced(monkeypatch, positions)
        words, chosen = log_probs_of(model(given), given, positions)
        expectation = expectation + chosen.exp() * words
        forced(monkeypatch, positions)
        hard.baseline.fill_(baseline or 0.0)
        model.zero_grad()
        loss = objective.loss(model, given, TINY)
        assert loss.total.item() == pytest.approx(-words.item())  # the curve shows the cross-entropy
        loss.total.backward()
        estimates.append((chosen.exp().item(), gradients(model)))
        total += chosen.exp().item()
    assert total == pytest.approx(1.0)
    model.zero_grad()
    (-expectation).backward()
    exact = gradients(model)
    of_the_score = [gradient for key, gradient in exact.items() if "attention" in key]
    assert all(gradient.abs().max() > 1e-4 for gradient in of_the_score)  # or zero would do for them
    for key, gradient in exact.items():
        mean = sum(p * found[key] for p, found in estimates)
        torch.testing.assert_close(mean, gradient, msg=lambda text, key=key: f"{key}: {text}")


def made_up(positions: list[list[int]]) -> DecoderOutput:
    """Two sentences of two words over three positions, with weights to differentiate by."""
    weights = torch.tensor(
        [[[0.5, 0.25, 0.25], [0.125, 0.875, 0.0]], [[0.25, 0.25, 0.5], [0.5, 0.5, 0.0]]], dtype=torch.float64
    ).requires_grad_()
    look = Attended(weights.log(), weights, torch.zeros(2, 2, 2), position=torch.tensor(positions))
    return DecoderOutput(torch.zeros(2, 2, 4), torch.zeros(2, 2, 2), look)


def test_reward_minus_baseline_worked_by_hand() -> None:
    """Sentence 1 was better than the baseline by 1, sentence 2 worse by 3; its second word is padding."""
    output = made_up([[0, 1], [2, 0]])
    words = torch.tensor([[True, True], [True, False]])
    loss = Reinforce(weight=2.0, entropy=0.0).loss(output, torch.tensor([-3.0, -7.0]), words, torch.tensor(-4.0))
    assert loss.item() == 0.0
    (gradient,) = torch.autograd.grad(loss, output.weights)
    expected = torch.zeros(2, 2, 3).double()
    expected[0, 0, 0], expected[0, 1, 1] = -2 * 1 / 0.5, -2 * 1 / 0.875
    expected[1, 0, 2] = 2 * 3 / 0.5
    torch.testing.assert_close(gradient, expected)


def test_the_entropy_term_worked_by_hand() -> None:
    """∂H/∂α = −log α − 1, and H is to grow. A soft look and padding ask for nothing, a weight of 0 neither."""
    output = made_up([[0, 1], [SOFT, 0]])
    words = torch.tensor([[True, True], [True, False]])
    loss = Reinforce(weight=0.0, entropy=0.5).loss(output, torch.zeros(2), words, torch.zeros(()))
    (gradient,) = torch.autograd.grad(loss, output.weights)
    expected = torch.zeros(2, 2, 3).double()
    for i, row in enumerate([[0.5, 0.25, 0.25], [0.125, 0.875]]):
        for j, weight in enumerate(row):
            expected[0, i, j] = 0.5 * (np.log(weight) + 1)
    torch.testing.assert_close(gradient, expected)


def test_a_soft_look_has_no_draw_to_reward() -> None:
    output = made_up([[SOFT, 1], [SOFT, SOFT]])
    words = torch.ones(2, 2, dtype=torch.bool)
    loss = Reinforce(entropy=0.0).loss(output, torch.tensor([-3.0, -7.0]), words, torch.zeros(()))
    (gradient,) = torch.autograd.grad(loss, output.weights)
    assert gradient[0, 1, 1] != 0 and int((gradient != 0).sum()) == 1


def test_the_baseline_is_the_moving_average_worked_by_hand() -> None:
    baseline = torch.tensor(-2.0)
    update_baseline(baseline, torch.tensor([-4.0, -8.0]))
    assert baseline.item() == pytest.approx(0.9 * -2 + 0.1 * -6)
    update_baseline(baseline, torch.tensor([-10.0]))
    assert baseline.item() == pytest.approx(0.9 * -2.4 + 0.1 * -10)


def test_the_baseline_of_an_update_is_the_one_from_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The average must not know the draw that it judges."""
    model, given = make("xu-over-words-hard").train(), batch(TINY)
    hard = hard_attention(model)
    objective = Objective(reinforce=Reinforce(weight=1.0, entropy=0.0))
    forced(monkeypatch, (0, 2))
    words, chosen = log_probs_of(model(given), given, (0, 2))
    chosen.backward()
    slope = hard.align.v_a.grad.clone()
    model.zero_grad()
    hard.baseline.fill_(words.item() - 10)
    forced(monkeypatch, (0, 2))
    objective.loss(model, given, TINY).total.backward()
    torch.testing.assert_close(hard.align.v_a.grad, -10 * slope)
    assert hard.baseline.item() == pytest.approx(words.item() - 9)


def test_without_a_baseline_nothing_is_subtracted_and_nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a batch of one sentence the mean, subtracted, would leave nothing. Nor does an average from before count."""
    model, given = make("xu-over-words-hard").train(), batch(TINY)
    hard = hard_attention(model)
    objective = Objective(reinforce=Reinforce(weight=1.0, entropy=0.0, soft_start=0.0, baseline="none"))
    forced(monkeypatch, (0, 2))
    words, chosen = log_probs_of(model(given), given, (0, 2))
    chosen.backward()
    slope = hard.align.v_a.grad.clone()
    assert slope.abs().max() > 1e-4
    for before in (0.0, -3.0):
        model.zero_grad()
        hard.baseline.fill_(before)
        forced(monkeypatch, (0, 2))
        objective.loss(model, given, TINY).total.backward()
        torch.testing.assert_close(hard.align.v_a.grad, -words.item() * slope)
        assert hard.baseline.item() == before


def test_a_baseline_of_another_name_is_refused() -> None:
    with pytest.raises(ValueError, match="baseline: expected one of 'moving', 'none', got 'mean'"):
        Reinforce(baseline="mean")  # type: ignore[arg-type]


def test_the_baseline_begins_with_the_first_draws_and_counts_no_padding() -> None:
    """One that has followed soft attention, or starts at 0, finds every draw bad when draws begin."""
    model, given = make("xu-over-words-hard").train(), batch()
    hard = hard_attention(model)
    assert (given.target_out == PAD).any()
    Objective().loss(model, given, PAIRS, progress=0.1)
    assert hard.soft_share == 1.0 and hard.baseline.item() == 0.0
    first, second = (-Objective().loss(model, given, PAIRS, progress=0.5).total.item() / len(PAIRS) for _ in range(2))
    assert first != second  # other draws
    assert hard.baseline.item() == pytest.approx(0.9 * first + 0.1 * second)
    alone = make("xu-over-words-hard").train()
    given = batch(TINY)
    Objective(reinforce=Reinforce(entropy=0.0)).loss(alone, given, TINY).total.backward()
    assert not hard_attention(alone).align.v_a.grad.any()  # as good as the average, which it is


@pytest.mark.parametrize("name", HARD)
def test_a_soft_start_is_soft_attention_with_nothing_added(name: str) -> None:
    """Up to 35 % of the updates, not beyond: there the loss is that of the same weights looked at softly."""
    model, given = make(name).train(), batch()
    hard = hard_attention(model)
    start = Objective().loss(model, given, PAIRS, progress=0.34).total
    start.backward()
    begun = gradients(model)
    model.zero_grad()
    hard.soft_share = 1.0
    output = model(given)
    assert (output.look.position == SOFT).all()
    plain = F.cross_entropy(output.logits.mT, given.target_out, ignore_index=PAD, reduction="sum")
    plain.backward()
    torch.testing.assert_close(start, plain)
    for key, gradient in gradients(model).items():
        torch.testing.assert_close(begun[key], gradient)
    Objective().loss(model, given, PAIRS, progress=0.35)
    assert hard.soft_share == 0.0
    Objective(reinforce=Reinforce(mixing=0.5)).loss(model, given, PAIRS, progress=0.9)
    assert hard.soft_share == 0.5


def test_in_evaluation_there_is_nothing_to_learn_and_the_baseline_rests() -> None:
    model, given = make("luong-general-hard"), batch()
    assert torch.equal(Objective().loss(model, given, PAIRS).total, model.loss(given).total)
    smoothed = Objective(label_smoothing=0.1).loss(model, given, PAIRS).total
    smoothed.backward()
    assert hard_attention(model).baseline.item() == 0
    assert hard_attention(model).align.W_a.weight.grad is None


@pytest.mark.parametrize(
    "options", [{"soft_start": 1.1}, {"mixing": -0.1}, {"weight": -1.0}, {"entropy": float("inf")}], ids=str
)
def test_options_out_of_range_are_refused(options: dict[str, float]) -> None:
    (name,) = options
    with pytest.raises(ValueError, match=f"{name}: expected"):
        Reinforce(**options)


def test_reinforce_without_hard_attention_is_refused() -> None:
    output = make("bahdanau")(batch())
    with pytest.raises(ValueError, match="no hard attention"):
        Reinforce().loss(output, torch.zeros(3), batch().target_mask, torch.zeros(()))


# --- runs ----------------------------------------------------------------------------------------


def copier(seed: int = 1, dropout: float = 0.0) -> Seq2Seq:
    seed_everything(seed)
    options = {"score": "general", "direction": "bidirectional", "hard": True, "dropout": dropout}
    return luong2015(VOCABULARY, VOCABULARY, embedding=8, hidden=16, **options)


def settings(**options) -> TrainConfig:
    given = {"steps": 30, "batch_size": 8, "warmup": 5, "validate_every": 10, "progress": False, "device": "cpu"}
    return TrainConfig(**(given | options))


@pytest.mark.parametrize("stop", [10, 20])
def test_a_resumed_run_with_hard_attention_equals_an_uninterrupted_one_to_the_bit(tmp_path: Path, stop: int) -> None:
    """Draws and baseline go with the checkpoint; step 10 is before the end of the soft start, 20 after it."""

    def interrupt(step: int, _: torch.nn.Module) -> None:
        if step == stop:
            raise KeyboardInterrupt

    whole = copier(dropout=0.3)
    expected = fit(whole, CORPUS, settings())
    config = settings(checkpoint=tmp_path / "run.pt")
    with pytest.raises(KeyboardInterrupt):
        fit(copier(dropout=0.3), CORPUS, config, interrupt)
    resumed = copier(seed=99, dropout=0.3)
    assert fit(resumed, CORPUS, config) == expected
    assert hard_attention(whole).baseline.item() < 0
    for key, value in whole.state_dict().items():
        assert torch.equal(resumed.state_dict()[key], value), key


def test_the_schedule_follows_the_steps_of_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    shares = []
    inner = Objective.loss

    def spy(self, model, *rest):
        loss = inner(self, model, *rest)
        shares.append(hard_attention(model).soft_share)
        return loss

    monkeypatch.setattr(Objective, "loss", spy)
    fit(copier(), CORPUS, settings(steps=20, validate_every=None))
    assert shares == [1.0] * 7 + [0.0] * 13


def test_training_with_drawn_positions_learns_to_copy() -> None:
    """After a soft start the model must go on to look at one letter at a time, and at the right one."""
    model = copier()
    fit(model, CORPUS, settings(steps=400, learning_rate=1e-2, batch_size=16, validate_every=None))
    scores = evaluate(model, CORPUS.train)
    assert scores.exact_match.value > 70 and scores.alignment.aer < 25


def test_a_recorded_state_without_its_baseline_is_refused() -> None:
    model = make("bahdanau-hard-coverage")
    state = {key: value for key, value in model.state_dict().items() if not key.endswith("baseline")}
    with pytest.raises(RuntimeError, match="baseline"):
        model.load_state_dict(state)


def test_coverage_reaches_the_score_behind_hard_attention() -> None:
    model, given = make("bahdanau-hard-coverage"), batch()
    step, state = model.stepper(given.source, given.source_lengths)
    first = step(given.target_in[:, 0], state)
    torch.testing.assert_close(first.state.coverage, first.weights)
    other = replace(first.state, coverage=torch.zeros_like(first.state.coverage))
    changed, kept = step(given.target_in[:, 1], other), step(given.target_in[:, 1], first.state)
    assert not torch.allclose(changed.look.scores[given.source_mask], kept.look.scores[given.source_mask])
    assert not HardAttention(AdditiveAttention(2, 2, 2)).coverage
    fresh = HardAttention(DotAttention(2, 2))  # a score that knows no such thing
    assert fresh.coverage is False and fresh.soft_share == 0.0
