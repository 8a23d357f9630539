"""Numbers in words and in digits, with links that say where each digit comes from. Chapters 1 and 2."""

import itertools

import pytest

from course_lib.corpora import SentencePair, load
from course_lib.corpora.number_words import _pair, _say

VALUES = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split()
    )
} | dict(zip("thirty forty fifty sixty seventy eighty ninety".split(), range(30, 100, 10), strict=True))


def read(words: tuple[str, ...]) -> int:
    """The number that ``words`` say, added up as a listener does."""
    total = group = 0
    for word in words:
        if word == "hundred":
            group *= 100
        elif word == "thousand":
            total, group = 1000 * group, 0
        elif word != "and":
            group += VALUES[word]
    return total + group


def said(number: int, with_and: bool = True) -> SentencePair:
    return _pair(_say(number, with_and), tuple(str(number)))


def test_the_digits_are_the_number_that_the_words_say() -> None:
    corpus = load("numbers", size=4000)
    pairs = [*corpus.train, *corpus.validation, *corpus.test]
    assert all(str(read(pair.source)) == "".join(pair.target) for pair in pairs)
    assert {len(pair.target) for pair in corpus.test} == {1, 2, 3, 4, 5, 6}
    assert {"and" in pair.source for pair in corpus.train if "hundred" in pair.source} == {True, False}


def test_every_number_is_said_in_one_way_with_and_and_one_without() -> None:
    for with_and in (True, False):
        for number in itertools.chain(range(2200), range(2200, 10**6, 997)):
            assert read(said(number, with_and).source) == number
    assert " ".join(said(305).source) == "three hundred and five"
    assert " ".join(said(305, with_and=False).source) == "three hundred five"
    assert " ".join(said(21012).source) == "twenty one thousand and twelve"
    assert " ".join(said(600100).source) == "six hundred thousand one hundred"
    assert " ".join(said(0).source) == "zero"


def test_both_spellings_of_a_number_stand_on_the_same_side() -> None:
    corpus = load("numbers", size=9000)
    train, validation, test = ({p.target for p in split} for split in (corpus.train, corpus.validation, corpus.test))
    assert not train & validation and not train & test and not validation & test
    assert len(train) < len(corpus.train)  # some numbers came in both spellings


@pytest.mark.parametrize(
    ("number", "sure", "possible"),
    [
        (7, {(0, 0)}, set()),
        (20, {(0, 0)}, {(0, 1)}),
        (13, {(0, 0), (0, 1)}, set()),
        (305, {(0, 0), (3, 2)}, {(1, 0), (1, 1)}),  # three hundred and five
        (400, {(0, 0)}, {(1, 0), (1, 1), (1, 2)}),
        (2000, {(0, 0)}, {(1, 0), (1, 1), (1, 2), (1, 3)}),
        (21012, {(0, 0), (1, 1), (4, 3), (4, 4)}, {(2, 1), (2, 2)}),  # twenty one thousand and twelve
        (600100, {(0, 0), (3, 3)}, {(1, 0), (1, 1), (1, 2), (2, 2), (4, 3), (4, 4), (4, 5)}),
    ],
)
def test_a_number_is_linked_as_a_reader_would_link_it(
    number: int, sure: set[tuple[int, int]], possible: set[tuple[int, int]]
) -> None:
    pair = said(number)
    assert pair.sure == sure
    assert pair.possible == sure | possible


def test_no_digit_is_without_a_link_and_each_that_is_said_is_sure_once() -> None:
    corpus = load("numbers", size=3000)
    for pair in corpus.train:
        assert pair.sure is not None and pair.possible is not None
        assert {i for _, i in pair.possible} == set(range(len(pair.target)))
        sure = [i for _, i in pair.sure]
        assert len(sure) == len(set(sure)) and {i for i, digit in enumerate(pair.target) if digit != "0"} <= set(sure)
