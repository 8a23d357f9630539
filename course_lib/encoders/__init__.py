"""From source words to what the decoder may see of them. Chapters 2, 3, 5, 10 and 16."""

from course_lib.encoders.base import Encoded, ProjectsKeys, State
from course_lib.encoders.grid import GridEncoder
from course_lib.encoders.recurrent import (
    BidirectionalEncoder,
    Direction,
    Encoder,
    FixedVectorEncoder,
    GRUEncoder,
    LSTMEncoder,
    reverse_words,
    run_rnn,
)
from course_lib.encoders.vaswani import VaswaniEncoder

__all__ = [
    "BidirectionalEncoder",
    "Direction",
    "Encoded",
    "Encoder",
    "FixedVectorEncoder",
    "GRUEncoder",
    "GridEncoder",
    "LSTMEncoder",
    "ProjectsKeys",
    "State",
    "VaswaniEncoder",
    "reverse_words",
    "run_rnn",
]
