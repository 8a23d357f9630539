"""A derivation: one meaning, written in each language, its words linked by what they express. Chapter 1."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from course_lib.corpora.grammar.rules import CompiledRule, Language, Lexeme, Marks, Parts
from course_lib.corpora.pairs import Link, SentencePair

T = TypeVar("T")
Key = int
"""What a word expresses; ``~key`` where it expresses it only possibly."""
Token = tuple[str, tuple[Key, ...]]

Node = tuple[Lexeme | CompiledRule, int, "dict[str, Node]"]
"""A word or a construction, the first of its keys, and what fills its slots: a plain tuple, for many are made."""

Scope = tuple["dict[str, Node]", "Scope | None"]
"""The slots of a construction, and those of the one around it."""


class Derivation:
    """One meaning, ready to be written in each language of its grammar."""

    def __init__(self, languages: Mapping[str, Language], root: Node) -> None:
        self._languages, self._root = languages, root

    def write(self, code: str) -> list[Token]:
        """Return the words of the sentence in language ``code``, each with its keys."""
        language = self._languages[code]
        tokens: list[Token] = []
        _write(self._root, None, language, tokens, 0, "", language.default)
        return _join(tokens, language)

    def categories(self) -> Iterator[str]:
        """Yield the category of each construction used, outermost first."""
        stack = [self._root]
        while stack:
            what, _, children = stack.pop()
            if isinstance(what, CompiledRule):
                yield what.category
                stack.extend(children.values())


def align(source: Sequence[Token], target: Sequence[Token]) -> SentencePair:
    """Return the pair with its gold links: words that share a key, sure where both express it surely."""
    places: dict[Key, list[int]] = {}
    for j, (_, keys) in enumerate(source):
        for key in keys:
            if key in places:
                places[key].append(j)
            else:
                places[key] = [j]
    sure: set[Link] = set()
    unsure: set[Link] = set()
    for i, (_, keys) in enumerate(target):
        for key in keys:
            for j in places.get(key, ()):
                (sure if key >= 0 else unsure).add(_LINKS[j, i])
            for j in places.get(~key, ()):
                unsure.add(_LINKS[j, i])
    known = frozenset(sure)
    possible = known if unsure <= sure else frozenset(sure | unsure)
    return SentencePair(tuple([word for word, _ in source]), tuple([word for word, _ in target]), known, possible)


class _Once(dict[Link, Link]):
    """Each link once: the pairs of a large corpus share them, which halves its memory."""

    def __missing__(self, link: Link) -> Link:
        self[link] = link
        return link


_LINKS = _Once()


def _find(scope: Scope | None, name: str) -> tuple[Node, Scope]:
    """Return the nearest slot of that name, here or in a construction around, and where it stands."""
    while scope is not None:
        if name in scope[0]:
            return scope[0][name], scope
        scope = scope[1]
    raise LookupError(f"No construction around holds a slot {name!r}.")


def _agreement(node: Node, outside: Scope | None, language: Language) -> str:
    """Return the agreement of a node: a word's own, a construction's from its head."""
    what, _, children = node
    if isinstance(what, Lexeme):
        return what.agreement.get(language.code, language.default)
    inside, head = (children, outside), what.head
    if len(head) == 1:
        return _agreement(*_find(inside, head[0]), language)
    if not head:
        return language.default
    return language.coordinate(*(_agreement(*_find(inside, name), language) for name in head))


def _head_key(node: Node) -> int:
    """Return the key of the word at the head of a node, or of the node where it has none of its own."""
    what, key, children = node
    while isinstance(what, CompiledRule) and what.head and what.head[0] in children:
        what, key, children = children[what.head[0]]
    return key


def _write(
    node: Node, outside: Scope | None, language: Language, tokens: list[Token], part: int, form: str, agreement: str
) -> None:
    """Append the words of a construction, or of a part of it; ``outside`` holds the slots of those around it.

    ``form`` and ``agreement`` are those of the words that the construction gives none of their own.
    """
    rule, start, children = node
    assert isinstance(rule, CompiledRule)
    code = language.code
    scope = (children, outside)
    parts, instead = rule.templates[code]
    if instead:
        parts = _instead(parts, instead, _agreement(node, outside, language))
    looked_up = None
    for slot, inner, own_form, control, words, marks in parts[part]:
        if control is None:
            agrees = agreement
        elif control != looked_up:
            found, where = (children[control], scope) if control in children else _find(outside, control)
            agrees = controlled = _agreement(found, where, language)
            looked_up = control
        else:
            agrees = controlled
        if slot is None:
            if own_form and form:
                words = _in_form(language.inflected, own_form, form)
            word = words if isinstance(words, str) else words[agrees]
            tokens.append((word, _keys(start, scope, marks)))
            continue
        if slot in children:
            found, where = children[slot], scope
        else:
            found, where = _find(outside, slot)
        before = len(tokens) if marks else 0
        what, key, _ = found
        if isinstance(what, Lexeme):
            forms = what.forms[code]
            for word, sure in (_in_form(forms, own_form, form) if form else forms[own_form])[agrees]:
                tokens.append((word, (key if sure else ~key,)))
        else:
            around = f"{own_form}.{form}" if own_form and form else own_form or form
            _write(found, where, language, tokens, inner, around, agrees)
        if marks and len(tokens) > before:
            word, keys = tokens[-1]
            tokens[-1] = word, keys + _keys(start, scope, marks)


def _instead(parts: Parts, others: Sequence[tuple[str, Parts]], agreement: str) -> Parts:
    held = agreement.split(",")
    return next((other for when, other in others if when in held), parts)


def _in_form(forms: Mapping[str, T], own: str, around: str) -> T:
    """Return a word's own form in a construction of the form ``around``, the innermost first ("past.bare")."""
    name = f"{own}.{around}" if own else around
    while name not in forms and name != own:
        name = name.rpartition(".")[0]
    return forms[name]


def _keys(start: int, scope: Scope, marks: Marks) -> tuple[Key, ...]:
    """Return the keys that marks stand for: names of this construction, or head words of slots."""
    found = []
    for mark, sure in marks:
        key = start + mark if isinstance(mark, int) else _head_key(_find(scope, mark)[0])
        found.append(key if sure else ~key)
    return tuple(found)


def _join(tokens: list[Token], language: Language) -> list[Token]:
    """Choose between the forms of ``le|l'`` by what follows, then contract neighbours (de le -> du)."""
    firsts = language.contracted
    for place in reversed(
        [place for place, (word, _) in enumerate(tokens) if not word or word in firsts or "|" in word]
    ):
        word, keys = tokens[place]
        following, others = tokens[place + 1] if place + 1 < len(tokens) else _NOTHING
        if "|" in word:
            before_consonant, before_vowel = word.split("|")
            word = before_vowel if language.starts_with_vowel(following) else before_consonant
        match language.contractions.get((word, following)) if word else (following,):
            case None:
                tokens[place] = word, keys
            case (one,):
                tokens[place : place + 2] = [(one, keys + others)]
            case one, other:
                tokens[place : place + 2] = [(one, keys), (other, others)]
    return tokens


_NOTHING: Token = ("", ())
