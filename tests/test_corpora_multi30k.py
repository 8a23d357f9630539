"""Multi30k with its own splits and without its leak. Chapter 1."""

import gzip
from pathlib import Path

import pytest

from course_lib.corpora import CorpusError, load

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
    assert corpus.train[0].source == ("éte", "'s", "t-shirt", "Two", "cats.")
    assert all(corpus.source_splitting(" ".join(pair.source)) == pair.source for pair in corpus.train)


def test_two_sides_of_different_length_are_not_cut_to_the_shorter_one(folder: Path) -> None:
    (folder / "val.en").write_text("A dog runs.\nA tree.\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"val\.en has 2 lines and .*val\.de\.gz has 3"):
        load("multi30k", path=folder)
    (folder / "val.en").write_text("A dog runs.\n\nThe sea.\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"val\.en, line 2: the line is empty"):
        load("multi30k", path=folder)


def test_missing_and_damaged_files_are_named(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "val.de.gz").write_bytes((folder / "val.de.gz").read_bytes()[:-9])
    with pytest.raises(CorpusError, match=r"val\.de\.gz is damaged .*Download it again"):
        load("multi30k", path=folder)
    (folder / "val.de.gz").unlink()
    with pytest.raises(CorpusError, match=r"neither val\.de nor val\.de\.gz\. Take the folder"):
        load("multi30k", path=folder)
    with pytest.raises(CorpusError, match=r"holds no file .*'train\.'.*github\.com/multi30k"):
        load("multi30k", path=tmp_path / "nowhere")
    monkeypatch.delenv("ATTENTION_DATA", raising=False)
    with pytest.raises(CorpusError, match=r"needs a folder.*ATTENTION_DATA"):
        load("multi30k")
    with pytest.raises(ValueError, match="two languages, got 'de' twice"):
        load("multi30k", path=folder, source="de")


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
