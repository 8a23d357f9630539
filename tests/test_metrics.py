"""Scores that stay plausible while they count the wrong thing."""

import math
from collections import Counter
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.alignment import argmax_links
from course_lib.metrics import (
    aer,
    bleu,
    exact_match,
    length_ratio,
    paired_difference,
    perplexity,
    rank_correlation,
    word_balance,
)


def test_perplexity_of_a_uniform_guess_is_the_size_of_the_vocabulary() -> None:
    tokens, V = 17, 411
    assert perplexity(tokens * math.log(V), tokens).value == pytest.approx(V)


def test_perplexity_is_a_mean_over_tokens_not_over_batches() -> None:
    # A batch of 9 tokens at ln 2 nats each, a batch of 1 token at ln 1024 nats.
    whole = perplexity(9 * math.log(2) + math.log(1024), 10)
    assert whole.value == pytest.approx(2 ** ((9 * 1 + 10) / 10))
    assert whole.value != pytest.approx(2 ** ((1 + 10) / 2))
    assert whole.n == 10
    assert perplexity(0.0, 1).value == 1  # a model that is sure, and right


def test_perplexity_of_a_hopeless_model_is_infinite_and_no_crash() -> None:
    assert perplexity(1e6, 1).value == math.inf


@pytest.mark.parametrize(("nats", "tokens"), [(1.0, 0), (math.nan, 3), (-1.0, 3)])
def test_perplexity_refuses_what_is_no_likelihood(nats: float, tokens: int) -> None:
    with pytest.raises(ValueError, match=r"Expected|expected"):
        perplexity(nats, tokens)


def test_exact_match_wants_the_whole_sentence() -> None:
    references = [("a", "b"), ("a", "b"), ("a", "b"), ("a", "b")]
    hypotheses = [["a", "b"], ["a"], ["a", "b", "c"], ["b", "a"]]
    score = exact_match(hypotheses, references)
    assert (score.value, score.n) == (25.0, 4)


def test_a_lost_sentence_is_an_error_not_a_shorter_corpus() -> None:
    for metric in (exact_match, bleu, length_ratio):
        with pytest.raises(ValueError, match=r"1 hypotheses, 2 references"):
            metric([["a"]], [["a"], ["b"]])
        with pytest.raises(ValueError, match=r"nothing to score"):
            metric([], [])


def test_a_sentence_given_as_a_string_is_not_scored_letter_by_letter() -> None:
    for metric in (exact_match, bleu, length_ratio):
        for sides in ((["the cat"], [["the", "cat"]]), ([["the", "cat"]], ["the cat"])):
            with pytest.raises(ValueError, match=r"sequence of words; got the string 'the cat'"):
                metric(*sides)


def test_every_score_takes_up_to_a_hundred_thousand_resamplings() -> None:
    words, links, numbers = [["a"]], [{(0, 0)}], [1, 2]
    for metric, sides in (
        (exact_match, (words, words)),
        (length_ratio, (words, words)),
        (word_balance, (words, words)),
        (paired_difference, ("1", "0")),
        (aer, (links, links, links)),
        (rank_correlation, (numbers, numbers)),
    ):
        metric(*sides, bootstrap=100_000)  # of so few nothing is drawn
        for bootstrap, message in ((100_001, "at most 100,000"), (-1, "0 or more")):
            with pytest.raises(ValueError, match=f"bootstrap: expected {message}"):
                metric(*sides, bootstrap=bootstrap)
    with pytest.raises(ValueError, match="bootstrap: expected at most 100,000"):
        bleu(words, words, bootstrap=100_001)


def _bleu_by_definition(hypotheses: list[list[str]], references: list[list[str]]) -> float:
    """Papineni et al. (2002), one reference, by counting; no smoothing: every order must match."""
    log_precision = 0.0
    for order in range(1, 5):
        matched = total = 0
        for ours, theirs in zip(hypotheses, references, strict=True):
            grams, allowed = (Counter(zip(*(s[k:] for k in range(order)), strict=False)) for s in (ours, theirs))
            matched += sum(min(count, allowed[gram]) for gram, count in grams.items())
            total += sum(grams.values())
        log_precision += math.log(matched / total) / 4
    c, r = sum(map(len, hypotheses)), sum(map(len, references))
    return 100 * min(1, math.exp(1 - r / c)) * math.exp(log_precision)


