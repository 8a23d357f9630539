"""Noun phrases of the grammar: who, what and where. Chapter 1.

The notation is explained in rules.py, the variables in constructions.py.
"""

from course_lib.corpora.constructions import Rules, rule


def articles() -> Rules:
    """The article, without an adjective and before one."""
    for category, articles in (
        ("definite", {"the": 6, "this": 1}),
        ("determiner", {"the": 6, "this": 1, "a": 4}),
        ("determiner before", {"the": 6, "this": 1, "a before": 4}),  # de beaux livres, not des
    ):
        for article, often in articles.items():
            yield rule(category, f"d: {article}", "{d/n}", "{d/n}", often)


def noun_phrases() -> Rules:
    """Nouns with articles, adjectives, owners, coordinated; objects of a negated verb."""
    yield rule("np KIND", "n: simple KIND", "{n}", "{n}", 5)
    yield rule("np KIND", "a: simple KIND; b: simple KIND", "{a} and=k {b}", "{a} et=k {b}", 2.2, head="a+b")
    yield rule("simple KIND", "n: definite KIND", "{n}", "{n}", 2)
    yield rule("simple KIND", "d: determiner; n: noun KIND", "{d/n} {n}", "{d/n} {n}", 1.5)
    yield rule("simple KIND", "d: determiner; n: noun KIND; a: after KIND", "{d/n} {a/n} {n}", "{d/n} {n} {a/n}")
    old = "d: determiner before; n: aged KIND; a: before KIND"
    yield rule("simple KIND", old, "{d/n} {a/n} {n}", "{d/n} {a/n} {n}")
    yield rule("simple KIND", f"{old}; b: after KIND", "{d/n} {a/n} {b/n} {n}", "{d/n} {a/n} {n} {b/n}", 1.2)
    yield rule("definite KIND", "n: plain KIND", "{n}", "{n}", 3)
    my_old = "d: possessive; n: owned THING; a: before THING"
    yield rule("definite THING", my_old, "{d/n} {a/n} {n}", "{d/n} {a/n} {n}", 0.3)
    yield rule("plain KIND", "d: definite; n: noun KIND", "{d/n} {n}", "{d/n} {n}", 2)
    yield rule("plain KIND", "d: possessive; n: owned KIND", "{d/n} {n}", "{d/n} {n}")
    yield rule("plain KIND", "p: owner; n: owned KIND", "{p} 's=g {n}", "LE/n~g {n} de|d'=g {p}", 0.7)
    # Under a negation the indefinite article of the object is de: il n'a pas de chien.
    yield rule("negated np KIND", "n: definite KIND", "{n}", "{n}", 2)
    yield rule("negated np KIND", "d: any; n: noun KIND", "{d/n} {n}", "{d/n} {n}")


def places() -> Rules:
    """Where something is."""
    yield rule("place PLACE", "n: plain PLACE", "{n}", "{n}", 3)
    yield rule("plain PLACE", "d: definite; n: noun PLACE", "{d/n} {n}", "{d/n} {n}", 3)
    yield rule("plain PLACE", "d: possessive; n: owned PLACE", "{d/n} {n}", "{d/n} {n}", 0.8)
    yield rule("place PLACE", "d: definite; n: noun PLACE; a: before PLACE", "{d/n} {a/n} {n}", "{d/n} {a/n} {n}")
    yield rule("place PLACE", "d: definite; n: noun PLACE; a: after PLACE", "{d/n} {a/n} {n}", "{d/n} {n} {a/n}", 0.4)
    yield rule("where", "o: place area", "in=w {o}", "dans=w {o}", 3)
    yield rule("where", "o: place site", "at=w {o}", "à=w {o}", 3)
    yield rule("where", "o: place PLACE", "near=w {o}", "près=w de|d'~w {o}", 0.5)
    yield rule("where", "o: place PLACE", "behind=w {o}", "derrière=w {o}", 0.5)
    yield rule("where", "o: place PLACE", "in~w front=w of~w {o}", "devant=w {o}", 0.4)


def persons() -> Rules:
    """Who acts, who owns; subjects."""
    yield rule("owner", "n: name", "{n}", "{n}")
    yield rule("owner", "d: definite; n: single person", "{d/n} {n}", "{d/n} {n}")
    yield rule("owner", "d: possessive; n: single owned person", "{d/n} {n}", "{d/n} {n}", 0.5)
    yield rule("known person", "n: definite person", "{n}", "{n}", 3)
    yield rule("known person", "n: name", "{n}", "{n}", 2)
    yield rule("one person", "n: simple person", "{n}", "{n}", 3)
    yield rule("one person", "n: name", "{n}", "{n}", 2)
    yield rule("third person", "n: np person", "{n}", "{n}", 3)
    yield rule("third person", "n: name", "{n}", "{n}", 2)
    yield rule("third person", "a: name; b: definite person", "{a} and=k {b}", "{a} et=k {b}", 0.4, head="a+b")
    yield rule("subject", "n: third person", "{n}", "{n}", 2)
    yield rule("subject", "n: personal pronoun", "{n}", "{n}", 2)
    yield rule("plain subject", "n: plain person", "{n}", "{n}", 2)
    yield rule("plain subject", "n: name", "{n}", "{n}", 1)
    yield rule("plain subject", "n: personal pronoun", "{n}", "{n}", 2)


def relative_clauses() -> Rules:
    """A long noun phrase holds a relative clause, about its subject or its object."""
    # An adjective stands before the relative clause or in it: no white door that is red.
    relative = "d: determiner; n: noun KIND; r: relative TENSE KIND"
    yield rule("long np TENSE KIND", relative, "{d/n} {n} {r}", "{d/n} {n} {r}", 1)
    yield rule("long np TENSE KIND", relative + "; a: after KIND", "{d/n} {a/n} {n} {r}", "{d/n} {n} {a/n} {r}")
    relative = "d: determiner before; n: aged KIND; a: before KIND; r: relative TENSE KIND"
    yield rule("long np TENSE KIND", relative, "{d/n} {a/n} {n} {r}", "{d/n} {a/n} {n} {r}")
    trait = "d: determiner; n: noun KIND; r: trait TENSE KIND"
    yield rule("long np TENSE KIND", trait, "{d/n} {n} {r}", "{d/n} {n} {r}", 0.4)
    yield rule("relative TENSE person", "s: gap; p: predicate TENSE", "who=r {p}", "qui=r {p}", 3)
    yield rule("trait TENSE THING", "s: gap; b: being TENSE THING", "that=r {b}", "qui=r {b}")
    yield rule("trait TENSE person", "s: gap; b: being TENSE person", "who=r {b}", "qui=r {b}")
    object_gap = "s: subject; g: group TENSE KIND; c: gap"
    yield rule("relative TENSE KIND", object_gap, "that=r {s} {g}", "que|qu'=r {s} {g}", 2)
    yield rule("relative TENSE KIND", object_gap + "; w: where", "that=r {s} {g} {w}", "que|qu'=r {s} {g} {w}", 2)
    yield rule("gap", "", "", "", head="n")


NOUN_PHRASES = (articles, noun_phrases, places, persons, relative_clauses)
