"""Publish a figure with words for those who do not see it."""

import base64
import io
import sys
from html import escape

from IPython.display import display
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from course_lib.plots.fonts import give_font
from course_lib.plots.theme import use_theme

INCH = 96  # CSS pixels of one inch on the page
SHARPNESS = 2  # image pixels for one CSS pixel


def show(figure: Figure, alt: str) -> None:
    """Publish ``figure`` as the output of this cell, described by ``alt``.

    The picture is a PNG that carries its description inside (and in the output's metadata, where
    nbconvert looks for it); Colab, which looks in neither place, gets an ``<img alt>``. In plain text
    the output is the description, so keep it free of numbers that training may change.
    ValueError for an empty ``alt``.
    """
    if not alt.strip():
        raise ValueError("alt: say in a sentence or two what the figure shows; it was empty.")
    png = _png(figure, alt)
    width = round(figure.get_figwidth() * INCH)
    text = f"Figure: {alt}"
    if "google.colab" in sys.modules:
        source = f"data:image/png;base64,{base64.b64encode(png).decode()}"
        html = f'<img alt="{escape(alt)}" width="{width}" style="max-width:100%;height:auto" src="{source}">'
        display({"text/plain": text, "text/html": html}, raw=True)
    else:
        data = {"text/plain": text, "image/png": base64.b64encode(png).decode()}
        display(data, metadata={"image/png": {"alt": alt, "width": width}}, raw=True)


def _png(figure: Figure, alt: str) -> bytes:
    """Draw ``figure``; 64 colours are plenty for a chart and a third of the weight."""
    drawn, packed = io.BytesIO(), io.BytesIO()
    for text in figure.findobj(Text):
        give_font(text)
    with use_theme():
        figure.savefig(drawn, format="png", dpi=INCH * SHARPNESS)
    words = PngInfo()
    words.add_text("Description", alt)
    with Image.open(drawn) as image:
        image.convert("RGB").quantize(64).save(packed, format="png", optimize=True, pnginfo=words)
    return packed.getvalue()
