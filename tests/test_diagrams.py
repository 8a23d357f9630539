"""A diagram grows stage by stage, stays where it is, can be read, and says in words what it shows."""

import json
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import ipywidgets
import matplotlib as mpl
import numpy as np
import pytest
from ipywidgets.embed import dependency_state
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch

from course_lib.notation import CONTEXT, INK, MUTED, SCORE, SOURCE, SYMBOLS, TARGET, WEIGHT
from course_lib.plots import Diagram, alignment_panel, new_axes
from course_lib.plots.diagrams import Part
from course_lib.plots.diagrams.description import TO
from course_lib.plots.diagrams.diagram import CORNER, MARGIN, TINT, colour_of
from course_lib.plots.diagrams.ink import HATCHING, POINTS, Rect
from course_lib.plots.diagrams.tables import STRONGEST, STRONGEST_UNDER_TEXT
from course_lib.plots.lettering import extent, missing, spoken
from course_lib.plots.theme import GRID_COLOUR
from course_lib.traces import Trace
from course_lib.widgets import stages
from course_lib.widgets.figure_svg import figure_svg
from course_lib.widgets.style import CSS_VARIABLES
from tests import diagrams as drawn
from tests.oracles.colours import contrast, mixed
from tests.pages import Browser, soup, texts

PICTURES = [
    drawn.bottleneck,
    drawn.teacher_forcing,
    drawn.gru_cell,
    drawn.mask_grid,
    drawn.keys_once,
    drawn.attention_look,
    drawn.aer_cases,
]
EVERY = pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.__name__)
ROOM = 60_000  # bytes of page for a picture in six stages


def shapes(figure: Figure) -> list[tuple[Any, ...]]:
    """Return what is drawn and where, as numbers and texts."""
    (ax,) = figure.axes
    outlines = [(patch.get_gid(), patch.get_path().vertices.tobytes()) for patch in ax.patches]
    return [*outlines, *((text.get_gid(), text.get_text(), text.get_position()) for text in ax.texts)]


def small(**options: Any) -> Diagram:
    """Two stages: a word, then a box above it."""
    picture = Diagram(3, 2, **options)
    word = picture.text("dog", at=(1, 0.4), symbol="x")
    picture.arrow(word, picture.box("h", at=(1, 1.4), symbol="h", stage=2))
    return picture


# --- stages


@EVERY
def test_a_stage_holds_all_of_the_stage_before_and_nothing_moves(picture: Callable[[], Diagram]):
    figures = picture().figures()
    for before, after in pairwise(figures):
        assert set(shapes(before)) < set(shapes(after))
        assert tuple(before.get_size_inches()) == tuple(after.get_size_inches())
        assert (before.axes[0].get_xlim(), before.axes[0].get_ylim()) == (
            after.axes[0].get_xlim(),
            after.axes[0].get_ylim(),
        )
        np.testing.assert_array_equal(before.axes[0].get_position(), after.axes[0].get_position())


def test_a_part_appears_at_its_stage_and_an_arrow_with_the_later_of_its_ends():
    picture = small()
    assert [[part.kind for part in picture.at_stage(k)] for k in (1, 2)] == [["text"], ["text", "box", "arrow"]]
    late = picture.text("late", at=(2, 0.4), stage=3)
    assert picture.arrow(late, "dog").stage == 3
    assert picture.arrow("dog", "h", stage=3).stage == 3
    assert picture.brace([late], "three").stage == 3


def test_an_unrolled_network_appears_word_by_word_in_the_order_in_which_it_reads():
    forward = Diagram(5, 3).unrolled(["a", "b", "c"], at=(0.5, 0.4), outputs=["x", "y", "z"], every=1)
    assert [[part.stage for part in row] for row in (forward.words, forward.cells, forward.outputs)] == [[1, 2, 3]] * 3
    picture = Diagram(5, 3)
    backward = picture.unrolled(["a", "b", "c"], at=(0.5, 0.4), stage=2, every=1, backward=True)
    assert [part.stage for part in backward.cells] == [4, 3, 2]
    chained = [part.says.split(TO) for part in picture.parts if part.kind == "arrow"][:2]
    assert chained == [["RNN 3", "RNN 2"], ["RNN 2", "RNN"]]


# --- where an arrow ends


