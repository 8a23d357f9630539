"""How a checker speaks: done, not yet, or not right and why; never in a traceback of its own."""

import copy
import inspect
import traceback
from collections.abc import Callable, Sequence
from functools import partial, update_wrapper, wraps
from typing import Any

import numpy as np
from torch import Tensor

Check = Callable[[Any], str]


class NotRight(Exception):
    """The learner's answer is wrong; the message says where, what was expected and what came."""

    named = False
    """Whether the message names the mistake: a hint at another one would only lead astray."""

    def _render_traceback_(self) -> Sequence[str]:
        return [f"✗ Not right yet: {self}"]  # IPython shows this in place of a traceback


class NotYet(Exception):
    """The exercise has not been started: the function, or the prediction, is still empty."""


class _Learner:
    """The learner's function, which remembers whether it has ever given an answer."""

    def __init__(self, function: Callable[..., Any]) -> None:
        update_wrapper(self, function)
        self.function, self.has_answered = function, False

    def __call__(self, *arguments: Any) -> Any:
        return self.function(*arguments)


def checker(check: Check | None = None, *, hints: Sequence[str] = ()) -> Any:
    """Turn ``check`` into what a notebook calls; used bare, or as ``@checker(hints=("…", "…"))``.

    ``check`` returns what has been shown, or raises :class:`NotRight`. An exercise that nobody has
    started prints a line and raises nothing, so that a notebook of empty exercises still runs.
    The first wrong answer brings its own message alone; each further one also brings the next hint,
    so a formula may stand in the last hint and nowhere else. A right answer starts the count anew.
    """
    if check is None:
        return partial(checker, hints=hints)
    wrong_answers = 0

    @wraps(check)
    def run(learner: Any) -> None:
        nonlocal wrong_answers
        try:
            shown = check(_Learner(learner) if callable(learner) else learner)
        except NotYet as reason:
            print(f"○ Not yet: {reason}")
            return
        except NotRight as reason:
            wrong_answers += 1
            hint = "" if reason.named else _hint(hints, wrong_answers)
            raise NotRight(f"{reason}{hint}") from reason.__cause__
        except Exception as error:
            raise NotRight(
                f"this check cannot read what came ({type(error).__name__}: {error}). "
                "Compare the type and the shape with what the exercise asks for."
            ) from error
        wrong_answers = 0
        print(f"✓ {shown}")

    return run


def answer(learner: Any, *arguments: Any, keep_inputs: bool = False, copied: bool = True) -> Any:
    """Call the learner's function with copies of ``arguments`` and return what it gives.

    NotYet for a function that gives ``...`` or None, or raises NotImplementedError. NotRight for one
    that raises anything else, takes other arguments, or (with ``keep_inputs``) changes what it was
    handed. NumPy's warnings are off: a NaN comes back in words, from whoever reads the answer. Without
    ``copied`` the arguments themselves are handed in, for a check that follows their gradients.
    """
    started(learner)
    name = name_of(learner)
    if not callable(learner):
        raise NotRight(f"hand in the function itself, without calling it; got {type(learner).__name__}.")
    _check_signature(learner, name, arguments)
    handed = [_copied(argument) for argument in arguments] if copied else list(arguments)
    try:
        with np.errstate(all="ignore"):
            result = learner(*handed)
    except NotImplementedError as error:
        raise NotYet(f"{name} is not written so far. Write it, then run this cell again.") from error
    except Exception as error:
        raise NotRight(f"{name} raised {said(error)}{_line(learner, error)}.") from error
    if result is None or result is ...:
        raise _nothing(learner, name, result)
    if keep_inputs and not all(_unchanged(*both) for both in zip(handed, arguments, strict=True)):
        raise NotRight(f"{name} has changed what it was handed; leave that as it is and return a new one.")
    if isinstance(learner, _Learner):
        learner.has_answered = True
    return result


def started(value: Any) -> None:
    """Raise NotYet where the learner's value is still ``...`` or None."""
    if value is None or value is ...:
        raise NotYet("there is no answer so far. Put yours in place of the dots, then run this cell again.")


def name_of(learner: Any) -> str:
    """Return what to call the learner's function in a message."""
    name = getattr(learner, "__name__", "")
    return name if name.isidentifier() else "your function"


def said(error: BaseException) -> str:
    """Return an exception in one line."""
    message = " ".join(str(error).split())
    return f"{type(error).__name__}: {message[:200]}" if message else type(error).__name__


def _hint(hints: Sequence[str], wrong_answers: int) -> str:
    shown = min(wrong_answers - 1, len(hints))
    return f"\n  Hint {shown} of {len(hints)}: {hints[shown - 1]}" if shown else ""


def _nothing(learner: Any, name: str, result: Any) -> Exception:
    if isinstance(learner, _Learner) and learner.has_answered:
        return NotRight(f"{name} returns nothing for some inputs: on one of its ways no `return` is reached.")
    if result is None:
        return NotYet(f"{name} returns None so far. If it is written, its `return` is missing.")
    return NotYet(f"{name} returns nothing so far. Write it, then run this cell again.")


def _check_signature(learner: Callable[..., Any], name: str, arguments: Sequence[Any]) -> None:
    try:
        signature = inspect.signature(learner)
    except (TypeError, ValueError):  # some built-in functions have none
        return
    try:
        signature.bind(*arguments)
    except TypeError as error:
        raise NotRight(
            f"{name} is called with {len(arguments)} argument(s), but it is defined as {name}{signature}. "
            "Keep the first line of the exercise as it was."
        ) from error


def _line(learner: Any, error: BaseException) -> str:
    """Return which line of the learner's own file the exception came from."""
    code = getattr(inspect.unwrap(learner), "__code__", None)
    frames = [f for f in traceback.extract_tb(error.__traceback__) if code and f.filename == code.co_filename]
    if not frames or not frames[-1].line:
        return ""
    return f", in the line `{frames[-1].line}`"


def _copied(argument: Any) -> Any:
    return copy.deepcopy(argument) if isinstance(argument, np.ndarray | Tensor | list | dict) else argument


def _unchanged(after: Any, before: Any) -> bool:
    if isinstance(before, np.ndarray | Tensor):
        same = after.shape == before.shape
        return same and bool(((after == before) | ((after != after) & (before != before))).all())  # NaN is no change
    if isinstance(before, dict):
        return after.keys() == before.keys() and all(_unchanged(after[key], before[key]) for key in before)
    if isinstance(before, list):
        return len(after) == len(before) and all(_unchanged(*both) for both in zip(after, before, strict=True))
    return after is before or bool(after == before)
