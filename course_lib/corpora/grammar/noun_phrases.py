"""Noun phrases of the grammar: who, what and where. Chapter 1.

The notation is explained in rules.py, the variables in constructions.py. Templates come in the
order English, French, Chinese; those of Marathi are in marathi_rules.py.
"""

from course_lib.corpora.grammar.constructions import Rules, rule, same

# Chinese joins a determiner and an adjective to the noun: 那 把 刀, 我 的 刀, 红色 的 刀.
THE = "{d/n} {d.joint/n}~{n}"
A, B = "{a} {a.joint}~{n}", "{b} {b.joint}~{n}"
BARE = "{d/n} {n}", "{d/n} {n}", f"{THE} {{n}}"
# A Chinese noun without an article stands for the English article too: 看不见 猫, does not see a cat.
BARE_NEGATED = "{d/n} {n}", "{d/n} {n}", f"{THE} {{n}} ?s {THE} {{n}}~{{d}}"
BEFORE = "{d/n} {a/n} {n}", "{d/n} {a/n} {n}", f"{THE} {A} {{n}}"
AFTER = "{d/n} {a/n} {n}", "{d/n} {n} {a/n}", f"{THE} {A} {{n}}"
# A happy young man, but an old white watch.
OPINION = "{d/n} {b/n} {a/n} {n}", "{d/n} {a/n} {n} {b/n}", f"{THE} {B} {A} {{n}}"
COLOUR = "{d/n} {a/n} {b/n} {n}", OPINION[1], f"{THE} {{a.early}} {{a.joint}}~{{n}} {B} {{a.late}} {{n}}"


def articles() -> Rules:
    """The article, without an adjective and before one."""
    for category, articles in (
        ("definite", {"the": 6, "this": 1}),
        ("determiner", {"the": 6, "this": 1, "a": 4}),
        ("determiner before", {"the": 6, "this": 1, "a before": 4}),  # de beaux livres, not des
    ):
        for article, often in articles.items():
            # Of these, only "the" may be left to a Chinese noun: see _alone.
            yield same(category, f"d: {article}", "{d/n}", often, head="d" if article == "the" else None)


def noun_phrases() -> Rules:
    """Nouns with articles, adjectives, owners, coordinated; objects of a negated verb."""
    yield same("np KIND", "n: simple KIND", "{n}", 5)
    yield rule(
        "np KIND", "a: simple KIND; b: simple KIND", "{a} and=k {b}", "{a} et=k {b}", "{a} 和=k {b}", 2.2, head="a+b"
    )
    yield same("simple KIND", "n: plain KIND", "{n}", 2)
    yield rule("simple KIND", "d: determiner; n: noun KIND", *BARE, 1.5)
    after = "d: determiner; n: noun KIND; a: after KIND"
    yield rule("simple KIND", after, *AFTER)
    old = "d: determiner before; n: aged KIND; a: before KIND"
    yield rule("simple KIND", old, *BEFORE)
    yield rule("simple KIND", f"{old}; b: opinion KIND", *OPINION)
    yield rule("simple KIND", f"{old}; b: colour KIND", *COLOUR, 0.6)
    yield same("definite KIND", "n: plain KIND", "{n}", 3)
    my_old = "d: possessive; n: owned THING; a: before THING"
    yield rule("plain THING", my_old, *BEFORE, 0.3)
    yield same("np KIND", "n: owned KIND by", "{n}", 0.4)
    yield same("definite KIND", "n: owned KIND by", "{n}", 0.6)
    yield rule("plain KIND", "d: definite; n: noun KIND", *BARE, 2)
    # Chinese says several with an article, or with 们 where there is none and they are people.
    yield rule("plain KIND", "d: possessive; n: owned KIND", "{d/n} {n}", "{d/n} {n}", f"{THE} {{n.many/n}}")
    owned = "{p} 's=g {n}", "LE/n~g {n} de|d'=g {p}", "{p} 的=g~{p}~{n} {n.many/n}"
    # No second noun beside it: la robe et le chapeau de paul are both his.
    yield rule("owned KIND by", "p: owner; n: owned KIND", *owned)
    # Under a negation the indefinite article of the object is de: il n'a pas de chien.
    yield same("negated np KIND", "n: definite KIND", "{n}", 2)
    yield same("negated np KIND", "n: any KIND", "{n}")
    yield rule("any KIND", "d: any; n: noun KIND", *BARE_NEGATED)
    yield rule("indefinite KIND", "d: a; n: noun KIND", *BARE, 2)
    yield rule("indefinite KIND", "d: a; n: noun KIND; a: after KIND", *AFTER)
    yield rule("indefinite KIND", "d: a before; n: aged KIND; a: before KIND", *BEFORE)


