"""A model reads a new sentence as it learnt to: the way in which its words were split goes with it."""

import io
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import torch

from course_lib.__main__ import main
from course_lib.corpora import ParallelCorpus, available, load
from course_lib.corpora import text as text_module
from course_lib.corpora.grammar.languages.table import LANGUAGES
from course_lib.corpora.splitting import BY_SPACES, CHARACTERS, GIVEN, LOWERED, Splitting, source_splitting
from course_lib.corpora.subwords import Subwords, subword_corpus
from course_lib.corpora.text import detokenise, tokenise
from course_lib.models import build_model
from course_lib.saved_models import load_saved, save_model
from course_lib.seq2seq import Seq2Seq, Translation
from course_lib.vocabulary import UnknownTokenError, Vocabulary
from tests.draws import load_few_held_out

torch.set_num_threads(1)

PHRASEBOOK = Path(__file__).resolve().parents[1] / "course_lib" / "corpora" / "phrasebook"
SIZES = {"embedding": 4, "hidden": 4}


@cache
def drawn(name: str) -> ParallelCorpus:
    """As many sentences of the grammar as come with any training set; another kind has 300 to train."""
    return load_few_held_out(name, size=2100) if name in DRAWN else load(name, size=300)


def swapped(path: Path, folder: Path) -> Path:
    """Write the phrases of ``path`` with the translation first, as a file of Chinese sentences has them."""
    lines = [line.split("\t") for line in path.read_text("utf-8").splitlines()]
    to = folder / "swapped.tsv"
    to.write_text("".join(f"{target}\t{source}\n" for source, target, *_ in lines), "utf-8")
    return to


def multi30k(folder: Path, ending: str) -> ParallelCorpus:
    folder.mkdir()
    lines = [f"T-shirts &amp; hats , {n} of them : the dog 's ball ." for n in range(30)]
    for split, part in (("train", lines[:20]), ("val", lines[20:25]), ("test", lines[25:])):
        for language in ("en", "de"):
            (folder / f"{split}.{ending}{language}").write_text("\n".join(part) + "\n", "utf-8")
    return load("multi30k", path=folder)


def made(name: str, folder: Path) -> ParallelCorpus:
    """Return a small corpus of each kind that ``load`` has, and of each way to split."""
    chinese = PHRASEBOOK / "eng-cmn.tsv"
    if name in ("jieba", "tsv"):
        return load("tsv", path=swapped(chinese, folder), segment="words" if name == "jieba" else "characters")
    if name == "spaced":
        return load("tsv", path=swapped(chinese, folder), segment="spaces")
    if name == "tatoeba":
        return load("tatoeba", language="mar", path=PHRASEBOOK / "eng-mar.tsv")
    if name.startswith("multi30k"):
        return multi30k(folder / "data", {"multi30k": "", "multi30k, split": "lc.norm.tok."}[name])
    if name.startswith("subwords"):
        corpus = drawn(name.partition(" ")[2])
        sentences = [words for pair in corpus.train[:300] for words in (pair.source, pair.target)]
        model = Subwords.train(sentences, 150 if "en" in name else 45)
        return subword_corpus(corpus, model, model)
    return drawn(name) if "size" in available()[name] else load(name)


