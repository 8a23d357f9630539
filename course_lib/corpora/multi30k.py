"""Multi30k (Elliott et al. 2016): captions of pictures, in English and by translators in German. Chapter 1.

The reader of a local copy, with the splits that papers report on. Files: https://github.com/multi30k/dataset,
folder data/task1, for research and education that is not commercial.
"""

import html
import os
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Literal

from course_lib.corpora.downloads import DATA_VARIABLE
from course_lib.corpora.packed import PackedFileError, find_file, names_in, read_gzip
from course_lib.corpora.pairs import CorpusError, ParallelCorpus, SentencePair
from course_lib.corpora.splits import Words
from course_lib.corpora.splitting import GIVEN, Splitting
from course_lib.corpora.text import clean, tokenise
from course_lib.options import check_count, check_option, check_path

LanguageCode = Literal["en", "de", "fr", "cs"]
_NAMES = {"en": "English", "de": "German", "fr": "French", "cs": "Czech"}
_SPLITS = {"train": ("train",), "validation": ("val", "validation"), "test": ("test_2016_flickr", "test2016", "test")}
_ENDINGS = ("{language}", "{language}.gz", "lc.norm.tok.{language}", "lc.norm.tok.{language}.gz")
_TOKENISED = ".lc.norm.tok."
_HOW_TO_GET_IT = (
    "Take the folder data/task1 from https://github.com/multi30k/dataset and say where it is: "
    f'load("multi30k", path="…/task1/raw"), or put it as multi30k into a folder that {DATA_VARIABLE} names.'
)


def multi30k_corpus(
    path: str | Path | None = None,
    source: LanguageCode = "en",
    target: LanguageCode = "de",
    max_words: int | None = None,
) -> ParallelCorpus:
    """Read the captions of a folder, with their own splits: 29,000, 1,014 and 1,000 (test of 2016) pairs.

    ``path`` holds train, val and test_2016_flickr, each in two languages (such as train.en or
    train.en.gz; files named .lc.norm.tok are taken as split into words), or a folder raw or tok that
    does. ``max_words`` keeps pairs of at most that many words a side.

    Some captions stand in two splits. They stay in the one that is tested: training pairs whose source
    is a caption of the validation or test split are left out, and validation pairs whose source is one
    of the test split; ``note`` of the corpus says how many. CorpusError for files that are missing,
    do not fit each other, or hold an empty line.
    """
    check_option("source", source, LanguageCode)
    check_option("target", target, LanguageCode)
    if source == target:
        raise ValueError(f"source and target: expected two languages, got {source!r} twice.")
    if max_words is not None:
        check_count("max_words", max_words)
    folder = _folder(path)
    splits = [_read_pairs(folder, names, source, target, max_words) for names in _SPLITS.values()]
    train, validation, test = splits
    kept_validation = _without(validation, (pair.source for pair in test))
    kept = _without(train, (pair.source for pair in chain(validation, test)))
    note = (
        f"Left out, as the source also stands in a split that is tested: {len(train) - len(kept)} of {len(train):,} "
        f"training pairs, {len(validation) - len(kept_validation)} of {len(validation):,} validation pairs."
    )
    ways = [_splitting(folder, language) for language in (source, target)]
    return ParallelCorpus(
        f"multi30k-{source}-{target}",
        _NAMES[source],
        _NAMES[target],
        kept,
        kept_validation,
        test,
        note=note,
        source_splitting=ways[0],
        target_splitting=ways[1],
    )


def _splitting(folder: Path, language: str) -> Splitting:
    """Return how the training sentences of ``language`` became words."""
    return GIVEN if _is_split(_file(folder, _SPLITS["train"], language)) else Splitting()


def _is_split(path: Path) -> bool:
    return _TOKENISED in path.name.lower()


def _without(pairs: Sequence[SentencePair], sources: Iterable[Words]) -> tuple[SentencePair, ...]:
    tested = set(sources)
    return tuple(pair for pair in pairs if pair.source not in tested)


def _folder(path: str | Path | None) -> Path:
    """Return the folder that holds the files: ``path``, or its raw or tok."""
    if path is None:
        if not (data := os.environ.get(DATA_VARIABLE)):
            raise CorpusError(f"The corpus 'multi30k' needs a folder of files. {_HOW_TO_GET_IT}")
        path = Path(data) / "multi30k"
    path = check_path("path", path)
    for folder in (path, path / "raw", path / "tok"):
        if any(name.lower().startswith("train.") for name in names_in(folder)):
            return folder
    raise CorpusError(f"{path} holds no file whose name starts with 'train.'. {_HOW_TO_GET_IT}")


def _read_pairs(
    folder: Path, names: tuple[str, ...], source: str, target: str, max_words: int | None
) -> tuple[SentencePair, ...]:
    """Return the pairs of a split, the first of ``names`` that there is."""
    sides = [_file(folder, names, language) for language in (source, target)]
    sentences, translations = (_sentences(path) for path in sides)
    if len(sentences) != len(translations):
        raise CorpusError(
            f"{sides[0]} has {len(sentences)} lines and {sides[1]} has {len(translations)}: they are no translation "
            "of one another, line by line. Download both again."
        )
    pairs = [SentencePair(*pair) for pair in zip(sentences, translations, strict=True)]
    longest = max_words or float("inf")
    return tuple(pair for pair in pairs if max(len(pair.source), len(pair.target)) <= longest)


def _file(folder: Path, names: tuple[str, ...], language: str) -> Path:
    endings = [ending.format(language=language) for ending in _ENDINGS]
    files = [folder / f"{name}.{ending}" for name in names for ending in endings]
    found = next((there for file in files if (there := find_file(folder, file.name))), None)
    if found is None:
        raise CorpusError(f"{folder} holds neither {files[0].name} nor {files[1].name}. {_HOW_TO_GET_IT}")
    return found


def _sentences(path: Path) -> list[Words]:
    """Return the words of each line; CorpusError, with file and line, for one without any."""
    try:
        raw = read_gzip(path) if path.suffix.lower() == ".gz" else path.read_bytes()
        text = raw.decode()
    except PackedFileError as error:
        raise CorpusError(f"{path} {error}") from error
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path} is damaged (not UTF-8 at byte {error.start}). Download it again.") from error
    if "\0" in text:
        raise CorpusError(f"{path} holds NUL bytes, as UTF-16 does. Save it as UTF-8.")
    sentences = [_words(line, split=_is_split(path)) for line in text.removesuffix("\n").split("\n")]
    if () in sentences:
        raise CorpusError(f"{path}, line {sentences.index(()) + 1}: the line is empty. Download the file again.")
    return sentences


def _words(line: str, split: bool) -> Words:
    """Split a line into words; where that is done already, undo the escapes of Moses such as &apos;."""
    return tuple(clean(html.unescape(line)).split()) if split else tokenise(line)
