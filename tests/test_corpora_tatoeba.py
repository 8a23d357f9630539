"""Downloads that are whole or not there, and the places where a corpus is looked for. Chapter 1."""

import errno
import hashlib
import importlib
import io
import os
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from course_lib.corpora import CorpusError, downloads, load
from course_lib.corpora.downloads import DownloadError, download_zip
from tests.oracles.http_server import Site, serving

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def zipped(lines: int = 400) -> bytes:
    """A zip file as manythings.org makes them, of about 20 kB."""
    noise = random.Random(1)
    pairs = [f"I see {n}.\tJe vois {n} {noise.random()}.\tCC-BY 2.0" for n in range(lines)]
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr("_about.txt", "no pairs here")
        archive.writestr("fra.txt", "\n".join(pairs))
    return memory.getvalue()


ZIP = zipped()


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "_PAUSE", 0.0)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site(ZIP)) as site:
        yield site


def fetch(site: Site, folder: Path, **options: object) -> Path:
    path = folder / "fra-eng.zip"
    download_zip(site.url + "fra-eng.zip", path, progress=False, timeout=5, **options)  # type: ignore[arg-type]
    return path


# ------------------------------------------------------------------------------------ downloads


def test_a_file_arrives_as_it_is(site: Site, tmp_path: Path) -> None:
    path = fetch(site, tmp_path / "new", sha256=hashlib.sha256(ZIP).hexdigest().upper())
    assert path.read_bytes() == ZIP and os.listdir(path.parent) == ["fra-eng.zip"] and site.asked == [None]


def test_a_connection_cut_in_the_middle_is_not_taken_for_the_end_but_taken_up_there(site: Site, tmp_path: Path) -> None:
    site.cut_after = [7000, 5000]
    assert fetch(site, tmp_path).read_bytes() == ZIP
    assert site.asked == [None, "bytes=7000-", "bytes=12000-"]


def test_a_server_without_ranges_is_asked_from_the_start_and_nothing_stands_twice(site: Site, tmp_path: Path) -> None:
    site.cut_after, site.ranges = [7000], False
    assert fetch(site, tmp_path).read_bytes() == ZIP


def test_halves_of_two_versions_are_not_put_together(site: Site, tmp_path: Path) -> None:
    site.cut_after, site.versions, site.earlier = [7000], ['"old"', '"new"'], [ZIP[::-1]]
    assert fetch(site, tmp_path).read_bytes() == ZIP
    assert site.asked == [None, "bytes=7000-"]  # the second answer was the whole of the new version


def test_a_part_that_begins_in_the_wrong_place_is_thrown_away(site: Site, tmp_path: Path) -> None:
    site.cut_after, site.shift = [7000], 10
    assert fetch(site, tmp_path).read_bytes() == ZIP
    assert site.asked == [None, "bytes=7000-", None]


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"cut_after": [100] * 9}, r"did not arrive whole in 4 attempts: the connection ended after 400 of"),
        ({"announced": len(ZIP) + 50}, rf"4 attempts: the server holds only {len(ZIP):,} of the {len(ZIP) + 50} bytes"),
        ({"announced": len(ZIP) - 50}, "no whole zip file"),
        ({"content": ZIP[:9000] + b"x" + ZIP[9001:]}, r"fra\.txt in the zip file is damaged"),
        ({"content": ZIP[:9000]}, "no whole zip file"),
        ({"content": b""}, "no whole zip file"),
        ({"kind": "text/html; charset=utf-8"}, "expected a zip file, got a web page.*log-in"),
        ({"content": b"\n<!DOCTYPE html><title>Log in</title>"}, "expected a zip file, got a web page"),
        ({"status": 404}, "the server answers 404 Not Found"),
        ({"status": 503}, "4 attempts: the server answers 503 Service Unavailable"),
    ],
    ids=lambda value: "" if isinstance(value, str) else " ".join(value),
)
def test_what_is_cut_damaged_or_served_wrong_leaves_nothing_behind(
    fault: dict[str, object], message: str, site: Site, tmp_path: Path
) -> None:
    for name, value in fault.items():
        setattr(site, name, value)
    with pytest.raises(DownloadError, match=message):
        fetch(site, tmp_path)
    assert os.listdir(tmp_path) == []
    assert len(site.asked) == (4 if "4 attempts" in message else 1)


@pytest.mark.parametrize("length", ["many", "5, 5", "-7", ""])
def test_a_length_that_is_no_number_is_no_length(length: str, site: Site, tmp_path: Path) -> None:
    site.length = length
    assert fetch(site, tmp_path).read_bytes() == ZIP


@pytest.mark.parametrize("url", ["", "fra-eng.zip", "http://[", "http://é/fra-eng.zip\n"])
def test_an_address_that_is_none_is_an_error_of_the_download(url: str, tmp_path: Path) -> None:
    with pytest.raises(DownloadError):
        download_zip(url, tmp_path / "fra-eng.zip", attempts=1, timeout=1, progress=False)
    assert os.listdir(tmp_path) == []


