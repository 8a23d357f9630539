"""The lecture: eight sliders borrowed from where they stand, twenty minutes, and a way back to each of them."""

import json
import re
from pathlib import Path

import borrowed_sliders
import check_book
import pytest
from stable_notebook import STATE, VIEW, views

from .lecture import MOVE, SAID, SECTIONS, SHOWN, SLIDER

ROOT = Path(__file__).resolve().parent.parent
HEAVIEST = 600_000
"""Bytes of the page: it is opened in a lecture hall, over whatever network there is."""


def test_eight_sliders_take_twenty_minutes_and_each_has_its_four_parts() -> None:
    assert [int(number) for number, *_ in SECTIONS] == list(range(1, 9))
    assert sum(int(minutes) for _, minutes, _ in SECTIONS) == 20
    for number, _, text in SECTIONS:
        parts = [text.find(part) for part in ("**Ask.**", "```{slider}", "\n- **", "**Take away.**")]
        assert -1 not in parts and parts == sorted(parts), f"{number}: a question, the slider, the moves, the sentence"
        assert text.split("**Ask.**")[1].split("```")[0].count("?") >= 1, number
        assert len(MOVE.findall(text)) >= 2, number
        assert all(seen for _, seen in MOVE.findall(text)), number


def test_every_line_of_moves_quotes_something_that_the_browser_can_hold_it_to() -> None:
    """A line in another form is skipped by the test in the browser, and one without a quotation passes unread."""
    for number, _, text in SECTIONS:
        moves = MOVE.findall(text)
        assert len(re.findall(r"^\s*[-*+] ", text, re.MULTILINE)) == len(moves), f"{number}: a line is no move"
        for positions, seen in moves:
            assert SAID.findall(SHOWN.sub("", seen)) or SHOWN.findall(seen), f"{number}: {positions} quotes nothing"


def test_each_borrowed_slider_leads_back_to_where_it_stands(html: Path) -> None:
    page = html / "book" / "lecture.html"
    soup = check_book.soup_of(page)
    links = [str(link["href"]) for link in soup.select(".course-home a")]
    assert len(links) == len(SECTIONS) == len(SLIDER.findall("".join(text for *_, text in SECTIONS)))
    for link in links:
        file, anchor = link.split("#")
        target = check_book.soup_of(page.parent / file).find(id=anchor)
        assert target is not None, f"{link}: no such place"
        assert target.find("script", type=VIEW), f"{link}: no slider stands there"


def test_the_page_is_light_and_knows_every_widget_that_it_shows(html: Path) -> None:
    page = html / "book" / "lecture.html"
    assert page.stat().st_size <= HEAVIEST
    soup = check_book.soup_of(page)
    (state,) = [json.loads(script.get_text())["state"] for script in soup.find_all("script", type=STATE)]
    shown = [json.loads(script.get_text())["model_id"] for script in soup.find_all("script", type=VIEW)]
    assert len(set(shown)) == len(SECTIONS)
    assert set(shown) | set(re.findall(r"IPY_MODEL_([\w-]+)", json.dumps(state))) <= set(state)


# A borrowed slider


def stored(tmp_path: Path, **cells: int) -> Path:
    """Write a notebook whose cells show as many widgets as said, one model for all of them, linked to another."""
    models = {
        "widget-1": {"model_name": "SliderModel", "state": {"children": ["IPY_MODEL_widget-2"]}},
        "widget-2": {"model_name": "HTMLModel", "state": {"value": "</script><p>a frame of widget-1</p>"}},
        "widget-3": {"model_name": "LinkModel", "state": {"source": ["IPY_MODEL_widget-1", "value"]}},
        "widget-10": {"model_name": "HTMLModel", "state": {"value": "another's"}},
    }
    view = {"output_type": "display_data", "data": {VIEW: {"model_id": "widget-1"}}}
    paper = {"output_type": "display_data", "data": {"text/html": ["<b>on ", "paper</b>"]}}
    found = [
        {"cell_type": "code", "id": name, "source": [], "outputs": [*[view] * count, paper]}
        for name, count in cells.items()
    ]
    title = {"cell_type": "markdown", "id": "title", "source": ["# A page\n", "more"]}
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": [title, *found], "metadata": {"widgets": {STATE: {"state": models}}}}))
    return path


