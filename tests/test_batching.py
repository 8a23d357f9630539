"""Batches: shifted targets, masks, and an order that depends on nothing but the seed and the epoch."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.batching import epoch_batches
from course_lib.corpora.pairs import SentencePair
from course_lib.vocabulary import BOS, EOS, PAD
from tests.oracles.models import PAIRS, SOURCE, TARGET, batch

lengths = st.lists(st.integers(1, 5), min_size=1, max_size=40)


def pairs_of(sizes):
    return [SentencePair(("cat",) * size, ("chat",)) for size in sizes]


def test_teacher_forcing_reads_each_word_one_step_after_it_is_asked_for():
    given = batch()
    for row, pair in enumerate(PAIRS):
        words = TARGET.encode(pair.target)
        pad = [PAD] * (given.target_in.shape[1] - len(words) - 1)
        assert given.target_in[row].tolist() == [BOS, *words, *pad]
        assert given.target_out[row].tolist() == [*words, EOS, *pad]


def test_the_source_ends_in_eos_and_its_length_counts_it():
    given = batch()
    for row, pair in enumerate(PAIRS):
        n = int(given.source_lengths[row])
        assert given.source[row, :n].tolist() == [*SOURCE.encode(pair.source), EOS]
        assert given.source_mask[row].tolist() == [True] * n + [False] * (given.source.shape[1] - n)
        assert given.target_mask[row].sum() == len(pair.target) + 1
    assert len(given) == 3


@given(lengths, st.integers(1, 7), st.integers(0, 99), st.integers(0, 3))
@settings(deadline=None)
def test_an_epoch_visits_every_pair_once_in_batches_of_one_length(sizes, batch_size, seed, epoch):
    pairs = pairs_of(sizes)
    batches = epoch_batches(pairs, batch_size, seed, epoch)
    assert sorted(index for indices in batches for index in indices) == list(range(len(pairs)))
    for indices in batches:
        assert 1 <= len(indices) <= batch_size
        assert len({len(pairs[index].source) for index in indices}) == 1


def test_the_order_is_the_same_for_a_seed_and_another_for_the_next_epoch():
    pairs = pairs_of([1 + i % 5 for i in range(200)])
    assert epoch_batches(pairs, 8, 1, 0) == epoch_batches(pairs, 8, 1, 0)
    assert epoch_batches(pairs, 8, 1, 0) != epoch_batches(pairs, 8, 1, 1)
    assert epoch_batches(pairs, 8, 1, 0) != epoch_batches(pairs, 8, 2, 0)


def test_long_sentences_do_not_all_come_last():
    """A curriculum by accident: buckets visited in order of length."""
    pairs = pairs_of([1 + i % 5 for i in range(500)])
    order = [len(pairs[indices[0]].source) for indices in epoch_batches(pairs, 4, 1, 0)]
    assert order != sorted(order) and len(set(order[:20])) > 2


def test_a_batch_of_nothing_is_refused():
    with pytest.raises(ValueError, match="batch_size"):
        epoch_batches(PAIRS, 0, 1, 0)
    with pytest.raises(ValueError, match="at least one sentence"):
        batch([])
