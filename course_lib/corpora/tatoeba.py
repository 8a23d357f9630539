"""Sentence pairs of Tatoeba for any language, from this machine or from manythings.org/anki. Chapter 1.

Looked for in this order: the argument ``path``, the folder that the environment variable
ATTENTION_DATA names, the cache; what is in none of them is downloaded into the cache.
"""

import re
from dataclasses import replace
from pathlib import Path

from course_lib.corpora.downloads import DownloadError, download_zip
from course_lib.corpora.packed import find_file
from course_lib.corpora.pairs import CorpusError, ParallelCorpus
from course_lib.corpora.places import DATA_VARIABLE, cache_folder, data_folder
from course_lib.corpora.text import Segment
from course_lib.corpora.tsv import read_tsv
from course_lib.options import check_path

SITE = "https://www.manythings.org/anki/"
_NAMES = {
    "ara": "Arabic",
    "ben": "Bengali",
    "cmn": "Mandarin Chinese",
    "deu": "German",
    "fin": "Finnish",
    "fra": "French",
    "heb": "Hebrew",
    "hin": "Hindi",
    "ita": "Italian",
    "jpn": "Japanese",
    "kor": "Korean",
    "mar": "Marathi",
    "nld": "Dutch",
    "pol": "Polish",
    "por": "Portuguese",
    "rus": "Russian",
    "spa": "Spanish",
    "tur": "Turkish",
    "ukr": "Ukrainian",
    "vie": "Vietnamese",
}


def tatoeba_corpus(
    language: str = "fra",
    path: str | Path | None = None,
    cache: str | Path | None = None,
    max_words: int | None = None,
    segment: Segment = "characters",
    sha256: str | None = None,
    seed: int = 1,
) -> ParallelCorpus:
    """Return English sentences with their translations into ``language``, a code of three letters.

    ``path`` is a file (.zip, .txt, .tsv) or a folder that holds one; ``cache`` the folder for
    downloads (default: attention-step-by-step in XDG_CACHE_HOME or ~/.cache). ``sha256`` is the hash
    that a download must have. The rest as in :func:`~course_lib.corpora.tsv.read_tsv`. CorpusError, with
    what to do, where there is no such file and none can be downloaded.
    """
    if not isinstance(language, str) or not re.fullmatch("[a-z]{3}", language):
        raise ValueError(
            f"language: expected the three letters that manythings.org uses, such as {', '.join(_NAMES)}, "
            f"got {language!r}."
        )
    file = _given(language, path) if path is not None else _found(language, cache)
    if file is None:
        file = _cached(language, cache)
        _download(language, file, sha256)
    corpus = read_tsv(file, max_words, _NAMES.get(language, language), seed, segment)
    return replace(corpus, name=f"tatoeba-{language}")


def _given(language: str, path: str | Path) -> Path:
    path = check_path("path", path)
    if not path.is_dir():
        return path  # the reader of files says what is wrong with it
    if (file := _in_folder(language, path)) is None:
        raise CorpusError(f"The folder {path} holds none of {', '.join(_file_names(language))}.")
    return file


def _found(language: str, cache: str | Path | None) -> Path | None:
    if (folder := data_folder()) and (file := _in_folder(language, folder)):
        return file
    return _in_folder(language, cache_folder(cache))


def _in_folder(language: str, folder: Path) -> Path | None:
    return next((file for name in _file_names(language) if (file := find_file(folder, name))), None)


def _file_names(language: str) -> tuple[str, ...]:
    text = f"{language}.txt"
    return f"{language}-eng.zip", text, f"{language}-eng/{text}", f"tatoeba_{language}/{text}"


def _cached(language: str, cache: str | Path | None) -> Path:
    return cache_folder(cache) / f"{language}-eng.zip"


def _download(language: str, file: Path, sha256: str | None) -> None:
    url = f"{SITE}{language}-eng.zip"
    try:
        download_zip(url, file, sha256=sha256)
    except DownloadError as error:
        raise CorpusError(
            f"{error}\nNothing was left behind. You can download {url} by hand (all languages: {SITE}) and put it "
            f"into the folder {file.parent}, or into a folder that the environment variable {DATA_VARIABLE} names, or "
            f'say where it is: load("tatoeba", language="{language}", path="…/{file.name}"), or on the command line '
            f"--tsv …/{file.name}. "
            'Without a network, load("phrasebook") has pairs of its own.'
        ) from error
