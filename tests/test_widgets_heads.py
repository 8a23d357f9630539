"""The slider of chapter 16: which word looks at which, every head at once."""

from typing import Any

import numpy as np
import pytest

from course_lib.traces import HeadLooks
from course_lib.widgets import heads
from course_lib.widgets.heatmap import SEEN_FROM
from tests.pages import Browser, bytes_of, shown, soup, texts

SOURCE = ("the", "black", "dog", "that", "we", "saw", "<eats>", "fish", "</s>")
TARGET = ("le", "chien", "noir", "mange", "</s>")


def look(name: str, asking: tuple[str, ...], asked: tuple[str, ...], seed: int, N: int = 4) -> HeadLooks:
    """Return looks as a trained model has them: a few words have nearly all the weight."""
    scores = 4 * np.random.default_rng(seed).normal(size=(N, len(asking), len(asked)))
    return HeadLooks(name, asking, asked, np.exp(scores) / np.exp(scores).sum(-1, keepdims=True))


LOOKS = [
    look("encoder, layer 1", SOURCE, SOURCE, 1),
    look("decoder, own words, layer 1", TARGET, ("<s>", *TARGET[:-1]), 2),
    look("decoder, source, layer 1", TARGET, SOURCE, 3),
]


def at(place: int, word: int, **options: Any) -> Any:
    page = Browser(heads(LOOKS, **options))
    page.move(0, place)
    page.move(1, word)
    return soup(page.frame())


@pytest.mark.parametrize(("place", "word"), [(0, 0), (0, 8), (1, 2), (2, 4)])
def test_every_weight_stands_at_its_head_and_its_word(place: int, word: int) -> None:
    """A table on its side would give a head the weights of a word."""
    frame, chosen = at(place, word), LOOKS[place]
    assert texts(frame, "tr:first-child th") == ["head", "1", "2", "3", "4"]
    rows = frame.select("table.heads tr")[1:]
    assert [row.th.get_text() for row in rows] == list(chosen.asked)
    for j, row in enumerate(rows):
        for n, cell in enumerate(row.select("td")):
            weight = chosen.weights[n, word, j]
            assert cell.get_text() == (shown(weight).removeprefix("0") if weight >= 0.05 else "")
            tinted = float(cell.get("style", "--a:0").removeprefix("--a:"))
            assert tinted == pytest.approx(weight if weight >= 0.05 else 0, abs=6e-3)


def test_the_frame_says_who_looks_and_where_each_head_looks_most() -> None:
    said = at(2, 1, title="A sentence").select_one(".says").get_text()
    assert said.startswith("A sentence · decoder, source, layer 1: word 2 of 5, ‘chien’, looks most at ‘")
    for n, weights in enumerate(LOOKS[2].weights[:, 1], start=1):
        assert f"‘{SOURCE[int(np.argmax(weights))]}’ (head {n})" in said


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_map_a_head_holds_all_weights_and_outlines_the_row_of_the_word(place: int) -> None:
    """Two and two: head 2 stands beside head 1, head 3 below it, each under its number."""
    chosen, page = LOOKS[place], Browser(heads(LOOKS))
    texts_of_page = (model["state"].get("value") for model in page.models.values())
    drawings = soup("".join(text for text in texts_of_page if isinstance(text, str) and "course-hidden" in text))
    (shown_map,) = at(place, 3).select("svg")
    (drawn,) = drawings.select(shown_map.use["href"])
    T, S = len(chosen.asking), len(chosen.asked)
    corners = [(x, y) for y in (18, 18 + 12 * T + 18) for x in (0, 12 * S + 18)]
    assert [(int(text["x"]), int(text["y"]), text.get_text()) for text in drawn.select("text")] == [
        (x, y - 4, f"head {n}") for n, (x, y) in enumerate(corners, start=1)
    ]
    moves = "".join(path["d"] for path in drawn.select("path")).split("M")[1:]
    assert {tuple(map(int, move.split("h")[0].split())) for move in moves} == {
        (x + 12 * j, y + 12 * i + 6)
        for (x, y), weights in zip(corners, chosen.weights, strict=True)
        for i, j in np.argwhere(weights >= SEEN_FROM)
    }
    row = "".join(f"M{x} {y + 36}h{12 * S}v12h-{12 * S}z" for x, y in corners)
    assert shown_map.select_one(".row")["d"] == row
    left, top, width, height = map(int, shown_map["viewbox"].split())
    assert (left, top) == (-2, -2) and width - 4 == corners[3][0] + 12 * S and height - 4 == corners[3][1] + 12 * T


def test_past_the_last_word_of_a_shorter_look_the_frame_says_so() -> None:
    said = at(1, 7).select_one(".says").get_text()
    assert said == "decoder, own words, layer 1: No such word: here 5 words look."
    alone = Browser(heads([LOOKS[0], look("one", ("a",), ("a",), 4)]))
    alone.move(0, 1)
    alone.move(1, 1)
    assert "here 1 word looks." in alone.frame()


def test_words_are_text_and_no_markup() -> None:
    frame = at(0, 6)
    assert "‘<eats>’" in frame.select_one(".says").get_text() and not frame.select("eats")


def test_in_print_stands_what_each_head_looks_at_most() -> None:
    tables = soup(heads(LOOKS).static).select("table")
    assert len(tables) == 3
    for chosen, table in zip(LOOKS, tables, strict=True):
        assert table.caption.get_text().startswith(chosen.name)
        for i, row in enumerate(table.select("tr")[1:]):
            best = [(chosen.asked[int(np.argmax(w[i]))], shown(w[i].max()).removeprefix("0")) for w in chosen.weights]
            assert [chosen.asking[i], *map(" ".join, best)] == texts(row, "th, td")


def test_a_sentence_of_nine_words_in_two_layers_is_light() -> None:
    """What a page stores: six looks, nine words, four heads."""
    looks = [look(f"look {n}", SOURCE, SOURCE, n) for n in range(6)]
    assert bytes_of(heads(looks)) < 150_000


def test_a_slider_begins_where_it_is_told() -> None:
    assert "decoder, source" in Browser(heads(LOOKS, start=2)).frame()


def test_looks_that_cannot_share_a_slider_are_refused() -> None:
    with pytest.raises(ValueError, match="looks: expected at least one, got none"):
        heads([])
    with pytest.raises(ValueError, match="expected the same number of heads in each, got 2 and 4"):
        heads([LOOKS[0], look("another", SOURCE, SOURCE, 1, N=2)])
    with pytest.raises(ValueError, match="looks: expected each name once, got encoder, layer 1 and encoder, layer 1"):
        heads([LOOKS[0], LOOKS[0]])
