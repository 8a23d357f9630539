"""Raw outputs of the scripts in ``benchmarks/``, with seed, machine and date. Chapters 3, 5 to 16."""

import json
from importlib.resources import files
from typing import Any


def load(name: str) -> Any:
    """Return the recorded results called ``name``; ValueError listing what has been recorded."""
    folder = files(__package__)
    recorded = sorted(path.name.removesuffix(".json") for path in folder.iterdir() if path.name.endswith(".json"))
    if name not in recorded:
        raise ValueError(f"No recorded results {name!r}; there are: {', '.join(recorded) or 'none yet'}.")
    return json.loads(folder.joinpath(f"{name}.json").read_text(encoding="utf-8"))
