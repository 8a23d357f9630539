"""Where hard attention looked, and pictures under the captions' words."""

import re
from dataclasses import replace

import numpy as np
import pytest

from course_lib.corpora.pictures.captions import caption_pair, gold_regions
from course_lib.corpora.pictures.scenes import Scene, Shape
from course_lib.widgets import compare, step_through
from course_lib.widgets.frames import step_frame, step_sentence
from course_lib.widgets.views import view_of
from tests.oracles.traces import SOURCE, TARGET, random_trace
from tests.pages import Browser, shown, soup, texts

SCENE = Scene((Shape("triangle", "red", 2, 1, 7), Shape("square", "white", 20, 17, 9)))
PAIR = caption_pair(SCENE)
CELLS, SIDE = 8, 4


def caption_trace(**fields):
    """A trace of PAIR with random weights over the 64 cells, the end masked, and one weight that stands out."""
    trace = random_trace(
        (*PAIR.source, "</s>"), (*PAIR.target, "</s>"), links=gold_regions(PAIR), kind="picture", **fields
    )
    weights = np.where(np.arange(65) == 10, 0.64, 0.0) + np.full((len(trace.target), 65), 0.005)
    weights[:, 64] = 0
    weights[2] = 0
    weights[2, [42, 63]] = 0.75, 0.25
    return replace(trace, weights=weights)


# --- hard attention over words


@pytest.mark.parametrize("step", range(len(TARGET)))
def test_the_position_that_hard_attention_took_is_marked_in_words(step: int):
    positions = tuple((5 * i + 2) % len(SOURCE) for i in range(len(TARGET)))
    trace = random_trace(positions=positions)
    frame = soup(step_frame(trace, step))
    marked = [j for j, chip in enumerate(frame.select(".src > span")) if "◎ taken" in chip.get_text()]
    assert marked == [positions[step]]
    taken, weight = SOURCE[positions[step]], shown(trace.weights[step][positions[step]])
    assert step_sentence(trace, step).endswith(f"looks at ‘{taken}’ alone, of weight {weight}.")


def test_a_soft_look_takes_no_position():
    trace = random_trace()
    for soft in (trace, replace(trace, positions=(-1,) * len(TARGET))):
        frame = step_frame(soft, 3)
        assert "◎" not in frame and "alone" not in frame


# --- captions


def image_of(drawing) -> np.ndarray:
    """Return the colours (32, 32) that the SVG's strokes paint, as hex."""
    image = np.full((32, 32), "#000000")
    for path in drawing.select("path[stroke]"):
        for x, y, length in re.findall(r"M(\d+) (\d+)\.5h(\d+)", path["d"]):
            image[int(y), int(x) : int(x) + int(length)] = path["stroke"]
    return image


def test_the_picture_is_the_scene_pixel_by_pixel():
    expected = np.full((32, 32), "#000000")
    for shape, colour in zip(SCENE.shapes, ("#e51a1a", "#ffffff"), strict=True):
        expected[shape.mask()] = colour
    drawing = soup(view_of(caption_trace()).definitions())
    assert np.array_equal(image_of(drawing), expected)
    assert drawing.select_one("defs > g")["id"] == soup(step_frame(caption_trace(), 0)).use["href"].removeprefix("#")


def squares(frame) -> dict[tuple[int, int], float]:
    """Return the area of each square by the row and column of the cell in whose middle it stands."""
    (path,) = [p for p in frame.select("svg.picture path") if "fill-opacity" in p.get("style", "")]
    found = {}
    for x, y, side in re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)", path["d"]):
        middle = [(float(value) + float(side) / 2) / SIDE - 0.5 for value in (y, x)]
        found[round(middle[0]), round(middle[1])] = (float(side) / SIDE) ** 2
        np.testing.assert_allclose(middle, np.round(middle), atol=0.02)
    return found


def test_a_weight_is_a_square_of_its_area_in_its_own_cell():
    frame = soup(step_frame(caption_trace(), 2))
    found = squares(frame)
    assert set(found) == {(5, 2), (7, 7)}
    assert found[5, 2] == pytest.approx(0.75, abs=0.03) and found[7, 7] == pytest.approx(0.25, abs=0.03)


def test_what_the_word_names_is_outlined_and_nothing_else():
    for step, word in enumerate(PAIR.target):
        frame = soup(step_frame(caption_trace(), step))
        dashes = frame.select("path[stroke-dasharray]")
        assert bool(dashes) == bool({word} & {"red", "triangle", "white", "square"})
        assert bool(dashes) == ("dashed line" in frame.select_one(".side").get_text())
        if not dashes:
            continue
        # a point lies inside the outline if a ray from it crosses the outline's upright lines an odd number of times
        upright = [tuple(map(int, m)) for m in re.findall(r"M(\d+) (\d+)v4", dashes[0]["d"])]
        inside = {
            (row, column)
            for row in range(CELLS)
            for column in range(CELLS)
            if sum(y == SIDE * row and x <= SIDE * column for x, y in upright) % 2
        }
        assert inside == {(j // CELLS, j % CELLS) for j, i in gold_regions(PAIR) if i == step}
        level = [tuple(map(int, m)) for m in re.findall(r"M(\d+) (\d+)h4", dashes[0]["d"])]
        columns = {column for _, column in inside}
        assert len(level) == 2 * len(columns)  # these regions have no hole: a top and a bottom for each column


def test_a_caption_says_row_and_column_counted_from_one():
    said = step_sentence(caption_trace(), 2)
    assert said.startswith(
        f"Step 3 of {len(PAIR.target) + 1}: writing ‘{PAIR.target[2]}’; looks at row 6, column 3 0.75"
    )
    assert said.endswith(" and row 8, column 8 0.25.")
    hard = caption_trace(positions=(10,) * (len(PAIR.target) + 1))
    assert step_sentence(hard, 0).endswith("looks at row 2, column 3 alone, of weight 0.65.")
    ring = soup(step_frame(hard, 0)).select("svg.picture circle")
    assert {(float(c["cx"]) // SIDE, float(c["cy"]) // SIDE) for c in ring} == {(2, 1)}
    assert "ring: the one place looked at" in soup(step_frame(hard, 0)).get_text()
    assert not soup(step_frame(caption_trace(), 0)).select("svg.picture circle")


def test_no_cell_of_a_picture_is_read_out_as_a_word():
    trace = caption_trace()
    player = compare({"soft": trace, "hard": replace(trace, positions=(10,) * len(trace.target))}, over="Attention")
    page = Browser(player)
    for place in (0, 1):
        page.move(0, place)
        for step in range(len(trace.target)):
            page.move(1, step)
            assert "red:" not in page.frame()
            label = soup(page.frame()).select_one("svg.picture")["aria-label"]
            assert label == f"The picture, with the weights of step {step + 1} as squares"
    assert "red:" not in player.static and "red:" not in step_through(trace).summary
    pictures = soup(step_through(trace).static).select("svg")
    assert len(pictures) == len(trace.target)
    assert all(np.array_equal(image_of(picture), image_of(pictures[0])) for picture in pictures)


def test_a_caption_weighs_little():
    trace = caption_trace()
    assert max(len(step_frame(trace, i)) for i in range(len(trace.target))) < 5_000
    assert texts(soup(step_frame(trace, 1)), ".tgt bdi") == [*PAIR.target, "</s>"]
