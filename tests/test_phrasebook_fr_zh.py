"""The course's English–French and English–Chinese phrasebooks: files that agree with one another. Chapter 1."""

import importlib
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib.corpora import CorpusError, SentencePair
from course_lib.corpora.phrasebook import phrasebook_corpus
from course_lib.corpora.text import tokenise
from course_lib.corpora.tsv import read_tsv

# corpora/__init__ gives the package's name to the function.
package = importlib.import_module("course_lib.corpora.phrasebook")
FOLDER = Path(str(package.__file__)).parent
LANGUAGES = {"fr": "fra", "zh": "cmn"}
Links = set[tuple[int, int]]


def rows(code: str) -> list[list[str]]:
    return [line.split("\t") for line in (FOLDER / f"eng-{code}.tsv").read_text("utf-8").splitlines()]


def link_lines(code: str) -> list[list[str]]:
    lines = (FOLDER / f"eng-{code}.links").read_text("utf-8").splitlines()
    return [line.split(" ||| ") for line in lines if not line.startswith("#")]


def word_lines() -> list[list[str]]:
    return [line.split() for line in (FOLDER / "eng-cmn.words").read_text("utf-8").splitlines()]


def pairs(language: str) -> list[SentencePair]:
    corpus = phrasebook_corpus(language)  # type: ignore[arg-type]
    return [*corpus.train, *corpus.validation, *corpus.test]


# ---------------------------------------------------------------------------------- the sentences


@pytest.mark.parametrize("code", LANGUAGES.values())
def test_every_line_has_three_columns_and_its_own_number(code: str) -> None:
    assert len(rows(code)) >= 320
    for number, columns in enumerate(rows(code), 1):
        assert len(columns) == 3
        assert columns[2] == f"CC-BY 4.0 Attention, Step by Step #{number}"


@pytest.mark.parametrize("name", [f"eng-{code}.{end}" for code in LANGUAGES.values() for end in ("tsv", "links")])
def test_files_are_nfc_with_plain_spaces_and_line_feeds(name: str) -> None:
    data = (FOLDER / name).read_bytes()
    text = data.decode()
    assert unicodedata.is_normalized("NFC", text)
    assert data.endswith(b"\n") and b"\r" not in data
    assert not re.search("[\u00a0\u202f\u200b\ufeff]|  | \t|\t | \n|\n\n", text)


@pytest.mark.parametrize("code", LANGUAGES.values())
def test_no_pair_stands_twice(code: str) -> None:
    pairs_of_words = [(tokenise(english), tokenise(other)) for english, other, _ in rows(code)]
    assert len(set(pairs_of_words)) == len(pairs_of_words)


def test_line_n_has_the_same_english_in_both_languages() -> None:
    assert [row[0] for row in rows("fra")] == [row[0] for row in rows("cmn")]


@pytest.mark.parametrize("code", LANGUAGES.values())
def test_english_sentences_have_2_to_14_words_and_some_have_two_translations(code: str) -> None:
    english = [row[0] for row in rows(code)]
    lengths = [sum(token[0].isalnum() for token in tokenise(sentence)) for sentence in english]
    assert min(lengths) >= 2 and max(lengths) <= 14
    assert sum(length >= 10 for length in lengths) >= 20
    assert len(english) - len(set(english)) >= 20


def test_french_puts_a_space_before_its_high_marks_and_chinese_uses_its_own() -> None:
    for _, french, _ in rows("fra"):
        assert not re.search(r"[^ ][?!:;]", french), french
        assert french[0].isupper() and french[-1] in ".?!"
    for _, chinese, _ in rows("cmn"):
        assert re.fullmatch("[\u4e00-\u9fff，、。？！]+[。？！]", chinese), chinese


@pytest.mark.parametrize(("language", "code"), LANGUAGES.items())
def test_the_tsv_reader_takes_every_line(language: str, code: str) -> None:
    read = read_tsv(FOLDER / f"eng-{code}.tsv")
    assert len(read.train) + len(read.validation) + len(read.test) == len(rows(code)) == len(pairs(language))


