"""How times become ratios, what is done in turns, and the record of benchmarks/speed.py. No test asserts a time."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from course_lib import results
from course_lib.batching import collate
from course_lib.corpora import SentencePair
from course_lib.results import speeds
from course_lib.results.speeds import BARS, SCORES, SOURCE_LENGTHS, WHEN, Bar, look, looks_in, rates, ratio, verdicts

LOOKS = [looks_in(when, score) for score in SCORES for when in WHEN]
RECORDED = Path(results.__file__).parent / "speed.json"


def run(**seconds: list[float]) -> dict[str, Any]:
    """Return a run in which each work did 10 units a round."""
    return {"works": {name: {"units": [10] * len(times), "seconds": times} for name, times in seconds.items()}}


class TestRatios:
    def test_a_busy_round_decides_a_ratio(self):
        """Each round's works share what the machine did meanwhile: ratios are taken inside a round, then the median."""
        of_one = ratio(run(fast=[1, 10, 1], slow=[2, 20, 2]), "fast", "slow")
        assert (of_one.median, of_one.low, of_one.high) == (2, 2, 2)
        assert str(ratio(run(fast=[1, 2, 1], slow=[2, 2, 9]), "fast", "slow")) == "2.00 (1.00 to 9.00)"

    def test_a_ratio_stands_on_its_head(self):
        """Fewer seconds for as much is faster; more units in as many seconds is faster too."""
        slow_first = run(one=[4], other=[1])
        assert ratio(slow_first, "one", "other").median == 0.25
        slow_first["works"]["one"]["units"] = [80]
        assert ratio(slow_first, "one", "other").median == 2

    def test_two_runs_are_divided(self):
        with pytest.raises(ValueError, match=r"'ours' was not timed in this run; there are: theirs\."):
            ratio(run(theirs=[1]), "theirs", "ours")

    def test_a_rate_is_the_mean_of_a_lucky_round(self):
        assert rates(run(work=[1, 2, 100])) == {"work": 5}


class TestBars:
    def looks_of(self, local: dict[int, float], whole: dict[int, float]) -> dict[str, Any]:
        seconds = {look(kind, words): [taken] for kind in speeds.LOCAL for words, taken in local.items()}
        seconds |= {look(speeds.GLOBAL, words): [taken] for words, taken in whole.items()}
        return {**run(**seconds), "settings": {"lengths": list(local)}}

    def test_what_was_not_measured_is_met(self):
        assert all(bar.met({}) is None for bar in BARS)
        assert all(line.endswith("not measured)") for line in verdicts({})) and len(verdicts({})) == len(BARS)

    def test_a_bar_is_met_from_the_wrong_side(self):
        least = Bar("", lambda record: record["x"], 2)
        most = Bar("", lambda record: record["x"], 2, at_least=False)
        assert [(least.met({"x": x}), most.met({"x": x})) for x in (1, 2, 3)] == [
            (False, True),
            (True, True),
            (True, False),
        ]

    def bar(self, words: str) -> Bar:
        (found,) = [bar for bar in BARS if words in bar.promise]
        return found

    def test_growth_is_read_from_the_shortest_source(self):
        """A window is dear at 10 words, of which it sees all: what is promised begins at 40."""
        record = {
            looks_in("training", "dot"): self.looks_of({10: 9.0, 40: 1.0, 320: 1.2}, {10: 1.0, 40: 1.1, 320: 5.0})
        }
        assert self.bar("dot, training: cost").value(record) == pytest.approx(1.2)
        assert self.bar("dot, training: cost").met(record) is False
        assert self.bar("dot, training, 40").value(record) == pytest.approx(1.1)
        assert self.bar("dot, training, 40").met(record) is True

    def test_one_of_two_windows_speaks_for_both(self):
        parts = self.looks_of({40: 1.0, 320: 1.0}, {40: 2.0, 320: 2.0})
        parts["works"][look("local-p", 320)]["seconds"] = [3.0]
        record = {looks_in("decoding", "dot"): parts}
        assert self.bar("dot, decoding: cost").value(record) == pytest.approx(3)
        assert self.bar("dot, decoding, 40").value(record) == pytest.approx(2 / 3)

    def test_minutes_of_notebooks_leave_some_out(self):
        def notebook(seconds: float, megabytes: int) -> dict[str, Any]:
            return {**run(one=[seconds]), "peak_megabytes": megabytes}

        record = {"notebook a": notebook(60, 500), "notebook b": notebook(90, 700), "peak": run(float32=[1000])}
        assert self.bar("minutes of all").value(record) == 2.5
        assert self.bar("megabytes").value(record) == 700


