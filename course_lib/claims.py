"""A claim of the text, tied to the measurement it rests on. Every chapter."""

import math
from numbers import Real
from typing import Any


class ClaimError(AssertionError):
    """A claim that does not hold for what was measured here."""


def claim(text: str, holds: object, **values: Any) -> None:
    """Print "✓ text" if ``holds``; otherwise raise :class:`ClaimError` with what was measured.

    ``text`` names no digit that training decides: it is what the page shows on every machine, and what
    the tests compare. ``values`` are the numbers behind it; a reader meets them where the claim fails.

    >>> claim("attention translates more of them", 98 > 12 + 50, attention=98, fixed=12)
    ✓ attention translates more of them

    ValueError for an empty text, and for a ``holds`` that is no single yes or no: an array of several,
    a NaN.
    """
    if not text.strip():
        raise ValueError("A claim says something: got an empty text.")
    if not _yes_or_no(holds):
        measured = "".join(f"\n    {name} = {value}" for name, value in values.items())
        raise ClaimError(
            f"✗ {text}\nThis does not hold here. {'Measured:' if values else 'No value was handed in.'}{measured}"
        )
    print(f"✓ {text}")


def _yes_or_no(holds: object) -> bool:
    expected = "holds: expected one yes or no, such as the result of a comparison,"
    shape = tuple(getattr(holds, "shape", ()))
    if math.prod(shape) != 1:
        raise ValueError(f"{expected} got an array of shape {shape}. Say .all() or .any().")
    if isinstance(holds, Real) and not isinstance(holds, bool):
        raise ValueError(f"{expected} got the number {holds}. Compare it with something.")
    if isinstance(holds, str) or holds is None:
        raise ValueError(f"{expected} got {holds!r}.")
    return bool(holds)
