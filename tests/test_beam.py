"""Beam search and sampling: against hand-worked trees, enumeration, and a beam written without tensors."""

import json
import math
from dataclasses import asdict
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import seq2seq
from course_lib.batching import encode_sources
from course_lib.finite import NotFiniteError
from course_lib.models import bahdanau2014
from course_lib.search import BeamResult, Scoring, beam, forced, greedy, sample, tempered_probabilities
from course_lib.search.tree import Node
from course_lib.vocabulary import BOS, EOS, PAD, UNK
from tests.oracles.models import ATTENDING, MAKERS, PAIRS, SOURCE, TARGET, make
from tests.oracles.steps import WORDS, A, B, V, prefix_step, start, table


def drawn(seed):
    """Return a distribution and looks of a random model, each a pure function of the prefix."""

    def distribution(prefix):
        return np.random.default_rng([seed, 0, *prefix]).dirichlet(np.ones(V))

    def looks(prefix):
        return np.array([*np.random.default_rng([seed, 1, *prefix]).dirichlet(np.ones(3)), 0.0])

    return distribution, looks


COVERED = torch.tensor([[True, True, False, False]])  # two words, </s>, padding


def worth(sentence, words, ended, model, alpha, beta):
    """Return log-probability and score of one sentence, written out from eq. 14 of Wu et al."""
    distribution, looks = model
    given_words = [*words, EOS] if ended else list(words)
    prefixes = [(sentence, BOS, *given_words[:i]) for i in range(len(given_words))]
    log_prob = sum(math.log(distribution(prefix)[word]) for prefix, word in zip(prefixes, given_words, strict=True))
    seen = [sum(looks(prefix)[j] for prefix in prefixes) for j in range(2)]
    penalty = beta * sum(math.log(min(total, 1.0)) for total in seen)
    return log_prob, log_prob / ((5 + len(given_words)) ** alpha / 6**alpha) + penalty


def plain_beam(sentence, model, width, limit, alpha, beta):
    """Return (words, finished, score) best first: no tensors, no tree, and no early stop."""
    running, finished = [()], []
    for length in range(limit + 1):
        extended = [(*words, word) for words in running for word in (*WORDS, EOS)]
        log_prob = {words: worth(sentence, words, False, model, 0, 0)[0] for words in extended}
        kept = sorted(extended, key=lambda words: -log_prob[words])[:width]
        ended = [words[:-1] for words in kept if words[-1] == EOS]
        finished += ended
        if length < limit:
            running = [words for words in kept if words[-1] != EOS]
    unfinished = [words for words in running if words not in finished]
    ranked = []
    for group, end in ((finished, True), (unfinished, False)):
        scored = [(words, end, worth(sentence, words, end, model, alpha, beta)[1]) for words in group]
        ranked += sorted(scored, key=lambda found: -found[2])
    return ranked


def found_by(result):
    return [(h.tokens, h.finished, score) for h, score in zip(result.hypotheses, result.scores, strict=True)]


def assert_same(found, expected):
    assert [f[:2] for f in found] == [e[:2] for e in expected]
    assert [f[2] for f in found] == pytest.approx([e[2] for e in expected], rel=1e-4, abs=1e-5)


MISLEADING = {BOS: {A: 0.6, B: 0.4}, A: {B: 0.55, EOS: 0.45}, B: {EOS: 0.9, A: 0.1}}


def search_misleading(width, **options):
    step, calls = prefix_step(table(MISLEADING))
    (result,) = beam(step, start([0], width), 1, width, 3, **options)
    return result, calls


def test_a_beam_of_two_finds_what_greedy_misses():
    """Greedy takes A (0.6) and pays for it: A B is 0.297. B alone is 0.36, the best there is."""
    step, _ = prefix_step(table(MISLEADING))
    (first,) = greedy(step, start([0], 1), 1, 3)
    assert first.tokens == (A, B) and first.log_prob == pytest.approx(math.log(0.297), rel=1e-6)
    result, _ = search_misleading(2)
    (best,) = result.hypotheses
    assert best.tokens == (B,) and best.finished and best.log_prob == pytest.approx(math.log(0.36), rel=1e-6)


