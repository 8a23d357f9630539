"""The one kit of all checkers: reads whatever a learner returns, compares it, and says what is wrong.

A check is written in ten lines. It draws its own sizes, knows the right answer by another road than
the printed solution, and names the wrong roads that learners take::

    @checker(hints=("Which axis holds the positions?", "Each row is a sum of α_j v_j."))
    def check_context(learner: Callable[..., Any]) -> str:
        \"\"\"Exercise 1: ``context(weights (B, S), values (B, S, M))`` is (B, M).\"\"\"
        draw = np.random.default_rng(3)
        cases = [(draw.dirichlet(np.ones(S), B), draw.normal(size=(B, S, 4))) for B, S in ((1, 3), (2, 5))]
        mistakes = {
            "This is the plain mean: the weights are not used.": lambda a, v: v.mean(1),
            "This is the sum of all values: the weights are not used.": lambda a, v: v.sum(1),
        }
        agree(learner, context_by_loops, cases, "the context", mistakes=mistakes, axes="(B, M)")
        return "the context is the weighted sum, for a batch of any size."

What there is:

* a function over random sizes: :func:`agree`; piece by piece: ``answer``, then :func:`compare`,
  :func:`array`, :func:`number`, :func:`whole`, :func:`yes_or_no`, :func:`parts`, :func:`instance`;
* a prediction: :func:`predicted` (a number), :func:`chosen` (one of several); neither prints the answer;
* a test that the learner wrote: :func:`judge`, with :func:`on_arrays` for what it is tried on;
* broken code that the learner repaired: :func:`repaired`.

All raise ``NotRight`` with a sentence, never another exception because of what a learner returned.
Torch tensors of any type and device, NumPy arrays and scalars, Python numbers and nested lists are
all read, and any precision that rounds the right answer is right. A mistake is named in words; a
formula stands in the last of the ``hints`` and nowhere else.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import wraps
from numbers import Real
from random import Random
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from course_lib.checks.report import NotRight, NotYet, answer, name_of, started

Array = np.ndarray
Kind = Literal["numbers", "whole numbers", "True and False"]
ROUNDING = 1e-5  # relative, and absolute about 0: two float32 roads to one number part no further
_ROUNDINGS_OF_HALF = 8  # so many last places of float16 and bfloat16 are forgiven
_KINDS = {"numbers": "biuf", "whole numbers": "iu", "True and False": "b"}
_DTYPES = {"numbers": np.float64, "whole numbers": np.int64, "True and False": np.bool_}


# Reading what came


def array(
    got: Any,
    name: str = "the answer",
    shape: Sequence[int] | None = None,
    *,
    of: Kind = "numbers",
    axes: str = "",
    finite: bool = True,
) -> Array:
    """Return ``got`` as a float64 (or int64, or bool) array of ``shape``, or say why it is none.

    ``axes`` names the axes in letters, "(B, S)". For the shape () any single number will do.
    """
    values = _plain(got, name)
    if values.dtype.kind not in _KINDS[of]:
        came = f"the {_type(got)} {got!r}" if values.ndim == 0 else f"{values.dtype} in a {_type(got)}"
        raise NotRight(f"{name}: expected {of}, got {came}.")
    values = values.astype(_DTYPES[of])
    if shape is not None:
        values = _shaped(values, name, tuple(shape), axes)
    if finite:
        _check_finite(values, np.zeros(values.shape), name, "")
    return values


def number(got: Any, name: str = "the answer") -> float:
    """Return one finite number."""
    return float(array(got, name, ()))


def whole(got: Any, name: str = "the answer") -> int:
    """Return one whole number: an int, a NumPy integer, a tensor of one integer."""
    return int(got) if type(got) is int else int(array(got, name, (), of="whole numbers"))


def yes_or_no(got: Any, name: str = "the answer") -> bool:
    """Return one True or False."""
    return bool(array(got, name, (), of="True and False"))


def parts(got: Any, names: Sequence[str]) -> list[Any]:
    """Return the several values of an answer, given as tuple, list, or array with one row for each."""
    expected = f"{len(names)} values ({', '.join(names)})"
    if isinstance(got, str | bytes | dict | set) or not isinstance(got, Sequence | Array | Tensor):
        raise NotRight(f"expected {expected}, got {_article(_type(got))}. Return {', '.join(names)}.")
    if isinstance(got, Array | Tensor) and got.ndim == 0:
        raise NotRight(f"expected {expected}, got one number.")
    if len(got) != len(names):
        raise NotRight(f"expected {expected}, got {len(got)} in {_article(_type(got))}.")
    return list(got)


def instance(got: Any, cls: type, signature: str) -> Any:
    """Return ``got`` if it is a ``cls``; ``signature`` shows how to make one."""
    if not isinstance(got, cls):
        raise NotRight(f"expected {_article(signature)}, got {_article(_type(got))}.")
    return got


# Comparing it


def compare(
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
    wrong = {why: _value(value) for why, value in (mistakes or {}).items()}
    fooled = tolerance > rounding and any(_nearer(values, w, right, rounding) for w in wrong.values())
    if _close(values, right, tolerance) and not fooled:
        return
    why = next((why for why, value in wrong.items() if value is not None and _close(values, value, tolerance)), "")
    if values.shape != right.shape and why:
        raise NotRight(f"{name}{where}: expected shape {right.shape}, got {values.shape}. {why}")
    _shaped(values, name + where, right.shape, axes)
    if not why:
        _check_finite(values, right, name + where, not_finite)
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
            compare(
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


# Other kinds of exercise


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
        raise NotRight(f"{name}: expected one of {', '.join(map(repr, choices.values()))}, got {_short(value)}.")
    if choice != right:
        raise NotRight(f"{name}: not {choice!r}. {wrong[choice]}".rstrip())


def judge(
    test: Callable[..., Any],
    right: Mapping[str, Callable[..., Any]],
    wrong: Mapping[str, Callable[..., Any]],
    *others: Any,
    too_strict: str = "Allow for rounding.",
    too_lax: str = "",
) -> None:
    """Raise NotRight unless the learner's ``test(implementation, *others)`` tells ``right`` from ``wrong``.

    Both map a name to an implementation. The test says no by returning False or by raising, as in
    pytest: then it may return nothing. Each right implementation is handed in before the wrong ones
    and after them. The message says which bugs slip through.
    """
    verdicts = {name: _verdict(test, name, right[name], others, must_pass=True) for name in right}
    _check_passes(verdicts, too_strict)
    missed = {name: _verdict(test, name, wrong[name], others) for name in wrong}
    if all(verdict is None for verdict in [*verdicts.values(), *missed.values()]):
        raise NotYet(f"{name_of(test)} neither returns nor raises anything so far.")
    _check_passes({name: _verdict(test, name, right[name], others, must_pass=True) for name in right}, too_strict)
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


# Drawing inputs


def sizes(random: Random, low: int, high: int, count: int) -> list[int]:
    """Draw ``count`` sizes from ``low`` to ``high`` that all differ, so that no swap of two axes stays hidden."""
    return random.sample(range(low, high + 1), count)


@contextmanager
def own_randomness(seed: int) -> Iterator[None]:
    """Draw from ``seed`` inside the block, without gradients, and leave the learner's generator as it was."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        yield


