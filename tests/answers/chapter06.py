"""Right and wrong answers to the exercises of chapter 6."""

from collections import Counter

import numpy as np
import torch

from course_lib.checks import chapter06 as checks
from course_lib.corpora import SentencePair

# Right answers


def turning_point(a, b, first, second):
    at_first = (a - b) @ (first / first.sum())
    at_second = (a - b) @ (second / second.sum())
    return at_first / (at_first - at_second)


def in_tensors(a, b, first, second):
    """A 0-d tensor, in single precision."""
    lead = torch.as_tensor(a - b).float()
    ends = [lead @ (part / part.sum()) for part in (torch.as_tensor(first).float(), torch.as_tensor(second).float())]
    return ends[0] / (ends[0] - ends[1])


def in_half_precision(a, b, first, second):
    return torch.tensor(turning_point(a, b, first, second)).half()


def by_bisection(a, b, first, second):
    low, high = 0.0, 1.0
    while high - low > 1e-6:
        middle = (low + high) / 2
        mix = (1 - middle) * first / first.sum() + middle * second / second.sum()
        same_side = ((a - b) @ mix > 0) == ((a - b) @ first > 0)
        low, high = (middle, high) if same_side else (low, middle)
    return [middle]


def by_solving(a, b, first, second):
    """Unknown are the level and λ: both models reach the level on the mix."""
    p, q = first / first.sum(), second / second.sum()
    matrix = [[1, -(a @ q - a @ p)], [1, -(b @ q - b @ p)]]
    return np.linalg.solve(matrix, [a @ p, b @ p])[1]


def in_plain_python(a, b, first, second):
    leads = []
    for counts in (first, second):
        total = 0
        for one, other, sentences in zip(a, b, counts, strict=True):
            total += float(one - other) * int(sentences)
        leads.append(total / int(sum(counts)))
    return abs(leads[0]) / (abs(leads[0]) + abs(leads[1]))


def cut_context(alpha, h):
    return alpha @ h.detach()


def by_data(alpha, h):
    return torch.einsum("bts,bsm->btm", alpha, h.data)


def by_a_copy_without_gradient(alpha, h):
    with torch.no_grad():
        values = h.clone()
    return torch.bmm(alpha, values)


def by_a_function_of_its_own(alpha, h):
    class Cut(torch.autograd.Function):
        @staticmethod
        def forward(ctx, alpha, h):
            ctx.save_for_backward(h)
            return alpha @ h

        @staticmethod
        def backward(ctx, arriving):
            (h,) = ctx.saved_tensors
            return arriving @ h.mT, torch.zeros_like(h)

    return Cut.apply(alpha, h)


def by_loops(alpha, h):
    h = torch.tensor(h.tolist(), dtype=h.dtype)
    steps = [
        [sum(a * v for a, v in zip(row, words, strict=True)) for row in rows]
        for rows, words in zip(alpha, h, strict=True)
    ]
    return torch.stack([torch.stack(rows) for rows in steps])


def in_single_precision(alpha, h):
    return alpha.float() @ h.detach().float()


def pairs(*shapes, repeat=1, because=(), joined=9):
    """Return pairs by (source length, target length), the first of them ``repeat`` times, and one with *because*."""
    made = [
        (tuple(f"s{k}{j}" for j in range(source)), tuple(f"t{k}{i}" for i in range(target)))
        for k, (source, target) in enumerate(shapes)
    ]
    if because:
        made.append((("because", *("x",) * (joined - 1)), ("y",) * 3))
    return made[:1] * (repeat - 1) + made


TELLING = pairs((2, 7), (4, 4), (5, 3), (6, 3), (7, 9), (11, 5), (23, 4), repeat=2, because=True)
"""For a longest of 5: long targets, 4, 5 and 6 words, more than twice as long, a pair twice, a long *because*."""


def fits(pair, longest=5):
    return len(pair[0]) <= longest


def is_length_split(split):
    train, long = split(TELLING, 5)
    return Counter(train) == Counter(filter(fits, TELLING)) and Counter(long) == Counter(
        pair for pair in TELLING if not fits(pair)
    )


def by_sorted_lists(split):
    given = [list(map(list, pair)) for pair in TELLING]
    train, long = (sorted(part) for part in split(given, 5))
    assert train == sorted(pair for pair in given if fits(pair)), "train"
    assert long == sorted(pair for pair in given if not fits(pair)), "long"
    return True


def by_sets_and_counts(split):
    train, long = split(tuple(TELLING), np.int64(5))
    right = {pair for pair in TELLING if fits(pair)}
    return set(train) == right and set(long) == set(TELLING) - right and (len(train), len(long)) == (4, 5)


