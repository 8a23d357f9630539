"""Bugs in the checkers of chapter 13 that the tests must catch; see test_mutations.py."""

from tests.mutations import Mutation

FILE = "checks/chapter13.py"
HERE = "test_checks_chapter13.py::"
NAMED = HERE + "test_a_usual_mistake_is_named"
PASSES = HERE + "test_a_right_answer_passes_and_an_empty_one_is_only_not_yet"
PENCIL = HERE + "test_the_gain_or_the_sample_chosen_is_not_the_one_of_a_pencil"
DRAWS = HERE + "test_a_draw_hides_a_wrong_choice"
SEARCHES = HERE + "test_a_sentence_of_a_table_is_missing_or_a_search_is_not_the_librarys"
FORM = "test_checks.py::test_a_right_answer_in_another_form_is_refused"
BUG = HERE + "test_a_bug_does_not_give_what_its_name_says"
TELLS = HERE + "test_a_right_bound_is_passed_by_a_continuation_or_a_wrong_one_by_none"

MUTATIONS = (
    Mutation(
        "a gain is the same both ways round",
        FILE,
        "len(hypothesis) + 4 * len(reference))",
        "(len(hypothesis) + len(reference)) * 5, 2)",
        PENCIL,
    ),
    Mutation(
        "a word that stands once is shared twice",
        FILE,
        "shared = (Counter(hypothesis) & Counter(reference)).total()",
        "shared = sum(word in reference for word in hypothesis)",
        PENCIL,
    ),
    Mutation(
        "the right sample is the one with the least gain",
        FILE,
        "return max(_different(samples), key=lambda one: _mean_gain(one, samples))",
        "return min(_different(samples), key=lambda one: _mean_gain(one, samples))",
        PENCIL,
    ),
    Mutation(
        "the right answer counts each different sample once",
        FILE,
        "for reference in samples), Fraction(0))",
        "for reference in _different(samples)), Fraction(0))",
        PENCIL,
    ),
    Mutation(
        "two samples are nearly level, and rounding decides",
        FILE,
        "means[0] - means[1] > _APART",
        "means[0] - means[1] > -1",
        HERE + "test_two_samples_are_so_near_that_rounding_decides",
    ),
    Mutation(
        "a draw or two are thought to tell all wrong choices apart",
        FILE,
        "    while alike:\n",
        "    while len(kept) < 2:\n",
        DRAWS,
    ),
    Mutation(
        "the empty sentence is never the one that was drawn most often",
        FILE,
        "if apart and (kept or () in chosen[1]):",
        "if apart and (kept or () not in chosen[1]):",
        DRAWS,
    ),
    Mutation(
        "the list of samples may be sorted where it was handed in",
        FILE,
        "[*samples], _gain, keep_inputs=True)",
        "[*samples], _gain)",
        NAMED + "[check_least_risky-sorted_in_place-has changed what it was handed]",
    ),
    Mutation(
        "a sentence that nobody drew is told two means",
        FILE,
        "    if words not in samples:\n",
        "    if not samples:\n",
        NAMED + r"[check_least_risky-<lambda>-'.* \\.' is none of them]",
    ),
    Mutation(
        "one answer in the list is taken for all",
        FILE,
        "return all(one in choose(samples)",
        "return any(one in choose(samples)",
        NAMED,
    ),
    Mutation(
        "a text is taken for its letters",
        FILE,
        "    if isinstance(got, str):\n",
        "    if isinstance(got, bytes):\n",
        NAMED + "[check_least_risky-<lambda>-got the text '.*Return the sample as it was]",
    ),
    Mutation(
        "a beam of 2 may find the best",
        FILE,
        "for width in (1, 2):",
        "for width in (1,):",
        NAMED + r"[check_garden_path-<lambda>-a beam of 2 finds the best sentence here, 'b' \\(0.35\\)]",
    ),
    Mutation(
        "a beam of 3 may miss the best too",
        FILE,
        "    if not found[3]:\n",
        "    if found[1]:\n",
        NAMED + r"[check_garden_path-<lambda>-a beam of 3 misses the best sentence too, 'a' \\(0.2\\)]",
    ),
    Mutation(
        "two sentences that are level are best and second",
        FILE,
        "if second[1] > best[1] * (1 - _LEVEL):",
        "if second[1] > best[1]:",
        HERE + "test_two_sentences_are_level_where_rounding_could_turn_them",
    ),
    Mutation(
        "who wins a tie by luck has led the beam astray",
        FILE,
        "_HAIR * draw.uniform(-1, 1, 4)",
        "0 * draw.uniform(-1, 1, 4)",
        NAMED + "[check_garden_path-<lambda>-whether a beam of 2 finds the best sentence is luck1]",
    ),
    Mutation(
        "a tie that changes nothing is refused",
        FILE,
        "verdicts.add(_searched(moved, width) == best)",
        "verdicts.add(_searched(moved, width))",
        f"{PASSES}[check_garden_path-level_where_it_does_not_matter]",
    ),
    Mutation(
        "what a table leaves out ends in half of all cases",
        FILE,
        "_ENDS = np.array([0.0, 0.0, 0.0, 1.0])",
        "_ENDS = np.array([0.0, 0.0, 0.0, 0.5])",
        SEARCHES,
    ),
    Mutation(
        "rows of a beam stay where they are as its hypotheses move",
        FILE,
        "_Read(tuple(self.rows[int(row)] for row in rows), self.logits)",
        "_Read(self.rows, self.logits)",
        SEARCHES,
    ),
    Mutation(
        "a sentence of three words is cut",
        FILE,
        "torch.empty(0)), 1, width, _LONGEST)",
        "torch.empty(0)), 1, width, _LONGEST - 1)",
        SEARCHES,
    ),
    Mutation(
        "a row that lacks a ten-thousandth is a whole",
        FILE,
        "if abs(total - 1) > tolerance:",
        "if abs(total - 1) > 0.001:",
        HERE + "test_a_row_that_does_not_share_one_whole_passes",
    ),
    Mutation(
        "rows in half precision are held to the last place of double",
        FILE,
        'axes="(a, b, c, </s>)"), rounding_of(row)',
        'axes="(a, b, c, </s>)"), ROUNDING',
        FORM + "[a tensor in float16-check_garden_path-garden_path]",
    ),
    Mutation(
        "logarithms are told that they are negative, and no more",
        FILE,
        "logs = abs(np.exp(shares).sum() - 1) < 0.01",
        "logs = abs(np.exp(shares).sum()) < 0.01",
        NAMED + "[check_garden_path-<lambda>-got -3. Are these logarithms]",
    ),
    Mutation(
        "a beginning that no sentence reaches passes in silence",
        FILE,
        "if words and words[:-1] not in table:",
        "if words and words[:0] not in table:",
        NAMED + r"[check_garden_path-<lambda>-\\('a', 'b'\\) is never reached]",
    ),
    Mutation(
        "the tight bound takes the longest sentence one word too short",
        FILE,
        "    return log_prob / _lp(longest, alpha)\n",
        "    return log_prob / _lp(longest - 1, alpha)\n",
        HERE + "test_the_tight_bound_is_not_the_librarys",
    ),
    Mutation(
        "a length penalty has 6 for its 5",
        FILE,
        "return ((5 + length) / 6) ** alpha",
        "return ((6 + length) / 6) ** alpha",
        BUG,
    ),
    Mutation(
        "a bound is wrong where nothing can show it",
        FILE,
        "(p - math.log(2)) / _lp(longest, alpha)",
        "p / _lp(longest, alpha)",
        TELLS,
    ),
    Mutation(
        "twice the length so far is twice the longest",
        FILE,
        "np.minimum(2 * n, longest)",
        "np.maximum(2 * n, longest)",
        TELLS,
    ),
    Mutation(
        "a right version in single precision has half of it",
        FILE,
        ".astype(np.float32)",
        ".astype(np.float16)",
        TELLS,
    ),
    Mutation(
        "a beginning as long as a sentence may get has a bound",
        FILE,
        "(length >= longest).any()",
        "(length > longest).any()",
        NAMED + "[check_is_bound-<lambda>-expected 0 <= length < longest]",
    ),
    Mutation(
        "a number in a letter is written with the name of its library",
        "checks/comparing/reading.py",
        "{_type(got)} {values.item()!r}",
        "{_type(got)} {got!r}",
        NAMED + "[check_is_bound-<lambda>-the verdict of your test: expected True and False, got the float64 -1.0]",
    ),
)
