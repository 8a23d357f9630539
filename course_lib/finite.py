"""NaN is no answer: numbers are looked at before words or a figure are made of them. Every chapter with a model.

A NaN is larger than nothing and smaller than nothing, so argmax and most comparisons take it without
a word. Every door where numbers of a model become a sentence, a score or a picture comes through here.
"""

from typing import Any

import numpy as np

REMEDY = (
    "The model's training has diverged, or its weights were damaged: take an earlier checkpoint, "
    "or train again with a lower learning_rate."
)


class NotFiniteError(ValueError, FloatingPointError):
    """Numbers that are NaN or infinite where words, a score or a figure were to be made of them."""


def require_finite(what: str, *values: Any, infinite: bool = False, remedy: str = REMEDY) -> None:
    """Raise :class:`NotFiniteError` naming ``what`` where one of ``values`` is NaN or infinite.

    ``values`` are numbers or arrays of any shape. ``infinite=True`` lets minus infinity through, the
    score of a masked position and the logarithm of an impossible word.
    """
    for value in values:
        numbers = np.asarray(value, dtype=float)
        wrong = np.isnan(numbers) if infinite else ~np.isfinite(numbers)
        wrong = wrong | np.isposinf(numbers)
        if wrong.any():
            kind = "NaN" if np.isnan(numbers).any() else "infinite"
            raise NotFiniteError(f"{what}: {int(wrong.sum())} of {numbers.size} numbers are {kind}. {remedy}")
