"""The checkers of chapter 11 accept right answers and name the usual mistakes."""

from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest

from course_lib.alignment import ibm_model1
from course_lib.checks import chapter11 as checks
from course_lib.corpora import SentencePair
from course_lib.metrics import aer
from tests.answers.chapter11 import CORPUS, RATE, RIGHT, WRONG, stranger
from tests.exercises import letter, mistakes_are_named, right_answers_pass

test_a_right_answer_passes_and_an_empty_one_is_only_not_yet = right_answers_pass(RIGHT)
test_a_usual_mistake_is_named = mistakes_are_named(WRONG)


def by_enumeration(sure, possible):
    """Return the lowest AER of all alignments in which each target word has one link or none, wrong ones too."""
    words = [(k, i) for k, p in enumerate(possible) for i in {i for _, i in p}]
    sources = [{j for j, _ in p} for p in possible]
    rates = []
    for choice in product(*([None, *sources[k]] for k, _ in words)):
        links = [set() for _ in sure]
        for (k, i), j in zip(words, choice, strict=True):
            if j is not None:
                links[k].add((j, i))
        if any(links) or any(sure):
            rates.append(aer(links, sure, possible).aer)
    return min(rates)


@pytest.mark.parametrize("seed", range(12))
def test_the_lowest_rate_is_not_that_of_all_alignments_tried(seed):
    draw = np.random.default_rng(seed)
    kinds = [draw.choice(3, draw.integers(1, 4, 2), p=(0.5, 0.3, 0.2)) for _ in range(2)]
    sure, possible = [checks._where(kind == 1) for kind in kinds], [checks._where(kind > 0) for kind in kinds]
    if any(possible):
        assert checks._lowest(sure, possible) == pytest.approx(by_enumeration(sure, possible))


@pytest.mark.parametrize("case", range(len(checks._WORKED)))
def test_a_worked_corpus_has_another_lowest_rate(case):
    """By hand: a words with a sure link, b with possible ones alone, s sure links: 1 − (2a + b) / (a + b + s)."""
    by_hand = (
        Fraction(1, 2),
        Fraction(0),
        Fraction(0),
        1 - Fraction(5, 7),  # words 0 and 1 are sure, 2 is possible; four links are
        1 - Fraction(2 * 1 + 2, 1 + 2 + 3),
        1 - Fraction(2 * 4 + 1, 4 + 1 + 6),
    )
    sure, possible = checks._WORKED[case]
    assert checks._lowest(sure, possible) == pytest.approx(float(100 * by_hand[case]))
    assert all(s <= p for s, p in zip(sure, possible, strict=True))


@pytest.mark.parametrize("seed", [111, *range(6)])
def test_in_the_first_corpus_a_mistake_gives_the_number_of_another(seed):
    worked = len(checks._WORKED)
    first, *others = drawn = checks._cases(seed)[worked:]
    told = [rate(*first) for rate in (checks._lowest, *checks._MISTAKES.values())]
    assert all(abs(one - other) > 0.1 for one, other in combinations(told, 2))
    assert len(others) == 8
    for sure, possible in drawn:
        reached = [{i for _, i in s} for s in sure]
        assert sum(map(len, sure)) > sum(map(len, reached))
        assert any({i for _, i in p} - mine for p, mine in zip(possible, reached, strict=True))


def em(pairs, iterations):
    """Return t(y|x) by EM in fractions, word by word: Brown et al. (1993), §4.1, without NULL."""
    t = {(y, x): Fraction(1) for xs, ys in pairs for y in ys for x in xs}
    for _ in range(iterations):
        counts = dict.fromkeys(t, Fraction(0))
        for xs, ys in pairs:
            for y in ys:
                whole = sum(t[y, x] for x in xs)
                for x in xs:
                    counts[y, x] += t[y, x] / whole
        given = {x: sum(count for (_, other), count in counts.items() if other == x) for _, x in t}
        t = {(y, x): count / given[x] for (y, x), count in counts.items()}
    return t


def test_the_stranger_of_the_solution_takes_nothing_when_counted_by_hand():
    pairs = [(source.split(), target.split()) for source, target in stranger()]
    t = em(pairs, 10)
    assert all(t[word, "z"] > t[word, "a"] for word in "AB")
    model = ibm_model1([SentencePair(tuple(x), tuple(y)) for x, y in pairs], iterations=checks._ITERATIONS, null=False)
    assert all(model.probability(*words) == pytest.approx(float(value)) for words, value in t.items())
    assert (checks._ITERATIONS, checks._MOST, checks._COMMON) == (10, 6, 3)  # what the card says


def test_a_tie_counts_as_taken():
    """After any number of iterations two words that always met the same are level."""
    level = [("a z", "A B"), ("a b", "A C"), ("a b", "B C"), ("a b", "C D")]
    text = letter(checks.check_stranger, lambda: [("a b", "A B"), *level[1:]])
    assert "no stranger" in text
    t = em([("az", "AB"), ("a", "A"), ("a", "B")], 10)
    assert t["A", "a"] == t["A", "z"] == Fraction(1, 2)
    short = checks._COMMON
    try:
        checks._COMMON = 2
        assert "level between two words" in letter(
            checks.check_stranger, lambda: [("a z", "A B"), ("a", "A"), ("a", "B")]
        )
    finally:
        checks._COMMON = short


def test_a_right_score_is_refused_or_a_wrong_one_passes_the_corpus_of_a_pencil():
    """4 links proposed, 4 sure; 1 right and sure, 1 more possible: 1 − (1 + 2) / 8."""
    assert pytest.approx(62.5) == RATE
    assert all(float(score(*CORPUS)) == pytest.approx(62.5, abs=0.006) for score in checks._SCORES.values())
    for name, score in checks._NO_SCORES.items():
        try:
            told = float(score(*CORPUS))
        except ZeroDivisionError:
            assert name == "an error where a sentence has no link proposed"
            continue
        assert abs(told - 62.5) > 0.05, name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("possible links wanted in place of sure ones", 100 * (1 - Fraction(3, 4 + 6))),
        ("possible links taken for sure", 100 * (1 - Fraction(4, 10))),
        ("possible links taken for wrong", 100 * (1 - Fraction(2, 8))),
        ("the mean over sentences", (100 * (1 - Fraction(3, 7)) + 100) / 2),
        ("what lacks to the harmonic mean of precision and recall", 100 * (1 - Fraction(1, 3))),
        ("what lacks to precision", 50),
        ("what lacks to recall", 75),
        ("a share between 0 and 1", Fraction(5, 8)),
        ("what is right in place of what is wrong", Fraction(75, 2)),
        ("the first sentence alone", 100 * (1 - Fraction(3, 7))),
        ("links proposed the other way round", 100 * (1 - Fraction(2, 8))),
        ("target positions left out", 100 * (1 - Fraction(4, 8))),
        ("the links of all sentences thrown together", 100 * (1 - Fraction(3, 7))),
    ],
)
def test_a_bug_does_not_give_what_its_name_says(name, value):
    assert float(checks._NO_SCORES[name](*CORPUS)) == pytest.approx(float(value))