def with_sentence_pairs(split):
    given = [SentencePair(*pair) for pair in TELLING]
    train, long = split(given, 5)
    return all(
        (train.count(pair), long.count(pair))
        == ((given.count(pair), 0) if len(pair.source) < 6 else (0, given.count(pair)))
        for pair in {*given, *train, *long}
    )


RIGHT = [
    (checks.check_turning_point, turning_point),
    (checks.check_turning_point, in_tensors),
    (checks.check_turning_point, by_bisection),
    (checks.check_turning_point, by_solving),
    (checks.check_turning_point, in_plain_python),
    (checks.check_cut_context, cut_context),
    (checks.check_cut_context, by_data),
    (checks.check_cut_context, by_a_copy_without_gradient),
    (checks.check_cut_context, by_a_function_of_its_own),
    (checks.check_cut_context, by_loops),
    (checks.check_cut_context, in_single_precision),
    (checks.check_is_length_split, is_length_split),
    (checks.check_is_length_split, by_sorted_lists),
    (checks.check_is_length_split, by_sets_and_counts),
    (checks.check_is_length_split, with_sentence_pairs),
]


# Wrong answers


def level(lead):
    """Return an answer that finds where ``lead(a, b, counts)``, one a test set, is used up."""

    def answer(a, b, first, second):
        start, end = lead(a, b, first, 0), lead(a, b, second, 1)
        return start / (start - end)

    return answer


def share_of(counts):
    return counts / counts.sum()


def lead_in_shares(a, b, counts):
    return (a - b) @ share_of(counts)


def on_a_grid(decimals):
    return lambda *given: np.round(turning_point(*given), decimals)


def on_thirtieths(*given):
    """Return the nearest thirtieth: nearer than another mistake, farther than half precision rounds."""
    return np.round(30 * turning_point(*given)) / 30


def meeting(a, b, first, second):
    part = turning_point(a, b, first, second)
    return a @ ((1 - part) * share_of(first) + part * share_of(second))


def added_leads(a, b, first, second):
    start, end = lead_in_shares(a, b, first), lead_in_shares(a, b, second)
    return start / (start + end)


