"""The figures of the chapters: one theme, colours from notation.py, words beside every picture; no torch.

A figure is a plain matplotlib Figure that no window owns; :func:`show` publishes it. All chapters.
"""

from course_lib.plots.diagrams import Diagram
from course_lib.plots.heatmaps import alignment_panel, heatmap
from course_lib.plots.link_lines import links
from course_lib.plots.model_colours import model_styles
from course_lib.plots.publish import show
from course_lib.plots.runs import bars, curves, needed_and_answered, score_by_length
from course_lib.plots.theme import new_axes, use_theme
from course_lib.plots.vectors import vectors_pca

__all__ = [
    "Diagram",
    "alignment_panel",
    "bars",
    "curves",
    "heatmap",
    "links",
    "model_styles",
    "needed_and_answered",
    "new_axes",
    "score_by_length",
    "show",
    "use_theme",
    "vectors_pca",
]
