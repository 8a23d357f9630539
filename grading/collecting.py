"""From a folder of downloads to one notebook a student: zips of Moodle and Canvas, nested folders, copies.

Nothing is unpacked to disk and no link is followed: files are read where they lie, within limits of size, number and
depth, so that no path can climb out and no archive can fill the disk. Whatever cannot be read is reported.
"""

import calendar
import io
import os
import re
import stat
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from grading.notebooks import MOST_BYTES, Unreadable, read_notebook
from grading.restoring import likeness

MOST_FILES = 20_000
MOST_UNPACKED = 2 * 2**30
DEEPEST_ZIP = 3
IGNORED = re.compile(r"(^|/)(\.ipynb_checkpoints|__MACOSX|\.git|\._[^/]*|\.DS_Store|Thumbs\.db)(/|$)")
MOODLE = re.compile(r"^(?P<name>[^/]+)_(?P<number>\d+)_assignsubmission_file_?")
CANVAS = re.compile(r"^(?P<name>[a-z0-9\-]+?)_(?P<late>LATE_)?(?P<number>\d+)_(?P<file>\d+)_")
SET_IN_NAME = re.compile(r"\s*\(\d+\)|[ _-]*(ps|problem[ _-]?set)[ _-]?\d+", re.I)
LEAST_LIKE = 0.15
"""Share of a set's cells that must stand in a notebook for it to belong to that set at all."""


@dataclass(frozen=True)
class Found:
    """A file that was found: where, what, and when it was changed."""

    place: str
    content: bytes
    changed: float
    readable: bool = True

    @property
    def rank(self) -> tuple[bool, float, int, str]:
        """The higher counts: what can be read, then the newer; of two equally old (2) is after (1)."""
        return self.readable, self.changed, _copy(self.place), self.place


@dataclass(frozen=True)
class Problem:
    """A file that could not be taken, and why."""

    place: str
    reason: str


