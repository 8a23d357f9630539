"""How constructions are written down: a name, what fills the slots, and how often. Chapter 1.

A construction belongs to no language. It has a name, by which every language has a template for it
(see languages/); its category; its slots ("slot: category; …"). Words in capitals in a category are
variables: TENSE or KIND stands for one value throughout, and the construction holds for every value.

A comma in a name begins a variant: the same slots, which some language writes in a way of its own
("noun, place"). Subjects stand in slot s, verbs in v, nouns in n, the pronoun that is the object of a
verb in c; a slot that a template names may also stand in a construction around it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from course_lib.corpora.grammar.language import Language
from course_lib.corpora.grammar.rules import Rule

VARIABLES = {
    "TENSE": ("present", "progressive", "past", "future"),
    "KIND": ("person", "animal", "text", "food", "thing", "machine", "opening", "clothes"),
    "THING": ("animal", "text", "food", "thing", "machine", "opening", "clothes"),
    "PLACE": ("site", "area"),
    "ALONE": ("alone", "motion", "fall", "reflexive", "rise"),
    "STAYING": ("alone", "motion", "reflexive"),
    "POLARITY": ("group", "negated"),
}
NEGATED = "negated"


@dataclass(frozen=True)
class Construction:
    """A construction, in no language yet; ``alike`` is the template of a language that has none for it."""

    name: str
    category: str
    slots: Mapping[str, str]
    weight: float
    head: str
    alike: str | None

    def written_in(self, languages: Sequence[Language]) -> Rule:
        """Return the rule with a template in each language; ValueError where one has none."""
        templates = {language.code: language.template(self.name, self.alike) for language in languages}
        return Rule(self.category, self.slots, templates, self.weight, self.head)


Constructions = Iterator[list[Construction]]


def construction(
    name: str, category: str, slots: str, weight: float = 1.0, head: str | None = None, alike: str | None = None
) -> list[Construction]:
    """Return the construction once for every value of its variables.

    The head is the slot n, v or g, unless it is given. A negated construction is four times as rare.
    """
    for variable, values in VARIABLES.items():
        if variable in f"{category} {slots}":
            return [
                found
                for value in values
                for found in construction(
                    name,
                    category.replace(variable, value),
                    slots.replace(variable, value),
                    weight / 4 if value == NEGATED else weight,
                    head,
                    alike,
                )
            ]
    filled = dict(part.strip().split(": ") for part in slots.split(";")) if slots else {}
    if head is None:
        head = next((slot for slot in ("n", "v", "g") if slot in filled), "")
    return [Construction(name, category, filled, weight, head, alike)]


def relay(category: str, slots: str, weight: float = 1.0, head: str | None = None) -> list[Construction]:
    """Return a construction that only hands on what its one slot holds, in every language."""
    slot, _, _ = slots.partition(":")
    return construction("relay", category, slots, weight, head, alike=f"{{{slot}}}")
