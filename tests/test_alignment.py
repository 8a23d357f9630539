"""Alignment without a network: EM by hand and in fractions, symmetrisation against its definition."""

import math
from fractions import Fraction
from itertools import product
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.alignment import (
    Symmetrisation,
    argmax_links,
    diagonal_links,
    hard_links,
    ibm_model1,
    symmetrise,
    transposed,
    turned_round,
)
from course_lib.corpora import SentencePair
from course_lib.metrics import aer
from tests.draws import load_few_held_out
from tests.shape_checks import unchecked

BOOKS = tuple(
    SentencePair(tuple(source.split()), tuple(target.split()))
    for source, target in (("das Haus", "the house"), ("das Buch", "the book"), ("ein Buch", "a book"))
)


def em_in_fractions(pairs, iterations, null):
    """Return t(y|x) as exact fractions, written from the definition: no arrays, no logarithms."""
    sources = [(*pair.source, *((None,) if null else ())) for pair in pairs]
    vocabulary = {y for pair in pairs for y in pair.target}
    t = {(y, x): Fraction(1, len(vocabulary)) for source in sources for x in source for y in vocabulary}
    for _ in range(iterations):
        counts = dict.fromkeys(t, Fraction(0))
        for source, pair in zip(sources, pairs, strict=True):
            for y in pair.target:
                for x in source:
                    counts[y, x] += t[y, x] / sum(t[y, other] for other in source)
        t = {(y, x): count / sum(counts[other, x] for other in vocabulary) for (y, x), count in counts.items()}
    return t


def test_the_classic_three_sentences_by_hand():
    """Koehn (2010), fig. 4.4. First every cell is 1/2: das is given 1/2 + 1/2 of the, 1/2 of house, 1/2 of book."""
    first, second = (ibm_model1(BOOKS, iterations, null=False) for iterations in (1, 2))
    by_hand = {
        ("the", "das"): (Fraction(1, 2), Fraction(7, 11)),
        ("house", "das"): (Fraction(1, 4), Fraction(2, 11)),
        ("book", "das"): (Fraction(1, 4), Fraction(2, 11)),
        ("the", "Haus"): (Fraction(1, 2), Fraction(3, 7)),
        ("house", "Haus"): (Fraction(1, 2), Fraction(4, 7)),
        ("book", "ein"): (Fraction(1, 2), Fraction(3, 7)),
        ("book", "Buch"): (Fraction(1, 2), Fraction(7, 11)),
    }
    for (target, source), (after_one, after_two) in by_hand.items():
        assert first.probability(target, source) == pytest.approx(float(after_one), rel=1e-12)
        assert second.probability(target, source) == pytest.approx(float(after_two), rel=1e-12)
    assert first.probability("a", "das") == 0
    assert ibm_model1(BOOKS, 100, null=False).probability("house", "Haus") > 0.95


def test_the_likelihood_of_the_classic_three_sentences_by_hand():
    """Start: every word is 1/4, six words. After one step: (the|das Haus) = 1/2 · (1/2 + 1/2), …"""
    log_likelihoods = ibm_model1(BOOKS, 1, null=False).log_likelihoods
    the_house = Fraction(1, 2) * (Fraction(1, 2) + Fraction(1, 2)), Fraction(1, 2) * (Fraction(1, 4) + Fraction(1, 2))
    the_book = Fraction(1, 2) * (Fraction(1, 2) + Fraction(1, 4)), Fraction(1, 2) * (Fraction(1, 4) + Fraction(1, 2))
    # a book is the house with the languages' names for it changed
    after = math.prod((*the_house, *the_book, *the_house))
    assert log_likelihoods == pytest.approx((6 * math.log(1 / 4), math.log(after)), rel=1e-12)


SENTENCES = st.lists(st.sampled_from("abcd"), min_size=1, max_size=4).map(tuple)
TARGETS = st.lists(st.sampled_from("wxyz"), min_size=1, max_size=4).map(tuple)
CORPORA = st.lists(st.builds(SentencePair, SENTENCES, TARGETS), min_size=1, max_size=5)


@settings(deadline=None)
@given(CORPORA, st.integers(1, 3), st.booleans())
def test_em_equals_em_in_exact_fractions(pairs, iterations, null):
    model = ibm_model1(pairs, iterations, null)
    for (target, source), expected in em_in_fractions(pairs, iterations, null).items():
        assert model.probability(target, source) == pytest.approx(float(expected), rel=1e-9, abs=1e-15)


