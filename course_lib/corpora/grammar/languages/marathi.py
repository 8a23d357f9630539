"""Marathi: its verbs, from a cell of the lexicon, and what the engine must know of it. Chapter 1."""

import re
from collections.abc import Callable, Mapping, Sequence

from course_lib.corpora.grammar.language import Forms, FormWords, Language, Morphology
from course_lib.corpora.grammar.languages.marathi_rules import TEMPLATES
from course_lib.corpora.grammar.languages.marathi_words import (
    AGREEMENTS,
    ANIMATE,
    ENDINGS,
    OBJECT_CASES,
    OBLIQUE,
    PERSONS,
    RELATIVE,
    SUFFIXES,
    by_agreement,
    gender_of,
    in_cases,
    marathi_adjective,
    marathi_determiner,
    marathi_noun,
    marathi_word,
)


def _to(stem: str) -> str:
    """The stem before -यला and -यचा: कर, खा, घे, धु, लिहि -> करा, खा, घ्या, धुवा, लिहा."""
    if stem.endswith("े"):
        return stem[:-1] + OBLIQUE
    if stem.endswith("ु"):
        return stem + "वा"
    return stem.removesuffix("ि").removesuffix("ा") + "ा"


def _future(stem: str) -> dict[str, str]:
    """करेन करेल करू कराल करतील, खाईन खाईल खाऊ खाल खातील; पाह and लिहि have पाहीन, लिहीन."""
    before, vowels = stem.removesuffix("ि"), ("े", "ू")
    if stem.endswith(("ह", "ि")):
        vowels = ("ी", "ू")
    elif stem.endswith(("ा", "े", "ु")):
        vowels = ("ई", "ऊ")
    he, we = (before + vowel for vowel in vowels)
    forms = (f"{he}न", *[f"{he}ल"] * 3, we, f"{_to(stem)}ल", *[f"{stem}तील"] * 3)
    return dict(zip(PERSONS, forms, strict=True))


HAVA = {gender: f"हव{ending}{'त' * (gender[2] == 'p')}" for gender, ending in ENDINGS.items()}  # what must be done
LONG = {"ि": "ी", "ु": "ू"}  # लिहितो, but लिहीत


def _by_person(forms: str) -> dict[str, str]:
    return dict(zip(PERSONS, forms.split(), strict=True))


AHE = _by_person("आहे आहे आहे आहे आहोत आहात आहेत आहेत आहेत")
HOTA = _by_person("होतो होता होती होते होतो होता होते होत्या होती")
NAHI = _by_person("नाही नाही नाही नाही नाही नाही नाहीत नाहीत नाहीत")
PAST = _by_person("ो ा ी े ो ात े ्या ी")
"""To be in the present, in the past, negated; endings of the past."""


def _present(stem: str) -> dict[str, str]:
    endings = _by_person("तो तो ते ते तो ता तात तात तात")
    return {agreement: stem + ending for agreement, ending in endings.items()}


ASTO, NASTO = _present("अस"), _present("नस")
ASEL, NASEL = _future("अस"), _future("नस")
"""To be as a rule, and in the future; each also negated."""


def _options(cell: str) -> tuple[list[str], list[str], list[str]]:
    """ "प्रेम करणे केला वर imperfect" -> ["प्रेम"], ["करणे", "केला"] and what follows."""
    found = cell.split()
    verb = next(place for place, word in enumerate(found) if word.endswith("णे"))
    return found[:verb], found[verb : verb + 2], found[verb + 2 :]


def verb_agreement(cell: str, kind: str, kinds: Sequence[str]) -> str:
    """What a verb with such an object demands: the case of the object where it is not direct, and its kind.

    ``ergative``   in the past its subject takes ने and the verb agrees with a direct object
    ``subject``    in the past, too, it agrees with its subject: ती विसरली
    ``imperfect``  what lasts: ती ओळखत होती
    ``dative``     its subject takes ला and the verb agrees with what is found: तिला चावी सापडली
    ``having``     its subject takes कडे and the verb agrees with what is had: तिच्याकडे चावी आहे
    ``wish``       it is said by a form of the verb in the infinitive: तिला चावी शोधायची आहे

    Persons and animals are no direct object, unless the cell says ``direct``. Where some objects of a
    verb are, ``them`` is taken for persons, too.
    """
    _, _, rest = _options(cell)
    built = next((word for word in rest if word in ("subject", "imperfect", "dative", "having", "wish")), "ergative")
    case = next((word for word in rest if word in OBJECT_CASES), "")
    if case or built in ("dative", "having") or "direct" in rest:
        return f"{built},{case}"
    return f"{built},{'ला' if kind in ANIMATE else 'them' if set(ANIMATE) & set(kinds) else ''}"


