"""Words that are counted as left out although they were said, and differences of other sentences."""

import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.evaluation import translations
from course_lib.metrics import length_ratio, paired_difference, word_balance
from tests.oracles.models import PAIRS, make

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"
WORDS = st.lists(st.sampled_from("abcd"), max_size=7)
REFERENCE = "two red cats , two dogs and three bags .".split()


def test_a_worked_example_balances_otherwise() -> None:
    # "bags" is missing, "cats" is said twice too often, "hats" was never asked for; the order does not count
    said = "cats cats cats two red two dogs and three hats , .".split()
    found = word_balance([said], [REFERENCE])
    assert (found.omitted, found.repeated, found.invented, found.n) == (10, 20, 10, 1)
    assert found.intervals is None
    assert str(found) == "of 100 words of the references: 10.0 omitted, 20.0 repeated, 10.0 invented (n = 1)"


def test_a_word_said_twice_that_should_be_said_twice_is_in_balance() -> None:
    assert word_balance([["a", "a"]], [["a", "a"]]).omitted == 0  # a set would see one
    assert word_balance([["a"]], [["a", "a"]]).omitted == 50
    assert word_balance([["a", "a", "a"]], [["a", "a"]]).repeated == 50
    assert word_balance([REFERENCE[::-1]], [REFERENCE]).omitted == 0  # blind to order


def test_errors_are_counted_sentence_by_sentence_and_divided_by_the_references() -> None:
    # pooled over the corpus, the two would balance
    found = word_balance([["a", "a", "a"], ["b"]], [["b"], ["a", "a", "a"]])
    assert (found.omitted, found.repeated, found.invented) == (100, 0, 100)
    nothing = word_balance([[]], [["a", "b"]])
    assert (nothing.omitted, nothing.repeated, nothing.invented) == (100, 0, 0)
    much = word_balance([["c"] * 6, ["a"]], [["a", "b"], []])
    assert (much.omitted, much.invented) == (100, 350)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=5))
def test_what_is_missing_and_what_is_too_much_make_up_the_lengths(pairs) -> None:
    said, wanted = [list(a) for a, _ in pairs], [list(b) for _, b in pairs]
    total = sum(map(len, wanted))
    if not total:
        with pytest.raises(ValueError, match="No reference holds a word"):
            word_balance(said, wanted)
        return
    found = word_balance(said, wanted)
    assert found.omitted - found.repeated - found.invented == pytest.approx(100 * (total - sum(map(len, said))) / total)
    loops = Counter()
    for ours, theirs in pairs:
        for word in "abcd":
            missing = theirs.count(word) - ours.count(word)
            kind = "omitted" if missing > 0 else "repeated" if word in theirs else "invented"
            loops[kind] += abs(missing)
    for kind in ("omitted", "repeated", "invented"):
        assert getattr(found, kind) == pytest.approx(100 * loops[kind] / total)


def test_the_intervals_of_a_balance_belong_to_their_kinds() -> None:
    random = np.random.default_rng(5)
    wanted = [list(random.choice(list("abcdefgh"), size=random.integers(3, 9))) for _ in range(80)]
    said = [[word for word in row if random.random() > 0.3] + ["z"] * int(random.integers(0, 2)) for row in wanted]
    found = word_balance(said, wanted, bootstrap=1000)
    lacking = [len(theirs) - sum(word != "z" for word in ours) for ours, theirs in zip(said, wanted, strict=True)]
    shares = []
    for _ in range(1000):
        rows = random.integers(0, 80, size=80)
        shares.append(100 * sum(lacking[k] for k in rows) / sum(len(wanted[k]) for k in rows))
    assert found.intervals[0] == pytest.approx(tuple(np.percentile(shares, (2.5, 97.5))), abs=0.8)
    assert found.intervals[1] == (0, 0)
    assert found.intervals[2][0] < found.invented < found.intervals[2][1] < found.intervals[0][0]
    low, high = found.intervals[0]
    assert f"{found.omitted:.1f} [{low:.1f}, {high:.1f}] omitted" in str(found)
    assert word_balance(said[:1], wanted[:1], bootstrap=100).intervals is None


