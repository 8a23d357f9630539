"""What tests of widgets share: a page's frames as a tree, and a browser's part played in Python."""

import json
from typing import Any

from bs4 import BeautifulSoup
from ipywidgets.embed import dependency_state

from course_lib.widgets import Player

ROOM = 70_000  # bytes of page for a sentence of 12 steps


def soup(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "lxml")


def texts(root: Any, selector: str) -> list[str]:
    return [tag.get_text() for tag in root.select(selector)]


def scores_of(root: Any, selector: str = ".src > span") -> list[str]:
    """Return what stands beside the weight of each source word."""
    return [chip.i.get_text() for chip in root.select(selector)]


def shown(value: float) -> str:
    """Write a number as the frames do, by another way."""
    rounded = round(float(value) * 100) / 100
    return "%.2f" % abs(rounded) if rounded >= 0 else "\u2212%.2f" % -rounded  # noqa: UP031


def bytes_of(player: Player) -> int:
    """Return about what a page stores of a slider; see tools/stable_notebook.py for what it leaves out."""
    return len(json.dumps(dependency_state(player.widget))) + len(player.static.encode())


class Browser:
    """What a page does with the stored widgets: follow the links, show the selected child."""

    def __init__(self, player: Player):
        self.models = dependency_state(player.widget)
        self.root = player.widget.model_id
        self.sliders = [slider.model_id for slider in player.sliders]

    def state(self, name: str) -> dict[str, Any]:
        return self.models[name.removeprefix("IPY_MODEL_")]["state"]

    def move(self, slider: int, index: int) -> None:
        self._set(self.sliders[slider], "index", index)

    def play(self, value: int) -> None:
        plays = [name for name, model in self.models.items() if model["model_name"] == "PlayModel"]
        self._set(plays[0], "value", value)

    def _set(self, name: str, trait: str, value: int) -> None:
        if self.state(name).get(trait) == value:
            return
        self.state(name)[trait] = value
        for link in self.models.values():
            if "Link" not in link["model_name"]:
                continue
            ends = [
                (end.removeprefix("IPY_MODEL_"), of) for end, of in (link["state"]["source"], link["state"]["target"])
            ]
            if ends[0] == (name, trait):
                self._set(*ends[1], value)
            elif link["model_name"] == "LinkModel" and ends[1] == (name, trait):
                self._set(*ends[0], value)

    def frame(self) -> str:
        stage = self.state(self.root)["children"][-1]
        while "selected_index" in self.state(stage):
            stage = self.state(stage)["children"][self.state(stage)["selected_index"]]
        return self.state(stage)["value"]
