"""The checkers of chapter 10 accept right answers and name the usual mistakes."""

from collections import Counter
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
import torch

from course_lib.checks import chapter10 as checks
from tests.answers.chapter10 import RIGHT, SCORES, WRONG, in_exact_fractions, is_reinforce, reward_to_go
from tests.exercises import HANDED_IN, letter, mistakes_are_named, passes, right_answers_pass

test_a_right_answer_passes_and_an_empty_one_is_only_not_yet = right_answers_pass(RIGHT)
test_a_usual_mistake_is_named = mistakes_are_named(WRONG)

# Exercise 1


def test_the_rewards_are_not_what_a_pencil_finds():
    nan, inf = np.nan, np.inf
    log_probs = [[-1, -2, -4, nan], [-8, -inf, 3, -5], [-0.5, -0.25, -0.125, -1]]
    mask = [[True, True, True, False], [True, False, False, False], [True] * 4]
    expected = [[-7, -6, -4, 0], [-8, 0, 0, 0], [-1.875, -1.375, -1.125, -1]]
    np.testing.assert_array_equal(checks._rewards(log_probs, mask), expected)


def test_what_a_look_cannot_change_bends_the_mean():
    """Two looks at two places each, each word's reward by all looks so far: all four ways enumerated, exactly.

    The whole caption's reward and the reward to go give the second look the same mean slope; the words up to t, or
    those after t alone, do not.
    """
    first, second = (Fraction(1, 3), Fraction(2, 3)), (Fraction(1, 4), Fraction(3, 4))
    words = {(i, j): (Fraction(-1 - 4 * i), Fraction(-2 - i - 5 * j)) for i, j in product(range(2), repeat=2)}

    def slope(look, reward):
        """Return the mean slope in the first score of a look, if ``reward`` is what each look is given."""
        share = (first, second)[look]
        return sum(
            first[i] * second[j] * reward(words[i, j])[look] * (((i, j)[look] == 0) - share[0]) for i, j in words
        )

    def to_go(r):
        return r[0] + r[1], r[1]

    def whole(r):
        return sum(r), sum(r)

    exact = [slope(look, whole) for look in range(2)]
    assert [slope(look, to_go) for look in range(2)] == exact
    assert all(exact) and slope(1, lambda r: (r[0], r[0])) != exact[1]
    assert slope(0, lambda r: (r[1], 0)) != exact[0]


@pytest.mark.parametrize("seed", range(8))
def test_a_wrong_reward_is_lost_in_what_is_drawn(seed):
    """In the plain batch every mistake gives other numbers at words than what is right and than each other mistake."""
    log_probs, mask = checks._a_batch(np.random.default_rng(seed), *checks._BATCHES[0])
    found = {"right": reward_to_go(log_probs, mask), **checks._other_rewards(log_probs, mask)}
    for (why, one), (other_why, other) in combinations(found.items(), 2):
        if np.shape(one) == np.shape(other) == mask.shape:
            gap = np.abs(np.subtract(one, other))[mask].max()
            assert gap > 0.019, f"{why} {other_why}"


def test_a_batch_is_not_what_its_name_says():
    assert checks._BATCHES[0][2] == "plain" and {kind for *_, kind in checks._BATCHES} == set(checks._KINDS)
    for seed in range(5):
        draw = np.random.default_rng(seed)
        for B, T, kind in checks._BATCHES:
            log_probs, mask = checks._a_batch(draw, B, T, kind)
            assert log_probs.shape == mask.shape == (B, T)
            assert (np.diff(mask.astype(int), axis=1) <= 0).all() and mask[:, 0].all()  # words first, one at least
            assert (log_probs[mask] < 0).all() and np.isfinite(log_probs[mask]).all()
            padding = log_probs[~mask]
            assert padding.size > 0 or kind in ("full", "one word")
            assert np.isnan(padding).all() == (kind in ("NaN", "full", "one word"))
            assert np.isneginf(padding).all() == (kind in ("infinite", "full", "one word"))
            assert np.isfinite(padding).all() == (kind not in ("NaN", "infinite"))
            if kind == "plain":
                assert len(set(mask.sum(1).tolist())) == B and min(padding) < -4
            if kind == "unlike":
                assert log_probs[mask].max() / log_probs[mask].min() < 0.05
    assert (1, 1) in {batch[:2] for batch in checks._BATCHES}
    lengths = {int(n) for _, mask in checks._batches(105) for n in mask.sum(1)}
    assert 1 in lengths and max(lengths) > 4


