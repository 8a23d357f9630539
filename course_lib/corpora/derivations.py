"""A derivation: one meaning, written in each language, its words linked by what they express. Chapter 1."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from course_lib.corpora.pairs import Link, SentencePair
from course_lib.corpora.rules import CompiledRule, Language, Lexeme, Template

T = TypeVar("T")
Key = tuple[int, bool]
"""(what a word expresses, surely or only possibly)."""
Token = tuple[str, tuple[Key, ...]]


@dataclass(slots=True)
class Leaf:
    """A word of the derivation; what it expresses has a key of its own."""

    lexeme: Lexeme
    key: int


@dataclass(slots=True)
class Branch:
    """A construction of the derivation; its keys start at ``key``."""

    rule: "CompiledRule"
    key: int
    children: "dict[str, Leaf | Branch]"


Node = Leaf | Branch
Scope = tuple[dict[str, Node], "Scope | None"]
"""The slots of a construction, and those of the one around it."""


class Derivation:
    """One meaning, ready to be written in each language of its grammar."""

    def __init__(self, languages: Mapping[str, Language], root: Branch) -> None:
        self._languages, self._root = languages, root

    def write(self, code: str) -> list[Token]:
        """Return the words of the sentence in language ``code``, each with its keys."""
        language = self._languages[code]
        tokens: list[Token] = []
        _write(self._root, None, language, tokens, 0, "", language.default)
        return _join(tokens, language)

    def categories(self) -> Iterator[str]:
        """Yield the category of each construction used, outermost first."""
        stack: list[Node] = [self._root]
        while stack:
            node = stack.pop()
            if isinstance(node, Branch):
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
                link = _LINKS.setdefault((j, i), (j, i))
                possible.add(link)
                if sure and also:
                    sure_links.add(link)
    known = frozenset(sure_links)
    both = known if len(known) == len(possible) else frozenset(possible)
    return SentencePair(tuple([word for word, _ in source]), tuple([word for word, _ in target]), known, both)


_LINKS: dict[Link, Link] = {}
"""Each link once: the pairs of a large corpus share them, which halves its memory."""


def _find(scope: Scope | None, name: str) -> tuple[Node, Scope]:
    """Return the nearest slot of that name, here or in a construction around, and where it stands."""
    while scope is not None:
        if name in scope[0]:
            return scope[0][name], scope
        scope = scope[1]
    raise LookupError(f"No construction around holds a slot {name!r}.")


def _agreement(found: tuple[Node, Scope], language: Language) -> str:
    """Return the agreement of a node: a word's own, a construction's from its head."""
    node, scope = found
    if isinstance(node, Leaf):
        return node.lexeme.agreement.get(language.code, language.default)
    inside, head = (node.children, scope), node.rule.head
    if len(head) == 1:
        return _agreement(_find(inside, head[0]), language)
    if not head:
        return language.default
    return language.coordinate(*(_agreement(_find(inside, name), language) for name in head))


def _head(node: Node) -> Node:
    """Return the word at the head of a node, or the node where it has none of its own."""
    while isinstance(node, Branch) and node.rule.head and node.rule.head[0] in node.children:
        node = node.children[node.rule.head[0]]
    return node


def _write(
    node: Branch, outside: Scope | None, language: Language, tokens: list[Token], part: int, form: str, agreement: str
) -> None:
    """Append the words of a construction, or of a part of it; ``outside`` holds the slots of those around it.

    ``form`` and ``agreement`` are those of the words that the construction gives none of their own.
    """
    code = language.code
    children = node.children
    scope = (children, outside)
    template = node.rule.templates[code]
    if template.instead:
        template = _instead(template, _agreement((node, scope), language))
    for slot, inner, own_form, control, words, marks in template.parts[part - 1] if part else template.whole:
        agrees = _agreement(_find(scope, control), language) if control else agreement
        if slot is None:
            if own_form and form:
                words = _in_form(language.inflected, own_form, form)
            word = words if isinstance(words, str) else words[agrees]
            tokens.append((word, tuple([(_marked(node, scope, mark), sure) for mark, sure in marks])))
            continue
        before = len(tokens)
        found, where = (children[slot], scope) if slot in children else _find(outside, slot)
        if isinstance(found, Leaf):
            forms = found.lexeme.forms[code]
            for word, sure in (_in_form(forms, own_form, form) if form else forms[own_form])[agrees]:
                tokens.append((word, ((found.key, sure),)))
        else:
            around = f"{own_form}.{form}" if own_form and form else own_form or form
            _write(found, where, language, tokens, inner, around, agrees)
        if marks and len(tokens) > before:
            word, keys = tokens[-1]
            tokens[-1] = word, (*keys, *[(_marked(node, scope, mark), sure) for mark, sure in marks])


def _instead(template: Template, agreement: str) -> Template:
    held = agreement.split(",")
    return next((other for when, other in template.instead if when in held), template)


def _in_form(forms: Mapping[str, T], own: str, around: str) -> T:
    """Return a word's own form in a construction of the form ``around``, the innermost first ("past.bare")."""
    name = f"{own}.{around}" if own else around
    while name not in forms and name != own:
        name = name.rpartition(".")[0]
    return forms[name]


def _marked(node: Branch, scope: Scope, mark: str | int) -> int:
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
        if not word:
            joined[-1] = (following, keys + joined[-1][1])
        elif contracted is None:
            joined.append((word, keys))
        elif len(contracted) == 1:
            joined[-1] = (contracted[0], keys + joined[-1][1])
        else:
            joined[-1] = (contracted[1], joined[-1][1])
            joined.append((contracted[0], keys))
        following = joined[-1][0]
    joined.reverse()
    return joined
