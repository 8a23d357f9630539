"""Search over step functions that no model stands behind: tables whose best path is known."""

from types import SimpleNamespace

import pytest
import torch

from course_lib.search import forced, greedy, sample, tempered_probabilities
from course_lib.vocabulary import BOS, EOS, PAD

A, B = 4, 5


def table_step(table):
    """Return a step function that looks the next word's probabilities up by the previous word."""

    def step(previous, state):
        rows = [table[int(word)] for word in previous]
        probabilities = torch.tensor([[row.get(word, 0.0) for word in range(6)] for row in rows], dtype=torch.float64)
        return SimpleNamespace(logits=probabilities.log(), state=None if state is None else state + 1)

    return step


TABLE = {BOS: {A: 0.6, B: 0.4}, A: {B: 0.7, EOS: 0.3}, B: {EOS: 0.8, A: 0.2}, EOS: {EOS: 1.0}, PAD: {PAD: 1.0}}


def test_greedy_follows_the_hand_worked_table_and_counts_the_end_of_sentence():
    (hypothesis,) = greedy(table_step(TABLE), 0, batch_size=1, max_length=9)
    assert hypothesis.tokens == (A, B) and hypothesis.finished
    assert hypothesis.log_prob == pytest.approx(torch.tensor(0.6 * 0.7 * 0.8).log().item(), rel=1e-6)


def test_a_sentence_that_never_ends_is_reported_and_keeps_all_its_words():
    loop = {BOS: {A: 0.8, EOS: 0.2}, A: {A: 0.8, EOS: 0.2}}
    (hypothesis,) = greedy(table_step(loop), 0, batch_size=1, max_length=3)
    assert hypothesis.tokens == (A, A, A) and not hypothesis.finished
    assert hypothesis.log_prob == pytest.approx(torch.tensor(0.8**3).log().item(), rel=1e-6)


def test_a_sentence_of_exactly_the_limit_may_still_end():
    (hypothesis,) = greedy(table_step(TABLE), 0, batch_size=1, max_length=2)
    assert hypothesis.tokens == (A, B) and hypothesis.finished


def test_a_finished_sentence_gains_neither_words_nor_log_probability_from_its_neighbours():
    def step(previous, state):
        short = [EOS, EOS, EOS, EOS][state]
        long = [A, B, A, EOS][state]
        logits = torch.full((2, 6), -1.0)
        logits[0, short], logits[1, long] = 1.0, 1.0
        return SimpleNamespace(logits=logits, state=state + 1)

    short, long = greedy(step, 0, batch_size=2, max_length=9)
    one_step = torch.log_softmax(torch.tensor([1.0, -1, -1, -1, -1, -1]), 0)[0].item()
    assert short.tokens == () and short.log_prob == pytest.approx(one_step)
    assert long.tokens == (A, B, A) and long.log_prob == pytest.approx(4 * one_step)


def test_padding_and_the_start_token_are_never_written_but_keep_their_probability():
    table = {BOS: {PAD: 0.5, BOS: 0.3, A: 0.2}, A: {EOS: 1.0}}
    (hypothesis,) = greedy(table_step(table), 0, batch_size=1, max_length=3)
    assert hypothesis.tokens == (A,)
    assert hypothesis.log_prob == pytest.approx(torch.tensor(0.2).log().item(), rel=1e-6)


def test_forced_decoding_scores_the_given_words_and_nothing_at_padding():
    scores = forced(table_step(TABLE), 0, torch.tensor([[A, B, EOS], [B, EOS, PAD]]))
    expected = torch.tensor([[0.6, 0.7, 0.8], [0.4, 0.8, 1.0]]).log().double()
    torch.testing.assert_close(scores.double(), expected, atol=1e-6, rtol=0)


def test_where_no_word_is_possible_none_is_written():
    """argmax of nothing but minus infinity is place 0, which is padding."""
    with pytest.raises(ValueError, match=r"After 1 word\(s\) every next word has probability 0"):
        greedy(table_step({BOS: {A: 1.0}, A: {PAD: 1.0}, PAD: {PAD: 1.0}}), 0, batch_size=1, max_length=3)


def test_a_draw_from_nothing_is_told_as_greedy_tells_it_and_not_by_torch():
    dead_end = {BOS: {A: 1.0}, A: {PAD: 1.0}, PAD: {PAD: 1.0}}
    with pytest.raises(ValueError, match=r"After 1 word\(s\) every next word has probability 0"):
        sample(table_step(dead_end), 0, batch_size=1, max_length=3)
    with pytest.raises(ValueError, match="Every word of a row has probability 0"):
        tempered_probabilities(torch.tensor([[0.0, -torch.inf], [-torch.inf, -torch.inf]]), 1.0)


def test_the_coldest_draw_takes_the_largest_and_not_nothing():
    """Divided by so little all are minus infinity, unless the largest is put to 0 before."""
    log_probs = torch.log_softmax(torch.linspace(0, 1, 100).unsqueeze(0), -1)
    found = tempered_probabilities(log_probs, 2e-38)
    assert found.argmax() == 99 and found[0, 99] == 1 and found.sum() == 1


def test_a_sentence_that_has_ended_waits_for_the_others_though_nothing_follows_padding():
    found = {hypothesis.tokens for hypothesis in sample(table_step(TABLE), 0, batch_size=50, max_length=9)}
    assert len({len(tokens) for tokens in found}) > 2


def test_an_impossible_word_that_is_given_has_the_probability_nought():
    assert forced(table_step(TABLE), 0, torch.tensor([[EOS]])).tolist() == [[-torch.inf]]


def test_no_room_for_a_single_word_is_an_error():
    with pytest.raises(ValueError, match="max_length"):
        greedy(table_step(TABLE), 0, batch_size=1, max_length=0)
