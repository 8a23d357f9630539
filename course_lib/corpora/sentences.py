"""The sentences of the grammar: one to four clauses, joined; statements and questions. Chapter 1.

Written like constructions.py: one line of English, one of French.
"""

from course_lib.corpora.constructions import CONSTRUCTIONS, Rules, rule
from course_lib.corpora.rules import Rule

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
    ("g: asked TENSE KIND; o: np KIND; c: nothing", "{g} {o}", 0.5),
    ("g: asked TENSE person; c: object pronoun", "{g}", 2),
    ("g: asked TENSE ALONE; c: nothing", "{g}", 0.5),
    ("g: asked TENSE STAYING; c: nothing; w: where", "{g} {w}", 0.7),
    ("g: asked TENSE going; o: place site", "{g} to=t {o}", 1),
)
WILL, GOING_TO = "will=f~q {s}", "{s} ALLER/s=f"


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
        for slots, shape, weight in ASKED:
            slots = f"s: subject; {slots}".replace("TENSE", tense)
            yield rule("plain question", slots, f"{en} {shape}", f"est-ce~q que|qu'~q {fr} {shape}", weight)
    slots = "s: plain subject; x: quality person"
    yield rule("plain question", slots, "BE/s=b~q {s} {x}", "est-ce~q que|qu'~q {s} ÊTRE/s=b {x}", 3)


def rules() -> list[Rule]:
    """Return every rule of the grammar, its variables filled in."""
    return [found for part in (*CONSTRUCTIONS, statements, questions) for group in part() for found in group]
