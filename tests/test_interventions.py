"""A look that is changed for a while: the numbers of the change, and nothing left of it afterwards."""

import numpy as np
import pytest
import torch

from course_lib.interventions import pinned, tempered, unmasked
from course_lib.tracing import trace
from tests.oracles.models import PAIRS, make
from tests.oracles.reference import array, softmax

GLOBAL = ("bahdanau", "bahdanau-coverage", "luong-dot", "luong-concat-feeding")
SOURCE, TARGET = PAIRS[2].source, PAIRS[2].target
CHANGES = {
    "tempered": lambda model: tempered(model, 3.0),
    "pinned": lambda model: pinned(model, 2),
    "unmasked": unmasked,
}


def values_of(model, padding: int = 0) -> np.ndarray:
    """Return the annotations (S, M) of SOURCE, zero at the padding."""
    ids = torch.tensor([[*model.source_vocabulary.encode(SOURCE), 2]])
    memory = array(model.encode(ids, torch.tensor([ids.shape[1]])).memory[0])
    return np.vstack([memory, np.zeros((padding, memory.shape[1]))])


@pytest.mark.parametrize("temperature", [0.5, 3.0])
@pytest.mark.parametrize("name", GLOBAL)
def test_tempered_weights_are_the_softmax_of_the_divided_scores(name, temperature):
    model = make(name)
    plain = trace(model, SOURCE, TARGET)
    with tempered(model, temperature):
        changed = trace(model, SOURCE, TARGET)
    np.testing.assert_allclose(changed.scores[0], plain.scores[0], rtol=1e-5)  # nothing has happened before
    for scores, weights, context in zip(changed.scores, changed.weights, changed.contexts, strict=True):
        expected = softmax(scores.astype(float) / temperature)
        np.testing.assert_allclose(weights, expected, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(context, expected @ values_of(model), rtol=1e-4, atol=1e-5)
    assert not np.allclose(changed.states[-1], plain.states[-1]) or name == "luong-dot"  # a later step lives with it


@pytest.mark.parametrize("name", GLOBAL)
def test_a_pinned_look_brings_back_one_annotation_and_only_at_its_steps(name):
    model = make(name)
    plain = trace(model, SOURCE, TARGET)
    with pinned(model, 4, steps=[1, 3]):
        changed = trace(model, SOURCE, TARGET)
    one_hot = np.eye(len(changed.source))[4]
    for i in (1, 3):
        assert np.array_equal(changed.weights[i], one_hot)
        np.testing.assert_allclose(changed.contexts[i], values_of(model)[4], rtol=1e-5)
    assert np.array_equal(changed.weights[0], plain.weights[0])
    assert not np.allclose(changed.weights[2], one_hot)
    assert not np.allclose(changed.candidates[1][0].probability, plain.candidates[1][0].probability)


@pytest.mark.parametrize("change", [lambda m: tempered(m, 3.0), lambda m: pinned(m, 4, range(2, 9))])
def test_all_steps_at_once_are_changed_like_step_by_step(change):
    model = make("luong-dot")  # no step waits for another: training looks with all queries in one call
    with change(model):
        stepped = trace(model, SOURCE, TARGET)
    ids = torch.tensor([[*model.source_vocabulary.encode(SOURCE), 2]])
    read = torch.tensor([[1, *model.target_vocabulary.encode(TARGET)]])
    with change(model), torch.no_grad():
        at_once = model.decoder(read, model.encode(ids, torch.tensor([ids.shape[1]])))
    np.testing.assert_allclose(stepped.weights, array(at_once.weights[0]), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(stepped.contexts, array(at_once.look.context[0]), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", GLOBAL)
def test_without_its_mask_a_look_spends_weight_on_padding(name):
    model = make(name)
    plain = trace(model, SOURCE, TARGET)
    masked = trace(model, SOURCE, TARGET, padding=3)
    S = len(plain.source)
    assert masked.source == (*plain.source, "<pad>", "<pad>", "<pad>")
    np.testing.assert_allclose(masked.weights[:, :S], plain.weights, rtol=1e-5, atol=1e-6)
    assert not masked.weights[:, S:].any()
    with unmasked(model):
        bug = trace(model, SOURCE, TARGET, padding=3)
    assert np.isfinite(bug.scores).all() and (bug.weights[:, S:] > 0).all()
    if name == "luong-dot":
        np.testing.assert_allclose(bug.scores[:, S:], 0, atol=1e-6)  # h · 0
    for scores, weights, context in zip(bug.scores, bug.weights, bug.contexts, strict=True):
        expected = softmax(scores.astype(float))
        np.testing.assert_allclose(weights, expected, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(context, expected @ values_of(model, padding=3), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", GLOBAL)
def test_after_the_block_the_model_is_as_it_was_even_if_it_broke(name, change):
    model = make(name)
    before = trace(model, SOURCE, padding=1)
    with CHANGES[change](model):
        trace(model, SOURCE, padding=1)
    with pytest.raises(ValueError, match="unheard"), CHANGES[change](model):
        trace(model, ["unheard-of"])
    after = trace(model, SOURCE, padding=1)
    assert np.array_equal(after.weights, before.weights) and after.target == before.target


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("bahdanau", lambda m: tempered(m, 0), "temperature: expected a number above 0, got 0"),
        ("fixed", lambda m: tempered(m, 2), "Expected a model that looks at the whole source.*: none"),
        ("luong-local-m", lambda m: pinned(m, 1), "its attention: LocalAttention"),
        ("bahdanau", lambda m: pinned(m, 8), "position: expected a word of the source, 0 … 6, got 8"),
        ("bahdanau", lambda m: pinned(m, -1), "position: expected 0 or more, got -1"),
        ("bahdanau", lambda m: pinned(m, 7), "0 … 6, got 7"),  # there is a position 7, of padding
    ],
)
def test_what_cannot_be_changed_is_refused(name, change, message):
    model = make(name)
    with pytest.raises(ValueError, match=message), change(model):
        trace(model, SOURCE, padding=1)
