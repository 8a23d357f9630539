"""Right and wrong answers to the exercises of chapter 1."""

import numpy as np

from course_lib.checks import chapter01 as checks
from course_lib.vocabulary import BOS, EOS, PAD


def nats(logits, target_out, safe=True):
    top = logits.max(-1, keepdims=True) if safe else 0
    log_p = logits - top - np.log(np.exp(logits - top).sum(-1, keepdims=True))
    return -np.take_along_axis(log_p, target_out[..., None], -1)[..., 0]


def cross_entropy(logits, target_out):
    return nats(logits, target_out)[target_out != PAD].mean()


def one_maximum_for_the_batch(logits, target_out):
    log_p = logits - logits.max() - np.log(np.exp(logits - logits.max()).sum(-1, keepdims=True))
    return -np.take_along_axis(log_p, target_out[..., None], -1)[..., 0][target_out != PAD].mean()


def softmax_then_logarithm(logits, target_out, least=0.0):
    p = np.exp(logits - logits.max(-1, keepdims=True))
    chosen = np.take_along_axis(p / p.sum(-1, keepdims=True), target_out[..., None], -1)[..., 0]
    with np.errstate(divide="ignore"):
        return -np.log(chosen[target_out != PAD] + least).mean()


def by_logaddexp(logits, target_out):
    chosen = np.take_along_axis(logits, target_out[..., None], -1)[..., 0]
    return np.float32(np.average(np.logaddexp.reduce(logits, -1) - chosen, weights=target_out != PAD))


def first_not_done(source, written, links):
    done = {j for j, _ in links}
    return next((j for j in range(len(source)) if j not in done), len(source))


def after_the_last(source, written, links):
    return max((i, j) for j, i in links)[1] + 1 if links else 0


def after_the_furthest(source, written, links):
    return np.int64(max((j for j, _ in links), default=-1) + 1)


def the_last(source, written, links):
    return max(((i, j) for j, i in links), default=(0, 0))[1]


def easy_ones_alone(nats, singles=0.5):
    order = sorted(range(len(nats)), key=lambda n: nats[n].mean())
    cut = round(singles * len(order))
    return [[n] for n in order[:cut]] + [order[cut:]]


