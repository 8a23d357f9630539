"""A saved model that loads and answers otherwise: parts of two versions, flipped bits, other options."""

import hashlib
import json
import pickle
import shutil
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from random import Random
from typing import Any

import pytest
import torch

from course_lib import manifest
from course_lib.batching import encode_sources
from course_lib.manifest import DamagedError, read_parts, write_parts
from course_lib.models import CONSTRUCTORS, build_model, luong2015
from course_lib.saved_models import load_model, load_saved, save_model
from course_lib.seq2seq import Seq2Seq
from course_lib.vocabulary import SPECIAL_TOKENS, Vocabulary
from tests.oracles.crashes import damaged, dies_at

torch.set_num_threads(1)

SOURCE, TARGET = Vocabulary.build([tuple("abcd")]), Vocabulary.build([tuple("efgh")])
OPTIONS = {"embedding": 4, "hidden": 6, "score": "general"}
FILES = ("model.json", "weights.pt", "source_vocabulary.json", "target_vocabulary.json")


def model(seed: int = 1, source: Vocabulary = SOURCE, **options: Any) -> Seq2Seq:
    torch.manual_seed(seed)
    return build_model("luong", source, TARGET, **{**OPTIONS, **options})


def save(folder: Path, seed: int = 1, source: Vocabulary = SOURCE, **extra: Any) -> None:
    save_model(folder, model(seed, source), "luong", OPTIONS, **extra)


def answer(of: Seq2Seq) -> tuple[Any, ...]:
    """Return all that a model says of a sentence: every word's id, and the first logits, to the bit."""
    ids, lengths = encode_sources([("a", "b", "c")], of.source_vocabulary)
    step, state = of.eval().stepper(ids, lengths)
    logits = step(torch.tensor([1]), state).logits
    return tuple(ids[0].tolist()), of.target_vocabulary.tokens, tuple(logits[0].tolist())


FIRST, SECOND = answer(model(1)), answer(model(2))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- whole ----------------------------------------------------------------------------------------


def test_what_was_saved_beside_the_model_comes_back_and_the_folder_holds_nothing_else(tmp_path: Path) -> None:
    extra, files = {"words": {"kind": "characters", "language": "我"}, "none": None}, {"pieces.model": b"\x00\xff"}
    save(tmp_path, extra=extra, files=files)
    found = load_saved(tmp_path)
    assert answer(found.model) == FIRST
    assert (found.extra, found.files) == (extra, files)
    assert names(tmp_path) == sorted([*FILES, "pieces.model"])
    save(tmp_path)  # without them: they do not outlive the version that they belonged to
    assert names(tmp_path) == sorted(FILES)
    assert (load_saved(tmp_path).extra, load_saved(tmp_path).files) == ({}, {})


@pytest.mark.parametrize("name", ["weights.pt", "model.json", "../a", "a/b", "", ".a", "a.new", "..", "a\\b", "a\0"])
def test_a_file_saved_beside_a_model_may_not_take_the_place_of_another(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r"choose others|of their own"):
        save(tmp_path, files={name: b"x"})
    assert names(tmp_path) == []


def test_loading_draws_nothing_from_the_random_state_of_its_caller(tmp_path: Path) -> None:
    save(tmp_path)
    torch.manual_seed(5)
    expected = torch.rand(2)
    torch.manual_seed(5)
    load_model(tmp_path)
    assert torch.equal(torch.rand(2), expected)


def test_double_precision_is_kept(tmp_path: Path) -> None:
    double = model().double()
    save_model(tmp_path, double, "luong", OPTIONS)
    assert answer(load_model(tmp_path)) == answer(double)


def test_every_number_type_is_kept(tmp_path: Path) -> None:
    mixed = model()
    mixed.decoder.double()
    save_model(tmp_path, mixed, "luong", OPTIONS)
    there, here = mixed.state_dict(), load_model(tmp_path).state_dict()
    assert {name: value.dtype for name, value in there.items()} == {name: value.dtype for name, value in here.items()}
    assert all(torch.equal(there[name], here[name]) for name in there)
    assert all(parameter.requires_grad for parameter in load_model(tmp_path).parameters())


