"""One word at a time: previous word, state and source in; scores over the next word out.

Each decoder has ``step``, which search and traces call, and ``forward``, which training calls with
the whole target sentence known (teacher forcing). A test holds the two equal. Chapters 2 to 10 and 16.
"""

from course_lib.decoders.bahdanau import BahdanauDecoder
from course_lib.decoders.bare import BareOutput, BareState, bare_steps
from course_lib.decoders.base import Decoder, DecoderOutput, StepOutput
from course_lib.decoders.fixed_vector import ROUTES, ChoDecoder, FixedVectorDecoder, Route
from course_lib.decoders.luong import LuongDecoder
from course_lib.decoders.parts import ContextGRUCell, LinearReadout, MaxoutReadout
from course_lib.decoders.vaswani import VaswaniDecoder
from course_lib.decoders.xu import XuDecoder

__all__ = [
    "ROUTES",
    "BahdanauDecoder",
    "BareOutput",
    "BareState",
    "ChoDecoder",
    "ContextGRUCell",
    "Decoder",
    "DecoderOutput",
    "FixedVectorDecoder",
    "LinearReadout",
    "LuongDecoder",
    "MaxoutReadout",
    "Route",
    "StepOutput",
    "VaswaniDecoder",
    "XuDecoder",
    "bare_steps",
]
