"""The script behind chapter 13: what it counts of a search, and in whose column, before it counts it for hours."""

import json
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from course_lib.corpora import SentencePair
from course_lib.corpora.lists import item_numbers
from course_lib.metrics import bleu
from course_lib.search import Hypothesis
from course_lib.seq2seq import Seq2Seq
from tests.oracles.models import PAIRS, TARGET, make

ROOT = Path(__file__).resolve().parent.parent
WORDS = ("le", "chat", "noir", "dort", "les", "chats")
MIXED = [
    SentencePair(tuple(words.split()), ("le",))
    for words in ("the cat sees", "cats sleep", "black dog sleeps", "sleep cats", "dog cat the", "the", "the the cats")
]
"""Several of one length, in no order: a batch that came back in another order would tell."""


@pytest.fixture
def script(script_of: Callable[[str], Any]) -> Any:
    return script_of("decoding")


@cache
def model() -> Seq2Seq:
    return make("luong-dot")


def said(words: str, log_prob: float = -1.0, finished: bool = True) -> Hypothesis:
    return Hypothesis(tuple(TARGET.encode(words.split())), log_prob, finished)


def pair(target: str, source_words: int = 4) -> SentencePair:
    return SentencePair(("the",) * source_words, tuple(target.split()))


def value(table: dict[str, str], measure: str, search: str) -> float:
    return float(table[measure].split()[table["searches"].split(", ").index(search)])


def test_every_search_has_its_own_column(script: Any) -> None:
    """Worked by hand: three searches of three sentences, the reference's words 4, 2 and 1."""
    pairs = [pair("le chat noir dort"), pair("les chats"), pair("le")]
    found = {
        "1": [said("le chat noir dort", -3), said("les chats", -2), said("le", -1)],
        "50": [said("", -0.5), said("les", -1.5), said("chat chat", -9, finished=False)],
        "exact": [said("", -0.5), said("les chats les", -1.5), said("", -0.7)],
    }
    best = [Best(hypothesis) for hypothesis in found["exact"]]
    table = script.table(model(), found, pairs, best)
    assert table["searches"] == "1, 50, exact"
    assert table["right"] == "3 0 0" and table["empty"] == "0 1 2" and table["one_word"] == "1 1 0"
    assert table["unfinished"] == "0 1 0" and table["missed"] == "3 1 0"
    assert table["omitted"] == "0 6 5" and table["repeated"] == "0 0 1" and table["invented"] == "0 2 0"
    assert value(table, "length_ratio", "50") == pytest.approx(3 / 7, abs=5e-5)
    assert value(table, "ln_p_mean", "1") == -2 and value(table, "ln_p_mean", "exact") == -0.9
    assert "missed" not in script.table(model(), found, pairs)
    assert script.hits(model(), found, pairs) == {"1": "111", "50": "000", "exact": "000"}


class Best:
    """What the script reads of the result of an exact search."""

    def __init__(self, hypothesis: Hypothesis, proven: bool = True, expanded: int = 1) -> None:
        self.hypothesis, self.proven, self.expanded = hypothesis, proven, expanded


def test_a_proof_says_what_it_cost(script: Any) -> None:
    best = [Best(said("le"), proven, states) for proven, states in ((True, 4), (False, 90), (True, 10))]
    assert script.proofs(best) == {"proven": "101", "states_low_median_high": "4 10 90"}


def test_a_gain_of_bleu_is_a_difference_of_bleus(script: Any) -> None:
    """By the course's own BLEU; the interval is of the same draws on both sides, so equal sides leave none."""
    draw = Random(3)
    references = [tuple(draw.choices(WORDS, k=draw.randint(4, 9))) for _ in range(40)]
    good, bad = (
        [tuple(word if draw.random() < share else draw.choice(WORDS) for word in sentence) for sentence in references]
        for share in (0.95, 0.6)
    )
    found = script.bleu_gain(good, bad, references)
    wanted = bleu(good, references).value - bleu(bad, references).value
    assert found["gain"] == pytest.approx(wanted, abs=0.006) and found["interval"][0] > 0
    assert found["interval"][0] < wanted < found["interval"][1]
    assert script.bleu_gain(bad, good, references)["gain"] == -found["gain"]
    assert script.bleu_gain(good, good, references) == {"gain": 0, "interval": [0, 0]}


def test_what_two_samples_share_is_counted_with_repeats(script: Any) -> None:
    def by_counting(one: str, other: str) -> float:
        ours, theirs = (Counter(zip(("<s>", *s.split()), (*s.split(), "</s>"), strict=True)) for s in (one, other))
        return 2 * (ours & theirs).total() / (ours.total() + theirs.total())

    sentences = ["", "le", "le chat le chat le chat", "le chat", "chat le", "le chat noir dort"]
    for one in sentences:
        for other in sentences:
            assert script.shared(said(one), said(other)) == pytest.approx(by_counting(one, other))