@settings(deadline=None)
@given(CORPORA, st.booleans())
def test_the_likelihood_rises_and_probabilities_sum_to_one(pairs, null):
    model = ibm_model1(pairs, 8, null)
    for before, after in zip(model.log_likelihoods, model.log_likelihoods[1:], strict=False):
        assert after >= before - 1e-9
    table = model.table(tuple(model.target_ids), tuple(model.source_ids))
    np.testing.assert_allclose(table.sum(axis=0), 1.0)


@settings(deadline=None)
@given(CORPORA, st.randoms(use_true_random=False))
def test_neither_the_order_of_pairs_nor_of_words_matters(pairs, random):
    def shuffle(words):
        return tuple(random.sample(words, len(words)))

    others = [SentencePair(shuffle(pair.source), shuffle(pair.target)) for pair in shuffle(pairs)]
    model, other = ibm_model1(pairs, 4), ibm_model1(others, 4)
    assert model.log_likelihoods == pytest.approx(other.log_likelihoods)
    for target, source in product("wxyz", (*"abcd", None)):
        assert model.probability(target, source) == pytest.approx(other.probability(target, source))


def test_the_likelihood_stands_before_the_first_iteration_and_after_each_of_five():
    assert len(ibm_model1(BOOKS).log_likelihoods) == 6
    assert ibm_model1(BOOKS).log_likelihoods == ibm_model1(BOOKS, 5).log_likelihoods


def test_links_are_those_of_the_most_probable_word_and_null_takes_what_nothing_explains():
    pairs = [*BOOKS, SentencePair(("Haus",), ("house",)), SentencePair(("ein",), ("a",))] * 2
    pairs += [SentencePair((word,), (word.upper(), "!")) for word in "pqrstu"]
    model = ibm_model1(pairs, 20)
    assert [model.links(pair) for pair in BOOKS] == [{(0, 0), (1, 1)}] * 3
    assert model.links(SentencePair(("Buch", "das"), ("the", "book"))) == {(1, 0), (0, 1)}
    assert model.links(SentencePair(("p",), ("P", "!"))) == {(0, 0)}
    assert model.links(SentencePair(("Haus", "never"), ("seen", "house"))) == {(0, 1)}
    assert model.probability("seen", "Haus") == model.probability("house", "never") == 0


def posteriors_by_enumeration(model, pair, null):
    """Return P(a_i = j | x, y) as the share of all alignments that have it: no row is worked out alone."""
    candidates = (*pair.source, *((None,) if null else ()))
    found = np.zeros((len(pair.target), len(pair.source) + 1))
    for alignment in product(range(len(candidates)), repeat=len(pair.target)):
        chosen = zip(pair.target, alignment, strict=True)
        joint = math.prod(model.probability(y, candidates[j]) for y, j in chosen)
        for i, j in enumerate(alignment):
            found[i, j] += joint
    return found / found[0].sum()  # Σ over alignments: in each of them the first word has one partner


@settings(deadline=None, max_examples=40)
@given(CORPORA, st.integers(1, 4), st.booleans())
def test_posteriors_are_the_shares_of_all_alignments(pairs, iterations, null):
    """A column for NULL that stands first, or a sum over the wrong axis, would still look like weights."""
    model = ibm_model1(pairs, iterations, null)
    pair = pairs[0]
    found = model.posteriors(pair)
    assert found.shape == (len(pair.target), len(pair.source) + 1)
    np.testing.assert_allclose(found, posteriors_by_enumeration(model, pair, null), atol=1e-12)
    np.testing.assert_allclose(found.sum(axis=1), 1.0)


@pytest.mark.parametrize("null", [True, False])
def test_the_largest_posteriors_are_the_links_of_the_model(null):
    model = ibm_model1(BOOKS, 3, null)
    for pair in (*BOOKS, SentencePair(("Buch", "never", "das"), ("the", "seen", "book", "book"))):
        lengths = len(pair.source), len(pair.target)
        assert argmax_links(model.posteriors(pair), *lengths) == model.links(pair)
    # given: uniform, one pair of two words each brings no news, and every word of it is as good as another
    no_news = SentencePair(("Haus", "Haus"), ("house", "house"))
    even = ibm_model1([no_news], 2, null).posteriors(no_news)
    np.testing.assert_allclose(even, [[1 / 3] * 3] * 2 if null else [[0.5, 0.5, 0.0]] * 2)


@pytest.mark.parametrize("null", [True, False])
def test_a_word_that_nothing_can_have_said_lies_whole_on_the_last_column(null):
    """Else it would be 0 / 0, or all on the first word: an unseen word, and one that never met these."""
    model = ibm_model1([SentencePair(("a",), ("A",)), SentencePair(("b",), ("B",))], 2, null)
    shares = model.posteriors(SentencePair(("a", "unknown"), ("never", "A")))
    assert shares[0].tolist() == [0, 0, 1]
    assert shares[1, 0] == (pytest.approx(2 / 3) if null else 1) and shares[1, 1] == 0
    if not null:
        assert model.posteriors(SentencePair(("a",), ("B",))).tolist() == [[0, 1]]
    assert np.isfinite(shares).all()


