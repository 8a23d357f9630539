"""English: its morphology, and how it writes each construction. Chapter 1.

Agreement is person and number ("3p"), for no English word has a gender that another one shows.
A cell of the lexicon lists the forms that cannot be guessed.
"""

from course_lib.corpora.grammar.language import Forms, FormWords, Language, Morphology, read_templates, words

AGREEMENTS = ("1s", "3s", "1p", "2p", "3p")


# ------------------------------------------------------------------------------------- morphology


def _always(form: str) -> dict[str, FormWords]:
    return dict.fromkeys(AGREEMENTS, words(form))


def _noun(cell: str, kind: str) -> list[tuple[str, str]]:
    """ "girl girls": singular and, where there is one, plural."""
    return [(form, f"3{number}") for form, number in zip(cell.split(), "sp", strict=False)]


def _verb(cell: str) -> Forms:
    """ "see sees saw seeing", then what always follows: "look looks looked looking ~at"."""
    base, third, past, progressive, *rest = cell.split()
    tail = " " + " ".join(rest)
    return {
        "base": _always(base + tail),
        "present": {a: words((third if a == "3s" else base) + tail) for a in AGREEMENTS},
        "past": _always(past + tail),
        "progressive": _always(progressive + tail),
    }


def _determiner(cell: str) -> Forms:
    """ "a|an some": singular and plural; one form where they are the same."""
    singular, plural = (cell.split() * 2)[:2]
    return {"": {a: words(plural if a.endswith("p") else singular) for a in AGREEMENTS}}


def _adjective(cell: str) -> Forms:
    """ "big bigger", or "tired" where the comparative is "more tired"."""
    plain, *comparative = cell.split()
    return {
        "": _always(plain),
        "plain": _always(plain),
        "comparative": _always(comparative[0] if comparative else f"~more {plain}"),
    }


def _by_agreement(forms: str) -> dict[str, str]:
    return dict(zip(AGREEMENTS, forms.split(), strict=True))


def _coordinate(first: str, second: str) -> str:
    """The first person before the second before the third, and always the plural."""
    return min(first[0], second[0]) + "p"


# -------------------------------------------------------------------------------------- templates

# {c} is the pronoun that French puts before the verb and English after it.
VERB_GROUPS = read_templates("""
group present       | {v.present/s} {c}
negated present     | DO/s~{v} not=k {v.base} {c}
group past          | {v.past} {c}
negated past        | did~{v} not=k {v.base} {c}
group future        | will=f {v.base} {c}
negated future      | will=f not=k {v.base} {c}
asked present       | {v.base} {c}
asked past          | {v.base} {c}
asked future        | {v.base} {c}
infinitive          | {v.base} {c}
group progressive   | BE/s=p~{v} {v.progressive} {c}
negated progressive | BE/s~{v} not=k {v.progressive} {c}
habit               | {h} {v.present/s} {c}
never               | never=k {v.present/s} {c}
""")

TEMPLATES = read_templates("""
# Noun phrases.
noun                                   | {d/n} {n}
noun and adjective                     | {d/n} {a/n} {n}
noun and two adjectives, opinion       | {d/n} {b/n} {a/n} {n}
noun and two adjectives, colour        | {d/n} {a/n} {b/n} {n}
coordination                           | {a} and=k {b}
owner and owned                        | {p} 's=g {n}
in                                     | in=w {o}
at                                     | at=w {o}
near                                   | near=w {o}
behind                                 | behind=w {o}
in front of                            | in~w front=w of~w {o}
company                                | with=w {o}

# Relative clauses.
who                                    | who=r
which                                  | that=r
noun and relative clause               | {d/n} {n} {r}
noun and adjective and relative clause | {d/n} {a/n} {n} {r}
noun with relative clause is           | {d/n} {n} {r} {b}
relative clause about the object       | that=r {s} {g}
relative clause with place             | that=r {s} {g} {w}

# Predicates.
acting with object                     | {g} {o}
acting with object and place           | {g} {o} {w}
acting with place                      | {g} {w}
acting with company                    | {g} {w}
acting with purpose                    | {g} {x}
acting with destination                | {g} to=t {o}
acting with destination and purpose    | {g} to=t {o} {x}
acting with destination and company    | {g} to=t {o} {w}
acting with addressee                  | {g} to=t {o}
acting with object and receiver        | {g} {o} to=t {i}
acting with receiver and object        | {g} {i} {o}
infinitive with object                 | {g} {o}
infinitive with place                  | {g} {w}
purpose                                | to=t {g}
wanting                                | {g} to~{x} {x}
can                                    | can=m {x}
cannot                                 | cannot=m=k {x}
must                                   | must=m {x}
must not                               | must=m not=k {x}

# To be.
is                                     | BE/s=b {x}
is not                                 | BE/s=b not=k {x}
was                                    | WAS/s=b {x}
was not                                | WAS/s=b not=k {x}
will be                                | will=f be=b {x}
will not be                            | will=f not=k be=b {x}
quality                                | {v/s}
very                                   | very=y {v/s}
more                                   | {v.comparative} than=t {o}
there is                               | there~b BE/n=b {d/n} {n} {w}

# Clauses.
clause with time                       | {s} {p} {t}
clause with verb and object            | {s} {g} {o}
clause with verb and place             | {s} {g} {w}
report                                 | {s} {g} that=k {x}

# Sentences.
statement                              | {x} .=e
statement after its time               | {t} ,=k {s} {p} .=e
and                                    | {a} and=k {b} .=e
but                                    | {a} but=k {b} .=e
so                                     | {a} ,=l so=k {b} .=e
because                                | {a} because=k {b} .=e
when                                   | {a} when=k {b} .=e
when first                             | when=k {a} ,=l {b} .=e
while                                  | {a} while=k {b} .=e
if                                     | if=k {a} ,=l {b} .=e

# Questions: an auxiliary before the subject, and the base form of the verb.
question                               | {x} ?=e
why                                    | why=w {x}
question present                       | DO/s~q {s} {g}
question present with object           | DO/s~q {s} {g} {o}
question present with place            | DO/s~q {s} {g} {w}
question present with destination      | DO/s~q {s} {g} to=t {o}
question past                          | did~q {s} {g}
question past with object              | did~q {s} {g} {o}
question past with place               | did~q {s} {g} {w}
question past with destination         | did~q {s} {g} to=t {o}
question future                        | will=f~q {s} {g}
question future with object            | will=f~q {s} {g} {o}
question future with place             | will=f~q {s} {g} {w}
question future with destination       | will=f~q {s} {g} to=t {o}
question whether it is                 | BE/s=b~q {s} {x}
""")

ENGLISH = Language(
    code="en",
    name="English",
    default="3s",
    coordinate=_coordinate,
    morphology=Morphology(
        noun=_noun,
        verb=_verb,
        determiner=_determiner,
        adjective=_adjective,
        word=lambda cell: {"": _always(cell)},
    ),
    templates={
        **VERB_GROUPS,
        **{f"{name}, without pronoun": template.replace(" {c}", "") for name, template in VERB_GROUPS.items()},
        **TEMPLATES,
    },
    inflected={
        "BE": _by_agreement("am is are are are"),
        "WAS": _by_agreement("was was were were were"),
        "DO": _by_agreement("do does do do do"),
        "HAVE": _by_agreement("have has have have have"),
    },
    starts_with_vowel=lambda word: word[:1] in set("aeiou"),
)
