"""How good a translation, a prediction or an alignment is; every score says what it counted.

Words and numbers come in, a frozen score comes out: no torch, no model. Chapters 2, 4 to 8, 11 and 13.
"""

from course_lib.metrics.balance import WordBalance, word_balance, word_errors
from course_lib.metrics.differences import paired_difference
from course_lib.metrics.links import AlignmentScore, aer
from course_lib.metrics.ranks import rank_correlation
from course_lib.metrics.resampling import MOST_RESAMPLINGS, resampled_interval
from course_lib.metrics.score import Score
from course_lib.metrics.searching import SearchReport, is_search_error, length_ratio, search_report
from course_lib.metrics.sentences import bleu, exact_match, perplexity

__all__ = [
    "MOST_RESAMPLINGS",
    "AlignmentScore",
    "Score",
    "SearchReport",
    "WordBalance",
    "aer",
    "bleu",
    "exact_match",
    "is_search_error",
    "length_ratio",
    "paired_difference",
    "perplexity",
    "rank_correlation",
    "resampled_interval",
    "search_report",
    "word_balance",
    "word_errors",
]
