"""Words counted as seen that no window shows, and as hidden that it does."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from course_lib.alignment.windows import bell, centres, inside, seen_from
from course_lib.corpora.pairs import SentencePair
from course_lib.word_scores import score_words
from tests.oracles.models import PAIRS, make

SOURCE, WORDS = tuple("abcd"), tuple("stuvwxyz")  # S = 5 with </s>, eight words to write


def linked(*sure: tuple[int, int], possible: tuple[tuple[int, int], ...] = ()) -> SentencePair:
    return SentencePair(SOURCE, WORDS, frozenset(sure), frozenset((*sure, *possible)))


def test_a_sentence_on_paper_is_counted_otherwise() -> None:
    # p: 0 1 2 3 4 4 4 4, and 4 for </s>; D = 1
    pair = linked((0, 0), (3, 1), (0, 2), (2, 2), (3, 4), (3, 5), (2, 6), possible=((3, 3),))
    seen = [True, False, True, None, True, True, False, None, None]
    assert inside([pair], 1) == [seen]
    assert inside([pair], 1, partners="all") == [[True, False, False, *seen[3:]]]
    assert inside([pair], 2)[0] == [True, True, True, None, True, True, True, None, None]


@pytest.mark.parametrize("D", [1, 2, 3])
def test_the_rim_of_a_window_is_inside_and_the_next_word_is_not(D: int) -> None:
    source, target = tuple("abcdefghij"), tuple("klmnopqrst")
    for away in (-D, D, -D - 1, D + 1):
        link = frozenset({(4 + away, 4)})
        assert inside([SentencePair(source, target, link, link)], D)[0][4] is (abs(away) <= D)


def test_a_window_as_wide_as_the_sentence_hides_nothing() -> None:
    every = linked(*((j, i) for j in range(4) for i in range(8)))
    for centre in ("step", "diagonal"):
        assert inside([every], 5, centre, "all") == [[True] * 8 + [None]]


@pytest.mark.parametrize("target", [3, 5, 8, 17])
@pytest.mark.parametrize("source", [2, 4, 9])
def test_the_diagonal_runs_from_the_first_word_to_the_last_in_equal_steps(source: int, target: int) -> None:
    S, T = source + 1, target + 1
    rows = range(target)
    for j in range(source):
        links = frozenset((j, i) for i in rows)
        pair = SentencePair(("a",) * source, ("b",) * target, links, links)
        nearest = [min(round(Fraction(S * i, T)), S - 1) for i in rows]
        assert inside([pair], 1, "diagonal") == [[abs(j - p) <= 1 for p in nearest] + [None]]
        assert centres(pair, "diagonal") == pytest.approx([min(S * i / T, S - 1) for i in range(T)])


@pytest.mark.parametrize("chosen", range(4))
def test_the_weights_of_a_model_are_zero_just_where_the_count_says_outside(chosen: int) -> None:
    """Link by link, so that each cell of the table is held against a model that has never been trained."""
    longer = SentencePair(PAIRS[1].source, (*PAIRS[2].target, "dort"))  # its last windows wait at </s>
    pair = (*PAIRS, longer)[chosen]
    (look,) = score_words(make("luong-local-m"), [pair]).looks  # D = 1
    for j in range(len(pair.source)):
        sure = frozenset((j, i) for i in range(len(pair.target)))
        (seen,) = inside([SentencePair(pair.source, pair.target, sure, sure)], 1)
        assert [bool(weight > 0) for weight in look[:-1, j]] == seen[:-1]


def test_the_rim_of_the_bell_is_e_to_the_minus_two_whatever_its_window() -> None:
    for D in (1, 2, 5, 10):
        np.testing.assert_allclose(bell([7 - D, 7, 7 + D], 7, D), [math.exp(-2), 1, math.exp(-2)])
    # on paper: S = 6, p = 4, D = 2, σ = 1; one word away e^(−1/2), two e^(−2)
    np.testing.assert_allclose(bell([2, 3, 4, 5], 4, 2), [0.1353, 0.6065, 1, 0.6065], atol=5e-5)
    assert bell([3], 2.5, 1)[0] == pytest.approx(math.exp(-0.5))  # σ = ½: ½² / (2 · ½²)
    assert bell(np.array([2], dtype=np.uint8), 4, 2) == pytest.approx(math.exp(-2))  # 2 − 4 is below 0 there, too


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"D": 0}, "D: expected 1 or more, got 0"),
        ({"D": 2.5}, "D: expected a whole number"),
        ({"D": 2001}, "D: expected at most 2,000"),
        ({"D": 1, "centre": "middle"}, "centre: expected one of 'step', 'diagonal', got 'middle'"),
        ({"D": 1, "partners": "most"}, "partners: expected one of 'any', 'all', got 'most'"),
    ],
)
def test_what_is_no_window_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        inside([linked((0, 0))], **change)


def test_a_pair_that_nobody_has_linked_is_not_counted_as_hidden() -> None:
    with pytest.raises(ValueError, match="Pair 1: nobody has linked its words"):
        inside([linked((0, 0)), SentencePair(SOURCE, WORDS)], 2)
    for D in (0, 2001):
        with pytest.raises(ValueError, match="D: expected"):
            bell([1], 1, D)
    assert inside([linked((0, 0))], 2000)[0][0] and bell([1], 1, 2000) == 1


def test_a_window_stays_on_the_sentence_wherever_its_centre_is() -> None:
    seen = [list(seen_from(p, 1, 4)) for p in (0.0, 0.4, 1.6, 3.0, 9.0)]
    assert seen == [[0, 1], [0, 1], [1, 2, 3], [2, 3], [2, 3]]
