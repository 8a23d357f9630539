"""Tensors as bytes and back, never running what a file brings along."""

import io
from typing import Any

import torch


def to_bytes(values: Any) -> bytes:
    """Return ``values``, tensors in containers, as torch writes them, from whatever device to the CPU."""
    buffer = io.BytesIO()
    torch.save(values, buffer)
    return buffer.getvalue()


def from_bytes(content: bytes) -> Any:
    """Read what :func:`to_bytes` gave; ValueError where it is something else."""
    try:
        return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except Exception as error:  # of every kind, for the bytes may be anything; torch's own advice is not for readers
        raise ValueError("it holds no tensors that torch can read, or more than tensors") from error