def marathi_verb(cell: str) -> Forms:
    """Infinitive and past, "मदत करणे केला", then the gender of a noun before it, then :func:`verb_agreement`.

    The verb agrees with that noun wherever another one agrees with its object: त्याने मदत केली.
    """
    before, (infinitive, past), rest = _options(cell)
    noun = next((f"{word}3s" for word in rest if word in ("m", "f", "n")), "")
    light = "~" if before else ""  # of मदत केली the noun says what is done
    stem = infinitive.removesuffix("णे")
    future, to = _future(stem), _to(stem)
    imperfective = re.sub("[िु]$", lambda vowel: LONG[vowel[0]], stem) + "त"
    present = usual = _present(stem)
    conditional = {agreement: f"{imperfective} ~{auxiliary}" for agreement, auxiliary in ASEL.items()}
    if infinitive == "असणे":
        imperfective, present, conditional = "", AHE, ASEL

    def form(make: Callable[[str], str]) -> dict[str, FormWords]:
        written = {agreement: make(agreement) for agreement in PERSONS}
        return by_agreement(lambda a: " ".join([*before, light + written[a]] if written[a] else before))

    def with_object(make: Callable[[str], str]) -> dict[str, FormWords]:
        return form(lambda agreement: make(noun or agreement))

    def wish(auxiliary: Mapping[str, str]) -> dict[str, FormWords]:
        return with_object(lambda agreement: f"{to}यच{ENDINGS[gender_of(agreement)]} ~{auxiliary[agreement]}")

    return {
        "present": form(lambda agreement: present[agreement]),
        "present.usual": form(lambda agreement: usual[agreement]),
        "present.if": form(lambda agreement: conditional[agreement]),
        "imperfective": form(lambda _: imperfective),
        "past": with_object(lambda agreement: past[:-1] + PAST[agreement]),
        "past_negated": with_object(lambda agreement: past[:-1] + PAST[agreement].removesuffix("त")),
        "future": form(lambda agreement: future[agreement]),
        "prospective": form(lambda _: f"{stem}णार"),
        "infinitive": form(lambda _: f"{to}यला"),
        "infinitive.able": form(lambda _: future["m1p"]),
        "infinitive.must": with_object(lambda agreement: f"{to}यला ~{HAVA[gender_of(agreement)]}"),
        "infinitive.must_not": form(lambda _: f"{stem}ता"),
        "infinitive.wish": wish(AHE),
        "infinitive.wish.usual": wish(ASTO),
        "infinitive.wish.if": wish(ASEL),
        "infinitive.wish_past": wish(HOTA),
        "infinitive.wish_negated": wish(NAHI),
        "infinitive.wish_negated.usual": wish(NASTO),
        "infinitive.wish_negated.if": wish(NASEL),
    }


# ------------------------------------------------------------------------------------- language


def _inflected(forms: Mapping[str, str]) -> dict[str, str]:
    return {agreement: forms[agreement[:3]] for agreement in AGREEMENTS}


def _relative(case: str) -> dict[str, str]:
    """The relative pronoun in one case."""
    return {agreement: in_cases(*RELATIVE[gender_of(agreement)].split())[case] for agreement in AGREEMENTS}


def _coordinate(first: str, second: str) -> str:
    """Verbs agree with the nearer of two things; two of one gender keep it, a man and a woman are masculine."""
    if "thing" in second:
        return second
    return f"{first[0] if first[0] == second[0] else 'm'}3p"


MARATHI = Language(
    code="mr",
    name="Marathi",
    default="n3s",
    coordinate=_coordinate,
    morphology=Morphology(
        noun=marathi_noun,
        verb=marathi_verb,
        determiner=marathi_determiner,
        adjective=marathi_adjective,
        word=marathi_word,
        verb_agreement=verb_agreement,
    ),
    templates=TEMPLATES,
    inflected={
        "AHE": _inflected(AHE),
        "HOTA": _inflected(HOTA),
        "NAHI": _inflected(NAHI),
        "NASNE": _inflected(NAHI),
        "NAHIT": _inflected(NAHI | {"m2p": "नाहीत"}),
        "NAVHATA": _inflected({agreement: "नव्ह" + form.removeprefix("हो") for agreement, form in HOTA.items()}),
        "ASEL": _inflected(ASEL),
        # What is a condition; what is as a rule; what was when it was said, thought or known: Marathi then says "is".
        "AHE.if": _inflected(ASEL),
        "NAHI.if": _inflected(NASEL),
        "NASNE.if": _inflected(NASEL),
        "AHE.usual": _inflected(ASTO),
        "NASNE.usual": _inflected(NASTO),
        "HOTA.reported": _inflected(AHE),
        "NAVHATA.reported": _inflected(NAHI),
        "SHAKNE": _inflected(_present("शक")),
        "JO": _relative(""),
        **{f"JO.{case}": _relative(case) for case in (*SUFFIXES, "locative")},
    },
)
