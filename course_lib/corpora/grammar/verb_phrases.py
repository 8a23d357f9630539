"""Verb phrases of the grammar: what is done and what is. Chapter 1.

How a construction is written down is explained in constructions.py.
"""

from course_lib.corpora.grammar.constructions import VARIABLES, Construction, Constructions, construction, relay

# How a verb is built, by its kind: the variant of its groups. One without a pronoun has no slot c.
TRANSITIVE = (*VARIABLES["KIND"], "visiting", "wanting", "saying")
OWNING = tuple(f"owning {kind}" for kind in VARIABLES["KIND"])
VARIANTS = {
    **dict.fromkeys((*TRANSITIVE, *OWNING), ", transitive"),
    **dict.fromkeys(("alone", "beast"), ""),
    "addressing": ", addressing",
    "giving": ", giving",
    **dict.fromkeys(("motion", "going", "fall"), ", without pronoun"),
    **dict.fromkeys(("reflexive", "rise"), ", without pronoun, reflexive"),
}


def verb_groups() -> Constructions:
    """The verb with its tense, its negation and the pronoun in slot c."""
    for kind, variant in VARIANTS.items():
        yield from _groups(kind, variant)
    # An action that has a place is only told, neither negated nor asked for.
    for kind in (*VARIABLES["KIND"], "beast"):
        groups = _groups(f"somewhere {kind}", VARIANTS[kind])
        yield from (found for found in groups if found[0].category.startswith("group"))


def _groups(kind: str, variant: str) -> Constructions:
    verb, action = f"v: verb {kind}", f"v: action {kind}"

    def group(name: str, slots: str, weight: float = 1.0) -> list[Construction]:
        return construction(name + variant, f"{name} {kind}", slots, weight)

    for tense in ("present", "past", "future"):
        yield group(f"group {tense}", verb)
        yield group(f"negated {tense}", verb)
    for tense in ("present", "past", "future"):
        yield group(f"asked {tense}", verb)
    yield group("infinitive", action)
    yield group("group progressive", action)
    yield group("negated progressive", action)
    yield group("habit", f"{action}; h: adverb", 2)
    yield group("never", action)


def arriving(kind: str) -> str:
    """The variant of a construction with a place for a verb of that kind: one acts there, or arrives or stays there."""
    return ", arriving" if kind == "motion" else ""


def predicates() -> Constructions:
    """What a person does: the verb with its objects, places, receivers, company."""
    yield relay("predicate TENSE", "g: acting TENSE", 7)
    told = "g: group TENSE KIND; o: np KIND; c: nothing"
    yield construction("acting with object", "acting TENSE", told, 1.2)
    placed = "g: group TENSE somewhere KIND; o: np KIND; c: nothing; w: where"
    yield construction("acting with object and place", "acting TENSE", placed, 2.2)
    negated = "g: negated TENSE KIND; o: negated np KIND; c: nothing"
    yield construction("acting with object", "acting TENSE", negated, 0.3)
    # 有 wants an indefinite object, and no place: 在 医院 有 那 把 刀 is no Chinese.
    owning = "g: group TENSE owning KIND; o: indefinite KIND; c: nothing"
    yield construction("acting with object", "acting TENSE", owning, 0.5)
    lacking = "g: negated TENSE owning KIND; o: any KIND; c: nothing"
    yield construction("acting with object", "acting TENSE", lacking, 0.12)
    for slots, weight in (("person; c: object pronoun", 1.2), ("KIND; c: them", 0.05), ("ALONE; c: nothing", 0.4)):
        yield construction("acting", "acting TENSE", f"g: POLARITY TENSE {slots}", weight, alike="{g}")
    for kind in VARIABLES["STAYING"]:
        slots = f"g: group TENSE {kind}; c: nothing; w: where"
        yield construction(f"acting with place{arriving(kind)}", "acting TENSE", slots, 0.6)
    visiting = "g: POLARITY TENSE visiting; o: place PLACE; c: nothing"
    yield construction("acting with object, visited", "acting TENSE", visiting, 0.3)
    going = "g: POLARITY TENSE going; o: place site"
    yield construction("acting with destination", "acting TENSE", going, 0.7)
    yield construction("acting with destination and purpose", "acting TENSE", f"{going}; x: purpose", 0.8)
    yield construction("acting with destination and company", "acting TENSE", f"{going}; w: company", 0.5)
    yield construction("acting with purpose", "acting TENSE", "g: group TENSE motion; x: purpose", 0.3)
    yield construction("acting with company", "acting TENSE", "g: group TENSE STAYING; c: nothing; w: company", 0.2)
    yield construction("company", "company", "o: known person")
    # French says à again before a second person, so there is only one.
    talking = "g: POLARITY TENSE addressing; o: one person; c: nothing"
    yield construction("acting with addressee", "acting TENSE", talking, 0.7)
    talking = "g: POLARITY TENSE addressing; c: to dative pronoun"
    yield construction("acting", "acting TENSE", talking, 0.6, alike="{g}")
    for kind in ("text", "thing", "clothes"):
        giving = f"g: group TENSE giving; o: np {kind}; i: known person; c: nothing"
        yield construction("acting with object and receiver", "acting TENSE", giving, 0.5)
        yield construction("acting with receiver and object", "acting TENSE", giving, 0.5)
        giving = f"g: group TENSE giving; o: np {kind}; c: dative pronoun"
        yield construction("acting with object, beside a pronoun", "acting TENSE", giving, 0.4)


