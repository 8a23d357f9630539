"""The film of reach: slopes as shares of a model's own largest, and what the source is worth, word by word."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from course_lib.traces import Reach
from course_lib.widgets import reach_film
from tests.pages import Browser, shown, soup, texts

SOURCE, TARGET = ("he", "reads", "<books>", "</s>"), ("il", "lit", "</s>")
SLOPE = np.array([[2.0, 0.5, 0.0, 0.12], [0.25, 4.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
NEEDED, PAID = np.array([2.5, 4.0, 0.5]), np.array([0.5, 1.0, 1.5])


def reach(**changes: Any) -> Reach:
    return replace(Reach("a model", SOURCE, TARGET, SLOPE, PAID, NEEDED), **changes)


def frames(player: Any, models: int = 1) -> list[list[Any]]:
    page, found = Browser(player), []
    for model in range(models):
        page.move(0, model)
        found.append([])
        for i in range(len(TARGET)):
            page.move(1, i)
            found[-1].append(soup(page.frame()))
    return found


def test_each_bar_is_a_share_of_the_largest_slope_of_its_own_model() -> None:
    other = reach(slope=SLOPE[::-1] * 3)
    for row, slope in zip(frames(reach_film({"all": reach(), "alone": other}), 2), (SLOPE, SLOPE[::-1]), strict=True):
        for i, frame in enumerate(row):
            bars = frame.select(".reach > span")
            assert [bar.bdi.get_text() for bar in bars] == list(SOURCE)
            assert [bar.b.get_text() for bar in bars] == [shown(part / 4.0) for part in slope[i]]
            heights = [float(bar.get("style", "--a:0").removeprefix("--a:")) for bar in bars]
            np.testing.assert_allclose(heights, slope[i] / 4.0, atol=5e-3)


def test_the_sentence_tells_needed_paid_and_worth() -> None:
    says = [frame.select_one(".says").get_text() for frame in frames(reach_film({"all": reach()}, title="GRU"))[0]]
    assert says == [
        "GRU · all · Word 1 of 3, ‘il’: without the source 2.50 nats are open, with it the model pays 0.50; "
        "the source is worth 2.00. Reached most by ‘he’ (word 1, 0.50).",
        "GRU · all · Word 2 of 3, ‘lit’: without the source 4.00 nats are open, with it the model pays 1.00; "
        "the source is worth 3.00. Reached most by ‘reads’ (word 2, 1.00).",
        "GRU · all · Word 3 of 3, ‘</s>’: without the source 0.50 nats are open, with it the model pays 1.50; "
        "the source is worth −1.00. No source word reaches it.",
    ]


def test_the_strip_has_a_bar_of_worth_for_each_word_and_frames_this_one() -> None:
    for i, frame in enumerate(frames(reach_film({"all": reach()}))[0]):
        strip = frame.select_one("svg.worth")
        tops = [float(y) for y in re.findall(r"V(-?[\d.]+)h1", strip.path["d"])]
        np.testing.assert_allclose(tops, -10 * (NEEDED - PAID) / 3.0, atol=0.05)
        assert (strip.rect["x"], strip.rect["width"]) == (str(i), "1")
        assert f"word {i + 1} framed" in strip["aria-label"]


def test_without_a_floor_no_worth_is_claimed() -> None:
    frame = frames(reach_film({"all": reach(needed=None)}))[0][0]
    assert not frame.select("svg.worth")
    assert "‘il’: the model pays 0.50 nats. Reached" in frame.select_one(".says").get_text()


def test_a_model_that_nothing_reaches_has_flat_bars() -> None:
    frame = frames(reach_film({"none": reach(slope=np.zeros((3, 4)))}))[0][1]
    assert texts(frame, ".reach b") == ["0.00"] * 4
    assert "No source word reaches it." in frame.get_text()


def test_print_has_every_slope_that_matters_and_the_worth_of_every_word() -> None:
    static = soup(reach_film({"all": reach(), "none": reach(slope=np.zeros((3, 4)))}).static)
    written = [texts(picture, "g[text-anchor=middle] text") for picture in static.select("svg")]
    shares = [part / 4.0 for part in SLOPE.ravel() if part / 4.0 >= 0.05]
    assert written == [[f"{share:.2f}".removeprefix("0") for share in shares], []]
    said = [" ".join(caption.get_text().split()) for caption in static.select("figcaption")]
    assert all("Worth of the source, word by word, in nats: il 2.00, lit 3.00, </s> −1.00." in each for each in said)
    unknown = soup(reach_film({"all": reach(needed=None)}).static).figcaption.get_text()
    assert "What each word costs, word by word, in nats: il 0.50, lit 1.00, </s> 1.50." in unknown


def test_needed_less_paid_is_worth_as_the_reader_subtracts() -> None:
    rounded = reach(needed=np.array([4.034, 1, 1]), paid=np.array([4.096, 1, 1]))  # 4.03 − 4.10 is not −0.06
    assert "pays 4.10; the source is worth −0.07." in frames(reach_film({"all": rounded}))[0][0].get_text()


def test_a_slope_that_is_written_as_nothing_is_no_reach() -> None:
    slope = np.array([[1.0, 0, 0, 0], [0.004, 0, 0, 0], [0.006, 0, 0, 0]])
    says = [frame.select_one(".says").get_text() for frame in frames(reach_film({"all": reach(slope=slope)}))[0]]
    assert [text.endswith("No source word reaches it.") for text in says] == [False, True, False]


@pytest.mark.parametrize(
    ("reaches", "message"),
    [({}, "at least one model's name"), ({"a": reach(), "b": reach(target=("la", "lit", "</s>"))}, "another source")],
)
def test_reaches_of_no_common_sentence_are_refused(reaches: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        reach_film(reaches)


def test_a_frame_of_nineteen_words_weighs_little() -> None:
    words = tuple(f"word{j}" for j in range(19))
    draw = np.random.default_rng(1)
    long = Reach("a model", words, words, draw.random((19, 19)), draw.random(19), draw.random(19))
    page = Browser(reach_film({"all": long}))
    page.move(1, 18)
    assert len(page.frame().encode()) <= 2_400
