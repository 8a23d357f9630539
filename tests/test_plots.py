"""Figures show the numbers they were given, and every one comes with words."""

import base64
import io
import sys
from dataclasses import replace
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from course_lib import notation
from course_lib.history import History, Validation
from course_lib.plots import (
    alignment_panel,
    bars,
    curves,
    heatmap,
    model_styles,
    needed_and_answered,
    new_axes,
    publish,
    score_by_length,
    show,
    vectors_pca,
)
from course_lib.plots.model_colours import MODELS, family
from course_lib.plots.theme import STYLES
from course_lib.shades import shade
from tests.oracles.traces import SOURCE, TARGET, random_trace

LENGTHS = ("4–7", "12–15", "20–24")
RUNS = np.array([[90.0, 60.0, 30.0], [92.0, 50.0, 20.0], [94.0, 70.0, 10.0]])


def labels(ticks: Any) -> list[str]:
    return [tick.get_text() for tick in ticks]


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Catch what ``show`` publishes."""
    caught: list[dict[str, Any]] = []
    monkeypatch.setattr(publish, "display", lambda data, **more: caught.append({"data": data, **more}))
    return caught


# --- heat maps


def test_the_heat_map_has_the_source_across_and_the_target_down():
    trace = random_trace(TARGET[:4], SOURCE[:7])
    (ax,) = heatmap(trace).axes
    assert labels(ax.get_xticklabels()) == list(trace.source)
    assert labels(ax.get_yticklabels()) == list(trace.target)
    (image,) = ax.images
    np.testing.assert_array_equal(image.get_array(), trace.weights)
    assert image.get_clim() == (0, 1)
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first word on top


def test_the_values_stand_in_their_cells():
    trace = random_trace()
    (ax,) = heatmap(trace).axes
    written = {(text.get_position()[1], text.get_position()[0]): text.get_text() for text in ax.texts}
    expected = {place: f"{w:.2f}".removeprefix("0") for place, w in np.ndenumerate(trace.weights) if w >= 0.05}
    assert written == expected


def test_the_values_are_read_in_their_cells():
    """The digits are black or white; at each weight one of the two would be hard to read."""
    weights = np.arange(5, 101)[None] / 100
    trace = random_trace(("a",) * 20, ("x",), weights=weights[:, :20], scores=np.zeros((1, 20)))
    for first in range(0, 96, 20):
        shown = np.resize(weights[0, first : first + 20], (1, 20))
        (ax,) = heatmap(replace(trace, weights=shown)).axes
        assert len(ax.texts) == 20
        for text, weight in zip(ax.texts, shown[0], strict=True):
            cell = relative_luminance(ax.images[0].cmap(weight)[:3])
            ink = relative_luminance(mpl.colors.to_rgb(text.get_color()))
            light, dark = max(cell, ink), min(cell, ink)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, weight  # WCAG 2.2, AA


def test_the_map_has_the_colours_of_the_sliders():
    (ax,) = heatmap(random_trace()).axes
    for weight in np.arange(101) / 100:
        level = round(weight * 255) / 255
        assert mpl.colors.to_hex(ax.images[0].cmap(level)) == shade(level)


def relative_luminance(colour: Any) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def test_gold_links_outline_the_cell_of_their_source_and_target():
    (ax,) = heatmap(random_trace(links=frozenset({(2, 1), (5, 9)}))).axes
    boxes = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    assert sorted((round(b.get_x() + 0.47), round(b.get_y() + 0.47)) for b in boxes) == [(2, 1), (5, 9)]


def test_a_model_without_attention_has_no_heat_map():
    with pytest.raises(ValueError, match="no attention weights to draw"):
        heatmap(random_trace(attends=False))


def test_a_panel_shows_every_trace_under_its_name():
    traces = {f"after {n}": random_trace(SOURCE[:4], TARGET[:4], seed=n) for n in range(3)}
    drawn = [ax for ax in alignment_panel(traces).axes if ax.get_visible()]
    assert [ax.get_title() for ax in drawn] == list(traces)
    for ax, trace in zip(drawn, traces.values(), strict=True):
        np.testing.assert_array_equal(ax.images[0].get_array(), trace.weights)
    with pytest.raises(ValueError, match="at least one trace"):
        alignment_panel({})


# --- runs and scores


def test_the_curve_is_the_mean_of_the_last_updates():
    losses = (4.0, 2.0, 3.0, 1.0)
    history = History(losses=losses, validations=(Validation(2, 9.0, 10.0, 20.0), Validation(4, 5.0, 30.0, 40.0)))
    above, below = curves({"a model": [history, history]}, window=2).axes
    assert len(above.lines) == 2
    np.testing.assert_allclose(above.lines[0].get_ydata(), [4.0, 3.0, 2.5, 2.0])
    np.testing.assert_allclose(above.lines[0].get_xdata(), [1, 2, 3, 4])
    np.testing.assert_allclose(below.lines[0].get_xydata(), [(2, 20.0), (4, 40.0)])
    assert labels(above.get_legend().get_texts()) == ["a model"]
    (_, exact) = curves({"a model": [history]}, score="exact_match").axes
    np.testing.assert_allclose(exact.lines[0].get_ydata(), [10.0, 30.0])


def test_an_unknown_score_is_refused():
    with pytest.raises(ValueError, match=r"expected one of .*bleu.*, got 'loss'"):
        curves({}, score="loss")


def test_the_score_by_length_shows_mean_spread_and_every_seed():
    (ax,) = score_by_length({"fixed vector": RUNS}, LENGTHS).axes
    *seeds, mean = ax.lines
    np.testing.assert_allclose([line.get_ydata() for line in seeds], RUNS)
    np.testing.assert_allclose(mean.get_ydata(), [92.0, 60.0, 20.0])
    band = ax.collections[0].get_paths()[0].vertices
    assert {(x, y) for x, y in band if x == 1} >= {(1.0, 50.0), (1.0, 70.0)}
    assert labels(ax.get_xticklabels()) == list(LENGTHS)
    assert labels(ax.get_legend().get_texts()) == ["fixed vector (3 seeds)"]
    with pytest.raises(ValueError, match="fixed vector: expected 3 values a seed, one a length, got 2"):
        score_by_length({"fixed vector": RUNS[:, :2]}, LENGTHS)


NEED = np.array([[10.0, 20.0, 40.0], [12.0, 24.0, 44.0]])
TOLD = np.array([[9.0, 11.0, 12.0], [9.0, 13.0, 10.0]])


def test_what_is_left_open_lies_between_answer_and_need_and_no_seed_is_hidden():
    """Laid from zero, or on the need instead of under it, the grey area would say the opposite of what was measured."""
    (ax,) = needed_and_answered(NEED, TOLD, LENGTHS, beside={"Bahdanau": NEED - 1}, limit=50).axes
    edges = {}
    for area in ax.collections:
        corners = area.get_paths()[0].vertices
        edges[area.get_label()] = [sorted({y for x, y in corners if x == place}) for place in range(3)]
    assert edges["answered"] == [[0, 9], [0, 12], [0, 11]]
    assert edges["left open"] == [[9, 11], [12, 22], [11, 42]]
    drawn = [tuple(line.get_ydata()) for line in ax.lines if line.get_ls() == "None"]
    assert {*map(tuple, NEED), *map(tuple, TOLD), *map(tuple, NEED - 1)} == set(drawn)
    (ceiling,) = [line for line in ax.lines if line.get_label() == "Bahdanau"]
    assert ceiling.get_color() == MODELS["Bahdanau"].colour and list(ceiling.get_ydata()) == [10, 21, 41]
    (top,) = [line for line in ax.lines if line.get_label() == "needed"]
    assert list(top.get_ydata()) == [11, 22, 42]
    assert labels(ax.get_xticklabels()) == list(LENGTHS) and ax.get_ylim() == (0, 50)


def test_a_source_that_misleads_is_drawn_below_zero():
    """A sentence that the source makes harder, cut off at the axis, looks like one that it leaves alone."""
    (ax,) = needed_and_answered(NEED, TOLD - 12, LENGTHS).axes
    assert ax.get_ylim()[0] == -3


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((NEED[:, :2], TOLD), r"needed: expected 3 values a seed, one a length, got shape \(2, 2\)"),
        ((NEED, TOLD[0, :2]), r"answered: expected 3 values a seed, one a length, got shape \(1, 2\)"),
        ((NEED, TOLD * np.nan), "nats of answered.*NaN"),
    ],
)
def test_needs_and_answers_of_other_lengths_are_refused(given: Any, said: str):
    with pytest.raises(ValueError, match=said):
        needed_and_answered(*given, LENGTHS)


def test_models_stay_apart_without_colour():
    for styles in (STYLES, tuple(MODELS.values()), model_styles([f"Bahdanau {n}" for n in range(5)])):
        assert len({look.marker for look in styles}) == len(styles)
        assert len({str(look.line) for look in styles}) == len(styles)
    with pytest.raises(ValueError, match="tells 6 kinds apart; got 7"):
        score_by_length({str(n): RUNS for n in range(7)}, LENGTHS)
    with pytest.raises(ValueError, match="tells 5 models of one family apart; got 6"):
        model_styles([f"Bahdanau {n}" for n in range(6)])


def test_a_model_has_one_colour_whatever_stands_beside_it():
    """By place in the figure, Bahdanau was magenta in one chapter and green in the next."""
    (first, *_) = model_styles(["Bahdanau", "fixed"])
    (*_, last) = model_styles(["fixed", "something else", "Luong dot", "Bahdanau"])
    assert first == last == MODELS["Bahdanau"]
    (ax,) = score_by_length({"fixed": RUNS, "Bahdanau": RUNS}, LENGTHS).axes
    drawn = {line.get_label(): line.get_color() for line in ax.lines}
    assert drawn["fixed (3 seeds)"] == MODELS["fixed"].colour
    assert drawn["Bahdanau (3 seeds)"] == MODELS["Bahdanau"].colour
    history = History(losses=(4.0, 2.0), validations=(Validation(2, 9.0, 10.0, 20.0),))
    above, below = curves({"stranger": [history], "Cho": [history]}).axes
    for panel in (above, below):
        assert [line.get_color() for line in panel.lines] == [STYLES[0].colour, MODELS["Cho"].colour]
    (ax,) = bars({"uniform": [1.0], "Luong dot": [2.0]}, label="nats").axes
    assert mpl.colors.to_hex(ax.patches[1].get_facecolor()) == MODELS["Luong dot"].colour
    assert mpl.colors.to_hex(ax.patches[0].get_facecolor()) not in {look.colour for look in MODELS.values()}


@pytest.mark.parametrize(
    ("name", "kin"),
    [
        ("fixed, reversed", "fixed, reversed"),
        ("fixed vector, reversed", "fixed, reversed"),
        ("Fixed vector", "fixed"),
        ("Luong dot, local-p → French", "Luong dot"),
        ("Luong general", "Luong general"),
        ("bahdanau, query after", "Bahdanau"),
        ("Vaswani, positions: none", "Vaswani"),
        ("reversed", None),
    ],
)
def test_a_name_belongs_to_the_family_that_it_begins_with(name: str, kin: str | None):
    assert family(name) == kin


def lab(colour: str) -> np.ndarray:
    """CIE L*a*b* of a hex colour, white point D65."""
    rgb = np.array(mpl.colors.to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    t = xyz / [0.9505, 1.0, 1.089]
    x, y, z = np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_no_model_wears_the_colour_of_a_symbol_nor_of_another_model():
    """Bahdanau in the encoder's green was read as the encoder. Distances in CIE L*a*b*, where 2 is just seen."""
    colours = {symbol.colour for symbol in notation.SYMBOLS.values()} | {notation.INK, notation.MUTED}
    symbols = [lab(colour.light) for colour in colours]
    assert len(symbols) == 7
    drawn = [look.colour for look in (*MODELS.values(), *STYLES)]
    for n, colour in enumerate(drawn):
        assert min(np.linalg.norm(lab(colour) - other) for other in symbols) > 20, colour
        assert min(np.linalg.norm(lab(colour) - lab(other)) for other in drawn[:n] + drawn[n + 1 :]) > 20, colour
        assert 1.05 / (relative_luminance(mpl.colors.to_rgb(colour)) + 0.05) >= 3, colour  # WCAG 1.4.11 on white


