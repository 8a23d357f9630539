"""Multi30k (Elliott et al. 2016): captions of pictures, in English and by translators in German. Chapters 1 and 14.

With the splits that papers report on. The files are those of https://github.com/multi30k/dataset, folder
data/task1, for research and education that is not commercial. Looked for in this order: the argument
``path``, the folder that the environment variable ATTENTION_DATA names, the cache; whoever accepts the
licence may let what is in none of them be downloaded into the cache.
"""

import html
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Literal

from course_lib.corpora.downloads import DownloadError, download_file
from course_lib.corpora.packed import PackedFileError, find_file, names_in, read_gzip
from course_lib.corpora.pairs import CorpusError, ParallelCorpus, SentencePair
from course_lib.corpora.places import DATA_VARIABLE, cache_folder, data_folder
from course_lib.corpora.splits import Words
from course_lib.corpora.splitting import LOWERED, Splitting
from course_lib.corpora.text import tokenise
from course_lib.options import check_count, check_option, check_path, check_switch

COMMIT = "a3d2e0d26b56f3846f66a952536ffed4e401d05a"
RAW_FILES = f"https://raw.githubusercontent.com/multi30k/dataset/{COMMIT}/data/task1/raw/"
SHA256 = {
    "train.en.gz": "d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f",
    "train.de.gz": "726e39b2fa9eb9ffb6dc763fb35a179f80fae06ffc5d28b6ace5faa883de28a6",
    "train.fr.gz": "622e75069e9f4c577425c4f277116ce66e63a2401c0a2312d90073cb12379a3c",
    "train.cs.gz": "a65adb8b32e3bc664f21ecba7a6e7f6950fd1f405e135f7c312faabdb6255077",
    "val.en.gz": "14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28",
    "val.de.gz": "f0cba2f995189cf5770f29a8a9a537a3ad3f51657ad873405082ff6863a5e75a",
    "val.fr.gz": "ca3106f1a72390591d25f6c45cb4cd39dec4cd3f123e099748a3ce5256c160e9",
    "val.cs.gz": "b63226e05c4bd5dd6a42897d74b86a1b9d2c31498252c572b1ea7f7996927fcc",
    "test_2016_flickr.en.gz": "611d361c6334bc7246101d48097c13cf5c4413c5befc793cc629934359d532d9",
    "test_2016_flickr.de.gz": "9204244e408ccb38d2a55cfcd344df15005fc42a07a6e55ca6c52b6ababb8cc8",
    "test_2016_flickr.fr.gz": "6d326e188d259fb1d04ac19eae3af956559b3a0b93d7635e56c90987c40c8b90",
    "test_2016_flickr.cs.gz": "200a4a74cc9560f051924abb9803be008d1908d77f747e9141aeb86dfd2797f1",
}
"""What each file of that commit must be."""

LanguageCode = Literal["en", "de", "fr", "cs"]
_NAMES = {"en": "English", "de": "German", "fr": "French", "cs": "Czech"}
_SPLITS = {"train": ("train",), "validation": ("val", "validation"), "test": ("test_2016_flickr", "test2016", "test")}
_ENDINGS = ("{language}", "{language}.gz", "lc.norm.tok.{language}", "lc.norm.tok.{language}.gz")
_TOKENISED = ".lc.norm.tok."
_HOW_TO_GET_IT = (
    "Take the folder data/task1 from https://github.com/multi30k/dataset and say where it is: "
    'load("multi30k", path="…/task1/raw"), on the command line --data …/task1/raw; or put it as multi30k into a '
    f"folder that {DATA_VARIABLE} names."
)


def multi30k_corpus(
    path: str | Path | None = None,
    source: LanguageCode = "en",
    target: LanguageCode = "de",
    max_words: int | None = None,
    cache: str | Path | None = None,
    accept_licence: bool = False,
) -> ParallelCorpus:
    """Read the captions, with their own splits: 29,000, 1,014 and 1,000 (test of 2016) pairs.

    ``path`` holds train, val and test_2016_flickr, each in two languages (such as train.en or
    train.en.gz; files named .lc.norm.tok are taken as split into words), or a folder multi30k, raw or
    tok that does. ``cache`` is the folder for downloads (default: attention-step-by-step in
    XDG_CACHE_HOME or ~/.cache). ``accept_licence`` says that you use the captions for research or
    education that is not commercial: only then are the six files fetched where none were found, each
    checked against the hash of its file in the repository. ``max_words`` keeps pairs of at most that many
    words a side. All words are in small letters, as papers on Multi30k report them.

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
    check_switch("accept_licence", accept_licence)
    folder = _given(path) if path is not None else _found() or _downloaded(cache, source, target, accept_licence)
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
    return LOWERED if _is_split(_file(folder, _SPLITS["train"], language)) else Splitting()


def _is_split(path: Path) -> bool:
    return _TOKENISED in path.name.lower()


def _without(pairs: Sequence[SentencePair], sources: Iterable[Words]) -> tuple[SentencePair, ...]:
    tested = set(sources)
    return tuple(pair for pair in pairs if pair.source not in tested)


def _given(path: str | Path) -> Path:
    if (folder := _in_folder(check_path("path", path))) is None:
        raise CorpusError(f"{path} holds no file whose name starts with 'train.'. {_HOW_TO_GET_IT}")
    return folder


def _found() -> Path | None:
    """Return the folder of a copy that the user has put where corpora are looked for."""
    return _in_folder(folder / "multi30k") if (folder := data_folder()) else None


def _in_folder(path: Path) -> Path | None:
    """Return the folder that holds the files: ``path``, or its multi30k, raw or tok."""
    inside = ("", "raw", "tok", "multi30k", "multi30k/raw", "multi30k/tok")
    return next((path / name for name in inside if _holds_captions(path / name)), None)


def _holds_captions(folder: Path) -> bool:
    return any(name.lower().startswith("train.") for name in names_in(folder))


def _downloaded(cache: str | Path | None, source: str, target: str, accept_licence: bool) -> Path:
    """Return the folder of the downloads, with all files of both languages in it: those that were missing are fetched.

    CorpusError where the licence is not accepted, or where a file cannot be had; those that came before it stay.
    """
    folder = cache_folder(cache) / "multi30k"
    files = [f"{names[0]}.{language}.gz" for names in _SPLITS.values() for language in (source, target)]
    missing = [file for file in files if not (folder / file).is_file()]
    if missing and not accept_licence:
        raise CorpusError(
            f"The captions of Multi30k are not on this machine: {folder} lacks {len(missing)} of {len(files)} files. "
            "They are for research and education that is not commercial (https://github.com/multi30k/dataset). If you "
            'use them so, load("multi30k", accept_licence=True), or --accept-licence on the command line, downloads '
            f"them (1.3 MB). Or bring a copy of your own: {_HOW_TO_GET_IT}"
        )
    for number, file in enumerate(missing):
        try:
            download_file(RAW_FILES + file, folder / file, sha256=SHA256[file])
        except DownloadError as error:
            raise CorpusError(
                f"{error}\n{number} of {len(missing)} files arrived and stay in {folder}; the same call fetches the "
                'rest. Without a network, load("phrasebook") has pairs of its own. Or bring a copy: '
                f"{_HOW_TO_GET_IT}"
            ) from error
    return folder


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
    return LOWERED(html.unescape(line)) if split else tokenise(line)
