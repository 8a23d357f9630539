"""Right and wrong answers to the exercises of chapter 13."""

import math
from collections import Counter
from itertools import product

import numpy as np
import torch

from course_lib.checks import chapter13 as checks
from tests.exercises import always

# Right answers


def least_risky(samples, gain):
    return max(samples, key=lambda h: sum(gain(h, r) for r in samples))


def by_loops(samples, gain):
    best, most = None, -1.0
    for candidate in samples:
        mean = 0.0
        for reference in samples:
            mean += gain(candidate, reference) / len(samples)
        if mean > most:
            best, most = list(candidate), mean
    return best


def by_a_matrix(samples, gain):
    """An array of words, found with a matrix in single precision."""
    gains = np.array([[gain(h, r) for r in samples] for h in samples], dtype=np.float32)
    return np.array(samples[gains.mean(1).argmax()])


def by_counts(samples, gain):
    """A Counter's weights, and shares in tensors."""
    times = Counter(samples)
    shares = torch.tensor([*times.values()]) / len(samples)
    worth = torch.stack([shares @ torch.tensor([gain(h, r) for r in times]) for h in times])
    return list(times)[int(worth.argmax())]


def without_its_own_place(samples, gain):
    """Itself left out, its copies kept: each loses a gain of 1, so the order stays."""

    def worth(k):
        return sum(gain(samples[k], r) for j, r in enumerate(samples) if j != k)

    return samples[max(range(len(samples)), key=worth)]


def garden_path():
    after = (0.4, 0.3, 0.2, 0.1)
    return {(): (0.4, 0.35, 0.25, 0), ("a",): after, ("b",): after}


def garden_path_in_arrays():
    """Keys as texts, rows as arrays, and one word deeper."""
    after = np.array([0.5, 0.3, 0.2, 0.0])
    return {"": np.array([0.4, 0.34, 0.26, 0]), "a": after, "b": after, "c": [0, 0, 0.95, 0.05]}


def level_where_it_does_not_matter():
    """All that a and b lead to is level, so which of them is kept is luck, and all of it is worse than c."""
    thirds = torch.full((3,), 1 / 3).tolist()
    return {(): [0.36, 0.36, 0.28, 0.0], ("a",): [*thirds, 0.0], ("b",): torch.tensor([*thirds, 0])}


def nothing_is_the_best():
    """The end of the empty sentence is third."""
    after = [np.float32(0.25)] * 4
    return {(): [0.4, 0.35, 0, 0.25], ("a",): after, ("b",): after}


def lost_at_the_second_word():
    """One first word; then the three ways part. The best is a c, and then nothing."""
    after = [0.5, 0.5, 0, 0]
    return {(): [1, 0, 0, 0], ("a",): [0.4, 0.35, 0.25, 0], ("a", "a"): after, ("a", "b"): after}


def sup(log_prob, length, longest, alpha):
    """Return the best score of all continuations, one length after another; the best of each costs nothing."""
    return max(log_prob / ((5 + n) / 6) ** alpha for n in range(length + 1, longest + 1))


GRID = [*product((0.0, -0.5, -6.0), ((0, 1), (0, 12), (1, 9), (4, 5), (4, 30)), (0.0, 0.6, 1.0))]


def is_bound(bound):
    return all(
        bound(p, length, longest, alpha) >= sup(p, length, longest, alpha) - 1e-5
        for p, (length, longest), alpha in GRID
    )


def by_enumeration(bound):
    """Every continuation of up to three words whose log-probabilities come from a few; a test in pytest's way."""
    for p, length, alpha in product((0.0, -1.0, -8.0), (0, 1, 6), (0, 0.6, 1)):
        for words in range(1, 4):
            for added in product((0.0, -0.3, -2.0), repeat=words):
                score = (p + sum(added)) / ((5 + length + words) / 6) ** alpha
                assert score <= bound(p, length, length + 3, alpha) + 1e-4, "a continuation is above it"
    for alpha in (0.6, 1):
        assert bound(-8, 1, 20, alpha) >= -8 / (25 / 6) ** alpha - 1e-4, "a long one is above it"
    return True


