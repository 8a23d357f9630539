"""Right and wrong answers to the exercises of chapter 8."""

import numpy as np
import torch

from course_lib.checks import chapter08 as checks
from tests.exercises import always

# Right answers


def feed_the_state_back(W_ih, W_hh):
    E = W_ih.shape[1] - W_hh.shape[1]
    return W_ih[:, :E], W_hh + W_ih[:, E:]


def folded_in_numpy(W_ih, W_hh):
    word, fed = np.split(np.asarray(W_ih), [-W_hh.shape[1]], axis=1)
    return [word, fed + np.asarray(W_hh)]


def folded_in_lists_of_single_precision(W_ih, W_hh):
    return tuple(one.float().tolist() for one in feed_the_state_back(W_ih, W_hh))


def folded_on_a_copy(W_ih, W_hh):
    H = W_hh.shape[1]
    W_hh = W_hh.clone()
    W_hh += W_ih[:, -H:]
    return W_ih[:, :-H], W_hh


def folded_entry_by_entry(W_ih, W_hh):
    rows, H = W_hh.shape
    E = len(W_ih[0]) - H
    first = [[float(W_ih[k, e]) for e in range(E)] for k in range(rows)]
    return first, [[W_hh[k, h] + W_ih[k, E + h] for h in range(H)] for k in range(rows)]


def folded_by_a_product(W_ih, W_hh):
    """One matrix for [word; s; s], and one that writes s down twice."""
    H = W_hh.shape[1]
    E = W_ih.shape[1] - H
    twice = torch.zeros(E + 2 * H, E + H, dtype=W_ih.dtype)
    twice[: E + H], twice[E + H :, E:] = torch.eye(E + H), torch.eye(H)
    return torch.cat((W_ih, W_hh), 1).matmul(twice).split((E, H), 1)


def covered():
    return np.array([[0.4, 0.6, 0], [0.4, 0, 0.6]] * 2)


def covered_in_a_list():
    return [[0.4, 0.6]] * 3


def covered_in_single_precision():
    """A word a column, five words, as many steps as are allowed; the last word is always second."""
    weights = np.zeros((8, 5), dtype=np.float32)
    weights[np.arange(8), np.arange(8) % 4] = 0.7
    weights[:, 4] = 0.3
    return weights


def covered_to_the_edge():
    """As many steps as words: each has had exactly 1. Other words may be level."""
    return torch.tensor([[0.4, 0.6, 0.0], [0.4, 0.0, 0.6], [0.2, 0.4, 0.4]], dtype=torch.float64)


def covered_by_thirds():
    """Nearly level in every row, and yet never ahead."""
    return np.tile([0.333, 0.333, 0.334], (8, 1))


def a_case(B=3, T=4, E=2, H=5):
    return torch.randn(B, T, E), torch.randn(B, T, H)


def looks_before(embedded, attentional):
    zeros = torch.zeros_like(attentional[:, :1])
    return torch.cat((embedded, torch.cat((zeros, attentional[:, :-1]), 1)), -1)


def same(got, expected):
    return got.shape == expected.shape and torch.allclose(got, expected, atol=1e-5)


def feeds_the_look_before(fed_inputs):
    embedded, attentional = a_case()
    return same(fed_inputs(embedded, attentional), looks_before(embedded, attentional))


def feeds_by_pencil(fed_inputs):
    """Two sentences of three steps, in lists of whole numbers."""
    words, looks = [[[1], [2], [3]], [[4], [5], [6]]], [[[7, 8], [9, 1], [2, 2]], [[3, 4], [5, 6], [8, 8]]]
    expected = [[[1, 0, 0], [2, 7, 8], [3, 9, 1]], [[4, 0, 0], [5, 3, 4], [6, 5, 6]]]
    return np.array_equal(fed_inputs(words, looks), expected)


def feeds_by_assertion(fed_inputs):
    embedded, attentional = (one.double() for one in a_case())
    expected = looks_before(embedded, attentional)
    torch.testing.assert_close(fed_inputs(embedded, attentional), expected, rtol=1e-4, atol=1e-5)
    return True


