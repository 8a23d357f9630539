"""Judge a test that a learner wrote, by what it says of right and of wrong code. All chapters with checks."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

import torch
from torch import Tensor

from course_lib.checks.comparing.reading import Array, array, yes_or_no
from course_lib.checks.report import NotRight, NotYet, answer, name_of


def judge(
    test: Callable[..., Any],
    right: Mapping[str, Callable[..., Any]],
    wrong: Mapping[str, Callable[..., Any]],
    *others: Any,
    being: str = "which is right",
    too_strict: str = "Allow for rounding.",
    too_lax: str = "",
) -> None:
    """Raise NotRight unless the learner's ``test(implementation, *others)`` tells ``right`` from ``wrong``.

    Both map a name to an implementation. The test says no by returning False or by raising, as in
    pytest: then it may return nothing. Each right implementation is handed in before the wrong ones
    and after them. The message says which bugs slip through; ``being`` what the others are that must not be named.
    """

    def of_right() -> dict[str, bool | None]:
        return {f"{name}, {being}": _verdict(test, f"{name}, {being}", right[name], others, True) for name in right}

    verdicts = of_right()
    _check_passes(verdicts, too_strict)
    missed = {name: _verdict(test, name, wrong[name], others) for name in wrong}
    if all(verdict is None for verdict in [*verdicts.values(), *missed.values()]):
        raise NotYet(f"{name_of(test)} neither returns nor raises anything so far.")
    _check_passes(of_right(), too_strict)
    slipped = [name for name, verdict in missed.items() if verdict is not False]
    if slipped:
        caught = f"Your test catches {len(wrong) - len(slipped)} of {len(wrong)} bugs."
        raise NotRight(f"{caught} It lets through {'; '.join(slipped)}. {too_lax}".rstrip())


def on_arrays(function: Callable[..., Array]) -> Callable[..., Any]:
    """Make a planted implementation take tensors and lists too, and give a tensor for a tensor.

    A ValueError for anything else reaches the learner's test as an error of the call.
    """

    @wraps(function)
    def run(*arguments: Any) -> Any:
        try:
            given = [array(argument, f"argument {k + 1}", finite=False) for k, argument in enumerate(arguments)]
        except NotRight as error:
            raise ValueError(str(error)) from error
        result = function(*given)
        tensor = next((argument for argument in arguments if isinstance(argument, Tensor)), None)
        if tensor is None:
            return result
        return torch.as_tensor(result, dtype=tensor.dtype if tensor.is_floating_point() else None, device=tensor.device)

    return run


def tensor_of(given: Any, name: str) -> Tensor:
    """Return what a planted implementation was handed as a tensor, slopes and all; ValueError for what is no number."""
    if isinstance(given, Tensor):
        return given
    try:
        return torch.from_numpy(array(given, name, finite=False))
    except NotRight as error:
        raise ValueError(str(error)) from error


def in_kind(result: Tensor, *given: Any) -> Any:
    """Return a planted result as its arguments came: with a tensor among them a tensor of its precision, else an array.

    Whole numbers alone give a tensor of the precision that torch takes by itself.
    """
    tensors = [one for one in given if isinstance(one, Tensor)]
    if not tensors:
        return result.numpy()
    dtype = next((one.dtype for one in tensors if one.is_floating_point()), torch.get_default_dtype())
    return result.to(tensors[0].device, dtype)


def _verdict(
    test: Callable[..., Any], name: str, candidate: Callable[..., Any], others: Sequence[Any], must_pass: bool = False
) -> bool | None:
    """Return what the test says of one implementation: True, False, or None where it returns nothing."""
    calls = 0

    def watched(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        return candidate(*arguments, **named)

    try:
        result = answer(test, watched, *others)
    except NotYet:
        if calls == 0:
            raise
        return None
    except NotRight as error:
        if calls == 0 and not isinstance(error.__cause__, AssertionError):
            raise
        return _failure(error, name, must_pass)
    if calls == 0:
        raise NotRight("your test never calls the function that it is handed.")
    return yes_or_no(result, "the verdict of your test")


def _failure(error: NotRight, name: str, must_pass: bool) -> bool | None:
    """Return the verdict of a test that raised; outside an assertion it must not raise on right code."""
    if error.__cause__ is None:  # it returned nothing, after it had returned something
        return None
    if must_pass and not isinstance(error.__cause__, AssertionError):
        raise NotRight(f"handed {name}: {error}") from error.__cause__
    return False


def _check_passes(verdicts: Mapping[str, bool | None], too_strict: str) -> None:
    refused = [name for name, verdict in verdicts.items() if verdict is False]
    if refused:
        raise NotRight(f"your test turns away {refused[0]}. {too_strict}")
