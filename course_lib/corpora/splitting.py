"""How sentences became the words of a corpus: a model keeps it, and reads new ones in the same way. Chapter 1."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from course_lib.corpora.text import Segment, clean, tokenise
from course_lib.options import check_option
from course_lib.vocabulary import UNK_TOKEN, UnknownTokenError, Vocabulary, check_no_reserved

if TYPE_CHECKING:  # subwords.py works on corpora, which hold splittings
    from course_lib.corpora.subwords import Subwords

SplittingRule = Literal["tokenised", "given", "lowered", "characters"]
START = "▁"
"""Begins the first piece of each word, as in sentencepiece."""


@dataclass(frozen=True)
class Splitting:
    """How one side of a corpus was split; calling it splits a sentence in the same way.

    ``rule`` is "tokenised" (:func:`~course_lib.corpora.text.tokenise` with ``segment``), "given" (the words
    stand between spaces), "lowered" (so they do, in small letters) or "characters" (each, in small letters, is a
    word; ``space`` stands for a space, "" for none). Tokenised words are in small letters too.
    ``subwords`` is the model of sentencepiece that took the words apart, b"" for whole words.

    A sentence of the corpus, its words joined by spaces, gives these words again.
    """

    rule: SplittingRule = "tokenised"
    segment: Segment = "characters"
    space: str = ""
    subwords: bytes = b""

    def __post_init__(self) -> None:
        check_option("rule", self.rule, SplittingRule)
        check_option("segment", self.segment, Segment)
        if not isinstance(self.space, str) or not isinstance(self.subwords, bytes):
            raise ValueError(f"space: expected a string, got {self.space!r}; subwords: bytes, got {self.subwords!r}.")

    def __call__(self, text: str) -> tuple[str, ...]:
        """Return the words of ``text``; () where there is none.

        ImportError, with what to install, where jieba or sentencepiece is missing.
        """
        if self.subwords and START in text:  # pieces, as they are printed
            return tuple(text.split())
        return self.apart(self._words(text))

    def apart(self, words: Sequence[str]) -> tuple[str, ...]:
        """Return ``words`` as a model reads them: in pieces, where there are any. The way back is :meth:`whole`."""
        return _model(self.subwords).encode(words) if self.subwords else tuple(words)

    def whole(self, words: Sequence[str]) -> tuple[str, ...]:
        """Return ``words`` with pieces, where there are any, put together."""
        return _model(self.subwords).decode(words) if self.subwords else tuple(words)

    def __str__(self) -> str:
        """Say what a writer has to know, after "It was trained on"."""
        said = {
            "given": "words with spaces between them, marks too",
            "lowered": "words with spaces between them, marks too, and no capitals",
            "characters": "single characters",
            "tokenised": {
                "characters": "words and marks, and each letter of scripts without spaces",
                "words": "words and marks, and in Chinese the words that jieba finds",
                "spaces": "words and marks, with spaces between the words, also in Chinese",
            }[self.segment],
        }[self.rule]
        return f"{said}, taken apart into pieces" if self.subwords else said

    def to_record(self) -> dict[str, str]:
        """Return what JSON can hold; :meth:`from_record` gives back an equal one."""
        subwords = base64.b64encode(self.subwords).decode()
        return {"rule": self.rule, "segment": self.segment, "space": self.space, "subwords": subwords}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Splitting":
        """Read what :meth:`to_record` wrote; ValueError where it is something else."""
        try:
            fields = {**record, "subwords": base64.b64decode(record["subwords"], validate=True)}
            return cls(**fields)
        except (TypeError, KeyError, ValueError) as error:
            raise ValueError(f"This is no record of how words were split ({error}).") from error

    def known(self, text: str, vocabulary: Vocabulary) -> tuple[tuple[str, ...], str]:
        """Return the words of ``text`` for a model with this ``vocabulary``, and a sentence on those that it has not.

        The sentence is "" where it has all of them. UnknownTokenError where it has none, or marks alone: a
        translation of nothing but unknown words would be one of no sentence in particular.
        ReservedTokenError for a word such as "<pad>".
        """
        words = self(text)
        check_no_reserved(words)
        unknown = [word for word in dict.fromkeys(words) if word not in vocabulary]
        if not unknown:
            return words, ""
        named = ", ".join(map(repr, unknown[:_NAMED])) + (", …" if len(unknown) > _NAMED else "")
        if not any(_is_word(word) for word in words if word in vocabulary):
            raise UnknownTokenError(
                f"The model knows no word of {_short(text)!r} (it reads: {named}). It was trained on {self}; "
                "write the sentence in that way, or with other words."
            )
        return words, f"The model does not know {named}; each is read as {UNK_TOKEN}."

    def _words(self, text: str) -> tuple[str, ...]:
        if self.rule == "given":
            return tuple(clean(text).split())
        if self.rule == "lowered":
            return tuple(clean(text).lower().split())
        if self.rule == "characters":
            return _characters(clean(text).lower(), self.space)
        return tokenise(text, self.segment)


SOURCE_SPLITTING, TARGET_SPLITTING = "source_splitting", "target_splitting"  # names in the record of a saved model
_NAMED = 8  # unknown words in a message
_NO_JOINERS = dict.fromkeys((0x200C, 0x200D))  # alone they shape no letter
GIVEN = Splitting("given")
LOWERED = Splitting("lowered")
CHARACTERS = Splitting("characters")
BY_SPACES = Splitting(segment="spaces")


def source_splitting(extra: Mapping[str, Any]) -> Splitting:
    """Return how a model reads a sentence, from what was saved beside it; tokenised where nothing says so."""
    return Splitting.from_record(extra[SOURCE_SPLITTING]) if SOURCE_SPLITTING in extra else Splitting()


def target_splitting(extra: Mapping[str, Any]) -> Splitting:
    """Return how the words were split that a model writes, as :func:`source_splitting` does for those it reads."""
    return Splitting.from_record(extra[TARGET_SPLITTING]) if TARGET_SPLITTING in extra else Splitting()


def _is_word(word: str) -> bool:
    """Say whether ``word`` is more than marks."""
    return any(character.isalnum() for character in word)


def _short(text: str) -> str:
    text = text.strip()
    return text if len(text) <= 60 else f"{text[:60]}…"


def _characters(text: str, space: str) -> tuple[str, ...]:
    """Return the characters of ``text`` that are seen; spaces between single ones are those of a printed sentence."""
    pieces = text.translate(_NO_JOINERS).split()
    if all(len(piece) == 1 for piece in pieces):
        return tuple(pieces)
    return tuple(space.join(pieces))


@lru_cache(maxsize=4)
def _model(subwords: bytes) -> "Subwords":
    from course_lib.corpora.subwords import Subwords

    return Subwords(subwords)
