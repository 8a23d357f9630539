"""Bugs in the checkers of chapter 10 that the tests must catch; see test_mutations.py."""

from tests.mutations import Mutation

FILE = "checks/chapter10.py"
HERE = "test_checks_chapter10.py::"
NAMED = HERE + "test_a_usual_mistake_is_named"
PENCIL = HERE + "test_the_rewards_are_not_what_a_pencil_finds"
LOST = HERE + "test_a_wrong_reward_is_lost_in_what_is_drawn"
BATCH = HERE + "test_a_batch_is_not_what_its_name_says"
VARIANCE = HERE + "test_the_variance_is_not_that_of_the_chapters_three_cells"
LINE = HERE + "test_ten_times_is_not_the_line"
BOUNDS = HERE + "test_the_bounds_are_not_in"
RIGHT_ONE = HERE + "test_a_right_version_is_none"
TURNED_AWAY = HERE + "test_a_bug_cannot_be_seen_or_a_right_version_is_turned_away"
PUSH = HERE + "test_a_wrong_push_is_not_what_its_name_says"
BUG = HERE + "test_a_bug_is_not_what_its_name_says"
HANDED = HERE + "test_what_is_handed_in_is_changed_by_one_bug_alone"
FORM = "test_checks.py::test_a_right_answer_in_another_form_is_refused"

