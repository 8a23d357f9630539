"""How far proposed word links are from gold ones: alignment error rate. Chapters 5, 7, 11 and 14."""

import math
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from course_lib.corpora.pairs import Link
from course_lib.metrics.resampling import resampled_interval
from course_lib.metrics.score import shown_interval, shown_number
from course_lib.metrics.sides import check_parallel
from course_lib.shapes import Float, Int


@dataclass(frozen=True)
class AlignmentScore:
    """Alignment error rate, precision and recall in per cent, over ``n`` sentence pairs.

    ``interval`` is a 95 % confidence interval of the error rate, where one was asked for.
    """

    aer: float
    precision: float
    recall: float
    n: int
    interval: tuple[float, float] | None = None

    def __str__(self) -> str:
        error = f"AER {self.aer:.1f} %{shown_interval(self.interval)}"
        precision, recall = shown_number(self.precision, ".1f"), shown_number(self.recall, ".1f")
        return f"{error}, precision {precision} %, recall {recall} % (n = {self.n})"


def aer(
    links: Sequence[AbstractSet[Link]],
    sure: Sequence[AbstractSet[Link]],
    possible: Sequence[AbstractSet[Link]],
    bootstrap: int = 0,
) -> AlignmentScore:
    """Score the alignment ``links`` A against gold links, over the corpus (Och & Ney, 2003, eq. 18-20).

    Each argument holds one set of (source, target) links a sentence pair; sure links S lie within
    the possible ones P. Counts are summed over the corpus before anything is divided:

        precision = |A ∩ P| / |A|    recall = |A ∩ S| / |S|    AER = 1 − (|A ∩ S| + |A ∩ P|) / (|A| + |S|)

    Precision is NaN where no link was proposed at all, recall where none is sure; a dash shows it.
    ``bootstrap`` > 0 adds a 95 % interval of AER from that many resamplings of the sentence pairs, without
    those that hold no link; of a single pair there is none.
    """
    check_parallel(links=links, sure=sure, possible=possible)
    for n, (s, p) in enumerate(zip(sure, possible, strict=True)):
        if not s <= p:
            raise ValueError(f"Pair {n}: sure links must be among the possible ones; extra: {sorted(s - p)}.")
    # a row a pair: |A ∩ S|, |A ∩ P|, |A|, |S|
    counts = np.array([(len(a & s), len(a & p), len(a), len(s)) for a, s, p in zip(links, sure, possible, strict=True)])
    in_sure, in_possible, proposed, wanted = map(int, counts.sum(axis=0))
    if not proposed + wanted:
        raise ValueError("Neither the alignment nor the gold standard holds a link: AER is 0/0.")
    return AlignmentScore(
        aer=100 * (1 - (in_sure + in_possible) / (proposed + wanted)),
        precision=100 * in_possible / proposed if proposed else math.nan,
        recall=100 * in_sure / wanted if wanted else math.nan,
        n=len(links),
        interval=resampled_interval(counts, _error_rates, bootstrap),
    )


def _error_rates(sums: Int[np.ndarray, "_ 4"]) -> Float[np.ndarray, "_"]:
    """Return AER of each row of summed counts that holds a link: of the others it is 0/0."""
    sums = sums[sums[:, 2:].any(axis=1)]
    return 1 - sums[:, :2].sum(1) / sums[:, 2:].sum(1)
