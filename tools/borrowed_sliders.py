"""Sphinx extension: a slider that a notebook of the book stores, shown on another page too.

``{slider} chapters/05_bahdanau.ipynb play-steps`` takes the output of the cell ``play-steps`` as it is stored there,
with its widgets and its stand-in for paper: so the page can never show another slider than the chapter. The option
``:only: dot, location`` keeps these positions alone, where all of them weigh too much. Each slider of a notebook gets
an address of its own, its cell's id: ``chapters/05_bahdanau.html#cell-play-steps``.
"""

import json
from html import escape
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.util.docutils import SphinxDirective
from stable_notebook import STATE, VIEW, keep_shown_widgets, references, views

STATE_KEY = "borrowed_sliders"


class Slider(NamedTuple):
    """A stored slider: its page's title, the widget's id, the models it is made of, the HTML that stands in for it."""

    page: str
    root: str
    models: dict[str, Any]
    stand_in: str


def taken(path: Path, cell_id: str, prefix: str, only: list[str] | None = None) -> Slider:
    """Return the slider of the cell ``cell_id`` in the notebook at ``path``, its models' names begun with ``prefix``.

    ``only`` names the positions to keep. ValueError if there is no such notebook or cell, if the cell shows no
    widget or several, or if no slider of it has these positions.
    """
    if not path.exists():
        raise ValueError(f"{path.name}: there is no such notebook; expected a path beside the page.")
    notebook = json.loads(path.read_text("utf-8"))
    with_slider = [cell for cell in notebook["cells"] if views({"cells": [cell]})]
    cells = [cell for cell in with_slider if cell["id"] == cell_id]
    if len(cells) != 1 or len(views({"cells": cells})) != 1:
        there = ", ".join(cell["id"] for cell in with_slider) or "none"
        raise ValueError(f"{path.name}: expected a cell {cell_id!r} that shows one widget; those with one: {there}.")
    alone = {"cells": cells, "metadata": notebook["metadata"]}
    if only is not None:
        keep_positions(alone["metadata"]["widgets"][STATE]["state"], views(alone)[0], only)
    keep_shown_widgets(alone)
    text = json.dumps(alone["metadata"]["widgets"][STATE]["state"])
    for name in notebook["metadata"]["widgets"][STATE]["state"]:
        text = text.replace(f'IPY_MODEL_{name}"', f'IPY_MODEL_{prefix}{name}"')
    models = {f"{prefix}{name}": model for name, model in json.loads(text).items()}
    others = [output["data"] for output in cells[0]["outputs"] if VIEW not in output.get("data", {})]
    stand_in = "".join("".join(data.get("text/html", "")) for data in others)
    page = "".join(notebook["cells"][0]["source"]).splitlines()[0].removeprefix("# ")
    return Slider(page, prefix + views(alone)[0], models, stand_in)


def keep_positions(models: dict[str, Any], root: str, wanted: list[str]) -> None:
    """Leave of the widget ``root`` only the positions ``wanted`` of the slider that has them, and their frames."""
    inside = {root}
    while more := {name for one in inside for name in references(models[one])} - inside:
        inside |= more
    found = [name for name in sorted(inside) if set(wanted) <= set(models[name]["state"].get("_options_labels", []))]
    if not found:
        raise ValueError(f"expected a slider with the positions {wanted}; there is none in this cell.")
    slider = models[found[0]]["state"]
    places = [slider["_options_labels"].index(label) for label in wanted]
    ends = [_name(model["state"]["target"][0]) for model in models.values() if _leads(model, found[0])]
    (stack,) = [models[end]["state"] for end in ends if "Stack" in models[end]["model_name"]]
    gone = {_name(child) for place, child in enumerate(stack["children"]) if place not in places}
    stack |= {"children": [stack["children"][place] for place in places], "selected_index": 0}
    slider |= {"_options_labels": wanted, "index": 0}
    for link in [name for name, model in models.items() if _is_link(model) and gone & set(references(model))]:
        del models[link]  # or it would bring back what it links


def _is_link(model: dict[str, Any]) -> bool:
    return "Link" in model["model_name"]


def _leads(link: dict[str, Any], slider: str) -> bool:
    """Say whether ``link`` hands on the position of ``slider``."""
    return _is_link(link) and link["state"]["source"] == [f"IPY_MODEL_{slider}", "index"]


def _name(reference: str) -> str:
    return str(reference).removeprefix("IPY_MODEL_")


def address(cell_id: str) -> str:
    """Return what a page calls the output of a cell that shows a slider."""
    return f"cell-{cell_id}"


def as_script(content: Any) -> str:
    """Write ``content`` as JSON that may stand in a script of a page: nothing in it closes the script."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")


class BorrowedSlider(SphinxDirective):
    """``{slider} notebook cell-id``: the slider, as the notebook stores it."""

    required_arguments = 2
    option_spec: ClassVar = {"only": lambda text: [label.strip() for label in text.split(",")]}

    def run(self) -> list[nodes.Node]:
        notebook, cell_id = self.arguments
        path = Path(self.env.doc2path(self.env.docname)).parent / notebook
        self.env.note_dependency(str(path))
        number = self.env.temp_data["borrowed"] = self.env.temp_data.get("borrowed", 0) + 1
        try:
            slider = taken(path, cell_id, f"s{number}-", self.options.get("only"))
        except ValueError as wrong:
            raise self.error(str(wrong)) from wrong
        self._bring(slider.models)
        view = as_script({"model_id": slider.root, "version_major": 2, "version_minor": 0})
        html = f'<script type="{VIEW}">{view}</script><div class="output text_html">{slider.stand_in}</div>'
        home = f"{Path(notebook).with_suffix('.html')}#{address(cell_id)}"
        back = f'<p class="course-home"><a href="{home}">This slider in its place: {escape(slider.page)}</a></p>'
        return [nodes.raw("", f'<div class="cell_output">{html}</div>{back}', format="html")]

    def _bring(self, models: dict[str, Any]) -> None:
        """Add ``models`` to those that the page's script knows; the first slider brings the script."""
        page = self.env.docname
        known = NbMetadataCollector.get_js_files(self.env, page)
        before = json.loads(known[STATE_KEY][1]["body"])["state"] if STATE_KEY in known else {}
        state = {"version_major": 2, "version_minor": 0, "state": {**before, **models}}
        NbMetadataCollector.add_js_file(self.env, page, STATE_KEY, None, {"type": STATE, "body": as_script(state)})
        for number, (file, options) in enumerate(self.config.nb_ipywidgets_js.items()):
            NbMetadataCollector.add_js_file(self.env, page, f"ipywidgets_{number}", file, options)


def name_sliders(app: Any, doctree: nodes.document) -> None:
    """Give each output of a notebook that shows a widget an address: its cell's id."""
    path = Path(app.env.doc2path(app.env.docname))
    if path.suffix != ".ipynb":
        return
    cells = json.loads(path.read_text("utf-8"))["cells"]
    for node in doctree.findall(nodes.container):
        if node.get("nb_element") == "cell_code" and views({"cells": [cells[node["cell_index"]]]}):
            node["ids"].append(address(cells[node["cell_index"]]["id"]))


def setup(app: Any) -> dict[str, Any]:
    """Register the extension; called by Sphinx."""
    app.add_directive("slider", BorrowedSlider)
    app.connect("doctree-read", name_sliders)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