def all_at_once(bound):
    """Tensors in double precision, all beginnings in one call."""
    p, n, longest, alpha = torch.tensor([[p, *ends, alpha] for p, ends, alpha in GRID], dtype=torch.float64).unbind(1)
    return (bound(p, n, longest, alpha) >= p / ((5 + longest) / 6) ** alpha - 1e-5).all()


def with_numpy_integers(bound):
    for p, (length, longest), alpha in GRID:
        got = bound(np.float32(p), np.int64(length), np.int32(longest), np.float64(alpha))
        if got < sup(p, length, longest, alpha) - 1e-4:
            return np.bool_(False)
    return np.bool_(True)


E1, E2, E3 = checks.check_least_risky, checks.check_garden_path, checks.check_is_bound
RIGHT = [
    (E1, least_risky),
    (E1, by_loops),
    (E1, by_a_matrix),
    (E1, by_counts),
    (E1, without_its_own_place),
    (E2, garden_path),
    (E2, garden_path_in_arrays),
    (E2, level_where_it_does_not_matter),
    (E2, nothing_is_the_best),
    (E2, lost_at_the_second_word),
    (E3, is_bound),
    (E3, by_enumeration),
    (E3, all_at_once),
    (E3, with_numpy_integers),
]


# Wrong answers


def largest(worth):
    """Return an answer that takes the sample of the largest ``worth(sample, samples, gain)``."""
    return lambda samples, gain: max(samples, key=lambda one: worth(one, samples, gain))


def without_copies(h, samples, gain):
    return sum(gain(h, r) for r in samples if r != h)


def mean_without_copies(h, samples, gain):
    others = [gain(h, r) for r in samples if r != h]
    return sum(others) / len(others)


def sums_by_sentence(samples, gain):
    """A dict in which what was drawn several times is summed up several times."""
    sums = Counter()
    for h, r in product(samples, samples):
        sums[h] += gain(h, r)
    return max(sums, key=sums.get)


def later_alone(samples, gain):
    sums = [0.0] * len(samples)
    for i in range(len(samples)):
        for j in range(i + 1, len(samples)):
            sums[i] += gain(samples[i], samples[j])
    return samples[int(np.argmax(sums))]


def in_pairs(samples, gain):
    return max(zip(samples, samples, strict=True), key=lambda pair: gain(*pair))[0]


def place(samples, gain):
    return samples.index(least_risky(samples, gain))


def mean_itself(samples, gain):
    return max(sum(gain(h, r) for r in samples) / len(samples) for h in samples)


def sorted_in_place(samples, gain):
    drawn = tuple(samples)
    samples.sort(key=lambda h: -sum(gain(h, r) for r in drawn))
    return samples[0]


def emptied(samples, gain):
    best = least_risky(samples, gain)
    samples.remove(best)
    return best


def table(first, a=None, b=None, c=None, **more):
    """Return an answer: what follows the beginning, and what follows a, b and c; longer keys are beginnings too."""
    rows = {"": first, "a": a, "b": b, "c": c, **more}
    return lambda: {tuple(key): row for key, row in rows.items() if row is not None}


AFTER = [0.4, 0.3, 0.2, 0.1]
FIRST = [0.4, 0.35, 0.25, 0]


def on(*, p=(0.0, -0.5, -6.0), ends=((0, 1), (0, 12), (1, 9), (4, 5), (4, 30)), alpha=(0.0, 0.6, 1.0), added=0.0):
    """Return a test on some beginnings, which may hide a bug; every continuation costs ``added``."""

    def test(bound):
        return all(
            bound(total, *end, a) >= sup(total + added, *end, a) - 1e-5 for total, end, a in product(p, ends, alpha)
        )

    return test


def one_word_more(bound):
    return all(bound(p, n, n + 1, a) >= sup(p, n, n + 1, a) - 1e-5 for p, (n, _), a in GRID)


def level_expected(bound):
    return all(math.isclose(bound(p, *end, a), sup(p, *end, a), abs_tol=1e-4) for p, end, a in GRID)


