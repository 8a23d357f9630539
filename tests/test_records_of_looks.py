"""What benchmarks/luong_pieces.py and benchmarks/feeding.py count, before they count it for hours."""

import json
import random
import re
import sys
import threading
from collections.abc import Callable
from itertools import combinations, islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from course_lib.corpora.grammar.corpus import LANGUAGES, constructions, fillable
from course_lib.corpora.grammar.engine import SynchronousGrammar
from course_lib.corpora.grammar.lexemes import lexemes
from course_lib.corpora.pairs import SentencePair
from course_lib.corpora.splits import split_of
from course_lib.locks import only_writer
from course_lib.vocabulary import Vocabulary
from course_lib.word_scores import WordScores

ROOT = Path(__file__).resolve().parent.parent
WORDS = Vocabulary.build([tuple("abcdef")])
TINY = {"embedding": 3, "hidden": 4}


@pytest.fixture
def pieces(script_of: Callable[[str], Any]) -> Any:
    return script_of("luong_pieces")


@pytest.fixture
def feeding(script_of: Callable[[str], Any]) -> Any:
    return script_of("feeding")


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
    ("said", "omitted", "least", "most"),
    [
        ("deux chats , trois sacs et quatre livres .", 0, 0, 0),
        ("deux chats et trois sacs .", 2, 2, 2),
        ("deux chats et quatre livres .", 2, 0, 0),
        ("trois sacs et quatre livres .", 2, 0, 0),
        ("quatre livres , trois sacs et deux chats .", 4, 0, 4),  # any of the three can be the one that is kept
        ("", 6, 6, 6),
        ("six hommes .", 6, 6, 6),
        ("deux chats , deux chats , trois sacs et quatre livres .", 0, 0, 0),
    ],
)
def test_a_list_that_stops_early_is_told_from_one_with_a_hole(
    said: str, omitted: int, least: int, most: int, feeding: Any
) -> None:
    reference = "deux chats , trois sacs et quatre livres .".split()
    assert feeding.omissions(said.split(), reference) == (omitted, least, most)


def test_where_items_are_equal_a_hole_may_be_an_early_end(feeding: Any) -> None:
    """One of three equal items is lacking: which, no word tells, so that both bounds are kept."""
    said, reference = "deux sacs et deux sacs .", "deux sacs , deux sacs et deux sacs ."
    assert feeding.omissions(said.split(), reference.split()) == (2, 0, 2)


def test_omissions_are_bounded_by_every_longest_subsequence(feeding: Any) -> None:
    """Against all choices of places, on lists of few words, where many are equally long."""
    numbers = random.Random(1)
    for _ in range(60):
        said, reference = ([numbers.choice("abc") for _ in range(numbers.randint(0, 6))] for _ in range(2))
        subsequences = {tuple(said[i] for i in kept) for n in range(7) for kept in combinations(range(len(said)), n)}
        places = [kept for n in range(7) for kept in combinations(range(len(reference)), n)]
        common = [kept for kept in places if tuple(reference[j] for j in kept) in subsequences]
        most = max(map(len, common))
        behind = [len(reference) - (kept[-1] + 1 if kept else 0) for kept in common if len(kept) == most]
        assert feeding.omissions(said, reference) == (len(reference) - most, min(behind), max(behind))


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
    unsure = WordScores((np.zeros(7),), (np.array([True, True, False, True, True, True, True]),), (look,))
    assert feeding.right_behind_item(unsure, [pair]) == {"1": 0.0, "2": 100.0}
    assert feeding.mass_by_item(scores, [pair]) == pytest.approx({"0": 0.1, "1": 0.1, "2": 0.6})


def test_the_sentences_whose_clause_grows_are_of_the_grammar_and_of_no_training_split(pieces: Any) -> None:
    """Chinese written by hand would show a sentence that no derivation gives, and a look at what was never learnt."""
    languages = (LANGUAGES["en"], LANGUAGES["zh"])
    meanings = {"see", "the", "i", "dog", "woman", "house", "big", "young", "intelligent"}
    words: dict[str, list[Any]] = {}
    for category, lexeme in lexemes(True, languages):
        if lexeme.meaning.split()[0] in meanings:
            words.setdefault(category, []).append(lexeme)
    other = re.compile("past|progressive|future|three|four|question|negated")
    rules = [rule for rule in constructions() if not other.search(" ".join((rule.category, *rule.slots.values())))]
    few = [rule.written_in(languages) for rule in fillable(rules, set(words))]
    drawn = set()
    for one in islice(SynchronousGrammar(languages, few, words).derivations(1), 20_000):
        source = " ".join(word for word, _ in one.write("en"))
        if source in dict(pieces.GROWING):
            drawn.add((source, " ".join(word for word, _ in one.write("zh"))))
    assert drawn == set(pieces.GROWING)
    assert all(split_of(source.split()) != "train" for source, _ in pieces.GROWING)


