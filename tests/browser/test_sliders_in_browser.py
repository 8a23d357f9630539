"""Every slider of the book by mouse and finger: the right frame, two sliders apart, text that can be read."""

import re

import pytest
from playwright.sync_api import Browser, Locator

from course_lib.widgets.frames import step_frame
from tests.oracles.traces import random_trace

from .sliders import SLIDER, STAGE, WIDGETS, shown, shown_when, sliders_of, stage_of, value
from .visits import Readers, Visit, visiting

pytestmark = pytest.mark.browser
NUMBERED = re.compile(r"\b(?:Step|Position|Word|Stage|word(?= \d+ of )) (\d+)")
SAYS = "css:light=.says"
COUNTING = ("Step", "Position", "Word")
"""What a slider is called whose frames say their number. On a page that has none, stages count."""


def sliders(visit: Visit) -> list[Locator]:
    return visit.page.locator(SLIDER).all()


def counting(handles: list[Locator]) -> list[Locator]:
    """Return the sliders whose frames say their number: steps, positions and words, or stages where there are none."""
    named = [(handle.get_attribute("aria-label"), handle) for handle in handles]
    own = [handle for name, handle in named if name in COUNTING]
    return own or [handle for name, handle in named if name == "Stage"]


def said(handle: Locator) -> str:
    """Return what the slider says it stands at, where the frame that goes with it has been read already."""
    return handle.get_attribute("aria-valuetext") or ""


def track(handle: Locator, share: float) -> tuple[float, float]:
    """Return the point at ``share`` of the slider's length, on the screen."""
    line = handle.locator("xpath=ancestor::*[contains(@class, 'noUi-base')][1]")
    line.scroll_into_view_if_needed()
    box = line.bounding_box()
    assert box is not None
    return box["x"] + share * box["width"], box["y"] + box["height"] / 2


def number_shown(stage: Locator) -> int | None:
    """Return the number of the step, position or word that the frame speaks of."""
    found = NUMBERED.search(stage.locator(SAYS).inner_text()) if stage.locator(SAYS).count() else None
    return int(found[1]) if found else None


def none_such(stage: Locator, before: str, number: int) -> bool:
    """Say whether the frame says that there is none such, once it is another one than ``before`` or that ``number``."""
    text = shown_when(stage, lambda text: text != before or number_shown(stage) == number)
    return "No such step" in text or "No such word" in text


@pytest.mark.moves
@WIDGETS
def test_every_slider_follows_the_mouse_to_the_frame_that_the_keys_lead_to(
    site: str, readers: Readers, name: str
) -> None:
    with readers.at(f"{site}/{name}") as visit:
        for handle in sliders(visit):
            stage = stage_of(handle)
            for other in sliders_of(handle).all():
                other.press("End")  # where every other slider makes a difference
            handle.press("End")
            last, named = shown(stage), said(handle)
            visit.page.mouse.click(*track(handle, 0.01))
            first = shown(stage, unlike=last)
            assert first != last, f"a click at the beginning leaves {named!r} on the stage"
            by_mouse = said(handle)
            handle.press("Home")
            assert (shown(stage), said(handle)) == (first, by_mouse)
            handle.hover()  # as soon as it stands still: after a click it glides
            visit.page.mouse.down()
            visit.page.mouse.move(*track(handle, 0.99), steps=6)
            visit.page.mouse.up()
            assert (shown(stage, unlike=first), said(handle)) == (last, named), "dragging does not reach the end"
        assert visit.errors == []


@pytest.mark.moves
@WIDGETS
def test_the_frame_on_the_stage_is_the_one_that_the_slider_names(site: str, readers: Readers, name: str) -> None:
    checked = 0
    with readers.at(f"{site}/{name}") as visit:
        for handle in counting(sliders(visit)):
            stage = stage_of(handle)
            for key in ("End", "ArrowLeft", "Home", "ArrowRight", "ArrowRight"):
                before = stage.inner_text()
                handle.press(key)
                named = re.match(r"\d+", value(handle))
                if named and not none_such(stage, before, int(named[0])):
                    assert number_shown(stage) == int(named[0]), f"{key}: {value(handle)!r}"
                    checked += 1
    assert checked, "no frame of this page says which one it is"


