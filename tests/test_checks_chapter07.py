"""The checkers of chapter 7 accept right answers and name the usual mistakes."""

import math

import numpy as np
import pytest
import torch

from course_lib.checks import chapter07 as checks
from course_lib.checks.comparing import own_randomness
from tests.answers.chapter07 import RIGHT, WRONG
from tests.exercises import (
    HANDED_IN,
    answers_in_kind,
    letter,
    mistakes_are_named,
    right_answers_pass,
)

test_a_right_answer_passes_and_an_empty_one_is_only_not_yet = right_answers_pass(RIGHT)
test_a_usual_mistake_is_named = mistakes_are_named(WRONG)


def test_the_general_score_is_not_the_one_worked_out_by_hand():
    """The three words of the chapter, W_a exchanging the two axes: the scores are ln 2, ln 4, ln 8."""
    exchange = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    words, state = torch.tensor([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), torch.tensor([[2.0, 4.0]]).log()
    np.testing.assert_allclose(np.exp(checks._by_three_loops(exchange, state, words)), [[2, 4, 8]], rtol=1e-6)
    slanted = torch.tensor([[1.0, 2.0, 3.0], [0.0, 0.0, 5.0]])  # (H, M): row x is met by entry x of the state
    assert checks._by_three_loops(slanted, torch.tensor([[1.0, 10.0]]), torch.tensor([[0.0, 0.0, 1.0]])) == [[53]]


@pytest.mark.parametrize(("r", "H", "M"), [(2, 5, 4), (3, 3, 6), (1, 4, 4), (5, 6, 7)])
def test_a_matrix_has_another_rank_or_hides_its_singular_values(r, H, M):
    with own_randomness(2):
        values = torch.linalg.svdvals(checks._of_rank(r, H, M))
    assert values.shape == (min(H, M),) and float(values[r:].abs().sum()) < 1e-12
    assert float((values[:r] - 1).abs().min()) > 0.1  # a root, a square or a 1 in its place is another number


@pytest.mark.parametrize("mass", [1_970, 1_990])  # of the words 20, so that 0.01 falls between the two
def test_a_row_is_starved_that_keeps_a_hundredth(mass, capsys):
    scores = np.full(64, -800.0)
    scores[:2], scores[30] = (math.log(19), 0), math.log(mass)
    if 20 / (20 + mass) < 0.01:
        checks.check_starved(lambda: (scores, 2))
        assert "cut first, word 0 has 0.95; cut last, 0.01 is left for all 2 words" in capsys.readouterr().out
    else:
        assert "still sums to 0.0101" in letter(checks.check_starved, lambda: (scores, 2))


@pytest.mark.parametrize("share", [0.89, 0.91])
def test_a_word_stands_out_that_has_nine_tenths(share):
    scores = np.full(64, 900.0)
    scores[:3] = np.log([share, 1 - share, 1e-9])
    if share > 0.9:
        checks.check_starved(lambda: (scores, 3))
    else:
        assert "no word has more than 0.8900" in letter(checks.check_starved, lambda: (scores, 3))


def case(T=4, S=5, H=3):
    return torch.randn(T + 1, H, dtype=torch.float64), torch.randn(S, H, dtype=torch.float64)


@pytest.mark.parametrize("seed", range(20))
def test_a_right_version_is_wrong_or_a_bug_is_lost_in_what_a_learner_draws(seed):
    with own_randomness(seed):
        states, memory = case()
    expected = np.exp((states[1:] @ memory.T).numpy())
    expected /= expected.sum(1, keepdims=True)
    for name, attend in checks._ATTEND.items():
        np.testing.assert_allclose(attend(states, memory), expected, rtol=1e-5, atol=1e-6, err_msg=name)
    for name, attend in checks._ATTEND_WRONGLY.items():
        got = attend(states, memory).numpy()
        assert got.shape != expected.shape or np.abs(got - expected).max() > 0.02, name


def test_a_bug_does_not_ask_with_the_state_that_it_names():
    """One word beside a word of zeros: a state of one number is what the odds of a row tell."""
    states, memory = torch.tensor([[1.0], [2.0], [4.0], [8.0]]), torch.tensor([[1.0], [0.0]])
    asked = {}
    for name, attend in checks._ATTEND_WRONGLY.items():
        weights = attend(states, memory)
        asked[name] = torch.log(weights[:, 0] / weights[:, 1]).round().tolist() if weights.shape[1] == 2 else None
    assert asked["the state before the step"] == [1, 2, 4]
    assert asked["the state two steps back"] == [1, 1, 2]
    assert asked["the last state at every step"] == [8, 8, 8]
    assert asked["a row for the start state as well"] == [1, 2, 4, 8]
    assert asked["the mean of the states before and after"] == [2, 3, 6]  # 1.5 rounds to 2
    assert asked["the state before at the first step only"] == [1, 4, 8]
    assert asked["words and steps exchanged in the table"] is None


@pytest.mark.parametrize("given", HANDED_IN)
def test_attend_answers_arrays_with_tensors_or_breaks_on_lists(given):
    answers_in_kind(checks._ATTEND, case(), given, rtol=1e-4, atol=1e-6)
