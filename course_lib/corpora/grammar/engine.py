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

from course_lib.corpora.grammar.derivations import Branch, Derivation, Filler, Leaf
from course_lib.corpora.grammar.language import Language
from course_lib.corpora.grammar.rules import KEYS_A_NODE, CompiledRule, Lexeme, Rule, read_rule

_TRIES = range(4)  # enough to make a repeated word rare; a lexicon of one noun has nothing else to say

Option = Lexeme | CompiledRule
Weighted = list[tuple[float, Option]]


@dataclass(frozen=True, slots=True)
class Choice:
    """What may fill a category: ``options``, and their weights added up from the first on."""

    options: Sequence[Option]
    cumulative: Sequence[float]
    total: float

    @classmethod
    def between(cls, weighted: Weighted) -> "Choice":
        """Return the choice between options that are drawn as often as their weights say."""
        cumulative = list(itertools.accumulate(weight for weight, _ in weighted))
        return cls([option for _, option in weighted], cumulative, cumulative[-1])

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
        while True:
            rule = self._choices["sentence"].draw(uniform)
            if isinstance(rule, Lexeme):  # a sentence of one bare word would say nothing to align
                continue
            # What is drawn anew keeps its construction, so that each comes as often as its weight says.
            while True:
                draft = _Draft(self._choices, self._mistakable, uniform)
                root = draft.branch(rule)
                if not draft.could_be_mistaken():
                    break
            yield Derivation(self.languages, root)


class _Draft:
    """A sentence while it is drawn: what it says already, and of whom it must not speak as well.

    ``mistakable`` holds, for whom a word speaks of, whom that word could be taken to speak of instead.
    """

    def __init__(
        self, choices: Mapping[str, Choice], mistakable: Mapping[str, set[str]], uniform: Callable[[], float]
    ) -> None:
        self._choices, self._mistakable, self._uniform = choices, mistakable, uniform
        self._next_key = 0
        self._said: set[str] = set()
        self._spoken_of: set[str] = set()
        self._excluded: set[str] = set()

    def could_be_mistaken(self) -> bool:
        """Say whether the sentence speaks of two of whom one could be taken for the other."""
        return not self._spoken_of.isdisjoint(self._excluded)

    def branch(self, rule: CompiledRule) -> Branch:
        """Draw what fills the slots of a construction."""
        key = self._next_key
        self._next_key = key + KEYS_A_NODE
        slots: dict[str, Filler] = {}
        for name, category in rule.slots:
            slots[name] = self._fill(category)
        return Branch(rule, key, slots)

    def _fill(self, category: str) -> Filler:
        """Draw what fills a category; a word that will not do is drawn anew."""
        choice = self._choices[category]
        for _ in _TRIES:
            # Choice.draw, written out: no line of the course is run more often.
            drawn = choice.options[bisect(choice.cumulative, self._uniform() * choice.total)]
            if isinstance(drawn, CompiledRule):
                return self._fill(drawn.slots[0][1]) if drawn.transparent else self.branch(drawn)
            lexeme = drawn
            if lexeme.meaning not in self._said and lexeme.refers not in self._excluded:
                break
        if len(choice.options) > 1:  # the only word of its category may be said again
            self._said.add(lexeme.meaning)
        if lexeme.refers in self._mistakable:
            self._spoken_of.add(lexeme.refers)
            self._excluded |= self._mistakable[lexeme.refers]
        key = self._next_key
        self._next_key = key + KEYS_A_NODE
        return Leaf(lexeme, key)


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
