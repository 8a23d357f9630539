"""Verb phrases of the grammar: what is done and what is. Chapter 1.

The notation is explained in rules.py, the variables in constructions.py. Templates come in the
order English, French, Chinese; those of Marathi are in marathi_rules.py. A Chinese verb group has
parts, for a place or a company stands inside it: what comes before the verb, the verb, and what comes after (了).
"""

from collections.abc import Iterable

from course_lib.corpora.grammar.constructions import VARIABLES, Rules, rule, same

PARTED = "{g.1} {w} {g.2} {g.3}"  # 会 在 花园 里 睡觉
TRANSITIVE = (*VARIABLES["KIND"], "visiting", "wanting", "saying")


def verb_groups() -> Rules:
    """The verb with its tense, its negation and the pronoun in slot c.

    The participle agrees with an object before it (avoir) or with the subject (être).
    """
    owning = tuple(f"owning {kind}" for kind in VARIABLES["KIND"])
    with_object = (*TRANSITIVE, *owning, "alone", "beast", "addressing", "giving")
    built: list[tuple[Iterable[str], str, str, str]] = [
        (with_object, "{c}", "{c}", "c"),
        (("motion", "going", "fall"), "", "", "s"),
        (("reflexive", "rise"), "", "SE/s~{v}", "s"),
    ]
    for kinds, c_en, c_fr, agrees in built:
        for kind in kinds:
            yield from _groups(kind, c_en, c_fr, f"{{v.participle/{agrees}}}")
    for kind in (*VARIABLES["KIND"], "beast"):
        groups = _groups(f"somewhere {kind}", "{c}", "{c}", "{v.participle/c}")
        yield from (found for found in groups if found[0].category.startswith("group"))


def _groups(kind: str, c_en: str, c_fr: str, participle: str) -> Rules:
    v, doing = f"v: verb {kind}", f"v: action {kind}"
    present, past, future = f"{c_fr} {{v.present/s}}", f"{c_fr} {{v.past/s}}", f"{c_fr} {{v.infinitive}}"
    now, then, plain, lasting = (_chinese(kind, form) for form in CHINESE_FORMS)
    yield rule(f"group present {kind}", v, f"{{v.present/s}} {c_en}", present, f"|| {now}")
    negated = f"DO/s~{{v}} not=k {{v.base}} {c_en}", f"ne|n'~k {present} pas=k", f"不=k || {plain}"
    yield rule(f"negated present {kind}", v, *negated)
    yield rule(f"group past {kind}", v, f"{{v.past}} {c_en}", f"{past} {participle}", f"|| {then}")
    negated = f"did~{{v}} not=k {{v.base}} {c_en}", f"ne|n'~k {past} pas=k {participle}", f"没=k || {plain}"
    yield rule(f"negated past {kind}", v, *negated)
    # What aller would give another meaning (aller chercher: to fetch) has the simple future.
    simple = f"{c_fr} {{v.future/s}}"
    french = f"ALLER/s=f {future} ?futur {simple}~f"
    will = f"will=f {{v.base}} {c_en}", french, f"会=f || {plain}"
    yield rule(f"group future {kind}", v, *will)
    french = f"ne|n'~k ALLER/s=f pas=k {future} ?futur ne|n'~k {simple}~f pas=k"
    negated = f"will=f not=k {{v.base}} {c_en}", french, f"不会=k=f || {plain}"
    yield rule(f"negated future {kind}", v, *negated)
    asked = {"present": present, "past": f"{past} {participle}", "future": f"{future} ?futur {simple}"}
    for tense, chinese in (("present", now), ("past", then), ("future", plain)):
        yield rule(f"asked {tense} {kind}", v, f"{{v.base}} {c_en}", asked[tense], f"|| {chinese}")
    yield rule(f"infinitive {kind}", doing, f"{{v.base}} {c_en}", future, f"|| {plain}")
    progressive = f"BE/s=p~{{v}} {{v.progressive}} {c_en}", present, f"{{v.doing}} || {lasting}"
    yield rule(f"group progressive {kind}", doing, *progressive)
    french_negated = f"ne|n'~k {present} pas=k"
    after = _chinese(kind, "not_lasting")
    chinese = f"没=k {{v.not_doing}} || {after} ?coming 不=k || {after}"
    yield rule(
        f"negated progressive {kind}", doing, f"BE/s~{{v}} not=k {{v.progressive}} {c_en}", french_negated, chinese
    )
    habit = f"{{h}} {{v.present/s}} {c_en}", f"{present} {{h}}", f"{{h}} || {plain}"
    yield rule(f"habit {kind}", doing + "; h: adverb", *habit, 2)
    yield rule(
        f"never {kind}", doing, f"never=k {{v.present/s}} {c_en}", f"ne|n'~k {present} jamais=k", f"从不=k || {plain}"
    )


CHINESE_FORMS = ("present", "past", "", "lasting")


