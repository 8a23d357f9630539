"""Checkers of chapter 14, Real languages."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from torch import Tensor, as_tensor

from course_lib.checks.comparing import Array, agree, array, judge, parts, whole
from course_lib.checks.report import NotRight, answer, checker
from course_lib.corpora.splitting import START
from course_lib.vocabulary import EOS_TOKEN

_Checkpoint = Mapping[str, Any]

# Exercise 1


@checker(
    hints=(
        "Which columns belong to one source word? The weight that they have together is what the word has.",
        "Go through the pieces of a side and begin a new group at each ▁ and at </s>. Columns are added up, rows are "
        "averaged.",
        "With groups of positions: rows = [weights[:, g].sum(1) for g in source groups], put side by side; then the "
        "mean over axis 0 of the rows of each target group.",
    )
)
def check_in_words(in_words: Callable[..., Any]) -> str:
    """Exercise 1: ``in_words(weights (T, S), source, target)`` is a row a target word, a column a source word.

    ``source`` and ``target`` are tuples of pieces; a word begins with ▁, ``</s>`` is a word of its own. Columns of one
    word are added up, rows averaged.
    """
    draw = np.random.default_rng(_SEED)
    cases = [(draw.dirichlet(np.ones(len(s)), len(t)), s, t) for s, t in _SENTENCES]
    axes = "(words of target, words of source)"
    agree(in_words, _in_words, cases, "the weights", mistakes=_OTHER_WORDS, axes=axes, keep_inputs=True)
    return f"in {len(cases)} sentences the pieces are put together, and each row still adds up to 1."


_SEED = 14
_SENTENCES = (
    (
        ("▁foot", "ball", "▁is", "▁un", "pre", "dict", "able", EOS_TOKEN),
        ("▁un", "vor", "her", "sag", "bar", "▁ist", EOS_TOKEN),
    ),
    (("▁a", "▁hat", EOS_TOKEN), ("▁ein", "▁Hu", "t", EOS_TOKEN)),
    (("▁s", "now", "▁", "!", EOS_TOKEN), ("▁Schnee", "▁", "!", EOS_TOKEN)),
)


def _groups(pieces: Sequence[str]) -> list[list[int]]:
    """Return the positions of the pieces of each word."""
    groups: list[list[int]] = []
    for place, piece in enumerate(pieces):
        if piece.startswith(START) or piece == EOS_TOKEN:
            groups.append([])
        groups[-1].append(place)
    return groups


_Part = Callable[[Array], Array]


def _put_together(columns: _Part, rows: _Part, groups: Callable[[Sequence[str]], list[list[int]]] = _groups) -> Any:
    """Return what makes a map in words: by ``columns`` (T, n) of a source word, ``rows`` (n, S) of a target word."""

    def together(weights: Any, source: Sequence[str], target: Sequence[str]) -> Array:
        given = np.asarray(weights, float)
        across = np.stack([columns(given[:, group]) for group in groups(source)], 1)  # (T, words of source)
        return np.stack([rows(across[group]) for group in groups(target)])

    return together


def _added(part: Array) -> Array:
    return part.sum(1)


def _averaged(part: Array) -> Array:
    return part.mean(0)


def _glued_end(pieces: Sequence[str]) -> list[list[int]]:
    """Return the groups where ``</s>`` has become part of the last word."""
    *groups, last, end = _groups(pieces)
    return [*groups, last + end]


def _without_end(pieces: Sequence[str]) -> list[list[int]]:
    return _groups(pieces)[:-1]


def _ended(pieces: Sequence[str]) -> list[list[int]]:
    """Return the groups where a piece with ▁ ends a word."""
    groups: list[list[int]] = [[]]
    for place, piece in enumerate(pieces):
        groups[-1].append(place)
        if (piece.startswith(START) or piece == EOS_TOKEN) and place < len(pieces) - 1:
            groups.append([])
    return groups


def _by_force(weights: Any, source: Sequence[str], target: Sequence[str]) -> Array:
    """Return means on both sides, each row divided by its sum."""
    means: Array = _put_together(lambda part: part.mean(1), _averaged)(weights, source, target)
    return means / means.sum(1, keepdims=True)


_in_words = _put_together(_added, _averaged)
_OTHER_WORDS: dict[str, Callable[..., Any]] = {
    "Source pieces are averaged. A word has all the weight of its pieces together; then each row adds up to 1.": (
        _put_together(lambda part: part.mean(1), _averaged)
    ),
    "Target pieces are added up. A word of n pieces has looked n times; take the mean, and each row adds up to 1.": (
        _put_together(_added, lambda part: part.sum(0))
    ),
    "Added and averaged have changed places: source pieces share one look, target pieces are looks of their own.": (
        _put_together(lambda part: part.mean(1), lambda part: part.sum(0))
    ),
    "Only the first piece of a target word has been asked where it looks. Ask all of them.": (
        _put_together(_added, lambda part: part[0])
    ),
    "Only the last piece of a target word has been asked where it looks. Ask all of them.": (
        _put_together(_added, lambda part: part[-1])
    ),
    "A source word has the weight of its first piece alone.": _put_together(lambda part: part[:, 0], _averaged),
    "A source word has the weight of its last piece alone.": _put_together(lambda part: part[:, -1], _averaged),
    "A source word has the largest weight among its pieces. It has all of them together.": (
        _put_together(lambda part: part.max(1), _averaged)
    ),
    "A target word has the largest weight of any of its pieces. Then a row adds up to more than 1.": (
        _put_together(_added, lambda part: part.max(0))
    ),
    "</s> has become part of the last word. It is a word of its own.": _put_together(_added, _averaged, _glued_end),
    "</s> has been left out. It is a word of its own: weight may lie on it.": (
        _put_together(_added, _averaged, _without_end)
    ),
    "Each row adds up to 1, but only as it was divided by its sum: the source pieces are averaged.": _by_force,
    "A piece with ▁ begins a word; here it has ended one.": _put_together(_added, _averaged, _ended),
    "Rows and columns have changed places: a row is a word of the target.": lambda *given: _in_words(*given).T,
    "Nothing has been put together: these are the weights of the pieces.": lambda weights, *_: weights,
}


# Exercise 2


@checker(
    hints=(
        "What is glued early is never undone. Which piece, glued first, takes a letter away that a later piece needs?",
        "Let aa be the first piece and ▁a the second one. What becomes of a word of several a?",
        "Two merges will do: a word that has aa often behind another letter, and the word a often enough.",
    )
)
def check_greedy_loses(greedy_loses: Callable[..., Any]) -> str:
    """Exercise 2, break it: ``greedy_loses()`` is (counts, merges, word).

    From ``counts``, word -> how often, byte-pair encoding glues ``merges`` pieces, none of them by a tie. It then takes
    ``word`` apart into more pieces than the fewest that can spell it.
    """
    given, merges_given, word = parts(answer(greedy_loses), ("counts", "merges", "word"))
    counts, merges = _counts(given), whole(merges_given, "merges")
    if not 1 <= merges <= _MOST:
        raise NotRight(f"merges: expected 1 to {_MOST}, got {merges}.")
    _check_word(word, "word")
    if strange := sorted(set(word) - set("".join(counts))):
        named = ", ".join(map(repr, strange))
        raise NotRight(f"the word has {named}, which no word of counts has: nothing can spell it.")
    learnt = _learn(counts, merges)
    glued, fewest = _apart(word, learnt), _fewest(word, learnt)
    shown = f"{_spelt(glued)}, with the pieces {_spelt(learnt)}"
    if len(glued) == len(fewest):
        raise NotRight(
            f"{word!r} falls into {shown}. That is {_number(len(glued))}, and there is no spelling with fewer. Which "
            "piece would have to be left unglued?"
        )
    return f"{word!r} falls into {shown}. {_spelt(fewest)} would have spelt it, too: {len(fewest)}, not {len(glued)}."


_MOST, _MOST_WORDS, _LONGEST = 6, 6, 12


def _counts(given: Any) -> dict[str, int]:
    """Return ``given`` as word -> whole number, or say what it is instead."""
    if not isinstance(given, Mapping):
        raise NotRight(f"counts: expected a dict, word -> how often, such as {{'hat': 5}}, got {type(given).__name__}.")
    if not 1 <= len(given) <= _MOST_WORDS:
        raise NotRight(f"counts: expected 1 to {_MOST_WORDS} words, got {len(given)}.")
    counts = {}
    for word, number in given.items():
        _check_word(word, "a word of counts")
        counts[word] = whole(number, f"counts[{word!r}]")
        if counts[word] < 1:
            raise NotRight(f"counts[{word!r}] is {counts[word]}; a word that was seen was seen once at least.")
    return counts


def _check_word(word: Any, name: str) -> None:
    if not isinstance(word, str):
        raise NotRight(f"{name}: expected a string, got {type(word).__name__}.")
    if not 1 <= len(word) <= _LONGEST or not word.isalpha():
        raise NotRight(f"{name}: expected 1 to {_LONGEST} letters without ▁, got {word!r}.")


def _learn(counts: Mapping[str, int], merges: int) -> list[str]:
    """Return the pieces in the order in which they are glued; NotRight where one is decided by a tie."""
    words = {(START, *word): number for word, number in counts.items()}
    learnt: list[str] = []
    for _ in range(merges):
        found: Counter[str] = Counter()
        for spelling, number in words.items():
            for left, right in pairwise(spelling):
                found[left + right] += number
        if not found:
            raise NotRight(f"after {_number(len(learnt))} there is nothing left to glue: every word is one piece.")
        most = max(found.values())
        best = [piece for piece, number in found.items() if number == most]
        if len(best) > 1:
            raise NotRight(
                f"after {_number(len(learnt))} ({_spelt(learnt) or 'none'}) {_spelt(sorted(best))} come {most} times "
                "each: a tie, and who wins it is chance. Change the counts so that one is ahead."
            )
        learnt += best
        words = {_glue(spelling, best[0]): number for spelling, number in words.items()}
    return learnt


def _glue(spelling: Sequence[str], piece: str) -> tuple[str, ...]:
    glued: list[str] = []
    for part in spelling:
        if glued and glued[-1] + part == piece:
            glued[-1] = piece
        else:
            glued.append(part)
    return tuple(glued)


def _apart(word: str, learnt: Sequence[str]) -> tuple[str, ...]:
    """Return the pieces of ``word``: what was glued first is glued first."""
    spelling: tuple[str, ...] = (START, *word)
    while near := {left + right for left, right in pairwise(spelling)}.intersection(learnt):
        spelling = _glue(spelling, min(near, key=learnt.index))
    return spelling


def _fewest(word: str, learnt: Sequence[str]) -> tuple[str, ...]:
    """Return a shortest spelling of ``word`` by letters and pieces."""
    text = START + word
    best: list[tuple[str, ...]] = [()]
    for end in range(1, len(text) + 1):
        pieces = (text[start:end] for start in range(end))
        known = [(*best[end - len(piece)], piece) for piece in pieces if len(piece) == 1 or piece in learnt]
        best.append(min(known, key=len))
    return best[-1]


def _spelt(pieces: Sequence[str]) -> str:
    return " ".join(pieces)


def _number(pieces: int) -> str:
    return "one piece" if pieces == 1 else f"{pieces} pieces"


# Exercise 3


@checker(
    hints=(
        "Which wrong ways agree with the mean for one checkpoint, which for two, which if nothing is negative?",
        "Take three or more that are not evenly spaced, with several names in different orders and with numbers below "
        "0. Keep copies, and look at what you handed in afterwards. Then call again with others.",
        "For each name: np.mean([checkpoint[name] for checkpoint in checkpoints], axis=0).",
    )
)
def check_is_average(is_average: Callable[..., Any]) -> str:
    """Exercise 3, write the test: True only for an ``average`` that is the mean of checkpoints.

    ``average(checkpoints)`` takes one or more dicts, name -> array, with the same names and shapes; it returns
    name -> mean, leaves the checkpoints as they were, and remembers nothing from one call to the next.
    """
    judge(
        is_average,
        _RIGHT_MEANS,
        sick := {**_SICK_MEANS, "goes on from the call before": _goes_on()},  # it has to begin anew
        too_strict="Allow for the rounding of single precision. The order of the names is free.",
        too_lax="How many checkpoints, which numbers and names would show these, how often do you call, and what do "
        "you look at afterwards?",
    )
    return f"your test passes {len(_RIGHT_MEANS)} right versions and catches all {len(sick)} bugs."


_Mean = Callable[[Array], Array]


def _handed_in(rule: Callable[[Sequence[dict[str, Array]]], dict[str, Array]]) -> Callable[..., Any]:
    """Make of ``rule`` what a learner's test is handed; ValueError for checkpoints that do not fit each other."""

    def average(checkpoints: Any) -> Any:
        given = [_read(checkpoint) for checkpoint in _listed(checkpoints)]
        shapes = [{name: value.shape for name, value in one.items()} for one in given]
        if any(one != shapes[0] for one in shapes):
            raise ValueError("average: expected the same names and shapes in every checkpoint.")
        found = rule(given)
        return {name: _as_it_came(value, checkpoints[0][name]) for name, value in found.items()}

    return average


