"""How much room a text takes, and what it is called when it is read out. For diagrams.

Measured with the font that matplotlib brings along, so that a figure is the same on every machine.
Signs that this font lacks (Chinese, Devanagari) are estimated: a browser draws them with another font.
"""

import unicodedata
from functools import lru_cache

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.textpath import text_to_path

from course_lib.plots.fonts import FAMILY

LINE_HEIGHT = 1.25  # the height of a line, in letters' sizes
SPOKEN = {
    r"\overrightarrow": "forward ",
    r"\overleftarrow": "backward ",
    r"\mathrm": "",
    r"\mathbf": "",
    r"\tilde": "tilde ",
}


def as_formula(text: str) -> str:
    """Return ``text`` for matplotlib's mathtext: in dollar signs, unless it says itself where formulas begin."""
    return text if "$" in text else f"${text}$"


@lru_cache(maxsize=2048)
def extent(text: str, size: float, bold: bool = False, math: bool = False) -> tuple[float, float]:
    """Return width and height of ``text`` in points, set ``size`` points high.

    ValueError for a formula that mathtext does not read.
    """
    lines = text.split("\n")
    width = max(_width(line, size, bold, math) for line in lines)
    return width, size * (1 + LINE_HEIGHT * (len(lines) - 1)) * (1.15 if math else 1.0)


def missing(text: str) -> str:
    """Return the signs of ``text`` that the font of figures, which measures them, does not have, each once."""
    font = get_font(findfont(FAMILY))
    return "".join(s for s in dict.fromkeys(text) if s != "\n" and not font.get_char_index(ord(s)))


def spoken(text: str, math: bool) -> str:
    r"""Return ``text`` as it is read out: ``s_{i-1}`` is "s i-1", ``\alpha_{ij}`` "alpha ij"."""
    if math:
        for command, word in SPOKEN.items():
            text = text.replace(command, word)
        text = text.translate(str.maketrans("\\_^", "   ", "${}"))
    return " ".join(text.split())


def _width(line: str, size: float, bold: bool, math: bool) -> float:
    unknown = "" if math else missing(line)
    rest = as_formula(line) if math else "".join(sign for sign in line if sign not in unknown)
    font = FontProperties(family=FAMILY, size=size, weight="bold" if bold else "normal")
    try:
        known = text_to_path.get_text_width_height_descent(rest, font, ismath=math)[0] if rest else 0.0
    except ValueError as problem:
        raise ValueError(
            f"{line!r} is no formula that mathtext reads; without math=True it is plain text."
        ) from problem
    return float(known) + size * sum(_breadth(sign) for sign in line if sign in unknown)


def _breadth(sign: str) -> float:
    """Estimate the width of a sign in letters' sizes: a mark above or below a letter takes no room."""
    if unicodedata.combining(sign) or unicodedata.category(sign) == "Mn":
        return 0.0
    return 1.0 if unicodedata.east_asian_width(sign) in "WF" else 0.65
