"""Bugs to plant in what chapter 14 stands on: weights of pieces in words, and the checks of its exercises."""

from tests.mutations import Mutation

PIECES, TRACES, SUBWORDS, CHECKS = "alignment/pieces.py", "traces.py", "corpora/subwords.py", "checks/chapter14.py"
WORDS = "test_pieces_in_words.py::test_"
SAME = WORDS + "weights_in_words_are_those_of_their_pieces"
HERE = "test_checks_chapter14.py::test_"

MUTATIONS = (
    Mutation(
        "a source word has the mean of its pieces",
        PIECES,
        "weights[:, word].sum(axis=1)",
        "weights[:, word].mean(axis=1)",
        SAME,
    ),
    Mutation(
        "a target word has the sum of its pieces",
        PIECES,
        "columns[word].mean(axis=0)",
        "columns[word].sum(axis=0)",
        SAME,
    ),
    Mutation(
        "the end of the sentence is part of its last word",
        PIECES,
        "if piece.startswith(START) or piece == EOS_TOKEN:\n            words.append",
        "if piece.startswith(START):\n            words.append",
        SAME,
    ),
    Mutation(
        "pieces may begin inside a word",
        PIECES,
        "if not pieces or not (pieces[0].startswith(START) or pieces[0] == EOS_TOKEN):",
        "if not pieces:",
        WORDS + "pieces_that_begin_inside_a_word_are_no_words",
    ),
    Mutation(
        "the state before a word is called that after it",
        TRACES,
        "self.states[[word[-1] for word in written]]",
        "self.states[[word[0] for word in written]]",
        WORDS + "a_trace_in_words_has_a_row_a_word",
    ),
    Mutation(
        "the signs of sentencepiece are called pieces",
        SUBWORDS,
        "if not self._processor.IsControl(k))",
        "if True)",
        WORDS + "byte_pairs_stand_in_the_order_in_which_they_were_glued",
    ),
    Mutation(
        "the map that is right has the largest weight of a word",
        CHECKS,
        "return part.sum(1)",
        "return part.max(1)",
        HERE + "the_map_in_words_is_not_that_of_a_pencil",
    ),
    Mutation(
        "a tie is decided by chance",
        CHECKS,
        "if len(best) > 1:",
        "if len(best) > 9:",
        HERE + "a_usual_mistake_is_named",
    ),
    Mutation(
        "the youngest piece is glued first",
        CHECKS,
        "min(near, key=learnt.index)",
        "max(near, key=learnt.index)",
        HERE + "pieces_are_not_those_of_sentencepiece",
    ),
    Mutation(
        "the most pieces are called the fewest",
        CHECKS,
        "min(known, key=len)",
        "max(known, key=len)",
        HERE + "the_fewest_pieces_are_not_the_fewest_of_all_spellings",
    ),
    Mutation(
        "the running mean forgets",
        CHECKS,
        "mean = mean + (value - mean) / number",
        "mean = mean + (value - mean) / 2",
        HERE + "a_right_version_is_not_the_mean",
    ),
    Mutation(
        "the bug that gathers the mean in the first checkpoint does not",
        CHECKS,
        "value[...] = found[name]",
        "value[...] = value",
        HERE + "a_bug_gives_the_mean_and_harms_nothing",
    ),
)
