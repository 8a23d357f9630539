"""The built book and the tools around it: what is stored, what is fetched, what is never stale."""

import json
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import build_book
import check_book
import execute_notebooks
import fetch_assets
import find_browser
import nbformat
import pytest
import repository_address
import stable_notebook

ROOT = Path(__file__).resolve().parent.parent


# The book


def colab_button(page: Path) -> list[str]:
    """Complain of a chapter without a link to its notebook on Colab."""
    if page.parent.name != "chapters":
        return []
    home = f"https://colab.research.google.com/github/{repository_address.slug(repository_address.address())}/blob/main"
    link = f"{home}/book/chapters/{page.stem}.ipynb"
    return [] if check_book.soup_of(page).select_one(f'.bd-header-article a[href="{link}"]') else [page.name]


def colab_links(page: Path) -> list[str]:
    """Complain of a link to Colab that leads to no notebook of this repository: the button above a page has one too."""
    home = (
        f"https://colab.research.google.com/github/{repository_address.slug(repository_address.address())}/blob/main/"
    )
    links = {str(link["href"]) for link in check_book.soup_of(page).select('a[href*="colab.research.google.com/"]')}
    notebooks = {home + path.relative_to(ROOT).as_posix() for path in execute_notebooks.all_notebooks()}
    return [f"{page.name}: {link} leads to no notebook" for link in sorted(links - notebooks)]


LOOKS = check_book.page_weight, check_book.pictures, check_book.outside_requests, colab_button, colab_links
Complaints = dict[Callable[[Path], list[str]], list[str]]


@pytest.fixture(scope="module")
def complaints(html: Path) -> Complaints:
    """What each look has to say of all pages; one page after the other, for to read one takes longer than the looks."""
    found: Complaints = {look: [] for look in LOOKS}
    for page in check_book.pages(html):
        for look in LOOKS:
            found[look] += look(page)
    return found


@pytest.mark.parametrize("check", [check_book.page_weight, check_book.pictures, check_book.outside_requests])
def test_pages_are_light_described_and_self_contained(complaints: Complaints, check: Any) -> None:
    assert complaints[check] == []


def test_stylesheets_fetch_nothing_from_outside(html: Path) -> None:
    assert check_book.outside_styles(html) == []


def test_chapters_have_a_colab_button(html: Path, complaints: Complaints) -> None:
    assert list((html / "book" / "chapters").glob("*.html"))
    assert complaints[colab_button] == []


def test_every_link_to_colab_leads_to_a_notebook(complaints: Complaints, tmp_path: Path) -> None:
    """Where a chapter was renamed, Colab would only say that it found nothing."""
    assert complaints[colab_links] == []
    page = tmp_path / "stale.html"
    page.write_text('<a href="https://colab.research.google.com/github/OWNER/x/blob/main/book/index.ipynb">')
    assert len(colab_links(page)) == 1


@pytest.mark.parametrize("path", execute_notebooks.all_notebooks(), ids=lambda path: path.stem)
def test_notebook_is_stored_executed_and_readable_on_colab(path: Path) -> None:
    assert check_book.notebook_form(path) == []


@pytest.mark.parametrize("path", execute_notebooks.all_notebooks(), ids=lambda path: path.stem)
def test_notebook_is_stored_in_its_stable_form(path: Path) -> None:
    notebook = json.loads(path.read_text("utf-8"))
    assert stable_notebook.stabilise(notebook) == notebook, f"run `make execute NOTEBOOKS={path.relative_to(ROOT)}`"


BAD_PAGE = """<html><head><link rel="stylesheet" href="https://example.org/a.css"><link rel="license" href="https://ok.org">
<script src="//example.org/b.js"></script><style>@import 'https://example.org/c.css'; b {background: url(http://x.org/d)}
</style></head><body><article><img src="e.png"><img src="f.png" alt="a cat"><svg><path d="M0 0"/></svg>
<svg role="img" aria-label="a dog"><path d="M0 0"/></svg><svg aria-hidden="true"><path d="M0 0"/></svg>
<a href="https://ok.org">ok</a><script type="application/vnd.jupyter.widget-state+json">
{"state": {"w": {"state": {"value": "<p><img src='g.png'></p>"}}}}
</script></article></body></html>"""


