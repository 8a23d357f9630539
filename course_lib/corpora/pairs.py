"""What every corpus is made of: pairs of sentences, some with gold word links. Every chapter."""

from dataclasses import dataclass, field

from course_lib.corpora.splitting import GIVEN, SOURCE_SPLITTING, TARGET_SPLITTING, Splitting
from course_lib.vocabulary import Vocabulary, check_no_reserved

Link = tuple[int, int]
"""(source position j, target position i), both counted from 0."""


class CorpusError(ValueError):
    """A corpus file that is not there, or does not hold what it should."""


@dataclass(frozen=True)
class SentencePair:
    """A source sentence and its translation, as words; ``sure`` and ``possible`` are gold links.

    Links are ``None`` where nobody has aligned the pair. Sure links are possible ones too, as in
    Och & Ney (2003). ValueError for an empty side, a reserved token among the words, or a link that
    leaves the sentence.
    """

    source: tuple[str, ...]
    target: tuple[str, ...]
    sure: frozenset[Link] | None = None
    possible: frozenset[Link] | None = None

    def __post_init__(self) -> None:
        if not self.source or not self.target:
            raise ValueError(f"Both sides of a pair need a word; got {self.source!r} and {self.target!r}.")
        check_no_reserved(self.source)
        check_no_reserved(self.target)
        if (self.sure is None) != (self.possible is None):
            raise ValueError("Give sure and possible links together, or neither.")
        if self.sure is None or self.possible is None:
            return
        if self.sure is not self.possible and not self.sure <= self.possible:
            raise ValueError(f"Sure links must be among the possible ones; extra: {self.sure - self.possible}.")
        source_length, target_length = len(self.source), len(self.target)
        for j, i in self.possible:
            if not (0 <= j < source_length and 0 <= i < target_length):
                raise ValueError(
                    f"Link ({j}, {i}) leaves the sentence: the source has positions 0 to {source_length - 1}, "
                    f"the target 0 to {target_length - 1}."
                )


@dataclass(frozen=True)
class ParallelCorpus:
    """Three splits of sentence pairs; no source sentence stands in more than one of them.

    ``note`` says what the reader of a file left out, if anything; the two splittings, how the sentences
    of each side became words. They are functions: ``corpus.source_splitting(text)`` gives the words of a
    new sentence as the corpus has them.
    ValueError where a source sentence of the training split also stands in another split: scores
    on such a split measure memory.
    """

    name: str
    source_language: str
    target_language: str
    train: tuple[SentencePair, ...]
    validation: tuple[SentencePair, ...]
    test: tuple[SentencePair, ...]
    note: str = field(default="", kw_only=True)
    source_splitting: Splitting = field(default=GIVEN, kw_only=True)
    target_splitting: Splitting = field(default=GIVEN, kw_only=True)

    def __post_init__(self) -> None:
        train, validation, test = (
            {pair.source for pair in split} for split in (self.train, self.validation, self.test)
        )
        leaked = train & validation or train & test or validation & test
        if leaked:
            raise ValueError(
                f"{self.name}: {len(leaked)} source sentence(s) stand in two splits, for example "
                f"{' '.join(next(iter(leaked)))!r}. Split by source sentence, not by line."
            )

    def splittings_record(self) -> dict[str, dict[str, str]]:
        """Return how both sides were split, for JSON: what a model of this corpus is saved with."""
        source, target = self.source_splitting.to_record(), self.target_splitting.to_record()
        return {SOURCE_SPLITTING: source, TARGET_SPLITTING: target}

    def vocabularies(self, min_count: int = 1, max_size: int | None = None) -> tuple[Vocabulary, Vocabulary]:
        """Return the words of the training pairs, of the source and of the target side. Every chapter.

        Held-out sentences have no say: a word that only they hold is unknown to the model, as it would be in use.
        ``min_count`` and ``max_size`` are those of :meth:`Vocabulary.build`.
        """
        sides = ([pair.source for pair in self.train], [pair.target for pair in self.train])
        source, target = (Vocabulary.build(side, min_count, max_size) for side in sides)
        return source, target
