"""A look that is changed for a while: the numbers of the change, and nothing left of it afterwards."""

import numpy as np
import pytest
import torch

from course_lib.batching import encode_sources
from course_lib.evaluation import evaluate
from course_lib.interventions import pinned, swapped, tempered, unmasked
from course_lib.models import cho2014
from course_lib.tracing import trace
from tests.oracles.models import PAIRS, batch, make, shaken
from tests.oracles.models import SOURCE as SOURCE_WORDS
from tests.oracles.models import TARGET as TARGET_WORDS
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


# --- told of another sentence ---------------------------------------------------------------------

OTHER = ("cats", "sees", "black", "dog")
SWAPPED = ("fixed", "cho", "cho-reversed", "cho-narrow", "bahdanau", "luong-dot", "luong-local-p-feeding")


def told(model, source, other, step, words):
    """Return the log-probabilities (T, V) of given words, with ``other`` handed to every step from ``step`` on."""
    mine, theirs = (model.encode(*encode_sources([sentence], model.source_vocabulary)) for sentence in (source, other))
    state, rows = model.decoder.initial_state(mine), []
    for i, word in enumerate([1, *model.target_vocabulary.encode(words)]):
        output = model.decoder.step(torch.tensor([word]), state, theirs if i >= step else mine)
        state = output.state
        rows.append(torch.log_softmax(output.logits[0], -1))
    return torch.stack(rows).detach()


def stepped(model, source, words):
    step, state = model.stepper(*encode_sources([source], model.source_vocabulary))
    rows = []
    for word in [1, *model.target_vocabulary.encode(words)]:
        output = step(torch.tensor([word]), state)
        state = output.state
        rows.append(torch.log_softmax(output.logits[0], -1))
    return torch.stack(rows).detach()


@pytest.mark.parametrize("step", [0, 1, 3, 6, 50])
@pytest.mark.parametrize("name", SWAPPED)
def test_from_a_step_on_the_decoder_is_told_of_another_sentence_and_keeps_its_state(name, step):
    """One step late, or with s_0 of the other sentence as well, it would answer another question."""
    model = make(name)
    expected = told(model, SOURCE, OTHER, step, TARGET)
    plain = stepped(model, SOURCE, TARGET)
    with swapped(model, OTHER, step):
        changed, again = stepped(model, SOURCE, TARGET), stepped(model, SOURCE, TARGET)
    torch.testing.assert_close(changed, expected)
    assert torch.equal(changed, again)  # counted anew for each start
    assert torch.equal(changed[:step], plain[:step])
    if step == 50 or name == "fixed":
        assert torch.equal(changed, plain)  # to the bit
    else:
        assert not torch.isclose(changed[step:], plain[step:]).all(-1).any()


def test_with_the_state_of_the_other_sentence_too_it_is_the_other_sentence():
    for name in ("cho", "bahdanau"):
        model = make(name)
        mine, theirs = (model.encode(*encode_sources([s], model.source_vocabulary)) for s in (SOURCE, OTHER))
        first = torch.tensor([1])
        with swapped(model, OTHER, 0):
            changed = model.decoder.step(first, model.decoder.initial_state(theirs), mine)
        torch.testing.assert_close(
            changed.logits, model.decoder.step(first, model.decoder.initial_state(theirs), theirs).logits
        )


@pytest.mark.parametrize("step", [0, 1, 4])
def test_a_decoder_told_by_its_first_state_alone_hears_no_swap(step):
    model = shaken(cho2014(SOURCE_WORDS, TARGET_WORDS, embedding=5, hidden=6, routes=("state",)), seed=0)
    before = trace(model, SOURCE, TARGET)
    with swapped(model, OTHER, step):
        after = trace(model, SOURCE, TARGET)
    assert np.array_equal(after.states, before.states) and after.candidates == before.candidates


@pytest.mark.parametrize("name", ["cho", "bahdanau"])
def test_a_batch_and_a_beam_are_told_of_the_other_sentence_too(name):
    model, sources = make(name), [pair.source for pair in PAIRS]
    longest = max(map(len, sources))
    with swapped(model, OTHER, 1):
        together = model.translate(sources, max_length=6)
        beams = model.beam_search(sources, 3, 6)
        alone = [model.translate([source], max_length=6)[0] for source in sources if len(source) >= len(OTHER)]
        wide = [model.beam_search([source], 3, 6)[0] for source in sources if len(source) == longest]
    kept = [one for one, source in zip(together, sources, strict=True) if len(source) >= len(OTHER)]
    assert [one.tokens for one in kept] == [one.tokens for one in alone]
    assert beams[2].hypotheses[0].tokens == wide[0].hypotheses[0].tokens
    assert together != model.translate(sources, max_length=6)


@pytest.mark.parametrize("name", ["cho", "bahdanau"])
@pytest.mark.parametrize("training", [True, False])
def test_after_a_swap_the_model_is_as_it_was_even_if_it_broke(name, training):
    model = make(name).train(training)
    before = trace(model, SOURCE), set(vars(model.decoder))
    with swapped(model, OTHER, 0):
        trace(model, SOURCE)
    with pytest.raises(ValueError, match="unheard"), swapped(model, OTHER, 0):
        trace(model, ["unheard-of"])
    with pytest.raises(ValueError, match="unheard"), swapped(model, ["unheard-of"], 0):
        pass
    assert set(vars(model.decoder)) == before[1] and model.training is training
    assert trace(model, SOURCE).target == before[0].target
    model(batch())  # a run of all steps is no longer refused


def test_a_swap_that_would_be_passed_by_in_silence_is_refused():
    model = make("bahdanau")
    with swapped(model, OTHER, 0):
        for run in (lambda: model.loss(batch()), lambda: model(batch()), lambda: evaluate(model, PAIRS[2:])):
            with pytest.raises(ValueError, match="swapped acts where steps are taken one by one: trace or translate"):
                run()
        with pytest.raises(ValueError, match="replaced already"), swapped(model, SOURCE, 1):
            pass
        with pytest.raises(ValueError, match=r"words: expected at most 2, as many as the source has, got 4"):
            trace(model, ["cats", "sleep"])
    with swapped(model, ["cats"], 1):
        weights = trace(model, SOURCE, TARGET).weights
    assert (weights[1:, 2:] == 0).all() and (weights[1:, :2] > 0).all()  # over "cats" and </s>


@pytest.mark.parametrize(
    ("name", "words", "step", "message"),
    [
        ("cho", OTHER, -1, "step: expected 0 or more, got -1"),
        ("cho", OTHER, 1.5, "step: expected a whole number"),
        ("cho", OTHER, True, "step: expected a whole number"),
        ("cho", ["zebra"], 0, "'zebra' is not among"),
        ("cho", [], 0, "Sentence 0 of 1 is empty"),
        ("cho", "cats sleep", 0, "got the string .cats sleep.; split it first"),
        ("bahdanau-coverage", OTHER, 0, "Coverage sums the looks"),
        ("bahdanau-hard-coverage", OTHER, 0, "Coverage sums the looks"),
    ],
)
def test_what_cannot_be_told_instead_is_refused(name, words, step, message):
    model = make(name)
    with pytest.raises(ValueError, match=message), swapped(model, words, step):
        pass
    assert "step" not in vars(model.decoder)


def test_an_unknown_word_of_the_other_sentence_may_be_unk():
    model = make("cho")
    with swapped(model, ["zebra"], 1, unknown="unk"):
        assert trace(model, SOURCE, TARGET).target == (*TARGET, "</s>")
