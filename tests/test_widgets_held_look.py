"""A look held at one place after the other: the words of the held look, and not those of the free one."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from course_lib.traces import Candidate
from course_lib.widgets import held_look
from tests.oracles.traces import random_trace
from tests.pages import ROOM, Browser, bytes_of, shown, soup, texts

SOURCE, TARGET = ("the", "<big>", "car", "</s>"), ("la", "voiture", "</s>")
FREE = replace(
    random_trace(SOURCE, TARGET, seed=2), candidates=tuple((Candidate(w, 0.9), Candidate("le", 0.06)) for w in TARGET)
)


def words(i: int, j: int) -> tuple[Candidate, ...]:
    """Return what is said at step i from place j: the free word everywhere, but at place 2."""
    if j == 2:
        return Candidate("un", 0.5 + i / 10), Candidate("le", 0.2), Candidate("la", 0.125)
    return Candidate(TARGET[i], 0.3 + j / 10), Candidate("le", 0.2)


HELD = [[words(i, j) for j in range(4)] for i in range(3)]


def frame_at(page: Browser, step: int, place: int) -> Any:
    page.move(0, step)
    page.move(1, place)
    return soup(page.frame())


def test_every_place_shows_its_own_words_and_its_own_weights():
    page = Browser(held_look(FREE, HELD, title="x & y"))
    for i in range(3):
        own = frame_at(page, i, 0)
        assert texts(own, ".src > span > b") == [shown(w) for w in FREE.weights[i]]
        assert [li.bdi.get_text() for li in own.select("li")] == [TARGET[i], "le"]
        for j in range(4):
            frame = frame_at(page, i, j + 1)
            assert texts(frame, ".src > span > b") == ["1.00" if k == j else "0.00" for k in range(4)]
            assert texts(frame, ".src bdi") == list(SOURCE)
            rows = [(li.bdi.get_text(), li.span.get_text()) for li in frame.select("li")]
            assert rows == [(one.token, shown(one.probability)) for one in words(i, j)]
            assert texts(frame, "li.taken bdi") == ([TARGET[i]] if j != 2 or TARGET[i] == "la" else [])
            assert texts(frame, ".main p > b > [aria-current=step]") == [TARGET[i]]
            assert frame.select_one(".main p[dir]").get_text().split() == list(TARGET)


def test_the_sentence_says_where_the_look_is_held_and_what_becomes_of_the_word():
    page = Browser(held_look(FREE, HELD, title="x & y"))
    best = int(FREE.weights[0].argmax())
    says = [frame_at(page, 0, j).select_one(".says") for j in range(5)]
    assert [one.get_text() for one in says] == [
        f"x & y · Step 1 of 3: the model's own look, most at ‘{SOURCE[best]}’ {shown(FREE.weights[0, best])}; "
        "the most probable word is ‘la’ 0.90.",
        "x & y · Step 1 of 3: the look is held at ‘the’; the most probable word is still ‘la’ 0.30 (own look: 0.90).",
        "x & y · Step 1 of 3: the look is held at ‘<big>’; the most probable word is still ‘la’ 0.40 (own look: 0.90).",
        "x & y · Step 1 of 3: the look is held at ‘car’; the most probable word is ‘un’ 0.50, not ‘la’ (0.12).",
        "x & y · Step 1 of 3: the look is held at ‘</s>’; the most probable word is still ‘la’ 0.60 (own look: 0.90).",
    ]
    assert [texts(one, "b > bdi") or texts(one, "b bdi") for one in says] == [[], [], [], ["un"], []]
    assert "not ‘voiture’ (not among these 3)." in frame_at(page, 1, 3).select_one(".says").get_text()


def test_print_is_a_table_of_all_steps_and_places():
    table = soup(held_look(FREE, HELD).static).table
    assert [texts(row, "th, td") for row in table.select("tr")] == [
        ["step", "own look", *SOURCE],
        ["1", "la", "·", "·", "un", "·"],
        ["2", "voiture", "·", "·", "un", "·"],
        ["3", "</s>", "·", "·", "un", "·"],
    ]


def test_a_start_and_doubles_have_places_of_their_own():
    twice = replace(random_trace(("the", "cat", "the", "</s>"), TARGET), candidates=FREE.candidates)
    player = held_look(twice, HELD, start=2)
    assert player.sliders[0].index == 2
    assert list(player.sliders[1].options) == ["own look", "1 the", "2 cat", "3 the", "4 </s>"]


def test_a_sentence_of_the_chapter_stays_light():
    free = random_trace()
    held = [[free.candidates[i]] * len(free.source) for i in range(len(free.target))]
    assert bytes_of(held_look(free, held)) < 5 * ROOM  # 12 × 13 frames


@pytest.mark.parametrize(
    ("free", "held", "message"),
    [
        (random_trace(SOURCE, TARGET, attends=False), HELD, "has no attention weights, so it has no look"),
        (FREE, HELD[:2], r"held: expected 3 rows, one a step, of 4 lists.*got rows of \[4, 4\]"),
        (FREE, [row[:3] for row in HELD], r"got rows of \[3, 3, 3\]"),
        (
            FREE,
            [HELD[0], [*HELD[1][:3], ()], HELD[2]],
            r"at least one word at every step and place, got none at \(1, 3\)",
        ),
    ],
)
def test_what_does_not_fit_the_trace_is_refused(free, held, message):
    with pytest.raises(ValueError, match=message):
        held_look(free, held)


def test_a_start_outside_is_refused():
    with pytest.raises(ValueError, match="start must lie in 0 … 2, got 3"):
        held_look(FREE, HELD, start=3)
    assert np.isfinite(FREE.weights).all()