def above_expected(bound):
    return all(bound(p, *end, a) > sup(p, *end, a) for p, end, a in GRID)


def to_the_last_digit(bound):
    return all(bound(p, *end, a) >= sup(p, *end, a) for p, end, a in GRID)


def below_the_score_so_far(bound):
    """Expects of a bound that it be no more than what the log-probability alone allows."""
    return all(p <= bound(p, *end, a) <= p / 2 for p, end, a in GRID)


WRONG = [
    (E1, largest(lambda h, samples, gain: samples.count(h)), "the sample that was drawn most often"),
    (E1, lambda samples, gain: Counter(samples).most_common(1)[0][0], "the sample that was drawn most often"),
    (E1, largest(lambda h, samples, gain: -sum(gain(h, r) for r in samples)), "the riskiest of all"),
    (E1, largest(lambda h, samples, gain: sum(gain(r, h) for r in samples)), "gain is asked the wrong way round"),
    (E1, largest(lambda h, samples, gain: sum(gain(h, r) for r in set(samples))), "each different sentence is held"),
    (E1, largest(without_copies), "a sample is not held against its own copies. They"),
    (E1, largest(mean_without_copies), "the mean is over the others alone"),
    (E1, sums_by_sentence, "counts twice: among those it is held against"),
    (
        E1,
        largest(lambda h, samples, gain: max(gain(h, r) for r in samples if r != h)),
        "the largest gain against a single other sample",
    ),
    (E1, largest(lambda h, samples, gain: max(gain(h, r) for r in samples)), "the first of the list, each time"),
    (E1, in_pairs, "the first of the list, each time"),
    (E1, lambda samples, gain: samples[0], "the first of the list, each time"),
    (E1, largest(lambda h, samples, gain: min(gain(h, r) for r in samples)), "whose worst gain is best"),
    (E1, later_alone, "only against those that come after it"),
    (E1, lambda samples, gain: max(samples, key=len), "the longest of the samples"),
    (E1, lambda samples, gain: min(samples), r"of \d+ samples, expected '.*', whose mean gain is .* got '?"),
    (E1, place, "got int. Return the sample itself, not its place"),
    (E1, mean_itself, "got float. Return the sample itself"),
    (E1, lambda samples, gain: " ".join(least_risky(samples, gain)), "got the text '.*Return the sample as it was"),
    (E1, lambda samples, gain: (least_risky(samples, gain), 0.5), "got a tuple that holds tuple. Return the sample"),
    (E1, lambda samples, gain: [*least_risky(samples, gain), "."], r"'.* \.' is none of them"),
    (E1, lambda samples, gain: least_risky(samples, lambda h, r: gain(" ".join(h), r)), "gain: expected two sentences"),
    (E1, sorted_in_place, "has changed what it was handed"),
    (E1, emptied, "has changed what it was handed"),
    (E1, lambda samples: samples[0], "is called with 2 argument"),
    (E2, table([0.5, 0.3, 0.2, 0]), r"greedy search finds the best sentence here, 'a' \(0.5\)"),
    (E2, table([0.4, 0.35, 0.25, 0], AFTER), r"a beam of 2 finds the best sentence here, 'b' \(0.35\)"),
    (E2, table([0.4, 0.3, 0, 0.3], AFTER, [0.9, 0.1, 0, 0]), "whether a beam of 2 finds the best sentence is luck"),
    (
        E2,
        table([1, 0, 0, 0], [0.3, 0.28, 0.22, 0.2], aa=AFTER, ab=AFTER, ac=AFTER),
        r"a beam of 3 misses the best sentence too, 'a' \(0.2\)",
    ),
    (E2, table(FIRST, [0.625, 0.375, 0, 0], AFTER), r"two sentences are level at 0.25, '(c|a a)' and"),
    (E2, table([0.4, 0.3, 0.3, 0], AFTER, AFTER), "whether a beam of 2 finds the best sentence is luck"),
    (E2, table([0.25, 0.25, 0.25, 0.25]), "two sentences are level"),
    (E2, table([0.4, 0.35, 0.2, 0], AFTER, AFTER), r"after \(\) sum to 0.95; they share one whole"),
    (E2, table(FIRST, [0.16, 0.12, 0.08, 0.04], AFTER), "sum to 0.4; .* Whatever the beginning itself has"),
    (E2, table([40, 35, 25, 0], AFTER, AFTER), "sum to 100; .* Are these per cent"),
    (E2, lambda: {(): np.log([0.4, 0.35, 0.2, 0.05])}, "got -3. Are these logarithms"),
    (E2, table([0.6, 0.35, 0.25, -0.2], AFTER, AFTER), "none is negative; got -0.2"),
    (E2, table([0.4, 0.35, 0.25], AFTER, AFTER), r"expected shape \(4,\), \(a, b, c, </s>\), got shape \(3,\)"),
    (E2, lambda: [FIRST, AFTER, AFTER], "expected a dict, .* got list"),
    (E2, lambda: {("a",): AFTER, ("b",): AFTER}, "the first word is missing"),
    (E2, lambda: {(): FIRST, ("a",): AFTER, "a": FIRST, ("b",): AFTER}, "a beginning stands there twice"),
    (E2, dict, "the first word is missing"),
    (E2, lambda: {(): FIRST, ("a", "b"): AFTER}, r"\('a', 'b'\) is never reached"),
    (E2, lambda: {(): FIRST, ("a", "b", "c"): AFTER}, "has 3 words; up to 2 are allowed"),
    (E2, lambda: {(): FIRST, ("<s>", "a"): AFTER}, "a beginning is a tuple of words"),
    (E2, lambda: {(): FIRST, 0: AFTER}, "a beginning is a tuple of words"),
    (E2, lambda: {(): {"a": 0.4, "b": 0.35, "c": 0.25}}, "expected numbers, got a dict"),
    (E2, lambda: {(): [0.4, 0.35, np.nan, 0]}, "got NaN at"),
    (E3, lambda bound: True, "never calls"),
    (E3, lambda bound: always(True)(bound, -1, 1, 2, 0), "catches 0 of 11 bugs"),
    (E3, lambda bound: always(False)(bound, -1, 1, 2, 0), "turns away the tight one, which is right"),
    (E3, on(alpha=(0.0,)), "lets through the length so far; one word more; .*multiplied where it should divide"),
    (E3, on(alpha=(0.0, 0.6)), "lets through α of 0.6 always. Choose"),
    (E3, on(alpha=(1.0,)), "lets through the 6 outside of the power. Choose"),
    (E3, one_word_more, "lets through one word more. Choose"),
    (E3, on(p=(0.0,)), "lets through the length so far; .*the score so far and 1 on top. Choose"),
    (E3, on(p=(-0.5, -6.0), added=-0.7), "lets through another word taken to cost ln 2. Choose"),
    (E3, on(p=(0.0, -0.5)), "lets through the score so far and 1 on top. Choose"),
    (E3, on(ends=((3, 4), (4, 5), (6, 30))), "lets through the mean over the words so far. Choose"),
    (E3, on(ends=((1, 2), (2, 4), (5, 9))), "lets through twice the length so far at most. Choose"),
    (E3, level_expected, "turns away one that allows for twice the length, .*may be generous"),
    (E3, above_expected, "turns away the tight one, which is right. .*costs nothing may reach it"),
    (E3, to_the_last_digit, "turns away the tight one.*last digits of float32"),
    (E3, below_the_score_so_far, "turns away"),
    (E3, lambda bound: bound(0.5, 1, 2, 0) > 0, "expected a log-probability of 0 or less, got 0.5"),
    (E3, lambda bound: bound(-1, 2, 2, 0) > -1, "expected 0 <= length < longest"),
    (E3, lambda bound: bound(-1, 1, 2, -1) > -1, "expected an alpha of 0 or more"),
    (E3, lambda bound: bound(-1, 1, 2) > -1, "missing 1 required positional argument"),
    (E3, lambda bound: bound(-1, 1, 2, 0), "the verdict of your test: expected True and False, got the float64 -1.0"),
]
