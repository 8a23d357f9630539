"""The languages of the grammar; English and French morphology: how a cell of the lexicon becomes forms. Chapter 1.

Agreement is written gender, person, number: French "f3p" is feminine, third person, plural;
English needs no gender: "3p". A cell of the lexicon lists the forms that cannot be guessed.
"""

from collections.abc import Callable, Mapping

from course_lib.corpora.grammar.languages.mandarin import (
    CHINESE,
    chinese_adjective,
    chinese_determiner,
    chinese_verb,
    chinese_word,
)
from course_lib.corpora.grammar.languages.marathi import MARATHI, marathi_verb
from course_lib.corpora.grammar.languages.marathi_words import marathi_adjective, marathi_determiner, marathi_word
from course_lib.corpora.grammar.rules import Forms, Language, Words, words

ENGLISH = ("1s", "3s", "1p", "2p", "3p")
FRENCH = tuple(gender + rest for gender in "mf" for rest in ENGLISH)


def _always(form: str, agreements: tuple[str, ...]) -> dict[str, Words]:
    return dict.fromkeys(agreements, words(form))


def _by_person(forms: list[str]) -> dict[str, Words]:
    """French: five forms for je, il, nous, vous, ils."""
    return {agreement: words(forms[ENGLISH.index(agreement[1:])]) for agreement in FRENCH}


def _by_gender(forms: list[str]) -> dict[str, Words]:
    """French: four forms for masculine and feminine singular, masculine and feminine plural."""
    return {a: words(forms[2 * (a[2] == "p") + (a[0] == "f")]) for a in FRENCH}


# ---------------------------------------------------------------------------------------- English


def english_verb(cell: str) -> Forms:
    """ "see sees saw seeing", then what always follows: "look looks looked looking ~at"."""
    base, third, past, progressive, *rest = cell.split()
    tail = " " + " ".join(rest)
    return {
        "base": _always(base + tail, ENGLISH),
        "present": {a: words((third if a == "3s" else base) + tail) for a in ENGLISH},
        "past": _always(past + tail, ENGLISH),
        "progressive": _always(progressive + tail, ENGLISH),
    }


def english_determiner(cell: str) -> Forms:
    """ "a|an some": singular and plural; one form where they are the same."""
    singular, plural = (cell.split() * 2)[:2]
    return {"": {a: words(plural if a.endswith("p") else singular) for a in ENGLISH}}


def english_adjective(cell: str) -> Forms:
    """ "big bigger", or "tired" where the comparative is "more tired"."""
    plain, *comparative = cell.split()
    return {
        "": _always(plain, ENGLISH),
        "plain": _always(plain, ENGLISH),
        "comparative": _always(comparative[0] if comparative else f"~more {plain}", ENGLISH),
    }


# ----------------------------------------------------------------------------------------- French

_AVOIR = "ai a avons avez ont".split()
_ETRE = "suis est sommes êtes sont".split()


def _participle(masculine: str) -> list[str]:
    plural = masculine if masculine.endswith("s") else masculine + "s"
    return [masculine, masculine + "e", plural, masculine + "es"]


def french_verb(cell: str) -> Forms:
    """The infinitive; five present forms where it is not regular in -er; then the past.

    The past is a participle ("vu": j'ai vu; nothing for the regular one), "est parti" for a verb
    with être, or the stem of the imparfait for a state ("connaiss-": je connaissais). "futur": a
    verb that has the simple future, for *aller chercher* is to fetch.
    """
    infinitive, *rest = cell.removesuffix(" futur").split()
    stem = infinitive[:-2]
    present = [stem + ending for ending in "e e ons ez ent".split()]
    if len(rest) >= 5:
        present, rest = rest[:5], rest[5:]
    past, participle = _AVOIR, _participle(rest[-1] if rest else stem + "é")
    if rest and rest[0] == "est":
        past = _ETRE
    elif rest and rest[0].endswith("-"):
        past, participle = [rest[0][:-1] + ending for ending in "ais ait ions iez aient".split()], [""] * 4
    mark = "~" if participle[0] else ""
    return {
        "infinitive": _always(infinitive, FRENCH),
        "future": _by_person([infinitive + ending for ending in "ai a ons ez ont".split()]),
        "present": _by_person(present),
        "past": _by_person([mark + form for form in past]),
        "participle": _by_gender(participle),
    }


def french_determiner(cell: str) -> Forms:
    """ "le|l' la|l' les": masculine, feminine, plural."""
    masculine, feminine, plural = cell.split()
    return {"": _by_gender([masculine, feminine, plural, plural])}


def french_adjective(cell: str) -> Forms:
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


def _french_inflected(forms: str) -> dict[str, str]:
    return {agreement: forms.split()[ENGLISH.index(agreement[1:])] for agreement in FRENCH}


def _coordinate_french(first: str, second: str) -> str:
    """The masculine wins, the plural always, the first person before the second before the third."""
    return ("f" if first[0] == second[0] == "f" else "m") + min(first[1], second[1]) + "p"


LANGUAGES: Mapping[str, Language] = {
    "en": Language(
        code="en",
        name="English",
        default="3s",
        coordinate=lambda first, second: min(first[0], second[0]) + "p",
        inflected={
            "BE": dict(zip(ENGLISH, "am is are are are".split(), strict=True)),
            "WAS": dict(zip(ENGLISH, "was was were were were".split(), strict=True)),
            "DO": dict(zip(ENGLISH, "do does do do do".split(), strict=True)),
            "HAVE": dict(zip(ENGLISH, "have has have have have".split(), strict=True)),
        },
        starts_with_vowel=lambda word: word[:1] in set("aeiou"),
        contractions={},
    ),
    "fr": Language(
        code="fr",
        name="French",
        default="m3s",
        coordinate=_coordinate_french,
        inflected={
            "ÊTRE": _french_inflected("suis est sommes êtes sont"),
            "ÉTAIT": _french_inflected("étais était étions étiez étaient"),
            "ALLER": _french_inflected("vais va allons allez vont"),
            "POUVOIR": _french_inflected("peux peut pouvons pouvez peuvent"),
            "DEVOIR": _french_inflected("dois doit devons devez doivent"),
            "SE": _french_inflected("me|m' se|s' nous vous se|s'"),
            "LE": {a: "les" if a.endswith("p") else "la|l'" if a[0] == "f" else "le|l'" for a in FRENCH},
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
    ),
    "zh": CHINESE,
    "mr": MARATHI,
}

Paradigm = Callable[[str], Forms]
PARADIGMS: Mapping[str, Mapping[str, Paradigm]] = {
    "verb": {"en": english_verb, "fr": french_verb, "zh": chinese_verb, "mr": marathi_verb},
    "determiner": {
        "en": english_determiner,
        "fr": french_determiner,
        "zh": chinese_determiner,
        "mr": marathi_determiner,
    },
    "adjective": {"en": english_adjective, "fr": french_adjective, "zh": chinese_adjective, "mr": marathi_adjective},
    "word": {
        "en": lambda cell: {"": _always(cell, ENGLISH)},
        "fr": lambda cell: {"": _always(cell, FRENCH)},
        "zh": chinese_word,
        "mr": marathi_word,
    },
}
