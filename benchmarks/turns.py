"""Works done in turns, by the seconds of the processor; the record they go to. Used by ``benchmarks/speed.py``."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from records import machine, run_once

from course_lib.results.speeds import rates
from course_lib.training import seed_everything

Work = Callable[[], tuple[int, float]]
"""What is done once a round: it returns how many units it did, and the seconds of processor time."""


@dataclass(frozen=True)
class Bench:
    """What the groups of one invocation share."""

    out: Path
    rounds: int
    seed: int
    quick: bool
    data: Path | None
    before: Path | None

    def measure(self, key: str, unit: str, settings: Mapping[str, Any], made: Callable[[], dict[str, Any]]) -> None:
        """Record the works of ``made()`` under ``key``, unless they stand there; it may return more than works."""

        def run() -> dict[str, Any]:
            seed_everything(self.seed)
            parts = made()
            timed = in_turns(parts.pop("works"), self.rounds)
            return {"date": _today(), "machine": _machine(), "unit": unit, "works": timed, **parts}

        all_settings = {**settings, "rounds": self.rounds, "seed": self.seed}
        run_once(self.out, key, all_settings, run, summary)

    def once(self, key: str, unit: str, made: Callable[[], dict[str, Any]]) -> None:
        """Record works that are done a single time, because once takes minutes."""

        def run() -> dict[str, Any]:
            parts = made()
            works = {name: {"units": [units], "seconds": [seconds]} for name, (units, seconds) in parts.pop("works")}
            return {"date": _today(), "machine": _machine(), "unit": unit, "works": works, **parts}

        run_once(self.out, key, {"rounds": 1}, run, summary)


def in_turns(works: Mapping[str, Work], rounds: int) -> dict[str, dict[str, list[float]]]:
    """Do every work once uncounted, then all of them round after round; return their units and seconds by name.

    Every second round goes backwards, so that no work always follows the same one.
    """
    for work in works.values():
        work()
    found: dict[str, dict[str, list[float]]] = {name: {"units": [], "seconds": []} for name in works}
    for number in range(rounds):
        for name in reversed(list(works)) if number % 2 else works:
            units, seconds = works[name]()
            found[name]["units"].append(units)
            found[name]["seconds"].append(round(seconds, 5))
    return found


def clocked(work: Callable[[], int], clock: Callable[[], float] = time.process_time) -> Work:
    """Return ``work`` with the seconds that it takes by ``clock``."""

    def timed() -> tuple[int, float]:
        started = clock()
        units = work()
        return units, clock() - started

    return timed


def summary(run: Mapping[str, Any]) -> str:
    """Return a line: the fastest and the slowest work of a run."""
    found = sorted(rates(run).items(), key=lambda item: item[1])
    if not found:
        return "done"
    (slow, least), (fast, most) = found[0], found[-1]
    return f"{run['unit']} a second: {least:.3g} ({slow}) to {most:.3g} ({fast})"


def _machine() -> dict[str, Any]:
    """Return the machine, and how many processes wanted its cores in the last minute: a crowd makes seconds longer."""
    return {**machine(), "load": round(os.getloadavg()[0], 1)}


def _today() -> str:
    return datetime.now(timezone.utc).date().isoformat()
