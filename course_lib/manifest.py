"""Files that belong together, in one folder: one version of them, whole, or an error.

A manifest names the digest of every part. It is replaced in one move, after all parts are there, so
it decides which version the folder holds::

    1. write each new part beside the old one, as NAME.new     until here: the old version
    2. replace the manifest                                    from here on: the new one
    3. move each NAME.new to NAME

A reader takes of NAME and NAME.new the one that has the digest: a writer killed at any moment leaves the
old version or the new one. The manifest has a digest of itself.
"""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from course_lib.files import remove_orphans, write_atomically
from course_lib.locks import only_writer

_NEW = ".new"
_WAIT = 60.0  # seconds for another writer of the folder to end; it takes one or two


class DamagedError(ValueError):
    """A folder that holds no whole version; the message names the file."""


def write_parts(path: Path, description: Mapping[str, Any], parts: Mapping[str, bytes]) -> None:
    """Make ``parts``, file name to content, the version of the folder of the manifest ``path``.

    ``description`` is what else the manifest says. ValueError for what JSON cannot hold and for names
    that are not those of files in the folder, OSError where something cannot be written; what stood there stays.
    """
    folder = path.parent
    wrong = [name for name in parts if not _is_part(name) or name == path.name]
    if wrong:
        raise ValueError(f"Parts are files of their own in the folder of {path.name}; not so: {wrong}.")
    body = _as_json({**description, "parts": {name: _digest(content) for name, content in parts.items()}})
    manifest = json.dumps({**body, "sha256": _digest_of_values(body)}, indent=1, ensure_ascii=False)
    with only_writer(path, patience=_WAIT):
        before = _finish_move(path)
        for name, content in parts.items():
            remove_orphans(folder / (name + _NEW))
            write_atomically(folder / (name + _NEW), content)
        write_atomically(path, manifest.encode())
        with suppress(OSError):  # a part that somebody reads may not be movable: it is found where it is
            _finish_move(path)
        for name in before - set(parts):
            (folder / name).unlink(missing_ok=True)


def read_parts(path: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return what :func:`write_parts` was given: the description and the content of the parts.

    DamagedError naming the file that is missing, cut off or changed; FileNotFoundError without a manifest.
    """
    manifest = path.read_bytes()
    while True:
        try:
            description, digests = _checked(path, manifest)
            return description, {name: _part(path.parent, name, digest) for name, digest in digests.items()}
        except DamagedError:
            before, manifest = manifest, path.read_bytes()
            if manifest == before:
                raise  # else the folder was written anew meanwhile: look again


def _checked(path: Path, manifest: bytes) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a manifest as description and digests."""
    try:
        body = json.loads(manifest)
    except (ValueError, RecursionError) as error:
        raise DamagedError(f"{path} is cut off, was changed, or is another kind of file") from error
    if not isinstance(body, dict) or not {"sha256", "parts"} <= body.keys():
        raise DamagedError(f"{path} lists no digests: an older version of the course wrote it, or something else did")
    digest, names = body.pop("sha256"), body["parts"]
    if digest != _digest_of_values(body):
        raise DamagedError(f"{path} was changed after it was written")
    if not isinstance(names, dict) or not all(map(_is_part, names)):
        raise DamagedError(f"{path} lists parts that are not in its folder")
    return {key: value for key, value in body.items() if key != "parts"}, names


def _is_part(name: str) -> bool:
    """Return whether ``name`` is that of a file in the folder, in every system, and no second name of one."""
    return re.fullmatch(r"\w[\w.-]*", name) is not None and not name.endswith(_NEW)


def _part(folder: Path, name: str, digest: str) -> bytes:
    """Return the part with this digest, from where a writer left it."""
    found = False
    for place in (name, name + _NEW, name):  # a writer may move it while it is looked for
        with suppress(FileNotFoundError):
            if not (folder / place).is_file():
                continue
            found, content = True, (folder / place).read_bytes()
            if _digest(content) == digest:
                return content
    how = "is not the file that was saved with the others: it is cut off, was changed or replaced"
    raise DamagedError(f"{folder / name} {how if found else 'is missing'}")


def _finish_move(path: Path) -> set[str]:
    """Put the parts of the version that the manifest names where they belong; return their names."""
    try:
        _, digests = _checked(path, path.read_bytes())
    except (FileNotFoundError, DamagedError):
        return set()
    for name, digest in digests.items():
        new = path.parent / (name + _NEW)
        if new.exists() and _digest(new.read_bytes()) == digest:
            os.replace(new, path.parent / name)
    return set(digests)


def _as_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``values`` as they will be read back: a tuple as a list, a number as a key as text."""
    try:
        back: dict[str, Any] = json.loads(json.dumps(values, allow_nan=False))
    except TypeError as error:
        raise ValueError(f"A saved folder is described in JSON: {error}.") from error
    return back


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _digest_of_values(body: Mapping[str, Any]) -> str:
    """Return a digest of JSON values, however they are laid out in the file."""
    return _digest(json.dumps(body, sort_keys=True, allow_nan=False).encode())
