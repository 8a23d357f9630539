"""A first task: English number words into digits. Chapters 1 and 2."""

import random
from collections.abc import Iterator
from functools import partial

from course_lib.corpora.pairs import ParallelCorpus, SentencePair
from course_lib.corpora.splits import HELD_OUT, draw_splits
from course_lib.corpora.splitting import CHARACTERS, Splitting
from course_lib.options import check_seed

MOST_DIGITS = 6
ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()

# A word with the places whose digit it says, and the places it is near: units are place 0, tens place 1 …
_Said = tuple[str, tuple[int, ...], tuple[int, ...]]


def numbers(size: int = 5000, seed: int = 1) -> ParallelCorpus:
    """Numbers from 0 to 999,999 in English words, and their digits, a digit a token.

    Numbers of one to six digits come equally often. "And" stands after a hundred or a thousand in half
    of the numbers where it may ("two hundred and five"); both spellings of a number are in the same
    split. A word is linked to the digits that it says; possible links lead from "hundred" and
    "thousand" to the digit that they count, and to each zero from the word that leaves it out.
    """

    check_seed(seed)

    def stream() -> Iterator[tuple[tuple[str, ...], tuple[str, ...], partial[SentencePair]]]:
        draws = random.Random(seed)
        while True:
            digits = draws.randint(1, MOST_DIGITS)
            number = draws.randrange(10 ** (digits - 1) if digits > 1 else 0, 10**digits)
            said = _say(number, with_and=draws.random() < 0.5)
            target = tuple(str(number))
            yield tuple(word for word, _, _ in said), target, partial(_pair, said, target)

    splits = draw_splits(stream(), size, HELD_OUT)
    return ParallelCorpus(
        "numbers", "English", "digits", *splits, source_splitting=Splitting(), target_splitting=CHARACTERS
    )


def _say(number: int, with_and: bool) -> list[_Said]:
    """Return the words of ``number`` in order."""
    if number == 0:
        return [("zero", (0,), ())]
    thousands, rest = divmod(number, 1000)
    words = _say_below_thousand(thousands, 3, with_and)
    if thousands:
        words.append(("thousand", (), (3, *_silent_zeros(rest))))
        if with_and and 0 < rest < 100:
            words.append(("and", (), ()))
    return words + _say_below_thousand(rest, 0, with_and)


def _silent_zeros(rest: int) -> tuple[int, ...]:
    """Return the places before the first digit of ``rest``, of three, that is not zero."""
    return tuple(place for place in range(3) if rest < 10**place or rest == 0)


def _say_below_thousand(number: int, place: int, with_and: bool) -> list[_Said]:
    """Return the words of 1 to 999 (none for 0), whose units stand at ``place``."""
    words: list[_Said] = []
    hundreds, rest = divmod(number, 100)
    if hundreds:
        zeros = tuple(place + p for p in _silent_zeros(rest) if p < 2)
        words += [(ONES[hundreds], (place + 2,), ()), ("hundred", (), (place + 2, *zeros))]
        if with_and and rest:
            words.append(("and", (), ()))
    tens, units = divmod(rest, 10)
    if tens >= 2:
        words.append((TENS[tens - 2], (place + 1,), () if units else (place,)))
        rest = units
    if rest:
        words.append((ONES[rest], (place,) if rest < 10 else (place + 1, place), ()))
    return words


def _pair(said: list[_Said], target: tuple[str, ...]) -> SentencePair:
    last = len(target) - 1
    sure = frozenset((j, last - place) for j, (_, says, _) in enumerate(said) for place in says)
    near = frozenset((j, last - place) for j, (_, _, near) in enumerate(said) for place in near)
    return SentencePair(tuple(word for word, _, _ in said), target, sure, sure | near)
