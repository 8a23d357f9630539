"""A number that is none, or none of its kind, and what it would have done: a draw without end, a NaN as a rate."""

import inspect
import math
from collections.abc import Callable, Iterator
from dataclasses import fields
from functools import partial
from typing import Any, get_type_hints

import numpy as np
import pytest

from course_lib.alignment import ibm_model1
from course_lib.batching import encode_sources, epoch_batches
from course_lib.corpora import available, load
from course_lib.corpora.pairs import ParallelCorpus, SentencePair
from course_lib.corpora.pictures.cells import cell_vocabulary
from course_lib.corpora.subwords import Subwords
from course_lib.devices import seed_everything
from course_lib.evaluation import evaluate, spread, translations
from course_lib.metrics import aer, bleu, exact_match
from course_lib.models import CONSTRUCTORS, bahdanau2014
from course_lib.options import MOST_UNITS, MOST_WORDS, check_count, check_number, check_option, check_share
from course_lib.tracing import trace
from course_lib.training import Objective, Reinforce, TrainConfig
from course_lib.vocabulary import Vocabulary

WORDS = Vocabulary.build([["a", "b"]])
PAIR = SentencePair(("a",), ("b",))
MODEL = bahdanau2014(WORDS, WORDS, embedding=2, hidden=2)
NO_COUNTS = (2.5, math.nan, math.inf, -1, True, "3", 10**30, None, [3])
NO_RATES = (math.nan, math.inf, -math.inf, -1.0, True, "0.5", 10**400, None, 1j)


def numbers_of(function: Callable[..., Any], kind: type) -> list[str]:
    """Return the parameters that are annotated as ``kind``, alone or beside None."""
    signature = inspect.signature(function)
    hints = get_type_hints(getattr(function, "func", function))  # of a partial, those of what it calls
    kinds = (kind, kind | None)
    return [name for name in signature.parameters if name in hints and hints[name] in kinds]


def refused(call: Callable[..., Any], name: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"{name}: expected"):
        call(**{name: value})


def allows_none(function: Callable[..., Any], name: str) -> bool:
    return get_type_hints(getattr(function, "func", function))[name] in (int | None, float | None)


def corpora() -> Iterator[tuple[str, str, bool]]:
    for name in (
        "reversal",
        "copy",
        "dates",
        "numbers",
        "lists",
        "scenes",
        "phrasebook",
        "tsv",
        "tatoeba",
        "multi30k",
        "en-fr",
    ):
        make = _maker(name)
        for option in numbers_of(make, int):
            yield name, option, allows_none(make, option)


def _maker(name: str) -> Callable[..., Any]:
    from course_lib.corpora import _corpora

    return _corpora()[name]


@pytest.mark.parametrize(("name", "option", "optional"), list(corpora()))
def test_a_corpus_that_is_asked_for_no_number_answers_at_once(name: str, option: str, optional: bool) -> None:
    assert option in available()[name]
    extra = {"path": "phrasebook.txt"} if name in ("tsv", "tatoeba", "multi30k") else {}
    for value in NO_COUNTS:
        if value is not None or not optional:
            refused(lambda **given: load(name, **extra, **given), option, value)


@pytest.mark.parametrize("wrong", ["", "  ", "a\0b", 3.5, True, b"pairs.txt", ["pairs.txt"]])
def test_what_names_no_file_is_refused(wrong: object) -> None:
    for name, option in (("tsv", "path"), ("tatoeba", "path"), ("tatoeba", "cache"), ("multi30k", "path")):
        refused(partial(load, name), option, wrong)


@pytest.mark.parametrize("name", ["", None, 3, ["copy"], "Copy"])
def test_what_names_no_corpus_is_refused_with_those_that_there_are(name: Any) -> None:
    with pytest.raises(ValueError, match=r"Unknown corpus .* There is: 'en-fr'"):
        load(name)


@pytest.mark.parametrize("name", CONSTRUCTORS)
def test_a_model_takes_no_size_and_no_rate_that_is_none(name: str) -> None:
    make = CONSTRUCTORS[name]
    words = cell_vocabulary() if name == "xu" else WORDS
    sizes, rates = numbers_of(make, int), numbers_of(make, float)
    assert "hidden" in sizes and rates == ["dropout"]
    for size in sizes:
        for value in (*NO_COUNTS, MOST_UNITS + 1):
            if value is not None or not allows_none(make, size):
                refused(lambda **given: make(words, WORDS, **given), size, value)
    for value in (*NO_RATES, 1.0):
        refused(lambda **given: make(words, WORDS, **given), "dropout", value)


def test_a_setting_of_a_training_that_is_no_number_is_refused_before_the_training() -> None:
    counts, rates = numbers_of(TrainConfig, int), numbers_of(TrainConfig, float)
    assert len(counts) >= 7 and len(rates) >= 2
    for name, wrong in [(name, NO_COUNTS) for name in counts] + [(name, NO_RATES) for name in rates]:
        for value in wrong:
            if value is not None or not allows_none(TrainConfig, name):
                refused(lambda **given: TrainConfig(**{"steps": 1, **given}), name, value)


@pytest.mark.parametrize("settings", [Objective, Reinforce])
def test_a_weight_of_the_objective_that_is_no_number_is_refused(settings: type) -> None:
    for field in fields(settings):
        if field.type in (float, "float"):
            for value in NO_RATES:
                refused(settings, field.name, value)


