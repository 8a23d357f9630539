"""Bugs in the checkers of chapter 16 that the tests must catch; see test_mutations.py."""

from tests.mutations import Mutation

FILE = "checks/chapter16.py"
HERE = "test_checks_chapter16.py::"
NAMED = HERE + "test_a_usual_mistake_is_named"
TORCHS = HERE + "test_the_whole_look_is_not_torchs_with_a_causal_mask"
READING = HERE + "test_a_mistake_in_reading_on_passes_or_is_taken_for_another"
PENCIL = HERE + "test_the_two_orders_are_not_those_of_a_pencil"
FORM = "test_checks.py::test_a_right_answer_in_another_form_is_refused"
RIGHT_LOOK = HERE + "test_a_right_version_is_not_torchs_look_or_not_the_librarys"
BUG = HERE + "test_a_bug_is_not_what_its_name_says"
SHARES = HERE + "test_a_score_is_not_divided_or_shared_out_as_its_name_says"

MUTATIONS = (
    Mutation(
        "the words of the whole look ask with their keys",
        FILE,
        "for t, query in enumerate(queries):",
        "for t, query in enumerate(keys):",
        TORCHS,
    ),
    Mutation("the whole look has no root", FILE, "/ math.sqrt(len(query)) for key", "for key", TORCHS),
    Mutation(
        "the look of the first word is held against that of the last",
        FILE,
        "_whole_look(x, *weights)[-1]",
        "_whole_look(x, *weights)[0]",
        HERE + "test_a_right_answer_passes_and_an_empty_one_is_only_not_yet[check_read_on-read_on]",
    ),
    Mutation(
        "a word alone comes first, and hides what is wrong",
        FILE,
        "for P in reversed(range(T)):",
        "for P in range(T):",
        NAMED,
    ),
    Mutation(
        "the first word of a sentence is never asked",
        FILE,
        "for P in reversed(range(T)):",
        "for P in reversed(range(1, T)):",
        f"{NAMED}[check_read_on-nothing_first-for P=0, .* The first word brings back nothing]",
    ),
    Mutation(
        "keys may be written over where they were handed in",
        FILE,
        "*weights, keep_inputs=True)",
        "*weights)",
        f"{NAMED}[check_read_on-changed_in_place-has changed what it was handed]",
    ),
    Mutation(
        "what is kept of the values is not looked at",
        FILE,
        '(("keys", keys, values), ("values", values, keys))',
        '(("keys", keys, values),)',
        READING,
    ),
    Mutation(
        "an error with no word before says nothing of that",
        FILE,
        "        if P or error.__cause__ is None:\n",
        "        if P >= 0:\n",
        f"{NAMED}[check_read_on-breaks_at_first-It was the first word: keys and values have no row yet]",
    ),
    Mutation(
        "NaN at the first word is called a division of 0",
        FILE,
        'alone = "" if P else',
        'alone = "" if not P else',
        NAMED,
    ),
    Mutation(
        "a draw in which rounding to half precision hides a mistake",
        FILE,
        "_SEED = 63 ",
        "_SEED = 165 ",
        f"{FORM}[a tensor in bfloat16-check_read_on-read_on]",
    ),
    Mutation(
        "with three entries a z alone is taken for the three that are asked for",
        FILE,
        "((4, 7, 5), (6, 3, 4))",
        "((4, 7, 3), (6, 5, 4))",
        NAMED,
    ),
    Mutation(
        "a score for the root of M is that for the root of A",
        FILE,
        "            math.sqrt(M)\n",
        "            math.sqrt(A)\n",
        READING,
    ),
    Mutation(
        "the softmax of a mistake runs over the wrong axis",
        FILE,
        "(_softmax(entries, 0) * values).sum(0)",
        "(_softmax(entries, 1) * values).sum(0)",
        READING,
    ),
    Mutation(
        "a new row in front is looked for at the end",
        FILE,
        "np.vstack([new, before]),",
        "np.vstack([before, new]),",
        READING,
    ),
    Mutation("a layer forgets the word itself", FILE, "return x + _softmax(x @ x.T", "return _softmax(x @ x.T", PENCIL),
    Mutation("a layer sees what comes after", FILE, "-np.inf), 1)", "-np.inf), 2)", PENCIL),
    Mutation(
        "one layer is asked, which can tell no order",
        FILE,
        "(_layer(_layer(x))[-1] for x",
        "(_layer(x)[-1] for x",
        PENCIL,
    ),
    Mutation(
        "a tenth is a fifth",
        FILE,
        "_APART, _LARGEST = 0.1, 3.0",
        "_APART, _LARGEST = 0.2, 3.0",
        HERE + "test_a_tenth_is_measured_wrongly",
    ),
    Mutation(
        "an entry of exactly three is too large",
        FILE,
        "(np.abs(x) <= _LARGEST).all()",
        "(np.abs(x) < _LARGEST).all()",
        HERE + "test_an_entry_of_three_is_too_large_or_one_above_it_is_not",
    ),
    Mutation(
        "a sentence of four is as short as one of three",
        FILE,
        "    if len(x) > 3:\n",
        "    if len(x) > 4:\n",
        f"{NAMED}[check_orders-<lambda>-has 4 words. It goes with fewer]",
    ),
    Mutation(
        "the last words may differ",
        FILE,
        "if not same(one[-1], other[-1]):",
        "if not same(one[-1], one[-1]):",
        NAMED,
    ),
    Mutation(
        "the words before the last may be others",
        FILE,
        "if not same(one[[1, 0, 2]], other):",
        "if same(one, other):",
        NAMED,
    ),
    Mutation(
        "one vector in two precisions is two vectors",
        FILE,
        "rtol=tolerance, atol=tolerance))",
        "rtol=0, atol=0))",
        HERE + "test_the_same_vectors_in_two_precisions_are_called_different",
    ),
    Mutation(
        "who is not listened to is told of something else",
        FILE,
        "    if heard < _APART:\n",
        "    if heard > 1:\n",
        f"{NAMED}[check_orders-<lambda>-the last word gives none of them more than]",
    ),
    Mutation(
        "a right version divides by the root of M",
        FILE,
        "divisor: Callable[[int, int], float] = lambda heads, A: math.sqrt(A),",
        "divisor: Callable[[int, int], float] = lambda heads, A: math.sqrt(heads * A),",
        RIGHT_LOOK,
    ),
    Mutation(
        "a right version cuts heads across words",
        FILE,
        "return rows.reshape(len(rows), heads, -1).swapaxes(0, 1)",
        "return rows.reshape(heads, len(rows), -1)",
        RIGHT_LOOK,
    ),
    Mutation(
        "a right version lets a word ask those that are hidden",
        FILE,
        "            seen = x[shown]\n",
        "            seen = x\n",
        RIGHT_LOOK,
    ),
    Mutation(
        "the version in single precision is one in double",
        FILE,
        "(one.astype(np.float32) for one",
        "(one.astype(np.float64) for one",
        f"{NAMED}[check_is_multi_head-breaks_on_single-which is right: breaks_on_single raised TypeError]",
    ),
    Mutation(
        "a bug changes nothing: heads are turned round twice",
        FILE,
        "_join(found[::-1])",
        "_join(found[::-1][::-1])",
        BUG,
    ),
    Mutation(
        "the mask in one head alone is one in all but one",
        FILE,
        "np.concatenate([_hide(scores[:1], mask), scores[1:]])",
        "np.concatenate([scores[:1], _hide(scores[1:], mask)])",
        BUG,
    ),
    Mutation(
        "a softmax over those who ask is one over heads",
        FILE,
        "_softmax(_hide(scores, mask), 1)",
        "_softmax(_hide(scores, mask), 0)",
        SHARES,
    ),
    Mutation(
        "one softmax for all heads leaves a word its own",
        FILE,
        "_softmax(_hide(scores, mask), (0, 2))",
        "_softmax(_hide(scores, mask), (0, 1, 2))",
        SHARES,
    ),
    Mutation(
        "a bug has no pencil",
        FILE,
        '    "W_o left out": _version(',
        '    "W_o left aside": _version(leave=lambda joined, W_o: joined),\n    "W_o left out": _version(',
        HERE + "test_a_bug_has_no_pencil",
    ),
    Mutation(
        "a mask in which a word sees nobody is a mask",
        FILE,
        'return "" if mask.any(1).all() else',
        'return "" if mask.any() or not mask.any() else',
        NAMED,
    ),
    Mutation(
        "a mask of 0 and −∞ is one of True and False, the wrong way round",
        FILE,
        "    if not np.isin(mask, (0, 1)).all():\n",
        "    if not np.isin(mask, (0, 1, -np.inf)).all():\n",
        NAMED,
    ),
    Mutation(
        "a number of heads that leaves a rest is rounded",
        FILE,
        "if heads.ndim or heads < 1 or x.shape[1] % heads:",
        "if heads.ndim or heads < 1:",
        NAMED,
    ),
)
