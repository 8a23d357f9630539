"""Checkers of chapter 11, Alignment, measured."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache, partial, wraps
from typing import Any, NamedTuple

import numpy as np
from torch import Tensor

from course_lib.alignment import ibm_model1
from course_lib.checks.comparing import Array, array, expect_close, judge, rounding_of
from course_lib.checks.comparing.equality import close, value_of
from course_lib.checks.report import NotRight, answer, checker
from course_lib.corpora import SentencePair
from course_lib.corpora.pairs import Link
from course_lib.corpora.splits import Words
from course_lib.metrics import aer

Links = Sequence[AbstractSet[Link]]
"""One set of (source, target) links a sentence pair."""
Gold = tuple[list[set[Link]], list[set[Link]]]
"""The sure and the possible links of a corpus."""

# Exercise 1


@checker(
    hints=(
        "Look at one target word at a time. Which of its links brings most, and when does it bring anything at all?",
        "A word with sure links takes one of them. A word that has only possible ones takes one of these. Any other "
        "word stays without.",
        "With a words of the first kind, b of the second and s sure links in all: 1 − (2a + b) / (a + b + s), in per "
        "cent. Count over all sentences before you divide.",
    )
)
def check_lowest_aer(lowest_aer: Callable[..., Any]) -> str:
    """Exercise 1: ``lowest_aer(sure, possible)`` is the lowest AER, in per cent, of one link a target word at most.

    ``sure`` and ``possible`` hold a set of (source position, target position) a sentence pair.
    """
    cases = _cases(111)
    name = "the lowest AER"
    told = [answer(lowest_aer, *case, keep_inputs=True) for case in cases]
    values = [array(got, name, ()) for got in told]
    known = {why: rate for why, rate in _MISTAKES.items() if _explains(rate, cases, values, rounding_of(told[0]))}
    for got, case in zip(told, cases, strict=True):
        mistakes = {why: partial(rate, *case) for why, rate in known.items()}
        expect_close(got, _lowest(*case), name, mistakes=mistakes, where="for sure {} and possible {}".format(*case))
    return f"in {len(cases)} corpora: no alignment with one link a target word has a lower AER."


_S, _M, _P = {(0, 0), (1, 0), (2, 0)}, {(1, 0), (1, 1), (1, 2)}, {(0, 1)}
_WORKED: tuple[Gold, ...] = (
    ([_S], [_S]),  # three sure links of one target word: one can be had
    ([_M], [_M]),  # three of one source word: all can
    ([{(0, 0)}], [{(0, 0), (0, 1), (1, 1)}]),
    ([_S | {(3, 1)}], [_S | _P | {(3, 1), (0, 2)}]),
    ([set(), _S], [_P, _S | _P]),
    ([_M, set(), _S], [_M, set(), _S | {(3, 0), (2, 1)}]),
)


def _lowest(sure: Links, possible: Links) -> float:
    return _in_per_cent(*_best(sure, possible))


def _best(sure: Links, possible: Links) -> tuple[int, int, int]:
    """Return how many target words have a sure link, how many a possible one alone, and how many sure links there are.

    A link that is possible adds one above and one below the bar of 1 − AER, and a sure one adds two above: where that
    fraction is at most 1, neither makes it smaller.
    """
    reached = unsure = 0
    for s, p in zip(sure, possible, strict=True):
        with_sure = {i for _, i in s}
        reached += len(with_sure)
        unsure += len({i for _, i in p} - with_sure)
    return reached, unsure, sum(map(len, sure))


def _in_per_cent(reached: int, unsure: int, wanted: int) -> float:
    return 100 * (1 - (2 * reached + unsure) / (reached + unsure + wanted))


def _mean_of_sentences(sure: Links, possible: Links) -> float:
    pairs = [([s], [p]) for s, p in zip(sure, possible, strict=True) if p]
    return float(np.mean([_lowest(*pair) for pair in pairs]))


def _out_of_reach(sure: Links, possible: Links) -> float:
    reached, _, wanted = _best(sure, possible)
    return 100 * (1 - reached / wanted)


def _unsure(sure: Links, possible: Links) -> float:
    """Return the rate where each word takes a link that is only possible, if it has one."""
    links = []
    for s, p in zip(sure, possible, strict=True):
        of_word = {i: min((link in s, link) for link in p if link[1] == i)[1] for _, i in p}
        links.append(set(of_word.values()))
    return aer(links, sure, possible).aer


def _turned(links: Links) -> list[set[Link]]:
    return [{(i, j) for j, i in one} for one in links]


def _explains(
    rate: Callable[[Links, Links], float], cases: Sequence[Gold], values: Sequence[Array], off: float
) -> bool:
    """Return whether a mistake gives what was told in all corpora, but for those in which it gives nothing."""
    wrong = [value_of(partial(rate, *case)) for case in cases]
    return all(its is None or close(told, its, off) for told, its in zip(values, wrong, strict=True))


@cache
def _cases(seed: int) -> tuple[Gold, ...]:
    """Return the corpora of a pencil, then drawn ones; in the first of these no two mistakes give one number."""
    draw = np.random.default_rng(seed)
    told_apart = False
    while not told_apart:
        first = _drawn_gold(draw)
        told = sorted(rate(*first) for rate in (_lowest, *_MISTAKES.values()))
        told_apart = bool(min(np.diff(told)) > _APART)
    return *_WORKED, first, *(_drawn_gold(draw) for _ in range(8))


_APART = 0.1  # per cent: far above rounding


def _drawn_gold(draw: np.random.Generator) -> Gold:
    """Draw gold links of which not all can be had, and a word that has only possible ones."""
    while True:
        kinds = [draw.choice(3, draw.integers(2, 6, 2), p=(0.6, 0.25, 0.15)) for _ in range(draw.integers(2, 5))]
        sure, possible = [_where(kind == 1) for kind in kinds], [_where(kind > 0) for kind in kinds]
        reached, unsure, wanted = _best(sure, possible)
        if unsure and reached < wanted:
            return sure, possible


def _where(cells: Array) -> set[Link]:
    return {(int(j), int(i)) for j, i in np.argwhere(cells)}


_MISTAKES: dict[str, Callable[[Links, Links], float]] = {
    "The error rates of the sentences are averaged. AER counts over all sentences first, and divides once.": (
        _mean_of_sentences
    ),
    "This is a share between 0 and 1; asked for are per cent.": lambda s, p: _lowest(s, p) / 100,
    "Here each source word has one link at most, not each target word. A link is (source, target).": (
        lambda s, p: _lowest(_turned(s), _turned(p))
    ),
    "Here a word that has only possible links stays without one. Such a link is no error, and makes the rate "
    "lower.": lambda s, p: _lowest(s, s),
    "Here all sure links are found. A target word with three of them can have one.": lambda s, p: 0.0,
    "This is the share of sure links that cannot be had. What is proposed counts as well.": _out_of_reach,
    "Here a link that is only possible counts like a sure one.": lambda s, p: _lowest(p, p),
    "Here a word with a sure link takes one that is only possible.": _unsure,
    "Here the sets of all sentences are thrown together, and links of two sentences at one place count once.": (
        lambda s, p: _lowest([frozenset().union(*s)], [frozenset().union(*p)])
    ),
    "This is what is right, not what is wrong.": lambda s, p: 100 - _lowest(s, p),
}


# Exercise 2


@checker(
    hints=(
        "A source word shares one whole among all target words it has met. Who has more left for each: a word that met "
        "four of them, or one that met two?",
        "Let the common word stand beside many target words, each once, and the stranger beside two of these alone.",
        'Pair 0 is ("a z", "A B"). Then ("a", "A"), ("a", "B"), and "a" beside a word or two that are new.',
    )
)
def check_stranger(stranger: Callable[..., Any]) -> str:
    """Exercise 2, break it: ``stranger()`` is a corpus in which a word seen once takes all target words of its pair.

    At most six pairs of (source words, target words), texts or lists. Model 1 runs 10 iterations on it, without NULL.
    """
    pairs = _pairs(answer(stranger))
    rare = _rare_word(pairs)
    model = ibm_model1(pairs, iterations=_ITERATIONS, null=False)
    t = model.table(pairs[0].target, pairs[0].source)  # (T, S)
    own = pairs[0].source.index(rare)
    for word, row in zip(pairs[0].target, t, strict=True):
        others = {source: float(row[j]) for j, source in enumerate(pairs[0].source) if j != own}
        best = max(others, key=lambda source: others[source])
        if others[best] > row[own] - _MARGIN:
            how = "not linked to the stranger" if others[best] > row[own] + _MARGIN else "level between two words"
            raise NotRight(
                f"'{word}' is {how}: t({word} | {best}) is {others[best]:.3f}, and t({word} | {rare}) {row[own]:.3f}. "
                f"What could take from '{best}', and leave '{rare}' as it is?"
            )
    return (
        f"'{rare}', seen once, is linked to all of {_listed(pairs[0].target)}, though the corpus knows better partners."
    )


_ITERATIONS, _MARGIN, _MOST = 10, 1e-6, 6


def _pairs(got: Any) -> list[SentencePair]:
    """Return the corpus that came, or say what is no pair of it."""
    if isinstance(got, str | dict | set) or not isinstance(got, Sequence | Array):
        raise NotRight(f"expected a list of pairs (source words, target words), got {type(got).__name__}.")
    if not 2 <= len(got) <= _MOST:
        raise NotRight(f"expected two to {_MOST} pairs, got {len(got)}.")
    return [SentencePair(*_sides(pair, k)) for k, pair in enumerate(got)]


def _sides(pair: Any, k: int) -> tuple[Words, Words]:
    if isinstance(pair, SentencePair):
        return pair.source, pair.target
    if isinstance(pair, str | dict | set | Tensor) or not isinstance(pair, Sequence | Array) or len(pair) != 2:
        raise NotRight(f"pair {k}: expected (source words, target words), got {_came(pair)}.")
    return _words(pair[0], f"pair {k}, source"), _words(pair[1], f"pair {k}, target")


def _words(side: Any, name: str) -> Words:
    if isinstance(side, str):
        side = side.split()
    if not isinstance(side, list | tuple | Array) or not all(isinstance(word, str) and word.strip() for word in side):
        raise NotRight(f'{name}: expected words, as a text "a z" or as a list ["a", "z"]; got {_came(side)}.')
    if not len(side):
        raise NotRight(f"{name}: the sentence is empty. Give it a word.")
    return tuple(map(str, side))


def _came(value: Any) -> str:
    """Return what came, if it is short and plain, else its type."""
    plain = isinstance(value, str | int | float | list | tuple) and " at 0x" not in repr(value)
    return repr(value)[:60] if plain else f"a value of type {type(value).__name__}"


def _rare_word(pairs: Sequence[SentencePair]) -> str:
    """Return the stranger, or say what it lacks; whoever has the two sides in the other order is told so."""
    try:
        return _stranger_of(pairs)
    except NotRight as reason:
        try:
            _stranger_of([SentencePair(pair.target, pair.source) for pair in pairs])
        except NotRight:
            raise reason from None
        raise NotRight(f"{reason} With the sides exchanged it would do: a pair is (source, target).") from None


def _stranger_of(pairs: Sequence[SentencePair]) -> str:
    """Return the one source word of pair 0 that stands nowhere else; the others are common, and know target words."""
    times = {word: sum(word in pair.source for pair in pairs[1:]) for word in dict.fromkeys(pairs[0].source)}
    strangers = [word for word, n in times.items() if n == 0]
    common = [word for word, n in times.items() if n > 0]
    if not strangers:
        raise NotRight(f"no stranger: each of {_listed(times)} stands in another pair too.")
    if len(strangers) > 1:
        raise NotRight(f"{_listed(strangers)} stand in pair 0 alone: only one word may be the stranger.")
    if not common:
        raise NotRight(f"'{strangers[0]}' stands alone in its sentence, so there is nobody to take from. Add a word.")
    for word in common:
        if times[word] < _COMMON:
            raise NotRight(
                f"'{word}' stands in {times[word]} other pair(s); it should be common, in {_COMMON} or more."
            )
    beside = {y for pair in pairs[1:] if set(common) & set(pair.source) for y in pair.target}
    known = [y for y in dict.fromkeys(pairs[0].target) if y in beside]
    if len(known) < 2:
        came = f"only {_listed(known)} does" if known else "none does"
        raise NotRight(
            f"two target words of pair 0 at least should stand in another pair, beside {_listed(common)}; {came}. "
            "To take what nobody else could explain is no theft."
        )
    return strangers[0]


_COMMON = 3


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in dict.fromkeys(words))


# Exercise 3


@checker(
    hints=(
        "With one sentence pair, with S equal to P, or without a wrong link, many bugs cannot be seen.",
        "Take two sentences of different sizes. One has a sure link, a possible one and a wrong one proposed, and a "
        "sure one missed; in the other nothing is proposed.",
        "Work one such corpus out on paper, and compare with a tolerance of 0.02 per cent.",
    )
)
def check_is_aer(is_aer: Callable[..., Any]) -> str:
    """Exercise 3, write the test: ``is_aer(score)`` is True only for a right alignment error rate, in per cent.

    ``score(links, sure, possible)`` takes lists of sets of (source, target) links, one set a sentence pair.
    """
    judge(
        is_aer,
        _SCORES,
        _NO_SCORES,
        too_strict="A right score may be rounded to hundredths of a per cent.",
        too_lax="What would your sentences have to hold for these to give another number?",
    )
    return f"your test passes {len(_SCORES)} right scores and catches all {len(_NO_SCORES)} bugs."


class Judged(NamedTuple):
    """One sentence pair: links proposed, sure and possible."""

    a: frozenset[Link]
    s: frozenset[Link]
    p: frozenset[Link]


ErrorRate = Callable[[Sequence[Judged]], Any]


def _score(rule: ErrorRate) -> Callable[..., Any]:
    """Make of ``rule`` what a learner's test is handed; ValueError, in words, for what is no alignment."""

    @wraps(rule)
    def score(links: Any, sure: Any, possible: Any) -> Any:
        sides = [_sets(side, name) for side, name in ((links, "links"), (sure, "sure"), (possible, "possible"))]
        if len({len(side) for side in sides}) > 1:
            raise ValueError(f"expected one set a sentence in each; got {', '.join(str(len(side)) for side in sides)}.")
        corpus = [Judged(*sets) for sets in zip(*sides, strict=True)]
        for k, one in enumerate(corpus):
            if not one.s <= one.p:
                raise ValueError(f"sentence {k}: a sure link is a possible one, too; {sorted(one.s - one.p)} are not.")
        if not any(one.a or one.s for one in corpus):
            raise ValueError("no link is proposed and none is sure, so the rate is 0/0.")
        return rule(corpus)

    return score