def test_the_tree_holds_every_step_as_worked_by_hand():
    result, _ = search_misleading(2)
    rows = [(n.token, n.parent, n.depth, n.fate, round(math.exp(n.total), 4)) for n in result.tree]
    assert rows == [
        (BOS, None, 0, "kept", 1.0),
        (A, 0, 1, "kept", 0.6),
        (B, 0, 1, "kept", 0.4),
        (EOS, 2, 2, "finished", 0.36),
        (B, 1, 2, "kept", 0.33),
        (EOS, 1, 2, "pruned", 0.27),
        (A, 2, 2, "pruned", 0.04),
    ]
    assert [round(math.exp(n.log_prob), 4) for n in result.tree] == [1.0, 0.6, 0.4, 0.9, 0.55, 0.45, 0.1]
    assert result.ends == (3,) and [node.token for node in result.path(3)] == [B, EOS]


@settings(deadline=None, max_examples=10)
@given(width=st.integers(1, 5), limit=st.integers(1, 4), seed=st.integers(0, 10**6))
def test_a_step_shows_twice_the_width_and_keeps_the_width_of_them(width, limit, seed):
    """What was pruned is there to be seen, the best of it and no more; the root is the start, worth nothing."""
    (result,) = beam(prefix_step(drawn(seed)[0])[0], start([0], width), 1, width, limit)
    assert result.tree[0] == Node(BOS, None, 0, 0.0, 0.0, 0.0, "kept")
    running = 1
    for depth in range(1, max(node.depth for node in result.tree) + 1):
        nodes = [node for node in result.tree if node.depth == depth]
        assert len(nodes) == min(2 * width, (len(WORDS) + 1) * running)
        taken = [node for node in nodes if node.fate != "pruned"]
        running = sum(node.fate == "kept" for node in nodes)
        if depth <= limit:
            assert len(taken) == min(width, len(nodes)) and nodes[: len(taken)] == taken
        assert [node.total for node in nodes] == sorted((node.total for node in nodes), reverse=True)


@pytest.mark.parametrize(
    ("alpha", "words", "steps"), [(0.0, (B,), 2), (0.28, (B,), 2), (0.45, (B,), 3), (1.0, (B,), 3), (2.0, (A, B), 3)]
)
def test_length_normalisation_by_hand_and_no_step_more_than_the_bound_asks_for(alpha, words, steps):
    """B scores ln 0.36 / (7/6)^α, A B scores ln 0.297 / (8/6)^α: the longer one wins from α ≈ 1.3 on.

    α = 0: after two steps A B … (0.33) cannot pass 0.36. α = 1: it could, ln 0.33 / (9/6) > ln 0.36 / (7/6),
    and then only A B A … (0.033) runs. α = 2: the third step brings the winner and the end. From α ≈ 0.33 on it could
    with four words, </s> among them; with a fifth, which there is no room for, from 0.23 on, with three from 0.61 on.
    """
    result, calls = search_misleading(2, length_normalisation=alpha)
    probability, length = {(B,): (0.36, 2), (A, B): (0.297, 3)}[words]
    assert result.hypotheses[0].tokens == words
    assert result.scores[0] == pytest.approx(math.log(probability) / ((5 + length) / 6) ** alpha, rel=1e-6)
    assert len(calls) == steps


