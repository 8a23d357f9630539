"""Wrap a method of one object for the length of a block; blocks may lie in each other. Chapter 15."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from torch import nn

Method = Callable[..., Any]

_OPEN = "_rewired"


@contextmanager
def rewired(
    owner: nn.Module, name: str, wrap: Callable[[Method], Method], stage: int = 0, alone: bool = False
) -> Iterator[None]:
    """Let ``owner.name`` be what ``wrap`` makes of it; after the block it is as it was.

    Where several blocks wrap one method, that of the lowest ``stage`` wraps the method itself, whichever was opened
    first, and blocks of one stage wrap each other in the order in which they were opened. ``alone`` asks for a stage
    of its own: ValueError where a block that asks so, too, is open on it.
    """
    own = vars(owner)
    as_ever = own.get(name)
    open_blocks = own.setdefault(_OPEN, {})
    method, wraps = open_blocks.setdefault(name, (getattr(owner, name), []))
    entry = (stage, wrap, alone)
    if alone and any(other[0] == stage and other[2] for other in wraps):
        raise ValueError(
            "Two bugs in one place: what this one changes is changed by a bug that is switched on already. "
            "Leave that block first."
        )
    _set(owner, name, method, [*wraps, entry])
    try:
        yield
    finally:
        left = [other for other in vars(owner)[_OPEN][name][1] if other is not entry]
        if left:
            _set(owner, name, method, left)
        else:
            del vars(owner)[_OPEN][name], vars(owner)[name]
            if as_ever is not None:  # somebody else had put it there
                vars(owner)[name] = as_ever
            if not vars(owner)[_OPEN]:
                del vars(owner)[_OPEN]


def _set(
    owner: nn.Module, name: str, method: Method, wraps: list[tuple[int, Callable[[Method], Method], bool]]
) -> None:
    vars(owner)[_OPEN][name] = (method, wraps)
    for _, wrap, _ in sorted(wraps, key=lambda entry: entry[0]):
        method = wrap(method)
    vars(owner)[name] = method
