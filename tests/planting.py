"""Plant a bug in a copy of the library, and see that the test that must catch it turns red."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.mutations import Mutation

ROOT = Path(__file__).parent.parent
LEFT_OUT = shutil.ignore_patterns("__pycache__", "browser")
Runner = Callable[[Path, str], tuple[int, str]]


@contextmanager
def running() -> Iterator[Runner]:
    """A function that runs one test on a copy of the library: exit code and output."""
    command = [sys.executable, str(ROOT / "tests" / "forking_pytest.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None

        def run(folder: Path, test: str) -> tuple[int, str]:
            print(folder, test, file=process.stdin, flush=True)
            return int(process.stdout.readline()), (folder / "output.txt").read_text()[-2000:]

        yield run
        process.stdin.close()


def copy_library(folder: Path) -> Path:
    """Copy the library, its tests and the tools they use."""
    for name in ("course_lib", "tests", "tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=LEFT_OUT)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def assert_caught(mutation: Mutation, copy: Path, runner: Runner) -> None:
    """Plant the bug in the copy; its test must turn red."""
    path = copy / "course_lib" / mutation.file
    text = path.read_text(encoding="utf-8")
    assert text.count(mutation.old) == 1, f"{mutation.old!r} stands {text.count(mutation.old)} times in {mutation.file}"
    path.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")
    code, output = runner(copy, mutation.test)
    # a run that breaks before its test shows nothing
    assert code == 1 and "1 failed" in output, f"exit {code}: {output}"


def assert_green(file: str, copy: Path, runner: Runner) -> None:
    """Without a bug the tests of the file pass on the copy."""
    code, output = runner(copy, file)
    assert code == 0, f"exit {code}: {output}"


def files(mutations: Sequence[Mutation]) -> list[str]:
    """Return the test files that the mutations name."""
    return sorted({mutation.test.split("::")[0] for mutation in mutations})
