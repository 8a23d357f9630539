"""A file is written whole or not at all."""

import errno
import os
import threading
import time
from pathlib import Path

import pytest

from course_lib.files import check_writable, open_atomically, write_atomically


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


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_the_umask_decides_who_may_read_what_is_written(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        write_atomically(tmp_path / "ours", b"x")
    finally:
        os.umask(before)
    assert (tmp_path / "ours").stat().st_mode & 0o777 == 0o666 & ~mask


def test_a_link_stays_and_the_file_that_it_leads_to_is_written(tmp_path: Path) -> None:
    """A checkpoint is a link to a disk that outlives the machine: on it the run has to be kept."""
    kept, link = tmp_path / "kept" / "run.pt", tmp_path / "run.pt"
    kept.parent.mkdir()
    link.symlink_to(kept)
    for content in (b"first", b"second"):
        check_writable(link, 10)
        write_atomically(link, content)
        assert link.is_symlink() and kept.read_bytes() == link.read_bytes() == content
    assert [path.name for path in kept.parent.iterdir()] == ["run.pt"]


def test_old_orphans_are_removed_and_a_writer_at_work_is_left_alone(tmp_path: Path) -> None:
    old, fresh = tmp_path / ".file.bin.00000001.tmp", tmp_path / ".file.bin.00000002.tmp"
    others = [tmp_path / name for name in (".file.bin.tmp", ".file.bin2.00000001.tmp", ".fileXbin.00000001.tmp")]
    for path in (old, fresh, *others):
        path.write_bytes(b"x")
    for path in (old, *others):
        os.utime(path, (time.time() - 2 * 86400,) * 2)
    with open_atomically(tmp_path / "file.bin") as file:
        file.write(b"one")
        write_atomically(tmp_path / "file.bin", b"two")
    assert sorted(tmp_path.iterdir()) == sorted([tmp_path / "file.bin", fresh, *others])


def test_probes_of_the_same_file_do_not_disturb_each_other(tmp_path: Path) -> None:
    failed: list[BaseException] = []

    def probe() -> None:
        try:
            for _ in range(50):
                check_writable(tmp_path / "run.pt")
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=probe) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == [] and list(tmp_path.iterdir()) == []


def test_a_full_disk_is_found_by_the_probe_and_named_by_the_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk with room for one and a half megabytes; the old file takes none of what the new one needs."""
    seen: list[int] = []
    sync = os.fsync

    def full(handle: int) -> None:
        seen.append(os.fstat(handle).st_size)
        if seen[-1] > 1_500_000:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(handle)

    monkeypatch.setattr(os, "fsync", full)
    (tmp_path / "run.pt").write_bytes(b"old")
    check_writable(tmp_path / "run.pt", 1_400_000)
    message = r"run\.pt: 2\.[05] MB could not be written \(No space left on device\).*unchanged.*Make room"
    with pytest.raises(OSError, match=message):
        check_writable(tmp_path / "run.pt", 2_500_000)
    assert seen == [1_400_000, 2_500_000]
    with pytest.raises(OSError, match=message):
        write_atomically(tmp_path / "run.pt", bytes(2_000_000))
    assert (tmp_path / "run.pt").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["run.pt"]
