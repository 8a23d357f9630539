"""The checkers of chapter 12 accept right answers and name the usual mistakes."""

import re
from collections import Counter
from fractions import Fraction
from itertools import combinations, permutations

import numpy as np
import pytest
import torch

from course_lib.checks import chapter12 as checks
from tests.answers.chapter12 import RIGHT, WRONG, another_map, is_permuted, leave_one_out
from tests.exercises import HANDED_IN, letter, mistakes_are_named, passes, right_answers_pass

test_a_right_answer_passes_and_an_empty_one_is_only_not_yet = right_answers_pass(RIGHT)
test_a_usual_mistake_is_named = mistakes_are_named(WRONG)


def test_how_far_a_word_moves_is_not_what_a_pencil_finds():
    """½, ¼, ¼ over 0, 0 and 1, and a word as probable as the context is large: ¼ with all.

    ½ without the first, ⅓ without the second, 0 without the third.
    """

    def read(context):
        return np.array([context[0], 1 - context[0]])

    moves = checks._moves([0.5, 0.25, 0.25], [[0], [0], [1]], read)
    np.testing.assert_allclose(moves, [1 / 4, 1 / 12, 1 / 4], rtol=1e-12)


def test_the_readout_is_not_a_softmax():
    """Scores of log 2 · c and 0: at c = 1 the first word is twice as probable, at c = 2 four times."""
    read = checks._readout(np.log([[2.0], [1.0]]), np.zeros(2))
    for context, shares in ((1, [2 / 3, 1 / 3]), (2, [4 / 5, 1 / 5])):
        np.testing.assert_allclose(read([context]), shares)
    np.testing.assert_allclose(checks._readout(np.zeros((2, 1)), np.array([1e3, 0]))([0]), [1, 0])


@pytest.mark.parametrize("given", HANDED_IN)
def test_the_readout_answers_arrays_with_tensors_or_breaks_on_lists(given):
    _, _, read = checks._a_step(np.random.default_rng(1), 5, 3, 4, "plain")
    context = torch.tensor([0.5, -1, 2], dtype=torch.float64)
    got = read(HANDED_IN[given](context))
    assert isinstance(got, torch.Tensor if given in ("tensor", "single") else np.ndarray)
    np.testing.assert_allclose(got, read(context), rtol=1e-5)


