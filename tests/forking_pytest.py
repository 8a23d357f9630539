"""Run pytest many times on a copy of the library without importing everything each time.

Reads a line of JSON a run from standard input: {"folder", "tests", "limit", "file", "text"}. The tests are run in the
copy in FOLDER, for LIMIT seconds at most, while FILE holds TEXT, the bug, in place of what it holds. What pytest
prints goes to FOLDER/output.txt, and its exit code is printed here. Without a text the bug is in the file already,
without a file there is none. Three processes, each a fork of the one before, share the work:

* this one has imported what pytest and the tests import of other people's code;
* one that *waits*: pytest has started in it, and it has imported what the tests need of the library and of theirs;
* the one that collects the tests and runs them.

A bug comes into the last of them in one of two ways.

* *Among what is loaded*: the functions that the bug changes get their new code, and nothing is imported again. That is
  the same as a new import, as long as nobody has called them before, read their file, or copied what they are called
  with: of this the one that waits keeps watch (:class:`Loaded`).
* *By an import*: else, and always before a bug is said to be unseen. Then another one waits, for bugs in FILE alone:
  it has imported only what does not import FILE, by the import statements of all modules, and the last process imports
  the rest, FILE too. How a bug could stay unseen: the one that waits knows FILE as it was for an earlier bug,
  whoever imported it there, and whatever that left in others. It cannot, if it has never opened FILE: of this it keeps
  watch, and where it did open it, it is asked once and never again.
"""

import ast
import contextlib
import gc
import importlib
import importlib.metadata
import inspect
import json
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from multiprocessing import Pipe
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any, NamedTuple

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


class Bug(NamedTuple):
    """What ``file`` holds, and what it holds while the tests run that have to see it."""

    file: str
    before: str
    after: str

    @contextlib.contextmanager
    def planted(self) -> Iterator[None]:
        Path(self.file).write_text(self.after, "utf-8")
        try:
            yield
        finally:
            Path(self.file).write_text(self.before, "utf-8")


def functions(old: CodeType, new: CodeType) -> list[tuple[CodeType, CodeType]]:
    """Pair the functions of two modules, or of two classes.

    ValueError where the two differ in more than in what their functions do once they are called.
    """
    if old.co_flags & inspect.CO_OPTIMIZED:
        if seen_from_outside(old) != seen_from_outside(new):
            raise ValueError(f"{old.co_qualname} is called in another way.")
        return [(old, new)]
    if without_lines(old, inner=False) != without_lines(new, inner=False):
        raise ValueError(f"Another thing happens when {old.co_qualname} is imported.")
    inner = ([part for part in code.co_consts if isinstance(part, CodeType)] for code in (old, new))
    return [pair for parts in zip(*inner, strict=True) for pair in functions(*parts)]


def seen_from_outside(code: CodeType) -> tuple[Any, ...]:
    """Return how a function is called, and its docstring: what others may have copied without a call."""
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    counts = code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount
    text = code.co_consts[0] if code.co_consts and isinstance(code.co_consts[0], str) else None
    return code.co_qualname, names, counts, code.co_flags, code.co_freevars, text


def without_lines(code: CodeType, inner: bool = True) -> CodeType:
    """Return the code as if it stood elsewhere in its file, and with nothing in place of what is ``inner`` to it."""
    consts = (c if not isinstance(c, CodeType) else without_lines(c) if inner else None for c in code.co_consts)
    return code.replace(co_firstlineno=1, co_linetable=b"", co_consts=tuple(consts))


real = cache(os.path.realpath)
Place = tuple[str, str, int]


def place(code: CodeType) -> Place:
    return real(code.co_filename), code.co_qualname, code.co_firstlineno


