"""The checkers of chapter 8 accept right answers and name the usual mistakes."""

import numpy as np
import pytest
import torch
from torch import nn

from course_lib.checks import chapter08 as checks
from course_lib.checks.comparing import own_randomness
from tests.answers.chapter08 import RIGHT, WRONG, a_case, feed_the_state_back
from tests.exercises import HANDED_IN, answers_in_kind, letter, mistakes_are_named, right_answers_pass

test_a_right_answer_passes_and_an_empty_one_is_only_not_yet = right_answers_pass(RIGHT)
test_a_usual_mistake_is_named = mistakes_are_named(WRONG)


@torch.no_grad()
@pytest.mark.parametrize("fed", [True, False])
def test_the_states_are_not_those_of_torch(fed):
    """Torch's cell, whose word has the state written behind it by hand where it is fed."""
    E, H = 3, 4
    cell = nn.LSTMCell(E + H * fed, H, bias=False, dtype=torch.float64)
    words = torch.randn(6, E, dtype=torch.float64)
    s, c = torch.randn(2, 1, H, dtype=torch.float64).tanh()
    got = checks._states(cell.weight_ih, cell.weight_hh, words, s[0], c[0], fed=fed)
    for i, word in enumerate(words):
        s, c = cell(torch.cat((word[None], s), 1) if fed else word[None], (s, c))
        np.testing.assert_allclose(got[i], s[0], rtol=1e-10)


def test_weights_that_fit_one_size_only_pass():
    """E = 3 and H = 4 written down as numbers."""
    assert "for E=5, H=2" in letter(checks.check_feed_the_state_back, lambda W, U: (W[:, :3], U + W[:, 3:]))


@pytest.mark.parametrize("share", [0.9998, 1.0002])  # of a whole that a word has had in all
def test_a_word_is_covered_that_has_had_less_than_one(share, capsys):
    rows = np.array([[share / 3, 1 - share / 3]] * 3)
    if share > 1:
        checks.check_covered(lambda: rows)
        assert "word 0 has had 1.00 in all and is the largest of no row" in capsys.readouterr().out
    else:
        assert "word 0 has had 0.9998 in all" in letter(checks.check_covered, lambda: rows)


@pytest.mark.parametrize("steps", [8, 9])
def test_more_than_eight_steps_pass_or_eight_do_not(steps, capsys):
    rows = np.array([[0.4, 0.6]] * steps)
    if steps == 8:
        checks.check_covered(lambda: rows)
        assert "✓" in capsys.readouterr().out
    else:
        assert "these are 9 steps" in letter(checks.check_covered, lambda: rows)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("sizes", [(3, 4, 2, 5), (2, 3, 3, 3)])
def test_a_right_version_is_wrong_or_a_bug_is_lost_in_what_a_learner_draws(seed, sizes):
    with own_randomness(seed):
        embedded, attentional = a_case(*sizes)
    B, T, E, H = sizes
    expected = np.zeros((B, T, E + H))
    for b in range(B):
        for i in range(T):
            expected[b, i, :E] = embedded[b, i]
            if i:
                expected[b, i, E:] = attentional[b, i - 1]
    for name, fed_inputs in checks._FEED.items():
        np.testing.assert_allclose(fed_inputs(embedded, attentional), expected, rtol=1e-6, err_msg=name)
    for name, fed_inputs in checks._FEED_WRONGLY.items():
        got = fed_inputs(embedded, attentional).numpy()
        assert got.shape != expected.shape or np.abs(got - expected).max() > 0.02, name


def test_a_bug_does_not_feed_the_look_that_it_names():
    """Two sentences; words are tenths, the looks count 1 to 6: the last column says which was fed."""
    words = torch.arange(6.0).view(2, 3, 1) / 10
    looks = torch.arange(1.0, 7).view(2, 3, 1)
    fed = {name: f(words, looks)[..., -1].tolist() for name, f in checks._FEED_WRONGLY.items()}
    assert fed["the look of the step itself"] == [[1, 2, 3], [4, 5, 6]]
    assert fed["the look two steps back"] == [[0, 0, 1], [0, 0, 4]]
    assert fed["the last look at the first step"] == [[3, 1, 2], [6, 4, 5]]
    assert fed["the first look at the first step too"] == [[1, 1, 2], [4, 4, 5]]
    assert fed["ones at the first step"] == [[1, 1, 2], [1, 4, 5]]
    assert fed["the last look of the sentence before, at the first step"] == [[0, 1, 2], [3, 4, 5]]
    assert fed["the look of the sentence before"] == [[0, 4, 5], [0, 1, 2]]
    assert fed["the sum of all looks so far"] == [[0, 1, 3], [0, 4, 9]]
    assert fed["words that come a step late too"] == [[0, 1, 2], [0, 4, 5]]


@pytest.mark.parametrize("given", HANDED_IN)
def test_fed_inputs_answers_arrays_with_tensors_or_breaks_on_lists(given):
    answers_in_kind(checks._FEED, [one.double() for one in a_case()], given, rtol=1e-6)


def test_a_folded_decoder_parts_from_the_fed_one_after_another_start():
    """The plain weights do what the fed ones do from any state, not only from that of the check."""
    with own_randomness(5):
        W_ih, W_hh = torch.randn(16, 7, dtype=torch.float64), torch.randn(16, 4, dtype=torch.float64)
        run = torch.randn(9, 3, dtype=torch.float64), *torch.randn(2, 4, dtype=torch.float64)
    plain = feed_the_state_back(W_ih, W_hh)
    np.testing.assert_allclose(checks._states(*plain, *run), checks._states(W_ih, W_hh, *run, fed=True), rtol=1e-9)
