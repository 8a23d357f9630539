"""Bugs in counting a corpus that the tests must catch; see test_mutations.py."""

from tests.mutations import Mutation

FILE = "corpora/statistics.py"
TESTS = "test_corpora_statistics.py::"

MUTATIONS = (
    Mutation(
        "links that are only possible cross too",
        FILE,
        "links = [sorted(pair.sure or ()) for pair in pairs]",
        "links = [sorted(pair.possible or ()) for pair in pairs]",
        TESTS + "test_only_sure_links_that_cross_are_counted",
    ),
    Mutation(
        "two links of one word cross",
        FILE,
        "any((j - jj) * (i - ii) < 0",
        "any((j - jj) * (i - ii) <= 0 and (j, i) != (jj, ii)",
        TESTS + "test_two_links_of_one_word_do_not_cross",
    ),
    Mutation(
        "types are tokens",
        FILE,
        "len(words), dict",
        "words.total(), dict",
        TESTS + "test_words_lengths_and_splits_are_those_of_the_training_pairs",
    ),
    Mutation(
        "a corpus without links has none that cross",
        FILE,
        "    if not total:",
        "    if False:",
        TESTS + "test_a_corpus_without_links_has_no_share_of_them",
    ),
)
