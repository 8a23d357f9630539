"""Right and wrong answers to the exercises of chapter 14."""

import numpy as np
import torch

from course_lib.alignment import word_weights
from course_lib.checks import chapter14 as checks

# Right answers


def groups(pieces):
    begins = [k for k, piece in enumerate(pieces) if piece[0] == "▁" or piece == "</s>"]
    return [list(range(a, b)) for a, b in zip(begins, [*begins[1:], len(pieces)], strict=True)]


def in_words(weights, source, target):
    columns = np.stack([weights[:, group].sum(1) for group in groups(source)], 1)
    return np.stack([columns[group].mean(0) for group in groups(target)])


def by_matrices(weights, source, target):
    """Two matrices of zeros and ones, in single precision."""
    S, T = (
        np.array([[k in group for k in range(len(pieces))] for group in groups(pieces)], np.float32)
        for pieces in (source, target)
    )
    return T / T.sum(1, keepdims=True) @ weights.astype(np.float32) @ S.T


def by_cells(weights, source, target):
    """A list of lists, cell by cell."""
    return [
        [sum(weights[i][j] for i in of_y for j in of_x) / len(of_y) for of_x in groups(source)]
        for of_y in groups(target)
    ]


def in_torch(weights, source, target):
    columns = torch.stack([torch.as_tensor(weights)[:, g].sum(1) for g in groups(source)], 1)
    return torch.stack([columns[g].mean(0) for g in groups(target)])


def by_the_library(weights, source, target):
    return word_weights(weights, source, target)


def greedy_loses():
    return {"a": 3, "caa": 2, "baa": 2}, 2, "aaa"


def two_halves():
    """bc is glued first; abcd could have been ab and cd."""
    return {"bc": 5, "xbc": 5, "zab": 4, "yab": 3, "cd": 3, "wcd": 3}, 3, "abcd"


def numpy_numbers():
    return {"ccc": np.int64(3), "ac": torch.tensor(2), "bac": 3}, np.int32(2), "accc"


def checkpoints():
    draw = np.random.default_rng(0)
    made = [{"W": draw.normal(size=(2, 3)) ** 3 - 1, "b": draw.normal(size=(2, 3))} for _ in range(4)]
    made[1] = {name: made[1][name] for name in ("b", "W")}
    return made


def unlike(made, kept):
    """Say whether a checkpoint is no longer what it was."""
    pairs = zip(made, kept, strict=True)
    return any(not np.array_equal(one[name], other[name]) for one, other in pairs for name in one)


def mean_of(made):
    return {name: sum(one[name] for one in made) / len(made) for name in made[0]}


def is_average(average):
    for made in (checkpoints(), checkpoints()[:3]):
        right, kept = mean_of(made), [{name: value.copy() for name, value in one.items()} for one in made]
        found = average(made)
        if any(not np.allclose(found[name], right[name], atol=1e-4) for name in right):
            return False
        if any(
            not np.array_equal(one[name], other[name]) for one, other in zip(made, kept, strict=True) for name in one
        ):
            return False
    return True


def with_assertions(average):
    """Numbers of a pencil, in lists, held by assertions."""
    made = [
        {"u": [1.0, -6.0], "v": [0.0, 2.0]},
        {"v": [3.0, 2.0], "u": [2.0, 0.0]},
        {"u": [9.0, 0.0], "v": [0.0, -1.0]},
    ]
    for _ in range(2):
        found = average(made)
        np.testing.assert_allclose(found["u"], [4, -2], atol=1e-4)
        np.testing.assert_allclose(found["v"], [1, 1], atol=1e-4)
        assert made[0] == {"u": [1.0, -6.0], "v": [0.0, 2.0]}
        made_again = [{"u": [2 * x for x in one["u"]], "v": one["v"]} for one in made]
        np.testing.assert_allclose(average(made_again)["u"], [8, -4], atol=1e-4)
    return True


def in_tensors(average):
    torch.manual_seed(0)
    for n in (5, 1):
        made = [{"a": torch.randn(4) - 1, "b": torch.randn(4)} for _ in range(n)]
        made[-1] = dict(reversed(made[-1].items()))
        kept = [{name: value.clone() for name, value in one.items()} for one in made]
        found = average(made)
        for name in ("a", "b"):
            if not torch.allclose(
                found[name].double(), torch.stack([one[name] for one in kept]).mean(0).double(), atol=1e-4
            ):
                return False
            if any(not torch.equal(one[name], other[name]) for one, other in zip(made, kept, strict=True)):
                return False
    return bool(np.allclose(average([{"a": [7.0, 0, 0, 0], "b": [0.0] * 4}])["a"], [7, 0, 0, 0]))


E1, E2, E3 = checks.check_in_words, checks.check_greedy_loses, checks.check_is_average
RIGHT = [
    (E1, in_words),
    (E1, by_matrices),
    (E1, by_cells),
    (E1, in_torch),
    (E1, by_the_library),
    (E2, greedy_loses),
    (E2, two_halves),
    (E2, numpy_numbers),
    (E3, is_average),
    (E3, with_assertions),
    (E3, in_tensors),
]

# Wrong answers


def put_together(columns=lambda part: part.sum(1), rows=lambda part: part.mean(0), of=groups):
    """Return an answer to exercise 1 with other sums."""

    def answer(weights, source, target):
        across = np.stack([columns(weights[:, group]) for group in of(source)], 1)
        return np.stack([rows(across[group]) for group in of(target)])

    return answer


def glued_end(pieces):
    *rest, last, end = groups(pieces)
    return [*rest, last + end]


