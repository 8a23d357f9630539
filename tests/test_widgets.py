"""The frames say what the trace says, and the sliders show the right frame.

nbval sees no widget, so the frames are compared with the trace here, as text.
"""

import json
import math
import re
from dataclasses import replace
from typing import Any

import ipywidgets
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ipywidgets.embed import dependency_state

from course_lib.notation import INK, WEIGHT
from course_lib.widgets import (
    Axis,
    batch_explorer,
    five_steps,
    grid_of_frames,
    step_through,
    step_through_training,
)
from course_lib.widgets import player as grid_module
from course_lib.widgets.frames import gold_word, step_frame, step_sentence
from course_lib.widgets.heatmap import heat_map_definition
from course_lib.widgets.style import CSS_VARIABLES, PAPER, stylesheet
from tests.oracles.colours import contrast, mixed
from tests.oracles.traces import SOURCE, TARGET, random_trace
from tests.pages import ROOM, Browser, scores_of, shown, soup, texts

# --- one frame


@pytest.mark.parametrize("step", range(len(TARGET)))
def test_a_frame_shows_the_weights_and_scores_of_its_own_step(step: int):
    trace = random_trace()
    frame = soup(step_frame(trace, step))
    assert texts(frame, ".src bdi") == list(trace.source)
    assert texts(frame, ".src b") == [shown(weight) for weight in trace.weights[step]]
    assert scores_of(frame) == [shown(score) for score in trace.scores[step]]
    tints = [float(chip.get("style", "--a:0").removeprefix("--a:")) for chip in frame.select(".src > span")]
    np.testing.assert_allclose(tints, trace.weights[step], atol=5e-3)


@pytest.mark.parametrize("step", range(len(TARGET)))
def test_a_frame_frames_the_word_of_its_step_and_ghosts_the_later_ones(step: int):
    frame = soup(step_frame(random_trace(), step))
    assert texts(frame, ".tgt bdi") == list(TARGET)
    assert texts(frame, ".tgt [aria-current=step]") == [TARGET[step]]
    assert texts(frame, ".tgt .now ~ bdi") == list(TARGET[step + 1 :])
    assert ".tgt .now~bdi{color:var(--c-muted);border:1px dashed" in stylesheet()


def test_a_frame_lists_the_candidates_and_marks_the_chosen_one_in_words():
    trace = random_trace()
    for step, frame in enumerate(soup(step_frame(trace, i)) for i in range(len(TARGET))):
        lines = [(line.bdi.get_text(), line.span.get_text()) for line in frame.select("li")]
        assert lines == [(c.token, shown(c.probability)) for c in trace.candidates[step]]
        marked = [line.bdi.get_text() for line in frame.select("li") if "✓ chosen" in line.get_text()]
        assert marked == [TARGET[step]]


def test_a_given_word_that_the_model_did_not_expect_is_still_listed():
    trace = random_trace(forced=True)
    unexpected = tuple(row[:1] for row in trace.candidates)
    frame = soup(step_frame(replace(trace, candidates=unexpected), 2))
    assert frame.select("li")[-1].get_text() == "noir·✓ given, less likely"


def test_the_reference_is_marked_only_while_the_words_before_are_its_own():
    gold = ("le", "&", "deux")  # parts from the target at the second word
    trace = random_trace(gold=gold)
    marked = [
        [t.parent.bdi.get_text() for t in soup(step_frame(trace, i)).select("em") if "★" in t.text] for i in range(4)
    ]
    assert marked == [["le"], ["&"], [], []]
    assert "Reference: le & deux" in soup(step_frame(trace, 0)).get_text()


def test_the_outlined_row_of_the_map_is_the_step_and_the_veil_lies_below_it():
    trace = random_trace()
    picture = soup(heat_map_definition(trace))
    lines = [float(t["y"]) for t in picture.select("g[text-anchor=end] text")]
    for step in range(len(TARGET)):
        frame = soup(step_frame(trace, step))
        outline, veil = frame.select_one("rect.row"), frame.select_one("rect.veil")
        top, height = float(outline["y"]), float(outline["height"])
        assert [i for i, y in enumerate(lines) if top < y < top + height] == [step]
        assert float(veil["y"]) == top + height
        assert float(veil["height"]) == height * (len(TARGET) - step - 1)
        assert frame.use["href"] == "#" + picture.select_one("defs > g")["id"]


