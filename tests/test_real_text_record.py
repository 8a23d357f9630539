"""What real text is said to be like: the record of chapter 14 counts what it says, and holds no sentence of others."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from course_lib import results
from course_lib.corpora import ParallelCorpus, SentencePair, load
from course_lib.fingerprints import pairs_fingerprint

RECORD = results.load("real_text")


@pytest.fixture
def real_text(script_of: Callable[[str], Any]) -> Any:
    return script_of("real_text")


def pair(source: str, target: str) -> SentencePair:
    return SentencePair(tuple(source.split()), tuple(target.split()))


def corpus() -> ParallelCorpus:
    train = (pair("a b", "x y"), pair("a b", "x z"), pair("a c", "x y y"))
    return ParallelCorpus(
        "a corpus", "English", "French", train, (pair("b", "z"),), (pair("b d", "w y"), pair("c", "x"))
    )


def test_every_text_stands_in_the_record(real_text: Any) -> None:
    assert set(RECORD) == set(real_text.TEXTS)


@pytest.mark.parametrize("name", ["grammar", "phrasebook"])
def test_the_record_was_made_on_other_sentences(name: str, real_text: Any) -> None:
    text = real_text.TEXTS[name]
    drawn = load(text.corpus, **text.options)
    for split, pairs in zip(("train", "validation", "test"), real_text.splits_of(drawn), strict=True):
        assert RECORD[name]["settings"]["data"][split]["fingerprint"] == pairs_fingerprint(pairs)


def test_a_sentence_of_others_stands_in_the_record() -> None:
    """Multi30k may not be passed on. Names and numbers are all there is: no text of more than a name's letters."""

    def texts(part: object) -> list[str]:
        if isinstance(part, dict):
            return [text for value in part.values() for text in texts(value)]
        if isinstance(part, list):
            return [text for value in part for text in texts(value)]
        return [part] if isinstance(part, str) else []

    names = {"synchronous", "multi30k", "phrasebook", "tatoeba", "en-fr", "small", "de", "en"}
    for text in texts({name: {k: v for k, v in of.items() if k != "languages"} for name, of in RECORD.items()}):
        assert re.fullmatch(r"[\d. ]+|[0-9a-f]{16}|[a-z]{3}", text) or text in names, text[:40]


def test_unknown_words_are_those_that_no_training_pair_holds(real_text: Any) -> None:
    found = real_text.side_of(corpus(), "source")
    assert found["unknown"] == {"pairs": "3", "share": f"{1 / 3:.5f}"}  # d, of b d c
    assert (found["tokens"], found["types"], found["seen_once"]) == (6, 3, 1)
    assert (found["ranks"], found["counts"]) == ("1 2 3", "3 2 1")
    assert found["unknown_or_seen_once"] == round(2 / 3, 5)  # c was seen once
    assert found["letters_a_word"] == 2


def test_more_pairs_know_less(real_text: Any) -> None:
    for name, of in RECORD.items():
        for side in real_text.SIDES:
            shares = [float(share) for share in of[side]["unknown"]["share"].split()]
            assert shares == sorted(shares, reverse=True), name


def test_the_table_answers_with_the_first_translation_and_nothing_else(real_text: Any) -> None:
    train = [pair("a b c d", "w x y z"), pair("a b c d", "z y x w"), pair("b", "x")]
    held_out = [pair("a b c d", "w x y z"), pair("c", "y")]
    found = real_text.leak_between(train, held_out)
    assert (found["held_out"], found["in_training"], found["bleu_where_it_answers"]) == (2, 1, 100.0)
    assert 0 < found["bleu_of_the_table"] < 100  # what it leaves out makes it too short


def test_translations_are_counted_once_a_sentence(real_text: Any) -> None:
    found = real_text.translations(corpus())
    assert found == {"sentences": 5, "with_so_many": {"1": 4, "2": 1}, "most": 2}


def test_a_split_by_line_holds_out_what_it_says_and_loses_nothing(real_text: Any) -> None:
    counted = Counter(real_text.leak(load("phrasebook"), 1)["held_out"] for _ in range(2))
    assert counted == {44: 2}


@pytest.mark.parametrize("name", RECORD)
def test_the_courses_own_splits_leak(name: str) -> None:
    assert RECORD[name]["leak_of_the_course"]["in_training"] == 0
