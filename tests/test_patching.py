"""What is read is exchanged at some places of the source, and nothing else: not the weights, nor the first state."""

import numpy as np
import pytest
import torch

from course_lib.batching import encode_sources
from course_lib.interventions import patched
from course_lib.tracing import trace
from tests.oracles.models import PAIRS, SOURCE, TARGET, batch, make
from tests.oracles.reference import array
from tests.shape_checks import unchecked

GLOBAL = ("bahdanau", "bahdanau-coverage", "luong-dot", "luong-concat-feeding")
MINE, SAID = PAIRS[2].source, PAIRS[2].target
THEIRS = ("the", "dog", "sees", "the", "black", "cat")


def annotations(model, source):
    return array(model.encode(*encode_sources([source], SOURCE)).memory[0])


@pytest.mark.parametrize("positions", [[1], [5, 0, 6], range(7)])
@pytest.mark.parametrize("name", GLOBAL)
def test_own_weights_read_the_annotations_of_the_other_sentence_where_it_is_patched_and_only_there(name, positions):
    """The wrong rows, or the weights of the other sentence, and chapter 12 would name the wrong word as the cause."""
    model = make(name)
    read = annotations(model, MINE).copy()
    read[list(positions)] = annotations(model, THEIRS)[list(positions)]
    plain = trace(model, MINE, SAID)
    with patched(model, THEIRS, positions):
        changed = trace(model, MINE, SAID)
    np.testing.assert_allclose(changed.contexts, changed.weights @ read, rtol=1e-4, atol=1e-5)
    assert np.array_equal(changed.weights[0], plain.weights[0])  # nothing has been read before
    assert np.array_equal(changed.scores[0], plain.scores[0])
    assert changed.candidates[0] != plain.candidates[0]


@pytest.mark.parametrize("name", GLOBAL)
def test_steps_that_are_not_named_read_the_sentence_itself(name):
    model = make(name)
    own, other = annotations(model, MINE), annotations(model, THEIRS)
    plain = trace(model, MINE, SAID)
    with patched(model, THEIRS, range(7), steps=[1, 3]):
        changed = trace(model, MINE, SAID)
    for i, (weights, context) in enumerate(zip(changed.weights, changed.contexts, strict=True)):
        np.testing.assert_allclose(context, weights @ (other if i in (1, 3) else own), rtol=1e-4, atol=1e-5)
    assert changed.candidates[0] == plain.candidates[0] and changed.candidates[1] != plain.candidates[1]
    assert np.array_equal(changed.weights[1], plain.weights[1])
    assert np.array_equal(changed.weights[2], plain.weights[2]) == (name == "luong-dot")  # else the state has read it


def test_a_sentence_patched_with_itself_is_as_it_was_to_the_bit():
    model = make("bahdanau")
    plain = trace(model, MINE)
    with patched(model, MINE, range(7)):
        same = trace(model, MINE)
    assert same.target == plain.target and np.array_equal(same.states, plain.states)
    with patched(model, THEIRS, range(7)):
        trace(model, MINE)
    after = trace(model, MINE)
    assert np.array_equal(after.states, plain.states)


def test_sentences_of_a_batch_and_steps_taken_at_once_are_patched_alike():
    model = make("luong-dot")  # no step waits for another: one call makes all looks
    source, lengths = encode_sources([MINE, MINE], SOURCE)
    read = torch.tensor([[1, *TARGET.encode(SAID)]] * 2)
    with patched(model, THEIRS, [1, 2], steps=[1, 2]):
        stepped = trace(model, MINE, SAID)
    with patched(model, THEIRS, [1, 2], steps=[1, 2]), torch.no_grad():
        at_once = model.decoder(read, model.encode(source, lengths))
    for row in at_once.look.context:
        np.testing.assert_allclose(stepped.contexts, array(row), rtol=1e-4, atol=1e-5)


def test_dropout_does_not_touch_what_is_patched_in_and_the_model_goes_on_training():
    model = make("bahdanau")
    model.train()
    with patched(model, THEIRS, [1]):
        assert model.training
    assert model.training


@pytest.mark.parametrize(
    ("name", "words", "positions", "steps", "message"),
    [
        ("bahdanau", THEIRS, [7], None, "positions: expected at most 6, got 7"),
        ("bahdanau", THEIRS, [-1], None, "positions: expected 0 or more, got -1"),
        ("bahdanau", THEIRS, [1.5], None, "positions: expected a whole number"),
        ("bahdanau", THEIRS, [], None, "positions: expected at least one place to patch, got none"),
        ("bahdanau", THEIRS, [1], [True], "steps: expected a whole number"),
        ("bahdanau", THEIRS[:4], [1], None, "as many words as the source has, 6, got 4"),
        ("bahdanau", ("the", "zebra", *THEIRS[2:]), [1], None, "zebra"),
        ("cho", THEIRS, [1], None, "fixed vector"),
        ("luong-local-p-feeding", THEIRS, [1], None, "looks at the whole source"),
        ("luong-general-hard", THEIRS, [1], None, "looks at the whole source"),
    ],
)
def test_what_cannot_be_patched_is_refused(name, words, positions, steps, message):
    model = make(name)
    with unchecked(), pytest.raises(ValueError, match=message), patched(model, words, positions, steps):
        trace(model, MINE, SAID)


def test_sentences_of_several_lengths_have_no_places_in_common():
    model = make("bahdanau")
    with pytest.raises(ValueError, match="as many words as the source has, 2, got 6"), patched(model, THEIRS, [1]):
        model(batch())
