"""The list of addresses outside is complete, and a visit tells gone from refused."""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import external_links
import pytest
import repository_address
import yaml

ROOT = Path(__file__).resolve().parent.parent


def test_the_list_names_every_address_that_a_reader_is_sent_to() -> None:
    """An address that is not in the list is never visited, and dies unseen."""
    listed = external_links.LIST.read_text("utf-8").split()
    assert listed == external_links.gathered(), "run `.venv/bin/python tools/external_links.py --write`"
    assert len(listed) > 60


def test_addresses_are_found_in_every_kind_of_file(tmp_path: Path) -> None:
    (tmp_path / "book" / "chapters").mkdir(parents=True)
    (tmp_path / "course_lib").mkdir()
    cells = [
        {"source": ["See [a](https://a.org/x_(y)) and\n", "<https://b.org/>."], "outputs": ["https://printed.org"]},
        {"source": "import b  # https://c.org/d#part"},
    ]
    (tmp_path / "book" / "chapters" / "one.ipynb").write_text(json.dumps({"cells": cells}))
    (tmp_path / "book" / "references.bib").write_text("url = {https://d.org/p},\n  doi = {10.1/x}")
    code = '"""Doc (https://e.org/f)."""\nA = f"https://no.org/{1}"\nB = "https://g.org/data.zip"\n'
    (tmp_path / "course_lib" / "a.py").write_text(code)
    own = repository_address.address()  # a fork has another: its own links stay out of the list, too
    (tmp_path / "README.md").write_text(f"git clone {own}, http://127.0.0.1:8000, https://h.org!")
    found = external_links.gathered(tmp_path)
    assert [address.split("//")[1] for address in found] == [
        "a.org/x_(y)",
        "b.org/",
        "c.org/d",
        "d.org/p",
        "doi.org/10.1/x",
        "e.org/f",
        "g.org/data.zip",
        "h.org",
    ]


class Answers(BaseHTTPRequestHandler):
    """Says what its path asks for; gives no head for ``/page``."""

    def do_HEAD(self) -> None:
        if self.path == "/hangs-up":
            return
        self.answer(405 if self.path == "/page" else None)

    def do_GET(self) -> None:
        if self.path != "/hangs-up":
            self.answer(None)

    def answer(self, status: int | None) -> None:
        path = {"/page": 200, "/moved": 302}.get(self.path) or int(self.path[1:])
        self.send_response(status or path)
        if path == 302:
            self.send_header("Location", "/302" if self.path == "/302" else "/404")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{served.server_port}"
        served.shutdown()


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("200", "ok"),
        ("page", "ok"),
        ("404", "dead"),
        ("410", "dead"),
        ("moved", "dead"),
        ("403", "refused"),
        ("503", "refused"),
        ("302", "refused"),  # a circle, as a page that wants a cookie makes it
        ("hangs-up", "refused"),  # as some servers do with a program
    ],
)
def test_a_visit_tells_gone_from_refused(path: str, outcome: str) -> None:
    with server() as home:
        assert external_links.visit(f"{home}/{path}").outcome == outcome


def test_a_host_that_is_not_there_is_dead_and_one_dead_address_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    gone = external_links.visit("http://127.0.0.1:9/")  # the port that discards: nobody listens
    assert gone.outcome == "dead"
    fine = external_links.Visit("https://a.org", "ok", "200")
    refused = external_links.Visit("https://b.org", "refused", "403 Forbidden")
    assert external_links.report([fine, refused]) == 0
    assert "1 ok, 1 refused, 0 dead" in capsys.readouterr().out
    assert external_links.report([fine, refused, gone]) == 1
    assert "dead     http://127.0.0.1:9/" in capsys.readouterr().out


def test_a_workflow_visits_them_every_week() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "links.yml").read_text("utf-8"))
    *_, day = workflow[True]["schedule"][0]["cron"].split()  # YAML reads the key `on` as true
    assert day.isdigit()
    steps = [step.get("run") for job in workflow["jobs"].values() for step in job["steps"]]
    assert "make links" in steps
    assert "\nlinks: setup ##" in (ROOT / "Makefile").read_text("utf-8")
