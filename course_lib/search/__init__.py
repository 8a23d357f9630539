"""From a step function to sentences: greedy, beam, exact, sampled or given. Chapters 2 and 13.

Search knows no model: a step is any function that fits the Protocol. The traces of every chapter
come from these loops too.
"""

from course_lib.search.beam_search import beam
from course_lib.search.exact_search import ExactResult, exact
from course_lib.search.greedy_search import forced, greedy
from course_lib.search.hypothesis import Hypothesis, OnStep, Selectable, StepFunction, StepResult
from course_lib.search.sampling import sample, tempered_probabilities
from course_lib.search.scoring import Scoring
from course_lib.search.tree import BeamResult, Node

__all__ = [
    "BeamResult",
    "ExactResult",
    "Hypothesis",
    "Node",
    "OnStep",
    "Scoring",
    "Selectable",
    "StepFunction",
    "StepResult",
    "beam",
    "exact",
    "forced",
    "greedy",
    "sample",
    "tempered_probabilities",
]
