"""What was found, what was looked for, and what could not be: the report of a diagnosis. Chapter 15.

A report never says that an implementation is healthy. It says what was checked, and what could not be.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from course_lib.clinic.catalogue import KNOWN


@dataclass(frozen=True)
class Finding:
    """A bug that was seen: where, the number measured, what it means in a sentence, and what cures it."""

    key: str
    where: str
    measured: Mapping[str, float]
    sentence: str
    advice: str = ""  # in place of what else cures the bug, where what was measured asks for something else

    @property
    def title(self) -> str:
        """What the bug is called."""
        return KNOWN[self.key].title

    @property
    def cure(self) -> str:
        """What to change."""
        return self.advice or KNOWN[self.key].cure

    @property
    def chapter(self) -> int:
        """Where the course explains it."""
        return KNOWN[self.key].chapter

    def __str__(self) -> str:
        return f"{self.sentence} Cure: {self.cure} [{self.key}, in {self.where}; chapter {self.chapter}]"


@dataclass(frozen=True)
class Checked:
    """A bug that was looked for and not seen: by what, in words."""

    key: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.sentence} [{self.key}]"


@dataclass(frozen=True)
class Unchecked:
    """A bug that could not be looked for: why, and what to offer so that it can be."""

    key: str
    reason: str
    offer: str

    def __str__(self) -> str:
        return f"{self.reason} {self.offer} [{self.key}]".replace("  ", " ")


@dataclass(frozen=True)
class Broken:
    """A part that could not be used as the interface says: its name, and what happened, in a sentence."""

    part: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True)
class Report:
    """The outcome of :func:`~course_lib.clinic.diagnose`. Print it, show it in a notebook, or let a test hold it.

    Each of the twenty bugs is in ``findings``, in ``checked`` or in ``unchecked``. ``broken`` lists what in the
    interface did not work: a crash, a wrong shape, NaN.
    """

    findings: tuple[Finding, ...] = ()
    checked: tuple[Checked, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    broken: tuple[Broken, ...] = ()
    seed: int = field(default=0)

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the bugs that were found."""
        return frozenset(finding.key for finding in self.findings)

    def require_nothing_found(self) -> None:
        """Do nothing where no bug was found and nothing was broken; else AssertionError with the whole report.

        In a test of your own: ``diagnose(mine).require_nothing_found()``. What could not be checked does not fail it.
        """
        if self.findings or self.broken:
            raise AssertionError(str(self))

    def to_json(self) -> str:
        """Return all of the report as JSON: sorted, and the same at every run with the same seed."""
        record: dict[str, Any] = {
            "broken": [vars(entry) for entry in self.broken],
            "checked": [vars(entry) for entry in self.checked],
            "findings": [
                {
                    "chapter": entry.chapter,
                    "cure": entry.cure,
                    "key": entry.key,
                    "measured": {name: _for_json(value) for name, value in entry.measured.items()},
                    "sentence": entry.sentence,
                    "where": entry.where,
                }
                for entry in self.findings
            ],
            "seed": self.seed,
            "summary": self.summary,
            "unchecked": [vars(entry) for entry in self.unchecked],
        }
        return json.dumps(record, indent=1, sort_keys=True, ensure_ascii=False)

    @property
    def summary(self) -> str:
        """The last line: how many were found, how many were looked for, how many could not be."""
        looked_for = len(self.findings) + len(self.checked)
        could_not = f"{len(self.unchecked)} could not be looked for" if self.unchecked else "none was left out"
        broken = f" {_many(len(self.broken), 'part')} did not work as the interface says." if self.broken else ""
        return (
            f"Looked for {_many(looked_for, 'bug')} of {len(KNOWN)}, found {len(self.findings)}; {could_not}.{broken} "
            "This says nothing of what was not looked for."
        )

    def __str__(self) -> str:
        sections = (f"{title}\n" + "\n".join(f"  - {one}" for one in entries) for title, entries in self._sections())
        return "\n".join([*sections, self.summary])

    def __repr__(self) -> str:
        return f"<Report: {self.summary}>"

    def _repr_html_(self) -> str:
        """Return the report for a notebook: what was found in sight, the rest to unfold."""
        shown = []
        for title, entries in self._sections():
            items = "".join(f"<li>{escape(str(entry))}</li>" for entry in entries)
            body = f"<ul>{items}</ul>"
            in_sight = title in (_FOUND, _BROKEN)
            shown.append(
                f"<p><b>{title}</b></p>{body}"
                if in_sight
                else f"<details><summary>{title} ({len(entries)})</summary>{body}</details>"
            )
        return (
            "<div class='course-report' role=region aria-label='Report of diagnose'>"
            f"{''.join(shown)}<p>{escape(self.summary)}</p></div>"
        )

    def _sections(self) -> list[tuple[str, tuple[Any, ...]]]:
        sections = [
            (_FOUND, self.findings),
            (_BROKEN, self.broken),
            (_CHECKED, self.checked),
            (_UNCHECKED, self.unchecked),
        ]
        return [(title, entries) for title, entries in sections if entries]


_FOUND, _BROKEN = "Found", "Does not work as the interface says"
_CHECKED, _UNCHECKED = "Looked for and not seen", "Could not be looked for"


def _many(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _for_json(value: float) -> float | None:
    """Six digits, which is what a second machine finds too; None for what JSON has no number for."""
    return float(f"{value:.6g}") if math.isfinite(value) else None
