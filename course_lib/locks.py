"""One writer at a time: two trainings that write the same file would each lose what the other wrote.

The lock is the operating system's: it ends with the process that holds it, however that ends. So there is
no dead lock to recognise, and a process number that was given out again means nothing. Where a file system
has no such locks, filelock falls back to a file that names its process.
"""

import json
import os
import socket
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from course_lib.files import folder_of, remove_orphans, write_atomically


class InUseError(OSError):
    """Another process, or another part of this one, is writing here; the message says who."""


@contextmanager
def only_writer(path: Path, patience: float = 0.0) -> Iterator[None]:
    """Be the only one who writes ``path`` in this block; InUseError after ``patience`` seconds of waiting.

    What killed writers of ``path`` left beside it is removed. The lock is a hidden file in the same
    folder, and so is the note that says who holds it; both are gone when the block ends.
    """
    lock_file, note = path.with_name(f".{path.name}.lock"), path.with_name(f".{path.name}.holder.json")
    lock = FileLock(lock_file)
    try:
        _acquire(lock, path, note, patience)
        remove_orphans(path)
        remove_orphans(note)
        with suppress(OSError):  # a disk too full for a note is found, and said, by who writes here
            write_atomically(note, json.dumps(_myself()).encode())
        yield
    finally:
        try:
            if lock.is_locked:
                _remove(note, lock_file)
        finally:  # also at a second Ctrl-C, and in a folder that is writable no more
            lock.release()


def _acquire(lock: BaseFileLock, path: Path, note: Path, patience: float) -> None:
    try:
        with folder_of(path), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the other kind of lock that a file system may call for
            lock.acquire(timeout=patience)
    except Timeout:
        raise InUseError(
            f"{path} is in use: {_holder(note)} is writing it. Wait until that has ended, or choose another folder."
        ) from None


def _remove(*files: Path) -> None:
    for file in files:
        with suppress(OSError):  # some systems remove no open file; there, filelock does after the release
            file.unlink()


def _myself() -> dict[str, str | int]:
    return {"process": os.getpid(), "machine": socket.gethostname(), "since": time.strftime("%Y-%m-%d %H:%M:%S")}


def _holder(note: Path) -> str:
    """Return who holds a lock, in words; the note may not be written yet, or gone already."""
    try:
        record = json.loads(note.read_bytes())
        return "process {process} on {machine}, since {since},".format(**record)
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
