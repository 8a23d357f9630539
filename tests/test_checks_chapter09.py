"""The checkers of chapter 9 accept right answers and name the usual mistakes."""

import re

import numpy as np
import pytest
import torch

from course_lib.attention import DotAttention, LocalAttention
from course_lib.checks import chapter09 as checks
from course_lib.checks.comparing import own_randomness
from tests.answers.chapter09 import (
    LENGTHS,
    RIGHT,
    STEPS,
    WRONG,
    jump,
    jump_on_the_way_out,
    nudged_coarsely,
    pull,
    window_of,
)
from tests.exercises import HANDED_IN, letter, mistakes_are_named, passes, right_answers_pass

test_a_right_answer_passes_and_an_empty_one_is_only_not_yet = right_answers_pass(RIGHT)
test_a_usual_mistake_is_named = mistakes_are_named(WRONG)


def test_a_nudge_of_a_thousandth_to_one_side_is_fine_enough():
    assert re.search("words 4 to 10 at .*: expected -0.7451, got -0.7454", letter(checks.check_pull, nudged_coarsely))


def test_the_context_or_its_slope_is_not_the_one_worked_out_with_a_pencil():
    """Softmax 1/8 2/8 4/8 1/8 over words 2 to 5, p = 4, D = 2: the weights and slopes of the chapter's page."""
    window = np.log([1, 2, 4, 1]).tolist(), [2, 3, 4, 5], 4, 2, np.eye(4).tolist()
    inner, rim = np.exp(-0.5), np.exp(-2)
    np.testing.assert_allclose(checks._context(*window), [rim / 8, inner / 4, 1 / 2, inner / 8], rtol=1e-12)
    np.testing.assert_allclose(checks._by_nudges(*window), [-rim / 4, -inner / 4, 0, inner / 8], atol=1e-8)


def look_from(centre, asked, keys, values, D):
    """Return the look of the library's local-p whose p is ``centre`` (1, 1) and no prediction."""
    size = asked.shape[-1]
    local = LocalAttention(DotAttention(size, size), size, D, predictive=True)
    local.centre = lambda *_: centre
    return local(asked, keys, values, torch.ones(values.shape[:2], dtype=torch.bool))


@pytest.mark.parametrize("p", [0.3, 3.4, 6.7])  # cut at the start, whole, cut at the end
def test_the_context_or_its_slope_is_not_that_of_local_p(p):
    """Eight words, D = 2; autograd finds the slope."""
    asked, keys, values = (torch.randn(1, rows, 3, dtype=torch.float64) for rows in (1, 8, 8))
    centre = torch.tensor([[p]], dtype=torch.float64)
    look = look_from(centre, asked, keys, values, 2)
    slopes = torch.autograd.functional.jacobian(
        lambda centre: look_from(centre, asked, keys, values, 2).context[0, 0], centre
    ).flatten()
    inside = look.scores[0, 0].isfinite().nonzero().flatten()
    window = look.scores[0, 0, inside], inside, p, 2, values[0, inside]
    plain = [one.tolist() if isinstance(one, torch.Tensor) else one for one in window]
    np.testing.assert_allclose(checks._context(*plain), look.context[0, 0], rtol=1e-10)
    np.testing.assert_allclose(checks._by_nudges(*plain), slopes, atol=1e-6)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("case", "hides"), [(0, "D is read off"), (4, "counted from the first")])
def test_a_wrong_slope_is_lost_in_what_is_drawn(seed, case, hides):
    """A whole window hides a D read off its width, one that begins the sentence a place counted from there."""
    D, first, W, p, M = checks._WINDOWS[case]
    with own_randomness(seed):
        scores, positions, values = checks._a_window(first, W, M)
        right = pull(scores, positions, p, D, values).numpy()
        others = checks._other_slopes(scores, positions, p, D, values)
    wrong = {why: np.asarray(other() if callable(other) else other) for why, other in others.items()}
    same = [
        why
        for why, other in wrong.items()
        if other.shape == right.shape and np.abs(other - right).max() < 1e-3 * np.abs(right).max()
    ]
    assert len(same) == 1 and hides in same[0]


