"""Exact search: against trees worked by hand, and against all sentences of small spaces, written out one by one."""

import inspect
import math
from functools import cache
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.batching import encode_sources
from course_lib.finite import NotFiniteError
from course_lib.interventions import flattened, guided, pinned, swapped, tempered, weighed
from course_lib.models import bahdanau2014
from course_lib.search import beam, exact, forced
from course_lib.search.exact_search import BUDGET
from course_lib.seq2seq import default_max_length
from course_lib.vocabulary import BOS, EOS, PAD, UNK
from tests.oracles.models import MAKERS, PAIRS, SOURCE, TARGET, make
from tests.oracles.steps import WORDS, A, B, V, prefix_step, start, table


def drawn(seed, ends):
    """Return a random model, a function of the prefix; the larger ``ends``, the sooner its sentences end.

    It says little of the first word and much of the others, so a beam often goes astray.
    """

    @cache
    def distribution(prefix):
        clear = np.where(np.arange(V) == EOS, ends, 0.3)
        first = np.where(np.arange(V) == EOS, ends, 20.0)
        return np.random.default_rng([seed, *prefix]).dirichlet(first if len(prefix) == 2 else clear)

    return distribution


def tied(seed):
    """Return a model of quarters, halves and zeros, so that many sentences are equally good and some impossible."""

    @cache
    def distribution(prefix):
        weights = np.random.default_rng([seed, *prefix]).permutation([0.25, 0.25, 0.5, 0.0])
        whole = np.zeros(V)
        whole[[UNK, A, B, EOS]] = weights if weights[3] else [0.25] * 4
        return whole

    return distribution


def log_probability(distribution, words):
    """Return log P of beginning with ``words``."""
    found = [float(distribution((0, BOS, *words[:i]))[word]) for i, word in enumerate(words)]
    return sum(map(math.log, found)) if all(found) else -math.inf


def worth(distribution, words, alpha):
    """Return the score of a whole sentence, from eq. 14 of Wu et al.; |Y| counts EOS."""
    return log_probability(distribution, (*words, EOS)) / ((5 + len(words) + 1) / 6) ** alpha


def beginnings(limit):
    return [words for n in range(limit + 1) for words in product(WORDS, repeat=n)]


def search(distribution, width, limit, **options):
    """Return the result, and the states that the search looked at after its beam."""
    step, calls = prefix_step(distribution)
    beam(step, start([0], width), 1, width, limit, length_normalisation=options.get("length_normalisation", 0.0))
    of_the_beam = len(calls)
    step, calls = prefix_step(distribution)
    result = exact(step, start([0], width), width, limit, **options)
    rows = [list(dict.fromkeys(call)) for call in calls[of_the_beam:]]  # a call's empty rows repeat its first
    return result, [prefix[2:] for call in rows for prefix in call]


GARDEN_PATH = {
    BOS: {A: 0.4, B: 0.35, UNK: 0.25},
    A: {EOS: 0.5, B: 0.3, A: 0.2},
    B: {EOS: 0.45, A: 0.3, B: 0.25},
    UNK: {EOS: 0.9, A: 0.1},
}


@pytest.mark.parametrize("width", [1, 2])
def test_what_greedy_and_a_beam_of_two_both_miss_is_found_at_a_price_worked_by_hand(width):
    """Both begin with A or B and end at 0.4 · 0.5 = 0.2. UNK looks worse and is 0.25 · 0.9 = 0.225.

    The bound is 0.2. BOS: A, B and UNK are above it. After A: A B (0.12), A A (0.08) and A UNK (0) are cut, after
    B likewise, B A is 0.105; after UNK, UNK A is 0.025. Four states expanded, nine continuations cut.
    """
    result, states = search(table(GARDEN_PATH), width, 3)
    assert result.beam.tokens == (A,) and result.beam.log_prob == pytest.approx(math.log(0.2), rel=1e-6)
    assert result.hypothesis.tokens == (UNK,) and result.hypothesis.finished
    assert result.hypothesis.log_prob == result.score == pytest.approx(math.log(0.225), rel=1e-6)
    assert states == [(), (A,), (B,), (UNK,)]
    assert (result.expanded, result.cut, result.left) == (4, 9, 0)
    assert result.proven and result.search_error and result.ceiling == result.score


def test_a_beam_that_missed_nothing_is_charged_with_no_search_error():
    result, _ = search(table(GARDEN_PATH), 3, 3)
    assert result.hypothesis.tokens == result.beam.tokens == (UNK,) and result.proven and not result.search_error