def test_a_bad_page_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "bad.html"
    page.write_text(BAD_PAGE)
    assert [line.split("fetches ")[1] for line in check_book.outside_requests(page)] == [
        "//example.org/b.js",
        "https://example.org/a.css",
        "https://example.org/c.css",
        "http://x.org/d",
    ]
    pictures = check_book.pictures(page)
    assert len(pictures) == 3
    assert "e.png" in pictures[0]
    assert "<svg>" in pictures[1]
    assert "g.png" in pictures[2]
    assert check_book.page_weight(page) == []
    page.write_text("x" * (check_book.HEAVIEST + 1))
    assert len(check_book.page_weight(page)) == 1


def test_a_bad_notebook_is_seen(tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook()
    error = nbformat.v4.new_output("error", ename="ValueError", evalue="no", traceback=[])
    address = nbformat.v4.new_output("stream", name="stdout", text="<object at 0x7f0011223344>")
    notebook.cells = [
        nbformat.v4.new_markdown_cell(
            "```{note}\nraw\n```\nand {cite}`cho2014`, but `{a}` and ```python\n{}\n``` are fine"
        ),
        nbformat.v4.new_code_cell("# only a comment"),
        nbformat.v4.new_code_cell("1 / 0", execution_count=1, outputs=[error]),
        nbformat.v4.new_code_cell("minutes()", metadata={"tags": ["skip-execution"]}),  # the reader's to run
        nbformat.v4.new_code_cell("object()", execution_count=2, outputs=[address]),
        nbformat.v4.new_code_cell("never_run()"),
    ]
    path = tmp_path / "bad.ipynb"
    nbformat.write(notebook, path)
    found = check_book.notebook_form(path)
    assert [line.split(": ")[1] for line in found] == [
        "Colab shows MyST raw",
        "Colab shows MyST raw",
        "stored error ValueError",
        "an output holds an object's address, which changes",
        "execution count None, expected 3",
    ]


# The build


@pytest.fixture
def small_book(tmp_path: Path) -> Path:
    """The book's configuration over a single page."""
    config = (ROOT / "_config.yml").read_text("utf-8")
    (tmp_path / "_config.yml").write_text(config, "utf-8")
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: book/index\n")
    for name in ("book/static", "tools"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("vendor", "__pycache__"))
    (tmp_path / "book" / "references.bib").write_text("")
    (tmp_path / "requirements.txt").write_text("")
    (tmp_path / "CHANGELOG.md").write_text("")
    (tmp_path / "course_lib").mkdir()
    (tmp_path / "book" / "index.md").write_text("# One\n\nfirst words\n")
    return tmp_path


@pytest.mark.slow
def test_a_build_is_never_stale_and_a_failed_one_never_passes(small_book: Path) -> None:
    page, index = small_book / "book" / "index.md", small_book / "_build" / "html" / "book" / "index.html"
    assert build_book.build(small_book) == 0
    assert "first words" in index.read_text("utf-8")
    door = small_book / "_build" / "html" / "index.html"
    icon = re.search(r'rel="icon" href="([^"]+)"', door.read_text("utf-8"))
    assert icon and (door.parent / icon[1]).exists(), "a browser asks for an icon that is not there"
    made = index.stat().st_mtime_ns
    assert build_book.build(small_book) == 0
    assert index.stat().st_mtime_ns == made, "nothing changed, and yet the book was built again"

    page.write_text("# Two\n\nsecond words\n")
    assert build_book.build(small_book) == 0
    assert "second words" in index.read_text("utf-8")

    page.write_text("# Two\n\n[nowhere](missing.md)\n")
    assert build_book.build(small_book) != 0
    assert build_book.build(small_book) != 0, "the second try passed over the first one's warning"

    page.write_text("# Two\n\nsecond words\n")
    assert build_book.build(small_book) == 0


def test_every_kind_of_input_changes_the_fingerprint(small_book: Path) -> None:
    seen = {build_book.fingerprint(small_book)}
    for name in (
        "_config.yml",
        "_toc.yml",
        "requirements.txt",
        "book/new.ipynb",
        "book/static/course.css",
        "course_lib/a.py",
    ):
        with (small_book / name).open("a") as file:
            file.write("\n")
        seen.add(build_book.fingerprint(small_book))
    assert len(seen) == 7
    (small_book / "book" / "new.ipynb").rename(small_book / "book" / "newer.ipynb")
    assert build_book.fingerprint(small_book) not in seen


# The notebooks' stable form


SOURCE = """import ipywidgets as widgets, sys
from IPython.display import display
from tqdm import tqdm
for _ in tqdm(range(3)): pass
thrown_away = widgets.HTML("seen by nobody")
slider = widgets.IntSlider(max=1)
stack = widgets.Stack([widgets.HTML("one"), widgets.HTML("two")], selected_index=0)
widgets.jslink((slider, "value"), (stack, "selected_index"))
display(widgets.VBox([slider, stack]))"""


@pytest.fixture
def small_notebook(tmp_path: Path) -> Path:
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_markdown_cell("# Small", id="title"), nbformat.v4.new_code_cell(SOURCE)]
    path = tmp_path / "small.ipynb"
    nbformat.write(notebook, path)
    return path