@pytest.mark.parametrize("name", ["luong_pieces", "feeding"])
def test_a_try_does_not_overwrite_the_record(
    name: str, script_of: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A run of three updates has the key of the run of an hour."""
    made = script_of(name)
    monkeypatch.setattr(sys, "argv", [name, "--size", "300"])
    with pytest.raises(SystemExit):
        made._arguments()
    for given in ([name, "--size", "300", "--out", str(tmp_path / "try.json")], [name]):
        monkeypatch.setattr(sys, "argv", given)
        made._arguments()


def recorded(pieces: Any, bench: Any, name: str, seconds: float, **other: Any) -> dict[str, Any]:
    settings = pieces.settings_of(bench, name, "en-zh", 1, bench.steps) | other
    return {f"en-zh, {name}, seed 1": {"settings": settings, "processor_seconds": seconds}}


def test_a_time_is_compared_only_with_that_of_the_same_sentences_and_updates(
    pieces: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bench, timed = pieces.Bench(tmp_path / "made.json", 1_000, 300), pieces.PIECES["concat, in dot's time"]
    monkeypatch.setattr(pieces.Bench, "pairs", lambda *_: {"draws": "today"})
    monkeypatch.setattr(pieces.Bench, "corpus", lambda *_: None)
    monkeypatch.setattr(pieces, "width", lambda *_: 64)
    dot = recorded(pieces, bench, "dot", 10.0)
    for concat, steps in (
        ({}, None),
        (recorded(pieces, bench, "concat", 40.0), 250),
        (recorded(pieces, bench, "concat", 40.0, steps=3), None),
        (recorded(pieces, bench, "concat", 40.0, pairs={"draws": "of another grammar"}), None),
    ):
        bench.out.write_text(json.dumps(dot | concat))
        assert pieces.steps_of(bench, timed, "en-zh") == steps
    pieces.run_piece(bench, "concat, in dot's time", "en-zh", 1)  # left out: the runs behind it still have their turn


def test_a_class_tells_what_its_words_cost_and_a_demonstrative_is_no_article(pieces: Any) -> None:
    scores = WordScores((np.array([1.0, 2.0, 6.0, 9.0]),), (np.array([True, True, False, True]),))
    found = pieces.by_class(scores, [["rest", "shows", "shows"]])
    assert found == {
        "rest": {"words": 1, "right": 100.0, "nats": 1.0},
        "shows": {"words": 2, "right": 50.0, "nats": 4.0},
    }
    kinds = [pieces._gendered(word).removesuffix(" that shows gender") for word in ("la", "à", "cette", "belle")]
    assert kinds == ["article or possessive"] * 2 + ["demonstrative", "other word"]


def test_two_runs_that_end_at_once_are_both_kept(
    script_of: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    records, path, read = script_of("records"), tmp_path / "made.json", []
    plain = records.read

    def read_while_another_ends(path: Path) -> dict[str, Any]:
        """The second time, as the first run reads what it will write back, let another run end."""
        found, number = plain(path), len(read)
        read.append(number)
        if number == 1:
            other.start()
            other.join(timeout=1.0)
        return found

    other = threading.Thread(target=records.run_once, args=(path, "other", {}, dict))
    monkeypatch.setattr(records, "read", read_while_another_ends)
    records.run_once(path, "one", {}, dict)
    other.join()
    assert plain(path).keys() == {"one", "other"}
    with only_writer(path):  # and nobody is left holding it
        pass


def test_the_first_run_of_a_process_is_not_timed_with_the_start_of_torch(
    script_of: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dot comes first, and concat's updates are counted out by dot's time: twelve updates took eleven times as long."""
    records, done = script_of("records"), []
    monkeypatch.setattr(records, "fit", lambda *_: done.append("fit"))
    monkeypatch.setattr(records.time, "process_time", lambda: float(done.append("clock") is None))
    records._warm_up.cache_clear()
    for _ in range(2):
        records.timed_fit(None, None, None)
    records._warm_up.cache_clear()  # nothing was trained: the next to ask has it done
    assert done == ["fit", *["clock", "fit", "clock"] * 2]
