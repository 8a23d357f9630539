"""The tests are tested: every planted bug turns its test red."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutations import MUTATIONS, Mutation

ROOT = Path(__file__).parent.parent
NO_CACHE = shutil.ignore_patterns("__pycache__", "browser")


def run(folder: Path, test: str) -> subprocess.CompletedProcess[str]:
    """Run one test on the copy of the library in ``folder``."""
    command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", f"tests/{test}"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the library and its tests."""
    for name in ("course_lib", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=NO_CACHE)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.bug)
def test_a_planted_bug_turns_its_test_red(mutation: Mutation, copy: Path):
    path = copy / "course_lib" / mutation.file
    text = path.read_text(encoding="utf-8")
    assert text.count(mutation.old) == 1, f"{mutation.old!r} stands {text.count(mutation.old)} times in {mutation.file}"
    path.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")
    result = run(copy, mutation.test)
    # 1 is pytest's code for failed tests; 2 to 5 would be a broken run, which shows nothing
    assert result.returncode == 1, f"exit {result.returncode}: {result.stdout[-2000:]}{result.stderr[-2000:]}"


def test_without_a_bug_the_same_tests_are_green(copy: Path):
    for file in sorted({mutation.test.split("::")[0] for mutation in MUTATIONS}):
        result = run(copy, file)
        assert result.returncode == 0, f"{file}: {result.stdout[-2000:]}"
