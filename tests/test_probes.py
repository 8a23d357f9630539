"""A probe that reads what is not there, or misses what is: it would be said of the model."""

import math

import numpy as np
import pytest

from course_lib.finite import NotFiniteError
from course_lib.probes import fit_probe

VECTORS = np.array([[1.0, 4.0], [2.0, 0.0], [6.0, 5.0]])
WORDS = ("cat", "dog", "cat")


def by_hand(vectors: np.ndarray, labels: tuple[str, ...], ridge: float, asked: np.ndarray) -> list[str]:
    """Return the answers of ridge regression, a label at a time: two numbers a vector, Cramer's rule, loops."""
    n = len(vectors)
    mean = [sum(row[d] for row in vectors) / n for d in (0, 1)]
    scale = [math.sqrt(sum((row[d] - mean[d]) ** 2 for row in vectors) / n) for d in (0, 1)]
    z = [[(row[d] - mean[d]) / scale[d] for d in (0, 1)] for row in vectors]
    lines = {}
    for label in sorted(set(labels)):
        y = [1.0 if one == label else 0.0 for one in labels]
        share = sum(y) / n
        a, b, d = (sum(r[i] * r[j] for r in z) + (ridge if i == j else 0.0) for i, j in ((0, 0), (0, 1), (1, 1)))
        p, q = (sum(r[i] * (t - share) for r, t in zip(z, y, strict=True)) for i in (0, 1))
        lines[label] = (share, (d * p - b * q) / (a * d - b * b), (a * q - b * p) / (a * d - b * b))
    answers = []
    for row in asked:
        x = [(row[d] - mean[d]) / scale[d] for d in (0, 1)]
        answers.append(max(lines, key=lambda label: lines[label][0] + lines[label][1] * x[0] + lines[label][2] * x[1]))
    return answers


@pytest.mark.parametrize("ridge", [0.1, 1.0, 10.0, 100.0])
def test_a_probe_is_ridge_regression_done_by_hand(ridge: float) -> None:
    """Standardised on other rows, or with its bias held small, it answers otherwise somewhere on this grid."""
    grid = np.array([[x, y] for x in np.linspace(-400, 400, 25) for y in np.linspace(-400, 400, 25)])
    answers = fit_probe(VECTORS, WORDS, ridge).labels(grid)
    assert list(answers) == by_hand(VECTORS, WORDS, ridge, grid)
    assert len(set(answers)) == 2


def planted(size: int, seed: int) -> tuple[np.ndarray, list[str]]:
    """Return vectors of 20 numbers, two of which say in the plane which of three labels is meant."""
    numbers = np.random.default_rng(seed)
    labels = numbers.integers(0, 3, size)
    vectors = numbers.normal(size=(size, 20)) * 10 + 50
    angles = labels * 2 * np.pi / 3
    vectors[:, 3], vectors[:, 7] = np.cos(angles), np.sin(angles)  # small beside the noise of the others
    return vectors, ["abc"[label] for label in labels]


def test_a_planted_direction_is_found_and_permuted_labels_are_not() -> None:
    vectors, labels = planted(600, seed=1)
    others, truths = planted(400, seed=2)
    assert fit_probe(vectors, labels).score(others, truths).value == 100
    shuffled = np.random.default_rng(3).permutation(labels).tolist()
    assert 25 < fit_probe(vectors, shuffled).score(others, truths).value < 42  # a third


def test_with_a_huge_ridge_the_answer_is_the_commonest_label() -> None:
    vectors, labels = planted(300, seed=1)
    labels = [label if k % 2 else "b" for k, label in enumerate(labels)]
    assert set(fit_probe(vectors, labels, ridge=1e12).labels(vectors)) == {"b"}


def test_what_is_told_of_other_rows_does_not_depend_on_them() -> None:
    """A probe that was standardised on the rows it is asked about has looked at the test."""
    vectors, labels = planted(300, seed=1)
    others, _ = planted(40, seed=2)
    probe = fit_probe(vectors, labels)
    shifted = np.concatenate([others, others + 1e4])
    assert probe.labels(shifted)[: len(others)] == probe.labels(others)
    assert probe.labels(others[:1]) == probe.labels(others)[:1]


