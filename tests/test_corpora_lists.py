"""Lists: what they say in French, what is linked, how often an item comes again. Chapter 8."""

import itertools
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.corpora import ParallelCorpus, SentencePair, load
from course_lib.corpora.lists import _draw, _pair, item_numbers

# A second lexicon, written by hand: what each word says, in either language.
MEANS = {
    "en": {
        **{"two": 2, "three": 3, "four": 4, "black": "noir", "red": "rouge", "green": "vert"},
        **{"hats": "chapeau", "cats": "chat", "dogs": "chien", "cakes": "gâteau", "books": "livre", "bags": "sac"},
    },
    "fr": {
        **{"deux": 2, "trois": 3, "quatre": 4, "noirs": "noir", "rouges": "rouge", "verts": "vert"},
        **{"chapeaux": "chapeau", "chats": "chat", "chiens": "chien"},
        **{"gâteaux": "gâteau", "livres": "livre", "sacs": "sac"},
    },
}
AND = {"en": "and", "fr": "et"}
COLOURS = {"noir", "rouge", "vert"}
Read = tuple[str, str, int]
Items = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=7)


def read(words: tuple[str, ...], language: str) -> list[Read]:
    """The (noun, colour, number) of each item, as a reader finds them; the places of all words are checked."""
    assert words[-1] == "."
    parts: list[list[str]] = [[]]
    marks = []
    for word in words[:-1]:
        if word in (",", AND[language]):
            marks.append(word)
            parts.append([])
        else:
            parts[-1].append(word)
    assert marks == [","] * (len(marks) - 1) + [AND[language]] * bool(marks)
    found = []
    for part in parts:
        number, *rest = (MEANS[language][word] for word in part)
        colour, noun = ("", *rest) if len(rest) == 1 else rest if language == "en" else rest[::-1]
        assert isinstance(number, int) and noun not in COLOURS and (not colour or colour in COLOURS)
        found.append((noun, colour, number))
    return found


def every_pair(corpus: ParallelCorpus) -> list[SentencePair]:
    return [*corpus.train, *corpus.validation, *corpus.test]


def linked_by_reading(pair: SentencePair, by_place: bool) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """The links that a reader would draw who sees the words alone: sure and possible."""

    def marked(words: tuple[str, ...], language: str) -> list[tuple[object, object]]:
        kinds, k, found = read(words, language), 0, []
        for word in words:
            if word in (",", AND[language], "."):
                k += word != "."
                end = word == "."
                mark = {",": ",", AND[language]: "&", ".": "."}[word]
                found.append(("end" if end else "between", (mark, k) if by_place and not end else mark))
            else:
                found.append((k if by_place else kinds[k], MEANS[language][word]))
        return found

    source, target = marked(pair.source, "en"), marked(pair.target, "fr")
    possible = {(j, i) for j in range(len(source)) for i in range(len(target)) if source[j] == target[i]}
    unique = {said for said, n in Counter(source).items() if n == 1 and (by_place or said[0] != "between")}
    return {(j, i) for j, i in possible if source[j] in unique}, possible


# ------------------------------------------------------------------------------- what a list says


@pytest.mark.parametrize("again", [None, 0.0, 0.8])
def test_the_french_says_the_same_items_in_the_same_order(again: float | None) -> None:
    pairs = every_pair(load("lists", size=1500, least=1, most=6, again=again))
    assert all(read(pair.source, "en") == read(pair.target, "fr") for pair in pairs)
    assert {len(read(pair.source, "en")) for pair in pairs} == set(range(1, 7))
    kinds = {item for pair in pairs for item in read(pair.source, "en")}
    assert len(kinds) == 6 * 4 * 3
    coloured = sum(bool(colour) for pair in pairs for _, colour, _ in read(pair.source, "en"))
    assert 0.4 < coloured / sum(len(read(pair.source, "en")) for pair in pairs) < 0.6


