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
from collections.abc import Iterator, Mapping, Sequence

from course_lib.corpora.grammar.derivations import Derivation, Node
from course_lib.corpora.grammar.rules import KEYS_A_NODE, CompiledRule, Language, Lexeme, Rule, read_rule

_TRIES = 4  # enough to make a repeated word rare; a lexicon of one noun has nothing else to say


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
        self._bars: dict[str, set[str]] = defaultdict(set)
        for word, others in (taken_for or {}).items():
            for other in others.split():
                self._bars[word].add(other)
                self._bars[other].add(word)
        options: dict[str, list[tuple[float, Lexeme | CompiledRule]]] = {
            category: [(1.0, lexeme) for lexeme in lexemes] for category, lexemes in lexicon.items()
        }
        for rule in rules:
            options.setdefault(rule.category, []).append((rule.weight, read_rule(rule, self.languages)))
        missing = {c for rule in rules for c in rule.slots.values()} - options.keys()
        if missing:
            raise ValueError(f"No construction and no word fills the categories {sorted(missing)}.")
        self._choices: dict[str, tuple[list[float], float, list[Lexeme | CompiledRule]]] = {}
        for category in options:
            found = _without_relays(options, category)
            cumulative = list(itertools.accumulate(w for w, _ in found))
            self._choices[category] = cumulative, cumulative[-1], [option for _, option in found]

    def derivations(self, seed: int) -> Iterator["Derivation"]:
        """Yield derivations without end; the same seed gives the same ones."""
        uniform, choices, bars = random.Random(seed).random, self._choices, self._bars

        def expand(category: str) -> Node:
            """Draw what fills a category; a word that the sentence holds already, or bars, is drawn anew."""
            cumulative, total, options = choices[category]
            option = options[bisect(cumulative, uniform() * total)]
            tries = 1
            while isinstance(option, Lexeme) and (option.meaning in used or option.refers in barred) and tries < _TRIES:
                option = options[bisect(cumulative, uniform() * total)]
                tries += 1
            key = next(keys)
            children: dict[str, Node] = {}
            if isinstance(option, CompiledRule):
                if option.transparent:
                    return expand(option.slots[0][1])
                for name, filler in option.slots:
                    children[name] = expand(filler)
            else:
                if len(options) > 1:
                    used.add(option.meaning)
                if option.refers in bars:
                    referred.add(option.refers)
                    barred.update(bars[option.refers])
            return option, key, children

        cumulative, total, options = choices["sentence"]
        while True:
            option = options[bisect(cumulative, uniform() * total)]
            if isinstance(option, Lexeme):  # a sentence of one bare word would say nothing to align
                continue
            # What is drawn anew keeps its construction, so that each comes as often as its weight says.
            mistaken = True
            while mistaken:
                keys, used = itertools.count(0, KEYS_A_NODE), set[str]()
                referred, barred = set[str](), set[str]()
                root = option, next(keys), {name: expand(filler) for name, filler in option.slots}
                mistaken = not referred.isdisjoint(barred)
            yield Derivation(self.languages, root)


def _without_relays(
    options: Mapping[str, list[tuple[float, Lexeme | CompiledRule]]], category: str
) -> list[tuple[float, Lexeme | CompiledRule]]:
    """Put what a relay ("{n}" in every language) leads to in its place: the same sentences, sooner."""
    found: list[tuple[float, Lexeme | CompiledRule]] = []
    for weight, option in options[category]:
        if isinstance(option, Lexeme) or not option.relays:
            found.append((weight, option))
            continue
        further = _without_relays(options, option.slots[0][1])
        total = sum(w for w, _ in further)
        found.extend((weight * w / total, o) for w, o in further)
    return found
