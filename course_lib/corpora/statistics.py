"""What is in a corpus, in numbers: sizes, words, lengths, how its links cross. The page of the corpora."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from course_lib.corpora.pairs import Link, ParallelCorpus, SentencePair


@dataclass(frozen=True)
class Side:
    """One language of a corpus: its tokens, its word types, and how many sentences have each length."""

    language: str
    tokens: int
    types: int
    lengths: dict[int, int]

    @property
    def mean_length(self) -> float:
        """Words a sentence, punctuation among them."""
        return self.tokens / sum(self.lengths.values())


@dataclass(frozen=True)
class Statistics:
    """A corpus in numbers; all but ``sizes`` are of the training split.

    ``crossing`` is the per cent of sure links that cross another one, ``reach`` how far the sure
    links of a target word lie from its own place, in source words: the mean over links of |j − i|.
    Both are ``None`` where no pair has links.
    """

    name: str
    sizes: tuple[int, int, int]
    source: Side
    target: Side
    crossing: float | None
    reach: float | None


def statistics(corpus: ParallelCorpus) -> Statistics:
    """Count ``corpus``; ValueError where its training split is empty."""
    if not corpus.train:
        raise ValueError(f"{corpus.name}: the training split holds no pairs, so there is nothing to count.")
    linked = [pair.sure for pair in corpus.train if pair.sure]
    distances = [abs(j - i) for links in linked for j, i in links]
    return Statistics(
        corpus.name,
        (len(corpus.train), len(corpus.validation), len(corpus.test)),
        _side(corpus.source_language, [pair.source for pair in corpus.train]),
        _side(corpus.target_language, [pair.target for pair in corpus.train]),
        crossing_share(corpus.train) if linked else None,
        sum(distances) / len(distances) if linked else None,
    )


def crossing_share(pairs: Sequence[SentencePair]) -> float:
    """Return the per cent of sure links that cross another one of their pair.

    Links (j, i) and (j′, i′) cross if (j − j′)(i − i′) < 0. ValueError where no pair has a sure link.
    """
    links = [sorted(pair.sure or ()) for pair in pairs]
    total = sum(map(len, links))
    if not total:
        raise ValueError("No pair has a sure link: nothing can cross.")
    return 100 * sum(map(_crossed, links)) / total


def _crossed(links: Sequence[Link]) -> int:
    return sum(any((j - jj) * (i - ii) < 0 for jj, ii in links) for j, i in links)


def _side(language: str, sentences: Sequence[tuple[str, ...]]) -> Side:
    words = Counter(word for sentence in sentences for word in sentence)
    return Side(language, words.total(), len(words), dict(sorted(Counter(map(len, sentences)).items())))
