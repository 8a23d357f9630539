"""Walk through a model word by word, with sentences drawn for it. Chapter 15."""

from typing import Any, NamedTuple

import numpy as np

from course_lib.clinic.arrays import NumPyArray
from course_lib.clinic.calling import Caller, PartFailed, read_array

_NAMES = ("logits", "state", "weights", "scores", "context", "annotations")


class Stepped(NamedTuple):
    """What one step gave; all but logits and state only where the model hands it over."""

    logits: NumPyArray
    state: Any
    weights: NumPyArray | None = None
    scores: NumPyArray | None = None
    context: NumPyArray | None = None
    annotations: NumPyArray | None = None


class Stepper:
    """Makes sentences for a model, encodes them, and walks through target words that are given."""

    def __init__(self, caller: Caller, random: np.random.Generator) -> None:
        self.caller, self.random = caller, random
        words = caller.of.vocabulary
        if words is None:
            raise PartFailed(
                "encode",
                "A whole model needs to say its vocabulary, such as "
                "vocabulary = {'source': 50, 'target': 60, 'pad': 0, 'bos': 1, 'eos': 2}.",
            )
        self.words = words
        self.fixed = caller.of.sizes["source"]
        self.longest = self.fixed or min(caller.of.sizes["longest"], 7)

    @property
    def usual(self) -> int:
        """How many words a source has where nothing is padded."""
        return self.fixed or min(self.longest, 5)

    def sources(self, B: int, S: int) -> NumPyArray:
        """Return ids (B, S) of random sentences without padding, each ending in EOS."""
        ids = self.random.integers(self.words.first, self.words.source, size=(B, S))
        ids[:, -1] = self.words.eos
        return ids

    def targets(self, B: int, T: int) -> NumPyArray:
        """Return ids (B, T): BOS and random words."""
        ids = self.random.integers(self.words.first, self.words.target, size=(B, T))
        ids[:, 0] = self.words.bos
        return ids

    def padded(self, ids: NumPyArray, S: int) -> NumPyArray:
        """Return ``ids`` with padding up to S words."""
        return np.pad(ids, ((0, 0), (0, S - ids.shape[1])), constant_values=self.words.pad)

    def encode(self, source: NumPyArray, lengths: NumPyArray | None = None) -> tuple[Any, Any]:
        """Return memory and state of ids (B, S), by default without padding."""
        B, S = source.shape
        answer = self.caller.call("encode", source, np.full(B, S) if lengths is None else lengths)
        if not isinstance(answer, (tuple, list)) or len(answer) != 2:
            raise PartFailed("encode", "`encode` has to return two things: the memory, and the first state.")
        return answer[0], answer[1]

    def walk(self, memory: Any, state: Any, words: NumPyArray, S: int) -> list[Stepped]:
        """Read ``words`` (B, T) one after the other; return what each step gave."""
        steps = []
        for word in words.T:
            step = self._read(self.caller.call("step", word.copy(), state, memory), len(words), S)
            steps.append(step)
            state = step.state
        return steps

    def run(self, source: NumPyArray, words: NumPyArray, lengths: NumPyArray | None = None) -> list[Stepped]:
        """Encode and walk."""
        return self.walk(*self.encode(source, lengths), words, source.shape[1])

    def _read(self, answer: Any, B: int, S: int) -> Stepped:
        if isinstance(answer, dict):
            lacking = [name for name in _NAMES[:2] if name not in answer]
            if lacking:
                raise PartFailed("step", f"`step` gave a dict without {lacking[0]!r}; expected {', '.join(_NAMES)}.")
            given = {name: answer.get(name) for name in _NAMES}
        elif isinstance(answer, (tuple, list)) and len(answer) in (2, 3):
            given = dict(zip(_NAMES, [*answer, None][:3], strict=False))
        else:
            raise PartFailed(
                "step",
                f"`step` gave a {type(answer).__name__}; expected a tuple of logits, state and weights, or a dict.",
            )
        shapes: dict[str, tuple[int | None, ...]] = {
            "logits": (B, self.words.target),
            "weights": (B, S),
            "scores": (B, S),
            "context": (B, None),
            "annotations": (B, S, None),
        }
        read = {
            name: read_array("step", given[name], shape, f"the {name}")
            for name, shape in shapes.items()
            if given.get(name) is not None
        }
        if "logits" not in read:
            raise PartFailed("step", "`step` gave no logits.")
        return Stepped(state=given["state"], **read)


def moved(first: NumPyArray, second: NumPyArray) -> float:
    """Return how far two arrays of logits are from each other, as a share of their spread; a mask may hide words."""
    there = np.isfinite(first) & np.isfinite(second)
    if not there.any():
        return 0.0
    return float(np.abs(first[there] - second[there]).max() / (first[there].std() + 1e-12))


def furthest(first: list[Stepped], second: list[Stepped], rows: slice) -> float:
    """Return how far the logits of two walks are from each other, at the step where they are furthest."""
    return max(moved(a.logits[rows], b.logits[rows]) for a, b in zip(first, second, strict=True))
