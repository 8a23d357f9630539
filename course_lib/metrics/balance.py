"""Which words a translation leaves out, says too often, or makes up. Chapter 8."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from course_lib.metrics.resampling import resampled_interval
from course_lib.metrics.score import shown_interval
from course_lib.metrics.sides import check_parallel, check_words
from course_lib.shapes import Float, Int

_Interval = tuple[float, float]
KINDS = ("omitted", "repeated", "invented")


@dataclass(frozen=True)
class WordBalance:
    """Words of every hundred words of the references, over ``n`` sentences.

    ``omitted`` are those that the translation lacks, ``repeated`` those it says more often than its reference,
    ``invented`` those that its reference does not have at all. ``intervals`` are 95 % confidence intervals of
    the three, in this order, where they were asked for and can be had.
    """

    omitted: float
    repeated: float
    invented: float
    n: int
    intervals: tuple[_Interval, _Interval, _Interval] | None = None

    def __str__(self) -> str:
        intervals = self.intervals or (None, None, None)
        parts = [
            f"{getattr(self, kind):.1f}{shown_interval(interval)} {kind}"
            for kind, interval in zip(KINDS, intervals, strict=True)
        ]
        return f"of 100 words of the references: {', '.join(parts)} (n = {self.n})"


def word_balance(
    hypotheses: Sequence[Sequence[str]], references: Sequence[Sequence[str]], bootstrap: int = 0
) -> WordBalance:
    """Count what a translation lacks and what it has too much, sentence by sentence, as multisets of words.

    Blind to order: the words of the reference in any other order balance perfectly, so exact match belongs beside it.
    Each sentence is compared with its own reference, the counts are summed, and then divided by the words of the
    references: omitted − repeated − invented is what the references have more words, in per cent.
    Over- and under-translation in Tu et al. (2016) were counted by people; this counts words.
    ``bootstrap`` > 0 adds 95 % intervals from that many resamplings of the sentences; of a single sentence there
    are none. ValueError where no reference holds a word.
    """
    check_parallel(hypotheses=hypotheses, references=references)
    errors = [word_errors(said, wanted) for said, wanted in zip(hypotheses, references, strict=True)]
    # a row a sentence: omitted, repeated, invented, words of the reference
    counts = np.array([(*row, len(wanted)) for row, wanted in zip(errors, references, strict=True)])
    *totals, words = map(int, counts.sum(axis=0))
    if not words:
        raise ValueError("No reference holds a word: words in a hundred of them are 0/0.")
    intervals = [resampled_interval(counts[:, [kind, 3]], _share_of_words, bootstrap) for kind in range(len(KINDS))]
    omitted, repeated, invented = (100 * total / words for total in totals)
    found = [interval for interval in intervals if interval is not None]
    return WordBalance(omitted, repeated, invented, len(references), (found[0], found[1], found[2]) if found else None)


def word_errors(said: Sequence[str], wanted: Sequence[str]) -> tuple[int, int, int]:
    """Return how many words of one sentence are omitted, repeated too often, and invented; see :func:`word_balance`."""
    check_words((said, wanted))
    has, should = Counter(tuple(said)), Counter(tuple(wanted))  # Counter(None) would be empty
    too_many = has - should
    repeated = sum(n for word, n in too_many.items() if word in should)
    return (should - has).total(), repeated, too_many.total() - repeated


def _share_of_words(sums: Int[np.ndarray, "_ 2"]) -> Float[np.ndarray, "_"]:
    """Return errors a word of the reference for each row (errors, words) that has words."""
    sums = sums[sums[:, 1] > 0]
    return sums[:, 0] / sums[:, 1]
