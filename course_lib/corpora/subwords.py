"""Subwords by sentencepiece: pieces of words in place of <unk>. Chapter 14.

Two ways to learn the pieces: a unigram language model (Kudo 2018, Subword regularization, section 3.2)
and byte-pair encoding (Sennrich et al. 2016, section 3.2). A piece never crosses a blank, so words keep
their limits and their gold links.
"""

import importlib
import io
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate, pairwise, product
from pathlib import Path
from typing import Any, Literal

from course_lib.corpora.pairs import Link, ParallelCorpus, SentencePair
from course_lib.corpora.splitting import START
from course_lib.files import write_atomically
from course_lib.options import check_option, check_sizes
from course_lib.vocabulary import UNK_TOKEN

SubwordKind = Literal["unigram", "bpe"]
TakeApart = Callable[[str], tuple[str, ...]]
"""From a word to its pieces."""
_WAYS = 16  # to take a word apart, the likeliest
_NORMALISER = b"identity"  # the last entry of a model file: words come back as they were
_NO_MODEL = "This is no whole model of subwords that leaves words as they are. Train it again."
_LONGEST = 1 << 20  # bytes of a sentence; longer ones would be left out in silence


class Subwords:
    """A model that takes words apart; made by :meth:`train` or :meth:`load`."""

    def __init__(self, model: bytes) -> None:
        """ValueError where ``model`` is not what :meth:`train` made, whole."""
        if _NORMALISER not in model[-32:]:  # sentencepiece reads a model that was cut, with fewer pieces
            raise ValueError(_NO_MODEL)
        self._model = model
        self._processor = _library().SentencePieceProcessor()
        try:
            self._processor.LoadFromSerializedProto(model)
        except RuntimeError as error:
            raise ValueError(_NO_MODEL) from error
        self._pieces = lru_cache(maxsize=1 << 17)(self._take_apart)
        self._ways = lru_cache(maxsize=1 << 17)(self._take_apart_in_many_ways)

    @classmethod
    def train(cls, sentences: Iterable[Sequence[str]], size: int, kind: SubwordKind = "unigram") -> "Subwords":
        """Learn ``size`` pieces from the words of ``sentences``; the same sentences give the same model.

        Give it the training split alone. For one model of both languages give both sides.
        ValueError for a size that the sentences do not allow, with the size that they do.
        """
        check_option("kind", kind, SubwordKind)
        check_sizes(size=size)
        lines = [" ".join(map(_checked, sentence)) for sentence in sentences]
        if not any(lines):
            raise ValueError("sentences: expected at least one word, got none.")
        model = io.BytesIO()
        try:
            _library().SentencePieceTrainer.Train(
                sentence_iterator=iter(lines),
                model_writer=model,
                vocab_size=size,
                model_type=kind,
                character_coverage=1.0,
                normalization_rule_name=_NORMALISER.decode(),
                max_sentence_length=_LONGEST,
                num_threads=1,  # sums in another order give another model
                minloglevel=2,
            )
        except RuntimeError as error:
            raise ValueError(f"size: these sentences do not give {size} pieces. {_last_line(error)}") from error
        return cls(model.getvalue())

    @classmethod
    def load(cls, path: str | Path) -> "Subwords":
        """Read what :meth:`save` wrote."""
        return cls(Path(path).read_bytes())

    def save(self, path: str | Path) -> None:
        """Write the model whole or not at all."""
        write_atomically(path, self._model)

    @property
    def model(self) -> bytes:
        """The model as sentencepiece keeps it."""
        return self._model

    @property
    def pieces(self) -> tuple[str, ...]:
        """The pieces, without the three signs: those of "bpe" in the order in which they were glued, letters last."""
        found = (self._processor.IdToPiece(k) for k in range(len(self)) if not self._processor.IsControl(k))
        return tuple(piece for piece in found if piece != UNK_TOKEN)

    def __len__(self) -> int:
        """Return how many pieces there are, with three that stand for <unk>, <s> and </s>."""
        return int(self._processor.GetPieceSize())

    def encode(self, words: Sequence[str]) -> tuple[str, ...]:
        """Return the pieces of ``words``; ValueError for a word that is empty or holds a blank."""
        return tuple(piece for word in words for piece in self._pieces(word))

    def decode(self, pieces: Sequence[str]) -> tuple[str, ...]:
        """Return the words that ``pieces`` spell: of ``encode(words)``, those words, known or not."""
        return tuple(word for word in "".join(pieces).split(START) if word)

    def encode_links(self, pair: SentencePair, target: "Subwords") -> SentencePair:
        """Return ``pair`` in pieces, of this model and for its target of ``target``.

        Each piece inherits the links of its word.
        """
        return in_pieces(pair, self._pieces, target._pieces)

    def ways(self, word: str) -> Sequence[tuple[tuple[str, ...], float]]:
        """Return the likeliest ways to take ``word`` apart, 16 at most, the best one first.

        Beside each stands ln of its probability over that of the best one. ValueError for pieces of "bpe", which have
        no probability, and for a word that :meth:`encode` refuses.
        """
        return self._ways(word)

    def _take_apart(self, word: str) -> tuple[str, ...]:
        return tuple(self._processor.EncodeAsPieces(_checked(word)))

    def _take_apart_in_many_ways(self, word: str) -> list[tuple[tuple[str, ...], float]]:
        try:
            found = self._processor.NBestEncodeAsPieces(_checked(word), _WAYS)
        except RuntimeError as error:
            raise ValueError('Pieces of "bpe" have no probability; train pieces of "unigram" for that.') from error
        ways = [tuple(map(sys.intern, way)) for way in found]  # thousands of them: each piece is kept once
        nats = [sum(self._processor.GetScore(self._processor.PieceToId(piece)) for piece in way) for way in ways]
        return [(way, one - nats[0]) for way, one in zip(ways, nats, strict=True)]


