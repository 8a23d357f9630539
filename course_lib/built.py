"""What a model was built with, remembered where it is built, so that a new option is remembered too."""

import inspect
from collections.abc import Callable, Mapping
from copy import copy
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar

from torch import nn

P = ParamSpec("P")


class Remembers(Protocol):
    """What has a place for the options that it was built with."""

    built_with: Mapping[str, Any]


R = TypeVar("R", bound=Remembers)


class Built(nn.Module):
    """A module that remembers, as ``built_with``, what its constructor was given, defaults included."""

    built_with: Mapping[str, Any]

    def __new__(cls, *args: Any, **options: Any) -> "Built":
        """Remember the options before ``__init__`` turns them into layers, where some leave no trace."""
        module = super().__new__(cls)
        module.__dict__["built_with"] = _given(cls.__init__, (module, *args), options)
        return module


def remembered(constructor: Callable[P, R]) -> Callable[P, R]:
    """Let what ``constructor`` returns remember its name and the options that it was given."""

    @wraps(constructor)
    def build(*args: P.args, **options: P.kwargs) -> R:
        made = constructor(*args, **options)
        made.built_with = {"constructor": constructor.__name__, **_given(constructor, args, options)}
        return made

    return build


def _given(function: Callable[..., Any], args: tuple[Any, ...], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments by name; partial ones where a copy is made, which brings its own."""
    bound = inspect.signature(function).bind_partial(*args, **options)
    bound.apply_defaults()
    given = {name: value for name, value in bound.arguments.items() if not isinstance(value, nn.Module)}
    # a list is the caller's, who may go on with it
    return {name: copy(value) if isinstance(value, list | set | dict) else value for name, value in given.items()}