def run_tool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "tools" / "execute_notebooks.py", *arguments]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, stdin=subprocess.DEVNULL)


@pytest.mark.slow
def test_executing_twice_leaves_no_difference(small_notebook: Path) -> None:
    done = run_tool(small_notebook)
    assert (done.returncode, "changed" in done.stdout) == (0, True), done.stderr
    first = small_notebook.read_bytes()
    notebook = json.loads(first)
    models = notebook["metadata"]["widgets"][stable_notebook.STATE]["state"]
    kinds = sorted(model["model_name"] for model in models.values())
    assert [kind for kind in kinds if not kind.endswith(("LayoutModel", "StyleModel"))] == sorted(
        ["VBoxModel", "IntSliderModel", "StackModel", "HTMLModel", "HTMLModel", "LinkModel"]
    )
    assert {"widget-001", f"widget-{len(models):03d}"} <= set(models)
    text = first.decode()
    assert "IPY_MODEL_widget-" in text
    assert not stable_notebook.PROGRESS.search(text)
    assert sys.version.split()[0] not in text
    assert text.endswith("}\n")
    assert notebook["cells"][0]["id"] == "title"

    again = run_tool(small_notebook)
    assert (again.returncode, "unchanged" in again.stdout) == (0, True), again.stderr
    assert small_notebook.read_bytes() == first


def test_a_stored_widget_loses_only_what_the_page_puts_there_by_itself() -> None:
    names = {
        "_model_name": "SelectionSliderModel",
        "_view_module_version": "2.0.0",
        "_view_name": "SelectionSliderView",
    }
    kept = {"_dom_classes": ["course-widget"], "_options_labels": ["a"], "index": 0, "readout": True, "value": "x"}
    state = names | kept | {"tooltip": None, "button_style": "", "children": [], "placeholder": "\u200b"}
    notebook: dict[str, Any] = {"metadata": {"widgets": {stable_notebook.STATE: {"state": {"a": {"state": state}}}}}}
    stable_notebook.drop_the_usual(notebook)
    assert notebook["metadata"]["widgets"][stable_notebook.STATE]["state"]["a"]["state"] == kept
    stable_notebook.drop_the_usual({"metadata": {}})  # a notebook without a widget


