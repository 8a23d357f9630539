"""Right and wrong answers to the exercises of chapter 12."""

import itertools
from collections import Counter
from fractions import Fraction

import numpy as np
import torch

from course_lib.checks import chapter12 as checks
from tests.exercises import always

# Right answers


def leave_one_out(alpha, h, read):
    own = read(alpha @ h)
    moves = []
    for j in range(len(alpha)):
        rest = alpha.copy()
        rest[j] = 0
        moves.append(0.5 * np.abs(read(rest / rest.sum() @ h) - own).sum())
    return np.array(moves)


def by_a_matrix(alpha, h, read):
    """All weights at once, the readout row by row; single precision in between."""
    rests = (alpha * (1 - np.eye(len(alpha)))).astype(np.float32)
    contexts = rests / rests.sum(axis=1, keepdims=True) @ h
    return np.abs(np.apply_along_axis(read, 1, contexts) - read(alpha @ h)).sum(axis=1) / 2


def by_subtraction(alpha, h, read):
    """What is left of the context, and the sum of what words gain."""
    context = alpha @ h
    return [
        np.maximum(read((context - a * row) / (1 - a)) - read(context), 0).sum()
        for a, row in zip(alpha, h, strict=True)
    ]


def in_lists(alpha, h, read):
    alpha, h = alpha.tolist(), h.tolist()

    def word(weights):
        total = sum(weights)
        context = [sum(w / total * row[m] for w, row in zip(weights, h, strict=True)) for m in range(len(h[0]))]
        return read(context)

    own = word(alpha)
    return [
        sum(abs(p - q) for p, q in zip(word([*alpha[:j], 0.0, *alpha[j + 1 :]]), own, strict=True)) / 2
        for j in range(len(alpha))
    ]


def in_torch(alpha, h, read):
    """Places deleted, not set to 0; 0-d tensors in a list."""
    alpha, h = torch.from_numpy(alpha), torch.from_numpy(h)
    own, found = read(alpha @ h), []
    for j in range(len(alpha)):
        others = torch.arange(len(alpha)) != j
        left = read(alpha[others] @ h[others] / alpha[others].sum())
        found.append((left - own).abs().sum() / 2)
    return found


def direction(h):
    """A direction that neither the context nor the sum sees."""
    return np.linalg.svd(np.column_stack([h, np.ones(len(h))]).T)[2][-1]


def along(alpha, d):
    """As far along ``d`` as no weight is below 0."""
    return alpha + np.min(-alpha[d < 0] / d[d < 0]) * d


def another_map(alpha, h):
    return along(alpha, direction(h))


def the_other_end(alpha, h):
    return along(alpha, -direction(h)).tolist()


def on_few_places(alpha, h):
    """M + 2 places take part: one of them gives, and the others are solved for."""
    M = h.shape[1]
    columns = np.column_stack([h, np.ones(len(h))])[: M + 2]
    d = np.zeros(len(alpha))
    d[: M + 2] = [*np.linalg.solve(columns[:-1].T, -columns[-1]), 1.0]
    steps = [Fraction(a) / Fraction(-b) for a, b in zip(alpha, d, strict=True) if b < 0]
    return tuple(float(Fraction(a) + min(steps) * Fraction(b)) for a, b in zip(alpha, d, strict=True))


def as_few_as_there_can_be(alpha, h):
    """One place after another is used up, until M + 1 are left."""
    alpha = alpha.copy()
    while (alpha > 1e-12).sum() > h.shape[1] + 1:
        held = np.flatnonzero(alpha > 1e-12)
        alpha[held] = along(alpha[held], direction(h[held]))
    return alpha


