"""Bugs in the checkers of chapter 9 that the tests must catch; see test_mutations.py."""

from tests.mutations import Mutation

FILE = "checks/chapter09.py"
TESTS = "test_checks_chapter09.py"
NAMED = f"{TESTS}::test_a_usual_mistake_is_named"
PENCIL = f"{TESTS}::test_the_context_or_its_slope_is_not_the_one_worked_out_with_a_pencil"
LAYER = f"{TESTS}::test_the_context_or_its_slope_is_not_that_of_local_p"
LOST = f"{TESTS}::test_a_wrong_slope_is_lost_in_what_is_drawn"
WINDOW = f"{TESTS}::test_a_right_version_has_another_window_than_local_m"
BUG = f"{TESTS}::test_a_bug_is_not_what_its_name_says"
BUGS = f"{TESTS}::test_a_bug_of_several_sentences_is_not_what_its_name_says"
FORM = "test_checks.py::test_a_right_answer_in_another_form_is_refused"

MUTATIONS = (
    Mutation(
        "a bell that multiplies the scores is not named",
        FILE,
        "inside = (scores * bell).softmax(0)",
        "inside = scores.softmax(0)",
        NAMED,
    ),
    Mutation(
        "the bell of the check is as wide as D",
        FILE,
        "math.exp(-2 * ((j - p) / D) ** 2) for e, j",
        "math.exp(-((j - p) ** 2) / (2 * D**2)) for e, j",
        PENCIL,
    ),
    Mutation(
        "the check divides the weights by their sum after the bell",
        FILE,
        "return [math.fsum(w * v for w, v in zip(weights, column, strict=True)) for",
        "return [math.fsum(w * v for w, v in zip(weights, column, strict=True)) / sum(weights) for",
        LAYER,
    ),
    Mutation(
        "a slope is measured over half of the nudge",
        FILE,
        "(high - low) / (2 * _NUDGE)",
        "(high - low) / _NUDGE",
        PENCIL,
    ),
    Mutation(
        "a nudge is so long that it finds no slope",
        FILE,
        "_NUDGE = 1e-4",
        "_NUDGE = 1e-1",
        LAYER,
    ),
    Mutation(
        "the windows of the check are all of one width",
        FILE,
        "(1, 0, 2, 0.3, 3), (4, 5, 6, 8.6, 1)",
        "(3, 4, 7, 6.6, 3), (3, 5, 7, 8.4, 1)",
        f"{TESTS}::test_the_windows_of_the_check_hide_a_sigma_or_an_edge",
    ),
    Mutation(
        "a window of the check begins one place beside that of local-p",
        FILE,
        "((3, 4, 7, 6.7, 4),",
        "((3, 5, 7, 6.7, 4),",
        f"{TESTS}::test_a_window_of_the_check_is_not_one_that_local_p_has",
    ),
    Mutation(
        "p stands on a place where most is told, so a distance from the nearest is never told",
        FILE,
        "((3, 4, 7, 6.7, 4),",
        "((3, 4, 7, 7.0, 4),",
        LOST,
    ),
    Mutation(
        "the scores may be changed where they were handed in",
        FILE,
        "answer(pull, scores, positions, p, D, values, keep_inputs=True)",
        "answer(pull, scores, positions, p, D, values)",
        NAMED + "[check_pull-into_the_scores-has changed what it was handed]",
    ),
    Mutation(
        "who lets autograd find the slope is refused",
        FILE,
        "own_randomness(91), torch.enable_grad():",
        "own_randomness(91):",
        f"{TESTS}::test_a_right_answer_passes_and_an_empty_one_is_only_not_yet[check_pull-pull_by_autograd]",
    ),
    Mutation(
        "who divides by the sum after the bell is told that the sum stands still",
        FILE,
        "away / s**2 - weights @ away / s**2",
        "away / s**2 - away.mean() / s**2",
        NAMED + "[check_pull-answer-share one whole again]",
    ),
    Mutation(
        "who differentiates the softmax too is told two numbers",
        FILE,
        "(rows * (1 - a)) @ values",
        "(rows * (1 + a)) @ values",
        NAMED + "[check_pull-answer-The softmax has been differentiated too]",
    ),
    Mutation(
        "who counts from the first of the window is told two numbers",
        FILE,
        "positions - positions[0] - p",
        "positions - positions[1] - p",
        NAMED + "[check_pull-from_the_first-counted from the first of the window]",
    ),
    Mutation(
        "who reads D off a window that was cut is told two numbers",
        FILE,
        "lambda: (a * _bell(away, (len(a) - 1) / 4)",
        "lambda: (a * _bell(away, len(a) / 4)",
        NAMED + "[check_pull-as_wide_as_what_is_there-for D=1, p=0.3, words 0 to 1 .* read off how many words]",
    ),
    Mutation(
        "who returns a row a word is told of a shape alone",
        FILE,
        "rows[:, None] * values,",
        "rows[None] * values.T,",
        NAMED + r"[check_pull-a_row_of_values_a_word-expected shape \\(4,\\), got \\(7, 4\\). "
        "Each row of it is the share of one word]",
    ),
    Mutation(
        "a jump is measured from p itself",
        FILE,
        "for step in (-_STEP, _STEP)]\n    below, above = sides",
        "for step in (0, _STEP)]\n    below, above = sides",
        f"{TESTS}::test_a_p_a_hair_beside_the_change_is_refused",
    ),
    Mutation(
        "a window lies around the place before p",
        FILE,
        "min(max(round(p), 0), len(scores) - 1)",
        "min(max(int(p), 0), len(scores) - 1)",
        f"{TESTS}::test_local_p_does_not_jump_where_the_answer_does",
    ),
    Mutation(
        "a window lacks its last word",
        FILE,
        "min(self.nearest + D + 1, len(scores))",
        "min(self.nearest + D, len(scores))",
        f"{TESTS}::test_local_p_does_not_jump_where_the_answer_does",
    ),
    Mutation(
        "a jump of four tenths is enough",
        FILE,
        "_STEP, _MOVED, _SLOPE, _LARGEST = 1e-6, 0.5,",
        "_STEP, _MOVED, _SLOPE, _LARGEST = 1e-6, 0.4,",
        f"{TESTS}::test_a_jump_of_half_is_measured_wrongly",
    ),
    Mutation(
        "a steep slope is no matter if it points down",
        FILE,
        "if not abs(side.slope) < _SLOPE:",
        "if not side.slope < _SLOPE:",
        NAMED + "[check_jump-<lambda>-just above p its slope is]",
    ),
    Mutation(
        "a slope of two is small",
        FILE,
        "1e-6, 0.5, 1.0, 10.0",
        "1e-6, 0.5, 2.0, 10.0",
        f"{TESTS}::test_a_slope_of_one_is_measured_wrongly",
    ),
    Mutation(
        "values may be as large as anybody likes",
        FILE,
        "if np.abs(values).max() > _LARGEST:",
        "if values.max() > 1e12:",
        NAMED + "[check_jump-<lambda>-a value beyond 10 in size]",
    ),
    Mutation(
        "a score without end is a score",
        FILE,
        'for name, row in (("scores", scores), ("values", values)):',
        'for name, row in (("values", values),):',
        NAMED + "[check_jump-<lambda>-must all be finite numbers; word 5 has none]",
    ),
    Mutation(
        "a window without a width is asked for its bell",
        FILE,
        "    if D < 1:",
        "    if D < 0:",
        NAMED + "[check_jump-<lambda>-D is 0; a window has at least 1]",
    ),
    Mutation(
        "p may stand behind the sentence",
        FILE,
        "if not 0 <= p <= len(scores):",
        "if not 0 <= p:",
        NAMED + "[check_jump-<lambda>-p is 7.5, off the sentence]",
    ),
    Mutation(
        "who takes a window as wide as the sentence is asked where the nearest place changes",
        FILE,
        "if len(below.words) == S:",
        "if len(below.words) > S:",
        NAMED + "[check_jump-<lambda>-with D=7 all 7 words are in the window on both sides]",
    ),
    Mutation(
        "a word that goes is told to come in",
        FILE,
        '"comes in" if side is above else "goes"',
        '"comes in" if side is below else "goes"',
        NAMED + "[check_jump-<lambda>-Word 1 goes with 1 of the softmax]",
    ),
    Mutation(
        "all who move too little are told of the bell",
        FILE,
        "    if share < 0.5:\n",
        "    if share < 0.05:\n",
        NAMED + "[check_jump-<lambda>-none has more of the softmax than word 0, 0.2 of it]",
    ),
    Mutation(
        "the right version by loops forgets the first place",
        FILE,
        "range(max(p - D, 0), min(p + D + 1, length))",
        "range(max(p - D, 1), min(p + D + 1, length))",
        WINDOW,
    ),
    Mutation(
        "the right version that cuts a band goes on past the end",
        FILE,
        "torch.arange(steps).clamp(max=length - 1)",
        "torch.arange(steps).remainder(length)",
        WINDOW,
    ),
    Mutation(
        "the right version that compares all at once sees padding",
        FILE,
        "(np.abs(j - centre(i, length)) <= D) & (j < length)",
        "(np.abs(j - centre(i, length)) <= D) & (length > 0)",
        WINDOW,
    ),
    Mutation(
        "a window that begins round the start begins at the place behind it",
        FILE,
        "(j - n >= _held(i, n) - D)",
        "(j - n > _held(i, n) - D)",
        BUG,
    ),
    Mutation(
        "a window pushed inwards is pushed on one side only",
        FILE,
        "np.maximum(np.minimum(_held(i, length), length - 1 - D), D)",
        "np.maximum(_held(i, length), D)",
        BUG,
    ),
    Mutation(
        "the step after is the step itself",
        FILE,
        "_held(i + 1, n)",
        "_held(i, n)",
        BUG,
    ),
    Mutation(
        "each sentence is held at its own end where the longest should hold it",
        FILE,
        "_held(i, n.max())",
        "_held(i, n)",
        BUGS,
    ),
    Mutation(
        "padding is kept outside by the bug that lets it in",
        FILE,
        "np.abs(j - _held(i, n)) <= D)),",
        "_SOUND(i, j, n, D))),",
        BUGS,
    ),
    Mutation(
        "half a step is a step",
        FILE,
        "(np.mod(one, 1) == 0).all()",
        "(np.mod(one, 1) < 1).all()",
        f"{TESTS}::test_windows_answers_what_is_no_window",
    ),
    Mutation(
        "a D below 0 is a D",
        FILE,
        "and lengths.min() >= 1 and D >= 0)",
        "and lengths.min() >= 1)",
        f"{TESTS}::test_windows_answers_what_is_no_window",
    ),
)
