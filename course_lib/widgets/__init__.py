"""Sliders for the chapters, over what is already computed: no torch, no arithmetic on models.

Each function returns a :class:`Player`; as the last line of a cell it shows itself.
"""

from course_lib.widgets.grid import Axis, Player, grid_of_frames
from course_lib.widgets.stepping import step_through, step_through_training

__all__ = ["Axis", "Player", "grid_of_frames", "step_through", "step_through_training"]
