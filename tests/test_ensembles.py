"""The mean of several models: against NumPy, against itself, and against all sentences of a small space."""

from itertools import product

import numpy as np
import pytest
import torch

from course_lib.batching import encode_sources
from course_lib.decoders import BareState
from course_lib.ensembles import Ensemble, EnsembleState, log_mean
from course_lib.evaluation import evaluate, translations
from course_lib.interventions import swapped
from course_lib.models import bahdanau2014
from course_lib.search import exact, forced
from course_lib.tracing import trace
from course_lib.vocabulary import BOS, EOS, UNK, Vocabulary
from tests.oracles.models import PAIRS, SOURCE, TARGET, bahdanau, batch, make, shaken
from tests.oracles.reference import softmax

KINDS = ("bahdanau", "fixed", "luong-concat-feeding", "vaswani")
"""With attention and without, a state that is fed, and one that grows."""
SENTENCES = [pair.source for pair in PAIRS]


def ensemble(*names):
    return Ensemble([make(name, seed) for seed, name in enumerate(names)])


def assert_same(found, expected):
    assert [one.tokens for one in found] == [one.tokens for one in expected]
    assert [one.log_prob for one in found] == pytest.approx([one.log_prob for one in expected], abs=1e-5)


def test_the_mean_is_that_of_probabilities():
    """Of logarithms, or of logits, another word would be the first: two models disagree, one of them is certain."""
    shifted = np.array([3.0, -2.0])[:, None, None]  # which changes no probability
    logits = np.log([[[0.90, 0.09, 0.01]], [[0.01, 0.50, 0.49]]]) + shifted
    found = log_mean(list(torch.tensor(logits))).numpy()
    expected = np.mean([softmax(row) for row in logits[:, 0]], axis=0)
    np.testing.assert_allclose(np.exp(found), [expected], rtol=1e-12)
    assert found.argmax() == 0 and logits.mean(axis=0).argmax() == 1


@pytest.mark.parametrize("copies", [1, 3])
@pytest.mark.parametrize("name", KINDS)
def test_a_model_beside_itself_says_what_it_says_alone(name, copies):
    model = make(name)
    together = Ensemble([model] * copies)
    for width in (1, 3):
        alone = model.translate(SENTENCES, max_length=5, beam=width)
        assert_same(together.translate(SENTENCES, max_length=5, beam=width), alone)
    torch.testing.assert_close(together.loss(batch()).mean, model.loss(batch()).mean)


def test_members_of_all_kinds_are_averaged_word_by_word():
    """With teacher forcing and step by step: the mean of what each says alone, each with its own state."""
    together = ensemble(*KINDS)
    alone = [torch.softmax(model(batch()).logits, dim=-1) for model in together.models]
    expected = torch.stack(alone).mean(dim=0)
    output = together(batch())
    torch.testing.assert_close(output.logits.exp(), expected)
    assert output.states.shape[-1] == sum(model(batch()).states.shape[-1] for model in together.models)
    given = batch()
    step, state = together.stepper(given.source, given.source_lengths)
    by_steps = forced(step, state, given.target_out)
    of_words = expected.gather(-1, given.target_out.unsqueeze(-1)).squeeze(-1).log()
    torch.testing.assert_close(by_steps, of_words.masked_fill(~given.target_mask, 0.0).float(), atol=1e-5, rtol=0)


@torch.no_grad()
def test_the_best_sentence_of_an_ensemble_is_the_best_of_all():
    """All sentences of up to three words, weighed by the mean of what the members say: beam and exact find the best."""
    target = Vocabulary.build([("a", "b")])
    models = [shaken(bahdanau2014(SOURCE, target, embedding=4, hidden=5), seed) for seed in (7, 8, 9)]
    together, (source, lengths) = Ensemble(models), encode_sources(SENTENCES[:1], SOURCE, torch.device("cpu"))
    words = (UNK, *range(4, len(target)))
    sentences = [(*one, EOS) for length in range(4) for one in product(words, repeat=length)]
    worth = {}
    for sentence in sentences:
        log_prob, read = 0.0, (BOS, *sentence[:-1])
        said = [
            model.decoder(torch.tensor([read]), model.encode(source, lengths)).logits[0].numpy() for model in models
        ]
        for step, word in enumerate(sentence):
            log_prob += np.log(np.mean([softmax(logits[step])[word] for logits in said]))
        worth[sentence] = log_prob
    best = max(worth, key=worth.__getitem__)
    assert len(best) > 2  # a state has gone on
    step, state = together.stepper(source, lengths, copies=2)
    found = exact(step, state, 2, 3).hypothesis
    assert (*found.tokens, EOS) == best and found.log_prob == pytest.approx(worth[best], abs=1e-5)
    (by_beam,) = together.beam_search(SENTENCES[:1], width=len(words) ** 3, max_length=3)
    assert (*by_beam.hypotheses[0].tokens, EOS) == best
    assert by_beam.hypotheses[0].log_prob == pytest.approx(worth[best], abs=1e-5)


