"""A place in a page where a model runs in the reader's browser; elsewhere a sentence stands in. The page that computes.

No kernel, and no widget of ipywidgets: ``book/static/live/load.js`` finds the place and makes the page compute.
"""

from dataclasses import dataclass
from html import escape

from course_lib.traces import Trace
from course_lib.vocabulary import SPECIAL_TOKENS
from course_lib.widgets.player import BORDERS
from course_lib.widgets.stepping import static_steps

WHERE = (
    "Here stands one sentence, ready-made. In the built book the model itself runs in this place, in your browser: "
    "type a sentence of your own, and take its look into your hands."
)


@dataclass(frozen=True, eq=False)
class InPage:
    """A place for a model, and what stands there where no script of the book runs; a cell's last line shows it."""

    html: str
    summary: str

    def __repr__(self) -> str:
        return self.summary

    def _repr_html_(self) -> str:
        return self.html


def live(name: str, stand_in: Trace) -> InPage:
    """Return the place for the model ``name``, a file of ``book/static/live/``, with a ``stand_in`` of its making.

    In Colab, in Jupyter, in print and without scripts the reader sees the trace: its heat map and each step in words.
    ValueError for a name with anything but letters, digits and hyphens in it: it becomes part of an address.
    """
    if not name.replace("-", "").isalnum():
        raise ValueError(f"name: expected letters, digits and hyphens, such as 'en-fr', got {name!r}.")
    sentence = escape(" ".join(word for word in stand_in.source if word not in SPECIAL_TOKENS))
    html = (
        f'<div class="course-live" data-live="{name}" data-sentence="{sentence}"><figure>{BORDERS}'
        f"{static_steps(stand_in)}</figure><p>{WHERE}</p></div>"
    )
    return InPage(html, f"A model in the page: {name}")
