"""A derivation: one meaning, written in each language, its words linked by what they express. Chapter 1.

A derivation is a tree. Its leaves are meanings, its nodes constructions with their slots filled.
It is written from the top down: a template names the slots in the order of its language, and says
in which form each is written and with what it agrees.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from course_lib.corpora.grammar.language import Language
from course_lib.corpora.grammar.rules import CompiledRule, Lexeme, Mark, Parts, Template
from course_lib.corpora.pairs import Link, SentencePair

T = TypeVar("T")
Key = int
"""What a word expresses; ``~key`` where it expresses it only possibly."""
Token = tuple[str, tuple[Key, ...]]

Leaf = tuple[Lexeme, Key]
"""A meaning that fills a slot, and the key of what it expresses."""

Branch = tuple[CompiledRule, Key, "Slots"]
"""A construction, the first of the keys that its words may have, and what fills its slots.

Leaves and branches are plain tuples, told apart by their length: some two dozen are made for every sentence.
"""

Filler = Leaf | Branch
Slots = dict[str, Filler]

Scope = tuple[Slots, "Scope | None"]
"""The slots of a construction, and the scope around it."""


class Derivation:
    """One meaning, ready to be written in each language of its grammar."""

    def __init__(self, languages: Mapping[str, Language], root: Branch) -> None:
        self._languages, self._root = languages, root

    def write(self, code: str) -> list[Token]:
        """Return the words of the sentence in language ``code``, each with its keys."""
        language = self._languages[code]
        writer = _Writer(language)
        writer.write_branch(self._root, None, 0, "", language.default)
        return _join(writer.tokens, language)

    def categories(self) -> Iterator[str]:
        """Yield the category of each construction used, outermost first."""
        stack: list[Filler] = [self._root]
        while stack:
            filler = stack.pop()
            if len(filler) == 3:
                rule, _, slots = filler
                yield rule.category
                stack.extend(slots.values())


def align(source: Sequence[Token], target: Sequence[Token]) -> SentencePair:
    """Return the pair with its gold links: words that share a key, sure where both express it surely."""
    return aligned(tuple([word for word, _ in source]), source, target)


def aligned(words: tuple[str, ...], source: Sequence[Token], target: Sequence[Token]) -> SentencePair:
    """Return what :func:`align` does, where the ``words`` of the source are at hand already."""
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
    return SentencePair(words, tuple([word for word, _ in target]), known, possible)


class _Once(dict[Link, Link]):
    """Each link once: the pairs of a large corpus share them, which halves its memory."""

    def __missing__(self, link: Link) -> Link:
        self[link] = link
        return link


_LINKS = _Once()


class _Writer:
    """Writes a derivation in one language: ``tokens`` are its words so far."""

    def __init__(self, language: Language) -> None:
        self._language, self._code = language, language.code
        self.tokens: list[Token] = []

    def write_branch(self, branch: Branch, outside: Scope | None, part: int, form: str, agreement: str) -> None:
        """Append the words of a construction, or of a part of it; ``outside`` holds the slots of those around it.

        ``form`` and ``agreement`` are those of the words that the construction gives none of their own.
        """
        language, code, tokens = self._language, self._code, self.tokens
        rule, first_key, slots = branch
        scope = (slots, outside)
        template = rule.templates[code]
        parts = _instead(template, _agreement(branch, outside, language)) if template.instead else template.usual
        looked_up = None  # neighbours often agree with the same slot, so that it is looked up once
        for piece in parts[part]:
            slot, control, marks = piece.slot, piece.control, piece.marks
            if control is None:
                agrees = agreement
            elif control != looked_up:
                if control in slots:
                    found, where = slots[control], scope
                else:
                    found, where = _find(outside, control)
                if len(found) == 2:  # _agreement, written out for a word
                    agrees = controlled = found[0].agreement.get(code, language.default)
                else:
                    agrees = controlled = _agreement(found, where, language)
                looked_up = control
            else:
                agrees = controlled
            if slot is None:
                word = piece.word if piece.forms is None else self._inflected(piece.word, piece.forms, form, agrees)
                tokens.append((word, _keys(first_key, scope, marks) if marks else ()))
                continue
            before = len(tokens) if marks else 0
            if slot in slots:
                filler, where = slots[slot], scope
            else:
                filler, where = _find(outside, slot)
            own_form = piece.form
            if len(filler) == 2:
                lexeme, key = filler
                forms = lexeme.forms[code]
                for word, surely in (_in_form(forms, own_form, form) if form else forms[own_form])[agrees]:
                    tokens.append((word, (key if surely else ~key,)))
            else:
                around = f"{own_form}.{form}" if own_form and form else own_form or form
                self.write_branch(filler, where, piece.part, around, agrees)
            if marks and len(tokens) > before:
                word, keys = tokens[-1]
                tokens[-1] = word, keys + _keys(first_key, scope, marks)

    def _inflected(self, word: str, forms: Mapping[str, str], form: str, agrees: str) -> str:
        """Return a word in capitals as it is written: "BE" or, in a construction of the form "bare", "BE.bare"."""
        if form:
            forms = _in_form(self._language.inflected, word, form)
        return forms[agrees]


def _find(scope: Scope | None, name: str) -> tuple[Filler, Scope]:
    """Return what fills the nearest slot of that name, here or in a construction around, and where it stands."""
    while scope is not None:
        slots, outside = scope
        if name in slots:
            return slots[name], scope
        scope = outside
    raise LookupError(f"No construction around holds a slot {name!r}.")


def _agreement(filler: Filler, outside: Scope | None, language: Language) -> str:
    """Return the agreement of a word, which is its own, or of a construction, which is that of its head."""
    while len(filler) == 3:
        rule, _, slots = filler
        head = rule.head
        if not head:
            return language.default
        inside = (slots, outside)
        if len(head) > 1:
            return language.coordinate(*(_agreement(*_find(inside, name), language) for name in head))
        filler, outside = (slots[head[0]], inside) if head[0] in slots else _find(outside, head[0])
    return filler[0].agreement.get(language.code, language.default)


def _head_key(filler: Filler) -> Key:
    """Return the key of the word at the head of a filler, or of the filler where it has none of its own."""
    while len(filler) == 3:
        rule, _, slots = filler
        if not rule.head or rule.head[0] not in slots:
            break
        filler = slots[rule.head[0]]
    return filler[1]


def _instead(template: Template, agreement: str) -> Parts:
    """Return what the template writes for a head of that agreement."""
    held = agreement.split(",")
    return next((other for when, other in template.instead if when in held), template.usual)


def _in_form(forms: Mapping[str, T], own: str, around: str) -> T:
    """Return a word's own form in a construction of the form ``around``, the innermost first ("past.bare")."""
    name = f"{own}.{around}" if own else around
    while name not in forms and name != own:
        name = name.rpartition(".")[0]
    return forms[name]


