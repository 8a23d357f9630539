"""Weights between pieces, put together in words: each row still shares out one whole. Chapter 14."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.alignment import whole_words, word_weights
from course_lib.corpora.subwords import Subwords
from course_lib.traces import Candidate, Trace
from tests.shape_checks import unchecked

END = "</s>"
Cut = list[list[str]]
SIDES = st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=3), min_size=1, max_size=4)


def pieces_of(words: Cut) -> tuple[str, ...]:
    """Return the pieces of words, each a list of its parts, with ``</s>``."""
    return (*(f"▁{part}" if k == 0 else part for word in words for k, part in enumerate(word)), END)


def by_cells(weights: Any, source: Cut, target: Cut) -> list[list[float]]:
    """Put weights together cell by cell: another road than sums of columns."""
    ends = [[], []]
    for side, words in zip(ends, (source, target), strict=True):
        side += [range(sum(map(len, words[:k])), sum(map(len, words[: k + 1]))) for k in range(len(words))]
        side.append(range(sum(map(len, words)), sum(map(len, words)) + 1))
    return [[sum(weights[i][j] for i in rows for j in places) / len(rows) for places in ends[0]] for rows in ends[1]]


@given(SIDES, SIDES, st.integers(0, 99))
def test_weights_in_words_are_those_of_their_pieces(source: Cut, target: Cut, seed: int) -> None:
    pieces = pieces_of(source), pieces_of(target)
    weights = np.random.default_rng(seed).dirichlet(np.ones(len(pieces[0])), len(pieces[1]))
    found = word_weights(weights, *pieces)
    np.testing.assert_allclose(found, by_cells(weights, source, target), atol=1e-12)
    np.testing.assert_allclose(found.sum(1), 1)
    assert whole_words(pieces[0]) == (*("".join(word) for word in source), END)


def test_words_of_one_piece_keep_their_weights() -> None:
    weights = np.array([[0.1, 0.2, 0.7], [0.5, 0.5, 0.0]])
    for table in (weights, weights.tolist()):
        with unchecked():
            np.testing.assert_array_equal(word_weights(table, ("▁a", "▁b", END), ("▁c", END)), weights)
    assert whole_words((END,)) == (END,)


@pytest.mark.parametrize("pieces", [(), ("a", "▁b"), ("a",), ("a", END)])
def test_pieces_that_begin_inside_a_word_are_no_words(pieces: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="expected the first to begin a word"):
        whole_words(pieces)


def test_weights_of_another_sentence_are_no_weights() -> None:
    with pytest.raises(ValueError, match=r"expected 2 × 3, .*got 3 × 2"):
        word_weights(np.ones((3, 2)), ("▁a", "b", END), ("▁c", END))


def a_trace(**changes: Any) -> Trace:
    """Return the trace of five steps over four pieces: two words and the end from one word and the end."""
    fields: dict[str, Any] = {
        "model": "a model",
        "source": ("▁a", "b", "c", END),
        "target": ("▁d", "e", "▁f", "g", END),
        "candidates": tuple((Candidate(f"best {i}", 1.0),) for i in range(5)),
        "states": np.arange(5.0)[:, None],
        "weights": (weights := np.full((5, 4), 0.25)),
        "scores": np.log(weights),
        "gold": ("▁d", "h", END),
    }
    return Trace(**{**fields, **changes})


def test_a_trace_in_words_has_a_row_a_word() -> None:
    """Candidates for the first piece of a word, the state after its last one."""
    found = a_trace().in_words()
    assert (found.source, found.target, found.gold) == (("abc", END), ("de", "fg", END), ("dh", END))
    assert [row[0].token for row in found.candidates] == ["best 0", "best 2", "best 4"]
    assert found.weights is not None and found.scores is not None
    np.testing.assert_array_equal(found.states[:, 0], [1, 3, 4])
    np.testing.assert_allclose(found.weights, [[0.75, 0.25]] * 3)
    np.testing.assert_allclose(np.exp(found.scores), found.weights)


def test_a_trace_without_attention_has_nothing_to_put_together() -> None:
    with pytest.raises(ValueError, match="no attention weights"):
        a_trace(weights=None, scores=None).in_words()


def test_byte_pairs_stand_in_the_order_in_which_they_were_glued() -> None:
    """hat 5, hats 2, cats 3, hot 2: a t 10 times, then ▁ h 9, then ▁h at 7; letters come last, signs not at all."""
    sentences = [[word] for word, number in (("hat", 5), ("hats", 2), ("cats", 3), ("hot", 2)) for _ in range(number)]
    pieces = Subwords.train(sentences, 3 + 3 + 7, "bpe").pieces
    assert pieces[:3] == ("at", "▁h", "▁hat")
    assert set(pieces[3:]) == set("▁hatsco")
