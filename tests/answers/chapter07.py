"""Right and wrong answers to the exercises of chapter 7."""

import numpy as np
import torch

from course_lib.checks import chapter07 as checks

# Right answers


def dot_in_disguise(W_a, s, h, r):
    U, g, V = torch.linalg.svd(W_a)
    return s @ U[:, :r] * g[:r], h @ V[:r].T


def values_on_the_keys(W_a, s, h, r):
    U, g, V = np.linalg.svd(np.asarray(W_a))
    return s.numpy() @ U[:, :r], h.numpy() @ (g[:r, None] * V[:r]).T


def roots_on_both(W_a, s, h, r):
    U, g, V = torch.linalg.svd(W_a, full_matrices=False)
    return [s @ U[:, :r] * g[:r].sqrt(), h @ V[:r].T * g[:r].sqrt()]


def in_lists_of_single_precision(W_a, s, h, r):
    return tuple(one.tolist() for one in dot_in_disguise(W_a.float(), s.float(), h.float(), r))


def by_qr(W_a, s, h, r):
    """Random columns of W_a's range are an orthonormal basis of it."""
    Q = torch.linalg.qr(W_a @ torch.randn(W_a.shape[1], r, dtype=W_a.dtype)).Q  # (H, r)
    return s @ Q, h @ (Q.T @ W_a).T


def by_eigenvectors(W_a, s, h, r):
    """Eigenvalues come in rising order: the last r belong to W_a's rows."""
    V = torch.linalg.eigh(W_a.T @ W_a).eigenvectors[:, -r:]
    return s @ W_a @ V, h @ V


def starved():
    scores = np.zeros(64)
    scores[1], scores[40] = 5, 20
    return scores, 4


def starved_in_a_list():
    return [0.0] * 10 + [800.0, 0.0] + [900.0] * 52, np.int64(12)


def starved_in_single_precision():
    scores = np.full(64, -3, dtype=np.float32)
    scores[[0, 63]] = 900, 912
    return scores, 63


def starved_by_many():
    """None of those beyond is larger than the word that stands out by more than a little."""
    return torch.tensor([6.0, 0.0] + [7.0] * 62), torch.tensor(2)


def random_case(T=4, S=5, H=3):
    return torch.randn(T + 1, H), torch.randn(S, H)


def weights_after(states, memory):
    return torch.softmax(states[1:] @ memory.T, -1)


def same(got, expected):
    return got.shape == expected.shape and torch.allclose(got, expected, atol=1e-5)


def asks_after(attend):
    states, memory = random_case()
    return same(attend(states, memory), weights_after(states, memory))


def asks_after_by_pencil(attend):
    ln2 = np.log(2)
    states, memory = [[3, 3, 3], [ln2, 0, 1], [2 * ln2, 5, 0]], [[2, 0, 0], [1, 0, 0]]
    got, expected = attend(states, memory), [[2 / 3, 1 / 3], [4 / 5, 1 / 5]]
    return np.shape(got) == (2, 2) and np.allclose(got, expected)


def asks_after_by_assertion(attend):
    """In double precision, with the defaults of assert_close for single."""
    states, memory = (one.double() for one in random_case(3, 4, 5))
    torch.testing.assert_close(attend(states, memory), weights_after(states, memory), rtol=1e-4, atol=1e-5)
    return True


def asks_after_in_numpy(attend):
    draw = np.random.default_rng(0)
    states, memory = draw.normal(size=(6, 2)), draw.normal(size=(3, 2))
    powers = np.exp(states[1:] @ memory.T)
    got, expected = attend(states, memory), powers / powers.sum(axis=1, keepdims=True)
    return got.shape == expected.shape and bool(np.abs(got - expected).max() < 1e-4)


def asks_after_by_single_rows(attend):
    states, memory = random_case()
    rows = attend(states, memory)
    return len(rows) == 4 and all(
        torch.allclose(rows[i], torch.softmax(memory @ states[i + 1], 0), atol=1e-5) for i in range(4)
    )


def asks_after_with_whole_numbers(attend):
    states, memory = torch.randint(-2, 3, (5, 3)), torch.randint(-2, 3, (6, 3))
    return same(attend(states, memory), weights_after(states.float(), memory.float()))


def asks_after_by_slopes(attend):
    """Values, and which states a row hears."""
    states, memory = random_case()
    slopes = torch.autograd.functional.jacobian(lambda s: attend(s, memory), states).abs().amax((1, 3))  # (T, T + 1)
    return torch.equal(slopes > 0, torch.eye(5, dtype=torch.bool)[1:]) and asks_after(attend)


