"""Bugs to plant in the grammar, with which it would go on drawing sentences: see mutations.py."""

from tests.mutations import Mutation

CHINESE = "test_corpora_grammar_zh.py::"
BY_HAND = CHINESE + "test_links_point_where_a_linguist_would_point"

MUTATIONS = (
    Mutation(
        "aller chercher: they will fetch what they would look for",
        "corpora/verb_phrases.py",
        " ?futur ne|n'~k {simple}~f pas=k",
        "",
        "test_corpora_grammar.py::test_links_point_where_a_linguist_would_point[no_aller_before_chercher]",
    ),
    Mutation(
        "a dress is carried to the hotel, not worn there",
        "corpora/verb_phrases.py",
        'placed = "g: group TENSE somewhere KIND;',
        'placed = "g: group TENSE KIND;',
        "test_corpora_grammar.py::test_what_is_worn_or_brought_or_known_is_nowhere",
    ),
    Mutation(
        "every Chinese noun takes the same classifier",
        "corpora/mandarin.py",
        'f"~{features[0]}"',
        '"~个"',
        CHINESE + "test_the_classifier_fits_the_noun",
    ),
    Mutation(
        "the Chinese relative clause follows its noun",
        "corpora/noun_phrases.py",
        'plain = "{d/n} {n} {r}", "{d/n} {n} {r}", f"{{r}} {THE} {{n}}"',
        'plain = "{d/n} {n} {r}", "{d/n} {n} {r}", "{d/n} {n} {r}"',
        CHINESE + "test_the_relative_clause_comes_before_its_noun",
    ),
    Mutation(
        "a part of a construction brings the whole",
        "corpora/derivations.py",
        "template.parts[part - 1] if part else template.whole",
        "template.whole",
        BY_HAND + "[company_before_the_verb]",
    ),
    Mutation(
        "what a slot expresses besides is lost",
        "corpora/derivations.py",
        "if marks and len(tokens) > before:",
        "if marks and len(tokens) < before:",
        CHINESE + "test_the_links_are_valid_and_every_chinese_word_has_one",
    ),
    Mutation(
        "a form given to a clause does not reach its words",
        "corpora/derivations.py",
        'f"{own}.{around}" if own else around',
        "own",
        BY_HAND + "[when_takes_no_aspect]",
    ),
    Mutation(
        "an agreement given to a verb group does not reach the verb",
        "corpora/derivations.py",
        "if control else agreement\n",
        "if control else language.default\n",
        BY_HAND + "[a_hat_is_worn_with_another_verb]",
    ),
    Mutation(
        "the other template of a construction is never taken",
        "corpora/derivations.py",
        "if when in held), template)",
        "if when not in held and not when), template)",
        BY_HAND + "[what_lasts_has_no_place]",
    ),
    Mutation(
        "a contraction forgets what its first word said",
        "corpora/derivations.py",
        "(contracted[0], keys + joined[-1][1])",
        "(contracted[0], joined[-1][1])",
        BY_HAND + "[negation_inside_the_verb]",
    ),
    Mutation(
        "possible links pass for sure ones",
        "corpora/derivations.py",
        "if sure and also:",
        "if sure or also:",
        "test_corpora_grammar.py::test_words_that_share_a_key_are_linked_sure_only_if_both_are",
    ),
)
