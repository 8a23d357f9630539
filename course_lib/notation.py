"""One table of symbols: its paper notation, its argument name in the code, its colour everywhere.

Formulas, figures, widgets and the notation page all read this file, so a colour that means
"weight" in an equation means "weight" in a heat map.
Used by every chapter.
"""

from dataclasses import dataclass
from typing import Literal

from course_lib.options import check_option

Theme = Literal["light", "dark"]


@dataclass(frozen=True)
class Colour:
    """One hue in two strengths; both pass WCAG AA (4.5:1) as text on the page they are named for."""

    light: str  # on white
    dark: str  # on the dark page, #121212

    def on(self, theme: Theme) -> str:
        """Return the hex value for ``theme``; ValueError for any other word."""
        return self.light if check_option("theme", theme, Theme) == "light" else self.dark


# Five hues of about the same lightness (each has to be read as text), so no figure tells anything by colour alone.
SOURCE = Colour("#1b7a4b", "#6fd3a0")  # encoder side: green
TARGET = Colour("#a6206a", "#f29ac2")  # decoder side: magenta
SCORE = Colour("#5b4bb5", "#b9aefc")  # before the softmax: violet
WEIGHT = Colour("#a34a00", "#ffb066")  # after the softmax: orange
CONTEXT = Colour("#0b5fa5", "#7cc0ff")  # what attention brought back: blue
INK = Colour("#1f2328", "#e6e6e6")  # text
MUTED = Colour("#5c6670", "#a9b1ba")  # axes, padding, what is yet to come
PAPER = Colour("#ffffff", "#121212")  # what the colours above are meant to lie on


@dataclass(frozen=True)
class Symbol:
    """A symbol of the papers and the name the code gives it."""

    tex: str
    argument: str
    meaning: str
    shape: str  # in the letters of DIMENSIONS, batch first
    colour: Colour
    also: tuple[str, ...] = ()  # other spellings, in formulas about one sentence or one step


DIMENSIONS = {
    "B": "sentences in a batch",
    "S": "source positions, the end-of-sentence token included",
    "T": "target positions, the end-of-sentence token included",
    "V": "words in a vocabulary",
    "E": "entries of an embedding",
    "H": "entries of a decoder state",
    "M": "entries of one annotation",
    "A": "entries of a key; in the additive score its hidden units",
    "C": "entries of a summary",
    "L": "layers; of an RNN, each direction counted",
    "W": "positions in a window of local attention: 2D + 1 around its centre",
    "N": "heads of multi-head attention",
    "K": "hypotheses that a beam keeps of each sentence",
    "P": "pairs of a source and a target word that met: a table of Model 1",
}

SYMBOLS = {
    "x": Symbol(r"x_j", "source", "source word at position j", "(B, S)", SOURCE),
    "h": Symbol(
        r"h_j",
        "memory",
        "annotation: what the encoder says of position j",
        "(B, S, M)",
        SOURCE,
        (r"\overrightarrow{h}_j", r"\overleftarrow{h}_j"),
    ),
    "v": Symbol(r"v", "initial", "the fixed vector: the encoder's last state", "(B, H)", SOURCE),
    "key": Symbol(r"U_a h_j", "keys", "key: the annotation as the score sees it", "(B, S, A)", SOURCE, ("k_j",)),
    "value": Symbol(r"h_j", "values", "value: the annotation as the context takes it", "(B, S, M)", SOURCE, ("v_j",)),
    "y": Symbol(r"y_i", "target", "target word at position i", "(B, T)", TARGET),
    "s": Symbol(r"s_i", "state", "decoder state after step i", "(B, H)", TARGET),
    "query": Symbol(r"s_{i-1}", "query", "query: the state that asks", "(B, H)", TARGET, ("q_i", "q")),
    "e": Symbol(r"e_{ij}", "scores", "score of position j at step i, any real number", "(B, S)", SCORE, ("e_j",)),
    "alpha": Symbol(
        r"\alpha_{ij}",
        "weights",
        "weight of position j at step i; a row sums to 1",
        "(B, S)",
        WEIGHT,
        (r"\alpha_j", r"\alpha"),
    ),
    "kappa": Symbol(
        r"\kappa_{ij}",
        "coverage",
        "coverage: the weights that position j has had before step i, added up",
        "(B, S)",
        WEIGHT,
        (r"\kappa_j", r"\kappa"),
    ),
    "summary": Symbol(r"\mathbf{c}", "summary", "summary: what every step is told of the source", "(B, C)", CONTEXT),
    "p": Symbol(
        r"p_i", "centre", "centre of the window at step i, in source positions from 0 (chapter 9)", "(B, T)", WEIGHT
    ),
    "c": Symbol(r"c_i", "context", "context: the weighted sum of the values", "(B, M)", CONTEXT),
    "attentional": Symbol(
        r"\tilde h_i", "attentional", "attentional state: context and state, joined (chapter 7)", "(B, H)", TARGET
    ),
}


def symbol_table() -> str:
    """Return :data:`SYMBOLS` as a Markdown table with a swatch of each colour. The notation page."""
    rows = ["| | symbol | in the code | meaning | shape |", "|---|---|---|---|---|"]
    rows += [
        f"| {_swatch(s.colour)} | ${s.tex}$ | `{s.argument}` | {s.meaning} | {s.shape} |" for s in SYMBOLS.values()
    ]
    return "\n".join(rows)


def dimension_table() -> str:
    """Return :data:`DIMENSIONS` as a Markdown table. The notation page."""
    return "\n".join(["| letter | counts |", "|---|---|", *(f"| {k} | {v} |" for k, v in DIMENSIONS.items())])


def _swatch(colour: Colour) -> str:
    name = {SOURCE: "green", TARGET: "magenta", SCORE: "violet", WEIGHT: "orange", CONTEXT: "blue"}[colour]
    return f'<span style="color:{colour.light};font-size:1.4em" role="img" aria-label="{name}">■</span>'
