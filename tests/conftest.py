"""Fixtures that several test files share."""

import importlib
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

pytest.register_assert_rewrite("tests.exercises")  # its tests say what they got, as those of a test file do
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


@pytest.fixture
def script_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Import a script of benchmarks/ by its name, for one test: they are no package."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module


@pytest.fixture(scope="session")
def html() -> Path:
    """The book, built from what is in the tree now; a warning of the build fails every test that asks for it."""
    if build_book.build() != 0:
        pytest.fail("The book was not built: run `make book` and read its warnings.", pytrace=False)
    return build_book.HTML


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker is left alone with it at the end."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> tuple[int, int, str, bool]:
    """The book is built; chapters train, longest outputs first; the browser, page by page; bugs; slow tests; the rest.

    Built first, while another worker trains: as soon as one comes to the browser, the others do, and wait for it.
    """
    path = item.path
    if path.stem == "test_book":
        return -1, 0, "", False
    if path.suffix == ".ipynb":
        return (0 if path.parent.name == "chapters" else 1), -path.stat().st_size, "", False
    if path.parent.name == "browser":
        page = page_of(item.nodeid)
        source = (ROOT / page).with_suffix(".ipynb")
        size = source.stat().st_size if source.exists() else 0
        return 2, -size, page, item.get_closest_marker("moves") is not None
    if path.stem == "test_mutations":
        return 3, -len(getattr(getattr(item, "cls", None), "MUTATIONS", ())), "", False
    return (4 if item.get_closest_marker("slow") else 5), 0, "", False


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let one worker have all tests of one page, which it then loads once; all others go as ever."""
    if config.getvalue("dist") != "loadscope":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class PageByPage(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return page_of(nodeid) or super()._split_scope(nodeid)

    return PageByPage(config, log)


def page_of(nodeid: str) -> str:
    """Return the page of the book that a test of the browser visits, or nothing."""
    found = re.match(r"tests/browser/.*\[(\S+?\.html)\b", nodeid)
    return found[1] if found else ""
