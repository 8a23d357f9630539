"""A drawn link joins the two words that it names, and says whether it is sure."""

import pytest

from course_lib.corpora.pairs import SentencePair
from course_lib.plots import links

SURE = frozenset({(0, 0), (2, 1), (2, 3), (3, 2)})
PAIR = SentencePair(("she", "does", "not", "sing"), ("elle", "ne", "chante", "pas"), SURE, SURE | {(1, 2)})


def drawn(pair: SentencePair) -> dict[tuple[str, str], str]:
    """Read the figure back: the words nearest to the ends of each line, and its style."""
    (ax,) = links([pair]).axes
    texts = [(text.get_position(), text.get_text()) for text in ax.texts]

    def nearest(x: float, y: float) -> str:
        return min(texts, key=lambda item: (abs(item[0][1] - y) > 0.3, abs(item[0][0] - x)))[1]

    return {
        (nearest(x[0], y[0]), nearest(x[1], y[1])): line.get_linestyle()
        for line in ax.lines
        for x, y in [(line.get_xdata(), line.get_ydata())]
    }


def test_each_link_joins_its_words_and_a_doubtful_one_is_dashed() -> None:
    assert drawn(PAIR) == {
        ("she", "elle"): "-",
        ("not", "ne"): "-",
        ("not", "pas"): "-",
        ("sing", "chante"): "-",
        ("does", "chante"): "--",
    }


def test_one_row_a_pair() -> None:
    assert len(links([PAIR, PAIR, PAIR]).axes) == 3


def test_a_pair_without_links_is_named() -> None:
    with pytest.raises(ValueError, match="'she sings' has no gold links"):
        links([SentencePair(("she", "sings"), ("elle", "chante"))])
    with pytest.raises(ValueError, match="at least one"):
        links([])
