"""What a page says of itself, what it may load, what it was made from; how the book is printed and taken along."""

import re
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import anchors
import check_book
import edition
import finished_pages
import page_heads
import picture_front_page
import picture_shared
import print_book
import pytest
import site_files
import yaml
import zip_book
from bs4 import BeautifulSoup
from docutils.core import publish_doctree
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = "https://school.github.io/attention/"


# The head


def head_of(text: str, address: str = "") -> BeautifulSoup:
    """Return the tags that a page with this ``text`` gets, in a book published at ``address``."""
    app = SimpleNamespace(config=SimpleNamespace(html_baseurl=address))
    context = {"title": "<code>a</code> &amp; b", "docstitle": "The course", "pathto": lambda name, resource: name}
    source = f"One\n===\n\n* a list\n\n{text}\n\nWhat follows.\n"
    doctree = publish_doctree(source, settings_overrides={"doctitle_xform": False})  # as Sphinx has it
    page_heads.describe(app, "book/one", "", context, doctree)
    return BeautifulSoup(context["metatags"], "lxml")


def said(head: BeautifulSoup) -> dict[str, str]:
    return {
        str(tag.get("name") or tag.get("property")): str(tag["content"]) for tag in head.find_all("meta", content=True)
    }


def test_a_page_is_described_by_its_first_paragraph() -> None:
    tags = said(head_of('You do it\nby "hand".'))
    assert tags["description"] == tags["og:description"] == 'You do it by "hand".'
    assert tags["og:title"] == "a & b"
    assert not {"og:url", "og:image"} & set(tags), "a placeholder was given away as an address"


def test_a_page_without_a_paragraph_stops_the_build_and_says_why() -> None:
    with pytest.raises(ValueError, match="expected a paragraph below a heading"):
        page_heads.first_paragraph(publish_doctree("* a list"))


def test_a_published_page_names_its_address_and_its_card() -> None:
    tags = said(head_of("Words.", ADDRESS))
    assert tags["og:url"] == f"{ADDRESS}book/one.html"
    assert tags["og:image"] == f"{ADDRESS}_static/{picture_shared.CARD.name}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Short. Enough?", "Short. Enough?"),
        ("One. " + "two " * 60, "One."),
        ("word " * 60, "word " * 39 + "word …"),
    ],
)
def test_a_description_ends_with_a_sentence_or_a_word(text: str, expected: str) -> None:
    assert page_heads.shortened(text.strip()) == expected


def test_only_a_real_repository_has_an_address_of_pages() -> None:
    assert page_heads.pages_address("https://github.com/School/attention") == ADDRESS
    assert page_heads.pages_address("https://github.com/OWNER/attention-step-by-step") == ""
    assert page_heads.pages_address("https://example.org/school/attention") == ""


def test_the_card_shows_what_the_front_page_shows_in_the_size_that_hosts_take() -> None:
    cards = {picture_shared.CARD: picture_shared.CARD_SIZE, picture_shared.ICON: picture_shared.ICON_SIZE}
    for path, size in cards.items():
        with Image.open(path) as picture:
            assert picture.size == size
            made_from = picture.info[picture_front_page.MADE_FROM]
        assert made_from == picture_front_page.trace_fingerprint(), "run tools/picture_shared.py"


# The policy


PAGE = f"""<head>{finished_pages.CHARSET}<script>one()</script><script src="two.js"></script></head>
<button onclick="three(&quot;&quot;)"></button><article><script>four()</script><b onclick="five()"></b></article>"""


def test_a_policy_names_the_scripts_around_the_article_and_no_other() -> None:
    page = finished_pages.finished(PAGE)
    rules = dict(rule.split(" ", 1) for rule in finished_pages.policy(PAGE).split("; "))
    assert rules["script-src"] == f"'self' file: {finished_pages.digest('one()')}"
    handler = finished_pages.digest('three("")')
    assert rules["script-src-attr"] == f"'unsafe-hashes' {handler}"
    assert page.index("Content-Security-Policy") < page.index("<script>")
    assert "'unsafe-eval'" in finished_pages.policy(PAGE + finished_pages.WIDGET_STATE)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('<th class="head text-right"><p></p></th><th>a</th>', "<td></td><th>a</th>"),
        ('<dl>\n<dd><em class="sig-param">a</em></dd>\n</dl>', '<ul>\n<li><em class="sig-param">a</em></li>\n</ul>'),
        ("<dl>\n<dt>a</dt><dd>b</dd>\n</dl>", "<dl>\n<dt>a</dt><dd>b</dd>\n</dl>"),
        ('<i class="theme-switch fa-sun" title="Light">', '<i class="theme-switch fa-sun">'),
    ],
)
def test_the_markup_of_the_theme_is_mended_and_no_other(written: str, expected: str) -> None:
    assert finished_pages.mended(written) == expected


# Site files


def built(folder: Path, address: str) -> Path:
    options = {"repository_url": "https://github.com/School/attention"}
    config = SimpleNamespace(html_baseurl=address, html_theme_options=options, html_title="The course")
    builder, env = SimpleNamespace(format="html"), SimpleNamespace(found_docs={"book/b", "book/a"})
    site_files.write(SimpleNamespace(outdir=folder, config=config, builder=builder, env=env), None)
    return folder