def test_the_coverage_penalty_by_hand():
    """B leaves 0.6 of the second word unseen, β ln 0.4; A B has seen all, more than once even."""
    looks = {(BOS,): (0.9, 0.1), (BOS, B): (0.7, 0.3), (BOS, A): (0.2, 0.8), (BOS, A, B): (0.1, 0.9)}
    step, _ = prefix_step(table(MISLEADING), lambda prefix: [*looks.get(prefix[1:], (0.5, 0.5)), 0.0, 0.0])
    for beta, words in ((0.2, (B,)), (0.25, (A, B))):
        results = beam(step, start([0], 2), 1, 2, 3, coverage_penalty=beta, source_words=COVERED, n_best=2)
        scores = {h.tokens: score for h, score in zip(results[0].hypotheses, results[0].scores, strict=True)}
        assert results[0].hypotheses[0].tokens == words
        assert scores[(B,)] == pytest.approx(math.log(0.36) + beta * math.log(0.4), rel=1e-5)
        assert scores[(A, B)] == pytest.approx(math.log(0.297), rel=1e-5)


def test_a_word_that_nobody_looked_at_costs_much_but_not_everything():
    coverage = torch.tensor([[0.0, 1.0], [0.0, 0.5]])
    penalties = Scoring(0.0, 1.0).coverage_penalty(coverage, torch.ones(2, 2, dtype=torch.bool))
    assert torch.isfinite(penalties).all() and -90 < penalties[0] < -80 and penalties[1] < penalties[0]


MODELS = {"seed": st.integers(0, 10**6), "alpha": st.floats(0, 2), "beta": st.floats(0, 1)}


@settings(deadline=None, max_examples=15)
@given(**MODELS)
def test_a_beam_as_wide_as_the_space_is_exhaustive_search(seed, alpha, beta):
    model, limit, n_best = drawn(seed), 3, 4
    everything = [words for n in range(limit + 1) for words in product(WORDS, repeat=n)]
    scored = [(words, True, worth(0, words, True, model, alpha, beta)[1]) for words in everything]
    width = 4 * len(WORDS) ** limit
    (result,) = beam(
        prefix_step(*model)[0],
        start([0], width),
        1,
        width,
        limit,
        length_normalisation=alpha,
        coverage_penalty=beta,
        source_words=COVERED,
        n_best=n_best,
    )
    assert_same(found_by(result), sorted(scored, key=lambda found: -found[2])[:n_best])


@settings(deadline=None, max_examples=40)
@given(width=st.integers(1, 5), limit=st.integers(1, 5), n_best=st.integers(1, 5), **MODELS)
def test_batched_and_stopped_early_a_beam_finds_what_a_plain_one_finds_at_the_limit(
    width, limit, n_best, seed, alpha, beta
):
    """The stop rule is exact: the plain beam has none. Three sentences share a batch."""
    model, n_best = drawn(seed), min(width, n_best)
    results = beam(
        prefix_step(*model)[0],
        start(range(3), width),
        3,
        width,
        limit,
        length_normalisation=alpha,
        coverage_penalty=beta,
        source_words=COVERED.expand(3, -1),
        n_best=n_best,
    )
    for sentence, result in enumerate(results):
        assert_same(found_by(result), plain_beam(sentence, model, width, limit, alpha, beta)[:n_best])


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10**6), limit=st.integers(1, 6), alpha=st.floats(0, 2))
def test_a_beam_of_one_is_greedy_to_the_last_bit(seed, limit, alpha):
    distribution, _ = drawn(seed)
    expected = greedy(prefix_step(distribution)[0], start(range(3), 1), 3, limit)
    results = beam(prefix_step(distribution)[0], start(range(3), 1), 3, 1, limit, length_normalisation=alpha)
    assert [result.hypotheses for result in results] == [(hypothesis,) for hypothesis in expected]


@pytest.mark.parametrize("name", MAKERS)
def test_a_beam_of_one_is_greedy_for_every_model(name):
    model, sources = make(name).float(), [pair.source for pair in PAIRS]
    results = model.beam_search(sources, width=1, max_length=6)
    assert [model.in_words(result.hypotheses[0]) for result in results] == model.translate(sources, max_length=6)