def _sets(side: Any, name: str) -> list[frozenset[Link]]:
    if not isinstance(side, list | tuple):
        raise ValueError(f"{name}: expected a list with a set of links a sentence, got {type(side).__name__}.")
    return [_set(links, f"{name}, sentence {k}") for k, links in enumerate(side)]


def _set(links: Any, name: str) -> frozenset[Link]:
    if not isinstance(links, AbstractSet | list | tuple):
        raise ValueError(f"{name}: expected a set of links, got {type(links).__name__}.")
    for link in links:
        if not isinstance(link, tuple | list) or len(link) != 2:
            raise ValueError(f"{name}: a link is a pair (source position, target position), got {link!r}.")
    return frozenset((int(j), int(i)) for j, i in links)


def _sums(corpus: Sequence[Judged]) -> tuple[int, int, int, int, int]:
    """Return |A ∩ S|, |A ∩ P|, |A|, |S|, |P| over all sentences."""
    rows = [(len(a & s), len(a & p), len(a), len(s), len(p)) for a, s, p in corpus]
    in_sure, in_possible, proposed, sure, possible = map(sum, zip(*rows, strict=True))
    return in_sure, in_possible, proposed, sure, possible


def _rate(corpus: Sequence[Judged]) -> float:
    in_sure, in_possible, proposed, sure, _ = _sums(corpus)
    return 100 * (1 - (in_sure + in_possible) / (proposed + sure))