def test_options_of_another_model_are_refused_when_saving(tmp_path: Path) -> None:
    """The weights would fit: only the order in which the source is read differs."""
    with pytest.raises(ValueError, match=r"'reversed' there, 'forward' here.*options that this one was built with"):
        save_model(tmp_path, model(direction="forward"), "luong", OPTIONS)
    with pytest.raises(ValueError, match=r"another model"):
        save_model(tmp_path, model(), "bahdanau", {"embedding": 4, "hidden": 6})
    assert names(tmp_path) == []
    with pytest.raises(ValueError, match="JSON"):
        save(tmp_path, extra={"a": object()})


def test_a_score_that_was_put_into_a_model_by_hand_is_not_saved_as_if_it_were_not_there(tmp_path: Path) -> None:
    own, watched = model(), model()
    own.decoder.attention.scores = lambda query, keys: 2 * query @ keys.mT
    watched.decoder.attention.register_forward_hook(lambda module, given, look: None)
    for changed, what in ((own, r"decoder\.attention\.scores"), (watched, r"decoder\.attention\.hooks")):
        with pytest.raises(ValueError, match=what):
            save_model(tmp_path, changed, "luong", OPTIONS)
    assert names(tmp_path) == []


def test_what_training_moves_in_hard_attention_keeps_no_model_from_being_saved(tmp_path: Path) -> None:
    options = {**OPTIONS, "hard": True}
    for number, attribute in enumerate(("baseline", "soft_share")):
        trained = model(hard=True)
        moved = {"baseline": torch.tensor(0.5), "soft_share": 0.5}[attribute]
        setattr(trained.decoder.attention, attribute, moved)
        save_model(tmp_path / str(number), trained, "luong", options)
    assert load_model(tmp_path / "0").decoder.attention.baseline == 0.5


def test_a_default_that_changes_later_does_not_change_a_saved_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path)

    @wraps(luong2015)
    def later(*vocabularies: Vocabulary, direction: str = "forward", **options: Any) -> Seq2Seq:
        return luong2015(*vocabularies, direction=direction, **options)

    monkeypatch.setitem(CONSTRUCTORS, "luong", later)
    assert answer(load_model(tmp_path)) == FIRST


def test_what_a_model_is_told_comes_back_with_it(tmp_path: Path) -> None:
    """The weights of every choice of routes fit every other."""
    sizes = {"embedding": 4, "hidden": 6}
    for number, told in enumerate(
        [{"routes": ("state",)}, {"routes": [], "summary": 3}, {"routes": ("steps", "state")}]
    ):
        options = {**sizes, **told}
        saved = build_model("cho", SOURCE, TARGET, **options)
        save_model(tmp_path / str(number), saved, "cho", options)
        loaded = load_model(tmp_path / str(number))
        assert answer(loaded) == answer(saved)
        assert repr(loaded) == repr(saved) and loaded.name == saved.name
        assert loaded.translate([("a", "b")]) == saved.translate([("a", "b")])
        with pytest.raises(ValueError, match=r"routes\): .* there, .* here"):
            save_model(tmp_path / "other", saved, "cho", {**options, "routes": ("readout",)})
    assert names(tmp_path) == ["0", "1", "2"]


# --- overwritten in place -------------------------------------------------------------------------


def test_overwriting_killed_at_any_moment_leaves_the_old_model_or_the_new(tmp_path: Path) -> None:
    """Other vocabularies, other weights, the same sizes: each part of one fits into the other."""
    turned = Vocabulary((*SPECIAL_TOKENS, *reversed(SOURCE.tokens[4:])))
    old, new = FIRST, answer(model(2, turned))
    save(tmp_path / "old")
    seen = []
    for moment in range(200):
        folder = tmp_path / str(moment)
        shutil.copytree(tmp_path / "old", folder)
        died = dies_at(moment, lambda folder=folder: save(folder, 2, turned))
        seen.append(answer(load_model(folder)))
        assert seen[-1] in (old, new)
        if moment % 3 == 0:  # and the folder is taken up: what was left is finished or thrown away
            save(folder, 3)
            assert answer(load_model(folder)) == answer(model(3))
            assert names(folder) == sorted(FILES)
        if not died:
            break
    assert not died and seen == sorted(seen, key=lambda one: one == new) and {old, new} == set(seen)