def places() -> Rules:
    """Where something is. A Chinese place has two parts, the preposition and the rest: it comes without the first."""
    yield same("place PLACE", "n: plain PLACE", "{n}", 3)
    yield rule("plain PLACE", "d: definite; n: noun PLACE", *_alone(BARE), 3)
    yield rule("plain PLACE", "d: possessive; n: owned PLACE", *BARE, 0.8)
    yield rule("place PLACE", "d: definite; n: noun PLACE; a: before PLACE", *_shown(BEFORE))
    yield rule("place PLACE", "d: definite; n: noun PLACE; a: after PLACE", *_shown(AFTER), 0.4)
    yield rule("where", "o: place area", "in=w {o}", "dans=w {o}", "在=w || {o} 里~w~{o}", 3)
    yield rule("where", "o: place site", "at=w {o}", "à=w {o}", "在=w || {o}", 3)
    yield rule("where", "o: place PLACE", "near=w {o}", "près=w de|d'~w {o}", "在~w || {o} 附近=w", 0.5)
    yield rule("where", "o: place PLACE", "behind=w {o}", "derrière=w {o}", "在~w || {o} 后面=w", 0.5)
    yield rule("where", "o: place PLACE", "in~w front=w of~w {o}", "devant=w {o}", "在~w || {o} 前面=w", 0.4)


def _alone(templates: tuple[str, str, str]) -> tuple[str, str, str]:
    """A Chinese place has no article, and the noun alone stands for the English one too: 花园, the garden."""
    english, french, chinese = templates
    return english, french, chinese + "~{d}"


def _shown(templates: tuple[str, str, str]) -> tuple[str, str, str]:
    """It has one beside an adjective: 那 个 大 花园, the big garden."""
    english, french, chinese = templates
    return english, french, chinese.replace("{d/n} {d.joint/n}", "{d.shown/n} {d.shown_joint/n}")


def persons() -> Rules:
    """Who acts, who owns; subjects."""
    yield same("owner", "n: name", "{n}")
    yield rule("owner", "d: definite; n: single person", *BARE)
    yield rule("owner", "d: possessive; n: single owned person", *BARE, 0.5)
    yield same("known person", "n: definite person", "{n}", 3)
    yield same("known person", "n: name", "{n}", 2)
    yield same("one person", "n: simple person", "{n}", 3)
    yield same("one person", "n: name", "{n}", 2)
    yield same("third person", "n: np person", "{n}", 3)
    yield same("third person", "n: name", "{n}", 2)
    named = "a: name; b: definite person"
    yield rule("third person", named, "{a} and=k {b}", "{a} et=k {b}", "{a} 和=k {b}", 0.4, head="a+b")
    yield same("subject", "n: third person", "{n}", 2)
    yield same("subject", "n: personal pronoun", "{n}", 2)
    yield same("plain subject", "n: definite person", "{n}", 2)
    yield same("plain subject", "n: name", "{n}", 1)
    yield same("plain subject", "n: personal pronoun", "{n}", 2)


def relative_clauses() -> Rules:
    """A long noun phrase holds a relative clause, about its subject or its object; in Chinese it comes first."""
    # An adjective stands before the relative clause or in it: no white door that is red.
    relative = "d: determiner; n: noun KIND; r: relative TENSE KIND"
    plain = "{d/n} {n} {r}", "{d/n} {n} {r}", f"{{r}} {THE} {{n}}"
    yield rule("long np TENSE KIND", relative, *plain, 1)
    after = "{d/n} {a/n} {n} {r}", "{d/n} {n} {a/n} {r}", f"{{r}} {THE} {A} {{n}}"
    yield rule("long np TENSE KIND", relative + "; a: after KIND", *after)
    relative = "d: determiner before; n: aged KIND; a: before KIND; r: relative TENSE KIND"
    before = "{d/n} {a/n} {n} {r}", "{d/n} {a/n} {n} {r}", f"{{r}} {THE} {A} {{n}}"
    yield rule("long np TENSE KIND", relative, *before)
    yield rule("long np TENSE KIND", "d: determiner; n: noun KIND; r: trait TENSE KIND", *plain, 0.4)
    yield rule("relative TENSE person", "s: who; p: predicate TENSE", "{s} {p}", "{s} {p}", "{p} {s}~{p}", 3)
    yield rule("trait TENSE THING", "s: which; b: being TENSE THING", "{s} {b}", "{s} {b}", "{b.trait} {s}~{b}")
    yield rule("trait TENSE person", "s: who; b: being TENSE person", "{s} {b}", "{s} {b}", "{b.trait} {s}~{b}")
    slots = "s: subject; g: group TENSE KIND; c: gap"
    yield rule("relative TENSE KIND", slots, "that=r {s} {g}", "que|qu'=r {s} {g}", "{s} {g/c} 的=r~{g}", 2)
    where = "that=r {s} {g} {w}", "que|qu'=r {s} {g} {w}", "{s} {g.1/c} {w} {g.2/c} 的=r~{g}"
    slots = "s: subject; g: group TENSE somewhere KIND; c: gap; w: where"
    yield rule("relative TENSE KIND", slots, *where, 2)
    # Who acts or what is acted on, as the clause itself says it.
    yield rule("who", "", "who=r", "qui=r", "的=r", head="n")
    yield rule("which", "", "that=r", "qui=r", "的=r", head="n")
    yield same("gap", "", "", head="n")
    yield same("described", "", "", head="n")


NOUN_PHRASES = (articles, noun_phrases, places, persons, relative_clauses)
