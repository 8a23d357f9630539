"""How a checker speaks: done, not yet, or not right and why."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any


class NotRight(Exception):
    """The learner's answer is wrong; the message says where, what was expected and what came."""

    def _render_traceback_(self) -> Sequence[str]:
        return [f"✗ Not right yet: {self}"]  # IPython shows this in place of a traceback


class _NotYet(Exception):
    """The exercise has not been started: the function returns nothing."""


def checker(check: Callable[[Callable[..., Any]], str]) -> Callable[[Callable[..., Any]], None]:
    """Turn ``check`` into what a notebook calls.

    ``check`` returns what has been shown, or raises :class:`NotRight`. An exercise that nobody has
    started prints a line and raises nothing, so that a notebook of empty exercises still runs.
    """

    @wraps(check)
    def run(learner: Callable[..., Any]) -> None:
        try:
            print(f"✓ {check(learner)}")
        except _NotYet:
            print(f"○ Not yet: {learner.__name__} returns nothing so far. Write it, then run this cell again.")

    return run


def answer(learner: Callable[..., Any], *arguments: Any) -> Any:
    """Call the learner's function; an answer of ``None`` or ``...`` means that it is not written yet."""
    result = learner(*arguments)
    if result is None or result is ...:
        raise _NotYet
    return result
