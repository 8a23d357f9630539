"""The sentences of the grammar: one to four clauses, joined; statements and questions. Chapter 1.

The notation is explained in rules.py, the variables in constructions.py. Templates come in the
order English, French, Chinese; those of Marathi are in marathi_rules.py.
"""

from course_lib.corpora.grammar.constructions import VARIABLES, Rules, rule, same
from course_lib.corpora.grammar.noun_phrases import NOUN_PHRASES, THE
from course_lib.corpora.grammar.rules import Rule
from course_lib.corpora.grammar.verb_phrases import PARTED, VERB_PHRASES, at_work

CLAUSES = (("one", 0.40), ("two", 0.27), ("three", 0.17), ("four", 0.16))

# How two clauses join, and the tenses that may stand on its two sides.
AND = ("{a} and=k {b}", "{a} et=k {b}", "{a} ，~k {b}", 2)
BUT = ("{a} but=k {b}", "{a} mais=k {b}", "{a} ，~k 但是=k {b}", 1)
SO = ("{a} ,=l so=k {b}", "{a} ,=l donc=k {b}", "{a} ，=l 所以=k {b}", 0.7)
BECAUSE = ("{a} because=k {b}", "{a} parce=k que|qu'~k {b}", "因为=k {b} ，~k 所以~k {a}", 2)
WHEN = ("{a} when=k {b}", "{a} quand=k {b}", "当=k {b.bare} 的~k 时候=k ，~k {a}", 1)
WHEN_FIRST = ("when=k {a} ,=l {b}", "quand=k {a} ,=l {b}", "当=k {a.bare} 的~k 时候=k ，=l {b}", 1)
WHILE = ("{a} while=k {b}", "{a} pendant=k que|qu'~k {b}", "当=k {b} 的~k 时候=k ，~k {a}", 1)
IF = ("if=k {a} ,=l {b}", "si=k {a} ,=l {b}", "如果=k {a} ，=l {b}", 5)
JOINED = (
    ("present", "present", (AND, BUT, BECAUSE, WHEN, WHEN_FIRST)),
    ("progressive", "progressive", (AND, BUT, WHILE)),
    ("progressive", "present", (BECAUSE,)),
    ("past", "past", (AND, BUT, BECAUSE, WHEN, WHEN_FIRST, SO)),
    ("future", "future", (AND, BUT)),
    ("future", "present", (BECAUSE,)),
    ("present", "future", (SO, IF)),
)
# What two joined parts may be, so that they hold this many clauses together.
PARTS = (
    ("two", "clause", "clause"),
    ("three", "long clause", "clause"),
    ("three", "clause", "long clause"),
    ("four", "long clause", "long clause"),
)

# The predicates of a question: English asks with an auxiliary and the base form.
ASKED = (
    ("g: asked TENSE KIND; o: np KIND; c: nothing", "{g} {o}", "{g} {o}", "{g/o}~q {o}", 0.5),
    ("g: asked TENSE owning KIND; o: indefinite KIND; c: nothing", "{g} {o}", "{g} {o}", "{g/o}~q {o}", 0.3),
    ("g: asked TENSE person; c: object pronoun", "{g}", "{g}", "{g}~q", 2),
    ("g: asked TENSE ALONE; c: nothing", "{g}", "{g}", "{g}~q", 0.5),
    *(
        (f"g: asked TENSE {kind}; c: nothing; w: where", "{g} {w}", "{g} {w}", at_work(kind), 0.7)
        for kind in VARIABLES["STAYING"]
    ),
    ("g: asked TENSE going; o: place site", "{g} to=t {o}", "{g} à=t {o}", "{g.1} {g.2}~q~t {o} {g.3}", 1),
)
WILL, GOING_TO = "will=f~q {s}", "{s} ALLER/s=f"