@pytest.mark.moves
@WIDGETS
def test_of_two_sliders_each_leaves_the_other_alone(site: str, readers: Readers, name: str) -> None:
    with readers.at(f"{site}/{name}", 390, "dark") as visit:
        for stage in visit.page.locator(STAGE).all():
            handles = sliders_of(stage).all()
            if len(handles) == 1:
                continue  # there is no other one
            counts = counting(handles) or handles[-1:]
            for moved in handles:
                others = [handle for handle in handles if handle is not moved]
                for other in others:
                    other.press("Home")
                    other.press("ArrowRight")
                stood, number = [value(other) for other in others], number_shown(stage)
                for key in ("End", "Home", "ArrowRight"):
                    moved.press(key)
                    assert [value(other) for other in others] == stood
                    if moved not in counts and "No such step" not in stage.inner_text():
                        assert number_shown(stage) == number, "the step changed though its slider did not move"


@pytest.mark.moves
@WIDGETS
def test_a_finger_moves_the_slider_and_nothing_moves_by_itself(site: str, readers: Readers, name: str) -> None:
    with readers.at(f"{site}/{name}", 390, "dark") as visit:
        visit.page.emulate_media(reduced_motion="reduce")
        for handle in sliders(visit):
            handle.press("Home")
            at = value(handle)
            visit.page.touchscreen.tap(*track(handle, 0.99))
            assert value(handle) != at
        slow = """() => [...document.querySelectorAll('.course-widget, .course-widget *')].filter(element => {
            const style = getComputedStyle(element);
            return [style.transitionDuration, style.animationDuration].some(text => parseFloat(text) > 0.001);
        }).map(element => element.className)"""
        assert visit.page.evaluate(slow) == []


