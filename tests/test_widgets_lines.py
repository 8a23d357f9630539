"""The lines of a look: from the right words, to the word of the step, as thick as the weights, and to nothing else."""

import re
from dataclasses import replace

import numpy as np
import pytest

from course_lib.vocabulary import PAD_TOKEN
from course_lib.widgets.frames import step_frame
from course_lib.widgets.style import LAYOUT, stylesheet
from tests.oracles.traces import SOURCE, TARGET, random_trace
from tests.pages import soup

ROW, FULL = 24, 14  # pixels: of a word's row, and of the line of weight 1


def drawn(frame) -> dict[tuple[int, int], float]:
    """Return the thickness of each line by the rows of its two ends."""
    found = {}
    for path in frame.select("svg.lines path"):
        numbers = [float(part) for part in re.findall(r"[\d.]+", path["d"])]
        (left, start), (right, end) = numbers[:2], numbers[-2:]
        assert (left, right) == (0, float(frame.select_one("svg.lines")["viewbox"].split()[2]))
        assert (start % ROW, end % ROW) == (ROW / 2, ROW / 2)
        found[int(start // ROW), int(end // ROW)] = float(path["stroke-width"])
    return found


@pytest.mark.parametrize("step", range(len(TARGET)))
def test_each_line_leads_from_its_word_to_the_step_and_is_as_thick_as_its_weight(step: int):
    trace = random_trace()
    expected = {(j, step): FULL * w for j, w in enumerate(trace.weights[step]) if w >= 0.02}
    found = drawn(soup(step_frame(trace, step)))
    assert found.keys() == expected.keys()
    assert [found[ends] for ends in expected] == pytest.approx(list(expected.values()), abs=0.051)


def test_a_weight_of_two_hundredths_is_the_least_that_has_a_line():
    weights = np.array([[0.019, 0.021, 0.96]])
    trace = random_trace(("a", "b", "c"), ("x",), weights=weights, scores=np.log(weights))
    assert set(drawn(soup(step_frame(trace, 0)))) == {(1, 0), (2, 0)}


@pytest.mark.parametrize("step", range(len(TARGET)))
def test_hard_attention_has_one_line_and_it_is_whole(step: int):
    """Its weight may be small, but what it took it took whole; and the other weights reach nothing."""
    positions = tuple((5 * i + 2) % len(SOURCE) for i in range(len(TARGET)))
    frame = soup(step_frame(random_trace(positions=positions), step))
    assert drawn(frame) == {(positions[step], step): FULL}


def test_padding_has_no_line_even_where_the_mask_is_missing():
    weights = np.array([[0.3, 0.4, 0.3]])
    trace = random_trace(("a", "</s>", PAD_TOKEN), ("x",), weights=weights, scores=np.log(weights))
    frame = soup(step_frame(trace, 0))
    assert set(drawn(frame)) == {(0, 0), (1, 0)}
    assert "0.30 of the weight lies on padding: no word, so no line." in frame.get_text()
    masked = replace(trace, weights=np.array([[0.5, 0.5, 0.0]]))
    assert "padding" not in soup(step_frame(masked, 0)).get_text()


def test_a_model_without_attention_has_no_line():
    assert not soup(step_frame(random_trace(attends=False), 3)).select("svg.lines")


@pytest.mark.parametrize(("S", "T"), [(3, 9), (9, 3)])
def test_the_drawing_is_as_high_as_the_longer_column(S: int, T: int):
    frame = soup(step_frame(random_trace([f"s{j}" for j in range(S)], [f"t{i}" for i in range(T)]), T - 1))
    picture = frame.select_one("svg.lines")
    assert picture["style"] == f"height:{ROW * 9}px"
    assert picture["viewbox"].split()[3] == str(ROW * 9)


def test_every_row_of_words_is_as_high_as_the_lines_believe():
    """Else the lines end beside the words, further off with every row."""
    for rows in (".look .src>span>*{", ".look .tgt bdi{"):
        (rule,) = re.findall(re.escape(".course-frame " + rows) + "([^}]*)", LAYOUT)
        assert f"height:{ROW}px" in rule
    assert ".look bdi{" in LAYOUT and "box-sizing:border-box" in LAYOUT.split(".look bdi{")[1].split("}")[0]
    look = LAYOUT.split(".course-frame .look{")[1].split("}")[0]
    assert "white-space:nowrap" in look
    assert "align-items:start" in look  # or the shorter column is drawn out to the height of the longer one


def test_lines_are_decoration_that_says_nothing_and_never_moves():
    trace = random_trace()
    frame = soup(step_frame(trace, 2))
    assert frame.select_one("svg.lines")["aria-hidden"] == "true"
    assert not frame.select_one("svg.lines").get_text()
    assert not re.search(r"transition|animation", stylesheet() + step_frame(trace, 2))


def test_lines_start_at_the_same_side_in_every_script():
    """The columns do not change places for a script that runs from right to left: the lines would miss them."""
    for source in (SOURCE, ("القطة", "السوداء", "</s>")):
        frame = soup(step_frame(random_trace(source), 0))
        look = frame.select_one(".look")
        assert [child.name for child in look.find_all(recursive=False)] == ["div", "svg", "div"]
        assert "dir" not in look.attrs
    assert "direction:ltr" in LAYOUT.split(".look .tgt{")[1].split("}")[0]  # or a short word stands far from its line
    assert frame.select_one(".src")["dir"] == "rtl"