def test_bars_show_the_mean_and_the_seeds():
    (ax,) = bars({"forward": [50.0, 52.0], "reversed": [70.0]}, label="exact match (%)").axes
    assert [bar.get_width() for bar in ax.patches] == [51.0, 70.0]
    np.testing.assert_allclose(ax.lines[0].get_xdata(), [50.0, 52.0])
    assert labels(ax.get_yticklabels()) == ["forward", "reversed"]
    assert labels(ax.texts) == ["51.0", "70.0"]
    with pytest.raises(ValueError, match="at least one bar"):
        bars({}, label="nothing")


def test_pca_finds_the_two_directions_of_most_variance():
    vectors = np.random.default_rng(3).normal(size=(9, 5)) * [9, 5, 1, 1, 1] + 100
    (ax,) = vectors_pca(vectors, [f"s{n}" for n in range(9)], ["a"] * 5 + ["b"] * 4).axes
    places = np.concatenate([np.asarray(points.get_offsets()) for points in ax.collections])
    strengths, directions = np.linalg.eigh(np.cov(vectors.T))  # another road: the covariance
    expected = (vectors - vectors.mean(0)) @ directions[:, [-1, -2]]
    np.testing.assert_allclose(np.abs(places), np.abs(expected), atol=1e-9)
    assert ax.get_xlabel() == f"first direction ({strengths[-1] / strengths.sum():.0%} of the variance)"
    assert labels(ax.get_legend().get_texts()) == ["a", "b"]
    assert labels(ax.texts) == [f"s{n}" for n in range(9)]
    with pytest.raises(ValueError, match="N labels, N groups"):
        vectors_pca(vectors, ["one"], ["a"] * 9)