def tip(picture: Diagram) -> tuple[float, float]:
    """Return the tip of the last arrow's head."""
    return tuple(picture.parts[-1].ink[1].path.vertices[1])


@pytest.mark.parametrize(("angle", "round_"), [(a, r) for a in range(0, 360, 15) for r in (True, False)])
def test_an_arrow_ends_at_the_edge_of_its_box(angle: float, round_: bool):
    picture = Diagram(8, 8)
    box = picture.box("h", at=(4, 4), size=(1.0, 0.5), round=round_)
    way = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    picture.arrow(tuple(np.array([4, 4]) + 3 * way), box)
    end = np.array(tip(picture))
    radius = 0.25 if round_ else CORNER
    core = np.array([0.5, 0.25]) - radius  # what is left of the box without its round border
    assert np.linalg.norm(end - np.clip(end, 4 - core, 4 + core)) == pytest.approx(radius)
    assert np.cross([*way, 0], [*(end - 4), 0])[2] == pytest.approx(0)  # on the way to the middle


def test_an_arrow_between_parts_that_face_each_other_is_upright_or_level():
    picture = Diagram(6, 6)
    wide = picture.box("softmax", at=(3, 3), size=(4, 0.5))
    word = picture.text("the", at=(1.5, 1))
    side = picture.box("s", at=(5.6, 3.1), size=(0.5, 0.4))
    picture.arrow(word, wide)
    assert tip(picture) == pytest.approx((1.5, 2.75))
    picture.arrow(side, wide)
    assert tip(picture) == pytest.approx((5.0, 3.1))  # at the height of the smaller of the two
    picture.arrow(word, side, via=[(1.5, 0.4), (5.6, 0.4)])
    assert tip(picture) == pytest.approx((5.6, side.rect.y0))


def test_a_letter_with_a_hat_of_its_own_is_read_out_as_two_words():
    assert spoken(r"\tilde{h}_t", math=True) == "tilde h t" == spoken(r"\tilde h_{t}", math=True)
    assert spoken(r"\overrightarrow{h}_j", math=True) == "forward h j"


def test_a_grid_behind_a_curve_follows_the_page_into_the_dark():
    figure, axes = new_axes(4, 3)
    axes.plot([0, 1], [0, 1])
    drawn = figure_svg(figure, "a line")
    assert drawn.count(f"var(--c-line,{GRID_COLOUR})") == drawn.count(GRID_COLOUR) > 0


def test_digits_on_a_dark_cell_stay_white_on_a_dark_page():
    weights = np.array([[0.95, 0.05], [0.2, 0.8]])
    sure = Trace("m", ("a", "b"), ("c", "d"), ((), ()), np.zeros((2, 1)), scores=np.log(weights), weights=weights)
    drawn = soup(figure_svg(alignment_panel({"sure": sure}), "two weights near one"))
    white = {text.get_text(strip=True) for text in drawn.select("text") if "fill:#ffffff" in text["style"]}
    assert white == {".95", ".80"}


def test_a_weight_makes_an_arrow_thick_and_gives_it_the_colour_of_weights():
    picture = Diagram(4, 4)
    lines = [picture.arrow((1, 1), (3, 3), weight=weight).ink[0] for weight in (0.0, 0.5, 1.0)]
    assert [line.colour for line in lines] == [WEIGHT] * 3
    widths = [line.line for line in lines]
    assert widths[1] - widths[0] == pytest.approx(widths[2] - widths[1]) and widths[2] > 4 * widths[0]


# --- cells


def filled(part: Part) -> dict[float, float]:
    """Return the area of each strength, in squares of 0.1 units."""
    areas = {}
    for ink in part.ink:
        if getattr(ink, "line", 1) == 0:
            corners = ink.path.vertices.reshape(-1, 5, 2)
            areas[ink.fill] = sum(abs(np.prod(c[2] - c[0])) for c in corners) * 100
    return areas


