"""Words of Chinese, which is written without spaces: found by jieba, where that library is installed. Chapter 1."""

import importlib
import logging
from functools import lru_cache
from typing import Any


def chinese_words(text: str) -> list[str]:
    """Split a run of Chinese characters into words; put together, they are ``text`` again.

    ImportError, with what to install, where jieba is missing.
    """
    return [str(word) for word in _segmenter().cut(text)]


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
