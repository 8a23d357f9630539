"""The constructions of the grammar: what is said, line by line in English and in French. Chapter 1.

A rule names its category, its slots ("slot: category; …") and one template a language. Words in
capitals on the left are variables: TENSE, KIND and OWNED stand for the same value throughout a
rule, which holds for every value. The notation of the templates is explained in grammar.py.

Subjects stand in slot s, verbs in v, nouns in n, pronouns before the French verb in c.
"""

from collections.abc import Iterator

from course_lib.corpora.grammar import Rule

VARIABLES = {
    "TENSE": ("present", "progressive", "past", "future"),
    "KIND": ("person", "animal", "text", "food", "thing", "machine", "opening", "clothes"),
    "OWNED": ("person", "animal", "text", "thing", "machine", "clothes"),
    "PLACE": ("site", "area"),
    "ALONE": ("alone", "motion", "reflexive"),
}


def rule(category: str, slots: str, en: str, fr: str, weight: float = 1.0, head: str = "n") -> list[Rule]:
    """Return the rule once for every value of its variables."""
    for name, values in VARIABLES.items():
        if name in f"{category} {slots}":
            return [
                found
                for value in values
                for found in rule(category.replace(name, value), slots.replace(name, value), en, fr, weight, head)
            ]
    filled = dict(part.strip().split(": ") for part in slots.split(";")) if slots else {}
    return [Rule(category, filled, {"en": en, "fr": fr}, weight, head)]


def noun_phrases() -> Iterator[list[Rule]]:
    """Articles, adjectives, owners, relative clauses, coordination."""
    for kind, before, article, weight in (
        ("determiner", "determiner before", "the", 6.0),
        ("determiner", "determiner before", "possessive", 1.5),
        ("determiner", "determiner before", "this", 1.0),
    ):
        yield rule(kind, f"d: {article}", "{d/n}", "{d/n}", weight)
        yield rule(before, f"d: {article}", "{d/n}", "{d/n}", weight)
        yield rule("definite", f"d: {article}", "{d/n}", "{d/n}", weight)
    yield rule("determiner", "d: a", "{d/n}", "{d/n}", 4)
    yield rule("determiner before", "d: a before", "{d/n}", "{d/n}", 4)

    yield rule("np KIND", "d: determiner; n: noun KIND", "{d/n} {n}", "{d/n} {n}", 5)
    yield rule("np KIND", "d: determiner before; a: before KIND; n: noun KIND", "{d/n} {a/n} {n}", "{d/n} {a/n} {n}")
    yield rule("np KIND", "d: determiner; a: after KIND; n: noun KIND", "{d/n} {a/n} {n}", "{d/n} {n} {a/n}")
    yield rule("np OWNED", "p: owner; n: noun OWNED", "{p} 's=g {n}", "LE/n~g {n} de|d'=g {p}")
    yield rule("owner", "n: name", "{n}", "{n}")
    yield rule("owner", "d: definite; n: noun person", "{d/n} {n}", "{d/n} {n}")
    yield rule("place PLACE", "d: definite; n: noun PLACE", "{d/n} {n}", "{d/n} {n}", 3)
    yield rule("place PLACE", "d: definite; a: before PLACE; n: noun PLACE", "{d/n} {a/n} {n}", "{d/n} {a/n} {n}")

    # Under a negation the indefinite article of the object is de: il n'a pas de chien.
    yield rule("negated np KIND", "d: definite; n: noun KIND", "{d/n} {n}", "{d/n} {n}", 2)
    yield rule("negated np KIND", "d: any; n: noun KIND", "{d/n} {n}", "{d/n} {n}", 1)

    yield rule("third person", "n: np person", "{n}", "{n}", 5)
    yield rule("third person", "n: name", "{n}", "{n}", 2)
    yield rule("third person", "a: np person; b: np person", "{a} and=k {b}", "{a} et=k {b}", 0.7, head="a+b")
    yield rule("third person", "a: name; b: np person", "{a} and=k {b}", "{a} et=k {b}", 0.3, head="a+b")
    yield rule("subject", "n: third person", "{n}", "{n}", 3)
    yield rule("subject", "n: personal pronoun", "{n}", "{n}", 2)

    relative = "d: determiner; n: noun KIND; r: relative TENSE KIND"
    yield rule("long np TENSE KIND", relative, "{d/n} {n} {r}", "{d/n} {n} {r}", 3)
    relative = "d: determiner; a: after KIND; n: noun KIND; r: relative TENSE KIND"
    yield rule("long np TENSE KIND", relative, "{d/n} {a/n} {n} {r}", "{d/n} {n} {a/n} {r}")
    yield rule("relative TENSE person", "s: gap; p: predicate TENSE", "who=r {p}", "qui=r {p}", 3)
    yield rule("relative TENSE KIND", "s: subject; g: group TENSE KIND; c: gap", "that=r {s} {g}", "que|qu'=r {s} {g}", 2)
    yield rule("gap", "", "", "")