def by_projection(alpha, h):
    """Any direction, less what context and sum see of it; tensors in single precision."""
    columns = torch.column_stack([torch.from_numpy(h), torch.ones(len(h), dtype=torch.float64)])
    d = torch.randn(len(h), generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    d = d - columns @ torch.linalg.lstsq(columns, d).solution
    steps = -torch.from_numpy(alpha) / d
    return (torch.from_numpy(alpha) + steps[steps > 0].min() * d).float()


ROW, WORDS = np.array([0, 0.125, 0, 0.875, 0]), np.array([False, True, True, True, False])


def is_permuted(permute):
    rows = np.tile(ROW, (50, 1))
    calls = np.array([permute(rows, WORDS, np.random.default_rng(seed)) for seed in range(60)])
    again = permute(rows, WORDS, np.random.default_rng(0))
    if (rows != ROW).any() or (again != calls[0]).any() or calls[:, :, ~WORDS].any():
        return False
    dealt = calls[:, :, WORDS]
    if not np.allclose(np.sort(dealt), np.sort(ROW[WORDS])):
        return False
    _, times = np.unique(dealt.reshape(-1, 3), axis=0, return_counts=True)
    even = len(times) == 6 and np.abs(times - 500).max() < 120
    return even and np.ptp(dealt, axis=0).all() and np.ptp(dealt, axis=1).all()


def in_pytests_way(permute):
    """Rows of other numbers, padding on the left, tensors in; two rows of a call are alike once in six times."""
    weights = torch.tensor([[0, 0, 0.7, 0.297, 0.003], [0, 0, 0.2, 0.0, 0.8]] * 6, dtype=torch.float64)
    mask = torch.tensor([False, False, True, True, True])
    given, found, calls = weights.clone(), Counter(), []
    for seed in range(80):
        dealt = permute(weights, mask, np.random.default_rng(seed))
        assert dealt.shape == (12, 5) and not dealt[:, :2].any(), "padding"
        assert torch.allclose(dealt.sort().values, given.sort().values, atol=1e-6), "other numbers"
        calls.append([str(row) for row in dealt[:, 2:].argsort(1).tolist()])
        found.update(calls[-1])
    assert torch.equal(permute(weights, mask, np.random.default_rng(79)), dealt), "another chance"
    assert torch.equal(weights, given), "changed"
    assert len(found) == 6 and all(100 < times < 220 for times in found.values()), "not equally likely"
    assert all(len(set(row)) > 1 for row in [*(call[::2] for call in calls), *zip(*calls, strict=True)]), (
        "one order for several"
    )
    return True


def in_loops(permute):
    """Lists in, Python's counting; two words in one row at first, then four in many rows."""
    ones = [permute([[0.0, 0.6, 0.0, 0.4]], [0, 1, 0, 1], np.random.default_rng(k)).tolist()[0] for k in range(100)]
    if any(max(abs(a - b) for a, b in zip(sorted(row), [0, 0, 0.4, 0.6], strict=True)) > 1e-6 for row in ones):
        return False
    if any(row[0] or row[2] for row in ones) or not 20 < sum(row[1] > 0.5 for row in ones) < 80:
        return False
    given = [0.0, 0.123, 0.456, 0.421]
    many = [given] * 1200
    dealt = [tuple(round(x, 5) for x in row) for row in permute(many, [1, 1, 1, 1], np.random.default_rng(5)).tolist()]
    counts = Counter(dealt)
    if many != [given] * 1200 or set(counts) != set(itertools.permutations(given)):
        return False
    ends = [permute(many[:1], [1] * 4, np.random.default_rng(3)).tolist() for _ in range(4)]
    return min(counts.values()) > 15 and max(counts.values()) < 100 and ends == ends[:1] * 4


def by_nearest_orders(permute):
    """Single rows from one generator that runs on; then whether two rows, and two calls, are as they should be."""
    row = np.array([[0.0, 0.501, 0.499]])
    kept, rng = row.copy(), np.random.default_rng(11)
    ways = np.array(list(itertools.permutations(row[0])))
    rows = np.array([permute(row, np.ones(3, dtype=bool), rng)[0] for _ in range(240)])
    apart = np.abs(rows[:, None] - ways).max(2)
    many = permute(np.repeat(row, 40, 0), np.ones(3, dtype=bool), rng)
    twice = [permute(np.arange(12.0).reshape(2, 6), np.arange(6) > 1, np.random.default_rng(2)) for _ in range(2)]
    return (
        (apart.min(1) < 1e-6).all()
        and np.ptp(np.bincount(apart.argmin(1), minlength=6)) < 45
        and np.ptp(many, axis=0).all()
        and (twice[0] == twice[1]).all()
        and (np.sort(twice[0], 1) == [[0, 0, 2, 3, 4, 5], [0, 0, 8, 9, 10, 11]]).all()
        and not twice[0][:, :2].any()
        and (row == kept).all()
    )


E1, E2, E3 = checks.check_leave_one_out, checks.check_another_map, checks.check_is_permuted
RIGHT = [
    (E1, leave_one_out),
    (E1, by_a_matrix),
    (E1, by_subtraction),
    (E1, in_lists),
    (E1, in_torch),
    (E2, another_map),
    (E2, the_other_end),
    (E2, on_few_places),
    (E2, as_few_as_there_can_be),
    (E2, by_projection),
    (E3, is_permuted),
    (E3, in_pytests_way),
    (E3, in_loops),
    (E3, by_nearest_orders),
]


# Wrong answers


def renormalised(rest):
    return rest / rest.sum()


def variation(left, own):
    return np.abs(left - own).sum() / 2


def taken(without=lambda rest, gone: renormalised(rest), apart=variation):
    """Return an answer that hands ``without(the weights with a 0, the one taken away)`` on and measures ``apart``."""

    def answer(alpha, h, read):
        own, found = read(alpha @ h), []
        for j, gone in enumerate(alpha):
            rest = alpha.copy()
            rest[j] = 0
            found.append(apart(read(without(rest, gone) @ h), own))
        return np.array(found)

    return answer


def softmax(x):
    return np.exp(x) / np.exp(x).sum()


def jensen_shannon(left, own):
    middle = (left + own) / 2
    return (left * np.log(left / middle)).sum() / 2 + (own * np.log(own / middle)).sum() / 2


def softmax_of_others(rest, gone):
    return np.where(rest > 0, np.exp(rest), 0) / np.exp(rest[rest > 0]).sum()


def annotation_erased(alpha, h, read):
    own, found = read(alpha @ h), []
    for j in range(len(alpha)):
        other = h.copy()
        other[j] = 0
        found.append(variation(read(alpha @ other), own))
    return found


def annotation_erased_in_place(alpha, h, read):
    own = read(alpha @ h)
    for row in h:
        row *= 0
    return [variation(read(alpha @ h), own)] * len(alpha)


def one_copy_for_all(alpha, h, read):
    own, rest, found = read(alpha @ h), alpha.copy(), []
    for j in range(len(alpha)):
        rest[j] = 0
        rest /= rest.sum()
        found.append(variation(read(rest @ h), own))
    return np.array(found)


def in_place(alpha, h, read):
    own, found = read(alpha @ h), []
    for j in range(len(alpha)):
        gone, alpha[j] = alpha[j], 0
        found.append(variation(read(alpha / alpha.sum() @ h), own))
        alpha[j] = gone / 2
    return found


def through_a_view(alpha, h, read):
    rest = alpha[:]
    rest[0] = 0
    return taken()(alpha, h, read)


def matrix_of_rests(alpha):
    return alpha * (1 - np.eye(len(alpha)))


def in_a_batch_of_one(alpha, h, read):
    return read((alpha @ h)[None])


def annotations_in_columns(alpha, h, read):
    return leave_one_out(alpha, h.T, read)


def shares_alone(alpha, h, read):
    """Reads what a place adds to the context, and nothing else."""
    return [variation(read(a * row), read(alpha @ h)) for a, row in zip(alpha, h, strict=True)]


def wrong_axis(alpha, h, read):
    rests = matrix_of_rests(alpha) / (1 - alpha)
    return [variation(read(rest @ h), read(alpha @ h)) for rest in rests]


def columns_divided(alpha, h, read):
    rests = matrix_of_rests(alpha)
    return [variation(read(rest @ h), read(alpha @ h)) for rest in rests / rests.sum(axis=0)]


def divided_by_all(alpha, h, read):
    rests = matrix_of_rests(alpha)
    return [variation(read(rest @ h), read(alpha @ h)) for rest in rests / rests.sum()]


def all_contexts_at_once(alpha, h, read):
    return variation(read(matrix_of_rests(alpha) @ h), read(alpha @ h))


def of_contexts(apart):
    def answer(alpha, h, read):
        rests = matrix_of_rests(alpha) / (1 - alpha)[:, None]
        return [apart(rest @ h, alpha @ h) for rest in rests]

    return answer


def one_place_on(alpha, h, read):
    return taken()(np.roll(alpha, -1), np.roll(h, -1, axis=0), read)


def one_place_back(alpha, h, read):
    return taken()(np.roll(alpha, 1), np.roll(h, 1, axis=0), read)


def without_the_last(alpha, h, read):
    return leave_one_out(alpha, h, read)[:-1]


def only_where_it_was(alpha, h, read):
    """Forgets that a place may have had nothing."""
    return leave_one_out(alpha, h, read) * alpha / alpha


def nothing_for_nothing(alpha, h, read):
    return [None if a == 0 else m for a, m in zip(alpha, leave_one_out(alpha, h, read), strict=True)]


def null(columns):
    return np.linalg.svd(columns.T)[2][-1]


def step_of(share):
    """Return an answer that goes ``share`` of the way to where a weight is used up."""
    return lambda alpha, h: alpha + share * (another_map(alpha, h) - alpha)


def sum_forgotten(alpha, h):
    return along(alpha, null(h))


def from_a_short_decomposition(alpha, h):
    columns = np.column_stack([h, np.ones(len(h))])
    return along(alpha, np.linalg.svd(columns.T, full_matrices=False)[2][-1])


def context_forgotten(alpha, h):
    return np.array([0, alpha[0] + alpha[1], *alpha[2:]])


def cut_off(alpha, h):
    return np.maximum(step_of(1.5)(alpha, h), 0)


def cut_off_and_divided(alpha, h):
    return renormalised(cut_off(alpha, h))


def the_longest_step(alpha, h):
    d = direction(h)
    return alpha + np.max(-alpha[d < 0] / d[d < 0]) * d


def the_shortest_of_all_steps(alpha, h):
    """Takes the sizes of the steps, and so for some h the length of the way back."""
    d = direction(h)
    return alpha + np.abs(alpha / d).min() * d


def a_chosen_place(alpha, h):
    d = direction(h)
    return alpha - alpha[0] / d[0] * d


def least_squares(alpha, h):
    columns = np.column_stack([h, np.ones(len(h))])
    return np.linalg.lstsq(columns.T, alpha @ columns, rcond=None)[0]


def largest_away(alpha, h):
    rest = alpha.copy()
    rest[rest.argmax()] = 0
    return renormalised(rest)


def over_nothing(alpha, h):
    d = np.zeros(len(alpha))
    return alpha + np.nanmin(-alpha / d) * d


def of_columns(alpha, h):
    return another_map(alpha, h.T)


def solved(alpha, h):
    return np.linalg.solve(h.T, alpha)


def into_alpha(alpha, h):
    alpha += another_map(alpha, h) - alpha
    return alpha


def with_row(row, mask, compare, calls=60, rows=50):
    """Return a test that hands ``compare`` what came, (calls, rows, S), what was handed in, and the mask."""

    def test(permute):
        weights = np.tile(row, (rows, 1))
        mine = np.array(mask, dtype=bool)
        dealt = np.array([permute(weights, mine, np.random.default_rng(seed)) for seed in range(calls)])
        return bool(compare(dealt, weights, mine))

    return test


def called_with(weights, mask, rng=None):
    def test(permute):
        return permute(weights, mask, np.random.default_rng(1) if rng is None else rng)

    return test


def sums_alone(dealt, weights, mask):
    return np.allclose(dealt.sum(2), weights.sum(1)) and not dealt[:, :, ~mask].any()


def same_numbers(dealt, weights, mask):
    return np.allclose(np.sort(dealt), np.sort(weights))


def something_changed(dealt, weights, mask):
    return same_numbers(dealt, weights, mask) and not np.allclose(dealt, weights)


def every_row_changed(dealt, weights, mask):
    return same_numbers(dealt, weights, mask) and (dealt != weights).any(2).all()


def every_number_at_every_place(dealt, weights, mask):
    """Counts places, not orders."""
    words = dealt[:, :, mask].reshape(-1, mask.sum())
    means = [(np.abs(words - one) < 1e-6).mean(0) for one in weights[0, mask]]
    return same_numbers(dealt, weights, mask) and np.allclose(means, 1 / mask.sum(), atol=0.08)


def equally_often(allowed):
    def compare(dealt, weights, mask):
        _, times = np.unique(dealt.reshape(-1, dealt.shape[2]), axis=0, return_counts=True)
        return same_numbers(dealt, weights, mask) and np.abs(times / times.sum() - 1 / 6).max() <= allowed

    return compare


def equal_to_the_last_digit(dealt, weights, mask):
    return (np.sort(dealt) == np.sort(weights)).all()


def unlike_rows(dealt, weights, mask):
    return all((row != rows[0]).any() for rows in dealt for row in rows[1:])


def padding_kept(dealt, weights, mask):
    return (dealt[:, :, ~mask] == weights[:, ~mask]).all()


THREE, FOUR = [0.125, 0, 0.875], [0.503, 0, 0.3, 0.197]
WRONG = [
    (E1, taken(lambda rest, gone: rest), "The other weights are not divided by what is left"),
    (
        E1,
        annotation_erased,
        "To set the annotation to 0 in place of the weight comes to the same",
    ),
    (E1, annotation_erased_in_place, "has changed what it was handed"),
    (E1, taken(apart=lambda left, own: np.abs(left - own).sum()), "It is twice the total variation"),
    (E1, taken(apart=lambda left, own: np.abs(left - own).max()), "the largest difference of a single word"),
    (E1, taken(apart=lambda left, own: np.abs(left - own).mean()), "the mean over the words, not half"),
    (E1, taken(apart=lambda left, own: (left - own).sum()), "have kept their signs, and cancel"),
    (E1, taken(apart=lambda left, own: ((left - own) ** 2).sum()), "The differences are squared. Take"),
    (E1, taken(apart=lambda left, own: ((left - own) ** 2).sum() / 2), "squared before they are halved"),
    (E1, taken(apart=lambda left, own: np.linalg.norm(left - own)), "squared, and the root drawn"),
    (E1, taken(apart=lambda left, own: (own * np.log(own / left)).sum()), "a Kullback.Leibler divergence. Asked"),
    (E1, taken(apart=lambda left, own: (left * np.log(left / own)).sum()), "a Kullback.Leibler divergence, seen from"),
    (E1, taken(apart=jensen_shannon), "a Jensen.Shannon divergence"),
    (
        E1,
        taken(apart=lambda left, own: left.argmax() != own.argmax()),
        "another word is the likeliest now",
    ),
    (E1, taken(apart=lambda left, own: float(left.argmax() != own.argmax())), "another word is the likeliest now"),
    (E1, taken(apart=lambda left, own: abs(left - own)[own.argmax()]), "how far the likeliest word alone moves"),
    (E1, taken(apart=lambda left, own: left[own.argmax()] - own.max()), "how much the likeliest word alone gains"),
    (E1, taken(apart=lambda left, own: own.max() - left[own.argmax()]), "how much the likeliest word alone loses"),
    (E1, taken(apart=lambda left, own: np.minimum(left, own).sum()), "what the two distributions share"),
    (E1, taken(apart=lambda left, own: left), r"expected shape \(5,\), got \(5, 4\). These are the probabilities"),
    (
        E1,
        taken(apart=lambda left, own: np.abs(left - own)),
        r"got \(5, 4\). Each row is what moves word by word; .*sum",
    ),
    (E1, taken(apart=lambda left, own: left - own), r"got \(5, 4\). Each row is what moves word by word"),
    (E1, taken(softmax_of_others), "The others have been put through a softmax"),
    (E1, taken(lambda rest, gone: softmax(rest)), "A softmax brings back what was taken away"),
    (E1, taken(lambda rest, gone: np.where(rest > 0, rest + gone / (len(rest) - 1), 0)), "is shared out evenly"),
    (E1, taken(lambda rest, gone: rest / gone), "divided by what was taken away"),
    (E1, taken(lambda rest, gone: rest * (1 - gone)), "multiplied by what is left"),
    (E1, taken(lambda rest, gone: 1.0 * (rest == 0)), "keeps one place and takes all others away"),
    (E1, taken(lambda rest, gone: renormalised(1.0 * (rest > 0))), "are made even"),
    (E1, one_copy_for_all, "What was taken away stays away"),
    (E1, in_place, "has changed what it was handed"),
    (E1, through_a_view, "has changed what it was handed"),
    (E1, wrong_axis, "Each weight is divided by 1 less itself"),
    (E1, columns_divided, "Was each column divided by its sum"),
    (E1, divided_by_all, "All rows together add up to one"),
    (E1, all_contexts_at_once, r"read: expected one context, \(3,\), got shape \(5, 3\)"),
    (E1, in_a_batch_of_one, r"got shape \(1, 3\). Ask for one at a time"),
    (E1, shares_alone, r"expected 0.\d+, got 0.\d+\.$"),
    (E1, annotations_in_columns, "raised ValueError: matmul"),
    (E1, of_contexts(lambda left, own: np.abs(left - own).sum()), "distances of contexts. What does read make"),
    (E1, of_contexts(variation), "distances of contexts, halved"),
    (E1, of_contexts(lambda left, own: np.linalg.norm(left - own)), "lengths of the way between two contexts"),
    (E1, lambda alpha, h, read: alpha, "This is the weights themselves"),
    (E1, lambda alpha, h, read: leave_one_out(alpha, h, read).sum(), "The places are added up"),
    (E1, one_place_on, "one place too early"),
    (E1, one_place_back, "one place too late"),
    (E1, without_the_last, r"expected shape \(5,\), \(S,\), got shape \(4,\)"),
    (E1, only_where_it_was, "got NaN at"),
    (E1, nothing_for_nothing, "nothing was put there"),
    (E1, lambda alpha, h: alpha, "is called with 3 argument"),
    (E2, lambda alpha, h: alpha, "these are the model's own, unchanged"),
    (E2, step_of(1e-7), "these are the model's own, unchanged"),
    (E2, step_of(0.5), "none is used up. .*in the same direction: 2 times as far, and weight . reaches 0"),
    (E2, step_of(0.9), "direction: 1.11111 times as far"),
    (E2, least_squares, "none is used up|below 0. Sum and context are right"),
    (E2, step_of(1.5), "is -0.*, below 0. Sum and context are right, so the direction is; stop sooner"),
    (E2, the_longest_step, "below 0. Sum and context are right"),
    (E2, the_shortest_of_all_steps, "none is used up"),
    (E2, a_chosen_place, "below 0. Sum and context are right"),
    (E2, lambda alpha, h: -alpha, "below 0. A weight is a share"),
    (E2, sum_forgotten, "got a sum of .* that is one more equation"),
    (E2, from_a_short_decomposition, "got a sum of .* A short singular value decomposition leaves out"),
    (E2, lambda alpha, h: direction(h), "got a sum of 0: this is a direction"),
    (E2, lambda alpha, h: 0 * alpha, "got a sum of 0 and not of one. Nor is .* Was a weight cut off at 0"),
    (E2, lambda alpha, h: 2 * alpha, "got a sum of 2 and not of one. What one place gains"),
    (E2, cut_off, "and not of one. Nor is .* Was a weight cut off at 0"),
    (E2, cut_off_and_divided, "the context moves: its number .* Was it cut off there, or shared out"),
    (E2, largest_away, "the context moves: .* A weight is 0, but the others do not make up for it"),
    (E2, context_forgotten, "the context moves: .* A weight is 0, but the others do not make up for it"),
    (E2, lambda alpha, h: np.roll(alpha, 1), "the model's numbers in another order"),
    (E2, lambda alpha, h: alpha[::-1], "the model's numbers in another order"),
    (E2, lambda alpha, h: np.full(len(alpha), 1 / len(alpha)), "Which shifts of weight leave each number"),
    (E2, lambda alpha, h: softmax(alpha), "Which shifts of weight leave"),
    (E2, lambda alpha, h: another_map(alpha, h).round(1), "of 6 weights over annotations of 2 numbers"),
    (
        E2,
        lambda alpha, h: another_map(alpha, h)[None],
        r"expected shape \(6,\), \(S,\), got shape \(1, 6\). They differ by",
    ),
    (E2, lambda alpha, h: another_map(alpha, h) @ h, r"expected shape \(6,\), \(S,\), got shape \(2,\)"),
    (E2, lambda alpha, h: (another_map(alpha, h), 0.1), "rows have different lengths"),
    (E2, of_columns, "raised IndexError"),
    (E2, solved, "raised LinAlgError"),
    (E2, over_nothing, "got NaN at"),
    (E2, into_alpha, "has changed what it was handed"),
    (E3, lambda permute: True, "never calls"),
    (E3, lambda permute: always(True)(permute, [THREE], [1, 1, 1], np.random.default_rng(1)), "catches 0 of 19 bugs"),
    (
        E3,
        lambda permute: always(False)(permute, [THREE], [1, 1, 1], np.random.default_rng(1)),
        "turns away one that deals",
    ),
    (
        E3,
        with_row([0, *THREE, 0], [0, 1, 1, 1, 0], sums_alone),
        "lets through 0 taken for padding; one order",
    ),
    (E3, with_row(THREE, [1, 1, 1], same_numbers), "lets through weight on padding; words taken for the first"),
    (E3, with_row([0, *THREE], [0, 1, 1, 1], something_changed), "lets through weight on padding"),
    (E3, with_row(FOUR, [1, 1, 1, 1], every_row_changed), "turns away .*An order may leave all as it was"),
    (E3, with_row([*FOUR, 0], [1, 1, 1, 1, 0], every_number_at_every_place), "each row turned round in a circle"),
    (E3, with_row(THREE, [1, 1, 1], equally_often(0.005)), "turns away .*Chance spreads"),
    (E3, with_row(THREE, [1, 1, 1], equally_often(0.25)), "lets through .*keys that are often level"),
    (E3, with_row([0.1, 0.2, 0.7], [1, 1, 1], equal_to_the_last_digit), "turns away one in single precision.*single"),
    (E3, with_row(FOUR, [1, 1, 1, 1], unlike_rows), "turns away .*two rows may be alike"),
    (E3, with_row([0.5, *THREE], [0, 1, 1, 1], padding_kept), "turns away one that deals row by row, which is right"),
    (E3, called_with([THREE], [1, 1, 1], 3), "a NumPy generator for rng, .* got int"),
    (E3, called_with([THREE], [1, 1, 1], np.random), "a NumPy generator for rng, .* got module"),
    (E3, called_with(THREE, [1, 1, 1]), r"got shapes \(3,\) and \(3,\)"),
    (E3, called_with([THREE], [[1, 1, 1]]), r"got shapes \(1, 3\) and \(1, 3\)"),
    (E3, called_with([THREE], [0, 0, 0]), "True for one word at least"),
    (E3, called_with([THREE], [0.5, 1, 1]), "a mask of True and False"),
    (E3, called_with([[0.5, None, 0.5]], [1, 1, 1]), "argument 1: expected numbers, got None"),
    (
        E3,
        lambda permute: permute([THREE], [1, 1, 1]),
        r"TypeError: permute\(\) missing 1 required positional argument: 'rng'",
    ),
    (E3, called_with([THREE], [1, 1, 1]), "the verdict of your test: expected"),
]