@pytest.mark.parametrize("name", MAKERS)
def test_every_hypothesis_of_every_model_has_the_probability_that_forced_decoding_gives_it(name):
    """What moves with a hypothesis (state, h̃, coverage) and what stays (the source) are both right."""
    model = make(name)
    results = model.beam_search([pair.source for pair in PAIRS], 4, 5, length_normalisation=0.6, n_best=4)
    for pair, result in zip(PAIRS, results, strict=True):
        assert len(result.hypotheses) == 4
        for hypothesis in result.hypotheses:
            words = [*hypothesis.tokens, EOS] if hypothesis.finished else list(hypothesis.tokens)
            step, state = model.stepper(*encode_sources([pair.source], SOURCE))
            log_prob = forced(step, state, torch.tensor([words])).sum().item()
            assert hypothesis.log_prob == pytest.approx(log_prob, rel=1e-5)


@pytest.mark.parametrize("name", MAKERS)
def test_a_beam_does_not_change_with_the_batch_mates(name):
    model = make(name)
    options = {"length_normalisation": 0.8, "coverage_penalty": 0.3 if name in ATTENDING else 0.0, "n_best": 3}
    together = model.beam_search([pair.source for pair in PAIRS], 3, 6, **options)
    for pair, result in zip(PAIRS, together, strict=True):
        (alone,) = model.beam_search([pair.source], 3, 6, **options)
        assert_same(found_by(result), found_by(alone))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
def test_a_gpu_finds_what_the_cpu_finds():
    for name in MAKERS:
        model, sources = make(name), [pair.source for pair in PAIRS]
        options = {"length_normalisation": 0.8, "coverage_penalty": 0.3 if name in ATTENDING else 0.0, "n_best": 3}
        expected = model.beam_search(sources, 3, 6, **options)
        for result, there in zip(expected, model.cuda().beam_search(sources, 3, 6, **options), strict=True):
            assert_same(found_by(there), found_by(result))


def test_what_never_ends_is_reported_and_keeps_all_its_words():
    step, _ = prefix_step(table({BOS: {A: 0.5, B: 0.5}, A: {A: 1.0}, B: {B: 1.0}}))
    (result,) = beam(step, start([0], 2), 1, 2, 3, n_best=2)
    assert {h.tokens for h in result.hypotheses} == {(A, A, A), (B, B, B)}
    assert not any(h.finished for h in result.hypotheses)
    assert [h.log_prob for h in result.hypotheses] == pytest.approx([math.log(0.5)] * 2)


def test_what_has_ended_ranks_before_what_has_not():
    step, _ = prefix_step(table({BOS: {A: 0.9, EOS: 0.1}, A: {A: 0.99, EOS: 0.01}}))
    (result,) = beam(step, start([0], 2), 1, 2, 2, n_best=2)
    assert [(h.tokens, h.finished) for h in result.hypotheses] == [((), True), ((A,), True)]
    (result,) = beam(step, start([0], 4), 1, 4, 2, n_best=4)
    assert [(h.tokens, h.finished) for h in result.hypotheses] == [((), True), ((A,), True), ((A, A), True)]
    step, _ = prefix_step(table({BOS: {A: 0.9, EOS: 0.1}, A: {A: 1.0}}))
    (result,) = beam(step, start([0], 2), 1, 2, 2, n_best=2)
    assert [(h.tokens, h.finished) for h in result.hypotheses] == [((), True), ((A, A), False)]


def test_padding_and_the_start_token_are_never_chosen():
    step, _ = prefix_step(lambda prefix: [0.4, 0.4, 0.01 if len(prefix) < 4 else 0.1, 0.0, 0.1, 0.0])
    (result,) = beam(step, start([0], 4), 1, 4, 5, length_normalisation=1.0)
    assert not {node.token for node in result.tree[1:]} & {PAD, BOS}
    assert result.tree[1].log_prob == pytest.approx(math.log(0.1 / 0.91), rel=1e-5)


