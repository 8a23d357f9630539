"""Measure how fast a slider answers in a real browser: from the key to the new frame on the screen.

    make book
    PYTHONPATH=tools python benchmarks/slider_latency.py [--keep page.html] [--against page.html …] [--presses 200]

The page is the book's front page with another trace in its slider: a sentence of 40 steps, by a
model trained for some seconds. In the page itself each press is timed from its ``keydown`` to the first
paint with the new frame. Beside the clock stands the browser's own account of processor time, which
a busy machine does not change: scripts, style and layout for each press. ``--keep`` writes the page down;
``--against`` measures pages so kept as well, in turns, which is how two versions are compared.
"""

import argparse
import functools
import json
import re
import statistics
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import find_browser
from ipywidgets.embed import dependency_state
from playwright.sync_api import CDPSession, Page, sync_playwright
from stable_notebook import STATE, VIEW, stabilise

from course_lib.corpora import load
from course_lib.models import luong2015
from course_lib.traces import Trace
from course_lib.tracing import trace
from course_lib.training import TrainConfig, fit, seed_everything
from course_lib.widgets import step_through

HTML = Path(__file__).resolve().parent.parent / "_build" / "html"
FRONT_PAGE = "book/index.html"
STORED = re.compile(r'(<script type="application/vnd.jupyter.widget-state\+json">).*?(</script>)', re.DOTALL)
BLOCK = 20  # presses on one page before it is the other page's turn
PARTS = ("ScriptDuration", "RecalcStyleDuration", "LayoutDuration", "TaskDuration")
LISTEN = """() => {
  const stage = document.querySelector(".course-stage");
  const said = () => stage.querySelector(".says b")?.textContent;
  window.answers = [];
  document.addEventListener("keydown", ({ timeStamp }) => {
    const before = said();
    const look = () => {
      if (said() === before || !said()) return requestAnimationFrame(look);
      const painted = new MessageChannel();  // its message comes after the paint that follows this callback
      painted.port1.onmessage = () => window.answers.push(performance.now() - timeStamp);
      painted.port2.postMessage(0);
    };
    requestAnimationFrame(look);
  }, true);
}"""


def long_trace() -> Trace:
    """Return a trace of 40 steps over about as many source words, both ends included."""
    corpus = load("en-fr", size=20_000, seed=1, max_length=40)
    seed_everything(1)
    model = luong2015(*corpus.vocabularies())
    fit(model, corpus, TrainConfig(steps=200, validate_every=None, seed=1, device="cpu"))
    pair = max((p for p in corpus.train if len(p.target) == 39), key=lambda p: len(p.source))
    return trace(model, pair.source, pair.target)


def page_with(seen: Trace) -> str:
    """Return the book's front page with ``seen`` in its slider."""
    player = step_through(seen)
    models = dependency_state(player.widget, drop_defaults=False)
    view = {"output_type": "display_data", "data": {VIEW: {"model_id": player.widget.model_id}}}
    notebook = {
        "cells": [{"cell_type": "code", "source": "", "metadata": {}, "outputs": [view]}],
        "metadata": {"widgets": {STATE: {"state": models, "version_major": 2, "version_minor": 0}}},
    }
    state = json.dumps(stabilise(notebook)["metadata"]["widgets"][STATE]).replace("</", "<\\/")
    return STORED.sub(lambda match: match[1] + state + match[2], (HTML / FRONT_PAGE).read_text("utf-8"))


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served() -> Iterator[str]:
    """Serve the built book on this machine alone; give its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(HTML)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


class Slider:
    """One page in a window of its own, and what its presses took."""

    def __init__(self, page: Page, address: str, content: str) -> None:
        self.page = page
        page.route(f"**/{FRONT_PAGE}", lambda route: route.fulfill(body=content, content_type="text/html"))
        page.goto(f"{address}/{FRONT_PAGE}", wait_until="networkidle")
        self.handle = page.locator(".course-widget [role=slider]").first
        self.handle.wait_for()
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.session.send("Performance.enable", {"timeDomain": "threadTicks"})  # processor time, not the clock's
        page.evaluate(LISTEN)
        self.forward = True
        self.spent = dict.fromkeys(PARTS, 0.0)
        self.weight = len(content.encode()), len(zlib.compress(content.encode()))

    def press(self, times: int) -> None:
        """Press a key, wait for the answer, ``times`` over: to the end of the slider and back."""
        self.page.bring_to_front()
        self.handle.focus()
        before = self._metrics()
        for _ in range(times):
            done = self.page.evaluate("() => window.answers.length")
            at, last = (int(float(self.handle.get_attribute(f"aria-value{end}") or 0)) for end in ("now", "max"))
            self.forward = at == 0 if at in (0, last) else self.forward
            self.page.keyboard.press("ArrowRight" if self.forward else "ArrowLeft")
            self.page.wait_for_function("done => window.answers.length > done", arg=done)
        after = self._metrics()
        for part in PARTS:
            self.spent[part] += after[part] - before[part]

    def _metrics(self) -> dict[str, float]:
        found: list[dict[str, Any]] = self.session.send("Performance.getMetrics")["metrics"]
        return {metric["name"]: float(metric["value"]) for metric in found}

    def report(self, name: str) -> str:
        """Return the numbers of all presses so far, in milliseconds a press."""
        answers = sorted(self.page.evaluate("() => window.answers"))
        p95 = answers[int(0.95 * (len(answers) - 1))]
        spent = {part.removesuffix("Duration"): 1000 * self.spent[part] / len(answers) for part in PARTS}
        return (
            f"{name}: {self.weight[0] / 1000:.0f} KB ({self.weight[1] / 1000:.0f} compressed); {len(answers)} presses, "
            f"key to paint: median {statistics.median(answers):.1f} ms, p95 {p95:.1f}, max {answers[-1]:.1f}; "
            f"processor time a press: {', '.join(f'{part} {ms:.1f}' for part, ms in spent.items())} ms"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="Time a slider from the key to the new frame.")
    parser.add_argument("--presses", type=int, default=200)
    parser.add_argument("--keep", type=Path, help="write the page here, to compare another version with it")
    parser.add_argument("--against", type=Path, nargs="*", default=[], help="pages kept earlier, measured in turns")
    arguments = parser.parse_args()
    seen = long_trace()
    pages = {"this version": page_with(seen), **{path.stem: path.read_text("utf-8") for path in arguments.against}}
    if arguments.keep:
        arguments.keep.write_text(pages["this version"], "utf-8")
    print(f"{len(seen.target)} steps, {len(seen.source)} source words", flush=True)
    path = find_browser.find_browser()
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        sliders = {name: Slider(browser.new_page(), address, content) for name, content in pages.items()}
        for _ in range(arguments.presses // BLOCK):
            for slider in sliders.values():
                slider.press(BLOCK)
        print(*(slider.report(name) for name, slider in sliders.items()), sep="\n")
        browser.close()


if __name__ == "__main__":
    main()