def _chinese(kind: str, form: str) -> str:
    """The verb with its object pronoun and the aspect of the form: 看 了 他, 把 它们 打开 了, 去 || 了."""
    verb = f"{{v.{form}}}" if form else "{v}"
    aspect = "{v.aspect}" if form == "past" else ""
    if kind.split()[-1] in TRANSITIVE:
        return f"{{c.before/v}} {verb} {aspect} {{c/v}}"
    if kind == "addressing":
        return f"{{c}} {verb} || {aspect}"
    if kind == "giving":
        return f"{verb} || {aspect} {{c}} || {{v.rest}} " + ("{v.rest_aspect}" if aspect else "")
    change = "{v.change}" if form == "lasting" else aspect
    return f"{verb} || {change}"


def predicates() -> Rules:
    """What a person does: the verb with its objects, places, receivers, company."""
    yield same("predicate TENSE", "g: acting TENSE", "{g}", 7)

    obj = "g: group TENSE KIND; o: np KIND; c: nothing"
    yield rule("acting TENSE", obj, "{g} {o}", "{g} {o}", "{g/o} {o}", 1.2)
    # What lasts has no place of its own: 她 爱 花园 里 的 那个 男孩.
    chinese = "{g.1/o} {w} {g.2/o} {o} ?static {g/o} {w.2} 的~{o} {o}"
    placed = "g: group TENSE somewhere KIND; o: np KIND; c: nothing; w: where"
    yield rule("acting TENSE", placed, "{g} {o} {w}", "{g} {o} {w}", chinese, 2.2)
    negated = "g: negated TENSE KIND; o: negated np KIND; c: nothing"
    yield rule("acting TENSE", negated, "{g} {o}", "{g} {o}", "{g/o} {o}", 0.3)
    # 有 wants an indefinite object, and no place: 在 医院 有 那 把 刀 is no Chinese.
    owning = "g: group TENSE owning KIND; o: indefinite KIND; c: nothing"
    yield rule("acting TENSE", owning, "{g} {o}", "{g} {o}", "{g/o} {o}", 0.5)
    lacking = "g: negated TENSE owning KIND; o: any KIND; c: nothing"
    yield rule("acting TENSE", lacking, "{g} {o}", "{g} {o}", "{g/o} {o}", 0.12)
    yield same("acting TENSE", "g: POLARITY TENSE person; c: object pronoun", "{g}", 1.2)
    yield same("acting TENSE", "g: POLARITY TENSE KIND; c: them", "{g}", 0.05)
    yield same("acting TENSE", "g: POLARITY TENSE ALONE; c: nothing", "{g}", 0.4)
    for kind in VARIABLES["STAYING"]:
        slots = f"g: group TENSE {kind}; c: nothing; w: where"
        yield rule("acting TENSE", slots, "{g} {w}", "{g} {w}", at_work(kind), 0.6)
    yield same("acting TENSE", "g: POLARITY TENSE visiting; o: place PLACE; c: nothing", "{g} {o}", 0.3)
    going = "g: POLARITY TENSE going; o: place site"
    chinese = "{g.1} {g.2}~t {o} {g.3}"
    yield rule("acting TENSE", going, "{g} to=t {o}", "{g} à=t {o}", chinese, 0.7)
    chinese = "{g.1} {g.2}~t {o} {x} {g.3}"
    yield rule("acting TENSE", going + "; x: purpose", "{g} to=t {o} {x}", "{g} à=t {o} {x}", chinese, 0.8)
    chinese = "{g.1} {w} {g.2}~t {o} {g.3}"
    yield rule("acting TENSE", going + "; w: company", "{g} to=t {o} {w}", "{g} à=t {o} {w}", chinese, 0.5)
    yield rule("acting TENSE", "g: group TENSE motion; x: purpose", "{g} {x}", "{g} {x}", "{g.1} {g.2} {x} {g.3}", 0.3)
    yield rule("acting TENSE", "g: group TENSE STAYING; c: nothing; w: company", "{g} {w}", "{g} {w}", PARTED, 0.2)
    yield rule("company", "o: known person", "with=w {o}", "avec=w {o}", "跟=w {o} 一起~w")
    # French says à again before a second person, so there is only one.
    talking = "g: POLARITY TENSE addressing; o: one person; c: nothing"
    yield rule("acting TENSE", talking, "{g} to=t {o}", "{g} à=t {o}", "{g.1} 跟=t {o} {g.2} {g.3}", 0.7)
    yield same("acting TENSE", "g: POLARITY TENSE addressing; c: to dative pronoun", "{g}", 0.6)
    for kind in ("text", "thing", "clothes"):
        giving = f"g: group TENSE giving; o: np {kind}; i: known person; c: nothing"
        chinese = "{g.1} {g.2} {g.3} {i} {g.4} {o}"
        marked = chinese.replace("{g.2}", "{g.2}~t")
        yield rule("acting TENSE", giving, "{g} {o} to=t {i}", "{g} {o} à=t {i}", marked, 0.5)
        yield rule("acting TENSE", giving, "{g} {i} {o}", "{g} {o} à~{i} {i}", chinese, 0.5)
        yield same("acting TENSE", f"g: group TENSE giving; o: np {kind}; c: dative pronoun", "{g} {o}", 0.4)


