"""Text becomes words that a reader would count, in any script; put together they read as it did. Chapter 1."""

import sys
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
        ("say ' yes ' , or ' no ' .", "en", "say 'yes', or 'no'."),
        ("he said , ' yes ' , then : ' no ! '", "en", "he said, 'yes', then: 'no!'"),
        ("they 're gone . '", "en", "they're gone.'"),  # where it opened was another sentence
        ("ｔｗｏ ｗｏｒｄｓ （ 三 ）", "zh", "ｔｗｏ ｗｏｒｄｓ（三）"),
        ("هل أنت هنا ؟ نعم ، هنا", "ar", "هل أنت هنا؟ نعم، هنا"),
        ("ส วั ส ดี", "Thai", "สวัสดี"),
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


# ------------------------------------------------------------------------------ scripts and signs

# What the documents of Unicode call invisible here, listed by hand: the tables of the tokeniser are not asked.
CONTROLS = [chr(n) for n in (*range(0x00, 0x09), *range(0x0E, 0x1C), *range(0x7F, 0x85), *range(0x86, 0xA0))]
DIRECTIONS = list("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
HIDDEN = list("\u00ad\u034f\u180e\u200b\u2060\u2061\u2064\ufeff\ufe00\ufe0f\U000e0100\U000e0001\ufff9\u3164")
JOINERS = "\u200c\u200d"


@pytest.mark.parametrize("sign", [*CONTROLS, *DIRECTIONS, *HIDDEN, *JOINERS], ids=lambda sign: f"U+{ord(sign):04X}")
def test_what_is_not_to_be_seen_becomes_no_word_and_parts_none(sign: str) -> None:
    assert clean(f"{sign}cat{sign}s {sign} 好{sign}{sign}") == "cats 好"
    assert tokenise(f"{sign}cat{sign}s {sign} sit{sign}. {sign}") == ("cats", "sit", ".")


def test_a_sign_that_is_not_seen_keeps_no_accent_from_its_letter() -> None:
    assert clean("e\u200b\u0301te\u034f\u0301") == "été"
    assert tokenise("J\u030c") == ("ǰ",)  # the small letter has a sign of its own, the capital has none


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("สวัสดีครับ ABC ๑๒๓", "ส วั ส ดี ค รั บ abc ๑๒๓"),
        ("กำ", "กำ"),  # the vowel sign stands on its letter, though it counts as a letter
        ("ສະບາຍດີ", "ສ ະ ບ າ ຍ ດີ"),
        ("ខ្មែរ", "ខ្មែ រ"),
        ("မြန်မာစာ", "မြ န် မာ စာ"),
        ("ｶﾞｷﾞ", "ｶﾞ ｷﾞ"),
        ("ㄓㄨㄧㄣ", "ㄓ ㄨ ㄧ ㄣ"),
        ("ひらがなとカタカナー", "ひ ら が な と カ タ カ ナ ー"),
        ("\U00020000\U00030000々〇\u2f00", "\U00020000 \U00030000 々 〇 \u2f00"),
        ("葛\U000e0100城", "葛 城"),  # with a selector of another shape of the sign
        ("བོད་སྐད", "བོད ་ སྐད"),  # Tibetan writes a dot between its syllables
        ("한국어 좋아요", "한국어 좋아요"),  # Korean has spaces
        ("العربية جيدة", "العربية جيدة"),
    ],
)
def test_a_run_of_letters_without_spaces_is_no_word(text: str, words: str) -> None:
    assert tokenise(text) == tuple(words.split(" "))


def test_a_thai_sentence_it_has_not_seen_is_made_of_characters_it_has() -> None:
    seen = set(tokenise("แมวกินปลา")) | set(tokenise("หมาดูนก"))
    new = tokenise("หมากินปลา")
    assert len(new) > 5 and set(new) <= seen


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("„Hallo!“, sagte er.", '" hallo ! " , sagte er .'),
        ("»Nein« «oui» ‹ja› ›ja‹", "\" nein \" \" oui \" ' ja ' ' ja '"),
        ("‚Hallo‘ ‘Hello’ ‛Hello’", "' hallo ' ' hello ' ' hello '"),
        ("say 'yes' or 'no'.", "say ' yes ' or ' no ' ."),
        ("the 'adult's' room", "the ' adult 's ' room"),
        ("「你好」『好』＂不＂｢ｶ｣〝好〟", '" 你 好 " " 好 " " 不 " " ｶ " " 好 "'),
        ("(“oui”)", '( " oui " )'),
        ("don't, aujourd'hui, l'ami, qu’il", "don't , aujourd'hui , l' ami , qu' il"),
        ("'c'est l'ami d'abord', dit-il", "' c' est l' ami d' abord ' , dit-il"),
        ("' l' ami '", "' l' ami '"),
        ("the letter 'l' and 's'", "the letter ' l ' and ' s '"),
        ("the boys' car; my parents' house", "the boys' car ; my parents' house"),
        ("i'd've", "i 'd 've"),
        ("tom 's and i 'm here", "tom 's and i 'm here"),
        ("Qur‘an 5'10", "qur'an 5'10"),
        ("I don´t; l´ami, it`s", "i don't ; l' ami , it 's"),
    ],
)
def test_quotation_marks_stand_alone_and_apostrophes_stay(text: str, words: str) -> None:
    assert tokenise(text) == tuple(words.split(" "))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("d'1,5 million, l’10:30", "d' 1,5 million , l' 10:30"),
        ("'1,5' l'2 d'1,", "' 1,5 ' l' 2 d' 1 ,"),
        ("\u0661\u066c\u0660\u0660\u0660\u066b\u0665 \u061f", "\u0661\u066c\u0660\u0660\u0660\u066b\u0665 \u061f"),
        ("col·legi, 2·3, a·b", "col·legi , 2 · 3 , a · b"),
        ('צה״ל ד"ר ג׳ירפה', 'צה"ל ד"ר ג\'ירפה'),  # the sign in an acronym stands before its last letter
        ('ב"הארץ" אמר "לא"', 'ב " הארץ " אמר " לא "'),
        ("👍🏽 🇫🇷🇩🇪!", "👍🏽 🇫🇷 🇩🇪 !"),
    ],
)
def test_a_sign_inside_of_a_number_a_word_or_a_picture_parts_none(text: str, words: str) -> None:
    assert tokenise(text) == tuple(words.split(" "))


