"""Subwords: nothing is lost, links follow their words. Chapter 14."""

import os
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.corpora import ParallelCorpus, SentencePair, load
from course_lib.corpora.subwords import START, SubwordKind, Subwords, subword_corpus

CORPUS = load("phrasebook", language="fr")
KINDS: tuple[SubwordKind, ...] = ("unigram", "bpe")


@cache
def english(kind: SubwordKind = "unigram") -> Subwords:
    return Subwords.train([pair.source for pair in CORPUS.train], 200, kind)


@cache
def french() -> Subwords:
    return Subwords.train([pair.target for pair in CORPUS.train], 250)


words = st.text(st.characters(exclude_categories=("Cs", "Cc", "Z"), exclude_characters=START), min_size=1).filter(
    lambda word: not any(character.isspace() for character in word)
)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=300, deadline=None)
@given(st.lists(words, max_size=6))
def test_any_words_come_back_known_or_not(kind: SubwordKind, sentence: list[str]) -> None:
    pieces = english(kind).encode(sentence)
    assert english(kind).decode(pieces) == tuple(sentence)
    assert len([piece for piece in pieces if piece.startswith(START)]) == len(sentence)


@pytest.mark.parametrize("kind", KINDS)
def test_a_rare_word_is_taken_apart_and_a_frequent_one_is_not(kind: SubwordKind) -> None:
    assert english(kind).encode(["the"]) == ("▁the",)
    assert len(english(kind).encode(["unforgettable"])) > 3
    assert len(english(kind)) == 200


def test_letters_are_not_made_into_others() -> None:
    for word in ("ﬁn", "！", "ｶ", "e\u0301", "ǆ", "सुर\u094d\u200dयाने", "½"):  # what NFKC would change
        assert french().decode(french().encode([word])) == (word,)


def test_pieces_that_a_model_made_up_are_decoded_too() -> None:
    assert french().decode(("ou", "i", "▁", "non", "▁", "▁si")) == ("oui", "non", "si")
    assert french().decode(()) == ()


def test_the_same_sentences_give_the_same_model(tmp_path: Path) -> None:
    again = Subwords.train([pair.source for pair in CORPUS.train], 200)
    for name, model in (("one", english()), ("two", again), ("three", english("bpe"))):
        model.save(tmp_path / "new" / name)
    one, two, three = ((tmp_path / "new" / name).read_bytes() for name in ("one", "two", "three"))
    assert one == two != three


def test_a_saved_model_is_whole_and_takes_apart_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "fr.model"
    french().save(path)
    read = Subwords.load(path)
    for pair in CORPUS.test:
        assert read.encode(pair.target) == french().encode(pair.target)
    whole = path.read_bytes()
    for size in (0, 5, 100, len(whole) // 2, len(whole) - 30):  # sentencepiece itself reads some of these
        path.write_bytes(whole[:size])
        with pytest.raises(ValueError, match="no whole model of subwords"):
            Subwords.load(path)
    path.write_bytes(b"no model at all, identity")
    with pytest.raises(ValueError, match="no whole model of subwords"):
        Subwords.load(path)
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        french().save(tmp_path / "half.model")
    assert os.listdir(tmp_path) == ["fr.model"]


def test_a_corpus_in_pieces_keeps_pairs_splits_and_words() -> None:
    pieces = subword_corpus(CORPUS, english(), french())
    assert pieces.name == "phrasebook-fr-subwords" and pieces.target_language == "French"
    for split in ("train", "validation", "test"):
        before, after = getattr(CORPUS, split), getattr(pieces, split)
        assert [pair.source for pair in before] == [english().decode(pair.source) for pair in after]
        assert [pair.target for pair in before] == [french().decode(pair.target) for pair in after]
        assert [pair.sure is None for pair in before] == [pair.sure is None for pair in after]


def word_of(position: int, pieces: tuple[str, ...]) -> int:
    return sum(piece.startswith(START) for piece in pieces[: position + 1]) - 1


def test_each_piece_has_the_links_of_its_word_and_no_others() -> None:
    linked = [pair for pair in CORPUS.train if pair.sure is not None]
    assert len(linked) > 40
    for pair in linked:
        after = english().encode_links(pair, french())
        for before_links, after_links in ((pair.sure, after.sure), (pair.possible, after.possible)):
            assert before_links is not None and after_links is not None
            expected = {
                (j, i)
                for j in range(len(after.source))
                for i in range(len(after.target))
                if (word_of(j, after.source), word_of(i, after.target)) in before_links
            }
            assert after_links == expected
    assert any(len(english().encode(pair.source)) > len(pair.source) for pair in linked)


def test_a_sentence_too_long_for_the_default_is_not_left_out() -> None:
    long = ["zq"] * 4000  # sentencepiece leaves out lines of more than 4,192 bytes unless told not to
    model = Subwords.train([long, *(pair.source for pair in CORPUS.train)], 200)
    assert model.encode(["zq"]) == ("▁zq",)


@pytest.mark.parametrize(
    ("sentences", "options", "message"),
    [
        ([["a", "b"]], {"size": 50}, r"do not give 50 pieces.* set it to a value <= \d"),
        ([["a", "b"]], {"size": 3}, "do not give 3 pieces.*smaller than required"),
        ([["a", "b"]], {"size": 0}, "size: expected 1 or more, got 0"),
        ([["a"]], {"size": 5, "kind": "word"}, "kind: expected one of 'unigram', 'bpe'"),
        ([[]], {"size": 5}, "at least one word"),
        ([["a b"]], {"size": 5}, "without blanks.*got 'a b'"),
        ([["▁a"]], {"size": 5}, "without '▁'"),
    ],
)
def test_options_that_cannot_be_are_refused(sentences, options, message) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        Subwords.train(sentences, **options)
    with pytest.raises(ValueError, match="got ''"):
        french().encode([""])


def test_without_sentencepiece_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentencepiece", None)
    with pytest.raises(ImportError, match="pip install sentencepiece"):
        Subwords.train([["a"]], 5)


def test_two_sources_never_become_one() -> None:
    """A corpus that is disjoint in words stays so in pieces, or it would be refused."""
    pairs = [SentencePair((f"w{n}",), ("x",)) for n in range(30)]
    corpus = ParallelCorpus("tiny", "a", "b", tuple(pairs[:20]), tuple(pairs[20:25]), tuple(pairs[25:]))
    assert len({pair.source for pair in subword_corpus(corpus, french(), french()).train}) == 20
