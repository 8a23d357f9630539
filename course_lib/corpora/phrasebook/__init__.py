"""The course's own phrasebook: everyday sentences in English and other languages, some with word links. Chapter 1.

Every sentence was written for this course (CC-BY 4.0). ``eng-LLL.tsv`` holds English, translation
and attribution, as manythings.org packs its files; French has a plain space before ? and !.
``eng-LLL.links`` holds gold links made by hand, a pair a line: number of the pair, English words,
translated words, links (``i-j`` sure, ``ipj`` possible, from 0, source-target). ``eng-LLL.words``
splits the sentences of a language that is written without spaces.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

from course_lib.corpora.pairs import CorpusError, ParallelCorpus, SentencePair
from course_lib.corpora.splitting import BY_SPACES
from course_lib.corpora.tsv import read_tsv

_FOLDER = Path(__file__).parent
_LANGUAGES = {
    "fr": ("fra", "French"),
    "zh": ("cmn", "Mandarin Chinese"),
    "mr": ("mar", "Marathi"),
    "hi": ("hin", "Hindi"),
}
_LINK = re.compile(r"(\d+)([-p])(\d+)")


def phrasebook_corpus(language: Literal["fr", "zh", "mr", "hi"] = "fr", seed: int = 1) -> ParallelCorpus:
    """Return the phrasebook from English into ``language``; pairs aligned by hand carry gold links.

    The splits are by source sentence and a function of ``seed``. ValueError for a language that
    is not there, with those that are; CorpusError, with file and line, for a broken file.
    """
    present = [short for short, (code, _) in _LANGUAGES.items() if _file(code, "tsv").exists()]
    if language not in present:
        raise ValueError(f"language: expected one of {', '.join(map(repr, present))}, got {language!r}.")
    code, name = _LANGUAGES[language]
    corpus = read_tsv(_file(code, "tsv"), language=name, seed=seed)
    splits = [_segment(split, code) for split in (corpus.train, corpus.validation, corpus.test)]
    linked = {(pair.source, pair.target): pair for pair in _linked_pairs(_file(code, "links"))}
    if strangers := linked.keys() - {(pair.source, pair.target) for split in splits for pair in split}:
        source, target = min(strangers)
        raise CorpusError(
            f"{_file(code, 'links')}: {' '.join(source)!r} with {' '.join(target)!r} has links but is no pair of "
            f"eng-{code}.tsv. Give the words as the reader splits them."
        )
    train, validation, test = (
        tuple(linked.get((pair.source, pair.target), pair) for pair in split) for split in splits
    )
    return replace(
        corpus,
        name=f"phrasebook-{language}",
        train=train,
        validation=validation,
        test=test,
        target_splitting=BY_SPACES if _file(code, "words").exists() else corpus.target_splitting,
    )


def _file(code: str, ending: str) -> Path:
    return _FOLDER / f"eng-{code}.{ending}"


def _segment(pairs: tuple[SentencePair, ...], code: str) -> tuple[SentencePair, ...]:
    """Put the words of ``eng-LLL.words``, where there is one, in place of single characters."""
    path = _file(code, "words")
    if not path.exists():
        return pairs
    words = {"".join(line.split()): tuple(line.split()) for line in path.read_text("utf-8").splitlines()}
    missing = [sentence for pair in pairs if (sentence := "".join(pair.target)) not in words]
    if missing:
        raise CorpusError(f"{path}: no line with the words of {missing[0]!r}. Add one.")
    return tuple(SentencePair(pair.source, words["".join(pair.target)]) for pair in pairs)


def _linked_pairs(path: Path) -> Iterator[SentencePair]:
    """Yield the pairs of a links file; none where nobody has made one."""
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    for number, line in enumerate(lines, 1):
        if line.startswith("#"):
            continue
        columns = line.split(" ||| ")
        links = [_LINK.fullmatch(link) for link in columns[-1].split()]
        if len(columns) != 4 or not all(links):
            raise CorpusError(
                f"{path}, line {number}: expected 'N ||| source words ||| target words ||| links' with links such "
                f"as 0-1 (sure) or 2p1 (possible), got {line!r}."
            )
        marked = [(link[2], (int(link[1]), int(link[3]))) for link in links if link]
        sure = frozenset(link for mark, link in marked if mark == "-")
        possible = frozenset(link for _, link in marked)
        try:
            yield SentencePair(tuple(columns[1].split()), tuple(columns[2].split()), sure, possible)
        except ValueError as error:
            raise CorpusError(f"{path}, line {number}: {error}") from error
