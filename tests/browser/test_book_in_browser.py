"""The book as a reader meets it: quiet, private, by keyboard, on a phone, in the dark, on paper."""

import shutil
from pathlib import Path

import check_book
import finished_pages
import pytest
import zip_book
from playwright.sync_api import Browser

from .sliders import SLIDER, WIDGETS, shown, sliders_of, stage_of, value
from .visits import FRAMES, PAGES, WIDGET_PAGES, WIDGET_STATE, Readers, serve, visiting

pytestmark = pytest.mark.browser
ALL_PAGES = pytest.mark.parametrize("name", PAGES)
PAPER = 718  # pixels of A4 between its margins
CUT_ON_PAPER = """() => [...document.querySelectorAll('.bd-article pre')]
    .filter(pre => pre.scrollWidth > pre.clientWidth + 1).map(pre => pre.innerText)"""
# Code without its thousands of coloured pieces: they are most of a page, and to go through them all takes longest.
PLAIN_CODE = "() => document.querySelectorAll('pre').forEach(pre => { pre.textContent = pre.textContent })"
UNSEEN_ON_PAPER = """() => [...document.querySelectorAll('.bd-article details[open] > :not(summary)')]
    .filter(part => part.getClientRects().length && getComputedStyle(part).opacity < 1).map(part => part.innerText)"""
LIGHT = "el => { const [r, g, b] = getComputedStyle(el).backgroundColor.match(/[\\d.]+/g); return (+r + +g + +b) / 3 }"


def test_every_built_page_is_visited(html: Path) -> None:
    built = {path.relative_to(html).as_posix(): path for path in check_book.pages(html)}
    assert sorted(built) == sorted(PAGES)
    with_widget = [name for name, path in built.items() if WIDGET_STATE in path.read_text("utf-8")]
    assert sorted(with_widget) == sorted(WIDGET_PAGES)
    assert WIDGET_PAGES, "no page has a widget: nothing below would be tested"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
@ALL_PAGES
def test_page_is_quiet_and_private_and_fits(site: str, readers: Readers, name: str, width: int, scheme: str) -> None:
    with readers.at(f"{site}/{name}", width, scheme) as visit:
        visit.until_silent()
        assert visit.errors == []
        assert visit.outside == []
        for seen_at in (width, 390):
            visit.page.set_viewport_size({"width": seen_at, "height": 900})
            assert visit.overflow() == 0
        # The page for a wrong address has no scripts; the redirect of the root no theme until it has arrived.
        if name not in ("404.html", "index.html"):
            assert visit.page.locator("html").get_attribute("data-theme") == scheme
        assert visit.page.locator("mjx-merror").count() == 0
        paragraphs = visit.page.locator("article p").all_text_contents()
        assert [text for text in paragraphs if text.startswith("|")] == [], "a table that stayed plain text"


@ALL_PAGES
def test_every_control_has_a_name(site: str, readers: Readers, name: str) -> None:
    with readers.at(f"{site}/{name}") as visit:
        visit.page.evaluate(FRAMES)  # the names are given in the frame after the widgets are drawn
        assert visit.nameless() == []


@pytest.mark.moves
@ALL_PAGES
def test_no_barrier_stands_before_a_reader(site: str, readers: Readers, name: str) -> None:
    """What axe-core looks for: headings in order, names, contrast, targets large enough for a finger."""
    with readers.at(f"{site}/{name}") as visit:
        visit.page.evaluate(PLAIN_CODE)
        assert visit.barriers() == []


