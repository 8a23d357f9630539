"""The checkers of chapter 13 accept right answers and name the usual mistakes."""

import math
from collections import Counter
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
import torch

from course_lib.checks import chapter13 as checks
from course_lib.search import Scoring, exact
from course_lib.vocabulary import EOS
from tests.answers.chapter13 import GRID, RIGHT, WRONG, garden_path, least_risky, sup, table
from tests.exercises import (
    HANDED_IN,
    answers_in_kind,
    letter,
    mistakes_are_named,
    passes,
    right_answers_pass,
)
from tests.oracles.steps import prefix_step, start

test_a_right_answer_passes_and_an_empty_one_is_only_not_yet = right_answers_pass(RIGHT)
test_a_usual_mistake_is_named = mistakes_are_named(WRONG)


def test_the_gain_or_the_sample_chosen_is_not_the_one_of_a_pencil():
    """a b against a: 5 · 1 / (2 + 4 · 1) = 5/6; a against a b: 5 / 9. Of a, a, a b, a b c, two are not the best.

    a: 1, 1, 5/9, 5/13. a b: 5/6, 5/6, 1, 10/14. a b c: 5/7, 5/7, 10/11, 1. The sums: 2.940, 3.381, 3.338.
    """
    a, ab, abc = ("a",), ("a", "b"), ("c", "a", "b")
    assert checks._exact_gain(ab, a) == Fraction(5, 6) and checks._exact_gain(a, ab) == Fraction(5, 9)
    assert checks._gain(["a", "b"], a) == pytest.approx(5 / 6) and checks._exact_gain(("a", "a"), a) == Fraction(5, 6)
    assert checks._gain((), ()) == 1 and checks._gain((), a) == checks._gain(a, ()) == 0
    samples = (a, a, ab, abc)
    sums = [float(4 * checks._mean_gain(one, samples)) for one in (a, ab, abc)]
    np.testing.assert_allclose(sums, [2 + 5 / 9 + 5 / 13, 5 / 3 + 1 + 10 / 14, 10 / 7 + 10 / 11 + 1])
    assert checks._by_fractions(samples) == ab and Counter(samples).most_common(1)[0][0] == a


@pytest.mark.parametrize("seed", [131, 3, 7])
def test_a_draw_hides_a_wrong_choice(seed):
    cases = checks._cases(seed)
    right = [least_risky(list(samples), checks._gain) for samples in cases]
    chosen = {why: [choose(samples) for samples in cases] for why, choose in checks._OTHER_CHOICES}
    for (why, one), (_, other) in combinations({"right": [{best} for best in right], **chosen}.items(), 2):
        assert any(not mine & others for mine, others in zip(one, other, strict=True)), why
    for samples in cases:
        for one, other in product(set(samples), repeat=2):
            assert (checks._gain(one, other) == 1) == (one == other) and 0 <= checks._gain(one, other) <= 1
    times = Counter(cases[0])
    assert times[()] == max(times.values())  # here the empty sentence is the mode


def test_two_samples_are_so_near_that_rounding_decides():
    draw = np.random.default_rng(5)
    for size in (12, 20, 30) * 30:
        samples = checks._samples(draw, size)
        means = sorted(sum(checks._exact_gain(h, r) for r in samples) / size for h in set(samples))
        assert len(samples) == size and len(means) >= 4 and means[-1] - means[-2] > Fraction(1, 100)


def ways(rows):
    """Return every sentence of a table with its probability: all 40 strings of up to three letters, one by one."""
    found = {}
    for words in (words for n in range(4) for words in product("abc", repeat=n)):
        share = 1.0
        for i, word in enumerate((*words, "</s>")):
            share *= dict(zip(("a", "b", "c", "</s>"), rows.get(words[:i], (0, 0, 0, 1)), strict=True))[word]
        found[words] = share
    return found


def drawn(seed):
    draw = np.random.default_rng(seed)
    kept = [words for n in range(3) for words in product("abc", repeat=n) if n == 0 or draw.random() < 0.8]
    return {
        words: draw.dirichlet(np.full(4, 0.6)) for words in kept if all(words[:i] in kept for i in range(len(words)))
    }


@pytest.mark.parametrize("seed", range(10))
def test_a_sentence_of_a_table_is_missing_or_a_search_is_not_the_librarys(seed):
    """Enumerated; and exact search after the same beam, in another step function, finds what was enumerated."""
    rows = drawn(seed)
    listed, written_out = checks._probabilities(rows), ways(rows)
    assert math.isclose(math.fsum(listed.values()), 1, abs_tol=1e-12)
    assert {words: share for words, share in written_out.items() if share} == pytest.approx(
        {words: share for words, share in listed.items() if share}
    )
    token = {"a": 4, "b": 5, "c": 3, "</s>": EOS}
    letter_of = {number: word for word, number in token.items()}

    def distribution(prefix):
        row = rows.get(tuple(letter_of.get(word, "") for word in prefix[2:]), (0, 0, 0, 1))
        shares = np.zeros(6)
        shares[[token[word] for word in ("a", "b", "c", "</s>")]] = row
        return shares

    for width in (1, 2, 3):
        result = exact(prefix_step(distribution)[0], start([0], width), width, 3)
        assert checks._searched(rows, width) == tuple(letter_of[word] for word in result.beam.tokens)
        assert tuple(letter_of[word] for word in result.hypothesis.tokens) == max(listed, key=listed.get)


