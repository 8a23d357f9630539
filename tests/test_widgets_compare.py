"""A second slider over traces, and the window of local attention."""

from dataclasses import replace

import numpy as np
import pytest
from ipywidgets.embed import dependency_state

from course_lib.widgets import compare, step_through, step_through_models
from course_lib.widgets.frames import step_frame, step_sentence
from tests.oracles.traces import SOURCE, TARGET, random_trace
from tests.pages import ROOM, Browser, bytes_of, scores_of, shown, soup, texts

WORDS = ("a", "b", "c", "d", "e", "</s>")
CENTRES = np.array([0.7, 4.2, 6.0])  # near the edge, between words, past the end: p_t may reach S
INSIDE = ((0, 1, 2), (3, 4, 5), (4, 5))  # D = 1, around the nearest position there is


def local_trace():
    """A trace of local attention, its windows written out by hand."""
    scores = np.full((3, 6), -np.inf)
    weights = np.zeros((3, 6))
    for i, places in enumerate(INSIDE):
        scores[i, list(places)] = [0.5 * j - 1 for j in places]
        weights[i, list(places)] = 0.9 / len(places)
    return random_trace(WORDS, ("x", "y", "</s>"), scores=scores, weights=weights, centres=CENTRES)


# --- local attention


@pytest.mark.parametrize("step", range(3))
def test_the_window_is_marked_around_its_centre_and_nothing_is_scored_outside(step: int):
    frame = soup(step_frame(local_trace(), step))
    chips = frame.select(".src > span")
    assert [j for j, chip in enumerate(chips) if "in" in chip.get("class", [])] == list(INSIDE[step])
    outside = [j for j in range(6) if j not in INSIDE[step]]
    assert [j for j, said in enumerate(scores_of(frame)) if said == "–"] == outside
    assert scores_of(frame, ".src .in") == [shown(0.5 * j - 1) for j in INSIDE[step]]
    assert "∞" not in frame.get_text()


@pytest.mark.parametrize(("step", "word", "across"), [(0, "b", 0.2), (1, "e", 0.7), (2, "</s>", 1.0)])
def test_the_centre_points_at_its_place_on_the_nearest_word(step: int, word: str, across: float):
    (chip,) = soup(step_frame(local_trace(), step)).select(".src .at")
    assert chip.bdi.get_text() == word
    assert float(chip["style"].split("--p:")[1]) == pytest.approx(across, abs=1e-3)


def test_the_window_is_said_in_words():
    trace = local_trace()
    assert "; window around position 4.2; looks at ‘d’ 0.30" in step_sentence(trace, 1)
    assert "positions 3 to 5, counted from 0, around p = 4.2" in soup(step_frame(trace, 1)).get_text()
    assert "window" not in step_sentence(replace(trace, centres=None), 1)


def test_a_sentence_of_twelve_steps_through_a_window_weighs_little():
    trace = random_trace()
    centres = np.arange(12) + 0.2
    outside = abs(np.arange(12) - np.arange(12)[:, None]) > 2
    scores = np.where(outside, -np.inf, trace.scores)
    local = replace(trace, scores=scores, weights=np.where(outside, 0.0, trace.weights), centres=centres)
    assert bytes_of(step_through(local)) <= ROOM


# --- two sliders over traces


def test_models_and_steps_are_two_sliders_that_leave_each_other_alone():
    traces = {
        "dot": random_trace(seed=1, forced=True),
        "fixed <v>": random_trace(seed=2, forced=True, attends=False),
        "local": random_trace(seed=3, forced=True),
    }
    page = Browser(step_through_models(traces, title="Luong"))
    page.move(1, 7)
    for place, (name, trace) in enumerate(traces.items()):
        page.move(0, place)
        assert page.frame() == step_frame(trace, 7, f"Luong · {name}", compact=True)
    page.move(1, 2)
    assert page.frame() == step_frame(traces["local"], 2, "Luong · local", compact=True)
    assert soup(page.frame()).select_one(".says b").get_text() == "Luong · local"


def test_models_at_different_sentences_are_refused():
    short = random_trace(target=("le", "</s>"))
    with pytest.raises(ValueError, match="The trace of 'dot' has another source or target than the trace of 'concat'"):
        step_through_models({"dot": short, "concat": random_trace()})
    with pytest.raises(ValueError, match="at least one label"):
        step_through_models({})


def test_every_heat_map_that_a_frame_shows_is_there():
    traces = {str(seed): random_trace(seed=seed) for seed in (0, 1, 0)} | {"again": random_trace(seed=0)}
    player = compare(traces, over="Run")
    head = soup(player.widget.children[1].value)
    drawn = [group["id"] for group in head.select("defs > g")]
    page = Browser(player)
    for place in range(len(traces)):
        page.move(0, place)
        assert soup(page.frame()).use["href"].removeprefix("#") in drawn
    assert len(drawn) == len(set(drawn)) == 2


def test_a_shorter_trace_says_where_it_ended():
    short, long = random_trace(SOURCE[:3], ("le", "</s>")), random_trace()
    page = Browser(compare({"short": short, "long": long}, over="Length", start=1))
    page.move(1, 11)
    assert page.frame() == step_frame(long, 11, "long", compact=True)
    page.move(0, 0)
    for step in (2, 11):
        page.move(1, step)
        assert soup(page.frame()).get_text() == "short · No such step: this one took 2 steps, ‘le </s>’."
    page.move(1, 1)
    assert page.frame() == step_frame(short, 1, "short", compact=True)


def test_the_same_text_is_stored_once():
    player = compare({"short": random_trace(SOURCE[:3], ("le", "</s>")), "long": random_trace()}, over="Length")
    said = [m["state"].get("value", "") for m in dependency_state(player.widget).values()]
    assert sum("No such step" in str(value) for value in said) == 1


def test_print_has_every_trace_that_was_compared():
    traces = {"mask on": random_trace(seed=1), "mask off": random_trace(seed=2)}
    static = soup(compare(traces, over="Mask").static)
    sections = static.select("section")
    assert [section.figcaption.find(string=True) for section in sections] == ["mask on: ", "mask off: "]
    for section, trace in zip(sections, traces.values(), strict=True):
        assert texts(section, "li") == [step_sentence(trace, i) for i in range(len(TARGET))]
