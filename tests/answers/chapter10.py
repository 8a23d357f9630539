"""Right and wrong answers to the exercises of chapter 10."""

from collections import Counter
from fractions import Fraction

import numpy as np
import torch

from course_lib.checks import chapter10 as checks
from tests.exercises import always

# Right answers


def reward_to_go(log_probs, mask):
    r = np.where(mask, log_probs, 0)
    return np.cumsum(r[:, ::-1], axis=1)[:, ::-1]


def total_less_past(log_probs, mask):
    """Single precision; what was, taken from the whole."""
    r = np.where(mask, log_probs, 0).astype(np.float32)
    return r.sum(1, keepdims=True) - r.cumsum(1) + r


def by_a_triangle(log_probs, mask):
    r = log_probs.copy()
    r[~mask] = 0
    return r @ np.tri(r.shape[1])


def from_the_last_word(log_probs, mask):
    """Python's loops; a list of lists."""
    found = []
    for row, words in zip(log_probs.tolist(), mask.tolist(), strict=True):
        so_far, rewards = 0.0, []
        for p, word in reversed(list(zip(row, words, strict=True))):
            so_far = so_far + p if word else 0
            rewards.insert(0, so_far)
        found.append(rewards)
    return found


def in_torch(log_probs, mask):
    r = torch.from_numpy(log_probs).masked_fill(~torch.from_numpy(mask), 0)
    return r.flip(1).cumsum(1).flip(1)


def in_exact_fractions(log_probs, mask):
    return [
        [sum((Fraction(p) for p in row[t : sum(words)]), Fraction(0)) for t in range(len(row))]
        for row, words in zip(log_probs.tolist(), mask.tolist(), strict=True)
    ]


def nan_to_nothing(log_probs, mask):
    """Multiplies after all, and clears away what comes of it."""
    r = np.nan_to_num(log_probs * mask)
    return np.add.accumulate(r[..., ::-1], axis=-1)[..., ::-1]


def mean_hurts():
    return [0.98, 0.01, 0.01], [-10, -0.1, -0.1]


def second_is_likely():
    return np.array([0.01, 0.98, 0.01]), np.array([0, -10, 0])


def last_is_likely():
    return torch.tensor([[0.05, 0.03, 0.92], [-0.5, -0.2, -9.0]], dtype=torch.float64)


def tiny_rewards():
    return (0.97, 0.02, 0.01), (-1e-3, 0.0, 0.0)


def not_so_sure():
    return np.float32([0.8, 0.1, 0.1]), [-10, 0, 0]


SCORES = np.array([1.4, 0.5, 0.0])  # α is 0.6, 0.25, 0.15
WORTH = [-1.0, 4.0, -8.0]


def softmax(scores):
    raised = np.exp(scores - np.max(scores))
    return raised / raised.sum()


def is_reinforce(estimate):
    scores, b, asked = SCORES.copy(), -3, []

    def reward(place):
        asked.append(place)
        return WORTH[place]

    got = [estimate(scores, reward, b, np.random.default_rng(seed)) for seed in [*range(600), *range(50)]]
    if len(asked) != 650 or asked[:50] != asked[600:] or (scores != SCORES).any():
        return False
    right = (np.array(WORTH) - b)[:, None] * (np.eye(3) - softmax(SCORES))
    if not np.allclose(got, right[asked], atol=1e-4):
        return False
    shares = np.bincount(asked[:600], minlength=3) / 600
    return np.abs(shares - softmax(SCORES)).max() < 0.1


