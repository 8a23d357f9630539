"""A corpus counted by hand and by the library. Chapter 1."""

import pytest

from course_lib.corpora import ParallelCorpus, SentencePair
from course_lib.corpora.statistics import Side, crossing_share, statistics

# the black cat sleeps / le chat noir dort: black and cat cross, two links of four
CROSSED = SentencePair(
    ("the", "black", "cat", "sleeps"),
    ("le", "chat", "noir", "dort"),
    frozenset({(0, 0), (1, 2), (2, 1), (3, 3)}),
    frozenset({(0, 0), (1, 2), (2, 1), (3, 3)}),
)
# one sure link straight on, and one that is only possible, which would cross it
STRAIGHT = SentencePair(("the", "cat"), ("le", "chat"), frozenset({(1, 1)}), frozenset({(1, 1), (0, 1)}))
BARE = SentencePair(("cats",), ("des", "chats"))


def corpus(*train: SentencePair) -> ParallelCorpus:
    return ParallelCorpus("by hand", "English", "French", train, (SentencePair(("x",), ("y",)),), ())


def test_only_sure_links_that_cross_are_counted() -> None:
    assert crossing_share([CROSSED]) == 50
    assert crossing_share([CROSSED, STRAIGHT, BARE]) == pytest.approx(100 * 2 / 5)
    assert crossing_share([STRAIGHT]) == 0


def test_words_lengths_and_splits_are_those_of_the_training_pairs() -> None:
    found = statistics(corpus(CROSSED, STRAIGHT, BARE))
    assert found.sizes == (3, 1, 0)
    assert found.source == Side("English", 7, 5, {1: 1, 2: 1, 4: 1})
    assert found.target == Side("French", 8, 6, {2: 2, 4: 1})
    assert found.target.mean_length == pytest.approx(8 / 3)
    assert found.crossing == pytest.approx(40)
    assert found.reach == pytest.approx(2 / 5)


def test_a_corpus_without_links_has_no_share_of_them() -> None:
    found = statistics(corpus(BARE))
    assert (found.crossing, found.reach) == (None, None)
    with pytest.raises(ValueError, match="nothing can cross"):
        crossing_share([BARE])
    with pytest.raises(ValueError, match="by hand: the training split holds no pairs"):
        statistics(corpus())


def test_two_links_of_one_word_do_not_cross() -> None:
    not_pas = SentencePair(("not",), ("ne", "pas"), frozenset({(0, 0), (0, 1)}), frozenset({(0, 0), (0, 1)}))
    assert crossing_share([not_pas]) == 0