def infinitives() -> Constructions:
    """To want, can, must, and what for."""
    for tense in ("present", "past"):
        wanting = f"g: group {tense} wanting; x: infinitive; c: nothing"
        yield construction("wanting", f"predicate {tense}", wanting, 1)
    wanting = "g: negated present wanting; x: negated infinitive; c: nothing"
    yield construction("wanting", "predicate present", wanting, 0.3)
    for modal, negated in (("can", "cannot"), ("must", "must not")):
        yield construction(modal, "predicate present", "x: infinitive", 0.5, head="x")
        yield construction(negated, "predicate present", "x: negated infinitive", 0.2, head="x")
    yield construction("purpose", "purpose", "g: infinitive")
    for category, o in (("infinitive", "np"), ("negated infinitive", "negated np")):
        slots = f"g: infinitive KIND; o: {o} KIND; c: nothing"
        yield construction("infinitive with object", category, slots, 0.6)
    for category in ("infinitive", "negated infinitive"):
        pronoun, alone = "g: infinitive person; c: object pronoun", "g: infinitive STAYING; c: nothing"
        yield construction("infinitive phrase", category, pronoun, 1.5, alike="{g}")
        yield construction("infinitive phrase", category, alone, 0.6, alike="{g}")
        for kind in VARIABLES["STAYING"]:
            slots = f"g: infinitive {kind}; c: nothing; w: where"
            yield construction(f"infinitive with place{arriving(kind)}", category, slots, 0.4)


def being() -> Constructions:
    """To be, with an adjective, a comparison or a place."""
    for kind in (*VARIABLES["KIND"], "site", "area"):
        for tense, name in (("present", "is"), ("past", "was")):
            yield construction(name, f"being {tense} {kind}", f"x: quality {kind}", 3, head="x")
            yield construction(f"{name} not", f"being {tense} {kind}", f"x: quality {kind}", head="x")
        yield construction("quality", f"quality {kind}", f"v: adjective {kind}", 5)
        yield construction("very", f"quality {kind}", f"v: degree {kind}")
    yield construction("will be", "being future person", "x: condition", 3, head="x")
    yield construction("will not be", "being future person", "x: condition", head="x")
    yield construction("quality", "condition", "v: after person", 2)
    yield relay("condition", "w: where")
    for kind, other in (("person", "known person"), ("animal", "definite animal")):
        yield construction("more", f"quality {kind}", f"v: degree {kind}; o: {other}", 1.5)
        yield relay(f"quality {kind}", "w: where", 3)


VERB_PHRASES = (verb_groups, predicates, infinitives, being)
