"""What Colab installs is the whole library: modules, corpora, records."""

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
import repository_address

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.slow
def test_a_wheel_holds_every_file_of_the_library(tmp_path: Path) -> None:
    """Here the library is read where it stands: a kind of file that pyproject.toml forgets is missed on Colab alone."""
    source = tmp_path / "source"
    names = repository_address.known_to_git(ROOT) or repository_address.walked(ROOT)
    wanted = {name for name in names if name.startswith("course_lib/") and "__pycache__" not in name}
    for name in {"pyproject.toml", "README.md", "LICENSE", *wanted}:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)  # a copy: what a build leaves behind stays out of the tree
    offline = ("--no-deps", "--no-build-isolation", "--no-index", "--quiet")
    subprocess.run([sys.executable, "-m", "pip", "wheel", *offline, "--wheel-dir", tmp_path, source], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    assert sorted(wanted - set(ZipFile(wheel).namelist())) == []
    assert len(wanted) > 200
