"""Shapes in signatures: who names them, that they are checked here, and that nothing needs jaxtyping."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from course_lib.attention import Attended, LocationAttention, masked_softmax
from course_lib.attention.base import over_steps
from course_lib.batching import Batch
from course_lib.decoders import DecoderOutput, StepOutput
from course_lib.encoders import Encoded, State
from course_lib.notation import DIMENSIONS, SYMBOLS
from course_lib.shapes import Bool, Float, Int, Shaped
from tests.oracles.models import losses
from tests.shape_checks import ShapeError, checked, switch_on, unchecked

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "course_lib"
ARRAYS = {"Tensor", "ndarray"}
WORDS = {"Bool", "Float", "Int", "Shaped"}
# The values of learners have the shape that learners gave them; the states of random generators are bytes.
WITHOUT_SHAPES = {"checks", "devices"}
SOURCES = [
    p
    for p in sorted(LIBRARY.rglob("*.py"))
    if p.relative_to(LIBRARY).parts[0].removesuffix(".py") not in WITHOUT_SHAPES
]


def annotations(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield every annotation of a public function, method or field, with the name it stands at."""
    for node in ast.iter_child_nodes(tree):
        name = getattr(node, "name", "")
        if name.startswith("_") and not name.startswith("__"):
            continue
        if isinstance(node, ast.FunctionDef):
            arguments = node.args
            every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
            yield from ((f"{name}({a.arg})", a.annotation) for a in every if a is not None and a.annotation)
            yield from [(f"{name} ->", node.returns)] if node.returns else []
        elif isinstance(node, ast.AnnAssign):
            yield ast.unparse(node.target), node.annotation
        elif isinstance(node, ast.ClassDef):
            yield from ((f"{name}.{inner}", annotation) for inner, annotation in annotations(node))


def shapeless(annotation: ast.AST) -> bool:
    """Say whether ``annotation`` names a tensor or array without its axes."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return shapeless(ast.parse(annotation.value, mode="eval").body)
    if isinstance(annotation, ast.Subscript) and getattr(annotation.value, "id", "") in WORDS:
        return False
    named = getattr(annotation, "id", "") or getattr(annotation, "attr", "")
    return named in ARRAYS or any(shapeless(child) for child in ast.iter_child_nodes(annotation))


def without_shapes(source: str) -> list[str]:
    return [name for name, annotation in annotations(ast.parse(source)) if shapeless(annotation)]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(LIBRARY).as_posix())
def test_every_public_tensor_and_array_has_its_shape_in_the_signature(path: Path) -> None:
    assert without_shapes(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def f(x: Tensor) -> None: ...", ["f(x)"]),
        ("def f(*, x: int, y: np.ndarray | None = None) -> None: ...", ["f(y)"]),
        ("def f(**x: torch.Tensor) -> None: ...", ["f(x)"]),
        ("def f() -> tuple[Float[Tensor, 'B'], Tensor]: ...", ["f ->"]),
        ("def f(g: Callable[[Tensor], int]) -> 'Tensor': ...", ["f(g)", "f ->"]),
        ("class C:\n    x: Tensor\n    def f(self) -> Tensor: ...\n    def _f(self) -> Tensor: ...", ["C.x", "C.f ->"]),
        ("def f(x: Float[Tensor, 'B S'], y: Int[np.ndarray, 'T'] | None) -> float: ...", []),
    ],
)
def test_a_signature_without_shapes_is_seen(source: str, found: list[str]) -> None:
    assert without_shapes(source) == found


def axes(source: str) -> Iterator[str]:
    """Yield the names of axes in every ``Float[Tensor, "B *T H"]`` of ``source``."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Subscript)
            and getattr(node.value, "id", "") in WORDS
            and isinstance(node.slice, ast.Tuple)
        ):
            yield from ast.literal_eval(node.slice.elts[1]).split()


def test_every_letter_of_a_signature_and_of_a_symbol_is_in_the_table_of_dimensions() -> None:
    used = {axis.lstrip("*#") for path in SOURCES for axis in axes(path.read_text("utf-8"))} | {
        letter for symbol in SYMBOLS.values() for letter in symbol.shape.strip("()").replace(",", "").split()
    }
    letters = {axis.split("*")[-1] for axis in used if axis not in ("_", "...") and not axis.isdigit()}  # 3*H counts H
    assert letters == set(DIMENSIONS)


def test_the_library_is_checked_while_the_tests_run() -> None:
    assert over_steps(torch.zeros(2, 3), torch.zeros(2, 5, 4)).shape == (2, 1, 3)
    with pytest.raises(ShapeError, match=r"over_steps, query: .*got torch.float32 \(9, 5, 4\)\. In this call B=2"):
        over_steps(torch.zeros(2, 3), torch.zeros(9, 5, 4))  # torch lets it pass
    with unchecked():
        over_steps(torch.zeros(2, 3), torch.zeros(9, 5, 4))
    with pytest.raises(ShapeError):
        over_steps(torch.zeros(2, 3), torch.zeros(9, 5, 4))
    with pytest.raises(RuntimeError, match="imported already"):
        switch_on()


