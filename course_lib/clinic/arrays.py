"""Arrays in and out: NumPy here, NumPy, torch or lists on the reader's side. Chapter 15."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import torch

from course_lib.clinic.interface import ArrayLibrary
from course_lib.shapes import Shaped

NumPyArray = Shaped[np.ndarray, "..."]
"""An array of the shape that the check asks for, which is known when it is called."""

DEEPEST = 6
"""How far an opaque value is looked into: dicts in tuples in objects."""


def handed_out(array: NumPyArray, library: ArrayLibrary, like: Shaped[torch.Tensor, "..."] | None = None) -> Any:
    """Return a copy of ``array`` as the implementation wants it; floats of torch are of the kind of ``like``."""
    if library == "numpy":
        return array.copy()
    if library == "python":
        return array.tolist()
    tensor = torch.from_numpy(array.copy())
    if not tensor.is_floating_point() or tensor.dtype == torch.half:
        return tensor if like is None else tensor.to(like.device)
    return tensor.to(torch.get_default_dtype()) if like is None else tensor.to(like.device, like.dtype)


def taken_in(value: Any) -> NumPyArray:
    """Return what an implementation gave as an array of doubles, or of what it is; ValueError where it is no array."""
    if isinstance(value, torch.Tensor):
        value = value.detach().cpu()
        return (value.double() if value.is_floating_point() else value).numpy()
    if isinstance(value, (list, tuple)):
        value = [taken_in(entry) if isinstance(entry, (torch.Tensor, list, tuple)) else entry for entry in value]
        if len({np.shape(entry) for entry in value}) > 1:
            raise ValueError("its rows are not of one length")
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"it is {'nothing' if value is None else f'of the kind {type(value).__name__}'}")
    return array.astype(np.float64) if array.dtype.kind == "f" else array


def leaves(value: Any, depth: int = DEEPEST) -> list[NumPyArray]:
    """Return copies of the arrays and numbers in an opaque value, in a fixed order, to see whether it was changed."""
    if isinstance(value, torch.Tensor):
        return [value.detach().cpu().clone().float().numpy() if value.dtype == torch.bfloat16 else _copied(value)]
    if isinstance(value, np.ndarray):
        return [value.copy()]
    if isinstance(value, (bool, int, float)):
        return [np.asarray(value)]
    if depth == 0 or value is None or isinstance(value, (str, bytes)):
        return []
    if isinstance(value, Mapping):
        inside = [value[name] for name in sorted(value, key=str)]
    elif isinstance(value, (list, tuple)):
        inside = list(value)
    elif is_dataclass(value) and not isinstance(value, type):
        inside = [getattr(value, field.name) for field in fields(value)]
    else:
        inside = []
    return [leaf for entry in inside for leaf in leaves(entry, depth - 1)]


def same(first: list[NumPyArray], second: list[NumPyArray]) -> bool:
    """Say whether two lists of :func:`leaves` are equal, to the bit; NaN equals NaN."""
    return len(first) == len(second) and all(
        np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in zip(first, second, strict=True)
    )


def _copied(value: torch.Tensor) -> NumPyArray:
    return value.detach().cpu().numpy().copy()
