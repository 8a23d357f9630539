"""The sentences of the grammar: one to four clauses, joined; statements and questions. Chapter 1.

How a construction is written down is explained in constructions.py.
"""

from course_lib.corpora.grammar.constructions import VARIABLES, Construction, Constructions, construction, relay
from course_lib.corpora.grammar.noun_phrases import NOUN_PHRASES
from course_lib.corpora.grammar.verb_phrases import VERB_PHRASES, arriving

CLAUSES = (("one", 0.40), ("two", 0.27), ("three", 0.17), ("four", 0.16))

# How two clauses join and how often, and the tenses that may stand on the two sides.
JOINTS = {"and": 2, "but": 1, "so": 0.7, "because": 2, "when": 1, "when first": 1, "while": 1, "if": 5}
JOINED = (
    ("present", "present", ("and", "but", "because", "when", "when first")),
    ("progressive", "progressive", ("and", "but", "while")),
    ("progressive", "present", ("because",)),
    ("past", "past", ("and", "but", "because", "when", "when first", "so")),
    ("future", "future", ("and", "but")),
    ("future", "present", ("because",)),
    ("present", "future", ("so", "if")),
)
# What two joined parts may be, so that they hold this many clauses together.
PARTS = (
    ("two", "clause", "clause"),
    ("three", "long clause", "clause"),
    ("three", "clause", "long clause"),
    ("four", "long clause", "long clause"),
)

# The predicates of a question.
ASKED = (
    (" with object", "g: asked TENSE KIND; o: np KIND; c: nothing", 0.5),
    (" with object", "g: asked TENSE owning KIND; o: indefinite KIND; c: nothing", 0.3),
    ("", "g: asked TENSE person; c: object pronoun", 2),
    ("", "g: asked TENSE ALONE; c: nothing", 0.5),
    *(
        (f" with place{arriving(kind)}", f"g: asked TENSE {kind}; c: nothing; w: where", 0.7)
        for kind in VARIABLES["STAYING"]
    ),
    (" with destination", "g: asked TENSE going; o: place site", 1),
)


def clauses() -> Constructions:
    """One clause."""
    yield construction("clause", "clause TENSE", "s: subject; p: predicate TENSE", 6, alike="{s} {p}")
    yield construction("clause with time", "clause TENSE", "s: subject; p: acting TENSE; t: time TENSE", 3)
    for subject, group in (("known person", "group"), ("third-person pronoun", "POLARITY")):
        slots = f"s: {subject}; g: {group} TENSE person; c: me or us"
        yield construction("clause with verb", "clause TENSE", slots, 0.5, alike="{s} {g}")
    for subject, kind, weight in (
        ("plain subject", "person", 1.5),
        ("plain THING", "THING", 0.2),
        ("plain PLACE", "PLACE", 0.15),
    ):
        slots = f"s: {subject}; b: being TENSE {kind}"
        yield construction("clause with being", "clause TENSE", slots, weight, alike="{s} {b}")
    beast = "s: np animal; g: group TENSE beast; c: nothing"
    yield construction("clause with verb", "clause TENSE", beast, 0.3, alike="{s} {g}")
    beast = "s: np animal; g: group TENSE somewhere beast; c: nothing; w: where"
    yield construction("clause with verb and place", "clause TENSE", beast, 0.4)
    for habit, noun in (("habit", "np"), ("never", "negated np")):
        slots = f"s: subject; g: {habit} KIND; o: {noun} KIND; c: nothing"
        yield construction("clause with verb and object", "clause present", slots, 0.12)
        for kind in VARIABLES["STAYING"]:
            slots = f"s: subject; g: {habit} {kind}; c: nothing; w: where"
            yield construction(f"clause with verb and place{arriving(kind)}", "clause present", slots, 0.2)
        slots = f"s: subject; g: {habit} person; c: object pronoun"
        yield construction("clause with verb", "clause present", slots, 0.4, alike="{s} {g}")
    for kind in ("person", "animal", "thing", "machine"):
        yield construction("there is", "clause present", f"d: a; n: noun {kind}; w: where", 0.15)


def long_clauses() -> Constructions:
    """A clause that holds a second one in a noun phrase or after that."""
    slots = "s: subject; g: group TENSE KIND; o: long np TENSE KIND; c: nothing"
    yield construction("clause with verb and object, long", "long clause TENSE", slots, 0.5)
    slots = "s: long np TENSE person; p: predicate TENSE"
    yield construction("clause", "long clause TENSE", slots, 3, alike="{s} {p}")
    slots = "d: definite; n: noun KIND; r: relative TENSE KIND; b: being TENSE KIND; s: described"
    yield construction("noun with relative clause is", "long clause TENSE", slots, 0.25)
    for tense in ("present", "progressive", "future"):
        says = f"s: subject; g: group present saying; c: nothing; x: clause {tense}"
        yield construction("report", f"long clause {tense}", says, 2)
    says = "s: subject; g: group present saying; c: nothing; x: clause past"
    yield construction("report", "past report", says)
    # What was when it was said: Marathi then says "is".
    was = "s: plain subject; b: being past person"
    yield construction("clause with being, reported", "was", was, alike="{s} {b}")
    said = "s: subject; g: group past saying; c: nothing; x: was"
    yield construction("report", "long clause past", said, 1.5)


def statements() -> Constructions:
    """A statement: clauses and a full stop."""
    for number, weight in CLAUSES:
        yield relay("sentence", f"x: {number}", weight)
    for tense, often in (("present", 4), ("progressive", 2), ("past", 4), ("future", 2)):
        yield construction("statement", "one", f"x: clause {tense}", often)
        slots = f"t: time {tense}; s: subject; p: acting {tense}"
        yield construction("statement after its time", "one", slots, often / 8)
        yield construction("statement", "two", f"x: long clause {tense}", 2 * often)
    yield construction("statement", "two", "x: past report", 3)
    for first, second, joints in JOINED:
        for number, left, right in PARTS:
            for joint in joints:
                slots = f"a: {left} {first}; b: {right} {second}"
                yield construction(joint, number, slots, JOINTS[joint])


def questions() -> Constructions:
    """A question, whether or why."""
    yield construction("question", "one", "x: question", 2)
    yield relay("question", "x: plain question", 2)
    yield construction("why", "question", "x: plain question")
    for tense in ("present", "past", "future"):
        for asked, slots, weight in ASKED:
            slots = f"s: subject; {slots}".replace("TENSE", tense)
            yield construction(f"question {tense}{asked}", "plain question", slots, weight)
    yield construction("question whether it is", "plain question", "s: plain subject; x: quality person", 3)


def constructions() -> list[Construction]:
    """Return every construction of the grammar, its variables filled in."""
    return [
        found
        for part in (*NOUN_PHRASES, *VERB_PHRASES, clauses, long_clauses, statements, questions)
        for group in part()
        for found in group
    ]
