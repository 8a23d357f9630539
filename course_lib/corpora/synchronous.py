"""The English–French corpus that the grammar draws, with gold word links. Chapter 1."""

import zlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal

from course_lib.corpora import lexicon as tables
from course_lib.corpora.constructions import rules
from course_lib.corpora.grammar import Lexeme, Rule, SynchronousGrammar, align
from course_lib.corpora.languages import LANGUAGES, PARADIGMS
from course_lib.corpora.pairs import ParallelCorpus, SentencePair

LexiconSize = Literal["full", "small"]
MIN_LENGTH = 4
HELD_OUT = 1000
_PARTS = 16  # two of them are held out
_PATIENCE = 50_000  # draws without a new sentence


def english_french(
    size: int = 20_000, seed: int = 1, max_length: int = 40, lexicon: LexiconSize = "full"
) -> ParallelCorpus:
    """Draw ``size`` distinct training pairs and 1,000 each for validation and test, with gold links.

    Source sentences hold 4 to ``max_length`` words, punctuation among them. Which split a sentence
    may enter hangs on the sentence alone, so that no load, whatever its size, seed or length,
    trains on what another one tests on. ValueError for an option out of range, or where the
    grammar runs out of new sentences.
    """
    if lexicon not in ("full", "small"):
        raise ValueError(f"lexicon: expected 'full' or 'small', got {lexicon!r}.")
    if size < 1:
        raise ValueError(f"size: expected at least 1 training pair, got {size}.")
    if max_length < 8:
        raise ValueError(f"max_length: expected at least 8 source words, got {max_length}.")
    wanted = {"train": size, "validation": HELD_OUT, "test": HELD_OUT}
    splits: dict[str, dict[tuple[str, ...], SentencePair]] = {name: {} for name in wanted}
    idle = 0
    for derivation in grammar(lexicon).derivations(seed):
        english = derivation.write("en")
        source = tuple([word for word, _ in english])
        split = split_of(source)
        found = splits[split]
        if not MIN_LENGTH <= len(source) <= max_length or len(found) == wanted[split] or source in found:
            idle += 1
            if idle > _PATIENCE:
                raise ValueError(
                    f"size: the grammar has too few sentences of at most {max_length} words: "
                    f"{len(splits['train'])} of {size} training pairs found; ask for fewer, or for longer ones."
                )
            continue
        idle = 0
        found[source] = align(english, derivation.write("fr"))
        if len(found) == wanted[split] and all(len(splits[name]) == wanted[name] for name in wanted):
            break
    train, validation, test = (tuple(found.values()) for found in splits.values())
    return ParallelCorpus("en-fr", "English", "French", train, validation, test)


def split_of(source: tuple[str, ...]) -> str:
    """Return the only split that may hold ``source``: 1/16 validation, 1/16 test, the rest training."""
    part = zlib.crc32(" ".join(source).encode()) % _PARTS
    return "validation" if part == 0 else "test" if part == 1 else "train"


@lru_cache(maxsize=2)
def grammar(lexicon: LexiconSize = "full") -> SynchronousGrammar:
    """Return the English–French grammar over the full or the small lexicon."""
    words: dict[str, list[Lexeme]] = {}
    for category, lexeme in _lexemes(lexicon == "small"):
        words.setdefault(category, []).append(lexeme)
    return SynchronousGrammar(tuple(LANGUAGES.values()), fillable(rules(), set(words)), words)


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


def _lexemes(small: bool) -> Iterator[tuple[str, Lexeme]]:
    for row in _rows(tables.VERBS, small):
        lexeme = _lexeme(row, "verb")
        for kind in _kinds(row["kind"]):
            yield f"verb {kind}", lexeme
            if row["manner"] == "action":
                yield f"action {kind}", lexeme
    for row in _rows(tables.ADJECTIVES, small):
        lexeme = _lexeme(row, "adjective")
        for kind in row["kind"].split():
            yield f"{row['place']} {kind}", lexeme
    for row in _rows(tables.DETERMINERS, small):
        yield row["kind"], _lexeme(row, "determiner")
    for row in _rows(tables.ADVERBS, small):
        yield row["kind"], _lexeme(row, "word")
    for row in _rows(tables.PRONOUNS, small):
        yield row["kind"], _with_agreement(row)
    for row in _rows(tables.NAMES, small):
        yield row["kind"], _with_agreement(row)
    for row in _rows(tables.NOUNS, small):
        yield from ((f"noun {row['kind']}", noun) for noun in _nouns(row))


def _kinds(cell: str) -> list[str]:
    return cell.split()


def _lexeme(row: dict[str, str], paradigm: str) -> Lexeme:
    return Lexeme({code: expand(row[code]) for code, expand in PARADIGMS[paradigm].items()}, {})


def _with_agreement(row: dict[str, str]) -> Lexeme:
    """A pronoun or a name: the last word of a cell is its agreement."""
    forms, agreement = {}, {}
    for code, expand in PARADIGMS["word"].items():
        *form, agreement[code] = row[code].split()
        forms[code] = expand(" ".join(form))
    return Lexeme(forms, agreement)


def _nouns(row: dict[str, str]) -> list[Lexeme]:
    """A noun's singular, twice as frequent, and its plural."""
    english, (gender, *french) = row["en"].split(), row["fr"].split()
    singular, plural = (
        _with_agreement({"en": f"{english[i]} 3{number}", "fr": f"{french[i]} {gender}3{number}"})
        for i, number in enumerate("sp")
    )
    return [singular, singular, plural]