# Below, what the kit is made of


def _plain(got: Any, name: str) -> Array:
    """Return ``got`` as an array of whatever type it has, or say why it has none."""
    try:
        values = np.asarray(_unwrapped(got, name))
    except ValueError as error:
        lengths = ", ".join(sorted({_length(row) for row in got})) if isinstance(got, list | tuple) else "unknown"
        raise NotRight(f"{name}: its rows have different lengths ({lengths}); expected a full rectangle.") from error
    return values


def _unwrapped(got: Any, name: str) -> Any:
    """Return ``got`` with tensors made arrays, and lists of them searched through."""
    if isinstance(got, Tensor):
        dense = (got.to_dense() if got.layout is not torch.strided else got).detach().cpu()
        return (dense.double() if dense.dtype is torch.bfloat16 else dense).numpy()
    if isinstance(got, list | tuple | range):
        return [_unwrapped(item, name) for item in got]
    if isinstance(got, Array | np.generic):
        values = np.asarray(got)
        return _unwrapped(values.tolist(), name) if values.dtype.kind == "O" else values
    if isinstance(got, bool) or (isinstance(got, int) and abs(got) < 2**63):
        return got
    if isinstance(got, Real | Decimal):
        return float(got)
    if hasattr(got, "__array__") and not isinstance(got, type):  # a pandas column, say
        return _unwrapped(np.asarray(got), name)
    raise NotRight(f"{name}: expected numbers, got {_described(got)}.")


def _described(got: Any) -> str:
    if got is None or got is ...:
        return f"{got!r}: nothing was put there"
    if isinstance(got, str | bytes):
        return f"the text {_short(got)}"
    if isinstance(got, Iterator):
        return f"{_article(_type(got))}, which computes nothing until it is asked; make it a list"
    if callable(got):
        return f"the function {name_of(got)}; call it"
    return _article(_type(got))


