"""The constructions of the grammar: what is said, line by line in English and in French. Chapter 1.

A rule names its category, its slots ("slot: category; …"), one template a language and how often
it is taken. Words in capitals in a category are variables: TENSE or KIND stands for one value
throughout the rule, and the rule holds for every value. The notation of the templates is
explained in rules.py. Subjects stand in slot s, verbs in v, nouns in n, pronouns that French
puts before the verb in c; a slot that a template names may also stand in a construction around it.
"""

from collections.abc import Iterable, Iterator

from course_lib.corpora.rules import Rule

VARIABLES = {
    "TENSE": ("present", "progressive", "past", "future"),
    "KIND": ("person", "animal", "text", "food", "thing", "machine", "opening", "clothes"),
    "THING": ("animal", "text", "food", "thing", "machine", "opening", "clothes"),
    "PLACE": ("site", "area"),
    "ALONE": ("alone", "motion", "fall", "reflexive", "rise"),
    "STAYING": ("alone", "motion", "reflexive"),
    "POLARITY": ("group", "negated"),
}
NEGATED = "negated"


def rule(category: str, slots: str, en: str, fr: str, weight: float = 1.0, head: str | None = None) -> list[Rule]:
    """Return the rule once for every value of its variables.

    The head is the slot n, or v, unless it is given. A negated rule is four times as rare.
    """
    for name, values in VARIABLES.items():
        if name in f"{category} {slots}":
            return [
                found
                for value in values
                for found in rule(
                    category.replace(name, value),
                    slots.replace(name, value),
                    en,
                    fr,
                    weight / 4 if value == NEGATED else weight,
                    head,
                )
            ]
    filled = dict(part.strip().split(": ") for part in slots.split(";")) if slots else {}
    if head is None:
        head = next((name for name in ("n", "v", "g") if name in filled), "")
    return [Rule(category, filled, {"en": en, "fr": fr}, weight, head)]


Rules = Iterator[list[Rule]]


def noun_phrases() -> Rules:
    """Articles, adjectives, owners, places, coordination, relative clauses."""
    for category, articles in (
        ("definite", {"the": 6, "this": 1}),
        ("determiner", {"the": 6, "this": 1, "a": 4}),
        ("determiner before", {"the": 6, "this": 1, "a before": 4}),  # de beaux livres, not des
    ):
        for article, often in articles.items():
            yield rule(category, f"d: {article}", "{d/n}", "{d/n}", often)

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

    yield rule("owner", "n: name", "{n}", "{n}")
    yield rule("owner", "d: definite; n: single person", "{d/n} {n}", "{d/n} {n}")
    yield rule("owner", "d: possessive; n: single owned person", "{d/n} {n}", "{d/n} {n}", 0.5)
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

    yield rule("known person", "n: definite person", "{n}", "{n}", 3)
    yield rule("known person", "n: name", "{n}", "{n}", 2)
    yield rule("third person", "n: np person", "{n}", "{n}", 3)
    yield rule("third person", "n: name", "{n}", "{n}", 2)
    yield rule("third person", "a: name; b: definite person", "{a} and=k {b}", "{a} et=k {b}", 0.4, head="a+b")
    yield rule("subject", "n: third person", "{n}", "{n}", 2)
    yield rule("subject", "n: personal pronoun", "{n}", "{n}", 2)
    yield rule("plain subject", "n: plain person", "{n}", "{n}", 2)
    yield rule("plain subject", "n: name", "{n}", "{n}", 1)
    yield rule("plain subject", "n: personal pronoun", "{n}", "{n}", 2)

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


def verb_groups() -> Rules:
    """The verb with its tense, its negation and the pronoun in slot c.

    The participle agrees with an object before it (avoir) or with the subject (être).
    """
    with_object = (*VARIABLES["KIND"], "visiting", "alone", "beast", "addressing", "giving", "wanting", "saying")
    built: list[tuple[Iterable[str], str, str, str]] = [
        (with_object, "{c}", "{c}", "c"),
        (("motion", "going", "fall"), "", "", "s"),
        (("reflexive", "rise"), "", "SE/s~{v}", "s"),
    ]
    for kinds, c_en, c_fr, agrees in built:
        for kind in kinds:
            yield from _groups(kind, c_en, c_fr, f"{{v.participle/{agrees}}}")