def test_the_chinese_words_spell_the_sentences_line_by_line() -> None:
    assert ["".join(words) for words in word_lines()] == [chinese for _, chinese, _ in rows("cmn")]
    assert {pair.target for pair in pairs("zh")} == {tuple(words) for words in word_lines()}


def test_a_chinese_word_is_not_whole_here_and_split_there() -> None:
    sentences = [f" {' '.join(words)} " for words in word_lines()]
    words = {word for words in word_lines() for word in words}
    split = {
        whole
        for whole in words
        for cut in range(1, len(whole))
        if any(f" {whole[:cut]} {whole[cut:]} " in sentence for sentence in sentences)
    }
    # Two words that look alike: 还是 "or" and 还 是 "is still"; 关门 "is closed" and 关 门 "close the door".
    assert split == {"还是", "关门"}


# -------------------------------------------------------------------------------------- the links


@pytest.mark.parametrize("code", LANGUAGES.values())
def test_linked_words_are_the_words_of_the_numbered_pair(code: str) -> None:
    lines = link_lines(code)
    numbers = [int(number) for number, *_ in lines]
    assert len(lines) >= 65 and len(set(numbers)) == len(numbers)
    for number, (_, english, other, _) in zip(numbers, lines, strict=True):
        source, target, _ = rows(code)[number - 1]
        assert tuple(english.split(" ")) == tokenise(source)
        assert tuple(other.split(" ")) == (tokenise(target) if code == "fra" else tuple(word_lines()[number - 1]))


@pytest.mark.parametrize("code", LANGUAGES.values())
def test_links_stay_inside_the_sentence_and_stand_once(code: str) -> None:
    for _, english, other, links in link_lines(code):
        found = [re.fullmatch(r"(\d+)[-p](\d+)", link) for link in links.split(" ")]
        ends = [(int(match[1]), int(match[2])) for match in found if match]
        assert len(ends) == len(found) == len(set(ends)), links
        assert all(j < len(english.split()) and i < len(other.split()) for j, i in ends), links


@pytest.mark.parametrize("code", LANGUAGES.values())
def test_most_words_have_a_link_and_the_last_marks_a_sure_one(code: str) -> None:
    loose = total = 0
    for _, english, other, links in link_lines(code):
        source, target = english.split(), other.split()
        assert f"{len(source) - 1}-{len(target) - 1}" in links.split()
        ends = [re.split("[-p]", link) for link in links.split()]
        loose += len(source) - len({j for j, _ in ends}) + len(target) - len({i for _, i in ends})
        total += len(source) + len(target)
    assert loose / total < 0.03


@pytest.mark.parametrize(("language", "code"), LANGUAGES.items())
def test_the_reader_attaches_the_links_of_every_linked_pair(language: str, code: str) -> None:
    linked = {pair.source: pair for pair in pairs(language) if pair.sure is not None}
    assert sum(pair.sure is not None for pair in pairs(language)) == len(link_lines(code))
    assert ("i", "saw", "him", "yesterday", ".") in linked


def test_chinese_crosses_more_than_french() -> None:
    def crossing(language: str) -> float:
        crossed = total = 0
        for pair in pairs(language):
            links = sorted(pair.sure or ())
            couples = [(a, b) for n, a in enumerate(links) for b in links[n + 1 :]]
            crossed += sum(a[0] < b[0] and a[1] > b[1] for a, b in couples)
            total += len(couples)
        return crossed / total

    assert crossing("zh") > 2 * crossing("fr")


# Written as pairs of words, without a look at the files; "english~foreign" is only possible.
BY_HAND = {
    "fr": {
        "I don't see them.": "i=je don't=pas don't~ne see=vois them=les .=.",
        "My sister likes green apples.": "my=ma sister=sœur likes=aime green=vertes apples=pommes apples~les .=.",
        "I saw him yesterday.": "i=je saw=vu saw~ai him=l' yesterday=hier .=.",
        "I miss you.": "i=me miss=manques you=tu .=.",
        "I send her a letter every month.": (
            "i=je send=envoie her=lui a=une letter=lettre every=tous every=les month=mois .=."
        ),
    },
    "zh": {
        "I saw him yesterday.": "i=我 saw=看见 saw~了 him=他 yesterday=昨天 .=。",
        "The fish was eaten by the cat.": "the~鱼 the~猫 fish=鱼 was~被 eaten=吃 eaten~了 by=被 cat=猫 .=。",
        "The cake that my mother made is delicious.": (
            "the~蛋糕 cake=蛋糕 that~的 my=我 mother=妈妈 made=做 is~很 delicious=好吃 .=。"
        ),
        "I would like a cup of tea.": "i=我 would~想要 like=想要 a=一 cup=杯 of~杯 tea=茶 .=。",
        "Have you ever been to Paris?": ("have~吗 you=你 ever~过 been=去 been~过 to~去 paris=巴黎 ?=？ ?~吗"),
    },
}


