"""First tasks: reversing, copying, and dates in many spellings. Chapters 1 and 2.

Reversal is the task in which a decoder has to look the other way (used for sequence models since
Zaremba & Sutskever 2014, Learning to execute, section 4.2 with copying); dates follow the exercise
known from Ng's *Sequence models* course. The gold links are part of the task.
"""

import datetime
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from course_lib.corpora.pairs import Link, ParallelCorpus, SentencePair
from course_lib.corpora.splits import HELD_OUT, Words, draw_splits
from course_lib.corpora.splitting import CHARACTERS
from course_lib.options import MOST_WORDS, check_count, check_seed

_Draw = tuple[Words, Words, Callable[[], SentencePair]]
FIRST_DAY, LAST_DAY = datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)
SPACE = "␣"
"""Stands for a space in the dates, whose tokens are characters."""


def reversal(
    size: int = 5000, seed: int = 1, min_length: int = 3, max_length: int = 10, alphabet: str = "abcdefghij"
) -> ParallelCorpus:
    """Sequences of ``alphabet``'s symbols and the same from right to left; links (j, n - 1 - j).

    ``min_length`` to ``max_length`` symbols; ValueError for an option out of range.
    """
    return _symbols("reversal", size, seed, min_length, max_length, alphabet)


def copy(
    size: int = 5000, seed: int = 1, min_length: int = 3, max_length: int = 10, alphabet: str = "abcdefghij"
) -> ParallelCorpus:
    """Sequences of ``alphabet``'s symbols and the same once more; links (j, j)."""
    return _symbols("copy", size, seed, min_length, max_length, alphabet)


def _symbols(name: str, size: int, seed: int, min_length: int, max_length: int, alphabet: str) -> ParallelCorpus:
    check_seed(seed)
    check_count("max_length", max_length, most=MOST_WORDS)
    if check_count("min_length", min_length) > max_length:
        raise ValueError(f"Expected 1 <= min_length <= max_length, got {min_length} and {max_length}.")
    if not isinstance(alphabet, str):
        raise ValueError(f"alphabet: expected a string of symbols, got {alphabet!r}.")
    if len(set(alphabet)) < max(2, len(alphabet)) or any(symbol.isspace() for symbol in alphabet):
        raise ValueError(f"alphabet: expected two or more different symbols, none of them a space, got {alphabet!r}.")

    def stream() -> Iterator[_Draw]:
        numbers = random.Random(seed)
        while True:
            source = tuple(numbers.choices(alphabet, k=numbers.randint(min_length, max_length)))
            yield source, source, partial(_mirrored, source, name == "reversal")

    splits = draw_splits(stream(), size, HELD_OUT)
    return ParallelCorpus(name, "symbols", "symbols", *splits, source_splitting=CHARACTERS, target_splitting=CHARACTERS)


def _mirrored(source: Words, backwards: bool) -> SentencePair:
    last = len(source) - 1
    links = frozenset((j, last - j if backwards else j) for j in range(len(source)))
    return SentencePair(source, source[::-1] if backwards else source, links, links)


MONTHS = "january february march april may june july august september october november december".split()
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
# A spelling is a row of fields; Y is the year, M the month and D the day of the month.
SPELLINGS = (
    "D mon Y",
    "D month Y",
    "Dth of month Y",
    "month D, Y",
    "month Dth, Y",
    "mon D, Y",
    "weekday D month Y",
    "weekday, month D, Y",
    "DD.MM.Y",
    "D.M.Y",
    "Y/MM/DD",
)


def dates(size: int = 5000, seed: int = 1) -> ParallelCorpus:
    """Days of 1900 to 2099 in eleven spellings, and as ISO 8601; the tokens are characters.

    Every spelling says one day only: dots mean day.month.year, slashes year/month/day. All
    spellings of a day stand in the same split. Digits are linked one to one; the letters of a
    month, and of a digit that was not written (the 0 of 03), are possible links.
    """

    check_seed(seed)

    def stream() -> Iterator[_Draw]:
        numbers = random.Random(seed)
        while True:
            day = FIRST_DAY + datetime.timedelta(numbers.randint(0, (LAST_DAY - FIRST_DAY).days))
            fields = _spell(day, numbers.choice(SPELLINGS))
            source = tuple(character for text, _ in fields for character in text.replace(" ", SPACE))
            target = tuple(day.isoformat())
            yield source, target, partial(_date_pair, source, target, fields)

    splits = draw_splits(stream(), size, HELD_OUT)
    splitting = replace(CHARACTERS, space=SPACE)
    return ParallelCorpus(
        "dates", "dates", "ISO 8601", *splits, source_splitting=splitting, target_splitting=CHARACTERS
    )


def _spell(day: datetime.date, spelling: str) -> list[tuple[str, str]]:
    """Return the pieces of the spelling as (text, "Y", "M", "D" or "" for what says nothing)."""
    month, weekday = MONTHS[day.month - 1], WEEKDAYS[day.weekday()]
    ending = "th" if 10 < day.day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    values = {
        "Y": (str(day.year), "Y"),
        "MM": (f"{day.month:02}", "M"),
        "M": (str(day.month), "M"),
        "DD": (f"{day.day:02}", "D"),
        "D": (str(day.day), "D"),
        "th": (ending, ""),
        "month": (month, "M"),
        "mon": (month[:3], "M"),
        "weekday": (weekday, ""),
    }
    pieces, rest = [], spelling
    while rest:
        name = max((name for name in values if rest.startswith(name)), key=len, default="")
        pieces.append(values[name] if name else (rest[0], ""))
        rest = rest[len(name) or 1 :]
    return pieces


def _date_pair(source: Words, target: Words, fields: list[tuple[str, str]]) -> SentencePair:
    return SentencePair(source, target, *_date_links(fields))


def _date_links(fields: list[tuple[str, str]]) -> tuple[frozenset[Link], frozenset[Link]]:
    """Link each written digit to its digit in YYYY-MM-DD, anything else of the field possibly."""
    places = {"Y": (0, 1, 2, 3), "M": (5, 6), "D": (8, 9)}
    sure: set[Link] = set()
    possible: set[Link] = set()
    start = 0
    for text, field in fields:
        wanted = places.get(field, ())
        unwritten = len(wanted) - len(text)  # 1 for the 0 of 03 where the text says 3
        for j in range(start, start + len(text)):
            if not text.isdigit():
                possible.update((j, i) for i in wanted)
            elif wanted:
                sure.add((j, wanted[unwritten + j - start]))
                possible.update((j, i) for i in wanted[:unwritten])
        start += len(text)
    return frozenset(sure), frozenset(sure | possible)
