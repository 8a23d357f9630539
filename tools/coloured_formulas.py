r"""Sphinx extension: give the symbols of course_lib/notation.py their colour inside every formula of the book.

A notebook holds plain TeX, which Colab and Jupyter set in black. In the book ``h_j`` becomes
``{\class{symbol-source}{h_j}}``, and book/static/course.css colours the class for the light and the
dark page. A symbol is known by its letter *and* its index, as the papers write it: ``c_i`` is the
context, ``c_t`` the cell of an LSTM and left alone. A formula that cannot be read is left as it is.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from docutils import nodes

from course_lib import notation

CLASSES = {
    notation.SOURCE: "symbol-source",
    notation.TARGET: "symbol-target",
    notation.SCORE: "symbol-score",
    notation.WEIGHT: "symbol-weight",
    notation.CONTEXT: "symbol-context",
}
TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\s+|.", re.DOTALL)
INDICES = {  # how a position is written: in general, first and last, one before, all before
    "i": r"<?(i|m|T)([+-]\d)?|\d|m\+1",
    "j": r"(j|k|n|S)([+-]\d)?|\d",
    "ij": r"i,?[jk]",
}
# The next group of these is no formula, or a word for MathJax: it is copied.
NO_FORMULA = re.compile(
    r"\\(text\w*|math(rm|it|sf|tt|bf)|mbox|[hvf]box|begin|end|label|tag\*?|(eq)?ref|operatorname\*?|[hm]?space|class|color)$"
)
# What these take may stand without braces: it is copied with its indices.
TAKES_ONE = re.compile(
    r"\\([dtc]?frac|[dt]?binom|sqrt|tilde|hat|bar|vec|d?dot|check|breve|wide\w+|over\w+|under\w+|math\w+|bold\w*|left|"
    r"right|middle|[bB]igg?[lrm]?)$"
)


class Unreadable(Exception):
    """The braces of a formula do not match."""


class Known(NamedTuple):
    """A symbol as it is written: its letter, the pattern of its index (None where it has none), its class."""

    letter: str
    below: re.Pattern[str] | None
    name: str


class Part(NamedTuple):
    """A piece of TeX; ``inner`` says that it is the inside of a group, a formula of its own."""

    tex: str
    inner: bool = False


class Atom(NamedTuple):
    """A letter, command or group with its indices: its parts, and what it may be known by."""

    parts: tuple[Part, ...]
    letter: str
    below: str | None

    @property
    def written(self) -> str:
        return "".join(part.tex for part in self.parts)


class Reader:
    """Goes through a formula from left to right, an atom at a time."""

    def __init__(self, tex: str) -> None:
        self.tokens = TOKEN.findall(tex)
        self.place = 0

    def peek(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.place += 1
        return token

    def space(self) -> str:
        return self.take() if self.peek().isspace() else ""

    def group(self) -> str:
        """Take ``{…}`` and return it as written."""
        start, depth = self.place, 0
        while self.peek():
            depth += {"{": 1, "}": -1}.get(self.take(), 0)
            if depth == 0:
                return "".join(self.tokens[start : self.place])
        raise Unreadable

    def argument(self) -> str:
        """Take a group, or the one token that stands for it; a command for text with its text."""
        if self.peek() == "{":
            return self.group()
        token = self.take()
        if token in ("", "}"):
            raise Unreadable
        return token + (self.group() if NO_FORMULA.match(token) and self.peek() == "{" else "")

    def nucleus(self) -> list[Part]:
        """Take what indices may hang on."""
        token = self.peek()
        if token == "{":
            return _parts(self.group())
        if token == "}":
            raise Unreadable
        self.take()
        if NO_FORMULA.match(token):
            space = self.space()
            return [Part(token + space + ("" if self.peek() in ("", "}", "_", "^") else self.argument()))]
        if not TAKES_ONE.match(token):
            return [Part(token)]
        space = self.space()
        arrow = token.startswith(r"\over")
        alone = self.peek() in ("[", "") or (self.peek() == "{" and not arrow)  # its groups are atoms to come
        return [Part(token + space + ("" if alone else self.argument()))]

    def indices(self) -> Iterator[tuple[str, str]]:
        """Take the indices that follow; yield ``_`` or ``^`` or a prime, and the argument."""
        while True:
            before, space = self.place, self.space()
            if self.peek() == "'":
                yield space + self.take(), ""
            elif self.peek() in ("_", "^") and self.peek():
                yield space + self.take() + self.space(), self.argument()
            else:
                self.place = before
                return

    def atom(self) -> Atom:
        parts = self.nucleus()
        letter, below = "".join(part.tex for part in parts), None
        for sign, argument in self.indices():
            parts += [Part(sign), *_parts(argument)]
            if sign.strip() == "_":
                below = argument.strip("{} ").replace(" ", "")
        return Atom(tuple(parts), letter, below)


def _parts(argument: str) -> list[Part]:
    if not argument.startswith("{"):
        return [Part(argument)]
    return [Part("{"), Part(argument[1:-1], inner=True), Part("}")]


def atoms(tex: str) -> Iterator[Atom]:
    """Yield the parts of ``tex``; their ``written`` joined is ``tex``. Unreadable if its braces do not match."""
    reader = Reader(tex)
    while reader.peek():
        yield reader.atom()


def known_symbols() -> list[Known]:
    """Return the letters and indices of every spelling in :data:`course_lib.notation.SYMBOLS`."""
    found = []
    for symbol in notation.SYMBOLS.values():
        for spelling in (symbol.tex, *symbol.also):
            for atom in atoms(spelling):
                if atom.written.isspace():
                    continue
                below = None if atom.below is None else _places(atom.below)
                found.append(Known(atom.letter, below, CLASSES[symbol.colour]))
    return found


def _places(index: str) -> re.Pattern[str]:
    """Return what may stand where ``index`` stands: ``i-1`` is a position of the target, ``a`` only a name."""
    role = re.sub(r"[-+]\d", "", index)
    return re.compile(INDICES.get(role, re.escape(index)))


def coloured(tex: str) -> str:
    """Return ``tex`` with every known symbol in its class; as it is where it cannot be read."""
    try:
        return "".join(_shown(atom) for atom in atoms(tex))
    except Unreadable:
        return tex


def _shown(atom: Atom) -> str:
    for known in KNOWN:
        fits = atom.below is None if known.below is None else known.below.fullmatch(atom.below or "")
        if atom.letter == known.letter and fits:
            return rf"{{\class{{{known.name}}}{{{atom.written}}}}}"  # braces: then it may stand as an argument, too
    return "".join(coloured(part.tex) if part.inner else part.tex for part in atom.parts)


KNOWN = known_symbols()


def colour_formulas(_app: Any, doctree: nodes.document) -> None:
    """Colour the symbols of every formula of a page."""
    for formula in [*doctree.findall(nodes.math), *doctree.findall(nodes.math_block)]:
        tex = coloured(formula.astext())
        formula.children = []
        formula += nodes.Text(tex)


def setup(app: Any) -> dict[str, Any]:
    """Register the extension; called by Sphinx."""
    app.connect("doctree-read", colour_formulas)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
