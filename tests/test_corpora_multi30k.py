"""Multi30k with its own splits and without its leak, from this machine or downloaded. Chapters 1 and 14."""

import gzip
import hashlib
import importlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from course_lib.corpora import CorpusError, downloads, load
from tests.oracles.http_server import Site, serving

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
ENGLISH = {
    "train": [
        "A dog runs.",
        "Two cats.",
        "A dog  RUNS.",
        "A man isn't here.",
        "A red bus.",
        "A walk on the beach.",
    ],
    "val": ["A dog runs.", "A tree.", "The sea."],
    "test_2016_flickr": ["The sea.", "A walk on the beach."],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six, three and two captions; one source of train stands in val, twice, one in test, and one of val in test."""
    for split, lines in ENGLISH.items():
        (tmp_path / f"{split}.en").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        german = "".join(f"{split} Bild {n}.\n" for n in range(len(lines)))
        (tmp_path / f"{split}.de.gz").write_bytes(gzip.compress(german.encode()))
    return tmp_path


def test_a_caption_that_is_tested_is_not_trained_on_and_the_note_counts_what_is_left_out(folder: Path) -> None:
    corpus = load("multi30k", path=folder)
    assert [" ".join(pair.source) for pair in corpus.train] == ["two cats .", "a man isn't here .", "a red bus ."]
    assert [" ".join(pair.source) for pair in corpus.validation] == ["a dog runs .", "a tree ."]
    assert len(corpus.test) == 2
    assert "3 of 6 training pairs, 1 of 3 validation pairs" in corpus.note


def test_each_caption_keeps_its_own_translation(folder: Path) -> None:
    corpus = load("multi30k", path=folder)
    assert [pair.target[2] for pair in corpus.train] == ["1", "3", "4"]
    assert {pair.target[0] for pair in corpus.test} == {"test_2016_flickr"}
    turned = load("multi30k", path=folder, source="de", target="en")
    assert (turned.name, turned.source_language, turned.target_language) == ("multi30k-de-en", "German", "English")
    assert len(turned.train) == 6 and turned.train[1].target == ("two", "cats", ".")  # no German caption stands twice


def test_long_captions_are_left_out_where_asked(folder: Path) -> None:
    assert [len(pair.source) for pair in load("multi30k", path=folder, max_words=4).test] == [3]


def test_files_that_are_split_already_are_read_by_their_spaces(folder: Path) -> None:
    for split, lines in ENGLISH.items():
        for old in (folder / f"{split}.en", folder / f"{split}.de.gz"):
            old.unlink()
        for language in ("en", "de"):
            text = "".join(f"it &apos;s &quot; {line.lower()} \n" for line in lines)
            (folder / f"{split}.lc.norm.tok.{language}").write_text(text, encoding="utf-8")
    assert load("multi30k", path=folder).train[0].source == ("it", "'s", '"', "two", "cats.")


def test_files_that_are_split_already_are_so_in_capitals_too_and_read_again_from_print(folder: Path) -> None:
    for split, lines in ENGLISH.items():
        (folder / f"{split}.en").unlink()
        text = "".join(f"e&#769;t&shy;e &nbsp; &apos;s t-shirt {line}\n" for line in lines)
        (folder / f"{split}.LC.NORM.TOK.EN").write_text(text, encoding="utf-8")
    corpus = load("multi30k", path=folder)
    assert corpus.train[0].source == ("éte", "'s", "t-shirt", "two", "cats.")
    assert all(corpus.source_splitting(" ".join(pair.source)) == pair.source for pair in corpus.train)
    assert corpus.source_splitting("Two Cats.") == ("two", "cats.")  # as a reader writes to the model


def test_two_sides_of_different_length_are_not_cut_to_the_shorter_one(folder: Path) -> None:
    (folder / "val.en").write_text("A dog runs.\nA tree.\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"val\.en has 2 lines and .*val\.de\.gz has 3"):
        load("multi30k", path=folder)
    (folder / "val.en").write_text("A dog runs.\n\nThe sea.\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"val\.en, line 2: the line is empty"):
        load("multi30k", path=folder)


def test_missing_and_damaged_files_are_named(folder: Path, tmp_path: Path) -> None:
    (folder / "val.de.gz").write_bytes((folder / "val.de.gz").read_bytes()[:-9])
    with pytest.raises(CorpusError, match=r"val\.de\.gz is damaged .*Download it again"):
        load("multi30k", path=folder)
    (folder / "val.de.gz").unlink()
    with pytest.raises(CorpusError, match=r"neither val\.de nor val\.de\.gz\. Take the folder"):
        load("multi30k", path=folder)
    with pytest.raises(CorpusError, match=r"holds no file .*'train\.'.*github\.com/multi30k"):
        load("multi30k", path=tmp_path / "nowhere")
    with pytest.raises(ValueError, match="two languages, got 'de' twice"):
        load("multi30k", path=folder, source="de")


# ----------------------------------------------------------------------------------- downloads

MODULE = importlib.import_module("course_lib.corpora.multi30k")


@pytest.fixture
def site() -> Iterator[Site]:
    """A server that has the six files, German and English."""
    files = {}
    for split, lines in ENGLISH.items():
        english = "".join(f"{line}\n" for line in lines)
        german = "".join(f"{split} Bild {n}.\n" for n in range(len(lines)))
        files |= {f"{split}.en.gz": gzip.compress(english.encode()), f"{split}.de.gz": gzip.compress(german.encode())}
    with serving(Site(b"", files=files, kind="application/octet-stream")) as site:
        yield site


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, site: Site) -> Path:
    """The folder for downloads, which is not there yet; the local server stands in place of the real one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("ATTENTION_DATA", raising=False)
    monkeypatch.setattr(downloads, "_PAUSE", 0.0)
    monkeypatch.setattr(MODULE, "RAW_FILES", site.url + "raw/")
    monkeypatch.setattr(MODULE, "SHA256", {name: hashlib.sha256(file).hexdigest() for name, file in site.files.items()})
    return tmp_path / "cache" / "attention-step-by-step" / "multi30k"


def test_nothing_is_downloaded_before_the_licence_is_accepted(cache: Path, site: Site) -> None:
    with pytest.raises(CorpusError) as caught:
        load("multi30k")
    for part in ("6 of 6", "not commercial", "accept_licence=True", "--accept-licence", str(cache), "ATTENTION_DATA"):
        assert part in str(caught.value)
    with pytest.raises(ValueError, match="accept_licence: expected True or False, got 'no'"):
        load("multi30k", accept_licence="no")
    assert site.asked == [] and not cache.exists()


def test_the_six_files_are_downloaded_once_and_then_read_without_a_word_about_the_licence(
    cache: Path, site: Site
) -> None:
    first = load("multi30k", source="de", target="en", accept_licence=True)
    assert sorted(os.listdir(cache)) == sorted(site.files) == sorted(site.names)
    assert (first.name, len(first.train), first.train[1].target) == ("multi30k-de-en", 6, ("two", "cats", "."))
    assert load("multi30k", source="de", target="en") == first and len(site.names) == 6
    with pytest.raises(CorpusError, match="lacks 3 of 6 files"):
        load("multi30k", source="fr", target="en")


def test_what_arrived_before_a_failure_stays_and_is_not_fetched_again(cache: Path, site: Site) -> None:
    whole, site.files["val.de.gz"] = site.files["val.de.gz"], b"another file"
    with pytest.raises(CorpusError) as caught:
        load("multi30k", accept_licence=True)
    for part in ("val.de.gz: expected a file with the SHA-256", "3 of 6 files arrived and stay", "phrasebook", "path="):
        assert part in str(caught.value)
    assert sorted(os.listdir(cache)) == ["train.de.gz", "train.en.gz", "val.en.gz"]
    with pytest.raises(CorpusError, match="lacks 3 of 6 files"):  # no corpus is made of some of the files
        load("multi30k")
    site.files["val.de.gz"], site.cut_after = whole, [20]
    site.names.clear()
    site.asked.clear()
    assert len(load("multi30k", accept_licence=True).train) == 3
    assert site.names[:2] == ["val.de.gz"] * 2 and site.asked[:3] == [None, "bytes=20-", None]  # cut, taken up there
    assert len(site.names) == 4 and len(os.listdir(cache)) == 6


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"kind": "text/html"}, "expected a file, got a web page.*log-in"),
        ({"status": 404}, "the server answers 404 Not Found"),
        ({"cut_after": [5] * 9}, "did not arrive whole in 4 attempts"),
    ],
    ids=lambda value: "" if isinstance(value, str) else " ".join(value),
)
def test_a_failed_download_leaves_no_half_of_a_file(
    fault: dict[str, object], message: str, cache: Path, site: Site
) -> None:
    for name, value in fault.items():
        setattr(site, name, value)
    with pytest.raises(CorpusError, match=message):
        load("multi30k", accept_licence=True)
    assert os.listdir(cache) == []