def _shaped(values: Array, name: str, shape: tuple[int, ...], axes: str) -> Array:
    if values.shape == shape or (shape == () and values.size == 1):
        return values.reshape(shape)
    expected = f"expected shape {shape}{f', {axes}' if axes else ''}" if shape else "expected one number"
    came = f"got shape {values.shape}" if values.ndim else "got one number"
    why = ""
    if [n for n in values.shape if n != 1] == [n for n in shape if n != 1]:
        why = " They differ by an axis of size 1."
    elif sorted(values.shape) == sorted(shape):
        why = " The axes stand in another order."
    raise NotRight(f"{name}: {expected}, {came}.{why}")


def _check_finite(values: Array, expected: Array, name: str, why: str) -> None:
    bad = ~np.isfinite(values) & np.isfinite(expected)
    if not bad.any():
        return
    where = np.unravel_index(int(bad.argmax()), bad.shape)
    came, cause = "an infinity", "something was divided by 0, or grew too large, or a logarithm of 0 was taken"
    if np.isnan(values[where]):
        came, cause = "NaN", "somewhere 0 was divided by 0, or two infinities met"
    raise NotRight(f"{name}: got {came}{_at(where)}. {why or f'{cause.capitalize()}.'}")


def _difference(values: Array, right: Array) -> str:
    """Return where the two part most, with as many digits as it takes to see it."""
    with np.errstate(all="ignore"):
        error = np.abs(values - right)
    error = np.where(values == right, 0, np.nan_to_num(error, nan=np.inf))
    where = np.unravel_index(int(error.argmax()), error.shape)
    ours, theirs = (float(x[where]) for x in (right, values))
    digits = next((d for d in (4, 6, 9) if f"{ours:.{d}g}" != f"{theirs:.{d}g}"), 17)
    return f"{_at(where)}: expected {ours:.{digits}g}, got {theirs:.{digits}g}."


def _at(where: Sequence[Any]) -> str:
    return f" at {tuple(int(k) for k in where)}" if len(where) else ""


def _close(values: Array, other: Array | None, tolerance: float) -> bool:
    if other is None or values.shape != other.shape:
        return False
    return bool(np.allclose(values, other, rtol=tolerance, atol=tolerance, equal_nan=True))


def _nearer(values: Array, wrong: Array | None, right: Array, rounding: float) -> bool:
    """Return whether a mistake that differs from the right answer lies nearer to ``values``."""
    if wrong is None or wrong.shape != right.shape or _close(wrong, right, rounding):
        return False
    with np.errstate(all="ignore"):
        return bool(np.nansum(np.abs(values - wrong)) < np.nansum(np.abs(values - right)))


def _value(value: Any) -> Array | None:
    """Return what a mistake gives, or None where it gives nothing that could be compared."""
    try:
        with np.errstate(all="ignore"):
            return array(value() if callable(value) else value, finite=False)
    except Exception:  # a planted mistake may fail on some inputs: there it explains nothing
        return None


def _part_of(wrong: Callable[..., Any], arguments: tuple[Any, ...], k: int, several: bool) -> Callable[[], Any]:
    return lambda: wrong(*arguments)[k] if several else wrong(*arguments)


def _gives(function: Callable[..., Any], arguments: tuple[Any, ...], oracle: Callable[..., Any]) -> bool:
    value = _value(lambda: function(*arguments))
    return value is not None and _close(value, array(oracle(*arguments), finite=False), ROUNDING)


def _half_precision(got: Any) -> float:
    """Return the last place of float16 or bfloat16 if anything in ``got`` is that coarse, else 0."""
    if isinstance(got, list | tuple):
        return max(map(_half_precision, got), default=0.0)
    if isinstance(got, Tensor) and got.dtype in (torch.float16, torch.bfloat16):
        return torch.finfo(got.dtype).eps
    return float(np.finfo(np.float16).eps) if getattr(got, "dtype", None) == np.float16 else 0.0


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
        raise NotRight(f"handed {name}, which is right: {error}") from error.__cause__
    return False


def _check_passes(verdicts: Mapping[str, bool | None], too_strict: str) -> None:
    refused = [name for name, verdict in verdicts.items() if verdict is False]
    if refused:
        raise NotRight(f"your test turns away {refused[0]}, which is right. {too_strict}")


def _shown_inputs(arguments: Sequence[Any]) -> str:
    return f"for {', '.join(map(_shown_input, arguments))}"


def _shown_input(argument: Any) -> str:
    if isinstance(argument, Array | Tensor):
        flat = argument.tolist()
        return f"an input of shape {tuple(argument.shape)}" if argument.ndim != 1 or len(flat) > 6 else _short(flat)
    return _short(argument)


def _length(row: Any) -> str:
    return str(len(row)) if hasattr(row, "__len__") and np.ndim(row) else "a single number"


def _short(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(item, float) for item in value):
        return f"[{', '.join(f'{item:.4g}' for item in value)}]"
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}…"


def _type(got: Any) -> str:
    return type(got).__name__


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiouAEIOU' else 'a'} {noun}"
