"""Bugs in the checkers of chapter 7 that the tests must catch; see test_mutations.py."""

from tests.mutations import Mutation

FILE = "checks/chapter07.py"
NAMED = "test_checks_chapter07.py::test_a_usual_mistake_is_named"
PASSES = "test_checks_chapter07.py::test_a_right_answer_passes_and_an_empty_one_is_only_not_yet"
HIDES = "test_checks_chapter07.py::test_a_right_version_is_wrong_or_a_bug_is_lost_in_what_a_learner_draws"
STATE = "test_checks_chapter07.py::test_a_bug_does_not_ask_with_the_state_that_it_names"

MUTATIONS = (
    Mutation(
        "the general score meets W_a from the other side",
        FILE,
        "a * W[x][y] * b for x, a in enumerate(state) for y, b in enumerate(annotation)",
        "a * W[x][y] * b for y, a in enumerate(state) for x, b in enumerate(annotation)",
        "test_checks_chapter07.py::test_the_general_score_is_not_the_one_worked_out_by_hand",
    ),
    Mutation(
        "singular values of 1 hide whoever leaves them out",
        FILE,
        "torch.linspace(0.6, 1.7, r, dtype=torch.float64)",
        "torch.linspace(1.0, 1.0, r, dtype=torch.float64)",
        "test_checks_chapter07.py::test_a_matrix_has_another_rank_or_hides_its_singular_values",
    ),
    Mutation(
        "right scores from vectors as wide as an annotation are told of a shape alone",
        FILE,
        "    if width == r or width != keys.shape[1]",
        "    if width != r or width != keys.shape[1]",
        NAMED,
    ),
    Mutation(
        "a disguise may change the states that it was handed",
        FILE,
        "answer(dot_in_disguise, W_a, s, h, r, keep_inputs=True)",
        "answer(dot_in_disguise, W_a, s, h, r)",
        NAMED,
    ),
    Mutation(
        "the table of one sentence taken apart passes",
        FILE,
        ", (6, 7, 5, 3, 4)):",
        "):",
        NAMED,
    ),
    Mutation(
        "the whole table taken apart breaks inside, where no letter can name it",
        FILE,
        ", (6, 7, 5, 3, 4)):",
        ", (6, 7, 5, 4, 3)):",
        NAMED,
    ),
    Mutation(
        "keys before queries are told of a shape alone",
        FILE,
        "if queries.shape == (S, r) and keys.shape == (T, r):",
        "if queries.shape == keys.shape == (S, r):",
        NAMED,
    ),
    Mutation(
        "a half precision answer is held to the last place of double",
        FILE,
        "        rounding=max(map(rounding_of, parts(got, _BOTH))),\n",
        "",
        "test_checks.py::test_a_right_answer_in_another_form_is_refused"
        "[a tensor in float16-check_dot_in_disguise-dot_in_disguise]",
    ),
    Mutation(
        "a row is starved that keeps two hundredths",
        FILE,
        "_LONGEST, _STARVED, _CLEAR = 64, 0.01, 0.9",
        "_LONGEST, _STARVED, _CLEAR = 64, 0.02, 0.9",
        "test_checks_chapter07.py::test_a_row_is_starved_that_keeps_a_hundredth",
    ),
    Mutation(
        "a word stands out that has four fifths",
        FILE,
        "_LONGEST, _STARVED, _CLEAR = 64, 0.01, 0.9",
        "_LONGEST, _STARVED, _CLEAR = 64, 0.01, 0.8",
        "test_checks_chapter07.py::test_a_word_stands_out_that_has_nine_tenths",
    ),
    Mutation(
        "large scores overflow in the check",
        FILE,
        "powers = np.exp(scores - scores.max())\n    return powers",
        "powers = np.exp(scores)\n    return powers",
        PASSES,
    ),
    Mutation(
        "one word may show what no one word can",
        FILE,
        "    if S == 1:",
        "    if S == -1:",
        NAMED,
    ),
    Mutation(
        "the whole table may be the sentence",
        FILE,
        "    if S >= _LONGEST:",
        "    if S > 10 * _LONGEST:",
        NAMED,
    ),
    Mutation(
        "who counts positions from 1 is not told so",
        FILE,
        "if scores[:S].max() < scores[S] < scores.max():",
        "if scores[:S].max() < scores[S] < scores[:S].max():",
        NAMED,
    ),
    Mutation(
        "the state before the step is the state after it",
        FILE,
        "_attending(_asked_by(lambda s: s[:-1]))",
        "_attending(_asked_by(lambda s: s[1:]))",
        HIDES,
    ),
    Mutation(
        "two steps back is one step back",
        FILE,
        "return torch.cat((s[:1], s[:-2]))",
        "return s[:-1]",
        STATE,
    ),
    Mutation(
        "a test that sorts each row before it compares is praised",
        FILE,
        ".flip(-1)",
        ".flip(0)",
        NAMED,
    ),
)
