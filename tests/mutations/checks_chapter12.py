"""Bugs in the checkers of chapter 12 that the tests must catch; see test_mutations.py."""

from tests.mutations import Mutation

FILE = "checks/chapter12.py"
HERE = "test_checks_chapter12.py::"
NAMED = HERE + "test_a_usual_mistake_is_named"
PASSES = HERE + "test_a_right_answer_passes_and_an_empty_one_is_only_not_yet"
PENCIL = HERE + "test_how_far_a_word_moves_is_not_what_a_pencil_finds"
LOST = HERE + "test_a_wrong_number_is_lost_in_what_is_drawn"
DRAWN = HERE + "test_no_place_without_weight_and_no_twins_are_drawn"
JUDGED = HERE + "test_another_map_is_not_judged_as_by_a_pencil"
MAPS = HERE + "test_there_is_no_other_map_of_what_is_drawn"
UNEVEN = HERE + "test_a_right_version_deals_unevenly"
BUG = HERE + "test_a_bug_is_not_what_its_name_says"
BUGS = HERE + "test_a_bug_of_several_calls_or_rows_is_not_what_its_name_says"
HANDED = HERE + "test_what_is_handed_in_is_changed_by_one_bug_alone"
FORM = "test_checks.py::test_a_right_answer_in_another_form_is_refused"

