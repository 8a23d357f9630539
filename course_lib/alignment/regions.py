"""Does a captioner look where the word it writes is to be seen? Chapter 10."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from course_lib.corpora.pairs import SentencePair
from course_lib.corpora.pictures.captions import gold_regions, naming
from course_lib.metrics import AlignmentScore, Score, aer
from course_lib.metrics.resampling import resampled_interval
from course_lib.options import check_option
from course_lib.shapes import Float

Sort = Literal["colour", "kind"]
"""What a word may name that is to be seen: the colour of a shape, or its kind."""


@dataclass(frozen=True)
class RegionScores:
    """Where a captioner looks while it writes the right words: per cent of words, and as alignment.

    A word is right if its largest weight lies in its gold region. ``alignment`` takes the regions for
    possible links and has no sure ones, so that AER = 1 − precision over colours and kinds.
    """

    colours: Score
    kinds: Score
    alignment: AlignmentScore

    def __str__(self) -> str:
        return "\n".join(map(str, (self.colours, self.kinds, self.alignment)))


def score_regions(
    pairs: Sequence[SentencePair], weights: Iterable[Float[np.ndarray, "T S"]], bootstrap: int = 0
) -> RegionScores:
    """Compare weights, one array a pair, with the gold regions; row i served to predict word i.

    ``bootstrap`` > 0 adds 95 % intervals from that many resamplings of the pictures. A picture is drawn with all its
    words: two looks into one picture are no two pictures. ValueError where no caption names anything to see.
    """
    given = list(weights)
    links, regions = [], []
    for pair, rows in zip(pairs, given, strict=True):
        links.append(frozenset((int(rows[i].argmax()), i) for i, _, _ in naming(pair.target)))
        regions.append(gold_regions(pair))
    if not any(links):
        raise ValueError("No caption names a colour or a kind of shape: there is no region to compare with.")
    return RegionScores(
        _share("colour", region_hits(pairs, given, "colour"), bootstrap),
        _share("kind", region_hits(pairs, given, "kind"), bootstrap),
        aer(links, [frozenset()] * len(links), regions, bootstrap),
    )


def region_hits(
    pairs: Sequence[SentencePair], weights: Iterable[Float[np.ndarray, "T S"]], sort: Sort = "colour"
) -> list[list[bool]]:
    """Return for each picture, and each of its words of that sort, whether the largest weight lies in the gold region.

    Row i of a picture's weights served to predict word i. A picture whose caption has no such word has no hits: [].
    ValueError for another sort, and unless there is one array of weights a picture.
    """
    return [
        [int(rows[i].argmax()) in region for i, region in seen]
        for rows, seen in zip(weights, _regions(pairs, sort), strict=True)
    ]


def mass_on_region(
    pairs: Sequence[SentencePair], weights: Iterable[Float[np.ndarray, "T S"]]
) -> Float[np.ndarray, "N"]:
    """Return for each picture the weight that lies in the gold region, a mean over the colour words of its caption.

    Where soft attention spreads its weight, the largest one says little; what lies on the shape says how much of
    the context comes from there. NaN for a caption without a colour; ValueError unless there is one array a picture.
    """
    shares = [
        [float(rows[i][sorted(region)].sum()) for i, region in seen]
        for rows, seen in zip(weights, _regions(pairs, "colour"), strict=True)
    ]
    return np.array([np.mean(share) if share else math.nan for share in shares])


def _regions(pairs: Sequence[SentencePair], sort: Sort) -> list[list[tuple[int, frozenset[int]]]]:
    """Return, for each picture, place and gold cells of each of its words of a sort."""
    check_option("sort", sort, Sort)
    found = []
    for pair in pairs:
        gold = gold_regions(pair)
        places = [i for i, kind, _ in naming(pair.target) if kind == sort]
        found.append([(i, frozenset(j for j, word in gold if word == i)) for i in places])
    return found


def _share(sort: Sort, hits: Sequence[Sequence[bool]], bootstrap: int) -> Score:
    """Return the hits in per cent of the words, with an interval over pictures."""
    counts = np.array([(sum(of_one), len(of_one)) for of_one in hits], dtype=float)  # (N, 2)
    signature, (right, words) = f"looks inside the region, % of {sort} words", map(int, counts.sum(0))
    if not words:
        return Score(math.nan, 0, signature, undefined=f"no caption holds a {sort} word")
    interval = resampled_interval(counts, lambda sums: _ratio(sums[sums[:, 1] > 0]), bootstrap)
    return Score(100 * right / words, words, signature, interval)


def _ratio(sums: Float[np.ndarray, "_ 2"]) -> Float[np.ndarray, "_"]:
    return sums[:, 0] / sums[:, 1]
