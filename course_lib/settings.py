"""What a model was built with, read off the model itself, so that no option can be left out. Chapter 2.

Two models with equal settings and equal parameters compute the same. Nothing here knows a layer by name: a
setting is whatever a module remembers.
"""

import functools
import hashlib
import re
import types
import weakref
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

Settings = dict[str, str]

_EVERY_MODULE_HAS = frozenset(vars(nn.Module()))
_LONGEST = 80  # characters of a setting that is still shown


def model_settings(model: nn.Module) -> Settings:
    """Return the settings of ``model`` by name, such as ``"decoder.attention.window": "10"``.

    They are the class of each module, what its constructor was given (``"decoder(dropout)"``), its attributes
    and its buffers. A layer of torch counts as torch prints it. What a module names in ``NO_SETTINGS`` moves
    while training, or is a label; methods that somebody replaced on one instance are probes. Parameters
    are not among them.
    """
    found: Settings = {}
    for name, module in model.named_modules():
        found |= {f"{name or 'model'}{key}": _short(value) for key, value in _of_module(module).items()}
    return found


def parameter_settings(model: nn.Module) -> Settings:
    """Return shape, number type and whether it learns, of each parameter by name."""
    return {name: _described(parameter) for name, parameter in model.named_parameters()}


def differences(there: Mapping[str, str], here: Mapping[str, str], most: int = 3) -> str:
    """Return what differs, as "window: 10 there, 1 here; …", ``most`` of it in full; "" where nothing does."""
    names = [name for name in {**there, **here} if there.get(name) != here.get(name)]
    found: dict[tuple[str | None, ...], str] = {}
    for name in names:  # an option that a model hands on to its layers is one difference
        option = re.split(r"[.(]", name.removesuffix(")"))[-1]
        found.setdefault((option, there.get(name), here.get(name)), name)
    listed = [
        f"{name}: {there.get(name, 'nothing')} there, {here.get(name, 'nothing')} here" for name in found.values()
    ]
    more = [f"and {len(listed) - most} more"] if len(listed) > most else []
    return "; ".join(listed[:most] + more)


def as_setting(value: Any) -> str:
    """Return text that is equal for two values exactly where they are the same setting, in every process."""
    return _short(_described(value))


def _of_module(module: nn.Module) -> Settings:
    kind = type(module)
    if kind.__module__.startswith("torch."):
        return {".layer": f"{kind.__name__}({module.extra_repr()})"}
    left_out = _EVERY_MODULE_HAS.union(getattr(kind, "NO_SETTINGS", ()), ("built_with",))
    held = {**vars(module), **dict(module.named_buffers(recurse=False))}
    given = getattr(module, "built_with", {})
    return {
        ".class": kind.__qualname__,
        **{f"({name})": _described(value) for name, value in given.items() if name not in left_out},
        **{
            f".{name}": _described(value)
            for name, value in held.items()
            if name not in left_out and not callable(getattr(kind, name, None))
        },
    }


def _described(value: Any, around: tuple[int, ...] = ()) -> str:
    """Describe ``value``, which stands in the objects ``around``; one that contains itself is described once."""
    if value is None or isinstance(value, bool | int | float | complex | str | bytes | type):
        return repr(value)
    if id(value) in around:
        return "…"
    inner = functools.partial(_described, around=(*around, id(value)))
    if isinstance(value, nn.Parameter):
        learns = "" if value.requires_grad else ", does not learn"
        return f"{tuple(value.shape)} {value.dtype}{learns}"
    if isinstance(value, Tensor):
        return f"{tuple(value.shape)} {value.dtype} {_digest(value)}"
    if isinstance(value, np.ndarray):
        return f"{value.shape} {value.dtype} {inner(value.tolist())}"
    if isinstance(value, nn.Module):  # in a list or a dict, where torch does not see it
        return inner(model_settings(value) | parameter_settings(value))
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{inner(key)}: {inner(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Set):
        return "{" + ", ".join(sorted(map(inner, value))) + "}"
    if isinstance(value, list | tuple):
        return "(" + ", ".join(map(inner, value)) + ")"
    return f"{type(value).__qualname__}({', '.join(_inside(value, inner))})"


def _inside(value: Any, inner: functools.partial[str]) -> list[str]:
    """Return the descriptions of what an object holds."""
    if is_dataclass(value):
        return [f"{field.name}={inner(getattr(value, field.name))}" for field in fields(value) if field.compare]
    if isinstance(value, functools.partial):
        return [inner(value.func), inner(value.args), inner(value.keywords)]
    if isinstance(value, types.MethodType):
        return [inner(value.__func__)]
    if isinstance(value, types.FunctionType):
        code, closed_over = value.__code__, [cell.cell_contents for cell in value.__closure__ or ()]
        parts = (code.co_code, code.co_consts, code.co_names, closed_over, value.__defaults__, value.__kwdefaults__)
        return [f"{value.__module__}.{value.__qualname__}", inner(parts)]
    if isinstance(value, torch.device | weakref.ref):  # where something is changes nothing
        return []
    if hasattr(value, "__dict__"):
        return [f"{name}={inner(item)}" for name, item in vars(value).items()]
    return [re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))]


def _digest(tensor: Tensor) -> str:
    content = tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes()
    return hashlib.sha256(content).hexdigest()[:16]


def _short(text: str) -> str:
    """Return ``text``, or where it is long its beginning and a digest of all of it."""
    if len(text) <= _LONGEST:
        return text
    return f"{text[: _LONGEST // 2]}… {hashlib.sha256(text.encode()).hexdigest()[:16]}"
