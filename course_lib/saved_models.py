"""A trained model as a folder: how it was made, its vocabularies, its weights."""

import io
import json
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path

import torch

from course_lib.files import write_atomically
from course_lib.models import bahdanau2014, cho2014, luong2015, sutskever2014, xu2015
from course_lib.seq2seq import Seq2Seq
from course_lib.vocabulary import Vocabulary

CONSTRUCTORS: dict[str, Callable[..., Seq2Seq]] = {
    "sutskever": sutskever2014,
    "cho": cho2014,
    "bahdanau": bahdanau2014,
    "luong": luong2015,
    "xu": xu2015,
}
"""The papers' models by the short names of the command line."""


def build_model(name: str, source: Vocabulary, target: Vocabulary, **options: object) -> Seq2Seq:
    """Return a new model of the kind ``name``; ``options`` are those of its constructor."""
    if name not in CONSTRUCTORS:
        raise ValueError(f"model: expected one of {', '.join(CONSTRUCTORS)}, got {name!r}.")
    return CONSTRUCTORS[name](source, target, **options)


def save_model(folder: Path, model: Seq2Seq, name: str, options: Mapping[str, object]) -> None:
    """Write ``model``, made by ``build_model(name, …, **options)``, into ``folder``.

    ``model.json``, the file that :func:`load_model` asks for first, is written last: a folder that
    has one is complete.
    """
    model.source_vocabulary.save(folder / "source_vocabulary.json")
    model.target_vocabulary.save(folder / "target_vocabulary.json")
    buffer = io.BytesIO()
    torch.save({key: value.cpu() for key, value in model.state_dict().items()}, buffer)
    write_atomically(folder / "weights.pt", buffer.getvalue())
    description = {"model": name, "options": dict(options)}
    write_atomically(folder / "model.json", json.dumps(description, indent=1).encode())


def load_model(folder: Path) -> Seq2Seq:
    """Return the model that :func:`save_model` wrote into ``folder``, on the CPU.

    ValueError naming the file that is missing or damaged.
    """
    path = folder / "model.json"
    if not path.exists():
        raise ValueError(f"{folder} holds no trained model: there is no {path.name} in it. Has its training finished?")
    try:
        description = json.loads(path.read_text())
        vocabularies = (Vocabulary.load(folder / f"{side}_vocabulary.json") for side in ("source", "target"))
        model = build_model(description["model"], *vocabularies, **description["options"])
        path = folder / "weights.pt"
        model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    except (OSError, KeyError, TypeError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise ValueError(
            f"{path} is missing or damaged ({str(error).splitlines()[0]}); train the model again."
        ) from error
    return model
