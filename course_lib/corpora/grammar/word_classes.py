"""Of what kind a word is: one that names something, or one that holds a sentence together. Chapter 12."""

from typing import Literal

from course_lib.options import check_option
from course_lib.vocabulary import check_no_reserved

WordClass = Literal["content", "determiner", "pronoun", "other function word", "punctuation"]

PUNCTUATION = frozenset(".,?!。，？！")
CLASSIFIERS = frozenset("个 位 只 条 匹 头 封 本 首 篇 块 顿 把 张 辆 台 扇 顶 件 家 所 座 片".split())
"""What Chinese counts things by; all are also other function words."""
_FRENCH: dict[WordClass, str] = {
    "determiner": """le la l' les un une des de d' du au aux ce cet cette ces
        mon ma mes son sa ses notre nos votre vos leur leurs""",
    "pronoun": "je j' il elle ils elles nous vous me m' se s' lui y en on",
    "other function word": """et mais si quand parce donc que qu' qui est-ce pourquoi ne n' pas jamais plus très trop
        aussi        à dans près derrière devant sur sous avec pendant pour chez par
        a ai avons avez ont avoir avais avait avions aviez avaient eu
        est suis sommes êtes sont être étais était étions étiez étaient été
        va vais allons allez vont peut peux pouvons pouvez peuvent doit dois devons devez doivent""",
}
_CHINESE: dict[WordClass, str] = {
    "determiner": "那 那些 这 这些 一 几 任何",
    "pronoun": "我 我们 你 你们 他 她 它 他们 它们",
    "other function word": """的 了 着 吗 和 跟 比 更 给 把 在 正在 里 上 后面 前面 附近 一起 很 太 非常 不 没 从不
        会 不会 能 不能 不可以 要 必须 是 不是 来 到 当 时候 因为 所以 如果 但是 为什么""",
}
_CLOSED = {
    "fr": {word: name for name, words in _FRENCH.items() for word in words.split()},
    "zh": {word: name for name, words in _CHINESE.items() for word in words.split()}
    | dict.fromkeys(CLASSIFIERS, "other function word"),
}


def word_class(word: str, language: str) -> WordClass:
    """Return the class of a French ("fr") or Chinese ("zh") ``word`` of the grammar, read by itself.

    The words that a language has few of are listed; all others count as content: nouns, verbs, adjectives, adverbs of
    time and names. A word that may be several things counts as the first of determiner, pronoun, other function word,
    content, wherever it stands: *la* before a verb is a determiner here, *va* in *il va à la gare* another function
    word, and so is 给, *to give*. Contractions with an article (*au*, *du*) are determiners.
    ValueError for another language and for what no sentence holds, such as ``</s>``.
    """
    closed = _CLOSED[check_option("language", language, tuple(_CLOSED))]
    if not isinstance(word, str) or not word:
        raise ValueError(f"word: expected a word of a sentence, got {word!r}.")
    check_no_reserved([word])
    return "punctuation" if word in PUNCTUATION else closed.get(word, "content")
