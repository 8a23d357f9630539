"""Errors of the search that are laid on the model, and of the model that are laid on the search."""

import math
from dataclasses import dataclass

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib.metrics import is_search_error, length_ratio, search_report
from course_lib.metrics.searching import TIE
from course_lib.search import Hypothesis, exact, greedy
from course_lib.seq2seq import Translation
from course_lib.vocabulary import BOS, EOS
from tests.oracles.steps import A, B, prefix_step, start

SENTENCES = st.lists(st.sampled_from("ab"), max_size=2).map(tuple)


@dataclass(frozen=True)
class Case:
    """One sentence: what was found, the best, the reference, and whether the best is proven."""

    found: Translation
    best: Translation
    reference: tuple[str, ...]
    proven: bool = True


def said(words: str, log_prob: float, finished: bool = True) -> Translation:
    return Translation(tuple(words), log_prob, finished)


def report(*cases: Case):
    return search_report(
        [case.found for case in cases],
        [case.best for case in cases],
        [case.reference for case in cases],
        proven=[case.proven for case in cases],
    )


def counts(*cases: Case) -> tuple[int, int, int, int]:
    """Return search errors, model errors, both and lucky."""
    found = report(*cases)
    return found.search_errors, found.model_errors, found.both, found.lucky


RIGHT, EMPTY, OTHER = said("ab", -3.0), said("", -2.0), said("b", -2.5)
REFERENCE = ("a", "b")


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (Case(RIGHT, RIGHT, REFERENCE), (0, 0, 0, 0)),
        (Case(EMPTY, EMPTY, REFERENCE), (0, 1, 0, 0)),  # the best is found, and wrong
        (Case(RIGHT, EMPTY, REFERENCE), (1, 1, 1, 1)),  # missing the best is what makes it right
        (Case(OTHER, EMPTY, REFERENCE), (1, 1, 1, 0)),
        (Case(said("b", -4.0), RIGHT, REFERENCE), (1, 0, 0, 0)),  # the model knew better
    ],
    ids=["none", "the model's", "lucky", "both", "the search's"],
)
def test_each_error_is_laid_on_whom_it_belongs_to(case: Case, expected: tuple[int, ...]) -> None:
    assert counts(case) == expected


def test_equal_probability_is_no_error_of_anybody() -> None:
    """Ten batches of one sentence round the last digits of float32 ten ways."""
    tied = said("b", RIGHT.log_prob + 5e-5)
    assert counts(Case(RIGHT, tied, REFERENCE)) == (0, 0, 0, 0)  # the reference is one of two best
    assert counts(Case(tied, RIGHT, REFERENCE)) == (0, 0, 0, 0)
    assert counts(Case(said("a", -3.0), tied, REFERENCE)) == (0, 1, 0, 0)
    assert counts(Case(RIGHT, said("b", RIGHT.log_prob + 2e-4), REFERENCE)) == (1, 1, 1, 1)


def test_a_difference_of_just_a_tie_is_still_one() -> None:
    nought, below = said("b", 0.0), said("ab", -TIE)
    assert counts(Case(below, nought, REFERENCE)) == (0, 0, 0, 0) == counts(Case(nought, below, REFERENCE))
    assert is_search_error(said("ab", -1.01 * TIE), nought)


def test_an_empty_reference_is_a_reference() -> None:
    assert counts(Case(EMPTY, EMPTY, ())) == (0, 0, 0, 0)
    assert counts(Case(EMPTY, said("a", -1.0), ())) == (1, 1, 1, 1)
    assert counts(Case(said("a", -3.0), EMPTY, ())) == (1, 0, 0, 0)  # the search's alone: the model knew better


def test_what_did_not_finish_is_no_sentence_however_probable() -> None:
    cut_off = said("ab", -0.5, finished=False)
    assert counts(Case(cut_off, RIGHT, REFERENCE)) == (1, 0, 0, 0)
    assert counts(Case(cut_off, EMPTY, REFERENCE)) == (1, 1, 1, 0)  # its words are the reference's, and it goes on
    assert is_search_error(cut_off, RIGHT) and not is_search_error(RIGHT, RIGHT)


