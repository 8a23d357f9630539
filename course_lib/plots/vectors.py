"""Vectors on a plane. Chapter 2."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from course_lib.finite import require_finite
from course_lib.plots.fonts import lettered
from course_lib.plots.theme import new_axes, styles, use_theme


def vectors_pca(
    vectors: ArrayLike, labels: Sequence[str], groups: Sequence[str], *, title: str | None = None
) -> Figure:
    """Draw N vectors (N × D) on their two main directions, each with its label, each group with its marker.

    Figure 2 of Sutskever et al. (2014) in miniature. The axes say how much of the variance they hold.
    """
    points = np.asarray(vectors, dtype=float)
    if points.ndim != 2 or not len(points) == len(labels) == len(groups):
        raise ValueError(
            f"Expected N × D vectors, N labels, N groups; got {points.shape}, {len(labels)}, {len(groups)}."
        )
    require_finite("vectors", points)
    centred = points - points.mean(0)
    left, strengths, _ = np.linalg.svd(centred, full_matrices=False)
    places = left[:, :2] * strengths[:2]
    places *= np.where(places[np.abs(places).argmax(0), [0, 1]] < 0, -1, 1)  # a sign is arbitrary: fix it
    share = strengths**2 / (strengths**2).sum()
    figure, ax = new_axes(4.8, 3.8)
    names = list(dict.fromkeys(groups))
    with use_theme():
        for kind, (colour, marker, _) in zip(names, styles(len(names)), strict=True):
            mine = [n for n, group in enumerate(groups) if group == kind]
            ax.scatter(places[mine, 0], places[mine, 1], c=colour, marker=marker, s=30, label=kind)
            for n in mine:
                ax.annotate(
                    labels[n], places[n], (0, 6), textcoords="offset points", fontsize=8, ha="center", color=colour
                )
        ax.set(
            xlabel=f"first direction ({share[0]:.0%} of the variance)", ylabel=f"second ({share[1]:.0%})", title=title
        )
        ax.margins(0.16, 0.12)
        if len(names) > 1:
            ax.legend(loc="best")
    return lettered(figure)