@pytest.mark.parametrize("gap", [" ", "  ", "\u3000", "\u00a0"])
def test_jieba_finds_the_same_words_whether_or_not_spaces_stand_in_a_sentence(gap: str) -> None:
    text = "再来一杯啤酒怎么样？"
    words = tokenise(text, "words")
    assert "啤酒" in words
    assert tokenise(text.replace("啤", f"啤{gap}"), "words") == tokenise(gap.join(text), "words") == words
    assert tokenise("a 再 3 来 b", "words") == ("a", "再", "3", "来", "b")


PIECES = st.sampled_from(
    "l' qu' 's 'll ' ’ ‘ ‚ ‹ „ « 「 don't boys' e \u0301 \u200d \u200c क \u094d ก \u0e33 က \u102c 漢 ー カ ﾞ".split()
    + '1,000.5 10: - ` ´ l·l ׳ ״ ד"ר 🇫 👍 🏽 我们 啤酒 Σ İ J \u030c ا ، \u0f0b ❤ \ufe0f \u180e \u202a x ， 。'.split()
    + list(" \u2028\u00a0\x1c\x00")
)
TEXTS = st.text() | st.lists(PIECES | st.characters(), max_size=10).map("".join)


def check_words(text: str) -> None:
    words = tokenise(text)
    assert tokenise(" ".join(words)) == words
    assert clean(clean(text)) == clean(text)
    for word in words:
        assert word and not any(character.isspace() for character in word)
        for place, character in enumerate(word):
            inside = 0 < place < len(word) - 1
            assert unicodedata.category(character) != "Cc"
            assert character not in DIRECTIONS + HIDDEN and (character not in JOINERS or inside)
    segmented = tokenise(text, "words")
    assert "".join(segmented) == "".join(words) and all(segmented)
    assert tokenise(" ".join(segmented), "words") == segmented


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_words_joined_by_spaces_are_split_into_the_same_words(text: str) -> None:
    check_words(text)


def test_every_character_alone_and_beside_others_gives_whole_words_again() -> None:
    """A sample of all characters: every one of the scripts in question, one in seven of the others."""
    for number in range(sys.maxunicode + 1):
        dense = number < 0x3200 or 0xFE00 <= number <= 0xFFFF
        if (dense or number % 97 == 0) and unicodedata.category(chr(number)) not in ("Cn", "Co", "Cs"):
            for text in (f"a{chr(number)}b' ", f"ก{chr(number)}क"):
                words = tokenise(text)
                assert tokenise(" ".join(words)) == words and all(words), (hex(number), words)


def test_a_joiner_beside_a_lone_mark_does_not_stay_at_the_edge_of_a_word() -> None:
    assert tokenise("\u093a\u200c\u0620") == ("\u093a", "\u0620")
    words = tokenise("”\u094d\u200c\u094d'1")  # nor does it make a letter of the mark behind it
    assert words == ('"\u094d', "\u094d", "'", "1") == tokenise(" ".join(words))


def test_marks_stay_on_the_letter_before_them_also_where_jieba_splits() -> None:
    assert tokenise("他们\u0301来", "words")[0] == "他们\u0301"
    assert tokenise("สวัสดี他们", "words") == (*"ส วั ส ดี".split(), "他们")


@pytest.mark.parametrize(
    "text", ["l'" * 50_000, "x" + "'s" * 50_000, "the cat " * 50_000, "ก" * 100_000, "'" * 100_000]
)
def test_a_very_long_sentence_is_split_in_seconds_and_without_recursion(text: str) -> None:
    began = time.process_time()
    assert len(tokenise(text)) >= 50_000
    assert time.process_time() - began < 20