def at_work(kind: str) -> str:
    """Chinese: where one acts stands before the verb, where one stays or arrives after it."""
    return "{g.1} {g.2} {w} {g.3}" if kind == "motion" else PARTED


def infinitives() -> Rules:
    """To want, can, must, and what for."""
    for tense in ("present", "past"):
        wanting = f"g: group {tense} wanting; x: infinitive; c: nothing"
        yield rule(f"predicate {tense}", wanting, "{g} to~{x} {x}", "{g} {x}", "{g} {x}", 1)
    wanting = "g: negated present wanting; x: negated infinitive; c: nothing"
    yield rule("predicate present", wanting, "{g} to~{x} {x}", "{g} {x}", "{g} {x}", 0.3)
    for en, fr, zh in (("can=m", "POUVOIR", "能"), ("must=m", "DEVOIR", "必须")):
        yield rule(
            "predicate present", "x: infinitive", f"{en} {{x}}", f"{fr}/s=m {{x}}", f"{zh}=m {{x}}", 0.5, head="x"
        )
        negated, zh = ("cannot=m=k", "能") if zh == "能" else ("must=m not=k", "可以")
        french = f"ne|n'~k {fr}/s=m pas=k {{x}}"
        chinese = f"不{zh}=m=k {{x}}"
        yield rule("predicate present", "x: negated infinitive", f"{negated} {{x}}", french, chinese, 0.2, head="x")
    yield rule("purpose", "g: infinitive", "to=t {g}", "pour=t {g}", "{g.purpose}")
    for category, o in (("infinitive", "np"), ("negated infinitive", "negated np")):
        slots = f"g: infinitive KIND; o: {o} KIND; c: nothing"
        yield rule(category, slots, "{g} {o}", "{g} {o}", "{g/o} {o}", 0.6)
    for category in ("infinitive", "negated infinitive"):
        yield same(category, "g: infinitive person; c: object pronoun", "{g}", 1.5)
        yield same(category, "g: infinitive STAYING; c: nothing", "{g}", 0.6)
        for kind in VARIABLES["STAYING"]:
            slots = f"g: infinitive {kind}; c: nothing; w: where"
            yield rule(category, slots, "{g} {w}", "{g} {w}", at_work(kind), 0.4)


def being() -> Rules:
    """To be, with an adjective, a comparison or a place; the first part of a Chinese quality is its copula."""
    for kind in (*VARIABLES["KIND"], "site", "area"):
        x = f"x: quality {kind}"
        for tense, en, fr in (("present", "BE", "ÊTRE"), ("past", "WAS", "ÉTAIT")):
            yield rule(f"being {tense} {kind}", x, f"{en}/s=b {{x}}", f"{fr}/s=b {{x}}", "{x.1}~b {x.2}", 3, head="x")
            negated = f"{en}/s=b not=k {{x}}", f"ne|n'~k {fr}/s=b pas=k {{x}}", "不=k {x.1}~b {x.2}"
            yield rule(f"being {tense} {kind}", x, *negated, head="x")
        adjective = "{v/s}", "{v.plain/s}", "{v.copula} || {v.plain}"
        yield rule(f"quality {kind}", f"v: adjective {kind}", *adjective, 5)
        very = "very=y {v/s}", "très=y {v.plain/s}", "非常=y || {v.plain}"
        yield rule(f"quality {kind}", f"v: degree {kind}", *very)
    will = "will=f be=b {x}", "ALLER/s=f être=b {x}", "会=f {x.1}~b {x.2}"
    yield rule("being future person", "x: condition", *will, 3, head="x")
    will_not = "will=f not=k be=b {x}", "ne|n'~k ALLER/s=f pas=k être=b {x}", "不会=k=f {x.1}~b {x.2}"
    yield rule("being future person", "x: condition", *will_not, head="x")
    yield rule("condition", "v: after person", "{v/s}", "{v.plain/s}", "{v.copula} || {v.plain}", 2)
    yield same("condition", "w: where", "{w}")
    for kind, other in (("person", "known person"), ("animal", "definite animal")):
        more = "{v.comparative} than=t {o}", "plus~{v} {v.plain/s} que|qu'=t {o}", "比=t || {o} 更~{v} {v.plain}"
        yield rule(f"quality {kind}", f"v: degree {kind}; o: {other}", *more, 1.5)
        yield same(f"quality {kind}", "w: where", "{w}", 3)


VERB_PHRASES = (verb_groups, predicates, infinitives, being)