DRAWN = [f"{one}-{other}" for one, other in permutations(LANGUAGES, 2)]
SHORT_RUN = ("en-fr", "fr-zh", "zh-mr", "mr-en")  # every language on both sides
OTHERS = [pytest.param(name, marks=pytest.mark.slow) for name in DRAWN if name not in SHORT_RUN]
SPLIT_OTHERWISE = ["multi30k, split", "jieba", "spaced", "subwords en-fr", "subwords dates"]
NAMES = [*[name for name in available() if name not in DRAWN], *SHORT_RUN, *OTHERS, *SPLIT_OTHERWISE]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Collect the words that the command line hands to the model."""
    found: list[tuple[str, ...]] = []

    def translate(_: Seq2Seq, sentences: Sequence[Sequence[str]], **__: Any) -> list[Translation]:
        found.extend(map(tuple, sentences))
        return [Translation((), 0.0, True) for _ in sentences]

    monkeypatch.setattr(Seq2Seq, "translate", translate)
    return found


def saved(folder: Path, corpus: ParallelCorpus, min_count: int = 1) -> Path:
    model = build_model("bahdanau", *corpus.vocabularies(min_count), **SIZES)
    save_model(folder / "run", model, "bahdanau", SIZES, extra=corpus.splittings_record())
    return folder / "run"


@pytest.mark.parametrize("name", NAMES)
def test_a_sentence_as_train_prints_it_is_read_as_the_model_learnt_it(
    name: str, tmp_path: Path, read: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = made(name, tmp_path)
    pairs = [*corpus.train, *corpus.validation, *corpus.test]
    for pair in pairs:
        assert corpus.source_splitting(" ".join(pair.source)) == pair.source
        assert corpus.target_splitting(" ".join(pair.target)) == pair.target
    folder = saved(tmp_path, corpus)
    assert load_saved(folder).extra == corpus.splittings_record()
    known = [pair.source for pair in corpus.train[:300]]
    assert main(["translate", "--model", str(folder), *map(" ".join, known[:20])]) == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{' '.join(words)}\n" for words in known[20:])))
    assert main(["translate", "--model", str(folder)]) == 0
    assert read == known


@pytest.mark.parametrize("language", ["fr", "zh", "mr", "hi"])
def test_every_phrase_of_the_phrasebook_is_split_again_in_both_languages(language: str) -> None:
    corpus = load("phrasebook", language=language)
    record = json.loads(json.dumps(corpus.splittings_record()))
    source, target = (Splitting.from_record(record[f"{side}_splitting"]) for side in ("source", "target"))
    pairs = [*corpus.train, *corpus.validation, *corpus.test]
    assert len(pairs) > 400
    assert [source(" ".join(pair.source)) for pair in pairs] == [pair.source for pair in pairs]
    assert [target(" ".join(pair.target)) for pair in pairs] == [pair.target for pair in pairs]


@pytest.mark.parametrize("name", ["jieba", "tsv", "en-fr", "fr-zh", "mr-en", "subwords en-fr"])
def test_a_sentence_as_people_write_it_is_read_so_too(name: str, tmp_path: Path) -> None:
    """With capitals, and no space before a full stop: as a reader types it."""
    corpus = made(name, tmp_path)
    way = corpus.source_splitting
    if name in ("jieba", "tsv"):
        raw = [line.split("\t")[0] for line in (tmp_path / "swapped.tsv").read_text("utf-8").splitlines()]
        sources = {pair.source for pair in (*corpus.train, *corpus.validation, *corpus.test)}
        assert {way(sentence) for sentence in raw} == sources
        return
    words = drawn(name.split()[-1])  # the sentences of the same draw, in words
    for pair, whole in zip(corpus.train, words.train, strict=False):
        assert way(detokenise(whole.source, corpus.source_language).capitalize()) == pair.source


def test_what_stands_between_spaces_is_a_word_also_in_chinese() -> None:
    words = ("玛丽", "正在", "帮助", "我们", "。")
    assert drawn("zh-mr").source_splitting("玛丽 正在 帮助 我们。") == words
    assert tokenise("玛丽 正在 帮助 我们。") != words


def test_dates_and_symbols_are_read_letter_by_letter() -> None:
    corpus = load("dates", size=300)
    for pair in corpus.train:
        assert corpus.source_splitting("".join(pair.source).replace("␣", " ")) == pair.source
    assert load("reversal", size=10).source_splitting("abcd") == tuple("abcd")
    assert corpus.source_splitting("May 3, 1998") == tuple("may␣3,␣1998")
    assert CHARACTERS("क्\u200dष") == CHARACTERS("क ् ष") == tuple("क्ष")  # a joiner is not seen


def test_train_saves_how_the_words_of_its_corpus_were_split(tmp_path: Path) -> None:
    command = ["train", "--corpus", "reversal", "--out", str(tmp_path), "--steps", "1", "--hidden", "4"]
    command += [
        "--embedding",
        "4",
        "--validation-pairs",
        "2",
        "--test-pairs",
        "2",
        "--examples",
        "0",
        "--device",
        "cpu",
    ]
    assert main(command) == 0
    assert source_splitting(load_saved(tmp_path).extra) == load("reversal").source_splitting == CHARACTERS


def test_a_model_that_says_nothing_reads_tokenised_sentences() -> None:
    assert source_splitting({}) == Splitting()


@pytest.mark.parametrize("splitting", [GIVEN, LOWERED, CHARACTERS, BY_SPACES, Splitting(subwords=b"\x00\xff model")])
def test_a_record_gives_back_the_splitting(splitting: Splitting) -> None:
    assert Splitting.from_record(json.loads(json.dumps(splitting.to_record()))) == splitting


@pytest.mark.parametrize(
    "change",
    [
        {"space": 5},
        {"space": None},
        {"rule": ["given"]},
        {"rule": "guess"},
        {"segment": "word"},
        {"subwords": "§"},
        {"subwords": None},
        {"more": "x"},
    ],
)
def test_a_record_of_something_else_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no record of how words were split"):
        Splitting.from_record({**Splitting().to_record(), **change})


@pytest.mark.parametrize("missing", ["jieba", "sentencepiece"])
def test_what_cannot_be_split_here_says_what_to_install(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model = Subwords.train([["a", "b", "ab"]] * 20, 8).model
    way = Splitting(segment="words") if missing == "jieba" else Splitting(subwords=model)
    text_module._segmenter.cache_clear()
    sys.modules["course_lib.corpora.splitting"]._model.cache_clear()
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ImportError, match=f"pip install {missing}"):
        way("我们 ab")
    text_module._segmenter.cache_clear()


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    """A model that knows a, b and the full stop."""
    vocabulary = Vocabulary.build([["a", "b", "."]])
    save_model(tmp_path, build_model("bahdanau", vocabulary, vocabulary, **SIZES), "bahdanau", SIZES)
    return tmp_path


def test_unknown_words_are_named_and_a_sentence_of_nothing_else_is_refused(
    letters: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["translate", "--model", str(letters), "a cat, b."]) == 0
    said = capsys.readouterr()
    assert "does not know 'cat', ','; each is read as <unk>" in said.err and len(said.out.splitlines()) == 1
    assert main(["translate", "--model", str(letters), "玛丽 cat"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and "knows no word of '玛丽 cat' (it reads: '玛', '丽', 'cat')" in said.err
    assert "trained on words and marks, and each letter of scripts without spaces" in said.err
    assert main(["translate", "--model", str(letters), "a b ."]) == 0
    assert capsys.readouterr().err == ""


def test_a_mark_that_the_model_knows_does_not_make_a_sentence_known() -> None:
    """As people write Chinese it is one long word for a model that learnt words between spaces."""
    corpus = drawn("zh-mr")
    vocabulary, _ = corpus.vocabularies()
    words, unknown = corpus.source_splitting.known("玛丽 正在 帮助 我们。", vocabulary)
    assert len(words) == 5 and not unknown
    with pytest.raises(UnknownTokenError, match=r"trained on .*with spaces between the words, also in Chinese"):
        corpus.source_splitting.known("玛丽正在帮助我们。", vocabulary)
    assert corpus.source_splitting.known("。", vocabulary) == (("。",), "")


def test_a_line_of_unknown_words_leaves_an_empty_line_and_the_others_are_translated(
    letters: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, read: list[tuple[str, ...]]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a b\nnever seen\nb\n"))
    assert main(["translate", "--model", str(letters)]) == 2, "one line was not translated"
    said = capsys.readouterr()
    assert said.out.count("\n") == 3 and "knows no word of 'never seen'" in said.err
    assert "1 line(s) could not be translated" in said.err
    assert read == [("a", "b"), ("b",)]


def test_many_unknown_words_do_not_fill_the_screen() -> None:
    vocabulary = Vocabulary.build([["a"]])
    _, said = Splitting().known(" ".join(["a", *(f"w{n}" for n in range(1000))]), vocabulary)
    assert "'w7', …" in said and "w8" not in said
    assert replace(Splitting(), segment="words") != Splitting()


def test_a_reserved_word_in_a_line_is_named_and_the_others_are_translated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    vocabulary = Vocabulary.build([["a", "b"]])
    extra = {"source_splitting": GIVEN.to_record()}
    save_model(tmp_path, build_model("bahdanau", vocabulary, vocabulary, **SIZES), "bahdanau", SIZES, extra=extra)
    monkeypatch.setattr("sys.stdin", io.StringIO("a b\n<pad> a\nb\n"))
    assert main(["translate", "--model", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert said.out.count("\n") == 3 and said.out.split("\n")[1] == ""
    assert "Line 2 of standard input" in said.err and "'<pad>'" in said.err
    assert main(["translate", "--model", str(tmp_path), "a </s> b"]) == 2
