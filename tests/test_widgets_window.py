"""The window that moves: every number by loops, with the softmax and the bell written out."""

import math
from typing import Any

import numpy as np
import pytest
import torch

from course_lib.attention import DotAttention, LocalAttention
from course_lib.widgets import Player, window
from tests.pages import Browser, bytes_of, shown, soup, texts

WORDS = ["the", "black", "dog", "sleeps", ".", "</s>"]
SHARES = [3, 5, 1, 2, 4, 1]  # exp of the scores: on paper, p = 4 and D = 2, the softmax is 1/8 2/8 4/8 1/8


def on_paper(**changes: Any) -> Player:
    given = {"places": np.arange(0, 6.25, 0.25), "widths": (1, 2, 3), "gold": 5}
    return window(WORDS, np.log(SHARES), **{**given, **changes})


def by_loops(p: float, D: int) -> dict[int, tuple[float, float, float, float]]:
    """Return softmax, bell, weight and slope of each position that is read."""
    nearest = min(round(p), 5)
    seen = [j for j in range(6) if abs(j - nearest) <= D]
    total, sigma = sum(SHARES[j] for j in seen), D / 2
    found = {}
    for j in seen:
        share, bell = SHARES[j] / total, math.exp(-((j - p) ** 2) / (2 * sigma * sigma))
        nudged = math.exp(-((j - p - 1e-6) ** 2) / (2 * sigma * sigma))
        found[j] = (share, bell, share * bell, share * (nudged - bell) / 1e-6)
    return found


def cells(frame: str) -> list[list[str]]:
    return [texts(row, "td") for row in soup(frame).select("table.moving tr")[1:]]


def test_the_sum_on_paper_stands_in_the_frame() -> None:
    page = Browser(on_paper())
    page.move(0, 16)
    assert "p = 4.00, D = 2: the window shows ‘dog’ to ‘</s>’ (2 to 5). The weights sum to 0.74" in (
        soup(page.frame()).get_text()
    )
    rows = cells(page.frame())
    assert rows[:2] == [["not read"], ["not read"]]
    assert [row[2] for row in rows[2:]] == ["0.017", "0.152", "0.500", "0.076"]
    assert [row[3] for row in rows[2:]] == ["← −0.034", "← −0.152", "· 0.000", "→ 0.076"]


@pytest.mark.parametrize("place", [0, 1, 10, 14, 22, 24])
@pytest.mark.parametrize("width", [0, 1, 2])
def test_every_cell_and_bar_is_that_of_the_window_at_p(place: int, width: int) -> None:
    """At the rims too, and at 2.5, where two places are as near; slopes by nudging p, the window left where it is."""
    page, p, D = Browser(on_paper()), place / 4, width + 1
    page.move(0, place)
    page.move(1, width)
    expected = by_loops(p, D)
    for j, row in enumerate(cells(page.frame())):
        if j not in expected:
            assert row == ["not read"]
            continue
        share, bell, weight, slope = expected[j]
        assert row[:2] == [shown(share), shown(bell)]
        assert float(row[2]) == pytest.approx(weight, abs=6e-4)
        arrow, number = row[3].split()
        assert float(number.replace("−", "-")) == pytest.approx(slope, abs=6e-4)
        assert arrow == ("·" if abs(slope) < 4e-4 else "→" if slope > 0 else "←")
    drawing = soup(page.frame()).select_one("svg.moving")
    heights = [float(bar.split("h22v")[1]) for bar in drawing.select_one(".after")["d"].split("M")[1:]]
    np.testing.assert_allclose(heights, [80 * found[2] for found in expected.values()], atol=0.06)
    assert float(drawing.select_one("use.bell")["x"]) == 44 * p
    assert drawing.select_one("use.bell")["href"].endswith(f"-{D}")
    assert f"top at {shown(p)}" in drawing["aria-label"]


def test_the_frames_are_what_local_attention_does() -> None:
    """Held against the attention of the chapter, so that slider and model cannot part."""
    page = Browser(on_paper())
    attention = LocalAttention(DotAttention(1, 1), 1, 2, predictive=True).double()
    scores = torch.tensor(SHARES, dtype=torch.double).log().view(1, 6, 1)
    ones, mask = torch.ones(1, 1, 1).double(), torch.ones(1, 6, dtype=torch.bool)
    for place in range(25):
        attention.centre = lambda *_, p=place / 4: torch.full((1, 1), p, dtype=torch.double)  # type: ignore[method-assign]
        weights = attention(ones, scores, scores, mask).weights[0, 0].tolist()
        page.move(0, place)
        read = [0.0 if row == ["not read"] else float(row[2]) for row in cells(page.frame())]
        np.testing.assert_allclose(read, weights, atol=6e-4)