S, LB = torch.zeros(2, 3), torch.zeros(1, 2, 4)
IDS, LENGTHS, MASK = torch.zeros(2, 3, dtype=torch.long), torch.ones(2, dtype=torch.long), torch.ones(2, 3) > 0


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: Attended(S, S.T, torch.zeros(2, 4)), "weights"),
        (lambda: Attended(S, S, torch.zeros(2, 4), position=torch.zeros(2)), "position"),
        (lambda: State(LB, torch.zeros(2, 1, 4)), "cell"),
        (lambda: State(LB, fed_back=torch.zeros(3, 4)), "fed_back"),
        (lambda: Encoded(State(LB), torch.zeros(2, 3, 5), MASK, torch.zeros(2, 4, 5)), "keys"),
        (lambda: StepOutput(torch.zeros(2, 1, 9), State(LB)), "logits"),
        (lambda: DecoderOutput(torch.zeros(2, 3, 9), torch.zeros(3, 2, 4)), "states"),
        (lambda: Batch(IDS, LENGTHS, MASK, IDS, IDS[:, 1:], MASK), "target_out"),
        (lambda: Batch(IDS, LENGTHS, IDS, IDS, IDS, MASK), "source_mask"),
    ],
)
def test_a_record_of_shapes_that_do_not_fit_is_refused(make: Any, name: str) -> None:
    with pytest.raises(ShapeError, match=rf"__init__, {name}: "):
        make()


def test_the_librarys_own_error_comes_before_the_check_of_shapes() -> None:
    with pytest.raises(ValueError, match="expected a boolean tensor"):
        masked_softmax(torch.zeros(2, 3), torch.ones(2, 3))
    with pytest.raises(ValueError, match=r"mask: expected \(2, 3\)"):
        Encoded(State(LB), torch.zeros(2, 3, 5), torch.ones(2, 4) > 0)


def test_methods_of_modules_are_checked() -> None:
    attention = LocationAttention(4, longest_source=7)
    assert attention.scores(torch.zeros(2, 4), torch.zeros(2, 3, 4)).shape == (2, 3)
    with pytest.raises(ShapeError, match=r"LocationAttention.scores, keys"):
        attention.scores(torch.zeros(2, 4), torch.zeros(9, 3, 4))  # the score looks at no key


def pairs(x: Float[Tensor, "B S"]) -> tuple[Float[Tensor, "B"], Int[Tensor, "B S"] | None]:
    return x.sum(int(x.sum()) % 2), None


def whole(x: Float[Tensor, "B 3*H"], state: Float[Tensor, "B H"], *, mask: Bool[Tensor, "B"] | None = None) -> None: ...


def scaled(of: Float[np.ndarray, "T S"] | list[list[float]], **more: Float[Tensor, "T"]) -> Shaped[np.ndarray, "T"]:
    return np.asarray(of).sum(0)


def test_each_kind_of_annotation_is_checked() -> None:
    one = torch.ones(2)
    checked(pairs)(torch.ones(3, 5))  # 15: the sum over axis 1
    with pytest.raises(ShapeError, match="pairs, what it returns"):
        checked(pairs)(torch.ones(2, 5))
    checked(whole)(torch.ones(2, 12), torch.ones(2, 4))
    with pytest.raises(ShapeError, match="whole, x: "):
        checked(whole)(torch.ones(2, 4), torch.ones(2, 4))
    with pytest.raises(ShapeError, match="whole, mask: "):
        checked(whole)(torch.ones(2, 12), torch.ones(2, 4), mask=one)
    checked(scaled)(np.ones((2, 2)), shift=one)
    checked(scaled)([[1.0], [2.0]])  # a list has no shape: mypy's business
    with pytest.raises(ShapeError, match="scaled, what it returns"):
        checked(scaled)(np.ones((2, 3)))
    with pytest.raises(ShapeError, match="scaled, shift"):
        checked(scaled)(np.ones((2, 2)), shift=torch.ones(3))


BLOCKED = """
import importlib, pkgutil, sys
sys.modules["jaxtyping"] = None  # an import of it is an ImportError now
import course_lib
for module in pkgutil.walk_packages(course_lib.__path__, "course_lib."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
from torch import Tensor
from course_lib.attention import Attended, weighted_sum
assert weighted_sum.__annotations__["weights"] is Tensor
assert Attended.__annotations__["centre"] == Tensor | None
from tests.oracles.models import losses
print(losses())
"""


def test_the_library_runs_without_jaxtyping_and_gives_the_same() -> None:
    done = subprocess.run([sys.executable, "-c", BLOCKED], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == losses(), done.stderr
