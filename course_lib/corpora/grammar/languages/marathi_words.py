"""Marathi nouns, pronouns, determiners and adjectives: how a cell of the lexicon becomes forms. Chapter 1.

Agreement is gender, person, number, and "thing" for what is no living being: "n3p", "n3p,thing".
What agrees with nothing is "n3s".

A case is a form with the name of its suffix: "ला" of मुलगी is मुलीला. Determiners and adjectives
are oblique in every case. The form "genitive" agrees with what is owned: मुलीचा, मुलीची, मुलीच्या.
"""

from collections.abc import Callable, Mapping

from course_lib.corpora.grammar.language import Forms, FormWords, words

PERSONS = ("m1s", "m3s", "f3s", "n3s", "m1p", "m2p", "m3p", "f3p", "n3p")
AGREEMENTS = (*PERSONS, *(f"{person},thing" for person in PERSONS if person[1] == "3"))
GENDERS = ("m3s", "f3s", "n3s", "m3p", "f3p", "n3p")
SUFFIXES = ("ने", "ला", "कडे", "वर", "ची", "शी", "सोबत", "जवळ", "मागे", "समोर", "पेक्षा")
CASES = (*SUFFIXES, "locative", "genitive")
ANIMATE = ("person", "animal")
OBJECT_CASES = ("ला", "कडे", "वर", "ची", "शी")

ENDINGS = dict(zip(GENDERS, "ा ी े े ्या ी".split(), strict=True))
"""काळा काळी काळे, काळे काळ्या काळी; every oblique form has the ending of the feminine plural."""
OBLIQUE = ENDINGS["f3p"]
IRREGULAR = {
    "हा": "हा ही हे हे ह्या ही या",
    "तो": "तो ती ते ते त्या ती त्या",
    "असा": "असा अशी असे असे अशा अशी अशा",
    "एक": "एक एक एक एक एक एक एका",
    "कोणताही": "कोणताही कोणतीही कोणतेही कोणतेही कोणत्याही कोणतीही कोणत्याही",
}
"""By gender in the singular, in the plural, then the oblique form."""


def by_agreement(make: Callable[[str], str]) -> dict[str, FormWords]:
    """Words by agreement, from a function of gender, person, number."""
    return {agreement: words(make(agreement[:3])) for agreement in AGREEMENTS}


def always(form: str) -> dict[str, FormWords]:
    return by_agreement(lambda _: form)


def gender_of(agreement: str) -> str:
    """Gender and number alone: who speaks is masculine here."""
    return f"{agreement[0]}3{agreement[2]}"


# ------------------------------------------------------------------------------ nouns, pronouns

PRONOUNS = {"मी": "मी मला माझ्या", "आम्ही": "आम्ही आम्हाला आमच्या", "तुम्ही": "तुम्ही तुम्हाला तुमच्या"}
"""Ergative, dative, the stem of the other cases."""
THIRD = ("तो त्या", "ती ति", "ते त्यां")
RELATIVE = dict(zip(GENDERS, ("जो ज्या", "जी जि", "जे ज्या", "जे ज्यां", "ज्या ज्यां", "जी ज्यां"), strict=True))
"""The pronouns of the third person: their stem takes ने and ला, with च्या also the other cases."""


def marathi_word(cell: str) -> Forms:
    """A noun with its oblique stem and, where it is not त, what says "in": "मुलगी मुली", "स्थानक स्थानका वर".

    A name or an adverb is its own stem; a pronoun stands alone; no word at all stands for nothing.
    """
    if not cell:
        return {case: always("") for case in ("", *CASES)}
    direct, stem, locative = [*cell.split(), "", ""][:3]
    forms: dict[str, Mapping[str, FormWords]] = {
        case: always(form) for case, form in in_cases(direct, stem or direct, locative or "त").items()
    }
    owner = (stem or direct) + "च"
    forms["genitive"] = by_agreement(lambda agreement: owner + ENDINGS[gender_of(agreement)])
    return forms | {f"genitive.{case}": always(owner + OBLIQUE) for case in CASES}


def in_cases(direct: str, stem: str, locative: str = "त") -> dict[str, str]:
    """The word in each case; a stem in the plural ends in a nasal and takes नी and ना."""
    plural = stem.endswith("ं")
    given = {"": direct, "ने": stem + ("नी" if plural else "ने"), "ला": stem + ("ना" if plural else "ला")}
    given["locative"] = stem + locative
    pronoun = direct in PRONOUNS or f"{direct} {stem}" in (*THIRD, *RELATIVE.values())
    if direct in PRONOUNS:
        given["ने"], given["ला"], stem = PRONOUNS[direct].split()
    elif pronoun:
        stem += "च" + OBLIQUE
    if pronoun:
        given["ची"] = stem.removesuffix(OBLIQUE) + "ी"
    return {case: stem + case for case in SUFFIXES} | given


def marathi_noun(cell: str, kind: str) -> list[tuple[str, str]]:
    """ "f मुलगी मुली मुली मुलीं" -> ("मुलगी मुली", "f3s"), ("मुली मुलीं", "f3p"): direct form and oblique stem.

    A noun without a plural is a word of its own, with what says "in".
    """
    gender, *found = cell.split()
    thing = "" if kind in ANIMATE else ",thing"
    numbers = (found[:2], found[2:]) if len(found) == 4 else (found,)
    return [(" ".join(forms), f"{gender}3{number}{thing}") for forms, number in zip(numbers, "sp", strict=False)]


# ------------------------------------------------------------------- determiners and adjectives


def _declined(word: str, agreement: str, oblique: bool) -> str:
    if word in IRREGULAR:
        return IRREGULAR[word].split()[6 if oblique else GENDERS.index(gender_of(agreement))]
    if not word.endswith("ा"):
        return word
    ending = OBLIQUE if oblique else ENDINGS[gender_of(agreement)]
    stem = word[:-1]
    return (stem[:-1] + "ऱ" if stem[-1] == "र" and ending == OBLIQUE else stem) + ending


def _declension(written: Callable[[str, bool], str], name: str = "") -> Forms:
    """The direct form, and the oblique one in every case, from a function of agreement and "is oblique"."""
    oblique = by_agreement(lambda agreement: written(agreement, True))
    cases = {f"{name}.{case}" if name else case: oblique for case in CASES}
    return {name: by_agreement(lambda agreement: written(agreement, False)), **cases}


def marathi_adjective(cell: str) -> Forms:
    """ "मोठा" changes, "लाल" does not."""
    return _declension(lambda agreement, oblique: _declined(cell, agreement, oblique))


def marathi_determiner(cell: str) -> Forms:
    """ "माझा", or "एक काही असा+": singular, plural, then after a relative clause (+: and the others after that).

    "-" is no word; what it means is then said, possibly, by the noun: the form "silent" before it.
    """
    singular, plural, relative = (cell.split() * 3)[:3]

    def written(agreement: str, oblique: bool, related: bool = False) -> str:
        found = [plural if agreement[2] == "p" else singular]
        if related:
            found = [f"~{relative[:-1]}", *found] if relative.endswith("+") else [relative]
        return " ".join(
            "~" * word.startswith("~") + _declined(word.lstrip("~"), agreement, oblique)
            for word in found
            if word != "-"
        )

    return {
        **_declension(written),
        **_declension(lambda agreement, oblique: written(agreement, oblique, related=True), "relative"),
        "silent": by_agreement(lambda agreement: "" if written(agreement, False) else "~"),
    }
