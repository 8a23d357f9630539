"""A correlation of ranks: by enumeration, by hand where numbers are equal, and blind to units."""

import math
from fractions import Fraction
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from course_lib.metrics import rank_correlation

WHOLE = st.lists(st.integers(-5, 5), min_size=2, max_size=9)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_of_every_order_it_is_the_formula_of_squared_distances(n: int) -> None:
    """1 − 6 Σ d² / (n (n² − 1)): in print since 1904, for ranks without equals."""
    for one, other in product(permutations(range(n)), repeat=2):
        distances = sum((a - b) ** 2 for a, b in zip(one, other, strict=True))
        xs, ys = [10.0**place for place in one], [math.exp(place) for place in other]
        expected = 1 - Fraction(6 * distances, n * (n * n - 1))
        assert rank_correlation(xs, ys).value == pytest.approx(float(expected), abs=1e-12)


def test_equal_numbers_share_the_mean_of_their_places() -> None:
    # ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: Σ 1.5 · 1.5 + 0 + 0 + 1.5 · 1.5 = 4.5; spreads 4.5 and 5
    assert rank_correlation([1, 2, 2, 4], [1, 2, 3, 4]).value == pytest.approx(4.5 / math.sqrt(4.5 * 5))
    # both sides with equals: ranks 1.5, 1.5, 3 and 1, 2.5, 2.5: −0.5 · −1 + −0.5 · 0.5 + 1 · 0.5 = 0.75; 1.5 each
    assert rank_correlation([0, 0, 9], [1, 7, 7]).value == pytest.approx(0.75 / 1.5)
    assert rank_correlation([2, 2, 1, 4], [3, 2, 1, 4]).value == rank_correlation([2, 2, 1, 4], [2, 3, 1, 4]).value


@given(WHOLE, st.randoms(use_true_random=False))
def test_units_do_not_matter_and_a_side_turned_round_turns_the_sign(xs: list[int], random) -> None:
    ys = random.sample(xs, len(xs))
    assume(len(set(xs)) > 1)
    rho = rank_correlation(xs, ys).value
    assert -1 <= rho <= 1
    assert rank_correlation([math.exp(x) for x in xs], [y**3 for y in ys]).value == pytest.approx(rho)
    assert rank_correlation(ys, xs).value == pytest.approx(rho)
    assert rank_correlation(xs, [-y for y in ys]).value == pytest.approx(-rho)
    assert rank_correlation(xs, xs).value == pytest.approx(1)


def test_the_score_says_what_it_counted() -> None:
    score = rank_correlation([1, 2, 3], [3, 1, 2])
    assert (score.n, score.signature, score.interval, score.undefined) == (3, "Spearman's ρ", None, "")
    assert str(score) == "Spearman's ρ = -0.50 (n = 3)"


def test_a_constant_side_has_no_order() -> None:
    for xs, ys in (([1, 1, 1], [1, 2, 3]), ([1, 2, 3], [5, 5, 5])):
        score = rank_correlation(xs, ys, bootstrap=10)
        assert math.isnan(score.value) and "constant" in score.undefined and score.interval is None


def test_an_interval_is_of_points_drawn_again_on_the_scale_of_rho() -> None:
    """Of points in one order every draw is in it; of three points out of order few draws leave 1 or −1 out."""
    rng = np.random.default_rng(3)
    xs = rng.normal(size=60)
    rising = rank_correlation(xs, xs, bootstrap=200)
    assert rising.interval == pytest.approx((1, 1))
    low, high = rank_correlation(xs, xs + rng.normal(size=60), bootstrap=500).interval or (math.nan,) * 2
    assert -1 < low < rank_correlation(xs, xs + 0).value and 0.3 < low < high < 0.95
    # a standard error of about (1 − ρ²) / √n: the interval is some four of them wide
    assert 0.1 < high - low < 0.5
    assert rank_correlation([1, 2, 3], [1, 3, 2], bootstrap=300).interval == pytest.approx((-1, 1))
    assert rank_correlation([1, 2], [2, 1], bootstrap=300).interval is None
    again = rank_correlation([1, 2, 3, 4], [1, 3, 2, 4], bootstrap=50).interval
    assert again == rank_correlation([1, 2, 3, 4], [1, 3, 2, 4], bootstrap=50).interval


def test_draws_in_which_a_side_is_constant_are_left_out() -> None:
    """Most draws of these hold one y alone; as NaN they would make the interval NaN, as 0 they would pull it there."""
    interval = rank_correlation([1, 2, 3, 4, 5, 6], [0, 0, 0, 0, 0, 1], bootstrap=300).interval
    assert interval is not None and 0 < interval[0] <= interval[1] <= 1


@pytest.mark.parametrize("bootstrap", [1, 2, 3, 40])
def test_the_ends_of_an_interval_are_percentiles_of_every_draw_that_has_an_order(bootstrap: int) -> None:
    xs, ys = np.array([3.0, 1.0, 4.0, 1.0, 5.0]), np.array([2.0, 7.0, 7.0, 8.0, 2.0])
    drawn = np.random.default_rng(0).integers(5, size=(bootstrap, 5))
    every = [rank_correlation(xs[places], ys[places]).value for places in drawn]
    expected = np.nanpercentile(every, (2.5, 97.5)) if bootstrap > 1 else None
    assert rank_correlation(xs, ys, bootstrap).interval == (None if expected is None else pytest.approx(expected))


def test_no_draw_with_an_order_is_no_interval() -> None:
    drawn = np.random.default_rng(0).integers(6, size=(2, 6))
    (never,) = set(range(6)) - set(drawn.ravel().tolist())
    score = rank_correlation(range(6), [place == never for place in range(6)], bootstrap=2)
    assert not math.isnan(score.value) and score.interval is None


@pytest.mark.parametrize(
    ("xs", "ys", "says"),
    [
        ([1, 2, 3], [1, 2], "as many xs as ys"),
        ([1], [1], "at least two"),
        ([], [], "at least two"),
        ([[1, 2], [3, 4]], [[1, 2], [3, 4]], "shapes"),
        ([1, math.nan], [1, 2], "xs: 1 of 2 numbers are NaN.* leave it out on both sides"),
        ([1, 2], [1, math.inf], "ys: 1 of 2 numbers are infinite.* leave it out on both sides"),
    ],
)
def test_what_has_no_order_is_refused(xs: list, ys: list, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        rank_correlation(xs, ys)
