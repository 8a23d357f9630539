"""The slider of the bug clinic: a bug's own map and numbers, and nothing of the sick model while the bug is off."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from course_lib.finite import NotFiniteError
from course_lib.widgets import Case, bug_switch
from course_lib.widgets.heatmap import heat_map_name
from tests.oracles.traces import random_trace
from tests.pages import ROOM, Browser, bytes_of, soup, texts

SOURCE, TARGET = ("the", "<big>", "car", "</s>"), ("la", "voiture", "</s>")
HEALTHY = random_trace(SOURCE, TARGET, seed=2)
LEVEL = replace(HEALTHY, weights=np.ones((3, 4)))
READINGS = {"right": ("92 %", "40 %"), "AER": ("5 %", "<60 %")}
PATIENTS = [
    Case("a & b", "every weight is 1.", ([4.0, 2.0, 1.0], [4.0, 3.0, 2.0]), (HEALTHY, LEVEL), READINGS),
    Case("loss", "padding counts.", ([4.0, 2.0, 1.0], [2.0, 1.0, 0.5]), readings={**READINGS, "AER": ("5 %",) * 2}),
]


def at(patient: int, on: int, **options: Any) -> Any:
    page = Browser(bug_switch(PATIENTS, **options))
    page.move(0, patient)
    page.move(1, on)
    return soup(page.frame())


def test_a_frame_says_which_patient_it_is_and_whether_the_bug_is_on() -> None:
    said = [at(k, on, title="Ward").select_one(".says").get_text() for k in (0, 1) for on in (0, 1)]
    healthy = "the healthy model. Switch the bug on, and look for what changes."
    assert said == [
        f"Ward · 1 of 2, a & b · bug off: {healthy}",
        "Ward · 1 of 2, a & b · bug on: every weight is 1.",
        f"Ward · 2 of 2, loss · bug off: {healthy}",
        "Ward · 2 of 2, loss · bug on: padding counts.",
    ]


def test_nothing_of_the_sick_model_is_seen_before_its_bug_is_on() -> None:
    """Else the answer stands there before the reader has looked for it."""
    for k, patient in enumerate(PATIENTS):
        off, on = at(k, 0), at(k, 1)
        healthy, sick = zip(*patient.readings.values(), strict=True)
        assert texts(off, "tr:not(:first-child) td") == [text for one in healthy for text in (one, "")]
        assert texts(on, "tr:not(:first-child) td") == [
            text for pair in zip(healthy, sick, strict=True) for text in pair
        ]
        assert texts(on, "th[scope=row]") == list(READINGS)
        assert len(off.select(".losses path")) == 1 and len(on.select(".losses path")) == 2


def test_the_map_is_that_of_the_model_of_the_frame() -> None:
    for on, look in enumerate((HEALTHY, LEVEL)):
        frame = at(0, on)
        assert [use["href"] for use in frame.select("svg.m use")] == [f"#{heat_map_name(look)}"]
    drawn = "".join(
        text
        for model in Browser(bug_switch(PATIENTS)).models.values()
        if isinstance(text := model["state"].get("value"), str) and "course-hidden" in text
    )
    assert {g["id"] for g in soup(drawn).select("g[id]")} == {heat_map_name(HEALTHY), heat_map_name(LEVEL)}
    for on in (0, 1):
        assert "touches no weight" in at(1, on).select_one(".side").get_text() and not at(1, on).select(".side svg")


def test_what_rows_sum_to_is_said_of_the_weights_shown() -> None:
    assert "Each row sums to 1.00." in at(0, 0).select_one(".side .k").get_text()
    assert "Each row sums to 4.00." in at(0, 1).select_one(".side .k").get_text()
    uneven = replace(HEALTHY, weights=np.array([[1.0, 0, 0, 0], [0.5, 0, 0, 0], [1.0, 1.0, 0.25, 0]]))
    page = Browser(bug_switch([replace(PATIENTS[0], looks=(uneven, uneven))]))
    assert "Rows sum to 0.50 … 2.25." in page.frame()


def test_curves_of_one_patient_share_a_scale_and_begin_left() -> None:
    """Two scales would lay a sick curve over the healthy one."""
    frame = at(1, 1)
    healthy, sick = (
        [tuple(map(float, point.split())) for point in re.split("[ML]", path["d"])[1:]]
        for path in frame.select(".losses path")
    )
    assert [x for x, _ in healthy] == [x for x, _ in sick] == [3, 120, 237]
    assert [y for _, y in healthy] == pytest.approx([3, 45, 66], abs=0.06)  # 87 is 0, 3 is the largest loss
    assert [y for _, y in sick] == pytest.approx([45, 66, 76.5], abs=0.06)
    assert texts(frame, ".main .k") == [
        "Training loss as printed, updates 100 to 300; bug off: 4.00 → 1.00; bug on: 2.00 → 0.50 (dashed: off)"
    ]
    assert frame.select(".losses path")[0]["class"] == ["healthy"]


def test_in_print_stands_every_reading() -> None:
    table = soup(bug_switch(PATIENTS, title="Ward").static).table
    assert table.caption.get_text() == "Ward · Each patient: bug off → bug on"
    _, first, second = (texts(row, "th, td") for row in table.select("tr"))
    assert first == ["a & b", "every weight is 1.", "92 % → 40 %", "5 % → <60 %"]
    assert second == ["loss", "padding counts.", "92 % → 40 %", "5 % → 5 %"]


def test_fourteen_patients_are_light_and_a_slider_begins_where_it_is_told() -> None:
    words = tuple(f"w{k}" for k in range(9))
    healthy = random_trace(words, words, seed=0)
    many = [
        Case(f"bug {k}", "x", ([2.0] * 15, [1.0] * 15), (healthy, random_trace(words, words, seed=k)), READINGS)
        for k in range(1, 15)
    ]
    player = bug_switch(many, start=3)
    assert bytes_of(player) < 2 * ROOM
    assert "4 of 14" in Browser(player).frame()


def test_what_cannot_be_switched_is_refused() -> None:
    one = PATIENTS[0]
    with pytest.raises(ValueError, match="patients: expected at least one, got none"):
        bug_switch([])
    with pytest.raises(ValueError, match="expected each name once, got a & b and a & b"):
        bug_switch([one, one])
    with pytest.raises(ValueError, match=r"expected right and AER of every patient.*'c' has none"):
        bug_switch([one, Case("c", "", one.losses)])
    with pytest.raises(ValueError, match=r"losses of 'c': expected two curves of as many numbers.*got 1 and 1"):
        Case("c", "", ([1.0], [1.0]))
    with pytest.raises(ValueError, match="got 2 and 3"):
        Case("c", "", ([1.0, 2.0], [1.0, 2.0, 3.0]))
    with pytest.raises(NotFiniteError, match="losses"):
        Case("c", "", ([1.0, 2.0], [1.0, float("nan")]))
    other = random_trace(SOURCE, ("le", "chat", "</s>"), seed=2)
    for looks in ((HEALTHY, other), (HEALTHY, None), (None, HEALTHY)):
        with pytest.raises(ValueError, match="looks of 'c': expected two of one sentence"):
            Case("c", "", one.losses, looks)
