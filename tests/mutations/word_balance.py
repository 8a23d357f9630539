"""Bugs to plant in what compares the words of translations, and two models on the same sentences."""

from tests.mutations import Mutation

BALANCE, DIFFERENCES, TEST = "metrics/balance.py", "metrics/differences.py", "test_word_balance.py::test_"
MUTATIONS = (
    Mutation(
        "words are counted as sets",
        BALANCE,
        "Counter(tuple(said)), Counter(tuple(wanted))",
        "Counter(set(said)), Counter(set(wanted))",
        TEST + "a_word_said_twice_that_should_be_said_twice_is_in_balance",
    ),
    Mutation(
        "errors are divided by the words of the translations",
        BALANCE,
        "np.array([(*row, len(wanted)) for row, wanted in zip(errors, references, strict=True)])",
        "np.array([(*row, len(said)) for row, said in zip(errors, hypotheses, strict=True)])",
        TEST + "a_worked_example_balances_otherwise",
    ),
    Mutation(
        "repeated and invented are exchanged",
        BALANCE,
        "if word in should)",
        "if word not in should)",
        TEST + "a_worked_example_balances_otherwise",
    ),
    Mutation(
        "the words of all sentences are compared at once",
        BALANCE,
        "word_errors(said, wanted) for said, wanted in zip(hypotheses, references, strict=True)]",
        "word_errors(sum(hypotheses, []), sum(references, []))] + [(0, 0, 0)] * (len(references) - 1)",
        TEST + "errors_are_counted_sentence_by_sentence_and_divided_by_the_references",
    ),
    Mutation(
        "every kind has the interval of what was omitted",
        BALANCE,
        "counts[:, [kind, 3]]",
        "counts[:, [0, 3]]",
        TEST + "the_intervals_of_a_balance_belong_to_their_kinds",
    ),
    Mutation(
        "a draw without a word is divided by nought",
        BALANCE,
        "    sums = sums[sums[:, 1] > 0]\n",
        "",
        TEST + "a_draw_without_a_word_is_no_share",
    ),
    Mutation(
        "a sentence may be a string of letters",
        BALANCE,
        "    check_words((said, wanted))\n",
        "",
        TEST + "what_is_no_sentence_has_no_balance",
    ),
    Mutation(
        "the two models are scored on different draws",
        DIFFERENCES,
        "        difference[:, None],",
        "        (left.astype(float) - np.roll(right.astype(float), 1))[:, None],",
        TEST + "both_models_are_scored_on_the_same_draw",
    ),
    Mutation(
        "the interval of numbers comes in per cent",
        DIFFERENCES,
        "* unit / 100",
        "",
        TEST + "both_models_are_scored_on_the_same_draw",
    ),
    Mutation(
        "theirs minus ours",
        DIFFERENCES,
        "left.astype(float) - right.astype(float)",
        "right.astype(float) - left.astype(float)",
        TEST + "hits_are_compared_in_points_and_other_numbers_in_their_own_unit",
    ),
    Mutation(
        "hits are compared with nats",
        DIFFERENCES,
        "if hits != (right.dtype == bool):",
        "if False:",
        TEST + "what_cannot_be_compared_is_refused",
    ),
    Mutation(
        "hits written as 0 and 1 are taken for counts",
        DIFFERENCES,
        "    if {left.dtype.kind, right.dtype.kind} <= ",
        "    if False and {left.dtype.kind, right.dtype.kind} <= ",
        TEST + "what_cannot_be_compared_is_refused",
    ),
    Mutation(
        "a sentence without a number makes the difference NaN",
        DIFFERENCES,
        "    require_finite(side, numbers, remedy=_REMEDY)\n",
        "",
        TEST + "what_cannot_be_compared_is_refused",
    ),
)