CALLS: dict[str, tuple[Callable[..., Any], str]] = {
    "build min_count": (lambda **n: Vocabulary.build([["a"]], **n), "min_count"),
    "build max_size": (lambda **n: Vocabulary.build([["a"]], **n), "max_size"),
    "corpus min_count": (lambda **n: ParallelCorpus("x", "x", "x", (PAIR,), (), ()).vocabularies(**n), "min_count"),
    "translate max_length": (lambda **n: MODEL.translate([["a"]], **n), "max_length"),
    "translate beam": (lambda **n: MODEL.translate([["a"]], **n), "beam"),
    "beam width": (lambda **n: MODEL.beam_search([["a"]], **n), "width"),
    "beam n_best": (lambda **n: MODEL.beam_search([["a"]], 2, **n), "n_best"),
    "evaluate batch_size": (lambda **n: evaluate(MODEL, [PAIR], **n), "batch_size"),
    "evaluate bootstrap": (lambda **n: evaluate(MODEL, [PAIR], **n), "bootstrap"),
    "translations batch_size": (lambda **n: translations(MODEL, [PAIR], **n), "batch_size"),
    "bleu": (lambda **n: bleu([["a"]], [["a"]], **n), "bootstrap"),
    "exact match": (lambda **n: exact_match([["a"]], [["a"]], **n), "bootstrap"),
    "aer": (lambda **n: aer([{(0, 0)}], [{(0, 0)}], [{(0, 0)}], **n), "bootstrap"),
    "spread": (lambda **n: spread([PAIR], **n), "count"),
    "batches": (lambda **n: epoch_batches([PAIR], seed=1, epoch=0, **n), "batch_size"),
    "model 1": (lambda **n: ibm_model1([PAIR], **n), "iterations"),
    "subwords": (lambda **n: Subwords.train([["a"]], **n), "size"),
    "trace top": (lambda **n: trace(MODEL, ["a"], **n), "top"),
    "trace padding": (lambda **n: trace(MODEL, ["a"], **n), "padding"),
    "trace max_length": (lambda **n: trace(MODEL, ["a"], **n), "max_length"),
    "seed": (seed_everything, "seed"),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_count_that_is_none_is_refused_by_its_name(call: str) -> None:
    function, name = CALLS[call]
    for value in NO_COUNTS:
        if value is not None or call not in ("spread", "build max_size", "translate max_length", "trace max_length"):
            refused(function, name, value)


@pytest.mark.parametrize("name", ["length_normalisation", "coverage_penalty"])
def test_a_weight_of_the_search_that_is_no_number_is_refused(name: str) -> None:
    for value in NO_RATES:
        refused(lambda **given: MODEL.beam_search([["a"]], 2, **given), name, value)


def test_a_whole_text_as_one_sentence_is_refused_before_a_model_works_at_it_for_minutes() -> None:
    encode_sources([["a"] * MOST_WORDS], WORDS)
    with pytest.raises(ValueError, match=r"holds 2,001 words, 'a a a a' …; .* 2,000 at most.*Split it"):
        MODEL.translate([["a"] * (MOST_WORDS + 1)])


def test_what_is_a_number_of_its_kind_passes_as_it_is() -> None:
    assert check_count("n", np.int64(3)) == 3 and type(check_count("n", np.int64(3))) is int
    assert check_count("n", 0, least=0) == 0 and check_count("n", 5, most=5) == 5
    assert check_number("x", np.float32(0.5)) == 0.5 and check_number("x", -2) == -2.0
    assert check_number("x", 0, least=0) == 0.0 and check_number("x", 1e-300, above=0) > 0
    assert check_share("p", 1) == 1.0 and check_share("p", 0, whole=False) == 0.0


def check_n(value: object) -> int:
    return check_count("n", value)


@pytest.mark.parametrize(
    ("check", "value", "message"),
    [
        (check_n, 2.5, r"n: expected a whole number, 1 or more, got 2\.5\."),
        (check_n, 0, r"n: expected 1 or more, got 0\."),
        (lambda v: check_count("n", v, most=7), 8, r"n: expected at most 7, got 8\."),
        pytest.param(check_n, 10**5000, r"n: expected at most 1,000,000,000, got a number of thousands", id="huge"),
        (lambda v: check_number("x", v, above=0), 0, r"x: expected a number above 0, got 0\."),
        (lambda v: check_number("x", v, least=0), -1, r"x: expected a number of 0 or more, got -1\."),
        (lambda v: check_number("x", v), math.nan, r"x: expected a number, got nan\."),
        (lambda v: check_share("p", v), 1.01, r"p: expected a share from 0 to 1, got 1\.01\."),
        (
            lambda v: check_share("p", v, whole=False),
            1.0,
            "p: expected a share from 0 up to but not including 1",
        ),
        (lambda v: check_option("o", v, (0, 1)), True, r"o: expected one of 0, 1, got True\."),
        (lambda v: check_option("o", v, ("a",)), ["a"], r"o: expected one of 'a', got \['a'\]\."),
        (lambda v: check_option("o", v, ("a",)), "b" * 500, r"o: expected one of 'a', got 'b{75} …\.$"),
    ],
)
def test_a_wrong_value_is_told_what_was_expected(check: Callable[[Any], Any], value: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check(value)
