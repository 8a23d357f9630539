"""load(), sentence pairs and the toy tasks. Chapters 1 and 2."""

import datetime
import re
from collections import Counter

import pytest

from course_lib.corpora import ParallelCorpus, SentencePair, available, load
from course_lib.corpora.splits import draw_splits, split_by_source, split_of
from course_lib.vocabulary import SPECIAL_TOKENS, ReservedTokenError

TOYS = ("reversal", "copy", "dates", "numbers", "lists")


def every_pair(corpus: ParallelCorpus) -> list[SentencePair]:
    return [*corpus.train, *corpus.validation, *corpus.test]


# ------------------------------------------------------------------------------- load, available


def test_available_lists_every_corpus_with_its_options() -> None:
    assert set(available()) >= {"en-fr", "reversal", "copy", "dates", "tsv"}
    assert available()["en-fr"] == ("size", "seed", "max_length", "lexicon", "gender")


def test_an_unknown_name_is_answered_with_the_nearest_and_with_all() -> None:
    with pytest.raises(ValueError, match=r"'reversals'.* Did you mean 'reversal'.*'en-fr', 'reversal', 'copy'"):
        load("reversals")


def test_an_unknown_option_is_answered_with_the_nearest_and_with_all() -> None:
    with pytest.raises(ValueError, match=r"'copy' has no option 'max_len'.* Did you mean 'max_length'.*'alphabet'"):
        load("copy", max_len=4)


# ------------------------------------------------------------------------------- pairs and splits


@pytest.mark.parametrize(
    ("source", "target", "sure", "possible", "message"),
    [
        ((), ("a",), None, None, "need a word"),
        (("a",), (), None, None, "need a word"),
        (("a",), ("b",), frozenset(), None, "together"),
        (("a",), ("b",), {(0, 0)}, frozenset(), "among the possible"),
        (("a",), ("b",), frozenset(), {(1, 0)}, "leaves the sentence"),
        (("a",), ("b",), frozenset(), {(0, 1)}, "leaves the sentence"),
        (("a",), ("b",), frozenset(), {(-1, 0)}, "leaves the sentence"),
    ],
)
def test_a_broken_pair_is_refused(source, target, sure, possible, message) -> None:  # type: ignore[no-untyped-def]
    frozen = [links if links is None else frozenset(links) for links in (sure, possible)]
    with pytest.raises(ValueError, match=message):
        SentencePair(source, target, *frozen)


def test_a_corpus_that_tests_on_its_training_sentences_is_refused() -> None:
    seen, other = SentencePair(("a",), ("b",)), SentencePair(("c",), ("d",))
    with pytest.raises(ValueError, match=r"1 source sentence.*'a'"):
        ParallelCorpus("leaky", "x", "y", (seen,), (other,), (seen,))
    with pytest.raises(ValueError, match="split"):
        ParallelCorpus("leaky", "x", "y", (other,), (seen,), (SentencePair(("a",), ("e",)),))


def test_all_translations_of_a_sentence_go_to_the_same_side() -> None:
    pairs = [SentencePair((f"s{k}",), (f"t{n}",)) for k in range(200) for n in range(3)]
    splits = split_by_source(pairs, seed=1)
    sides = {name: {pair.source for pair in split} for name, split in splits.items()}
    assert sum(len(split) for split in splits.values()) == 600
    assert [len(sides[name]) for name in ("train", "validation", "test")] == [180, 10, 10]
    assert len(sides["train"] | sides["validation"] | sides["test"]) == 200
    assert split_by_source(pairs, seed=1) == splits
    assert sides["test"] != {pair.source for pair in split_by_source(pairs, seed=2)["test"]}


def test_the_split_of_a_sentence_hangs_on_nothing_but_the_sentence() -> None:
    shares = Counter(split_of((str(n), "is", "a", "number")) for n in range(8000))
    for split, share in (("validation", 1 / 16), ("test", 1 / 16), ("train", 14 / 16)):
        assert abs(shares[split] / 8000 - share) < 0.02
    assert shares == {"train": 7000, "validation": 463, "test": 537}  # the records were made with these


def test_pairs_to_split_may_come_one_by_one_and_a_wrong_seed_is_refused() -> None:
    pairs = [SentencePair((f"s{k}",), ("t",)) for k in range(40)]
    assert split_by_source(iter(pairs), seed=1) == split_by_source(pairs, seed=1)
    with pytest.raises(ValueError, match="seed: expected"):
        split_by_source(pairs, seed=-1)


def test_a_stream_without_new_sentences_ends_with_a_message_and_not_never() -> None:
    pair = SentencePair(("a",), ("b",))
    endless = iter(lambda: (pair.source, pair.source, lambda: pair), None)
    with pytest.raises(ValueError, match=r"too few different sentences.*1 of 5 for train.*Ask for fewer"):
        draw_splits(endless, size=5, held_out=1)


# ----------------------------------------------------------------------------------------- toys


@pytest.mark.parametrize("name", TOYS)
def test_a_toy_gives_what_was_asked_for_the_same_each_time(name: str) -> None:
    corpus = load(name, size=700, seed=3)
    assert [len(split) for split in (corpus.train, corpus.validation, corpus.test)] == [700, 500, 500]
    assert len({pair.source for pair in every_pair(corpus)}) == 1700
    assert load(name, size=700, seed=3) == corpus != load(name, size=700, seed=4)


@pytest.mark.parametrize("name", TOYS)
def test_no_seed_trains_a_toy_on_what_another_one_tests_on(name: str) -> None:
    one, two = load(name, size=2000, seed=1), load(name, size=2000, seed=2)
    assert {pair.source for pair in one.train}.isdisjoint(pair.source for pair in (*two.validation, *two.test))


