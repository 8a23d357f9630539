"""Bugs to plant: each is one small change to the library that must turn a test red.

``old`` stands exactly once in ``file``; ``test`` is the test (a file, or a node in it) that has to
fail. tests/test_mutations.py plants them one by one in a copy of the library. Every module of this folder
holds a tuple MUTATIONS; a new one is found by itself.
"""

import importlib
import pkgutil
from typing import NamedTuple


class Mutation(NamedTuple):
    bug: str
    file: str
    old: str
    new: str
    test: str


def gathered() -> dict[str, tuple[Mutation, ...]]:
    """Return the bugs of every module of this folder, by its name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name: importlib.import_module(f"{__name__}.{name}").MUTATIONS for name in names}