def test_bleu_equals_the_definition_counted_by_hand() -> None:
    references = [["the", "cat", "sat", "on", "the", "mat", "."], ["he", "reads", "the", "old", "book", "."]]
    hypotheses = [["the", "cat", "sat", "on", "the", "the", "."], ["he", "reads", "the", "old", "."]]
    score = bleu(hypotheses, references)
    assert score.value == pytest.approx(_bleu_by_definition(hypotheses, references))
    assert 0 < score.value < 100
    assert "tok:none" in score.signature and "bs:" not in score.signature
    assert score.n == 2


def test_bleu_equals_sacrebleus_own_published_case() -> None:
    # sacrebleu, tests of the 13a tokeniser: README example, three sentences, one reference each.
    references = ["The dog bit the man.", "It was not unexpected.", "The man bit him first."]
    hypotheses = ["The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."]
    assert bleu(hypotheses, references, tokenize="13a").value == pytest.approx(45.07, abs=0.01)


def test_bleu_keeps_words_as_they_are_given() -> None:
    # 13a would split "l'eau," into two tokens, one of them right.
    words, wrong = [["l'eau,", "est", "froide", "ici", "."]], [["l'eau!", "est", "froide", "ici", "."]]
    assert bleu(words, wrong).value == pytest.approx(_bleu_by_definition(words, wrong))
    blank_inside = [["pas", "du", "tout", "!\u202fnon", "."]]
    split_there = [["pas", "du", "tout", "!", "non", "."]]
    assert bleu(blank_inside, split_there).value < 100


def test_an_empty_hypothesis_counts_and_costs() -> None:
    references = [["a", "b", "c", "d"], ["a", "b", "c", "d"]]
    with_gap = bleu([["a", "b", "c", "d"], []], references)
    assert with_gap.value == pytest.approx(100 * math.exp(1 - 8 / 4))
    assert bleu([[], []], references).value == 0


def test_bootstrap_interval_holds_the_score() -> None:
    references = [list("abcdef")] * 20 + [list("uvwxyz")] * 20
    score = bleu([list("abcdef")] * 20 + [list("uvwxab")] * 20, references, bootstrap=200)
    assert score.interval is not None
    low, high = score.interval
    assert low < score.value < high
    assert "bs:200" in score.signature
    assert f"[{low:.1f}, {high:.1f}]" in str(score)


def test_unknown_options_of_bleu_are_named() -> None:
    with pytest.raises(ValueError, match=r"tokenize: expected one of '13a'.*got '14a'"):
        bleu([["a"]], [["a"]], tokenize="14a")
    with pytest.raises(ValueError, match=r"bootstrap"):
        bleu([["a"]], [["a"]], bootstrap=-1)
    with pytest.raises(ValueError, match=r"raw strings"):
        bleu([["a"]], [["a"]], tokenize="13a")
    with pytest.raises(ValueError, match=r"cannot be empty"):
        bleu([["a", ""]], [["a"]])


def test_a_score_prints_what_it_counted() -> None:
    score = exact_match([["a"]], [["a"]])
    assert str(score) == "exact match, % of sentences = 100.00 (n = 1)"
    assert f"{score:.0f}" == "100"
    assert float(score) == score.recorded == 100


def test_alignment_error_rate_of_a_case_worked_by_hand() -> None:
    # A = 4 links, S = 3, P = 5; |A ∩ S| = 2, |A ∩ P| = 3: AER = 1 − (2 + 3) / (4 + 3) = 2/7.
    sure = {(0, 0), (1, 1), (2, 2)}
    possible = sure | {(1, 2), (3, 2)}
    score = aer([{(0, 0), (1, 1), (1, 2), (3, 0)}], [sure], [possible])
    assert score.aer == pytest.approx(100 * 2 / 7)
    assert score.precision == pytest.approx(75)
    assert score.recall == pytest.approx(100 * 2 / 3)


def test_a_perfect_alignment_may_leave_out_what_is_only_possible() -> None:
    sure, possible = {(0, 0)}, {(0, 0), (1, 0)}
    assert aer([sure], [sure], [possible]).aer == pytest.approx(0)
    assert aer([possible], [sure], [possible]).aer == pytest.approx(0)


def test_aer_sums_counts_over_the_corpus_before_dividing() -> None:
    links = [{(0, 0)}, {(0, 1), (1, 2), (2, 3)}]
    gold = [{(0, 0)}, {(0, 0), (1, 1), (2, 2)}]
    assert aer(links, gold, gold).aer == pytest.approx(75)  # not (0 + 100) / 2


