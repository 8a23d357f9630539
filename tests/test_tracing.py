"""A trace must be the run it claims to show, to the bit."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from course_lib.batching import collate
from course_lib.corpora.pictures.captions import caption_pair
from course_lib.corpora.pictures.cells import cell_vocabulary
from course_lib.corpora.pictures.scenes import Scene, Shape
from course_lib.models import xu2015
from course_lib.search import greedy
from course_lib.seq2seq import default_max_length
from course_lib.traces import Trace
from course_lib.tracing import trace
from course_lib.vocabulary import EOS, SPECIAL_TOKENS, ReservedTokenError, UnknownTokenError, Vocabulary
from tests.oracles.models import HARD, MAKERS, PAIRS, SOURCE, TARGET, make
from tests.oracles.traces import random_trace


@pytest.mark.parametrize("name", MAKERS)
def test_a_traced_translation_is_the_untraced_one_to_the_bit(name):
    model, pair = make(name), PAIRS[0]
    traced = trace(model, pair.source)
    (translation,) = model.translate([pair.source])
    end = ("</s>",) if translation.finished else traced.target[len(translation.tokens) :]
    assert traced.target == translation.tokens + end
    given = collate([pair], SOURCE, TARGET)
    step, state = model.stepper(given.source, given.source_lengths)
    seen = []
    greedy(step, state, 1, default_max_length(len(pair.source)), on_step=lambda output, _: seen.append(output))
    assert np.array_equal(traced.states, torch.cat([o.state.top for o in seen]).float().numpy())
    parts = {"scores": "scores", "weights": "weights", "contexts": "context", "centres": "centre", "heads": "heads"}
    for field, part in parts.items():
        looks = [getattr(output.look, part, None) for output in seen]
        expected = None if looks[0] is None else torch.cat(looks).float().numpy()
        assert np.array_equal(getattr(traced, field), expected) if looks[0] is not None else expected is None
        assert (getattr(traced, field) is None) == (looks[0] is None)
    assert [len(row) for row in trace(model, pair.source, top=2).candidates] == [2] * len(traced.target)


@pytest.mark.parametrize("name", MAKERS)
def test_a_forced_trace_shows_the_rows_of_the_teacher_forced_run(name):
    model, pair = make(name), PAIRS[0]
    traced = trace(model, pair.source, pair.target)
    with torch.no_grad():
        output = model(collate([pair], SOURCE, TARGET))
    assert traced.forced and traced.finished and traced.target == (*pair.target, "</s>")
    np.testing.assert_allclose(traced.states, output.states[0].numpy(), rtol=1e-5, atol=1e-6)
    probabilities = torch.softmax(output.logits[0], dim=-1)
    words = [*TARGET.encode(pair.target), EOS]
    for i, candidates in enumerate(traced.candidates):
        assert [c.probability for c in candidates] == sorted((c.probability for c in candidates), reverse=True)
        best = int(probabilities[i].argmax())
        assert candidates[0].token == TARGET.tokens[best]
        assert candidates[0].probability == pytest.approx(float(probabilities[i, best]), rel=1e-4)
        assert len(candidates) == 5 and traced.target[i] == TARGET.tokens[words[i]]
    if output.weights is not None:
        np.testing.assert_allclose(traced.weights, output.weights[0].numpy(), rtol=1e-4, atol=1e-6)


def test_a_model_without_attention_has_no_weights_to_show():
    traced = trace(make("fixed"), PAIRS[0].source)
    assert traced.weights is None and traced.scores is None and traced.contexts is None


def test_a_trace_of_a_single_step_is_a_trace():
    traced = trace(make("bahdanau"), ["cat"], [])
    assert traced.target == ("</s>",) and traced.weights.shape == (1, 2) and traced.finished


def test_gold_and_links_travel_with_the_trace():
    traced = trace(make("bahdanau"), ["cat"], gold=["chat"], links=[(0, 0)])
    assert traced.gold == ("chat", "</s>") and traced.links == frozenset({(0, 0)})


@pytest.mark.parametrize("name", HARD)
def test_a_trace_says_where_hard_attention_looked(name):
    seen = set()
    for seed in range(4):
        traced = trace(make(name, seed).train(), PAIRS[2].source, PAIRS[2].target)
        assert traced.positions == tuple(traced.weights.argmax(1))
        seen |= set(traced.positions)
    assert len(seen) > 1  # or any constant would do
    assert trace(make("bahdanau"), PAIRS[2].source).positions is None
    with pytest.raises(ValueError, match="positions: expected"):
        replace(traced, positions=traced.positions[1:])


def test_a_trace_whose_rows_do_not_fit_its_words_is_refused():
    good = trace(make("bahdanau"), ["cat"], ["chat"])
    with pytest.raises(ValueError, match=r"weights: expected shape \(2, 2\)"):
        Trace(good.model, good.source, good.target, good.candidates, good.states, good.scores, good.weights.T[:1])
    with pytest.raises(ValueError, match="states: expected 2 rows"):
        Trace(good.model, good.source, good.target, good.candidates, good.states[:1])


@pytest.mark.parametrize("name", MAKERS)
def test_a_recorded_trace_comes_back_as_it_was(name):
    traced = trace(make(name), PAIRS[0].source, gold=PAIRS[0].target, links=[(0, 0), (1, 2)])
    again = Trace.from_record(json.loads(json.dumps(traced.to_record(digits=9))))
    for field in ("model", "source", "target", "positions", "gold", "links", "forced", "finished", "kind", "unknown"):
        assert getattr(again, field) == getattr(traced, field)
    for field in ("states", "scores", "weights", "contexts", "centres", "heads"):
        before, after = getattr(traced, field), getattr(again, field)
        assert (before is None) == (after is None)
        if before is not None:
            np.testing.assert_allclose(after, before, atol=1e-8)
    assert [[c.token for c in row] for row in again.candidates] == [[c.token for c in row] for row in traced.candidates]


def test_a_record_made_before_a_field_was_added_is_still_a_trace():
    """The front page and the benchmarks keep records for years; a new field broke them all."""
    record = trace(make("bahdanau"), PAIRS[0].source).to_record()
    for field in ("centres", "positions", "kind", "unknown", "heads"):
        del record[field]
    again = Trace.from_record(record)
    assert again.centres is None and again.positions is None
    assert again.kind == "words"


@pytest.mark.parametrize("name", ["fixed", "bahdanau", "luong-local-m"])
def test_an_unknown_word_is_an_error_or_shown_as_what_the_model_read(name):
    model, words, given = make(name), ("the", "zebra", "sees", "the", "gnu"), ("le", "zèbre", "noir")
    for source, target in ((words, None), (PAIRS[0].source, given), (words, given)):
        with pytest.raises(UnknownTokenError, match="not among"):
            trace(model, source, target)
    traced = trace(model, words, given, unknown="unk")
    assert traced.source == (*words, "</s>") and traced.target == ("le", "<unk>", "noir", "</s>")
    assert traced.unknown == {1, 4}
    assert traced.labels == ("the", "zebra (<unk>)", "sees", "the", "gnu (<unk>)", "</s>")
    other = trace(model, ("the", "okapi", "sees", "the", "kudu"), ("le", "okapi", "noir"), unknown="unk")
    assert np.array_equal(traced.states, other.states)  # one unknown word is another to the model
    (translation,) = model.translate([words], unknown="unk")
    assert trace(model, words, unknown="unk").target[: len(translation.tokens)] == translation.tokens
    again = Trace.from_record(json.loads(json.dumps(traced.to_record())))
    assert again.unknown == traced.unknown
    assert trace(model, PAIRS[0].source).unknown == frozenset()
    with pytest.raises(ValueError, match=r"unknown: expected source positions, 0 … 5, got \[6\]"):
        replace(traced, unknown=frozenset({6}))


@pytest.mark.parametrize("token", SPECIAL_TOKENS)
def test_a_reserved_token_is_no_word_of_a_traced_sentence(token):
    model = make("bahdanau")
    for source, target, gold in (
        (("the", token), None, None),
        (("the",), (token, "le"), None),
        (("the",), None, (token,)),
    ):
        with pytest.raises(ReservedTokenError, match="stands for no word"):
            trace(model, source, target, gold=gold, unknown="unk")
    with pytest.raises(ReservedTokenError, match="stands for no word"):
        model.translate([["the", token]], unknown="unk")


def test_a_picture_says_that_it_is_one():
    """Colons in words decided it once: 64 times of day would have been drawn as a picture."""
    scene = Scene((Shape("square", "red", 2, 1, 6),))
    pair = caption_pair(scene)
    words = Vocabulary.build([pair.target])
    captioner = xu2015(cell_vocabulary(), words, embedding=3, hidden=4, channels=2, features=3, attention_size=5)
    record = trace(captioner, pair.source, pair.target).to_record()
    assert record["kind"] == "picture"
    del record["kind"]  # as captions were recorded before
    assert Trace.from_record(record).kind == "picture"
    times = random_trace([*["12:30"] * 64, "</s>"])
    assert times.kind == Trace.from_record(times.to_record()).kind == "words"
    with pytest.raises(ValueError, match="kind: expected one of 'words', 'picture', got 'film'"):
        replace(times, kind="film")