def verb_groups() -> Iterator[list[Rule]]:
    """The verb with its tense, negation and the pronoun before it.

    The participle agrees with the object before it (avoir) or with the subject (être).
    """
    built = [(kind, "{c}", "{c}", "c") for kind in (*VARIABLES["KIND"], "alone", "addressing", "giving", "wanting")]
    built += [(kind, "{c}", "{c}", "c") for kind in ("site", "area", "beast", "saying")]
    built += [("motion", "", "", "s"), ("going", "", "", "s"), ("reflexive", "", "SE/s~{v}", "s")]
    for kind, c_en, c_fr, agree in built:
        v, action = f"v: verb {kind}", f"v: action {kind}"
        present = f"{c_fr} {{v.present/s}}"
        yield rule(f"group present {kind}", v, f"{{v.present/s}} {c_en}", present)
        yield rule(f"negated present {kind}", v, f"DO/s~{{v}} not=k {{v.base}} {c_en}", f"ne|n'~k {present} pas=k")
        yield rule(f"asked present {kind}", v, f"{{v.base}} {c_en}", present)
        past = f"{{v.past/s}} {{v.participle/{agree}}}"
        yield rule(f"group past {kind}", v, f"{{v.past}} {c_en}", f"{c_fr} {past}")
        past = f"ne|n'~k {c_fr} {{v.past/s}} pas=k {{v.participle/{agree}}}"
        yield rule(f"negated past {kind}", v, f"did~{{v}} not=k {{v.base}} {c_en}", past)
        yield rule(f"asked past {kind}", v, f"{{v.base}} {c_en}", f"{c_fr} {{v.past/s}} {{v.participle/{agree}}}")
        future = f"{c_fr} {{v.infinitive}}"
        yield rule(f"group future {kind}", v, f"will=f {{v.base}} {c_en}", f"ALLER/s=f {future}")
        yield rule(f"negated future {kind}", v, f"will=f not=k {{v.base}} {c_en}", f"ne|n'~k ALLER/s=f pas=k {future}")
        yield rule(f"asked future {kind}", v, f"{{v.base}} {c_en}", f"ALLER/s=f {future}")
        if kind in ("wanting", "saying"):
            continue
        yield rule(f"group progressive {kind}", action, f"BE/s~{{v}} {{v.progressive}} {c_en}", present)
        negated = f"BE/s~{{v}} not=k {{v.progressive}} {c_en}"
        yield rule(f"negated progressive {kind}", action, negated, f"ne|n'~k {present} pas=k")
        habit = f"{action}; h: adverb"
        yield rule(f"habit {kind}", habit, f"{{h}} {{v.present/s}} {c_en}", f"{present} {{h}}", 2)
        yield rule(f"habit {kind}", action, f"never=k {{v.present/s}} {c_en}", f"ne|n'~k {present} jamais=k")


