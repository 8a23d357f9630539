"""What the course adds to Luong's decoder so that a chapter can measure one thing alone: each switch, and no other."""

from itertools import product

import numpy as np
import pytest
import torch

from course_lib.attention import AdditiveAttention
from course_lib.corpora.pairs import ParallelCorpus
from course_lib.interventions import pinned
from course_lib.models import luong2015
from course_lib.saved_models import load_model, save_model
from course_lib.seq2seq import Seq2Seq
from course_lib.tracing import trace
from course_lib.training import CheckpointError, TrainConfig, fit
from course_lib.vocabulary import BOS, EOS
from tests.oracles import reference
from tests.oracles.models import PAIRS, SOURCE, TARGET, batch, luong, make, shaken

SIZES = {"embedding": 5, "hidden": 6}


def model_of(seed: int = 0, **options: object) -> Seq2Seq:
    return shaken(luong(**SIZES, **options), seed)


def ids(pair):
    return [*SOURCE.encode(pair.source), EOS], [BOS, *TARGET.encode(pair.target)]


CLOCKS = [
    {"query": query, "query_reads_word": reads, "start": start, **fed, **scored}
    for query, reads, start, fed, scored in product(
        ("after", "before"),
        (False, True),
        ("encoder", "zeros"),
        ({}, {"input_feeding": True, "layers": 2}),
        ({"score": "dot"}, {"score": "concat", "plain_keys": True}, {"score": "location"}),
    )
]


FED = {
    "unfed": {},
    "fed": {"input_feeding": True, "layers": 2},
    "state fed": {"input_feeding": True, "fed": "state", "layers": 2},
}
COVERAGE = {
    "of none": {"score": "general"},
    "of all": {"score": "concat", "coverage": True},
    "of the last": {"score": "concat", "coverage": True, "coverage_of": "last", "plain_keys": True},
}
MEMORIES = [
    {"query": query, "start": start, **fed, **covered}
    for query, start, fed, covered in product(
        ("after", "before"), ("encoder", "zeros"), FED.values(), COVERAGE.values()
    )
]


@pytest.mark.parametrize("options", CLOCKS + MEMORIES, ids=lambda options: " ".join(map(str, options.values())))
def test_every_switch_of_luong_is_its_equation_and_no_other(options):
    """Against loops in NumPy; step by step and all words at once are then the same too."""
    model = model_of(**options)
    for pair in PAIRS:
        output = model(batch([pair]))
        logits, weights = reference.luong(model, *ids(pair))
        np.testing.assert_allclose(output.weights[0].detach().numpy(), weights, rtol=1e-8, atol=1e-14)
        np.testing.assert_allclose(output.logits[0].detach().numpy(), logits, rtol=1e-8)


# --- the clock


def rows_that_differ(model: Seq2Seq, exchanged: int) -> list[int]:
    """Return the looks that change, to the bit, where target word number ``exchanged`` is another one."""
    given = batch(PAIRS[:1])
    other = given.target_in.clone()
    other[0, exchanged + 1] = TARGET.encode(["chien"])[0]  # <s> stands before the first word
    assert not torch.equal(other, given.target_in)
    encoded = model.encode(given.source, given.source_lengths)
    with torch.no_grad():
        one, two = (model.decoder(target_in, encoded).weights[0] for target_in in (given.target_in, other))
    return [row for row in range(len(one)) if not torch.equal(one[row], two[row])]


@pytest.mark.parametrize("fed", [{}, {"input_feeding": True}], ids=["unfed", "fed"])
@pytest.mark.parametrize("score", ["dot", "general", "concat", "location"])
def test_before_the_step_the_word_just_written_does_not_move_the_look(score, fed):
    """Row k + 1 is the look for the word behind the exchanged one: the step before it has not read that word."""
    for k in range(3):
        later = [*range(k + 1, 5)]
        assert rows_that_differ(model_of(score=score, query="before", **fed), k) == later[1:]
        assert rows_that_differ(model_of(score=score, query="before", query_reads_word=True, **fed), k) == later
        assert rows_that_differ(model_of(score=score, **fed), k) == later


def test_only_the_look_asks_earlier_and_the_readout_still_takes_the_state_after_the_step():
    model, given = model_of(query="before"), batch(PAIRS[:1])
    output = model(given)
    h_tilde = torch.tanh(model.decoder.W_c(torch.cat((output.look.context, output.states), dim=-1)))
    torch.testing.assert_close(output.logits, model.decoder.W_s(h_tilde))
    start = model.decoder.initial_state(model.encode(given.source, given.source_lengths)).top
    asked = torch.cat((start[:, None], output.states[:, :-1]), dim=1)
    memory = model.encode(given.source, given.source_lengths).memory
    torch.testing.assert_close(output.look.scores, asked @ memory.mT)


