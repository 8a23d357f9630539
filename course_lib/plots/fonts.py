"""Fonts that have the reader's letters, and labels that mean what they say. Every figure.

A font of matplotlib's own, DejaVu Sans, has Latin, Greek, Cyrillic, Arabic and Hebrew letters, but no Chinese and
no Devanagari. Those come from whatever font on the machine has them; the reader's own choice goes first.
"""

import unicodedata
import warnings
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.font_manager import FontEntry, fontManager, get_font
from matplotlib.text import Text
from matplotlib.ticker import LogFormatter, ScalarFormatter

FAMILY = "DejaVu Sans"
PREFERRED = (  # where several fonts have a letter: upright sans-serif ones, that go with DejaVu Sans
    *("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei"),
    *("Microsoft YaHei", "SimHei", "PingFang SC", "Hiragino Sans GB", "Heiti SC", "Noto Sans CJK JP"),
    *("Noto Sans Devanagari", "Lohit Devanagari", "Nirmala UI", "Mangal", "Kohinoor Devanagari"),
    *("Noto Sans", "Arial Unicode MS", "FreeSans", "Unifont"),
)
HELPFUL = {"CJK": "Noto Sans CJK SC", "DEVANAGARI": "Noto Sans Devanagari"}  # by the first word of a sign's name
PLACEHOLDERS = "Last Resort"  # a font of matplotlib whose every letter is a box
GENERIC = ("serif", "sans-serif", "cursive", "fantasy", "monospace")
OF_MATPLOTLIB = r"Glyph .* missing from|Matplotlib currently does not support"  # its own warnings, one a letter

NUMBERS = (ScalarFormatter, LogFormatter)  # what matplotlib writes along an axis by itself

_told: set[str] = set()  # scripts that were spoken of already


def families() -> list[str]:
    """Return the fonts of a figure: those that the reader has set in ``rcParams`` and has, then DejaVu Sans."""
    usual = mpl.rcParamsDefault
    untouched = all(mpl.rcParams[key] == usual[key] for key in ("font.family", "font.sans-serif"))
    named = [] if untouched else [name for family in mpl.rcParams["font.family"] for name in _members(family)]
    installed = {font.name for font in fontManager.ttflist}
    return list(dict.fromkeys([*(name for name in named if name in installed), FAMILY]))


def families_for(text: str, first: Sequence[str] | None = None) -> list[str]:
    """Return ``first`` (the fonts of a figure unless told) and, for letters that they lack, fonts that have them."""
    first = families() if first is None else list(first)
    fonts = _installed()
    others = [_having(sign, fonts) for sign in _lacking(text, first, fonts)]
    return list(dict.fromkeys([*first, *(name for name in others if name)]))


def unprintable(text: str) -> str:
    """Return the signs of ``text`` that no font on this machine has, each once."""
    fonts = _installed()
    return "".join(sign for sign in _lacking(text, families(), fonts) if _having(sign, fonts) is None)


def lettered(figure: Figure) -> Figure:
    """Make every label of ``figure`` literal and give it fonts that have its letters; return the figure.

    A dollar sign is a dollar sign. Numbers that matplotlib writes along an axis are left alone. Where no font
    has a letter, a warning says so in words, once a script and process.
    """
    numbers = {
        id(text)
        for ax in figure.axes
        for axis in (ax.xaxis, ax.yaxis)
        for text in (
            axis.offsetText,
            *(axis.get_ticklabels() if isinstance(axis.get_major_formatter(), NUMBERS) else []),
        )
    }
    letter(text for text in figure.findobj(Text) if id(text) not in numbers)
    return figure


def letter(texts: Iterable[Text]) -> None:
    """Do for some texts what :func:`lettered` does for those of a whole figure."""
    for text in texts:
        text.set_parse_math(False)
        give_font(text)


def give_font(text: Text) -> None:
    """Give ``text`` fonts that have its letters, or warn."""
    if not text.get_text().isascii():
        chosen = families_for(text.get_text(), text.get_fontfamily())
        if chosen != text.get_fontfamily():
            text.set_fontfamily(chosen)
        warn_of(unprintable(text.get_text()))


def warn_of(signs: str) -> None:
    """Say once a script that no font has ``signs``, and what to do; matplotlib's warning a letter is switched off."""
    if not signs:
        return
    warnings.filterwarnings("ignore", OF_MATPLOTLIB, UserWarning)
    for script, sign in {_script(sign): sign for sign in reversed(signs)}.items():
        if script not in _told:
            _told.add(script)
            helpful = HELPFUL.get(script, f"one of the Noto fonts for {script.title()}")
            warnings.warn(
                f"No font on this machine has the letter {sign!r} ({script.title()}): the figure shows a box in its "
                f"place, and for others like it. Install a font such as {helpful} "
                "(https://fonts.google.com/noto) and tell matplotlib: "
                'matplotlib.font_manager.fontManager.addfont("the font\'s file.ttf"). '
                "Sliders need none: the browser brings its own.",
                UserWarning,
                stacklevel=2,
            )


def _members(family: str) -> list[str]:
    settings: Any = mpl.rcParams
    return list(settings[f"font.{family}"]) if family in GENERIC else [family]


def _lacking(text: str, names: Sequence[str], fonts: int) -> list[str]:
    """Return the visible signs of ``text`` that none of the fonts ``names`` has."""
    signs = [sign for sign in dict.fromkeys(text) if not sign.isascii() and unicodedata.category(sign)[0] not in "CZ"]
    return [sign for sign in signs if not any(_has(name, sign, fonts) for name in names)]


def _installed() -> int:
    """Return a number that changes with the fonts that matplotlib knows."""
    return hash(tuple(str(font.fname) for font in fontManager.ttflist))


@lru_cache(maxsize=8192)
def _has(name: str, sign: str, fonts: int) -> bool:
    """Say whether a font of that name has ``sign``; ``fonts`` stands for those there are: a new one counts."""
    return any(_draws(font, sign) for font in fontManager.ttflist if font.name == name and font.style == "normal")


@lru_cache(maxsize=8192)
def _having(sign: str, fonts: int) -> str | None:
    """Return the name of a font that has ``sign``: a preferred one, or any."""
    rank = {name: place for place, name in enumerate(PREFERRED)}
    upright = [font for font in fontManager.ttflist if font.style == "normal" and PLACEHOLDERS not in font.name]
    for font in sorted(upright, key=lambda font: (rank.get(font.name, len(rank)), font.name)):
        if _draws(font, sign):
            return str(font.name)
    return None


def _draws(font: FontEntry, sign: str) -> bool:
    try:
        return bool(get_font(font.fname).get_char_index(ord(sign)))
    except (OSError, RuntimeError):  # a file that is gone or that FreeType does not read
        return False


def _script(sign: str) -> str:
    """Return the first word of the Unicode name of ``sign``, which is its script for most letters."""
    return unicodedata.name(sign, "UNKNOWN").split()[0]