def test_the_diagonal_of_a_few_lengths_by_hand():
    assert diagonal_links(3, 3) == {(0, 0), (1, 1), (2, 2)}
    assert diagonal_links(3, 6) == {(0, 0), (0, 1), (1, 2), (1, 3), (2, 4), (2, 5)}
    assert diagonal_links(6, 3) == {(1, 0), (3, 1), (5, 2)}  # 6 · ½ / 3 = 1, 3, 5
    assert diagonal_links(5, 2) == {(1, 0), (3, 1)}  # 1.25 and 3.75
    assert diagonal_links(1, 4) == {(0, 0), (0, 1), (0, 2), (0, 3)} and diagonal_links(4, 1) == {(2, 0)}
    for S, T, name in ((0, 2, "source_length"), (2, 0, "target_length"), (2.5, 2, "source_length")):
        with pytest.raises(ValueError, match=name):
            diagonal_links(S, T)


@given(st.integers(1, 40), st.integers(1, 40))
def test_the_diagonal_is_the_same_from_the_other_end(S, T):
    partners = dict(sorted((i, j) for j, i in diagonal_links(S, T)))
    assert list(partners) == list(range(T))
    assert list(partners.values()) == sorted(partners.values()) and set(partners.values()) <= set(range(S))
    for i in range(T):
        if S * (2 * i + 1) % (2 * T):  # else the middle of the word lies between two words
            assert partners[T - 1 - i] == S - 1 - partners[i]


def test_model_1_aligns_the_courses_french_far_better_than_chance():
    pairs = load_few_held_out("en-fr", size=2000).train
    gold = {"sure": [pair.sure for pair in pairs], "possible": [pair.possible for pair in pairs]}
    forward = ibm_model1(pairs)
    backward = ibm_model1([turned_round(pair) for pair in pairs])
    there = [forward.links(pair) for pair in pairs]
    back = [transposed(backward.links(turned_round(pair))) for pair in pairs]
    joined = [symmetrise(*both) for both in zip(there, back, strict=True)]
    both = [symmetrise(*sides, "intersection") for sides in zip(there, back, strict=True)]
    assert aer(there, **gold).aer < 30 and aer(back, **gold).aer < 30
    assert aer(joined, **gold).aer < min(aer(there, **gold).aer, aer(back, **gold).aer)
    assert aer(both, **gold).precision > max(aer(there, **gold).precision, aer(back, **gold).precision)


def test_the_whole_source_no_target_and_a_full_weight_are_within_the_limits():
    weights = np.eye(2)
    assert hard_links(weights, 2, 2, threshold=1.0) == hard_links(weights, 2, 2) == {(0, 0), (1, 1)}
    assert hard_links(weights, 2, 0) == hard_links(weights, 2, 0, threshold=1.0) == frozenset()
    for source_length, target_length in ((3, 2), (0, 2), (2, 3), (2, -1)):
        with pytest.raises(ValueError, match="do not fit weights"):
            hard_links(weights, source_length, target_length)


def test_hard_links_by_argmax_or_threshold():
    # Two source words and </s> (columns), three target words and </s> (rows).
    weights = np.array([[0.5, 0.5, 0.0], [0.1, 0.3, 0.6], [0.2, 0.7, 0.1], [0.9, 0.1, 0.0]])
    assert hard_links(weights, 2) == {(0, 0), (1, 2)}
    assert hard_links(weights, 2, threshold=0.5) == {(0, 0), (1, 0), (1, 2)}
    assert hard_links(weights, 2, threshold=0.3) == {(0, 0), (1, 0), (1, 1), (1, 2)}
    assert hard_links(weights, 2, 1, threshold=0.1) == {(0, 0), (1, 0)}
    with unchecked():  # a table written by hand is as good
        assert argmax_links(weights.tolist(), 2) == {(0, 0), (1, 2)}
    for threshold in (0.0, 1.5, math.nan):
        with pytest.raises(ValueError, match="threshold"):
            hard_links(weights, 2, threshold=threshold)
    with pytest.raises(ValueError, match="do not fit"):
        hard_links(weights, 4, threshold=0.5)


SIZE = 4
LINKS = st.frozensets(st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1)))


