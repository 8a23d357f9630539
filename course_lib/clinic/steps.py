"""Checks of a whole model, one word at a time: its state, its looks, and what padding does to both. Chapter 15."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from course_lib.clinic.calling import Caller
from course_lib.clinic.chart import Chart
from course_lib.clinic.looks import judge_context, judge_scores, widest_ratio
from course_lib.clinic.padding import HEARS, check_end, check_padding
from course_lib.clinic.walking import Stepped, Stepper, moved
from course_lib.clinic.weights import EQUAL, VISIBLE, hides_the_law, judge_law, judge_normaliser, law_of, lies_still

_STEPS = 3
"""Enough for a look that asks with the state before: it hears the second word at the third step."""
_KEYS = (
    "state_reset",
    "state_after_padding",
    "padding_attended",
    "softmax_over_one",
    "softmax_over_batch",
    "normaliser_off_by_one",
    "double_softmax",
    "raw_context",
    "blind_slots",
    "one_key_for_all",
)
_IN_ONE = "memory and state cannot be told apart from outside. Offer `score` or `attend`."
_OF_LOOKS = tuple(key for key in _KEYS if not key.startswith("state"))


def check_steps(caller: Caller, chart: Chart, random: np.random.Generator) -> None:
    """Check `encode` and `step`: everything that can be seen of a model from outside."""
    with chart.taking_failures(*_KEYS):
        stepper = Stepper(caller, random)
        if stepper.longest < 4:
            for key in _KEYS:
                chart.leave(key, "sources of four words and more are needed.")
            return
        _check_state(stepper, chart)
        with chart.taking_failures(*_OF_LOOKS):
            _check_looks(stepper, chart)
        if stepper.fixed:
            for key in ("padding_attended", "state_after_padding"):
                chart.leave(key, "every source has one length, so there is no padding.")
            return
        with chart.taking_failures("padding_attended"):
            check_padding(stepper, chart)
        with chart.taking_failures("state_after_padding"):
            check_end(stepper, chart)


def _check_state(stepper: Stepper, chart: Chart) -> None:
    """Two histories that end in the same word: does the step after them know which it was?"""
    source = stepper.sources(3, stepper.usual)
    one = stepper.targets(3, _STEPS)
    other = one.copy()
    first, count = stepper.words.first, stepper.words.target - stepper.words.first
    other[:, 1:-1] = first + (one[:, 1:-1] - first + 1) % count
    memory, state = stepper.encode(source)
    walks = [stepper.walk(memory, state, words, source.shape[1]) for words in (one, other)]
    change = moved(*(steps[-1].logits for steps in walks))
    states = [steps[-2].state for steps in walks]
    told_apart = all(isinstance(held, Mapping) and "hidden" in held for held in states)
    if change >= HEARS and told_apart:
        crossed = {**states[1], **{name: states[0][name] for name in ("hidden", "cell") if name in states[0]}}
        step = stepper.walk(memory, crossed, other[:, -1:], source.shape[1])[0]
        change = moved(walks[1][-1].logits, step.logits)
    if change < HEARS:
        chart.find(
            "state_reset",
            f"step {_STEPS}",
            f"At step {_STEPS}, the logits are the same after two different histories: the state is not handed on.",
            change=change,
        )
    else:
        by_what = "" if told_apart else ", by the hidden state or by something that is handed on beside it"
        chart.clear("state_reset", f"At step {_STEPS}, the logits depend on the words before{by_what}.")


def _check_looks(stepper: Stepper, chart: Chart) -> None:
    """Look at the weights of sentences without padding."""
    of = stepper.caller.of
    S = stepper.usual
    source, other = stepper.sources(4, S), stepper.sources(4, S)
    words = stepper.targets(4, _STEPS)
    memory, state = stepper.encode(source)
    steps = stepper.walk(memory, state, words, S)
    if steps[0].weights is None:
        reason = (
            "it is a model without attention, as you say."
            if "no attention" in of.traits
            else "`step` hands over no weights. Return them, or offer `attend`."
        )
        for key in _OF_LOOKS:
            chart.leave(key, reason)
        return
    mixed = np.concatenate((source[:1], other[1:2]))
    alone = stepper.run(mixed, np.concatenate((words[:1], words[2:3])))
    windowed = "windowed" in of.traits
    at = _most_telling(steps)
    where = f"step {at + 1}"
    weights, by_itself = steps[at].weights, alone[at].weights
    assert weights is not None and by_itself is not None
    if _over_target(steps):
        chart.find(
            "softmax_over_batch",
            "step 1",
            "At the first step every weight is 1, later they differ: the softmax runs over the words of the target.",
            weight=1.0,
        )
        chart.over_target = True
        chart.leave("double_softmax", "the softmax runs over the words of the target.")
    else:
        judge_normaliser(chart, where, weights, by_itself[0], windowed)
        _judge_law(chart, steps, windowed)
    pieces = steps[at]
    if pieces.context is not None and pieces.annotations is not None:
        judge_context(
            chart, where, pieces.context, weights, pieces.annotations, pieces.scores, hard="hard" in of.traits
        )
    _check_keys(stepper, chart, other, words, (memory, state), steps[0])


def _over_target(steps: list[Stepped]) -> bool:
    """Say whether every weight is 1 where there is one target word, and not where there are more."""
    ones = [step.weights is not None and bool(np.abs(step.weights - 1).max() < EQUAL) for step in steps]
    return ones[0] and not any(ones[1:])


def _most_telling(steps: list[Stepped]) -> int:
    """Return the step whose sum of weights is furthest from 1, the last one where all are equal."""
    away = [float(np.abs(step.weights.sum(-1) - 1).max()) if step.weights is not None else 0.0 for step in steps]
    return int(np.argmax(away)) if max(away) > VISIBLE else len(steps) - 1


def _judge_law(chart: Chart, steps: list[Stepped], windowed: bool) -> None:
    weights = [step.weights for step in steps if step.weights is not None]
    S = weights[0].shape[1]
    top = max(float(one.max()) for one in weights)
    if hides_the_law(chart, abs(top - 1) < EQUAL, windowed):
        return
    if steps[0].scores is not None:
        laws = [
            law_of(step.scores, step.weights) for step in steps if step.scores is not None and step.weights is not None
        ]
        telling = [law for law in laws if law != "flat"]
        judge_law(chart, "the steps", telling[0] if telling else "flat", top, S)
    elif max(widest_ratio(one) for one in weights) > 1 + VISIBLE:
        chart.clear("double_softmax", "In the steps, one weight is more than e times another of its sentence.")
    else:
        judge_law(
            chart,
            "the steps",
            "flat",
            top,
            S,
            "no weight is more than e times another, as after a second softmax, or before training. "
            "Return scores beside the weights, or offer `weights`.",
        )


def _check_keys(
    stepper: Stepper, chart: Chart, other: np.ndarray, words: np.ndarray, own: tuple[Any, Any], first: Stepped
) -> None:
    """Cross the state of one sentence with the memory of another: does the look see what it looks at?"""
    memory, state = own
    S = other.shape[1]
    others, their_state = stepper.encode(other)
    crossed = stepper.walk(others, state, words[:, :1], S)[0]
    back = stepper.walk(memory, their_state, words[:, :1], S)[0]
    by_position = "location" in stepper.caller.of.traits
    apart = moved(first.logits, back.logits) > HEARS  # the state is not in the memory
    if first.scores is not None and crossed.scores is not None and back.scores is not None:
        if not apart and np.ptp(first.scores, axis=1).max() > 0 and np.abs(first.scores - crossed.scores).max() > 0:
            chart.clear("one_key_for_all", "In step 1, scores differ from word to word.")
            chart.leave("blind_slots", _IN_ONE)
            return
        all_scores = (first.scores, crossed.scores, back.scores)
        own_scores, of_keys, of_states = (np.where(np.isfinite(scores), scores, 0.0) for scores in all_scores)
        judge_scores(chart, "step 1", own_scores, of_keys, of_states, by_position)
        return
    assert first.weights is not None and crossed.weights is not None
    if lies_still(first.weights):
        for key in ("blind_slots", "one_key_for_all"):
            chart.leave(key, "all words have one weight, for which there may be many reasons. Return scores.")
        return
    chart.clear("one_key_for_all", "In step 1, weights differ from word to word.")
    if np.abs(first.weights - crossed.weights).max() > 1e-9:
        if apart:
            chart.clear("blind_slots", "In step 1, weights of other annotations are others.")
        else:
            chart.leave("blind_slots", _IN_ONE)
    elif by_position:
        chart.clear("blind_slots", "In step 1, weights are of positions, as you say.")
    else:
        chart.find("blind_slots", "step 1", "Another source has the same weights: the score never sees it.", moved=0.0)
