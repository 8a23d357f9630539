"""The grammar in Chinese: links written by hand, and checkers that know Chinese by lists of their own. Chapter 1."""

import re
from collections import Counter
from itertools import islice

import pytest

from course_lib.corpora import SentencePair
from course_lib.corpora.grammar.corpus import grammar
from course_lib.corpora.grammar.derivations import align
from course_lib.corpora.statistics import crossing_share
from tests.draws import load_few_held_out
from tests.oracles.grammar import links, only_with


@pytest.fixture(scope="module")
def sample() -> list[SentencePair]:
    drawn = islice(grammar("full").derivations(seed=21), 10_000)
    return [align(derivation.write("en"), derivation.write("zh")) for derivation in drawn]


# ------------------------------------------------------------------------ links written by hand

# English, Chinese, sure links, links that are only possible. j-i: English position j, Chinese i, from 0.
BY_HAND = {
    "classifier": ("the black cats sleep .", "那些 黑色 的 猫 睡觉 。", "0-0 1-1 2-3 3-4 4-5", "1-2 2-2"),
    "正在 takes up the 在 of the place": (
        "some cats are sleeping in the garden .",
        "几 只 猫 正在 花园 里 睡觉 。",
        "0-0 1-2 3-6 4-3 6-4 7-7",
        "0-1 1-1 2-3 2-6 3-3 4-5 5-4 6-5",
    ),
    "relative clause before the noun": (
        "the letter that she wrote was old .",
        "她 写 的 那 封 信 很 旧 。",
        "0-3 1-5 2-2 3-0 4-1 6-7 7-8",
        "0-4 1-4 4-2 5-6 6-6",
    ),
    "subject relative": (
        "the girl who is tired does not love him .",
        "很 累 的 那 个 女孩 不 爱 他 。",
        "0-3 1-5 2-2 4-1 6-6 7-7 8-8 9-9",
        "0-4 1-4 3-0 4-0 4-2 5-7",
    ),
    "question": (
        "did anne open the door ?",
        "安妮 打开 了 那 扇 门 吗 ？",
        "1-0 2-1 3-3 4-5 5-7",
        "0-2 0-6 2-2 3-4 4-4",
    ),
    "a question without 很": ("is anne tired ?", "安妮 累 吗 ？", "1-0 2-1 3-3", "0-2"),
    "receiver": (
        "paul gives the letter to anne .",
        "保罗 给 安妮 那 封 信 。",
        "0-0 1-1 2-3 3-5 5-2 6-6",
        "2-4 3-4 4-1",
    ),
    "a verb around its receiver": (
        "paul shows anne a book .",
        "保罗 给 安妮 看 一 本 书 。",
        "0-0 1-1 1-3 2-2 3-4 4-6 5-7",
        "3-5 4-5",
    ),
    "comparison": ("she is older than paul .", "她 比 保罗 更 老 。", "0-0 2-4 3-1 4-2 5-5", "1-1 2-3"),
    "把, and the time before it": (
        "he opened them yesterday .",
        "他 昨天 把 它们 打开 了 。",
        "0-0 1-4 2-3 3-1 4-6",
        "1-5 2-2",
    ),
    "a hat is worn with another verb": ("she wears a hat .", "她 戴着 一 顶 帽子 。", "0-0 1-1 2-2 3-4 4-5", "2-3 3-3"),
    "negation inside the verb": (
        "they do not see the dog .",
        "他们 看不见 那 条 狗 。",
        "0-0 2-1 3-1 4-2 5-4 6-5",
        "1-1 4-3 5-3",
    ),
    "因为 comes first": (
        "she sleeps because he works .",
        "因为 他 工作 ， 所以 她 睡觉 。",
        "0-5 1-6 2-0 3-1 4-2 5-7",
        "2-3 2-4",
    ),
    "company before the verb": (
        "he went to the station with anne .",
        "他 跟 安妮 一起 去 车站 了 。",
        "0-0 1-4 4-5 5-1 6-2 7-7",
        "1-6 2-4 3-5 5-3",
    ),
    "there is": (
        "there are some cats in the garden .",
        "花园 里 有 几 只 猫 。",
        "1-2 2-3 3-5 6-0 7-6",
        "0-2 2-4 3-4 4-1 5-0 6-1",
    ),
    "没 in the past": (
        "she did not buy any apples .",
        "她 没 买 任何 苹果 。",
        "0-0 2-1 3-2 4-3 5-4 6-5",
        "1-2",
    ),
    "an owner, and an article that is missing": (
        "my friend does not open a door .",
        "我 的 朋友 不 打开 门 。",
        "0-0 1-2 3-3 4-4 6-5 7-6",
        "0-1 1-1 2-4 5-5",
    ),
    "several people without an article": (
        "the teacher 's sisters will not sleep .",
        "那 位 老师 的 姐姐们 不会 睡觉 。",
        "0-0 1-2 2-3 3-4 4-5 5-5 6-6 7-7",
        "0-1 1-1 1-3 3-3",
    ),
    "when takes no aspect": (
        "when she arrived , he slept .",
        "当 她 来 的 时候 ， 他 睡 了 一觉 。",
        "0-0 0-4 1-1 2-2 3-5 4-6 5-7 5-9 6-10",
        "0-3 5-8",
    ),
    "an article before a place with an adjective": (
        "paul visited the big garden .",
        "保罗 参观 了 那 个 大 花园 。",
        "0-0 1-1 2-3 3-5 4-6 5-7",
        "1-2 2-4 4-4",
    ),
    "what is being closed is not closed": (
        "she is closing the door .",
        "她 正在 关 那 扇 门 。",
        "0-0 2-2 3-3 4-5 5-6",
        "1-1 1-2 2-1 3-4 4-4",
    ),
    "without a noun it is": (
        "she is closing them .",
        "她 正在 把 它们 关上 。",
        "0-0 2-4 3-3 4-5",
        "1-1 1-4 2-1 3-2",
    ),
    "what lasts has no place": (
        "she loves the dog in the garden .",
        "她 爱 花园 里 的 那 条 狗 。",
        "0-0 1-1 2-5 3-7 6-2 7-8",
        "2-6 3-4 3-6 4-3 5-2 6-3",
    ),
    "what lasts has its place before the verb in a relative clause": (
        "paul sees the dog that she loves in the garden .",
        "保罗 看见 了 她 在 花园 里 爱 的 那 条 狗 。",
        "0-0 1-1 2-9 3-11 4-8 5-3 6-7 7-4 9-5 10-12",
        "2-10 3-10 6-8 7-6 8-5 9-6 1-2",
    ),
    "who is not about to go does not go": (
        "she is not going to the station .",
        "她 不 去 车站 。",
        "0-0 2-1 3-2 6-3 7-4",
        "1-2 4-2 5-3",
    ),
    "what one goes for": (
        "paul went to the school to arrive .",
        "保罗 去 学校 报到 了 。",
        "0-0 1-1 4-2 6-3 7-5",
        "1-4 2-1 3-2",
    ),
    "what is red and what is not, before a noun": (
        "paul sees the bag that is not red .",
        "保罗 看见 了 不是 红色 的 那 个 包 。",
        "0-0 1-1 2-6 3-8 4-5 6-3 7-4 8-9",
        "2-7 3-7 7-5 1-2",
    ),
    "what is red, before a noun": (
        "paul sees the bag that is red .",
        "保罗 看见 了 红色 的 那 个 包 。",
        "0-0 1-1 2-5 3-7 4-4 6-3 7-8",
        "2-6 3-6 6-4 1-2",
    ),
    "nobody decides to fall": ("paul does not fall .", "保罗 不会 摔倒 。", "0-0 2-1 3-2 4-3", "1-2"),
}