def test_translate_takes_the_best_hypothesis_and_leaves_dropout_as_it_was():
    model, sources = make("bahdanau"), [pair.source for pair in PAIRS]
    best = [model.in_words(result.hypotheses[0]) for result in model.beam_search(sources, 4, length_normalisation=1.0)]
    assert model.translate(sources, beam=4, length_normalisation=1.0) == best
    wet = bahdanau2014(SOURCE, TARGET, embedding=5, hidden=6, dropout=0.5).train()
    assert wet.translate(sources, beam=3) == wet.translate(sources, beam=3) and wet.training


def test_a_search_that_is_told_nothing_is_narrow_and_has_no_penalty():
    """A default that moved would change every translation of the course, and none of its calls."""
    model, sources = make("bahdanau"), [pair.source for pair in PAIRS]
    none = {"length_normalisation": 0.0, "coverage_penalty": 0.0}
    greedily = model.translate(sources)
    assert greedily == model.translate(sources, None, "error", beam=1, **none)
    assert greedily != model.translate(sources, beam=2)
    found = model.beam_search(sources, 3)
    assert found == model.beam_search(sources, 3, None, "error", **none, n_best=1)
    assert found != model.beam_search(sources, 3, coverage_penalty=1.0)


def test_what_is_asked_of_a_search_arrives_there_and_nothing_else(monkeypatch):
    model, source, asked = make("bahdanau"), PAIRS[0].source, {}

    def heard(*given, **named):
        asked.update(named, width=given[2])
        return []

    monkeypatch.setattr(seq2seq, "beam", heard)
    monkeypatch.setattr(seq2seq, "exact", heard)
    model.translate([source], beam=3)
    assert (asked["length_normalisation"], asked["coverage_penalty"], asked["n_best"]) == (0.0, 0.0, 1)
    model.translate([source], beam=3, length_normalisation=0.5, coverage_penalty=0.25)
    assert (asked["length_normalisation"], asked["coverage_penalty"], asked["n_best"]) == (0.5, 0.25, 1)
    model.exact_search([source])
    assert (asked["width"], asked["length_normalisation"], asked["budget"]) == (1, 0.0, 100_000)
    model.exact_search([("the", "zebra")], 2, 2, "unk", length_normalisation=0.75, budget=7)
    assert (asked["width"], asked["length_normalisation"], asked["budget"]) == (2, 0.75, 7)


def test_the_words_to_cover_are_those_of_each_source_and_neither_its_end_nor_padding(monkeypatch):
    handed = {}
    monkeypatch.setattr(seq2seq, "beam", lambda *_, **named: handed.update(named) or [])
    make("bahdanau").beam_search([pair.source for pair in PAIRS], 2, coverage_penalty=0.5)
    longest = max(len(pair.source) for pair in PAIRS) + 1
    assert handed["source_words"].tolist() == [[k < len(pair.source) for k in range(longest)] for pair in PAIRS]


def test_options_that_make_no_sense_are_told_why():
    step, _ = prefix_step(table(MISLEADING))
    for options, message in (
        ({"width": 0}, "width: expected 1 or more, got 0"),
        ({"max_length": 0}, "max_length: expected 1 or more"),
        ({"n_best": 3}, "n_best: a beam of 2 promises 2"),
        ({"n_best": 0}, "n_best: expected 1 or more, got 0"),
        ({"length_normalisation": -1.0}, "length_normalisation: expected a number of 0 or more"),
        ({"coverage_penalty": math.inf}, "coverage_penalty: expected a number of 0 or more"),
        ({"coverage_penalty": 0.1}, "source_words"),
        ({"coverage_penalty": 0.1, "source_words": COVERED}, "no attention weights"),
    ):
        with pytest.raises(ValueError, match=message):
            beam(step, start([0], 2), 1, **{"width": 2, "max_length": 3, **options})
    for translate in (make("cho").translate, make("bahdanau").translate):
        with pytest.raises(ValueError, match="coverage_penalty"):
            translate([PAIRS[0].source], coverage_penalty=-1.0)
    for ask, message in (
        (lambda: make("bahdanau").translate([["cat"]], beam=0), "beam: expected 1 or more, got 0"),
        (lambda: make("bahdanau").beam_search([["cat"]], "two"), "width: expected a whole number"),
        (lambda: make("bahdanau").exact_search([["cat"]], "two"), "width: expected a whole number"),
    ):
        with pytest.raises(ValueError, match=message):
            ask()
    step = prefix_step(table(MISLEADING))[0]

    def bare(previous, state):
        """Step as one that has never heard of weights."""
        output = step(previous, state)
        return SimpleNamespace(logits=output.logits, state=output.state)

    with pytest.raises(ValueError, match="no attention weights"):
        beam(bare, start([0], 2), 1, 2, 3, coverage_penalty=0.1, source_words=COVERED)


