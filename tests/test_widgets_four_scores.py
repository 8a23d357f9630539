"""Four scores in a plane: every weight by loops, with Luong's formulas written out."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from course_lib.widgets import Player, four_scores
from tests.pages import Browser, shown, soup, texts

LN2 = math.log(2)
WORDS = ["the", "black", "dog"]
H = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
PAPER: dict[str, Any] = {  # the numbers of a sheet of paper: exp of the scores are whole numbers
    "general": [[0, 1], [1, 0]],
    "concat": ([[-1 / LN2, 0]], [[2, 1]], [2]),
    "location": [[0, 0], [math.log(3) / LN2, 0], [math.log(6) / LN2, 0]],
}
NAMES = ["dot", "general", "concat", "location"]


def by_loops(h: Sequence[Sequence[float]], s: Sequence[float], given: dict[str, Any]) -> dict[str, list[float]]:
    """Return the scores, number by number: sᵀh, sᵀWh, vᵀtanh(Ws + Uh), and the row of the place times s."""
    W, U, v = given["concat"]
    found: dict[str, list[float]] = {name: [] for name in NAMES}
    for j, key in enumerate(h):
        found["dot"].append(sum(s[a] * key[a] for a in (0, 1)))
        found["general"].append(sum(s[a] * given["general"][a][b] * key[b] for a in (0, 1) for b in (0, 1)))
        hidden = [
            math.tanh(sum(w[a] * s[a] for a in (0, 1)) + sum(u[a] * key[a] for a in (0, 1)))
            for w, u in zip(W, U, strict=True)
        ]
        found["concat"].append(sum(part * x for part, x in zip(v, hidden, strict=True)))
        found["location"].append(sum(given["location"][j][a] * s[a] for a in (0, 1)))
    return found


def softmax(scores: list[float]) -> list[float]:
    powers = [math.exp(score) for score in scores]
    return [power / sum(powers) for power in powers]


def turned(s: Sequence[float], angle: float, length: float) -> tuple[float, float]:
    """Turn ``s`` as a number of the complex plane."""
    number = complex(*s) * length * complex(math.cos(math.radians(angle)), math.sin(math.radians(angle)))
    return number.real, number.imag


def columns(player_frame: str, tag: str) -> list[list[str]]:
    """Return what stands in a frame's table, score by score."""
    rows = soup(player_frame).select("table.four tr")[1:]
    return [list(column) for column in zip(*(texts(row, f"td {tag}") for row in rows), strict=True)]


def on_paper(**changes: Any) -> Player:
    return four_scores(WORDS, H, [LN2, 2 * LN2], **{**PAPER, **changes})


def test_the_first_frame_is_the_sum_on_paper() -> None:
    weights = columns(Browser(on_paper()).frame(), "b")
    # exp of the scores: 4 2 8, 2 4 8, and 1 3 6; concat: 2 tanh of 0, 1, 2
    assert weights[0] == [shown(x / 14) for x in (4, 2, 8)]
    assert weights[1] == [shown(x / 14) for x in (2, 4, 8)]
    assert weights[2] == ["0.08", "0.37", "0.55"]
    assert weights[3] == [shown(x / 10) for x in (1, 3, 6)]


@pytest.mark.parametrize(("angle", "length"), [(0, 2.0), (45, 1.0), (200, 0.5)])
def test_every_weight_and_score_is_that_of_the_turned_query(angle: float, length: float) -> None:
    """No matrix is symmetric, no vector on an axis: an exchanged index or sign shows."""
    draw = np.random.default_rng(3)
    words, h, s = ["a", "b", "c", "d"], draw.normal(size=(4, 2)), draw.normal(size=2)
    given = {
        "general": draw.normal(size=(2, 2)),
        "concat": (draw.normal(size=(3, 2)), draw.normal(size=(3, 2)), draw.normal(size=3)),
        "location": draw.normal(size=(4, 2)),
    }
    page = Browser(four_scores(words, h, s, **given, angles=(0, 45, 200), lengths=(0.5, 1.0, 2.0)))
    page.move(0, (0, 45, 200).index(angle))
    page.move(1, (0.5, 1.0, 2.0).index(length))
    asked = turned(s, angle, length)
    expected = by_loops(h, asked, given)
    assert columns(page.frame(), "i") == [[shown(e) for e in expected[name]] for name in NAMES]
    assert columns(page.frame(), "b") == [[shown(a) for a in softmax(expected[name])] for name in NAMES]
    says = soup(page.frame()).select_one(".says").get_text()
    assert f"s = ({shown(asked[0])}, {shown(asked[1])})" in says
    most = {name: sorted(range(4), key=lambda j: -expected[name][j])[:2] for name in NAMES}
    for name, (first, second) in most.items():
        first_weight, second_weight = (softmax(expected[name])[j] for j in (first, second))
        if shown(first_weight) != shown(second_weight):  # the test below is of those that read alike
            assert f"{name} ‘{words[first]}’" in says and f"{name} ‘{words[first]}’ and" not in says


