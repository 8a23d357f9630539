"""The Marathi and Hindi phrasebooks: the pairs, the hand-made links, and a check by hand of five pairs each."""

import re
import unicodedata
from pathlib import Path

import pytest

from course_lib.corpora.text import tokenise
from course_lib.corpora.tsv import read_tsv

FOLDER = Path(__file__).resolve().parent.parent / "course_lib" / "corpora" / "phrasebook"
STATEMENT_ENDS = {"mar": ".", "hin": "।"}
LANGUAGES = sorted(STATEMENT_ENDS)


def read_rows(language: str) -> list[list[str]]:
    return [line.split("\t") for line in (FOLDER / f"eng-{language}.tsv").read_text("utf-8").splitlines()]


def read_links(language: str) -> dict[int, tuple[list[str], list[str], dict[tuple[int, int], str]]]:
    """Return number -> (source words, target words, {(source, target): '-' or 'p'})."""
    linked = {}
    for line in (FOLDER / f"eng-{language}.links").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        number, source, target, links = line.split(" ||| ")
        kinds = {}
        for link in links.split():
            match = re.fullmatch(r"(\d+)([-p])(\d+)", link)
            assert match, f"{language} #{number}: {link!r} is no link"
            position = (int(match[1]), int(match[3]))
            assert position not in kinds, f"{language} #{number}: {position} twice"
            kinds[position] = match[2]
        assert int(number) not in linked, f"{language} #{number} is linked twice"
        linked[int(number)] = (source.split(), target.split(), kinds)
    return linked


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tsv_reader_takes_every_pair_and_splits_by_source(language: str) -> None:
    rows = read_rows(language)
    assert len(rows) >= 320
    corpus = read_tsv(FOLDER / f"eng-{language}.tsv", language=language)
    splits = (corpus.train, corpus.validation, corpus.test)
    assert all(splits)
    taken = {(pair.source, pair.target) for split in splits for pair in split}
    assert taken == {(tokenise(english), tokenise(translation)) for english, translation, _ in rows}
    assert len(taken) == len(rows), "no pair stands twice"
    assert len({source for source, _ in taken}) <= len(rows) - 5, "some sentences have two translations"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_is_clean(language: str) -> None:
    raw = (FOLDER / f"eng-{language}.tsv").read_bytes() + (FOLDER / f"eng-{language}.links").read_bytes()
    assert b"\r" not in raw and raw.endswith(b"\n")
    text = raw.decode()
    assert unicodedata.is_normalized("NFC", text)
    end = STATEMENT_ENDS[language]
    for number, (english, translation, attribution) in enumerate(read_rows(language), 1):
        where = f"{language} #{number}: {english}"
        assert attribution == f"CC-BY 4.0 Attention, Step by Step #{number}", where
        assert english[-1] in ".?!" and translation[-1] == (end if english[-1] == "." else english[-1]), where
        assert re.fullmatch(r"[A-Za-z' ,]+[.?!]", english), where
        assert re.fullmatch(r"[\u0900-\u0963 ,-]+[.।?!]", translation), where
        assert "  " not in english + translation and english[0].isupper(), where
        assert 2 <= len(re.findall(r"[A-Za-z']+", english)) <= 14, where


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_vowel_sign_is_cut_off_its_letter(language: str) -> None:
    for _, translation, _ in read_rows(language):
        words = tokenise(translation)
        assert not [word for word in words if unicodedata.category(word[0]).startswith("M")], words
        assert "".join(words) == translation.replace(" ", ""), "the spaces and the marks alone part the words"
        assert len(words) == len(re.findall(r"[^ ,.।?!]+|[,.।?!]", translation)), words


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_stand_on_the_tokeniser_s_words_of_a_pair_of_the_file(language: str) -> None:
    rows, linked = read_rows(language), read_links(language)
    assert len(linked) >= 65
    for number, (source, target, kinds) in linked.items():
        where = f"{language} #{number}"
        english, translation, _ = rows[number - 1]
        assert source == list(tokenise(english)) and target == list(tokenise(translation)), where
        assert all(j < len(source) and i < len(target) for j, i in kinds), where
        assert kinds[len(source) - 1, len(target) - 1] == "-", f"{where}: the closing marks correspond"
        unlinked_source = set(range(len(source))) - {j for j, _ in kinds}
        unlinked_target = set(range(len(target))) - {i for _, i in kinds}
        assert {source[j] for j in unlinked_source} <= {","}, f"{where}: every English word has a link"
        assert {target[i] for i in unlinked_target} <= {","}, f"{where}: every word of the translation has a link"


def test_the_two_languages_translate_the_same_sentences() -> None:
    assert [row[0] for row in read_rows("mar")] == [row[0] for row in read_rows("hin")]
    assert set(read_links("mar")) == set(read_links("hin"))


# Aligned on paper, apart from the files: the sentence, then its sure links as pairs of words.
BY_HAND = [
    (
        "mar",
        "The new bag is on the table.",
        "new-नवी bag-पिशवी is-आहे on-टेबलावर table-टेबलावर .-.",  # on + table in one word
    ),
    ("mar", "Ravi ate two mangoes.", "ravi-रवीने ate-खाल्ले two-दोन mangoes-आंबे .-."),  # the ergative ending
    ("mar", "I like the blue shirt.", "i-मला like-आवडतो blue-निळा shirt-शर्ट .-."),  # whoever likes is a dative
    ("mar", "Let him speak.", "let-दे him-त्याला speak-बोलू .-."),
    ("mar", "I know where he lives.", "i-मला know-माहीत where-कुठे he-तो lives-राहतो .-."),  # clause first
    ("hin", "The new bag is on the table.", "new-नया bag-थैला is-है on-पर table-मेज़ .-।"),
    ("hin", "Ravi ate two mangoes.", "ravi-रवि ate-खाए two-दो mangoes-आम .-।"),  # ने has no partner
    ("hin", "I go to the office by bus.", "i-मैं go-जाता office-दफ़्तर by-से bus-बस .-।"),
    ("hin", "When does the shop open?", "when-कब shop-दुकान open-खुलती ?-?"),
    ("hin", "Ravi gave Meera a book.", "ravi-रवि gave-दी meera-मीरा a-एक book-किताब .-।"),
]


@pytest.mark.parametrize(("language", "english", "expected"), BY_HAND)
def test_sure_links_are_those_found_by_hand(language: str, english: str, expected: str) -> None:
    words = list(tokenise(english))
    ((source, target, kinds),) = [entry for entry in read_links(language).values() if entry[0] == words]
    found = {(source[j], target[i]) for (j, i), kind in kinds.items() if kind == "-"}
    assert found == {tuple(unicodedata.normalize("NFC", pair).split("-")) for pair in expected.split()}