@pytest.mark.parametrize(("D", "first", "W", "p", "M"), checks._WINDOWS)
def test_a_window_of_the_check_is_not_one_that_local_p_has(D, first, W, p, M):
    """At its start and at its end it is cut off by an edge, or has D places beside the nearest."""
    assert first == max(round(p) - D, 0) and first + W - 1 <= round(p) + D


def test_the_windows_of_the_check_hide_a_sigma_or_an_edge():
    widths = [D for D, *_ in checks._WINDOWS]
    assert len(set(widths)) == 5 and {first for _, first, *_ in checks._WINDOWS} > {0}
    assert any(first + W - 1 < round(p) + D for D, first, W, p, _ in checks._WINDOWS)


def with_jump_of(size):
    """All the others' values so large that their weights, all before and none after, move the context by ``size``."""
    scores, values, p, D = jump()
    bell = np.exp(-((np.arange(5) - p) ** 2) / 2).mean()
    return lambda: (scores, np.where(values > 0, size / bell, 0), p, D)


@pytest.mark.parametrize(("size", "is_enough"), [(0.499, False), (0.501, True)])
def test_a_jump_of_half_is_measured_wrongly(size, is_enough, capsys):
    if is_enough:
        assert passes(checks.check_jump, with_jump_of(size), capsys)
    else:
        assert "the context moves by 0.499" in letter(checks.check_jump, with_jump_of(size))


@pytest.mark.parametrize(("slope", "is_small"), [(0.98, True), (1.02, False)])
def test_a_slope_of_one_is_measured_wrongly(slope, is_small, capsys):
    """Half the weight is on word 3, half a place from p: a value v there alone has slope v e^(−1/8) / 4."""
    scores = np.array([0, 0, 0, np.log(4), 0, 60, 0])  # of words 0 to 4 word 3 has a half
    values = np.array([0, 0, 0, slope * 4 / np.exp(-1 / 8), 0, 0, 0])

    def answer():
        return scores, values, 2.5, 2

    if is_small:
        assert passes(checks.check_jump, answer, capsys)
    else:
        assert "just below p its slope is 1.02" in letter(checks.check_jump, answer)


@pytest.mark.parametrize("offset", [-0.9e-6, 0.9e-6])
def test_a_p_a_hair_beside_the_change_is_refused(offset, capsys):
    scores, values, p, D = jump()
    assert passes(checks.check_jump, lambda: (scores, values, p + offset, D), capsys)
    assert "the nearest place is" in letter(checks.check_jump, lambda: (scores, values, p + 2 * offset, D))


@pytest.mark.parametrize("answer", [jump, jump_on_the_way_out])
def test_local_p_does_not_jump_where_the_answer_does(answer):
    """The library's layer, from one side of p to the other."""
    scores, values, p, D = (torch.as_tensor(one).double() for one in answer())
    contexts = []
    for step in (-1e-6, 1e-6):
        asked, keys = torch.ones(1, 1, 1, dtype=torch.float64), scores[None, :, None]
        look = look_from((p + step).reshape(1, 1), asked, keys, values[None, :, None], int(D))
        contexts.append(look.context.item())
        side = checks._Side(scores.numpy(), values.numpy(), float(p + step), int(D))
        assert side.context == pytest.approx(contexts[-1], rel=1e-9)
    assert abs(contexts[1] - contexts[0]) > 0.5