RIGHT = [
    (checks.check_dot_in_disguise, dot_in_disguise),
    (checks.check_dot_in_disguise, values_on_the_keys),
    (checks.check_dot_in_disguise, roots_on_both),
    (checks.check_dot_in_disguise, in_lists_of_single_precision),
    (checks.check_dot_in_disguise, by_qr),
    (checks.check_dot_in_disguise, by_eigenvectors),
    (checks.check_starved, starved),
    (checks.check_starved, starved_in_a_list),
    (checks.check_starved, starved_in_single_precision),
    (checks.check_starved, starved_by_many),
    (checks.check_asks_after, asks_after),
    (checks.check_asks_after, asks_after_by_pencil),
    (checks.check_asks_after, asks_after_by_assertion),
    (checks.check_asks_after, asks_after_in_numpy),
    (checks.check_asks_after, asks_after_by_single_rows),
    (checks.check_asks_after, asks_after_with_whole_numbers),
    (checks.check_asks_after, asks_after_by_slopes),
]


# Wrong answers


def by_svd(on_q, on_k=lambda k, g: k):
    """Return an answer whose queries and keys, still without singular values, go through these two."""

    def pair(W_a, s, h, r):
        U, g, V = torch.linalg.svd(W_a)
        return on_q(s @ U[:, :r], g[:r]), on_k(h @ V[:r].T, g[:r])

    return pair


def untransposed(W_a, s, h, r):
    U, g, V = torch.linalg.svd(W_a)
    return s @ U[:, :r] * g[:r], h @ V[:, :r]


def first_factor_transposed(W_a, s, h, r):
    U, g, V = torch.linalg.svd(W_a)
    return s @ U[:r].T * g[:r], h @ V[:r].T


def smallest_kept(W_a, s, h, r):
    U, g, V = torch.linalg.svd(W_a, full_matrices=False)
    return s @ U[:, -r:] * g[-r:], h @ V[-r:].T


def one_missing(W_a, s, h, r):
    q, k = (one.clone() for one in dot_in_disguise(W_a, s, h, r))
    q[:, -1] = 0
    return q, k


def all_directions(W_a, s, h, r):
    U, g, V = torch.linalg.svd(W_a, full_matrices=False)
    return s @ U * g, h @ V.T


def table_apart(W_a, s, h, r):
    U, g, V = torch.linalg.svd(s @ W_a @ h.T, full_matrices=False)
    return U[:, :r] * g[:r], V[:r].T


def whole_table_apart(W_a, s, h, r):
    """Keep the square factors, as svd gives them unasked: what is missing is a matter of shapes then."""
    U, g, V = torch.linalg.svd(s @ W_a @ h.T)
    return U[:, :r] * g[:r], V[:r].T


def squeezed(W_a, s, h, r):
    q, k = dot_in_disguise(W_a, s, h, r)
    return q.squeeze(), k.squeeze()


def into_the_states(W_a, s, h, r):
    s *= 2
    return dot_in_disguise(W_a, s / 2, h, r)


def without_rank(W_a, s, h, r):
    U, g, V = torch.linalg.svd(W_a)
    return s.matmul(U).mul(g), h.matmul(V.T)  # breaks where H is not M


def scores_of(inside, beyond, S=4, others=0.0):
    """Return starved() with one score at a word and one beyond the sentence."""

    def answer():
        scores = np.full(64, others)
        scores[1], scores[40] = inside, beyond
        return scores, S

    return answer


def one_too_far():
    scores = np.zeros(64)
    scores[4], scores[40] = 10, 30
    return scores, 4


def spoilt_by(value):
    def answer():
        scores = np.zeros(64)
        scores[1], scores[40] = 5, value
        return scores, 4

    return answer


def weights_in_place_of_scores():
    weights = np.full(64, 0.001)
    weights[1], weights[40] = 0.009, 1 - 0.009 - 62 * 0.001
    return weights, 4


def low_everywhere_in_the_sentence():
    return np.repeat([-900.0, 0.0], [4, 60]), 4


def on(case, compare=same, expected=weights_after):
    """Return a test on one case, which may hide a bug, or compare too little."""

    def test(attend):
        states, memory = case()
        return compare(attend(states, memory), expected(states, memory))

    return test


def always(verdict):
    def test(attend):
        attend(*random_case())
        return verdict

    return test


def equal_states():
    states, memory = random_case()
    return states[:1].expand(5, -1), memory