@pytest.mark.moves
@WIDGETS
def test_sliders_answer_the_keyboard(site: str, readers: Readers, name: str) -> None:
    with readers.at(f"{site}/{name}", 390, "dark") as visit:
        handles = visit.page.locator(SLIDER)
        assert visit.page.locator("[role=slider]").count() == handles.count() > 0
        for number in range(handles.count()):
            handle = handles.nth(number)
            stage = stage_of(handle)
            for other in sliders_of(handle).all():
                other.press("End")  # where every other slider makes a difference
            handle.press("End")
            last = shown(stage)
            handle.press("Home")
            first = shown(stage, unlike=last)
            handle.press("ArrowRight")
            second = shown(stage, unlike=first)
            handle.press("ArrowLeft")
            back = shown(stage, unlike=second)
            assert first.strip()
            assert first != last, f"slider {number}: Home shows what End shows"
            assert second != first, f"slider {number}: ArrowRight changes nothing"
            assert back == first, f"slider {number}: ArrowLeft does not lead back"
            handle.press("End")
            assert shown(stage, unlike=back) == last, f"slider {number}: End does not lead to the end"
            assert float(handle.get_attribute("aria-valuenow") or -1) == float(
                handle.get_attribute("aria-valuemax") or 0
            )
            outline = handle.evaluate("el => getComputedStyle(el).outlineStyle")
            assert outline != "none", f"slider {number}: focus cannot be seen"
        assert visit.errors == []
        assert visit.overflow() == 0


@pytest.mark.moves
@WIDGETS
def test_play_advances_and_stops(site: str, readers: Readers, name: str) -> None:
    with readers.at(f"{site}/{name}") as visit:
        plays = visit.page.locator(".widget-play")
        if not plays.count():
            pytest.skip("no Play on this page")
        stopped = []
        for play in plays.all():
            handle, button = play.locator("xpath=..").locator("[role=slider]"), play.locator("button").first
            handle.focus()
            handle.press("Home")
            before = value(handle)
            button.click()
            moved = "([el, before]) => el.getAttribute('aria-valuetext') !== before"
            visit.page.wait_for_function(moved, arg=[handle.element_handle(), before], timeout=20_000)
            button.click()
            stopped.append((handle, value(handle)))
        visit.page.wait_for_timeout(1_500)  # longer than one beat of Play
        for handle, at in stopped:
            assert handle.get_attribute("aria-valuetext") == at
        assert visit.errors == []


@WIDGETS
def test_widgets_are_dark_in_the_dark(site: str, readers: Readers, name: str) -> None:
    with readers.at(f"{site}/{name}", scheme="dark") as visit:
        for box in visit.page.locator(".course-widget").all():
            assert box.evaluate(LIGHT) < 60
        boxes = visit.page.locator(".widget-subarea").all()
        assert all(box.evaluate("el => getComputedStyle(el).backgroundColor") == "rgba(0, 0, 0, 0)" for box in boxes)


@pytest.mark.moves
@WIDGETS
def test_paper_shows_the_stand_in(site: str, readers: Readers, name: str) -> None:
    with readers.at(f"{site}/{name}", scheme="dark") as visit:
        # one stand-in an output; the explorer's widget holds another one
        stand_ins = visit.page.locator(".course-static")
        widgets = visit.page.locator(".widget-subarea > .course-widget")
        assert stand_ins.count() >= widgets.count() > 0
        assert not any(stand_in.is_visible() for stand_in in stand_ins.all())
        visit.page.emulate_media(media="print")
        assert all(stand_in.is_visible() for stand_in in stand_ins.all())
        assert not any(widget.is_visible() for widget in widgets.all())
        visit.page.wait_for_function("() => document.documentElement.dataset.theme === 'light'")
        assert visit.page.locator(".bd-article details:not([open])").count() == 0
        visit.page.set_viewport_size({"width": PAPER, "height": 1000})
        assert visit.page.evaluate(CUT_ON_PAPER) == []
        assert visit.page.evaluate(UNSEEN_ON_PAPER) == [], "what has just been opened still fades in"


@WIDGETS
def test_without_scripts_the_stand_in_is_there(site: str, browser: Browser, name: str) -> None:
    with visiting(browser, java_script_enabled=False) as visit:
        visit.page.goto(f"{site}/{name}")
        stand_ins = visit.page.locator(".course-static")
        assert stand_ins.count() > 0
        assert all(stand_in.is_visible() for stand_in in stand_ins.all())


