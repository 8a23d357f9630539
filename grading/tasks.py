"""What a task of a problem set asks for: the right answer by another road, and the wrong ones that students give.

The functions stand here and in ``assignments/``, which no student gets. What students get of them are examples:
inputs with the right values, and with those that each mistake gives (:meth:`Task.examples`), so that the check in
their notebook can say what is wrong, and holds nothing that could be handed in.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from course_lib.checks.comparing import agree

Cases = Callable[[np.random.Generator], Sequence[tuple[Any, ...]]]
VISIBLE_SEED = 0
"""Draws the examples that students see; hidden tests draw others."""


@dataclass(frozen=True)
class Task:
    """One function to write. ``values`` names what it returns, a tuple where it returns several things."""

    name: str
    right: Callable[..., Any]
    cases: Cases
    values: str | tuple[str, ...]
    passed: str
    mistakes: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    hints: tuple[str, ...] = ()
    axes: str = ""
    not_finite: str = ""
    rounding: float = 1e-5

    def hold(self, learner: Callable[..., Any], seed: int, pick: Callable[..., bool] | None = None) -> None:
        """Raise ``NotRight`` unless ``learner`` is right on the cases of ``seed`` (those that ``pick`` takes)."""
        cases = [case for case in self.cases(np.random.default_rng(seed)) if pick is None or pick(*case)]
        assert cases, f"{self.name}: no case was picked"
        agree(
            learner,
            self.right,
            cases,
            self.values,
            mistakes=self.mistakes,
            axes=self.axes,
            not_finite=self.not_finite,
            keep_inputs=True,
            rounding=self.rounding,
        )

    def examples(self) -> dict[str, Any]:
        """Return what the check of the students holds, as JSON writes it."""
        cases = self.cases(np.random.default_rng(VISIBLE_SEED))
        return {
            "values": self.values,
            "axes": self.axes,
            "not_finite": self.not_finite,
            "rounding": self.rounding,
            "hints": self.hints,
            "passed": self.passed,
            "cases": [
                {
                    "arguments": [plain(argument) for argument in case],
                    "right": plain(self.right(*case)),
                    "mistakes": {
                        why: plain(wrong) for why in self.mistakes if (wrong := self._wrong(why, case)) is not None
                    },
                }
                for case in cases
            ],
        }

    def _wrong(self, why: str, case: tuple[Any, ...]) -> Any:
        """Return what a mistake gives, or None where it fails or happens to be right."""
        try:
            with np.errstate(all="ignore"):
                wrong = self.mistakes[why](*case)
        except Exception:
            return None
        return None if repr(plain(wrong)) == repr(plain(self.right(*case))) else wrong


def plain(value: Any) -> Any:
    """Return a value as JSON writes it; an array is ``{"array": […]}``, a tuple ``{"tuple": […]}``."""
    if isinstance(value, np.ndarray):
        return {"array": plain(value.tolist())}
    if isinstance(value, tuple):
        return {"tuple": [plain(one) for one in value]}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {"dict": {key: plain(one) for key, one in value.items()}}
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return float(f"{value:.9g}") if math.isfinite(value) else {"float": str(value)}
    return value
