"""From pairs to scores: what is asked arrives, and what cannot be compared gets no number. Chapters 2 and 5."""

import math
from typing import Any

import pytest
import torch

from course_lib.corpora.pairs import Link, SentencePair
from course_lib.evaluation import evaluate, evaluate_by_length, translations
from course_lib.finite import NotFiniteError
from course_lib.interventions import pinned
from course_lib.seq2seq import Loss
from tests.oracles.models import PAIRS, make


def linked(pair: SentencePair, sure: set[Link], possible: set[Link]) -> SentencePair:
    return SentencePair(pair.source, pair.target, frozenset(sure), frozenset(possible))


LONG, SHORT = PAIRS[0], PAIRS[1]  # four words and two, so that </s> of the short one is a word of the long one
ONE = {(0, 0)}


def test_a_pair_that_nobody_linked_by_hand_is_enough_for_no_error_rate() -> None:
    assert evaluate(make("bahdanau"), [linked(LONG, ONE, ONE), SHORT]).alignment is None


def test_a_look_that_links_nothing_in_one_pair_leaves_the_error_rate_of_the_others() -> None:
    model = make("bahdanau")
    with pinned(model, position=2):  # every word of one pair is linked with place 2, none of the other
        found = evaluate(model, [linked(LONG, set(), {(2, 0)}), linked(SHORT, set(), set())]).alignment
    assert found is not None and found.aer == pytest.approx(100 * (1 - 1 / len(LONG.target)))


def test_looks_that_link_nothing_are_held_against_the_links_of_some_pairs() -> None:
    model = make("bahdanau")
    with pinned(model, position=2):
        found = evaluate(model, [linked(SHORT, ONE, ONE), linked(SHORT, set(), set())]).alignment
    assert found is not None and found.aer == 100


def test_a_loss_that_is_no_number_is_told_before_a_perplexity_is_made_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The words of the model's own translation may be healthy where a word of the reference is not."""
    model = make("bahdanau")
    monkeypatch.setattr(model, "loss_of", lambda output, batch: Loss(torch.tensor(math.nan), 1))
    with pytest.raises(NotFiniteError, match="loss of these pairs"):
        evaluate(model, PAIRS)


def test_what_is_asked_of_translations_arrives_at_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    model, asked = make("bahdanau"), []

    def heard(sources: list[Any], **named: Any) -> list[str]:
        asked.append(named)
        return ["found"] * len(sources)

    monkeypatch.setattr(model, "translate", heard)
    assert translations(model, PAIRS) == ["found"] * len(PAIRS)
    assert asked.pop() == {"unknown": "error", "beam": 1, "length_normalisation": 0.0}
    translations(model, PAIRS, 1, "unk", beam=4, length_normalisation=0.5)
    assert asked.pop() == {"unknown": "unk", "beam": 4, "length_normalisation": 0.5}


def test_a_bucket_begins_with_one_word() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        evaluate_by_length(make("bahdanau"), PAIRS, [(0, 2)])