def test_a_sentence_that_is_as_good_as_that_of_the_beam_is_no_search_error():
    """A is ½ · ¼, B is ¼ · ½ and weighed after it; what is left goes to padding, which is no word."""
    as_good = {BOS: {A: 0.5, B: 0.25, PAD: 0.25}, A: {EOS: 0.25, PAD: 0.75}, B: {EOS: 0.5, PAD: 0.5}}
    result, states = search(table(as_good), 1, 3)
    assert states == [(), (A,), (B,)]
    assert result.hypothesis == result.beam and result.beam.tokens == (A,) and not result.search_error


def test_a_search_that_is_told_no_budget_has_a_hundred_thousand_states():
    assert inspect.signature(exact).parameters["budget"].default == BUDGET == 100_000


@pytest.mark.parametrize(("budget", "left", "ceiling"), [(1, 3, 0.4), (2, 2, 0.35), (3, 1, 0.25)])
def test_a_search_that_ran_out_of_budget_says_what_could_still_be_better(budget, left, ceiling):
    result, states = search(table(GARDEN_PATH), 2, 3, budget=budget)
    assert len(states) == result.expanded == budget and result.left == left
    assert not result.proven and not result.search_error and result.hypothesis == result.beam
    assert result.score == pytest.approx(math.log(0.2)) and result.ceiling == pytest.approx(math.log(ceiling))


def test_the_empty_sentence_is_found_where_the_model_prefers_it():
    """It is the least probable first step, 0.2, so a beam of three drops it; no longer sentence has more than 0.14."""
    later = {A: 0.2, B: 0.2, UNK: 0.15, EOS: 0.45}
    tree = {BOS: {A: 0.3, B: 0.26, UNK: 0.24, EOS: 0.2}, A: later, B: later, UNK: later}
    result, states = search(table(tree), 3, 4)
    assert result.beam.tokens == (A,) and result.search_error
    assert result.hypothesis.tokens == () and result.hypothesis.finished and result.proven
    assert result.hypothesis.log_prob == pytest.approx(math.log(0.2), rel=1e-6)
    assert states == [(), (A,), (B,), (UNK,)]  # 0.24 and more are above the bound: to be looked at


LONGER = {
    BOS: {A: 0.6, B: 0.3, EOS: 0.1},
    A: {EOS: 0.52, A: 0.3, B: 0.18},
    B: {UNK: 0.9, EOS: 0.1},
    UNK: {EOS: 1.0},
}


def test_what_loses_as_it_grows_may_win_by_its_length():
    """α = 2, so lp is (7/6)², (8/6)² and (9/6)² = 2.25 for one to three words. A scores ln 0.312 / 1.36 = −0.86.

    B has ln 0.3 = −1.2, below that, and could reach −1.2 / 2.25 = −0.54; B UNK has ln 0.27 / 1.78 = −0.74. A A could
    reach −0.76 and is looked at, A B −0.99 and is not. Without normalisation B, at 0.3, cannot pass 0.312.
    """
    plain, states = search(table(LONGER), 1, 3)
    assert plain.hypothesis.tokens == plain.beam.tokens == (A,) and states == [(), (A,)]
    result, states = search(table(LONGER), 1, 3, length_normalisation=2.0)
    assert result.beam.tokens == (A,) and result.hypothesis.tokens == (B, UNK) and result.proven
    assert result.hypothesis.log_prob == pytest.approx(math.log(0.27), rel=1e-6)
    assert result.score == pytest.approx(math.log(0.27) / (8 / 6) ** 2, rel=1e-6)
    assert states == [(), (A,), (A, A), (B,), (B, UNK)] and (result.expanded, result.cut) == (5, 11)
    wider, _ = search(table(LONGER), 2, 3, length_normalisation=2.0)
    assert wider.beam.tokens == (B, UNK) and not wider.search_error  # the beam is normalised too


def test_what_waits_is_weighed_again_when_its_turn_comes():
    """Greedy: A B, 0.5 · 0.5 · 0.4 = 0.1. UNK, 0.15, is above that and waits; then A turns up, 0.225, and it is not."""
    tree = {
        BOS: {A: 0.5, B: 0.35, UNK: 0.15},
        A: {B: 0.5, EOS: 0.45, A: 0.05},
        B: {EOS: 0.4, A: 0.35, B: 0.25},
    }
    result, states = search(table(tree), 1, 3)
    assert result.beam.tokens == (A, B) and result.hypothesis.tokens == (A,) and result.proven
    assert states == [(), (A,), (A, B), (B,)] and (result.expanded, result.cut) == (4, 9)
    half, _ = search(table(tree), 1, 3, budget=2)  # A B and B are left; UNK had no turn, and needs none
    assert half.hypothesis.tokens == (A,) and (half.left, half.cut) == (2, 3)
    assert half.ceiling == pytest.approx(math.log(0.35), rel=1e-6)


