"""Fixtures that several test files share."""

import importlib
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

pytest.register_assert_rewrite("tests.exercises")  # its tests say what they got, as those of a test file do
from tests import forking_kernels, shape_checks  # noqa: E402
from tests.shape_checks import unchecked  # noqa: E402

shape_checks.switch_on()  # before anything imports the library
forking_kernels.switch_on()

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

        def add_node_collection(self, node: Any, collection: Sequence[str]) -> None:
            super().add_node_collection(node, collection)
            if node in self.registered_collections:
                self.registered_collections[node] = WithPlaces(collection)

    return PageByPage(config, log)


class WithPlaces(list[str]):
    """Names of tests that know their places: the scheduler asks for the place of each, one by one."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(names)
        self.places = {name: place for place, name in enumerate(names)}

    def index(self, name: str, *_: Any) -> int:
        return self.places[name]


def pytest_sessionstart(session: pytest.Session) -> None:
    """Keep a worker from telling what nobody reads: each message wakes two threads of the process that gathers them.

    Three of six a test: of 26,000 tests they are nearly a minute of a processor. What lists the tests reads them all.
    """
    options = session.config.option
    lists = options.verbose > 0 or options.durations is not None or getattr(options, "xmlpath", None)
    if hasattr(session.config, "workerinput") and not lists:
        worker = next(plugin for plugin in session.config.pluginmanager.get_plugins() if hasattr(plugin, "sendevent"))
        send = worker.sendevent

        def send_what_is_read(name: str, **told: Any) -> None:
            if is_read(name, **told):
                send(name, **told)

        worker.sendevent = send_what_is_read


def is_read(name: str, data: dict[str, Any] | None = None, **_: Any) -> bool:
    """Say whether a message of a worker is more than that a test begins, or was set up or taken down well."""
    if data is None or name != "testreport":
        return name != "logstart"
    return data["when"] == "call" or data["outcome"] != "passed"


def page_of(nodeid: str) -> str:
    """Return the page of the book that a test of the browser visits, or nothing."""
    found = re.match(r"tests/browser/.*\[(\S+?\.html)\b", nodeid)
    return found[1] if found else ""
