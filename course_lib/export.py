"""A model as one JSON text that the book's page reads, its matrices rounded to whole numbers. The page that computes.

Each row of a matrix has a scale: its largest number is 127 times that, and all others are the nearest multiples. So
a number takes a byte instead of four, in base64. Vectors (biases, v_a) are few and stay as they are, float32.
``book/static/live/model.js`` reads what :func:`to_json` writes, and so does :func:`from_json`: both have the same
rounded weights, and a test holds one against the other.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from course_lib.attention import AdditiveAttention
from course_lib.canonical import short_digest
from course_lib.decoders import BahdanauDecoder
from course_lib.models import bahdanau2014
from course_lib.seq2seq import Seq2Seq
from course_lib.shapes import Shaped
from course_lib.vocabulary import Vocabulary

FORMAT = "course_lib live 1"
FULL_BYTE = 127
SWITCH_OPTIONS = ("query", "initial", "readout", "read_state", "coverage")
SIZE_OPTIONS = ("embedding", "hidden", "attention")


def to_json(model: Seq2Seq) -> str:
    """Return ``model`` as JSON: options, words, rounded weights, and a fingerprint of all of them.

    ValueError for a model that the page cannot run: it knows Bahdanau's with soft attention alone.
    """
    _check_supported(model)
    content = {
        "format": FORMAT,
        "options": {name: model.built_with[name] for name in (*SIZE_OPTIONS, *SWITCH_OPTIONS)},
        "source": model.source_vocabulary.tokens,
        "target": model.target_vocabulary.tokens,
        "tensors": {name: _packed(tensor) for name, tensor in model.state_dict().items()},
    }
    return _dumped({"fingerprint": short_digest(_dumped(content).encode()), **content})


def from_json(text: str) -> Seq2Seq:
    """Return the model that :func:`to_json` wrote, with its rounded weights, on the CPU.

    ValueError where the text is of another format, or its fingerprint is not that of its content.
    """
    content: dict[str, Any] = json.loads(text)
    fingerprint = content.pop("fingerprint", None)
    if content.get("format") != FORMAT:
        raise ValueError(f"Expected the format {FORMAT!r}, got {content.get('format')!r}. Export the model again.")
    if fingerprint != short_digest(_dumped(content).encode()):
        raise ValueError(f"The fingerprint {fingerprint} is of another content. Take a whole copy, or export it again.")
    words = (Vocabulary(tuple(content[side])) for side in ("source", "target"))
    model = bahdanau2014(*words, **content["options"])
    model.load_state_dict({name: _unpacked(tensor) for name, tensor in content["tensors"].items()})
    return model


def _check_supported(model: Seq2Seq) -> None:
    decoder = model.decoder
    if not isinstance(decoder, BahdanauDecoder):
        raise ValueError(
            f"Only Bahdanau's model can be run in a page; {model.name!r} is another. Export a bahdanau2014."
        )
    if not isinstance(decoder.attention, AdditiveAttention):
        raise ValueError(f"{model.name!r} looks at one word a step; the page weighs all. Build it with hard=False.")


def _packed(tensor: Shaped[Tensor, "..."]) -> dict[str, Any]:
    """Return a vector as float32, a matrix as bytes with a scale a row; a row of zeros has scale 0."""
    numbers = tensor.detach().cpu().float().numpy()
    if numbers.ndim < 2:
        return {"shape": numbers.shape, "floats": _text(numbers)}
    scales = np.abs(numbers).max(1).astype(np.float32) / np.float32(FULL_BYTE)
    rows = np.rint(numbers / np.where(scales > 0, scales, 1)[:, None])
    return {"shape": numbers.shape, "scales": _text(scales), "rows": _text(rows.astype(np.int8))}


def _unpacked(packed: Mapping[str, Any]) -> Shaped[Tensor, "..."]:
    if "floats" in packed:
        numbers = np.frombuffer(b64decode(packed["floats"]), np.float32)
    else:
        scales = np.frombuffer(b64decode(packed["scales"]), np.float32)
        rows = np.frombuffer(b64decode(packed["rows"]), np.int8).reshape(packed["shape"])
        numbers = rows * scales[:, None]
    return torch.tensor(numbers.reshape(packed["shape"]))


def _text(numbers: np.ndarray[Any, Any]) -> str:
    little = numbers.astype(numbers.dtype.newbyteorder("<"))  # as browsers read them on every machine of today
    return b64encode(little.tobytes()).decode()


def _dumped(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
