"""Write a file whole or not at all."""

import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

_NEW_FILE = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_DAY = 24 * 3600.0
_CHUNK = bytes(1 << 20)


def write_atomically(path: str | Path, content: bytes) -> None:
    """Write ``content`` to ``path`` through a temporary file in the same folder.

    A crash leaves the old file, or none, but never half of the new one. The folder is made if it
    is missing; OSError says which folder cannot be written, or which file had no room.
    """
    with _room_for(Path(path), len(content)), open_atomically(path) as file:
        file.write(content)


@contextmanager
def open_atomically(path: str | Path) -> Iterator[IO[bytes]]:
    """Give a binary file, to write and to read back, that becomes ``path`` when the block ends well.

    Any exception in the block removes it and leaves what stood at ``path``; the rest as in
    :func:`write_atomically`.
    """
    path = Path(os.path.realpath(path))  # a link stays, and what it leads to is written
    remove_orphans(path, older_than=_DAY)
    with _new_file_beside(path) as (file, name):
        yield file
        file.flush()
        os.fsync(file.fileno())
        file.close()  # some systems rename no open file
        os.replace(name, path)


def check_writable(path: Path, size: int = 0) -> None:
    """Raise OSError now, before hours of work, if ``size`` bytes could not be written to ``path`` later.

    Writes that many bytes beside ``path``, where the new version will stand while the old one is still there.
    """
    path = Path(os.path.realpath(path))
    if path.is_dir():
        raise OSError(f"{path} is a folder, where a file has to be written. Move it away, or choose another name.")
    with _room_for(path, size), _new_file_beside(path) as (file, _):
        for start in range(0, size, len(_CHUNK)):
            file.write(_CHUNK[: size - start])
        file.flush()
        os.fsync(file.fileno())


def remove_orphans(path: Path, older_than: float = 0.0) -> None:
    """Remove what killed writers of ``path`` left beside it, if nothing was added for ``older_than`` seconds.

    Whoever knows that nobody else is writing ``path`` needs no age; a day is longer than any writing takes.
    """
    ours = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{8}}\.tmp")
    with suppress(OSError):  # no folder, no orphans; what cannot be removed does no harm
        for entry in os.scandir(path.parent):
            if ours.fullmatch(entry.name) and entry.stat().st_mtime <= time.time() - older_than:
                os.unlink(entry.path)


@contextmanager
def folder_of(path: Path) -> Iterator[None]:
    """Make the folder of ``path`` where it is missing; OSError naming it where the block cannot write into it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        if error.strerror is None:
            raise  # it says so itself
        raise OSError(f"Cannot write into the folder {path.parent}: {error.strerror}. Choose another.") from error


@contextmanager
def _new_file_beside(path: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """Give a new file in the folder of ``path``, under a name that no other writer has; the block may move it."""
    name = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    with folder_of(path):
        handle = os.open(name, _NEW_FILE, 0o666)  # of which the system takes away what the umask says
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file, name
    finally:
        name.unlink(missing_ok=True)


@contextmanager
def _room_for(path: Path, size: int) -> Iterator[None]:
    """Say of a writing that fails in the block which file it was, and what to do."""
    try:
        yield
    except OSError as error:
        if error.errno is None or error.strerror is None:
            raise  # it says so itself
        raise OSError(
            f"{path}: {size / 1e6:.1f} MB could not be written ({error.strerror}). What stood there is unchanged. "
            "Make room, or choose another folder."
        ) from error
