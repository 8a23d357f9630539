"""The record of chapter 3 is made by a script that runs for hours: what it chooses is looked at before."""

import importlib
from pathlib import Path
from typing import Any

import pytest

from course_lib.corpora.pairs import SentencePair
from course_lib.models import cho2014
from course_lib.seq2seq import live_parameters
from course_lib.vocabulary import Vocabulary

ROOT = Path(__file__).resolve().parent.parent
WORDS = Vocabulary.build([tuple("abcdefghij")])


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module("bottleneck")


def test_held_out_pairs_come_in_the_lengths_asked_for_and_no_others(script: Any) -> None:
    pairs = script.pairs_by_length("copy", 700, [(3, 4), (6, 6)], min_length=2)  # more than one draw holds
    lengths = [len(pair.source) for pair in pairs]
    assert [sum(low <= n <= high for n in lengths) for low, high in ((3, 4), (6, 6))] == [700, 700]
    assert len(pairs) == len({pair.source for pair in pairs}) == 1400
    assert {pair.source for pair in script.load("copy", size=3_000, seed=2).train}.isdisjoint(p.source for p in pairs)


def test_a_learning_rate_is_that_of_the_lowest_perplexity_and_not_guessed(script: Any) -> None:
    pilot = {f"pilot, 128, {rate:g}": {"validation_perplexity": abs(rate - 3e-3)} for rate in script.PILOT_RATES}
    assert script.tuned("128", pilot) == 3e-3
    pilot.popitem()
    with pytest.raises(SystemExit, match=r"The pilot has not run: \['pilot, 128, 0\.006'\]"):
        script.tuned("128", pilot)
    assert {row.rate for row in script.ROWS} - {None} == set(script.PILOTS)


def test_the_control_of_equal_size_is_of_equal_size(script: Any) -> None:
    wanted = live_parameters(cho2014(WORDS, WORDS, hidden=64, routes=("state", "readout")))
    hidden = script.width_for(wanted, WORDS, WORDS)
    size = live_parameters(cho2014(WORDS, WORDS, hidden=hidden))
    assert hidden < 64 and abs(size - wanted) < 0.01 * wanted
    with pytest.raises(ValueError, match="No width comes within 1 %"):
        script.width_for(1_000, WORDS, WORDS)


def test_the_words_that_are_scored_stay_the_same_and_the_replaced_are_unknown(script: Any) -> None:
    pair = SentencePair(("the", "cat", "sees", "dogs"), ("a", "b", "c"), frozenset({(1, 0)}), frozenset({(1, 0)}))
    assert script.without(pair, [3, 1]).source == ("the", script.NOBODYS_WORD, "sees", script.NOBODYS_WORD)
    assert script.without(pair, []) == pair
    content = script.content_words()
    assert {"cat", "cats", "sees", "looked", "old"} <= content
    assert content.isdisjoint({"the", "at", "that", "and", "he", "anne", ".", "not", "for"})
