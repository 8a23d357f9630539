"""Checks of a score, and of a whole look: score, softmax, weighted sum. Chapter 15."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from course_lib.clinic.arrays import NumPyArray
from course_lib.clinic.calling import Caller, PartFailed, read_array
from course_lib.clinic.chart import Chart
from course_lib.clinic.weights import (
    EQUAL,
    VISIBLE,
    hides_the_law,
    judge_law,
    judge_mask,
    judge_normaliser,
    law_of,
    lies_still,
)

_NAMES = ("context", "weights", "scores")
SAME_SCORES = 1e-6
"""Scores nearer than this share of their size are the same: the one of a position that is read moves by its size."""
_BEFORE = "Offer `attend`, with the context as it is before any projection."
_OTHER_VALUES = (
    "Make the context of the weights that you return, each value beside its own; of several heads, return one."
)


class Looked(NamedTuple):
    """What `attend` gave; scores that are not ``shown`` by it are those of `score`, or None."""

    context: NumPyArray
    weights: NumPyArray
    scores: NumPyArray | None
    shown: bool


class Question(NamedTuple):
    """What `attend` is asked: a query, keys, values."""

    query: NumPyArray
    keys: NumPyArray
    values: NumPyArray

    def beside(self, other: "Question") -> "Question":
        """Return the first sentence of this question in the company of the second of another."""
        query = np.concatenate((self.query[:1], other.query[1:2]))
        keys = np.concatenate((self.keys[:1], other.keys[1:2]))
        return Question(query, keys, np.concatenate((self.values[:1], other.values[1:2])))


def check_score(caller: Caller, chart: Chart, random: np.random.Generator) -> None:
    """Check a function `score`: does it read each position's own annotation?"""
    with chart.taking_failures("blind_slots", "one_key_for_all"):
        asked = question(caller, random)
        one = _scores(caller, asked)
        of_keys = _scores(caller, asked._replace(keys=question(caller, random).keys))
        of_queries = _scores(caller, asked._replace(query=question(caller, random).query))
        judge_scores(chart, "score", one, of_keys, of_queries, "location" in caller.of.traits)


def judge_scores(
    chart: Chart,
    where: str,
    scores: NumPyArray,
    of_other_keys: NumPyArray,
    of_other_queries: NumPyArray,
    by_position: bool = False,
) -> None:
    """Compare scores (B, S) with those of other annotations, and with those of other queries."""
    size = max(float(np.abs(scores).max()), float(np.abs(of_other_keys).max()), 1e-9)
    moved = float(np.abs(scores - of_other_keys).max()) / size
    asked = float(np.abs(scores - of_other_queries).max()) / size
    spread = float(np.ptp(scores, axis=1).max()) / size
    if max(moved, asked, spread) < SAME_SCORES:
        for key in ("blind_slots", "one_key_for_all"):
            chart.leave(
                key, f"in {where}, all scores are equal, whatever is asked (v_a = 0 before training?). Train it."
            )
        return
    if spread < SAME_SCORES:
        chart.find(
            "one_key_for_all",
            where,
            f"All {scores.shape[1]} words of a sentence have one score ({scores[0, 0]:.2f} in the first sentence): "
            "the index j has vanished.",
            spread=spread,
        )
        chart.leave("blind_slots", "all words of a sentence have one score.")
        return
    chart.clear("one_key_for_all", f"In {where}, scores differ from word to word.")
    if moved >= SAME_SCORES:
        chart.clear("blind_slots", f"In {where}, other annotations have other scores.")
    elif by_position:
        chart.clear("blind_slots", f"In {where}, scores are of positions, as you say.")
    else:
        chart.find(
            "blind_slots", where, "Other annotations have the same scores: the score never sees them.", moved=moved
        )


def check_look(caller: Caller, chart: Chart, random: np.random.Generator) -> None:
    """Check a function `attend`: the score by what comes back, the softmax, the mask, and the sum."""
    of_softmax = (
        "softmax_over_one",
        "softmax_over_batch",
        "normaliser_off_by_one",
        "double_softmax",
        "padding_attended",
    )
    with chart.taking_failures(*of_softmax, "raw_context", "blind_slots", "one_key_for_all"):
        asked = question(caller, random)
        B, S = asked.keys.shape[:2]
        everything = np.ones((B, S), dtype=bool)
        look = _attend(caller, asked, everything)
        other = question(caller, random)
        mixed = asked.beside(other)
        alone = _attend(caller, mixed, everything[:2]).weights[0]
        windowed = "windowed" in caller.of.traits
        judge_normaliser(chart, "attend", look.weights, alone, windowed)
        _judge_sharpness(caller, chart, asked, look, windowed)
        mask = np.arange(S) < np.array([[5], [4], [3]])
        masked = _attend(caller, asked, mask)
        judge_mask(chart, "attend", masked.weights, look.weights, mask, masked.scores if masked.shown else None)
        follows = _Follows(caller, asked, look, random)
        hard = "hard" in caller.of.traits
        judge_context(chart, "attend", look.context, look.weights, asked.values, look.scores, hard, follows)
        if look.scores is not None and not caller.has("score"):
            keys, queries = (
                _attend(caller, asked._replace(**{name: getattr(other, name)}), everything).scores
                for name in ("keys", "query")
            )
            if keys is not None and queries is not None:
                judge_scores(chart, "attend", look.scores, keys, queries, "location" in caller.of.traits)
        elif not caller.has("score"):
            _judge_by_weights(caller, chart, asked, other, look)


