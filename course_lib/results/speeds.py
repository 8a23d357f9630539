"""Read what benchmarks/speed.py timed: rates, ratios of works done in turns, and the bars they are held to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

Timing = Mapping[str, Any]
TimingRecord = Mapping[str, Timing]

SOURCE_LENGTHS = (10, 40, 80, 320)
"""Source words over which the cost of a look is followed."""
REAL = "real batches, 256 units"
SCORES, WHEN = ("dot", "general", "concat"), ("training", "decoding")
LOCAL, GLOBAL = ("local-m", "local-p"), "global"
BEAM = "Bahdanau, beam 5"


@dataclass(frozen=True)
class Ratio:
    """How many times as fast one work was as another: the median over rounds, and the lowest and highest round."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f} to {self.high:.2f})"


def rates(run: Timing) -> dict[str, float]:
    """Return work -> units a second of processor time, the median over rounds."""
    return {name: median(_rates(work)) for name, work in run["works"].items()}


def ratio(run: Timing, fast: str, slow: str) -> Ratio:
    """Return how many times as fast ``fast`` is as ``slow``: each round's own ratio, then their median.

    The two were done in turns, so what the machine did meanwhile slowed both. ValueError for a work that was not
    timed in this run: numbers of two runs are not divided.
    """
    for name in (fast, slow):
        if name not in run["works"]:
            raise ValueError(f"{name!r} was not timed in this run; there are: {', '.join(run['works'])}.")
    found = [one / other for one, other in zip(*(_rates(run["works"][name]) for name in (fast, slow)), strict=True)]
    return Ratio(median(found), min(found), max(found))


def looks_in(when: str, score: str) -> str:
    """Return the name of the run that timed looks by ``score`` in training or in decoding."""
    return f"looks in {when}, {score}"


def before(search: str) -> str:
    """Return the name of the run that timed a search beside the version before."""
    return f"the version before, {search}"


def look(kind: str, words: int) -> str:
    """Return the name of the work in which a look of ``kind``, local or global, meets ``words`` source words."""
    return f"{kind}, {words} words"


@dataclass(frozen=True)
class Bar:
    """What was promised of a ratio or of a time, and how it is read from the record."""

    promise: str
    read: Callable[[TimingRecord], float]
    bound: float
    at_least: bool = True

    def value(self, record: TimingRecord) -> float | None:
        """Return what was measured; None where nothing was."""
        try:
            return self.read(record)
        except KeyError:
            return None

    def met(self, record: TimingRecord) -> bool | None:
        """Say whether ``record`` keeps the promise; None where it does not say."""
        value = self.value(record)
        if value is None:
            return None
        return value >= self.bound if self.at_least else value <= self.bound


def _faster(run: str, fast: str, slow: str) -> Callable[[TimingRecord], float]:
    return lambda record: ratio(record[run], fast, slow).median


def _growth(run: str) -> Callable[[TimingRecord], float]:
    """Read by what the cost of a windowed look grows from 40 words to 320, in the kind that grows most."""
    return lambda record: max(ratio(record[run], look(kind, 40), look(kind, 320)).median for kind in LOCAL)


def _against_global(run: str) -> Callable[[TimingRecord], float]:
    """Read how many times as fast as the global look the windowed one is, where it is least so: 40 words and more."""

    def read(record: TimingRecord) -> float:
        timing = record[run]
        lengths = [words for words in timing["settings"]["lengths"] if words >= 40]
        return min(ratio(timing, look(kind, words), look(GLOBAL, words)).median for kind in LOCAL for words in lengths)

    return read


def notebooks(record: TimingRecord) -> list[Timing]:
    """Return the runs of single notebooks; KeyError where there is none."""
    found = [run for key, run in record.items() if key.startswith("notebook ")]
    if not found:
        raise KeyError("notebook")
    return found


def _minutes(runs: Callable[[TimingRecord], Sequence[Timing]]) -> Callable[[TimingRecord], float]:
    return lambda record: sum(sum(work["seconds"]) for run in runs(record) for work in run["works"].values()) / 60


BARS = (
    Bar("Bahdanau, filled batches: × the packed loop", _faster(REAL, "Bahdanau, filled", "packed loop"), 1.2),
    Bar(
        "Luong without feeding: × with feeding",
        _faster(REAL, "Luong dot, filled", "Luong dot, input feeding, filled"),
        1.5,
    ),
    *(
        bar
        for score in SCORES
        for when in WHEN
        for bar in (
            Bar(f"window, {score}, {when}: cost of 320 words ÷ of 40", _growth(looks_in(when, score)), 1.15, False),
            Bar(f"window, {score}, {when}, 40 words and more: × global", _against_global(looks_in(when, score)), 1),
        )
    ),
    Bar(
        "beam of 5, 64 sentences together: × one by one",
        _faster("decoding", f"{BEAM}, together", f"{BEAM}, one by one"),
        8,
    ),
    Bar(
        "the same: × one by one in the version before",
        _faster(before("beam 5"), "beam 5, together, now", "beam 5, one by one, before"),
        8,
    ),
    Bar(
        "greedy, one sentence: × the version before",
        _faster(before("greedy"), "greedy, one by one, now", "greedy, one by one, before"),
        1.7,
    ),
    Bar(
        "seconds to draw 200,000 pairs",
        lambda record: sum(record["drawing"]["works"]["en-fr"]["seconds"]),
        15,
        at_least=False,
    ),
    Bar("minutes of all notebooks", _minutes(notebooks), 20, at_least=False),
    Bar(
        "megabytes of the heaviest notebook",
        lambda record: max(run["peak_megabytes"] for run in notebooks(record)),
        2_000,
        at_least=False,
    ),
    Bar("minutes of the book's build, once set up", _minutes(lambda record: [record["book"]]), 1, at_least=False),
)
"""What was promised of speed, as ratios of one run; minutes as a record of one machine."""


def verdicts(record: TimingRecord) -> list[str]:
    """Return a line for each bar: what was measured, what was promised, and whether the promise is kept."""
    lines = []
    for bar in BARS:
        value, sign = bar.value(record), "≥" if bar.at_least else "≤"
        shown = "–" if value is None else f"{value:.2f}"
        verdict = {None: "not measured", True: "met", False: "missed"}[bar.met(record)]
        lines.append(f"{bar.promise}: {shown} ({sign} {bar.bound:g}: {verdict})")
    return lines


def _rates(work: Mapping[str, Any]) -> list[float]:
    return [units / seconds for units, seconds in zip(work["units"], work["seconds"], strict=True)]