def _as_it_came(value: Array, given: Any) -> Any:
    """Return a tensor for a tensor, of its precision where it has one."""
    if not isinstance(given, Tensor):
        return value
    return as_tensor(value, dtype=given.dtype if given.is_floating_point() else None, device=given.device)


def _listed(checkpoints: Any) -> Sequence[_Checkpoint]:
    if not isinstance(checkpoints, list | tuple) or not checkpoints:
        raise ValueError("average: expected a list of one or more checkpoints.")
    if not all(isinstance(one, Mapping) and one for one in checkpoints):
        raise ValueError("average: expected each checkpoint to be a dict, name -> array.")
    return checkpoints


def _read(checkpoint: _Checkpoint) -> dict[str, Array]:
    try:
        return {name: array(value, f"checkpoint[{name!r}]").astype(float) for name, value in checkpoint.items()}
    except NotRight as error:
        raise ValueError(str(error)) from error


def _by(mean: _Mean) -> Callable[..., Any]:
    """Return an average that makes of all values of one name, (n, …), what ``mean`` says."""
    return _handed_in(lambda given: {name: mean(np.stack([one[name] for one in given])) for name in given[0]})


def _running(values: Array) -> Array:
    mean = np.zeros(values.shape[1:])
    for number, value in enumerate(values, 1):
        mean = mean + (value - mean) / number
    return mean