def test_without_a_network_the_message_says_so_and_what_to_do(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MODULE, "RAW_FILES", "http://no.such.server.invalid/")
    with pytest.raises(CorpusError, match=r"(?s)no network, or no such server.*0 of 6 files.*phrasebook.*path="):
        load("multi30k", accept_licence=True)


def test_a_copy_of_ones_own_comes_before_the_downloads(
    cache: Path, site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load("multi30k", cache=folder / "elsewhere", accept_licence=True)
    assert len(os.listdir(folder / "elsewhere" / "multi30k")) == 6
    (folder / "data" / "multi30k" / "raw").mkdir(parents=True)
    for file in folder.glob("*.*"):
        text = file.read_bytes() if file.suffix == ".gz" else file.read_bytes().replace(b"Two cats", b"Two mice")
        (folder / "data" / "multi30k" / "raw" / file.name).write_bytes(text)
    monkeypatch.setenv("ATTENTION_DATA", str(folder / "data"))
    own = load("multi30k", accept_licence=True)
    assert own.train[0].source == ("two", "mice", ".")
    assert load("multi30k", path=folder / "data") == own  # the same folder, named
    assert load("multi30k", path=folder, accept_licence=True).train[0].source == ("two", "cats", ".")
    assert len(site.names) == 6
    monkeypatch.setenv("ATTENTION_DATA", str(folder / "nowhere"))
    with pytest.raises(CorpusError, match=r"ATTENTION_DATA names .*nowhere, which is no folder"):
        load("multi30k")


def test_the_hashes_are_those_of_the_real_files() -> None:
    raw = SHARED / "multi30k" / "raw"
    if not raw.exists():
        pytest.skip("The real corpus ../shared/data/multi30k is not on this machine.")
    for file in raw.iterdir():
        assert hashlib.sha256(file.read_bytes()).hexdigest() == MODULE.SHA256[file.name]


@pytest.mark.parametrize("kind", ["raw", "tok"])
def test_the_real_files_have_the_sizes_of_the_paper_less_one_leak(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if not (SHARED / "multi30k").exists():
        pytest.skip("The real corpus ../shared/data/multi30k is not on this machine.")
    corpus = load("multi30k", path=SHARED / "multi30k" / kind)
    assert [len(split) for split in (corpus.train, corpus.validation, corpus.test)] == [28_999, 1014, 1000]
    assert "1 of 29,000 training pairs, 0 of 1,014 validation pairs" in corpus.note
    assert corpus.train[0].source == tuple("two young , white males are outside near many bushes .".split())
    if kind == "raw":
        monkeypatch.setenv("ATTENTION_DATA", str(SHARED))
        assert load("multi30k") == corpus