class Clock:
    """Time that passes only where a work says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self.done: list[str] = []

    def __call__(self) -> float:
        return self.now

    def work(self, name: str, seconds: float, units: int) -> Callable[[], int]:
        def work() -> int:
            self.now += seconds
            self.done.append(name)
            return units

        return work


class TestTurns:
    def test_all_rounds_of_a_work_come_before_the_next_work(self, script_of):
        """A machine that slows down meanwhile would then be a slower second work."""
        turns, clock = script_of("turns"), Clock()
        works = {name: turns.clocked(clock.work(name, 1, 1), clock) for name in "abc"}
        turns.in_turns(works, 3)
        assert "".join(clock.done) == "abc" + "abc" + "cba" + "abc"

    def test_the_first_time_counts(self, script_of):
        """It makes buffers, and fills caches, that the others find."""
        turns, clock = script_of("turns"), Clock()
        assert turns.in_turns({"a": turns.clocked(clock.work("a", 0.5, 3), clock)}, 2) == {
            "a": {"units": [3, 3], "seconds": [0.5, 0.5]}
        }

    def bench(self, script_of, out: Path, rounds: int = 2) -> Any:
        return script_of("turns").Bench(out, rounds, seed=1, quick=True, data=None, before=None)

    def test_a_group_is_repeated_or_another_setting_is_taken_for_it(self, script_of, tmp_path):
        made: list[int] = []

        def measure(rounds: int, size: int) -> None:
            def works() -> dict[str, Any]:
                made.append(size)
                return {"works": {"a": lambda: (1, 0.5)}, "more": "kept"}

            self.bench(script_of, tmp_path / "out.json", rounds).measure("group", "words", {"size": size}, works)

        for rounds, size in ((2, 1), (2, 1), (2, 9), (3, 9)):
            measure(rounds, size)
        assert made == [1, 9, 9]
        found = json.loads((tmp_path / "out.json").read_text())["group"]
        assert found["settings"] == {"size": 9, "rounds": 3, "seed": 1}
        assert found["works"] == {"a": {"units": [1] * 3, "seconds": [0.5] * 3}} and found["more"] == "kept"
        assert found["machine"]["threads"] >= 1 and re.fullmatch(r"\d{4}-\d\d-\d\d", found["date"])

    def test_what_takes_minutes_is_done_twice(self, script_of, tmp_path):
        bench = self.bench(script_of, tmp_path / "out.json")
        for _ in range(2):
            bench.once("book", "builds", lambda: {"works": [("build", (1, 40.0))]})
        assert json.loads((tmp_path / "out.json").read_text())["book"]["works"] == {
            "build": {"units": [1], "seconds": [40.0]}
        }


class TestScript:
    @pytest.fixture
    def speed(self, script_of):
        return script_of("speed")

    def test_no_group_runs_a_work_of_another_size_than_it_says(self, script_of):
        alone = script_of("alone")
        words = alone.vocabulary(50)
        assert len(words) == 50
        batch = collate(alone.random_pairs(words, 3, 7, seed=1, target=5), words, words)
        assert batch.source.shape == (3, 7) and batch.target_out.shape == (3, 5)
        assert bool(batch.source_mask.all()) and bool(batch.target_mask.all())
        assert alone.random_pairs(words, 3, 7, seed=1) == alone.random_pairs(words, 3, 7, seed=1)

    def test_a_process_reports_the_memory_of_the_one_that_started_it(self, script_of):
        """Linux hands a peak down to children: the record once had 4,441 megabytes for a process that only imports."""
        peak = script_of("peak_memory").peak_megabytes
        held = bytearray(b"x" * 100_000_000)
        command = [sys.executable, "-c", "import peak_memory; print(peak_memory.peak_megabytes())"]
        folder = RECORDED.parents[2] / "benchmarks"
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
        assert 1 < int(done.stdout) < len(held) / 1_000_000 < peak()

    def test_real_cells_count_padding(self, speed):
        pairs = [SentencePair(("x",), ("y",) * length) for length in (1, 3, 3)]
        assert speed.real_cells(pairs, [[0, 1], [2]]) == (2 + 4 + 4) / (4 + 4 + 4)
        assert speed.real_cells(pairs, [[0], [1, 2]]) == 1

    def test_an_update_of_a_trainer_teaches_nothing(self, script_of):
        alone = script_of("alone")
        words = alone.vocabulary(12)
        batch = collate(alone.random_pairs(words, 4, 4, seed=1), words, words)
        alone.seed_everything(1)
        model = alone.bahdanau2014(words, words, embedding=8, hidden=8)
        trainer = alone.Trainer(model, [batch] * 40)
        before = model.loss(batch).mean.item()
        assert trainer.updates(40)() == 40 * 4 * 4
        assert model.loss(batch).mean.item() < 0.8 * before

    def test_words_written_are_those_asked_for(self, script_of):
        """Units are what was done: a translation that ends early is not counted as a long one."""
        alone = script_of("alone")
        model = alone.decoders(hidden=8, words=30)["Bahdanau"]
        sentences = alone.sources(model.source_vocabulary, 5, 4, seed=1)
        written = [alone.translating(model, batches, 6, 1)() for batches in ([sentences], [[s] for s in sentences])]
        found = model.translate(sentences, max_length=6)
        assert written == [sum(len(t.tokens) + t.finished for t in found)] * 2

    def test_a_rung_of_the_ladder_is_not_timed(self, speed):
        parts = speed._training_works(1, {"hidden": 4, "words": 12, "length": 3, "batch": 2}, 1)
        assert set(parts["works"]) >= set(speed.RUNGS) - speed.LEFT_OUT | {"Vaswani", "packed loop", "tutorial loop"}
        assert set(speed.RUNGS) > speed.LEFT_OUT
        assert all(work()[0] == 2 * 3 for work in parts["works"].values())
        assert parts["products"]["plain loop"] > parts["products"]["Bahdanau"]  # its keys are made at every step

    def test_a_try_overwrites_the_record(self, speed, monkeypatch, capsys):
        for tried in (["--quick"], ["--rounds", "2"]):
            monkeypatch.setattr("sys.argv", ["speed.py", *tried])
            with pytest.raises(SystemExit):
                speed.main()
            assert "give --out" in capsys.readouterr().err

    def test_looks_at_a_source_of_each_length_are_missing(self, speed):
        works = speed._look_works("general", 4, 2, (3, 30), in_training=True)["works"]
        assert list(works) == [look(kind, words) for words in (3, 30) for kind in ("global", "local-m", "local-p")]
        assert all(work()[0] == 2 * speed.LENGTH for work in works.values())
        steps = speed._look_works("general", 4, 2, (3,), in_training=False)["works"]
        assert [work()[0] for work in steps.values()] == [2 * speed.LENGTH] * 3


@pytest.mark.skipif(not RECORDED.exists(), reason="nothing has been timed yet")
class TestRecord:
    @pytest.fixture
    def record(self) -> dict[str, Any]:
        return results.load("speed")

    def test_a_time_does_not_say_on_which_machine_and_how_often(self, record):
        for key, timed in record.items():
            assert timed["machine"]["threads"] == 1, key
            assert {"processor", "torch", "python"} <= timed["machine"].keys() and timed["date"] >= "2026-11-30"
            for name, work in timed["works"].items():
                assert len(work["units"]) == len(work["seconds"]) == timed["settings"]["rounds"], (key, name)
                assert min(work["seconds"]) > 0 and min(work["units"]) > 0, (key, name)

    def test_ratios_rest_on_fewer_than_five_rounds(self, record):
        """What takes minutes is done once, and no ratio is taken of it."""
        assert speeds.REAL in record
        assert {timed["settings"]["rounds"] for timed in record.values()} <= {1, *range(5, 100)}

    def test_a_length_is_missing(self, record):
        for key in record.keys() & set(LOOKS):
            kinds = (speeds.GLOBAL, *speeds.LOCAL)
            assert set(record[key]["works"]) == {look(kind, words) for kind in kinds for words in SOURCE_LENGTHS}

    def test_a_sentence_of_a_corpus_stands_in_the_record(self, record):
        """Multi30k is not ours to pass on: numbers alone are kept. No text in it is longer than a name."""

        def texts(part: Any) -> list[str]:
            if isinstance(part, dict):
                return [*part, *(text for value in part.values() for text in texts(value))]
            if isinstance(part, list):
                return [text for value in part for text in texts(value)]
            return [part] if isinstance(part, str) else []

        assert max(map(len, texts(record))) < 80
