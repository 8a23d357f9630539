"""Bugs in the checkers of chapter 8 that the tests must catch; see test_mutations.py."""

from tests.mutations import Mutation

FILE = "checks/chapter08.py"
NAMED = "test_checks_chapter08.py::test_a_usual_mistake_is_named"
HIDES = "test_checks_chapter08.py::test_a_right_version_is_wrong_or_a_bug_is_lost_in_what_a_learner_draws"
LOOK = "test_checks_chapter08.py::test_a_bug_does_not_feed_the_look_that_it_names"
FORM = "test_checks.py::test_a_right_answer_in_another_form_is_refused"
TORCH = "test_checks_chapter08.py::test_the_states_are_not_those_of_torch"

MUTATIONS = (
    Mutation(
        "a fed state stands before the word",
        FILE,
        "np.concatenate((word, state)) if fed",
        "np.concatenate((state, word)) if fed",
        TORCH,
    ),
    Mutation(
        "the blocks of an LSTM stand in another order than torch's",
        FILE,
        "enter, forget, write, show =",
        "forget, enter, write, show =",
        TORCH,
    ),
    Mutation(
        "one size hides weights that were written for it",
        FILE,
        "((3, 4), (5, 2), (3, 3), (2, 1))",
        "((3, 4), (3, 4))",
        "test_checks_chapter08.py::test_weights_that_fit_one_size_only_pass",
    ),
    Mutation(
        "the recurrent matrix may be changed where it was handed in",
        FILE,
        "answer(feed_the_state_back, W_ih, W_hh, keep_inputs=True)",
        "answer(feed_the_state_back, W_ih, W_hh)",
        NAMED + "[check_feed_the_state_back-into_what_was_handed-has changed what it was handed]",
    ),
    Mutation(
        "who hands both matrices in the other order is told of a shape alone",
        FILE,
        "(W_hh.shape, W_ih.shape) == right",
        "(W_ih.shape, W_ih.shape) == right",
        NAMED + "[check_feed_the_state_back-<lambda>-have changed places for E=3, H=4]",
    ),
    Mutation(
        "who leaves W_ih as wide as it was is told of a shape alone",
        FILE,
        "if W_ih.shape == (4 * H, E + H):",
        "if W_ih.shape == (4 * H, E - H):",
        NAMED + "[check_feed_the_state_back-<lambda>-has its full width still]",
    ),
    Mutation(
        "who adds the blocks transposed is told two numbers",
        FILE,
        "blocks.transpose(1, 2)",
        "blocks.transpose(0, 2)",
        NAMED + "[check_feed_the_state_back-pair-The four blocks are added transposed]",
    ),
    Mutation(
        "weights in half precision are held to the last place of double",
        FILE,
        "                rounding=max(map(rounding_of, parts(got, _PLAIN))),\n",
        "",
        f"{FORM}[a tensor in float16-check_feed_the_state_back-feed_the_state_back]",
    ),
    Mutation(
        "a word is covered that has had nine tenths",
        FILE,
        "if had[least] < 1 - tolerance:",
        "if had[least] < 0.9 - tolerance:",
        "test_checks_chapter08.py::test_a_word_is_covered_that_has_had_less_than_one",
    ),
    Mutation(
        "as many steps as anybody likes are allowed",
        FILE,
        "_MOST_STEPS = 8",
        "_MOST_STEPS = 9",
        "test_checks_chapter08.py::test_more_than_eight_steps_pass_or_eight_do_not",
    ),
    Mutation(
        "a row may hand out more than one whole",
        FILE,
        "if abs(sums[step] - 1) <= tolerance:",
        "if sums[step] >= 1 - tolerance:",
        NAMED + "[check_covered-<lambda>-those of step 2 sum to 1.1]",
    ),
    Mutation(
        "a weight may be negative",
        FILE,
        "if (weights < -tolerance).any():",
        "if (weights < -2).any():",
        NAMED + "[check_covered-<lambda>-at step 0, word 2 has -0.2]",
    ),
    Mutation(
        "a word level with the largest is never the largest",
        FILE,
        "weights.max(1, keepdims=True) - ROUNDING).all(0)",
        "weights.max(1, keepdims=True) + ROUNDING).all(0)",
        NAMED + "[check_covered-<lambda>-A tie leaves open]",
    ),
    Mutation(
        "a word that is second once is second in every row",
        FILE,
        "- ROUNDING).all(0)",
        "- ROUNDING).any(0)",
        NAMED + "[check_covered-<lambda>-every word is the largest of some row1]",
    ),
    Mutation(
        "who turned the table over is told of a sum alone",
        FILE,
        "turned = np.abs(weights.sum(0) - 1)",
        "turned = np.abs(weights.sum(1) - 1)",
        NAMED + "[check_covered-<lambda>-It is the columns that do]",
    ),
    Mutation(
        "the step's own look is the look before",
        FILE,
        "_behind_words(lambda made: made)),",
        "_SOUND),",
        HIDES,
    ),
    Mutation(
        "two steps back is one step back",
        FILE,
        "_before(_before(made))",
        "_before(made)",
        LOOK,
    ),
    Mutation(
        "the sentence before is the sentence behind",
        FILE,
        "_before(made).roll(1, 0)",
        "_before(made).roll(1, 1)",
        LOOK,
    ),
    Mutation(
        "a test of one sentence is praised",
        FILE,
        "torch.cat((torch.zeros_like(made[:1, -1]), made[:-1, -1]))",
        "torch.cat((made[:1, -1], made[:-1, -1]))",
        NAMED + "[check_feeds_the_look_before-test-at the first step; the look of the sentence before. Choose]",
    ),
    Mutation(
        "word and look of one size are all that a sum is planted for",
        FILE,
        "one, other = (torch.nn.functional.pad(x, (0, width - x.shape[-1])) for x in (words, _before(made)))",
        "one, other = words, _before(made)",
        HIDES,
    ),
    Mutation(
        "a right version in single precision feeds half of it",
        FILE,
        "_feeding(_SOUND, torch.float32)",
        "_feeding(_SOUND, torch.float16)",
        HIDES,
    ),
)
