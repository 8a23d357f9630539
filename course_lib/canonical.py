"""A value as text: equal text for what computes the same, in every process; other text for what does not. Chapter 2.

What comes with a version of its own, this course and the libraries under it, goes by its name. Whatever else
stands in a notebook, a class or a function, goes by its name and its code, with what the code reads.
"""

import dis
import functools
import hashlib
import inspect
import re
import sys
import types
import weakref
from collections.abc import Iterator, Mapping, Set
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

Around = tuple[int, ...]
"""The objects, by id, in which a value stands."""

_EVERY_MODULE_HAS = frozenset(vars(nn.Module()))
_HOOKS = ("_forward_pre_hooks", "_forward_hooks", "_backward_pre_hooks", "_backward_hooks")
_PLAIN = (bool, int, float, complex, str, bytes)
_SETTINGS = (*_PLAIN, type, list, tuple, dict, Set, Tensor, np.ndarray, types.FunctionType, functools.partial)
"""Kinds of a global variable that a function may read as its setting; a corpus or a model is none."""


def canonical(value: Any, around: Around = ()) -> str:
    """Describe ``value``, which stands in the objects ``around``; one that contains itself is described once."""
    if type(value) is str:  # most of all there is: the words of a vocabulary
        return repr(value)
    value = value.item() if isinstance(value, np.generic) else value
    if value is None or isinstance(value, _PLAIN):
        return repr(value)
    if id(value) in around:
        return "…"
    around = (*around, id(value))
    inner = functools.partial(canonical, around=around)
    if isinstance(value, type):
        return repr(value) if is_released(value) else class_name(value, around)
    if isinstance(value, nn.Parameter):
        learns = "" if value.requires_grad else f", does not learn {_digest(value)}"
        return f"{tuple(value.shape)} {value.dtype}{learns}"
    if isinstance(value, Tensor):
        return f"{tuple(value.shape)} {value.dtype} {_digest(value)}"
    if isinstance(value, np.ndarray):
        content = inner(value.tolist()) if value.dtype.hasobject else short_digest(value.tobytes())
        return f"{value.shape} {value.dtype} {content}"
    if isinstance(value, nn.Module):  # in a list, a dict or a function, where torch does not see it
        return inner(_of_modules(value, around))
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{inner(key)}: {inner(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Set):
        return "{" + ", ".join(sorted(map(inner, value))) + "}"
    if isinstance(value, list | tuple):
        return "(" + ", ".join(map(inner, value)) + ")"
    return f"{class_name(type(value), around)}({', '.join(_inside(value, inner))})"


def of_module(module: nn.Module, around: Around = ()) -> dict[str, str]:
    """Describe what ``module`` itself holds, without the modules in it and without its parameters, part by part."""
    kind, around = type(module), (*around, id(module))
    inner = functools.partial(canonical, around=around)
    hooks = [hook for name in _HOOKS for hook in getattr(module, name, {}).values()]
    hooked = {".hooks": inner(hooks)} if hooks else {}
    if kind.__module__.startswith("torch."):
        unprinted = {f".{name}": inner(vars(module)[name]) for name in sorted(_unprinted(module))}
        return {".layer": f"{kind.__name__}({module.extra_repr()})", **unprinted, **hooked}
    left_out = _EVERY_MODULE_HAS.union(getattr(kind, "NO_SETTINGS", ()), ("built_with",))
    held = {**vars(module), **dict(module.named_buffers(recurse=False))}
    given = getattr(module, "built_with", {})
    code = _code_of_class(kind, around)
    return {
        ".class": kind.__qualname__,
        **({".code": code} if code else {}),
        **{f"({name})": inner(value) for name, value in given.items() if name not in left_out},
        **{f".{name}": inner(value) for name, value in held.items() if name not in left_out},
        **hooked,
    }


def class_name(kind: type, around: Around = ()) -> str:
    """Return the name of a class, with a digest of its code where it stands in no library."""
    return f"{kind.__qualname__} {_code_of_class(kind, around)}".rstrip()


def _of_modules(module: nn.Module, around: Around) -> dict[str, str]:
    """Describe ``module`` and all in it, but for those that are being described already."""
    found = {name: canonical(parameter, around) for name, parameter in module.named_parameters()}
    for name, part in module.named_modules():
        if part is module or id(part) not in around:
            found |= {f"{name or 'model'}{key}": text for key, text in of_module(part, around).items()}
    return found


def _unprinted(layer: nn.Module) -> set[str]:
    """Return the names of what a layer of torch holds and does not print: options, and methods that were replaced."""
    kind, held = type(layer), vars(layer)
    replaced = {name for name in held if inspect.isroutine(getattr(kind, name, None))}
    return replaced if layer.extra_repr() else replaced | (inspect.signature(kind).parameters.keys() & held.keys())


def _code_of_class(kind: type, around: Around) -> str:
    """Return a digest of what a class and those above it say, those of libraries left out; "" where none is left."""
    own = [above for above in kind.__mro__ if not is_released(above)]
    said = [
        (name, value)
        for above in own
        for name, value in vars(above).items()
        if callable(value) or not name.startswith("__")
    ]
    return short_digest(canonical(said, (*around, id(kind))).encode()) if own else ""


def is_released(thing: Any) -> bool:
    """Say whether a class or function belongs to a library, this one included; its code has a version there."""
    library = (getattr(thing, "__module__", None) or "builtins").partition(".")[0]
    if library == "__main__":  # a notebook, whatever program runs it
        return False
    file = getattr(sys.modules.get(library), "__file__", None) or ""
    installed = "site-packages" in file or "dist-packages" in file
    return installed or library == "course_lib" or library in sys.stdlib_module_names


def _inside(value: Any, inner: functools.partial[str]) -> list[str]:
    """Return the descriptions of what an object holds."""
    if is_dataclass(value):
        return [f"{field.name}={inner(getattr(value, field.name))}" for field in fields(value) if field.compare]
    if isinstance(value, functools.partial):
        return [inner(value.func), inner(value.args), inner(value.keywords)]
    if isinstance(value, types.MethodType):
        return [inner(value.__func__), inner(value.__self__)]
    if isinstance(value, staticmethod | classmethod):
        return [inner(value.__func__)]
    if isinstance(value, property):
        return [inner((value.fget, value.fset, value.fdel))]
    if isinstance(value, types.FunctionType):
        return _of_function(value, inner)
    if isinstance(value, torch.device | weakref.ref):  # where something is changes nothing
        return []
    state = _state(value)
    if isinstance(state, dict):
        return [f"{name}={inner(item)}" for name, item in state.items()]
    return [re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value)) if state is None else inner(state)]


