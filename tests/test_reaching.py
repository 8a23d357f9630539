"""A map of slopes that looks like an answer and is one of another question."""

import numpy as np
import pytest
import torch

from course_lib.finite import NotFiniteError
from course_lib.interventions import read_apart, swapped
from course_lib.reaching import gradient_reach
from course_lib.traces import Reach
from course_lib.vocabulary import EOS, UnknownTokenError
from tests.oracles.models import MAKERS, PAIRS, SOURCE, TARGET, batch, make
from tests.oracles.pictures import captioner
from tests.oracles.reference import array, softmax

WORDS, TRUE = PAIRS[0].source, PAIRS[0].target  # no word stands twice in the source
REACHING = (
    "fixed-reversed-deep",
    "cho",
    "cho-reversed",
    "cho-no-steps",
    "cho-narrow",
    "bahdanau-coverage",
    "luong-concat-feeding",
    "luong-general-bidirectional",
    "vaswani-deep",
)


def log_odds(model) -> np.ndarray:
    """Return log p / (1 − p) of each true word, from the logits of a run of all steps at once: (T,)."""
    rows = array(model(batch([PAIRS[0]])).logits[0])
    p = np.array([softmax(row)[word] for row, word in zip(rows, [*TARGET.encode(TRUE), EOS], strict=True)])
    return np.log(p / (1 - p))


def slopes_by_differences(model) -> np.ndarray:
    """Return the length of the slope of each target word's log-odds by each E x_j, entry by entry: (T, S)."""
    vectors, ids = model.encoder.embedding.weight.data, [*SOURCE.encode(WORDS), EOS]
    squares = np.zeros((len(TRUE) + 1, len(ids)))
    for j, word in enumerate(ids):
        for entry in range(vectors.shape[1]):
            there = []
            for step in (1e-5, -1e-5):
                vectors[word, entry] += step
                there.append(log_odds(model))
                vectors[word, entry] -= step
            squares[:, j] += ((there[0] - there[1]) / 2e-5) ** 2
    return np.sqrt(squares)


@pytest.mark.parametrize("name", REACHING)
def test_a_slope_is_what_moving_the_vector_of_that_word_does_to_the_odds(name):
    """Central differences in each entry of E x_j: rows, columns and the order of reading are those of the words."""
    model = make(name)
    reach = gradient_reach(model, WORDS, TRUE)
    np.testing.assert_allclose(reach.slope, slopes_by_differences(model), rtol=1e-4, atol=1e-8)
    assert (reach.source, reach.target) == ((*WORDS, "</s>"), (*TRUE, "</s>"))


def test_a_source_that_is_read_in_pieces_keeps_its_slopes_in_their_columns():
    """Each piece is a reading of its own: watched once, the slopes of all but the first would be 0."""
    model = make("bahdanau")
    with read_apart(model, [1, 3]):
        expected = slopes_by_differences(model)
        reach = gradient_reach(model, WORDS, TRUE)
    np.testing.assert_allclose(reach.slope, expected, rtol=1e-4, atol=1e-8)
    assert expected.all() and not np.allclose(gradient_reach(model, WORDS, TRUE).slope, reach.slope)


def test_a_graphics_card_takes_the_slopes_too():
    """cuDNN refuses the gradient of an RNN in evaluation mode, so that no slope would be had on a GPU."""
    model, used = make("bahdanau"), []
    hook = model.encoder.rnn.register_forward_hook(lambda *_: used.append(torch.backends.cudnn.enabled))
    before = torch.backends.cudnn.enabled
    gradient_reach(model, WORDS, TRUE)
    hook.remove()
    assert used == [False] and torch.backends.cudnn.enabled is before is True


def test_two_places_of_one_word_are_two_columns():
    model = make("cho-reversed")
    twice, other = ("the", "cat", "sees", "the", "black"), ("the", "cat", "sees", "dog", "black")
    vectors = model.encoder.embedding.weight.data
    vectors[SOURCE.encode(["dog"])] = vectors[SOURCE.encode(["the"])]
    apart = gradient_reach(model, other, TRUE).slope
    np.testing.assert_allclose(gradient_reach(model, twice, TRUE).slope, apart, rtol=1e-10)
    assert not np.allclose(apart[:, 0], apart[:, 3])


def test_a_model_without_a_source_has_no_slope_at_all_even_if_nothing_learns():
    model = make("cho-no-source")
    for learns in (True, False):
        reach = gradient_reach(model.requires_grad_(learns), WORDS, TRUE)
        assert reach.slope.shape == (5, 5) and not reach.slope.any()
    hearing = make("cho")
    slope = gradient_reach(hearing, WORDS, TRUE).slope
    assert np.array_equal(gradient_reach(hearing.requires_grad_(False), WORDS, TRUE).slope, slope) and slope.all()


def test_a_model_that_is_sure_still_has_a_slope_and_one_that_is_shifted_the_same():
    """log p is flat where p is 1; the logit alone moves where probabilities do not."""
    model = make("cho")
    before = gradient_reach(model, WORDS, TRUE).slope
    with torch.no_grad():
        model.decoder.readout.W_o.bias[EOS] += 30.0  # </s> everywhere
    sure = gradient_reach(model, WORDS, TRUE)
    assert sure.paid[-1] < 1e-9 and sure.slope[-1].min() > 1e-2 * before[-1].max()
    shifted = make("cho")
    direction = torch.randn(shifted.decoder.readout.W_o.in_features, dtype=torch.float64)
    with torch.no_grad():
        shifted.decoder.readout.W_o.weight += direction  # adds the same number to all logits, another at each step
    np.testing.assert_allclose(gradient_reach(shifted, WORDS, TRUE).slope, before, rtol=1e-8)