def _library(corpus: Sequence[Judged]) -> float:
    links, sure, possible = (list(side) for side in zip(*corpus, strict=True))
    return aer(links, sure, possible).aer


def _possible_wanted(corpus: Sequence[Judged]) -> float:
    in_sure, in_possible, proposed, _, possible = _sums(corpus)
    return 100 * (1 - (in_sure + in_possible) / (proposed + possible))


def _mean_rate(corpus: Sequence[Judged]) -> float:
    return float(np.mean([_rate([one]) for one in corpus if one.a or one.s]))


def _missing_harmonic(corpus: Sequence[Judged]) -> float:
    """Return 100 − F₁ of |A ∩ P| / |A| and |A ∩ S| / |S|."""
    in_sure, in_possible, proposed, sure, _ = _sums(corpus)
    precision, recall = in_possible / max(proposed, 1), in_sure / max(sure, 1)
    return 100 * (1 - 2 * precision * recall / ((precision + recall) or 1))


def _one_minus_precision(corpus: Sequence[Judged]) -> float:
    _, in_possible, proposed, *_ = _sums(corpus)
    return 100 * (1 - in_possible / max(proposed, 1))


def _one_minus_recall(corpus: Sequence[Judged]) -> float:
    in_sure, _, _, sure, _ = _sums(corpus)
    return 100 * (1 - in_sure / max(sure, 1))


