"""Nats that end up at another word, another sentence, or are divided too early."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib.corpora.pairs import SentencePair
from course_lib.finite import NotFiniteError
from course_lib.tracing import trace
from course_lib.word_scores import in_parts, score_run, score_words, share_answered
from tests.oracles.models import PAIRS, batch, make

# sentences of one source length whose targets differ in length: batches with padding, and an order that moves
MIXED = (
    *PAIRS,
    SentencePair(("the", "dog", "sees", "cats"), ("le", "chien", "noir", "voit", "les", "chats", "noir")),
    SentencePair(("black", "cat"), ("chat",)),
    SentencePair(("the", "black", "dog", "sleeps"), ("le", "chien", "dort")),
)
NAMES = ("fixed", "cho", "bahdanau-coverage", "luong-dot", "luong-local-p-feeding", "xu-over-words-hard")


@pytest.mark.parametrize("batch_size", [1, 2, 64])
@pytest.mark.parametrize("name", NAMES)
def test_a_word_gets_the_nats_of_another_sentence(name: str, batch_size: int) -> None:
    model = make(name)
    scores = score_words(model, MIXED, batch_size)
    assert (scores.looks is None) == (name in ("fixed", "cho"))
    for k, pair in enumerate(MIXED):
        seen = trace(model, pair.source, pair.target, top=1000)  # one sentence at a time, step by step
        expected, right = [], []
        for word, candidates in zip(seen.target, seen.candidates, strict=True):
            expected.append(-math.log(next(c.probability for c in candidates if c.token == word)))
            right.append(next(c.token for c in candidates if c.token not in ("<pad>", "<s>")) == word)
        np.testing.assert_allclose(scores.nats[k], expected, rtol=1e-4)
        assert scores.right[k].tolist() == right
        if scores.looks is not None:
            np.testing.assert_allclose(scores.looks[k], seen.weights, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_the_nats_of_all_words_are_the_loss(name: str) -> None:
    model = make(name)
    with torch.no_grad():
        loss = model.loss(batch(MIXED))
        run = score_run(model(batch(MIXED)), batch(MIXED))  # many source lengths in one batch: padding on both sides
    scores = score_words(model, MIXED)
    for found in (scores, run):
        assert sum(map(len, found.nats)) == loss.tokens
        assert sum(row.sum() for row in found.nats) == pytest.approx(float(loss.total))
    for row, alone in zip(run.nats, scores.nats, strict=True):
        np.testing.assert_allclose(row, alone, rtol=1e-6)
    if run.looks is not None:
        assert [rows.shape for rows in run.looks] == [(len(p.target) + 1, len(p.source) + 1) for p in MIXED]


def test_an_unknown_word_is_never_right_and_no_word_at_all_is_an_error() -> None:
    model = make("bahdanau")
    with torch.no_grad():
        model.decoder.readout.W_o.bias[3] = 1e6  # the model is sure: <unk>
    strange = [SentencePair(("the", "cat"), ("le", "lynx"))]
    with pytest.raises(ValueError, match="'lynx' is not among"):
        score_words(model, strange)
    scores = score_words(model, strange, unknown="unk")
    assert scores.nats[0][1] == 0 and not scores.right[0].any()
    with pytest.raises(ValueError, match="nothing to score: got no sentence pair"):
        score_words(model, [])


def test_padding_that_the_model_prefers_hides_a_right_word() -> None:
    model = make("luong-dot")
    with torch.no_grad():
        model.decoder.W_s.bias[:2] = 1e3  # <pad> and <s>, which search never offers
        model.decoder.W_s.bias[model.target_vocabulary.encode(["le"])[0]] = 500
    scores = score_words(model, MIXED)
    expected = [[word == "le" for word in (*pair.target, "</s>")] for pair in MIXED]
    assert [row.tolist() for row in scores.right] == expected


def test_scoring_leaves_the_model_in_training_mode_and_without_dropout_meanwhile() -> None:
    model = make("bahdanau")
    model.decoder.dropout.p = model.encoder.dropout.p = 0.5
    expected = score_words(model, MIXED)
    found = score_words(model.train(), MIXED)
    assert model.training and model.decoder.attention.training
    assert all(np.array_equal(a, b) for a, b in zip(found.nats, expected.nats, strict=True))
    assert all(row.dtype == np.float64 for row in found.nats)


@pytest.mark.parametrize("name", ["fixed", "bahdanau", "luong-general-hard"])
def test_the_nats_of_a_broken_model_are_no_numbers(name: str) -> None:
    model = make(name)
    with torch.no_grad():
        model.decoder.embedding.weight.fill_(math.nan)
    with pytest.raises(NotFiniteError, match="nats of the words"):
        score_words(model, MIXED)


def test_a_word_is_counted_in_another_part_of_its_sentence() -> None:
    five = [np.array([0.0, 1, 2, 3, 4, 8, 9])]
    assert in_parts(five, 5) == [[0], [1], [2], [3], [4]]  # the full stop and </s> left out
    assert in_parts(five, 7, leave_out=0) == [[0], [1], [2], [3], [4], [8], [9]]
    assert in_parts([*five, np.array([10.0, 11, 12, 13, 8, 9])], 2) == [[0, 1, 10, 11], [2, 3, 4, 12, 13]]
    # three words in five parts: their middles lie at 1/6, 3/6, 5/6
    assert in_parts([np.array([True, False, True])], 5, leave_out=0) == [[1.0], [], [0.0], [], [1.0]]


def test_a_sentence_too_short_to_have_parts_counts_nowhere() -> None:
    short = [np.array([]), np.array([7.0]), np.array([7.0, 8])]
    assert in_parts(short, 3) == [[], [], []] == in_parts([], 3)
    assert in_parts([np.array([5.0, 7, 8])], 3) == [[], [5.0], []]


@given(st.lists(st.integers(0, 30), max_size=5), st.integers(1, 12), st.integers(0, 3))
def test_a_word_is_lost_or_counted_twice_in_parts(lengths: list[int], parts: int, leave_out: int) -> None:
    values = [np.arange(n) + 100.0 * k for k, n in enumerate(lengths)]
    pooled = in_parts(values, parts, leave_out)
    kept = [float(x) for row in values for x in row[: max(0, len(row) - leave_out)]]
    assert sorted(value for part in pooled for value in part) == kept
    for number, part in enumerate(pooled):
        for value in part:
            k, i = divmod(int(value), 100)
            n = lengths[k] - leave_out
            assert number / parts <= (i + 0.5) / n <= (number + 1) / parts
    if leave_out == 0:
        counts = [len(part) for part in in_parts([row for row in values if len(row) % parts == 0], parts, 0)]
        assert len(set(counts)) == 1


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        ([np.ones((2, 2))], {}, r"Sentence 0: expected one number a word, got shape \(2, 2\)"),
        ([np.ones(3), 4.0], {}, r"Sentence 1: .* got shape \(\)"),
        ([np.ones(3)], {"parts": 0}, "parts: expected 1 or more, got 0"),
        ([np.ones(3)], {"parts": 2.5}, "parts: expected a whole number"),
        ([np.ones(3)], {"leave_out": -1}, "leave_out: expected 0 or more"),
    ],
)
def test_parts_of_what_is_no_sentence_are_refused(values, options, message) -> None:
    with pytest.raises(ValueError, match=message):
        in_parts(values, **{"parts": 2, **options})


PAID = [np.array([1.0, 1.0]), np.array([0.0, 1.0, 1.0, 2.0])]
NEEDED = [np.array([1.0, 1.0]), np.array([2.0, 2.0, 2.0, 2.0])]


def test_a_share_is_a_share_of_sums_and_no_mean_of_shares() -> None:
    # the first sentence answers 0 of 2 nats, the second 4 of 8: 4 of 10 together; the mean of the shares is 25 %
    score = share_answered(PAID, NEEDED)
    assert (score.value, score.n, score.interval) == (40.0, 2, None)
    assert str(score) == "share answered, % of the nats needed = 40.00 (n = 2)"
    assert share_answered(NEEDED, NEEDED).value == 0
    assert share_answered([0 * row for row in NEEDED], NEEDED).value == 100
    assert share_answered(NEEDED, PAID).value == pytest.approx(100 * (6 - 10) / 6)  # worse than without a source


def test_floor_and_model_are_not_drawn_apart() -> None:
    # sentences of very different need, of which the model answers just half each: no draw changes the share
    needed = [np.full(n, 2.0) for n in range(1, 40)]
    score = share_answered([row / 2 for row in needed], needed, bootstrap=300)
    assert score.interval == pytest.approx((50, 50))


def test_the_interval_of_a_share_holds_it_and_is_as_wide_as_a_loop_says() -> None:
    random = np.random.default_rng(3)
    needed = [random.gamma(2.0, size=random.integers(3, 9)) for _ in range(60)]
    paid = [row * random.uniform(0, 1) for row in needed]
    score = share_answered(paid, needed, bootstrap=2000)
    shares = []
    for _ in range(2000):
        rows = random.integers(0, 60, size=60)
        shares.append(1 - sum(paid[k].sum() for k in rows) / sum(needed[k].sum() for k in rows))
    assert score.interval == pytest.approx(tuple(100 * np.percentile(shares, (2.5, 97.5))), abs=0.7)
    assert score.interval[0] < score.value < score.interval[1]
    assert share_answered(paid[:1], needed[:1], bootstrap=300).interval is None  # one sentence is no sample


def test_where_nothing_was_needed_there_is_no_share() -> None:
    score = share_answered([np.array([0.0])], [np.array([0.0])], bootstrap=10)
    assert math.isnan(score.value) and score.recorded is None and "no nat was needed" in str(score)
    some = share_answered([np.zeros(2), np.ones(2)], [np.zeros(2), np.full(2, 4.0)], bootstrap=200)
    assert some.value == 75 and some.interval == pytest.approx((75, 75))  # draws of the first alone say nothing
    assert share_answered([np.zeros(0), np.ones(2)], [np.zeros(0), np.full(2, 4.0)]).value == 75


@pytest.mark.parametrize(
    ("paid", "needed", "message"),
    [
        ([], [], "at least one; got 0 paid, 0 needed"),
        (PAID, NEEDED[:1], "got 2 paid, 1 needed"),
        (PAID, NEEDED[::-1], r"Sentence 0: .*the same words in both, got shapes \(2,\) paid, \(4,\) needed"),
        ([np.ones((1, 2))], [np.ones((1, 2))], "one number a word"),
        ([np.array([-1.0])], [np.array([1.0])], "Sentence 0: nats are −log p, 0 or more"),
        ([np.array([1.0])], [np.array([-1.0])], "Are they log p"),
        ([np.array([math.nan])], [np.array([1.0])], "nats of sentence 0: 1 of 1 numbers are NaN"),
        ([np.array([1.0])], [np.array([math.inf])], "nats of sentence 0: 1 of 1 numbers are infinite"),
    ],
)
def test_shares_of_other_words_are_refused(paid, needed, message) -> None:
    with pytest.raises(ValueError, match=message):
        share_answered(paid, needed)


def test_scores_as_a_whole_are_no_nats() -> None:
    scores = score_words(make("fixed"), MIXED[:1])
    for call in (lambda: share_answered(scores, scores), lambda: in_parts(scores, 5)):
        with pytest.raises(ValueError, match="got WordScores: give its nats"):
            call()


def test_a_number_of_resamplings_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="bootstrap: expected 0 or more, got -1"):
        share_answered(PAID, NEEDED, bootstrap=-1)