@pytest.fixture(scope="session")
def taken_along(html: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The book as it comes out of its zip."""
    folder = tmp_path_factory.mktemp("taken along")
    zip_book.pack(html, folder / "book.zip")
    shutil.unpack_archive(folder / "book.zip", folder)
    return folder / zip_book.FOLDER


@WIDGETS
def test_page_works_from_a_file(taken_along: Path, browser: Browser, name: str) -> None:
    with visiting(browser) as visit:
        visit.open((taken_along / name).as_uri())
        handle = visit.page.locator(SLIDER).last
        handle.focus()
        handle.press("Home")
        before = shown(stage_of(handle))
        handle.press("End")
        assert shown(stage_of(handle), unlike=before) != before
        assert (visit.errors, visit.outside) == ([], [])


BAD_PAGE = """<!DOCTYPE html><html lang="en"><head><title>Bad</title></head><body>
<div style="width: 900px">wide</div><div role="slider" tabindex="0" aria-valuenow="1"></div><button></button>
<img src="https://example.org/picture.png" alt="far away"><script>console.error("oh"); throw new Error("no")</script>
</body></html>"""


def test_a_bad_page_is_seen(tmp_path: Path, browser: Browser) -> None:
    (tmp_path / "bad.html").write_text(BAD_PAGE)
    with serve(tmp_path) as address, visiting(browser, 390) as visit:
        visit.open(f"{address}/bad.html")
        assert visit.outside == ["https://example.org/picture.png"]
        assert {"oh", "no"} <= set(visit.errors)
        assert visit.overflow() > 400
        assert sorted(line.split()[0] for line in visit.nameless()) == ["button", "slider"]
        visit.open(f"{address}/bad.html?again")
        visit.page.goto(f"{address}/not-there.html")
        assert any(error.startswith("404 ") for error in visit.errors)


SHELTERED = f"""<!DOCTYPE html><html lang="en"><head>{finished_pages.CHARSET}<title>Sheltered</title>
<script>document.title += " and awake"</script></head><body><article><img src="https://example.org/a.png" alt="far">
<img src="x" alt="nothing" onerror="document.title = 'Taken'"><script>document.title = "Taken"</script>
<h1>One</h1><h4>Two</h4><p style="color: #999; background: #fff">grey</p></article></body></html>"""


def test_a_policy_keeps_out_what_an_article_brings_along(tmp_path: Path, browser: Browser) -> None:
    (tmp_path / "page.html").write_text(finished_pages.finished(SHELTERED))
    with serve(tmp_path) as address, visiting(browser) as visit:
        visit.open(f"{address}/page.html")
        assert visit.page.title() == "Sheltered and awake"
        refused = [error for error in visit.errors if "Content Security Policy" in error]
        assert len(refused) == 3 and ["example.org" in error for error in refused].count(True) == 1
        assert {line.split(",")[0] for line in visit.barriers("article")} >= {"heading-order", "color-contrast"}


def test_a_reader_comes_back_to_a_page_unless_a_test_failed_on_it(tmp_path: Path, readers: Readers) -> None:
    (tmp_path / "page.html").write_text("<!DOCTYPE html><title>as written</title>")
    with serve(tmp_path) as address:
        page = f"{address}/page.html"
        with readers.at(page) as visit:
            visit.page.evaluate("() => { document.title = 'as left'; }")
            visit.page.emulate_media(media="print")
        with readers.at(page, 390) as again:
            assert (again.page.title(), again.page.evaluate("innerWidth")) == ("as left", 390)
            assert not again.page.evaluate("matchMedia('print').matches")
        with readers.at(page, scheme="dark") as other:
            assert other.page.title() == "as written"
        with pytest.raises(RuntimeError, match="as left"), readers.at(page) as again:
            raise RuntimeError(again.page.title())
        with readers.at(page) as again:
            assert again.page.title() == "as written"
        with readers.at(f"{page}?another"):
            assert again.page.is_closed() and other.page.is_closed()
