"""Read and write gold alignments in the two formats that published ones come in. For gold of your own.

Both readers give a list with one :class:`GoldLinks` a sentence pair, positions counted from 0
whatever the file does. Give ``lengths``, (source words, target words) of every pair, and links that
leave their sentence are errors, as is a missing line. Errors say file and line.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from course_lib.corpora.pairs import CorpusError, Link
from course_lib.files import write_atomically
from course_lib.options import MOST_WORDS, check_option

FirstPosition = Literal[0, 1]
Lengths = Sequence[tuple[int, int]]

# No more digits than a position or a sentence number has: int() takes none of thousands.
_LINK = re.compile(r"(\d{1,9})([-p?])(\d{1,9})", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_MOST_LEFT_OUT = 100_000  # pairs without a link before one that has: so far a number may run ahead of its line
_CONFIDENCE = re.compile(r"\d+(\.\d*)?|\.\d+", re.ASCII)


@dataclass(frozen=True)
class GoldLinks:
    """Links (source j, target i) of one pair; the sure ones are possible too, as in Och & Ney (2003)."""

    sure: frozenset[Link]
    possible: frozenset[Link]

    def __post_init__(self) -> None:
        if not self.sure <= self.possible:
            raise ValueError(f"Sure links must be among the possible ones; extra: {sorted(self.sure - self.possible)}.")


def read_pharaoh(path: str | Path, *, first: FirstPosition, lengths: Lengths | None = None) -> list[GoldLinks]:
    """Read one line a pair of links ``source-target`` (sure) and ``sourceptarget`` or ``source?target`` (possible).

    ``first`` is the number of a sentence's first word, 0 or 1: the file does not say. An empty line
    is a pair without links.
    """
    check_option("first", first, FirstPosition)
    path = Path(path)
    gold = []
    lines = list(_lines(path))
    _check_count(path, "lines", len(lines), lengths)
    for number, line in lines:
        sure: set[Link] = set()
        possible: set[Link] = set()
        for token in line.split():
            found = _LINK.fullmatch(token)
            if found is None:
                raise CorpusError(f"{path}, line {number}: expected links such as 3-4, 3p4 or 3?4, got {token!r}.")
            where = f"{path}, line {number}, link {token}"
            link = _link(where, found[1], found[3], first, None if lengths is None else lengths[number - 1])
            (sure if found[2] == "-" else possible).add(link)
        gold.append(GoldLinks(frozenset(sure), frozenset(sure | possible)))
    return gold


def write_pharaoh(path: str | Path, gold: Iterable[GoldLinks], *, first: FirstPosition) -> None:
    """Write one line a pair, ``-`` for sure and ``p`` for possible links, counted from ``first``."""
    check_option("first", first, FirstPosition)
    lines = [
        " ".join(f"{j + first}{'-' if sure else 'p'}{i + first}" for (j, i), sure in _ordered(links)) for links in gold
    ]
    write_atomically(path, "".join(f"{line}\n" for line in lines).encode())


def read_naacl(path: str | Path, *, lengths: Lengths | None = None) -> list[GoldLinks]:
    """Read lines of ``sentence source target [S|P] [confidence]``: Mihalcea & Pedersen (2003).

    Everything counts from 1. Without S or P a link is sure; position 0, the NULL word of some files,
    makes no link; the confidence is not kept. Without ``lengths`` the last sentence named is taken
    for the last there is.
    """
    path = Path(path)
    sure: dict[int, set[Link]] = {}
    possible: dict[int, set[Link]] = {}
    sentences = 0 if lengths is None else len(lengths)
    for number, line in _lines(path):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        (sentence_text, source, target), is_sure = _fields(where, line)
        sentence = int(sentence_text)
        last = number + _MOST_LEFT_OUT if lengths is None else len(lengths)
        if not 1 <= sentence <= last:
            hint = " If there are that many, give their lengths." if lengths is None and sentence > last else ""
            raise CorpusError(f"{where}: expected a sentence number of 1 to {last}, got {sentence}.{hint}")
        sentences = max(sentences, sentence)
        if 0 in (int(source), int(target)):
            continue
        link = _link(where, source, target, 1, None if lengths is None else lengths[sentence - 1])
        (sure if is_sure else possible).setdefault(sentence, set()).add(link)
    both = [(sure.get(n, set()), possible.get(n, set())) for n in range(1, sentences + 1)]
    return [GoldLinks(frozenset(s), frozenset(s | p)) for s, p in both]


def write_naacl(path: str | Path, gold: Iterable[GoldLinks]) -> None:
    """Write one line a link: sentence, source, target, S or P.

    The format has no line for a pair without links: read it back with ``lengths`` where the last
    pair may be one.
    """
    lines = [
        f"{number} {j + 1} {i + 1} {'S' if sure else 'P'}\n"
        for number, links in enumerate(gold, 1)
        for (j, i), sure in _ordered(links)
    ]
    write_atomically(path, "".join(lines).encode())


def _ordered(links: GoldLinks) -> Iterator[tuple[Link, bool]]:
    for link in sorted(links.possible):
        yield link, link in links.sure


def _fields(where: str, line: str) -> tuple[list[str], bool]:
    """Return the three numbers of a NAACL line and whether its link is sure."""
    numbers, rest = line.split()[:3], line.split()[3:]
    kinds = [field for field in rest if field in ("S", "P")]
    confidences = [field for field in rest if _CONFIDENCE.fullmatch(field)]
    whole = len(numbers) == 3 and all(map(_NUMBER.fullmatch, numbers))
    if not whole or max(len(kinds), len(confidences)) > 1 or len(kinds) + len(confidences) != len(rest):
        raise CorpusError(f"{where}: expected 'sentence source target [S|P] [confidence]', got {line.strip()!r}.")
    return numbers, kinds != ["P"]


def _link(where: str, source: str, target: str, first: int, lengths: tuple[int, int] | None) -> Link:
    """Return a link counted from 0; CorpusError where it leaves its sentence."""
    link = (int(source) - first, int(target) - first)
    for side, position, length in zip(("source", "target"), link, lengths or (None, None), strict=True):
        if position < 0:
            raise CorpusError(f"{where}: the {side} position is 0, but the first word is {first}. Is the file 0-based?")
        if length is None and position >= MOST_WORDS:
            raise CorpusError(
                f"{where}: {side} position {position + first} is beyond the {MOST_WORDS:,} words of the longest "
                "sentence there can be."
            )
        if length is not None and position >= length:
            raise CorpusError(
                f"{where}: {side} position {position + first} leaves the sentence, whose {length} words are numbered "
                f"{first} to {length - 1 + first}."
            )
    return link


def _check_count(path: Path, what: str, count: int, lengths: Lengths | None) -> None:
    if lengths is not None and count != len(lengths):
        raise CorpusError(f"{path}: expected {len(lengths)} {what}, one a sentence pair, got {count}.")


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line number from 1, line)."""
    if not path.is_file():
        raise CorpusError(f"There is no file {path}.")
    lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    if not lines[-1]:
        lines.pop()  # what follows the last line feed
    for number, raw in enumerate(lines, 1):
        try:
            yield number, raw.decode("ascii")
        except UnicodeDecodeError as error:
            raise CorpusError(
                f"{path}, line {number}: links are written in plain digits, got the byte {raw[error.start]:#04x}. "
                "Is this the text, not its alignment?"
            ) from error