def of_length_one():
    return tuple(torch.nn.functional.normalize(one, dim=-1) for one in random_case())


def largest_on_the_diagonal(attend):
    """As many words as steps, each annotation the state that should find it."""
    weights = attend(4 * torch.eye(5)[[4, 0, 1, 2, 3]], torch.eye(5)[:4])
    return torch.equal(weights.argmax(-1), torch.arange(4))


WRONG = [
    (
        checks.check_dot_in_disguise,
        lambda W_a, s, h, r: (s @ W_a, h),
        "the scores are right, but queries and keys have 4 numbers each",
    ),
    (
        checks.check_dot_in_disguise,
        lambda W_a, s, h, r: (s, h @ W_a.T),
        "the scores are right, but queries and keys have 5 numbers each",
    ),
    (checks.check_dot_in_disguise, all_directions, "needs no more than r numbers"),
    (checks.check_dot_in_disguise, table_apart, "Did you take the table of scores apart"),
    (checks.check_dot_in_disguise, whole_table_apart, r"expected shape \(3, 5\), \(T, r\), got shape \(3, 3\)"),
    (checks.check_dot_in_disguise, by_svd(lambda q, g: q), "The singular values are left out"),
    (
        checks.check_dot_in_disguise,
        by_svd(lambda q, g: q * g, lambda k, g: k * g),
        "stand on both sides, so each counts twice",
    ),
    (checks.check_dot_in_disguise, by_svd(lambda q, g: q * g.sqrt()), "roots of the singular values stand on one side"),
    (checks.check_dot_in_disguise, by_svd(lambda q, g: q / g), "divided by the singular values"),
    (checks.check_dot_in_disguise, untransposed, "The third factor that svd returns is transposed already"),
    (checks.check_dot_in_disguise, first_factor_transposed, "The first factor is transposed"),
    (
        checks.check_dot_in_disguise,
        lambda W_a, s, h, r: (s @ W_a[:, :r], h[:, :r]),
        "the first r columns of W_a",
    ),
    (checks.check_dot_in_disguise, lambda W_a, s, h, r: (s[:, :r], h @ W_a[:r].T), "the first r rows of W_a"),
    (checks.check_dot_in_disguise, lambda W_a, s, h, r: (s[:, :r], h[:, :r]), "W_a is not used"),
    (checks.check_dot_in_disguise, smallest_kept, "You kept the smallest singular values"),
    (checks.check_dot_in_disguise, one_missing, "One of the r directions is missing"),
    (checks.check_dot_in_disguise, by_svd(lambda q, g: q * g / len(g) ** 0.5), "divided by the root of r"),
    (checks.check_dot_in_disguise, by_svd(lambda q, g: q * g / 5**0.5), "divided by the root of H"),
    (
        checks.check_dot_in_disguise,
        by_svd(lambda q, g: torch.softmax(q * g, -1), lambda k, g: torch.softmax(k, -1)),
        "Queries and keys went through a softmax",
    ),
    (checks.check_dot_in_disguise, by_svd(lambda q, g: torch.softmax(q * g, -1)), "The queries went through a softmax"),
    (checks.check_dot_in_disguise, lambda W_a, s, h, r: s @ W_a @ h.T, "this is one table"),
    (
        checks.check_dot_in_disguise,
        lambda W_a, s, h, r: torch.softmax(s @ W_a @ h.T, -1),
        "this is one table",
    ),
    (
        checks.check_dot_in_disguise,
        lambda *given: dot_in_disguise(*given)[::-1],
        "queries and keys have changed places",
    ),
    (
        checks.check_dot_in_disguise,
        lambda *given: tuple(one.T for one in dot_in_disguise(*given)),
        "The axes stand in another order",
    ),
    (checks.check_dot_in_disguise, squeezed, r"queries .*r=1.*expected shape \(6, 1\).*an axis of size 1"),
    (checks.check_dot_in_disguise, without_rank, "without_rank raised RuntimeError"),
    (checks.check_dot_in_disguise, into_the_states, "has changed what it was handed"),
    (
        checks.check_dot_in_disguise,
        lambda *given: (one for one in dot_in_disguise(*given)),
        "expected 2 values .queries, keys., got a generator",
    ),
    (checks.check_dot_in_disguise, by_svd(lambda q, g: torch.log(-q.abs())), "queries: got NaN"),
    (checks.check_dot_in_disguise, lambda W_a, s, h, r: dot_in_disguise(W_a + 0.1, s, h, r), "expected .* got"),
    (checks.check_starved, lambda: (np.zeros(64), 4), "All scores are equal"),
    (checks.check_starved, scores_of(20, 0), "belongs to a word of the sentence"),
    (checks.check_starved, scores_of(20, 20), "belongs to a word of the sentence"),
    (checks.check_starved, scores_of(10, 11), "but only 1.00 above it"),
    (checks.check_starved, scores_of(5, 20, S=64), "nothing is cut off"),
    (checks.check_starved, scores_of(5, 20, S=100), "nothing is cut off"),
    (checks.check_starved, scores_of(5, 20, S=0), "nothing to look at"),
    (checks.check_starved, scores_of(5, 20, S=-1), "nothing to look at"),
    (checks.check_starved, scores_of(0, 20, S=1), "with one word"),
    (checks.check_starved, scores_of(5, 20, S=4.0), "S, the number of words: expected whole numbers"),
    (checks.check_starved, scores_of(5, 20, S=[1, 3]), "S, the number of words: expected one number"),
    (checks.check_starved, spoilt_by(np.inf), "an infinity or a NaN breaks"),
    (checks.check_starved, spoilt_by(np.nan), "an infinity or a NaN breaks"),
    (checks.check_starved, scores_of(0, 20), "all have one score"),
    (checks.check_starved, low_everywhere_in_the_sentence, "all have one score"),
    (checks.check_starved, scores_of(2, 20), "too near to the others"),
    (checks.check_starved, one_too_far, "one too far"),
    (checks.check_starved, weights_in_place_of_scores, "These look like weights"),
    (checks.check_starved, lambda: starved()[::-1], "the scores come first, then S"),
    (checks.check_starved, lambda: starved()[0], "expected 2 values .scores, S., got 64"),
    (checks.check_starved, lambda: (starved()[0][:60], 4), r"expected shape \(64,\), \(longest,\), got shape \(60,\)"),
    (checks.check_starved, lambda: (starved()[0][None], 4), "an axis of size 1"),
    (checks.check_starved, lambda: (*starved(), "left"), "expected 2 values .scores, S., got 3"),
    (checks.check_asks_after, lambda attend: True, "never calls"),
    (checks.check_asks_after, always(True), "catches 0 of 12 bugs"),
    (checks.check_asks_after, always(False), "turns away dot, after the step, in double"),
    (checks.check_asks_after, on(random_case, torch.equal), "turns away .*last digits"),
    (
        checks.check_asks_after,
        on(random_case, expected=lambda states, memory: torch.softmax(states[:-1] @ memory.T, -1)),
        r"turns away .*first row comes from states\[1\]",
    ),
    (
        checks.check_asks_after,
        on(random_case, expected=lambda states, memory: torch.softmax(states[1:] @ memory.T / 3**0.5, -1)),
        "turns away .*a plain dot product",
    ),
    (checks.check_asks_after, on(lambda: random_case(T=1)), "lets through the last state at every step"),
    (checks.check_asks_after, on(lambda: random_case(H=1)), "lets through a product divided by the root of H"),
    (checks.check_asks_after, on(equal_states), "the state before the step.*two steps back.*the last state"),
    (checks.check_asks_after, on(of_length_one), "lets through a cosine"),
    (
        checks.check_asks_after,
        largest_on_the_diagonal,
        "root of H.*a softmax over the steps.*without a softmax.*cosine",
    ),
    (
        checks.check_asks_after,
        on(random_case, lambda got, expected: got.shape == expected.shape),
        "the state before the step.*a cosine",
    ),
    (
        checks.check_asks_after,
        on(random_case, lambda got, _: torch.allclose(got.sum(-1), torch.ones(len(got)))),
        "the state before the step.*a row for the start state",
    ),
    (
        checks.check_asks_after,
        on(random_case, lambda got, expected: same(got[-1], expected[-1])),
        "the last state at every step.*at the first step only",
    ),
    (
        checks.check_asks_after,
        on(random_case, lambda got, expected: torch.allclose(got[1:4], expected[1:4], atol=1e-5)),
        "lets through the state before at the first step only",
    ),
    (
        checks.check_asks_after,
        on(random_case, lambda got, expected: torch.allclose(got.sort().values, expected.sort().values, atol=1e-5)),
        "lets through the words of a row in reversed order",
    ),
    (checks.check_asks_after, lambda attend: attend(*(one[None] for one in random_case())), "the start state and"),
    (checks.check_asks_after, lambda attend: attend(*random_case()), "the verdict of your test"),
    (
        checks.check_asks_after,
        lambda attend: weights_after(*random_case()) is not None,
        "never calls",
    ),
]
