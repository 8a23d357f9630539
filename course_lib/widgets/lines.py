"""The look itself: a line from each source word to the word that is written, as thick as its weight.

Source words stand in one column and target words in another, all rows of one height. So a line's ends
are known without measuring a letter: the drawing is right at any width, in any script and font.
"""

import numpy as np

from course_lib.traces import Trace
from course_lib.vocabulary import PAD_TOKEN
from course_lib.widgets.looks import shares_of_context
from course_lib.widgets.markup import fraction

ROW = 24  # pixels from one word to the next; the stylesheet gives the rows the same height
THICKEST = 14  # pixels, of the line of weight 1
DRAWN_FROM = 0.02  # a smaller weight would be a line that nobody sees


def drawn_positions(trace: Trace, step: int) -> list[int]:
    """Return the source positions that have a line at ``step``; padding is no word and never has one."""
    seen = np.flatnonzero(shares_of_context(trace, step) >= DRAWN_FROM)
    return [int(j) for j in seen if trace.source[j] != PAD_TOKEN]


def lines(trace: Trace, step: int) -> str:
    """Return the lines of ``step`` as SVG, to stand between the two columns of words.

    They are hidden from a screen reader, which has the weights as text. The drawing is 2 wide and
    stretched to the room there is; the thickness of a line is not.
    """
    height = ROW * max(len(trace.source), len(trace.target))
    end = _middle(step)
    shares = shares_of_context(trace, step)
    paths = "".join(
        f"<path d='M0 {_middle(j)}C1 {_middle(j)} 1 {end} 2 {end}' stroke-width={_thickness(shares[j])} />"
        for j in drawn_positions(trace, step)
    )
    return (
        f"<svg class=lines aria-hidden=true viewBox='0 0 2 {height}' preserveAspectRatio=none "
        f"style=height:{height}px>{paths}</svg>"
    )


def _middle(row: int) -> int:
    return ROW * row + ROW // 2


def _thickness(share: float) -> str:
    return fraction(THICKEST * float(share), 1)