def test_from_zeros_nothing_but_the_looks_says_which_source_it_is():
    """Location does not meet the annotations: other source of that length, same words written, same weights."""
    one, other = batch(PAIRS[:1]), batch(PAIRS[:1])
    other.source[0, :4] = torch.tensor(SOURCE.encode(["dog", "cats", "sees", "the"]))
    for start, same in (("zeros", True), ("encoder", False)):
        model = model_of(score="location", start=start)
        weights = [model(given).weights for given in (one, other)]
        assert torch.equal(*weights) is same
    deep = model_of(start="zeros", layers=2)
    state = deep.decoder.initial_state(deep.encode(one.source, one.source_lengths))
    assert state.hidden.shape == state.cell.shape == (2, 1, 6)
    assert not state.hidden.any() and not state.cell.any()


# --- plain keys


def test_plain_keys_are_the_annotations_and_the_score_is_the_papers_simplified_one():
    """Their note 15: v_aᵀ tanh(W_a h_t + h̄_s). A second model with U_a = 1 has to agree."""
    plain = model_of(score="concat", plain_keys=True)
    whole = model_of(score="concat", seed=1)
    values = dict(plain.state_dict())
    whole.load_state_dict({**values, "decoder.attention.U_a.weight": torch.eye(6).double()})
    given = batch()
    assert torch.equal(plain(given).logits, whole(given).logits)
    assert sum(p.numel() for p in whole.parameters()) - sum(p.numel() for p in plain.parameters()) == 36


# --- what is fed


def folded(model: Seq2Seq) -> Seq2Seq:
    """Return an unfed model whose LSTM adds to W_hh what the fed one keeps for the state beside the word."""
    plain = luong(**SIZES).double().eval()
    values = dict(model.state_dict())
    wide = values["decoder.rnn.weight_ih_l0"]  # (4H, E + H)
    values["decoder.rnn.weight_ih_l0"] = wide[:, : SIZES["embedding"]]
    values["decoder.rnn.weight_hh_l0"] = values["decoder.rnn.weight_hh_l0"] + wide[:, SIZES["embedding"] :]
    plain.load_state_dict(values)
    return plain


