"""Right and wrong answers to the exercises of chapter 9."""

import math

import numpy as np
import torch

from course_lib.checks import chapter09 as checks
from tests.exercises import always

# Right answers


def pull(scores, positions, p, D, values):
    away, sigma = positions - p, D / 2
    weights = scores.softmax(0) * torch.exp(-(away**2) / (2 * sigma**2))
    return (weights * away / sigma**2) @ values


def pull_by_loops(scores, positions, p, D, values):
    raised = [math.exp(score) for score in scores.tolist()]
    slope = [0.0] * values.shape[1]
    for e, j, row in zip(raised, positions.tolist(), values.tolist(), strict=True):
        weight = e / sum(raised) * math.exp(-((j - p) ** 2) / (2 * (D / 2) ** 2))
        for m, v in enumerate(row):
            slope[m] += weight * (j - p) / (D / 2) ** 2 * v
    return slope


def pull_by_einsum(scores, positions, p, D, values):
    away = (positions - p) / D
    return torch.einsum("w,w,w,wm->m", scores.softmax(0), torch.exp(-2 * away**2), 4 * away / D, values)


def pull_by_autograd(scores, positions, p, D, values):
    p = torch.tensor(p, dtype=torch.float64, requires_grad=True)
    weights = scores.softmax(0) * torch.exp(-((positions - p) ** 2) / (2 * (D / 2) ** 2))
    return torch.stack([torch.autograd.grad(number, p, retain_graph=True)[0] for number in weights @ values])


def pull_by_nudges(scores, positions, p, D, values):
    def context(p):
        return (scores.softmax(0) * torch.exp(-2 * ((positions.double() - p) / D) ** 2)) @ values

    return (context(p + 1e-5) - context(p - 1e-5)) / 2e-5


def pull_in_single_precision(scores, positions, p, D, values):
    return pull(scores.float(), positions.float(), p, D, values.float())


def pull_in_numpy(scores, positions, p, D, values):
    away = positions.numpy() - np.float64(p)
    weights = np.exp(scores.numpy() - scores.numpy().max())
    weights = weights / weights.sum() * np.exp(-(away**2) / (2 * (np.int64(D) / 2) ** 2))
    return values.numpy().T @ (weights * away * 4 / D**2)


SCORES, VALUES = np.array([0, 0, 0, 0, 0, 30, 0.0]), np.array([4, 4, 4, 4, 4, 0, 4.0])


def jump():
    return SCORES, VALUES, 2.5, 2


def jump_of_kinds():
    """A 0-d tensor, a NumPy integer, single precision and a list."""
    return SCORES.tolist(), torch.tensor(VALUES).float(), torch.tensor(2.5), np.int64(2)


def jump_in_three_words():
    """The least that there is: at 0.5 the last of three comes in."""
    return [np.array([0, 0, 40]), np.array([4, 4, 0]), np.float32(0.5), 1]


def jump_on_the_way_out():
    """The word that goes has all of the softmax; p is a hair below the place where the window changes."""
    scores, values = torch.zeros(9), torch.full((9,), 3.0)
    scores[2], values[2] = 25, 0
    return scores, values, 5.4999995, torch.tensor(3)


def jump_of_opposite_values():
    """Whole numbers, values of two signs, a D of 4: the word that comes in pulls the other way."""
    scores = np.zeros(12, dtype=np.int64)
    scores[10] = 9
    values = np.full(12, -2)
    values[10] = 2
    return scores, values, 5.5, 4


def window_of(steps, lengths, D):
    """Return what should come, in nested lists."""
    return [
        [[j < n and abs(j - min(i, n - 1)) <= D for j in range(max(lengths))] for i in range(steps)] for n in lengths
    ]


LENGTHS, STEPS = (3, 8, 5), 11


def is_window(windows):
    return all(np.array_equal(windows(STEPS, list(LENGTHS), D), np.array(window_of(STEPS, LENGTHS, D))) for D in (1, 3))


def is_window_in_tensors(windows):
    for D in (1, 3):
        got = windows(STEPS, torch.tensor(LENGTHS), D)
        assert got.dtype == torch.bool and got.tolist() == window_of(STEPS, LENGTHS, D)
    return True


def is_window_by_pencil(windows):
    """Two sentences, of one place and of four; then a wider D for the longer alone."""
    narrow = np.array(["1000", "1000", "1000", "1000", "1000", "1000", "1100", "1110", "0111", "0011", "0011", "0011"])
    wide = np.array(["1110000", "1111000", "1111100", "0111110", "0011111", "0001111", "0000111", "0000111"])
    return all(
        np.array_equal(np.concatenate(windows(steps, lengths, D)), [[c == "1" for c in row] for row in rows])
        for steps, lengths, D, rows in ((6, [1, 4], 1, narrow), (8, np.array([7]), np.int32(2), wide))
    ) and is_window_by_counts(windows)