def test_no_word_is_said_to_lead_where_the_weights_read_alike() -> None:
    """A long query at 120°: tanh is at its end for all three words, and the frame would still name one of them."""
    page = Browser(on_paper())
    page.move(0, 4)
    page.move(1, 3)
    assert columns(page.frame(), "b")[2] == ["0.33"] * 3
    assert "general ‘black’, concat none (all alike), location ‘the’" in soup(page.frame()).get_text()
    page.move(0, 6)
    page.move(1, 1)  # at 180° two of three
    assert columns(page.frame(), "b")[2] == ["0.32", "0.34", "0.34"]
    assert "concat ‘black’ and ‘dog’, location ‘the’" in soup(page.frame()).get_text()


def test_exchanged_words_take_their_weights_along_but_for_location() -> None:
    page = Browser(on_paper(exchange=(1, 2)))
    before = columns(page.frame(), "b")
    page.move(0, 1)
    assert texts(soup(page.frame()), "th[scope=row]") == ["the", "dog", "black"]
    after = columns(page.frame(), "b")
    assert [[a, c, b] for a, b, c in before[:3]] == after[:3]
    assert after[3] == before[3] == ["0.10", "0.30", "0.60"]


def test_the_arrow_ends_where_the_query_does() -> None:
    page = Browser(on_paper())
    drawing = soup(
        page.models[next(n for n in page.models if "plane-" in str(page.state(n).get("value")))]["state"]["value"]
    )
    tips = [(float(c["cx"]), float(c["cy"])) for c in drawing.select("defs circle")]
    scale = tips[1][0]  # 'black' lies at (1, 0)
    np.testing.assert_allclose(tips, [(scale * x, -scale * y) for x, y in H], atol=0.1)
    assert texts(drawing, "text") == WORDS
    for place, angle in enumerate(range(0, 360, 30)):
        page.move(0, place)
        picture = soup(page.frame()).select_one("svg.plane")
        x, y = turned((LN2, 2 * LN2), angle, 1)
        tip = picture.select_one("circle")
        np.testing.assert_allclose((float(tip["cx"]), float(tip["cy"])), (scale * x, -scale * y), atol=0.11)
        where = f"Plane: the (0.00, 1.00), black (1.00, 0.00), dog (1.00, 1.00); the query at ({shown(x)}, {shown(y)})"
        assert picture["aria-label"] == where
        assert picture.use["href"] == "#" + drawing.select_one("defs > g")["id"]
    page.move(1, 3)  # four times as long
    picture = soup(page.frame()).select_one("svg.plane")
    assert not picture.select("circle") and "ends outside the picture" in picture["aria-label"]


def test_print_has_four_directions() -> None:
    table = soup(on_paper().static)
    assert len(table.select("tr")) == 1 + 4 * 3
    for row, angle in enumerate((0, 90, 180, 270)):
        weights = softmax(by_loops(H, turned((LN2, 2 * LN2), angle, 1), PAPER)["dot"])
        cells = [line.select("td") for line in table.select("tr")[1 + 3 * row : 4 + 3 * row]]
        assert [cell[0].get_text() for cell in cells] == [f"{angle}°"] * 3
        assert [cell[1].get_text() for cell in cells] == [shown(a) for a in weights]


def test_a_large_score_does_not_become_nan() -> None:
    page = Browser(four_scores(WORDS, H, [900.0, 1.0], **PAPER))
    assert columns(page.frame(), "b")[0] == ["0.00", "0.27", "0.73"]  # the dog leads by 1 nat


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"general": [[1, 2]]}, r"general: expected shape \(2, 2\) for 3 words, got \(1, 2\)"),
        ({"location": [[1, 2]]}, r"location: expected shape \(3, 2\)"),
        ({"concat": ([[1, 2]], [[1, 2]], [1, 2])}, r"W of concat: expected shape \(2, 2\)"),
        ({"concat": ([[1, 2]], [[1, 2]], [math.nan])}, "v of concat: 1 of 1 numbers are NaN"),
        ({"angles": []}, "at least one of each"),
        ({"angles": ["north"]}, "angles: expected a number"),
        ({"lengths": [0.0]}, "lengths: expected a number above 0"),
        ({"exchange": (1, 1)}, "two different positions from 0 to 2"),
        ({"exchange": (0, 3)}, "two different positions from 0 to 2"),
    ],
)
def test_what_does_not_fit_into_the_plane_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        on_paper(**change)
    with pytest.raises(ValueError, match="query: expected a direction"):
        four_scores(WORDS, H, [0, 0], **PAPER)


def test_a_frame_weighs_two_kilobytes() -> None:
    page = Browser(on_paper(exchange=(0, 1)))
    for order in (0, 1):
        page.move(0, order)
        for angle in range(12):
            page.move(1, angle)
            assert len(page.frame().encode()) <= 2_000