def test_a_first_save_killed_at_any_moment_leaves_no_model_or_a_whole_one(tmp_path: Path) -> None:
    for moment in range(200):
        folder = tmp_path / str(moment)
        died = dies_at(moment, lambda folder=folder: save(folder))
        if (folder / "model.json").exists():
            assert answer(load_model(folder)) == FIRST
        else:
            with pytest.raises(ValueError, match="holds no trained model"):
                load_model(folder)
        if not died:
            break
    assert not died and moment > 10


def test_a_second_crash_does_not_lose_what_the_first_one_left(tmp_path: Path) -> None:
    """After the first, parts of the version that counts may stand under their second name alone."""

    def write(folder: Path, version: bytes) -> None:
        write_parts(folder / "all.json", {"version": version.decode()}, {"a": version + b"a", "b": version + b"b"})

    def version(folder: Path) -> str:
        description, parts = read_parts(folder / "all.json")
        assert {parts["a"][:1], parts["b"][:1]} == {description["version"].encode()}
        return description["version"]

    write(tmp_path / "old", b"1")
    half_moved = 0
    for moment in range(100):
        folder = tmp_path / str(moment)
        shutil.copytree(tmp_path / "old", folder)
        if not dies_at(moment, lambda folder=folder: write(folder, b"2")):
            break
        if version(folder) == "1" or not (folder / "b.new").exists():
            continue
        half_moved += 1
        for again in range(100):
            shutil.copytree(folder, tmp_path / f"{moment} {again}")
            died = dies_at(again, lambda there=tmp_path / f"{moment} {again}": write(there, b"3"))
            assert version(tmp_path / f"{moment} {again}") in "23"
            if not died:
                break
        assert not died
    assert half_moved >= 2


def test_a_model_written_anew_while_it_is_read_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path)
    part, calls = manifest._part, []

    def overtaken(folder: Path, name: str, digest: str) -> bytes:
        calls.append(name)
        if len(calls) == 2:
            monkeypatch.setattr(manifest, "_part", part)
            save(tmp_path, 2)
        return part(folder, name, digest)

    monkeypatch.setattr(manifest, "_part", overtaken)
    assert answer(load_model(tmp_path)) == SECOND
    assert len(calls) == 2


