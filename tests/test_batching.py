"""Batches: shifted targets, masks, and an order that depends on nothing but the seed and the epoch."""

from collections import Counter, defaultdict
from itertools import combinations, pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from course_lib.batching import collate, encode_sources, epoch_batches
from course_lib.corpora.pairs import SentencePair
from course_lib.options import MOST_WORDS
from course_lib.vocabulary import BOS, EOS, PAD, UNK, UnknownTokenError
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


def _with_targets(sizes):
    """Return pairs of these (source, target) lengths."""
    return [SentencePair(("cat",) * source, ("chat",) * target) for source, target in sizes]


def _padding(pairs, batches):
    """Count the cells of targets that no word fills."""
    rows = [[len(pairs[index].target) for index in indices] for indices in batches]
    return sum(max(row) * len(row) - sum(row) for row in rows)


both_lengths = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 9)), min_size=1, max_size=40)


@given(both_lengths, st.integers(1, 7), st.integers(0, 99), st.integers(0, 3))
@example([(2, target) for target in range(1, 9)], 3, 1, 0)  # two full batches, and one that is not
@settings(deadline=None)
def test_batches_that_are_alike_on_both_sides_visit_every_pair_once(sizes, batch_size, seed, epoch):
    pairs = _with_targets(sizes)
    batches = epoch_batches(pairs, batch_size, seed, epoch, "both")
    assert sorted(index for indices in batches for index in indices) == list(range(len(pairs)))
    assert len(batches) == len(epoch_batches(pairs, batch_size, seed, epoch))  # no batch more than by source alone
    spans = defaultdict(list)
    for indices in batches:
        assert len(indices) <= batch_size
        (source,) = {len(pairs[index].source) for index in indices}
        targets = [len(pairs[index].target) for index in indices]
        spans[source].append((min(targets), max(targets)))
    for found in map(sorted, spans.values()):
        assert all(longest <= shortest for (_, longest), (shortest, _) in pairwise(found))


def _partitions(items, size):
    """Yield every way to deal ``items`` into groups of ``size``."""
    if not items:
        yield []
        return
    first, *rest = items
    for others in combinations(rest, size - 1):
        left = [item for item in rest if item not in others]
        yield from ([[first, *others], *groups] for groups in _partitions(left, size))


@given(st.lists(st.integers(1, 9), min_size=6, max_size=6), st.sampled_from([2, 3]), st.integers(0, 9))
@settings(deadline=None)
def test_no_other_way_to_fill_the_batches_pads_less(targets, batch_size, seed):
    pairs = _with_targets([(2, target) for target in targets])
    found = epoch_batches(pairs, batch_size, seed, 0, "both")
    assert _padding(pairs, found) == min(_padding(pairs, other) for other in _partitions(list(range(6)), batch_size))


def test_pairs_that_are_alike_meet_others_in_the_next_epoch():
    """Fixed batches, in another order: the same 8 pairs pull together in every epoch."""
    pairs = _with_targets([(2, 1 + i % 10) for i in range(203)])
    assert epoch_batches(pairs, 8, 1, 0, "both") == epoch_batches(pairs, 8, 1, 0, "both")
    epochs = [epoch_batches(pairs, 8, 1, epoch, "both") for epoch in range(12)]
    neighbours = [{frozenset(indices) for indices in batches} for batches in epochs]
    assert all(len(a & b) <= 2 for a, b in combinations(neighbours, 2))
    order = [len(pairs[indices[0]].target) for indices in epochs[0]]
    assert order != sorted(order) and len(set(order[:10])) > 3
    short = [next(pairs[b[0]].target for b in batches if len(b) == 3) for batches in epochs]
    assert len({len(target) for target in short}) > 3  # the batch that is not full is not always the longest


def test_the_batch_that_is_not_full_is_each_of_them_as_often():
    pairs = _with_targets([(2, target) for target in range(1, 8)])  # 3 + 3 + 1 of one source length
    places = Counter()
    for epoch in range(600):
        batches = sorted(epoch_batches(pairs, 3, 1, epoch, "both"), key=min)  # the shortest targets first
        places[[len(batch) for batch in batches].index(1)] += 1
    assert sorted(places) == [0, 1, 2] and max(places.values()) < 250  # of 200


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
    with pytest.raises(ValueError, match="Sentence 1 of 2 is empty"):
        encode_sources([("cat",), ()], SOURCE)


def test_batches_alike_in_something_else_are_refused():
    with pytest.raises(ValueError, match="alike: expected one of 'source', 'both'"):
        epoch_batches(PAIRS, 2, 1, 0, "target")


@pytest.mark.parametrize("strange", [SentencePair(("zebra",), ("chat",)), SentencePair(("cat",), ("zèbre",))])
def test_an_unknown_word_of_either_side_raises_or_becomes_unk_on_request(strange):
    with pytest.raises(UnknownTokenError):
        collate([strange], SOURCE, TARGET)
    batch = collate([strange], SOURCE, TARGET, unknown="unk")
    known = [SOURCE.encode(["cat"])[0], TARGET.encode(["chat"])[0]]
    found = [batch.source[0, 0].item(), batch.target_out[0, 0].item()]
    assert found == [known[0] if strange.source == ("cat",) else UNK, known[1] if strange.target == ("chat",) else UNK]


def test_a_sentence_is_as_long_as_a_model_takes_and_no_longer():
    assert encode_sources([("cat",) * MOST_WORDS], SOURCE)[1].tolist() == [MOST_WORDS + 1]
    with pytest.raises(ValueError, match="2,001 words"):
        encode_sources([("cat",) * (MOST_WORDS + 1)], SOURCE)
