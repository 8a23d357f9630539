"""Words to numbers and back. Chapter 1."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.vocabulary import BOS, EOS, PAD, SPECIAL_TOKENS, UNK, ReservedTokenError, UnknownTokenError, Vocabulary

CATS = Vocabulary.build([("the", "cat", "sees", "the", "dog"), ("a", "cat")])


def test_reserved_tokens_keep_their_ids_in_every_vocabulary() -> None:
    assert (PAD, BOS, EOS, UNK) == (0, 1, 2, 3)
    assert CATS.tokens[:4] == SPECIAL_TOKENS
    for tokens in (("cat",), SPECIAL_TOKENS[::-1]):
        with pytest.raises(ValueError, match="starts with"):
            Vocabulary(tokens)


def test_words_stand_by_frequency_and_then_by_the_alphabet() -> None:
    assert CATS.tokens[4:] == ("cat", "the", "a", "dog", "sees")
    assert Vocabulary.build([("b", "a")]) == Vocabulary.build([("a",), ("b",)])


def test_rare_words_and_words_beyond_the_limit_are_left_out() -> None:
    sentences = [("a", "a", "a", "b", "b", "c")]
    assert Vocabulary.build(sentences, min_count=2).tokens[4:] == ("a", "b")
    assert Vocabulary.build(sentences, max_size=5).tokens[4:] == ("a",)
    assert len(Vocabulary.build(sentences, max_size=5)) == 5


@pytest.mark.parametrize(
    ("sentences", "options", "message"),
    [
        ([("a", "</s>")], {}, r"'</s>' stands for no word"),
        ([], {}, "Lower min_count, or give more sentences"),
        ([("a",)], {"min_count": 2}, r"seen 2 time\(s\) or more"),
        ([("a",)], {"max_size": 4}, "max_size: expected 5 or more"),
        ([("a",)], {"min_count": 0}, "min_count: expected 1 or more"),
        (["a sentence"], {}, "Expected a sequence of words, got the string 'a sentence'"),
    ],
)
def test_a_vocabulary_that_cannot_serve_is_refused(
    sentences: list[tuple[str, ...]], options: dict[str, int], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Vocabulary.build(sentences, **options)


def test_a_word_listed_twice_is_refused() -> None:
    with pytest.raises(ValueError, match=r"once; repeated here: .*'a'"):
        Vocabulary((*SPECIAL_TOKENS, "a", "b", "a"))


@given(st.lists(st.sampled_from(CATS.tokens[4:])))
def test_decoding_gives_back_what_was_encoded(words: list[str]) -> None:
    ids = CATS.encode(words)
    assert CATS.decode(ids) == words
    assert all(4 <= i < len(CATS) for i in ids)


def test_an_unknown_word_is_named_with_its_neighbours_or_becomes_unk() -> None:
    with pytest.raises(UnknownTokenError, match=r"'cats' is not among the 5 words.*Did you mean 'cat'"):
        CATS.encode(("the", "cats"))
    assert CATS.encode(("the", "cats"), unknown="unk") == [CATS.encode(("the",))[0], UNK]
    with pytest.raises(ValueError, match="expected one of 'error', 'unk', got 'skip'"):
        CATS.encode(("the",), unknown="skip")  # type: ignore[arg-type]


@pytest.mark.parametrize("unknown", ["error", "unk"])
@pytest.mark.parametrize("token", SPECIAL_TOKENS)
def test_a_reserved_token_is_no_word_of_a_sentence(token: str, unknown: str) -> None:
    """``<pad>`` inside a target was read, and not scored; ``</s>`` ended the source twice."""
    for words in ((token,), ("the", token, "cat"), ("zebra", token)):
        with pytest.raises(ReservedTokenError, match=f"'{token}' stands for no word.*Leave it out"):
            CATS.encode(words, unknown)  # type: ignore[arg-type]
    assert CATS.encode(("<PAD>", "<bos>", "pad"), "unk") == [UNK] * 3  # near misses are unknown words like any other


def test_a_string_is_not_spelt_out_letter_by_letter() -> None:
    with pytest.raises(ValueError, match="got the string 'a'"):
        CATS.encode("a")


def test_ids_outside_do_not_wrap_around_to_the_last_words() -> None:
    for outside in (-1, len(CATS)):
        with pytest.raises(IndexError, match=f"0 to 8; got .{outside}"):
            CATS.decode([4, outside])


def test_a_word_is_in_and_a_strange_one_is_out() -> None:
    assert "cat" in CATS and "cow" not in CATS and 4 not in CATS


def test_saving_and_loading_keep_every_id(tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.json"
    words = Vocabulary.build([("œuf", "l'", "मुलगी", "我", '"')])
    words.save(path)
    assert Vocabulary.load(path) == words


@pytest.mark.parametrize("content", [b"", b"[1, 2]", b'{"a": 1}', b'["cat"]', b'["<pad>", "<s>"', b"\xff"])
def test_a_file_that_is_no_vocabulary_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "cut.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"cut\.json is not a vocabulary written by Vocabulary\.save"):
        Vocabulary.load(path)