def test_what_can_only_be_as_good_as_the_best_is_cut():
    result, states = search(table({BOS: {A: 0.5, EOS: 0.5}, A: {EOS: 1.0}}), 1, 3)
    assert result.hypothesis.tokens == () and states == [()] and (result.expanded, result.cut) == (1, 3)
    certain, states = search(table({BOS: {A: 1.0}, A: {EOS: 1.0}}), 1, 3)
    assert certain.hypothesis.tokens == (A,) and states == [] and (certain.expanded, certain.cut) == (0, 1)


MODELS = {
    "width": st.integers(1, 5),
    "limit": st.integers(1, 4),
    "seed": st.integers(0, 10**6),
    "alpha": st.one_of(st.just(0.0), st.floats(0, 2)),
    "ends": st.sampled_from([0.2, 0.7, 3.0]),
}


@settings(deadline=None, max_examples=60)
@given(**MODELS)
def test_of_all_sentences_written_out_none_is_better(width, limit, seed, alpha, ends):
    model = drawn(seed, ends)
    scores = {words: worth(model, words, alpha) for words in beginnings(limit)}
    result, _ = search(model, width, limit, length_normalisation=alpha)
    best = max(scores, key=scores.__getitem__)
    assert result.proven and result.hypothesis.finished and result.hypothesis.tokens == best
    assert result.score == result.ceiling == pytest.approx(scores[best], rel=1e-4, abs=1e-5)
    assert result.hypothesis.log_prob == pytest.approx(log_probability(model, (*best, EOS)), rel=1e-4, abs=1e-5)
    for other in range(1, 6):
        (found,) = beam(prefix_step(model)[0], start([0], other), 1, other, limit, length_normalisation=alpha)
        assert result.score >= found.scores[0] or not found.hypotheses[0].finished
        assert result.beam == found.hypotheses[0] or other != width


@settings(deadline=None, max_examples=40)
@given(width=MODELS["width"], limit=MODELS["limit"], seed=MODELS["seed"], alpha=st.sampled_from([0.0, 1.0]))
def test_of_equally_good_sentences_one_is_returned_and_no_other_kind(width, limit, seed, alpha):
    model = tied(seed)
    scores = {words: worth(model, words, alpha) for words in beginnings(limit)}
    result, states = search(model, width, limit, length_normalisation=alpha)
    assert result.proven and result.score == pytest.approx(max(scores.values()), rel=1e-5)
    assert scores[result.hypothesis.tokens] == pytest.approx(max(scores.values()), rel=1e-5)
    assert len(set(states)) == len(states) == result.expanded


@settings(deadline=None, max_examples=40)
@given(**MODELS)
def test_a_state_is_expanded_twice_or_without_hope_or_a_hopeful_one_is_not(width, limit, seed, alpha, ends):
    """What begins a better sentence than the best has to be seen; what cannot pass the beam's must not be."""
    model = drawn(seed, ends)
    result, states = search(model, width, limit, length_normalisation=alpha)
    longest = ((5 + limit + 1) / 6) ** alpha
    bounds = {words: log_probability(model, words) / longest for words in beginnings(limit)}
    first = result.beam.log_prob / ((5 + len(result.beam.tokens) + 1) / 6) ** alpha
    first = first if result.beam.finished else -math.inf
    assert len(set(states)) == len(states) == result.expanded
    assert {words for words, bound in bounds.items() if bound > result.score + 1e-5} <= set(states)
    assert set(states) <= {words for words, bound in bounds.items() if bound > first - 1e-5}
    full = sum(len(words) < limit for words in states)
    assert result.expanded + result.cut + result.left == 1 + len(WORDS) * full


@settings(deadline=None, max_examples=15)
@given(limit=st.integers(1, 3), seed=MODELS["seed"], alpha=MODELS["alpha"], ends=MODELS["ends"])
def test_from_the_best_bound_there_is_no_state_too_many_is_expanded(limit, seed, alpha, ends):
    """A beam as wide as the space brings the best sentence itself: nothing but the proof is left to do."""
    model, width = drawn(seed, ends), 4 * len(WORDS) ** limit
    result, states = search(model, width, limit, length_normalisation=alpha)
    longest = ((5 + limit + 1) / 6) ** alpha
    bounds = {words: log_probability(model, words) / longest for words in beginnings(limit)}
    assert not result.search_error
    assert set(states) == {words for words, bound in bounds.items() if bound > result.score}


