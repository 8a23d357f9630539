"""How a decoder looks back: scores, weights, context. Chapters 4 to 10 and 16.

Every mechanism is the same three lines: score each source position, turn the scores into weights
that sum to one, take the weighted sum of the values. They differ in the score, and in which
positions they look at.
"""

from course_lib.attention.additive import AdditiveAttention
from course_lib.attention.base import Attended, Attention, masked_softmax, weighted_sum
from course_lib.attention.hard import SOFT, HardAttention
from course_lib.attention.local import LocalAttention
from course_lib.attention.multi_head import MultiHeadAttention, causal_mask, scaled_dot_product
from course_lib.attention.multiplicative import DotAttention, GeneralAttention, LocationAttention
from course_lib.attention.self_attention import SelfAttention

__all__ = [
    "SOFT",
    "AdditiveAttention",
    "Attended",
    "Attention",
    "DotAttention",
    "GeneralAttention",
    "HardAttention",
    "LocalAttention",
    "LocationAttention",
    "MultiHeadAttention",
    "SelfAttention",
    "causal_mask",
    "masked_softmax",
    "scaled_dot_product",
    "weighted_sum",
]