def question(caller: Caller, random: np.random.Generator, B: int = 3, S: int = 5) -> Question:
    """Return random queries, keys and values of the sizes that the implementation says."""
    sizes = caller.of.sizes
    shapes = (B, sizes["query"]), (B, S, sizes["keys"]), (B, S, sizes["values"])
    return Question(*(random.normal(size=shape) for shape in shapes))


def read_look(part: str, answer: object, B: int, S: int, M: int | None = None) -> Looked:
    """Read what `attend` gave, a dict or a tuple of context, weights and perhaps scores; scores may be −inf."""
    if isinstance(answer, dict):
        lacking = [name for name in _NAMES[:2] if name not in answer]
        if lacking:
            raise PartFailed(part, f"`{part}` gave a dict without {lacking[0]!r}; expected {', '.join(_NAMES)}.")
        pieces = [answer.get(name) for name in _NAMES]
    elif isinstance(answer, (tuple, list)) and len(answer) in (2, 3):
        pieces = [*answer, None][:3]
    else:
        raise PartFailed(
            part, f"`{part}` gave a {type(answer).__name__}; expected a tuple or a dict of {', '.join(_NAMES)}."
        )
    return Looked(
        read_array(part, pieces[0], (B, M), "the context"),
        read_array(part, pieces[1], (B, S), "the weights"),
        None if pieces[2] is None else read_array(part, pieces[2], (B, S), "the scores"),
        pieces[2] is not None,
    )


def _attend(caller: Caller, asked: Question, mask: NumPyArray) -> Looked:
    answer = caller.call("attend", *asked, mask)
    B, S = mask.shape
    look = read_look("attend", answer, B, S, asked.values.shape[-1])
    if look.scores is None and caller.has("score"):
        return look._replace(scores=_scores(caller, asked))
    return look


def _scores(caller: Caller, asked: Question) -> NumPyArray:
    B, S = asked.keys.shape[:2]
    answer = caller.call("score", asked.query, asked.keys)
    try:
        return read_array("score", answer, (B, S))
    except PartFailed:
        if np.shape(answer) in ((B,), (B, 1)):  # a scalar for a whole step
            return np.repeat(read_array("score", answer, np.shape(answer)).reshape(B, 1), S, axis=1)
        raise


def _judge_sharpness(caller: Caller, chart: Chart, asked: Question, look: Looked, windowed: bool) -> None:
    """Look for a second softmax: by the scores, or by how sharp weights of ever larger queries become."""
    if hides_the_law(chart, all_ones=True, windowed=windowed):
        return
    S, everything = look.weights.shape[1], np.ones(look.weights.shape, dtype=bool)
    if look.scores is not None:
        scale, law = 1.0, law_of(look.scores, look.weights)
        while law == "flat" and scale < 100 and not lies_still(look.scores):
            scale *= 4
            louder = asked._replace(query=asked.query * scale, keys=asked.keys * scale)
            again = _attend(caller, louder, everything)
            law = law_of(again.scores if again.scores is not None else look.scores, again.weights)
            if again.weights.min() < 1e-30:  # louder than the logarithm bears
                break
        judge_law(chart, "attend", law, float(look.weights.max()), S)
    else:
        ratios = []
        for scale in (1.0, 100.0, 10000.0):
            louder = asked._replace(query=asked.query * scale, keys=asked.keys * scale)
            ratios.append(widest_ratio(_attend(caller, louder, everything).weights))
        if max(ratios) > 1 + VISIBLE:
            judge_law(chart, "attend", "one", float(look.weights.max()), S)
        elif min(ratios[1:]) > 1 - EQUAL:  # the largest possible ratio, e, whatever is asked
            judge_law(chart, "attend", "two", float(look.weights.max()), S)
        else:
            judge_law(chart, "attend", "flat", float(look.weights.max()), S)


def widest_ratio(weights: NumPyArray) -> float:
    """Return the largest logarithm of the ratio of two weights of one sentence: at most 1 after a second softmax."""
    logs = np.log(np.maximum(weights, 1e-300))
    return float((logs.max(-1) - logs.min(-1)).max())