def _groups(kind: str, c_en: str, c_fr: str, participle: str) -> Rules:
    v, doing = f"v: verb {kind}", f"v: action {kind}"
    present, past, future = f"{c_fr} {{v.present/s}}", f"{c_fr} {{v.past/s}}", f"{c_fr} {{v.infinitive}}"
    yield rule(f"group present {kind}", v, f"{{v.present/s}} {c_en}", present)
    yield rule(f"negated present {kind}", v, f"DO/s~{{v}} not=k {{v.base}} {c_en}", f"ne|n'~k {present} pas=k")
    yield rule(f"group past {kind}", v, f"{{v.past}} {c_en}", f"{past} {participle}")
    yield rule(f"negated past {kind}", v, f"did~{{v}} not=k {{v.base}} {c_en}", f"ne|n'~k {past} pas=k {participle}")
    yield rule(f"group future {kind}", v, f"will=f {{v.base}} {c_en}", f"ALLER/s=f {future}")
    yield rule(f"negated future {kind}", v, f"will=f not=k {{v.base}} {c_en}", f"ne|n'~k ALLER/s=f pas=k {future}")
    for tense, french in (("present", present), ("past", f"{past} {participle}"), ("future", future)):
        yield rule(f"asked {tense} {kind}", v, f"{{v.base}} {c_en}", french)
    yield rule(f"infinitive {kind}", doing, f"{{v.base}} {c_en}", future)
    yield rule(f"group progressive {kind}", doing, f"BE/s~{{v}} {{v.progressive}} {c_en}", present)
    not_doing = f"BE/s~{{v}} not=k {{v.progressive}} {c_en}"
    yield rule(f"negated progressive {kind}", doing, not_doing, f"ne|n'~k {present} pas=k")
    yield rule(f"habit {kind}", doing + "; h: adverb", f"{{h}} {{v.present/s}} {c_en}", f"{present} {{h}}", 2)
    yield rule(f"never {kind}", doing, f"never=k {{v.present/s}} {c_en}", f"ne|n'~k {present} jamais=k")


