"""Looks held where they should not be, held a step late, or held for good; readings that leak across a cut."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from course_lib.corpora.pairs import SentencePair
from course_lib.interventions import guided, pinned, read_apart
from course_lib.tracing import trace
from course_lib.word_scores import score_run, score_words
from tests.oracles.models import PAIRS, batch, make
from tests.oracles.reference import annotations, array
from tests.shape_checks import unchecked

GLOBAL = ("bahdanau", "bahdanau-coverage", "bahdanau-departed", "luong-dot", "luong-concat-feeding", "xu-over-words")
BATCH = batch()  # 3 sentences of 5, 3 and 7 source positions, 5, 4 and 7 target positions
B, T = BATCH.target_out.shape
FREE = torch.full((B, T), -1)


# the first step is free, and so is one after held ones
HELD = torch.tensor([[-1, 3, -1, 0, 4, -1, -1], [-1, -1, 2, 1, -1, -1, -1], [-1, 6, 6, -1, 0, 5, -1]])


@torch.no_grad()
def run(model):
    return model(BATCH)


@pytest.mark.parametrize("name", GLOBAL)
def test_a_held_look_brings_back_another_annotation_or_a_free_one_is_held(name: str) -> None:
    model, positions = make(name), HELD
    plain = run(model)
    with guided(model, positions):
        found = run(model)
    memory = model.encode(BATCH.source, BATCH.source_lengths).memory
    for b in range(B):
        for i in range(T):
            j = int(positions[b, i])
            if j >= 0:
                assert found.weights[b, i].tolist() == [float(k == j) for k in range(BATCH.source.shape[1])]
                if name != "xu-over-words":  # whose gate comes after the look
                    assert torch.equal(found.look.context[b, i], memory[b, j])
            else:
                assert found.weights[b, i].sum() == pytest.approx(1) and found.weights[b, i].max() < 1
                assert not found.weights[b, i, BATCH.source_lengths[b] :].any()
            before_any = not (positions[b, :i] >= 0).any()
            if j < 0 and (before_any or name == "luong-dot"):
                assert torch.equal(found.weights[b, i], plain.weights[b, i])
    assert not torch.allclose(found.logits, plain.logits)
    later = [torch.allclose(found.weights[b, i], plain.weights[b, i]) for b, i in ((0, 2), (1, 4), (2, 3))]
    assert later == [name == "luong-dot"] * 3  # the other models live with what they were shown


@pytest.mark.parametrize("name", GLOBAL)
def test_a_look_that_is_free_everywhere_changes_nothing(name: str) -> None:
    model = make(name)
    plain = run(model)
    with guided(model, FREE):
        found = run(model)
    assert torch.equal(found.logits, plain.logits) and torch.equal(found.weights, plain.weights)


@pytest.mark.parametrize("name", GLOBAL)
def test_one_position_held_is_no_pin(name: str) -> None:
    model = make(name)
    source, target = PAIRS[2].source, PAIRS[2].target
    steps = [1, 3, 4]
    with pinned(model, 4, steps=steps):
        expected = trace(model, source, target)
    with guided(model, torch.tensor([[4 if i in steps else -1 for i in range(T)]])):
        found = trace(model, source, target)  # step by step
    assert np.array_equal(found.weights, expected.weights)
    assert found.candidates == expected.candidates
    held = FREE.clone()
    held[2, steps] = 4
    with guided(model, held):
        at_once = score_run(run(model), BATCH)
    np.testing.assert_allclose(at_once.looks[2], expected.weights, rtol=1e-4, atol=1e-6)
    plain = score_run(run(model), BATCH)
    for b in (0, 1):  # neighbours in the batch
        np.testing.assert_allclose(at_once.nats[b], plain.nats[b], rtol=1e-9)


def test_a_held_look_has_a_gradient_to_the_annotation_alone() -> None:
    model = make("bahdanau").train()
    with guided(model, torch.zeros(B, T, dtype=torch.int32)):
        model.loss(BATCH).total.backward()
    assert model.training
    assert model.decoder.attention.v_a.grad is None or not model.decoder.attention.v_a.grad.any()
    assert model.encoder.embedding.weight.grad.any()


@pytest.mark.parametrize(
    ("positions", "message"),
    [
        (FREE[:, :-1], "they say where to look in 6 steps, and the model takes another one"),
        (FREE[:2], "expected a row for each of 3 sentences, got 2"),
        (FREE + 6, r"sentence 0, step 0: expected a position of its source, 0 … 4, or −1 for a free look, got 5"),
        (FREE.index_fill(1, torch.tensor(2), 3), r"sentence 1, step 2: .* 0 … 2, or −1 .*, got 3"),  # padding there
        (FREE + 100, "got 99"),
        (FREE - 1, "expected source positions from 0, or −1 for a free look, got -2"),
        (FREE[0], r"expected \(sentences, steps\), got \(7,\)"),
        (FREE.double(), "expected a tensor of whole numbers, a row a sentence, got torch.float64"),
        (FREE > 0, "got torch.bool"),
        (FREE.tolist(), "a row a sentence, got list"),
    ],
)
@pytest.mark.parametrize("name", ["bahdanau", "luong-dot"])
def test_a_look_is_held_at_what_is_no_word(name: str, positions, message: str) -> None:
    model = make(name)
    with unchecked(), pytest.raises(ValueError, match=f"positions: .*{message}"), guided(model, positions):
        run(model)
    assert not model.encoder._forward_pre_hooks and not model.decoder.attention._forward_hooks


@pytest.mark.parametrize("name", ["bahdanau", "luong-dot"])
def test_a_second_run_is_held_at_what_was_left_of_the_first(name: str) -> None:
    model = make(name)
    with guided(model, torch.cat((FREE, FREE), 1)):
        run(model)
        with pytest.raises(ValueError, match="they belong to one run, and here begins a second"):
            run(model)


def test_sentences_of_one_length_are_scored_with_the_looks_of_others() -> None:
    words = ("the", "cat", "sees", "dog", "black", "sleeps", "sleep", "cats")
    pairs = [SentencePair((words[k], "cat", words[-k]), ("le", "chat", "dort")) for k in range(8)]
    model, positions = make("bahdanau"), torch.tensor([[k % 4, -1, (k + 1) % 3, -1] for k in range(8)])
    with guided(model, positions):
        found = score_words(model, pairs)
    for k, pair in enumerate(pairs):
        with guided(model, positions[k : k + 1]):
            alone = score_words(model, [pair])
        np.testing.assert_allclose(found.nats[k], alone.nats[0], rtol=1e-9)
    with pytest.raises(ValueError, match="expected a row for each of 4 sentences, got 8"), guided(model, positions):
        score_words(model, pairs, batch_size=4)


@pytest.mark.parametrize("name", GLOBAL)
def test_a_look_stays_held_after_the_block_even_if_it_broke(name: str) -> None:
    model = make(name)
    plain = run(model)
    with guided(model, HELD):
        run(model)
    with pytest.raises(RuntimeError, match="broke"), guided(model, HELD):
        raise RuntimeError("it broke")
    assert torch.equal(run(model).logits, plain.logits)
    assert torch.equal(run(model).logits, plain.logits)  # and no run is counted


@pytest.mark.parametrize(
    ("name", "attention"),
    [("cho", "none"), ("luong-local-m", "LocalAttention"), ("luong-dot-hard-feeding", "HardAttention")],
)
def test_a_model_without_a_global_look_cannot_be_guided(name: str, attention: str) -> None:
    message = f"looks at the whole source.*its attention: {attention}"
    with pytest.raises(ValueError, match=message), guided(make(name), FREE):
        raise AssertionError("never entered")


def encoded(model):
    with torch.no_grad():
        return model.encoder(BATCH.source, BATCH.source_lengths)


@pytest.mark.parametrize("name", ["bahdanau", "bahdanau-departed"])
@pytest.mark.parametrize("cuts", [[2], [1, 3], [1, 2, 3, 4, 5]])
def test_a_piece_hears_of_another(name: str, cuts: list[int]) -> None:
    """Every piece is read by the NumPy twin as a sentence of its own."""
    model, words = make(name), PAIRS[2].source  # 6 words and </s>
    ids = torch.tensor([[*model.source_vocabulary.encode(words), 2]])
    with read_apart(model, cuts), torch.no_grad():
        found = model.encoder(ids, torch.tensor([7]))
    inputs = array(model.encoder.embedding(ids[0]))
    bounds = [0, *cuts, 7]
    pieces = [annotations(model.encoder.rnn, inputs[a:b]) for a, b in pairwise(bounds)]
    np.testing.assert_allclose(array(found.memory[0]), np.concatenate(pieces), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(array(found.initial.hidden[0, 0]), pieces[-1][-1, :6], rtol=1e-9)  # →h_S
    np.testing.assert_allclose(array(found.initial.hidden[1, 0]), pieces[0][0, 6:], rtol=1e-9)  # ←h_1
    assert found.mask.all() and found.memory.shape == (1, 7, 12)


def test_a_cut_of_a_batch_reads_padding() -> None:
    model = make("bahdanau")
    with read_apart(model, [1]):
        together = encoded(model)
        for b, pair in enumerate(PAIRS):
            ids = torch.tensor([[*model.source_vocabulary.encode(pair.source), 2]])
            with torch.no_grad():
                alone = model.encoder(ids, torch.tensor([ids.shape[1]]))
            torch.testing.assert_close(together.memory[b, : ids.shape[1]], alone.memory[0])
            torch.testing.assert_close(together.initial.hidden[:, b], alone.initial.hidden[:, 0])
            assert not together.memory[b, ids.shape[1] :].any()
    assert torch.equal(together.mask, BATCH.source_mask)


def test_a_source_without_a_cut_is_read_otherwise_and_a_cut_one_alike() -> None:
    model, source = make("bahdanau"), PAIRS[2].source
    plain = trace(model, source)
    with read_apart(model, []):
        assert np.array_equal(trace(model, source).weights, plain.weights)
    with read_apart(model, [3]):
        cut = trace(model, source, PAIRS[2].target)
        again = trace(model, source, PAIRS[2].target)
    assert np.array_equal(cut.weights, again.weights)
    assert not np.allclose(cut.states[0], trace(model, source, PAIRS[2].target).states[0])  # s_0 is the first piece's
    assert np.array_equal(trace(model, source).weights, plain.weights)
    with pytest.raises(RuntimeError), read_apart(model, [3]):
        raise RuntimeError
    assert "read" not in vars(model.encoder)
    with read_apart(model, [3]):
        with pytest.raises(ValueError, match="read in pieces already"), read_apart(model, [2]):
            raise AssertionError("never entered")
        assert np.array_equal(trace(model, source, PAIRS[2].target).weights, cut.weights)


@pytest.mark.parametrize(
    ("name", "at", "message"),
    [
        ("bahdanau", [2], r"so cut before 2; got \[2\]"),  # the second sentence has two words
        ("bahdanau", [0], "at: expected 1 or more, got 0"),
        ("bahdanau", [1, 1], r"at: expected positions that ascend, got \[1, 1\]"),
        ("bahdanau", [3, 1], "ascend"),
        ("bahdanau", [1.5], "at: expected a whole number"),
        ("bahdanau", [True], "at: expected a whole number"),
        ("bahdanau", 1, r"at: expected a list of positions, such as \[4\], got 1"),
        ("bahdanau", "1", "at: expected a list of positions"),
        ("luong-dot", [1], "its encoder: LSTMEncoder"),
        ("cho", [1], "its encoder: GRUEncoder"),
    ],
)
def test_a_source_is_cut_where_it_cannot_be(name: str, at, message: str) -> None:
    model = make(name)
    with pytest.raises(ValueError, match=message), read_apart(model, at):
        encoded(model)
    assert "read" not in vars(model.encoder)


def test_a_model_in_training_mode_is_cut_too_and_stays_in_it() -> None:
    model = make("bahdanau").train()
    with read_apart(model, [1]):
        loss = model.loss(BATCH).total
        loss.backward()
    assert model.training and model.encoder.rnn.weight_hh_l0.grad.any()
