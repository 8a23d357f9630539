"""Bugs in reading recorded results that the tests must catch; see test_mutations.py."""

from tests.mutations import Mutation

MUTATIONS = (
    Mutation(
        "a table mixes the language pairs",
        "results/rungs.py",
        'if run["settings"]["corpus"] == corpus and',
        "if corpus and",
        "test_results.py::test_a_table_mixes_no_corpora_and_shows_what_seeds_and_test_set_may_move",
    ),
    Mutation(
        "a rung with further seeds has a longer row than the others",
        "results/rungs.py",
        'if (run["settings"]["seed"] in SEEDS) == further:',
        'if further and run["settings"]["seed"] in SEEDS:',
        "test_results.py::test_further_seeds_of_a_few_rungs_are_in_no_table_unless_asked_for",
    ),
    Mutation(
        "controls of other chapters join the page's tables",
        "results/rungs.py",
        '(controls or run["settings"]["rung"] not in CONTROLS)',
        "True",
        "test_results.py::test_controls_for_other_chapters_are_in_no_table_of_the_ladder_unless_asked_for",
    ),
    Mutation(
        "a comparison of controls finds none of them",
        "results/rungs.py",
        "    found = {corpus: by_rung(runs, corpus, controls) for corpus in corpora}",
        "    found = {corpus: by_rung(runs, corpus) for corpus in corpora}",
        "test_results.py::test_controls_for_other_chapters_are_in_no_table_of_the_ladder_unless_asked_for",
    ),
    Mutation(
        "only the best seed is shown",
        "results/rungs.py",
        "centre = mean(numbers)",
        "centre = max(numbers)",
        "test_results.py::test_a_table_mixes_no_corpora_and_shows_what_seeds_and_test_set_may_move",
    ),
    Mutation(
        "a length loses its seeds' order",
        "results/rungs.py",
        '[[_or_nan(scores["bleu"]) for scores in run["test_by_source_length"].values()] for run in runs]',
        '[list(row) for row in zip(*[[s["bleu"] for s in r["test_by_source_length"].values()] for r in runs])]',
        "test_results.py::test_scores_keep_their_seed_and_length",
    ),
    Mutation(
        "a corpus without a run gives an empty table",
        "results/rungs.py",
        "    if not found:",
        "    if False:",
        "test_results.py::test_a_corpus_without_a_run_is_said_to_have_none",
    ),
    Mutation(
        "runs on two grammars stand in one table",
        "results/rungs.py",
        "    if len(draws) > 1:",
        "    if False:",
        "test_results.py::test_runs_of_two_grammars_do_not_stand_in_one_table",
    ),
    Mutation(
        "half an interval is shown as a whole one",
        "results/rungs.py",
        "(interval[1] - interval[0]) / 2",
        "(interval[1] - interval[0])",
        "test_results.py::test_a_table_mixes_no_corpora_and_shows_what_seeds_and_test_set_may_move",
    ),
    Mutation(
        "a record without intervals borrows those of the others",
        "results/rungs.py",
        "    if not known or len(known) < len(intervals):",
        "    if not known:",
        "test_results.py::test_a_record_without_intervals_shows_none",
    ),
    Mutation(
        "a difference counts although a seed says the contrary",
        "results/rungs.py",
        "    if len(signs) != 1 or 0 in signs:",
        "    if not signs or 0 in signs:",
        "test_results.py::test_a_difference_is_clear_only_where_neither_seeds_nor_test_set_undo_it",
    ),
    Mutation(
        "a difference counts although the test set allows none",
        "results/rungs.py",
        "low[1] < high[0] or high[1] < low[0]",
        "low[1] != high[0]",
        "test_results.py::test_a_difference_is_clear_only_where_neither_seeds_nor_test_set_undo_it",
    ),
    Mutation(
        "means over different seeds are compared",
        "results/rungs.py",
        "mean(other[seed][0] - one[seed][0] for seed in seeds)",
        "mean(n for n, _ in other.values()) - mean(n for n, _ in one.values())",
        "test_results.py::test_differences_are_paired_by_seed_and_unclear_ones_stand_in_brackets",
    ),
    Mutation(
        "a control of one language counts for both",
        "results/rungs.py",
        "if not all(name in rungs for rungs in found)",
        "if not any(name in rungs for rungs in found)",
        "test_results.py::test_what_is_not_recorded_is_named",
    ),
    Mutation(
        "one run with an interval speaks for all",
        "results/rungs.py",
        'if not all("bleu_interval" in test for test in tests):',
        'if not any("bleu_interval" in test for test in tests):',
        "test_results.py::test_what_is_not_recorded_is_named",
    ),
    Mutation(
        "a record of another draw is called today's",
        "results/draws.py",
        "draw.fingerprint != TODAY[draw.corpus, draw.options]",
        "draw.fingerprint is None",
        "test_frozen_draws.py::test_a_record_says_whether_it_is_of_todays_draw",
    ),
    Mutation(
        "runs that do not say what they were made on are passed over",
        "results/draws.py",
        """        if not named:
""",
        """        if not named and len(runs) > 1:
""",
        "test_frozen_draws.py::test_a_record_of_another_draw_is_seen",
    ),
)
