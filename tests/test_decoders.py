"""Decoders: against the papers' equations, and stepping against teacher forcing."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import torch
from torch.autograd import gradcheck

from course_lib.attention import DotAttention, HardAttention
from course_lib.decoders import BahdanauDecoder, ContextGRUCell, Decoder, FixedVectorDecoder, LuongDecoder, XuDecoder
from course_lib.encoders import State
from course_lib.models import cho2014
from course_lib.training.objectives import Objective
from course_lib.vocabulary import BOS, EOS
from tests.oracles import reference
from tests.oracles.models import (
    ATTENDING,
    DEAF,
    HARD,
    MAKERS,
    PAIRS,
    SOURCE,
    TARGET,
    bahdanau,
    batch,
    luong,
    make,
    shaken,
)


def ids(pair):
    return [*SOURCE.encode(pair.source), EOS], [BOS, *TARGET.encode(pair.target)]


@pytest.mark.parametrize("pair", PAIRS)
def test_bahdanau_is_the_papers_model_from_words_to_logits(pair):
    model = make("bahdanau")
    output = model(batch([pair]))
    logits, weights, states = reference.bahdanau(model, *ids(pair))
    np.testing.assert_allclose(output.logits[0].detach().numpy(), logits, rtol=1e-8)
    np.testing.assert_allclose(output.weights[0].detach().numpy(), weights, rtol=1e-8)
    np.testing.assert_allclose(output.states[0].detach().numpy(), states, rtol=1e-8)


def source_of(pair):
    found = batch([pair])
    return found.source, found.source_lengths


@pytest.mark.parametrize("query", ["before", "after"])
def test_the_state_that_is_read_out_can_stay_that_of_before(query):
    model = shaken(bahdanau(embedding=5, hidden=6, query=query, read_state="before"), seed=0)
    output = model(batch([PAIRS[0]]))
    s_0 = model.decoder.initial_state(model.encode(*source_of(PAIRS[0]))).top[:, None]
    embedded = model.decoder.embedding(batch([PAIRS[0]]).target_in)
    before = torch.cat((s_0, output.states[:, :-1]), dim=1)
    torch.testing.assert_close(output.logits, model.decoder.readout(before, embedded, output.look.context))


@pytest.mark.parametrize("name", ["fixed", "fixed-reversed-deep"])
@pytest.mark.parametrize("pair", PAIRS)
def test_sutskever_is_two_lstms_with_the_state_handed_over(name, pair):
    model = make(name)
    logits = reference.sutskever(model, *ids(pair))
    np.testing.assert_allclose(model(batch([pair])).logits[0].detach().numpy(), logits, rtol=1e-8)


@pytest.mark.parametrize("name", ["cho", "cho-reversed"])
@pytest.mark.parametrize("pair", PAIRS)
def test_cho_is_told_the_summary_at_every_step_and_in_the_readout(name, pair):
    model = make(name)
    logits = reference.cho(model, *ids(pair))
    np.testing.assert_allclose(model(batch([pair])).logits[0].detach().numpy(), logits, rtol=1e-8)


TOLD = [chosen for n in range(4) for chosen in combinations(("state", "steps", "readout"), n)]


@pytest.mark.parametrize("summary", [None, 3])
@pytest.mark.parametrize("routes", TOLD, ids="+".join)
def test_a_route_that_is_cut_is_missing_from_the_equations_and_no_other(routes, summary):
    """A first state of tanh(bias) would train, and so would a readout that was cut in place of the steps."""
    model = shaken(cho2014(SOURCE, TARGET, embedding=5, hidden=6, routes=routes, summary=summary), seed=0)
    for pair in PAIRS:
        logits = reference.cho(model, *ids(pair), routes)
        np.testing.assert_allclose(model(batch([pair])).logits[0].detach().numpy(), logits, rtol=1e-8)
    s_0 = model.decoder.initial_state(model.encode(*source_of(PAIRS[0]))).hidden
    assert s_0.shape == (1, 1, 6) and (bool(s_0.any()) is ("state" in routes))


def test_a_cut_route_changes_no_draw_and_no_layer():
    """Rows of a table that differ in their first parameters would differ by more than the cut."""
    drawn = []
    for routes in TOLD:
        torch.manual_seed(3)
        drawn.append(cho2014(SOURCE, TARGET, embedding=5, hidden=6, routes=routes).state_dict())
    for one in drawn[1:]:
        assert one.keys() == drawn[0].keys()
        assert all(torch.equal(one[name], drawn[0][name]) for name in one)


def test_a_model_of_cho_says_what_it_is_told_and_how_much():
    names = {
        "Cho": {},
        "Cho, without steps": {"routes": ["readout", "state"]},
        "Cho, state alone": {"routes": {"state"}},
        "Cho, no source": {"routes": ()},
        "Cho, summary of 3": {"summary": 3},
        "Cho, source reversed, without state, summary of 12": {
            "reverse_source": True,
            "routes": ("steps", "readout"),
            "summary": 12,
        },
    }
    made = {name: cho2014(SOURCE, TARGET, embedding=5, hidden=6, **options) for name, options in names.items()}
    assert {name: model.name for name, model in made.items()} == {name: name for name in names}
    assert len({repr(model) for model in made.values()}) == len(made)
    assert made["Cho, without steps"].decoder.routes == ("state", "readout")  # in the order of the model
    assert cho2014(SOURCE, TARGET, embedding=5, hidden=6, summary=6).name == "Cho"
    assert cho2014(SOURCE, TARGET, embedding=5, hidden=6, summary=np.int64(3)).name == "Cho, summary of 3"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"routes": "state"}, r"routes: expected a collection such as \('state', 'steps'\).*got 'state'"),
        ({"routes": None}, "routes: expected a collection .*got None"),
        ({"routes": iter(("state",))}, "routes: expected a collection"),
        ({"routes": ("state", "readouts")}, "routes: expected one of 'state', 'steps', 'readout', got 'readouts'"),
        ({"routes": (["state"],)}, "routes: expected one of"),
        ({"routes": ("state", "state")}, "routes: expected each at most once"),
        ({"summary": 0}, "summary: expected 1 or more, got 0"),
        ({"summary": 1_000_001}, "summary: expected at most 1,000,000"),
        ({"summary": 2.5}, "summary: expected a whole number"),
        ({"summary": True}, "summary: expected a whole number"),
    ],
)
def test_routes_and_summaries_that_are_none_are_told_what_they_could_be(options, message):
    with pytest.raises(ValueError, match=message):
        cho2014(SOURCE, TARGET, embedding=5, hidden=6, **options)


ONE_LAYER = {
    f"{score}, {direction}, {local}, feeding {feeding}": {
        "score": score,
        "direction": direction,
        "local": local,
        "window": 1,
        "input_feeding": feeding,
    }
    for score in ("dot", "general", "concat", "location")
    for direction in ("forward", "reversed")
    for local in ("none", "monotonic", "predictive")
    for feeding in (False, True)
    if score != "location" or local == "none"
} | {
    f"{local}, {options}": {"score": "general", "local": local, "window": 2, **options}
    for local, options in (
        ("monotonic", {"gaussian": True}),
        ("monotonic", {"gaussian": True, "renormalise": True}),
        ("predictive", {"gaussian": False}),
        ("predictive", {"renormalise": True, "input_feeding": True}),
    )
}


@pytest.mark.parametrize("options", ONE_LAYER.values(), ids=ONE_LAYER)
def test_luong_is_the_papers_model_from_words_to_logits(options):
    model = shaken(luong(embedding=5, hidden=6, **options), seed=0)
    for pair in PAIRS:
        output = model(batch([pair]))
        logits, weights = reference.luong(model, *ids(pair))
        np.testing.assert_allclose(output.weights[0].detach().numpy(), weights, rtol=1e-8, atol=1e-14)
        np.testing.assert_allclose(output.logits[0].detach().numpy(), logits, rtol=1e-8)


@pytest.mark.parametrize("name", MAKERS)
def test_stepping_gives_what_teacher_forcing_gives(name):
    model, given = make(name), batch()
    forced = model(given)
    step, state = model.stepper(given.source, given.source_lengths)
    for i, previous in enumerate(given.target_in.unbind(1)):
        output = step(previous, state)
        state = output.state
        torch.testing.assert_close(output.logits, forced.logits[:, i])
        torch.testing.assert_close(state.top, forced.states[:, i])
        assert (output.look is None) == (forced.look is None)
        if output.look is not None:
            looked = output.look.parts()
            assert looked.keys() == forced.look.parts().keys()
            for name, part in forced.look.parts().items():
                torch.testing.assert_close(looked[name], part[:, i])


@pytest.mark.parametrize("name", MAKERS)
def test_the_state_of_one_step_reaches_the_next(name):
    """A decoder whose state is reset at each step trains to a low loss and translates nothing."""
    model, given = make(name), batch()
    step, start = model.stepper(given.source, given.source_lengths)
    word = given.target_in[:, 1]
    fresh, carried = step(word, start), step(word, step(given.target_in[:, 0], start).state)
    assert not torch.allclose(fresh.logits, carried.logits)


def test_a_prediction_does_not_see_the_word_it_predicts_nor_later_ones():
    for name in MAKERS:
        model, given = make(name), batch()
        before = model(given).logits
        changed = given.target_in.clone()
        changed[:, 2:] = TARGET.encode(["chien"])[0]
        encoded = model.encode(given.source, given.source_lengths)
        after = model.decoder(changed, encoded).logits
        torch.testing.assert_close(after[:, :2], before[:, :2])
        assert not torch.allclose(after[:, 2:], before[:, 2:])


@pytest.mark.parametrize("name", ["fixed", "fixed-reversed-deep"])
def test_the_fixed_vector_decoder_sees_nothing_but_the_vector(name):
    """Two sources whose vectors are made equal must give equal logits: there is no other way in."""
    model = make(name)
    one, other = batch([PAIRS[0]]), batch([PAIRS[2]])
    vector = model.encode(one.source, one.source_lengths)
    theirs = model.encode(other.source, other.source_lengths)
    assert not torch.allclose(vector.initial.hidden, theirs.initial.hidden)
    for field in ("hidden", "cell"):
        getattr(theirs.initial, field).data.copy_(getattr(vector.initial, field).data)
    assert torch.equal(model.decoder(one.target_in, vector).logits, model.decoder(one.target_in, theirs).logits)


@pytest.mark.parametrize("name", ["fixed", "fixed-reversed-deep"])
def test_both_h_and_c_cross_the_bridge(name):
    model, given = make(name), batch([PAIRS[0]])
    logits = model(given).logits
    for field in ("hidden", "cell"):
        encoded = model.encode(given.source, given.source_lengths)
        getattr(encoded.initial, field).data.zero_()
        assert not torch.allclose(model.decoder(given.target_in, encoded).logits, logits), field


def test_the_query_is_the_state_before_the_step():
    """Many toolkits attend with s_i; the paper attends with s_{i-1}."""
    model, given = make("bahdanau"), batch([PAIRS[0]])
    encoded = model.encode(given.source, given.source_lengths)
    state = model.decoder.initial_state(encoded)
    output = model.decoder.step(given.target_in[:, 0], state, encoded)
    alpha, _ = reference.attend(
        model.decoder.attention, reference.array(state.top[0]), reference.array(encoded.memory[0])
    )
    np.testing.assert_allclose(output.weights[0].detach().numpy(), alpha, rtol=1e-9)


def test_the_context_cell_keeps_its_state_when_the_update_gate_is_shut_and_drops_it_when_open():
    cell = ContextGRUCell(2, 3, 4).double()
    state, context = torch.randn(1, 4).double(), torch.randn(1, 3).double()
    shut, opened = torch.zeros(1, 12).double(), torch.zeros(1, 12).double()
    shut[:, :4], opened[:, :4] = -1e3, 1e3
    opened[:, 8:] = 1e3  # the candidate saturates at +1
    torch.testing.assert_close(cell(shut, state, context), state)
    torch.testing.assert_close(cell(opened, state, context), torch.ones(1, 4).double())


def test_gradients_of_the_context_cell_agree_with_finite_differences():
    torch.manual_seed(0)
    cell = ContextGRUCell(2, 3, 4).double()
    inputs = [torch.randn(2, size, dtype=torch.float64, requires_grad=True) for size in (12, 4, 3)]
    assert gradcheck(cell, inputs)


def test_gradients_reach_every_parameter():
    for name in MAKERS:
        model = make(name).train()  # drawn positions teach the score of hard attention; argmax cannot
        Objective().loss(model, batch(), PAIRS).total.backward()
        silent = [n for n, p in model.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
        deaf = {"decoder.V.weight", "decoder.V.bias", "decoder.V_prime.weight", "decoder.V_prime.bias"}
        deaf |= {"decoder.readout.C_o.weight"}
        deaf |= {f"encoder.{n}" for n, _ in model.encoder.named_parameters()}
        assert set(silent) == (deaf if name in DEAF else set()), f"{name}: {silent}"


@pytest.mark.parametrize("name", ATTENDING)
def test_the_gradient_of_the_fast_path_is_the_gradient_of_the_steps(name):
    model, given = make(name), batch()
    model(given).logits.square().sum().backward()
    fast = {key: parameter.grad for key, parameter in model.named_parameters()}  # none for a score behind an argmax
    model.zero_grad()
    step, state = model.stepper(given.source, given.source_lengths)
    total = 0.0
    for previous in given.target_in.unbind(1):
        output = step(previous, state)
        state, total = output.state, total + output.logits.square().sum()
    total.backward()
    for key, parameter in model.named_parameters():
        if fast[key] is None:
            assert name in HARD and parameter.grad is None and "attention" in key
        else:
            torch.testing.assert_close(parameter.grad, fast[key], msg=lambda text, key=key: f"{key}: {text}")


@pytest.mark.parametrize("name", ATTENDING)
def test_a_look_shows_the_scores_that_its_weights_came_from(name):
    """Minus infinity where nothing may be seen. A bell multiplies weights after the softmax: there only the places."""
    model, given = make(name), batch()
    look = model(given).look
    hidden = (~given.source_mask).unsqueeze(1).expand_as(look.scores)
    assert hidden.any() and (look.scores[hidden] == -torch.inf).all() and not look.scores.isposinf().any()
    assert torch.equal(look.scores == -torch.inf, look.weights == 0)
    if not getattr(model.decoder.attention, "gaussian", False):
        torch.testing.assert_close(look.scores.softmax(-1), look.weights)


@pytest.mark.parametrize("name", ["xu-over-words", "xu-over-words-hard"])
def test_the_context_of_a_gated_look_is_what_the_gate_lets_through(name):
    """eq. 6 and §4.2.1 of Xu et al.: a trace that shows the look before the gate shows what no layer has read."""
    model, given = make(name), batch([PAIRS[0]])
    look, states = (output := model(given)).look, output.states
    encoded = model.encode(given.source, given.source_lengths)
    before = torch.cat((model.decoder.initial_state(encoded).top.unsqueeze(1), states[:, :-1]), dim=1)
    seen = look.weights @ encoded.memory if look.position is None else encoded.memory[0, look.position]
    torch.testing.assert_close(look.context, torch.sigmoid(model.decoder.f_beta(before)) * seen)


def test_coverage_is_the_sum_of_the_weights_so_far_and_enters_the_score():
    model, given = make("bahdanau-coverage"), batch([PAIRS[0]])
    step, state = model.stepper(given.source, given.source_lengths)
    seen = torch.zeros_like(state.coverage)
    for previous in given.target_in.unbind(1):
        query, keys = (
            state.top,
            model.decoder.attention.project_keys(model.encode(given.source, given.source_lengths).memory),
        )
        attention = model.decoder.attention
        terms = attention.W_a(query).unsqueeze(1) + keys + seen.unsqueeze(-1) * attention.w_c
        output = step(previous, state)
        torch.testing.assert_close(output.look.scores, torch.tanh(terms) @ attention.v_a)
        seen, state = seen + output.weights, output.state
        torch.testing.assert_close(state.coverage, seen)


def test_a_departed_bahdanau_differs_by_its_switches_alone():
    """Each switch changes the output, and the paper's model has none of them on."""
    plain = make("bahdanau")
    names = {name for name, _ in plain.named_parameters()}
    assert not any(name.endswith("w_c") for name in names)
    assert plain.decoder.query == "before" and plain.decoder.initial == "backward"
    with pytest.raises(ValueError, match="query: expected one of 'before', 'after', got 'later'"):
        MAKERS["bahdanau"](query="later")
    with pytest.raises(ValueError, match="readout: expected one of 'maxout', 'linear', got 'deep'"):
        MAKERS["bahdanau"](readout="deep")