def _halving(values: Array) -> Array:
    mean = values[0]
    for value in values[1:]:
        mean = (mean + value) / 2
    return mean


def _by_place(given: Sequence[dict[str, Array]]) -> dict[str, Array]:
    """Match the weights by the order in which they stand; where shapes forbid it, by name."""
    rows = list(zip(*(one.values() for one in given), strict=True))
    if any(value.shape != row[0].shape for row in rows for value in row):
        return {name: np.mean([one[name] for one in given], 0) for name in given[0]}
    return dict(zip(given[0], (np.mean(row, 0) for row in rows), strict=True))


def _first_name_alone(given: Sequence[dict[str, Array]]) -> dict[str, Array]:
    first = next(iter(given[0]))
    return given[-1] | {first: np.mean([one[first] for one in given], 0)}


def _into_the_first(checkpoints: Any) -> Any:
    """Return the right mean, gathered in the first checkpoint."""
    found = _by(lambda values: values.mean(0))(checkpoints)
    for name, value in checkpoints[0].items():
        if isinstance(value, Array | Tensor):
            value[...] = found[name]
        else:
            checkpoints[0][name] = found[name].tolist()
    return found


def _goes_on() -> Callable[..., Any]:
    """Return an average that remembers all that it was ever handed under the same names and shapes."""
    before: dict[Any, list[dict[str, Array]]] = {}

    def remembering(given: Sequence[dict[str, Array]]) -> dict[str, Array]:
        kept = before.setdefault(tuple(sorted((name, value.shape) for name, value in given[0].items())), [])
        kept += given
        return {name: np.mean([one[name] for one in kept], 0) for name in given[0]}

    return _handed_in(remembering)


_RIGHT_MEANS = {
    "one that stacks and averages": _by(lambda values: values.mean(0)),
    "one that keeps a running mean": _by(_running),
    "one in single precision": _by(lambda values: values.astype(np.float32).sum(0) / np.float32(len(values))),
}
_SICK_MEANS = {
    "the last checkpoint alone": _by(lambda values: values[-1]),
    "the first checkpoint alone": _by(lambda values: values[0]),
    "half of what was, half of what comes": _by(_halving),
    "the first checkpoint left out": _by(lambda values: values[-max(len(values) - 1, 1) :].mean(0)),
    "divided by one less": _by(lambda values: values.sum(0) / max(len(values) - 1, 1)),
    "the sum": _by(lambda values: values.sum(0)),
    "the median": _by(lambda values: np.median(values, 0)),
    "the middle between smallest and largest": _by(lambda values: (values.min(0) + values.max(0)) / 2),
    "signs lost": _by(lambda values: np.abs(values).mean(0)),
    "one mean for all entries of an array": _by(lambda values: np.full(values.shape[1:], values.mean())),
    "matched by place, not by name": _handed_in(_by_place),
    "the first name alone averaged": _handed_in(_first_name_alone),
    "the first checkpoint overwritten": _into_the_first,
}