def test_feeding_the_state_is_a_plain_lstm():
    """As many parameters as input feeding, and no function that is not there without: a control, no mechanism."""
    fed = model_of(input_feeding=True, fed="state")
    shapes = [[p.shape for p in model.parameters()] for model in (fed, model_of(input_feeding=True))]
    assert shapes[0] == shapes[1]
    given = batch()
    one, other = fed(given), folded(fed)(given)
    torch.testing.assert_close(one.states, other.states, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(one.logits, other.logits, rtol=1e-12, atol=1e-12)
    attentional = model_of(input_feeding=True)
    assert not torch.allclose(attentional(given).states, folded(attentional)(given).states)


# --- what has been looked at


def calls(model: Seq2Seq, module: torch.nn.Module) -> int:
    """Return how often ``module`` runs while four words and </s> are predicted."""
    seen = []
    handle = module.register_forward_hook(lambda *_: seen.append(1))
    model(batch(PAIRS[:1]))
    handle.remove()
    return len(seen)


@pytest.mark.parametrize(
    ("options", "steps", "looks"),
    [({}, 1, 1), (COVERAGE["of all"], 1, 5), ({**COVERAGE["of all"], "input_feeding": True}, 5, 5)],
    ids=["plain", "coverage", "coverage and feeding"],
)
def test_with_coverage_only_the_looks_wait_for_each_other(options, steps, looks):
    model = model_of(**options)
    assert (calls(model, model.decoder.rnn), calls(model, model.decoder.attention)) == (steps, looks)


@pytest.mark.parametrize("fed", FED.values(), ids=FED)
def test_coverage_that_counts_for_nothing_changes_nothing(fed):
    covered, plain = model_of(score="concat", coverage=True, **fed), model_of(score="concat", **fed)
    values = dict(covered.state_dict())
    w_c = values.pop("decoder.attention.w_c")
    plain.load_state_dict(values)
    given = batch()
    assert not torch.allclose(covered(given).weights, plain(given).weights)
    w_c.zero_()
    torch.testing.assert_close(covered(given).logits, plain(given).logits, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("covered", ["of all", "of the last"])
def test_no_sentence_is_told_what_another_has_looked_at(covered):
    model = model_of(**COVERAGE[covered])
    whole, alone = model(batch()), model(batch([PAIRS[1]]))
    again = model(batch())
    assert torch.equal(whole.weights, again.weights)  # nor what it has looked at itself, the last time
    T, S = alone.weights.shape[1:]
    torch.testing.assert_close(whole.weights[1, :T, :S], alone.weights[0])


def moved_by_a_turned_head(**options: object) -> list[int]:
    """Return the steps whose look is another, to the bit, when the look of step 2 is held on the first word."""
    model, pair = model_of(**options).float(), PAIRS[2]
    free = trace(model, pair.source, pair.target)
    with pinned(model, 0, steps=[2]):
        held = trace(model, pair.source, pair.target)
    return [i for i in range(len(free.target)) if not np.array_equal(free.weights[i], held.weights[i])]


def test_a_decoder_knows_where_it_has_looked_only_where_something_tells_it():
    later = [2, 3, 4, 5, 6]
    assert moved_by_a_turned_head() == moved_by_a_turned_head(input_feeding=True, fed="state") == [2]
    assert moved_by_a_turned_head(input_feeding=True) == later
    assert moved_by_a_turned_head(**COVERAGE["of all"]) == later
    assert moved_by_a_turned_head(**COVERAGE["of the last"]) == later


@pytest.mark.parametrize("fed", FED.values(), ids=FED)
def test_the_coverage_of_a_trace_is_what_the_score_was_told(fed):
    model, pair = model_of(score="concat", coverage=True, **fed), PAIRS[2]
    traced = trace(model, pair.source, pair.target)
    given = batch([pair])
    step, state = model.stepper(given.source, given.source_lengths)
    for i, previous in enumerate(given.target_in.unbind(1)):
        np.testing.assert_allclose(traced.coverage[i], state.coverage[0].detach().numpy(), atol=1e-6)
        state = step(previous, state).state
    assert (traced.coverage[-1] + traced.weights[-1]).sum() == pytest.approx(len(traced.target), abs=1e-5)
    assert not traced.coverage[0].any() and traced.coverage.shape == traced.weights.shape
    assert trace(make("fixed"), pair.source).coverage is None


# --- off is off, and what makes no sense


def test_a_switch_draws_no_other_start_for_what_all_models_have():
    """The comparison is of one switch: with the same seed, what both models have begins with the same numbers."""

    def drawn(**options: object) -> dict[str, torch.Tensor]:
        torch.manual_seed(3)
        return luong2015(SOURCE, TARGET, **SIZES, **options).state_dict()

    plain = drawn()
    for options in ({"query": "before"}, {"start": "zeros"}, {"query_reads_word": True}):
        found = drawn(**options)
        assert all(torch.equal(found[name], plain[name]) for name in plain)
        assert found.keys() - plain.keys() == ({"decoder.W_q.weight"} if "query_reads_word" in options else set())
    for one, other in (
        ({"score": "concat"}, {"score": "concat", "coverage": True}),
        ({"score": "concat", "coverage": True}, {"score": "concat", "coverage": True, "coverage_of": "last"}),
        ({"input_feeding": True}, {"input_feeding": True, "fed": "state"}),
    ):
        before, after = drawn(**one), drawn(**other)
        assert all(torch.equal(after[name], before[name]) for name in before)
        assert after.keys() - before.keys() <= {"decoder.attention.w_c"}


NAMES = {
    "Luong dot": {},
    "Luong dot, local-p": {"local": "predictive", "gaussian": True},
    "Luong dot, local-p, no Gaussian": {"local": "predictive", "gaussian": False},
    "Luong dot, local-p, renormalised": {"local": "predictive", "renormalise": True},
    "Luong dot, local-m": {"local": "monotonic", "gaussian": False},
    "Luong dot, local-m, Gaussian, renormalised": {"local": "monotonic", "gaussian": True, "renormalise": True},
    "Luong dot, query before": {"query": "before"},
    "Luong dot, query reads the word": {"query_reads_word": True},
    "Luong dot, input feeding": {"input_feeding": True},
    "Luong dot, state fed": {"input_feeding": True, "fed": "state"},
    "Luong concat, input feeding, coverage": {"score": "concat", "input_feeding": True, "coverage": True},
    "Luong concat, coverage of the last look": {"score": "concat", "coverage": True, "coverage_of": "last"},
    "Luong concat, plain keys, query before, query reads the word, start from zeros": {
        "score": "concat",
        "plain_keys": True,
        "query": "before",
        "query_reads_word": True,
        "start": "zeros",
    },
}


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_names_every_switch_that_is_on(name):
    assert luong2015(SOURCE, TARGET, **SIZES, **NAMES[name]).name == name


SENSELESS = {
    "an unknown query": ({"query": "during"}, "query: expected one of 'before', 'after', got 'during'"),
    "an unknown start": ({"start": "random"}, "start: expected one of 'encoder', 'zeros', got 'random'"),
    "a start that is a switch": ({"start": True}, "start: expected one of 'encoder', 'zeros', got True"),
    "a word in place of yes": ({"query_reads_word": "no"}, "query_reads_word: expected True or False, got 'no'"),
    "feeding by a word": ({"input_feeding": "state"}, "input_feeding: expected True or False, got 'state'"),
    "hard by a number": ({"hard": 1}, "hard: expected True or False, got 1"),
    "plain keys by a word": ({"score": "concat", "plain_keys": "yes"}, "plain_keys: expected True or False"),
    "an unknown thing fed": ({"input_feeding": True, "fed": "context"}, "fed: expected one of 'attentional', 'state'"),
    "fed and not fed": ({"fed": "state"}, "fed='state' says what input feeding feeds: set input_feeding=True"),
    "coverage by its kind": ({"score": "concat", "coverage": "last"}, "coverage: expected True or False, got 'last'"),
    "an unknown coverage": (
        {"score": "concat", "coverage": True, "coverage_of": "first"},
        "coverage_of: expected one of 'all', 'last', got 'first'",
    ),
    "coverage of nothing": ({"score": "concat", "coverage_of": "last"}, "the attention has to be built with it"),
    **{
        f"coverage in {score}": ({"score": score, "coverage": True}, f"score='{score}' has no place for it")
        for score in ("dot", "general", "location")
    },
    "coverage and hard": ({"score": "concat", "coverage": True, "hard": True}, "HardAttention looks at a part of it"),
    "coverage and local": (
        {"score": "concat", "coverage": True, "local": "monotonic"},
        "LocalAttention looks at a part of it",
    ),
    "plain keys of dot": ({"plain_keys": True}, "plain_keys leaves out U_a.*score='dot' is complete without it"),
    "plain keys of location": ({"score": "location", "plain_keys": True}, "score='location' is complete without"),
}


@pytest.mark.parametrize("what", SENSELESS)
def test_what_makes_no_sense_is_refused_and_says_why(what):
    options, message = SENSELESS[what]
    with pytest.raises(ValueError, match=message):
        luong(**SIZES, **options)


def test_plain_keys_of_another_size_are_refused_before_a_sum_of_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match="attention_size has to be their size 8, got 4"):
        AdditiveAttention(6, 8, 4, plain_keys=True)
    assert AdditiveAttention(6, 8, 8, plain_keys=True).project_keys(torch.zeros(1, 2, 8)).shape == (1, 2, 8)


# --- one model is not taken for another

SAME_SHAPES = [
    ({}, {"query": "before"}),
    ({}, {"start": "zeros"}),
    ({"local": "predictive"}, {"local": "predictive", "renormalise": True}),
    ({"local": "monotonic"}, {"local": "monotonic", "gaussian": True}),
    ({"query_reads_word": True}, {"query_reads_word": True, "query": "before"}),
    ({"input_feeding": True}, {"input_feeding": True, "fed": "state"}),
    ({"score": "concat", "coverage": True}, {"score": "concat", "coverage": True, "coverage_of": "last"}),
]


@pytest.mark.parametrize(("one", "other"), SAME_SHAPES, ids=lambda options: " ".join(options) or "plain")
def test_a_model_is_not_saved_or_trained_on_under_another_switch(tmp_path, one, other):
    """The answer would be that of neither model."""
    model, wrong = (luong2015(SOURCE, TARGET, **SIZES, **options) for options in (one, other))
    with pytest.raises(ValueError, match="is another model than this one"):
        save_model(tmp_path / "wrong", model, "luong", {**SIZES, **other})
    save_model(tmp_path / "right", model, "luong", {**SIZES, **one})
    loaded = load_model(tmp_path / "right")
    assert torch.equal(loaded(batch()).logits, model(batch()).logits)
    wrong.load_state_dict(model.state_dict())  # every array fits
    corpus = ParallelCorpus("shared", "en", "fr", PAIRS[:2], PAIRS[2:], ())
    config = TrainConfig(steps=2, batch_size=2, validate_every=None, device="cpu", checkpoint=tmp_path / "run.pt")
    fit(model, corpus, config)
    with pytest.raises(CheckpointError, match="belongs to another run"):
        fit(wrong, corpus, config)
