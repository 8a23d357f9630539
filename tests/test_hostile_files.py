"""Files that are damaged, packed oddly, or named in capitals: refused in a sentence, or read as what they are.

``HOSTILE_DAMAGES=2000`` in the environment tries that many damages of each kind of file; a few are tried otherwise.
"""

import gzip
import io
import os
import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from course_lib.corpora import CorpusError, load
from course_lib.corpora import packed as module
from course_lib.corpora.link_files import GoldLinks, read_naacl, read_pharaoh, write_naacl, write_pharaoh
from course_lib.corpora.packed import PackedFileError, check_zip, find_file, read_gzip
from course_lib.corpora.pairs import ParallelCorpus

DAMAGES = int(os.environ.get("HOSTILE_DAMAGES", "60"))
LINES = [f"number {n} of {n * n} .\tnuméro {n} – « {n * n} »" for n in range(60)]
TEXT = ("\n".join(LINES) + "\n").encode()


def packed(name: str = "fra.txt", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip file as manythings.org packs them."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        archive.writestr("_about.txt", "no pairs")
        archive.writestr(name, TEXT)
    return content.getvalue()


def damaged(whole: bytes, seed: int) -> bytes:
    """Flip one bit, or cut the end off."""
    numbers = random.Random(seed)
    if seed % 4 == 0:
        return whole[: numbers.randrange(len(whole))]
    place = numbers.randrange(len(whole))
    return whole[:place] + bytes([whole[place] ^ 1 << numbers.randrange(8)]) + whole[place + 1 :]


def pairs_of(corpus: ParallelCorpus) -> set[tuple[str, str]]:
    return {
        (" ".join(p.source), " ".join(p.target))
        for split in (corpus.train, corpus.validation, corpus.test)
        for p in split
    }


# ------------------------------------------------------------------------------- zip


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_zip_file_is_refused_in_a_sentence_or_gives_the_same_pairs(tmp_path: Path, method: int) -> None:
    path, whole = tmp_path / "fra-eng.zip", packed(method=method)
    path.write_bytes(whole)
    expected, refused = load("tsv", path=path), []
    for seed in range(DAMAGES):
        path.write_bytes(damaged(whole, seed))
        try:
            assert load("tsv", path=path) == expected
        except CorpusError as error:
            refused.append(str(error))
    assert len(refused) > DAMAGES / 2
    assert all(message.startswith(str(path)) and message.endswith((".", "?")) for message in refused)


def test_a_damaged_download_is_refused_or_whole() -> None:
    whole, refused = packed(), []
    for seed in range(DAMAGES):
        try:
            check_zip(io.BytesIO(damaged(whole, seed)))
        except PackedFileError as error:
            refused.append(str(error))
    assert len(refused) > DAMAGES / 2
    assert all(message.startswith("is ") and message.endswith(".") for message in refused)


def test_an_encrypted_zip_file_says_to_unpack_it(tmp_path: Path) -> None:
    path, content = tmp_path / "fra-eng.zip", bytearray(packed())
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.rindex(header) + flags] |= 1
    path.write_bytes(content)
    with pytest.raises(CorpusError, match=r"fra-eng\.zip is encrypted\. Unpack it with its password"):
        load("tsv", path=path)


def test_a_way_of_packing_that_python_lacks_says_to_unpack_it(tmp_path: Path) -> None:
    path, content = tmp_path / "fra-eng.zip", bytearray(packed())
    for header, method in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        content[content.rindex(header) + method] = 9  # Deflate64, which some systems write for large files
    path.write_bytes(content)
    with pytest.raises(CorpusError, match=r"packed in a way that Python cannot read .*Unpack it and give the file"):
        load("tsv", path=path)


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 1000)
    zipped, zipped_text = tmp_path / "fra-eng.zip", tmp_path / "train.en.gz"
    zipped.write_bytes(packed())
    zipped_text.write_bytes(gzip.compress(TEXT))
    with pytest.raises(CorpusError, match=rf"unpacks to {len(TEXT):,} bytes or more; 1,000 are read at most"):
        load("tsv", path=zipped)
    with pytest.raises(PackedFileError, match=r"unpacks to 1,001 bytes or more"):
        read_gzip(zipped_text)


# ------------------------------------------------------------------------------- names


@pytest.mark.parametrize(("name", "inside"), [("FRA-ENG.ZIP", "FRA.TXT"), ("Fra-Eng.Zip", "fra.Tsv")])
def test_kinds_of_file_are_known_in_capitals_too(tmp_path: Path, name: str, inside: str) -> None:
    plain = tmp_path / "plain.TSV"
    plain.write_bytes(TEXT)
    (tmp_path / name).write_bytes(packed(inside))
    assert pairs_of(load("tsv", path=tmp_path / name)) == pairs_of(load("tsv", path=plain))
    plain.unlink()
    assert pairs_of(load("tatoeba", path=tmp_path)) == pairs_of(load("tsv", path=tmp_path / name))
    (tmp_path / name).write_bytes(b"<html>")
    with pytest.raises(CorpusError, match="no whole zip file"):
        load("tsv", path=tmp_path / name)


def test_a_packed_file_is_known_by_its_content_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "pairs.txt"
    path.write_bytes(TEXT)
    plain = pairs_of(load("tsv", path=path))
    for name, content in (
        ("pairs.txt", packed("fra.txt")),
        ("p.tsv.GZ", gzip.compress(TEXT)),
        ("p", gzip.compress(TEXT)),
    ):
        (tmp_path / name).write_bytes(content)
        assert pairs_of(load("tsv", path=tmp_path / name)) == plain
    (tmp_path / "p").write_bytes(gzip.compress(TEXT)[:-9])
    with pytest.raises(CorpusError, match=r"p is damaged .*Download it again"):
        load("tsv", path=tmp_path / "p")


