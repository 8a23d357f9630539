"""Noun phrases of the grammar: who, what and where. Chapter 1.

How a construction is written down is explained in constructions.py.
"""

from course_lib.corpora.grammar.constructions import Constructions, construction, relay


def articles() -> Constructions:
    """The article, without an adjective and before one."""
    for category, articles in (
        ("definite", {"the": 6, "this": 1}),
        ("determiner", {"the": 6, "this": 1, "a": 4}),
        ("determiner before", {"the": 6, "this": 1, "a before": 4}),  # de beaux livres, not des
    ):
        for article, often in articles.items():
            # Only "the" hands on its key: a Chinese noun without an article may stand for it, not for the others.
            head = "d" if article == "the" else None
            yield construction("article", category, f"d: {article}", often, head, alike="{d/n}")


def noun_phrases() -> Constructions:
    """Nouns with articles, adjectives, owners, coordinated; objects of a negated verb."""
    yield relay("np KIND", "n: simple KIND", 5)
    yield construction("coordination", "np KIND", "a: simple KIND; b: simple KIND", 2.2, head="a+b")
    yield relay("simple KIND", "n: plain KIND", 2)
    yield construction("noun", "simple KIND", "d: determiner; n: noun KIND", 1.5)
    after = "d: determiner; n: noun KIND; a: after KIND"
    yield construction("noun and adjective, after", "simple KIND", after)
    old = "d: determiner before; n: aged KIND; a: before KIND"
    yield construction("noun and adjective, before", "simple KIND", old)
    # A happy young man, but an old white watch.
    yield construction("noun and two adjectives, opinion", "simple KIND", f"{old}; b: opinion KIND")
    yield construction("noun and two adjectives, colour", "simple KIND", f"{old}; b: colour KIND", 0.6)
    yield relay("definite KIND", "n: plain KIND", 3)
    my_old = "d: possessive; n: owned THING; a: before THING"
    yield construction("noun and adjective, before", "plain THING", my_old, 0.3)
    yield relay("np KIND", "n: owned KIND by", 0.4)
    yield relay("definite KIND", "n: owned KIND by", 0.6)
    yield construction("noun", "plain KIND", "d: definite; n: noun KIND", 2)
    # Chinese says several with an article, or with 们 where there is none and they are people.
    yield construction("noun, owned", "plain KIND", "d: possessive; n: owned KIND")
    # No second noun beside it: la robe et le chapeau de paul are both his.
    yield construction("owner and owned", "owned KIND by", "p: owner; n: owned KIND")
    # Under a negation the indefinite article of the object is de: il n'a pas de chien.
    yield relay("negated np KIND", "n: definite KIND", 2)
    yield relay("negated np KIND", "n: any KIND")
    yield construction("noun, negated", "any KIND", "d: any; n: noun KIND")
    yield construction("noun", "indefinite KIND", "d: a; n: noun KIND", 2)
    yield construction("noun and adjective, after", "indefinite KIND", "d: a; n: noun KIND; a: after KIND")
    yield construction("noun and adjective, before", "indefinite KIND", "d: a before; n: aged KIND; a: before KIND")


def places() -> Constructions:
    """Where something is."""
    yield relay("place PLACE", "n: plain PLACE", 3)
    yield construction("noun, place", "plain PLACE", "d: definite; n: noun PLACE", 3)
    yield construction("noun", "plain PLACE", "d: possessive; n: owned PLACE", 0.8)
    before = "d: definite; n: noun PLACE; a: before PLACE"
    yield construction("noun and adjective, before, place", "place PLACE", before)
    after = "d: definite; n: noun PLACE; a: after PLACE"
    yield construction("noun and adjective, after, place", "place PLACE", after, 0.4)
    yield construction("in", "where", "o: place area", 3)
    yield construction("at", "where", "o: place site", 3)
    yield construction("near", "where", "o: place PLACE", 0.5)
    yield construction("behind", "where", "o: place PLACE", 0.5)
    yield construction("in front of", "where", "o: place PLACE", 0.4)


def persons() -> Constructions:
    """Who acts, who owns; subjects."""
    yield relay("owner", "n: name")
    yield construction("noun", "owner", "d: definite; n: single person")
    yield construction("noun", "owner", "d: possessive; n: single owned person", 0.5)
    yield relay("known person", "n: definite person", 3)
    yield relay("known person", "n: name", 2)
    yield relay("one person", "n: simple person", 3)
    yield relay("one person", "n: name", 2)
    yield relay("third person", "n: np person", 3)
    yield relay("third person", "n: name", 2)
    yield construction("coordination", "third person", "a: name; b: definite person", 0.4, head="a+b")
    yield relay("subject", "n: third person", 2)
    yield relay("subject", "n: personal pronoun", 2)
    yield relay("plain subject", "n: definite person", 2)
    yield relay("plain subject", "n: name", 1)
    yield relay("plain subject", "n: personal pronoun", 2)


def relative_clauses() -> Constructions:
    """A long noun phrase holds a relative clause, about its subject or its object."""
    # An adjective stands before the relative clause or in it: no white door that is red.
    plain, described = "noun and relative clause", "noun and adjective and relative clause"
    relative = "d: determiner; n: noun KIND; r: relative TENSE KIND"
    yield construction(plain, "long np TENSE KIND", relative, 1)
    yield construction(f"{described}, after", "long np TENSE KIND", relative + "; a: after KIND")
    relative = "d: determiner before; n: aged KIND; a: before KIND; r: relative TENSE KIND"
    yield construction(f"{described}, before", "long np TENSE KIND", relative)
    yield construction(plain, "long np TENSE KIND", "d: determiner; n: noun KIND; r: trait TENSE KIND", 0.4)
    about_subject, about_trait = "relative clause about the subject", "relative clause about a trait"
    yield construction(about_subject, "relative TENSE person", "s: who; p: predicate TENSE", 3, alike="{s} {p}")
    yield construction(about_trait, "trait TENSE THING", "s: which; b: being TENSE THING", alike="{s} {b}")
    yield construction(about_trait, "trait TENSE person", "s: who; b: being TENSE person", alike="{s} {b}")
    about_object = "s: subject; g: group TENSE KIND; c: gap"
    yield construction("relative clause about the object", "relative TENSE KIND", about_object, 2)
    somewhere = "s: subject; g: group TENSE somewhere KIND; c: gap; w: where"
    yield construction("relative clause with place", "relative TENSE KIND", somewhere, 2)
    # Who acts or what is acted on, as the clause itself says it.
    yield construction("who", "who", "", head="n")
    yield construction("which", "which", "", head="n")
    yield construction("gap", "gap", "", head="n", alike="")
    yield construction("described", "described", "", head="n", alike="")


NOUN_PHRASES = (articles, noun_phrases, places, persons, relative_clauses)
