"""A web server on this machine that serves one file, or some, well or badly, as a test tells it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer


@dataclass
class Site:
    """What is served, how badly, and what was asked for."""

    content: bytes
    files: dict[str, bytes] = field(default_factory=dict)  # served by name, in place of ``content``
    cut_after: list[int] = field(default_factory=list)  # bytes of the body, one number a request; then no more cuts
    announced: int | None = None  # a Content-Length that is not true
    length: str | None = None  # one that is no number
    kind: str = "application/zip"
    status: int = 200
    ranges: bool = True
    earlier: list[bytes] = field(default_factory=list)  # contents before the present one, one a request
    versions: list[str] = field(default_factory=lambda: ['"one"'])  # ETag of each request; the last one stays
    shift: int = 0  # a part begins this many bytes away from where it was asked to
    asked: list[str | None] = field(default_factory=list)  # the Range of each request
    names: list[str] = field(default_factory=list)  # the last part of each address
    url: str = ""


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    """Serve ``site`` at ``site.url`` until the block ends."""
    server = HTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"site": site}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    site.url = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        site = self.site
        wanted = self.headers.get("Range")
        site.asked.append(wanted)
        site.names.append(self.path.rsplit("/", 1)[-1])
        version = site.versions.pop(0) if len(site.versions) > 1 else site.versions[0]
        start = 0
        if wanted and site.ranges and self.headers.get("If-Range") == version:
            start = int(wanted.removeprefix("bytes=").removesuffix("-")) + site.shift
        content = site.earlier.pop(0) if site.earlier else site.files.get(site.names[-1], site.content)
        size = site.announced or len(content)
        if start and start >= len(content):
            self.send_response(416)
            self.end_headers()
            return
        self.send_response(206 if start else site.status)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        self.send_header("Content-Type", site.kind)
        self.send_header("Content-Length", site.length if site.length is not None else str(size - start))
        self.send_header("ETag", version)
        self.end_headers()
        end = start + site.cut_after.pop(0) if site.cut_after else len(content)
        self.wfile.write(content[start:end])

    def log_message(self, *_: object) -> None:
        """Say nothing."""
