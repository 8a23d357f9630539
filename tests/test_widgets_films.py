"""Films over models: what a swapped message changes, and where each model looks."""

from math import ceil
from typing import Any

import numpy as np
import pytest

from course_lib.traces import Candidate, Trace
from course_lib.widgets import looks_film, swap_film
from course_lib.widgets.heatmap import geometry
from tests.oracles.traces import random_trace
from tests.pages import Browser, soup, texts

# --- told of another sentence half-way

CAT, DOG = "the cat sleeps".split(), "a dog eats <fish>".split()
OUTPUTS = {
    "all routes": [
        "le chat dort . </s>".split(),
        "un chien mange du poisson </s>".split(),
        "le chien dort </s>".split(),
    ],
    "state alone": ["le chat dort . </s>".split()] * 3,
}


def frames(player: Any, models: int = 2, places: int = 3) -> list[list[Any]]:
    page, found = Browser(player), []
    for model in range(models):
        page.move(0, model)
        found.append([])
        for place in range(places):
            page.move(1, place)
            found[-1].append(soup(page.frame()))
    return found


def test_what_differs_from_the_undisturbed_word_of_its_place_is_marked_and_counted() -> None:
    shown = frames(swap_film(OUTPUTS, CAT, DOG, title="GRU"))
    assert [[texts(frame, "b > u") for frame in row] for row in shown] == [
        [[], ["un", "chien", "mange", "du", "poisson"], ["chien"]],
        [[], [], []],
    ]
    says = [[frame.select_one(".says").get_text() for frame in row] for row in shown]
    told = "Told of the other sentence from word {} on: {} of {} words {} from what it writes undisturbed"
    assert says[0] == [
        "GRU · all routes · Never told of the other sentence: this is what it writes undisturbed.",
        "GRU · all routes · " + told.format(1, 5, 5, "differ") + ".",
        "GRU · all routes · " + told.format(2, 1, 3, "differs") + ", and 1 is missing at the end.",
    ]
    assert says[1][2] == "GRU · state alone · " + told.format(2, 0, 4, "differ") + "."


def test_each_line_of_a_frame_is_whole_and_the_end_left_out() -> None:
    frame = frames(swap_film(OUTPUTS, CAT, DOG))[0][2]
    lines = [" ".join(texts(line, "bdi")) for line in frame.select(".main p[dir]")]
    assert lines == ["the cat sleeps", "a dog eats <fish>", "le chat dort .", "le chien dort"]


def test_print_of_a_swap_is_a_table_of_every_translation() -> None:
    table = soup(swap_film(OUTPUTS, CAT, DOG).static)
    assert [texts(row, "td") for row in table.select("tr")[1:4]] == [
        ["never", "le chat dort ."],
        ["word 1", "un chien mange du poisson"],
        ["word 2", "le chien dort"],
    ]
    assert texts(table.select("tr")[3], "b > u") == ["chien"]
    assert table.caption.get_text() == "Source: ‘the cat sleeps’; the other sentence: ‘a dog eats <fish>’"


def test_the_lines_below_keep_their_place_when_the_sentence_grows() -> None:
    shown = [frame for row in frames(swap_film(OUTPUTS, CAT, DOG, title="GRU")) for frame in row]
    longest = max(len(frame.select_one(".says").get_text()) for frame in shown)
    rooms = {frame.select_one(".growing")["style"] for frame in shown}
    assert rooms == {f"--wide:{ceil(longest / 90)};--narrow:{ceil(longest / 42)}"}


