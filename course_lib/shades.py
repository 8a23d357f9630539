"""How strongly a weight is drawn: one scale for the figures and the sliders. Every chapter with a heat map.

Most weights of a sentence are small, and the eye sees a light tint on white as white. So the strength
of the colour is the square root of the weight: 0 is still the bare page and 1 the full colour, a larger
weight is always the stronger one, and 0.2 has nearly half of the colour.
"""

from course_lib.notation import PAPER, WEIGHT, Theme

BLACK, WHITE = "#000000", "#ffffff"
SEEN_FROM = 0.01
"""A smaller weight is written as 0.00 or 0.01; a map leaves its cell bare."""


def strength(weight: float) -> float:
    """Return the share of the colour of weights, 0 to 1, in the cell of ``weight``."""
    return float(min(max(weight, 0.0), 1.0) ** 0.5)


def shade(weight: float, theme: Theme = "light") -> str:
    """Return the colour of the cell of ``weight`` as hex: the page's, and over it so much of the weights' own."""
    share = strength(weight)
    pairs = zip(_parts(WEIGHT.on(theme)), _parts(PAPER.on(theme)), strict=True)
    return "#" + "".join(f"{round(share * above + (1 - share) * below):02x}" for above, below in pairs)


def ink_on(colour: str) -> str:
    """Return black or white, whichever is read more easily on the hex ``colour``.

    The contrast with one of them is always at least 4.58 to 1, for their two contrasts multiply to 21:
    enough for WCAG AA (4.5) on any colour.
    """
    luminance = relative_luminance(colour)
    with_black, with_white = (luminance + 0.05) / 0.05, 1.05 / (luminance + 0.05)
    return BLACK if with_black >= with_white else WHITE


def relative_luminance(colour: str) -> float:
    """Return the relative luminance of a hex colour, 0 (black) to 1 (white), as WCAG 2.2 defines it."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _shares(colour)]
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts(colour: str) -> list[int]:
    return [int(colour[start : start + 2], 16) for start in (1, 3, 5)]


def _shares(colour: str) -> list[float]:
    return [part / 255 for part in _parts(colour)]
