"""Run notebooks from top to bottom and store their outputs in a stable form; run by `make execute`.

A notebook is written only if every cell ran, and only if something in it changed.
"""

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from stable_notebook import stabilise

from course_lib.files import write_atomically

ROOT = Path(__file__).resolve().parent.parent
CELL_TIMEOUT = 1800  # seconds


def all_notebooks(root: Path = ROOT) -> list[Path]:
    """Return the book's notebooks in reading order."""
    return sorted(path for path in (root / "book").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)


def execute(path: Path) -> bool:
    """Run the notebook at ``path`` in its own folder and store it; return whether the file changed.

    Raises CellExecutionError (a cell failed) and ValueError (not a notebook); the file is then as it was.
    """
    before = path.read_bytes()
    try:
        notebook = nbformat.reads(before.decode("utf-8"), as_version=4)
    except Exception as error:
        raise ValueError(f"{path} is not a notebook: {error}") from error
    notebook.metadata.pop("widgets", None)
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute()
    stable = nbformat.from_dict(stabilise(notebook))
    nbformat.validate(stable)
    after = (nbformat.writes(stable).rstrip("\n") + "\n").encode("utf-8")
    if after == before:
        return False
    mode = path.stat().st_mode
    write_atomically(path, after)
    path.chmod(mode)  # a temporary file is its owner's alone
    return True


def execute_all(paths: list[Path], jobs: int) -> int:
    """Run every notebook, ``jobs`` side by side; return how many failed."""
    # One thread a kernel; IPython's debugger would warn of frozen modules.
    os.environ |= {"OMP_NUM_THREADS": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    failed = 0
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        started = time.monotonic()
        running = {pool.submit(execute, path): path for path in paths}
        for done in as_completed(running):
            name = running[done].name
            try:
                word = "changed" if done.result() else "unchanged"
                print(f"{name}: {word} (after {time.monotonic() - started:.0f} s)", flush=True)
            except (CellExecutionError, CellTimeoutError, DeadKernelError, ValueError, OSError) as error:
                failed += 1
                print(f"{name}: FAILED, and left as it was:\n{error}", file=sys.stderr, flush=True)
    return failed


def main() -> None:
    parser = argparse.ArgumentParser(description="Run notebooks and store their outputs in a stable form.")
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: every notebook of the book")
    parser.add_argument("--jobs", type=int, default=2, help="how many side by side (default 2)")
    arguments = parser.parse_args()
    missing = [str(path) for path in arguments.notebooks if not path.is_file()]
    if missing:
        parser.error(f"no such notebook: {', '.join(missing)}")
    if arguments.jobs < 1:
        parser.error(f"--jobs: expected a positive number, got {arguments.jobs}")
    paths = [path.resolve() for path in arguments.notebooks] or all_notebooks()
    sys.exit(1 if execute_all(paths, arguments.jobs) else 0)


if __name__ == "__main__":
    main()
