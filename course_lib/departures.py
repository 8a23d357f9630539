"""What each model does otherwise than its paper, read from the docstrings that say so. The notation page.

A departure is declared where it is made, in the docstring of a model, an encoder, a decoder, an attention:

    Departs from the paper:

    - what: how it is here; the paper: how it is there.

The table of the book is made of these lines, and tests/test_departures.py holds each one against the code.
"""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from course_lib.attention import AdditiveAttention, HardAttention, LocalAttention, LocationAttention
from course_lib.decoders import BahdanauDecoder, ChoDecoder, FixedVectorDecoder, LuongDecoder, VaswaniDecoder, XuDecoder
from course_lib.encoders import BidirectionalEncoder, GRUEncoder
from course_lib.encoders.grid import GridEncoder
from course_lib.models import bahdanau2014, cho2014, luong2015, sutskever2014, vaswani2017, xu2015
from course_lib.search.scoring import Scoring
from course_lib.seq2seq import Seq2Seq
from course_lib.training.config import TrainConfig
from course_lib.training.objectives import Objective
from course_lib.training.reinforce import Reinforce
from course_lib.vocabulary import Vocabulary

Owner = Callable[..., Any]

OWNERS: dict[str, tuple[Owner, ...]] = {
    "Sutskever, Vinyals and Le (2014)": (sutskever2014, FixedVectorDecoder),
    "Cho et al. (2014)": (cho2014, GRUEncoder, ChoDecoder),
    "Bahdanau, Cho and Bengio (2015)": (bahdanau2014, BidirectionalEncoder, AdditiveAttention, BahdanauDecoder),
    "Luong, Pham and Manning (2015)": (luong2015, LuongDecoder, LocationAttention, LocalAttention),
    "Xu et al. (2015)": (xu2015, GridEncoder, XuDecoder, HardAttention, Reinforce),
    "Vaswani et al. (2017)": (vaswani2017, VaswaniDecoder),
    "Training and search": (Vocabulary.build, TrainConfig, Seq2Seq.translate, Objective, Scoring),
}
"""Whose docstrings declare what, by paper.

:meta hide-value:
"""

HEADING = re.compile(r"^Departs from the papers?:$", re.MULTILINE)
LINE = re.compile(r"- (?P<what>[^:]+): (?P<here>.+?); the papers?: (?P<paper>.+)\.")


@dataclass(frozen=True)
class Departure:
    """One difference between the code and a paper, in words."""

    owner: str  # whose docstring says so
    what: str
    here: str
    paper: str


def departures(owner: Owner) -> tuple[Departure, ...]:
    """Return what the docstring of ``owner`` declares; ValueError for a line that is not of the form above."""
    text = inspect.cleandoc(owner.__doc__ or "")
    heading = HEADING.search(text)
    if heading is None:
        return ()
    block = text[heading.end() :].lstrip("\n").split("\n\n")[0]
    # a line goes on where the next one is indented
    lines = [" ".join(line.split()) for line in re.split(r"\n(?! )", block)]
    return tuple(_read(line, owner.__qualname__) for line in lines)


def _read(line: str, owner: str) -> Departure:
    parts = LINE.fullmatch(line)
    if parts is None:
        raise ValueError(
            f"{owner}: a departure reads '- what: how it is here; the paper: how it is there.', got {line!r}."
        )
    return Departure(owner, **parts.groupdict())


def departure_table(paper: str) -> str:
    """Return the departures from one of ``OWNERS`` as a Markdown table, a row each. The notation page."""
    rows = ["| what | here | in the paper | declared by |", "|---|---|---|---|"]
    for owner in OWNERS[paper]:
        for departure in departures(owner):
            cells = (departure.what, departure.here, departure.paper, f"`{departure.owner}`")
            rows.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
    return "\n".join(rows).replace("``", "`")


def _cell(text: str) -> str:
    return text.replace("|", r"\|")