def test_search_engines_find_every_page_of_a_published_book(tmp_path: Path) -> None:
    site = BeautifulSoup((built(tmp_path, ADDRESS) / "sitemap.xml").read_text("utf-8"), "xml")
    assert [place.text for place in site.find_all("loc")] == [f"{ADDRESS}book/a.html", f"{ADDRESS}book/b.html"]
    assert f"Sitemap: {ADDRESS}sitemap.xml" in (tmp_path / "robots.txt").read_text("utf-8")


def test_a_book_without_an_address_has_no_site_map(tmp_path: Path) -> None:
    assert sorted(path.name for path in built(tmp_path, "").iterdir()) == ["404.html"]


# The edition


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def test_the_edition_names_the_commit_and_what_changed_since(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2027-03-04T12:00:00Z")
    (tmp_path / "_config.yml").write_text("title: one\n")
    assert edition.edition(tmp_path, ("_config.yml",)) == edition.ARCHIVE
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "--allow-empty", "-qm", "of another project, in whose folder the archive was unpacked")
    assert edition.edition(tmp_path, ("_config.yml",)) == edition.ARCHIVE, "another project's git answered"
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    (tmp_path / "notes.txt").write_text("no page reads this")
    clean = edition.edition(tmp_path, ("_config.yml",))
    assert re.fullmatch(r"Made from commit [0-9a-f]{7,} of 4 March 2027\.", clean)
    (tmp_path / "_config.yml").write_text("title: two\n")
    assert edition.edition(tmp_path, ("_config.yml",)) == clean[:-1] + ", with changes since."


def test_the_edition_is_written_anew_where_it_stood(tmp_path: Path) -> None:
    page = tmp_path / "book" / "one.html"
    page.parent.mkdir()
    page.write_text('<p class="course-edition"></p><p>more</p>')
    for sentence in ("First.", "Second."):
        edition.write(tmp_path, sentence)
        assert page.read_text() == f'<p class="course-edition">{sentence}</p><p>more</p>'


# Taken along


def test_the_zip_is_the_same_every_time_and_leaves_out_what_a_server_needs(tmp_path: Path) -> None:
    book = tmp_path / "html"
    (book / "book").mkdir(parents=True)
    for name in ("index.html", "book/one.html", "404.html", "robots.txt", ".made-from"):
        (book / name).write_text(name)
    assert zip_book.pack(book, tmp_path / "a.zip") == 2
    (book / "index.html").touch()
    zip_book.pack(book, tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    shutil.unpack_archive(tmp_path / "a.zip", tmp_path / "out")
    assert (tmp_path / "out" / zip_book.FOLDER / "book" / "one.html").read_text() == "book/one.html"


def test_the_pages_are_printed_in_the_order_of_the_contents() -> None:
    text = (ROOT / "_toc.yml").read_text("utf-8")
    assert list(print_book.names(yaml.safe_load(text))) == re.findall(r"(?:root|file): (\S+)", text)


# The built book


@pytest.fixture(scope="module")
def pages(html: Path) -> dict[str, BeautifulSoup]:
    """The head and the foot of every page of the book: to parse the rest takes a minute."""
    found = {}
    for path in check_book.pages(html):
        text = path.read_text("utf-8")
        if path != html / "index.html":  # which only leads on
            parts = text.split("</head>")[0], text[text.rfind('<footer class="bd-footer-content') :]
            found[path.relative_to(html).as_posix()] = BeautifulSoup("</head>".join(parts), "lxml")
    return found


def test_every_page_has_a_title_a_description_and_a_language_of_its_own(pages: dict[str, BeautifulSoup]) -> None:
    titles = [page.title.get_text() if page.title else "" for page in pages.values()]
    described = [said(page).get("description", "") for page in pages.values()]
    assert sorted({title for title in titles if titles.count(title) > 1 or len(title) < 10}) == []
    assert sorted({text for text in described if described.count(text) > 1 or not 20 <= len(text) <= 201}) == []
    assert {name for name, page in pages.items() if not page.html or page.html.get("lang") != "en"} == set()


def test_every_page_has_a_policy_and_says_what_it_was_made_from(pages: dict[str, BeautifulSoup]) -> None:
    without = [name for name, page in pages.items() if not page.find("meta", {"http-equiv": "Content-Security-Policy"})]
    assert without == []
    lines = {name: page.find(class_="course-edition") for name, page in pages.items() if name != "404.html"}
    assert {name for name, line in lines.items() if line is None or "Made from" not in line.get_text()} == set()


def test_the_page_for_a_wrong_address_leads_to_pages_from_any_depth(html: Path) -> None:
    root = site_files.root_of(yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["repository"]["url"])
    page = BeautifulSoup((html / "404.html").read_text("utf-8"), "lxml")
    links = [str(tag["href"]) for tag in page.find_all(href=True)]
    assert len(links) == 4
    assert [link for link in links if not link.startswith(root) or not (html / link.removeprefix(root)).exists()] == []


def test_an_anchor_that_others_link_to_has_not_vanished(html: Path) -> None:
    gone = anchors.listed() - anchors.anchors(html)
    assert sorted(gone) == [], "others link there: keep the heading, or put `(its-name)=` above the new one"
