"""Whole models: batch mates, losses, translations, and what bad input is told."""

import math

import numpy as np
import pytest
import torch

from course_lib.batching import collate
from course_lib.corpora.pairs import SentencePair
from course_lib.models import bahdanau2014, sutskever2014
from course_lib.seq2seq import Seq2Seq, Translation, live_parameters
from course_lib.vocabulary import EOS, UnknownTokenError, Vocabulary
from tests.oracles.models import BAGS, DEAF, HARD, MAKERS, PAIRS, SOURCE, TARGET, batch, make


@pytest.mark.parametrize("name", MAKERS)
def test_a_sentence_does_not_change_with_its_batch_mates(name):
    model = make(name)
    together = model(batch())
    for row, pair in enumerate(PAIRS):
        alone = model(batch([pair]))
        T = alone.logits.shape[1]
        torch.testing.assert_close(together.logits[row, :T], alone.logits[0])
        if alone.weights is not None:
            S = alone.weights.shape[-1]
            torch.testing.assert_close(together.weights[row, :T, :S], alone.weights[0])
            assert (together.weights[row, :, S:] == 0).all()


@pytest.mark.parametrize("name", MAKERS)
def test_a_translation_does_not_change_with_its_batch_mates(name):
    model = make(name)
    together = model.translate([pair.source for pair in PAIRS], max_length=8)
    for row, pair in enumerate(PAIRS):
        (alone,) = model.translate([pair.source], max_length=8)
        assert together[row].tokens == alone.tokens
        assert together[row].log_prob == pytest.approx(alone.log_prob, rel=1e-5)


@pytest.mark.parametrize("name", MAKERS)
def test_the_loss_counts_each_real_word_once_and_padding_never(name):
    model, given = make(name), batch()
    logits = model(given).logits.detach().numpy()
    total = 0.0
    for row, pair in enumerate(PAIRS):
        for i, word in enumerate([*TARGET.encode(pair.target), EOS]):
            scores = logits[row, i]
            total -= scores[word] - math.log(np.exp(scores).sum())
    loss = model.loss(given)
    assert loss.total.item() == pytest.approx(total, rel=1e-9)
    assert loss.tokens == sum(len(pair.target) + 1 for pair in PAIRS)
    assert loss.mean.item() == pytest.approx(total / loss.tokens, rel=1e-9)


@pytest.mark.parametrize("name", MAKERS)
def test_translating_leaves_a_model_in_training_mode_as_it_was(name):
    model = make(name).train()
    model.translate([PAIRS[0].source])
    assert model.training
    with pytest.raises(UnknownTokenError):
        model.translate([["zebra"]])
    assert model.training


def test_dropout_is_off_while_translating():
    torch.manual_seed(0)
    model = bahdanau2014(SOURCE, TARGET, embedding=5, hidden=6, dropout=0.5).train()
    first, second = (model.translate([PAIRS[0].source])[0] for _ in range(2))
    assert first == second


@pytest.mark.parametrize("name", MAKERS)
def test_the_order_of_the_source_words_matters(name):
    model = make(name)
    forwards = model(batch([SentencePair(("the", "black", "cat"), ("le",))])).logits
    backwards = model(batch([SentencePair(("cat", "black", "the"), ("le",))])).logits
    if name in DEAF:
        assert torch.equal(forwards, backwards)  # neither order nor words: a language model
    elif name in BAGS:
        torch.testing.assert_close(forwards, backwards, rtol=1e-10, atol=1e-10)
    else:
        assert not torch.allclose(forwards, backwards)


def reached_by_some_gradient(models: list[Seq2Seq]) -> int:
    """Return how many numbers have a slope other than zero in one of ``models``, equal but for their parameters.

    A matrix of word vectors counts as a whole, for no batch holds every word at every place. A rectified unit sleeps in
    one model and wakes in the next: there are enough of them.
    """
    found = {}
    for model in models:
        model.loss(batch()).total.backward()
        for name, parameter in model.named_parameters():
            slope = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
            found[name] = found.get(name, torch.zeros(slope.shape, dtype=torch.bool)) | (slope != 0)
    return sum(int(r.any()) * r.numel() if "embedding" in name else int(r.sum()) for name, r in found.items())


@pytest.mark.parametrize("name", [name for name in MAKERS if name not in HARD])  # a gradient does not pass an argmax
def test_the_live_parameters_are_those_that_some_gradient_reaches(name):
    assert live_parameters(make(name)) == reached_by_some_gradient([make(name, seed) for seed in range(8)])


def test_a_model_put_together_by_hand_has_all_that_the_others_have():
    by_hand = make("xu-over-words")
    assert by_hand.built_with == {} and make("bahdanau").built_with
    assert by_hand.device == torch.device("cpu")
    assert str(Translation(("le", "chat"), -1.0, True)) == "le chat"


def test_reversing_the_source_is_reading_the_reversed_sentence():
    torch.manual_seed(1)
    plain = sutskever2014(SOURCE, TARGET, embedding=5, hidden=6, reverse_source=False)
    turned = sutskever2014(SOURCE, TARGET, embedding=5, hidden=6, reverse_source=True)
    turned.load_state_dict(plain.state_dict())
    words = PAIRS[2].source
    forwards = plain(batch([SentencePair(words[::-1], ("le",))])).logits
    torch.testing.assert_close(turned(batch([SentencePair(words, ("le",))])).logits, forwards)


def test_empty_and_unknown_input_is_told_what_was_expected():
    model = make("bahdanau")
    with pytest.raises(ValueError, match="at least one sentence"):
        model.translate([])
    with pytest.raises(ValueError, match="Sentence 1 of 2 is empty"):
        model.translate([["cat"], []])
    with pytest.raises(ValueError, match="sequence of words"):
        model.translate(["the cat"])
    with pytest.raises(UnknownTokenError, match=r"'catz'.*Did you mean 'cat"):
        model.translate([["the", "catz"]])
    assert model.translate([["the", "catz"]], unknown="unk", max_length=3)
    with pytest.raises(ValueError, match="hidden: expected 1 or more, got 0"):
        bahdanau2014(SOURCE, TARGET, hidden=0)


def test_unknown_words_in_a_corpus_raise_unless_asked_to_become_unk():
    small = Vocabulary.build([("cat",)])
    with pytest.raises(UnknownTokenError):
        collate(PAIRS, small, TARGET)
    assert collate(PAIRS, small, TARGET, unknown="unk").source.shape == (3, 7)


def test_modules_keep_no_tensor_of_a_batch():
    """A cached key or weight is right for the batch that made it and silently wrong for the next."""
    for name in MAKERS:
        model = make(name)
        before = {key: set(vars(module)) for key, module in model.named_modules()}
        model.loss(batch())
        model.translate([PAIRS[0].source])
        assert {key: set(vars(module)) for key, module in model.named_modules()} == before
        held = [v for module in model.modules() for v in vars(module).values() if isinstance(v, torch.Tensor)]
        assert not held


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
def test_a_gpu_gives_what_the_cpu_gives():
    for name in MAKERS:
        model = make(name)
        expected = model(batch()).logits
        on_gpu = model.cuda()(collate(PAIRS, SOURCE, TARGET, device="cuda")).logits
        torch.testing.assert_close(on_gpu.cpu(), expected)
