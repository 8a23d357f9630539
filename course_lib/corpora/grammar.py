"""A synchronous grammar: one derivation, a sentence in each language, links from the derivation. Chapter 1.

The engine knows no language. A construction holds one template a language; its slots are
co-indexed, that is, filled by the same meaning on every side. A word that is written carries the
keys of what it expresses; two words of two languages are linked when they share a key, so that
reordering, clitics and one-to-many translations need no bookkeeping. Follows syntax-directed
transduction (Lewis & Stearns 1968) and its use in translation (Chiang 2006, An introduction to
synchronous grammars); departs in that agreement is looked up by name and not unified.

A template is a row of pieces:

====================  ============================================================================
``{n}``               the meaning in slot n, of this construction or of the nearest around it
``{v.past/s}``        its form "past", in agreement with slot s
``the``  ``BE/s``     a word as it stands; a word in capitals is inflected, here in agreement with s
``not=k``  ``ne~k``   a word that expresses k: surely, or possibly; k is a name, or a slot as ``{v}``
``le|l'``             the form before a consonant and the one before a vowel
====================  ============================================================================
"""

import itertools
import random
import re
from bisect import bisect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from course_lib.corpora.pairs import Link, SentencePair

Key = tuple[int, bool]
"""(what a word expresses, surely or only possibly)."""
Token = tuple[str, tuple[Key, ...]]
Forms = Mapping[str, Mapping[str, tuple[tuple[str, bool], ...]]]
"""form name -> agreement -> words, each with its surely/possibly."""

_KEYS_A_NODE = 8
_TRIES = 20  # a lexicon of one noun has nothing else to say


@dataclass(frozen=True)
class Language:
    """What the engine must know of a language, all of it data but ``coordinate``.

    ``default`` is the agreement of what has none; ``coordinate`` gives that of "a and b";
    ``inflected`` holds the function words that templates write in capitals; ``starts_with_vowel``
    decides between the two forms of ``le|l'``; ``contractions`` replaces pairs of neighbours.
    """

    code: str
    name: str
    default: str
    coordinate: Callable[[str, str], str]
    inflected: Mapping[str, Mapping[str, str]]
    starts_with_vowel: Callable[[str], bool]
    contractions: Mapping[tuple[str, str], tuple[str, ...]]


@dataclass(frozen=True)
class Lexeme:
    """A meaning with its forms and its own agreement in each language; the leaf of a derivation."""

    meaning: str
    forms: Mapping[str, Forms]
    agreement: Mapping[str, str]


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


class _Piece(NamedTuple):
    """A piece of a template, read: either a slot in a form, or a word with its marks."""

    slot: str | None
    form: str
    control: str | None
    words: Mapping[str, str] | str
    marks: tuple[tuple[str | int, bool], ...]


@dataclass(slots=True)
class _Leaf:
    lexeme: Lexeme
    key: int


@dataclass(slots=True)
class _Branch:
    rule: "_Compiled"
    key: int
    children: "dict[str, _Leaf | _Branch]"


