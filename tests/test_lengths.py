"""The script behind chapter 6: what its rows train on, what its two changes change, what a run leaves."""

import json
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
import torch

from course_lib.batching import collate
from course_lib.corpora import ParallelCorpus, SentencePair, load
from course_lib.evaluation import BUCKETS, translations
from course_lib.models import build_model
from course_lib.saved_models import load_model
from course_lib.seq2seq import Seq2Seq
from course_lib.training import TrainConfig, fit
from course_lib.vocabulary import Vocabulary
from tests.draws import load_few_held_out

ROOT = Path(__file__).resolve().parent.parent
SMALL = {"lexicon": "small", "size": 200, "seed": 1}


@pytest.fixture
def lengths(script_of: Callable[[str], Any]) -> Any:
    return script_of("lengths")


@cache
def corpus() -> ParallelCorpus:
    return load("en-fr", **SMALL)


def one_a_bucket() -> list[SentencePair]:
    return [next(p for p in corpus().test if low <= len(p.source) <= high) for low, high in BUCKETS]


def model(name: str, hidden: int = 12) -> Seq2Seq:
    torch.manual_seed(1)
    return build_model(name, *corpus().vocabularies(), embedding=8, hidden=hidden)


def trained(built: Seq2Seq, steps: int = 20) -> dict[str, bool]:
    """Train a little; say of each parameter whether it moved."""
    before = {name: value.clone() for name, value in built.state_dict().items()}
    fit(built, corpus(), TrainConfig(steps, batch_size=8, warmup=1, device="cpu", validate_every=None))
    return {name: not torch.equal(value, before[name]) for name, value in built.state_dict().items()}


def test_a_run_sees_no_longer_sentence_than_its_row_says_and_every_shorter_one(lengths: Any) -> None:
    cut = lengths.up_to(corpus(), 15)
    assert list(cut.train) == [pair for pair in corpus().train if len(pair.source) < 16]
    assert max(len(pair.source) for pair in cut.train) == 15 and len(cut.validation) < len(corpus().validation)
    assert cut.test == corpus().test


def test_without_a_choice_all_looks_stay_even_and_all_that_can_learn_does(lengths: Any) -> None:
    """One switch: a row whose encoder stood still as well would lose for another reason."""
    built = model("bahdanau")
    with lengths.no_choice(built):
        moved = trained(built)
    assert {name for name, did in moved.items() if not did} == {
        name for name in moved if name.rpartition("attention.")[2] in ("v_a", "W_a.weight", "U_a.weight")
    }
    pairs = one_a_bucket()[:3]
    batch = collate(pairs, built.source_vocabulary, built.target_vocabulary, built.device, "unk")
    weights, mask = built(batch).weights, batch.source_mask
    assert weights is not None
    even = mask / mask.sum(1, keepdim=True)
    torch.testing.assert_close(weights, even.unsqueeze(1).expand_as(weights))
    assert all(parameter.requires_grad for parameter in built.parameters())
    assert all(trained(built).values())  # the block is over: now it may choose


def test_the_floor_says_the_same_whatever_the_source(lengths: Any) -> None:
    built = model("cho")
    first, second = one_a_bucket()[:2]
    pairs = [SentencePair(source, first.target) for source in (first.source, second.source)]

    def both() -> torch.Tensor:
        batch = collate(pairs, built.source_vocabulary, built.target_vocabulary, built.device, "unk")
        return built(batch).logits

    with lengths.no_source(built):
        moved = trained(built)
        told = both()
    assert torch.equal(told[0], told[1])
    assert not any(did for name, did in moved.items() if name.startswith("encoder"))
    assert any(did for name, did in moved.items() if name.startswith("decoder"))
    told = both()
    assert not torch.equal(told[0], told[1])


@pytest.mark.parametrize("words", [(384, 677), (384, 270)], ids=["French", "Chinese"])
def test_the_models_that_are_compared_are_as_large_as_each_other(words: tuple[int, int], lengths: Any) -> None:
    """Cho's at 128 units has two thirds of the parameters: it would lose for that."""
    vocabularies = [vocabulary(size) for size in words]
    sizes = {
        row.model: sum(p.numel() for p in build_model(row.model, *vocabularies, **row.options).parameters())
        for row in lengths.ROWS
    }
    assert set(sizes) == {"bahdanau", "cho"} and abs(sizes["cho"] / sizes["bahdanau"] - 1) < 0.03, sizes