def predicates() -> Iterator[list[Rule]]:
    """What is said of a subject: the verb with its objects, being, going, giving, wanting."""
    yield rule("predicate TENSE", "p: acting TENSE", "{p}", "{p}", 6)
    yield rule("acting TENSE", "g: group TENSE KIND; o: np KIND; c: nothing", "{g} {o}", "{g} {o}", 1)
    yield rule("acting TENSE", "g: negated TENSE KIND; o: negated np KIND; c: nothing", "{g} {o}", "{g} {o}", 0.25)
    for polarity, weight in (("group", 1.5), ("negated", 0.5)):
        yield rule("acting TENSE", f"g: {polarity} TENSE person; c: object pronoun", "{g}", "{g}", weight)
        yield rule("acting TENSE", f"g: {polarity} TENSE KIND; c: them", "{g}", "{g}", weight / 8)
        yield rule("acting TENSE", f"g: {polarity} TENSE ALONE; c: nothing", "{g}", "{g}", weight)
        yield rule("acting TENSE", f"g: {polarity} TENSE PLACE; o: place PLACE; c: nothing", "{g} {o}", "{g} {o}", weight / 4)
        going = f"g: {polarity} TENSE going; o: place site; c: nothing"
        yield rule("acting TENSE", going, "{g} to=t {o}", "{g} à=t {o}", weight / 2)
        addressing = f"g: {polarity} TENSE addressing; o: third person; c: nothing"
        yield rule("acting TENSE", addressing, "{g} to=t {o}", "{g} à=t {o}", weight / 2)
        yield rule("acting TENSE", f"g: {polarity} TENSE addressing; c: to dative pronoun", "{g}", "{g}", weight / 2)
        wanting = f"g: {polarity} TENSE wanting; x: to infinitive; c: nothing"
        if polarity == "group":
            for tense in ("present", "past"):
                yield rule(f"predicate {tense}", wanting.replace("TENSE", tense), "{g} {x}", "{g} {x}", 0.8)
    staying = "g: group TENSE ALONE; c: nothing; w: where"
    yield rule("acting TENSE", staying, "{g} {w}", "{g} {w}", 1)
    for kind in ("text", "thing", "clothes"):
        giving = f"g: group TENSE giving; o: np {kind}; i: np person; c: nothing"
        yield rule("acting TENSE", giving, "{g} {o} to=t {i}", "{g} {o} à=t {i}", 0.4)
        yield rule("acting TENSE", giving, "{g} {i} {o}", "{g} {o} à {i}", 0.3)
        giving = f"g: group TENSE giving; o: np {kind}; c: dative pronoun"
        yield rule("acting TENSE", giving, "{g} {o}", "{g} {o}", 0.4)
    yield rule("predicate TENSE", "b: being TENSE person", "{b}", "{b}", 2)
    for verb_en, verb_fr in (("can", "POUVOIR"), ("must", "DEVOIR")):
        yield rule("predicate present", "x: infinitive", f"{verb_en}=m {{x}}", f"{verb_fr}/s=m {{x}}", 0.5)
        negated = f"ne|n'~k {verb_fr}/s=m pas=k {{x}}"
        yield rule("predicate present", "x: negated infinitive", f"{verb_en}=m not=k {{x}}", negated, 0.2)
    for name, to, noun in (("infinitive", "", "np"), ("to infinitive", "to~{v} ", "np"), ("negated infinitive", "", "negated np")):
        yield rule(name, f"v: verb KIND; o: {noun} KIND", f"{to}{{v.base}} {{o}}", "{v.infinitive} {o}")
        yield rule(name, "v: verb person; c: object pronoun", f"{to}{{v.base}} {{c}}", "{c} {v.infinitive}", 2)
        yield rule(name, "v: verb alone", f"{to}{{v.base}}", "{v.infinitive}")
        yield rule(name, "v: verb motion", f"{to}{{v.base}}", "{v.infinitive}")
        yield rule(name, "v: verb reflexive", f"{to}{{v.base}}", "SE/s~{v} {v.infinitive}")


