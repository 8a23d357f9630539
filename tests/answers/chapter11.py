"""Right and wrong answers to the exercises of chapter 11."""

from fractions import Fraction

import numpy as np
import torch

from course_lib.checks import chapter11 as checks
from course_lib.corpora import SentencePair
from course_lib.metrics import aer
from tests.exercises import always

# Right answers


def lowest_aer(sure, possible):
    with_sure = only_possible = wanted = 0
    for s, p in zip(sure, possible, strict=True):
        reached = {i for _, i in s}
        with_sure += len(reached)
        only_possible += len({i for _, i in p} - reached)
        wanted += len(s)
    return 100 * (1 - (2 * with_sure + only_possible) / (with_sure + only_possible + wanted))


def by_an_alignment(sure, possible):
    """The alignment itself, scored by the library."""
    links = []
    for s, p in zip(sure, possible, strict=True):
        chosen = {i: (j, i) for j, i in sorted(p)}
        chosen |= {i: (j, i) for j, i in sorted(s)}
        links.append(set(chosen.values()))
    return aer(links, sure, possible).aer


def in_fractions(sure, possible):
    a = b = s = 0
    for ours, theirs in zip(sure, possible, strict=True):
        for i in {i for _, i in theirs}:
            a, b = (a + 1, b) if any(k == i for _, k in ours) else (a, b + 1)
        s += len(ours)
    return torch.tensor(float(100 - Fraction(100 * (2 * a + b), a + b + s)))


def in_arrays(sure, possible):
    counts = np.zeros(3)
    for s, p in zip(sure, possible, strict=True):
        grid = np.zeros((8, 8), int)
        for j, i in p:
            grid[j, i] = 1
        for j, i in s:
            grid[j, i] = 2
        counts += (grid == 2).any(0).sum(), (grid.max(0) == 1).sum(), (grid == 2).sum()
    a, b, s = counts
    return np.float32(100) - 100 * (2 * a + b) / (a + b + s)


def stranger():
    return [("a z", "A B"), ("a", "A"), ("a", "B"), ("a", "C"), ("a", "D")]


def three_take_three():
    """Lists, and three target words."""
    other = [(["a"], [word]) for word in "ABCDE"]
    return [(["z", "a"], ["A", "B", "C"]), *other]


def in_real_words():
    """Objects of the library, and a common word that stands twice in a sentence."""
    rest = (("the",), ("la",)), (("the",), ("porte",)), (("the", "the"), ("un", "chat")), (("the",), ("le",))
    return [SentencePair(("the", "wombat"), ("la", "porte")), *(SentencePair(*pair) for pair in rest)]


def beside_two_common_words():
    return [
        ("a b z", "A B"),
        ("a b", "A C"),
        ("a b", "B D"),
        ("b a", ["C", "D", "E"]),
    ]


def once_in_three_pairs():
    """Only the first two of what a learner would try: three pairs of the common word are enough."""
    return np.array([("z a", "A B"), ("a", "A"), ("a", "B"), ("a", "C")])


CORPUS = (
    [{(0, 0), (1, 2), (3, 3), (4, 4)}, set()],
    [{(0, 0), (2, 2), (1, 1)}, {(0, 0)}],
    [{(0, 0), (2, 2), (1, 1), (1, 2)}, {(0, 0), (1, 0)}],
)
"""One sure link right, one possible one, two wrong, two sure missed; then a sentence without a proposal."""
RATE = 100 * (1 - (1 + 2) / (4 + 4))


def is_aer(score):
    return abs(score(*CORPUS) - RATE) < 0.02


def by_the_library(score):
    corpora = [CORPUS, ([{(0, 1), (1, 1)}, {(2, 0)}], [{(0, 1)}, {(2, 0), (1, 1)}], [{(0, 1)}, {(2, 0), (1, 1)}])]
    return np.all([np.isclose(score(*one), aer(*one).aer, atol=0.02) for one in corpora])