@pytest.mark.parametrize(("broken", "depth"), [(BOS, 1), (B, 2)])
def test_a_nan_is_seen_at_once_though_other_hypotheses_are_healthy(broken, depth):
    healthy = table(MISLEADING)
    step, _ = prefix_step(lambda prefix: [math.nan] * V if prefix[-1] == broken else healthy(prefix))
    with pytest.raises(NotFiniteError, match=f"of word {depth}"):
        beam(step, start([0], 3), 1, 3, 3)


@pytest.mark.parametrize("limit", [2, 3])
def test_a_beam_that_no_word_can_follow_says_where_it_ended(limit):
    step, _ = prefix_step(table({BOS: {A: 1.0}, A: {PAD: 1.0}}))
    with pytest.raises(ValueError, match=r"After 1 word\(s\) every next word has probability 0"):
        beam(step, start([0], 2), 1, 2, limit)
    (result,) = beam(step, start([0], 2), 1, 2, 1)  # here the limit came first
    assert result.hypotheses[0].tokens == (A,) and not result.hypotheses[0].finished


def test_what_can_only_be_as_good_as_the_best_makes_no_step():
    step, calls = prefix_step(table({BOS: {EOS: 0.5, A: 0.5}}))
    (result,) = beam(step, start([0], 2), 1, 2, 3)
    assert result.hypotheses[0].tokens == () and len(calls) == 1


def test_a_score_that_is_told_nothing_is_the_log_probability():
    assert Scoring() == Scoring(alpha=0.0, beta=0.0)
    assert Scoring().score(-3.0, 7) == -3.0


def test_a_result_comes_back_from_its_record():
    result, _ = search_misleading(2, n_best=2)
    assert BeamResult.from_record(json.loads(json.dumps(asdict(result)))) == result


def chi_squared(observed, probabilities):
    expected = np.asarray(probabilities) * sum(observed)
    return float(((np.asarray(observed) - expected) ** 2 / expected).sum())


@pytest.mark.parametrize("temperature", [1.0, 0.5, 3.0])
def test_sentences_are_drawn_as_often_as_they_are_probable(temperature):
    """The limit is the 0.999 quantile of χ² with three degrees of freedom."""
    rows = {BOS: {PAD: 0.2, A: 0.5, B: 0.3}, A: {EOS: 0.4, B: 0.6}, B: {EOS: 0.7, UNK: 0.3}, UNK: {EOS: 1.0}}
    sharp = {row: {w: p ** (1 / temperature) for w, p in words.items() if w != PAD} for row, words in rows.items()}
    sharp = {row: {w: p / sum(words.values()) for w, p in words.items()} for row, words in sharp.items()}
    sentences = [(A,), (B,), (B, UNK)]
    probabilities = [math.prod(sharp[r][w] for r, w in zip((BOS, *s), (*s, EOS), strict=True)) for s in sentences]
    size = 4000
    hypotheses = sample(
        prefix_step(table(rows))[0], start(range(size), 1), size, 5, temperature, torch.Generator().manual_seed(3)
    )
    counts = [sum(h.tokens == s for h in hypotheses) for s in sentences]
    assert chi_squared([*counts, size - sum(counts)], [*probabilities, 1 - sum(probabilities)]) < 16.27
    # the log-probability is the model's own: temperature and forbidden words do not enter
    one = next(h for h in hypotheses if h.tokens == (A,))
    assert one.finished and one.log_prob == pytest.approx(math.log(0.5 * 0.4), rel=1e-5)


