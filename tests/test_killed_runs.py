"""A training that was killed, or whose checkpoint was damaged, and that goes on to another result."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
import torch

from course_lib import tensors
from course_lib.corpora.pairs import ParallelCorpus, SentencePair
from course_lib.history import History, Validation
from course_lib.locks import InUseError, only_writer
from course_lib.models import luong2015
from course_lib.saved_models import load_model, save_model
from course_lib.seq2seq import Seq2Seq
from course_lib.training import CheckpointError, TrainConfig, fit, seed_everything
from course_lib.training.averaging import Average
from course_lib.training.checkpoints import checkpoint_size, load_checkpoint
from course_lib.vocabulary import Vocabulary
from tests.oracles.crashes import damaged, dies_at, killed_after

torch.set_num_threads(1)

WORDS = Vocabulary.build([tuple("abcd")])
PAIRS = tuple(SentencePair((a, b, c), (c, b, a)) for a in "abcd" for b in "abcd" for c in "abcd")
CORPUS = ParallelCorpus("turned round", "there", "back", PAIRS[:40], PAIRS[40:44], PAIRS[44:])
OPTIONS: dict[str, Any] = {"embedding": 4, "hidden": 6, "dropout": 0.3, "hard": True}
CONFIG = TrainConfig(steps=8, batch_size=2, validate_every=1, validation_pairs=1, progress=False, device="cpu")


def fresh(seed: int = 1) -> Seq2Seq:
    seed_everything(seed)
    return luong2015(WORDS, WORDS, **OPTIONS)


def train(folder: Path, seed: int = 1) -> tuple[Seq2Seq, History]:
    """Train a model in ``folder`` and save it there, as the command line does."""
    model = fresh(seed)
    history = fit(model, CORPUS, replace(CONFIG, checkpoint=folder / "checkpoint.pt"))
    save_model(folder, model, "luong", OPTIONS)
    return model, history


def bits(model: Seq2Seq) -> dict[str, list[Any]]:
    return {name: value.flatten().tolist() for name, value in model.state_dict().items()}


def check_goes_on(folder: Path, expected: tuple[Seq2Seq, History]) -> None:
    """Whatever a dead run left in ``folder``, the same run ends at the same bits, and leaves nothing else behind."""
    model, history = train(folder, seed=2 if steps_done(folder) else 1)  # with a checkpoint, all comes from it
    assert history == expected[1] and bits(model) == bits(load_model(folder)) == bits(expected[0])
    assert len(list(folder.iterdir())) == 5, "checkpoint, manifest, weights, two vocabularies, and nothing else"


def steps_done(folder: Path) -> int:
    """Return how far the checkpoint in ``folder`` has come; 0 without one."""
    path = folder / "checkpoint.pt"
    return History.from_json(tensors.from_bytes(path.read_bytes()[32:])["history"]).steps if path.exists() else 0


def kills(folder: Path, deaths: list[Callable[[Callable[[], object]], bool]]) -> list[int]:
    """Let a run die each of ``deaths`` and take it up: they all have to end alike. Return the steps they had made."""
    expected = train(folder / "whole")
    made = []
    for k, dies in enumerate(deaths):
        (folder / str(k)).mkdir()
        dies(partial(train, folder / str(k)))
        made.append(steps_done(folder / str(k)))
        check_goes_on(folder / str(k), expected)
    return made


def test_runs_killed_at_random_moments_end_at_the_same_bits(tmp_path: Path) -> None:
    draw = Random(1)
    kills(tmp_path, [partial(killed_after, draw.uniform(0.02, 0.4)) for _ in range(3)])


def test_runs_that_die_before_a_random_change_of_the_disk_end_at_the_same_bits(tmp_path: Path) -> None:
    draw = Random(2)
    made = kills(tmp_path, [partial(dies_at, draw.randrange(10, 60)) for _ in range(5)])
    assert len(set(made)) > 2 and max(made) > 4


# --- two at once ----------------------------------------------------------------------------------


def test_a_second_training_in_one_folder_is_refused_and_the_first_one_is_not_disturbed(tmp_path: Path) -> None:
    config = replace(CONFIG, checkpoint=tmp_path / "run.pt")
    refused = []

    def second(step: int, _: Seq2Seq) -> None:
        if step == 4:
            with pytest.raises(InUseError, match=r"run\.pt is in use: process \d+ on") as raised:
                fit(fresh(3), CORPUS, config)
            refused.append(str(raised.value))

    assert fit(fresh(), CORPUS, config, second) == fit(fresh(), CORPUS, CONFIG)
    assert len(refused) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["run.pt"]


def test_two_trainings_of_one_folder_with_checkpoints_of_their_own_may_run_at_once(tmp_path: Path) -> None:
    with only_writer(tmp_path / "one.pt"):
        assert fit(fresh(), CORPUS, replace(CONFIG, checkpoint=tmp_path / "two.pt")).steps == 8


def test_a_saved_model_waits_for_the_writer_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("course_lib.manifest._WAIT", 0.1)
    with only_writer(tmp_path / "model.json"), pytest.raises(InUseError, match=r"model\.json is in use"):
        save_model(tmp_path, fresh(), "luong", OPTIONS)


def test_room_for_a_checkpoint_is_looked_for_before_the_first_update(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(path: Path, size: int) -> None:
        raise OSError(f"no room for {size} bytes")

    with monkeypatch.context() as patch:
        patch.setattr("course_lib.training.loop.check_writable", no_room)
        with pytest.raises(OSError, match="no room"):
            fit(fresh(), CORPUS, replace(CONFIG, checkpoint=tmp_path / "run.pt"))
    asked: list[int] = []
    monkeypatch.setattr("course_lib.training.loop.check_writable", lambda path, size: asked.append(size))
    for model, steps in ((fresh(), 8), (luong2015(WORDS, WORDS, embedding=64, hidden=256), 1)):
        path = tmp_path / f"{steps}.pt"
        fit(model, CORPUS, replace(CONFIG, steps=steps, checkpoint=path))
        assert path.stat().st_size < asked[-1] < 1.05 * path.stat().st_size + 100_000
    records = tuple(Validation(step, 1 / 3, 1 / 3, 1 / 3) for step in range(1, 1001))
    history = History((1 / 3,) * 1000, 10**6, records)
    assert len(history.to_json()) < checkpoint_size(fresh(), 1000) - checkpoint_size(fresh(), 0)


# --- damaged --------------------------------------------------------------------------------------

Checkpoint = tuple[bytes, dict[str, list[Any]]]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    """A checkpoint at the end of its run, and the parameters in it."""
    folder = tmp_path_factory.mktemp("checkpoint")
    model, _ = train(folder)
    return (folder / "checkpoint.pt").read_bytes(), bits(model)


def taken_up(path: Path) -> dict[str, list[Any]]:
    model = fresh(2)
    fit(model, CORPUS, replace(CONFIG, checkpoint=path))
    return bits(model)


def check_refused(path: Path) -> None:
    """The checkpoint is refused in one sentence with a remedy, and nothing was changed."""
    content, model = path.read_bytes(), fresh(7)
    with pytest.raises(CheckpointError, match=r"is not a checkpoint.*Nothing was changed.*move it away") as raised:
        fit(model, CORPUS, replace(CONFIG, checkpoint=path))
    text = str(raised.value)
    assert str(path) in text and "\n" not in text and "weights_only" not in text
    assert path.read_bytes() == content and bits(model) == bits(fresh(7))


def fuzzed(path: Path, checkpoint: Checkpoint, count: int, seed: int = 1) -> dict[str, int]:
    """Damage a checkpoint in ``count`` ways: how many were refused, how many gave the same parameters."""
    draw, found = Random(seed), {"refused": 0, "same": 0}
    for _ in range(count):
        path.write_bytes(damaged(checkpoint[0], draw))
        try:
            assert taken_up(path) == checkpoint[1]
            found["same"] += 1
        except CheckpointError:
            check_refused(path)
            found["refused"] += 1
    return found


def test_random_damage_to_a_checkpoint_is_refused(tmp_path: Path, checkpoint: Checkpoint) -> None:
    assert fuzzed(tmp_path / "run.pt", checkpoint, 40) == {"refused": 40, "same": 0}
    (tmp_path / "run.pt").write_bytes(checkpoint[0])
    assert taken_up(tmp_path / "run.pt") == checkpoint[1]


def _drop(key: str) -> Callable[[dict[str, Any]], object]:
    return lambda state: state.pop(key)


CRAFTED: dict[str, Callable[[dict[str, Any]], object]] = {
    **{f"without {key}": _drop(key) for key in ("format", "identity", "model", "moments", "random", "history")},
    "older": lambda state: state.update(format="course_lib checkpoint 1"),
    "no identity": lambda state: state.update(identity=None),
    "a parameter less": lambda state: state["model"].popitem(),
    "a parameter of another shape": lambda state: state["model"].update({"decoder.W_s.bias": torch.zeros(3)}),
    "a parameter that is text": lambda state: state["model"].update({"decoder.W_s.bias": "text"}),
    "moments of another shape": lambda state: state["moments"][0].update(exp_avg=torch.zeros(3)),
    "no second moment": lambda state: state["moments"][0].pop("exp_avg_sq"),
    "moments of one parameter more": lambda state: state["moments"].update({99: state["moments"][0]}),
    "moments that are a list": lambda state: state.update(moments=[1]),
    "random state that is none": lambda state: state.update(random={"cpu": torch.zeros(3)}),
    "history that is none": lambda state: state.update(history="[]"),
    "losses that are words": lambda state: state.update(history=state["history"].replace("[", '["one",', 1)),
}


@pytest.mark.parametrize("how", CRAFTED)
def test_a_checkpoint_with_a_right_digest_and_a_wrong_part_is_refused(
    tmp_path: Path, checkpoint: Checkpoint, how: str
) -> None:
    state = tensors.from_bytes(checkpoint[0][32:])
    CRAFTED[how](state)
    content = tensors.to_bytes(state)
    (tmp_path / "run.pt").write_bytes(hashlib.sha256(content).digest() + content)
    check_refused(tmp_path / "run.pt")


def test_a_part_that_does_not_fit_leaves_the_optimiser_without_those_before_it(
    tmp_path: Path, checkpoint: Checkpoint
) -> None:
    """Who goes on with it would begin with the moments of a run that was refused."""
    state = tensors.from_bytes(checkpoint[0][32:])
    CRAFTED["random state that is none"](state)
    content = tensors.to_bytes(state)
    (tmp_path / "run.pt").write_bytes(hashlib.sha256(content).digest() + content)
    model = fresh(7)
    optimiser = torch.optim.Adam(model.parameters())
    with pytest.raises(CheckpointError, match="does not belong to this model"):
        load_checkpoint(tmp_path / "run.pt", model, optimiser, Average(model, 0), state["identity"])
    assert not optimiser.state_dict()["state"] and bits(model) == bits(fresh(7))


@pytest.mark.parametrize("content", [tensors.to_bytes([1]), b"", b"PK", b"\x80\x02.", b"\x80\x02cos\nsystem\n."])
def test_foreign_bytes_are_refused_behind_a_right_digest_and_without_one(tmp_path: Path, content: bytes) -> None:
    for there in (hashlib.sha256(content).digest() + content, content):
        (tmp_path / "run.pt").write_bytes(there)
        check_refused(tmp_path / "run.pt")


def test_what_a_killed_run_left_half_written_is_removed_by_the_next(tmp_path: Path) -> None:
    (tmp_path / ".run.pt.0123abcd.tmp").write_bytes(b"half a checkpoint")
    fit(fresh(), CORPUS, replace(CONFIG, checkpoint=tmp_path / "run.pt"))
    assert [path.name for path in tmp_path.iterdir()] == ["run.pt"]
