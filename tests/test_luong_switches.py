"""What the course adds to Luong's decoder so that a chapter can measure one thing alone: each switch, and no other."""

from itertools import product

import numpy as np
import pytest
import torch

from course_lib.attention import AdditiveAttention
from course_lib.models import luong2015
from course_lib.seq2seq import Seq2Seq
from course_lib.vocabulary import BOS, EOS
from tests.oracles import reference
from tests.oracles.models import PAIRS, SOURCE, TARGET, batch, luong, shaken

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


@pytest.mark.parametrize("options", CLOCKS, ids=lambda options: " ".join(map(str, options.values())))
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


NAMES = {
    "Luong dot": {},
    "Luong dot, query before": {"query": "before"},
    "Luong dot, query reads the word": {"query_reads_word": True},
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
