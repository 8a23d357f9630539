"""What two runs share where one may go on with the other's checkpoint: every setting that changes a result.

Nothing is listed here. The model says what it was built with, the config has its fields, and the data
are what they are; so a new option belongs to the identity as soon as it exists. What changes no result says so
where it stands: ``NO_SETTINGS`` of a module, ``NO_RESULT`` of a field. The first parameters are no part of it: a
checkpoint brings its own.
"""

from dataclasses import fields, is_dataclass
from typing import Any

from course_lib.canonical import class_name, is_released
from course_lib.corpora.pairs import ParallelCorpus
from course_lib.fingerprints import data_fingerprint
from course_lib.seq2seq import Seq2Seq
from course_lib.settings import MOVES, Settings, as_setting, model_settings, parameter_settings
from course_lib.training.config import TrainConfig, names_run


def run_identity(model: Seq2Seq, corpus: ParallelCorpus, config: TrainConfig) -> Settings:
    """Return the settings of a run by name; a run with other ones is another run."""
    identity = model_settings(model)
    identity |= {f"parameter {name}": text for name, text in parameter_settings(model).items()}
    identity["training pairs"] = data_fingerprint(corpus.train)
    if config.validate_every is not None:
        identity["validation pairs"] = data_fingerprint(corpus.validation)
    return identity | _fields(config)


def moving(model: Seq2Seq, identity: Settings) -> Settings:
    """Return the settings of ``model`` that have moved since its run had this ``identity``: they are none.

    A class in a notebook keeps its last weights for a figure, or counts: whoever runs the cell again goes on.
    """
    return {name: MOVES for name, text in model_settings(model).items() if identity.get(name) != text}


def _fields(settings: Any, prefix: str = "") -> Settings:
    """Return the fields of a dataclass, and of those within it, by name."""
    kind = type(settings)
    found: Settings = {} if is_released(kind) else {f"{prefix}class": class_name(kind)}
    for field in fields(settings):
        value = getattr(settings, field.name)
        if not names_run(field, value):
            continue
        name = prefix + field.name
        found |= _fields(value, f"{name}.") if is_dataclass(value) else {name: as_setting(value)}
    return found
