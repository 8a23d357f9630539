"""A grid of figures: two sliders, the figure of both, and its words."""

import re
from typing import Any

import pytest
from matplotlib.figure import Figure

from course_lib.widgets import figure_grid, player
from tests.pages import Browser, soup, texts

OVER = ("Trained on up to", "Equal")
PLACES = [(n, budget) for n in ("15 words", "20 words") for budget in ("updates", "seconds", "a & b")]


def titled(text: str) -> Figure:
    figure = Figure(figsize=(2, 1))
    figure.suptitle(text)
    return figure


def grid(**changes: Any) -> Any:
    given: dict[str, Any] = {
        "figures": {place: titled(" at ".join(place)) for place in PLACES},
        "over": OVER,
        "alts": {place: f"A title <{place[0]}>, {place[1]}." for place in PLACES},
    }
    given |= changes
    return figure_grid(given.pop("figures"), **given)


def test_each_slider_chooses_its_own_side_of_the_grid() -> None:
    page = Browser(grid(captions={place: "says " + "+".join(place) for place in PLACES}, title="Duel"))
    for i, n in enumerate(("15 words", "20 words")):
        for j, budget in enumerate(("updates", "seconds", "a & b")):
            page.move(0, i)
            page.move(1, j)
            frame = soup(page.frame())
            assert f"{n} at {budget}" in texts(frame, "svg text")
            assert frame.svg["aria-label"] == f"A title <{n}>, {budget}."
            assert texts(frame, ".says") == [f"Duel · {n} · {budget}: says {n}+{budget}"]
    assert [slider.description for slider in grid().sliders] == list(OVER)


def test_print_has_the_first_figure_and_the_words_of_all() -> None:
    static = soup(grid().static)
    assert len(static.select("svg")) == 1 and "15 words at updates" in texts(static, "svg text")
    assert texts(static, "li") == [f"{n} · {budget} A title <{n}>, {budget}." for n, budget in PLACES]


def test_what_is_printed_finds_its_hatch_in_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    hatched = titled("hatched")
    hatched.subplots().bar([0], [1], hatch="//")
    shown = grid(figures=dict.fromkeys(PLACES, hatched))
    published: list[dict[str, str]] = []
    monkeypatch.setattr(player, "display", lambda data, raw: published.append(data))
    shown._ipython_display_()
    of_frame, printed = Browser(shown).frame(), published[1]["text/html"]
    for html in (of_frame, printed):
        ids = re.findall(r"\bid='([^']+)'", html)
        assert ids and set(re.findall(r"(?:url\(|href=')#([\w-]+)", html)) == set(ids)
    assert not set(re.findall(r"\bid='([^']+)'", printed)) & set(re.findall(r"\bid='([^']+)'", of_frame))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"figures": {}}, "figures: expected at least one figure"),
        (
            {"figures": {place: titled("x") for place in PLACES[:5]}},
            r"figures: .* nothing was given for \[\('20 words', 'a & b'\)\]",
        ),
        ({"alts": dict.fromkeys(PLACES[1:], "x")}, r"alts: .* \[\('15 words', 'updates'\)\]"),
        ({"captions": {}}, "captions: every label meets every other"),
        ({"over": ("Equal", "Equal")}, "names of two sliders"),
        ({"alts": dict.fromkeys(PLACES, " ")}, "alt: say in a sentence"),
    ],
)
def test_a_grid_with_a_hole_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        grid(**changes)
