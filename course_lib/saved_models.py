"""A trained model as a folder: how it was made, its vocabularies, its weights."""

import io
import json
import pickle
from collections.abc import Mapping
from pathlib import Path

import torch

from course_lib.files import write_atomically
from course_lib.models import build_model
from course_lib.seq2seq import Seq2Seq
from course_lib.vocabulary import Vocabulary


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