def test_a_mistake_with_other_padding_has_no_name():
    """What a learner leaves on padding, NaN say, does not hide a mistake at words."""
    log_probs, mask = np.array([[-1.0, -2, -9]]), np.array([[True, True, False]])
    got = np.array([[-2.0, 0, np.nan]])
    own = next(why for why in checks._other_rewards(log_probs, mask) if "own word is left out" in why)
    np.testing.assert_array_equal(checks._explained(got, log_probs, mask)[own], got)
    whole = next(
        why for why in checks._other_rewards(log_probs, mask) if "a number a caption, its whole reward." in why
    )
    assert checks._explained(np.array([-3.0]), log_probs, mask)[whole].tolist() == [-3]


def test_zero_times_infinity_is_not_explained():
    def multiplied(log_probs, mask):
        r = log_probs * mask
        return r[:, ::-1].cumsum(1)[:, ::-1]

    said = letter(checks.check_reward_to_go, multiplied)
    assert "for B=5, T=7, −∞ in the padding: got NaN" in said and said.endswith("by choosing, not by multiplying.")


def test_numbers_of_very_unlike_size_are_lost():
    """Sums of the last batch are held to the learner's own digits: the smallest of its numbers still counts."""
    log_probs, mask = checks._batches(105)[-1]
    np.testing.assert_allclose(
        checks._rewards(log_probs.tolist(), mask.tolist()),
        np.array(in_exact_fractions(log_probs, mask), dtype=float),
        rtol=1e-14,
    )


# Exercise 2


@pytest.mark.parametrize(
    ("b", "variance"),
    [(0, 9.5), (-1, 5.625), (-3, 1.625), (-3.6, 1.4), (-4, 1.5), (-5, 2.625), (-8, 13.5)],
)
def test_the_variance_is_not_that_of_the_chapters_three_cells(b, variance):
    """½, ¼, ¼ and −5, −1, −5, worked on paper: 1.4 and five eighths of the square of b + 3.6."""
    weights, rewards = np.array([0.5, 0.25, 0.25]), np.array([-5.0, -1, -5])
    assert checks._spread(weights, rewards, b) == pytest.approx(variance, rel=1e-12)
    assert checks._best_baseline(weights, rewards) == pytest.approx(-3.6, rel=1e-12)


def exact_variance(weights, rewards, b):
    """Return the total variance by exact fractions: the mean of squares less the square of the mean, entry by entry."""
    places = range(len(weights))
    total = Fraction(0)
    for j in places:
        pushes = [(rewards[s] - b) * ((s == j) - weights[j]) for s in places]
        mean = sum(weights[s] * pushes[s] for s in places)
        total += sum(weights[s] * pushes[s] ** 2 for s in places) - mean**2
    return total


@pytest.mark.parametrize(
    ("weights", "rewards", "ratio"),
    [
        (("0.98", "0.01", "0.01"), ("-10", "-0.1", "-0.1"), 1326.849),
        (("0.98", "0.01", "0.01"), ("-10", "0", "0"), 3120.667),
        (("0.49", "0.49", "0.02"), ("-10", "-10", "0"), 0.0556947),
        (("0.7", "0.15", "0.15"), ("-10", "0", "0"), 4.37037),
    ],
)
def test_a_ratio_is_not_the_exact_one(weights, rewards, ratio):
    exact = [list(map(Fraction, numbers)) for numbers in (weights, rewards)]
    mean = sum(a * r for a, r in zip(*exact, strict=True))
    assert float(exact_variance(*exact, mean) / exact_variance(*exact, Fraction(0))) == pytest.approx(ratio, rel=1e-5)
    numbers = [np.array(one, dtype=float) for one in exact]
    found = checks._spread(*numbers, float(mean)) / checks._spread(*numbers, 0)
    assert found == pytest.approx(ratio, rel=1e-5)