def being() -> Iterator[list[Rule]]:
    """To be, with an adjective, a comparison or a place."""
    for kind in (*VARIABLES["KIND"], "site", "area"):
        for tense, verb_en, verb_fr in (("present", "BE", "ÊTRE"), ("past", "WAS", "ÉTAIT")):
            x = f"x: quality {kind}"
            yield rule(f"being {tense} {kind}", x, f"{verb_en}/s=b {{x}}", f"{verb_fr}/s=b {{x}}", 3)
            yield rule(f"being {tense} {kind}", x, f"{verb_en}/s=b not=k {{x}}", f"ne|n'~k {verb_fr}/s=b pas=k {{x}}")
        yield rule(f"being progressive {kind}", x, "BE/s=b {x}", "ÊTRE/s=b {x}")
        yield rule(f"being future {kind}", x, "will=f be=b {x}", "ALLER/s=f être=b {x}", 2)
        yield rule(f"being future {kind}", x, "will=f not=k be=b {x}", "ne|n'~k ALLER/s=f pas=k être=b {x}")
        for place in ("before", "after"):
            if kind in ("food", "opening") and place == "before":
                continue
            a = f"a: {place} {kind}"
            yield rule(f"quality {kind}", a, "{a/s}", "{a.plain/s}", 3)
            yield rule(f"quality {kind}", a, "very=y {a/s}", "très=y {a.plain/s}")
            if kind in ("person", "animal") and place == "before":
                more = f"{a}; o: np {kind}"
                yield rule(f"quality {kind}", more, "{a.comparative} than=t {o}", "plus~{a} {a.plain/s} que|qu'=t {o}")
    yield rule("quality person", "w: where", "{w}", "{w}", 2)
    yield rule("quality animal", "w: where", "{w}", "{w}", 2)
    yield rule("where", "o: place area", "in=w {o}", "dans=w {o}", 2)
    yield rule("where", "o: place site", "at=w {o}", "à=w {o}", 2)
    yield rule("where", "o: place PLACE", "near=w {o}", "près=w de|d'~w {o}", 0.5)
    yield rule("where", "o: place PLACE", "behind=w {o}", "derrière=w {o}", 0.5)
    yield rule("where", "o: place PLACE", "in~w front=w of~w {o}", "devant=w {o}", 0.5)


def clauses() -> Iterator[list[Rule]]:
    """One clause, or a clause that holds another in a noun phrase or after that."""
    yield rule("clause TENSE", "s: subject; p: predicate TENSE", "{s} {p}", "{s} {p}", 6)
    yield rule("clause TENSE", "s: subject; p: predicate TENSE; t: time TENSE", "{s} {p} {t}", "{s} {p} {t}", 2)
    yield rule("clause TENSE", "t: time TENSE; s: subject; p: predicate TENSE", "{t} ,=k {s} {p}", "{t} ,=k {s} {p}", 1)
    yield rule("clause TENSE", "s: third person; g: group TENSE person; c: me or us", "{s} {g}", "{s} {g}", 0.7)
    yield rule("clause TENSE", "s: third-person pronoun; g: negated TENSE person; c: me or us", "{s} {g}", "{s} {g}", 0.4)
    yield rule("clause TENSE", "s: np KIND; b: being TENSE KIND", "{s} {b}", "{s} {b}", 0.25)
    yield rule("clause TENSE", "s: np animal; g: group TENSE beast; c: nothing", "{s} {g}", "{s} {g}", 0.4)
    yield rule("clause TENSE", "s: np animal; g: group TENSE beast; c: nothing; w: where", "{s} {g} {w}", "{s} {g} {w}", 0.4)
    yield rule("clause present", "s: subject; p: habit", "{s} {p}", "{s} {p}", 2)
    yield rule("habit", "g: habit KIND; o: np KIND; c: nothing", "{g} {o}", "{g} {o}", 0.5)
    yield rule("habit", "g: habit ALONE; c: nothing", "{g}", "{g}", 1)
    yield rule("habit", "g: habit person; c: object pronoun", "{g}", "{g}", 1)
    yield rule("clause present", "a: there", "{a}", "{a}", 0.6)
    for kind in ("person", "animal", "thing", "machine"):
        there = f"a: a; n: noun {kind}; w: where"
        yield rule("there", there, "there~b BE/n=b {a/n} {n} {w}", "il~b y~b a=b {a/n} {n} {w}")

    long_object = "s: subject; g: group TENSE KIND; o: long np TENSE KIND; c: nothing"
    yield rule("long clause TENSE", long_object, "{s} {g} {o}", "{s} {g} {o}", 0.5)
    long_object = "s: subject; g: negated TENSE KIND; o: long definite TENSE KIND; c: nothing"
    yield rule("long clause TENSE", long_object, "{s} {g} {o}", "{s} {g} {o}", 0.15)
    relative = "d: the; n: noun KIND; r: relative TENSE KIND"
    yield rule("long definite TENSE KIND", relative, "{d/n} {n} {r}", "{d/n} {n} {r}")
    yield rule("long clause TENSE", "s: long np TENSE person; p: predicate TENSE", "{s} {p}", "{s} {p}", 3)
    yield rule("long clause TENSE", "s: long np TENSE KIND; b: being TENSE KIND", "{s} {b}", "{s} {b}", 0.25)
    for tense in VARIABLES["TENSE"]:
        saying = f"s: subject; g: group present saying; c: nothing; x: clause {tense}"
        yield rule(f"long clause {tense}", saying, "{s} {g} that=k {x}", "{s} {g} que|qu'=k {x}", 2)


