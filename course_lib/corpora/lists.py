"""Lists of things, in English and in French: who loses its place in a long one? Chapter 8.

"Two red cats , three books and four hats ." An item is a number, a colour or none (half of the new items have
one), and one of six nouns; French has all of these nouns masculine and puts the colour behind, so that nothing
but the place in the list is hard. What a list repeats, no word of it tells apart.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache, partial
from typing import Literal

from course_lib.corpora.pairs import ParallelCorpus, SentencePair
from course_lib.corpora.splits import HELD_OUT, Words, draw_splits
from course_lib.corpora.splitting import Splitting
from course_lib.options import check_count, check_number, check_option, check_seed

ListOrder = Literal["said", "sorted"]
_Language = Literal["English", "French"]
_Item = tuple[int, int, int]  # noun, colour (0 for none) and number, each by its row below: the order of sorting

_NOUNS = (
    {"English": "hats", "French": "chapeaux"},
    {"English": "cats", "French": "chats"},
    {"English": "dogs", "French": "chiens"},
    {"English": "cakes", "French": "gâteaux"},
    {"English": "books", "French": "livres"},
    {"English": "bags", "French": "sacs"},
)
_COLOURS = (
    {"English": "black", "French": "noirs"},
    {"English": "red", "French": "rouges"},
    {"English": "green", "French": "verts"},
)
_NUMBERS = (
    {"English": "two", "French": "deux"},
    {"English": "three", "French": "trois"},
    {"English": "four", "French": "quatre"},
)
_COMMA = {"English": ",", "French": ","}
_AND = {"English": "and", "French": "et"}
_STOP = "."
_MARKS = frozenset((*_COMMA.values(), *_AND.values(), _STOP))
_LEAST_MOST, _MOST_ITEMS = 3, 40  # of two items there are too few lists to hold any out; 40 are 160 words
_MOST_AGAIN = 0.95  # above, hardly a list is a new one

_Meaning = tuple[object, str]  # of which item a word speaks, and which part of it
_Said = list[tuple[str, _Meaning]]


def list_corpus(
    size: int = 5000,
    seed: int = 1,
    least: int = 2,
    most: int = 5,
    again: float | None = None,
    order: ListOrder = "said",
) -> ParallelCorpus:
    """Lists of ``least`` to ``most`` items, and the same in French: in the order ``said``, or ``sorted``.

    ``most`` is 3 to 40; all lengths are drawn alike. ``again`` is the chance, 0 to 0.95, that an item repeats one
    of those before it, each as likely; else it is a new one. None draws a chance for each list.

    A list is taken once, and of short lists that repeat there are few: 72 of two equal items. So a corpus of
    short lists repeats less than was asked for, and holds fewer of the shortest. Of 5,000 lists of 2 to 5 items
    with ``again=0.9``, 64 in 100 items behind the first repeat one; with 40 items, 90. For a share that holds,
    set ``least`` to 10 or more, or count what was drawn. There are 72 different items, 18 of them without a
    colour: a long list that never repeats runs short of those, and at 40 items 62 in 100 have a colour.

    Sorted is by noun, then colour (none before black), as in a French dictionary, then by number. Every
    order of the same items is in the same split, and the English side does not depend on ``order``.

    In the order said every word has one sure link, the commas too. Sorted, an item that stands once has
    sure links, as has the full stop; equal items, and words between items, have possible ones with all
    that are equal. ValueError for an option out of range, or more lists than there are.
    """
    check_seed(seed)
    check_option("order", order, ListOrder)
    check_count("most", most, least=_LEAST_MOST, most=_MOST_ITEMS)
    if check_count("least", least) > most:
        raise ValueError(f"Expected 1 <= least <= most, got {least} and {most}.")
    if again is not None and check_number("again", again, least=0) > _MOST_AGAIN:
        raise ValueError(
            f"again: expected a chance from 0 to {_MOST_AGAIN}, got {again!r}: too few lists would differ."
        )

    def stream() -> Iterator[tuple[Words, Words, partial[SentencePair]]]:
        numbers = random.Random(seed)
        while True:
            items = _draw(numbers, numbers.randint(least, most), again)
            source, decisive = (_words(_say(told, "English", by_kind=False)) for told in (items, sorted(items)))
            yield source, decisive, partial(_pair, items, order)

    splits = draw_splits(stream(), size, HELD_OUT)
    return ParallelCorpus(
        "lists", "English", "French", *splits, source_splitting=Splitting(), target_splitting=Splitting()
    )


def item_numbers(words: Sequence[str]) -> tuple[int, ...]:
    """Return of which item of its list, counted from 1, each word is; 0 for the words between items and the full stop.

    ``words`` are those of a list, in English or French, or what a model made of one: an item is what
    stands between two of ``,``, ``and``, ``et`` and ``.``, whatever it holds.
    """
    if isinstance(words, str):
        raise ValueError(f"words: expected a sequence of words, got the string {words!r}; split it first.")
    found: list[int] = []
    item = 1
    for word in words:
        is_mark = word in _MARKS
        found.append(0 if is_mark else item)
        item += is_mark
    return tuple(found)


def _draw(numbers: random.Random, length: int, again: float | None) -> tuple[_Item, ...]:
    share = numbers.random() if again is None else again
    items: list[_Item] = []
    said: set[_Item] = set()
    for _ in range(length):
        repeats = bool(items) and numbers.random() < share
        items.append(numbers.choice(items) if repeats else _new(numbers, said))
        said.add(items[-1])
    return tuple(items)


def _new(numbers: random.Random, said: set[_Item]) -> _Item:
    """Draw an item that is not among those ``said``."""
    while True:
        colour = numbers.randint(1, len(_COLOURS)) if numbers.random() < 0.5 else 0
        item = numbers.randrange(len(_NOUNS)), colour, numbers.randrange(len(_NUMBERS))
        if item not in said:
            return item


def _pair(items: Sequence[_Item], order: ListOrder) -> SentencePair:
    """Return a list and its translation; words are linked that say the same, surely where no others say it too."""
    by_kind = order == "sorted"
    source = _say(items, "English", by_kind)
    target = _say(sorted(items) if by_kind else items, "French", by_kind)
    places: dict[_Meaning, list[int]] = defaultdict(list)
    for j, (_, meaning) in enumerate(source):
        places[meaning].append(j)
    possible = frozenset((j, i) for i, (_, meaning) in enumerate(target) for j in places[meaning])
    unsure = {meaning for meaning, where in places.items() if len(where) > 1 or (by_kind and meaning[1] == "between")}
    sure = frozenset((j, i) for j, i in possible if source[j][1] not in unsure)
    return SentencePair(_words(source), _words(target), sure, possible)


def _say(items: Sequence[_Item], language: _Language, by_kind: bool) -> _Said:
    """Return the words of a list; what they say is named by the kind of the item, or by its place in the list."""
    said: _Said = []
    for k, item in enumerate(items):
        if k:
            word = _AND if k == len(items) - 1 else _COMMA
            said.append((word[language], (word["English"] if by_kind else k, "between")))
        said += [(word, (item if by_kind else k, part)) for word, part in _say_item(item, language)]
    return [*said, (_STOP, (_STOP, "end"))]


def _words(said: _Said) -> Words:
    return tuple(word for word, _ in said)


@cache
def _say_item(item: _Item, language: _Language) -> list[tuple[str, str]]:
    """Return the words of an item, each with the part of it that it says."""
    noun, colour, number = item
    described = [(_NOUNS[noun][language], "noun")]
    if colour:
        described.insert(0 if language == "English" else 1, (_COLOURS[colour - 1][language], "colour"))
    return [(_NUMBERS[number][language], "number"), *described]
