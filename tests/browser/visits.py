"""Open a page as a reader would, and write down everything that a reader should never meet."""

import functools
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import print_book
import pytest
import repository_address
import yaml
from playwright.sync_api import Browser, BrowserContext, Page, Request
from site_files import root_of

ROOT = Path(__file__).resolve().parent.parent.parent
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
HERE = "127.0.0.1"
STAY_AT_HOME = f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {HERE}"
"""Chromium finds no other machine. To hold each request up and look at it would cost every page its cache."""
EXTRA_PAGES = ("404.html", "index.html", "genindex.html", "search.html")  # beside the book's own pages
AXE = ROOT / "tests" / "browser" / "vendor" / "axe-core" / "axe.min.js"
# In the part of a page that is asked for: what axe-core finds wrong, with the first places. A formula at the head of a
# column counts as nothing there, though it is read aloud: where nothing is, tools/finished_pages.py mends.
BARRIERS = """part => axe.run(document.querySelector(part), {
  preload: false, resultTypes: ['violations'],
  rules: {'target-size': {enabled: true}, 'empty-table-header': {enabled: false}},
}).then(({violations}) => violations.map(({id, nodes}) =>
  `${id}, ${nodes.length} times: ${nodes.slice(0, 3).map(node => node.html.slice(0, 200)).join(' … ')}`))"""
# Resolves when the widgets have had the same elements for ten frames: their parts are drawn one after the other.
UNMOVED = """() => new Promise(done => {
  let size = -1, still = 0;
  const look = () => {
    const now = document.querySelectorAll('.widget-subarea *').length;
    still = now === size ? still + 1 : 0;
    size = now;
    if (still < 10) requestAnimationFrame(look); else done();
  };
  look();
})"""
FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
"""Resolves when what a key or a click changes has been drawn, and what follows it in the next frame."""
CONTROLS = {"button", "slider", "spinbutton", "textbox", "searchbox", "combobox", "checkbox", "radio", "link", "switch"}


def sources() -> list[Path]:
    """Return the source of every page that the table of contents names."""
    found = []
    for name in print_book.names(yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))):
        files = [ROOT / f"{name}{suffix}" for suffix in (".ipynb", ".md")]
        found += [path for path in files if path.exists()][:1]
    return found


def has_widget(source: Path) -> bool:
    """Say whether ``source`` is a notebook that stores a widget, or a page that borrows one."""
    if source.suffix == ".md":
        return "```{slider}" in source.read_text("utf-8")
    return WIDGET_STATE in json.loads(source.read_text("utf-8"))["metadata"].get("widgets", {})


def page_of(source: Path) -> str:
    return source.relative_to(ROOT).with_suffix(".html").as_posix()


PUBLISHED = root_of(repository_address.address())
PAGES = [*map(page_of, sources()), *EXTRA_PAGES]
WIDGET_PAGES = [page_of(source) for source in sources() if has_widget(source)]


