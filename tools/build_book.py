"""Build the book into _build/html, whole or not at all; run by `make book`.

The result carries a hash of everything it was made from. If that hash is still right there is nothing
to do; if anything has changed the book is built anew, beside the old one, and takes its place only
when there was no warning. So a page is never stale, and a failed build is never mistaken for a good one.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import edition

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "_build"
HTML = BUILD / "html"
STAMP = ".made-from"
TOOLS = (
    "tools/api_reference.py",
    "tools/build_book.py",
    "tools/borrowed_sliders.py",
    "tools/coloured_formulas.py",
    "tools/course_map.py",
    "tools/edition.py",
    "tools/figure_descriptions.py",
    "tools/finished_pages.py",
    "tools/page_heads.py",
    "tools/site_files.py",
    "tools/stable_notebook.py",  # which borrowed_sliders asks what a widget is made of
)
INPUTS = ("_config.yml", "_toc.yml", "requirements.txt", "CHANGELOG.md", *TOOLS, "book", "course_lib")
SAME_DAY = {"SOURCE_DATE_EPOCH": "1767225600"}  # the day of a build is no part of a book
IGNORED = {"__pycache__", ".ipynb_checkpoints", ".jupyter_cache"}


def input_files(root: Path = ROOT) -> Iterator[Path]:
    """Yield every file that can change the book, in a fixed order."""
    for name in INPUTS:
        path = root / name
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in found:
            if file.is_file() and not IGNORED & set(file.relative_to(root).parts):
                yield file


def fingerprint(root: Path = ROOT) -> str:
    """Return a hash over names and contents of all inputs."""
    digest = hashlib.sha256()
    for file in input_files(root):
        digest.update(f"{file.relative_to(root).as_posix()}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def is_current(html: Path, made_from: str) -> bool:
    stamp = html / STAMP
    return stamp.exists() and stamp.read_text() == made_from and (html / "index.html").exists()


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Let builds of the same checkout wait for one another."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run_jupyter_book(root: Path, staging: Path) -> int:
    """Build from scratch into ``staging``; a warning counts as an error. What it says is shown only if it fails."""
    options = ["--all", "-W", "-n", "--keep-going", "-q", "--path-output", str(staging)]
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(root), *options]
    environment = os.environ | SAME_DAY
    done = subprocess.run(
        command,
        cwd=root,
        env=environment,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode != 0:
        print(done.stdout, file=sys.stderr)
    return done.returncode


def give_icon(door: Path) -> None:
    """Let the page at the door, which only leads on, name the book's icon: a browser asks the host for one else."""
    door.write_text('<link rel="icon" href="_static/favicon.svg"/>\n' + door.read_text("utf-8"), "utf-8")


def build(root: Path = ROOT) -> int:
    """Bring _build/html up to date; return the exit status."""
    html, staging = root / "_build" / "html", root / "_build" / "next"
    with only_one(root / "_build"):
        made_from = fingerprint(root)
        if is_current(html, made_from):
            edition.write(html, edition.edition(root, INPUTS))
            print(f"The book is up to date: {html.relative_to(root)}/index.html")
            return 0
        started = time.monotonic()
        print("Building the book …", flush=True)
        shutil.rmtree(staging, ignore_errors=True)
        status = run_jupyter_book(root, staging)
        made = staging / "_build" / "html"
        if status == 0 and not (made / "index.html").exists():
            status = 1
        if status != 0:
            print("\nThe book was NOT built: see the warnings above.", file=sys.stderr)
            return status
        give_icon(made / "index.html")
        edition.write(made, edition.edition(root, INPUTS))
        (made / STAMP).write_text(made_from)
        shutil.rmtree(html, ignore_errors=True)
        os.replace(made, html)
        shutil.rmtree(staging, ignore_errors=True)
        print(
            f"Built in {time.monotonic() - started:.0f} s: {html.relative_to(root)}/index.html (`make serve` shows it)"
        )
    return 0


if __name__ == "__main__":
    sys.exit(build())
