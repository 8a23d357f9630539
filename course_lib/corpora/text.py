"""Cleaning real text in any script, splitting it into words, and putting words together. Chapter 1.

Light on purpose: what comes out reads like the sentence, and every rule fits in a line. Scripts written
without spaces give one character a word, or Chinese words where a library may find them. Words joined
by spaces are split into the same words again, whatever the text was.
"""

import importlib
import logging
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

import regex

from course_lib.options import check_option

Segment = Literal["characters", "words", "spaces"]
"""What becomes of letters of scripts without spaces: each alone, words by jieba, or what spaces part already."""

# Scripts in which no space parts the words: a run of such letters is no word. Each letter stands alone.
_CHINESE = r"\p{Han}\p{Hiragana}\p{Katakana}\u3040-\u30ff\uff65-\uff9f"  # and Japanese, which shares them
_UNSPACED = r"\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tai_Le}\p{New_Tai_Lue}\p{Tai_Tham}\p{Tai_Viet}"
_ALONE = rf"[[{_CHINESE}{_UNSPACED}\p{{Javanese}}\p{{Balinese}}\p{{Tangut}}\p{{Nushu}}]--\p{{Nd}}]"
# A zero-width (non-)joiner shapes letters of Arabic, the Indic scripts and their neighbours; elsewhere it is nothing.
_JOINERS = "\u200c\u200d"
_SHAPED = r"[[\u0600-\u0963\u0966-\u0dff]&&[\p{L}\p{M}]]"
_LETTER = rf"(?:[[\p{{L}}\p{{N}}_{_JOINERS}]--{_ALONE}]\p{{M}}*+)"
_ELISION = regex.compile("(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)'")
_ENDINGS = ("'s", "'m", "'d", "'re", "'ve", "'ll")


def _compiled(pattern: str) -> "regex.Pattern[str]":
    return regex.compile(pattern, regex.V1)  # V1: sets of characters can be subtracted


# Unicode calls what is not to be seen "default ignorable": soft hyphen, zero-width space, marks of direction, …
_INVISIBLE = _compiled(rf"[[\p{{Default_Ignorable_Code_Point}}\p{{Cc}}\ufff9-\ufffb]--[{_JOINERS}]]")
_STRAY_JOINER = _compiled(f"(?<!{_SHAPED})[{_JOINERS}]+|[{_JOINERS}]+(?!{_SHAPED})")
_NUMBER = r"\d++(?:[.,:٫٬]\d++)++"  # 1,000.50 and 10:30
_INSIDE = r"['-]|(?<=l)·(?=l)"  # what parts no word; the dot is Catalan's
_ACRONYM = rf'(?<=\p{{Hebrew}})"\p{{Hebrew}}\p{{M}}*+(?!{_LETTER})'  # Hebrew marks one before its last letter
_WORD = _compiled(
    rf"{_NUMBER}|{_ELISION.pattern}(?={_NUMBER})"  # d'1,5
    rf"|(?<!\S)(?:{'|'.join(_ENDINGS)})(?!{_LETTER}|['-])"  # an ending that was split off before
    rf"|(?:{_ALONE}\p{{M}}*+)++"
    rf"|[{_JOINERS}]++|{_LETTER}++(?:(?:{_INSIDE}){_LETTER}++)*+(?:{_ACRONYM}|'(?!\p{{M}}))?"
    r"|\p{M}++|\p{Regional_Indicator}{2}|\S[\p{M}\p{Emoji_Modifier}]*+"  # two letters are a flag
)
_OF_UNSPACED = _compiled(_ALONE)
_CLUSTER = _compiled(r"\X\p{M}*+")
_RUN_OF_CHINESE = _compiled(rf"(?:[{_CHINESE}]\p{{M}}*+)++|\X\p{{M}}*+")
_MARK = regex.compile(r"\p{M}")
# Every quotation mark that Unicode knows is one of two; ‚ and ‹ › are never apostrophes, so they stand apart.
_SIGNS = "".join(map(chr, range(0x10000)))
_QUOTES = dict.fromkeys(map(ord, regex.findall(r"\p{Quotation_Mark}|״", _SIGNS)), '"') | {
    **dict.fromkeys(map(ord, "'’‘ʼ＇׳´`"), "'"),  # the last two by those who miss the apostrophe on their keyboard
    **dict.fromkeys(map(ord, "‚‛‹›"), " ' "),
}
# Marks that no space parts from the word before them, or after them, in a sentence put together.
_FOLLOW = {*regex.findall(r"\p{Terminal_Punctuation}", _SIGNS), *")]}%٪…°/"}
_LEAD = set("([{$£€₹¿¡#@/")
_WIDE_MARK = _compiled(r"[[\u3000-\u303f\uff00-\uffef]--[\p{L}\p{N}]]")
_SPACE_IN_CHINESE = _compiled(rf"([{_CHINESE}]\p{{M}}*+) (?=[{_CHINESE}])")
_FRENCH = ("fr", "fra", "french")
_FRENCH_SPACED = set("?!;:%")