@pytest.mark.parametrize("seed", range(6))
def test_the_best_baseline_is_not_the_lowest_point(seed):
    draw = np.random.default_rng(seed)
    weights, rewards = draw.dirichlet(np.ones(3)), -10 * draw.random(3)
    best = checks._best_baseline(weights, rewards)
    lowest = checks._spread(weights, rewards, best)
    for off in (-1.0, -0.01, 0.01, 1.0):
        assert checks._spread(weights, rewards, best + off) > lowest
    even = np.full(3, 1 / 3)
    assert checks._best_baseline(even, rewards) == pytest.approx(rewards.mean())


def shown(weights, rewards):
    try:
        checks.check_mean_hurts(lambda: (weights, rewards))
    except checks.NotRight as reason:
        return str(reason)
    return ""


def test_ten_times_is_not_the_line():
    """With 1 − 2a, a, a and rewards of −10, 0, 0 the ratio is 10 near a = 0.1167, found by exact fractions."""
    for a, ratio in ((Fraction(116, 1000), True), (Fraction(118, 1000), False)):
        weights = [1 - 2 * a, a, a]
        mean = -10 * weights[0]
        rewards = [Fraction(-10), Fraction(0), Fraction(0)]
        exact = exact_variance(weights, rewards, mean) / exact_variance(weights, rewards, Fraction(0))
        assert (exact >= 10) == ratio
        assert (shown([float(one) for one in weights], [-10, 0, 0]) == "") == ratio


def test_the_bounds_are_not_in():
    assert shown([0.98, 0.01, 0.01], [-10, 0, 0]) == "" == shown([0.01, 0.01, 0.98], [0, 0, -1e-3])
    assert "Each place needs 0.01" in shown([0.981, 0.0095, 0.0095], [-10, 0, 0])
    assert "below −10" in shown([0.98, 0.01, 0.01], [-10.01, 0, 0])
    assert "above 0" in shown([0.98, 0.01, 0.01], [-10, 0, 0.001])
    assert "and not to one" in shown([0.9801, 0.01, 0.01], [-10, 0, 0])


def test_what_is_shown_is_not_what_was_found(capsys):
    checks.check_mean_hurts(lambda: ([0.98, 0.01, 0.01], [-10, -0.1, -0.1]))
    told = capsys.readouterr().out
    assert "variance is 0.00271, with the mean it is 3.6, 1,327 times as large" in told
    assert "The best b is −0.248, and the mean is −9.8." in told


# Exercise 3

EVERY = {**checks._RIGHT_ESTIMATES, **checks._SICK_ESTIMATES}
HALF = np.log([2.0, 1.0, 1.0])
REWARDS = [-5.0, -1.0, -5.0]
TABLE = [[-0.5, 0.25, 0.25], [-1.5, 2.25, -0.75], [0.5, 0.25, -0.75]]
"""By hand: ½, ¼, ¼ and −5, −1, −5 with b = −4, a row a draw."""


def called(estimate, calls=400, rewards=REWARDS, b=-4.0, scores=HALF):
    """Return what came of each call and what was asked in it."""
    found = []
    rng = np.random.default_rng(2)
    for _ in range(calls):
        asked = []
        got = estimate(scores.copy(), lambda s, asked=asked: (asked.append(s), rewards[s])[1], b, rng)
        found.append((tuple(np.asarray(got).round(5).tolist()), tuple(asked)))
    return found


@pytest.mark.parametrize("name", checks._RIGHT_ESTIMATES)
def test_a_right_version_is_none(name):
    estimate = checks._RIGHT_ESTIMATES[name]
    found = Counter(called(estimate, 2000))
    assert set(found) == {(tuple(row), (place,)) for place, row in enumerate(TABLE)}
    for (_, (place,)), times in found.items():
        assert abs(times - (1000, 500, 500)[place]) < 110
    again = [
        [estimate(SCORES, lambda s: s, 0.5, rng).tolist() for _ in range(12)]
        for rng in map(np.random.default_rng, (3, 3, 4))
    ]
    assert again[0] == again[1] != again[2]
    scores, asked = np.array([0.3, -0.7, 1.1]), []
    got = estimate(scores, lambda s: (asked.append(s), -2.0)[1], 5.0, np.random.default_rng(1))
    alpha = np.exp(scores) / np.exp(scores).sum()
    np.testing.assert_allclose(got, -7 * (np.eye(3)[asked[0]] - alpha), atol=2e-5)  # halves would be exact at HALF
    assert np.isfinite(estimate([1000.0, 0.0, -1000.0], lambda s: -1.0, 0.0, np.random.default_rng(1))).all()


