"""The device to compute on, and the random numbers drawn there."""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from course_lib.options import check_option, check_seed


def pick_device(name: str = "auto") -> torch.device:
    """Return the named device; ``"auto"`` takes CUDA if there is one, else Apple's MPS, else the CPU."""
    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return torch.device(next(kind for kind, there in present.items() if there))
    check_option("device", name, ("auto", *present))
    if not present[name]:
        raise ValueError(f"device: torch finds no {name!r} here; use 'auto' or 'cpu'.")
    return torch.device(name)


def seed_everything(seed: int) -> None:
    """Seed Python, NumPy and torch. Call it before building a model: that draws its first parameters."""
    check_seed(seed)
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 (the generator that others may draw from)
    torch.manual_seed(seed)


def random_states() -> dict[str, Tensor]:
    """Return the state of torch's generator on each kind of device that is there."""
    states = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        states["cuda"] = torch.cuda.get_rng_state()
    if torch.backends.mps.is_available():
        states["mps"] = torch.mps.get_rng_state()
    return states


def set_random_states(states: Mapping[str, Tensor]) -> None:
    """Put back what :func:`random_states` returned; devices that are gone are left out."""
    torch.set_rng_state(states["cpu"])
    if "cuda" in states and torch.cuda.is_available():
        torch.cuda.set_rng_state(states["cuda"])
    if "mps" in states and torch.backends.mps.is_available():
        torch.mps.set_rng_state(states["mps"])


def computes_bf16(device: torch.device | str) -> bool:
    """Return whether ``device`` is made for bfloat16.

    A processor with AVX-512 is, or an ARM with BF16; without it torch refuses an LSTM, and a GRU takes many times as
    long as in float32. An NVIDIA GPU is from Ampere on; the T4 that Colab lends is older.
    """
    kind = torch.device(device).type
    if kind == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if kind == "cpu":
        return torch.backends.mkldnn.is_available() and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
    return True  # torch says itself where Apple's system is too old


def check_precision(precision: str, device: torch.device) -> None:
    """ValueError, with what to do, where ``device`` would only imitate ``precision``, slowly, or refuse it."""
    if precision == "bf16" and not computes_bf16(device):
        what = "GPU" if device.type == "cuda" else "processor"
        raise ValueError(
            f"precision: this {what} is not made for bf16 and would take many times as long as in float32; "
            "use 'float32'."
        )


@contextmanager
def precision_of_this_machine(precision: str) -> Iterator[None]:
    """ValueError, with what to do, where the block computes in a ``precision`` that the processor lacks."""
    try:
        yield
    except RuntimeError as error:
        if precision == "float32" or "primitive" not in str(error):
            raise
        raise ValueError(
            f"precision: this processor cannot compute this model in {precision}; use 'float32'."
        ) from error


@contextmanager
def randomness_put_back() -> Iterator[None]:
    """Let the block draw what it likes: afterwards torch's generators stand where they stood."""
    states = random_states()
    try:
        yield
    finally:
        set_random_states(states)
