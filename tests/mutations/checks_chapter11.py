"""Bugs in the checkers of chapter 11 that the tests must catch; see test_mutations.py."""

from tests.mutations import Mutation

FILE = "checks/chapter11.py"
HERE = "test_checks_chapter11.py::"
NAMED = HERE + "test_a_usual_mistake_is_named"
PASSES = HERE + "test_a_right_answer_passes_and_an_empty_one_is_only_not_yet"
TRIED = HERE + "test_the_lowest_rate_is_not_that_of_all_alignments_tried"
PENCIL = HERE + "test_a_worked_corpus_has_another_lowest_rate"
FIRST = HERE + "test_in_the_first_corpus_a_mistake_gives_the_number_of_another"
TIE = HERE + "test_a_tie_counts_as_taken"
SCORES = HERE + "test_a_right_score_is_refused_or_a_wrong_one_passes_the_corpus_of_a_pencil"
BUG = HERE + "test_a_bug_does_not_give_what_its_name_says"
FORM = "test_checks.py::test_a_right_answer_in_another_form_is_refused"
ODD = "test_checks.py::test_a_right_answer_with_one_part_spoilt_passes_or_ends_in_a_traceback"

MUTATIONS = (
    Mutation("a word with a sure link brings one", FILE, "(2 * reached + unsure)", "(reached + unsure)", PENCIL),
    Mutation("all sure links can be had", FILE, "reached += len(with_sure)", "reached += len(s)", TRIED),
    Mutation(
        "a word with a sure link takes a possible one too",
        FILE,
        "for _, i in p} - with_sure)",
        "for _, i in p})",
        TRIED,
    ),
    Mutation(
        "a link is read as (target, source)",
        FILE,
        "with_sure = {i for _, i in s}",
        "with_sure = {j for j, _ in s}",
        PENCIL,
    ),
    Mutation("what was handed in may be emptied", FILE, "*case, keep_inputs=True)", "*case)", NAMED),
    Mutation(
        "a mistake is named by what it gives in one corpus",
        FILE,
        "return all(its is None or close(told, its, off)",
        "return any(its is None or close(told, its, off)",
        NAMED,
    ),
    Mutation("two mistakes give one number in each corpus", FILE, "> _APART)", "> -1)", FIRST),
    Mutation("all links of the drawn gold can be had", FILE, "if unsure and reached < wanted:", "if unsure:", FIRST),
    Mutation(
        "no word of the drawn gold is possible alone",
        FILE,
        "if unsure and reached < wanted:",
        "if reached < wanted:",
        FIRST,
    ),
    Mutation("half precision is refused", FILE, "its, off)", "its, 0.0)", NAMED),
    Mutation("a stranger may be met again", FILE, "if n == 0]", "if n <= 1]", NAMED),
    Mutation("many words may be strangers", FILE, "if len(strangers) > 1:", "if len(strangers) > 2:", NAMED),
    Mutation(
        "two pairs make a word common",
        FILE,
        "_COMMON = 3",
        "_COMMON = 2",
        HERE + "test_the_stranger_of_the_solution_takes_nothing_when_counted_by_hand",
    ),
    Mutation("four pairs make a word common", FILE, "times[word] < _COMMON", "times[word] <= _COMMON", PASSES),
    Mutation("a word that nobody knew may be taken", FILE, "if len(known) < 2:", "if len(known) < 0:", NAMED),
    Mutation("one known word is enough", FILE, "if len(known) < 2:", "if len(known) < 1:", NAMED),
    Mutation(
        "pair 0 itself makes its words known",
        FILE,
        "for pair in pairs[1:] if set(common)",
        "for pair in pairs if set(common)",
        NAMED,
    ),
    Mutation(
        "nobody is told that the sides are exchanged",
        FILE,
        '        raise NotRight(f"{reason} With the sides',
        '        raise reason\n        raise NotRight(f"{reason} With the sides',
        NAMED,
    ),
    Mutation(
        "a tie is a theft", FILE, "if others[best] > row[own] - _MARGIN:", "if others[best] > row[own] + _MARGIN:", TIE
    ),
    Mutation(
        "the first target word is enough",
        FILE,
        "in zip(pairs[0].target, t, strict=True):",
        "in zip(pairs[0].target[:0], t[:0], strict=True):",
        NAMED,
    ),
    Mutation(
        "Model 1 learns from pair 0 alone",
        FILE,
        "ibm_model1(pairs, iterations",
        "ibm_model1(pairs[:1], iterations",
        PASSES,
    ),
    Mutation("seven pairs are taken", FILE, "_MOST = 10, 1e-6, 6", "_MOST = 10, 1e-6, 7", NAMED),
    Mutation(
        "an empty sentence ends in a traceback", FILE, "    if not len(side):\n", "    if len(side) < 0:\n", NAMED
    ),
    Mutation(
        "objects of the library are refused",
        FILE,
        "if isinstance(pair, SentencePair):",
        "if isinstance(pair, bytes):",
        PASSES,
    ),
    Mutation("a right score is rounded too far", FILE, "round(_rate(corpus), 2)", "round(_rate(corpus), 0)", SCORES),
    Mutation(
        "a planted score divides by the sure links alone",
        FILE,
        "/ (proposed + possible))",
        "/ (proposed + possible + 1))",
        BUG,
    ),
    Mutation(
        "sentences without any link count in the mean",
        FILE,
        "for one in corpus if one.a or one.s]",
        "for one in corpus if one.a]",
        BUG,
    ),
    Mutation("a sure link need not be possible", FILE, "if not one.s <= one.p:", "if one.s > one.p:", NAMED),
    Mutation(
        "no link at all ends in a division by zero",
        FILE,
        "if not any(one.a or one.s for one in corpus):",
        "if not corpus:",
        NAMED,
    ),
)