class Silent(SimpleHTTPRequestHandler):
    """The book's files, below the root of the host and below the path that GitHub Pages has them at."""

    def translate_path(self, path: str) -> str:
        return super().translate_path(path.removeprefix(PUBLISHED.rstrip("/")))

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve ``folder`` on a free port of this machine alone; give its address."""
    server = ThreadingHTTPServer((HERE, 0), functools.partial(Silent, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{HERE}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Visit:
    """One page in one browser window, and what went wrong there."""

    page: Page
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    under_way: set[Request] = field(default_factory=set)
    last_heard: float = 0.0

    def listen(self) -> None:
        self.page.set_default_timeout(120_000)  # a machine with other work is slow, and right
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on(
            "response", lambda got: self.errors.append(f"{got.status} {got.url}") if got.status >= 400 else None
        )
        self.page.on("request", self._note_where_to)
        self.page.on("requestfinished", self._note_the_end)
        self.page.on("requestfailed", self._note_the_end)

    def _note_the_end(self, request: Request) -> None:
        self.under_way.discard(request)
        self.last_heard = monotonic()

    def _note_where_to(self, request: Request) -> None:
        self.under_way.add(request)
        self.last_heard = monotonic()
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname != HERE:
            self.outside.append(request.url)

    def open(self, address: str) -> None:
        """Load ``address`` and wait until formulas are set and widgets are drawn."""
        self.page.goto(address, wait_until="load")
        self.page.wait_for_function("() => !window.MathJax?.startup?.promise || window.MathJax.startup.document")
        self.page.evaluate("() => window.MathJax?.startup?.promise")
        self.page.wait_for_function(
            "() => document.querySelectorAll(`script[type='application/vnd.jupyter.widget-view+json']`).length"
            " <= document.querySelectorAll('.widget-subarea > .jupyter-widgets').length",
        )
        self.page.evaluate(UNMOVED)

    def until_silent(self) -> None:
        """Wait until half a second went by without a request: a late one is seen too.

        Counted here: Playwright's own "networkidle" now and then never comes on a page whose requests have all ended.
        """
        until = monotonic() + 120
        while self.under_way or monotonic() - self.last_heard < 0.5:
            assert monotonic() < until, f"still asks: {[request.url for request in self.under_way]}"
            self.page.wait_for_timeout(50)

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than its window."""
        return int(
            self.page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
        )

    def barriers(self, part: str = "html") -> list[str]:
        """Return what axe-core finds wrong in ``part`` of the page: order of headings, contrast, names, targets."""
        if not self.page.evaluate("() => Boolean(window.axe)"):
            self.page.evaluate(AXE.read_text("utf-8"))
        found: list[str] = self.page.evaluate(BARRIERS, part)
        return found

    def nameless(self) -> list[str]:
        """Return the controls that have no name, as the browser's own accessibility tree has it."""
        session = self.page.context.new_cdp_session(self.page)
        nodes = session.send("Accessibility.getFullAXTree")["nodes"]
        session.detach()
        found = []
        for node in nodes:
            role = node.get("role", {}).get("value")
            if node.get("ignored") or role not in CONTROLS or node.get("name", {}).get("value", "").strip():
                continue
            found.append(f"{role} {node.get('properties', [])}"[:200])
        return found


@contextmanager
def visiting(browser: Browser, width: int = 1280, scheme: str = "light", **options: Any) -> Iterator[Visit]:
    """Give a fresh window, ``width`` pixels wide, for a reader who likes it ``light`` or ``dark``."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
    try:
        visit = Visit(context.new_page())
        visit.listen()
        yield visit
    finally:
        context.close()


class Readers:
    """Those who read the book: one who likes it light, and one in the dark, with a finger in place of a mouse.

    Each loads a page once, for every test that wants it so, and may find on the next one what the last one left in
    the browser's cache: to load a page takes seconds, to look at it takes none. A test that fails takes its reader
    with it; the next test gets another.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser, self._address = browser, ""
        self._contexts: dict[str, BrowserContext] = {}
        self._visits: dict[str, Visit] = {}

    @contextmanager
    def at(self, address: str, width: int = 1280, scheme: str = "light") -> Iterator[Visit]:
        """Give such a reader's window at ``address``, now ``width`` pixels wide; no other address stays open."""
        if address != self._address:
            while self._visits:
                self._visits.popitem()[1].page.close()
            self._address = address
        if scheme not in self._contexts:
            self._contexts[scheme] = self._browser.new_context(color_scheme=scheme, has_touch=scheme == "dark")
        try:
            if scheme not in self._visits:
                self._visits[scheme] = visit = Visit(self._contexts[scheme].new_page())
                visit.listen()
                visit.page.set_viewport_size({"width": width, "height": 900})
                visit.open(address)
            visit = self._visits[scheme]
            visit.page.set_viewport_size({"width": width, "height": 900})
            yield visit
            visit.page.emulate_media(media="null", reduced_motion="null")
        except pytest.skip.Exception:
            raise
        except BaseException:
            self._visits.pop(scheme, None)
            self._contexts.pop(scheme).close()
            raise

    def close(self) -> None:
        """Let all of them go."""
        while self._contexts:
            self._contexts.popitem()[1].close()