@pytest.mark.parametrize("phenomenon", BY_HAND, ids=lambda phenomenon: phenomenon.replace(" ", "_"))
def test_links_point_where_a_linguist_would_point(phenomenon: str) -> None:
    english, chinese, sure_text, only_possible = BY_HAND[phenomenon]
    source = tuple(english.split())
    drawn = (align(d.write("en"), d.write("zh")) for d in only_with(set(source)).derivations(seed=1))
    pair = next((pair for pair in islice(drawn, 60_000) if pair.source == source), None)
    assert pair is not None, f"The grammar no longer says {english!r}."
    assert " ".join(pair.target) == chinese
    assert pair.sure == links(sure_text)
    assert pair.possible == links(sure_text) | links(only_possible)


# ------------------------------------------- Chinese by an independent checker: its own word lists

NOUNS = {
    "个": "女孩 男孩 女人 男人 朋友 姐姐 哥哥 孩子 邻居 故事 苹果 橙子 鸡蛋 包 盒子 抽屉 车站 市场 花园 厨房 公园 村庄",
    "位": "老师 医生 女演员 面包师 律师",
    "只": "猫 鸟",
    "条": "狗 裙子",
    "匹": "马",
    "头": "奶牛",
    "封": "信",
    "本": "书",
    "首": "诗",
    "篇": "文章",
    "块": "蛋糕 手表",
    "顿": "饭",
    "把": "钥匙 雨伞 刀",
    "张": "照片",
    "辆": "汽车 自行车",
    "台": "电脑",
    "扇": "门 窗户",
    "顶": "帽子",
    "件": "大衣 衬衫",
    "家": "酒店 医院",
    "所": "学校",
    "座": "图书馆 博物馆 房子",
    "片": "森林",
}
CLASSIFIER = {noun: classifier for classifier, nouns in NOUNS.items() for noun in nouns.split()}
ADJECTIVES = set(
    "小 大 年轻 年幼 年老 旧 古老 新 漂亮 美丽 优美 好 疲惫 快乐 聪明 伤心 懒惰 有名 有趣 难懂 红色 黑色 白色 "
    "绿色 昂贵 极好 美味 关着 脏 安静 的".split()
)


def text(pair: SentencePair) -> str:
    return " ".join(pair.target)