@pytest.mark.parametrize(
    ("language", "sentence"), [(language, sentence) for language in BY_HAND for sentence in BY_HAND[language]]
)
def test_links_written_by_hand(language: str, sentence: str) -> None:
    (pair,) = (pair for pair in pairs(language) if pair.source == tokenise(sentence) and pair.sure is not None)
    assert pair.sure is not None and pair.possible is not None
    sure = {f"{pair.source[j]}={pair.target[i]}" for j, i in pair.sure}
    possible = {f"{pair.source[j]}~{pair.target[i]}" for j, i in pair.possible - pair.sure}
    assert sure | possible == set(BY_HAND[language][sentence].split())


# -------------------------------------------------------------------------------------- the reader


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Write a file into an empty folder, from which the phrasebook then reads."""
    monkeypatch.setattr(package, "_FOLDER", tmp_path)

    def put(name: str, text: str) -> None:
        (tmp_path / name).write_text(text, encoding="utf-8")

    put("eng-cmn.tsv", "Hello.\t你好。\nYes.\t是的。\nNo.\t不。\n")
    return put


def test_a_language_without_a_file_is_refused_with_those_that_have_one(write: Callable[[str, str], None]) -> None:
    with pytest.raises(ValueError, match=r"expected one of 'zh', got 'fr'"):
        phrasebook_corpus("fr")
    with pytest.raises(ValueError, match=r"expected one of 'zh', got 'klingon'"):
        phrasebook_corpus("klingon")  # type: ignore[arg-type]


def test_without_links_and_words_pairs_are_plain_characters(write: Callable[[str, str], None]) -> None:
    assert {pair.target for pair in pairs("zh")} == {("你", "好", "。"), ("是", "的", "。"), ("不", "。")}
    assert all(pair.sure is None for pair in pairs("zh"))


def test_words_and_links_reach_the_pair(write: Callable[[str, str], None]) -> None:
    write("eng-cmn.words", "你好 。\n是的 。\n不 。\n")
    write("eng-cmn.links", "# comment\n1 ||| hello . ||| 你好 。 ||| 0-0 1p1\n")
    (hello,) = (pair for pair in pairs("zh") if pair.source == ("hello", "."))
    assert hello == SentencePair(("hello", "."), ("你好", "。"), frozenset({(0, 0)}), frozenset({(0, 0), (1, 1)}))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1 ||| hello . ||| 你 好 。 ||| 0-0 1:1", r"line 1: expected .* got"),
        ("1 ||| hello . ||| 0-0", r"line 1: expected"),
        ("1 ||| hello . ||| 你 好 。 ||| 0-3", r"line 1: Link \(0, 3\) leaves the sentence"),
        ("1 ||| goodbye . ||| 你 好 。 ||| 0-0", r"'goodbye \.' .* is no pair of eng-cmn\.tsv"),
    ],
)
def test_a_broken_links_file_is_named(write: Callable[[str, str], None], line: str, message: str) -> None:
    write("eng-cmn.links", line + "\n")
    with pytest.raises(CorpusError, match=message):
        phrasebook_corpus("zh")


def test_a_sentence_without_its_words_is_named(write: Callable[[str, str], None]) -> None:
    write("eng-cmn.words", "你好 。\n不 。\n")
    with pytest.raises(CorpusError, match="no line with the words of '是的。'"):
        phrasebook_corpus("zh")


def test_the_same_seed_gives_the_same_splits() -> None:
    assert phrasebook_corpus("fr", seed=3) == phrasebook_corpus("fr", seed=3) != phrasebook_corpus("fr", seed=4)
