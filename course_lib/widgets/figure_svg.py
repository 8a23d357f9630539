"""A matplotlib figure as light SVG for a page: text stays text, colours follow the page into the dark.

matplotlib's own SVG carries a document's head, rules for the whole page, and six decimals a number.
"""

import io
import re
import warnings
from html import escape
from xml.etree import ElementTree

import matplotlib as mpl
from matplotlib.figure import Figure

from course_lib.plots.fonts import OF_MATPLOTLIB
from course_lib.plots.publish import INCH
from course_lib.plots.theme import GRID_COLOUR, use_theme
from course_lib.shades import WHITE
from course_lib.widgets.markup import fraction
from course_lib.widgets.style import CSS_VARIABLES

SMALLEST = 0.68  # of its full width, below which a diagram scrolls: 10 points are 9 pixels then
FONTS = "DejaVu Sans,Verdana,system-ui,sans-serif"
SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
BY_VALUE = {colour.light: name for name, colour in CSS_VARIABLES.items()} | {GRID_COLOUR: "line"}
USUAL = {  # what the page's SVG element says for all of its drawing
    "stroke-linejoin": "round",
    "stroke-linecap": "butt",
    "font-family": "'DejaVu Sans'",
    "font-weight": "400",
    "font-style": "normal",
    "text-anchor": "start",
    "font-stretch": "normal",
}
NUMBER = re.compile(r"-?\d+\.\d+")


def figure_svg(figure: Figure, alt: str) -> str:
    """Return ``figure`` as an SVG element that says ``alt`` to those who do not see it.

    Colours of notation.py become the page's variables, with the light value where there is no
    stylesheet. ValueError for an empty ``alt``.
    """
    if not alt.strip():
        raise ValueError("alt: say in a sentence or two what the figure shows; it was empty.")
    root = _drawn(figure)
    used = set(re.findall(r"#([\w-]+)", " ".join(value for tag in root.iter() for value in tag.attrib.values())))
    body = "".join(_written(child, used) for child in root)
    width, box = round(figure.get_figwidth() * INCH), _short(root.attrib["viewBox"])
    style = f"min-width:{round(SMALLEST * width)}px;height:auto;stroke-linejoin:round;font-family:{FONTS}"
    return (
        f"<svg class='course-figure' viewBox='{box}' width='{width}' role='img' aria-label='{escape(alt)}' "
        f"style='{style}'>{body}</svg>"
    )


def _drawn(figure: Figure) -> ElementTree.Element:
    """Let matplotlib draw; the background stays the page's own."""
    stream = io.StringIO()
    with use_theme(), mpl.rc_context({"svg.fonttype": "none"}), warnings.catch_warnings():
        # It only measures these letters; the browser draws them, with a font that has them.
        warnings.filterwarnings("ignore", OF_MATPLOTLIB)
        figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return ElementTree.fromstring(stream.getvalue())


def _written(tag: ElementTree.Element, used: set[str]) -> str:
    """Write ``tag`` and what it holds, without what the page does not need."""
    name = tag.tag.removeprefix(SVG)
    style = _declarations(tag.attrib.get("style", ""))
    bare = name == "path" and not _is_seen(style) and tag.attrib.get("id") not in used
    if name in ("metadata", "style") or bare:
        return ""
    inner = escape((tag.text or "").strip() if len(tag) else tag.text or "")
    inner = inner.strip("\n ") if name == "g" else inner
    inner += "".join(_written(child, used) for child in tag)
    said = _attributes(tag.attrib, style, used)
    if name in ("g", "defs") and (not inner or (name == "g" and not said)):
        return inner
    return f"<{name}{said}>{inner}</{name}>" if inner else f"<{name}{said}/>"


def _is_seen(style: dict[str, str]) -> bool:
    """Say whether a path shows anything: the figure's transparent background does not."""
    return style.get("fill") != "none" or style.get("stroke", "none") != "none"


def _declarations(style: str) -> dict[str, str]:
    return {key.strip(): value.strip() for key, value in re.findall(r"([\w-]+)\s*:\s*([^;]+)", style)}


def _attributes(given: dict[str, str], style: dict[str, str], used: set[str]) -> str:
    """Write the attributes: ids that something refers to, short numbers, colours as the page's variables."""
    kept = {key.replace(HREF, "href"): value for key, value in given.items() if key != "style"}
    if kept.get("id") not in used:
        kept.pop("id", None)
    if kept.get("transform", "").startswith(("rotate(-0 ", "rotate(0 ")):
        del kept["transform"]
    for key in kept.keys() - {"id", "href", "clip-path"}:
        kept[key] = _path(kept[key]) if key == "d" else _short(kept[key])
    if style.get("font-family", "").startswith(USUAL["font-family"] + ","):
        del style["font-family"]  # fonts of this machine for letters that the browser draws with its own
    said = ";".join(f"{key}:{_value(value, key)}" for key, value in style.items() if USUAL.get(key) != value)
    return "".join(f" {key}='{escape(value)}'" for key, value in (kept | ({"style": said} if said else {})).items())


def _value(value: str, key: str) -> str:
    if key == "fill" and value == WHITE:
        return value  # letters on a cell, which stays as dark as it is; nothing else is filled with the page's colour
    name = BY_VALUE.get(value)
    return f"var(--c-{name},{value})" if name else _short(value)


def _short(numbers: str) -> str:
    """Write numbers with one decimal."""
    return " ".join(NUMBER.sub(lambda found: fraction(float(found[0]), 1), numbers).split())


def _path(drawn: str) -> str:
    """Write a path in steps from point to point, in tenths of a unit: half as long as matplotlib's.

    Each step starts where the one before has ended after rounding, so that no error adds up.
    """
    steps, here, start = [], (0, 0), (0, 0)
    for letter, numbers in re.findall(r"([MLQCz])([^MLQCz]*)", drawn):
        tenths = [round(10 * float(number)) for number in numbers.split()]
        points = list(zip(tenths[::2], tenths[1::2], strict=True))
        if letter == "z":
            steps.append("z")
            here = start
            continue
        steps.append(_step(letter, [(x - here[0], y - here[1]) for x, y in points]))
        here = points[-1]
        start = here if letter == "M" else start
    return "".join(steps)


def _step(letter: str, by: list[tuple[int, int]]) -> str:
    """Write one step: level and upright lines have letters of their own."""
    if letter == "L" and 0 in by[0]:
        return f"h{_tenths(by[0][0])}" if by[0][1] == 0 else f"v{_tenths(by[0][1])}"
    written = " ".join(_tenths(part) for point in by for part in point)
    return letter.lower() + written.replace(" -", "-")


def _tenths(count: int) -> str:
    return fraction(count / 10, 1).replace("-0.", "-.")
