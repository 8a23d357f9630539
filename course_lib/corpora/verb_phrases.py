"""Verb phrases of the grammar: what is done and what is. Chapter 1.

The notation is explained in rules.py, the variables in constructions.py.
"""

from collections.abc import Iterable

from course_lib.corpora.constructions import VARIABLES, Rules, rule


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
    """What a person does: the verb with its objects, places, receivers, company."""
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
    yield rule("acting TENSE", "g: group TENSE motion; x: purpose", "{g} {x}", "{g} {x}", 0.3)
    yield rule("acting TENSE", "g: group TENSE STAYING; c: nothing; w: company", "{g} {w}", "{g} {w}", 0.2)
    yield rule("company", "o: known person", "with=w {o}", "avec=w {o}")
    # French says à again before a second person, so there is only one.
    talking = "g: POLARITY TENSE addressing; o: one person; c: nothing"
    yield rule("acting TENSE", talking, "{g} to=t {o}", "{g} à=t {o}", 0.7)
    yield rule("acting TENSE", "g: POLARITY TENSE addressing; c: to dative pronoun", "{g}", "{g}", 0.6)
    for kind in ("text", "thing", "clothes"):
        giving = f"g: group TENSE giving; o: np {kind}; i: known person; c: nothing"
        yield rule("acting TENSE", giving, "{g} {o} to=t {i}", "{g} {o} à=t {i}", 0.5)
        yield rule("acting TENSE", giving, "{g} {i} {o}", "{g} {o} à~{i} {i}", 0.5)
        yield rule("acting TENSE", f"g: group TENSE giving; o: np {kind}; c: dative pronoun", "{g} {o}", "{g} {o}", 0.4)


def infinitives() -> Rules:
    """To want, can, must, and what for."""
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


VERB_PHRASES = (verb_groups, predicates, infinitives, being)
