"""Where the decoder looked at one step, read from a trace: at which share of what, through which window."""

from typing import NamedTuple

import numpy as np

from course_lib.shapes import Float
from course_lib.traces import Trace


class Window(NamedTuple):
    """What local attention looks through: its centre p_t and its ``first`` and ``last`` source position, from 0."""

    centre: float
    first: int
    last: int

    def share(self, position: int) -> float | None:
        """Return where across the word at ``position`` the centre lies, 0 to 1; None if in another word."""
        nearest = min(max(round(self.centre), self.first), self.last)
        return min(max(self.centre - position + 0.5, 0.0), 1.0) if position == nearest else None


def window_at(trace: Trace, step: int) -> Window | None:
    """Return the window of local attention at ``step``; None for a model that looks at the whole source."""
    if trace.centres is None or trace.scores is None:
        return None
    inside = np.flatnonzero(np.isfinite(trace.scores[step]))
    return Window(float(trace.centres[step]), int(inside[0]), int(inside[-1])) if len(inside) else None


def looked_at(trace: Trace, step: int) -> int | None:
    """Return the source position that hard attention took at ``step``; None where the look was soft."""
    return None if trace.positions is None or trace.positions[step] < 0 else trace.positions[step]


def shares_of_context(trace: Trace, step: int) -> Float[np.ndarray, "S"]:
    """Return how much of each annotation is in the context of ``step``.

    That is the weights; but hard attention drew one position by them and took its annotation whole.
    """
    if trace.weights is None:
        raise ValueError(f"{trace.model} has no attention weights: nothing of the source reaches a step.")
    position = looked_at(trace, step)
    return trace.weights[step] if position is None else np.eye(len(trace.source))[position]
