"""Bring an executed notebook into a form that does not change from one run to the next.

A kernel gives random ids to widgets, and stamps times and version numbers. Here they are replaced
by names that depend on the notebook alone, so that a re-run without a change leaves no difference
in git. What a reader sees stays as it was.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}
RANDOM_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){0,3}(-[0-9a-f]{12})?")
PROGRESS = re.compile(r"\d+%\|")  # a bar of tqdm, which holds times
USUAL = re.compile("_(model|view)_")
EMPTY: tuple[Any, ...] = (None, "", [], "\u200b")
REFERENCE = re.compile(r"IPY_MODEL_([0-9A-Za-z-]+)")

Notebook = dict[str, Any]


def stabilise(notebook: Notebook) -> Notebook:
    """Return ``notebook`` (format 4.5 as plain dicts, executed) with everything random or timed renamed or dropped."""
    notebook = json.loads(json.dumps(notebook))
    for cell in notebook["cells"]:
        cell["metadata"].pop("execution", None)
        if cell["cell_type"] == "code":
            cell["outputs"] = [output for output in cell["outputs"] if not is_progress(output)]
    name_cells(notebook["cells"])
    keep_shown_widgets(notebook)
    drop_the_usual(notebook)
    metadata = notebook["metadata"]
    notebook["metadata"] = {**metadata, "kernelspec": KERNEL, "language_info": LANGUAGE}
    notebook["nbformat"], notebook["nbformat_minor"] = 4, 5
    return rename_widgets(notebook)


def is_progress(output: dict[str, Any]) -> bool:
    """Say whether an output is a progress bar, as text or as a widget."""
    if output["output_type"] == "stream":
        return output["name"] == "stderr" and bool(PROGRESS.search("".join(output["text"])))
    data = output.get("data", {})
    return VIEW in data and bool(PROGRESS.search("".join(data.get("text/plain", ""))))


def name_cells(cells: Iterable[dict[str, Any]]) -> None:
    """Replace missing, random and repeated cell ids by a hash of the cell; names given by hand stay."""
    taken: set[str] = set()
    for cell in cells:
        name = cell.get("id", "")
        if not name or name in taken or RANDOM_ID.fullmatch(name):
            text = cell["cell_type"] + "".join(cell["source"])
            number = 0
            name = hashlib.sha256(text.encode()).hexdigest()[:8]
            while name in taken:
                number += 1
                name = hashlib.sha256(f"{text}{number}".encode()).hexdigest()[:8]
        cell["id"] = name
        taken.add(name)


def views(notebook: Notebook) -> list[str]:
    """Return the model ids of the widgets that the outputs show, in order."""
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    return [output["data"][VIEW]["model_id"] for output in outputs if VIEW in output.get("data", {})]


def references(model: Any) -> list[str]:
    return REFERENCE.findall(json.dumps(model))


def keep_shown_widgets(notebook: Notebook) -> None:
    """Drop every widget model that no output shows: progress bars, and what code made and threw away.

    A link is shown by nobody; it stays if what it links stays.
    """
    stored = notebook["metadata"].get("widgets", {}).get(STATE)
    if stored is None:
        return
    models = stored["state"]
    kept: dict[str, Any] = {}
    waiting = views(notebook)
    while waiting:
        name = waiting.pop(0)
        if name not in kept and name in models:
            kept[name] = models[name]
            waiting += references(models[name])
        if not waiting:
            links = (key for key, model in models.items() if "Link" in model["model_name"] and key not in kept)
            waiting += [key for key in links if any(end in kept for end in references(models[key]["state"]))]
    stored["state"] = kept
    if not kept:
        del notebook["metadata"]["widgets"]


def drop_the_usual(notebook: Notebook) -> None:
    """Drop from each widget's state what the page's script puts there by itself.

    That is all that is empty, and the names and versions of modules, models and views: most of the weight of a
    layout and a tenth of a frame's. The numbers stay, for Python's defaults are not always the script's.
    """
    stored = notebook["metadata"].get("widgets", {}).get(STATE, {"state": {}})
    for model in stored["state"].values():
        state = model["state"].items()
        model["state"] = {name: value for name, value in state if value not in EMPTY and not USUAL.match(name)}


def rename_widgets(notebook: Notebook) -> Notebook:
    """Give the widget models the names widget-001, widget-002 …, in the order in which a reader meets them."""
    stored = notebook["metadata"].get("widgets", {}).get(STATE)
    if stored is None:
        return notebook
    names = {old: f"widget-{number:03d}" for number, old in enumerate(stored["state"], start=1)}
    text = json.dumps(notebook)
    if names:
        text = re.sub("|".join(map(re.escape, names)), lambda match: names[match.group()], text)
    renamed: Notebook = json.loads(text)
    state = renamed["metadata"]["widgets"][STATE]
    state["state"] = dict(sorted(state["state"].items()))
    return renamed
