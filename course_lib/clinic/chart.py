"""What the checks write down, one bug at a time; the report is made of it. Chapter 15."""

from collections.abc import Iterator
from contextlib import contextmanager

from course_lib.clinic.calling import PartFailed
from course_lib.clinic.catalogue import KNOWN
from course_lib.clinic.report import Broken, Checked, Finding, Report, Unchecked


class Chart:
    """Findings before everything; what was looked for at one place and not seen before what could not be at another."""

    def __init__(self) -> None:
        self._found: dict[str, Finding] = {}
        self._cleared: dict[str, Checked] = {}
        self._left: dict[str, str] = {}
        self._broken: dict[tuple[str, str], Broken] = {}
        self.over_target = False  # a softmax over the words of the target, which hides what reads them

    def find(self, key: str, where: str, sentence: str, advice: str = "", **measured: float) -> None:
        """Write down that a bug was seen, and ``advice`` in place of its usual cure; the first place counts."""
        numbers = {name: float(x) for name, x in measured.items()}
        self._found.setdefault(key, Finding(key, where, numbers, sentence, advice))

    def clear(self, key: str, sentence: str) -> None:
        """Write down that a bug was looked for and not seen."""
        self._cleared.setdefault(key, Checked(key, sentence))

    def leave(self, key: str, reason: str) -> None:
        """Write down why a bug could not be looked for."""
        self._left.setdefault(key, reason)

    def fail(self, part: str, sentence: str) -> None:
        """Write down that a part did not work as the interface says, once a part and sentence."""
        self._broken.setdefault((part, sentence), Broken(part, sentence))

    def has_cleared(self, key: str) -> bool:
        """Say whether a bug has been looked for, and not been seen."""
        return key in self._cleared

    def has(self, key: str) -> bool:
        """Say whether a bug has been found."""
        return key in self._found

    @contextmanager
    def taking_failures(self, *keys: str) -> Iterator[None]:
        """Write down a failure of a part inside the block, and that ``keys`` could not be looked for by it."""
        try:
            yield
        except PartFailed as failure:
            self.fail(failure.part, failure.sentence)
            for key in keys:
                self.leave(key, f"`{failure.part}` did not work.")

    def report(self, seed: int) -> Report:
        """Return the report: each of the twenty bugs is found, looked for, or could not be."""
        cleared = {key: entry for key, entry in self._cleared.items() if key not in self._found}
        left = [key for key in KNOWN if key not in self._found and key not in cleared]
        return Report(
            tuple(self._found[key] for key in KNOWN if key in self._found),
            tuple(cleared[key] for key in KNOWN if key in cleared),
            tuple(Unchecked(key, *self._why(key)) for key in left),
            tuple(self._broken.values()),
            seed,
        )

    def _why(self, key: str) -> tuple[str, str]:
        """Return a reason, and what to offer where nothing was offered."""
        reason = self._left.get(key)
        return (f"{KNOWN[key].title}:", KNOWN[key].offer) if reason is None else (f"{KNOWN[key].title}: {reason}", "")
