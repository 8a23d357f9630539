"""Right and wrong answers to the exercises of chapter 15."""

import math
from itertools import combinations

import numpy as np
import torch

from course_lib.checks import chapter15 as checks
from tests.exercises import always

# Right answers


def undo(weights, mask):
    logs = np.log(np.where(mask, weights, 1))
    words = mask.sum(axis=1, keepdims=True)
    shift = (1 - logs.sum(axis=1, keepdims=True)) / words
    return np.where(mask, logs + shift, 0)


def by_the_mean(weights, mask):
    """Row by row; the words share one evenly, and differ by the logarithms less their mean."""
    before = np.zeros(weights.shape)
    for row, given, seen in zip(before, weights, mask, strict=True):
        logs = np.log(given[seen])
        row[seen] = 1 / seen.sum() + logs - logs.mean()
    return before


def in_lists(weights, mask):
    rows = []
    for row, seen in zip(weights.tolist(), mask.tolist(), strict=True):
        logs = [math.log(a) if m else 0 for a, m in zip(row, seen, strict=True)]
        shift = (1 - sum(logs)) / sum(seen)
        rows.append([log + shift if m else 0 for log, m in zip(logs, seen, strict=True)])
    return rows


def in_torch(weights, mask):
    """Single precision, and NaN of a sum that leaves padding out."""
    logs = torch.from_numpy(weights).float().log().masked_fill(~torch.from_numpy(mask), torch.nan)
    before = logs - logs.nanmean(1, keepdim=True) + 1 / torch.from_numpy(mask).sum(1, keepdim=True)
    return before.nan_to_num(0.0)


def by_bisection(weights, mask):
    """The shift is searched for, until the words of a row add up to one."""
    before = np.zeros(weights.shape)
    for row, given, seen in zip(before, weights, mask, strict=True):
        logs, low, high = np.log(given[seen]), -10.0, 10.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if (logs + middle).sum() < 1 else (low, middle)
        row[seen] = logs + low
    return tuple(map(tuple, before))


def quiet(scores, mask):
    e = np.exp(scores * mask)
    return e / e.sum(axis=1, keepdims=True)


def the_longest_mask(scores, mask):
    return softmax(np.where(mask.any(axis=0), scores, -np.inf))


def a_small_number_in_place_of_a_large_one(scores, mask):
    return torch.softmax(torch.from_numpy(np.where(mask, scores, -1e-9)).float(), -1)


def a_floor(scores, mask):
    """Weights of padding that are not scaled with the row's largest score: 1 in place of e^-max."""
    e = [[math.exp(x) if m else 1.0 for x, m in zip(*row, strict=True)] for row in zip(scores, mask, strict=True)]
    return [[x / sum(row) for x in row] for row in e]


def cut_at_the_total(scores, mask):
    """Flattened rows: as many places as there are words in the batch, from the start of a single row."""
    lengths = np.full(len(mask), mask.sum(axis=1).max())
    return softmax(np.where(np.arange(mask.shape[1]) < lengths[:, None], scores, -1e9))


SOURCE = [1, 4, 2, 0]


def keeps_state(decode):
    for word in range(6):
        rows = decode(SOURCE, [word] * 8)
        for t in range(8):
            if np.isclose(rows[t], rows[t + 1 :]).all(axis=1).any():
                return False
    return True


def in_pytests_way(decode):
    """Tensors in; neighbours and those further apart, by their largest difference."""
    for word in range(6):
        rows = decode(torch.tensor([3, 3, 5]), torch.full((7,), word))
        gaps = torch.cdist(rows, rows, p=torch.inf) + torch.eye(7)
        assert gaps.min() > 1e-6, word
    return True


def by_rounded_rows(decode):
    """Rows as texts: a set of them is as large as there are steps."""
    return all(
        len({str(np.round(row, 7).tolist()) for row in decode(np.array([0]), np.full(6, word))}) == 6
        for word in range(6)
    )


def one_long_text(decode):
    """Two words in turn, and each of the six among them; then each alone."""
    for one, other in ((0, 1), (2, 3), (4, 5)):
        rows = np.asarray(decode(SOURCE, [one, other] * 4))
        for start in (0, 1):
            for p, q in combinations(rows[start::2], 2):
                if np.allclose(p, q, rtol=0, atol=1e-7):
                    return False
    return in_pytests_way(decode)


E1, E2, E3 = checks.check_undo, checks.check_quiet, checks.check_keeps_state
RIGHT = [
    (E1, undo),
    (E1, by_the_mean),
    (E1, in_lists),
    (E1, in_torch),
    (E1, by_bisection),
    (E2, quiet),
    (E2, the_longest_mask),
    (E2, a_small_number_in_place_of_a_large_one),
    (E2, a_floor),
    (E2, cut_at_the_total),
    (E3, keeps_state),
    (E3, in_pytests_way),
    (E3, by_rounded_rows),
    (E3, one_long_text),
]


