"""The reference names every public name of every room, says who uses it, and a reference that leads nowhere is seen."""

import ast
import re
from pathlib import Path

import api_reference
import check_book
import pytest
from bs4 import BeautifulSoup

from course_lib.shapes import __all__ as SHAPES
from tests.rooms import ROOMS

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted((ROOT / "book" / "api").glob("*.md"))
ROOM = re.compile(r"^```\{room\} (\S+)$", re.MULTILINE)
INSIDE = {"commands", "__main__"}
"""What the command line is made of: nobody imports it."""
HEAVIEST = 200_000


def documented() -> list[str]:
    return [room for page in PAGES for room in ROOM.findall(page.read_text("utf-8"))]


def face(room: str) -> set[str]:
    """Return what a room offers, read from its source: ``__all__``, or what a module defines without an underscore."""
    path = ROOT / "course_lib" / room.replace(".", "/")
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    body = ast.parse(path.read_text("utf-8")).body
    for node in body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return set(ast.literal_eval(node.value))
    own = (node for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef))
    return {node.name for node in own if ast.get_docstring(node) and not node.name.startswith("_")}


def test_every_room_has_its_place_and_each_page_is_listed() -> None:
    """A new room would otherwise be in the library and not in the reference."""
    rooms = set().union(*ROOMS) - INSIDE
    found = documented()
    assert len(found) == len(set(found))
    assert {room.split(".")[0] for room in found} == rooms
    listed = re.findall(r"\]\((\w+)\.md\)", (ROOT / "book" / "api" / "index.md").read_text("utf-8"))
    assert sorted(listed) == sorted(page.stem for page in PAGES if page.stem != "index")


def test_every_public_name_stands_on_its_page(html: Path) -> None:
    missing = []
    for page in PAGES:
        soup = check_book.soup_of(html / "book" / "api" / f"{page.stem}.html")
        there = {str(tag["id"]).split(".")[-1] for tag in soup.select("dt.sig[id]")}
        for room in ROOM.findall(page.read_text("utf-8")):
            functions = {name for name in face(room) if name[0].isalpha() and not name.isupper()} - set(SHAPES)
            missing += [f"{room}.{name}" for name in functions - there if not is_alias(room, name)]
    assert [name for name in missing if name != "plots.Diagram"] == []  # on the same page, under plots.diagrams


def is_alias(room: str, name: str) -> bool:
    """Say whether a public name stands for a type or a value that has no docstring of its own."""
    module = __import__(f"course_lib.{room}", fromlist=[name])
    found = getattr(module, name)
    return not (callable(found) and getattr(found, "__module__", "").startswith("course_lib"))


def test_a_name_says_its_file_and_the_chapters_that_use_it(html: Path) -> None:
    text = check_book.soup_of(html / "book" / "api" / "attention.html").get_text(" ")
    entry = text[text.index("masked_softmax") :]
    assert "course_lib/attention/base.py · chapters 4" in re.sub(r"\s+", " ", entry)[:1200]


def test_a_module_shows_the_arguments_that_it_takes(html: Path) -> None:
    """All that remembers how it was built once stood there with *args and **options."""
    heads = {}
    for page in (html / "book" / "api").glob("*.html"):
        soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")  # lxml ends a <dt> where a list in it begins
        heads |= {str(entry["id"]): entry.get_text() for entry in soup.select("dl.class > dt.sig[id]")}
    assert [name for name, head in heads.items() if "**options" in head] == []
    unread = [name for name, head in heads.items() if "<factory>" in head or "~" in head]
    assert unread == [], "a signature that is no Python is shown raw, types and all"
    assert "reinforce: Reinforce = Reinforce()" in re.sub(r"\s+", " ", heads["course_lib.training.Objective"])
    own = {name: head for name, head in heads.items() if not name.startswith("course_lib.shapes.")}
    empty = [name for name, head in own.items() if "*args" in head]
    assert empty == [], "a protocol says how it is called, or nothing"
    assert "previous" in heads["course_lib.search.StepFunction"]
    assert "plain_keys" in heads["course_lib.attention.AdditiveAttention"]


def test_pages_of_the_reference_are_light_and_their_formulas_keep_their_bars(html: Path) -> None:
    for page in (html / "book" / "api").glob("*.html"):
        assert page.stat().st_size <= HEAVIEST, page.name
    assert "|A ∩ P| / |A|" in check_book.soup_of(html / "book" / "api" / "metrics.html").get_text()


# The pieces


@pytest.mark.parametrize(
    ("written", "set_as"),
    [
        ("|A| of ``x | y`` and |B|", r"\|A\| of ``x | y`` and \|B\|"),
        ("W_a s_{i-1}", r"W\ :sub:`a`\  s\ :sub:`i-1`\ "),
        ("v_aᵀ", r"v\ :sub:`a`\ ᵀ"),
        ("Σ_j α_ij", r"Σ\ :sub:`j`\  α\ :sub:`ij`\ "),
        ("x^α", r"x\ :sup:`α`\ "),
        ("p^(1 / τ), (x)", r"p\ :sup:`1 / τ`\ , (x)"),
        ("a_ŝ", r"a\ :sub:`ŝ`\ "),
        ("p(y_i | y_<i, x)", r"p(y\ :sub:`i`\  \| y\ :sub:`<i`\ , x)"),
        ("course_lib, max_words, b_attn and ``W_a`` of :class:`x_y`", None),
        ("none", None),
    ],
)
def test_a_formula_is_set_and_a_name_of_code_is_left(written: str, set_as: str | None) -> None:
    lines = [written]
    api_reference.as_formulas(None, "function", "f", None, None, lines)
    assert lines == [set_as or written]


@pytest.mark.parametrize(
    ("target", "there"),
    [
        ("course_lib.traces", True),
        ("course_lib.traces.Trace", True),
        ("course_lib.traces.Trace.from_record", True),
        ("course_lib.corpora.pictures", True),
        ("course_lib.traces.Tracce", False),
        ("course_lib.traces.Trace.nothing", False),
        ("course_lib.attention.collections.abc.Sequence", False),
        ("course_lib.nowhere", False),
        ("torch.Tensor", False),
    ],
)
def test_only_what_is_there_may_go_without_a_link(target: str, there: bool) -> None:
    """A reference to a name that was renamed has to be a warning, which fails the build."""
    assert api_reference._is_there(target) is there


def test_a_room_without_a_face_is_all_its_modules() -> None:
    assert api_reference.modules("attention") == ["course_lib.attention"]
    assert api_reference.modules("traces") == ["course_lib.traces"]
    checks = api_reference.modules("checks")
    chapters = {path.stem for path in (ROOT / "course_lib" / "checks").glob("chapter*.py")}
    assert {f"course_lib.checks.{name}" for name in chapters} <= set(checks)
    with pytest.raises(ImportError):
        api_reference.modules("nowhere")


def test_chapters_are_said_as_the_docstring_says_them() -> None:
    assert api_reference.chapters_of("course_lib.attention.base").startswith("chapters 4, 5 and 15")
