"""What a reader or a writer of the course waits for, beside training. Used by ``benchmarks/speed.py``."""

import os
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from peak_memory import MAXRSS
from turns import Bench, clocked

from course_lib.corpora import load

ROOT = Path(__file__).resolve().parent.parent


def imports(bench: Bench) -> None:
    """Time what a reader's first line takes, in processes of their own."""
    modules = ("course_lib.corpora", "course_lib.widgets", "course_lib.models", "torch")
    works = {name: partial(_command, [sys.executable, "-c", f"import {name}"]) for name in modules}
    bench.measure("imports", "imports", {"modules": list(modules)}, lambda: {"works": works})


def drawing(bench: Bench) -> None:
    """Time the largest draw of the grammar that the course knows."""

    def work() -> int:
        return len(load("en-fr", size=200 if bench.quick else 200_000, seed=1).train)

    bench.once("drawing", "pairs", lambda: {"works": [("en-fr", clocked(work)())]})


def book(bench: Bench) -> None:
    """Time one build of the book from its stored outputs."""
    build = [sys.executable, str(ROOT / "tools" / "build_book.py")]
    bench.once("book", "builds", lambda: {"works": [("build", _command(build))]})


def notebooks(bench: Bench) -> None:
    """Time each notebook in a kernel of its own, one after the other, and note its largest memory."""
    for path in sorted((ROOT / "book").rglob("*.ipynb")):
        part = f"notebook {path.stem}"
        bench.once(part, "notebooks", partial(_notebook, path))


def _notebook(path: Path) -> dict[str, Any]:
    run = (
        "import nbformat, sys; from nbclient import NotebookClient; "
        "NotebookClient(nbformat.read(sys.argv[1], 4), timeout=3600, kernel_name='python3').execute()"
    )
    seconds, megabytes = _in_child([sys.executable, "-c", run, str(path)], cwd=path.parent)
    return {"works": [(path.stem, (1, seconds))], "peak_megabytes": megabytes}


def tests(bench: Bench) -> None:
    """Time the test command."""
    bench.once("tests", "runs", lambda: {"works": [("make test", _command(["make", "test"]))]})


def set_up(bench: Bench) -> None:
    """Time the set-up of a new clone, downloads included, in a folder that is thrown away."""

    def made() -> dict[str, Any]:
        with tempfile.TemporaryDirectory() as folder:
            _command(["git", "clone", "--quiet", str(ROOT), folder])
            started = time.perf_counter()
            taken = _command(["make", "setup"], cwd=Path(folder))
            return {"works": [("make setup", taken)], "minutes_of_clock": (time.perf_counter() - started) / 60}

    bench.once("set-up", "set-ups", made)


def pages(bench: Bench) -> None:
    """Weigh the built pages, as they are and compressed."""
    html = ROOT / "_build" / "html"
    files = [path for path in sorted(html.rglob("*.html")) if not {"_static", "_sources"} & set(path.parts)]
    if not files:
        print("pages: left out; build the book first", flush=True)
        return
    weights = {str(path.relative_to(html)): path.read_bytes() for path in files}
    bench.once(
        "pages",
        "pages",
        lambda: {
            "works": [],
            "bytes": {name: len(text) for name, text in weights.items()},
            "compressed": {name: len(zlib.compress(text)) for name, text in weights.items()},
        },
    )


def slider(bench: Bench) -> None:
    """Time the front page in a browser, from its address to a slider that answers, by the clock."""
    bench.once("first slider", "pages", _first_slider)


def _first_slider() -> dict[str, Any]:
    sys.path.append(str(ROOT / "tools"))
    from find_browser import find_browser
    from playwright.sync_api import sync_playwright
    from slider_latency import FRONT_PAGE, served

    taken, busy = [], []
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        for _ in range(6):  # the first warms up
            page = browser.new_page()
            session = page.context.new_cdp_session(page)
            session.send("Performance.enable", {"timeDomain": "threadTicks"})
            started = time.perf_counter()
            page.goto(f"{address}/{FRONT_PAGE}", wait_until="commit")
            page.locator(".course-widget [role=slider]").first.wait_for()
            taken.append(time.perf_counter() - started)
            metrics = {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}
            busy.append(metrics["TaskDuration"])
            page.close()
        browser.close()
    return {"works": [("front page", (1, median(busy[1:])))], "seconds_of_clock": round(median(taken[1:]), 3)}


def _command(command: Sequence[str], cwd: Path = ROOT) -> tuple[int, float]:
    """Run a command to its end; return one unit and the processor time of all its processes."""
    return 1, _in_child(command, cwd)[0]


def _in_child(command: Sequence[str], cwd: Path) -> tuple[float, int]:
    """Run a command; return the processor seconds of all its processes, and the megabytes of the largest.

    A process between this one and the command makes the sum its own: what earlier children took stays out of it.
    """
    between = (
        "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:], stdout=sys.stderr); "
        "used = resource.getrusage(resource.RUSAGE_CHILDREN); "
        "print(used.ru_utime + used.ru_stime, used.ru_maxrss); sys.exit(done.returncode)"
    )
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", between, *command],
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    seconds, largest = done.stdout.split()[-2:]
    return float(seconds), round(int(largest) / MAXRSS)
