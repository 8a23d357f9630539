"""Two trainings in one folder: both succeed, and the last writer wins."""

import errno
import fcntl
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from course_lib.locks import InUseError, only_writer


@pytest.fixture
def elsewhere() -> Iterator[Callable[[Path], int]]:
    """A function that lets another process hold a lock, and returns its number; they end with the test."""
    children: list[int] = []

    def hold(path: Path) -> int:
        ready, tell = os.pipe()
        child = os.fork()
        if not child:
            try:
                with only_writer(path):
                    os.write(tell, b"x")
                    signal.pause()
            finally:
                os._exit(1)
        children.append(child)
        os.close(tell)
        assert os.read(ready, 1) == b"x"
        os.close(ready)
        return child

    yield hold
    for child in children:
        kill(child)


def kill(child: int) -> None:
    try:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    except (ProcessLookupError, ChildProcessError):
        return


def test_a_second_writer_is_told_who_is_the_first(tmp_path: Path, elsewhere: Callable[[Path], int]) -> None:
    other = elsewhere(tmp_path / "run.pt")
    for _ in range(2):  # being refused takes nothing away from the holder
        with (
            pytest.raises(InUseError, match=rf"run\.pt is in use: process {other} on .*since 20.*choose another"),
            only_writer(tmp_path / "run.pt"),
        ):
            pass
    with only_writer(tmp_path / "another.pt"):
        pass


def test_a_writer_that_was_killed_does_not_keep_the_next_one_out(
    tmp_path: Path, elsewhere: Callable[[Path], int]
) -> None:
    kill(elsewhere(tmp_path / "run.pt"))
    assert len(list(tmp_path.iterdir())) == 2  # its lock file and its note are still there
    with only_writer(tmp_path / "run.pt"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_note_of_a_process_number_that_was_given_out_again_does_not_lock(tmp_path: Path) -> None:
    """The note of a dead writer names this very process, which is alive."""
    note = {"process": os.getpid(), "machine": os.uname().nodename, "since": "2020-01-01 00:00:00"}
    (tmp_path / ".run.pt.holder.json").write_text(json.dumps(note))
    (tmp_path / ".run.pt.lock").write_text("")
    with only_writer(tmp_path / "run.pt"):
        assert "2020" not in (tmp_path / ".run.pt.holder.json").read_text()


def test_a_lock_ends_with_its_block_even_by_an_error_and_leaves_no_file(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt), only_writer(tmp_path / "new" / "run.pt"):
            raise KeyboardInterrupt
    assert list((tmp_path / "new").iterdir()) == []


def test_two_parts_of_one_process_exclude_each_other_too(tmp_path: Path) -> None:
    with only_writer(tmp_path / "run.pt"):
        with pytest.raises(InUseError, match=f"process {os.getpid()}"), only_writer(tmp_path / "run.pt"):
            pass
        with pytest.raises(InUseError), only_writer(tmp_path / "run.pt"):
            pass


def test_a_note_that_cannot_be_read_is_no_error_of_its_own(tmp_path: Path) -> None:
    with only_writer(tmp_path / "run.pt"):
        for content in (b"", b"[]", b"{}", b"\xff"):
            (tmp_path / ".run.pt.holder.json").write_bytes(content)
            with pytest.raises(InUseError, match="another process is writing"), only_writer(tmp_path / "run.pt"):
                pass


def test_who_waits_gets_in_when_the_other_is_done(tmp_path: Path, elsewhere: Callable[[Path], int]) -> None:
    other = elsewhere(tmp_path / "run.pt")
    signal.signal(signal.SIGALRM, lambda *_: kill(other))
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    with only_writer(tmp_path / "run.pt", patience=30):
        pass


def test_who_waits_is_told_within_its_patience(tmp_path: Path) -> None:
    for patience in (0.0, 0.3):
        with only_writer(tmp_path / "run.pt"):
            started = time.monotonic()
            with pytest.raises(InUseError), only_writer(tmp_path / "run.pt", patience=patience):
                pass
            assert patience <= time.monotonic() - started < patience + 3


def test_without_locks_of_the_file_system_a_file_excludes_the_second_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: Callable[[Path], int]
) -> None:
    def missing(*_: object) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", missing)
    with only_writer(tmp_path / "run.pt"), pytest.raises(InUseError), only_writer(tmp_path / "run.pt"):
        pass
    other = elsewhere(tmp_path / "run.pt")
    with pytest.raises(InUseError, match=f"process {other} "), only_writer(tmp_path / "run.pt"):
        pass
    kill(other)
    with only_writer(tmp_path / "run.pt"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with (
        pytest.raises(OSError, match=r"Cannot write into the folder .*file.*Choose another"),
        only_writer(tmp_path / "file" / "below" / "run.pt"),
    ):
        pass


def test_orphans_of_a_killed_writer_are_gone_when_the_next_one_starts(tmp_path: Path) -> None:
    orphan, stranger = tmp_path / ".run.pt.0123abcd.tmp", tmp_path / ".run.pt2.0123abcd.tmp"
    orphan.write_bytes(b"half")
    stranger.write_bytes(b"of another file")
    with only_writer(tmp_path / "run.pt"):
        assert not orphan.exists() and stranger.exists()


def test_a_folder_that_is_writable_no_more_does_not_keep_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the cell of a notebook that is run again is refused by its own process."""

    def refused(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patch, only_writer(tmp_path / "run.pt"):
        patch.setattr(Path, "unlink", refused)
    with only_writer(tmp_path / "run.pt"):
        pass


def test_a_second_ctrl_c_while_a_lock_is_given_back_does_not_keep_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(path: Path, missing_ok: bool = False) -> None:
        raise KeyboardInterrupt

    held = only_writer(tmp_path / "run.pt")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt) as kept, held:
        patch.setattr(Path, "unlink", interrupted)
    assert kept.tb is not None  # a notebook keeps the traceback, and with it the lock
    with only_writer(tmp_path / "run.pt"):
        pass