def _thrown_together(corpus: Sequence[Judged]) -> float:
    return _rate([Judged(*(frozenset().union(*side) for side in zip(*corpus, strict=True)))])


def _nothing_is_an_error(corpus: Sequence[Judged]) -> float:
    for one in corpus:
        len(one.p) / len(one.a)  # what a mean of the sentences' precisions would do
    return _rate(corpus)


_SCORES: Mapping[str, Callable[..., Any]] = {
    "the library's": _score(_library),
    "one in single precision": _score(lambda corpus: np.float32(_rate(corpus))),
    "one that is rounded to hundredths": _score(lambda corpus: round(_rate(corpus), 2)),
    "one that gives an array of no axes": _score(lambda corpus: np.array(_rate(corpus))),
}
_NO_SCORES: Mapping[str, Callable[..., Any]] = {
    "possible links wanted in place of sure ones": _score(_possible_wanted),
    "possible links taken for sure": _score(lambda corpus: _rate([Judged(a, p, p) for a, s, p in corpus])),
    "possible links taken for wrong": _score(lambda corpus: _rate([Judged(a, s, s) for a, s, p in corpus])),
    "the mean over sentences": _score(_mean_rate),
    "what lacks to the harmonic mean of precision and recall": _score(_missing_harmonic),
    "what lacks to precision": _score(_one_minus_precision),
    "what lacks to recall": _score(_one_minus_recall),
    "a share between 0 and 1": _score(lambda corpus: _rate(corpus) / 100),
    "what is right in place of what is wrong": _score(lambda corpus: 100 - _rate(corpus)),
    "the first sentence alone": _score(lambda corpus: _rate(corpus[:1]) if corpus[0].a or corpus[0].s else 0.0),
    "links proposed the other way round": _score(
        lambda corpus: _rate([Judged(frozenset((i, j) for j, i in a), s, p) for a, s, p in corpus])
    ),
    "target positions left out": _score(
        lambda corpus: _rate([Judged(*(frozenset((j, 0) for j, _ in one) for one in sets)) for sets in corpus])
    ),
    "the links of all sentences thrown together": _score(_thrown_together),
    "an error where a sentence has no link proposed": _score(_nothing_is_an_error),
}
