"""The tests are tested: every planted bug turns its test red."""

import compileall
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from py_compile import PycInvalidationMode

import pytest

from tests.mutations import Mutation, gathered

ROOT = Path(__file__).parent.parent
LEFT_OUT = shutil.ignore_patterns(".?*", "_build", "__pycache__", "browser", "vendor")
Runner = Callable[..., tuple[int, str]]


@pytest.fixture(scope="session")
def runner() -> Iterator[Runner]:
    """A function that runs tests on a copy of the library: exit code and output."""
    command = [sys.executable, str(ROOT / "tests" / "forking_pytest.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None

        def run(folder: Path, *tests: str) -> tuple[int, str]:
            print(folder, *tests, sep="\t", file=process.stdin, flush=True)
            return int(process.stdout.readline()), (folder / "output.txt").read_text()[-2000:]

        yield run
        process.stdin.close()


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree, so that a test finds there what it finds here; each test leaves it as it was.

    It is compiled once. A bug that is as long as what it replaces, planted in the same second, must not be taken
    for what stood there: the compiled files are compared with their sources by content, not by time and length.
    """
    folder = tmp_path_factory.mktemp("planted") / "copy"
    shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
    compileall.compile_dir(folder, quiet=1, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
    return folder


class Planted:
    """The bugs of one module of tests/mutations. A class each, so that workers share them evenly."""

    MUTATIONS: tuple[Mutation, ...]

    def test_a_planted_bug_turns_its_test_red(self, mutation: Mutation, copy: Path, runner: Runner) -> None:
        path = copy / "course_lib" / mutation.file
        text = path.read_text(encoding="utf-8")
        found = text.count(mutation.old)
        assert found == 1, f"{mutation.old!r} stands {found} times in {mutation.file}"
        path.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")
        try:
            code, output = runner(copy, mutation.test)
        finally:
            path.write_text(text, encoding="utf-8")
        # a run that breaks before its test shows nothing
        assert code == 1 and "1 failed" in output, f"exit {code}: {output}"

    def test_without_a_bug_the_same_tests_are_green(self, copy: Path, runner: Runner) -> None:
        """One of each file is: what could turn it red is the copy, for on the tree all of them run as well."""
        of_file = {mutation.test.partition("::")[0]: mutation.test for mutation in self.MUTATIONS}
        code, output = runner(copy, *sorted(of_file.values()))
        assert code == 0, f"exit {code}: {output}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a class of tests the bugs of its module."""
    if "mutation" in metafunc.fixturenames:
        metafunc.parametrize("mutation", metafunc.cls.MUTATIONS, ids=lambda mutation: mutation.bug)


for _name, _mutations in gathered().items():
    _class = f"Test{_name.title().replace('_', '')}"
    globals()[_class] = type(_class, (Planted,), {"MUTATIONS": _mutations, "__doc__": f"tests/mutations/{_name}.py"})