@pytest.mark.parametrize(
    ("outputs", "source", "message"),
    [
        ({}, CAT, "outputs: expected for each model"),
        ({"a": [["le"]]}, CAT, "got {'a': 1}"),
        ({"a": [["le"]] * 2, "b": [["le"]] * 3}, CAT, "got {'a': 2, 'b': 3}"),
        ({"a": [["le"]] * 2}, [], "source and other: expected lists of words"),
        ({"a": [["le"]] * 2}, "the cat", "source and other: expected lists of words"),
    ],
)
def test_a_swap_without_its_counterpart_is_refused(outputs: Any, source: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        swap_film(outputs, source, DOG)


def test_a_swap_of_a_word_weighs_one_kilobyte() -> None:
    long = [f"mot{i}" for i in range(12)]
    page = Browser(swap_film({"a": [long, long[::-1]]}, long, long))
    page.move(1, 1)
    assert len(page.frame().encode()) <= 1_800


# --- where each model looks

WORDS, FRENCH = ("the", "black", "cat", "</s>"), ("le", "chat", "noir", "</s>")
LINKS = frozenset({(0, 0), (2, 1), (0, 2), (1, 2)})
LOOKS = np.array([[0.7, 0.1, 0.1, 0.1], [0.1, 0.6, 0.3, 0.0], [0.1, 0.2, 0.1, 0.6], [0.0, 0.0, 0.1, 0.9]])
OWN = ("le", "noir", "noir", "</s>")  # what the model would write


def judged(**fields: Any) -> Trace:
    given: dict[str, Any] = {"weights": LOOKS, "scores": np.zeros((4, 4)), "links": LINKS, "forced": True}
    trace = random_trace(WORDS, FRENCH, **{**given, **fields})
    candidates = tuple((Candidate(word, 0.6), Candidate("un", 0.4)) for word in OWN)
    return Trace(**{**vars(trace), "candidates": candidates})


def test_the_film_tells_look_partner_and_next_word_of_each_word() -> None:
    says = [frame.select_one(".says").get_text() for frame in frames(looks_film({"15": judged()}), 1, 4)[0]]
    assert says == [
        "Trained on up to 15 · Word 1 of 4, ‘le’: most weight on its partner ‘the’ (word 1, 0.70); next word right.",
        "Trained on up to 15 · Word 2 of 4, ‘chat’: most weight on ‘black’ (word 2, 0.60); "
        "its partner is ‘cat’ (word 3, 0.30); next word wrong: ‘noir’.",
        "Trained on up to 15 · Word 3 of 4, ‘noir’: most weight on ‘</s>’ (word 4, 0.60); "
        "its partners are ‘the’ (word 1, 0.10) and ‘black’ (word 2, 0.20); next word right.",
        "Trained on up to 15 · Word 4 of 4, ‘</s>’: most weight on ‘</s>’ (word 4, 0.90); "
        "it has no gold partner; next word right.",
    ]


def test_the_source_shows_the_look_and_the_partners_of_its_own_model() -> None:
    other = judged(weights=LOOKS[::-1].copy())
    shown = frames(looks_film({"15": judged(), "40": other}), 2, 4)
    for row, weights in zip(shown, (LOOKS, LOOKS[::-1]), strict=True):
        for i, frame in enumerate(row):
            words = frame.select(".sentence > bdi")
            assert [word.get_text() for word in words] == list(WORDS)
            tints = [float(word.get("style", "--a:0").removeprefix("--a:")) for word in words]
            np.testing.assert_allclose(tints, weights[i], atol=5e-3)
            assert [j for j, w in enumerate(words) if "most" in w.get("class", [])] == [int(weights[i].argmax())]
            partners = [j for j, w in enumerate(words) if "partner" in w.get("class", [])]
            assert partners == sorted(j for j, at in LINKS if at == i)


def test_the_map_is_that_of_the_model_with_every_gold_link_outlined() -> None:
    player = looks_film({"15": judged(), "40": judged(weights=LOOKS[::-1].copy())})
    page = Browser(player)
    (hidden,) = (page.state(name)["value"] for name in page.models if "<defs>" in page.state(name).get("value", ""))
    drawn = soup(hidden)
    cell, left, top, _ = geometry(judged())
    maps = set()
    for model in (0, 1):
        page.move(0, model)
        cells, outlines = (tag["href"].removeprefix("#") for tag in soup(page.frame()).select("svg.m use"))
        maps.add(cells)
        assert outlines == f"{cells}-links" and drawn.find(id=cells)
        corners = [part.split("h")[0].split() for part in drawn.find(id=outlines).path["d"].split("M")[1:]]
        assert {((int(x) - left) // cell, (int(y) - top) // cell) for x, y in corners} == LINKS
    assert len(maps) == 2


def test_print_of_a_film_has_every_sentence_of_every_model() -> None:
    static = soup(looks_film({"15": judged(), "40": judged()}).static)
    assert len(static.select("svg")) == 2 and len(static.select("li")) == 8
    assert static.select("li")[1].get_text().endswith("next word wrong: ‘noir’.")


@pytest.mark.parametrize(
    ("traces", "message"),
    [
        ({}, "at least one label"),
        ({"15": judged(), "40": random_trace(links=frozenset(), forced=True)}, "another source or target"),
        ({"15": judged(weights=None, scores=None)}, "no attention weights"),
        ({"15": judged(kind="picture")}, "no attention weights over the words"),
        ({"15": judged(links=None)}, "no gold links"),
        ({"15": judged(forced=False)}, "was not forced"),
    ],
)
def test_traces_that_make_no_film_are_refused(traces: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        looks_film(traces)


def test_a_frame_of_a_long_sentence_weighs_two_kilobytes() -> None:
    words = tuple(f"word{j}" for j in range(27))
    trace = random_trace(words, words, links=frozenset((j, j) for j in range(27)), forced=True)
    page = Browser(looks_film({"15": trace}))
    for i in (0, 26):
        page.move(1, i)
        assert len(page.frame().encode()) <= 2_600
