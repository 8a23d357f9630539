"""A number with what is needed to compare it, and how it is shown. Chapters 2, 4 and 5."""

import math
import re
from dataclasses import dataclass

_ALIGNED = re.compile(r"^(?:.?([<>^=]))?[-+ ]?z?#?0?(\d*)")  # how a format begins: where a number stands, how wide


@dataclass(frozen=True)
class Score:
    """A number with what is needed to compare it: how many items it is over, and what was counted.

    ``n`` counts sentences (tokens for perplexity), ``interval`` is a 95 % confidence interval where
    one was asked for and can be had. ``float(score)`` and ``f"{score:.1f}"`` give the bare value. Where
    nothing could be counted, ``undefined`` says why, the value is NaN, and it is shown as a dash.
    """

    value: float
    n: int
    signature: str
    interval: tuple[float, float] | None = None
    undefined: str = ""

    @property
    def recorded(self) -> float | None:
        """The value for a file: JSON has no NaN."""
        return None if math.isnan(self.value) else self.value

    def __float__(self) -> float:
        return self.value

    def __format__(self, spec: str) -> str:
        return shown_number(self.value, spec) if spec else str(self)

    def __str__(self) -> str:
        if self.undefined:
            return f"{self.signature} is undefined: {self.undefined} (n = {self.n})"
        return f"{self.signature} = {self.value:.2f}{shown_interval(self.interval)} (n = {self.n})"


def shown_number(value: float, spec: str) -> str:
    """Format ``value``; what is undefined is a dash as wide as a number would be asked to be."""
    shown = format(value, spec)  # what no number can be formatted by is an error for NaN, too
    if not math.isnan(value):
        return shown
    ((align, width),) = _ALIGNED.findall(spec)
    return format("–", f"{align.replace('=', '>') or '>'}{width}")


def shown_interval(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else " [{:.1f}, {:.1f}]".format(*interval)