def test_a_bug_cannot_be_seen_or_a_right_version_is_turned_away():
    assert [name for name, estimate in checks._RIGHT_ESTIMATES.items() if not is_reinforce(estimate)] == []
    assert [name for name, estimate in checks._SICK_ESTIMATES.items() if is_reinforce(estimate)] == []


PUSHES = {
    "sign turned": ([0.5, -0.25, -0.25], [1.5, -2.25, 0.75]),
    "b added": ([-4.5, 2.25, 2.25], [2.5, -3.75, 1.25]),
    "b not used": ([-2.5, 1.25, 1.25], [0.5, -0.75, 0.25]),
    "α without its factor": ([-1.5, -0.25, -0.25], [-0.5, 2.75, -0.25]),
    "b alone times the slope": ([-3, -6, -6], [-3, 2, -2]),
    "α not taken away": ([-1, 0, 0], [0, 3, 0]),
    "one-hot left out": ([0.5, 0.25, 0.25], [-1.5, -0.75, -0.75]),
    "slope of α, not of its log": ([-0.25, 0.125, 0.125], [-0.375, 0.5625, -0.1875]),
    "slope in α, not in scores": ([-2, 0, 0], [0, 12, 0]),
    "divided by S": ([-1 / 6, 1 / 12, 1 / 12], [-0.5, 0.75, -0.25]),
    "size of the reward lost": ([-0.5, 0.25, 0.25], [-0.5, 0.75, -0.25]),
    "no draw punished": ([0, 0, 0], [-1.5, 2.25, -0.75]),
    "cut off at 1 and −1": ([-0.5, 0.25, 0.25], [-0.5, 0.75, -0.25]),
}
"""What the first place and the second give, worked on paper."""


@pytest.mark.parametrize("name", PUSHES)
def test_a_wrong_push_is_not_what_its_name_says(name):
    found = set(called(checks._SICK_ESTIMATES[name], 60))
    for place, push in enumerate(PUSHES[name]):
        (got,) = {got for got, asked in found if asked == (place,)}
        np.testing.assert_allclose(got, push, atol=1e-5)


def test_a_reward_cut_off_is_cut_off_on_one_side_alone():
    """b = −2 in place of −4: −3 at the first place becomes −1."""
    found = dict(called(checks._SICK_ESTIMATES["cut off at 1 and −1"], 60, b=-2.0))
    assert {(-0.5, 0.25, 0.25), (-0.5, 0.75, -0.25)} <= set(found)
    lost = dict(called(checks._SICK_ESTIMATES["size of the reward lost"], 60, b=-4.5))
    assert (-0.5, 0.25, 0.25) in lost


def asked_alone(found):
    return Counter(asked for _, asked in found)


def only_right(found):
    """Return whether what comes is always right for the last place that was asked for."""
    return all(got == tuple(TABLE[asked[-1]]) for got, asked in found)


def near(found, shares):
    times = asked_alone(found)
    assert all(len(asked) == 1 for asked in times)
    return only_right(found) and all(
        abs(times[(place,)] / len(found) - share) < 0.09 for place, share in enumerate(shares)
    )


ROOTS = np.sqrt([2, 1, 1]) / np.sqrt([2, 1, 1]).sum()


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("asked twice", lambda found: set(asked_alone(found)) == {(0, 0), (1, 1), (2, 2)} and only_right(found)),
        ("all places asked", lambda found: set(found) == {((-0.5, 0.75, -0.25), (0, 1, 2))}),
        ("no draw, the largest", lambda found: near(found, [1, 0, 0])),
        ("drawn evenly", lambda found: near(found, [1 / 3] * 3) and not near(found, [0.5, 0.25, 0.25])),
        ("last place never drawn", lambda found: near(found, [2 / 3, 1 / 3, 0])),
        ("a temperature of 2", lambda found: near(found, ROOTS)),
        ("drawn from α squared", lambda found: near(found, [2 / 3, 1 / 6, 1 / 6])),
        ("one draw for ever", lambda found: len(set(found)) == 1 and only_right(found)),
        ("chance not of rng", lambda found: near(found, [0.5, 0.25, 0.25])),
        ("scores changed", lambda found: near(found, [0.5, 0.25, 0.25])),
    ],
)
def test_a_bug_is_not_what_its_name_says(name, holds):
    assert holds(called(checks._SICK_ESTIMATES[name]))


