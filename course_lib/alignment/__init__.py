"""Which word translates which: links from weights and from counting, held against gold. Chapters 10, 11 and 14."""

from course_lib.alignment.expectation_maximisation import IBMModel1, ibm_model1
from course_lib.alignment.links import (
    Symmetrisation,
    argmax_links,
    diagonal_links,
    hard_links,
    symmetrise,
    transposed,
    turned_round,
)
from course_lib.alignment.looks import Kind, entropies, look_kinds
from course_lib.alignment.pieces import whole_words, word_places, word_weights
from course_lib.alignment.regions import RegionScores, mass_on_region, region_hits, score_regions

__all__ = [
    "IBMModel1",
    "Kind",
    "RegionScores",
    "Symmetrisation",
    "argmax_links",
    "diagonal_links",
    "entropies",
    "hard_links",
    "ibm_model1",
    "look_kinds",
    "mass_on_region",
    "region_hits",
    "score_regions",
    "symmetrise",
    "transposed",
    "turned_round",
    "whole_words",
    "word_places",
    "word_weights",
]