def test_the_least_risky_sample_is_that_which_shares_most_with_all(
    script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The most probable one is empty and alone; two of four say nearly the same, and one of these is right."""
    samples = [said("", -0.1), said("le chat noir dort", -3), said("le chat noir", -4), said("les chats", -2)]
    monkeypatch.setattr(script, "sampled", lambda *_: [samples])
    table = script.least_risky(model(), [pair("le chat noir dort")], 1.0)
    assert table["searches"] == "least risky, most probable sample, first sample"
    assert table["right"] == "1 0 0" and table["empty"] == "0 1 1"


@pytest.mark.parametrize("width", [1, 3])
def test_beams_come_in_the_order_of_the_pairs_each_with_its_own_limit(script: Any, width: int) -> None:
    """A batch of one length has that length's limit; the same sentences alone are the oracle."""
    found = script.beams(model(), MIXED, width, 0.6)
    for one, alone in zip(found, MIXED, strict=True):
        (wanted,) = model().beam_search([alone.source], width, length_normalisation=0.6)
        assert one.tokens == wanted.hypotheses[0].tokens
        assert one.log_prob == pytest.approx(wanted.hypotheses[0].log_prob, abs=1e-4)


def test_samples_stand_with_their_own_sentence(script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Near temperature 0 all of them are greedy's: a row that moved to another sentence would tell."""
    monkeypatch.setattr(script, "ROWS_AT_ONCE", 8)
    greedy = script.beams(model(), MIXED, 1)
    assert len({round(one.log_prob, 3) for one in greedy}) == len(MIXED)
    for some, wanted in zip(script.sampled(model(), MIXED, 1e-4, 4), greedy, strict=True):
        assert len(some) == 4
        assert all(one.log_prob == pytest.approx(wanted.log_prob, abs=1e-4) for one in some)


def test_what_the_empty_sentence_is_worth_is_the_first_end(script: Any) -> None:
    (exact,) = model().exact_search([PAIRS[0].source], 2, max_length=1)
    (worth,) = script.empty(model(), [PAIRS[0]])
    ends = model().beam_search([PAIRS[0].source], 8, max_length=1, n_best=8)[0]
    (nothing,) = [one for one in ends.hypotheses if one.tokens == () and one.finished]
    assert worth == pytest.approx(nothing.log_prob, abs=1e-5) and worth <= exact.hypothesis.log_prob + 1e-5


def test_bands_hold_the_places_of_their_lengths(script: Any) -> None:
    pairs = [pair("le", words) for words in (4, 20, 13, 5, 9, 16)]
    assert dict(script._bands(pairs)) == {
        "4-5": [0, 3], "6-7": [], "8-9": [4], "10-12": [], "13-16": [2, 5], "17-20": [1]
    }  # fmt: skip


def test_lists_to_test_on_have_as_many_items_as_they_should(script: Any) -> None:
    for items in (2, 8):
        pairs = script.lists_of(items, 5)
        assert len(pairs) == 5 and {max(item_numbers(one.target)) for one in pairs} == {items}
    with pytest.raises(SystemExit, match="only 500 lists of 8 items"):
        script.lists_of(8, 501)


def test_a_run_leaves_what_its_format_says_and_is_not_made_twice(
    script: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "ITEMS", (2, 8))
    monkeypatch.setattr(script, "WHOLE_ITEMS", (8,))
    monkeypatch.setattr(script, "LIST_WIDTHS", (1, 5, 50))
    monkeypatch.setattr(script, "LIST_SAMPLES", 2)
    path = tmp_path / "decoding.json"
    bench = script.Bench(path, 1, 2, 2, 2, 5)
    bench.loaded["lists"] = script.load("lists", most=8, size=40, seed=1)
    for _ in range(2):
        script.run_row(bench, "lists", "ε .2", 1)
    assert "done before" in capsys.readouterr().out
    record = json.loads(path.read_text())["lists, ε .2, seed 1"]
    assert record["settings"]["objective"]["label_smoothing"] == 0.2 and record["settings"]["steps"] == 1
    eight = record["by_items"]["8"]
    assert eight["searches"] == "1, 5, 50, exact" and len(eight["ln_p_empty"].split()) == len(eight["proven"]) == 2
    means = np.array(eight["ln_p"]["1"].split(), float).mean()
    assert value(eight, "ln_p_mean", "1") == pytest.approx(means, abs=0.01)
    assert set(record["by_alpha"]) == {"0.2", "0.6", "1"} and "proven" not in record["by_alpha"]["1"]
    assert set(record["validation"]) == {"0", "0.2", "0.6", "1"} and set(record["least_risky"]) == {"0.5", "1"}
