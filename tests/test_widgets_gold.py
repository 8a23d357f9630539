"""Right, missing and extra links: on the page as by hand."""

from typing import Any

import numpy as np
import pytest

from course_lib.widgets import gold_and_attention
from course_lib.widgets.heatmap import geometry
from tests.oracles.traces import SOURCE, TARGET, random_trace
from tests.pages import ROOM, Browser, bytes_of, soup, texts

WORDS, FRENCH = ("the", "black", "<s>", "</s>"), ("le", "chat", "noir", "</s>")
LOOKS = np.array([[0.7, 0.1, 0.1, 0.1], [0.1, 0.6, 0.3, 0.0], [0.1, 0.2, 0.1, 0.6], [0.0, 0.0, 0.1, 0.9]])
LINKS = frozenset({(0, 0), (2, 1), (0, 2)})  # attention: (0, 0), (1, 1); 'noir' looks at </s>
JUDGED = [("right", 0, 0), ("missing", 2, 1), ("missing", 0, 2), ("extra", 1, 1)]


def judged_trace(**fields: Any):
    given: dict[str, Any] = {"weights": LOOKS, "scores": np.zeros((4, 4)), "links": LINKS, "forced": True}
    return random_trace(WORDS, FRENCH, **{**given, **fields})


def test_each_word_tells_what_is_right_missing_and_extra():
    page = Browser(gold_and_attention(judged_trace(), title="Bahdanau"))
    said = []
    for place in range(4):
        page.move(0, place)
        said.append(soup(page.frame()).select_one(".says").get_text())
    assert said == [
        # AER = 1 - 2 · 1 / (2 + 3)
        "Bahdanau · All words: 1 right, 2 missing and 1 extra; alignment error rate 60 %.",
        "Bahdanau · Word 1: ‘le’; right ‘the’.",
        "Bahdanau · Word 2: ‘chat’; missing ‘<s>’; extra ‘black’.",
        "Bahdanau · Word 3: ‘noir’; missing ‘the’.",
    ]


def test_the_source_words_carry_sign_and_word():
    page = Browser(gold_and_attention(judged_trace()))
    page.move(0, 2)
    marks = [chip.u and chip.u.get_text() for chip in soup(page.frame()).select(".src > span")]
    assert marks == [None, "× extra", "○ missing", None]
    assert texts(soup(page.frame()), ".src b") == ["0.10", "0.60", "0.30", "0.00"]


def test_a_mark_lies_in_the_cell_of_its_link():
    trace = judged_trace()
    cell, left, top, _ = geometry(trace)
    marks = soup(gold_and_attention(trace).widget.children[1].value).select("[id$=gold] [class]")

    def place(mark: Any) -> tuple[int, int]:
        x, y = (mark["cx"], mark["cy"]) if mark.name == "circle" else mark["d"].split("m")[0].lstrip("M").split()
        return int((float(x) - left) // cell), int((float(y) - top) // cell)

    assert sorted((mark["class"][0], *place(mark)) for mark in marks) == sorted(JUDGED)


def test_the_outlined_row_is_that_of_the_word():
    trace = judged_trace()
    cell, _, top, _ = geometry(trace)
    page = Browser(gold_and_attention(trace))
    assert not soup(page.frame()).select("rect.row")
    for i in range(3):
        page.move(0, i + 1)
        assert float(soup(page.frame()).select_one("rect.row")["y"]) == top + i * cell


def test_with_a_threshold_a_word_may_have_two_links():
    page = Browser(gold_and_attention(judged_trace(), threshold=0.3))
    page.move(0, 2)
    assert "Word 2: ‘chat’; right ‘<s>’; extra ‘black’." in soup(page.frame()).get_text()


def test_print_has_every_sentence_and_every_mark():
    static = soup(gold_and_attention(judged_trace()).static)
    assert len(static.select("ol li")) == 4
    assert sorted(mark["class"][0] for mark in static.select("svg circle[class], svg path[class]")) == sorted(
        name for name, *_ in JUDGED
    )


def test_a_word_without_any_link_says_so():
    page = Browser(gold_and_attention(judged_trace(links=frozenset({(0, 0)}))))
    page.move(0, 3)
    assert "‘noir’; no link, and none is missing." in soup(page.frame()).get_text()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"weights": None, "scores": None}, "no attention weights"),
        ({"links": None}, "links=pair.sure"),
        ({"forced": False, "gold": ("un", "chat", "noir", "</s>")}, "force the reference"),
        ({"links": frozenset({(3, 0), (0, 1)})}, r"within 3 × 3 words; these do not: \[\(3, 0\)\]"),
        ({"links": frozenset({(0, 3)})}, r"these do not: \[\(0, 3\)\]"),
    ],
)
def test_a_trace_that_gold_links_do_not_fit_is_refused(fields: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        gold_and_attention(judged_trace(**fields))


def test_twelve_words_weigh_little():
    trace = random_trace(SOURCE, TARGET, links=frozenset((j, j) for j in range(11)), forced=True)
    assert bytes_of(gold_and_attention(trace)) <= ROOM