class Loaded:
    """What has been loaded here of the library in ``folder``, and what of it may get other code."""

    def __init__(self, folder: str) -> None:
        self.root = os.path.join(real(folder), "course_lib", "")
        self.opened: Counter[str] = Counter()
        self.ran: dict[int, CodeType] = {}
        self.functions: dict[Place, list[FunctionType]] = {}

    def watch(self, event: str, told: tuple[Any, ...]) -> None:
        """Count how often a file is opened: once to import it; who reads it as well may have kept what it says."""
        if event == "open" and not isinstance(told[0], int) and (path := os.fsdecode(told[0])).endswith(".py"):
            self.opened[real(path)] += 1

    def profile(self, frame: FrameType, event: str, _: Any) -> None:
        """Note what runs: what it did for an import was done without any bug."""
        if event == "call":
            self.ran[id(frame.f_code)] = frame.f_code

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Note what runs inside the block, and then which functions it has brought: what was there is frozen."""
        sys.setprofile(self.profile)
        yield
        sys.setprofile(None)
        for found in gc.get_objects():
            if isinstance(found, FunctionType) and (at := place(found.__code__))[0].startswith(self.root):
                self.functions.setdefault(at, []).append(found)

    def exchange(self, bug: Bug) -> list[tuple[FunctionType, CodeType]] | None:
        """Return which functions are to get which code for ``bug`` to be there; None where that may not be all."""
        if not self.opened[bug.file]:
            return []  # whoever imports it from now on meets the bug
        try:
            pairs = functions(*(compile(text, bug.file, "exec", dont_inherit=True) for text in bug[1:]))
        except (SyntaxError, ValueError):
            return None
        if self.opened[bug.file] > 1:
            return None
        found: list[tuple[FunctionType, CodeType]] = []
        ran, places = set(map(place, self.ran.values())), Counter(place(old) for old, _ in pairs)
        for old, new in pairs:
            at, there = place(old), self.functions.get(place(old), [])
            if without_lines(old) != without_lines(new):  # else only its lines have moved
                alone = places[at] == 1 and all(function.__code__ == old for function in there)
                if at in ran or not there or not alone:
                    return None
            found += [(function, new) for function in there]
        return found


class Waiting:
    """A fork in which pytest has started in ``folder``, for bugs in ``file``; without one, for those anywhere."""

    def __init__(self, folder: str, file: str, imports: Imports) -> None:
        self.folder, self.file, self.imports = folder, file, imports
        self.loaded = Loaded(folder)
        self.tried: set[str] = set()
        """What it has imported, or has tried to."""
        self.again = True
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
        sys.addaudithook(self.watch if self.file else self.loaded.watch)
        with contextlib.ExitStack() as self.starting:
            if not self.file:
                self.starting.enter_context(self.loaded.watching())
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
        self.starting.close()
        while True:
            try:
                tests, bug = self.pipe.recv()
                sys.stdout.flush()
                os.truncate(1, 0)
                self.load(tests)
                codes = [] if bug is None else self.loaded.exchange(bug)
                self.pipe.send(codes is not None)
                if codes is None:
                    continue
                self.pipe.recv()  # the bug is in its file now
            except EOFError:
                os._exit(0)
            child = os.fork()
            if child == 0:
                self.pipe.close()
                for function, changed in codes:
                    function.__code__ = changed
                session.config.args = [f"tests/{test}" for test in tests]
                self.wanted = wanted(tests)
                return
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            self.pipe.send((code, self.again and code >= 0))  # what was killed may have left half a line somewhere

    def load(self, tests: Iterable[str]) -> None:
        """Import what ``tests`` need, without ``file`` and what needs it."""
        wanted = self.imports.without(self.module, [f"tests.{test.partition('.py')[0]}" for test in tests])
        if missing := [name for name in wanted if name not in self.tried]:
            with contextlib.nullcontext() if self.file else self.loaded.watching():
                for name in missing:
                    load(name)
            self.tried.update(missing)
            gc.freeze()

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

    def run(self, limit: float, tests: list[str], bug: Bug | None = None) -> int | None:
        """Return pytest's exit code of ``tests``, or less than zero where their process was killed.

        After ``limit`` seconds it is, and the output ends with a line that says so. None is returned where ``bug``
        can not be put among what is loaded here.
        """
        late: list[str] = []

        def end() -> None:
            late.append(f"\nNot done within {limit} seconds.")
            os.killpg(self.process, signal.SIGKILL)

        clock = threading.Timer(limit, end)
        clock.start()
        code: int | None = None
        possible = True
        try:
            self.pipe.send((tests, bug))
            if possible := self.pipe.recv():
                with bug.planted() if bug else contextlib.nullcontext():
                    self.pipe.send("now")
                    code, self.again = self.pipe.recv()
        except (EOFError, OSError):
            self.again = False
        clock.cancel()
        clock.join()  # no thread runs when a process forks
        if not possible:
            return None
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
    """Answer each line with an exit code; only the last ones that wait are kept, for each fills some memory."""
    imports = Imports(HERE.parent)
    load_what_tests_need(imports)
    waiting: dict[bool, Waiting] = {}  # for a file, for all

    def one_for(folder: str, file: str) -> Waiting:
        one = waiting.get(bool(file))
        if one is None or not one.again or (one.folder, one.file) != (folder, file):
            if one is not None:
                one.end()
            waiting[bool(file)] = one = Waiting(folder, file, imports)
        return one

    def code_of(folder: str, file: str, text: str | None, limit: float, tests: list[str]) -> int | None:
        if text is None:
            return one_for(folder, file).run(limit, tests)
        bug = Bug(file, Path(file).read_text("utf-8"), text)
        code = one_for(folder, "").run(limit, tests, bug)
        if code == pytest.ExitCode.TESTS_FAILED or (code is not None and code < 0):
            return code
        with bug.planted():  # where it has not been seen, too: this way is the plain one
            return one_for(folder, file).run(limit, tests)

    try:
        for line in lines:
            print(code_of(**json.loads(line)), flush=True)
    finally:
        for one in waiting.values():
            one.end()


def prepare() -> None:
    """Compute on one thread; a bug is found by the first example that shows it, and no smaller one is looked for."""
    torch.set_num_threads(1)
    sys.dont_write_bytecode = True
    settings.register_profile("planted", phases=(Phase.explicit, Phase.generate), database=None)
    settings.load_profile("planted")


if __name__ == "__main__":
    prepare()
    serve(sys.stdin)
