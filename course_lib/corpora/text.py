"""Cleaning real text in any script, splitting it into words, and putting words together. Chapter 1.

Light on purpose: what comes out reads like the sentence, and every rule fits in a line. Languages
written without spaces give one character a word, or Chinese words where a library may find them.
"""

import importlib
import logging
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

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
_ELISION = re.compile("(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)'")
_ENDINGS = ("'s", "'m", "'d", "'re", "'ve", "'ll")
# Marks that no space parts from the word before them, or after them, in a sentence put together.
_FOLLOW = set(".,;:!?)]}%…।॥°/")
_LEAD = set("([{$£€₹¿¡#@/")
_WIDE_MARK = re.compile("[\u3000-\u303f\uff00-\uffef]")
_FRENCH = ("fr", "fra", "french")
_FRENCH_SPACED = set("?!;:%")


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


def detokenise(tokens: Sequence[str], language: str = "English") -> str:
    """Put the words of :func:`tokenise` together into a sentence, for display.

    ``language`` is their language by name or code: French has a space before ? ! ; : and %, elsewhere
    these follow their word. No space stands beside Chinese characters. Capitals are gone for good, and
    so is what a writer did with spaces in some other way.
    """
    french = language.lower() in _FRENCH
    text, previous, quoted, glue = "", "", False, True
    for token in tokens:
        if token == '"':
            quoted = not quoted
            follows, leads = not quoted, quoted
        else:
            follows, leads = _follows(token, previous, french), _leads(token, previous)
        text += token if glue or follows else f" {token}"
        previous, glue = token, leads
    return text


def chinese_words(text: str) -> list[str]:
    """Split a run of Chinese characters into words; put together, they are ``text`` again.

    ImportError, with what to install, where jieba is missing.
    """
    return [str(word) for word in _segmenter().cut(text)]


def _follows(token: str, previous: str, french: bool) -> bool:
    """Say whether ``token`` stands close to the word before it."""
    if token == previous and unicodedata.category(token[0]).startswith("P"):  # ... and ——
        return True
    if token in _FOLLOW:
        return not (french and token in _FRENCH_SPACED) or previous in _FOLLOW
    closes = token == "'" and previous in _FOLLOW
    return closes or _is_wide(token) or token in _ENDINGS


def _leads(token: str, previous: str) -> bool:
    """Say whether the next word stands close to ``token``."""
    opens = token == "'" and previous not in _FOLLOW
    return opens or token in _LEAD or _is_wide(token) or bool(_ELISION.fullmatch(token))


def _is_wide(token: str) -> bool:
    return bool(_UNSPACED.match(token) or _WIDE_MARK.match(token))


def _at_apostrophe(word: str) -> list[str]:
    before = []
    while (elision := _ELISION.match(word)) and elision.end() < len(word):  # however many stand in a row
        before.append(elision.group())
        word = word[elision.end() :]
    if ending := next((ending for ending in _ENDINGS if word.endswith(ending) and word != ending), None):
        return [*before, word.removesuffix(ending), ending]
    return [*before, word]


@lru_cache(maxsize=1)
def _segmenter() -> Any:
    try:
        jieba = importlib.import_module("jieba")
    except ImportError as error:
        raise ImportError(
            'segment="words" splits Chinese with the library jieba, which is not installed. Install it with '
            '"pip install jieba", or choose segment="characters".'
        ) from error
    jieba.setLogLevel(logging.WARNING)  # it reports each start on stderr
    return jieba.Tokenizer()


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    """Numbers, runs of characters, words, anything else; \\w alone would cut off vowel signs."""
    marks = "".join(c for c in map(chr, range(0x10FFFF)) if unicodedata.category(c).startswith("M"))
    letter = f"(?:(?![{_ALONE}])[\\w{marks}\u200c\u200d])"
    return re.compile(rf"\d+(?:[.,:]\d+)+|[{_ALONE}]+|{letter}+(?:['-]{letter}+)*'?|\S")
