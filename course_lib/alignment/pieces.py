"""From weights between pieces to weights between words. Chapter 14."""

from collections.abc import Sequence

import numpy as np

from course_lib.corpora.splitting import START
from course_lib.shapes import Float
from course_lib.vocabulary import EOS_TOKEN


def word_places(pieces: Sequence[str]) -> list[list[int]]:
    """Return the positions of the pieces of each word; ``</s>`` is a word of its own.

    ValueError where there are none, or the first does not begin a word.
    """
    if not pieces or not (pieces[0].startswith(START) or pieces[0] == EOS_TOKEN):
        raise ValueError(f"pieces: expected the first to begin a word, as {START!r} says, got {list(pieces[:5])}.")
    words: list[list[int]] = []
    for place, piece in enumerate(pieces):
        if piece.startswith(START) or piece == EOS_TOKEN:
            words.append([])
        words[-1].append(place)
    return words


def whole_words(pieces: Sequence[str]) -> tuple[str, ...]:
    """Return the words that ``pieces`` spell, with ``</s>`` as a word of its own where it is the last piece.

    ValueError where there are none, or the first does not begin a word.
    """
    return tuple("".join(pieces[place] for place in word).removeprefix(START) for word in word_places(pieces))


def word_weights(
    weights: Float[np.ndarray, "T S"], source: Sequence[str], target: Sequence[str]
) -> Float[np.ndarray, "_ _"]:
    """Return the weights of whole words: attention between subwords, put together.

    ``weights`` is T × S, a row for each piece of ``target``, a column for each of ``source``; ``</s>`` is a word of its
    own. A source word gets the **sum** of what its pieces get, for each of them is a place to look at; a target
    word looks where its pieces look in the **mean**, for they are steps one after another. So each row adds up to 1
    still. Words of one piece keep their weights. ValueError for shapes that do not fit, and where the first
    piece does not begin a word.
    """
    weights = np.asarray(weights)
    if weights.shape != (len(target), len(source)):
        raise ValueError(
            f"weights: expected {len(target)} × {len(source)}, a row for each target piece and a column for each "
            f"source piece, got {' × '.join(map(str, weights.shape))}."
        )
    columns = np.stack([weights[:, word].sum(axis=1) for word in word_places(source)], axis=1)  # (T, words)
    return np.stack([columns[word].mean(axis=0) for word in word_places(target)])
