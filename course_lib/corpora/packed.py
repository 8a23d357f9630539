"""Read what others have packed: zip and gzip files, damaged ones too. Chapter 1.

A damaged zip file makes Python's reader raise almost anything; here it is one kind of error. Its
checksums see to it that no damage is read as text.
"""

import gzip
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO

LARGEST = 1 << 30
"""Bytes of a text once unpacked; all of Tatoeba in one language has a tenth."""
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    IndexError,
    KeyError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    UnicodeError,
    ValueError,
)


class PackedFileError(Exception):
    """A packed file that cannot be read; the message goes on after its name: "is no whole …", and what to do."""


def is_zip(path: Path) -> bool:
    """Say whether the file at ``path`` begins as a zip file does, whatever its name."""
    return _beginning(path).startswith(b"PK\x03\x04")


def is_gzip(path: Path) -> bool:
    """Say whether the file at ``path`` begins as a gzip file does, whatever its name."""
    return _beginning(path).startswith(b"\x1f\x8b")


def read_from_zip(path: Path, wanted: Callable[[str], bool]) -> tuple[list[str], bytes]:
    """Return the names in the zip file at ``path`` that are ``wanted``, and the content where it is just one.

    :class:`PackedFileError` for what is no whole zip file, is encrypted, or unpacks to more than a gigabyte.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if wanted(name)]
            return names, _content(archive, archive.getinfo(names[0])) if len(names) == 1 else b""
    except _DAMAGE as error:
        raise PackedFileError(_zip_damage(error)) from error


def find_file(folder: Path, name: str) -> Path | None:
    """Return the file ``name`` in ``folder``, in capitals or not, or None."""
    for part in Path(name).parts:
        if not (folder / part).exists():
            part = next((there for there in names_in(folder) if there.lower() == part.lower()), part)
        folder /= part
    return folder if folder.is_file() else None


def check_zip(file: IO[bytes]) -> None:
    """:class:`PackedFileError` unless ``file`` is a zip file whose members are all whole."""
    try:
        with zipfile.ZipFile(file) as archive:
            damaged = archive.testzip()
    except _DAMAGE as error:
        raise PackedFileError(_zip_damage(error)) from error
    if damaged:
        raise PackedFileError(f"is no whole zip file ({damaged} in the zip file is damaged). Download it again.")


def read_gzip(path: Path) -> bytes:
    """Return the content of the gzip file at ``path``; :class:`PackedFileError` where it is not whole."""
    try:
        with gzip.open(path) as file:
            content = file.read(LARGEST + 1)
    except _DAMAGE as error:
        raise PackedFileError(f"is damaged ({_why(error)}). Download it again.") from error
    if len(content) > LARGEST:
        raise PackedFileError(_too_large(len(content)))
    return content


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    if member.flag_bits & 0x1:
        raise PackedFileError("is encrypted. Unpack it with its password and give the file in it.")
    if member.file_size > LARGEST:
        raise PackedFileError(_too_large(member.file_size))
    return archive.read(member)


def _too_large(size: int) -> str:
    return f"unpacks to {size:,} bytes or more; {LARGEST:,} are read at most. Is it the right file?"


def _zip_damage(error: Exception) -> str:
    if isinstance(error, NotImplementedError):
        return f"is packed in a way that Python cannot read ({_why(error)}). Unpack it and give the file in it."
    return f"is no whole zip file ({_why(error)}). Download it again."


def names_in(folder: Path) -> list[str]:
    """Return the names of what stands in ``folder``, in order; none where there is no such folder."""
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def _why(error: Exception) -> str:
    return str(error).strip().rstrip(".") or type(error).__name__