def test_every_cell_of_the_map_is_as_strong_as_its_weight():
    trace = random_trace()
    drawing = soup(heat_map_definition(trace))
    frame = drawing.select_one("defs rect")
    left, top, side = float(frame["x"]), float(frame["y"]), float(frame["width"]) / len(SOURCE)
    drawn = np.zeros_like(trace.weights)
    for path in drawing.select("path"):
        for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)", path["d"]):
            i, j = int((float(y) - top) / side), int((float(x) - left) / side)
            assert (float(width), drawn[i, j]) == (side, 0)
            drawn[i, j] = float(path["opacity"])
    np.testing.assert_allclose(drawn, np.where(trace.weights >= 0.01, trace.weights**0.5, 0), atol=5e-3)


def test_a_long_sentence_costs_the_map_a_hundred_elements_not_thousands():
    """Every frame copies the map: with an element a cell, the browser spent half its time on it."""
    words = tuple(str(i) for i in range(40))
    assert len(soup(heat_map_definition(random_trace(words, words))).select("path")) <= 100


def test_two_traces_do_not_share_a_map():
    names = {soup(heat_map_definition(random_trace(seed=seed))).select_one("defs > g")["id"] for seed in (0, 1)}
    assert len(names) == 2


def test_the_sentence_says_where_the_weight_lies():
    weights = np.array([[0.02, 0.12, 0.81, 0.05]])
    trace = random_trace(("the", "black", "cat", "</s>"), ("chat",), weights=weights, scores=np.log(weights))
    assert step_sentence(trace, 0) == "Step 1 of 1: writing ‘chat’; looks at ‘cat’ 0.81 and ‘black’ 0.12."
    assert soup(step_frame(trace, 0, "Bahdanau")).select_one(".says").get_text() == "Bahdanau · " + step_sentence(
        trace, 0
    )


def test_without_attention_a_frame_shows_the_state_and_no_weight():
    frame = soup(step_frame(random_trace(attends=False), 3))
    assert "looks at nothing but its state" in frame.get_text()
    assert not frame.select(".src b, .m, .weight")
    assert "State s: length" in frame.get_text()


def test_the_vectors_are_those_of_the_step():
    trace = random_trace()
    frame = soup(step_frame(trace, 4))
    for name, vectors in (("Context c", trace.contexts), ("State s", trace.states)):
        assert f"{name}: length {shown(math.sqrt(float((vectors[4] ** 2).sum())))}, first 40 of" in frame.get_text()
    assert [path["d"].count("h1") for path in frame.select(".of-c path, .of-s path")] == [40, 40]  # as it says


def test_a_masked_score_is_minus_infinity_and_its_weight_zero():
    scores = np.array([[0.5, -np.inf]])
    frame = soup(step_frame(random_trace(("a", "b"), ("x",), scores=scores, weights=np.array([[1.0, 0.0]])), 0))
    assert scores_of(frame) == ["0.50", "\u2212∞"]
    assert texts(frame, ".src b") == ["1.00", "0.00"]


NASTY = ("<s>", "</s>", "<unk>", "&", "&amp;", "a<b>c", "'", '"', "</div>", "<script>alert(1)</script>")


