"""Coverage under a slider: each bar is the weight that a word has had before the step, added up by hand."""

from typing import Any

import ipywidgets
import numpy as np
import pytest

from course_lib.traces import Trace
from course_lib.widgets import coverage
from course_lib.widgets.frames import step_sentence
from tests.oracles.traces import SOURCE, TARGET, random_trace
from tests.pages import Browser, bytes_of, shown, soup, texts

WORDS, FRENCH = ("two", "cats", "and", "two", "dogs", "</s>"), ("deux", "chats", "chats", "et", "</s>")
LOOKS = np.array(
    [
        [0.5, 0.25, 0.0, 0.25, 0.0, 0.0],
        [0.25, 0.75, 0.0, 0.0, 0.0, 0.0],
        [0.0, 1.0, 0.0, 0.0, 0.0, 0.0],
        [0.0, 0.25, 0.75, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0, 0.25, 0.75],
    ]
)
GOLD = ("deux", "chats", "et", "deux", "chiens")


def seen(**fields: Any) -> Trace:
    given: dict[str, Any] = {"weights": LOOKS, "scores": np.zeros(LOOKS.shape), "gold": GOLD}
    return random_trace(WORDS, FRENCH, **{**given, **fields})


def before(weights: np.ndarray, step: int) -> list[float]:
    """Return the sums of the rows above ``step``, weight by weight."""
    return [sum(float(weights[i][j]) for i in range(step)) for j in range(weights.shape[1])]


def test_coverage_is_the_weight_before_the_step_and_starts_at_zero() -> None:
    trace = random_trace()
    for step in range(len(TARGET)):
        np.testing.assert_allclose(trace.coverage[step], before(trace.weights, step), atol=1e-12)
    assert not trace.coverage[0].any()
    np.testing.assert_allclose((trace.coverage[-1] + trace.weights[-1]).sum(), len(TARGET))
    assert random_trace(attends=False).coverage is None


@pytest.mark.parametrize("step", range(len(FRENCH)))
def test_each_bar_is_filled_by_the_steps_before_and_no_other(step: int) -> None:
    page = Browser(coverage({"a": seen()}))
    page.move(1, step)
    frame = soup(page.frame())
    assert texts(frame, ".src bdi") == list(WORDS)
    assert texts(frame, ".src i") == [shown(kappa) for kappa in before(LOOKS, step)]
    bars = [float(bar["style"].removeprefix("--k:")) for bar in frame.select(".src i")]
    np.testing.assert_allclose(bars, before(LOOKS, step), atol=5e-3)
    assert texts(frame, ".src b") == [shown(weight) for weight in LOOKS[step]]
    assert texts(frame, ".tgt [aria-current=step]") == [FRENCH[step]]
    assert len(frame.select(".lines path")) == np.count_nonzero(LOOKS[step])


def test_the_sentence_names_what_was_hardly_seen_and_what_too_often() -> None:
    page = Browser(coverage({"a": seen()}, title="Lists"))
    says = []
    for step in range(len(FRENCH)):
        page.move(1, step)
        says.append(soup(page.frame()).select_one(".says").get_text())
    assert says[0] == f"Lists · a · {step_sentence(seen(), 0)} " + (
        "Before it, less than half a look: 5 words; more than one and a half: none."
    )
    # before step 4: 0.75, 2, 0, 0.25, 0; the two that stands twice is told by its place
    assert says[3].endswith("less than half a look: ‘and’, ‘two’ (4) and ‘dogs’; more than one and a half: ‘cats’.")


def test_a_reference_word_is_written_once_for_each_time_it_stands_there() -> None:
    page = Browser(coverage({"a": seen()}))
    marks = []
    for step in range(len(FRENCH)):
        page.move(1, step)
        marks.append(texts(soup(page.frame()), ".said > span"))
    assert marks[0] == ["deux ✓", "chats …", "et …", "deux missing", "chiens missing"]
    assert marks[1] == ["deux ✓", "chats ✓", "et …", "deux missing", "chiens missing"]
    assert marks[4] == ["deux ✓", "chats ✓", "et ✓", "deux missing", "chiens missing"]
    beyond = "Written so far without a place in it: "
    assert beyond + "chats" in soup(page.frame()).get_text()
    page.move(1, 1)
    assert beyond not in soup(page.frame()).get_text()


@pytest.mark.parametrize("fields", [{"forced": True}, {"gold": None}])
def test_a_given_sentence_has_nothing_to_be_missing(fields: dict[str, Any]) -> None:
    assert not soup(Browser(coverage({"a": seen(**fields)})).frame()).select(".said")


def test_models_may_differ_in_length_and_each_shows_its_own_bars() -> None:
    short = seen()
    long = random_trace(WORDS, TARGET, seed=5)
    page = Browser(coverage({"without": short, "with": long}))
    page.move(1, 3)
    assert texts(soup(page.frame()), ".src i") == [shown(k) for k in before(LOOKS, 3)]
    page.move(0, 1)
    assert texts(soup(page.frame()), ".src i") == [shown(k) for k in before(long.weights, 3)]
    page.move(1, 9)
    page.move(0, 0)
    assert "No such step" in page.frame()


def test_without_stack_the_kernel_swaps_the_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(ipywidgets, "Stack")
    player = coverage({"a": seen(), "b": seen()})
    player.sliders[1].index = 2
    stage = player.widget.children[-1]
    assert texts(soup(stage.value), ".src i") == [shown(k) for k in before(LOOKS, 2)]


def test_print_has_all_that_each_word_was_given_and_every_step() -> None:
    static = soup(coverage({"a": seen(), "b": seen()}).static)
    assert texts(static.select("table")[1], "td") == [shown(sum(LOOKS[:, j])) for j in range(len(WORDS))]
    assert texts(static.select("ol")[0], "li") == [step_sentence(seen(), i) for i in range(len(FRENCH))]


@pytest.mark.parametrize(
    ("traces", "message"),
    [
        ({}, "at least one model's name"),
        ({"a": seen(), "b": random_trace()}, "'a' and 'b' have different sources"),
        ({"a": random_trace(attends=False)}, "no attention weights"),
        ({"a": seen(kind="picture")}, "for a picture use step_through"),
    ],
)
def test_traces_that_have_no_common_coverage_are_refused(traces: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        coverage(traces)


def test_a_frame_of_twelve_words_weighs_three_kilobytes() -> None:
    page = Browser(coverage({"a": random_trace(SOURCE, TARGET, gold=TARGET)}))
    page.move(1, 11)
    assert len(page.frame().encode()) <= 3_000
    assert bytes_of(coverage({"a": random_trace()})) <= 70_000