def test_what_is_paid_and_needed_are_the_losses_of_the_two_models():
    model, floor = make("cho-narrow"), make("cho-no-source", seed=5)
    reach = gradient_reach(model, WORDS, TRUE, floor)
    assert reach.paid.sum() == pytest.approx(model.loss(batch([PAIRS[0]])).total.item(), rel=1e-9)
    assert reach.needed.sum() == pytest.approx(floor.loss(batch([PAIRS[0]])).total.item(), rel=1e-9)
    rows = array(floor(batch([PAIRS[0]])).logits[0])
    assert reach.needed[0] == pytest.approx(-np.log(softmax(rows[0])[TARGET.encode(TRUE)[0]]), rel=1e-9)
    np.testing.assert_allclose(reach.worth, reach.needed - reach.paid)
    assert gradient_reach(model, WORDS, TRUE).worth is None
    assert np.array_equal(gradient_reach(model, WORDS, TRUE).slope, reach.slope)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("broken", [False, True])
def test_afterwards_the_model_is_as_it_was_even_if_it_broke(training, broken):
    model, floor = make("cho").train(training), make("cho-no-source").train(training)
    model.loss(batch()).total.backward()
    gradients = [parameter.grad.clone() for parameter in model.parameters()]
    target = ("zebra",) if broken else TRUE
    if broken:
        with pytest.raises(UnknownTokenError):
            gradient_reach(model, WORDS, target, floor)
    else:
        with torch.no_grad():
            gradient_reach(model, WORDS, target, floor)
    assert model.training is floor.training is training
    assert not model.encoder.embedding._forward_hooks
    for parameter, gradient in zip(model.parameters(), gradients, strict=True):
        assert torch.equal(parameter.grad, gradient)
    assert all(parameter.grad is None for parameter in floor.parameters())


def test_dropout_is_off_and_single_precision_will_do():
    model = MAKERS["cho"](embedding=5, hidden=6, dropout=0.5).train()
    first, second = (gradient_reach(model, WORDS, TRUE) for _ in range(2))
    assert np.array_equal(first.slope, second.slope) and first.slope.dtype == np.float64
    np.testing.assert_allclose(gradient_reach(model.double(), WORDS, TRUE).slope, first.slope, rtol=1e-3)


def test_a_slope_is_no_other_where_gradients_are_switched_off():
    model = make("cho")
    slope = gradient_reach(model, WORDS, TRUE).slope
    with torch.no_grad():
        assert np.array_equal(gradient_reach(model, WORDS, TRUE).slope, slope)
    with torch.inference_mode():
        assert np.array_equal(gradient_reach(model, WORDS, TRUE).slope, slope)


def test_words_come_in_any_form():
    model, floor = make("cho"), make("cho-no-source")
    expected = gradient_reach(model, WORDS, TRUE, floor)
    for form in (list, np.array, iter):
        reach = gradient_reach(model, form(WORDS), form(TRUE), floor)
        assert np.array_equal(reach.slope, expected.slope) and np.array_equal(reach.needed, expected.needed)
        assert all(type(word) is str for word in (*reach.source, *reach.target))


def test_a_swap_is_felt_in_the_slopes():
    """From the swap on nothing of the own source is told, but what the state has kept."""
    model = make("cho-narrow")
    plain = gradient_reach(model, WORDS, TRUE).slope
    with swapped(model, ["cats", "sleep"], 2):
        changed = gradient_reach(model, WORDS, TRUE).slope
    assert np.array_equal(changed[:2], plain[:2]) and not np.isclose(changed[2:], plain[2:]).any()


def test_what_has_no_reach_is_told_why():
    model = make("cho")
    with pytest.raises(UnknownTokenError, match="zebra"):
        gradient_reach(model, ["zebra"], TRUE)
    assert gradient_reach(model, ["zebra"], ["zèbre"], model, unknown="unk").slope.shape == (2, 2)
    with pytest.raises(ValueError, match="unknown: expected one of"):
        gradient_reach(model, WORDS, TRUE, unknown="skip")
    for source, target, side in (
        ((), TRUE, "source"),
        ("the cat", TRUE, "source"),
        (WORDS, [], "target"),
        (WORDS, None, "target"),
    ):
        with pytest.raises(ValueError, match=f"{side}: expected a list of words, at least one"):
            gradient_reach(model, source, target)
    with pytest.raises(ValueError, match="Expected a model that reads words; the encoder of this one: GridEncoder"):
        gradient_reach(captioner(), WORDS, TRUE)
    with torch.no_grad():
        model.decoder.V.weight[0, 0] = torch.nan
    with pytest.raises(NotFiniteError, match="slope"):
        gradient_reach(model, WORDS, TRUE)


def test_a_reach_whose_arrays_do_not_fit_its_words_is_refused():
    slope, paid = np.ones((2, 3)), np.ones(2)
    with pytest.raises(ValueError, match=r"slope: expected shape \(2, 3\).*got \(3, 2\)"):
        Reach("m", ("a", "b", "</s>"), ("c", "</s>"), slope.T, paid)
    with pytest.raises(ValueError, match=r"needed: expected shape \(2,\)"):
        Reach("m", ("a", "b", "</s>"), ("c", "</s>"), slope, paid, paid[:1])
    with pytest.raises(ValueError, match="slope: expected lengths of gradients"):
        Reach("m", ("a", "b", "</s>"), ("c", "</s>"), -slope, paid)
    with pytest.raises(NotFiniteError, match="paid"):
        Reach("m", ("a", "b", "</s>"), ("c", "</s>"), slope, paid * np.nan)
