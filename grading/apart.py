"""Run a submission apart, and let tests call what it left. The tests never enter its process.

:class:`Apart` starts the process behind the best wall, runs the cells one by one, and starts anew without a cell that
took the process with it (an endless loop that nothing stops, ``exit()``, too much memory, a crash). What a test then
calls is a :class:`Remote`: it looks like the function of the submission, and returns values that cannot do anything.
"""

import json
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from grading.channel import PATIENCE, Channel, Closed, Nonsense, TooLate
from grading.notebooks import whole_letters
from grading.values import NoValue, pack, unpack
from grading.walls import INSIDE, Limits, Wall, best_wall, command, environment

START_SECONDS = 120.0
GRACE = 5.0
"""Seconds between what stops a cell from within and what ends its process from outside."""
POLL = 0.1
MOST_OUTPUT, MOST_OUTPUTS = 2 * 2**20, 20
"""Letters and pieces of a cell's output that are kept."""
SHOWN = ("text/plain", "image/png")


@dataclass(frozen=True)
class CellRun:
    """What came of one cell: outputs in the form of a notebook, and the error, if any, in words."""

    outputs: tuple[dict[str, Any], ...] = ()
    error: str = ""
    ended_process: bool = False
    """The process was lost with this cell; the others ran without it."""


class RemoteError(Exception):
    """The submission raised; ``kind`` is the name of what it raised."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}" if message else kind)
        self.kind = kind


class Lost(Exception):
    """The process of the submission is gone, or no longer answers."""


@dataclass
class Apart:
    """A submission in a process of its own; a context manager, which leaves nothing behind."""

    limits: Limits = field(default_factory=Limits)
    wall: Wall | None = None
    restarts: int = 5

    def __post_init__(self) -> None:
        self.wall = self.wall or best_wall()
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: Channel | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._cells: Sequence[str] = ()
        self._fatal: set[int] = set()
        self._asked_so_far = 0
        self._deadline = 0.0
        self._end = ""

    def __enter__(self) -> "Apart":
        self._deadline = time.monotonic() + self.limits.whole_seconds
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def run(self, cells: Sequence[str]) -> list[CellRun]:
        """Run ``cells`` in one namespace; a cell that ends the process is left out of the next try."""
        runs: dict[int, CellRun] = {}
        self._cells, self._fatal = cells, set()
        while True:
            lost = self._run_all(runs)
            if lost is None:
                return [runs[k] for k in range(len(cells))]
            self._fatal.add(lost)
            if len(self._fatal) > self.restarts or time.monotonic() > self._deadline:
                reason = "the submission's time is over" if time.monotonic() > self._deadline else "too many ends"
                for k in range(len(cells)):
                    runs.setdefault(k, CellRun(error=f"Not run: {reason}."))
                return [runs[k] for k in range(len(cells))]

    def revive(self) -> None:
        """Run the cells once more where a call has ended the process: it costs its own test, not those after it."""
        if self._channel is None and self._cells and self.restarts > 0 and time.monotonic() < self._deadline:
            self.restarts -= 1
            with suppress(Lost):
                self._run_all({})

    def has(self, name: str) -> bool:
        """Say whether the submission left something of that name."""
        return bool(self._asked({"has": name}).get("value"))

    def __getitem__(self, name: str) -> Any:
        """Return what the submission left under ``name``: a value, or a :class:`Remote` to call."""
        try:
            return unpack(self._asked({"get": name}).get("value"), self._referred)
        except NoValue as error:
            raise RemoteError("NoValue", f"{name} is something that no test can read. {error}") from error

    def call(self, message: dict[str, Any], arguments: Sequence[Any], keywords: dict[str, Any]) -> Any:
        """Call in the submission; :class:`RemoteError` for what it raises, :class:`Lost` where it is gone."""
        packed = {
            "args": [pack(one, _handed_back) for one in arguments],
            "kwargs": {key: pack(one, _handed_back) for key, one in keywords.items()},
            "seconds": self.limits.call_seconds,
        }
        answer = self._asked(message | packed)
        try:
            _write_back(arguments, answer.get("changed"), self._referred)
            return unpack(answer.get("value"), self._referred)
        except NoValue as error:
            raise RemoteError("NoValue", f"It returned something that no test can read. {error}") from error

    def _run_all(self, runs: dict[int, CellRun]) -> int | None:
        """Run all but the fatal cells in a new process; return the cell that ended it, or None."""
        self._start()
        for k, source in enumerate(self._cells):
            if k in self._fatal:
                continue
            try:
                answer = self._answer({"run": source}, self.limits.cell_seconds)
                runs[k] = _cell_run(answer)
            except Lost as error:
                runs[k] = CellRun(error=str(error), ended_process=True)
                return k
        return None

    def _asked(self, message: dict[str, Any]) -> dict[str, Any]:
        answer = self._answer(message, self.limits.call_seconds)
        error = answer.get("error")
        if error is not None:
            if not isinstance(error, dict):
                raise Lost("The process answers nonsense.")
            kind, said = str(error.get("type"))[:100], str(error.get("message"))[:2000]
            raise RemoteError(whole_letters(kind), whole_letters(said))
        return answer

    def _answer(self, message: dict[str, Any], seconds: float) -> dict[str, Any]:
        if self._channel is None:
            raise Lost(self._end or "The submission is not running.")
        left = self._deadline - time.monotonic()
        try:
            self._asked_so_far += 1
            self._channel.send(message | {"n": self._asked_so_far}, GRACE)
            answer = self._channel.receive(max(0.0, min(PATIENCE * seconds + GRACE, left)))
            if answer.get("n") != self._asked_so_far:
                raise Nonsense("An answer to nothing that was asked.")
            return answer
        except (Closed, TooLate, Nonsense) as error:
            late = isinstance(error, TooLate)
            reason = "It took too long, and did not stop." if late else "The process ended."
            if isinstance(error, Nonsense):
                reason = "The process answers nonsense."
            self._end = self._watcher_says or reason
            self._stop()
            raise Lost(self._end) from error

    def _start(self) -> None:
        self._stop()
        self._watcher_says = ""
        self._folder = tempfile.TemporaryDirectory(prefix="submission-", ignore_cleanup_errors=True)
        ours, theirs = socket.socketpair()
        with theirs:
            inside = INSIDE if self.wall == "bubblewrap" else Path(self._folder.name)
            self._process = subprocess.Popen(
                command(self.wall or "none", theirs.fileno(), self.limits),
                env=environment(inside),
                cwd=self._folder.name,
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._channel = Channel(ours)
        threading.Thread(target=self._watch, args=(self._process,), daemon=True).start()
        try:
            self._channel.receive(START_SECONDS)
        except (Closed, TooLate, Nonsense) as error:
            self._stop()
            raise Lost("The process did not start.") from error

    def _stop(self) -> None:
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        if self._process is not None:
            _end(self._process)
            self._process = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        """End the process where all that it started together use too much; system calls alone cannot say so."""
        while process.poll() is None:
            family = descendants(process.pid)
            if len(family) > self.limits.processes:
                self._watcher_says = f"It started more than {self.limits.processes} processes."
            elif sum(map(resident, family)) > self.limits.resident:
                self._watcher_says = f"It used more than {self.limits.resident / 2**30:.1f} GiB of memory."
            if self._watcher_says:
                _end(process)
                return
            time.sleep(POLL)

    def _referred(self, packed: Any) -> "Remote":
        try:
            number, kind = int(packed["object"][0]), str(packed["object"][1])[:100]
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise NoValue("It is neither a value nor an object.") from error
        return Remote(self, "", number, kind)


@dataclass(frozen=True)
class Remote:
    """Something that a submission left and that is no value: call it, or one of its methods (``name``)."""

    apart: Apart = field(repr=False)
    name: str
    number: int
    kind: str

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Call it there; values go and come, nothing else."""
        return self.apart.call({"call": self.name, "of": self.number}, arguments, keywords)

    def __getattr__(self, name: str) -> "Remote":
        if name.startswith("_"):
            raise AttributeError(name)
        return Remote(self.apart, name, self.number, self.kind)


