"""Words that name something, told from those that hold a sentence together."""

import pytest

from course_lib.corpora.grammar.word_classes import CLASSIFIERS, word_class
from tests.draws import load_few_held_out

BY_HAND = {
    "fr": {
        "determiner": "le la l' les un une des de d' du au ce cette mon ma ses leur",
        "pronoun": "je j' il elle ils me m' se lui y",
        "other function word": "et que qu' qui ne n' pas jamais dans près à est était a ont va si parce est-ce peut",
        "content": "chien voiture voitures rouge dort dormi hier paul souvent maison petite vieux allé veut dit aime",
        "punctuation": ". , ?",
    },
    "zh": {
        "determiner": "那 这 一 几 那些",
        "pronoun": "我 他 她 他们",
        "other function word": "的 了 会 在 里 个 条 本 把 不 和 正在 很 因为 没 是",
        "content": "狗 女孩 红色 睡觉 找 说 昨天 保罗 有 想 去 经常",
        "punctuation": "。 ， ？",
    },
}


@pytest.mark.parametrize("language", BY_HAND)
def test_words_sorted_by_hand_are_in_their_classes(language):
    found = {
        name: [w for w in words.split() if word_class(w, language) == name] for name, words in BY_HAND[language].items()
    }
    assert found == {name: words.split() for name, words in BY_HAND[language].items()}


@pytest.mark.parametrize("language", ["fr", "zh"])
def test_what_stands_for_no_word_of_the_source_is_no_content(language):
    """A function word forgotten in the lists would make content look as if nobody had to look for it.

    In the grammar a content word is written because an English one is: it has a sure link. Not each: *écrivait* is.
    """
    pairs = load_few_held_out(f"en-{language}", size=1_000, seed=3, lexicon="small", max_length=20).train
    linked = {i for pair in pairs for i in [(pair.target[i]) for _, i in pair.sure or ()]}
    never = {w for pair in pairs for w in pair.target} - linked
    assert never and {w for w in never if word_class(w, language) == "content"} == set()


def test_every_classifier_of_the_lexicon_is_one():
    pairs = load_few_held_out("en-zh", size=2_000, seed=3, max_length=20).train
    after = [b for pair in pairs for a, b in zip(pair.target, pair.target[1:], strict=False) if a in ("那", "这")]
    assert set(after) == CLASSIFIERS
    assert {word_class(w, "zh") for w in CLASSIFIERS} == {"other function word"}


@pytest.mark.parametrize(
    ("word", "language", "message"),
    [
        ("chien", "en", "language: expected one of 'fr', 'zh', got 'en'"),
        ("</s>", "fr", "</s>"),
        ("", "fr", "word: expected a word of a sentence, got ''"),
        (3, "fr", "word: expected a word"),
    ],
)
def test_what_is_no_word_of_a_language_has_no_class(word, language, message):
    with pytest.raises(ValueError, match=message):
        word_class(word, language)