def test_sorted_the_french_has_the_same_items_as_in_a_dictionary() -> None:
    said, ordered = (load("lists", size=1000, order=order) for order in ("said", "sorted"))
    assert [pair.source for pair in every_pair(said)] == [pair.source for pair in every_pair(ordered)]
    moved = 0
    for pair in every_pair(ordered):
        assert read(pair.target, "fr") == sorted(read(pair.source, "en"))  # "" before every colour
        moved += read(pair.target, "fr") != read(pair.source, "en")
    assert moved > 500


def test_a_list_on_paper_is_said_and_sorted() -> None:
    items = ((2, 2, 1), (0, 0, 0), (2, 2, 1))  # three red dogs , two hats and three red dogs .
    said, ordered = _pair(items, "said"), _pair(items, "sorted")
    assert " ".join(said.source) == " ".join(ordered.source) == "three red dogs , two hats and three red dogs ."
    assert " ".join(said.target) == "trois chiens rouges , deux chapeaux et trois chiens rouges ."
    assert " ".join(ordered.target) == "deux chapeaux , trois chiens rouges et trois chiens rouges ."
    crossing = {(0, 0), (1, 2), (2, 1)}
    assert (
        said.sure
        == said.possible
        == (crossing | {(3, 3), (4, 4), (5, 5), (6, 6), (10, 10)} | {(j + 7, i + 7) for j, i in crossing})
    )
    assert ordered.sure == {(4, 0), (5, 1), (10, 10)}
    equal = {(j + a, i + b) for j, i in crossing for a in (0, 7) for b in (3, 7)}
    assert ordered.possible == ordered.sure | equal | {(3, 2), (6, 6)}


@given(Items)
def test_links_are_those_that_a_reader_of_the_words_would_draw(items: list[tuple[int, int, int]]) -> None:
    for order in ("said", "sorted"):
        pair = _pair(tuple(items), order)  # type: ignore[arg-type]
        assert (pair.sure, pair.possible) == linked_by_reading(pair, by_place=order == "said")
        assert {i for _, i in pair.possible or ()} == set(range(len(pair.target)))


# ------------------------------------------------------------------------------- what comes again


def repeated(pair: SentencePair) -> int:
    items = read(pair.source, "en")
    return len(items) - len(set(items))


def test_an_item_comes_again_as_often_as_was_asked_for() -> None:
    """Else a model that counts would be tested on lists with nothing to count."""
    never = every_pair(load("lists", size=500, most=9, again=0))
    assert not any(map(repeated, never))
    for again in (0.3, 0.8):
        pairs = every_pair(load("lists", size=500, least=12, most=12, again=again))
        assert abs(sum(map(repeated, pairs)) / (11 * len(pairs)) - again) < 0.03
    shares = [repeated(pair) / 11 for pair in every_pair(load("lists", size=500, least=12, most=12))]
    tenths = Counter(min(int(10 * share), 9) for share in shares)
    assert len(tenths) == 10 and min(tenths.values()) > 0.4 * len(shares) / 10  # each list has a chance of its own


def test_short_lists_repeat_less_than_was_asked_for_and_long_ones_as_much() -> None:
    """A list is taken once: who asks for 0.9 in a corpus of short lists has to know what comes."""
    short = load("lists", again=0.9).train
    assert 0.62 < sum(map(repeated, short)) / sum(len(read(p.source, "en")) - 1 for p in short) < 0.67
    two = [pair for pair in short if len(read(pair.source, "en")) == 2]
    assert sum(map(repeated, two)) <= 72 and len(two) < 0.15 * len(short)
    long = load("lists", size=500, least=10, most=12, again=0.9).train
    assert abs(sum(map(repeated, long)) / sum(len(read(p.source, "en")) - 1 for p in long) - 0.9) < 0.03


