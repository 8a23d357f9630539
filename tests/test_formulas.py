r"""Symbols in the book's formulas wear the colours of notation.py, and no formula is another one for it."""

import re
from pathlib import Path

import pytest
from coloured_formulas import CLASSES, colour_formulas, coloured
from docutils import nodes
from docutils.utils import new_document
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.notation import SYMBOLS
from tests.oracles.formulas import plain

ROOT = Path(__file__).resolve().parent.parent


def classes(tex: str) -> list[tuple[str, str]]:
    """Return what is coloured, and as what."""
    return re.findall(r"\{\\class\{symbol-(\w+)\}\{((?:[^{}]|\{[^{}]*\})*)\}\}", coloured(tex))


@pytest.mark.parametrize("name", SYMBOLS)
def test_every_symbol_of_the_table_has_its_colour(name: str):
    symbol = SYMBOLS[name]
    kind = CLASSES[symbol.colour].removeprefix("symbol-")
    for spelling in (symbol.tex, *symbol.also):
        assert {got for got, _ in classes(spelling)} == {kind}
        assert " ".join(tex for _, tex in classes(spelling)) == spelling


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"c_i = \sum_j \alpha_{ij} h_j", [("context", "c_i"), ("weight", r"\alpha_{ij}"), ("source", "h_j")]),
        (r"\frac{\exp(e_{ij})}{\sum_k \exp(e_{ik})}", [("score", "e_{ij}"), ("score", "e_{ik}")]),
        (
            r"\left[\overrightarrow{h}_n;\overleftarrow{h}_1\right]",
            [("source", r"\overrightarrow{h}_n"), ("source", r"\overleftarrow{h}_1")],
        ),
        (r"p(y_i \mid y_{<i}, x_1)", [("target", "y_i"), ("target", "y_{<i}"), ("source", "x_1")]),
        (r"q_i^\top k_j", [("target", r"q_i^\top"), ("source", "k_j")]),
        (r"E y_{i-1} + U s_{i-1}", [("target", "y_{i-1}"), ("target", "s_{i-1}")]),
    ],
)
def test_symbols_are_found_inside_a_formula(tex: str, expected: list[tuple[str, str]]):
    assert classes(tex) == expected


@pytest.mark.parametrize(
    "tex",
    [
        r"c_t \odot h_{t-1}",  # the cell and the state of an LSTM
        r"v_a^\top W_a",  # parameters of the score
        r"\tilde s_i + \tilde h_t + \hat y_i + \bar h_s",  # other things that wear the letter
        r"e^{2 \log 2} = e",  # Euler's
        r"\text{where h_j is x_1} \mathrm{h_j} \operatorname{y_i}",
        r"\begin{array}{cc} x & y \end{array} \label{c_i}",
        r"p(y \mid x)",
        r"\delta_{jk} \varepsilon_i x^2 y^i",
    ],
)
def test_what_only_looks_like_a_symbol_is_left_alone(tex: str):
    assert coloured(tex) == tex


@pytest.mark.parametrize("tex", [r"h_j}", r"\frac{h_j", r"h_", r"{h_j", r"\text{h_j"])
def test_a_formula_that_cannot_be_read_is_left_as_it_is(tex: str):
    assert coloured(tex) == tex


PIECES = st.sampled_from(
    [*"hxyescvqkijab01_^{}'&[]() ", r"\alpha", r"\tilde", r"\frac", r"\left", r"\right", r"\text", r"\\", r"\,",
     r"\{", r"\sum", r"\overrightarrow", "_j", "_{ij}", "h_j", r"\alpha_{ij}", "{h_j}", r"\text{h_j}"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=14).map("".join))
@settings(max_examples=600, deadline=None)
def test_no_formula_however_odd_is_changed_but_for_its_colours(tex: str):
    assert plain(coloured(tex)) == tex


def test_a_command_gets_no_more_and_no_less_than_it_took():
    """``\\sqrt h_j`` draws the root over h alone; a class between the two would be what it takes."""
    for tex in (r"\sqrt h_j", r"\tfrac12 h", r"\left\{ x \right.", r"\mathbf h_j"):
        assert coloured(tex) == tex
    assert coloured(r"\left(h_j\right)") == r"\left({\class{symbol-source}{h_j}}\right)"


def test_the_page_gets_the_coloured_formula_and_nothing_else_changes():
    page = new_document("page")
    inline, block = nodes.math("", "c_i"), nodes.math_block("", r"\alpha_{ij}")
    text, code = nodes.paragraph("", "h_j"), nodes.literal("", "e_{ij}")
    page += [inline, block, text, code]
    colour_formulas(None, page)
    assert inline.astext() == r"{\class{symbol-context}{c_i}}"
    assert block.astext() == r"{\class{symbol-weight}{\alpha_{ij}}}"
    assert (text.astext(), code.astext()) == ("h_j", "e_{ij}")
