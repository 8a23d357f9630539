"""A picture written down as a sentence of 64 words, one a cell of the grid. Chapter 10.

The word of a cell says all of its pixels, ``red:0137`` a red corner, ``-`` black. So a scene and its
caption are a sentence pair like any other: batches, training, search, scores and traces need to know
nothing of pictures, and source position j of a weight is cell (j // 8, j % 8) of the grid. The
encoder, :class:`~course_lib.encoders.grid.GridEncoder`, lays the pixels out again.
"""

import numpy as np

from course_lib.corpora.pictures.scenes import CELL, COLOURS, GRID, SHAPE_KINDS, SHAPE_SIZES, Scene, Shape
from course_lib.shapes import Bool, Float
from course_lib.vocabulary import SPECIAL_TOKENS, Vocabulary

EMPTY = "-"
_BITS = CELL * CELL


def picture_words(scene: Scene) -> tuple[str, ...]:
    """Return the 64 words of a picture, row by row: colour and covered pixels of each cell, ``-`` for black."""
    words = [EMPTY] * GRID**2
    for shape in scene.shapes:
        for cell, covered in enumerate(_in_cells(shape.mask())):
            if covered.any():  # shapes share no cell
                words[cell] = _word(shape.colour, covered)
    return tuple(words)


def cell_pixels(word: str) -> Float[np.ndarray, "3 4 4"]:
    """Return float32: red, green and blue of the cell that ``word`` writes down.

    ValueError for a word that is none of :func:`picture_words`.
    """
    colour, _, covered = word.partition(":")
    if word == EMPTY:
        return np.zeros((3, CELL, CELL), dtype=np.float32)
    if colour not in COLOURS or len(covered) != _BITS // 4 or not set(covered) <= set("0123456789abcdef"):
        raise ValueError(
            f"{word!r} is no cell of a picture: expected {EMPTY!r}, or a colour and {_BITS // 4} hexadecimal digits "
            "such as 'red:0137'. Pictures come from caption_corpus(), their vocabulary from cell_vocabulary()."
        )
    mask = np.array([bit == "1" for bit in f"{int(covered, 16):0{_BITS}b}"]).reshape(CELL, CELL)
    return mask * np.array(COLOURS[colour], dtype=np.float32)[:, None, None]


def cell_vocabulary() -> Vocabulary:
    """Return all words that a picture can be written with, whatever has been drawn."""
    shapes = (
        Shape(kind, "red", top, left, size)
        for kind in SHAPE_KINDS
        for size in range(SHAPE_SIZES[0], SHAPE_SIZES[1] + 1)
        for top in range(CELL)
        for left in range(CELL)
    )
    seen = {_word("", covered) for shape in shapes for covered in _in_cells(shape.mask()) if covered.any()}
    return Vocabulary((*SPECIAL_TOKENS, EMPTY, *(colour + bits for colour in COLOURS for bits in sorted(seen))))


def _in_cells(mask: Bool[np.ndarray, "32 32"]) -> Bool[np.ndarray, "64 4 4"]:
    """Cut a picture into cells, row by row."""
    return mask.reshape(GRID, CELL, GRID, CELL).swapaxes(1, 2).reshape(-1, CELL, CELL)


def _word(colour: str, covered: Bool[np.ndarray, "4 4"]) -> str:
    bits = "".join("1" if pixel else "0" for pixel in covered.flat)
    return f"{colour}:{int(bits, 2):0{_BITS // 4}x}"
