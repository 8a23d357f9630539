"""A corpus so small that a model learns it within a test: sentences of letters, to be copied."""

from random import Random

from course_lib.corpora.pairs import ParallelCorpus, SentencePair
from course_lib.vocabulary import Vocabulary

LETTERS = "abcdefgh"
VOCABULARY = Vocabulary.build([tuple(LETTERS)])


def copying_pairs(count: int, seed: int, lengths: tuple[int, int] = (2, 5)) -> tuple[SentencePair, ...]:
    """Return sentences to be copied: target word i is source word i; gold links on the diagonal."""
    draw, found = Random(seed), {}
    while len(found) < count:
        words = tuple(draw.choices(LETTERS, k=draw.randint(*lengths)))
        links = frozenset((k, k) for k in range(len(words)))
        found[words] = SentencePair(words, words, links, links)
    return tuple(found.values())


ALL = copying_pairs(120, seed=0)
CORPUS = ParallelCorpus("copying", "letters", "letters", ALL[:90], ALL[90:105], ALL[105:])