@given(st.lists(st.sampled_from(NASTY) | st.text(min_size=1, max_size=6).filter(str.strip), min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_no_token_breaks_a_frame(tokens: list[str]):
    tokens = [t for t in tokens if t.isprintable()] or ["<s>"]
    frame = soup(step_frame(random_trace(tokens, tokens), 0, title="a & <b>"))
    assert texts(frame, ".src bdi") == tokens
    assert texts(frame, ".tgt bdi") == tokens
    assert not frame.select("s, script, unk")
    assert len(frame.select(".course-frame > .main, .course-frame > .side")) == 2


@pytest.mark.parametrize(
    ("word", "way"), [("قطة", "rtl"), ("חתול", "rtl"), ("cat", "ltr"), ("बिल्ली", "ltr"), ("猫", "ltr")]
)
def test_words_run_in_the_direction_of_their_script(word: str, way: str):
    frame = soup(step_frame(random_trace((word, "</s>"), ("<s>", word)), 0))
    assert frame.select_one(".src")["dir"] == way
    assert frame.select_one(".tgt")["dir"] == "ltr"  # <s> begins with a letter: it decides
    assert frame.select_one(".src bdi").get_text() == word


@pytest.mark.parametrize("step", [-1, 12])
def test_a_step_outside_the_trace_is_refused(step: int):
    with pytest.raises(IndexError, match=r"step: expected 0 … 11"):
        step_frame(random_trace(), step)


# --- sliders over frames, in the reader's browser


def grid(rows: int, columns: int) -> list[list[str]]:
    return [[f"<p>{i} {j}</p>" for j in range(columns)] for i in range(rows)]


def axis(name: str, count: int, **options: Any) -> Axis:
    return Axis(name, [f"{name} {i}" for i in range(count)], **options)


def test_one_slider_shows_every_frame():
    page = Browser(grid_of_frames(["a", "b", "c"], [axis("Step", 3)]))
    assert page.frame() == "a"
    for index, frame in enumerate("abc"):
        page.move(0, index)
        assert page.frame() == frame


def test_two_sliders_leave_each_other_alone():
    frames = grid(3, 4)
    page = Browser(grid_of_frames(frames, [axis("Training", 3, start=2), axis("Step", 4)]))
    assert page.frame() == frames[2][0]
    page.move(1, 3)
    for row in (0, 1, 2):
        page.move(0, row)
        assert page.frame() == frames[row][3]
    page.move(1, 1)
    assert page.frame() == frames[2][1]


def test_three_sliders_are_no_other_case():
    frames = [[[f"{i}{j}{k}" for k in range(2)] for j in range(3)] for i in range(2)]
    page = Browser(grid_of_frames(frames, [axis("a", 2), axis("b", 3), axis("c", 2)]))
    page.move(1, 2)
    page.move(2, 1)
    page.move(0, 1)
    assert page.frame() == "121"


def test_play_moves_the_slider_and_the_slider_moves_play():
    page = Browser(grid_of_frames(["a", "b", "c"], [axis("Step", 3, play=True)]))
    page.play(2)
    assert page.frame() == "c"
    page.move(0, 1)
    assert page.frame() == "b"
    play = next(m["state"] for m in page.models.values() if m["model_name"] == "PlayModel")
    assert (play["value"], play.get("min", 0), play["max"]) == (1, 0, 2)


@pytest.mark.parametrize("start", [(0, 0), (2, 1)])
def test_without_stack_the_kernel_swaps_the_frame(monkeypatch: pytest.MonkeyPatch, start: tuple[int, int]):
    monkeypatch.delattr(ipywidgets, "Stack")
    frames = grid(3, 4)
    player = grid_of_frames(frames, [axis("Training", 3, start=start[0]), axis("Step", 4, start=start[1], play=True)])
    stage = player.widget.children[-1]
    assert stage.value == frames[start[0]][start[1]]
    for i, j in ((1, 3), (0, 2), (2, 0)):
        player.sliders[0].index = i
        player.sliders[1].index = j
        assert stage.value == frames[i][j]


def test_every_control_has_a_name():
    player = grid_of_frames(grid(2, 2), [axis("Training", 2), axis("Step", 2, play=True)])
    controls = [
        m for m in dependency_state(player.widget).values() if m["model_name"] in ("SelectionSliderModel", "PlayModel")
    ]
    assert sorted(m["state"]["description"] for m in controls) == ["Play: Step", "Step", "Training"]


@pytest.mark.parametrize(
    ("frames", "axes", "message"),
    [
        (["a"], [], "at least one Axis"),
        (["a", "b"], [axis("Step", 3)], "'Step' has 3 labels; expected as many frames, got 2"),
        ("ab", [axis("Step", 2)], "a single text"),
        ([["a", "b"], ["c"]], [axis("Run", 2), axis("Step", 2)], r"frames\[1\]: axis 'Step' has 2 labels"),
        ([1, 2], [axis("Step", 2)], r"frames\[0\]: expected HTML text, got int"),
        (["a", "b"], [Axis("Step", ["x", "x"])], "labels must differ"),
        (["a", "b"], [axis("Step", 2, start=2)], "start must lie in 0 … 1, got 2"),
    ],
)
def test_a_grid_that_does_not_fit_its_axes_is_refused(frames: Any, axes: list[Axis], message: str):
    with pytest.raises(ValueError, match=message):
        grid_of_frames(frames, axes)


def test_the_stylesheet_comes_once():
    html = [m["state"].get("value", "") for m in dependency_state(step_through(random_trace()).widget).values()]
    assert sum(str(value).count("<style>") for value in html) == 1


def test_all_sliders_of_a_notebook_share_one_stylesheet():
    """A page with twenty sliders carried it twenty times, a tenth of its weight."""
    first, second = (grid_of_frames(["a", "b"], [axis("Step", 2)]).widget.children[0] for _ in range(2))
    assert first is second and stylesheet() in first.value
    first.close()
    third = grid_of_frames(["a", "b"], [axis("Step", 2)]).widget.children[0]
    assert third is not first and third.comm is not None


# --- steps, training, print


def test_a_compact_frame_leaves_out_the_vectors_but_never_the_last_thing_to_see():
    for attends in (True, False):
        trace = random_trace(attends=attends)
        whole, compact = (soup(step_frame(trace, 3, compact=compact)) for compact in (False, True))
        assert bool(compact.select(".of-s, .of-c")) != attends
        for kept in (".says", ".src", ".tgt", "li", "svg.m"):
            assert list(map(str, compact.select(kept))) == list(map(str, whole.select(kept)))


def test_step_through_shows_every_step_of_the_trace():
    trace = random_trace()
    page = Browser(step_through(trace, title="Bahdanau"))
    for step in range(len(TARGET)):
        page.move(0, step)
        assert page.frame() == step_frame(trace, step, "Bahdanau")


def test_step_through_starts_where_it_is_told_and_nowhere_outside():
    """A front page that opens on the dullest step shows nothing of what it promises."""
    trace = random_trace()
    assert Browser(step_through(trace, start=2)).frame() == step_frame(trace, 2)
    with pytest.raises(ValueError, match="start must lie in"):
        step_through(trace, start=len(trace.target))


def test_a_sentence_of_twelve_steps_weighs_little():
    trace = random_trace()
    assert (len(trace.source), len(trace.target)) == (12, 12)
    player = step_through(trace, title="Bahdanau")
    assert len(json.dumps(dependency_state(player.widget))) + len(player.static.encode()) <= ROOM


def test_training_runs_from_the_first_snapshot_to_the_last():
    traces = {moment: random_trace(seed=moment, forced=True) for moment in (1000, 0, 100)}
    page = Browser(step_through_training(traces))
    assert page.frame() == step_frame(traces[1000], 0, "1,000 updates", compact=True)
    page.move(1, 5)
    for place, moment in enumerate((0, 100, 1000)):
        page.move(0, place)
        assert page.frame() == step_frame(traces[moment], 5, f"{moment:,} updates", compact=True)


def test_snapshots_of_different_sentences_are_refused():
    with pytest.raises(ValueError, match="snapshot at 0 updates has another source or target"):
        step_through_training({0: random_trace(target=("le", "</s>")), 1: random_trace()})
    with pytest.raises(ValueError, match="at least one snapshot"):
        step_through_training({})


def test_print_has_every_weight_that_matters_and_every_step_in_words():
    trace = random_trace()
    static = soup(step_through(trace).static)
    picture = static.svg
    assert picture["role"] == "img"
    assert "12 source words across, 12 target words down" in picture["aria-label"]
    written = [t.get_text() for t in picture.select("g[text-anchor=middle] text")]
    assert written == [f"{w:.2f}".removeprefix("0") for w in trace.weights.ravel() if w >= 0.05]
    assert texts(static, "li") == [step_sentence(trace, i) for i in range(len(TARGET))]


def test_what_a_cell_stores_is_the_same_every_time(monkeypatch: pytest.MonkeyPatch):
    def outputs() -> list[dict[str, Any]]:
        published: list[dict[str, Any]] = []
        monkeypatch.setattr(grid_module, "display", lambda data, raw: published.append(data))
        step_through(random_trace())._ipython_display_()
        return published

    first, second = outputs(), outputs()
    assert [set(data) for data in first] == [{"text/plain", grid_module.VIEW}, {"text/plain", "text/html"}]
    assert [data["text/plain"] for data in first] == [f"Step through: ‘{' '.join(SOURCE)}’"] * 2
    assert first[1] == second[1]
    assert first[1]["text/html"].startswith('<figure class="course-static"><style>')


# --- chapters 1 and 4

SOURCE_ROWS = [["the", "cat", "</s>"], ["yes", "</s>", "<pad>"]]
TARGET_IN = [["<s>", "le", "chat"], ["<s>", "oui", "<pad>"]]
TARGET_OUT = [["le", "chat", "</s>"], ["oui", "</s>", "<pad>"]]


def test_the_batch_shows_what_is_read_predicted_and_padding():
    page = Browser(batch_explorer(SOURCE_ROWS, TARGET_IN, TARGET_OUT))
    for i in range(3):
        page.move(0, i)
        frame = soup(page.frame())
        columns = [[row[i] for row in rows] for rows in (TARGET_IN, TARGET_OUT)]
        assert texts(frame, "td.now") == [word for column in columns for word in column]
        assert texts(frame, "td.pad") == ["<pad>"] * 3
        real = sum(word != "<pad>" for word in columns[1])
        assert f"Position {i + 1} of 3: {real} of 2 rows still predict a word" in frame.get_text()
    assert texts(frame, "li") == ["reads chat, must predict </s>", "padding: reads nothing, predicts nothing"]


@pytest.mark.parametrize(
    "rows",
    [
        (SOURCE_ROWS, TARGET_IN, [["le"], ["oui", "</s>"]]),
        (SOURCE_ROWS, TARGET_IN, [["le"], ["oui"]]),
        (SOURCE_ROWS[:1], TARGET_IN, TARGET_OUT),
        ([], TARGET_IN, TARGET_OUT),
    ],
)
def test_a_ragged_batch_is_refused(rows: Any):
    with pytest.raises(ValueError, match=r"[Ee]xpected"):
        batch_explorer(*rows)


QUERY, KEYS, VALUES = [1.0, -0.5], [[0.2, 0.1], [1.0, 0.4], [2.0, -1.0]], [[1.0, 0.0], [0.0, 1.0], [-1.0, 2.0]]


def twin(
    temperature: float, mask: tuple[bool, ...] = (True, True, True)
) -> tuple[list[float], list[float], list[float]]:
    """Scores, weights and context, number by number."""
    scores = [
        sum(q * k for q, k in zip(QUERY, key, strict=True)) if on else -math.inf
        for key, on in zip(KEYS, mask, strict=True)
    ]
    powers = [math.exp(score / temperature) for score in scores]
    weights = [power / sum(powers) for power in powers]
    context = [sum(w * value[m] for w, value in zip(weights, VALUES, strict=True)) for m in range(2)]
    return scores, weights, context


@pytest.mark.parametrize("mask", [(True, True, True), (True, False, True)])
@pytest.mark.parametrize("place", range(3))
def test_the_five_steps_are_the_calculation_by_hand(place: int, mask: tuple[bool, ...]):
    temperature = (0.5, 1.0, 3.0)[place]
    page = Browser(five_steps(["a", "b", "<pad>"], QUERY, KEYS, VALUES, mask=mask, temperatures=(0.5, 1.0, 3.0)))
    page.move(0, place)
    scores, weights, context = twin(temperature, mask)
    written = ["\u2212∞" if math.isinf(s) else shown(s) for s in scores]
    page.move(1, 1)
    assert texts(soup(page.frame()), "td .score") == written
    page.move(1, 2)
    assert texts(soup(page.frame()), ".bar b") == [shown(w) for w in weights]
    page.move(1, 3)
    products = [f"({', '.join(shown(w * x) for x in value)})" for w, value in zip(weights, VALUES, strict=True)]
    assert texts(soup(page.frame()), "td .context") == products
    page.move(1, 4)
    assert f"c = ({', '.join(shown(x) for x in context)})" in soup(page.frame()).get_text()


@pytest.mark.parametrize(("values", "letter"), [(VALUES, "v"), (KEYS, "h")], ids=["apart", "annotations"])
def test_a_value_apart_from_its_key_is_not_called_an_annotation(values: list[list[float]], letter: str):
    page = Browser(five_steps(["a", "b", "c"], QUERY, KEYS, values))
    page.move(1, 3)
    assert texts(soup(page.frame()), "th[scope=col]") == ["word", "weight α", f"value {letter}", f"α × {letter}"]
    page.move(1, 4)
    assert texts(soup(page.frame()), "th[scope=col]") == ["word", f"α × {letter}"]


def test_given_numbers_are_written_as_they_were_given():
    """Whole ones without decimals: with them the last column does not fit on a phone."""
    page = Browser(five_steps(["a", "b"], [1, 2], [[-10, 10], [0.5, 1]], [[-10, 10], [0, 0.25]]))
    page.move(1, 1)
    assert texts(soup(page.frame()), "td .source") == ["(−10, 10)", "(0.50, 1.00)"]
    page.move(1, 3)
    assert texts(soup(page.frame()), "td .source") == ["(−10, 10)", "(0.00, 0.25)"]


def test_the_temperature_starts_at_one_and_scores_may_be_given():
    player = five_steps(["a", "b", "c"], QUERY, KEYS, VALUES, scores=[0.0, 0.0, 0.0])
    assert player.sliders[0].value == "1"
    page = Browser(player)
    page.move(1, 2)
    assert texts(soup(page.frame()), ".bar b") == ["0.33"] * 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"keys": [[1.0, 2.0]]}, r"keys \(3, D\)"),
        ({"values": [1.0, 2.0, 3.0]}, r"values \(3, M\)"),
        ({"scores": [1.0]}, "scores: expected one a word"),
        ({"mask": [False, False, False]}, "at least one of them True"),
        ({"temperatures": [1.0, 0.0]}, "temperatures: expected a number above 0, got 0"),
        ({"temperatures": []}, "at least one"),
    ],
)
def test_numbers_that_do_not_fit_together_are_refused(change: dict[str, Any], message: str):
    fitting: dict[str, Any] = {"query": QUERY, "keys": KEYS, "values": VALUES}
    with pytest.raises(ValueError, match=message):
        five_steps(["a", "b", "c"], **{**fitting, **change})


