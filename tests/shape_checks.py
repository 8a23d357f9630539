"""Check the shapes that signatures of the library promise, at every call under pytest.

tests/conftest.py calls :func:`switch_on` before anything imports ``course_lib``. From then on each function,
method and dataclass of it compares the tensors and arrays it was given, and what it returned, with its
annotations: one letter is one size within a call. The look comes *after* the call, so that where a call is
wrong on purpose the library's own error is the one to be seen. Nothing but shapes and kinds of numbers is
checked: a value that is no array is the business of mypy and of the library's errors.
"""

import contextlib
import functools
import inspect
import io
import re
import sys
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any

from jaxtyping import AbstractArray, jaxtyped, print_bindings

LIBRARY = "course_lib"
COMPUTED = re.compile(r"[-+/]|\d\*")  # "3*H" can be read once H is known


class ShapeError(AssertionError):
    """A call that went through with a shape that the signature does not promise."""


class _Checking(Loader):
    """Runs a module as ever, then puts the checks around what it defines, before anyone can import from it."""

    def __init__(self, loader: Loader) -> None:
        self.loader = loader

    def create_module(self, spec: ModuleSpec) -> types.ModuleType | None:
        return self.loader.create_module(spec)

    def exec_module(self, module: types.ModuleType) -> None:
        self.loader.exec_module(module)
        check_module(module)

    def __getattr__(self, name: str) -> Any:  # sources, resources: all else the loader can
        return getattr(self.loader, name)


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.split(".")[0] != LIBRARY:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Checking(spec.loader)
        return spec


def switch_on() -> None:
    """Check every module of the library that is imported from now on; RuntimeError where it is too late."""
    if LIBRARY in sys.modules:
        raise RuntimeError(f"{LIBRARY} has been imported already: its shapes would not be checked.")
    sys.meta_path.insert(0, _Finder())


_off: list[None] = []  # one entry for each block of `unchecked` that is open


@contextlib.contextmanager
def unchecked() -> Iterator[None]:
    """Leave the shapes alone inside the block, as outside of the tests: for answers that are wrong on purpose."""
    _off.append(None)
    try:
        yield
    finally:
        _off.pop()


def check_module(module: types.ModuleType) -> None:
    """Put the checks around the functions and classes that ``module`` defines."""
    for name, value in list(vars(module).items()):
        if getattr(value, "__module__", None) != module.__name__:
            continue
        if inspect.isclass(value):
            _check_class(value)
        elif inspect.isfunction(value):
            setattr(module, name, checked(value))


def _check_class(cls: type) -> None:
    """Put the checks around methods; a dataclass or NamedTuple has its fields in the signature of one of them."""
    for name, value in list(vars(cls).items()):
        if isinstance(value, staticmethod | classmethod):
            setattr(cls, name, type(value)(checked(value.__func__)))
        elif isinstance(value, property) and value.fget is not None:
            setattr(cls, name, property(checked(value.fget), value.fset, value.fdel, value.__doc__))
        elif inspect.isfunction(value):
            setattr(cls, name, checked(value))


def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``function`` with its shapes checked after each call, or itself where it names none."""
    if not any(list(_leaves(annotation)) for annotation in getattr(function, "__annotations__", {}).values()):
        return function  # most of them: a signature would cost more than everything else here
    signature = inspect.signature(function)
    promised = _shapes({"what it returns": signature.return_annotation})
    shaped = _shapes({name: p.annotation for name, p in signature.parameters.items()})
    if not shaped and not promised:
        return function
    names = [name for name, p in signature.parameters.items() if p.kind is p.POSITIONAL_OR_KEYWORD]
    places = [place for place, name in enumerate(names) if name in shaped]
    others = next((name for name, p in signature.parameters.items() if p.kind is p.VAR_KEYWORD), None)
    seen: set[tuple[Any, ...]] = set()  # right ones: a loop over steps asks the same again and again

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        if _off:
            return result
        forms = (
            *[_form(args[place]) for place in places if place < len(args)],
            *[(name, _form(value)) for name, value in kwargs.items()],
            _form(result) if promised else None,
        )
        if forms not in seen:
            check(dict(zip(names, args, strict=False)) | kwargs, result)
            seen.add(forms)
        return result

    def check(given: dict[str, Any], result: Any) -> None:
        with jaxtyped("context"):
            for name, annotation in shaped.items():
                for key in given.keys() - signature.parameters.keys() if name == others else given.keys() & {name}:
                    _check(function, key, given[key], annotation)
            for name, annotation in promised.items():
                _check(function, name, result, annotation)

    return wrapper


def _form(value: Any) -> Any:
    """Return the shape and the kind of numbers of ``value``, of each part of a tuple, or None."""
    shape = getattr(value, "shape", None)
    if shape is not None:
        return shape, value.dtype
    return tuple(map(_form, value)) if isinstance(value, tuple) else None


def _shapes(annotations: Mapping[str, Any]) -> dict[str, Any]:
    """Return those that name shapes; first those whose letters stand alone, then what is computed from letters."""
    found = {name: list(_leaves(annotation)) for name, annotation in annotations.items()}
    order = sorted(found, key=lambda name: any(COMPUTED.search(leaf.dim_str) for leaf in found[name]))
    return {name: annotations[name] for name in order if found[name]}


def _leaves(annotation: Any) -> Iterator[Any]:
    """Yield the shapes named in an annotation that :func:`problem` looks into."""
    if inspect.isclass(annotation) and issubclass(annotation, AbstractArray):
        yield annotation
    elif _is_union(annotation) or typing.get_origin(annotation) is tuple:
        for part in typing.get_args(annotation):
            yield from _leaves(part)


def _is_union(annotation: Any) -> bool:
    return typing.get_origin(annotation) in (typing.Union, types.UnionType)


def problem(value: Any, annotation: Any) -> str | None:
    """Return what is wrong with the shape of ``value``, or None."""
    if inspect.isclass(annotation) and issubclass(annotation, AbstractArray):
        fits = not hasattr(value, "shape") or isinstance(value, annotation)
        return None if fits else f"{annotation.__name__} expected, got {value.dtype} {tuple(value.shape)}"
    if _is_union(annotation):
        found = [problem(value, part) for part in typing.get_args(annotation) if list(_leaves(part))]
        return None if None in found else " or ".join(filter(None, found))
    if typing.get_origin(annotation) is tuple and isinstance(value, tuple):
        parts = typing.get_args(annotation)
        pairs = zip(value, parts, strict=False) if Ellipsis not in parts else ((one, parts[0]) for one in value)
        return next((found for one, part in pairs if (found := problem(one, part))), None)
    return None


def _check(function: Callable[..., Any], name: str, value: Any, annotation: Any) -> None:
    found = problem(value, annotation)
    if found is not None:
        raise ShapeError(f"{function.__module__}.{function.__qualname__}, {name}: {found}.{_known()}")


def _known() -> str:
    """Return the sizes that the letters have in this call, as far as they are known."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        print_bindings()
    sizes = printed.getvalue().splitlines()[1:]
    return f" In this call {', '.join(sizes)}." if sizes else ""