def test_a_block_is_cut_to_what_the_budget_leaves():
    """A budget between two full blocks: of root and a block of three, two states may be spent."""
    models = [drawn(seed, 0.3) for seed in range(10)]
    larger = [model for model in models if search(model, 3, 3)[0].expanded > 4]
    assert larger
    for model in larger:
        part, states = search(model, 3, 3, budget=2)
        assert part.expanded == len(states) == 2 and not part.proven


@settings(deadline=None, max_examples=20)
@given(budget=st.integers(1, 40), **MODELS)
def test_what_a_spent_budget_says_of_itself_is_true(budget, width, limit, seed, alpha, ends):
    """The search takes the same way up to its end, so it is done exactly where the whole one is.

    What is left: each continuation of an expanded state that is not expanded itself and could still be better.
    """
    model = drawn(seed, ends)
    longest = ((5 + limit + 1) / 6) ** alpha
    bounds = {words: log_probability(model, words) / longest for words in beginnings(limit)}
    whole, _ = search(model, width, limit, length_normalisation=alpha)
    for spent in (min(budget, whole.expanded), whole.expanded):
        part, states = search(model, width, limit, length_normalisation=alpha, budget=spent)
        assert len(states) == part.expanded == spent and part.beam == whole.beam
        assert part.proven == (part.left == 0) == (spent == whole.expanded)
        known = part.score if part.hypothesis.finished else -math.inf
        waiting = {w: b for w, b in bounds.items() if w and w[:-1] in states and w not in states}
        assert (
            sum(b > known + 1e-5 for b in waiting.values())
            <= part.left
            <= sum(b > known - 1e-5 for b in waiting.values())
        )
        assert part.ceiling == pytest.approx(
            max([part.score, *waiting.values()] if part.left else [part.score]), abs=1e-5
        )
        assert part.ceiling >= whole.score
        if part.hypothesis.finished:
            assert part.score == pytest.approx(worth(model, part.hypothesis.tokens, alpha), rel=1e-4, abs=1e-5)
        full = sum(len(words) < limit for words in states)
        assert part.expanded + part.cut + part.left == 1 + len(WORDS) * full
    assert (part.hypothesis, part.score, part.cut) == (whole.hypothesis, whole.score, whole.cut)


@cache
def every_sentence(limit):
    words = [word for word in range(len(TARGET)) if word not in (PAD, BOS, EOS)]
    return [(*tokens, EOS) for n in range(limit + 1) for tokens in product(words, repeat=n)]


@pytest.mark.parametrize("name", MAKERS)
def test_every_model_has_no_better_sentence_than_the_one_found(name):
    """All sentences of up to two words are fed through the model, at once. Rows carry state, h̃, coverage and p_t."""
    model, sentences = make(name), every_sentence(2)
    targets = torch.tensor([[*words, *[PAD] * (3 - len(words))] for words in sentences])
    for pair in PAIRS[:2]:
        step, state = model.stepper(*encode_sources([pair.source], SOURCE), copies=len(sentences))
        log_probs = forced(step, state, targets).sum(-1)
        for width, alpha in ((1, 0.0), (4, 1.0)):
            lengths = torch.tensor([len(words) for words in sentences])
            scores = log_probs.double() / ((5 + lengths.double()) / 6) ** alpha
            (result,) = model.exact_search([pair.source], width, 2, length_normalisation=alpha)
            assert result.proven and result.score == pytest.approx(scores.max().item(), rel=1e-5)
            assert (*result.hypothesis.tokens, EOS) == sentences[int(scores.argmax())]
            assert result.hypothesis.log_prob == pytest.approx(log_probs[scores.argmax()].item(), rel=1e-5)


@pytest.mark.parametrize("name", ["bahdanau", "luong-local-p-feeding"])
def test_a_sentence_is_searched_by_itself_with_room_for_twice_its_words_and_ten(name):
    model, sources = make(name), [pair.source for pair in PAIRS]
    options = {"length_normalisation": 1.0, "budget": 30}
    together = model.exact_search(sources, 2, **options)
    for source, result in zip(sources, together, strict=True):
        assert model.exact_search([source], 2, default_max_length(len(source)), **options) == [result]
        (found,) = model.beam_search([source], 2, default_max_length(len(source)), length_normalisation=1.0)
        assert result.beam == found.hypotheses[0]


