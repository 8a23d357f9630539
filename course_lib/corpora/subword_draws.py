"""Words taken apart at random: subword regularisation. Chapter 14.

A unigram model knows many ways to take a word apart, with their probabilities. A translator that always reads the best
one may learn by heart that *herunter* is one piece, and nothing of what is in it. Kudo (2018, section 2.1) draws
another way each time a sentence is read: few sentences then look like many, and a rare word is read in more pieces.
"""

from collections.abc import Sequence
from functools import partial
from math import exp
from random import Random

from course_lib.corpora.pairs import SentencePair
from course_lib.corpora.subwords import Subwords, in_pieces
from course_lib.options import check_count, check_number, check_seed


def draw_pieces(word: str, model: Subwords, alpha: float, random: Random) -> tuple[str, ...]:
    """Return the pieces of ``word``, drawn from its likeliest ways with probability proportional to P(way) ** alpha.

    Kudo (2018), section 3.3, there for a whole sentence; here for a word, so that words keep their limits. With
    ``alpha=0`` all ways are as likely, and the larger it is, the surer the best one. ValueError as of
    :meth:`~course_lib.corpora.subwords.Subwords.ways`.
    """
    ways = model.ways(word)
    return random.choices([way for way, _ in ways], [exp(alpha * nats) for _, nats in ways])[0]


def drawn_pairs(
    pairs: Sequence[SentencePair], source: Subwords, target: Subwords, copies: int, alpha: float, seed: int
) -> tuple[SentencePair, ...]:
    """Return all ``pairs`` in pieces, and again, ``copies`` times in all, every word drawn anew each time.

    A function of ``seed``; each piece inherits the links of its word. The paper draws whenever a sentence is read, here
    a pair comes back after ``copies`` readings. ValueError for ``copies`` below 1 and ``alpha`` below 0.
    """
    check_count("copies", copies)
    check_number("alpha", alpha, least=0)
    random = Random(check_seed(seed))
    of_source, of_target = (partial(draw_pieces, model=model, alpha=alpha, random=random) for model in (source, target))
    return tuple(in_pieces(pair, of_source, of_target) for _ in range(copies) for pair in pairs)
