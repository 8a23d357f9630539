"""Small pieces of HTML and SVG text that all frames share.

A frame is text: light, selectable, and the same in Lab, in Colab and in the built page.
"""

import math
import unicodedata
from collections.abc import Iterable, Sequence
from html import escape

import numpy as np

from course_lib.shapes import Float

MINUS = "\N{MINUS SIGN}"


def word(token: str, attributes: str = "") -> str:
    """Escape ``token`` (``<s>``, ``&``) and keep its writing direction to itself."""
    return f"<bdi{attributes}>{escape(token)}</bdi>"


def decimal(value: float, digits: int = 2) -> str:
    """Write ``value`` with ``digits`` decimals, a true minus sign, and −∞ for a masked score."""
    if math.isinf(value):
        return f"{MINUS}∞" if value < 0 else "∞"
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", MINUS)


def fraction(value: float, digits: int = 3) -> str:
    """Write ``value`` for CSS: ``digits`` decimals at most, nothing superfluous."""
    return f"{value:.{digits}f}".rstrip("0").rstrip(".").removeprefix("0") or "0"


def tint(weight: float) -> str:
    """Return the declaration that tints a word by its ``weight``; none for one that is written as 0.00."""
    share = fraction(weight, 2)
    return "" if share == "0" else f"--a:{share}"


def styled(*declarations: str) -> str:
    """Return a ``style`` attribute with a blank before it; nothing where every declaration is empty."""
    given = ";".join(filter(None, declarations))
    return f" style={given}" if given else ""


def direction(tokens: Iterable[str]) -> str:
    """Return ``rtl`` if the first letter that has a direction runs from right to left, else ``ltr``."""
    for character in "".join(tokens):
        kind = unicodedata.bidirectional(character)
        if kind in ("L", "R", "AL"):
            return "ltr" if kind == "L" else "rtl"
    return "ltr"


def vector_bars(vector: Float[np.ndarray, "_"], largest: float, label: str) -> str:
    """Draw ``vector`` as bars up and down from a line; ``largest`` fills the height."""
    heights = np.rint(-10 * np.asarray(vector, dtype=float) / (largest or 1.0)).astype(int)
    outline = "".join(f"V{height}h1" for height in heights)
    return (
        f"<svg class=b viewBox='0 -10 {len(heights)} 20' preserveAspectRatio=none role=img "
        f"aria-label='{escape(label)}'><path d='M0 0{outline}V0z'/></svg>"
    )


def listed(parts: Sequence[str]) -> str:
    """Join ``parts`` as a sentence does: a, b and c."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)
