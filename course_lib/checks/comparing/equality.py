"""Hold an answer against the right one, and name the mistake that explains it. All chapters with checks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from course_lib.checks.comparing.reading import Array, array, at_place, check_finite, parts, shaped, shortened
from course_lib.checks.report import NotRight, answer

ROUNDING = 1e-5  # relative, and absolute about 0: two float32 roads to one number part no further
_ROUNDINGS_OF_HALF = 8  # so many last places of float16 and bfloat16 are forgiven


def expect_close(
    got: Any,
    expected: Any,
    name: str = "the answer",
    *,
    mistakes: Mapping[str, Any] | None = None,
    where: str = "",
    axes: str = "",
    not_finite: str = "",
    rounding: float = ROUNDING,
) -> None:
    """Raise NotRight unless ``got`` is ``expected``, in whatever precision.

    ``mistakes`` maps a sentence to the value that this mistake gives, or to a function of nothing that
    computes it; the first that explains ``got`` is named. An answer in half precision is forgiven its
    coarse rounding as long as no mistake lies nearer. ``where`` says for which input; ``not_finite`` is
    what to say of a NaN or an infinity that no mistake explains.
    """
    right = array(expected, "the expected answer", finite=False)
    where = f" {where}" if where else ""
    values = array(got, name, axes=axes, finite=False)
    values = values.reshape(right.shape) if values.size == right.size == 1 else values
    tolerance = rounding_of(got, rounding)
    wrong = {why: value_of(value) for why, value in (mistakes or {}).items()}
    fooled = tolerance > rounding and any(_nearer(values, w, right, rounding) for w in wrong.values())
    if close(values, right, tolerance) and not fooled:
        return
    why = next((why for why, value in wrong.items() if value is not None and close(values, value, tolerance)), "")
    if values.shape != right.shape and why:
        raise NotRight(f"{name}{where}: expected shape {right.shape}, got {values.shape}. {why}")
    shaped(values, name + where, right.shape, axes)
    if not why:
        check_finite(values, right, name + where, not_finite)
    raise NotRight(f"{name}{where}{_difference(values, right)} {why}".rstrip())


def agree(
    learner: Callable[..., Any],
    oracle: Callable[..., Any],
    cases: Iterable[tuple[Any, ...]],
    name: str | tuple[str, ...] = "the answer",
    *,
    mistakes: Mapping[str, Callable[..., Any]] | None = None,
    axes: str = "",
    not_finite: str = "",
    keep_inputs: bool = False,
    rounding: float = ROUNDING,
) -> None:
    """Raise NotRight unless ``learner`` gives what ``oracle`` gives for each tuple of arguments in ``cases``.

    ``mistakes`` maps a sentence to a function that makes this mistake. ``name`` is a tuple where the
    functions return several values. ``keep_inputs`` forbids to change the arguments in place.
    """
    names = (name,) if isinstance(name, str) else name
    for arguments in cases:
        got, right = answer(learner, *arguments, keep_inputs=keep_inputs), oracle(*arguments)
        several = not isinstance(name, str)
        got, right = (parts(got, names), right) if several else ([got], [right])
        for k, part in enumerate(names):
            expect_close(
                got[k],
                right[k],
                part,
                mistakes={why: _part_of(wrong, arguments, k, several) for why, wrong in (mistakes or {}).items()},
                where=_shown_inputs(arguments),
                axes=axes,
                not_finite=not_finite,
                rounding=rounding,
            )


def rounding_of(got: Any, rounding: float = ROUNDING) -> float:
    """Return how far ``got`` may be from the right answer: ``rounding``, or more in float16 and bfloat16."""
    return max(rounding, _ROUNDINGS_OF_HALF * _half_precision(got))


def _difference(values: Array, right: Array) -> str:
    """Return where the two part most, with as many digits as it takes to see it."""
    with np.errstate(all="ignore"):
        error = np.abs(values - right)
    error = np.where(values == right, 0, np.nan_to_num(error, nan=np.inf))
    where = np.unravel_index(int(error.argmax()), error.shape)
    ours, theirs = (float(x[where]) for x in (right, values))
    digits = next((d for d in (4, 6, 9) if f"{ours:.{d}g}" != f"{theirs:.{d}g}"), 17)
    return f"{at_place(where)}: expected {ours:.{digits}g}, got {theirs:.{digits}g}."


def close(values: Array, other: Array | None, tolerance: float) -> bool:
    if other is None or values.shape != other.shape:
        return False
    return bool(np.allclose(values, other, rtol=tolerance, atol=tolerance, equal_nan=True))


def _nearer(values: Array, wrong: Array | None, right: Array, rounding: float) -> bool:
    """Return whether a mistake that differs from the right answer lies nearer to ``values``."""
    if wrong is None or wrong.shape != right.shape or close(wrong, right, rounding):
        return False
    with np.errstate(all="ignore"):
        return bool(np.nansum(np.abs(values - wrong)) < np.nansum(np.abs(values - right)))


def value_of(value: Any) -> Array | None:
    """Return what a mistake gives, or None where it gives nothing that could be compared."""
    try:
        with np.errstate(all="ignore"):
            return array(value() if callable(value) else value, finite=False)
    except Exception:  # a planted mistake may fail on some inputs: there it explains nothing
        return None


def _part_of(wrong: Callable[..., Any], arguments: tuple[Any, ...], k: int, several: bool) -> Callable[[], Any]:
    return lambda: wrong(*arguments)[k] if several else wrong(*arguments)


def _half_precision(got: Any) -> float:
    """Return the last place of float16 or bfloat16 if anything in ``got`` is that coarse, else 0."""
    if isinstance(got, list | tuple):
        return max(map(_half_precision, got), default=0.0)
    if isinstance(got, Tensor) and got.dtype in (torch.float16, torch.bfloat16):
        return torch.finfo(got.dtype).eps
    return float(np.finfo(np.float16).eps) if getattr(got, "dtype", None) == np.float16 else 0.0


def _shown_inputs(arguments: Sequence[Any]) -> str:
    return f"for {', '.join(map(_shown_input, arguments))}"


def _shown_input(argument: Any) -> str:
    if isinstance(argument, Array | Tensor):
        flat = argument.tolist()
        return f"an input of shape {tuple(argument.shape)}" if argument.ndim != 1 or len(flat) > 6 else shortened(flat)
    if isinstance(argument, dict) and argument:
        return f"{', '.join(map(str, argument))} of shapes {', '.join(str(np.shape(one)) for one in argument.values())}"
    return shortened(argument)
