"""Captions as translations: a picture is written down as a sentence of 64 words, one a cell. Chapter 10.

The word of a cell says all of its pixels, ``red:0137`` a red corner, ``-`` black. So a scene and its
caption are a sentence pair like any other: batches, training, search, scores and traces need to know
nothing of pictures, and source position j of a weight is cell (j // 8, j % 8) of the grid. The
encoder, :class:`~course_lib.grid_encoder.GridEncoder`, lays the pixels out again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from course_lib.corpora.pairs import Link, ParallelCorpus, SentencePair
from course_lib.metrics import AlignmentScore, Score, aer
from course_lib.scenes import CELL, COLOURS, GRID, KINDS, SIZES, Scene, Shape, draw_scenes
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


def cell_pixels(word: str) -> np.ndarray:
    """Return (3, 4, 4) float32: red, green and blue of the cell that ``word`` writes down.

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
        for kind in KINDS
        for size in range(SIZES[0], SIZES[1] + 1)
        for top in range(CELL)
        for left in range(CELL)
    )
    seen = {_word("", covered) for shape in shapes for covered in _in_cells(shape.mask()) if covered.any()}
    return Vocabulary((*SPECIAL_TOKENS, EMPTY, *(colour + bits for colour in COLOURS for bits in sorted(seen))))


def caption_pair(scene: Scene) -> SentencePair:
    """Return a scene in words and its caption, as source and target."""
    return SentencePair(picture_words(scene), scene.caption)


def caption_corpus(size: int = 10_000, seed: int = 1, most: int = 3) -> ParallelCorpus:
    """Return ``size`` scenes of 1 to ``most`` shapes to train on, 500 each to validate and test.

    See :func:`course_lib.scenes.draw_scenes`.
    """
    scenes = draw_scenes(size, seed, most)
    splits = (tuple(map(caption_pair, split)) for split in (scenes.train, scenes.validation, scenes.test))
    return ParallelCorpus("scenes", "pictures", "English", *splits)


def gold_regions(pair: SentencePair) -> frozenset[Link]:
    """Return the (cell, word) links of a picture and its caption: which cells show what each word names.

    A colour is linked to all cells of that colour, a kind of shape to those of the colour before it;
    the other words name nothing that stands in one place. They are :meth:`Scene.regions` read from
    the words of the pair.
    """
    cells = {colour: [j for j, word in enumerate(pair.source) if word.startswith(f"{colour}:")] for colour in COLOURS}
    return frozenset((j, i) for i, _, colour in _naming(pair.target) for j in cells[colour])


@dataclass(frozen=True)
class RegionScores:
    """Where a captioner looks while it writes the right words: per cent of words, and as alignment.

    A word is right if its largest weight lies in its gold region. ``alignment`` takes the regions for
    possible links and has no sure ones, so that AER = 1 − precision over colours and kinds.
    """

    colours: Score
    kinds: Score
    alignment: AlignmentScore

    def __str__(self) -> str:
        return "\n".join(map(str, (self.colours, self.kinds, self.alignment)))


def score_regions(pairs: Sequence[SentencePair], weights: Iterable[np.ndarray]) -> RegionScores:
    """Compare weights (T, S), one array a pair, with the gold regions; row i served to predict word i."""
    hits: dict[str, list[bool]] = {"colour": [], "kind": []}
    links, regions = [], []
    for pair, rows in zip(pairs, weights, strict=True):
        gold = gold_regions(pair)
        looks = {i: (int(rows[i].argmax()), i) for i, _, _ in _naming(pair.target)}
        for i, sort, _ in _naming(pair.target):
            hits[sort].append(looks[i] in gold)
        links.append(frozenset(looks.values()))
        regions.append(gold)

    def share(sort: str) -> Score:
        return Score(100 * float(np.mean(hits[sort])), len(hits[sort]), f"looks inside the region, % of {sort} words")

    return RegionScores(share("colour"), share("kind"), aer(links, [frozenset()] * len(links), regions))


def _naming(caption: Sequence[str]) -> list[tuple[int, str, str]]:
    """Return (place, "colour" or "kind", colour) for each word that names something to see."""
    found, colour = [], ""
    for i, word in enumerate(caption):
        if word in COLOURS:
            colour = word
            found.append((i, "colour", colour))
        elif word in KINDS and colour:
            found.append((i, "kind", colour))
    return found


def _in_cells(mask: np.ndarray) -> np.ndarray:
    """Cut (32, 32) into cells: (64, 4, 4), row by row."""
    return mask.reshape(GRID, CELL, GRID, CELL).swapaxes(1, 2).reshape(-1, CELL, CELL)


def _word(colour: str, covered: np.ndarray) -> str:
    bits = "".join("1" if pixel else "0" for pixel in covered.flat)
    return f"{colour}:{int(bits, 2):0{_BITS // 4}x}"