def test_a_draw_without_a_word_is_no_share() -> None:
    found = word_balance([["x"], ["a"]], [[], ["a", "b"]], bootstrap=200)
    assert found.omitted == 50 and all(math.isfinite(end) for interval in found.intervals for end in interval)


@pytest.mark.parametrize("bootstrap", [2, 3, 40, 400])
def test_shares_and_ratios_have_the_interval_of_every_draw_with_a_word_and_of_no_other(bootstrap: int) -> None:
    """Some references are empty, and one has a single word: draws of those alone are 0/0, or as good as any."""
    said, wanted = [["x"], ["a", "a"], ["b"], [], ["c"]], [[], ["a"], ["a", "b", "c"], ["d"], []]
    found: dict[str, list[float]] = {"omitted": [], "repeated": [], "invented": [], "ratio": []}
    for draw in np.random.default_rng(0).multinomial(5, [1 / 5] * 5, size=bootstrap):
        ours, theirs = ([side[k] for k in np.repeat(range(5), draw)] for side in (said, wanted))
        if any(theirs):
            balance, ratio = word_balance(ours, theirs), length_ratio(ours, theirs).value
            for kind, value in zip(found, (balance.omitted, balance.repeated, balance.invented, ratio), strict=True):
                found[kind].append(value)
    intervals = *word_balance(said, wanted, bootstrap).intervals, length_ratio(said, wanted, bootstrap).interval
    np.testing.assert_allclose(intervals, [np.percentile(values, (2.5, 97.5)) for values in found.values()])


def test_a_translation_that_is_missing_is_not_an_empty_one() -> None:
    with pytest.raises(TypeError, match="NoneType"):
        word_balance([None], [["a"]])


@pytest.mark.parametrize(
    ("said", "wanted", "message"),
    [
        ([], [], "nothing to score"),
        ([["a"]], [["a"], ["b"]], "1 hypotheses, 2 references"),
        (["the cat"], [["the", "cat"]], "sequence of words; got the string 'the cat'"),
        ([["the"]], ["the"], "sequence of words; got the string 'the'"),
    ],
)
def test_what_is_no_sentence_has_no_balance(said, wanted, message) -> None:
    with pytest.raises(ValueError, match=message):
        word_balance(said, wanted)


def test_a_record_counts_words_and_exact_sentences_otherwise_than_before(script_of: Callable[[str], Any]) -> None:
    records = script_of("records")
    model = make("bahdanau")
    pairs = [*PAIRS, *PAIRS[:1]]
    found = records.by_sentence(model, pairs)
    words, exact = Counter(), ""
    for pair, translation in zip(pairs, translations(model, pairs), strict=True):
        reference, said = Counter(pair.target), Counter(translation.tokens)
        words["reference"] += reference.total()
        words["omitted"] += (reference - said).total()
        words["repeated"] += sum(n for word, n in (said - reference).items() if word in reference)
        words["invented"] += sum(n for word, n in (said - reference).items() if word not in reference)
        exact += str(int(tuple(translation.tokens) == tuple(pair.target)))
    assert found == {"exact": exact, "words": dict(words)}
    assert list(found["words"]) == ["reference", "omitted", "repeated", "invented"]  # as the files have them
    assert all(type(count) is int for count in found["words"].values())


def test_hits_are_compared_in_points_and_other_numbers_in_their_own_unit() -> None:
    assert paired_difference("1101", "1000").value == 50
    score = paired_difference([True, True, False, True], np.array([True, False, False, False]))
    assert (score.value, score.n, score.interval) == (50, 4, None)
    assert str(score) == "difference of hits, points of % of sentences, ours − theirs = 50.00 (n = 4)"
    assert paired_difference([2.5, 1.5], [1.0, 1.0]).value == 1.0
    assert paired_difference([3, 1], [1, 0]).value == 1.5
    assert "means a sentence" in paired_difference([3, 1], [1, 0]).signature
    assert paired_difference("0110", "1001").value == 0
    for most, least in (([2, 1], [1, 0]), ([3, 1], [1, 0])):  # one number above 1 anywhere, and they are counts
        assert paired_difference(most, least).value == -paired_difference(least, most).value > 0