def descendants(pid: int) -> list[int]:
    """Return ``pid`` and all processes below it, as the system lists them; only ``pid`` where it lists none."""
    found, waiting = [], [pid]
    while waiting:
        found.append(one := waiting.pop())
        with suppress(OSError):
            for thread in os.listdir(f"/proc/{one}/task"):
                children = Path(f"/proc/{one}/task/{thread}/children").read_text()
                waiting += map(int, children.split())
    return found


def resident(pid: int) -> int:
    """Return the bytes of memory that a process holds; 0 where nobody says."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all below it. Behind a wall the end of the first is the end of all."""
    for pid in reversed(descendants(process.pid)):
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)
    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        process.wait(10)


def _cell_run(answer: dict[str, Any]) -> CellRun:
    """Read what the process says of a cell; whatever it says, no more than ``MOST_OUTPUT`` of it is kept."""
    error, outputs = answer.get("error"), answer.get("outputs")
    words = f"{error.get('type')}: {error.get('message')}" if isinstance(error, dict) else ""
    kept, room = [], MOST_OUTPUT
    for output in outputs[:MOST_OUTPUTS] if isinstance(outputs, list) else ():
        if (read := _output(output)) is not None and (size := len(json.dumps(read))) <= room:
            kept.append(read)
            room -= size
    return CellRun(tuple(kept), whole_letters(words[:4000]))


def _output(output: Any) -> dict[str, Any] | None:
    """Return an output in the two forms that a page shows, or None."""
    if not isinstance(output, dict):
        return None
    text, data = output.get("text"), output.get("data")
    if output.get("output_type") == "stream" and isinstance(text, str):
        return {"output_type": "stream", "name": "stdout", "text": whole_letters(text)}
    if output.get("output_type") == "display_data" and isinstance(data, dict):
        shown = {kind: whole_letters(one) for kind, one in data.items() if kind in SHOWN and isinstance(one, str)}
        return {"output_type": "display_data", "data": shown, "metadata": {}}
    return None


def _write_back(arguments: Sequence[Any], changed: Any, referred: Callable[[Any], Any]) -> None:
    """Do to ``arguments`` what the call did to its copies of them; a test sees a change in place as if it were here."""
    for place, packed in changed.items() if isinstance(changed, dict) else ():
        if not str(place).isdecimal() or int(place) >= len(arguments):
            raise NoValue("It speaks of arguments that there are not.")
        ours, theirs = arguments[int(place)], unpack(packed, referred)
        if isinstance(ours, list) and isinstance(theirs, list):
            ours[:] = theirs
        elif isinstance(ours, dict) and isinstance(theirs, dict):
            ours.clear()
            ours.update(theirs)
        elif np.shape(ours) == np.shape(theirs) != ():
            ours[...] = theirs
        else:
            raise NoValue("It made something else of an argument.")


def _handed_back(value: Any) -> Any:
    if isinstance(value, Remote) and not value.name:
        return {"object": [value.number, value.kind, True]}
    raise NoValue(f"A test may hand over values, not {type(value).__name__}.")