def is_window_by_counts(windows):
    """Where each window begins, where it ends, how many it holds."""
    for D in (1, 3):
        got = windows(steps=STEPS, lengths=torch.tensor(LENGTHS), D=D)
        if tuple(got.shape) != (3, STEPS, 8):
            return False
        for rows, n in zip(got.tolist(), LENGTHS, strict=True):
            for i, row in enumerate(rows):
                p = min(i, n - 1)
                first, last = max(p - D, 0), min(p + D, n - 1)
                if row != [False] * first + [True] * (last - first + 1) + [False] * (7 - last):
                    return False
    return True


RIGHT = [
    (checks.check_pull, pull),
    (checks.check_pull, pull_by_loops),
    (checks.check_pull, pull_by_einsum),
    (checks.check_pull, pull_by_autograd),
    (checks.check_pull, pull_by_nudges),
    (checks.check_pull, pull_in_single_precision),
    (checks.check_pull, pull_in_numpy),
    (checks.check_jump, jump),
    (checks.check_jump, jump_of_kinds),
    (checks.check_jump, jump_in_three_words),
    (checks.check_jump, jump_on_the_way_out),
    (checks.check_jump, jump_of_opposite_values),
    (checks.check_is_window, is_window),
    (checks.check_is_window, is_window_in_tensors),
    (checks.check_is_window, is_window_by_pencil),
    (checks.check_is_window, is_window_by_counts),
]


# Wrong answers


def slope(weigh=lambda a, bell, away, s: a * bell, over=lambda away, s: away / s**2, sigma=lambda D: D / 2):
    """Return an answer that sums the values by ``weigh``, times ``over``, with ``sigma`` of D."""

    def answer(scores, positions, p, D, values):
        away, s = positions - p, sigma(D)
        bell = torch.exp(-(away**2) / (2 * s**2))
        return (weigh(scores.softmax(0), bell, away, s) * over(away, s)) @ values

    return answer


def by_autograd_of(weights):
    """Return the slope of what ``weights(scores, away, D)`` makes of the values."""

    def answer(scores, positions, p, D, values):
        return torch.autograd.functional.jacobian(
            lambda p: weights(scores, positions - p, D) @ values, torch.tensor(p, dtype=torch.float64)
        )

    return answer


def bell_of(away, D):
    return torch.exp(-2 * (away / D) ** 2)


def renormalised(scores, away, D):
    weights = scores.softmax(0) * bell_of(away, D)
    return weights / weights.sum()


def by_products_and_differentiated_twice(scores, positions, p, D, values):
    a = scores.softmax(0)
    return pull(torch.log(a * (1 - a)), positions, p, D, values) * (a * (1 - a)).sum()


def divided_once(scores, positions, p, D, values):
    return pull(scores, positions, p, D, values) * (D / 2)


def raw_scores(scores, positions, p, D, values):
    return slope(lambda a, bell, away, s: scores * bell)(scores, positions, p, D, values)


def raised_scores(scores, positions, p, D, values):
    return slope(lambda a, bell, away, s: scores.exp() * bell)(scores, positions, p, D, values)


def from_the_first(scores, positions, p, D, values):
    return pull(scores, positions - positions[0], p, D, values)


def from_the_nearest(scores, positions, p, D, values):
    return pull(scores, positions, round(p), D, values)


def slope_from_the_nearest(scores, positions, p, D, values):
    return slope(over=lambda away, s: (positions - round(p)) / s**2)(scores, positions, p, D, values)


def bell_around_the_nearest(scores, positions, p, D, values):
    near = bell_of(positions - round(p), D)
    return slope(lambda a, bell, away, s: a * near)(scores, positions, p, D, values)


def as_wide_as_what_is_there(scores, positions, p, D, values):
    return pull(scores, positions, p, (len(positions) - 1) / 2, values)


def places_changed(scores, positions, p, D, values):
    positions -= p
    return pull(scores, positions, 0, D, values)


def the_context(scores, positions, p, D, values):
    return (scores.softmax(0) * bell_of(positions - p, D)) @ values


def a_row_a_word(scores, positions, p, D, values):
    return torch.stack([pull(scores, positions, p, D, torch.diag(row)) for row in torch.eye(len(scores))])


def of_the_weights(scores, positions, p, D, values):
    return pull(scores, positions, p, D, torch.eye(len(scores), dtype=torch.float64))


def a_row_of_values_a_word(scores, positions, p, D, values):
    return of_the_weights(scores, positions, p, D, values)[:, None] * values


