"""Run pytest many times on a copy of the library without importing everything each time.

Reads lines "FOLDER SECONDS TEST [TEST …]" from standard input. For each, a fork of this process, which has imported
what pytest and the tests import of other people's code, runs the tests on the copy in FOLDER, for SECONDS at most,
writes what pytest prints to FOLDER/output.txt, and its exit code is printed here.
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
from pathlib import Path

import pytest
import torch
from _pytest.config import default_plugins
from hypothesis import Phase, settings

HERE = Path(__file__).parent
OURS = {"course_lib", "tests", *(path.stem for path in (HERE.parent / "tools").glob("*.py"))}
# What these runs do without: each start of pytest would pay for it.
OPTIONS = ["-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist"]
# Imported only when it is called for, by an optimiser, torch.testing.assert_close, a figure: seconds in each fork.
LATE = (
    "torch._dynamo torch.distributed.tensor numpy.fft numpy.random numpy.testing readline pdb "
    "matplotlib.backends.backend_agg matplotlib.backends.backend_svg PIL.features "
    "sacrebleu.significance sacrebleu.tokenizers.tokenizer_13a sacrebleu.tokenizers.tokenizer_zh"
).split()


def load_what_tests_need() -> None:
    """Import, before any fork, pytest's plugins and all of other people's that a test or the library imports."""
    for plugin in importlib.metadata.entry_points(group="pytest11"):
        plugin.load()
    files = [*HERE.rglob("*.py"), *(HERE.parent / "course_lib").rglob("*.py")]
    late = {*LATE, *(f"_pytest.{name}" for name in default_plugins)}
    for name in sorted(late.union(*(imported(path.read_text("utf-8")) for path in files))):
        if name.split(".")[0] not in OURS:
            with contextlib.suppress(ImportError):  # missing to the test as well, whose message says so
                importlib.import_module(name)
    gc.collect()
    gc.freeze()  # a fork's collections leave alone what was there before it, millions of objects


def imported(source: str) -> set[str]:
    """Return the modules that ``source`` imports by their full names."""
    nodes = list(ast.walk(ast.parse(source)))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {
        node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level
    }


def run(folder: str, limit: str, *tests: str) -> int:
    """Fork; run ``tests`` in ``folder``; return pytest's exit code, or less than zero where the fork was killed.

    After ``limit`` seconds it is, and the output ends with a line that says so.
    """
    output = Path(folder, "output.txt")
    child = os.fork()
    if child == 0:
        code = 3  # pytest's own for a broken run
        try:
            written = os.open(output, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
            os.dup2(written, 1)
            os.dup2(written, 2)
            os.chdir(folder)
            sys.path[:] = [folder, *(path for path in sys.path if path not in ("", str(HERE)))]
            code = pytest.main([*OPTIONS, *(f"tests/{test}" for test in tests)])
            sys.stdout.flush()
        finally:
            os._exit(code)  # whatever happens, no second server goes on from here
    ended: list[int] = []

    def end() -> None:
        ended.append(child)
        os.kill(child, signal.SIGKILL)

    watch = threading.Timer(float(limit), end)
    watch.start()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    watch.cancel()
    watch.join()  # no thread runs when a process forks
    if ended:
        with output.open("a") as file:
            file.write(f"\nNot done within {limit} seconds.")
    return code


def prepare() -> None:
    """Compute on one thread; a bug is found by the first example that shows it, and no smaller one is looked for."""
    torch.set_num_threads(1)
    sys.dont_write_bytecode = True
    settings.register_profile("planted", phases=(Phase.explicit, Phase.generate), database=None)
    settings.load_profile("planted")


if __name__ == "__main__":
    prepare()
    load_what_tests_need()
    for line in sys.stdin:
        print(run(*line.rstrip("\n").split("\t")), flush=True)
