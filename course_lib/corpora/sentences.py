"""The sentences of the grammar: one to four clauses, joined; statements and questions. Chapter 1.

Written like constructions.py: one line of English, one of French.
"""

from course_lib.corpora.constructions import Rules, rule
from course_lib.corpora.noun_phrases import NOUN_PHRASES
from course_lib.corpora.rules import Rule
from course_lib.corpora.verb_phrases import VERB_PHRASES

CLAUSES = (("one", 0.40), ("two", 0.27), ("three", 0.17), ("four", 0.16))

# How two clauses join, and the tenses that may stand on its two sides.
AND = ("{a} and=k {b}", "{a} et=k {b}", 2)
BUT = ("{a} but=k {b}", "{a} mais=k {b}", 1)
SO = ("{a} ,=l so=k {b}", "{a} ,=l donc=k {b}", 0.7)
BECAUSE = ("{a} because=k {b}", "{a} parce=k que|qu'~k {b}", 2)
WHEN = ("{a} when=k {b}", "{a} quand=k {b}", 1)
WHEN_FIRST = ("when=k {a} ,=l {b}", "quand=k {a} ,=l {b}", 1)
WHILE = ("{a} while=k {b}", "{a} pendant=k que|qu'~k {b}", 1)
IF = ("if=k {a} ,=l {b}", "si=k {a} ,=l {b}", 2)
JOINED = (
    ("present", "present", (AND, BUT, BECAUSE, WHEN, WHEN_FIRST, IF)),
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
    ("g: asked TENSE KIND; o: np KIND; c: nothing", "{g} {o}", "{g} {o}", 0.5),
    ("g: asked TENSE person; c: object pronoun", "{g}", "{g}", 2),
    ("g: asked TENSE ALONE; c: nothing", "{g}", "{g}", 0.5),
    ("g: asked TENSE STAYING; c: nothing; w: where", "{g} {w}", "{g} {w}", 0.7),
    ("g: asked TENSE going; o: place site", "{g} to=t {o}", "{g} à=t {o}", 1),
)
WILL, GOING_TO = "will=f~q {s}", "{s} ALLER/s=f"


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


def statements() -> Rules:
    """A statement: clauses and a full stop."""
    for category, weight in CLAUSES:
        yield rule("sentence", f"x: {category}", "{x}", "{x}", weight)
    for tense, weight in (("present", 4), ("progressive", 2), ("past", 4), ("future", 2)):
        yield rule("one", f"x: clause {tense}", "{x} .=e", "{x} .=e", weight)
        slots = f"t: time {tense}; s: subject; p: acting {tense}"
        yield rule("one", slots, "{t} ,=k {s} {p} .=e", "{t} ,=k {s} {p} .=e", weight / 8)
        yield rule("two", f"x: long clause {tense}", "{x} .=e", "{x} .=e", 2 * weight)
    yield rule("two", "x: past report", "{x} .=e", "{x} .=e", 3)
    for first, second, joints in JOINED:
        for number, left, right in PARTS:
            for en, fr, weight in joints:
                yield rule(number, f"a: {left} {first}; b: {right} {second}", f"{en} .=e", f"{fr} .=e", weight)


def questions() -> Rules:
    """A question with est-ce que, which keeps the order of the statement."""
    yield rule("one", "x: question", "{x} ?=e", "{x} ?=e", 2)
    yield rule("question", "x: plain question", "{x}", "{x}", 2)
    yield rule("question", "x: plain question", "why=w {x}", "pourquoi=w {x}")
    for tense, en, fr in (("present", "DO/s~q {s}", "{s}"), ("past", "did~q {s}", "{s}"), ("future", WILL, GOING_TO)):
        for slots, asked_en, asked_fr, weight in ASKED:
            slots = f"s: subject; {slots}".replace("TENSE", tense)
            yield rule("plain question", slots, f"{en} {asked_en}", f"est-ce~q que|qu'~q {fr} {asked_fr}", weight)
    slots = "s: plain subject; x: quality person"
    yield rule("plain question", slots, "BE/s=b~q {s} {x}", "est-ce~q que|qu'~q {s} ÊTRE/s=b {x}", 3)


def rules() -> list[Rule]:
    """Return every rule of the grammar, its variables filled in."""
    return [
        found
        for part in (*NOUN_PHRASES, *VERB_PHRASES, clauses, statements, questions)
        for group in part()
        for found in group
    ]