GRID = list(product(range(3), range(3)))
LINKS = st.frozensets(st.sampled_from(GRID))


@given(st.lists(st.tuples(LINKS, LINKS, LINKS), min_size=1, max_size=4))
def test_aer_equals_counting_every_cell_of_every_grid(pairs: list[tuple[frozenset, frozenset, frozenset]]) -> None:
    links, sure = [a for a, _, _ in pairs], [s for _, s, _ in pairs]
    possible = [s | p for _, s, p in pairs]
    cells = [(c in a, c in s, c in p) for a, s, p in zip(links, sure, possible, strict=True) for c in GRID]
    denominator = sum(a + s for a, s, _ in cells)
    if not denominator:
        with pytest.raises(ValueError, match=r"0/0"):
            aer(links, sure, possible)
        return
    score = aer(links, sure, possible)
    assert score.aer == pytest.approx(100 - 100 * sum((a and s) + (a and p) for a, s, p in cells) / denominator)
    proposed, wanted = sum(a for a, _, _ in cells), sum(s for _, s, _ in cells)
    assert math.isnan(score.precision) == (proposed == 0)
    assert math.isnan(score.recall) == (wanted == 0)
    if proposed:
        assert score.precision == pytest.approx(100 * sum(a and p for a, _, p in cells) / proposed)
    if wanted:
        assert score.recall == pytest.approx(100 * sum(a and s for a, s, _ in cells) / wanted)


def test_each_pair_has_its_links_on_all_three_sides() -> None:
    link = {(0, 0)}
    for counts in ((1, 2, 2), (2, 1, 2), (2, 2, 1)):
        with pytest.raises(ValueError, match="{} links, {} sure, {} possible".format(*counts)):
            aer(*([link] * count for count in counts))
    with pytest.raises(ValueError, match="nothing to score: got 0 links, 0 sure, 0 possible"):
        aer([], [], [])


def test_gold_links_must_nest() -> None:
    with pytest.raises(ValueError, match=r"Pair 0: sure links .* \[\(1, 1\)\]"):
        aer([{(0, 0)}], [{(0, 0), (1, 1)}], [{(0, 0)}])


def test_links_point_from_source_to_target_and_never_at_the_end_of_sentence() -> None:
    # Three source words and </s> (columns), three target words and </s> (rows).
    weights = np.array([[0.1, 0.1, 0.7, 0.1], [0.6, 0.2, 0.1, 0.1], [0.1, 0.1, 0.1, 0.7], [0.9, 0.1, 0.0, 0.0]])
    assert argmax_links(weights, source_length=3) == {(2, 0), (0, 1)}
    assert argmax_links(weights[:2], source_length=3, target_length=2) == {(2, 0), (0, 1)}


def test_links_ignore_padding_beyond_the_lengths() -> None:
    weights = np.zeros((5, 6))
    weights[:2, :2] = np.eye(2)
    assert argmax_links(weights, source_length=2, target_length=2) == {(0, 0), (1, 1)}


def test_links_refuse_scores_and_lengths_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match=r"do not fit weights of 2 × 3"):
        argmax_links(np.ones((2, 3)), source_length=4)
    with pytest.raises(ValueError, match=r"axes"):
        argmax_links(np.ones((1, 2, 3)), source_length=1)
    with pytest.raises(ValueError, match=r"before the softmax"):
        argmax_links(np.array([[0.0, -np.inf]]), source_length=1)


def test_an_interval_is_as_wide_as_that_many_sentences_make_it() -> None:
    right = [["a"]] * 300 + [["b"]] * 100
    score = exact_match(right, [["a"]] * 400, bootstrap=4000)
    assert score.interval is not None
    low, high = score.interval
    spread = 1.96 * (0.75 * 0.25 / 400) ** 0.5 * 100  # the binomial's, by hand
    assert high - low == pytest.approx(2 * spread, rel=0.08) and (low + high) / 2 == pytest.approx(75, abs=0.5)
    assert exact_match(right, [["a"]] * 400).interval is None


def test_an_interval_of_aer_holds_its_value() -> None:
    links = [{(0, 0), (1, 1)}, {(0, 0), (1, 0)}, {(0, 1), (1, 1)}] * 40
    gold = [{(0, 0), (1, 1)}] * 120
    score = aer(links, gold, gold, bootstrap=1000)
    assert score.interval is not None
    assert score.interval[0] < score.aer < score.interval[1] < score.interval[0] + 12
    assert aer(gold, gold, gold, bootstrap=100).interval == (0, 0)
    with pytest.raises(ValueError, match="bootstrap: expected 0 or more, got -"):
        aer(links, gold, gold, bootstrap=-1)


