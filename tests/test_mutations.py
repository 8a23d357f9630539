"""The tests are tested: every planted bug turns its test red."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.mutations import Mutation, gathered

ROOT = Path(__file__).parent.parent
LEFT_OUT = shutil.ignore_patterns("__pycache__", "browser")
Runner = Callable[[Path, str], tuple[int, str]]


@pytest.fixture(scope="session")
def runner() -> Iterator[Runner]:
    """A function that runs one test on a copy of the library: exit code and output."""
    command = [sys.executable, str(ROOT / "tests" / "forking_pytest.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None

        def run(folder: Path, test: str) -> tuple[int, str]:
            print(folder, test, file=process.stdin, flush=True)
            return int(process.stdout.readline()), (folder / "output.txt").read_text()[-2000:]

        yield run
        process.stdin.close()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the library, its tests and the tools they use."""
    folder = tmp_path / "copy"  # pytest's own folder has the name of the test in it, blanks and all
    for name in ("course_lib", "tests", "tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=LEFT_OUT)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a class of tests the bugs of its share."""
    mutations = [mutation for name, found in gathered().items() if metafunc.cls.holds(name) for mutation in found]
    if "mutation" in metafunc.fixturenames:
        metafunc.parametrize("mutation", mutations, ids=lambda mutation: mutation.bug)
    else:
        metafunc.parametrize("file", sorted({mutation.test.split("::")[0] for mutation in mutations}))


class Planted:
    """Each class of them is one worker's share: there are two, for they take longer than all other tests."""

    @staticmethod
    def holds(name: str) -> bool:
        """Say whether the bugs of tests/mutations/NAME.py belong to this share."""
        raise NotImplementedError

    def test_a_planted_bug_turns_its_test_red(self, mutation: Mutation, copy: Path, runner: Runner) -> None:
        path = copy / "course_lib" / mutation.file
        text = path.read_text(encoding="utf-8")
        found = text.count(mutation.old)
        assert found == 1, f"{mutation.old!r} stands {found} times in {mutation.file}"
        path.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")
        code, output = runner(copy, mutation.test)
        # a run that breaks before its test shows nothing
        assert code == 1 and "1 failed" in output, f"exit {code}: {output}"

    def test_without_a_bug_the_same_tests_are_green(self, file: str, copy: Path, runner: Runner) -> None:
        code, output = runner(copy, file)
        assert code == 0, f"exit {code}: {output}"


DATA = ("captions", "corpora", "diagrams", "grammar", "statistics")


class TestModelsTrainingAndWidgets(Planted):
    @staticmethod
    def holds(name: str) -> bool:
        return name not in DATA


class TestCorporaAndPictures(Planted):
    @staticmethod
    def holds(name: str) -> bool:
        return name in DATA
