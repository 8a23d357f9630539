"""Reach into a trained model for the length of a block: what would it do if …? Chapters 3, 5, 6, 8 and 12.

Each function is a context manager around a model; after the block the model is as it was.
"""

from course_lib.interventions.holding import guided
from course_lib.interventions.looks import pinned, tempered, unmasked
from course_lib.interventions.reading import read_apart
from course_lib.interventions.swapping import swapped

__all__ = ["guided", "pinned", "read_apart", "swapped", "tempered", "unmasked"]