@pytest.mark.parametrize("bootstrap", [2, 3, 40])
def test_an_interval_lies_between_percentiles_of_every_draw_and_of_no_other(bootstrap: int) -> None:
    """Each draw written out sentence by sentence: one draw left out moves the ends of a short list."""
    right = [["a"], ["b"], ["a"], ["b"], ["a"], ["a"]]
    links = [{(0, 0)}, {(0, 0), (1, 1)}, set(), {(1, 0)}, {(0, 0), (2, 2)}, {(3, 3)}]
    sure = [{(0, 0)}, {(1, 1)}, {(0, 0), (2, 2)}, {(1, 0)}, {(0, 0)}, {(0, 3)}]
    possible = [s | {(2, 2)} for s in sure]
    matched, errors = [], []
    for draw in np.random.default_rng(0).multinomial(6, [1 / 6] * 6, size=bootstrap):
        drawn = [k for k, times in enumerate(draw) for _ in range(times)]
        matched.append(100 * np.mean([right[k] == ["a"] for k in drawn]))
        errors.append(aer(*([side[k] for k in drawn] for side in (links, sure, possible))).aer)
    found = exact_match(right, [["a"]] * 6, bootstrap).interval, aer(links, sure, possible, bootstrap).interval
    np.testing.assert_allclose(found, [np.percentile(values, (2.5, 97.5)) for values in (matched, errors)])


def test_only_draws_without_any_link_are_left_out_of_an_interval() -> None:
    """One link is right, one nobody wanted, one nobody proposed, and the fourth pair has none at all."""
    links, gold = [{(1, 1)}, {(0, 0)}, set(), set()], [{(1, 1)}, set(), {(2, 2)}, set()]
    for bootstrap in (*range(2, 30), 1500):
        drawn = [np.repeat(range(4), draw) for draw in np.random.default_rng(0).multinomial(4, [0.25] * 4, bootstrap)]
        kept = [draw for draw in drawn if set(draw) != {3}]
        errors = [aer(*([side[k] for k in draw] for side in (links, gold, gold))).aer for draw in kept]
        found = aer(links, gold, gold, bootstrap=bootstrap).interval
        np.testing.assert_allclose(found, np.percentile(errors, (2.5, 97.5)), atol=1e-9)
    assert len(kept) < len(drawn)
    assert any(set(draw) <= {1, 3} for draw in kept) and any(set(draw) <= {2, 3} for draw in kept)


def test_a_draw_in_which_nothing_is_proposed_is_all_error() -> None:
    """Both pairs once: A has one link, S two, one is right. The first twice: no error; the second twice: nothing."""
    links, gold = [{(1, 1)}, set()], [{(1, 1)}, {(2, 2)}]
    for bootstrap in range(2, 9):
        drawn = np.random.default_rng(0).multinomial(2, [0.5, 0.5], bootstrap)
        errors = [{2: 0.0, 1: 100 / 3, 0: 100.0}[int(first)] for first, _ in drawn]
        assert aer(links, gold, gold, bootstrap).interval == pytest.approx(np.percentile(errors, (2.5, 97.5)))


def test_two_draws_make_an_interval_and_one_does_not() -> None:
    words, links = [list("abcde"), list("abcdx")], [{(0, 0)}, {(1, 1)}]
    for bootstrap in (0, 1, 2):
        scores = (
            exact_match(words, words[::-1], bootstrap),
            bleu(words, words[::-1], bootstrap=bootstrap),
            aer(links, links[::-1], links[::-1], bootstrap),
        )
        assert [score.interval is not None for score in scores] == [bootstrap == 2] * 3
        alone = exact_match(words[:1], words[1:], bootstrap), bleu(words[:1], words[1:], bootstrap=bootstrap)
        assert [score.interval for score in (*alone, aer(links[:1], links[:1], links[:1], bootstrap))] == [None] * 3


def test_a_hundred_full_stops_as_words_bring_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    """sacrebleu takes them for a mistake; in this course words are split on purpose."""
    sentences = [["a", "b", "c", "."]] * 120
    assert bleu(sentences, sentences).value == pytest.approx(100)
    assert not caplog.records
