"""The corpora that the grammar draws in any two of its languages, with gold word links. Chapter 1."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache, partial
from typing import Literal

from course_lib.corpora.grammar import lexicon as tables
from course_lib.corpora.grammar.derivations import Derivation, Token, align
from course_lib.corpora.grammar.engine import SynchronousGrammar
from course_lib.corpora.grammar.languages import mandarin, marathi, marathi_words
from course_lib.corpora.grammar.languages.table import LANGUAGES, PARADIGMS
from course_lib.corpora.grammar.rules import Lexeme, Rule
from course_lib.corpora.grammar.sentences import rules
from course_lib.corpora.pairs import ParallelCorpus, SentencePair
from course_lib.corpora.splits import Words, draw_splits

LexiconSize = Literal["full", "small"]
MIN_LENGTH = 4
SHORTEST_MAXIMUM = 8
HELD_OUT = 1000


def synchronous(
    source: str,
    target: str,
    size: int = 20_000,
    seed: int = 1,
    max_length: int = 40,
    lexicon: LexiconSize = "full",
) -> ParallelCorpus:
    """Draw ``size`` distinct training pairs and 1,000 each for validation and test, with gold links.

    ``source`` and ``target`` are codes of languages: "en", "fr", "zh", "mr".

    Source sentences hold 4 to ``max_length`` words, punctuation among them. Which split a sentence
    may enter hangs on the sentence alone, so that no load, whatever its size, seed or length,
    trains on what another one tests on. ValueError for an option out of range, or where the
    grammar runs out of new sentences.
    """
    if lexicon not in ("full", "small"):
        raise ValueError(f"lexicon: expected 'full' or 'small', got {lexicon!r}.")
    if max_length < SHORTEST_MAXIMUM:
        raise ValueError(f"max_length: expected at least {SHORTEST_MAXIMUM} source words, got {max_length}.")

    def stream() -> Iterator[tuple[Words, Words, Callable[[], SentencePair]]]:
        for derivation in grammar(lexicon).derivations(seed):
            tokens = derivation.write(source)
            if MIN_LENGTH <= len(tokens) <= max_length:
                words = tuple([word for word, _ in tokens])
                yield words, words, partial(_pair, derivation, tokens, target)

    with _no_garbage_collection():
        splits = draw_splits(stream(), size, HELD_OUT)
    return ParallelCorpus(f"{source}-{target}", LANGUAGES[source].name, LANGUAGES[target].name, *splits)


def _pair(derivation: Derivation, tokens: list[Token], target: str) -> SentencePair:
    return align(tokens, derivation.write(target))


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


@lru_cache(maxsize=2)
def grammar(lexicon: LexiconSize = "full") -> SynchronousGrammar:
    """Return the grammar over the full or the small lexicon."""
    words: dict[str, list[Lexeme]] = {}
    for category, lexeme in lexemes(lexicon == "small"):
        words.setdefault(category, []).append(lexeme)
    return SynchronousGrammar(tuple(LANGUAGES.values()), fillable(rules(), set(words)), words, tables.TAKEN_FOR)


def fillable(all_rules: Sequence[Rule], filled: set[str]) -> list[Rule]:
    """Drop the constructions for which the lexicon has no word, and those that need a dropped one."""
    kept = list(all_rules)
    while True:
        known = filled | {rule.category for rule in kept}
        remaining = [rule for rule in kept if known.issuperset(rule.slots.values())]
        if len(remaining) == len(kept):
            return kept
        kept = remaining


def _rows(table: str, only_starred: bool) -> Iterator[dict[str, str]]:
    """Yield the rows of a table of lexicon.py as header -> cell."""
    header, *lines = (line for line in table.splitlines() if line.strip())
    names = [name.strip() for name in header[1:].split("|")]
    for line in lines:
        if line.startswith("*") or not only_starred:
            cells = _split(line[1:], len(names))
            yield dict(zip(names, cells, strict=True))


def _split(line: str, count: int) -> list[str]:
    """Split a row at " | "; a bar without spaces belongs to a word (le|l')."""
    cells = [cell.strip() for cell in line.split(" | ")]
    if len(cells) != count:
        raise ValueError(f"A row of the lexicon has {len(cells)} cells, its header {count}: {line!r}.")
    return cells


def lexemes(small: bool) -> Iterator[tuple[str, Lexeme]]:
    """Yield each meaning once for every category it fills."""
    for row in _rows(tables.VERBS, small):
        manner, *traits = row["manner"].split()
        kinds = row["kind"].split()
        agreement = {"zh": mandarin.verb_agreement(row["zh"], kinds)}
        if row["fr"].endswith(" futur"):
            agreement["fr"] = "futur"
        for kind in kinds:
            agreement["mr"] = marathi.verb_agreement(row["mr"], kind, kinds)
            verb = replace(_lexeme(row, "verb"), agreement=dict(agreement))
            how = f"owning {kind}" if "owning" in traits else kind
            for category in (how,) if traits else (how, f"somewhere {kind}"):
                yield f"verb {category}", verb
                if manner == "action":
                    yield f"action {category}", verb
    for row in _rows(tables.ADJECTIVES, small):
        place, *only = row["place"].split()
        for kind in row["kind"].split():
            adjective = _lexeme(row, "adjective")
            yield f"{place} {kind}", adjective
            if not only:
                yield f"adjective {kind}", adjective
            if row["degree"] == "yes":
                yield f"degree {kind}", adjective
            if place == "after":
                yield f"{'opinion' if row['degree'] == 'yes' else 'colour'} {kind}", adjective
    for table, make in (
        (tables.DETERMINERS, _determiner),
        (tables.ADVERBS, lambda row: _lexeme(row, "word")),
        (tables.PRONOUNS, _pronoun),
        (tables.NAMES, _name),
    ):
        yield from ((row["kind"], make(row)) for row in _rows(table, small))
    for row in _rows(tables.NOUNS, small):
        kind, traits = row["kind"], row["traits"].split()
        singular, *_ = nouns = _nouns(row)
        for noun in nouns:
            if "kin" not in traits:
                yield f"noun {kind}", noun
            if "kin" not in traits and "young" not in traits:
                yield f"aged {kind}", noun
            if "owned" in traits:
                yield f"owned {kind}", noun
        if "kin" not in traits:
            yield f"single {kind}", singular
        if "owned" in traits:
            yield f"single owned {kind}", singular


def _lexeme(row: dict[str, str], paradigm: str) -> Lexeme:
    return Lexeme(row["en"], {code: expand(row[code]) for code, expand in PARADIGMS[paradigm].items()}, {})


def _determiner(row: dict[str, str]) -> Lexeme:
    return replace(_lexeme(row, "determiner"), refers=tables.OWNER.get(row["en"], ""))


def _pronoun(row: dict[str, str]) -> Lexeme:
    third = (tables.PRONOUN[word] for word in row["en"].split() if word in tables.PRONOUN)
    return replace(_with_agreement(row), refers=next(third, ""))


def _name(row: dict[str, str]) -> Lexeme:
    name = _with_agreement(row)
    return replace(name, refers=name.agreement["fr"][0])


def _with_agreement(row: dict[str, str]) -> Lexeme:
    """A pronoun or a name: the last word of a cell is its agreement."""
    forms, agreement = {}, {}
    for code, expand in PARADIGMS["word"].items():
        *form, own = row[code].split()
        agreement[code] = own if own != "-" else LANGUAGES[code].default
        forms[code] = expand(" ".join(form))
    return Lexeme(row["en"], forms, agreement)


def _nouns(row: dict[str, str]) -> list[Lexeme]:
    """A noun in the singular, twice as frequent, and in the plural where the row has one."""
    english, (gender, *french), (chinese, classifier) = (row[code].split() for code in ("en", "fr", "zh"))
    singular, *plural = (
        replace(
            _with_agreement(
                {
                    "en": f"{en} 3{number}",
                    "fr": f"{fr} {gender}3{number}",
                    "zh": f"{chinese} {classifier},{number},{row['kind']}",
                    "mr": mr,
                }
            ),
            meaning=row["en"],
            refers=_named(row, number),
        )
        for en, fr, mr, number in zip(english, french, marathi_words.nouns(row["mr"], row["kind"]), "sp", strict=False)
    )
    return [singular, singular, *plural]


def _named(row: dict[str, str], number: str) -> str:
    """Of whom a noun speaks, in the words of ``TAKEN_FOR``."""
    kind = {"person": "people", "animal": "animals"}.get(row["kind"], "things")
    if number == "p":
        return kind
    if kind != "people":
        return ""
    traits = row["traits"].split()
    return "f" if "she" in traits else "m" if "he" in traits else "n"
