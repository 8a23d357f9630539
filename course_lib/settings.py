"""What a model was built with, read off the model itself, so that no option can be left out. Chapter 2.

Two models with equal settings and equal parameters compute the same. Nothing here knows a layer by name: a
setting is whatever a module remembers.
"""

import re
from collections.abc import Mapping
from typing import Any

from torch import nn

from course_lib.canonical import canonical, of_module, short_digest

Settings = dict[str, str]

MOVES = "moves while training"
"""Stands for a setting that is none: it changes by itself, like a count of the looks."""

_LONGEST = 80  # characters of a setting that is still shown


def model_settings(model: nn.Module) -> Settings:
    """Return the settings of ``model`` by name, such as ``"decoder.attention.window": "10"``.

    They are the class of each module, with its code where it stands in a notebook, what its constructor was
    given (``"decoder(dropout)"``), its attributes, buffers and hooks. A layer of torch counts as torch prints it. What
    a module names in ``NO_SETTINGS`` moves while training, or is a label. Parameters are not among them.
    """
    found: Settings = {}
    for name, module in model.named_modules():
        found |= {f"{name or 'model'}{key}": _short(value) for key, value in of_module(module).items()}
    return found


def parameter_settings(model: nn.Module) -> Settings:
    """Return shape and number type of each parameter by name; of one that does not learn, a digest too."""
    return {name: canonical(parameter) for name, parameter in model.named_parameters()}


def differences(there: Mapping[str, str], here: Mapping[str, str], most: int = 3) -> str:
    """Return what differs, as "window: 10 there, 1 here; …", ``most`` of it in full; "" where nothing does."""
    names = [name for name in {**there, **here} if there.get(name) not in (here.get(name), MOVES)]
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
    return _short(canonical(value))


def _short(text: str) -> str:
    """Return ``text``, or where it is long its beginning and a digest of all of it."""
    if len(text) <= _LONGEST:
        return text
    return f"{text[: _LONGEST // 2]}… {short_digest(text.encode())}"