# --- publishing


def test_a_figure_carries_its_description(published: list[dict[str, Any]]):
    alt = "A heat map: α from <s> to “noir” & “chat”"
    show(heatmap(random_trace()), alt)
    (output,) = published
    assert output["data"]["text/plain"] == f"Figure: {alt}"
    assert output["metadata"]["image/png"]["alt"] == alt
    with Image.open(io.BytesIO(base64.b64decode(output["data"]["image/png"]))) as image:
        assert image.info["Description"] == alt
        assert image.width == pytest.approx(2 * output["metadata"]["image/png"]["width"], abs=2)


def test_a_figure_is_light(published: list[dict[str, Any]]):
    show(heatmap(random_trace()), "A heat map")
    assert len(published[0]["data"]["image/png"]) < 60_000


def test_colab_gets_an_image_with_alternative_text(published: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "google.colab", object())
    show(new_axes()[0], 'a "quoted" <s>')
    html = published[0]["data"]["text/html"]
    assert html.startswith('<img alt="a &quot;quoted&quot; &lt;s&gt;" width="461"')
    assert 'src="data:image/png;base64,' in html


@pytest.mark.parametrize("alt", ["", "  "])
def test_a_figure_without_words_is_refused(alt: str, published: list[dict[str, Any]]):
    with pytest.raises(ValueError, match="say in a sentence"):
        show(new_axes()[0], alt)
    assert not published


def test_figures_belong_to_no_window_and_leave_the_settings_alone():
    before = dict(mpl.rcParams)
    assert isinstance(heatmap(random_trace()), Figure)
    assert dict(mpl.rcParams) == before
    if "matplotlib.pyplot" in sys.modules:
        assert not sys.modules["matplotlib.pyplot"].get_fignums()
