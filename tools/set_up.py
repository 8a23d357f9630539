"""Set up everything that the book and its tests need; run by `make setup` with the system's Python.

Each step leaves a stamp in .venv that holds a hash of what it was made from, so a second run finds
nothing to do in a fraction of a second. Only the standard library is used: nothing is installed yet.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from fetch_assets import all_current

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ROOT / "requirements.txt"
OLDEST = (3, 11)


def say(message: str) -> None:
    print(f"set-up: {message}", flush=True)


def fail(message: str) -> None:
    sys.exit(f"set-up: {message}")


def run(*command: str | Path) -> int:
    return subprocess.run([str(part) for part in command], cwd=ROOT, stdin=subprocess.DEVNULL).returncode


def fingerprint(*paths: Path) -> str:
    """Return a hash over the content of ``paths`` and the place where they stand."""
    digest = hashlib.sha256(str(ROOT).encode())
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def works(python: Path) -> bool:
    """Say whether ``python`` starts and has pip."""
    if not python.exists():
        return False
    quiet = subprocess.DEVNULL
    return subprocess.run([python, "-m", "pip", "--version"], stdout=quiet, stderr=quiet).returncode == 0


def make_environment() -> None:
    """Make .venv, on Debian also where the package python3-venv is missing."""
    if works(PYTHON):
        return
    say(f"making {VENV.name} with Python {sys.version.split()[0]} …")
    if run(sys.executable, "-m", "venv", "--clear", VENV) == 0 and works(PYTHON):
        return
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    package = f"python{version}-venv"
    if shutil.which("apt-get") and os.geteuid() == 0:
        say(f"Python's venv module is incomplete; installing Debian's package {package} …")
        run("apt-get", "update", "-qq")
        run("apt-get", "install", "-y", "-qq", package)
        if run(sys.executable, "-m", "venv", "--clear", VENV) == 0 and works(PYTHON):
            return
    fail(f"`{sys.executable} -m venv` does not work here. On Debian or Ubuntu: sudo apt-get install {package}")


def torch_line() -> str:
    lines = [line.split("#")[0].strip() for line in REQUIREMENTS.read_text("utf-8").splitlines()]
    return next(line for line in lines if line.startswith("torch=="))


def install_packages() -> None:
    """Install torch first and by its exact version, which is what selects the small CPU file where there is one."""
    make_environment()
    say("installing the pinned packages (the first time takes a few minutes) …")
    pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    for attempt in (1, 2, 3):  # a dropped connection is common and pip resumes from its cache
        if run(*pip, torch_line()) == 0 and run(*pip, "-r", REQUIREMENTS) == 0:
            return
        if attempt < 3:
            say("a package did not arrive; trying again …")
            time.sleep(5 * attempt)
    fail("the packages of requirements.txt could not be installed; pip's message is above. Is there a network?")


def install_course() -> None:
    if not (ROOT / "course_lib").is_dir():
        fail("the folder course_lib is missing: this checkout is incomplete.")
    offline = ("--no-deps", "--no-build-isolation", "--no-index")
    if run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *offline, "-e", ".") != 0:
        fail("course_lib could not be installed; pip's message is above.")


def fetch_assets() -> None:
    if run(PYTHON, ROOT / "tools" / "fetch_assets.py") != 0:
        fail("the browser's files are missing; the message is above.")


def step(name: str, inputs: tuple[Path, ...], action: Callable[[], None]) -> None:
    """Run ``action`` unless its stamp says that it was done with these very inputs."""
    stamp = VENV / f".stamp-{name}"
    wanted = fingerprint(*inputs)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    stamp.unlink(missing_ok=True)
    action()
    stamp.write_text(wanted)


def main() -> None:
    if sys.version_info < OLDEST:
        fail(f"Python 3.11 is needed, this is {sys.version.split()[0]}. Say which one: make PYTHON=/path/to/python3.11")
    if not PYTHON.exists():
        for stamp in VENV.glob(".stamp-*"):
            stamp.unlink()
    step("packages", (REQUIREMENTS,), install_packages)
    step("course", (ROOT / "pyproject.toml",), install_course)
    if not all_current():
        fetch_assets()


if __name__ == "__main__":
    main()