def feeds_in_numpy(fed_inputs):
    draw = np.random.default_rng(0)
    embedded, attentional = draw.normal(size=(2, 5, 3)), draw.normal(size=(2, 5, 3))
    expected = np.zeros((2, 5, 6))
    expected[..., :3], expected[:, 1:, 3:] = embedded, attentional[:, :-1]
    got = fed_inputs(embedded, attentional)
    return got.shape == expected.shape and bool(np.abs(got - expected).max() < 1e-5)


def feeds_exactly_in_single_precision(fed_inputs):
    """Nothing is rounded where single precision goes in."""
    embedded, attentional = a_case(T=3)
    return torch.equal(fed_inputs(embedded, attentional), looks_before(embedded, attentional))


def feeds_by_nan(fed_inputs):
    """One look after the other is made NaN: which rows hear it? The values are those of the plain test."""
    embedded, attentional = a_case()
    for i in range(4):
        spoilt = attentional.clone()
        spoilt[1, i] = torch.nan
        heard = fed_inputs(embedded, spoilt).isnan().any(-1).nonzero().tolist()
        if heard != [[1, i + 1]] * (i < 3):
            return False
    return feeds_the_look_before(fed_inputs)


def feeds_by_slopes(fed_inputs):
    embedded, attentional = a_case()
    slopes = torch.autograd.functional.jacobian(lambda looks: fed_inputs(embedded, looks)[1], attentional)
    hears = slopes.abs().sum((1, 2, 4))  # a row for each step, a column for each look
    return torch.equal(hears[1:] > 0, torch.eye(4, dtype=torch.bool)[:3]) and feeds_the_look_before(fed_inputs)


RIGHT = [
    (checks.check_feed_the_state_back, feed_the_state_back),
    (checks.check_feed_the_state_back, folded_in_numpy),
    (checks.check_feed_the_state_back, folded_in_lists_of_single_precision),
    (checks.check_feed_the_state_back, folded_on_a_copy),
    (checks.check_feed_the_state_back, folded_entry_by_entry),
    (checks.check_feed_the_state_back, folded_by_a_product),
    (checks.check_covered, covered),
    (checks.check_covered, covered_in_a_list),
    (checks.check_covered, covered_in_single_precision),
    (checks.check_covered, covered_to_the_edge),
    (checks.check_covered, covered_by_thirds),
    (checks.check_feeds_the_look_before, feeds_the_look_before),
    (checks.check_feeds_the_look_before, feeds_by_pencil),
    (checks.check_feeds_the_look_before, feeds_by_assertion),
    (checks.check_feeds_the_look_before, feeds_in_numpy),
    (checks.check_feeds_the_look_before, feeds_exactly_in_single_precision),
    (checks.check_feeds_the_look_before, feeds_by_nan),
    (checks.check_feeds_the_look_before, feeds_by_slopes),
]


# Wrong answers


def folding(into, read=lambda word, fed: word):
    """Return an answer whose W_hh is ``into`` of W_hh and the columns of the fed state, whose W_ih is ``read``."""

    def pair(W_ih, W_hh):
        word, fed = W_ih.split((W_ih.shape[1] - W_hh.shape[1], W_hh.shape[1]), 1)
        return read(word, fed), into(W_hh, fed)

    return pair


def halves_exchanged(W_ih, W_hh):
    H = W_hh.shape[1]
    return W_ih[:, H:], W_hh + W_ih[:, :H]


def first_cut_off(W_ih, W_hh):
    return W_ih[:, W_hh.shape[1] :], W_hh


def first_added(W_ih, W_hh):
    E, H = W_ih.shape[1] - W_hh.shape[1], W_hh.shape[1]
    return W_ih[:, :E], W_hh + W_ih[:, :H]


def last_kept(W_ih, W_hh):
    H = W_hh.shape[1]
    return W_ih[:, H:], W_hh + W_ih[:, -H:]


def blocks_transposed(W_hh, fed):
    H = W_hh.shape[1]
    return W_hh + torch.cat([block.T for block in fed.split(H)])


def first_block_only(W_hh, fed):
    W_hh, H = W_hh.clone(), W_hh.shape[1]
    W_hh[:H] += fed[:H]
    return W_hh


def added_transposed(W_ih, W_hh):
    return W_ih[:, : -W_hh.shape[1]], W_hh.add(W_ih[:, -W_hh.shape[1] :].T)


def into_what_was_handed(W_ih, W_hh):
    W_hh += W_ih[:, -W_hh.shape[1] :]
    return W_ih[:, : -W_hh.shape[1]], W_hh


