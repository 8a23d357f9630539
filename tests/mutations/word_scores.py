"""Bugs to plant in what is known of single words: their nats, their place in the sentence, the share answered."""

from tests.mutations import Mutation

FILE, TEST = "word_scores.py", "test_word_scores.py::test_"
MUTATIONS = (
    Mutation(
        "scores come in the order of the batches, not of the pairs",
        FILE,
        "rows = [found[k] for k in range(len(pairs))]",
        "rows = list(found.values())",
        TEST + "a_word_gets_the_nats_of_another_sentence",
    ),
    Mutation(
        "padding stays behind the words",
        FILE,
        "paid = [row[:t] for row",
        "paid = [row for row",
        TEST + "the_nats_of_all_words_are_the_loss",
    ),
    Mutation(
        "weights on padding are kept",
        FILE,
        "rows[:t, :s] for",
        "rows[:t] for",
        TEST + "the_nats_of_all_words_are_the_loss",
    ),
    Mutation(
        "<unk> is right where the word is unknown",
        FILE,
        " & (words != UNK)",
        "",
        TEST + "an_unknown_word_is_never_right_and_no_word_at_all_is_an_error",
    ),
    Mutation(
        "a word is wrong because <pad> was likelier",
        FILE,
        "allowed(logits).argmax(-1)",
        "logits.argmax(-1)",
        TEST + "padding_that_the_model_prefers_hides_a_right_word",
    ),
    Mutation(
        "words are scored with dropout on",
        FILE,
        "    with evaluating(model):\n",
        "    if True:\n",
        TEST + "scoring_leaves_the_model_in_training_mode_and_without_dropout_meanwhile",
    ),
    Mutation(
        "nats that are NaN come through",
        FILE,
        '    require_finite("nats of the words", *paid)\n',
        "",
        TEST + "the_nats_of_a_broken_model_are_no_numbers",
    ),
    Mutation(
        "</s> is a word of the last part",
        FILE,
        "n = len(numbers) - leave_out",
        "n = len(numbers) - min(leave_out, 1)",
        TEST + "a_word_is_counted_in_another_part_of_its_sentence",
    ),
    Mutation(
        "a word belongs to the part that its beginning lies in",
        FILE,
        "(2 * i + 1) * parts // (2 * n)",
        "i * parts // n",
        TEST + "a_word_is_counted_in_another_part_of_its_sentence",
    ),
    Mutation(
        "the share answered is the mean of the sentences' shares",
        FILE,
        "return Score(100 * float(_answered(sums.sum(0, keepdims=True))[0]), n",
        "return Score(100 * float(_answered(sums).mean()), n",
        TEST + "a_share_is_a_share_of_sums_and_no_mean_of_shares",
    ),
    Mutation(
        "the floor is drawn once more than the model: other sentences",
        FILE,
        "interval = resampled_interval(sums, _answered, bootstrap)",
        "interval = resampled_interval(np.stack((sums[:, 0], np.roll(sums[:, 1], 1)), 1), _answered, bootstrap)",
        TEST + "floor_and_model_are_not_drawn_apart",
    ),
    Mutation(
        "a draw in which nothing was needed is a share",
        FILE,
        "    sums = sums[sums[:, 1] > 0]\n",
        "    sums = np.maximum(sums, 1e-9)\n",
        TEST + "where_nothing_was_needed_there_is_no_share",
    ),
    Mutation(
        "log p is taken for nats",
        FILE,
        "if (paid < 0).any() or (needed < 0).any():",
        "if (paid < 0).any() and (needed < 0).any():",
        TEST + "shares_of_other_words_are_refused",
    ),
)
