"""Where the files of a real corpus are looked for, and kept once they are downloaded. Chapter 1."""

import os
from pathlib import Path

from course_lib.corpora.pairs import CorpusError
from course_lib.options import check_path

DATA_VARIABLE = "ATTENTION_DATA"
"""The environment variable that names a folder of real corpora, looked in before anything is downloaded."""


def data_folder() -> Path | None:
    """Return the folder that ATTENTION_DATA names, or None; CorpusError where it names none that there is."""
    if not (named := os.environ.get(DATA_VARIABLE)):
        return None
    if not Path(named).is_dir():
        raise CorpusError(f"The environment variable {DATA_VARIABLE} names {named}, which is no folder.")
    return Path(named)


def cache_folder(cache: str | Path | None = None) -> Path:
    """Return the folder for downloads: ``cache``, or attention-step-by-step in the user's cache.

    CorpusError where the user has no home for it.
    """
    if cache is not None:
        return check_path("cache", cache)
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "attention-step-by-step"
    except RuntimeError as error:
        raise CorpusError(
            'There is no home folder to keep a download in. Say where: load(…, cache="…"), or a folder in '
            f"the environment variable XDG_CACHE_HOME; or name one that holds the files already in {DATA_VARIABLE}."
        ) from error