_Node = _Leaf | _Branch
_Scope = tuple[dict[str, _Node], "_Scope | None"]
"""The slots of a construction, and those of the one around it."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    slots: tuple[tuple[str, str], ...]
    templates: Mapping[str, tuple[_Piece, ...]]
    head: tuple[str, ...]
    category: str
    relays: bool


class SynchronousGrammar:
    """Draws derivations and writes them in any two of its languages.

    ``rules`` and ``lexicon`` (category -> meanings) fill the categories; a derivation starts at
    "sentence". ValueError for a slot whose category nothing fills, or a malformed template.
    """

    def __init__(
        self, languages: Sequence[Language], rules: Sequence[Rule], lexicon: Mapping[str, Sequence[Lexeme]]
    ) -> None:
        self.languages = {language.code: language for language in languages}
        options: dict[str, list[tuple[float, Lexeme | _Compiled]]] = {
            category: [(1.0, lexeme) for lexeme in lexemes] for category, lexemes in lexicon.items()
        }
        for rule in rules:
            options.setdefault(rule.category, []).append((rule.weight, self._compile(rule)))
        missing = {c for rule in rules for c in rule.slots.values()} - options.keys()
        if missing:
            raise ValueError(f"No construction and no word fills the categories {sorted(missing)}.")
        self._choices: dict[str, tuple[list[float], list[Lexeme | _Compiled]]] = {}
        for category in options:
            found = _without_relays(options, category)
            self._choices[category] = list(itertools.accumulate(w for w, _ in found)), [option for _, option in found]

    def derivations(self, seed: int) -> Iterator["Derivation"]:
        """Yield derivations without end; the same seed gives the same ones."""
        uniform = random.Random(seed).random
        while True:
            root = self._expand("sentence", uniform, itertools.count(0, _KEYS_A_NODE))
            if isinstance(root, _Branch):  # a sentence of one bare word would say nothing to align
                yield Derivation(self, root)

    def _expand(self, category: str, uniform: Callable[[], float], keys: Iterator[int]) -> _Node:
        cumulative, options = self._choices[category]
        option = options[bisect(cumulative, uniform() * cumulative[-1])]
        if isinstance(option, Lexeme):
            return _Leaf(option, next(keys))
        children: dict[str, _Node] = {}
        node = _Branch(option, next(keys), children)
        for name, filler in option.slots:
            children[name] = self._expand(filler, uniform, keys)
        if len(option.head) > 1:
            first, second = option.head
            for _ in range(_TRIES):  # nobody says "the key and a key"
                if _meaning(children[first]) != _meaning(children[second]):
                    break
                children[second] = self._expand(dict(option.slots)[second], uniform, keys)
        return node

    def _compile(self, rule: Rule) -> _Compiled:
        names: dict[str, int] = {}
        templates = {
            code: tuple(self._piece(rule, code, text, names) for text in template.split())
            for code, template in rule.templates.items()
        }
        if len(names) >= _KEYS_A_NODE:
            raise ValueError(f"{rule.category}: at most {_KEYS_A_NODE - 1} shared names a rule, got {sorted(names)}.")
        head = tuple(rule.head.split("+")) if rule.head else ()
        relays = len(rule.slots) == 1 and set(rule.templates.values()) == {f"{{{next(iter(rule.slots))}}}"}
        return _Compiled(tuple(rule.slots.items()), templates, head, rule.category, relays)

    def _piece(self, rule: Rule, code: str, text: str, names: dict[str, int]) -> _Piece:
        if match := re.fullmatch(r"\{(\w+)(?:\.(\w+))?(?:/(\w+))?\}", text):
            slot, form, control = match.groups()
            return _Piece(slot, form or "", control, "", ())
        match = re.fullmatch(r"([^/=~{}]+)(?:/(\w+))?((?:[=~](?:\w+|\{\w+\}))*)", text)
        if not match:
            raise ValueError(f"{rule.category}: cannot read {text!r} in the {code} template {rule.templates[code]!r}.")
        word, control, marks = match.groups()
        words = self.languages[code].inflected[word] if control else word
        found = []
        for sign, slot, name in re.findall(r"([=~])(?:\{(\w+)\}|(\w+))", marks):
            found.append((slot or names.setdefault(name, len(names) + 1), sign == "="))
        return _Piece(None, "", control, words, tuple(found))


def _without_relays(
    options: Mapping[str, list[tuple[float, Lexeme | _Compiled]]], category: str
) -> list[tuple[float, Lexeme | _Compiled]]:
    """Put what a relay ("{n}" in every language) leads to in its place: the same sentences, sooner."""
    found: list[tuple[float, Lexeme | _Compiled]] = []
    for weight, option in options[category]:
        if isinstance(option, Lexeme) or not option.relays:
            found.append((weight, option))
            continue
        further = _without_relays(options, option.slots[0][1])
        total = sum(w for w, _ in further)
        found.extend((weight * w / total, o) for w, o in further)
    return found


class Derivation:
    """One meaning, ready to be written in each language of its grammar."""

    def __init__(self, grammar: SynchronousGrammar, root: _Branch) -> None:
        self._grammar, self._root = grammar, root

    def write(self, code: str) -> list[Token]:
        """Return the words of the sentence in language ``code``, each with its keys."""
        language = self._grammar.languages[code]
        tokens: list[Token] = []
        _write(self._root, None, language, tokens)
        return _join(tokens, language)

    def categories(self) -> Iterator[str]:
        """Yield the category of each construction used, outermost first."""
        stack: list[_Node] = [self._root]
        while stack:
            node = stack.pop()
            if isinstance(node, _Branch):
                yield node.rule.category
                stack.extend(node.children.values())


def align(source: Sequence[Token], target: Sequence[Token]) -> SentencePair:
    """Return the pair with its gold links: words that share a key, sure where both express it surely."""
    places: dict[int, list[tuple[int, bool]]] = {}
    for j, (_, keys) in enumerate(source):
        for key, sure in keys:
            places.setdefault(key, []).append((j, sure))
    sure_links: set[Link] = set()
    possible: set[Link] = set()
    for i, (_, keys) in enumerate(target):
        for key, sure in keys:
            for j, also in places.get(key, ()):
                possible.add((j, i))
                if sure and also:
                    sure_links.add((j, i))
    return SentencePair(
        tuple([word for word, _ in source]),
        tuple([word for word, _ in target]),
        frozenset(sure_links),
        frozenset(possible),
    )


def _find(scope: _Scope | None, name: str) -> tuple[_Node, _Scope]:
    """Return the nearest slot of that name, here or in a construction around, and where it stands."""
    while scope is not None:
        if name in scope[0]:
            return scope[0][name], scope
        scope = scope[1]
    raise LookupError(f"No construction around holds a slot {name!r}.")


def _agreement(found: tuple[_Node, _Scope], language: Language) -> str:
    """Return the agreement of a node: a word's own, a construction's from its head."""
    node, scope = found
    if isinstance(node, _Leaf):
        return node.lexeme.agreement.get(language.code, language.default)
    inside = (node.children, scope)
    agreements = [_agreement(_find(inside, name), language) for name in node.rule.head]
    if len(agreements) < 2:
        return agreements[0] if agreements else language.default
    return language.coordinate(*agreements)


def _head(node: _Node) -> _Node:
    """Return the word at the head of a node, or the node where it has none of its own."""
    while isinstance(node, _Branch) and node.rule.head and node.rule.head[0] in node.children:
        node = node.children[node.rule.head[0]]
    return node


def _meaning(node: _Node) -> str | None:
    head = _head(node)
    return head.lexeme.meaning if isinstance(head, _Leaf) else None


def _write(node: _Branch, outside: _Scope | None, language: Language, tokens: list[Token]) -> None:
    """Append the words of a construction; ``outside`` holds the slots of those around it."""
    code = language.code
    children = node.children
    scope = (children, outside)
    for slot, form, control, words, marks in node.rule.templates[code]:
        agreement = _agreement(_find(scope, control), language) if control else language.default
        if slot is None:
            word = words if isinstance(words, str) else words[agreement]
            tokens.append((word, tuple([(_marked(node, scope, mark), sure) for mark, sure in marks])))
            continue
        found, where = (children[slot], scope) if slot in children else _find(outside, slot)
        if isinstance(found, _Leaf):
            for word, sure in found.lexeme.forms[code][form][agreement]:
                tokens.append((word, ((found.key, sure),)))
        else:
            _write(found, where, language, tokens)


def _marked(node: _Branch, scope: _Scope, mark: str | int) -> int:
    """Return the key a mark stands for: a name of this construction, or the head word of a slot."""
    return node.key + mark if isinstance(mark, int) else _head(_find(scope, mark)[0]).key


def _join(tokens: list[Token], language: Language) -> list[Token]:
    """Choose between the forms of ``le|l'`` by what follows, then contract neighbours (de le -> du)."""
    joined: list[Token] = []
    following = ""
    for word, keys in reversed(tokens):
        if "|" in word:
            before_consonant, before_vowel = word.split("|")
            word = before_vowel if language.starts_with_vowel(following) else before_consonant
        contracted = language.contractions.get((word, following))
        if contracted is None:
            joined.append((word, keys))
        elif len(contracted) == 1:
            joined[-1] = (contracted[0], keys + joined[-1][1])
        else:
            joined[-1] = (contracted[1], joined[-1][1])
            joined.append((contracted[0], keys))
        following = joined[-1][0]
    joined.reverse()
    return joined