def test_the_next_place_is_not_the_next():
    """The reward is that of the place after, the last one's that of the first; the slope is the place's own."""
    found = set(called(checks._SICK_ESTIMATES["reward of the next place"]))
    assert found == {
        ((1.5, -0.75, -0.75), (1,)),  # the first place, and 3 of the second
        ((0.5, -0.75, 0.25), (2,)),  # the second, and −1 of the third
        ((0.5, 0.25, -0.75), (0,)),
    }


def test_a_bad_draw_is_not_repeated():
    """Below b, once; what comes is right for the last that was asked."""
    found = called(checks._SICK_ESTIMATES["a bad draw repeated"])
    ways = asked_alone(found)
    assert only_right(found) and set(ways) == {(1,), *((bad, place) for bad in (0, 2) for place in range(3))}
    assert abs(ways[(1,)] - 100) < 45


def test_two_draws_are_one():
    found = called(checks._SICK_ESTIMATES["a second draw for the slope"])
    slopes = np.eye(3) - [0.5, 0.25, 0.25]
    pairs = {(tuple(((REWARDS[s] + 4) * slopes[k]).tolist()), (s,)) for s in range(3) for k in range(3)}
    assert set(found) == pairs and len(pairs) == 9


def test_chance_of_its_own_is_that_of_rng():
    def places(name):
        return [
            tuple(asked for _, asked in called(checks._SICK_ESTIMATES[name], 40)) for _ in range(3)
        ]  # the same seed each time

    assert len(set(places("chance not of rng"))) == 3
    assert len(set(places("scores changed"))) == 1


@pytest.mark.parametrize("given", HANDED_IN)
def test_what_is_handed_in_is_changed_by_one_bug_alone(given):
    changed = []
    for name, estimate in EVERY.items():
        scores = HANDED_IN[given](torch.tensor([0.5, 0.25, -1.0], dtype=torch.float64))
        before = str(scores)
        got = estimate(scores, lambda s: -1.0 - s, -2.5, np.random.default_rng(8))
        assert isinstance(got, torch.Tensor if given in ("tensor", "single") else np.ndarray), name
        assert given != "single" or got.dtype == torch.float32, name
        assert tuple(got.shape) == (3,), name
        if str(scores) != before:
            changed.append(name)
            np.testing.assert_allclose(np.asarray(scores), np.array([0.5, 0.25, -1]) + np.asarray(got), rtol=1e-6)
    assert changed == ["scores changed"]


@pytest.mark.parametrize("name", EVERY)
def test_two_places_or_whole_numbers_break_a_version(name):
    got = EVERY[name]([2, 0], lambda s: torch.tensor(-1), np.int64(0), np.random.default_rng(0))
    assert got.shape == (2,) and np.isfinite(got).all()


def test_a_place_is_no_whole_number():
    """So that a list of rewards, a dict, and a tensor can be asked for it."""
    for name, estimate in EVERY.items():
        kinds = set()
        estimate(SCORES, lambda s, kinds=kinds: (kinds.add(type(s)), -1.0)[1], 0.0, np.random.default_rng(0))
        assert kinds == {int}, name


def test_an_error_of_the_learners_reward_is_hidden():
    def reward(place):
        raise KeyError("mine")

    for estimate in EVERY.values():
        with pytest.raises(KeyError, match="mine"):
            estimate(SCORES, reward, 0.0, np.random.default_rng(0))


def test_a_test_of_chance_is_not_told_how_chance_spreads(capsys):
    def too_sure(estimate):
        return abs(sum(asked == (0,) for _, asked in called(estimate, 200)) - 100) < 1

    assert "Chance spreads" in letter(checks.check_is_reinforce, too_sure)
    assert passes(checks.check_is_reinforce, is_reinforce, capsys)