@dataclass(frozen=True)
class _Follows:
    """Says whether the context of a look follows from a sum of the values, whatever is done to the sum afterwards."""

    caller: Caller
    asked: Question
    look: Looked
    random: np.random.Generator

    def __call__(self, factors: NumPyArray) -> bool | None:
        """Change the values so that their sum by ``factors`` (B, S) stays, then at random.

        A matrix, a bias, a tanh after the sum: what stays as it is while the sum does, is made of the sum. None
        where the weights change with the values, which tells nothing.
        """
        factors = np.where(np.isfinite(factors), factors, 0.0)
        change = self.random.normal(size=self.asked.values.shape)
        part = np.einsum("bs,bsm->bm", factors, change) / np.maximum((factors**2).sum(1, keepdims=True), 1e-30)
        still, moving = (self._look_at(change - factors[:, :, None] * part[:, None]), self._look_at(change))
        if any(np.abs(one.weights - self.look.weights).max() > SAME_SCORES for one in (still, moving)):
            return None
        least = EQUAL * float(np.abs(moving.context - self.look.context).max())
        return float(np.abs(still.context - self.look.context).max()) < least

    def _look_at(self, change: NumPyArray) -> Looked:
        everything = np.ones(self.look.weights.shape, dtype=bool)
        return _attend(self.caller, self.asked._replace(values=self.asked.values + change), everything)


def judge_context(
    chart: Chart,
    where: str,
    context: NumPyArray,
    weights: NumPyArray,
    values: NumPyArray,
    scores: NumPyArray | None,
    hard: bool = False,
    follows: Callable[[NumPyArray], bool | None] | None = None,
) -> None:
    """Compare the context (B, M) with the sum of the values (B, S, M) that the weights (B, S) make.

    Many a context is more than the sum: a matrix of the output comes after it. ``follows`` says of factors (B, S)
    whether the context is made of the sum by them; without it such a context is left alone.
    """
    if context.shape != values[:, 0].shape:
        chart.leave("raw_context", f"in {where}, the context has another size than the annotations. {_BEFORE}")
        return
    made = np.einsum("bs,bsm->bm", weights, values)
    size = float(np.abs(values).max()) + 1e-12
    wrong = float(np.abs(context - made).max()) / size
    if hard:
        wrong = float(np.abs(values - context[:, None]).max(-1).min(-1).max()) / size
        if wrong < EQUAL:
            chart.clear("raw_context", f"In {where}, the context is one of the annotations.")
            return
    if wrong < 5 * EQUAL:
        chart.clear("raw_context", f"In {where}, the context is the sum of the annotations by their weights.")
        return
    raw = np.einsum("bs,bsm->bm", np.where(np.isfinite(scores), scores, 0.0), values) if scores is not None else None
    of_scores = raw is not None and float(np.abs(context - raw).max()) < 5 * EQUAL * max(size, float(np.abs(raw).max()))
    if not of_scores:
        by_weights = None if follows is None else follows(weights)
        if follows is None or by_weights is None:
            chart.leave("raw_context", f"in {where}, the context is not the sum that the weights make. {_BEFORE}")
            return
        if by_weights and lies_still(weights):
            chart.leave("raw_context", f"in {where}, all weights are equal, and raw scores may be so, too. {_BEFORE}")
            return
        if by_weights:
            chart.clear("raw_context", f"In {where}, the context follows from the sum that the weights make.")
            return
        of_scores = scores is not None and follows(scores) is True
    source = "it is that of the raw scores" if of_scores else "the weights that come back did not make it"
    chart.find(
        "raw_context",
        where,
        f"The context is {wrong:.2f} away from the sum that the weights make, in sizes of the largest value: {source}.",
        "" if of_scores else _OTHER_VALUES,
        away=wrong,
    )


def _judge_by_weights(caller: Caller, chart: Chart, asked: Question, other: Question, look: Looked) -> None:
    """Look for a score that never sees the annotations where only weights come back."""
    everything = np.ones(look.weights.shape, dtype=bool)
    moved = float(np.abs(_attend(caller, asked._replace(keys=other.keys), everything).weights - look.weights).max())
    if lies_still(look.weights):
        for key in ("blind_slots", "one_key_for_all"):
            chart.leave(key, "all words have one weight, for which there may be many reasons. Offer `score`.")
        return
    chart.clear("one_key_for_all", "In attend, weights differ from word to word.")
    if moved > 0:
        chart.clear("blind_slots", "In attend, other annotations have other weights.")
    elif "location" in caller.of.traits:
        chart.clear("blind_slots", "In attend, weights are of positions, as you say.")
    else:
        chart.find(
            "blind_slots", "attend", "Other annotations have the same weights: the score never sees them.", moved=moved
        )
