"""Bugs in reading recorded results that the tests must catch; see test_mutations.py."""

from tests.mutations import Mutation

MUTATIONS = (
    Mutation(
        "a table mixes the language pairs",
        "results/rungs.py",
        'if run["settings"]["corpus"] == corpus:',
        "if corpus:",
        "test_results.py::test_a_table_mixes_no_corpora_and_shows_mean_and_spread",
    ),
    Mutation(
        "only the best seed is shown",
        "results/rungs.py",
        "centre = mean(values)",
        "centre = max(values)",
        "test_results.py::test_a_table_mixes_no_corpora_and_shows_mean_and_spread",
    ),
    Mutation(
        "a length loses its seeds' order",
        "results/rungs.py",
        '[[scores["bleu"] for scores in run["test_by_source_length"].values()] for run in runs]',
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
)
