"""The model in a page, used as a reader would: typed to, held, by keyboard, narrow, dark, and with what harms others.

On a bare page of its own, from a file and under a policy that lets a page run its own scripts alone: what the theme
does around it, the tests of all pages see.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Locator, expect

from .visits import ROOT, Visit, serve, visiting

pytestmark = pytest.mark.browser
LIVE = ROOT / "book" / "static" / "live"
POLICY = "<meta http-equiv='Content-Security-Policy' content=\"default-src 'self'\">"
PAGE = """<!doctype html><html lang=en data-theme=dark><head><meta charset=utf-8>{policy}<title>Live</title>
<meta name=viewport content='width=device-width'><script defer src='live/load.js'></script></head>
<body><p>Above.</p>{space}
<div class=course-live data-live=en-fr data-sentence='the old man sees the red cars .'>
<figure>The stand-in</figure></div></body></html>"""
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "🐈‍⬛ 🏳️‍🌈 .",
    "القطة تنام",
    "the cat " * 5_000,
    "__proto__ constructor",
)


class Live(NamedTuple):
    """One page with a model in it."""

    visit: Visit
    box: Locator
    said: Locator
    status: Locator

    def slider(self, name: str) -> Locator:
        return self.visit.page.get_by_role("slider", name=name)

    def button(self, name: str) -> Locator:
        return self.visit.page.get_by_role("button", name=name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("live")
    shutil.copytree(LIVE, folder / "live")
    (folder / "near.html").write_text(PAGE.format(policy=POLICY, space=""), "utf-8")
    (folder / "file.html").write_text(PAGE.format(policy="", space=""), "utf-8")
    far = PAGE.format(policy="", space="<br>" * 300)
    (folder / "far.html").write_text(far, "utf-8")
    return folder


@pytest.fixture(scope="module")
def live(browser: Browser, folder: Path) -> Iterator[Live]:
    """The page under its policy, for a reader with a narrow screen: loaded once for all that only use it."""
    with serve(folder) as address, visiting(browser, width=390, scheme="dark") as visit:
        visit.page.goto(f"{address}/near.html")
        yield at_work(visit)


def at_work(visit: Visit) -> Live:
    page = visit.page
    page.locator(".live .said bdi").first.wait_for()
    return Live(visit, page.get_by_label("An English sentence"), page.locator(".said"), page.get_by_role("status"))


@pytest.fixture(autouse=True)
def as_it_was(request: pytest.FixtureRequest) -> None:
    if "live" in request.fixturenames:
        live = request.getfixturevalue("live")
        live.box.fill("the old man sees the red cars .")
        live.button("Everything as the model has it").click()
        live.slider("Step").press("Home")


def test_what_is_typed_is_translated(live: Live) -> None:
    live.box.fill("the cat sleeps .")
    expect(live.said).to_have_text("le chat dort . </s>")
    expect(live.status).to_have_text("Translated: le chat dort .")
    assert live.visit.page.locator("figure").is_hidden()
    heads = live.visit.page.get_by_role("region", name="Heat map").locator("thead th")
    assert heads.all_inner_texts()[1:] == ["the", "cat", "sleeps", ".", "</s>"]
    assert live.visit.errors == [] and live.visit.overflow() == 0 and live.visit.nameless() == []


def test_a_word_is_offered_and_an_unknown_one_is_named(live: Live) -> None:
    live.box.fill("the old man sees the ca")
    live.button("cats").click()
    assert live.box.input_value() == "the old man sees the cats "
    assert live.box.evaluate("box => document.activeElement === box")
    before = live.said.inner_text()
    live.box.fill("the old man sees the elephant .")
    expect(live.status).to_contain_text("‘elephant’ is not among the")
    assert live.said.inner_text() == before
    assert "stale" in (live.visit.page.locator(".live").get_attribute("class") or "")


def test_a_held_look_changes_what_is_written_and_is_let_go_again(live: Live) -> None:
    before = live.said.inner_text()
    live.visit.page.get_by_label("Source word").select_option(index=6)
    live.slider("Step").press("ArrowRight")
    live.button("Pin").click()
    expect(live.said).not_to_have_text(before)
    assert live.slider("Its weight").get_attribute("aria-valuetext") == "1.00, held"
    assert "the model’s own α" in live.visit.page.locator(".live table").first.inner_text()
    live.button("Switch off").click()
    assert live.slider("Its weight").get_attribute("aria-valuetext") == "0.00, held"
    live.slider("Its weight").press("ArrowRight")
    assert live.slider("Its weight").get_attribute("aria-valuetext") == "0.01, held"
    live.button("Pin").click()
    expect(live.said).not_to_have_text(before)
    live.button("Let go").click()
    expect(live.said).to_have_text(before)


def test_temperature_and_mask_change_the_weights(live: Live) -> None:
    cells = live.visit.page.get_by_role("region", name="Heat map").locator("tbody tr").first.locator("td")
    sharp = cells.all_inner_texts()
    live.slider("Temperature").press("End")
    flat = cells.all_inner_texts()
    assert len(sharp) == len(flat) and max(flat) < max(sharp)
    live.visit.page.get_by_role("checkbox").check()
    assert cells.count() == len(flat) + 3


def test_the_keyboard_alone_reaches_everything(live: Live) -> None:
    live.box.focus()
    reached = []
    for _ in range(12):
        live.visit.page.keyboard.press("Tab")
        reached.append(
            live.visit.page.evaluate("() => document.activeElement.textContent || document.activeElement.type")
        )
    expected = ["Pin: all of it", "Switch off", "Let go", "checkbox", "Everything as the model has it"]
    assert [name for name in reached if name in expected] == expected and reached.count("range") == 3


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_neither_runs_nor_breaks(live: Live, text: str) -> None:
    spoken: list[str] = []
    live.visit.page.on("dialog", lambda dialog: (spoken.append(dialog.message), dialog.dismiss()))
    live.box.fill(text)
    expect(live.status).not_to_contain_text("Translated")
    live.slider("Step").press("End")
    assert spoken == [] and live.visit.errors == [] and live.visit.overflow() == 0
    assert live.visit.page.locator(".live :is(img, script)").count() == 0
    live.box.fill("the cat sleeps .")
    expect(live.said).to_have_text("le chat dort . </s>")


def test_a_file_works_too_and_print_shows_the_stand_in(browser: Browser, folder: Path) -> None:
    with visiting(browser, scheme="light") as visit:
        visit.page.goto((folder / "file.html").as_uri())
        at_work(visit)
        visit.page.emulate_media(media="print")
        assert visit.page.locator("figure").is_visible() and visit.page.locator(".live").is_hidden()
        assert visit.errors == []


def test_nothing_is_fetched_before_the_reader_is_near(browser: Browser, folder: Path) -> None:
    with visiting(browser) as visit:
        asked: list[str] = []
        visit.page.on("request", lambda request: asked.append(request.url.rsplit("/", 1)[-1]))
        visit.page.goto((folder / "far.html").as_uri(), wait_until="load")
        visit.page.wait_for_timeout(500)
        assert asked == ["far.html", "load.js"]
        visit.page.locator(".course-live").scroll_into_view_if_needed()
        at_work(visit)


def test_a_model_that_does_not_load_leaves_the_stand_in(browser: Browser, folder: Path) -> None:
    page = folder / "missing.html"
    page.write_text((folder / "file.html").read_text("utf-8").replace("data-live=en-fr", "data-live=en-xx"), "utf-8")
    with visiting(browser) as visit:
        with visit.page.expect_console_message(lambda said: "stays away" in said.text):
            visit.page.goto(page.as_uri())
        assert visit.page.locator("figure").is_visible() and visit.page.locator(".live").count() == 0
