"""Real files: cleaning, splitting into words, splits without a leak, and what to say of a broken file. Chapter 1."""

import random
import re
import sys
import unicodedata
import zipfile
from pathlib import Path

import pytest

from course_lib.__main__ import main
from course_lib.corpora import CorpusError, load
from course_lib.corpora import text as module
from course_lib.corpora.text import clean, tokenise

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared(path: str) -> Path:
    if not (SHARED / path).exists():
        pytest.skip(f"The real corpus ../shared/data/{path} is not on this machine.")
    return SHARED / path


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Thirty English sentences, each with two translations, as manythings writes them."""
    path = tmp_path / "small.txt"
    lines = [f"I see {n} cats.\t{french} {n} chats.\tCC-BY 2.0" for n in range(30) for french in ("Je vois", "J’ai vu")]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


# ---------------------------------------------------------------------------------------- text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("L’homme qu'il n'a pas vu, aujourd'hui !", "l' homme qu' il n' a pas vu , aujourd'hui !"),
        ("Jusqu'à quand ? D'accord… s'il te plaît", "jusqu' à quand ? d' accord … s' il te plaît"),
        ("It's Tom's; don't, I'll go.", "it 's tom 's ; don't , i 'll go ."),
        ("Est-ce que c'est l'avion?", "est-ce que c' est l' avion ?"),
        ("At 10:30, 1,000.50 dollars.", "at 10:30 , 1,000.50 dollars ."),
        ("«Où?» dit-elle\u00a0!", '" où ? " dit-elle !'),
        ("你好吗？ABC", "你 好 吗 ？ abc"),
        ("मुलगी घरी जाते.", "मुलगी घरी जाते ."),
        ("वह कॉलेज जा रहा होता।", "वह कॉलेज जा रहा होता ।"),
        ("Привет, мир!", "привет , мир !"),
        ("", ""),
    ],
)
def test_text_is_split_where_a_reader_would_split_it(text: str, words: str) -> None:
    assert " ".join(tokenise(text)) == words


def test_the_two_ways_to_write_an_accent_and_a_space_become_one() -> None:
    assert clean("e\u0301te\u0301\u202f!\u00a0 Non\t") == "été ! Non"
    assert tokenise("e\u0301t\u00e9") == tokenise("été") == ("été",)


def test_a_joiner_that_shapes_a_letter_stays_and_a_stray_one_goes() -> None:
    eyelash = "सुर\u094d\u200dयाने"  # with the zero-width joiner र takes its eyelash form
    assert clean(eyelash) == eyelash and tokenise(eyelash) == (eyelash,)
    persian = "می\u200cخواهم"
    assert clean(persian) == persian
    assert clean("cat\u200ds \u200dand\u200b do\u00adgs\ufeff") == "cats and dogs"
    assert clean(f"{eyelash}\u200c .") == f"{eyelash} ."


def test_a_zero_width_space_in_devanagari_goes_and_only_joiners_stay() -> None:
    assert clean("घ\u200bर") == "घर" and clean("\ufeffघर\u200e") == "घर"
    assert clean("कि\u200dत") == "कि\u200dत" and clean("क\u094d\u200cष") == "क\u094d\u200cष"


CHINESE = "他把书放在桌子上了，ABC 3月。"


def test_chinese_words_are_whole_words_and_nothing_is_lost() -> None:
    characters, words = tokenise(CHINESE), tokenise(CHINESE, "words")
    assert characters == (*"他把书放在桌子上了，", "abc", "3", "月", "。")
    assert "桌子" in words and "abc" in words and "".join(words) == "".join(characters)
    assert tokenise("Les enfants, ça va ?", "words") == tokenise("Les enfants, ça va ?")
    with pytest.raises(ValueError, match="segment: expected one of 'characters', 'words', 'spaces', got 'word'"):
        tokenise(CHINESE, "word")  # type: ignore[arg-type]


def test_without_jieba_words_say_what_to_install_and_characters_still_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jieba", None)
    module._segmenter.cache_clear()
    assert len(tokenise(CHINESE)) == 14
    with pytest.raises(ImportError, match=r'pip install jieba.*segment="characters"'):
        tokenise(CHINESE, "words")
    module._segmenter.cache_clear()


# --------------------------------------------------------------------------------------- files


def test_two_columns_three_columns_and_a_zip_give_the_same_pairs(small: Path, tmp_path: Path) -> None:
    two = tmp_path / "two.tsv"
    lines = small.read_text(encoding="utf-8").splitlines()
    two.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(line.rsplit("\t", 1)[0] for line in lines).encode())
    packed = tmp_path / "fra-eng.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("_about.txt", "no pairs here")
        archive.write(small, "fra-eng/fra.txt")
    first, second, third = (load("tsv", path=path) for path in (small, two, packed))
    assert first.train == second.train == third.train and first.test == second.test == third.test
    assert first.train[0].source == ("i", "see", "0", "cats", ".") and first.train[0].sure is None
    assert load("tsv", path=str(small), language="French").target_language == "French"


def test_no_english_sentence_stands_on_both_sides(small: Path) -> None:
    corpus = load("tsv", path=small, seed=5)
    sides = [{pair.source for pair in split} for split in (corpus.train, corpus.validation, corpus.test)]
    assert [len(side) for side in sides] == [26, 2, 2]  # 5 % of 30 sentences, rounded
    assert sum(len(split) for split in (corpus.train, corpus.validation, corpus.test)) == 60
    assert load("tsv", path=small, seed=5) == corpus != load("tsv", path=small, seed=6)


def test_sentences_that_differ_in_case_or_spaces_only_do_not_leak(tmp_path: Path) -> None:
    path = tmp_path / "case.txt"
    path.write_text("".join(f"Number {n} !\tv{n}\nNUMBER {n}\u00a0!\tw{n}\n" for n in range(40)), encoding="utf-8")
    corpus = load("tsv", path=path)
    assert len(corpus.test) == 2 * len({pair.source for pair in corpus.test}) == 4


def test_max_words_counts_both_sides(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("a\tb\nc\td\ne\tf\ng g g\th\ni\tj j j\nk k\tl l\n", encoding="utf-8")
    corpus = load("tsv", path=path, max_words=2)
    found = {pair.source[0] for split in (corpus.train, corpus.validation, corpus.test) for pair in split}
    assert found == {"a", "c", "e", "k"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a\tb\nno tab here\nc\td\n", r"bad\.txt, line 2: expected 2 or 3 columns.* got 1"),
        (b"a\tb\nc\td\te\tf\n", r"bad\.txt, line 2: expected 2 or 3 columns.* got 4"),
        (b"a\tb\n\nc\td\n", r"bad\.txt, line 2: expected 2 or 3 columns.* got 1"),
        (b"a\tb\n\tonly target\n", r"bad\.txt, line 2: the source side is empty"),
        (b"a\tb\nc\t \xc2\xa0\xe2\x80\x8b\n", r"bad\.txt, line 2: the target side is empty"),
        (b"a\tb\nc\td\ncaf\xe9\tx\n", r"bad\.txt, line 3: not UTF-8 \(byte 0xe9 at column 4\)"),
        (b"a b c\td\nb c d\te\nc\td\n", r"3 pairs read, 1 kept with max_words=2, of 1 source.*Raise max_words"),
        (b"", r"0 pairs read, 0 kept"),
    ],
)
def test_a_broken_file_is_named_with_its_line(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "bad.txt"
    path.write_bytes(content)
    with pytest.raises(CorpusError, match=message):
        load("tsv", path=path, max_words=2)


def test_a_missing_file_says_what_to_download_and_where_to_put_it(tmp_path: Path) -> None:
    for options in ({}, {"path": tmp_path / "fra.txt"}):
        with pytest.raises(CorpusError, match=r"manythings\.org/anki.*fra-eng\.zip.*folder data.*path="):
            load("tsv", **options)
    with pytest.raises(CorpusError, match="is a folder"):
        load("tsv", path=tmp_path)
    with pytest.raises(ValueError, match="max_words: expected 1 or more, got 0"):
        load("tsv", path=tmp_path / "fra.txt", max_words=0)


def test_the_command_that_a_message_names_is_one_that_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CorpusError) as caught:
        load("tsv")
    command = re.search(r"python -m course_lib (train --\w+) ", str(caught.value))
    assert command is not None
    assert main([*command[1].split(), str(tmp_path / "missing.txt")]) == 2
    assert "There is no file" in capsys.readouterr().err


def test_the_first_held_out_pairs_are_a_fair_sample_of_a_file_sorted_by_length(tmp_path: Path) -> None:
    path = tmp_path / "sorted.txt"  # 2,000 sentences of 1 to 20 words, the shortest first, as manythings sorts them
    lines = [f"{'very ' * (n // 100)}{n}\tv{n}" for n in range(2000)]
    path.write_text("\n".join(lines), encoding="utf-8")
    corpus = load("tsv", path=path)
    for split in (corpus.validation, corpus.test):
        assert len(split) == 100
        first, rest = ([len(pair.source) for pair in part] for part in (split[:50], split[50:]))
        assert abs(sum(first) / 50 - sum(rest) / 50) < 4  # in file order they are about 10 apart
    assert [len(pair.source) for pair in corpus.train] == sorted(len(pair.source) for pair in corpus.train)


def test_a_broken_zip_is_named(tmp_path: Path, small: Path) -> None:
    cut = tmp_path / "cut.zip"
    with zipfile.ZipFile(cut, "w") as archive:
        archive.write(small, "fra.txt")
    cut.write_bytes(cut.read_bytes()[:-30])
    with pytest.raises(CorpusError, match=r"cut\.zip is no whole zip file.*Download it again"):
        load("tsv", path=cut)
    two = tmp_path / "two.zip"
    with zipfile.ZipFile(two, "w") as archive:
        archive.writestr("a.txt", "a\tb\n")
        archive.writestr("b.txt", "a\tb\n")
    with pytest.raises(
        CorpusError, match=r"two\.zip: expected one \.txt file of pairs inside, found \['a.txt', 'b.txt'\]"
    ):
        load("tsv", path=two)


# ------------------------------------------------------------------------------- the real files


def leak(train: list[tuple[str, ...]], test: list[tuple[str, ...]]) -> float:
    seen = set(train)
    return sum(source in seen for source in test) / len(test)


@pytest.mark.parametrize("name", ["mar", "fra"])
def test_a_split_by_line_leaks_and_ours_does_not(name: str) -> None:
    corpus = load("tsv", path=shared(f"tatoeba_{name}/{name}.txt"), max_words=8)
    train, test = [pair.source for pair in corpus.train], [pair.source for pair in corpus.test]
    lines = train + test
    random.Random(1).shuffle(lines)
    assert leak(lines[len(test) :], lines[: len(test)]) > 0.4
    assert leak(train, test) == 0


@pytest.mark.parametrize(("name", "pairs"), [("mar", 44_000), ("cmn", 28_000), ("hin", 2_700)])
def test_real_files_in_other_scripts_are_read_whole(name: str, pairs: int) -> None:
    corpus = load("tsv", path=shared(f"tatoeba_{name}/{name}.txt"))
    everything = [*corpus.train, *corpus.validation, *corpus.test]
    assert len(everything) > pairs
    letters = {"mar": "आहे", "cmn": "我", "hin": "है"}[name]
    assert sum(letters in pair.target for pair in everything) > 0.05 * len(everything)
    assert not any(
        "\u00a0" in word or "\u202f" in word or "\ufeff" in word for pair in everything for word in pair.target
    )


@pytest.mark.parametrize("name", ["fra", "mar", "cmn", "hin"])
def test_cleaning_a_real_file_leaves_one_kind_of_space_and_joiners_between_letters_alone(name: str) -> None:
    lines = shared(f"tatoeba_{name}/{name}.txt").read_text(encoding="utf-8").splitlines()[::5]
    texts = [line.split("\t")[1] for line in lines]
    cleaned = [clean(text) for text in texts]
    for text, result in zip(texts, cleaned, strict=True):
        assert unicodedata.is_normalized("NFC", result)
        hidden = {c for c in result if (c.isspace() and c != " ") or unicodedata.category(c) == "Cf"}
        assert hidden <= {"\u200c", "\u200d"} and (not hidden or name in ("mar", "hin")), (text, hidden)
        visible = [c for c in unicodedata.normalize("NFC", text) if not c.isspace() and unicodedata.category(c) != "Cf"]
        assert [c for c in result if c not in " \u200c\u200d"] == visible
    if name == "mar":  # र्‍य with its joiner is a letter of Marathi: it has to survive
        joined = [text.count("\u094d\u200d") for text in texts]
        assert sum(joined) > 20 and [text.count("\u094d\u200d") for text in cleaned] == joined


def test_words_of_the_real_chinese_file_put_together_are_its_characters() -> None:
    path = shared("tatoeba_cmn/cmn.txt")
    words, characters = (load("tsv", path=path, segment=segment) for segment in ("words", "characters"))
    written = [{"".join(pair.target) for pair in (*c.train, *c.validation, *c.test)} for c in (words, characters)]
    assert written[0] == written[1]
    lengths = [sum(len(pair.target) for pair in corpus.train) for corpus in (words, characters)]
    assert 0.6 < lengths[0] / lengths[1] < 0.8


def test_a_reserved_token_in_a_file_is_text_like_any_other(small: Path) -> None:
    with small.open("a", encoding="utf-8") as file:
        file.write("A <pad> here.\tUn </s><unk> là.\n")
    corpus = load("tsv", path=small)
    pairs = {pair.source: pair.target for split in (corpus.train, corpus.validation, corpus.test) for pair in split}
    assert pairs["a", "<", "pad", ">", "here", "."] == ("un", "<", "/", "s", ">", "<", "unk", ">", "là", ".")
    corpus.vocabularies()
