"""The tests are tested: every planted bug turns its test red."""

import compileall
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from py_compile import PycInvalidationMode

import pytest

from tests.mutations import Mutation, gathered

ROOT = Path(__file__).parent.parent
LEFT_OUT = shutil.ignore_patterns(".?*", "_build", "__pycache__", "browser", "vendor")
LIMIT = 900  # seconds for one bug: a machine with other work is slow, and right
Runner = Callable[..., tuple[int, str]]


@pytest.fixture(scope="session")
def runner() -> Iterator[Runner]:
    """A function that runs tests on a copy of the library: exit code and output."""
    command = [sys.executable, str(ROOT / "tests" / "forking_pytest.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None

        def run(folder: Path, *tests: str, limit: int = LIMIT) -> tuple[int, str]:
            print(folder, limit, *tests, sep="\t", file=process.stdin, flush=True)
            code = process.stdout.readline()
            assert code, f"what runs the tests on a copy has ended itself, with exit {process.wait()}"
            return int(code), (folder / "output.txt").read_text()[-2000:]

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


def planted(mutation: Mutation, copy: Path, runner: Runner) -> tuple[int, str]:
    """Run a bug's test with it planted in ``copy``, which is then as it was: exit code and output."""
    path = copy / "course_lib" / mutation.file
    text = path.read_text(encoding="utf-8")
    found = text.count(mutation.old)
    assert found == 1, f"{mutation.old!r} stands {found} times in {mutation.file}"
    path.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")
    try:
        return runner(copy, mutation.test)
    finally:
        path.write_text(text, encoding="utf-8")


class Planted:
    """The bugs of one module of tests/mutations. A class each, so that workers share them evenly."""

    MUTATIONS: tuple[Mutation, ...]

    def test_a_planted_bug_turns_its_test_red(self, mutation: Mutation, copy: Path, runner: Runner) -> None:
        code, output = planted(mutation, copy, runner)
        # a run that breaks before its test shows nothing
        said = f"of {mutation.test}, exit {code}: {output}"
        assert code == 1 and "1 failed" in output, f"{mutation.bug!r} in {mutation.file} was not seen; {said}"

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


SEEN = Mutation(
    "a NaN is a yes",
    "claims.py",
    "if isinstance(holds, Real) and",
    "if False and",
    "test_claims.py::test_what_is_no_yes_or_no_is_not_taken_for_a_yes",
)


def test_a_change_that_no_test_sees_is_red_and_none_stays_for_the_next_run(copy: Path, runner: Runner) -> None:
    source, harmless = copy / "course_lib" / SEEN.file, SEEN._replace(new=f"{SEEN.old} True and")
    before = source.read_bytes()
    for _ in range(2):
        Planted().test_a_planted_bug_turns_its_test_red(SEEN, copy, runner)
        with pytest.raises(
            AssertionError, match=r"'a NaN is a yes' in claims.py was not seen; of test_claims.py::.*exit 0"
        ):
            Planted().test_a_planted_bug_turns_its_test_red(harmless, copy, runner)
        assert source.read_bytes() == before


DEADLY = """
import os, signal, time
def test_kills(): os.kill(os.getpid(), signal.SIGKILL)
def test_hangs(): time.sleep(600)
def test_leaves(): os._exit(1)
def test_is_well(): pass
"""


def test_a_bug_that_kills_or_hangs_is_told_from_one_that_is_seen(tmp_path: Path, runner: Runner) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_deadly.py").write_text(DEADLY)
    assert runner(tmp_path, "test_deadly.py::test_kills")[0] == -signal.SIGKILL
    code, output = runner(tmp_path, "test_deadly.py::test_hangs", limit=5)
    assert code == -signal.SIGKILL and output.endswith("Not done within 5 seconds.")
    code, output = runner(tmp_path, "test_deadly.py::test_leaves")
    assert (code, "1 failed" in output) == (1, False)
    code, output = runner(tmp_path, "test_deadly.py::test_is_well")
    assert (code, "1 passed" in output) == (0, True)
