"""NaN is no answer: every door that makes words or figures of a model's numbers says what came of it."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from course_lib.corpora.pairs import ParallelCorpus
from course_lib.evaluation import evaluate, evaluate_regions
from course_lib.finite import NotFiniteError, require_finite
from course_lib.history import History, Validation
from course_lib.interventions import pinned, tempered
from course_lib.plots import bars, curves, score_by_length, vectors_pca
from course_lib.plots.diagrams import Diagram
from course_lib.search import beam, forced, sample
from course_lib.search.scoring import Scoring
from course_lib.tracing import trace
from course_lib.training import Objective, Reinforce, TrainConfig, fit
from course_lib.vocabulary import BOS
from course_lib.widgets import five_steps
from tests.oracles.models import HARD, MAKERS, PAIRS, make
from tests.oracles.pictures import PAIRS as SCENES
from tests.oracles.pictures import captioner
from tests.oracles.traces import random_trace

WORDS, GIVEN = PAIRS[0].source, PAIRS[0].target
DIVERGED = r"NaN.*(diverged).*(earlier checkpoint).*(learning_rate)"


def diverged(name, part=""):
    """Return a model whose parameters, or those of its part of that name, are NaN."""
    model = make(name)
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if part in key:
                parameter.fill_(math.nan)
    return model


def drawn(model):
    source = torch.tensor([[*model.source_vocabulary.encode(WORDS), 2]])
    step, state = model.stepper(source, torch.tensor([source.shape[1]]))
    return sample(step, state, 1, 5)


def likelihood(model):
    source, target = (torch.tensor([[4, 5, 2]]) for _ in range(2))
    step, state = model.stepper(source, torch.tensor([3]))
    return forced(step, state, target)


DOORS = {
    "forced": likelihood,
    "greedy": lambda model: model.translate([WORDS, PAIRS[1].source]),
    "beam": lambda model: model.translate([WORDS], beam=3),
    "sample": drawn,
    "trace": lambda model: trace(model, WORDS),
    "forced trace": lambda model: trace(model, WORDS, GIVEN),
    "evaluate": lambda model: evaluate(model, PAIRS),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", ["fixed", "cho", "bahdanau", "luong-dot", "xu-over-words"])
def test_a_diverged_model_writes_no_empty_sentence_that_looks_finished(name, door):
    """argmax takes the first NaN, which was </s>: an empty translation, finished, exit code 0."""
    with pytest.raises(NotFiniteError, match=DIVERGED):
        DOORS[door](diverged(name))


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", [name for name in HARD if "dot" not in name])  # whose score has no parameters
def test_hard_attention_does_not_argmax_a_nan_away(name, door):
    """With NaN in the score alone it looked at the first word, and all that came after was plausible."""
    with pytest.raises(NotFiniteError, match=DIVERGED):
        DOORS[door](diverged(name, "attention"))


@pytest.mark.parametrize("name", ["bahdanau", "luong-general-hard"])
def test_training_that_diverges_is_told_so_and_not_by_a_sampler(name):
    corpus = ParallelCorpus("tiny", "x", "y", PAIRS, (), ())
    config = TrainConfig(steps=2, validate_every=None, progress=False, device="cpu")
    with pytest.raises(FloatingPointError, match=r"NaN|nan"):
        fit(diverged(name, "attention"), corpus, config)


def test_a_beam_with_one_nan_among_its_hypotheses_does_not_go_on_without_it():
    model = make("fixed")
    step, state = model.stepper(torch.tensor([[4, 2]]), torch.tensor([2]), copies=3)

    def broken(previous, before):
        output = step(previous, before)
        if int(previous[0]) != BOS:
            output.logits[1] = math.nan
        return output

    with pytest.raises(NotFiniteError, match=DIVERGED):
        beam(broken, state, 1, 3, 8)


def test_regions_are_not_read_off_nan_weights():
    model = captioner()
    with torch.no_grad():
        model.decoder.attention.v_a.fill_(math.nan)
    with pytest.raises(NotFiniteError, match=DIVERGED):
        evaluate_regions(model, SCENES)


@pytest.mark.parametrize("field", ["states", "scores", "weights", "contexts", "centres", "candidates"])
def test_no_map_and_no_slider_is_drawn_of_nan(field):
    good = random_trace(centres=np.ones(12))
    value = getattr(good, field)
    if field == "candidates":
        broken = ((replace(value[0][0], probability=math.nan), *value[0][1:]), *value[1:])
    else:
        broken = value.copy()
        broken.flat[3] = math.nan
    with pytest.raises(NotFiniteError, match=rf"{field}.*{DIVERGED}"):
        replace(good, **{field: broken})
    masked = good.scores.copy()
    masked[:, 2] = -np.inf
    assert np.isinf(replace(good, scores=masked).scores).any()  # a masked score is no fault


RUN = History(losses=(1.0, math.nan), validations=(Validation(2, 3.0, 1.0, 1.0),))
SCORED = History(losses=(1.0, 1.0), validations=(Validation(2, 3.0, 1.0, math.nan),))
FIGURES = {
    "curves": lambda: curves({"a model": [RUN]}),
    "a score of curves": lambda: curves({"a model": [SCORED]}),
    "score_by_length": lambda: score_by_length({"a model": [[1.0, math.inf]]}, ["short", "long"]),
    "bars": lambda: bars({"a model": [1.0, math.inf]}, label="BLEU"),
    "vectors_pca": lambda: vectors_pca([[1, 2], [3, math.nan], [4, 4]], "abc", "xxx"),
    "vector": lambda: Diagram(4, 2).vector([1.0, math.nan], (2, 1)),
    "grid": lambda: Diagram(4, 2).grid([[1.0, math.nan]], (2, 1)),
    "five_steps": lambda: five_steps(["a", "b"], [1, math.nan], [[1, 1], [1, 0]], [[1], [2]]),
    "values of five_steps": lambda: five_steps(["a", "b"], [1, 1], [[1, 1], [1, 0]], [[1], [math.nan]]),
    "scores of five_steps": lambda: five_steps(["a", "b"], [1], [[1], [1]], [[1], [2]], scores=[math.nan, 0]),
}


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_does_not_leave_a_nan_out_without_a_word(figure):
    """An undefined score (NaN in a table of scores) is drawn as the word "undefined": see test_undefined.py."""
    with pytest.raises(ValueError, match=r"NaN|infinite"):
        FIGURES[figure]()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_every_kind_of_number_is_looked_at(value):
    for given in (value, np.array([1.0, value]), np.array([[1, value]], dtype=np.float32)):
        with pytest.raises(NotFiniteError, match="the weights"):
            require_finite("the weights", given)
    require_finite("the weights", 1.0, np.ones((2, 2)), np.zeros(0))


OPTIONS = {
    "tempered": lambda x: tempered(make("bahdanau"), x).__enter__(),
    "pinned": lambda x: pinned(make("bahdanau"), x).__enter__(),
    "steps of pinned": lambda x: pinned(make("bahdanau"), 0, steps=[0, x]).__enter__(),
    "label_smoothing": lambda x: Objective(label_smoothing=x),
    "scheduled_sampling": lambda x: Objective(scheduled_sampling=x),
    "supervision": lambda x: Objective(supervision=x),
    "doubly_stochastic": lambda x: Objective(doubly_stochastic=x),
    "weight": lambda x: Reinforce(weight=x),
    "entropy": lambda x: Reinforce(entropy=x),
    "soft_start": lambda x: Reinforce(soft_start=x),
    "mixing": lambda x: Reinforce(mixing=x),
    "length_normalisation": lambda x: Scoring(x),
    "coverage_penalty": lambda x: Scoring(0.0, x),
    "temperature": lambda x: sample(None, None, 1, 1, temperature=x),
    "soften": lambda x: make("luong-general-hard").decoder.attention.soften(x),
    "window": lambda x: MAKERS["luong-local-m"](window=x),
    "window of curves": lambda x: curves({}, window=x),
    "top": lambda x: trace(make("fixed"), WORDS, top=x),
    "padding": lambda x: trace(make("fixed"), WORDS, padding=x),
    "max_length": lambda x: make("fixed").translate([WORDS], max_length=x),
    "max_length of a trace": lambda x: trace(make("fixed"), WORDS, max_length=x),
    "temperatures": lambda x: five_steps(["a"], [1], [[1]], [[1]], temperatures=(1.0, x)),
}


@pytest.mark.parametrize("value", [math.nan, math.inf, -1.0, True, "1"])
@pytest.mark.parametrize("option", OPTIONS)
def test_no_option_takes_a_number_that_is_none(option, value):
    """``tempered(nan)`` and ``supervision=nan`` passed their checks: NaN is below nothing. padding=-1 cut </s> off."""
    with pytest.raises(ValueError, match=r"expected (a|an|one|at|[0-9])"):
        OPTIONS[option](value)


@pytest.mark.parametrize("kind", [torch.float32, torch.float64])
@pytest.mark.parametrize("temperature", [1e-3, 1e-30, 5e-324, 1e300])
def test_any_temperature_gives_weights_that_sum_to_one(temperature, kind):
    model = make("luong-dot").to(kind)
    with tempered(model, temperature):
        weights = trace(model, WORDS, GIVEN).weights
    np.testing.assert_allclose(weights.sum(1), 1.0, rtol=1e-6)
    scores = trace(model, WORDS, GIVEN).scores
    if temperature < 1:
        assert (weights.argmax(1) == scores.argmax(1)).all() and weights.max() > 0.99