def test_the_cells_of_a_vector_are_as_strong_as_its_entries():
    picture = Diagram(4, 2)
    vector = picture.vector([0.0, -1.0, 0.5, 0.5], at=(2, 1), cell=0.1, symbol="h")
    strongest = STRONGEST
    assert filled(vector) == pytest.approx({strongest: 1.0, strongest / 2: 2.0})
    assert [vector.cell(i).centre[0] for i in range(4)] == pytest.approx([1.85, 1.95, 2.05, 2.15])
    (minus,) = [ink for ink in vector.ink if getattr(ink, "colour", None) == INK]
    np.testing.assert_allclose(minus.path.vertices.mean(0), vector.cell(1).centre)
    assert len(picture.vector(256, at=(2, 1), columns=16, cell=0.05).cells) == 256


def test_the_cells_of_a_block_are_filled_row_by_row():
    block = Diagram(4, 2).vector([1.0, 1.0, 1.0, 1.0, 0.0, 0.0], at=(2, 1), cell=0.1, columns=3)
    assert filled(block) == pytest.approx({STRONGEST: 4.0})
    assert [block.cell(n).centre for n in (0, 5)] == [pytest.approx((1.9, 1.05)), pytest.approx((2.1, 0.95))]


def test_a_grid_fills_frames_and_hatches_the_cells_it_was_told():
    picture = Diagram(4, 4)
    values = np.array([[1, 0, 0], [0, 0, 0.5]])
    cell = {"cell": (0.5, 0.4)}
    grid = picture.grid(values, at=(2, 2), masked=[(1, 0)], sure=[(0, 1)], possible=[(0, 1), (1, 2)], **cell)
    assert grid.cell(0, 0).centre == pytest.approx((1.5, 2.2))  # the first row on top
    assert grid.cell(1, 2).centre == pytest.approx((2.5, 1.8))
    frames = {ink.dashed: ink for ink in grid.ink if getattr(ink, "line", 0) == 2.0}
    for dashed, place in ((False, (0, 1)), (True, (1, 2))):
        corners = frames[dashed].path.vertices
        assert len(corners) == 5
        np.testing.assert_allclose((corners.min(0) + corners.max(0)) / 2, grid.cell(*place).centre)
    (hatched,) = [ink for ink in grid.ink if getattr(ink, "faint", False)]
    room, points = grid.cell(1, 0).grown(1e-9), hatched.path.vertices
    assert all(room.holds(tuple(point)) for point in points)
    (one, half) = [ink for ink in grid.ink if getattr(ink, "line", 1) == 0][::-1]
    np.testing.assert_allclose(one.path.vertices[:4].mean(0), grid.cell(0, 0).centre)
    np.testing.assert_allclose(half.path.vertices[:4].mean(0), grid.cell(1, 2).centre)
    assert "filled: row 1 column 1, row 2 column 3; masked: row 2 column 1; sure: row 1 column 2" in picture.alt()


# --- text


def test_a_dollar_sign_is_a_dollar_sign_unless_a_formula_is_asked_for():
    picture = Diagram(4, 3)
    picture.text("$5 and $6", at=(2, 0.5))
    picture.box(r"\alpha_{ij}", at=(2, 1.5), math=True)
    plain, formula = picture.figure().axes[0].texts
    assert (plain.get_text(), plain.get_parse_math()) == ("$5 and $6", False)
    assert (formula.get_text(), formula.get_parse_math()) == (r"$\alpha_{ij}$", True)
    assert "‘$5 and $6’" in picture.alt() and "‘alpha ij’" in picture.alt()
    assert ">$5 and $6</text>" in figure_svg(picture.figure(), "two texts")
    with pytest.raises(ValueError, match=r"is no formula .* without math=True it is plain text"):
        picture.text(r"\nonsense{", at=(2, 2.5), math=True)


@pytest.mark.parametrize(("text", "math"), [("a long name", False), (r"\overrightarrow{h}_{j-1} + h_{12}", True)])
def test_a_box_is_as_large_as_its_text(text: str, math: bool):
    picture = Diagram(6, 4)
    box = picture.box(text, at=(3, 2), math=math)
    figure = picture.figure()
    (written,) = figure.axes[0].texts
    figure.draw_without_rendering()
    drawn_width = written.get_window_extent().width / figure.dpi * 72 / POINTS
    assert box.rect.x1 - box.rect.x0 == pytest.approx(drawn_width + 2 * MARGIN, abs=0.05)
    with pytest.raises(ValueError, match=r" takes .* Leave size out\?"):
        picture.box(text, at=(3, 2), size=(0.5, 0.5), math=math)