@pytest.mark.parametrize("temperature", [1e-5, 1e-30])
def test_near_temperature_zero_sampling_is_greedy(temperature):
    distribution, _ = drawn(11)
    cold = sample(prefix_step(distribution)[0], start(range(20), 1), 20, 6, temperature)
    assert cold == greedy(prefix_step(distribution)[0], start(range(20), 1), 20, 6)


def test_sampling_repeats_with_its_generator_and_watches_its_steps():
    distribution, _ = drawn(5)
    seen = []

    def draw(seed):
        generator = torch.Generator().manual_seed(seed)
        step, state = prefix_step(distribution)[0], start([0], 1)
        return sample(step, state, 1, 6, 1.0, generator, on_step=lambda output, words: seen.append(int(words)))[0]

    first = draw(1)
    as_it_is = sample(prefix_step(distribution)[0], start([0], 1), 1, 6, generator=torch.Generator().manual_seed(1))
    assert as_it_is == [first]  # without a word about the temperature it is 1
    assert tuple(seen[: len(first.tokens)]) == first.tokens
    assert draw(1) == first
    assert len({draw(seed).tokens for seed in range(20)}) > 5


@pytest.mark.parametrize("temperature", [0.0, -1.0, math.nan])
def test_no_temperature_at_all_is_greedys_business(temperature):
    with pytest.raises(ValueError, match="use greedy"):
        sample(prefix_step(table(MISLEADING))[0], start([0], 1), 1, 3, temperature)


@pytest.mark.parametrize("temperature", [0.25, 1.0, 3.0])
def test_a_temperature_is_a_power_of_the_probabilities(temperature):
    """By NumPy, row by row, in double precision; a word that cannot be drawn stays so."""
    probabilities = np.random.default_rng(4).dirichlet(np.full(7, 0.5), size=3)
    probabilities[1, 2] = 0.0
    found = tempered_probabilities(torch.tensor(probabilities).log(), temperature).numpy()
    powers = probabilities ** (1 / temperature)
    assert found == pytest.approx(powers / powers.sum(-1, keepdims=True), rel=1e-9)
    assert found[1, 2] == 0


def test_what_is_drawn_is_drawn_from_the_tempered_probabilities():
    """Number by number: the draw is that of the function that figures show."""
    probabilities = torch.tensor([[0.05, 0.1, 0.2, 0.3, 0.05, 0.3]])
    wanted = tempered_probabilities(
        torch.log_softmax(probabilities.log(), -1).index_fill(-1, torch.tensor([PAD, BOS]), -torch.inf), 0.4
    )
    drawn_by_hand = torch.multinomial(wanted.expand(50, -1), 1, generator=torch.Generator().manual_seed(8)).squeeze(-1)
    words = sample(
        prefix_step(lambda prefix: probabilities[0].tolist())[0],
        start([0] * 50, 1),
        50,
        1,
        0.4,
        torch.Generator().manual_seed(8),
    )
    assert [found.tokens or (EOS,) for found in words] == [(int(word),) for word in drawn_by_hand]


def test_no_distribution_has_a_temperature_of_nought():
    with pytest.raises(ValueError, match="temperature: expected"):
        tempered_probabilities(torch.zeros(1, 3), 0.0)
    with pytest.raises(ValueError, match="NaN"):
        tempered_probabilities(torch.tensor([[0.0, math.nan]]), 1.0)