def test_another_hash_is_refused_and_the_old_file_stays(site: Site, tmp_path: Path) -> None:
    (tmp_path / "fra-eng.zip").write_bytes(b"old")
    with pytest.raises(DownloadError, match=r"expected a file with the SHA-256 00ff, got [0-9a-f]{64}"):
        fetch(site, tmp_path, sha256="00FF")
    assert os.listdir(tmp_path) == ["fra-eng.zip"] and (tmp_path / "fra-eng.zip").read_bytes() == b"old"


def test_a_full_disk_is_called_so_and_not_a_broken_connection(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DownloadError, match=r"fra-eng\.zip could not be written\. The disk is full"):
        fetch(site, tmp_path)
    assert os.listdir(tmp_path) == [] and site.asked == [None]


def test_a_folder_that_cannot_be_written_is_named_before_anything_is_fetched(site: Site, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DownloadError, match=r"Cannot write into the folder .*file"):
        fetch(site, tmp_path / "file")
    assert site.asked == []


def test_a_server_that_is_not_there_is_no_endless_wait(tmp_path: Path) -> None:
    with serving(Site(b"")) as gone:
        pass
    with pytest.raises(DownloadError, match=r"4 attempts: no connection \(.*refused"):
        fetch(gone, tmp_path)
    assert os.listdir(tmp_path) == []


# ----------------------------------------------------------------------- load("tatoeba", …)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, site: Site) -> Path:
    """An empty cache, no folder of one's own, and the local server in place of the site."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("ATTENTION_DATA", raising=False)
    # corpora/__init__ gives the module's name to the function
    monkeypatch.setattr(importlib.import_module("course_lib.corpora.tatoeba"), "SITE", site.url)
    return tmp_path


def test_a_corpus_is_downloaded_once_and_then_read_from_the_cache(home: Path, site: Site) -> None:
    first = load("tatoeba", language="fra", max_words=6)
    assert (home / "cache" / "attention-step-by-step" / "fra-eng.zip").read_bytes() == ZIP
    assert (first.name, first.source_language, first.target_language) == ("tatoeba-fra", "English", "French")
    assert sum(map(len, (first.train, first.validation, first.test))) == 400
    assert load("tatoeba", language="fra", max_words=6) == first and len(site.asked) == 1


def test_a_copy_of_ones_own_comes_before_cache_and_network(
    home: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = {name: "".join(f"{name} {n}\tx\n" for n in range(40)) for name in ("given", "variable", "cached")}
    for place, name in (("own", "given"), ("data/tatoeba_fra", "variable"), ("cache2", "cached")):
        (home / place).mkdir(parents=True)
        (home / place / "fra.txt").write_text(pairs[name], encoding="utf-8")

    def word(**options: object) -> str:
        return load("tatoeba", language="fra", **options).train[0].source[0]

    assert word(cache=home / "cache2") == "cached"
    monkeypatch.setenv("ATTENTION_DATA", str(home / "data"))
    assert word(cache=home / "cache2") == "variable"
    assert word(path=home / "own", cache=home / "cache2") == word(path=home / "own" / "fra.txt") == "given"
    assert site.asked == []


def test_a_failed_download_says_what_to_do_and_leaves_no_file(home: Path, site: Site) -> None:
    site.kind = "text/html"
    with pytest.raises(CorpusError) as caught:
        load("tatoeba", language="fra", cache=home / "mine")
    for part in ("web page", "by hand", site.url, str(home / "mine"), "ATTENTION_DATA", "path=", "phrasebook"):
        assert part in str(caught.value)
    assert os.listdir(home / "mine") == []


def test_a_place_that_was_named_and_holds_nothing_is_an_error_and_no_download(
    home: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CorpusError, match=r"holds none of mar-eng\.zip, mar\.txt"):
        load("tatoeba", language="mar", path=home)
    with pytest.raises(CorpusError, match="There is no file"):
        load("tatoeba", language="mar", path=home / "mar.txt")
    with pytest.raises(ValueError, match=r"three letters .*fra.*got '\.\./x'"):
        load("tatoeba", language="../x")
    monkeypatch.setenv("ATTENTION_DATA", str(home / "nowhere"))
    with pytest.raises(CorpusError, match=r"ATTENTION_DATA names .*nowhere, which is no folder"):
        load("tatoeba", language="mar")
    assert site.asked == []


@pytest.mark.parametrize(("code", "name"), [("hin", "Hindi"), ("cmn", "Mandarin Chinese")])
def test_the_real_files_are_found_in_their_folder(code: str, name: str) -> None:
    if not SHARED.exists():
        pytest.skip("The real corpora ../shared/data are not on this machine.")
    corpus = load("tatoeba", language=code, path=SHARED)
    assert corpus.target_language == name and len(corpus.train) > 2000
