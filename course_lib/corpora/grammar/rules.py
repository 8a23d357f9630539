"""What a linguist writes of a synchronous grammar, and how its templates are read. Chapter 1.

A template is a row of pieces:

====================  ============================================================================
``{n}``               the meaning in slot n, of this construction or of the nearest around it
``{v.past/s}``        its form "past", in agreement with slot s
``the``  ``BE/s``     a word as it stands; a word in capitals is inflected, here in agreement with s
``not=k``  ``ne~k``   a word that expresses k: surely, or possibly; k is a name, or a slot as ``{v}``
``le|l'``             the form before a consonant and the one before a vowel
``{n}~k``             its last word expresses k too
``a || b``            a construction in two parts that others may part: ``{g.1} {w} {g.2}``
``a ?static b``       b instead of a where the agreement of the head holds "static"
====================  ============================================================================

A form or an agreement given to a construction holds for its words that have none of their own:
``{o.oblique}`` for the words of o. A form "past" in a construction of the form "bare" is the form
"past.bare" where a word has one. So are words in capitals: BE is "BE.bare" there, if there is one.
A word that is left out ("~" alone in the lexicon) leaves what it expresses to the next word.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from course_lib.corpora.grammar.language import Forms, Language

KEYS_A_NODE = 8
"""Each node of a derivation may express this many things, its own word among them."""


@dataclass(frozen=True)
class Lexeme:
    """A meaning with its forms and its own agreement in each language; the leaf of a derivation.

    ``refers`` says of whom it speaks, where a pronoun could be mistaken: see ``TAKEN_FOR`` in lexicon.py.
    """

    meaning: str
    forms: Mapping[str, Forms]
    agreement: Mapping[str, str]
    refers: str = ""


@dataclass(frozen=True)
class Rule:
    """A construction: ``slots`` name the categories that fill it, ``templates`` write it.

    ``head`` is the slot whose agreement the whole takes and whose keys a mark ``~{x}`` on the whole
    means; "a+b" stands for the two coordinated, "" for none.
    """

    category: str
    slots: Mapping[str, str]
    templates: Mapping[str, str]
    weight: float = 1.0
    head: str = ""


class Mark(NamedTuple):
    """What a piece expresses besides: the number of a name of the rule, or the slot whose head it is."""

    of: int | str
    surely: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a template: a word or, where ``slot`` is given, what fills a slot.

    It agrees with the slot ``control``, where there is one, and expresses ``marks`` besides. A word in
    capitals has ``forms``, by agreement. Of a slot a part is written, or the whole (part 0), in a form.
    One record for both, since Python reads the fields of one class faster than those of two.
    """

    control: str | None
    marks: tuple[Mark, ...]
    word: str = ""
    forms: Mapping[str, str] | None = None
    slot: str | None = None
    part: int = 0
    form: str = ""


Parts = tuple[tuple[Piece, ...], ...]
"""The pieces of a whole construction, then those of each of its parts."""


@dataclass(frozen=True, slots=True)
class Template:
    """A template, read; ``instead`` holds what stands for it where the agreement of the head holds a word."""

    usual: Parts
    instead: tuple[tuple[str, Parts], ...]


@dataclass(frozen=True, slots=True, eq=False)
class CompiledRule:
    """A rule whose templates are read.

    A relay only hands on what its one slot holds: "{n}" in every language. So does one that is
    ``transparent``: "{d/n}" with d for its head, where it is written in the agreement of n.
    """

    slots: tuple[tuple[str, str], ...]
    templates: Mapping[str, Template]
    head: tuple[str, ...]
    category: str
    relays: bool
    transparent: bool


def read_rule(rule: Rule, languages: Mapping[str, Language]) -> CompiledRule:
    """Read the templates of a rule; ValueError naming the piece that cannot be read."""
    names: dict[str, int] = {}
    templates = {
        code: _read_template(rule, languages[code], template, names) for code, template in rule.templates.items()
    }
    if len(names) >= KEYS_A_NODE:
        raise ValueError(f"{rule.category}: at most {KEYS_A_NODE - 1} shared names a rule, got {sorted(names)}.")
    head = tuple(rule.head.split("+")) if rule.head else ()
    relays = len(rule.slots) == 1 and set(rule.templates.values()) == {f"{{{next(iter(rule.slots))}}}"}
    transparent = len(rule.slots) == 1 and all(
        re.fullmatch(rf"\{{{rule.head}/\w+\}}", template) for template in rule.templates.values()
    )
    return CompiledRule(tuple(rule.slots.items()), templates, head, rule.category, relays, transparent)


def _read_template(rule: Rule, language: Language, text: str, names: dict[str, int]) -> Template:
    def read(alternative: str) -> Parts:
        parts = tuple(
            tuple(_read_piece(rule, language, piece, names) for piece in part.split())
            for part in alternative.split("||")
        )
        return sum(parts, ()), *parts

    usual, *others = re.split(r" \?(?=\w)", text)
    found = (other.split(maxsplit=1) for other in others)
    return Template(read(usual), tuple((when, read(other)) for when, other in found))


def _read_piece(rule: Rule, language: Language, text: str, names: dict[str, int]) -> Piece:
    slot_or_word = re.sub(r"(?:[=~](?:\w+|\{\w+\}))+$", "", text)
    signs = text[len(slot_or_word) :]
    marks = tuple(
        Mark(slot or names.setdefault(name, len(names) + 1), sign == "=")
        for sign, slot, name in re.findall(r"([=~])(?:\{(\w+)\}|(\w+))", signs)
    )
    if match := re.fullmatch(r"\{(\w+)(?:\.([^{}./]+))?(?:/(\w+))?\}", slot_or_word):
        slot, form, control = match.groups()
        if form and form.isdigit():
            return Piece(control, marks, slot=slot, part=int(form))
        return Piece(control, marks, slot=slot, form=form or "")
    match = re.fullmatch(r"([^/=~{}]+)(?:/(\w+))?", slot_or_word)
    if not match:
        raise ValueError(
            f"{rule.category}: cannot read {text!r} in the {language.name} template {rule.templates[language.code]!r}."
        )
    word, control = match.groups()
    forms = language.inflected[word] if control or word in language.inflected else None
    return Piece(control, marks, word, forms)