def test_a_missing_proof_is_counted_neither_as_right_nor_as_wrong() -> None:
    """Of an unproven sentence a better one may be known: that is an error of the search, and says no more."""
    silent, told = Case(OTHER, OTHER, REFERENCE, proven=False), Case(RIGHT, EMPTY, REFERENCE, proven=False)
    found = report(silent, told, Case(RIGHT, RIGHT, REFERENCE))
    assert (found.n, found.unproven, found.proven) == (3, 2, 1)
    assert (found.search_errors, found.unproven_errors) == (1, 1)
    assert (found.model_errors, found.both, found.lucky) == (0, 0, 0)
    assert str(found) == (
        "of 1 proven sentences 0 search errors, 0 model errors, 0 both, 0 lucky; 2 unproven, with 1 search errors"
    )
    assert "unproven" not in str(report(Case(RIGHT, RIGHT, REFERENCE)))
    # without a proof something better may have been found elsewhere: no contradiction
    assert report(Case(RIGHT, said("b", -9.0), REFERENCE, proven=False)).search_errors == 0


@given(
    st.lists(
        st.tuples(SENTENCES, SENTENCES, SENTENCES, st.booleans(), st.integers(0, 2), st.booleans()),
        min_size=1,
        max_size=8,
    )
)
def test_the_four_fields_are_those_of_a_loop(rows) -> None:
    """Every sentence has one probability, so that what is found is never above the best."""
    cases, fields, unproven = [], {(search, model): 0 for search in (0, 1) for model in (0, 1)}, [0, 0]
    lucky = 0
    for found, best, reference, same, below, proven in rows:
        ours = best if same else found
        missed = ours != best and below > 0
        cases.append(
            Case(Translation(ours, -1.0 - below * (ours != best), True), Translation(best, -1.0, True), reference)
            if proven
            else Case(said("a", -2.0 if missed else -1.0), said("b", -1.0), reference, proven=False)
        )
        if not proven:
            unproven[missed] += 1
            continue
        right_best = best == reference or (ours == reference and not missed)
        fields[int(missed), int(not right_best)] += 1
        lucky += missed and not right_best and ours == reference
    result = report(*cases)
    assert result.unproven == sum(unproven) and result.unproven_errors == unproven[1]
    assert result.search_errors == fields[1, 0] + fields[1, 1] + unproven[1]
    assert (result.model_errors, result.both, result.lucky) == (fields[0, 1] + fields[1, 1], fields[1, 1], lucky)
    assert result.n == sum(fields.values()) + sum(unproven)


def test_ids_are_never_compared_with_words() -> None:
    """No id equals a word: every sentence would be an error of the model."""
    ids = Hypothesis((4, 5), -3.0, True)
    assert search_report([ids], [ids], [(4, 5)], proven=[True]).model_errors == 0
    with pytest.raises(ValueError, match=r"got found: ids, best: ids, references: words\. model.in_words"):
        search_report([ids], [ids], [("a", "b")], proven=[True])
    with pytest.raises(ValueError, match="Split it"):
        search_report([RIGHT], [RIGHT], ["ab"], proven=[True])


def test_two_models_cannot_be_reported_as_one() -> None:
    with pytest.raises(ValueError, match=r"Sentence 1: what was found \(-1\.0000 nats\) is more probable"):
        report(Case(RIGHT, RIGHT, REFERENCE), Case(said("a", -1.0), EMPTY, REFERENCE))
    for sides in ((1, 2, 2, 2), (2, 1, 2, 2), (2, 2, 1, 2), (2, 2, 2, 1)):
        found, best, references, proven = (
            [one] * n for one, n in zip((RIGHT, RIGHT, REFERENCE, True), sides, strict=True)
        )
        with pytest.raises(ValueError, match="{} found, {} best, {} references, {} proven".format(*sides)):
            search_report(found, best, references, proven=proven)
    with pytest.raises(ValueError, match="nothing to score"):
        search_report([], [], [], proven=[])


# The tree of chapter 13: a and b, p(a) = .55, p(b) = .40, p(</s>) = .05 first.
HAND_TREE = {(): (0.55, 0.40, 0.05), (A,): (0.5, 0.2, 0.3), (B,): (0.05, 0.05, 0.9)}