def test_gold_pulls_p_towards_itself_and_from_outside_not_at_all() -> None:
    page = Browser(on_paper(gold=(1, 4)))
    said = {16: ("pulls nowhere", "its slope is 0"), 8: ("to the left", "to the right"), 19: ("pulls nowhere", "left")}
    for place, (black, stop) in said.items():
        page.move(0, place)
        sentence = soup(page.frame()).select_one(".says").get_text()
        first, second = (sentence.split(f"Gold ‘{token}’ ")[1].split(" Gold")[0] for token in ("black", "."))
        assert black in first and stop in second
    assert texts(soup(page.frame()), "th[scope=row]") == ["the", "★ black", "dog", "sleeps", "★ .", "</s>"]
    assert "Gold" not in Browser(on_paper(gold=None)).frame()


def test_the_curve_is_the_bell_of_its_own_width_from_rim_to_rim() -> None:
    page = Browser(on_paper())
    shared = next(str(page.state(n)["value"]) for n in page.models if "<defs>" in str(page.state(n).get("value")))
    for D, line in zip((1, 2, 3), soup(shared).select("defs > path"), strict=True):
        start, *moves = [[float(x) for x in part.split(" ")] for part in line["d"][1:].split("l")]
        points = np.cumsum([start, *moves], axis=0)
        assert points[0, 0] == -44 * D and points[-1, 0] == 44 * D
        np.testing.assert_allclose(points[:, 1], -80 * np.exp(-((points[:, 0] / 44) ** 2) * 2 / D**2), atol=1.5)
    assert texts(soup(shared), "text") == WORDS


def test_print_has_three_places_and_their_sums() -> None:
    table = soup(on_paper().static)
    assert texts(table, "th[scope=col]") == ["word", "p = 1.00", "p = 3.00", "p = 5.00"]
    columns = list(
        zip(*([cell.get_text() for cell in row.select("td")] for row in table.select("tr")[1:]), strict=True)
    )
    for p, column in zip((1, 3, 5), columns, strict=True):
        weights = {j: found[2] for j, found in by_loops(p, 2).items()}
        read = {j: float(cell) for j, cell in enumerate(column[:-1]) if cell != "–"}
        assert read == pytest.approx(weights, abs=6e-4)
        assert float(column[-1]) == pytest.approx(sum(weights.values()), abs=6e-4)


def test_one_place_and_one_width_are_a_slider_too() -> None:
    player = window(WORDS, np.log(SHARES), places=[0.0], widths=[9])
    assert "the window shows ‘the’ to ‘</s>’ (0 to 5)" in soup(Browser(player).frame()).get_text()
    assert texts(soup(player.static), "th[scope=col]") == ["word", "p = 0.00"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"places": []}, "places and widths: expected at least one of each"),
        ({"widths": ()}, "places and widths: expected at least one of each"),
        ({"places": [6.5]}, "places: p lies from 0 to S = 6, got 6.5"),
        ({"places": [-0.5]}, "places: p lies from 0 to S = 6, got -0.5"),
        ({"places": ["left"]}, "places: expected a number"),
        ({"widths": [0]}, "widths: expected 1 or more, got 0"),
        ({"gold": 6}, r"gold: expected positions from 0 to 5, got \[6\]"),
    ],
)
def test_what_no_window_can_have_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        on_paper(**change)


def test_scores_that_do_not_fit_the_words_are_refused() -> None:
    for scores, message in (([1, 2], r"shape \(6,\), got \(2,\)"), ([1, 2, 3, 4, 5, -math.inf], "scores: 1 of 6")):
        with pytest.raises(ValueError, match=message):
            window(WORDS, scores, places=[1], widths=[1])


def test_a_frame_weighs_two_kilobytes() -> None:
    player = on_paper()
    page = Browser(player)
    for place in range(25):
        page.move(0, place)
        assert len(page.frame().encode()) <= 2_000
    assert bytes_of(player) <= 210_000
