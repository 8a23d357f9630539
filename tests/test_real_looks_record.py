"""Where the models of real languages look: the record of chapter 14 shows every sentence that was written for it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from course_lib import results
from course_lib.corpora.text import tokenise
from course_lib.metrics import aer
from course_lib.traces import Trace

RECORD = results.load("real_looks")
CAPTIONS = {key: of for key, of in RECORD.items() if key.startswith("multi30k")}
LINKS = {key: of for key, of in RECORD.items() if key.startswith("tatoeba")}


@pytest.fixture
def real_looks(script_of: Callable[[str], Any]) -> Any:
    return script_of("real_looks")


@pytest.mark.parametrize("key", CAPTIONS)
def test_a_sentence_that_came_out_badly_has_been_left_out(key: str, real_looks: Any) -> None:
    traces = [Trace.from_record(one).in_words() for one in CAPTIONS[key]["traces"]]
    assert [one.source[:-1] for one in traces] == [tuple(tokenise(sentence)) for sentence in real_looks.OWN]
    for one in traces:
        assert one.weights is not None
        np.testing.assert_allclose(one.weights.sum(1), 1, atol=0.02)  # of weights with three decimals


@pytest.mark.parametrize("key", LINKS)
def test_the_links_are_those_of_a_language_that_is_asked(key: str, real_looks: Any) -> None:
    of = LINKS[key]
    assert of["settings"]["language"] == real_looks.LANGUAGES[key.split(", ")[1]]
    assert of["pairs"] > 20 and of["pairs"] + of["left_out"] in (76, 87)
    low, high = of["aer"]["interval"]
    assert low <= of["aer"]["value"] <= high
    assert of["aer_of_the_diagonal"]["value"] > 0


def test_an_error_rate_loses_its_interval(real_looks: Any) -> None:
    found = aer([frozenset({(0, 0)}), frozenset({(1, 0)})], [frozenset({(0, 0)})] * 2, [frozenset({(0, 0)})] * 2, 50)
    numbers = real_looks.as_numbers(found)
    assert numbers["value"] == 50 and len(numbers["interval"]) == 2
