"""Reach into a trained model for the length of a block: what would it do if …? Chapters 3, 5, 6, 8 and 12.

Each function but :func:`adversarial_weights` is a context manager around a model; after it the model is as it was.
"""

from course_lib.interventions.adversarial import Adversarial, adversarial_weights
from course_lib.interventions.holding import guided
from course_lib.interventions.looks import pinned, tempered, unmasked
from course_lib.interventions.patching import patched
from course_lib.interventions.reading import read_apart
from course_lib.interventions.swapping import swapped
from course_lib.interventions.weights import flattened, permuted, weighed

__all__ = [
    "Adversarial",
    "adversarial_weights",
    "flattened",
    "guided",
    "patched",
    "permuted",
    "pinned",
    "read_apart",
    "swapped",
    "tempered",
    "unmasked",
    "weighed",
]