def by_hand(prefix):
    a, b, end = HAND_TREE.get(prefix[2:], (0.05, 0.05, 0.9))
    return [{A: a, B: b, EOS: end}.get(word, 0.0) for word in range(6)]


def test_exact_search_of_the_hand_tree_opens_three_states() -> None:
    """Greedy: a a, .55 · .5 · .9 = .2475; a beam of two: b, .4 · .9 = .36, and with that as bound only three are open.

    a a (.275) and a b (.11) are cut, a (.165) is weighed. Bounded by greedy's .2475, a a would be opened, too.
    """
    step, calls = prefix_step(by_hand)
    (first,) = greedy(step, start([0], 1), 1, 3)
    assert first.tokens == (A, A) and first.log_prob == pytest.approx(math.log(0.2475))
    result = exact(prefix_step(by_hand)[0], start([0], 2), 2, 3)
    assert result.hypothesis.tokens == (B,) and result.hypothesis.log_prob == pytest.approx(math.log(0.36))
    assert (result.expanded, result.proven, result.search_error) == (3, True, False)
    step, calls = prefix_step(by_hand)
    alone = exact(step, start([0], 1), 1, 3)
    assert alone.expanded == 4 and (0, BOS, A, A) in {prefix for call in calls for prefix in call}
    found = search_report([first], [result.hypothesis], [(A, A)], proven=[result.proven])
    assert (found.search_errors, found.model_errors, found.lucky) == (1, 1, 1)


@pytest.mark.parametrize("words", [17, 18])
def test_smoothing_puts_the_empty_sentence_at_its_floor(words: int) -> None:
    """A table that minimises the smoothed loss, in closed form: the right word has 1 − ε + ε/V, every other one ε/V.

    ``</s>`` never stands first, so there it has ε/V, while the nats of the right sentence grow with its words. From
    ln(ε/V) / ln(1 − ε + ε/V) = 18.7 words on, ``</s>`` counted, the empty sentence is the more probable one.
    """
    V, share = 6, 0.2
    high, low = 1 - share + share / V, share / V
    threshold = math.log(low) / math.log(high)
    assert 18 < threshold < 19  # 17 words and </s> are below it, 18 and </s> above
    target = torch.tensor([A] * words + [EOS])
    rows = torch.full((words + 1, V), low).scatter(1, target.unsqueeze(1), high)  # a row a place
    logits = rows.log().requires_grad_()
    loss = torch.nn.functional.cross_entropy(logits, target, reduction="sum", label_smoothing=share)
    (slope,) = torch.autograd.grad(loss, logits)
    assert slope.abs().max() < 1e-6  # the loss is convex: this is its minimum
    table = rows.tolist()
    result = exact(prefix_step(lambda prefix: table[len(prefix) - 2])[0], start([0], 1), 1, words)
    nothing, all_words = math.log(low), (words + 1) * math.log(high)
    assert result.proven and result.hypothesis.tokens == (() if words + 1 > threshold else (A,) * words)
    assert result.hypothesis.log_prob == pytest.approx(max(nothing, all_words), rel=1e-5)


def test_a_length_ratio_is_of_sums() -> None:
    found = length_ratio([["a"], ["b"] * 8], [["a", "a"], ["b"] * 8])  # the mean of 1/2 and 1 would be 3/4
    assert found.value == pytest.approx(0.9) and found.n == 2 and found.interval is None
    assert length_ratio([[]], [["a"]]).value == 0 and length_ratio([["a", "a"]], [["a"]]).value == 2
    low, high = length_ratio([["a"], ["b"] * 8] * 9, [["a", "a"], ["b"] * 8] * 9, bootstrap=200).interval
    assert 0.5 <= low < 0.9 < high <= 1  # words a word, not per cent
    assert length_ratio([["a"]], [[]]).undefined and math.isnan(length_ratio([["a"]], [[]]).value)
    assert length_ratio([["a"], ["a"]] * 3, [[], ["a"]] * 3, bootstrap=50).interval is not None
    with pytest.raises(ValueError, match="Split it"):
        length_ratio(["ab"], [["a", "b"]])
