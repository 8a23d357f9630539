"""What diagnose says of a context, of NaN and of words chosen is what was measured, and its cure is for that."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from course_lib.clinic import Patient, Report, diagnose
from course_lib.clinic.catalogue import KNOWN
from course_lib.clinic.weights import softmax_of
from tests.oracles.wild import WILD

Context = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], np.ndarray]
MATRIX = np.random.default_rng(1).normal(size=(4, 4))


def summed(factors: np.ndarray, values: np.ndarray) -> np.ndarray:
    return np.einsum("bs,bsm->bm", factors, values)


def look(context: Context, shown: bool, loud: float = 1.0) -> Any:
    """Return a dot-product look whose context is ``context`` of scores, weights, values and query."""

    def attend(query: np.ndarray, keys: np.ndarray, values: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, ...]:
        scores = loud * np.einsum("bh,bsh->bs", query, keys)
        weights = softmax_of(np.where(mask, scores, -1e9))
        return (context(scores, weights, values, query), weights, *([scores] if shown else []))

    return {"attend": attend}


def of_context(report: Report) -> str:
    entries = (*report.findings, *report.checked, *report.unchecked)
    return next(str(entry) for entry in entries if entry.key == "raw_context")


AFTER_THE_SUM: dict[str, Context] = {
    "a matrix and a bias": lambda scores, weights, values, query: summed(weights, values) @ MATRIX + 1,
    "h~ of Luong": lambda scores, weights, values, query: np.tanh(summed(weights, values) @ MATRIX + query),
    "a matrix before": lambda scores, weights, values, query: summed(weights, values @ MATRIX),
}


@pytest.mark.parametrize("shown", [True, False])
@pytest.mark.parametrize("what", AFTER_THE_SUM)
def test_what_is_done_to_the_sum_afterwards_is_no_bug(what: str, shown: bool) -> None:
    report = diagnose(look(AFTER_THE_SUM[what], shown))
    assert report.keys == set() and report.broken == () and "follows from the sum" in of_context(report)


def test_attention_of_torch_is_healthy_with_one_head() -> None:
    torch.manual_seed(0)
    layer = torch.nn.MultiheadAttention(4, 1, batch_first=True)

    def attend(query: Any, keys: Any, values: Any, mask: Any) -> tuple[Any, Any]:
        context, weights = layer(query[:, None], keys, values, key_padding_mask=~mask)
        return context[:, 0], weights[:, 0]

    report = diagnose({"library": "torch", "attend": attend})
    assert report.keys == set() and report.broken == () and "follows from the sum" in of_context(report)


@pytest.mark.parametrize("after", ["nothing", "a matrix"])
def test_raw_scores_are_named_as_what_made_the_context(after: str) -> None:
    matrix = np.eye(4) if after == "nothing" else MATRIX
    (finding,) = diagnose(look(lambda scores, weights, values, query: summed(scores, values) @ matrix, True)).findings
    assert finding.key == "raw_context" and "it is that of the raw scores" in finding.sentence
    assert finding.cure == KNOWN["raw_context"].cure


NOT_THE_SUM: dict[str, Context] = {
    "values one place further": lambda scores, weights, values, query: summed(weights, np.roll(values, 1, 1)),
    "no value": lambda scores, weights, values, query: 0 * query,
    "the largest": lambda scores, weights, values, query: values.max(1),
}


@pytest.mark.parametrize("shown", [True, False])
@pytest.mark.parametrize("what", NOT_THE_SUM)
def test_a_context_of_something_else_is_found_and_not_said_to_be_of_scores(what: str, shown: bool) -> None:
    (finding,) = diagnose(look(NOT_THE_SUM[what], shown)).findings
    assert finding.key == "raw_context" and "the weights that come back did not make it" in finding.sentence
    assert "softmax" not in finding.cure and "each value beside its own" in finding.cure
    assert finding.cure in str(finding)


def test_a_context_is_left_alone_in_words_where_nobody_can_know() -> None:
    """Weights that know the values; equal weights, whose raw scores may be as equal."""

    def of_values(query: np.ndarray, keys: np.ndarray, values: np.ndarray, mask: np.ndarray) -> Any:
        weights = softmax_of(np.where(mask, np.einsum("bh,bsh->bs", query, values), -1e9))
        return summed(weights, values) @ MATRIX, weights

    equal = look(AFTER_THE_SUM["a matrix and a bias"], False, loud=0.0)
    for given, said in (({"attend": of_values}, "not the sum that the weights make"), (equal, "all weights are equal")):
        (left,) = (entry for entry in diagnose(given).unchecked if entry.key == "raw_context")
        assert said in left.reason and "Offer `attend`" in left.reason


@pytest.mark.parametrize("narrow", [False, True])
def test_in_steps_a_context_behind_a_matrix_is_left_and_one_of_raw_scores_is_found(narrow: bool) -> None:
    for bugs in ((), ("raw_context",)):
        model = WILD["plain_lists"].make(bugs, 0)

        def step(previous: Any, state: Any, memory: Any, model: Any = model, sick: bool = bool(bugs)) -> Any:
            given = model.step(previous, state, memory)
            turned = [row[::-1][: 2 if narrow else None] for row in given["context"]]
            return given if sick else {**given, "context": turned}

        parts = {"encode": model.encode, "step": step, "vocabulary": model.vocabulary, "library": model.library}
        report = diagnose(parts)
        assert report.keys == set(bugs) and report.broken == (), str(report)
        assert bugs or "before any projection" in of_context(report)


def test_a_context_that_is_fed_back_is_told_from_the_state_where_the_state_has_a_name() -> None:
    """The hidden state starts anew at each step; what came of the step before is fed to it."""
    draw = np.random.default_rng(2)
    words, fed_in, out = draw.normal(size=(12, 4)), draw.normal(size=(4, 4)), draw.normal(size=(4, 12))

    def step(previous: np.ndarray, state: Any, memory: Any, named: bool) -> Any:
        hidden = np.tanh(words[previous] + (state["fed"] if named else state[1]) @ fed_in)
        return hidden @ out, {"hidden": hidden, "fed": hidden} if named else (hidden, hidden), None

    for named in (True, False):
        start = np.zeros((1, 4))
        parts = {
            "encode": lambda source, lengths, named=named, start=start: (
                np.zeros(len(source)),
                {"hidden": start, "fed": start} if named else (start, start),
            ),
            "step": lambda previous, state, memory, named=named: step(previous, state, memory, named),
            "vocabulary": {"source": 12, "target": 12},
            "traits": {"no attention"},
        }
        report = diagnose(parts)
        assert ("state_reset" in report.keys) is named and report.broken == (), str(report)
        assert named or "or by something that is handed on beside it. [state_reset]" in str(report)


# ------------------------------------------------------------------------------------------------------------- NaN


def in_half(scores: np.ndarray, mask: np.ndarray) -> np.ndarray:
    if not mask.any(1).all():
        raise ValueError("a sentence without a word")
    with np.errstate(all="ignore"):
        return softmax_of(scores - scores.dtype.type(1e10) * (1 - mask.astype(scores.dtype)))


def minus_infinity(scores: np.ndarray, mask: np.ndarray) -> np.ndarray:
    return softmax_of(np.where(mask, scores, -np.inf))


def always_in_half(scores: np.ndarray, mask: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        return softmax_of(np.where(mask, scores, -60000.0).astype(np.float16).astype(float))


@pytest.mark.parametrize(
    ("weights", "said", "cure"),
    [
        (minus_infinity, "A sentence of padding alone", "Refuse a sentence of padding alone, or give it weights of 0."),
        (in_half, "In half precision, a mask", "Take the softmax in 32 bits"),
        (always_in_half, "A score of 131,008", "Take the softmax in 32 bits"),
    ],
)
def test_the_cure_of_nan_is_for_what_gave_it(weights: Any, said: str, cure: str) -> None:
    (finding,) = diagnose({"weights": weights}).findings
    assert finding.key == "mask_overflow" and finding.sentence.startswith(said) and finding.cure.startswith(cure)
    assert ("−1e10" in finding.cure) is (weights is not minus_infinity)


# ------------------------------------------------------------------------------------------------------- words chosen


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_padding_in_a_loss_of_words_chosen_is_seen(seed: int) -> None:
    assert diagnose(Patient(["no_gradient", "padding_in_loss"], seed)).keys == {"no_gradient", "padding_in_loss"}
    alone = diagnose(Patient(["no_gradient"], seed))
    assert alone.keys == {"no_gradient"} and "padding_in_loss" in {entry.key for entry in alone.checked}


@pytest.mark.parametrize("first_counted", [0, 1])
def test_among_many_words_those_that_the_model_chooses_are_asked_about(first_counted: int) -> None:
    """Of 500 words one by chance is never right; padding, the word 0, counts where ``first_counted`` is 0."""
    table = torch.from_numpy(np.random.default_rng(3).normal(size=(500, 500)))

    def loss(source: Any, lengths: Any, target: Any) -> torch.Tensor:
        chosen = torch.nn.functional.one_hot(table[target[:, :-1]].argmax(-1), 500).double()
        counted = target[:, 1:] >= first_counted
        return torch.nn.functional.cross_entropy(chosen[counted], target[:, 1:][counted])

    parts = {
        "library": "torch",
        "vocabulary": {"source": 500, "target": 500},
        "parameters": lambda: [torch.ones(2, requires_grad=True)],
        "encode": lambda source, lengths: (0, 0),
        "step": lambda previous, state, memory: (table[previous], state, None),
        "loss": loss,
    }
    assert ("padding_in_loss" in diagnose(parts).keys) is (first_counted == 0)


def test_a_loss_of_words_chosen_of_which_none_is_right_tells_nothing_of_padding() -> None:
    def loss(source: Any, lengths: Any, target: Any) -> torch.Tensor:
        return torch.log(torch.tensor(np.e + 19.0)) + 0 * target.sum()  # 20 words

    parts = {"loss": loss, "parameters": lambda: [torch.ones(2, requires_grad=True)], "library": "torch"}
    report = diagnose({**parts, "vocabulary": {"source": 20, "target": 20}})
    assert report.keys == {"no_gradient"}
    (left,) = (entry for entry in report.unchecked if entry.key == "padding_in_loss")
    assert "of which none is right" in left.reason
