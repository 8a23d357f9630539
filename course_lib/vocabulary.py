"""Words to numbers and back. Every chapter.

Four tokens are reserved and keep their ids in every vocabulary: PAD fills a batch, BOS starts the
decoder, EOS ends a sentence, UNK stands for a word the vocabulary does not hold.
"""

import difflib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from course_lib.files import write_atomically
from course_lib.options import check_count, check_option

Unknown = Literal["error", "unk"]
"""What happens to a word that a vocabulary does not hold: it is an error, or it becomes UNK."""

PAD, BOS, EOS, UNK = 0, 1, 2, 3
PAD_TOKEN, BOS_TOKEN, EOS_TOKEN, UNK_TOKEN = SPECIAL_TOKENS = ("<pad>", "<s>", "</s>", "<unk>")

_RESERVED = frozenset(SPECIAL_TOKENS)


class ReservedTokenError(ValueError):
    """A reserved token among the words of a sentence."""


class UnknownTokenError(ValueError):
    """A word that the vocabulary does not hold, where no UNK was asked for."""


@dataclass(frozen=True)
class Vocabulary:
    """An immutable list of distinct tokens; a token's id is its place in the list.

    ``tokens`` starts with the four reserved ones. Build one with :meth:`build`.
    """

    tokens: tuple[str, ...]
    _ids: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.tokens[:4] != SPECIAL_TOKENS:
            raise ValueError(f"A vocabulary starts with {SPECIAL_TOKENS}, this one with {self.tokens[:4]}.")
        repeated = [token for token, count in Counter(self.tokens).items() if count > 1]
        if repeated:
            raise ValueError(f"A vocabulary lists each token once; repeated here: {repeated[:5]}.")
        object.__setattr__(self, "_ids", {token: i for i, token in enumerate(self.tokens)})

    @classmethod
    def build(cls, sentences: Iterable[Sequence[str]], min_count: int = 1, max_size: int | None = None) -> "Vocabulary":
        """Collect the words of ``sentences``, most frequent first, ties in alphabetical order.

        Words seen fewer than ``min_count`` times are left out; ``max_size`` limits the whole
        vocabulary, reserved tokens included. A reserved token among the words is a
        :class:`ReservedTokenError`: it would be read as padding or as the end of a sentence.

        Departs from the papers:

        - vocabulary: every word of the training pairs, by default, and another word is an error; the papers: the most
          frequent words, 160,000 and 80,000 (Sutskever), 15,000 (Cho), 30,000 (Bahdanau), 50,000 (Luong), 10,000
          (Xu), and UNK for the rest.
        """
        check_count("min_count", min_count)
        if max_size is not None:  # the reserved tokens and a word
            check_count("max_size", max_size, least=len(SPECIAL_TOKENS) + 1)
        counts = Counter(token for sentence in sentences for token in _words(sentence))
        check_no_reserved(counts)
        kept = sorted((t for t, n in counts.items() if n >= min_count), key=lambda t: (-counts[t], t))
        if not kept:
            raise ValueError(f"No word was seen {min_count} time(s) or more. Lower min_count, or give more sentences.")
        return cls((*SPECIAL_TOKENS, *kept)[:max_size])

    def __len__(self) -> int:
        return len(self.tokens)

    def __contains__(self, token: object) -> bool:
        return token in self._ids

    def encode(self, tokens: Sequence[str], unknown: Unknown = "error") -> list[int]:
        """Return the ids of ``tokens``, without BOS or EOS.

        A word that is not there raises :class:`UnknownTokenError` with the nearest known words, or
        becomes UNK where ``unknown="unk"`` says so. A reserved token is no word and always a
        :class:`ReservedTokenError`: padding in the middle of a sentence is neither read nor scored,
        ``</s>`` ends it twice. A string is refused: it would be spelt out letter by letter.
        """
        check_option("unknown", unknown, Unknown)
        check_no_reserved(_words(tokens))
        if unknown == "error":
            for token in _words(tokens):
                if token not in self._ids:
                    raise UnknownTokenError(self._unknown_message(token))
        return [self._ids.get(token, UNK) for token in _words(tokens)]

    def decode(self, ids: Iterable[int]) -> list[str]:
        """Return the tokens of ``ids``, reserved ones included; IndexError for an id outside."""
        ids = list(ids)
        outside = [i for i in ids if not 0 <= i < len(self)]
        if outside:
            raise IndexError(f"Ids run from 0 to {len(self) - 1}; got {outside[:5]}.")
        return [self.tokens[i] for i in ids]

    def save(self, path: str | Path) -> None:
        """Write the tokens to ``path`` as JSON, whole or not at all."""
        write_atomically(path, self.to_json())

    @classmethod
    def load(cls, path: str | Path) -> "Vocabulary":
        """Read what :meth:`save` wrote; ValueError naming the file where it is no vocabulary."""
        return cls.from_json(Path(path).read_bytes(), path)

    def to_json(self) -> bytes:
        """Return the tokens as a JSON list, a token a line."""
        return json.dumps(self.tokens, ensure_ascii=False, indent=0).encode()

    @classmethod
    def from_json(cls, content: bytes, path: str | Path) -> "Vocabulary":
        """Read what :meth:`to_json` gave, found in ``path``; ValueError naming it where it is no vocabulary."""
        try:
            tokens = json.loads(content)
            if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
                raise ValueError("expected a JSON list of strings")
            return cls(tuple(tokens))
        except ValueError as error:
            raise ValueError(f"{path} is not a vocabulary written by Vocabulary.save: {error}.") from error

    def _unknown_message(self, token: str) -> str:
        near = difflib.get_close_matches(token, self.tokens[len(SPECIAL_TOKENS) :], n=3, cutoff=0.6)
        hint = f" Did you mean {', '.join(map(repr, near))}?" if near else ""
        words = len(self) - len(SPECIAL_TOKENS)
        return f"{token!r} is not among the {words} words of this vocabulary.{hint}"


def check_no_reserved(words: Iterable[str]) -> None:
    """Raise :class:`ReservedTokenError` where one of ``words`` is a reserved token, ``<unk>`` included."""
    if not _RESERVED.isdisjoint(words):
        found = ", ".join(repr(token) for token in SPECIAL_TOKENS if token in words)
        raise ReservedTokenError(
            f"{found} stands for no word; the model puts the reserved tokens {', '.join(SPECIAL_TOKENS)} where they "
            "belong. Leave it out of the sentence, or rename it in the text; for a word that is not known give the "
            'word itself, with unknown="unk".'
        )


def _words(sentence: Sequence[str]) -> Sequence[str]:
    if isinstance(sentence, str):
        raise ValueError(f"Expected a sequence of words, got the string {sentence!r}; split it first.")
    return sentence
