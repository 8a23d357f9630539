"""Values that may pass between submitted code and its tests, as JSON. Nothing of it can run.

The same file serves both sides. A value is None, a bool, number or text, a list, tuple, set or dict of values, a
NumPy array or a torch tensor; :func:`pack` asks its caller what to do with anything else. A pickle would run
whatever its writer wants where it is read; this form only says what is there.
"""

import base64
import math
from collections.abc import Callable
from typing import Any

MOST_BYTES = 1 << 26
"""Of one array; a message of many is limited by the channel."""
DEEPEST = 50
"""Lists within lists; a list that holds itself is deeper."""

_SEQUENCES: dict[str, Callable[[list[Any]], Any]] = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}

Foreign = Callable[[Any], Any]
"""Given what is none of these values; returns its packed form, or raises."""


class NoValue(ValueError):
    """What came cannot be passed, or is no packed value."""


def refuse(value: object) -> Any:
    """Be no place for anything else: a :class:`Foreign` that raises."""
    raise NoValue(f"{type(value).__name__} is neither text, number, list, dict, array nor tensor.")


def pack(value: Any, foreign: Foreign = refuse, depth: int = 0) -> Any:
    """Return ``value`` in a form that ``json`` writes; :class:`NoValue` where it is too large, too deep or foreign."""
    if depth > DEEPEST:
        raise NoValue(f"Lists within lists, {DEEPEST} deep: does one hold itself?")
    kind = type(value)
    if value is None or kind in (bool, int, str):
        return value
    if kind is float:
        return value if math.isfinite(value) else {"float": str(value)}
    if kind is complex:
        return {"complex": [pack(value.real), pack(value.imag)]}
    if kind.__name__ in _SEQUENCES and kind in (list, tuple, set, frozenset):
        return {kind.__name__: [pack(one, foreign, depth + 1) for one in value]}
    if kind is dict:
        return {"dict": [[pack(one, foreign, depth + 1) for one in item] for item in value.items()]}
    return _packed_array(value) or foreign(value)


def unpack(packed: Any, foreign: Foreign = refuse) -> Any:
    """Return the value of a packed form; :class:`NoValue` for what is none. Nothing that stands in it is run."""
    if packed is None or isinstance(packed, (bool, int, float, str)):
        return packed
    if not isinstance(packed, dict) or len(packed) != 1:
        raise NoValue(f"Expected a packed value, got {type(packed).__name__}.")
    ((kind, content),) = packed.items()
    try:
        if kind == "float":
            return float(content)
        if kind == "complex":
            return complex(*map(unpack, content))
        if kind in _SEQUENCES:
            return _SEQUENCES[kind]([unpack(one, foreign) for one in content])
        if kind == "dict":
            return {unpack(key, foreign): unpack(one, foreign) for key, one in content}
        if kind in ("array", "tensor", "number"):
            return _array_of(kind, content)
    except (TypeError, ValueError, KeyError, RecursionError) as error:
        raise NoValue(f"A damaged {kind}: {error}.") from error
    return foreign(packed)


def _packed_array(value: Any) -> Any:
    """Return the packed form of an array, a tensor or a number of NumPy; None for anything else."""
    kind = type(value)
    origin = f"{kind.__module__}.{kind.__name__}"
    if origin in ("torch.Tensor", "torch.nn.parameter.Parameter"):
        value, name = value.detach().cpu(), "tensor"
        value = value.float().numpy() if str(value.dtype) == "torch.bfloat16" else value.numpy()
    elif origin == "numpy.ndarray":
        name = "array"
    elif kind.__module__ == "numpy" and hasattr(kind, "dtype"):
        name = "number"
        value = value.reshape(())
    else:
        return None
    if value.dtype.kind not in "biufc":
        raise NoValue(f"An array of {value.dtype}: expected numbers.")
    if value.nbytes > MOST_BYTES:
        raise NoValue(f"An array of {value.nbytes:,} bytes; {MOST_BYTES:,} is the most.")
    return {
        name: {
            "dtype": value.dtype.str,
            "shape": list(value.shape),
            "bytes": base64.b64encode(value.tobytes()).decode(),
        }
    }


def _array_of(kind: str, content: Any) -> Any:
    import numpy as np  # a process that passes no array needs none

    dtype = np.dtype(content["dtype"])
    if dtype.kind not in "biufc":
        raise NoValue(f"An array of {dtype}: expected numbers.")
    array = np.frombuffer(base64.b64decode(content["bytes"]), dtype).reshape(content["shape"]).copy()
    if kind == "number":
        return array[()]
    if kind == "array":
        return array
    import torch

    return torch.from_numpy(array)
