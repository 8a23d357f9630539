"""Guess before you look: each slider moves its own strip, and one shows what was measured."""

from typing import Any

import ipywidgets
import pytest

from course_lib.widgets import Player, guess
from tests.pages import Browser, bytes_of, soup, texts

BANDS = ["4–7 words", "12–15 words", "a & b"]
SEEDS = [[99.0, 40.0, 7.0], [97.0, 52.0, 0.0], [98.0, 55.0, 5.0]]


class Rows(Browser):
    """The page of a stage whose strips follow different sliders."""

    def strips(self) -> list[str]:
        """Return the strips on the stage, top to bottom."""
        stage = self.state(self.root)["children"][-1]
        found = []
        for child in self.state(stage)["children"]:
            while "selected_index" in self.state(child):
                child = self.state(child)["children"][self.state(child)["selected_index"]]
            found.append(self.state(child)["value"])
        return found[1:]  # the first is the sentence above


def strips_of(player: Player) -> list[str]:
    """Return the strips as a kernel alone has swapped them."""
    return [child.value for child in player.widget.children[-1].children[1:]]


def test_each_slider_moves_its_own_guess_and_no_other() -> None:
    page = Rows(guess(BANDS, SEEDS))
    page.move(0, 10)
    page.move(2, 0)
    guesses = [soup(strip) for strip in page.strips()[::2]]
    assert [texts(strip, "b") for strip in guesses] == [["100 %"], ["50 %"], ["0 %"]]
    assert [texts(strip, "span") for strip in guesses] == [[band] for band in BANDS]
    assert [strip.i["style"] for strip in guesses] == ["--a:1", "--a:.5", "--a:0"]


def test_nothing_is_shown_before_the_last_slider_and_everything_after() -> None:
    page = Rows(guess(BANDS, SEEDS))
    assert [texts(soup(strip), "b") for strip in page.strips()[1::2]] == [["?"]] * 3
    assert not any(soup(strip).select("u, [aria-label]") for strip in page.strips())
    page.move(3, 1)
    found = [soup(strip) for strip in page.strips()[1::2]]
    assert [texts(strip, "b") for strip in found] == [["98 %"], ["49 %"], ["4 %"]]
    bars = [float(strip.i["style"].removeprefix("--a:")) for strip in found]
    assert bars == pytest.approx([0.98, 0.49, 0.04])
    for row, strip in enumerate(found):
        dots = [float(dot["style"].removeprefix("--a:")) for dot in strip.select("u")]
        assert dots == pytest.approx([seed[row] / 100 for seed in SEEDS])
    assert found[1].i["aria-label"] == "12–15 words: seeds 40, 52 and 55 %"
    assert found[2].i["aria-label"].startswith("a & b:")
    page.move(3, 0)
    assert [texts(soup(strip), "b") for strip in page.strips()[1::2]] == [["?"]] * 3


def test_without_stack_the_kernel_swaps_every_strip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(ipywidgets, "Stack")
    player = guess(BANDS, SEEDS, step=25)
    player.sliders[1].index = 4
    player.sliders[3].index = 1
    assert [texts(soup(strip), "b") for strip in strips_of(player)] == [
        *(["50 %"], ["98 %"]),
        *(["100 %"], ["49 %"]),
        *(["50 %"], ["4 %"]),
    ]


def test_print_has_the_mean_and_every_seed() -> None:
    table = soup(guess(BANDS, SEEDS, title="Exact match").static)
    assert [texts(row, "td") for row in table.select("tr")[1:]] == [
        ["98", "99, 97 and 98"],
        ["49", "40, 52 and 55"],
        ["4", "7, 0 and 5"],
    ]
    assert "Exact match · What was measured" in table.caption.get_text()


def test_one_seed_is_a_table_of_one_row() -> None:
    page = Rows(guess(BANDS, SEEDS[0]))
    page.move(3, 1)
    assert [len(soup(strip).select("u")) for strip in page.strips()[1::2]] == [1, 1, 1]


@pytest.mark.parametrize(
    ("labels", "measured", "options", "message"),
    [
        (BANDS, [[1.0, 2.0]], {}, r"seeds × 3 rows, one column a label, got \(1, 2\)"),
        (BANDS, [[1.0, 2.0, 101.0]], {}, "numbers from 0 to 100, got 1 … 101"),
        (BANDS, [[1.0, float("nan"), 3.0]], {}, "measured: 1 of 3 numbers are NaN"),
        (["a", "a"], [[1.0, 2.0]], {}, "names that differ"),
        ([], [[]], {}, "labels: expected a list"),
        (BANDS, SEEDS, {"step": 30}, "a divisor of 100"),
        (BANDS, SEEDS, {"step": 0}, "step: expected 1 or more"),
    ],
)
def test_a_table_that_cannot_be_guessed_is_refused(
    labels: Any, measured: Any, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        guess(labels, measured, **options)


def test_five_rows_weigh_little() -> None:
    rows = [f"{n} to {n + 3} words" for n in range(5)]
    assert bytes_of(guess(rows, [[10.0] * 5] * 3)) <= 70_000
