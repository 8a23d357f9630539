"""Read and tabulate what benchmarks/every_rung.py measured: all mechanisms, one budget. Chapters 3, 5, 7, 8 and 11."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

Run = Mapping[str, Any]
Runs = Mapping[str, Run]
Interval = Sequence[float]
LENGTHS = ("4-7", "12-15", "20-24", "35-40")
"""Source lengths in words that fit into a table."""


@dataclass(frozen=True)
class Contrast:
    """Two rungs that a reader may want to compare, and what changes from ``one`` to ``other``.

    ``also`` names what else differs; where it is empty, the rungs differ by one switch
    and the parameters that it brings.
    """

    change: str
    one: str
    other: str
    also: str = ""


CONTRASTS = (
    Contrast("source read backwards, no attention", "fixed", "fixed, reversed"),
    Contrast("3.6 times as many updates", "fixed, reversed", "fixed, reversed, a longer lesson"),
    Contrast("source read backwards, attention", "Luong dot, forward", "Luong dot"),
    Contrast("source read both ways, half the units each", "Luong dot, forward", "Luong dot, bidirectional"),
    Contrast(
        "query after the step, not before",
        "Bahdanau",
        "Bahdanau, query after, readout before",
        "the cell reads $c_{i-1}$, not $c_i$",
    ),
    Contrast("readout of the state after the step", "Bahdanau, query after, readout before", "Bahdanau, query after"),
    Contrast("coverage", "Bahdanau", "Bahdanau, coverage"),
    Contrast("score: general for dot", "Luong dot", "Luong general"),
    Contrast("score: concat for dot", "Luong dot", "Luong concat"),
    Contrast("score: location for dot", "Luong dot", "Luong location"),
    Contrast("input feeding", "Luong dot", "Luong dot, input feeding"),
    Contrast("one annotation, learnt from a reward", "Luong dot", "Luong dot, hard"),
    Contrast("window that moves with the target", "Luong dot", "Luong dot, local-m"),
    Contrast("window where the state says", "Luong dot", "Luong dot, local-p", "a Gaussian fades the weights"),
    Contrast("the summary told to every step", "fixed", "Cho, as large as fixed", "GRU for LSTM, readout; equal size"),
    Contrast("attention", "Cho, as large as Bahdanau", "Bahdanau", "encoder reads both ways; equal size"),
    Contrast("query and readout after the step", "Bahdanau", "Bahdanau, query after", "the cell reads $c_{i-1}$"),
)
"""The comparisons of the page. The last three differ in more than a switch; so do those whose ``also`` says it."""

MORE_CONTRASTS = (
    Contrast("query before the step, not after", "Luong dot", "Luong dot, query before"),
    Contrast("dot: from zeros, not the encoder's last state", "Luong dot", "Luong dot, start from zeros"),
    Contrast("location: from zeros", "Luong location", "Luong location, start from zeros"),
    Contrast("as many parameters as with feeding", "Luong dot", "Luong dot, as large as with feeding"),
    Contrast("h̃ fed, not the state", "Luong dot, state fed", "Luong dot, input feeding"),
    Contrast("input feeding", "Luong dot, as large as with feeding", "Luong dot, input feeding", "equal size"),
    Contrast("score: concat for dot", "Luong dot, as large as concat", "Luong concat", "equal size"),
    Contrast(
        "source read both ways",
        "Luong dot, forward",
        "Luong dot, bidirectional, as large",
        "69 units each way; equal size",
    ),
)
"""What chapters 7 and 8 compare beside them; nothing of it is on the page."""

CONTROLS = frozenset(name for contrast in MORE_CONTRASTS for name in (contrast.one, contrast.other)) - {
    name for contrast in CONTRASTS for name in (contrast.one, contrast.other)
}
"""Rungs that the same record holds for these comparisons alone."""


SEEDS = (1, 2, 3)
"""Those of every table; a few rungs have further ones, by which chapter 8 tries what it calls shown."""


def by_rung(runs: Runs, corpus: str, controls: bool = False, further: bool = False) -> dict[str, list[Run]]:
    """Return the runs of ``corpus``, such as "en-fr", by rung and then in the order they were made.

    With ``controls`` also those of :data:`CONTROLS`, which the page of the ladder does not speak of; with
    ``further`` those of further seeds in place of :data:`SEEDS`.
    ValueError where nothing was measured on it, or where the runs are not of one draw.
    """
    found: dict[str, list[Run]] = {}
    for run in runs.values():
        if (run["settings"]["seed"] in SEEDS) == further:
            continue
        if run["settings"]["corpus"] == corpus and (controls or run["settings"]["rung"] not in CONTROLS):
            found.setdefault(run["settings"]["rung"], []).append(run)
    if not found:
        measured = sorted({run["settings"]["corpus"] for run in runs.values()})
        raise ValueError(f"Nothing was measured on {corpus!r}; there is: {', '.join(measured) or 'nothing'}.")
    draws = {run["settings"]["pairs"]["draws"] for rows in found.values() for run in rows}
    if len(draws) > 1:
        raise ValueError(
            f"The runs on {corpus!r} learnt from {len(draws)} different draws ({', '.join(sorted(draws))}), so they "
            "cannot stand in one table: run benchmarks/every_rung.py again, which repeats what is out of date."
        )
    return found


def recorded_bleu(runs: Sequence[Run]) -> list[list[float]]:
    """Return BLEU of each run (rows) at each source length (columns); NaN where it is undefined."""
    return [[_or_nan(scores["bleu"]) for scores in run["test_by_source_length"].values()] for run in runs]


def recorded_aer(runs: Sequence[Run]) -> list[float]:
    """Return the alignment error rate of each run, in per cent; nothing for a model without attention."""
    return [run["test"]["alignment"]["aer"] for run in runs if run["test"]["alignment"]]


def table(runs: Runs, corpus: str, controls: bool = False) -> str:
    """Return a Markdown table, a rung a line: BLEU at some lengths, AER, size and speed in thousands.

    Below each mean over the seeds stand two distances from it, in small print: that of the seed that lies
    furthest away, and half the mean 95 % interval of the test set. A dash where there is nothing to show.
    ``controls`` as in :func:`by_rung`.
    """
    rungs = by_rung(runs, corpus, controls)
    seeds = sorted({len(found) for found in rungs.values()})
    how_many = f"{' to '.join(map(str, dict.fromkeys((seeds[0], seeds[-1]))))} seed{'s' * (seeds[-1] > 1)}"
    lengths = [length.replace("-", "–") for length in LENGTHS]
    head = [f"rung, {how_many}", *lengths, "AER", "1,000 parameters", "1,000 tokens/s"]
    lines = [head, ["---", *["--:"] * (len(head) - 1)]]
    for rung, found in rungs.items():
        scores = [_cell([_bleu(length)(run) for run in found]) for length in LENGTHS]
        alignment = _cell([_aer(run) for run in found if run["test"]["alignment"]])
        speed = mean(run["target_tokens_per_processor_second"] for run in found)
        size = found[0]["parameters"]
        lines.append([rung, *scores, alignment, f"{size / 1000:.0f}", f"{speed / 1000:.1f}"])
    return _markdown(lines)


def contrast_table(runs: Runs, corpora: Mapping[str, str], contrasts: Sequence[Contrast] = CONTRASTS) -> str:
    """Return a Markdown table, a contrast a line: what BLEU of the longest sentences and AER gain or lose.

    ``corpora`` maps names, such as "en-fr", to the words of the header. A difference is the mean over the
    seeds that both rungs have; it stands in brackets unless it is :func:`clear`.
    """
    columns = [(corpus, measure) for measure in (_bleu(LENGTHS[-1]), _aer) for corpus in corpora]
    names = [
        f"{measure} {name}" for measure in (f"BLEU {LENGTHS[-1].replace('-', '–')}", "AER") for name in corpora.values()
    ]
    lines = [["what changes", "from", "to", *names], ["---"] * 3 + ["--:"] * len(names)]
    controls = any({contrast.one, contrast.other} & CONTROLS for contrast in contrasts)
    found = {corpus: by_rung(runs, corpus, controls) for corpus in corpora}
    for contrast in contrasts:
        change = f"{contrast.change} <small>({contrast.also})</small>" if contrast.also else contrast.change
        cells = [_difference(found[corpus], contrast, measure) for corpus, measure in columns]
        lines.append([change, contrast.one, contrast.other, *cells])
    return _markdown(lines)


def not_recorded(runs: Runs, corpora: Iterable[str]) -> str:
    """Return a line that names what the page speaks of and the record lacks: rungs of CONTRASTS, and intervals."""
    compared = dict.fromkeys(name for contrast in CONTRASTS for name in (contrast.one, contrast.other))
    found = [by_rung(runs, corpus) for corpus in corpora]
    lacking = [f"“{name}”" for name in compared if not all(name in rungs for rungs in found)]
    tests = [run["test"] for rungs in found for rows in rungs.values() for run in rows]
    if not all("bleu_interval" in test for test in tests):
        lacking.append("95 % intervals of the test set")
    return f"not recorded yet: {'; '.join(lacking)}" if lacking else "every rung is recorded, with its intervals"


Measured = tuple[float, Interval | None]
"""A number of one run with the 95 % interval of its test set, where one was recorded."""


def clear(one: Mapping[int, Measured], other: Mapping[int, Measured]) -> bool:
    """Say whether two rungs, seed -> number, are further apart than the seeds and the test set explain.

    So it is where the difference has one sign on every seed that both have, and the mean intervals of the
    test set do not meet. The test set is the same for both: to ask for intervals apart is to ask for more
    than a test in pairs would.
    """
    seeds = sorted(one.keys() & other.keys())
    signs = {(other[seed][0] > one[seed][0]) - (other[seed][0] < one[seed][0]) for seed in seeds}
    if len(signs) != 1 or 0 in signs:
        return False
    low, high = (_mean_interval([rung[seed][1] for seed in seeds]) for rung in (one, other))
    return low is None or high is None or low[1] < high[0] or high[1] < low[0]


def _bleu(length: str) -> Callable[[Run], Measured]:
    def measured(run: Run) -> Measured:
        scores = run["test_by_source_length"][length]
        return _or_nan(scores["bleu"]), scores.get("bleu_interval")

    return measured


def _aer(run: Run) -> Measured:
    alignment = run["test"]["alignment"]
    return alignment["aer"], alignment.get("interval")


def _or_nan(recorded: float | None) -> float:
    """Return a number of a record; what was undefined stands there as null."""
    return math.nan if recorded is None else recorded


def _difference(found: Mapping[str, list[Run]], contrast: Contrast, measure: Callable[[Run], Measured]) -> str:
    """Return the mean difference over the seeds that both rungs have, in brackets unless it is clear."""
    rungs = [found.get(name, []) for name in (contrast.one, contrast.other)]
    if measure is _aer and not all(run["test"]["alignment"] for runs in rungs for run in runs):
        return "–"
    one, other = ({run["settings"]["seed"]: measure(run) for run in runs} for runs in rungs)
    seeds = one.keys() & other.keys()
    if not seeds:
        return "–"
    change = mean(other[seed][0] - one[seed][0] for seed in seeds)
    if math.isnan(change):
        return "–"
    difference = f"{change:+.1f}".replace("-", "−")
    return difference if clear(one, other) else f"({difference})"


def _cell(values: Sequence[Measured]) -> str:
    """Return the mean and, in small print, how far the seeds and the test set may move it."""
    numbers = [number for number, _ in values]
    if not numbers or any(map(math.isnan, numbers)):
        return "–"
    centre = mean(numbers)
    seeds = f"±{max(abs(number - centre) for number in numbers):.1f}" if len(numbers) > 1 else "–"
    interval = _mean_interval([interval for _, interval in values])
    test = "–" if interval is None else f"±{(interval[1] - interval[0]) / 2:.1f}"
    return f"{centre:.1f}<br><small>{seeds}\u00a0/\u00a0{test}</small>"


def _mean_interval(intervals: Sequence[Interval | None]) -> Interval | None:
    """Return the mean of both ends; None where a run was recorded without an interval."""
    known = [interval for interval in intervals if interval is not None]
    if not known or len(known) < len(intervals):
        return None
    return mean(low for low, _ in known), mean(high for _, high in known)


def _markdown(lines: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
