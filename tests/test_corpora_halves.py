"""Sentences of two clauses and their halves: the same words, cut at the joint. Chapter 6."""

from functools import cache

import pytest

from course_lib.corpora import ParallelCorpus, SentencePair, load
from course_lib.corpora.halves import halves
from course_lib.corpora.splits import split_of


@cache
def drawn() -> ParallelCorpus:
    return load("en-fr", lexicon="small", size=3000, max_length=30)


def pairs() -> tuple[SentencePair, ...]:
    return drawn().train


def pair(source: str, target: str) -> SentencePair:
    return SentencePair(tuple(source.split()), tuple(target.split()))


def test_rejoined_the_halves_are_the_whole() -> None:
    found = halves(pairs())
    assert len(found) > 100
    joints = set()
    for each in found:
        left, right = each.left, each.right
        assert (*left.source[:-1], "because", *right.source) == each.whole.source
        size = len(left.target) - 1
        joint = each.whole.target[size : len(each.whole.target) - len(right.target)]
        joints.add(joint)
        assert (*left.target[:-1], *joint, *right.target) == each.whole.target
        assert left.source[-1] == left.target[-1] == right.source[-1] == right.target[-1] == "."
    assert joints == {("parce", "que"), ("parce", "qu'")}


def test_every_sentence_with_one_joint_is_found() -> None:
    """Else the wholes that are scored would be a choice that nobody made."""
    wanted = [p for p in pairs() if p.source.count("because") == 1 and p.source[-1] == "."]
    long = [p for p in wanted if min(p.source.index("because") + 1, len(p.source) - p.source.index("because") - 1) >= 4]
    assert [each.whole for each in halves(pairs())] == long
    assert len(halves(pairs(), shortest=7)) < len(long)
    assert all(min(len(each.left.source), len(each.right.source)) >= 7 for each in halves(pairs(), shortest=7))


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("we eat because we work because you sleep .", "nous mangeons parce que nous travaillons parce que tu dors ."),
        ("we eat because we sleep .", "nous mangeons car nous dormons ."),
        ("we eat and we sleep .", "nous mangeons parce que nous dormons ."),
        ("because we sleep we eat .", "parce que nous dormons nous mangeons ."),
        ("we all eat here because .", "nous mangeons ici parce que ."),
        ("do we eat because we sleep ?", "est-ce que nous mangeons parce que nous dormons ."),
        ("we eat because we sleep .", "nous mangeons parce que nous dormons !"),
        ("we eat because we sleep .", "nous mangeons parce qu' il dort et parce que nous dormons ."),
    ],
)
def test_what_no_one_joint_takes_apart_is_left_out(source: str, target: str) -> None:
    assert halves([pair(source, target)], shortest=1) == []
    sound = pair("we eat because we sleep .", "nous mangeons parce que nous dormons .")
    assert len(halves([sound], shortest=1)) == 1 and halves([sound]) == []


def test_most_halves_of_what_is_tested_may_stand_in_training() -> None:
    """Scored on them, a model would be praised for what it has learnt by heart: the docstring says so."""
    tested = halves(drawn().test)
    splits = [split_of(half.source) for each in tested for half in (each.left, each.right)]
    assert len(splits) > 60 and 0.75 < splits.count("train") / len(splits) < 0.95
    trained = {pair.source for pair in pairs()}
    assert any(half.source in trained for each in tested for half in (each.left, each.right))


def test_the_halves_keep_the_links_of_their_words() -> None:
    for each in halves(pairs()):
        cut = len(each.left.source) - 1
        for name in ("sure", "possible"):
            whole, left, right = (getattr(p, name) for p in (each.whole, each.left, each.right))
            back = len(each.whole.target) - len(each.right.target)
            moved = {(j + cut + 1, i + back) for j, i in right}
            kept = {(j, i) for j, i in left if j < cut}
            assert (cut, len(each.left.target) - 1) in left
            between = whole - moved - kept
            assert kept <= whole and moved <= whole
            assert not {(j, i) for j, i in between if j < cut and i < len(each.left.target) - 1}
            assert not {(j, i) for j, i in between if j > cut and i >= back}
    unlinked = halves([pair("we eat now because we sleep here .", "nous mangeons parce que nous dormons .")])
    assert unlinked[0].left.sure is None and unlinked[0].right.possible is None


def test_a_joint_of_ones_own_cuts_too() -> None:
    (found,) = halves(
        [pair("we eat now but we sleep here .", "nous mangeons mais nous dormons .")], {"but": [("mais",)]}
    )
    assert " ".join(found.left.source) == "we eat now ." and " ".join(found.right.target) == "nous dormons ."
    for joints in ({}, {"but": "mais"}, {"but": ["mais"]}, {"but": []}, {"but": [()]}):
        with pytest.raises(ValueError, match="joints: expected what the target may say for each source word"):
            halves(pairs(), joints)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="shortest: expected 1 or more"):
        halves(pairs(), shortest=0)
