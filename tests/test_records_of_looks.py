"""What benchmarks/luong_pieces.py and benchmarks/feeding.py count, before they count it for hours."""

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from course_lib.corpora.pairs import SentencePair
from course_lib.vocabulary import Vocabulary
from course_lib.word_scores import WordScores

ROOT = Path(__file__).resolve().parent.parent
WORDS = Vocabulary.build([tuple("abcdef")])
TINY = {"embedding": 3, "hidden": 4}


def script(monkeypatch: pytest.MonkeyPatch, name: str) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module(name)


@pytest.fixture
def pieces(monkeypatch: pytest.MonkeyPatch) -> Any:
    return script(monkeypatch, "luong_pieces")


@pytest.fixture
def feeding(monkeypatch: pytest.MonkeyPatch) -> Any:
    return script(monkeypatch, "feeding")


def test_every_piece_and_row_can_be_built_and_is_run_once(pieces: Any, feeding: Any) -> None:
    """A misspelt option would end the run of a night at its fifth hour."""
    for piece in pieces.PIECES.values():
        pieces.luong2015(WORDS, WORDS, **TINY, **dict(piece.options))
    options = {frozenset(piece.options.items()) for piece in pieces.PIECES.values()}
    assert len(options) == len(pieces.PIECES) - 4  # two are another's in other units, one in time, one in its start
    runs = [(name, label) for group in pieces.GROUPS.values() for name in group for label in group[name]]
    assert len(runs) == len(set(runs)) == 18 * 2 + 8
    assert {name for name, _ in runs} == set(pieces.PIECES)
    assert len({make(WORDS, WORDS, **TINY).name for make in feeding.ROWS.values()}) == len(feeding.ROWS) - 1
    planned = feeding.MINIMUM + feeding.REST
    assert len(planned) == len(set(planned)) == 12 * 3 and len(feeding.MINIMUM) == 13


@pytest.mark.parametrize(
    ("said", "omitted", "at_the_end"),
    [
        ("deux chats , trois sacs et quatre livres .", 0, 0),
        ("deux chats et trois sacs .", 2, 2),
        ("deux chats et quatre livres .", 2, 0),
        ("trois sacs et quatre livres .", 2, 0),
        ("quatre livres , trois sacs et deux chats .", 4, 0),
        ("", 6, 6),
        ("deux chats , deux chats , trois sacs et quatre livres .", 0, 0),
    ],
)
def test_a_list_that_stops_early_is_told_from_one_with_a_hole(
    said: str, omitted: int, at_the_end: int, feeding: Any
) -> None:
    reference = "deux chats , trois sacs et quatre livres .".split()
    found = feeding.omissions(said.split(), reference)
    assert found[0] == omitted
    assert found[1] == at_the_end or said.startswith("quatre")  # there any of three items can be the one that is kept


def test_a_look_is_counted_as_that_of_another_word_the_wrong_way_round(pieces: Any) -> None:
    """Looks that point, each one row early, at the word to come are right with offset +1 and wrong with the others."""
    links = frozenset((k, k) for k in range(4))
    pair = SentencePair(tuple("abcd"), tuple("abcd"), links, links)
    early = np.zeros((5, 5))
    early[range(4), range(1, 5)] = 1.0
    early[4, 4] = 1.0
    scores = WordScores((np.zeros(5),), (np.ones(5, dtype=bool),), (early,))
    assert pieces.offset_aer(scores, [pair], 0) == 100.0 == pieces.offset_aer(scores, [pair], -1)
    assert pieces.offset_aer(scores, [pair], 1) == pytest.approx(100 * (1 - 6 / 7))  # three of four links, none wrong
    found = pieces.looks(scores, [pair])
    assert found["mass"] == 0.0 and found["jumps"]["1"] == 100.0
    assert found["right_by_jump"]["1"] == {"words": 4, "right": 100.0}


def test_a_classifier_is_told_from_the_same_sign_elsewhere(pieces: Any) -> None:
    words = "我 把 那 把 钥匙 给 了 这 家 酒店 的 几 个 老师".split()
    assert [words[i] + str(i) for i in range(len(words)) if pieces.is_classifier(words, i)] == ["把3", "家8", "个12"]


def test_the_words_of_an_item_and_the_weight_on_gold_are_those_of_that_item(feeding: Any) -> None:
    target = tuple("deux chats et trois sacs .".split())
    links = frozenset((i, i) for i in range(6))
    pair = SentencePair(tuple("two cats and three bags .".split()), target, links, links)
    right = np.array([True, True, True, True, False, True, False])
    look = np.full((7, 7), 0.1)
    look[[3, 4], [3, 4]] = (0.5, 0.7)
    scores = WordScores((np.zeros(7),), (right,), (look,))
    assert feeding.right_by_item(scores, [pair]) == {"0": 100.0, "1": 100.0, "2": 50.0}
    assert feeding.mass_by_item(scores, [pair]) == pytest.approx({"0": 0.1, "1": 0.1, "2": 0.6})
