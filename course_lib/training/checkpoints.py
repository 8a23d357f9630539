"""The whole state of a training run in one file, written whole or not at all. Chapter 2.

A run taken up from a checkpoint goes on as if it had never stopped, to the bit: the file holds the
parameters, the optimiser's moments, the mean of the last weights, the random states, the history, and
the identity of the run.
The position in the data and the learning rate need no room: both are functions of the step.
"""

import copy
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from course_lib import tensors
from course_lib.devices import random_states, set_random_states
from course_lib.files import write_atomically
from course_lib.history import History
from course_lib.settings import differences
from course_lib.training.averaging import Average

_FORMAT = "course_lib checkpoint 2"
Identity = Mapping[str, str]


class CheckpointError(ValueError):
    """A checkpoint that cannot be taken up; the file, the model and the optimiser are as they were."""


def save_checkpoint(
    path: Path,
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    average: Average,
    history: History,
    identity: Identity,
) -> None:
    """Write the state of a run to ``path``; a crash meanwhile leaves the previous checkpoint."""
    state = {
        "format": _FORMAT,
        "identity": dict(identity),
        "model": model.state_dict(),
        "moments": optimiser.state_dict()["state"],
        "means": average.means,
        "random": random_states(),
        "history": history.to_json(),
    }
    write_atomically(path, _with_digest(tensors.to_bytes(state)))


def load_checkpoint(
    path: Path, model: nn.Module, optimiser: torch.optim.Optimizer, average: Average, identity: Identity
) -> History:
    """Put a run back to where ``path`` left it and return its history.

    :class:`CheckpointError` where the file is damaged, is no checkpoint, or belongs to another run.
    """
    state = _read(path)
    _check_identity(path, state, identity)
    with _all_or_nothing(path, model, optimiser):
        history = History.from_json(state["history"])
        model.load_state_dict(state["model"])
        _check_moments(state["moments"], optimiser)
        optimiser.load_state_dict({**optimiser.state_dict(), "state": state["moments"]})
        average.take_up(state.get("means", []))  # older files have none: nothing was averaged
        set_random_states(state["random"])
    return history


def checkpoint_size(model: nn.Module, steps: int, averaged: bool = False) -> int:
    """Return about how many bytes the last checkpoint of a run takes, rather too many than too few.

    Each parameter has two moments, and a mean where the last weights are ``averaged``; a step adds its loss to the
    history, and perhaps a validation.
    """
    return (4 if averaged else 3) * sum(value.nbytes for value in model.state_dict().values()) + 160 * steps + 100_000


def _with_digest(content: bytes) -> bytes:
    """Return ``content`` after its SHA-256: torch would read flipped bits as weights."""
    return hashlib.sha256(content).digest() + content


def _read(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    digest, content = content[:32], content[32:]
    if hashlib.sha256(content).digest() != digest:
        raise _no_checkpoint(path, "it is cut off, was changed, or is another kind of file")
    try:
        state = tensors.from_bytes(content)
    except ValueError as error:
        raise _no_checkpoint(path, str(error)) from error
    if not isinstance(state, dict) or state.get("format") != _FORMAT:
        raise _no_checkpoint(path, f"its format is not {_FORMAT!r}; an older version of the course may have written it")
    return state


def _no_checkpoint(path: Path, why: str) -> CheckpointError:
    return CheckpointError(
        f"{path} is not a checkpoint that this course can read: {why}. Nothing was changed. "
        "Put back a copy of it, or move it away to train from the start."
    )


def _check_identity(path: Path, state: Mapping[str, Any], here: Identity) -> None:
    there = state.get("identity")
    if not isinstance(there, dict):
        raise _no_checkpoint(path, "it does not say which run it belongs to")
    if differing := differences(there, here):
        raise CheckpointError(
            f"{path} belongs to another run ({differing}). Nothing was changed. Use the settings of "
            "that run to go on with it. To train anew, choose another folder, or delete this file."
        )


@contextmanager
def _all_or_nothing(path: Path, model: nn.Module, optimiser: torch.optim.Optimizer) -> Iterator[None]:
    """Put model and optimiser back, and say that the file is no checkpoint, if a part of it does not fit."""
    before = copy.deepcopy((model.state_dict(), optimiser.state_dict()))
    try:
        yield
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        model.load_state_dict(before[0])
        optimiser.load_state_dict(before[1])
        raise _no_checkpoint(path, "a part of it is missing or does not belong to this model") from error


def _check_moments(moments: Mapping[int, Mapping[str, Tensor]], optimiser: torch.optim.Optimizer) -> None:
    """ValueError for moments that would stop the first update."""
    parameters = [parameter for group in optimiser.param_groups for parameter in group["params"]]
    for index, of_one in moments.items():
        step, *shaped = (of_one[name] for name in ("step", "exp_avg", "exp_avg_sq"))
        if step.shape or any(moment.shape != parameters[index].shape for moment in shaped):
            raise ValueError(f"The moments of parameter {index} have another shape.")
