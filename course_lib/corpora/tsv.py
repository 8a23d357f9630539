"""Reader for tab-separated sentence pairs, as manythings.org/anki packs those of Tatoeba. Chapter 1."""

from collections.abc import Iterator
from pathlib import Path

from course_lib.corpora.packed import PackedFileError, is_gzip, is_zip, read_from_zip, read_gzip
from course_lib.corpora.pairs import CorpusError, ParallelCorpus, SentencePair
from course_lib.corpora.splits import split_by_source
from course_lib.corpora.splitting import Splitting
from course_lib.corpora.text import Segment, clean, tokenise
from course_lib.options import check_count, check_path, check_seed

_HOW_TO_GET_ONE = (
    "Download one from https://www.manythings.org/anki/ (English–French is fra-eng.zip), put it into "
    'the folder data, and say where it is: load("tsv", path="data/fra-eng.zip"), or on the command line '
    "python -m course_lib train --tsv data/fra-eng.zip."
)


def read_tsv(
    path: str | Path | None = None,
    max_words: int | None = None,
    language: str = "unknown",
    seed: int = 1,
    segment: Segment = "characters",
) -> ParallelCorpus:
    """Read English sentences and their translations from a text file, packed by zip or gzip or not at all.

    Each line holds two or three columns: source, target, and perhaps the attribution. ``max_words``
    keeps pairs of at most that many words a side; ``language`` names the target language; ``segment``
    splits Chinese (see :func:`~course_lib.corpora.text.tokenise`). Pairs are cleaned, tokenised and
    taken once; a reserved token such as ``<pad>`` in the text is three ordinary ones, ``<``, ``pad`` and ``>``.
    The splits are by source sentence. CorpusError, with file and line, for a line that
    is malformed or not UTF-8 (UTF-16 is told by its NUL bytes), or where too little is left.
    """
    if path is None:
        raise CorpusError(f"The corpus 'tsv' needs a file of sentence pairs. {_HOW_TO_GET_ONE}")
    if max_words is not None:
        check_count("max_words", max_words)
    check_seed(seed)
    path = check_path("path", path)
    kept: dict[SentencePair, None] = {}
    lines = 0
    for number, source_text, target_text in _lines(path):
        lines += 1
        source, target = tokenise(source_text, segment), tokenise(target_text, segment)
        if not source or not target:
            raise CorpusError(f"{path}, line {number}: one side holds no visible character. Mend or remove the line.")
        if max_words is None or max(len(source), len(target)) <= max_words:
            kept[SentencePair(source, target)] = None
    sources = {pair.source for pair in kept}
    if len(sources) < 3:
        raise CorpusError(
            f"{path}: {lines} pairs read, {len(kept)} kept with max_words={max_words}, of {len(sources)} source "
            "sentence(s); three splits need at least 3. Raise max_words or give a larger file."
        )
    splitting = Splitting(segment=segment)
    splits = split_by_source(kept, seed).values()
    return ParallelCorpus(
        path.stem, "English", language, *splits, source_splitting=splitting, target_splitting=splitting
    )


def _lines(path: Path) -> Iterator[tuple[int, str, str]]:
    """Yield (line number from 1, source, target)."""
    lines = _read(path).removeprefix(b"\xef\xbb\xbf").split(b"\n")
    if not lines[-1]:
        lines.pop()  # what follows the last line feed
    for number, raw in enumerate(lines, 1):
        if b"\0" in raw:  # UTF-8 it may be all the same, but then half of each sign would pass for another one
            raise CorpusError(f"{path}, line {number}: a NUL byte, as in UTF-16. Save the file as UTF-8.")
        try:
            columns = raw.rstrip(b"\r").decode().split("\t")
        except UnicodeDecodeError as error:
            raise CorpusError(
                f"{path}, line {number}: not UTF-8 (byte {raw[error.start]:#04x} at column {error.start + 1}). "
                "Save the file as UTF-8."
            ) from error
        if len(columns) not in (2, 3):
            raise CorpusError(
                f"{path}, line {number}: expected 2 or 3 columns between tabs (source, target, attribution), "
                f"got {len(columns)}."
            )
        if not clean(columns[0]) or not clean(columns[1]):
            side = "source" if not clean(columns[0]) else "target"
            raise CorpusError(f"{path}, line {number}: the {side} side is empty. Mend or remove the line.")
        yield number, columns[0], columns[1]


def _read(path: Path) -> bytes:
    if not path.exists():
        raise CorpusError(f"There is no file {path}. {_HOW_TO_GET_ONE}")
    if path.is_dir():
        raise CorpusError(f"{path} is a folder; give the .txt, .tsv or .zip file in it.")
    try:
        if is_gzip(path):
            return read_gzip(path)
        return _unzip(path) if path.suffix.lower() == ".zip" or is_zip(path) else path.read_bytes()
    except PackedFileError as error:
        raise CorpusError(f"{path} {error}") from error


def _unzip(path: Path) -> bytes:
    """Return the one text of a zip file; manythings adds _about.txt, which holds no pairs."""
    names, content = read_from_zip(path, _may_hold_pairs)
    if len(names) != 1:
        raise CorpusError(f"{path}: expected one .txt file of pairs inside, found {names or 'none'}.")
    return content


def _may_hold_pairs(name: str) -> bool:
    text = name.lower().endswith((".txt", ".tsv"))
    return text and Path(name).name[0] not in "_." and not name.startswith("__MACOSX")
