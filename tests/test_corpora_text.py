"""Words put together again read as the sentence did. Chapter 1."""

from pathlib import Path

import pytest

from course_lib.corpora.text import clean, detokenise, tokenise

ROOT = Path(__file__).resolve().parents[1]
PHRASEBOOK = ROOT / "course_lib" / "corpora" / "phrasebook"
SHARED = ROOT.parent / "shared" / "data"
LANGUAGES = {"fra": "French", "cmn": "Mandarin Chinese", "mar": "Marathi", "hin": "Hindi"}


def plain(text: str) -> str:
    """What no word split can lose: the sentence in small letters, with straight quotation marks."""
    for curly, straight in zip("’‘ʼ“”«»", '\'\'\'""""', strict=True):
        text = text.replace(curly, straight)
    return clean(text).lower()


def sentences(path: Path, column: int) -> list[str]:
    return [line.split("\t")[column] for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("words", "language", "text"),
    [
        ("l' homme qu' il n' a pas vu , hier !", "French", "l'homme qu'il n'a pas vu, hier !"),
        ("tom 's car ; don't , i 'll go .", "English", "tom's car; don't, i'll go."),
        ("the boys' car costs $ 20 , not 15 % ?", "English", "the boys' car costs $20, not 15%?"),
        ('he said : " go ! " ( twice )', "en", 'he said: "go!" (twice)'),
        ('elle dit : " oui ! "', "fr", 'elle dit : "oui !"'),
        ("well . . . no", "en", "well... no"),
        ("quoi ? !", "fra", "quoi ?!"),
        ("你好 ， tom ， 有 3 本 书 。", "zh", "你好，tom，有3本书。"),
        ("काय काय सांगितलं ?", "mr", "काय काय सांगितलं?"),  # a word said twice is two words
        ("अभी - अभी आया ।", "hi", "अभी - अभी आया।"),
        ("' t was here", "en", "'t was here"),
        ("", "en", ""),
    ],
)
def test_words_stand_together_as_people_write_them(words: str, language: str, text: str) -> None:
    assert detokenise(words.split(), language) == text


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_sentence_of_the_phrasebook_comes_back_letter_by_letter(code: str) -> None:
    path = PHRASEBOOK / f"eng-{code}.tsv"
    for column, language in ((0, "English"), (1, LANGUAGES[code])):
        texts = sentences(path, column)
        assert len(texts) > 300
        assert [detokenise(tokenise(text), language) for text in texts] == [plain(text) for text in texts]


@pytest.mark.parametrize(("code", "least"), [("fra", 0.994), ("cmn", 0.99), ("mar", 0.995), ("hin", 0.995)])
def test_the_share_of_real_sentences_that_come_back(code: str, least: float) -> None:
    path = SHARED / f"tatoeba_{code}" / f"{code}.txt"
    if not path.exists():
        pytest.skip(f"The real corpus {path.name} is not on this machine.")
    for column, language, wanted in ((0, "English", 0.998), (1, LANGUAGES[code], least)):
        texts = sentences(path, column)[:: 5 if code in ("fra", "mar") else 1]
        split = [tokenise(text) for text in texts]
        shown = [detokenise(words, language) for words in split]
        same_text = sum(out == plain(text) for out, text in zip(shown, texts, strict=True)) / len(texts)
        same_words = sum(tokenise(out) == words for out, words in zip(shown, split, strict=True)) / len(texts)
        print(f"{code}, {language}: {same_text:.2%} letter by letter, {same_words:.2%} word by word")
        assert same_text > wanted and same_words > 0.9995
