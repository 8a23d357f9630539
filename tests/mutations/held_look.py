"""Bugs to plant in the slider that holds a look, and in what says of what class a word is."""

from tests.mutations import Mutation

FILE, CLASSES = "widgets/holding_looks.py", "corpora/grammar/word_classes.py"
TEST, CLASSED = "test_widgets_held_look.py::test_", "test_word_classes.py::test_"
MUTATIONS = (
    Mutation(
        "a place shows the words of the place after it",
        FILE,
        "for j, row in enumerate(held[i])),\n",
        "for j, row in enumerate([*held[i][1:], held[i][0]])),\n",
        TEST + "every_place_shows_its_own_words_and_its_own_weights",
    ),
    Mutation(
        "a held look shows the free look's weights",
        FILE,
        "weights = free.weights[i] if j is None else np.eye(len(free.source))[j]",
        "weights = free.weights[i]",
        TEST + "every_place_shows_its_own_words_and_its_own_weights",
    ),
    Mutation(
        "the word of the trace, not the likeliest of the free look, is marked",
        FILE,
        "    own = free.candidates[i][0].token\n",
        "    own = candidates[0].token\n",
        TEST + "every_place_shows_its_own_words_and_its_own_weights",
    ),
    Mutation(
        "a word that is left behind keeps the probability of the free look",
        FILE,
        "left = [decimal(one.probability) for one in candidates if",
        "left = [decimal(own.probability) for one in candidates if",
        TEST + "the_sentence_says_where_the_look_is_held_and_what_becomes_of_the_word",
    ),
    Mutation(
        "every word is bold",
        FILE,
        "if token == own else f",
        "if False else f",
        TEST + "the_sentence_says_where_the_look_is_held_and_what_becomes_of_the_word",
    ),
    Mutation(
        "print dots what has changed",
        FILE,
        "'·' if row[0].token == own.token",
        "'·' if row[0].token != own.token",
        TEST + "print_is_a_table_of_all_steps_and_places",
    ),
    Mutation(
        "rows of another sentence are shown",
        FILE,
        "    if shape != [S] * T:\n",
        "    if len(shape) != T:\n",
        TEST + "what_does_not_fit_the_trace_is_refused",
    ),
    Mutation(
        "a determiner is a pronoun",
        CLASSES,
        "for name, words in _FRENCH.items() for word",
        "for name, words in _FRENCH.items() for name in [name.replace('determiner', 'pronoun')] for word",
        CLASSED + "words_sorted_by_hand_are_in_their_classes",
    ),
    Mutation(
        "classifiers name something",
        CLASSES,
        '    | dict.fromkeys(CLASSIFIERS, "other function word"),\n',
        "",
        CLASSED + "every_classifier_of_the_lexicon_is_one",
    ),
    Mutation(
        "a Chinese full stop names something",
        CLASSES,
        'frozenset(".,?!。，？！")',
        'frozenset(".,?!")',
        CLASSED + "words_sorted_by_hand_are_in_their_classes",
    ),
    Mutation(
        "the end of a sentence names something",
        CLASSES,
        "    check_no_reserved([word])\n",
        "",
        CLASSED + "what_is_no_word_of_a_language_has_no_class",
    ),
    Mutation(
        "a word of negation names something",
        CLASSES,
        "ne n' pas jamais plus",
        "ne n' jamais plus",
        CLASSED + "words_sorted_by_hand_are_in_their_classes",
    ),
)
