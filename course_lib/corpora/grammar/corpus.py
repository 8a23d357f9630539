"""The corpora that the grammar draws in any two of its languages, with gold word links. Chapter 1."""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import Literal

from course_lib.corpora.grammar.constructions import Construction
from course_lib.corpora.grammar.derivations import Derivation, Token, aligned
from course_lib.corpora.grammar.engine import SynchronousGrammar
from course_lib.corpora.grammar.language import Language
from course_lib.corpora.grammar.languages.french import FRENCH, of_one_gender
from course_lib.corpora.grammar.languages.table import LANGUAGES
from course_lib.corpora.grammar.lexemes import lexemes
from course_lib.corpora.grammar.lexicon import TAKEN_FOR
from course_lib.corpora.grammar.rules import Lexeme
from course_lib.corpora.grammar.sentences import constructions
from course_lib.corpora.pairs import ParallelCorpus, SentencePair
from course_lib.corpora.splits import Words, draw_splits
from course_lib.corpora.splitting import BY_SPACES
from course_lib.options import check_count, check_option, check_seed

LexiconSize = Literal["full", "small"]
Gender = Literal["both", "masculine", "feminine"]
MIN_LENGTH = 4
SHORTEST_MAXIMUM = 8
GRAMMAR_HELD_OUT = 1000


def synchronous(
    source: str,
    target: str,
    size: int = 20_000,
    seed: int = 1,
    max_length: int = 40,
    lexicon: LexiconSize = "full",
    gender: Gender = "both",
) -> ParallelCorpus:
    """Draw ``size`` distinct training pairs and 1,000 each for validation and test, with gold links.

    ``source`` and ``target`` are the codes of two of ``LANGUAGES``: "en", "fr", "zh", "mr".

    Source sentences hold 4 to ``max_length`` words, punctuation among them. Which split a sentence
    may enter depends on the source sentence alone, so that no load, whatever its size, seed or length,
    trains on what another one tests on. Two sentences with one translation may be in two splits: into
    French, about one test sentence in 100 of the small lexicon, hardly any of the full one.

    ``gender`` is of French alone: "masculine" and "feminine" write every article, demonstrative, possessive,
    adjective and participle in the form of that gender
    (:func:`~course_lib.corpora.grammar.languages.french.of_one_gender`). Into French, all three have the same
    source sentences in the same splits; a translation may be a word longer or shorter (*à la*, *au*). ValueError
    for an option out of range, or where the grammar runs out of new sentences.
    """
    check_option("lexicon", lexicon, LexiconSize)
    check_count("max_length", max_length, least=SHORTEST_MAXIMUM)
    check_seed(seed)
    languages = _languages(source, target, check_option("gender", gender, Gender))

    def stream() -> Iterator[tuple[Words, Words, Callable[[], SentencePair]]]:
        for derivation in grammar(lexicon, languages).derivations(seed):
            tokens = derivation.write(source)
            if MIN_LENGTH <= len(tokens) <= max_length:
                words = tuple([word for word, _ in tokens])
                yield words, words, partial(_pair, derivation, words, tokens, target)

    with _no_garbage_collection():
        splits = draw_splits(stream(), size, GRAMMAR_HELD_OUT)
    return ParallelCorpus(
        f"{source}-{target}",
        LANGUAGES[source].name,
        LANGUAGES[target].name,
        *splits,
        source_splitting=BY_SPACES,
        target_splitting=BY_SPACES,
    )


def _languages(source: str, target: str, gender: Gender) -> tuple[Language, Language]:
    found = LANGUAGES[source], LANGUAGES[target]
    if gender == "both":
        return found
    if FRENCH not in found:
        raise ValueError(
            f"gender: {gender!r} is for corpora with French; of {found[0].name} and {found[1].name} neither is "
            'written in one gender. Leave it out, or load "en-fr".'
        )
    one, other = (of_one_gender("m" if gender == "masculine" else "f") if each is FRENCH else each for each in found)
    return one, other


def _pair(derivation: Derivation, words: Words, tokens: list[Token], target: str) -> SentencePair:
    return aligned(words, tokens, derivation.write(target))


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Nothing that is drawn forms a cycle; looking for cycles among 200,000 pairs takes a fifth of the time.

    Nor is it worth a look afterwards: to freeze and unfreeze puts everything with the old.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.freeze()
            gc.unfreeze()
            gc.enable()


@lru_cache(maxsize=4)
def grammar(
    lexicon: LexiconSize = "full", languages: tuple[Language, ...] = tuple(LANGUAGES.values())
) -> SynchronousGrammar:
    """Return the grammar over the full or the small lexicon, for these languages.

    It says what all of them have words for. Of languages that have a word for every meaning, any two
    or more draw the same meanings: no draw depends on how a template is written.
    """
    words: dict[str, list[Lexeme]] = {}
    for category, lexeme in lexemes(lexicon == "small", languages):
        words.setdefault(category, []).append(lexeme)
    return grammar_over(words, languages, TAKEN_FOR)


def grammar_over(
    words: Mapping[str, Sequence[Lexeme]], languages: Sequence[Language], taken_for: Mapping[str, str] | None = None
) -> SynchronousGrammar:
    """Return the grammar over these words (category -> meanings), with every construction that they can fill.

    ValueError where a language has no template for one of them.
    """
    rules = [found.written_in(languages) for found in fillable(constructions(), set(words))]
    return SynchronousGrammar(languages, rules, words, taken_for)


def fillable(every: Sequence[Construction], filled: set[str]) -> list[Construction]:
    """Drop the constructions for which the lexicon has no word, and those that need a dropped one."""
    kept = list(every)
    while True:
        known = filled | {construction.category for construction in kept}
        remaining = [construction for construction in kept if known.issuperset(construction.slots.values())]
        if len(remaining) == len(kept):
            return kept
        kept = remaining