def test_a_slider_comes_whole_with_its_links_and_nothing_else(tmp_path: Path) -> None:
    """Two notebooks both have a widget-001: without a prefix one page would show the wrong one."""
    slider = borrowed_sliders.taken(stored(tmp_path, play=1, other=0), "play", "a-")
    assert (slider.page, slider.root, slider.stand_in) == ("A page", "a-widget-1", "<b>on paper</b>")
    assert sorted(slider.models) == ["a-widget-1", "a-widget-2", "a-widget-3"]
    assert slider.models["a-widget-1"]["state"]["children"] == ["IPY_MODEL_a-widget-2"]
    assert slider.models["a-widget-3"]["state"]["source"] == ["IPY_MODEL_a-widget-1", "value"]
    assert "widget-1<" in slider.models["a-widget-2"]["state"]["value"], "a frame's own text is not touched"


def test_nothing_in_a_frame_closes_the_script(tmp_path: Path) -> None:
    models = borrowed_sliders.taken(stored(tmp_path, play=1), "play", "a-").models
    script = borrowed_sliders.as_script(models)
    assert "</" not in script
    assert json.loads(script) == models


@pytest.mark.parametrize(
    ("cells", "name", "said"),
    [
        ({"play": 1}, "plays", "expected a cell 'plays' that shows one widget; those with one: play"),
        ({"play": 0}, "play", "those with one: none"),
        ({"play": 2}, "play", "expected a cell 'play' that shows one widget"),
    ],
)
def test_a_slider_that_is_gone_stops_the_build(tmp_path: Path, cells: dict[str, int], name: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        borrowed_sliders.taken(stored(tmp_path, **cells), name, "a-")
    with pytest.raises(ValueError, match="no such notebook"):
        borrowed_sliders.taken(tmp_path / "b.ipynb", name, "a-")


def test_two_positions_of_four_come_with_their_own_frames() -> None:
    """To drop a position from the slider and not its frame would show dot's frame under "location"."""
    path = ROOT / "book" / "chapters" / "07_luong.ipynb"
    whole = borrowed_sliders.taken(path, "models-step", "a-").models
    part = borrowed_sliders.taken(path, "models-step", "a-", ["location", "dot"]).models
    (slider,) = [one["state"] for one in part.values() if one["state"].get("_options_labels") == ["location", "dot"]]
    assert slider["index"] == 0
    frames = {
        score: {name for name, one in part.items() if f"<b>{score}</b> ·" in str(one["state"].get("value"))}
        for score in ("dot", "general", "concat", "location")
    }
    assert [len(found) for found in frames.values()] == [8, 0, 0, 8]
    stacks = [one["state"]["children"] for one in part.values() if one["model_name"] == "StackModel"]
    ((first, second),) = [children for children in stacks if len(children) == 2]
    for name, score in ((first, "location"), (second, "dot")):
        held = re.findall(r"IPY_MODEL_([\w-]+)", json.dumps(part[name.removeprefix("IPY_MODEL_")]))
        assert frames[score] <= set(held)
    assert set(re.findall(r"IPY_MODEL_([\w-]+)", json.dumps(part))) <= set(part) < set(whole)
    with pytest.raises(ValueError, match="expected a slider with the positions"):
        borrowed_sliders.taken(path, "models-step", "a-", ["location", "cosine"])


def test_every_slider_of_a_notebook_has_an_address(html: Path) -> None:
    path = ROOT / "book" / "more_sliders.ipynb"
    cells = json.loads(path.read_text("utf-8"))["cells"]
    wanted = [borrowed_sliders.address(cell["id"]) for cell in cells if views({"cells": [cell]})]
    soup = check_book.soup_of(html / "book" / "more_sliders.html")
    assert wanted and [tag["id"] for tag in soup.select(".cell[id^=cell-]")] == wanted