def vocabulary(size: int) -> Vocabulary:
    return Vocabulary.build([[f"w{n}" for n in range(size - 4)]])


def test_the_rows_that_the_chapter_cannot_do_without_come_first(lengths: Any) -> None:
    order = [(row.name, row.longest) for row in lengths.ROWS if row.corpus == "en-fr"]
    assert len(set(order)) == len(order)
    needed = [("Bahdanau", 15), ("Bahdanau", 20), ("Bahdanau", 40), ("Cho", 15), ("Cho", 20)]
    needed += [("Cho, as many seconds", 40), ("Bahdanau, no choice", 40), ("floor", 40)]
    assert order[: len(needed)] == needed
    every = {(row.model, row.longest, row.steps) for row in lengths.ROWS}
    assert every >= {("bahdanau", 15, 3_950), ("cho", 40, 5_000), ("cho", 15, 5_000)}


def test_short_sentences_get_updates_until_as_many_words_are_read(lengths: Any) -> None:
    """A row that reads a sixth more answers another question: its name says as many."""
    drawn = load_few_held_out("en-fr", **lengths.CORPUS | {"size": 6_000})
    (row,) = (row for row in lengths.ROWS if row.name == "Bahdanau, as many words read")
    (whole,) = (r for r in lengths.ROWS if r.name == "Bahdanau" and r.longest == 40 and r.corpus == "en-fr")
    read = [
        r.steps * mean(len(pair.target) + 1 for pair in lengths.up_to(drawn, r.longest).train) for r in (row, whole)
    ]
    assert read[0] == pytest.approx(read[1], rel=0.05)


def test_a_ratio_of_lengths_is_of_the_words_that_were_written(lengths: Any) -> None:
    words = {"reference": 10, "omitted": 4, "repeated": 1, "invented": 2}  # six right, one twice, two of its own
    assert lengths.length_ratio(words) == 0.9


def test_a_test_sentence_with_a_strange_word_on_either_side_is_counted(lengths: Any) -> None:
    pair = SentencePair
    seen = ParallelCorpus("c", "x", "y", (pair(("a", "b"), ("c",)),), (), ())
    tested = [pair(("a",), ("c",)), pair(("b", "z"), ("c",)), pair(("a",), ("c", "z")), pair(("a", "a"), ("c",))]
    assert lengths.unseen(seen, tested) == 50


def test_a_run_leaves_its_numbers_and_its_model_and_is_not_repeated(
    lengths: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lengths, "CORPUS", SMALL)
    monkeypatch.setattr(lengths, "pairs_by_length", lambda name, per_bucket: one_a_bucket())
    monkeypatch.setattr(sys.modules["records"], "BOOTSTRAP", 10)
    out = tmp_path / "lengths.json"
    options = ["--rows", "Bahdanau, no choice", "floor", "Bahdanau, learning rate 0.002", "--seeds", "1"]
    monkeypatch.setattr(sys, "argv", ["lengths.py", *options, "--most-steps", "2", "--out", str(out)])
    lengths.main()
    record = json.loads(out.read_text())
    keys = ["en-fr, Bahdanau, no choice, 40 words, seed 1", "en-fr, floor, 40 words, seed 1"]
    keys.append("en-fr, Bahdanau, learning rate 0.002, 40 words, seed 1")
    assert list(record) == keys
    for run in record.values():
        assert run["settings"]["steps"] == 2 and run["settings"]["longest"] == 40
        assert run["training_pairs"] == 200 and run["epochs"] == 0.32
        assert set(run["length_ratio"]) == {f"{low}-{high}" for low, high in BUCKETS}
        assert run["processor_seconds_per_update"] > 0 and run["target_tokens_read"] > 0
    assert [len(run["validations"]) for run in record.values()] == [0, 0, 1]
    kept = load_model(out.with_suffix("") / "en-fr-Bahdanau-no_choice-40_words-seed_1")
    assert kept.name == "Bahdanau"
    exact = "".join(scores["exact"] for scores in record[keys[0]]["test_by_source_length"].values())
    found = translations(kept, one_a_bucket(), unknown="unk")
    assert exact == "".join(str(int(t.tokens == p.target)) for t, p in zip(found, one_a_bucket(), strict=True))
    capsys.readouterr()
    lengths.main()
    assert capsys.readouterr().out.count("done before") == 3
    assert json.loads(out.read_text()) == record
