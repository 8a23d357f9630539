"""Read and tabulate what benchmarks/every_rung.py measured: every mechanism under one budget. Chapters 7 to 9."""

from collections.abc import Mapping, Sequence
from statistics import mean
from typing import Any

Run = Mapping[str, Any]
LENGTHS = ("4-7", "12-15", "20-24", "35-40")
"""Source lengths in words that fit into a table."""


def by_rung(runs: Mapping[str, Run], corpus: str) -> dict[str, list[Run]]:
    """Return the runs of ``corpus``, such as "en-fr", by rung and then in the order they were made.

    ValueError where nothing was measured on it.
    """
    found: dict[str, list[Run]] = {}
    for run in runs.values():
        if run["settings"]["corpus"] == corpus:
            found.setdefault(run["settings"]["rung"], []).append(run)
    if not found:
        measured = sorted({run["settings"]["corpus"] for run in runs.values()})
        raise ValueError(f"Nothing was measured on {corpus!r}; there is: {', '.join(measured) or 'nothing'}.")
    return found


def bleu(runs: Sequence[Run]) -> list[list[float]]:
    """Return BLEU of each run (rows) at each source length (columns)."""
    return [[scores["bleu"] for scores in run["test_by_source_length"].values()] for run in runs]


def aer(runs: Sequence[Run]) -> list[float]:
    """Return the alignment error rate of each run, in per cent; nothing for a model without attention."""
    return [run["test"]["alignment"]["aer"] for run in runs if run["test"]["alignment"]]


def table(runs: Mapping[str, Run], corpus: str) -> str:
    """Return a Markdown table, a rung a line: BLEU at some lengths and AER, mean over the seeds ± the furthest one."""
    head = ["rung", "seeds", *(length.replace("-", "–") for length in LENGTHS), "AER", "size", "tokens/s"]
    lines = [head, ["---", *["--:"] * (len(head) - 1)]]
    for rung, found in by_rung(runs, corpus).items():
        scores = [[run["test_by_source_length"][length]["bleu"] for run in found] for length in LENGTHS]
        speed = mean(run["target_tokens_per_processor_second"] for run in found)
        size = found[0]["parameters"]
        lines.append(
            [rung, str(len(found)), *map(_spread, [*scores, aer(found)]), f"{size:,}", f"{round(speed, -2):,.0f}"]
        )
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _spread(values: Sequence[float]) -> str:
    if not values:
        return "–"
    centre = mean(values)
    furthest = max(abs(value - centre) for value in values)
    return f"{centre:.1f}\u00a0±{furthest:.1f}" if len(values) > 1 else f"{centre:.1f}"