@pytest.mark.parametrize("word", ["猫", "बिल्ली", "قطة"])
def test_a_script_that_figures_lack_is_written_by_the_browser(word: str, recwarn: pytest.WarningsRecorder):
    picture = Diagram(3, 2, captions=["One word."])
    box = picture.box(word, at=(1.5, 1))
    assert box.rect.x1 - box.rect.x0 >= 0.5
    assert f">{word}</text>" in Browser(stages(picture)).frame()
    if missing(word):
        with pytest.raises(ValueError, match="the reader's browser writes them"):
            picture.figure()
    else:
        picture.figure()
    assert not recwarn.list


def test_lines_stand_below_one_another_at_equal_distances():
    picture = Diagram(3, 3)
    picture.text("she\nand\n.\nsleeps", at=(1.5, 1.5))
    heights = [text.get_position()[1] for text in picture.figure().axes[0].texts]
    np.testing.assert_allclose(np.diff(heights), np.diff(heights)[0])
    assert np.diff(heights)[0] < 0
    assert extent("a\nb", 10)[1] > extent("a", 10)[1]


# --- what spoils a picture


def overlapping(picture: Diagram) -> None:
    picture.text("dog", at=(1.2, 0.4))


def outside(picture: Diagram) -> None:
    picture.text("sentence", at=(2.9, 0.4))


def box_outside(picture: Diagram) -> None:
    picture.box("s", at=(2.9, 1.4))


def crossing(picture: Diagram) -> None:
    picture.arrow((0.2, 0.4), (2.8, 0.4))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (overlapping, r"'dog' at \(1.20, 0.40\) lies on 'dog' at \(1.00, 0.40\)"),
        (outside, r"'sentence' \(text\) takes .* outside the sheet of 3 × 2"),
        (box_outside, r"'s' \(box\) takes .* outside the sheet"),
        (crossing, "runs through 'dog' at"),
    ],
)
def test_a_picture_that_cannot_be_read_is_refused(spoil: Callable[[Diagram], None], message: str):
    picture = small()
    picture.figure()
    spoil(picture)
    with pytest.raises(ValueError, match=message):
        picture.figure()


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (lambda p: p.box("h", at=(1, 1), symbol="q"), "symbol: expected one of x, h, v, .* got 'q'"),
        (lambda p: p.arrow("cat", "h"), r"No part is called 'cat'; there are \['dog', 'h'\]"),
        (lambda p: p.arrow(small().parts[0], "h"), "'dog' is a part of another diagram"),
        (lambda p: p.arrow("h", "h"), "An arrow needs two places"),
        (lambda p: p.arrow("dog", "h", weight=1.5), "weight: expected 0 … 1, got 1.5"),
        (lambda p: p.text("a", at=(2, 1), stage=0), "stages are counted from 1, got 0"),
        (lambda p: p.text("a", at=(2, 1), side="above"), "side: expected one of 'centre', 'left', 'right'"),
        (lambda p: p.vector([], at=(1, 1)), "at least one entry, got 0"),
        (lambda p: p.grid([[2.0]], at=(1, 1)), "R × C values from 0 to 1"),
        (lambda p: p.grid([[1.0]], at=(1, 1), rows=["a", "b"]), "R × C values from 0 to 1"),
        (lambda p: p.grid([[1.0]], at=(1, 1), sure=[(0, 1)]), r"1 rows and 1 columns.* got the cells \[\(0, 1\)\]"),
        (lambda p: p.parts[0].cell(0), "'dog' is a text: it has no cells"),
        (lambda p: p.vector(3, at=(2, 1)).cell(3), "'vector' has 3 cells, 3 a row; got"),
        (lambda p: p.unrolled([], at=(0, 0)), "Expected words"),
        (lambda p: p.unrolled(["a"], at=(0, 0), outputs=["b", "c"]), "got 1 and 2 outputs"),
        (lambda p: p.brace([], "nothing"), "at least one part to span"),
        (lambda p: p.figure(3), "stage: expected 1 … 2, got 3"),
        (lambda p: Diagram(1, 1).figure(), "The diagram is empty"),
        (lambda p: small(captions=["1", "2", "3"]).figure(), "one sentence a stage, 2 in all, got 3"),
        (lambda p: p.text("late", at=(2, 1), stage=4) and p.stages, "Nothing appears at stage 3, though there are 4"),
    ],
)
def test_a_mistake_is_told(mistake: Callable[[Diagram], Any], message: str):
    with pytest.raises(ValueError, match=message):
        mistake(small())