def clauses() -> Rules:
    """One clause; a long one holds a second in a noun phrase or after that."""
    yield same("clause TENSE", "s: subject; p: predicate TENSE", "{s} {p}", 6)
    timed = "{s} {p} {t}", "{s} {p} {t}", "{s} {t} {p}"
    yield rule("clause TENSE", "s: subject; p: acting TENSE; t: time TENSE", *timed, 3)
    yield same("clause TENSE", "s: known person; g: group TENSE person; c: me or us", "{s} {g}", 0.5)
    about_me = "s: third-person pronoun; g: POLARITY TENSE person; c: me or us"
    yield same("clause TENSE", about_me, "{s} {g}", 0.5)
    yield same("clause TENSE", "s: plain subject; b: being TENSE person", "{s} {b}", 1.5)
    yield same("clause TENSE", "s: plain THING; b: being TENSE THING", "{s} {b}", 0.2)
    yield same("clause TENSE", "s: plain PLACE; b: being TENSE PLACE", "{s} {b}", 0.15)
    beast = "s: np animal; g: group TENSE beast; c: nothing"
    yield same("clause TENSE", beast, "{s} {g}", 0.3)
    beast = beast.replace("beast", "somewhere beast")
    yield rule("clause TENSE", beast + "; w: where", "{s} {g} {w}", "{s} {g} {w}", "{s} " + PARTED, 0.4)
    for habit, noun in (("habit", "np"), ("never", "negated np")):
        usual = f"s: subject; g: {habit} KIND; o: {noun} KIND; c: nothing"
        yield rule("clause present", usual, "{s} {g} {o}", "{s} {g} {o}", "{s} {g/o} {o}", 0.12)
        for kind in VARIABLES["STAYING"]:
            usual = f"s: subject; g: {habit} {kind}; c: nothing; w: where"
            yield rule("clause present", usual, "{s} {g} {w}", "{s} {g} {w}", "{s} " + at_work(kind), 0.2)
        yield same("clause present", f"s: subject; g: {habit} person; c: object pronoun", "{s} {g}", 0.4)
    for kind in ("person", "animal", "thing", "machine"):
        there = f"d: a; n: noun {kind}; w: where"
        written = "there~b BE/n=b {d/n} {n} {w}", "il~b y~b a=b {d/n} {n} {w}", f"{{w.2}} 有=b {THE} {{n}}"
        yield rule("clause present", there, *written, 0.15)

    long_object = "s: subject; g: group TENSE KIND; o: long np TENSE KIND; c: nothing"
    yield rule("long clause TENSE", long_object, "{s} {g} {o}", "{s} {g} {o}", "{s} {g/o} {o}", 0.5)
    yield same("long clause TENSE", "s: long np TENSE person; p: predicate TENSE", "{s} {p}", 3)
    plain = "d: definite; n: noun KIND; r: relative TENSE KIND; b: being TENSE KIND; s: described"
    written = "{d/n} {n} {r} {b}", "{d/n} {n} {r} {b}", f"{{r}} {THE} {{n}} {{b}}"
    yield rule("long clause TENSE", plain, *written, 0.25)
    said = "{s} {g} that=k {x}", "{s} {g} que|qu'=k {x}", "{s} {g}~k {x}"
    for tense in ("present", "progressive", "future"):
        says = f"s: subject; g: group present saying; c: nothing; x: clause {tense}"
        yield rule(f"long clause {tense}", says, *said, 2)
    yield rule("past report", "s: subject; g: group present saying; c: nothing; x: clause past", *said)
    x = "s: plain subject; b: being past person"
    yield same("was", x, "{s} {b}")
    yield rule("long clause past", "s: subject; g: group past saying; c: nothing; x: was", *said, 1.5)


def statements() -> Rules:
    """A statement: clauses and a full stop."""
    for category, weight in CLAUSES:
        yield same("sentence", f"x: {category}", "{x}", weight)
    stop = "{x} .=e", "{x} .=e", "{x} 。=e"
    for tense, weight in (("present", 4), ("progressive", 2), ("past", 4), ("future", 2)):
        yield rule("one", f"x: clause {tense}", *stop, weight)
        slots = f"t: time {tense}; s: subject; p: acting {tense}"
        yield rule("one", slots, "{t} ,=k {s} {p} .=e", "{t} ,=k {s} {p} .=e", "{t} ，=k {s} {p} 。=e", weight / 8)
        yield rule("two", f"x: long clause {tense}", *stop, 2 * weight)
    yield rule("two", "x: past report", *stop, 3)
    for first, second, joints in JOINED:
        for number, left, right in PARTS:
            for en, fr, zh, weight in joints:
                slots = f"a: {left} {first}; b: {right} {second}"
                yield rule(number, slots, f"{en} .=e", f"{fr} .=e", f"{zh} 。=e", weight)


def questions() -> Rules:
    """A question with est-ce que, which keeps the order of the statement, and with 吗, unless it says why."""
    yield rule("one", "x: question", "{x} ?=e", "{x} ?=e", "{x.asked} ？=e", 2)
    yield same("question", "x: plain question", "{x}", 2)
    yield rule("question", "x: plain question", "why=w {x}", "pourquoi=w {x}", "为什么=w {x.1}")
    for tense, en, fr, zh in (
        ("present", "DO/s~q {s}", "{s}", "{s}"),
        ("past", "did~q {s}", "{s}", "{s}"),
        ("future", WILL, GOING_TO, "{s} 会=f~q"),
    ):
        for slots, asked_en, asked_fr, asked_zh, weight in ASKED:
            slots = f"s: subject; {slots}".replace("TENSE", tense)
            asked = f"{en} {asked_en}", f"est-ce~q que|qu'~q {fr} {asked_fr}", f"{zh} {asked_zh} || 吗~q"
            if tense == "future":  # see verb_groups
                simple = asked_fr.replace("{g}", "{g}~f").replace("{g.1}", "{g.1}~f")
                asked = asked[0], f"{asked[1]} ?futur est-ce~q que|qu'~q {{s}} {simple}", asked[2]
            yield rule("plain question", slots, *asked, weight)
    slots = "s: plain subject; x: quality person"
    is_it = "BE/s=b~q {s} {x}", "est-ce~q que|qu'~q {s} ÊTRE/s=b {x}", "{s} {x.1}~b~q {x.2} || 吗~b~q"
    yield rule("plain question", slots, *is_it, 3)


def rules() -> list[Rule]:
    """Return every rule of the grammar, its variables filled in."""
    return [
        found
        for part in (*NOUN_PHRASES, *VERB_PHRASES, clauses, statements, questions)
        for group in part()
        for found in group
    ]