# For every element with text of its own: the contrast of its colour with the first background below it.
CONTRAST = """async () => {
  const channels = colour => {
    const parts = colour.match(/[\\d.]+/g).map(Number);
    return colour.startsWith('color(srgb') ? [...parts.slice(0, 3).map(p => 255 * p), parts[3] ?? 1]
      : [...parts.slice(0, 3), parts[3] ?? 1];
  };
  const luminance = rgb => rgb.slice(0, 3).map(part => part / 255)
    .map(p => p <= 0.04045 ? p / 12.92 : ((p + 0.055) / 1.055) ** 2.4)
    .reduce((sum, p, i) => sum + p * [0.2126, 0.7152, 0.0722][i], 0);
  const cells = new Map();
  const pixels = async image => {  // what a heat map in an SVG is made of
    const picture = new Image();
    picture.src = image.getAttribute('href');
    await picture.decode();
    const canvas = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
    canvas.drawImage(picture, 0, 0);
    return canvas;
  };
  const cell = async text => {  // the colour of the picture that a text of the same SVG stands on, if it does
    const at = text.getBoundingClientRect(), [x, y] = [at.x + at.width / 2, at.y + at.height / 2];
    for (const image of text.closest('svg')?.querySelectorAll('image') ?? []) {
      const box = image.getBoundingClientRect(), [right, down] = [(x - box.x) / box.width, (y - box.y) / box.height];
      if (Math.min(right, down) < 0 || Math.max(right, down) > 1) continue;
      if (!cells.has(image)) cells.set(image, await pixels(image));
      const { canvas } = cells.get(image), upside = image.getCTM().d < 0;
      const place = [right * canvas.width, (upside ? 1 - down : down) * canvas.height].map(Math.floor);
      const [r, g, b, alpha] = cells.get(image).getImageData(...place, 1, 1).data;
      if (alpha > 252) return [r, g, b];
    }
    return null;
  };
  const below = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0.99) return colour;
    }
    return [255, 255, 255];
  };
  const found = {};
  for (const element of document.querySelectorAll('.course-widget *')) {
    const text = [...element.childNodes].filter(node => node.nodeType === 3).map(node => node.data.trim()).join('');
    const style = getComputedStyle(element);
    if (!text || !element.getClientRects().length || element.closest('style, defs')) continue;
    const drawn = element instanceof SVGElement, behind = (drawn && await cell(element)) || below(element);
    const [one, other] = [channels(drawn ? style.fill : style.color), behind]
      .map(luminance).sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    if (ratio < 4.5) found[`${element.tagName} ${element.getAttribute('class')}`] = `${text}: ${ratio.toFixed(2)}`;
  }
  return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@WIDGETS
def test_every_text_of_a_widget_stands_out_from_what_is_behind_it(
    site: str, readers: Readers, name: str, scheme: str
) -> None:
    with readers.at(f"{site}/{name}", scheme=scheme) as visit:
        assert visit.page.evaluate(CONTRAST) == {}
        grey = visit.page.add_style_tag(content=".course-widget * { color: #999 !important }")
        assert visit.page.evaluate(CONTRAST) != {} or scheme == "dark", "grey on white was let through"
        grey.evaluate("style => style.remove()")


ODD = (
    (("a", "cat"), ("un", "chat", "noir", ".", "</s>")),  # more target words than source words
    (("القطة", "السوداء", "تأكل", "</s>"), ("the", "black", "cat", "</s>")),
    (
        ("internationalisation", "Donaudampfschifffahrtsgesellschaft"),
        ("contre-révolutionnaires", "anticonstitutionnel"),
    ),
)
GAPS = """() => [...document.querySelectorAll(".course-stage .look")].filter(el => el.offsetParent).map(look => {
  const middle = el => { const box = el.getBoundingClientRect(); return box.top + box.height / 2; };
  const drawing = look.querySelector("svg.lines"), box = drawing.getBoundingClientRect();
  const words = [...look.querySelectorAll(".src > span > bdi")], targets = [...look.querySelectorAll(".tgt bdi")];
  const height = +drawing.getAttribute("viewBox").split(" ")[3] / Math.max(words.length, targets.length);
  const off = list => Math.max(...list.map((el, row) => Math.abs(middle(el) - box.top - height * (row + 0.5))));
  return {
    source: off(words), target: off(targets), width: box.width,
    before: box.left - words[0].getBoundingClientRect().right,
    after: look.querySelector(".tgt").getBoundingClientRect().left - box.right,
    over: look.getBoundingClientRect().right - look.closest(".course-widget").getBoundingClientRect().right,
  };
})"""


@pytest.mark.parametrize("width", [1280, 390])
def test_lines_begin_and_end_at_their_words(site: str, browser: Browser, width: int) -> None:
    """The drawing knows no letter of the words: only the heights of rows, which a style may change unseen."""
    with visiting(browser, width) as visit:
        visit.open(f"{site}/book/more_sliders.html")
        looks = visit.page.evaluate(GAPS)
        assert len(looks) == 1, "coverage has lines between words and bars"
        visit.open(f"{site}/book/sliders.html")
        looks += visit.page.evaluate(GAPS)
        assert len(looks) > 9
        for source, target in ODD:  # in the place of the first frame
            frame = step_frame(random_trace(source, target), 1)
            visit.page.evaluate("frame => { document.querySelector('.course-stage').innerHTML = frame; }", frame)
            looks.append(visit.page.evaluate(GAPS)[0])
            assert visit.overflow() == 0
        for look in looks:
            assert max(look["source"], look["target"]) <= 1.5, look
            assert look["width"] >= 36 and -1 <= look["before"] <= 6 and -1 <= look["after"] <= 6, look
            assert look["over"] < 0, look


BARS = """() => [...document.querySelectorAll(".course-frame.found > i")].map(bar => {
  const box = bar.getBoundingClientRect(), share = +getComputedStyle(bar).getPropertyValue("--a");
  const filled = parseFloat(getComputedStyle(bar, "::before").width), frame = bar.parentElement.getBoundingClientRect();
  const dots = [...bar.querySelectorAll("u")].map(dot => {
    const at = dot.getBoundingClientRect();
    return [(at.left + at.width / 2 - box.left) / box.width, +getComputedStyle(dot).getPropertyValue("--a")];
  });
  const stage = bar.closest(".course-stage").getBoundingClientRect();
  return {share, drawn: filled / box.width, dots, wide: frame.width / stage.width};
})"""


@pytest.mark.parametrize("width", [1280, 390])
def test_what_was_measured_is_drawn_to_scale_over_the_whole_width(site: str, browser: Browser, width: int) -> None:
    """A bar without a width of its own shrinks to nothing beside its number, and the number is all that tests read."""
    with visiting(browser, width) as visit:
        visit.open(f"{site}/book/more_sliders.html")
        visit.page.get_by_role("slider", name="Show").press("End")
        bars = visit.page.evaluate(BARS)
        assert len(bars) == 5 and all(len(bar["dots"]) == 3 for bar in bars)
        for bar in bars:
            assert bar["wide"] > 0.95 and abs(bar["drawn"] - bar["share"]) < 0.02, bar
            assert all(abs(drawn - share) < 0.02 for drawn, share in bar["dots"]), bar