@dataclass
class Collected:
    """The newest notebook of each student for one set, and all that was left out."""

    files: dict[str, Found] = field(default_factory=dict)
    superseded: dict[str, list[Found]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def collect(folder: Path, name: str, sets: dict[str, list]) -> Collected:
    """Return what ``folder`` holds for the set ``name``; ``sets`` maps each set to its released cells.

    A notebook belongs to the set whose cells it holds most of, whatever it is called. Of several by one student
    the one changed last counts; the others are kept beside it. FileNotFoundError without the folder.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is no folder. Give the folder that holds the downloads: FROM=downloads/")
    collected = Collected()
    budget = _Budget()
    for found in _files(folder, collected.problems, budget):
        student = student_of(found.place)
        if not student:
            collected.problems.append(Problem(found.place, "Whose is it? No name stands in its path."))
            continue
        try:
            cells = read_notebook(found.content)
        except Unreadable as error:
            best, reason = name, str(error)
            others = dict.fromkeys(sets, 0.0)
        else:
            others = {one: likeness(cells, public) for one, public in sets.items()}
            best = max(others, key=lambda one: others[one])
            reason = ""
            if others[best] < LEAST_LIKE:
                wanted = name if name in found.place.lower() or len(sets) == 1 else ""
                if not wanted:
                    collected.problems.append(Problem(found.place, "It looks like none of the problem sets."))
                    continue
                best = wanted
        if best != name:
            continue
        if reason:
            collected.problems.append(Problem(found.place, reason))
        _keep(collected, student, replace(found, readable=not reason))
    return collected


def student_of(place: str) -> str:
    """Return a student's name from a path of Moodle, of Canvas, or of one folder a student."""
    parts = PurePosixPath(place).parts
    for part in parts:
        for pattern in (MOODLE, CANVAS):
            if (match := pattern.match(part)) is not None:
                return identifier(match["name"])
    folders = [part for part in parts[:-1] if not part.lower().endswith(".zip")]
    if folders:
        return identifier(folders[0])
    return identifier(SET_IN_NAME.sub("", Path(parts[-1]).stem))


def identifier(name: str) -> str:
    """Return ``name`` as a file may be called: letters of any language, digits, dots, dashes."""
    kept = unicodedata.normalize("NFKC", name).strip().lower()
    return re.sub(r"[^\w.-]+", "-", kept).strip("-._")[:100]


@dataclass
class _Budget:
    files: int = MOST_FILES
    unpacked: int = MOST_UNPACKED


def _files(folder: Path, problems: list[Problem], budget: _Budget) -> Iterator[Found]:
    """Yield each notebook below ``folder``, in zips too, by name."""
    for base, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(one for one in folders if not IGNORED.search(f"/{one}/"))
        for name in sorted(names):
            path = Path(base) / name
            place = path.relative_to(folder).as_posix()
            if IGNORED.search(f"/{place}"):
                continue
            state = path.lstat()
            if not stat.S_ISREG(state.st_mode):
                problems.append(Problem(place, "It is a link or no plain file; it was not followed."))
            elif name.lower().endswith(".zip"):
                yield from _in_zip(path.read_bytes, state.st_size, place, problems, budget, 1)
            elif name.lower().endswith((".ipynb", ".ipynb.txt", ".json")):
                if state.st_size > MOST_BYTES:
                    problems.append(Problem(place, f"{state.st_size / 2**20:.0f} MiB: clear the outputs, send again."))
                else:
                    yield Found(place, path.read_bytes(), state.st_mtime)


def _in_zip(
    read: Callable[[], bytes], size: int, place: str, problems: list[Problem], budget: _Budget, depth: int
) -> Iterator[Found]:
    if depth > DEEPEST_ZIP:
        problems.append(Problem(place, f"Zips within zips, more than {DEEPEST_ZIP} deep."))
        return
    if size > MOST_UNPACKED:
        problems.append(Problem(place, "The zip is too large."))
        return
    try:
        with zipfile.ZipFile(io.BytesIO(read())) as opened:
            for entry in opened.infolist():
                yield from _entry(opened, entry, place, problems, budget, depth)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        problems.append(Problem(place, f"The zip cannot be read: {error}."))


def _entry(
    opened: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    place: str,
    problems: list[Problem],
    budget: _Budget,
    depth: int,
) -> Iterator[Found]:
    name = entry.filename.replace("\\", "/")
    inside = f"{place}/{name}"
    if entry.is_dir() or IGNORED.search(f"/{name}"):
        return
    lower = name.lower()
    if not lower.endswith((".ipynb", ".ipynb.txt", ".json", ".zip")):
        return
    if name.startswith("/") or ".." in PurePosixPath(name).parts or ":" in name.split("/")[0]:
        problems.append(Problem(inside, "Its path climbs out of the zip; it was not taken."))
        return
    if stat.S_ISLNK(entry.external_attr >> 16):
        problems.append(Problem(inside, "It is a link; it was not followed."))
        return
    most = MOST_UNPACKED if lower.endswith(".zip") else MOST_BYTES
    budget.files -= 1
    if budget.files < 0 or entry.file_size > min(most, budget.unpacked):
        problems.append(Problem(inside, f"Too large or too many: {entry.file_size / 2**20:.0f} MiB unpacked."))
        return
    with opened.open(entry) as file:
        content = file.read(min(most, budget.unpacked) + 1)  # the size that stands in a zip may be a lie
    budget.unpacked -= len(content)
    if len(content) > most or budget.unpacked < 0:
        problems.append(Problem(inside, "Larger than it says: a zip bomb?"))
    elif lower.endswith(".zip"):
        yield from _in_zip(lambda: content, len(content), inside, problems, budget, depth + 1)
    else:
        yield Found(inside, content, _seconds(entry))


def _seconds(entry: zipfile.ZipInfo) -> float:
    year, month, day, hour, minute, second = entry.date_time
    return float(calendar.timegm((year, month, day, hour, minute, second, 0, 0, 0)))


def _keep(collected: Collected, student: str, found: Found) -> None:
    """Keep what counts; the rest, but for copies of the same, stands beside it."""
    old = collected.files.get(student)
    if old is None:
        collected.files[student] = found
    elif old.content != found.content:
        lower, higher = sorted((old, found), key=lambda one: one.rank)
        collected.superseded.setdefault(student, []).append(lower)
        collected.files[student] = higher


def _copy(place: str) -> int:
    """Return the number of a copy, as in ``ps1 (2).ipynb`` or ``ps1-2.ipynb``."""
    match = re.search(r"(?:\((\d+)\)|-(\d+))\.ipynb(\.txt)?$", place)
    return int(match[1] or match[2]) if match else 0