# --- words and colours


@EVERY
def test_every_stage_says_what_is_new_in_it(picture: Callable[[], Diagram]):
    diagram = picture()
    said = [diagram.alt(stage) for stage in range(1, diagram.stages + 1)]
    assert len(set(said)) == len(said)
    for stage, alt in enumerate(said, start=1):
        assert alt.startswith(f"{diagram.title}. ")
        seen = [part.says for part in diagram.at_stage(stage) if part.kind != "arrow"]
        assert all(words in alt for words in seen)
        assert not re.search(r"[$\\{}\t]", alt)


def test_arrows_are_told_from_end_to_end():
    picture = Diagram(5, 3, title="A chain")
    picture.unrolled(["a", "b"], at=(1, 0.5), cell="h_{i}", math=True)
    assert picture.alt() == ("A chain. Words: ‘a’; ‘b’. Boxes: ‘h 1’; ‘h 2’. Arrows: h 1 to h 2; a to h 1; b to h 2.")


@EVERY
def test_every_colour_is_one_of_the_notation(picture: Callable[[], Diagram]):
    known = {colour.light for colour in (SOURCE, TARGET, SCORE, WEIGHT, CONTEXT, INK, MUTED)}
    (ax,) = picture().figure().axes
    used = {to_hex(text.get_color()) for text in ax.texts}
    for patch in ax.patches:
        assert isinstance(patch, PathPatch)
        used |= {to_hex(c[:3]) for c in (patch.get_facecolor(), patch.get_edgecolor()) if c[3]}
    assert used <= known
    assert colour_of("c") == SYMBOLS["c"].colour


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_text_is_read_in_its_cell_and_a_frame_is_seen(theme: Any):
    for colour in (SOURCE, TARGET, SCORE, WEIGHT, CONTEXT):
        box = mixed(colour, theme, TINT)
        assert contrast(colour.on(theme), box) >= 4.5, colour
        assert contrast(INK.on(theme), mixed(colour, theme, STRONGEST_UNDER_TEXT)) >= 4.5
        assert contrast(INK.on(theme), mixed(colour, theme, STRONGEST)) >= 3  # WCAG 1.4.11
    assert contrast(MUTED.on(theme), mixed(MUTED, theme, HATCHING)) >= 3


# --- on the page


@EVERY
def test_the_slider_shows_each_stage_with_its_sentence_and_its_description(picture: Callable[[], Diagram]):
    diagram = picture()
    player = stages(diagram)
    page = Browser(player)
    for k in range(diagram.stages):
        page.move(0, k)
        frame = soup(page.frame())
        assert texts(frame, ".says") == [f"Stage {k + 1} of {diagram.stages}: {diagram.captions[k]}"]
        assert frame.svg["role"] == "img" and frame.svg["aria-label"] == diagram.alt(k + 1)
        drawn_words = [t.get_text() for t in diagram.figure(k + 1).axes[0].texts if not t.get_parse_math()]
        written = texts(frame, "svg text")
        assert all(word in written for word in drawn_words)
    static = soup(player.static)
    assert static.svg["aria-label"] == diagram.alt()
    assert [line.split(": ", 1)[1] for line in texts(static, "li")] == list(diagram.captions)
    names = [m["state"].get("description") for m in page.models.values() if "description" in m["state"]]
    assert {"Stage", "Play: Stage"} <= set(names)