def nudged_coarsely(scores, positions, p, D, values):
    ends = [the_context(scores, positions, near, D, values) for near in (p, p + 1e-3)]
    return (ends[1] - ends[0]) / 1e-3


def into_the_scores(scores, positions, p, D, values):
    scores -= scores.max()
    return pull(scores, positions, p, D, values)


def for_one_window(scores, positions, p, D, values):
    places = torch.arange(-D, D + 1) + round(p)
    return pull(scores.expand_as(places), places, p, D, values)


def jump_with(scores=SCORES, values=VALUES, p=2.5, D=2):
    return lambda: (scores, values, p, D)


def rising():
    """Values that rise with the place: the jump is there, and a steep slope before it."""
    return np.array([0, 0, 0, 0, 30, 0, 0.0]), np.array([-10, 0, 4, 10, 0, 0, 0.0]), 1.5, 2


def on(lengths=LENGTHS, steps=STEPS, D=(1, 3), compare=np.array_equal, expected=window_of):
    """Return a test on one case, which may hide a bug, or compare too little."""

    def test(windows):
        return all(
            bool(compare(np.asarray(windows(steps, list(lengths), one)), np.array(expected(steps, lengths, one))))
            for one in D
        )

    return test


def counted_from_one(steps, lengths, D):
    return np.array(window_of(steps + 1, lengths, D))[:, 1:]


def by_how_many(got, expected):
    return got.shape == expected.shape and got.sum() == expected.sum()


def until_the_shortest_ends(got, expected):
    return np.array_equal(got[:, :3], expected[:, :3])


