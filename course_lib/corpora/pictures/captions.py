"""Captions as translations: a scene in words, its caption, and which cells each word speaks of. Chapter 10."""

from collections.abc import Sequence

from course_lib.corpora.pairs import Link, ParallelCorpus, SentencePair
from course_lib.corpora.pictures.cells import picture_words
from course_lib.corpora.pictures.scenes import COLOURS, SHAPE_KINDS, Scene, draw_scenes
from course_lib.corpora.splitting import Splitting


def caption_pair(scene: Scene) -> SentencePair:
    """Return a scene in words and its caption, as source and target."""
    return SentencePair(picture_words(scene), scene.caption)


def caption_corpus(size: int = 10_000, seed: int = 1, most: int = 3) -> ParallelCorpus:
    """Return ``size`` scenes of 1 to ``most`` shapes to train on, 500 each to validate and test.

    See :func:`course_lib.corpora.pictures.scenes.draw_scenes`.
    """
    scenes = draw_scenes(size, seed, most)
    splits = (tuple(map(caption_pair, split)) for split in (scenes.train, scenes.validation, scenes.test))
    return ParallelCorpus("scenes", "pictures", "English", *splits, target_splitting=Splitting())


def gold_regions(pair: SentencePair) -> frozenset[Link]:
    """Return the (cell, word) links of a picture and its caption: which cells show what each word names.

    A colour is linked to all cells of that colour, a kind of shape to those of the colour before it;
    the other words name nothing that stands in one place. They are :meth:`Scene.regions` read from
    the words of the pair.
    """
    cells = {colour: [j for j, word in enumerate(pair.source) if word.startswith(f"{colour}:")] for colour in COLOURS}
    return frozenset((j, i) for i, _, colour in naming(pair.target) for j in cells[colour])


def naming(caption: Sequence[str]) -> list[tuple[int, str, str]]:
    """Return (place, "colour" or "kind", colour) for each word that names something to see."""
    found, colour = [], ""
    for i, word in enumerate(caption):
        if word in COLOURS:
            colour = word
            found.append((i, "colour", colour))
        elif word in SHAPE_KINDS and colour:
            found.append((i, "kind", colour))
    return found