def in_pytests_way(score):
    drawn = np.random.default_rng(4)
    for _ in range(40):
        cells = [drawn.choice(4, drawn.integers(2, 5, 2)) for _ in range(3)]
        possible = [{(int(j), int(i)) for j, i in np.argwhere(cell >= 2)} for cell in cells]
        sure = [{(int(j), int(i)) for j, i in np.argwhere(cell == 3)} for cell in cells]
        links = [{(int(j), int(i)) for j, i in np.argwhere(drawn.random(cell.shape) < 0.4)} for cell in cells]
        links[1] = set()
        if not any(links) and not any(sure):
            continue
        hits = sum(len(a & s) + len(a & p) for a, s, p in zip(links, sure, possible, strict=True))
        size = sum(map(len, links)) + sum(map(len, sure))
        assert abs(float(score(links, sure, possible)) - 100 * (1 - hits / size)) < 0.01, "another number"
    return True


def with_lists_of_lists(score):
    links, sure, possible = ([sorted(one) for one in side] for side in CORPUS)
    return bool(torch.tensor(float(score(links, sure, possible))).isclose(torch.tensor(RATE), atol=0.02))


E1, E2, E3 = checks.check_lowest_aer, checks.check_stranger, checks.check_is_aer
RIGHT = [
    (E1, lowest_aer),
    (E1, by_an_alignment),
    (E1, in_fractions),
    (E1, in_arrays),
    (E2, stranger),
    (E2, three_take_three),
    (E2, in_real_words),
    (E2, beside_two_common_words),
    (E2, once_in_three_pairs),
    (E3, is_aer),
    (E3, by_the_library),
    (E3, in_pytests_way),
    (E3, with_lists_of_lists),
]


# Wrong answers


def mean_of_sentences(sure, possible):
    rates = [lowest_aer([s], [p]) for s, p in zip(sure, possible, strict=True) if s or p]
    return sum(rates) / len(rates)


def one_a_source_word(sure, possible):
    return lowest_aer([{(i, j) for j, i in s} for s in sure], [{(i, j) for j, i in p} for p in possible])


def any_possible_one(sure, possible):
    """A dict that keeps the first link of each target word, only possible ones before sure ones."""
    links = []
    for s, p in zip(sure, possible, strict=True):
        chosen = {}
        for j, i in [*sorted(p - s), *sorted(s)]:
            chosen.setdefault(i, (j, i))
        links.append(set(chosen.values()))
    return aer(links, sure, possible).aer


def share_missed(sure, possible):
    return 100 - 100 * sum(len({i for _, i in s}) for s in sure) / max(sum(map(len, sure)), 1)


def all_in_one(sure, possible):
    return lowest_aer([set().union(*sure)], [set().union(*possible)])


def takes_them_out(sure, possible):
    rate = lowest_aer(sure, possible)
    for s in sure:
        s.clear()
    return rate


def sum_of_sentences(sure, possible):
    return sum(lowest_aer([s], [p]) for s, p in zip(sure, possible, strict=True) if p)


def on(links, sure, possible):
    """Return a test on one corpus, which may hide a bug."""
    return lambda score: abs(score(links, sure, possible) - aer(links, sure, possible).aer) < 0.02


def nothing_wrong(links, sure, possible):
    """Return a test that expects an error rate of 0."""

    def test(score):
        return score(links, sure, possible) == 0

    return test


def to_the_last_digit(score):
    return score([{(0, 0), (1, 1)}], [{(0, 0)}], [{(0, 0)}]) == 100 / 3


