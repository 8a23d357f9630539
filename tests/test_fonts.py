"""Labels mean what they say, in letters that are there; and where none are, one sentence says so."""

import io
import warnings
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.text import Text
from PIL import Image

from course_lib.corpora.pairs import SentencePair
from course_lib.history import History, Validation
from course_lib.plots import (
    alignment_panel,
    bars,
    curves,
    fonts,
    heatmap,
    links,
    new_axes,
    publish,
    score_by_length,
    vectors_pca,
)
from course_lib.plots.diagrams import Diagram
from course_lib.plots.theme import use_theme
from course_lib.search import beam
from course_lib.vocabulary import Vocabulary
from course_lib.widgets import (
    batch_explorer,
    beam_tree,
    compare,
    five_steps,
    gold_and_attention,
    gold_and_links,
    stages,
    step_through,
)
from tests.oracles.traces import random_trace
from tests.pages import soup

CHINESE, MARATHI = ("我", "爱", "猫"), ("मला", "मांजर", "आवडते")
MONEY = ("$5 and $6", "$$", r"$\frac$", "a_b^c")


def squares(path: Path, name: str, signs: str) -> Path:
    """Write a font in which each of ``signs`` is a black square."""
    builder = FontBuilder(1000, isTTF=True)
    names = [".notdef", *(f"sign{n}" for n in range(len(signs)))]
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 900), (900, 900), (900, 0)):
        pen.lineTo(corner)
    pen.closePath()
    glyph = pen.glyph()
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(sign): glyph_name for sign, glyph_name in zip(signs, names[1:], strict=True)})
    builder.setupGlyf(dict.fromkeys(names, glyph))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (1000, 0)))
    builder.setupHorizontalHeader(ascent=900, descent=-100)
    builder.setupNameTable({"familyName": name, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)
    return path


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine with matplotlib's own fonts alone, which has not been spoken to."""
    monkeypatch.setattr(fontManager, "ttflist", [f for f in fontManager.ttflist if "matplotlib" in str(f.fname)])
    monkeypatch.setattr(fonts, "_told", set())
    with mpl.rc_context():
        yield


@pytest.fixture
def install(tmp_path: Path) -> Callable[[str, str], None]:
    def add(name: str, signs: str) -> None:
        fontManager.addfont(squares(tmp_path / f"{name}.ttf", name, signs))

    return add


def drawn(figure: Figure) -> tuple[np.ndarray, list[str]]:
    """Return the picture in grey, 0 is black, and what was warned of while it was drawn."""
    stream = io.BytesIO()
    with warnings.catch_warnings(record=True) as caught:
        figure.savefig(stream, format="png", dpi=150)
    with Image.open(stream) as image:
        return np.asarray(image.convert("L")), [str(warning.message) for warning in caught]


def has_a_square(picture: np.ndarray, side: int) -> bool:
    windows = np.lib.stride_tricks.sliding_window_view(picture < 140, (side, side))
    return bool(windows.all(axis=(2, 3)).any())


def mapped(words: tuple[str, ...] = CHINESE) -> Figure:
    return heatmap(random_trace((*words, "</s>"), ("the", "</s>"), seed=1), title=words[-1])


@pytest.mark.parametrize(("words", "script", "helpful"), [(CHINESE, "Cjk", "CJK SC"), (MARATHI, "Devanagari", "Noto")])
def test_without_a_font_one_sentence_says_so_and_not_a_warning_a_letter(words: Any, script: str, helpful: str) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(2):
            mapped(words).savefig(io.BytesIO())
            links([SentencePair(words, ("I",), frozenset(), frozenset())]).savefig(io.BytesIO())
    (said,) = [str(warning.message) for warning in caught]
    assert f"({script})" in said and helpful in said and "addfont" in said and "Sliders need none" in said


@pytest.mark.parametrize("words", [CHINESE, MARATHI])
def test_a_font_that_has_the_letters_draws_them(words: Any, install: Any) -> None:
    def lined_up(of: tuple[str, ...]) -> tuple[np.ndarray, list[str]]:
        return drawn(links([SentencePair(of, ("I",), frozenset(), frozenset())]))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert not has_a_square(lined_up(words)[0], 11)
    fonts._told.clear()
    install("Some Squares", "".join(sorted(set("".join(words)))))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        picture, warned = lined_up(words)
        drawn(mapped(words))
    assert not warned
    assert has_a_square(picture, 11)
    assert not has_a_square(lined_up(("cat", "dog", "cow"))[0], 11)


def test_words_of_wide_signs_do_not_run_into_one_another(install: Any) -> None:
    words = ("我们", "不知道", "这", "一", "国际象棋", "。")
    install("Some Squares", "".join(sorted(set("".join(words)))))
    figure = links([SentencePair(words, ("we", "do", "not", "know"), frozenset(), frozenset())])
    drawn(figure)
    boxes = [text.get_window_extent() for text in figure.axes[0].texts[: len(words)]]
    assert all(left.x1 <= right.x0 for left, right in pairwise(boxes))


def test_a_font_that_goes_well_is_taken_before_another(install: Any) -> None:
    for name in ("A Brush", "SimHei", "Noto Sans CJK SC"):
        install(name, "猫")
        assert fonts.families_for("my 猫") == ["DejaVu Sans", name]
    install("Devanagari of Mine", "क")
    assert fonts.families_for("my 猫 क") == ["DejaVu Sans", "Noto Sans CJK SC", "Devanagari of Mine"]
    assert fonts.families_for("a cat, ein Kätzchen, кошка, γάτα") == ["DejaVu Sans"]


@pytest.mark.parametrize(
    "settings",
    [{"font.family": ["Mine"]}, {"font.sans-serif": ["Nowhere", "Mine"]}, {"font.family": ["Nowhere", "Mine"]}],
)
def test_the_readers_own_font_goes_first(settings: dict[str, Any], install: Any) -> None:
    """``rcParams["font.sans-serif"] = ["SimHei"]`` is what every page on Chinese labels says; it was overridden."""
    assert fonts.families() == ["DejaVu Sans"]
    install("Mine", "猫 eht")
    install("Noto Sans CJK SC", "猫")
    mpl.rcParams.update(settings)
    with use_theme():
        assert mpl.rcParams["font.family"][0] == "Mine"
        with use_theme():
            assert mpl.rcParams["font.family"][0] == "Mine"
    figure = mapped(("猫",) * 3)
    assert all(text.get_fontfamily()[0] == "Mine" for text in figure.findobj(Text) if "猫" in text.get_text())
    _, warned = drawn(figure)
    assert not warned


def histories() -> dict[str, list[History]]:
    return {MONEY[0]: [History((1.0, 2.0), validations=(Validation(2, 3.0, 1.0, 1.0),))]}


FIGURES: dict[str, tuple[int, Callable[[], Figure]]] = {
    "heatmap": (9, lambda: heatmap(random_trace(MONEY, MONEY), title=MONEY[0])),
    "alignment_panel": (9, lambda: alignment_panel({MONEY[1]: random_trace(MONEY, MONEY)})),
    "links": (8, lambda: links([SentencePair(MONEY, MONEY, frozenset(), frozenset())])),
    "curves": (1, lambda: curves(histories())),
    "score_by_length": (5, lambda: score_by_length({MONEY[0]: [[1.0, 2, 3]]}, MONEY[:3], score=MONEY[1])),
    "bars": (5, lambda: bars(dict.fromkeys(MONEY, 1.0), label=MONEY[1])),
    "vectors_pca": (7, lambda: vectors_pca(np.eye(4)[:, :3], MONEY, [*MONEY[:2]] * 2, title=MONEY[0])),
    "Diagram": (1, lambda: figure_of_money()),
}


def figure_of_money() -> Figure:
    picture = Diagram(6, 2)
    picture.text(MONEY[0], (3, 1))
    return picture.figure()


@pytest.mark.parametrize("name", FIGURES)
def test_a_dollar_sign_in_a_label_is_a_dollar_sign(name: str) -> None:
    """matplotlib took what stands between two of them for a formula, and ``$$`` for an error."""
    count, make = FIGURES[name]
    figure = make()
    figure.savefig(io.BytesIO())
    told = [text for text in figure.findobj(Text) if text.get_text() in MONEY or "$" in text.get_text()]
    assert len({id(text) for text in told if text.get_visible()}) >= count
    assert not [text.get_text() for text in told if text.get_parse_math()]


def test_what_the_reader_has_drawn_stays_a_formula() -> None:
    figure, ax = new_axes()
    ax.set_title(r"$\alpha$")
    ax.text(0, 0, r"$\beta$")
    heatmap(random_trace(), ax)
    assert ax.title.get_parse_math() and ax.texts[0].get_parse_math()
    (ax,) = score_by_length({"a": [[1.0, 2.0]]}, ["short", "long"]).axes
    assert all(label.get_parse_math() for label in ax.get_yticklabels())  # numbers, by matplotlib
    assert figure


def test_a_figure_of_the_readers_own_gets_letters_when_it_is_shown(install: Any, monkeypatch: Any) -> None:
    install("Some Squares", "猫")
    monkeypatch.setattr(publish, "display", lambda *given, **more: None)
    figure, ax = new_axes()
    ax.set_title("猫 $x_1$")
    publish.show(figure, "A cat")
    assert ax.title.get_fontfamily() == ["DejaVu Sans", "Some Squares"] and ax.title.get_parse_math()


def test_a_diagram_is_refused_only_where_no_font_has_its_letters(install: Any) -> None:
    picture = Diagram(4, 2, captions=["A cat."])
    picture.text("猫", (2, 1))
    with pytest.raises(ValueError, match=r"No font on this machine has a letter for '猫'.*widgets\.stages"):
        picture.figure()
    on_a_page = stages(picture).static
    install("Some Squares", "猫")
    assert has_a_square(drawn(picture.figure())[0], 11)
    assert stages(picture).static == on_a_page and "Some Squares" not in on_a_page  # the browser has its own


# --- widgets

HOSTILE = ("<b>x</b>", "&amp;", "it's", '"q"', "a<i", "$$", "]]>", "קטן", "</text></svg>")


def tree() -> Any:
    words = Vocabulary.build([HOSTILE])

    def step(previous: Any, state: Any) -> Any:
        import torch

        logits = torch.zeros(len(previous), len(words))
        logits[:, 2] = -1.0 if state.count < 2 else 9.0
        return type("Output", (), {"logits": logits + torch.arange(len(words)) / 10, "state": state.next()})()

    class State:
        def __init__(self, count: int = 0) -> None:
            self.count = count

        def next(self) -> "State":
            return State(self.count + 1)

        def select(self, rows: Any) -> "State":
            return self

    (found,) = beam(step, State(), 1, 4, 4)
    return beam_tree(found, words, title=HOSTILE[0])


def picture_of_words() -> Any:
    picture = Diagram(9, 6, captions=[HOSTILE[0]], title=HOSTILE[1])
    for n, word in enumerate(HOSTILE):
        picture.text(word, (4, 0.5 + 0.6 * n))
    return stages(picture, title=HOSTILE[0])


def hostile_trace(**fields: Any) -> Any:
    return random_trace(HOSTILE, HOSTILE, gold=HOSTILE, **fields)


SLIDERS: dict[str, Callable[[], Any]] = {
    "step_through": lambda: step_through(hostile_trace(), title=HOSTILE[0]),
    "without attention": lambda: step_through(hostile_trace(attends=False), title=HOSTILE[0]),
    "compare": lambda: compare(dict.fromkeys(HOSTILE, hostile_trace()), over=HOSTILE[0], title=HOSTILE[1]),
    "gold_and_attention": lambda: gold_and_attention(
        hostile_trace(forced=True, links=frozenset((k, k) for k in range(len(HOSTILE)))), title=HOSTILE[0]
    ),
    "gold_and_links": lambda: gold_and_links(
        SentencePair(HOSTILE, HOSTILE, frozenset(), frozenset()),
        dict.fromkeys(HOSTILE, np.eye(len(HOSTILE), len(HOSTILE) + 1)),
        thresholds=[None],
        end=HOSTILE[0],
        title=HOSTILE[0],
    ),
    "batch_explorer": lambda: batch_explorer([HOSTILE], [HOSTILE], [HOSTILE]),
    "five_steps": lambda: five_steps(HOSTILE, [1.0], [[1.0]] * len(HOSTILE), [[1.0]] * len(HOSTILE)),
    "beam_tree": tree,
    "stages": picture_of_words,
}


def texts_of(widget: Any) -> list[str]:
    """Return every HTML text of a widget and its children."""
    own = [widget.value] if type(widget).__name__ == "HTML" else []
    return [*own, *(text for child in getattr(widget, "children", ()) for text in texts_of(child))]


@pytest.mark.parametrize("name", SLIDERS)
def test_no_word_becomes_markup_in_a_slider_nor_in_what_stands_for_it_in_print(name: str) -> None:
    player = SLIDERS[name]()
    for html in (*dict.fromkeys(texts_of(player.widget)), player.static):
        page = soup(html)
        assert not [tag for tag in page.find_all(["b", "i"]) if tag.get_text() == "x"]
        assert html.count("<svg") == html.count("</svg>") == len(page.find_all("svg"))
        for tag in page.find_all(True):
            assert not [key for key in tag.attrs if any(sign in key for sign in "<>\"'&")], tag
    shown = " ".join(soup(html).get_text(" ") for html in (*texts_of(player.widget), player.static))
    for word in HOSTILE[:2] if name == "beam_tree" else HOSTILE:  # a beam keeps the best
        assert word[:11] in shown, word
