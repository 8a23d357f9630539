"""Does a captioner look where the word it writes is to be seen? Chapter 10."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from course_lib.corpora.pairs import SentencePair
from course_lib.corpora.pictures.captions import gold_regions, naming
from course_lib.metrics import AlignmentScore, Score, aer
from course_lib.shapes import Float


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


def score_regions(pairs: Sequence[SentencePair], weights: Iterable[Float[np.ndarray, "T S"]]) -> RegionScores:
    """Compare weights, one array a pair, with the gold regions; row i served to predict word i."""
    hits: dict[str, list[bool]] = {"colour": [], "kind": []}
    links, regions = [], []
    for pair, rows in zip(pairs, weights, strict=True):
        gold = gold_regions(pair)
        looks = {i: (int(rows[i].argmax()), i) for i, _, _ in naming(pair.target)}
        for i, sort, _ in naming(pair.target):
            hits[sort].append(looks[i] in gold)
        links.append(frozenset(looks.values()))
        regions.append(gold)

    def share(sort: str) -> Score:
        signature, count = f"looks inside the region, % of {sort} words", len(hits[sort])
        if not count:
            return Score(math.nan, 0, signature, undefined=f"no caption holds a {sort} word")
        return Score(100 * float(np.mean(hits[sort])), count, signature)

    if not any(links):
        raise ValueError("No caption names a colour or a kind of shape: there is no region to compare with.")
    return RegionScores(share("colour"), share("kind"), aer(links, [frozenset()] * len(links), regions))