def whole_numbers(a, b, first, second):
    """Shares made with //, all of them 0."""
    return ((a - b) @ (first // first.sum())) / ((a - b) @ (first // first.sum()) - (a - b) @ (second // second.sum()))


def into_the_counts(a, b, first, second):
    first *= 2
    return turning_point(a, b, first, second)


def as_if_lists(a, b, first, second):
    return a.index(max(a))


def without_gradients(alpha, h):
    with torch.no_grad():
        return alpha @ h


def off_in_place(alpha, h):
    return alpha @ h.requires_grad_(False)


def detached_in_place(alpha, h):
    return alpha @ h.detach_()


def numbers_in_place(alpha, h):
    context = alpha @ h.detach()
    h.data *= 0
    return context


def by_a_hook(alpha, h):
    h.register_hook(torch.zeros_like)
    return alpha @ h


def half_cut(alpha, h):
    return alpha @ (h + h.detach()) / 2


def first_word_still_hears(alpha, h):
    return alpha @ torch.cat((h[:, :1], h[:, 1:].detach()), 1)


def turned_back(alpha, h):
    return 2 * (alpha.detach() @ h.detach()) - alpha @ h.detach()


def by_way_of_numpy(alpha, h):
    return alpha.new_tensor(h.numpy())


def not_even_a_way(alpha, h):
    class Broken(torch.autograd.Function):
        @staticmethod
        def forward(ctx, alpha, h):
            return alpha @ h

        @staticmethod
        def backward(ctx, arriving):
            return arriving, None

    return Broken.apply(alpha, h)


def on(given, compare=None):
    """Return a test with a Counter on some pairs, which may hide a bug, or one that compares otherwise."""

    def counted(got, right):
        return Counter(got) == Counter(right)

    def test(split):
        train, long = split(given, 5)
        same = compare or counted
        return same(train, [pair for pair in given if fits(pair)]) and same(
            long, [pair for pair in given if not fits(pair)]
        )

    return test


def as_sets(got, right):
    return set(got) == set(right)


def as_lists(got, right):
    return list(got) == list(right)


def as_they_are(got, right):
    return got == right


def as_numbers(got, right):
    return len(got) == len(right)


def lengths_alone(split):
    train, long = split(TELLING, 5)
    return all(fits(pair) for pair in train) and not any(fits(pair) for pair in long)


def train_alone(split):
    train, _ = split(TELLING, 5)
    return Counter(train) == Counter(filter(fits, TELLING))


def targets_expected(split):
    train, _ = split(TELLING, 5)
    return all(len(pair[1]) <= 5 for pair in train)


def strict_expected(split):
    train, _ = split(TELLING, 5)
    return all(len(pair[0]) < 5 for pair in train)


def with_texts(split):
    return len(split([("a cat sleeps .", "un chat dort ."), ("a cat .", "un chat .")], 3)) == 2


def with_numbers(split):
    return split([1, 2], 5) == ([], [])


def without_a_length(split):
    return len(split(TELLING)) == 2


WRONG = [
    (checks.check_turning_point, level(lambda a, b, counts, _: (a - b) @ counts), "pooled, so the larger one weighs"),
    (checks.check_turning_point, lambda *given: 1 - turning_point(*given), "the share of the first test set"),
    (checks.check_turning_point, lambda a, b, p, q: turning_point(a, b, q, p), "the share of the first test set"),
    (checks.check_turning_point, lambda *given: 100 * turning_point(*given), "in per cent"),
    (
        checks.check_turning_point,
        level(lambda a, b, counts, second: lead_in_shares(a, b, counts) if second else (a - b).mean()),
        "The first test set is not used",
    ),
    (
        checks.check_turning_point,
        level(lambda a, b, counts, second: (a - b).mean() if second else lead_in_shares(a, b, counts)),
        "The second test set is not used",
    ),
    (
        checks.check_turning_point,
        level(lambda a, b, counts, second: (a - b) @ (share_of(counts) if second else counts)),
        "the first is not divided by its sum",
    ),
    (
        checks.check_turning_point,
        level(lambda a, b, counts, second: (a - b) @ (counts if second else share_of(counts))),
        "the second is not divided by its sum",
    ),
    (
        checks.check_turning_point,
        level(lambda a, b, counts, _: (a @ counts) / (b @ counts) - 1),
        "ratios, a to b on each test set",
    ),
    (
        checks.check_turning_point,
        level(lambda a, b, counts, _: (a / b - 1) @ share_of(counts)),
        "ratios, a to b in each band",
    ),
    (
        checks.check_turning_point,
        lambda a, b, p, q: -lead_in_shares(a, b, p) / lead_in_shares(a, b, q),
        "one lead for each of the other",
    ),
    (checks.check_turning_point, added_leads, "added with their signs"),
    (checks.check_turning_point, meeting, "the exact match at which the two meet"),
    (checks.check_turning_point, lambda a, b, p, q: lead_in_shares(a, b, p), "the lead on the first mix"),
    (checks.check_turning_point, lambda *given: turning_point(*given) - 1, "counted from the second mix, and with its"),
    (checks.check_turning_point, lambda a, b, p, q: q.sum() / (p.sum() + q.sum()), "if both are put together"),
    (checks.check_turning_point, on_thirtieths, "Near, but not near enough"),
    (checks.check_turning_point, lambda *given: 0.5, "expected 0.* got 0.5"),
    (checks.check_turning_point, lambda *given: (turning_point(*given), 50.0), "expected one number, got shape"),
    (checks.check_turning_point, lambda a, b, p, q: a - b, "expected one number, got shape"),
    (checks.check_turning_point, whole_numbers, "λ for .*: got NaN"),
    (checks.check_turning_point, into_the_counts, "has changed what it was handed"),
    (checks.check_turning_point, lambda a, b: 0.5, "is called with 4 argument"),
    (checks.check_turning_point, as_if_lists, "raised AttributeError"),
    (checks.check_cut_context, lambda alpha, h: alpha @ h, "its whole gradient: nothing is cut"),
    (checks.check_cut_context, lambda alpha, h: alpha.detach() @ h, "h still hears all: the wrong one is cut"),
    (checks.check_cut_context, without_gradients, "no way back at all"),
    (checks.check_cut_context, lambda alpha, h: (alpha @ h).detach(), "no way back at all"),
    (checks.check_cut_context, lambda alpha, h: alpha.detach() @ h.detach(), "no way back at all"),
    (
        checks.check_cut_context,
        lambda alpha, h: (alpha @ h).detach() + 0 * alpha.sum(),
        "α has lost its gradient, and h hears nothing either",
    ),
    (checks.check_cut_context, off_in_place, "h itself has been cut off, in place"),
    (checks.check_cut_context, detached_in_place, "h itself has been cut off, in place"),
    (checks.check_cut_context, lambda alpha, h: alpha.detach_() @ h, "alpha itself has been cut off, in place"),
    (checks.check_cut_context, numbers_in_place, "the numbers in h have been changed"),
    (checks.check_cut_context, by_a_hook, "a hook on h changes every gradient"),
    (checks.check_cut_context, half_cut, "some of it still gets through"),
    (checks.check_cut_context, first_word_still_hears, "some of it still gets through"),
    (checks.check_cut_context, turned_back, "the gradient of α .* Its sign is turned"),
    (checks.check_cut_context, lambda alpha, h: alpha @ torch.zeros_like(h), "with the gradient the numbers have gone"),
    (
        checks.check_cut_context,
        lambda alpha, h: h.detach().mean(1, keepdim=True).expand(-1, alpha.shape[1], -1),
        "the weights are not used",
    ),
    (checks.check_cut_context, lambda alpha, h: torch.softmax(alpha, -1) @ h.detach(), "a softmax once more"),
    (checks.check_cut_context, lambda alpha, h: alpha @ torch.tanh(h.detach()), "a tanh once more"),
    (checks.check_cut_context, lambda alpha, h: alpha @ h.detach().flip(1), "in reversed order"),
    (checks.check_cut_context, lambda alpha, h: (alpha @ h.detach()).tolist(), "expected a tensor"),
    (checks.check_cut_context, lambda alpha, h: (alpha @ h).detach().numpy(), "expected a tensor"),
    (checks.check_cut_context, lambda alpha, h: list(alpha @ h.detach()), "Stack them"),
    (checks.check_cut_context, lambda alpha, h: (alpha @ h.detach()).mT, "The axes stand in another order"),
    (checks.check_cut_context, by_way_of_numpy, "raised RuntimeError"),
    (checks.check_cut_context, not_even_a_way, "the way back raised RuntimeError"),
    (checks.check_is_length_split, lambda split: True, "never calls"),
    (checks.check_is_length_split, lambda split: split(TELLING, 5) is not None, "catches 0 of 14 bugs"),
    (checks.check_is_length_split, lambda split: split(TELLING, 5) is None, "turns away one that gives lists"),
    (checks.check_is_length_split, on(TELLING, as_lists), "turns away one in another order.*the order is free"),
    (checks.check_is_length_split, on(TELLING, as_they_are), "turns away one that gives tuples"),
    (checks.check_is_length_split, targets_expected, "turns away one that gives lists"),
    (checks.check_is_length_split, strict_expected, "turns away one that gives lists"),
    (
        checks.check_is_length_split,
        on(TELLING, as_sets),
        "lets through repeated pairs kept once; the first pair of train doubled",
    ),
    (checks.check_is_length_split, on(TELLING, as_numbers), "lets through .*long sources cut"),
    (
        checks.check_is_length_split,
        lengths_alone,
        "lets through .*the very long dropped; .*repeated pairs kept once",
    ),
    (
        checks.check_is_length_split,
        train_alone,
        "lets through long sources cut; the very long dropped; .*in both; everything in long",
    ),
    (
        checks.check_is_length_split,
        on(pairs((2, 2), (5, 5), (6, 6), (11, 11), repeat=2, because=True)[:-1]),
        r"lets through target words counted; both sides have to fit; sentences with \*because\*",
    ),
    (
        checks.check_is_length_split,
        on(pairs((2, 7), (4, 4), (6, 3), (11, 3), repeat=2, because=True)),
        "lets through `</s>` counted as a word; a pair of exactly",
    ),
    (
        checks.check_is_length_split,
        on(pairs((2, 7), (5, 4), (7, 3), (11, 3), repeat=2, because=True)),
        "lets through one word too many",
    ),
    (
        checks.check_is_length_split,
        on(pairs((2, 7), (5, 4), (6, 3), (10, 3), repeat=2, because=True)),
        "lets through the very long dropped",
    ),
    (
        checks.check_is_length_split,
        on(pairs((2, 7), (5, 4), (6, 3), (11, 3), because=True)),
        "lets through repeated pairs kept once",
    ),
    (
        checks.check_is_length_split,
        on(pairs((2, 7), (5, 4), repeat=2)),
        "lets through .*long sources cut",
    ),
    (checks.check_is_length_split, with_texts, r"expected pairs \(source, target\), each side a tuple or list"),
    (checks.check_is_length_split, lambda split: split(TELLING, 5), "the verdict of your test"),
    (checks.check_is_length_split, with_numbers, r"expected pairs \(source, target\)"),
    (checks.check_is_length_split, without_a_length, "missing 1 required positional argument"),
]