def test_dropout_is_off_for_the_search_and_left_as_it_was():
    wet = bahdanau2014(SOURCE, TARGET, embedding=5, hidden=6, dropout=0.5).train()
    assert wet.exact_search([PAIRS[0].source], 2, 4, budget=50) == wet.exact_search([PAIRS[0].source], 2, 4, budget=50)
    assert wet.training


def test_a_search_that_jumps_does_not_take_an_intervention_to_other_steps_than_it_names():
    model, sentence = make("bahdanau"), PAIRS[0].source
    counting = {
        "swapped": swapped(model, sentence, 1),
        "guided": guided(model, torch.zeros(1, 9, dtype=torch.long)),
        "weighed": weighed(model, torch.tensor([[[1.0] + [0.0] * len(sentence)]])),
        "pinned": pinned(model, 0, steps=[0]),
    }
    for name, block in counting.items():
        with block, pytest.raises(ValueError, match=f"counts steps .*{name}"):
            model.exact_search([sentence], max_length=2)
    for block in (pinned(model, 0), tempered(model, 2.0), flattened(model)):
        with block:
            assert model.exact_search([sentence], max_length=2)
    assert model.exact_search([sentence], max_length=2)


def test_a_nan_that_no_beam_meets_is_not_cut_without_a_word():
    tree = {**GARDEN_PATH, UNK: {EOS: math.nan, A: 0.1}}
    assert beam(prefix_step(table(tree))[0], start([0], 2), 1, 2, 3)[0].hypotheses[0].tokens == (A,)
    with pytest.raises(NotFiniteError, match="word 2: 4 of 6 numbers are NaN"):  # PAD and BOS are out of reach
        search(table(tree), 2, 3)


def test_padding_and_the_start_token_are_never_chosen_but_keep_their_probability():
    tree = {BOS: {PAD: 0.4, BOS: 0.3, A: 0.2, EOS: 0.1}, A: {EOS: 1.0}, PAD: {EOS: 1.0}}
    result, _ = search(table(tree), 1, 3)
    assert result.hypothesis.tokens == (A,)
    assert result.hypothesis.log_prob == pytest.approx(math.log(0.2), rel=1e-6)


def test_where_no_sentence_ends_none_is_returned():
    endless = table({BOS: {A: 0.5, B: 0.5}, A: {A: 1.0}, B: {B: 1.0}})
    with pytest.raises(ValueError, match=r"No sentence of up to 3 word\(s\) ends"):
        search(endless, 1, 3)
    result, _ = search(endless, 1, 3, budget=2)
    assert not result.proven and not result.hypothesis.finished and result.hypothesis == result.beam
    assert result.left == 2 and result.ceiling == pytest.approx(math.log(0.5))


def test_a_sentence_that_ends_is_preferred_to_a_more_probable_one_that_does_not():
    """The beam runs into the limit with 0.9; the only sentence that ends has 0.1 · 1."""
    result, _ = search(table({BOS: {A: 0.9, B: 0.1}, A: {A: 1.0}}), 1, 3)
    assert result.beam.tokens == (A, A, A) and not result.beam.finished
    assert result.hypothesis.tokens == (B,) and result.hypothesis.finished and result.search_error and result.proven


def test_options_that_make_no_sense_are_told_why():
    for options, message in (
        ({"width": 0}, "width: expected 1 or more, got 0"),
        ({"max_length": 0}, "max_length: expected 1 or more"),
        ({"budget": 0}, "budget: expected 1 or more"),
        ({"budget": math.inf}, "budget: expected a whole number"),
        ({"length_normalisation": -1.0}, "length_normalisation: expected a number of 0 or more"),
    ):
        with pytest.raises(ValueError, match=message):
            exact(prefix_step(table(GARDEN_PATH))[0], start([0], 2), **{"width": 2, "max_length": 3, **options})
    with pytest.raises(ValueError, match="width"):
        make("bahdanau").exact_search([PAIRS[0].source], 0)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
def test_a_gpu_finds_what_the_cpu_finds():
    for name in MAKERS:
        model, sources = make(name), [pair.source for pair in PAIRS]
        expected = model.exact_search(sources, 3, 2, length_normalisation=0.8)
        for result, there in zip(
            expected, model.cuda().exact_search(sources, 3, 2, length_normalisation=0.8), strict=True
        ):
            assert there.proven and there.hypothesis.tokens == result.hypothesis.tokens
            assert there.score == pytest.approx(result.score, rel=1e-4)