def easy_ones_in_pairs(nats):
    order = np.argsort([sentence.mean() for sentence in nats])
    half = 2 * (len(order) // 4)
    return (*order[:half].reshape(-1, 2), order[half:])


def range_of(nats):
    return list(range(len(nats)))


def hard_ones_alone(nats):
    order = sorted(range(len(nats)), key=lambda n: -nats[n].mean())
    return [[n] for n in order[: len(order) // 2]] + [order[len(order) // 2 :]]


SENTENCES = [[7, 8, 9], [5], [6, 4]]
READ = [[BOS, 7, 8, 9], [BOS, 5, PAD, PAD], [BOS, 6, 4, PAD]]
WANT = [[7, 8, 9, EOS], [5, EOS, PAD, PAD], [6, 4, EOS, PAD]]


def asserts(shift, sentences=SENTENCES, read=READ, want=WANT, masked=True):
    target_in, target_out, mask = shift(sentences)
    assert target_in.tolist() == read
    assert target_out.tolist() == want
    assert not masked or mask.tolist() == [[word != PAD for word in row] for row in want]
    return True


def answers_yes_or_no(shift):
    target_in, target_out, mask = (np.asarray(part) for part in shift(SENTENCES))
    if target_in.shape != (3, 4):
        return False
    return np.array_equal(target_in, READ) and np.array_equal(target_out, WANT) and (mask == (target_out != PAD)).all()


def asserts_by_numpy(shift):
    for part, expected in zip(shift(SENTENCES), (READ, WANT, np.array(WANT) != PAD), strict=True):
        np.testing.assert_array_equal(part, expected)
    return True


def asserts_on_one_length(shift):
    return asserts(shift, [[7, 8], [5, 6]], [[BOS, 7, 8], [BOS, 5, 6]], [[7, 8, EOS], [5, 6, EOS]])


def asserts_that_they_overlap(shift):
    target_in, target_out, _ = shift(SENTENCES)
    assert (target_in[:, 1:] == target_out[:, :-1]).all()
    return True


def asserts_shapes(shift):
    target_in, target_out, mask = shift(SENTENCES)
    assert target_in.shape == target_out.shape == mask.shape == (3, 4)
    return True


RIGHT = [
    (checks.check_looking_without_peeking, first_not_done),
    (checks.check_looking_without_peeking, after_the_last),
    (checks.check_looking_without_peeking, after_the_furthest),
    (checks.check_cross_entropy, cross_entropy),
    (checks.check_cross_entropy, by_logaddexp),
    (checks.check_flattering_packing, easy_ones_alone),
    (checks.check_flattering_packing, lambda nats: easy_ones_alone(nats, 0.05)),
    (checks.check_flattering_packing, easy_ones_in_pairs),
    (checks.check_test_of_shift, asserts),
    (checks.check_test_of_shift, answers_yes_or_no),
    (checks.check_test_of_shift, asserts_by_numpy),
]

WRONG = [
    (checks.check_looking_without_peeking, lambda s, w, ls: min(len(w), len(s)), "That is the same place"),
    (checks.check_looking_without_peeking, lambda s, w, ls: len(w), "expected 0 … "),
    (checks.check_looking_without_peeking, the_last, "translated last"),
    (checks.check_looking_without_peeking, lambda s, w, ls: 0, "always looks at place 0"),
    (checks.check_looking_without_peeking, lambda s, w, ls: (len(w) + len(s) // 2) % len(s), "less than half"),
    (checks.check_looking_without_peeking, lambda s, w, ls: max(len(s) - len(w), 0), "less than half"),
    (checks.check_looking_without_peeking, lambda s, w, ls: s[0], "expected numbers"),
    (checks.check_looking_without_peeking, lambda s, w, ls: len(w) / 2, "expected whole numbers"),
    (checks.check_cross_entropy, lambda x, y: nats(x, y).mean(), "Padding is counted"),
    (
        checks.check_cross_entropy,
        lambda x, y: nats(x, y)[y != PAD].sum() / y.size,
        "all positions, padding too",
    ),
    (checks.check_cross_entropy, lambda x, y: nats(x, y)[y != PAD].sum(), "This is the sum"),
    (checks.check_cross_entropy, lambda x, y: -cross_entropy(x, y), "The sign is missing"),
    (
        checks.check_cross_entropy,
        lambda x, y: np.mean([cross_entropy(a[None], b[None]) for a, b in zip(x, y, strict=True)]),
        "mean of the sentences' means",
    ),
    (
        checks.check_cross_entropy,
        lambda x, y: -np.take_along_axis(x, y[..., None], -1)[..., 0][y != PAD].mean(),
        "the softmax is missing",
    ),
    (checks.check_cross_entropy, lambda x, y: nats(x, y, safe=False)[y != PAD].mean(), "overflows"),
    (checks.check_cross_entropy, nats, "one number"),
    (checks.check_cross_entropy, one_maximum_for_the_batch, "underflows in the other"),
    (checks.check_cross_entropy, softmax_then_logarithm, "rounds to 0 before its logarithm"),
    (
        checks.check_cross_entropy,
        lambda x, y: softmax_then_logarithm(x, y, least=1e-12),
        "lies 1,000 below the best: expected",
    ),
    (checks.check_cross_entropy, lambda x, y: nats(x, y)[y != PAD].sum() / len(y), "over the tokens a sentence"),
    (checks.check_cross_entropy, lambda x, y: cross_entropy(x, y) / np.log(2), "These are bits"),
    (checks.check_cross_entropy, lambda x, y: np.exp(cross_entropy(x, y)), "This is the perplexity"),
    (checks.check_flattering_packing, lambda nats: [range_of(nats)], "the sound number"),
    (checks.check_flattering_packing, lambda nats: [[n] for n in range(len(nats))], "That is higher"),
    (checks.check_flattering_packing, hard_ones_alone, "That is higher"),
    (
        checks.check_flattering_packing,
        lambda nats: [range_of(nats)[::2], range_of(nats)[1::2]],
        "expected a fifth lower",
    ),
    (checks.check_flattering_packing, lambda nats: easy_ones_alone(nats)[:-1], "leaving out the hard ones"),
    (checks.check_flattering_packing, lambda nats: [*easy_ones_alone(nats), [0]], "stands in 2 batches"),
    (checks.check_flattering_packing, lambda nats: [*easy_ones_alone(nats), []], "is empty"),
    (
        checks.check_flattering_packing,
        lambda nats: [[n + 1 for n in b] for b in easy_ones_alone(nats)],
        "got the number",
    ),
    (checks.check_flattering_packing, range_of, "batch 0: expected a list"),
    (checks.check_test_of_shift, asserts_on_one_length, "catches 6 of 9 bugs"),
    (checks.check_test_of_shift, asserts_that_they_overlap, "which is right"),
    (checks.check_test_of_shift, lambda shift: asserts(shift, masked=False), "a mask that leaves out </s>"),
    (checks.check_test_of_shift, asserts_shapes, "catches 1 of 9 bugs"),
    (checks.check_test_of_shift, lambda shift: asserts(shift, want=READ), "which is right"),
    (checks.check_test_of_shift, lambda shift: True, "never calls"),
]