def _state(value: Any) -> Any:
    """Return what a copy of ``value`` would be made from, slots included; None where it does not say."""
    try:
        return value.__getstate__()
    except Exception:  # whatever a class of a notebook raises; before Python 3.11 most have no such method
        return getattr(value, "__dict__", None)


def _of_function(function: types.FunctionType, inner: functools.partial[str]) -> list[str]:
    """Return the descriptions of what a function does: its code, its defaults, and what it reads outside.

    Functions that it calls are described beside it, each once, however many paths lead there.
    """
    if is_released(function):
        return [f"{function.__module__}.{function.__qualname__}", inner(_given(function))]
    reached = [function]
    for one in reached:  # which grows meanwhile
        reached += [found for found in _reads(one).values() if _is_own_function(found) and found not in reached]
    return [inner(part) for one in reached for part in (_code(one), _given(one), _plain_reads(one, reached))]


def _given(function: types.FunctionType) -> tuple[Any, ...]:
    return [_content(cell) for cell in function.__closure__ or ()], function.__defaults__, function.__kwdefaults__


def _code(function: types.FunctionType) -> list[Any]:
    parts = _all_code(function.__code__)
    return [(part.co_code, _constants(part, function.__doc__), part.co_names) for part in parts]


def _is_own_function(value: Any) -> bool:
    return isinstance(value, types.FunctionType) and not is_released(value)


def _plain_reads(function: types.FunctionType, reached: list[types.FunctionType]) -> dict[str, Any]:
    """Return the settings that a function reads outside; in the place of another function, its place in the list."""
    read = _reads(function)
    return {name: reached.index(value) if _is_own_function(value) else value for name, value in read.items()}


def _reads(function: types.FunctionType) -> dict[str, Any]:
    """Return the global variables that a function reads, by name, where they are settings."""
    outside = function.__globals__
    names = {name for part in _all_code(function.__code__) for name in _globals_read(part)}
    return {name: outside[name] for name in sorted(names) if isinstance(outside.get(name), _SETTINGS)}


def _content(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # a name that is bound later
        return None


def _constants(code: types.CodeType, doc: str | None) -> list[Any]:
    """Return the constants in ``code``, without those that name lines and files."""
    return [value for value in code.co_consts if not isinstance(value, types.CodeType) and value != doc]


def _all_code(code: types.CodeType) -> Iterator[types.CodeType]:
    """Yield ``code`` and that of the functions and comprehensions in it."""
    yield code
    for value in code.co_consts:
        if isinstance(value, types.CodeType):
            yield from _all_code(value)


def _globals_read(code: types.CodeType) -> Iterator[str]:
    return (step.argval for step in dis.get_instructions(code) if step.opname == "LOAD_GLOBAL")


def _digest(tensor: Tensor) -> str:
    return short_digest(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())


def short_digest(content: bytes) -> str:
    """Return the first 16 hexadecimal digits of a digest of ``content``."""
    return hashlib.sha256(content).hexdigest()[:16]