def test_a_part_that_is_moved_while_it_is_looked_for_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer has replaced the manifest and moves the weights just after a reader has seen the old ones."""
    save(tmp_path)
    old, new = tmp_path / "weights.pt", tmp_path / "weights.pt.new"
    before = old.read_bytes()
    save(tmp_path, 2)
    old.replace(new)
    old.write_bytes(before)
    read = Path.read_bytes

    def overtaken(path: Path) -> bytes:
        content = read(path)
        if path == old and new.exists():
            new.replace(old)
        return content

    monkeypatch.setattr(Path, "read_bytes", overtaken)
    assert answer(load_model(tmp_path)) == SECOND


# --- damaged --------------------------------------------------------------------------------------


def refused(folder: Path) -> str:
    """Return the sentence with which ``folder`` is refused."""
    with pytest.raises(ValueError, match=r"again|copy") as raised:
        load_model(folder)
    text = str(raised.value)
    assert str(folder) in text and "weights_only" not in text and "\n" not in text and "Traceback" not in text
    return text


def _turned(content: bytes) -> bytes:
    tokens = json.loads(content)
    return json.dumps([*tokens[:4], *reversed(tokens[4:])]).encode()


def _swap(folder: Path, one: str, other: str) -> None:
    first, second = folder / one, folder / other
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)


DAMAGES: dict[str, tuple[str, Callable[[Path], object]]] = {
    "reordered vocabulary": (
        "source_vocabulary.json",
        lambda f: (f / "source_vocabulary.json").write_bytes(_turned((f / "source_vocabulary.json").read_bytes())),
    ),
    "swapped vocabularies": (
        "source_vocabulary.json",
        lambda f: _swap(f, "source_vocabulary.json", "target_vocabulary.json"),
    ),
    "weights of another run": ("weights.pt", lambda f: shutil.copy(f.parent / "other" / "weights.pt", f)),
    "manifest of another run": ("weights.pt", lambda f: shutil.copy(f.parent / "other" / "model.json", f)),
    "no weights": ("weights.pt is missing", lambda f: (f / "weights.pt").unlink()),
    "empty weights": ("weights.pt", lambda f: (f / "weights.pt").write_bytes(b"")),
    "no vocabulary": ("target_vocabulary.json is missing", lambda f: (f / "target_vocabulary.json").unlink()),
    "empty manifest": ("model.json", lambda f: (f / "model.json").write_bytes(b"")),
    "deep manifest": ("model.json", lambda f: (f / "model.json").write_bytes(b"[" * 100_000)),
    "other options": (
        "model.json was changed",
        lambda f: (f / "model.json").write_text((f / "model.json").read_text().replace("reversed", "forward")),
    ),
    "older version": (
        "older version",
        lambda f: (f / "model.json").write_text(json.dumps({"model": "luong", "options": OPTIONS})),
    ),
    "a pickle": ("weights.pt", lambda f: (f / "weights.pt").write_bytes(pickle.dumps({"a": 1}))),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_folder_that_is_not_one_version_is_refused_by_the_name_of_the_file(tmp_path: Path, damage: str) -> None:
    save(tmp_path / "run")
    save(tmp_path / "other", 2)
    named, do = DAMAGES[damage]
    do(tmp_path / "run")
    assert named in refused(tmp_path / "run")


class Foreign:
    """No tensor."""


def _crafted(folder: Path, change: Callable[[dict[str, Any]], object], **parts: bytes) -> None:
    """Write a folder whose digests are right and whose content is not."""
    description, whole = read_parts(folder / "model.json")
    change(description)
    write_parts(folder / "model.json", description, {**whole, **{f"{k}.pt": v for k, v in parts.items()}})


@pytest.mark.parametrize(
    "change",
    [
        *(lambda d, key=key: d.pop(key) for key in ("format", "model", "options", "defaults", "extra")),
        lambda d: d.update(format="course_lib model 99"),
        lambda d: d.update(model="transformer"),
        lambda d: d.update(options=[1]),
        lambda d: d["options"].update(hidden="many"),
        lambda d: d["options"].update(hidden=8),
        lambda d: d["defaults"].update(gone=1),
    ],
)
def test_a_manifest_that_describes_no_model_of_ours_is_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    save(tmp_path)
    _crafted(tmp_path, change)
    assert "this version of the course cannot build" in refused(tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK", pickle.dumps(Foreign()), pickle.dumps([1]), pickle.dumps({"a": 1})])
def test_weights_that_are_none_are_refused_without_advice_to_run_them(tmp_path: Path, content: bytes) -> None:
    save(tmp_path)
    _crafted(tmp_path, lambda d: None, weights=content)
    assert "this version of the course cannot build" in refused(tmp_path)


def test_a_part_outside_the_folder_is_not_read(tmp_path: Path) -> None:
    write_parts(tmp_path / "run" / "model.json", {}, {"a": b"1"})
    (tmp_path / "secret").write_bytes(b"1")
    body = {"parts": {"../secret": hashlib.sha256(b"1").hexdigest()}}
    body["sha256"] = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    (tmp_path / "run" / "model.json").write_text(json.dumps(body))
    with pytest.raises(DamagedError, match="not in its folder"):
        read_parts(tmp_path / "run" / "model.json")


def test_a_manifest_of_values_that_json_turns_into_others_is_whole_as_well(tmp_path: Path) -> None:
    write_parts(tmp_path / "all.json", {"a": {10: (1, 2), 9: "é\u2028"}}, {})
    assert read_parts(tmp_path / "all.json") == ({"a": {"10": [1, 2], "9": "é\u2028"}}, {})
    with pytest.raises(ValueError, match="JSON"):
        write_parts(tmp_path / "all.json", {"a": float("nan")}, {})


def fuzzed(folder: Path, files: Sequence[str], count: int, seed: int = 1) -> dict[str, int]:
    """Damage ``folder`` in ``count`` ways: how many were refused, how many gave the same answer."""
    draw, found = Random(seed), {"refused": 0, "same": 0}
    for _ in range(count):
        path = folder / draw.choice(files)
        whole = path.read_bytes()
        path.write_bytes(damaged(whole, draw))
        try:
            same = answer(load_model(folder)) == FIRST
        except ValueError:
            refused(folder)
            found["refused"] += 1
        else:
            assert same, f"another answer after damage to {path.name}"
            found["same"] += 1
        path.write_bytes(whole)
    return found


def test_random_damage_is_refused_in_a_sentence_or_changes_nothing(tmp_path: Path) -> None:
    save(tmp_path)
    found = fuzzed(tmp_path, FILES, 150)
    assert found["refused"] > 120 and sum(found.values()) == 150