def subword_corpus(corpus: ParallelCorpus, source: Subwords, target: Subwords) -> ParallelCorpus:
    """Return ``corpus`` with each sentence in pieces, in the same splits and with its links.

    For one model of both languages give it twice.
    """
    train, validation, test = (
        tuple(source.encode_links(pair, target) for pair in split)
        for split in (corpus.train, corpus.validation, corpus.test)
    )
    return replace(
        corpus,
        name=f"{corpus.name}-subwords",
        train=train,
        validation=validation,
        test=test,
        source_splitting=replace(corpus.source_splitting, subwords=source.model),
        target_splitting=replace(corpus.target_splitting, subwords=target.model),
    )


def in_pieces(pair: SentencePair, of_source: TakeApart, of_target: TakeApart) -> SentencePair:
    """Return ``pair`` with its words taken apart, a call for each word; each piece inherits the links of its word."""
    sides = [[of_source(word) for word in pair.source], [of_target(word) for word in pair.target]]
    source, translation = (tuple(piece for word in side for piece in word) for side in sides)
    if pair.sure is None or pair.possible is None:
        return SentencePair(source, translation)
    places = [_places(side) for side in sides]
    sure, possible = (_spread(links, *places) for links in (pair.sure, pair.possible))
    return SentencePair(source, translation, sure, possible)


def _places(side: Sequence[Sequence[str]]) -> list[range]:
    """Return the positions of each word's pieces."""
    ends = [0, *accumulate(map(len, side))]
    return [range(start, end) for start, end in pairwise(ends)]


def _spread(links: Iterable[Link], source: Sequence[range], target: Sequence[range]) -> frozenset[Link]:
    return frozenset(link for j, i in links for link in product(source[j], target[i]))


def _checked(word: str) -> str:
    if not word or START in word or any(character.isspace() for character in word):
        raise ValueError(f"Expected a word without blanks and without {START!r}, got {word!r}.")
    return word


def _last_line(error: RuntimeError) -> str:
    """Return what sentencepiece says, without the place in its source."""
    return str(error).rsplit("] ", 1)[-1].replace("vocab_size", "size").partition(" or decrease")[0]


def _library() -> Any:
    try:
        return importlib.import_module("sentencepiece")
    except ImportError as error:
        raise ImportError(
            'Subwords need the library sentencepiece, which is not installed. Install it with "pip install '
            'sentencepiece", or stay with whole words.'
        ) from error