def test_without_stack_the_kernel_swaps_the_stage(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr(ipywidgets, "Stack")
    player = stages(small(captions=["A word.", "A box."]))
    assert "A word." in player.widget.children[-1].value
    player.sliders[0].index = 1
    assert "A box." in player.widget.children[-1].value


def test_a_colour_follows_the_page_and_print_needs_no_stylesheet():
    player = stages(small(captions=["A word.", "A box."]))
    page = Browser(player)
    page.move(0, 1)
    picture = str(soup(page.frame()).svg)
    assert "fill:var(--c-source)" in picture and not re.search("#[0-9a-f]{6}", picture)
    assert f"fill:var(--c-source,{SOURCE.light})" in player.static
    assert set(re.findall(r"--c-([a-z]+)", picture)) <= set(CSS_VARIABLES)


@EVERY
def test_a_page_keeps_its_own_rules_and_ids(picture: Callable[[], Diagram]):
    svg = figure_svg(picture().figure(), "a picture")
    assert not re.search(r"<style|<metadata|<!--| id=|xlink|clip-path", svg)
    assert len(soup(svg).select("svg")) == 1


def test_the_light_svg_draws_what_matplotlib_draws():
    picture = Diagram(4, 3)
    picture.box("h", at=(2, 1.5), size=(1, 0.5), symbol="h")
    (path,) = re.findall(r"<path d='([^']*)'", figure_svg(picture.figure(), "a box"))
    (patch,) = picture.figure().axes[0].patches
    ends = [(v[-2:] * POINTS) for v, code in patch.get_path().iter_segments(simplify=False) if code != 79]
    expected = [(x, 3 * POINTS - y) for x, y in ends]
    np.testing.assert_allclose(walked(path), expected, atol=0.051)


def walked(path: str) -> list[tuple[float, float]]:
    """Return where each step of a path of m, l, h, v and c ends."""
    x = y = 0.0
    found = []
    for letter, numbers in re.findall(r"([mlhvc])([^a-z]*)", path):
        parts = [float(n) for n in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", numbers)]
        x += {"h": parts[0], "v": 0.0}.get(letter, parts[-2] if len(parts) > 1 else 0.0)
        y += {"v": parts[0], "h": 0.0}.get(letter, parts[-1])
        found.append((x, y))
    return found


def test_any_figure_may_have_stages():
    figures = []
    for n in (1, 2):
        figure, ax = new_axes()
        ax.plot(range(n + 1))
        figures.append(figure)
    page = Browser(stages(figures, captions=["One.", "Two."], alts=["a line", "a longer line"], title="Lines"))
    page.move(0, 1)
    frame = soup(page.frame())
    assert frame.svg["aria-label"] == "a longer line"
    assert texts(frame, ".says") == ["Lines · Stage 2 of 2: Two."]
    ids = {tag["id"] for tag in frame.select("svg [id]")}
    assert {tag["href"].removeprefix("#") for tag in frame.select("use")} <= ids


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([],), "at least one figure"),
        ((small(),), "captions: expected one sentence for each of 2 stages"),
        (([Figure()], ["One."]), "alts: expected one description for each of 1 stages"),
        (([Figure()], ["One.", "Two."], ["a"]), "captions: expected one sentence for each of 1"),
        (([Figure()], "O", ["a"]), "captions: expected one sentence"),
        (([Figure()], [" "], ["a"]), "captions: expected one sentence"),
    ],
)
def test_stages_without_words_are_refused(arguments: tuple[Any, ...], message: str):
    figures, captions, alts = (*arguments, (), ())[:3]
    with pytest.raises(ValueError, match=message):
        stages(figures, captions=captions, alts=alts)


@EVERY
def test_a_picture_is_the_same_every_time_and_leaves_the_settings_alone(picture: Callable[[], Diagram]):
    before = dict(mpl.rcParams)
    first, second = (stages(picture()) for _ in range(2))
    assert first.static == second.static
    assert Browser(first).frame() == Browser(second).frame()
    assert dict(mpl.rcParams) == before


@EVERY
def test_six_stages_weigh_little(picture: Callable[[], Diagram]):
    diagram = picture()
    player = stages(diagram)
    style = len(player.widget.children[0].value)  # once a page
    weight = len(json.dumps(dependency_state(player.widget))) - style + len(player.static.encode())
    assert weight / diagram.stages <= ROOM / 4  # the last stages are the heaviest
    assert weight <= ROOM


def test_the_rectangle_that_an_arrow_may_not_cross():
    box = Rect(1, 1, 2, 2)
    assert box.crossed_by((0, 1.5), (3, 1.5)) and box.crossed_by((0, 0), (3, 3))
    assert not box.crossed_by((0, 2.5), (3, 2.5)) and not box.crossed_by((0, 1.5), (0.9, 1.5))
    assert not box.crossed_by((0, 2.1), (0.9, 3.0)) and not box.crossed_by((1, 0), (1, 3))