def in_pytests_way(estimate):
    """Tensors in, named arguments, a reward that is never twice the same; chance by one generator and by seeds."""
    scores = torch.tensor(SCORES)
    alpha, kept, times, rng = scores.softmax(0), scores.clone(), Counter(), np.random.default_rng(5)
    for call in range(700):
        asked = []

        def reward(place, asked=asked, call=call):
            asked.append(place)
            return 3 * np.sin(call + len(asked))

        got = estimate(scores, reward, b=0.5, rng=rng)
        assert len(asked) == 1, "asked once"
        push = -alpha
        push[asked[0]] += 1
        assert (got - (3 * np.sin(call + 1) - 0.5) * push).abs().max() < 1e-4, "another estimate"
        times[asked[0]] += 1
    assert torch.equal(scores, kept), "changed"
    for seed in range(30):
        one, other = (estimate(scores, lambda s: s - 3.5, 0, np.random.default_rng(seed)).tolist() for _ in "ab")
        assert one == other, "another chance"
    for place, share in enumerate(alpha.tolist()):
        assert abs(times[place] - 700 * share) < 5.5 * (700 * share * (1 - share)) ** 0.5, "another share"
    return True


def in_loops(estimate):
    """Lists in, Python's arithmetic; each seed twice in a row, for a small b and a large one."""
    alpha, drawn = softmax(SCORES).tolist(), []

    def reward(place):
        drawn.append(place)
        return 5.0 - 4 * place

    scores = SCORES.tolist()
    for k in range(1200):
        b = [2.5, -1.0][k % 2]
        got = estimate(scores, reward, b, np.random.default_rng(k // 2)).tolist()
        if len(drawn) != k + 1 or (k % 2 and drawn[-1] != drawn[-2]) or scores != SCORES.tolist():
            return False
        for s, g in enumerate(got):
            if abs(g - (5.0 - 4 * drawn[-1] - b) * ((s == drawn[-1]) - alpha[s])) > 1e-4:
                return False
    return all(abs(drawn.count(s) / 1200 - share) < 0.1 for s, share in enumerate(alpha))


def from_what_came_back(estimate):
    """Reads the draw from the push that comes back, and never from what was asked; rewards above and below b."""
    b, alpha, kept, calls = 0.25, softmax(SCORES), SCORES.copy(), []
    pushes = (np.array(WORTH) - b)[:, None] * (np.eye(3) - alpha)

    def reward(place):
        calls.append(place)
        return WORTH[place]

    def drawn(rng):
        apart = np.abs(pushes - np.asarray(estimate(kept, reward, b, rng))).max(1)
        return int(apart.argmin()) if apart.min() < 1e-4 else -1

    rng, places = np.random.default_rng(7), []
    for _ in range(1000):
        places.append(drawn(rng))
        if places[-1] < 0:
            return False
    again = [[drawn(rng) for _ in range(25)] for rng in map(np.random.default_rng, (3, 3))]
    shares = [places.count(s) / 1000 for s in range(3)]
    fair = np.abs(shares - alpha).max() < 0.08
    return bool(fair and len(calls) == 1050 and again[0] == again[1] and (kept == SCORES).all())


E1, E2, E3 = checks.check_reward_to_go, checks.check_mean_hurts, checks.check_is_reinforce
RIGHT = [
    (E1, reward_to_go),
    (E1, total_less_past),
    (E1, by_a_triangle),
    (E1, from_the_last_word),
    (E1, in_torch),
    (E1, in_exact_fractions),
    (E1, nan_to_nothing),
    (E2, mean_hurts),
    (E2, second_is_likely),
    (E2, last_is_likely),
    (E2, tiny_rewards),
    (E2, not_so_sure),
    (E3, is_reinforce),
    (E3, in_pytests_way),
    (E3, in_loops),
    (E3, from_what_came_back),
]

# Wrong answers


def of_words(sums):
    """Return an answer that hands ``sums`` the log probabilities of words, 0 on padding."""
    return lambda log_probs, mask: sums(np.where(mask, log_probs, 0.0))


def on_words(sums):
    """Return such an answer with 0 on padding afterwards."""
    return lambda log_probs, mask: np.where(mask, sums(np.where(mask, log_probs, 0.0)), 0)


def from_the_end(r):
    return r[:, ::-1].cumsum(1)[:, ::-1]


def from_then_on(begins=0, ends=None, step=1):
    """Return an answer that slices each row of words from ``begins`` before or after t."""

    def answer(log_probs, mask):
        r = np.where(mask, log_probs, 0.0)
        return np.array([[row[max(t + begins, 0) : ends].sum() for t in range(len(row))] for row in r])

    return answer


def multiplied(log_probs, mask):
    return from_the_end(log_probs * mask)


def infinity_alone_cleared(log_probs, mask):
    return from_the_end(np.where(np.isinf(log_probs), 0, log_probs * mask))


def own_and_padding(log_probs, mask):
    """What a loop with ``row[t + 1 :]`` makes that never looks at the mask."""
    return [[sum(row[t + 1 :]) for t in range(len(row))] for row in log_probs.tolist()]


def padding_ignored(log_probs, mask):
    return from_the_end(log_probs)


def mask_after_all(log_probs, mask):
    return np.where(mask, from_the_end(log_probs), 0)


def mask_inverted(log_probs, mask):
    return from_the_end(np.where(mask, 0, log_probs))


def padding_left_out(log_probs, mask):
    return [from_the_end(row[None, words])[0].tolist() for row, words in zip(log_probs, mask, strict=True)]


def infinity_on_padding(log_probs, mask):
    return from_the_end(np.where(mask, log_probs, -np.inf))


def nan_on_padding(log_probs, mask):
    return np.where(mask, reward_to_go(log_probs, mask), np.nan)


def padding_as_it_was(log_probs, mask):
    return np.where(mask, reward_to_go(log_probs, mask), log_probs)


def mean_of_what_is_left(log_probs, mask):
    sums, left = reward_to_go(log_probs, mask), reward_to_go(mask, mask)
    with np.errstate(all="ignore"):
        return np.where(mask, sums / left, 0)


def mean_without_a_guard(log_probs, mask):
    """The mean by numpy, over words that are left; nothing is left on padding."""
    return reward_to_go(log_probs, mask) / from_the_end(mask.astype(float))


def by_length(log_probs, mask):
    return reward_to_go(log_probs, mask) / mask.sum(1, keepdims=True)


def into_log_probs(log_probs, mask):
    log_probs[~mask] = 0
    return from_the_end(log_probs)


def less_the_batch(log_probs, mask):
    r = reward_to_go(log_probs, mask)
    return r - r.sum(0) / np.maximum(mask.sum(0), 1)


def discounted(share):
    def answer(log_probs, mask):
        r = np.where(mask, log_probs, 0)
        for t in reversed(range(r.shape[1] - 1)):
            r[:, t] += share * r[:, t + 1]
        return r

    return answer


def turned_rows_multiplied(log_probs, mask):
    return np.cumsum((log_probs * mask)[::-1], axis=0)[::-1]


def probabilities_added(log_probs, mask):
    return from_the_end(np.where(mask, np.exp(log_probs), 0))


def chance(weights, rewards):
    return lambda: (weights, rewards)


EVEN = [1 / 3] * 3
SURE = [0.98, 0.01, 0.01]


def watched(judges, b=-3.0, scores=SCORES, worth=WORTH, calls=400):
    """Return a test that hands ``judges`` what came (calls, S), what was asked, the weights, and the rewards."""

    def test(estimate):
        asked, rng = [], np.random.default_rng(1)
        found = [estimate(scores.copy(), lambda s: (asked.append(s), worth[s])[1], b, rng) for _ in range(calls)]
        return bool(judges(np.array(found), np.array(asked), softmax(scores), np.array(worth) - b))

    return test


def right_on_average(found, asked, alpha, gains):
    return np.abs(found.mean(0) - alpha * (gains - alpha @ gains)).max() < 1.5


def adds_up_to_nothing(found, asked, alpha, gains):
    return np.abs(found.sum(1)).max() < 1e-3


def draws_well(found, asked, alpha, gains):
    return np.abs(np.bincount(asked, minlength=3) / len(asked) - alpha).max() < 0.1


def right_draw_by_draw(found, asked, alpha, gains):
    if len(asked) != len(found):
        return False
    return np.allclose(found, gains[asked, None] * (np.eye(3)[asked] - alpha), atol=1e-4)


def right_to_the_last_digit(found, asked, alpha, gains):
    return (found == gains[asked, None] * (np.eye(3)[asked] - alpha)).all()


def both(found, asked, alpha, gains):
    return right_draw_by_draw(found, asked, alpha, gains) and draws_well(found, asked, alpha, gains)


def even_counts(found, asked, alpha, gains):
    return np.abs(np.bincount(asked, minlength=3) / len(asked) - alpha).max() < 1e-3


def varies(found, asked, alpha, gains):
    """Takes for a rule that a right place's own score rises."""
    return all(push[place] > 0 for push, place in zip(found, asked, strict=True))


def as_if_by_choice(estimate):
    """Draws once more with a generator of the same seed, and expects the same place."""
    alpha = softmax(SCORES)
    for seed in range(50):
        place = np.random.default_rng(seed).choice(3, p=alpha)
        got = estimate(SCORES, lambda s: WORTH[s], 0.0, np.random.default_rng(seed))
        if not np.allclose(got, WORTH[place] * (np.eye(3)[place] - alpha), atol=1e-4):
            return False
    return True


def called_with(scores=SCORES, reward=lambda s: 0.0, b=0.0, rng=None):
    def test(estimate):
        return estimate(scores, reward, b, np.random.default_rng(1) if rng is None else rng)

    return test


WRONG = [
    (E1, from_then_on(begins=1), "The look's own word is left out"),
    (E1, of_words(lambda r: from_the_end(r) - r), "The look's own word is left out"),
    (E1, of_words(lambda r: r.cumsum(1)), "These are the words up to t. They are the past"),
    (E1, on_words(lambda r: r.cumsum(1)), "These are the words up to t. They are the past"),
    (E1, on_words(lambda r: r.cumsum(1) - r), "These are the words before t"),
    (E1, on_words(lambda r: r.sum(1, keepdims=True) + 0 * r), "the reward of the whole caption at each look"),
    (E1, of_words(lambda r: np.repeat(r.sum(1, keepdims=True), r.shape[1], 1)), "the reward of the whole caption"),
    (E1, of_words(lambda r: r.sum(1)), r"expected shape \(3, 5\), got \(3,\). This is a number a caption, its whole"),
    (E1, of_words(lambda r: r.sum(1, keepdims=True)), r"got \(3, 1\). This is a number a caption"),
    (E1, lambda log_probs, mask: np.where(mask, log_probs, 0), "each word's own log probability"),
    (E1, lambda log_probs, mask: log_probs, "each word's own log probability"),
    (E1, of_words(lambda r: r + np.pad(r, ((0, 0), (0, 1)))[:, 1:]), "The next word alone is added"),
    (E1, on_words(lambda r: from_the_end(r) + np.pad(r, ((0, 0), (1, 0)))[:, :-1]), "begin one word too early"),
    (E1, from_then_on(begins=-1), "begin one word too early"),
    (E1, of_words(lambda r: np.roll(from_the_end(r), 1, axis=1)), "one place too late"),
    (E1, padding_ignored, "The padding has been counted"),
    (E1, own_and_padding, "Two things: the look's own word is left out, and the padding has been counted"),
    (E1, mask_after_all, "The padding has been counted"),
    (E1, mask_inverted, "This is what the padding holds"),
    (E1, multiplied, "got NaN at .* 0 times −∞ is no number"),
    (E1, infinity_alone_cleared, "NaN in the padding"),
    (E1, infinity_on_padding, "got an infinity at .* What have you put where no word is"),
    (E1, nan_on_padding, "On padding no look was made"),
    (E1, padding_as_it_was, "On padding no look was made"),
    (E1, padding_left_out, "rows have different lengths"),
    (E1, mean_of_what_is_left, "the mean over the words that are left"),
    (E1, mean_without_a_guard, "the mean over the words that are left"),
    (E1, by_length, "divided by the number of words of the caption"),
    (E1, of_words(lambda r: from_the_end(r) / r.shape[1]), "divided by T, padding and all"),
    (E1, of_words(lambda r: r[::-1].cumsum(0)[::-1]), "over the captions of the batch, from the last"),
    (E1, turned_rows_multiplied, "over the captions of the batch, from the last"),
    (E1, on_words(lambda r: r.cumsum(0)), "over the captions of the batch. They should"),
    (E1, of_words(lambda r: r[:, ::-1].cumsum(1)), "did not turn it back"),
    (E1, of_words(lambda r: r.cumsum(1)[:, ::-1]), "what was added up is the past"),
    (E1, of_words(lambda r: np.cumsum(r[:, ::-1])), r"got \(15,\). All rows have run into one"),
    (E1, of_words(lambda r: r.ravel()[::-1].cumsum()[::-1].reshape(r.shape)), "from one caption into the next"),
    (E1, of_words(lambda r: np.cumsum(r[:, ::-1]).reshape(r.shape)[:, ::-1]), "from the caption before"),
    (E1, of_words(lambda r: -from_the_end(r)), "The sign is turned: these are losses"),
    (E1, on_words(lambda r: np.exp(from_the_end(r))), "These are probabilities"),
    (E1, probabilities_added, "Probabilities are added up"),
    (E1, discounted(0.99), "by 0.99 a step"),
    (E1, discounted(0.9), "by 0.9 a step"),
    (E1, less_the_batch, "That is a baseline"),
    (E1, of_words(lambda r: from_the_end(r).T), r"expected shape \(3, 5\), got \(5, 3\). A row is a caption"),
    (E1, of_words(lambda r: from_the_end(r)[:, :-1]), r"expected shape \(3, 5\), \(B, T\), got shape \(3, 4\)"),
    (E1, of_words(lambda r: from_the_end(r)[None]), "They differ by an axis of size 1"),
    (E1, of_words(lambda r: from_the_end(r) / np.log(2)), "These are bits"),
    (E1, of_words(lambda r: from_the_end(r) - 1), r"expected -\d.*, got -\d.*\d\.$"),
    (E1, into_log_probs, "has changed what it was handed"),
    (E1, lambda log_probs: log_probs, "is called with 2 argument"),
    (E1, lambda log_probs, mask: torch.cumsum(log_probs, 1), "raised TypeError"),
    (E2, chance(EVEN, [-10, 0, 0]), "With even weights all three draws have the same w"),
    (E2, chance([0.49, 0.49, 0.02], [-10, -10, 0]), "2.73, without any baseline 49: here the mean helps. b. is −9.45"),
    (E2, chance([0.5, 0.25, 0.25], [-5, -1, -5]), "is 1.5, without any baseline 9.5: here the mean helps"),
    (E2, chance(SURE, [0, -10, -10]), "here the mean helps"),
    (E2, chance([0.7, 0.15, 0.15], [-10, 0, 0]), "4.37 times as large, and 10 times is asked for"),
    (E2, chance([0.6, 0.2, 0.2], [-10, 0, 0]), "1.5 times as large"),
    (E2, chance(SURE, [-10, -3, -3]), "times as large, and 10 times .*the mean further away, or"),
    (E2, chance(SURE, [-10, -10, -10]), "all rewards are level"),
    (E2, chance(SURE, [0, 0, 0]), "all rewards are level"),
    (E2, chance([1, 0, 0], [-10, 0, 0]), "one place is always drawn. Then there is no chance left"),
    (E2, chance([0.999, 0.0005, 0.0005], [-10, 0, 0]), "is 0.0005. Each place needs 0.01"),
    (E2, chance([0.009996, 0.01, 0.980004], [0, 0, -10]), "weight 0 is 0.009996.*. Each place needs 0.01"),
    (E2, chance([0, 0, 0], [-10, 0, 0]), "add up to 0, and not to one"),
    (E2, chance([0.99, 0.01, 0], [-10, 0, 0]), "weight 2 is 0. Each place needs 0.01"),
    (E2, chance([0.98, 0.02, 0.01], [-10, 0, 0]), "add up to 1.01, and not to one"),
    (E2, chance([98, 1, 1], [-10, 0, 0]), "Are they percent"),
    (E2, chance([4.0, -0.5, -0.5], [-10, 0, 0]), "weight 1 is −0.5, below 0. .*Are these scores"),
    (E2, chance([4, 0, 0], [-10, 0, 0]), "add up to 4, and not to one"),
    (E2, chance(SURE, [10, 0.1, 0.1]), "reward 0 is 10, above 0. Is the minus missing"),
    (E2, chance(SURE, [0.01, 0.9, 0.9]), "reward 1 is 0.9, above 0. Are these probabilities"),
    (E2, chance(SURE, [-10, 0, 1]), "reward 2 is 1, above 0. The logarithm of a probability is 0 at most"),
    (E2, chance(SURE, [-100, 0, 0]), "reward 0 is −100, below −10"),
    (E2, chance([-10, 0, 0], SURE), "the wrong way round: first the weights"),
    (E2, chance(SURE, [-10, 0]), r"the rewards: expected shape \(3,\), got shape \(2,\)"),
    (E2, chance([0.5, 0.5], [-10, 0]), r"the weights: expected shape \(3,\), got shape \(2,\)"),
    (E2, chance(SURE, [-np.inf, 0, 0]), "the rewards: got an infinity at"),
    (E2, chance(SURE, [-10, np.nan, 0]), "the rewards: got NaN at"),
    (E2, chance(SURE, -10), "the rewards: expected shape"),
    (E2, lambda: SURE, "expected 2 values"),
    (E2, lambda: (SURE, [-10, 0, 0], -9.8), "expected 2 values"),
    (E2, lambda: {"weights": SURE, "rewards": [-10, 0, 0]}, "expected 2 values .*a dict"),
    (E2, lambda b: (SURE, [-10, 0, 0]), "is called with 0 argument"),
    (E3, lambda estimate: True, "never calls"),
    (E3, lambda estimate: always(True)(estimate, SCORES, len, 0, np.random.default_rng(1)), "raised TypeError"),
    (E3, watched(lambda *found: True), "catches 0 of 26 bugs"),
    (E3, watched(lambda *found: False), "turns away one that draws by rng.choice, which is right"),
    (E3, watched(right_on_average), "lets through b added; b not used; .*all places asked"),
    (E3, watched(adds_up_to_nothing), "lets through sign turned"),
    (E3, watched(right_draw_by_draw), "lets through .*drawn evenly; last place never drawn"),
    (E3, watched(right_to_the_last_digit), "turns away one in single precision.*single precision rounds"),
    (E3, watched(both), "catches 24 of 26 bugs. It lets through chance not of rng; scores changed"),
    (E3, watched(both, b=0.0), "lets through b added; b not used; chance not of rng; scores changed"),
    (E3, watched(both, worth=[-1.0, -2.0, -1.5], b=-3.0), "lets through no draw punished"),
    (E3, watched(both, worth=[-0.5, -0.9, -0.2], b=-1.0), "lets through .*cut off at 1 and −1"),
    (E3, watched(both, scores=np.zeros(3)), "lets through drawn evenly; a temperature of 2; drawn from α squared"),
    (E3, watched(even_counts), "turns away .*Chance spreads"),
    (E3, watched(varies), "turns away"),
    (E3, as_if_by_choice, "turns away one that .*many ways to draw"),
    (E3, called_with(rng=3), "a NumPy generator for rng, .* got int"),
    (E3, called_with(rng=np.random), "a NumPy generator for rng, .* got module"),
    (E3, called_with(reward=[1.0, 2.0, 3.0]), "a function for reward, .* got list"),
    (E3, called_with(reward=lambda s: None), "what reward returns: expected numbers, got None"),
    (E3, called_with(reward=lambda s: [1.0, 2.0]), "what reward returns: expected one number"),
    (E3, called_with(b=SCORES), "b: expected one number"),
    (E3, called_with(scores=[SCORES]), r"expected scores \(S,\) of two places or more, got shape \(1, 3\)"),
    (E3, called_with(scores=[0.5]), r"got shape \(1,\)"),
    (E3, called_with(scores=[None, 0.5]), "scores: expected numbers, got None"),
    (E3, lambda estimate: estimate(SCORES, len, 0.0), r"missing 1 required positional argument: 'rng'"),
    (E3, called_with(), "the verdict of your test: expected"),
]
