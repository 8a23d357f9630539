"""Run the book's notebooks with other versions than the pinned ones; run by `make lane`, which needs the network.

A lane is an environment of its own, .venv-colab say, with the course's dependencies in versions that readers have.
Every notebook is run there in a copy: each cell must run and each claim hold; what it prints may differ. What a lane
does not have of Colab: its processor and GPU, and its Python, where the one that runs this is another. Only the
standard library is used: any Python from 3.11 on can make a lane of its own version.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import tomllib
from check_colab_widgets import PACKAGES as WIDGETS_OF_COLAB

ROOT = Path(__file__).resolve().parent.parent
RUNNER = ("nbclient", "nbformat", "ipykernel")
"""What runs a notebook, and is not of the course."""


def dependencies(oldest: bool = False) -> list[str]:
    """Return what pyproject.toml asks for; of each bound the oldest version, where it names one."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["text"]]
    return [line.split(",")[0].replace(">=", "==") if oldest else line for line in asked]


def packages(lane: str) -> list[str]:
    """Return what is installed in a lane; torch stands first."""
    if lane == "colab":
        return ["torch==2.11.0", *WIDGETS_OF_COLAB, "filelock", "regex", "jieba", "sentencepiece", *RUNNER[:2]]
    if lane == "oldest":  # torch 2.2 was built with NumPy 1
        return ["numpy<2" if line == "numpy" else line for line in dependencies(oldest=True)] + [*RUNNER]
    return [*dependencies(), *RUNNER]


def run(*command: str | Path, **variables: str) -> int:
    return subprocess.run([str(part) for part in command], cwd=ROOT, env=os.environ | variables).returncode


def main() -> int:
    """Make the lane's environment where it is missing, then run the notebooks in it; 0 if all is well."""
    parser = argparse.ArgumentParser(description="Run the book's notebooks with other versions.")
    parser.add_argument("lane", choices=("colab", "newest", "oldest"))
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: every notebook of the book")
    arguments = parser.parse_args()
    environment = ROOT / f".venv-{arguments.lane}"
    python = environment / "bin" / "python"
    if not python.exists() and run(sys.executable, "-m", "venv", environment) != 0:
        return 1
    upgrade = ("--upgrade",) if arguments.lane == "newest" else ()
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    if run(*pip, *upgrade, *packages(arguments.lane)) != 0:
        print("lane: the packages could not be installed; pip's message is above. Is there a network?")
        return 1
    run(python, "-m", "course_lib", "versions")
    with tempfile.TemporaryDirectory() as folder:
        chosen = arguments.notebooks or sorted((ROOT / "book").rglob("*.ipynb"))
        copies = [shutil.copy(path, folder) for path in chosen]
        return run(python, ROOT / "tools" / "execute_notebooks.py", *copies, PYTHONPATH=str(ROOT))


if __name__ == "__main__":
    sys.exit(main())
