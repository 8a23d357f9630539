"""Objectives: each against its definition written out word by word, and none at rest when switched off."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
import torch

from course_lib.attention import Attended, HardAttention
from course_lib.corpora.pairs import ParallelCorpus, SentencePair
from course_lib.decoders import DecoderOutput
from course_lib.evaluation import evaluate
from course_lib.history import History, Validation
from course_lib.models import bahdanau2014
from course_lib.training import TrainConfig, fit
from course_lib.training.objectives import Objective, attention_loss, doubly_stochastic_loss, with_own_words
from course_lib.training.reinforce import hard_attention
from course_lib.vocabulary import BOS, EOS, PAD, Vocabulary
from tests.oracles.models import MAKERS, PAIRS, TARGET, batch, make

LINKED = tuple(
    replace(pair, sure=links, possible=links)
    for pair, links in zip(
        PAIRS,
        (
            frozenset({(0, 0), (1, 2), (2, 1), (3, 3)}),
            frozenset({(0, 1), (1, 2)}),
            frozenset({(0, 0), (1, 1), (2, 1), (4, 4)}),  # two sure links for one word; words without any
        ),
        strict=True,
    )
)


@pytest.mark.parametrize("name", MAKERS)
def test_the_plain_objective_is_the_models_own_loss_to_the_bit(name):
    model, given = make(name), batch()
    assert torch.equal(Objective().loss(model, given, PAIRS).total, model.loss(given).total)


def test_label_smoothing_shares_out_its_part_evenly_and_leaves_padding_out():
    model, given, share = make("luong-dot"), batch(), 0.3
    log_probs = torch.log_softmax(model(given).logits, dim=-1).detach().numpy()
    V, total = len(TARGET), 0.0
    for row, pair in enumerate(PAIRS):
        for i, word in enumerate([*TARGET.encode(pair.target), EOS]):
            wanted = np.full(V, share / V)
            wanted[word] += 1 - share
            total -= wanted @ log_probs[row, i]
    loss = Objective(label_smoothing=share).loss(model, given, PAIRS)
    assert loss.total.item() == pytest.approx(total, rel=1e-9)
    assert loss.tokens == sum(len(pair.target) + 1 for pair in PAIRS)


def test_supervision_is_the_cross_entropy_of_the_weights_against_the_links():
    model = make("bahdanau")
    output = model(batch(LINKED))
    expected = 0.0
    for row, pair in enumerate(LINKED):
        for i in range(len(pair.target)):
            sources = [j for j, target in pair.sure if target == i]
            for j in sources:
                expected -= np.log(output.weights[row, i, j].item()) / len(sources)
    assert attention_loss(output, LINKED).item() == pytest.approx(expected, rel=1e-9)
    plain = model.loss(batch(LINKED)).total.item()
    assert Objective(supervision=2.0).loss(model, batch(LINKED), LINKED).total.item() == pytest.approx(
        plain + 2 * expected
    )


def test_a_weight_of_exactly_zero_costs_much_but_not_infinity():
    """Outside a local window the weight is 0, and a gold link may well point there."""
    model = make("luong-local-m")
    loss = attention_loss(model(batch(LINKED)), LINKED)
    loss.backward()
    assert torch.isfinite(loss)
    assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None)


def test_doubly_stochastic_attention_is_the_square_worked_by_hand():
    """Two words over three positions, of which the last may not be looked at; a third word is padding."""
    weights = torch.tensor([[[0.75, 0.25, 0.0], [0.5, 0.5, 0.0], [0.0, 1.0, 0.0]]], dtype=torch.float64)
    scores = weights.log()
    words = torch.tensor([[True, True, False]])
    output = DecoderOutput(torch.zeros(1, 3, 4), torch.zeros(1, 3, 2), Attended(scores, weights, torch.zeros(1, 3, 2)))
    # position 0 is looked at 1.25 times, position 1 0.75 times
    assert doubly_stochastic_loss(output, words).item() == pytest.approx(0.25**2 + 0.25**2)
    with pytest.raises(ValueError, match="no attention"):
        doubly_stochastic_loss(DecoderOutput(output.logits, output.states), words)


def test_doubly_stochastic_attention_adds_its_weight_times_the_square_of_every_sentence():
    model, given = make("bahdanau"), batch()
    weights = model(given).weights.detach().numpy()
    expected = 0.0
    for row, pair in enumerate(PAIRS):
        for j in range(len(pair.source) + 1):
            expected += (1 - sum(weights[row, i, j] for i in range(len(pair.target) + 1))) ** 2
    loss = Objective(doubly_stochastic=3.0).loss(model, given, PAIRS)
    assert loss.total.item() == pytest.approx(model.loss(given).total.item() + 3 * expected, rel=1e-9)


def test_own_words_are_the_models_own_and_come_at_the_rate_asked_for():
    model = make("bahdanau")
    given = batch(PAIRS * 200)
    logits = model(given).logits
    own = logits[..., 2:].argmax(-1) + 2  # neither PAD nor BOS, which are 0 and 1
    torch.manual_seed(0)
    mixed = with_own_words(model, given, share=0.25).target_in
    assert (mixed[:, 0] == BOS).all() and torch.equal(mixed == PAD, given.target_in == PAD)
    changed = mixed != given.target_in
    assert torch.equal(mixed[:, 1:][changed[:, 1:]], own[:, :-1][changed[:, 1:]])
    could_change = (given.target_in[:, 1:] != PAD) & (own[:, :-1] != given.target_in[:, 1:])
    rate = changed[:, 1:].sum().item() / could_change.sum().item()
    # a share of 0.25 over n draws: five standard deviations
    assert abs(rate - 0.25) < 5 * (0.25 * 0.75 / could_change.sum().item()) ** 0.5


def test_only_a_model_that_draws_has_hard_attention():
    assert hard_attention(make("bahdanau")) is None
    assert isinstance(hard_attention(make("luong-general-hard")), HardAttention)


def test_scheduled_sampling_still_asks_for_the_true_words():
    model, given = make("bahdanau"), batch()
    torch.manual_seed(3)
    mixed = with_own_words(model, given, 0.5)
    torch.manual_seed(3)
    loss = Objective(scheduled_sampling=0.5).loss(model, given, PAIRS)
    assert torch.equal(mixed.target_out, given.target_out)
    torch.testing.assert_close(loss.total, model.loss(mixed).total)
    assert not torch.equal(mixed.target_in, given.target_in)


def test_options_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="label_smoothing: expected a share"):
        Objective(label_smoothing=1.0)
    with pytest.raises(ValueError, match="scheduled_sampling: expected a share"):
        Objective(scheduled_sampling=-0.1)
    with pytest.raises(ValueError, match="supervision: expected a number of 0 or more, got"):
        Objective(supervision=-1)
    with pytest.raises(ValueError, match="doubly_stochastic: expected a number of 0 or more, got"):
        Objective(doubly_stochastic=-1)
    with pytest.raises(ValueError, match="no attention"):
        Objective(supervision=1).loss(make("fixed"), batch(), LINKED)
    with pytest.raises(ValueError, match="has none: 'the black cat sleeps'"):
        Objective(supervision=1).loss(make("bahdanau"), batch(), PAIRS)
    with pytest.raises(ValueError, match="patience counts validations"):
        TrainConfig(steps=1, validate_every=None, patience=2)


def test_supervision_teaches_the_alignment_that_the_words_alone_do_not():
    """The same short training with and without: only the supervised weights follow the links."""
    draw, letters = Random(0), "abcdefgh"
    sentences = {tuple(draw.choices(letters, k=draw.randint(3, 6))) for _ in range(300)}
    pairs = []
    for words in sorted(sentences):
        links = frozenset((k, k) for k in range(len(words)))
        pairs.append(SentencePair(words, words, links, links))
    corpus = ParallelCorpus(
        "copying", "letters", "letters", tuple(pairs[:200]), tuple(pairs[200:240]), tuple(pairs[240:])
    )
    vocabulary = Vocabulary.build(pair.source for pair in pairs)
    aer = {}
    for weight in (0.0, 1.0):
        torch.manual_seed(1)
        model = bahdanau2014(vocabulary, vocabulary, embedding=16, hidden=16)
        config = TrainConfig(
            steps=150,
            batch_size=16,
            learning_rate=1e-2,
            validate_every=None,
            progress=False,
            device="cpu",
            objective=Objective(supervision=weight),
        )
        fit(model, corpus, config)
        aer[weight] = evaluate(model, corpus.test).alignment.aer
    assert aer[1.0] < 10 < aer[0.0]


def test_training_stops_after_the_patience_and_not_before():
    def history(*perplexities):
        found = History()
        for step, value in enumerate(perplexities):
            found = found.validated(Validation(step, value, 0.0, 0.0))
        return found

    assert not history(9, 8, 7).stalled(None)
    assert not history(9, 8, 8.5).stalled(2)  # one bad validation is not two
    assert history(9, 8, 8.5, 8).stalled(2)  # equal is not lower
    assert not history(9, 8, 8.5, 7.9).stalled(2)
    assert not history(9, 10).stalled(2)  # too early to tell