def _keys(first_key: Key, scope: Scope, marks: tuple[Mark, ...]) -> tuple[Key, ...]:
    """Return the keys that marks stand for: names of this construction, or head words of slots."""
    found = []
    for of, surely in marks:
        key = first_key + of if isinstance(of, int) else _head_key(_find(scope, of)[0])
        found.append(key if surely else ~key)
    return tuple(found)


def _join(tokens: list[Token], language: Language) -> list[Token]:
    """Choose between the forms of ``le|l'`` by what follows, then contract neighbours (de le -> du)."""
    changes = language.changes
    # From the end, so that a word is chosen after the one that follows it, and no place yet to come moves.
    for place in reversed([place for place, (word, _) in enumerate(tokens) if changes[word]]):
        word, keys = tokens[place]
        following, others = tokens[place + 1] if place + 1 < len(tokens) else _NOTHING
        if "|" in word:
            before_consonant, before_vowel = word.split("|")
            word = before_vowel if language.starts_with_vowel(following) else before_consonant
        # A word that is left out leaves what it expresses to the next one.
        match language.contractions.get((word, following)) if word else (following,):
            case None:
                tokens[place] = word, keys
            case (one,):
                tokens[place : place + 2] = [(one, keys + others)]
            case one, other:
                tokens[place : place + 2] = [(one, keys), (other, others)]
    return tokens


_NOTHING: Token = ("", ())
