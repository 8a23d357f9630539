"""Cleaning and splitting real text, in any script. Chapter 1.

Light on purpose: what comes out reads like the sentence, and every rule fits in a line. Languages
written without spaces give one character a word, or Chinese words where a library may find them.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Literal

from course_lib.corpora.chinese import chinese_words
from course_lib.options import check_option

Segment = Literal["characters", "words"]

# Chinese characters and Japanese kana: no spaces between words, so each stands alone.
_ALONE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_UNSPACED = re.compile(f"[{_ALONE}]")
# Scripts in which a zero-width (non-)joiner shapes letters: Arabic, Indic and their neighbours.
_JOINING = "[\u0600-\u0963\u0966-\u109f\u1780-\u17ff]"
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u2060\ufeff]")
_STRAY_JOINER = re.compile(f"(?<!{_JOINING})[\u200c\u200d]+|[\u200c\u200d]+(?!{_JOINING})")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "«": '"', "»": '"'})
_FRENCH_ELISION = re.compile("(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)'(?=.)")
_ENGLISH_ENDING = re.compile("(?<=.)'(?:s|m|d|re|ve|ll)$")


def clean(text: str) -> str:
    """Return ``text`` in NFC, every kind of space as one plain space, no invisible characters.

    A zero-width joiner or non-joiner stays where it shapes a letter, as in the Marathi "र्‍य".
    """
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    text = _STRAY_JOINER.sub("", text)
    return " ".join(text.split())  # str.split knows U+00A0 and U+202F


def tokenise(text: str, segment: Segment = "characters") -> tuple[str, ...]:
    """Split ``text`` into lower-case words and punctuation marks.

    French elisions stand alone ("l'", "qu'"), so do English endings ("'s", "'ll"); words with a
    hyphen and "don't" or "aujourd'hui" stay whole. Chinese is split into characters, or with
    ``segment="words"`` into the words that jieba finds. An empty text gives ().
    """
    check_option("segment", segment, Segment)
    words: list[str] = []
    for word in _pattern().findall(clean(text).translate(_QUOTES).lower()):
        if _UNSPACED.match(word):
            words.extend(chinese_words(word) if segment == "words" else word)
        elif "'" in word and len(word) > 1:
            words.extend(_at_apostrophe(word))
        else:
            words.append(word)
    return tuple(words)


def _at_apostrophe(word: str) -> list[str]:
    if elision := _FRENCH_ELISION.match(word):
        rest = word[elision.end() :]
        return [elision.group(), *(_at_apostrophe(rest) if "'" in rest else [rest])]
    if ending := _ENGLISH_ENDING.search(word):
        return [word[: ending.start()], ending.group()]
    return [word]


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    """Numbers, runs of characters, words, anything else; \\w alone would cut off vowel signs."""
    marks = "".join(c for c in map(chr, range(0x10FFFF)) if unicodedata.category(c).startswith("M"))
    letter = f"(?:(?![{_ALONE}])[\\w{marks}\u200c\u200d])"
    return re.compile(rf"[0-9]+(?:[.,:][0-9]+)+|[{_ALONE}]+|{letter}+(?:['-]{letter}+)*'?|\S")
