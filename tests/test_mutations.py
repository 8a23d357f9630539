"""The tests are tested: every planted bug turns its test red."""

import compileall
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from py_compile import PycInvalidationMode

import pytest

from tests.mutations import Mutation, gathered

ROOT = Path(__file__).parent.parent
SERVER = ROOT / "tests" / "forking_pytest.py"
LEFT_OUT = shutil.ignore_patterns(".?*", "_build", "__pycache__", "browser", "vendor")
LIMIT = 900  # seconds for one bug: a machine with other work is slow, and right
Runner = Callable[..., tuple[int, str]]


@contextmanager
def started(server: Path) -> Iterator[Runner]:
    """Give a function that runs tests on a copy of the library, ``file`` holding ``text``: exit code and output."""
    command = [sys.executable, str(server)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None

        def run(
            folder: Path, *tests: str, file: Path | str = "", text: str | None = None, limit: int = LIMIT
        ) -> tuple[int, str]:
            asked = {"folder": str(folder), "file": str(file), "text": text, "limit": limit, "tests": tests}
            print(json.dumps(asked), file=process.stdin, flush=True)
            code = process.stdout.readline()
            assert code, f"what runs the tests on a copy has ended itself, with exit {process.wait()}"
            return int(code), (folder / "output.txt").read_text()[-2000:]

        yield run
        process.stdin.close()


@pytest.fixture(scope="session")
def runner() -> Iterator[Runner]:
    with started(SERVER) as run:
        yield run


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


@pytest.fixture(scope="session")
def green() -> set[str]:
    """The files of tests of which one was green on the copy."""
    return set()


def planted(mutation: Mutation, copy: Path, runner: Runner) -> tuple[int, str]:
    """Run a bug's test with it planted in ``copy``, which is then as it was: exit code and output."""
    path = copy / "course_lib" / mutation.file
    text = path.read_text(encoding="utf-8")
    found = text.count(mutation.old)
    assert found == 1, f"{mutation.old!r} stands {found} times in {mutation.file}"
    return runner(copy, mutation.test, file=path.resolve(), text=text.replace(mutation.old, mutation.new))


class Planted:
    """The bugs of one module of tests/mutations. A class each, so that workers share them evenly."""

    MUTATIONS: tuple[Mutation, ...]

    def test_a_planted_bug_turns_its_test_red(self, mutation: Mutation, copy: Path, runner: Runner) -> None:
        code, output = planted(mutation, copy, runner)
        # a run that breaks before its test shows nothing
        said = f"of {mutation.test}, exit {code}: {output}"
        assert code == 1 and "1 failed" in output, f"{mutation.bug!r} in {mutation.file} was not seen; {said}"

    def test_without_a_bug_the_same_tests_are_green(self, copy: Path, runner: Runner, green: set[str]) -> None:
        """One of each file is: what could turn it red is the copy, for on the tree all of them run as well.

        Once on a copy is enough: a file that was green for the bugs of another module is not run again.
        """
        of_file = {mutation.test.partition("::")[0]: mutation.test for mutation in self.MUTATIONS}
        tests = [test for file, test in sorted(of_file.items()) if file not in green]
        if tests:
            code, output = runner(copy, *tests)
            assert code == 0, f"exit {code}: {output}"
        green.update(of_file)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a class of tests the bugs of its module, file by file: what does not import a file stays imported."""
    if "mutation" in metafunc.fixturenames:
        file_by_file = sorted(metafunc.cls.MUTATIONS, key=lambda mutation: mutation.file)
        metafunc.parametrize("mutation", file_by_file, ids=lambda mutation: mutation.bug)


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


LEAF = """
from course_lib.register import FOUND
def value(): return 1
FOUND.setdefault("value", value)
"""
TREE = {
    "course_lib/__init__.py": "",
    "course_lib/apart.py": "with open('imported.txt', 'a') as file: file.write('once more ')",
    "course_lib/register.py": "FOUND = {}",
    "course_lib/models/__init__.py": "from course_lib.models.leaf import value",
    "course_lib/hidden.py": "VALUE = __import__('course_lib.models.' + 'leaf', fromlist=['']).value()",
    "tests/__init__.py": "",
    "tests/test_two_ways.py": """
import course_lib.apart
from course_lib.models import value
from course_lib.register import FOUND
def test_re_export(): assert value() == 1
def test_register(): assert FOUND["value"]() == 1
""",
    "tests/test_hidden.py": """
import course_lib.apart
from course_lib.hidden import VALUE
def test_hidden(): assert VALUE == 1
""",
}


def test_what_stays_imported_from_bug_to_bug_knows_none_of_them(tmp_path: Path) -> None:
    """A bug behind a re-export, or one that registers itself where the first comes, would be the last one still."""
    for name, text in TREE.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    server, leaf = tmp_path / "tests" / SERVER.name, tmp_path / "course_lib" / "models" / "leaf.py"
    shutil.copy(SERVER, server)
    with started(server) as run:

        def outcome(value: str, test: str) -> tuple[int, int]:
            leaf.write_text(LEAF.replace("1", value))
            code, output = run(tmp_path, test, file=leaf.resolve())
            assert ("1 passed" in output, "1 failed" in output) == (code == 0, code == 1), output
            return code, (tmp_path / "imported.txt").read_text().count("once more")

        for value, code in (("2", 1), ("1 + 0", 0), ("3", 1)):
            assert outcome(value, "test_two_ways.py::test_re_export") == (code, 1)
            assert outcome(value, "test_two_ways.py::test_register") == (code, 1)
        # an import that no statement tells of: what imported it is right once, and is not asked again
        for count, (value, code) in enumerate([("2", 1), ("1 + 0", 0), ("3", 1)], start=1):
            assert outcome(value, "test_hidden.py::test_hidden") == (code, count)


TREE_OF_FUNCTIONS = {
    "course_lib/__init__.py": "",
    "course_lib/apart.py": TREE["course_lib/apart.py"],
    "course_lib/leaf.py": """
LIMIT = 1
def called(): return 1
def value(given=1): return 1
class Box:
    @property
    def size(self): return 1
TABLE = [called()]
""",
    "course_lib/reads.py": """
import inspect
from course_lib import leaf
PARAMETERS = inspect.signature(leaf.value).parameters
""",
    "course_lib/reads_all.py": """
import inspect
from course_lib import leaf
SOURCE = inspect.getsource(leaf)
""",
    "tests/__init__.py": "",
    "tests/test_leaf.py": """
import course_lib.apart, course_lib.reads
from course_lib import leaf
def test_value(): assert leaf.value() == 1
def test_size(): assert leaf.Box().size == 1
def test_limit(): assert leaf.LIMIT == 1
def test_table(): assert leaf.TABLE == [leaf.called()]
def test_parameters(): assert len(course_lib.reads.PARAMETERS) == leaf.value.__code__.co_argcount
""",
    "tests/test_source.py": """
import course_lib.apart, course_lib.reads_all
from course_lib import leaf
def test_source(): assert str(leaf.value()) in course_lib.reads_all.SOURCE.partition("def value")[2].split("class")[0]
""",
}
LIMIT_2, VALUE_2 = ("LIMIT = 1", "LIMIT = 2"), ("def value(given=1): return 1", "def value(given=1): return 2")


def test_what_is_loaded_gets_a_bug_only_where_a_new_import_would_be_the_same(tmp_path: Path) -> None:
    """Else a test would turn red from what was computed, copied or read without the bug: that shows nothing."""
    for name, text in TREE_OF_FUNCTIONS.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    leaf = (tmp_path / "course_lib" / "leaf.py").resolve()
    before = leaf.read_text()
    shutil.copy(SERVER, tmp_path / "tests")
    with started(tmp_path / "tests" / SERVER.name) as run:

        def outcome(old: str, new: str, test: str) -> tuple[int, int]:
            """Return the exit code, and how often what does not import the bug had to be imported for it."""
            text = before.replace(old, new)
            assert text != before
            code, output = run(tmp_path, test, file=leaf, text=text)
            assert leaf.read_text() == before
            assert ("1 passed" in output, "1 failed" in output) == (code == 0, code == 1), output
            count = (tmp_path / "imported.txt").read_text().count("once more")
            (tmp_path / "imported.txt").write_text("")
            return code, count

        assert outcome(*VALUE_2, "test_leaf.py::test_value") == (1, 1)
        for old, new in (VALUE_2, ("LIMIT = 1\n", "LIMIT = 1\n\n\n"), VALUE_2):
            seen = int((old, new) == VALUE_2)
            assert outcome(old, new, "test_leaf.py::test_value") == (seen, 1 - seen)
        assert outcome("size(self): return 1", "size(self): return 2", "test_leaf.py::test_size") == (1, 0)
        for old, new, test, code in (
            (*LIMIT_2, "test_leaf.py::test_limit", 1),
            ("def called(): return 1", "def called(): return 2", "test_leaf.py::test_table", 0),
            ("value(given=1)", "value(given=1, more=1)", "test_leaf.py::test_parameters", 0),
            (*VALUE_2, "test_source.py::test_source", 0),
        ):
            assert outcome(old, new, test)[0] == code, test