def test_a_score_counts_answers_and_a_label_never_seen_is_a_mistake() -> None:
    vectors, labels = planted(300, seed=1)
    probe = fit_probe(vectors, labels)
    answers = list(probe.labels(vectors[:100]))
    truths = [*answers[:30], *("z" for _ in range(70))]
    score = probe.score(vectors[:100], truths, bootstrap=500)
    assert (score.value, score.n, score.signature) == (30.0, 100, "linear probe, % right")
    low, high = score.interval
    half = 196 * math.sqrt(0.3 * 0.7 / 100)
    assert low == pytest.approx(30 - half, abs=2) and high == pytest.approx(30 + half, abs=2)
    assert probe.score(vectors[:100], truths).interval is None


def test_numbers_as_labels_in_any_form_are_the_same_numbers() -> None:
    vectors, labels = planted(200, seed=1)
    numbers = ["abc".index(label) for label in labels]
    for given in (numbers, np.array(numbers), tuple(np.array(numbers, dtype=np.int32)), np.array(numbers, np.uint8)):
        probe = fit_probe(vectors, given)
        assert probe.classes == (0, 1, 2) and all(type(label) is int for label in probe.labels(vectors[:9]))
        assert probe.score(vectors, numbers).value == probe.score(vectors, np.array(numbers)).value == 100
        assert probe.score(vectors, list(map(str, numbers))).value == 0  # "1" is not 1


def test_a_number_that_never_changes_and_a_label_that_is_alone_are_no_nan() -> None:
    vectors, labels = planted(200, seed=1)
    for constant in (0.0, 1e6, 1 / 3):
        still = np.concatenate([vectors, np.full((200, 1), constant)], axis=1)
        assert fit_probe(still, labels).score(still, labels).value == 100
    assert set(fit_probe(vectors, ["."] * 200).labels(vectors)) == {"."}
    assert fit_probe(vectors[:1], ["a"]).labels(vectors[:2]) == ("a", "a")
    single = vectors.astype(np.float32)
    assert fit_probe(single, labels).score(single, labels).value == 100


def test_how_large_the_numbers_are_changes_no_answer() -> None:
    """The squares of 1e200 are infinite and those of 1e-200 are 0: every vector would look like every other."""
    vectors, labels = planted(200, seed=1)
    others, _ = planted(60, seed=2)
    answers = fit_probe(vectors, labels).labels(others)
    for size in (2.0**-900, 2.0**-600, 2.0**500, 2.0**700, 2.0**980):
        assert fit_probe(vectors * size, labels).labels(others * size) == answers
    with pytest.raises(NotFiniteError, match=r"lines of a probe.*too far from those it was fitted to"):
        fit_probe(vectors * 2.0**-900, labels).labels(others * 2.0**500)
    for size in (1e305, 1e-310):
        with pytest.raises(ValueError, match="vectors: expected numbers between 1e-300 and 1e300 or 0"):
            fit_probe(vectors * size, labels)


def test_what_cannot_be_probed_is_told_why() -> None:
    vectors, labels = planted(20, seed=1)
    probe = fit_probe(vectors, labels)
    for wrong in (vectors[0], vectors[:0], np.zeros((3, 0)), [], 3.0):
        with pytest.raises(ValueError, match=r"vectors: expected a table \(vectors, numbers of each\), not empty"):
            fit_probe(wrong, labels)
    with pytest.raises(ValueError, match=r"vectors: expected 20 numbers each, .*got 19"):
        probe.labels(vectors[:, 1:])
    for wrong in (labels[1:], [], "abc"):
        with pytest.raises(ValueError, match="labels: expected one for each of 20 vectors, got"):
            fit_probe(vectors, wrong)
        with pytest.raises(ValueError, match="labels: expected one for each of 20 vectors, got"):
            probe.score(vectors, wrong)
    with pytest.raises(ValueError, match=r"labels: expected words or whole numbers, got 0\.5"):
        fit_probe(vectors, [0.5] * 20)
    for ridge in (0, -1.0, math.nan, "10", True):
        with pytest.raises(ValueError, match="ridge: expected a number above 0"):
            fit_probe(vectors, labels, ridge)
    spoilt = vectors.copy()
    spoilt[3, 2] = math.nan
    with pytest.raises(NotFiniteError, match="vectors of a probe: 1 of 400 numbers are NaN"):
        fit_probe(spoilt, labels)
    with pytest.raises(NotFiniteError, match="vectors of a probe"):
        probe.labels(spoilt)