# Wrong answers


def softmax(scores, axis=-1):
    e = np.exp(scores - scores.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def masked(scores, mask):
    return softmax(np.where(mask, scores, -np.inf))


def logs_of(weights, mask):
    return np.log(np.where(mask, weights, 1))


def renormalised(weights):
    return weights / weights.sum(axis=1, keepdims=True)


def shift_forgotten(weights, mask):
    return logs_of(weights, mask)


def mean_taken_away(weights, mask):
    logs = logs_of(weights, mask)
    return np.where(mask, logs - logs.sum(1, keepdims=True) / mask.sum(1, keepdims=True), 0)


def padding_counted(weights, mask):
    logs = logs_of(weights, mask)
    return np.where(mask, logs + (1 - logs.sum(1, keepdims=True)) / mask.shape[1], 0)


def padding_shifted(weights, mask):
    logs = logs_of(weights, mask)
    return logs + (1 - logs.sum(1, keepdims=True)) / mask.sum(1, keepdims=True)


def padding_in_the_logarithm(weights, mask):
    logs = np.log(weights)
    return logs + (1 - logs.sum(1, keepdims=True)) / mask.sum(1, keepdims=True)


def padding_a_tiny_number(weights, mask):
    logs = np.log(weights + 1e-9)
    return np.where(mask, logs + (1 - logs.sum(1, keepdims=True)) / mask.sum(1, keepdims=True), 0)


def over_the_batch(weights, mask):
    logs = logs_of(weights, mask)
    return np.where(mask, logs + (len(logs) - logs.sum()) / mask.sum(), 0)


def along_the_wrong_axis(weights, mask):
    logs = logs_of(weights, mask)
    return np.where(mask, logs + (1 - logs.sum(0)) / np.maximum(mask.sum(0), 1), 0)


def axis_not_kept(weights, mask):
    logs = logs_of(weights, mask)
    return np.where(mask, logs + (1 - logs.sum(1)) / mask.sum(1), 0)


def sign_slipped(weights, mask):
    logs = logs_of(weights, mask)
    return np.where(mask, logs + (1 + logs.sum(1, keepdims=True)) / mask.sum(1, keepdims=True), 0)


def not_shared(weights, mask):
    logs = logs_of(weights, mask)
    return np.where(mask, logs + 1 - logs.sum(1, keepdims=True), 0)


def logs_divided(weights, mask):
    return renormalised(logs_of(weights, mask))


def to_another_base(base):
    def answer(weights, mask):
        return by_the_mean_of(logs_of(weights, mask) / np.log(base), mask)

    return answer


def by_the_mean_of(logs, mask):
    words = mask.sum(1, keepdims=True)
    return np.where(mask, logs + (1 - logs.sum(1, keepdims=True)) / words, 0)


def least_is_nothing(weights, mask):
    logs = np.where(mask, np.log(np.where(mask, weights, 1)), np.inf)
    return np.where(mask, logs - logs.min(1, keepdims=True), 0)


def least_is_nothing_and_divided(weights, mask):
    return renormalised(least_is_nothing(weights, mask))


def least_weight_taken_away(weights, mask):
    least = np.where(mask, weights, np.inf).min(1, keepdims=True)
    return renormalised(np.where(mask, weights - least, 0))


def stretched(weights, mask):
    least = np.where(mask, weights, np.inf).min(1, keepdims=True)
    return np.where(mask, weights - least, 0) / (weights.max(1, keepdims=True) - least)


def by_the_bound(weights, mask):
    return weights * (np.e + mask.sum(1, keepdims=True) - 1) / np.e


def hardened(weights, mask):
    return (weights == weights.max(1, keepdims=True)) * 1.0


def sharper(weights, mask):
    return renormalised(weights**3)


def in_place(weights, mask):
    weights[mask] = undo(weights, mask)[mask]
    return weights


def one_row(weights, mask):
    return undo(weights, mask)[0]


def words_alone(weights, mask):
    return [row[seen] for row, seen in zip(undo(weights, mask), mask, strict=True)]


def squeezed(weights, mask):
    return undo(weights[0], mask[0])


def healthy(scores, mask):
    return masked(scores, mask)


def afterwards(scores, mask):
    return renormalised(softmax(scores) * mask)


def afterwards_and_no_more(scores, mask):
    return softmax(scores) * mask


def no_mask(scores, mask):
    return softmax(scores)


def no_softmax(scores, mask):
    return scores * mask


def not_low_enough(scores, mask):
    return softmax(np.where(mask, scores, scores - 2))


def a_little_too_low(scores, mask):
    return softmax(scores - 9.0 * ~mask)


def a_hundredth(scores, mask):
    alpha = masked(scores, mask)
    return np.where(mask.all(1, keepdims=True), alpha, 0.991 * alpha + 0.009 * renormalised(~mask + 1e-12))


def a_hundredth_everywhere(scores, mask):
    return 0.991 * masked(scores, mask) + 0.009 / mask.shape[1]


def upside_down(scores, mask):
    return masked(scores, ~mask)


def the_first_mask(scores, mask):
    return masked(scores, np.broadcast_to(mask[0], mask.shape))


def over_the_batch_too(scores, mask):
    return softmax(scores * mask, axis=0)


def largest_of_the_batch(scores, mask):
    e = np.exp(scores - scores.max()) * mask
    return e / e.sum()


def level_on_padding(scores, mask):
    """Everything on padding where there is some; her sentences would see it."""
    return np.where(mask.all(1, keepdims=True), masked(scores, mask), renormalised(~mask + 1e-12))


def warmer(scores, mask):
    return masked(scores / 2, mask)


def below_nothing(scores, mask):
    alpha = masked(scores, mask)
    return alpha - np.where(mask, 0, 0.001) + np.where(mask, 0.001, 0)


def changed_scores(scores, mask):
    scores *= mask
    return softmax(scores)


def transposed(scores, mask):
    return quiet(scores, mask).T


def two_pasts(decode):
    return not np.allclose(decode(SOURCE, [0, 2])[-1], decode(SOURCE, [3, 2])[-1])


def two_pasts_of_any_words(decode):
    return all(not np.allclose(decode(SOURCE, [0, w])[-1], decode(SOURCE, [3, w])[-1]) for w in range(6))


def neighbours(decode):
    rows = decode(SOURCE, [2] * 8)
    return not np.isclose(rows[1:], rows[:-1]).all(axis=1).any()


def first_and_last(decode):
    rows = decode(SOURCE, [2] * 8)
    return not np.allclose(rows[0], rows[-1])


def all_rows(decode):
    rows = decode(SOURCE, [2] * 8)
    return not np.allclose(rows, rows[0])


def of_one_word(decode):
    rows = decode(SOURCE, [2] * 8)
    return not any(np.allclose(p, q) for p, q in combinations(rows, 2))


def of_four_steps(decode):
    return all(not any(np.allclose(p, q) for p, q in combinations(decode(SOURCE, [w] * 4), 2)) for w in range(6))


def of_forty_steps(decode):
    return all(not any(np.allclose(p, q) for p, q in combinations(decode(SOURCE, [w] * 40), 2)) for w in range(6))


def by_a_hundredth(decode):
    return all(
        not any(np.allclose(p, q, atol=0.01) for p, q in combinations(decode(SOURCE, [w] * 8), 2)) for w in range(6)
    )


def sums_to_one(decode):
    return np.allclose(decode(SOURCE, [0, 1, 2]).sum(axis=1), 1)


def words_before_alone(decode):
    """A test of something else: does a row depend on the words to come?"""
    return np.allclose(decode(SOURCE, [0, 1])[0], decode(SOURCE, [0, 5])[0])


def words_matter(decode):
    return not np.allclose(decode(SOURCE, [0])[0], decode(SOURCE, [1])[0])


def source_matters(decode):
    return not np.allclose(decode([0, 1], [0, 1]), decode([4, 3], [0, 1]))


def upside_down_verdict(decode):
    return not keeps_state(decode)


def of_ids_beyond(decode):
    return len(decode(SOURCE, [6, 7])) == 2


def of_a_batch(decode):
    return len(decode([SOURCE], [[1, 2]])) == 2


def of_no_words(decode):
    return len(decode(SOURCE, [])) == 0


def without_source(decode):
    return decode([0, 1]).shape == (2, 6)


def never_calls(decode):
    return True


def all_differences(decode):
    rows = decode(SOURCE, [1] * 8)
    return rows[1:] - rows[:-1]


WRONG = [
    (E1, lambda weights, mask: weights, "These are the weights as they came"),
    (E1, lambda weights, mask: masked(weights, mask), "a third softmax"),
    (E1, lambda weights, mask: softmax(weights), "a third softmax"),
    (E1, shift_forgotten, "These are the logarithms"),
    (E1, mean_taken_away, "The words of a row add up to 0"),
    (E1, logs_divided, "The logarithms are divided by their sum"),
    (E1, padding_counted, "Padding has been counted among the words"),
    (E1, padding_shifted, "Padding has got the shift, too"),
    (E1, padding_in_the_logarithm, "leave padding out of the sum"),
    (E1, padding_a_tiny_number, "Padding has 1e-09 in place of 0"),
    (E1, over_the_batch, "Each place of the batch has been shifted by the same"),
    (E1, along_the_wrong_axis, "Each row has a softmax of its own"),
    (E1, axis_not_kept, "raised ValueError: operands could not be broadcast"),
    (E1, sign_slipped, "has been added where it should be taken away"),
    (E1, not_shared, "The shift is not divided among the words"),
    (E1, to_another_base(2), "logarithms to the base 2"),
    (E1, to_another_base(10), "logarithms to the base 10"),
    (E1, lambda weights, mask: np.where(mask, 1 + logs_of(weights, mask), 0), "One has been added to all words"),
    (E1, least_is_nothing, "The smallest weight of a row has become 0. Nothing"),
    (E1, least_is_nothing_and_divided, "has become 0, and the others are divided"),
    (E1, least_weight_taken_away, "The smallest weight is taken away"),
    (E1, stretched, "stretched from 0 to 1"),
    (E1, by_the_bound, "divided by the most that one can have"),
    (E1, hardened, "The whole weight stands on the largest place"),
    (E1, sharper, r"got 0.\d+\.$"),
    (E1, in_place, "has changed what it was handed"),
    (E1, one_row, r"expected shape \(2, 4\), \(B, S\), got shape \(4,\)"),
    (E1, words_alone, "rows have different lengths|expected shape"),
    (E1, squeezed, "raised "),
    (E1, lambda weights: weights, "is called with 2 argument"),
    (E2, healthy, "padding gets nothing.*This is a healthy mask"),
    (E2, afterwards, "padding gets nothing.*This is a healthy mask"),
    (E2, afterwards_and_no_more, "each row should add up to one"),
    (E2, no_mask, "Its own score must not come through"),
    (E2, no_softmax, "adds up to"),
    (E2, not_low_enough, "Its own score must not come through"),
    (E2, a_little_too_low, "It is sick, but hardly so"),
    (E2, a_hundredth_everywhere, "a row without padding is not the softmax"),
    (E2, a_hundredth, "It is sick, but hardly so"),
    (E2, upside_down, "padding gets 1 of the weight"),
    (E2, the_first_mask, "a row without padding is not the softmax"),
    (E2, over_the_batch_too, "adds up to"),
    (E2, largest_of_the_batch, "adds up to"),
    (E2, level_on_padding, "padding gets 1 of the weight"),
    (E2, warmer, "the weight of a word is off by"),
    (E2, below_nothing, "a weight is -0.001. No weight is below 0"),
    (E2, changed_scores, "has changed what it was handed"),
    (E2, transposed, "They differ by an axis of size 1"),
    (E2, lambda scores, mask: softmax(scores[:, mask[0]]), "expected shape"),
    (E2, lambda scores, mask: softmax(np.where(mask, scores, np.nan)), "got NaN"),
    (E2, lambda scores: scores, "is called with 2 argument"),
    (E3, two_pasts, "turns away one that never reads the word before, which hands its state on"),
    (E3, two_pasts_of_any_words, "turns away one that never reads the word before"),
    (E3, neighbours, "lets through every other step.*one of the six words"),
    (E3, first_and_last, "lets through each step from what the first one left"),
    (E3, all_rows, "lets through each step from what the first one left"),
    (E3, of_one_word, "catches 10 of 11 bugs. It lets through the first state again at one of the six words"),
    (E3, of_four_steps, "lets through the first state again from the fifth step on"),
    (E3, of_forty_steps, "turns away a .*, which hands its state on. .*come to rest"),
    (E3, by_a_hundredth, "turns away a .*, which hands its state on. .*move by little"),
    (E3, sums_to_one, "catches 0 of 11 bugs"),
    (E3, words_before_alone, "turns away one that sees the word to come"),
    (E3, words_matter, "turns away one that never reads the word before"),
    (E3, source_matters, "turns away one that never sees the source"),
    (E3, upside_down_verdict, "turns away a GRU, which hands its state on"),
    (E3, of_ids_beyond, "expected ids from 0 to 5 in words, got"),
    (E3, of_a_batch, r"expected source as ids in a row, one at least; got shape \(1, 4\)"),
    (E3, of_no_words, r"expected words as ids in a row, one at least; got shape \(0,\)"),
    (E3, without_source, "missing 1 required positional argument"),
    (E3, never_calls, "never calls"),
    (E3, all_differences, "expected True and False"),
    (E3, lambda decode: always(True)(decode, SOURCE, [0]), "catches 0 of 11 bugs"),
    (E3, lambda decode: always(False)(decode, SOURCE, [0]), "turns away a GRU"),
]