def predicates() -> Rules:
    """What is said of a person: the verb with its objects, going, giving, wanting, being."""
    yield rule("predicate TENSE", "g: acting TENSE", "{g}", "{g}", 7)

    obj = "g: group TENSE KIND; o: np KIND; c: nothing"
    yield rule("acting TENSE", obj, "{g} {o}", "{g} {o}", 1.2)
    yield rule("acting TENSE", obj + "; w: where", "{g} {o} {w}", "{g} {o} {w}", 2.2)
    yield rule("acting TENSE", "g: negated TENSE KIND; o: negated np KIND; c: nothing", "{g} {o}", "{g} {o}", 0.3)
    yield rule("acting TENSE", "g: POLARITY TENSE person; c: object pronoun", "{g}", "{g}", 1.2)
    yield rule("acting TENSE", "g: POLARITY TENSE KIND; c: them", "{g}", "{g}", 0.2)
    yield rule("acting TENSE", "g: POLARITY TENSE ALONE; c: nothing", "{g}", "{g}", 0.4)
    yield rule("acting TENSE", "g: group TENSE STAYING; c: nothing; w: where", "{g} {w}", "{g} {w}", 0.6)
    yield rule("acting TENSE", "g: POLARITY TENSE visiting; o: place PLACE; c: nothing", "{g} {o}", "{g} {o}", 0.3)
    going = "g: POLARITY TENSE going; o: place site"
    yield rule("acting TENSE", going, "{g} to=t {o}", "{g} à=t {o}", 0.7)
    yield rule("acting TENSE", going + "; x: purpose", "{g} to=t {o} {x}", "{g} à=t {o} {x}", 0.8)
    yield rule("acting TENSE", going + "; w: company", "{g} to=t {o} {w}", "{g} à=t {o} {w}", 0.5)
    yield rule("acting TENSE", "g: group TENSE STAYING; c: nothing; x: purpose", "{g} {x}", "{g} {x}", 0.15)
    yield rule("acting TENSE", "g: group TENSE STAYING; c: nothing; w: company", "{g} {w}", "{g} {w}", 0.2)
    yield rule("company", "o: known person", "with=w {o}", "avec=w {o}")
    talking = "g: POLARITY TENSE addressing; o: third person; c: nothing"
    yield rule("acting TENSE", talking, "{g} to=t {o}", "{g} à=t {o}", 0.7)
    yield rule("acting TENSE", "g: POLARITY TENSE addressing; c: to dative pronoun", "{g}", "{g}", 0.6)
    for kind in ("text", "thing", "clothes"):
        giving = f"g: group TENSE giving; o: np {kind}; i: known person; c: nothing"
        yield rule("acting TENSE", giving, "{g} {o} to=t {i}", "{g} {o} à=t {i}", 0.5)
        yield rule("acting TENSE", giving, "{g} {i} {o}", "{g} {o} à~{i} {i}", 0.5)
        yield rule("acting TENSE", f"g: group TENSE giving; o: np {kind}; c: dative pronoun", "{g} {o}", "{g} {o}", 0.4)
    for tense in ("present", "past"):
        wanting = f"g: group {tense} wanting; x: infinitive; c: nothing"
        yield rule(f"predicate {tense}", wanting, "{g} to~{x} {x}", "{g} {x}", 1)
    wanting = "g: negated present wanting; x: negated infinitive; c: nothing"
    yield rule("predicate present", wanting, "{g} to~{x} {x}", "{g} {x}", 0.3)
    for verb_en, verb_fr in (("can", "POUVOIR"), ("must", "DEVOIR")):
        yield rule("predicate present", "x: infinitive", f"{verb_en}=m {{x}}", f"{verb_fr}/s=m {{x}}", 0.5)
        negated = "cannot=m=k" if verb_en == "can" else "must=m not=k"
        french = f"ne|n'~k {verb_fr}/s=m pas=k {{x}}"
        yield rule("predicate present", "x: negated infinitive", f"{negated} {{x}}", french, 0.2)

    yield rule("purpose", "g: infinitive", "to=t {g}", "pour=t {g}")
    yield rule("infinitive", "g: infinitive KIND; o: np KIND; c: nothing", "{g} {o}", "{g} {o}", 0.6)
    yield rule("negated infinitive", "g: infinitive KIND; o: negated np KIND; c: nothing", "{g} {o}", "{g} {o}", 0.6)
    for category in ("infinitive", "negated infinitive"):
        yield rule(category, "g: infinitive person; c: object pronoun", "{g}", "{g}", 1.5)
        yield rule(category, "g: infinitive STAYING; c: nothing", "{g}", "{g}", 0.6)
        yield rule(category, "g: infinitive STAYING; c: nothing; w: where", "{g} {w}", "{g} {w}", 0.4)


def being() -> Rules:
    """To be, with an adjective, a comparison or a place."""
    for kind in (*VARIABLES["KIND"], "site", "area"):
        x = f"x: quality {kind}"
        for tense, en, fr in (("present", "BE", "ÊTRE"), ("progressive", "BE", "ÊTRE"), ("past", "WAS", "ÉTAIT")):
            yield rule(f"being {tense} {kind}", x, f"{en}/s=b {{x}}", f"{fr}/s=b {{x}}", 3)
            yield rule(f"being {tense} {kind}", x, f"{en}/s=b not=k {{x}}", f"ne|n'~k {fr}/s=b pas=k {{x}}")
        yield rule(f"quality {kind}", f"v: adjective {kind}", "{v/s}", "{v.plain/s}", 5)
        yield rule(f"quality {kind}", f"v: degree {kind}", "very=y {v/s}", "très=y {v.plain/s}")
    yield rule("being future person", "x: condition", "will=f be=b {x}", "ALLER/s=f être=b {x}", 3)
    yield rule("being future person", "x: condition", "will=f not=k be=b {x}", "ne|n'~k ALLER/s=f pas=k être=b {x}")
    yield rule("condition", "v: after person", "{v/s}", "{v.plain/s}", 2)
    yield rule("condition", "w: where", "{w}", "{w}")
    for kind, other in (("person", "known person"), ("animal", "definite animal")):
        more = "plus~{v} {v.plain/s} que|qu'=t {o}"
        yield rule(f"quality {kind}", f"v: degree {kind}; o: {other}", "{v.comparative} than=t {o}", more, 1.5)
        yield rule(f"quality {kind}", "w: where", "{w}", "{w}", 3)


