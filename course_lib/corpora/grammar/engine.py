"""A synchronous grammar: one derivation, a sentence in each language, links from the derivation. Chapter 1.

The engine knows no language. A construction holds one template a language; its slots are
co-indexed, that is, filled by the same meaning on every side. A word that is written carries the
keys of what it expresses; two words of two languages are linked when they share a key, so that
reordering, clitics and one-to-many translations need no bookkeeping. Follows syntax-directed
transduction (Lewis & Stearns 1968) and its use in translation (Chiang 2006, An introduction to
synchronous grammars); departs in that agreement is looked up by name and not unified.
"""

import itertools
import random
from bisect import bisect
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from course_lib.corpora.grammar.derivations import Branch, Derivation, Slots
from course_lib.corpora.grammar.language import Language
from course_lib.corpora.grammar.rules import KEYS_A_NODE, CompiledRule, Lexeme, Rule, read_rule

_TRIES = 4  # enough to make a repeated word rare; a lexicon of one noun has nothing else to say

Option = Lexeme | CompiledRule
Weighted = list[tuple[float, Option]]


@dataclass(frozen=True, slots=True)
class Choice:
    """What may fill a category: ``options``, their weights added up, and whether they are ``several``."""

    options: Sequence[Option]
    cumulative: Sequence[float]
    total: float
    several: bool

    @classmethod
    def between(cls, weighted: Weighted) -> "Choice":
        """Return the choice between options that are drawn as often as their weights say."""
        cumulative = list(itertools.accumulate(weight for weight, _ in weighted))
        return cls([option for _, option in weighted], cumulative, cumulative[-1], len(weighted) > 1)

    def draw(self, uniform: Callable[[], float]) -> Option:
        """Draw an option with one number from ``uniform``, a source of numbers from 0 to 1."""
        return self.options[bisect(self.cumulative, uniform() * self.total)]


class SynchronousGrammar:
    """Draws derivations and writes them in any two of its languages.

    ``rules`` and ``lexicon`` (category -> meanings) fill the categories; a derivation starts at
    "sentence". Where a word refers to what ``taken_for`` says of another one (a pronoun, and whom
    it could be taken to mean), the sentence is drawn anew. ValueError for a slot whose category
    nothing fills, or a malformed template.
    """

    def __init__(
        self,
        languages: Sequence[Language],
        rules: Sequence[Rule],
        lexicon: Mapping[str, Sequence[Lexeme]],
        taken_for: Mapping[str, str] | None = None,
    ) -> None:
        self.languages = {language.code: language for language in languages}
        self._mistakable = _both_ways(taken_for or {})
        weighted: dict[str, Weighted] = {
            category: [(1.0, lexeme) for lexeme in lexemes] for category, lexemes in lexicon.items()
        }
        for rule in rules:
            weighted.setdefault(rule.category, []).append((rule.weight, read_rule(rule, self.languages)))
        missing = {category for rule in rules for category in rule.slots.values()} - weighted.keys()
        if missing:
            raise ValueError(f"No construction and no word fills the categories {sorted(missing)}.")
        self._choices = {category: Choice.between(_without_relays(weighted, category)) for category in weighted}

    def derivations(self, seed: int) -> Iterator["Derivation"]:
        """Yield derivations without end; the same seed gives the same ones."""
        uniform = random.Random(seed).random
        draft = _drafts(self._choices, self._mistakable, uniform)
        while True:
            rule = self._choices["sentence"].draw(uniform)
            if isinstance(rule, Lexeme):  # a sentence of one bare word would say nothing to align
                continue
            # What is drawn anew keeps its construction, so that each comes as often as its weight says.
            while (root := draft(rule)) is None:
                pass
            yield Derivation(self.languages, root)


def _drafts(
    choices: Mapping[str, Choice], mistakable: Mapping[str, set[str]], uniform: Callable[[], float]
) -> Callable[[CompiledRule], Branch | None]:
    """Return what draws a sentence of a construction: its derivation, or None for one that could be mistaken.

    It could where it speaks of two of whom one could be taken for the other: ``mistakable`` holds, for whom a
    word speaks of, whom that word could be taken to speak of instead. What a sentence says already, and of
    whom it must not speak as well, stands in variables around the two functions and not in an object, for
    no lines of the course are run more often, and these Python reads faster.
    """
    next_key = 0
    said: set[str] = set()
    spoken_of: set[str] = set()
    excluded: set[str] = set()

    def draft(rule: CompiledRule) -> Branch | None:
        nonlocal next_key
        next_key = 0
        for known in (said, spoken_of, excluded):
            known.clear()
        root = branch(rule)
        return root if spoken_of.isdisjoint(excluded) else None

    def branch(rule: CompiledRule) -> Branch:
        """Draw what fills the slots of a construction; a word that will not do is drawn anew."""
        nonlocal next_key
        key = next_key
        next_key = key + KEYS_A_NODE
        slots: Slots = {}
        for name, category in rule.slots:
            choice = choices[category]
            tries = _TRIES
            while True:
                # Choice.draw, written out.
                drawn = choice.options[bisect(choice.cumulative, uniform() * choice.total)]
                if isinstance(drawn, CompiledRule):
                    if not drawn.transparent:
                        slots[name] = branch(drawn)
                        break
                    choice = choices[drawn.slots[0][1]]
                    tries = _TRIES
                    continue
                tries -= 1
                meaning, refers = drawn.meaning, drawn.refers
                if tries and (meaning in said or refers in excluded):
                    continue
                if choice.several:  # the only word of its category may be said again
                    said.add(meaning)
                if refers in mistakable:
                    spoken_of.add(refers)
                    excluded.update(mistakable[refers])
                slots[name] = drawn, next_key
                next_key += KEYS_A_NODE
                break
        return rule, key, slots

    return draft


def _both_ways(taken_for: Mapping[str, str]) -> dict[str, set[str]]:
    """Return whom each could be taken for: where "he" could mean a man, a man excludes "he" as well."""
    found: dict[str, set[str]] = defaultdict(set)
    for one, others in taken_for.items():
        for other in others.split():
            found[one].add(other)
            found[other].add(one)
    return dict(found)


def _without_relays(weighted: Mapping[str, Weighted], category: str) -> Weighted:
    """Put what a relay ("{n}" in every language) leads to in its place: the same sentences, sooner."""
    found: Weighted = []
    for weight, option in weighted[category]:
        if isinstance(option, Lexeme) or not option.relays:
            found.append((weight, option))
            continue
        further = _without_relays(weighted, option.slots[0][1])
        total = sum(other for other, _ in further)
        found.extend((weight * other / total, reached) for other, reached in further)
    return found