def test_a_long_list_that_never_repeats_runs_short_of_items_without_a_colour() -> None:
    numbers = random.Random(1)
    items = [item for _ in range(300) for item in _draw(numbers, 40, 0)]
    assert abs(sum(colour > 0 for _, colour, _ in items) / len(items) - 0.62) < 0.02
    firsts = [_draw(numbers, 1, 0)[0] for _ in range(2000)]
    assert abs(sum(colour > 0 for _, colour, _ in firsts) / 2000 - 0.5) < 0.04


def test_every_earlier_item_is_as_likely_to_come_again() -> None:
    """A third item that repeats only the one before it would teach to say the last word once more."""
    thirds: Counter[str] = Counter()
    for pair in every_pair(load("lists", size=3000, least=3, most=3, again=0.5)):
        first, second, third = read(pair.source, "en")
        if first != second and third in (first, second):
            thirds["first" if third == first else "second"] += 1
    assert abs(thirds["first"] / thirds.total() - 0.5) < 0.05


# ------------------------------------------------------------------------------------------ splits


def test_no_order_of_the_same_items_stands_in_two_splits() -> None:
    """Sorted, their target is one and the same: a test would ask for what was trained on."""
    corpora = [load("lists", size=4000, seed=seed, least=1, most=3, order="sorted") for seed in (1, 2)]
    trained = {pair.target for corpus in corpora for pair in corpus.train}
    tested = {pair.target for corpus in corpora for pair in corpus.test}
    validated = {pair.target for corpus in corpora for pair in corpus.validation}
    assert trained.isdisjoint(tested | validated) and tested.isdisjoint(validated)
    assert any(len(list(same)) > 1 for _, same in itertools.groupby(sorted(pair.target for pair in corpora[0].train)))


def test_lists_run_out_with_a_message_and_not_never(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("course_lib.corpora.splits._PATIENCE", 100)
    with pytest.raises(ValueError, match=r"size: too few different sentences.* of 10000 for train.*Ask for fewer"):
        load("lists", size=10_000, least=1, most=3, again=0.95)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"most": 2}, "most: expected 3 or more, got 2"),
        ({"most": 41}, "most: expected at most 40, got 41"),
        ({"least": 0}, "least: expected 1 or more, got 0"),
        ({"least": 6}, "1 <= least <= most, got 6 and 5"),
        ({"again": -0.1}, "again: expected a number of 0 or more"),
        ({"again": float("nan")}, "again: expected a number of 0 or more, got nan"),
        ({"again": True}, "again: expected a number of 0 or more, got True"),
        ({"again": 1}, "again: expected a chance from 0 to 0.95, got 1: too few lists would differ"),
        ({"order": "shuffled"}, "order: expected one of 'said', 'sorted', got 'shuffled'"),
        ({"seed": -1}, "seed: expected 0 or more"),
        ({"size": 0}, "size: expected 1 or more"),
    ],
)
def test_an_option_of_lists_out_of_range_is_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load("lists", **options)


# ------------------------------------------------------------------------------------ item numbers


def test_words_are_counted_by_item_and_what_stands_between_by_none() -> None:
    pair = _pair(((2, 2, 1), (0, 0, 0), (2, 2, 1)), "said")
    assert item_numbers(pair.source) == item_numbers(pair.target) == (1, 1, 1, 0, 2, 2, 0, 3, 3, 3, 0)
    assert item_numbers(()) == ()
    assert item_numbers(["deux", "chats", "et"]) == (1, 1, 0)
    with pytest.raises(ValueError, match=r"got the string 'two cats \.'; split it first"):
        item_numbers("two cats .")


@given(Items)
def test_as_many_items_are_numbered_as_a_list_has(items: list[tuple[int, int, int]]) -> None:
    for words in (_pair(tuple(items), "sorted").source, _pair(tuple(items), "sorted").target):
        numbers = item_numbers(words)
        assert len(numbers) == len(words) and set(numbers) == set(range(len(items) + 1))
        assert [k for k, _ in itertools.groupby(n for n in numbers if n)] == list(range(1, len(items) + 1))