def grown_by_definition(forward, backward, final):
    """Return the links of the pseudo-code at statmt.org/moses (AlignWords), on boolean grids of (e, f)."""
    e2f, f2e = np.zeros((2, SIZE, SIZE), dtype=bool)
    for grid, links in ((e2f, forward), (f2e, backward)):
        for f, e in links:
            grid[e, f] = True
    alignment, union = e2f & f2e, e2f | f2e
    neighbouring = ((-1, 0), (0, -1), (1, 0), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1))
    new_points = True
    while new_points:
        new_points = False
        for e, f in np.ndindex(SIZE, SIZE):
            if not alignment[e, f]:
                continue
            for de, df in neighbouring:
                e_new, f_new = e + de, f + df
                inside = 0 <= e_new < SIZE and 0 <= f_new < SIZE
                if inside and union[e_new, f_new] and not (alignment[e_new].any() and alignment[:, f_new].any()):
                    alignment[e_new, f_new] = new_points = True
    for grid in (e2f, f2e) if final else ():
        for e, f in np.ndindex(SIZE, SIZE):
            if grid[e, f] and not alignment[e].any() and not alignment[:, f].any():
                alignment[e, f] = True
    return {(int(f), int(e)) for e, f in np.argwhere(alignment)}


@given(LINKS, LINKS)
def test_growing_is_the_pseudo_code_of_moses(forward, backward):
    assert symmetrise(forward, backward, "grow-diag") == grown_by_definition(forward, backward, final=False)
    assert symmetrise(forward, backward) == grown_by_definition(forward, backward, final=True)


@given(LINKS, LINKS)
def test_each_way_of_joining_lies_between_intersection_and_union(forward, backward):
    ways = ("intersection", "grow-diag", "grow-diag-final-and", "union")
    joined = [symmetrise(forward, backward, how) for how in ways]
    assert joined[0] == {link for link in forward if link in backward}
    assert joined[3] == {*forward, *backward}
    assert joined[0] <= joined[1] <= joined[2] <= joined[3]
    for how in ways:
        assert symmetrise(forward, forward, how) == forward
    for how in ways[:2]:  # the last step of grow-diag-final-and takes one direction first
        assert symmetrise(backward, forward, how) == symmetrise(forward, backward, how)
    assert transposed(transposed(forward)) == forward


def test_growing_by_hand():
    """Both agree on (1, 1). (2, 2) touches it at a corner, (0, 3) touches nothing, (1, 2) has partners by then."""
    forward, backward = {(1, 1), (2, 2), (0, 3)}, {(1, 1), (3, 0)}
    assert symmetrise(forward, backward, "intersection") == {(1, 1)}
    assert symmetrise(forward, backward, "grow-diag") == {(1, 1), (2, 2)}
    assert symmetrise(forward, backward) == {(1, 1), (2, 2), (0, 3), (3, 0)}
    for how in get_args(Symmetrisation):  # in a set of sets, whatever sets were given
        assert {symmetrise(forward, backward, how)} == {frozenset(symmetrise(forward, backward, how))}
    # a word that has a partner gets no second one from far away
    assert symmetrise({(1, 1), (1, 3)}, {(1, 1)}) == {(1, 1)}
    # a neighbour is taken even where one of its two words has a partner …
    assert symmetrise({(1, 1), (1, 2)}, {(1, 1)}, "grow-diag") == {(1, 1), (1, 2)}
    # … but not where both have
    assert symmetrise({(0, 0), (1, 1), (0, 1)}, {(0, 0), (1, 1)}, "grow-diag") == {(0, 0), (1, 1)}


def test_a_link_grows_to_its_eight_neighbours_and_no_further():
    for right, down in product(range(-2, 3), repeat=2):
        near = (2 + right, 2 + down)
        grown = symmetrise({(2, 2), near}, {(2, 2)}, "grow-diag")
        assert (near in grown) == (max(abs(right), abs(down)) <= 1)


def test_swapping_a_pair_turns_its_links():
    pair = SentencePair(("a", "b"), ("x",), frozenset({(1, 0)}), frozenset({(0, 0), (1, 0)}))
    assert turned_round(pair) == SentencePair(("x",), ("a", "b"), frozenset({(0, 1)}), frozenset({(0, 0), (0, 1)}))
    assert turned_round(turned_round(pair)) == pair and turned_round(BOOKS[0]).sure is None


def test_wrong_options_are_told_what_there_is():
    with pytest.raises(ValueError, match=r"how: expected one of 'intersection', 'union', 'grow-diag'.*'refined'"):
        symmetrise(set(), set(), "refined")
    with pytest.raises(ValueError, match="iterations: expected 1 or more"):
        ibm_model1(BOOKS, 0)
    with pytest.raises(ValueError, match="got none"):
        ibm_model1([])
