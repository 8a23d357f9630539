"""Run pytest many times on a copy of the library without importing everything each time.

Reads lines "FOLDER FILE SECONDS TEST [TEST …]" from standard input: FILE is where a bug was planted in the copy in
FOLDER. The tests are run there, for SECONDS at most; what pytest prints goes to FOLDER/output.txt, and its exit code
is printed here. Three processes, each a fork of the one before, share the work:

* this one has imported what pytest and the tests import of other people's code;
* one that *waits*, of the last FILE: pytest has started in it, and it has imported of the library and of the tests'
  helpers what does not import FILE, by the import statements of all of them;
* the one that collects the tests and runs them imports the rest, FILE too.

How a bug could stay unseen: the one that waits knows FILE as it was for an earlier bug, whoever imported it there,
and whatever that left in others. It cannot, if it has never opened FILE: of this it keeps watch, and where it did
open it, it is asked once and never again.
"""

import ast
import contextlib
import gc
import importlib
import importlib.metadata
import os
import signal
import sys
import threading
from collections.abc import Iterable, Mapping
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import pytest
import torch
from _pytest.config import default_plugins
from hypothesis import Phase, settings

HERE = Path(__file__).parent
OURS = {"course_lib", "tests", *(path.stem for path in (HERE.parent / "tools").glob("*.py"))}
# What these runs do without: each start of pytest would pay for it.
OPTIONS = ["-x", "-q", "--tb=line", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist"]
# Imported only when it is called for, by an optimiser, torch.testing.assert_close, a figure: seconds in each fork.
LATE = (
    "torch._dynamo torch.distributed.tensor numpy.fft numpy.random numpy.testing readline pdb "
    "matplotlib.backends.backend_agg matplotlib.backends.backend_svg PIL.features "
    "sacrebleu.significance sacrebleu.tokenizers.tokenizer_13a sacrebleu.tokenizers.tokenizer_zh"
).split()


class Imports:
    """Which modules of ours each module of ours imports, inside a function too, by its import statements."""

    def __init__(self, root: Path) -> None:
        tools, packages = root / "tools", (root / "course_lib", root / "tests")
        files = {name_of(path, root): path for folder in packages for path in folder.rglob("*.py")}
        files |= {name_of(path, root): path for path in tools.glob("*.py")}
        self.others: set[str] = set()
        """What they import of other people's."""
        self._of: dict[str, set[str]] = {}
        self._by: dict[str, set[str]] = {name: set() for name in files}
        for name, path in files.items():
            found = imported(path.read_text("utf-8"))
            if path.parent != tools:
                self.others |= {module for module in found if module.split(".")[0] not in OURS}
            within = {package for module in (name, *found) for package in packages_of(module)}
            self._of[name] = (found | within) & files.keys()
            for other in self._of[name]:
                self._by[other].add(name)

    def without(self, module: str, tests: Iterable[str]) -> list[str]:
        """Return what ``tests`` need that neither is ``module`` nor needs it."""
        return sorted(reached(tests, self._of) - reached([module], self._by))


def name_of(path: Path, root: Path) -> str:
    """Return the name by which the file of a module is imported; a tool has no package."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[1:] if parts[0] == "tools" else parts).removesuffix(".__init__")


def imported(source: str) -> set[str]:
    """Return the modules that ``source`` imports by their full names; what is taken from one may be one too."""
    nodes = list(ast.walk(ast.parse(source)))
    found = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            ours = node.module.split(".")[0] in OURS
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names if ours)}
    return found


def wanted(tests: Iterable[str]) -> dict[str, set[str]]:
    """Return the functions and classes that are asked for in each file of ``tests``; none where the whole file is."""
    found: dict[str, set[str]] = {}
    whole = set()
    for test in tests:
        file, _, node = test.partition("::")
        name = Path(file).name
        found.setdefault(name, set()).add(node.partition("[")[0].partition("::")[0])
        if not node:
            whole.add(name)
    return {name: set() if name in whole else names for name, names in found.items()}


def packages_of(module: str) -> list[str]:
    """Return the packages that are imported before ``module`` is."""
    parts = module.split(".")
    return [".".join(parts[:k]) for k in range(1, len(parts))]


def reached(start: Iterable[str], edges: Mapping[str, set[str]]) -> set[str]:
    """Return those of ``start`` that ``edges`` know, and all that a way leads to from there."""
    found: set[str] = set()
    ahead = {name for name in start if name in edges}
    while ahead:
        found |= ahead
        ahead = {name for one in ahead for name in edges[one]} - found
    return found


def load_what_tests_need(imports: Imports) -> None:
    """Import, before any fork, pytest's plugins and all of other people's that a test or the library imports."""
    for plugin in importlib.metadata.entry_points(group="pytest11"):
        plugin.load()
    for name in sorted({*LATE, *(f"_pytest.{name}" for name in default_plugins), *imports.others}):
        load(name)
    gc.collect()
    gc.freeze()  # a fork's collections leave alone what was there before it, millions of objects


def load(name: str) -> None:
    with contextlib.suppress(Exception, pytest.skip.Exception):  # who needs it meets the same error, and says so
        importlib.import_module(name)


class Waiting:
    """A fork in which pytest has started in ``folder``, for bugs in ``file``."""

    def __init__(self, folder: str, file: str, imports: Imports) -> None:
        self.folder, self.file, self.imports = folder, file, imports
        self.again = bool(file)
        """Whether it may be asked once more."""
        self.status: int = pytest.ExitCode.OK
        self.wanted: dict[str, set[str]] = {}
        self.pipe, others_end = Pipe()
        self.process = os.fork()
        if self.process == 0:
            self.pipe.close()
            self.pipe = others_end
            code: int = pytest.ExitCode.INTERNAL_ERROR
            try:
                code = self.start()
                sys.stdout.flush()
            finally:
                os._exit(code)  # whatever happens, no second server goes on from here
        others_end.close()
        os.setpgid(self.process, self.process)  # so that its own forks are ended with it

    def start(self) -> int:
        """Start pytest, which asks :meth:`pytest_collection` what to do."""
        written = os.open(Path(self.folder, "output.txt"), os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        os.dup2(written, 1)
        os.dup2(written, 2)
        os.truncate(1, 0)
        os.chdir(self.folder)
        sys.path[:] = [self.folder, *(path for path in sys.path if path not in ("", str(HERE)))]
        sys.addaudithook(self.watch)
        return pytest.main([*OPTIONS, "tests"], plugins=[self])

    def watch(self, event: str, told: tuple[Any, ...]) -> None:
        """Note that FILE is opened, by an import or in any other way."""
        if event == "open" and not isinstance(told[0], int):
            path = os.fsdecode(told[0])
            if os.path.basename(path) == os.path.basename(self.file) and os.path.realpath(path) == self.file:
                self.again = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Wait for tests, and let a fork collect them: there, and only there, does pytest go on from here."""
        while True:
            try:
                tests = self.pipe.recv()
            except EOFError:
                os._exit(0)
            sys.stdout.flush()
            os.truncate(1, 0)
            for name in self.imports.without(self.module, [f"tests.{test.partition('.py')[0]}" for test in tests]):
                load(name)
            gc.freeze()
            child = os.fork()
            if child == 0:
                self.pipe.close()
                session.config.args = [f"tests/{test}" for test in tests]
                self.wanted = wanted(tests)
                return
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            self.pipe.send((code, self.again and code >= 0))  # what was killed may have left half a line somewhere

    @pytest.hookimpl(tryfirst=True)
    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Pass over the other files of the folder: pytest asks all its plugins about each of them."""
        return True if collection_path.suffix == ".py" and collection_path.name not in self.wanted else None

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makeitem(self, collector: pytest.Collector, name: str) -> list[pytest.Item] | None:
        """Pass over what else stands in a file: most of it would be given hundreds of parameters for nothing."""
        names = self.wanted.get(collector.path.name) if isinstance(collector, pytest.Module) else None
        return [] if names and name not in names else None

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        self.status = exitstatus

    @pytest.hookimpl(tryfirst=True)
    def pytest_unconfigure(self) -> None:
        """End at once where a test failed: what is left is to look for what it did not close."""
        if self.status == pytest.ExitCode.TESTS_FAILED:
            sys.stdout.flush()
            os._exit(self.status)

    @property
    def module(self) -> str:
        return name_of(Path(self.file), Path(self.folder).resolve()) if self.file else ""

    def run(self, limit: str, tests: list[str]) -> int:
        """Return pytest's exit code of ``tests``, or less than zero where their process was killed.

        After ``limit`` seconds it is, and the output ends with a line that says so.
        """
        late: list[str] = []

        def end() -> None:
            late.append(f"\nNot done within {limit} seconds.")
            os.killpg(self.process, signal.SIGKILL)

        clock = threading.Timer(float(limit), end)
        clock.start()
        code: int | None = None
        try:
            self.pipe.send(tests)
            code, self.again = self.pipe.recv()
        except (EOFError, OSError):
            self.again = False
        clock.cancel()
        clock.join()  # no thread runs when a process forks
        if code is None:  # it has ended itself, or was ended, before it could say how the tests went
            code = os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])
            self.process = 0
        with Path(self.folder, "output.txt").open("a") as file:
            file.writelines(late)
        return code

    def end(self) -> None:
        """Let it go, if it is still there, with the tests that run."""
        self.pipe.close()
        if self.process:
            os.killpg(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
            self.process = 0


def serve(lines: Iterable[str]) -> None:
    """Answer each line with an exit code; only the last one that waits is kept, for it fills some memory."""
    imports = Imports(HERE.parent)
    load_what_tests_need(imports)
    waiting: Waiting | None = None
    try:
        for line in lines:
            folder, file, limit, *tests = line.rstrip("\n").split("\t")
            if waiting is None or not waiting.again or (waiting.folder, waiting.file) != (folder, file):
                if waiting is not None:
                    waiting.end()
                waiting = Waiting(folder, file, imports)
            print(waiting.run(limit, tests), flush=True)
    finally:
        if waiting is not None:
            waiting.end()


def prepare() -> None:
    """Compute on one thread; a bug is found by the first example that shows it, and no smaller one is looked for."""
    torch.set_num_threads(1)
    sys.dont_write_bytecode = True
    settings.register_profile("planted", phases=(Phase.explicit, Phase.generate), database=None)
    settings.load_profile("planted")


if __name__ == "__main__":
    prepare()
    serve(sys.stdin)