def sentences() -> Iterator[list[Rule]]:
    """One to four clauses, joined; statements and questions."""
    for category, weight in (("one", 0.45), ("two", 0.3), ("three", 0.15), ("four", 0.1)):
        yield rule("sentence", f"x: {category}", "{x}", "{x}", weight)
    for tense, weight in (("present", 4), ("progressive", 2), ("past", 4), ("future", 2)):
        yield rule("one", f"x: clause {tense}", "{x} .=e", "{x} .=e", weight)
        yield rule("two", f"x: long clause {tense}", "{x} .=e", "{x} .=e", weight)
    yield rule("one", "x: question", "{x} ?=e", "{x} ?=e", 2)
    yield rule("question", "x: plain question", "{x}", "{x}", 2)
    yield rule("question", "x: plain question", "why=w {x}", "pourquoi=w {x}")
    for tense, auxiliary in (("present", "DO/s~q"), ("past", "did~q"), ("future", "will=f")):
        for filled, shape in ASKED:
            slots = f"s: subject; {filled}".replace("TENSE", tense)
            yield rule("plain question", slots, f"{auxiliary} {{s}} {shape}", f"est-ce~q que|qu'~q {{s}} {shape}")
    asked = "s: subject; x: quality person"
    yield rule("plain question", asked, "BE/s=b {s} {x}", "est-ce~q que|qu'~q {s} ÊTRE/s=b {x}", 4)
    for first, second, joints in JOINED:
        for en, fr, weight in joints:
            for total, left, right in (("two", "", ""), ("three", "long ", ""), ("three", "", "long "), ("four", "long ", "long ")):
                slots = f"a: {left}clause {first}; b: {right}clause {second}"
                yield rule(total, slots, f"{{a}} {en} {{b}} .=e", f"{{a}} {fr} {{b}} .=e", weight)
                if en == "when=k":
                    yield rule(total, slots, "when=k {a} ,=l {b} .=e", "quand=k {a} ,=l {b} .=e", weight)
    for left, right, total in (("", "", "two"), ("long ", "", "three"), ("", "long ", "three"), ("long ", "long ", "four")):
        for tense in ("present", "future"):
            slots = f"a: {left}clause present; b: {right}clause {tense}"
            yield rule(total, slots, "if=k {a} ,=l {b} .=e", "si=k {a} ,=l {b} .=e", 2)


ASKED = (
    ("g: asked TENSE KIND; o: np KIND; c: nothing", "{g} {o}"),
    ("g: asked TENSE person; c: object pronoun", "{g}"),
    ("g: asked TENSE ALONE; c: nothing", "{g}"),
    ("g: asked TENSE ALONE; c: nothing; w: where", "{g} {w}"),
)
AND = ("and=k", "et=k", 2.0)
BUT = ("but=k", "mais=k", 1.0)
BECAUSE = ("because=k", "parce=k que|qu'~k", 1.5)
WHEN = ("when=k", "quand=k", 1.0)
WHILE = ("while=k", "pendant=k que|qu'~k", 1.0)
SO = (",=l so=k", ",=l donc=k", 0.7)
JOINED = (
    ("present", "present", (AND, BUT, BECAUSE, WHEN, SO)),
    ("progressive", "progressive", (AND, BUT, WHILE)),
    ("past", "past", (AND, BUT, BECAUSE, WHEN, SO)),
    ("future", "future", (AND, BUT)),
    ("future", "present", (BECAUSE,)),
    ("progressive", "present", (BECAUSE, BUT)),
)


def rules() -> list[Rule]:
    """Return every construction, its variables filled in."""
    parts = (noun_phrases, verb_groups, predicates, being, clauses, sentences)
    return [found for part in parts for group in part() for found in group]