@pytest.mark.parametrize("D", [1, 2, 3, 8])
def test_a_right_version_has_another_window_than_local_m(D):
    """Where the library's own weights are not zero."""
    lengths = torch.tensor(LENGTHS)
    mask = torch.arange(8) < lengths[:, None]
    memory, asked = torch.randn(3, 8, 4), torch.randn(3, STEPS, 4)
    local = LocalAttention(DotAttention(4, 4), 4, D, predictive=False)
    seen = (local(asked, local.project_keys(memory), memory, mask).weights > 0).tolist()
    assert seen == window_of(STEPS, LENGTHS, D)
    for name, windows in checks._RIGHT_WINDOWS.items():
        assert windows(STEPS, lengths, D).tolist() == seen, name


def test_a_bug_changes_nothing_that_a_test_could_see_or_two_bugs_are_one():
    seen = {
        name: str([windows(STEPS, LENGTHS, D).tolist() for D in (1, 3)])
        for name, windows in checks._SICK_WINDOWS.items()
    }
    assert str([window_of(STEPS, LENGTHS, D) for D in (1, 3)]) not in seen.values()
    assert len(set(seen.values())) == len(seen)


def drawn(rows):
    return ["".join("01"[int(one)] for one in row) for row in rows]


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("no look back", ["1100", "0110", "0011", "0001", "0001"]),
        ("no look ahead", ["1000", "1100", "0110", "0011", "0011"]),
        ("one place short on the right", ["1000", "1100", "0110", "0011", "0011"]),
        ("one place too many on both sides", ["1110", "1111", "1111", "0111", "0111"]),
        ("2 to each side whatever D is", ["1110", "1111", "1111", "0111", "0111"]),
        ("one place ahead of the step", ["1110", "0111", "0011", "0011", "0011"]),
        ("one place behind the step", ["1100", "1100", "1110", "0111", "0011"]),
        ("round the start to the end", ["1101", "1110", "0111", "0011", "0011"]),
        ("pushed inwards at the edges", ["1110", "1110", "0111", "0111", "0111"]),
        ("on past the end", ["1100", "1110", "0111", "0011", "0001"]),
        ("held one place too early", ["1100", "1110", "0111", "0111", "0111"]),
        ("`</s>` outside", ["1100", "1110", "0110", "0010", "0010"]),
    ],
)
def test_a_bug_is_not_what_its_name_says(name, rows):
    """One sentence of four places, five steps, D = 1."""
    got = checks._SICK_WINDOWS[name](5, [4], 1)
    assert drawn(got[0]) == rows


def test_a_bug_of_several_sentences_is_not_what_its_name_says():
    """Two and four places: the rows of the shorter."""
    shown = {
        name: drawn(checks._SICK_WINDOWS[name](4, [2, 4], 1)[0])
        for name in ("padding inside", "held where the longest sentence ends")
    }
    assert shown["padding inside"] == ["1100", "1110", "1110", "1110"]
    assert shown["held where the longest sentence ends"] == ["1100", "1100", "0100", "0000"]
    assert checks._SICK_WINDOWS["steps and places exchanged"](5, [2, 4], 1).shape == (2, 4, 5)


@pytest.mark.parametrize("given", HANDED_IN)
def test_windows_answers_arrays_with_tensors_or_breaks_on_lists(given):
    lengths = HANDED_IN[given](torch.tensor(LENGTHS, dtype=torch.float64))
    for name, windows in {**checks._RIGHT_WINDOWS, **checks._SICK_WINDOWS}.items():
        got = windows(steps=np.int64(STEPS), lengths=lengths, D=torch.tensor(2))
        assert isinstance(got, torch.Tensor), name
        assert isinstance(windows(STEPS, HANDED_IN["lists"](torch.tensor(LENGTHS)), 2), np.ndarray), name


@pytest.mark.parametrize("wrong", [(0, [3], 1), (4, [], 1), (4, [0], 1), (4, [[3]], 1), (4, [3], -1), (4, [3], 0.5)])
def test_windows_answers_what_is_no_window(wrong):
    with pytest.raises(ValueError, match="windows: expected a number of steps"):
        checks._RIGHT_WINDOWS["one that loops"](*wrong)
