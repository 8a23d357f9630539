"""Training: one loop, what it minimises, and how a run is taken up again. Chapters 2, 3 and 5 to 14."""

from course_lib.devices import pick_device, seed_everything
from course_lib.history import History, Validation
from course_lib.training.checkpoints import CheckpointError
from course_lib.training.config import TrainConfig, learning_rate
from course_lib.training.loop import fit
from course_lib.training.objectives import Objective
from course_lib.training.reinforce import Reinforce

__all__ = [
    "CheckpointError",
    "History",
    "Objective",
    "Reinforce",
    "TrainConfig",
    "Validation",
    "fit",
    "learning_rate",
    "pick_device",
    "seed_everything",
]