def rows_of(*rows):
    return lambda: np.array(rows, dtype=float)


def column_of_nine_tenths():
    return rows_of((0.3, 0.7, 0), (0.3, 0, 0.7), (0.3, 0.7, 0))()


def on(case, compare=same, expected=looks_before):
    """Return a test on one case, which may hide a bug, or compare too little."""

    def test(fed_inputs):
        embedded, attentional = case()
        return compare(fed_inputs(embedded, attentional), expected(embedded, attentional))

    return test


def equal_looks():
    embedded, attentional = a_case()
    return embedded, attentional[:1, :1].expand(3, 4, -1)


def looks_of_zeros():
    embedded, attentional = a_case()
    return embedded, torch.zeros_like(attentional)


def of_equal_size():
    return a_case(E=3, H=3)


def by_norms(got, expected):
    return got.shape == expected.shape and torch.allclose(got.norm(dim=-1), expected.norm(dim=-1), atol=1e-4)


def peeping(embedded, attentional):
    return torch.cat((embedded, attentional), -1)


def from_the_second_step(got, expected):
    return same(got[:, 1:], expected[:, 1:])


def looks_alone(got, expected):
    return same(got[..., -5:], expected[..., -5:])


def first_sentence_alone(got, expected):
    return same(got[0], expected[0])