def clean(text: str) -> str:
    """Return ``text`` in NFC, every kind of space as one plain space, no invisible characters.

    Invisible are controls and what Unicode calls default ignorable: the soft hyphen, the zero-width
    space, marks of direction, variation selectors, the byte order mark. A zero-width joiner or
    non-joiner stays where it shapes a letter, as in the Marathi "र्‍य".
    """
    text = " ".join(unicodedata.normalize("NFC", text).split())  # str.split knows U+00A0 and U+202F
    text = _STRAY_JOINER.sub("", _INVISIBLE.sub("", text))
    return " ".join(unicodedata.normalize("NFC", text).split())


def tokenise(text: str, segment: Segment = "characters") -> tuple[str, ...]:
    """Split ``text`` into lower-case words and punctuation marks.

    French elisions stand alone ("l'", "qu'"), so do English endings ("'s", "'ll"); words with a
    hyphen and "don't" or "aujourd'hui" stay whole. Quotation marks become " or ' and stand alone; ` and ´
    are read as '.
    Scripts without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese, …) are split into characters,
    each with its marks; Tibetan at the dots between its syllables. ``segment="words"`` gives the words
    that jieba finds in Chinese, ``segment="spaces"`` keeps the words of a text in which spaces part them.
    An empty text gives ().
    """
    check_option("segment", segment, Segment)
    text = unicodedata.normalize("NFC", clean(text).lower()).translate(_QUOTES)
    if segment == "words":  # a space says nothing in Chinese; read with it, words once split might be split anew
        text = _SPACE_IN_CHINESE.sub(r"\1", text)
    words: list[str] = []
    quoted = False  # inside of single quotation marks, where an apostrophe at the end of a word closes them
    for found in _WORD.finditer(text):
        word = found.group().strip(_JOINERS)  # nothing to join at the edge of a word
        if not word:
            continue
        if _is_unspaced(word):
            words.extend(_split_unspaced(word, segment))
            continue
        closes = quoted and word[-1] == "'" != word and not _is_elision(text, found)
        if word != "'":
            words.extend(_at_apostrophes(word[:-1] if closes else word))
        if closes or word == "'":
            words.append("'")
            quoted = not quoted
    return tuple(words)


def detokenise(tokens: Sequence[str], language: str = "English") -> str:
    """Put the words of :func:`tokenise` together into a sentence, for display.

    ``language`` is their language by name or code: French has a space before ? ! ; : and %, elsewhere
    these follow their word. No space stands beside letters of scripts that have none. Capitals are gone
    for good, and so is what a writer did with spaces in some other way.
    """
    french = language.lower() in _FRENCH
    text, previous, glue = "", "", True
    inside = {'"': False, "'": False}
    last_apostrophe = max((place for place, token in enumerate(tokens) if token == "'"), default=None)
    for place, token in enumerate(tokens):
        if token in inside:
            closes = inside[token] or (place == last_apostrophe and previous in _FOLLOW)
            inside[token] = not closes
            follows, leads = closes, not closes
        else:
            follows, leads = _follows(token, previous, french), _leads(token)
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
    return _is_wide(token) or token in _ENDINGS


def _leads(token: str) -> bool:
    """Say whether the next word stands close to ``token``."""
    return token in _LEAD or _is_wide(token) or bool(_ELISION.fullmatch(token))


def _is_wide(token: str) -> bool:
    return bool(_is_unspaced(token) or _WIDE_MARK.match(token))


def _is_unspaced(word: str) -> bool:
    """Say whether ``word`` begins with a letter of a script that has no spaces between words."""
    return bool(_OF_UNSPACED.match(word))


def _split_unspaced(run: str, segment: Segment) -> list[str]:
    """Split a run of letters that no spaces part."""
    if segment == "spaces":
        return [run]
    if segment == "characters":
        return _CLUSTER.findall(run)
    words: list[str] = []
    for part in _RUN_OF_CHINESE.findall(run):
        for word in chinese_words(part):
            if words and _MARK.match(word):  # no mark without the letter that it stands on
                words[-1] += word
            else:
                words.append(word)
    return words


def _is_elision(text: str, found: "regex.Match[str]") -> bool:
    """Say whether a word with an apostrophe at its end is one of "l' ami", and not the last letter of 'l'."""
    return bool(_ELISION.fullmatch(found.group())) and text[max(0, found.start() - 1) : found.start()] != "'"


def _at_apostrophes(word: str) -> list[str]:
    """Split off the elisions before a word and the endings behind it, however many there are."""
    if "'" not in word:  # most words
        return [word]
    before, behind = [], []
    start, end = 0, len(word)
    while (elision := _ELISION.match(word, start)) and elision.end() < end:
        before.append(elision.group())
        start = elision.end()
    while ending := next((e for e in _ENDINGS if word.endswith(e, start + 1, end)), ""):
        behind.append(ending)
        end -= len(ending)
    return [*before, word[start:end], *reversed(behind)]


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