def test_a_failing_notebook_is_left_as_it_was(small_notebook: Path) -> None:
    notebook = nbformat.read(small_notebook, as_version=4)
    notebook.cells[1].source = "print('begun')\nraise RuntimeError('the reason')"
    nbformat.write(notebook, small_notebook)
    before = small_notebook.read_bytes()
    done = run_tool(small_notebook)
    assert done.returncode == 1
    assert "the reason" in done.stderr
    assert "left as it was" in done.stderr
    assert small_notebook.read_bytes() == before
    assert sorted(path.name for path in small_notebook.parent.iterdir()) == ["small.ipynb"]


def test_what_is_no_notebook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.ipynb"
    path.write_text("no JSON")
    done = run_tool(path)
    assert (done.returncode, "is not a notebook" in done.stderr) == (1, True)
    assert path.read_text() == "no JSON"
    done = run_tool(tmp_path / "absent.ipynb")
    assert (done.returncode, "no such notebook" in done.stderr) == (2, True)


def test_equal_and_random_cell_ids_get_names_of_their_own() -> None:
    cells = [{"cell_type": "code", "source": "x", "id": name} for name in ("0a1b2c3d", "", "kept", "kept")]
    stable_notebook.name_cells(cells)
    names = [cell["id"] for cell in cells]
    assert names[2] == "kept"
    assert len(set(names)) == 4
    again = [dict(cell) for cell in cells]
    stable_notebook.name_cells(again)
    assert [cell["id"] for cell in again] == names


# The browser's files


@pytest.fixture
def asset(tmp_path: Path) -> tuple[fetch_assets.Asset, Path]:
    """A package as npm packs it, and the description that fits it."""
    (tmp_path / "code.js").write_text("let a = 1")
    tarball = tmp_path / "small-1.0.0.tgz"
    with tarfile.open(tarball, "w:gz") as archive:
        archive.add(tmp_path / "code.js", "package/dist/code.js")
        archive.add(tmp_path / "code.js", "package/dist/unwanted.ts")
        archive.add(tmp_path / "code.js", "package/dist/../../../escaped.js")
    wanted = fetch_assets.Asset("small", "small@1.0.0", fetch_assets.integrity_of(tarball), "package/dist", ("*.js",))
    return wanted, tarball


def fake_npm(tmp_path: Path, tarball: Path, status: int = 0) -> list[str]:
    """Return a command that stands for npm: it puts ``tarball`` where `npm pack` would, and exits with ``status``."""
    script = tmp_path / "npm.py"
    script.write_text(
        "import shutil, sys\n"
        "target = sys.argv[sys.argv.index('--pack-destination') + 1]\n"
        f"shutil.copy({str(tarball)!r}, target)\n"
        f"print('no route to the registry', file=sys.stderr)\nsys.exit({status})\n"
    )
    return [sys.executable, str(script)]


def test_wanted_files_are_unpacked_and_only_those(tmp_path: Path, asset: tuple[fetch_assets.Asset, Path]) -> None:
    wanted, tarball = asset
    vendor = tmp_path / "vendor"
    scratch = tmp_path / "scratch"
    vendor.mkdir()
    fetch_assets.unpack(wanted, fetch_assets.download(wanted, fake_npm(tmp_path, tarball), scratch), vendor / "small")
    assert sorted(path.name for path in vendor.rglob("*")) == [".installed", "code.js", "small"]
    assert fetch_assets.is_current(wanted, vendor)
    assert not list(tmp_path.rglob("escaped.js"))


def test_a_changed_tarball_is_refused(tmp_path: Path, asset: tuple[fetch_assets.Asset, Path]) -> None:
    wanted, tarball = asset
    content = bytearray(tarball.read_bytes())
    content[-1] ^= 1
    tarball.write_bytes(content)
    with pytest.raises(fetch_assets.FetchError, match="not the file it should be: expected sha512-"):
        fetch_assets.download(wanted, fake_npm(tmp_path, tarball), tmp_path / "scratch")


