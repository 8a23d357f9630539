"""Looks that miss, taken for hits, and hits that are laid at the door of a neighbour."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.alignment import entropies, look_kinds
from course_lib.alignment.looks import by_word
from course_lib.alignment.nearness import nearness, word_jumps
from course_lib.corpora.pairs import SentencePair
from course_lib.word_scores import score_words
from tests.oracles.models import make
from tests.shape_checks import unchecked

SOURCE = "the cat sees the dog and the bird .".split()
TARGET = "le chat voit le chien et le merle .".split()
DIAGONAL = frozenset((k, k) for k in range(9))


def looking_at(*positions: int, width: int = len(SOURCE) + 1) -> np.ndarray:
    """Return weights whose largest entry of row i lies at positions[i]; a last row for </s>."""
    rows = np.full((len(positions) + 1, width), 0.5 / width)
    rows[range(len(positions)), positions] += 0.5
    return rows


def test_a_sentence_on_paper_is_seen_otherwise() -> None:
    # le: at the second "the"; chat: right; voit: one before; le: at "cat", beside its second "the"? no, two before;
    # chien: at </s>; et: at the full stop; le: at the first "the"; merle: at "dog"; .: at </s>
    looks = looking_at(3, 1, 1, 1, 9, 8, 0, 4, 8)
    kinds = look_kinds(looks, DIAGONAL, SOURCE)
    assert kinds == [
        "same word elsewhere",
        "gold",
        "beside",
        "elsewhere",
        "end",
        "end",
        "same word elsewhere",
        "elsewhere",
        "gold",
        None,
    ]
    pair = SentencePair(tuple(SOURCE), tuple(TARGET), DIAGONAL, DIAGONAL)
    assert word_jumps(looks, pair) == [3, 0, -1, -2, 5, 3, -6, -3, 0, None]
    assert nearness([looks], [pair]).jumps == {-4: 1, -3: 1, -2: 1, -1: 1, 0: 2, 1: 0, 2: 0, 3: 2, 4: 1}


def test_what_is_several_kinds_is_the_first_of_them() -> None:
    words = ["cat", "cat", "."]
    sure = {(0, 0)}
    assert look_kinds(looking_at(1, width=4), sure, words)[0] == "beside"  # a double, next to it
    assert look_kinds(looking_at(2, width=4), {(1, 0)}, words)[0] == "beside"  # the full stop, next to it
    assert look_kinds(looking_at(2, width=4), {(2, 0)}, words)[0] == "gold"  # the full stop itself
    assert look_kinds(looking_at(3, width=4), {(2, 0)}, words)[0] == "beside"  # </s> after the gold full stop
    assert look_kinds(looking_at(3, width=4), sure, words)[0] == "end"
    assert look_kinds(looking_at(0, width=5), {(3, 0)}, [".", "a", "b", "."])[0] == "same word elsewhere"
    assert look_kinds(looking_at(0, width=4), {(2, 0)}, [".", "a", "b"])[0] == "elsewhere"  # a dot, not at the end
    assert look_kinds(looking_at(2, width=4), sure, ["我", "你", "。"])[0] == "end"


def test_a_word_with_several_partners_has_all_of_them() -> None:
    several = frozenset({(1, 0), (6, 0)})
    assert [look_kinds(looking_at(j), several, SOURCE)[0] for j in range(10)] == [
        "beside",
        "gold",
        "beside",
        "same word elsewhere",
        "elsewhere",
        "beside",
        "gold",
        "beside",
        "end",
        "end",
    ]
    pair = SentencePair(tuple(SOURCE), ("y",), several, several)
    assert [word_jumps(looking_at(j), pair)[0] for j in (0, 1, 3, 5, 9)] == [-1, 0, 2, -1, 3]
    even = frozenset({(1, 0), (5, 0)})  # position 3 lies as near to both: the earlier counts
    assert word_jumps(looking_at(3), SentencePair(tuple(SOURCE), ("y",), even, even))[0] == 2


def test_possible_links_count_for_gold() -> None:
    pair = SentencePair(("a", "b", "c"), ("x", "y"), frozenset({(0, 0)}), frozenset({(0, 0), (1, 0), (2, 1)}))
    rows = np.array([[0.1, 0.6, 0.2, 0.1], [0, 0, 1, 0], [0.25] * 4])
    found = nearness([rows], [pair])
    assert (found.mass, found.n) == (0.1, 1)
    assert found.jumps == {-4: 0, -3: 0, -2: 0, -1: 0, 0: 0, 1: 1, 2: 0, 3: 0, 4: 0}
    assert word_jumps(rows, pair) == [1, None, None]


def test_looks_on_gold_are_near_and_even_ones_have_the_share_of_the_links() -> None:
    pair = SentencePair(tuple(SOURCE), tuple(TARGET), DIAGONAL, DIAGONAL)
    one_hot = np.eye(10)
    hit = nearness([one_hot, one_hot], [pair, pair])
    assert (hit.mass, hit.jumps[0], hit.n) == (1, 18, 18)
    assert str(hit) == "weight on gold 1.00, largest weight on gold 100.0 % (n = 18)"
    several = SentencePair(
        tuple(SOURCE),
        ("x", "y"),
        frozenset({(0, 0), (3, 0), (4, 1)}),
        frozenset(DIAGONAL | {(0, 0), (3, 0), (4, 1)}) & {(0, 0), (3, 0), (4, 1)},
    )
    even = nearness([np.full((3, 10), 0.1)], [several])
    assert even.mass == pytest.approx((2 / 10 + 1 / 10) / 2)
    assert even.jumps[0] == 1 and even.jumps[-4] == 1  # of equal weights the first: position 0


def test_links_by_word_come_in_the_order_of_the_target() -> None:
    assert list(by_word({(0, 2), (1, 0), (2, 1), (3, 0)}).items()) == [(0, {1, 3}), (1, {2}), (2, {0})]


@st.composite
def aligned(draw):
    S, T = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    cells = [(j, i) for j in range(S) for i in range(T)]
    possible = draw(st.frozensets(st.sampled_from(cells)))
    sure = frozenset(link for link in possible if draw(st.booleans()))
    words = tuple(draw(st.lists(st.sampled_from(["a", "b", "."]), min_size=S, max_size=S)))
    rows = np.array(
        draw(st.lists(st.lists(st.integers(0, 9), min_size=S + 1, max_size=S + 1), min_size=T + 1, max_size=T + 1))
    )
    return rows / 10, SentencePair(words, ("y",) * T, sure, possible)


@given(st.lists(aligned(), min_size=1, max_size=4))
def test_nearness_and_kinds_differ_from_loops_over_all_cells(sentences) -> None:
    mass, jumps = [], []
    for rows, pair in sentences:
        kinds, moved = look_kinds(rows, pair.sure, pair.source), word_jumps(rows, pair)
        assert len(kinds) == len(moved) == len(rows)
        for i in range(len(rows)):
            gold = [j for j in range(len(pair.source)) if (j, i) in pair.sure]
            if not gold:
                assert kinds[i] is None and moved[i] is None
                continue
            largest = max(rows[i])
            best = next(j for j, weight in enumerate(rows[i]) if weight == largest)
            distance = min(abs(best - j) for j in gold)
            mass.append(sum(rows[i][j] for j in gold))
            jumps.append(best - next(j for j in gold if abs(best - j) == distance))
            assert moved[i] == jumps[-1]
            word = (*pair.source, "</s>")[best]
            if distance < 2:
                assert kinds[i] == ("gold", "beside")[distance]
            elif word in [pair.source[j] for j in gold]:
                assert kinds[i] == "same word elsewhere"
            elif word == "</s>" or (word == "." and best == len(pair.source) - 1):
                assert kinds[i] == "end"
            else:
                assert kinds[i] == "elsewhere"
    weights, pairs = zip(*sentences, strict=True)
    if not mass:
        with pytest.raises(ValueError, match="No word of these pairs has a sure link"):
            nearness(weights, pairs)
        return
    found = nearness(weights, pairs)
    assert found.mass == pytest.approx(sum(mass) / len(mass)) and found.n == len(mass)
    assert found.jumps == {k: sum(max(-4, min(4, jump)) == k for jump in jumps) for k in range(-4, 5)}


@pytest.mark.parametrize("name", ["bahdanau", "luong-local-m", "luong-general-hard"])
def test_the_looks_of_a_model_fit_its_pairs(name: str) -> None:
    links = frozenset({(0, 0), (1, 1)})
    pairs = [
        SentencePair(("the", "cat", "sleeps"), ("le", "chat", "dort"), links, links),
        SentencePair(("cats", "sleep"), ("les", "chats", "dorment"), links, links),
    ]
    found = nearness(score_words(make(name), pairs).looks, pairs)
    assert found.n == sum(found.jumps.values()) == 4 and 0 <= found.mass <= 1


PAIR = SentencePair(("a", "b"), ("x", "y"), frozenset({(0, 0)}), frozenset({(0, 0)}))


@pytest.mark.parametrize(
    ("weights", "pairs", "message"),
    [
        (None, [PAIR], "a model without attention looks nowhere"),
        ([], [], "No word of these pairs has a sure link"),
        ([np.ones((3, 3))], [], "1 arrays for 0 pairs"),
        ([np.ones((3, 2))], [PAIR], r"Pair 0: expected weights of shape \(3, 3\).*got \(3, 2\)"),
        ([np.ones((2, 3))], [PAIR], r"Pair 0: expected weights of shape \(3, 3\).*got \(2, 3\)"),
        ([np.ones(3)], [PAIR], r"got \(3,\)"),
        ([np.full((3, 3), math.nan)], [PAIR], "Pair 0: attention weights: 9 of 9 numbers are NaN"),
        ([np.ones((3, 3))], [SentencePair(("a", "b"), ("x", "y"))], "Pair 0: nobody has linked its words"),
    ],
)
def test_weights_of_something_else_are_near_to_nothing(weights, pairs, message) -> None:
    with pytest.raises(ValueError, match=message):
        nearness(weights, pairs)


@pytest.mark.parametrize(
    ("looks", "links", "source", "message"),
    [
        (
            np.eye(3),
            {(2, 0)},
            ["a", "b"],
            r"links \[\(2, 0\)\] leave the sentence: 2 source, 2 target words",
        ),  # at </s>
        (np.eye(3), {(0, 2)}, ["a", "b"], r"links \[\(0, 2\)\] leave"),
        (np.eye(3), {(0, -1)}, ["a", "b"], "leave the sentence"),
        (np.eye(3), {(-1, 0)}, ["a", "b"], "leave the sentence"),
        (np.eye(3), {(0, 0)}, ["a", "b", "</s>"], r"expected weights of shape \(T, 4\).*Give the words without </s>"),
        (np.eye(3), {(0, 0)}, "ab", "expected weights"),
        (np.eye(3)[0], {(0, 0)}, ["a", "b"], r"got \(3,\)"),
        (np.eye(3), None, ["a", "b"], "Nobody has linked the words of this pair"),
        (None, {(0, 0)}, ["a", "b"], "a model without attention looks nowhere"),
        (np.eye(3) * math.nan, {(0, 0)}, ["a", "b"], "attention weights: 9 of 9 numbers are NaN"),
    ],
)
def test_looks_that_fit_no_sentence_have_no_kind(looks, links, source, message) -> None:
    with pytest.raises(ValueError, match=message):
        look_kinds(looks, links, source)


# --- how widely a look goes


def test_the_entropy_of_a_look_is_that_of_the_paper() -> None:
    """One place: 0; n alike: log n; ½, ¼, ¼: 1.5 bits, by hand (Shannon, 1948, §6)."""
    rows = np.array([[1, 0, 0, 0], [0.25] * 4, [0.5, 0.25, 0.25, 0], [0, 0.5, 0.5, 0]])
    np.testing.assert_allclose(entropies(rows), [0, math.log(4), 1.5 * math.log(2), math.log(2)], atol=1e-12)
    singles = np.random.default_rng(0).dirichlet(np.ones(50), 3).astype(np.float32)
    np.testing.assert_array_equal(entropies(singles), entropies(singles.astype(float)))  # summed in double precision


@pytest.mark.parametrize(
    ("looks", "message"),
    [
        (np.array([0.5, 0.5]), r"shape \(T, S\).*got \(2,\)"),
        (np.zeros((0, 3)), r"got \(0, 3\)"),
        (np.array([[0.5, math.nan]]), "attention weights: 1 of 2 numbers are NaN"),
        (np.array([[1.5, -0.5]]), "weights of 0 or more, got -0.5. Are they scores"),
        (np.array([[0.5, 0.5], [0.5, 0.4]]), "row 1 sums to 0.9. A window of local attention"),
        (np.array([[0.6, 0.5]]), "row 0 sums to 1.1"),
        (np.array([[0.5, 0.5], [0.9, 0.9], [0.5, 0.5]]), "row 1 sums to 1.8"),
    ],
)
def test_what_are_no_weights_has_no_entropy(looks, message) -> None:
    with unchecked(), pytest.raises(ValueError, match=message):
        entropies(looks)