@pytest.mark.parametrize("encoding", ["utf-16-be", "utf-16-le", "utf-32-be"])
def test_a_file_in_utf_16_without_a_mark_is_refused_and_loses_no_sign_in_silence(encoding: str, tmp_path: Path) -> None:
    """In UTF-16 the quotation mark U+2019 is a space and a control, in UTF-8 both valid."""
    lines = [f"I have {n} cats.\tJ\u2019ai {n} chats." for n in range(9)]
    path = tmp_path / "pairs.txt"
    path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
    with pytest.raises(CorpusError, match=r"pairs\.txt, line 1: a NUL byte.*Save the file as UTF-8"):
        load("tsv", path=path)
    for split in ("train", "val", "test"):
        for language in ("en", "de"):
            (tmp_path / f"{split}.{language}").write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
    with pytest.raises(CorpusError, match=r"train\.en holds NUL bytes.*Save it as UTF-8"):
        load("multi30k", path=tmp_path)


def test_a_folder_of_captions_is_read_in_capitals_too(tmp_path: Path) -> None:
    for split, first in (("TRAIN", 0), ("Val", 20), ("test", 40)):
        for side, language in ((0, "EN"), (1, "de")):
            text = "\n".join(line.split("\t")[side] for line in LINES[first : first + 20])
            (tmp_path / f"{split}.{language}.GZ").write_bytes(gzip.compress(text.encode()))
    assert [len(split) for split in _splits(load("multi30k", path=tmp_path))] == [20, 20, 20]


def _splits(corpus: ParallelCorpus) -> Iterator[tuple[object, ...]]:
    yield from (corpus.train, corpus.validation, corpus.test)


def test_the_exact_name_wins_over_one_in_capitals(tmp_path: Path) -> None:
    for name in ("FRA.txt", "fra.txt"):
        (tmp_path / name).write_text(name)
    assert find_file(tmp_path, "fra.txt") == tmp_path / "fra.txt"
    assert find_file(tmp_path, "Fra.txt") in (tmp_path / "FRA.txt", tmp_path / "Fra.txt")
    assert find_file(tmp_path, "none/fra.txt") is None and find_file(tmp_path / "none", "fra.txt") is None


# ------------------------------------------------------------------------------- plain text


def test_a_damaged_line_is_refused_or_changes_itself_alone(tmp_path: Path) -> None:
    """No checksum protects a text, so what a flipped bit leaves is what the file says; all other lines stay."""
    path = tmp_path / "pairs.txt"
    path.write_bytes(TEXT)
    whole, refused, read = pairs_of(load("tsv", path=path)), [], 0
    for seed in range(DAMAGES):
        path.write_bytes(damaged(TEXT, seed))
        untouched = len(set(TEXT.split(b"\n")[:-1]) & set(path.read_bytes().split(b"\n")))
        try:
            found = pairs_of(load("tsv", path=path))
        except CorpusError as error:
            refused.append(str(error))
        else:
            read += 1
            assert untouched <= len(whole & found) <= len(found) <= len(whole)
    assert refused and read and all(str(path) in message and message.endswith(".") for message in refused)


Reader = Callable[[Path], list[GoldLinks]]
GOLD = [GoldLinks(frozenset({(n % 7, n % 5)}), frozenset({(n % 7, n % 5), (n % 3, n % 2)})) for n in range(40)]
READERS: dict[str, tuple[Callable[[Path], None], Reader]] = {
    "pharaoh": (lambda path: write_pharaoh(path, GOLD, first=0), lambda path: read_pharaoh(path, first=0)),
    "naacl": (lambda path: write_naacl(path, GOLD), read_naacl),
    "pharaoh with lengths": (
        lambda path: write_pharaoh(path, GOLD, first=1),
        lambda path: read_pharaoh(path, first=1, lengths=[(7, 5)] * len(GOLD)),
    ),
    "naacl with lengths": (
        lambda path: write_naacl(path, GOLD),
        lambda path: read_naacl(path, lengths=[(7, 5)] * len(GOLD)),
    ),
}


@pytest.mark.parametrize("kind", READERS)
def test_a_damaged_file_of_links_is_refused_or_changes_few_of_them(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "gold.links"
    write, read = READERS[kind]
    write(path)
    whole = path.read_bytes()
    assert read(path) == GOLD
    refused, taken = [], 0
    for seed in range(DAMAGES):
        path.write_bytes(damaged(whole, seed))
        try:
            found = read(path)
        except CorpusError as error:
            refused.append(str(error))
        else:
            taken += 1
            assert sum(len(links.possible) for links in found) <= sum(len(links.possible) for links in GOLD) + 1
    assert refused and taken and all(str(path) in message for message in refused)


@pytest.mark.parametrize(
    ("read", "line", "expected"),
    [
        (read_naacl, "300000 1 1", r"line 2: expected a sentence number of 1 to 100002, got 300000\. If there are"),
        (read_naacl, "1 99999999 1", r"line 2: source position 99999999 is beyond the 2,000 words"),
        (read_naacl, f"1 1 {'9' * 5000}", r"line 2: expected 'sentence source target"),
        (lambda path: read_pharaoh(path, first=0), "0-99999999", r"target position 99999999 is beyond the 2,000"),
        (lambda path: read_pharaoh(path, first=0), f"{'9' * 5000}-0", r"line 2: expected links such as 3-4"),
    ],
)
def test_one_huge_position_does_not_take_the_memory_of_the_machine(
    tmp_path: Path, read: Reader, line: str, expected: str
) -> None:
    path = tmp_path / "gold.links"
    path.write_text(f"{'1 1 1' if read is read_naacl else '0-0'}\n{line}\n")
    with pytest.raises(CorpusError, match=expected):
        read(path)
