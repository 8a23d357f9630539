"""The record of chapter 3 is made by a script that runs for hours: what it chooses is looked at before."""

import importlib
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from course_lib.corpora import SentencePair, load
from course_lib.locks import InUseError, only_writer
from course_lib.models import cho2014
from course_lib.seq2seq import live_parameters
from course_lib.vocabulary import Vocabulary

ROOT = Path(__file__).resolve().parent.parent
WORDS = Vocabulary.build([tuple("abcdefghij")])


@pytest.fixture
def script(script_of: Callable[[str], Any]) -> Any:
    return script_of("bottleneck")


def test_held_out_pairs_come_in_the_lengths_asked_for_and_no_others(
    script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = script.pairs_by_length("copy", 250, [(4, 5), (6, 6)], min_length=2)  # more than one draw holds
    lengths = [len(pair.source) for pair in pairs]
    assert [sum(low <= n <= high for n in lengths) for low, high in ((4, 5), (6, 6))] == [250, 250]
    assert len(pairs) == len({pair.source for pair in pairs}) == 500
    assert {pair.source for pair in script.load("copy", size=3_000, seed=2).train}.isdisjoint(p.source for p in pairs)

    monkeypatch.setattr(sys.modules["records"], "IDLE_DRAWS", 3)
    with pytest.raises(ValueError, match=r"copy: expected 30 pairs of each length, found no more than \{'2-2'"):
        script.pairs_by_length("copy", 30, [(2, 2)], min_length=2, max_length=6)  # a hundred are there, for all splits


def test_a_learning_rate_is_that_of_the_lowest_perplexity_and_not_guessed(
    script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "corpus", lambda _name: script.load("copy", **script.LETTERS))

    def piloted(updates: int | None) -> dict[str, Any]:
        return {
            f"pilot, 128, {rate:g}": {
                "settings": script.settings_of(script.pilot_row("128", updates), script.PILOT_SEED, rate),
                "validation_perplexity": abs(rate - 3e-3),
            }
            for rate in script.PILOT_RATES
        }

    pilot = piloted(None)
    assert script.tuned("128", pilot) == 3e-3
    assert script.tuned("128", piloted(2), updates=2) == 3e-3
    with pytest.raises(SystemExit, match="The pilot has not run"):  # that was a trial of two updates
        script.tuned("128", piloted(2))
    monkeypatch.setattr(script, "corpus", lambda _name: script.load("copy", **script.LETTERS | {"seed": 2}))
    with pytest.raises(SystemExit, match="The pilot has not run"):  # on another draw
        script.tuned("128", pilot)
    pilot = piloted(None)
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


def test_every_kind_of_row_runs_to_its_end_and_is_not_run_twice(
    script: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One update each: what a row does after its training would otherwise fail hours later."""
    small = load("en-fr", lexicon="small", size=300, max_length=30, seed=1)
    letters = load("copy", size=200, max_length=10, seed=1)
    small = replace(small, validation=small.validation[:10])
    letters = replace(letters, test=letters.test[:30])
    held_out = [p for low, high in script.BANDS for p in [q for q in small.test if low <= len(q.source) <= high][:2]]
    ten = [pair for pair in letters.train if len(pair.source) == 10][:12]
    twelve = [pair for pair in small.test if len(pair.source) == 12][:12]
    monkeypatch.setattr(script, "corpus", lambda name: letters if name == "copy" else small)
    monkeypatch.setattr(script, "tested", lambda: held_out)
    monkeypatch.setattr(script, "probe_pairs", lambda part: (ten, ten) if part == "letters" else (twelve, twelve))
    monkeypatch.setattr(script, "pairs_by_length", lambda *_given, **_options: small.test)
    monkeypatch.setattr(script, "TOUCHED", 5)
    for module in (script, sys.modules["records"]):
        monkeypatch.setattr(module, "BOOTSTRAP", 10)
    out = tmp_path / "bottleneck.json"
    names = ["no steps", "none", "Bahdanau", "as large as no steps", "32", "4", "60 % of the types", "copy"]
    given = ["--names", *names, "--seeds", "1", "--updates", "1", "--out", str(out)]
    monkeypatch.setattr(sys, "argv", ["bottleneck.py", *given])
    monkeypatch.setattr(script, "PILOTS", {"all": {"hidden": 8}, "32": {"hidden": 8}, "128": {"hidden": 8}})
    script.main()
    record = json.loads(out.read_text())
    runs = {run["settings"]["row"]: run for run in record.values() if run["settings"]["part"] != "pilot"}
    assert list(runs) == names and len(record) == 9 + len(names)
    for name, run in runs.items():
        assert ("probe" in run) == ("probe_untrained" in run) == (name in ("no steps", "none", "copy"))
        assert ("nats_by_length" in run) == (name != "copy")
    assert runs["none"]["probe"] == runs["none"]["probe_untrained"]  # an encoder that nobody hears does not learn
    assert runs["none"]["live_parameters"] < runs["no steps"]["live_parameters"] < runs["no steps"]["parameters"]
    untouched = runs["60 % of the types"]["untouched"]
    assert list(untouched) == ["0", "1", "2", "3"]
    for numbers in untouched.values():
        near = numbers["nats_by_distance"].values()
        assert sum(words for _, words in near) == numbers["nats"][1] == untouched["0"]["nats"][1]
        assert sum(nats for nats, _ in near) == pytest.approx(numbers["nats"][0], abs=0.01)
    capsys.readouterr()
    script.main()
    assert capsys.readouterr().out.count("done before") == len(record) and json.loads(out.read_text()) == record


def test_a_record_that_another_process_is_writing_is_waited_for(
    script: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Two that read the file, then write it, would each lose what the other wrote: a run of minutes."""
    del script  # it has made the folder importable
    records = importlib.import_module("records")
    monkeypatch.setattr(records, "PATIENCE", 0.0)
    out = tmp_path / "record.json"
    with only_writer(out), pytest.raises(InUseError):
        records.run_once(out, "a", {"seed": 1}, lambda: {"n": 1})
    assert not out.exists()
    records.run_once(out, "a", {"seed": 1}, lambda: {"n": 1})
    records.run_once(out, "b", {"seed": 1}, lambda: {"n": 2})
    assert records.read(out) == {"a": {"settings": {"seed": 1}, "n": 1}, "b": {"settings": {"seed": 1}, "n": 2}}


def test_the_words_that_are_scored_stay_the_same_and_the_replaced_are_unknown(script: Any) -> None:
    pair = SentencePair(("the", "cat", "sees", "dogs"), ("a", "b", "c"), frozenset({(1, 0)}), frozenset({(1, 0)}))
    assert script.without(pair, [3, 1]).source == ("the", script.NOBODYS_WORD, "sees", script.NOBODYS_WORD)
    assert script.without(pair, []) == pair
    links = frozenset({(1, 2), (3, 2), (0, 5)})
    longer = SentencePair(pair.source, tuple("abcdef"), links, links)
    assert script.distances(longer, [1]).tolist() == [2, 1, 0, 1, 2, 3]
    assert script.distances(longer, [0, 3]).tolist() == [2, 1, 0, 1, 1, 0]
    content = script.content_words()
    assert {"cat", "cats", "sees", "looked", "old"} <= content
    assert content.isdisjoint({"the", "at", "that", "and", "he", "anne", ".", "not", "for"})
