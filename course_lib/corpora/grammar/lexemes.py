"""From lexicon.py to the words of the grammar: each meaning, in every category that it fills. Chapters 1 and 3."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from course_lib.corpora.grammar import lexicon
from course_lib.corpora.grammar.language import Forms, Language
from course_lib.corpora.grammar.rules import Lexeme

MEANING = "en"
"""The column that names a meaning: English is the language of the one who writes the lexicon."""

Filled = Iterator[tuple[str, Lexeme]]
"""(category, a meaning that fills it)."""


@dataclass(frozen=True)
class Row:
    """A row of the lexicon: what the grammar must know of a meaning, and its cell in each language."""

    meaning: str
    about: Mapping[str, str]
    cells: Mapping[Language, str]


def lexemes(small: bool, languages: Sequence[Language]) -> Filled:
    """Yield each meaning once for every category it fills; what one of the languages has no word for is left out."""
    for table, make in (
        (lexicon.VERBS, _verbs),
        (lexicon.ADJECTIVES, _adjectives),
        (lexicon.DETERMINERS, _determiner),
        (lexicon.ADVERBS, _adverb),
        (lexicon.PRONOUNS, _pronoun_or_name),
        (lexicon.NAMES, _pronoun_or_name),
        (lexicon.NOUNS, _nouns),
    ):
        for row in rows(table, small, languages):
            yield from make(row)


def rows(table: str, only_starred: bool, languages: Sequence[Language]) -> Iterator[Row]:
    """Yield the rows of a table for which every language has a word, from its column or its own ``words``."""
    header, *lines = (line for line in table.splitlines() if line.strip())
    names = [name.strip() for name in header[1:].split("|")]
    for line in lines:
        if only_starred and not line.startswith("*"):
            continue
        about = dict(zip(names, _split(line[1:], len(names)), strict=True))
        meaning = about[MEANING]
        known = {language: about.get(language.code, language.words.get(meaning)) for language in languages}
        cells = {language: cell for language, cell in known.items() if cell is not None}
        if len(cells) == len(languages):
            yield Row(meaning, about, cells)


def _split(line: str, count: int) -> list[str]:
    """Split a row at " | "; a bar without spaces belongs to a word (le|l')."""
    cells = [cell.strip() for cell in line.split(" | ")]
    if len(cells) != count:
        raise ValueError(f"A row of the lexicon has {len(cells)} cells, its header {count}: {line!r}.")
    return cells


def _verbs(row: Row) -> Filled:
    """A verb, for each kind of object that it may have or way in which it is built."""
    manner, *traits = row.about["manner"].split()
    kinds = row.about["kind"].split()
    forms = {language.code: language.morphology.verb(cell) for language, cell in row.cells.items()}
    for kind in kinds:
        agreement = {
            language.code: language.morphology.verb_agreement(cell, kind, kinds) or language.default
            for language, cell in row.cells.items()
        }
        verb = Lexeme(row.meaning, forms, agreement)
        category = f"owning {kind}" if "owning" in traits else kind
        # One that is owning or nowhere names no place.
        for filled in (category,) if traits else (category, f"somewhere {kind}"):
            yield f"verb {filled}", verb
            if manner == "action":
                yield f"action {filled}", verb


def _adjectives(row: Row) -> Filled:
    """An adjective, for each kind that it describes: its places beside the noun, and after "to be"."""
    place, *only = row.about["place"].split()
    has_degree = row.about["degree"] == "yes"
    forms = {language.code: language.morphology.adjective(cell) for language, cell in row.cells.items()}
    adjective = Lexeme(row.meaning, forms, {})
    for kind in row.about["kind"].split():
        yield f"{place} {kind}", adjective
        if not only:
            yield f"adjective {kind}", adjective
        if has_degree:
            yield f"degree {kind}", adjective
        if place == "after":
            yield f"{'opinion' if has_degree else 'colour'} {kind}", adjective


def _determiner(row: Row) -> Filled:
    forms = {language.code: language.morphology.determiner(cell) for language, cell in row.cells.items()}
    yield row.about["kind"], Lexeme(row.meaning, forms, {}, _refers(row))


def _adverb(row: Row) -> Filled:
    forms = {language.code: language.morphology.word(cell) for language, cell in row.cells.items()}
    yield row.about["kind"], Lexeme(row.meaning, forms, {})


def _pronoun_or_name(row: Row) -> Filled:
    """The last word of a cell is the agreement of the others; "-" is that of what has none."""
    cells: dict[Language, tuple[str, str]] = {}
    for language, cell in row.cells.items():
        *form, agreement = cell.split()
        cells[language] = " ".join(form), "" if agreement == "-" else agreement
    yield row.about["kind"], _word(row.meaning, cells, _refers(row))


def _nouns(row: Row) -> Filled:
    """A noun in the singular, twice as frequent, and in the plural where every language has one."""
    kind, traits = row.about["kind"], row.about["traits"].split()
    forms = {language: language.morphology.noun(cell, kind) for language, cell in row.cells.items()}
    singular, *plural = (
        _word(row.meaning, {language: found[place] for language, found in forms.items()}, _speaks_of(row, number))
        for place, number in zip(range(min(map(len, forms.values()))), "sp", strict=False)
    )
    for noun in (singular, singular, *plural):
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


def _word(meaning: str, cells: Mapping[Language, tuple[str, str]], refers: str) -> Lexeme:
    """A noun, pronoun or name, from its form and its agreement in each language."""
    forms: dict[str, Forms] = {language.code: language.morphology.word(form) for language, (form, _) in cells.items()}
    agreement = {language.code: own or language.default for language, (_, own) in cells.items()}
    return Lexeme(meaning, forms, agreement, refers)


def _refers(row: Row) -> str:
    refers = row.about["refers"]
    return "" if refers == "-" else refers


def _speaks_of(row: Row, number: str) -> str:
    """Of whom a noun speaks, in the words of ``TAKEN_FOR``."""
    kind = {"person": "people", "animal": "animals"}.get(row.about["kind"], "things")
    if number == "p":
        return kind
    if kind != "people":
        return ""
    traits = row.about["traits"].split()
    return "f" if "she" in traits else "m" if "he" in traits else "n"