def test_the_classifier_fits_the_noun(sample: list[SentencePair]) -> None:
    seen: Counter[str] = Counter()
    for pair in sample:
        for place, word in enumerate(pair.target):
            if word not in ("那", "这", "一", "几"):
                continue
            classifier, *after = pair.target[place + 1 :]
            noun = next(found for found in after if found not in ADJECTIVES)
            assert CLASSIFIER[noun] == classifier, text(pair)
            seen[classifier] += 1
    assert set(seen) == set(NOUNS)


def test_only_chinese_is_written(sample: list[SentencePair]) -> None:
    for pair in sample:
        assert re.fullmatch(r"[\u4e00-\u9fff。，？ ]+", text(pair)), text(pair)


def test_the_relative_clause_comes_before_its_noun(sample: list[SentencePair]) -> None:
    checked = 0
    for pair in sample:
        target_of = {pair.source[j]: i for j, i in pair.sure or ()}
        if "who" in pair.source and pair.source.count("who") == 1:
            who = pair.source.index("who")
            noun = next(i for j, i in pair.sure or () if j == who - 1)
            assert pair.target[target_of["who"]] == "的" and target_of["who"] < noun, text(pair)
            clause = {i for j, i in pair.sure or () if j == who + 1 or (pair.source[who + 1] == "is" and j == who + 2)}
            assert all(i < target_of["who"] for i in clause), text(pair)
            checked += 1
    assert checked > 500


def test_the_time_comes_before_the_verb_and_the_question_word_at_the_end(sample: list[SentencePair]) -> None:
    times = {"yesterday": "昨天", "tomorrow": "明天", "now": "现在"}
    checked = 0
    for pair in sample:
        if pair.source[-1] == "?":
            assert pair.target[-1] == "？" and (pair.target[-2] == "吗") != ("why" in pair.source), text(pair)
        for english, chinese in times.items():
            if pair.source[-2] == english and pair.source.count(english) == 1 and len(pair.source) < 10:
                assert pair.target.index(chinese) < len(pair.target) - 2, text(pair)
                checked += 1
    assert checked > 100


def test_negation_and_aspect_agree_with_the_tense(sample: list[SentencePair]) -> None:
    for pair in sample:
        words = set(pair.source)
        assert "没 了" not in text(pair), text(pair)
        if pair.source[1:3] == ("did", "not") and "because" not in words:  # which would stand first
            negation = next(w for w in pair.target if w in ("没", "不") or w.startswith(("看不", "找不")))
            assert negation == "没" or {"know", "love"} & words, text(pair)
        if pair.source[1:3] == ("will", "not"):
            assert "不会" in pair.target, text(pair)
        for first, second in zip(pair.target, pair.target[1:], strict=False):
            assert (first, second) not in {("在", "在"), ("不", "很"), ("了", "的"), ("的", "的"), ("不", "有")}


def test_what_one_has_is_not_yet_known(sample: list[SentencePair]) -> None:
    checked = 0
    for pair in sample:
        if {"there", "and"} & set(pair.source) or not {"have", "has", "had"} & set(pair.source):
            continue
        had = pair.target[pair.target.index("有") + 1]
        assert had in ("一", "几", "任何") or ({"没", "不会"} & set(pair.target) and had in CLASSIFIER), text(pair)
        checked += 1
    assert checked > 100


def test_the_links_are_valid_and_every_chinese_word_has_one(sample: list[SentencePair]) -> None:
    unlinked: Counter[str] = Counter()
    unsure: Counter[str] = Counter()
    for pair in sample:
        assert pair.sure is not None and pair.possible is not None
        assert {i for _, i in pair.possible} == set(range(len(pair.target))), text(pair)
        for j in set(range(len(pair.source))) - {j for j, _ in pair.possible}:
            unlinked[pair.source[j]] += 1
        for j in set(range(len(pair.source))) - {j for j, _ in pair.sure}:
            unsure[pair.source[j]] += 1
    assert set(unlinked) <= set("the a an at to do does did am is are was were".split())
    function_words = "am is are was were be and do does did to at in of for there more than the a an very that".split()
    assert set(unsure) <= set(function_words), set(unsure) - set(function_words)


def test_an_english_sentence_has_one_chinese_translation(sample: list[SentencePair]) -> None:
    seen: dict[tuple[str, ...], tuple[str, ...]] = {}
    for pair in sample:
        assert seen.setdefault(pair.source, pair.target) == pair.target


def test_chinese_crosses_more_than_twice_as_often_as_french(sample: list[SentencePair]) -> None:
    drawn = islice(grammar("full").derivations(seed=21), 2000)
    french = [align(derivation.write("en"), derivation.write("fr")) for derivation in drawn]
    assert crossing_share(sample[:2000]) > 2 * crossing_share(french)


@pytest.mark.parametrize(("name", "reverse"), [("en-zh", "zh-en"), ("fr-zh", "zh-fr")])
def test_any_two_languages_make_a_corpus(name: str, reverse: str) -> None:
    one, other = (load_few_held_out(found, size=200, seed=3, max_length=12) for found in (name, reverse))
    assert (one.source_language, one.target_language) == (other.target_language, other.source_language)
    assert "Chinese" in (one.source_language, one.target_language)
    for pair in (*one.train, *other.train):
        assert 4 <= len(pair.source) <= 12 and pair.sure and pair.possible
