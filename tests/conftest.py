"""Fixtures that several test files share."""

import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from tests.shape_checks import switch_on, unchecked  # noqa: E402

switch_on()  # before anything imports the library

import build_book  # noqa: E402  (the tools are scripts, not a package)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Pin torch's thread count, on which the last bits of a sum depend; only where torch is loaded already."""
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def wrong_answers_come_through(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the checks of exercises meet wrong answers as they do for a learner, whose shapes nobody checks."""
    with unchecked() if request.path.name.startswith("test_checks") else nullcontext():
        yield


@pytest.fixture(scope="session")
def html() -> Path:
    """The book, built from what is in the tree now; a warning of the build fails every test that asks for it."""
    if build_book.build() != 0:
        pytest.fail("The book was not built: run `make book` and read its warnings.", pytrace=False)
    return build_book.HTML


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker is left alone with it at the end."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> tuple[int, int]:
    """Chapters train, longest outputs first; then the browser, which builds the book; bugs; slow tests; the rest."""
    path = item.path
    if path.suffix == ".ipynb":
        return (0 if path.parent.name == "chapters" else 1), -path.stat().st_size
    if path.parent.name == "browser":
        return 2, 0
    if path.stem == "test_mutations":
        return 3, -len(getattr(getattr(item, "cls", None), "MUTATIONS", ()))
    return (4 if item.get_closest_marker("slow") else 5), 0