@pytest.mark.parametrize(("S", "M", "V", "kind"), checks._STEPS)
def test_a_place_taken_away_is_not_one_behind_a_mask(S, M, V, kind):
    """The library's way: scores whose softmax the weights are, −∞ at the place, softmax once more, in torch."""
    alpha, h, read = checks._a_step(np.random.default_rng(5), S, M, V, kind)
    scores = torch.from_numpy(alpha).log().expand(S, S).masked_fill(torch.eye(S, dtype=torch.bool), -torch.inf)
    contexts = scores.softmax(1) @ torch.from_numpy(h)
    left = torch.stack([read(context) for context in contexts])
    expected = (left - read(torch.from_numpy(alpha @ h))).abs().sum(1) / 2
    np.testing.assert_allclose(checks._moves(alpha.tolist(), h.tolist(), read), expected, atol=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_a_wrong_number_is_lost_in_what_is_drawn(seed):
    """In the first step every mistake gives other numbers than the right ones, and than every other mistake."""
    alpha, h, read = checks._a_step(np.random.default_rng(seed), *checks._STEPS[0])
    found = {"right": leave_one_out(alpha, h, read), **checks._other_moves(alpha, h, read)}
    for (why, one), (other_why, other) in combinations(found.items(), 2):
        if np.shape(one) == np.shape(other):
            gap = np.nanmax(np.abs(np.subtract(one, other, dtype=float)))
            assert gap > 0.019, f"{why} {other_why}"


@pytest.mark.parametrize("step", checks._STEPS)
def test_rounding_to_half_precision_makes_a_right_number_wrong(step):
    """A mistake that is none in a step gives just what is right there, and every other one is far from it."""
    for seed in range(4):
        gaps = checks._gaps(*checks._a_step(np.random.default_rng(seed), *step))
        assert ((gaps > 0.019) | ((gaps < 1e-8) & (step[3] != "plain"))).all()


def test_no_place_without_weight_and_no_twins_are_drawn():
    for seed in range(5):
        for S, M, V, kind in checks._STEPS:
            alpha, h, read = checks._a_step(np.random.default_rng(seed), S, M, V, kind)
            assert alpha.shape == (S,) and h.shape == (S, M) and read(h[0]).shape == (V,)
            assert alpha.sum() == pytest.approx(1) and alpha.max() < 1
            assert (alpha == 0).sum() == (kind == "none")
            alike = sum(np.array_equal(*pair) for pair in combinations(h, 2))
            assert alike == (kind == "twins")
    assert {kind for *_, kind in checks._STEPS} == set(checks._KINDS)
    assert min(S for S, *_ in checks._STEPS) == 2


def judged(other, alpha, h):
    """Return what is said of other weights, nothing if they are right."""
    try:
        checks._check_other(np.array(other), np.array(alpha), np.array(h, dtype=float).reshape(len(alpha), -1), 1e-5)
    except checks.NotRight as reason:
        return str(reason)
    return ""


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ([0.5, 0, 0.5], ""),
        ([0, 1, 0], ""),
        (
            [0.4, 0.2, 0.4],
            "none is used up. Sum and context are right, and 0.3 of the weight lies elsewhere. .*1.66667",
        ),
        ([0.15, 0.7, 0.15], "none is used up. .*2.5 times as far, and weight 0 reaches 0"),
        ([0.5 + 4e-6, -8e-6, 0.5 + 4e-6], ""),
        ([0.505, -0.01, 0.505], "weight 1 is -0.01, below 0. Sum and context are right"),
        ([0.5, 5e-6, 0.5], ""),
        ([0.49995, 0.0001, 0.49995], "none is used up. .*1.0002 times as far, and weight 1"),
        ([1, 0, 0], "the context moves: its number 0 is 1 with the model's weights, and 0 with yours"),
        ([0.5, 0, 0.51], "got a sum of 1.01 and not of one"),
        ([0.25, 0, 0.375], "got a sum of 0.625 and not of one. Nor is the context kept"),
        ([0.25, 0.25, 0.5], "the model's numbers in another order"),
        ([0.25, 0.5, 0.25], "the model's own, unchanged"),
        ([0.25 + 2e-6, 0.5 - 4e-6, 0.25 + 2e-6], "the model's own, unchanged"),
        ([1, -2, 1], "got a sum of 0: this is a direction"),
        ([0, 0, 0], "got a sum of 0 and not of one"),
        ([1, -1, 1], "weight 1 is -1, below 0. Sum and context are right"),
        ([1, -2, 2], "weight 1 is -2, below 0. A weight is a share"),
    ],
)
def test_another_map_is_not_judged_as_by_a_pencil(other, said):
    """¼, ½, ¼ over 0, 1 and 2: the context is 1, and ½, 0, ½ and 0, 1, 0 are the two ends of the line."""
    message = judged(other, [0.25, 0.5, 0.25], [0, 1, 2])
    assert re.search(said, message) if said else message == ""


def test_a_context_whose_second_number_moves_is_the_same():
    """Over (0, 0), (1, 0) and (2, 1) the first number stays 1, and the second goes from ¼ to ½."""
    said = judged([0.5, 0, 0.5], [0.25, 0.5, 0.25], [[0, 0], [1, 0], [2, 1]])
    assert "its number 1 is 0.25 with the model's weights, and 0.5 with yours" in said


@pytest.mark.parametrize(("off", "is_same"), [(0.9e-5, True), (3e-5, False)])
def test_a_context_beyond_rounding_is_the_same(off, is_same):
    """Annotations up to 2: rounding is allowed three times over."""
    said = judged([0.5 - off, 0, 0.5 + off], [0.25, 0.5, 0.25], [0, 1, 2])
    assert (said == "") == is_same and ("the context moves" in said) != is_same


@pytest.mark.parametrize("seed", range(10))
def test_there_is_no_other_map_of_what_is_drawn(seed):
    draw = np.random.default_rng(seed)
    for S, M in checks._SIZES:
        alpha, h = checks._a_map(draw, S, M)
        assert S >= M + 2 and h.shape == (S, M) and alpha.sum() == pytest.approx(1)
        assert alpha.min() > 0.03  # so that float16 has no doubt which weight is used up
        other = another_map(alpha, h)
        assert np.abs(other - alpha).max() > 0.03
        np.testing.assert_allclose(other @ h, alpha @ h, atol=1e-12)
    assert any(S == M + 2 for S, M in checks._SIZES) and any(S > M + 2 for S, M in checks._SIZES)


