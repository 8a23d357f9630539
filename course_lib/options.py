"""Options are named in full, and a wrong one is told what it could have been. Every chapter.

Numbers are held to their kind here, before anything is computed with them: a NaN passes most
comparisons, True counts as 1, and a draw of 2.5 sentences never ends.
"""

import math
import os
from collections.abc import Collection
from numbers import Integral, Real
from pathlib import Path
from typing import Any, TypeVar, get_args

T = TypeVar("T")

MOST = 1_000_000_000
"""No count of the course is larger, unless its own limit is lower."""
MOST_UNITS = 1_000_000
"""Entries of a vector; the papers have 1,000."""
MOST_PAIRS = 10_000_000
"""Sentence pairs that a corpus may be asked for."""
MOST_WORDS = 2_000
"""Words of a sentence; a longer one is a whole text, and a model would write at it for minutes."""
LAST_SEED = 2**32 - 1
"""What the generators of Python, NumPy and torch all take."""


def check_option(name: str, value: T, options: Any) -> T:
    """Return ``value`` if it is one of ``options``; ValueError listing them if not.

    ``options`` is a ``Literal`` type, or a collection of what there is.
    """
    allowed = get_args(options) or tuple(options)
    if isinstance(value, bool) or not any(isinstance(value, type(option)) and value == option for option in allowed):
        raise ValueError(f"{name}: expected one of {', '.join(map(repr, allowed))}, got {_shown(value)}.")
    return value


def check_choices(name: str, values: Collection[T], options: Any) -> tuple[T, ...]:
    """Return ``values``, some, all or none of ``options``, in the order of ``options``; ValueError if not.

    Each may be named once. ``options`` is as in :func:`check_option`. A single word is no collection of words.
    """
    allowed = get_args(options) or tuple(options)
    if isinstance(values, str) or not isinstance(values, Collection):
        some = ", ".join(map(repr, allowed[:2]))
        raise ValueError(f"{name}: expected a collection such as ({some}), or () for none, got {_shown(values)}.")
    chosen = [check_option(name, value, options) for value in values]
    if len(set(chosen)) < len(chosen):
        raise ValueError(f"{name}: expected each at most once, got {_shown(values)}.")
    return tuple(value for value in allowed if value in chosen)


def check_count(name: str, value: Any, least: int = 1, most: int = MOST) -> int:
    """Return ``value`` as an int if it is a whole number from ``least`` to ``most``; ValueError if not.

    2.5, NaN, "3" and True are no counts; 3 as NumPy has it is one.
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise ValueError(f"{name}: expected a whole number, {least} or more, got {_shown(value)}.")
    count = int(value)
    if not least <= count <= most:
        bound = f"{least} or more" if count < least else f"at most {most:,}"
        raise ValueError(f"{name}: expected {bound}, got {_shown(value)}.")
    return count


def check_path(name: str, value: Any) -> Path:
    """Return ``value`` as a path; ValueError unless it names a file or a folder."""
    if not isinstance(value, str | os.PathLike) or not str(value).strip() or "\0" in str(value):
        raise ValueError(f"{name}: expected the name of a file or a folder, got {_shown(value)}.")
    return Path(value)


def check_sizes(**sizes: Any) -> None:
    """ValueError naming the first size, in entries of a vector, that is no whole number from 1 to a million."""
    for name, size in sizes.items():
        check_count(name, size, most=MOST_UNITS)


def check_seed(seed: Any) -> int:
    """Return ``seed`` as an int; ValueError unless every generator takes it."""
    return check_count("seed", seed, least=0, most=LAST_SEED)


def check_number(name: str, value: Any, *, above: float = -math.inf, least: float = -math.inf) -> float:
    """Return ``value`` as a float if it is finite, ``least`` or more and ``above`` that; ValueError if not."""
    number = _finite(value)
    if number is None or not (number > above and number >= least):
        wanted = f" above {above:g}" if above > -math.inf else f" of {least:g} or more" if least > -math.inf else ""
        raise ValueError(f"{name}: expected a number{wanted}, got {_shown(value)}.")
    return number


def check_share(name: str, value: Any, *, whole: bool = True) -> float:
    """Return ``value`` as a float if it lies from 0 to 1; ValueError if not. 1 itself only where ``whole``."""
    number = _finite(value)
    if number is None or not (0 <= number < 1 or (whole and number == 1)):
        wanted = "from 0 to 1" if whole else "from 0 up to but not including 1"
        raise ValueError(f"{name}: expected a share {wanted}, got {_shown(value)}.")
    return number


def _finite(value: Any) -> float | None:
    """Return ``value`` as a float, or None for NaN, infinity and what is no number."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _shown(value: object) -> str:
    """Return a value as a message shows it: whole where it is short."""
    try:
        text = repr(value)
    except ValueError:  # Python writes no number of thousands of digits
        text = "a number of thousands of digits"
    return text if len(text) <= 80 else f"{text[:76]} …"
