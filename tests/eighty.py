"""Grade eighty synthetic submissions as a teacher would, and see that nothing else comes of it.

``make eighty`` collects and grades them, grades them a second time with an end by SIGKILL in the middle, and holds both
against the points that each must get, against each other, and the machine after against the machine before. What came
is written to ``tests/eighty.json``.
"""

import argparse
import importlib
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from grading.gradebook import Gradebook
from grading.sources import ASSIGNMENTS, ROOT, read_set
from tests.oracles.eighty import Eighty, Submission

RECORD = Path(__file__).with_suffix(".json")
TOO_LONG = 3600.0


@dataclass(frozen=True)
class Class:
    """A class of synthetic students in the work folder ``path``; ``assignments`` holds the set ``name``."""

    path: Path
    name: str
    submissions: Sequence[Submission]
    assignments: Path = ASSIGNMENTS
    seconds: float = 20.0
    workers: int = 2

    @property
    def downloads(self) -> Path:
        """Where the files of all students lie."""
        return self.path / "downloads"

    def hand_in(self) -> None:
        """Write all files, in the order of their names a second apart, and the links."""
        for one in self.submissions:
            for k, (place, content) in enumerate(one.files.items()):
                path = self.downloads / place
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                os.utime(path, (1_800_000_000 + k, 1_800_000_000 + k))
            for place in one.links:
                path = self.downloads / place
                path.parent.mkdir(parents=True, exist_ok=True)
                path.symlink_to(self.assignments / self.name / f"{self.name}.ipynb")

    def command(self, book: Path, *arguments: str) -> list[str]:
        """Return a command of grading for the gradebook ``book``."""
        given = ["--assignments", str(self.assignments), "--gradebook", str(book)]
        return [sys.executable, "-m", "grading", *given, *arguments]

    def grading(self, book: Path) -> list[str]:
        """Return the one command that grades all."""
        limits = ["--workers", str(self.workers), "--seconds", str(self.seconds)]
        return self.command(book, "grade", self.name, *limits)

    def collected(self, book: Path) -> Path:
        """Collect into a new gradebook, with a secret that is the same each time, and return it."""
        book.mkdir(parents=True)
        (book / "class.json").write_text(json.dumps({"secret": 20260101}))
        _run(self.command(book, "collect", self.name, "--from", str(self.downloads)))
        return book


def wrong_marks(one: Class, book: Path) -> dict[str, str]:
    """Return, by submission, what its marks should have been and are not."""
    marks, wrong = Gradebook(book).all_marks(one.name), {}
    left_out = " ".join(place for place, _ in Gradebook(book).left_out(one.name))
    for submission in one.submissions:
        got = marks.get(submission.student)
        if submission.points is None:
            if got is not None or f"{submission.student}/" not in left_out:
                wrong[submission.name] = "expected to be left out, and reported"
        elif got is None:
            wrong[submission.name] = "not marked"
        elif got.points != dict(submission.points):
            parts = [name for name in got.points if got.points[name] != submission.points[name]]
            wrong[submission.name] = f"{parts}: {[got.reasons.get(part, 'passed') for part in parts]} {got.unreadable}"
    return wrong


def results(one: Class, book: Path) -> dict[str, object]:
    """Return all that must be the same the second time: points, reasons, notes; not the seconds."""
    kept = ("points", "reasons", "words", "notes", "unreadable")
    return {s: {key: asdict(m)[key] for key in kept} for s, m in Gradebook(book).all_marks(one.name).items()}


def kill_in_the_middle(command: Sequence[str], done: Callable[[], int], at: int) -> int:
    """Start ``command``, end it by SIGKILL as soon as ``at`` are done, and return how many were."""
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd=ROOT)
    started = time.monotonic()
    while done() < at and process.poll() is None and time.monotonic() - started < TOO_LONG:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return done()


def snapshot(folders: Sequence[Path]) -> dict[str, tuple[int, int]]:
    """Return size and time of every file below ``folders``, but for what tools keep for themselves."""
    found = {}
    for folder in folders:
        for base, below, names in os.walk(folder):
            below[:] = [one for one in below if one != "__pycache__" and not one.startswith(".")]
            for name in (*names, *below):
                state = os.lstat(os.path.join(base, name))
                found[os.path.join(base, name)] = (state.st_size, 0 if name in below else state.st_mtime_ns)
    return found


def left_processes(before: Sequence[int] = ()) -> list[int]:
    """Return the processes of grading that nobody waits for any more: guests, and what they started."""
    found = []
    for entry in Path("/proc").iterdir() if Path("/proc").exists() else ():
        if entry.name.isdecimal() and int(entry.name) not in before:
            try:
                said = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if b"grading.guest" in said:
                found.append(int(entry.name))
    return found


def run_all(one: Class) -> dict[str, object]:
    """Do all of it and return what came; AssertionError for what must not be."""
    one.hand_in()
    watched = [ROOT, one.downloads]
    before, guests = snapshot(watched), left_processes()
    whole, ended = one.collected(one.path / "whole"), one.collected(one.path / "ended")
    started = time.monotonic()
    _run(one.grading(whole))
    seconds = time.monotonic() - started
    print(f"graded in {seconds:.0f} s", flush=True)
    wrong = wrong_marks(one, whole)
    assert not wrong, json.dumps(wrong, indent=1)
    middle = len(Gradebook(ended).students(one.name)) // 2
    marks = ended / "marks" / one.name
    done = kill_in_the_middle(one.grading(ended), lambda: len(list(marks.glob("*.json"))), middle)
    _run(one.grading(ended))
    assert results(one, whole) == results(one, ended), "The second time the marks are others."
    for command in (("feedback", one.name), ("grades",)):
        _run(one.command(whole, *command))
    pages = "".join(path.read_text("utf-8") for path in whole.rglob("*.html"))
    assert "<script" not in pages
    _wait_for(lambda: not left_processes(guests))
    after = snapshot(watched)
    changed = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    assert not changed, f"outside the work folder: {changed[:5]}"
    assert (whole / "grades.csv").exists() and not left_processes(guests), "A process is left."
    kinds = Counter(submission.kind for submission in one.submissions)
    return {
        "set": one.name,
        "submissions": len(one.submissions),
        "kinds": dict(kinds),
        "names": [submission.name for submission in one.submissions],
        "seconds": round(seconds),
        "workers": one.workers,
        "seconds a cell": one.seconds,
        "killed after": done,
        "machine": f"{platform.machine()}, {len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[2]:.1f}",
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
    }


def _wait_for(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.1)


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=TOO_LONG, check=False)
    assert done.returncode == 0, f"{command}: {done.stderr[-2000:]}"


def main() -> None:
    """Grade eighty submissions of set 1 and write the record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0, help="that one cell may take")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="", help="those whose name holds this; no record is written")
    options = parser.parse_args()
    answers = importlib.import_module("assignments.ps1.answers")
    submissions = Eighty(read_set("ps1"), answers.RIGHT, answers.WRONG, "padding").all()
    submissions = [one for one in submissions if options.only in one.name]
    folder = Path(tempfile.mkdtemp(prefix="eighty-"))
    try:
        one = Class(folder, "ps1", submissions, seconds=options.seconds, workers=options.workers)
        record = run_all(one)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if not options.only:
        RECORD.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    print(json.dumps(record, indent=1))


if __name__ == "__main__":
    main()