E1, E2, E3 = checks.check_pull, checks.check_jump, checks.check_is_window
WRONG = [
    (E1, slope(over=lambda away, s: -away / s**2), "The sign is turned"),
    (E1, slope(sigma=lambda D: D), "the bell is twice as wide as local-p's"),
    (E1, slope(over=lambda away, s: away / (2 * s) ** 2), "in its slope D itself stands where σ"),
    (E1, slope(lambda a, bell, away, s: a * bell ** (1 / 4)), "In the slope σ is right, but the bell is twice"),
    (E1, divided_once, "divided by σ once"),
    (E1, slope(over=lambda away, s: away), "divided by no σ"),
    (E1, slope(over=lambda away, s: 2 * away / s**2), "It is twice the slope"),
    (E1, slope(over=lambda away, s: away / (2 * s**2)), "It is half the slope"),
    (E1, slope(lambda a, bell, away, s: a * bell**2, lambda away, s: 2 * away / s**2), "In the exponent the 2 before"),
    (E1, slope(lambda a, bell, away, s: a * bell**2), "the bell in it has lost the 2"),
    (E1, slope(sigma=lambda D: 1), "σ is 1 here, whatever D is"),
    (E1, slope(lambda a, bell, away, s: a * bell / (s * math.tau**0.5)), "In local-p its top is 1"),
    (E1, by_autograd_of(renormalised), "share one whole again"),
    (E1, by_autograd_of(lambda scores, away, D: (scores + bell_of(away, D).log()).softmax(0)), "a bell inside"),
    (E1, by_autograd_of(lambda scores, away, D: (scores * bell_of(away, D)).softmax(0)), "before the softmax"),
    (E1, slope(lambda a, bell, away, s: a * bell / (a * bell).sum()), "divided by their sum; local-p leaves them"),
    (E1, by_products_and_differentiated_twice, "The softmax has been differentiated too"),
    (E1, slope(lambda a, bell, away, s: a * (1 - a) * bell), "The softmax has been differentiated too"),
    (E1, slope(lambda a, bell, away, s: a), "The bell is left out"),
    (E1, slope(lambda a, bell, away, s: bell), "The softmax is left out"),
    (E1, raw_scores, "the softmax is missing"),
    (E1, raised_scores, "that is no softmax yet"),
    (E1, slope(over=lambda away, s: abs(away) / s**2), "have lost their signs"),
    (E1, from_the_nearest, "those from the nearest place; the bell stands around p"),
    (E1, slope_from_the_nearest, "its slope counts from the nearest place"),
    (E1, bell_around_the_nearest, "the bell in it stands around the nearest place"),
    (E1, from_the_first, "counted from the first of the window"),
    (E1, as_wide_as_what_is_there, "for D=1, p=0.3, words 0 to 1 .* read off how many words"),
    (E1, places_changed, "has changed what it was handed"),
    (E1, the_context, "This is the context itself"),
    (E1, of_the_weights, r"expected shape \(4,\), got \(7,\). These are the slopes of the weights"),
    (E1, a_row_of_values_a_word, r"expected shape \(4,\), got \(7, 4\). Each row of it is the share of one word"),
    (E1, lambda *given: pull(*given).sum(), "The numbers of the context are added up"),
    (E1, lambda *given: pull(*given) / len(given[1]), "This is the mean over the words"),
    (E1, into_the_scores, "has changed what it was handed"),
    (E1, for_one_window, "raised RuntimeError"),
    (E1, lambda *given: given[4].matmul(of_the_weights(*given)), "raised RuntimeError"),
    (E1, lambda *given: torch.log(-abs(pull(*given))), "got NaN"),
    (E2, jump_with(p=2.0), "the nearest place is 2, so the window holds words 0 to 4"),
    (E2, jump_with(p=2.499), "Where does the nearest place change"),
    (E2, jump_with(scores=np.zeros(7)), "none has more of the softmax than word 0, 0.2 of it"),
    (E2, jump_with(scores=np.array([0, 0, 0, 0, 0, np.inf, 0])), "must all be finite numbers; word 5 has none"),
    (E2, jump_with(values=np.array([4, 4, 4, 4, 4, np.nan, 4])), "the values must all be finite"),
    (E2, jump_with(D=0), "D is 0; a window has at least 1"),
    (E2, jump_with(D=-2), "D is -2; a window"),
    (E2, jump_with(D=7), "with D=7 all 7 words are in the window on both sides"),
    (E2, jump_with(np.array([0, 30]), np.array([4, 0]), 0.5, 1), "all 2 words are in the window"),
    (E2, jump_with(D=2.5), "D: expected whole numbers, got the float 2.5"),
    (E2, jump_with(p=7.5), "p is 7.5, off the sentence"),
    (E2, jump_with(p=-0.5), "p is -0.5, off the sentence"),
    (E2, jump_with(p=7.0), "the nearest place is 6"),
    (E2, jump_with(p=[2.5, 3.5]), "p: expected one number"),
    (E2, jump_with(np.zeros(7), 1e9 * np.arange(7), 3.0, 2), "a value beyond 10 in size"),
    (E2, jump_with(values=np.array([0, 0, 0, 0, 0, 4, 0])), "Word 5 comes in with 1 .* the bell leaves it 0.044"),
    (E2, jump_with(values=np.full(7, 0.3)), "Word 5 comes in with 1 of the softmax"),
    (E2, jump_with(SCORES[::-1].copy(), np.array([0, 0, 4, 0, 0, 0, 0]), 3.5, 2), "Word 1 goes with 1 of the softmax"),
    (E2, rising, "just below p its slope is"),
    (E2, lambda: (*(one[::-1].copy() for one in rising()[:2]), 4.5, 2), "just above p its slope is"),
    (E2, jump_with(values=VALUES[:6]), "there are 7 scores and 6 values"),
    (E2, jump_with(scores=SCORES[None]), r"the scores: expected one number a word, \(S,\), got shape \(1, 7\)"),
    (E2, jump_with(values=4.0), r"the values: expected one number a word, \(S,\), got shape \(\)"),
    (E2, lambda: (SCORES, VALUES, 2.5), r"expected 4 values \(scores, values, p, D\), got 3"),
    (E3, lambda windows: True, "never calls"),
    (E3, lambda windows: always(True)(windows, STEPS, LENGTHS, 1), "catches 0 of 15 bugs"),
    (E3, lambda windows: always(False)(windows, STEPS, LENGTHS, 1), "turns away one that compares all at once"),
    (E3, on(expected=counted_from_one), "turns away .*D places to each side of place i"),
    (E3, on(lengths=(6,), steps=9), "catches 13 of 15 bugs. It lets through held where the longest .*; padding inside"),
    (E3, on(lengths=(6, 6)), "It lets through held where the longest sentence ends; padding inside. Which"),
    (E3, on(steps=3), "It lets through on past the end; .*held where the longest sentence ends"),
    (E3, on(D=(8,)), "catches 7 of 15 bugs. It lets through one place short on the right; one place too many"),
    (E3, on(D=(2,)), "catches 14 of 15 bugs. It lets through 2 to each side whatever D is. Which"),
    (E3, on(lengths=(6,), steps=6, D=(1, 2)), "; steps and places exchanged. Which"),
    (E3, on(compare=by_how_many), "lets through round the start|lets through one place"),
    (E3, on(compare=until_the_shortest_ends), "lets through on past the end; held where the longest"),
    (E3, on(compare=lambda got, expected: got.shape == expected.shape), "catches 1 of 15 bugs"),
    (E3, lambda windows: windows(STEPS, 5, 1), "raised ValueError: windows: expected a number of steps"),
    (E3, lambda windows: windows(STEPS, [2.5], 1), "raised ValueError: windows: expected a number of steps"),
    (E3, lambda windows: windows(STEPS, LENGTHS, 1), "the verdict of your test"),
]
