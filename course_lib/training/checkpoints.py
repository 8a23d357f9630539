"""The whole state of a training run in one file, written whole or not at all. Chapter 2.

A run taken up from a checkpoint goes on as if it had never stopped, to the bit: the file holds the
parameters, the optimiser's moments, the random states, the history, and the identity of the run.
The position in the data and the learning rate need no room: both are functions of the step.
"""

import hashlib
import io
import pickle
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from course_lib.corpora import SentencePair
from course_lib.devices import random_states, set_random_states
from course_lib.files import write_atomically
from course_lib.history import History

FORMAT = "course_lib checkpoint 1"
Identity = Mapping[str, str | int | float]


class CheckpointError(ValueError):
    """A checkpoint that cannot be taken up; the file, the model and the optimiser are as they were."""


def save_checkpoint(
    path: Path, model: nn.Module, optimiser: torch.optim.Optimizer, history: History, identity: Identity
) -> None:
    """Write the state of a run to ``path``; a crash meanwhile leaves the previous checkpoint."""
    state = {
        "format": FORMAT,
        "identity": dict(identity),
        "model": model.state_dict(),
        "optimiser": optimiser.state_dict(),
        "random": random_states(),
        "history": history.to_json(),
    }
    write_atomically(path, _with_digest(state))


def load_checkpoint(path: Path, model: nn.Module, optimiser: torch.optim.Optimizer, identity: Identity) -> History:
    """Put a run back to where ``path`` left it and return its history.

    :class:`CheckpointError` where the file is damaged, is no checkpoint, or belongs to another run.
    """
    state = _read(path)
    _check_identity(path, state["identity"], identity)
    history = History.from_json(state["history"])
    model.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    set_random_states(state["random"])
    return history


def check_writable(path: Path) -> None:
    """Raise OSError now, before hours of training, if ``path`` could not be written later."""
    if path.is_dir():
        raise OSError(f"{path} is a folder; name a file in it, for example {path / 'checkpoint.pt'}.")
    probe = path.with_name(f".{path.name}.probe")
    write_atomically(probe, b"")
    probe.unlink()


def pairs_fingerprint(pairs: Iterable[SentencePair]) -> str:
    """Return the fingerprint of what a model learns from: the words of both sides, not the links."""
    return fingerprint(f"{' '.join(pair.source)}\t{' '.join(pair.target)}" for pair in pairs)


def fingerprint(lines: Iterable[str]) -> str:
    """Return 16 hexadecimal digits that change with any line."""
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()[:16]


def _with_digest(state: dict[str, Any]) -> bytes:
    """Return ``state`` as torch writes it, after its SHA-256: torch would read flipped bits as weights."""
    buffer = io.BytesIO()
    torch.save(state, buffer)
    content = buffer.getvalue()
    return hashlib.sha256(content).digest() + content


def _read(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    digest, content = content[:32], content[32:]
    if hashlib.sha256(content).digest() != digest:
        raise CheckpointError(_damaged(path, "it is cut off, was changed, or is another kind of file"))
    try:
        state = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except (RuntimeError, pickle.UnpicklingError, EOFError) as error:
        raise CheckpointError(_damaged(path, str(error).splitlines()[0])) from error
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise CheckpointError(_damaged(path, f"expected the format {FORMAT!r}"))
    return state


def _damaged(path: Path, why: str) -> str:
    return (
        f"{path} is not a checkpoint that this course can read: {why}. Nothing was changed. "
        "Put back a copy of it, or move it away to train from the start."
    )


def _check_identity(path: Path, found: Identity, expected: Identity) -> None:
    differing = [key for key in {**expected, **found} if found.get(key) != expected.get(key)]
    if differing:
        listed = "; ".join(f"{key}: {found.get(key)} there, {expected.get(key)} here" for key in differing)
        raise CheckpointError(
            f"{path} belongs to another run ({listed}). Nothing was changed. Use the settings of that run "
            "to go on with it, or name another checkpoint file to start a new one."
        )