def test_a_decoder_that_is_told_nothing_has_no_part_that_its_paper_has_not():
    told_nothing = BahdanauDecoder(9, 4, 6, 3, 3, 0.0)
    assert not told_nothing.attention.coverage and not isinstance(told_nothing.attention, HardAttention)
    assert LuongDecoder(9, 4, 6, 3, 1, 0.0, attention=DotAttention(3, 3), input_feeding=False).W_q is None
    assert XuDecoder(9, 4, 6, 3, 0.0, attention=None).f_beta is None


def test_dropout_of_an_lstm_is_between_its_layers_and_is_no_certainty():
    """With one layer there is nothing between: torch would warn, and a warning is an error here."""
    assert [FixedVectorDecoder(9, 4, 3, layers, 0.5).rnn.dropout for layers in (1, 2, 3)] == [0.0, 0.5, 0.5]
    with pytest.raises(ValueError, match="dropout"):
        Decoder(9, 4, 1.0)


def test_attention_over_a_fixed_vector_is_refused():
    encoded = make("fixed").encoder(batch().source, batch().source_lengths)
    with pytest.raises(ValueError, match="annotations"):
        make("bahdanau").decoder.prepare(encoded)


def test_a_state_of_a_gru_is_refused_where_an_lstm_goes_on_from_it():
    model = make("xu-over-words")
    encoded = model.encode(*source_of(PAIRS[0]))
    state = replace(model.decoder.initial_state(encoded), cell=None)
    with pytest.raises(ValueError, match=r"this state has none\. Start from initial_state"):
        model.decoder.step(torch.tensor([BOS]), state, encoded)
    with pytest.raises(ValueError, match="Was it made by a GRU"):
        make("luong-dot").decoder.step(torch.tensor([BOS]), state, encoded)


def test_a_decoder_without_a_step_says_so():
    model = make("fixed")
    with pytest.raises(NotImplementedError, match="Decoder has no step"):
        Decoder(9, 4, 0.0).step(torch.tensor([BOS]), State(torch.zeros(1, 1, 4)), model.encode(*source_of(PAIRS[0])))