def test_reversal_reverses_and_its_links_cross() -> None:
    corpus = load("reversal", size=400, min_length=4, max_length=6, alphabet="xyz12")
    for pair in every_pair(corpus):
        assert 4 <= len(pair.source) <= 6 and set(pair.source) <= set("xyz12")
        assert "".join(pair.source) == "".join(pair.target)[::-1]
        assert pair.sure is not None and len(pair.sure) == len(pair.source)
        assert all(i + j == len(pair.source) - 1 for j, i in pair.sure)
    assert {len(pair.source) for pair in corpus.train} == {4, 5, 6}


def test_copy_copies_and_its_links_do_not_cross() -> None:
    for pair in every_pair(load("copy", size=400)):
        assert pair.source == pair.target and 3 <= len(pair.source) <= 10
        assert pair.sure == pair.possible == {(k, k) for k in range(len(pair.source))}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_length": 0}, "min_length: expected 1 or more, got 0"),
        ({"min_length": 5, "max_length": 4}, "min_length <= max_length"),
        ({"alphabet": "a"}, "two or more different symbols"),
        ({"alphabet": "aab"}, "two or more different symbols"),
        ({"alphabet": "a b"}, "two or more different symbols"),
        ({"min_length": 1, "max_length": 2, "alphabet": "abc"}, "too few different sentences"),
        ({"size": 0}, "size: expected 1 or more, got 0"),
    ],
)
def test_a_toy_option_out_of_range_is_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load("reversal", **options)


FORMATS = (  # read back by the standard library, which did not write them
    "%d %b %Y",
    "%d %B %Y",
    "%d of %B %Y",
    "%B %d, %Y",
    "%b %d, %Y",
    "%A %d %B %Y",
    "%A, %B %d, %Y",
    "%d.%m.%Y",
    "%Y/%m/%d",
)


def read_date(text: str) -> datetime.date:
    plain = re.sub(r"(?<=\d)(st|nd|rd|th)\b", "", text)
    for form in FORMATS:
        try:
            day = datetime.datetime.strptime(plain, form).date()
        except ValueError:
            continue
        if "%A" in form:  # strptime does not compare the weekday with the date
            assert day.strftime("%A").lower() in text
        return day
    raise AssertionError(f"No format reads {text!r}.")


def test_every_spelling_of_a_date_means_the_day_beside_it() -> None:
    lengths = set()
    for pair in every_pair(load("dates", size=3000)):
        assert read_date("".join(pair.source).replace("␣", " ")).isoformat() == "".join(pair.target)
        lengths.add(len(pair.source))
    assert min(lengths) == 8 and max(lengths) >= 24


def test_no_day_stands_in_two_splits_in_two_spellings() -> None:
    corpus = load("dates", size=3000)
    train, validation, test = ({p.target for p in s} for s in (corpus.train, corpus.validation, corpus.test))
    assert not train & validation and not train & test and not validation & test


def test_ordinals_end_as_they_are_spoken() -> None:
    texts = ["".join(pair.source) for pair in every_pair(load("dates", size=3000))]
    found = {match for text in texts for match in re.findall(r"\d+(?:st|nd|rd|th)", text)}
    assert {"1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "23rd", "31st"} <= found
    assert not found & {"1th", "11st", "12nd", "13rd", "21th"}


def test_the_digits_of_a_date_are_linked_to_equal_digits() -> None:
    for pair in every_pair(load("dates", size=2000)):
        assert pair.sure is not None and pair.possible is not None
        assert all(pair.source[j] == pair.target[i] for j, i in pair.sure)
        assert {i for _, i in pair.possible} == {0, 1, 2, 3, 5, 6, 8, 9}  # every digit, no dash


def test_a_date_is_linked_as_a_reader_would_link_it() -> None:
    pairs = {"".join(pair.source): pair for pair in every_pair(load("dates", size=4000))}
    text = next(text for text in pairs if re.fullmatch(r"\d␣may␣\d{4}", text))  # like 3␣may␣1999
    pair = pairs[text]
    sure = {(0, 9), (6, 0), (7, 1), (8, 2), (9, 3)}
    assert pair.sure == sure
    assert pair.possible == sure | {(0, 8)} | {(j, i) for j in (2, 3, 4) for i in (5, 6)}


def test_vocabularies_hold_the_words_of_the_training_pairs_alone_each_side_its_own() -> None:
    def pair(source: str, target: str) -> SentencePair:
        return SentencePair(tuple(source.split()), tuple(target.split()))

    train = (pair("a b", "x"), pair("b c", "x y"))
    corpus = ParallelCorpus("c", "S", "T", train, (pair("held out", "validation"),), (pair("tested", "test"),))
    source, target = corpus.vocabularies()
    assert source.tokens[4:] == ("b", "a", "c") and target.tokens[4:] == ("x", "y")
    assert [words.tokens[4:] for words in corpus.vocabularies(min_count=2)] == [("b",), ("x",)]
    assert [words.tokens[4:] for words in corpus.vocabularies(max_size=5)] == [("b",), ("x",)]


@pytest.mark.parametrize("token", SPECIAL_TOKENS)
def test_a_reserved_token_is_no_word_of_a_pair(token: str) -> None:
    """A reference that holds ``<unk>`` would call every ``<unk>`` of a model right."""
    for source, target in (((token, "a"), ("b",)), (("a",), ("b", token))):
        with pytest.raises(ReservedTokenError, match=f"'{token}' stands for no word"):
            SentencePair(source, target)
