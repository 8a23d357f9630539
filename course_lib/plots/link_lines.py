"""Gold links between two sentences, drawn as lines. Chapter 1."""

import unicodedata
from collections.abc import Sequence
from itertools import accumulate

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course_lib.corpora.pairs import SentencePair
from course_lib.notation import INK, MUTED, SOURCE, TARGET
from course_lib.plots.fonts import lettered
from course_lib.plots.theme import use_theme

LETTER = 0.088  # inches
WORD_GAP = 1.5  # letters between two words
ABOVE, BELOW = 0.8, 0.2  # the heights of source and target


def links(pairs: Sequence[SentencePair]) -> Figure:
    """Draw each pair as two lines of words, source above target, with its gold links between them.

    Sure links are solid, those that are only possible dashed. ValueError for no pair at all, and for
    a pair that nobody has aligned.
    """
    if not pairs:
        raise ValueError("pairs: expected at least one sentence pair, got none.")
    letters = max(_room(words) for pair in pairs for words in (pair.source, pair.target))
    with use_theme():
        figure = Figure(figsize=(LETTER * letters, 1.1 * len(pairs)), layout="constrained")
        for ax, pair in zip(figure.subplots(len(pairs), squeeze=False).flat, pairs, strict=True):
            ax.set(xlim=(0, letters), ylim=(0, 1))
            ax.set_axis_off()
            _draw(ax, pair)
        return lettered(figure)


def _draw(ax: Axes, pair: SentencePair) -> None:
    if pair.sure is None or pair.possible is None:
        raise ValueError(f"{' '.join(pair.source)!r} has no gold links to draw.")
    above, below = _centres(pair.source), _centres(pair.target)
    for words, places, height, colour in ((pair.source, above, ABOVE, SOURCE), (pair.target, below, BELOW, TARGET)):
        for word, place in zip(words, places, strict=True):
            ax.text(place, height, word, ha="center", va="center", color=colour.light)
    for j, i in sorted(pair.possible):
        colour, line = (INK, "-") if (j, i) in pair.sure else (MUTED, "--")
        ax.plot([above[j], below[i]], [ABOVE - 0.14, BELOW + 0.14], color=colour.light, ls=line, lw=1.2)


def _room(words: Sequence[str]) -> float:
    return sum(_letters(word) + WORD_GAP for word in words)


def _centres(words: Sequence[str]) -> list[float]:
    """Return where the middle of each word stands, in letters from the left edge."""
    ends = accumulate(_letters(word) + WORD_GAP for word in words)
    return [end - (_letters(word) + WORD_GAP) / 2 for end, word in zip(ends, words, strict=True)]


def _letters(word: str) -> int:
    """Return how many letters wide ``word`` is: a Chinese sign takes the room of two, a mark above a letter none."""
    return sum(
        0 if unicodedata.category(sign) == "Mn" else 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        for sign in word
    )
