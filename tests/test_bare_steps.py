"""Steps with nothing around them are the decoder's own steps, and stand back where somebody listens or changes one."""

import pytest
import torch
from torch import nn

from course_lib import seq2seq
from course_lib.attention import AdditiveAttention
from course_lib.decoders import BareState, bare_steps
from course_lib.decoders.parts import lstm_step
from course_lib.interventions import pinned, swapped
from course_lib.search import greedy
from course_lib.seq2seq import Seq2Seq, evaluating
from course_lib.vocabulary import BOS
from tests.oracles.models import PAIRS, bahdanau, batch, luong, make, shaken

SENTENCES = {"alone": PAIRS[:1], "of one length": PAIRS[:1] * 2, "padded": PAIRS}


def default(**options):
    return shaken(bahdanau(embedding=5, hidden=6, **options), seed=3).float().eval()


def prepared(model, pairs=PAIRS):
    given = batch(pairs)
    return model.encode(given.source, given.source_lengths)


@pytest.mark.parametrize("pairs", SENTENCES.values(), ids=SENTENCES)
@pytest.mark.parametrize("initial", ["backward", "both"])
@torch.no_grad()
def test_bare_steps_are_the_steps(initial, pairs):
    """To the bit where there are several sentences; alone, the context is taken in another order."""
    model = default(initial=initial)
    model = model.double() if len(pairs) == 1 else model
    encoded = prepared(model, pairs)
    step, bare = bare_steps(model.decoder, encoded)
    state = model.decoder.initial_state(encoded)
    words = torch.full((len(pairs),), BOS)
    for _ in range(4):
        output, found = model.decoder.step(words, state, encoded), step(words, bare)
        for ours, theirs in ((found.logits, output.logits), (found.state.hidden, output.state.top)):
            if len(pairs) > 1:
                assert torch.equal(ours, theirs)
            else:
                torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-13)
        words, state, bare = output.logits.argmax(-1), output.state, found.state


@torch.no_grad()
def test_rows_of_a_bare_state_move_as_those_of_a_state_do():
    chosen = BareState(torch.arange(6.0).view(3, 2)).select(torch.tensor([2, 0, 2]))
    assert chosen.hidden.tolist() == [[4, 5], [0, 1], [4, 5]]


def test_a_translation_takes_the_bare_steps_and_says_the_same(monkeypatch):
    """Greedy and beam, words and log-probabilities: what is written down is the same to the bit."""
    model, sources = default(), [pair.source for pair in PAIRS]
    given = []
    monkeypatch.setattr(seq2seq, "bare_steps", lambda *asked: (given.append(bare_steps(*asked)), given[-1])[1])
    bare = [model.translate(sources, max_length=5, beam=width) for width in (1, 3)]
    assert len(given) == 2 and None not in given
    monkeypatch.setattr(seq2seq, "bare_steps", lambda *_: None)
    assert bare == [model.translate(sources, max_length=5, beam=width) for width in (1, 3)]


class Doubled(AdditiveAttention):
    """A score of somebody's own."""

    def scores(self, query, keys):
        return 2 * super().scores(query, keys)


def with_own_score(model):
    model.decoder.attention.__class__ = Doubled


def with_hook(model):
    model.decoder.cell.register_forward_hook(lambda *_: None)


def with_hook_before(model):
    model.decoder.attention.register_forward_pre_hook(lambda *_: None)


def with_other_method(model):
    model.decoder.readout.forward = model.decoder.readout.forward


def in_training(model):
    model.train()


def with_other_layer(model):
    model.decoder.readout.W_o = nn.Sequential(model.decoder.readout.W_o)


@pytest.mark.parametrize(
    "touch", [with_own_score, with_hook, with_hook_before, with_other_method, with_other_layer, in_training]
)
@torch.no_grad()
def test_whoever_has_to_be_asked_is_asked(touch):
    model = default()
    assert bare_steps(model.decoder, prepared(model)) is not None
    touch(model)
    assert bare_steps(model.decoder, prepared(model)) is None


@pytest.mark.parametrize("name", ["scores", "forward"])
@torch.no_grad()
def test_a_class_that_is_rewritten_is_asked(name, monkeypatch):
    model = default()
    monkeypatch.setattr(AdditiveAttention, name, getattr(AdditiveAttention, name).__get__)
    assert bare_steps(model.decoder, prepared(model)) is None


@pytest.mark.parametrize(
    "options", [{"query": "after"}, {"coverage": True}, {"hard": True}, {"readout": "linear"}], ids=str
)
@torch.no_grad()
def test_switches_and_other_models_step_by_themselves(options):
    model = default(**options)
    assert bare_steps(model.decoder, prepared(model)) is None


def test_gradients_go_through_the_decoders_own_steps():
    model = default()
    assert bare_steps(model.decoder, prepared(model)) is None


def test_interventions_reach_a_translation():
    model, words = default(), PAIRS[0].source
    free = model.translate([words], max_length=5)
    with pinned(model, position=0):
        held = model.translate([words], max_length=5)
    with swapped(model, PAIRS[1].source[: len(words)], step=0):
        told = model.translate([words], max_length=5)
    assert held[0].log_prob != free[0].log_prob != told[0].log_prob


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_one_step_of_an_lstm_is_the_step_of_torchs_call(layers):
    torch.manual_seed(0)
    rnn = nn.LSTM(3, 4, layers, batch_first=True).double()
    inputs, hidden, cell = torch.randn(2, 3), torch.randn(layers, 2, 4), torch.randn(layers, 2, 4)
    inputs, hidden, cell = inputs.double(), hidden.double(), cell.double()
    _, expected = rnn(inputs.unsqueeze(1), (hidden, cell))
    torch.testing.assert_close(lstm_step(rnn, inputs, hidden, cell), expected)


def test_between_layers_a_step_drops_what_the_call_would_drop():
    rnn = nn.LSTM(3, 4, 2, batch_first=True, dropout=0.999999)
    inputs, zeros = torch.randn(1, 3), torch.zeros(2, 1, 4)
    whole, _ = lstm_step(rnn.eval(), inputs, zeros, zeros)
    cut, _ = lstm_step(rnn.train(), inputs, zeros, zeros)
    nothing, _ = lstm_step(rnn, torch.zeros(1, 3), zeros, zeros)
    assert torch.equal(cut[0], whole[0]) and not torch.equal(cut[1], whole[1])
    silent = torch.lstm_cell(torch.zeros(1, 4), (zeros[1], zeros[1]), *rnn.all_weights[1])[0]
    torch.testing.assert_close(cut[1], silent)
    assert not torch.equal(nothing[0], cut[0])


def test_search_takes_steps_of_one_word_without_copying_the_matrices(monkeypatch):
    """Counted, not timed: no call of a whole LSTM after the encoder's."""
    model = shaken(luong(embedding=5, hidden=6, input_feeding=True), seed=0).float()
    calls = []
    monkeypatch.setattr(model.decoder.rnn, "forward", lambda *given: calls.append(given))
    with torch.no_grad(), evaluating(model):
        given = batch(PAIRS[:1])
        greedy(*model.stepper(given.source, given.source_lengths), 1, 4)
    assert not calls and isinstance(model, Seq2Seq) and make("fixed").decoder.rnn.num_layers == 1
