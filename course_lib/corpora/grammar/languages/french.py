"""French: its morphology, and how it writes each construction. Chapter 1.

Agreement is gender, person, number: "f3p" is feminine, third person, plural. A cell of the lexicon
lists the forms that cannot be guessed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Literal, TypeVar

from course_lib.corpora.grammar.language import Forms, FormWords, Language, Morphology, read_templates, words

T = TypeVar("T")

PERSONS = ("1s", "3s", "1p", "2p", "3p")
AGREEMENTS = tuple(gender + person for gender in "mf" for person in PERSONS)


# ------------------------------------------------------------------------------------- morphology


def _always(form: str) -> dict[str, FormWords]:
    return dict.fromkeys(AGREEMENTS, words(form))


def _by_person(forms: list[str]) -> dict[str, FormWords]:
    """Five forms for je, il, nous, vous, ils."""
    return {agreement: words(forms[PERSONS.index(agreement[1:])]) for agreement in AGREEMENTS}


def _by_gender(forms: list[str]) -> dict[str, FormWords]:
    """Four forms for masculine and feminine singular, masculine and feminine plural."""
    return {a: words(forms[2 * (a[2] == "p") + (a[0] == "f")]) for a in AGREEMENTS}


def _noun(cell: str, kind: str) -> list[tuple[str, str]]:
    """ "f fille filles": gender, singular and, where there is one, plural."""
    gender, *forms = cell.split()
    return [(form, f"{gender}3{number}") for form, number in zip(forms, "sp", strict=False)]


AVOIR = "ai a avons avez ont".split()
ETRE = "suis est sommes êtes sont".split()


def _participle(masculine: str) -> list[str]:
    plural = masculine if masculine.endswith("s") else masculine + "s"
    return [masculine, masculine + "e", plural, masculine + "es"]


def _verb(cell: str) -> Forms:
    """The infinitive; five present forms where it is not regular in -er; then the past.

    The past is a participle ("vu": j'ai vu; nothing for the regular one), "est parti" for a verb
    with être, or the stem of the imparfait for a state ("connaiss-": je connaissais). For "futur",
    see :func:`_verb_agreement`.
    """
    infinitive, *rest = cell.removesuffix(" futur").split()
    stem = infinitive[:-2]
    present = [stem + ending for ending in "e e ons ez ent".split()]
    if len(rest) >= 5:
        present, rest = rest[:5], rest[5:]
    past, participle = AVOIR, _participle(rest[-1] if rest else stem + "é")
    if rest and rest[0] == "est":
        past = ETRE
    elif rest and rest[0].endswith("-"):
        past, participle = [rest[0][:-1] + ending for ending in "ais ait ions iez aient".split()], [""] * 4
    mark = "~" if participle[0] else ""
    return {
        "infinitive": _always(infinitive),
        "future": _by_person([infinitive + ending for ending in "ai a ons ez ont".split()]),
        "present": _by_person(present),
        "past": _by_person([mark + form for form in past]),
        "participle": _by_gender(participle),
    }


def _verb_agreement(cell: str, kind: str, kinds: Sequence[str]) -> str:
    """ "futur": a verb that has the simple future, for *aller chercher* is to fetch."""
    return "futur" if cell.endswith(" futur") else ""


def _determiner(cell: str) -> Forms:
    """ "le|l' la|l' les": masculine, feminine, plural."""
    masculine, feminine, plural = cell.split()
    return {"": _by_gender([masculine, feminine, plural, plural])}


def _adjective(cell: str) -> Forms:
    """ "petit" where regular, "blanc blanche", or all four: "beau|bel belle beaux belles".

    The form before a vowel (bel ami) is for the place before the noun; "plain" leaves it out.
    """
    forms = cell.split()
    if len(forms) == 1:
        forms.append(forms[0] if forms[0].endswith("e") else forms[0] + "e")
    if len(forms) == 2:
        forms.append(forms[0] if forms[0][-1] in "sx" else forms[0] + "s")
        forms.append(forms[1] + "s")
    return {"": _by_gender(forms), "plain": _by_gender([form.split("|")[0] for form in forms])}


def _inflected(forms: str) -> dict[str, str]:
    return {agreement: forms.split()[PERSONS.index(agreement[1:])] for agreement in AGREEMENTS}


def _coordinate(first: str, second: str) -> str:
    """The masculine wins, the plural always, the first person before the second before the third."""
    return ("f" if first[0] == second[0] == "f" else "m") + min(first[1], second[1]) + "p"


# -------------------------------------------------------------------------------------- templates


def _verb_groups(variant: str, pronoun: str, agrees: str) -> Iterator[tuple[str, str]]:
    """Verb groups: ``pronoun`` stands before the verb, with ``agrees`` the participle agrees.

    That is an object before the verb (avoir) or the subject (être).
    """
    present, past, infinitive = f"{pronoun} {{v.present/s}}", f"{pronoun} {{v.past/s}}", f"{pronoun} {{v.infinitive}}"
    simple, participle = f"{pronoun} {{v.future/s}}", f"{{v.participle/{agrees}}}"
    negated_present = f"ne|n'~k {present} pas=k"
    # What aller would give another meaning (aller chercher: to fetch) has the simple future.
    groups = {
        "group present": present,
        "negated present": negated_present,
        "group past": f"{past} {participle}",
        "negated past": f"ne|n'~k {past} pas=k {participle}",
        "group future": f"ALLER/s=f {infinitive} ?futur {simple}~f",
        "negated future": f"ne|n'~k ALLER/s=f pas=k {infinitive} ?futur ne|n'~k {simple}~f pas=k",
        "asked present": present,
        "asked past": f"{past} {participle}",
        "asked future": f"{infinitive} ?futur {simple}",
        "infinitive": infinitive,
        "group progressive": present,
        "negated progressive": negated_present,
        "habit": f"{present} {{h}}",
        "never": f"ne|n'~k {present} jamais=k",
    }
    for name, template in groups.items():
        yield name + variant, template


def _questions() -> Iterator[tuple[str, str]]:
    """Questions with est-ce que, which keeps the order of the statement."""
    for asked, rest in (("", ""), (" with object", " {o}"), (" with place", " {w}"), (" with destination", " à=t {o}")):
        statement = f"est-ce~q que|qu'~q {{s}} {{g}}{rest}"
        yield f"question present{asked}", statement
        yield f"question past{asked}", statement
        going_to = f"est-ce~q que|qu'~q {{s}} ALLER/s=f {{g}}{rest}"
        yield f"question future{asked}", f"{going_to} ?futur {statement.replace('{g}', '{g}~f')}"


TEMPLATES = read_templates("""
# Noun phrases.
noun                                           | {d/n} {n}
noun and adjective, before                     | {d/n} {a/n} {n}
noun and adjective, after                      | {d/n} {n} {a/n}
noun and two adjectives                        | {d/n} {a/n} {n} {b/n}
coordination                                   | {a} et=k {b}
owner and owned                                | LE/n~g {n} de|d'=g {p}
in                                             | dans=w {o}
at                                             | à=w {o}
near                                           | près=w de|d'~w {o}
behind                                         | derrière=w {o}
in front of                                    | devant=w {o}
company                                        | avec=w {o}

# Relative clauses.
who                                            | qui=r
which                                          | qui=r
noun and relative clause                       | {d/n} {n} {r}
noun and adjective and relative clause, before | {d/n} {a/n} {n} {r}
noun and adjective and relative clause, after  | {d/n} {n} {a/n} {r}
noun with relative clause is                   | {d/n} {n} {r} {b}
relative clause about the object               | que|qu'=r {s} {g}
relative clause with place                     | que|qu'=r {s} {g} {w}

# Predicates.
acting with object                             | {g} {o}
acting with object and place                   | {g} {o} {w}
acting with place                              | {g} {w}
acting with company                            | {g} {w}
acting with purpose                            | {g} {x}
acting with destination                        | {g} à=t {o}
acting with destination and purpose            | {g} à=t {o} {x}
acting with destination and company            | {g} à=t {o} {w}
acting with addressee                          | {g} à=t {o}
acting with object and receiver                | {g} {o} à=t {i}
acting with receiver and object                | {g} {o} à~{i} {i}
infinitive with object                         | {g} {o}
infinitive with place                          | {g} {w}
purpose                                        | pour=t {g}
wanting                                        | {g} {x}
can                                            | POUVOIR/s=m {x}
cannot                                         | ne|n'~k POUVOIR/s=m pas=k {x}
must                                           | DEVOIR/s=m {x}
must not                                       | ne|n'~k DEVOIR/s=m pas=k {x}

# To be.
is                                             | ÊTRE/s=b {x}
is not                                         | ne|n'~k ÊTRE/s=b pas=k {x}
was                                            | ÉTAIT/s=b {x}
was not                                        | ne|n'~k ÉTAIT/s=b pas=k {x}
will be                                        | ALLER/s=f être=b {x}
will not be                                    | ne|n'~k ALLER/s=f pas=k être=b {x}
quality                                        | {v.plain/s}
very                                           | très=y {v.plain/s}
more                                           | plus~{v} {v.plain/s} que|qu'=t {o}
there is                                       | il~b y~b a=b {d/n} {n} {w}

# Clauses.
clause with time                               | {s} {p} {t}
clause with verb and object                    | {s} {g} {o}
clause with verb and place                     | {s} {g} {w}
report                                         | {s} {g} que|qu'=k {x}

# Sentences.
statement                                      | {x} .=e
statement after its time                       | {t} ,=k {s} {p} .=e
and                                            | {a} et=k {b} .=e
but                                            | {a} mais=k {b} .=e
so                                             | {a} ,=l donc=k {b} .=e
because                                        | {a} parce=k que|qu'~k {b} .=e
when                                           | {a} quand=k {b} .=e
when first                                     | quand=k {a} ,=l {b} .=e
while                                          | {a} pendant=k que|qu'~k {b} .=e
if                                             | si=k {a} ,=l {b} .=e

# Questions.
question                                       | {x} ?=e
why                                            | pourquoi=w {x}
question whether it is                         | est-ce~q que|qu'~q {s} ÊTRE/s=b {x}
""")

FRENCH = Language(
    code="fr",
    name="French",
    default="m3s",
    coordinate=_coordinate,
    morphology=Morphology(
        noun=_noun,
        verb=_verb,
        determiner=_determiner,
        adjective=_adjective,
        word=lambda cell: {"": _always(cell)},
        verb_agreement=_verb_agreement,
    ),
    templates={
        **dict(_verb_groups("", "{c}", agrees="c")),
        **dict(_verb_groups(", without pronoun", "", agrees="s")),
        **dict(_verb_groups(", without pronoun, reflexive", "SE/s~{v}", agrees="s")),
        **TEMPLATES,
        **dict(_questions()),
    },
    inflected={
        "ÊTRE": _inflected("suis est sommes êtes sont"),
        "ÉTAIT": _inflected("étais était étions étiez étaient"),
        "ALLER": _inflected("vais va allons allez vont"),
        "POUVOIR": _inflected("peux peut pouvons pouvez peuvent"),
        "DEVOIR": _inflected("dois doit devons devez doivent"),
        "SE": _inflected("me|m' se|s' nous vous se|s'"),
        "LE": {a: "les" if a.endswith("p") else "la|l'" if a[0] == "f" else "le|l'" for a in AGREEMENTS},
    },
    # No word of the lexicon has an aspirated h, so that every h is mute.
    starts_with_vowel=lambda word: word[:1] in set("aàâeéèêiîoôuûyhœ"),
    contractions={
        ("de", "le"): ("du",),
        ("de", "les"): ("des",),
        ("à", "le"): ("au",),
        ("à", "les"): ("aux",),
        ("si", "il"): ("s'", "il"),
        ("si", "ils"): ("s'", "ils"),
    },
)


# ------------------------------------------------------------------------------- one gender alone


@cache  # the grammar is kept by its languages
def of_one_gender(gender: Literal["m", "f"]) -> Language:
    """Return a French that writes every word in the form of one gender, whatever it agrees with. Chapter 7.

    Articles, demonstratives, possessives, adjectives and participles change; nouns, names and pronouns are what
    they are: "le fille est fatigué, elle dort". Words still contract and elide, by the new forms: *du fille*, *de
    la garçon*, *le vieil école*. All else is :data:`FRENCH`, so that the same meanings are drawn.
    """
    morphology = FRENCH.morphology
    return replace(
        FRENCH,
        morphology=replace(
            morphology,
            verb=_with_forms_of(gender, morphology.verb),
            determiner=_with_forms_of(gender, morphology.determiner),
            adjective=_with_forms_of(gender, morphology.adjective),
        ),
        inflected={word: _cells_of(gender, cells) for word, cells in FRENCH.inflected.items()},
    )


def _with_forms_of(gender: str, inflect: Callable[[str], Forms]) -> Callable[[str], Forms]:
    return lambda cell: {name: _cells_of(gender, cells) for name, cells in inflect(cell).items()}


def _cells_of(gender: str, cells: Mapping[str, T]) -> dict[str, T]:
    """Return the cells by agreement, each that of ``gender`` with the same person and number."""
    return {agreement: cells[gender + agreement[1:]] for agreement in cells}