MUTATIONS = (
    Mutation(
        "a look has no say in its own word", FILE, "zip(row[t:], words[t:]", "zip(row[t + 1 :], words[t + 1 :]", PENCIL
    ),
    Mutation("padding is a word", FILE, "strict=True) if word)", "strict=True) if p == p)", PENCIL),
    Mutation(
        "what was handed in may be cleared",
        FILE,
        "answer(reward_to_go, log_probs, mask, keep_inputs=True)",
        "answer(reward_to_go, log_probs, mask)",
        NAMED + "[check_reward_to_go-into_log_probs-has changed what it was handed]",
    ),
    Mutation(
        "what is left on padding hides a mistake",
        FILE,
        "np.where(mask, one, got) if np.shape(one) == mask.shape else one",
        "one",
        HERE + "test_a_mistake_with_other_padding_has_no_name",
    ),
    Mutation(
        "a mistake that gives NaN lies nearest to a right answer",
        FILE,
        "for why, one in wrong.items() if not np.isnan(one).any()}",
        "for why, one in wrong.items()}",
        FORM + "[a tensor in float16-check_reward_to_go-reward_to_go]",
    ),
    Mutation(
        "padding that is not 0 has no name",
        FILE,
        '        "All words are right. On padding no look was made: its reward should be 0.": right,\n',
        "",
        NAMED + "[check_reward_to_go-nan_on_padding-On padding no look was made]",
    ),
    Mutation(
        "a double mistake has no name",
        FILE,
        "_from_the_end(log_probs) - log_probs",
        "_from_the_end(log_probs)",
        NAMED + "[check_reward_to_go-own_and_padding-Two things: the look's own word is left out, and the padding has "
        "been counted]",
    ),
    Mutation("NaN never stands in the padding", FILE, '"NaN": np.nan}.get(kind', '"NaN": 0}.get(kind', BATCH),
    Mutation("all numbers are of one size", FILE, "draw.integers(-4, 1, (B, T))", "draw.integers(0, 1, (B, T))", BATCH),
    Mutation(
        "0 times infinity is not explained",
        FILE,
        "_OF_PADDING.get(kind, ",
        "(",
        HERE + "test_zero_times_infinity_is_not_explained",
    ),
    Mutation(
        "sums over the batch are not known",
        FILE,
        "r[::-1].cumsum(0)[::-1]",
        "r.cumsum(0)[::-1]",
        NAMED + "[check_reward_to_go-turned_rows_multiplied-over the captions of the batch, from the last]",
    ),
    Mutation(
        "a discount is that of the words before",
        FILE,
        "r @ np.tril(powers)",
        "r @ np.tril(powers).T",
        NAMED + "[check_reward_to_go-answer-by 0.9 a step]",
    ),
    Mutation(
        "the variance leaves out how often a place is drawn",
        FILE,
        "math.fsum(a * float(((push - middle)",
        "math.fsum(float(((push - middle)",
        VARIANCE,
    ),
    Mutation("the variance is about 0, not about the mean", FILE, "(push - middle) ** 2", "push**2", VARIANCE),
    Mutation(
        "the best baseline is the mean",
        FILE,
        "counts = weights * ((np.eye(len(weights)) - weights) ** 2).sum(1)",
        "counts = weights",
        VARIANCE,
    ),
    Mutation(
        "a weight just below 0.01 is called 0.01",
        FILE,
        "is {weights[least]:.6g}. Each",
        "is {weights[least]:.3g}. Each",
        NAMED + "[check_mean_hurts-<lambda>-weight 0 is 0.009996.*. Each place needs 0.01]",
    ),
    Mutation("eleven times is asked for", FILE, "_LOWEST = 10, 0.01", "_LOWEST = 11, 0.01", LINE),
    Mutation("a hair more than without is enough", FILE, "with_mean < _TIMES * without", "with_mean < without", LINE),
    Mutation(
        "a weight may be a little below what each needs", FILE, "< _LEAST * (1 - tolerance)", "< 0.9 * _LEAST", BOUNDS
    ),
    Mutation("a reward may be above 0", FILE, "if rewards[highest] > 0:", "if rewards[highest] > 0.01:", BOUNDS),
    Mutation("a reward may be as low as it likes", FILE, "_LOWEST * (1 + tolerance)", "_LOWEST * 10", BOUNDS),
    Mutation(
        "a weight of exactly 0.01 is too small in single precision",
        FILE,
        "_LEAST * (1 - tolerance)",
        "_LEAST",
        FORM + "[a tensor in float32-check_mean_hurts-second_is_likely]",
    ),
    Mutation(
        "level rewards are not named",
        FILE,
        "np.ptp(rewards) <= -tolerance * rewards[lowest]",
        "np.ptp(rewards) < 0",
        NAMED + "[check_mean_hurts-<lambda>-all rewards are level0]",
    ),
    Mutation(
        "one place that is always drawn has only two others that are too rare",
        FILE,
        "if weights.max() >= 1 - tolerance / 100:",
        "if weights.max() > 1 + tolerance:",
        NAMED + "[check_mean_hurts-<lambda>-one place is always drawn. Then there is no chance left]",
    ),
    Mutation(
        "weights and rewards the wrong way round are not seen",
        FILE,
        "(weights <= 0).all() and weights.any()",
        "(weights < 0).all()",
        NAMED + "[check_mean_hurts-<lambda>-the wrong way round: first the weights]",
    ),
    Mutation(
        "what helps is said to hurt a little",
        FILE,
        "if with_mean <= without:",
        "if with_mean <= 0.01 * without:",
        NAMED + "[check_mean_hurts-<lambda>-here the mean helps]",
    ),
    Mutation(
        "a right version lets the last place have what is left over",
        FILE,
        "np.cumsum(alpha)",
        "np.cumsum(alpha[:-2])",
        RIGHT_ONE,
    ),
    Mutation("Gumbel noise is normal noise", FILE, "rng.gumbel(size", "rng.normal(size", RIGHT_ONE),
    Mutation("a right version overflows", FILE, "np.exp(scores - scores.max())", "np.exp(scores)", RIGHT_ONE),
    Mutation(
        "single precision is half of it", FILE, "scores.astype(np.float32)", "scores.astype(np.float16)", TURNED_AWAY
    ),
    Mutation("the bracket is not lost", FILE, "(r - b) * e - alpha)", "(r - b) * (e - alpha))", PUSH),
    Mutation(
        "the slope in the weights is that in the scores", FILE, "(r - b) * e / alpha", "(r - b) * (e - alpha)", PUSH
    ),
    Mutation(
        "what is cut off is cut off on one side alone",
        FILE,
        "min(max(r - b, -1), 1)",
        "min(r - b, 1)",
        HERE + "test_a_reward_cut_off_is_cut_off_on_one_side_alone",
    ),
    Mutation("a temperature of 2 is one of ½", FILE, "_version(_sharpened(0.5))", "_version(_sharpened(2))", BUG),
    Mutation(
        "the first place is never drawn, not the last",
        FILE,
        "alpha[:-1] / alpha[:-1].sum()",
        "alpha[1:] / alpha[1:].sum()",
        BUG,
    ),
    Mutation(
        "the next place has a slope of its own, too",
        FILE,
        "reward((place + 1) % S)",
        "reward(place)",
        HERE + "test_the_next_place_is_not_the_next",
    ),
    Mutation(
        "a bad draw is repeated until it is good",
        FILE,
        "    for _ in range(2):\n        place",
        "    for _ in range(99):\n        place",
        HERE + "test_a_bad_draw_is_not_repeated",
    ),
    Mutation(
        "a chance of its own is the same each time",
        FILE,
        "np.random.default_rng(next(_CALLS))",
        "np.random.default_rng(7)",
        HERE + "test_chance_of_its_own_is_that_of_rng",
    ),
    Mutation(
        "a list that was handed in is never changed",
        FILE,
        "scores[:] = [s + f for",
        "scores[:] = [s for",
        HANDED,
    ),
    Mutation(
        "a seed is taken for a generator",
        FILE,
        "if not isinstance(rng, np.random.Generator):",
        "if rng is None:",
        NAMED + "[check_is_reinforce-test-a NumPy generator for rng, .* got module]",
    ),
    Mutation(
        "a place is what NumPy calls a whole number",
        FILE,
        "    return min(place, len(alpha) - 1)\n",
        "    return np.minimum(place, len(alpha) - 1)\n",
        HERE + "test_a_place_is_no_whole_number",
    ),
)