def test_fractions_are_refused(capsys):
    def in_fractions(alpha, h):
        return [Fraction(float(one)) for one in another_map(alpha, h)]

    assert passes(checks.check_another_map, in_fractions, capsys)


def test_how_much_lies_elsewhere_is_not_said(capsys):
    """With one number an annotation and three places there are two ends, and one of them is always taken."""
    assert checks._apart(np.array([0.5, 0, 0.5]), np.array([0.25, 0.5, 0.25])) == 0.5
    shares = []

    def watched(alpha, h):
        other = another_map(alpha, h)
        shares.append(np.abs(other - alpha).sum() * 50)
        return other

    checks.check_another_map(watched)
    assert f"and {min(shares):.0f} to {max(shares):.0f} % of the weight" in capsys.readouterr().out


ROW, MASK = [0.0, 0.125, 0.0, 0.875, 0.0], np.array([False, True, True, True, False])
SIX = set(permutations(ROW[1:4]))


def drawn(permute, calls=200, T=6, row=ROW, mask=MASK):
    """Return what came of many calls with rows that are all the same (calls, T, S)."""
    return np.array([permute(np.array([row] * T), mask, np.random.default_rng(seed)) for seed in range(calls)])


def orders(dealt, mask=MASK):
    return Counter(map(tuple, dealt[:, :, mask].reshape(-1, mask.sum()).tolist()))


@pytest.mark.parametrize("name", checks._RIGHT_DEALS)
def test_a_right_version_deals_unevenly(name):
    permute = checks._RIGHT_DEALS[name]
    dealt = drawn(permute)
    times = orders(dealt)
    assert set(times) == SIX and all(abs(n - 200) < 75 for n in times.values())
    assert not dealt[:, :, ~MASK].any()
    together = Counter((tuple(one.tolist()), tuple(other.tolist())) for one, other in dealt[:, :2, MASK])
    assert len(together) > 30 and max(together.values()) < 20  # of 36 pairs of orders, in 200 calls
    given = np.array([[0, 0.1, 0.2, 0.7, 0], [0, 0.3, 0.3, 0.4, 0]])
    got = permute(given, MASK, np.random.default_rng(3))
    np.testing.assert_allclose(np.sort(got), np.sort(given), rtol=1e-6)
    np.testing.assert_array_equal(got, permute(given, MASK, np.random.default_rng(3)))
    np.testing.assert_array_equal(given, [[0, 0.1, 0.2, 0.7, 0], [0, 0.3, 0.3, 0.4, 0]])


def test_a_bug_cannot_be_seen_or_a_right_version_is_none():
    assert [name for name, permute in checks._RIGHT_DEALS.items() if not is_permuted(permute)] == []
    assert [name for name, permute in checks._SICK_DEALS.items() if is_permuted(permute)] == []


def only_orders(dealt):
    return set(orders(dealt))


def on_padding(dealt):
    return dealt[:, :, ~MASK].any() and np.allclose(np.sort(dealt), np.sort(ROW))


def all_rows_alike(dealt):
    return np.ptp(dealt, axis=1).max() == 0 and only_orders(dealt) == SIX


def as_it_came(dealt):
    return (dealt == ROW).all()


def rows_of_three(dealt):
    """Over rows of 0.125, 0 and 0.875 each: what numbers a row then has."""
    return {tuple(sorted(row)) for row in dealt[:, :, MASK].reshape(-1, 3).tolist()}


TURNS = {(0.125, 0.0, 0.875), (0.0, 0.875, 0.125), (0.875, 0.125, 0.0)}
SAME = (0.125, 0.0, 0.875)


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("weight on padding", on_padding),
        ("words taken for the first places", lambda dealt: only_orders(dealt[:, :, :]) != SIX),
        ("0 taken for padding", lambda dealt: only_orders(dealt) == {SAME, SAME[::-1]}),
        ("one order for all rows", all_rows_alike),
        ("whole rows exchanged", as_it_came),
        (
            "numbers dealt across the rows",
            lambda dealt: np.allclose(dealt.sum((1, 2)), 6) and len(rows_of_three(dealt)) > 5,
        ),
        ("numbers put back after each draw", lambda dealt: len(orders(dealt)) == 27),
        ("each row turned round in a circle", lambda dealt: only_orders(dealt) == TURNS),
        ("each row from back to front", lambda dealt: only_orders(dealt) == {SAME[::-1]}),
        ("the largest left in its place", lambda dealt: only_orders(dealt) == {SAME, (0.0, 0.125, 0.875)}),
        ("two places exchanged, and no more", lambda dealt: only_orders(dealt) == SIX - TURNS),
        ("no row ever left as it was", lambda dealt: only_orders(dealt) == SIX - {SAME}),
        ("keys that are often level", lambda dealt: abs(orders(dealt)[SAME] - 1200 * 10 / 27) < 90),
        ("the last word left in its place", lambda dealt: only_orders(dealt) == {SAME, (0.0, 0.125, 0.875)}),
        ("the first row left as it was", lambda dealt: as_it_came(dealt[:, :1]) and only_orders(dealt[:, 1:]) == SIX),
        ("rounded to two digits", lambda dealt: rows_of_three(dealt) == {(0.0, 0.12, 0.88)}),
        ("the same draw in every call", lambda dealt: np.ptp(dealt, axis=0).max() == 0 and len(orders(dealt)) > 2),
    ],
)
def test_a_bug_is_not_what_its_name_says(name, holds):
    assert holds(drawn(checks._SICK_DEALS[name]))