def test_without_a_network_the_message_says_so(
    tmp_path: Path, asset: tuple[fetch_assets.Asset, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, tarball = asset
    monkeypatch.setattr(fetch_assets.time, "sleep", lambda _: None)
    with pytest.raises(fetch_assets.FetchError, match=r"no route to the registry(.|\n)*Check the network"):
        fetch_assets.download(wanted, fake_npm(tmp_path, tarball, status=1), tmp_path / "scratch")


def test_an_interrupted_unpacking_leaves_the_old_files(
    tmp_path: Path, asset: tuple[fetch_assets.Asset, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, tarball = asset
    old = tmp_path / "vendor" / "small" / "old.js"
    old.parent.mkdir(parents=True)
    old.write_text("old")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(fetch_assets.os, "replace", interrupted)
    monkeypatch.setattr(fetch_assets.shutil, "rmtree", lambda path, **_: None if path == old.parent else _remove(path))
    with pytest.raises(KeyboardInterrupt):
        fetch_assets.unpack(wanted, tarball, old.parent)
    assert [path.name for path in (tmp_path / "vendor").iterdir()] == ["small"]
    assert old.read_text() == "old"


def _remove(path: Path) -> None:
    for child in sorted(path.rglob("*"), reverse=True):
        child.rmdir() if child.is_dir() else child.unlink()
    if path.exists():
        path.rmdir()


def test_the_installed_files_are_the_pinned_ones() -> None:
    assert all(fetch_assets.is_current(asset, fetch_assets.VENDOR) for asset in fetch_assets.ASSETS)
    assert (fetch_assets.VENDOR / "html-manager" / "embed.js").stat().st_size > 1_000_000
    assert list((fetch_assets.VENDOR / "mathjax" / "output" / "chtml" / "fonts" / "woff-v2").glob("*.woff"))


# The browser


def test_the_first_browser_that_starts_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    sources = {"installed": None, "playwrights_own": None, "from_debian": "/usr/bin/b", "from_playwright": "/c"}
    for name, path in sources.items():
        monkeypatch.setattr(find_browser, name, lambda path=path: path)
    assert find_browser.find_browser() == "/usr/bin/b"
    monkeypatch.setattr(find_browser, "from_debian", lambda: None)
    monkeypatch.setattr(find_browser, "from_playwright", lambda: None)
    assert find_browser.find_browser() is None


def test_an_older_debian_gives_the_whole_of_chromium(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def install(name: str, *others: str) -> bool:
        asked.append(name)
        return name == "chromium"

    monkeypatch.setattr(find_browser, "install_from_debian", install)
    monkeypatch.setattr(find_browser, "installed", lambda: f"/usr/bin/{asked[-1]}")
    assert find_browser.from_debian() == "/usr/bin/chromium" and asked == [find_browser.SHELL, "chromium"]


def test_a_driver_that_lacks_a_library_gets_it_before_a_browser_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a minimal Debian every browser test failed with a closed connection: the driver never ran."""
    added: list[str] = []
    monkeypatch.setattr(find_browser, "install_from_debian", lambda *packages: added.extend(packages) or True)
    monkeypatch.setattr(find_browser, "starts", lambda path: "libatomic1" in added)
    monkeypatch.setattr(find_browser, "installed", lambda: "/usr/bin/b")
    assert find_browser.find_browser() == "/usr/bin/b" and added == ["libatomic1"]
    monkeypatch.setattr(find_browser, "install_from_debian", lambda *packages: False)
    monkeypatch.setattr(find_browser, "starts", lambda path: False)
    assert find_browser.find_browser() is None


def test_a_program_that_does_not_start_is_no_browser(tmp_path: Path) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    assert not find_browser.starts(broken)
    assert not find_browser.starts(tmp_path / "absent")
    assert find_browser.starts(sys.executable)
