"""How constructions are written down, line by line, a line a language. Chapter 1.

A rule names its category, its slots ("slot: category; …"), one template a language and how often
it is taken. Words in capitals in a category are variables: TENSE or KIND stands for one value
throughout the rule, and the rule holds for every value. The notation of the templates is explained
in rules.py; those of Marathi are in marathi_rules.py. Subjects stand in slot s, verbs in v, nouns
in n, pronouns that French puts before the verb in c; a slot that a template names may also stand in
a construction around it.
"""

from collections.abc import Iterator

from course_lib.corpora.grammar.languages.marathi_rules import in_marathi
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


def rule(
    category: str, slots: str, en: str, fr: str, zh: str, weight: float = 1.0, head: str | None = None
) -> list[Rule]:
    """Return the rule once for every value of its variables.

    The head is the slot n, or v, unless it is given. A negated rule is four times as rare.
    """
    for name, values in VARIABLES.items():
        if name in f"{category} {slots}":
            return [
                found
                for value in values
                for found in rule(
                    category.replace(name, value),
                    slots.replace(name, value),
                    en,
                    fr,
                    zh,
                    weight / 4 if value == NEGATED else weight,
                    head,
                )
            ]
    filled = dict(part.strip().split(": ") for part in slots.split(";")) if slots else {}
    if head is None:
        head = next((name for name in ("n", "v", "g") if name in filled), "")
    templates = {"en": en, "fr": fr, "zh": zh, "mr": in_marathi(category, en, fr)}
    return [Rule(category, filled, templates, weight, head)]


def same(category: str, slots: str, template: str, weight: float = 1.0, head: str | None = None) -> list[Rule]:
    """Return a rule that every language writes alike."""
    return rule(category, slots, template, template, template, weight, head)


Rules = Iterator[list[Rule]]
