"""A trained model as a folder: how it was made, its vocabularies, its weights; all of one version, or an error.

``model.json`` says how the model is built and which digest each other file has. What else belongs to
a model, such as how its words were split, goes into ``extra`` (values of JSON) or ``files`` (bytes by name).
"""

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from course_lib import tensors
from course_lib.devices import randomness_put_back
from course_lib.manifest import DamagedError, read_parts, write_parts
from course_lib.models import CONSTRUCTORS, build_model
from course_lib.seq2seq import Seq2Seq
from course_lib.settings import differences, model_settings
from course_lib.vocabulary import Vocabulary

MANIFEST = "model.json"
_FORMAT = "course_lib model 2"
OWN = WEIGHTS, SOURCE, TARGET = "weights.pt", "source_vocabulary.json", "target_vocabulary.json"


class SavedModel(NamedTuple):
    """A model, and what was saved beside it."""

    model: Seq2Seq
    extra: dict[str, Any]
    files: dict[str, bytes]


def save_model(
    folder: Path,
    model: Seq2Seq,
    name: str,
    options: Mapping[str, object],
    *,
    extra: Mapping[str, object] | None = None,
    files: Mapping[str, bytes] | None = None,
) -> None:
    """Write ``model``, made by ``build_model(name, …, **options)``, into ``folder``.

    A folder that holds a model already holds it until the new one is there. ``extra`` and ``files`` come back
    from :func:`load_saved` as they are. ValueError where ``options`` make another model than this one.
    """
    _check_options(model, name, options)
    description = {
        "format": _FORMAT,
        "model": name,
        "options": dict(options),
        "defaults": _defaults(name, options),  # of today: a later default shall not change this model
        "extra": dict(extra or {}),
    }
    parts = {
        SOURCE: model.source_vocabulary.to_json(),
        TARGET: model.target_vocabulary.to_json(),
        WEIGHTS: tensors.to_bytes({key: value.cpu() for key, value in model.state_dict().items()}),
    }
    taken = sorted(parts.keys() & (files or {}).keys())
    if taken:
        raise ValueError(f"files: {taken} are names of the model's own files; choose others.")
    write_parts(folder / MANIFEST, description, {**(files or {}), **parts})


def load_model(folder: Path) -> Seq2Seq:
    """Return the model that :func:`save_model` wrote into ``folder``, on the CPU; errors as :func:`load_saved`."""
    return load_saved(folder).model


def load_saved(folder: Path) -> SavedModel:
    """Return the model in ``folder``, on the CPU, with what was saved beside it.

    ValueError naming the file that is missing or damaged, or where another version of the course wrote it.
    """
    path = folder / MANIFEST
    if not path.exists():
        raise ValueError(f"{folder} holds no trained model: there is no {path.name} in it. Has its training finished?")
    try:
        description, parts = read_parts(path)
    except DamagedError as error:
        raise ValueError(f"{error}. The model in {folder} is damaged: put back a copy, or train it again.") from error
    try:
        model = _built(folder, description, parts)
        return SavedModel(model, description["extra"], {name: parts[name] for name in parts if name not in OWN})
    except (KeyError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise ValueError(
            f"{path}: the files are whole, but this version of the course cannot build the model that they describe. "
            "Use the version that saved it, or train it again."
        ) from error


def _built(folder: Path, description: Mapping[str, Any], parts: Mapping[str, bytes]) -> Seq2Seq:
    if description["format"] != _FORMAT:
        raise ValueError(f"expected the format {_FORMAT!r}")
    source, target = (Vocabulary.from_json(parts[name], folder / name) for name in (SOURCE, TARGET))
    with randomness_put_back():  # the first parameters are drawn, and thrown away
        model = build_model(description["model"], source, target, **description["defaults"], **description["options"])
    model.load_state_dict(tensors.from_bytes(parts[WEIGHTS]), assign=True)  # each in its own number type
    return model


def _check_options(model: Seq2Seq, name: str, options: Mapping[str, object]) -> None:
    """ValueError where loading would build another model than the one at hand."""
    with randomness_put_back():
        rebuilt = build_model(name, model.source_vocabulary, model.target_vocabulary, **options)
    differing = differences(model_settings(rebuilt), model_settings(model))
    if differing:
        raise ValueError(
            f"options: {name} with {dict(options)} is another model than this one ({differing}). "
            "Give the options that this one was built with."
        )


def _defaults(name: str, options: Mapping[str, object]) -> dict[str, Any]:
    """Return the options of a constructor that nobody has given, as they are today."""
    parameters = inspect.signature(CONSTRUCTORS[name]).parameters.values()
    return {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY and p.name not in options}