# --- colours


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_colour_is_read_on_its_paper(theme: Any):
    for name, colour in CSS_VARIABLES.items():
        if name not in ("paper", "line"):
            assert contrast(colour.on(theme), PAPER.on(theme)) >= 4.5, name
            assert f"--c-{name}:{colour.on(theme)}" in stylesheet()


@pytest.mark.parametrize("weight", [0.05, 0.2, 0.3, 0.5, 0.84, 0.86, 1.0])
def test_a_weight_is_read_in_its_cell(weight: float):
    rest = 1 - weight
    trace = random_trace(("a", "b"), ("x",), weights=np.array([[weight, rest]]), scores=np.zeros((1, 2)))
    number = soup(step_through(trace).static).select_one("g[text-anchor=middle] text")
    assert (
        contrast(number.get("fill", "#000000").replace("#fff", "#ffffff"), mixed(WEIGHT, "light", weight**0.5)) >= 4.5
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_word_is_read_on_its_strongest_tint(theme: Any):
    assert "calc(var(--a,0)*36%)" in stylesheet()
    assert contrast(INK.on(theme), mixed(WEIGHT, theme, 0.36)) >= 4.5


# --- what a frame says


def test_a_frame_names_the_three_largest_weights_from_a_tenth_on_and_the_largest_in_any_case():
    words = ("a", "b", "c", "d", "</s>")
    for row, named in (
        ((0.25, 0.3, 0.11, 0.2, 0.14), "‘b’ 0.30, ‘a’ 0.25 and ‘d’ 0.20"),
        ((0.099, 0.5, 0.1, 0.25, 0.051), "‘b’ 0.50, ‘d’ 0.25 and ‘c’ 0.10"),
        ((0.09, 0.5, 0.09, 0.09, 0.09), "‘b’ 0.50"),
        ((0.03, 0.03, 0.04, 0.03, 0.03), "‘c’ 0.04"),  # local attention: weights that sum to less than one
        ((0.2, 0.2, 0.2, 0.2, 0.2), "‘a’ 0.20, ‘b’ 0.20 and ‘c’ 0.20"),  # of equals the first
        ((0.3, 0.1, 0.1, 0.1, 0.3), "‘a’ 0.30, ‘</s>’ 0.30 and ‘b’ 0.10"),  # which an unstable sort does not give
    ):
        weights = np.array([row])
        trace = random_trace(words, ("x",), weights=weights, scores=np.log(weights))
        assert step_sentence(trace, 0) == f"Step 1 of 1: writing ‘x’; looks at {named}."
    forced = replace(trace, forced=True)
    assert step_sentence(forced, 0).startswith("Step 1 of 1: predicting ‘x’ (given); looks at ")


def test_a_given_word_is_no_mark_of_the_reference_and_a_given_sentence_not_told_twice():
    gold = (TARGET[0], "&", *TARGET[2:])
    chosen = soup(step_frame(random_trace(gold=gold), 1))
    assert [t.parent.bdi.get_text() for t in chosen.select("em") if "★" in t.text] == ["&"]
    given = random_trace(gold=TARGET, forced=True)
    for step in range(len(TARGET)):
        frame = soup(step_frame(given, step))
        assert [mark.get_text() for mark in frame.select("em")] == ["✓ given"]
        assert "Reference" not in frame.get_text() and "None" not in frame.get_text()


@pytest.mark.parametrize(("entries", "told"), [(40, "40 entries"), (41, "first 40 of 41 entries")])
def test_a_fixed_vector_is_shown_after_the_state(entries: int, told: str):
    frame = soup(step_frame(random_trace(attends=False, contexts=np.full((len(TARGET), entries), 0.5)), 3))
    shown_last = frame.select(".side > div")[-1]
    assert shown_last.get_text() == f"Fixed vector: length {shown(0.5 * entries**0.5)}, {told}"


@pytest.mark.parametrize("end", [(), ("</s>",)])
def test_the_reference_ends_where_the_translation_may_end_too(end: tuple[str, ...]):
    trace = random_trace(target=("le", "chat", "noir", "</s>"), gold=("le", "chat", *end))
    assert [gold_word(trace, step) for step in range(4)] == ["le", "chat", "</s>", None]


def test_the_sentence_of_a_frame_sets_its_number_and_its_words_apart():
    says = soup(step_frame(random_trace(("a", "<b>"), ("x",), weights=np.array([[0.2, 0.8]])), 0)).select_one(".says")
    assert texts(says, "b") == ["Step 1 of 1"] and texts(says, "bdi") == ["x", "<b>", "a"]


def test_the_bars_of_all_steps_have_one_scale():
    """A bar as high as its neighbour at another step means a number as large."""
    trace = replace(random_trace(), states=np.array([[1.0, -0.5], [0.25, 0.5]] * 6))
    for step, path in ((0, "M0 0V-10h1V5h1V0z"), (1, "M0 0V-2h1V-5h1V0z")):
        assert soup(step_frame(trace, step)).select(".of-s path")[0]["d"] == path
