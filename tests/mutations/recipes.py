"""Bugs to plant in recipes: what reaches the model, what comes back from it, how it is scored."""

from tests.mutations import Mutation

FILE = "training/recipes.py"
PIECES = "test_recipes.py::test_one_model_of_pieces_serves_both_languages_or_each_has_its_own"
WORDS = "test_recipes.py::test_words_go_in_and_words_come_out_in_the_order_of_the_sentences"
BUILT = "test_recipes.py::test_the_model_is_a_function_of_the_seed_and_knows_what_is_frequent_enough"
BEAM = "test_recipes.py::test_a_beam_is_compared_as_the_recipe_says_and_greedy_search_is_not"
OPTIONS = "test_recipes.py::test_options_of_a_corpus_come_before_those_of_the_recipe"
WATCHED = "test_recipes.py::test_who_watches_sees_the_model_at_each_validation_and_changes_nothing"
RUN = "test_recipes.py::test_a_run_has_the_changes_that_it_was_given_and_nothing_else"
COPIES = "test_recipes.py::test_copies_are_of_the_training_pairs_alone_and_drawn_by_the_seed"
WRONG = "test_recipes.py::test_a_wrong_value_is_named_before_anything_is_read"
DRAWS, HERE = "corpora/subword_draws.py", "test_corpora_subword_draws.py::test_"

MUTATIONS = (
    Mutation(
        "a recipe's own options win",
        FILE,
        "{**self.corpus_options, **options}",
        "{**options, **self.corpus_options}",
        OPTIONS,
    ),
    Mutation("both languages share pieces whatever the recipe says", FILE, "if self.joint:", "if True:", PIECES),
    Mutation(
        "joint pieces are learnt from the source alone",
        FILE,
        "Subwords.train([*source, *target], self.pieces)",
        "Subwords.train([*source, *source], self.pieces)",
        "test_recipes.py::test_pieces_are_learnt_from_both_sides_of_the_training_pairs_alone",
    ),
    Mutation(
        "rare words stay in the vocabulary",
        FILE,
        "prepared.vocabularies(self.min_count)",
        "prepared.vocabularies()",
        BUILT,
    ),
    Mutation(
        "the model starts as the last draw left the random state",
        FILE,
        "        seed_everything(self.config.seed)\n",
        "",
        BUILT,
    ),
    Mutation("changes of the training are forgotten", FILE, "if changes else self", "if not changes else self", RUN),
    Mutation(
        "nobody is told of a validation",
        FILE,
        "fit(model, prepared, changed.config, report)",
        "fit(model, prepared, changed.config)",
        WATCHED,
    ),
    Mutation(
        "translations come in the order of the batches",
        "evaluation.py",
        "return [found[k] for k in range(len(pairs))]",
        "return list(found.values())",
        WORDS,
    ),
    Mutation(
        "pieces come back as they are",
        FILE,
        "[whole(one.tokens) for one in found]",
        "[one.tokens for one in found]",
        WORDS,
    ),
    Mutation("a model of pieces is given whole words", FILE, "map(apart, sentences)", "map(tuple, sentences)", WORDS),
    Mutation("greedy search pays for a beam", FILE, "if beam > 1 else 0.0", "if beam else 0.0", BEAM),
    Mutation(
        "BLEU compares with the sources",
        FILE,
        "bleu(ours, [pair.target for pair in pairs], bootstrap=bootstrap)",
        "bleu(ours, [pair.source for pair in pairs], bootstrap=bootstrap)",
        "test_recipes.py::test_bleu_is_counted_on_words",
    ),
    Mutation(
        "a beam of no hypothesis is taken",
        FILE,
        'check_count("beam", self.beam)',
        'check_count("beam", self.beam, least=0)',
        WRONG,
    ),
    Mutation(
        "no copies are called some",
        FILE,
        'check_count("copies", self.copies)',
        'check_count("copies", self.copies, least=0)',
        WRONG,
    ),
    Mutation(
        "copies of whole words are read again and again",
        FILE,
        "            if self.pieces is None:\n                raise",
        "            if self.pieces == 0:\n                raise",
        "test_recipes.py::test_copies_of_whole_words_would_all_be_the_same",
    ),
    Mutation("every seed draws the same pieces", FILE, "self.alpha, self.config.seed)", "self.alpha, 1)", COPIES),
    Mutation("the recipe's α draws nothing", FILE, "self.copies, self.alpha,", "self.copies, 0.25,", COPIES),
    Mutation(
        "target words are taken apart as the source's are",
        FILE,
        "drawn_pairs(corpus.train, of_source, of_target,",
        "drawn_pairs(corpus.train, of_source, of_source,",
        COPIES,
    ),
    Mutation(
        "all ways are drawn as often",
        DRAWS,
        "exp(alpha * nats)",
        "1.0",
        HERE + "a_way_is_drawn_as_often_as_its_probability_to_the_power_says",
    ),
    Mutation(
        "one draw serves every copy",
        DRAWS,
        "for _ in range(copies) for pair in pairs)",
        "for pair in pairs) * copies",
        HERE + "every_copy_spells_the_same_words_in_the_same_order_and_differs",
    ),
    Mutation(
        "the target is drawn by the model of the source",
        DRAWS,
        "for model in (source, target))",
        "for model in (source, source))",
        HERE + "with_a_large_alpha_words_are_taken_apart_as_well_as_may_be",
    ),
    Mutation(
        "the draw does not begin anew",
        DRAWS,
        "Random(check_seed(seed))",
        "Random(check_seed(seed) and None)",
        HERE + "the_draw_is_a_function_of_the_seed",
    ),
    Mutation(
        "all ways are as likely as the best",
        "corpora/subwords.py",
        "(way, one - nats[0])",
        "(way, nats[0] - nats[0])",
        HERE + "the_ways_are_the_likeliest_of_all_spellings_with_their_probabilities",
    ),
    Mutation(
        "sentencepiece says what byte pairs lack",
        "corpora/subwords.py",
        "        except RuntimeError as error:\n            raise ValueError('Pieces of",
        "        except KeyError as error:\n            raise ValueError('Pieces of",
        HERE + "byte_pairs_have_no_probability",
    ),
    Mutation(
        "a recipe is another one than that of its record",
        "training/recipes.py",
        '"average_last": 0.15',
        '"average_last": 0.1',
        "test_recipes.py::test_a_recipe_has_the_settings_with_which_its_scores_were_recorded",
    ),
    Mutation(
        "a beam has four places where nothing is said",
        FILE,
        "beam: int = 5",
        "beam: int = 4",
        "test_recipes.py::test_a_recipe_that_says_no_more_has_the_settings_of_the_records",
    ),
    Mutation(
        "every model has the size of the default", FILE, "(self.min_count), **self.options)", "(self.min_count))", BUILT
    ),
    Mutation(
        "the corpus that is given is left aside",
        FILE,
        "changed.load() if corpus is None else corpus",
        "changed.load()",
        "test_recipes.py::test_a_run_reads_the_corpus_that_it_is_given_and_loads_its_own_without_one",
    ),
    Mutation("the smallest beam is greedy search", FILE, "if beam > 1 else 0.0", "if beam > 2 else 0.0", BEAM),
    Mutation(
        "BLEU of a beam is that of greedy search",
        FILE,
        "self.translate([pair.source for pair in pairs], beam)",
        "self.translate([pair.source for pair in pairs], 1)",
        "test_recipes.py::test_bleu_is_counted_on_words",
    ),
)