def ended(pieces):
    """Return groups that end where a word begins."""
    ends = [k + 1 for k, piece in enumerate(pieces) if piece[0] == "▁" or piece == "</s>"]
    ends[-1] = len(pieces)
    return [list(range(a, b)) for a, b in zip([0, *ends], ends, strict=False)]


def by_force(*given):
    means = put_together(columns=lambda part: part.mean(1))(*given)
    return means / means.sum(1, keepdims=True)


def overwritten(weights, source, target):
    weights *= 1.0 + 1e-9
    return in_words(weights, source, target)


def says(*answer):
    """Return an answer to exercise 2."""
    return lambda: answer


def at(made, atol=1e-4, after=False):
    """Return a test of one question, which may hide a bug."""

    def test(average):
        given = made()
        kept = [{name: np.array(value) for name, value in one.items()} for one in given]
        found, right = average(given), mean_of(kept)
        same = all(np.allclose(found[name], right[name], atol=atol) for name in right)
        untouched = all(
            np.array_equal(one[name], other[name]) for one, other in zip(given, kept, strict=True) for name in one
        )
        return same and (untouched or not after)

    return test


def to_the_last_digit(average):
    made = checkpoints()
    found, right = average(made), mean_of(made)
    return all(np.array_equal(found[name], right[name]) for name in right)


def asks_for_an_order(average):
    made = checkpoints()
    return list(average(made)) == ["b", "W"]


def hands_in_nothing(average):
    return average([]) == {}


def always(verdict):
    def test(average):
        average(checkpoints())
        return verdict

    return test


WRONG = [
    (E1, put_together(columns=lambda part: part.mean(1)), "Source pieces are averaged"),
    (E1, put_together(rows=lambda part: part.sum(0)), "Target pieces are added up"),
    (E1, put_together(lambda part: part.mean(1), lambda part: part.sum(0)), "Added and averaged have changed places"),
    (E1, put_together(rows=lambda part: part[0]), "Only the first piece of a target word"),
    (E1, put_together(rows=lambda part: part[-1]), "Only the last piece of a target word"),
    (E1, put_together(columns=lambda part: part[:, 0]), "the weight of its first piece alone"),
    (E1, put_together(columns=lambda part: part[:, -1]), "the weight of its last piece alone"),
    (E1, put_together(columns=lambda part: part.max(1)), "the largest weight among its pieces"),
    (E1, put_together(rows=lambda part: part.max(0)), "the largest weight of any of its pieces"),
    (E1, put_together(of=glued_end), "has become part of the last word"),
    (E1, put_together(of=lambda pieces: groups(pieces)[:-1]), "</s> has been left out"),
    (E1, lambda *given: in_words(*given).T, "Rows and columns have changed places"),
    (E1, lambda weights, source, target: weights, "Nothing has been put together"),
    (E1, by_force, "only as it was divided by its sum"),
    (E1, put_together(of=ended), "here it has ended one"),
    (E1, overwritten, "has changed what it was handed"),
    (E1, lambda *given: -in_words(*given), "expected"),
    (E1, lambda weights, source, target: "a map", "expected"),
    (E1, lambda weights: weights, "is called with 3 argument"),
    (E2, says({"a": 3, "caa": 2, "baa": 2}, 2, "a"), "there is no spelling with fewer"),
    (E2, says({"a": 3, "caa": 2, "baa": 2}, 2, "aax"), "the word has 'x', which no word of counts has"),
    (E2, says({"ab": 3, "cd": 3}, 2, "ab"), "a tie, and who wins it is chance"),
    (E2, says({"ab": 3}, 4, "ab"), "there is nothing left to glue|a tie"),
    (E2, says({"a": 3}, 2, "a"), "after one piece there is nothing left to glue"),
    (E2, says({"a": 3}, 9, "a"), "merges: expected 1 to 6, got 9"),
    (E2, says({"a": 0}, 1, "a"), r"counts\['a'\] is 0"),
    (E2, says({"a b": 1}, 1, "a"), "expected 1 to 12 letters without ▁, got 'a b'"),
    (E2, says({"▁a": 1}, 1, "a"), "expected 1 to 12 letters without ▁"),
    (E2, says({7: 1}, 1, "a"), "a word of counts: expected a string, got int"),
    (E2, says({}, 1, "a"), "counts: expected 1 to 6 words, got 0"),
    (E2, says(["a"], 1, "a"), "counts: expected a dict"),
    (E2, says({"aa": 2}, 1), r"expected 3 values \(counts, merges, word\), got 2"),
    (E3, always(True), "catches 0 of 14 bugs"),
    (E3, always(False), "turns away one that stacks and averages"),
    (E3, to_the_last_digit, "turns away .*Allow for the rounding"),
    (E3, asks_for_an_order, "turns away .*The order of the names is free"),
    (E3, hands_in_nothing, "expected a list of one or more checkpoints"),
    (E3, at(lambda: checkpoints()[:2]), "lets through .*half of what was.*the median"),
    (E3, at(lambda: [{"a": np.array([float(k), 2.0 * k])} for k in range(3)]), "the median; the middle between"),
    (E3, at(lambda: [{"a": np.array([x, 1.0])} for x in (1.0, 2.0, 9.0)]), "signs lost"),
    (E3, at(checkpoints), "lets through the first checkpoint overwritten; goes on from the call before"),
    (E3, at(checkpoints, after=True), "lets through goes on from the call before"),
    (E3, lambda average: True, "never calls the function"),
]
