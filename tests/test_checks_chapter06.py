"""The checkers of chapter 6 accept right answers and name the usual mistakes."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import torch

from course_lib.checks import chapter06 as checks
from course_lib.encoders import State
from course_lib.interventions.looks import changing
from course_lib.reaching import gradient_reach
from tests.answers.chapter06 import RIGHT, TELLING, WRONG, cut_context, in_half_precision, on_a_grid
from tests.exercises import letter, mistakes_are_named, passes, right_answers_pass
from tests.oracles.models import PAIRS, make

test_a_right_answer_passes_and_an_empty_one_is_only_not_yet = right_answers_pass(RIGHT)
test_a_usual_mistake_is_named = mistakes_are_named(WRONG)


def test_the_turning_point_is_not_the_one_worked_out_with_a_pencil():
    """Shares 3/4, 1/4 and 1/5, 4/5: a leads by 40 · 3/4 − 20 · 1/4 = 25, then by 8 − 16 = −8: used up after 25/33."""
    a, b, first, second = [90, 20], [50, 40], [30, 10], [40, 160]
    assert checks._by_halving(a, b, first, second) == pytest.approx(25 / 33, abs=1e-12)
    assert checks._over_all(a, first, second, 0) == pytest.approx(72.5)
    assert checks._over_all(b, first, second, 1) == pytest.approx(42)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("K", "ahead"), [(2, 1), (4, -1), (5, 1)])
def test_the_models_drawn_never_change_places_or_hide_a_wrong_mix(seed, K, ahead):
    a, b, first, second = checks._two_models(np.random.default_rng(seed), K, ahead)
    leads = [
        sum(Fraction(int(x - y)) * int(n) for x, y, n in zip(a, b, counts, strict=True)) / int(counts.sum())
        for counts in (first, second)
    ]
    assert leads[0] * ahead > 0 > leads[1] * ahead and first.sum() != second.sum()
    right = float(leads[0] / (leads[0] - leads[1]))
    assert 0.1 < right < 0.9  # half a per cent of the way would be within reach of a rounding
    assert checks._by_halving(*(one.tolist() for one in (a, b, first, second))) == pytest.approx(right, abs=1e-9)
    others = list(checks._other_mixes(a, b, first, second).values())
    assert min(abs(wrong - right) for wrong in others) > 0.02


@pytest.mark.parametrize("decimals", [2, 3])
def test_a_search_on_a_fine_grid_is_told_nothing_of_its_grid(decimals):
    assert "looked for on a grid" in letter(checks.check_turning_point, on_a_grid(decimals))


@pytest.mark.parametrize(("got", "is_near"), [(0.5667, True), (0.5317, False)])
def test_what_no_rounding_explains_is_told_of_a_rounding(got, is_near):
    """A grid of 0.01 is 0.005 off at most; shares of the largest band instead of the sum are off by 0.03 and more."""
    assert (checks._if_near(got, 0.5617) is not None) == is_near


def test_half_precision_is_told_of_a_grid(capsys):
    assert passes(checks.check_turning_point, in_half_precision, capsys)


def test_four_decimals_are_too_few(capsys):
    assert passes(checks.check_turning_point, on_a_grid(4), capsys)


def test_the_sound_context_or_its_gradient_is_not_the_one_of_autograd():
    alpha, h = torch.rand(2, 3, 4, requires_grad=True), torch.rand(2, 4, 5, requires_grad=True)
    context, arriving = torch.einsum("bts,bsm->btm", alpha, h), torch.rand(2, 3, 5)
    np.testing.assert_allclose(checks._summed(alpha.detach(), h.detach()), context.detach(), rtol=1e-5)
    (slope,) = torch.autograd.grad(context, alpha, arriving)
    np.testing.assert_allclose(checks._summed(arriving, h.detach().mT), slope, rtol=1e-5)


def test_a_cut_is_judged_by_whether_gradients_happen_to_be_on(capsys):
    with torch.no_grad():
        assert passes(checks.check_cut_context, lambda alpha, h: alpha @ h.detach(), capsys)


def cut(look, values, mask):
    return replace(look, context=cut_context(look.weights[:, None], values)[:, 0])


@pytest.mark.parametrize("left", ["keys", "first state", "neither"])
def test_with_the_context_cut_a_loss_reaches_the_encoder_by_another_way_than_keys_and_first_state(left, monkeypatch):
    model = make("bahdanau")
    decoder, attention = model.decoder, model.decoder.attention
    keys_of, state_of = attention.project_keys, decoder.initial_state
    if left != "keys":
        monkeypatch.setattr(attention, "project_keys", lambda memory: keys_of(memory.detach()))
    if left != "first state":
        monkeypatch.setattr(decoder, "initial_state", lambda encoded: State(state_of(encoded).hidden.detach()))
    with changing(model, cut):
        slope = gradient_reach(model, PAIRS[0].source, PAIRS[0].target).slope
    assert slope.shape == (len(PAIRS[0].target) + 1, len(PAIRS[0].source) + 1)
    assert (slope > 0).all() == (left != "neither") and (slope == 0).all() == (left == "neither")


def longest_five(split):
    return [Counter(part) for part in split(TELLING, 5)]


def test_a_right_split_is_wrong_or_a_bug_changes_nothing_that_a_test_could_see():
    train = Counter(pair for pair in TELLING if len(pair[0]) in (2, 4, 5))
    right = [train, Counter(TELLING) - train]
    for name, split in checks._SPLITS.items():
        assert longest_five(split) == right, name
    seen = {name: longest_five(split) for name, split in checks._SICK_SPLITS.items()}
    assert [name for name, parts in seen.items() if parts == right] == []
    assert len({str(parts) for parts in seen.values()}) == len(seen)  # no two bugs are one


@pytest.mark.parametrize(
    ("name", "train", "long"),
    [
        ("target words counted", [4, 5, 6, 11, 23, 9], [2, 2, 7]),
        ("both sides have to fit", [4, 5], [2, 2, 6, 7, 11, 23, 9]),
        ("`</s>` counted as a word", [2, 2, 4], [5, 6, 7, 11, 23, 9]),
        ("one word too many", [2, 2, 4, 5, 6], [7, 11, 23, 9]),
        ("long sources cut and trained on", [2, 2, 4, 5, 5, 5, 5, 5, 5], [6, 7, 11, 23, 9]),
        ("long sources cut", [2, 2, 4, 5], [5, 5, 5, 5, 5]),
        ("the very long dropped", [2, 2, 4, 5], [6, 7, 9]),
        ("a pair of exactly the length in both", [2, 2, 4, 5], [6, 7, 11, 23, 9, 5]),
        ("sentences with *because* all in train", [2, 2, 4, 5, 9], [6, 7, 11, 23]),
        ("repeated pairs kept once", [2, 4, 5], [6, 7, 11, 23, 9]),
        ("the first pair of train doubled", [2, 2, 2, 4, 5], [6, 7, 11, 23, 9]),
        ("long before train", [6, 7, 11, 23, 9], [2, 2, 4, 5]),
        ("everything in train as well", [2, 2, 4, 5, 6, 7, 11, 23, 9], [6, 7, 11, 23, 9]),
        ("everything in long as well", [2, 2, 4, 5], [2, 2, 4, 5, 6, 7, 11, 23, 9]),
    ],
)
def test_a_bug_does_not_split_as_its_name_says(name, train, long):
    parts = checks._SICK_SPLITS[name](TELLING, 5)
    assert [Counter(len(pair[0]) for pair in part) for part in parts] == [Counter(train), Counter(long)]