def clauses() -> Rules:
    """One clause; a long one holds a second in a noun phrase or after that."""
    yield rule("clause TENSE", "s: subject; p: predicate TENSE", "{s} {p}", "{s} {p}", 6)
    yield rule("clause TENSE", "s: subject; p: acting TENSE; t: time TENSE", "{s} {p} {t}", "{s} {p} {t}", 3)
    yield rule("clause TENSE", "s: known person; g: group TENSE person; c: me or us", "{s} {g}", "{s} {g}", 0.5)
    about_me = "s: third-person pronoun; g: POLARITY TENSE person; c: me or us"
    yield rule("clause TENSE", about_me, "{s} {g}", "{s} {g}", 0.5)
    yield rule("clause TENSE", "s: plain subject; b: being TENSE person", "{s} {b}", "{s} {b}", 1.5)
    yield rule("clause TENSE", "s: plain THING; b: being TENSE THING", "{s} {b}", "{s} {b}", 0.2)
    yield rule("clause TENSE", "s: plain PLACE; b: being TENSE PLACE", "{s} {b}", "{s} {b}", 0.15)
    beast = "s: np animal; g: group TENSE beast; c: nothing"
    yield rule("clause TENSE", beast, "{s} {g}", "{s} {g}", 0.3)
    yield rule("clause TENSE", beast + "; w: where", "{s} {g} {w}", "{s} {g} {w}", 0.4)
    for habit, noun in (("habit", "np"), ("never", "negated np")):
        usual = f"s: subject; g: {habit} KIND; o: {noun} KIND; c: nothing"
        yield rule("clause present", usual, "{s} {g} {o}", "{s} {g} {o}", 0.12)
        usual = f"s: subject; g: {habit} STAYING; c: nothing; w: where"
        yield rule("clause present", usual, "{s} {g} {w}", "{s} {g} {w}", 0.2)
        yield rule("clause present", f"s: subject; g: {habit} person; c: object pronoun", "{s} {g}", "{s} {g}", 0.4)
    for kind in ("person", "animal", "thing", "machine"):
        there = f"d: a; n: noun {kind}; w: where"
        yield rule("clause present", there, "there~b BE/n=b {d/n} {n} {w}", "il~b y~b a=b {d/n} {n} {w}", 0.15)

    long_object = "s: subject; g: group TENSE KIND; o: long np TENSE KIND; c: nothing"
    yield rule("long clause TENSE", long_object, "{s} {g} {o}", "{s} {g} {o}", 0.5)
    yield rule("long clause TENSE", "s: long np TENSE person; p: predicate TENSE", "{s} {p}", "{s} {p}", 3)
    plain = "d: definite; n: noun KIND; r: relative TENSE KIND; b: being TENSE KIND; s: gap"
    yield rule("long clause TENSE", plain, "{d/n} {n} {r} {b}", "{d/n} {n} {r} {b}", 0.25)
    said = "{s} {g} that=k {x}", "{s} {g} que|qu'=k {x}"
    for tense in ("present", "progressive", "future"):
        says = f"s: subject; g: group present saying; c: nothing; x: clause {tense}"
        yield rule(f"long clause {tense}", says, *said, 2)
    yield rule("past report", "s: subject; g: group present saying; c: nothing; x: clause past", *said)
    x = "s: plain subject; b: being past person"
    yield rule("was", x, "{s} {b}", "{s} {b}")
    yield rule("long clause past", "s: subject; g: group past saying; c: nothing; x: was", *said, 1.5)


CONSTRUCTIONS = (noun_phrases, verb_groups, predicates, being, clauses)
