"""Options are named in full, and a wrong one is told what it could have been."""

from typing import Any, TypeVar, get_args

T = TypeVar("T")


def check_option(name: str, value: T, options: Any) -> T:
    """Return ``value`` if it is one of ``options``; ValueError listing them if not.

    ``options`` is a ``Literal`` type, or a collection of what there is.
    """
    allowed = get_args(options) or tuple(options)
    if value not in allowed:
        raise ValueError(f"{name}: expected one of {', '.join(map(repr, allowed))}, got {value!r}.")
    return value


def check_sizes(**sizes: int) -> None:
    """ValueError naming the first size that is below 1."""
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name}: expected 1 or more, got {size}.")