@pytest.mark.parametrize("unit", [1, 100])
def test_both_models_are_scored_on_the_same_draw(unit: int) -> None:
    random = np.random.default_rng(7)
    easy = random.random(200) < 0.5
    ours, theirs = easy | (random.random(200) < 0.1), easy
    if unit == 1:
        ours, theirs = ours * 1.0, theirs * 1.0
    score = paired_difference(ours, theirs, bootstrap=2000)
    paired, apart = [], []
    for _ in range(2000):
        rows, others = random.integers(0, 200, size=(2, 200))
        paired.append(unit * (ours[rows].mean() - theirs[rows].mean()))
        apart.append(unit * (ours[rows].mean() - theirs[others].mean()))
    low, high = score.interval
    assert (low, high) == pytest.approx(tuple(np.percentile(paired, (2.5, 97.5))), abs=0.006 * unit)
    assert low > 0 > np.percentile(apart, 2.5)  # drawn apart, this difference would be none
    assert low < score.value < high
    back = paired_difference(theirs, ours, bootstrap=2000)
    assert back.interval == pytest.approx((-high, -low)) and back.value == -score.value


@pytest.mark.parametrize("bootstrap", [2, 3, 40])
def test_the_interval_of_a_difference_is_of_every_draw(bootstrap: int) -> None:
    ours, theirs = "11010", "10001"
    each = np.array([100 * (int(a) - int(b)) for a, b in zip(ours, theirs, strict=True)])
    draws = np.random.default_rng(0).multinomial(5, [1 / 5] * 5, size=bootstrap)
    expected = np.percentile([np.repeat(each, draw).mean() for draw in draws], (2.5, 97.5))
    assert paired_difference(ours, theirs, bootstrap).interval == pytest.approx(expected)


def test_equal_models_do_not_differ_and_one_sentence_is_no_sample() -> None:
    assert paired_difference("1100", "1100", bootstrap=100).interval == (0, 0)
    assert paired_difference("1", "0", bootstrap=100).interval is None


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=6))
def test_the_interval_of_a_difference_leaves_what_single_sentences_allow(hits) -> None:
    ours, theirs = (np.array(side) for side in zip(*hits, strict=True))
    score = paired_difference(ours, theirs, bootstrap=300)
    each = [100 * (int(a) - int(b)) for a, b in hits]  # a draw can be one sentence, again and again
    assert score.value == pytest.approx(sum(each) / len(each))
    assert min(each) - 1e-9 <= score.interval[0] <= score.interval[1] <= max(each) + 1e-9


@pytest.mark.parametrize(
    ("ours", "theirs", "message"),
    [
        ("", "", "nothing to score"),
        ("10", "100", "2 ours, 3 theirs"),
        ("1x", "10", "ours: a string of hits holds 0 and 1 alone, got '1x'"),
        ([1.0, math.nan], [1.0, 1.0], "ours: 1 of 2 numbers are NaN. A sentence without a number"),
        ([1.0, 1.0], [1.0, math.inf], "theirs: 1 of 2 numbers are infinite"),
        ([True, False], [1.0, 0.0], "One side holds hits"),
        ([[1.0], [2.0]], [1.0, 2.0], r"ours: expected one number a sentence, got an array of float64 \(2, 1\)"),
        (["a", "b"], [1.0, 2.0], "ours: expected one number a sentence"),
        ([None, 1.0], [1.0, 2.0], "ours: expected one number a sentence"),
        (np.array([1, 0], np.uint8), [0, 0], "may be hits or counts"),
        ([1, 0], [0, 0], "may be hits or counts: give booleans for hits, floats for counts"),
        ([[1.0], [1.0, 2.0]], [1.0, 2.0], "ours: expected one number a sentence; some entries hold several"),
    ],
)
def test_what_cannot_be_compared_is_refused(ours, theirs, message) -> None:
    with pytest.raises(ValueError, match=message):
        paired_difference(ours, theirs)
