"""Words taken apart at random: nothing is lost, ways come as often as they should, links follow. Chapter 14."""

from collections import Counter
from functools import cache
from itertools import combinations
from math import exp
from random import Random
from typing import Any

import pytest

from course_lib.corpora import SentencePair, load
from course_lib.corpora.splitting import START
from course_lib.corpora.subword_draws import draw_pieces, drawn_pairs
from course_lib.corpora.subwords import Subwords

CORPUS = load("phrasebook", language="fr")
PAIRS = CORPUS.train[:30]


@cache
def english() -> Subwords:
    return Subwords.train([pair.source for pair in CORPUS.train], 200)


@cache
def french() -> Subwords:
    return Subwords.train([pair.target for pair in CORPUS.train], 250)


def test_the_ways_are_the_likeliest_of_all_spellings_with_their_probabilities() -> None:
    """Every way to cut a word is tried; probabilities of pieces are sentencepiece's own."""
    word, known = START + "hello", set(english().pieces)
    processor = english()._processor
    nats = {}
    for n in range(len(word)):
        for cuts in combinations(range(1, len(word)), n):
            way = tuple(word[i:j] for i, j in zip((0, *cuts), (*cuts, len(word)), strict=True))
            if set(way) <= known:
                nats[way] = sum(processor.GetScore(processor.PieceToId(piece)) for piece in way)
    best = sorted(nats, key=lambda way: -nats[way])
    found = english().ways("hello")
    assert [way for way, _ in found] == best[:16] and len(best) > 2
    assert [one for _, one in found] == pytest.approx([nats[way] - nats[best[0]] for way in best[:16]])
    assert best[0] == english().encode(["hello"])


@pytest.mark.parametrize("alpha", [0.0, 0.25, 1.0])
def test_a_way_is_drawn_as_often_as_its_probability_to_the_power_says(alpha: float) -> None:
    ways, random, n = english().ways("hello"), Random(1), 4_000
    seen = Counter(draw_pieces("hello", english(), alpha, random) for _ in range(n))
    weights = [exp(nats) ** alpha for _, nats in ways]
    for (way, _), weight in zip(ways, weights, strict=True):
        share = weight / sum(weights)
        assert abs(seen[way] / n - share) < 4 * (share * (1 - share) / n) ** 0.5 + 1e-9


def test_with_a_large_alpha_words_are_taken_apart_as_well_as_may_be() -> None:
    once = drawn_pairs(PAIRS, english(), french(), copies=1, alpha=1_000.0, seed=1)
    assert once == tuple(english().encode_links(pair, french()) for pair in PAIRS)


def test_every_copy_spells_the_same_words_in_the_same_order_and_differs() -> None:
    drawn = drawn_pairs(PAIRS, english(), french(), copies=3, alpha=0.2, seed=1)
    assert len(drawn) == 3 * len(PAIRS)
    for pair, read in zip(PAIRS * 3, drawn, strict=True):
        assert (english().decode(read.source), french().decode(read.target)) == (pair.source, pair.target)
    thirds = [drawn[k : k + len(PAIRS)] for k in range(0, len(drawn), len(PAIRS))]
    for one, other in combinations(thirds, 2):
        for side in ("source", "target"):
            assert [getattr(pair, side) for pair in one] != [getattr(pair, side) for pair in other]


def test_each_drawn_piece_has_the_links_of_its_word_and_no_others() -> None:
    pair = SentencePair(("hello", "friend"), ("salut", "ami"), frozenset({(0, 1)}), frozenset({(0, 1), (1, 0)}))
    read = drawn_pairs([pair], english(), french(), copies=1, alpha=0.0, seed=2)[0]
    first, second = ([k for k, p in enumerate(side) if p.startswith(START)][1] for side in (read.source, read.target))
    before = {(j, i) for j in range(first) for i in range(second, len(read.target))}
    after = {(j, i) for j in range(first, len(read.source)) for i in range(second)}
    assert len(read.source) > 2 and read.sure == before and read.possible == before | after


def test_the_draw_is_a_function_of_the_seed() -> None:
    one, again, other = (drawn_pairs(PAIRS, english(), french(), 2, 0.25, seed) for seed in (1, 1, 2))
    assert one == again != other


def test_byte_pairs_have_no_probability() -> None:
    pairs = Subwords.train([pair.source for pair in CORPUS.train], 200, "bpe")
    with pytest.raises(ValueError, match="unigram"):
        pairs.ways("hello")


def test_a_word_that_cannot_be_taken_apart_is_refused() -> None:
    with pytest.raises(ValueError, match="without blanks"):
        draw_pieces("two words", english(), 0.25, Random(1))


@pytest.mark.parametrize(("name", "wrong"), [("copies", 0), ("alpha", -0.1), ("seed", -1)])
def test_a_wrong_value_is_named(name: str, wrong: float) -> None:
    given: dict[str, Any] = {"copies": 1, "alpha": 0.25, "seed": 1, name: wrong}
    with pytest.raises(ValueError, match=f"^{name}: expected"):
        drawn_pairs(PAIRS, english(), french(), **given)
