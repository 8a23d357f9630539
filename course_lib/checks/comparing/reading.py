"""Read what a learner returns: tensors, arrays, lists, scalars of any kind and precision. All chapters with checks."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from numbers import Real
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from course_lib.checks.report import NotRight, name_of

Array = np.ndarray
NumberKind = Literal["numbers", "whole numbers", "True and False"]
_KINDS = {"numbers": "biuf", "whole numbers": "iu", "True and False": "b"}
_DTYPES = {"numbers": np.float64, "whole numbers": np.int64, "True and False": np.bool_}


def array(
    got: Any,
    name: str = "the answer",
    shape: Sequence[int] | None = None,
    *,
    of: NumberKind = "numbers",
    axes: str = "",
    finite: bool = True,
) -> Array:
    """Return ``got`` as a float64 (or int64, or bool) array of ``shape``, or say why it is none.

    ``axes`` names the axes in letters, "(B, S)". For the shape () any single number will do.
    """
    values = _plain(got, name)
    if values.dtype.kind not in _KINDS[of]:
        came = f"the {_type(got)} {values.item()!r}" if values.ndim == 0 else f"{values.dtype} in a {_type(got)}"
        raise NotRight(f"{name}: expected {of}, got {came}.")
    values = values.astype(_DTYPES[of])
    if shape is not None:
        values = shaped(values, name, tuple(shape), axes)
    if finite:
        check_finite(values, np.zeros(values.shape), name, "")
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


def _plain(got: Any, name: str) -> Array:
    """Return ``got`` as an array of whatever type it has, or say why it has none."""
    try:
        values = np.asarray(_unwrapped(got, name))
    except ValueError as error:
        lengths = sorted({_length(row) for row in got}) if isinstance(got, list | tuple) else ["unknown"]
        what = f"rows have different lengths ({', '.join(lengths)})"
        if len(lengths) == 1:
            what = "rows are made of parts that differ in size"
        raise NotRight(f"{name}: its {what}; expected a full rectangle.") from error
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
        return f"the text {shortened(got)}"
    if isinstance(got, Iterator):
        return f"{_article(_type(got))}, which computes nothing until it is asked; make it a list"
    if callable(got):
        return f"the function {name_of(got)}; call it"
    return _article(_type(got))


def shaped(values: Array, name: str, shape: tuple[int, ...], axes: str) -> Array:
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


def check_finite(values: Array, expected: Array, name: str, why: str) -> None:
    bad = ~np.isfinite(values) & np.isfinite(expected)
    if not bad.any():
        return
    where = np.unravel_index(int(bad.argmax()), bad.shape)
    came, cause = "an infinity", "something was divided by 0, or grew too large, or a logarithm of 0 was taken"
    if np.isnan(values[where]):
        came, cause = "NaN", "somewhere 0 was divided by 0, or two infinities met"
    raise NotRight(f"{name}: got {came}{at_place(where)}. {why or f'{cause.capitalize()}.'}")


def at_place(where: Sequence[Any]) -> str:
    return f" at {tuple(int(k) for k in where)}" if len(where) else ""


def _length(row: Any) -> str:
    try:
        return str(len(row))
    except TypeError:  # a number, or a tensor of one
        return "a single number"


def shortened(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(item, float) for item in value):
        return f"[{', '.join(f'{item:.4g}' for item in value)}]"
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}…"


def _type(got: Any) -> str:
    return type(got).__name__


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiouAEIOU' else 'a'} {noun}"