WRONG = [
    (E1, mean_of_sentences, "error rates of the sentences are averaged"),
    (E1, lambda s, p: lowest_aer(s, p) / 100, "a share between 0 and 1"),
    (E1, one_a_source_word, "each source word has one link at most"),
    (E1, lambda s, p: lowest_aer(s, s), "stays without one"),
    (E1, lambda s, p: 0.0, "all sure links are found"),
    (E1, lambda s, p: aer(s, s, p).aer, "all sure links are found"),
    (E1, share_missed, "share of sure links that cannot be had"),
    (E1, lambda s, p: lowest_aer(p, p), "only possible counts like a sure one"),
    (E1, any_possible_one, "takes one that is only possible"),
    (E1, all_in_one, "thrown together"),
    (E1, lambda s, p: 100 - lowest_aer(s, p), "what is right, not what is wrong"),
    (E1, lambda s, p: 3.0, r"for sure \[.* and possible \[.*: expected 50, got 3\."),
    (E1, takes_them_out, "has changed what it was handed"),
    (E1, sum_of_sentences, r"expected [\d.]+, got"),
    (E1, lambda s: 0.0, "is called with 2 argument"),
    (E1, lambda s, p: aer(s, s, p), "expected numbers, got an AlignmentScore"),
    (
        E2,
        lambda: [("a z", "A B"), ("a", "A"), ("a", "A"), ("a", "B"), ("a", "B")],
        "level between two words|is not linked",
    ),
    (E2, lambda: [("a z", "A"), *stranger()[1:]], "only 'A' does"),
    (E2, lambda: [("a z", "Y Z"), *stranger()[1:]], "none does. To take what nobody else"),
    (E2, lambda: [*stranger(), ("z", "A")], "no stranger: each of 'a', 'z'"),
    (E2, lambda: [("a y z", "A B"), *stranger()[1:]], "'y', 'z' stand in pair 0 alone"),
    (E2, lambda: [("z", "A B"), *stranger()[1:]], "'z' stands alone in its sentence"),
    (E2, lambda: [("a z", "A B"), ("a", "A"), ("a", "B")], r"'a' stands in 2 other pair\(s\)"),
    (E2, lambda: [(y, x) for x, y in stranger()], r"With the sides exchanged it would do"),
    (E2, lambda: [*stranger(), ("b", "B"), ("b", "C")], "expected two to 6 pairs, got 7"),
    (E2, lambda: [("a z", "A B")], "expected two to 6 pairs, got 1"),
    (E2, lambda: [("a z", "A B"), ("a", ""), ("a", "B"), ("a", "C")], "pair 1, target: the sentence is empty"),
    (E2, lambda: [("a z", "A B"), ("a",), ("a", "B")], "pair 1: expected"),
    (E2, lambda: [("a z", "A B"), ("a", 3), ("a", "B")], "pair 1, target: expected words, as a text"),
    (E2, lambda: "a z / A B", "expected a list of pairs .* got str"),
    (E2, lambda: {"a z": "A B"}, "expected a list of pairs .* got dict"),
    (E3, lambda score: True, "never calls"),
    (E3, lambda score: always(True)(score, *CORPUS), "catches 1 of 14 bugs"),
    (E3, lambda score: always(False)(score, *CORPUS), "turns away the library's, which is right"),
    (
        E3,
        to_the_last_digit,
        "turns away one that is rounded to hundredths, which is right. A right score may be rounded",
    ),
    (E3, lambda score: score(*(side[:1] for side in CORPUS)) > 0, "lets through"),
    (
        E3,
        on(*(side[:1] for side in CORPUS)),
        "lets through the mean over sentences; the first sentence alone; .*thrown",
    ),
    (
        E3,
        on([{(0, 0), (1, 1)}, {(0, 0)}], [{(0, 0)}, {(2, 0)}], [{(0, 0)}, {(2, 0)}]),
        "lets through possible links wanted",
    ),
    (
        E3,
        on([{(0, 0)}, {(1, 0)}], [{(0, 0), (1, 1)}, {(1, 0)}], [{(0, 0), (1, 1)}, {(1, 0)}]),
        "what lacks to precision|lets",
    ),
    (E3, on([{(0, 0), (1, 1)}], [{(0, 0)}], [{(0, 0), (1, 1)}]), "lets through"),
    (
        E3,
        nothing_wrong([{(0, 0)}], [{(0, 0)}, set()], [{(0, 0)}]),
        "expected one set a sentence in each; got 1, 2, 1",
    ),
    (E3, nothing_wrong([{(0, 0)}], [{(1, 0)}], [{(0, 0)}]), "a sure link is a possible one, too"),
    (E3, nothing_wrong([set()], [set()], [set()]), "the rate is 0/0"),
    (E3, nothing_wrong({(0, 0)}, {(0, 0)}, {(0, 0)}), "expected a list with a set of links"),
    (E3, nothing_wrong([{0}], [{0}], [{0}]), "a link is a pair"),
    (E3, nothing_wrong([0], [0], [0]), "expected a set of links, got int"),
    (E3, lambda score: score(*CORPUS), "the verdict of your test: expected True and False"),
]
