"""The temperature on the page is that of the draws, and every sentence stands at its own."""

import math
from typing import Any

import numpy as np
import pytest
import torch

from course_lib.search import tempered_probabilities
from course_lib.widgets import Player, temperature
from tests.pages import ROOM, Browser, bytes_of, shown, soup, texts

WORDS = ["<pad>", "le", "un", "<b>&", "chat", "."]
LOG_PROBS = [-math.inf, *map(math.log, (0.5, 0.25, 0.13, 0.1, 0.02))]
SAMPLES: dict[float, list[list[str]]] = {
    0.5: [["le", "chat"], ["le", "chat"]],
    1.0: [["le", "chat"], []],
    2.0: [["un", "<b>&"], [".", "le"]],
}


def slider(**changes: Any) -> Player:
    return temperature(
        **{"words": WORDS, "log_probs": LOG_PROBS, "samples": SAMPLES, "reference": ["le", "chat"], **changes}
    )


def bars(frame: str) -> dict[str, str]:
    items = soup(frame).select("ol:not(.drawn) li")
    return {item.contents[0].get_text(): texts(item, "span")[-1] for item in items}


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_bars_are_what_samples_are_drawn_from(place: int) -> None:
    """Over the whole vocabulary, the words that are not shown among it; by search's own function."""
    tau = list(SAMPLES)[place]
    wanted = tempered_probabilities(torch.tensor([LOG_PROBS]), tau)[0].tolist()
    page = Browser(slider(most=3))
    page.move(0, place)
    assert bars(page.frame()) == {
        **{token: shown(wanted[k]) for k, token in [(1, "le"), (2, "un"), (3, "<b>&")]},
        "2 others": shown(wanted[4] + wanted[5]),  # <pad> is never drawn: it is no other
    }
    powers = np.exp(np.array(LOG_PROBS)) ** (1 / tau)  # and by NumPy, in its own way
    assert wanted == pytest.approx(list(powers / powers.sum()))


def test_the_sentences_of_a_frame_are_those_of_its_temperature() -> None:
    page = Browser(slider())
    for place, sentences in enumerate(SAMPLES.values()):
        page.move(0, place)
        said = [text.removesuffix(" ★ reference") for text in texts(soup(page.frame()), ".drawn li")]
        assert said == [" ".join(sentence) or "nothing" for sentence in sentences]
        marked = [text.endswith("★ reference") for text in texts(soup(page.frame()), ".drawn li")]
        assert marked == [sentence == ["le", "chat"] for sentence in sentences]


def test_a_frame_says_what_it_shows() -> None:
    page = Browser(slider(title="After <s>", most=2))
    assert texts(soup(page.frame()), ".says") == [
        "After <s> · Temperature 1: ‘le’ 0.50 and ‘un’ 0.25, the 3 words that are not shown 0.25. "
        "1 of 2 samples is the reference."
    ]
    page.move(0, 2)
    assert texts(soup(page.frame()), ".says")[0].endswith("None of 2 samples are the reference.")
    assert "reference" not in Browser(slider(reference=None)).frame()
    assert "others" not in Browser(slider(most=99)).frame()  # nothing is left over


def test_the_slider_starts_at_the_models_own_distribution() -> None:
    assert Browser(slider()).frame() == Browser(slider(samples={1.0: SAMPLES[1.0]})).frame()
    assert "Temperature 0.5" in Browser(slider(samples={0.5: SAMPLES[0.5], 2.0: SAMPLES[2.0]})).frame()


def test_print_has_every_temperature_and_sentence() -> None:
    page = soup(slider(title="After <s>", most=2).static)
    assert texts(page, "caption") == ["After <s>: the next word at 3 temperatures"]
    assert texts(page, "tr th") == ["word", "τ = 0.5", "τ = 1", "τ = 2", "le", "un", "3 others"]
    assert texts(page, "tr")[1].startswith("le0.74") and texts(page, "tr")[2].startswith("un0.18")
    assert len(texts(page, "li")) == 6
    assert len(soup(Browser(slider()).frame()).select("b")) == 1  # no word of a vocabulary becomes markup


def test_a_slider_of_eight_temperatures_stays_light() -> None:
    words = [f"word{k}" for k in range(19)]
    sentences = [words[:18]] * 5
    log_probs = np.log(np.random.default_rng(0).dirichlet(np.ones(19)))
    player = temperature(words, log_probs, dict.fromkeys((0.1, 0.25, 0.5, 0.7, 1.0, 1.4, 2.0, 4.0), sentences))
    assert bytes_of(player) < ROOM


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"log_probs": LOG_PROBS[:-1]}, r"expected one number a word, shape \(6,\), got \(5,\)"),
        ({"words": [], "log_probs": []}, "expected one number a word"),
        ({"log_probs": [math.nan] * 6}, "NaN"),
        ({"log_probs": [-math.inf] * 6}, "at least one word that can be drawn"),
        ({"samples": {}}, "at least one temperature"),
        ({"samples": {0.0: [["le"]]}}, "above 0"),
        ({"samples": {1.0: []}}, "temperature 1 needs at least one sentence"),
        ({"samples": {1.0: ["le chat"]}}, "each a list of words"),
        ({"most": 0}, "most"),
    ],
)
def test_what_cannot_be_drawn_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        slider(**changes)
