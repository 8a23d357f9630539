"""The checkers of chapter 3 accept right answers and name the usual mistakes."""

import random

import numpy as np
import pytest
import torch

from course_lib.checks import chapter03 as checks
from course_lib.checks.comparing import own_randomness
from tests.answers.chapter03 import RIGHT, WRONG, with_the_notebooks
from tests.exercises import letter, mistakes_are_named, right_answers_pass

WORDS, TOLD = torch.tensor([1, 5, 0, 5, 3]), torch.linspace(-1.5, 1.5, 24, dtype=torch.float64).sin().view(6, 4)


test_a_right_answer_passes_and_an_empty_one_is_only_not_yet = right_answers_pass(RIGHT)
test_a_usual_mistake_is_named = mistakes_are_named(WRONG)


def heard(decode):
    """Return the largest slope (T + 1, T) of any logit of step k, from 1, by any number of told[i]."""
    slopes = torch.autograd.functional.jacobian(lambda given: decode(WORDS, given), TOLD)  # (T, V, T + 1, C)
    return slopes.abs().amax((1, 3)).T


def test_a_sound_decoder_is_sick_or_a_sick_one_is_sound():
    with own_randomness(33):
        sound, sick = checks._decoders()
    by_rule = torch.tensor([[i <= k for k in range(1, 6)] for i in range(6)])
    for name, decode in sound.items():
        assert torch.equal(heard(decode) > 0, by_rule), name
    patterns = {name: (heard(decode) > 0) for name, decode in sick.items()}
    assert [name for name, pattern in patterns.items() if torch.equal(pattern, by_rule)] == []
    assert {name: int((pattern != by_rule).sum()) for name, pattern in patterns.items()} == {
        "one that is told in its first state only": 15,  # told[1] to told[5], each at its own step and all later ones
        "one that is told the first summary at every step": 10,
        "one whose later steps never hear what a readout was told": 10,
        "one that hears everything one step late": 5,
        "one that is told what the next step should be told": 9,  # told[1] is lost to 5, told[2] to [5] come early
        "one that is told the mean of all summaries": 10,
        "one that drops its state at each step": 14,
        "one that remembers two steps": 9,
        "one whose first state hears nothing": 5,
        "one whose last step is told what the step before it was told": 1,
        "one that lets a hundredth of what comes later in": 10,
    }


def test_what_a_sound_decoder_hears_is_lost_among_its_last_digits():
    """A learner may change a number by a tenth and look to the fifth digit of logits of about 4."""
    with own_randomness(33):
        sound, sick = checks._decoders()
    leak = heard(sick["one that lets a hundredth of what comes later in"])
    assert float(leak.min()) * 0.1 > 4 * 1e-5 * 2
    for name, decode in sound.items():
        slopes = heard(decode)
        assert float(slopes[slopes > 0].min()) * 0.1 > 4 * 1e-5 * 10, name


@pytest.mark.parametrize("given", ["tensor", "array", "lists"])
def test_a_decoder_answers_arrays_with_tensors_or_breaks_on_lists(given):
    with own_randomness(33):
        decode = checks._decoders()[0]["a decoder in double precision"]
    told = {"tensor": TOLD, "array": TOLD.numpy(), "lists": TOLD.tolist()}[given]
    logits = decode(WORDS.tolist() if given == "lists" else WORDS, told)
    assert isinstance(logits, torch.Tensor if given == "tensor" else np.ndarray)
    np.testing.assert_allclose(logits, decode(WORDS, TOLD), rtol=1e-5)


def test_the_step_of_the_paper_is_not_the_one_worked_out_by_hand():
    """One unit, all weights 1, y = s = c = 1/2: z = r = σ(3/2), the candidate tanh(1/2 + r)."""
    half, ones = torch.tensor([0.5], dtype=torch.float64), torch.ones(3, 1, dtype=torch.float64)
    sigma = 1 / (1 + np.exp(-1.5))
    expected = sigma / 2 + (1 - sigma) * np.tanh(0.5 + sigma)
    np.testing.assert_allclose(checks._unit_by_unit(half, half, half, ones, ones, ones), [expected])


def test_the_state_takes_the_place_of_the_summary_at_another_step():
    """A step that only notes what it is handed: word, s, c give the logits [word, s, c] and the state s + 10."""

    def step(word, s, c):
        return torch.stack((word, s, c)), s + 10

    logits = checks._overwritten_by_recursion(step, torch.tensor([7, 8, 9]), torch.tensor(1), torch.tensor(5))
    assert logits.tolist() == [[7, 1, 5], [8, 11, 11], [9, 21, 21]]


@pytest.mark.parametrize(
    ("seeding", "draw"),
    [(np.random.seed, np.random.choice), (random.seed, random.choice), (torch.manual_seed, lambda some: some[0])],
)
def test_a_wrong_answer_that_seeds_the_notebook_is_left_in_force(seeding, draw):
    def next_numbers():
        return random.random(), np.random.random(), float(torch.rand(()))  # noqa: NPY002

    def begin():
        for seed in (random.seed, np.random.seed, torch.manual_seed):
            seed(3)

    begin()
    expected = next_numbers()
    begin()
    letter(checks.check_control_labels, with_the_notebooks(seeding, draw))
    assert next_numbers() == expected


def test_a_word_of_another_session_is_another_word():
    (here,), (there,) = checks._words(["cat"]), checks._words(["cat"], session=2)
    assert here == there == "cat" and hash(here) != hash(there)
    assert {here: 1}[checks._words(["cat"])[0]] == 1
