"""Pictures of coloured shapes, each with a caption and the place that every word of it speaks of. Chapter 10.

The data of a captioner small enough to train in a lesson, in the place of Flickr and COCO in Xu et al.
(2015), Show, attend and tell. Nobody has to judge by eye where the model looks: the gold regions are known.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import combinations, pairwise

import numpy as np

from course_lib.corpora.splits import HELD_OUT, draw_splits
from course_lib.options import check_count, check_seed
from course_lib.shapes import Bool, Float

SIDE, CELL = 32, 4
"""Pixels of a picture's side, and of a cell of the grid that regions and attention are given on."""
GRID = SIDE // CELL
SHAPE_KINDS = ("circle", "square", "triangle")
COLOURS = {
    "red": (0.9, 0.1, 0.1),
    "green": (0.1, 0.8, 0.2),
    "blue": (0.1, 0.3, 1.0),
    "yellow": (1.0, 0.9, 0.1),
    "purple": (0.6, 0.1, 0.8),
    "white": (1.0, 1.0, 1.0),
}
SHAPE_SIZES = (6, 9)  # pixels, smallest and largest
_MARGIN = 3  # pixels by which one of "left of" and "above" is the better word


@dataclass(frozen=True)
class Shape:
    """A shape of ``size`` × ``size`` pixels, whose first pixel is in row ``top``, column ``left``."""

    kind: str
    colour: str
    top: int
    left: int
    size: int

    def mask(self) -> Bool[np.ndarray, "32 32"]:
        """Return the pixels that the shape covers."""
        mask = np.zeros((SIDE, SIDE), dtype=bool)
        mask[self.top : self.top + self.size, self.left : self.left + self.size] = _stencil(self.kind, self.size)
        return mask

    def box(self) -> tuple[int, int, int, int]:
        """Return the first and the last row, the first and the last column of cells it may reach."""
        bottom, right = self.top + self.size - 1, self.left + self.size - 1
        return self.top // CELL, bottom // CELL, self.left // CELL, right // CELL


@dataclass(frozen=True)
class Scene:
    """One to three shapes in the order of the caption, which begins at the top left."""

    shapes: tuple[Shape, ...]

    @property
    def caption(self) -> tuple[str, ...]:
        """The words, such as "a red circle left of a blue square"."""
        return tuple(word for word, _ in self._named())

    def image(self) -> Float[np.ndarray, "3 32 32"]:
        """Return float32 in [0, 1]: red, green and blue of each pixel, on black."""
        image = np.zeros((3, SIDE, SIDE), dtype=np.float32)
        for shape in self.shapes:
            image[:, shape.mask()] = np.array(COLOURS[shape.colour], dtype=np.float32)[:, None]
        return image

    def regions(self) -> Bool[np.ndarray, "T 8 8"]:
        """Return the cells of the grid that show what each word names.

        Colours and kinds have the cells of their shape. All others ("a", "left", "of", "above") name
        nothing that stands in one place: all False.
        """
        regions = np.zeros((len(self.caption), GRID, GRID), dtype=bool)
        for position, (_, shape) in enumerate(self._named()):
            if shape is not None:
                regions[position] = shape.mask().reshape(GRID, CELL, GRID, CELL).any(axis=(1, 3))
        return regions

    def _named(self) -> Iterator[tuple[str, Shape | None]]:
        """Yield each word with the shape that it names, or None."""
        for number, shape in enumerate(self.shapes):
            if number:
                yield from ((word, None) for word in _relation(self.shapes[number - 1], shape).split())
            yield "a", None
            yield shape.colour, shape
            yield shape.kind, shape


@dataclass(frozen=True)
class Scenes:
    """Three splits; no scene, and none that is the same up to a shift within the cells, stands in two."""

    train: tuple[Scene, ...]
    validation: tuple[Scene, ...]
    test: tuple[Scene, ...]


def draw_scenes(size: int = 10_000, seed: int = 1, most: int = 3) -> Scenes:
    """Draw ``size`` training scenes and 500 each to validate and test, of 1 to ``most`` shapes.

    Shapes of a scene differ in colour and share no cell of the grid. The same options give the same
    scenes; no seed trains on what another one tests on. ValueError for an option out of range.
    """
    check_count("most", most, most=3)
    check_seed(seed)

    def stream() -> Iterator[tuple[tuple[str, ...], tuple[str, ...], partial[Scene]]]:
        numbers = random.Random(seed)
        while True:
            shapes = _draw(numbers, numbers.randint(1, most))
            exact = tuple(f"{s.colour} {s.kind} {s.top} {s.left} {s.size}" for s in shapes)
            coarse = tuple(f"{s.colour} {s.kind} {s.top // CELL} {s.left // CELL}" for s in shapes)
            yield exact, coarse, partial(Scene, shapes)

    return Scenes(*draw_splits(stream(), size, HELD_OUT))


def images(scenes: Sequence[Scene]) -> Float[np.ndarray, "B 3 32 32"]:
    """Return float32: the pictures of many scenes."""
    return np.stack([scene.image() for scene in scenes])


def _draw(numbers: random.Random, count: int) -> tuple[Shape, ...]:
    """Return ``count`` shapes from the top left to the bottom right, drawn again while they come too close."""
    while True:
        shapes = sorted((_draw_shape(numbers, c) for c in numbers.sample(tuple(COLOURS), count)), key=_diagonal)
        apart = not any(_share_cell(*pair) for pair in combinations(shapes, 2))
        if apart and all(_is_clear(*pair) for pair in pairwise(shapes)):
            return tuple(shapes)


def _draw_shape(numbers: random.Random, colour: str) -> Shape:
    size = numbers.randint(*SHAPE_SIZES)
    top, left = (numbers.randint(0, SIDE - size) for _ in range(2))
    return Shape(numbers.choice(SHAPE_KINDS), colour, top, left, size)


def _diagonal(shape: Shape) -> float:
    return sum(_centre(shape))


def _centre(shape: Shape) -> tuple[float, float]:
    return shape.left + shape.size / 2, shape.top + shape.size / 2


def _offset(first: Shape, second: Shape) -> tuple[float, float]:
    """Return how far ``second`` is to the right of ``first``, and how far below it."""
    (x, y), (other_x, other_y) = _centre(first), _centre(second)
    return other_x - x, other_y - y


def _is_clear(first: Shape, second: Shape) -> bool:
    right, down = _offset(first, second)
    return abs(abs(right) - abs(down)) >= _MARGIN


def _relation(first: Shape, second: Shape) -> str:
    """Return the larger of the two distances in words.

    In the order of x + y the larger one is never to the left or up: two relations are enough, and
    each picture has one caption.
    """
    right, down = _offset(first, second)
    return "left of" if abs(right) > abs(down) else "above"


def _share_cell(first: Shape, second: Shape) -> bool:
    top, bottom, left, right = first.box()
    other_top, other_bottom, other_left, other_right = second.box()
    return top <= other_bottom and other_top <= bottom and left <= other_right and other_left <= right


@cache
def _stencil(kind: str, size: int) -> Bool[np.ndarray, "_ _"]:
    """Return (size, size): the pixels of a shape in its own square."""
    rows, columns = np.mgrid[0:size, 0:size] + 0.5
    middle = size / 2
    if kind == "circle":
        return (rows - middle) ** 2 + (columns - middle) ** 2 <= middle**2
    if kind == "triangle":
        return abs(columns - middle) <= rows / 2
    return np.ones((size, size), dtype=bool)
