"""Answers of other kinds: repaired code, a predicted number, a choice. All chapters with checks."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from course_lib.checks.comparing.equality import ROUNDING, agree, close, value_of
from course_lib.checks.comparing.reading import array, number, shortened
from course_lib.checks.report import NotRight, name_of, started


def repaired(
    learner: Callable[..., Any],
    broken: Callable[..., Any],
    oracle: Callable[..., Any],
    cases: Iterable[tuple[Any, ...]],
    name: str = "the answer",
    *,
    mistakes: Mapping[str, Callable[..., Any]] | None = None,
    axes: str = "",
) -> None:
    """Raise NotRight unless ``learner`` is ``broken`` repaired: right where it was wrong, and still right elsewhere.

    ValueError if ``broken`` is right in every case: then the cases could not tell.
    """
    cases = list(cases)
    worked = [_gives(broken, arguments, oracle) for arguments in cases]
    if all(worked):
        raise ValueError("repaired: expected a case in which the broken code is wrong, got none. Add one.")
    known = {"The bug is still in: the broken code gives this too.": broken, **(mistakes or {})}
    for arguments, worked_before in sorted(zip(cases, worked, strict=True), key=lambda case: case[1]):
        try:
            agree(learner, oracle, [arguments], name, mistakes=known, axes=axes)
        except NotRight as error:
            spoilt = " This input was right before: the repair has broken something else." if worked_before else ""
            raise NotRight(f"{error}{spoilt}") from error.__cause__


def predicted(
    value: Any,
    expected: float,
    name: str = "your prediction",
    *,
    mistakes: Mapping[str, float] | None = None,
    rounding: float = 0.01,
) -> None:
    """Raise NotRight unless a predicted number is ``expected`` to the share ``rounding`` of it.

    The message names the mistake, or says "too large" or "too small"; the answer it does not print.
    """
    started(value)
    if callable(value):
        raise NotRight(f"{name}: expected a number, got the function {name_of(value)}.")
    got = number(value, name)
    if math.isclose(got, expected, rel_tol=rounding, abs_tol=rounding * (expected == 0)):
        return
    known = (why for why, wrong in (mistakes or {}).items() if math.isclose(got, wrong, rel_tol=rounding))
    raise NotRight(f"{name}: {got:g} is too {'large' if got > expected else 'small'}. {next(known, '')}".rstrip())


def chosen(value: Any, right: str, wrong: Mapping[str, str], name: str = "your choice") -> None:
    """Raise NotRight unless ``value`` is the choice ``right``; ``wrong`` says what is against each other one."""
    started(value)
    choices = {choice.casefold(): choice for choice in sorted([right, *wrong])}
    choice = choices.get(value.strip().casefold()) if isinstance(value, str) else None
    if choice is None:
        raise NotRight(f"{name}: expected one of {', '.join(map(repr, choices.values()))}, got {shortened(value)}.")
    if choice != right:
        raise NotRight(f"{name}: not {choice!r}. {wrong[choice]}".rstrip())


def _gives(function: Callable[..., Any], arguments: tuple[Any, ...], oracle: Callable[..., Any]) -> bool:
    value = value_of(lambda: function(*arguments))
    return value is not None and close(value, array(oracle(*arguments), finite=False), ROUNDING)