MUTATIONS = (
    Mutation(
        "the weights that are left are not divided by their sum",
        FILE,
        "[(c - a * v) / (1 - a) for",
        "[c - a * v for",
        PENCIL,
    ),
    Mutation(
        "how far two distributions are apart is what they share",
        FILE,
        "found.append(1 - math.fsum(map(min, own, left)))",
        "found.append(math.fsum(map(min, own, left)))",
        PENCIL,
    ),
    Mutation(
        "the readout's softmax overflows",
        FILE,
        "raised = np.exp(logits - logits.max())",
        "raised = np.exp(logits)",
        HERE + "test_the_readout_is_not_a_softmax",
    ),
    Mutation(
        "the readout takes a batch of one",
        FILE,
        "if context.shape != (M,):",
        "if context.shape[-1:] != (M,):",
        NAMED + r"[check_leave_one_out-in_a_batch_of_one-got shape \\(1, 3\\). Ask for one at a time]",
    ),
    Mutation(
        "the first draw that comes is thought to tell all mistakes apart",
        FILE,
        '((gaps < 1e-9) & (kind != "plain"))',
        "(gaps >= 0)",
        LOST,
    ),
    Mutation(
        "two mistakes are apart if they are not alike to the last digit",
        FILE,
        "_TOLD_APART = 0.02",
        "_TOLD_APART = 1e-9",
        LOST,
    ),
    Mutation(
        "two mistakes may be nearly alike in a step of two words",
        FILE,
        '((gaps < 1e-9) & (kind != "plain"))',
        '(kind != "plain")',
        HERE + "test_rounding_to_half_precision_makes_a_right_number_wrong",
    ),
    Mutation(
        "no place is without weight in what is drawn",
        FILE,
        "            alpha[1] = 0\n",
        "            alpha[1] = 0.5\n",
        DRAWN,
    ),
    Mutation(
        "no two annotations are equal in what is drawn",
        FILE,
        "            h[4] = h[1]\n",
        "            h[4] = -h[1]\n",
        DRAWN,
    ),
    Mutation(
        "the weights may be changed where they were handed in",
        FILE,
        "answer(leave_one_out, alpha, h, read, keep_inputs=True)",
        "answer(leave_one_out, alpha, h, read)",
        NAMED + "[check_leave_one_out-in_place-has changed what it was handed]",
    ),
    Mutation(
        "who takes one copy for all places is told two numbers",
        FILE,
        "        so_far.append(gone.copy())\n",
        "        so_far.append(gone)\n",
        NAMED + "[check_leave_one_out-one_copy_for_all-What was taken away stays away]",
    ),
    Mutation(
        "who divides along the wrong axis is told two numbers",
        FILE,
        "            kept / (1 - alpha)\n",
        "            kept / (2 - alpha)\n",
        NAMED + "[check_leave_one_out-wrong_axis-Each weight is divided by 1 less itself]",
    ),
    Mutation(
        "one Kullback–Leibler divergence stands in the place of the other",
        FILE,
        "to_left, to_own = -(own * logs).sum(1), (left * logs).sum(1)",
        "to_left, to_own = (own * logs).sum(1), (left * logs).sum(1)",
        NAMED + "[check_leave_one_out-answer-a Kullback.Leibler divergence. Asked]",
    ),
    Mutation(
        "numbers that stand one place too late are told to be too early",
        FILE,
        "np.roll(_apart(left, own), 1)",
        "np.roll(_apart(left, own), 2)",
        NAMED + "[check_leave_one_out-one_place_back-one place too late]",
    ),
    Mutation(
        "a weight a hair above 0 is used up",
        FILE,
        "return bool((other <= ROUNDING).any())",
        "return bool((other <= 0.001).any())",
        JUDGED,
    ),
    Mutation(
        "a weight that rounding leaves below 0 is refused",
        FILE,
        "if other[least] < -ROUNDING:",
        "if other[least] < 0:",
        JUDGED,
    ),
    Mutation(
        "a weight below 0 passes if sum and context are right",
        FILE,
        "if other[least] < -ROUNDING:",
        "if other[least] < -1:",
        JUDGED,
    ),
    Mutation(
        "a context may move by a tenth",
        FILE,
        "same_context = moved[m] <= tolerance * (1 + np.abs(h).max())",
        "same_context = moved[m] <= 0.1",
        HERE + "test_a_context_beyond_rounding_is_the_same",
    ),
    Mutation(
        "only the first number of the context counts",
        FILE,
        "m, least = int(moved.argmax()), int(other.argmin())",
        "m, least = 0, int(other.argmin())",
        HERE + "test_a_context_whose_second_number_moves_is_the_same",
    ),
    Mutation(
        "a sum of one and a hundredth is one",
        FILE,
        "same_sum = abs(other.sum() - 1) <= tolerance",
        "same_sum = abs(other.sum() - 1) <= 0.02",
        JUDGED,
    ),
    Mutation(
        "the way that is left is measured from nowhere",
        FILE,
        "steps = np.where(loses > 0, alpha / loses, np.inf)",
        "steps = np.where(loses > 0, other / loses, np.inf)",
        JUDGED,
    ),
    Mutation(
        "other weights in half precision are held to the last place of double",
        FILE,
        "_check_other(other, alpha, h, rounding_of(got))",
        "_check_other(other, alpha, h, ROUNDING)",
        FORM + "[a tensor in float16-check_another_map-another_map]",
    ),
    Mutation(
        "a place has next to no weight, and what is used up is no matter",
        FILE,
        "alpha = 0.4 / S + 0.6 * draw.dirichlet(np.full(S, 2.0))",
        "alpha = 0.01 / S + 0.99 * draw.dirichlet(np.full(S, 2.0))",
        MAPS,
    ),
    Mutation(
        "there are too few places for another map",
        FILE,
        "_SIZES = ((6, 2), (3, 1), (5, 3), (9, 4), (12, 10))",
        "_SIZES = ((6, 2), (3, 1), (4, 3), (9, 4), (12, 10))",
        MAPS,
    ),
    Mutation(
        "the share that lies elsewhere is said twice over",
        FILE,
        "elsewhere.append(float(_apart(other, alpha)))",
        "elsewhere.append(float(2 * _apart(other, alpha)))",
        HERE + "test_how_much_lies_elsewhere_is_not_said",
    ),
    Mutation(
        "a right version deals all rows alike",
        FILE,
        "        row[mask] = rng.permutation(given[mask])\n",
        "        row[mask] = np.random.default_rng(len(given)).permutation(given[mask])\n",
        UNEVEN,
    ),
    Mutation(
        "keys of padding come among those of words",
        FILE,
        "keys = np.where(mask, rng.random(weights.shape), 2)",
        "keys = np.where(mask, rng.random(weights.shape), 0.5)",
        UNEVEN,
    ),
    Mutation(
        "a right version in single precision has half of it",
        FILE,
        ".astype(np.float32)",
        ".astype(np.float16)",
        UNEVEN,
    ),
    Mutation(
        "a row turned round begins where it began",
        FILE,
        "rng.integers(n, size=(T, 1))",
        "rng.integers(1, size=(T, 1))",
        BUG,
    ),
    Mutation(
        "the smallest is left in its place, not the largest",
        FILE,
        "row.argmax()",
        "row.argmin()",
        BUG,
    ),
    Mutation(
        "an order is drawn once more, and may be the old one",
        FILE,
        "        while (order == places).all():\n",
        "        if (order == places).all():\n",
        BUG,
    ),
    Mutation(
        "level keys come in any order",
        FILE,
        'argsort(1, kind="stable")',
        "argsort(1)[:, ::-1]",
        BUG,
    ),
    Mutation(
        "who looks for the words at the start counts the padding too",
        FILE,
        "np.arange(len(mask)) < mask.sum()",
        "np.arange(len(mask)) <= mask.sum()",
        BUGS,
    ),
    Mutation(
        "a chance of its own is the same each time",
        FILE,
        "np.random.default_rng(next(_CALLS))",
        "np.random.default_rng(7)",
        BUGS,
    ),
    Mutation(
        "a list that was handed in is never changed",
        FILE,
        "weights[:] = dealt if isinstance(weights, Array | Tensor) else dealt.tolist()",
        "weights[:] = dealt if isinstance(weights, Array | Tensor) else weights",
        HANDED,
    ),
    Mutation(
        "a seed is taken for a generator",
        FILE,
        "if not isinstance(rng, np.random.Generator):",
        "if rng is None:",
        NAMED + "[check_is_permuted-test-a NumPy generator for rng, .* got module]",
    ),
    Mutation(
        "a mask without a word is a mask",
        FILE,
        "if not mask.any() or not",
        "if not",
        NAMED + "[check_is_permuted-test-True for one word at least]",
    ),
)
