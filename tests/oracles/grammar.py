"""What the tests of the grammar share: links as a linguist writes them, a grammar of few words."""

import re

from course_lib.corpora.grammar.corpus import grammar_over
from course_lib.corpora.grammar.engine import SynchronousGrammar
from course_lib.corpora.grammar.languages.table import LANGUAGES
from course_lib.corpora.grammar.lexemes import lexemes
from course_lib.corpora.grammar.rules import Lexeme

EVERY_LANGUAGE = tuple(LANGUAGES.values())


def only_with(words: set[str]) -> SynchronousGrammar:
    """The grammar over the few meanings that some of the words can express."""
    kept: dict[str, list[Lexeme]] = {}
    for category, lexeme in lexemes(False, EVERY_LANGUAGE):
        if words & set(re.split(r"[ |]", lexeme.meaning)) or category == "nothing":
            kept.setdefault(category, []).append(lexeme)
    return grammar_over(kept, EVERY_LANGUAGE)


def links(text: str) -> frozenset[tuple[int, int]]:
    """The links of "0-0 1-2": English position, position in the other language, from 0."""
    return frozenset((int(j), int(i)) for j, i in (link.split("-") for link in text.split()))
