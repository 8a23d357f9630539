"""Pictures whose captions are true and whose regions show what the words name. Chapter 10."""

from itertools import pairwise

import numpy as np
import pytest

from course_lib.corpora.pictures.scenes import COLOURS, SHAPE_KINDS, Scene, Scenes, Shape, draw_scenes, images

SCENES = draw_scenes(2000, seed=1)
EVERY = (*SCENES.train, *SCENES.validation, *SCENES.test)


def coloured(image: np.ndarray, colour: str) -> np.ndarray:
    """(32, 32) bool: the pixels of one colour, read from the picture alone."""
    return np.all(np.isclose(image, np.array(COLOURS[colour])[:, None, None], atol=1e-6), axis=0)


def enlarged(region: np.ndarray) -> np.ndarray:
    """(32, 32) bool: the pixels of the cells of a region."""
    return np.kron(region, np.ones((4, 4))).astype(bool)


def test_a_picture_is_float32_with_three_channels_and_no_pixel_is_of_a_colour_of_its_own() -> None:
    scene = EVERY[0]
    assert scene.image().shape == (3, 32, 32) and scene.image().dtype == np.float32
    for scene in EVERY[:300]:
        image = scene.image()
        named = [word for word in scene.caption if word in COLOURS]
        parts = sum(coloured(image, colour).astype(int) for colour in named) + ~image.any(axis=0)
        assert (parts == 1).all()
    assert np.array_equal(images(EVERY[:5])[3], EVERY[3].image())


def test_the_region_of_a_colour_and_of_its_shape_hold_all_its_pixels_and_no_others() -> None:
    for scene in EVERY[:600]:
        image, caption, regions = scene.image(), scene.caption, scene.regions()
        assert regions.shape == (len(caption), 8, 8) and regions.dtype == bool
        for position, word in enumerate(caption):
            if word not in COLOURS:
                continue
            pixels = coloured(image, word)
            inside = enlarged(regions[position])
            assert pixels.any() and (pixels <= inside).all()  # every pixel of the colour is inside
            assert not (image.any(axis=0) & inside & ~pixels).any()  # and nothing else is
            cells = pixels.reshape(8, 4, 8, 4).any(axis=(1, 3))
            assert np.array_equal(cells, regions[position])  # no cell is empty
            assert caption[position + 1] in SHAPE_KINDS and np.array_equal(regions[position + 1], cells)


def test_words_that_name_nothing_to_see_have_no_region() -> None:
    for scene in EVERY[:300]:
        for word, region in zip(scene.caption, scene.regions(), strict=True):
            assert region.any() == (word in COLOURS or word in SHAPE_KINDS)


def test_left_of_is_left_and_above_is_above_in_the_pixels() -> None:
    seen = set()
    for scene in EVERY:
        image, caption = scene.image(), scene.caption
        colours = [word for word in caption if word in COLOURS]
        relations = [word for word in caption if word in ("left", "above")]
        assert len(relations) == len(colours) - 1
        for (first, second), relation in zip(pairwise(colours), relations, strict=True):
            axis = 1 if relation == "left" else 0
            one, two = (np.argwhere(coloured(image, colour))[:, axis] for colour in (first, second))
            assert one.max() < two.min()
        seen.add((len(colours), *relations))
    assert len(seen) == 1 + 2 + 4


def test_the_kind_in_the_caption_is_the_kind_in_the_picture() -> None:
    """Told by the share of its square that it covers: a square all, a circle π/4, a triangle about half."""
    found: dict[str, list[float]] = {kind: [] for kind in SHAPE_KINDS}
    for scene in EVERY[:600]:
        image, caption = scene.image(), scene.caption
        for colour, kind in pairwise(caption):
            if colour in COLOURS:
                places = np.argwhere(coloured(image, colour))
                height, width = places.max(axis=0) - places.min(axis=0) + 1
                found[kind].append(len(places) / (height * width))
    assert min(found["square"]) == 1
    assert 0.7 < min(found["circle"]) <= max(found["circle"]) < 0.95
    assert 0.45 < min(found["triangle"]) <= max(found["triangle"]) < 0.68


def test_one_picture_has_one_caption_whatever_the_order_of_drawing() -> None:
    """The caption begins where x + y is smallest and goes on in that order."""
    for scene in EVERY:
        centres = [2 * shape.left + 2 * shape.top + 2 * shape.size for shape in scene.shapes]
        assert centres == sorted(centres) and len(set(centres)) == len(centres)
        assert len({shape.colour for shape in scene.shapes}) == len(scene.shapes)


def test_a_caption_reads_as_it_should() -> None:
    red, blue = Shape("circle", "red", 10, 2, 8), Shape("square", "blue", 8, 20, 9)
    green = Shape("triangle", "green", 24, 22, 6)
    assert " ".join(Scene((red,)).caption) == "a red circle"
    words = "a red circle left of a blue square above a green triangle"
    assert " ".join(Scene((red, blue, green)).caption) == words
    region = Scene((red, blue)).regions()[6]
    assert [tuple(map(int, cell)) for cell in np.argwhere(region)] == [
        (row, column) for row in (2, 3, 4) for column in (5, 6, 7)
    ]


def everything(scenes: Scenes) -> list[set[Scene]]:
    return [set(split) for split in (scenes.train, scenes.validation, scenes.test)]


def test_scenes_are_as_many_as_asked_for_the_same_each_time_and_never_twice() -> None:
    assert [len(split) for split in everything(SCENES)] == [2000, 500, 500]
    assert draw_scenes(2000, seed=1) == SCENES != draw_scenes(2000, seed=2)
    counts = [len(scene.shapes) for scene in SCENES.train]
    assert min(counts.count(n) for n in (1, 2, 3)) > 600  # no count is drawn away
    assert {len(scene.shapes) for scene in draw_scenes(100, most=2).train} == {1, 2}


def cells(scene: Scene) -> tuple[tuple[object, ...], ...]:
    return tuple((s.kind, s.colour, s.top // 4, s.left // 4) for s in scene.shapes)


def test_no_split_holds_a_scene_of_another_one_not_even_shifted_by_a_pixel() -> None:
    other = draw_scenes(2000, seed=2)
    for train in (SCENES.train, other.train):
        for held_out in (SCENES.validation, SCENES.test, other.validation, other.test):
            assert set(map(cells, train)).isdisjoint(map(cells, held_out))
    assert set(map(cells, SCENES.validation)).isdisjoint(map(cells, SCENES.test))


@pytest.mark.parametrize("options", [{"most": 0}, {"most": 4}, {"size": 0}])
def test_options_out_of_range_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="expected"):
        draw_scenes(**options)
