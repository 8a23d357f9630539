"""Call what a reader wrote, and say in a sentence what goes wrong: never with a traceback of ours. Chapter 15."""

import random
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from course_lib.clinic.arrays import NumPyArray, handed_out, leaves, same, taken_in
from course_lib.clinic.interface import CALLED_AS, Implementation

LONGEST_MESSAGE = 160
MASKED = "the scores", "the logits"
"""What may hold minus infinity."""
_OURS = Path(__file__).resolve().parent
_NOT_THEIRS = ("site-packages", "dist-packages", "/lib/python")


class PartFailed(Exception):
    """A part that did not do what the interface says, in words."""

    def __init__(self, part: str, sentence: str) -> None:
        super().__init__(sentence)
        self.part, self.sentence = part, sentence


class Caller:
    """Calls the parts of one implementation with copies of our arrays.

    :class:`PartFailed` for an error in the reader's code, for a part that changes what it was given, and for one that
    gives two answers to one question, which is tried at the first call of each part.
    """

    def __init__(self, implementation: Implementation) -> None:
        self.of = implementation
        self._tried: set[str] = set()
        found = [*self._parameters(), *(one for module in implementation.modules for one in module.parameters())]
        self.like = next((one for one in found if isinstance(one, torch.Tensor) and one.is_floating_point()), None)

    def has(self, *parts: str) -> bool:
        """Say whether every one of ``parts`` is offered."""
        return all(part in self.of.parts for part in parts)

    def call(self, part: str, *arguments: Any, gradient: bool = False) -> Any:
        """Return what ``part`` gives; our arguments are NumPy arrays, all others are the reader's own."""
        answer = self._once(part, arguments, gradient)
        if part not in self._tried:
            self._tried.add(part)
            if not same(leaves(answer), leaves(self._once(part, arguments, gradient))):
                raise PartFailed(
                    part,
                    f"`{part}` answers the same question in two ways. Switch dropout off, give it no random numbers, "
                    "and let it keep nothing from one call to the next.",
                )
        return answer

    def array(self, part: str, *arguments: NumPyArray, shape: tuple[int | None, ...]) -> NumPyArray:
        """Call ``part`` and return its answer as an array of ``shape``."""
        return read_array(part, self.call(part, *arguments), shape)

    def _parameters(self) -> list[Any]:
        try:
            return list(self.of.parameters()) if self.of.parameters is not None else []
        except Exception:  # told where the gradient is followed
            return []

    def _once(self, part: str, arguments: tuple[Any, ...], gradient: bool) -> Any:
        ready = [handed_out(a, self.of.library, self.like) if isinstance(a, np.ndarray) else a for a in arguments]
        before = leaves(ready)
        try:
            with quietly(), torch.set_grad_enabled(gradient):
                answer = self.of.parts[part](*ready)
        except (Exception, SystemExit) as error:
            raise PartFailed(part, crash_in_words(part, error, arguments)) from None
        if not same(before, leaves(ready)):
            raise PartFailed(part, f"`{part}` changes what it is given, in place. Let it work on a copy.")
        return answer


def read_array(part: str, value: Any, shape: tuple[int | None, ...], what: str = "") -> NumPyArray:
    """Return ``value``, the answer of ``part`` or the piece ``what`` of it, as an array of ``shape`` of finite numbers.

    None in ``shape`` is any size. An axis of size one too many, (B, S, 1) or (B, 1, S), is taken away. Scores and
    logits may be minus infinity, which is how a mask is written.
    """
    name = f"{what} of `{part}`" if what else f"`{part}`"
    try:
        array = taken_in(value)
    except Exception as error:  # an array of somebody's own may raise anything
        raise PartFailed(part, f"{name} gave no array: {error}. Expected {CALLED_AS[part]}.") from None
    if array.ndim == len(shape) + 1 > 1:
        for axis in (-1, 1):
            if array.shape[axis] == 1 and _fits(np.squeeze(array, axis).shape, shape):
                array = np.squeeze(array, axis)
                break
    if not _fits(array.shape, shape):
        wanted = ", ".join("…" if size is None else str(size) for size in shape)
        raise PartFailed(
            part, f"{name} gave an array of the shape {array.shape}, expected ({wanted}): {CALLED_AS[part]}."
        )
    if array.dtype.kind == "f":
        masked = np.isneginf(array) if part == "score" or what in MASKED else np.zeros(array.shape, dtype=bool)
        wrong = ~np.isfinite(array) & ~masked
        if wrong.any():
            kind = "NaN" if np.isnan(array).any() else "infinity"
            raise PartFailed(part, f"{name} gave {kind} in {int(wrong.sum())} of {array.size} places.")
    return array


def crash_in_words(part: str, error: BaseException, arguments: tuple[Any, ...] = ()) -> str:
    """Say what stopped a part: the exception, its message and the line in the reader's own code."""
    message = str(error).strip().splitlines()[0] if str(error).strip() else ""
    message = message if len(message) <= LONGEST_MESSAGE else f"{message[:LONGEST_MESSAGE]}…"
    shapes = ", ".join(str(a.shape) for a in arguments if isinstance(a, np.ndarray))
    told = (
        f" It was called with arrays of the shapes {shapes}: {CALLED_AS[part]}." if shapes and part in CALLED_AS else ""
    )
    said = f": {message.rstrip('.')}" if message else ""
    return f"`{part}` stopped with {type(error).__name__}{said}{_place(error)}.{told}"


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [frame for frame in frames if _OURS not in Path(frame.filename).resolve().parents]
    own = [frame for frame in theirs if not any(part in frame.filename for part in _NOT_THEIRS)] or theirs
    if not own:
        return ""
    in_cell = "ipykernel" in own[-1].filename or own[-1].filename.startswith("<")
    return f" (line {own[-1].lineno} of {'a cell' if in_cell else Path(own[-1].filename).name})"


def _fits(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(b is None or a == b for a, b in zip(shape, wanted, strict=True))


@contextmanager
def quietly() -> Iterator[None]:
    """Keep warnings of the reader's code about overflow to yourself: the numbers say it."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


@contextmanager
def as_it_was(implementation: Implementation) -> Iterator[None]:
    """Switch dropout off inside the block; after it modules and random states are as they were."""
    modules = {id(one): one for owner in implementation.modules for one in owner.modules()}
    training = {number: module.training for number, module in modules.items()}
    of_python, of_numpy, of_torch = random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002
    for module in modules.values():
        module.training = False
    try:
        yield
    finally:
        for number, module in modules.items():
            module.training = training[number]
        random.setstate(of_python)
        np.random.set_state(of_numpy)  # noqa: NPY002
        torch.set_rng_state(of_torch)