E1, E2, E3 = checks.check_feed_the_state_back, checks.check_covered, checks.check_feeds_the_look_before
WRONG = [
    (E1, folding(lambda W_hh, fed: W_hh), "cut off and lost"),
    (E1, folding(lambda W_hh, fed: fed), "W_hh is lost"),
    (E1, folding(lambda W_hh, fed: (W_hh + fed) / 2), "a mean of two matrices"),
    (E1, folding(lambda W_hh, fed: W_hh - fed), "taken away from the other"),
    (E1, folding(lambda W_hh, fed: W_hh * fed), "multiplied entry by entry"),
    (E1, folding(lambda W_hh, fed: W_hh + fed + fed), "count twice"),
    (E1, halves_exchanged, "halves of W_ih have changed places"),
    (E1, first_cut_off, "The first H columns are cut off"),
    (E1, first_added, "what went into W_hh are the first H columns"),
    (E1, last_kept, "W_ih has kept the wrong columns"),
    (E1, folding(blocks_transposed), "The four blocks are added transposed"),
    (E1, folding(lambda W_hh, fed: W_hh + fed.T.reshape(W_hh.shape)), "turned over and reshaped"),
    (E1, folding(first_block_only), "Only the first of four blocks"),
    (E1, folding(lambda W_hh, fed: W_hh + fed, lambda word, fed: 0 * word), "What the word brings is lost"),
    (E1, added_transposed, "added_transposed raised RuntimeError"),
    (E1, into_what_was_handed, "has changed what it was handed"),
    (E1, lambda W_ih, W_hh: (W_ih, W_hh), "W_ih for E=3, H=4 has its full width still"),
    (E1, lambda W_ih, W_hh: (W_ih, W_hh + W_ih[:, -W_hh.shape[1] :]), "has its full width still"),
    (E1, lambda W_ih, W_hh: (W_ih[:, : -W_hh.shape[1]], W_ih), "it meets the state alone"),
    (E1, lambda W_ih, W_hh: feed_the_state_back(W_ih, W_hh)[::-1], "have changed places for E=3, H=4"),
    (
        E1,
        lambda W_ih, W_hh: tuple(one.T for one in feed_the_state_back(W_ih, W_hh)),
        r"expected shape \(16, 3\), \(4H, E\), got shape \(3, 16\). The axes stand in another order",
    ),
    (E1, lambda W_ih, W_hh: feed_the_state_back(W_ih, W_hh)[1], r"expected 2 values \(W_ih, W_hh\), got 16"),
    (E1, lambda W_ih, W_hh: feed_the_state_back(W_ih, W_hh + 0.1), "the states .*expected .* got"),
    (E1, folding(lambda W_hh, fed: torch.log(-abs(fed))), "W_hh: got NaN"),
    (E2, rows_of((0.4, 0.6, 0), (0.4, 0, 0.6), (0.5, 0.6, 0), (0.4, 0, 0.6)), "those of step 2 sum to 1.1"),
    (E2, column_of_nine_tenths, "word 2 has had 0.7 in all"),
    (E2, rows_of(*[(0.3, 0.7)] * 3), "word 0 has had 0.9 in all"),
    (E2, rows_of(*[(1 / 3, 1 / 3, 1 / 3)] * 4), "word 0 is nowhere ahead alone, but at step 0 it is level"),
    (E2, rows_of(*[(1 / 3, 1 / 3, 1 - 2 / 3)] * 4), "A tie leaves open"),
    (E2, rows_of((0.6, 0.4, 0), (0, 0.5, 0.5), (0.6, 0.4, 0), (0, 0.2, 0.8)), "word 1 .* at step 1 it is level"),
    (E2, rows_of((0.6, 0.6, -0.2), (0.6, 0, 0.4), (0.4, 0.6, 0), (0, 0, 1)), "at step 0, word 2 has -0.2"),
    (E2, rows_of(*[(0.2, 0.8), (0.2, 0.8)] * 5), "these are 10 steps; 8 are allowed"),
    (E2, rows_of(*np.eye(3)), "every word is the largest of some row"),
    (E2, rows_of((0.6, 0.4), (0.4, 0.6), (0.4, 0.6)), "every word is the largest of some row"),
    (E2, lambda: np.ones((4, 1)), "with one source word"),
    (E2, rows_of((0.5, 0.5, 0.5, 0.5), (0.5, 0.5, 0.5, 0.5)), "It is the columns that do"),
    (E2, lambda: [0.4, 0.6], r"expected a table \(T, S\), a row for each step, got shape \(2,\)"),
    (E2, lambda: [covered()], r"got shape \(1, 4, 3\)"),
    (E2, rows_of((np.nan, 0.5), (0.4, 0.6)), "the weights: got NaN"),
    (E2, lambda: [[0.4, 0.6], [0.4]], "rows have different lengths"),
    (E2, rows_of((0.0, 0.0), (0.0, 0.0)), "those of step 0 sum to 0"),
    (E3, lambda fed_inputs: True, "never calls"),
    (E3, lambda fed_inputs: always(True)(fed_inputs, *a_case()), "catches 0 of 11 bugs"),
    (E3, lambda fed_inputs: always(False)(fed_inputs, *a_case()), "turns away the look before, by padding"),
    (
        E3,
        on(lambda: tuple(torch.randn_like(one, dtype=torch.float64) for one in a_case()), torch.equal),
        "turns away the look before, in single .*last digits",
    ),
    (E3, on(a_case, expected=peeping), "turns away .*what the step before it made"),
    (
        E3,
        on(a_case, expected=lambda words, looks: looks_before(words, looks).roll(5, -1)),
        "turns away .*Words stand first",
    ),
    (
        E3,
        on(lambda: a_case(T=1)),
        "catches 8 of 11 bugs. It lets through the look two steps back; the look of the sentence before; the sum of "
        "all looks so far. Choose",
    ),
    (
        E3,
        on(lambda: a_case(B=1)),
        "at the first step; the look of the sentence before. Choose",
    ),
    (E3, on(equal_looks), "lets through the look of the sentence before. Choose"),
    (E3, on(looks_of_zeros), "lets through the look of the step itself; the look two steps back; the last look"),
    (E3, on(lambda: a_case(T=2)), "lets through the sum of all looks so far. Choose"),
    (E3, on(of_equal_size, by_norms), "lets through the look in front of the word. Choose"),
    (E3, on(a_case, from_the_second_step), "lets through the last look at the first step; the first look at the first"),
    (E3, on(a_case, looks_alone), "lets through words that come a step late too. Choose"),
    (E3, on(a_case, first_sentence_alone), "last look of the sentence before, at the first step. Choose"),
    (
        E3,
        on(a_case, lambda got, expected: got.shape == expected.shape),
        "itself;.*the look in front of the word; words",
    ),
    (E3, lambda fed_inputs: fed_inputs(*(one[0] for one in a_case())), "raised ValueError: fed_inputs: expected"),
    (E3, lambda fed_inputs: fed_inputs(*a_case()), "the verdict of your test"),
    (E3, lambda fed_inputs: looks_before(*a_case()) is not None, "never calls"),
]