@pytest.mark.parametrize("width", [1, 2, 3])
def test_a_beam_loses_a_sentence_of_more_than_its_share(width):
    """What the exercise says of a beam of K: above 1 / (K + 1) nothing is lost; below it, here, some are."""
    tables = [drawn(seed) for seed in range(60)]
    best = [max(checks._probabilities(rows).items(), key=lambda found: found[1]) for rows in tables]
    lost = [share for rows, (words, share) in zip(tables, best, strict=True) if checks._searched(rows, width) != words]
    assert max(lost, default=0) < 1 / (width + 1) and (lost or width == 3)


def test_the_garden_path_is_not_the_one_worked_out_by_hand(capsys):
    """a a and b a have .16 and .14; after c nothing but the end, .25. A beam of 2 keeps a and b."""
    rows = checks._table(garden_path())
    assert checks._probabilities(rows)[("c",)] == 0.25
    assert checks._probabilities(rows)[("a", "a")] == pytest.approx(0.16)
    assert [checks._searched(rows, width) for width in (1, 2, 3)] == [("a", "a"), ("a", "a"), ("c",)]
    checks.check_garden_path(garden_path)
    assert "miss 'c' (0.25), and a beam of 3 finds it" in capsys.readouterr().out


@pytest.mark.parametrize(("ahead", "is_level"), [(0.0005, True), (0.002, False)])
def test_two_sentences_are_level_where_rounding_could_turn_them(ahead, is_level, capsys):
    """c has a quarter, a a almost as much: less, by a share of it; b is in the way."""
    rows = table([0.4, 0.35, 0.25, 0], [0.625 * (1 - ahead), 0.375 + 0.625 * ahead, 0, 0], [0.5, 0.5, 0, 0])
    if is_level:
        assert "two sentences are level" in letter(checks.check_garden_path, rows)
    else:
        assert passes(checks.check_garden_path, rows, capsys)


@pytest.mark.parametrize(("off", "is_whole"), [(5e-6, True), (1e-4, False)])
def test_a_row_that_does_not_share_one_whole_passes(off, is_whole, capsys):
    rows = {**garden_path(), (): (0.4 + off, 0.35, 0.25, 0)}
    if is_whole:
        assert passes(checks.check_garden_path, lambda: rows, capsys)
    else:
        assert "they share one whole" in letter(checks.check_garden_path, lambda: rows)


def by_brute_force(bound, tolerance=1e-5):
    """Return whether no continuation of a coarse grid is above: words that cost 0 or more, one to ``longest``."""
    return all(
        (p + added) / ((5 + n) / 6) ** alpha <= bound(p, length, longest, alpha) + tolerance
        for p, (length, longest), alpha in GRID
        for n in range(length + 1, longest + 1)
        for added in (0, -0.1, -3)
    )


def test_a_right_bound_is_passed_by_a_continuation_or_a_wrong_one_by_none():
    assert [name for name, bound in checks._BOUNDS.items() if not by_brute_force(bound)] == []
    assert [name for name, bound in checks._NO_BOUNDS.items() if by_brute_force(bound, 0.02)] == []


def test_the_tight_bound_is_not_the_librarys():
    for p, (length, longest), alpha in GRID:
        library = Scoring(alpha).bound(p, longest)
        assert checks._BOUNDS["the tight one"](p, length, longest, alpha) == pytest.approx(library, abs=1e-12)
        assert library == pytest.approx(sup(p, length, longest, alpha), abs=1e-12)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("the length so far", -6 * 6 / 7),
        ("one word more", -6 * 6 / 8),
        ("twice the length so far at most", -6 * 6 / 9),
        ("`</s>` not counted", -6 * 6 / 12),
        ("α left out", -6),
        ("α of 0.6 always", -6 * (6 / 13) ** 0.6),
        ("the 6 outside of the power", -6 * 6 / 13),
        ("multiplied where it should divide", -6 * 13 / 6),
        ("the mean over the words so far", -3),
        ("the score so far and 1 on top", -6 * 6 / 7 + 1),
        ("another word taken to cost ln 2", -(6 + math.log(2)) * 6 / 13),
    ],
)
def test_a_bug_does_not_give_what_its_name_says(name, value):
    """log P −6 after two words, eight at most, α 1: lp is 7/6 so far, 8/6, 9/6 at four words, 12/6 and 13/6."""
    assert checks._NO_BOUNDS[name](-6, 2, 8, 1) == pytest.approx(value)
    if name == "the 6 outside of the power":  # right at α 1, and nowhere below it
        assert checks._NO_BOUNDS[name](-6, 2, 8, 0) == pytest.approx(-36)


@pytest.mark.parametrize("given", HANDED_IN)
def test_a_bound_answers_arrays_with_tensors_or_breaks_on_lists(given):
    columns = torch.tensor([[p, *ends, alpha] for p, ends, alpha in GRID], dtype=torch.float64).unbind(1)
    answers_in_kind(checks._BOUNDS | checks._NO_BOUNDS, columns, given, rtol=1e-5, atol=1e-6)