@pytest.mark.parametrize("width", [1, 2, 4])
def test_what_search_says_of_a_sentence_is_what_the_members_say_of_it(width):
    """The state of each member follows the hypothesis: told the words that the beam has found, all agree."""
    together = ensemble(*KINDS)
    for sentence in SENTENCES:
        (result,) = together.beam_search([sentence], width, max_length=6)
        source, lengths = encode_sources([sentence], SOURCE, together.device)
        for hypothesis in result.hypotheses:
            step, state = together.stepper(source, lengths)
            told = (*hypothesis.tokens, EOS) if hypothesis.finished else hypothesis.tokens
            assert float(forced(step, state, torch.tensor([told])).sum()) == pytest.approx(
                hypothesis.log_prob, abs=1e-4
            )


def test_rows_move_in_every_member():
    rows = torch.arange(3.0).unsqueeze(-1)
    chosen = EnsembleState((BareState(rows), BareState(rows + 10))).select(torch.tensor([2, 0, 0]))
    assert [part.hidden.flatten().tolist() for part in chosen.members] == [[2, 0, 0], [12, 10, 10]]


def test_members_step_by_the_shortest_way_there_is():
    given = batch()
    with torch.no_grad():
        _, state = ensemble("bahdanau", "fixed").stepper(given.source, given.source_lengths, looks=False)
    assert [isinstance(part, BareState) for part in state.members] == [True, False]


def test_an_ensemble_is_scored_as_a_model_is():
    together = ensemble("bahdanau", "fixed")
    found = evaluate(together, PAIRS)
    said = translations(together, PAIRS, batch_size=2)
    assert [one.tokens for one in said] == [together.translate([words])[0].tokens for words in SENTENCES]
    assert found.alignment is None
    assert found.perplexity.value == pytest.approx(together.loss(batch()).mean.exp().item())


def test_dropout_is_off_meanwhile_and_each_member_is_left_as_it_was():
    first, second = (shaken(bahdanau(embedding=5, hidden=6, dropout=0.5), seed) for seed in (1, 2))
    first.train()
    together = Ensemble([first, second])
    said = together.translate(SENTENCES, max_length=5)
    assert said == together.translate(SENTENCES, max_length=5)
    assert first.training and first.decoder.dropout.training
    assert not second.training and not second.decoder.dropout.training


def test_who_cannot_translate_together_is_told_why():
    model = make("bahdanau")
    other = bahdanau2014(SOURCE, Vocabulary.build([("le", "chat")]), embedding=5, hidden=6)
    with pytest.raises(ValueError, match=r"different words in their target_vocabulary.*same pieces"):
        Ensemble([model, other])
    swapped_sides = bahdanau2014(TARGET, TARGET, embedding=5, hidden=6)
    with pytest.raises(ValueError, match="different words in their source_vocabulary"):
        Ensemble([model, swapped_sides])
    with pytest.raises(ValueError, match=r"on cpu.*on meta.*Move all"):
        Ensemble([model, make("bahdanau").to("meta")])
    with pytest.raises(ValueError, match="got none"):
        Ensemble([])


def test_what_belongs_to_a_single_model_is_asked_of_a_member():
    together = ensemble("bahdanau", "luong-dot")
    for part in ("encoder", "decoder"):
        with pytest.raises(AttributeError, match="Ask one of its members"):
            getattr(together, part)
    with pytest.raises(AttributeError, match=r"no look of its own. Ask one"):
        trace(together, SENTENCES[0])
    with pytest.raises(ValueError, match="no attention weights"):
        together.beam_search(SENTENCES, 2, coverage_penalty=0.2)
    with swapped(together.models[1], SENTENCES[1], 1), pytest.raises(ValueError, match="Exact search goes back"):
        together.exact_search(SENTENCES[:1])
