"""Sliders for the chapters, over what is already computed: no torch, no arithmetic on models. Every chapter.

Each function returns a :class:`Player`; as the last line of a cell it shows itself.
"""

from course_lib.widgets.batch import batch_explorer
from course_lib.widgets.beam import beam_tree
from course_lib.widgets.by_hand import five_steps
from course_lib.widgets.choosing import figure_grid
from course_lib.widgets.comparing import compare, step_through_models, step_through_training
from course_lib.widgets.covering import coverage
from course_lib.widgets.drawing import temperature
from course_lib.widgets.exploring import explorer
from course_lib.widgets.film_of_looks import looks_film
from course_lib.widgets.film_of_reach import reach_film
from course_lib.widgets.film_of_swaps import swap_film
from course_lib.widgets.gold import gold_and_attention
from course_lib.widgets.guessing import guess
from course_lib.widgets.head_by_head import heads
from course_lib.widgets.holding_looks import held_look
from course_lib.widgets.in_page import InPage, live
from course_lib.widgets.judging import gold_and_links
from course_lib.widgets.player import Axis, Player, grid_of_frames
from course_lib.widgets.score_plane import four_scores
from course_lib.widgets.staging import stages
from course_lib.widgets.stepping import step_through
from course_lib.widgets.switching import Case, bug_switch
from course_lib.widgets.windowing import window

__all__ = [
    "Axis",
    "Case",
    "InPage",
    "Player",
    "batch_explorer",
    "beam_tree",
    "bug_switch",
    "compare",
    "coverage",
    "explorer",
    "figure_grid",
    "five_steps",
    "four_scores",
    "gold_and_attention",
    "gold_and_links",
    "grid_of_frames",
    "guess",
    "heads",
    "held_look",
    "live",
    "looks_film",
    "reach_film",
    "stages",
    "step_through",
    "step_through_models",
    "step_through_training",
    "swap_film",
    "temperature",
    "window",
]
