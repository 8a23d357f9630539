"""Which word translates which: links from weights and from counting, held against gold. Chapters 10 and 11."""

from course_lib.alignment.expectation_maximisation import IBMModel1, ibm_model1
from course_lib.alignment.links import (
    Symmetrisation,
    argmax_links,
    hard_links,
    swapped,
    symmetrise,
    transposed,
)
from course_lib.alignment.regions import RegionScores, score_regions

__all__ = [
    "IBMModel1",
    "RegionScores",
    "Symmetrisation",
    "argmax_links",
    "hard_links",
    "ibm_model1",
    "score_regions",
    "swapped",
    "symmetrise",
    "transposed",
]