def test_a_bug_of_several_calls_or_rows_is_not_what_its_name_says():
    own = checks._SICK_DEALS["chance of its own, not of rng"]
    assert len({str(own([ROW] * 9, MASK, np.random.default_rng(1))) for _ in range(5)}) > 1
    exchanged = checks._SICK_DEALS["whole rows exchanged"]
    rows = np.arange(12.0).reshape(4, 3)
    got = {str(exchanged(rows, [1, 1, 1], np.random.default_rng(seed))[:, 0].tolist()) for seed in range(60)}
    assert len(got) > 15  # of 24 orders
    firsts = checks._SICK_DEALS["words taken for the first places"]
    dealt = firsts([[1.0, 2, 3, 0]] * 50, [1, 1, 1, 0], np.random.default_rng(1))
    assert len({tuple(row) for row in dealt.tolist()}) == 6  # right where the padding comes last
    shifted = firsts([[0.0, 1, 2, 3]] * 50, [0, 1, 1, 1], np.random.default_rng(1))
    assert not shifted[:, 3].any() and (np.sort(shifted[:, :3]) == [0, 1, 2]).all()


@pytest.mark.parametrize("given", HANDED_IN)
def test_what_is_handed_in_is_changed_by_one_bug_alone(given):
    changed = []
    for name, permute in {**checks._RIGHT_DEALS, **checks._SICK_DEALS}.items():
        rows = HANDED_IN[given](torch.tensor([[0.5, 0.25, 0.125, 0.125, 0.0]] * 4, dtype=torch.float64))
        before = str(rows)
        got = permute(weights=rows, mask=[1, 1, 1, 1, 0], rng=np.random.default_rng(8))
        assert isinstance(got, torch.Tensor if given in ("tensor", "single") else np.ndarray), name
        assert tuple(got.shape) == (4, 5), name
        if str(rows) != before:
            changed.append(name)
            np.testing.assert_array_equal(np.asarray(rows), np.asarray(got))
    assert changed == ["the weights handed in changed"]


@pytest.mark.parametrize("name", {**checks._RIGHT_DEALS, **checks._SICK_DEALS})
def test_a_single_word_or_a_single_row_breaks_a_version(name):
    permute = {**checks._RIGHT_DEALS, **checks._SICK_DEALS}[name]
    for mask, row in (([True], [1.0]), ([0, 1, 0], [0.0, 1.0, 0.0]), ([1, 1, 0], [0.25, 0.75, 0.0])):
        got = permute([row], mask, np.random.default_rng(0))
        assert got.shape == (1, len(row)) and np.isfinite(got).all()
        if name in checks._RIGHT_DEALS:
            assert got.sum() == 1 and not got[0, ~np.array(mask, dtype=bool)].any()


def test_padding_that_is_not_0_stays():
    for name, permute in checks._RIGHT_DEALS.items():
        got = permute([[0.5, 0.25, 0.25]], [0, 1, 1], np.random.default_rng(0))
        np.testing.assert_array_equal(got, [[0, 0.25, 0.25]], err_msg=name)


def test_a_wrong_test_of_chance_is_told_how_chance_spreads(capsys):
    def expects_even(permute):
        return all(n == 200 for n in orders(drawn(permute)).values())

    assert "Chance spreads" in letter(checks.check_is_permuted, expects_even)
    assert passes(checks.check_is_permuted, is_permuted, capsys)
