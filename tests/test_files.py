"""A file is written whole or not at all."""

import os
from pathlib import Path

import pytest

from course_lib.files import write_atomically


def test_what_is_written_is_read_and_replaces_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "file.bin"
    write_atomically(path, b"one")
    write_atomically(str(path), b"two")
    assert path.read_bytes() == b"two"
    assert os.listdir(path.parent) == ["file.bin"]


def test_a_crash_leaves_the_old_file_and_no_half_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file.bin"
    write_atomically(path, b"old")

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    for step in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os, step, crash)
            with pytest.raises(KeyboardInterrupt):
                write_atomically(path, b"new and never whole")
        assert path.read_bytes() == b"old"
        assert os.listdir(tmp_path) == ["file.bin"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError, match=r"Cannot write into the folder .*file.*Choose another"):
        write_atomically(tmp_path / "file" / "below", b"x")


def test_a_written_file_can_be_read_by_others_as_the_umask_allows(tmp_path: Path) -> None:
    path, plain = tmp_path / "ours", tmp_path / "plain"
    write_atomically(path, b"x")
    plain.write_bytes(b"x")
    assert path.stat().st_mode == plain.stat().st_mode
